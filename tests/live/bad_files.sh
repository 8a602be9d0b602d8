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

# config EXIT NAME PATTERN: what the file at $c holds now.
config() {
    expect "$1" "$2" "$MUSTER" -c "$c" pull sendoso
    said "$3" "$2: says so"
}
with() { sed "$1" "$work/good.yaml" >"$c"; }

rm "$c"
config 78 "no configuration" 'muster.yaml'
mkdir "$c"
config 78 "a directory as configuration" 'directory'
rmdir "$c"
: >"$c"
config 78 "an empty configuration" 'empty|nothing'
head -c 5000 /dev/urandom >"$c"
config 78 "a binary configuration" 'muster.yaml'
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
store 1 "a text as store" 'not a database|database'
expect 0 "a good store" muster pull sendoso
if [ "$(id -u)" != 0 ]; then
    chmod 400 "$work/muster.db"
    store 1 "a read-only store" 'read.?only|permission'
fi
sqlite3 "$work/muster.db" 'PRAGMA user_version=999' 2>/dev/null &&
    store 78 "a store of a newer muster" '999|newer' || rm -rf "$work"/muster.db*
if mkdir -p "$work/full" && mount -t tmpfs -o size=200k tmpfs "$work/full" 2>/dev/null; then
    sed "s|store: .*|store: $work/full/muster.db|" "$work/good.yaml" >"$c"
    expect 1 "a full disk" "$MUSTER" -c "$c" pull sendoso
    said 'full|space' "a full disk: says so"
    umount "$work/full"
    cp "$work/good.yaml" "$c"
fi

# Two at once.
setting '{"latency": 300}'
"$MUSTER" -q -c "$c" pull sendoso >/dev/null 2>&1 &
first=$!
sleep 0.3
expect 1 "two pulls of one account at once" muster pull sendoso
said 'another muster|pid|process' "two at once: says who"
wait "$first" && ok "the first of the two is not hurt" || bad "the first of the two is hurt"
setting '{"latency": 0}'

# Mapping files of the account's layer.
mkdir -p "$work/maps/sendoso"
sed 's|    adapter: sendoso|&\n    mappings: maps|' "$work/good.yaml" >"$c"
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
finish
