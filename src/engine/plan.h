/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: the list of operations that would make a target agree with a snapshot. A value: it can
 * be printed, saved, hashed, refused, and applied exactly. Making one writes nothing to the target.
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

enum { MU_PLAN_VERSION = 1 };

/* Somebody or something the plan leaves alone, and why. */
struct mu_left {
    enum mu_kind kind;
    const char *id, *label, *name; /* id NULL: an object of the target with no entry */
    const char *reason;
    /* makes the run partial (exit 4): conflicts and bad data; not: somebody else's entries */
    bool trouble;
    int64_t due; /* a leaver: when the grace period is over; 0: not about that */
    bool begun;  /* ... which begins with this plan; not in a plan's file */
};

struct mu_reading {
    const char *guard; /* "users removed", "members of Sales", "protected: Ada" */
    int64_t count, of, limit_count, limit_percent;
    bool over;
    const char *allow; /* the setting it is of */
};

/* Of whom a plan may speak: those that a text of `only` fits and none of `except` does. Texts are
 * globs, folded, on id, name, e-mail address and the name on the target; of users and groups
 * alike. NULL: everybody, nobody. A membership is planned when its user or its group is selected
 * and neither is excepted. */
struct mu_selection {
    const char *const *only, *const *except;
};

struct mu_plan {
    const char *sync, *from, *to;
    int64_t snapshot; /* 0: made from none */
    enum mu_verdict verdict;
    int64_t made, expires; /* Unix seconds; 0: never */
    int64_t undoes;        /* run that it takes back; 0: none */
    const char *mapping;   /* digest of the target's mappings */
    struct mu_selection selection;
    /* The target as it was read: who we were bound as (NULL: unknown), and how many objects in what
     * state (a digest of their names, ids and versions). */
    struct {
        const char *identity;
        int64_t objects;
        const char *state;
    } target;
    const struct mu_op *ops;
    size_t op_count;
    const struct mu_left *left;
    size_t left_count;
    const struct mu_reading *readings;
    size_t reading_count;
    /* of each rule of the sync's policy, what the target's mapping was told; NULL: there is no policy,
     * or the plan was read from a file */
    const struct mu_doc *const *told;
    int64_t users, groups; /* desired, for summaries and guards */
    int64_t one_way;       /* operations that no undo can reverse */
    int64_t calls;         /* writes it takes */
    double rate;           /* writes a second the target allows; 0: as fast as it can */
    /* of the header's digest and each operation's, in order (plan_json.c) */
    char hash[MU_DIGEST_HEX];
};

/*
 * The caller holds mu_sync_lock (engine/apply.h). `target` is open; its read happens here. Runs that
 * were cut are settled first: what became of their last operations is looked up on the target and
 * entered into journal and ledger; with a store opened for reading they stay in doubt. `selection`
 * may be NULL.
 */
int mu_plan_make(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                 const struct mu_selection *selection, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_plan **ret, struct mu_err *err);

/*
 * A plan to take over objects that exist and aren't ours (muster adopt), by an explicit rule: an
 * attribute that is mapped from the source's immutable id holds it; else one that is mapped from an
 * e-mail address holds it, folded; else the object stands at the very name. Nothing is written to
 * the target; the next plan shows what differs. Whoever fits more than one object, or an object
 * more than one entry, is listed and left alone, and so is what another sync owns.
 */
int mu_plan_adopt(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                  const struct mu_selection *selection, struct mu_arena *arena, struct mu_log *log,
                  const struct mu_plan **ret, struct mu_err *err);

/* How long its writes take at the pace the target allows; 0: it sets none. */
int64_t mu_plan_seconds(const struct mu_plan *plan);

/* Which rules of the sync's policy name a group that the target hasn't, read as it is now: calls report
 * for each, why is lent. Groups of the source's snapshot count where the sync makes them. */
typedef void mu_plan_lacks(void *arg, const struct mu_policy_rule *rule, const char *why);
int mu_plan_policy(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                   struct mu_arena *arena, struct mu_log *log, mu_plan_lacks *report, void *arg,
                   struct mu_err *err);

/* Digest of the mappings a target was opened with, and of the sync's policy. */
void mu_plan_mapping(const struct mu_sync *sync, struct mu_account *target,
                     char ret[MU_DIGEST_HEX]);

/* Over a guard: -1, MU_E_REFUSED, naming each, and how to allow this plan and no other. `file`: where
 * the plan is saved, NULL: nowhere. `allow`: hash the person agreed to (--allow HASH), NULL: none. */
int mu_plan_guard(const struct mu_plan *plan, const char *file, const char *allow,
                  struct mu_err *err);

/* A reading in words, with its limit and the setting; appended. */
void mu_reading_show(const struct mu_reading *r, struct mu_buf *to);

/* Operations of one phase don't depend on each other; phases are executed in order. */
int mu_plan_phase(const struct mu_op *op);

/* As one JSON document (with hash), and back (hash checked: MU_E_REFUSED when it doesn't fit). */
void mu_plan_json(const struct mu_plan *plan, struct mu_buf *to);
void mu_left_json(const struct mu_left *l, struct mu_jw *w); /* one of those left alone */
int mu_plan_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_plan **ret,
                  struct mu_err *err);
/* The same of a file ("-": standard input), of which no more is held than what it says. */
int mu_plan_load(struct mu_arena *arena, const char *path, const struct mu_plan **ret,
                 struct mu_err *err);

/* For people: `+ user`, `~ title: "a" -> "b"`, `- member`; appended. color: with SGR sequences. One
 * operation. */
void mu_plan_show_op(const struct mu_op *op, bool color, struct mu_buf *to);

/* `12 users to add, 3 members to remove; 4 left alone`. `to` is empty before. */
void mu_plan_summary(const struct mu_plan *plan, struct mu_buf *to);
/* How many are in their grace period; of NULL none. */
size_t mu_plan_leaving(const struct mu_plan *plan);

#endif
