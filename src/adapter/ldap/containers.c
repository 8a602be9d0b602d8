/* SPDX-License-Identifier: Apache-2.0 */
/* The containers that must exist before anything can be written into them: found out by looking,
 * parents first. */
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/map.h"
#include "base/str.h"

enum { DEPTH_MAX = 32 };

/* What an entry is made of whose name begins with that attribute; `also` is an attribute its
 * classes demand beside it. */
static const struct {
    const char *attr, *classes[3], *also;
} kinds[] = {
    {"ou", {"top", "organizationalUnit", NULL}, NULL},
    {"o", {"top", "organization", NULL}, NULL},
    {"dc", {"organization", "dcObject", NULL}, "o"},
    {"l", {"top", "locality", NULL}, NULL},
    {"c", {"top", "country", NULL}, NULL},
};

struct preparer {
    struct mu_ldap *a;
    struct mu_arena *arena;
    struct mu_map *seen; /* keys of entries that exist, or will */
    void (*add)(void *arg, const struct mu_op *op);
    void *arg;
};

static const struct mu_value *values_of(struct mu_arena *arena, const char *const *texts,
                                        size_t count)
{
    struct mu_value *values = mu_alloc_array(arena, count, sizeof(*values));
    for (size_t i = 0; i < count; i++)
        values[i] = (struct mu_value){.bytes = texts[i], .len = strlen(texts[i])};
    return values;
}

static int add_container(struct preparer *p, const char *name, struct mu_err *err)
{
    const char *attr, *value;
    size_t kind = 0, classes = 0, n = 2;
    if (mu_dn_naming(p->arena, name, &attr, &value, err) < 0)
        return -1;
    while (kind < MU_LEN(kinds) && !mu_strieq(kinds[kind].attr, attr))
        kind++;
    if (kind == MU_LEN(kinds))
        return mu_fail(err, MU_E_CONFIG,
                       "%s: %s doesn't exist, and what to create under a name that begins with %s "
                       "isn't known; "
                       "create it by hand",
                       p->a->account.name, name, attr);
    while (kinds[kind].classes[classes])
        classes++;
    struct mu_opchange *changes = mu_alloc_array(p->arena, 3, sizeof(*changes));
    changes[0] = (struct mu_opchange){.attr = "objectClass",
                                      .add = values_of(p->arena, kinds[kind].classes, classes),
                                      .add_count = classes};
    changes[1] =
        (struct mu_opchange){.attr = attr, .add = values_of(p->arena, &value, 1), .add_count = 1};
    if (kinds[kind].also)
        changes[n++] =
            (struct mu_opchange){.attr = kinds[kind].also, .add = changes[1].add, .add_count = 1};
    p->add(p->arg, &(struct mu_op){.verb = MU_OP_CREATE,
                                   .why = MU_WHY_CONTAINER,
                                   .kind = MU_KINDS,
                                   .label = value,
                                   .name = name,
                                   .changes = changes,
                                   .change_count = n});
    return 0;
}

static int exists(struct preparer *p, const char *name, struct mu_err *err)
{
    static const char *const nothing[] = {LDAP_NO_ATTRS, NULL};
    LDAPMessage *message = NULL;
    int rc = mu_ldap_get(p->a, name, "(objectClass=*)", nothing, &message, err);
    if (rc == 1)
        ldap_msgfree(message);
    return rc;
}

static bool is_context(const struct mu_ldap *a, const char *key)
{
    MU_AUTO(buf) struct mu_buf own = MU_BUF_INIT(MU_BUF_MAX);
    for (char **context = a->server.contexts; context && *context; context++) {
        mu_buf_reset(&own);
        mu_dn_key(*context, strlen(*context), &own);
        if (strcmp(own.data, key) == 0)
            return true;
    }
    return false;
}

static int nothing_above(struct preparer *p, struct mu_err *err)
{
    return mu_fail(err, MU_E_CONFIG,
                   "%s: nothing exists at or above %s, so the server may not hold it (no such "
                   "namingContext); check base",
                   p->a->account.name, p->a->base);
}

/* Makes sure that name exists, or will by the operations added. */
static int need(struct preparer *p, const char *name, int depth, struct mu_err *err)
{
    const char *key = mu_dn_key_dup(p->arena, name), *rdn, *parent;
    if (mu_map_get(p->seen, key, strlen(key)))
        return 0;
    mu_map_put(p->seen, key, strlen(key), p);
    int rc = exists(p, name, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!is_context(p->a, key)) {
        if (mu_dn_split(p->arena, name, &rdn, &parent, err) < 0)
            return -1;
        if (!*parent || depth == DEPTH_MAX)
            return nothing_above(p, err);
        if (need(p, parent, depth + 1, err) < 0)
            return -1;
    }
    return add_container(p, name, err);
}

int mu_ldap_prepare(struct mu_account *account, struct mu_arena *arena,
                    void (*add)(void *arg, const struct mu_op *op), void *arg, struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    struct preparer p = {.a = a, .arena = arena, .add = add, .arg = arg};
    int rc = mu_ldap_connect(a, err);
    p.seen = mu_map_new(8);
    for (int place = 0; rc == 0 && place < MU_PLACES; place++) {
        if (a->places[place].missing)
            rc = need(&p, a->places[place].name, 0, err);
    }
    mu_map_free(p.seen);
    return rc;
}
