/* SPDX-License-Identifier: Apache-2.0 */
/* muster approve: a person says that a plan may be applied by somebody who may not do so alone. */
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/ask.h"
#include "cli/show.h"
#include "engine/plan.h"
#include "store/approvals.h"

enum { PLAN_FILE_MAX = 1 << 30, HASH_LEN = MU_DIGEST_HEX - 1 };

static bool is_hash(const char *word)
{
    return strlen(word) == HASH_LEN && word[strspn(word, "0123456789abcdef")] == '\0';
}

/* NULL: there is none. */
static const struct mu_plan *kept(struct mu_cli *cli, const char *hash, struct mu_err *err)
{
    struct mu_kept_plan kept = {.len = 0};
    const struct mu_plan *plan = NULL;
    int is = mu_plan_kept(cli->store, cli->arena, hash, &kept, err);
    if (is == 0)
        mu_fail(err, MU_E_MISSING,
                "no plan of that hash was made over MCP, or it is too old; give its file, or plan "
                "again");
    return is == 1 && mu_plan_parse(cli->arena, kept.body, kept.len, &plan, err) == 0 ? plan : NULL;
}

/* A plan from a file is kept, so that its hash is enough for who applies it. */
static const struct mu_plan *from_file(struct mu_cli *cli, const char *path, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(PLAN_FILE_MAX);
    const struct mu_plan *plan = NULL;
    if (mu_read_file(path, &text, err) < 0)
        return NULL;
    if (mu_plan_parse(cli->arena, text.data, text.len, &plan, err) < 0) {
        mu_wrap(err, "%s", path);
        return NULL;
    }
    const struct mu_kept_plan keep = {.hash = plan->hash,
                                      .sync = plan->sync,
                                      .by = "file",
                                      .made = mu_now(),
                                      .body = text.data,
                                      .len = text.len};
    return mu_plan_keep(cli->store, &keep, err) < 0 ? NULL : plan;
}

static const char *person(struct mu_arena *arena)
{
    struct passwd entry, *found = NULL;
    char *space = mu_alloc(arena, 4096);
    if (getpwuid_r(getuid(), &entry, space, 4096, &found) == 0 && found)
        return mu_strdup(arena, found->pw_name);
    return mu_printf(arena, "uid %u", (unsigned)getuid());
}

static void show(struct mu_cli *cli, const struct mu_plan *plan)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < plan->op_count; i++)
        mu_plan_show_op(&plan->ops[i], cli->color, &text);
    fputs(text.data, stderr);
    mu_buf_reset(&text);
    mu_plan_summary(plan, &text);
    fprintf(stderr, "%s: %s\n", plan->sync, text.data);
    mu_buf_done(&text);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *word = args->words[0], *allow = mu_args_get(args, "allow");
    const char *text = mu_args_get(args, "expires");
    const struct mu_plan *plan;
    int64_t lasts = 3600;
    char until[MU_TIME_TEXT];
    if (text && (!mu_duration_parse(text, &lasts) || lasts < 1))
        return mu_fail(err, MU_E_USAGE, "--expires: give a duration such as 1h or 30m");
    if (mu_cli_store(cli, MU_STORE_WRITE, err) < 0)
        return -1;
    plan = is_hash(word) ? kept(cli, word, err) : from_file(cli, word, err);
    if (!plan || mu_plan_guard(plan, NULL, allow, err) < 0)
        return -1;
    show(cli, plan);
    if (!mu_args_has(args, "yes") && !mu_ask_yes("approve this plan?"))
        return mu_fail(err, MU_E_REFUSED, "not approved; --yes approves without asking");
    const struct mu_approval approval = {.hash = plan->hash,
                                         .by = person(cli->arena),
                                         .at = mu_now(),
                                         .expires = mu_now() + lasts,
                                         .over_guards = allow != NULL};
    if (mu_approval_put(cli->store, &approval, err) < 0)
        return -1;
    printf("approved by %s until %s: %s\n", approval.by, mu_time_text(approval.expires, until),
           plan->hash);
    return MU_EXIT_DONE;
}

static const struct mu_cmd_opt opts[] = {
    {"yes", 'y', NULL, "approve without asking"},
    {"expires", 0, "DURATION", "how long the approval holds (default: 1h)"},
    {"allow", 0, "HASH", "approve the plan of this hash although a guard refuses it"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_approve = {
    .name = "approve",
    .summary = "approve a plan that a language model made, so that it may apply it",
    .usage = "FILE|HASH [--yes] [--expires DURATION] [--allow HASH]",
    .about =
        "Shows a plan, by its file or by the hash that the plan tool of muster mcp answered with, "
        "and notes in the store that a person approved it. The approval is bound to the hash, "
        "ends, and is used once: only then does the apply tool apply that plan, and no other.",
    .opts = opts,
    .words_min = 1,
    .words_max = 1,
    .example = "muster approve 3f1c...e2 --expires 30m",
    .run = run,
};
