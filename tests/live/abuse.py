# SPDX-License-Identifier: Apache-2.0
"""What muster serve gets from people who mean it ill: requests that are none, that could be read in two ways, that are too
long, too slow or too many. After each of them it must still answer, and nothing may be answered that should not be.

abuse.py URL TOKEN SPENT_TOKEN NARROW_TOKEN [CONNECTIONS]
"""
import socket
import sys
import threading
import time

from hostile import HOST, TOKEN, alive, answered, check, connect, finish, read_all, refused, request, send, settled, statuses

SPENT, NARROW = sys.argv[3:5]
CONNECTIONS = int(sys.argv[5]) if len(sys.argv) > 5 else 300
USERS = "/unified/user-directory/users"

SMUGGLED = request("GET /readyz HTTP/1.1", "X-Smuggled: 1")
GET = f"GET {USERS}?limit=1 HTTP/1.1"
POST = "POST /proxy/sendoso/api/v3/none HTTP/1.1"

# --- what is no HTTP ---
answered("a plain request, to compare", request(GET), 200)
for name, raw in {
    "noise": bytes(range(256)) * 8,
    "nothing but line ends": b"\r\n" * 2000 + b"X",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "a version of the future": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "no method": b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method that is none": request("BREW /healthz HTTP/1.1"),
    "CONNECT": request("CONNECT evil.example:443 HTTP/1.1"),
    "TRACE": request("TRACE /healthz HTTP/1.1"),
    "a blank in the target": request("GET /health z HTTP/1.1"),
    "NUL in the target": request("GET /health\0z HTTP/1.1"),
    "no colon": request(GET, "X-A b"),
    "a blank before the colon": request(POST, "Content-Length : 5", body=b"{}   "),
    "no Host": f"GET {USERS} HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode(),
    "two Hosts": request(GET, "Host: evil.example"),
    "two tokens": request(GET, f"Authorization: Bearer {NARROW}"),
    "another Host": request(GET).replace(HOST.encode(), b"evil.example"),
    "another origin": request(GET, "Origin: https://evil.example"),
    "origin null": request(GET, "Origin: null"),
    "UTF-8 that is none": request(f"GET {USERS}?first_name=%ff%fe HTTP/1.1"),
    "overlong UTF-8": request(f"GET {USERS}?first_name=%c0%af HTTP/1.1"),
    "NUL in the query": request(f"GET {USERS}?first_name=a%00b HTTP/1.1"),
    "percent and nothing": request(f"GET {USERS}?first_name=% HTTP/1.1"),
    "dots in the path": request("GET /unified/../readyz HTTP/1.1"),
    "encoded dots in the path": request("GET /unified/%2e%2e/readyz HTTP/1.1"),
    "a path of slashes": request("GET " + "/" * 4000 + " HTTP/1.1"),
    "a hundred parameters": request(f"GET {USERS}?" + "&".join(f"limit={i}" for i in range(100)) + " HTTP/1.1"),
}.items():
    refused(name, raw)

# libmicrohttpd drops these lines before anybody can look at them
answered("NUL in a header", request(GET, "X-A: a\0b"), 200)
answered("no header name", request(GET, ": b"), 200)

# --- what two readers would read in two ways ---
for name, headers, body in (
    ("both lengths", ("Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + SMUGGLED),
    ("both lengths, the other way", ("Transfer-Encoding: chunked", "Content-Length: 3"), b"0\r\n\r\n" + SMUGGLED),
    ("two lengths", ("Content-Length: 0", f"Content-Length: {len(SMUGGLED)}"), SMUGGLED),
    ("two lengths in one", (f"Content-Length: 0, {len(SMUGGLED)}",), SMUGGLED),
    ("a signed length", ("Content-Length: +2",), b"{}"),
    ("a negative length", ("Content-Length: -1",), SMUGGLED),
    ("a length in hex", ("Content-Length: 0x2",), b"{}"),
    ("a length with a point", ("Content-Length: 2.0",), b"{}"),
    ("a length beyond 64 bits", ("Content-Length: 99999999999999999999999",), b"{}"),
    ("no length at all", ("Content-Length: ",), SMUGGLED),
    ("chunked twice", ("Transfer-Encoding: chunked, chunked",), b"0\r\n\r\n" + SMUGGLED),
    ("chunked by another name", ("Transfer-Encoding: xchunked",), b"0\r\n\r\n" + SMUGGLED),
    ("chunked in quotes", ('Transfer-Encoding: "chunked"',), b"0\r\n\r\n" + SMUGGLED),
    ("chunked and identity", ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), b"0\r\n\r\n" + SMUGGLED),
    ("chunked behind a line break", ("Transfer-Encoding:", " chunked"), b"0\r\n\r\n" + SMUGGLED),
    ("chunked behind a tab", ("Transfer-Encoding:\x0bchunked",), b"0\r\n\r\n" + SMUGGLED),
    ("gzip, chunked", ("Transfer-Encoding: gzip, chunked",), b"0\r\n\r\n" + SMUGGLED),
    ("a chunk of a negative size", ("Transfer-Encoding: chunked",), b"-1\r\n\r\n" + SMUGGLED),
    ("a chunk beyond 64 bits", ("Transfer-Encoding: chunked",), b"1" + b"0" * 16 + b"\r\nx"),
    ("a chunk without an end", ("Transfer-Encoding: chunked",), b"3\r\nabcXX0\r\n\r\n" + SMUGGLED),
    ("a chunk of no number", ("Transfer-Encoding: chunked",), b"zz\r\n\r\n" + SMUGGLED),
    ("an endless chunk extension", ("Transfer-Encoding: chunked",), b"1;" + b"a" * 200000),
):
    refused(name, request(POST, *headers, body=body))
answered("a body behind a GET is no request", request("GET /healthz HTTP/1.1", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED), 200)
a = send(request("GET /healthz HTTP/1.1", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED))
check(statuses(a) == [200], "and isn't answered", a)
a = send(request("GET /healthz HTTP/1.1") * 20, answers=20)
check(statuses(a) == [200] * 20, "twenty in a row are answered in order", a)
a = send(request(GET) + request("GET /healthz HTTP/1.1"), pieces=len(request(GET)), answers=2)
check(statuses(a) == [200, 200], "byte by byte", a)

# --- too much ---
refused("an endless target", request("GET /" + "a" * 200000 + " HTTP/1.1"))
refused("an endless header", request(GET, "X-A: " + "a" * 200000))
refused("a hundred thousand headers", request(GET, *[f"X-{i}: 1" for i in range(100000)]))
refused("a body said to be huge", request(POST, "Content-Length: 1000000000"))
refused("a huge body", request(POST, "Content-Length: 40000000", body=b"x" * 40000000))
refused("a huge body in chunks", request(POST, "Transfer-Encoding: chunked", body=b"10000\r\n" + b"x" * 65536 + b"\r\n") + b"10000\r\n" + b"x" * 65536 + b"\r\n0\r\n\r\n" * 1)
for name, body in {
    "deep JSON": b"[" * 200000,
    "deep JSON, closed": b"[" * 100000 + b"]" * 100000,
    "JSON of a hundred thousand members": b"{" + b",".join(b'"a%d":0' % i for i in range(60000)) + b"}",
    "a number without an end": b'{"a":' + b"9" * 300000 + b"}",
    "JSON with a lone surrogate": b'{"email":"\\ud800"}',
    "JSON with bad UTF-8": b'{"email":"\xff\xfe"}',
    "JSON with NUL": b'{"email":"a\\u0000b"}',
    "the same member twice": b'{"email":"a@x.test","email":"b@x.test"}',
    "no JSON": b"<xml/>",
    "nothing": b"",
}.items():
    refused(name, request(f"POST {USERS} HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}", body=body))

# --- who isn't allowed ---
for name, token, want in (("expired", SPENT, 401), ("for something else", NARROW, 403), ("unknown", "muster_" + "A" * 43, 401),
                          ("empty", "", 400), ("endless", "a" * 8000, 401), ("of control characters", "a\tb", 400)):
    raw = request(GET).replace(TOKEN.encode(), token.encode())
    answered(f"a token that is {name}", raw, want)
for path in ("/metrics", "/readyz", USERS, "/proxy/sendoso/api/v3/me", "/openapi.json", "/nothing"):
    a = send(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    check(statuses(a)[0] in (401, 404), f"{path} without a token: {statuses(a)}", a)

# --- too slow, too many ---
began = time.monotonic()
slow = [connect() for _ in range(20)]
for s in slow:
    s.sendall(f"POST {USERS} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n".encode())
check(alive(), "twenty who don't end their headers hinder nobody")
for s in slow:
    read_all(s)
    s.close()
check(alive(), f"they are cut off after {time.monotonic() - began:.0f} s")


dried_up = threading.Event()


def trickle(s):
    try:
        while not dried_up.wait(0.1):
            s.sendall(b"x")
    except OSError:
        return
    finally:
        s.close()


s = connect()
s.sendall(request(POST, "Content-Length: 16000"))
t = threading.Thread(target=trickle, args=(s,), daemon=True)
t.start()
check(alive(), "a body of one byte now and then hinders nobody")

many, turned_away = [], 0
for _ in range(CONNECTIONS):
    try:
        many.append(connect(timeout=10))
    except OSError:
        turned_away += 1
check(turned_away < CONNECTIONS, f"{len(many)} connections are open, {turned_away} were turned away")
ok = 0
for s in many[:: max(1, len(many) // 50)]:
    try:
        s.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        ok += b" 200 " in s.recv(1000)
    except OSError:
        pass
check(ok > 0, f"{ok} of 50 asked among them were answered")
for s in many:
    s.close()
check(alive(), "when they have gone, it answers")

# --- ends in the middle ---
for name, raw in (("in the request line", b"GET /he"), ("in the headers", request(GET)[:-2]), ("in the body", request(POST, "Content-Length: 100", body=b"{")),
                  ("in a message to MCP", request("POST /mcp HTTP/1.1", "Content-Type: application/json", "Content-Length: 100", body=b"{")),
                  ("right behind the request", request(GET)), ("of a stream", request(f"GET {USERS}?format=stream HTTP/1.1"))):
    for _ in range(20):
        with connect() as s:
            s.sendall(raw)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    check(alive(), f"gone {name}")

dried_up.set()
check(settled(), "nothing is left behind")
finish()
