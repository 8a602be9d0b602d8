/* SPDX-License-Identifier: Apache-2.0 */
/* A run in the terms of the system the people came from: who was invited, moved, set aside, refused. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/show.h"
#include "store/invitations.h"

static const char *const columns[] = {"id",   "email", "name", "result", "team_group",
                                      "role", "rule",  "at",   "detail"};

static const char *given(const struct mu_op *op, const char *attr)
{
    for (size_t i = 0; i < op->change_count; i++)
        if (mu_strieq(op->changes[i].attr, attr) && op->changes[i].add_count > 0)
            return op->changes[i].add[0].bytes;
    return NULL;
}

/* Created over SCIM is somebody at once; of an invitation the register knows how it stands now. */
static const char *joined(struct mu_cli *cli, const char *account, const struct mu_op *op)
{
    struct mu_invitation is = {.state = MU_INVITED_ACCEPTED};
    struct mu_err ignored = MU_ERR_INIT;
    const char *key = mu_fold(cli->arena, op->name);
    int found = account && op->one_way
                    ? mu_invitation_get(cli->store, cli->arena, account, key, &is, &ignored)
                    : 0;
    if (found == 1 && is.state == MU_INVITED_ACCEPTED)
        return "active";
    return op->one_way ? "invited" : "created";
}

static const char *done(struct mu_cli *cli, const char *account, const struct mu_op *op)
{
    switch (op->why) {
    case MU_WHY_JOIN:
        return joined(cli, account, op);
    case MU_WHY_DISABLE:
        return "deactivated";
    case MU_WHY_ENABLE:
        return "active";
    case MU_WHY_REMOVE:
        return "removed";
    case MU_WHY_RENAME:
        return "renamed";
    default:
        return given(op, "team_group") ? "moved" : "changed";
    }
}

static const char *result_of(struct mu_cli *cli, const char *account, const struct mu_step *step,
                             const struct mu_op *op)
{
    static const char *const others[][2] = {
        {"failed", "refused"}, {"stale", "stale"}, {"doubt", "in doubt"}, {"intent", "in doubt"}};
    if (mu_streq(step->done, "ok"))
        return done(cli, account, op);
    if (op->verb == MU_OP_MANUAL)
        return "by hand";
    for (size_t i = 0; i < MU_LEN(others); i++)
        if (mu_streq(step->done, others[i][0]))
            return others[i][1];
    return "not done";
}

static void result_row(struct mu_cli *cli, const char *account, const struct mu_step *step,
                       const struct mu_op *op, struct mu_writer *writer)
{
    char at[MU_TIME_TEXT];
    const char *detail = op->verb == MU_OP_MANUAL ? op->note : step->detail;
    const char *const values[] = {op->id,
                                  op->name,
                                  op->label,
                                  result_of(cli, account, step, op),
                                  given(op, "team_group"),
                                  given(op, "role"),
                                  op->rule,
                                  mu_time_text(step->at, at),
                                  detail};
    mu_writer_row(writer, values, NULL);
}

/* Where the sync is still configured. */
static const char *account_of(struct mu_cli *cli, const struct mu_run *run)
{
    const struct mu_sync *sync;
    struct mu_err ignored = MU_ERR_INIT;
    if (mu_starts(run->sync, "invite "))
        return run->sync + strlen("invite ");
    return mu_config_sync(cli->config, run->sync, &sync, &ignored) == 0 ? sync->to->name : NULL;
}

static int put_rows(struct mu_cli *cli, const struct mu_run *run, struct mu_writer *writer,
                    struct mu_err *err)
{
    const char *account = account_of(cli, run);
    struct mu_steps *steps;
    struct mu_step step;
    int rc;
    if (mu_steps_open(cli->store, run->id, &steps, err) < 0)
        return -1;
    MU_AUTO(arena) struct mu_arena *page = mu_arena_new();
    while ((rc = mu_steps_next(steps, &step, err)) == 1) {
        struct mu_op op;
        struct mu_err ignored = MU_ERR_INIT;
        mu_arena_reset(page);
        if (step.op && mu_op_read(page, step.op, strlen(step.op), &op, &ignored) == 0 &&
            op.kind == MU_USER)
            result_row(cli, account, &step, &op, writer);
    }
    mu_steps_close(steps);
    return rc;
}

int mu_show_results(struct mu_cli *cli, const struct mu_run *run, struct mu_err *err)
{
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    struct mu_err lost = MU_ERR_INIT;
    int rc = put_rows(cli, run, writer, err);
    if (mu_writer_close(writer, rc < 0 ? &lost : err) < 0)
        rc = -1;
    return rc;
}
