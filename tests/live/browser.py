# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, told what to do over a pipe (the DevTools protocol); nothing but Python's own library."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-default-browser-check",
    "--disable-extensions", "--mute-audio", "--remote-debugging-pipe",
]


def find():
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if shutil.which(name):
            return name
    return None


class Browser:
    """One tab. What it said and asked for is in `errors` and `requests`."""

    def __init__(self, patience=240):
        self.patience = patience
        self.errors, self.requests = [], []
        self.last, self.session, self.events, self.rest = 0, None, [], b""
        self.profile = tempfile.mkdtemp(prefix="muster-browser.")
        to_child, self.write_end = os.pipe()
        self.read_end, from_child = os.pipe()

        def arrange():
            os.dup2(to_child, 13)
            os.dup2(from_child, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen([find(), *FLAGS, "--user-data-dir=" + self.profile, "about:blank"], close_fds=False,
                                        preexec_fn=arrange, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(domain + ".enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, deadline):
        while b"\0" not in self.rest:
            if not select.select([self.read_end], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser said nothing in time")
            more = os.read(self.read_end, 1 << 20)
            if not more:
                raise EOFError("the browser is gone")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def note(self, event):
        method, params = event["method"], event.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.errors.append(params["type"] + ": " + json.dumps(params["args"])[:300])
        elif method == "Runtime.exceptionThrown":
            self.errors.append("exception: " + json.dumps(params["exceptionDetails"])[:300])
        elif method == "Log.entryAdded":
            self.errors.append(params["entry"]["level"] + ": " + params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        self.events.append(method)

    def call(self, method, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + self.patience
        while True:
            answer = self.message(deadline)
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(method + ": " + answer["error"]["message"])
                return answer["result"]
            if "method" in answer:
                self.note(answer)

    def open(self, url):
        self.errors, self.requests, self.events = [], [], []
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + self.patience
        while "Page.loadEventFired" not in self.events:
            answer = self.message(deadline)
            if "method" in answer:
                self.note(answer)

    def js(self, text):
        answer = self.call("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(text + ": " + json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")
