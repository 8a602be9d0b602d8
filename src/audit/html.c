/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report: one file, nothing else needed to read it. */
#include "audit/html.h"

#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "config.h"

/* Made by local.mk from the files of those names. */
static const uint8_t page_html[] = {
#include "audit/report.html.inc"
};
static const uint8_t style_css[] = {
#include "audit/report.css.inc"
};
static const uint8_t script_js[] = {
#include "audit/report.js.inc"
};

static void style(struct mu_html *h)
{
    mu_buf_add(h->to, style_css, sizeof(style_css));
}

static void script(struct mu_html *h)
{
    mu_buf_add(h->to, script_js, sizeof(script_js));
}

static void put_hash(struct mu_html *h, const uint8_t *bytes, size_t len)
{
    char text[MU_SHA256_BASE64];
    mu_sha256_base64(bytes, len, text);
    mu_html_put(h, text);
}

static void style_hash(struct mu_html *h)
{
    put_hash(h, style_css, sizeof(style_css));
}

static void script_hash(struct mu_html *h)
{
    put_hash(h, script_js, sizeof(script_js));
}

static void version(struct mu_html *h)
{
    mu_html_put(h, PACKAGE_VERSION);
}

static void account(struct mu_html *h)
{
    mu_html_text(h, h->audit->account);
}

static void made_on(struct mu_html *h)
{
    mu_html_day(h, h->audit->made);
}

static void made(struct mu_html *h)
{
    mu_html_time(h, h->audit->made);
}

static const struct slot {
    const char *name;
    mu_html_part *write;
} slots[] = {
    {"account", account},
    {"as-of", mu_html_as_of},
    {"attention", mu_html_attention},
    {"chain", mu_html_chain},
    {"changes", mu_html_changes},
    {"changes-note", mu_html_changes_note},
    {"checks", mu_html_checks},
    {"concerned", mu_html_concerned},
    {"concerned-note", mu_html_concerned_note},
    {"day", made_on},
    {"filter", mu_html_filter},
    {"findings", mu_html_findings},
    {"lead", mu_html_lead},
    {"made", made},
    {"matrix", mu_html_matrix},
    {"roles", mu_html_roles},
    {"script", script},
    {"script-hash", script_hash},
    {"severities", mu_html_severities},
    {"sources", mu_html_sources},
    {"style", style},
    {"style-hash", style_hash},
    {"teams", mu_html_teams},
    {"teams-note", mu_html_teams_note},
    {"tiles", mu_html_tiles},
    {"version", version},
    {"warnings", mu_html_warnings},
};

static void fill(struct mu_html *h, const char *name, size_t len)
{
    for (size_t i = 0; i < MU_LEN(slots); i++) {
        if (strlen(slots[i].name) == len && memcmp(slots[i].name, name, len) == 0) {
            slots[i].write(h);
            return;
        }
    }
    mu_bug(__FILE__, __LINE__, "report.html names a slot that nothing fills");
}

void mu_audit_html(const struct mu_audit *audit, struct mu_buf *to)
{
    struct mu_html h = {.to = to, .audit = audit, .arena = mu_arena_new()};
    const char *at = (const char *)page_html, *end = at + sizeof(page_html);
    const char *open, *close;
    mu_html_gather(&h);
    while ((open = memmem(at, (size_t)(end - at), "{{", 2)) &&
           (close = memmem(open, (size_t)(end - open), "}}", 2))) {
        mu_buf_add(to, at, (size_t)(open - at));
        fill(&h, open + 2, (size_t)(close - open - 2));
        at = close + 2;
    }
    mu_buf_add(to, at, (size_t)(end - at));
    mu_html_forget(&h);
    mu_arena_free(h.arena);
}
