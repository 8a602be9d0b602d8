# SPDX-License-Identifier: Apache-2.0
"""What the MCP endpoints of muster serve get from people who mean it ill: messages that are none, streams that nobody reads,
that are too many, or whose token ends. After each of them it must still answer, and no tool may have run.

abuse_mcp.py URL TOKEN SPENT_TOKEN NARROW_TOKEN MUSTER CONFIG [CROWD_TOKEN...]
"""
import json
import socket
import sqlite3
import subprocess
import sys
import time

from hostile import AT, HOST, TOKEN, alive, answered, check, connect, finish, read_all, refused, request, send, settled, statuses

SPENT, NARROW, MUSTER, CONFIG = sys.argv[3:7]
CROWD = sys.argv[7:]
TOKEN_STREAMS, STREAMS, MESSAGE = 250, 1000, 1 << 20  # as in serve/mcp
JSON = "Content-Type: application/json"
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
CALL = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"people"}}'


def post(body, *headers, path="/mcp", kind=JSON):
    return request(f"POST {path} HTTP/1.1", *([kind] if kind else []), f"Content-Length: {len(body)}", "Connection: close", *headers, body=body)


def no_result(name, raw):
    """One answer, and it is an error: of HTTP, of JSON-RPC, or one a model is told."""
    a = send(raw)
    said = b'"isError":true' in a or (b'"result"' not in a and (b'"error"' in a or a == b""))
    check(len(statuses(a)) <= 1 and said and alive(), f"{name}: {statuses(a) or 'closed'}", a)


def muster(*args):
    subprocess.run([MUSTER, "-q", "-c", CONFIG, *args], check=True, capture_output=True)


def messages():
    deep = b"[" * 100000 + b"]" * 100000
    many = b",".join(b'"a%d":0' % i for i in range(60000))
    answered("a ping, to compare", post(PING), 200)
    for name, body in {
        "nothing": b"",
        "blanks": b" " * 1000,
        "no JSON": b"<xml/>",
        "a byte order mark": b"\xef\xbb\xbf" + PING,
        "UTF-16": PING.decode().encode("utf-16"),
        "bad UTF-8": PING.replace(b"ping", b"p\xff\xfeng"),
        "NUL": PING.replace(b"ping", b"pi\0ng"),
        "an escaped NUL": PING.replace(b"ping", b"ping\\u0000"),
        "a lone surrogate": PING.replace(b"ping", b"\\ud800"),
        "two messages": PING + PING,
        "half of one": PING[:-1],
        "the same member twice": PING.replace(b'"id":1', b'"id":1,"id":2'),
        "deep, without an end": b"[" * 200000,
        "deep": deep,
        "deep parameters": PING[:-1] + b',"params":{"a":' + deep + b"}}",
        "sixty thousand members in vain": CALL[:-2] + b',"arguments":{' + many + b"}}}",
        "a member of the arguments twice": CALL[:-2] + b',"arguments":{"limit":1,"limit":2}}}',
        "an exponent without sense": PING.replace(b":1", b":1e999999999"),
        "an id that is null": PING.replace(b":1", b":null"),
        "an id with a point": PING.replace(b":1", b":1.5"),
        "an id that is a list": PING.replace(b":1", b":[[]]"),
        "a batch of ten thousand": b"[" + b",".join([PING] * 10000) + b"]",
        "a batch of batches": b"[[" + PING + b"]]",
        "an empty batch": b"[]",
        "a method that is none": PING.replace(b"ping", b"__proto__"),
        "a method without an end": PING.replace(b"ping", b"a" * 100000),
        "parameters that are none": PING[:-1] + b',"params":[1]}',
        "a tool that is none": CALL.replace(b"people", b"../people"),
        "a resource that is none": b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///etc/passwd"}}',
        "a message too long": PING[:-1] + b" " * MESSAGE + b"}",
    }.items():
        no_result(f"a message of {name}", post(body))
    a = send(post(b'{"jsonrpc":"2.0","id":"' + b"i" * 1000000 + b'","method":"ping"}'))
    check(statuses(a) == [200] and b"i" * 1000000 in a, "a huge id comes back whole", a)
    a = send(post(PING.replace(b":1", b":" + b"9" * 300000)))
    check(statuses(a) == [200] and b":" + b"9" * 300000 + b"," in a, "so does a number without an end", a)
    a = send(post(b"[" + b",".join([PING] * 50) + b"]"))
    check(a.count(b'"result"') == 50, "a batch of fifty is answered", a)


def around():
    """What stands around a message."""
    for kind in (None, "Content-Type: text/plain", "Content-Type: application/jsonp", "Content-Type: application/x-www-form-urlencoded",
                 "Content-Type: multipart/form-data; boundary=x", "Content-Type:"):
        for path in ("/mcp", "/messages?sessionId=1"):
            refused(f"{path.split('?')[0]}, {kind or 'no type'}", post(CALL, kind=kind, path=path))
    for name, header in {
        "a revision that is none": "MCP-Protocol-Version: 2099-01-01",
        "a revision without an end": "MCP-Protocol-Version: " + "9" * 8000,
        "the new revision without its headers": "MCP-Protocol-Version: 2026-07-28",
        "another origin": "Origin: https://evil.example",
        "origin null": "Origin: null",
        "two tokens": f"Authorization: Bearer {NARROW}",
        "two hosts": "Host: evil.example",
    }.items():
        refused(name, post(CALL, header))
    refused("another host", post(CALL).replace(HOST.encode(), b"evil.example"))
    refused("a session that doesn't exist", post(PING, "Mcp-Session-Id: " + "s" * 4000))
    for method in ("GET", "DELETE", "PUT", "PATCH"):
        refused(f"{method} /mcp", request(f"{method} /mcp HTTP/1.1"))
    smuggled = post(CALL)
    for name, headers in (("both lengths", ("Content-Length: 5", "Transfer-Encoding: chunked")), ("two lengths", ("Content-Length: 0", "Content-Length: 9")),
                          ("chunked in capitals and quotes", ('Transfer-Encoding: "CHUNKED"',)), ("a length in hex", ("Content-Length: 0x0",))):
        refused(name, request("POST /mcp HTTP/1.1", JSON, *headers, body=b"0\r\n\r\n" + smuggled))
    a = send(request("POST /mcp HTTP/1.1", JSON, "Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(PING), PING)), pieces=50)
    check(statuses(a) == [200], "in chunks and pieces", a)


def addresses():
    """Tokens in paths."""
    for name, path, want in (("a token", f"/mcp/{TOKEN}", 200), ("a spent one", f"/mcp/{SPENT}", 401), ("an unknown one", "/mcp/muster_" + "A" * 43, 401),
                             ("one without an end", "/mcp/" + "a" * 5000, 401), ("one with a line break", f"/mcp/{TOKEN}%0d%0aX-Evil:%201", 401),
                             ("one with more behind it", f"/mcp/{TOKEN}/x", 404), ("one with NUL", f"/mcp/{TOKEN}%00", 400), ("dots", "/mcp/..", 400),
                             ("a stream's", f"/sse/{SPENT}", 401), ("a stream's unknown one", "/sse/muster_" + "A" * 43, 401)):
        raw = post(PING, path=path) if path.startswith("/mcp") else request(f"GET {path} HTTP/1.1")
        raw = raw.replace(f"Authorization: Bearer {TOKEN}\r\n".encode(), b"")
        a = send(raw)
        check(statuses(a) == [want] and b"\nX-Evil" not in a and alive(), f"an address with {name}: {statuses(a)}", a)


class Stream:
    """GET /sse, as far as the event that says where messages go; `status` when there is none."""

    def __init__(self, token=TOKEN, room=None):
        self.socket = socket.socket()
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(60)
        self.socket.connect((AT.hostname, AT.port))
        self.token, self.raw, self.got = token, b"", b""  # as it comes, and without its chunks
        self.socket.sendall(f"GET /sse HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.raw and self.more():
            pass
        head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        self.status = statuses(head)[0]
        if self.status == 200 and self.until(b"\n\n"):
            self.address = self.got.split(b"data: ", 1)[1].split(b"\n")[0].decode()

    def more(self):
        got = self.socket.recv(1 << 20)
        self.raw += got
        return got

    def until(self, what, count=1):
        while True:
            head, _, rest = self.raw.partition(b"\r\n")
            size = int(head or b"0", 16)
            if size and len(rest) >= size + 2:
                self.got, self.raw = self.got + rest[:size], rest[size + 2 :]
            elif self.got.count(what) >= count:
                return True
            elif not self.more():
                return False

    def post(self, body):
        raw = post(body, path=self.address).replace(TOKEN.encode(), self.token.encode())
        return (statuses(send(raw)) or [0])[0]

    def cut(self):
        """The server ends it, and not as one that is whole."""
        rest = read_all(self.socket)
        return not rest.endswith(b"\r\n0\r\n\r\n") and self.socket.close() is None


def streams():
    stream = Stream()
    check(stream.post(PING) == 202 and stream.until(b'"result":{}'), "a stream that is read", stream.got)
    for name, address, token in (("of nobody", "/messages?sessionId=" + "0" * 48, TOKEN), ("without an id", "/messages", TOKEN),
                                 ("with an id without an end", "/messages?sessionId=" + "a" * 4000, TOKEN), ("of somebody else", stream.address, NARROW)):
        answered(f"a session {name}", post(CALL, path=address).replace(TOKEN.encode(), token.encode()), 404)
    for name, body in (("deep", b"[" * 200000), ("bad UTF-8", b"\xff"), ("a batch of ten thousand", b"[" + b",".join([PING] * 10000) + b"]")):
        before = stream.got.count(b'"error"')
        check(stream.post(body) == 202 and stream.until(b'"error"', before + 1) and alive(), f"a message of {name} over a stream", stream.got[-300:])
    stream.socket.close()
    check(alive(), "one that goes away")


def unread():
    """Who asks and doesn't read is told so, before our memory is full; nothing is lost of what was taken."""
    body = b'{"jsonrpc":"2.0","id":"' + b"i" * 500000 + b'","method":"ping"}'
    stream, taken, status = Stream(room=4096), 0, 202
    while status == 202 and taken < 200:
        status = stream.post(body)
        taken += status == 202
    check(status == 503, f"a reader who doesn't read is stopped after {taken} answers: {status}")
    check(alive(), "others are answered meanwhile")
    check(stream.until(b'"result":{}', taken), "all of them come when it reads")
    check(stream.post(PING) == 202 and stream.until(b'"result":{}', taken + 1), "and it may ask again")
    stream.socket.close()


def crowd(tokens):
    """More streams than there may be."""
    settled()
    open_ones, refusals = [], []
    for token in tokens:
        for _ in range(TOKEN_STREAMS + 5):
            stream = Stream(token)
            (open_ones if stream.status == 200 else refusals).append(stream)
    want = min(STREAMS, TOKEN_STREAMS * len(tokens))
    check(len(open_ones) == want, f"{len(open_ones)} streams are open, {len(refusals)} were refused")
    check({s.status for s in refusals} == {503}, "with 503")
    if want < STREAMS:
        check(Stream(NARROW).status == 200, "another token finds room")
    check(all(s.post(PING) == 202 and s.until(b'"result":{}') for s in open_ones[:: len(open_ones) // 20]), "they are answered")
    for stream in open_ones + refusals:
        stream.socket.close()
    check(alive(), "when they have gone, it answers")
    check(settled() and Stream(tokens[0]).status == 200, "and there is room again")


def made(name):
    return subprocess.run([MUSTER, "-q", "-c", CONFIG, "token", "create", "--name", name, "--expires", "1h"], check=True, capture_output=True,
                          text=True).stdout.strip()


def ends():
    """Streams whose token ends: those that sleep, and those that nobody reads."""
    store = CONFIG.replace("muster.yaml", "muster.db")
    revoked, expires = made("revoked"), made("expires")
    idle, busy = Stream(revoked), Stream(revoked, room=4096)
    check(busy.post(b'{"jsonrpc":"2.0","id":"' + b"i" * 900000 + b'","method":"ping"}') == 202, "a stream with much to read")
    muster("token", "revoke", "revoked")
    check(idle.cut(), "a stream that sleeps is cut when its token is revoked")
    check(idle.post(PING) == 401, "and takes no message")
    check(busy.cut(), "so is one that was not read")
    seconds, stream = 2, None
    while stream is None or stream.status != 200:  # a machine may be too busy to open one in time
        seconds *= 2
        with sqlite3.connect(store, timeout=60) as c:
            c.execute("UPDATE token SET expires = ? WHERE name = 'expires'", (int(time.time()) + seconds,))
        stream = Stream(expires)
    check(stream.cut(), "a stream is cut when its token expires")


messages()
around()
addresses()
streams()
unread()
crowd(CROWD or [TOKEN])
ends()
check(settled(), "nothing is left behind")
finish()
