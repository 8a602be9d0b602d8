#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drill over provisioning: from the HRIS to Sendoso, with the simulator counting who was asked for how often.

Each file of provisioning/ is a scenario:
    about     what it shows
    set       settings of the simulator; account, sync: settings of muster.yaml; scim: false for an account without it
    policy    text of the policy (else office.py's)
    people    rows of the export at first, as office.row has them: {"number": 1, "department": "Ops"}
    history   what happens, a sync after each step: a list of changes, as `change` has them
    change    what happens then, and is synced in every way: {"row": ...} comes or changes, {"drop": NUMBER} leaves the
              export, {"accept": true} all invitations, {"time": true} time goes by, anything else is a change of the
              simulator ("@p3" is the id of p3@example.test, "@Sales" that of a group)
    plan      the plan; after: people and invitations after it, both as texts (--update writes them: read them)
    exit      of `muster sync` (0)

Each is gone through whole; then, each time from the start: stopped after step N, killed around its N-th commit, killed
while its N-th write is under way, and each of its calls answered in every bad way, before and after the server has done
what it was asked. Plain syncs must then lead to the same people, and once everybody has accepted, to an empty plan.
Over all of it no address is asked for while an invitation of it is pending or its owner is active, nobody is asked for
who shouldn't be, and nobody is missed, though time may have to go by for it where an answer was lost.

usage: provisioning.py [--full] [--update] [SCENARIO...]
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../live"))
import drill  # noqa: E402
import office  # noqa: E402
from drill import demand, spread  # noqa: E402

FOLDER = os.path.join(HERE, "provisioning")
READ_FAULTS = ["429", "html500", "reset", "truncate", "cut-json", "empty", "not-json", "short-page", "unauthorized"]
# Of a write: what the server says or doesn't when it has done nothing, and when it has done it.
UNDONE = [{"kind": kind} for kind in ("500", "html500", "429", "unauthorized", "reset", "hang", "empty", "not-json")]
DONE = [{"kind": kind, "effect": True} for kind in ("500", "html500", "reset", "hang", "empty", "not-json")] + \
    [{"kind": kind} for kind in ("twice", "cut-json", "truncate")]
GROUPS = ["Sales", "Ops", "Leads"]
SYNCS_MAX = 4
MANY = 5  # more than a read is tried
WAITED_OUT = 2  # of 429, which is waited out, each time twice as long
FAILURES_SHOWN = 5


class Scenario:
    def __init__(self, place, name, full):
        self.office, self.name, self.full = place, name, full
        self.file = os.path.join(FOLDER, name + ".json")
        with open(self.file, encoding="utf-8") as file:
            self.conf = json.load(file)
        self.exit = self.conf.get("exit", 0)

    # --- the start ---

    def number(self, name):
        if not isinstance(name, str) or not name.startswith("@"):
            return name
        if name[1:] in self.office.groups:
            return self.office.groups[name[1:]]
        return self.office.people()[name[1:] + "@example.test"]["id"]

    def resolved(self, doc):
        if isinstance(doc, dict):
            return {key: self.resolved(value) for key, value in doc.items()}
        return self.number(doc)

    def happen(self, changes):
        for change in changes:
            if "row" in change:
                values = dict(change["row"])
                number = values.pop("number")
                self.rows[number] = office.row(number, **values)
            elif "drop" in change:
                del self.rows[change["drop"]]
            elif "accept" in change:
                self.office.accept()
            elif "time" in change:
                self.office.time_goes_by()
            else:
                self.office.sim.change(self.resolved(change))
        self.office.feed(self.rows.values())

    def configure(self, more=""):
        self.office.configure(", reinvite: 5" + self.conf.get("account", "") + more, self.conf.get("sync", ""),
                              self.conf.get("scim", True), self.conf.get("policy", office.POLICY))

    def begin(self):
        """From nothing to the moment before the run that the scenario is about."""
        self.rows = {}
        self.office.clear(self.conf.get("set", {}), GROUPS)
        self.configure()
        self.happen({"row": one} for one in self.conf["people"])
        for changes in self.conf.get("history", []):
            self.happen(changes)
            first = self.office.sync()
            demand(first.code in (0, self.exit), "the sync before it failed", first)
        self.happen(self.conf.get("change", []))
        self.office.sim.calls()

    # --- what is so ---

    def state(self):
        """People and invitations, as lines."""
        lines = [f"{person['email']}: {'active' if person['active'] else 'inactive'} {person['role']} in "
                 f"{person['team_group']}" for person in self.office.people().values()]
        lines += [f"{one['email']}: invited {one['role']}" for one in self.office.pending().values()]
        return sorted(lines)

    def nobody_twice(self, *evidence):
        tally = self.office.tally()
        wrong = {email: counts for email, counts in tally["emails"].items()
                 if counts["while_pending"] or counts["while_active"]}
        demand(not wrong, "asked for while pending or active:", wrong, *evidence)
        asked = set(tally["emails"]) - self.asked
        demand(not asked, "asked for, and shouldn't be:", asked, *evidence)

    # --- the whole run ---

    def expect(self, key, lines, update):
        if update:
            self.conf[key] = lines
            with open(self.file, "w", encoding="utf-8") as file:
                json.dump(self.conf, file, ensure_ascii=False, indent=2)
                file.write("\n")
        demand(self.conf.get(key) == lines, f"another {key} than expected:", "\n".join(lines))

    def whole(self, update):
        self.asked = set()
        self.begin()
        self.office.muster("pull", "hris")
        made = self.office.muster("plan", "s", "--format", "json")
        demand(made.code in (0, 2, 3, 4), "there is no plan", made)
        self.ops = len(made.json["operations"])
        self.expect("plan", drill.plan_text(made.json).splitlines(), update)
        self.office.sim.calls()
        done = self.office.sync()
        demand(done.code == self.exit, f"the sync ends with {done.code}", done)
        self.requests = [(one["method"], one["path"]) for one in self.office.sim.ask("GET", "/log?limit=100000")]
        self.asked = set(self.office.tally()["emails"])
        self.expect("after", self.state(), update)
        self.nothing_more(done)
        self.end = self.everybody_accepts(done)

    def nothing_more(self, *evidence):
        again = self.office.muster("plan", "s", "--format", "json")
        open_ops = [op for op in again.json["operations"] if op["verb"] != "manual"]
        demand(not open_ops, "a second plan is not empty:", drill.plan_text(again.json), *evidence)
        self.nobody_twice(*evidence)

    def everybody_accepts(self, *evidence):
        self.office.accept()
        last = self.office.sync()
        demand(last.code == self.exit, "the sync after everybody has accepted", last, *evidence)
        self.nothing_more(last, *evidence)
        return self.state()

    # --- interrupted ---

    def resumed(self, run):
        evidence = ["first run:", run]
        self.nobody_twice(*evidence)
        evidence += ["resumed by:", self.settled(evidence)]
        self.nobody_twice(*evidence)
        self.journal(evidence)
        self.office.time_goes_by()
        evidence += ["and, after a time, by:", self.settled(evidence)]
        end = self.everybody_accepts(*evidence)
        demand(end == self.end, "other people than after a whole run:",
               *sorted(set(end) ^ set(self.end)), *evidence)

    def settled(self, evidence):
        """A plain sync does what is left, or says what it waits for."""
        last = self.office.sync()
        demand(last.code in (self.exit, 4), f"the next sync ends with {last.code}", last, *evidence)
        return last

    def journal(self, evidence):
        runs = self.office.muster("runs", "--format", "json", "--limit", "3").json
        for run in runs["runs"] if isinstance(runs, dict) else runs:
            demand(run["status"] != "running", f"run {run['id']} is still running", *evidence)
            steps = self.office.muster("runs", str(run["id"]), "--format", "json").json["steps"]
            doubt = [step["seq"] for step in steps if step["done"] == "intent"]
            demand(not doubt, f"run {run['id']}: no outcome of steps {doubt}", *evidence)

    def most(self):
        return 40 if self.full else 2

    def stopped(self):
        for n in spread(self.ops - 1, self.most()):
            yield f"stopped after step {n}", lambda n=n: self.office.sync("--stop-after", str(n))

    def killed(self):
        for n in spread(self.commits(), self.most()) if self.full else (3, 6):
            yield f"killed at moment {n}", lambda n=n: self.office.sync("--kill-at", str(n))

    def commits(self):
        n = 0
        while True:
            self.begin()
            if self.office.sync("--kill-at", str(n + 1)).code != -9:
                return n
            n += 1

    def writes(self):
        """(method, its number) of each call that isn't a read."""
        methods = [method for method, _ in self.requests if method != "GET"]
        return [(method, methods[:i].count(method) + 1) for i, method in enumerate(methods)]

    def in_flight(self):
        for method, n in self.writes()[:self.most()]:
            yield (f"killed during {method} {n}", lambda method=method, n=n: self.office.killed_in_flight(
                {"method": method, "skip": n - 1}, "sync", "s", "--yes"))

    def miswritten(self):
        """Where the server refuses what it has already, nobody can tell who sent it twice: told, and for a person."""
        twice = self.conf.get("set", {}).get("invite-duplicate") == "ok"
        ways = [(method, n, fault) for method, n in self.writes() for fault in UNDONE + DONE
                if twice or method != "POST" or fault["kind"] != "twice"]
        for method, n, fault in ways if self.full else ways[len(self.name) % 5::max(1, len(ways) // 3)]:
            done = " (done)" if fault in DONE else ""
            yield (f"{method} {n}: {fault['kind']}{done}", lambda method=method, n=n, fault=fault: self.answered(
                {**fault, "method": method, "skip": n - 1}))

    def misread(self):
        count = sum(method == "GET" for method, _ in self.requests)
        ways = [(n, kind) for n in range(1, count + 1) for kind in READ_FAULTS]
        for n, kind in ways if self.full else ways[len(self.name) % 7::max(1, len(ways) // 2)]:
            times = WAITED_OUT if kind == "429" and not self.full else MANY
            yield f"read {n}: {kind}", lambda n=n, kind=kind, times=times: self.answered(
                {"method": "GET", "skip": n - 1, "kind": kind, "times": times})

    def answered(self, fault):
        if fault["kind"] == "hang":
            self.configure(", timeout: 1s")
        self.office.sim.fault(fault)
        run = self.office.sync()
        self.office.sim.clear()
        self.configure()
        demand(run.code in (0, 1, 3, 4), f"the sync ends with {run.code}", run)
        return run

    def ways(self):
        for way in self.stopped, self.killed, self.in_flight, self.miswritten, self.misread:
            yield from way()

    def interrupted(self, way):
        self.begin()
        self.resumed(way())


def gone_through(place, name, full, update):
    """How many faults were put in, and how many of them went badly."""
    scenario = Scenario(place, name, full)
    if not drill.attempt(scenario, "the whole run", scenario.whole, update):
        return 0, 1
    faults = bad = 0
    for what, way in scenario.ways():
        faults += 1
        bad += not drill.attempt(scenario, what, scenario.interrupted, way)
        if bad == FAILURES_SHOWN:
            break
    print(f"{'FAILED' if bad else 'ok'}: {name}: {faults} faults", flush=True)
    return faults, bad


def main(args):
    full, update = "--full" in args, "--update" in args
    names = [arg for arg in args if not arg.startswith("--")] or sorted(
        name.removesuffix(".json") for name in os.listdir(FOLDER))
    place = office.Office()
    faults = failed = 0
    try:
        for name in names:
            more, bad = gone_through(place, name, full, update)
            faults, failed = faults + more, failed + bad
    finally:
        place.close()
    print(f"{len(names)} scenarios, {faults} faults injected, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
