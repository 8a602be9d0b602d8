/* SPDX-License-Identifier: Apache-2.0 */
/* A plan for people: one block an operation, signs and colours as in a diff. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/effect.h"
#include "engine/plan.h"

enum { VALUE_SHOWN = 120, MEMBERS_SHOWN = 10, NOTE_SHOWN = 1000 };

static const struct {
    const char *sign, *color;
} marks[MU_WHY_COUNT] = {
    [MU_WHY_CONTAINER] = {"+", "\033[32m"}, [MU_WHY_JOIN] = {"+", "\033[32m"},
    [MU_WHY_CHANGE] = {"~", "\033[33m"},    [MU_WHY_MEMBERS] = {"~", "\033[33m"},
    [MU_WHY_RENAME] = {">", "\033[36m"},    [MU_WHY_DISABLE] = {"-", "\033[31m"},
    [MU_WHY_ENABLE] = {"+", "\033[32m"},    [MU_WHY_REMOVE] = {"-", "\033[31m"},
    [MU_WHY_ADOPT] = {"=", "\033[36m"},     [MU_WHY_RELEASE] = {"=", "\033[36m"},
};

static const char *noun(const struct mu_op *op)
{
    if (op->why == MU_WHY_MEMBERS)
        return "members of";
    return op->kind == MU_KINDS ? "container" : mu_schema_of(op->kind)->name;
}

static void show_value(const struct mu_value *v, struct mu_buf *to)
{
    mu_buf_addc(to, '"');
    mu_printable_into(to, v->bytes, v->len, VALUE_SHOWN);
    mu_buf_addc(to, '"');
}

/* Somebody else made it what it is; this takes that back. */
static const char *drift_mark(const struct mu_opchange *c)
{
    return c->drift ? "  (drift)" : "";
}

static void show_values(const char *sign, const struct mu_opchange *c,
                        const struct mu_value *values, size_t count, struct mu_buf *to)
{
    const char *attr = c->attr;
    size_t shown = count > MEMBERS_SHOWN + 1 ? MEMBERS_SHOWN : count;
    for (size_t i = 0; i < shown; i++) {
        mu_buf_printf(to, "    %s %s: ", sign, attr);
        show_value(&values[i], to);
        mu_buf_printf(to, "%s\n", drift_mark(c));
    }
    if (shown < count)
        mu_buf_printf(to, "    %s %s: and %zu more\n", sign, attr, count - shown);
}

static void show_change(const struct mu_opchange *c, bool whole, struct mu_buf *to)
{
    if (c->remove_count == 1 && c->add_count == 1) {
        mu_buf_printf(to, "    ~ %s: ", c->attr);
        show_value(&c->remove[0], to);
        mu_buf_adds(to, " -> ");
        show_value(&c->add[0], to);
        mu_buf_printf(to, "%s\n", drift_mark(c));
        return;
    }
    if (whole && mu_strieq(c->attr, "objectClass"))
        return;
    show_values("-", c, c->remove, c->remove_count, to);
    show_values("+", c, c->add, c->add_count, to);
}

static void show_text(const char *s, struct mu_buf *to)
{
    mu_printable_into(to, s, strlen(s), (size_t)2 * VALUE_SHOWN);
}

void mu_plan_show_op(const struct mu_op *op, bool color, struct mu_buf *to)
{
    if (color)
        mu_buf_adds(to, marks[op->why].color);
    mu_buf_printf(to, "%s %s ", marks[op->why].sign, noun(op));
    show_text(op->label ? op->label : op->name, to);
    if (color)
        mu_buf_adds(to, "\033[0m");
    if (op->label) {
        mu_buf_adds(to, "  (");
        show_text(op->name, to);
        mu_buf_addc(to, ')');
    }
    mu_buf_addc(to, '\n');
    if (op->new_name) {
        mu_buf_printf(to, "    %s to ",
                      op->why == MU_WHY_DISABLE  ? "set aside"
                      : op->why == MU_WHY_ENABLE ? "taken back"
                                                 : "renamed");
        show_text(op->new_name, to);
        mu_buf_addc(to, '\n');
    }
    for (size_t i = 0; i < op->change_count; i++) {
        if (op->verb != MU_OP_ADOPT && op->verb != MU_OP_RELEASE)
            show_change(&op->changes[i], op->verb != MU_OP_MODIFY, to);
        else
            show_values("=", &op->changes[i], op->changes[i].add, op->changes[i].add_count, to);
    }
    if (op->rule) {
        mu_buf_adds(to, "    # by rule ");
        show_text(op->rule, to);
        mu_buf_addc(to, '\n');
    }
    if (op->note) {
        mu_buf_adds(to, op->verb == MU_OP_MANUAL ? "    # by hand: " : "    # ");
        mu_printable_into(to, op->note, strlen(op->note), NOTE_SHOWN);
        mu_buf_addc(to, '\n');
    }
}

size_t mu_plan_leaving(const struct mu_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; plan && i < plan->left_count; i++)
        count += plan->left[i].due != 0;
    return count;
}

void mu_plan_summary(const struct mu_plan *plan, struct mu_buf *to)
{
    struct mu_effect effect = {.members_added = 0};
    size_t trouble = 0, leaving = mu_plan_leaving(plan);
    for (size_t i = 0; i < plan->op_count; i++)
        mu_effect_add(&effect, &plan->ops[i]);
    mu_effect_text(&effect, false, to);
    if (plan->op_count == 0)
        mu_buf_adds(to, "nothing to do");
    for (size_t i = 0; i < plan->left_count; i++)
        trouble += plan->left[i].trouble;
    if (trouble > 0)
        mu_buf_printf(to, "; %zu left alone", trouble);
    if (leaving > 0)
        mu_buf_printf(to, "; %zu %s", leaving, leaving == 1 ? "leaves later" : "leave later");
}
