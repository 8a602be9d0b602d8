/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of an audit that is being made; private to src/audit. A check in C is a function of the
 * table in builtins.c: it looks at the people that were read, and calls audit_find for what it finds.
 */
#ifndef MU_AUDIT_AUDITING_H
#define MU_AUDIT_AUDITING_H

#include "audit/audit.h"
#include "audit/checks.h"
#include "audit/people.h"

struct auditing {
    struct mu_store *store;
    const struct mu_config *config;
    const struct mu_audit_options *options;
    struct mu_arena *arena;
    struct mu_log *log;
    const struct mu_account_def *account;
    int64_t now, snapshot;    /* snapshot: the audited one */
    struct mu_people *people; /* in an arena of its own, that ends before anything is written */
    struct audit_hris *hris;  /* check_hris.c: NULL until a check asks for it */
    struct mu_tracer *tracer;
    struct audit_digest *digests;  /* that are being computed */
    struct mu_audit *audit;        /* what comes of it */
    const struct mu_check *checks; /* parallel to results */
    struct mu_check_result *results;
    struct mu_finding *found;
    size_t found_count, found_room;
    struct audit_counted *counted; /* conditions.c: parallel to checks */
    struct mu_audit_source *sources;
    size_t source_count, warning_count;
    const char **warnings;
};

/* ---- audit.c ---- */

/* Told on top of the report. Text in the arena. */
void audit_warn(struct auditing *a, const char *text);
/* A snapshot that is looked at, for what; 0: the newest that isn't void. Warns when it wasn't
 * complete. */
int audit_source(struct auditing *a, const char *account, const char *use, int64_t id,
                 const struct mu_snapshot **ret, struct mu_err *err);

/* ---- digests.c ---- */

/* *to is set when all of them end; both outlive that. */
int audit_digest_begin(struct auditing *a, const struct mu_snapshot *snap, const char **to,
                       struct mu_err *err);
int audit_digests_end(struct auditing *a, struct mu_err *err);

/* ---- findings.c ---- */

/* What the texts of a check may say beside its parameters. */
struct audit_words {
    const char *const *names, *const *values; /* count of each; a value NULL: "" */
    size_t count;
    mu_text_lookup *more; /* asked for others; NULL: nobody is */
    void *arg;
};

struct audit_draft {
    const struct mu_subject *subjects; /* copied */
    size_t subject_count;
    size_t named;       /* so many of them make the id; the others may change from day to day */
    const char *detail; /* in place of the check's own text; arena; NULL: that one */
    const char *rule;   /* in place of the check's; NULL: that one */
    int64_t snapshot;   /* 0: the audited one */
    int64_t run;
};

void audit_find(struct auditing *a, size_t check, const struct audit_draft *draft,
                const struct audit_words *words);
void audit_skip(struct auditing *a, size_t check, const char *why);
/* Order, waivers, counts. */
void audit_conclude(struct auditing *a);

struct mu_subject audit_person(const struct mu_people *people, const struct mu_person *p);
struct mu_subject audit_team(const struct mu_people *people, const struct mu_team *team);

/* ---- changes.c ---- */

/* What changed since the snapshot asked for, or the one before; makes the tracer. */
int audit_changes(struct auditing *a, struct mu_err *err);
/* Since when things found are so, for checks that want it told. */
int audit_history(struct auditing *a, struct mu_err *err);

/* ---- conditions.c: checks that are data ---- */

mu_people_each audit_user; /* arg: struct auditing */
void audit_groups(struct auditing *a);
void audit_counts(struct auditing *a); /* those with `count`, when all was seen */

/* ---- builtins.c ---- */

struct audit_builtin {
    const char *name;
    const char *const *needs; /* parameters that must be set, NULL-terminated */
    const char *const *words; /* names its texts may use, NULL-terminated */
    int (*run)(struct auditing *a, size_t check, struct mu_err *err);
};
const struct audit_builtin *audit_builtin_find(const char *name);
extern const struct audit_builtin *const audit_builtins[]; /* NULL-terminated */

/* check_people.c, check_hris.c, check_invitations.c, check_policy.c, check_sends.c,
 * check_target.c */
extern const struct audit_builtin audit_builtin_manages_elsewhere, audit_builtin_same_address,
    audit_builtin_same_name, audit_builtin_not_in_hris, audit_builtin_only_in_hris,
    audit_builtin_left_in_hris, audit_builtin_drift, audit_builtin_orphans,
    audit_builtin_invitations, audit_builtin_dormant, audit_builtin_role_policy;

/* ---- summary.c ---- */

/* Who has which role, teams, and the people in them. */
void audit_summary(struct auditing *a);

#endif
