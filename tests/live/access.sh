#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Ways in: OAuth with rotating refresh tokens, SCIM beside REST, LDAPS, StartTLS, ldapi, and what is refused.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl openssl

# --- OAuth ---
sim_start --users 40 --groups 3 --seed 2 --rate off
write_config
sed -i 's|    token: env:SENDOSO_TOKEN|    oauth: {client_id: sim-client, client_secret: env:OAUTH_SECRET, redirect_uri: "http://127.0.0.1/cb"}|' \
    "$work/muster.yaml"
export OAUTH_SECRET=sim-secret
expect 3 "nobody has authorised yet" muster pull sendoso
said 'init --authorize sendoso' "nobody has authorised yet: says what to run"

mkfifo "$work/answer"
"$MUSTER" -c "$work/muster.yaml" init --authorize sendoso <"$work/answer" >"$work/authorize" 2>&1 &
authorize=$!
exec 9>"$work/answer"
until grep -q 'oauth/authorize' "$work/authorize"; do
    kill -0 "$authorize" || break
    sleep 0.05
done
address=$(grep -o 'http://[^ ]*oauth/authorize[^ ]*' "$work/authorize" | head -1)
curl -sS -o /dev/null -w '%{redirect_url}\n' "$address" >&9
exec 9>&-
if wait "$authorize"; then ok "authorised with a code"; else bad "authorised with a code" "$(cat "$work/authorize")"; fi
expect 0 "read with the token of the code" muster pull sendoso
if [ "$(stat -c %a "$work/sendoso.token")" = 600 ]; then ok "the token file is private"; else bad "the token file is private"; fi
# An access token at its end is renewed, and the new refresh token kept.
before=$(cat "$work/sendoso.token")
sed -i -E 's/"(ends|expires|expires_at)": ?[0-9]+/"\1":1/; s/"(got|created_at)": ?[0-9]+/"\1":1/' "$work/sendoso.token"
expect 0 "a token at its end is renewed" muster pull sendoso
if [ "$before" != "$(cat "$work/sendoso.token")" ]; then ok "the new tokens are kept"; else bad "the new tokens are kept"; fi
expect 0 "and used again" muster pull sendoso
# The old refresh token is worth nothing any more.
printf '%s' "$before" | sed -E 's/"(ends|expires|expires_at)": ?[0-9]+/"\1":1/; s/"(got|created_at)": ?[0-9]+/"\1":1/' \
    >"$work/sendoso.token"
expect 3 "a refresh token used already" muster pull sendoso
said 'init --authorize sendoso' "a refresh token used already: says what to run"
unsaid "$(printf '%s' "$before" | grep -o 'rt_[0-9a-f]*' | head -1 | cut -c1-20)" "and no token is shown"
sim_stop
rm -f "$work"/muster.db* "$work"/sendoso.token*

# --- SCIM ---
slapd_start --nosync --tls
sim_start --users 300 --groups 5 --seed 11 --rate off
write_config 'rate: "off"
    scim: {token: env:SENDOSO_SCIM_TOKEN}'
expect 0 "REST and SCIM together" muster pull sendoso
expect 0 "inactive people are seen" muster users --filter 'status=inactive' --format csv
said 'inactive' "inactive people are seen"
expect 0 "roles are seen" muster users --filter 'roles.id=admin' --format csv
said 'admin' "roles are seen"
expect 0 "export of them" muster sync teams-to-ldap --yes
ldap_dump '(objectClass=inetOrgPerson)' dn >"$work/out"
unsaid 'ou=inactive' "people who never were there aren't created to be set aside"
fault '{"path": "/api/v3/users", "page": 2, "times": 50, "kind": "500"}'
expect 4 "SCIM whole, REST not" muster pull sendoso
clear_faults
expect 0 "nobody loses anything by that" muster plan teams-to-ldap
SENDOSO_SCIM_TOKEN=no expect 4 "a wrong SCIM token" muster pull sendoso
expect 0 "nobody loses anything by that either" muster plan teams-to-ldap

# --- LDAP over TLS and over a socket ---
over() { # NAME EXIT URL LINES
    sed -e "s|    url: ldap://.*|    url: $3|" -e "s|    base: dc=example.*|&\n$4|" "$work/muster.yaml" >"$work/tls.yaml"
    expect "$2" "$1" "$MUSTER" -c "$work/tls.yaml" plan teams-to-ldap
}
over "LDAPS" 0 "$LDAPS_URL" "    ca: $LDAP_CA"
over "StartTLS" 0 "$LDAP_URL" "    ca: $LDAP_CA\n    starttls: required"
over "ldapi" 0 "$LDAPI_URL" "    timeout: 2m"
over "LDAPS under a CA nobody trusts" 1 "$LDAPS_URL" "    timeout: 2m"
said "TLS failed.*issued by one in the system's list" "LDAPS under a CA nobody trusts: says so"
said "openssl s_client -brief -connect 127.0.0.1:$LDAP_TLS_PORT\`" "and how to look"
over "a CA file that isn't there" 1 "$LDAPS_URL" "    ca: nowhere.pem"
said 'nowhere.pem a readable file of certificates' "a CA file that isn't there: says so"
over "a CA file that is none" 1 "$LDAPS_URL" "    ca: muster.yaml"
said 'muster.yaml a readable file of certificates' "a CA file that is none: says so"
over "LDAPS at a port without TLS" 1 "${LDAPS_URL%:*}:$LDAP_PORT" "    ca: $LDAP_CA"
said 'does that port speak TLS' "LDAPS at a port without TLS: says so"
over "LDAP at a port with TLS" 1 "${LDAP_URL%:*}:$LDAP_TLS_PORT" "    timeout: 2m"
said 'connection was lost' "LDAP at a port with TLS: says so"
over "a socket that isn't there" 1 ldapi://%2Fnowhere%2Fldapi "    timeout: 2m"
said 'nowhere.*No such file' "a socket that isn't there: says so"
over "plain LDAP to another machine" 78 ldap://ldap.example.org "    timeout: 2m"
said 'starttls: required|ldaps://' "plain LDAP to another machine: a password isn't sent in the clear"

# The server's certificate made anew: another name in it, or out of date.
certified() { # SAN DAYS
    (
        cd "$work/slapd"
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days "$2" -out server.pem \
            -extfile <(printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$1") 2>>openssl.log
    )
    "$top_srcdir/tests/live/slapd.sh" stop "$work/slapd"
    "$top_srcdir/tests/live/slapd.sh" start "$work/slapd"
}
# The same for HTTPS: the handshake is over before anybody notices that it is no HTTP server.
https() { # NAME PATTERN [CA]
    sed -e "s|    url: http.*|    url: https://127.0.0.1:$LDAP_TLS_PORT\n    tries: 1${3:+\n    ca: $3}|" \
        "$work/muster.yaml" >"$work/https.yaml"
    expect 3 "HTTPS: $1" "$MUSTER" -c "$work/https.yaml" pull sendoso
    said "$2" "HTTPS: $1: says so"
}
https "a CA nobody trusts" 'not trusted .*; if a private CA issued it, name that in .ca:'
certified DNS:elsewhere.example 10
over "LDAPS, another host's certificate" 1 "$LDAPS_URL" "    ca: $LDAP_CA"
said 'made out to 127.0.0.1' "LDAPS, another host's certificate: says so"
over "StartTLS, another host's certificate" 1 "$LDAP_URL" "    ca: $LDAP_CA\n    starttls: required"
said "made out to 127.0.0.1.*-starttls ldap -CAfile $LDAP_CA" "StartTLS, another host's certificate: says so"
https "another host's certificate" 'not trusted .*(subject|host)' "$LDAP_CA"
certified DNS:localhost,IP:127.0.0.1 -1
over "LDAPS, a certificate out of date" 1 "$LDAPS_URL" "    ca: $LDAP_CA"
said 'certificate in date' "LDAPS, a certificate out of date: says so"
https "a certificate out of date" 'not trusted .*expired' "$LDAP_CA"
slapd_stop
slapd_start --nosync --base
over "StartTLS where there is none" 1 "$LDAP_URL" "    starttls: required"
said 'StartTLS is refused; set TLS up on the server, or use ldaps://' "StartTLS where there is none: says so"
finish
