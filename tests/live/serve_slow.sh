#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Clients of muster serve that are never silent and never done: tests/live/serve_slow.py. Each waits until it is cut.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need python3

sim_start --users 1500 --groups 3 --seed 5 --rate off
write_config 'rate: "off"'
muster -q pull sendoso
token=$(muster -q token create --name all --methods read,write,custom)
cp "$work/muster.yaml" "$work/plain.yaml"

# $1 what of serve_slow.py, $2 the limits
slow() {
    echo "serve: {$2, access_log: true}" | cat "$work/plain.yaml" - >"$work/muster.yaml"
    serve_start
    python3 "$top_srcdir/tests/live/serve_slow.py" "$SERVE_URL" "$token" "$1" || bad "$1"
    kill -0 "$serve_pid" 2>/dev/null && ok "$1: it is still there" || bad "$1: it has died" "$(tail -n 30 "$work/serve.err")"
    serve_stop
}

slow ask 'idle: 10m, request: 1s'
slow line 'idle: 1s, request: 1s'
slow read 'idle: 10m, answer: 1s'
cp "$work/serve.err" "$work/out"
said 'the answer wasn.t read in time' "the log says why"
finish
