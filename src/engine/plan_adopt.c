/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan to take over: entries that have no object of ours yet are looked for among the objects of
 * others, by rules from the surest on. What an attribute stands for is told by the entry itself:
 * one that the mapping gives the entry's id holds ids, one that it gives an e-mail address holds
 * addresses.
 */
#include <string.h>

#include "base/str.h"
#include "engine/plan_policy.h"

/* All objects that hold one value of one attribute; most have one. */
struct holders {
    struct mu_object *object;
    struct holders *next;
};

/* One entry at work, and the objects that a rule found for it. */
struct found {
    struct who *who;
    const struct mu_want *wants;
    size_t count;
    struct mu_object *object; /* the first */
    const char *by;           /* how: "the id in employeeNumber" */
    bool several;
};

struct adopter {
    struct planner *p;
    struct mu_map *values; /* attribute, line break, folded value -> struct holders */
    struct mu_map *others; /* immutable id -> name of the sync that owns it */
    struct mu_map *taken;  /* key of an adopted object -> struct who */
};

/* Borrowed from the fold buffer. */
static const char *value_key(struct adopter *a, const char *attr, const struct mu_value *v,
                             size_t *ret_len)
{
    struct mu_buf *to = &a->p->fold_b;
    mu_buf_reset(to);
    mu_fold_into(to, attr, strlen(attr));
    mu_buf_addc(to, '\n');
    a->p->ops_of->fold(a->p->target, attr, v, to);
    *ret_len = to->len;
    return to->data;
}

static void index_value(struct adopter *a, struct mu_object *o, const char *attr,
                        const struct mu_value *v)
{
    size_t len;
    const char *key = value_key(a, attr, v, &len);
    struct holders *h = mu_alloc(a->p->arena, sizeof(*h)), *first = mu_map_get(a->values, key, len);
    h->object = o;
    if (!first) {
        mu_map_put(a->values, mu_strndup(a->p->arena, key, len), len, h);
        return;
    }
    h->next = first->next;
    first->next = h;
}

static bool is_ours(const struct planner *p, const struct mu_map *natives,
                    const struct mu_object *o)
{
    return o->native ? mu_map_get(natives, o->native, strlen(o->native)) != NULL
                     : mu_map_get(p->owned_by_key, o->key, strlen(o->key)) != NULL;
}

/* Users and groups that aren't ours. */
static void index_strangers(struct adopter *a)
{
    struct planner *p = a->p;
    struct mu_map *natives = mu_map_new(p->owned_count);
    for (size_t i = 0; i < p->owned_count; i++)
        if (p->owned[i].native)
            mu_map_put(natives, p->owned[i].native, strlen(p->owned[i].native), &p->owned[i]);
    for (size_t i = 0; i < p->object_count; i++) {
        struct mu_object *o = &p->objects[i];
        if (o->kind == MU_KINDS || is_ours(p, natives, o))
            continue;
        for (size_t j = 0; j < o->attr_count; j++)
            for (size_t k = 0; k < o->attrs[j].count; k++)
                index_value(a, o, o->attrs[j].name, &o->attrs[j].values[k]);
    }
    mu_map_free(natives);
}

/* ---- the rules ---- */

static void hit(struct found *f, struct mu_object *o, const char *by)
{
    if (o->kind != f->who->kind || o == f->object)
        return;
    f->several |= f->object != NULL;
    f->object = o;
    f->by = by;
}

static void look_up(struct adopter *a, struct found *f, const char *attr, const struct mu_value *v,
                    const char *what)
{
    size_t len;
    const char *key = value_key(a, attr, v, &len);
    for (const struct holders *h = mu_map_get(a->values, key, len); h; h = h->next)
        hit(f, h->object, mu_printf(a->p->arena, "%s in %s", what, attr));
}

static bool is_text(const struct mu_want *want, const char *text)
{
    return text && want->count == 1 && mu_streq(want->values[0].bytes, text);
}

static void by_id(struct adopter *a, struct found *f, const struct mu_doc *doc)
{
    const char *external = mu_doc_str(doc, "external_id");
    for (size_t i = 0; i < f->count; i++)
        if (is_text(&f->wants[i], f->who->id) || is_text(&f->wants[i], external))
            look_up(a, f, f->wants[i].name, f->wants[i].values, "the id");
}

static bool is_email_of(struct adopter *a, const struct mu_value *v, const struct mu_doc *doc)
{
    const struct mu_doc *emails = mu_doc_member(doc, "emails");
    const char *folded = mu_fold(a->p->row, v->bytes);
    for (const struct mu_doc *e = emails ? emails->first : NULL; e; e = e->next) {
        const char *email = mu_doc_str(e, "email");
        if (email && mu_streq(mu_fold(a->p->row, email), folded))
            return true;
    }
    return false;
}

static void by_email(struct adopter *a, struct found *f, const struct mu_doc *doc)
{
    for (size_t i = 0; i < f->count; i++)
        for (size_t j = 0; j < f->wants[i].count; j++)
            if (is_email_of(a, &f->wants[i].values[j], doc))
                look_up(a, f, f->wants[i].name, &f->wants[i].values[j], "the e-mail address");
}

static void by_name(struct adopter *a, struct found *f)
{
    struct mu_object *o = mu_map_get(a->p->by_key, f->who->key, strlen(f->who->key));
    if (o && !mu_map_get(a->p->owned_by_key, o->key, strlen(o->key)))
        hit(f, o, "the name");
}

/* ---- the operations ---- */

static void take_over(struct adopter *a, const struct found *f)
{
    struct planner *p = a->p;
    struct who *w = f->who;
    struct who *rival = mu_map_put(a->taken, f->object->key, strlen(f->object->key), w);
    if (rival) {
        plan_leave(p, w, f->object->name, true, "%s (%s) fits as well", rival->label, rival->id);
        if (!rival->excluded)
            plan_leave(p, rival, f->object->name, true, "%s (%s) fits as well", w->label, w->id);
        rival->excluded = w->excluded = true;
        return;
    }
    w->object = f->object;
    w->first_op = p->op_count;
    struct mu_op *op = plan_add_op(p, MU_OP_ADOPT, MU_WHY_ADOPT, w);
    op->name = f->object->name;
    op->note = mu_printf(p->arena, "it has %s", f->by);
    plan_adopt_values(p, w, f->wants, f->count);
    w->op_end = p->op_count;
}

static void judge(struct adopter *a, const struct found *f)
{
    struct planner *p = a->p;
    const char *native = f->object->native;
    const char *sync = native ? mu_map_get(a->others, native, strlen(native)) : NULL;
    if (f->several)
        plan_leave(p, f->who, f->object->name, true, "more than one entry has %s", f->by);
    else if (sync)
        plan_leave(p, f->who, f->object->name, true, "it belongs to sync %s", sync);
    else
        take_over(a, f);
}

static int adopt_row(struct adopter *a, enum mu_kind kind, const struct mu_entry *entry,
                     struct mu_err *err)
{
    struct planner *p = a->p;
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, kind);
    const struct mu_doc *doc;
    struct mu_err bad = MU_ERR_INIT;
    struct found f = {.who = NULL};
    struct mu_decision decision = {.standing = MU_STANDS_IN};
    if (mu_entry_doc(entry, p->row, &doc, err) < 0)
        return -1;
    f.who = plan_who(p, kind, entry, doc);
    plan_select(p, f.who, doc);
    if (f.who->owned || !f.who->selected)
        return 0;
    const struct mu_doc *context = kind == MU_USER ? plan_decide(p, doc, &decision) : NULL;
    if (decision.standing != MU_STANDS_IN)
        return 0;
    if (mu_map_want(mapping, doc, context, p->row, &f.wants, &f.count, &bad) < 0 ||
        plan_locate(p, f.who, mapping, f.wants, f.count, false, &bad) < 0) {
        plan_leave(p, f.who, NULL, true, "%s", bad.text);
        return 0;
    }
    by_id(a, &f, doc);
    if (!f.object)
        by_email(a, &f, doc);
    if (!f.object)
        by_name(a, &f);
    if (f.object)
        judge(a, &f);
    return 0;
}

static int adopt_kind(struct adopter *a, enum mu_kind kind, struct mu_err *err)
{
    struct planner *p = a->p;
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    p->who[kind] = mu_map_new((size_t)p->snapshot.counts[kind]);
    if (mu_rows_open(p->store, p->sync->from->name, p->snapshot.id, kind, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        mu_arena_reset(p->row);
        if (adopt_row(a, kind, &entry, err) < 0) {
            rc = -1;
            break;
        }
    }
    mu_rows_close(rows);
    return rc;
}

static void add_other(void *arg, const char *native, const char *sync)
{
    struct adopter *a = arg;
    const char *key = mu_strdup(a->p->arena, native);
    mu_map_put(a->others, key, strlen(key), mu_strdup(a->p->arena, sync));
}

int plan_adopt(struct planner *p, struct mu_err *err)
{
    struct adopter a = {.p = p,
                        .values = mu_map_new(p->object_count),
                        .others = mu_map_new(0),
                        .taken = mu_map_new(0)};
    index_strangers(&a);
    int rc = mu_ledger_others(p->store, p->sync->name, add_other, &a, err);
    if (rc == 0)
        rc = adopt_kind(&a, MU_USER, err);
    if (rc == 0 && p->ops_of->mapping(p->target, MU_GROUP))
        rc = adopt_kind(&a, MU_GROUP, err);
    if (rc == 0)
        rc = plan_adopt_members(p, err);
    mu_map_free(a.values);
    mu_map_free(a.others);
    mu_map_free(a.taken);
    return rc;
}
