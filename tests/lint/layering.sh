#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A folder under src includes only itself and the folders before it; an adapter never includes another adapter;
# a source file includes its own header first.

. "$(dirname "$0")/lib.sh"

order="base model map net store adapter engine audit serve cli"

place() {
    local i=0 folder
    for folder in $order; do
        if [ "$folder" = "$1" ]; then
            echo "$i"
            return
        fi
        i=$((i + 1))
    done
    echo "-1"
}

# $1 file, $2 its folder ("src/adapter/ldap/x.c" -> "adapter/ldap"), $3 what it includes, $4 line
check_include() {
    local from=${2%%/*} to=${3%%/*}
    case $3 in
    config.h) return ;;
    */*) ;;
    *) finding "$1:$4: include \"$3\" by its path from src" && return ;;
    esac
    if [ "$(place "$to")" -lt 0 ]; then
        finding "$1:$4: \"$3\" is in no folder of the layering ($order)"
    elif [ "$(place "$to")" -gt "$(place "$from")" ]; then
        finding "$1:$4: $from must not know $to (\"$3\")"
    elif [ "$from/$to" = adapter/adapter ] && [ "$(dirname "$3")" != adapter ] && [ "$2" != adapter ] &&
        [ "$(dirname "$3")" != "$2" ]; then
        finding "$1:$4: one adapter must not know another (\"$3\")"
    fi
}

# $1 file, $2 its folder. A module cut into several files opens with the private header they share.
check_own_header_first() {
    local own=${1#src/} first
    own=${own%.c}.h
    [ -f "src/$own" ] || return 0
    first=$(grep -m1 -E '^[[:space:]]*#[[:space:]]*include' "$1" | sed 's/.*[<"]\(.*\)[>"].*/\1/')
    case $first in
    config.h | "$2"/*.h) ;;
    *) finding "$1: the first include is \"$first\", not its own header \"$own\"" ;;
    esac
}

for file in $(c_files src); do
    folder=$(dirname "${file#src/}")
    if [ "$(place "${folder%%/*}")" -lt 0 ]; then
        finding "$file: folder not in the layering ($order)"
        continue
    fi
    while IFS=: read -r line included; do
        check_include "$file" "$folder" "$included" "$line"
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" |
        sed 's/^\([0-9]*\):.*"\(.*\)".*/\1:\2/')
    case $file in
    *.c) check_own_header_first "$file" "$folder" ;;
    esac
done

finish
