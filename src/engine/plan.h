/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: the list of operations that would make a target agree with a snapshot. A value: it can
 * be printed, saved, hashed, refused, and applied exactly. Making one reads the store and the
 * target and writes nothing.
 *
 * Order: containers, group renames, users (renames, creates, changes), groups, memberships,
 * disables, removals. Who is who: the ledger's immutable id first, then the name the mapping asks
 * for. An object that exists and isn't ours is left alone and listed; so is a name two entries ask
 * for.
 */
#ifndef MU_ENGINE_PLAN_H
#define MU_ENGINE_PLAN_H

#include "engine/config.h"
#include "store/store.h"

enum { MU_PLAN_VERSION = 1, MU_PLAN_MAX_AGE_S = 24 * 3600 };

/* Somebody or something the plan leaves alone, and why. */
struct mu_left {
    enum mu_kind kind;
    const char *id, *label, *name; /* id NULL: an object of the target with no entry */
    const char *reason;
    /* makes the run partial (exit 4): conflicts and bad data; not: somebody else's entries */
    bool trouble;
};

struct mu_reading {
    const char *guard; /* "remove", "members of sales", "protected" */
    int64_t count, of, limit_count, limit_percent;
    bool over;
    const char *allow; /* the one setting that would let this plan pass */
};

struct mu_plan {
    const char *sync, *from, *to;
    int64_t snapshot;
    enum mu_verdict verdict;
    int64_t made; /* Unix seconds */
    const struct mu_op *ops;
    size_t op_count;
    const struct mu_left *left;
    size_t left_count;
    const struct mu_reading *readings;
    size_t reading_count;
    /* Objects that a run which was cut created without living to note it: they are ours, and apply
     * enters them first. */
    const struct mu_owned *claims;
    size_t claim_count;
    int64_t users, groups; /* desired, for summaries and guards */
    /* of the header's digest and each operation's, in order (plan_json.c) */
    char hash[MU_DIGEST_HEX];
};

/* The mapping digest and more of what the plan was made from is in its JSON. `target` is open; its
 * read happens here. */
int mu_plan_make(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                 struct mu_arena *arena, struct mu_log *log, const struct mu_plan **ret,
                 struct mu_err *err);

/* Over a guard: -1, MU_E_REFUSED, naming each. `allow`: hash the person agreed to (--allow HASH),
 * NULL: none. */
int mu_plan_guard(const struct mu_plan *plan, const char *allow, struct mu_err *err);

/* Operations of one phase don't depend on each other; phases are executed in order. */
int mu_plan_phase(const struct mu_op *op);

/* As one JSON document (with hash), and back (hash checked: MU_E_REFUSED when it doesn't fit). */
void mu_plan_json(const struct mu_plan *plan, struct mu_buf *to);
int mu_plan_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_plan **ret,
                  struct mu_err *err);

/* For people: `+ user`, `~ title: "a" -> "b"`, `- member`; appended. color: with SGR sequences. One
 * operation. */
void mu_plan_show_op(const struct mu_op *op, bool color, struct mu_buf *to);

/* `12 users to add, 3 members to remove; 4 left alone`. `to` is empty before. */
void mu_plan_summary(const struct mu_plan *plan, struct mu_buf *to);

#endif
