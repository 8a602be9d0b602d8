#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Plans: their documented shape, about a few only, drift, what is ours among others' values, and a run that was cut.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 60 --groups 6 --seed 5 --rate off
mkdir -p "$work/site/ldap"
cat >"$work/site/ldap/inetorgperson.yaml" <<'EOF'
kind: user
target: ldap
fields:
  mail: {from: "/emails/?/email", policy: merge}
EOF
write_config
sed -i '1i mappings: site' "$work/muster.yaml"
muster -q pull sendoso

cat >"$work/fits.py" <<'EOF'
import json, sys
from jsonschema import Draft202012Validator
schema, plan = (json.load(open(path)) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(plan)
EOF
have_jsonschema=yes
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || have_jsonschema=
keeps_schema() {
    [ -n "$have_jsonschema" ] || return 0
    expect 0 "$1 has the documented shape" /usr/bin/python3 "$work/fits.py" "$top_srcdir/mappings/plan.schema.json" \
        "$work/plan.json"
}

# --- about a few ---
who=$(muster users sendoso --format json --filter 'groups.id?' | python3 -c '
import json, sys
u = json.load(sys.stdin)[0]
print(u["emails"][0]["email"])')
expect 2 "a plan about one person" muster plan --only "$who" -o "$work/plan.json"
keeps_schema "a plan about one person"
expect 0 "it is applied" muster apply "$work/plan.json"
ldap_dump '(objectClass=inetOrgPerson)' dn >"$work/out"
if [ "$(grep -c '^dn:' "$work/out")" = 1 ]; then ok "one person is there"; else bad "one person is there" "$(cat "$work/out")"; fi
expect 2 "the plan for the rest" muster plan --except "$who" -o "$work/plan.json"
unsaid "$who" "it doesn't speak of that person"
expect 0 "sync does the rest" muster sync --yes --verify
said 'verified: nothing is left to do' "and that is verified"
expect 0 "and then there is nothing to do" muster plan

# --- drift ---
dn=$(ldap_dump "(mail=$who)" dn | sed -n 's/^dn: //p')
printf 'dn: %s\nchangetype: modify\nreplace: sn\nsn: Changed by hand\n' "$dn" | ldap_admin ldapmodify >/dev/null
expect 2 "a change by hand shows" muster plan -o "$work/plan.json"
said '"Changed by hand" -> .*\(drift\)' "it is called drift"
keeps_schema "a plan with drift"
expect 0 "it is taken back" muster sync --yes

# --- ours among others' ---
printf 'dn: %s\nchangetype: modify\nadd: mail\nmail: private@example.test\n' "$dn" | ldap_admin ldapmodify >/dev/null
expect 0 "a value others added to a merged attribute stays" muster plan
id=$(muster users sendoso --format json --filter "emails.email=$who" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
change "{\"user\": $id, \"set\": {\"email\": \"other.address@example.test\"}}"
expect 0 "another address" muster sync --yes
ldap_dump '(mail=other.address@example.test)' mail >"$work/out"
said 'private@example.test' "others' value is still there"
unsaid "$who" "our old value is gone"

# --- a run that was cut ---
change "{\"user\": $id, \"set\": {\"first_name\": \"Cut\"}}"
change '{"join": {"first_name": "New", "last_name": "Person", "email": "new.person@example.test"}}'
expect 137 "a run dies in the middle" muster sync --yes --kill-at 6
expect 0 "the next one goes on" muster sync --yes
said 'had been cut' "and says so"
expect 0 "and then there is nothing to do after all" muster plan
muster runs >"$work/out"
said 'cut' "runs shows it"

# --- what changed between two reads ---
last=$(muster snapshots --format json --limit 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
expect 2 "diff finds changes" muster diff 1 "$last"
said '^> user .*renamed|^> user .*name' "a renamed person"
said '^[+] user New Person .*joined' "a joiner"
said '[+] user New Person .*\[snapshot [0-9]+\]' "seen first in that read"
said "sendoso, snapshot 1 to $last: .*1 joined" "a summary"
expect 2 "diff as JSON" muster diff 1 "$last" --format json
cp "$work/out" "$work/diff.json"
expect 0 "it is JSON" python3 -c 'import json,sys; d = json.load(open(sys.argv[1])); assert any(e["what"] == "joined" for e in d["events"])' "$work/diff.json"
expect 2 "diff as CSV" muster diff 1 "$last" --format csv
expect 0 "a snapshot and itself" muster diff 1 1
expect 1 "a snapshot that isn't there" muster diff 1 999
expect 64 "not a number" muster diff 1 x

finish
