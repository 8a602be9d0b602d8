/* SPDX-License-Identifier: Apache-2.0 */
/* Entries as rows of text. */
#include "cli/table.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"

enum { COLUMNS_MAX = 32 };

/* A cell is made from the entry's document; "" and NULL both mean nothing. */
typedef const char *cell_fn(struct mu_table *t, const struct mu_doc *doc, const char *field);

struct column {
    const char *title;
    cell_fn *cell;
    const char *field;
};

struct mu_table {
    struct mu_cli *cli;
    const char *account;
    int64_t snapshot;
    struct mu_arena *row;   /* the row at hand */
    struct mu_arena *names; /* what group_names points at */
    struct mu_map *group_names;
    struct column columns[COLUMNS_MAX];
    const char *titles[COLUMNS_MAX];
    const char *cells[COLUMNS_MAX];
    size_t count;
    const struct mu_doc *user; /* members: the user of the row at hand */
    struct mu_err *err;        /* of the row at hand */
    bool failed;
};

/* ---- values as text ---- */

const char *mu_table_item(struct mu_arena *arena, const struct mu_doc *value)
{
    if (!mu_doc_is(value, MU_DOC_OBJECT))
        return mu_doc_text(value) ? mu_doc_text(value) : "";
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    for (const struct mu_doc *part = value->first; part; part = part->next) {
        mu_buf_printf(&text, "%s%s=", text.len ? ", " : "", part->name);
        mu_jw_init(&w, &text, false);
        if (mu_doc_text(part))
            mu_buf_adds(&text, part->text);
        else
            mu_jw_doc(&w, part);
    }
    return mu_strndup(arena, text.data, text.len);
}

/* What a list's item is called by. */
static const char *principal(const struct mu_doc *item)
{
    static const char *const parts[] = {"email", "number", "name", "id"};
    for (size_t i = 0; i < MU_LEN(parts); i++) {
        const char *text = mu_doc_text(mu_doc_member(item, parts[i]));
        if (text)
            return text;
    }
    return mu_doc_text(item);
}

static const char *name_of_group(struct mu_table *t, const char *id)
{
    const char *name = id && t->group_names ? mu_map_get(t->group_names, id, strlen(id)) : NULL;
    return name ? name : id;
}

static const char *joined(struct mu_table *t, const struct mu_doc *items, bool groups)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (const struct mu_doc *item = items->first; item; item = item->next) {
        const char *name = principal(item);
        if (groups && !mu_doc_str(item, "name"))
            name = name_of_group(t, name);
        mu_buf_printf(&text, "%s%s", item != items->first ? "; " : "", name ? name : "?");
    }
    return mu_strndup(t->row, text.data, text.len);
}

static const char *plain(struct mu_table *t, const struct mu_doc *doc, const char *field)
{
    const struct mu_doc *value = mu_doc_member(doc, field);
    if (!value)
        return NULL;
    if (value->type == MU_DOC_LIST)
        return joined(t, value, mu_streq(field, "groups"));
    return mu_table_item(t->row, value);
}

static const char *label(struct mu_table *t, const struct mu_doc *doc, const char *field)
{
    (void)field;
    return mu_entry_label(t->row, doc);
}

static const char *email(struct mu_table *t, const struct mu_doc *doc, const char *field)
{
    (void)t;
    (void)field;
    return mu_entry_email(doc);
}

/* ---- members: the user and the group behind the ids ---- */

/* The user's document for the row at hand; NULL when the snapshot has none. */
static const struct mu_doc *user_of(struct mu_table *t, const struct mu_doc *doc)
{
    const char *id = mu_doc_str(doc, "user_id");
    struct mu_entry entry;
    if (t->user || !id || t->failed)
        return t->user;
    int found =
        mu_entry_get(t->cli->store, t->row, t->account, t->snapshot, MU_USER, id, &entry, t->err);
    if (found < 0 || (found == 1 && mu_entry_doc(&entry, t->row, &t->user, t->err) < 0))
        t->failed = true;
    return t->user;
}

static const char *member_name(struct mu_table *t, const struct mu_doc *doc, const char *field)
{
    const struct mu_doc *user = user_of(t, doc);
    (void)field;
    return user ? mu_entry_label(t->row, user) : NULL;
}

static const char *member_role(struct mu_table *t, const struct mu_doc *doc, const char *field)
{
    const char *own = mu_doc_str(doc, field);
    const struct mu_doc *user = own ? NULL : user_of(t, doc);
    return user ? plain(t, user, "roles") : own;
}

static const char *member_group(struct mu_table *t, const struct mu_doc *doc, const char *field)
{
    return name_of_group(t, mu_doc_str(doc, field));
}

/* ---- columns ---- */

static const struct column user_columns[] = {{"id", plain, "id"},       {"name", label, NULL},
                                             {"email", email, NULL},    {"status", plain, "status"},
                                             {"roles", plain, "roles"}, {"groups", plain, "groups"},
                                             {"title", plain, "title"}, {.title = NULL}};
static const struct column group_columns[] = {{"id", plain, "id"},
                                              {"name", plain, "name"},
                                              {"type", plain, "group_type"},
                                              {"parent", plain, "parent"},
                                              {"description", plain, "description"},
                                              {.title = NULL}};
static const struct column role_columns[] = {{"id", plain, "id"},
                                             {"name", plain, "name"},
                                             {"label", plain, "label"},
                                             {"applicable_in", plain, "applicable_in"},
                                             {"description", plain, "description"},
                                             {.title = NULL}};
static const struct column member_columns[] = {{"group_id", plain, "group_id"},
                                               {"group", member_group, "group_id"},
                                               {"user_id", plain, "user_id"},
                                               {"user", member_name, NULL},
                                               {"role", member_role, "role_id"},
                                               {"source", plain, "source"},
                                               {.title = NULL}};

static const struct column *const shown[MU_KINDS] = {[MU_USER] = user_columns,
                                                     [MU_GROUP] = group_columns,
                                                     [MU_ROLE] = role_columns,
                                                     [MU_MEMBERSHIP] = member_columns};

static void add_column(struct mu_table *t, const struct column *c)
{
    mu_assert(t->count < COLUMNS_MAX);
    t->titles[t->count] = c->title;
    t->columns[t->count++] = *c;
}

/* A person gets the columns that matter; csv gets them all, and members by name as well. */
static void choose_columns(struct mu_table *t, enum mu_kind kind)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    if (t->cli->format != MU_FORMAT_CSV || kind == MU_MEMBERSHIP) {
        for (const struct column *c = shown[kind]; c->title; c++)
            add_column(t, c);
        return;
    }
    for (size_t i = 0; i < schema->count; i++)
        add_column(t, &(struct column){schema->attrs[i].name, plain, schema->attrs[i].name});
}

static int load_group_names(struct mu_table *t, struct mu_err *err)
{
    MU_AUTO(rows) struct mu_rows *rows = NULL;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(t->cli->store, t->account, t->snapshot, MU_GROUP, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        const struct mu_doc *doc;
        if (mu_table_doc(t, &entry, &doc, err) < 0)
            return -1;
        char *id = mu_strdup(t->names, entry.id),
             *name = mu_strdup(t->names, mu_doc_str(doc, "name"));
        if (name)
            mu_map_put(t->group_names, id, strlen(id), name);
    }
    return rc;
}

int mu_table_new(struct mu_cli *cli, enum mu_kind kind, const char *account, int64_t snapshot,
                 struct mu_table **ret, struct mu_err *err)
{
    struct mu_table *t = mu_xcalloc(1, sizeof(*t));
    *t = (struct mu_table){.cli = cli, .account = account, .snapshot = snapshot};
    t->row = mu_arena_new();
    t->names = mu_arena_new();
    choose_columns(t, kind);
    if (cli->format != MU_FORMAT_JSON && (kind == MU_USER || kind == MU_MEMBERSHIP)) {
        t->group_names = mu_map_new(0);
        if (load_group_names(t, err) < 0) {
            mu_table_free(t);
            return -1;
        }
    }
    *ret = t;
    return 0;
}

void mu_table_free(struct mu_table *t)
{
    mu_map_free(t->group_names);
    mu_arena_free(t->names);
    mu_arena_free(t->row);
    free(t);
}

const char *const *mu_table_columns(const struct mu_table *t, size_t *ret_count)
{
    *ret_count = t->count;
    return t->titles;
}

int mu_table_doc(struct mu_table *t, const struct mu_entry *entry, const struct mu_doc **ret,
                 struct mu_err *err)
{
    mu_arena_reset(t->row);
    t->user = NULL;
    return mu_entry_doc(entry, t->row, ret, err);
}

const char *const *mu_table_cells(struct mu_table *t, const struct mu_doc *doc, struct mu_err *err)
{
    t->err = err;
    t->failed = false;
    for (size_t i = 0; i < t->count; i++)
        t->cells[i] = t->columns[i].cell(t, doc, t->columns[i].field);
    return t->failed ? NULL : t->cells;
}

const char *const *mu_table_no_cells(struct mu_table *t)
{
    memset(t->cells, 0, sizeof(t->cells));
    return t->cells;
}
