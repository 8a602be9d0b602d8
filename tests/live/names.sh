#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Names that are passed on among people and groups, on a server that writes side by side: swaps, rings, chains; with and
# without overlays that follow them in members' names. Entries keep their entryUUID: nobody leaves, nobody joins.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

uuids() { ldap_dump '(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))' entryUUID | sed -n 's/^entryUUID: //p' | sort; }
# step NAME: the sync, and what must hold after it. refint of slapd works later, in a thread of its own: it may take a name
# in a group for the one who had it before. That is seen as drift, and put right by the run after.
step() {
    uuids >"$work/before"
    if [ "$how" = refint ]; then
        for _ in 1 2 3 4 5; do
            muster sync teams-to-ldap --yes -q >"$work/out" 2>"$work/err" || true
            if muster plan teams-to-ldap >"$work/out" 2>"$work/err"; then break; fi
        done
    else
        expect 0 "$how: $1: sync" muster sync teams-to-ldap --yes
    fi
    expect 0 "$how: $1: the next plan is empty" muster plan teams-to-ldap
    ldap_dump >"$work/dump.ldif"
    expect 0 "$how: $1: round trip" python3 "$top_srcdir/tests/live/roundtrip.py" "$SIM_URL" "$SIM_TOKEN" \
        dc=example,dc=org "$work/dump.ldif"
    uuids >"$work/after"
    if cmp -s "$work/before" "$work/after"; then
        ok "$how: $1: the same entries as before"
    else
        bad "$how: $1: other entries" "$(diff "$work/before" "$work/after")"
    fi
}
last_run() { muster --format json runs | python3 -c 'import json, sys; d = json.load(sys.stdin); print((d["runs"] if isinstance(d, dict) else d)[0]["id"])'; }
rename_user() { change "{\"user\": ${id[$1]}, \"set\": {\"email\": \"$2@example.test\"}}"; }
rename_group() { change "{\"group\": ${group[$1]}, \"set\": {\"name\": \"$2\"}}"; }

# with OVERLAY
with() {
    how=${1:-plain}
    slapd_start --nosync ${1:+--overlay "$1"}
    sim_start --users 60 --groups 4 --seed 11 --rate off
    write_config
    local i
    read -r -a id <<<"$(api '/api/v3/users?page=1&per_page=100' | python3 -c '
import json, sys
print(*[u["id"] for u in json.load(sys.stdin)["users"] if u["team_group_id"]][:30])')"
    read -r -a group <<<"$(api '/api/v3/groups' | python3 -c '
import json, sys
print(*[g["id"] for g in json.load(sys.stdin)["groups"]])')"
    for i in 0 1 2 3 4 5 6 7 8 9; do rename_user "$i" "p$i"; done
    for i in 0 1 2; do rename_group "$i" "Group $i"; done
    muster sync teams-to-ldap --yes -q >"$work/out" 2>"$work/err" || bad "$how: first export" "$(cat "$work/err")"

    rename_user 0 p1
    rename_user 1 p0
    step "two swap"

    for i in 2 3 4 5 6; do rename_user "$i" "p$((i == 6 ? 2 : i + 1))"; done
    ldap_dump | sort >"$work/first"
    step "a ring of five"
    if [ "$how" = plain ]; then
        expect 2 "$how: undo of the ring" muster undo "$(last_run)" -o "$work/undo.json"
        expect 0 "$how: undo of the ring: apply" muster apply "$work/undo.json"
        ldap_dump | sort >"$work/second"
        if cmp -s "$work/first" "$work/second"; then
            ok "$how: undo of the ring: as it was, byte for byte"
        else
            bad "$how: undo of the ring" "$(diff "$work/first" "$work/second")"
        fi
        step "the ring again"
    fi

    rename_user 7 p8
    rename_user 8 p9
    rename_user 9 free
    step "a chain"

    rename_group 0 "Group 1"
    rename_group 1 "Group 2"
    rename_group 2 "Group 0"
    step "a ring of three groups"

    rename_user 0 p0
    rename_user 1 p1
    change "{\"user\": ${id[0]}, \"set\": {\"first_name\": \"Other\", \"team_group_id\": ${group[3]}}}"
    rename_group 3 "Group 3"
    step "back again, with another name and in another, renamed group"

    rename_user 0 P0
    rename_group 3 "GROUP 3"
    expect 0 "$how: another letter case: sync" muster sync teams-to-ldap --yes
    said 'nothing to do' "$how: another letter case is no other name"
    slapd_stop
    sim_stop
    rm -f "$work"/muster.db*
}

with ''
with refint
with memberof
finish
