/* SPDX-License-Identifier: Apache-2.0 */
/* Operations: their names, and the one that takes another one back. */
#include "model/op.h"

#include "base/str.h"

static const char *const verb_names[MU_OP_VERBS] = {
    [MU_OP_CREATE] = "create", [MU_OP_MODIFY] = "modify", [MU_OP_RENAME] = "rename",
    [MU_OP_DELETE] = "delete", [MU_OP_ADOPT] = "adopt",   [MU_OP_RELEASE] = "release",
    [MU_OP_MANUAL] = "manual",
};

static const char *const reason_names[MU_WHY_COUNT] = {
    [MU_WHY_CONTAINER] = "container", [MU_WHY_JOIN] = "join",     [MU_WHY_CHANGE] = "change",
    [MU_WHY_MEMBERS] = "members",     [MU_WHY_RENAME] = "rename", [MU_WHY_DISABLE] = "disable",
    [MU_WHY_ENABLE] = "enable",       [MU_WHY_REMOVE] = "remove", [MU_WHY_ADOPT] = "adopt",
    [MU_WHY_RELEASE] = "release",
};

const char *mu_verb_name(enum mu_verb verb)
{
    return (unsigned)verb < MU_OP_VERBS ? verb_names[verb] : "?";
}

const char *mu_reason_name(enum mu_reason why)
{
    return (unsigned)why < MU_WHY_COUNT ? reason_names[why] : "?";
}

/* The place of a name in a table of them; -1: it isn't there. */
static int place_of(const char *name, const char *const *names, int count)
{
    int i = 0;
    while (i < count && !mu_streq(name, names[i]))
        i++;
    return i < count ? i : -1;
}

bool mu_verb_parse(const char *name, enum mu_verb *ret)
{
    int at = place_of(name, verb_names, MU_OP_VERBS);
    if (at >= 0)
        *ret = (enum mu_verb)at;
    return at >= 0;
}

bool mu_reason_parse(const char *name, enum mu_reason *ret)
{
    int at = place_of(name, reason_names, MU_WHY_COUNT);
    if (at >= 0)
        *ret = (enum mu_reason)at;
    return at >= 0;
}

const struct mu_attrval *mu_object_attr(const struct mu_object *o, const char *name)
{
    for (size_t i = 0; o != NULL && i < o->attr_count; i++)
        if (mu_strieq(o->attrs[i].name, name))
            return &o->attrs[i];
    return NULL;
}

static const enum mu_verb verb_back[MU_OP_VERBS] = {
    [MU_OP_CREATE] = MU_OP_DELETE, [MU_OP_MODIFY] = MU_OP_MODIFY, [MU_OP_RENAME] = MU_OP_RENAME,
    [MU_OP_DELETE] = MU_OP_CREATE, [MU_OP_ADOPT] = MU_OP_RELEASE, [MU_OP_RELEASE] = MU_OP_ADOPT,
    [MU_OP_MANUAL] = MU_OP_VERBS, /* a person did it: none of ours */
};

/* What stands in the plan as the reason of the way back. */
static const enum mu_reason reason_back[MU_WHY_COUNT] = {
    [MU_WHY_CONTAINER] = MU_WHY_CONTAINER, [MU_WHY_JOIN] = MU_WHY_REMOVE,
    [MU_WHY_CHANGE] = MU_WHY_CHANGE,       [MU_WHY_MEMBERS] = MU_WHY_MEMBERS,
    [MU_WHY_RENAME] = MU_WHY_RENAME,       [MU_WHY_DISABLE] = MU_WHY_ENABLE,
    [MU_WHY_ENABLE] = MU_WHY_DISABLE,      [MU_WHY_REMOVE] = MU_WHY_JOIN,
    [MU_WHY_ADOPT] = MU_WHY_RELEASE,       [MU_WHY_RELEASE] = MU_WHY_ADOPT,
};

static void swap_changes(struct mu_arena *arena, const struct mu_op *op, struct mu_op *back)
{
    struct mu_opchange *changes = mu_alloc_array(arena, op->change_count, sizeof(*changes));
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        changes[i] = (struct mu_opchange){.attr = c->attr,
                                          .remove = c->add,
                                          .remove_count = c->add_count,
                                          .remove_who = c->add_who,
                                          .add = c->remove,
                                          .add_count = c->remove_count,
                                          .add_who = c->remove_who,
                                          .shared = c->shared};
    }
    back->changes = changes;
    back->change_count = op->change_count;
}

static void create_again(struct mu_arena *arena, const struct mu_object *before, struct mu_op *back)
{
    struct mu_opchange *changes = mu_alloc_array(arena, before->attr_count, sizeof(*changes));
    for (size_t i = 0; i < before->attr_count; i++) {
        const struct mu_attrval *a = &before->attrs[i];
        changes[i] = (struct mu_opchange){.attr = a->name, .add = a->values, .add_count = a->count};
    }
    back->name = before->name != NULL ? before->name : back->name;
    back->changes = changes;
    back->change_count = before->attr_count;
}

/* What the verb alone doesn't say. False: nothing is known that could be made again. */
static bool turn_round(struct mu_arena *arena, const struct mu_op *op,
                       const struct mu_object *before, struct mu_op *back)
{
    swap_changes(arena, op, back);
    if (op->verb == MU_OP_RENAME) {
        back->name = op->new_name;
        back->new_name = op->name;
    }
    if (op->verb != MU_OP_DELETE)
        return true;
    back->native = NULL; /* it dies with the object: a new one gets its own */
    if (before != NULL)
        create_again(arena, before, back);
    return back->change_count > 0;
}

bool mu_op_inverse(struct mu_arena *arena, const struct mu_op *op, const struct mu_object *before,
                   struct mu_op *ret)
{
    if (op->one_way || op->verb >= MU_OP_VERBS || verb_back[op->verb] == MU_OP_VERBS)
        return false;
    struct mu_op back = *op;
    back.verb = verb_back[op->verb];
    back.why = reason_back[op->why];
    back.version = NULL;
    back.rule = NULL;
    if (!turn_round(arena, op, before, &back))
        return false;
    if (op->kind == MU_KINDS)
        back.why = back.verb == MU_OP_DELETE ? MU_WHY_REMOVE : MU_WHY_CONTAINER;
    *ret = back;
    return true;
}
