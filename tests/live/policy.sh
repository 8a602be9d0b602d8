#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A policy at work on a real directory: who comes in with which group and role, who goes and when, and what is said of the
# rules before.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch

slapd_start --nosync

mkdir -p "$work/mappings/ldap"
cat >"$work/mappings/ldap/inetorgperson.yaml" <<'EOT'
kind: user
target: ldap
fields:
  ou: {from: /@/policy/group}
  employeeType: {from: /@/policy/role}
  businessCategory: {from: /@/policy/rule}
EOT

# config [SYNC_SETTINGS]
config() {
    cat >"$work/muster.yaml" <<EOT
store: muster.db
mappings: mappings
accounts:
  hris: {adapter: csv, path: people.csv}
  corp:
    adapter: ldap
    url: $LDAP_URL
    bind: {dn: "$BIND_DN", password: env:LDAP_PASSWORD}
    base: dc=example,dc=org
syncs:
  people: {from: hris, to: corp, policy: policy.yaml${1:+, $1}}
EOT
}

# people ROW...
people() {
    {
        echo "id,first_name,last_name,email,title,department,start_date,end_date"
        printf '%s\n' "$@"
    } >"$work/people.new"
    mv "$work/people.new" "$work/people.csv"
    expect 0 "pull" muster pull hris -q
}

policy() { cat >"$work/policy.yaml"; }

attr() { ldap_dump "(mail=$1)" "$2" | sed -n "s/^$2: //p"; }
is() { # WHO ATTRIBUTE VALUE
    local got
    got=$(attr "$1" "$2")
    if [ "$got" = "$3" ]; then ok "$1: $2 is ${3:-nothing}"; else bad "$1: $2" "$got instead of $3"; fi
}

ADA=1,Ada,Quist,ada@x.test,Lead,Sales,2024-01-01,
BO=2,Bo,Berg,bo@x.test,Clerk,Ops,2024-01-01,
CY=3,Cy,Ny,cy@partner.test,Clerk,Sales,,
DI=4,Di,Doe,di@x.test,Clerk,Ops,,

config
policy <<'EOT'
start: start_date
end: end_date
exclude:
  - {name: partners, when: {email: "*@partner.test"}}
rules:
  - {name: leads, when: {department: sales, title: "LEAD*"}, group: Sales, role: manager}
  - {name: others, when: {department: [Sales, Ops]}, group: Ops}
examples:
  - {name: a lead, person: {department: Sales, title: Lead}, expect: {rule: leads, role: manager}}
EOT

# --- in, moved, out ---

people "$ADA" "$BO" "$CY" "$DI"
expect 0 "check: nothing wrong" muster policy check
said '^leads +6 +Sales +manager +1 +1' "how many a rule fits and decides"
said '3 in, 1 excluded' "where everybody stands"
expect 0 "test: the examples" muster policy test people
expect 2 "plan" muster plan people
said '# by rule leads' "the plan names the rule"
said 'left alone: .*Cy Ny.*not in by the policy' "and who isn't in"
expect 0 "sync" muster sync people --yes
is ada@x.test ou Sales
is ada@x.test employeeType manager
is bo@x.test ou Ops
is bo@x.test businessCategory others
is cy@partner.test ou ""
expect 0 "the second plan is empty" muster plan people
expect 0 "explain" muster explain ada@x.test
said 'decided .*/policy.yaml:6  rule leads: group Sales, role manager' "the rule that decided"
said 'passed .*/policy.yaml:4  rule partners: email is "ada@x.test", not "\*@partner.test"' "those before it"
said '/@/policy/group = "Sales"' "what the mapping was told"
said 'in agreement' "and nothing to do"
expect 0 "explain who isn't in" muster explain cy@partner.test
said 'not_in: rule partners .*policy.yaml:4. excludes them' "says by which rule"

people "$ADA" "2,Bo,Berg,bo@x.test,Lead,Sales,2024-01-01," "$CY" "$DI"
expect 0 "a mover" muster sync people --yes
is bo@x.test ou Sales
expect 0 "moved once" muster plan people

# --- a grace period, and who comes back ---

config 'grace: 14d'
people "$ADA" "$CY" "$DI"
expect 0 "a leaver is listed" muster plan people
said 'Bo Berg.*leaves in 14 days: last seen 20[0-9-]+' "with a countdown"
said '1 leaves later' "and counted"
expect 0 "explain a leaver" muster explain 2
said 'leaving: leaves in 14 days: last seen .*; the grace period is over at 20' "says when"
expect 0 "a sync with nothing else to do" muster sync people --yes
said 'Bo Berg.*leaves in 14 days' "shows the countdown as well"
said 'nothing to do; 1 leaves later' "in its summary too"
expect 0 "for programs" muster sync people --yes --format json
said '"leaving": ?\[\{.*"id": ?"2".*"due": ?"20' "likewise"
expect 0 "one that is quiet" muster sync people --yes -q
if [ -s "$work/out" ]; then bad "says it again"; else ok "doesn't say it again"; fi
people "$ADA" "2,Bo,Berg,bo@x.test,Lead,Sales,2024-01-01," "$CY" "$DI"
expect 0 "who comes back" muster sync people --yes -q
people "$ADA" "$CY" "$DI"
expect 0 "a quiet sync that sees somebody leave" muster sync people --yes -q
said 'Bo Berg.*leaves in 14 days' "says so, once"
people "$ADA" "2,Bo,Berg,bo@x.test,Lead,Sales,2024-01-01," "$CY" "$DI"
expect 0 "who comes back" muster plan people
unsaid 'leaves in' "isn't listed any more"
config
people "$ADA" "2,Bo,Berg,bo@x.test,Lead,Sales,2024-01-01,2024-02-01" "$CY" "$DI"
expect 0 "who is past the last day" muster sync people --yes
if ldap_dump '(mail=bo@x.test)' dn | grep -q 'ou=inactive'; then ok "is set aside"; else bad "is not set aside"; fi

# --- what is wrong is told before anything is planned ---

policy <<'EOT'
rules:
  - {name: leads, when: {departmnt: Sales}, group: Slaes}
EOT
expect 78 "check: a group and an attribute that aren't there" muster policy check
said "policy.yaml:2:26: error: nobody has 'departmnt'; did you mean 'department'\?" "the attribute"
said "policy.yaml:2:5: error: rule leads: corp has no group 'Slaes'; did you mean 'Sales'\?" "the group"
expect 78 "a plan with it" muster plan people
said "policy.yaml:2:5: rule leads: corp has no group 'Slaes'" "says so too"
expect 78 "json" muster policy check people --format json
said '"code": "unknown-group"' "has the code"
policy <<<'rules: [{name: a, when: {title: [}}]'
expect 78 "a policy that can't be read" muster plan people
said 'policy.yaml:1:' "says where"
policy <<<'rules: []'
expect 64 "a sync that isn't there" muster policy check nobody

# --- what can't be seen is told, and the rest is checked ---

policy <<'EOT'
rules:
  - {name: leads, when: {departmnt: Sales}, group: Slaes}
EOT
cp "$work/people.csv" "$work/kept.csv"
: >"$work/people.csv"
expect 3 "a read that is void" muster sync people
expect 78 "check after it" muster policy check
said "nobody has 'departmnt'" "holds the rules against the last people that can be used"
said 'note: people are those of snapshot [0-9]+ \(20.*\): snapshot [0-9]+ is void' "and says so"
mv "$work/kept.csv" "$work/people.csv"
sed "s|url: .*|url: ldap://127.0.0.1:1|" "$work/muster.yaml" >"$work/away.yaml"
expect 78 "check without the target" muster -c "$work/away.yaml" policy check people
said "nobody has 'departmnt'" "holds the rules against people"
said 'warning: groups are not checked: .*127.0.0.1:1' "and says what it could not see"
sed "s|store: .*|store: new.db|" "$work/muster.yaml" >"$work/new.yaml"
expect 1 "check before anything was read" muster -c "$work/new.yaml" policy check people
said 'warning: rules are not held against people: .*run muster pull' "says what to do"
if [ -e "$work/new.db" ]; then bad "a store was made"; else ok "and makes no store"; fi

finish
