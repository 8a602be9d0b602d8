/* SPDX-License-Identifier: Apache-2.0 */
/* Sendoso accounts: settings, credentials, mappings. */
#include "adapter/sendoso/sendoso.h"

#include <stddef.h>
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/str.h"

enum {
    RESOURCES_MAX = 32,
    BURST = 2 /* with the default rate never more than Sendoso's ten in any second */
};

static const char *const joins[] = {
    [SENDOSO_JOIN_INVITE] = "invite", [SENDOSO_JOIN_SCIM] = "scim", NULL};

static const struct mu_opt opts[] = {
    {"url", MU_OPT_STR, offsetof(struct sendoso_settings, url), .def = "https://app.sendoso.com",
     .help = "base address, without /api"},
    {"token", MU_OPT_SECRET, offsetof(struct sendoso_settings, token),
     .help = "access token: env:NAME, file:PATH or command:CMD"},
    {"oauth", MU_OPT_NODE, offsetof(struct sendoso_settings, oauth),
     .help = "client_id, client_secret, redirect_uri, scope: authorization code with rotating "
             "refresh tokens"},
    {"scim", MU_OPT_NODE, offsetof(struct sendoso_settings, scim),
     .help = "token or oauth of the SCIM client: roles, inactive users"},
    {"rate", MU_OPT_STR, offsetof(struct sendoso_settings, rate), .def = "8/s",
     .help = "requests allowed, N/s or N/m, or off; Sendoso's limit is 10/s"},
    {"connections", MU_OPT_INT, offsetof(struct sendoso_settings, connections), .def = "8",
     .min = 1, .max = 64, .help = "requests in flight at once"},
    {"timeout", MU_OPT_DURATION, offsetof(struct sendoso_settings, timeout), .def = "30s", .min = 1,
     .max = 3600, .help = "of one try of one request"},
    {"tries", MU_OPT_INT, offsetof(struct sendoso_settings, tries), .def = "5", .min = 1, .max = 20,
     .help = "how often a read is tried"},
    {"join", MU_OPT_ENUM, offsetof(struct sendoso_settings, join), .def = "invite",
     .choices = joins,
     .help = "how people are added: invite (by e-mail) or scim (created; needs scim)"},
    {"reinvite", MU_OPT_INT, offsetof(struct sendoso_settings, reinvite), .def = "1", .min = 0,
     .max = 100, .help = "how often somebody whose invitation expired is invited again"},
    {"invitation_life", MU_OPT_DURATION, offsetof(struct sendoso_settings, invitation_life),
     .def = "7d", .min = 60, .max = INT64_C(366) * 86400,
     .help = "how long an invitation counts of which Sendoso told no end"},
    {"ca", MU_OPT_STR, offsetof(struct sendoso_settings, ca),
     .help = "file of trusted CA certificates"},
    {.name = NULL}};

/* ---- credentials ---- */

struct oauth_settings {
    const char *client_id, *redirect_uri, *scope;
    const struct mu_y *client_secret;
};

static const struct mu_opt oauth_opts[] = {
    {"client_id", MU_OPT_STR, offsetof(struct oauth_settings, client_id), .required = true},
    {"client_secret", MU_OPT_SECRET, offsetof(struct oauth_settings, client_secret),
     .required = true},
    {"redirect_uri", MU_OPT_STR, offsetof(struct oauth_settings, redirect_uri), .required = true},
    {"scope", MU_OPT_STR, offsetof(struct oauth_settings, scope), .def = "public"},
    {.name = NULL}};

struct scim_settings {
    const struct mu_y *token, *oauth;
};

static const struct mu_opt scim_opts[] = {
    {"token", MU_OPT_SECRET, offsetof(struct scim_settings, token),
     .help = "access token of the SCIM client"},
    {"oauth", MU_OPT_NODE, offsetof(struct scim_settings, oauth),
     .help = "OAuth settings of the SCIM client"},
    {.name = NULL}};

static int open_oauth(struct sendoso *s, const struct mu_account_conf *conf,
                      const struct mu_y *node, const char *suffix, struct mu_credential **ret,
                      struct mu_err *err)
{
    struct oauth_settings set = {0};
    struct mu_secret *secret;
    if (mu_opt_read(s->arena, oauth_opts, node, &set, err) < 0 ||
        mu_secret_load(set.client_secret, &secret, err) < 0)
        return -1;
    struct mu_oauth_conf oauth = {
        .name = s->base.name,
        .base_url = s->settings->url,
        .ca_file = s->settings->ca,
        .client_id = set.client_id,
        .client_secret = secret,
        .redirect_uri = set.redirect_uri,
        .scope = set.scope,
        .state_file = mu_printf(s->arena, "%s/%s%s.token", conf->state_dir, s->base.name, suffix)};
    if (*suffix)
        oauth.authorize = mu_printf(s->arena, "muster init --authorize %s --credential %s",
                                    s->base.name, suffix + 1);
    return mu_credential_oauth(&oauth, s->log, ret, err);
}

static int open_credential(struct sendoso *s, const struct mu_account_conf *conf,
                           const struct mu_y *at, const struct mu_y *token,
                           const struct mu_y *oauth, const char *suffix, struct mu_credential **ret,
                           struct mu_err *err)
{
    struct mu_secret *secret;
    if (!token == !oauth)
        return mu_y_fail(at, err, "%s%s: needs one of `token` and `oauth`", s->base.name, suffix);
    if (oauth)
        return open_oauth(s, conf, oauth, suffix, ret, err);
    if (mu_secret_load(token, &secret, err) < 0)
        return -1;
    /* A command may hold more than a person should see in a log. */
    const char *where =
        mu_starts(token->text, "command:")
            ? mu_printf(s->arena, "what the command in %s:%d reads", token->file, token->line)
            : token->text;
    *ret = mu_credential_bearer(mu_printf(s->arena, "%s%s", s->base.name, suffix), where, secret);
    return 0;
}

static int open_credentials(struct sendoso *s, const struct mu_account_conf *conf,
                            struct mu_err *err)
{
    const struct sendoso_settings *set = s->settings;
    struct scim_settings scim = {0};
    if (open_credential(s, conf, conf->settings, set->token, set->oauth, "", &s->main, err) < 0)
        return -1;
    if (!set->scim)
        return 0;
    if (mu_opt_read(s->arena, scim_opts, set->scim, &scim, err) < 0)
        return -1;
    return open_credential(s, conf, set->scim, scim.token, scim.oauth, ".scim", &s->scim, err);
}

struct mu_credential *sendoso_credential(struct sendoso *s, const struct mu_resource *r)
{
    const char *which = mu_map_info(r)->fetch->credential;
    return !which ? s->main : mu_streq(which, "scim") ? s->scim : NULL;
}

static struct mu_credential *sendoso_oauth(struct mu_account *a, const char *which)
{
    struct sendoso *s = sendoso_of(a);
    if (!which)
        return s->settings->oauth ? s->main : NULL;
    return mu_streq(which, "scim") && mu_y_get(s->settings->scim, "oauth") ? s->scim : NULL;
}

/* ---- mappings ---- */

/* Order of reading: what is written in files, what adds to others, plain lists, lists of each
 * parent. */
static int rank(const struct mu_resource *r)
{
    const struct mu_fetch *f = mu_map_info(r)->fetch;
    return !f ? 0 : f->supplement ? 1 : !f->for_each ? 2 : 3;
}

static void insert(const struct mu_resource **list, size_t count, const struct mu_resource *r)
{
    size_t i = count;
    for (; i > 0 && rank(list[i - 1]) > rank(r); i--)
        list[i] = list[i - 1];
    list[i] = r;
}

static int check_parents(struct sendoso *s, struct mu_err *err)
{
    for (const struct mu_resource **r = s->resources; *r; r++) {
        const struct mu_fetch *f = mu_map_info(*r)->fetch;
        bool found = !f || !f->for_each;
        for (const struct mu_resource **p = s->resources; *p && !found; p++)
            found = mu_streq(mu_map_info(*p)->name, f->for_each);
        if (!found)
            return mu_fail(err, MU_E_CONFIG, "%s: for_each: no resource called %s",
                           mu_map_info(*r)->file, f->for_each);
    }
    return 0;
}

static int load_mappings(struct sendoso *s, const struct mu_layers *layers, struct mu_err *err)
{
    const char *const *names;
    size_t count = 0;
    if (mu_map_list(s->arena, layers, "sendoso", &names, err) < 0)
        return -1;
    s->resources = mu_alloc_array(s->arena, RESOURCES_MAX + 1, sizeof(*s->resources));
    for (; *names; names++) {
        const struct mu_resource *r;
        if (mu_map_load(s->arena, layers, "sendoso", *names, &r, err) < 0)
            return -1;
        if (mu_map_info(r)->target || (mu_map_info(r)->fetch && !sendoso_credential(s, r)))
            continue;
        if (mu_map_info(r)->fetch && !mu_map_info(r)->fetch->path)
            return mu_fail(err, MU_E_CONFIG, "%s: fetch: rows are of files; path is missing",
                           mu_map_info(r)->file);
        if (count == RESOURCES_MAX)
            return mu_fail(err, MU_E_LIMIT, "sendoso: more than %d mapping files",
                           (int)RESOURCES_MAX);
        insert(s->resources, count++, r);
    }
    /* An installation without its files must not look like an account without people. */
    if (count == 0)
        return mu_fail(
            err, MU_E_CONFIG,
            "no mapping files of sendoso in %s; install muster's, or name their directory "
            "in MUSTER_MAPPINGS",
            layers->dirs[0]);
    return check_parents(s, err);
}

/* ---- open and close ---- */

static void sendoso_close(struct mu_account *a)
{
    if (!a)
        return;
    struct sendoso *s = sendoso_of(a);
    sendoso_target_close(s);
    mu_http_free(s->http);
    mu_governor_free(s->own_governor);
    mu_credential_free(s->main);
    mu_credential_free(s->scim);
    mu_arena_free(s->arena);
    free(s);
}

/* A setting that was read but can't be used: the place in the file goes in front. */
static int bad_setting(const struct mu_account_conf *conf, const char *key, struct mu_err *err)
{
    const struct mu_err why = *err;
    const struct mu_y *at = mu_y_get(conf->settings, key);
    return at ? mu_y_fail(at, err, "%s", why.text) : mu_wrap(err, "%s", conf->name);
}

int sendoso_http(struct sendoso *s, struct mu_http **ret, struct mu_err *err)
{
    const struct sendoso_settings *set = s->settings;
    const struct mu_http_conf conf = {.name = s->base.name,
                                      .base_url = set->url,
                                      .ca_file = set->ca,
                                      .user_agent = "muster",
                                      .connections = (int)set->connections,
                                      .tries = (int)set->tries,
                                      .timeout_s = (int)set->timeout,
                                      .deadline_s = (int)(set->timeout * set->tries + 60),
                                      .governor = s->governor};
    return mu_http_new(&conf, s->log, ret, err);
}

static int open_http(struct sendoso *s, const struct mu_account_conf *account, struct mu_err *err)
{
    double rate;
    if (mu_rate_parse(s->settings->rate, &rate, err) < 0)
        return bad_setting(account, "rate", err);
    if (account->governors)
        s->governor = mu_governors_get(account->governors, account->name, rate, BURST);
    else if (rate > 0)
        s->governor = s->own_governor = mu_governor_new(rate, BURST);
    return sendoso_http(s, &s->http, err) < 0 ? bad_setting(account, "url", err) : 0;
}

static int sendoso_open(const struct mu_account_conf *conf, struct mu_account **ret,
                        struct mu_err *err)
{
    struct sendoso *s = mu_xcalloc(1, sizeof(*s));
    s->base = (struct mu_account){.adapter = &mu_adapter_sendoso, .name = conf->name};
    s->settings = conf->values;
    s->log = conf->log;
    s->arena = mu_arena_new();
    if (open_http(s, conf, err) < 0 || open_credentials(s, conf, err) < 0 ||
        load_mappings(s, &conf->layers, err) < 0 || sendoso_target_open(s, conf, err) < 0) {
        sendoso_close(&s->base);
        return -1;
    }
    *ret = &s->base;
    return 0;
}

const struct mu_adapter mu_adapter_sendoso = {
    .name = "sendoso",
    .mappings = "sendoso",
    .summary = "Sendoso: users, team groups, members; roles and inactive users over SCIM",
    .opts = opts,
    .values_size = sizeof(struct sendoso_settings),
    .open = sendoso_open,
    .close = sendoso_close,
    .probe = sendoso_probe,
    .oauth = sendoso_oauth,
    .call = sendoso_call,
    .source = &sendoso_source,
    .target = &sendoso_target_ops,
};
