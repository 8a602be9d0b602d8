/* SPDX-License-Identifier: Apache-2.0 */
/* LDAP accounts: settings checked as far as that goes without a network, and the table of the
 * adapter. */
#include "adapter/ldap/ldap.h"

#include <stddef.h>
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

static const char *const starttls_choices[] = {
    [MU_STARTTLS_NEVER] = "never", [MU_STARTTLS_REQUIRED] = "required", NULL};
static const char *const cleartext_choices[] = {
    [MU_CLEARTEXT_REFUSED] = "refused", [MU_CLEARTEXT_ALLOWED] = "allowed", NULL};
static const char *const assert_choices[] = {
    [MU_ASSERT_AUTO] = "auto", [MU_ASSERT_READ] = "read", NULL};
static const char *const sasl_choices[] = {
    [MU_SASL_NONE] = "none", [MU_SASL_EXTERNAL] = "external", [MU_SASL_GSSAPI] = "gssapi", NULL};

static const struct mu_opt opts[] = {
    {"url", MU_OPT_STR, offsetof(struct mu_ldap_settings, url), .required = true,
     .help = "ldap://HOST[:PORT], ldaps://HOST[:PORT] or ldapi://%2Fpath%2Fto%2Fsocket"},
    {"starttls", MU_OPT_ENUM, offsetof(struct mu_ldap_settings, starttls), .def = "never",
     .choices = starttls_choices,
     .help = "required: TLS is started on an ldap:// connection before anything else"},
    {"cleartext", MU_OPT_ENUM, offsetof(struct mu_ldap_settings, cleartext), .def = "refused",
     .choices = cleartext_choices, .help = "allowed: the password may cross a network without TLS"},
    {"ca", MU_OPT_STR, offsetof(struct mu_ldap_settings, ca),
     .help = "file of trusted CA certificates"},
    {"bind", MU_OPT_NODE, offsetof(struct mu_ldap_settings, bind),
     .help = "dn and password, or sasl: external; nothing: anonymous"},
    {"base", MU_OPT_STR, offsetof(struct mu_ldap_settings, base), .required = true,
     .help = "DN below which everything lies"},
    {"source", MU_OPT_NODE, offsetof(struct mu_ldap_settings, source),
     .help = "base, filter, member_of, shape: people are read from it"},
    {"users", MU_OPT_NODE, offsetof(struct mu_ldap_settings, users),
     .help = "rdn (ou=people): container of users below base; profile (inetorgperson): mapping"},
    {"groups", MU_OPT_NODE, offsetof(struct mu_ldap_settings, groups),
     .help = "rdn (ou=groups): container of groups below base; profile (groupofnames): mapping"},
    {"inactive", MU_OPT_NODE, offsetof(struct mu_ldap_settings, inactive),
     .help = "rdn (ou=inactive): where disabled users are moved to"},
    {"window", MU_OPT_INT, offsetof(struct mu_ldap_settings, window), .def = "256", .min = 1,
     .max = MU_LDAP_WINDOW_MAX, .help = "writes in flight at once"},
    {"timeout", MU_OPT_DURATION, offsetof(struct mu_ldap_settings, timeout), .def = "30s", .min = 1,
     .max = 3600, .help = "for connecting, and for each answer"},
    {"assert", MU_OPT_ENUM, offsetof(struct mu_ldap_settings, assert_by), .def = "auto",
     .choices = assert_choices,
     .help =
         "auto: the server checks that an entry is as planned, if it can; read: it is read just "
         "before each write"},
    {"page_size", MU_OPT_INT, offsetof(struct mu_ldap_settings, page_size), .def = "0", .min = 0,
     .max = 100000, .help = "entries asked for at a time; 0: what suits the server"},
    {.name = NULL}};

struct bind_settings {
    const char *dn;
    const struct mu_y *password;
    int sasl;
};

static const struct mu_opt bind_opts[] = {
    {"dn", MU_OPT_STR, offsetof(struct bind_settings, dn), .help = "DN to bind as"},
    {"password", MU_OPT_SECRET, offsetof(struct bind_settings, password),
     .help = "env:NAME, file:PATH or command:CMD"},
    {"sasl", MU_OPT_ENUM, offsetof(struct bind_settings, sasl), .def = "none",
     .choices = sasl_choices, .help = "external: as the process's user over ldapi://"},
    {.name = NULL}};

struct place_settings {
    const char *rdn, *profile;
};

static const struct mu_opt users_opts[] = {
    {"rdn", MU_OPT_STR, offsetof(struct place_settings, rdn), .def = "ou=people",
     .help = "container, below base"},
    {"profile", MU_OPT_STR, offsetof(struct place_settings, profile), .def = "inetorgperson",
     .help = "mapping file of ldap/, without .yaml"},
    {.name = NULL}};
static const struct mu_opt groups_opts[] = {
    {"rdn", MU_OPT_STR, offsetof(struct place_settings, rdn), .def = "ou=groups",
     .help = "container, below base"},
    {"profile", MU_OPT_STR, offsetof(struct place_settings, profile), .def = "groupofnames",
     .help = "mapping file of ldap/, without .yaml"},
    {.name = NULL}};
static const struct mu_opt inactive_opts[] = {
    {"rdn", MU_OPT_STR, offsetof(struct place_settings, rdn), .def = "ou=inactive",
     .help = "container, below base"},
    {.name = NULL}};

/* ---- settings ---- */

/* Where in the configuration a message points to. */
static const struct mu_y *at(const struct mu_ldap *a, const char *key)
{
    const struct mu_y *node = mu_y_get(a->settings, key);
    return node ? node : a->settings;
}

static bool is_loopback(const char *host)
{
    return !host || !*host || mu_strieq(host, "localhost") || mu_starts(host, "127.") ||
           mu_streq(host, "::1") || mu_streq(host, "[::1]");
}

static int read_url(struct mu_ldap *a, struct mu_err *err)
{
    LDAPURLDesc *url = NULL;
    if (strpbrk(a->set->url, " ,") || ldap_url_parse(a->set->url, &url) != LDAP_URL_SUCCESS)
        return mu_y_fail(
            at(a, "url"), err,
            "url: expected one ldap://HOST[:PORT], ldaps://HOST[:PORT] or ldapi://PATH "
            "with %%2F for each slash");
    bool ldapi = mu_streq(url->lud_scheme, "ldapi");
    bool extra =
        (url->lud_dn && *url->lud_dn) || url->lud_attrs || url->lud_filter || url->lud_exts;
    a->tls_from_start = mu_streq(url->lud_scheme, "ldaps");
    a->local = ldapi || is_loopback(url->lud_host);
    bool known = ldapi || a->tls_from_start || mu_streq(url->lud_scheme, "ldap");
    ldap_free_urldesc(url);
    if (!known)
        return mu_y_fail(at(a, "url"), err, "url: expected ldap://, ldaps:// or ldapi://");
    if (extra)
        return mu_y_fail(at(a, "url"), err,
                         "url: names more than the server; the DN goes into base");
    if (a->set->starttls == MU_STARTTLS_REQUIRED && (a->tls_from_start || ldapi))
        return mu_y_fail(at(a, "starttls"), err, "starttls: is for ldap:// only; drop it");
    return 0;
}

static int read_bind(struct mu_ldap *a, struct mu_err *err)
{
    struct bind_settings b = {.sasl = MU_SASL_NONE};
    const struct mu_y *node = at(a, "bind");
    if (mu_opt_read(a->arena, bind_opts, a->set->bind, &b, err) < 0)
        return -1;
    a->sasl = (enum mu_ldap_sasl)b.sasl;
    if (a->sasl == MU_SASL_GSSAPI)
        return mu_y_fail(
            node, err, "bind: sasl: gssapi isn't supported yet; use dn and password, or external");
    if (a->sasl == MU_SASL_EXTERNAL && (b.dn || b.password))
        return mu_y_fail(node, err, "bind: with sasl: external there is neither dn nor password");
    /* A DN without a password is the unauthenticated bind of RFC 4513, section 5.1.2: success
     * that proves nothing. */
    if (!b.dn != !b.password)
        return mu_y_fail(node, err, "bind: dn and password belong together; %s is missing",
                         b.dn ? "password" : "dn");
    a->bind_dn = b.dn;
    bool secure = a->local || a->tls_from_start || a->set->starttls == MU_STARTTLS_REQUIRED;
    if (b.password && !secure && a->set->cleartext != MU_CLEARTEXT_ALLOWED)
        return mu_y_fail(
            node, err,
            "bind: the password would cross the network in clear text; set starttls: required or "
            "use ldaps:// (or, if you must, cleartext: allowed)");
    if (b.password && !secure)
        mu_log(a->log, MU_LOG_WARN, "%s: the password crosses the network in clear text",
               a->account.name);
    return b.password ? mu_secret_load(b.password, &a->password, err) : 0;
}

static int read_base(struct mu_ldap *a, struct mu_err *err)
{
    struct mu_err bad = MU_ERR_INIT;
    if (mu_dn_tidy(a->arena, a->set->base, "", &a->base, &bad) < 0)
        return mu_y_fail(at(a, "base"), err, "base: %s", bad.text);
    a->base_key = mu_dn_key_dup(a->arena, a->base);
    return 0;
}

static int read_place(struct mu_ldap *a, const char *key, const struct mu_y *node,
                      const struct mu_opt *table, enum mu_place place, const char **ret_profile,
                      struct mu_err *err)
{
    struct place_settings s = {.profile = NULL};
    struct mu_err bad = MU_ERR_INIT;
    struct mu_ldap_place *p = &a->places[place];
    if (mu_opt_read(a->arena, table, node, &s, err) < 0)
        return -1;
    if (mu_dn_tidy(a->arena, s.rdn, a->base, &p->name, &bad) < 0)
        return mu_y_fail(at(a, key), err, "%s: rdn: %s", key, bad.text);
    p->key = mu_dn_key_dup(a->arena, p->name);
    for (int other = 0; other < (int)place; other++) {
        if (mu_streq(a->places[other].key, p->key))
            return mu_y_fail(at(a, key), err,
                             "%s: %s is the place of others already; each needs its own", key,
                             p->name);
    }
    *ret_profile = s.profile;
    return 0;
}

/* ---- mappings ---- */

static int load_mapping(struct mu_ldap *a, const struct mu_layers *layers, const char *key,
                        const char *profile, enum mu_kind kind, struct mu_err *err)
{
    const struct mu_resource *r;
    if (mu_map_load(a->arena, layers, "ldap", profile, &r, err) < 0)
        return mu_wrap(err, "%s: %s: profile", a->account.name, key);
    const struct mu_resource_info *info = mu_map_info(r);
    if (!info->target || info->kind != kind || !info->rdn)
        return mu_y_fail(at(a, key), err, "%s: profile %s (%s) is no target mapping of %s", key,
                         profile, info->file, key);
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
    const char *users = NULL, *groups = NULL, *none;
    if (read_url(a, err) < 0 || read_bind(a, err) < 0 || read_base(a, err) < 0 ||
        read_place(a, "users", a->set->users, users_opts, MU_PLACE_USERS, &users, err) < 0 ||
        read_place(a, "groups", a->set->groups, groups_opts, MU_PLACE_GROUPS, &groups, err) < 0 ||
        read_place(a, "inactive", a->set->inactive, inactive_opts, MU_PLACE_INACTIVE, &none, err) <
            0 ||
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
    .opts = opts,
    .values_size = sizeof(struct mu_ldap_settings),
    .open = open_account,
    .close = close_account,
    .probe = mu_ldap_probe,
    .source = &mu_ldap_source_ops,
    .source_key = "source",
    .shape = "ldap",
    .target = &target,
};
