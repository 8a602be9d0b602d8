# SPDX-License-Identifier: Apache-2.0
"""Mixed load on muster serve at full speed for a while: no answer may be wrong, and memory must not grow after the beginning.

soak.py URL TOKEN MINUTES
"""
import http.client
import json
import re
import sys
import threading
import time
import urllib.parse

URL, TOKEN, MINUTES = sys.argv[1], sys.argv[2], float(sys.argv[3])
AT = urllib.parse.urlsplit(URL)
USERS = "/unified/user-directory/users"
END = time.monotonic() + MINUTES * 60
WARM = time.monotonic() + min(180.0, MINUTES * 20)  # a third of it, three minutes at most
GROWTH = 8 << 20
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WORK = (
    ("GET", f"{USERS}?limit=100", BEARER, None, 200),
    ("GET", f"{USERS}?limit=10&sort_by=name", BEARER, None, 200),
    ("GET", f"{USERS}?format=stream", BEARER, None, 200),
    ("GET", "/unified/user-directory/groups", BEARER, None, 200),
    ("GET", "/proxy/sendoso/api/v3/me", BEARER, None, 200),
    ("GET", "/proxy/sendoso/api/v3/users?muster_all=true", BEARER, None, 200),
    ("GET", "/proxy/sendoso/api/../x", BEARER, None, 400),
    ("GET", "/metrics", BEARER, None, 200),
    ("GET", "/readyz", BEARER, None, 200),
    ("GET", "/healthz", {}, None, 200),
    ("GET", USERS, {"Authorization": "Bearer muster_nobody"}, None, 401),
    ("GET", USERS, {}, None, 401),
    ("GET", "/nothing", BEARER, None, 404),
    ("POST", "/healthz", BEARER, b"x" * 5000, 405),
)
lock, counts, wrong = threading.Lock(), {}, []


def work(number):
    c = http.client.HTTPConnection(AT.hostname, AT.port, timeout=60)
    i = number
    while time.monotonic() < END and len(wrong) < 20:
        method, path, headers, body, want = WORK[i % len(WORK)]
        i += 1
        try:
            c.request(method, path, body, headers)
            r = c.getresponse()
            text = r.read()
            if r.status != want:
                raise ValueError(f"{r.status}, wanted {want}: {text[:200]!r}")
            if want == 200 and r.getheader("Content-Type") == "application/json":
                json.loads(text)
            with lock:
                counts[path] = counts.get(path, 0) + 1
        except (OSError, ValueError, http.client.HTTPException) as e:
            c.close()
            with lock:
                wrong.append(f"{method} {path}: {type(e).__name__} {e}")


def memory():
    c = http.client.HTTPConnection(AT.hostname, AT.port, timeout=60)
    c.request("GET", "/metrics", headers=BEARER)
    text = c.getresponse().read().decode()
    c.close()
    return float(re.search(r"^process_resident_memory_bytes (\S+)$", text, re.M)[1])


threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for t in threads:
    t.start()
warm, late = [], []
while any(t.is_alive() for t in threads):
    time.sleep(min(5.0, MINUTES * 2))
    try:
        (warm if time.monotonic() < WARM else late).append(memory())
    except OSError as e:
        wrong.append(f"metrics: {e}")
        break
for t in threads:
    t.join()
for path, n in sorted(counts.items()):
    print(f"{n:9} {path}")
print(f"memory: {max(warm) / 2**20:.1f} MiB at first, {max(late) / 2**20:.1f} MiB later")
for line in wrong:
    print(f"FAILED: {line}")
if max(late) > max(warm) + GROWTH:
    wrong.append("memory")
    print("FAILED: memory has grown")
print(f"{sum(counts.values())} requests, {len(wrong)} failed")
sys.exit(bool(wrong))
