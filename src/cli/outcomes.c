/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on stdout as they happen, and the line that sums them up. */
#include "cli/outcomes.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"

static const char *const done_names[] = {[MU_DONE_OK] = "ok",
                                         [MU_DONE_FAILED] = "failed",
                                         [MU_DONE_STALE] = "stale",
                                         [MU_DONE_SKIPPED] = "skipped",
                                         [MU_DONE_DOUBT] = "in doubt"};

void mu_outcomes_begin(struct mu_outcomes *o, struct mu_cli *cli, const struct mu_plan *plan)
{
    static const char *const columns[] = {"seq",   "verb", "why",  "kind",  "id",
                                          "label", "name", "done", "detail"};
    *o = (struct mu_outcomes){.cli = cli,
                              .plan = plan,
                              .terminal = isatty(STDOUT_FILENO),
                              .buf = MU_BUF_INIT(MU_BUF_MAX)};
    if (cli->format == MU_FORMAT_CSV)
        o->rows = mu_writer_new(stdout, MU_FORMAT_CSV, columns, MU_LEN(columns));
    if (cli->format != MU_FORMAT_JSON)
        return;
    mu_jw_init(&o->w, &o->buf, false);
    mu_jw_object(&o->w);
    mu_jw_key(&o->w, "sync");
    mu_jw_str(&o->w, plan ? plan->sync : NULL);
    mu_jw_key(&o->w, "plan");
    mu_jw_str(&o->w, plan ? plan->hash : NULL);
    mu_jw_key(&o->w, "operations");
    mu_jw_array(&o->w);
}

/* The block of the plan, with the outcome at the end of its first line and the reason below. */
static void report_text(struct mu_outcomes *o, const struct mu_op *op, const char *done,
                        const char *reason)
{
    if (o->cli->quiet && (!reason || mu_streq(done, done_names[MU_DONE_OK])))
        return;
    if (o->terminal)
        mu_progress_end(o->cli->log);
    mu_plan_show_op(op, o->cli->color, &o->buf);
    const char *first_end = memchr(o->buf.data, '\n', o->buf.len);
    int first = first_end ? (int)(first_end - o->buf.data) : (int)o->buf.len;
    printf("%.*s: %s\n", first, o->buf.data, done);
    if (first_end)
        fwrite(first_end + 1, 1, o->buf.len - (size_t)first - 1, stdout);
    if (reason)
        printf("    ! %s\n", reason);
    mu_buf_reset(&o->buf);
}

static void report_json(struct mu_outcomes *o, const struct mu_op *op, const char *done,
                        const char *reason)
{
    mu_jw_object(&o->w);
    mu_jw_key(&o->w, "done");
    mu_jw_str(&o->w, done);
    mu_jw_key(&o->w, "reason");
    mu_jw_str(&o->w, reason);
    mu_jw_key(&o->w, "op");
    mu_op_json(op, &o->w);
    mu_jw_end(&o->w, '}');
    mu_show_flush(&o->buf);
}

static void report_csv(struct mu_outcomes *o, const struct mu_op *op, const char *done,
                       const char *reason)
{
    char seq[MU_SHOW_NUMBER];
    snprintf(seq, sizeof(seq), "%d", op->seq);
    const char *const values[] = {seq,
                                  mu_verb_name(op->verb),
                                  mu_reason_name(op->why),
                                  op->kind == MU_KINDS ? "container" : mu_schema_of(op->kind)->name,
                                  op->id,
                                  op->label,
                                  op->name,
                                  done,
                                  reason};
    mu_writer_row(o->rows, values, NULL);
}

static void report(struct mu_outcomes *o, const struct mu_op *op, const char *done,
                   const char *reason)
{
    if (o->cli->format == MU_FORMAT_JSON)
        report_json(o, op, done, reason);
    else if (o->cli->format == MU_FORMAT_CSV)
        report_csv(o, op, done, reason);
    else
        report_text(o, op, done, reason);
}

void mu_outcomes_report(void *arg, const struct mu_outcome *outcome)
{
    struct mu_outcomes *o = arg;
    bool ok = outcome->done == MU_DONE_OK, was_so = ok && *outcome->err.text;
    o->trouble |= !ok;
    if (ok && !was_so)
        mu_effect_add(&o->effect, outcome->op);
    report(o, outcome->op, done_names[outcome->done],
           *outcome->err.text ? outcome->err.text : NULL);
}

void mu_outcomes_planned(struct mu_outcomes *o, const struct mu_plan *plan)
{
    for (size_t i = 0; i < plan->op_count; i++)
        report(o, &plan->ops[i], "planned", NULL);
}

/* ---- the end ---- */

static void leaving_json(const struct mu_plan *plan, struct mu_jw *w)
{
    mu_jw_array(w);
    for (size_t i = 0; plan && i < plan->left_count; i++)
        if (plan->left[i].due)
            mu_left_json(&plan->left[i], w);
    mu_jw_end(w, ']');
}

static void end_json(struct mu_outcomes *o, const struct mu_ending *end)
{
    const struct mu_applied none = {0}, *a = end->applied ? end->applied : &none;
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"run", a->run},
                   {"ok", a->ok},
                   {"failed", a->failed},
                   {"stale", a->stale},
                   {"skipped", a->skipped},
                   {"elapsed_ms", (int64_t)(end->seconds * 1000)},
                   {"peak_kib", mu_peak_kib()}};
    struct mu_jw *w = &o->w;
    mu_jw_end(w, ']');
    mu_jw_put_str(w, "result", end->result);
    for (size_t i = 0; i < MU_LEN(numbers); i++) {
        mu_jw_key(w, numbers[i].name);
        mu_jw_int(w, numbers[i].value);
    }
    mu_jw_put_str(w, "stopped", a->stopped.code == MU_OK ? NULL : a->stopped.text);
    mu_jw_key(w, "changed");
    mu_effect_json(&o->effect, w);
    mu_jw_key(w, "leaving");
    leaving_json(o->plan, w);
    mu_jw_key(w, "snapshot");
    if (end->snapshot)
        mu_show_snapshot_json(end->snapshot, true, w);
    else
        mu_jw_null(w);
    mu_jw_end(w, '}');
    mu_show_document(&o->buf);
}

static void add_count(struct mu_buf *to, int64_t count, const char *what)
{
    char number[MU_SHOW_NUMBER];
    if (count > 0)
        mu_buf_printf(to, "%s%s %s", to->len ? ", " : "", mu_show_number(count, number), what);
}

static void end_text(struct mu_outcomes *o, const struct mu_ending *end)
{
    struct mu_arena *arena = o->cli->arena;
    const struct mu_applied *a = end->applied;
    MU_AUTO(buf) struct mu_buf what = MU_BUF_INIT(MU_BUF_MAX);
    mu_effect_text(&o->effect, true, &what);
    if (a) {
        add_count(&what, a->failed, "failed");
        add_count(&what, a->stale, "stale");
        add_count(&what, a->skipped, "skipped");
    }
    printf("%s: %s", end->sync,
           what.len                          ? what.data
           : mu_streq(end->result, "failed") ? "failed"
                                             : "nothing to do");
    size_t leaving = mu_plan_leaving(o->plan);
    if (leaving > 0)
        printf("; %zu %s later", leaving, leaving == 1 ? "leaves" : "leave");
    if (a && a->run)
        printf("; run %" PRId64, a->run);
    if (a && a->stopped.code != MU_OK)
        printf(", stopped early: too many failures alike");
    else if (a && a->skipped && mu_cancelled())
        printf(", interrupted; the next run does the rest");
    if (end->snapshot)
        printf("; %s", mu_show_some(arena, mu_show_cost(end->snapshot).calls, "call", "calls"));
    printf("%s %.1f s, %s\n", end->snapshot ? "," : ";", end->seconds,
           mu_show_bytes(arena, (int64_t)mu_peak_kib() * 1024));
}

int mu_outcomes_end(struct mu_outcomes *o, const struct mu_ending *end, struct mu_err *err)
{
    int rc = 0;
    mu_progress_end(o->cli->log);
    if (o->rows)
        rc = mu_writer_close(o->rows, err);
    else if (o->cli->format == MU_FORMAT_JSON)
        end_json(o, end);
    else if (!o->cli->quiet || end->applied)
        end_text(o, end);
    mu_buf_done(&o->buf);
    return rc;
}

int mu_outcomes_drill(const struct mu_args *args, struct mu_apply_how *how, struct mu_err *err)
{
    if (mu_args_int(args, "stop-after", 1, INT_MAX, 0, &how->stop_after, err) < 0)
        return -1;
    return mu_args_int(args, "kill-at", 1, INT_MAX, 0, &how->kill_at, err);
}
