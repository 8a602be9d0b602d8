#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every file: licence line, no tabs, no trailing blanks, a last newline, a bounded length. A file over 600 lines or a
# function over 100 needs a comment "LONG: why one piece is clearer".

. "$(dirname "$0")/lib.sh"

max_lines=600
max_function=100
max_columns=140

uses_tabs() {
    case $1 in
    *.mk | *.am) return 0 ;;
    esac
    return 1
}

licensed() {
    case $1 in
    *.md | .editorconfig) return 0 ;;
    esac
    head -n 4 "$1" | grep -q 'SPDX-License-Identifier: Apache-2.0'
}

while IFS= read -r file; do
    licensed "$file" || finding "$file: SPDX-License-Identifier missing in the first lines"
    uses_tabs "$file" || finding_lines "tab" < <(grep -nH -m3 "$(printf '\t')" "$file" || true)
    finding_lines "trailing blank" < <(grep -nHE -m3 '[[:blank:]]+$' "$file" || true)
    [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || finding "$file: no newline at the end"
    case $file in
    *.c | *.h)
        case $file in
        tests/*) ;; # tables of documents on one line
        *) finding_lines "over $max_columns columns" < <(LC_ALL=C.UTF-8 grep -nHE -m3 "^.{$((max_columns + 1)),}" "$file" || true) ;;
        esac
        lines=$(wc -l <"$file")
        if grep -q 'LONG: ' "$file"; then continue; fi
        [ "$lines" -le "$max_lines" ] || finding "$file: $lines lines, over $max_lines"
        finding_lines "over $max_function lines" < <(awk -v max="$max_function" '
            /^\{/ { inside = 1; from = FNR }
            /^\}/ && inside { inside = 0; n = FNR - from + 1; if (n > max) print FILENAME ":" from ": " n }' "$file")
        ;;
    esac
done < <(our_files)

# A test that no list names is never run.
for file in tests/lint/*.sh tests/live/*.sh tests/scenario/*.sh; do
    grep -qF "$file" tests/local.mk || finding "$file: not in tests/local.mk"
done

finish
