/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who can do what in an account, who should not, what changed and who changed it: from snapshots,
 * ledger and journal. Nothing is written, no source and no target is asked.
 *
 *     mu_audit_run(store, config, &options, arena, log, &audit, err)
 *     mu_audit_json(audit, &buf) ...
 *
 * Which checks there are stands in mappings/audit/checks.yaml (checks.h); the `audit:` key of the
 * configuration switches and parametrises them. The result is one tree in the caller's arena, the
 * same for every writer; lists are sorted, so that two audits of the same snapshots are the same to
 * the byte but for `made`. Text in it is as the source sent it: hostile, to be escaped by whoever
 * shows it. Money is decimal text.
 */
#ifndef MU_AUDIT_AUDIT_H
#define MU_AUDIT_AUDIT_H

#include "audit/events.h"
#include "audit/sends.h"
#include "audit/trace.h"
#include "base/log.h"
#include "engine/config.h"

enum {
    MU_FINDING_ID = 16,           /* characters of a finding's id */
    MU_FINDINGS_MAX = 100000,     /* of one check; more are counted, and said to be left out */
    MU_AUDIT_CHANGES_MAX = 100000 /* changes that are listed; more are counted */
};

/* A decision that a finding is accepted, by a person, for a time. */
struct mu_waiver {
    const char *finding; /* id */
    const char *owner, *reason;
    int64_t expires;  /* Unix seconds: not waived from then on; 0: never */
    const char *file; /* where it stands */
    int line;
};

/* From a file: a list `waivers` of {finding, owner, reason, expires}. MU_E_CONFIG with its line. */
int mu_waivers_load(struct mu_arena *arena, const char *path, const struct mu_waiver **ret,
                    size_t *ret_count, struct mu_err *err);
int mu_waivers_parse(struct mu_arena *arena, const char *name, const char *text, size_t len,
                     const struct mu_waiver **ret, size_t *ret_count, struct mu_err *err);

struct mu_audit_options {
    const char *account; /* of the configuration */
    int64_t as_of;       /* snapshot; 0: the newest that isn't void */
    int64_t since;       /* snapshot whose later changes are told; 0: the one before as_of */
    /* names of checks, NULL-terminated; NULL: all that are switched on */
    const char *const *checks;
    const struct mu_waiver *waivers;
    size_t waiver_count;
    const struct mu_sends *sends; /* read beforehand (sends.h), for checks of who sends; NULL: no */
    int64_t now;                  /* Unix seconds; 0: the clock's */
};

struct mu_subject {
    enum mu_kind kind;
    const char *account;
    const char *id, *label; /* label: for people; never NULL */
};

struct mu_finding {
    char id[MU_FINDING_ID + 1]; /* of check and subjects: the same tomorrow */
    const struct mu_check_result *check;
    enum mu_severity severity;
    const char *title;
    const struct mu_subject *subjects; /* whom it is about; the first is the main one */
    size_t subject_count;
    const char
        *detail;      /* the evidence in words: what the record says; NULL: the title says it all */
    int64_t snapshot; /* ... and the snapshot it was seen in */
    int64_t run;      /* the run of ours that made it so; 0: none known */
    const char *rule; /* FILE:LINE of the check, or of the policy's rule */
    const char *advice;
    const struct mu_waiver *waived;  /* NULL: it isn't */
    const struct mu_waiver *expired; /* it was, until then; NULL: it never was */
};

enum mu_check_state { MU_CHECK_RAN, MU_CHECK_OFF, MU_CHECK_SKIPPED };
const char *mu_check_state_name(enum mu_check_state state); /* "ran" ... */

struct mu_check_result {
    const char *name, *title; /* title: of the check, "people without a group" */
    enum mu_severity severity;
    enum mu_check_state state;
    const char *why; /* skipped: what it would need; NULL */
    const char *advice;
    const char *rule;     /* FILE:LINE */
    int64_t found, shown; /* shown < found: MU_FINDINGS_MAX was reached */
    int64_t waived;       /* of those that are shown */
};

/* A snapshot that was looked at. */
struct mu_audit_source {
    const char *account;
    const char *use;    /* "audited", "hris", "since" */
    const char *digest; /* of its entries: mu_snapshot_digest */
    struct mu_snapshot snapshot;
};

struct mu_audit_role {
    const char *id, *name;
    int64_t people; /* active ones */
};

struct mu_audit_team {
    const char *id, *name;
    const char *budget, *balances; /* decimal text; budget NULL: none told */
    int64_t people, active;        /* all, and active ones */
    const int64_t *roles;          /* active people by role, parallel to mu_audit.roles */
};

/* A change, who made it, and when it was first seen. */
struct mu_audit_change {
    struct mu_event event;
    struct mu_change_seen seen;
};

struct mu_audit {
    const char *account, *system; /* system: adapter */
    int64_t made;                 /* Unix seconds */
    const char *chain;            /* head of the journal's chain (store/chain.h) */
    const struct mu_audit_source *sources;
    size_t source_count;
    bool complete;               /* false: `warnings` say which read wasn't, and what that means */
    const char *const *warnings; /* to be shown on top */
    size_t warning_count;

    int64_t people, active, groups;
    const struct mu_audit_role *roles; /* by how many have it; the last is people without one */
    size_t role_count;
    const struct mu_audit_team *teams; /* by name; people without a group are no team */
    size_t team_count;
    int64_t teamless; /* active people without a group */

    const struct mu_audit_change *changes;
    size_t change_count;
    int64_t change_total, by_what[MU_WHATS];

    const struct mu_check_result *checks; /* in the order of their files */
    size_t check_count;
    const struct mu_finding *findings; /* the most severe first, then by check and subject */
    size_t finding_count;
    int64_t by_severity[MU_SEVERITIES], waived; /* by_severity: without the waived ones */
};

/* MU_E_CONFIG (checks, parameters; with line), MU_E_MISSING (no snapshot), MU_E_REFUSED (void). */
int mu_audit_run(struct mu_store *store, const struct mu_config *config,
                 const struct mu_audit_options *options, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_audit **ret, struct mu_err *err);

/* Whether any finding that isn't waived is as severe. */
bool mu_audit_fails(const struct mu_audit *audit, enum mu_severity at_least);

/* ---- writers: appended to the buffer ---- */

void mu_audit_text(const struct mu_audit *audit, bool color, struct mu_buf *to);
void mu_audit_json(const struct mu_audit *audit, struct mu_buf *to); /* audit.schema.json */
/* Less of the same, for a reader who pays for each word: reads, summary, and the most severe findings
 * that aren't waived, a few subjects each; no finding is begun beyond so many bytes. What is left out
 * is counted. */
void mu_audit_json_brief(const struct mu_audit *audit, size_t bytes, struct mu_buf *to);
void mu_audit_csv(const struct mu_audit *audit,
                  struct mu_buf *to); /* a row a finding and subject */
/* One file with all that it needs, for a browser; long lists are cut, and say what has the rest. */
void mu_audit_html(const struct mu_audit *audit, struct mu_buf *to);
void mu_audit_sarif(const struct mu_audit *audit, struct mu_buf *to);      /* SARIF 2.1.0 */
void mu_audit_prometheus(const struct mu_audit *audit, struct mu_buf *to); /* textfile collector */

#endif
