#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A sync as a timer runs it: no terminal, no HOME, no standard input, a directory that can't be written; one at a time;
# one line when something changed, none when nothing did.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 250 --groups 5 --seed 17 --rate off
write_config

# as_cron EXIT NAME ARGS...: nothing of this shell but the secrets; the directory belongs to nobody who may write there.
as_cron() {
    local want=$1 name=$2 got=0
    shift 2
    (
        cd /proc
        exec env -i SENDOSO_TOKEN="$SENDOSO_TOKEN" LDAP_PASSWORD="$LDAP_PASSWORD" MUSTER_MAPPINGS="$MUSTER_MAPPINGS" \
            "$MUSTER" -c "$work/muster.yaml" "$@" <&- >"$work/out" 2>"$work/err"
    ) || got=$?
    if [ "$got" = "$want" ]; then ok "$name"; else bad "$name: exit $got, wanted $want" "$(cat "$work/err" "$work/out")"; fi
}
lines() { # COUNT NAME: so many lines on standard output, none on standard error
    if [ "$(wc -l <"$work/out")" = "$1" ] && [ ! -s "$work/err" ]; then
        ok "$2"
    else
        bad "$2: wanted $1 line(s) and no errors" "$(cat "$work/err" "$work/out")"
    fi
}

as_cron 0 "the first run" sync teams-to-ldap --yes -q
lines 1 "the first run says one line"
said '^teams-to-ldap: 250 users added, 5 groups added, 4 containers added; run 1; [0-9]+ calls, [0-9.]+ s, [0-9.]+ MB$' \
    "the line has what changed, calls, seconds and memory"
as_cron 0 "a run with nothing to do" sync teams-to-ldap --yes -q
lines 0 "a run with nothing to do says nothing"
as_cron 0 "without -q" sync teams-to-ldap --yes
said '^teams-to-ldap: nothing to do; [0-9]+ calls, [0-9.]+ s, [0-9.]+ MB$' "without -q it says that"

change '{"position": 120, "set": {"active": false}}'
change '{"position": 121, "set": {"first_name": "Other"}}'
as_cron 0 "one leaves, one has another name" sync teams-to-ldap --yes -q
said '1 user changed, 1 user disabled, 1 member removed; run 2;' "each kind of change is counted"
change '{"position": 130, "set": {"first_name": "Again"}}'
as_cron 0 "the same as JSON" sync teams-to-ldap --yes -q --format json
if python3 -c '
import json, sys
got = json.load(open(sys.argv[1]))
assert got["changed"] == {"users": {"changed": 1}}, got["changed"]
assert got["ok"] == 1 and got["peak_kib"] > 0 and got["snapshot"]["verdict"] == "complete"' "$work/out"; then
    ok "JSON has the same numbers"
else
    bad "JSON has the same numbers"
fi

# What a pipe that nobody reads does: the run is done all the same, and the next has nothing to do.
change '{"position": 131, "set": {"first_name": "Once"}}'
"$MUSTER" -c "$work/muster.yaml" sync teams-to-ldap --yes >&- 2>/dev/null </dev/null || true
expect 0 "standard output closed: what was to do was done" muster plan teams-to-ldap

change '{"position": 133, "set": {"first_name": "Early"}}'
expect 0 "a pull" muster -q pull sendoso
expect 2 "a plan for later" muster plan teams-to-ldap -o "$work/earlier.json"

# One at a time. A lock held by somebody else stands for a long run: no race with its end.
lock=$work/muster.db.sync-teams-to-ldap.lock
python3 -c '
import fcntl, os, struct, sys, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
os.ftruncate(fd, 0)
os.pwrite(fd, b"%d\n" % os.getpid(), 0)
open(sys.argv[2], "w").close()
while not os.path.exists(sys.argv[3]):
    time.sleep(0.05)' "$lock" "$work/held" "$work/let-go" &
holder=$!
until [ -e "$work/held" ] || ! kill -0 "$holder"; do sleep 0.05; done
change '{"position": 132, "set": {"first_name": "Later"}}'
as_cron 1 "a second sync at once leaves" sync teams-to-ldap --yes -q
said "sync teams-to-ldap is running already \(--wait SECONDS waits for it\).*process $holder" "and says who runs, and what to do"
before=$("$MUSTER" -c "$work/muster.yaml" snapshots --format csv | wc -l)
as_cron 1 "a second sync that waits too short" sync teams-to-ldap --yes -q --wait 1
said 'running already' "and says so"
if [ "$before" = "$("$MUSTER" -c "$work/muster.yaml" snapshots --format csv | wc -l)" ]; then
    ok "who waits in vain reads nothing"
else
    bad "who waits in vain reads nothing"
fi
expect 0 "a pull needs no lock of the sync" muster -q pull sendoso
expect 1 "a plan does: what it would show is changing" muster plan teams-to-ldap -o "$work/plan.json"
said 'running already' "a plan meanwhile says so"
cp "$work/earlier.json" "$work/plan.json"
expect 1 "an apply meanwhile leaves" muster apply "$work/plan.json"
said 'running already' "an apply meanwhile says so"
"$MUSTER" -c "$work/muster.yaml" sync teams-to-ldap --yes --wait 300 >"$work/late.out" 2>"$work/late.err" </dev/null &
late=$!
until grep -q 'waiting up to 300 s for the other run' "$work/late.err" || ! kill -0 "$late"; do sleep 0.05; done
touch "$work/let-go"
wait "$holder" || true
if wait "$late" && grep -q '2 users changed' "$work/late.out"; then
    ok "who waits long enough goes on"
else
    bad "who waits long enough goes on" "$(cat "$work/late.err" "$work/late.out")"
fi
expect 64 "a wait that is no number" muster sync teams-to-ldap --yes --wait soon
expect 0 "after all of it there is nothing to do" muster sync teams-to-ldap --yes

# Units that would not start are worse than none.
if command -v systemd-analyze >/dev/null; then
    mkdir -p "$work/units"
    sed "s|^ExecStart=muster|ExecStart=$MUSTER|" "$top_srcdir/contrib/muster.service" >"$work/units/muster.service"
    cp "$top_srcdir/contrib/muster.timer" "$work/units/"
    expect 0 "systemd accepts the units" systemd-analyze verify --man=no "$work/units/muster.service" "$work/units/muster.timer"
    unsaid 'muster\.(service|timer)' "systemd has nothing to say about them"
    expect 0 "the service is confined" systemd-analyze security --offline=true --threshold=20 "$work/units/muster.service"
    expect 0 "the timer's times are times" systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$work/units/muster.timer")"
fi
finish
