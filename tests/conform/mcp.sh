#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The official suite, both official SDKs as clients, and the inspector's strict lint of schemas: `make check-mcp`. Packages
# come by npm into a temporary directory, or are there already: MCP_LIB=.../node_modules. Skipped (77) where they can't be had.

set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
# shellcheck source=tests/conform/npm.sh
. "$top_srcdir/tests/conform/npm.sh"
need python3 curl
mcp_packages
here=$top_srcdir/tests/conform
suite=$MCP_LIB/@modelcontextprotocol/conformance/dist/index.js

sim_start --users 30 --groups 5 --set names=ascii
cat >"$work/muster.yaml" <<YAML
store: muster.db
accounts:
  sendoso: {adapter: sendoso, url: "$SIM_URL", token: env:SENDOSO_TOKEN, rate: "off"}
YAML
expect 0 "a read" muster pull sendoso

# --- the suite: it can't send a token, so nobody is asked for one, and another time it stands in the address ---

token=$(muster token create --name all --methods 'read,create,custom' 2>/dev/null)
run_suite() { # URL
    local version
    for version in 2025-11-25 2026-07-28; do
        if timeout 120 "$node" "$suite" server --url "$1" --suite all --spec-version "$version" -o "$work/suite" \
            --expected-failures "$here/baseline.$version.yml" >"$work/out" 2>&1; then
            ok "the suite of $version: $(grep -c '^✓' "$work/out") scenarios pass"
        else
            bad "the suite of $version" "$(sed -n '/=== SUMMARY/,$p' "$work/out" | grep -v '^✓')"
        fi
    done
}
serve_start --insecure-local --conformance-fixtures "$here/fixtures.json"
run_suite "$SERVE_URL/mcp"
serve_stop
serve_start --conformance-fixtures "$here/fixtures.json"
run_suite "$SERVE_URL/mcp/$token"
serve_stop

# --- clients ---

serve_start
if timeout 120 "$node" "$here/clients.mjs" "$SERVE_URL" "$token" "$MUSTER" "$work/muster.yaml"; then
    ok "both SDKs"
else
    bad "both SDKs"
fi

export MCP_AUTO_OPEN_ENABLED=false
inspector=("$node" "$MCP_LIB/.bin/mcp-inspector" --cli "$SERVE_URL/mcp" --transport http
    --header "Authorization: Bearer $token")
expect 0 "the inspector's strict lint of schemas" "${inspector[@]}" --method tools/list --strict
expect 0 "the same, in the modern era" "${inspector[@]}" --method tools/list --strict --protocol-era modern
expect 0 "the inspector calls a tool" "${inspector[@]}" --method tools/call --tool-name list_all_sendoso_me
serve_stop
finish
