#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The option tables against what users read: each option that help shows is in the man page and in the completion, each
# option the man page shows exists, and the pages themselves are in order.

. "$(dirname "$0")/lib.sh"

[ -x "${MUSTER:-}" ] || skip "MUSTER names no program"
command -v mandoc >/dev/null || skip "mandoc not installed"

page() {
    mandoc -T utf8 "$1" | col -b
}

mapfile -t pages < <(find src contrib -name '*.[1578]' | LC_ALL=C sort)
[ "${#pages[@]}" -gt 0 ] || finding "no man page found"
for file in "${pages[@]}"; do
    finding_lines "mandoc" < <(mandoc -T lint -W error "$file" || true)
done

manual=$(find src contrib -name muster.1 | head -n 1)
completion=$(find src contrib -path '*completion*' -type f ! -name '*.[ch]' ! -name '*.sh' | head -n 1)
[ -n "$manual" ] || finding "no muster.1"
[ -n "$completion" ] || finding "no bash completion"
[ "$findings" -eq 0 ] || finish

manual_text=$(page "$manual")
completion_text=$(cat "$completion")
known=

# $1 where help showed it, $2 the option
check_option() {
    known="$known $2 "
    grep -qE -- "(^|[^A-Za-z0-9-])$2([^A-Za-z0-9-]|$)" <<<"$manual_text" || finding "$1: $2 is not in $manual"
    grep -qE -- "(^|[^A-Za-z0-9-])$2([^A-Za-z0-9-]|$)" <<<"$completion_text" || finding "$1: $2 is not in $completion"
}

# Long options of a help text: those at the start of an indented line, after a short form if there is one.
options() {
    sed -nE 's/^[[:space:]]+(-[A-Za-z], )?(--[a-z][a-z-]*).*/\2/p' | sort -u
}

# Commands of the main help: the word after the indent, as in "  pull ACCOUNT   read into a snapshot".
commands() {
    sed -nE '/^(commands|Commands|COMMANDS)/,/^$/ s/^  (muster )?([a-z]+).*/\2/p' | sort -u
}

help=$("$MUSTER" --help)
[ -n "$(commands <<<"$help")" ] || finding "muster --help lists no commands"
for option in $(options <<<"$help"); do
    check_option "muster --help" "$option"
done
for command in $(commands <<<"$help"); do
    text=$("$MUSTER" "$command" --help) || finding "muster $command --help fails"
    grep -qE "(^|[^a-z])$command([^a-z]|$)" <<<"$manual_text" || finding "command $command is not in $manual"
    grep -qE "(^|[^a-z])$command([^a-z]|$)" <<<"$completion_text" || finding "command $command is not in $completion"
    grep -qE "^\|[^|]*\`(muster )?${command}[ \`]" README.md || finding "command $command is not in README's table"
    grep -qiE '^examples?' <<<"$text" || finding "muster $command --help shows no example"
    for option in $(options <<<"$text"); do
        check_option "muster $command --help" "$option"
    done
done

# The other way: nothing is documented that isn't there.
while IFS= read -r option; do
    case $known in
    *" $option "*) ;;
    *) finding "$manual: $option is not in any help" ;;
    esac
done < <(grep -oE -- '(^|[^A-Za-z0-9-])--[a-z][a-z-]+' <<<"$manual_text" | grep -oE -- '--[a-z-]+' | sort -u)

finish
