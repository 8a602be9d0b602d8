/* SPDX-License-Identifier: Apache-2.0 */
/* muster explain: why somebody stands on a target as they do, and why not. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/show_explain.h"

static int list(struct mu_cli *cli, const char *what, const char *text,
                const struct mu_candidate *found, size_t count, struct mu_err *err)
{
    static const char *const columns[] = {"id", "name", "email", "found_by"};
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < count; i++)
        mu_writer_row(
            writer, (const char *const[]){found[i].id, found[i].label, found[i].email, found[i].by},
            NULL);
    if (mu_writer_close(writer, err) < 0)
        return -1;
    return mu_fail(err, MU_E_CONFLICT, "%zu%s %s are called '%s'; name one by its id", count,
                   count == MU_CANDIDATES_MAX ? " or more" : "", what,
                   mu_printable(cli->arena, text, strlen(text), 100));
}

/* The one meant by a text. */
static int find(struct mu_cli *cli, const struct mu_sync *sync, const struct mu_snapshot *snap,
                enum mu_kind kind, const char *text, struct mu_candidate *ret, struct mu_err *err)
{
    const struct mu_candidate *found;
    size_t count;
    if (mu_explain_find(cli->store, sync, snap, kind, text, cli->arena, &found, &count, err) < 0)
        return -1;
    if (count > 1)
        return list(cli, mu_schema_of(kind)->plural, text, found, count, err);
    if (count == 0)
        return mu_fail(err, MU_E_MISSING,
                       "%s: no %s has the id%s or name '%s', neither in snapshot %" PRId64
                       " (%s) nor in an older one, nor is such a record parked",
                       sync->from->name, mu_schema_of(kind)->name,
                       kind == MU_USER ? ", e-mail, username" : "",
                       mu_printable(cli->arena, text, strlen(text), 100), snap->id,
                       mu_verdict_name(snap->verdict));
    *ret = found[0];
    return 0;
}

static int prepare(struct mu_cli *cli, const struct mu_args *args, struct mu_explain_query *q,
                   const char **ret_by, struct mu_err *err)
{
    const char *at = mu_args_get(args, "at");
    struct mu_candidate user = {.id = NULL}, group = {.id = NULL};
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        mu_config_sync(cli->config, mu_args_get(args, "sync"), &q->sync, err) < 0 ||
        mu_cli_snapshot(cli, q->sync->from->name, at, &q->snapshot, err) < 0 ||
        find(cli, q->sync, &q->snapshot, MU_USER, args->words[0], &user, err) < 0 ||
        (args->words[1] &&
         find(cli, q->sync, &q->snapshot, MU_GROUP, args->words[1], &group, err) < 0))
        return -1;
    q->store = cli->store;
    q->log = cli->log;
    q->past = at != NULL;
    q->user = user.id;
    q->group = group.id;
    *ret_by = user.by;
    return 0;
}

static void show_json(const struct mu_story *story, const char *by)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, true);
    mu_story_json(story, by, &w);
    mu_show_document(&json);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_explain_query q = {.store = NULL};
    struct mu_err closed = MU_ERR_INIT;
    const struct mu_story *story;
    const char *by;
    MU_AUTO(account)
    struct mu_account *target = NULL; /* outlives the story, which borrows from its mappings */
    if (cli->format == MU_FORMAT_CSV)
        return mu_fail(err, MU_E_USAGE, "explain tells a story, which has no csv form");
    if (prepare(cli, args, &q, &by, err) < 0)
        return -1;
    struct mu_layers layers = mu_config_layers(cli->config, q.sync->from);
    if (mu_cli_open(cli, q.sync->to, &target, &closed) < 0)
        q.target_error = closed.text;
    q.target = target;
    q.layers = &layers;
    if (mu_explain(&q, cli->arena, &story, err) < 0)
        return -1;
    if (cli->format == MU_FORMAT_JSON)
        show_json(story, by);
    else
        mu_show_story(cli, story, by, q.group != NULL);
    return MU_EXIT_DONE;
}

static const struct mu_cmd_opt opts[] = {
    {"at", 0, "SNAPSHOT", "as of that snapshot: the target as muster had written it by then"},
    {"sync", 0, "SYNC", "on the way of that sync (default: the only one)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_explain = {
    .name = "explain",
    .summary = "tell why somebody stands on a target as they do, and why not",
    .usage = "USER [GROUP] [--at SNAPSHOT] [--sync SYNC]",
    .about =
        "Follows one person from the source's record through the mapping lines and the policy to "
        "each value on the target, and to the run that wrote it. For what is not there it names "
        "the first condition that failed, with the data seen. With GROUP: why the person is a "
        "member of it, or is not. USER is an id, e-mail, username or name; GROUP an id or name. "
        "Several that fit are listed, and the exit status is 1. Nothing is written.",
    .opts = opts,
    .words_min = 1,
    .words_max = 2,
    .example = "muster explain ada@example.test 'EMEA Sales'",
    .run = run,
};
