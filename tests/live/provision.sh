#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From an HRIS export into Sendoso: who joins is invited once, who moves is moved, who leaves is set aside, who returns is taken back.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
# shellcheck source=tests/live/provision_lib.sh
. "${top_srcdir:?}/tests/live/provision_lib.sh"
need python3

sim_start --users 3 --groups 4 --rate off --set names=ascii --set odd=0 --set no-group=0 --set inactive=0

change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
ADA="1 Ada Quist Ada@Example.test EMEA_Sales regular active"
BO="2 Bo Lind bo@example.test Nordics manager active"
CY="3 Cy Moe cy@example.test EMEA_Sales regular active"

# --- who joins is invited, once ---

config
people "$ADA" "$BO" "$CY"
expect 0 "the feed is read" muster pull hris
expect 2 "the first plan" muster plan people
said '^\+ user Ada Quist' "names who joins"
said 'invited by e-mail into EMEA Sales \(71\)' "and the team group by name"
said '3 operations can.t be undone' "and what is one-way"
expect 0 "three are invited" muster sync people --yes
is "one invitation of Ada" 1 "$(invitations ada@example.test)"
is "three POSTs" 3 "$(posts /api/v3/users POST)"
expect 0 "the second plan is empty" muster plan people
expect 0 "results for the HRIS" muster runs 1 --results --format json
said '"id":"2","email":"bo@example.test","name":"Bo Lind","result":"invited","team_group":"75"' "say who was invited"
expect 0 "a pull of Sendoso" muster pull sendoso
expect 0 "its users" muster users sendoso --filter 'status=invited' --format json
said '"id":"invited:ada@example.test".*"groups":\[\{"id":"71","name":"EMEA Sales"\}\]' "list the invited"
expect 0 "one of them" muster users sendoso invited:bo@example.test
said 'status +invited' "can be shown"
printf 'audit: {account: sendoso, hris: hris}\n' >>"$work/muster.yaml"
expect 0 "nobody who is invited is told of as without an account" muster audit --check only-in-hris --fail-on info
expect 0 "and nobody is invited twice" muster sync people --yes
is "still three POSTs" 3 "$(posts /api/v3/users POST)"

# --- who came is ours, and follows the feed ---

for who in Ada@Example.test bo@example.test cy@example.test; do
    change "{\"invitation\": \"$who\", \"set\": {\"status\": \"accepted\"}}"
done
expect 0 "nothing to do when they came" muster plan people
expect 0 "results for the HRIS" muster runs 1 --results --format csv
said '^1,Ada@Example.test,Ada Quist,active,71,regular' "say who is active"
is "Ada is there" "Ada EMEA Sales sender active" "$(person ada@example.test)"
people "${ADA/EMEA_Sales regular/Nordics manager}" "$BO" "$CY"
expect 0 "a mover is read" muster pull hris
expect 2 "a move is planned" muster plan people
said 'from EMEA Sales \(71\) to Nordics \(75\)' "with both team groups by name"
said 'role: "regular" -> "manager"' "and both roles"
expect 0 "moved" muster sync people --yes
is "Ada is moved, and a manager" "Ada Nordics manager active" "$(person ada@example.test)"
expect 0 "the plan after a move is empty" muster plan people
people "${ADA/EMEA_Sales regular active/Nordics manager inactive}" "$BO"
expect 0 "one leaves, one is gone" muster sync people --yes
is "Ada is set aside" "Ada Nordics manager inactive" "$(person ada@example.test)"
is "Cy is set aside" "Cy EMEA Sales sender inactive" "$(person cy@example.test)"
expect 0 "the plan after leaving is empty" muster plan people
people "$ADA" "$BO" "$CY"
expect 0 "both return" muster sync people --yes
is "Ada is taken back, with group and role of today" "Ada EMEA Sales sender active" "$(person ada@example.test)"
is "Cy is taken back" "Cy EMEA Sales sender active" "$(person cy@example.test)"
expect 0 "results of returning" muster runs 4 --results --format csv
said '^2,|^1,Ada@Example.test,Ada Quist,active' "active again"
is "without another invitation" 3 "$(posts /api/v3/users POST)"
expect 0 "the plan after returning is empty" muster plan people

expect 64 "Sendoso has no LDIF" muster export hris --format ldif --as sendoso
said 'sendoso is no directory' "and that is told"

# --- the way back ---

people "$ADA" "${BO/Nordics manager/EMEA_Sales regular}" "$CY"
expect 0 "another move" muster sync people --yes --format json
run=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"])' "$work/out")
expect 2 "can be undone" muster undo "$run" -o "$work/undo.json"
expect 0 "is undone" muster apply "$work/undo.json"
is "Bo is as before" "Bo Nordics manager active" "$(person bo@example.test)"
expect 4 "undoing the invitations" muster undo 1 -o "$work/undo.json"
said 'can.t be taken back: it went out to the person' "says that they can't be, and why"
unsaid 'takes back run' "and promises nothing"

# --- without SCIM, what REST can't do is a person's ---

config 'timeout: 30s'
people "${ADA/EMEA_Sales/Nordics}" "$CY"
expect 0 "a feed with a mover and a leaver" muster pull hris
expect 2 "are planned without SCIM" muster plan people
said 'by hand: in Sendoso, under Users, Active Users, find Ada@Example.test and change team_group to Nordics \(75\)' \
    "a move in words"
said 'by hand: in Sendoso, under Users, Active Users, find bo@example.test and delete the user' "a leaver in words"
said '2 steps for a person' "both counted"
expect 4 "a sync does neither" muster sync people --yes
said 'skipped' "and says so"
change "[{\"user\": $(id_of ada@example.test), \"set\": {\"team_group_id\": 75}},
    {\"user\": $(id_of bo@example.test), \"set\": {\"active\": false}}]"
expect 0 "both are gone from the plan when a person has done them" muster plan people

# --- a policy says where people belong ---

rm -f "$work"/muster.db*
control /reset '{}'
change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
cat >"$work/policy.yaml" <<'YAML'
rules:
  - {name: quists, when: {last_name: Quist}, group: emea sales, role: manager}
  - {name: others, when: {email: "*@example.test"}, group: {id: "75"}, role: regular}
YAML
config "$SCIM" "policy: policy.yaml"
people "1 Ada Quist Ada@Example.test - - active" "$BO" "4 Eve Out eve@other.test - - active"
expect 0 "a sync by a policy" muster sync people --yes
said 'rule.*quists' "names the rule that decided"
is "Ada is invited" 1 "$(invitations ada@example.test)"
is "who is not in isn't" 0 "$(invitations eve@other.test)"
expect 0 "and its second plan is empty" muster plan people
muster invitations --format json >"$work/out"
said '"email":"bo@example.test".*"role":"regular","team_group":"75","group":"Nordics"' "the rule's group, not the feed's"
sed -i 's/emea sales/EMEA Salse/' "$work/policy.yaml"
expect 78 "a rule with a group that isn't there" muster plan people
said 'policy.yaml:2.*EMEA Salse.*did you mean .EMEA Sales' "is told before anything is written"

finish
