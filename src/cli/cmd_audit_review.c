/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit review and muster audit apply: a spreadsheet to decide in, and the plan of what was
 * decided. */
#include <inttypes.h>
#include <stdio.h>

#include "audit/review.h"
#include "base/str.h"
#include "cli/audit.h"
#include "cli/show.h"

int mu_audit_review(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_audit *audit;
    const char *path = mu_args_get(args, "output");
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    if (mu_audit_make(cli, args, args->words[1], &audit, err) < 0 ||
        mu_review_write(cli->store, audit, &text, err) < 0)
        return -1;
    if (text.full)
        return mu_fail(err, MU_E_LIMIT, "the review is longer than 2 GiB");
    for (size_t i = 0; i < audit->warning_count; i++)
        mu_log(cli->log, MU_LOG_WARN, "%s", mu_show_safe(cli->arena, audit->warnings[i]));
    if (path && !mu_streq(path, "-"))
        return mu_audit_save(cli, "review", path, true, &text, err) < 0 ? -1 : MU_EXIT_DONE;
    mu_show_flush(&text);
    return MU_EXIT_DONE;
}

/* ---- what was decided ---- */

static const char *writers(struct mu_cli *cli, const char *account)
{
    MU_AUTO(buf) struct mu_buf names = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (size_t i = 0; i < cli->config->sync_count; i++)
        if (mu_streq(cli->config->syncs[i].to->name, account))
            mu_buf_printf(&names, "%s%s", names.len ? ", " : "", cli->config->syncs[i].name);
    return mu_strndup(cli->arena, names.data, names.len);
}

/* The sync that writes to the account: its guards, ledger and journal are the plan's. */
static int find_sync(struct mu_cli *cli, const char *account, const char *name,
                     const struct mu_sync **ret, struct mu_err *err)
{
    const struct mu_sync *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < cli->config->sync_count; i++) {
        const struct mu_sync *s = &cli->config->syncs[i];
        if (!mu_streq(s->to->name, account) || (name && !mu_streq(s->name, name)))
            continue;
        found = s;
        count++;
    }
    *ret = found;
    if (count == 1)
        return 0;
    const char *names = writers(cli, account);
    if (!*names)
        return mu_fail(err, MU_E_USAGE,
                       "no sync writes to %s, so its access can't be changed from here: name one "
                       "with `to: %s` under `syncs:` in %s",
                       account, account, cli->config->file);
    if (name)
        return mu_fail(err, MU_E_USAGE, "sync %s doesn't write to %s; these do: %s", name, account,
                       names);
    return mu_fail(err, MU_E_USAGE, "several syncs write to %s: say --sync, one of %s", account,
                   names);
}

static void tell(struct mu_cli *cli, const struct mu_review *review)
{
    mu_log(cli->log, MU_LOG_INFO,
           "review of %s, snapshot %" PRId64 ": %s, %" PRId64 " kept, %" PRId64 " not decided",
           review->account, review->snapshot,
           mu_show_some(cli->arena, (int64_t)review->ruling_count, "change", "changes"),
           review->kept, review->undecided);
    if (review->unseen > 0)
        mu_log(cli->log, MU_LOG_WARN, "%s since the review was made, and nobody looked at",
               mu_show_some(cli->arena, review->unseen, "place came", "places came"));
}

int mu_audit_apply(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_sync *sync = NULL;
    const struct mu_plan *plan;
    struct mu_review review;
    int wait_s;
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    MU_AUTO(account)
    struct mu_account *target = NULL; /* outlives the plan, which borrows names from its mappings */
    if (mu_args_wait(args, &wait_s, err) < 0 || mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        mu_review_read(cli->store, args->words[1], cli->arena, cli->log, &review, err) < 0 ||
        find_sync(cli, review.account, mu_args_get(args, "sync"), &sync, err) < 0)
        return -1;
    mu_assert(sync != NULL);
    tell(cli, &review);
    if (mu_cli_lock_sync(cli, sync, wait_s, &lock, err) < 0 ||
        mu_cli_open(cli, sync->to, &target, err) < 0 ||
        mu_plan_review(cli->store, sync, target, review.rulings, review.ruling_count, cli->arena,
                       cli->log, &plan, err) < 0)
        return -1;
    return mu_show_planned(cli, plan, mu_args_get(args, "output"), err);
}
