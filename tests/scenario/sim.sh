#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sendoso-sim by itself: shapes, paging, OAuth, SCIM, switches, faults and changes, asked with curl.
# A command that fails shows in what is compared, so neither -e nor pipefail.
set -u

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
SENDOSO_SIM=${SENDOSO_SIM:-${top_builddir:-$top_srcdir}/sendoso-sim}
export LC_ALL=C.UTF-8 no_proxy='*'

command -v curl >/dev/null || {
    echo "skipped: no curl here"
    exit 77
}

work=$(mktemp -d "${TMPDIR:-/tmp}/muster-sim.XXXXXX")
sim_pid=
passed=0
failed=0
cleanup() {
    [ -z "$sim_pid" ] || kill "$sim_pid" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

start() {
    rm -f "$work/ready"
    "$SENDOSO_SIM" --ready-file "$work/ready" "$@" >"$work/out" 2>"$work/err" &
    sim_pid=$!
    for ((i = 0; i < 300; i++)); do
        [ ! -s "$work/ready" ] || break
        kill -0 "$sim_pid" 2>/dev/null || break
        sleep 0.05
    done
    [ -s "$work/ready" ] || {
        echo "the simulator did not start: $(cat "$work/err")"
        exit 1
    }
    read -r _ URL _ CONTROL _ <"$work/ready"
}

stop() {
    local rc=0
    kill "$sim_pid"
    wait "$sim_pid" || rc=$?
    sim_pid=
    is "SIGTERM ends it cleanly" 0 "$rc"
    is "and nothing was said" "" "$(cat "$work/err")"
}

is() { # NAME WANTED GOT
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    fi
}

has() { # NAME PART TEXT
    case $3 in
    *"$2"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf 'not ok: %s\n  wanted: %s\n  in:     %.600s\n' "$1" "$2" "$3"
        ;;
    esac
}

rest() { curl -sS -m 20 -H 'Authorization: Bearer sim-token' "$URL/api/v3/$1" "${@:2}"; }
scim() { curl -sS -m 20 -H 'Authorization: Bearer sim-scim-token' "$URL/api/scim/v2/$1" "${@:2}"; }
status() { "$1" "$2" -o /dev/null -w '%{http_code}' "${@:3}"; }
control() { curl -sS -m 20 "$CONTROL$1" "${@:2}"; }
set_to() { control /set -d "$1" >/dev/null; }
fault() { control /fault -d "$1" >/dev/null; }
change() { control /change -d "$1"; }
count() { grep -o "$1" | wc -l | tr -d ' '; }
field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
number() { grep -o "\"$1\":[0-9]*" | head -n 1 | cut -d : -f 2; }

# --- shapes -----------------------------------------------------------------------------------------------------
start --users 120 --groups 14 --seed 7 --rate off
page=$(rest 'users?page=1&per_page=50')
has "envelope of users" '{"current_page":1,"per_page":50,"total_users":120,"users":[{"id":4' "$page"
is "rows of a page" 50 "$(count '"email":' <<<"$page")"
is "rows of the last page" 20 "$(rest 'users?page=3&per_page=50' | count '"email":')"
is "past the end" '{"current_page":9,"per_page":50,"total_users":120,"users":[]}' "$(rest 'users?page=9&per_page=50')"
has "per_page is clamped" '"per_page":100' "$(rest 'users?per_page=5000')"
has "a name that breaks DNs" '"first_name":"D,Arcy #1","last_name":"\"x\" <y>+z;\\"' "$page"
has "Greek" 'Σοφία' "$page"
has "nobody's group is null" '"team_group_id":null' "$page"
ids=$(for p in 1 2 3; do rest "users?page=$p&per_page=50"; done | grep -o '"id":[0-9]*' | sort -u | wc -l | tr -d ' ')
is "every id once" 120 "$ids"
me=$(rest me)
has "me" '"role":"manager"' "$me"
has "balance is a decimal text" '"balance":"' "$me"
groups=$(rest 'groups?per_page=100')
has "envelope of groups" '"total_groups":14,"groups":[{"id":' "$groups"
has "group row" '"monthly_budget":"' "$groups"
has "group name with commas and quotes" '"name":"Sales, \"North\" & <South>"' "$groups"
is "Pacific stamps" 28 "$(grep -oE '_at":"20[0-9-]+T[0-9:]+\.000-0[78]:00"' <<<"$groups" | wc -l | tr -d ' ')"
group=$(number id <<<"$groups")
members=$(rest "groups/$group/members")
has "members are a bare array" '[{"id":4' "$members"
has "member row" "\"team_group_id\":$group,\"team_id\":9,\"sandbox\":false,\"key\":\"" "$members"
sum=0
mapfile -t group_ids < <(grep -o '"id":[0-9]*' <<<"$groups" | cut -d : -f 2)
for id in "${group_ids[@]}"; do
    sum=$((sum + $(rest "groups/$id/members" | count '"email":')))
done
is "members and people without a group make all" 120 \
    $((sum + $(for p in 1 2; do rest "users?page=$p&per_page=100"; done | count '"team_group_id":null')))
is "last group is empty" '[]' "$(rest "groups/$id/members")"
is "no such group" '{"message":"Group not found!"}' "$(rest groups/1/members)"
is "no such group: status" 404 "$(status rest groups/1/members)"
is "other paths" 404 "$(status rest teams)"
has "request id" 'X-Request-Id: ' "$(rest me -D - -o /dev/null | tr -d '\r')"
is "the same seed makes the same people" "$page" \
    "$(control /reset -X POST >/dev/null && rest 'users?page=1&per_page=50')"

# --- touches, sends ---------------------------------------------------------------------------------------------
touches=$(rest 'touches?per_page=100')
has "touches" '"total_posts":25,"touches":[' "$touches"
touch=$(number id <<<"$touches")
has "one touch is wrapped" "{\"success\":true,\"touch\":{\"id\":$touch," "$(rest "touches/$touch")"
is "no such touch" '{"message":"Touch not found!"}' "$(rest touches/1)"
mail=$(rest 'touches?delivery_type=mail' | number total_posts)
email=$(rest 'touches?delivery_type=email' | number total_posts)
is "delivery types make all" 25 $((mail + email))
has "sends" '"total_count":250,"sends":[' "$(rest send)"
egift="{\"send\":{\"touch_id\":$touch,\"email\":\"a@b.test\",\"via\":\"single_email_address\",\"via_from\":\"t\"}}"
sent=$(rest send -d "$egift")
has "an eGift" '"message":"EGifts send Successfully","tracking_code":"' "$sent"
has "has a tracking page" '"tracking_url":"https://app.sendoso.com/track/' "$sent"
has "and is listed" '"total_count":251' "$(rest send)"
is "send without e-mail" '{"success":false,"message":"email can'\''t be blank"}' \
    "$(rest send -d "{\"send\":{\"touch_id\":$touch,\"via\":\"single_email_address\"}}")"
is "send of an unknown touch" '{"success":false,"message":"Touch not found"}' \
    "$(rest send -d '{"send":{"touch_id":1}}')"
links="{\"send\":{\"touch_id\":$touch,\"via\":\"generate_egift_links\",\"via_from\":\"t\",\"recipient_users\":[{\"email\":\"a@b.test\"}]}}"
has "links" '"egift_link":"https://sendo.so/g/' "$(rest send/generate_egift_links -d "$links")"

# --- marketplace, SmartSend: flat bodies, cursors -----------------------------------------------------------------
products=$(rest marketplace/products)
is "a page of products" 20 "$(count '"variants":' <<<"$products")"
has "price as text" '"estimated_total_price":{"currency":"USD","price_per_unit":"10.50"}' "$products"
after=
seen=0
for ((i = 0; i < 10; i++)); do
    products=$(rest "marketplace/products?after=${after:-c0}")
    seen=$((seen + $(count '"variants":' <<<"$products")))
    after=$(field after <<<"$products")
    [ -n "$after" ] || break
done
is "the cursor goes through all of them" 60 "$seen"
has "at the end there is no cursor" '"pagination":{"after":null,' "$products"
is "a price filters" 3 "$(rest 'marketplace/products?price_lte_usd=20' | count '"variants":')"
recipient='"recipient_email":"a@b.test","recipient_first_name":"A","recipient_last_name":"B"'
has "a product is sent" '{"products":[{"variant_id":"var_0002"}],"send":{"id":"9' \
    "$(rest marketplace/products/send -d "{\"variant_ids\":[\"var_0002\",\"var_0003\"],$recipient}")"
is "to nobody" '{"success":false,"message":"recipient_email can'\''t be blank"}' \
    "$(rest marketplace/products/send -d '{"variant_ids":["var_0002"]}')"
is "an unknown variant" 400 "$(status rest marketplace/products/send -d "{\"variant_ids\":[\"x\"],$recipient}")"
has "recommendations" '"interests":["coffee","gardens"]' "$(rest 'smartsend/recommendations?recipient_email=a@b.test')"
is "for nobody" 400 "$(status rest smartsend/recommendations)"
has "a recommendation is sent" '"send":{"id":"9' "$(rest smartsend/recommendations/send -d "{$recipient}")"
is "no such path" 404 "$(status rest marketplace/recommendations/send -d '{}')"

# --- credentials ------------------------------------------------------------------------------------------------
no_token() { curl -sS "$URL/api/v3/me" "$@"; }
is "401" '{"success":false,"message":"The access token is invalid"}' "$(no_token)"
is "401 for a SCIM token" 401 "$(no_token -H 'Authorization: Bearer sim-scim-token' -o /dev/null -w '%{http_code}')"
set_to '{"401-body":"e2"}'
is "401, other shape" '{"success":false,"description":"The access token is invalid","expired":false}' "$(no_token)"
set_to '{"401-body":"e1"}'
authorize="client_id=sim-client&redirect_uri=http://127.0.0.1:9/cb&response_type=code&scope=public+write&state=a%26b"
code() { curl -sS -D - -o /dev/null "$URL/oauth/authorize?$authorize" | tr -d '\r' | sed -n 's/^Location: .*code=\([^&]*\).*/\1/p'; }
token() { curl -sS "$URL/oauth/token" "$@"; }
has "state comes back encoded" 'state=a%26b' "$(curl -sS -D - -o /dev/null "$URL/oauth/authorize?$authorize")"
code=$(code)
client=(-d client_id=sim-client -d client_secret=sim-secret)
grant=(-d grant_type=authorization_code -d "code=$code" -d redirect_uri=http://127.0.0.1:9/cb)
has "wrong secret" '"error":"invalid_client"' "$(token -d client_id=sim-client -d client_secret=no "${grant[@]}")"
tokens=$(token "${client[@]}" "${grant[@]}")
has "token" '"token_type":"bearer","expires_in":7200,"refresh_token":"rt_' "$tokens"
has "scope" '"scope":"public write","created_at":' "$tokens"
has "a code works once" '"error":"invalid_grant"' "$(token "${client[@]}" "${grant[@]}")"
access=$(field access_token <<<"$tokens")
refresh=$(field refresh_token <<<"$tokens")
with() { curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $1" "$URL/api/v3/me"; }
is "the token works" 200 "$(with "$access")"
again=$(token -H 'Content-Type: application/json' -d \
    "{\"grant_type\":\"refresh_token\",\"refresh_token\":\"$refresh\",\"client_id\":\"sim-client\",\"client_secret\":\"sim-secret\"}")
has "refresh, as JSON" '"access_token":"at_' "$again"
has "refresh tokens rotate" '"error":"invalid_grant"' \
    "$(token "${client[@]}" -d grant_type=refresh_token -d "refresh_token=$refresh")"
control /expire -X POST >/dev/null
is "expired" 401 "$(with "$(field access_token <<<"$again")")"
refresh=$(field refresh_token <<<"$again")
set_to '{"refresh-old":"until-use"}'
token -u sim-client:sim-secret -d grant_type=refresh_token -d "refresh_token=$refresh" >/dev/null
third=$(token "${client[@]}" -d grant_type=refresh_token -d "refresh_token=$refresh")
access=$(field access_token <<<"$third")
is "until-use: the old one still refreshes" 200 "$(with "$access")"
has "until it is used" '"error":"invalid_grant"' \
    "$(token "${client[@]}" -d grant_type=refresh_token -d "refresh_token=$refresh")"
is "revoke" '{}' "$(curl -sS -X POST -u sim-client:sim-secret "$URL/oauth/revoke?token=$access")"
is "revoked" 401 "$(with "$access")"
is "no token in the log" 0 "$(control '/log?path=/oauth/' | count "$access")"

# --- SCIM -------------------------------------------------------------------------------------------------------
list=$(scim 'Users?startIndex=1&count=200')
has "SCIM list" '"totalResults":126,"startIndex":1,"itemsPerPage":100,"Resources":[{"schemas":' "$list"
has "inactive people" '"active":false' "$list$(scim 'Users?startIndex=101')"
first=$(field id <<<"$list")
has "get one" "\"id\":\"$first\"" "$(scim "Users/$first")"
is "unknown" 404 "$(status scim Users/99999999)"
is "no discovery" 404 "$(status scim ServiceProviderConfig)"
is "a REST token" 401 "$(curl -sS -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer sim-token' "$URL/api/scim/v2/Users")"
new='{"userName":"new.one@example.test","name":{"givenName":"New","familyName":"Öne"},"userType":"sender","division":"Ομάδα Πωλήσεων"}'
made=$(scim Users -d "$new" -w '%{http_code}')
has "create" '"division":"Ομάδα Πωλήσεων"}201' "$made"
has "twice" '"scimType":"uniqueness"' "$(scim Users -d "$new")"
is "twice: status" 409 "$(status scim Users -d "$new")"
has "unknown division" 'division is not the name' "$(scim Users -d "${new//Ομάδα/Nope}")"
has "REST lists the new one" '"total_users":121' "$(rest users)"
id=$(field id <<<"$made")
has "PUT changes what it names" '"active":false,"name":{"givenName":"New"' "$(scim "Users/$id" -X PUT -d '{"active":false}')"
has "and REST forgets" '"total_users":120' "$(rest users)"
is "PATCH" 405 "$(status scim "Users/$id" -X PATCH -d '{}')"
set_to '{"scim-patch":"ok","scim-filter":"eq","scim-admin-deactivate":"400"}'
patch='{"Operations":[{"op":"replace","path":"active","value":true},{"op":"replace","path":"name.givenName","value":"N2"}]}'
has "PATCH, switched on" '"active":true,"name":{"givenName":"N2"' "$(scim "Users/$id" -X PATCH -d "$patch")"
has "filter" '"totalResults":1,' "$(scim 'Users?filter=userName%20eq%20%22NEW.one@example.test%22')"
is "an admin stays" 400 "$(status scim "Users/$first" -X PUT -d '{"active":false}')"

# --- invitations ------------------------------------------------------------------------------------------------
invite() { rest users -d "{\"user\":{\"first_name\":\"Cy\",\"last_name\":\"Moe\",\"email\":\"$1\",\"role\":\"$2\",\"team_group_id\":$3}}" "${@:4}"; }
has "invite" '"receiver_email":"cy@example.test"' "$(invite cy@example.test regular "$group")"
has "pending" '"status":"pending"' "$(control /invitations)"
is "again" 400 "$(invite CY@example.test regular "$group" -o /dev/null -w '%{http_code}')"
is "bad role" '{"success":false,"message":"Role can be one of these: manager,regular"}' "$(invite x@y.test admin "$group")"
is "bad group" '{"success":false,"message":"Please enter a valid team group"}' "$(invite x@y.test regular 1)"
before=$(rest users | number total_users)
change '{"invitation":"cy@example.test","set":{"status":"accepted"}}' >/dev/null
is "accepted" $((before + 1)) "$(rest users | number total_users)"
has "the tally" '{"invites":4,"creates":3,"while_pending":1,"while_active":2,"emails":{' "$(control /tally)"
has "the tally of an address" '"cy@example.test":{"invites":2,"creates":0,"while_pending":1,"while_active":0}' "$(control /tally)"
invite Di@example.test regular "$group" >/dev/null
change '{"invitation":"di@example.test","set":{"status":"withdrawn"}}' >/dev/null
has "withdrawn" '"email":"Di@example.test","first_name":"Cy","last_name":"Moe","role":"regular","status":"withdrawn"' \
    "$(control /invitations)"
is "and may be invited again" 201 "$(invite di@example.test manager "$group" -o /dev/null -w '%{http_code}')"
change '{"sign_in":{"email":"di@example.test","first_name":"Di","last_name":"Ro"}}' >/dev/null
has "single sign-on makes people" '"email":"di@example.test","team_group_id":null' "$(control '/people?count=1000')"
is "and nothing is pending for them" 0 "$(control /invitations | count '"status":"pending"')"
set_to '{"invite-expires":"null","invite-domain":"own"}'
has "no time of expiry" '"expires_at":null' "$(invite ed@example.test regular "$group")"
is "a domain that isn't ours" '{"success":false,"message":"Email domain is not allowed"}' \
    "$(invite ed@elsewhere.test regular "$group")"
set_to '{"invite-expires":"normal","invite-domain":"any"}'
fault '{"method":"POST","kind":"twice"}'
has "somebody on the way sends it twice" 'already been taken' "$(invite flo@example.test regular "$group")"
has "which isn't the client's fault" '"flo@example.test":{"invites":1,"creates":0,"while_pending":0,' "$(control /tally)"
for kind in html500 500 429 unauthorized reset; do
    fault "{\"method\":\"POST\",\"kind\":\"$kind\",\"effect\":true}"
    invite "$kind@example.test" regular "$group" >/dev/null 2>&1
    has "in effect in spite of $kind" "\"email\":\"$kind@example.test\"" "$(control /invitations)"
done

# --- more of SCIM -----------------------------------------------------------------------------------------------
change "{\"user\":$id,\"set\":{\"open_orders\":true,\"active\":true}}" >/dev/null
has "orders in processing" 'with orders in processing cannot be deactivated' "$(scim "Users/$id" -X PUT -d '{"active":false}')"
change "{\"user\":$id,\"set\":{\"open_orders\":false}}" >/dev/null
set_to '{"scim-put":"replace","scim-update":"204"}'
is "204 for a PUT" 204 "$(status scim "Users/$id" -X PUT -d '{"userType":"manager"}')"
has "that empties the rest" '"active":true,"name":{"givenName":"","familyName":""}' "$(scim "Users/$id")"
set_to '{"scim-put":"merge","scim-update":"empty"}'
is "no body" '' "$(scim "Users/$id" -X PUT -d '{"active":false}')"
set_to '{"scim-update":"200","scim-duplicate":"reactivate","scim-created":"inactive"}'
has "who was inactive is made anew" '"active":true' "$(scim Users -d "$new")"
is "who is active isn't" 409 "$(status scim Users -d "$new")"
has "inactive before they sign in" '"active":false' "$(scim Users -d "${new//new.one/new.two}")"
stop

# --- switches ---------------------------------------------------------------------------------------------------
start --users 60 --groups 4 --rate off --set ids=string --set members=users --set total-name=none \
    --set budgets=null --set no-group-as=missing --set per-page-over=400 --set past-end=404
page=$(rest 'users?per_page=5')
has "ids as text" '"users":[{"id":"4' "$page"
has "no total" '{"current_page":1,"per_page":5,"users":' "$page"
is "no group, no key" 0 "$(rest 'users?per_page=100' | count '"team_group_id":null')"
is "per_page too large" 400 "$(status rest 'users?per_page=101')"
is "past the end" 404 "$(status rest 'users?page=99')"
groups=$(rest groups)
has "budgets are null" '"budget":null' "$groups"
has "members wrapped" '{"users":[' "$(rest "groups/$(grep -o '"id":"[0-9]*' <<<"$groups" | head -n 1 | cut -d '"' -f 4)/members")"
set_to '{"total-name":"string","order":"reverse","overlap":2,"ids":"number"}'
has "total as text" '"total_users":"60"' "$(rest users)"
is "overlap" 12 "$(rest 'users?page=2&per_page=10' | count '"email":')"
has "unknown setting" "did you mean 'latency'" "$(control /set -d '{"latenci":1}')"
has "wrong value" "not one of: number string" "$(control /set -d '{"ids":"x"}')"
set_to '{"gzip":"on","chunked":"on","order":"id"}'
has "gzip and chunked" '"current_page":1' "$(rest users --compressed)"
has "gzip is said" 'Content-Encoding: gzip' "$(rest users --compressed -D - -o /dev/null)"
set_to '{"gzip":"off","chunked":"off","latency":1000}'
askers=()
for _ in 1 2 3 4 5 6 7 8; do
    rest me >/dev/null &
    askers+=("$!")
done
wait "${askers[@]}"
has "latency is not served one after the other" yes \
    "$([ "$(control /state | number in_flight_peak)" -gt 1 ] && echo yes || control /state)"
set_to '{"latency":0,"twins":2,"duplicates":1,"users":100,"big-group":40}'
everyone=$(control '/people?count=1000' | grep -o '"email":"[^"]*"')
is "twins and a duplicate" 3 "$(tr '[:upper:]' '[:lower:]' <<<"$everyone" | sort | uniq -d | wc -l | tr -d ' ')"
is "of which a duplicate" 1 "$(sort <<<"$everyone" | uniq -d | wc -l | tr -d ' ')"
has "big group" '"members":' "$(control /groups)"
is "big group" yes "$([ "$(control /groups | grep -o '"members":[0-9]*' | sed -n 2p | cut -d : -f 2)" -ge 40 ] && echo yes)"
set_to '{"rate":"5/s","retry-after":"seconds","rate-reset":"epoch","429-body":"e1","block":5}'
for ((i = 0; i < 100; i++)); do
    urls=()
    for ((j = 0; j < 50; j++)); do urls+=("$URL/api/v3/me"); done
    codes=$(curl -sS -m 60 -H 'Authorization: Bearer sim-token' -o /dev/null -w '%{http_code} ' "${urls[@]}")
    case $codes in *429*) break ;; esac
done
has "some get through" '200 ' "$codes"
has "rate limit" '429 ' "$codes"
has "Retry-After" 'Retry-After: ' "$(rest me -D -)"
has "X-Rate-Limit-Reset" 'X-Rate-Limit-Reset: 1' "$(rest me -D -)"
for ((i = 0; i < 300; i++)); do
    [ "$(status rest me)" != 200 ] || break
    sleep 0.2
done
is "the block ends" 200 "$(status rest me)"
set_to '{"rate":"off"}'

# --- faults -----------------------------------------------------------------------------------------------------
curl_exit() {
    local rc=0
    rest "$@" >"$work/body" 2>/dev/null || rc=$?
    echo "$rc"
}
control /reset -X POST >/dev/null
users='"path":"/api/v3/users","page":2'
fault "{$users,\"kind\":\"html500\",\"times\":2}"
is "page 1 is spared" 200 "$(status rest 'users?page=1')"
is "page 2: once" 500 "$(status rest 'users?page=2')"
has "page 2: twice" '<html>' "$(rest 'users?page=2')"
is "page 2: and well again" 200 "$(status rest 'users?page=2')"
fault '{"path":"/api/v3/groups/*/members","kind":"404","skip":1}'
group=$(rest groups | number id)
is "skip" "200 404" "$(status rest "groups/$group/members") $(status rest "groups/$group/members")"
for kind in reset:56 truncate:18 stall:18 hang:56; do
    fault "{$users,\"kind\":\"${kind%:*}\",\"ms\":200}"
    is "${kind%:*}" "${kind#*:}" "$(curl_exit 'users?page=2')"
done
fault "{$users,\"kind\":\"cut-json\"}"
is "cut-json ends well for HTTP" 0 "$(curl_exit 'users?page=2')"
is "but not for JSON" no "$(tail -c 2 "$work/body" | grep -q ']}' && echo yes || echo no)"
fault "{$users,\"kind\":\"nul\"}"
has "nul" '\u0000' "$(rest 'users?page=2')"
fault "{$users,\"kind\":\"wrong-total\",\"total\":3}"
has "wrong-total" '"total_users":"3"' "$(rest 'users?page=2')"
fault "{$users,\"kind\":\"short-page\",\"rows\":3}"
is "short-page" 9 "$(rest 'users?page=2&per_page=10' | count '"email":')"
set_to '{"overlap":0,"total-name":"normal"}'
fault "{$users,\"kind\":\"repeat-rows\"}"
is "repeat-rows" "$(rest 'users?page=1&per_page=10' | cut -d '[' -f 2)" "$(rest 'users?page=2&per_page=10' | cut -d '[' -f 2)"
fault "{$users,\"kind\":\"huge\",\"bytes\":20000000}"
is "huge" yes "$([ "$(rest 'users?page=2' | wc -c)" -gt 20000000 ] && echo yes)"
fault "{$users,\"kind\":\"endless\"}"
is "endless" 3000000 "$(rest 'users?page=2' 2>/dev/null | head -c 3000000 | wc -c | tr -d ' ')"
fault '{"method":"POST","kind":"reset"}'
before=$(rest users | number total_users)
rc=0
scim Users -d "$new" >/dev/null 2>&1 || rc=$?
is "a POST that is cut" "56 $before" "$rc $(rest users | number total_users)"
fault '{"method":"POST","path":"/api/scim/*","kind":"reset","effect":true}'
rc=0
scim Users -d '{"userName":"cut@example.test","name":{"givenName":"C","familyName":"U"},"userType":"sender","division":"EMEA Sales"}' \
    >/dev/null 2>&1 || rc=$?
is "a POST that is cut after it took effect" "56 $((before + 1))" "$rc $(rest users | number total_users)"
has "unknown kind" 'did you mean' "$(control /fault -d '{"kind":"truncat"}')"
has "unknown key" "unknown key 'pag'" "$(control /fault -d '{"kind":"500","pag":1}')"
is "none is left" '[]' "$(control /fault)"

# --- changes ----------------------------------------------------------------------------------------------------
control /reset -X POST >/dev/null
row() { for p in 1 2; do rest "users?page=$p&per_page=100"; done | grep -o "{\"id\":$1,[^}]*}" | head -n 1; }
id=$(rest users | number id)
change "{\"user\":$id,\"set\":{\"first_name\":\"Zoë \\\"Z\\\"\",\"email\":\"ZOE@example.test\"}}" >/dev/null
has "rename" '"first_name":"Zoë \"Z\"","last_name"' "$(row "$id")"
has "e-mail" '"email":"ZOE@example.test"' "$(row "$id")"
change "{\"user\":$id,\"set\":{\"team_group_id\":$group,\"role\":\"manager\"}}" >/dev/null
has "move" "\"team_group_id\":$group" "$(row "$id")"
has "member there" "\"id\":$id," "$(rest "groups/$group/members")"
has "role" '"userType":"manager"' "$(scim "Users/$id")"
change "{\"user\":$id,\"set\":{\"active\":false}}" >/dev/null
is "leave" "" "$(row "$id")"
has "SCIM still knows" '"active":false' "$(scim "Users/$id")"
change "{\"user\":$id,\"set\":{\"active\":true}}" >/dev/null
has "return" "\"id\":$id" "$(row "$id")"
change "{\"user\":$id,\"set\":{\"gone\":true}}" >/dev/null
is "vanish" 404 "$(status scim "Users/$id")"
new_id=$(change '{"join":{"first_name":"J","last_name":"Oin","email":"j@example.test","team_group_id":null}}' | number id)
has "join" '"email":"j@example.test"' "$(row "$new_id")"
change "{\"group\":$group,\"set\":{\"name\":\"Renamed, Ltd\",\"budget\":\"12.5\",\"monthly_budget\":\"7\"}}" >/dev/null
has "group" '"monthly_budget":"7","name":"Renamed, Ltd"' "$(set_to '{"budgets":"normal"}' && rest groups)"
made=$(change '{"create_group":{"name":"Made"}}' | number id)
is "group created" '{"users":[]}' "$(rest "groups/$made/members")"
change "{\"group\":$made,\"delete\":true}" >/dev/null
is "group deleted" 404 "$(status rest "groups/$made/members")"
change "{\"group\":$group,\"set\":{\"name\":\"Midway\"},\"after\":2,\"path\":\"/api/v3/users\"}" >/dev/null
rest users >/dev/null
is "not yet" 0 "$(rest groups | count Midway)"
rest users >/dev/null
is "after two requests" 1 "$(rest groups | count Midway)"
has "nobody" 'no such id' "$(change '{"user":1,"set":{}}')"
has "unknown key" "unknown key 'nam'" "$(change "{\"group\":$group,\"set\":{\"nam\":\"x\"}}")"
fault '{"path":"/api/v3/me","kind":"hang","times":2}'
rest me >/dev/null 2>&1 &
rest me -m 1 >/dev/null 2>&1
has "log" '"method":"GET","path":"/api/v3/users","query":"","status":200' "$(control '/log?path=/api/v3/users')"
help=$(control /)
control /log -X DELETE >/dev/null
is "log forgotten" '[]' "$(control /log)"
stop

# --- usage and man page -----------------------------------------------------------------------------------------
rc=0
"$SENDOSO_SIM" --set nonsense=1 2>"$work/err" || rc=$?
is "wrong setting" 64 "$rc"
rc=0
"$SENDOSO_SIM" --users 2000000 2>"$work/err" || rc=$?
is "too many users" 64 "$rc"
has "version" 'sendoso-sim ' "$("$SENDOSO_SIM" --version)"
page=$top_srcdir/contrib/sendoso-sim/sendoso-sim.1
mapfile -t settings < <("$SENDOSO_SIM" --list-settings | grep -o '^[^ ][^ ]*')
for setting in "${settings[@]}"; do
    has "in the man page" ".It Cm $setting =" "$(grep -F ".It Cm $setting =" "$page" || true)"
done
mapfile -t kinds < <(grep -oE '"[a-z0-9-]+":"' <<<"${help#*\"faults\":\{}" | tr -d '":')
is "kinds of fault" yes "$([ "${#kinds[@]}" -ge 20 ] && echo yes)"
for kind in "${kinds[@]}"; do
    has "in the man page" ".It Cm $kind" "$(grep -Fx ".It Cm $kind" "$page" || true)"
done
mapfile -t options < <("$SENDOSO_SIM" --help | grep -oE -- '--[a-z-]+' | sort -u)
for option in "${options[@]}"; do
    has "in the man page" "Fl Fl ${option#--}" "$(grep -F "Fl Fl ${option#--}" "$page" || true)"
done

echo "sim: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
