#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve over HTTP: who may listen where, and what is answered.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

sim_start --users 250 --groups 7 --seed 5 --rate off
write_config 'rate: "off"'
expect 0 "pull" muster pull sendoso

# --- who may listen ---

expect 64 "without tokens not beyond this machine" muster serve --listen 0.0.0.0:0 --insecure-local
said 'other machines' "without tokens not beyond this machine: says why"
expect 78 "in clear not beyond this machine" muster serve --listen 0.0.0.0:0
said 'tls_cert' "in clear not beyond this machine: says the fix"
expect 78 "a name is no address" muster serve --listen localhost:0
expect 78 "a port that is none" muster serve --listen 127.0.0.1:http

# --- what is answered ---

serve_start
call() { curl -sS -D "$work/head" -o "$work/out" "$@"; : >"$work/err"; }
directory() { # PATH CURL-OPTIONS...
    local path=$1
    shift
    call "$@" "$SERVE_URL/unified/user-directory$path"
}

call "$SERVE_URL/healthz"
said '^ok$' "alive"
directory /users
said '"error":"Unauthorized"' "without a token nothing is told"
call -H 'Host: evil.example' "$SERVE_URL/healthz"
said '"statusCode":421' "another name for this machine is refused"
serve_stop
serve_start --insecure-local
directory "/users?limit=3"
said '"result_count":3' "a page of users"
directory /users -H 'Origin: https://evil.example'
said '"statusCode":403' "pages of others are refused"

serve_stop
finish
