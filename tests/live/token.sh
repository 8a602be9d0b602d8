#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tokens on the command line: made, shown once, listed, revoked; nothing of them in the store but a digest.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 5 --groups 1 --seed 3 --rate off
write_config

expect 0 "create" muster token create --name reader --accounts sendoso --expires 30d
token=$(cat "$work/out")
[[ $token =~ ^muster_[A-Za-z0-9_-]{43}$ ]] && ok "the token alone on standard output" || bad "the token alone" "$token"
said 'token reader: read of sendoso accounts.*expires 20.*shown this once' "what it is goes to standard error"
if grep -qF "$token" "$work"/muster.db*; then bad "the store holds the token"; else ok "the store doesn't hold the token"; fi

expect 1 "a name is used once" muster token create --name reader
said 'another name' "it says so"
expect 64 "unknown method" muster token create --name x --methods raed
said "did you mean read" "the nearest is named"
expect 64 "unknown account" muster token create --name x --accounts sendozo
said 'sendoso' "the accounts are named"
expect 3 "nothing left open" muster token create --name x --methods custom --tags directory
said 'leave nothing open.*tags proxy' "what would is named"
expect 0 "tools by name" muster token create --name tools --methods "list_all_sendoso_users,create_a_sendoso_e*"
expect 64 "a tool that is none" muster token create --name x --methods list_all_sendoso_userz
said 'did you mean list_all_sendoso_users' "the nearest tool is named"
expect 0 "tags of tools" muster token create --name gifts --methods create --tags gifts
expect 3 "no gift can be listed" muster token create --name x --methods delete --tags gifts
expect 64 "no name" muster token create
expect 64 "bad name" muster token create --name "a b"
expect 64 "an expiry that is none" muster token create --name x --expires yesterday
expect 64 "a word that is none" muster token make

expect 0 "as json" muster token create --name writer --methods read,create --require-bearer --format json
python3 - "$work/out" <<'END' && ok "json: all of it" || bad "json: all of it" "$(cat "$work/out")"
import json, sys
t = json.load(open(sys.argv[1]))
assert t["name"] == "writer" and t["token"].startswith("muster_") and t["methods"] == ["read", "create"]
assert t["require_bearer"] is True and t["expires"] is None and t["state"] == "valid" and t["used"] is None
END
expect 0 "list" muster token list
said '^reader +valid +read +all +sendoso' "a row each"
unsaid 'muster_' "no token in it"
expect 0 "list as json" muster token list --format json
python3 -c 'import json, sys; t = json.load(open(sys.argv[1])); assert [x["name"] for x in t] == ["gifts", "reader", "tools", "writer"]' \
    "$work/out" && ok "json: a list" || bad "json: a list" "$(cat "$work/out")"

expect 0 "revoke" muster token revoke reader
expect 1 "revoke again" muster token revoke reader
expect 1 "revoke nobody" muster token revoke nobody
expect 0 "list again" muster token list --format csv
said '^reader,revoked,' "revoked ones stay listed"

finish
