#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Taking over a directory that others made: by id, by e-mail address, by name; and after the store was lost.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 80 --groups 5 --seed 9 --rate off
write_config
muster -q pull sendoso
expect 0 "a first export" muster sync --yes
ldap_dump >"$work/before.ldif"

# The store is lost: nothing is ours any more, and nothing is touched.
rm -f "$work"/muster.db*
muster -q pull sendoso
expect 4 "without the ledger everybody is somebody else's" muster sync --yes
said "isn't ours" "and that is said"
ldap_dump >"$work/now.ldif"
expect 0 "nothing was touched" cmp "$work/before.ldif" "$work/now.ldif"

expect 2 "a plan to take over" muster adopt -o "$work/adopt.json"
said '^= user' "it lists people"
said 'it has the id in employeeNumber' "and says why"
expect 0 "it is applied" muster apply "$work/adopt.json"
ldap_dump >"$work/now.ldif"
expect 0 "applying it writes nothing" cmp "$work/before.ldif" "$work/now.ldif"
expect 0 "everything is ours again, and nothing differs" muster plan
expect 0 "there is nothing more to take over" muster adopt

# Members that were taken over are ours to remove.
id=$(muster users sendoso --format json --filter 'groups.id?' | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
other=$(muster groups sendoso --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)[-1]["id"])')
change "{\"user\": $id, \"set\": {\"team_group_id\": $other}}"
expect 0 "a person moves to another team" muster sync --yes
expect 0 "round trip" python3 "$top_srcdir/tests/live/roundtrip.py" "$SIM_URL" "$SIM_TOKEN" dc=example,dc=org \
    <(ldap_dump)

finish
