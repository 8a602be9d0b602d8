# SPDX-License-Identifier: Apache-2.0
"""A laboratory for tests that run muster many times: one simulator and one slapd, both put back into any state in
moments, a relay between muster and slapd that breaks where it is told to, and the count of what was really written.

Set by `make check`: top_srcdir, MUSTER, SENDOSO_SIM, MUSTER_MAPPINGS.
"""
import base64
import ctypes
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter

ROOT = os.environ["top_srcdir"]
BASE = "dc=example,dc=org"
ADMIN, PASSWORD = "cn=admin," + BASE, "secret"
TOKEN, SCIM_TOKEN = "sim-token", "scim-token"
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 300  # seconds after which a program is taken to hang

# What a server keeps for itself (and the names in an audit record that are no attributes).
OPERATIONAL = {"structuralobjectclass", "entryuuid", "entrycsn", "creatorsname", "createtimestamp", "modifiersname",
               "modifytimestamp"}


def need(*programs):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    for program in programs:
        if not shutil.which(program, path=path):
            print(f"skipped: no {program} here")
            raise SystemExit(77)


# --- LDIF ---


def ldif_records(text):
    """Records as lists of (name, value); a lone "-" is ("-", "")."""
    record = []
    for line in text.replace("\n ", "").split("\n") + [""]:
        if line.startswith("#"):
            continue
        if not line:
            if record:
                yield record
            record = []
            continue
        name, _, value = line.partition(":")
        value = base64.b64decode(value[1:]).decode("utf-8", "surrogateescape") if value[:1] == ":" else value[1:]
        record.append((name, value))


def directory_of(text):
    """{dn: {attribute: sorted values}} of what ldapsearch printed."""
    entries = {}
    for record in ldif_records(text):
        attrs = {}
        for name, value in record[1:]:
            attrs.setdefault(name, []).append(value)
        entries[record[0][1]] = {name: sorted(values) for name, values in attrs.items()}
    return entries


def effects_of(text):
    """What was written, from an audit log, as countable tuples: a create is one, a change is one for each value."""
    for record in ldif_records(text):
        dn, kind, rest = record[0][1], record[1][1], record[2:]
        if kind == "add":
            yield ("add", dn, tuple(sorted(pair for pair in rest if pair[0].lower() not in OPERATIONAL)))
        elif kind == "modify":
            yield from changes_of(dn, rest)
        elif kind == "modrdn":
            yield ("rename", dn) + tuple(value for name, value in rest if name in ("newrdn", "newsuperior"))
        else:
            yield (kind, dn)


def changes_of(dn, lines):
    how = attr = None
    for name, value in lines:
        if name == "-":
            how = None
        elif how is None:
            how, attr = name, value
            if attr.lower() in OPERATIONAL:
                continue
        elif attr.lower() not in OPERATIONAL:
            yield (how, dn, attr, value)


# --- slapd ---


class Slapd:
    def __init__(self, home):
        self.home = home
        self.script = os.path.join(ROOT, "tests/live/slapd.sh")
        self.audit = os.path.join(home, "audit.ldif")
        self.env = os.path.join(home, "env")
        self.run("setup", "--nosync", "--audit")
        self.start()

    def run(self, command, *switches):
        done = subprocess.run(["bash", self.script, command, self.home, *switches], capture_output=True, text=True,
                              timeout=PATIENCE)
        if done.returncode:
            print(done.stdout + done.stderr)
            raise SystemExit(done.returncode)

    def start(self):
        self.run("start")
        with open(self.env, encoding="utf-8") as file:
            env = dict(line.rstrip("\n").split("=", 1) for line in file)
        self.url, self.address = env["LDAP_URL"], ("127.0.0.1", int(env["LDAP_PORT"]))

    def kill(self):
        """At once: what is in the database file is kept, as the kernel has it."""
        with open(os.path.join(self.home, "slapd.pid"), encoding="ascii") as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:  # it is not ours to wait for where orphans can't be adopted
            while os.path.exists(f"/proc/{pid}/exe"):
                time.sleep(0.002)

    def save(self, to):
        os.makedirs(to, exist_ok=True)
        subprocess.run(["cp", "--sparse=always", os.path.join(self.home, "db/data.mdb"), to], check=True)

    def load(self, saved):
        self.kill()
        subprocess.run(["cp", "--sparse=always", os.path.join(saved, "data.mdb"), os.path.join(self.home, "db")],
                       check=True)
        self.start()
        self.forget()

    def forget(self):
        """What was written so far counts no more."""
        if os.path.exists(self.audit):
            os.truncate(self.audit, 0)

    def written(self):
        if not os.path.exists(self.audit):
            return Counter()
        with open(self.audit, encoding="utf-8") as file:
            return Counter(effects_of(file.read()))

    def tool(self, program, *args, text=""):
        return subprocess.run([program, "-x", "-H", self.url, "-D", ADMIN, "-w", PASSWORD, *args], input=text,
                              capture_output=True, text=True, timeout=PATIENCE)

    def dump(self):
        found = self.tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", BASE, "-E", "pr=1000/noprompt")
        return directory_of(found.stdout) if found.returncode == 0 else {}

    def modify(self, text):
        done = self.tool("ldapmodify", text=text)
        if done.returncode:
            raise RuntimeError("ldapmodify: " + done.stderr)


# --- the relay ---


def frames(pending):
    """Takes whole LDAP messages off a bytearray: (tag of the operation, bytes)."""
    while len(pending) >= 2:
        length, head = pending[1], 2
        if length & 0x80:
            head += length & 0x7f
            if len(pending) < head:
                return
            length = int.from_bytes(pending[2:head], "big")
        if len(pending) < head + length:
            return
        message = bytes(pending[:head + length])
        del pending[:head + length]
        yield message[head + 2 + message[head + 1]], message


class Relay:
    """Passes LDAP on, and at the N-th answer to a write (`arm`) hands the moment to a function; that answer and all
    later ones never arrive. What the server has been sent by then is carried out, and waited for (`rest`)."""
    REQUESTS = {0x68, 0x66, 0x6c, 0x4a}  # add, modify, modrdn, delete
    ANSWERS = {0x69, 0x67, 0x6d, 0x6b}

    def __init__(self, slapd):
        self.slapd = slapd
        self.changed = threading.Condition()
        self.open = self.asked = self.answered = self.at = 0
        self.action = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, at=0, action=None):
        with self.changed:
            self.asked = self.answered = 0
            self.at, self.action = at, action

    def rest(self):
        with self.changed:
            if not self.changed.wait_for(lambda: self.open == 0, PATIENCE):
                raise RuntimeError("the directory never answered")

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.slapd.address)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.open += 1
            cut = threading.Event()
            threading.Thread(target=self.forth, args=(client, server, cut), daemon=True).start()
            threading.Thread(target=self.back, args=(client, server, cut), daemon=True).start()

    def forth(self, client, server, cut):
        pending = bytearray()
        while not cut.is_set() and (got := receive(client)):
            pending += got
            for tag, message in frames(pending):
                with self.changed:
                    if cut.is_set():
                        break
                    self.asked += tag in self.REQUESTS
                    server.sendall(message)
        with self.changed:
            self.changed.wait_for(lambda: self.answered >= self.asked, PATIENCE)
        shut(server)

    def back(self, client, server, cut):
        pending = bytearray()
        while got := receive(server):
            pending += got
            for tag, message in frames(pending):
                if tag in self.ANSWERS:
                    self.count(client, cut)
                if not cut.is_set():
                    send(client, message)
        for end in (client, server):
            shut(end)
            end.close()
        with self.changed:
            self.open -= 1
            self.changed.notify_all()

    def count(self, client, cut):
        with self.changed:
            self.answered += 1
            if self.answered == self.at:
                cut.set()
                if self.action:
                    self.action()
                shut(client)
            self.changed.notify_all()


def receive(end):
    try:
        return end.recv(65536)
    except OSError:
        return b""


def send(end, message):
    try:
        end.sendall(message)
    except OSError:
        pass


def shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


# --- the simulator ---


class Sim:
    def __init__(self, home):
        ready = os.path.join(home, "sim.ready")
        self.process = subprocess.Popen(
            [os.environ["SENDOSO_SIM"], "--port", "0", "--control-port", "0", "--token", TOKEN, "--scim-token",
             SCIM_TOKEN, "--users", "1", "--groups", "0", "--rate", "off", "--ready-file", ready],
            stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while not os.path.exists(ready) or os.path.getsize(ready) == 0:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.01)
        with open(ready, encoding="utf-8") as file:
            words = file.read().split()
        self.url, self.control = words[1], http.client.HTTPConnection(words[3].split("//")[1], timeout=PATIENCE)

    def ask(self, method, path, doc=None):
        self.control.request(method, path, None if doc is None else json.dumps(doc))
        answer = self.control.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"simulator: {method} {path} {doc}: {text.decode()}")
        return json.loads(text)

    def rebuild(self, settings):
        """Another account; changes and faults are forgotten."""
        self.ask("POST", "/set", {"users": 1, "groups": 0, "inactive": 0, "empty-groups": 0, "no-group": 0,
                                  "names": "ascii", "odd": 0, "big-group": 0, "twins": 0, "duplicates": 0,
                                  "seed": 1, **settings})
        self.ask("POST", "/reset")

    def change(self, doc):
        return self.ask("POST", "/change", doc)["id"]

    def fault(self, *faults):
        self.ask("POST", "/fault", list(faults))

    def clear(self):
        self.ask("DELETE", "/fault")

    def calls(self):
        """Requests since the last time this was asked."""
        count = len(self.ask("GET", "/log?limit=100000"))
        self.ask("DELETE", "/log")
        return count

    def people(self):
        return self.ask("GET", "/people?count=100000")

    def stop(self):
        self.process.kill()
        self.process.wait()


# --- muster ---


class Run:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit {self.code}\n{self.err}{self.out}"


def adopt_orphans():
    """A slapd becomes a daemon: where nobody else reaps those, thousands of them would stay as zombies."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Lab:
    """Everything together. A state is a directory with a copy of the LDAP database and of muster's store."""

    def __init__(self):
        need("slapd", "ldapsearch", "ldapmodify")
        adopt_orphans()
        self.home = tempfile.mkdtemp(prefix="muster-lab.", dir=os.environ.get("TMPDIR"))
        self.env = {**os.environ, "SENDOSO_TOKEN": TOKEN, "SENDOSO_SCIM_TOKEN": SCIM_TOKEN, "LDAP_PASSWORD": PASSWORD,
                    "no_proxy": "*"}
        self.slapd = Slapd(os.path.join(self.home, "slapd"))
        self.sim = Sim(self.home)
        self.relay = Relay(self.slapd)
        self.config = os.path.join(self.home, "muster.yaml")
        self.save("blank")

    def close(self):
        self.sim.stop()
        self.slapd.run("clean")
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.home)

    def path(self, name):
        return os.path.join(self.home, name)

    def configure(self, account="", sync="", mappings=None):
        """All LDAP goes through the relay. `account`: lines of the source, `sync`: settings of the sync."""
        text = f"""store: muster.db
{"mappings: " + mappings if mappings else ""}
accounts:
  sendoso: {{adapter: sendoso, url: "{self.sim.url}", token: env:SENDOSO_TOKEN, rate: "off", tries: 2{account}}}
  corp:
    adapter: ldap
    url: {self.relay.url}
    bind: {{dn: "{ADMIN}", password: env:LDAP_PASSWORD}}
    base: {BASE}
syncs:
  s: {{from: sendoso, to: corp{sync}}}
"""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *args):
        return subprocess.Popen([os.environ["MUSTER"], "-c", self.config, *args], env=self.env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def muster(self, *args):
        return self.wait(self.start(*args))

    def wait(self, process):
        """The end of a run, and of what it left under way at the server."""
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self.relay.rest()
        return Run(process.returncode, out, err)

    def broken_off(self, at, kill, *args):
        """A run whose LDAP connection breaks in place of the at-th answer to a write; or that dies then."""
        started = threading.Event()
        process = None

        def end():
            started.wait(PATIENCE)
            process.kill()
        self.relay.arm(at, end if kill else None)
        process = self.start(*args)
        started.set()
        run = self.wait(process)
        self.relay.arm()
        return run

    def save(self, name):
        self.slapd.save(self.path(name))
        for suffix in ("", "-wal", "-shm"):
            copy(self.path("muster.db" + suffix), os.path.join(self.path(name), "muster.db" + suffix))

    def load(self, name):
        self.slapd.load(self.path(name))
        for suffix in ("", "-wal", "-shm"):
            copy(os.path.join(self.path(name), "muster.db" + suffix), self.path("muster.db" + suffix))


def copy(source, to):
    if os.path.exists(source):
        shutil.copy(source, to)
    elif os.path.exists(to):
        os.unlink(to)
