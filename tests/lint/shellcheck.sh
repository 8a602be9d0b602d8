#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every shell script passes shellcheck, warnings and up; its hints on style are taken or left.

. "$(dirname "$0")/lib.sh"

command -v shellcheck >/dev/null || skip "shellcheck not installed"

while IFS= read -r file; do
    shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR "$file" || finding "$file"
done < <(shell_files)

finish
