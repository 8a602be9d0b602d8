/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan: read both sides, match, compare, order, and read the guards. */
#include "engine/plan_grace.h"
#include "engine/plan_policy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/park.h"
#include "engine/settle.h"

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

static void add_container(void *arg, const struct mu_op *op)
{
    struct planner *p = arg;
    struct mu_op *own = plan_add_op(p, op->verb, MU_WHY_CONTAINER, NULL);
    *own = *op;
    own->why = MU_WHY_CONTAINER;
    own->name = mu_strdup(p->arena, op->name);
}

static void index_target(struct planner *p)
{
    p->by_key = mu_map_new(p->object_count);
    p->by_native = mu_map_new(p->object_count);
    for (size_t i = 0; i < p->object_count; i++) {
        struct mu_object *o = &p->objects[i];
        mu_map_put(p->by_key, o->key, strlen(o->key), o);
        if (o->native)
            mu_map_put(p->by_native, o->native, strlen(o->native), o);
    }
}

static int load_former(struct planner *p, struct mu_err *err)
{
    struct mu_former *list;
    size_t count;
    if (mu_former_load(p->store, p->arena, p->sync->name, &list, &count, err) < 0)
        return -1;
    p->former = mu_map_new(count);
    for (size_t i = 0; i < count; i++)
        mu_map_put(p->former, list[i].key, strlen(list[i].key), (char *)(uintptr_t)list[i].id);
    return 0;
}

static int load_ledger(struct planner *p, struct mu_err *err)
{
    if (mu_ledger_load(p->store, p->arena, p->sync->name, &p->owned, &p->owned_count, err) < 0)
        return -1;
    p->owned_by_key = mu_map_new(p->owned_count);
    for (int k = 0; k < MU_KINDS; k++)
        p->owned_by_id[k] = mu_map_new(0);
    for (size_t i = 0; i < p->owned_count; i++) {
        struct mu_owned *o = &p->owned[i];
        mu_map_put(p->owned_by_id[o->kind], o->id, strlen(o->id), o);
        mu_map_put(p->owned_by_key, o->key, strlen(o->key), o);
        p->ours[o->kind]++;
    }
    return load_former(p, err);
}

/* Objects that got an immutable id only after we had made them: whoever accepts an invitation. */
static int learn_natives(struct planner *p, struct mu_err *err)
{
    size_t learned = 0;
    for (size_t i = 0; i < p->owned_count; i++) {
        struct mu_owned *owned = &p->owned[i];
        const struct mu_object *o =
            owned->native ? NULL : mu_map_get(p->by_key, owned->key, strlen(owned->key));
        if (!o || !o->native)
            continue;
        owned->native = o->native;
        if (!mu_store_writable(p->store))
            continue;
        if ((learned++ == 0 && mu_journal_begin(p->store, err) < 0) ||
            mu_ledger_put(p->store, p->sync->name, owned, err) < 0)
            return -1;
    }
    return learned ? mu_journal_commit(p->store, err) : 0;
}

static int settle(struct planner *p, struct mu_err *err)
{
    const struct mu_settling settling = {.store = p->store,
                                         .sync = p->sync->name,
                                         .target = p->target,
                                         .by_key = p->by_key,
                                         .by_native = p->by_native,
                                         .log = p->log};
    return mu_store_writable(p->store) ? mu_settle(&settling, err) : 0;
}

int plan_read_target(struct planner *p, struct mu_err *err)
{
    if (p->ops_of->read(p->target, p->arena, &p->objects, &p->object_count, err) < 0 ||
        p->ops_of->identity(p->target, p->arena, &p->identity, err) < 0)
        return -1;
    index_target(p);
    return settle(p, err) < 0 || load_ledger(p, err) < 0 ? -1 : learn_natives(p, err);
}

static int read_sides(struct planner *p, struct mu_err *err)
{
    const char *from = p->sync->from->name;
    int found = mu_snapshot_get(p->store, p->arena, from, 0, &p->snapshot, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING,
                       "no usable snapshot of %s yet; run `muster pull %s` first", from, from);
    p->may_remove = p->snapshot.verdict == MU_COMPLETE;
    if (plan_read_target(p, err) < 0 || plan_policy_load(p, err) < 0 || plan_grace_load(p, err) < 0)
        return -1;
    return plan_load_parked(p, err);
}

static int match_kind(struct planner *p, enum mu_kind kind, struct mu_err *err)
{
    struct plan_ahead *rows;
    const struct plan_row *row;
    int rc;
    p->who[kind] = mu_map_new((size_t)p->snapshot.counts[kind]);
    if (plan_ahead_begin(p, kind, &rows, err) < 0)
        return -1;
    while ((rc = plan_ahead_next(rows, &row, err)) == 1) {
        mu_arena_reset(p->row);
        if (plan_match_row(p, kind, row, err) < 0) {
            rc = -1;
            break;
        }
    }
    plan_ahead_end(rows);
    return rc;
}

static struct mu_map *our_natives(const struct planner *p)
{
    struct mu_map *natives = mu_map_new(p->owned_count);
    for (size_t i = 0; i < p->owned_count; i++) {
        struct mu_owned *o = &p->owned[i];
        if (o->native)
            mu_map_put(natives, o->native, strlen(o->native), o);
    }
    return natives;
}

/* Objects in our containers that no entry asks for and that aren't ours, whatever they are called
 * by now: counted for the reader, not touched. */
static void note_strangers(struct planner *p)
{
    int64_t strangers = 0;
    const char *example = NULL;
    struct mu_map *natives = NULL;
    for (size_t i = 0; i < p->object_count; i++) {
        const struct mu_object *o = &p->objects[i];
        size_t len = strlen(o->key);
        if (o->kind == MU_KINDS || mu_map_get(p->owned_by_key, o->key, len) ||
            mu_map_get(p->who_by_key, o->key, len))
            continue;
        if (!natives)
            natives = our_natives(p);
        if (o->native && mu_map_get(natives, o->native, strlen(o->native)))
            continue;
        if (!example)
            example = o->name;
        strangers++;
    }
    mu_map_free(natives);
    if (strangers > 0)
        plan_leave(p, NULL, example, false,
                   "%" PRId64 " entr%s of others, not touched (this is the first)", strangers,
                   strangers == 1 ? "y" : "ies");
}

int mu_plan_phase(const struct mu_op *op)
{
    switch (op->why) {
    case MU_WHY_CONTAINER:
    case MU_WHY_ADOPT:
    case MU_WHY_RELEASE:
        return 0;
    case MU_WHY_RENAME:
    case MU_WHY_ENABLE:
        return op->verb == MU_OP_RENAME ? 1 : 2;
    case MU_WHY_JOIN:
    case MU_WHY_CHANGE:
        return op->kind == MU_USER ? 2 : 3;
    case MU_WHY_MEMBERS:
        return 4;
    case MU_WHY_DISABLE:
        return 5;
    case MU_WHY_REMOVE:
        return op->kind == MU_GROUP ? 6 : op->kind == MU_USER ? 7 : 8;
    case MU_WHY_COUNT:
        break;
    }
    return 9;
}

static int by_phase(const void *a, const void *b)
{
    const struct mu_op *x = a, *y = b;
    int d = mu_plan_phase(x) - mu_plan_phase(y);
    return d ? d : x->seq - y->seq;
}

/* Operations of those found to be in conflict. */
static void drop_excluded(struct planner *p)
{
    for (int k = 0; k < MU_KINDS; k++) {
        for (size_t i = 0; p->who[k] && i < mu_map_count(p->who[k]); i++) {
            const char *key;
            size_t len;
            void *value;
            mu_map_at(p->who[k], i, &key, &len, &value);
            const struct who *w = value;
            for (size_t j = w->first_op; w->excluded && j < w->op_end; j++)
                p->ops[j].verb = MU_OP_VERBS;
        }
    }
}

/* Takes out what was dropped, orders the rest by phase, numbers it. */
void plan_order(struct planner *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->op_count; i++) {
        if (p->ops[i].verb == MU_OP_VERBS)
            continue;
        p->ops[kept] = p->ops[i];
        p->ops[kept].seq = (int)kept;
        kept++;
    }
    p->op_count = kept;
    if (kept > 1)
        qsort(p->ops, kept, sizeof(*p->ops), by_phase);
    for (size_t i = 0; i < kept; i++)
        p->ops[i].seq = (int)i + 1;
}

static void *keep(struct mu_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = mu_alloc_array(arena, count ? count : 1, size);
    if (count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

/* Of the objects as a set: their order is the server's business. */
static const char *state_of(struct planner *p)
{
    static const uint8_t no_key[MU_HASH_KEY_LEN] = {0};
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    uint8_t all[MU_HASH_LEN] = {0}, one[MU_HASH_LEN];
    for (size_t i = 0; i < p->object_count; i++) {
        const struct mu_object *o = &p->objects[i];
        mu_buf_reset(&text);
        mu_buf_printf(&text, "%s\n%s\n", o->key, o->native ? o->native : "");
        mu_hash(no_key, text.data, text.len, one);
        for (size_t j = 0; j < sizeof(all); j++)
            all[j] ^= one[j];
    }
    mu_buf_reset(&text);
    for (size_t j = 0; j < sizeof(all); j++)
        mu_buf_printf(&text, "%02x", all[j]);
    return mu_strndup(p->arena, text.data, text.len);
}

static int64_t count_one_way(struct planner *p)
{
    int64_t count = 0;
    for (size_t i = 0; i < p->op_count; i++) {
        struct mu_op back;
        mu_arena_reset(p->row);
        count += p->ops[i].verb != MU_OP_MANUAL && !mu_op_inverse(p->row, &p->ops[i], NULL, &back);
    }
    return count;
}

static int64_t count_calls(const struct planner *p)
{
    int64_t count = 0;
    for (size_t i = 0; i < p->op_count; i++)
        if (mu_verb_writes(p->ops[i].verb))
            count += p->ops_of->calls ? p->ops_of->calls(p->target, &p->ops[i]) : 1;
    return count;
}

const struct mu_plan *plan_finish(struct planner *p)
{
    struct mu_plan *plan = mu_alloc(p->arena, sizeof(*plan));
    int64_t now = mu_now();
    *plan = (struct mu_plan){
        .sync = p->sync->name,
        .from = p->sync->from->name,
        .to = p->sync->to->name,
        .snapshot = p->snapshot.id,
        .verdict = p->snapshot.verdict,
        .made = now,
        .expires = now + p->sync->plan_age,
        .undoes = p->undoes,
        .mapping = mu_strdup(p->arena, p->mapping),
        .selection = *p->selection,
        .target = {.identity = p->identity,
                   .objects = (int64_t)p->object_count,
                   .state = state_of(p)},
        .one_way = count_one_way(p),
        .calls = count_calls(p),
        .rate = p->ops_of->rate ? p->ops_of->rate(p->target) : 0,
        .ops = keep(p->arena, p->ops, p->op_count, sizeof(*p->ops)),
        .op_count = p->op_count,
        .left = keep(p->arena, p->left, p->left_count, sizeof(*p->left)),
        .left_count = p->left_count,
        .readings = keep(p->arena, p->readings, p->reading_count, sizeof(*p->readings)),
        .reading_count = p->reading_count,
        .told = p->policy ? p->policy->contexts : NULL,
        .users = p->users,
        .groups = p->groups,
    };
    plan_hash(plan, NULL, plan->hash);
    return plan;
}

/* The operations that make the target agree. */
static int agree(struct planner *p, struct mu_err *err)
{
    if (p->ops_of->prepare(p->target, p->arena, add_container, p, err) < 0 ||
        match_kind(p, MU_USER, err) < 0 ||
        (p->ops_of->mapping(p->target, MU_GROUP) && match_kind(p, MU_GROUP, err) < 0))
        return -1;
    plan_settle_names(p);
    /* Who stays for now is known only then. */
    if (plan_match_gone(p, err) < 0 || plan_members(p, err) < 0)
        return -1;
    plan_policy_note(p);
    if (plan_grace_save(p, err) < 0)
        return -1;
    note_strangers(p);
    return plan_label_gone(p, err);
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

int64_t mu_plan_seconds(const struct mu_plan *plan)
{
    return plan->rate > 0 ? (int64_t)((double)plan->calls / plan->rate) + 1 : 0;
}

void mu_plan_mapping(const struct mu_sync *sync, struct mu_account *target, char ret[MU_DIGEST_HEX])
{
    static const enum mu_kind kinds[] = {MU_USER, MU_GROUP};
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < MU_LEN(kinds); i++) {
        const struct mu_resource *r = target->adapter->target->mapping(target, kinds[i]);
        mu_buf_printf(&all, "%s\n", r ? mu_map_info(r)->digest : "");
    }
    if (sync->policy)
        mu_buf_printf(&all, "%s\n", sync->policy->digest);
    mu_digest(all.data, all.len, ret);
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

static int make(struct planner *p, const struct mu_selection *selection,
                int (*operations)(struct planner *p, struct mu_err *err),
                const struct mu_plan **ret, struct mu_err *err)
{
    p->selection = selection ? selection : p->selection;
    int rc = read_sides(p, err);
    if (rc == 0)
        rc = operations(p, err);
    if (rc == 0) {
        drop_excluded(p);
        rc = plan_order_renames(p, err);
    }
    if (rc == 0) {
        plan_fit(p);
        plan_order(p);
        plan_read_guards(p);
        *ret = plan_finish(p);
    }
    plan_done(p);
    return rc < 0 ? mu_wrap(err, "plan %s", p->sync->name) : 0;
}

int mu_plan_make(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                 const struct mu_selection *selection, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_plan **ret, struct mu_err *err)
{
    struct planner p;
    plan_init(&p, store, sync, target, arena, log);
    return make(&p, selection, agree, ret, err);
}

int mu_plan_adopt(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                  const struct mu_selection *selection, struct mu_arena *arena, struct mu_log *log,
                  const struct mu_plan **ret, struct mu_err *err)
{
    struct planner p;
    plan_init(&p, store, sync, target, arena, log);
    return make(&p, selection, plan_adopt, ret, err);
}
