#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The HTML report in a real browser, held against the JSON one: what a made-up audit can show, names that are hostile, a
# hundred thousand people; then that of a simulated account, through the command.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3
PYTHONPATH="$top_srcdir/tests/live" python3 -c 'import sys, browser; sys.exit(browser.find() is None)' || {
    echo "skipped: no Chromium here"
    exit 77
}

sample=$top_builddir/tests/live/report_sample
"$sample" 200 >"$work/made-up.html"
"$sample" 200 json >"$work/made-up.json"
"$sample" 100000 >"$work/large.html"
size=$(stat -c %s "$work/large.html")
if [ "$size" -lt 10000000 ]; then ok "100,000 people: $size bytes"; else bad "100,000 people: $size bytes"; fi
expect 0 "what a made-up audit can show" python3 "$top_srcdir/tests/live/report.py" "$work/made-up.html" "$work/made-up.json" "$work/large.html"
sed 's/^/    /' "$work/out"

sim_start --users 120 --groups 7 --seed 5 --rate off
write_config "scim: {token: env:SENDOSO_SCIM_TOKEN}"
sed -i 's/^    scim:/    rate: "off"\n&/' "$work/muster.yaml"
muster -q pull sendoso
# shellcheck disable=SC2016
change '{"join": {"first_name": "<script>document.title=1</script>", "last_name": "=HYPERLINK(\"http://evil.test\")", "email": "evil@example.test"}}'
muster -q pull sendoso
expect 0 "a report of an account" muster audit sendoso --format html -o "$work/real.html" --fail-on critical
expect 0 "the same as JSON" muster audit sendoso --format json -o "$work/real.json" --fail-on critical
expect 0 "an account's report" python3 "$top_srcdir/tests/live/report.py" "$work/real.html" "$work/real.json"
sed 's/^/    /' "$work/out"
finish
