#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster undo on real servers: after each kind of run the directory is as it was, byte for byte (operational attributes
# aside), there and back and there again; what others changed meanwhile is listed and kept.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

people=ou=people,dc=example,dc=org

# The whole directory, entries and values in an order of their own.
picture() {
    ldap_dump '(objectClass=*)' '*' | python3 -c '
import sys
entries = [[l for l in e.split("\n") if l and l[0] != "#"] for e in sys.stdin.read().split("\n\n")]
print("\n\n".join("\n".join([e[0]] + sorted(e[1:])) for e in sorted(e for e in entries if e)))' >"$1"
}

same() { # NAME A B
    if cmp -s "$2" "$3"; then ok "$1"; else bad "$1" "$(diff "$2" "$3")"; fi
}

newest_run() {
    muster runs --format json | python3 -c '
import json, sys
runs = json.load(sys.stdin)
print((runs["runs"] if isinstance(runs, dict) else runs)[0]["id"])'
}

# undo RUN NAME: the plan of it is saved, has nothing to complain of, and is applied.
undo() {
    expect 2 "$2: the plan" muster undo "$1" -o "$work/undo.json"
    said "takes back run $1; the next sync does it again" "$2: says what comes next"
    unsaid '^[!.] left alone' "$2: nothing is left"
    expect 0 "$2: applied" muster apply "$work/undo.json" --allow "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["hash"])' "$work/undo.json")"
}

# there_and_back NAME: the newest run is undone, that undone, and that undone again.
there_and_back() {
    local run
    run=$(newest_run)
    picture "$work/after"
    undo "$run" "$1: undo"
    picture "$work/now"
    same "$1: as it was, byte for byte" "$work/before" "$work/now"
    undo "$(newest_run)" "$1: undo of the undo"
    picture "$work/now"
    same "$1: as it was before the undo" "$work/after" "$work/now"
    expect 0 "$1: and the source agrees" muster plan teams-to-ldap
    undo "$(newest_run)" "$1: and back again"
    picture "$work/now"
    same "$1: as it was at first" "$work/before" "$work/now"
    muster -q sync teams-to-ldap --yes >/dev/null
}

# one_run NAME: the state before, a pull, a run.
one_run() {
    picture "$work/before"
    expect 0 "$1: the run" muster sync teams-to-ldap --yes
}

slapd_start --nosync
sim_start --users 60 --groups 5 --seed 3 --rate off
write_config 'rate: "off"' "" "guards: {groups: {count: 9, percent: 99}, remove: {count: 99, percent: 99}, disable: {count: 99, percent: 99}}"

read -r one two three four group other < <(api '/api/v3/users?page=1&per_page=100' | python3 -c '
import json, sys
users = [u for u in json.load(sys.stdin)["users"] if u["team_group_id"]][1:]  # the first is who we are
mine = [u for u in users if u["team_group_id"] == users[0]["team_group_id"]]
other = next(u["team_group_id"] for u in users if u["team_group_id"] != users[0]["team_group_id"])
print(mine[0]["id"], mine[1]["id"], mine[2]["id"], mine[3]["id"], users[0]["team_group_id"], other)')

expect 1 "no such run" muster undo 1
expect 64 "no number" muster undo last

expect 0 "first export: the run" muster sync teams-to-ldap --yes
picture "$work/after"
run=$(newest_run)
undo "$run" "first export: undo"
if ldap_dump '(objectClass=*)' dn 2>&1 | grep -q '^dn: .*ou='; then
    bad "first export: nothing is left" "$(ldap_dump '(objectClass=*)' dn)"
else
    ok "first export: nothing is left, nor its containers"
fi
undo "$(newest_run)" "first export: undo of the undo"
picture "$work/now"
same "first export: as it was before the undo" "$work/after" "$work/now"
expect 0 "first export: and the source agrees" muster plan teams-to-ldap

change "{\"user\": $one, \"set\": {\"first_name\": \"Renée\", \"last_name\": \"O'Neil, \\\"x\\\"\"}}"
one_run "changed values"
there_and_back "changed values"

change "{\"user\": $one, \"set\": {\"email\": \"new.address@example.test\"}}"
change "{\"group\": $group, \"set\": {\"name\": \"Renamed, \\\"team\\\" #1 + Σοφία\"}}"
one_run "new names"
there_and_back "new names"

change "{\"user\": $one, \"set\": {\"team_group_id\": $other}}"
change "{\"user\": $two, \"set\": {\"team_group_id\": null}}"
one_run "memberships"
there_and_back "memberships"

change "{\"user\": $one, \"set\": {\"active\": false}}"
one_run "somebody set aside"
there_and_back "somebody set aside"
change "{\"user\": $one, \"set\": {\"active\": true}}"
one_run "somebody taken back"
there_and_back "somebody taken back"

sed -i 's/guards:/gone: delete, guards:/' "$work/muster.yaml"
dn=$(ldap_dump "(employeeNumber=$three)" dn | sed -n 's/^dn: //p')
printf 'dn: %s\nchangetype: modify\nadd: description\ndescription: by somebody else\n-\nadd: jpegPhoto\njpegPhoto:: /9j/4AAQ\n' "$dn" |
    ldap_admin ldapmodify >/dev/null
change "{\"user\": $three, \"set\": {\"gone\": true}}"
one_run "somebody deleted"
there_and_back "somebody deleted"

change "{\"group\": $other, \"delete\": true}"
one_run "a group deleted"
there_and_back "a group deleted"

change '{"join": {"first_name": "Νέα", "last_name": "D,Arcy #1 \"x\" <y>+z;\\", "email": "nea@example.test", "team_group_id": '"$group"'}}'
change "{\"user\": $one, \"set\": {\"first_name\": \"Again\", \"email\": \"again@example.test\"}}"
change "{\"user\": $two, \"set\": {\"gone\": true}}"
one_run "all at once"
there_and_back "all at once"

# --- runs that were cut, and what was only taken over ---

for how in "--stop-after 3" "--kill-at 5"; do
    for who in Cut1 Cut2 Cut3 Cut4 Cut5; do
        change '{"join": {"first_name": "'$who'", "last_name": "'"${how##* }"'", "email": "'"$who.${how##* }"'@example.test", "team_group_id": '"$group"'}}'
    done
    muster -q pull sendoso
    picture "$work/before"
    # shellcheck disable=SC2086
    muster -q sync teams-to-ldap --yes $how >/dev/null 2>&1 || true
    run=$(newest_run)
    expect 2 "a run cut by $how: the plan" muster undo "$run" -o "$work/undo.json"
    unsaid '^! left alone' "a run cut by $how: nothing is left"
    expect 0 "a run cut by $how: applied" muster apply "$work/undo.json"
    picture "$work/now"
    same "a run cut by $how: as it was, byte for byte" "$work/before" "$work/now"
    muster -q sync teams-to-ldap --yes >/dev/null
done

change '{"join": {"first_name": "Was", "last_name": "There", "email": "was.there@example.test"}}'
printf 'dn: uid=was.there@example.test,%s\nobjectClass: inetOrgPerson\ncn: Was There\nsn: There\n' "$people" |
    ldap_admin ldapadd >/dev/null
muster -q pull sendoso
picture "$work/before"
muster -q adopt -o "$work/adopt.json" >/dev/null || true
expect 0 "an adopted entry" muster apply "$work/adopt.json"
undo "$(newest_run)" "an adopted entry: undo"
expect 4 "an adopted entry: it is not ours again" muster plan teams-to-ldap
said "exists there and isn't ours" "an adopted entry: it is not ours again"
undo "$(newest_run)" "an adopted entry: undo of the undo"
expect 2 "an adopted entry: it is ours again" muster plan teams-to-ldap
picture "$work/now"
same "an adopted entry: untouched" "$work/before" "$work/now"
muster -q sync teams-to-ldap --yes >/dev/null

# --- others in between ---

change "{\"user\": $one, \"set\": {\"first_name\": \"Ours\"}}"
change '{"join": {"first_name": "Late", "last_name": "Comer", "email": "late@example.test", "team_group_id": '"$group"'}}'
change '{"join": {"first_name": "Free", "last_name": "Comer", "email": "free@example.test"}}'
expect 0 "others: the run" muster sync teams-to-ldap --yes
run=$(newest_run)
printf 'dn: uid=again@example.test,%s\nchangetype: modify\nreplace: givenName\ngivenName: Theirs\n\n' "$people" |
    ldap_admin ldapmodify >/dev/null
printf 'dn: uid=late@example.test,%s\nchangetype: modify\nadd: description\ndescription: kept by them\n\n' "$people" |
    ldap_admin ldapmodify >/dev/null
expect 2 "others: the plan" muster undo "$run" -o "$work/undo.json"
said '! left alone: user .*givenName: "Ours" was written by the run, and now "Theirs" is there; .* is not put back' "others: their value"
said '! left alone: user Late Comer .*description: "kept by them" was added since' "others: what they added to"
expect 0 "others: applied" muster apply "$work/undo.json"
ldap_dump "(uid=again@example.test)" givenName cn >"$work/out"
said '^givenName: Theirs' "others: their value stays"
unsaid '^cn: Ours' "others: the values that still stood went back"
ldap_dump "(uid=late@example.test)" description >"$work/out"
said 'kept by them' "others: what they added to stays"
ldap_dump "(uid=free@example.test)" dn >"$work/out"
unsaid '^dn' "others: what nobody touched is gone"

# A plan of it is one like any other: it outlives a newer pull, not an older state of the target.
muster -q sync teams-to-ldap --yes >/dev/null
change "{\"user\": $one, \"set\": {\"first_name\": \"Once\"}}"
muster -q sync teams-to-ldap --yes >/dev/null
run=$(newest_run)
expect 2 "a plan of it" muster undo "$run" -o "$work/undo.json"
change "{\"user\": $one, \"set\": {\"first_name\": \"Twice\"}}"
muster -q sync teams-to-ldap --yes >/dev/null
expect 3 "the target has moved" muster apply "$work/undo.json"
said 'stale|Twice' "the target has moved: says what is there"
sed -i 's/"givenName"/"sn"/' "$work/undo.json"
expect 3 "a changed plan of it" muster apply "$work/undo.json"

sed -i 's/guards: .*/guards: {disable: {count: 0, percent: 0}}}/' "$work/muster.yaml"
change '{"join": {"first_name": "New", "last_name": "One", "email": "new.one@example.test"}}'
muster -q sync teams-to-ldap --yes >/dev/null
sed -i 's/guards: .*/guards: {remove: {count: 0, percent: 0}}}/' "$work/muster.yaml"
expect 3 "a guard refuses it" muster undo "$(newest_run)"
said 'guard' "a guard refuses it: which"

# --- a server that follows renames and removals in members' names by itself ---

for overlay in refint memberof; do
    slapd_stop
    rm -f "$work"/muster.db*
    slapd_start --nosync --overlay "$overlay"
    write_config 'rate: "off"' "" "gone: delete, guards: {groups: {count: 9, percent: 99}, remove: {count: 99, percent: 99}}"
    expect 0 "$overlay: first export" muster sync teams-to-ldap --yes
    change "{\"user\": $one, \"set\": {\"email\": \"$overlay@example.test\"}}"
    change "{\"user\": $four, \"set\": {\"gone\": true}}"
    one_run "$overlay: one renamed, one deleted"
    there_and_back "$overlay: one renamed, one deleted"
    change "{\"user\": $four, \"set\": {\"gone\": false}}"
done

finish
