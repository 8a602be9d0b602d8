#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Over a guard nothing at all is written: not by plan, not by sync, not by apply; one plan is allowed by its hash.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
# guards YAML: the guards of the sync from here on.
guards() { write_config "scim: {token: env:SENDOSO_SCIM_TOKEN}" "" "gone_groups: delete, guards: {$1}"; }
set_user() { change "{\"user\": $1, \"set\": $2}"; }

# refused NAME PATTERN: the pulled state is refused by everything that could write, and nothing was written.
refused() {
    muster -q pull sendoso
    ldap_dump '*' '+' >"$work/before.ldif"
    rm -f "$work/plan.json"
    expect 3 "$1: plan" muster plan teams-to-ldap -o "$work/plan.json"
    said "$2" "$1: the message names the guard, both numbers, and the setting"
    allow=$(grep -o 'muster apply .* --allow [0-9a-f]*' "$work/err" | sed 's/^muster //')
    expect 3 "$1: apply" muster apply "$work/plan.json"
    expect 3 "$1: apply with another hash" muster apply "$work/plan.json" --allow "${allow##* }0"
    expect 3 "$1: sync" muster sync teams-to-ldap --yes
    said "$2" "$1: sync says the same"
    ldap_dump '*' '+' >"$work/after.ldif"
    if cmp -s "$work/before.ldif" "$work/after.ldif"; then
        ok "$1: nothing at all was written"
    else
        bad "$1: something was written" "$(diff "$work/before.ldif" "$work/after.ldif")"
    fi
}
# What the message told, word for word, allows exactly that plan. `sync` has pulled since: the plan is made again.
allowed() {
    expect 3 "$1: the plan again" muster plan teams-to-ldap -o "$work/plan.json"
    # shellcheck disable=SC2046
    set -- "$1" $(grep -o 'muster apply .* --allow [0-9a-f]*' "$work/err" | sed 's/^muster //')
    expect 0 "$1: what the message told allows it" muster "${@:2}"
    expect 0 "$1: and then nothing is left to do" muster plan teams-to-ldap
}

sim_start --users 60 --groups 4 --seed 12 --rate off
# Whom the token belongs to stays what it is, or else the read itself is doubted.
me=$(api /api/v3/me | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
set_user "$me" '{"role": "manager"}'
guards 'disable: {count: 2, percent: 1}'
expect 0 "first export" muster sync teams-to-ldap --yes
read -r -a id <<<"$(api '/api/v3/users?page=1&per_page=100' | python3 -c '
import json, sys
print(*[u["id"] for u in json.load(sys.stdin)["users"] if u["team_group_id"] and str(u["id"]) != sys.argv[1]][:20])' "$me")"
first_group() { api '/api/v3/groups' | python3 -c 'import json, sys; print(json.load(sys.stdin)["groups"][0]["id"])'; }

for i in 0 1 2; do set_user "${id[$i]}" '{"active": false}'; done
refused "users set aside" 'users set aside: 3 of 60 \(limit 2 or 1 %, guards\.disable\)'
allowed "users set aside"
for i in 0 1 2; do set_user "${id[$i]}" '{"active": true}'; done
expect 0 "who comes back is no guard's business" muster sync teams-to-ldap --yes

guards 'groups: {count: 0, percent: 0}'
change "{\"group\": $(first_group), \"delete\": true}"
refused "groups removed" 'groups removed: 1 of 4 \(limit 0, guards\.groups\)'
allowed "groups removed"

read -r -a team <<<"$(api "/api/v3/groups/$(first_group)/members" | python3 -c '
import json, sys
print(*[u["id"] for u in json.load(sys.stdin)])')"
guards "members: {count: 0, percent: 0, from: ${#team[@]}}"
set_user "${team[0]}" '{"team_group_id": null}'
refused "members of one group" "members of .*: 1 of ${#team[@]} \\(limit 0, guards\\.members\\)"
guards "members: {count: 0, percent: 0, from: $((${#team[@]} + 1))}"
expect 0 "a smaller group is let be" muster sync teams-to-ldap --yes

guards "canary: [nobody-of-that-name]"
set_user "${id[5]}" '{"first_name": "Canary"}'
refused "a canary" 'not found on the target: nobody-of-that-name: 1 of 1 \(limit 0, guards\.canary\)'
guards "canary: [\"${id[6]}\"]"
expect 0 "a canary that is there" muster sync teams-to-ldap --yes

guards "protect: [\"${id[7]}\"]"
set_user "${id[7]}" '{"active": false}'
set_user "${id[8]}" '{"first_name": "Other"}'
refused "a protected person" 'protected: .*guards\.protect'
set_user "${id[7]}" '{"active": true}'
expect 0 "protected and active again" muster sync teams-to-ldap --yes

guards "admins: 1, disable: {count: 100, percent: 100}"
admins=$(muster --format json users sendoso | python3 -c '
import json, sys
users = json.load(sys.stdin)
users = users["users"] if isinstance(users, dict) else users
print(*[u["id"] for u in users if any(r["id"] == "admin" for r in u.get("roles") or [])])')
for i in $admins; do set_user "$i" '{"active": false}'; done
refused "the last admin" 'admins left: 0 of [0-9]+ \(limit 1, guards\.admins\)'
set_user "${admins%% *}" '{"active": true}'
expect 0 "one admin stays" muster sync teams-to-ldap --yes

finish
