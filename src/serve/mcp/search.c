/* SPDX-License-Identifier: Apache-2.0 */
/* search and fetch: the pair that some clients ask for, over people and groups. */
#include "serve/mcp/directory.h"

#include <string.h>

#include "base/str.h"

enum { FOUND_MAX = 20 };

static const char scheme[] = "directory://";

static void write_found(struct mcp_call *c, struct mu_jw *w, const struct mu_doc *item,
                        enum mu_kind kind)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    const struct mu_doc *entry = mu_doc_member(item, schema->name);
    const char *id = mu_printf(c->arena, "%s/%s/%s", mu_doc_str(item, "account"), schema->plural,
                               mu_doc_str(entry, "id"));
    mu_jw_object(w);
    mu_jw_put_str(w, "id", id);
    mu_jw_put_str(w, "title", mu_entry_label(c->arena, entry));
    mu_jw_put_str(w, "url", mu_printf(c->arena, "%s%s", scheme, id));
    mu_jw_end(w, '}');
}

static int search_kind(struct mcp_call *c, enum mu_kind kind, mcp_run *run, const char *query,
                       struct mu_jw *w, struct mu_err *err)
{
    MU_AUTO(json) struct json_object *args = json_object_new_object();
    struct mcp_out found = {.json = MU_BUF_INIT(MU_BUF_MAX)};
    const struct mu_doc *doc = NULL;
    json_object_object_add(args, "query", json_object_new_string(query));
    json_object_object_add(args, "limit", json_object_new_int(FOUND_MAX));
    int rc = run(c, NULL, args, &found, err);
    const char *json = mu_strndup(c->arena, found.json.data, found.json.len);
    if (rc == 0)
        rc = mu_doc_parse(c->arena, json, found.json.len, &doc, err);
    const struct mu_doc *items = mu_doc_member(doc, "items");
    for (const struct mu_doc *item = items ? items->first : NULL; item; item = item->next)
        write_found(c, w, item, kind);
    mu_buf_done(&found.json);
    return rc;
}

int mcp_run_search(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                   struct mcp_out *out, struct mu_err *err)
{
    const char *query = mu_json_str(args, "query");
    struct mu_jw w;
    (void)tool;
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "results");
    mu_jw_array(&w);
    if (search_kind(c, MU_USER, mcp_run_people, query, &w, err) < 0 ||
        search_kind(c, MU_GROUP, mcp_run_groups, query, &w, err) < 0)
        return -1;
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    return 0;
}

/* ACCOUNT/users/ID, as search gave it. */
static int find(struct mcp_call *c, const char *id, struct mu_snapshot *snap,
                struct mu_entry *entry, struct mu_err *err)
{
    char *account = mu_strdup(c->arena, id);
    char *plural = strchr(account, '/');
    char *rest = plural ? strchr(plural + 1, '/') : NULL;
    enum mu_kind kind;
    int is = 0;
    if (rest) {
        *plural++ = '\0';
        *rest++ = '\0';
    }
    if (rest && mu_kind_parse(plural, &kind) && mcp_account_allowed(c, account) && c->peer->store)
        is = mu_snapshot_get(c->peer->store, c->arena, account, 0, snap, err);
    if (is == 1)
        is = mu_entry_get(c->peer->store, c->arena, account, snap->id, kind, rest, entry, err);
    return is == 0 ? mu_fail(err, MU_E_MISSING, "id: nothing has it; give one that search found")
                   : is;
}

int mcp_run_fetch(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                  struct mcp_out *out, struct mu_err *err)
{
    const char *id = mu_json_str(args, "id");
    struct mu_snapshot snap = {.id = 0};
    struct mu_entry entry = {.id = NULL};
    const struct mu_doc *doc = NULL;
    struct mu_jw w;
    (void)tool;
    if (find(c, id, &snap, &entry, err) != 1 || mu_entry_doc(&entry, c->arena, &doc, err) < 0)
        return -1;
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "id", id);
    mu_jw_put_str(&w, "title", mu_entry_label(c->arena, doc));
    mu_jw_key(&w, "text");
    mu_jw_strn(&w, entry.body, entry.body_len);
    mu_jw_put_str(&w, "url", mu_printf(c->arena, "%s%s", scheme, id));
    mu_jw_key(&w, "metadata");
    mcp_write_snapshot(&w, &snap);
    mu_jw_end(&w, '}');
    return 0;
}
