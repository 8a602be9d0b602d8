/* SPDX-License-Identifier: Apache-2.0 */
/* An audit as SARIF 2.1.0, for pages that show results of scanners. Whom a finding is about has no
 * file and line: the location is an address made of account, kind and id. */
#include "audit/audit.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "config.h"

static const struct {
    const char *level, *score; /* score: what code-scanning pages sort by */
} grades[MU_SEVERITIES] = {[MU_INFO] = {"note", "0.0"},
                           [MU_LOW] = {"note", "2.0"},
                           [MU_MEDIUM] = {"warning", "5.0"},
                           [MU_HIGH] = {"error", "8.0"},
                           [MU_CRITICAL] = {"error", "9.5"}};

static void message(struct mu_jw *w, const char *key, const char *value)
{
    mu_jw_key(w, key);
    mu_jw_object(w);
    mu_jw_put_str(w, "text", value);
    mu_jw_end(w, '}');
}

static void open_object(struct mu_jw *w, const char *key)
{
    mu_jw_key(w, key);
    mu_jw_object(w);
}

static void open_list(struct mu_jw *w, const char *key)
{
    mu_jw_key(w, key);
    mu_jw_array(w);
}

static void put_rule(struct mu_jw *w, const struct mu_check_result *c)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "id", c->name);
    message(w, "shortDescription", c->title);
    message(w, "help", c->advice);
    open_object(w, "defaultConfiguration");
    mu_jw_put_str(w, "level", grades[c->severity].level);
    mu_jw_end(w, '}');
    open_object(w, "properties");
    mu_jw_put_str(w, "security-severity", grades[c->severity].score);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static void put_tool(struct mu_jw *w, const struct mu_audit *a)
{
    open_object(w, "tool");
    open_object(w, "driver");
    mu_jw_put_str(w, "name", "muster");
    mu_jw_put_str(w, "version", PACKAGE_VERSION);
    open_list(w, "rules");
    for (size_t i = 0; i < a->check_count; i++)
        put_rule(w, &a->checks[i]);
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static void put_warnings(struct mu_jw *w, const struct mu_audit *a)
{
    open_list(w, "toolExecutionNotifications");
    for (size_t i = 0; i < a->warning_count; i++) {
        mu_jw_object(w);
        mu_jw_put_str(w, "level", "warning");
        message(w, "message", a->warnings[i]);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void put_invocation(struct mu_jw *w, const struct mu_audit *a)
{
    char when[MU_TIME_TEXT];
    open_list(w, "invocations");
    mu_jw_object(w);
    mu_jw_put_bool(w, "executionSuccessful", true);
    mu_jw_put_str(w, "endTimeUtc", mu_time_text(a->made, when));
    put_warnings(w, a);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

/* A segment of a URI (RFC 3986): unreserved characters stand, the others are encoded. */
static void put_segment(struct mu_buf *to, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '~';
        if (plain)
            mu_buf_addc(to, (char)c);
        else
            mu_buf_printf(to, "%%%02X", c);
    }
}

static void put_location(struct mu_jw *w, const struct mu_subject *s)
{
    MU_AUTO(buf) struct mu_buf uri = MU_BUF_INIT(MU_BUF_MAX);
    put_segment(&uri, s->account);
    mu_buf_printf(&uri, "/%s/", mu_schema_of(s->kind)->plural);
    put_segment(&uri, s->id);
    mu_jw_object(w);
    open_object(w, "physicalLocation");
    open_object(w, "artifactLocation");
    mu_jw_put_str(w, "uri", uri.data);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
    open_list(w, "logicalLocations");
    mu_jw_object(w);
    mu_jw_put_str(w, "name", s->label);
    mu_jw_put_str(w, "fullyQualifiedName", s->id);
    mu_jw_put_str(w, "kind", mu_schema_of(s->kind)->name);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void put_locations(struct mu_jw *w, const struct mu_audit *a, const struct mu_finding *f)
{
    const struct mu_subject whole = {MU_GROUP, a->account, "", a->account};
    open_list(w, "locations");
    put_location(w, f->subject_count > 0 ? &f->subjects[0] : &whole);
    mu_jw_end(w, ']');
    open_list(w, "relatedLocations");
    for (size_t i = 1; i < f->subject_count; i++)
        put_location(w, &f->subjects[i]);
    mu_jw_end(w, ']');
}

static void put_suppression(struct mu_jw *w, const struct mu_waiver *waiver)
{
    open_list(w, "suppressions");
    if (waiver) {
        mu_jw_object(w);
        mu_jw_put_str(w, "kind", "external");
        mu_jw_put_str(w, "justification", waiver->reason);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void put_result(struct mu_jw *w, const struct mu_audit *a, const struct mu_finding *f)
{
    MU_AUTO(buf) struct mu_buf said = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&said, "%s.%s%s", f->title, f->detail ? " " : "", f->detail ? f->detail : "");
    mu_jw_object(w);
    mu_jw_put_str(w, "ruleId", f->check->name);
    mu_jw_put_int(w, "ruleIndex", f->check - a->checks);
    mu_jw_put_str(w, "level", grades[f->severity].level);
    message(w, "message", said.data);
    put_locations(w, a, f);
    open_object(w, "partialFingerprints");
    mu_jw_put_str(w, "musterFinding/v1", f->id);
    mu_jw_end(w, '}');
    put_suppression(w, f->waived);
    mu_jw_end(w, '}');
}

void mu_audit_sarif(const struct mu_audit *a, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    mu_jw_put_str(&w, "version", "2.1.0");
    open_list(&w, "runs");
    mu_jw_object(&w);
    put_tool(&w, a);
    put_invocation(&w, a);
    open_list(&w, "results");
    for (size_t i = 0; i < a->finding_count; i++)
        put_result(&w, a, &a->findings[i]);
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    mu_buf_addc(to, '\n');
}
