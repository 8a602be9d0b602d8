#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Invitations whose answer is lost, that expire, are refused or withdrawn: nobody is invited twice while one may be pending.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
# shellcheck source=tests/live/provision_lib.sh
. "${top_srcdir:?}/tests/live/provision_lib.sh"
need python3

sim_start --users 3 --groups 4 --rate off --set names=ascii --set odd=0 --set no-group=0 --set inactive=0 \
    --set invite-duplicate=ok
change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
ADA="1 Ada Quist Ada@Example.test EMEA_Sales regular active"
BO="2 Bo Lind bo@example.test Nordics manager active"
CY="3 Cy Moe cy@example.test EMEA_Sales regular active"
POST='"method": "POST", "path": "/api/v3/users"'
state() { muster invitations --format json | python3 -c '
import json, sys
print(*[i["state"] for i in json.load(sys.stdin) if i["email"].lower() == sys.argv[1]])' "$1"; }

config

# --- a lost answer ---

for kind in '"kind": "reset", "effect": true' '"kind": "html500", "effect": true' '"kind": "500", "status": 503, "effect": true'; do
    rm -f "$work"/muster.db*
    control /reset '{}'
    change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
    people "$ADA" "$BO"
    fault "{$POST, $kind}"
    expect 4 "$kind: one answer is lost" muster sync people --yes
    said 'no one knows whether it took effect' "$kind: and said so"
    is "$kind: one is in doubt" 1 "$(muster invitations --state doubt --format csv | grep -c doubt)"
    expect 4 "$kind: the next plan waits" muster plan people
    said 'in doubt: an invitation may have been sent' "$kind: and says why"
    expect 4 "$kind: the next sync does nothing" muster sync people --yes
    is "$kind: nobody was invited twice" "1 1" "$(invitations ada@example.test) $(invitations bo@example.test)"
    who=$(muster invitations --state doubt --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["email"])')
    change "{\"invitation\": \"$who\", \"set\": {\"status\": \"accepted\"}}"
    expect 0 "$kind: who comes settles it" muster plan people
    is "$kind: accepted" accepted "$(state "${who,,}")"
done

# --- a person settles it ---

people "$ADA" "$BO" "$CY"
fault "{$POST, \"kind\": \"reset\"}"
expect 1 "an answer is lost, and nothing was done" muster sync people --yes
is "in doubt all the same" doubt "$(state cy@example.test)"
expect 64 "settle needs a word" muster invitations settle cy@example.test
expect 1 "a word about somebody else" muster invitations settle dee@example.test --sent
said 'nobody was invited as' "is told so"
expect 0 "it was not sent" muster invitations settle CY@example.test --not-sent
expect 0 "the next sync invites" muster sync people --yes
is "once" 1 "$(invitations cy@example.test)"
is "pending" pending "$(state cy@example.test)"
expect 1 "a word that says nothing about it" muster invitations settle cy@example.test --not-sent

# --- its time is over ---

expire() {
    change "{\"invitation\": \"cy@example.test\", \"set\": {\"status\": \"expired\"}}"
    sqlite3 "$work/muster.db" "UPDATE invitation SET expires = 1000 WHERE key = 'cy@example.test'"
}
need sqlite3
expire
expect 2 "an expired one" muster plan people
said 'invited again: the invitation of .* expired' "is sent again"
expect 0 "again" muster sync people --yes
is "twice by now" 2 "$(invitations cy@example.test)"
expect 0 "and not a third time meanwhile" muster sync people --yes
expire
expect 4 "the second one expired, too" muster sync people --yes
said 'invited 2 times .* reinvite allows no more' "reinvite: 1 allows no third"
is "still twice" 2 "$(invitations cy@example.test)"
expect 0 "but a person may" muster invitations settle cy@example.test --again
expect 0 "a third one" muster sync people --yes
is "three" 3 "$(invitations cy@example.test)"

# --- withdrawn, changed while pending ---

people "$ADA" "$BO" "${CY/EMEA_Sales regular/Nordics manager}"
expect 0 "a change while pending" muster pull hris
expect 0 "is not written" muster plan people
said 'should change role to manager, team_group to Nordics \(75\)' "but shown"
people "$ADA" "$BO" "${CY/cy@/cy.moe@}"
expect 0 "another address while pending" muster pull hris
expect 4 "is not invited beside it" muster plan people
said 'was invited as cy@example.test, and the address is cy.moe@example.test now' "and shown"
people "$ADA" "$BO"
expect 0 "leaves while pending" muster pull hris
expect 2 "is a step for a person" muster plan people
said 'withdraw the invitation of cy@example.test' "in words"
expect 0 "who says that it is done" muster invitations settle cy@example.test --withdrawn
expect 0 "and it is gone from the plan" muster plan people

# --- refused ---

refusal() { # NAME BODY PATTERN
    rm -f "$work"/muster.db*
    people "9 Dee Ros dee@example.test EMEA_Sales regular active"
    fault "{$POST, \"kind\": \"status\", \"status\": 400, \"body\": \"{\\\"success\\\": false, \\\"message\\\": \\\"$2\\\"}\"}"
    expect 1 "$1" muster sync people --yes
    said "$3" "$1: the server's words"
    is "$1: refused" refused "$(state dee@example.test)"
    expect 4 "$1: parked" muster plan people
    said "parked after 1 try.*$3" "$1: with its reason"
}
refusal "a group it doesn't take" 'Please enter a valid team group' 'Please enter a valid team group'
refusal "a role it doesn't take" 'Role can be one of these: manager,regular' 'Role can be one of these: manager,regular'

# --- told to wait, a token that is too old ---

rm -f "$work"/muster.db*
control /reset '{}'
change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
setting '{"retry-after": "seconds"}'
people "$ADA" "$BO" "$CY"
fault "{$POST, \"kind\": \"429\"}"
expect 0 "a 429 is waited for" muster sync people --yes
is "and each invited once" "1 1 1" \
    "$(invitations ada@example.test) $(invitations bo@example.test) $(invitations cy@example.test)"

# --- killed at every step ---

for ((at = 1; at < 30; at++)); do
    rm -f "$work"/muster.db*
    control /reset '{}'
    change '[{"group": 71, "set": {"name": "EMEA Sales"}}, {"group": 75, "set": {"name": "Nordics"}}]'
    people "$ADA" "$BO"
    got=0
    muster sync people --yes --kill-at "$at" >"$work/out" 2>"$work/err" || got=$?
    [ "$got" = 137 ] || break
    muster sync people --yes >"$work/out" 2>"$work/err" || got=$?
    [ "$(invitations ada@example.test) $(invitations bo@example.test)" = "1 1" ] ||
        bad "killed at $at: invited $(invitations ada@example.test) and $(invitations bo@example.test) times" "$(cat "$work/err" "$work/out")"
    expect 0 "killed at $at: nothing is left to do" muster plan people
done
is "it was killed at several moments" yes "$([ "$at" -gt 5 ] && echo yes)"

finish
