#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster explain on real servers: the whole chain of a value that is there, and for each way of not being there the
# first condition that failed, with the data seen.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
mkdir -p "$work/mappings"
sim_start --users 40 --groups 4 --seed 3 --rate off
write_config "scim: {token: env:SCIM_TOKEN}
    rate: \"off\"
    mappings: $work/mappings"
export SCIM_TOKEN

join() { # JSON: prints the new id
    change "{\"join\": $1}"
    python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["id"])' "$work/control.out"
}

# why CODE NAME ARGS...: the story's first reason is CODE ("" for none), in text and in JSON.
why() {
    local code=$1 name=$2 got
    shift 2
    expect 0 "$name: JSON" muster explain "$@" --format json
    got=$(python3 - "$work/out" "${2:-}" <<'PY'
import json, sys
story = json.load(open(sys.argv[1]))
asked = story["groups"][0] if len(sys.argv) > 2 and sys.argv[2] and not sys.argv[2].startswith("--") else story
assert asked["in_agreement"] == (not asked["because"])
print(asked["because"][0]["code"] if asked["because"] else "")
PY
    ) || got=broken
    if [ "$got" = "$code" ]; then ok "$name: ${code:-in agreement}"; else bad "$name: '$got', wanted '$code'" "$(cat "$work/out")"; fi
    expect 0 "$name: text" muster explain "$@"
    said "${code:+because  +$code}" "$name: the text says so too"
}

# The line of a mapping file that the story names holds the rule of that field.
lines_hold() {
    python3 - "$work/out" <<'PY'
import json, sys
story = json.load(open(sys.argv[1]))
rules = [(a["name"], a["rule"]) for a in story["attributes"]]
links = [f for a in story["attributes"] for f in a["fields"]] + [f for g in story["groups"] for f in g["fields"]]
rules += [(f["field"], f["rule"]) for f in links if f["rule"]]
assert len(rules) > 10
for field, rule in rules:
    line = open(rule["file"]).read().split("\n")[rule["line"] - 1]
    assert field.split("/")[-1] + ":" in line or "each:" in line or "- {" in line or "extras" in line, (field, rule, line)
mail = next(a for a in story["attributes"] if a["name"] == "mail")
assert mail["policy"] == "merge" and mail["written"]["verb"] == "create" and not mail["differs"], mail
assert mail["there"] == mail["wanted"] and mail["fields"][0]["reads"][0] == {"pointer": "/email", "value": mail["there"][0]}
assert story["user"]["record"]["email"] == mail["there"][0]
PY
}

expect 1 "nothing was pulled yet" muster explain 4101
said 'muster pull' "nothing was pulled yet: says what to do"
ada=$(join '{"first_name": "Ada", "last_name": "Lovelace", "email": "Ada.Quist@example.test", "team_group_id": 71}')
muster -q pull sendoso
group=$(muster groups --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)[1]["name"])')

# --- there, step by step ---

why not_applied "before the first run" "$ada"
expect 0 "the first run" muster sync teams-to-ldap --yes
why '' "after it" "$ada"
said 'mail: +\{from: "/emails/\?/email"|inetorgperson.yaml:[0-9]+ +mail' "the mapping line is shown"
said 'written +run 1, operation [0-9]+ \(create, join\)' "the run that wrote it is shown"
expect 0 "by e-mail, folded" muster explain ADA.QUIST@EXAMPLE.TEST --format json
if lines_hold 2>"$work/err"; then ok "the chain holds"; else bad "the chain holds" "$(cat "$work/err")"; fi
expect 0 "by name" muster explain 'ada lovelace'
said 'found by +name' "by name"
expect 64 "csv has no form for it" muster explain "$ada" --format csv
expect 1 "somebody nobody knows" muster explain nobody@example.test
said 'no user has the id.*snapshot [0-9]+ \(complete\)' "somebody nobody knows: where was looked"

join '{"first_name": "Ada", "last_name": "Lovelace", "email": "other.ada@example.test"}' >"$work/other"
muster -q pull sendoso
expect 1 "two of that name" muster explain 'ada LOVELACE'
said "^$ada" "two of that name: the first is listed"
said "^$(cat "$work/other")" "two of that name: the other is listed"
said 'name one by its id' "two of that name: says what to do"
muster -q sync teams-to-ldap --yes >/dev/null

# --- groups ---

why '' "a member" "$ada" 71
said 'members.yaml:[0-9]+ +user_id' "a member: the mapping line is shown"
why not_in_source "not a member" "$ada" "$group"
said 'lists no membership' "not a member: what the source says"
why not_in_source "in no group" other.ada@example.test 71
expect 0 "in no group: the whole story" muster explain other.ada@example.test
said '^in no group' "in no group: said"
expect 1 "a group nobody knows" muster explain "$ada" 'No Such Team'
change "{\"user\": $ada, \"set\": {\"team_group_id\": $(muster groups --format json |
    python3 -c 'import json,sys; print(json.load(sys.stdin)[1]["id"])')}}"
muster -q pull sendoso
why not_in_source "moved, not applied" "$ada" 71
said 'not_applied.*removes it' "moved, not applied: what is planned"
why not_applied "moved to, not applied" "$ada" "$group"
expect 0 "the move" muster sync teams-to-ldap --yes
why not_in_source "moved" "$ada" 71
said 'listed it until snapshot' "moved: since when"
why '' "moved to" "$ada" "$group"

# --- drift, and what others wrote ---

dn="uid=ada.quist@example.test,ou=people,dc=example,dc=org"
printf 'dn: %s\nchangetype: modify\nreplace: givenName\ngivenName: Theirs\n' "$dn" | ldap_admin ldapmodify >/dev/null
why drift "changed by others" "$ada"
said 'givenName: "Theirs" is there' "changed by others: which value"
said '"Theirs".*wanted: "Ada"' "changed by others: both values"
said 'written +by no run of this sync' "changed by others: not by us"
expect 0 "put right" muster sync teams-to-ldap --yes
old_run=$(muster runs --format json | python3 -c 'import json,sys; d=json.load(sys.stdin); d=d if isinstance(d,list) else d["runs"]; print(d[0]["id"])')
why '' "put right" "$ada"
said "written +run $old_run" "put right: by which run"

# --- not there, and why ---

none=$(join '{"first_name": "Nemo", "last_name": "Nobody", "email": ""}')
twin=$(join '{"first_name": "Twin", "last_name": "Quist", "email": "ada.quist@example.test"}')
stranger=$(join '{"first_name": "Sam", "last_name": "Stranger", "email": "stranger@example.test"}')
printf 'dn: uid=stranger@example.test,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: x\nsn: x\n' |
    ldap_admin ldapadd >/dev/null
muster -q pull sendoso 2>/dev/null || true
expect 4 "a run with people left alone" muster sync teams-to-ldap --yes
why no_value "no e-mail" "$none"
said 'uid: missing' "no e-mail: the rule that failed"
why left_alone "two records, one name" "$twin"
said 'same name is asked for by Ada Lovelace' "two records, one name: by whom"
why left_alone "somebody else's entry" "$stranger"
said "isn't ours" "somebody else's entry: said"
why user "somebody else's entry: groups" "$stranger" 71

change "{\"user\": $twin, \"set\": {\"gone\": true}}"
change "{\"user\": $none, \"set\": {\"gone\": true}}"
change "{\"user\": $ada, \"set\": {\"active\": false}}"
muster -q pull sendoso
why inactive "inactive, not applied" "$ada"
said 'inactive: disable' "inactive: the policy"
said 'not_applied.*ou=inactive' "inactive, not applied: what is planned"
muster -q sync teams-to-ldap --yes >/dev/null || true
why inactive "inactive" "$ada"
why user "inactive: groups" "$ada" "$group"
inactive_at=$(muster snapshots --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
change "{\"user\": $ada, \"set\": {\"gone\": true}}"
muster -q pull sendoso
why gone "gone" "$ada"
said 'until snapshot [0-9]+ \(complete' "gone: since when, and what that read was worth"
said 'entry +username = "ada.quist@example.test"' "gone: as it last was"

# --- by then ---

why not_written "before the first run, told later" "$ada" --at 1
said 'by then +not there' "before the first run, told later"
expect 0 "by then" muster explain "$ada" --at "$inactive_at"
said 'because +inactive' "by then: inactive"
said 'by then +uid=ada.quist@example.test,ou=inactive' "by then: where it was"
said 'by then +"ada.quist@example.test"$' "by then: the value it was named by, not the whole name"

# --- a record that can't be used, a read that isn't complete ---

bo=$(join '{"first_name": "Bo", "last_name": "Lind", "email": "bo@example.test", "team_group_id": 71}')
muster -q sync teams-to-ldap --yes >/dev/null || true
change "{\"user\": $bo, \"set\": {\"gone\": true}}"
fault '{"path": "/api/v3/users", "times": 50, "kind": "short-page", "rows": 1}'
muster -q pull sendoso >/dev/null 2>&1 || true
clear_faults
expect 0 "an additive read" muster explain "$bo"
said 'snapshot +[0-9]+, additive' "an additive read: said"
mkdir -p "$work/mappings/sendoso"
printf 'kind: user\nfields:\n  last_name: {from: /last_name, enum: {Park: null}, required: true}\n' >"$work/mappings/sendoso/users.yaml"
cy=$(join '{"first_name": "Cy", "last_name": "Park", "email": "cy@example.test", "team_group_id": 71}')
muster -q pull sendoso >/dev/null 2>&1 || true
why parked "a record that can't be used" "$cy"
said "can't be used, since 20.* in 1 read: .*last_name: missing" "a record that can't be used: why"
rm -r "$work/mappings/sendoso"
muster -q sync teams-to-ldap --yes >/dev/null || true

# --- the target refuses, a guard refuses, the target is down ---

mkdir -p "$work/mappings/ldap"
printf 'fields:\n  telephoneNumber: {from: /last_name}\n' >"$work/mappings/ldap/inetorgperson.yaml"
sed -i "s#^    base: .*#&\n    mappings: $work/mappings#" "$work/muster.yaml"
greek=$(join '{"first_name": "Νέα", "last_name": "Ζωή", "email": "nea@example.test", "team_group_id": 71}')
muster -q sync teams-to-ldap --yes >/dev/null 2>&1 || true
why waiting "refused by the target" "$greek"
said 'syntax|invalid' "refused by the target: what it said"
rm -r "$work/mappings/ldap"

muster -q pull sendoso >/dev/null 2>&1 || true
sed -i 's/^  teams-to-ldap: .*/  teams-to-ldap: {from: sendoso, to: corp, guards: {disable: {count: 0, percent: 0}}}/' "$work/muster.yaml"
left=$(muster users --filter status=active --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)[4]["id"])')
change "{\"user\": $left, \"set\": {\"gone\": true}}"
muster -q pull sendoso >/dev/null 2>&1 || true
why gone "a guard refuses" "$left"
said 'guard.*limit 0, guards.disable' "a guard refuses: which"

slapd_stop
why gone "the target is down" "$left"
said "can't be seen" "the target is down: said, and the rest told"
said 'mappings/ldap/inetorgperson.yaml:[0-9]+' "the target is down: the rules are told"

finish
