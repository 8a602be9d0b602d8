# SPDX-License-Identifier: Apache-2.0
"""Clients that send or read a byte now and then, for ever. That they end at all is what is tested: nothing else would end
them before PATIENCE does.

serve_slow.py URL TOKEN ask|line|read
"""
import socket
import sys
import time

from hostile import AT, HOST, PATIENCE, alive, check, connect, finish, read_all, request, settled, statuses

USERS = "/unified/user-directory/users"


def dribble(start, byte):
    """Sends start, then a byte again and again until the connection is cut; what was said to that."""
    until = time.monotonic() + PATIENCE
    with connect() as s:
        s.sendall(start)
        try:
            while time.monotonic() < until:
                s.sendall(byte)
                time.sleep(0.05)
        except OSError:
            return read_all(s)
    return None


def sip(raw):
    """Asks for more than the buffers of a connection hold, and takes a byte of it now and then: whether it was cut."""
    until = time.monotonic() + PATIENCE
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect((AT.hostname, AT.port))
        s.sendall(raw)
        while time.monotonic() < until:
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return True
            s.recv(1)
            time.sleep(0.05)
    return False


def ask():
    for name, start in {
        "headers": request(f"GET {USERS} HTTP/1.1")[:-2] + b"X-A: ",
        "a body": request("POST /mcp HTTP/1.1", "Content-Type: application/json", "Content-Length: 900000", body=b'{"a":"'),
        "a body in chunks": request("POST /mcp HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked", body=b"dbba0\r\n"),
        "headers of a second request": request("GET /healthz HTTP/1.1") + request(f"GET {USERS} HTTP/1.1")[:-2] + b"X-A: ",
    }.items():
        a = dribble(start, b"x")
        check(a is not None and statuses(a)[-1:] == [408] and b"the limit of serve: request" in a and alive(), f"{name} byte by byte: {a and statuses(a)}", a or b"")


def line():
    """Nothing else is asked here: a client that a busy machine holds up is cut as well."""
    for name, start in (("a first line", b"GET /"), ("nothing but line ends", b"")):
        check(dribble(start, b"x" if start else b"\r\n") is not None, f"{name} byte by byte is cut")


def read():
    for name, target in (("a stream", f"{USERS}?format=stream"), ("an answer", f"{USERS}?limit=1000")):
        check(sip(request(f"GET {target} HTTP/1.1") * 50) and alive(), f"{name} read byte by byte is cut")


{"ask": ask, "line": line, "read": read}[sys.argv[3]]()
if sys.argv[3] != "line":
    check(settled(), "nothing is left behind")
finish()
