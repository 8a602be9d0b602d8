#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a directory, as ldapsearch printed it, with what the mapping promises for an API's people.

The promise is written down here a second time, on purpose: nothing of muster is used.
usage: roundtrip.py API_URL TOKEN BASE LDIF
"""
import base64
import json
import sys
import unicodedata
import urllib.request

api, token, base, ldif = sys.argv[1:]


def get(path, bearer):
    request = urllib.request.Request(api + path, headers={"Authorization": "Bearer " + bearer})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def pages(path, key):
    page, rows = 1, []
    while True:
        body = get(f"{path}?page={page}&per_page=100", token)
        if not body[key]:
            return rows
        rows += body[key]
        page += 1


def nfc(text):
    return unicodedata.normalize("NFC", text)


def parse_dn(dn):
    """A DN as a list of (type, value) of single-valued RDNs, unescaped."""
    parts, current, raw, i = [], bytearray(), dn.encode(), 0
    spans = []
    while i <= len(raw):
        c = raw[i:i + 1]
        if c == b"\\":
            two = raw[i + 1:i + 3]
            if len(two) == 2 and all(x in b"0123456789abcdefABCDEF" for x in two):
                current.append(int(two, 16))
                i += 3
            else:
                current += raw[i + 1:i + 2]
                i += 2
            continue
        if c in (b",", b""):
            spans.append(bytes(current).decode())
            current = bytearray()
        else:
            current += c
        i += 1
    for span in spans:
        kind, value = span.split("=", 1)
        parts.append((kind.lower(), nfc(value).strip().casefold()))
    return tuple(parts)


def read_ldif(path):
    entries, lines = {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith(" ") and lines:
                lines[-1] += line[1:]
            else:
                lines.append(line)
    entry, dn = {}, None
    for line in lines + [""]:
        if line.startswith("#"):
            continue
        if not line:
            if dn is not None:
                entries[parse_dn(dn)] = entry
            entry, dn = {}, None
            continue
        name, _, value = line.partition(":")
        value = base64.b64decode(value[1:].strip()).decode() if value.startswith(":") else value[1:]
        if name == "dn":
            dn = value
        else:
            entry.setdefault(name.lower(), set()).add(value)
    return entries


def text(value):
    value = "" if value is None else str(value)
    return nfc(value)


def first(*values):
    return next((v for v in values if v.strip()), "")


base_key = parse_dn(base)
people, teams = (("ou", "people"),) + base_key, (("ou", "groups"),) + base_key
want, key_of = {}, {}
for u in pages("/api/v3/users", "users"):
    email, given, last = text(u["email"]).strip(), text(u.get("first_name")), text(u.get("last_name"))
    uid = email.lower()
    name = first((given.strip() + " " + last.strip()).strip(), uid)
    key = (("uid", uid.casefold()),) + people
    key_of[str(u["id"])] = key
    want[key] = {
        "uid": {uid}, "mail": {email}, "cn": {name}, "sn": {first(last, given, uid)},
        "givenname": {given} if given.strip() else None, "displayname": {name},
        "employeenumber": {str(u["id"])},
    }
for g in pages("/api/v3/groups", "groups"):
    members = get(f"/api/v3/groups/{g['id']}/members", token)
    key = (("cn", nfc(g["name"]).strip().casefold()),) + teams
    want[key] = {"cn": {nfc(g["name"])}, "member": {key_of[str(m["id"])] for m in members if str(m["id"]) in key_of}}

have = read_ldif(ldif)
problems = []


def squeeze(value):
    """What caseIgnoreMatch ignores at the ends (RFC 4518, 2.6.1): a server may store or drop it."""
    return value.strip()


for key, attrs in want.items():
    entry = have.get(key)
    if entry is None:
        problems.append(f"missing: {key[0]}")
        continue
    for name, values in attrs.items():
        there = entry.get(name)
        if name == "member":
            there = {parse_dn(v) for v in there or ()}
            there = {v for v in there if v[1:] == people}
        elif values is not None and there is not None:
            there, values = {squeeze(v) for v in there}, {squeeze(v) for v in values}
        if (there or None) != (values or None):
            problems.append(f"{key[0]}: {name}: wanted {values}, found {there}")
extra = [k for k in have if k[1:] in (people, teams) and k not in want]
problems += [f"too much: {k[0]}" for k in extra]
for line in problems[:20]:
    print(line)
print(f"{len(want)} entries wanted, {len(have)} found, {len(problems)} differences")
sys.exit(1 if problems else 0)
