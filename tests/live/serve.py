#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The contract of the unified directory over HTTP, checked from outside on a server that runs.

usage: serve.py contract SERVE_URL SCHEMA_OF_OPENAPI | people SERVE_URL SIM_URL SIM_TOKEN LDIF
       serve.py pages SERVE_URL COMMAND...   (COMMAND changes the source and reads it again, between two pages)
"""
import base64
import gzip
import json
import subprocess
import sys
import unicodedata
import urllib.error
import urllib.parse
import urllib.request

BASE = "/unified/user-directory"
FAILED = []


def check(what, holds, seen=""):
    print(("ok: " if holds else "FAILED: ") + what + ("" if holds else f": {seen!r}"[:400]))
    if not holds:
        FAILED.append(what)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def call(path, method="GET", **headers):
    request = urllib.request.Request(URL + path, method=method,
                                     headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=600) as got:
            return Answer(got.status, got.headers, got.read())
    except urllib.error.HTTPError as got:
        return Answer(got.code, got.headers, got.read())


def listed(path):
    """All entries of a list, page by page."""
    out, cursor = [], None
    while True:
        more = {"limit": 37} | ({"cursor": cursor} if cursor else {})
        page = call(path + ("&" if "?" in path else "?") + urllib.parse.urlencode(more)).json
        out += page["result"]
        cursor = page["next_cursor"]
        if not cursor:
            return out


# --- contract ---


def resolve(document, node):
    """A schema without references, for the small ones we have."""
    if isinstance(node, dict):
        if "$ref" in node:
            return resolve(document, document["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]])
        return {k: resolve(document, v) for k, v in node.items()}
    return [resolve(document, v) for v in node] if isinstance(node, list) else node


def valid(schema, value):
    import jsonschema
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(value), key=str)
    return [f"{e.json_path}: {e.message}"[:200] for e in errors[:3]]


def first_id(document, path):
    return call(path.rsplit("/", 1)[0] + "?limit=1").json["result"][0]["id"]


def operation(document, path, op):
    """One GET as it is documented."""
    target = path
    if "{id}" in path:
        target = path.replace("{id}", urllib.parse.quote(first_id(document, path), safe=""))
    got = call(target)
    schema = op["responses"]["200"]["content"]
    check(f"GET {path}: 200, {list(schema)[0]}", got.status == 200
          and got.headers["Content-Type"].split(";")[0] == list(schema)[0], (got.status, got.body))
    wanted = schema.get("application/json", {}).get("schema")
    if wanted:
        found = valid(resolve(document, wanted), got.json)
        check(f"GET {path}: as its schema says", not found, found)
    head = call(target, "HEAD")
    check(f"HEAD {path}: the same without a body", head.status == 200 and head.body == b""
          and head.headers["Content-Length"] == str(len(got.body)), head.headers.items())
    options = call(target, "OPTIONS")
    check(f"OPTIONS {path}", options.status == 204 and "GET, HEAD" in options.headers["Allow"], options.headers.items())
    wrong = call(target, "PUT")
    check(f"PUT {path}: 405 with what there is", wrong.status == 405 and "GET" in wrong.headers["Allow"]
          and not valid(ERROR, wrong.json), wrong.body)
    check(f"GET {path}: 304 is documented where there is an ETag", ("ETag" in got.headers) == ("304" in op["responses"]))
    if "application/x-ndjson" in schema:
        line = call(path + "?format=stream&limit=1")
        check(f"GET {path}: a line as its schema says", line.headers["Content-Type"] == "application/x-ndjson" and
              not valid(resolve(document, schema["application/x-ndjson"]["schema"]), line.json), line.body)
    if "ETag" in got.headers:
        again = call(target, If_None_Match=got.headers["ETag"])
        check(f"GET {path}: not sent twice", again.status == 304 and again.body == b"", again.status)
        other = call(target, If_None_Match='W/"elsewhere"')
        check(f"GET {path}: sent when it is another", other.status == 200 and other.body == got.body, other.status)


def methods(path, operations):
    """What a path takes is told with 204 and 405, every method once."""
    target = path.replace("{account}", "sendoso").replace("{rest}", "api/v3/me").replace("{id}", "1")
    options = call(target, "OPTIONS")
    allowed = (options.headers["Allow"] or "").split(", ")
    check(f"OPTIONS {path}: what is documented", options.status == 204 and len(set(allowed)) == len(allowed)
          and {m.upper() for m in operations} <= set(allowed) and "OPTIONS" in allowed, allowed)
    for method in sorted({"POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - set(allowed)):
        wrong = call(target, method)
        check(f"{method} {path}: 405", wrong.status == 405 and wrong.headers["Allow"] == ", ".join(allowed)
              and not valid(ERROR, wrong.json), wrong.body)


def contract(schema_file):
    global ERROR
    document = call("/openapi.json").json
    with open(schema_file, encoding="utf-8") as f:
        found = valid(json.load(f), document)
    check("the OpenAPI document is one", not found, found)
    refs = {r.split('"')[0] for r in json.dumps(document).split('"#/components/schemas/')[1:]}
    check("what it refers to is there", refs <= set(document["components"]["schemas"]), refs)
    ids = [op["operationId"] for p in document["paths"].values() for op in p.values()]
    check("operations have ids of their own", len(ids) == len(set(ids)), ids)
    ERROR = resolve(document, {"$ref": "#/components/schemas/Error"})
    for path, operations in document["paths"].items():
        methods(path, operations)
        if "get" in operations and (path.startswith(BASE) or path in ("/healthz", "/openapi.json", "/docs")):
            operation(document, path, operations["get"])
    lists()
    refusals()


def keys(path):
    return call(path).json["result"]


def lists():
    users = BASE + "/users"
    everybody = [json.loads(line) for line in call(users + "?format=stream").body.splitlines()]
    ids = [u["id"] for u in everybody]
    check("the stream has everybody once, in order", ids == sorted(set(ids)) and len(ids) > 200, len(ids))
    check("pages have the same", listed(users) == everybody)
    check("backwards in order", listed(users + "?sort_order=desc") == everybody[::-1])
    check("the stream with a limit", len(call(users + "?format=stream&limit=7").body.splitlines()) == 7)
    active = [u for u in everybody if u["status"] == "active"]
    check("a filter", listed(users + "?status=active") == active)
    check("the same as an expression", listed(users + "?filter=status%3Dactive") == active)
    check("the stream with a filter", [json.loads(x) for x in call(users + "?format=stream&status=active").body.splitlines()]
          == active)
    orders(users, everybody)
    one = active[5]
    address = one["emails"][0]["email"]
    check("by address, in any case", listed(users + "?emails[email]=" + urllib.parse.quote(address.upper())) == [one])
    check("by a short name", listed(users + "?email=" + urllib.parse.quote(address)) == [one])
    two = [u["id"] for u in everybody[3:5]]
    check("one of several", [u["id"] for u in listed(users + "?id[in]=" + ",".join(two))] == two)
    group = one["groups"][0]["id"]
    check("by group", listed(f"{users}?groups[id]={group}") ==
          [u for u in everybody if group in [g["id"] for g in u.get("groups", [])]])
    check("a user's groups", [g["id"] for g in listed(f"{BASE}/groups?user_id={one['id']}")] == [group])
    check("a user's groups as a stream", [json.loads(x)["id"] for x in call(
        f"{BASE}/groups?format=stream&user_id={one['id']}").body.splitlines()] == [group])
    check("one of several groups, of which one isn't there", listed(f"{users}?groups[id][in]=nowhere,{group}") ==
          listed(f"{users}?group_id={group}"))
    check("an invited person has no role assignment", listed(BASE + "/role-assignments?user_id=invited:a@b.test") == [])
    own = listed(f"{BASE}/role-assignments?user_id={one['id']}")
    check("a user's role assignments", [a["id"] for a in own] == [f"{group}/{one['id']}"], own)
    keyed = keys(users + "?limit=3&key_by=id")
    check("by key", list(keyed) == ids[:3] and keyed[ids[1]] == everybody[1], keyed)
    left = call(users + "?limit=1&exclude_fields=emails,name&exclude_fields[]=status").json["result"][0]
    check("fields left out", left == {k: v for k, v in everybody[0].items() if k not in ("emails", "name", "status")}, left)
    remote = call(f"{users}/{one['id']}?remote_data=true").json
    check("the source's record on request", remote["remote_data"]["email"] == address, remote)
    check("raw, one", call(f"{users}/{one['id']}?format=raw").json == remote["remote_data"])
    raw = call(users + "?status=active&format=raw&limit=2")
    check("raw, a list", isinstance(raw.json, list) and len(raw.json) == 2, raw.body)
    check("raw, on with a link", 'rel="next"' in (raw.headers["Link"] or ""), raw.headers["Link"])
    normal = call(users + "?status=active&format=normalized&limit=2").json
    check("normalized", normal["result"] == raw.json and normal["next_cursor"], normal)
    old = call(users + "?limit=2&integrated_account_id=sendoso&truto_exclude_fields[]=emails&truto_key_by=id").json
    check("names of others", list(old["result"]) == ids[:2] and "emails" not in old["result"][ids[0]], old)
    zipped = call(users + "?limit=50", Accept_Encoding="gzip, br")
    check("gzip when asked", zipped.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in zipped.headers["Vary"]
          and json.loads(gzip.decompress(zipped.body))["result"] == everybody[:50])
    plain = call(users + "?limit=50", Accept_Encoding="gzip;q=0")
    check("no gzip when refused", plain.headers["Content-Encoding"] is None)
    again = call(users + "?limit=50", If_None_Match=zipped.headers["ETag"], Accept_Encoding="gzip")
    check("what wasn't sent again varies as what was", again.status == 304
          and again.headers["Vary"] == zipped.headers["Vary"], again.headers.items())
    lines = call(users + "?format=stream", Accept_Encoding="gzip")
    check("the stream packed when asked", lines.headers["Content-Encoding"] == "gzip"
          and "Accept-Encoding" in lines.headers["Vary"] and len(lines.body) < 40000
          and [json.loads(x) for x in gzip.decompress(lines.body).splitlines()] == everybody, lines.headers.items())
    known = call(users + "?format=stream", If_None_Match=lines.headers["ETag"])
    check("the stream isn't sent twice", known.status == 304 and known.body == b"", known.status)
    memberships = call(BASE + "/role_assignments?limit=5").json["result"]
    check("the other name of role assignments", memberships == call(BASE + "/role-assignments?limit=5").json["result"])
    fresh = call(users + "?max_age=0&limit=1")
    check("max_age reads again", fresh.status == 200 and int(fresh.headers["Muster-Snapshot"]) > 1
          and int(fresh.headers["Age"]) < 60, fresh.headers.items())


def there_and_back(path):
    """All entries, page by page to the end, and the same from there back to the beginning."""
    pages, cursor = [], None
    while cursor or not pages:
        pages.append(call(path + (f"&cursor={cursor}" if cursor else "")).json)
        cursor = pages[-1]["next_cursor"]
    back, cursor = [], pages[-1]["prev_cursor"]
    while cursor:
        back.append(call(f"{path}&cursor={cursor}").json)
        cursor = back[-1]["prev_cursor"]
    check(f"{path}: back by the same pages", [p["result"] for p in back[::-1]] == [p["result"] for p in pages[:-1]])
    check(f"{path}: nothing before the first, nothing behind the last", pages[0]["prev_cursor"] is None
          and back[-1]["prev_cursor"] is None and all(p["next_cursor"] for p in back), len(pages))
    return [u for p in pages for u in p["result"]]


def orders(users, everybody):
    few = [u for u in everybody if unicodedata.normalize("NFC", u["name"].casefold()).startswith("a")]
    check("few are few", 1 < len(few) < len(everybody) / 4, len(few))
    for what, of in (("", everybody), ("&status=active", [u for u in everybody if u["status"] == "active"]),
                     ("&status=inactive", [u for u in everybody if u["status"] == "inactive"]), ("&name[like]=a*", few),
                     ("&groups[id]=" + few[0]["groups"][0]["id"], None), ("&name[like]=zzzz*", [])):
        for field in ("status", "username", "groups"):
            got = listed(f"{users}?sort_by={field}{what}")
            down = listed(f"{users}?sort_by={field}&sort_order=desc{what}")
            if of is not None:
                check(f"order by {field}{what}: everybody once", sorted(u["id"] for u in got)
                      == sorted(u["id"] for u in of), len(got))
            check(f"order by {field}{what}: downwards", down == got[::-1])
            keys = [("1", u["id"]) if field not in u else
                    ("0" + (u[field] if isinstance(u[field], str) else u[field][0]["id"]).casefold(), u["id"]) for u in got]
            check(f"order by {field}{what}: in order", keys == sorted(keys), keys[:5])
    check("few by a pattern", listed(users + "?name[like]=a*") == few)
    check("many by a pattern", listed(users + "?emails[email][like]=*") == [u for u in everybody if "emails" in u])
    check("nobody by a pattern", listed(users + "?name[like]=zzzz*") == [])
    byname = listed(users + "?sort_by=username")
    check("one of many, wherever it stands in the order", all(listed(f"{users}?sort_by=username&id[like]={u['id']}") == [u] and
          call(f"{users}?sort_by=username&limit=1&id[like]={u['id']}").json["result"] == [u] for u in byname[::60] + byname[-1:]))
    for query in ("?limit=60", "?limit=60&sort_by=name", "?limit=60&sort_by=name&sort_order=desc",
                  "?limit=7&sort_by=emails&status=inactive", "?limit=9&name[like]=a*&sort_by=name"):
        there_and_back(users + query)


def refusals():
    users = BASE + "/users"
    cursor = call(users + "?limit=2").json["next_cursor"]
    changed = cursor[:-3] + ("A" if cursor[-3] != "A" else "B") + cursor[-2:]
    forged = base64.urlsafe_b64encode(b"1\0f\0" + b"zzz\0\0" + b"0" * 16).decode().rstrip("=")
    cases = [
        ("an unknown parameter", "?colour=red", "colour"), ("an unknown field", "?shoe[gt]=4", "shoe"),
        ("a slip of the pen", "?stauts=active", "did you mean status"),
        ("a value there never is", "?status=gone", "it is one of|status is never"),
        ("a field nobody has", "?last_login_at[gte]=2026-01-01", "they have id"),
        ("an order nobody has", "?sort_by=last_login_at", "they have id"),
        ("an order that isn't", "?sort_by=shoe", "it has id"), ("a limit of none", "?limit=0", "1 to 1000"),
        ("too much", "?limit=1001", "next_cursor"), ("a limit that is none", "?limit=many", "1 to 1000"),
        ("garbage for a cursor", "?cursor=garbage", "begin again"), ("a changed cursor", "?cursor=" + changed, "begin again"),
        ("a made up cursor", "?cursor=" + forged, "begin again"),
        ("a cursor of another list", "?status=active&cursor=" + cursor, "begin again"),
        ("a long cursor", "?cursor=" + "A" * 4000, "begin again"),
        ("another account", "?account=nobody", "there is: sendoso"), ("a format", "?format=xml", "unified"),
        ("a key that isn't unique", "?key_by=status", "have the same"), ("a key that is a list", "?key_by=emails", "list"),
        ("a stream of pages", "?format=stream&cursor=" + cursor, "leave cursor"),
        ("half a percent sign", "?status=%4", "%25"), ("a NUL", "?status=a%00b", "NUL"), ("no UTF-8", "?status=%ff", "UTF-8"),
        ("a filter that closes", "?filter=" + urllib.parse.quote("id=1) or (id=2"), "filter"),
        ("deep", "?filter=" + urllib.parse.quote("not " * 40 + "id=1"), "deeper"),
        ("brackets that don't close", "?status[eq=active", "status"), ("brackets in brackets", "?status[[eq]]=active", "status"),
        ("many", "?" + "&".join(["limit=1"] * 65), "64"), ("no age", "?max_age=soon", "seconds"),
        ("a stream of what nobody has", "?format=stream&last_login_at[gte]=2026-01-01", "they have id"),
        ("a part of a field that nobody has", "?roles[workspace]=1", "roles have id"),
        ("an extra that nobody has", "?attributes[shoe]=1", "attributes have division"),
        ("a group that isn't there", "?group_id=nowhere", "no group with id 'nowhere'"),
        ("the same in a stream", "?format=stream&group_id=nowhere", "no group with id 'nowhere'"),
        ("among other conditions", "?filter=" + urllib.parse.quote("status=active and (groups.id=nowhere)"), "no group"),
        ("a role that isn't there", "?role_id=nobody", "no role with id 'nobody'"),
        ("raw records with something left out", "?format=raw&exclude_fields=emails", "as they came"),
    ]
    for what, query, says in cases:
        got = call(users + query)
        check(f"{what}: 400 and why", got.status == 400 and not valid(ERROR, got.json)
              and any(s in got.json["message"] for s in says.split("|")), got.body)
    for path, says in (("/groups?user_id=nobody", "no user 'nobody'"), ("/groups?format=stream&user_id=nobody", "no user"),
                       ("/role-assignments?user_id=nobody", "no user with id"),
                       ("/role-assignments?group_id=nowhere", "no group with id")):
        got = call(BASE + path)
        check(f"400: {path}", got.status == 400 and says in got.json["message"], got.body)
    for path in (users + "/no-such-id", users + "/" + "x" * 2000, BASE + "/shoes", "/nowhere"):
        got = call(path)
        check(f"404: {path[:60]}", got.status == 404 and not valid(ERROR, got.json), got.body)
    check("414", call(users + "?x=" + "y" * 9000).status == 414)
    for path in (BASE + "/../users", BASE + "/%2e%2e/users", "//users", BASE + "//users"):
        got = call(path)
        check(f"400: {path}", got.status == 400, got.body)


# --- pages, while somebody reads ---


def pages(command):
    path = BASE + "/users?limit=20"
    before = [json.loads(x) for x in call(BASE + "/users?format=stream").body.splitlines()]
    first = call(path).json
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seen, cursor = first["result"], first["next_cursor"]
    while cursor:
        page = call(f"{path}&cursor={cursor}").json
        seen += page["result"]
        cursor = page["next_cursor"]
    after = [json.loads(x) for x in call(BASE + "/users?format=stream").body.splitlines()]
    check("people have changed meanwhile", after != before)
    check("the pages are those of the snapshot they began with", seen == before,
          [u["id"] for u in seen if u not in before])


# --- the same people everywhere ---


def unfold(ldif):
    return [line for line in ldif.replace("\n ", "").split("\n")]


def mails(ldif):
    out = []
    for line in unfold(ldif):
        if line.startswith("mail:: "):
            out.append(base64.b64decode(line[7:]).decode())
        elif line.startswith("mail: "):
            out.append(line[6:])
    return sorted(out)


def sim_people(api, token):
    people, page = [], 1
    while True:
        request = urllib.request.Request(f"{api}/api/v3/users?page={page}&per_page=100",
                                         headers={"Authorization": "Bearer " + token})
        with urllib.request.urlopen(request, timeout=600) as got:
            rows = json.load(got)["users"]
        if not rows:
            return people
        people += rows
        page += 1


def people(api, token, ldif):
    users = listed(BASE + "/users?status=active")
    there = sim_people(api, token)
    check("as many as the source has", len(users) == len(there), (len(users), len(there)))
    check("the same people as the source", {u["id"]: u["emails"][0]["email"] for u in users}
          == {str(u["id"]): u["email"] for u in there})
    check("in the same groups", {(u["id"], g["id"]) for u in users for g in u.get("groups", [])}
          == {(str(u["id"]), str(u["team_group_id"])) for u in there if u["team_group_id"]})
    with open(ldif, encoding="utf-8") as f:
        check("the same people as the directory", sorted(u["emails"][0]["email"] for u in users) == mails(f.read()))


URL = sys.argv[2]
ERROR = {}
{"contract": lambda: contract(sys.argv[3]), "pages": lambda: pages(sys.argv[3:]),
 "people": lambda: people(*sys.argv[3:])}[sys.argv[1]]()
sys.exit(1 if FAILED else 0)
