/* SPDX-License-Identifier: Apache-2.0 */
/* diff: what happened between two reads. */
#include "serve/mcp/directory.h"

#include "audit/events.h"
#include "base/str.h"

enum { EVENTS_MAX = 300 }; /* told one by one; all are counted */

struct telling {
    struct mu_jw w;
    int64_t counts[MU_WHATS], told;
};

static void tell(void *arg, const struct mu_event *e)
{
    struct telling *t = arg;
    t->counts[e->what]++;
    if (t->told >= EVENTS_MAX || t->w.to->len >= MCP_LIST_BYTES)
        return;
    t->told++;
    mu_jw_object(&t->w);
    mu_jw_put_some(&t->w, "what", mu_what_name(e->what));
    mu_jw_put_some(&t->w, "kind", mu_schema_of(e->kind)->name);
    mu_jw_put_some(&t->w, "id", e->id);
    mu_jw_put_some(&t->w, "label", e->label);
    mu_jw_put_some(&t->w, "field", e->field);
    mu_jw_put_some(&t->w, "before", e->before);
    mu_jw_put_some(&t->w, "after", e->after);
    mu_jw_end(&t->w, '}');
}

static int find_snapshot(struct mcp_call *c, const char *account, int64_t id,
                         struct mu_snapshot *ret, struct mu_err *err)
{
    int found = mu_snapshot_get(c->peer->store, c->arena, account, id, ret, err);
    if (found < 0)
        return -1;
    if (!found || !ret->finished || ret->verdict == MU_VOID)
        return mu_fail(err, MU_E_MISSING, "%s has no snapshot %lld that can be compared", account,
                       (long long)id);
    return 0;
}

/* The one before: newest first, so the next one in the list that isn't void. */
static int find_before(struct mcp_call *c, const struct mu_snapshot *to, struct mu_snapshot *ret,
                       struct mu_err *err)
{
    struct mu_snapshot *list;
    size_t count;
    if (mu_snapshot_list(c->peer->store, c->arena, to->account, 0, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (list[i].id < to->id && list[i].finished && list[i].verdict != MU_VOID) {
            *ret = list[i];
            return 0;
        }
    }
    return mu_fail(err, MU_E_MISSING, "%s was read only once: there is nothing to compare with",
                   to->account);
}

static void write_counts(struct telling *t)
{
    int64_t total = 0;
    mu_jw_key(&t->w, "counts");
    mu_jw_object(&t->w);
    for (size_t i = 0; i < MU_WHATS; i++) {
        total += t->counts[i];
        if (!t->counts[i])
            continue;
        mu_jw_put_int(&t->w, mu_what_name((enum mu_what)i), t->counts[i]);
    }
    mu_jw_end(&t->w, '}');
    if (total <= t->told)
        return;
    mu_jw_put_int(&t->w, "not_listed", total - t->told);
}

int mcp_run_diff(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                 struct mcp_out *out, struct mu_err *err)
{
    struct mu_snapshot from = {.id = 0}, to = {.id = 0};
    int64_t from_id = 0, to_id = 0;
    const char *account = NULL;
    struct telling t = {.told = 0};
    (void)tool;
    mu_json_int(args, "from", &from_id);
    mu_json_int(args, "to", &to_id);
    if (mcp_one_account(c, mu_json_str(args, "account"), &account, err) < 0 ||
        find_snapshot(c, account, to_id, &to, err) < 0 ||
        (from_id ? find_snapshot(c, account, from_id, &from, err)
                 : find_before(c, &to, &from, err)) < 0)
        return -1;
    mu_jw_init(&t.w, &out->json, false);
    mu_jw_object(&t.w);
    mu_jw_key(&t.w, "from");
    mcp_write_snapshot(&t.w, &from);
    mu_jw_key(&t.w, "to");
    mcp_write_snapshot(&t.w, &to);
    mu_jw_key(&t.w, "events");
    mu_jw_array(&t.w);
    if (mu_events(c->peer->store, account, from.id, to.id, tell, &t, err) < 0)
        return -1;
    mu_jw_end(&t.w, ']');
    write_counts(&t);
    mu_jw_end(&t.w, '}');
    return 0;
}
