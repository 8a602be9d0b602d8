#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drill: each folder here is a scenario, and each scenario is gone through in every way it can be interrupted.

A folder has
    scenario.json   about: what it shows; set: settings of the simulator; source: changes that make its people (without
                    it those of people.json; a change may be named by "as", and "@name" is its id from then on);
                    history: lists of changes, a sync after each; change: what happens after the first sync (without
                    history, change and others.ldif the first sync itself is the scenario); faults: of the source,
                    there all the time; account, sync: settings of muster.yaml; exit: of `muster sync` (0; 3: it
                    must refuse and write nothing); detours: an interrupted run may lead another way to the same end
    before.ldif     what stands in the directory before muster comes
    others.ldif     what others do to it after the first sync (ldapmodify)
    mappings/       a layer over the shipped mappings
    plan.expected   the plan, and whom it leaves alone
    after.expected  the directory after it

For each: plan and outcome are as expected, and a second run has nothing to do. Then, each time from the same start, the
run is stopped after step N, killed around its N-th commit, loses its connection in place of the N-th answer to a write,
dies at that moment, and finds the N-th call of its read answered badly. A plain `muster sync --yes` afterwards must
reach the same end, with every write done once over both runs, and an outcome for every step in the journal.

usage: drill.py [--full] [--update] [SCENARIO...]     --update writes the expected files anew: read them
"""
import hashlib
import json
import os
import sys
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../live"))
import lab  # noqa: E402

LINES_MAX, LINES_SHOWN = 400, 30
FAULTS = ["429", "html500", "reset", "truncate", "cut-json", "empty", "not-json", "short-page", "hang"]
MANY = 5  # more than a read is tried; a 429 is waited out
FAILURES_SHOWN, EVIDENCE_SHOWN = 5, 1500


class Failure(Exception):
    pass


def demand(truth, why, *evidence):
    if not truth:
        raise Failure("\n".join([why, *(str(e)[:EVIDENCE_SHOWN] for e in evidence)]))


def people():
    with open(os.path.join(HERE, "people.json"), encoding="utf-8") as file:
        return json.load(file)


def spread(total, most):
    """At most so many numbers of 1..total, both ends among them."""
    if total <= most:
        return list(range(1, total + 1))
    return sorted({1 + i * (total - 1) // (most - 1) for i in range(most)})


def brief(lines):
    """What is too long to be read is held by its digest."""
    if len(lines) <= LINES_MAX:
        return "".join(line + "\n" for line in lines)
    rest = "\n".join(lines[LINES_SHOWN:])
    shown = "".join(line + "\n" for line in lines[:LINES_SHOWN])
    return f"{shown}... and {len(lines) - LINES_SHOWN} lines, {hashlib.sha256(rest.encode()).hexdigest()}\n"


def visible(value):
    return value if value == value.strip() and value.isprintable() else json.dumps(value, ensure_ascii=False)


def plan_text(plan):
    lines = []
    for op in plan["operations"]:
        to = " -> " + op["new_name"] if "new_name" in op else ""
        lines.append(f"{op['verb']} {op.get('kind', 'container')} {op['name']}{to} ({op['why']})")
        for change in op.get("changes", []):
            if change["attr"] == "objectClass":
                continue
            lines += [f"    - {change['attr']}: {visible(v)}" for v in change.get("remove", [])]
            lines += [f"    + {change['attr']}: {visible(v)}" for v in change.get("add", [])]
    for left in plan.get("left_alone", []):
        lines.append(f"left alone{' (trouble)' if left.get('trouble') else ''}: {left['name']}: {left['reason']}")
    for guard in plan["guards"]:
        if guard["over"]:
            lines.append(f"refused: {guard['guard']}: {guard['count']} of {guard['of']}")
    return brief(lines)


def directory_text(entries):
    lines = []
    for dn in sorted(entries, key=lambda dn: (dn.count(","), dn)):
        lines.append(f"dn: {visible(dn)}")
        for name in sorted(entries[dn]):
            lines += [f"{name}: {visible(value)}" for value in entries[dn][name]]
        lines.append("")
    return brief(lines)


def removals(written):
    """People and groups that lose something. A member who goes under one name and comes under another loses nothing."""
    came = Counter(effect[1] for effect in written if effect[0] == "add" and effect[2] == "member")
    for effect in written:
        if effect[0] == "delete" and len(effect) == 2 or effect[0] == "rename" and "ou=inactive" in effect[-1]:
            yield effect
        elif effect[0] == "delete" and effect[2] == "member":
            came[effect[1]] -= 1
            if came[effect[1]] < 0:
                yield effect


class Scenario:
    def __init__(self, bench, name, full):
        self.lab, self.name, self.full = bench, name, full
        self.folder = os.path.join(HERE, name)
        with open(os.path.join(self.folder, "scenario.json"), encoding="utf-8") as file:
            self.conf = json.load(file)
        self.names = {}
        self.exit = self.conf.get("exit", 0)

    # --- the start ---

    def file(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def resolved(self, doc):
        if isinstance(doc, dict):
            return {key: self.resolved(value) for key, value in doc.items()}
        return self.names.get(doc, doc) if isinstance(doc, str) else doc

    def happen(self, changes):
        for change in changes:
            change = dict(change)
            name = change.pop("as", None)
            number = self.lab.sim.change(self.resolved(change))
            if name:
                self.names["@" + name] = number

    def configure(self, more=""):
        mappings = os.path.join(self.folder, "mappings")
        account, sync = (", " + self.conf[key] if key in self.conf else "" for key in ("account", "sync"))
        self.lab.configure(account + more, sync, mappings if os.path.exists(mappings) else None)

    def sync(self, *more):
        return self.lab.muster("sync", "s", "--yes", "--format", "json", *more)

    def set_up(self):
        bench = self.lab
        bench.sim.rebuild(self.conf.get("set", {}))
        bench.load("blank")
        self.configure()
        self.happen(self.conf["source"] if "source" in self.conf else people())
        if before := self.file("before.ldif"):
            bench.slapd.modify(before)
        if any(key in self.conf for key in ("history", "change")) or self.file("others.ldif"):
            for changes in [[], *self.conf.get("history", [])]:
                self.happen(changes)
                first = self.sync()
                demand(first.code == 0, "the sync before it failed", first)
            self.happen(self.conf.get("change", []))
            if others := self.file("others.ldif"):
                bench.slapd.modify(others)
        bench.save("start")
        self.faults()

    def faults(self):
        self.lab.sim.clear()
        if "faults" in self.conf:
            self.lab.sim.fault(*self.conf["faults"])

    def begin(self):
        # Whether an interrupted run and the next may do other things than a whole one, and rightly.
        self.detour = self.conf.get("detours", False)
        self.lab.load("start")
        self.faults()

    # --- the whole run, against what is expected ---

    def expect(self, name, text, update):
        path = os.path.join(self.folder, name)
        if update:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open("got", "w", encoding="utf-8") as file:
            file.write(text)
        demand(self.file(name) == text, f"differs from {name}:", diff(path, "got"))

    def whole(self, update):
        bench, plan = self.lab, self.lab.path("plan.json")
        self.begin()
        bench.sim.calls()
        bench.muster("pull", "sendoso")
        self.calls = bench.sim.calls()
        made = bench.muster("plan", "s", "-o", plan)
        demand(made.code in (0, 2, 3, 4), "there is no plan", made)
        with open(plan, encoding="utf-8") as file:
            plan_doc = json.load(file)
        self.ops = len(plan_doc["operations"])
        self.expect("plan.expected", plan_text(plan_doc), update)
        done = bench.muster("apply", plan)
        demand(done.code == (3 if self.exit == 3 else 0), f"apply ends with {done.code}", done)
        self.written, self.end = bench.slapd.written(), bench.slapd.dump()
        self.expect("after.expected", directory_text(self.end), update)
        if self.exit == 3:
            demand(not self.written, "it refused, and wrote:", *self.written)
            return
        again = bench.muster("plan", "s", "--format", "json")
        demand(not again.json["operations"], "a second plan is not empty:", plan_text(again.json))
        self.nothing_more()

    def nothing_more(self):
        self.lab.slapd.forget()
        again = self.sync()
        demand(again.code == self.exit, "a second sync isn't content", again)
        demand(not self.lab.slapd.written(), "a second sync writes:", self.lab.slapd.written())

    # --- interrupted ---

    def resumed(self, run):
        """After whatever came to pass, one plain sync ends it."""
        before = self.lab.slapd.written()
        last = self.sync()
        written = self.lab.slapd.written()
        evidence = ["first run:", run, "resumed by:", last]
        demand(last.code == self.exit, f"the next sync ends with {last.code}", *evidence)
        demand(self.lab.slapd.dump() == self.end, "another end than that of a whole run", *evidence)
        differing = sorted((written - self.written) + (self.written - written), key=repr)
        demand(self.detour or not differing, "not everything was written once:", *differing,
               "before the resumption:", *before, *evidence)
        twice = [effect for effect in written if written[effect] > max(1, self.written[effect])]
        demand(not twice, "written twice:", *twice, "before the resumption:", *before, *evidence)
        self.journal(evidence)

    def journal(self, evidence):
        runs = self.lab.muster("runs", "--format", "json", "--limit", "3").json
        for run in runs["runs"] if isinstance(runs, dict) else runs:
            demand(run["status"] != "running", f"run {run['id']} is still running", *evidence)
            steps = self.lab.muster("runs", str(run["id"]), "--format", "json").json["steps"]
            doubt = [step["seq"] for step in steps if step["done"] == "intent"]
            demand(not doubt, f"run {run['id']}: no outcome of steps {doubt}", *evidence)

    def most(self):
        """Moments of one kind: all of them, but for the quick drill and in the large."""
        return 2 if not self.full else 60 if self.ops < 100 else 6

    def stopped(self):
        for n in spread(self.ops - 1, self.most()):
            yield f"stopped after step {n}", lambda n=n: self.sync("--stop-after", str(n))

    def killed(self):
        for n in spread(self.commits(), self.most()) if self.full else (3, 4, 5):
            when = "before" if n % 2 else "after"
            yield f"killed {when} commit {(n + 1) // 2}", lambda n=n: self.sync("--kill-at", str(n))

    def commits(self):
        """Moments at which a run can be killed: two around each commit."""
        n = 0
        while True:
            self.begin()
            if self.sync("--kill-at", str(n + 1)).code != -9:
                return n
            n += 1

    def disconnected(self):
        for n in spread(self.requests(), self.most()):
            for kill, how in (False, "cut off"), (True, "killed"):
                yield (f"{how} at the answer to write {n}",
                       lambda n=n, kill=kill: self.lab.broken_off(n, kill, "sync", "s", "--yes"))

    def requests(self):
        """Writes as requests, roughly: all values of one entry are one."""
        return len({effect[:2] for effect in self.written})

    # --- read badly ---

    def misread(self):
        calls = spread(self.calls, self.most())
        ways = [(n, times, kind) for n in calls for times in (1, MANY) for kind in FAULTS]
        for n, times, kind in ways if self.full else ways[len(self.name) % 7::len(ways) // 2]:
            yield (f"call {n}{'' if times == 1 else ' and those after it'}: {kind}",
                   lambda n=n, times=times, kind=kind: self.misread_at(n, times, kind))

    def misread_at(self, n, times, kind):
        bench = self.lab
        if kind == "hang":
            self.configure(", timeout: 1s")
        bench.sim.fault({"kind": kind, "skip": n - 1, "times": times})
        run = self.sync()
        self.configure()
        bench.sim.clear()
        written, asked = bench.slapd.written(), self.written
        demand(run.code in (0, 3, 4), f"the sync ends with {run.code}", run)
        if run.code == 3:
            demand(not written, "it refused, and wrote:", *written, run)
        elif run.json["snapshot"]["verdict"] == "complete":
            demand(not written - asked, "it wrote what isn't asked for:", *(written - asked), run)
        else: # less was seen, so other additions may come first; never a removal
            lost = list(removals(written - asked))
            demand(not lost, "it removed:", *lost, run)
            self.detour = self.detour or bool(written - asked)
        return run

    # --- all of it ---

    def ways(self):
        """What to call it, and what to do before a plain sync."""
        if not self.written:
            return
        yield from self.stopped()
        yield from self.killed()
        yield from self.disconnected()
        if "faults" not in self.conf:
            yield from self.misread()

    def interrupted(self, way):
        self.begin()
        self.resumed(way())


def diff(one, other):
    return lab.subprocess.run(["diff", "-u", one, other], capture_output=True, text=True).stdout


def attempt(scenario, what, function, *args):
    try:
        function(*args)
        return True
    except Failure as failure:
        print(f"FAILED: {scenario.name}: {what}: {failure}", flush=True)
        return False


def drill(bench, name, full, update):
    """How many ways went well, and how many didn't."""
    scenario = Scenario(bench, name, full)
    if not attempt(scenario, "set up", scenario.set_up) or \
            not attempt(scenario, "the whole run", scenario.whole, update):
        return 0, 1
    good = bad = 0
    for what, way in scenario.ways():
        done = attempt(scenario, what, scenario.interrupted, way)
        good, bad = good + done, bad + (not done)
        if bad == FAILURES_SHOWN:
            break
    print(f"{'FAILED' if bad else 'ok'}: {name}: {good + 1} ways", flush=True)
    return good + 1, bad


def main(args):
    full, update = "--full" in args, "--update" in args
    names = [arg for arg in args if not arg.startswith("--")] or sorted(
        name for name in os.listdir(HERE) if os.path.exists(os.path.join(HERE, name, "scenario.json")))
    bench = lab.Lab()
    os.chdir(bench.home)
    passed = failed = 0
    try:
        for name in names:
            good, bad = drill(bench, name, full, update)
            passed, failed = passed + good, failed + bad
    finally:
        bench.close()
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
