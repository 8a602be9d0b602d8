/* SPDX-License-Identifier: Apache-2.0 */
/* muster undo: a plan that takes a run back. Writes nothing but the plan file. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cli/show.h"
#include "engine/undo.h"

/* The sync of a run, as it is configured now. */
static int find_sync(struct mu_cli *cli, const char *text, int64_t *ret_run,
                     const struct mu_sync **ret, struct mu_err *err)
{
    long long id;
    struct mu_run run;
    if (!mu_parse_int(text, 1, INT64_MAX, &id))
        return mu_fail(err, MU_E_USAGE, "'%s': a run is named by its number; see muster runs",
                       mu_printable(cli->arena, text, strlen(text), 100));
    int found = mu_run_get(cli->store, cli->arena, id, &run, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "there is no run %lld; see muster runs", id);
    *ret_run = id;
    return mu_config_sync(cli->config, run.sync, ret, err);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_sync *sync = NULL;
    const struct mu_plan *plan = NULL;
    int64_t id = 0;
    int wait_s = 0;
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    MU_AUTO(account)
    struct mu_account *target = NULL; /* outlives the plan, which borrows names from its mappings */
    if (mu_args_wait(args, &wait_s, err) < 0 || mu_cli_config(cli, err) < 0 ||
        mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        find_sync(cli, args->words[0], &id, &sync, err) < 0)
        return -1;
    mu_assert(sync != NULL);
    if (mu_cli_lock_sync(cli, sync, wait_s, &lock, err) < 0 ||
        mu_cli_open(cli, sync->to, &target, err) < 0 ||
        mu_undo_make(cli->store, sync, target, id, cli->arena, cli->log, &plan, err) < 0)
        return -1;
    return mu_show_planned(cli, plan, mu_args_get(args, "output"), err);
}

static const struct mu_cmd_opt opts[] = {
    {"output", 'o', "FILE", "write the plan there, for muster apply; - is standard output"},
    {"wait", 0, "SECONDS", "wait so long for another run of the sync (default: 0)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_undo = {
    .name = "undo",
    .summary = "make a plan that takes a run back; writes nothing",
    .usage = "RUN [-o FILE] [--wait SECONDS]",
    .about =
        "Takes back what a run did, newest first, as far as it still stands on the target, value "
        "by value. What others have changed since is kept and listed. The plan is shown, saved, "
        "guarded and applied like any other, and what it did can be undone in its turn. Exit "
        "status as of muster plan. The next sync does it all again, unless the source or the "
        "configuration changes first.",
    .opts = opts,
    .words_min = 1,
    .words_max = 1,
    .example = "muster undo 12 -o undo.json",
    .run = run,
};
