#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Habits of the command line: forms that other programs can read, quiet, colours and progress only where somebody looks,
# pipes that close, interruptions, completion.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3 script

slapd_start --nosync
sim_start --users 250 --groups 4 --seed 29 --rate off
write_config
expect 0 "first export" muster sync teams-to-ldap --yes
change '{"position": 50, "set": {"first_name": "Änne, \"x\"\\n"}}'
muster -q pull sendoso

# --- forms: one JSON document, one CSV table, whatever the command and whatever became of it ---
cat >"$work/forms.py" <<'END'
import csv, io, json, sys

form, text = sys.argv[1], sys.stdin.read()
if form == "json":
    json.loads(text, parse_constant=lambda word: sys.exit(f"{word} is no JSON"))
else:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    widths = {len(row) for row in rows}
    sys.exit(0 if len(widths) == 1 and len(set(rows[0])) == len(rows[0]) and all(rows[0]) else f"columns: {widths} {rows[:1]}")
END
id=$("$MUSTER" -c "$work/muster.yaml" users --limit 1 --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
applied=0
while IFS='|' read -r want words; do
    for form in json csv; do
        case $words in *plan.json)
            change "{\"position\": 5$((applied += 1)), \"set\": {\"first_name\": \"Änne, \\\"x\\\"\\\\n\"}}"
            muster -q pull sendoso
            muster -q plan -o "$work/plan.json" >/dev/null || true
            ;;
        esac
        # shellcheck disable=SC2086  # words
        expect "$want" "$words as $form" muster $words --format "$form"
        if python3 "$work/forms.py" "$form" <"$work/out" >"$work/why" 2>&1; then
            ok "$words as $form: it is"
        else
            bad "$words as $form: it is" "$(tail -3 "$work/why")"
        fi
    done
done <<END
0|doctor
0|users
0|users --filter first_name=nobody
0|users --filter status=inactive
0|users sendoso $id
0|groups
0|roles
0|members
2|plan
0|apply $work/plan.json
0|plan
0|pull sendoso
0|export
0|runs
0|runs 1
0|runs --parked
3|undo 1
2|diff 1 2
0|diff 2 2
0|adopt
0|snapshots
0|snapshots 1
0|map check
0|map test
0|sync
0|sync --yes
END
for words in "users sendoso nobody-has-this-id" "runs 99" "snapshots 99" "apply $work/nowhere.json" "plan no-such-sync"; do
    got=0
    # shellcheck disable=SC2086  # words
    "$MUSTER" -c "$work/muster.yaml" $words --format json >"$work/out" 2>"$work/err" || got=$?
    if [ "$got" -ne 0 ] && [ ! -s "$work/out" ] && [ "$(grep -c '^error: ' "$work/err")" = 1 ]; then
        ok "$words: fails with one line, and nothing on standard output"
    else
        bad "$words: exit $got" "$(cat "$work/out" "$work/err")"
    fi
done
expect 3 "messages as JSON" env SENDOSO_TOKEN=wrong "$MUSTER" -c "$work/muster.yaml" --log-format json pull sendoso
if python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines and all(line["level"] and line["text"] for line in lines), lines' "$work/err" 2>"$work/why"; then
    ok "messages as JSON: each line is an object"
else
    bad "messages as JSON: each line is an object" "$(cat "$work/err" "$work/why")"
fi

# --- quiet ---
for words in "pull sendoso" "plan" "sync --yes"; do
    # shellcheck disable=SC2086
    expect 0 "$words -q" muster $words -q
    [ "$words" = plan ] || if [ -s "$work/out" ] || [ -s "$work/err" ]; then bad "$words -q says nothing" "$(cat "$work/out" "$work/err")"; else ok "$words -q says nothing"; fi
done

# --- usage: 64, with the nearest word ---
for words in "usres|did you mean users" "users --filtr x|did you mean --filter" "plan a b c|too many arguments" \
    "--nonsense|unknown option" "apply|too few arguments" "users --limit many|whole number" "users --format xml|text, json or csv" \
    "users --filter status=|filter" "users --filter nonsense=1|nonsense" "users --as-of yesterday|by its number" "|no command"; do
    # shellcheck disable=SC2086
    expect 64 "wrong usage: ${words%%|*}" muster ${words%%|*}
    said "${words##*|}" "wrong usage: ${words%%|*}: says what to do"
done

# --- help, as people ask for it ---
for words in help "help plan" "plan help --help"; do
    # shellcheck disable=SC2086
    expect 0 "$words" muster $words
    said '^Usage: muster' "$words is help"
done
expect 64 "help for nothing" muster help plna
said 'did you mean plan' "help for nothing: says what is near"
expect 1 "members of a group by its id" muster members sendoso 71
said 'filter group_id=ID' "members of a group by its id: says how"

# --- the first configuration ---
init_with() { # NAME PATTERN OPTIONS...: the answer is refused, and nothing written
    local name=$1 pattern=$2
    shift 2
    expect 64 "init, $name" "$MUSTER" init -o "$work/first.yaml" --sendoso-url "$SIM_URL" --ldap-url ldap://127.0.0.1 \
        --base dc=example,dc=org --bind-dn cn=admin,dc=example,dc=org "$@"
    said "$pattern" "init, $name: says what is wrong"
    [ ! -e "$work/first.yaml" ] || bad "init, $name: a file was written"
}
init_with "no address" 'sendoso-url: url is not an address' --sendoso-url nonsense
init_with "another scheme" 'ldap-url: .*begins with ldaps' --ldap-url http://127.0.0.1
init_with "no DN" 'base: nonsense: not a distinguished name' --base nonsense
init_with "nobody" 'bind-dn: nonsense: not a distinguished name' --bind-dn nonsense
expect 0 "init, another host" "$MUSTER" init -o "$work/first.yaml" --sendoso-url "$SIM_URL" --ldap-url ldap://ldap.example.org \
    --base dc=example,dc=org --bind-dn cn=admin,dc=example,dc=org
said "muster -c $work/first.yaml doctor" "init, another file: the next steps name it"
if grep -q 'starttls: required' "$work/first.yaml"; then ok "init, another host: over TLS"; else bad "init, another host: over TLS"; fi

# --- doctor: every failure says the fix ---
fixes() { # NAME [LDAP_URL [BIND]]
    write_config '' "${2:-}"
    [ -z "${3:-}" ] || sed -i "s/dn: \"[^\"]*\"/dn: \"$3\"/" "$work/muster.yaml"
    expect 1 "doctor, $1" muster doctor corp --format json
    if python3 -c '
import json, sys
failures = [row for row in json.load(sys.stdin) if row["mark"] == "fail"]
sys.exit(not failures or any(not row["fix"] for row in failures))' <"$work/out"; then ok "doctor, $1: says the fix"; else bad "doctor, $1: says the fix" "$(cat "$work/out")"; fi
}
fixes "nothing listens" ldap://127.0.0.1:1
fixes "no socket" ldapi://%2Fnowhere
fixes "no TLS there" "${LDAP_URL/ldap:/ldaps:}"
fixes "a name that is none" "" nonsense
fixes "a stranger" "" cn=nobody,dc=example,dc=org
write_config

# --- a terminal: colours and progress; elsewhere none; as wide as it is ---
# on_terminal COMMAND...: its output as a terminal got it, in $work/out.
on_terminal() {
    local line
    printf -v line '%q ' "$@"
    TERM=xterm script -qec "$line" "$work/typescript" </dev/null >/dev/null 2>&1 || true
    sed '1d;$d' "$work/typescript" >"$work/out"
    : >"$work/err"
}
escape=$(printf '\033')
on_terminal "$MUSTER" -c "$work/muster.yaml" doctor
said "$escape\\[32m" "a terminal gets colours"
for words in --help "audit --help" "init --help" "sync --help"; do
    on_terminal bash -c "stty cols 60; exec $MUSTER $words"
    if [ "$(tr -d '\r' <"$work/out" | sed '/^Example:/,$d' | awk 'length($0) > 60' | wc -l)" = 0 ] && grep -q '^Usage: muster' "$work/out"; then
        ok "muster $words fits a narrow terminal"
    else
        bad "muster $words fits a narrow terminal" "$(cat "$work/out")"
    fi
done
on_terminal env NO_COLOR=1 "$MUSTER" -c "$work/muster.yaml" doctor
unsaid "$escape\\[3" "not with NO_COLOR"
on_terminal env TERM=dumb "$MUSTER" -c "$work/muster.yaml" doctor
unsaid "$escape" "not on a dumb terminal"
on_terminal "$MUSTER" -c "$work/muster.yaml" --no-color doctor
unsaid "$escape\\[3" "not with --no-color"
expect 0 "doctor into a file" muster doctor
unsaid "$escape" "no colours into a file"
setting '{"users": 3000, "latency": 50}'
on_terminal "$MUSTER" -c "$work/muster.yaml" pull sendoso
said 'users [0-9,]+ of 3,000 .*/s +ETA' "a terminal gets a line of progress with rate and ETA"
on_terminal "$MUSTER" -c "$work/muster.yaml" pull -q sendoso
unsaid 'ETA' "no progress with -q"
expect 0 "a pull into a file" muster pull sendoso
unsaid "ETA|$(printf '\r')" "no progress into a file"
setting '{"latency": 0}'

# --- a reader that has enough, and one that can't take any more ---
for words in users "users --format json" "users --format csv" plan "plan --format json" "export --format ldif" "export --format json"; do
    # shellcheck disable=SC2086
    "$MUSTER" -c "$work/muster.yaml" $words 2>"$work/err" </dev/null | head -c 1 >/dev/null || true
    if [ -s "$work/err" ]; then bad "$words | head: no noise" "$(cat "$work/err")"; else ok "$words | head: no noise"; fi
    # shellcheck disable=SC2086
    expect 1 "$words > /dev/full" bash -c 'exec "$0" "$@" >/dev/full' "$MUSTER" -c "$work/muster.yaml" $words
    said 'No space left on device|is the disk full' "$words > /dev/full: says so"
done

# --- interrupted: nothing half, and the next run goes on ---
# interrupted SIGNAL COMMAND...: sends it once muster has asked the simulator for users.
interrupted() {
    local signal=$1 got=0
    shift
    curl -sS -X DELETE "$SIM_CONTROL/log" >/dev/null
    env --default-signal=INT,TERM "$MUSTER" -c "$work/muster.yaml" "$@" >"$work/out" 2>"$work/err" </dev/null &
    local pid=$!
    until curl -sS "$SIM_CONTROL/log?path=/api/v3/users" | grep -q users; do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    kill "-$signal" "$pid" 2>/dev/null || true
    wait "$pid" || got=$?
    if [ "$got" = 1 ]; then ok "$* under SIG$signal ends with 1"; else bad "$* under SIG$signal: exit $got" "$(cat "$work/err")"; fi
}
fault '{"path": "/api/v3/users", "page": 3, "kind": "hang", "times": 100}'
before=$("$MUSTER" -c "$work/muster.yaml" snapshots --format csv | wc -l)
for signal in INT TERM; do
    interrupted "$signal" pull sendoso
    said 'interrupted; nothing of this pull is kept' "a pull under SIG$signal says what is kept"
    interrupted "$signal" sync --yes
    said 'interrupted' "a sync under SIG$signal says so"
done
if [ "$before" = "$("$MUSTER" -c "$work/muster.yaml" snapshots --format csv | wc -l)" ]; then
    ok "and no snapshot is left of them"
else
    bad "and no snapshot is left of them"
fi
clear_faults
expect 0 "the next one goes on" muster pull sendoso

# In the middle of writing: what was sent is on record, the rest is for the next run.
slapd_stop
rm -f "$work"/muster.db*
slapd_start --nosync
write_config
muster -q pull sendoso
expect 2 "a plan of many writes" muster plan -o "$work/plan.json"
env --default-signal=INT "$MUSTER" -c "$work/muster.yaml" apply "$work/plan.json" >"$work/out" 2>"$work/err" </dev/null &
apply=$!
while kill -0 "$apply" 2>/dev/null; do
    [ "$(ldap_dump -z 20 '(objectClass=inetOrgPerson)' dn 2>/dev/null | grep -c '^dn:')" -lt 20 ] || break
done
kill -INT "$apply" 2>/dev/null || true
got=0
wait "$apply" || got=$?
if [ "$got" = 4 ]; then
    said 'skipped; run 1, interrupted; the next run does the rest' "an apply under SIGINT says what is left"
elif [ "$got" = 0 ]; then
    ok "an apply was done before SIGINT came"
else
    bad "an apply under SIGINT: exit $got" "$(cat "$work/err")"
fi
expect 0 "the next run does the rest" muster sync --yes
expect 0 "and nothing is left to do" muster plan

# --- a plan of which nothing fits the target any more is refused like any stale plan ---
change '{"position": 40, "set": {"first_name": "Ours"}}'
muster -q pull sendoso
expect 2 "a plan of one write" muster plan -o "$work/plan.json"
ldap_dump '(givenName=Mary Ann)' dn | sed -n 's/^dn: .*/&\nchangetype: modify\nreplace: givenName\ngivenName: Theirs\n/p' |
    ldap_admin ldapmodify >"$work/out" 2>&1 || bad "a value of somebody else's" "$(cat "$work/out")"
expect 3 "nothing of it fits: refused" muster apply "$work/plan.json"
said '1 stale' "nothing of it fits: stale, it says"

# --- completion, really sourced and asked ---
complete_line() { # WORDS... (the last one is what is being typed)
    (
        cd "$work"
        # shellcheck source=/dev/null
        . "$top_srcdir/src/cli/muster.bash-completion"
        COMP_WORDS=(muster "$@")
        COMP_CWORD=$#
        COMPREPLY=()
        _muster
        printf '%s\n' "${COMPREPLY[@]}"
    ) >"$work/out" 2>"$work/err"
}
completes() { # WANTED WORDS...
    local wanted=$1
    shift
    complete_line "$@"
    if grep -qx -- "$wanted" "$work/out"; then ok "completes: $*"; else bad "completes: $*: no $wanted" "$(cat "$work/out" "$work/err")"; fi
}
completes sync sy
completes teams-to-ldap sync ''
completes teams-to-ldap plan te
completes sendoso pull s
completes --filter users --fi
completes csv users --format c
completes ldif export --format l
completes "$work/muster.yaml" -c "$work/mus"
completes check map ''
for command in $("$MUSTER" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'); do
    completes "$command" "$command"
    while IFS= read -r option; do
        completes "$option" "$command" "$option"
    done < <("$MUSTER" "$command" --help | sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p')
done

# --- help ---
for command in '' $("$MUSTER" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'); do
    # shellcheck disable=SC2086
    expect 0 "help of '$command'" "$MUSTER" $command --help
    if [ "$(awk '{ if (length($0) > 100) print }' "$work/out" | wc -l)" = 0 ] && [ ! -s "$work/err" ]; then
        ok "help of '$command' fits a terminal"
    else
        bad "help of '$command' fits a terminal" "$(awk 'length($0) > 100' "$work/out")"
    fi
done
finish
