#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Follows a README as a reader would: every `$ command` of its indented blocks is run, in a copy of the README's folder,
and must print what stands below it. A line of `...` stands for any lines; times, hashes, versions and ports may differ.

usage: walkthrough.py README [--update]     --update writes what was printed into the README: read it
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

INDENT = "    "
PROMPT = INDENT + "$ "
MASKS = [(re.compile(pattern), word) for pattern, word in (
    (r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?)?", "TIME"),
    (r"\b[0-9a-f]{64}\b", "HASH"), (r"\b\d+\.\d+ s\b|\b\d+s\b", "SECONDS"), (r"\b[\d.]+ [kM]?B\b", "BYTES"),
    (r" +", " "))]
ENDS = "\x1f"


class Step:
    """A command and what it prints; both as they stand in the README, without the indent."""

    def __init__(self, command, first, last, said):
        self.command, self.first, self.last, self.said = command, first, last, said


def steps(lines):
    """Commands with their place: the lines of what they print are lines[first:last]."""
    i = 0
    while i < len(lines):
        if not lines[i].startswith(PROMPT):
            i += 1
            continue
        command = [lines[i][len(PROMPT):]]
        while command[-1].endswith("\\"):
            i += 1
            command.append(lines[i][len(INDENT):])
        i += 1
        first = i
        while i < len(lines) and lines[i].startswith(INDENT) and not lines[i].startswith(PROMPT):
            i += 1
        yield Step("\n".join(command), first, i, [line[len(INDENT):] for line in lines[first:i]])


def masked(line):
    for pattern, word in MASKS:
        line = pattern.sub(word, line)
    return line.rstrip()


def fits(wanted, got):
    """Whether the lines are these, where `...` is any number of them."""
    if not wanted:
        return not got
    if wanted[0].strip() == "...":
        return any(fits(wanted[1:], got[i:]) for i in range(len(got) + 1))
    return bool(got) and masked(wanted[0]) == masked(got[0]) and fits(wanted[1:], got[1:])


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Shell:
    """One bash for all of it, so that what a command leaves running or sets is there for the next."""

    def __init__(self, folder, ports):
        self.ports = ports
        self.home = tempfile.mkdtemp(prefix="muster-walk.", dir=os.environ.get("TMPDIR"))
        self.folder = os.path.join(self.home, "here")
        shutil.copytree(folder, self.folder)
        for name in os.listdir(self.folder):
            self.rewrite(os.path.join(self.folder, name))
        path = os.pathsep.join([os.environ["top_builddir"], os.environ["PATH"]])
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True, env={**os.environ, "PATH": path, "no_proxy": "*"})

    def rewrite(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(self.there(text))

    def there(self, text):
        for port, real in self.ports.items():
            text = text.replace(f":{port}", f":{real}").replace(f"port {port}", f"port {real}")
        return text

    def back(self, text):
        text = text.replace(self.folder + "/", "")
        for port, real in self.ports.items():
            text = text.replace(f":{real}", f":{port}")
        return text

    def run(self, command):
        self.bash.stdin.write(f"{{ {self.there(command)}\n}} </dev/null 2>&1\necho '{ENDS}'\n")
        self.bash.stdin.flush()
        lines = []
        while not (line := self.bash.stdout.readline()).endswith(ENDS + "\n"):
            if not line:
                raise RuntimeError("the shell has ended: " + "".join(lines))
            lines.append(line)
        rest = line[:-len(ENDS) - 1]
        return self.back("".join(lines) + rest).splitlines()

    def close(self):
        self.bash.stdin.write("trap - EXIT; kill $(jobs -p) 2>/dev/null\n")
        self.bash.stdin.close()
        self.bash.wait()
        shutil.rmtree(self.home)


def followed(readme, update):
    with open(readme, encoding="utf-8") as file:
        lines = file.read().split("\n")
    shell = Shell(os.path.dirname(os.path.abspath(readme)), {port: free_port() for port in (8080, 8081)})
    bad, edits = 0, []
    try:
        for step in steps(lines):
            got = shell.run(step.command)
            if fits(step.said, got):
                continue
            edits.append((step, got))
            if not update:
                bad += 1
                print(f"FAILED: {readme}:{step.first}: $ {step.command}", "  it says:", *step.said, "  it printed:", *got,
                      sep="\n    ")
    finally:
        shell.close()
    for step, got in reversed(edits if update else []):
        lines[step.first:step.last] = [INDENT + line for line in got]
    if update:
        with open(readme, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    return bad


def main(args):
    readmes = [arg for arg in args if not arg.startswith("--")]
    bad = sum(followed(readme, "--update" in args) for readme in readmes)
    print(f"{len(readmes)} followed, {bad} commands failed")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
