# SPDX-License-Identifier: Apache-2.0
"""Gifts and invitations over MCP: sent once, or in doubt, never twice. Run by gifts.sh, which has muster and the
simulator up."""
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request

from mcp import META, Http, Sse, Stdio, check, data, finish, words

url, muster, config, token, sim, control, server = sys.argv[1:8]
client, old = Http(url, token=token), Http(url, token=token, version="2025-11-25")
META = {**META, "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}}


def fetch(base, path, body=None):
    request = urllib.request.Request(base + path, json.dumps(body).encode() if body is not None else None)
    request.add_header("Authorization", "Bearer " + os.environ["SENDOSO_TOKEN"])
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def posts(path="/api/v3/send"):
    seen = fetch(control, "/log?limit=100000&path=" + path)
    seen = seen if isinstance(seen, list) else next(v for v in seen.values() if isinstance(v, list))
    return len([r for r in seen if r["method"] == "POST"])


def fault(**what):
    fetch(control, "/fault", what)


def campaigns(kind):
    return [t for t in data(client.call("list_all_sendoso_campaigns", {"delivery_type": kind}))["items"]]


def sent(name, tool, arguments, many=1, who=client):
    before = posts()
    answer = who.call(tool, arguments)
    check(name, data(answer) and data(answer)["sent"] and posts() == before + many, (answer, posts() - before))
    return data(answer) or {}


def not_sent(name, tool, arguments, saying, many=0, who=client):
    before = posts()
    answer = who.call(tool, arguments)
    check(name, saying in words(answer) and posts() == before + many, (answer, posts() - before))
    return words(answer)


EGIFT, MAIL = "create_a_sendoso_egift", "create_a_sendoso_physical_gift"
priced = next(t for t in campaigns("email") if "starting_egift_price" in t)
egift, mail = priced["id"], campaigns("mail")[0]["id"]


def gift(n, **more):
    return {"touch_id": egift, "email": "r%d@example.test" % n, **more}


def once():
    first = sent("a gift with a key", EGIFT, gift(1, idempotency_key="k1"))
    check("its budget is told", first["money"]["budget"] and first["money"]["price_from"] == "10", first)
    again = sent("the same call again: nothing is sent", EGIFT, gift(1, idempotency_key="k1"), many=0)
    check("and the same result comes back", again.get("repeated") and again["answer"] == first["answer"], again)
    not_sent("the same key for another gift", EGIFT, gift(2, idempotency_key="k1"), "new gift needs a new key")
    sent("without a key", EGIFT, gift(3))
    not_sent("without a key, twice", EGIFT, gift(3), "call again with an idempotency_key of its own")
    not_sent("nor in other words", EGIFT, {**gift(3), "email": "R3@Example.test", "custom_message": "again"},
             "call again with an idempotency_key of its own")
    sent("a second one, when it is meant", EGIFT, gift(3, idempotency_key="k3"))
    # Another token has keys of its own.
    results = []
    threads = [threading.Thread(target=lambda: results.append(
        Http(url, token=token).call(EGIFT, gift(4, idempotency_key="k4")))) for _ in range(6)]
    before = posts()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check("six at once with one key: one is sent", posts() == before + 1 and len([r for r in results if data(r)]) == 6,
          results)


def doubt():
    fault(kind="reset", method="POST", path="/api/v3/send", effect=True)
    text = not_sent("an answer lost after it was sent", EGIFT, gift(10, idempotency_key="d1"), "IN DOUBT", many=1)
    check("what the list of sends shows is told", "seems to have gone out" in text and "r10@example.test" in text, text)
    not_sent("it is never sent again", EGIFT, gift(10, idempotency_key="d1"), "seems to have gone out")
    fault(kind="reset", method="POST", path="/api/v3/send")
    text = not_sent("an answer lost before", EGIFT, gift(11, idempotency_key="d2"), "IN DOUBT", many=1)
    check("the list shows nothing", "no such send" in text, text)
    for n, kind in ((12, "html500"), (13, "not-json"), (14, "cut-json"), (15, "truncate")):
        fault(kind=kind, method="POST", path="/api/v3/send")
        not_sent("an answer that says nothing: " + kind, EGIFT, gift(n), "IN DOUBT", many=1)
        not_sent("not again, without a key: " + kind, EGIFT, gift(n), "IN DOUBT")
    fault(kind="status", status=400, body='{"success":false,"message":"no"}', method="POST", path="/api/v3/send")
    not_sent("a refusal is certain", EGIFT, gift(16, idempotency_key="d6"), "no", many=1)
    sent("so the same key may be used again", EGIFT, gift(16, idempotency_key="d6"))
    fault(kind="429", method="POST", path="/api/v3/send")
    before, answer = posts(), client.call(EGIFT, gift(17, idempotency_key="d7"))
    check("too fast: told, to programs too, and not repeated", "try again in" in words(answer) and
          answer["result"]["_meta"]["retry_after"] > 0 and posts() == before + 1, answer)
    sent("later it goes", EGIFT, gift(17, idempotency_key="d7"))


def is_sent(number):
    return any(s["recipient"]["email"] == "r%d@example.test" % number for page in (1, 2, 3, 4)
               for s in fetch(sim, "/api/v3/send?per_page=100&page=%d" % page)["sends"])


def wait_sent(number):
    while not is_sent(number):
        pass


def end_under_way(number, how):
    """A process of its own is ended by a signal while its gift has been sent and not answered."""
    fault(kind="hang", method="POST", path="/api/v3/send", effect=True)
    environment = {**os.environ, "MUSTER_TOKEN": token}
    dying = Stdio(["env", *["%s=%s" % (k, v) for k, v in environment.items()], muster, "-c", config, "mcp"])
    dying.line(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": EGIFT, "arguments": gift(number, idempotency_key="x%d" % number)}}))
    wait_sent(number)
    dying.process.send_signal(how)
    dying.process.wait()
    return dying


def killed():
    """The process dies between the claim and the answer, or is asked to end."""
    before = posts()
    end_under_way(20, signal.SIGKILL)
    not_sent("killed while it was under way: in doubt", EGIFT, gift(20, idempotency_key="x20"), "seems to have gone out")
    check("and sent once", posts() - before <= 1)
    before = posts()
    text = words(json.loads(end_under_way(21, signal.SIGTERM).process.stdout.readline()))
    check("ended while it was under way: in doubt", "IN DOUBT" in text and "given up before an answer" in text, text)
    not_sent("and it stays so", EGIFT, gift(21, idempotency_key="x21"), "seems to have gone out")
    check("sent once, too", posts() - before <= 1)
    runs = [r for r in json.loads(subprocess.run([muster, "-c", config, "runs", "--format", "json"], check=True,
                                                 capture_output=True).stdout)["runs"] if EGIFT in r["command"]]
    check("killed: no longer running", not [r for r in runs if r["status"] == "running"], runs)


def budgets(amount):
    for g in data(client.call("list_all_sendoso_groups", {}))["items"]:
        fetch(control, "/change", {"group": g["id"], "set": {"budget": amount}})


def refused():
    not_sent("no such campaign", EGIFT, {**gift(30), "touch_id": 1}, "there is no campaign 1")
    not_sent("a campaign of the other kind", EGIFT, {**gift(30), "touch_id": mail}, "has delivery_type mail")
    not_sent("no address of a person", EGIFT, gift(30, email="ada"), "must be one e-mail address")
    not_sent("an unknown argument", EGIFT, gift(30, mail="x"), "there is no argument 'mail'")
    for name, change, saying in (
            ("ended", {"end_date": "2024-01-01T00:00:00-07:00"}, "ended 2024-01-01"),
            ("not begun", {"start_date": "2999-01-01T00:00:00-07:00"}, "begins 2999-01-01"),
            ("paused", {"status": "Paused"}, "is not active")):
        fault(kind="status", status=200, path="/api/v3/touches/%s" % egift,
              body=json.dumps({"touch": {"id": egift, **change}}))
        not_sent("a campaign that is " + name, EGIFT, gift(31), saying)
    address = {"touch_id": mail, "name": "Ada", "email": "ada@example.test", "address": "1 Way", "city": "Rome",
               "state": "RM", "zip": 118, "country": "IT"}
    not_sent("abroad, without a phone", MAIL, address, "mobile_no")
    not_sent("where it doesn't ship to", MAIL, {**address, "mobile_no": "3906"}, "it ships to: US, CA")
    sent("where it does", MAIL, {**address, "country": "usa"})
    budgets("9.99")
    text = not_sent("over the budget", EGIFT, gift(32), "needs at least 10")
    check("which is told", "9.99" in text, text)
    budgets("100")


def others():
    result = sent("an address is asked for", "create_a_sendoso_physical_gift_address_collection",
                  {"touch_id": mail, "name": "Ada", "email": "ada@example.test", "expire_after_days": 3})
    check("the states are explained", "Expired and Credited" in result["states"] and
          "e-mails the recipient" in result["what_comes_next"], result)
    links = sent("links", "create_a_sendoso_egift_link",
                 {"touch_id": egift, "recipient_emails": ["a@example.test", "b@example.test"]})
    check("one each", len(links["answer"]["egift_links"]) == 2, links)
    not_sent("nobody gets two of one list", "create_a_sendoso_egift_link",
             {"touch_id": egift, "recipient_emails": ["c@example.test", "d@example.test", "C@example.test"]}, "stands twice")
    listed = data(client.call("list_all_sendoso_sends", {"page": 1, "per_page": 5}))
    check("the list goes on", listed["next_page"] == 2 and listed["total"] > 5 and len(listed["items"]) == 5, listed)
    members = data(client.call("list_all_sendoso_team_group_users",
                               {"team_group_id": data(client.call("list_all_sendoso_groups", {}))["items"][1]["id"]}))
    check("no secret of a member", members["items"] and not any("key" in m for m in members["items"]), members)
    check("one campaign", data(client.call("get_single_sendoso_campaign_by_id", {"id": str(egift)})))
    check("what Sendoso says reaches the model",
          "not found" in words(client.call("get_single_sendoso_campaign_by_id", {"id": 1})).lower())


def asked():
    """A client that can ask its user is made to."""
    def ask(more):
        return client.ask("tools/call", {"name": EGIFT, "arguments": gift(40, idempotency_key="e1"), "_meta": META, **more})

    before = posts()
    first = ask({})["result"]
    check("the user is asked first", first["resultType"] == "input_required" and posts() == before and
          "r40@example.test" in first["inputRequests"]["confirm"]["params"]["message"], first)
    state = {"requestState": first["requestState"]}
    no = ask({"inputResponses": {"confirm": {"action": "decline"}}, **state})
    check("no is no", "said no" in words(no) and posts() == before, no)
    no = ask({"inputResponses": {"confirm": {"action": "accept", "content": {"send": False}}}, **state})
    check("unticked is no", "said no" in words(no) and posts() == before, no)
    yes = {"inputResponses": {"confirm": {"action": "accept", "content": {"send": True}}}}
    check("a made-up state", ask({**yes, "requestState": first["requestState"] + "0"})["error"]["code"] == -32602)
    other = client.ask("tools/call", {"name": EGIFT, "arguments": gift(41, idempotency_key="e2"), "_meta": META,
                                      **yes, **state})
    check("a yes to another gift", other["error"]["code"] == -32602 and posts() == before, other)
    check("yes without a question", ask(yes)["result"]["resultType"] == "input_required" and posts() == before)
    sure = ask({**yes, **state})
    check("yes sends it", data(sure)["sent"] and posts() == before + 1, sure)
    again = ask({**yes, **state})
    check("yes twice sends it once", data(again)["repeated"] and posts() == before + 1, again)


def watched(who, number):
    return who.watch("tools/call", {"name": EGIFT, "arguments": gift(number, idempotency_key="w%d" % number),
                                    "_meta": {"progressToken": "p"}})


def grows(told, token):
    """Steps that follow closely are told as one, so how many there are isn't known."""
    steps = [m["params"]["progress"] for m in told if m["params"]["progressToken"] == token]
    return steps and len(steps) == len(told) and steps == sorted(set(steps)) and steps[0] == 1


def told():
    """Who asks how far it is is told while it waits, and by going cancels it where the protocol says so."""
    for who, name in ((client, "modern"), (old, "of the handshake")):
        seen = list(watched(who, 50 + len(name))[1])
        check("progress comes before the answer, " + name, grows(seen[:-1], "p") and data(seen[-1])["sent"], seen)
    stream = Sse(url, token=token)
    stream.post(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": EGIFT, "arguments": gift(51), "_meta": {"progressToken": 7}}}))
    seen = [json.loads(stream.messages.get(timeout=600))]
    while "id" not in seen[-1]:
        seen.append(json.loads(stream.messages.get(timeout=600)))
    check("over HTTP+SSE, too", grows(seen[:-1], 7) and data(seen[-1])["sent"], seen)
    # A campaign that isn't shown for long, and then is: who waits until then sends.
    held = {"kind": "hang", "path": "/api/v3/touches/%s" % egift, "times": 1}
    fault(ms=15000, **held)
    conn, seen = watched(client, 52)
    check("it is told at once", next(seen)["params"]["progress"] == 1)
    conn.close()
    sent("a client that goes holds up nobody", EGIFT, gift(53))
    check("and has cancelled its gift", not is_sent(52))
    sent("which can be sent later", EGIFT, gift(52, idempotency_key="w52"))
    fault(ms=500, **held)
    conn, seen = watched(old, 54)
    next(seen)
    conn.close()
    wait_sent(54)
    check("going cancels nothing where the protocol has a message for that", True)


def unread():
    """Where nothing was read yet, the caller's team is asked for, so that its budget holds all the same."""
    fresh = config.replace("muster.yaml", "fresh.yaml")
    with open(config, encoding="utf-8") as old_one, open(fresh, "w", encoding="utf-8") as new_one:
        new_one.write(old_one.read().replace("muster.db", "fresh.db"))
    own = Stdio([muster, "-c", fresh, "mcp", "--methods", "read,create"])
    first = sent("a gift before anything was read", EGIFT, gift(70), who=own)
    check("the budget is told", first["money"].get("budget") == "100" and first["money"]["team_group"], first)
    budgets("0")
    not_sent("and holds", EGIFT, gift(71), "needs at least 10", who=own)
    budgets("100")
    own.end()


def drained():
    """Told to end while a gift is under way and watched, it waits for the answer and passes it on."""
    fault(kind="hang", method="POST", path="/api/v3/send", effect=True, ms=3000)
    _, seen = watched(client, 60)
    wait_sent(60)
    os.kill(int(server), signal.SIGTERM)
    rest = list(seen)
    check("told to end, it comes to its end first", "IN DOUBT" in words(rest[-1]), rest)


def invitations():
    group = data(client.call("list_all_sendoso_groups", {}))["items"][0]["id"]
    cy = {"first_name": "Cy", "last_name": "Moe", "email": "cy@example.test", "role": "regular", "team_group_id": group}
    first = client.call("create_a_sendoso_user", cy)
    check("an invitation", data(first) and data(first)["invitation"] == "pending", first)
    again = client.call("create_a_sendoso_user", {**cy, "email": "CY@example.test"})
    check("not twice", data(again)["repeated"] and posts("/api/v3/users") == 1, again)
    found = data(client.call("people", {"query": "cy@example.test"}))["items"]
    check("who is invited is found once", [p["user"]["id"] for p in found] == ["invited:cy@example.test"]
          and found[0]["user"]["status"] == "invited", found)
    pages, after = [], None
    while after != "":
        page = data(client.call("people", {"limit": 7} | ({"after": after} if after else {})))
        pages += [p["user"]["id"] for p in page["items"]]
        after = page.get("next", "")
    check("and stands once in the pages of all", pages == sorted(set(pages)) and "invited:cy@example.test" in pages, pages)
    check("an unknown role", "must be one of: regular, manager" in
          words(client.call("create_a_sendoso_user", {**cy, "role": "admin"})))
    fault(kind="reset", method="POST", path="/api/v3/users", effect=True)
    lost = client.call("create_a_sendoso_user", {**cy, "email": "lost@example.test"})
    check("an answer lost is in doubt", "IN DOUBT" in words(lost), lost)
    lost = client.call("create_a_sendoso_user", {**cy, "email": "lost@example.test"})
    check("and never sent again", "IN DOUBT" in words(lost) and posts("/api/v3/users") == 2, lost)


def journal():
    runs = subprocess.run([muster, "-c", config, "runs", "--format", "json"], check=True, capture_output=True).stdout
    check("each write stands in the journal with the token's name", runs.count(b"(mcp, token giver)") > 10, runs[:500])
    proved = subprocess.run([muster, "-c", config, "audit", "verify"], capture_output=True, check=False)
    check("which is whole", proved.returncode == 0, proved)


once()
doubt()
killed()
refused()
others()
asked()
told()
invitations()
journal()
unread()
drained()
finish()
