# SPDX-License-Identifier: Apache-2.0
"""Mixed load on muster serve at full speed for a while: no answer may be wrong, and nothing may grow after the beginning.

soak.py URL TOKEN SECONDS PID MUSTER CONFIG STORE, or soak.py --check: is a growing series told from a steady one?
"""
import collections
import http.client
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

from mcp import META, Cut, Sse
from soak_verdict import REST, at_rest, check_verdict, show, verdict

USERS = "/unified/user-directory/users"
WORKERS = 8
SAMPLES = 240      # over the whole time
WARM_MAX_S = 300   # half of the time, and at most this
RELOADS = 20       # over the whole time
REST_LOOK_S = 5    # at the server before the load
REST_S = 120       # until what the load took must be given back
TOKEN_PAUSE_S = 1  # between one token's end and the next one's beginning
SSE_CALLS = 20     # over one stream, before it is closed and another is opened
SSE_PAUSE_S = 1    # between them: one that was closed is noticed some seconds later, and takes memory until then
WRONG_MAX = 20
AGAIN_MAX = 2      # requests of a client that a reload may cut off or send away; each is asked once more


def mcp(method, **params):
    """A message of the modern era, as (method, path, headers, body, status)."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
               "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
    if "name" in params:
        headers["Mcp-Name"] = params["name"]
    return "POST", "/mcp", headers, json.dumps(body), 200


def get(path, status=200, **headers):
    return "GET", path, {k.replace("_", "-"): v for k, v in headers.items()}, None, status


def found(condition):
    return get(f"{USERS}?" + urllib.parse.urlencode({"filter": condition, "limit": 20}))


def kinds(users):
    """Each kind of request with what makes the nth of it."""
    def user(n):
        return users[n * 7919 % len(users)]

    return {
        "users, a page": lambda n: get(f"{USERS}?limit=100"),
        "users, sorted": lambda n: get(f"{USERS}?limit=10&sort_by=name"),
        "users, by e-mail": lambda n: found(f"emails.email={user(n)['emails'][0]['email']}"),
        "users, by a pattern": lambda n: found("emails.email=*a*"),
        "users, gzip": lambda n: get(f"{USERS}?limit=100", Accept_Encoding="gzip"),
        "users, a stream": lambda n: get(f"{USERS}?format=stream"),
        "users, with records": lambda n: get(f"{USERS}?limit=20&remote_data=true"),
        "a user": lambda n: get(f"{USERS}/{urllib.parse.quote(user(n)['id'], safe='')}"),
        "no such user": lambda n: get(f"{USERS}/nobody-{n}", 404),
        "groups": lambda n: get("/unified/user-directory/groups"),
        "assignments": lambda n: get("/unified/user-directory/role-assignments?limit=50"),
        "pass-through": lambda n: get("/proxy/sendoso/api/v3/me"),
        "pass-through, all": lambda n: get("/proxy/sendoso/api/v3/users?muster_all=true"),
        "pass-through, a trick": lambda n: get("/proxy/sendoso/api/../x", 400),
        "tools/list": lambda n: mcp("tools/list"),
        "tools/call, live": lambda n: mcp("tools/call", name="list_all_sendoso_groups", arguments={}),
        "tools/call, stored": lambda n: mcp("tools/call", name="people", arguments={}),
        "metrics": lambda n: get("/metrics"),
        "readyz": lambda n: get("/readyz"),
        "healthz": lambda n: get("/healthz"),
        "a wrong token": lambda n: get(USERS, 401, Authorization=f"Bearer muster_nobody{n}"),
        "nothing there": lambda n: get(f"/nothing/{n}", 404),
        "a body for nothing": lambda n: ("POST", "/healthz", {}, b"x" * 5000, 405),
    }


class Client:
    """One connection that is kept. What a reload closes under it, or sends away, is asked once more."""

    def __init__(self, url, token):
        self.at, self.token, self.again = urllib.parse.urlsplit(url), token, 0
        self.conn = self.connection()

    def connection(self):
        return http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=120)

    def once(self, method, path, headers, body):
        self.conn.request(method, path, body, {"Authorization": f"Bearer {self.token}", **headers})
        answer = self.conn.getresponse()
        return answer, answer.read()

    def ask(self, method, path, headers=None, body=None, status=200):
        kept = self.conn.sock is not None
        try:
            answer, text = self.once(method, path, headers or {}, body)
            again = answer.status == 503 and answer.getheader("Retry-After") is not None
        except (ConnectionError, http.client.RemoteDisconnected):
            if not kept:
                raise
            again = True
        if again:
            self.again += 1
            self.conn.close()
            self.conn = self.connection()
            answer, text = self.once(method, path, headers or {}, body)
        if answer.status != status:
            raise ValueError(f"{answer.status}, wanted {status}: {text[:200]!r}")
        if status == 200 and answer.getheader("Content-Type") == "application/json" and \
                answer.getheader("Content-Encoding") is None:
            doc = json.loads(text)
            if path == "/mcp" and ("error" in doc or doc["result"].get("isError")):
                raise ValueError(f"a tool failed: {text[:300]!r}")
            return doc
        return None


class Soak:
    def __init__(self, url, token, seconds, pid, muster, config, store):
        self.url, self.token, self.seconds, self.pid, self.store = url, token, seconds, pid, store
        self.command = [muster, "-q", "-c", config]
        self.lock = threading.Lock()
        self.took = collections.defaultdict(collections.Counter)  # kind -> bucket of latency -> how many
        self.wrong, self.samples = [], []
        self.reloads = self.again = self.cut = 0
        users = Client(url, token).ask("GET", f"{USERS}?limit=100")["result"]
        self.kinds = kinds(users)
        self.began = time.monotonic()
        self.before = self.after = None
        self.over = threading.Event()

    def going(self):
        return time.monotonic() - self.began < self.seconds and len(self.wrong) < WRONG_MAX

    def timed(self, kind, call):
        """Buckets are a twentieth of an e-fold wide, so that an hour's numbers take no memory."""
        start = time.monotonic()
        call()
        us = (time.monotonic() - start) * 1e6
        with self.lock:
            self.took[kind][round(20 * math.log(max(us, 1)))] += 1

    def failed(self, kind, e):
        with self.lock:
            self.wrong.append(f"{kind}: {type(e).__name__} {e}")

    # --- those who ask ---

    def work(self, number):
        client = Client(self.url, self.token)
        order = list(self.kinds.items())
        for n in itertools.count(number):
            if not self.going():
                break
            kind, make = order[n % len(order)]
            try:
                self.timed(kind, lambda: client.ask(*make(n)))
            except (OSError, ValueError, KeyError, http.client.HTTPException) as e:
                client = self.counted(client)
                self.failed(kind, e)
        self.counted(client)

    def counted(self, client):
        with self.lock:
            self.again += client.again
        client.conn.close()
        return Client(self.url, self.token)

    def streams(self):
        """HTTP+SSE. A reload ends a stream; what waits for its answer then gets none."""
        while self.going():
            try:
                stream = Sse(self.url, token=self.token)
                for _ in range(SSE_CALLS):
                    answer = {}
                    self.timed("HTTP+SSE, tools/list", lambda: answer.update(stream.ask("tools/list") or {}))
                    if not answer.get("result", {}).get("tools"):
                        raise ValueError(f"{str(answer)[:200]}")
                stream.close()
                self.over.wait(SSE_PAUSE_S)
            except Cut:
                with self.lock:
                    self.cut += 1
            except (OSError, ValueError, http.client.HTTPException) as e:
                self.failed("HTTP+SSE", e)

    def tokens(self):
        """Made, good at once, revoked, bad at once."""
        for n in itertools.count():
            if not self.going():
                break
            try:
                made = self.muster("token", "create", "--name", f"soak-{n}", "--methods", "read").strip()
                client = Client(self.url, made)
                self.timed("a new token", lambda: client.ask("GET", f"{USERS}?limit=1"))
                self.muster("token", "revoke", f"soak-{n}")
                self.timed("a revoked token", lambda: client.ask("GET", f"{USERS}?limit=1", status=401))
                self.counted(client)
            except (OSError, ValueError, http.client.HTTPException, subprocess.CalledProcessError) as e:
                self.failed("tokens", e)
            time.sleep(TOKEN_PAUSE_S)

    def muster(self, *args):
        return subprocess.run([*self.command, *args], check=True, capture_output=True, text=True).stdout

    def reload(self):
        while not self.over.wait(self.seconds / RELOADS):
            os.kill(self.pid, signal.SIGHUP)
            self.reloads += 1

    # --- who looks ---

    def sample(self):
        rollup = {}
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                words = line.split()
                if words[-1] == "kB":
                    rollup[words[0]] = int(words[1]) << 10
        wal = self.store + "-wal"
        return {"at": time.monotonic() - self.began, "rss": rollup["Rss:"], "anonymous": rollup["Anonymous:"],
                "files": len(os.listdir(f"/proc/{self.pid}/fd")), "threads": len(os.listdir(f"/proc/{self.pid}/task")),
                "wal": os.path.getsize(wal) if os.path.exists(wal) else 0}

    def files(self):
        """Open ones but those of the store: SQLite keeps descriptors that it may not close yet, and takes them again."""
        names = []
        for fd in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                names.append(os.readlink(f"/proc/{self.pid}/fd/{fd}"))
            except FileNotFoundError:
                pass  # closed meanwhile
        return sum(not n.startswith(os.path.realpath(self.store)) for n in names)

    def rest(self, seconds, is_enough):
        """A fresh configuration that nobody asks: the least of each that it has within a time, or until it is enough."""
        os.kill(self.pid, signal.SIGHUP)
        least, until = {}, time.monotonic() + seconds
        while time.monotonic() < until and not is_enough(least):
            time.sleep(0.1)
            now = {**self.sample(), "files": self.files()}
            least = {what: min(least.get(what, now[what]), now[what]) for what in REST}
        return least

    def run(self):
        self.before = self.rest(REST_LOOK_S, lambda least: False)
        self.began = time.monotonic()
        self.load()
        self.after = self.rest(REST_S, lambda least: least and not at_rest(self.before, least)[1])

    def load(self):
        threads = [threading.Thread(target=self.work, args=(n,)) for n in range(WORKERS)]
        threads += [threading.Thread(target=t, daemon=True) for t in (self.streams, self.tokens, self.reload)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads[:WORKERS]):
            time.sleep(self.seconds / SAMPLES)
            self.samples.append(self.sample())
        self.over.set()
        for t in threads:
            t.join(120)
        self.wrong += [f"{t.name} hangs" for t in threads if t.is_alive()]
        may = self.reloads * (WORKERS + 2) * AGAIN_MAX
        if self.again + self.cut > may:
            self.wrong.append(f"{self.again} requests sent away and {self.cut} streams cut by {self.reloads} reloads")

    def report(self):
        show(self.took)
        told, growing = verdict(self.samples, min(self.seconds / 2, WARM_MAX_S), self.seconds)
        kept, staying = at_rest(self.before, self.after)
        growing += staying
        print("\n".join(told + kept))
        print(f"{self.reloads} reloads; by them {self.again} requests were sent away once, {self.cut} streams ended")
        for line in self.wrong + growing:
            print(f"FAILED: {line}")
        count = sum(sum(c.values()) for c in self.took.values())
        print(f"{count} requests, {count / self.seconds:.0f}/s, {len(self.wrong)} failed")
        return bool(self.wrong or growing)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check_verdict())
    soak = Soak(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
    soak.run()
    sys.exit(soak.report())
