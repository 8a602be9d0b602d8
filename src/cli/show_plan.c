/* SPDX-License-Identifier: Apache-2.0 */
/* A plan on stdout: the diff, what is left alone, which guards it meets, what it costs. */
#include "cli/show.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/io.h"
#include "base/str.h"

/* Writes a second a directory server takes at least, where no run has shown better. */
enum { RATE_GUESS = 500, RATE_RUNS = 20, RATE_FROM = 100 };

size_t mu_show_trouble(const struct mu_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->left_count; i++)
        count += plan->left[i].trouble;
    return count;
}

/* A plan names people and says what they are to become: nobody else's business. */
enum { PLAN_MODE = 0600 };

static void show_left(struct mu_cli *cli, const struct mu_left *l)
{
    const char *kind = l->kind == MU_KINDS ? "" : mu_schema_of(l->kind)->name;
    printf("%c left alone: %s%s%s", l->trouble ? '!' : '.', kind, *kind ? " " : "",
           mu_show_safe(cli->arena, l->label ? l->label : l->id));
    if (l->name)
        printf(l->label || l->id ? " (%s)" : "%s", mu_show_safe(cli->arena, l->name));
    printf(": %s\n", mu_show_safe(cli->arena, l->reason));
}

void mu_show_leaving(struct mu_cli *cli, const struct mu_plan *plan)
{
    for (size_t i = 0; cli->format == MU_FORMAT_TEXT && i < plan->left_count; i++)
        if (plan->left[i].due && (plan->left[i].begun || !cli->quiet))
            show_left(cli, &plan->left[i]);
}

static void show_guards(struct mu_cli *cli, const struct mu_plan *plan)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < plan->reading_count; i++) {
        if (!plan->readings[i].over)
            continue;
        mu_buf_reset(&text);
        mu_reading_show(&plan->readings[i], &text);
        printf("! guard: %s\n", mu_show_safe(cli->arena, text.data));
    }
}

/* Writes a second in the last run of this sync that was long enough to tell. */
static int64_t known_rate(struct mu_cli *cli, const char *sync)
{
    struct mu_run *runs;
    size_t count;
    struct mu_err ignored = MU_ERR_INIT;
    if (mu_run_list(cli->store, cli->arena, RATE_RUNS, &runs, &count, &ignored) < 0)
        return RATE_GUESS;
    for (size_t i = 0; i < count; i++) {
        int64_t seconds = runs[i].finished - runs[i].started;
        if (mu_streq(runs[i].sync, sync) && runs[i].finished && runs[i].ok >= RATE_FROM)
            return seconds > 0 ? runs[i].ok / seconds + 1 : runs[i].ok;
    }
    return RATE_GUESS;
}

static int64_t plan_writes(const struct mu_plan *plan)
{
    int64_t writes = 0;
    for (size_t i = 0; i < plan->op_count; i++)
        writes += mu_verb_writes(plan->ops[i].verb);
    return writes;
}

static void show_cost(struct mu_cli *cli, const struct mu_plan *plan)
{
    int64_t manual = 0;
    for (size_t i = 0; i < plan->op_count; i++)
        manual += plan->ops[i].verb == MU_OP_MANUAL;
    int64_t writes = plan_writes(plan);
    int64_t seconds = plan->rate > 0 ? mu_plan_seconds(plan) : writes / known_rate(cli, plan->sync);
    printf("cost: %s%s, %s", mu_show_some(cli->arena, writes, "write", "writes"),
           plan->calls > writes ? mu_printf(cli->arena, " in %s",
                                            mu_show_some(cli->arena, plan->calls, "call", "calls"))
                                : "",
           seconds ? mu_printf(cli->arena, "about %" PRId64 " s", seconds) : "about a second");
    if (manual)
        printf("; %s for a person", mu_show_some(cli->arena, manual, "step", "steps"));
    if (plan->one_way)
        printf("; %s can't be undone",
               mu_show_some(cli->arena, plan->one_way, "operation", "operations"));
    putchar('\n');
}

static void show_text(struct mu_cli *cli, const struct mu_plan *plan)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < plan->op_count; i++) {
        mu_plan_show_op(&plan->ops[i], cli->color, &text);
        mu_show_flush(&text);
    }
    for (size_t i = 0; i < plan->left_count; i++)
        show_left(cli, &plan->left[i]);
    show_guards(cli, plan);
    mu_plan_summary(plan, &text);
    printf("%s: %s (from snapshot %" PRId64 " of %s, %s)\n", plan->sync, text.data, plan->snapshot,
           plan->from, mu_verdict_name(plan->verdict));
    if (plan->undoes && plan->op_count)
        printf("takes back run %" PRId64 "; the next sync does it again, unless the source or the "
               "configuration changes\n",
               plan->undoes);
    if (plan->op_count)
        show_cost(cli, plan);
}

static int show_csv(const struct mu_plan *plan, struct mu_err *err)
{
    static const char *const columns[] = {"seq",   "verb", "why",      "kind", "id",
                                          "label", "name", "new_name", "note", "rule"};
    struct mu_writer *writer = mu_writer_new(stdout, MU_FORMAT_CSV, columns, MU_LEN(columns));
    for (size_t i = 0; i < plan->op_count; i++) {
        const struct mu_op *op = &plan->ops[i];
        char seq[MU_SHOW_NUMBER];
        snprintf(seq, sizeof(seq), "%d", op->seq);
        const char *const values[] = {seq,
                                      mu_verb_name(op->verb),
                                      mu_reason_name(op->why),
                                      op->kind == MU_KINDS ? "container"
                                                           : mu_schema_of(op->kind)->name,
                                      op->id,
                                      op->label,
                                      op->name,
                                      op->new_name,
                                      op->note,
                                      op->rule};
        mu_writer_row(writer, values, NULL);
    }
    return mu_writer_close(writer, err);
}

int mu_show_plan(struct mu_cli *cli, const struct mu_plan *plan, struct mu_err *err)
{
    if (cli->format == MU_FORMAT_CSV)
        return show_csv(plan, err);
    if (cli->format == MU_FORMAT_TEXT) {
        show_text(cli, plan);
        return 0;
    }
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    mu_plan_json(plan, &json);
    mu_show_document(&json);
    return 0;
}

static int save(struct mu_cli *cli, const struct mu_plan *plan, const char *path,
                struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    mu_plan_json(plan, &json);
    mu_buf_addc(&json, '\n');
    if (mu_write_file(path, json.data, json.len, PLAN_MODE, err) < 0)
        return -1;
    mu_log(cli->log, MU_LOG_INFO, "plan written to %s; muster apply %s does exactly that", path,
           path);
    return 0;
}

int mu_show_planned(struct mu_cli *cli, const struct mu_plan *plan, const char *path,
                    struct mu_err *err)
{
    if (mu_streq(path, "-")) {
        cli->format = MU_FORMAT_JSON;
        path = NULL;
    }
    if ((path && save(cli, plan, path, err) < 0) || mu_show_plan(cli, plan, err) < 0 ||
        mu_plan_guard(plan, path, NULL, err) < 0)
        return -1;
    if (plan->op_count)
        return MU_EXIT_CHANGES;
    return mu_show_trouble(plan) ? MU_EXIT_PARTIAL : MU_EXIT_DONE;
}
