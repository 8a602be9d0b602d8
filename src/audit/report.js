/* Makes long parts shorter: without it, all of the report is there all the same. */
(function () {
    "use strict";
    const form = document.getElementById("filter");
    const search = document.getElementById("search");
    const shown = document.getElementById("shown");
    const none = document.getElementById("none");
    const boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
    const checks = Array.from(document.querySelectorAll(".check"), (element) => ({
        element,
        findings: Array.from(element.querySelectorAll(".finding"), (item) => ({item, words: null})),
    }));
    const total = checks.reduce((sum, check) => sum + check.findings.length, 0);

    function words(finding) {
        if (finding.words === null)
            finding.words = finding.item.textContent.toLowerCase();
        return finding.words;
    }

    function fits(finding, wanted, text) {
        const kind = finding.item.dataset.waived ? "waived" : finding.item.dataset.severity;
        return wanted.has(kind) && (text === "" || words(finding).includes(text));
    }

    function apply() {
        const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
        const text = search.value.trim().toLowerCase();
        let count = 0;
        for (const check of checks) {
            let here = 0;
            for (const finding of check.findings) {
                const fit = fits(finding, wanted, text);
                finding.item.hidden = !fit;
                here += fit;
            }
            check.element.hidden = here === 0;
            if (text !== "" && here > 0)
                check.element.open = true;
            count += here;
        }
        shown.value = count === total ? "all " + total : count + " of " + total;
        none.hidden = count > 0 || total === 0;
    }

    /* A link to something that is filtered away or folded shows it. */
    function reveal() {
        let target = null;
        try {
            target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        } catch (error) {
            return;
        }
        if (!target)
            return;
        if (target.closest("[hidden]")) {
            boxes.forEach((box) => (box.checked = true));
            search.value = "";
            apply();
        }
        for (let at = target; at; at = at.parentElement)
            if (at.tagName === "DETAILS")
                at.open = true;
        target.scrollIntoView();
    }

    let folded = [];
    addEventListener("beforeprint", () => {
        folded = Array.from(document.querySelectorAll(".check:not([open])"));
        folded.forEach((part) => (part.open = true));
    });
    addEventListener("afterprint", () => {
        folded.forEach((part) => (part.open = false));
        folded = [];
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", apply);
    addEventListener("hashchange", reveal);

    for (const check of checks)
        if (check.findings.length > 10)
            check.element.open = false;
    form.hidden = total === 0;
    apply();
    if (location.hash)
        reveal();
})();
