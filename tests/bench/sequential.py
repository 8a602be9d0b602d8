#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one writes instead of muster: a sequential script with requests and python-ldap.

It reads users, groups and members, reads the directory, and adds or changes what differs.
usage: sequential.py API_URL TOKEN LDAP_URL BASE BIND_DN PASSWORD
"""
import sys

import ldap
import ldap.dn
import ldap.modlist
import requests

api, token, url, base, bind_dn, password = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = "Bearer " + token


def get(path):
    answer = session.get(api + path, timeout=60)
    answer.raise_for_status()
    return answer.json()


def pages(path, key, total):
    page, rows = 1, []
    while True:
        body = get(f"{path}?page={page}&per_page=100")
        rows += body[key]
        if not body[key] or len(rows) >= body[total]:
            return rows
        page += 1


users = pages("/api/v3/users", "users", "total_users")
groups = pages("/api/v3/groups", "groups", "total_groups")
members = {g["id"]: get(f"/api/v3/groups/{g['id']}/members") for g in groups}

people, teams = "ou=people," + base, "ou=groups," + base
want, dn_of = {}, {}
for u in users:
    uid = u["email"].lower()
    dn = ldap.dn.dn2str([[("uid", uid, 1)]]) + "," + people
    dn_of[u["id"]] = dn
    name = (u["first_name"] + " " + u["last_name"]).strip()
    want[dn] = {
        "objectClass": [b"top", b"person", b"organizationalPerson", b"inetOrgPerson"],
        "uid": [uid.encode()], "cn": [name.encode()], "displayName": [name.encode()],
        "sn": [u["last_name"].encode()], "givenName": [u["first_name"].encode()],
        "mail": [u["email"].encode()], "employeeNumber": [str(u["id"]).encode()],
    }
for g in groups:
    dn = ldap.dn.dn2str([[("cn", g["name"], 1)]]) + "," + teams
    who = [dn_of[m["id"]].encode() for m in members[g["id"]] if m["id"] in dn_of]
    want[dn] = {"objectClass": [b"top", b"groupOfNames"], "cn": [g["name"].encode()],
                "businessCategory": [b"team"], "member": who or [b"cn=nobody," + base.encode()]}

con = ldap.initialize(url)
con.simple_bind_s(bind_dn, password)
for dn, ou in ((people, b"people"), (teams, b"groups")):
    try:
        con.add_s(dn, [("objectClass", [b"organizationalUnit"]), ("ou", [ou])])
    except ldap.ALREADY_EXISTS:
        pass


def key(dn):
    """Servers and clients escape alike names differently."""
    return str([[(kind.lower(), value.lower()) for kind, value, _ in rdn] for rdn in ldap.dn.str2dn(dn)])


have = {}
for container in (people, teams):
    for dn, attrs in con.search_s(container, ldap.SCOPE_ONELEVEL):
        have[key(dn)] = (dn, attrs)
changed = 0
for dn, attrs in want.items():
    there = have.get(key(dn))
    if there is None:
        con.add_s(dn, ldap.modlist.addModlist(attrs))
        changed += 1
        continue
    old = {k: there[1].get(k, []) for k in attrs}
    if any(set(old[k]) != set(v) for k, v in attrs.items()):
        con.modify_s(there[0], ldap.modlist.modifyModlist(old, attrs))
        changed += 1
print(f"{len(want)} wanted, {changed} changed")
