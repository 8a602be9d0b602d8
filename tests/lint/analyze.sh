#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Static analysis of src and contrib/sendoso-sim, nothing but findings shown: clang-tidy by .clang-tidy, gcc's -fanalyzer,
# and -Wconversion for the folders that parse. What isn't installed is left out and said. (cppcheck was tried: both of its
# findings were wrong.) `make analyze` sets:
#
#   ANALYZE_CPPFLAGS   what the preprocessor needs
#   ANALYZE_ONLY       some of: tidy gcc conversion
#   ANALYZE_JOBS       files at once
#   ANALYZE_NODES      how far clang follows the paths of a function (its own default takes ten times as long as 20000)

. "$(dirname "$0")/lib.sh"

only=${ANALYZE_ONLY:-tidy gcc conversion}
jobs=${ANALYZE_JOBS:-$(nproc)}
read -ra flags <<<"-std=gnu11 ${ANALYZE_CPPFLAGS:?run through make analyze}"
flags+=('-DMU_MAPPINGS_DIR="mappings"')
logs=$(mktemp -d "${TMPDIR:-/tmp}/muster-analyze.XXXXXX")
trap 'rm -rf "$logs"' EXIT

# Each program looks at one file and prints what it finds, and nothing else.
tidy() {
    local limit=()
    [ -z "${ANALYZE_NODES:-}" ] || limit=(--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang
        "--extra-arg=max-nodes=$ANALYZE_NODES")
    clang-tidy --quiet "${limit[@]}" "$1" -- "${flags[@]}" 2>/dev/null
}

# gcc knows no mark for a line that is right as it is.
analyzer() {
    local allowed=-fanalyzer
    case $1 in
    src/base/arena.c) allowed=-Wno-analyzer-malloc-leak ;; # blocks hang on the arena's head, which it loses sight of
    esac
    gcc "${flags[@]}" -fanalyzer "$allowed" -O1 -fdiagnostics-path-format=none -c -o /dev/null "$1" 2>&1
}

conversion() {
    gcc "${flags[@]}" -O1 -Wconversion -Wsign-conversion -Wno-system-headers -c -o /dev/null "$1" 2>&1
}

# $1 program, $2 what looks at a file, then the files. jobs at once; findings in the order of the files.
over() {
    local program=$1 look=$2 file running=0
    shift 2
    case " $only " in *" $look "*) ;; *) return 0 ;; esac
    if ! command -v "$program" >/dev/null; then
        echo "left out, not installed: $program"
        return 0
    fi
    for file; do
        if [ "$running" -ge "$jobs" ]; then
            wait -n || true
        else
            running=$((running + 1))
        fi
        "${looks[$look]}" "$file" >"$logs/$look-${file//\//-}" &
    done
    wait
    finding_lines '' < <(cat "$logs/$look"-*)
    echo "$look: $# files"
}

declare -A looks=([tidy]=tidy [gcc]=analyzer [conversion]=conversion)
mapfile -t sources < <(c_files src contrib/sendoso-sim | grep '\.c$')
mapfile -t parsers < <(c_files src/base src/map | grep '\.c$')

over clang-tidy tidy "${sources[@]}"
over gcc gcc "${sources[@]}"
over gcc conversion "${parsers[@]}"

finish
