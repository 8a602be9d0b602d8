#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A review of access to a real directory: who is in which group there is read, decided, planned and written; what a directory
# doesn't have is said, or a step for a person; and all of it can be taken back.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch python3

sim_start --users 20 --groups 3 --seed 3 --rate off --set names=ascii --set odd=0 --set inactive=0 --set no-group=0
slapd_start --nosync --overlay memberof
write_config 'rate: "off"' "" "guards: {members: {count: 9, percent: 99}}"
sed -i 's|base: dc=example,dc=org|&\n    source: {base: "ou=people,dc=example,dc=org"}|' "$work/muster.yaml"
review=$work/review.csv

# decide 'PYTHON': writes the review back with what the lines do to its rows, which are those of one group and all.
decide() {
    python3 - "$review" "$1" <<'PY'
import csv, sys
with open(sys.argv[1], newline="") as f:
    reader = csv.DictReader(f)
    columns, rows = list(reader.fieldnames), sorted(reader, key=lambda r: (r["group"], r["email"]))
first, others = rows[0]["group"], sorted({r["group"] for r in rows if r["group"] != rows[0]["group"]})
team = [r for r in rows if r["group"] == first]
exec(sys.argv[2])
with open(sys.argv[1] + ".done", "w", newline="") as f:
    writer = csv.DictWriter(f, columns)
    writer.writeheader()
    writer.writerows(rows)
PY
}
# of ROW COLUMN: of the decided rows of the first group.
of() {
    python3 - "$review.done" "$1" "$2" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
print([r for r in rows if r["group"] == rows[0]["group"]][int(sys.argv[2])][sys.argv[3]])
PY
}
# groups_of EMAIL: whose members' lists have them.
groups_of() {
    local dn
    dn=$(ldap_dump "(mail=$1)" dn | sed -n 's/^dn: //p')
    ldap_dump "(member=$dn)" cn | sed -n 's/^cn: //p' | sort | paste -sd+ -
}
is() { # NAME WANTED GOT
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: wanted '$2', got '$3'"; fi
}

expect 0 "an export" muster sync teams-to-ldap --yes
expect 0 "the directory is read" muster pull corp
ldap_dump '(objectClass=*)' '*' >"$work/before"
expect 0 "a review of it" muster audit review corp -o "$review"
is "a row for each member" "$(muster members corp --format csv | tail -n +2 | wc -l)" "$(tail -n +2 "$review" | wc -l)"

decide '
team[0]["decision"] = "keep"
team[1]["decision"] = "revoke"
team[2].update(decision="move", to=others[0])'
expect 2 "what was decided is a plan" muster audit apply "$review.done" -o "$work/plan.json"
said '2 changes, 1 kept' "it is counted"
first=$(of 0 group)
is "nothing is written yet" "$first" "$(groups_of "$(of 1 email)")"
expect 0 "exactly that" muster apply "$work/plan.json"
is "kept" "$first" "$(groups_of "$(of 0 email)")"
is "revoked: out of the group, and still there" "" "$(groups_of "$(of 1 email)")"
is "moved" "$(of 2 to)" "$(groups_of "$(of 2 email)")"
expect 4 "a second time nothing of it stands as reviewed" muster audit apply "$review.done"
said 'is not in .* on the target any more' "which is told"
expect 0 "the journal fits" muster audit verify
expect 2 "it can be taken back" muster undo 2 -o "$work/undo.json"
expect 0 "and is" muster apply "$work/undo.json"
ldap_dump '(objectClass=*)' '*' >"$work/now"
if cmp -s <(sort "$work/before") <(sort "$work/now"); then ok "as it was"; else bad "as it was" "$(diff "$work/before" "$work/now")"; fi

expect 0 "read again" muster pull corp
expect 0 "reviewed again" muster audit review corp -o "$review"
decide 'team[0].update(decision="change role", to="manager")'
expect 1 "a role where there are none" muster audit apply "$review.done"
said "corp has no role 'manager'" "is told by its line"
ldap_admin ldapdelete "$(ldap_dump "(mail=$(of 1 email))" dn | sed -n 's/^dn: //p')" >/dev/null
decide 'team[1]["decision"] = "revoke"'
expect 4 "somebody who was deleted since" muster audit apply "$review.done"
said 'is not on the target any more' "is left alone"
finish
