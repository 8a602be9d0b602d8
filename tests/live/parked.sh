#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the target refuses is parked: the rest goes on, nobody hammers, and the row clears. What it refuses to all stops the run.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 120 --groups 3 --seed 8 --rate off --set names=ascii --set odd=0
write_config
sed -i "1i mappings: $work/mappings" "$work/muster.yaml"
mkdir -p "$work/mappings/ldap"

read -r id email < <(api '/api/v3/users?page=1&per_page=100' | python3 -c 'import json, sys
u = json.load(sys.stdin)["users"][9]
print(u["id"], u["email"].lower())')

# letters in a number, for one person
bad_value() { printf 'kind: user\ntarget: ldap\nfields:\n  x121Address: {from: /username, enum: {"%s": abc, "*": null}}\n' "$1" >"$work/mappings/ldap/inetorgperson.yaml"; }
# as if the gap had passed
due() { python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE parked SET next_try = 1")
db.commit()' "$work/muster.db"; }
parked() { # parked COUNT NAME [EXPRESSION over the rows p]
    expect 0 "$2: muster runs" muster runs --format json
    if python3 -c 'import json, sys
p = json.load(open(sys.argv[1]))["parked"]
assert len(p) == int(sys.argv[2]), p
assert eval(sys.argv[3]), p' "$work/out" "$1" "${3:-True}" 2>"$work/err"; then
        ok "$2: $1 parked"
    else
        bad "$2: $1 parked" "$(cat "$work/err")"
    fi
}

bad_value "$email"
expect 4 "one person is refused" muster sync teams-to-ldap --yes
said 'x121Address.*|syntax|invalid' "one person is refused: why"
there=$(ldap_dump '(objectClass=inetOrgPerson)' dn | grep -c '^dn:')
[ "$there" = 119 ] && ok "the rest went on" || bad "the rest went on: $there entries"
parked 1 "refused once" "p[0]['owner'] == 'sync teams-to-ldap' and p[0]['id'] == '$id' and p[0]['tries'] == 1 and p[0]['next_try'] - p[0]['last_seen'] == 300"
expect 0 "muster runs for people" muster runs
said '^parked: 1 record or operation' "a section above the runs"
said 'sync teams-to-ldap +user +'"$id" "who is parked"
expect 0 "muster runs --parked as CSV" muster runs --parked --format csv
said '^sync teams-to-ldap,user,'"$id"',' "a row of CSV"

python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executemany("INSERT INTO parked VALUES(?, 0, ?, NULL, ?, 1, 1, 1, 1)", [("pull old", str(i), "no") for i in range(30)])
db.commit()' "$work/muster.db"
expect 0 "many are parked" muster runs
said '^and 11 more: muster runs --parked$' "not all of many are listed above the runs"
python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DELETE FROM parked WHERE owner = ?", ("pull old",))
db.commit()' "$work/muster.db"

expect 4 "before the gap has passed nothing is tried" muster sync teams-to-ldap --yes
said 'left alone: .*parked after 1 try, next try from 20' "it is listed as left alone, with tries and next try"
parked 1 "not tried" "p[0]['tries'] == 1"
due
expect 1 "after it the same again" muster sync teams-to-ldap --yes
parked 1 "refused again" "p[0]['tries'] == 2 and p[0]['next_try'] - p[0]['last_seen'] == 1800 and p[0]['first_seen'] <= p[0]['last_seen']"

bad_value nobody
due
expect 0 "mended and due" muster sync teams-to-ldap --yes
parked 0 "mended"
ldap_dump "(mail=$email)" dn >"$work/out"
said '^dn: ' "and the person is there"

# Not needed any more: who is refused, and then leaves.
new=newcomer@example.test
bad_value $new
change "{\"join\": {\"first_name\": \"New\", \"last_name\": \"Comer\", \"email\": \"$new\"}}"
expect 1 "a newcomer is refused" muster sync teams-to-ldap --yes
parked 1 "a newcomer is refused" "p[0]['label'] == 'New Comer'"
newcomer=$(muster runs --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["parked"][0]["id"])')
change "{\"user\": $newcomer, \"set\": {\"gone\": true}}"
expect 0 "and leaves" muster sync teams-to-ldap --yes
parked 0 "who left needs nothing"

# Refused to everybody: the run stops, and it is held against nobody.
printf 'kind: user\ntarget: ldap\nfields:\n  x121Address: {const: abc}\n' >"$work/mappings/ldap/inetorgperson.yaml"
expect 1 "everybody is refused" muster sync teams-to-ldap --yes
said 'stopped after 50 failures alike in a row' "the run stops early and says why"
said 'stopped early: too many failures alike' "so does the last line"
parked 0 "everybody is refused"
rm "$work/mappings/ldap/inetorgperson.yaml"
expect 0 "all is well again" muster sync teams-to-ldap --yes
finish
