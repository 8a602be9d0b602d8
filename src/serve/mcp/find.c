/* SPDX-License-Identifier: Apache-2.0 */
/* people, groups, memberships: entries of all accounts, a page at a time; the invited are among the
 * people. A page's mark names the snapshot, so that the next one goes on in it whatever was read
 * meanwhile. */
#include "serve/mcp/directory.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/invited.h"
#include "model/filter.h"

struct finding {
    struct mcp_call *c;
    enum mu_kind kind;
    const char *query; /* folded; NULL: any */
    const struct mu_filter *filter;
    const char *user, *group; /* of memberships; NULL: any */
    int64_t limit, found;
    struct mu_jw w;
    struct mu_arena *row;
    /* where the page before ended: account, snapshot, id; account NULL: at the beginning */
    const char *after_account, *after_id;
    int64_t after_snapshot;
    const char *next; /* mark of the page behind this one; NULL: none */
    /* of one account: the invited, who stand between its users in order of id */
    struct mu_entry *invited;
    size_t invited_count, invited_at;
    struct mu_entry ahead; /* the user who comes next, where held */
    bool held, over;
};

/* ---- marks ---- */

static int read_mark(struct finding *f, const char *mark, struct mu_err *err)
{
    const char *first = mark ? strchr(mark, ':') : NULL;
    const char *second = first ? strchr(first + 1, ':') : NULL;
    long long snapshot;
    if (!mark)
        return 0;
    if (!second || !mu_parse_int(mu_strndup(f->c->arena, first + 1, (size_t)(second - first - 1)),
                                 1, INT64_MAX, &snapshot))
        return mu_fail(err, MU_E_USAGE, "after: give `next` of the page before, as it was");
    f->after_account = mu_strndup(f->c->arena, mark, (size_t)(first - mark));
    f->after_snapshot = snapshot;
    f->after_id = second + 1;
    return 0;
}

/* ---- which entries ---- */

static bool holds(struct finding *f, const char *text)
{
    return text && strstr(mu_fold(f->row, text), f->query);
}

static bool fits_query(struct finding *f, const struct mu_entry *e, const struct mu_doc *doc)
{
    const struct mu_doc *emails = mu_doc_member(doc, "emails");
    if (!f->query || mu_streq(e->id, f->query) || holds(f, mu_entry_label(f->row, doc)) ||
        holds(f, mu_doc_str(doc, "username")) || holds(f, mu_doc_str(doc, "name")))
        return true;
    for (const struct mu_doc *m = emails ? emails->first : NULL; m; m = m->next) {
        if (holds(f, mu_doc_str(m, "email")))
            return true;
    }
    return false;
}

static bool fits(struct finding *f, const struct mu_entry *e, const struct mu_doc *doc)
{
    if (f->user && !mu_streq(mu_doc_str(doc, "user_id"), f->user))
        return false;
    if (f->group && !mu_streq(mu_doc_str(doc, "group_id"), f->group))
        return false;
    return fits_query(f, e, doc) && mu_filter_match(f->filter, doc);
}

/* ---- a page ---- */

static void write_entry(struct finding *f, const char *account, const struct mu_entry *e)
{
    mu_jw_object(&f->w);
    mu_jw_key(&f->w, "account");
    mu_jw_str(&f->w, account);
    mu_jw_key(&f->w, mu_schema_of(f->kind)->name);
    mu_jw_raw(&f->w, e->body, e->body_len);
    mu_jw_end(&f->w, '}');
    f->found++;
}

static bool is_full(const struct finding *f)
{
    return f->found >= f->limit || f->w.to->len >= MCP_LIST_BYTES;
}

static int look_ahead(struct finding *f, struct mu_rows *rows, struct mu_err *err)
{
    if (f->held || f->over)
        return 0;
    int rc = mu_rows_next(rows, &f->ahead, err);
    f->held = rc == 1;
    f->over = rc == 0;
    return rc < 0 ? -1 : 0;
}

/* 1, lent until the next call; 0 at the end; -1 */
static int next_entry(struct finding *f, struct mu_rows *rows, struct mu_entry *ret,
                      struct mu_err *err)
{
    if (look_ahead(f, rows, err) < 0)
        return -1;
    bool invited = f->invited_at < f->invited_count &&
                   (!f->held || strcmp(f->invited[f->invited_at].id, f->ahead.id) < 0);
    if (!invited && !f->held)
        return 0;
    *ret = invited ? f->invited[f->invited_at++] : f->ahead;
    f->held = f->held && invited;
    return 1;
}

static int walk(struct finding *f, const struct mu_snapshot *snap, const char *after,
                struct mu_rows *rows, struct mu_err *err)
{
    struct mu_entry e;
    const struct mu_doc *doc;
    const char *last = after;
    int rc;
    while ((rc = next_entry(f, rows, &e, err)) == 1) {
        if (after && strcmp(e.id, after) <= 0)
            continue;
        mu_arena_reset(f->row);
        if (mu_entry_doc(&e, f->row, &doc, err) < 0)
            return -1;
        if (!fits(f, &e, doc))
            continue;
        if (is_full(f)) {
            f->next = mu_printf(f->c->arena, "%s:%" PRId64 ":%s", snap->account, snap->id,
                                last ? last : "");
            return 0;
        }
        write_entry(f, snap->account, &e);
        last = mu_strdup(f->c->arena, e.id);
    }
    return rc;
}

static int find_in(struct finding *f, const struct mu_snapshot *snap, const char *after,
                   struct mu_err *err)
{
    struct mu_rows *rows;
    f->invited_count = f->invited_at = 0;
    f->held = f->over = false;
    if (f->kind == MU_USER && mu_invited_entries(f->c->peer->store, f->c->arena, snap->account,
                                                 snap->id, &f->invited, &f->invited_count, err) < 0)
        return -1;
    if (mu_rows_open(f->c->peer->store, snap->account, snap->id, f->kind, &rows, err) < 0)
        return -1;
    int rc = walk(f, snap, after, rows, err);
    mu_rows_close(rows);
    return rc;
}

static int pinned(struct finding *f, struct mu_snapshot *snap, struct mu_err *err)
{
    int found = mu_snapshot_get(f->c->peer->store, f->c->arena, f->after_account, f->after_snapshot,
                                snap, err);
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "after: that read is gone; begin again without `after`");
    return found < 0 ? -1 : 0;
}

static int find_all(struct finding *f, const char *only, struct mu_err *err)
{
    const struct mu_config *config = f->c->mcp->conf.config;
    bool reached = !f->after_account;
    for (size_t i = 0; i < config->account_count && !f->next; i++) {
        struct mu_snapshot snap;
        const char *name = config->accounts[i].name;
        bool here = mu_streq(name, f->after_account);
        reached |= here;
        if (!reached || (only && !mu_streq(only, name)))
            continue;
        int is = mcp_account_read(f->c, i, &snap, err);
        if (is < 0 || (is && here && pinned(f, &snap, err) < 0))
            return -1;
        if (is && find_in(f, &snap, here ? f->after_id : NULL, err) < 0)
            return -1;
    }
    return 0;
}

static int write_reads(struct finding *f, struct mu_err *err)
{
    const struct mu_config *config = f->c->mcp->conf.config;
    mu_jw_key(&f->w, "reads");
    mu_jw_array(&f->w);
    for (size_t i = 0; i < config->account_count; i++) {
        struct mu_snapshot snap;
        int is = mcp_account_read(f->c, i, &snap, err);
        if (is < 0)
            return -1;
        if (is)
            mcp_write_snapshot(&f->w, &snap);
    }
    mu_jw_end(&f->w, ']');
    return 0;
}

static int check_account(struct finding *f, const char *account, struct mu_err *err)
{
    const struct mu_account_def *def;
    if (!account || (mcp_account_allowed(f->c, account) &&
                     mu_config_account(f->c->mcp->conf.config, account, &def, err) == 0))
        return 0;
    return mu_fail(err, MU_E_MISSING, "account: there is no account '%s' here",
                   mu_printable(f->c->arena, account, strlen(account), 64));
}

static int find(struct finding *f, struct json_object *args, struct mcp_out *out,
                struct mu_err *err)
{
    const char *account = mu_json_str(args, "account"), *filter = mu_json_str(args, "filter");
    const char *query = mu_json_str(args, "query");
    if (!f->c->peer->store)
        return mu_fail(err, MU_E_MISSING, "nothing was read yet; run muster pull ACCOUNT first");
    if (check_account(f, account, err) < 0 || read_mark(f, mu_json_str(args, "after"), err) < 0 ||
        (filter && mu_filter_parse(f->c->arena, f->kind, filter, &f->filter, err) < 0))
        return -1;
    f->query = query && *query ? mu_fold(f->c->arena, query) : NULL;
    mu_json_int(args, "limit", &f->limit);
    mu_jw_init(&f->w, &out->json, false);
    mu_jw_object(&f->w);
    mu_jw_key(&f->w, "items");
    mu_jw_array(&f->w);
    if (find_all(f, account, err) < 0)
        return -1;
    mu_jw_end(&f->w, ']');
    mu_jw_key(&f->w, "count");
    mu_jw_int(&f->w, f->found);
    if (f->next) {
        mu_jw_key(&f->w, "next");
        mu_jw_str(&f->w, f->next);
    }
    if (write_reads(f, err) < 0)
        return -1;
    mu_jw_end(&f->w, '}');
    return 0;
}

static int run(struct mcp_call *c, enum mu_kind kind, struct json_object *args, struct mcp_out *out,
               struct mu_err *err)
{
    struct finding f = {.c = c,
                        .kind = kind,
                        .limit = 25,
                        .user = mu_json_str(args, "user_id"),
                        .group = mu_json_str(args, "group_id"),
                        .row = mu_arena_new()};
    int rc = find(&f, args, out, err);
    mu_arena_free(f.row);
    return rc;
}

int mcp_run_people(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                   struct mcp_out *out, struct mu_err *err)
{
    (void)tool;
    return run(c, MU_USER, args, out, err);
}

int mcp_run_groups(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                   struct mcp_out *out, struct mu_err *err)
{
    (void)tool;
    return run(c, MU_GROUP, args, out, err);
}

int mcp_run_memberships(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                        struct mcp_out *out, struct mu_err *err)
{
    (void)tool;
    return run(c, MU_MEMBERSHIP, args, out, err);
}
