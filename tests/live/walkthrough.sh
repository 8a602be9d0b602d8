#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The examples of contrib/examples/ do what their READMEs say, and the main README tells the same of them.
set -euo pipefail

command -v python3 >/dev/null && command -v curl >/dev/null || {
    echo "skipped: no python3 or curl here"
    exit 77
}
examples=${top_srcdir:?run through make check, or set top_srcdir}/contrib/examples
python3 "$top_srcdir/tests/live/walkthrough.py" "$examples"/*/README.md

# Each command that the main README shows of an example stands in the example's own.
sed -n '/^<!-- hris -->$/,/^<!-- hris -->$/s/^    \(muster .*[^ ]\) *#.*/\1/p' "$top_srcdir/README.md" | while IFS= read -r line; do
    grep -qF -- "\$ $line" "$examples/hris/README.md" || {
        echo "README.md shows \`$line\`, contrib/examples/hris/README.md doesn't"
        exit 1
    }
done
