#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A folder under src includes only itself and the folders before it; an adapter never includes another adapter;
# a source file includes its own header first.

. "$(dirname "$0")/lib.sh"

order="base model map net store adapter engine audit serve cli"

declare -A place
i=0
for folder in $order; do
    place[$folder]=$((i++))
done

# $1 file, $2 its folder ("src/adapter/ldap/x.c" -> "adapter/ldap"), $3 what it includes, $4 line
check_include() {
    local from=${2%%/*} to=${3%%/*}
    case $3 in
    config.h) return ;;
    */*) ;;
    *) finding "$1:$4: include \"$3\" by its path from src" && return ;;
    esac
    if [ -z "${place[$to]:-}" ]; then
        finding "$1:$4: \"$3\" is in no folder of the layering ($order)"
    elif [ "${place[$to]}" -gt "${place[$from]}" ]; then
        finding "$1:$4: $from must not know $to (\"$3\")"
    elif [ "$from/$to" = adapter/adapter ] && [ "${3%/*}" != adapter ] && [ "$2" != adapter ] &&
        [ "${3%/*}" != "$2" ]; then
        finding "$1:$4: one adapter must not know another (\"$3\")"
    fi
}

# $1 file, $2 its folder, $3 what it includes first. A module cut into several files opens with the private header they share.
check_own_header_first() {
    local own=${1#src/}
    own=${own%.c}.h
    [ -f "src/$own" ] || return 0
    case $3 in
    config.h | "$2"/*.h) ;;
    *) finding "$1: the first include is \"$3\", not its own header \"$own\"" ;;
    esac
}

while IFS= read -r folder; do
    folder=${folder#src/}
    [ -n "${place[${folder%%/*}]:-}" ] || finding "src/$folder: folder not in the layering ($order)"
done < <(c_files src | sed 's,/[^/]*$,,' | uniq)

# FILE:LINE:INCLUDED, in quotes or angles.
mapfile -t files < <(c_files src)
file=
while IFS=: read -r in line included; do
    folder=${in#src/}
    folder=${folder%/*}
    [ -n "${place[${folder%%/*}]:-}" ] || continue
    case $in in
    "$file" | *.h) ;;
    *) check_own_header_first "$in" "$folder" "${included:1:-1}" ;;
    esac
    file=$in
    case $included in
    \"*) check_include "$in" "$folder" "${included:1:-1}" "$line" ;;
    esac
done < <(grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' "${files[@]}" |
    sed -E 's/^([^:]*:[0-9]*:)[^"<]*(["<][^">]*[">]).*/\1\2/')

finish
