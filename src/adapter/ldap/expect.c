/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operation expects of the entry it was planned for: as a filter for the server, as
 * attributes to read, and compared with what is there. Values to remove must be there and values to
 * add must not; that the server checks itself while it writes.
 */
#include <string.h>

#include "adapter/ldap/ldap_private.h"
#include "base/map.h"
#include "base/str.h"

enum { TOKEN_MAX = 256, VALUE_SHOWN = 120, VALUES_SHOWN = 3 };

/* ---- for the server ---- */

/* A name that can stand in a filter as it is: an attribute, with options. */
static bool is_attribute(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.;";
    size_t len = strlen(name);
    return len > 0 && len <= TOKEN_MAX && strspn(name, allowed) == len;
}

static int add_equality(struct mu_buf *to, const char *attr, const char *text)
{
    struct berval escaped = {0};
    struct berval value = {.bv_len = strlen(text), .bv_val = (char *)(uintptr_t)text};
    if (value.bv_len > TOKEN_MAX)
        return LDAP_PARAM_ERROR;
    if (ldap_bv2escaped_filter_value(&value, &escaped) != 0)
        return LDAP_NO_MEMORY;
    mu_buf_printf(to, "(%s=%s)", attr, escaped.bv_val);
    if (escaped.bv_val != value.bv_val)
        ber_memfree(escaped.bv_val);
    return LDAP_SUCCESS;
}

bool mu_ldap_expects(const struct mu_op *op)
{
    bool any = op->native || op->version;
    for (size_t i = 0; i < op->change_count; i++)
        any |= op->changes[i].absent;
    return any && op->verb != MU_OP_CREATE;
}

int mu_ldap_expect_filter(const struct mu_op *op, bool first, struct mu_buf *to)
{
    int rc = LDAP_SUCCESS;
    mu_buf_adds(to, "(&");
    if (op->native)
        rc = add_equality(to, mu_ldap_native_attr, op->native);
    if (rc == LDAP_SUCCESS && first && op->version)
        rc = add_equality(to, mu_ldap_version_attr, op->version);
    for (size_t i = 0; first && rc == LDAP_SUCCESS && i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        if (c->absent && !is_attribute(c->attr))
            rc = LDAP_PARAM_ERROR;
        else if (c->absent)
            mu_buf_printf(to, "(!(%s=*))", c->attr);
    }
    mu_buf_addc(to, ')');
    return rc;
}

const char *const *mu_ldap_expect_attrs(struct mu_arena *arena, const struct mu_op *op, bool all)
{
    const char **attrs = mu_alloc_array(arena, op->change_count + 4, sizeof(*attrs));
    size_t n = 0;
    attrs[n++] = mu_ldap_native_attr;
    attrs[n++] = mu_ldap_version_attr;
    if (op->verb == MU_OP_DELETE) {
        attrs[n] = LDAP_ALL_USER_ATTRIBUTES;
        return attrs;
    }
    for (size_t i = 0; op->verb == MU_OP_MODIFY && i < op->change_count; i++) {
        if (all || op->changes[i].absent)
            attrs[n++] = op->changes[i].attr;
    }
    return attrs;
}

/* ---- in words ---- */

static void say_value(const char *attr, const struct mu_value *v, struct mu_buf *to)
{
    if (mu_ldap_is_secret(attr)) {
        mu_buf_adds(to, "a secret");
        return;
    }
    mu_buf_addc(to, '"');
    mu_printable_into(to, v->bytes, v->len, VALUE_SHOWN);
    mu_buf_addc(to, '"');
}

static void say_values(const char *attr, const struct mu_value *values, size_t count,
                       struct mu_buf *to)
{
    size_t shown = count > VALUES_SHOWN ? VALUES_SHOWN - 1 : count;
    mu_buf_adds(to, count == 0 ? "no value" : "");
    for (size_t i = 0; i < shown; i++) {
        mu_buf_adds(to, i ? ", " : "");
        say_value(attr, &values[i], to);
    }
    if (shown < count)
        mu_buf_printf(to, " and %zu more", count - shown);
}

/* `title: expected "a", found "c"` */
static void say_difference(const char *attr, const struct mu_value *expected, size_t count,
                           const struct mu_attrval *found, struct mu_buf *to)
{
    mu_buf_printf(to, "%s: expected ", attr);
    say_values(attr, expected, count, to);
    mu_buf_adds(to, ", found ");
    say_values(attr, found ? found->values : NULL, found ? found->count : 0, to);
}

/* ---- compared with what is there ---- */

static const struct mu_attrval *attr_of(const struct mu_object *o, const char *name)
{
    for (size_t i = 0; i < o->attr_count; i++) {
        if (mu_strieq(o->attrs[i].name, name))
            return &o->attrs[i];
    }
    return NULL;
}

/* Values under the attribute's matching rule; keys live in the arena. */
static struct mu_map *fold_values(struct mu_ldap *a, struct mu_arena *arena, const char *attr,
                                  const struct mu_attrval *have)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    size_t count = have ? have->count : 0;
    struct mu_map *map = mu_map_new(count);
    for (size_t i = 0; i < count; i++) {
        mu_buf_reset(&key);
        mu_match_fold(mu_ldap_match(a, attr), have->values[i].bytes, have->values[i].len, &key);
        mu_map_put(map, mu_strndup(arena, key.data, key.len), key.len, map);
    }
    return map;
}

static bool is_in(struct mu_ldap *a, const struct mu_map *map, const char *attr,
                  const struct mu_value *v)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    mu_match_fold(mu_ldap_match(a, attr), v->bytes, v->len, &key);
    return mu_map_get(map, key.data, key.len) != NULL;
}

/* The values that are there, or that are not; room for all of them. */
static size_t pick(struct mu_ldap *a, const struct mu_map *map, const char *attr, bool there,
                   const struct mu_value *values, size_t count, struct mu_value *to)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_in(a, map, attr, &values[i]) == there)
            to[n++] = values[i];
    }
    return n;
}

/* A server that follows renames has put the new name of a member that is to leave where its old one
 * was. But for those who stay. */
static size_t pick_moved(struct mu_ldap *a, struct mu_arena *arena, const struct mu_map *map,
                         const struct mu_opchange *c, struct mu_value *to)
{
    struct mu_map *stay = fold_values(
        a, arena, c->attr, &(struct mu_attrval){.values = c->add, .count = c->add_count});
    size_t n = 0;
    for (size_t i = 0; i < c->remove_count; i++) {
        const char *name = mu_ldap_moved_to(a, &c->remove[i]);
        struct mu_value now = {.bytes = name, .len = name ? strlen(name) : 0};
        if (name && !is_in(a, map, c->attr, &c->remove[i]) && is_in(a, map, c->attr, &now) &&
            !is_in(a, stay, c->attr, &now))
            to[n++] = (struct mu_value){.bytes = mu_strndup(arena, name, now.len), .len = now.len};
    }
    mu_map_free(stay);
    return n;
}

/* What of a change is still to be done, value by value. */
static struct mu_opchange rest_of(struct mu_ldap *a, struct mu_arena *arena,
                                  const struct mu_opchange *c, const struct mu_attrval *have)
{
    struct mu_opchange rest = {.attr = c->attr};
    struct mu_map *map = fold_values(a, arena, c->attr, have);
    struct mu_value *remove = mu_alloc_array(arena, c->remove_count, sizeof(*remove));
    size_t n = pick(a, map, c->attr, true, c->remove, c->remove_count, remove);
    if (mu_ldap_match(a, c->attr) == MU_MATCH_DN)
        n += pick_moved(a, arena, map, c, remove + n);
    rest.remove = remove;
    rest.remove_count = n;
    struct mu_value *add = mu_alloc_array(arena, c->add_count, sizeof(*add));
    rest.add_count = pick(a, map, c->attr, false, c->add, c->add_count, add);
    rest.add = add;
    mu_map_free(map);
    return rest;
}

size_t mu_ldap_rest(struct mu_ldap *a, struct mu_arena *arena, const struct mu_op *op,
                    const struct mu_object *there, bool each, struct mu_op *ret)
{
    struct mu_opchange *changes = mu_alloc_array(arena, op->change_count, sizeof(*changes));
    size_t n = 0;
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        struct mu_opchange rest = rest_of(a, arena, c, attr_of(there, c->attr));
        if (rest.remove_count + rest.add_count > 0)
            changes[n++] = each ? rest : *c;
    }
    *ret = *op;
    ret->changes = changes;
    ret->change_count = n;
    return n;
}

static bool same_bytes(const struct mu_value *a, const struct mu_value *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* As sets of bytes: what is deleted must be what the way back would make again. */
static bool same_values(const struct mu_opchange *c, const struct mu_attrval *have)
{
    if (!have || have->count != c->remove_count)
        return false;
    for (size_t i = 0; i < have->count; i++) {
        size_t tried = 0; /* from its own place on: servers keep their order */
        while (tried < have->count &&
               !same_bytes(&have->values[i], &c->remove[(i + tried) % have->count]))
            tried++;
        if (tried == have->count)
            return false;
    }
    return true;
}

/* The whole object, which a delete carries, against the whole entry. */
static bool differs_whole(const struct mu_op *op, const struct mu_object *there, struct mu_buf *why)
{
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        const struct mu_attrval *have = attr_of(there, c->attr);
        if (mu_ldap_is_secret(c->attr) || same_values(c, have))
            continue;
        mu_buf_adds(why, "changed since the plan: ");
        say_difference(c->attr, c->remove, c->remove_count, have, why);
        return true;
    }
    for (size_t i = 0; i < there->attr_count; i++) {
        const struct mu_attrval *have = &there->attrs[i];
        bool known = have->count == 0; /* secrets aren't told */
        for (size_t j = 0; j < op->change_count && !known; j++)
            known = mu_strieq(op->changes[j].attr, have->name);
        if (known)
            continue;
        mu_buf_adds(why, "changed since the plan: ");
        say_difference(have->name, NULL, 0, have, why);
        return true;
    }
    return false;
}

static bool deletes_another_state(const struct mu_op *op, const struct mu_object *there,
                                  struct mu_buf *why)
{
    bool same = op->version && mu_streq(op->version, there->version);
    if (same || (!op->version && op->change_count == 0))
        return false;
    if (op->change_count > 0)
        return differs_whole(op, there, why);
    mu_buf_adds(why, "changed since the plan");
    return true;
}

static bool differs_values(struct mu_ldap *a, const struct mu_opchange *c,
                           const struct mu_attrval *have, struct mu_buf *why)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_map *map = fold_values(a, arena, c->attr, have);
    struct mu_value *gone = mu_alloc_array(arena, c->remove_count, sizeof(*gone));
    struct mu_value *there = mu_alloc_array(arena, c->add_count, sizeof(*there));
    size_t missing = pick(a, map, c->attr, false, c->remove, c->remove_count, gone);
    size_t extra = pick(a, map, c->attr, true, c->add, c->add_count, there);
    mu_map_free(map);
    if (missing > 0) {
        say_difference(c->attr, gone, missing, have, why);
    } else if (extra > 0) {
        mu_buf_printf(why, "%s: expected it without ", c->attr);
        say_values(c->attr, there, extra, why);
        mu_buf_adds(why, ", found it with that");
    }
    return missing + extra > 0;
}

bool mu_ldap_unexpected(struct mu_ldap *a, const struct mu_op *op, const struct mu_object *there,
                        bool values, struct mu_buf *why)
{
    if (!there) {
        mu_buf_adds(why, "expected the entry, found none");
        return true;
    }
    if (op->native && !mu_streq(op->native, there->native)) {
        mu_buf_printf(why, "expected entryUUID %.*s, found ", TOKEN_MAX, op->native);
        mu_printable_into(why, there->native ? there->native : "none",
                          strlen(there->native ? there->native : "none"), TOKEN_MAX);
        return true;
    }
    if (op->verb == MU_OP_DELETE)
        return deletes_another_state(op, there, why);
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        const struct mu_attrval *have = attr_of(there, c->attr);
        if (c->absent && have) {
            say_difference(c->attr, NULL, 0, have, why);
            return true;
        }
        if (values && differs_values(a, c, have, why))
            return true;
    }
    return false;
}
