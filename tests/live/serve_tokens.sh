#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who is let in by muster serve: tokens that are missing, unknown, expired, revoked, too narrow, too frequent.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 30000 --groups 2 --seed 5 --rate off
write_config 'rate: "off"'
# Nothing of what follows may be waiting for the idle time.
printf 'serve: {token_rate: 5/h, idle: 1h}\n' >>"$work/muster.yaml"
muster -q pull sendoso

token() { muster -q token create --name "$@"; }
call() { curl -sS -D "$work/head" -o "$work/out" "$@"; tr -d '\r' <"$work/head" >"$work/err"; }
users() { call "$@" "$SERVE_URL/unified/user-directory/users?limit=100"; }
bearer() { printf 'Authorization: Bearer %s' "$1"; }

reader=$(token reader)
writer=$(token writer --methods create)
proxy=$(token proxy --tags proxy)
docs=$(token docs-token --methods read)
serve_start

users
said '^HTTP/1.1 401 ' "no token: 401"
said '^WWW-Authenticate: Bearer realm="muster", error="invalid_token"' "no token: challenged"
users -H "$(bearer "${reader}x")"
said '^HTTP/1.1 401 ' "unknown token: 401"
users -H "Authorization: Basic YTpi"
said '^HTTP/1.1 401 ' "another scheme: 401"
users -H "Authorization: Bearer"
said '^HTTP/1.1 400 ' "malformed: 400"
users -H "$(bearer "$writer")"
said '^HTTP/1.1 403 ' "a token for something else: 403"
said 'error="insufficient_scope".*scope="' "a token for something else: scope named"
said 'has methods create' "a token for something else: what it has is named"
users -H "$(bearer "$proxy")"
said '^HTTP/1.1 403 ' "a token of other tags: 403"
users -H "$(bearer "$reader")"
said '"result_count":100' "a right token"
users -u "any:$reader"
said '^HTTP/1.1 401 ' "a token as password opens no data"
call -u "any:$docs" "$SERVE_URL/docs"
said '^HTTP/1.1 200 ' "a token as password opens the page for people"
said 'tool-list_all_sendoso_users' "which tells what the token may call"
unsaid 'create_a_sendoso_egift|docs-token' "and nothing else"
call -H 'Accept: text/html,*/*' "$SERVE_URL/docs"
said '^WWW-Authenticate: Basic realm=' "a browser is asked for a password"
call -H 'Accept: text/html,*/*' -u "any:" "$SERVE_URL/docs"
said '^HTTP/1.1 40[01] ' "no password: not let in"
call -H 'Accept: text/html,*/*' -u "any:wrong" "$SERVE_URL/docs"
said '^HTTP/1.1 401 ' "a wrong password: not let in"
call -H "$(bearer "$reader")" "$SERVE_URL/.well-known/oauth-protected-resource"
said '^HTTP/1.1 404 ' "no OAuth metadata"
unsaid "$reader" "no token is repeated"

muster -q token list --format json >"$work/list"
python3 - "$work/list" <<'END' && ok "the last use is kept" || bad "the last use is kept" "$(cat "$work/list")"
import json, sys
used = {t["name"]: t["used"] for t in json.load(open(sys.argv[1]))}
assert used["reader"] and used["proxy"] and used["writer"], used
END

# --- too often: a bucket of one at 5 an hour; reader has just used it up ---
users -H "$(bearer "$reader")"
said '^HTTP/1.1 429 ' "too often: 429"
said '^Retry-After: [0-9]+' "too often: when to come again"
said '^ratelimit-remaining: 0' "too often: the rate is told"

# --- a stream ends with its token, and doesn't look whole ---
cat >"$work/slowly.py" <<'END'
import http.client, socket, subprocess, sys, time, urllib.parse
url, token, revoke = sys.argv[1], sys.argv[2], sys.argv[3:]
at = urllib.parse.urlsplit(url)
c = http.client.HTTPConnection(at.hostname, at.port, timeout=600)
c.sock = socket.socket()
c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
c.sock.settimeout(600)
c.sock.connect((at.hostname, at.port))
c.request("GET", "/unified/user-directory/users?format=stream", headers={"Authorization": "Bearer " + token})
r = c.getresponse()
assert r.status == 200, r.read()
got = len(r.read(1000))
subprocess.run(revoke, check=True)
time.sleep(2.5)  # it looks every two seconds: before whatever it makes from now on
try:
    while piece := r.read(65536):
        got += len(piece)
except (http.client.IncompleteRead, ConnectionError) as e:
    print(f"cut: {type(e).__name__}")
    sys.exit(0)
sys.exit(f"whole: {got} bytes")
END
streamer=$(token streamer)
expect 0 "a stream is cut when its token is revoked" python3 "$work/slowly.py" "$SERVE_URL" "$streamer" \
    "$MUSTER" -q -c "$work/muster.yaml" token revoke streamer

# --- taken back ---
last=$(token last)
muster -q token revoke last
users -H "$(bearer "$last")"
said '^HTTP/1.1 401 ' "revoked: 401"
said 'token last was revoked on' "revoked: says so"
brief=$(token brief --expires 60s)
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("UPDATE token SET expires = 1000 WHERE name = ?", ("brief",)); c.commit()' "$work/muster.db"
users -H "$(bearer "$brief")"
said 'token brief expired on' "expired: says so"

serve_stop
finish
