/* SPDX-License-Identifier: Apache-2.0 */
/* muster diff: what changed between two reads of an account. */
#include <inttypes.h>
#include <stdio.h>

#include "audit/trace.h"
#include "base/str.h"
#include "cli/show.h"

struct diff {
    struct mu_cli *cli;
    int64_t counts[MU_WHATS], total;
    struct mu_buf buf;
    struct mu_jw w;         /* json */
    struct mu_writer *rows; /* csv */
    struct mu_arena *line;  /* reset for each */
    /* who did it, and when it was seen; NULL: backwards in time, where nobody does anything */
    struct mu_tracer *tracer;
    struct mu_err *err;
    bool failed;
};

static const struct {
    const char *sign, *color;
} marks[MU_WHATS] = {
    [MU_JOINED] = {"+", "\033[32m"},      [MU_CREATED] = {"+", "\033[32m"},
    [MU_LEFT] = {"-", "\033[31m"},        [MU_REMOVED] = {"-", "\033[31m"},
    [MU_MOVED] = {">", "\033[36m"},       [MU_RENAMED] = {">", "\033[36m"},
    [MU_CHANGED] = {"~", "\033[33m"},     [MU_BUDGETED] = {"$", "\033[33m"},
    [MU_ACTIVATED] = {"+", "\033[32m"},   [MU_PROMOTED] = {"^", "\033[35m"},
    [MU_DEACTIVATED] = {"-", "\033[31m"}, [MU_DEMOTED] = {"v", "\033[35m"},
};

static void quoted(struct diff *d, const char *text, struct mu_buf *to)
{
    if (text)
        mu_buf_printf(to, "\"%s\"", mu_show_safe(d->line, text));
    else
        mu_buf_adds(to, "nothing");
}

/* What follows the name: `moved from "Sales" to "Marketing"`, `title: "a" -> "b"`. */
static void tell_text(struct diff *d, const struct mu_event *e, struct mu_buf *to)
{
    bool group = mu_streq(e->field, "groups");
    if (e->what == MU_CHANGED || e->what == MU_BUDGETED)
        mu_buf_printf(to, "%s: ", e->field);
    else
        mu_buf_printf(to, "%s%s", mu_what_name(e->what), e->field ? " " : "");
    if (!e->field)
        return;
    if (group && e->what == MU_MOVED)
        mu_buf_adds(to, "from ");
    if (e->before || !group)
        quoted(d, e->before, to);
    if (e->before && e->after)
        mu_buf_adds(to, group ? " to " : "");
    if (!group)
        mu_buf_adds(to, " -> ");
    if (e->after || !group)
        quoted(d, e->after, to);
}

static void tell_seen(struct diff *d, const struct mu_change_seen *seen)
{
    if (!seen->first_seen)
        return;
    mu_buf_printf(&d->buf, "  [snapshot %" PRId64, seen->first_seen);
    if (seen->run)
        mu_buf_printf(&d->buf, ", run %" PRId64, seen->run);
    else if (mu_tracer_writes(d->tracer))
        mu_buf_adds(&d->buf, ", outside of muster");
    mu_buf_addc(&d->buf, ']');
}

static void put_text(struct diff *d, const struct mu_event *e, const struct mu_change_seen *seen)
{
    bool color = d->cli->color;
    mu_buf_printf(&d->buf, "%s%s %s %s%s (%s): ", color ? marks[e->what].color : "",
                  marks[e->what].sign, mu_schema_of(e->kind)->name, mu_show_safe(d->line, e->label),
                  color ? "\033[0m" : "", mu_show_safe(d->line, e->id));
    tell_text(d, e, &d->buf);
    tell_seen(d, seen);
    mu_buf_addc(&d->buf, '\n');
    mu_show_flush(&d->buf);
}

/* 0 is null: nothing has that number. */
static void put_number(struct mu_jw *w, const char *key, int64_t n)
{
    mu_jw_key(w, key);
    if (n)
        mu_jw_int(w, n);
    else
        mu_jw_null(w);
}

static void put_json(struct diff *d, const struct mu_event *e, const struct mu_change_seen *seen)
{
    const struct {
        const char *name, *text;
    } texts[] = {{"what", mu_what_name(e->what)},
                 {"kind", mu_schema_of(e->kind)->name},
                 {"id", e->id},
                 {"label", e->label},
                 {"field", e->field},
                 {"before", e->before},
                 {"after", e->after}};
    mu_jw_object(&d->w);
    for (size_t i = 0; i < MU_LEN(texts); i++) {
        mu_jw_key(&d->w, texts[i].name);
        mu_jw_str(&d->w, texts[i].text);
    }
    put_number(&d->w, "first_seen", seen->first_seen);
    put_number(&d->w, "run", seen->run);
    mu_jw_end(&d->w, '}');
    mu_show_flush(&d->buf);
}

static const char *number(struct diff *d, int64_t n)
{
    return n ? mu_printf(d->line, "%" PRId64, n) : NULL;
}

static void put_csv(struct diff *d, const struct mu_event *e, const struct mu_change_seen *seen)
{
    const char *const values[] = {mu_what_name(e->what),
                                  mu_schema_of(e->kind)->name,
                                  e->id,
                                  e->label,
                                  e->field,
                                  e->before,
                                  e->after,
                                  number(d, seen->first_seen),
                                  number(d, seen->run)};
    mu_writer_row(d->rows, values, NULL);
}

static void put(void *arg, const struct mu_event *e)
{
    struct diff *d = arg;
    struct mu_change_seen seen = {.first_seen = 0};
    if (d->failed || (d->tracer && mu_trace(d->tracer, e, &seen, d->err) < 0)) {
        d->failed = true;
        return;
    }
    d->counts[e->what]++;
    d->total++;
    mu_arena_reset(d->line);
    if (d->cli->format == MU_FORMAT_JSON)
        put_json(d, e, &seen);
    else if (d->cli->format == MU_FORMAT_CSV)
        put_csv(d, e, &seen);
    else
        put_text(d, e, &seen);
}

static void begin(struct diff *d, const struct mu_snapshot *from, const struct mu_snapshot *to)
{
    static const char *const columns[] = {"what",   "kind",  "id",         "label", "field",
                                          "before", "after", "first_seen", "run"};
    if (d->cli->format == MU_FORMAT_CSV)
        d->rows = mu_writer_new(stdout, MU_FORMAT_CSV, columns, MU_LEN(columns));
    if (d->cli->format != MU_FORMAT_JSON)
        return;
    mu_jw_init(&d->w, &d->buf, false);
    mu_jw_object(&d->w);
    mu_jw_key(&d->w, "from");
    mu_show_snapshot_json(from, false, &d->w);
    mu_jw_key(&d->w, "to");
    mu_show_snapshot_json(to, false, &d->w);
    mu_jw_key(&d->w, "events");
    mu_jw_array(&d->w);
}

static void summary(const struct diff *d, const struct mu_snapshot *from,
                    const struct mu_snapshot *to)
{
    const char *comma = "";
    printf("%s, snapshot %" PRId64 " to %" PRId64 ": ", from->account, from->id, to->id);
    for (size_t i = 0; i < MU_WHATS; i++) {
        if (d->counts[i] == 0)
            continue;
        printf("%s%" PRId64 " %s", comma, d->counts[i], mu_what_name((enum mu_what)i));
        comma = ", ";
    }
    puts(d->total ? "" : "nothing changed");
}

static int end(struct diff *d, const struct mu_snapshot *from, const struct mu_snapshot *to, int rc,
               struct mu_err *err)
{
    struct mu_err lost = MU_ERR_INIT;
    if (d->rows && mu_writer_close(d->rows, rc < 0 ? &lost : err) < 0)
        rc = -1;
    if (rc < 0)
        return -1;
    if (d->cli->format == MU_FORMAT_JSON) {
        mu_jw_end(&d->w, ']');
        mu_jw_end(&d->w, '}');
        mu_show_document(&d->buf);
    } else if (d->cli->format == MU_FORMAT_TEXT) {
        summary(d, from, to);
    }
    return d->total ? MU_EXIT_CHANGES : MU_EXIT_DONE;
}

/* By number; of any account the first time, then of the same one. */
static int find(struct mu_cli *cli, const char *account, const char *word, struct mu_snapshot *ret,
                struct mu_err *err)
{
    long long id;
    if (!mu_parse_int(word, 1, INT64_MAX, &id))
        return mu_fail(err, MU_E_USAGE, "diff: a snapshot is a number; see muster snapshots");
    int found = mu_snapshot_get(cli->store, cli->arena, NULL, id, ret, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "there is no snapshot %lld; see muster snapshots", id);
    if (account && !mu_streq(account, ret->account))
        return mu_fail(err, MU_E_USAGE, "snapshot %lld is of %s, the other one of %s", id,
                       ret->account, account);
    if (!ret->finished || ret->verdict == MU_VOID)
        return mu_fail(err, MU_E_REFUSED,
                       "snapshot %lld of %s is void: it holds nothing that could be trusted", id,
                       ret->account);
    return 0;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_snapshot from = {.id = 0}, to = {.id = 0};
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        find(cli, NULL, args->words[0], &from, err) < 0 ||
        find(cli, from.account, args->words[1], &to, err) < 0)
        return -1;
    if (to.verdict != MU_COMPLETE)
        mu_log(cli->log, MU_LOG_WARN,
               "snapshot %" PRId64 " was not a complete read: nobody counts as gone in it", to.id);
    struct diff d = {
        .cli = cli, .buf = MU_BUF_INIT(MU_BUF_MAX), .line = mu_arena_new(), .err = err};
    if (from.id < to.id && mu_tracer_new(cli->store, cli->config, cli->arena, from.account, &from,
                                         &to, &d.tracer, err) < 0) {
        mu_arena_free(d.line);
        return -1;
    }
    begin(&d, &from, &to);
    int rc = mu_events(cli->store, from.account, from.id, to.id, put, &d, err);
    int status = end(&d, &from, &to, d.failed ? -1 : rc, err);
    mu_tracer_free(d.tracer);
    mu_buf_done(&d.buf);
    mu_arena_free(d.line);
    return status;
}

const struct mu_cmd mu_cmd_diff = {
    .name = "diff",
    .summary = "what changed between two reads: who joined, left, moved, was promoted",
    .usage = "SNAPSHOT SNAPSHOT",
    .about =
        "Compares two snapshots of an account, by their numbers in muster snapshots, and says what "
        "happened to people and groups from the first to the second, which read saw it first, and "
        "which run of muster did it, if one did. Exit 0: nothing changed. 2: something did.",
    .words_min = 2,
    .words_max = 2,
    .example = "muster diff 41 42 --format csv",
    .run = run,
};
