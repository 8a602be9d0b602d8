#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes the journal's chain of a store and the seals of its snapshots again, from the words in src/store/chain.h
alone, and prints the head.

usage: chain.py STORE
"""
import hashlib
import sqlite3
import sys


def value(v):
    if v is None:
        kind, data = b"n", b""
    elif isinstance(v, int):
        kind, data = b"i", str(v).encode()
    elif isinstance(v, float):
        kind, data = b"r", str(v).encode()
    elif isinstance(v, str):
        kind, data = b"t", v.encode()
    else:
        kind, data = b"b", v
    return kind + str(len(data)).encode() + b":" + data


def rows(db):
    for table in ("run", "step", "outcome", "seal"):
        for row in db.execute(f"SELECT * FROM {table}"):
            row = dict(row)
            n, link = row.pop("n"), row.pop("link")
            yield n, value(n) + value(table) + b"".join(value(v) for v in row.values()), link
    yield from map(tuple, db.execute("SELECT n, row, link FROM superseded"))


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def columns(sql, *of):
    return b"".join(value(v) for row in db.execute(sql, of) for v in row)


def seals():
    for snapshot in db.execute("SELECT * FROM snapshot WHERE finished > 0 ORDER BY id"):
        fields = dict(snapshot)
        del fields["open"]
        (account,) = db.execute("SELECT name FROM account WHERE id = ?", (fields["account"],)).fetchone()
        row = digest(b"".join(value(v) for v in [*fields.values(), account]))
        wrote = columns("SELECT row, kind, id, body FROM entry WHERE first = ? ORDER BY row", fields["id"])
        ended = columns("SELECT row FROM entry WHERE last = ? ORDER BY row", fields["id"] - 1)
        yield fields["id"], row, digest(digest(wrote) + digest(ended))


db = sqlite3.connect(sys.argv[1])
db.row_factory = sqlite3.Row
last = bytes(32)
for i, (n, body, link) in enumerate(sorted(rows(db)), 1):
    last = hashlib.blake2b(last + body, digest_size=32).digest()
    assert n == i and link == last, (i, n, body)
assert tuple(db.execute("SELECT n, link FROM head").fetchone()) == (i, last)
assert list(seals()) == [tuple(seal) for seal in db.execute("SELECT id, row, entries FROM seal ORDER BY id")]
print(last.hex())
