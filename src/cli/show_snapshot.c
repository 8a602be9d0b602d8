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

static void show_resources(struct json_object *doc)
{
    size_t count;
    struct json_object *resources = list(doc, "/resources", &count);
    if (count > 0)
        printf("  %-20s %8s %12s %12s %12s\n", "resource", "pages", "rows", "kept", "promised");
    for (size_t i = 0; i < count; i++) {
        struct json_object *r = json_object_array_get_idx(resources, i);
        const char *name = mu_json_str(r, "name");
        char pages[MU_SHOW_NUMBER], rows[MU_SHOW_NUMBER], kept[MU_SHOW_NUMBER],
            total[MU_SHOW_NUMBER] = "-";
        if (mu_json_at(r, "/total_last"))
            mu_show_number(number(r, "total_last"), total);
        printf("  %-20s %8s %12s %12s %12s\n", name ? name : "?",
               mu_show_number(number(r, "pages"), pages), mu_show_number(number(r, "rows"), rows),
               mu_show_number(number(r, "kept"), kept), total);
    }
}

/* Each finding and each parked record as a line, handed to `tell`. */
static void each_finding(struct mu_cli *cli, struct json_object *doc,
                         void (*tell)(struct mu_cli *cli, const char *line))
{
    struct mu_arena *arena = cli->arena;
    size_t count;
    struct json_object *findings = list(doc, "/findings", &count);
    for (size_t i = 0; i < count; i++) {
        struct json_object *f = json_object_array_get_idx(findings, i);
        const char *verdict = mu_json_str(f, "verdict"), *text = mu_json_str(f, "text");
        tell(cli, mu_printf(arena, "%s at best: %s", verdict ? verdict : "?",
                            mu_show_safe(arena, text)));
    }
    struct json_object *parked = list(doc, "/parked", &count);
    for (size_t i = 0; i < count; i++) {
        struct json_object *p = json_object_array_get_idx(parked, i);
        const char *id = mu_json_str(p, "id");
        tell(cli,
             mu_printf(arena, "parked: %s %s: %s", mu_show_safe(arena, mu_json_str(p, "resource")),
                       id ? mu_show_safe(arena, id) : "(no id)",
                       mu_show_safe(arena, mu_json_str(p, "reason"))));
    }
    if (number(doc, "parked_count") > (int64_t)count)
        tell(cli, mu_printf(arena, "parked: and %" PRId64 " more",
                            number(doc, "parked_count") - (int64_t)count));
}

static void tell_stdout(struct mu_cli *cli, const char *line)
{
    (void)cli;
    printf("  %s\n", line);
}

static void tell_log(struct mu_cli *cli, const char *line)
{
    mu_log(cli->log, MU_LOG_WARN, "%s", line);
}

void mu_show_findings(struct mu_cli *cli, const struct mu_snapshot *snap)
{
    MU_AUTO(json) struct json_object *doc = evidence_of(snap);
    if (doc)
        each_finding(cli, doc, tell_log);
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
    show_resources(doc);
    each_finding(cli, doc, tell_stdout);
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

void mu_show_snapshot_json(const struct mu_snapshot *snap, bool evidence, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_key(w, "id");
    mu_jw_int(w, snap->id);
    mu_jw_key(w, "account");
    mu_jw_str(w, snap->account);
    mu_jw_key(w, "verdict");
    mu_jw_str(w, mu_verdict_name(snap->verdict));
    mu_jw_key(w, "started");
    mu_jw_int(w, snap->started);
    mu_jw_key(w, "finished");
    mu_jw_int(w, snap->finished);
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
    mu_jw_key(w, "mapping");
    mu_jw_str(w, snap->mapping);
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
    };
    mu_writer_row(writer, values, json.data);
}

int mu_show_snapshot_rows(struct mu_cli *cli, const struct mu_snapshot *snaps, size_t count,
                          struct mu_err *err)
{
    static const char *const columns[] = {"id",    "account", "verdict", "started",
                                          "users", "groups",  "roles",   "memberships",
                                          "added", "changed", "gone"};
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
