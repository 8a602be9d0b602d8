#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# MCP without anybody else's client: the answer table in both eras, over HTTP, HTTP+SSE and stdio; tokens, and the
# directory tools over a population that changed once. The official suite and SDKs are `make check-mcp`.

set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need python3 curl

sim_start --users 30 --groups 5 --set names=ascii --set inactive=0 --set empty-groups=0
cat >"$work/muster.yaml" <<YAML
store: muster.db
accounts:
  sendoso: {adapter: sendoso, url: "$SIM_URL", token: env:SENDOSO_TOKEN, rate: "off"}
YAML
expect 0 "a first read" muster pull sendoso
change '{"position": 7, "set": {"active": false}}'
expect 0 "a second read" muster pull sendoso

token() { muster token create --name "$1" --methods "$2" 2>/dev/null; }
all=$(token all 'read,create,custom')
other=$(token other create)
reads=$(token reads read)
ends=$(token ends read)

serve_start --search
python3 "$(dirname "$0")/mcp_protocol.py" "$SERVE_URL" "$MUSTER" "$work/muster.yaml" "$all" "$other" "$reads" "$ends" "$SIM_CONTROL" ||
    bad "the protocol"
serve_stop
finish
