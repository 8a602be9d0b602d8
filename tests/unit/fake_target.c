/* SPDX-License-Identifier: Apache-2.0 */
/* The target in memory. */
#include "fake_target.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char *const containers[MU_PLACES] = {"ou=people", "ou=groups", "ou=inactive"};

static struct fake_target *fake_of(struct mu_account *a)
{
    return (struct fake_target *)a;
}

static const struct mu_resource *mapping(struct mu_account *a, enum mu_kind kind)
{
    return fake_of(a)->mapping[kind];
}

static unsigned caps(struct mu_account *a)
{
    (void)a;
    return MU_CAP_CREATE | MU_CAP_MODIFY | MU_CAP_RENAME | MU_CAP_MOVE | MU_CAP_DELETE |
           MU_CAP_NATIVE;
}

static int read_all(struct mu_account *a, struct mu_arena *arena, struct mu_object **ret,
                    size_t *ret_count, struct mu_err *err)
{
    struct fake_target *f = fake_of(a);
    (void)err;
    *ret = mu_alloc_array(arena, f->count + 1, sizeof(**ret));
    memcpy(*ret, f->objects, f->count * sizeof(**ret));
    *ret_count = f->count;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct mu_attrval *)a)->name, ((const struct mu_attrval *)b)->name);
}

/* Attributes that lost all of their values are none. */
static int get(struct mu_account *a, struct mu_arena *arena, const char *name,
               struct mu_object *ret, struct mu_err *err)
{
    struct mu_object *o = fake_target_find(fake_of(a), name);
    (void)err;
    if (!o)
        return 0;
    struct mu_attrval *attrs = mu_alloc_array(arena, o->attr_count, sizeof(*attrs));
    *ret = *o;
    ret->kind = MU_KINDS;
    ret->attr_count = 0;
    for (size_t i = 0; i < o->attr_count; i++)
        if (o->attrs[i].count > 0)
            attrs[ret->attr_count++] = o->attrs[i];
    qsort(attrs, ret->attr_count, sizeof(*attrs), by_name);
    ret->attrs = attrs;
    return 1;
}

static int identity(struct mu_account *a, struct mu_arena *arena, const char **ret,
                    struct mu_err *err)
{
    (void)a;
    (void)arena;
    (void)err;
    *ret = "dn:cn=fake";
    return 0;
}

static const struct mu_value container_class = {.bytes = "container", .len = 9};
static const struct mu_opchange container_made = {
    .attr = "objectClass", .add = &container_class, .add_count = 1};

static int prepare(struct mu_account *a, struct mu_arena *arena,
                   void (*add)(void *arg, const struct mu_op *op), void *arg, struct mu_err *err)
{
    (void)arena;
    (void)err;
    for (int i = 0; i < MU_PLACES; i++) {
        struct mu_op op = {.verb = MU_OP_CREATE,
                           .why = MU_WHY_CONTAINER,
                           .kind = MU_KINDS,
                           .name = containers[i],
                           .changes = &container_made,
                           .change_count = 1};
        if (!fake_target_find(fake_of(a), containers[i]))
            add(arg, &op);
    }
    return 0;
}

static int place(struct mu_account *a, struct mu_arena *arena, enum mu_place where,
                 const char *rdn_attr, const char *rdn_value, const char **ret_name,
                 const char **ret_key, struct mu_err *err)
{
    (void)a;
    (void)err;
    *ret_name = mu_printf(arena, "%s=%s,%s", rdn_attr, rdn_value, containers[where]);
    *ret_key = mu_fold(arena, *ret_name);
    return 0;
}

static int move(struct mu_account *a, struct mu_arena *arena, const char *name, enum mu_place to,
                const char **ret_name, const char **ret_key, struct mu_err *err)
{
    (void)a;
    (void)err;
    *ret_name = mu_printf(arena, "%.*s,%s", (int)strcspn(name, ","), name, containers[to]);
    *ret_key = mu_fold(arena, *ret_name);
    return 0;
}

static enum mu_place place_of(struct mu_account *a, const char *key)
{
    (void)a;
    for (int i = 0; i < MU_PLACES; i++)
        if (mu_ends(key, containers[i]) && strlen(key) > strlen(containers[i]))
            return (enum mu_place)i;
    return MU_PLACES;
}

static void fold(struct mu_account *a, const char *attr, const struct mu_value *value,
                 struct mu_buf *to)
{
    (void)a;
    (void)attr;
    mu_fold_into(to, value->bytes, value->len);
}

/* Titles that are roles. */
static int rank(struct mu_account *a, const char *attr, const struct mu_value *value)
{
    static const char *const roles[] = {"Regular", "Manager", "Admin"};
    (void)a;
    for (int i = 0; mu_strieq(attr, "title") && i < (int)MU_LEN(roles); i++)
        if (mu_strieq(value->bytes, roles[i]))
            return i;
    return -1;
}

static const char *placeholder(struct mu_account *a)
{
    (void)a;
    return "cn=nobody";
}

/* ---- writing ---- */

static void keep_object(struct fake_target *f, struct mu_object *o, const char *name)
{
    o->name = mu_strdup(f->arena, name);
    o->key = mu_fold(f->arena, name);
}

static struct mu_attrval *attr_of(struct fake_target *f, struct mu_object *o, const char *name)
{
    struct mu_attrval *grown = mu_alloc_array(f->arena, o->attr_count + 1, sizeof(*grown));
    for (size_t i = 0; i < o->attr_count; i++)
        grown[i] = o->attrs[i];
    o->attrs = grown;
    for (size_t i = 0; i < o->attr_count; i++)
        if (mu_strieq(grown[i].name, name))
            return &grown[i];
    grown[o->attr_count] = (struct mu_attrval){.name = mu_strdup(f->arena, name)};
    return &grown[o->attr_count++];
}

static bool same(struct fake_target *f, const struct mu_value *a, const struct mu_value *b)
{
    return mu_streq(mu_fold(f->arena, a->bytes), mu_fold(f->arena, b->bytes));
}

/* false: a value to remove isn't there, or one to add is. */
static bool change_values(struct fake_target *f, struct mu_object *o, const struct mu_opchange *c)
{
    struct mu_attrval *attr = attr_of(f, o, c->attr);
    if (c->absent && attr->count > 0)
        return false;
    struct mu_value *values =
        mu_alloc_array(f->arena, attr->count + c->add_count + 1, sizeof(*values));
    size_t count = 0, removed = 0;
    for (size_t i = 0; i < attr->count; i++) {
        bool gone = false;
        for (size_t j = 0; j < c->remove_count && !gone; j++)
            gone = same(f, &attr->values[i], &c->remove[j]);
        removed += gone;
        if (!gone)
            values[count++] = attr->values[i];
    }
    for (size_t j = 0; j < c->add_count; j++) {
        for (size_t i = 0; i < count; i++)
            if (same(f, &values[i], &c->add[j]))
                return false;
        values[count++] = (struct mu_value){
            .bytes = mu_strndup(f->arena, c->add[j].bytes, c->add[j].len), .len = c->add[j].len};
    }
    attr->values = values;
    attr->count = count;
    return removed == c->remove_count;
}

static enum mu_done write_op(struct fake_target *f, const struct mu_op *op, struct mu_outcome *out)
{
    struct mu_object *o = fake_target_find(f, op->name);
    if (op->verb == MU_OP_CREATE) {
        if (o || f->count == FAKE_OBJECTS_MAX)
            return MU_DONE_STALE;
        o = &f->objects[f->count++];
        *o =
            (struct mu_object){.kind = op->kind, .native = mu_printf(f->arena, "n%d", ++f->native)};
        keep_object(f, o, op->name);
        out->native = o->native;
    }
    if (!o || (op->native && !mu_streq(op->native, o->native)) ||
        (op->version && !mu_streq(op->version, o->version)))
        return MU_DONE_STALE;
    if (op->verb == MU_OP_DELETE) {
        *o = f->objects[--f->count];
        return MU_DONE_OK;
    }
    for (size_t i = 0; i < op->change_count; i++)
        if (!change_values(f, o, &op->changes[i]))
            return MU_DONE_STALE;
    if (op->verb == MU_OP_RENAME)
        keep_object(f, o, op->new_name);
    o->version = mu_printf(f->arena, "v%d", ++f->version);
    return MU_DONE_OK;
}

static int submit(struct mu_account *a, const struct mu_op *op, struct mu_err *err)
{
    struct fake_target *f = fake_of(a);
    struct mu_outcome out = {.op = op};
    f->writes++;
    if (f->break_at && f->writes >= f->break_at) {
        if (f->break_late && f->writes == f->break_at)
            write_op(f, op, &out);
        return mu_fail(err, MU_E_NET, "the connection is gone");
    }
    ck_assert_uint_lt(f->waiting_count, MU_LEN(f->waiting));
    if (f->fail_from && f->writes >= f->fail_from && f->writes <= f->fail_to) {
        out.done = MU_DONE_FAILED;
        mu_fail(&out.err, MU_E_REMOTE, "%s: refused", op->name);
        out.err.native = f->odd_failures && f->writes % 2 ? 19 : 0;
    } else {
        out.done = write_op(f, op, &out);
        if (out.done == MU_DONE_STALE)
            mu_fail(&out.err, MU_E_CONFLICT, "%s: not as expected", op->name);
    }
    f->waiting[f->waiting_count++] = out;
    return 0;
}

static int reap(struct mu_account *a, bool wait, struct mu_outcome *ret, struct mu_err *err)
{
    struct fake_target *f = fake_of(a);
    (void)wait;
    (void)err;
    if (f->waiting_count == 0)
        return 0;
    *ret = f->waiting[--f->waiting_count];
    return 1;
}

static void show(struct mu_account *a, const struct mu_op *op, struct mu_buf *to)
{
    (void)a;
    mu_buf_adds(to, op->name);
}

static const struct mu_target_ops ops = {
    .mapping = mapping,
    .caps = caps,
    .read = read_all,
    .get = get,
    .identity = identity,
    .prepare = prepare,
    .place = place,
    .move = move,
    .place_of = place_of,
    .fold = fold,
    .rank = rank,
    .placeholder = placeholder,
    .submit = submit,
    .reap = reap,
    .show = show,
};

static const struct mu_adapter adapter = {.name = "fake", .summary = "in memory", .target = &ops};

/* ---- a target that knows more ---- */

static const struct mu_aside *aside(struct mu_account *a)
{
    static const struct mu_aside by = {.attr = "active", .in = "true", .out = "false"};
    (void)a;
    return &by;
}

static int resolve(struct mu_account *a, struct mu_arena *arena, const char *attr,
                   struct mu_value *value, struct mu_err *err)
{
    (void)a;
    if (mu_strieq(attr, "title") && mu_streq(value->bytes, "nobody"))
        return mu_fail(err, MU_E_DATA, "there is no nobody");
    if (mu_strieq(attr, "title") && mu_streq(value->bytes, "boss"))
        *value = (struct mu_value){.bytes = mu_strdup(arena, "Manager"), .len = strlen("Manager")};
    return 0;
}

static const char *fit(struct mu_account *a, struct mu_arena *arena, struct mu_op *op,
                       bool *ret_trouble)
{
    struct fake_target *f = fake_of(a);
    return f->fit ? f->fit(arena, op, ret_trouble) : NULL;
}

static const struct mu_target_ops choosy_ops = {
    .mapping = mapping,
    .caps = caps,
    .read = read_all,
    .get = get,
    .identity = identity,
    .prepare = prepare,
    .place = place,
    .move = move,
    .place_of = place_of,
    .fold = fold,
    .rank = rank,
    .placeholder = placeholder,
    .aside = aside,
    .resolve = resolve,
    .fit = fit,
    .submit = submit,
    .reap = reap,
    .show = show,
};

static const struct mu_adapter choosy = {
    .name = "choosy", .summary = "in memory", .target = &choosy_ops};

void fake_target_choosy(struct fake_target *f)
{
    f->account.adapter = &choosy;
}

void fake_target_init(struct fake_target *f, const char *mappings)
{
    struct mu_layers layers = {.dirs = {mappings}};
    struct mu_err err = MU_ERR_INIT;
    *f = (struct fake_target){.account = {.adapter = &adapter, .name = "fake"},
                              .arena = mu_arena_new()};
    ck_assert_msg(
        mu_map_load(f->arena, &layers, "ldap", "inetorgperson", &f->mapping[MU_USER], &err) == 0,
        "%s", err.text);
    ck_assert_msg(
        mu_map_load(f->arena, &layers, "ldap", "groupofnames", &f->mapping[MU_GROUP], &err) == 0,
        "%s", err.text);
}

void fake_target_done(struct fake_target *f)
{
    mu_arena_free(f->arena);
}

struct mu_object *fake_target_find(struct fake_target *f, const char *name)
{
    const char *key = mu_fold(f->arena, name);
    for (size_t i = 0; i < f->count; i++)
        if (mu_streq(f->objects[i].key, key))
            return &f->objects[i];
    return NULL;
}

void fake_target_put(struct fake_target *f, enum mu_kind kind, const char *name, const char *attr,
                     const char *value)
{
    struct mu_object *o = fake_target_find(f, name);
    struct mu_value v = {.bytes = value, .len = strlen(value)};
    struct mu_opchange c = {.attr = attr, .add = &v, .add_count = 1};
    if (!o) {
        o = &f->objects[f->count++];
        *o = (struct mu_object){.kind = kind, .native = mu_printf(f->arena, "n%d", ++f->native)};
        keep_object(f, o, name);
    }
    ck_assert(change_values(f, o, &c));
    o->version = mu_printf(f->arena, "v%d", ++f->version);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *fake_target_values(struct fake_target *f, const char *name, const char *attr)
{
    struct mu_object *o = fake_target_find(f, name);
    const char *texts[256], *joined = "";
    size_t count = 0;
    for (size_t i = 0; o && i < o->attr_count; i++)
        for (size_t j = 0;
             mu_strieq(o->attrs[i].name, attr) && j < o->attrs[i].count && count < MU_LEN(texts);
             j++)
            texts[count++] = o->attrs[i].values[j].bytes;
    qsort(texts, count, sizeof(*texts), by_text);
    for (size_t i = 0; i < count; i++)
        joined = mu_printf(f->arena, "%s%s%s", joined, i ? "|" : "", texts[i]);
    return joined;
}
