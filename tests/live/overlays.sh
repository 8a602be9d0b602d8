#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Servers that follow renames and removals in members' names by themselves (refint, or memberof, of slapd): what they did
# before us is no failure, and the directory is the same in the end.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

round_trip() {
    expect 0 "$how: $1: sync" muster sync teams-to-ldap --yes
    expect 0 "$how: $1: the next plan is empty" muster plan teams-to-ldap
    ldap_dump >"$work/dump.ldif"
    expect 0 "$how: $1: round trip" python3 "$top_srcdir/tests/live/roundtrip.py" "$SIM_URL" "$SIM_TOKEN" \
        dc=example,dc=org "$work/dump.ldif"
}
change_user() { change "{\"user\": $1, \"set\": {$2}}"; }
email() { printf '"email": "%s-%s@example.test"' "${how/ /-}" "$1"; }

# with OVERLAY ASSERT
with() {
    how="$1 $2"
    slapd_start --nosync --overlay "$1"
    sim_start --users 60 --groups 4 --seed 11 --rate off
    write_config
    sed -i "s/^    base: .*/&\n    assert: $2/" "$work/muster.yaml"
    local id other i
    read -r -a id <<<"$(api '/api/v3/users?page=1&per_page=100' | python3 -c '
import json, sys
print(*[u["id"] for u in json.load(sys.stdin)["users"] if u["team_group_id"]][:12])')"
    other=$(api '/api/v3/groups' | python3 -c 'import json, sys; print(json.load(sys.stdin)["groups"][-1]["id"])')
    round_trip "first export"

    for i in 0 1 2 3 4 5; do change_user "${id[$i]}" "$(email "$i")"; done
    round_trip "six are renamed"

    for i in 0 1 2; do change_user "${id[$i]}" "$(email "moved-$i"), \"team_group_id\": $other"; done
    round_trip "renamed and moved to another group at once"

    change_user "${id[6]}" '"gone": true'
    change_user "${id[3]}" "$(email again)"
    round_trip "one leaves, another is renamed"

    change_user "${id[7]}" "$(email passed-on)"
    change_user "${id[8]}" "$(email taken-over), \"team_group_id\": $other"
    round_trip "two more, one to another group"

    change_user "${id[9]}" "$(email of-a-group-that-goes)"
    change "{\"group\": $(api '/api/v3/users?page=1&per_page=100' | python3 -c '
import json, sys
print(next(u["team_group_id"] for u in json.load(sys.stdin)["users"] if str(u["id"]) == sys.argv[1]))' "${id[9]}"), \"delete\": true}"
    round_trip "a group goes while a member is renamed"
    slapd_stop
    sim_stop
    rm -f "$work"/muster.db*
}

with refint auto
with refint read
with memberof auto
with memberof read
finish
