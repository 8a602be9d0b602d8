/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot for people and for programs: verdict, evidence, counts. */
#include "cli/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* The evidence document; NULL when there is none or it is damaged. Caller owns. */
static struct json_object *evidence_of(const struct mu_snapshot *snap)
{
    struct json_object *doc = NULL;
    struct mu_err ignored = MU_ERR_INIT;
    if (!snap->evidence ||
        mu_json_parse(snap->evidence, strlen(snap->evidence), &doc, &ignored) < 0)
        return NULL;
    return doc;
}

static int64_t number(struct json_object *doc, const char *name)
{
    int64_t n = 0;
    return mu_json_int(doc, name, &n) ? n : 0;
}

struct mu_cost mu_show_cost(const struct mu_snapshot *snap)
{
    MU_AUTO(json) struct json_object *doc = evidence_of(snap);
    return (struct mu_cost){.calls = number(doc, "calls"),
                            .bytes = number(doc, "bytes"),
                            .parked = number(doc, "parked_count")};
}

static struct json_object *list(struct json_object *doc, const char *pointer, size_t *ret_count)
{
    struct json_object *items = doc ? mu_json_at(doc, pointer) : NULL;
    *ret_count = json_object_is_type(items, json_type_array) ? json_object_array_length(items) : 0;
    return items;
}

static const char *count_text(struct mu_arena *arena, struct json_object *doc, const char *name)
{
    char text[MU_SHOW_NUMBER];
    int64_t n;
    return mu_json_int(doc, name, &n) ? mu_strdup(arena, mu_show_number(n, text)) : "-";
}

/* Pages asked for and answered, rows, rows after taking out what came twice, totals told. */
static void show_resources(struct mu_cli *cli, struct json_object *doc)
{
    static const char *const columns[] = {"asked",    "answered", "rows",        "kept",
                                          "repeated", "parked",   "total_first", "total_last"};
    static const char *const heads[] = {"asked", "answered", "rows",   "kept",
                                        "twice", "parked",   "before", "after"};
    size_t count;
    struct json_object *resources = list(doc, "/resources", &count);
    if (count > 0)
        printf("  %-14s", "resource");
    for (size_t i = 0; count > 0 && i < MU_LEN(heads); i++)
        printf(" %9s", heads[i]);
    printf("%s", count > 0 ? "\n" : "");
    for (size_t i = 0; i < count; i++) {
        struct json_object *r = json_object_array_get_idx(resources, i);
        printf("  %-14s", mu_show_safe(cli->arena, mu_json_str(r, "name")));
        for (size_t c = 0; c < MU_LEN(columns); c++)
            printf(" %9s", count_text(cli->arena, r, columns[c]));
        printf("\n");
    }
}

/* ---- lines of the evidence: a mark and a text, handed to `tell` ---- */

typedef void tell_line(struct mu_cli *cli, const char *mark, const char *text);

static void each_finding(struct mu_cli *cli, struct json_object *doc, const char *name,
                         const char *mark, tell_line *tell)
{
    struct mu_arena *arena = cli->arena;
    size_t count;
    struct json_object *findings = list(doc, name, &count);
    for (size_t i = 0; i < count; i++) {
        struct json_object *f = json_object_array_get_idx(findings, i);
        const char *verdict = mu_json_str(f, "verdict");
        tell(cli,
             mark      ? mark
             : verdict ? verdict
                       : "?",
             mu_show_safe(arena, mu_json_str(f, "text")));
    }
}

static void each_held(struct mu_cli *cli, struct json_object *doc, tell_line *tell)
{
    size_t count;
    struct json_object *held = list(doc, "/held", &count);
    for (size_t i = 0; i < count; i++)
        tell(cli, "ok", mu_show_safe(cli->arena, mu_json_text(json_object_array_get_idx(held, i))));
}

static void each_parked(struct mu_cli *cli, struct json_object *doc, tell_line *tell)
{
    struct mu_arena *arena = cli->arena;
    size_t count;
    struct json_object *parked = list(doc, "/parked", &count);
    for (size_t i = 0; i < count; i++) {
        struct json_object *p = json_object_array_get_idx(parked, i);
        const char *id = mu_json_str(p, "id");
        tell(cli, "parked",
             mu_printf(arena, "%s %s: %s", mu_show_safe(arena, mu_json_str(p, "resource")),
                       id ? mu_show_safe(arena, id) : "(no id)",
                       mu_show_safe(arena, mu_json_str(p, "reason"))));
    }
    if (number(doc, "parked_count") > (int64_t)count)
        tell(
            cli, "parked",
            mu_printf(arena, "and %" PRId64 " more", number(doc, "parked_count") - (int64_t)count));
}

static void tell_stdout(struct mu_cli *cli, const char *mark, const char *text)
{
    (void)cli;
    printf("  %-9s %s\n", mark, text);
}

static void tell_log(struct mu_cli *cli, const char *mark, const char *text)
{
    mu_log(cli->log, MU_LOG_WARN, "%s%s: %s", mark, mu_streq(mark, "parked") ? "" : " at best",
           text);
}

void mu_show_findings(struct mu_cli *cli, const struct mu_snapshot *snap)
{
    MU_AUTO(json) struct json_object *doc = evidence_of(snap);
    if (!doc)
        return;
    each_finding(cli, doc, "/findings", NULL, tell_log);
    each_parked(cli, doc, tell_log);
}

static void show_lines(struct mu_cli *cli, struct json_object *doc)
{
    int64_t attempts = number(doc, "attempts");
    if (attempts > 1)
        tell_stdout(
            cli, "again",
            mu_printf(cli->arena, "read %" PRId64 " times, this is the last; before:", attempts));
    each_finding(cli, doc, "/earlier", "before", tell_stdout);
    each_held(cli, doc, tell_stdout);
    each_finding(cli, doc, "/findings", NULL, tell_stdout);
    each_parked(cli, doc, tell_stdout);
}

static void show_text(struct mu_cli *cli, const struct mu_snapshot *snap)
{
    struct mu_arena *arena = cli->arena;
    MU_AUTO(json) struct json_object *doc = evidence_of(snap);
    const char *identity = mu_json_str(doc, "identity");
    printf("%s: snapshot %" PRId64 " is %s\n", snap->account, snap->id,
           snap->finished ? mu_verdict_name(snap->verdict) : "unfinished");
    printf("  read %s%s%s\n", mu_show_time(arena, snap->started), identity ? " as " : "",
           identity ? mu_show_safe(arena, identity) : "");
    show_resources(cli, doc);
    show_lines(cli, doc);
    printf("  holds %s, %s, %s, %s; %s added, ",
           mu_show_some(arena, snap->counts[MU_USER], "user", "users"),
           mu_show_some(arena, snap->counts[MU_GROUP], "group", "groups"),
           mu_show_some(arena, snap->counts[MU_ROLE], "role", "roles"),
           mu_show_some(arena, snap->counts[MU_MEMBERSHIP], "membership", "memberships"),
           mu_show_some(arena, snap->added, "entry", "entries"));
    printf("%" PRId64 " changed, %" PRId64 " gone\n", snap->changed, snap->gone);
    printf("  %s, %s, %.1f s\n", mu_show_some(arena, number(doc, "calls"), "call", "calls"),
           mu_show_bytes(arena, number(doc, "bytes")), (double)number(doc, "elapsed_ms") / 1000);
}

const char *mu_show_main_reason(struct mu_arena *arena, const struct mu_snapshot *snap)
{
    MU_AUTO(json) struct json_object *doc = evidence_of(snap);
    size_t count;
    struct json_object *findings = list(doc, "/findings", &count);
    for (size_t i = 0; i < count; i++) {
        struct json_object *f = json_object_array_get_idx(findings, i);
        if (mu_streq(mu_json_str(f, "verdict"), mu_verdict_name(snap->verdict)))
            return mu_show_safe(arena, mu_json_str(f, "text"));
    }
    return NULL;
}

void mu_show_snapshot_json(const struct mu_snapshot *snap, bool evidence, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_put_int(w, "id", snap->id);
    mu_jw_put_str(w, "account", snap->account);
    mu_jw_put_str(w, "verdict", mu_verdict_name(snap->verdict));
    mu_jw_put_int(w, "started", snap->started);
    mu_jw_put_int(w, "finished", snap->finished);
    for (int k = 0; k < MU_KINDS; k++) {
        mu_jw_key(w, mu_schema_of((enum mu_kind)k)->plural);
        mu_jw_int(w, snap->counts[k]);
    }
    const struct {
        const char *name;
        int64_t value;
    } changes[] = {{"added", snap->added}, {"changed", snap->changed}, {"gone", snap->gone}};
    for (size_t i = 0; i < MU_LEN(changes); i++) {
        mu_jw_key(w, changes[i].name);
        mu_jw_int(w, changes[i].value);
    }
    mu_jw_put_str(w, "mapping", snap->mapping);
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    mu_jw_put_str(w, "reason", mu_show_main_reason(arena, snap));
    if (evidence) {
        MU_AUTO(json) struct json_object *doc = evidence_of(snap);
        mu_jw_key(w, "evidence");
        mu_jw_json(w, doc);
    }
    mu_jw_end(w, '}');
}

static void snapshot_row(struct mu_cli *cli, const struct mu_snapshot *s, struct mu_writer *writer)
{
    struct mu_arena *a = cli->arena;
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_show_snapshot_json(s, false, &w);
    const char *const values[] = {
        mu_printf(a, "%" PRId64, s->id),
        s->account,
        s->finished ? mu_verdict_name(s->verdict) : "unfinished",
        mu_show_time(a, s->started),
        mu_printf(a, "%" PRId64, s->counts[MU_USER]),
        mu_printf(a, "%" PRId64, s->counts[MU_GROUP]),
        mu_printf(a, "%" PRId64, s->counts[MU_ROLE]),
        mu_printf(a, "%" PRId64, s->counts[MU_MEMBERSHIP]),
        mu_printf(a, "%" PRId64, s->added),
        mu_printf(a, "%" PRId64, s->changed),
        mu_printf(a, "%" PRId64, s->gone),
        mu_show_main_reason(a, s),
    };
    mu_writer_row(writer, values, json.data);
}

int mu_show_snapshot_rows(struct mu_cli *cli, const struct mu_snapshot *snaps, size_t count,
                          struct mu_err *err)
{
    static const char *const columns[] = {"id",    "account", "verdict", "started",
                                          "users", "groups",  "roles",   "memberships",
                                          "added", "changed", "gone",    "reason"};
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < count; i++)
        snapshot_row(cli, &snaps[i], writer);
    return mu_writer_close(writer, err);
}

int mu_show_snapshot(struct mu_cli *cli, const struct mu_snapshot *snap, struct mu_err *err)
{
    if (cli->format == MU_FORMAT_CSV)
        return mu_show_snapshot_rows(cli, snap, 1, err);
    if (cli->format == MU_FORMAT_TEXT) {
        show_text(cli, snap);
        return 0;
    }
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, true);
    mu_show_snapshot_json(snap, true, &w);
    mu_show_document(&json);
    return 0;
}
