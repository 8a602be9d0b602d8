/* SPDX-License-Identifier: Apache-2.0 */
/* The first condition that failed, and those behind it, in the order in which data goes. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/explainer.h"

void explain_because(struct explainer *x, struct reasons *to, const char *code, const char *fmt,
                     ...)
{
    char text[2048];
    va_list args;
    if (to->count == MU_BECAUSE_MAX)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (!to->list)
        to->list = mu_alloc_array(x->arena, MU_BECAUSE_MAX, sizeof(*to->list));
    to->list[to->count++] = (struct mu_because){.code = code, .text = mu_strdup(x->arena, text)};
}

/* ---- not in the snapshot ---- */

const struct mu_doc *explain_evidence(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                                      const char *pointer)
{
    const struct mu_doc *doc;
    struct mu_err ignored = MU_ERR_INIT;
    if (!snapshot->evidence ||
        mu_doc_parse(arena, snapshot->evidence, strlen(snapshot->evidence), &doc, &ignored) < 0)
        return NULL;
    return mu_doc_at(doc, pointer);
}

static bool names_kind(struct explainer *x, const char *resource, enum mu_kind kind)
{
    for (const struct mu_resource *const *r = x->sources; r && *r; r++)
        if (mu_streq(mu_map_info(*r)->name, resource))
            return mu_map_info(*r)->kind == kind;
    return mu_streq(mu_schema_of(kind)->plural, resource);
}

static const struct mu_parked *parked_of(const struct parked_list *list, enum mu_kind kind,
                                         const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == kind && mu_streq(list->items[i].id, id))
            return &list->items[i];
    return NULL;
}

/* What was parked by an older read is known from its evidence only. */
static bool parked_then(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to)
{
    const struct mu_doc *list = explain_evidence(x->arena, &x->q->snapshot, "/parked");
    for (const struct mu_doc *p = list ? list->first : NULL; p; p = p->next) {
        const char *resource = mu_doc_str(p, "resource");
        if (!mu_streq(mu_doc_str(p, "id"), id) || !resource || !names_kind(x, resource, kind))
            continue;
        explain_because(x, to, "parked", "the record of %s can't be used: %s", resource,
                        mu_doc_str(p, "reason"));
        return true;
    }
    return false;
}

static bool parked(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to)
{
    const struct mu_parked *p = parked_of(&x->parked_records, kind, id);
    char since[MU_TIME_TEXT];
    if (!p)
        return parked_then(x, kind, id, to);
    explain_because(x, to, "parked", "the record can't be used, since %s in %" PRId64 " %s: %s",
                    mu_time_text(p->first_seen, since), p->tries, p->tries == 1 ? "read" : "reads",
                    p->reason);
    return true;
}

/* An operation the target refused waits for its next try. */
static bool waits(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to)
{
    const struct mu_parked *p = parked_of(&x->parked_ops, kind, id);
    char since[MU_TIME_TEXT], next[MU_TIME_TEXT];
    if (!p || p->next_try <= mu_now())
        return false;
    explain_because(x, to, "waiting",
                    "the target refused it %" PRId64 " %s since %s; next try from %s: %s", p->tries,
                    p->tries == 1 ? "time" : "times", mu_time_text(p->first_seen, since),
                    mu_time_text(p->next_try, next), p->reason);
    return true;
}

int explain_last(struct explainer *x, enum mu_kind kind, const char *id, struct mu_version *ret,
                 struct mu_err *err)
{
    struct mu_versions *versions;
    int rc;
    if (mu_versions_open(x->q->store, x->q->sync->from->name, kind, id, &versions, err) < 0)
        return -1;
    while ((rc = mu_versions_next(versions, ret, err)) == 1)
        if (ret->first <= x->q->snapshot.id)
            break;
    if (rc == 1) {
        struct mu_entry *e = &ret->entry;
        e->id = id;
        e->body = mu_strndup(x->arena, e->body, e->body_len);
        e->raw = e->raw ? mu_strndup(x->arena, e->raw, e->raw_len) : NULL;
    }
    mu_versions_close(versions);
    return rc;
}

static int gone(struct explainer *x, int64_t in, struct reasons *to, struct mu_err *err)
{
    struct mu_snapshot snapshot;
    char at[MU_TIME_TEXT];
    const char *from = x->q->sync->from->name;
    int rc = mu_snapshot_get(x->q->store, x->arena, from, in, &snapshot, err);
    if (rc == 1)
        explain_because(
            x, to, "gone", "%s told it until snapshot %" PRId64 " (%s, %s), which had it no more",
            from, in, mu_verdict_name(snapshot.verdict), mu_time_text(snapshot.finished, at));
    else if (rc == 0)
        explain_because(x, to, "gone", "%s told it before snapshot %" PRId64, from, in);
    return rc < 0 ? -1 : 0;
}

static void not_complete(struct explainer *x, struct reasons *to)
{
    const char *finding =
        mu_doc_text(explain_evidence(x->arena, &x->q->snapshot, "/findings/0/text"));
    if (x->q->snapshot.verdict != MU_COMPLETE)
        explain_because(x, to, "additive",
                        "the read wasn't complete, so nothing is removed after it%s%s",
                        finding ? ": " : "", finding ? finding : "");
}

int explain_absent(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to,
                   struct mu_err *err)
{
    struct mu_version v = {.ended = 0};
    const char *what = mu_schema_of(kind)->name;
    bool is_parked = parked(x, kind, id, to);
    int found = explain_last(x, kind, id, &v, err);
    if (found < 0 || (found == 1 && v.ended && gone(x, v.ended, to, err) < 0))
        return -1;
    if (!found && !is_parked)
        explain_because(x, to, "unknown",
                        "no snapshot of %s up to %" PRId64 " (%s) ever held a %s with the id %s",
                        x->q->sync->from->name, x->q->snapshot.id,
                        mu_verdict_name(x->q->snapshot.verdict), what, id);
    not_complete(x, to);
    return 0;
}

/* ---- in the snapshot ---- */

bool explain_is_inactive(const struct explainer *x)
{
    const char *status = x->doc ? mu_doc_str(x->doc, "status") : NULL;
    return x->story->in_snapshot && x->q->sync->inactive != MU_REMOVE_KEEP &&
           (mu_streq(status, "inactive") || mu_streq(status, "deleted"));
}

static void inactive(struct explainer *x, struct reasons *to)
{
    static const char *const doings[] = {[MU_REMOVE_KEEP] = "stays",
                                         [MU_REMOVE_DISABLE] = "is set aside",
                                         [MU_REMOVE_DELETE] = "is deleted"};
    const char *raw = mu_doc_str(x->doc, "status_raw");
    explain_because(x, to, "inactive",
                    "the source says status %s%s%s%s; with `inactive: %s` in the sync who is on "
                    "the target %s, and nobody else is put there",
                    mu_doc_str(x->doc, "status"), raw ? " (\"" : "", raw ? raw : "",
                    raw ? "\")" : "", mu_removal_name(x->q->sync->inactive),
                    doings[x->q->sync->inactive]);
}

void explain_left(struct explainer *x, enum mu_kind kind, const char *id, struct reasons *to)
{
    if (waits(x, kind, id, to))
        return;
    for (size_t i = 0; x->plan && i < x->plan->left_count; i++) {
        const struct mu_left *l = &x->plan->left[i];
        if (l->kind == kind && mu_streq(l->id, id) && l->trouble)
            explain_because(x, to, "left_alone", "left alone%s%s: %s",
                            l->name ? ", wanted at " : "", l->name ? l->name : "", l->reason);
    }
}

void explain_guards(struct explainer *x, struct reasons *to)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; x->plan && i < x->plan->reading_count; i++) {
        mu_buf_reset(&text);
        mu_reading_show(&x->plan->readings[i], &text);
        if (x->plan->readings[i].over)
            explain_because(x, to, "guard", "a guard refuses the whole plan: %s", text.data);
    }
}

static const struct mu_op *pending(struct explainer *x, enum mu_kind kind, const char *id)
{
    for (size_t i = 0; x->plan && i < x->plan->op_count; i++) {
        const struct mu_op *op = &x->plan->ops[i];
        if (op->kind == kind && mu_streq(op->id, id) && op->why != MU_WHY_MEMBERS)
            return op;
    }
    return NULL;
}

/* What the plan would put right is not what our last run left. */
static void drifted(struct explainer *x, const struct mu_op *op, struct reasons *to)
{
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        if (!c->drift)
            continue;
        const struct mu_value *v = c->remove_count > 0 ? c->remove : NULL;
        explain_because(x, to, "drift",
                        "%s: %s%s%s is there, which isn't what our last run left: somebody else "
                        "changed it",
                        c->attr, v ? "\"" : "",
                        v ? mu_printable(x->arena, v->bytes, v->len, 200) : "nothing",
                        v ? "\"" : "");
    }
}

/* What is still to be done: refused, tried in vain, or not tried at all. */
static void waiting(struct explainer *x, const struct mu_op *op, struct reasons *to)
{
    size_t before;
    drifted(x, op, to);
    explain_guards(x, to);
    before = to->count;
    explain_attempts(x, &x->trail, to);
    if (to->count == before)
        explain_because(x, to, "not_applied",
                        "the plan from snapshot %" PRId64 " holds: %s (%s) %s%s%s; run `muster "
                        "sync %s`",
                        x->plan->snapshot, mu_verb_name(op->verb), mu_reason_name(op->why),
                        op->name, op->new_name ? " to " : "", op->new_name ? op->new_name : "",
                        x->q->sync->name);
}

/* Nothing can be asked of the target: what the journal says must do. */
static void by_journal(struct explainer *x, struct reasons *to)
{
    struct mu_object made;
    explain_replay(x, &x->trail, &made);
    if (to->count == 0 || !mu_streq(to->list[to->count - 1].code, "waiting"))
        explain_attempts(x, &x->trail, to);
    if (!made.name && to->count == 0)
        explain_because(x, to, "not_written", "no run%s put it on the target",
                        x->q->past ? " by then" : " so far");
}

int explain_user(struct explainer *x, struct mu_err *err)
{
    struct reasons *to = &x->because;
    const char *id = x->story->id;
    if (!x->story->in_snapshot && explain_absent(x, MU_USER, id, to, err) < 0)
        return -1;
    if (explain_is_inactive(x))
        inactive(x, to);
    explain_not_in(x, to);
    if (x->ops)
        explain_attrs(x);
    explain_left(x, MU_USER, id, to);
    const struct mu_op *op = pending(x, MU_USER, id);
    if (op)
        waiting(x, op, to);
    else if (!x->plan)
        by_journal(x, to);
    return 0;
}
