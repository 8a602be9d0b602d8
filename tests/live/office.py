# SPDX-License-Identifier: Apache-2.0
"""An office for tests of provisioning: an HRIS export, a policy, a simulated Sendoso, and muster between them. Any
state is made again from the start in moments; time goes by when it is told to.

Set by `make check`: top_srcdir, MUSTER, SENDOSO_SIM, MUSTER_MAPPINGS.
"""
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time

import lab

HEAD = ["Employee ID", "First name", "Last name", "Email", "Title", "Department", "Status", "Start date", "End date"]
DAY = 86400
NO_GUARDS = ", guards: {admins: 0, disable: {count: 1000, percent: 100}, remove: {count: 1000, percent: 100}}"
POLICY = """start: start_date
end: end_date
rules:
  - {name: leads, when: {title: "Lead*"}, group: Leads, role: manager}
  - {name: sales, when: {department: Sales}, group: Sales}
  - {name: ops, when: {department: Ops}, group: Ops}
"""


def row(number, **values):
    """A person of the export; what isn't said follows from the number."""
    person = {"Employee ID": str(number), "First name": f"F{number}", "Last name": f"L{number}",
              "Email": f"p{number}@example.test", "Title": "", "Department": "Sales", "Status": "Active",
              "Start date": "2020-01-01", "End date": ""}
    person.update({name.replace("_", " ").capitalize(): value for name, value in values.items()})
    return person


class Office:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="muster-office.", dir=os.environ.get("TMPDIR"))
        self.env = {**os.environ, "SENDOSO_TOKEN": lab.TOKEN, "SENDOSO_SCIM_TOKEN": lab.SCIM_TOKEN, "no_proxy": "*"}
        self.sim = lab.Sim(self.home)
        self.config = self.path("muster.yaml")

    def close(self):
        self.sim.stop()
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.home)

    def path(self, name):
        return os.path.join(self.home, name)

    # --- the parts ---

    def clear(self, settings, groups):
        """Nobody but the owner of the token, groups without members, a muster that knows nothing."""
        self.sim.rebuild({"names": "ascii", **settings})
        self.groups = {name: self.sim.change({"create_group": {"name": name}}) for name in groups}
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(self.path("muster.db" + suffix)):
                os.unlink(self.path("muster.db" + suffix))

    def feed(self, rows):
        with open(self.path("people.new"), "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, HEAD, restval="")
            writer.writeheader()
            writer.writerows(rows)
        os.rename(self.path("people.new"), self.path("people.csv"))

    def configure(self, account="", sync="", scim=True, policy=POLICY):
        scim = ", scim: {token: env:SENDOSO_SCIM_TOKEN}" if scim else ""
        with open(self.path("policy.yaml"), "w", encoding="utf-8") as file:
            file.write(policy)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""store: muster.db
accounts:
  sendoso: {{adapter: sendoso, url: "{self.sim.url}", token: env:SENDOSO_TOKEN, rate: "off", tries: 2{scim}{account}}}
  hris: {{adapter: csv, path: people.csv}}
syncs:
  s: {{from: hris, to: sendoso, policy: policy.yaml{sync}}}
""")

    def start(self, *args):
        return subprocess.Popen([os.environ["MUSTER"], "-c", self.config, *args], env=self.env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def muster(self, *args):
        return self.wait(self.start(*args))

    def wait(self, process):
        try:
            out, err = process.communicate(timeout=lab.PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return lab.Run(process.returncode, out, err)

    def sync(self, *more):
        return self.muster("sync", "s", "--yes", "--format", "json", *more)

    def killed_in_flight(self, fault, *args):
        """A run that dies while the server, which has done what it was asked, is silent."""
        self.sim.fault({**fault, "kind": "hang", "effect": True, "ms": 3000})
        process = self.start(*args)
        until = time.monotonic() + lab.PATIENCE
        while process.poll() is None and self.sim.ask("GET", "/state")["faults_waiting"]:
            if time.monotonic() > until:
                raise RuntimeError("the request never came")
        process.kill()
        self.sim.clear()
        return self.wait(process)

    # --- what is so ---

    def people(self):
        """{folded address: person} of all but the owner of the token."""
        return {person["email"].casefold(): person for person in self.sim.people()[1:]}

    def pending(self):
        """{folded address: invitation} of those that wait."""
        return {one["email"].casefold(): one for one in self.sim.ask("GET", "/invitations")
                if one["status"] == "pending"}

    def tally(self):
        return self.sim.ask("GET", "/tally")

    def accept(self, *emails):
        for email in emails or self.pending():
            self.sim.change({"invitation": email, "set": {"status": "accepted"}})

    def time_goes_by(self):
        """Whatever waits has waited too long: at the server, and by muster's register."""
        for email in self.pending():
            self.sim.change({"invitation": email, "set": {"status": "expired"}})
        self.store_is("UPDATE invitation SET expires = 1 WHERE expires > 0")
        self.parked_no_more()

    def parked_no_more(self):
        """What failed is tried again with growing gaps: the gap is over."""
        self.store_is("UPDATE parked SET next_try = 1")

    def store_is(self, statement):
        if not os.path.exists(self.path("muster.db")):
            return
        store = sqlite3.connect(self.path("muster.db"))
        with store:
            store.execute(statement)
        store.close()
