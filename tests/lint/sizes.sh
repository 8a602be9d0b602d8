#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How long files and functions are: one row a folder, then the longest of each. `make sizes` prints it.

. "$(dirname "$0")/lib.sh"

# file<TAB>lines<TAB>name for every function: from its name at column 0 to the brace at column 0
functions() {
    awk '
        FNR == 1 { inside = 0 }
        /^[A-Za-z_].*\(/ && !/;[ \t]*$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
        /^\{/ { inside = 1; from = FNR }
        /^\}/ && inside { inside = 0; printf "%s\t%d\t%s\n", FILENAME, FNR - from + 1, name }' "$@"
}

row() {
    local files
    mapfile -t files < <(c_files "$1")
    [ "${#files[@]}" -gt 0 ] || return 0
    local lines
    lines=$(cat "${files[@]}" | wc -l)
    functions "${files[@]}" | awk -F'\t' -v folder="$1" -v files="${#files[@]}" -v lines="$lines" '
        { n++; size[n] = $2; if ($2 > most) most = $2; if ($2 <= 60) small++ }
        END { printf "%-22s %5d %7d %7d %9d %9.0f%% %7d\n", folder, files, lines, lines / files, n,
                     n ? 100 * small / n : 100, most }'
}

printf '%-22s %5s %7s %7s %9s %10s %7s\n' folder files lines mean functions '<= 60' longest
for folder in src/* contrib/sendoso-sim tests/unit; do
    if [ -d "$folder" ]; then row "$folder"; fi
done
echo
echo "longest files"
c_files src contrib/sendoso-sim | xargs wc -l | grep -v ' total$' | sort -rn | sed -n '1,8p'
echo "longest functions"
mapfile -t all < <(c_files src contrib/sendoso-sim)
functions "${all[@]}" | sort -t"$(printf '\t')" -k2,2nr | sed -n '1,8p'
