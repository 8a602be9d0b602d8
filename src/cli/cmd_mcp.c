/* SPDX-License-Identifier: Apache-2.0 */
/* muster mcp: tools for language models over stdio. */
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/session.h"
#include "serve/auth.h"
#include "serve/mcp/stdio.h"
#include "serve/single.h"

/* What a token says, or what the options say; without either only what reads. */
static int grant(struct mu_cli *cli, const struct mu_args *args, struct mu_grant *own,
                 const struct mu_grant **ret, struct mu_err *err)
{
    static const char *const reads[] = {"read", NULL};
    const char *token = getenv("MUSTER_TOKEN");
    const char *const *methods = mu_args_list(cli->arena, args, "methods");
    *own = (struct mu_grant){.name = "stdio",
                             .methods = methods ? methods : reads,
                             .tags = mu_args_list(cli->arena, args, "tags"),
                             .accounts = mu_args_list(cli->arena, args, "accounts")};
    *ret = own;
    if (!token || !*token)
        return 0;
    if (methods || own->tags || own->accounts)
        return mu_fail(err, MU_E_USAGE,
                       "MUSTER_TOKEN says what is allowed; --methods, --tags and --accounts don't "
                       "go with it");
    if (mu_cli_store(cli, MU_STORE_WRITE, err) < 0)
        return -1;
    return mu_auth(cli->store, cli->arena, mu_printf(cli->arena, "Bearer %s", token), NULL, ret,
                   err) < 0
               ? mu_wrap(err, "MUSTER_TOKEN")
               : 0;
}

/* From here on standard output is the protocol's alone; what else is printed goes to stderr. */
static int take_output(int *ret, struct mu_err *err)
{
    int out = dup(STDOUT_FILENO);
    if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return mu_fail_errno(err, "standard output");
    *ret = out;
    return 0;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_grant own;
    const struct mu_grant *allowed;
    struct mu_mcp *mcp;
    int out = -1;
    if (mu_cli_config(cli, err) < 0 || grant(cli, args, &own, &allowed, err) < 0)
        return -1;
    const struct mu_mcp_conf conf = {.config = cli->config,
                                     .log = cli->log,
                                     .search = mu_args_has(args, "search"),
                                     .fixtures = mu_args_get(args, "conformance-fixtures")};
    if (mu_mcp_new(&conf, &mcp, err) < 0)
        return -1;
    mu_single_settle_all(cli->config, cli->log);
    int rc = take_output(&out, err);
    if (rc == 0) {
        rc = mu_mcp_stdio(mcp, allowed, STDIN_FILENO, out, err);
        close(out);
    }
    mu_mcp_free(mcp);
    return rc < 0 ? -1 : MU_EXIT_DONE;
}

static const struct mu_cmd_opt opts[] = {
    {"methods", 0, "METHOD",
     "what tools may do: read, write, create, custom or names of tools (default: read)"},
    {"tags", 0, "TAG", "only tools with one of these tags: directory, campaigns, gifts, ..."},
    {"accounts", 0, "ACCOUNT", "only these accounts"},
    {"search", 0, NULL, "also the search and fetch tools that some clients ask for"},
    {"conformance-fixtures", 0, "FILE", NULL},
    {.name = NULL}};

const struct mu_cmd mu_cmd_mcp = {
    .name = "mcp",
    .summary = "tools for language models over stdio (Model Context Protocol)",
    .usage = "[--methods METHOD] [--tags TAG] [--accounts ACCOUNT] [--search]",
    .about = "Speaks the Model Context Protocol on standard input and output, for a client that "
             "starts it: Claude Code, an IDE. Tools only read unless --methods says more: create "
             "sends gifts, which cost money; custom plans and applies. With MUSTER_TOKEN in the "
             "environment (muster token create) the token says what is allowed.",
    .opts = opts,
    .example = "claude mcp add sendoso -- muster -c /etc/muster/muster.yaml mcp --methods read",
    .run = run,
};
