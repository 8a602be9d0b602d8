#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What -v prints is what was done: its LDIF, fed to ldapmodify, makes another server the same; its curl commands, with the
# secret put in, get the same answers. No secret is in it.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch ldapmodify curl python3

sim_start --users 300 --groups 8 --seed 23 --rate off
slapd_start --nosync
write_config 'rate: "off"
    scim: {token: env:SENDOSO_SCIM_TOKEN}'

# Every kind of write: containers, people, groups; then other values, a rename, a move, a leaver, a group's name.
: >"$work/trace"
verbose_sync() { # NAME
    expect 0 "$1" muster -v sync teams-to-ldap --yes
    cat "$work/err" >>"$work/trace"
}
verbose_sync "a first sync"
change '[{"position": 40, "set": {"first_name": "Ζωή #1", "last_name": " +\"<>;,\\ "}},
    {"position": 41, "set": {"email": "quite.another@example.test"}},
    {"position": 43, "set": {"active": false}}]'
group=$(api '/api/v3/groups?page=1&per_page=100' | python3 -c 'import json, sys; print(json.load(sys.stdin)["groups"][2]["id"])')
change "[{\"position\": 42, \"set\": {\"team_group_id\": $group}}, {\"group\": $group, \"set\": {\"name\": \"An, \\\"other\\\" #1\"}}]"
verbose_sync "changes of each kind"
change '{"position": 150, "set": {"active": false}}'
verbose_sync "one more leaves"
expect 0 "nothing is left to do" muster plan teams-to-ldap
ldap_dump | sed '/^# /d' >"$work/ours.ldif"

# Paragraphs that begin with a DN are the LDIF; the rest are commands and messages.
awk 'BEGIN { RS = ""; ORS = "\n\n" } { sub(/^([^d\n][^\n]*\n)+/, "") } /^dn:/' "$work/trace" >"$work/writes.ldif"
for kind in add modify modrdn; do
    if grep -q "^changetype: $kind" "$work/writes.ldif"; then ok "there is a $kind"; else bad "there is a $kind"; fi
done
slapd_stop
slapd_start --nosync
# shellcheck disable=SC2119
if ldap_admin ldapmodify <"$work/writes.ldif" >"$work/out" 2>"$work/err"; then
    ok "ldapmodify takes all of it"
else
    bad "ldapmodify takes all of it" "$(tail -5 "$work/err")"
fi
ldap_dump | sed '/^# /d' >"$work/theirs.ldif"
same() { python3 - "$work/ours.ldif" "$work/theirs.ldif" <<'END'
import base64, sys


def entries(path):
    found = {}
    for block in open(path, encoding="utf-8").read().split("\n\n"):
        pairs = [line.split(":", 1) for line in block.splitlines() if ":" in line]
        pairs = [(k, base64.b64decode(v[1:]).decode() if v.startswith(":") else v.strip()) for k, v in pairs]
        if pairs:
            found[pairs[0][1]] = sorted(pairs)
    return found


ours, theirs = (entries(path) for path in sys.argv[1:])
different = [dn for dn in sorted(set(ours) | set(theirs)) if ours.get(dn) != theirs.get(dn)]
for dn in different[:5]:
    print(dn, ours.get(dn), theirs.get(dn), sep="\n  ")
sys.exit(1 if different or len(ours) < 300 else 0)
END
}
if same >"$work/out" 2>&1; then ok "and the other server holds the same"; else bad "and the other server holds the same" "$(cat "$work/out")"; fi

# curl commands, with the secret put in.
expect 0 "a pull with -v" muster -v pull sendoso
cat "$work/err" >>"$work/trace"
grep '^curl ' "$work/err" >"$work/curls"
if [ "$(grep -c 'api/scim' "$work/curls")" -ge 3 ] && [ "$(grep -c 'api/v3' "$work/curls")" -ge 10 ]; then ok "there are curl commands"; else bad "there are curl commands" "$(cat "$work/err")"; fi
while IFS= read -r line; do
    token=$SIM_TOKEN
    case $line in *api/scim*) token=$SCIM_TOKEN ;; esac
    command=${line%%  \#*}
    got=$(bash -c "${command//\*\*\*/$token} -sS -o /dev/null -w '%{http_code} %{size_download}'" </dev/null) || true
    case $line in
    *"# ${got% *}, ${got#* } bytes"*) ok "runs: ${command#*"$SIM_URL"}" ;;
    *) bad "runs: $line: $got" ;;
    esac
done <"$work/curls"
for secret in "$SIM_TOKEN" "$SCIM_TOKEN" "$BIND_PW"; do
    if grep -qF -- "$secret" "$work/trace"; then bad "a secret is printed" "$(grep -F -- "$secret" "$work/trace")"; else ok "no secret is printed"; fi
done

# A refresh is a write with secrets in its body. A store of its own: without SCIM less is read than before.
rm -f "$work"/muster.db*
write_config
sed -i 's|    token: env:SENDOSO_TOKEN|    oauth: {client_id: sim-client, client_secret: env:OAUTH_SECRET, redirect_uri: "http://127.0.0.1/cb"}|' \
    "$work/muster.yaml"
export OAUTH_SECRET=sim-secret
mkfifo "$work/answer"
"$MUSTER" -v -c "$work/muster.yaml" init --authorize sendoso <"$work/answer" >"$work/authorize" 2>&1 &
authorize=$!
exec 9>"$work/answer"
until grep -q 'oauth/authorize' "$work/authorize"; do
    kill -0 "$authorize" || break
    sleep 0.05
done
address=$(grep -o 'http://[^ ]*oauth/authorize[^ ]*' "$work/authorize" | head -1)
curl -sS -o /dev/null -w '%{redirect_url}\n' "$address" >&9
exec 9>&-
wait "$authorize" && ok "authorised" || bad "authorised" "$(cat "$work/authorize")"
sed -i -E 's/"(ends|expires|expires_at)": ?[0-9]+/"\1":1/; s/"(got|created_at)": ?[0-9]+/"\1":1/' "$work/sendoso.token"
expect 0 "a refresh with -v" muster -v pull sendoso
said "^curl .*oauth/token" "a refresh with -v: is shown"
cat "$work/authorize" "$work/err" >"$work/trace"
unsaid "sim-secret" "without the client's secret"
tokens=$(grep -oE '[ar]t_[0-9a-f]{8,}' "$work/sendoso.token" | sort -u)
[ -n "$tokens" ] || bad "there are tokens" "$(cat "$work/sendoso.token")"
for secret in sim-secret $tokens; do
    if grep -qF -- "$secret" "$work/trace"; then bad "$secret is printed" "$(grep -F -- "$secret" "$work/trace")"; else ok "no token is printed"; fi
done
finish
