#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The target moves between plan and apply, in every way: the operation is refused with the entry and both values, the
# rest is done, and what others wrote stays. With the server's assertion control, and by reading.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

people=ou=people,dc=example,dc=org
declare -A id

join() { # NAME FIRST
    change "{\"join\": {\"first_name\": \"$2\", \"last_name\": \"Case\", \"email\": \"$1@example.test\"}}"
    id[$1]=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["id"])' "$work/control.out")
}
set_user() { change "{\"user\": ${id[$1]}, \"set\": $2}"; } # NAME JSON

# alter NAME LINES: somebody else changes an entry; NEW is another one of that name.
alter() { printf 'dn: uid=%s@example.test,%s\nchangetype: modify\n%s\n' "$1" "$people" "$2" | ldap_admin ldapmodify >/dev/null; }
remove() { ldap_admin ldapdelete "uid=$1@example.test,$people" >/dev/null; }
stranger() {
    printf 'dn: uid=%s@example.test,%s\nobjectClass: inetOrgPerson\ncn: Other\nsn: Other\n' "$1" "$people" |
        ldap_admin ldapadd >/dev/null
}
uuid() { ldap_dump -o ldif-wrap=no "(uid=$1@example.test)" entryUUID | sed -n 's/^entryUUID: //p'; }

stale() { # NAME PATTERN
    said "uid=$1@example.test,$people: $2" "$how: $1: the refusal names the entry and both values"
}

# everything_moves HOW
everything_moves() {
    how=$1
    sim_start --users 3 --groups 1 --seed 5 --rate off
    slapd_start --nosync
    write_config 'rate: "off"' "" "gone: delete"
    sed -i "s/^    base: .*/&\n    assert: $how/" "$work/muster.yaml"
    local name
    for name in ada bob cyd dee eve fay gus hal; do join "$name" "First"; done
    join jan ""
    join kim "First"
    expect 0 "$how: first export" muster sync teams-to-ldap --yes

    for name in ada bob cyd dee gus jan kim; do set_user "$name" '{"first_name": "Second"}'; done
    for name in eve hal; do set_user "$name" '{"gone": true}'; done
    set_user fay '{"email": "new@example.test"}'
    muster -q pull sendoso
    expect 2 "$how: the plan" muster plan teams-to-ldap -o "$work/plan.json"

    alter ada $'replace: givenName\ngivenName: Theirs'
    alter bob $'delete: givenName'
    remove cyd
    old=$(uuid dee)
    remove dee
    stranger dee
    alter eve $'add: description\ndescription: kept by them'
    stranger new
    remove hal
    alter jan $'add: givenName\ngivenName: Theirs'
    alter kim $'replace: givenName\ngivenName: Second\n-\nreplace: cn\ncn: Second Case\n-\nreplace: displayName\ndisplayName: Second Case'
    ldap_dump '*' >"$work/before.ldif"

    expect 4 "$how: apply" muster apply "$work/plan.json"
    stale ada 'givenName: expected "First", found "Theirs"'
    stale bob 'givenName: expected "First", found no value'
    stale cyd 'expected the entry, found none'
    stale dee "expected entryUUID $old, found $(uuid dee)"
    stale eve 'changed since the plan: description: expected no value, found "kept by them"'
    stale new "expected no entry, found entryUUID $(uuid new)"
    stale hal 'expected the entry, found none'
    stale jan 'givenName: expected no value, found "Theirs"'
    said 'nothing was written: it was so already' "$how: kim: what somebody else did already is no failure"
    expect 0 "$how: the outcomes" muster runs 2
    said 'expected "First", found "Theirs"' "$how: the journal has both values too"

    ldap_dump '*' >"$work/after.ldif"
    if diff "$work/before.ldif" "$work/after.ldif" >"$work/diff"; then
        bad "$how: gus: what did not move is done"
    elif grep '^[<>]' "$work/diff" | grep -Evq '^[<>] (cn|displayName|givenName):+ '; then
        bad "$how: something else was touched" "$(cat "$work/diff")"
    elif [ "$(grep -c '^>' "$work/diff")" = 3 ]; then
        ok "$how: gus, who did not move, is changed, and nothing else"
    else
        bad "$how: not just gus was changed" "$(cat "$work/diff")"
    fi
    slapd_stop
    sim_stop
    rm -f "$work"/muster.db* "$work/plan.json"
}

everything_moves auto
everything_moves read

# Written to and as it was again: a delete is of a state, not of a number of writes.
sim_start --users 3 --groups 1 --seed 5 --rate off
slapd_start --nosync
write_config 'rate: "off"' "" "gone: delete"
join ada "First"
expect 0 "there and back: first export" muster sync teams-to-ldap --yes
printf 'dn: uid=ada@example.test,%s\nchangetype: modify\nadd: description\ndescription: theirs\n-\nadd: userPassword\nuserPassword: hidden-word\n-\nadd: jpegPhoto\njpegPhoto:: /9j/AAE=\n' "$people" |
    ldap_admin ldapmodify >/dev/null
set_user ada '{"gone": true}'
muster -q pull sendoso
expect 2 "there and back: the plan" muster plan teams-to-ldap -o "$work/plan.json"
said 'description: "theirs"' "a delete shows what goes away, ours or not"
said 'password is kept nowhere' "and that its password can't be brought back"
cat "$work/plan.json" >>"$work/out"
unsaid 'hidden-word|aGlkZGVuLXdvcmQ' "the password is not in the plan"
said '"jpegPhoto","remove":\[\{"base64":"/9j/AAE="\}\]' "what is not text is in the plan"
alter ada $'add: description\ndescription: more'
alter ada $'delete: description\ndescription: more'
expect 0 "there and back: an entry that is as it was is deleted" muster apply "$work/plan.json"
expect 0 "there and back: the next plan is empty" muster plan teams-to-ldap

# A server that doesn't tell states: what is deleted is read and compared just before.
slapd_stop
sim_stop
rm -f "$work"/muster.db*
sim_start --users 3 --groups 1 --seed 5 --rate off
slapd_start --nosync --writer --hide entryCSN
write_config 'rate: "off"' "" "gone: delete"
sed -i 's/cn=admin,dc=example/cn=writer,dc=example/' "$work/muster.yaml"
join ada "First"
join eve "First"
expect 0 "no states: first export" muster sync teams-to-ldap --yes
set_user ada '{"gone": true}'
set_user eve '{"gone": true}'
muster -q pull sendoso
expect 2 "no states: the plan" muster plan teams-to-ldap -o "$work/plan.json"
grep -c '"version"' "$work/plan.json" >"$work/out" || true
said '^0$' "no states: the plan knows none"
alter eve $'replace: sn\nsn: Theirs'
expect 4 "no states: apply" muster apply "$work/plan.json"
how="no states"
stale eve 'changed since the plan: sn: expected "Case", found "Theirs"'
ldap_dump "(uid=*@example.test)" dn >"$work/out"
unsaid 'uid=ada@' "no states: who did not move is deleted"
said 'uid=eve@' "no states: who moved is not"

finish
