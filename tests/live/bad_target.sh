#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything an LDAP server can do wrong: down, refusing, lacking, read-only, cut in the middle.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl

sim_start --users 120 --groups 4 --seed 8 --rate off
slapd_start --nosync
write_config
expect 0 "pull" muster pull sendoso

kill_slapd() { "$top_srcdir/tests/live/slapd.sh" stop "$work/slapd" >/dev/null 2>&1; }

kill_slapd
expect 1 "the server is down" muster plan teams-to-ldap
said 'connect|server' "the server is down: says so"
slapd_stop

slapd_start --nosync
write_config
LDAP_PASSWORD=not-it expect 1 "the bind is refused" muster plan teams-to-ldap
said 'bind|credentials' "the bind is refused: says so"
unsaid 'not-it' "and doesn't show the password"

sed 's/base: dc=example,dc=org/base: dc=elsewhere,dc=org/' "$work/muster.yaml" >"$work/other.yaml"
expect 78 "the suffix is missing" "$MUSTER" -c "$work/other.yaml" plan teams-to-ldap
said 'dc=example,dc=org' "the suffixes there are get named"

sed 's/base: dc=example,dc=org/base: "not a dn"/' "$work/muster.yaml" >"$work/other.yaml"
expect 78 "a base that is no DN" "$MUSTER" -c "$work/other.yaml" plan teams-to-ldap

expect 2 "there is a plan" muster plan teams-to-ldap -o "$work/plan.json"

# The connection is cut in the middle of a run: the next run takes it up.
slapd_stop
rm -f "$work"/muster.db*
sim_stop
sim_start --users 4000 --groups 10 --seed 9 --rate off
slapd_start --nosync
write_config
# The server ends in place of its answer to the 200th write.
cat >"$work/middle.py" <<'END'
import os, re, subprocess, sys
sys.path.insert(0, os.environ["top_srcdir"] + "/tests/live")
import lab

class Server:
    address = ("127.0.0.1", int(sys.argv[2]))

relay = lab.Relay(Server)
relay.arm(200, lambda: subprocess.run(["bash", *sys.argv[3].split()], check=True))
config = sys.argv[1]
with open(config, encoding="utf-8") as file:
    text = re.sub(r"ldap://\S+", relay.url, file.read())
with open(config + ".middle", "w", encoding="utf-8") as file:
    file.write(text)
sys.exit(subprocess.run([os.environ["MUSTER"], "-c", config + ".middle", *sys.argv[4:]]).returncode)
END
rc=0
python3 "$work/middle.py" "$work/muster.yaml" "$LDAP_PORT" "$top_srcdir/tests/live/slapd.sh stop $work/slapd" \
    sync teams-to-ldap --yes >"$work/out" 2>"$work/err" || rc=$?
case $rc in
1 | 4) ok "the server dies in the middle: exit $rc" ;;
*) bad "the server dies in the middle: exit $rc" "$(cat "$work/err")" ;;
esac
"$top_srcdir/tests/live/slapd.sh" start "$work/slapd" >/dev/null 2>&1
expect 0 "the next run takes it up" muster sync teams-to-ldap --yes
expect 0 "and then there is nothing left to do" muster plan teams-to-ldap

# kill -9 of ourselves, at some moment.
for after in 0.02 0.05 0.1 0.2; do
    slapd_stop
    rm -f "$work"/muster.db*
    slapd_start --nosync
    write_config
    muster -q pull sendoso
    muster plan teams-to-ldap -o "$work/plan.json" >/dev/null 2>&1 || true
    "$MUSTER" -c "$work/muster.yaml" apply "$work/plan.json" >/dev/null 2>&1 &
    apply=$!
    sleep "$after"
    kill -9 "$apply" 2>/dev/null || true
    wait "$apply" 2>/dev/null || true
    expect 0 "killed after $after s: the next run takes it up" muster sync teams-to-ldap --yes
    expect 0 "killed after $after s: nothing left to do" muster plan teams-to-ldap
done

# Read-only, and without the schema.
slapd_stop
rm -f "$work"/muster.db*
slapd_start --readonly --base
write_config
muster -q pull sendoso
expect 1 "a read-only server" muster sync teams-to-ldap --yes
said 'read.only|operation restricted|unwilling|shadow' "a read-only server: says so"
slapd_stop
rm -f "$work"/muster.db*
slapd_start --no-inetorgperson
write_config
muster -q pull sendoso
expect 78 "a server without inetOrgPerson" muster plan teams-to-ldap
said 'inetOrgPerson|inetorgperson' "a server without inetOrgPerson: names the class"
slapd_stop

# Entries of others at the names we want: theirs stay as they are, the rest goes on, and both are listed.
rm -f "$work"/muster.db*
sim_stop
sim_start --users 120 --groups 4 --seed 8 --rate off
slapd_start --nosync --base
write_config
muster -q pull sendoso
expect 2 "a plan that would make both" muster plan teams-to-ldap --format json
mapfile -t wanted < <(python3 -c '
import json, sys
ops = json.load(open(sys.argv[1]))["operations"]
for kind in "user", "group":
    print(next(op["name"] for op in ops if op.get("kind") == kind and op["name"].isascii() and "\\" not in op["name"]))' "$work/out")
user_dn=${wanted[0]} group_dn=${wanted[1]}
ldap_admin ldapadd >/dev/null <<END
dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit

dn: $user_dn
objectClass: account
description: theirs

dn: $group_dn
objectClass: organizationalRole
description: theirs
END
ldap_dump '(description=theirs)' '*' + >"$work/theirs.before"
expect 4 "entries of others at the names we want" muster sync teams-to-ldap --yes
said "left alone: .*${user_dn//[^a-z=,]/.} exists there and isn't ours" "the user is listed"
said "left alone: .*${group_dn//[^a-z=,]/.} exists there and isn't ours" "the group is listed"
said '119 users added, 3 groups added' "the rest is done"
ldap_dump '(description=theirs)' '*' + >"$work/theirs.after"
expect 0 "theirs are what they were" cmp "$work/theirs.before" "$work/theirs.after"
expect 4 "the next plan has nothing but them" muster plan teams-to-ldap
unsaid '^[-+~>]' "the next plan has nothing but them"
ldap_admin ldapdelete "$user_dn" "$group_dn"
expect 0 "when they are gone, ours are made" muster sync teams-to-ldap --yes
said '1 user added, 1 group added' "when they are gone, ours are made"
expect 0 "and nothing is left to do" muster plan teams-to-ldap
slapd_stop

# A group of 20,000, and the same e-mail twice.
sim_stop
rm -f "$work"/muster.db*
sim_start --users 21000 --groups 3 --seed 4 --rate off --set big-group=20000 --set duplicates=2
slapd_start --nosync
write_config
expect 4 "a group of 20,000 and an e-mail twice" muster sync teams-to-ldap --yes
said 'same name is asked for' "both people of one e-mail are listed"
expect 4 "the plan after it has only them" muster plan teams-to-ldap
unsaid '^[-+~>]' "the plan after it has no operation"
finish
