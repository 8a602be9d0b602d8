#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The pass-through of muster serve: to the account's own base address and no other, with our credentials, under its rate.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 250 --groups 7 --seed 5 --rate off
write_config 'rate: "50/s"'
sed -i 's/^  corp:/    scim: {token: env:SENDOSO_SCIM_TOKEN}\n  corp:/' "$work/muster.yaml"
muster -q pull sendoso

token() { muster -q token create --name "$@"; }
reader=$(token reader)
creator=$(token creator --methods create)
raw=$(token raw --methods read,create,custom)
other=$(token other --accounts corp)
serve_start

call() { curl -sS --path-as-is -D "$work/head" -o "$work/out" "$@"; tr -d '\r' <"$work/head" >"$work/err"; }
as() { # TOKEN PATH CURL-OPTIONS...
    local token=$1 path=$2
    shift 2
    call -H "Authorization: Bearer $token" "$@" "$SERVE_URL/proxy$path"
}

# --- read ---
as "$reader" /sendoso/api/v3/me
said '^HTTP/1.1 200 ' "read"
said '"email"' "read: what the remote said"
said '^ratelimit-limit: 50' "the rate is told"
said '^ratelimit-remaining: [0-9]' "the rest of it, too"
said '^ratelimit-reset: [0-9]' "and when it is whole again"
unsaid "$SIM_TOKEN|^Set-Cookie|^Server: sim" "no credential, no header of no use"
call -H "Authorization: Bearer $reader" -H 'Content-Type: application/json' "$SERVE_URL/mcp" \
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_all_sendoso_me"}}'
said '^ratelimit-limit: 50' "the rate is told with a tool, too"
as "$reader" "/sendoso/api/v3/users?page=2&per_page=3&muster_all=false"
python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["users"]) == 3' "$work/out" &&
    ok "parameters are passed" || bad "parameters are passed" "$(cat "$work/out")"
call -H "Authorization: Bearer $reader" "$SERVE_URL/%70roxy/s%65ndoso/api/v3/me"
said '^HTTP/1.1 200 ' "an encoded path means the same"
as "$reader" /sendoso/api/v3/nothing
said '^HTTP/1.1 404 ' "an error of the remote is passed"
said '^muster-remote-error: true' "and called one"
as "$reader" "/sendoso/api/scim/v2/Users?count=2"
said '"totalResults"' "another credential where the mapping says so"

# --- to the end ---
follow() {
    as "$reader" "$1"
    python3 - "$work/out" "$2" <<'END' && ok "$3" || bad "$3" "$(head -c 300 "$work/out")"
import json, sys
d = json.load(open(sys.argv[1]))
ids = [str(r["id"]) for r in d["result"]]
assert len(ids) == len(set(ids)) == d["result_count"] == int(sys.argv[2]), d["result_count"]
END
}
follow "/sendoso/api/v3/users?muster_all=true" 250 "a list to its end"
follow "/sendoso/api/v3/users?muster_all=true&per_page=7&page=9" 250 "whatever page was asked for"
follow "/sendoso/api/v3/groups?muster_all=true" 7 "another list"
follow "/sendoso/api/scim/v2/Users?muster_all=true" 262 "one that is counted by rows"
said '"is_partial_response":false' "the whole of it"
fault '{"path": "/api/v3/users", "times": 50, "kind": "wrong-total"}'
follow "/sendoso/api/v3/users?muster_all=true" 250 "a list that ends before its total"
said '"is_partial_response":true' "is said to be a part"
clear_faults
as "$reader" "/sendoso/api/v3/users?muster_al=true"
said '"statusCode":400.*muster_all and' "a slip in a name of ours is no page for a list"
as "$reader" "/sendoso/api/v3/users?muster_all=maybe"
said '"statusCode":400.*true or false' "neither yes nor no"
fault '{"path": "/api/v3/users", "page": 2, "times": 50, "kind": "500"}'
as "$reader" "/sendoso/api/v3/users?muster_all=true"
unsaid '"result"' "half of a list is no list"
said '^HTTP/1.1 50[0-9] ' "but an error"
clear_faults

# --- who may ---
as "$creator" /sendoso/api/v3/me
said '^HTTP/1.1 403 ' "no read without read"
as "$creator" /sendoso/api/v3/users -X POST -d '{}'
said '^HTTP/1.1 403 .*' "no raw write without custom"
said 'custom' "which is named"
as "$other" /sendoso/api/v3/me
said 'it has methods read; accounts corp' "not another account"
as "$reader" /corp/x
said '^HTTP/1.1 501 ' "an account without an HTTP API"
as "$reader" /nobody/x
said '^HTTP/1.1 404 ' "no such account"

# --- write, once, in the journal with the token's name ---
as "$raw" /sendoso/api/v3/users/invitations -H 'Content-Type: application/json' -d '{"users": []}'
muster runs --format json >"$work/runs"
grep -q 'POST /api/v3/users/invitations (proxy, token raw)' "$work/runs" && ok "a write is in the journal" ||
    bad "a write is in the journal" "$(cat "$work/runs")"
fault '{"path": "/api/v3/users", "times": 50, "kind": "status", "status": 429, "body": "{}"}'
as "$raw" /sendoso/api/v3/users -d '{}'
said '^HTTP/1.1 429 ' "a write that is refused for the rate is not repeated"
said '^Retry-After: [0-9]' "when to come again is told"
said '^ratelimit-remaining: 0' "and that nothing is left"
clear_faults

# --- killed while a write is under way: in doubt, told by the next start, and no longer running ---
status_of() { # PATH of the newest write
    muster runs --format json | python3 -c 'import json, sys
runs = json.load(sys.stdin)
runs = runs if isinstance(runs, list) else runs["runs"]
print([r["status"] for r in runs if sys.argv[1] + " " in r["command"]][0])' "$1"
}
is_now() { [ "$(status_of "$1")" = "$2" ]; } # PATH STATUS
serve_stop

# --- a secret that was put right is taken without being told ---
sed -i 's/^  corp:/  late: {adapter: sendoso, url: "'"${SIM_URL//\//\\\/}"'", token: "file:secret"}\n  corp:/' "$work/muster.yaml"
echo wrong >"$work/secret"
serve_start
as "$reader" /late/api/v3/me
said 'token rejected .401.' "a wrong secret"
tool_me() {
    call -H "Authorization: Bearer $reader" -H 'Content-Type: application/json' "$SERVE_URL/mcp" -d \
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_all_sendoso_me","arguments":{"account":"late"}}}'
}
tool_me
said '"isError":true' "is wrong for tools, too"
echo "$SIM_TOKEN" >"$work/secret"
as "$reader" /late/api/v3/me
said '^HTTP/1.1 200 ' "the right one"
tool_me
unsaid '"isError":true' "is right for tools, too"
serve_stop

echo 'serve: {wait: 10m}' >>"$work/muster.yaml"
sed -i 's/^    rate: .*/&\n    timeout: 10m/' "$work/muster.yaml"
serve_start
fault '{"path": "/api/v3/groups", "times": 2, "kind": "hang", "ms": 600000}'
as "$reader" /sendoso/api/v3/groups -m 1 2>/dev/null || true
wait_for "a read that nobody waits for ends" logged 'GET /proxy/sendoso/api/v3/groups .*sendoso: cancelled'
clear_faults

# --- one token doesn't get all threads, 8 as it is ---
fault '{"path": "/api/v3/groups", "times": 20, "kind": "hang", "ms": 600000}'
held=()
for ((i = 0; i < 12; i++)); do
    curl -sS -o /dev/null -H "Authorization: Bearer $reader" "$SERVE_URL/proxy/sendoso/api/v3/groups" 2>/dev/null &
    held+=($!)
done
waiting() { curl -sS -H "Authorization: Bearer $raw" "$SERVE_URL/metrics" | grep -Eq '^muster_requests_waiting [4-9]'; }
wait_for "twelve reads wait for an answer" waiting
as "$raw" /sendoso/api/v3/me -m 20 || true
said '^HTTP/1.1 200 ' "another token is served"
kill "${held[@]}"
wait "${held[@]}" 2>/dev/null || true
wait_for "and the first one again, when it has left" as "$reader" /sendoso/api/v3/me -m 20
clear_faults

fault '{"path": "/api/v3/users", "method": "POST", "times": 2, "kind": "hang", "ms": 600000}'
as "$raw" /sendoso/api/v3/users -d '{}' 2>/dev/null &
asking=$!
wait_for "a write under way" is_now /v3/users running
as "$raw" /sendoso/api/v3/other -d '{}'
is_now /v3/users running && ok "others leave it alone" || bad "others leave it alone" "$(muster runs)"
kill -KILL "$serve_pid"
wait "$serve_pid" || true
wait "$asking" || true
serve_start
is_now /v3/users cut && ok "the next start settles it" || bad "the next start settles it" "$(muster runs)"
grep -q 'was cut: POST /api/v3/users (proxy, token raw) .* in doubt' "$work/serve.err" && ok "and says that it is in doubt" ||
    bad "and says that it is in doubt" "$(cat "$work/serve.err")"
clear_faults

# --- nowhere else ---
while read -r path; do
    as "$reader" "$path" || true
    if grep -q '^HTTP/1.1 \(200\|30.\)' "$work/err"; then
        bad "$path leads nowhere" "$(cat "$work/err" "$work/out")"
    else
        ok "$path leads nowhere"
    fi
done <<'END'
/sendoso/../../etc/passwd
/sendoso/api/../../x
/sendoso/%2e%2e/%2e%2e/x
/sendoso/api/%252e%252e/v3/me
/sendoso//evil.example/api/v3/me
/sendoso/@evil.example/api/v3/me
/sendoso@evil.example/api/v3/me
/sendoso/api/v3/me%0d%0aX-Evil:1
/sendoso/api\v3\me
/sendoso/api%5cv3/me
/sendoso/api%2fv3%2fme
/sendoso/.;/api/v3/me
/sendoso/http://evil.example/
/http://evil.example/
/sendoso:80/api/v3/me
//evil.example/api/v3/me
/%73endoso%2f..%2fcorp/x
END

serve_stop
finish
