/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a person stands on a target as it does, and why not: the story of one user, or of one user in
 * one group, from the record as the source sent it to the value on the target and the run that
 * wrote it.
 *
 * Nothing is decided here: what is planned, left alone or refused is asked of mu_plan_make, values
 * of the mapping engine, deeds of the journal. What could not be seen (a target that doesn't
 * answer, a record that wasn't kept) is said, and the rest is told all the same. Everything lives
 * in the arena given, or in the mappings of the target.
 */
#ifndef MU_ENGINE_EXPLAIN_H
#define MU_ENGINE_EXPLAIN_H

#include "engine/plan.h"

/* One condition that failed. Codes are stable, texts are not:
 *
 *     parked         the record can't be used
 *     unknown        no snapshot ever held the person (or group)
 *     gone           it isn't in this snapshot any more
 *     additive       the read wasn't complete, so nothing is removed after it
 *     inactive       the source says inactive or deleted, and the sync's policy acts on it
 *     not_in         the sync's policy excludes the person, or none of its rules fits
 *     not_yet        before the person's first day
 *     ended          after the person's last day
 *     unclear        the person's first or last day is no date
 *     leaving        the person is to go, when a grace period is over
 *     no_value       the target's mapping makes no name or refuses a value
 *     left_alone     a conflict: another entry asks for the name, something that isn't ours has it
 *     not_in_source  group: the source lists no such membership
 *     user           group: the user itself isn't on the target as it should be
 *     others         group: others put the user in, so the membership stays
 *     drift          somebody else changed on the target what a run of ours had written
 *     guard          a guard refuses the plan as a whole
 *     refused        the target refused the operation
 *     stale          the operation no longer fitted what was on the target
 *     not_sent       the run stopped before the operation
 *     in_doubt       the operation was sent, and its outcome isn't known
 *     waiting        the operation waits for its next try
 *     not_applied    planned, and never tried since the pull
 *     not_written    nothing was written by then
 */
struct mu_because {
    const char *code, *text;
};

/* The operation that wrote something last. run 0: none of ours. */
struct mu_written {
    int64_t run, at; /* Unix seconds */
    int seq;
    enum mu_verb verb;
    enum mu_reason why;
};

/* One unified field on its way from the record into the entry. */
struct mu_link {
    const char *field; /* "username", "attributes/budget" */
    const char *value; /* in the entry, as compact JSON; NULL: absent */
    const char *resource;
    const struct mu_rule *rule;  /* NULL: no rule fills it */
    const struct mu_read *reads; /* what the rule looked at */
    size_t read_count;
    const char *note; /* NULL: nothing to add */
};

/* One attribute of the target. */
struct mu_attr_story {
    const char *name;
    const struct mu_rule *rule;
    enum mu_value_policy policy;
    const struct mu_link *links; /* the unified fields its rule looks at */
    size_t link_count;
    const struct mu_value *want, *have; /* have: on the target, or as written by then */
    size_t want_count, have_count;
    bool differs; /* known, and another than wanted under this policy */
    struct mu_written written;
};

/* A rule that was tried in vain. */
struct mu_passed_rule {
    const struct mu_policy_rule *rule;
    const char *why;
};

/* What the sync's policy decided of the person. */
struct mu_policy_story {
    const struct mu_policy *policy;
    struct mu_decision decision;
    const char *group; /* as the target has it, or else as it is written; NULL: none */
    const struct mu_passed_rule *passed; /* the first of those that came before and don't fit */
    size_t passed_count, passed_total;
};

struct mu_member_story {
    const char *id, *label; /* of the group */
    const char *name;       /* the group's on the target; NULL: none */
    const char *attribute;  /* that holds members */
    bool in_source;
    int there; /* 1: a member on the target; 0: not; -1: not known */
    const struct mu_link *links;
    size_t link_count;
    struct mu_written written;
    const struct mu_because *because; /* none: in agreement */
    size_t because_count;
};

struct mu_story {
    const struct mu_sync *sync;
    struct mu_snapshot snapshot;
    bool past; /* told of an older snapshot: the target's values are what was written by then */
    const char *id, *label;
    bool in_snapshot;
    const char *resource;      /* the person's record: of which list */
    const char *raw;           /* and as it was sent, JSON; NULL: not kept */
    const char *name;          /* where it is on the target, or last was; NULL: nowhere */
    const char *wanted_name;   /* where it should be; NULL: nowhere */
    const char *native;        /* immutable id there */
    const char *matched;       /* how the object on the target was told to be this person's */
    const char *target_error;  /* why the target could not be seen; NULL: it was, or wasn't asked */
    bool on_target, protected; /* on_target: as far as known */
    const struct mu_policy_story *policy; /* NULL: the sync has none, or the person is gone */
    const struct mu_attr_story *attrs;
    size_t attr_count;
    const struct mu_member_story *members; /* with a group asked for: that one */
    size_t member_count;
    const struct mu_because *because; /* in the order of the data's way; none: in agreement */
    size_t because_count;
};

struct mu_explain_query {
    struct mu_store *store;
    const struct mu_sync *sync;
    const struct mu_layers *layers; /* of the source's mappings; NULL: none */
    struct mu_account *target;      /* NULL: can't be opened, target_error says why */
    const char *target_error;
    struct mu_snapshot snapshot;
    bool past;
    const char *user, *group; /* ids; group NULL: all of the user's */
    struct mu_log *log;
};

int mu_explain(const struct mu_explain_query *q, struct mu_arena *arena,
               const struct mu_story **ret, struct mu_err *err);

/* A story for programs, as one object; muster(1) documents the shape. `found_by`: what of the text a
 * person typed fitted. */
void mu_story_json(const struct mu_story *story, const char *found_by, struct mu_jw *w);

/* Somebody (or a group) who may be meant by a text a person typed. */
struct mu_candidate {
    const char *id, *label;
    const char *by;    /* "id", "e-mail", "username", "name", "record" */
    const char *email; /* NULL: none */
    bool past;         /* not in the snapshot */
};

/* By id, else by e-mail, username, name (all folded): whom the first of these finds, in the
 * snapshot, else in older versions, the ledger, or among parked records. At most
 * MU_CANDIDATES_MAX. */
enum { MU_CANDIDATES_MAX = 50 };
int mu_explain_find(struct mu_store *store, const struct mu_sync *sync,
                    const struct mu_snapshot *snapshot, enum mu_kind kind, const char *text,
                    struct mu_arena *arena, const struct mu_candidate **ret, size_t *ret_count,
                    struct mu_err *err);

#endif
