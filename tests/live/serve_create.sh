#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A user by POST: an invitation that is planned, journalled and registered, once for each address, and never sent again in doubt.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 40 --groups 4 --seed 11 --rate off --set invite-duplicate=ok
write_config
expect 0 "pull" muster pull sendoso
expect 0 "a token that only reads" muster token create --name reader --methods read --format json
reader=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["token"])' "$work/out")
serve_start --insecure-local

# post STATUS NAME JSON [CURL-OPTIONS...]
post() {
    local want=$1 name=$2 json=$3 got
    shift 3
    : >"$work/err"
    got=$(curl -sS -o "$work/out" -w '%{http_code}' -H 'Content-Type: application/json' -d "$json" "$@" \
        "$SERVE_URL/unified/user-directory/users")
    if [ "$got" = "$want" ]; then ok "$name"; else bad "$name: $got, wanted $want" "$(cat "$work/out")"; fi
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

post 201 "invited" "$(person new@example.test "$team, \"roles\": [{\"id\": \"manager\"}]")"
said '"status":"invited"' "invited: what became of it"
there new@example.test 1 "invited: once"
expect 0 "it is in the register" muster invitations
said 'new@example.test' "it is in the register: by its address"
expect 0 "it is in the journal" muster runs
said 'invite \(rest, token local\)' "it is in the journal: with who asked"
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
post 409 "asked again all the same" "$(person doubt@example.test)"
there doubt@example.test 1 "asked again all the same: not sent"
serve_stop

serve_start
post 401 "without a token" "$(person other@example.test)"
post 403 "with one that only reads" "$(person other@example.test)" -H "Authorization: Bearer $reader"
there other@example.test 0 "without the right nothing is sent"
serve_stop

finish
