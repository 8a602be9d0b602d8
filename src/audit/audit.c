/* SPDX-License-Identifier: Apache-2.0 */
/* An audit from its options to its result. */
#include "audit/audit.h"

#include <inttypes.h>
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"
#include "base/time.h"
#include "store/chain.h"

enum { SOURCES_MAX = 64, WARNINGS_MAX = 32 };

const char *mu_check_state_name(enum mu_check_state state)
{
    static const char *const names[] = {
        [MU_CHECK_RAN] = "ran", [MU_CHECK_OFF] = "off", [MU_CHECK_SKIPPED] = "skipped"};
    return names[state];
}

/* ---- what is looked at ---- */

void audit_warn(struct auditing *a, const char *text)
{
    if (a->warning_count < WARNINGS_MAX)
        a->warnings[a->warning_count++] = text;
}

static void warn_incomplete(struct auditing *a, const char *account, const char *use,
                            int64_t snapshot)
{
    const char *what = mu_printf(
        a->arena, "the read of %s (snapshot %" PRId64 ") was not complete: ", account, snapshot);
    if (mu_streq(use, "since")) {
        audit_warn(
            a, mu_printf(a->arena, "%swho seems to have joined since may have been there", what));
        return;
    }
    a->audit->complete = false;
    audit_warn(a, mu_printf(a->arena,
                            "%speople may be missing from it, and who is gone still stands in it; "
                            "read it again before you act on this",
                            what));
}

/* id 0: the newest that isn't void. */
int audit_source(struct auditing *a, const char *account, const char *use, int64_t id,
                 const struct mu_snapshot **ret, struct mu_err *err)
{
    if (a->source_count == SOURCES_MAX)
        return mu_fail(err, MU_E_LIMIT, "more than %d snapshots to look at", (int)SOURCES_MAX);
    struct mu_snapshot *snap = &a->sources[a->source_count].snapshot;
    int found = mu_snapshot_get(a->store, a->arena, account, id, snap, err);
    if (found < 0)
        return -1;
    if (!found && id)
        return mu_fail(err, MU_E_MISSING, "%s has no snapshot %" PRId64 "; see muster snapshots",
                       account, id);
    if (!found)
        return mu_fail(err, MU_E_MISSING, "%s was not read yet; run muster pull %s first", account,
                       account);
    if (!snap->finished || snap->verdict == MU_VOID)
        return mu_fail(err, MU_E_REFUSED,
                       "snapshot %" PRId64 " of %s is void: it holds nothing that could be trusted",
                       snap->id, account);
    if (audit_digest_begin(a, snap, &a->sources[a->source_count].digest, err) < 0)
        return -1;
    a->sources[a->source_count].account = account;
    a->sources[a->source_count].use = use;
    a->source_count++;
    if (snap->verdict != MU_COMPLETE)
        warn_incomplete(a, account, use, snap->id);
    *ret = snap;
    return 0;
}

/* ---- checks ---- */

static int check_names(const struct auditing *a, size_t count, struct mu_err *err)
{
    const char *names[MU_CHECKS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = a->checks[i].name;
    for (const char *const *want = a->options->checks; want && *want; want++) {
        size_t i = 0;
        while (i < count && !mu_streq(names[i], *want))
            i++;
        if (i < count)
            continue;
        const char *nearest = mu_nearest(*want, names, count);
        return mu_fail(err, MU_E_USAGE, "there is no check '%s'%s%s%s",
                       mu_printable(a->arena, *want, strlen(*want), 64),
                       nearest ? "; did you mean " : "", nearest ? nearest : "",
                       nearest ? "?" : "");
    }
    return 0;
}

static bool is_wanted(const struct auditing *a, const struct mu_check *c)
{
    const char *const *want = a->options->checks;
    if (!want)
        return !c->off;
    while (*want && !mu_streq(*want, c->name))
        want++;
    return *want != NULL;
}

static int load_checks(struct auditing *a, struct mu_err *err)
{
    size_t count;
    const char *shipped = mu_printf(a->arena, "%s/audit/checks.yaml", mu_mappings_dir());
    if (mu_checks_load(a->arena, shipped, a->config->audit.rules, a->config->audit.checks,
                       &a->checks, &count, err) < 0 ||
        check_names(a, count, err) < 0)
        return -1;
    a->results = mu_alloc_array(a->arena, count + 1, sizeof(*a->results));
    for (size_t i = 0; i < count; i++) {
        const struct mu_check *c = &a->checks[i];
        a->results[i] = (struct mu_check_result){.name = c->name,
                                                 .title = c->title,
                                                 .severity = (enum mu_severity)c->severity,
                                                 .advice = c->advice,
                                                 .rule = c->rule};
        if (!is_wanted(a, c))
            a->results[i].state = MU_CHECK_OFF;
        else if (c->lacks)
            audit_skip(a, i,
                       mu_printf(a->arena, "set `%s` of it under `audit: checks: %s:`",
                                 c->lacks->name, c->name));
    }
    a->audit->checks = a->results;
    a->audit->check_count = count;
    return 0;
}

static int run_builtins(struct auditing *a, struct mu_err *err)
{
    for (size_t i = 0; i < a->audit->check_count; i++) {
        const struct mu_check *c = &a->checks[i];
        if (c->builtin && a->results[i].state == MU_CHECK_RAN &&
            audit_builtin_find(c->builtin)->run(a, i, err) < 0)
            return mu_wrap(err, "check %s", c->name);
    }
    return 0;
}

/* Where nobody's role is known, that nobody has one says nothing. */
static void skip_blind(struct auditing *a)
{
    for (size_t i = 0; i < a->audit->check_count; i++)
        if (a->checks[i].needs == MU_NEEDS_ROLES && a->results[i].state == MU_CHECK_RAN &&
            a->people->roleless == a->people->active)
            audit_skip(a, i, "nobody's role is known; for Sendoso, give the account `scim:`");
}

/* ---- the whole ---- */

static int work(struct auditing *a, struct mu_arena *people, struct mu_err *err)
{
    const struct mu_snapshot *snap = NULL;
    struct mu_chain_head head;
    if (mu_chain_head(a->store, &head, err) < 0)
        return -1;
    a->audit->chain = mu_strdup(a->arena, head.link);
    if (load_checks(a, err) < 0 ||
        audit_source(a, a->account->name, "audited", a->options->as_of, &snap, err) < 0)
        return -1;
    mu_assert(snap);
    a->snapshot = snap->id;
    if (mu_people_read(a->store, people, a->account->name, snap, audit_user, a, &a->people, err) <
        0)
        return -1;
    skip_blind(a);
    audit_groups(a);
    audit_counts(a);
    if (audit_changes(a, err) < 0 || run_builtins(a, err) < 0 || audit_history(a, err) < 0)
        return -1;
    audit_summary(a);
    audit_conclude(a);
    return 0;
}

int mu_audit_run(struct mu_store *store, const struct mu_config *config,
                 const struct mu_audit_options *options, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_audit **ret, struct mu_err *err)
{
    struct auditing a = {.store = store,
                         .config = config,
                         .options = options,
                         .arena = arena,
                         .log = log,
                         .now = options->now ? options->now : mu_now(),
                         .audit = mu_alloc(arena, sizeof(*a.audit)),
                         .sources = mu_alloc_array(arena, SOURCES_MAX, sizeof(*a.sources)),
                         .warnings = mu_alloc_array(arena, WARNINGS_MAX, sizeof(*a.warnings))};
    if (mu_config_account(config, options->account, &a.account, err) < 0)
        return -1;
    *a.audit = (struct mu_audit){.account = a.account->name,
                                 .system = a.account->adapter ? a.account->adapter->name : "",
                                 .made = a.now,
                                 .complete = true};
    struct mu_arena *people = mu_arena_new();
    struct mu_err lost = MU_ERR_INIT;
    int rc = work(&a, people, err);
    if (audit_digests_end(&a, rc < 0 ? &lost : err) < 0)
        rc = -1;
    a.audit->sources = a.sources;
    a.audit->source_count = a.source_count;
    a.audit->warnings = a.warnings;
    a.audit->warning_count = a.warning_count;
    mu_people_done(a.people);
    mu_arena_free(people);
    mu_tracer_free(a.tracer);
    free(a.found);
    free(a.counted);
    if (rc == 0)
        *ret = a.audit;
    return rc;
}

bool mu_audit_fails(const struct mu_audit *audit, enum mu_severity at_least)
{
    for (int s = at_least; s < MU_SEVERITIES; s++)
        if (audit->by_severity[s] > 0)
            return true;
    return false;
}
