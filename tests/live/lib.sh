# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Shared by the live tests, the scenarios and the benchmarks: a work directory, a simulator, a slapd, a configuration, and checks.
# Set by `make check` or by hand: top_srcdir, top_builddir, MUSTER, SENDOSO_SIM, MUSTER_MAPPINGS.

top_srcdir=${top_srcdir:?run through make check, or set top_srcdir}
top_builddir=${top_builddir:-$top_srcdir}
MUSTER=${MUSTER:-$top_builddir/muster}
SENDOSO_SIM=${SENDOSO_SIM:-$top_builddir/sendoso-sim}
export MUSTER_MAPPINGS=${MUSTER_MAPPINGS:-$top_srcdir/mappings}
export LC_ALL=C.UTF-8
export no_proxy='*'

work=$(mktemp -d "${TMPDIR:-/tmp}/muster-test.XXXXXX")
sim_pid=
serve_pid=
passed=0
failed=0
PATIENCE=600 # seconds after which a program is taken to hang

# end PID: asks it to end, and waits until it has: what still writes would be in the way of what comes next.
end() {
    [ -z "$1" ] || {
        kill -CONT "$1" 2>/dev/null || true # first: at its end a leak check stops it, which this would take back
        kill "$1" 2>/dev/null || true
        wait "$1" 2>/dev/null || true
    }
}

cleanup() {
    end "$serve_pid"
    end "$sim_pid"
    [ ! -d "$work/slapd" ] || "$top_srcdir/tests/live/slapd.sh" clean "$work/slapd" >/dev/null 2>&1 || true
    [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT

# need COMMAND...: skips the test (77) when one is missing.
need() {
    local tool
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null && [ ! -x "/usr/sbin/$tool" ]; then
            echo "skipped: no $tool here"
            exit 77
        fi
    done
}

# ready FILE PID: waits until the process has written the file, or is no more.
ready() {
    until [ -s "$1" ]; do
        kill -0 "$2" 2>/dev/null || break
        sleep 0.05
    done
}

# --- the simulator ---

SIM_TOKEN=sim-token
SCIM_TOKEN=scim-token

# sim_start OPTIONS...: sets SIM_URL and SIM_CONTROL.
sim_start() {
    rm -f "$work/sim.ready"
    "$SENDOSO_SIM" --port 0 --control-port 0 --token "$SIM_TOKEN" --scim-token "$SCIM_TOKEN" \
        --ready-file "$work/sim.ready" "$@" >"$work/sim.out" 2>"$work/sim.err" &
    sim_pid=$!
    ready "$work/sim.ready" "$sim_pid"
    read -r _ SIM_URL _ SIM_CONTROL _ <"$work/sim.ready" || {
        echo "the simulator did not start:"
        cat "$work/sim.err"
        exit 1
    }
    export SENDOSO_TOKEN=$SIM_TOKEN SENDOSO_SCIM_TOKEN=$SCIM_TOKEN
}

sim_stop() {
    end "$sim_pid"
    sim_pid=
}

# control PATH JSON: asks the simulator for a fault, a change or a setting.
control() {
    curl -sS -f -X POST -H 'Content-Type: application/json' -d "$2" "$SIM_CONTROL$1" >"$work/control.out" || {
        echo "control $1 $2 failed: $(cat "$work/control.out")"
        exit 1
    }
}
change() { control /change "$1"; }
fault() { control /fault "$1"; }
setting() { control /set "$1"; }
clear_faults() { curl -sS -X DELETE "$SIM_CONTROL/fault" >/dev/null; }

api() { curl -sS -H "Authorization: Bearer $SIM_TOKEN" "$SIM_URL$1"; }

# --- slapd ---

BIND_DN=cn=admin,dc=example,dc=org
BIND_PW=secret
export LDAP_PASSWORD=$BIND_PW

# slapd_start OPTIONS...: a fresh, empty server; sets LDAP_URL, LDAP_PORT and what DIR/env has.
slapd_start() {
    "$top_srcdir/tests/live/slapd.sh" setup "$work/slapd" "$@" >"$work/slapd.out" 2>&1 &&
        "$top_srcdir/tests/live/slapd.sh" start "$work/slapd" >>"$work/slapd.out" 2>&1 || {
        local rc=$?
        cat "$work/slapd.out"
        exit "$rc"
    }
    # shellcheck source=/dev/null
    . "$work/slapd/env"
    LDAP_PORT=${LDAP_URL##*:}
    LDAP_PORT=${LDAP_PORT%/}
}

slapd_stop() {
    [ ! -d "$work/slapd" ] || "$top_srcdir/tests/live/slapd.sh" clean "$work/slapd" >/dev/null 2>&1
}

ldap_dump() {
    ldapsearch -LLL -o ldif-wrap=no -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" -b dc=example,dc=org \
        -E pr=1000/noprompt "$@"
}

ldap_admin() { # ldapmodify|ldapadd|ldapdelete ARGS... with LDIF on stdin
    local tool=$1
    shift
    "$tool" -x -H "$LDAP_URL" -D "$BIND_DN" -w "$BIND_PW" "$@"
}

# --- configuration ---

# write_config [EXTRA_ACCOUNT_LINES [LDAP_URL [EXTRA_SYNC_SETTINGS]]]
write_config() {
    cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  sendoso:
    adapter: sendoso
    url: $SIM_URL
    token: env:SENDOSO_TOKEN
    ${1:-rate: "off"}
  corp:
    adapter: ldap
    url: ${2:-${LDAP_URL:-ldap://127.0.0.1:1}}
    bind: {dn: "$BIND_DN", password: env:LDAP_PASSWORD}
    base: dc=example,dc=org
syncs:
  teams-to-ldap: {from: sendoso, to: corp${3:+, $3}}
EOF
}

muster() { "$MUSTER" -c "$work/muster.yaml" "$@"; }

# Put in front of a command: root may read and write everything; without that right modes count again.
UNPRIVILEGED=()
[ "$(id -u)" != 0 ] || UNPRIVILEGED=(setpriv '--bounding-set=-dac_override,-dac_read_search' --inh-caps=-all --)
may_drop_rights() { "${UNPRIVILEGED[@]}" true 2>/dev/null; }

# --- the server ---

# serve_start OPTIONS...: muster serve on any free port of this machine; sets SERVE_URL.
serve_start() {
    rm -f "$work/serve.ready"
    "$MUSTER" -c "$work/muster.yaml" serve --listen 127.0.0.1:0 --ready-file "$work/serve.ready" "$@" \
        >"$work/serve.out" 2>"$work/serve.err" </dev/null &
    serve_pid=$!
    ready "$work/serve.ready" "$serve_pid"
    SERVE_URL=$(grep -o 'https*://[^ ]*' "$work/serve.ready" 2>/dev/null || true)
    [ -n "$SERVE_URL" ] || {
        echo "muster serve did not start:"
        cat "$work/serve.err"
        exit 1
    }
}

# Asks it to end.
serve_stop() {
    kill "$serve_pid" 2>/dev/null || true
    serve_ended
}

# Takes its exit status when it has ended. Who was asked already is not to be asked again: a second SIGTERM kills.
serve_ended() {
    local rc=0
    wait "$serve_pid" || rc=$?
    serve_pid=
    [ "$rc" = 0 ] || bad "muster serve ended with $rc" "$(tail -n 5 "$work/serve.err")"
}

# --- checks ---

ok() {
    passed=$((passed + 1))
    echo "ok: $1"
}

bad() {
    failed=$((failed + 1))
    echo "FAILED: $1"
    [ -z "${2:-}" ] || printf '%s\n' "$2" | sed -n '1,40s/^/    /p'
}

# wait_for NAME COMMAND...: until it succeeds, while the server runs.
wait_for() {
    local name=$1 until=$((SECONDS + PATIENCE))
    shift
    while kill -0 "$serve_pid" && [ "$SECONDS" -lt "$until" ]; do
        if "$@" >/dev/null 2>&1; then
            ok "$name"
            return
        fi
        sleep 0.1
    done
    bad "$name" "$(tail -n 20 "$work/serve.err")"
}
logged() { grep -Eq -- "$1" "$work/serve.err"; }

# expect EXIT NAME COMMAND...: runs it, keeps stdout in $work/out and stderr in $work/err.
expect() {
    local want=$1 name=$2 got=0
    shift 2
    if [ "$1" = muster ]; then
        shift
        set -- "$MUSTER" -c "$work/muster.yaml" "$@"
    fi
    timeout "$PATIENCE" "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
    if [ "$got" = "$want" ]; then
        ok "$name"
    else
        bad "$name: exit $got, wanted $want" "$(cat "$work/err" "$work/out")"
    fi
}

# said PATTERN NAME: the last command's output or errors match (extended regular expression).
said() {
    if grep -Eq -- "$1" "$work/out" "$work/err"; then
        ok "$2"
    else
        bad "$2: nothing matches '$1'" "$(cat "$work/err" "$work/out")"
    fi
}

unsaid() {
    if grep -Eq -- "$1" "$work/out" "$work/err"; then
        bad "$2: something matches '$1'" "$(grep -E -- "$1" "$work/out" "$work/err")"
    else
        ok "$2"
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
