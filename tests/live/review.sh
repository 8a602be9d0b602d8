#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A review of access from spreadsheet to plan: decisions are done as written, through guards and journal; whatever is wrong
# with the file is told by its line, and nothing is planned. Findings waived by a file.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 30 --groups 4 --seed 3 --rate off --set names=ascii --set odd=0 --set inactive=0
cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  hris: {adapter: jsonl, path: people.jsonl}
  sendoso:
    adapter: sendoso
    url: $SIM_URL
    token: env:SENDOSO_TOKEN
    rate: "off"
    scim: {token: env:SENDOSO_SCIM_TOKEN}
syncs:
  people: {from: hris, to: sendoso}
audit: {account: sendoso, waivers: waivers.yaml}
EOF
echo '{"id": "1", "first_name": "New", "last_name": "Comer", "email": "new@example.test"}' >"$work/people.jsonl"
echo 'waivers: []' >"$work/waivers.yaml"
review=$work/review.csv

# decide FILE 'PYTHON': writes the review there with what the lines do to its rows.
decide() {
    python3 - "$review" "$1" "$2" <<'PY'
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8-sig") as f:
    reader = csv.DictReader(f)
    columns, rows = list(reader.fieldnames), list(reader)
active = [r for r in rows if r["status"] == "active"]
senders = [r for r in active if r["group_id"] and r["role"] == "sender"]
admins = [r for r in active if r["role"] == "admin"]
options = {"encoding": "utf-8", "delimiter": ","}
exec(sys.argv[3])
with open(sys.argv[2], "w", newline="", encoding=options["encoding"]) as f:
    writer = csv.DictWriter(f, columns, delimiter=options["delimiter"], extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
PY
}

# person ID: team group, role and whether active, as the simulator knows it.
person() {
    curl -sS "$SIM_CONTROL/people" | python3 -c '
import json, sys
print(*[(p["team_group"], p["role"], p["active"]) for p in json.load(sys.stdin) if str(p["id"]) == sys.argv[1]])' "$1"
}
# of DECISION COLUMN: of the row decided so.
of() {
    python3 -c '
import csv, sys
print(*[r[sys.argv[3]] for r in csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8-sig"), delimiter=";") if r["decision"] == sys.argv[2]])' "$review.done" "$1" "$2"
}
is() { # NAME WANTED GOT
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: wanted '$2', got '$3'"; fi
}

expect 1 "no review of what was never read" muster audit review
muster -q pull hris
muster -q pull sendoso
expect 0 "a review" muster audit review -o "$review"
is "a row for each place" "$(muster members sendoso --format csv | tail -n +2 | wc -l)" \
    "$(python3 -c 'import csv, sys; print(sum(bool(r["group_id"]) for r in csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8-sig"))))' "$review")"
said 'review written to ' "says where it is"
is "a spreadsheet knows its encoding" "ef bb bf" "$(head -c 3 "$review" | od -An -tx1 | sed 's/^ //')"
is "nobody else can read it" 600 "$(stat -c %a "$review")"
expect 0 "on standard output" muster audit review sendoso
said '^account,snapshot,user_id,person,email,status,group_id,group,role,since,last_seen,findings,decision,to,comment' "its header"
said 'info privileged' "what was found about somebody"
said ',20[0-9][0-9]-[01][0-9]-[0-3][0-9]T' "since when they are there"

# --- decisions become a plan ---

decide "$review.done" '
options = {"encoding": "utf-8-sig", "delimiter": ";"}
senders[0]["decision"] = "Keep"
senders[1]["decision"] = "revoke"
senders[2].update(decision="change role", to="Manager")
other = next(r for r in senders if r["group_id"] != senders[3]["group_id"])
senders[3].update(decision="move", to=other["group"])'
expect 2 "decided, in the spreadsheet of another country" muster audit apply "$review.done" -o "$work/plan.json"
said '3 changes, 1 kept, 2[0-9] not decided' "what was decided is counted"
said '2 users to change, 1 user to disable' "what the plan does"
expect 0 "exactly that" muster apply "$work/plan.json"
is "revoked: set aside" "('$(of revoke group)', 'sender', False)" "$(person "$(of revoke user_id)")"
is "another role" "('$(of "change role" group)', 'manager', True)" "$(person "$(of "change role" user_id)")"
is "moved" "('$(of move to)', 'sender', True)" "$(person "$(of move user_id)")"
expect 0 "the run is in the journal" muster runs 1
expect 0 "which stands" muster audit verify
expect 2 "it can be taken back" muster undo 1 -o "$work/undo.json"
expect 4 "a second time the move no longer stands as reviewed" muster audit apply "$review.done"
said 'on the target any more' "and is left alone"
muster -q pull sendoso
expect 1 "after the next read" muster audit apply "$review.done"
said 'review.csv.done:[0-9]+: .*; make the review again' "rows that aren't true any more are told by their lines"
said 'nothing was planned' "and nothing is planned"

# --- guards ---

muster -q audit review -o "$review"
decide "$review.bad" 'for r in senders: r["decision"] = "revoke"'
expect 3 "nearly everybody revoked: a guard refuses" muster audit apply "$review.bad" -o "$work/many.json"
said 'users set aside' "which one"
change '{"user": '"$(python3 -c 'import csv, sys; print(next(r["user_id"] for r in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")) if r["status"] == "active"))' "$review")"', "set": {"role": "admin"}}'
muster -q pull sendoso
muster -q audit review -o "$review"
decide "$review.bad" 'for r in admins: r.update(decision="change role", to="sender")'
expect 2 "nobody an admin any more" muster audit apply "$review.bad" -o "$work/many.json"
said 'left alone: .* is the last admin of Sendoso' "the last one stays"

# --- what is wrong with a file ---

wrong() { # NAME PYTHON PATTERN
    decide "$review.bad" "$2"
    rm -f "$work/wrong.json"
    expect 1 "$1" muster audit apply "$review.bad" -o "$work/wrong.json"
    said "$3" "$1: told so"
    [ ! -e "$work/wrong.json" ] || bad "$1: a plan was written"
}
wrong "nobody of that id" 'senders[0].update(user_id="nobody", decision="keep")' ":[0-9]+: sendoso has no user 'nobody'"
wrong "no such decision" 'senders[0]["decision"] = "fire"' ":[0-9]+: 'fire' is no decision; say keep, revoke, change role or move"
wrong "a move without a group" 'senders[0]["decision"] = "move"' ":[0-9]+: move needs the group in the column 'to'"
wrong "a move to nowhere" 'senders[0].update(decision="move", to="Moon")' ":[0-9]+: sendoso has no group 'Moon'"
wrong "a move to where they are" 'senders[0].update(decision="move", to=senders[0]["group_id"])' ':[0-9]+: .* is in .* already'
wrong "no such role" 'senders[0].update(decision="change role", to="king")' ":[0-9]+: sendoso has no role 'king'; it has"
wrong "a role that nothing asked for" 'senders[0].update(decision="keep", to="manager")' ":[0-9]+: 'to' says 'manager', but the decision is keep"
wrong "two decisions" 'rows.append(dict(senders[0], decision="revoke")); senders[0]["decision"] = "keep"' \
    ":[0-9]+: line [0-9]+ is about the same place, and decides otherwise"
wrong "another header" 'columns[2] = "id"' ":1: the header was changed: column 3 should be 'user_id', and is 'id'"
wrong "one column more" 'columns.append("extra")' ":1: the header was changed: there is a column 'extra' behind 'comment'"
wrong "another role than reviewed" 'senders[0].update(role="admin", decision="keep")' ":[0-9]+: .* had the role 'admin' when reviewed"
wrong "another store's" 'for r in rows: r["snapshot"] = "99"' ':2: sendoso has no snapshot 99'
wrong "two reviews in one" 'rows[3]["snapshot"] = "1"' ':5: .*two reviews in one file'
wrong "nothing" 'rows.clear()' 'has a header and no rows'
wrong "many mistakes" 'for r in senders: r["decision"] = "fire"' '[1-9][0-9] rows can.t be used; nothing was planned'
decide "$review.bad" 'rows.append(dict(senders[0], decision="keep")); senders[0]["decision"] = "keep"'
expect 0 "the same decision twice is one" muster audit apply "$review.bad"
printf 'not a review\n' >"$review.bad"
expect 1 "another file" muster audit apply "$review.bad"
: >"$review.bad"
expect 3 "an empty file" muster audit apply "$review.bad"
expect 1 "no file" muster audit apply "$work/none.csv"
expect 64 "no word" muster audit apply
change '{"join": {"first_name": "Late", "last_name": "Comer", "email": "late@example.test"}}'
muster -q pull sendoso
expect 0 "somebody who came since" muster audit apply "$review"
said '1 place came since the review was made' "is told"
sed "s/to: sendoso}/to: other}/; s/^  hris:/  other: {adapter: sendoso, url: \"http:\/\/127.0.0.1:1\", token: env:SENDOSO_TOKEN}\n&/" \
    "$work/muster.yaml" >"$work/elsewhere.yaml"
expect 64 "an account that nothing writes to" "$MUSTER" -c "$work/elsewhere.yaml" audit apply "$review"
said 'no sync writes to sendoso' "says what is missing"

# --- waivers ---

muster audit --format json >"$work/audit.json" 2>/dev/null || true
finding=$(python3 -c '
import json, sys
print(next(f["id"] for f in json.load(open(sys.argv[1]))["findings"] if f["check"] == "privileged"))' "$work/audit.json")
waiver() { # FINDING EXPIRES
    printf 'waivers:\n  - finding: %s\n    owner: Grace Hopper\n    reason: two people look after it\n    expires: %s\n' "$1" "$2" >"$work/waivers.yaml"
}
waived() {
    { muster audit --format json 2>/dev/null || true; } | python3 -c '
import json, sys
f = next(f for f in json.load(sys.stdin)["findings"] if f["id"] == sys.argv[1])
print((f["waived"] or {}).get("owner"), (f["waiver_expired"] or {}).get("owner"))' "$finding"
}
waiver "$finding" 2999-01-01
is "a finding waived" "Grace Hopper None" "$(waived)"
waiver "$finding" never
is "for ever" "Grace Hopper None" "$(waived)"
waiver "$finding" 2020-02-29
is "its time is over" "None Grace Hopper" "$(waived)"
muster audit >"$work/out" 2>"$work/err" || true
said 'waived by Grace Hopper until 2020-02-29T00:00:00Z: that is over' "which the report says"
muster audit --format html >"$work/out" 2>"$work/err" || true
said 'Was waived by <bdi>Grace Hopper</bdi> until 29 Feb 2020' "in the browser too"
waiver 0123456789abcdef never
muster audit >"$work/out" 2>"$work/err" || true
said "waivers.yaml:2: finding 0123456789abcdef isn't there any more" "one for nothing is told"
refused() { # NAME PATTERN
    expect 78 "$1" muster audit
    said "$2" "$1: told with its line"
}
waiver 0123 never
refused "a waiver of no finding" 'waivers.yaml:2:.*is the id of one'
waiver "$finding" soon
refused "a waiver until soon" 'waivers.yaml:5:.*is a day'
printf 'waivers:\n  - {finding: %s, owner: me, reason: "", expires: never}\n' "$finding" >"$work/waivers.yaml"
refused "a waiver without a reason" 'waivers.yaml:2:.*says nothing'
printf 'waivers:\n  - {finding: %s, owner: me, why: no}\n' "$finding" >"$work/waivers.yaml"
refused "a waiver with an unknown key" 'waivers.yaml:2:.*why'
printf 'waivers:\n  - {finding: %s, owner: me, reason: x, expires: never}\n  - {finding: %s, owner: me, reason: x, expires: never}\n' \
    "$finding" "$finding" >"$work/waivers.yaml"
refused "a waiver twice" 'waivers.yaml:3:.*waived in line 2 already'
rm "$work/waivers.yaml"
expect 78 "a file of waivers that isn't there" muster audit
finish
