/* SPDX-License-Identifier: Apache-2.0 */
/* Reading Sendoso: resources one after another, the pages of a list and the lists of all parents
 * concurrently. */
#include "adapter/sendoso/sendoso_private.h"

#include <string.h>

#include "base/str.h"

/* ---- parents ---- */

static struct sendoso_parents *parents_called(struct sendoso *s, const char *name)
{
    for (struct sendoso_parents *p = s->reading.parents; p->resource; p++)
        if (mu_streq(mu_map_info(p->resource)->name, name))
            return p;
    mu_bug(__FILE__, __LINE__, "for_each names a resource that check_parents did not find");
}

/* Ids of a page's records, once each. A record that can't be mapped is parked by the reader and has
 * no list. */
static void keep_parents(struct sendoso *s, const struct sendoso_page *page)
{
    const struct mu_resource *r = page->list->resource;
    struct sendoso_parents *p = s->reading.parents;
    while (p->resource && p->resource != r)
        p++;
    if (!p->resource)
        return;
    struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    for (const struct mu_doc *record = page->records->first; record; record = record->next) {
        struct mu_err ignored;
        const char *id;
        mu_buf_reset(&body);
        if (mu_map_entry(r, record, NULL, s->reading.arena, &body, &id, &ignored) < 0)
            continue;
        if (!mu_map_get(p->ids, id, strlen(id)))
            mu_map_put(p->ids, id, strlen(id), (void *)(uintptr_t)id);
    }
    mu_buf_done(&body);
}

/* `/api/v3/groups/{group_id}/members` with the id put in, encoded; the mapping was checked to hold
 * the braces once. */
static const char *path_of(struct mu_arena *arena, const struct mu_fetch *f, const char *parent)
{
    if (!parent)
        return f->path;
    struct mu_buf path = MU_BUF_INIT(MU_HTTP_PATH_MAX);
    const char *open = strchr(f->path, '{'), *close = strchr(f->path, '}');
    mu_buf_add(&path, f->path, (size_t)(open - f->path));
    mu_url_escape(&path, parent, strlen(parent));
    mu_buf_adds(&path, close + 1);
    const char *copy = mu_strdup(arena, path.data);
    mu_buf_done(&path);
    return copy;
}

static const struct mu_doc *context_of(const struct sendoso_page *page)
{
    const struct sendoso_list *list = page->list;
    return list->parent
               ? mu_doc_single(page->arena, mu_map_info(list->resource)->fetch->param, list->parent)
               : NULL;
}

/* ---- lists ---- */

static int add_list(struct sendoso *s, const struct mu_list *list, struct mu_err *err)
{
    struct sendoso_reading *rd = &s->reading;
    return rd->pages ? mu_pages_add(rd->pages, list, err)
                     : mu_pages_open(s->http, list, &rd->pages, err);
}

static struct mu_read_count *count_of(struct sendoso *s, const struct mu_resource *r)
{
    struct mu_read_count *count = s->reading.counts;
    while (count->resource != r)
        count++;
    return count;
}

static struct sendoso_list *new_list(struct sendoso *s, const struct mu_resource *r,
                                     const char *parent)
{
    struct sendoso_list *list = mu_alloc(s->reading.arena, sizeof(*list));
    *list = (struct sendoso_list){.account = s, .resource = r, .parent = parent};
    return list;
}

static int ask_for(struct sendoso *s, const struct mu_resource *r, const char *parent,
                   struct mu_err *err)
{
    struct mu_arena *arena = s->reading.arena;
    const struct mu_resource_info *info = mu_map_info(r);
    const struct mu_fetch *f = info->fetch;
    struct mu_read_count *count = count_of(s, r);
    struct mu_list list = {.what = info->name,
                           .path = path_of(arena, f, parent),
                           .number_name = f->style == MU_PAGE_NONE ? NULL : f->page_number,
                           .size_name = f->page_size,
                           .size = f->page_max,
                           .by_index = f->style == MU_PAGE_SCIM,
                           .credential = sendoso_credential(s, r),
                           .asked = &count->asked,
                           .answered = &count->answered,
                           .look = sendoso_look,
                           .drop = sendoso_drop,
                           .arg = new_list(s, r, parent)};
    if (parent)
        list.what = mu_printf(arena, "%s of %s", info->name,
                              mu_printable(arena, parent, strlen(parent), 60));
    return add_list(s, &list, err);
}

/* Who we are is asked along with the first list: it costs no round trip of its own. */
static int ask_who(struct sendoso *s, struct mu_err *err)
{
    struct mu_list me = {.what = sendoso_me,
                         .path = sendoso_me,
                         .credential = s->main,
                         .look = sendoso_look,
                         .drop = sendoso_drop,
                         .arg = new_list(s, NULL, NULL)};
    return add_list(s, &me, err);
}

static int open_resource(struct sendoso *s, const struct mu_resource *r, struct mu_err *err)
{
    struct sendoso_reading *rd = &s->reading;
    const struct mu_fetch *f = mu_map_info(r)->fetch;
    rd->open = true;
    if (rd->at == 0 && ask_who(s, err) < 0)
        return -1;
    if (!f->for_each)
        return ask_for(s, r, NULL, err);
    const struct mu_map *ids = parents_called(s, f->for_each)->ids;
    for (size_t i = 0; i < mu_map_count(ids); i++) {
        void *id;
        const char *key;
        size_t len;
        mu_map_at(ids, i, &key, &len, &id);
        if (ask_for(s, r, id, err) < 0)
            return -1;
    }
    return 0;
}

static void close_resource(struct sendoso *s)
{
    mu_pages_close(s->reading.pages);
    s->reading.pages = NULL;
    s->reading.open = false;
    s->reading.at++;
}

static bool is_in(const struct mu_resource *const *list, const struct mu_resource *r)
{
    for (; *list; list++)
        if (*list == r)
            return true;
    return false;
}

/* 1: a page; 0: no more of this resource. */
static int next_page(struct sendoso *s, struct mu_page *ret, struct mu_err *err)
{
    struct sendoso_reading *rd = &s->reading;
    struct mu_page_facts facts;
    void *handed;
    int number, rc = 0;
    while (rd->pages && (rc = mu_pages_next(rd->pages, &handed, &number, &facts, err)) == 1) {
        struct sendoso_page *page = handed;
        if (!page)
            continue;
        rd->answered = true;
        keep_parents(s, page);
        if (is_in(rd->quiet, page->list->resource)) {
            sendoso_drop(NULL, page);
            continue;
        }
        *ret = (struct mu_page){.arena = page->arena,
                                .resource = page->list->resource,
                                .records = page->records,
                                .context = context_of(page),
                                .parent = page->list->parent,
                                .number = number,
                                .rows = facts.rows,
                                .total = facts.total};
        free(page);
        return 1;
    }
    return rc;
}

/* ---- failures ---- */

/* How much a failure hurts. A refused main token or a block ends everything; SCIM has a credential
 * of its own. */
static enum mu_blast blast_of(const struct sendoso *s, const struct mu_resource *r,
                              enum mu_code code)
{
    const char *credential = mu_map_info(r)->fetch->credential;
    switch (code) {
    case MU_E_CANCELLED:
        return MU_HITS_RUN;
    case MU_E_THROTTLED:
        return MU_HITS_CONNECTION;
    case MU_E_NET:
        return s->reading.answered ? MU_HITS_KIND : MU_HITS_CONNECTION;
    case MU_E_AUTH:
        return credential && s->scim ? MU_HITS_KIND : MU_HITS_CONNECTION;
    default:
        return MU_HITS_KIND;
    }
}

/* A list of one parent that failed leaves the others to come; not when the server can't be reached,
 * which would be told once for each of them. */
static bool others_go_on(const struct mu_resource *r, const struct mu_err *err)
{
    return mu_map_info(r)->fetch->for_each && err->code != MU_E_NET && err->code != MU_E_AUTH &&
           err->code != MU_E_DENIED;
}

static int read_failed(struct sendoso *s, const struct mu_resource *r, struct mu_err *err)
{
    err->blast = blast_of(s, r, err->code);
    if (err->code == MU_E_MISSING && mu_map_info(r)->fetch->for_each) {
        struct mu_err why = *err;
        mu_fail(err, why.code, "%s; it vanished while it was read, the next pull will tell",
                why.text);
        err->blast = why.blast;
        err->native = why.native;
    }
    bool over = !s->reading.pages || !others_go_on(r, err);
    if (over)
        close_resource(s);
    return mu_wrap(err, "%s", s->base.name);
}

/* ---- the source ---- */

static bool chosen(const char *const *only, const struct mu_resource *r)
{
    const char *name = mu_map_info(r)->name;
    for (; only && *only; only++)
        if (mu_streq(*only, name))
            return true;
    return !only;
}

/* Whether a chosen resource goes through this one's entries. */
static bool is_parent(struct sendoso *s, const char *const *only, const struct mu_resource *r)
{
    for (const struct mu_resource **child = s->resources; *child; child++) {
        const struct mu_fetch *f = mu_map_info(*child)->fetch;
        if (f && mu_streq(f->for_each, mu_map_info(r)->name) && chosen(only, *child))
            return true;
    }
    return false;
}

static void fill_queue(struct sendoso *s, const char *const *only)
{
    struct sendoso_reading *rd = &s->reading;
    size_t count = 0, queued = 0, quiet = 0, parents = 0;
    while (s->resources[count])
        count++;
    rd->queue = mu_alloc_array(rd->arena, count + 1, sizeof(*rd->queue));
    rd->quiet = mu_alloc_array(rd->arena, count + 1, sizeof(*rd->quiet));
    rd->parents = mu_alloc_array(rd->arena, count + 1, sizeof(*rd->parents));
    rd->counts = mu_alloc_array(rd->arena, count + 1, sizeof(*rd->counts));
    for (size_t i = 0; i < count; i++) {
        const struct mu_resource *r = s->resources[i];
        bool wanted = chosen(only, r), parent = is_parent(s, only, r);
        if (!mu_map_info(r)->fetch || (!wanted && !parent))
            continue;
        rd->counts[queued].resource = r;
        rd->queue[queued++] = r;
        if (!wanted)
            rd->quiet[quiet++] = r;
        if (parent)
            rd->parents[parents++] = (struct sendoso_parents){.resource = r, .ids = mu_map_new(64)};
    }
    rd->count_count = queued;
}

static int begin(struct mu_account *a, const char *const *only, struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    (void)err; /* nothing goes over the network before the first page is asked for */
    s->reading = (struct sendoso_reading){.arena = mu_arena_new()};
    mu_http_stats(s->http, &s->reading.before);
    fill_queue(s, only);
    return 0;
}

static int next(struct mu_account *a, struct mu_page *ret, struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    struct sendoso_reading *rd = &s->reading;
    while (rd->queue[rd->at]) {
        const struct mu_resource *r = rd->queue[rd->at];
        int rc = rd->open ? 0 : open_resource(s, r, err);
        if (rc == 0)
            rc = next_page(s, ret, err);
        if (rc == 1)
            return 1;
        if (rc < 0) {
            ret->resource = r;
            return read_failed(s, r, err);
        }
        close_resource(s);
    }
    return 0;
}

static struct mu_bound keep_bound(struct mu_arena *arena, const struct mu_bound *b)
{
    return (struct mu_bound){.id = mu_strdup(arena, b->id),
                             .role = mu_strdup(arena, b->role),
                             .organization = mu_strdup(arena, b->organization)};
}

static void end(struct mu_account *a, struct mu_arena *arena, struct mu_read_facts *ret)
{
    struct sendoso *s = sendoso_of(a);
    struct sendoso_reading *rd = &s->reading;
    struct mu_http_stats now;
    mu_http_stats(s->http, &now);
    struct mu_read_count *counts = mu_alloc_array(arena, rd->count_count + 1, sizeof(*counts));
    if (!rd->who.bound.organization)
        rd->who.bound.organization = rd->organization;
    memcpy(counts, rd->counts, rd->count_count * sizeof(*counts));
    *ret = (struct mu_read_facts){.identity = sendoso_who_text(arena, &rd->who),
                                  .bound = keep_bound(arena, &rd->who.bound),
                                  .counts = counts,
                                  .count_count = rd->count_count,
                                  .calls = now.requests - rd->before.requests,
                                  .retries = now.retries - rd->before.retries,
                                  .throttled = now.throttled - rd->before.throttled,
                                  .bytes = now.bytes - rd->before.bytes,
                                  .wait_us = now.wait_us - rd->before.wait_us};
    mu_pages_close(rd->pages);
    for (struct sendoso_parents *p = rd->parents; p && p->resource; p++)
        mu_map_free(p->ids);
    mu_arena_free(rd->arena);
    *rd = (struct sendoso_reading){.queue = NULL};
}

static const struct mu_resource *const *resources(struct mu_account *a)
{
    return (const struct mu_resource *const *)sendoso_of(a)->resources;
}

const struct mu_source_ops sendoso_source = {
    .begin = begin, .next = next, .end = end, .resources = resources};
