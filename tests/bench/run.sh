#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures muster beside what it is compared with, in one run on one machine, and prints the table of the README.
# A figure is the median of up to RUNS runs (default 3), fewer where one takes long. SCALE=small shrinks all sizes, to try the script
# itself; ONLY=REGEX runs the parts whose name matches: start far million audit export distance script serve policy mcp.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top_srcdir=${top_srcdir:-$(cd "$here/../.." && pwd)}
export top_srcdir
# shellcheck source=tests/live/lib.sh
. "$top_srcdir/tests/live/lib.sh"
need curl ldapsearch ldapadd bc
need_python=/usr/bin/python3
PYTHON=${PYTHON:-$need_python}
"$PYTHON" -c 'import ldap, requests' 2>/dev/null || {
    echo "bench: $PYTHON lacks requests or python-ldap (python3-requests, python3-ldap)" >&2
    exit 77
}

RUNS=${RUNS:-3}
BUDGET_S=${BUDGET_S:-12} # a figure is measured again only while all its runs together took less
BARE=$top_builddir/tests/bench/bare
UNPROVED=$top_builddir/tests/bench/unproved
DELAYPROXY=$top_builddir/tests/bench/delayproxy
if [ "${SCALE:-full}" = small ]; then
    million=20000 hundred=5000 fifty=2000 twenty=1000 distant=500
else
    million=1000000 hundred=100000 fifty=50000 twenty=20000 distant=2000
fi
conf=(-q -c "$work/muster.yaml")
fast='rate: "off"
    connections: 16'

# --- measuring ---

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
    cpu=$(calc "$user + $sys")
}

median() { sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR+1)/2] : (v[NR/2] + v[NR/2+1]) / 2}'; }
calc() { echo "scale=3; $*" | bc | sed 's/^\./0./; s/^-\./-0./'; }
holds() { [ "$(echo "$*" | bc)" = 1 ]; }

# medians NAME SETUP COMMAND...: runs SETUP (a function, or :) and COMMAND some times; sets t[NAME] (wall seconds), c[NAME]
# (CPU seconds), m[NAME] (MB) and n[NAME] (runs).
declare -A t c m n
medians() {
    local name=$1 setup=$2 i spent=0 walls='' cpus='' sizes=''
    shift 2
    for ((i = 0; i < RUNS; i++)); do
        if [ "$i" -gt 0 ] && holds "$spent + $wall > $BUDGET_S"; then break; fi
        $setup
        timed "$@"
        spent=$(calc "$spent + $wall")
        walls+="$wall"$'\n'
        cpus+="$cpu"$'\n'
        sizes+="$((rss / 1024))"$'\n'
    done
    t[$name]=$(printf %s "$walls" | median)
    c[$name]=$(printf %s "$cpus" | median)
    m[$name]=$(printf %s "$sizes" | median)
    n[$name]=$i
    echo "bench: $name: ${t[$name]} s, CPU ${c[$name]} s, ${m[$name]} MB, $i runs" >&2
}

two() { printf '%.2f' "$1"; }
ratio() { two "$(calc "${t[$1]} / ${t[$2]}")"; } # of walls

# row WHAT MEASURED GOAL CONDITION REMARK: CONDITION for bc says whether the goal is reached; empty: there is none.
row() {
    local remark=$5
    [ -z "$4" ] || holds "$4" || remark="not reached${remark:+: $remark}"
    printf '| %s | %s | %s | %s |\n' "$1" "$2" "$3" "$remark" | tee -a "$work/table"
}

# --- the lab ---

proxy=
ldap_delay= # ms, one way
stop_proxy() {
    [ -z "$proxy" ] || { kill "$proxy" && wait "$proxy"; } 2>/dev/null || true
    proxy=
}
trap 'stop_proxy; cleanup' EXIT
fresh_store() { rm -f "$work"/muster.db*; }
# A directory without anybody, on a port of its own; through a delaying proxy when ldap_delay is set.
fresh_ldap() {
    stop_proxy
    slapd_stop
    slapd_start --nosync --base
    if [ -n "$ldap_delay" ]; then
        "$DELAYPROXY" "$((LDAP_PORT + 1))" "$LDAP_PORT" "$ldap_delay" &
        proxy=$!
        LDAP_URL=ldap://127.0.0.1:$((LDAP_PORT + 1))
        sleep 0.3
    fi
    export LDAP_URL
    write_config "$fast"
}
fresh_both() {
    fresh_store
    fresh_ldap
}
fresh_and_planned() {
    fresh_both
    "$MUSTER" "${conf[@]}" pull sendoso
    "$MUSTER" "${conf[@]}" plan teams-to-ldap -o "$work/plan.json" >/dev/null || [ $? -eq 2 ]
}
# lab USERS GROUPS [SIMULATOR OPTIONS...]
lab() {
    [ -z "$sim_pid" ] || sim_stop
    sim_start --users "$1" --groups "$2" --seed 7 --rate off "${@:3}"
    write_config "$fast"
}
search() { ldapsearch -LLL -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" -b dc=example,dc=org "$@"; }
add_file() { ldapadd -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" -f "$work/add.ldif"; }
bare_add() { "$BARE" add "$LDAP_URL" "$BIND_DN" "$BIND_PW" "$1" "$work/add.ldif" "${@:2}"; }
export -f search add_file bare_add
export work BIND_DN BIND_PW BARE SIM_TOKEN

# --- parts ---

bench_start() {
    local begun
    for _ in 1 2 3; do "$MUSTER" --version >/dev/null; done
    begun=$(date +%s%N)
    for _ in $(seq 50); do "$MUSTER" --version >/dev/null; done
    local ms
    ms=$(calc "($(date +%s%N) - $begun) / 50 / 1000000")
    row "\`muster --version\`" "$ms ms" "under 10 ms" "$ms < 10" "mean of 50 starts"
}

bench_far() {
    lab "$hundred" 100
    medians pages : "$BARE" pages "$SIM_URL" "$SIM_TOKEN" 16
    local per_s calls ideal x
    per_s=$(calc "$hundred / 100 / ${t[pages]}")
    row "simulator: pages of 100 users, 16 connections" "${per_s%.*} pages/s" "at least 2,000" "$per_s >= 2000" \
        "with the reader on the same cores"
    lab "$hundred" 100 --latency 20
    medians far fresh_store "$MUSTER" "${conf[@]}" pull sendoso
    calls=$(((hundred + 99) / 100 + 1 + 1 + 100))
    ideal=$(calc "$calls * 0.020 / 16")
    x=$(calc "${t[far]} / $ideal")
    row "pull of $hundred users and as many memberships, 20 ms away, 16 connections" \
        "${t[far]} s: $(two "$x") x (calls x latency / connections)" "at most 1.15 x, CPU permitting" "$x <= 1.15" \
        "$calls calls, ${c[far]} s of CPU on $(nproc) cores shared with the simulator"
}

bench_million() {
    local before after grown rate
    lab "$million" 500
    # A choice is never a complete read: exit 4.
    accept=4 medians users fresh_store "$MUSTER" "${conf[@]}" pull sendoso --only users --only groups
    rate=$(calc "$million / ${t[users]}")
    row "first pull of $million users (users and groups)" "${rate%.*} users/s, ${m[users]} MB" \
        "100,000 users/s, under 150 MB" "$rate >= 100000 && ${m[users]} < 150" "${t[users]} s, ${c[users]} s of CPU"
    medians first fresh_store "$MUSTER" "${conf[@]}" pull sendoso
    rate=$(calc "$million / ${t[first]}")
    row "first pull of $million users with all memberships" "${rate%.*} users/s, ${m[first]} MB" "under 150 MB" \
        "${m[first]} < 150" "twice the records: ${t[first]} s, ${c[first]} s of CPU"
    before=$(stat -c %s "$work/muster.db")
    medians again : "$MUSTER" "${conf[@]}" pull sendoso
    after=$(stat -c %s "$work/muster.db")
    grown=$(calc "($after - $before) * 100 / $before / ${n[again]}")
    row "second, unchanged pull of them" "$(ratio again first) x the first; the store grew $(two "$grown") %" \
        "at most 1 x, under 1 %" "${t[again]} <= ${t[first]} && $grown < 1" "${t[again]} s, ${c[again]} s of CPU"
}

bench_export() {
    local window best=''
    lab "$fifty" 500
    fresh_both
    "$MUSTER" "${conf[@]}" sync teams-to-ldap --yes >/dev/null
    ldap_dump >"$work/export.ldif"
    # The suffix entry is the lab's own.
    awk -v RS= -v ORS='\n\n' '!/^dn: dc=example,dc=org\n/' "$work/export.ldif" >"$work/add.ldif"
    for window in 16 64 256; do
        medians "bare$window" fresh_ldap bash -c "bare_add $window"
        if [ -z "$best" ] || holds "${t[bare$window]} < ${t[$best]}"; then best=bare$window; fi
    done
    # The same requests: muster has the server tell the entryUUID of each new entry, which costs the server a fifth of its rate.
    medians ids fresh_ldap bash -c "bare_add ${best#bare} ids"
    medians apply fresh_and_planned "$MUSTER" "${conf[@]}" apply "$work/plan.json"
    row "LDAP export of $fifty users, 500 groups (\`apply\`)" "$(ratio ids apply) of a bare libldap program's rate, ${m[apply]} MB" \
        "at least 0.9, under 100 MB" "${t[ids]} >= 0.9 * ${t[apply]} && ${m[apply]} < 100" \
        "${t[apply]} s (${c[apply]} s of CPU) against ${t[ids]} s (${c[ids]} s); of one that asks for no entryUUID $(ratio "$best" apply)"
    medians plan : "$MUSTER" "${conf[@]}" plan teams-to-ldap
    medians paged : bash -c 'search -E pr=1000/noprompt'
    medians unpaged : bash -c search
    row "unchanged plan of $fifty users" "$(ratio plan paged) x \`ldapsearch\` paged, $(ratio plan unpaged) x unpaged" \
        "at most 3 x" "${t[plan]} <= 3 * ${t[unpaged]}" "${t[plan]} s against ${t[paged]} s and ${t[unpaged]} s"
    medians sync : "$MUSTER" "${conf[@]}" sync teams-to-ldap --yes
    row "whole unchanged sync of $fifty users" "${c[sync]} s CPU, ${m[sync]} MB" "under 2 s CPU, under 100 MB" \
        "${c[sync]} < 2 && ${m[sync]} < 100" "${t[sync]} s"
}

bench_distance() {
    local x
    lab "$distant" 20
    fresh_both
    "$MUSTER" "${conf[@]}" sync teams-to-ldap --yes >/dev/null
    ldap_dump | awk -v RS= -v ORS='\n\n' '!/^dn: dc=example,dc=org\n/' >"$work/add.ldif"
    ldap_delay=2.5
    medians ldapadd fresh_ldap bash -c add_file
    medians distant fresh_and_planned "$MUSTER" "${conf[@]}" apply "$work/plan.json"
    ldap_delay=
    stop_proxy
    x=$(calc "${t[ldapadd]} / ${t[distant]}")
    row "LDAP export over 5 ms, $(grep -c '^dn:' "$work/add.ldif") entries" "$(two "$x") x \`ldapadd\`" "at least 10 x" "$x >= 10" \
        "${t[distant]} s against ${t[ldapadd]} s"
}

# script_at LATENCY NAME GOAL
script_at() {
    local script="$PYTHON $here/sequential.py $SIM_URL $SIM_TOKEN \$LDAP_URL dc=example,dc=org '$BIND_DN' '$BIND_PW'"
    local x export="\"\$BARE\" export \"\$LDAP_URL\" '$BIND_DN' '$BIND_PW' 64 $SIM_URL \$SIM_TOKEN 16"
    medians py fresh_ldap bash -c "$script"
    medians pyagain : bash -c "$script"
    medians bare fresh_ldap bash -c "$export"
    medians ids fresh_ldap bash -c "$export ids"
    medians first fresh_both "$MUSTER" "${conf[@]}" sync teams-to-ldap --yes
    medians again : "$MUSTER" "${conf[@]}" sync teams-to-ldap --yes
    x=$(calc "${t[pyagain]} / ${t[again]}")
    row "unchanged run, $twenty users, 200 groups, $2" "$(two "$x") x a sequential Python script" "at least $3 x" "$x >= $3" \
        "${t[again]} s (${c[again]} s of CPU) against ${t[pyagain]} s (${c[pyagain]} s)"
    x=$(calc "${t[first]} / ${t[bare]}")
    row "first export of them, $2" "$(two "$x") x a bare libcurl + libldap program" "at most 1.2 x" "$x <= 1.2" \
        "${t[first]} s against ${t[bare]} s; $(ratio first ids) x one that asks for entryUUIDs too; the script ${t[py]} s"
}

bench_script() {
    local cost
    lab "$twenty" 200
    script_at 0 "no latency" 5
    medians unproved fresh_both "$UNPROVED" "${conf[@]}" sync teams-to-ldap --yes
    cost=$(calc "(${t[first]} / ${t[unproved]} - 1) * 100")
    row "what journal and cross-checks add to that first export" "$(two "$cost") % of wall, $(two "$(calc "${c[first]} - ${c[unproved]}")") s of CPU" \
        "at most 10 %" "$cost <= 10" "${t[first]} s against ${t[unproved]} s of the same program without them"
    lab "$twenty" 200 --latency 20
    script_at 20 "20 ms away" 10
}

# load NAME TARGETS: the server under wrk on the same cores; sets t[NAME] (seconds an answer) and c[NAME] (CPU of it).
load() {
    local ticks answers
    ticks=$(awk '{print $14 + $15}' "/proc/$serve_pid/stat")
    TARGETS=$2 wrk -t1 -c16 -d5 -s "$here/targets.lua" "$SERVE_URL" >"$work/out"
    ticks=$(($(awk '{print $14 + $15}' "/proc/$serve_pid/stat") - ticks))
    grep -Eq 'Non-2xx|Socket errors' "$work/out" && cat "$work/out" && exit 1
    answers=$(awk '/requests in/ {print $1}' "$work/out")
    t[$1]=$(awk '/^Requests\/sec/ {print $2}' "$work/out")
    c[$1]=$(calc "$ticks * 10000 / $answers")
}

bench_serve() {
    local mb
    need wrk
    lab "$hundred" 1000
    fresh_store
    "$MUSTER" "${conf[@]}" pull sendoso
    serve_start --insecure-local
    python3 "$here/targets.py" "$SERVE_URL" "$work/ids" "$work/addresses" "$work/pages"
    echo "/unified/user-directory/users?sort_by=name&limit=100" >"$work/sorted"
    load one "$work/ids"
    load address "$work/addresses"
    load sorted "$work/sorted"
    load page "$work/pages"
    mb=$(($(awk '/^VmRSS/ {print $2}' "/proc/$serve_pid/status") / 1024))
    serve_stop
    row "\`GET users/ID\`, any of $hundred, 16 connections" "${t[one]%.*} a second, $mb MB resident" \
        "30,000 a second, under 60 MB" "${t[one]} >= 30000 && $mb < 60" "${c[one]} us of CPU each; wrk on the same cores"
    row "\`GET users?email=ADDRESS\`, any of them" "${t[address]%.*} a second" "1,000 a second" "${t[address]} >= 1000" \
        "${c[address]} us of CPU each"
    row "\`GET users?sort_by=name\`, a page of 100 of $hundred" "$(two "${t[sorted]}") a second" "5 a second" \
        "${t[sorted]} >= 5" "$(calc "${c[sorted]} / 1000") ms of CPU each"
    row "\`GET users?limit=100\`, any page of them" "${t[page]%.*} a second" "5,000 a second" "${t[page]} >= 5000" \
        "${c[page]} us of CPU each"
}

begun=$(date +%s)
printf '| what | measured | goal | |\n| --- | --- | --- | --- |\n' | tee "$work/table"
# --- audits ---

# Whom the HRIS knows: everybody but one in a thousand; one in a thousand has left.
write_staff() {
    "$MUSTER" -c "$work/muster.yaml" users sendoso --format csv | "$PYTHON" -c '
import csv, sys
out = csv.writer(sys.stdout)
out.writerow(["id", "first_name", "email", "status"])
for i, u in enumerate(csv.DictReader(sys.stdin)):
    if i % 1000 != 7:
        email = u["emails"].split(",")[0].split(";")[0]
        out.writerow([u["id"], u["name"], email, "terminated" if i % 1000 == 8 else "active"])' >"$work/staff.csv"
}

bench_audit() {
    lab "$million" 5000
    sed -i 's|^syncs:|  staff: {adapter: csv, path: staff.csv}\naudit: {account: sendoso, hris: staff}\nsyncs:|' "$work/muster.yaml"
    fresh_store
    "$MUSTER" "${conf[@]}" pull sendoso
    write_staff
    "$MUSTER" "${conf[@]}" pull staff
    accept=2 medians audit : "$MUSTER" "${conf[@]}" audit --format json
    row "audit of $million people, 5,000 groups, compared with as many of an HRIS" "${t[audit]} s, ${m[audit]} MB" \
        "under 10 s, 500 MB" "${t[audit]} < 10 && ${m[audit]} < 500" "${c[audit]} s of CPU"
}

# --- policies ---

bench_policy() {
    local few many
    few=$("$top_builddir/tests/bench/policy" "$((million / 10))" 200)
    many=$("$top_builddir/tests/bench/policy" "$million" 200)
    echo "bench: $many" >&2
    decide=$(sed -n 's/.*: \([0-9.]*\) s to decide.*/\1/p' <<<"$many")
    whole=$(sed -n 's/.*, \([0-9.]*\) s with parsing.*/\1/p' <<<"$many")
    grown=$(calc "$(sed -n 's/.*, \([0-9]*\) KiB.*/\1/p' <<<"$many") / $(sed -n 's/.*, \([0-9]*\) KiB.*/\1/p' <<<"$few")")
    row "a policy of 200 rules over $million people" "$decide s, $whole s with their parsing; $(two "$grown") x the memory of a tenth" \
        "under 3 s, flat memory" "$whole < 3 && $grown < 1.1" "one thread"
}

# --- language models ---

# calls_of SERVER CONNECTIONS, p50_of SERVER CONNECTIONS: from what tests/bench/mcp.sh printed.
calls_of() { sed -n "s/^$1 .* $2 connections: \([0-9]*\) calls.*/\1/p" "$work/mcp"; }
p50_of() { sed -n "s/^$1 .* $2 connections: .*p50 \([0-9.]*\) ms.*/\1/p" "$work/mcp"; }

bench_mcp() {
    local rc=0 ours theirs p50
    bash "$here/mcp.sh" >"$work/mcp" 2>&1 || rc=$?
    if [ "$rc" != 0 ]; then
        echo "bench: mcp: $(tail -n 3 "$work/mcp")" >&2
        [ "$rc" = 77 ] || exit 1
        return 0
    fi
    ours=$(calls_of muster 16)
    theirs=$(calls_of TypeScript 16)
    p50=$(p50_of muster 1)
    row "MCP \`tools/call\`, 16 connections" "$ours a second, $(two "$(calc "$ours / $theirs")") x the TypeScript SDK's server" \
        "at least 4 x" "$ours >= 4 * $theirs" "$theirs a second of its"
    row "the same at one connection" "p50 $p50 ms" "under 0.2 ms" "$p50 < 0.2" "$(p50_of TypeScript 1) ms of its"
}

for part in start far million audit export distance script serve policy mcp; do
    if [[ $part =~ ^(${ONLY:-.*})$ ]]; then "bench_$part"; fi
done
printf '\nMedians of up to %s runs, on %s cores, %s, in %s s.\n' "$RUNS" "$(nproc)" \
    "$(/usr/sbin/slapd -VV 2>&1 | grep -o 'slapd [0-9.]*' | head -1) with \`dbnosync\`" "$(($(date +%s) - begun))"
