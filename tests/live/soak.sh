#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve under mixed load for a while, pulling and syncing by itself meanwhile: soak.sh [MINUTES].
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd curl python3

slapd_start --nosync
sim_start --users 500 --groups 10 --seed 5 --rate off
write_config 'rate: "off"' "" 'every: 3s'
token=$(muster -q token create --name soak)
muster -q sync teams-to-ldap --yes >/dev/null
serve_start -q
if python3 "$top_srcdir/tests/live/soak.py" "$SERVE_URL" "$token" "${1:-60}"; then ok "soak"; else bad "soak" "$(tail -n 20 "$work/serve.err")"; fi
serve_stop
finish
