#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything a user's files can be: missing, wrong, hostile. Each gets its exit code, its place and the fix.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl

sim_start --users 30 --groups 2 --seed 2 --rate off
write_config
cp "$work/muster.yaml" "$work/good.yaml"
c=$work/muster.yaml

# Bytes that are no text from the first one on, the same ones in every run.
binary() { head -c 5000 /dev/zero | tr '\0' '\377'; }

# config EXIT NAME PATTERN: what the file at $c holds now.
config() {
    expect "$1" "$2" "$MUSTER" -c "$c" pull sendoso
    said "$3" "$2: says so"
}
with() { sed "$1" "$work/good.yaml" >"$c"; }

rm "$c"
config 78 "no configuration" 'muster.yaml'
expect 78 "no configuration, and none named" env -C /proc "$MUSTER" pull sendoso
said 'muster init' "no configuration, and none named: says what makes one"
if may_drop_rights; then
    cp "$work/good.yaml" "$c"
    chmod 000 "$c"
    expect 78 "an unreadable configuration" "${UNPRIVILEGED[@]}" "$MUSTER" -c "$c" pull sendoso
    said 'muster.yaml: Permission denied; the user that muster runs as must be allowed' "an unreadable configuration: says so"
    rm -f "$c"
fi
mkdir "$c"
config 78 "a directory as configuration" 'directory'
rmdir "$c"
: >"$c"
config 78 "an empty configuration" 'empty|nothing'
binary >"$c"
config 78 "a binary configuration" 'muster.yaml:1:1:.*binary'
head -c 105000000 /dev/zero | tr '\0' 'a' >"$c"
config 78 "a configuration of 100 MB" 'MiB|MB|larger|limit|big'
printf 'a: &a [*a, *a]\n' >"$c"
config 78 "a cyclic configuration" 'cycl|alias|itself|refers|anchor'
{
    echo 'a: &a0 [x, x, x, x, x, x, x, x, x, x]'
    for i in $(seq 1 9); do
        printf 'a%d: &a%d [' "$i" "$i"
        for _ in 1 2 3 4 5 6 7 8 9 10; do printf '*a%d, ' "$((i - 1))"; done
        echo ']'
    done
} >"$c"
config 78 "aliases that explode" 'alias|nodes|limit|more'
with 's/^  sendoso:/ sendoso:/'
config 78 "wrong indentation" ':[0-9]+:[0-9]+'
with 's/    token:/    tokn:/'
config 78 "an unknown key" 'tokn.*token'
said ':6:' "an unknown key: its line"
with 's/adapter: sendoso/adapter: sendozo/'
config 78 "an unknown adapter" 'sendozo'
with 's/to: corp/to: crop/'
config 78 "a sync to nowhere" 'crop'
with 's/token: env:SENDOSO_TOKEN/token: abcdef/'
config 78 "a secret in the file" 'env:|file:'
unsaid 'abcdef' "a secret in the file: isn't shown"
with 's/token: env:SENDOSO_TOKEN/token: file:nowhere/'
config 78 "a secret's file that isn't there" 'nowhere'
with 's/    rate: .*/    rate: soon/'
config 78 "a rate that is none" 'soon|rate'
with 's/    token:.*/&\n    token: env:X/'
config 78 "a key twice" 'twice|duplicate'

for secret in 'env:NO_SUCH_NAME|NO_SUCH_NAME is not set; export it' 'env:EMPTY_NAME|EMPTY_NAME is empty' \
    'command:exit 3|failed with status 3' 'command:printf ""|the secret is empty' 'file:/dev/zero|not a file' \
    'command:no-such-program-here|failed with status 127' 'vault:x|env:NAME, file:PATH or command:CMD'; do
    with "s#token: env:SENDOSO_TOKEN#token: '${secret%%|*}'#"
    EMPTY_NAME='' config 78 "the secret ${secret%%|*}" "muster.yaml:6:12: .*${secret##*|}"
done

cp "$work/good.yaml" "$c"
rm -f "$work"/muster.db*
# The store.
store() {
    expect "$1" "$2" "$MUSTER" -c "$c" pull sendoso
    said "$3" "$2: says so"
    rm -rf "$work"/muster.db*
}
mkdir "$work/muster.db"
store 78 "a directory as store" 'directory'
echo 'this is no database, but a text of some length' >"$work/muster.db"
for _ in $(seq 40); do echo 'this is no database, but a text of some length' >>"$work/muster.db"; done
store 1 "a text as store" 'not a database; set .store.'
sqlite3 "$work/muster.db" 'CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)'
store 78 "a database of another program" 'not a muster store|another program'
with 's|store: .*|store: nowhere/muster.db|'
store 78 "a store in a directory that isn't there" 'nowhere.*create it'
cp "$work/good.yaml" "$c"
expect 0 "a good store" muster pull sendoso
if may_drop_rights; then
    chmod 400 "$work/muster.db"
    expect 1 "a read-only store" "${UNPRIVILEGED[@]}" "$MUSTER" -c "$c" pull sendoso
    said 'read-only: Permission denied; the user that muster runs as' "a read-only store: says so"
    expect 0 "a read-only store can be read" "${UNPRIVILEGED[@]}" "$MUSTER" -c "$c" users
    chmod 000 "$work/muster.db"
    expect 1 "an unreadable store" "${UNPRIVILEGED[@]}" "$MUSTER" -c "$c" users
    said "can't be read: Permission denied" "an unreadable store: says so"
    rm -rf "$work"/muster.db*
    mkdir -p "$work/closed"
    chmod 500 "$work/closed"
    with 's|store: .*|store: closed/muster.db|'
    expect 1 "a store in a directory nobody may write to" "${UNPRIVILEGED[@]}" "$MUSTER" -c "$c" pull sendoso
    said "closed/muster.db: can't be created: Permission denied" "a store in a directory nobody may write to: says so"
    cp "$work/good.yaml" "$c"
fi
expect 0 "a good store again" muster pull sendoso
sqlite3 "$work/muster.db" 'PRAGMA user_version=999'
store 78 "a store of a newer muster" '999.*newer|newer.*999'

# A full disk: what was there before is there afterwards.
expect 0 "a store before the disk is full" muster pull sendoso
"$MUSTER" -c "$c" users --format csv >"$work/before.csv"
change '{"join": {"first_name": "No", "last_name": "Room", "email": "no.room@example.test"}}'
for limit in 1 24; do
    expect 1 "no file may grow beyond $limit KiB" bash -c 'ulimit -f "$1"; shift; exec "$@"' sh "$limit" "$MUSTER" -c "$c" pull sendoso
    said 'muster.db: disk I/O error.*(ulimit|is there space)|No space left' "no file may grow beyond $limit KiB: says so"
    "$MUSTER" -c "$c" users --format csv >"$work/after.csv"
    if cmp -s "$work/before.csv" "$work/after.csv"; then ok "and nothing is lost"; else bad "and nothing is lost"; fi
done
expect 0 "with room again it goes on" muster pull sendoso
expect 0 "and the new one is there" muster users --filter 'emails.email=no.room@example.test'
said 'Room' "and the new one is there"
if mkdir -p "$work/full" && mount -t tmpfs -o size=200k tmpfs "$work/full" 2>/dev/null; then
    with "s|store: .*|store: $work/full/muster.db|"
    expect 1 "a full disk" "$MUSTER" -c "$c" pull sendoso
    said 'No space left on device.*free some' "a full disk: says so"
    umount "$work/full"
    cp "$work/good.yaml" "$c"
fi

# Two at once.
kill -STOP "$sim_pid"
"$MUSTER" -q -c "$c" pull sendoso >/dev/null 2>&1 &
first=$!
until [ -s "$work/muster.db.pull-sendoso.lock" ] || ! kill -0 "$first"; do sleep 0.05; done
kill -STOP "$first"
kill -CONT "$sim_pid"
expect 1 "two pulls of one account at once" muster pull sendoso
said 'another muster|pid|process' "two at once: says who"
said '--wait SECONDS waits for it' "two at once: says what to do"
kill -CONT "$first"
wait "$first" && ok "the first of the two is not hurt" || bad "the first of the two is hurt"

# Mapping files of the account's layer.
sed 's|    adapter: sendoso|&\n    mappings: maps|' "$work/good.yaml" >"$c"
config 78 "a directory of mappings that isn't there" 'muster.yaml:5:15: mappings: directory .*maps'
mkdir -p "$work/maps/sendoso" "$work/maps/sendozo"
m=$work/maps/sendoso/users.yaml
mapping() {
    expect "$1" "$2" "$MUSTER" -c "$c" pull sendoso
    said "$3" "$2: says so"
}
printf 'fields:\n  title: {from: /team_group_id}\n' >"$m"
mapping 0 "one field added by a layer" 'complete'
expect 0 "and it arrives" muster users --format json
said '"title": ?"[0-9]' "and it arrives"
printf 'fields:\n  titel: {from: /x}\n' >"$m"
mapping 78 "an unknown field" 'titel.*title'
said 'users.yaml:2' "an unknown field: its line"
printf 'fields:\n  title: {form: /x}\n' >"$m"
mapping 78 "an unknown key of a field" 'form.*from'
printf 'fields:\n  title: {from: x}\n' >"$m"
mapping 78 "a pointer that is none" 'users.yaml:2'
printf 'fields:\n  title: {from: /x, type: strange}\n' >"$m"
mapping 78 "an unknown type" 'strange'
printf 'fields:\n\ttitle: x\n' >"$m"
mapping 78 "a tab in a mapping" 'users.yaml:2'
: >"$m"
mapping 78 "an empty mapping" 'empty'
binary >"$m"
mapping 78 "a binary mapping" 'users.yaml:1:1:.*binary'
head -c 105000000 /dev/zero | tr '\0' 'a' >"$m"
mapping 78 "a mapping of 100 MB" 'users.yaml: larger than the limit'
printf 'fields: &a\n  title: *a\n' >"$m"
mapping 78 "a cyclic mapping" 'users.yaml:2:10:.*cycle'
printf 'fields:\n  title: {from: /x}\n name: {from: /y}\n' >"$m"
mapping 78 "a mapping with wrong indentation" 'users.yaml:3:2:.*indentation'
if may_drop_rights; then
    chmod 000 "$m"
    expect 78 "an unreadable mapping" "${UNPRIVILEGED[@]}" "$MUSTER" -c "$c" pull sendoso
    said 'users.yaml: Permission denied' "an unreadable mapping: says so"
fi
rm -f "$m"
mkdir "$m"
mapping 78 "a directory as mapping" 'users.yaml: is a directory'
rmdir "$m"

# Mapping files that would never be read, and those that are gone.
printf 'fields:\n  title: {from: /x}\n' >"$work/maps/users.yaml"
mapping 78 "a mapping beside the folder of its system" 'maps/users.yaml: .*sendoso/users.yaml'
mv "$work/maps/users.yaml" "$work/maps/sendozo/"
mapping 78 "a mapping of a misspelt system" 'maps/sendozo: .*did you mean sendoso'
mv "$work/maps/sendozo/users.yaml" "$work/maps/sendoso/usres.yaml"
mapping 78 "a mapping of a misspelt name" 'usres.yaml:1:1'
rm -r "$work/maps/sendozo" "$work/maps/sendoso/usres.yaml"
expect 0 "all is well again" muster pull sendoso
MUSTER_MAPPINGS=$work/nowhere mapping 78 "an installation without its mappings" 'nowhere.*MUSTER_MAPPINGS'
mkdir "$work/some"
cp -r "$MUSTER_MAPPINGS/sendoso" "$work/some/"
rm "$work/some/sendoso/members.yaml"
MUSTER_MAPPINGS=$work/some mapping 4 "an installation without one mapping" 'members: not read now.*a mapping file is missing|no mapping reads them'
expect 0 "and nobody is gone" muster members --format csv
said 'sendoso' "and nobody is gone"
finish
