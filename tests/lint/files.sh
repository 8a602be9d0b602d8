#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every file: licence line, no tabs, no trailing blanks, a last newline, a bounded length. A file over 600 lines or a
# function over 100 needs a comment "LONG: why one piece is clearer".

. "$(dirname "$0")/lib.sh"

max_lines=600
max_function=100
max_columns=140

mapfile -t files < <(our_files)
mapfile -t licensed < <(printf '%s\n' "${files[@]}" | grep -vE '(\.md|\.editorconfig)$')
mapfile -t untabbed < <(printf '%s\n' "${files[@]}" | grep -vE '\.(mk|am)$')
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep -E '\.[ch]$')
mapfile -t narrow < <(printf '%s\n' "${sources[@]}" | grep -v '^tests/') # tests: tables of documents on one line

finding_lines "SPDX-License-Identifier missing in the first lines" < <(awk '
    FNR == 1 { wanting[FILENAME] = 1 }
    FNR <= 4 && /SPDX-License-Identifier: Apache-2.0/ { delete wanting[FILENAME] }
    END { for (file in wanting) print file }' "${licensed[@]}" | LC_ALL=C sort)
finding_lines "tab" < <(grep -nH -m3 "$(printf '\t')" "${untabbed[@]}" || true)
finding_lines "trailing blank" < <(grep -nHE -m3 '[[:blank:]]+$' "${files[@]}" || true)
finding_lines "over $max_columns columns" < <(LC_ALL=C.UTF-8 grep -nHE -m3 "^.{$((max_columns + 1)),}" "${narrow[@]}" || true)

# The last byte of each file that has one.
if [ -n "$(tail -q -c 1 "${files[@]}" | tr -d '\n')" ]; then
    for file in "${files[@]}"; do
        [ -z "$(tail -c 1 "$file")" ] || finding "$file: no newline at the end"
    done
fi

mapfile -t bounded < <(grep -L 'LONG: ' "${sources[@]}")
finding_lines "too long: at most $max_lines lines a file, $max_function a function" < <(
    awk -v file_max="$max_lines" -v max="$max_function" '
        FNR == 1 { inside = 0 }
        FNR == file_max + 1 { print FILENAME }
        /^\{/ { inside = 1; from = FNR }
        /^\}/ && inside { inside = 0; n = FNR - from + 1; if (n > max) print FILENAME ":" from ": " n }' "${bounded[@]}")

# A test that no list names is never run.
for file in tests/lint/*.sh tests/live/*.sh tests/scenario/*.sh; do
    grep -qF "$file" tests/local.mk || finding "$file: not in tests/local.mk"
done

finish
