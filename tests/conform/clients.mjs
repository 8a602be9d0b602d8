// SPDX-License-Identifier: Apache-2.0
// Both official SDKs as clients: over Streamable HTTP, HTTP+SSE and stdio, in the eras they speak. Run by mcp.sh.
//
//     MCP_LIB=node_modules node clients.mjs URL TOKEN MUSTER CONFIG
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [url, token, muster, config] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(process.env.MCP_LIB, path)));
const v1 = "@modelcontextprotocol/sdk/dist/esm/client/";
const v2 = "@modelcontextprotocol/client/dist/";
const { Client: Client1 } = await load(v1 + "index.js");
const { StreamableHTTPClientTransport: Http1 } = await load(v1 + "streamableHttp.js");
const { SSEClientTransport: Sse1 } = await load(v1 + "sse.js");
const { StdioClientTransport: Stdio1 } = await load(v1 + "stdio.js");
const { Client: Client2, StreamableHTTPClientTransport: Http2, SSEClientTransport: Sse2 } = await load(v2 + "index.mjs");
const { StdioClientTransport: Stdio2 } = await load(v2 + "stdio.mjs");

const headers = { headers: { Authorization: "Bearer " + token } };
const stdio = { command: muster, args: ["-c", config, "mcp", "--methods", "read,create"], stderr: "inherit", env: process.env };
const who = { name: "test", version: "1" };
const modern = { versionNegotiation: { mode: { pin: "2026-07-28" } } };
const auto = { versionNegotiation: { mode: "auto" } };
const http = (path) => new URL(path, url);
const runs = [
  ["v1 over HTTP", Client1, () => new Http1(http("/mcp"), { requestInit: headers })],
  ["v1 over HTTP, token in the address", Client1, () => new Http1(http("/mcp/" + token))],
  ["v1 over HTTP+SSE", Client1, () => new Sse1(http("/sse"), { requestInit: headers, eventSourceInit: {
    fetch: (to, init) => fetch(to, { ...init, headers: { ...init.headers, ...headers.headers } }) } })],
  ["v1 over HTTP+SSE, token in the address", Client1, () => new Sse1(http("/sse/" + token))],
  ["v1 over stdio", Client1, () => new Stdio1(stdio)],
  ["v2 over HTTP, handshake", Client2, () => new Http2(http("/mcp"), { requestInit: headers })],
  ["v2 over HTTP, 2026-07-28", Client2, () => new Http2(http("/mcp"), { requestInit: headers }), modern],
  ["v2 over HTTP, finding out", Client2, () => new Http2(http("/mcp"), { requestInit: headers }), auto],
  ["v2 over HTTP+SSE", Client2, () => new Sse2(http("/sse/" + token))],
  ["v2 over stdio, handshake", Client2, () => new Stdio2(stdio)],
  ["v2 over stdio, 2026-07-28", Client2, () => new Stdio2(stdio), modern],
  ["v2 over stdio, finding out", Client2, () => new Stdio2(stdio), auto],
];

// What every client must be able to do; throws where it can't.
async function use(client) {
  const { tools } = await client.listTools();
  if (tools.filter((t) => t.name.includes("sendoso")).length !== 12) throw new Error("not twelve tools of Sendoso");
  const people = await client.callTool({ name: "people", arguments: { limit: 2 } });
  if (people.isError || JSON.parse(people.content[0].text).count !== 2) throw new Error("people: " + JSON.stringify(people));
  const me = await client.callTool({ name: "list_all_sendoso_me", arguments: {} });
  if (me.isError || !JSON.parse(me.content[0].text).email) throw new Error("me: " + JSON.stringify(me));
  const wrong = await client.callTool({ name: "people", arguments: { limt: 2 } });
  if (!wrong.isError || !wrong.content[0].text.includes("did you mean limit")) throw new Error("a wrong argument");
  const prompts = await client.listPrompts();
  const prompt = await client.getPrompt({ name: prompts.prompts[1].name, arguments: { account: "sendoso" } });
  if (!prompt.messages[0].content.text.includes("sendoso")) throw new Error("prompt: " + JSON.stringify(prompt));
  const { resources } = await client.listResources();
  const read = await client.readResource({ uri: resources[0].uri });
  if (!JSON.parse(read.contents[0].text).read) throw new Error("resource: " + JSON.stringify(read));
}

let failed = 0;
for (const [name, Client, transport, options] of runs) {
  const client = new Client(who, options);
  try {
    await client.connect(transport());
    await use(client);
    console.log("ok: " + name);
  } catch (error) {
    failed++;
    console.log("FAILED: " + name + ": " + (error.stack ?? error));
  }
  await client.close().catch(() => {});
}
process.exit(failed ? 1 : 0);
