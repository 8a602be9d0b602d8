/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan in the making holds: begun, added to, given back. */
#include "engine/planner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/park.h"
#include "engine/plan_grace.h"
#include "engine/plan_policy.h"

void *plan_grow(void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap ? *cap * 2 : 64;
    return mu_xrealloc(items, *cap * size);
}

struct mu_op *plan_add_op(struct planner *p, enum mu_verb verb, enum mu_reason why,
                          const struct who *w)
{
    p->ops = plan_grow(p->ops, p->op_count, &p->op_cap, sizeof(*p->ops));
    struct mu_op *op = &p->ops[p->op_count++];
    *op = (struct mu_op){.verb = verb, .why = why, .kind = MU_KINDS};
    if (w) {
        op->kind = w->kind;
        op->id = w->id;
        op->label = w->label;
        op->name = w->name;
        op->rule = w->rule;
        op->native = w->object ? w->object->native : NULL;
    }
    return op;
}

void plan_leave(struct planner *p, const struct who *w, const char *name, bool trouble,
                const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    p->left = plan_grow(p->left, p->left_count, &p->left_cap, sizeof(*p->left));
    p->left[p->left_count++] = (struct mu_left){.kind = w ? w->kind : MU_KINDS,
                                                .id = w ? w->id : NULL,
                                                .label = w ? w->label : NULL,
                                                .name = name,
                                                .reason = mu_strdup(p->arena, text),
                                                .trouble = trouble};
}

const char *plan_intern(struct planner *p, const char *text)
{
    size_t len = strlen(text);
    char *copy = mu_map_get(p->names, text, len);
    if (!copy) {
        copy = mu_strndup(p->arena, text, len);
        mu_map_put(p->names, copy, len, copy);
    }
    return copy;
}

void plan_init(struct planner *p, struct mu_store *store, const struct mu_sync *sync,
               struct mu_account *target, struct mu_arena *arena, struct mu_log *log)
{
    static const struct mu_selection everybody = {NULL, NULL};
    *p = (struct planner){.store = store,
                          .sync = sync,
                          .target = target,
                          .ops_of = target->adapter->target,
                          .selection = &everybody,
                          .arena = arena,
                          .row = mu_arena_new(),
                          .names = mu_map_new(0),
                          .who_by_key = mu_map_new(0),
                          .log = log,
                          .fold_a = MU_BUF_INIT(MU_BUF_MAX),
                          .fold_b = MU_BUF_INIT(MU_BUF_MAX)};
    mu_plan_mapping(sync, target, p->mapping);
}

void plan_done(struct planner *p)
{
    for (int k = 0; k < MU_KINDS; k++) {
        mu_map_free(p->owned_by_id[k]);
        mu_map_free(p->who[k]);
    }
    mu_parking_free(p->parking);
    mu_map_free(p->names);
    mu_map_free(p->by_key);
    mu_map_free(p->by_native);
    mu_map_free(p->owned_by_key);
    mu_map_free(p->former);
    mu_map_free(p->who_by_key);
    mu_decider_free(p->decider);
    plan_grace_free(p);
    mu_buf_done(&p->fold_a);
    mu_buf_done(&p->fold_b);
    mu_arena_free(p->row);
    free(p->ops);
    free(p->left);
    free(p->waiting);
    free(p->readings);
}
