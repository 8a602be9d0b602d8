#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A model plans, a person approves outside of MCP, and only then the model applies: that plan, once.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 30 --groups 4 --seed 5 --rate off
write_config
expect 0 "a read" muster pull sendoso
custom=$(muster token create --name planner --methods 'read,custom' 2>/dev/null)
serve_start

# tool TOKEN NAME ARGUMENTS: the result's text in $work/out.
cat >"$work/tool.py" <<'EOF'
import json, sys
sys.path.insert(0, sys.argv[1])
from mcp import Http
answer = Http(sys.argv[2], token=sys.argv[3]).call(sys.argv[4], json.loads(sys.argv[5]))
print(answer["result"]["content"][0]["text"] if "result" in answer else json.dumps(answer["error"]))
EOF
tool() {
    expect 0 "$1 answers" python3 "$work/tool.py" "$top_srcdir/tests/live" "$SERVE_URL" "$custom" "$1" "${2:-null}"
}
hash_of() { python3 -c 'import json,sys; print(json.load(sys.stdin)["plan"])' <"$work/out"; }
people() { ldap_dump '(objectClass=inetOrgPerson)' dn 2>/dev/null | grep -c '^dn:' || true; }

tool plan
said '"summary":"30 users to add' "a plan in words"
said 'muster approve [0-9a-f]{64}' "which says who has to approve it"
plan=$(hash_of)
tool apply "{\"plan\":\"$plan\"}"
said 'nobody has approved this plan' "without an approval it is refused"
tool apply '{"plan":"0000000000000000000000000000000000000000000000000000000000000000"}'
said 'no plan of that hash' "and so is another hash"
[ "$(people)" = 0 ] && ok "nothing was written" || bad "something was written"

expect 3 "a person has to say yes" muster approve "$plan"
expect 64 "for how long, in words that are none" muster approve "$plan" --yes --expires soon
expect 1 "a plan that isn't there" muster approve "${plan//[0-9]/0}" --yes
expect 0 "a person approves" muster approve "$plan" --yes --expires 30m
said "approved by .*: $plan" "by name"
tool apply "{\"plan\":\"$plan\"}"
said '"failed":0' "then it is applied"
[ "$(people)" = 30 ] && ok "all of it" || bad "$(people) people"
tool apply "{\"plan\":\"$plan\"}"
said 'was applied before' "once"
expect 0 "the journal says who" muster runs
said 'mcp, token planner' "by the token's name"
tool plan
said 'nothing to do' "the next plan is empty"
tool explain '{"user":"nobody@example.test"}'
said 'no user is called' "explain: nobody"
who=$(muster users sendoso --format json --limit 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
tool explain "{\"user\":\"$who\"}"
said '"in_agreement":true' "explain: in agreement"

change '{"position": 3, "set": {"first_name": "Other"}}'
expect 0 "another read" muster pull sendoso
expect 2 "a plan in a file" muster plan -o "$work/plan.json"
expect 0 "is approved by its file" muster approve "$work/plan.json" --yes
plan=$(grep -oE '[0-9a-f]{64}' "$work/out" | head -n 1)
change '{"position": 4, "set": {"first_name": "Another"}}'
expect 0 "a third read" muster pull sendoso
tool apply "{\"plan\":\"$plan\"}"
said 'snapshot' "an approved plan that is out of date is refused like any other"
serve_stop
finish
