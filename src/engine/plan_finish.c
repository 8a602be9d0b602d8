/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as a value of its own: what stands in the planner, counted, copied and hashed. */
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/plan_policy.h"

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
