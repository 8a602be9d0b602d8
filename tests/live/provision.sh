#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From an HRIS export into Sendoso: who joins is invited once, who moves is moved, who leaves is set aside, who returns is taken back.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need python3

sim_start --users 3 --groups 4 --rate off --set names=ascii --set odd=0 --set no-group=0 --set inactive=0

mkdir -p "$work/own/feed-plain"
cat >"$work/own/feed-plain/users.yaml" <<'EOF'
fields:
  attributes:
    extras:
      team_group: {from: /team}
      sendoso_role: {from: /role}
EOF

# config [EXTRA_LINES_OF_SENDOSO [EXTRA_SYNC_SETTINGS]]
SCIM='scim: {token: env:SENDOSO_SCIM_TOKEN}'
config() {
    cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  hris:
    adapter: jsonl
    path: people.jsonl
    mappings: own
  sendoso:
    adapter: sendoso
    url: $SIM_URL
    token: env:SENDOSO_TOKEN
    rate: "off"
    ${1:-$SCIM}
syncs:
  people: {from: hris, to: sendoso${2:+, $2}}
EOF
}

# people LINE...: `ID FIRST LAST EMAIL TEAM ROLE STATUS`, the whole export; _ for a blank.
people() {
    python3 - "$work/people.jsonl" "$@" <<'EOF'
import json, os, sys
keys = ["id", "first_name", "last_name", "email", "team", "role", "status"]
with open(sys.argv[1] + ".new", "w", encoding="utf-8") as f:
    for line in sys.argv[2:]:
        f.write(json.dumps({k: v.replace("_", " ") for k, v in zip(keys, line.split()) if v != "-"}) + "\n")
os.rename(sys.argv[1] + ".new", sys.argv[1])
EOF
}

# truth JQ-LIKE: `first_name team role active` of that address, as the simulator knows it.
person() {
    curl -sS "$SIM_CONTROL/people" | python3 -c '
import json, sys
for p in json.load(sys.stdin):
    if p["email"].lower() == sys.argv[1]:
        print(p["first_name"], p["team_group"], p["role"], "active" if p["active"] else "inactive")' "$1"
}
id_of() {
    curl -sS "$SIM_CONTROL/people" | python3 -c '
import json, sys
print(*[p["id"] for p in json.load(sys.stdin) if p["email"].lower() == sys.argv[1]])' "$1"
}
invitations() { curl -sS "$SIM_CONTROL/invitations" | python3 -c '
import json, sys
print(sum(i["email"].lower() == sys.argv[1] for i in json.load(sys.stdin)))' "$1"; }
posts() { curl -sS "$SIM_CONTROL/log?path=$1" | python3 -c '
import json, sys
log = json.load(sys.stdin)
print(sum(r["method"] == sys.argv[1] for r in (log if isinstance(log, list) else log["requests"])))' "$2"; }

is() { # NAME WANTED GOT
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: wanted '$2', got '$3'"; fi
}

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
said 'into EMEA Sales \(71\)' "and the team group by name"
said '3 operations can.t be undone' "and what is one-way"
expect 0 "three are invited" muster sync people --yes
is "one invitation of Ada" 1 "$(invitations ada@example.test)"
is "three POSTs" 3 "$(posts /api/v3/users POST)"
expect 0 "the second plan is empty" muster plan people
expect 0 "and nobody is invited twice" muster sync people --yes
is "still three POSTs" 3 "$(posts /api/v3/users POST)"

# --- who came is ours, and follows the feed ---

for who in Ada@Example.test bo@example.test cy@example.test; do
    change "{\"invitation\": \"$who\", \"set\": {\"status\": \"accepted\"}}"
done
expect 0 "nothing to do when they came" muster plan people
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
is "without another invitation" 3 "$(posts /api/v3/users POST)"
expect 0 "the plan after returning is empty" muster plan people

# --- the way back ---

people "$ADA" "${BO/Nordics manager/EMEA_Sales regular}" "$CY"
expect 0 "another move" muster sync people --yes --format json
run=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"])' "$work/out")
expect 2 "can be undone" muster undo "$run" -o "$work/undo.json"
expect 0 "is undone" muster apply "$work/undo.json"
is "Bo is as before" "Bo Nordics manager active" "$(person bo@example.test)"
expect 4 "undoing the invitations" muster undo 1 -o "$work/undo.json"
said 'can.t be taken back' "says that they can't be"

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

finish
