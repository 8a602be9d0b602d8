# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the lint tests: where the tree is, which files are ours, and how a finding is told.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "${top_srcdir:-$here/../..}" && pwd)
cd "$root"
findings=0

# The C files under the given folders.
c_files() {
    find "$@" -type f \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort
}

# Every text file that is ours, one a line; nothing that a build in place made.
our_files() {
    find src mappings tests contrib .ci configure.ac Makefile.am README.md .clang-format .editorconfig \
        -name corpus -prune -o -type f \
        \( -name '*.[ch]' -o -name '*.sh' -o -name '*.mk' -o -name '*.am' -o -name '*.ac' -o -name '*.m4' \
        -o -name '*.awk' -o -name '*.py' -o -name '*.yaml' -o -name '*.md' -o -name '*.[1578]' \
        -o -path contrib/check -o -path contrib/quickstart -o -path contrib/install-deps -o -path .ci/run \
        -o -name '.clang-format' -o -name '.editorconfig' \) -print 2>/dev/null | LC_ALL=C sort
}

# Shell scripts: by suffix, and by first line where there is none.
shell_files() {
    find src tests contrib .ci -type f -print 2>/dev/null | LC_ALL=C sort | while IFS= read -r file; do
        case $file in
        *.sh) echo "$file" ;;
        *.* | */Makefile) ;;
        *) if head -c 64 "$file" | head -n 1 | grep -qaE '^#!.*\b(ba)?sh\b'; then echo "$file"; fi ;;
        esac
    done
}

finding() {
    printf '%s\n' "$*"
    findings=$((findings + 1))
}

# Each line of stdin is a finding; $1 is put behind it.
finding_lines() {
    local line
    while IFS= read -r line; do
        finding "$line${1:+  <- $1}"
    done
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

finish() {
    if [ "$findings" -gt 0 ]; then
        printf '%d finding(s)\n' "$findings"
        exit 1
    fi
    echo "clean"
}
