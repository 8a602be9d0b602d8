#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gifts and invitations over MCP, with answers lost, processes killed, budgets spent: nothing is ever sent twice.

set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need python3 curl

sim_start --users 30 --groups 5 --set names=ascii --set empty-groups=0 --rate off
cat >"$work/muster.yaml" <<YAML
store: muster.db
accounts:
  sendoso: {adapter: sendoso, url: "$SIM_URL", token: env:SENDOSO_TOKEN, rate: "off"}
YAML
expect 0 "a read, which knows the caller's team" muster pull sendoso
giver=$(muster token create --name giver --methods 'read,create' 2>/dev/null)

serve_start
python3 "$(dirname "$0")/gifts.py" "$SERVE_URL" "$MUSTER" "$work/muster.yaml" "$giver" "$SIM_URL" "$SIM_CONTROL" "$serve_pid" ||
    { bad "gifts"; kill "$serve_pid" 2>/dev/null || true; }
serve_ended # the last of that has told it to
finish
