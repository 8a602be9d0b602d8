# SPDX-License-Identifier: Apache-2.0
"""Speaks MCP with muster, for tests/live/mcp.sh and gifts.sh: over HTTP, HTTP+SSE and stdio."""
import http.client
import json
import queue
import socket
import subprocess
import threading
import urllib.parse

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}}

failed = []
passed = 0


def check(name, is_so, shown=""):
    global passed
    if is_so:
        passed += 1
        print("ok: " + name)
    else:
        failed.append(name)
        print("FAILED: %s: %s" % (name, str(shown)[:2000]))


def finish():
    print("%d passed, %d failed" % (passed, len(failed)))
    raise SystemExit(1 if failed else 0)


class Http:
    """Streamable HTTP; modern unless a legacy version is named."""

    def __init__(self, url, path="/mcp", token=None, version="2026-07-28"):
        self.host = urllib.parse.urlsplit(url).netloc
        self.path, self.token, self.version, self.last = path, token, version, 0

    def begin(self, body, headers=None, method="POST", path=None):
        conn = http.client.HTTPConnection(self.host, timeout=600)
        sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        sent.update(headers or {})
        conn.request(method, path or self.path, body, {k: v for k, v in sent.items() if v is not None})
        return conn

    def send(self, body, headers=None, method="POST", path=None):
        conn = self.begin(body, headers, method, path)
        answer = conn.getresponse()
        text = answer.read()
        conn.close()
        return answer, text

    def message(self, method, params, headers):
        self.last += 1
        params = dict(params or {})
        named = {"MCP-Protocol-Version": self.version}
        if self.version == "2026-07-28":
            params["_meta"] = {**META, **params.get("_meta", {})}
            named["Mcp-Method"] = method
            name = params.get("uri") if method == "resources/read" else params.get("name")
            if name and method in ("tools/call", "prompts/get", "resources/read"):
                named["Mcp-Name"] = name
        named.update(headers or {})
        return json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}), named

    def watch(self, method, params):
        """The connection, and the messages of its answer as they come."""
        conn = self.begin(*self.message(method, params, None))
        answer = conn.getresponse()
        assert answer.getheader("Content-Type") == "text/event-stream", answer.read()
        return conn, (json.loads(line[6:]) for line in answer if line.startswith(b"data: "))

    def ask(self, method, params=None, headers=None):
        answer, text = self.send(*self.message(method, params, headers))
        if answer.getheader("Content-Type") == "text/event-stream":
            text = text.decode().rstrip("\n").rsplit("data: ", 1)[1]
        doc = json.loads(text) if text else None
        if isinstance(doc, dict):
            doc["status"] = answer.status
        return doc

    def call(self, tool, arguments=None):
        return self.ask("tools/call", {"name": tool, "arguments": arguments or {}})


class Stdio:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last = 0

    def line(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def read(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, method, params=None):
        self.last += 1
        self.line(json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params or {}}))
        return self.read()

    def call(self, tool, arguments=None):
        return self.ask("tools/call", {"name": tool, "arguments": arguments or {}})

    def end(self):
        self.process.stdin.close()
        return self.process.wait(30)


class Cut(Exception):
    """The server has ended the stream."""


class Sse:
    """HTTP+SSE: a thread reads the stream, messages are taken from a queue."""

    def __init__(self, url, path="/sse", token=None):
        self.host = urllib.parse.urlsplit(url).netloc
        self.headers = {"Authorization": "Bearer " + token} if token else {}
        self.conn = http.client.HTTPConnection(self.host, timeout=600)
        self.conn.request("GET", path, headers=self.headers)
        self.sock = self.conn.sock
        self.answer = self.conn.getresponse()
        self.messages = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.address = self.messages.get(timeout=600)
        self.last = 0

    def read(self):
        try:
            for line in self.answer:
                if line.startswith(b"data: "):
                    self.messages.put(line[6:].decode().rstrip("\n"))
        except (OSError, http.client.HTTPException):
            pass  # cut off within a piece: an end like any other
        finally:
            self.sock.close()
            self.messages.put(None)

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread, which closes it

    def post(self, text, address=None, headers=None):
        conn = http.client.HTTPConnection(self.host, timeout=600)
        conn.request("POST", address or self.address, text,
                     {"Content-Type": "application/json", **self.headers, **(headers or {})})
        answer = conn.getresponse()
        answer.read()
        return answer.status

    def ask(self, method, params=None):
        self.last += 1
        body = json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params or {}})
        taken = self.address and self.post(body) == 202
        message = self.messages.get(timeout=600) if taken else None
        if message is None:
            raise Cut(method)
        return json.loads(message)


def data(answer):
    """What a tool answered, as a document; None when it is an error."""
    result = answer.get("result", {})
    if result.get("isError", True):
        return None
    doc = json.loads(result["content"][0]["text"])
    assert result.get("structuredContent", doc) == doc
    return doc


def words(answer):
    """The words of an error a model is told."""
    result = answer.get("result", {})
    return result["content"][0]["text"] if result.get("isError") else ""
