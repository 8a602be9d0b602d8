/* SPDX-License-Identifier: Apache-2.0 */
/* muster runs: what was written when, and each operation of one run. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/show.h"

/* In front of the runs; the others are told by --parked. */
enum { PARKED_SHOWN = 20 };

static void run_json(const struct mu_run *r, struct mu_jw *w)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"sync", r->sync}, {"command", r->command}, {"status", r->status}, {"plan", r->plan}};
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"snapshot", r->snapshot}, {"started", r->started}, {"finished", r->finished},
                   {"planned", r->planned},   {"ok", r->ok},           {"failed", r->failed},
                   {"skipped", r->skipped}};
    mu_jw_put_int(w, "id", r->id);
    for (size_t i = 0; i < MU_LEN(texts); i++) {
        mu_jw_key(w, texts[i].name);
        mu_jw_str(w, texts[i].text);
    }
    for (size_t i = 0; i < MU_LEN(numbers); i++) {
        mu_jw_key(w, numbers[i].name);
        mu_jw_int(w, numbers[i].value);
    }
}

static const char *took(struct mu_arena *arena, const struct mu_run *r)
{
    return r->finished ? mu_printf(arena, "%" PRId64, r->finished - r->started) : "";
}

static void run_row(struct mu_cli *cli, const struct mu_run *r, struct mu_writer *writer)
{
    struct mu_arena *a = cli->arena;
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_jw_object(&w);
    run_json(r, &w);
    mu_jw_end(&w, '}');
    const char *const values[] = {mu_printf(a, "%" PRId64, r->id),
                                  r->sync,
                                  r->command,
                                  r->status,
                                  mu_show_time(a, r->started),
                                  took(a, r),
                                  mu_printf(a, "%" PRId64, r->snapshot),
                                  mu_printf(a, "%" PRId64, r->planned),
                                  mu_printf(a, "%" PRId64, r->ok),
                                  mu_printf(a, "%" PRId64, r->failed),
                                  mu_printf(a, "%" PRId64, r->skipped)};
    mu_writer_row(writer, values, json.data);
}

static int list_rows(struct mu_cli *cli, const struct mu_run *runs, size_t count,
                     struct mu_err *err)
{
    static const char *const columns[] = {"id",      "sync",    "command",  "status",
                                          "started", "seconds", "snapshot", "planned",
                                          "ok",      "failed",  "skipped"};
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < count; i++)
        run_row(cli, &runs[i], writer);
    return mu_writer_close(writer, err);
}

static int list_json(const struct mu_run *runs, size_t count, const struct mu_parked *parked,
                     size_t parked_count)
{
    MU_AUTO(buf) struct mu_buf buf = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &buf, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "parked");
    mu_jw_array(&w);
    for (size_t i = 0; i < parked_count; i++)
        mu_show_parked_json(&parked[i], &w);
    mu_jw_end(&w, ']');
    mu_jw_key(&w, "runs");
    mu_jw_array(&w);
    for (size_t i = 0; i < count; i++) {
        mu_jw_object(&w);
        run_json(&runs[i], &w);
        mu_jw_end(&w, '}');
        mu_show_flush(&buf);
    }
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    mu_show_document(&buf);
    return 0;
}

static int list_text(struct mu_cli *cli, const struct mu_run *runs, size_t count,
                     const struct mu_parked *parked, size_t parked_count, struct mu_err *err)
{
    if (parked_count > 0) {
        printf("parked: %s\n", mu_show_some(cli->arena, (int64_t)parked_count,
                                            "record or operation that waits for another try",
                                            "records and operations that wait for another try"));
        size_t shown = parked_count < PARKED_SHOWN ? parked_count : PARKED_SHOWN;
        if (mu_show_parked_rows(cli, parked, shown, err) < 0)
            return -1;
        if (shown < parked_count)
            printf("and %zu more: muster runs --parked\n", parked_count - shown);
        printf("\n");
    }
    return list_rows(cli, runs, count, err);
}

static int list(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_run *runs;
    struct mu_parked *parked;
    size_t count, parked_count;
    long long limit;
    if (mu_args_int(args, "limit", 1, 1000000, 20, &limit, err) < 0 ||
        mu_run_list(cli->store, cli->arena, (int)limit, &runs, &count, err) < 0 ||
        mu_parked_list(cli->store, cli->arena, NULL, &parked, &parked_count, err) < 0)
        return -1;
    if (mu_args_has(args, "parked"))
        return mu_show_parked_rows(cli, parked, parked_count, err);
    if (cli->format == MU_FORMAT_CSV)
        return list_rows(cli, runs, count, err);
    return cli->format == MU_FORMAT_JSON ? list_json(runs, count, parked, parked_count)
                                         : list_text(cli, runs, count, parked, parked_count, err);
}

/* ---- one run ---- */

static void step_text(struct mu_cli *cli, const struct mu_step *step, const struct mu_op *op)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    if (op)
        mu_plan_show_op(op, cli->color, &text);
    else
        mu_buf_printf(&text, "? operation %d can't be read\n", step->seq);
    mu_buf_printf(&text, "    = %s%s", step->done, step->detail ? ": " : "");
    if (step->detail)
        mu_buf_adds(&text, mu_show_safe(cli->arena, step->detail));
    mu_buf_addc(&text, '\n');
    mu_show_flush(&text);
}

static void step_json(const struct mu_step *step, struct mu_buf *buf, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_put_int(w, "seq", step->seq);
    mu_jw_put_str(w, "done", step->done);
    mu_jw_put_str(w, "detail", step->detail);
    mu_jw_put_int(w, "at", step->at);
    mu_jw_key(w, "op");
    mu_jw_raw(w, step->op, strlen(step->op));
    mu_jw_end(w, '}');
    mu_show_flush(buf);
}

static void step_csv(const struct mu_step *step, const struct mu_op *op, struct mu_writer *writer)
{
    char seq[MU_SHOW_NUMBER], at[MU_TIME_TEXT];
    snprintf(seq, sizeof(seq), "%d", step->seq);
    const char *const values[] = {seq,
                                  op ? mu_verb_name(op->verb) : NULL,
                                  op ? mu_reason_name(op->why) : NULL,
                                  op ? op->id : NULL,
                                  op ? op->label : NULL,
                                  op ? op->name : NULL,
                                  step->done,
                                  step->detail,
                                  mu_time_text(step->at, at)};
    mu_writer_row(writer, values, NULL);
}

/* The operation as it was journalled; false when it is damaged. */
static bool op_of(struct mu_arena *arena, const struct mu_step *step, struct mu_op *ret)
{
    struct mu_err ignored = MU_ERR_INIT;
    return step->op && mu_op_read(arena, step->op, strlen(step->op), ret, &ignored) == 0;
}

struct shown {
    struct mu_buf buf; /* json */
    struct mu_jw w;
    struct mu_writer *csv;
};

static int show_steps(struct mu_cli *cli, int64_t id, struct shown *to, struct mu_err *err)
{
    struct mu_steps *steps;
    struct mu_step step;
    int rc;
    if (mu_steps_open(cli->store, id, &steps, err) < 0)
        return -1;
    struct mu_arena *page = mu_arena_new();
    while ((rc = mu_steps_next(steps, &step, err)) == 1) {
        struct mu_op op;
        bool readable = op_of(page, &step, &op);
        if (cli->format == MU_FORMAT_JSON)
            step_json(&step, &to->buf, &to->w);
        else if (cli->format == MU_FORMAT_CSV)
            step_csv(&step, readable ? &op : NULL, to->csv);
        else
            step_text(cli, &step, readable ? &op : NULL);
        mu_arena_reset(page);
    }
    mu_steps_close(steps);
    mu_arena_free(page);
    return rc;
}

static int show_json(struct mu_cli *cli, const struct mu_run *r, struct mu_err *err)
{
    struct shown to = {.buf = MU_BUF_INIT(MU_BUF_MAX)};
    mu_jw_init(&to.w, &to.buf, false);
    mu_jw_object(&to.w);
    run_json(r, &to.w);
    mu_jw_key(&to.w, "steps");
    mu_jw_array(&to.w);
    int rc = show_steps(cli, r->id, &to, err);
    mu_jw_end(&to.w, ']');
    mu_jw_end(&to.w, '}');
    if (rc == 0)
        mu_show_document(&to.buf);
    mu_buf_done(&to.buf);
    return rc;
}

static int show_csv(struct mu_cli *cli, const struct mu_run *r, struct mu_err *err)
{
    static const char *const columns[] = {"seq",  "verb", "why",    "id", "label",
                                          "name", "done", "detail", "at"};
    struct shown to = {.csv = mu_writer_new(stdout, MU_FORMAT_CSV, columns, MU_LEN(columns))};
    struct mu_err lost = MU_ERR_INIT;
    int rc = show_steps(cli, r->id, &to, err);
    if (mu_writer_close(to.csv, rc < 0 ? &lost : err) < 0)
        rc = -1;
    return rc;
}

static int show_text(struct mu_cli *cli, const struct mu_run *r, struct mu_err *err)
{
    struct shown none = {.csv = NULL};
    printf("run %" PRId64 ": %s of %s, %s\n", r->id, r->command, r->sync, r->status);
    printf("  started %s%s%s%s, snapshot %" PRId64 ", plan %s\n",
           mu_show_time(cli->arena, r->started), r->finished ? ", took " : "", took(cli->arena, r),
           r->finished ? " s" : "", r->snapshot, r->plan);
    if (show_steps(cli, r->id, &none, err) < 0)
        return -1;
    printf("%" PRId64 " planned: %" PRId64 " ok, %" PRId64 " failed, %" PRId64 " skipped\n",
           r->planned, r->ok, r->failed, r->skipped);
    return 0;
}

static int show(struct mu_cli *cli, const char *word, bool results, struct mu_err *err)
{
    long long id;
    struct mu_run r;
    if (!mu_parse_int(word, 1, INT64_MAX, &id))
        return mu_fail(err, MU_E_USAGE, "runs: ID is a number; see muster runs");
    int found = mu_run_get(cli->store, cli->arena, id, &r, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "there is no run %lld; see muster runs", id);
    if (results)
        return mu_show_results(cli, &r, err);
    if (cli->format == MU_FORMAT_JSON)
        return show_json(cli, &r, err);
    return cli->format == MU_FORMAT_CSV ? show_csv(cli, &r, err) : show_text(cli, &r, err);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0)
        return -1;
    bool results = mu_args_has(args, "results");
    if (results && !args->word_count)
        return mu_fail(err, MU_E_USAGE, "runs: --results is about one run; name its ID");
    return args->word_count ? show(cli, args->words[0], results, err) : list(cli, args, err);
}

static const struct mu_cmd_opt opts[] = {
    {"limit", 0, "N", "at most so many, newest first (default: 20)"},
    {"results", 0, NULL,
     "of one run: what became of each person, for the system they came from (csv, json)"},
    {"parked", 0, NULL, "only what is parked: records and operations that wait for another try"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_runs = {
    .name = "runs",
    .summary = "what was written when, and each operation of one run",
    .usage = "[ID] [--results] [--limit N] [--parked]",
    .about =
        "Lists what is parked, and runs, newest first; with an ID, the operations of that run and "
        "what became of each. Parked is a record that a pull can't use, or somebody whom the "
        "target refused to write: tried again after 5 minutes, then 30, then 2, 12 and 24 hours. "
        "The row clears when it succeeds or is no longer needed.",
    .opts = opts,
    .words_max = 1,
    .example = "muster runs 7 --format json",
    .run = run,
};
