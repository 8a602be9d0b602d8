#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve among people who mean it ill: tests/live/abuse.py sends it what they would.
# CONNECTIONS=10000 opens that many at once (make check-abuse).
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

connections=${CONNECTIONS:-300}
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt $((connections + 200)) ] || {
    echo "skipped: only $(ulimit -n) open files are allowed"
    exit 77
}

sim_start --users 50 --groups 3 --seed 5 --rate off
write_config 'rate: "off"'
printf 'serve: {idle: 3s, header_kib: 32, body_kib: 16, connections: %d}\n' $((connections + 100)) >>"$work/muster.yaml"
muster -q pull sendoso

token=$(muster -q token create --name all --methods read,write,custom)
narrow=$(muster -q token create --name narrow --methods create)
spent=$(muster -q token create --name spent --expires 60s)
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("UPDATE token SET expires = 1000 WHERE name = ?", ("spent",)); c.commit()' "$work/muster.db"

serve_start
rc=0
python3 "$top_srcdir/tests/live/abuse.py" "$SERVE_URL" "$token" "$spent" "$narrow" "$connections" || rc=$?
kill -0 "$serve_pid" 2>/dev/null && ok "it is still there" || bad "it has died" "$(tail -n 30 "$work/serve.err")"
if grep -qF -e "$token" -e "$narrow" -e "$spent" "$work/serve.err"; then bad "a token is in the log"; else ok "no token is in the log"; fi
serve_stop
[ "$rc" = 0 ] || failed=$((failed + 1))
finish
