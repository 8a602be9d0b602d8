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


# --- the source ---


def get(url, token):
    request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


def pages(api, token, path, key):
    page, rows = 1, []
    while True:
        body = get(f"{api}{path}?page={page}&per_page=100", token)
        if not body[key]:
            return rows
        rows += body[key]
        page += 1


# --- names and values ---


def nfc(text):
    return unicodedata.normalize("NFC", text)


def text(value):
    return nfc("" if value is None else str(value))


def first(*values):
    return next((v for v in values if v.strip()), "")


def folded(value):
    return nfc(value).strip().casefold()


def parse_dn(dn):
    """A DN as a tuple of (type, folded value) of single-valued RDNs, unescaped."""
    spans, current, raw, i = [], bytearray(), dn.encode(), 0
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
    return tuple((kind.lower(), folded(value)) for kind, value in (span.split("=", 1) for span in spans))


def ignoring_case(value):
    """All that caseIgnoreMatch ignores: a value that differs in it alone isn't written again."""
    return " ".join(nfc(value).casefold().split())


def squeeze(value):
    """What caseIgnoreMatch ignores at the ends (RFC 4518, 2.6.1): a server may store or drop it."""
    return value.strip()


# --- the promise ---


def people_of(base):
    return (("ou", "people"),) + parse_dn(base)


def teams_of(base):
    return (("ou", "groups"),) + parse_dn(base)


def wanted_user(user):
    email, given, last = text(user["email"]).strip(), text(user.get("first_name")), text(user.get("last_name"))
    uid = email.lower()
    name = first((given.strip() + " " + last.strip()).strip(), uid)
    return {
        "uid": {uid}, "mail": {email} if email.isascii() else None, "cn": {name}, "sn": {first(last, given, uid)},
        "givenname": {given} if given.strip() else None, "displayname": {name},
        "employeenumber": {str(user["id"])},
    }


def wanted(api, token, base):
    """{key: {attribute: values}} of everything that is to be below ou=people and ou=groups; None: no value."""
    want, key_of = {}, {}
    for user in pages(api, token, "/api/v3/users", "users"):
        attrs = wanted_user(user)
        key = (("uid", folded(next(iter(attrs["uid"])))),) + people_of(base)
        key_of[str(user["id"])] = key
        want[key] = attrs
    for group in pages(api, token, "/api/v3/groups", "groups"):
        members = get(f"{api}/api/v3/groups/{group['id']}/members", token)
        key = (("cn", folded(group["name"])),) + teams_of(base)
        want[key] = {"cn": {nfc(group["name"])},
                     "member": {key_of[str(m["id"])] for m in members if str(m["id"]) in key_of}}
    return want


def differences(want, have, base, same=squeeze):
    """Lines that say where `have`, of the same shape but with texts as members, is otherwise. Values are compared by
    what `same` makes of them."""
    problems, people = [], people_of(base)
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
                there, values = {same(v) for v in there}, {same(v) for v in values}
            there, values = there or set(), values or set()
            if there != values:
                problems.append(f"{key[0]}: {name}: missing {values - there}, too much {there - values}")
    return problems + [f"too much: {k[0]}" for k in have if k[1:] in (people, teams_of(base)) and k not in want]


# --- the directory ---


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


def main():
    api, token, base, ldif = sys.argv[1:]
    want, have = wanted(api, token, base), read_ldif(ldif)
    problems = differences(want, have, base)
    for line in problems[:20]:
        print(line)
    print(f"{len(want)} entries wanted, {len(have)} found, {len(problems)} differences")
    return len(problems) > 0


if __name__ == "__main__":
    sys.exit(main())
