# SPDX-License-Identifier: Apache-2.0
"""The protocol as muster speaks it: the answer table, both eras, three transports, tokens. Run by mcp.sh."""
import json
import os
import subprocess
import sys
import threading
import urllib.request

from mcp import META, Http, Sse, Stdio, check, data, finish, words

url, muster, config, token, other, no_gifts, ends, sim_control = sys.argv[1:9]
PORTABLE = {"type", "properties", "required", "items", "enum", "minimum", "maximum", "description"}
new, old = Http(url, token=token), Http(url, token=token, version="2025-11-25")


def answers():
    """What isn't a call that works: status and code, and the era it is of."""
    ping = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
    listing = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}})
    modern = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"}
    rows = [
        ("ping", ping, {}, 200, None),
        ("bad JSON", "{", {}, 400, -32700),
        ("bad UTF-8", b'{"jsonrpc":"2.0","id":"\xff","method":"ping"}', {}, 400, -32700),
        ("a lone surrogate", '{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', {}, 200, None),
        ("deep nesting", "[" * 10000 + "]" * 10000, {}, 400, -32700),
        ("a number for a message", "5", {}, 400, -32600),
        ("id null", '{"jsonrpc":"2.0","id":null,"method":"ping"}', {}, 400, -32600),
        ("a batch, late", "[%s]" % ping, {"MCP-Protocol-Version": "2025-06-18"}, 400, -32600),
        ("a batch, in time", "[%s]" % ping, {"MCP-Protocol-Version": "2025-03-26"}, 200, None),
        ("a wrong type", ping, {"Content-Type": "text/plain"}, 415, None),
        ("nothing that we can answer with", ping, {"Accept": "text/html"}, 406, None),
        ("JSON, or anything", ping, {"Accept": "text/html, */*;q=0.1"}, 200, None),
        ("no method of that name", '{"jsonrpc":"2.0","id":1,"method":"x"}', {}, 200, -32601),
        ("an unknown version", ping, {"MCP-Protocol-Version": "1999-01-01"}, 400, -32022),
        ("a notification", '{"jsonrpc":"2.0","method":"notifications/initialized"}', {}, 202, None),
        ("a modern notification", '{"jsonrpc":"2.0","method":"notifications/initialized"}',
         {"MCP-Protocol-Version": "2026-07-28"}, 202, None),
        ("a foreign host", ping, {"Host": "evil.example"}, 403, None),
        ("a foreign origin", ping, {"Origin": "http://evil.example"}, 403, None),
        ("modern", listing, modern, 200, None),
        ("modern, no _meta", ping, {"MCP-Protocol-Version": "2026-07-28"}, 400, -32602),
        ("modern, no header", listing, {}, 400, -32020),
        ("modern, another method in the header", listing, {**modern, "Mcp-Method": "tools/call"}, 400, -32020),
    ]
    for name, body, headers, status, code in rows:
        answer, text = new.send(body, headers)
        doc = json.loads(text) if text else {}
        got = doc.get("error", {}).get("code") if isinstance(doc, dict) and isinstance(doc.get("error"), dict) else None
        check(name, answer.status == status and got == code, (answer.status, text))
    answer, text = new.send(ping, {"Accept": "text/event-stream"})
    check("events, where only those are read", answer.getheader("Content-Type") == "text/event-stream" and
          text == b'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n', text)
    answer, _ = new.send("", {"Content-Length": str(1 << 21)})
    check("a body of two megabytes is refused before it is sent", answer.status == 413, answer.status)
    answer, _ = new.send(None, method="GET")
    check("GET is 405", answer.status == 405 and "POST" in answer.getheader("Allow"))
    answer, _ = new.send(None, method="DELETE")
    check("DELETE is 405", answer.status == 405)
    answer, _ = new.send(None, method="GET", path="/.well-known/oauth-protected-resource")
    check("no OAuth metadata that isn't there", answer.status == 404)


def schema_is_portable(schema, top=True):
    if top and (schema.get("type") != "object" or "properties" not in schema):
        return False
    return set(schema) <= PORTABLE and isinstance(schema["type"], str) and \
        all(schema_is_portable(p, False) for p in schema.get("properties", {}).values()) and \
        (schema["type"] != "array" or schema_is_portable(schema["items"], False))


def listing():
    answer = new.ask("tools/list")["result"]
    tools = answer["tools"]
    names = [t["name"] for t in tools]
    check("twelve tools of Sendoso", len([n for n in names if "sendoso" in n]) == 12, names)
    check("the list is at most 15 KB", len(json.dumps(answer, separators=(",", ":"))) <= 15 * 1024,
          len(json.dumps(answer, separators=(",", ":"))))
    for method in ("tools/list", "resources/list", "resources/templates/list", "prompts/list"):
        check("no cursor that wasn't given out: " + method,
              new.ask(method, {"cursor": "x"})["error"]["code"] == -32602 and new.ask(method, {"cursor": ""}).get("result"))
    check("one page", "nextCursor" not in answer and answer["cacheScope"] == "private")
    check("schemas that every provider takes", all(schema_is_portable(t["inputSchema"]) for t in tools))
    check("all four hints, title, description",
          all(len(t["annotations"]) == 4 and t["title"] and len(t["description"]) <= 600 for t in tools))
    check("names that fit behind a server's name", all(len(n) <= 52 for n in names))
    check("the same list in the other era", [t["name"] for t in old.ask("tools/list")["result"]["tools"]] == names)
    fewer = [t["name"] for t in Http(url, token=no_gifts).ask("tools/list")["result"]["tools"]]
    check("no gifts without create", not [n for n in fewer if "create" in n] and "people" in fewer, fewer)
    hidden = Http(url, token=no_gifts).call("create_a_sendoso_egift", {})["error"]
    unknown = Http(url, token=no_gifts).call("create_a_sendoso_egiff", {})["error"]
    check("a hidden tool is as one that doesn't exist",
          hidden["code"] == unknown["code"] == -32602 and hidden["message"][:14] == unknown["message"][:14])


def tokens():
    none, wrong = Http(url), Http(url, token="mu_" + "x" * 40)
    for name, client in (("no token", none), ("an unknown token", wrong)):
        answer, _ = client.send('{"jsonrpc":"2.0","id":1,"method":"ping"}')
        check(name + " is 401 with a challenge",
              answer.status == 401 and answer.getheader("WWW-Authenticate", "").startswith("Bearer"))
    in_path = Http(url, path="/mcp/" + token)
    check("a token in the address", in_path.ask("tools/list").get("result"))
    answer, _ = in_path.send('{"jsonrpc":"2.0","id":1,"method":"ping"}')
    check("which nobody keeps", answer.getheader("Cache-Control") == "no-store" and
          answer.getheader("Referrer-Policy") == "no-referrer")


def directory():
    page = data(new.call("people", {"limit": 3}))
    check("people", page["count"] == 3 and page["items"][0]["account"] == "sendoso" and page["reads"], page)
    seen = [p["user"]["id"] for p in page["items"]]
    while "next" in page and len(seen) < 40:
        page = data(new.call("people", {"limit": 10, "after": page["next"]}))
        seen += [p["user"]["id"] for p in page["items"]]
    check("pages one after another, nobody twice", len(set(seen)) == len(seen) == 29, seen)
    one = data(new.call("people", {"filter": "id=" + seen[5]}))
    check("a filter", [p["user"]["id"] for p in one["items"]] == [seen[5]], one)
    email = one["items"][0]["user"]["emails"][0]["email"]
    check("a query", data(new.call("people", {"query": email.upper()}))["count"] == 1)
    check("groups", data(new.call("groups", {"limit": "2"}))["count"] == 2)
    group = data(new.call("groups", {"limit": 3}))["items"][2]["group"]["id"]
    members = data(new.call("memberships", {"group_id": group}))
    check("memberships", all(m["membership"]["group_id"] == group for m in members["items"]), members)
    check("a change", data(new.call("diff"))["counts"].get("left") == 2, data(new.call("diff")))
    check("no sync is told as that", "no sync is configured" in words(new.call("explain", {"user": "x"})))
    found = data(new.call("audit"))
    check("an audit", found["account"] == "sendoso" and "findings" in found and found["summary"]["people"] == 29, found)
    hits = data(new.call("search", {"query": email}))["results"]
    check("search", [h["url"] for h in hits] == ["directory://" + hits[0]["id"]], hits)
    check("fetch", json.loads(data(new.call("fetch", {"id": hits[0]["id"]}))["text"])["id"] == seen[5])
    check("fetch nothing", "nothing has it" in words(new.call("fetch", {"id": "sendoso/users/x"})))
    check("a wrong filter is told", "nam" in words(new.call("people", {"filter": "nam=x"})))
    check("a wrong argument is told", "did you mean limit" in words(new.call("people", {"limt": 5})))
    uri = "directory://sendoso/users/" + seen[0]
    read = new.ask("resources/read", {"uri": uri})["result"]["contents"][0]
    check("a resource", json.loads(read["text"])["id"] == seen[0], read)
    blind = Http(url, token=other)
    check("nor with a token that doesn't read", blind.ask("resources/read", {"uri": uri})["error"]["code"] == -32602 and
          not blind.ask("resources/list")["result"]["resources"])
    check("no resource", new.ask("resources/read", {"uri": uri + "x"})["error"]["code"] == -32602)
    check("completion", new.ask("completion/complete", {
        "ref": {"type": "ref/prompt", "name": "onboarding_audit"},
        "argument": {"name": "account", "value": "sen"}})["result"]["completion"]["values"] == ["sendoso"])


def records():
    """What is documented of the pass-through says what the tools do."""
    answer, text = new.send(None, method="GET", path="/proxy/sendoso")
    said = {r["tool"]: r for r in json.loads(text)["requests"]}
    check("requests are documented", answer.status == 200 and len(said) == 12 and
          said["list_all_sendoso_users"]["path"] == "/proxy/sendoso/api/v3/users", text)
    gift = said["create_a_sendoso_egift_link"]
    check("with where each argument goes", gift["fixed"]["/send/via"] == "generate_egift_links" and
          {"name": "recipient_emails", "in": "body", "pointer": "/send/recipient_users", "each": "/email"}.items()
          <= gift["arguments"][1].items(), gift)
    answer, _ = new.send(None, method="GET", path="/proxy/nobody")
    check("of accounts that are there", answer.status == 404)


def sessions():
    """Ids that are known again though nothing is kept of them, and what is cancelled by them."""
    hello = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}})
    ping = '{"jsonrpc":"2.0","id":2,"method":"ping"}'
    id = old.send(hello, {"Mcp-Session-Id": "stale"})[0].getheader("Mcp-Session-Id")
    check("a session", id and id.isalnum() and id != old.send(hello)[0].getheader("Mcp-Session-Id"), id)

    def status(session, who=old, **headers):
        return who.send(ping, {"Mcp-Session-Id": session, **headers})[0].status

    check("is known again", status(id) == 200)
    check("none is fine", status(None) == 200)
    check("an unknown one is 404", status("x" * len(id)) == status("x") == status(id[:-1] + "x") == 404)
    check("so is one of another token", status(id, Http(url, token=other)) == 404)
    check("2026-07-28 has none", new.ask("tools/list", headers={"Mcp-Session-Id": "x"})["status"] == 200)
    control("/fault", {"path": "/api/v3/users", "times": 100, "kind": "hang", "ms": 600000})
    got = []
    waits = threading.Thread(target=lambda: got.append(old.send(json.dumps(
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "list_all_sendoso_users"}}),
        {"Mcp-Session-Id": id})))
    waits.start()
    while waits.is_alive():
        old.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}', {"Mcp-Session-Id": id})
        waits.join(0.05)
    check("a request is cancelled by its session, and not answered", got[0][0].status == 202 and not got[0][1], got)
    control("/fault")


def sse_call(client, tool):
    client.post(json.dumps({"jsonrpc": "2.0", "id": 300, "method": "tools/call", "params": {"name": tool}}))


def sse_concurrent(client):
    """A call that Sendoso doesn't answer holds up nothing, and can be cancelled."""
    control("/fault", {"path": "/api/v3/users", "times": 100, "kind": "hang", "ms": 600000})
    sse_call(client, "list_all_sendoso_users")
    check("the stream goes on meanwhile", client.ask("ping")["result"] == {})
    sse_call(client, "list_all_sendoso_me")
    taken = json.loads(client.messages.get(timeout=600))
    check("its id is in use", taken["id"] == 300 and taken["error"]["code"] == -32600, taken)
    client.post('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":300}}')
    while "error" in taken:
        sse_call(client, "list_all_sendoso_me")
        taken = json.loads(client.messages.get(timeout=600))
    check("until it is cancelled, and never answered", "email" in (data(taken) or {}), taken)
    control("/fault")


def streams():
    client = Sse(url, token=token)
    check("the stream says where to", client.address.startswith("/messages?sessionId="), client.address)
    hello = client.ask("initialize", {"protocolVersion": "2024-11-05", "capabilities": {},
                                      "clientInfo": {"name": "t", "version": "1"}})
    check("its revision", hello["result"]["protocolVersion"] == "2024-11-05")
    answer = client.ask("tools/call", {"name": "groups", "arguments": {"limit": 1}})
    check("a tool over it", data(answer)["count"] == 1 and "structuredContent" not in answer["result"])
    sse_concurrent(client)
    stranger = Http(url, token=other)
    got, _ = stranger.send('{"jsonrpc":"2.0","id":1,"method":"ping"}', path=client.address)
    check("another token can't use it", got.status == 404, got.status)
    got, _ = Http(url).send('{"jsonrpc":"2.0","id":1,"method":"ping"}', path=client.address)
    check("nor can nobody", got.status == 401)
    in_path = Sse(url, path="/sse/" + token)
    check("a token in its address", in_path.address.startswith("/messages/" + token))
    check("works, too", in_path.ask("ping") == {"jsonrpc": "2.0", "id": 1, "result": {}})
    cut = Sse(url, token=ends)
    check("a stream of a token that will end", cut.ask("ping")["id"] == 1)
    subprocess.run([muster, "-c", config, "token", "revoke", "ends"], check=True, capture_output=True)
    check("is cut when it does", cut.messages.get(timeout=600) is None)


def control(path, fault=None):
    body = json.dumps(fault).encode() if fault else None
    urllib.request.urlopen(urllib.request.Request(sim_control + path, body, {"Content-Type": "application/json"},
                                                  method="POST" if fault else "DELETE")).close()


def slow(client, number, tool="list_all_sendoso_users"):
    client.line(json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call",
                            "params": {"name": tool, "arguments": {}}}))


def ping(client, number):
    client.line(json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}))
    return client.read()


def stdio_concurrent(client):
    """A call that Sendoso doesn't answer holds up nothing, and can be cancelled."""
    control("/fault", {"path": "/api/v3/users", "times": 100, "kind": "hang", "ms": 600000})
    slow(client, 200)
    slow(client, 201)
    check("stdio: a slow call holds up no other", ping(client, 202) == {"jsonrpc": "2.0", "id": 202, "result": {}})
    slow(client, 200)
    check("stdio: an id that is in use", client.read().get("error", {}).get("code") == -32600)
    for number in (200, 201):
        client.line(json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}}))
    check("stdio: cancelled, and on", ping(client, 203)["id"] == 203)
    control("/fault")
    control("/fault", {"path": "/api/v3/groups", "times": 1, "kind": "hang", "ms": 200})
    slow(client, 204, "list_all_sendoso_groups")
    slow(client, 205, "list_all_sendoso_me")
    answers = {m["id"]: m for m in (client.read(), client.read())}
    check("stdio: two at once, each answered by its id", sorted(answers) == [204, 205] and "email" in data(answers[205]),
          answers)


def stdio():
    client = Stdio([muster, "-c", config, "mcp"])
    check("stdio: initialize", client.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}})
          ["result"]["protocolVersion"] == "2025-06-18")
    client.line('{"jsonrpc":"2.0","method":"notifications/initialized"}')
    client.line("{")
    check("stdio: a broken line, and on", client.read()["error"]["code"] == -32700)
    check("stdio: both eras", client.ask("server/discover", {"_meta": META})["result"]["supportedVersions"] ==
          ["2026-07-28"])
    client.line(" " * (11 << 20))
    check("stdio: a line too long, and on", client.read()["error"]["code"] == -32600)
    check("stdio: a tool", data(client.call("people", {"limit": 1}))["count"] == 1)
    names = [t["name"] for t in client.ask("tools/list")["result"]["tools"]]
    check("stdio: only what reads", not [n for n in names if n.startswith("create")] and "apply" not in names, names)
    stdio_concurrent(client)
    client.process.stdin.write(b'{"jsonrpc":"2.0","id":99,"method":"ping"}')
    check("stdio: ends with its input", client.end() == 0 and b'"id":99' in client.process.stdout.read())
    bound = subprocess.run([muster, "-c", config, "mcp"], input=b"", env={**os.environ, "MUSTER_TOKEN": "mu_wrong"},
                           capture_output=True, check=False)
    check("stdio: a token that is none", bound.returncode == 1 and b"MUSTER_TOKEN" in bound.stderr, bound.stderr)


answers()
listing()
tokens()
directory()
records()
sessions()
streams()
stdio()
finish()
