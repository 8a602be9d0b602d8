#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve over HTTP: who may listen where, what is answered, and that it is what source and directory have.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3 openssl

slapd_start --nosync
sim_start --users 350 --groups 7 --seed 5 --rate off
write_config 'scim: {token: env:SENDOSO_SCIM_TOKEN}
    rate: "off"'
expect 0 "first export" muster sync teams-to-ldap --yes

# --- who may listen ---

expect 64 "without tokens not beyond this machine" muster serve --listen 0.0.0.0:0 --insecure-local
said 'other machines' "without tokens not beyond this machine: says why"
expect 78 "in clear not beyond this machine" muster serve --listen 0.0.0.0:0
said 'tls_cert' "in clear not beyond this machine: says the fix"
expect 78 "a name is no address" muster serve --listen localhost:0
expect 78 "a port that is none" muster serve --listen 127.0.0.1:http

# --- what is answered ---

serve_start
call() { curl -sS -D "$work/head" -o "$work/out" "$@"; : >"$work/err"; }
directory() { # PATH CURL-OPTIONS...
    local path=$1
    shift
    call "$@" "$SERVE_URL/unified/user-directory$path"
}

call "$SERVE_URL/healthz"
said '^ok$' "alive"
directory /users
said '"error":"Unauthorized"' "without a token nothing is told"
call -H 'Host: evil.example' "$SERVE_URL/healthz"
said '"statusCode":403' "another name for this machine is refused"
serve_stop
serve_start --insecure-local
directory "/users?limit=3"
said '"result_count":3' "a page of users"
directory /users -H 'Origin: https://evil.example'
said '"statusCode":403' "pages of others are refused"

# --- the contract, from outside ---

checked() { # NAME ARGS...
    expect 0 "$1" python3 "$top_srcdir/tests/live/serve.py" "${@:2}"
    grep '^FAILED' "$work/out" || true
}

checked "the contract" contract "$SERVE_URL" "$top_srcdir/tests/live/openapi-3.1.schema.json"
ldap_dump -b ou=people,dc=example,dc=org '(mail=*)' mail >"$work/dump.ldif"
checked "the same people everywhere" people "$SERVE_URL" "$SIM_URL" "$SIM_TOKEN" "$work/dump.ldif"

# Between two pages somebody is renamed, one joins and one leaves, and the account is read again.
directory "/users?status=active&limit=300"
read -r first second < <(python3 -c 'import json, sys
people = json.load(open(sys.argv[1]))["result"]
print(people[100]["id"], people[200]["id"])' "$work/out")
cat >"$work/meanwhile" <<EOF
set -e
change() { curl -sS -f -H 'Content-Type: application/json' -d "\$1" "$SIM_CONTROL/change"; }
change '{"user": $first, "set": {"first_name": "Renamed"}}'
change '{"user": $second, "set": {"active": false}}'
change '{"join": {"first_name": "New", "last_name": "Person", "email": "new@example.test"}}'
"$MUSTER" -q -c "$work/muster.yaml" pull sendoso
EOF
checked "pages of one snapshot while it is read again" pages "$SERVE_URL" bash "$work/meanwhile"

# --- max_age: one pull for all who ask, and nobody waits for ever ---

snapshot() { sed -n 's/^Muster-Snapshot: \([0-9]*\).*/\1/p' "$work/head"; }
directory "/users?limit=1"
before=$(snapshot)
kill -STOP "$sim_pid"
for i in 1 2 3 4 5 6; do
    curl -sS -o /dev/null -w '%{http_code}\n' "$SERVE_URL/unified/user-directory/users?limit=1&max_age=0" >"$work/code.$i" &
    asked[i]=$!
done
until curl -sS "$SERVE_URL/metrics" | grep -q '^muster_http_requests_in_flight 7$'; do
    kill -0 "$serve_pid" || break
    sleep 0.1
done
kill -CONT "$sim_pid"
wait "${asked[@]}"
if [ "$(cat "$work"/code.* | sort | uniq -c | tr -s ' ')" = " 6 200" ]; then
    ok "six ask for fresh people at once, and get them"
else
    bad "six ask for fresh people at once" "$(cat "$work"/code.*)"
fi
directory "/users?limit=1"
if [ $(($(snapshot) - before)) -lt 6 ]; then ok "they share pulls"; else bad "they share pulls: $before, $(snapshot)"; fi
directory "/users?limit=1&max_age=1h"
serve_stop
echo 'serve: {pull_wait: 1s}' >>"$work/muster.yaml"
serve_start --insecure-local
before=$(snapshot)
setting '{"latency": 1500}'
directory "/users?limit=1&max_age=0"
said '"statusCode":503.*goes on' "a pull that takes too long: said"
cp "$work/head" "$work/out"
said '^Retry-After: ' "a pull that takes too long: when to ask again"
setting '{"latency": 0}'
until directory "/users?limit=1" && [ "$(snapshot)" != "$before" ]; do
    kill -0 "$serve_pid" || break
    sleep 0.2
done
if [ "$(snapshot)" != "$before" ]; then ok "it went on all the same"; else bad "it went on all the same"; fi
fault '{"path": "/api/v3/users", "kind": "500", "times": 1000}'
directory "/users?limit=1&max_age=0"
said '"statusCode":502.*page 1: .*"is_remote_error":true' "a pull that fails: said, with the cause and whose fault it is"
directory "/users?limit=1"
said '"result_count":1' "what is known is told all the same"
clear_faults
sed -i '/^serve:/d' "$work/muster.yaml"

# --- TLS, and pages of others ---

serve_stop
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost \
    -addext 'subjectAltName=IP:127.0.0.1' 2>/dev/null
cp "$work/muster.yaml" "$work/plain.yaml"
echo 'serve: {tls_cert: cert.pem, tls_key: key.pem, origins: [https://admin.example.test], hosts: [people.example.test]}' \
    >>"$work/muster.yaml"
serve_start --insecure-local
call --cacert "$work/cert.pem" "$SERVE_URL/healthz"
said '^ok$' "over TLS"
expect 35 "not over what is older than TLS 1.2" curl -sS --cacert "$work/cert.pem" --tls-max 1.1 "$SERVE_URL/healthz"
directory "/users?limit=1" --cacert "$work/cert.pem" -H 'Origin: https://admin.example.test' -H 'Host: people.example.test'
said '"result_count":1' "a page that is listed, by a name that is listed"
cp "$work/head" "$work/out"
said '^Access-Control-Allow-Origin: https://admin.example.test' "it may read the answer"
directory "/users" --cacert "$work/cert.pem" -X OPTIONS -H 'Origin: https://admin.example.test' -H 'Access-Control-Request-Method: GET'
cp "$work/head" "$work/out"
said '^Access-Control-Allow-Methods: GET, HEAD' "and asks first"
serve_stop
echo 'serve: {tls_cert: cert.pem}' | cat "$work/plain.yaml" - >"$work/muster.yaml"
expect 78 "a certificate without its key" muster serve
said 'tls_key is missing' "a certificate without its key: said"
echo 'serve: {tls_cert: cert.pem, tls_key: plain.yaml}' | cat "$work/plain.yaml" - >"$work/muster.yaml"
expect 1 "a key that is none" muster serve --listen 127.0.0.1:0
said 'tls_cert and tls_key belong together' "a key that is none: said"
cp "$work/plain.yaml" "$work/muster.yaml"
serve_start --insecure-local

call "$SERVE_URL/docs"
said 'List users' "a page for people"
unsaid '<script|http://|https://' "a page that needs nothing else"
serve_stop

finish
