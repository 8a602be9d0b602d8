/* SPDX-License-Identifier: Apache-2.0 */
/* GET of a collection. */
#include "serve/rest/list.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/pulls.h"
#include "serve/rest/page.h"
#include "serve/rest/params.h"
#include "serve/rest/there.h"
#include "serve/serve.h"
#include "serve/target.h"

/* ---- which snapshot ---- */

static bool too_old(const struct mu_asked *ask, const struct mu_view *view)
{
    return ask->max_age == 0 || (ask->max_age > 0 && mu_now() - view->finished > ask->max_age);
}

int mu_rest_view(struct mu_request *r, const struct mu_asked *ask, struct mu_store **ret_store,
                 const struct mu_view **ret, struct mu_err *err)
{
    struct mu_err none = MU_ERR_INIT;
    const struct mu_view *view = NULL;
    int rc = mu_view_newest(r, ask->account, ret_store, &view, &none);
    bool pull = rc < 0 ? ask->max_age >= 0 && none.code == MU_E_MISSING : too_old(ask, view);
    if (!pull) {
        if (rc < 0)
            *err = none;
        else
            *ret = view;
        return rc;
    }
    if (!r->may_block)
        return MU_LATER;
    r->upstream = ask->account->name;
    if (mu_pulls_wait(r->serve->pulls, ask->account, r->id, err) < 0)
        return -1;
    return mu_view_newest(r, ask->account, ret_store, ret, err);
}

/* The invited are of the moment: who they are is part of the mark. */
static bool unchanged(struct mu_request *r, const struct mu_rest_page *page, struct mu_reply *reply)
{
    uint8_t mark[MU_HASH_LEN];
    uint32_t part;
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&all, r->target);
    for (size_t i = 0; i < page->beside->count; i++)
        mu_buf_add(&all, page->beside->entries[i].body, page->beside->entries[i].body_len);
    mu_store_seal(page->store, all.data, all.len, mark);
    memcpy(&part, mark, sizeof(part));
    reply->etag = mu_printf(r->arena, "%" PRId64 "-%08x", page->view->at.snapshot, part);
    return mu_reply_unchanged(r, reply);
}

/* ---- the page ---- */

/* Of a group's list: those the user is in. */
static int note_groups(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct mu_rest_page *page = arg;
    const struct mu_doc *doc;
    size_t count = 0;
    if (mu_entry_doc(entry, page->scratch, &doc, err) < 0)
        return -1;
    const struct mu_doc *groups = mu_doc_member(doc, "groups");
    const char **ids = mu_alloc_array(page->arena, (groups ? groups->len : 0) + 1, sizeof(*ids));
    for (const struct mu_doc *g = groups ? groups->first : NULL; g; g = g->next) {
        const char *id = mu_doc_str(g, "id");
        if (id)
            ids[count++] = mu_strdup(page->arena, id);
    }
    page->only = ids;
    return 1;
}

static const char *of_user(const struct mu_request *r, const struct mu_asked *ask)
{
    return ask->kind == MU_GROUP ? mu_request_param(r, "user_id") : NULL;
}

static int groups_of_user(struct mu_request *r, struct mu_rest_page *page, struct mu_err *err)
{
    const char *user = of_user(r, page->ask);
    if (!user)
        return 0;
    const struct mu_asked of_users = {.kind = MU_USER};
    const struct mu_beside *beside;
    int rc = mu_beside_of(r, &of_users, page->store, page->view, &beside, err);
    if (rc != 0)
        return rc;
    int found = mu_beside_get(page->store, page->view, beside, MU_USER, user, false, note_groups,
                              page, err);
    if (found == 0)
        return mu_fail(err, MU_E_USAGE, "user_id: %s has no user '%s'", page->view->account->name,
                       mu_printable(r->arena, user, strlen(user), 60));
    return found < 0 ? -1 : 0;
}

/* A bare list has no place for a cursor: it goes into a header, as a reference to the next page. */
static void link_next(struct mu_request *r, struct mu_rest_page *page, struct mu_reply *reply)
{
    const char *cursor = mu_page_cursor(page, false);
    MU_AUTO(buf) struct mu_buf link = MU_BUF_INIT((size_t)MU_TARGET_MAX * 4);
    if (!cursor)
        return;
    mu_buf_printf(&link, "<?cursor=%s", cursor);
    for (size_t i = 0; i < r->query_count; i++) {
        const struct mu_pair *p = &r->query[i];
        if (strstr(p->name, "cursor"))
            continue;
        mu_buf_addc(&link, '&');
        mu_percent_into(&link, p->name);
        mu_buf_addc(&link, '=');
        mu_percent_into(&link, p->value);
    }
    mu_buf_adds(&link, ">; rel=\"next\"");
    mu_reply_header(reply, "Link", mu_strdup(r->arena, link.data));
}

/* What a filter says of one field, where an index names those it may fit. 0, MU_LATER, -1. */
static int use_index(struct mu_request *r, struct mu_rest_page *page, struct mu_err *err)
{
    const struct mu_asked *ask = page->ask;
    struct mu_filter_equal *equal = mu_alloc(r->arena, sizeof(*equal));
    bool equals = mu_filter_equal(r->arena, ask->filter, equal);
    if (!equals && !mu_filter_like(r->arena, ask->filter, equal))
        return 0;
    const struct mu_index_key key = {page->view->at, ask->kind, equal->attr, equal->part,
                                     equals ? MU_INDEX_VALUES : MU_INDEX_TEXTS};
    page->equal = equal;
    page->like = !equals;
    int rc = mu_index_take(r, page->store, &key, &page->index, err);
    if (rc == 0 && page->index && !mu_page_name(page)) {
        mu_index_drop(r->serve->indexes, page->index);
        page->index = NULL;
    }
    return rc;
}

/* Those that are named are put in order by themselves. */
static int use_order(struct mu_request *r, struct mu_rest_page *page, struct mu_err *err)
{
    const struct mu_asked *ask = page->ask;
    if (!ask->sort || page->only || page->index)
        return 0;
    const struct mu_index_key key = {page->view->at, ask->kind, ask->sort, NULL, MU_INDEX_ORDER};
    return mu_index_take(r, page->store, &key, &page->order, err);
}

static int walk(struct mu_rest_page *page, struct mu_err *err)
{
    return page->ask->sort ? mu_page_sort(page, err) : mu_page_walk(page, err);
}

/* Where nothing fits, or the order may be by a field of nobody, fields are to be there. A look at those
 * that weren't looked at tells, and ends with the first few, unless nobody has the fields. */
static int collect(struct mu_request *r, struct mu_rest_page *page, struct mu_err *err)
{
    if (walk(page, err) < 0)
        return -1;
    bool told =
        page->count > 0 && (!page->ask->sort || page->seen[0]); /* the order's is the first */
    if (told || page->from_somewhere ||
        (page->index && page->ask->field_count == 1 && mu_index_has_any(page->index)))
        return 0;
    if (page->partly && !r->may_block)
        return MU_LATER;
    if (page->partly && mu_there_look(page, err) < 0)
        return -1;
    return mu_there_fields(page, err);
}

static int fill(struct mu_request *r, struct mu_rest_page *page, struct mu_buf *to,
                struct mu_err *err)
{
    page->items = mu_alloc_array(r->arena, (size_t)page->ask->limit, sizeof(*page->items));
    int rc = use_index(r, page, err);
    if (rc == 0)
        rc = use_order(r, page, err);
    page->partly = page->index != NULL;
    if (rc == 0)
        rc = collect(r, page, err);
    if (rc == 0)
        rc = mu_page_write(page, to, err);
    mu_index_drop(r->serve->indexes, page->index);
    mu_index_drop(r->serve->indexes, page->order);
    return rc;
}

/* What has begun to leave can't be refused any more: looked at first. */
static int stream(struct mu_request *r, struct mu_rest_page *page, struct mu_reply *reply,
                  struct mu_err *err)
{
    if (page->ask->field_count > 0 &&
        (mu_there_look(page, err) < 0 || mu_there_fields(page, err) < 0))
        return -1;
    return mu_rest_lines(r, page, reply);
}

static int start(struct mu_request *r, const struct mu_asked *ask, struct mu_rest_page *page,
                 struct mu_err *err)
{
    int rc;
    if (!ask->cursor)
        return mu_rest_view(r, ask, &page->store, &page->view, err);
    if (mu_request_store(r, &page->store, err) < 0 ||
        mu_cursor_read(page->store, r->arena, ask->what, ask->cursor, &page->cursor, err) < 0)
        return -1;
    page->from_somewhere = true;
    rc = mu_view_of(r, ask->account, page->cursor.snapshot, &page->store, &page->view, err);
    return rc;
}

/* What looks at every entry keeps an event loop from its other connections. */
static bool is_long(const struct mu_request *r, const struct mu_asked *ask)
{
    struct mu_filter_equal equal;
    return ask->sort || of_user(r, ask) ||
           (ask->filter &&
            (ask->format == MU_REST_STREAM || !mu_filter_equal(r->arena, ask->filter, &equal)));
}

int mu_rest_list(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const enum mu_kind *kind = r->route->arg;
    struct mu_asked ask;
    struct mu_rest_page page = {.ask = &ask, .arena = r->arena, .text = MU_BUF_INIT(MU_REPLY_MAX)};
    if (mu_ask_read(r, *kind, false, &ask, err) < 0)
        return -1;
    if (is_long(r, &ask) && !r->may_block)
        return MU_LATER;
    int rc = start(r, &ask, &page, err);
    if (rc == 0)
        rc = mu_beside_of(r, &ask, page.store, page.view, &page.beside, err);
    if (rc != 0)
        return rc;
    mu_view_headers(r, page.view, reply);
    if (unchanged(r, &page, reply))
        return 0;
    page.scratch = mu_arena_new();
    rc = groups_of_user(r, &page, err);
    if (rc == 0 && !page.from_somewhere)
        rc = mu_there_ids(r, &page, err);
    if (rc == 0)
        rc = ask.format == MU_REST_STREAM ? stream(r, &page, reply, err)
                                          : fill(r, &page, &reply->body, err);
    if (rc == 0 && ask.format == MU_REST_RAW)
        link_next(r, &page, reply);
    mu_arena_free(page.scratch);
    mu_buf_done(&page.text);
    return rc;
}
