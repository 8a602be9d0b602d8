/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal knows of one entry: who wrote what, what came of the last try, what all steps
 * together made. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/explainer.h"

static int keep_step(struct explainer *x, const struct mu_trail_step *from, struct trail_step *to,
                     struct mu_err *err)
{
    *to = (struct trail_step){.run = from->run,
                              .at = from->step.at,
                              .done = mu_strdup(x->arena, from->step.done),
                              .detail = mu_strdup(x->arena, from->step.detail)};
    if (mu_op_read(x->arena, from->step.op, strlen(from->step.op), &to->op, err) < 0)
        return mu_wrap(err, "run %" PRId64 ", step %d", from->run, from->step.seq);
    return 0;
}

static void reverse(struct trail *t)
{
    for (size_t i = 0; i < t->count / 2; i++) {
        struct trail_step step = t->steps[i];
        t->steps[i] = t->steps[t->count - 1 - i];
        t->steps[t->count - 1 - i] = step;
    }
}

int explain_trail(struct explainer *x, enum mu_kind kind, const char *id, struct trail *ret,
                  struct mu_err *err)
{
    struct mu_trail *trail;
    struct mu_trail_step step;
    int64_t until = x->q->past ? x->q->snapshot.id : 0;
    int rc = 0;
    *ret = (struct trail){.steps = mu_alloc_array(x->arena, MU_TRAIL_MAX, sizeof(*ret->steps))};
    if (mu_trail_open(x->q->store, x->q->sync->name, kind, id, until, &trail, err) < 0)
        return -1;
    while (ret->count < MU_TRAIL_MAX && (rc = mu_trail_next(trail, &step, err)) == 1) {
        if (keep_step(x, &step, &ret->steps[ret->count], err) < 0) {
            rc = -1;
            break;
        }
        const struct mu_op *op = &ret->steps[ret->count].op;
        if (op->kind == kind && mu_streq(op->id, id))
            ret->count++;
        rc = 0;
    }
    mu_trail_close(trail);
    reverse(ret);
    return rc < 0 ? -1 : 0;
}

static bool is_ok(const struct trail_step *s)
{
    return mu_streq(s->done, "ok");
}

static struct mu_written written_by(const struct trail_step *s)
{
    return (struct mu_written){
        .run = s->run, .at = s->at, .seq = s->op.seq, .verb = s->op.verb, .why = s->op.why};
}

struct mu_written explain_written(struct explainer *x, const struct trail *trail, const char *attr,
                                  const struct mu_value *value)
{
    for (size_t i = trail->count; i-- > 0;) {
        const struct trail_step *s = &trail->steps[i];
        for (size_t c = 0; is_ok(s) && c < s->op.change_count; c++) {
            const struct mu_opchange *change = &s->op.changes[c];
            if (mu_strieq(change->attr, attr) &&
                (value ? explain_holds(x, attr, change->add, change->add_count, value)
                       : change->remove_count > 0))
                return written_by(s);
        }
    }
    return (struct mu_written){.run = 0};
}

struct mu_written explain_named(const struct trail *trail)
{
    for (size_t i = trail->count; i-- > 0;) {
        enum mu_verb verb = trail->steps[i].op.verb;
        if (is_ok(&trail->steps[i]) && (verb == MU_OP_CREATE || verb == MU_OP_RENAME))
            return written_by(&trail->steps[i]);
    }
    return (struct mu_written){.run = 0};
}

/* ---- replaying ---- */

static struct mu_attrval *attr_of(struct mu_attrval *attrs, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (mu_strieq(attrs[i].name, name))
            return &attrs[i];
    attrs[*count] = (struct mu_attrval){.name = name};
    return &attrs[(*count)++];
}

static void replay_change(struct explainer *x, const struct mu_opchange *c, struct mu_attrval *a)
{
    struct mu_value *values =
        mu_alloc_array(x->arena, a->count + c->add_count + 1, sizeof(*values));
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        if (!explain_holds(x, c->attr, c->remove, c->remove_count, &a->values[i]))
            values[count++] = a->values[i];
    for (size_t i = 0; i < c->add_count; i++)
        if (!explain_holds(x, c->attr, values, count, &c->add[i]))
            values[count++] = c->add[i];
    a->values = values;
    a->count = count;
}

static size_t changes_of(const struct trail *trail)
{
    size_t count = 0;
    for (size_t i = 0; i < trail->count; i++)
        count += trail->steps[i].op.change_count;
    return count;
}

void explain_replay(struct explainer *x, const struct trail *trail, struct mu_object *ret)
{
    struct mu_attrval *attrs = mu_alloc_array(x->arena, changes_of(trail) + 1, sizeof(*attrs));
    *ret = (struct mu_object){.kind = MU_KINDS, .attrs = attrs};
    for (size_t i = 0; i < trail->count; i++) {
        const struct mu_op *op = &trail->steps[i].op;
        if (!is_ok(&trail->steps[i]))
            continue;
        if (op->verb == MU_OP_CREATE || op->verb == MU_OP_DELETE)
            ret->attr_count = 0;
        ret->name = op->verb == MU_OP_DELETE   ? NULL
                    : op->verb == MU_OP_RENAME ? op->new_name
                                               : op->name;
        for (size_t c = 0; op->verb != MU_OP_DELETE && c < op->change_count; c++)
            replay_change(x, &op->changes[c],
                          attr_of(attrs, &ret->attr_count, op->changes[c].attr));
    }
}

/* ---- the last try ---- */

void explain_attempts(struct explainer *x, const struct trail *trail, struct reasons *to)
{
    static const struct {
        const char *done, *code, *words;
    } ends[] = {{"failed", "refused", "the target refused it"},
                {"stale", "stale", "it no longer fitted what was on the target"},
                {"skipped", "not_sent", "the run stopped before it was sent"},
                {"doubt", "in_doubt", "it was sent, and the answer never came"},
                {"intent", "in_doubt", "it was sent or about to be, and its outcome isn't known"}};
    const struct trail_step *last = trail->count ? &trail->steps[trail->count - 1] : NULL;
    for (size_t i = 0; last && i < MU_LEN(ends); i++)
        if (mu_streq(last->done, ends[i].done))
            explain_because(x, to, ends[i].code, "run %" PRId64 ", operation %d (%s): %s%s%s",
                            last->run, last->op.seq, mu_verb_name(last->op.verb), ends[i].words,
                            last->detail ? ": " : "", last->detail ? last->detail : "");
}
