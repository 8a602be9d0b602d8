#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job on real servers: an exact round trip, an empty second plan, and minimal plans after changes.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 400 --groups 12 --seed 3 --rate off
write_config

# Exit 2, and as many operations as given: `plan_is COUNT NAME [PATTERN]`.
plan_is() {
    expect 2 "$2: there is a plan" muster plan teams-to-ldap --format json
    local count
    count=$(python3 -c 'import json,sys; print(len(json.load(open(sys.argv[1]))["operations"]))' "$work/out")
    if [ "$count" = "$1" ]; then
        ok "$2: $1 operations"
    else
        bad "$2: $count operations, wanted $1" "$(cat "$work/out")"
    fi
    [ -z "${3:-}" ] || said "$3" "$2: the plan names it"
}

in_step() {
    expect 0 "$1: sync" muster sync teams-to-ldap --yes
    expect 0 "$1: the next plan is empty" muster plan teams-to-ldap
    ldap_dump >"$work/dump.ldif"
    expect 0 "$1: round trip" python3 "$top_srcdir/tests/live/roundtrip.py" "$SIM_URL" "$SIM_TOKEN" \
        dc=example,dc=org "$work/dump.ldif"
}

expect 0 "pull" muster pull sendoso
said complete "the read is complete"
expect 2 "the first plan" muster plan teams-to-ldap -o "$work/plan.json"
expect 0 "apply" muster apply "$work/plan.json"
in_step "first export"
expect 3 "an applied plan is stale" muster apply "$work/plan.json"

sed -i 's/"title"\|"cn"/"sn"/; 0,/uid=/s//uid=x/' "$work/plan.json"
expect 3 "a changed plan file is refused" muster apply "$work/plan.json"

read -r id group other < <(api '/api/v3/users?page=2&per_page=100' | python3 -c '
import json, sys
users = [u for u in json.load(sys.stdin)["users"] if u["team_group_id"]]
other = next(u["team_group_id"] for u in users if u["team_group_id"] != users[0]["team_group_id"])
print(users[0]["id"], users[0]["team_group_id"], other)')

change "{\"user\": $id, \"set\": {\"first_name\": \"Renée\", \"last_name\": \"O'Neil, \\\"x\\\"\"}}"
muster -q pull sendoso
plan_is 1 "rename of a person" 'O.Neil'
in_step "rename of a person"

change "{\"user\": $id, \"set\": {\"team_group_id\": $other}}"
muster -q pull sendoso
plan_is 2 "move to another group"
in_step "move to another group"

email=$(api '/api/v3/users?page=1&per_page=100' | python3 -c '
import json, sys
print(next(u["email"] for u in json.load(sys.stdin)["users"] if u["id"] == int(sys.argv[1])))' "$id" 2>/dev/null ||
    api '/api/v3/users?page=2&per_page=100' | python3 -c '
import json, sys
print(next(u["email"] for u in json.load(sys.stdin)["users"] if u["id"] == int(sys.argv[1])))' "$id")
change "{\"user\": $id, \"set\": {\"email\": \"${email^^}\"}}"
muster -q pull sendoso
expect 0 "an e-mail in other letter case changes nothing in LDAP" muster plan teams-to-ldap

change "{\"user\": $id, \"set\": {\"email\": \"new.address@example.test\"}}"
muster -q pull sendoso
expect 2 "another e-mail" muster plan teams-to-ldap
said '^> user' "another e-mail is a rename, not a new person"
unsaid '^[+] user' "another e-mail is a rename, not a new person"
in_step "another e-mail"

change "{\"group\": $group, \"set\": {\"name\": \"Renamed, \\\"team\\\" #1 + Σοφία\"}}"
muster -q pull sendoso
plan_is 1 "rename of a group" '^ *> group|"rename"'
in_step "rename of a group"

change '{"join": {"first_name": "Νέα", "last_name": "D,Arcy #1 \"x\" <y>+z;\\", "email": "nea@example.test", "team_group_id": '"$other"'}}'
muster -q pull sendoso
plan_is 2 "a person joins"
in_step "a person joins"

change "{\"user\": $id, \"set\": {\"active\": false}}"
muster -q pull sendoso
plan_is 2 "a person leaves"
expect 0 "a person leaves: sync" muster sync teams-to-ldap --yes
expect 0 "a person leaves: the next plan is empty" muster plan teams-to-ldap
ldap_dump "(mail=new.address@example.test)" dn >"$work/out"
said 'ou=inactive' "who left is set aside"

change "{\"user\": $id, \"set\": {\"active\": true}}"
muster -q pull sendoso
expect 2 "a person returns" muster plan teams-to-ldap
in_step "a person returns"

# Somebody else's entries and members stay.
printf 'dn: uid=guest,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: guest\ncn: guest\nsn: guest\n' |
    ldap_admin ldapadd >/dev/null
expect 0 "an entry of others is not touched" muster plan teams-to-ldap
said 'not touched' "an entry of others is listed"
group_dn=$(ldap_dump '(&(objectClass=groupOfNames)(!(member=cn=nobody,dc=example,dc=org)))' dn |
    sed -n 's/^dn: //p' | head -1)
printf 'dn: %s\nchangetype: modify\nadd: member\nmember: uid=guest,ou=people,dc=example,dc=org\n' "$group_dn" |
    ldap_admin ldapmodify >/dev/null
expect 0 "a member others added stays" muster plan teams-to-ldap

finish
