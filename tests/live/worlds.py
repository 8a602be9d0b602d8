#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random worlds: people made from a seed, and rounds of random edits, ours by the source and others' in the directory.

After each sync the directory is what the mapping makes of the source (held against roundtrip.py, which knows nothing
of muster), what others put there is still there, a plan has nothing to do, and undoing the run gives back what was
there before, byte for byte. A read that is cut short takes nobody away.

usage: worlds.py [COUNT [SEED]]     worlds SEED, SEED + 1, ...; a world that fails is told by its number: worlds.py 1 N
"""
import base64
import json
import os
import random
import sys

import lab
import roundtrip

ROUNDS = 4
NOBODY = "cn=nobody," + lab.BASE
PEOPLE, TEAMS, ASIDE = (f"ou={name},{lab.BASE}" for name in ("people", "groups", "inactive"))
NAMES = ["Anna", "Zoë", "Σοφία", "李", "D,Arcy #1", '"x" <y>+z;\\', " Leading", "O'Neil", "*)(uid=*", "=Equals=",
         "محمد", "Zoe\u0308", "a\\2Cb", "ß", "", "Trailing ", "emoji 🎌", "x" * 90]
FAULTS = ["429", "html500", "reset", "truncate", "cut-json", "empty", "not-json", "short-page", "repeat-rows",
          "wrong-total", "404", "forbidden"]
FORCE = """# SPDX-License-Identifier: Apache-2.0
fields:
  mail: {from: "/emails/?/email", transform: [ia5], policy: force}
"""


class Failure(Exception):
    pass


def demand(truth, why, *evidence):
    if not truth:
        raise Failure("\n".join([why, *map(str, evidence)]))


def b64(text):
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def change_text(dn, how, attr, value):
    return f"dn:: {b64(dn)}\nchangetype: modify\n{how}: {attr}\n{attr}:: {b64(value)}\n\n"


def keyed(entries):
    """As roundtrip.py has it: {parsed dn: {attribute in lower case: set of values}}."""
    return {roundtrip.parse_dn(dn): {name.lower(): set(values) for name, values in attrs.items()}
            for dn, attrs in entries.items()}


def said_of(plan):
    """Names, before and after it, of what an undo plan says it can't give back."""
    names = {left["name"] for left in plan["left_alone"]}
    return names | {op["new_name"] for op in plan["operations"] if op["name"] in names and "new_name" in op}


def members(values):
    """Beside a member of others the placeholder is not missed."""
    return [value for value in values if value != NOBODY] or values if values else values


def unlike(there, wanted, but):
    """The entries that differ, and how; but for those that it was said of."""
    for dn in sorted((there.keys() | wanted.keys()) - but):
        have, want = there.get(dn, {}), wanted.get(dn, {})
        for name in sorted(have.keys() | want.keys()):
            if members(have.get(name)) != members(want.get(name)):
                yield f"{dn}: {name}: found {have.get(name)}, wanted {want.get(name)}"


def below(entries, container):
    return {dn: attrs for dn, attrs in entries.items() if dn.endswith("," + container)}


class World:
    def __init__(self, bench, seed):
        self.lab, self.sim, self.seed = bench, bench.sim, seed
        self.random = random.Random(seed)
        self.fresh = 0
        self.log = []        # what happened, for people
        self.others = {}     # {(employeeNumber or dn, attribute): values} that others put there
        self.strangers = {}  # {dn: attributes} of entries of others

    def note(self, line):
        self.log.append(line)

    def chance(self, part):
        return self.random.random() < part

    def name(self, kind):
        self.fresh += 1
        return f"{self.random.choice(NAMES)} {kind} {self.fresh}"

    def address(self):
        self.fresh += 1
        text = self.random.choice(["u", "Anna.Berg+x", "o'neil", "ZOE", "a_b", "σοφία", "x=y"])
        return f"{text}{self.fresh}@Example.test"

    # --- the account ---

    def make(self):
        choose = self.random.choice
        self.sim.rebuild({"users": self.random.randint(8, 40), "groups": self.random.randint(0, 6),
                          "seed": self.seed + 1, "names": choose(["ascii", "mixed"]), "odd": choose([0, 100, 500]),
                          "inactive": choose([0, 100]), "no-group": choose([0, 200])})
        self.anchor()
        self.gone, self.inactive = choose(["disable", "delete"]), choose(["disable", "delete"])
        self.scim, self.force = self.chance(0.4), self.chance(0.4)
        self.lab.load("blank")
        limits = "{count: 1000, percent: 100}"
        self.lab.configure(", scim: {token: env:SENDOSO_SCIM_TOKEN}" if self.scim else "",
                           f", gone: {self.gone}, inactive: {self.inactive}, "
                           f"guards: {{admins: 0, disable: {limits}, remove: {limits}, groups: {limits}, "
                           f"members: {limits}}}",
                           self.lab.path("force") if self.force else None)
        self.note(f"scim {self.scim}, gone {self.gone}, inactive {self.inactive}, force {self.force}")

    # --- edits of the source ---

    def anchor(self):
        """Some who never change: a list that is suddenly empty is not believed, and the first is who we are."""
        team = self.sim.change({"create_group": {"name": "Anchor"}})
        self.anchors = {self.sim.people()[0]["id"], team}
        for i in range(3):
            self.anchors.add(self.sim.change({"join": {"first_name": "A", "last_name": "A", "team_group_id": team,
                                                       "email": f"anchor{i}@example.test"}}))

    def active(self):
        return [person for person in self.sim.people() if person["active"]]

    def someone(self):
        people = [person["id"] for person in self.active() if person["id"] not in self.anchors]
        return self.random.choice(people) if people else None

    def teams(self):
        return [group for group in self.sim.ask("GET", "/groups") if group["id"] not in self.anchors]

    def team(self):
        return self.random.choice([None, *(group["id"] for group in self.teams())])

    def change(self, doc):
        self.note(f"source: {doc}")
        return self.sim.change(doc)

    def edit_person(self, **values):
        if (person := self.someone()) is not None:
            self.change({"user": person, "set": values})

    def rename_person(self):
        self.edit_person(**{self.random.choice(["first_name", "last_name"]): self.name("P")})

    def readdress(self):
        self.edit_person(email=self.address())

    def recase(self):
        number = self.someone()
        for person in self.active():
            if person["id"] == number:
                self.change({"user": number, "set": {"email": person["email"].swapcase()}})

    def move(self):
        self.edit_person(team_group_id=self.team())

    def all_at_once(self):
        self.edit_person(first_name=self.name("P"), last_name=self.name("Q"), email=self.address(),
                         team_group_id=self.team())

    def leave(self):
        self.edit_person(active=False)

    def vanish(self):
        self.edit_person(active=False, gone=True)

    def come_back(self):
        away = [person for person in self.sim.people() if not person["active"]]
        if away:
            self.change({"user": self.random.choice(away)["id"], "set": {"active": True}})

    def join(self):
        self.change({"join": {"first_name": self.name("P"), "last_name": self.name("Q"), "email": self.address(),
                              "team_group_id": self.team()}})

    def create_team(self):
        self.change({"create_group": {"name": self.name("T")}})

    def rename_team(self):
        if (team := self.team()) is not None:
            self.change({"group": team, "set": {"name": self.name("T")}})

    def delete_team(self):
        small = [team["id"] for team in self.teams() if team["members"] <= len(self.active()) / 5]
        if small:
            self.change({"group": self.random.choice(small), "delete": True})

    EDITS = [rename_person] * 3 + [readdress] * 3 + [recase] + [move] * 4 + [all_at_once] * 2 + [leave] * 2 + \
        [vanish, come_back, come_back, join, join, create_team, rename_team, rename_team, delete_team]

    # --- edits of others, in the directory ---

    def modify(self, text):
        self.note("others: " + "; ".join(f"{name}: {value}" for record in lab.ldif_records(text)
                                         for name, value in record))
        self.lab.slapd.modify(text)

    def pick(self, container, of_class):
        there = sorted(dn for dn, attrs in below(self.lab.slapd.dump(), container).items()
                       if of_class in attrs["objectClass"] and dn not in self.strangers)
        return self.random.choice(there) if there else None

    def stranger(self):
        self.fresh += 1
        dn = f"uid=stranger{self.fresh},{PEOPLE}"
        self.modify(f"dn: {dn}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: stranger{self.fresh}\n"
                    f"cn: S\nsn: S\nmail: s{self.fresh}@example.test\n\n")
        self.strangers[dn] = self.lab.slapd.dump()[dn]

    def strange_team(self):
        self.fresh += 1
        dn = f"cn=Strange {self.fresh},{TEAMS}"
        self.modify(f"dn: {dn}\nchangetype: add\nobjectClass: groupOfNames\ncn: Strange {self.fresh}\n"
                    f"member: {lab.ADMIN}\n\n")
        self.strangers[dn] = self.lab.slapd.dump()[dn]

    def add_value(self, container, of_class, attr, value):
        if dn := self.pick(container, of_class):
            self.modify(change_text(dn, "add", attr, value))
            self.others.setdefault((self.identity(dn), attr), set()).add(value)

    def identity(self, dn):
        """A person's number or a team's id outlives renames."""
        entry = self.lab.slapd.dump()[dn]
        if "employeeNumber" in entry:
            return entry["employeeNumber"][0]
        ids = {roundtrip.folded(group["name"]): group["id"] for group in self.sim.ask("GET", "/groups")}
        return ids.get(roundtrip.folded(entry["cn"][0]), dn)

    def room(self):
        self.fresh += 1
        self.add_value(PEOPLE, "inetOrgPerson", "roomNumber", f"room {self.fresh}")

    def other_mail(self):
        self.fresh += 1
        if self.force:  # it goes again
            if dn := self.pick(PEOPLE, "inetOrgPerson"):
                self.modify(change_text(dn, "add", "mail", f"other{self.fresh}@elsewhere.test"))
        else:
            self.add_value(PEOPLE, "inetOrgPerson", "mail", f"other{self.fresh}@elsewhere.test")

    def other_member(self):
        self.fresh += 1
        self.add_value(TEAMS, "groupOfNames", "member", f"uid=guest{self.fresh},ou=staff,{lab.BASE}")

    def drift(self):
        if dn := self.pick(PEOPLE, "inetOrgPerson"):
            self.modify(change_text(dn, "replace", self.random.choice(["sn", "displayName", "givenName"]), "Drifted"))

    def drift_member(self):
        if dn := self.pick(TEAMS, "groupOfNames"):
            members = self.lab.slapd.dump()[dn]["member"]
            ours = [member for member in members if member.endswith(PEOPLE)]
            if len(members) > 1 and ours:
                self.modify(change_text(dn, "delete", "member", self.random.choice(ours)))

    def drift_entry(self):
        if dn := self.pick(PEOPLE, "inetOrgPerson"):
            number = self.identity(dn)
            self.modify(f"dn:: {b64(dn)}\nchangetype: delete\n\n")
            for key in [key for key in self.others if key[0] == number]:
                del self.others[key]

    MEDDLING = [stranger, strange_team, room, room, other_mail, other_member, other_member, drift, drift_member,
                drift_entry]

    # --- what must be so ---

    def sync(self, *more):
        return self.lab.muster("sync", "s", "--yes", "--format", "json", *more)

    def synced(self):
        run = self.sync()
        demand(run.code == 0, "the sync went wrong", run)
        plan = self.lab.muster("plan", "s")
        demand(plan.code == 0, "there is a plan after a sync", plan, "the sync:", run)
        self.check()
        return run

    def check(self):
        """LDAP is what the mapping makes of the source, and has what others put there."""
        entries = self.lab.slapd.dump()
        for dn, attrs in self.strangers.items():
            demand(entries.get(dn) == attrs, f"an entry of others is different: {dn}", attrs, entries.get(dn))
        ours = {dn: attrs for dn, attrs in entries.items() if dn not in self.strangers}
        self.check_others(ours)
        want = roundtrip.wanted(self.sim.url, lab.TOKEN, lab.BASE)
        for attrs in want.values():
            if more := self.others.get((next(iter(attrs["employeenumber"]), None), "mail")
                                       if "employeenumber" in attrs else None):
                attrs["mail"] = set(attrs.get("mail", ())) | more
        problems = roundtrip.differences(want, keyed(ours), lab.BASE, roundtrip.ignoring_case)
        demand(not problems, "the directory is not what the source says:", *problems)
        self.check_away(ours)

    def check_others(self, ours):
        teams = {roundtrip.folded(group["name"]): group["id"] for group in self.sim.ask("GET", "/groups")}
        have = {}
        for dn, attrs in ours.items():
            if "employeeNumber" in attrs:
                have[attrs["employeeNumber"][0]] = attrs
            elif "groupOfNames" in attrs["objectClass"]:
                have[teams.get(roundtrip.folded(attrs["cn"][0]))] = attrs
        for who, attr in list(self.others):
            if who not in have:  # the whole entry is gone: ours to delete
                del self.others[who, attr]
                continue
            lost = self.others[who, attr] - set(have[who].get(attr, ()))
            demand(not lost, f"{who} lost {attr} values of others: {lost}", have[who])

    def check_away(self, ours):
        """Who isn't active is set aside or deleted, as the policy says."""
        aside = {attrs["employeeNumber"][0] for attrs in below(ours, ASIDE).values()}
        active = {str(person["id"]) for person in self.active()}
        demand(not aside & active, "active people are set aside:", aside & active)
        if self.gone == self.inactive == "delete":
            demand(not aside, "the policy is to delete, and there are set aside:", aside)

    # --- rounds ---

    def edit(self):
        for _ in range(self.random.randint(1, 6)):
            self.random.choice(self.EDITS)(self)

    def meddle(self):
        for _ in range(self.random.randint(0, 3)):
            self.random.choice(self.MEDDLING)(self)

    def misread(self):
        """A read that is cut short somewhere takes nobody away (but whom SCIM names as inactive, who is set aside)."""
        before = self.lab.slapd.dump()
        fault = {"kind": self.random.choice(FAULTS), "skip": self.random.randint(0, 8),
                 "times": self.random.choice([1, 3, 100000])}
        self.note(f"fault: {fault}")
        self.sim.fault(fault)
        run = self.sync()
        self.sim.clear()
        demand(run.code in (0, 3, 4), "the sync of a bad read went wrong", run)
        if run.code == 3 or run.json["snapshot"]["verdict"] == "complete":
            return
        after = self.lab.slapd.dump()
        away = {str(person["id"]) for person in self.sim.people() if not person["active"]} if self.scim else set()
        lost = self.numbers(below(before, PEOPLE)) - self.numbers(below(after, PEOPLE)) - away
        demand(not lost, f"people lost after a read that wasn't whole: {lost}", run)
        lost = self.numbers(before) - self.numbers(after)
        demand(not lost, f"people deleted after a read that wasn't whole: {lost}", run)
        lost = len(below(before, TEAMS)) - len(below(after, TEAMS))
        demand(lost <= 0, f"{lost} groups lost after a read that wasn't whole", run)

    def interrupted(self):
        """A run that is cut is taken up by the next one."""
        n = self.random.randint(1, 12)
        self.note(f"interrupted at {n}")
        self.random.choice([
            lambda: self.sync("--stop-after", str(n)), lambda: self.sync("--kill-at", str(n)),
            lambda: self.lab.broken_off(n, False, "sync", "s", "--yes"),
            lambda: self.lab.broken_off(n, True, "sync", "s", "--yes")])()

    def undone(self, run, before):
        """Undoing a run gives back what was there, byte for byte; undoing that, what it had made."""
        after, last = self.lab.slapd.dump(), run
        for state in (before, after):
            file = self.lab.path("undo.json")
            plan = self.lab.muster("undo", str(last), "-o", file)
            with open(file, encoding="utf-8") as text:
                doc = json.load(text)
            trouble = not doc["operations"] and any(left["trouble"] for left in doc["left_alone"])
            demand(plan.code in ((4,) if trouble else (0, 2, 3)), f"run {last} can't be undone", plan)
            done = self.lab.muster("apply", file, "--allow", doc["hash"], "--format", "json")
            demand(done.code == 0, f"undoing run {last} went wrong", plan, done)
            there = self.lab.slapd.dump()
            differing = list(unlike(there, state, said_of(doc)))
            demand(not differing, f"undoing run {last} gives something else back:", *differing, plan)
            last = done.json["run"]
            if self.chance(0.5):
                break

    def numbers(self, entries):
        return {attrs["employeeNumber"][0] for attrs in entries.values() if "employeeNumber" in attrs}

    def go(self):
        self.make()
        self.synced()
        for round_ in range(ROUNDS):
            self.note(f"round {round_ + 1}")
            self.meddle()
            self.edit()
            if self.chance(0.4):
                self.misread()
            if self.chance(0.3):
                self.interrupted()
            before = self.lab.slapd.dump()
            run = self.synced().json["run"]
            if run and self.chance(0.4) and self.lab.can_undo:
                self.undone(run, before)
                self.synced()


def world(bench, seed):
    it = World(bench, seed)
    try:
        it.go()
        return True
    except Failure as failure:
        print(f"FAILED: world {seed}: {failure}\nWhat happened:", *it.log, sep="\n    ", flush=True)
        bench.save(f"world-{seed}")
        return False


def main(args):
    count, seed = (int(text) for text in (args + ["20", "1"][len(args):])[:2])
    bench = lab.Lab()
    os.makedirs(bench.path("force/ldap"))
    with open(bench.path("force/ldap/inetorgperson.yaml"), "w", encoding="utf-8") as file:
        file.write(FORCE)
    failed = 0
    bench.can_undo = bench.muster("undo", "--help").code == 0
    try:
        for number in range(seed, seed + count):
            failed += not world(bench, number)
    finally:
        bench.close()
    print(f"{count - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
