/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of an LDAP account, checked as far as that goes without a network. */
#include "adapter/ldap/ldap_private.h"

#include <stddef.h>
#include <string.h>

#include "adapter/ldap/dn.h"
#include "base/str.h"

static const char *const starttls_choices[] = {
    [MU_STARTTLS_NEVER] = "never", [MU_STARTTLS_REQUIRED] = "required", NULL};
static const char *const cleartext_choices[] = {
    [MU_CLEARTEXT_REFUSED] = "refused", [MU_CLEARTEXT_ALLOWED] = "allowed", NULL};
static const char *const assert_choices[] = {
    [MU_ASSERT_AUTO] = "auto", [MU_ASSERT_READ] = "read", NULL};
static const char *const sasl_choices[] = {
    [MU_SASL_NONE] = "none", [MU_SASL_EXTERNAL] = "external", [MU_SASL_GSSAPI] = "gssapi", NULL};

const struct mu_opt mu_ldap_opts[] = {
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

const struct mu_y *mu_ldap_setting(const struct mu_ldap *a, const char *key)
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
            mu_ldap_setting(a, "url"), err,
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
        return mu_y_fail(mu_ldap_setting(a, "url"), err,
                         "url: expected ldap://, ldaps:// or ldapi://");
    if (extra)
        return mu_y_fail(mu_ldap_setting(a, "url"), err,
                         "url: names more than the server; the DN goes into base");
    if (a->set->starttls == MU_STARTTLS_REQUIRED && (a->tls_from_start || ldapi))
        return mu_y_fail(mu_ldap_setting(a, "starttls"), err,
                         "starttls: is for ldap:// only; drop it");
    return 0;
}

static int read_bind(struct mu_ldap *a, struct mu_err *err)
{
    struct bind_settings b = {.sasl = MU_SASL_NONE};
    const struct mu_y *node = mu_ldap_setting(a, "bind");
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
        return mu_y_fail(mu_ldap_setting(a, "base"), err, "base: %s", bad.text);
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
        return mu_y_fail(mu_ldap_setting(a, key), err, "%s: rdn: %s", key, bad.text);
    p->key = mu_dn_key_dup(a->arena, p->name);
    for (int other = 0; other < (int)place; other++) {
        if (mu_streq(a->places[other].key, p->key))
            return mu_y_fail(mu_ldap_setting(a, key), err,
                             "%s: %s is the place of others already; each needs its own", key,
                             p->name);
    }
    *ret_profile = s.profile;
    return 0;
}

int mu_ldap_read_settings(struct mu_ldap *a, const char **ret_users, const char **ret_groups,
                          struct mu_err *err)
{
    const struct mu_ldap_settings *set = a->set;
    const char *none;
    if (read_url(a, err) < 0 || read_bind(a, err) < 0 || read_base(a, err) < 0 ||
        read_place(a, "users", set->users, users_opts, MU_PLACE_USERS, ret_users, err) < 0 ||
        read_place(a, "groups", set->groups, groups_opts, MU_PLACE_GROUPS, ret_groups, err) < 0)
        return -1;
    return read_place(a, "inactive", set->inactive, inactive_opts, MU_PLACE_INACTIVE, &none, err);
}
