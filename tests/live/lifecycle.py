#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random lives: people of an HRIS join, move, are promoted, renamed, leave and return; in Sendoso they accept invitations
or let them expire, single sign-on lets some in and an administrator meddles; SCIM comes and goes, answers are lost.

After each round syncs lead to where the policy says, a further plan has nothing to do, nobody was asked for while an
invitation of theirs was pending or they were active, and of people who aren't ours nobody was touched.

usage: lifecycle.py [COUNT [SEED]]     lives SEED, SEED + 1, ...; one that fails is told by its number: lifecycle.py 1 N
"""
import random
import sys

import office
from worlds import Failure

SHOWN = 2500

ROUNDS = 6
GROUPS = ["Sales", "Ops", "Leads"]
ROLES = {"regular": "sender", "manager": "manager"}
NAMES = ["Anna", "Zoë", "Σοφία", "李", "D,Arcy #1", '"x" <y>', "O'Neil", "=SUM(A1)", "Zoe\u0308", "x" * 90]
FAULTS = ["500", "html500", "reset", "429", "empty", "not-json", "cut-json", "truncate", "unauthorized"]
UNTAKEN = ("429", "unauthorized")  # what these answer has surely not been done
SYNCS = 3


def demand(truth, why, *evidence):
    if not truth:
        raise Failure("\n".join([why, *(str(one)[:SHOWN] for one in evidence)]))


def wanted(row):
    """(group, role) of a row by office.POLICY, None for nobody."""
    if row["Status"] != "Active" or row["End date"]:
        return None
    if row["Title"].startswith("Lead"):
        return "Leads", "manager"
    return (row["Department"], "sender") if row["Department"] in ("Sales", "Ops") else None


class Life:
    def __init__(self, place, seed):
        self.office, self.sim, self.seed = place, place.sim, seed
        self.random = random.Random(seed)
        self.rows, self.fresh, self.log = {}, 0, []
        self.outsiders = {}  # {address: what they were} of whom the HRIS knows nothing
        self.foreign = set()  # addresses of ours that came to be there without us
        self.former = {}      # {number: addresses they had}

    def note(self, line):
        self.log.append(str(line))

    def chance(self, part):
        return self.random.random() < part

    # --- the account and muster ---

    def make(self):
        choose = self.random.choice
        settings = {"invite-duplicate": choose(["400", "409", "ok"]), "scim-ids": choose(["same", "other", "next"]),
                    "scim-put": choose(["merge", "replace"]), "scim-update": choose(["200", "204", "empty"]),
                    "invite-status": choose(["201", "200", "empty"]), "seed": self.seed + 1,
                    "invite-expires": choose(["normal", "null", "missing"]), "ids": choose(["number", "string"])}
        self.note(settings)
        self.office.clear(settings, GROUPS)
        self.scim = self.chance(0.7)
        self.configure()
        for _ in range(self.random.randint(2, 8)):
            self.join()

    def configure(self):
        self.note(f"scim {self.scim}")
        self.office.configure(", reinvite: 20", office.NO_GUARDS, self.scim)

    # --- what happens in the HRIS ---

    def someone(self):
        return self.random.choice(list(self.rows)) if self.rows else None

    def edit(self, **values):
        if (number := self.someone()) is not None:
            self.note(f"hris: {number}: {values}")
            self.rows[number].update({name.replace("_", " ").capitalize(): text for name, text in values.items()})

    def join(self):
        self.fresh += 1
        self.rows[self.fresh] = office.row(self.fresh, first_name=self.random.choice(NAMES),
                                           department=self.random.choice(["Sales", "Ops", "Nowhere"]),
                                           title=self.random.choice(["", "", "Lead"]))
        self.note(f"hris: {self.rows[self.fresh]} joins")

    def move(self):
        self.edit(department=self.random.choice(["Sales", "Ops", "Ops", "Nowhere"]))

    def promote(self):
        self.edit(title=self.random.choice(["", "Lead"]))

    def rename(self):
        self.edit(first_name=self.random.choice(NAMES), last_name=self.random.choice(NAMES))

    def readdress(self):
        if (number := self.someone()) is not None:
            self.fresh += 1
            self.former.setdefault(number, set()).add(self.rows[number]["Email"].casefold())
            self.rows[number]["Email"] = f"new{self.fresh}@example.test"
            self.note(f"hris: {number} is now {self.rows[number]['Email']}")

    def addresses(self, number):
        return {self.rows[number]["Email"].casefold()} | self.former.get(number, set())

    def recase(self):
        if (number := self.someone()) is not None:
            self.rows[number]["Email"] = self.rows[number]["Email"].swapcase()

    def leave(self):
        self.edit(status="Terminated")

    def end(self):
        self.edit(end_date="2021-06-30")

    def vanish(self):
        if len(self.rows) > 1:
            number = self.someone()
            self.note(f"hris: {number} is no longer there")
            self.away[number] = self.rows.pop(number)

    def come_back(self):
        if self.away:
            number, row = self.away.popitem()
            self.rows[number] = row
            self.note(f"hris: {number} is there again")
        self.edit(status="Active", end_date="")

    # --- what happens in Sendoso ---

    def accept(self):
        for email in list(self.office.pending()):
            if self.chance(0.6):
                self.note(f"sendoso: {email} accepts")
                self.office.accept(email)

    def time_goes_by(self):
        self.note("time goes by")
        self.office.time_goes_by()

    def sign_in(self):
        """By single sign-on: somebody of the HRIS before the invitation came, or somebody it knows nothing of."""
        if self.chance(0.5) and (number := self.someone()) is not None:
            email = self.rows[number]["Email"]
            if email.casefold() not in self.office.tally()["emails"]:
                self.foreign.add(email.casefold())
        else:
            self.fresh += 1
            email = f"outsider{self.fresh}@example.test"
        self.note(f"sendoso: {email} signs in")
        self.sim.change({"sign_in": {"first_name": "S", "last_name": "S", "email": email}})
        if email.startswith("outsider"):
            self.outsiders[email] = self.office.people()[email]

    def meddle(self):
        """Somebody in Sendoso moves one of ours, or makes them something else."""
        ours = [person for email, person in self.office.people().items() if email not in self.outsiders]
        if ours and self.scim:
            person = self.random.choice(ours)
            change = self.random.choice([{"role": self.random.choice(["sender", "manager"])}, {"active": False},
                                         {"team_group_id": self.office.groups[self.random.choice(GROUPS)]}])
            self.note(f"sendoso: {person['email']}: {change}")
            self.sim.change({"user": person["id"], "set": change})

    def switch(self):
        self.scim = not self.scim
        self.configure()

    LIFE = [join] * 4 + [move] * 3 + [promote] * 3 + [rename, readdress, recase, leave, leave, end, vanish, come_back, come_back] + \
        [accept] * 5 + [time_goes_by, sign_in, sign_in, meddle, switch]

    # --- syncs ---

    def disturbed(self):
        """A run that is cut, or whose answers get lost."""
        n = self.random.randint(1, 8)
        fault = {"kind": self.random.choice(FAULTS), "skip": self.random.randint(0, 4),
                 "method": self.random.choice(["GET", "POST", "PUT"])}
        fault["effect"] = fault["method"] != "GET" and fault["kind"] not in UNTAKEN and self.chance(0.6)
        way = self.random.randrange(4)
        if way == 0:
            self.note(f"killed at {n}")
            self.office.sync("--kill-at", str(n))
        elif way == 1:
            self.note(f"stopped after {n}")
            self.office.sync("--stop-after", str(n))
        else:
            self.note(f"fault: {fault}")
            self.sim.fault(fault)
            self.office.sync()
            self.sim.clear()
            self.office.parked_no_more()

    def settled(self):
        """As many syncs as it takes for what was in doubt; time goes by for it."""
        for _ in range(SYNCS):
            run = self.office.sync()
            self.note(f"sync: exit {run.code}")
            demand(run.code in (0, 4), "the sync went wrong", run)
            plan = self.office.muster("plan", "s", "--format", "json")
            open_ops = [op for op in plan.json["operations"] if op["verb"] != "manual"]
            self.nobody_twice(run)
            if not open_ops and not self.missed():
                return
            self.time_goes_by()
        demand(not open_ops, "a plan is not empty after syncs", plan, run)
        demand(not self.missed(), "missed:", self.missed(), run)

    def nobody_twice(self, run):
        wrong = {email: counts for email, counts in self.office.tally()["emails"].items()
                 if counts["while_pending"] or counts["while_active"]}
        demand(not wrong, "asked for while pending or active:", wrong, run)

    # --- what must be so ---

    def missed(self):
        """Who should be in Sendoso, or be invited, and isn't."""
        people, pending = self.office.people(), self.office.pending()
        active = {email for email, person in people.items() if person["active"]}
        return [names for number, row in self.rows.items() if wanted(row)
                for names in [self.addresses(number)] if not names & (active | set(pending) | self.foreign)]

    def check(self):
        people = self.office.people()
        for email, person in self.outsiders.items():
            demand(people[email] == person, "somebody who isn't ours was touched:", person, people[email])
        for number, row in self.rows.items():
            there = next((people[email] for email in self.addresses(number) if email in people), None)
            want = wanted(row)
            if not there or not self.scim or self.addresses(number) & self.foreign:
                continue
            if want:
                demand((there["team_group"], there["role"]) == want, f"{row['Email']} should be {want}:", there)
            else:
                demand(not there["active"], "should be inactive:", there, row)

    def go(self):
        self.away = {}
        self.make()
        for round_ in range(ROUNDS):
            self.note(f"round {round_ + 1}")
            for _ in range(self.random.randint(1, 6)):
                self.random.choice(self.LIFE)(self)
            self.office.feed(self.rows.values())
            if self.chance(0.5):
                self.disturbed()
            self.settled()
            self.check()


def life(place, seed):
    it = Life(place, seed)
    try:
        it.go()
        return True
    except Failure as failure:
        print(f"FAILED: life {seed}: {failure}\nWhat happened:", *it.log, sep="\n    ", flush=True)
        return False


def main(args):
    count, seed = (int(text) for text in (args + ["20", "1"][len(args):])[:2])
    place = office.Office()
    try:
        failed = sum(not life(place, number) for number in range(seed, seed + count))
    finally:
        place.close()
    print(f"{count - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
