/* SPDX-License-Identifier: Apache-2.0 */
/* LDAP accounts: opened and closed, the mappings they need, and the table of the adapter. */
#include "adapter/ldap/ldap.h"

#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

/* ---- mappings ---- */

static int load_mapping(struct mu_ldap *a, const struct mu_layers *layers, const char *key,
                        const char *profile, enum mu_kind kind, struct mu_err *err)
{
    const struct mu_resource *r;
    if (mu_map_load(a->arena, layers, "ldap", profile, &r, err) < 0)
        return mu_wrap(err, "%s: %s: profile", a->account.name, key);
    const struct mu_resource_info *info = mu_map_info(r);
    if (!info->target || info->kind != kind || !info->rdn)
        return mu_y_fail(mu_ldap_setting(a, key), err,
                         "%s: profile %s (%s) is no target mapping of %s", key, profile, info->file,
                         key);
    a->mappings[kind] = r;
    return 0;
}

/* Inserts a name where it belongs in the sorted list, once. */
static int manage(struct mu_ldap *a, const char *name, struct mu_err *err)
{
    size_t i = 0;
    while (i < a->attr_count && strcasecmp(a->attrs[i], name) < 0)
        i++;
    if (i < a->attr_count && mu_strieq(a->attrs[i], name))
        return 0;
    if (a->attr_count == MU_LDAP_ATTRS_MAX)
        return mu_fail(err, MU_E_LIMIT,
                       "the mappings name more than %d attributes (MU_LDAP_ATTRS_MAX)",
                       MU_LDAP_ATTRS_MAX);
    memmove(&a->attrs[i + 1], &a->attrs[i], (a->attr_count - i) * sizeof(a->attrs[0]));
    a->attrs[i] = name;
    a->attr_count++;
    return 0;
}

static int manage_mapping(struct mu_ldap *a, const struct mu_resource *r, struct mu_err *err)
{
    const char *member = mu_map_info(r)->member_attr;
    for (const char *const *name = mu_map_attributes(r); *name; name++) {
        if (manage(a, *name, err) < 0)
            return -1;
    }
    return member ? manage(a, member, err) : 0;
}

static int read_placeholder(struct mu_ldap *a, struct mu_err *err)
{
    struct mu_err bad = MU_ERR_INIT;
    const struct mu_resource_info *info = mu_map_info(a->mappings[MU_GROUP]);
    if (info->placeholder &&
        mu_dn_tidy(a->arena, info->placeholder, a->base, &a->placeholder, &bad) < 0)
        return mu_fail(err, MU_E_CONFIG, "%s: members: placeholder: %s", info->file, bad.text);
    return 0;
}

/* ---- open and close ---- */

static int read_all(struct mu_ldap *a, const struct mu_account_conf *conf, struct mu_err *err)
{
    const char *users = NULL, *groups = NULL;
    if (mu_ldap_read_settings(a, &users, &groups, err) < 0 ||
        load_mapping(a, &conf->layers, "users", users, MU_USER, err) < 0 ||
        load_mapping(a, &conf->layers, "groups", groups, MU_GROUP, err) < 0 ||
        manage(a, "objectClass", err) < 0 || manage_mapping(a, a->mappings[MU_USER], err) < 0 ||
        manage_mapping(a, a->mappings[MU_GROUP], err) < 0 ||
        mu_ldap_source_open(a, &conf->layers, err) < 0)
        return -1;
    return read_placeholder(a, err);
}

static void close_account(struct mu_account *account)
{
    if (!account)
        return;
    struct mu_ldap *a = mu_ldap_of(account);
    mu_ldap_disconnect(a);
    mu_ldap_source_close(a);
    mu_ldap_write_done(a);
    mu_ldap_forget_moves(a);
    mu_secret_free(a->password);
    mu_arena_free(a->scratch);
    mu_arena_free(a->server_arena);
    mu_arena_free(a->arena);
    free(a);
}

static int open_account(const struct mu_account_conf *conf, struct mu_account **ret,
                        struct mu_err *err)
{
    struct mu_ldap *a = mu_xcalloc(1, sizeof(*a));
    a->arena = mu_arena_new();
    a->server_arena = mu_arena_new();
    a->scratch = mu_arena_new();
    a->account =
        (struct mu_account){.adapter = &mu_adapter_ldap, .name = mu_strdup(a->arena, conf->name)};
    a->set = conf->values;
    a->settings = conf->settings;
    a->log = conf->log;
    a->flights = mu_xcalloc((size_t)a->set->window, sizeof(*a->flights));
    if (read_all(a, conf, err) < 0) {
        close_account(&a->account);
        return -1;
    }
    *ret = &a->account;
    return 0;
}

/* ---- target operations that need no network ---- */

static const struct mu_resource *mapping(struct mu_account *account, enum mu_kind kind)
{
    return kind == MU_USER || kind == MU_GROUP ? mu_ldap_of(account)->mappings[kind] : NULL;
}

static unsigned caps(struct mu_account *account MU_UNUSED)
{
    return MU_CAP_CREATE | MU_CAP_MODIFY | MU_CAP_RENAME | MU_CAP_MOVE | MU_CAP_DELETE |
           MU_CAP_NATIVE | MU_CAP_LDIF;
}

void mu_ldap_key(const struct mu_ldap *a, const char *dn, size_t len, struct mu_buf *to)
{
    for (int p = 0; p < MU_PLACES; p++) {
        if (mu_dn_key_below(dn, len, a->places[p].name, a->places[p].key, to))
            return;
    }
    mu_dn_key(dn, len, to);
}

static const char *key_of(const struct mu_ldap *a, struct mu_arena *arena, const char *name)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    mu_ldap_key(a, name, strlen(name), &key);
    return strcmp(key.data, name) == 0 ? name : mu_strndup(arena, key.data, key.len);
}

static int place(struct mu_account *account, struct mu_arena *arena, enum mu_place where,
                 const char *rdn_attr, const char *rdn_value, const char **ret_name,
                 const char **ret_key, struct mu_err *err)
{
    const struct mu_ldap *a = mu_ldap_of(account);
    if (mu_dn_child(arena, rdn_attr, rdn_value, a->places[where].name, ret_name, err) < 0)
        return -1;
    *ret_key = key_of(a, arena, *ret_name);
    return 0;
}

static int move(struct mu_account *account, struct mu_arena *arena, const char *name,
                enum mu_place to, const char **ret_name, const char **ret_key, struct mu_err *err)
{
    const struct mu_ldap *a = mu_ldap_of(account);
    const char *rdn, *parent;
    if (mu_dn_split(arena, name, &rdn, &parent, err) < 0)
        return -1;
    *ret_name = mu_printf(arena, "%s,%s", rdn, a->places[to].name);
    *ret_key = key_of(a, arena, *ret_name);
    return 0;
}

static int naming(struct mu_account *account MU_UNUSED, struct mu_arena *arena, const char *name,
                  const char **ret_value, struct mu_err *err)
{
    const char *attr;
    return mu_dn_naming(arena, name, &attr, ret_value, err);
}

static enum mu_place place_of(struct mu_account *account, const char *key)
{
    const struct mu_ldap *a = mu_ldap_of(account);
    const char *parent = mu_dn_key_parent(key);
    int p = 0;
    while (p < MU_PLACES && strcmp(parent, a->places[p].key) != 0)
        p++;
    return (enum mu_place)p;
}

static void fold(struct mu_account *account, const char *attr, const struct mu_value *value,
                 struct mu_buf *to)
{
    const struct mu_ldap *a = mu_ldap_of(account);
    enum mu_match how = attr ? mu_ldap_match(a, attr) : MU_MATCH_DN;
    if (how == MU_MATCH_DN)
        mu_ldap_key(a, value->bytes, value->len, to);
    else
        mu_match_fold(how, value->bytes, value->len, to);
}

static const char *placeholder(struct mu_account *account)
{
    return mu_ldap_of(account)->placeholder;
}

static const struct mu_target_ops target = {
    .mapping = mapping,
    .caps = caps,
    .read = mu_ldap_read,
    .get = mu_ldap_get_object,
    .identity = mu_ldap_identity,
    .prepare = mu_ldap_prepare,
    .place = place,
    .move = move,
    .naming = naming,
    .place_of = place_of,
    .fold = fold,
    .placeholder = placeholder,
    .submit = mu_ldap_submit,
    .reap = mu_ldap_reap,
    .show = mu_ldap_show,
};

const struct mu_adapter mu_adapter_ldap = {
    .name = "ldap",
    .mappings = "ldap",
    .summary = "LDAP directory (OpenLDAP, 389-DS and others): users and groups are written",
    .opts = mu_ldap_opts,
    .values_size = sizeof(struct mu_ldap_settings),
    .open = open_account,
    .close = close_account,
    .probe = mu_ldap_probe,
    .source = &mu_ldap_source_ops,
    .source_key = "source",
    .shape = "ldap",
    .target = &target,
};
