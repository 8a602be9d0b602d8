/* SPDX-License-Identifier: Apache-2.0 */
/* muster init: a first muster.yaml, by asking or by flags; and authorising an OAuth account. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapter/ldap/dn.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/ask.h"
#include "cli/session.h"
#include "net/credential.h"
#include "net/http_flight.h"

/* ---- the answers ---- */

static int check_web(struct mu_arena *arena, const char *answer, struct mu_err *err)
{
    (void)arena;
    char *base = NULL, *host = NULL;
    int rc = mu_http_base(answer, &base, &host, err);
    free(base);
    free(host);
    return rc;
}

static int check_ldap(struct mu_arena *arena, const char *answer, struct mu_err *err)
{
    (void)arena;
    static const char *const schemes[] = {"ldap://", "ldaps://", "ldapi://"};
    for (size_t i = 0; i < MU_LEN(schemes); i++)
        if (mu_starts(answer, schemes[i]) && answer[strlen(schemes[i])])
            return 0;
    return mu_fail(err, MU_E_USAGE,
                   "an address begins with ldaps://, ldap:// or ldapi://; write it like "
                   "ldaps://ldap.example.org");
}

static int check_dn(struct mu_arena *arena, const char *answer, struct mu_err *err)
{
    const char *tidy;
    return mu_dn_tidy(arena, answer, "", &tidy, err);
}

static const struct {
    const char *option, *question,
        *fallback; /* fallback NULL: there is no answer that is right for most */
    int (*check)(struct mu_arena *arena, const char *answer, struct mu_err *err);
} questions[] = {
    {"sendoso-url", "Address of Sendoso", "https://app.sendoso.com", check_web},
    {"ldap-url", "Address of the LDAP server (ldaps://, ldap://, ldapi://)", NULL, check_ldap},
    {"base", "Where in the directory (base DN, such as dc=example,dc=org)", NULL, check_dn},
    {"bind-dn", "Who muster is there (bind DN, such as cn=muster,dc=example,dc=org)", NULL,
     check_dn},
};
enum { Q_SENDOSO_URL, Q_LDAP_URL, Q_BASE, Q_BIND_DN, QUESTIONS };

/* Asks until the answer is of use. */
static int ask_one(struct mu_cli *cli, int i, const char **ret, struct mu_err *err)
{
    struct mu_err useless = MU_ERR_INIT;
    for (;;) {
        if (mu_ask(cli->arena, questions[i].question, questions[i].fallback, ret, err) < 0)
            return -1;
        if (questions[i].check(cli->arena, *ret, &useless) == 0)
            return 0;
        fprintf(stderr, "  %s\n", useless.text);
    }
}

static int answer_all(struct mu_cli *cli, const struct mu_args *args,
                      const char *answers[QUESTIONS], struct mu_err *err)
{
    bool asked = false;
    for (int i = 0; i < QUESTIONS; i++) {
        answers[i] = mu_args_get(args, questions[i].option);
        if (answers[i] && questions[i].check(cli->arena, answers[i], err) < 0) {
            err->code = MU_E_USAGE;
            return mu_wrap(err, "--%s", questions[i].option);
        }
        if (answers[i])
            continue;
        if (!mu_ask_possible())
            return mu_fail(err, MU_E_USAGE,
                           "init: no terminal to ask on; give --%s (and --help lists the others)",
                           questions[i].option);
        if (!asked)
            fprintf(stderr,
                    "An empty answer takes what stands in brackets. Passwords are not asked for: "
                    "they stay in the environment.\n");
        asked = true;
        if (ask_one(cli, i, &answers[i], err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the first muster.yaml ---- */

/* A password goes to another host over TLS only. */
static bool needs_starttls(const char *url)
{
    static const char *const here[] = {"ldap://127.", "ldap://localhost", "ldap://[::1]"};
    for (size_t i = 0; i < MU_LEN(here); i++)
        if (mu_starts(url, here[i]))
            return false;
    return mu_starts(url, "ldap://");
}

/* A JSON string is a YAML string in double quotes. */
static void add_line(struct mu_buf *to, const char *key, const char *value, const char *comment)
{
    struct mu_jw w;
    mu_buf_printf(to, "    %s: ", key);
    mu_jw_init(&w, to, false);
    mu_jw_str(&w, value);
    mu_buf_printf(to, "%s%s\n", comment ? "   # " : "", comment ? comment : "");
}

static void write_text(const char *const answers[QUESTIONS], struct mu_buf *to)
{
    struct mu_jw w;
    mu_buf_adds(to, "# muster's configuration; the manual is muster.yaml(5).\n"
                    "store: muster.db\n"
                    "accounts:\n"
                    "  sendoso:\n"
                    "    adapter: sendoso\n");
    add_line(to, "url", answers[Q_SENDOSO_URL], NULL);
    mu_buf_adds(
        to, "    token: env:SENDOSO_TOKEN            # or file:PATH, command:CMD, or oauth: {...}\n"
            "    # scim: {token: env:SENDOSO_SCIM_TOKEN}   # roles and inactive people, where your "
            "plan has SCIM\n"
            "    rate: 8/s                           # Sendoso allows 10\n"
            "  corp:\n"
            "    adapter: ldap\n");
    add_line(to, "url", answers[Q_LDAP_URL], NULL);
    if (needs_starttls(answers[Q_LDAP_URL]))
        mu_buf_adds(to, "    starttls: required\n");
    mu_buf_adds(to, "    bind: {dn: ");
    mu_jw_init(&w, to, false);
    mu_jw_str(&w, answers[Q_BIND_DN]);
    mu_buf_adds(to, ", password: env:LDAP_PASSWORD}\n");
    add_line(to, "base", answers[Q_BASE], NULL);
    mu_buf_adds(
        to,
        "syncs:\n"
        "  teams-to-ldap:\n"
        "    from: sendoso\n"
        "    to: corp\n"
        "    gone: disable                       # keep, disable or delete who is no longer there\n"
        "    guards:\n"
        "      disable: {count: 10, percent: 5}  # over both: the run is refused\n");
}

static void tell_next(const char *path)
{
    static const struct {
        const char *command, *does;
    } next[] = {{"doctor", "proves addresses, credentials and rights"},
                {"pull sendoso", "reads"},
                {"plan teams-to-ldap", "shows what would be written"}};
    bool found = mu_streq(path, "muster.yaml") || mu_streq(path, "./muster.yaml");
    fprintf(stderr, "Next: export SENDOSO_TOKEN=... LDAP_PASSWORD=..., then\n");
    for (size_t i = 0; i < MU_LEN(next); i++)
        fprintf(stderr, "  muster %s%s%s%-22s %s\n", found ? "" : "-c ", found ? "" : path,
                found ? "" : " ", next[i].command, next[i].does);
}

static int write_config(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *path = mu_args_get(args, "output");
    const char *answers[QUESTIONS] = {NULL};
    const struct mu_config *checked;
    if (!path)
        path = cli->config_path ? cli->config_path : "muster.yaml";
    if (access(path, F_OK) == 0 && !mu_args_has(args, "force"))
        return mu_fail(err, MU_E_CONFLICT,
                       "%s is there already; --force overwrites it, --output writes another", path);
    if (answer_all(cli, args, answers, err) < 0)
        return -1;
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    write_text(answers, &text);
    /* What was answered must make a file that every other command accepts, or none. */
    if (mu_config_parse(cli->arena, path, text.data, text.len, &checked, err) < 0 ||
        mu_write_file(path, text.data, text.len, 0600, err) < 0)
        return -1;
    printf("wrote %s\n", path);
    fflush(stdout);
    if (!cli->quiet)
        tell_next(path);
    return MU_EXIT_DONE;
}

/* ---- OAuth ---- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* The value of `name` in the query of an address, decoded; NULL when it has none. */
static const char *query_value(struct mu_arena *arena, const char *address, const char *name)
{
    const char *at = strchr(address, '?');
    size_t name_len = strlen(name);
    for (; at; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, name, name_len) == 0 && at[name_len] == '=')
            break;
    }
    if (!at)
        return NULL;
    at += name_len + 1;
    char *value = mu_strndup(arena, at, strcspn(at, "&#"));
    char *to = value;
    for (const char *from = value; *from; from++) {
        bool escape = from[0] == '%' && hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0;
        *to++ = escape ? (char)(hex_digit(from[1]) * 16 + hex_digit(from[2])) : *from;
        from += escape ? 2 : 0;
    }
    *to = '\0';
    return value;
}

/* A person pastes the code, or the whole address the browser ended at; then the state must be the
 * one we sent. */
static int code_of(struct mu_arena *arena, const char *answer, const char *state, const char **ret,
                   struct mu_err *err)
{
    if (!strstr(answer, "://")) {
        *ret = answer;
        return 0;
    }
    const char *error = query_value(arena, answer, "error");
    *ret = query_value(arena, answer, "code");
    if (error)
        return mu_fail(err, MU_E_DENIED, "the authorisation was refused: %s",
                       mu_printable(arena, error, strlen(error), 100));
    if (!*ret)
        return mu_fail(err, MU_E_USAGE, "that address holds no code");
    if (!mu_streq(query_value(arena, answer, "state"), state))
        return mu_fail(err, MU_E_DENIED,
                       "that address belongs to another authorisation (its state is not ours)");
    return 0;
}

static void random_state(char to[33])
{
    unsigned char bytes[16];
    mu_random(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static int authorize_with(struct mu_cli *cli, struct mu_credential *credential, const char *name,
                          struct mu_err *err)
{
    char state[33];
    const char *answer, *code;
    MU_AUTO(buf) struct mu_buf url = MU_BUF_INIT(MU_BUF_MAX);
    random_state(state);
    if (mu_oauth_authorize_url(credential, state, &url, err) < 0)
        return -1;
    printf("%s\n", url.data);
    fflush(stdout);
    fprintf(stderr, "Open this address in a browser, agree, and paste the code (or the address it "
                    "ends at) here: ");
    if (mu_ask_line(cli->arena, &answer, err) < 0 ||
        code_of(cli->arena, answer, state, &code, err) < 0 ||
        mu_oauth_redeem(credential, code, err) < 0)
        return mu_wrap(err, "authorize %s", name);
    fprintf(stderr, "%s is authorised; muster doctor %s proves it\n", name, name);
    return MU_EXIT_DONE;
}

static int authorize(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_account_def *def;
    const char *which = mu_args_get(args, "credential");
    MU_AUTO(account) struct mu_account *account = NULL;
    if (mu_cli_config(cli, err) < 0 ||
        mu_config_account(cli->config, mu_args_get(args, "authorize"), &def, err) < 0 ||
        mu_cli_open(cli, def, &account, err) < 0)
        return -1;
    struct mu_credential *credential =
        def->adapter->oauth ? def->adapter->oauth(account, which) : NULL;
    if (!credential)
        return mu_fail(err, MU_E_CONFIG, "%s: account %s has no oauth settings%s%s",
                       cli->config->file, def->name, which ? " for " : "", which ? which : "");
    return authorize_with(cli, credential, def->name, err);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    return mu_args_has(args, "authorize") ? authorize(cli, args, err)
                                          : write_config(cli, args, err);
}

static const struct mu_cmd_opt opts[] = {
    {"sendoso-url", 0, "URL", "address of Sendoso, a sandbox or a simulator"},
    {"ldap-url", 0, "URL", "address of the LDAP server"},
    {"base", 0, "DN", "base DN below which muster keeps people and groups"},
    {"bind-dn", 0, "DN", "who muster is on the LDAP server"},
    {"output", 'o', "FILE", "write there (default: the file of -c, or muster.yaml)"},
    {"force", 0, NULL, "overwrite the file when it is there"},
    {"authorize", 0, "ACCOUNT",
     "run the OAuth authorisation of an account: prints an address, reads the code"},
    {"credential", 0, "NAME", "with --authorize: another credential of the account, such as scim"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_init = {
    .name = "init",
    .summary = "write a first muster.yaml, by asking or by flags",
    .usage = "[--sendoso-url URL] [--ldap-url URL] [--base DN] [--bind-dn DN] [-o FILE] [--force]",
    .about = "Writes a first configuration from a few answers: asked for on a terminal, taken from "
             "options elsewhere. A file that is there is not overwritten without --force. No "
             "secret is asked for or written. With --authorize ACCOUNT: lets a person authorise an "
             "account that uses OAuth.",
    .opts = opts,
    .example =
        "muster init --sendoso-url http://127.0.0.1:8080 --ldap-url ldap://127.0.0.1:3890 \\\n"
        "      --base dc=example,dc=org --bind-dn cn=admin,dc=example,dc=org",
    .run = run,
};
