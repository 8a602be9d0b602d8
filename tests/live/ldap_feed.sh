#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A search of a directory as a source: below a base, members of a group, and what half an answer is worth.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch

slapd_start --nosync --sizelimit 40

# feed SOURCE [BIND_DN]: people of ou=staff go to ou=copy.
feed() {
    cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  staff:
    adapter: ldap
    url: $LDAP_URL
    bind: {dn: "${2:-$BIND_DN}", password: env:LDAP_PASSWORD}
    base: dc=example,dc=org
    page_size: 20
    source: $1
  copy:
    adapter: ldap
    url: $LDAP_URL
    bind: {dn: "$BIND_DN", password: env:LDAP_PASSWORD}
    base: ou=copy,dc=example,dc=org
syncs:
  staff-to-copy: {from: staff, to: copy}
EOF
}

person() { printf 'dn: uid=p%d,ou=staff,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: p%d\ncn: P %d\nsn: %d\nmail: p%d@example.test\n\n' "$1" "$1" "$1" "$1" "$1"; }

{
    for ou in staff copy teams; do
        printf 'dn: ou=%s,dc=example,dc=org\nobjectClass: organizationalUnit\nou: %s\n\n' "$ou" "$ou"
    done
    for i in $(seq 1 45); do person "$i"; done
    printf 'dn: cn=Gifts\\, all,ou=teams,dc=example,dc=org\nobjectClass: groupOfNames\ncn: Gifts, all\n'
    for i in $(seq 1 12); do printf 'member: UID=p%d, OU=staff,dc=Example,dc=org\n' "$i"; done
    printf 'member: cn=nobody,dc=example,dc=org\n'
} | ldap_admin ldapadd >/dev/null

people='{base: "ou=staff,dc=example,dc=org"}'
feed "$people"
expect 0 "people below a base" muster pull staff
said 'users .* 45 +45 ' "all 45 of them, in pages"
expect 0 "are listed" muster users staff --format csv
said 'p7@example.test' "with their addresses"
expect 0 "the first sync" muster sync staff-to-copy --yes
expect 0 "the second plan is empty" muster plan staff-to-copy
expect 0 "45 people in the copy" test "$(ldap_dump -b ou=people,ou=copy,dc=example,dc=org '(uid=*)' dn | grep -c '^dn:')" = 45

printf 'dn: uid=p3,ou=staff,dc=example,dc=org\nchangetype: modrdn\nnewrdn: uid=p3new\ndeleteoldrdn: 1\n' | ldap_admin ldapmodify >/dev/null
expect 2 "a person renamed" bash -c '"$0" -q -c "$1" pull staff && "$0" -c "$1" plan staff-to-copy' "$MUSTER" "$work/muster.yaml"
said '1 user to rename|rename' "is the same person"
printf 'uid=p9,ou=staff,dc=example,dc=org\n' | ldap_admin ldapdelete
expect 0 "one renamed, one gone" muster sync staff-to-copy --yes
expect 0 "are in step" muster plan staff-to-copy

# nobody_goes NAME EXIT PATTERN: a pull; its exit code and words; and that nobody is set aside after it.
nobody_goes() {
    expect "$2" "$1" muster pull staff
    said "$3" "$1: says what was wrong"
    expect 0 "$1: nothing to take away" muster plan staff-to-copy
    unsaid '^-|set aside' "$1: nobody is set aside"
}
feed "$people" cn=writer,dc=example,dc=org
nobody_goes "a server that stops after 40" 4 'ended early, after 40 entries.*Size limit'
feed '{base: "ou=stuff,dc=example,dc=org"}'
nobody_goes "a base that isn't there" 3 'there is no ou=stuff'
feed '{base: "ou=staff,dc=example,dc=org", filter: "(title=*)"}'
nobody_goes "a filter that finds nobody" 3 'none came'
feed '{base: "ou=staff,dc=example,dc=org", filter: "(title=*"}'
nobody_goes "a filter that is none" 3 'Bad search filter'
feed '{base: "ou=staff,dc=example,dc=org", member_of: "cn=nogroup,ou=teams,dc=example,dc=org"}'
nobody_goes "a group that isn't there" 3 'no group cn=nogroup'
feed '{base: "ou=staff,dc=example,dc=org", member_of: "cn=staff,ou=teams"}'
nobody_goes "a group elsewhere" 3 'group|base'
feed '{base: "ou=staff,dc=example,dc=org", member_of: "ou=teams,dc=example,dc=org"}'
nobody_goes "a group without members" 3 'no members'
printf 'dn: uid=p20,ou=staff,dc=example,dc=org\nchangetype: modify\nreplace: mail\nmail: none\n' | ldap_admin ldapmodify >/dev/null
feed "$people"
nobody_goes "a person who can't be used" 4 'emails.*expected an e-mail'
printf 'dn: uid=p20,ou=staff,dc=example,dc=org\nchangetype: modify\nreplace: mail\nmail: p20@example.test\n' | ldap_admin ldapmodify >/dev/null

feed '{base: "ou=staff,dc=example,dc=org", member_of: "cn=Gifts\\, all,ou=teams,dc=example,dc=org"}'
rm -f "$work"/muster.db*
expect 0 "members of a group alone" muster pull staff
said 'users .* 10 +10 ' "those who are there, however their names are written"
expect 0 "are listed" muster users staff --format csv
unsaid 'p20@example' "and nobody else"
expect 0 "doctor" muster doctor staff
said 'source: people are found below ou=staff' "doctor has looked for people"
feed '{base: "ou=staff,dc=example,dc=org", filter: "(title=*)"}'
expect 0 "doctor, where nobody is found" muster doctor staff
said 'source: the search finds nobody' "doctor says so"
feed '{base: "ou=stuff,dc=example,dc=org"}'
expect 1 "doctor, where there is no base" muster doctor staff
said 'there is no ou=stuff' "doctor says that, too"
feed '{shape: nosuch}'
expect 78 "a shape that isn't there" muster pull staff
said 'muster.yaml:9:[0-9]+: shape: there are no mappings feed-nosuch' "is told with its place"
sed -i '/source:/d' "$work/muster.yaml"
expect 78 "a directory that is only written to" muster pull copy
said 'staff.*source only with source:' "says what is missing"

finish
