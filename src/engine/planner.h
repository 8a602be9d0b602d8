/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a plan in the making; private to engine/plan*.c.
 *
 * A `who` is one user or group of the snapshot on its way to a place on the target. Everything
 * lives in the plan's arena, but the documents and wants of the row at hand, which live in `row`
 * and die with the next one.
 */
#ifndef MU_ENGINE_PLANNER_H
#define MU_ENGINE_PLANNER_H

#include "base/map.h"
#include "engine/plan.h"

enum { MU_MEMBERS_PER_OP = 2000 };

struct who {
    enum mu_kind kind;
    const char *id;
    const char *label;
    const char *name, *key;         /* where it should be; NULL: nowhere */
    const struct mu_object *object; /* what is there and is ours; NULL: nothing yet */
    const struct mu_owned *owned;   /* ledger; NULL: not ours so far */
    size_t first_op, op_end;        /* its operations in planner.ops */
    bool excluded;                  /* left alone: a conflict, or bad data */
    bool aside;                     /* inactive: not to be a member of anything */
    bool selected;                  /* the plan may speak of it */
    bool excepted;                  /* nor of any membership of it */
    bool admin;                     /* has that role in the source */
    const char *rule;               /* of the policy, that decided; NULL: none */
};

/* Who wants a name that another one of ours holds. */
struct waiting {
    struct who *who;
    const struct mu_owned *holder;
};

struct planner {
    struct mu_store *store;
    struct mu_parking *parking;
    const struct mu_sync *sync;
    struct mu_account *target;
    const struct mu_target_ops *ops_of;
    const struct mu_selection *selection;
    struct mu_arena *arena, *row;
    struct mu_log *log;
    bool may_remove;  /* the snapshot is complete */
    bool roles_known; /* somebody has a role in the source */

    struct mu_snapshot snapshot;
    struct mu_run last_run;      /* the one looked up last, for drift; id 0: none */
    char mapping[MU_DIGEST_HEX]; /* of the target */
    const char *identity;
    struct mu_object *objects;
    size_t object_count;
    struct mu_owned *owned;
    size_t owned_count;
    struct mu_map *by_key;                /* key -> mu_object */
    struct mu_map *by_native;             /* native id -> mu_object */
    struct mu_map *owned_by_id[MU_KINDS]; /* id -> mu_owned */
    struct mu_map *owned_by_key;          /* key -> mu_owned */
    struct mu_map *former;                /* key that a person had -> id */
    struct mu_map *names;                 /* texts of the target's mappings -> our copies */
    struct mu_map *who[MU_KINDS];         /* id -> who */
    struct mu_map *who_by_key;            /* key -> who */

    const struct mu_resource *classes_of; /* whose object classes `classes` are */
    const struct mu_value *classes;

    struct mu_op *ops;
    size_t op_count, op_cap;
    struct mu_left *left;
    size_t left_count, left_cap;
    struct waiting *waiting;
    size_t waiting_count, waiting_cap;
    struct mu_reading *readings;
    size_t reading_count, reading_cap;
    const struct plan_policy *policy; /* NULL: the sync has none */
    struct mu_decider *decider;       /* made when it is needed first */
    struct plan_grace *grace;         /* NULL: there is no grace period */
    const struct who *first_out;      /* of those who aren't in by the policy */
    int64_t out;
    int64_t undoes; /* run that the plan takes back; 0: none */
    int64_t users, groups, aside, removed[MU_KINDS], ours[MU_KINDS];
    struct mu_buf fold_a, fold_b;
};

/* planner.c: a planner for one plan, to be ended by plan_done. */
void plan_init(struct planner *p, struct mu_store *store, const struct mu_sync *sync,
               struct mu_account *target, struct mu_arena *arena, struct mu_log *log);
void plan_done(struct planner *p);

/* Vectors that grow by doubling in malloc'ed memory, freed with the planner. plan_grow
 * makes room for one more item. */
void *plan_grow(void *items, size_t count, size_t *cap, size_t size);
struct mu_op *plan_add_op(struct planner *p, enum mu_verb verb, enum mu_reason why,
                          const struct who *w);
void plan_leave(struct planner *p, const struct who *w, const char *name, bool trouble,
                const char *fmt, ...) MU_PRINTF(5, 6);

/* A text of the target's (attribute, class) that outlives the target: one copy for all of its uses.
 * */
const char *plan_intern(struct planner *p, const char *text);

/* plan_sides.c: the target read, doubt settled and the ledger loaded; and with it the snapshot.
 * MU_E_MISSING: there is none. */
int plan_read_target(struct planner *p, struct mu_err *err);
int plan_read_sides(struct planner *p, struct mu_err *err);

/* plan_order.c: drops the operations of those found to be in conflict; takes out what was dropped,
 * orders the rest by phase, numbers it. */
void plan_drop_excluded(struct planner *p);
void plan_order(struct planner *p);

/* plan_finish.c: the plan, made of what stands in the planner; in the plan's arena. */
const struct mu_plan *plan_finish(struct planner *p);

/* plan_select.c: whether the plan may speak of somebody. doc NULL: gone from the source. */
void plan_select(struct planner *p, struct who *w, const struct mu_doc *doc);

/* plan_ahead.c: rows of the snapshot, read and mapped by a thread while those before are matched. */
struct plan_row {
    struct mu_entry entry; /* raw is left out */
    const struct mu_doc *doc;
    const struct mu_want *wants;
    size_t want_count;
    const char *bad;             /* why it can't be mapped; NULL: it can */
    struct mu_decision decision; /* of a user; without a policy everybody is in */
};
struct plan_ahead;
int plan_ahead_begin(struct planner *p, enum mu_kind kind, struct plan_ahead **ret,
                     struct mu_err *err);
/* 1 row (lent until the next call), 0 end, -1 */
int plan_ahead_next(struct plan_ahead *a, const struct plan_row **ret, struct mu_err *err);
void plan_ahead_end(struct plan_ahead *a);

/* plan_match.c: who is who, and where. */
int plan_match_row(struct planner *p, enum mu_kind kind, const struct plan_row *row,
                   struct mu_err *err);
int plan_match_gone(struct planner *p, struct mu_err *err);
/* A conflict: w is listed and left alone, and its operations are dropped. */
void plan_exclude(struct planner *p, struct who *w, const char *why);

/* plan_names.c: names passed on within the plan. Whether they are free in time is settled when all
 * are matched; the renames are ordered when all operations are known. */
void plan_wait_for_name(struct planner *p, struct who *w, const struct mu_owned *holder);
void plan_settle_names(struct planner *p);
int plan_order_renames(struct planner *p, struct mu_err *err);

/* Where the entry should be: w->name and w->key, by its wants. MU_E_DATA when nothing names it. */
int plan_locate(struct planner *p, struct who *w, const struct mu_resource *mapping,
                const struct mu_want *wants, size_t count, bool inactive, struct mu_err *err);
/* Of an entry of the snapshot; registered under its id. */
struct who *plan_who(struct planner *p, enum mu_kind kind, const struct mu_entry *entry,
                     const struct mu_doc *doc);

/* plan_labels.c: names for those who are planned for, or left alone, and gone from the source. */
int plan_label_gone(struct planner *p, struct mu_err *err);

/* plan_adopt.c: the operations of a plan to take over. */
int plan_adopt(struct planner *p, struct mu_err *err);
/* plan_adopt_values.c: into the operation that takes w's object over. */
void plan_adopt_values(struct planner *p, const struct who *w, const struct mu_want *wants,
                       size_t count);
int plan_adopt_members(struct planner *p, struct mu_err *err);

/* plan_diff.c: operations that make an object's attributes what the wants say. Not the naming
 * attribute. */
bool plan_same(struct planner *p, const char *attr, const struct mu_value *a,
               const struct mu_value *b);
void plan_create(struct planner *p, struct who *w, const struct mu_resource *mapping,
                 const struct mu_want *wants, size_t count);
int plan_update(struct planner *p, struct who *w, const struct mu_resource *mapping,
                const struct mu_want *wants, size_t count, struct mu_err *err);

/* plan_drift.c: marks the changes that undo what somebody else did to the object: what we want of
 * the attribute is what we wanted when our last run wrote it. */
int plan_mark_drift(struct planner *p, const struct who *w, const struct mu_resource *mapping,
                    const struct mu_want *wants, size_t count, struct mu_opchange *changes,
                    size_t change_count, struct mu_err *err);

/* plan_whole.c: takes the whole object away, with all of its attributes, ours or not, so that it
 * can be made again. plan_whole puts them into a delete; secrets: attributes that nobody may keep. */
int plan_delete(struct planner *p, struct who *w, struct mu_err *err);
int plan_whole(struct planner *p, const struct who *w, const struct mu_object *whole,
               struct mu_op *op, size_t *ret_secrets, struct mu_err *err);

/* plan_park.c: why it is left alone although there is something to do: the target refused it, and
 * the next try isn't due yet. NULL: it isn't. */
int plan_load_parked(struct planner *p, struct mu_err *err);
const char *plan_parked(struct planner *p, const struct who *w);

/* plan_aside.c: whether an object is set aside; and the operation that sets w's aside, or takes it
 * back, by a value. */
bool plan_lies_aside(struct planner *p, const struct mu_object *o);
void plan_aside(struct planner *p, struct who *w, bool out);
/* Of the operations [from, to) those that set aside are a person's, because the target refused them
 * (`parked` says why); on targets that know such steps. False: there is none. */
bool plan_by_hand(struct planner *p, size_t from, size_t to, const char *parked);

/* plan_fit.c: the wants as the target has them, in the row's arena; MU_E_DATA: one means nothing
 * there. And what becomes of each operation on this target. */
int plan_resolve(struct planner *p, const struct mu_want **wants, size_t count, struct mu_err *err);
void plan_fit(struct planner *p);

/* plan_members.c: after all users and groups are matched. */
int plan_members(struct planner *p, struct mu_err *err);
/* In the deletion of a group, says which of its members were ours: they are again, if it is undone. */
int plan_mark_members(struct planner *p, const struct who *group, struct mu_opchange *changes,
                      size_t count, struct mu_err *err);

/* guard.c: readings of the plan's guards. */
void plan_read_guards(struct planner *p);
/* Also learns that the source tells roles at all. */
bool plan_is_admin(struct planner *p, const struct mu_doc *doc);
/* Who has the highest role there is on the target, for plans that don't ask the source. */
void plan_read_highest(struct planner *p);
void plan_read_members_guard(struct planner *p, const struct who *group, int64_t removed,
                             int64_t of);

/* plan_json.c: the hash of a plan. `ops`: plan_hash_part of the text of each operation, where they
 * were read from text; NULL: of the text that mu_op_json makes of them. */
void plan_hash_part(struct mu_buf *digests, const char *text, size_t len);
void plan_hash(const struct mu_plan *plan, const struct mu_buf *ops, char ret[MU_DIGEST_HEX]);

/* plan_read.c: what a plan's file says, in the arena; *ret_hash is the hash it claims to have (NULL:
 * none), which the caller compares. */
int plan_read(struct mu_arena *arena, const char *text, size_t len, struct mu_plan *ret,
              const char **ret_hash, struct mu_err *err);

#endif
