/* SPDX-License-Identifier: Apache-2.0 */
/* muster token: who may ask `muster serve` and `muster mcp`. */
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/show.h"
#include "serve/exposed.h"

enum { EXPIRES_MAX_S = 3650 * 86400 };

static const char *const columns[] = {"name",    "state",   "methods",        "tags", "accounts",
                                      "created", "expires", "require_bearer", "used"};

/* ---- showing ---- */

static const char *state_of(const struct mu_token *t)
{
    return t->revoked ? "revoked" : t->expires && t->expires <= mu_now() ? "expired" : "valid";
}

static void list_json(struct mu_jw *w, const char *key, const char *const *list)
{
    mu_jw_key(w, key);
    if (!list) {
        mu_jw_null(w);
        return;
    }
    mu_jw_array(w);
    for (; *list; list++)
        mu_jw_str(w, *list);
    mu_jw_end(w, ']');
}

static void time_json(struct mu_jw *w, const char *key, int64_t at)
{
    char text[MU_TIME_TEXT];
    mu_jw_key(w, key);
    mu_jw_str(w, at ? mu_time_text(at, text) : NULL);
}

/* secret NULL: not shown. */
static void token_json(const struct mu_token *t, const char *secret, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "name", t->name);
    if (secret) {
        mu_jw_put_str(w, "token", secret);
    }
    mu_jw_put_str(w, "state", state_of(t));
    list_json(w, "methods", t->methods);
    list_json(w, "tags", t->tags);
    list_json(w, "accounts", t->accounts);
    time_json(w, "created", t->created);
    time_json(w, "expires", t->expires);
    mu_jw_put_bool(w, "require_bearer", t->require_bearer);
    time_json(w, "used", t->used);
    time_json(w, "revoked", t->revoked);
    mu_jw_end(w, '}');
}

static const char *joined(struct mu_arena *arena, const char *const *list)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; list && list[i]; i++)
        mu_buf_printf(&text, "%s%s", i ? "," : "", list[i]);
    return list ? mu_strdup(arena, text.data) : "all";
}

static void token_row(struct mu_cli *cli, const struct mu_token *t, struct mu_writer *writer)
{
    struct mu_arena *a = cli->arena;
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    token_json(t, NULL, &w);
    const char *const values[] = {t->name,
                                  state_of(t),
                                  joined(a, t->methods),
                                  joined(a, t->tags),
                                  joined(a, t->accounts),
                                  mu_show_time(a, t->created),
                                  t->expires ? mu_show_time(a, t->expires) : "never",
                                  t->require_bearer ? "yes" : "no",
                                  t->used ? mu_show_time(a, t->used) : "never"};
    mu_writer_row(writer, values, json.data);
}

static int list(struct mu_cli *cli, struct mu_err *err)
{
    struct mu_token *tokens;
    size_t count;
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        mu_token_list(cli->store, cli->arena, &tokens, &count, err) < 0)
        return -1;
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < count; i++)
        token_row(cli, &tokens[i], writer);
    return mu_writer_close(writer, err);
}

/* ---- making ---- */

static int check_name(const char *name, struct mu_err *err)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = strlen(name);
    if (len > 0 && len <= MU_TOKEN_NAME_MAX && strspn(name, allowed) == len)
        return 0;
    return mu_fail(err, MU_E_USAGE,
                   "--name: up to %d letters, digits, dots, dashes and underscores",
                   (int)MU_TOKEN_NAME_MAX);
}

static int read_expiry(const struct mu_args *args, int64_t now, int64_t *ret, struct mu_err *err)
{
    const char *text = mu_args_get(args, "expires");
    int64_t s;
    *ret = 0;
    if (!text || mu_streq(text, "never"))
        return 0;
    if (!mu_duration_parse(text, &s) || s < 60 || s > EXPIRES_MAX_S)
        return mu_fail(err, MU_E_USAGE,
                       "--expires: a time from now, a minute to ten years, like 12h or 30d, or "
                       "never");
    *ret = now + s;
    return 0;
}

static int check_accounts(struct mu_cli *cli, const char *const *accounts, struct mu_err *err)
{
    const struct mu_account_def *def;
    for (; accounts && *accounts; accounts++) {
        if (mu_config_account(cli->config, *accounts, &def, err) < 0)
            return mu_wrap(err, "--accounts");
    }
    return 0;
}

static int read_token(struct mu_cli *cli, const struct mu_args *args, struct mu_token *ret,
                      struct mu_err *err)
{
    static const char *const reading[] = {"read", NULL};
    const char *name = mu_args_get(args, "name");
    if (!name)
        return mu_fail(err, MU_E_USAGE, "token create: --name NAME says whose it is");
    *ret = (struct mu_token){.name = name,
                             .methods = mu_args_list(cli->arena, args, "methods"),
                             .tags = mu_args_list(cli->arena, args, "tags"),
                             .accounts = mu_args_list(cli->arena, args, "accounts"),
                             .created = mu_now(),
                             .require_bearer = mu_args_has(args, "require-bearer")};
    if (!ret->methods)
        ret->methods = reading;
    const struct mu_grant grant = {.name = name, .methods = ret->methods, .tags = ret->tags};
    if (check_name(name, err) < 0 || read_expiry(args, ret->created, &ret->expires, err) < 0 ||
        check_accounts(cli, ret->accounts, err) < 0)
        return -1;
    struct mu_exposures all;
    if (mu_exposed_load(cli->arena, cli->config, &all, err) < 0)
        return -1;
    return mu_exposed_check(&all, &grant, err);
}

/* Text: the token alone on standard output, for a script to take; what it is goes to the log. */
static int show_new(struct mu_cli *cli, const struct mu_token *t, const char *secret)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    if (cli->format == MU_FORMAT_JSON) {
        mu_jw_init(&w, &json, false);
        token_json(t, secret, &w);
        mu_show_document(&json);
        return 0;
    }
    printf("%s\n", secret);
    mu_log(cli->log, MU_LOG_INFO,
           "token %s: %s of %s accounts, tags %s, expires %s; it is shown this once", t->name,
           joined(cli->arena, t->methods), joined(cli->arena, t->accounts),
           joined(cli->arena, t->tags),
           t->expires ? mu_show_time(cli->arena, t->expires) : "never");
    return 0;
}

static int create(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_token token = {.name = NULL};
    char secret[MU_BEARER_TEXT], hash[MU_DIGEST_HEX];
    if (mu_cli_config(cli, err) < 0 || read_token(cli, args, &token, err) < 0 ||
        mu_cli_store(cli, MU_STORE_WRITE, err) < 0)
        return -1;
    mu_bearer_new(secret, hash);
    token.hash = hash;
    int rc = mu_token_put(cli->store, &token, err);
    if (rc == 0)
        rc = show_new(cli, &token, secret);
    explicit_bzero(secret, sizeof(secret));
    return rc;
}

/* ---- revoking ---- */

static int revoke(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    if (args->word_count < 2)
        return mu_fail(err, MU_E_USAGE, "token revoke: NAME; see muster token list");
    const char *name = args->words[1];
    if (mu_cli_store(cli, MU_STORE_WRITE, err) < 0)
        return -1;
    int done = mu_token_revoke(cli->store, name, mu_now(), err);
    if (done < 0)
        return -1;
    if (done == 0)
        return mu_fail(err, MU_E_MISSING,
                       "token %s: there is none, or it was revoked before; see "
                       "muster token list",
                       mu_show_safe(cli->arena, name));
    mu_log(cli->log, MU_LOG_INFO, "token %s: revoked; what it asks from now on is refused", name);
    return 0;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *verb = args->words[0];
    if (mu_streq(verb, "list"))
        return list(cli, err);
    if (mu_streq(verb, "create"))
        return create(cli, args, err);
    if (mu_streq(verb, "revoke"))
        return revoke(cli, args, err);
    return mu_fail(err, MU_E_USAGE, "token: say create, list or revoke; usage: muster token %s",
                   args->cmd->usage);
}

static const struct mu_cmd_opt opts[] = {
    {"name", 0, "NAME", "create: what the token is called, in log, journal and list"},
    {"methods", 0, "LIST",
     "create: read, write, list, get, create, update, delete, custom, or names (default: read)"},
    {"tags", 0, "LIST", "create: only what has one of these tags (default: all)"},
    {"accounts", 0, "LIST", "create: only these accounts (default: all)"},
    {"expires", 0, "TIME", "create: how long it is good, 12h or 30d (default: never)"},
    {"require-bearer", 0, NULL, "create: as part of an address (/mcp/TOKEN) it isn't enough"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_token = {
    .name = "token",
    .summary = "tokens for those who ask muster serve",
    .usage =
        "create --name NAME [--methods LIST] [--tags LIST] [--accounts LIST] | list | revoke NAME",
    .about = "create: makes a token and prints it, this once; the store keeps its digest only. "
             "Methods, tags and accounts must all allow what is asked; a combination that leaves "
             "nothing open is refused (exit 3). Names are those of tools and resources.\n"
             "list: which there are, what they may, and when they were used last. revoke: from now "
             "on it is refused.",
    .opts = opts,
    .words_min = 1,
    .words_max = 2,
    .example = "muster token create --name assistant --methods read --accounts sendoso --expires "
               "30d",
    .run = run,
};
