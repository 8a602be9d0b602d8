/* SPDX-License-Identifier: Apache-2.0 */
/* muster users, groups, roles, members: entries of a snapshot as a table, or one of them whole. */
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "cli/show.h"
#include "cli/table.h"
#include "engine/invited.h"
#include "model/filter.h"

/* What the words and options of the line ask for. */
struct asked {
    enum mu_kind kind;
    const struct mu_account_def *def;
    const char *id; /* NULL: all */
    const struct mu_filter *filter;
    long long limit; /* 0: no limit */
    bool raw;
    struct mu_snapshot snap;
    struct mu_entry *invited; /* beside the newest snapshot's users */
    size_t invited_count;
};

/* ACCOUNT and ID may both be left out: a first word that is no account is an ID of the only source.
 * */
static int read_words(struct mu_cli *cli, const struct mu_args *args, struct asked *ret,
                      struct mu_err *err)
{
    struct mu_err no_account = MU_ERR_INIT;
    const char *first = args->words[0];
    if (!first)
        return mu_cli_source(cli, NULL, &ret->def, err);
    if (mu_config_account(cli->config, first, &ret->def, &no_account) == 0) {
        ret->id = args->words[1];
        return 0;
    }
    ret->id = first;
    if (args->word_count > 1 || mu_cli_source(cli, NULL, &ret->def, err) < 0) {
        *err = no_account;
        return -1;
    }
    return 0;
}

static int read_asked(struct mu_cli *cli, const struct mu_args *args, struct asked *ret,
                      struct mu_err *err)
{
    const char *filter = mu_args_get(args, "filter");
    *ret = (struct asked){.raw = mu_args_has(args, "raw")};
    mu_assert(mu_kind_parse(args->cmd->name, &ret->kind));
    if (ret->raw && cli->format == MU_FORMAT_CSV)
        return mu_fail(err, MU_E_USAGE, "--raw shows JSON records; it has no csv form");
    if (filter && mu_filter_parse(cli->arena, ret->kind, filter, &ret->filter, err) < 0)
        return -1;
    if (mu_args_int(args, "limit", 1, INT64_MAX, 0, &ret->limit, err) < 0 ||
        mu_cli_store(cli, MU_STORE_READ, err) < 0 || read_words(cli, args, ret, err) < 0)
        return -1;
    if (mu_cli_snapshot(cli, ret->def->name, mu_args_get(args, "as-of"), &ret->snap, err) < 0)
        return -1;
    if (ret->kind != MU_USER || ret->raw || mu_args_has(args, "as-of"))
        return 0;
    return mu_invited_entries(cli->store, cli->arena, ret->def->name, ret->snap.id, &ret->invited,
                              &ret->invited_count, err);
}

/* ---- one entry ---- */

static void show_items(const char *name, const struct mu_doc *items, struct mu_arena *arena)
{
    for (const struct mu_doc *item = items->first; item; item = item->next)
        printf("%-16s %s\n", item == items->first ? name : "",
               mu_show_safe(arena, mu_table_item(arena, item)));
}

static void show_whole(struct mu_cli *cli, enum mu_kind kind, const struct mu_doc *doc)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    for (size_t i = 0; i < schema->count; i++) {
        const char *name = schema->attrs[i].name;
        const struct mu_doc *value = mu_doc_member(doc, name);
        if (mu_doc_is(value, MU_DOC_LIST))
            show_items(name, value, cli->arena);
        else if (value)
            printf("%-16s %s\n", name, mu_show_safe(cli->arena, mu_table_item(cli->arena, value)));
    }
}

static void show_json(const struct mu_doc *doc)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, true);
    mu_jw_doc(&w, doc);
    mu_show_document(&json);
}

static int show_raw(const struct mu_entry *entry, struct mu_arena *arena, struct mu_err *err)
{
    const struct mu_doc *doc;
    if (!entry->raw)
        return mu_fail(err, MU_E_MISSING, "no record is kept of %s", entry->id);
    if (mu_doc_parse(arena, entry->raw, entry->raw_len, &doc, err) < 0)
        return -1;
    show_json(doc);
    return 0;
}

/* In the snapshot, else among the invited. 1, 0, -1. */
static int find_one(struct mu_cli *cli, const struct asked *q, struct mu_entry *ret,
                    struct mu_err *err)
{
    int found =
        mu_entry_get(cli->store, cli->arena, q->def->name, q->snap.id, q->kind, q->id, ret, err);
    for (size_t i = 0; found == 0 && i < q->invited_count; i++) {
        if (!mu_streq(q->invited[i].id, q->id))
            continue;
        *ret = q->invited[i];
        found = 1;
    }
    return found;
}

/* What was given instead of an id, most likely. */
static const char *other_way(const struct asked *q)
{
    if (q->kind == MU_USER)
        return "; by address: --filter 'emails.email=ADDRESS'";
    return q->kind == MU_MEMBERSHIP ? "; of one group or user: --filter group_id=ID, or user_id=ID"
                                    : "";
}

static int show_one(struct mu_cli *cli, const struct asked *q, struct mu_err *err)
{
    const char *kind = mu_schema_of(q->kind)->name;
    struct mu_entry entry;
    int found = find_one(cli, q, &entry, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "%s has no %s with id '%s'%s", q->def->name, kind,
                       mu_printable(cli->arena, q->id, strlen(q->id), 100), other_way(q));
    if (q->raw)
        return show_raw(&entry, cli->arena, err);
    const struct mu_doc *doc;
    if (mu_entry_doc(&entry, cli->arena, &doc, err) < 0)
        return -1;
    if (cli->format == MU_FORMAT_JSON)
        show_json(doc);
    else
        show_whole(cli, q->kind, doc);
    return 0;
}

/* ---- many ---- */

/* The row of --raw: the record in place of the entry. */
static void raw_row(struct mu_cli *cli, const struct mu_entry *entry, struct mu_writer *writer)
{
    if (cli->format == MU_FORMAT_JSON)
        mu_writer_row(writer, (const char *const[]){entry->id}, entry->raw ? entry->raw : "null");
    else
        printf("%s\n", entry->raw ? entry->raw : "null");
}

static int put_row(struct mu_cli *cli, const struct asked *q, struct mu_table *table,
                   const struct mu_entry *entry, struct mu_writer *writer, long long *shown,
                   struct mu_err *err)
{
    const struct mu_doc *doc = NULL;
    bool needs_doc = q->filter || (!q->raw && cli->format != MU_FORMAT_JSON);
    if (needs_doc && mu_table_doc(table, entry, &doc, err) < 0)
        return -1;
    if (!mu_filter_match(q->filter, doc))
        return 0;
    ++*shown;
    if (q->raw) {
        raw_row(cli, entry, writer);
        return 0;
    }
    const char *const *cells = doc ? mu_table_cells(table, doc, err) : mu_table_no_cells(table);
    if (!cells)
        return -1;
    mu_writer_row(writer, cells, cli->format == MU_FORMAT_JSON ? entry->body : NULL);
    return 0;
}

static int put_rows(struct mu_cli *cli, const struct asked *q, struct mu_table *table,
                    struct mu_writer *writer, struct mu_err *err)
{
    struct mu_entry entry;
    long long shown = 0;
    int rc = 1;
    MU_AUTO(rows) struct mu_rows *rows = NULL;
    if (mu_rows_open(cli->store, q->def->name, q->snap.id, q->kind, &rows, err) < 0)
        return -1;
    while ((q->limit == 0 || shown < q->limit) && (rc = mu_rows_next(rows, &entry, err)) == 1) {
        if (put_row(cli, q, table, &entry, writer, &shown, err) < 0)
            return -1;
        if (ferror(stdout))
            break; /* nobody reads any more; main() says so */
    }
    for (size_t i = 0; rc == 0 && i < q->invited_count && (q->limit == 0 || shown < q->limit); i++)
        rc = put_row(cli, q, table, &q->invited[i], writer, &shown, err);
    return rc < 0 ? -1 : 0;
}

static int show_many(struct mu_cli *cli, const struct asked *q, struct mu_err *err)
{
    struct mu_table *table;
    if (mu_table_new(cli, q->kind, q->def->name, q->snap.id, &table, err) < 0)
        return -1;
    size_t count;
    const char *const *columns = mu_table_columns(table, &count);
    bool lines = q->raw && cli->format == MU_FORMAT_TEXT;
    struct mu_writer *writer = lines ? NULL : mu_writer_new(stdout, cli->format, columns, count);
    int rc = put_rows(cli, q, table, writer, err);
    struct mu_err lost = MU_ERR_INIT;
    if (writer && mu_writer_close(writer, rc < 0 ? &lost : err) < 0)
        rc = -1;
    mu_table_free(table);
    return rc;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct asked q;
    if (read_asked(cli, args, &q, err) < 0)
        return -1;
    return q.id && cli->format != MU_FORMAT_CSV ? show_one(cli, &q, err) : show_many(cli, &q, err);
}

/* ---- four commands ---- */

static const struct mu_cmd_opt opts[] = {
    {"filter", 0, "EXPRESSION",
     "only entries that match, such as 'status=inactive and not emails.email~*@example.org'"},
    {"as-of", 0, "SNAPSHOT", "as that snapshot saw them (default: the newest that is not void)"},
    {"limit", 0, "N", "at most so many"},
    {"raw", 0, NULL, "records as the source sent them, without secret fields"},
    {.name = NULL}};

#define USAGE "[ACCOUNT] [ID] [--filter EXPRESSION] [--as-of SNAPSHOT] [--limit N] [--raw]"
#define ABOUT                                                                                      \
    "Lists what a snapshot holds, or shows one entry whole when its ID is given. The account may " \
    "be left out\n"                                                                                \
    "when there is only one that can be read. json: entries in the unified schema, streamed as "   \
    "one array."

const struct mu_cmd mu_cmd_users = {
    .name = "users",
    .summary = "list users of a snapshot, or show one",
    .usage = USAGE,
    .about = ABOUT,
    .opts = opts,
    .words_max = 2,
    .example = "muster users sendoso --filter 'status=active and groups.id=71' --format csv",
    .run = run,
};

const struct mu_cmd mu_cmd_groups = {
    .name = "groups",
    .summary = "list groups of a snapshot, or show one",
    .usage = USAGE,
    .about = ABOUT,
    .opts = opts,
    .words_max = 2,
    .example = "muster groups --filter 'name~EMEA*'",
    .run = run,
};

const struct mu_cmd mu_cmd_roles = {
    .name = "roles",
    .summary = "list roles of a snapshot, or show one",
    .usage = USAGE,
    .about = ABOUT,
    .opts = opts,
    .words_max = 2,
    .example = "muster roles --format json",
    .run = run,
};

const struct mu_cmd mu_cmd_members = {
    .name = "members",
    .summary = "list who is in which group, or show one membership (GROUP/USER)",
    .usage = USAGE,
    .about = ABOUT,
    .opts = opts,
    .words_max = 2,
    .example = "muster members --filter 'group_id=71'",
    .run = run,
};
