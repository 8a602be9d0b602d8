#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/call beside the TypeScript SDK's server, in one run, at 16 connections and at 1, SECONDS_EACH (5) seconds each: a part of
# `make bench`. The SDK comes by npm, or from MCP_LIB. Who measures shares the machine with who is measured: only the ratio means
# something.

set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
# shellcheck source=tests/conform/npm.sh
. "$top_srcdir/tests/conform/npm.sh"
need wrk curl
mcp_packages
seconds=${SECONDS_EACH:-5}
here=$top_srcdir/tests/bench

run() { # NAME URL
    local connections
    curl -sS "$2" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
        ${SID:+-H "Mcp-Session-Id: $SID"} -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":
        {"name":"test_simple_text","arguments":{}}}' | grep -q 'simple text response' || bad "$1 doesn't answer"
    for connections in 16 1; do
        printf '%-28s %2d connections: ' "$1" "$connections"
        wrk -t1 -c"$connections" -d"${seconds}s" -s "$here/mcp.lua" "$2" | tail -n 1
    done
}

cat >"$work/muster.yaml" <<YAML
store: muster.db
accounts:
  sendoso: {adapter: sendoso, url: "http://127.0.0.1:9", token: env:SENDOSO_TOKEN}
YAML
serve_start --insecure-local --conformance-fixtures "$top_srcdir/tests/conform/fixtures.json"
run "muster" "$SERVE_URL/mcp"
grep -E 'VmRSS|VmHWM' "/proc/$serve_pid/status"
serve_stop

"$node" "$here/mcp_sdk.mjs" >"$work/port" &
serve_pid=$!
for ((i = 0; i < 100; i++)); do
    [ ! -s "$work/port" ] || break
    sleep 0.1
done
url=http://127.0.0.1:$(cat "$work/port")/mcp
SID=$(curl -sS -D - -o /dev/null "$url" -H 'Content-Type: application/json' \
    -H 'Accept: application/json, text/event-stream' -d '{"jsonrpc":"2.0","id":0,"method":"initialize","params":
    {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}' |
    tr -d '\r' | sed -n 's/^mcp-session-id: //Ip')
export SID
run "TypeScript SDK" "$url"
grep -E 'VmRSS|VmHWM' "/proc/$serve_pid/status"
[ "$failed" = 0 ]
