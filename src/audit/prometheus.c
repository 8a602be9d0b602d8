/* SPDX-License-Identifier: Apache-2.0 */
/* An audit as numbers for the textfile collector of Prometheus' node exporter: no names of people. */
#include <inttypes.h>

#include "audit/audit.h"

struct sample {
    struct mu_buf *to;
    const char *metric;
    const struct mu_audit *audit;
};

/* Text exposition format: backslash, quote and line feed are escaped in a label's value. */
static void put_label(struct mu_buf *to, const char *name, const char *value)
{
    mu_buf_printf(to, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            mu_buf_addc(to, '\\');
        if (*value == '\n')
            mu_buf_adds(to, "\\n");
        else
            mu_buf_addc(to, *value);
    }
    mu_buf_addc(to, '"');
}

static struct sample begin(const struct mu_audit *a, struct mu_buf *to, const char *metric,
                           const char *help)
{
    mu_buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n", metric, help, metric);
    return (struct sample){to, metric, a};
}

/* name2 NULL: one label beside the account; name1 NULL: none. */
static void put(const struct sample *s, int64_t value, const char *name1, const char *value1,
                const char *name2, const char *value2)
{
    mu_buf_printf(s->to, "%s{", s->metric);
    put_label(s->to, "account", s->audit->account);
    if (name1) {
        mu_buf_addc(s->to, ',');
        put_label(s->to, name1, value1);
    }
    if (name2) {
        mu_buf_addc(s->to, ',');
        put_label(s->to, name2, value2);
    }
    mu_buf_printf(s->to, "} %" PRId64 "\n", value);
}

static void put_checks(const struct mu_audit *a, struct mu_buf *to)
{
    struct sample s = begin(a, to, "muster_audit_findings",
                            "What checks found, without what is waived; checks that ran.");
    for (size_t i = 0; i < a->check_count; i++)
        if (a->checks[i].state == MU_CHECK_RAN)
            put(&s, a->checks[i].found - a->checks[i].waived, "check", a->checks[i].name,
                "severity", mu_severities[a->checks[i].severity]);
    s = begin(a, to, "muster_audit_findings_waived", "What checks found that is waived.");
    for (size_t i = 0; i < a->check_count; i++)
        if (a->checks[i].waived > 0)
            put(&s, a->checks[i].waived, "check", a->checks[i].name, "severity",
                mu_severities[a->checks[i].severity]);
    s = begin(a, to, "muster_audit_checks", "Checks by what became of them.");
    for (int state = MU_CHECK_RAN; state <= MU_CHECK_SKIPPED; state++) {
        int64_t count = 0;
        for (size_t i = 0; i < a->check_count; i++)
            count += a->checks[i].state == (enum mu_check_state)state;
        put(&s, count, "state", mu_check_state_name((enum mu_check_state)state), NULL, NULL);
    }
}

static void put_people(const struct mu_audit *a, struct mu_buf *to)
{
    struct sample s = begin(a, to, "muster_audit_people", "People that were read.");
    put(&s, a->active, "status", "active", NULL, NULL);
    put(&s, a->people - a->active, "status", "other", NULL, NULL);
    s = begin(a, to, "muster_audit_groups", "Groups that were read.");
    put(&s, a->groups, NULL, NULL, NULL, NULL);
    s = begin(a, to, "muster_audit_roles", "Active people by role.");
    for (size_t i = 0; i < a->role_count; i++)
        put(&s, a->roles[i].people, "role", a->roles[i].id, NULL, NULL);
}

void mu_audit_prometheus(const struct mu_audit *a, struct mu_buf *to)
{
    put_checks(a, to);
    put_people(a, to);
    struct sample s = begin(a, to, "muster_audit_changes", "Changes since the snapshot before.");
    for (int what = 0; what < MU_WHATS; what++)
        put(&s, a->by_what[what], "what", mu_what_name((enum mu_what)what), NULL, NULL);
    s = begin(a, to, "muster_audit_complete", "1: every read it is made from was complete.");
    put(&s, a->complete, NULL, NULL, NULL, NULL);
    s = begin(a, to, "muster_audit_read_timestamp_seconds", "When the audited snapshot was read.");
    put(&s, a->source_count > 0 ? a->sources[0].snapshot.finished : 0, NULL, NULL, NULL, NULL);
    s = begin(a, to, "muster_audit_timestamp_seconds", "When the audit was made.");
    put(&s, a->made, NULL, NULL, NULL, NULL);
}
