# SPDX-License-Identifier: Apache-2.0
"""Raw requests to muster serve, and what may come back; for abuse.py and abuse_mcp.py, whose first arguments are URL TOKEN."""
import re
import socket
import sys
import time
import urllib.parse

URL, TOKEN = sys.argv[1:3]
AT = urllib.parse.urlsplit(URL)
HOST = f"{AT.hostname}:{AT.port}"
PATIENCE = 600  # seconds after which the server is taken to hang
passed = failed = 0


def check(good, name, detail=b""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(("ok: " if good else "FAILED: ") + name + ("" if good else f"\n    {detail[:600]!r}"), flush=True)


def connect(timeout=PATIENCE):
    s = socket.create_connection((AT.hostname, AT.port), timeout=timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def whole(out):
    """How many answers are there to their ends. One whose end is that of the connection never is."""
    count = 0
    while (head := out.find(b"\r\n\r\n")) >= 0:
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)\r\n", out[:head + 2])
        end = head + 4 + int(length[1]) if length else out.find(b"\r\n0\r\n\r\n", head) + 7
        if end < head or end > len(out):
            break
        count, out = count + 1, out[end:]
    return count


def read_all(s, answers=None):
    """Until the server closes; or has said nothing for a moment after so many answers."""
    out = b""
    try:
        while len(out) < 1 << 22:
            if answers and whole(out) >= answers:
                s.settimeout(0.3)
            more = s.recv(65536)
            if not more:
                break
            out += more
    except (TimeoutError, ConnectionError):
        pass
    return out


def send(raw, pieces=1, answers=1):
    """The answer to raw bytes; the writing end stays open, as a client's would."""
    with connect() as s:
        try:
            step = max(1, len(raw) // pieces)
            for i in range(0, len(raw), step):
                s.sendall(raw[i : i + step])
        except ConnectionError:
            pass
        return read_all(s, answers)


def statuses(answer):
    return [int(x) for x in re.findall(rb"(?:^|\n|\}|\n\n)HTTP/1\.[01] (\d{3}) ", answer)]


def request(line, *headers, body=b""):
    lines = [line, f"Host: {HOST}", f"Authorization: Bearer {TOKEN}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def alive():
    a = send(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    return statuses(a) == [200]


def refused(name, raw):
    """Not a single success, and at most one answer."""
    a = send(raw)
    got = statuses(a)
    # libmicrohttpd sends the head of its own refusals twice, then closes
    once = len(got) <= 1 or (len(set(got)) == 1 and b"Connection: close" in a and len(got) == 2)
    check(once and all(s >= 400 for s in got) and alive(), f"{name}: {got or 'closed'}", a)


def answered(name, raw, want):
    a = send(raw)
    check(statuses(a)[:1] == [want] and alive(), f"{name}: {statuses(a)}", a)


def settled():
    """Waits until all that have gone are noticed: a stream that sleeps is some seconds later, one that was cut off in
    a request when it has been silent for as long as it may."""
    while True:
        a = send(request("GET /metrics HTTP/1.1", "Connection: close"))
        if int(float(a.split(b"\nmuster_http_requests_in_flight ")[1].split()[0])) == 1:
            return True
        time.sleep(0.1)


def finish():
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)
