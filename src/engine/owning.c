/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger kept up with what was written. */
#include "engine/owning.h"

#include <string.h>

static struct mu_value folded(struct mu_owning *o, const char *attr, const struct mu_value *v)
{
    mu_buf_reset(&o->fold);
    o->target->adapter->target->fold(o->target, attr, v, &o->fold);
    return (struct mu_value){.bytes = o->fold.data, .len = o->fold.len};
}

static int put_object(struct mu_owning *o, const struct mu_op *op, const char *name,
                      const char *native, int64_t run, struct mu_err *err)
{
    struct mu_value value = {.bytes = name, .len = strlen(name)};
    struct mu_owned owned = {.kind = op->kind,
                             .id = op->id,
                             .name = name,
                             .key = folded(o, NULL, &value).bytes,
                             .native = native,
                             .run = run,
                             .disabled = op->why == MU_WHY_DISABLE};
    return mu_ledger_put(o->store, o->sync, &owned, err);
}

/* Groups may still say the old name. */
static int put_former(struct mu_owning *o, const struct mu_op *op, struct mu_err *err)
{
    struct mu_value value = {.bytes = op->name, .len = strlen(op->name)};
    if (op->kind != MU_USER)
        return 0;
    return mu_former_put(o->store, o->sync, folded(o, NULL, &value).bytes, op->id, err);
}

typedef int enter(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                  struct mu_err *err);

/* Members go in under the person's id, other values (who: "") as the target compares them. */
static int each_value(struct mu_owning *o, const struct mu_op *op, const struct mu_opchange *c,
                      bool adds, enter *entry, struct mu_err *err)
{
    const struct mu_value *values = adds ? c->add : c->remove;
    const char *const *who = adds ? c->add_who : c->remove_who;
    size_t count = adds ? c->add_count : c->remove_count;
    for (size_t i = 0; i < count; i++) {
        struct mu_owned_value v = {.kind = op->kind, .id = op->id, .attr = c->attr};
        if (who && !who[i])
            continue;
        if (who && *who[i])
            v.value = (struct mu_value){.bytes = who[i], .len = strlen(who[i])};
        else
            v.value = folded(o, c->attr, &values[i]);
        if (entry(o->store, o->sync, &v, err) < 0)
            return -1;
    }
    return 0;
}

static int put_values(struct mu_owning *o, const struct mu_op *op, struct mu_err *err)
{
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        if (!c->shared)
            continue;
        if (each_value(o, op, c, false, mu_value_drop, err) < 0 ||
            each_value(o, op, c, true, mu_value_put, err) < 0)
            return -1;
    }
    return 0;
}

static int done(struct mu_owning *o, const struct mu_op *op, const char *native, int64_t run,
                struct mu_err *err)
{
    switch (op->verb) {
    case MU_OP_CREATE:
        return put_object(o, op, op->name, native, run, err);
    case MU_OP_RENAME:
        if (put_former(o, op, err) < 0)
            return -1;
        return put_object(o, op, op->new_name, op->native, run, err);
    case MU_OP_MODIFY:
        if (op->why == MU_WHY_DISABLE || op->why == MU_WHY_ENABLE)
            return put_object(o, op, op->name, op->native, run, err);
        return run ? mu_ledger_touch(o->store, o->sync, op->kind, op->id, run, err) : 0;
    case MU_OP_ADOPT:
        return put_object(o, op, op->name, op->native, 0, err); /* no run of ours has written it */
    case MU_OP_DELETE:
    case MU_OP_RELEASE:
        return mu_ledger_drop(o->store, o->sync, op->kind, op->id, err);
    case MU_OP_MANUAL:
    case MU_OP_VERBS:
        break;
    }
    return 0;
}

int mu_owning_done(struct mu_owning *o, const struct mu_op *op, const char *native, int64_t run,
                   struct mu_err *err)
{
    if (!op->id || op->kind == MU_KINDS)
        return 0;
    if (done(o, op, native, run, err) < 0)
        return -1;
    bool dropped = op->verb == MU_OP_DELETE || op->verb == MU_OP_RELEASE;
    return dropped ? 0 : put_values(o, op, err);
}
