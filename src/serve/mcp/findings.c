/* SPDX-License-Identifier: Apache-2.0 */
/* audit: who can do what and should not, as few words as do. */
#include "serve/mcp/directory.h"

#include "audit/audit.h"
#include "base/str.h"

enum { FINDINGS_SHOWN = 60, SUBJECTS_SHOWN = 5 };

static void write_finding(struct mu_jw *w, const struct mu_finding *f)
{
    mu_jw_object(w);
    mu_jw_put_some(w, "id", f->id);
    mu_jw_put_some(w, "severity", mu_severities[f->severity]);
    mu_jw_put_some(w, "title", f->title);
    mu_jw_key(w, "about");
    mu_jw_array(w);
    for (size_t i = 0; i < f->subject_count && i < SUBJECTS_SHOWN; i++) {
        mu_jw_object(w);
        mu_jw_put_some(w, "kind", mu_schema_of(f->subjects[i].kind)->name);
        mu_jw_put_some(w, "id", f->subjects[i].id);
        mu_jw_put_some(w, "label", f->subjects[i].label);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    if (f->subject_count > SUBJECTS_SHOWN)
        mu_jw_put_int(w, "more", (int64_t)(f->subject_count - SUBJECTS_SHOWN));
    mu_jw_put_some(w, "evidence", f->detail);
    mu_jw_put_some(w, "advice", f->advice);
    mu_jw_end(w, '}');
}

/* The most severe first; those that a person accepted are counted only. */
static void write_findings(struct mu_jw *w, const struct mu_audit *a)
{
    size_t shown = 0, open = 0;
    mu_jw_key(w, "findings");
    mu_jw_array(w);
    for (size_t i = 0; i < a->finding_count; i++) {
        if (a->findings[i].waived)
            continue;
        open++;
        if (shown == FINDINGS_SHOWN || w->to->len >= MCP_LIST_BYTES)
            continue;
        write_finding(w, &a->findings[i]);
        shown++;
    }
    mu_jw_end(w, ']');
    mu_jw_put_int(w, "not_listed", (int64_t)(open - shown));
    mu_jw_put_int(w, "waived", a->waived);
}

static void write_audit(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_object(w);
    mu_jw_put_some(w, "account", a->account);
    mu_jw_put_bool(w, "complete", a->complete);
    mu_jw_key(w, "warnings");
    mu_jw_array(w);
    for (size_t i = 0; i < a->warning_count; i++)
        mu_jw_str(w, a->warnings[i]);
    mu_jw_end(w, ']');
    mu_jw_put_int(w, "people", a->people);
    mu_jw_put_int(w, "active", a->active);
    mu_jw_put_int(w, "groups", a->groups);
    mu_jw_key(w, "by_severity");
    mu_jw_object(w);
    for (int s = 0; s < MU_SEVERITIES; s++)
        mu_jw_put_int(w, mu_severities[s], a->by_severity[s]);
    mu_jw_end(w, '}');
    write_findings(w, a);
    mu_jw_end(w, '}');
}

int mcp_run_audit(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                  struct mcp_out *out, struct mu_err *err)
{
    struct mu_audit_options options = {.account = NULL};
    const struct mu_audit *audit;
    struct mu_jw w;
    (void)tool;
    if (mcp_one_account(c, mu_json_str(args, "account"), &options.account, err) < 0 ||
        mu_audit_run(c->peer->store, c->mcp->conf.config, &options, c->arena, c->mcp->conf.log,
                     &audit, err) < 0)
        return -1;
    mu_jw_init(&w, &out->json, false);
    write_audit(&w, audit);
    return 0;
}
