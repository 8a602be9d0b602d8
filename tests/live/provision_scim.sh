#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Changes over SCIM as servers really are: other ids, users that can't be read alone, answers that are lost, groups renamed meanwhile.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
# shellcheck source=tests/live/provision_lib.sh
. "${top_srcdir:?}/tests/live/provision_lib.sh"
need python3

sim_start --users 3 --groups 4 --rate off --set names=ascii --set odd=0 --set no-group=0 --set inactive=0
ADA="1 Ada Quist Ada@Example.test EMEA_Sales regular active"
BO="2 Bo Lind bo@example.test Nordics manager active"
PUT='"method": "PUT", "path": "/api/scim/v2/Users/*"'

fresh() { # [SETTINGS]: an account of others, and an empty store
    rm -f "$work"/muster.db*
    control /reset '{}'
    clear_faults
    change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
    [ -z "${1:-}" ] || setting "$1"
}
join() { # two people invited, and there
    people "$ADA" "$BO"
    muster -q sync people --yes >/dev/null
    for who in Ada@Example.test bo@example.test; do
        change "{\"invitation\": \"$who\", \"set\": {\"status\": \"accepted\"}}"
    done
}
config

# --- odd servers ---

for odd in '"scim-get": "id"' '"scim-get": "list"' '"scim-get": "404"' '"scim-get": "405"' '"scim-ids": "other"' \
    '"scim-ids": "other", "scim-get": "404"' '"ids": "string"' '"total-name": "none"' '"scim-schema": "user"'; do
    fresh "{$odd}"
    join
    people "${ADA/EMEA_Sales regular/Nordics manager}" "${BO/manager active/manager inactive}"
    expect 0 "$odd: one moves, one leaves" muster sync people --yes
    is "$odd: moved" "Ada Nordics manager active" "$(person ada@example.test)"
    is "$odd: left" "Bo Nordics manager inactive" "$(person bo@example.test)"
    expect 0 "$odd: the second plan is empty" muster plan people
    people "$ADA" "$BO"
    expect 0 "$odd: back again" muster sync people --yes
    is "$odd: as before" "Ada EMEA Sales sender active, Bo Nordics manager active" \
        "$(person ada@example.test), $(person bo@example.test)"
    expect 0 "$odd: nothing is left to do" muster plan people
    setting '{"scim-get": "id", "scim-ids": "same", "ids": "number", "total-name": "normal", "scim-schema": "list"}'
done

# --- answers that are lost ---

fresh
join
people "${ADA/EMEA_Sales/Nordics}" "$BO"
fault "{$PUT, \"kind\": \"reset\", \"effect\": true}"
expect 0 "the answer to a change that took effect" muster sync people --yes
said 'the answer was lost; the user shows that it was done' "is looked for, not guessed"
is "and the change sent once" 1 "$(posts /api/scim/v2/Users PUT)"
people "$ADA" "$BO"
fault "{$PUT, \"kind\": \"html500\"}"
expect 1 "the answer to a change without effect" muster sync people --yes
is "is told as what it was, and not sent again" 2 "$(posts /api/scim/v2/Users PUT)"
expect 4 "who was refused is parked" muster plan people

# --- refusals ---

fresh
join
people "$ADA" "${BO/active/inactive}"
fault "{$PUT, \"kind\": \"status\", \"status\": 400, \"body\": \"{\\\"schemas\\\":[\\\"urn:ietf:params:scim:api:messages:2.0:Error\\\"],\\\"detail\\\":\\\"User has orders in processing\\\",\\\"status\\\":\\\"400\\\"}\"}"
expect 1 "setting aside is refused" muster sync people --yes
said 'User has orders in processing' "with the server's words"
expect 2 "and is a step for a person then" muster plan people
said 'by hand: .*User has orders in processing' "who is told why"
change "[{\"user\": $(id_of bo@example.test), \"set\": {\"active\": false}}]"
expect 0 "and it is gone when they have done it" muster plan people

fresh
join
change "[{\"user\": $(id_of bo@example.test), \"set\": {\"role\": \"admin\"}}]"
people "$ADA"
expect 0 "an admin leaves" muster pull hris
expect 2 "is a step for a person" muster plan people
said 'Sendoso deletes no admin.*make bo@example.test a Sender first' "in words"

change "[{\"user\": $(id_of ada@example.test), \"set\": {\"role\": \"admin\"}},
    {\"user\": $(id_of erik.garcia1@example.test), \"set\": {\"role\": \"sender\"}}]"
people "$ADA" "$BO"
expect 0 "two admins are to be less" muster pull hris
expect 2 "one of them" muster plan people
said 'is the last admin of Sendoso: make somebody else one before' "but not the last"
said 'role: "admin" -> ' "the other one is"

# --- between plan and apply ---

fresh
join
people "${ADA/EMEA_Sales/Nordics}" "$BO"
muster -q pull hris
expect 2 "a move is planned" muster plan people -o "$work/plan.json"
change '[{"group": 75, "set": {"name": "Nordic Countries"}}, {"group": 79, "set": {"name": "Nordics"}}]'
expect 0 "the group is called otherwise by then, and another one so" muster apply "$work/plan.json"
is "the id decides" "Ada Nordic Countries sender active" "$(person ada@example.test)"
change '[{"group": 75, "set": {"name": "Nordics"}}, {"group": 79, "set": {"name": "Other"}}]'
people "$ADA" "$BO"
muster -q pull hris
expect 2 "a move back is planned" muster plan people -o "$work/plan.json"
change "[{\"user\": $(id_of ada@example.test), \"set\": {\"team_group_id\": 79}}]"
expect 3 "somebody else was quicker" muster apply "$work/plan.json"
said 'team_group: expected Nordics \(75\), found Other \(79\)' "both are told"
is "and nothing was done" "Ada Other sender active" "$(person ada@example.test)"

# --- somebody else sets aside whom the feed has ---

fresh
join
expect 0 "who came is ours" muster sync people --yes
change "[{\"user\": $(id_of ada@example.test), \"set\": {\"active\": false}}]"
expect 2 "set aside by somebody else" muster plan people
said 'active: "false" -> "true"  \(drift\)' "is seen as drift"

# --- switched on, and off again ---

for ids in same other next; do
    fresh "{\"scim-ids\": \"$ids\"}"
    config "reinvite: 0"
    join
    expect 0 "$ids ids: who came is ours by REST's id" muster plan people
    people "${ADA/EMEA_Sales regular/Nordics manager}" "${BO/active/inactive}"
    muster -q pull hris >/dev/null
    expect 2 "$ids ids: without SCIM a move and a leaver are steps for a person" muster plan people
    said 'by hand: ' "$ids ids: who are told"
    config
    expect 0 "$ids ids: over SCIM they are ours as well" muster sync people --yes
    is "$ids ids: moved" "Ada Nordics manager active" "$(person ada@example.test)"
    is "$ids ids: left" "Bo Nordics manager inactive" "$(person bo@example.test)"
    expect 0 "$ids ids: the second plan is empty" muster plan people
    config "reinvite: 0"
    expect 0 "$ids ids: without SCIM there is nothing to do either" muster plan people
    people "$BO"
    muster -q pull hris >/dev/null
    expect 2 "$ids ids: a leaver is ours without SCIM" muster plan people
    said 'by hand: .*Ada@Example.test' "$ids ids: and a step for a person"
    config
    expect 0 "$ids ids: one leaves, one returns" muster sync people --yes
    is "$ids ids: left and back" "Ada Nordics manager inactive, Bo Nordics manager active" \
        "$(person ada@example.test), $(person bo@example.test)"
    expect 0 "$ids ids: nothing is left to do" muster plan people
    setting '{"scim-ids": "same"}'
done

# --- created over SCIM ---

fresh
config "$SCIM
    join: scim"
people "$ADA" "$BO"
expect 0 "created over SCIM" muster sync people --yes
is "is there at once" "Ada EMEA Sales sender active" "$(person ada@example.test)"
is "without an invitation" 0 "$(posts /api/v3/users POST)"
expect 0 "the second plan is empty" muster plan people
fresh
people "$ADA" "$BO"
fault '{"method": "POST", "path": "/api/scim/v2/Users", "kind": "reset", "effect": true}'
expect 4 "an answer is lost" muster sync people --yes
expect 0 "is found by reading" muster sync people --yes
is "and nobody created twice" 2 "$(posts /api/scim/v2/Users POST)"
config "join: scim"
expect 78 "without SCIM nobody can be created over it" muster plan people
said 'join: scim needs the credential' "and that is told"

finish
