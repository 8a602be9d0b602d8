#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A user by POST: an invitation that is planned, journalled and registered, once for each address, and never sent again in doubt.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 40 --groups 4 --seed 11 --rate off --set invite-duplicate=ok
write_config 'rate: "50/s"'
expect 0 "pull" muster pull sendoso
expect 0 "a token that only reads" muster token create --name reader --methods read --format json
reader=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["token"])' "$work/out")
serve_start --insecure-local

# post STATUS NAME JSON [CURL-OPTIONS...]
post() {
    local want=$1 name=$2 json=$3 got
    shift 3
    : >"$work/err"
    got=$(curl -sS -D "$work/head" -o "$work/out" -w '%{http_code}' -H 'Content-Type: application/json' -d "$json" "$@" \
        "$SERVE_URL/unified/user-directory/users")
    if [ "$got" = "$want" ]; then ok "$name"; else bad "$name: $got, wanted $want" "$(cat "$work/out")"; fi
}
is() { # NAME WANTED GOT
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: $3, wanted $2" "$(cat "$work/out")"; fi
}
group=$(muster groups --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
team=", \"groups\": [{\"id\": \"$group\"}]"
person() { # EMAIL [MORE MEMBERS]
    printf '{"first_name": "New", "last_name": "Person", "emails": [{"email": "%s"}]%s}' "$1" "${2-$team}"
}
there() { # EMAIL COUNT NAME: so many invitations of it in the source
    local got
    got=$(curl -sS "$SIM_CONTROL/invitations" | { grep -o "\"email\": *\"$1\"" || true; } | wc -l)
    if [ "$got" = "$2" ]; then ok "$3"; else bad "$3: $got invitations, wanted $2"; fi
}

rated() { # NAME: the answer says what the source's rate leaves
    if grep -Eqi '^ratelimit-limit: 50' "$work/head" && grep -Eqi '^ratelimit-remaining: ' "$work/head" &&
        grep -Eqi '^ratelimit-reset: ' "$work/head"; then ok "$1"; else bad "$1" "$(cat "$work/head")"; fi
}
post 201 "invited" "$(person new@example.test "$team, \"roles\": [{\"id\": \"manager\"}]")"
said '"id":"invited:new@example.test".*"status":"invited"' "invited: what became of it"
said '"run":[0-9]+\}$' "invited: by which run"
rated "invited: what the rate leaves"
grep -q '^Location: /unified/user-directory/users/invited%3Anew%40example.test' "$work/head" && ok "invited: where it is" ||
    bad "invited: where it is" "$(cat "$work/head")"
there new@example.test 1 "invited: once"
expect 0 "it is in the register" muster invitations
said 'new@example.test' "it is in the register: by its address"
expect 0 "it is in the journal" muster runs
said 'invite \(rest, token local\)' "it is in the journal: with who asked"

# --- who is invited stands among the users ---
users() { # QUERY-OR-PATH [CURL-OPTIONS...]
    local path=$1
    shift
    curl -sS -g -D "$work/head" -o "$work/out" "$@" "$SERVE_URL/unified/user-directory/users$path"
    tr -d '\r' <"$work/head" >"$work/err"
}
users '?emails[email]=NEW@example.test'
said '"result":\[\{"id":"invited:new@example.test","username":"new@example.test","first_name":"New".*"status":"invited"' "found by address"
said "\"roles\":\[\{\"id\":\"manager\",.*\"groups\":\[\{\"id\":\"$group\"" "with what was asked for"
said '"result_count":1' "and counted"
users '?status=invited'
said '"result_count":1' "found by status"
users "?status=invited&group_id=$group&sort_by=name&sort_order=desc"
said '"id":"invited:new@example.test"' "found by group, in an order"
users '/invited:new@example.test'
said '^\{"id":"invited:new@example.test"' "one by id"
users '/invited:other@example.test'
said '"statusCode":404' "nobody else by id"
users '?email=nobody@example.test&status=active'
said '"result":\[\]' "nobody by a field that others have: an empty list"
users '?email=nobody@example.test&title=Boss'
said '"statusCode":400.*title: no user of sendoso has that field' "nobody by a field that nobody has: said"
users "?group_id=$group&sort_by=title"
said '"statusCode":400.*title: no user of sendoso has that field' "an order by a field that nobody has: said"
users '?format=raw&limit=1000'
unsaid 'new@example.test' "not among the source's records"
users '?format=stream'
said '^\{"id":"invited:new@example.test"' "in a stream"
is "in a stream: everybody once" 41 "$(wc -l <"$work/out")"
users '?limit=1000'
tag=$(sed -n 's/^ETag: //p' "$work/err")
said '"result_count":41' "all on a page"
users '?limit=1000' -H "If-None-Match: $tag"
is "the page is known" "HTTP/1.1 304" "$(head -1 "$work/err" | cut -c1-12)"
python3 - "$SERVE_URL" >"$work/pages" <<'END'
import json, sys, urllib.request
for more in ("", "&sort_by=name", "&sort_by=name&sort_order=desc", "&sort_order=desc"):
    ids, back, cursor = [], [], ""
    get = lambda: json.load(urllib.request.urlopen(f"{sys.argv[1]}/unified/user-directory/users?limit=7{more}&cursor={cursor}"))
    while cursor is not None:
        page = get()
        ids += [u["id"] for u in page["result"]]
        cursor = page["next_cursor"]
    cursor = page["prev_cursor"]
    while cursor is not None:
        page = get()
        back = [u["id"] for u in page["result"]] + back
        cursor = page["prev_cursor"]
    print(len(ids), len(set(ids)), "invited:new@example.test" in ids, back == ids[:len(back)] and len(back) >= 35)
END
is "each once, whatever the pages and their order, there and back" "41 41 True True" "$(sort -u "$work/pages")"

post 409 "the same again, in other letters" "$(person NEW@example.test)"
said 'is there already: invited' "the same again: says why"
there new@example.test 1 "the same again: not sent"

address=$(api '/api/v3/users?page=1&per_page=1' | python3 -c 'import json, sys; print(json.load(sys.stdin)["users"][0]["email"])')
post 409 "somebody who is there" "$(person "$address")"
post 400 "no such group" "$(person other@example.test ', "groups": [{"name": "No such group"}]')"
said 'No such group' "no such group: named"
post 400 "no address" '{"first_name": "A", "last_name": "B"}'
post 400 "two addresses" '{"emails": [{"email": "a@example.test"}, {"email": "b@example.test"}]}'
post 400 "what an invitation can't carry" "$(person other@example.test ', "title": "Boss"')"
said "no 'title'" "what an invitation can't carry: named"
post 400 "not JSON" '{"emails": ['
post 400 "a list" '[]'
post 400 "deep" "$(printf '[%.0s' $(seq 200))"
post 413 "long" "$(head -c 20000 /dev/zero | tr '\0' ' ')"
post 403 "from a page of others" "$(person other@example.test)" -H 'Origin: https://evil.example'
there other@example.test 0 "none of these was sent"

fault '{"method": "POST", "path": "/api/v3/users", "kind": "reset", "effect": true}'
post 502 "an answer that never came" "$(person doubt@example.test)"
said 'in doubt.*ask again' "an answer that never came: says what not to do"
rated "an answer that never came: what the rate leaves"
users '?email=doubt@example.test'
said '"status":"invited","status_raw":"doubt"' "an answer that never came: shown as it stands"
post 409 "asked again all the same" "$(person doubt@example.test)"
there doubt@example.test 1 "asked again all the same: not sent"
serve_stop

# --- who has come is a user, and nobody twice ---
curl -sS -f -o "$work/out" -H 'Content-Type: application/json' -d '{"invitation": "new@example.test", "set": {"status": "accepted"}}' "$SIM_CONTROL/change"
expect 0 "read again" muster pull sendoso
serve_start --insecure-local
users '?emails[email]=new@example.test'
said '"result_count":1' "who came is there once"
unsaid 'invited' "who came is there once: as a user"
users '?status=invited'
said '"result_count":1' "who hasn't come is still invited"

# --- asked again with a key of its own: the same answer, and nothing is done again ---
keyed() { post "$1" "$2" "$3" -H "Idempotency-Key: $4"; }
keyed 201 "with a key" "$(person keyed@example.test)" key-1
cp "$work/out" "$work/first"
keyed 201 "the same again" "$(person keyed@example.test)" key-1
cmp -s "$work/first" "$work/out" && grep -qi '^Idempotent-Replayed: true' "$work/head" && ok "the same again: the same answer" ||
    bad "the same again: the same answer" "$(cat "$work/head" "$work/out")"
there keyed@example.test 1 "the same again: invited once"
keyed 422 "the key with another request" "$(person other@example.test)" key-1
there other@example.test 0 "the key with another request: nobody was invited"
keyed 409 "another key" "$(person keyed@example.test)" key-2
keyed 409 "what failed is tried again, not remembered" "$(person keyed@example.test)" key-2
said 'is there already' "what failed is tried again, not remembered: says why"
keyed 400 "a key that is none" "$(person keyed@example.test)" "two words"

# --- a group that was made since the last read has nobody but who is invited into it ---
change '{"create_group": {"name": "Made Since"}}'
post 201 "into a new group" "$(person since@example.test ', "groups": [{"name": "Made Since"}]')"
new_group=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["groups"][0]["id"])' "$work/out")
users "?group_id=$new_group"
said '"result_count":1,' "found by the new group"
users "?group_id=${new_group}0"
said '"statusCode":400.*no group with id' "a group that nobody names isn't there"
serve_stop

serve_start
post 401 "without a token" "$(person other@example.test)"
post 403 "with one that only reads" "$(person other@example.test)" -H "Authorization: Bearer $reader"
there other@example.test 0 "without the right nothing is sent"
serve_stop

finish
