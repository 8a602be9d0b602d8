#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The MCP endpoints of muster serve among people who mean it ill: tests/live/abuse_mcp.py sends them what they would.
# CONNECTIONS=10000 opens as many streams as there may be (make check-abuse).
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need python3

connections=${CONNECTIONS:-300}
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt 3000 ] || {
    echo "skipped: only $(ulimit -n) open files are allowed"
    exit 77
}

sim_start --users 50 --groups 3 --seed 5 --rate off
write_config 'rate: "off"'
printf 'serve: {idle: 300s, connections: 3000}\n' >>"$work/muster.yaml"
muster -q pull sendoso

many=$(muster -q token create --name many)
token=$(muster -q token create --name all --methods read,write,custom)
narrow=$(muster -q token create --name narrow --methods create)
spent=$(muster -q token create --name spent --expires 60s)
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("UPDATE token SET expires = 1000 WHERE name = ?", ("spent",)); c.commit()' "$work/muster.db"
crowd=()
if [ "$connections" -gt 2000 ]; then
    for i in 1 2 3 4 5; do crowd+=("$(muster -q token create --name "crowd$i")"); done
fi

serve_start
rc=0
python3 "$top_srcdir/tests/live/abuse_mcp.py" "$SERVE_URL" "$token" "$spent" "$narrow" "$MUSTER" "$work/muster.yaml" "${crowd[@]}" || rc=$?
kill -0 "$serve_pid" 2>/dev/null && ok "it is still there" || bad "it has died" "$(tail -n 30 "$work/serve.err")"
if grep -q 'muster_[A-Za-z0-9_-]\{40\}' "$work/serve.err"; then bad "a token is in the log"; else ok "no token is in the log"; fi
serve_stop
[ "$rc" = 0 ] || failed=$((failed + 1))

# --- more than a token may ask ---
sed -i 's/^serve: {/&token_rate: 1\/m, /' "$work/muster.yaml"
serve_start
flood() { for _ in $(seq 50); do curl -sS -D - -o "$work/out" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$SERVE_URL/mcp"; done >"$work/flood"; }
flood
[ "$(grep -c '^HTTP/1.1 200' "$work/flood")" -ge 1 ] && ok "a flood: the first of them is answered" || bad "a flood" "$(cat "$work/flood")"
[ "$(grep -c '^HTTP/1.1 \(200\|429\)' "$work/flood")" = 50 ] && ok "a flood: nothing but 200 and 429" || bad "a flood" "$(cat "$work/flood")"
grep -qi '^Retry-After: [1-9]' "$work/flood" && ok "a flood: when to come again" || bad "a flood: when to come again" "$(cat "$work/flood")"
ask_many() { curl -sS -D - -H "Authorization: Bearer $many" -H 'Content-Type: application/json' -d "$1" "$SERVE_URL/mcp"; }
ping='{"jsonrpc":"2.0","id":1,"method":"ping"}'
ask_many "[$ping$(printf ",$ping%.0s" $(seq 49))]" >"$work/out"
said '^HTTP/1.1 200' "a batch of fifty is answered"
ask_many "$ping" >"$work/out"
said '^Retry-After: [23][0-9][0-9][0-9]' "and was fifty requests"
expect 0 "another token is answered" curl -sS -f -H "Authorization: Bearer $narrow" -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"ping"}' "$SERVE_URL/mcp"
serve_stop
finish
