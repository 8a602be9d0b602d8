#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens the HTML report of an audit in headless Chromium and holds it against the same audit as JSON.

usage: report.py REPORT.html REPORT.json [LARGE.html]
"""
import base64
import json
import pathlib
import re
import sys

from browser import Browser

passed = failed = 0


def check(name, right, detail=""):
    global passed, failed
    passed, failed = passed + bool(right), failed + (not right)
    print(f"ok: {name}" if right else f"FAILED: {name}\n    {str(detail)[:1500]}")


def equal(name, got, wanted):
    check(name, got == wanted, f"got {got!r}\n    wanted {wanted!r}")


def url(path):
    return pathlib.Path(path).resolve().as_uri()


def rows(b, chart):
    return b.js(f"""Array.from(document.querySelectorAll('[data-chart={chart}] tr'), (r) => [
        r.querySelector('th').textContent, Number(r.dataset.value), r.querySelector('td.n').textContent,
        r.querySelector('rect') ? Number(r.querySelector('rect:last-of-type').getAttribute('width')) : null])""")


def shown(text):
    """As the report shows a text: control characters, bidi overrides and half characters as codes; cut when long."""
    return text if text and len(text.encode()) <= 300 and text.isprintable() else None


def test_quiet(b, page):
    b.open(url(page))
    equal("no console message", b.errors, [])
    equal("no request but the file itself", [r for r in b.requests if not r.startswith("data:,")], [url(page)])
    check("it has one script, which the policy names by its hash",
          b.js("document.scripts.length") == 1 and
          "script-src 'sha256-" in b.js("document.querySelector('meta[http-equiv]').content"))
    b.js("new Promise((done) => { const i = new Image(); i.onerror = done; i.src = 'http://127.0.0.1:9/x'; })")
    check("and the policy lets nothing else load", any("Content Security Policy" in e or "violates" in e for e in b.errors),
          b.errors)


def test_summary(b, d):
    tiles = b.js("""Object.fromEntries(Array.from(document.querySelectorAll('[data-tile]'),
        (t) => [t.dataset.tile, Number(t.querySelector('[data-value]').dataset.value)]))""")
    s = d["summary"]
    equal("the summary's numbers", tiles, {"active": s["active"], "groups": s["groups"],
                                           "findings": sum(s["findings"].values()), "changes": d["changes"]["total"]})
    stack = b.js("""Array.from(document.querySelectorAll('.stack rect'), (r) => [r.classList[0], Number(r.dataset.value)])""")
    equal("severities, drawn", dict(stack), {k: v for k, v in s["findings"].items() if v})
    equal("a warning stands on top when the read was not complete",
          b.js("Boolean(document.querySelector('main > .warning:first-child'))"), bool(d["warnings"]))


def test_charts(b, d):
    roles = rows(b, "roles")
    equal("people by role", [r[1] for r in roles], [r["people"] for r in d["roles"] if r["people"]])
    longest = max(r[1] for r in roles)
    check("bars are in proportion", all(abs(r[3] - 1000 * r[1] / longest) < 0.2 for r in roles), roles)
    teams = rows(b, "teams")
    expected = sorted((t["active"] for t in d["teams"]), reverse=True)
    sums = expected[:] if len(expected) <= 14 else expected[:13] + [sum(expected[13:])]
    if d["summary"]["without_group"]:
        sums.append(d["summary"]["without_group"])
    equal("people by team", [t[1] for t in teams], sums)
    kinds = rows(b, "changes") if d["changes"]["list"] else []
    equal("changes by kind", {k[0]: k[1] for k in kinds}, {k: v for k, v in d["changes"]["by_what"].items() if v})
    days = {c["at"][:10] for c in d["changes"]["list"]}
    drawn = b.js("Array.from(document.querySelectorAll('.time rect'), (r) => Number(r.dataset.value)).reduce((a, b) => a + b, 0)")
    equal("changes over time", drawn, len(d["changes"]["list"]) if len(days) > 1 else 0)
    matrix = b.js("""Array.from(document.querySelectorAll('.matrix tbody tr'),
        (r) => Array.from(r.querySelectorAll('td[data-value]'), (c) => Number(c.dataset.value)))""")
    equal("as many teams in the matrix", len(matrix), len(d["teams"]))
    equal("the matrix's sum is that of the roles", sum(sum(r[:-1]) for r in matrix),
          sum(sum(t["roles"]) for t in d["teams"]))
    equal("and its last column the active people", sorted(r[-1] for r in matrix), sorted(expected))


def test_findings(b, d):
    ids = b.js("Array.from(document.querySelectorAll('.finding'), (f) => f.id.slice(2))")
    equal("each finding is there, in order", ids, [f["id"] for f in d["findings"]])
    links = b.js("Array.from(document.querySelectorAll('a'), (a) => a.getAttribute('href'))")
    check("all links stay in the file", all(l.startswith("#") for l in links), [l for l in links if not l.startswith("#")])
    equal("and lead somewhere", b.js("""Array.from(document.querySelectorAll('a')).filter(
        (a) => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).length"""), 0)
    equal("ids are given once", b.js("""(() => { const ids = Array.from(document.querySelectorAll('[id]'), (e) => e.id);
        return ids.length - new Set(ids).size; })()"""), 0)
    people = {(s["kind"], s["account"], s["id"]) for f in d["findings"] for s in f["subjects"]}
    equal("everybody concerned is listed once", b.js("document.querySelectorAll('.person').length"), len(people))
    way = b.js("""(() => { const f = document.querySelector('.finding .who a'); location.hash = f.hash;
        const p = document.querySelector('.person:target'); return p && p.textContent.includes(f.textContent); })()""")
    check("a finding leads to the person", way or not d["findings"])
    equal("checks, whether they ran or not",
          b.js("Array.from(document.querySelectorAll('[data-check]'), (c) => [c.dataset.check, c.dataset.state])"),
          [[c["name"], c["state"]] for c in d["checks"]])
    if d["chain"]:
        equal("the journal's head", b.js("document.getElementById('head').textContent"), d["chain"])


def test_hostile(b, d):
    equal("no name ran", b.js("document.title.startsWith('Access review')"), True)
    equal("no name made an element", b.js("document.querySelectorAll('main script, img, b:not(.advice b), main style, iframe').length"), 0)
    equal("nor a handler", b.js("""Array.from(document.querySelectorAll('*')).filter((e) => Array.from(e.attributes)
        .some((a) => a.name.startsWith('on') || a.name === 'style')).length"""), 0)
    labels = {s["label"] for f in d["findings"] for s in f["subjects"]}
    names = set(b.js("Array.from(document.querySelectorAll('.person .name'), (n) => n.textContent)"))
    plain = {shown(l) for l in labels} - {None}
    check("names are shown as they are", plain <= names, plain - names)
    text = b.js("document.body.textContent")
    check("without control characters and bidi overrides", not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]", text))


VISIBLE = "Array.from(document.querySelectorAll('.finding')).filter((f) => !f.hidden && !f.closest('[hidden]'))"


def test_filter(b, d):
    every = len(d["findings"])
    if not every:
        return
    equal("all are shown at first", b.js(VISIBLE + ".length"), every)
    equal("and their number", b.js("document.getElementById('shown').value"), f"all {every}")
    for severity, count in d["summary"]["findings"].items():
        if not count:
            continue
        b.js(f"document.querySelectorAll('#filter input[type=checkbox]').forEach((i) => {{ if (i.checked !== (i.value === '{severity}')) i.click(); }})")
        equal(f"only {severity}", b.js(VISIBLE + ".map((f) => f.dataset.severity)"), [severity] * count)
    first = d["findings"][0]["id"]
    b.js(f"location.hash = '#c-none'; location.hash = '#f-{first}'")
    b.js("new Promise((done) => setTimeout(done, 50))")
    equal("a link to what is filtered away shows it", b.js(f"Boolean(document.getElementById('f-{first}').closest('[hidden]'))"), False)
    b.js("document.querySelectorAll('#filter input[type=checkbox]').forEach((i) => { if (!i.checked) i.click(); })")
    b.js(f"""const s = document.getElementById('search'); s.value = '{first}'; s.dispatchEvent(new Event('input', {{bubbles: true}}))""")
    equal("search finds one", b.js(VISIBLE + ".map((f) => f.id)"), ["f-" + first])
    equal("its part is open", b.js(VISIBLE + "[0].closest('details').open"), True)
    b.js("search.value = 'no such words anywhere'; search.dispatchEvent(new Event('input', {bubbles: true}))")
    equal("nothing fits: it says so", b.js("[document.getElementById('none').hidden, document.getElementById('shown').value]"),
          [False, f"0 of {every}"])
    b.js("search.value = ''; search.dispatchEvent(new Event('input', {bubbles: true}))")


def test_print(b):
    pdf = base64.b64decode(b.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    check("print paginates", pages > 2, pages)
    b.call("Emulation.setEmulatedMedia", media="print")
    equal("a place to sign, on paper only", b.js("getComputedStyle(document.querySelector('.signature')).display"), "block")
    equal("no filter on paper", b.js("getComputedStyle(document.getElementById('filter')).display"), "none")
    equal("black on white", b.js("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
    b.call("Emulation.setEmulatedMedia", media="")


CONTRAST = """((selector) => {
    const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
        .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const e = document.querySelector(selector);
    if (!e) return 21;
    let back = e;
    while (back && /, 0\\)|transparent/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement;
    const a = light(getComputedStyle(e).color), b = light(getComputedStyle(back || document.body).backgroundColor);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
})"""


def test_looks(b):
    grounds = {}
    for scheme in ("light", "dark"):
        b.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        grounds[scheme] = b.js("getComputedStyle(document.body).backgroundColor")
        for part in (".lead", ".note", ".tag.high", ".tag.medium", ".tag.low", ".tag.info", ".facts", "nav a", ".finding .detail", ".out"):
            contrast = b.js(f"{CONTRAST}('{part}')")
            check(f"{scheme}: contrast of {part} is 4.5 or more", contrast >= 4.5, contrast)
    check("light is not dark", grounds["light"] != grounds["dark"], grounds)
    b.call("Emulation.setEmulatedMedia", features=[])
    b.call("Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=1, mobile=True)
    check("a narrow screen doesn't scroll sideways", b.js("document.documentElement.scrollWidth <= 360"),
          b.js("document.documentElement.scrollWidth"))
    b.call("Emulation.clearDeviceMetricsOverride")


def test_access(b):
    equal("its language is told", b.js("document.documentElement.lang"), "en")
    equal("every drawing is told or said to be decoration", b.js("""Array.from(document.querySelectorAll('svg')).filter((s) =>
        s.getAttribute('aria-hidden') !== 'true' && !(s.getAttribute('role') === 'img' && s.getAttribute('aria-label'))).length"""), 0)
    equal("headings don't skip a level", b.js("""Array.from(document.querySelectorAll('h1,h2,h3'), (h) => Number(h.tagName[1]))
        .reduce((bad, level, i, all) => bad + (i > 0 && level > all[i - 1] + 1), 0)"""), 0)
    equal("tables have heads and names", b.js("""Array.from(document.querySelectorAll('table')).filter((t) =>
        !t.querySelector('th[scope]') || !document.getElementById(t.getAttribute('aria-labelledby'))).length"""), 0)
    nodes = b.call("Accessibility.getFullAXTree")["nodes"]
    unnamed = [n for n in nodes if n.get("role", {}).get("value") in ("link", "checkbox", "searchbox") and
               not n.get("name", {}).get("value")]
    equal("links and fields have names", unnamed, [])


def test_without_script(b, page, d):
    b.call("Emulation.setScriptExecutionDisabled", value=True)
    b.open(url(page))
    equal("without script there is no filter", b.js("document.getElementById('filter').hidden"), True)
    equal("and all of it is open", b.js("document.querySelectorAll('.check:not([open])').length"), 0)
    equal("each finding is there", b.js(VISIBLE + ".length"), len(d["findings"]))
    b.call("Emulation.setScriptExecutionDisabled", value=False)


def test_large(b, page):
    b.open(url(page))
    equal("a large report: no console message", b.errors, [])
    nodes = b.js("document.querySelectorAll('*').length")
    check("has a number of elements that a browser takes", 10000 < nodes < 150000, nodes)
    left_out = b.js("Array.from(document.querySelectorAll('.check .note, #people .note, #changes .note, #concerned .note'), (n) => n.textContent)")
    check("and says what it leaves out", sum("more" in t or "smaller" in t or "of " in t for t in left_out) >= 3, left_out)


def main(page, document, large=None):
    d = json.load(open(document))
    b = Browser()
    try:
        test_quiet(b, page)
        b.open(url(page))
        test_summary(b, d)
        test_charts(b, d)
        test_findings(b, d)
        test_hostile(b, d)
        test_filter(b, d)
        test_print(b)
        test_looks(b)
        test_access(b)
        test_without_script(b, page, d)
        if large:
            test_large(b, large)
    finally:
        b.close()
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main(*sys.argv[1:]))
