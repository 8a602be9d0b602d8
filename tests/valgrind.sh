#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Memcheck over the unit suites and over the main commands against a simulator and a slapd; with names, over those suites
# alone; all but the suites that VALGRIND_SKIP names, a regular expression. Any error and any block that is lost counts.
# `make check-valgrind`; minutes, so not a part of `make check`.
#
# The suites run in one process (CK_FORK=no). Children that tests fork themselves end by _exit or are killed, with
# what they hold: memcheck is silent about them.

. "${top_srcdir:?run through make check-valgrind}/tests/live/lib.sh"

need valgrind
memcheck=(valgrind --quiet --leak-check=full '--show-leak-kinds=definite,indirect,possible' --track-origins=yes
    --child-silent-after-fork=yes --num-callers=24)

# watched NAME COMMAND...: runs it under memcheck; keeps what it and memcheck say under that name, and the exit status.
watched() {
    local log=$work/$1 status=0
    shift
    : >"$log.memcheck"
    "${memcheck[@]}" --log-file="$log.memcheck" "$@" >"$log.out" 2>&1 </dev/null || status=$?
    echo "$status" >"$log.status"
}

# judge EXIT NAME: it ended as wanted, and memcheck said nothing.
judge() {
    local want=$1 log=$work/$2 status
    status=$(cat "$log.status")
    if [ "$status" != "$want" ]; then
        bad "$2: exit $status, wanted $want" "$(tail -n 30 "$log.out")"
    elif [ -s "$log.memcheck" ]; then
        bad "$2: memcheck has something to say" "$(cat "$log.memcheck")"
    else
        ok "$2"
    fi
}

clean() {
    local want=$1 name=$2
    shift 2
    watched "$name" "$@"
    judge "$want" "$name"
}

suites=("$@")
if [ $# -eq 0 ] && [ -n "${VALGRIND_SKIP:-}" ]; then
    mapfile -t suites < <(sed -n 's/^    {"\([a-z_]*\)",.*/\1/p' "$top_srcdir/tests/unit/main.c" | grep -vxE "$VALGRIND_SKIP")
fi

# The suites take as long as all the rest, so they run beside it.
unit=$top_builddir/tests/unit/check_muster
unit_pid=
if [ -x "$unit" ]; then
    CK_FORK=no watched "unit suites" "$unit" "${suites[@]}" &
    unit_pid=$!
else
    echo "left out: the unit tests, which need check"
fi

commands() {
    local m=("$MUSTER" -c "$work/muster.yaml") plan=$work/plan.json
    need slapd ldapsearch
    sim_start --users 60 --groups 6 --seed 11
    slapd_start
    write_config 'scim: {token: env:SENDOSO_SCIM_TOKEN}'
    clean 0 doctor "${m[@]}" doctor
    clean 0 "pull" "${m[@]}" pull sendoso
    clean 2 "plan" "${m[@]}" plan teams-to-ldap -o "$plan"
    clean 0 "apply" "${m[@]}" apply "$plan"
    change '{"position":1,"set":{"last_name":"Ren\u00e9","email":"new.name@example.test"}}'
    change '{"position":2,"set":{"gone":true}}'
    change '{"join":{"first_name":"A","last_name":"Newcomer","email":"newcomer@example.test"}}'
    clean 0 "sync of changes" "${m[@]}" sync teams-to-ldap --yes
    clean 0 "plan, empty" "${m[@]}" plan teams-to-ldap
    clean 0 "users" "${m[@]}" users --filter 'status=active' --format json
    clean 0 "export as LDIF" "${m[@]}" export sendoso --format ldif --as corp
    clean 0 "export as CSV" "${m[@]}" export sendoso --format csv
    clean 0 "runs" "${m[@]}" runs
    clean 0 "explain" "${m[@]}" explain 4107
    clean 2 "undo" "${m[@]}" undo 2 -o "$work/undo.json"
    clean 0 "map test" "${m[@]}" map test "$MUSTER_MAPPINGS/sendoso/users.yaml"
}

if [ $# -eq 0 ]; then commands; fi
if [ -n "$unit_pid" ]; then
    wait "$unit_pid"
    judge 0 "unit suites"
fi
finish
