// SPDX-License-Identifier: Apache-2.0
// A server of the TypeScript SDK with one trivial tool, in its fastest form: one session, answers as JSON. It prints its
// port; tests/bench/mcp.sh measures it beside muster.
import http from "node:http";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const load = (path) => import(pathToFileURL(join(process.env.MCP_LIB, "@modelcontextprotocol/sdk/dist/esm/server", path)));
const { McpServer } = await load("mcp.js");
const { StreamableHTTPServerTransport } = await load("streamableHttp.js");

const server = new McpServer({ name: "bench", version: "1" });
server.registerTool("test_simple_text", { description: "A line of text." }, async () => ({
  content: [{ type: "text", text: "This is a simple text response for testing." }],
}));
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, enableJsonResponse: true });
await server.connect(transport);
http.createServer((request, response) => transport.handleRequest(request, response)).listen(0, "127.0.0.1", function () {
  console.log(this.address().port);
});
