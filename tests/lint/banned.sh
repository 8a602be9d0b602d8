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

# $1 file, $2 pattern, $3 why not
search() {
    local line text call
    while IFS=: read -r line text; do
        call=$(printf '%s\n' "$text" | grep -oE "(^|[^A-Za-z0-9_>.])($2)[[:space:]]*\(" | head -n 1 |
            grep -oE "[A-Za-z_]+")
        allowed "$1:$call" || finding "$1:$line: $call(): $3"
    done < <(awk -f "$here/strip.awk" "$1" | grep -nE "(^|[^A-Za-z0-9_>.])($2)[[:space:]]*\(" || true)
}

for file in $(c_files src contrib tests); do
    search "$file" "$never" "banned"
    case $file in
    src/cli/*) ;;
    src/*) search "$file" "$not_in_libraries" "libraries neither print nor end the process" ;;
    esac
done

# Debt has a name and a question; XXX, TODO and FIXME have neither.
for file in $(c_files src contrib/sendoso-sim); do
    finding_lines "write DEBT(name): question" < <(grep -nHE '\b(XXX|TODO|FIXME)\b' "$file" || true)
done

# No choice of code inside a function: choose files in configure, or empty inline stubs in a header.
for file in $(c_files src contrib/sendoso-sim); do
    finding_lines "conditional inside a function" < <(awk -v file="$file" '
        /^\{/ { inside = 1 } /^\}/ { inside = 0 }
        inside && /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)/ { print file ":" FNR ": " $0 }' "$file")
done

finish
