#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything a source can do wrong: a clear word, the right exit code, and never a removal.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 350 --groups 6 --seed 5 --rate off
write_config 'rate: "off"
    timeout: 5m
    tries: 2'
expect 0 "first export" muster sync teams-to-ldap --yes

# spoiled EXIT NAME PATTERN FAULT: one pull under a fault; the words; and that nobody would be removed after it.
spoiled() {
    fault "$4"
    expect "$1" "$2" muster pull sendoso
    said "$3" "$2: says what was wrong"
    clear_faults
    expect 0 "$2: nobody is removed after it" muster plan teams-to-ldap
    unsaid '^-' "$2: nobody is removed after it"
}
users='"path": "/api/v3/users", "page": 2, "times": 50'
spoiled 4 "a page answered by 500 in HTML" 'users.*500' "{$users, \"kind\": \"html500\"}"
spoiled 4 "a page answered by 500 in JSON" 'users.*500' "{$users, \"kind\": \"500\"}"
spoiled 4 "a page that is HTML with 200" 'HTML' "{$users, \"kind\": \"not-json\"}"
spoiled 4 "a page cut in the JSON" 'users' "{$users, \"kind\": \"cut-json\"}"
spoiled 4 "a page cut in the connection" 'users' "{$users, \"kind\": \"truncate\"}"
spoiled 4 "an empty 200" 'nothing in it|empty' "{$users, \"kind\": \"empty\"}"
spoiled 4 "nesting of 100,000" 'deep|nest|depth' "{$users, \"kind\": \"deep\"}"
spoiled 4 "a page of 300 MB" 'MiB|MB|ceiling|larger|limit' "{$users, \"kind\": \"huge\"}"
spoiled 4 "a page that never ends" 'MiB|MB|ceiling|larger|limit' "{$users, \"kind\": \"endless\"}"
sed -i 's/timeout: 5m/timeout: 3s/' "$work/muster.yaml"
spoiled 4 "a page that stalls" 'time|stall|byte' "{$users, \"kind\": \"stall\"}"
sed -i 's/timeout: 3s/timeout: 5m/' "$work/muster.yaml"
spoiled 4 "a connection reset" 'reset|connection|closed' "{$users, \"kind\": \"reset\"}"
spoiled 4 "a NUL in a name" 'NUL|first_name' "{$users, \"kind\": \"nul\"}"
spoiled 4 "a raw NUL byte" 'NUL|users' "{$users, \"kind\": \"nul\", \"raw\": true}"
spoiled 4 "bad UTF-8" 'UTF-8|users' "{$users, \"kind\": \"bad-utf8\"}"
spoiled 4 "a total that moves" 'total|promised' "{$users, \"kind\": \"wrong-total\"}"
spoiled 4 "rows that repeat" 'twice|same rows' "{$users, \"kind\": \"repeat-rows\"}"
spoiled 4 "a short page" 'rows|promised' "{$users, \"kind\": \"short-page\"}"
spoiled 4 "a page forbidden" '403|denied|allowed' "{$users, \"kind\": \"forbidden\"}"
spoiled 4 "a group that vanished meanwhile" 'Group not found|404' \
    '{"path": "/api/v3/groups/*/members", "times": 50, "kind": "404"}'
spoiled 4 "a short list of members" 'members' \
    '{"path": "/api/v3/groups/*/members", "times": 50, "kind": "short-page", "rows": 1}'
spoiled 4 "the groups fail" 'groups' '{"path": "/api/v3/groups", "times": 50, "kind": "500"}'

# What one retry heals is no trouble at all.
healed() {
    fault "$2"
    expect 0 "$1: healed by a second try" muster pull sendoso
    clear_faults
}
healed "one 500" '{"path": "/api/v3/users", "page": 2, "kind": "500", "status": 503}'
healed "one reset" '{"path": "/api/v3/users", "page": 2, "kind": "reset"}'
healed "one 429" '{"path": "/api/v3/users", "page": 2, "kind": "429"}'
healed "a slow page" '{"path": "/api/v3/users", "page": 2, "kind": "slow", "ms": 500}'

# Tokens.
SENDOSO_TOKEN=tok-abc expect 3 "a wrong token" muster pull sendoso
said 'token|401' "a wrong token is named"
unsaid 'tok-abc' "and not shown"
expect 0 "a wrong token removes nobody" muster plan teams-to-ldap
fault '{"kind": "unauthorized", "times": 1000}'
setting '{"401-body": "e2"}'
expect 3 "an expired token" muster pull sendoso
said 'token rejected .401.*expired.*create a new one and put it into env:SENDOSO_TOKEN' "an expired token is called that, with the fix"
setting '{"401-body": "html"}'
expect 3 "a token refused in HTML" muster pull sendoso
said '401' "a token refused in HTML"
setting '{"401-body": "e1"}'
clear_faults
env -u SENDOSO_TOKEN "$MUSTER" -c "$work/muster.yaml" pull sendoso >"$work/out" 2>"$work/err" && bad "no secret" || ok "no secret"
said 'SENDOSO_TOKEN' "the secret that is missing is named"

# Nobody there any more: not believed.
sim_stop
sim_start --users 0 --groups 0 --seed 5 --rate off
write_config
expect 3 "an account suddenly empty is a void read" muster pull sendoso
expect 0 "and removes nobody" muster plan teams-to-ldap
sim_stop
expect 3 "a server that is down" muster pull sendoso
said 'connect|refused' "a server that is down is named"

# Somebody in no group, and a group with nobody in it.
sim_start --users 40 --groups 3 --seed 5 --rate off
write_config
rm -f "$work"/muster.db*
slapd_stop
slapd_start --nosync
write_config
expect 0 "with people in no group" muster sync teams-to-ldap --yes
"$MUSTER" -c "$work/muster.yaml" users --format json | python3 -c '
import json, sys
print("\n".join(u["id"] for u in json.load(sys.stdin) if not u.get("groups")))' >"$work/alone"
if [ -s "$work/alone" ]; then ok "there are such people"; else bad "there are such people"; fi
ldap_dump >"$work/dump.ldif"
expect 0 "they are in LDAP, and in no group there" python3 "$top_srcdir/tests/live/roundtrip.py" "$SIM_URL" "$SIM_TOKEN" \
    dc=example,dc=org "$work/dump.ldif"
ldap_dump '(member=cn=nobody,dc=example,dc=org)' dn >"$work/out"
said '^dn:' "a group with nobody has the placeholder"
expect 0 "and nothing is left to do" muster plan teams-to-ldap
sim_stop

finish
