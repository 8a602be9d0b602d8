/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a story in the making; private to engine/explain*.c. */
#ifndef MU_ENGINE_EXPLAINER_H
#define MU_ENGINE_EXPLAINER_H

#include "engine/explain.h"
#include "store/history.h"

enum { MU_TRAIL_MAX = 2000, MU_BECAUSE_MAX = 16 };

/* The steps about one entry, oldest first; the newest MU_TRAIL_MAX of them. */
struct trail {
    struct trail_step {
        int64_t run, at;
        const char *done, *detail;
        struct mu_op op;
    } * steps;
    size_t count;
};

struct reasons {
    struct mu_because *list;
    size_t count;
};

struct parked_list {
    struct mu_parked *items;
    size_t count;
};

struct explainer {
    const struct mu_explain_query *q;
    const struct mu_target_ops *ops; /* NULL: no target */
    struct mu_arena *arena;
    const struct mu_resource *const *sources; /* mappings of the source, NULL-terminated */
    const struct mu_plan *plan;               /* NULL: of the past, or the target can't be seen */
    struct mu_owned *owned;                   /* the whole ledger of the sync */
    size_t owned_count;
    /* The user's, of the snapshot or else as they last were; NULL: never seen, or not kept. */
    const struct mu_doc *doc, *record;
    const struct mu_doc *context; /* what the policy decided of the user; NULL: nothing */
    struct parked_list parked_records, parked_ops; /* as of now; of a story of the past: none */
    struct trail trail;                            /* of the user */
    struct mu_object object;                       /* of the user on the target; name NULL: none */
    struct mu_story *story;
    struct reasons because;
};

void explain_because(struct explainer *x, struct reasons *to, const char *code, const char *fmt,
                     ...) MU_PRINTF(4, 5);
bool explain_is_inactive(const struct explainer *x);
const struct mu_owned *explain_owned(const struct explainer *x, enum mu_kind kind, const char *id);

/* ---- explain_trail.c ---- */

int explain_trail(struct explainer *x, enum mu_kind kind, const char *id, struct trail *ret,
                  struct mu_err *err);
/* The step that wrote the value last, or with value NULL removed values of it last. */
struct mu_written explain_written(struct explainer *x, const struct trail *trail, const char *attr,
                                  const struct mu_value *value);
/* The step that gave the object its name. */
struct mu_written explain_named(const struct trail *trail);
/* What all steps that succeeded made of the object; name NULL: it isn't there. */
void explain_replay(struct explainer *x, const struct trail *trail, struct mu_object *ret);
/* What the last try came to, when it did not succeed. */
void explain_attempts(struct explainer *x, const struct trail *trail, struct reasons *to);

/* ---- explain_fields.c ---- */

/* Links of an entry's fields, of those in `fields` (NULL-terminated). */
size_t explain_links(struct explainer *x, enum mu_kind kind, const char *const *fields,
                     const struct mu_doc *doc, const struct mu_doc *record,
                     const struct mu_doc *context, const struct mu_link **ret);
const char *explain_resource(struct explainer *x, enum mu_kind kind);
void explain_attrs(struct explainer *x);
bool explain_holds(struct explainer *x, const char *attr, const struct mu_value *values,
                   size_t count, const struct mu_value *value);

/* ---- explain_why.c ---- */

/* What a read's evidence holds at a pointer; NULL: nothing. */
const struct mu_doc *explain_evidence(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                                      const char *pointer);
/* The version that was live in the snapshot or was the last one before; arena. 1, 0, -1. */
int explain_last(struct explainer *x, enum mu_kind kind, const char *id, struct mu_version *ret,
                 struct mu_err *err);
/* Of what is not in the snapshot: was it parked, is it gone, was it ever there? */
int explain_absent(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to,
                   struct mu_err *err);
/* In conflict, or refused and waiting. */
void explain_left(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to);
void explain_guards(struct explainer *x, struct reasons *to);
/* What keeps the user from standing on the target as the source has it. */
int explain_user(struct explainer *x, struct mu_err *err);

/* ---- explain_policy.c ---- */

/* What the policy decided; and why the person is not in by it, or is on the way out. */
void explain_policy(struct explainer *x);
void explain_not_in(struct explainer *x, struct reasons *to);
/* By the policy: before the first day or after the last; not to be there at all. */
bool explain_is_away(const struct explainer *x);
bool explain_is_out(const struct explainer *x);

/* ---- explain_groups.c ---- */

int explain_groups(struct explainer *x, struct mu_err *err);

#endif
