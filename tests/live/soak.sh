#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve under mixed load for a while, pulling and syncing by itself meanwhile: soak.sh [SECONDS].
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd curl python3
export PYTHONDONTWRITEBYTECODE=1

expect 0 "growth is told from none" python3 "$top_srcdir/tests/live/soak.py" --check
slapd_start --nosync
sim_start --users 500 --groups 10 --seed 5 --rate off
write_config 'rate: "off"' "" 'every: 3s'
sed -i 's/^  sendoso:$/&\n    every: 5s/' "$work/muster.yaml"
printf 'serve: {token_rate: 100000}\n' >>"$work/muster.yaml"
token=$(muster -q token create --name soak --methods read)
muster -q sync teams-to-ldap --yes >/dev/null
serve_start -q
if python3 "$top_srcdir/tests/live/soak.py" "$SERVE_URL" "$token" "${1:-60}" "$serve_pid" "$MUSTER" "$work/muster.yaml" \
    "$work/muster.db"; then
    ok "soak"
else
    bad "soak" "$(tail -n 20 "$work/serve.err")"
fi
serve_stop
finish
