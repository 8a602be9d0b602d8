/* SPDX-License-Identifier: Apache-2.0 */
/* An operation held against the person it is about, value by value: SCIM knows no precondition. */
#include <string.h>

#include "adapter/sendoso/target_private.h"

/* All attributes have one value. */
static const char *only(const struct mu_value *values, size_t count)
{
    return count > 0 ? values[0].bytes : NULL;
}

const char *sendoso_given(const struct mu_op *op, const char *attr)
{
    for (size_t i = 0; i < op->change_count; i++)
        if (mu_strieq(op->changes[i].attr, attr))
            return only(op->changes[i].add, op->changes[i].add_count);
    return NULL;
}

static const char *value_of(const struct sendoso_person *p, const char *attr)
{
    const struct mu_attrval *have = mu_object_attr(&p->object, attr);
    return have ? only(have->values, have->count) : NULL;
}

static bool same(const struct sendoso *s, const char *attr, const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    const struct mu_value x = {.bytes = a, .len = strlen(a)}, y = {.bytes = b, .len = strlen(b)};
    return mu_target_same((struct mu_account *)(uintptr_t)&s->base, attr, &x, &y);
}

static void show(const struct sendoso *s, const char *attr, const char *value, struct mu_buf *to)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    if (!value)
        mu_buf_adds(to, "nothing");
    else if (mu_strieq(attr, "team_group"))
        mu_buf_adds(to, sendoso_group_text(s->target->groups, arena, value));
    else
        mu_printable_into(to, value, strlen(value), SENDOSO_SHOWN);
}

static void differs(const struct sendoso *s, const struct mu_opchange *c, const char *have,
                    struct mu_buf *why)
{
    mu_buf_printf(why, "%s%s: expected ", why->len ? "; " : "", c->attr);
    show(s, c->attr, only(c->remove, c->remove_count), why);
    mu_buf_adds(why, ", found ");
    show(s, c->attr, have, why);
}

enum sendoso_finding sendoso_judge(const struct sendoso *s, const struct mu_op *op,
                                   const struct sendoso_person *there, struct mu_buf *why)
{
    size_t so = 0;
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        const char *have = value_of(there, c->attr);
        if (same(s, c->attr, have, only(c->add, c->add_count)))
            so++;
        else if (!same(s, c->attr, have, only(c->remove, c->remove_count)))
            differs(s, c, have, why);
    }
    if (why->len > 0)
        return SENDOSO_STALE;
    return so == op->change_count ? SENDOSO_IS_SO : SENDOSO_TO_DO;
}
