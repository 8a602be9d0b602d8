#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures muster beside what it is compared with, in one run on one machine, and prints the table of the README.
# Every figure is the median of RUNS runs (default 3). SCALE=small shrinks all sizes, to try the script itself.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top_srcdir=${top_srcdir:-$(cd "$here/../.." && pwd)}
export top_srcdir
# shellcheck source=tests/live/lib.sh
. "$top_srcdir/tests/live/lib.sh"
need curl ldapsearch ldapadd ldapdelete gcc

RUNS=${RUNS:-3}
BARE=${BARE:-$top_builddir/tests/bench/bare}
DELAYPROXY=${DELAYPROXY:-$top_builddir/tests/bench/delayproxy}
if [ "${SCALE:-full}" = small ]; then
    million=20000 hundred=5000 fifty=2000 twenty=1000
else
    million=1000000 hundred=100000 fifty=50000 twenty=20000
fi

# timed COMMAND...: sets wall, cpu (seconds) and rss (KiB) of one run; the command's output goes to $work/out.
timed() {
    local rc=0
    /usr/bin/time -q -o "$work/time" -f '%e %U %S %M' "$@" >"$work/out" 2>"$work/err" || rc=$?
    if [ "$rc" != 0 ] && [ "$rc" != "${accept:-0}" ]; then
        echo "bench: $* ended with $rc" >&2
        tail -n 5 "$work/err" >&2
        exit 1
    fi
    read -r wall user sys rss <"$work/time"
    cpu=$(echo "$user + $sys" | bc)
}

median() { sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR+1)/2] : (v[NR/2] + v[NR/2+1]) / 2}'; }

# medians NAME SETUP COMMAND...: runs SETUP (a function, or :) and COMMAND, RUNS times; sets t[NAME] (wall seconds), c[NAME]
# (CPU seconds) and m[NAME] (MB).
declare -A t c m
medians() {
    local name=$1 setup=$2 i walls='' cpus='' sizes=''
    shift 2
    for ((i = 0; i < RUNS; i++)); do
        $setup
        timed "$@"
        walls+="$wall"$'\n'
        cpus+="$cpu"$'\n'
        sizes+="$((rss / 1024))"$'\n'
    done
    t[$name]=$(printf %s "$walls" | median)
    c[$name]=$(printf %s "$cpus" | median)
    m[$name]=$(printf %s "$sizes" | median)
}

row() { printf '| %s | %s | %s | %s |\n' "$@"; }
calc() { echo "scale=3; $*" | bc | sed 's/^\./0./'; }
fresh_store() { rm -f "$work"/muster.db*; }
proxy=
# A directory without anybody, on a port of its own; through a delaying proxy when ldap_delay (ms, one way) is set.
ldap_delay=
fresh_ldap() {
    [ -z "$proxy" ] || kill "$proxy"
    proxy=
    slapd_stop
    slapd_start --nosync --base
    if [ -n "$ldap_delay" ]; then
        "$DELAYPROXY" "$((LDAP_PORT + 1))" "$LDAP_PORT" "$ldap_delay" &
        proxy=$!
        LDAP_URL=ldap://127.0.0.1:$((LDAP_PORT + 1))
        sleep 0.3
    fi
    write_config "$fast"
}
# The same, for commands that take the address from the environment.
fresh_ldap_env() {
    fresh_ldap
    export LDAP_URL
}
fresh_both() {
    fresh_store
    fresh_ldap
}
fast='rate: "off"
    connections: 16'

printf '| what | measured | goal | |\n| --- | --- | --- | --- |\n'

# --- start-up ---
for _ in 1 2 3; do "$MUSTER" --version >/dev/null; done
start=$(date +%s%N)
for _ in $(seq 50); do "$MUSTER" --version >/dev/null; done
row "\`muster --version\`" "$(calc "($(date +%s%N) - $start) / 50 / 1000000") ms" "under 10 ms" "50 starts"

# --- pull with latency ---
sim_start --users "$hundred" --groups 100 --seed 7 --rate off --latency 20
write_config "$fast"
medians far fresh_store "$MUSTER" -q -c "$work/muster.yaml" pull sendoso
calls=$(python3 -c "print(($hundred + 99) // 100 + 1 + 100)")
ideal=$(calc "$calls * 0.020 / 16")
row "pull of $hundred users, 20 ms away, 16 connections" "${t[far]} s, $(calc "${t[far]} / $ideal") x pages x latency / connections" "at most 1.15 x" "$calls calls, CPU ${c[far]} s"
sim_stop

# --- pull of a million ---
sim_start --users "$million" --groups 500 --seed 7 --rate off
write_config "$fast"
# A choice is never a complete read: exit 4.
accept=4 medians users fresh_store "$MUSTER" -q -c "$work/muster.yaml" pull sendoso --only users --only groups
row "first pull of $million users (users and groups)" "$(calc "$million / ${t[users]}") users/s, ${m[users]} MB" "100,000 users/s, under 150 MB" "${t[users]} s"
medians first fresh_store "$MUSTER" -q -c "$work/muster.yaml" pull sendoso
row "first pull of $million users with all memberships" "$(calc "$million / ${t[first]}") users/s, ${m[first]} MB" "" "${t[first]} s, as many records again"
before=$(stat -c %s "$work/muster.db")
medians again : "$MUSTER" -q -c "$work/muster.yaml" pull sendoso
after=$(stat -c %s "$work/muster.db")
row "second, unchanged pull" "$(calc "${t[again]} / ${t[first]}") x the first, store grew $(calc "($after - $before) * 100 / $before / $RUNS") %" "at most 1 x, under 1 %" "${t[again]} s"
sim_stop

# --- LDAP export ---
sim_start --users "$fifty" --groups 500 --seed 7 --rate off
fresh_both
"$MUSTER" -q -c "$work/muster.yaml" pull sendoso
"$MUSTER" -q -c "$work/muster.yaml" sync teams-to-ldap --yes
ldap_dump >"$work/export.ldif"
fresh_and_pulled() {
    fresh_both
    "$MUSTER" -q -c "$work/muster.yaml" pull sendoso
    "$MUSTER" -q -c "$work/muster.yaml" plan teams-to-ldap -o "$work/plan.json" >/dev/null || [ $? -eq 2 ]
}
# The suffix entry is the lab's own.
awk -v RS= -v ORS='\n\n' '!/^dn: dc=example,dc=org\n/' "$work/export.ldif" >"$work/add.ldif"
best=
for window in 16 64 256; do
    medians bare fresh_ldap_env bash -c "\"$BARE\" add \"\$LDAP_URL\" '$BIND_DN' '$BIND_PW' $window '$work/add.ldif'"
    if [ -z "$best" ] || [ "$(calc "${t[bare]} < $best")" = 1 ]; then best=${t[bare]}; fi
done
medians apply fresh_and_pulled "$MUSTER" -q -c "$work/muster.yaml" apply "$work/plan.json"
row "LDAP export of $fifty users, 500 groups (apply)" "$(calc "$fifty / ${t[apply]}") users/s, $(calc "$best / ${t[apply]}") of a bare libldap program's rate" "at least 0.9" "bare: $best s, muster: ${t[apply]} s, ${m[apply]} MB"
medians plan : "$MUSTER" -q -c "$work/muster.yaml" plan teams-to-ldap
medians search : ldapsearch -LLL -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" -b dc=example,dc=org -E pr=1000/noprompt
medians search0 : ldapsearch -LLL -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" -b dc=example,dc=org
row "unchanged plan of $fifty users" "${t[plan]} s, $(calc "${t[plan]} / ${t[search]}") x ldapsearch paged, $(calc "${t[plan]} / ${t[search0]}") x unpaged" "at most 3 x" "ldapsearch ${t[search]} s and ${t[search0]} s"
medians sync : "$MUSTER" -q -c "$work/muster.yaml" sync teams-to-ldap --yes
row "whole unchanged sync of $fifty users" "${c[sync]} s CPU, ${m[sync]} MB" "under 2 s CPU, under 100 MB" "wall ${t[sync]} s"

# --- LDAP at a distance: 2,000 entries, 5 ms one round trip ---
head_entries=2000
awk -v RS= -v ORS='\n\n' -v n="$head_entries" 'NR <= n' "$work/add.ldif" >"$work/some.ldif"
ldap_delay=2.5
sim_stop
sim_start --users "$head_entries" --groups 20 --seed 7 --rate off
faradd() { ldapadd -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" -f "$work/some.ldif"; }
export -f faradd
export work BIND_DN BIND_PW
medians faradd fresh_ldap_env bash -c faradd
medians farapply fresh_and_pulled "$MUSTER" -q -c "$work/muster.yaml" apply "$work/plan.json"
ldap_delay=
row "LDAP export over 5 ms of $head_entries entries" "$(calc "${t[faradd]} / ${t[farapply]}") x ldapadd" "at least 10 x" "ldapadd ${t[faradd]} s, muster ${t[farapply]} s"
sim_stop

# --- end to end against a script ---
for latency in 0 20; do
    sim_start --users "$twenty" --groups 200 --seed 7 --rate off --latency "$latency"
    write_config "$fast"
    script="${PYTHON:-/usr/bin/python3} '$here/sequential.py' $SIM_URL $SIM_TOKEN \$LDAP_URL dc=example,dc=org '$BIND_DN' '$BIND_PW'"
    medians pyfirst fresh_ldap_env bash -c "$script"
    medians pyagain : bash -c "$script"
    medians barefirst fresh_ldap_env bash -c "'$BARE' export \$LDAP_URL '$BIND_DN' '$BIND_PW' 64 $SIM_URL $SIM_TOKEN 16"
    medians first fresh_both "$MUSTER" -q -c "$work/muster.yaml" sync teams-to-ldap --yes
    medians again : "$MUSTER" -q -c "$work/muster.yaml" sync teams-to-ldap --yes
    goal=$([ "$latency" = 0 ] && echo 5 || echo 10)
    row "unchanged run, $twenty users, 200 groups, $latency ms" "$(calc "${t[pyagain]} / ${t[again]}") x a sequential Python script" "at least $goal x" "script ${t[pyagain]} s, muster ${t[again]} s"
    row "first export, same" "$(calc "${t[first]} / ${t[barefirst]}") x a bare libcurl + libldap program" "at most 1.2 x" "bare ${t[barefirst]} s, muster ${t[first]} s, script ${t[pyfirst]} s"
    sim_stop
done
