-- SPDX-License-Identifier: Apache-2.0
-- One tools/call again and again, for wrk: tests/bench/mcp.sh.
wrk.method = "POST"
wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_simple_text","arguments":{}}}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = "2025-11-25"
if os.getenv("SID") then
    wrk.headers["Mcp-Session-Id"] = os.getenv("SID")
end

function done(summary, latency)
    io.write(string.format("%.0f calls/s, p50 %.3f ms, p99 %.3f ms, errors %d\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout +
        summary.errors.status))
end
