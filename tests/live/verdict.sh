#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each doubt about a read, made on purpose: the verdict with its cause, and a sync after it that takes nobody out of LDAP.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 350 --groups 6 --seed 5 --rate off
write_config 'rate: "off"
    timeout: 5m
    tries: 2
    scim: {token: env:SENDOSO_SCIM_TOKEN}
    canary: ["1000", "*@EXAMPLE.test"]'

ev() { # ev EXPRESSION: of the evidence that is in $work/out as `s`
    python3 -c 'import json, sys; s = json.load(open(sys.argv[1])); e = s["evidence"]; print(eval(sys.argv[2]))' "$work/out" "$1"
}
is() { # is WANT NAME EXPRESSION
    local got
    got=$(ev "$3" 2>&1) || true
    [ "$got" = "$1" ] && ok "$2" || bad "$2: $got, wanted $1" "$(cat "$work/out")"
}

# Everybody and everything that is in LDAP, values included: what must not become less.
ldap_state() { ldap_dump '(objectClass=*)' '*' | sed '/^$/d' | sort; }

# nothing_lost NAME: a sync under the same conditions; not one line less in LDAP.
nothing_lost() {
    local before after lost
    before=$(ldap_state)
    muster sync teams-to-ldap --yes >"$work/sync.out" 2>"$work/sync.err" </dev/null || true
    after=$(ldap_state)
    lost=$(comm -23 <(echo "$before") <(echo "$after") || true)
    [ -z "$lost" ] && ok "$1: LDAP lost nothing" || bad "$1: LDAP lost something" "$lost"
}

# doubt EXIT NAME CAUSE [FAULT]: a pull, the cause among its findings, and a sync with the same fault that takes nothing.
doubt() {
    [ -z "${4:-}" ] || fault "$4"
    expect "$1" "$2" muster pull sendoso --format json
    is True "$2: the cause is $3" "'$3' in [f['cause'] for f in e['findings']]"
    clear_faults
    [ -z "${4:-}" ] || fault "$4"
    nothing_lost "$2"
    clear_faults
}

some=$(api /api/v3/groups | python3 -c 'import json, sys; print(json.load(sys.stdin)["groups"][0]["id"])')
first_id=$(api '/api/v3/users?page=1&per_page=1' | python3 -c 'import json, sys; print(json.load(sys.stdin)["users"][0]["id"])')
sed -i "s/\"1000\"/\"$first_id\"/" "$work/muster.yaml"

# --- the evidence of a read without doubt ---

expect 0 "first export" muster sync teams-to-ldap --yes
expect 0 "a complete read" muster pull sendoso
said 'asked +answered +rows +kept +twice +parked +before +after' "a table of what came"
said '^  users +4 +4 +350 +350 +0 +0 +350 +350$' "pages asked and answered, rows, kept, totals before and after"
said '^  ok +members: 6 lists, each with whom the users' "the lists of members against the people's own word"
said '^  ok +bound as at snapshot' "who we were is compared"
said '^  ok +users: [0-9]+ came, the last complete read had' "sizes are compared"
said '^  ok +canary: 2 of 2 found' "people who must be there are there"
expect 0 "the same as JSON" muster pull sendoso --format json
is 4 "JSON: pages asked" '[r for r in e["resources"] if r["name"] == "users"][0]["asked"]'
is "350 350" "JSON: totals before and after" '"%d %d" % tuple([r for r in e["resources"] if r["name"] == "users"][0][k] for k in ("total_first", "total_last"))'
is True "JSON: lists" 'e["lists"]["count"] == 6 and e["lists"]["agree"] == 6 and e["lists"]["listed"] == e["lists"]["named"] > 300'
is manager "JSON: who we are" 'e["bound"]["role"]'
is True "JSON: the read it was compared with" 'e["before"]["snapshot"] == s["id"] - 1'
is 1 "JSON: read once" 'e["attempts"]'
id=$(ev 's["id"]')
expect 0 "muster snapshots ID shows it again" muster snapshots "$id"
said '^  ok +canary: 2 of 2 found' "muster snapshots ID: evidence"

# --- pages and lists ---

users='"path": "/api/v3/users", "page": 2, "times": 500'
doubt 4 "a page that failed" failed "{$users, \"kind\": \"500\"}"
doubt 4 "a page cut short on the way" failed "{$users, \"kind\": \"truncate\"}"
doubt 4 "an empty 200" failed "{$users, \"kind\": \"empty\"}"
doubt 4 "a page over the size limit" limit "{$users, \"kind\": \"huge\"}"
doubt 4 "a short page" rows "{$users, \"kind\": \"short-page\"}"
is 3 "what may pass is read again, twice" 'e["attempts"]'
is True "earlier attempts are kept" '{f["attempt"] for f in e["earlier"]} == {1, 2}'
doubt 4 "a total that moved" total_moved "{$users, \"kind\": \"wrong-total\"}"
doubt 4 "rows that repeat" repeated "{$users, \"kind\": \"repeat-rows\"}"
doubt 4 "an empty list of members" lists_differ "{\"path\": \"/api/v3/groups/$some/members\", \"times\": 500, \"kind\": \"status\", \"status\": 200, \"body\": \"[]\"}"
doubt 3 "empty lists of members" empty '{"path": "/api/v3/groups/*/members", "times": 500, "kind": "status", "status": 200, "body": "[]"}'
doubt 4 "a short list of members" lists_differ '{"path": "/api/v3/groups/*/members", "times": 500, "kind": "short-page", "rows": 1}'
doubt 4 "a group whose list is gone" vanished '{"path": "/api/v3/groups/*/members", "times": 500, "kind": "404"}'
doubt 4 "a record that can't be used" parked "{$users, \"kind\": \"nul\"}"
expect 0 "parked records are listed" muster runs --parked
said 'pull sendoso +user' "parked records are listed with their owner"
expect 0 "a read that can use them" muster pull sendoso
expect 0 "they clear" muster runs --parked --format json
unsaid 'owner' "they clear"

setting '{"overlap": 5}'
doubt 4 "each page starts with rows of the one before" repeated
setting '{"overlap": 0}'
setting '{"total-name": "none"}'
expect 0 "lists without a total" muster pull sendoso --format json
is 5 "lists without a total are read to an empty page" '[r for r in e["resources"] if r["name"] == "users"][0]["asked"]'
doubt 4 "a short page in a list without a total" short_page "{$users, \"kind\": \"short-page\"}"
setting '{"total-name": "normal"}'

# An empty answer with 200 and a total to match, for people and for groups.
empty='{"users": [], "total_users": 0, "current_page": 1, "per_page": 100}'
doubt 3 "no people with 200" empty "{\"path\": \"/api/v3/users\", \"times\": 500, \"kind\": \"status\", \"status\": 200, \"body\": \"${empty//\"/\\\"}\"}"
empty='{"groups": [], "total_groups": 0, "current_page": 1, "per_page": 100}'
doubt 3 "no groups with 200" empty "{\"path\": \"/api/v3/groups\", \"times\": 500, \"kind\": \"status\", \"status\": 200, \"body\": \"${empty//\"/\\\"}\"}"

# The same members for every group: the server ignores which group it was asked about.
api "/api/v3/groups/$some/members" | python3 -c 'import json, sys
print(json.dumps({"path": "/api/v3/groups/*/members", "times": 500, "kind": "status", "status": 200, "body": json.dumps([{k: m[k] for k in ("id", "team_group_id")} for m in json.load(sys.stdin)[:3]])}))' >"$work/fault.json"
doubt 3 "a server that ignores what it was asked for" foreign_rows "$(cat "$work/fault.json")"

# --- people who come and go during a read ---

expect 0 "as before" muster pull sendoso
member=$(api "/api/v3/groups/$some/members" | python3 -c 'import json, sys; print(json.load(sys.stdin)[5]["id"])')
change "{\"user\": $member, \"set\": {\"team_group_id\": null}, \"path\": \"/api/v3/users\", \"after\": 4}"
expect 0 "somebody moves between two lists" muster pull sendoso --format json
is True "somebody moves between two lists: read again, and then complete" 'e["attempts"] == 2 and e["earlier"][0]["cause"] == "lists_differ"'
change '{"join": {"first_name": "New", "last_name": "Comer", "email": "newcomer@example.test"}, "path": "/api/v3/users", "after": 2}'
expect 0 "somebody joins during the read" muster pull sendoso --format json
is True "somebody joins during the read: read again, and then complete" 'e["attempts"] == 2'
expect 0 "the sync after it" muster sync teams-to-ldap --yes
change "{\"group\": $some, \"set\": {\"name\": \"Renamed in mid-read\"}, \"path\": \"/api/v3/users\", \"after\": 1}"
expect 0 "a group renamed during the read is no doubt" muster pull sendoso
expect 0 "the sync after it" muster sync teams-to-ldap --yes

sed -i 's/    canary:/    rereads: 0\n    canary:/' "$work/muster.yaml"
change '{"join": {"first_name": "Other", "last_name": "Comer", "email": "othercomer@example.test"}, "path": "/api/v3/users", "after": 2}'
expect 4 "rereads: 0 settles for additive" muster pull sendoso --format json
is 1 "rereads: 0 reads once" 'e["attempts"]'
sed -i '/rereads: 0/d' "$work/muster.yaml"
expect 0 "and is complete when all is quiet" muster sync teams-to-ldap --yes

loner=$(api '/api/v3/users?page=1&per_page=100' | python3 -c 'import json, sys
print(next(u["id"] for u in json.load(sys.stdin)["users"] if not u["team_group_id"]))')
change "{\"user\": $loner, \"set\": {\"gone\": true}}"
expect 0 "somebody without a group leaves" muster pull sendoso --format json
is True "nobody is gone by the word of one read" 'e["attempts"] == 2 and e["earlier"][0]["cause"] == "gone" and s["gone"] == 1'
expect 0 "the sync after it" muster sync teams-to-ldap --yes

# --- who we are, and what we see ---

setting '{"me-role": "regular"}'
doubt 4 "another role" identity
fault '{"path": "/api/v3/me", "times": 500, "kind": "status", "status": 200, "body": "{\"id\": 99, \"email\": \"bob@example.test\", \"role\": \"manager\"}"}'
expect 4 "another person's token" muster pull sendoso
said 'who we are was .* and is 99 now' "another person's token: both are named"
clear_faults
doubt 4 "who we are can't be told" identity '{"path": "/api/v3/me", "times": 500, "kind": "forbidden"}'
expect 0 "a person accepts the new role" muster pull sendoso --accept
said 'not compared with snapshot' "accepting is in the evidence"
expect 0 "and it is the measure from then on" muster pull sendoso
setting '{"me-role": "manager"}'
expect 0 "the role as it was, accepted" muster pull sendoso --accept
expect 0 "the sync after it" muster sync teams-to-ldap --yes --format json

cp "$work/muster.yaml" "$work/muster.yaml.whole"
sed -i '/scim:/d' "$work/muster.yaml"
doubt 4 "the SCIM credential is missing" sees_less
cp "$work/muster.yaml.whole" "$work/muster.yaml"
doubt 4 "the SCIM token is rejected" failed '{"path": "/api/scim/v2/Users", "times": 500, "kind": "unauthorized"}'
doubt 4 "SCIM fails in the middle" failed '{"path": "/api/scim/v2/Users", "page": 2, "times": 500, "kind": "500"}'
expect 4 "a part is no whole" muster pull sendoso --only groups
said 'only a part was asked for' "a part is no whole"

# --- canary, size ---

sed -i "s/\"$first_id\"/\"nobody@else.test\"/" "$work/muster.yaml"
doubt 3 "somebody who must be there is missing" canary
expect 3 "which is said" muster pull sendoso
said 'void +canary: 1 of 2 missing .nobody@else.test' "who is missing is named"
expect 0 "muster snapshots" muster snapshots --limit 3
said 'void .*canary: 1 of 2 missing' "muster snapshots tells the verdict and its main reason"
expect 3 "a quiet sync of a void read" muster sync teams-to-ldap --yes -q
said "error: sync .*can't be trusted.*: canary: 1 of 2 missing .nobody@else.test.*muster snapshots [0-9]+" \
    "one line has the reason, and where the evidence is"
cp "$work/muster.yaml.whole" "$work/muster.yaml"

change "$(python3 -c 'import json; print(json.dumps([{"position": 20, "set": {"gone": True}} for i in range(230)]))')"
doubt 4 "two thirds of the people gone" shrunk
expect 4 "the reason is on top" muster pull sendoso
said 'less than 50 %' "the reason names both numbers"
expect 0 "accepted by a person" muster pull sendoso --accept
expect 3 "and still a guard stands before the removals" muster plan teams-to-ldap
sim_stop
nothing_lost "a server that is down"
finish
