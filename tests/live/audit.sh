#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster audit over a real read: its forms, its exit statuses, what changed and since when, a read that wasn't complete.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 120 --groups 6 --seed 5 --rate off
cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  sendoso:
    adapter: sendoso
    url: $SIM_URL
    token: env:SENDOSO_TOKEN
    scim: {token: env:SENDOSO_SCIM_TOKEN}
    rate: "off"
  hris: {adapter: csv, path: people.csv}
audit:
  account: sendoso
  hris: hris
  checks:
    outside-domain: {domains: [example.test, "*.example.test"]}
    same-name: off
    administrators: {min: 0, max: 1, severity: critical}
EOF

audit_is() { # audit_is WANT NAME EXPRESSION: of the JSON in $work/out as `a`
    local got
    got=$(python3 -c 'import json, sys
a = json.load(open(sys.argv[1]))
found = lambda check: sorted(f["subjects"][0]["id"] for f in a["findings"] if f["check"] == check)
print(eval(sys.argv[2]))' "$work/out" "$3") || got=broken
    if [ "$got" = "$1" ]; then ok "$2"; else bad "$2: '$got', wanted '$1'" "$(head -c 2000 "$work/out")"; fi
}

expect 1 "nothing was read yet" muster audit
muster -q pull sendoso
muster users sendoso --format json >"$work/users.json"
python3 - "$work" <<'PY'
import csv, json, sys
users = json.load(open(sys.argv[1] + "/users.json"))
active = [u for u in users if u["status"] == "active" and u.get("emails")]
rows = [[u["id"], "Somebody", u["emails"][0]["email"].upper(), "active"] for u in active[2:]]
rows += [["gone", "Gone", active[1]["emails"][0]["email"], "terminated"], ["new", "=1+1", "new@example.test", "active"]]
with open(sys.argv[1] + "/people.csv", "w") as f:
    w = csv.writer(f)
    w.writerow(["id", "first_name", "email", "status"])
    w.writerows(rows)
open(sys.argv[1] + "/unknown", "w").write(active[0]["id"])
open(sys.argv[1] + "/left", "w").write(active[1]["id"])
PY
muster -q pull hris

expect 2 "an audit finds something" muster audit --format json
audit_is True "it was made from complete reads" 'a["complete"] and not a["warnings"]'
audit_is "['$(cat "$work/unknown")']" "whom the HRIS doesn't know" 'found("not-in-hris")'
audit_is "['$(cat "$work/left")']" "who has left" 'found("left-in-hris")'
audit_is "['new']" "who is only there" 'found("only-in-hris")'
audit_is critical "the site's severity" 'a["findings"][0]["severity"]'
audit_is off "the site's switch" '[c["state"] for c in a["checks"] if c["name"] == "same-name"][0]'
cp "$work/out" "$work/audit.json"
expect 2 "the same tomorrow" muster audit --format json
audit_is True "the ids are the same" \
    '[f["id"] for f in a["findings"]] == [f["id"] for f in json.load(open("'"$work"'/audit.json"))["findings"]]'
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    cat >"$work/fits.py" <<'PY'
import json, sys
from jsonschema import Draft202012Validator
schema, audit = (json.load(open(path)) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(audit)
PY
    expect 0 "it has the documented shape" \
        /usr/bin/python3 "$work/fits.py" "$top_srcdir/mappings/audit.schema.json" "$work/audit.json"
fi

expect 0 "one check that finds nothing" muster audit --check outside-domain
expect 0 "no finding is as severe" muster audit --check only-in-hris --fail-on low
expect 2 "one is" muster audit --check only-in-hris --fail-on info
expect 64 "a check that isn't there" muster audit --check only-in-hr
said 'did you mean only-in-hris\?' "the nearest is named"
expect 2 "as CSV into a file" muster audit --check only-in-hris --fail-on info --format csv -o "$work/audit.csv"
said 'report written to ' "says where it is"
expect 0 "a spreadsheet knows its encoding" grep -q "^$(printf '\357\273\277')finding," "$work/audit.csv"
expect 0 "a name that is a formula is defused" grep -q ",'=1+1," "$work/audit.csv"

expect 2 "as SARIF" muster audit --format sarif
cp "$work/out" "$work/audit.sarif"
cat >"$work/refers.py" <<'PY'
import json, sys
run, = json.load(open(sys.argv[1]))["runs"]
rules = run["tool"]["driver"]["rules"]
assert run["results"]
for r in run["results"]:
    assert rules[r["ruleIndex"]]["id"] == r["ruleId"]
    assert r["level"] in ("note", "warning", "error") and r["message"]["text"]
    assert r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()
assert len({r["partialFingerprints"]["musterFinding/v1"] for r in run["results"]}) == len(run["results"])
PY
expect 0 "SARIF refers to its rules" python3 "$work/refers.py" "$work/audit.sarif"
expect 2 "as numbers for Prometheus" muster audit --format prometheus
said 'muster_audit_findings\{account="sendoso",check="left-in-hris",severity="critical"\} 1' "findings are counted"
said 'muster_audit_complete\{account="sendoso"\} 1' "and completeness told"

# --- over time ---
member=$(python3 -c '
import json, sys
print(next(u["id"] for u in json.load(open(sys.argv[1])) if u.get("groups")))' "$work/users.json")
change "{\"user\": $member, \"set\": {\"first_name\": \"Renamed\"}}"
muster -q pull sendoso
muster -q pull sendoso
expect 2 "an audit since the first read" muster audit --since 1 --format json
audit_is "('renamed', 3, None)" "what changed, seen when, by whom" \
    '[(c["what"], c["first_seen"], c["run"]) for c in a["changes"]["list"] if c["id"] == "'"$member"'"][0]'
expect 2 "as of the first read" muster audit --as-of 1 --format json
audit_is 0 "nothing had changed" 'a["changes"]["total"]'
expect 64 "since something newer" muster audit --as-of 1 --since 3
expect 1 "before anything was read" muster audit --since 2001-01-01

# --- who got the gift ---
api '/api/v3/touches?per_page=100' >"$work/touches.json"
python3 - "$work" <<'PY'
import json, sys
work = sys.argv[1]
users = json.load(open(work + "/users.json"))
touch = next(t for t in json.load(open(work + "/touches.json"))["touches"] if t["delivery_type"] == "email")
active = [u for u in users if u["status"] == "active" and u.get("groups") and u.get("emails")]
group = active[0]["groups"][0]["id"]
members = [u for u in active if u["groups"][0]["id"] == group]
for i, u in enumerate(members[:2]):
    send = {"touch_id": touch["id"], "email": u["emails"][0]["email"].swapcase(), "via": "single_email_address",
            "via_from": "test"}
    json.dump({"send": send}, open(work + "/send%d.json" % i, "w"))
open(work + "/touch", "w").write(str(touch["id"]))
open(work + "/touch-name", "w").write(touch["name"].upper())
open(work + "/group", "w").write(group)
json.dump(sorted(u["id"] for u in members[:2]), open(work + "/sent.json", "w"))
json.dump(len(members), open(work + "/members.json", "w"))
PY
for i in 0 1; do
    curl -sS -f -X POST -H "Authorization: Bearer $SIM_TOKEN" -H 'Content-Type: application/json' \
        -d @"$work/send$i.json" "$SIM_URL/api/v3/send" >/dev/null
done
group=$(cat "$work/group")
expect 64 "onboarding without a campaign" muster audit onboarding "$group"
expect 2 "onboarding of a group" muster audit onboarding "$group" --campaign "$(cat "$work/touch")" --format json
audit_is True "everybody of the group is told" 'len(a) == json.load(open("'"$work"'/members.json"))'
audit_is True "who got the gift" \
    'set(json.load(open("'"$work"'/sent.json"))) <= {p["id"] for p in a if p["gift"] == "sent" and p["date"] and p["send"]}'
cp "$work/out" "$work/by-id"
expect 2 "by the campaign's name, folded" muster audit onboarding "$group" --campaign "$(cat "$work/touch-name")" --format json
cp "$work/out" "$work/by-name"
expect 0 "it is the same" cmp "$work/by-id" "$work/by-name"
expect 2 "as text" muster audit onboarding "$group" --campaign "$(cat "$work/touch")"
said '[0-9]+ missing, [0-9]+ failed' "with a summary"
expect 2 "a campaign nobody got" muster audit onboarding "$group" --campaign Nothing
said "no send of a campaign 'Nothing' was found" "it is said"
expect 1 "a group that isn't there" muster audit onboarding 12345678 --campaign Nothing
expect 2 "an audit with sends" muster audit --sends --format json
audit_is ran "who sends was looked at" '[c["state"] for c in a["checks"] if c["name"] == "dormant"][0]'
fault '{"path": "/api/v3/send", "times": 100, "kind": "status", "status": 403}'
expect 1 "sends that may not be read" muster audit --sends
said 'sends page 1' "the page is named"
clear_faults

# --- what other systems have to grant ---
expect 0 "the checklist of all systems" "$MUSTER" audit integrations
said '^  \[UNKNOWN\] SF-01  Lead object: Read \+ Update' "a requirement is unknown until somebody looks"
said '^0 PASS, 0 FAIL, 0 WARN, 64 UNKNOWN, 0 N/A' "and counted"
cat >"$work/answers.yaml" <<'EOF'
kind: access-answers
systems:
  marketo:
    MK-03: {result: pass, by: ada@example.test, on: 2026-11-20, note: seen in Admin}
    MK-07: {result: n/a, by: ada@example.test, on: 2026-11-20}
EOF
expect 0 "what a person answered" "$MUSTER" audit integrations marketo --answers "$work/answers.yaml" --format json
audit_is "('PASS', 'ada@example.test')" "is the result" '[(r["result"], r["by"]) for r in a if r["id"] == "MK-03"][0]'
sed -i 's/result: pass/result: fail/' "$work/answers.yaml"
expect 2 "something fails" "$MUSTER" audit integrations --answers "$work/answers.yaml"
sed -i 's/MK-03/MK-033/' "$work/answers.yaml"
expect 78 "an answer to no question" "$MUSTER" audit integrations --answers "$work/answers.yaml"
said 'answers.yaml:4:5: marketo has no requirement .MK-033.; did you mean MK-03' "with line and the nearest"
expect 64 "a system without a checklist" "$MUSTER" audit integrations zendesk
said 'there is: eloqua, hubspot, marketo, salesforce' "those that have one are named"

# --- a read that was not complete ---
fault '{"path": "/api/scim/v2/Users", "times": 100, "kind": "status", "status": 500}'
muster -q pull sendoso >/dev/null 2>&1 || true
clear_faults
expect 2 "an audit of a read that wasn't complete" muster audit
said '^! the read of sendoso \(snapshot [0-9]+\) was not complete' "it is said on top"

finish
