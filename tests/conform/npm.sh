# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after tests/live/lib.sh by what needs the official packages of MCP: sets MCP_LIB (their node_modules) and node.
# package-lock.json names each package with its digest, and no registry: npm asks the one it is configured for.

# The suite and the inspector want a newer Node than most systems have: it comes by npm, too.
find_node() {
    local major
    for node in "$MCP_LIB"/node-linux-*/bin/node node nodejs; do
        major=$("$node" -p 'parseInt(process.versions.node)' 2>/dev/null) || continue
        [ "$major" -lt 22 ] || return 0
    done
    return 1
}

skip_mcp() {
    echo "SKIP check-mcp: $1"
    exit 77
}

# What a MCP_LIB of the environment holds, or what npm installs into the work directory; skips (77) where there is neither.
mcp_packages() {
    if [ -z "${MCP_LIB:-}" ]; then
        command -v npm >/dev/null || skip_mcp "no npm here (contrib/install-deps mcp)"
        mkdir "$work/npm"
        cp "$top_srcdir"/tests/conform/package.json "$top_srcdir"/tests/conform/package-lock.json "$work/npm"
        (cd "$work/npm" && timeout 180 npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier) \
            >"$work/npm.log" 2>&1 </dev/null || skip_mcp "npm can't install the packages: $(grep . "$work/npm.log" | tail -n 2 | tr '\n' ' ')"
        MCP_LIB=$work/npm/node_modules
    fi
    export MCP_LIB
    find_node || skip_mcp "Node.js 22 or newer is neither here nor among the packages for this machine"
}
