#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls that nobody makes, and calls that only the top of the house makes.

. "$(dirname "$0")/lib.sh"

never='strcpy|strcat|strncat|stpcpy|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|rand|srand|system|popen'
never="$never|alloca|tmpnam|tempnam|mktemp|tmpfile|vfork|asctime|ctime|gmtime|localtime|bzero"
# Libraries return what failed; only the command line prints and ends the process.
not_in_libraries='printf|vprintf|puts|putchar|perror|exit|_exit|abort|err|errx|warn|warnx'

# file:call pairs that are right where they are
allowed() {
    case $1 in
    src/base/err.c:abort | src/base/err.c:_exit) return 0 ;;      # mu_bug()
    src/base/arena.c:abort | src/base/arena.c:_exit) return 0 ;;  # mu_oom()
    src/base/secret.c:_exit | src/base/io.c:_exit) return 0 ;;    # the child after fork, when exec failed
    esac
    return 1
}

# Without comments and texts: FILE:LINE: CODE.
bare() {
    awk -v named=1 -f "$here/strip.awk" "$@"
}

# $1 pattern, $2 why not; code as `bare` has it on stdin.
search() {
    local file line text call
    while IFS=: read -r file line text; do
        call=$(printf '%s\n' "$text" | grep -oE "(^|[^A-Za-z0-9_>.])($1)[[:space:]]*\(" | head -n 1 |
            grep -oE "[A-Za-z_]+")
        allowed "$file:$call" || finding "$file:$line: $call(): $2"
    done < <(grep -E "^[^:]*:[0-9]*:(|.*[^A-Za-z0-9_>.])($1)[[:space:]]*\(" || true)
}

mapfile -t files < <(c_files src contrib tests)
search "$never" "banned" < <(bare "${files[@]}")
mapfile -t files < <(c_files src | grep -v '^src/cli/')
search "$not_in_libraries" "libraries neither print nor end the process" < <(bare "${files[@]}")

mapfile -t files < <(c_files src contrib/sendoso-sim)
# Debt has a name and a question; XXX, TODO and FIXME have neither.
finding_lines "write DEBT(name): question" < <(grep -nHE '\b(XXX|TODO|FIXME)\b' "${files[@]}" || true)

# No choice of code inside a function: choose files in configure, or empty inline stubs in a header.
finding_lines "conditional inside a function" < <(awk '
    FNR == 1 { inside = 0 }
    /^\{/ { inside = 1 } /^\}/ { inside = 0 }
    inside && /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)/ { print FILENAME ":" FNR ": " $0 }' "${files[@]}")

finish
