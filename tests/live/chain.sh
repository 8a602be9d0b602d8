#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The journal as evidence: `muster audit verify` over real runs, beside the same computed by another program; rows that are
# changed, removed and added; a journal that was made anew, which only a head noted elsewhere gives away.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3 sqlite3

store=$work/muster.db
head_of() { sed -n 's/^head: //p' "$work/out"; }
same_head() { # NAME
    if [ "$(head_of)" = "$(python3 "$top_srcdir/tests/live/chain.py" "$store")" ]; then ok "$1"; else bad "$1" "$(cat "$work/out")"; fi
}
tampered() { # NAME SQL PATTERN
    cp "$store" "$work/kept.db"
    sqlite3 "$store" "$2"
    expect 1 "$1 is found" muster audit verify
    said "$3" "$1 is named"
    rm -f "$store"-*
    cp "$work/kept.db" "$store"
}

sim_start --users 30 --groups 3 --seed 5 --rate off
slapd_start --nosync
write_config
expect 1 "without a store there is nothing to verify" muster audit verify
muster -q pull sendoso
expect 0 "a read alone" muster audit verify
said '1 row, each as it was written' "is a row of the journal"
said 'snapshots: 1, each with its entries as it was read' "its entries are under seal"
expect 0 "a run" muster sync teams-to-ldap --yes
expect 0 "its journal fits" muster audit verify
same_head "another program computes the same head"
noted=$(head_of)
change '{"join": {"first_name": "Ada", "last_name": "Case", "email": "ada@example.test"}}'
expect 0 "another run" muster sync teams-to-ldap --yes
expect 0 "the head noted after the first run is found" muster audit verify --head "$noted"
said 'the noted head is that of row' "and its row told"
same_head "the other program agrees"
expect 0 "as JSON" muster audit verify --head "$noted" --format json
python3 - "$work/out" "$noted" <<'PY' && ok "the document" || bad "the document" "$(cat "$work/out")"
import json, sys
d = json.load(open(sys.argv[1]))
assert d["rows"] == d["fit"] > d["noted_row"] > 60 and d["broken"] is None and d["noted"] == sys.argv[2] != d["head"], d
PY
expect 0 "as CSV" muster audit verify --format csv
said '^[0-9]+,[0-9a-f]{64},[0-9]+,,3,,.?$' "a row of it"
expect 64 "a head is a digest" muster audit verify --head abc
expect 64 "there are no other parts" muster audit prove

sqlite3 "$store" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
tampered "another name in an operation" "UPDATE step SET op = replace(op, 'Ada Case', 'Eve Case')" 'row [0-9]+ was changed: the intent of step [0-9]+ of run 2'
tampered "a removed outcome" "DELETE FROM outcome WHERE id = (2 << 24) + 1" 'row [0-9]+ is missing'
tampered "a run that is said to have failed" "UPDATE run SET status = 'failed' WHERE id = 1" 'was changed: run 1'
tampered "a journal without its end" "DELETE FROM run WHERE id = 2" 'is missing'
tampered "another head" "UPDATE head SET link = zeroblob(32)" "the head isn't the last row's"
tampered "an empty journal" "DELETE FROM run; DELETE FROM step; DELETE FROM outcome; DELETE FROM superseded; DELETE FROM seal" 'row 1 is missing'
tampered "another name in an entry" "UPDATE entry SET body = replace(body, 'Ada', 'Eve') WHERE first = 3" 'entries that snapshot 3 read first.* were changed'
tampered "an entry that was taken out" "DELETE FROM entry WHERE row = 1" 'entries that snapshot 1 read first'
tampered "an entry that is said to be gone" "UPDATE entry SET last = 1 WHERE row = 2" 'entries that snapshot 2 .*saw no more'
tampered "an entry of no read" "UPDATE entry SET first = 99 WHERE row = 3" 'entries that snapshot 1 read first'
tampered "a verdict" "UPDATE snapshot SET verdict = 1 WHERE id = 1" 'snapshot 1 was changed: its account, verdict'
tampered "another account's name" "UPDATE account SET name = 'other'" 'snapshot 1 was changed'
tampered "a snapshot that was taken out" "DELETE FROM snapshot WHERE id = 2" 'snapshot 2 was removed'
tampered "a snapshot that nobody read" "INSERT INTO snapshot SELECT 9, account, started, finished, verdict, mapping, evidence, users, groups,
    roles, memberships, added, changed, gone, base, open FROM snapshot WHERE id = 2" 'snapshot 9 was added'
tampered "a seal" "UPDATE seal SET entries = zeroblob(32) WHERE id = 1" 'row 1 was changed: the seal of snapshot 1'

expect 0 "the last head" muster audit verify
last=$(head_of)
sqlite3 "$store" "DELETE FROM outcome WHERE id >> 24 = 2; DELETE FROM step WHERE id >> 24 = 2; DELETE FROM run WHERE id = 2;
    DELETE FROM superseded WHERE n > (SELECT max(n) FROM run); DELETE FROM seal WHERE id = 3; DELETE FROM snapshot WHERE id = 3;
    DELETE FROM entry WHERE first = 3; UPDATE entry SET last = NULL WHERE last = 2;
    UPDATE head SET (n, link) = (SELECT n, link FROM run WHERE id = 1)"
expect 0 "a journal cut off cleanly fits by itself" muster audit verify
expect 1 "but it never had the head" muster audit verify --head "$last"
said "never had the head $last" "and says so"
finish
