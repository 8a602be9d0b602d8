/* SPDX-License-Identifier: Apache-2.0 */
/* A list of the pass-through, page after page, to its end. */
#include <inttypes.h>
#include <string.h>

#include "base/doc.h"
#include "base/json.h"
#include "base/str.h"
#include "serve/proxy.h"

enum { FOLLOW_PAGES_MAX = 10000 };

/* How such a list pages: as the mapping of its path says, else of any path of the account. */
static const struct mu_fetch *paging_of(struct mu_passing *p)
{
    struct mu_account *a = p->lease->account;
    if (p->fetch)
        return p->fetch;
    const struct mu_resource *const *list =
        a->adapter->source ? a->adapter->source->resources(a) : NULL;
    for (; list && *list; list++) {
        const struct mu_fetch *f = mu_map_info(*list)->fetch;
        if (f && f->page_number)
            return f;
    }
    return NULL;
}

struct following {
    struct mu_passing *p;
    const struct mu_fetch *fetch;
    const char *query; /* of the caller, without page numbers */
    int size;
    int64_t rows, total; /* total -1: not told */
    int pages;
    char mark[MU_DIGEST_HEX]; /* of the page before */
    struct mu_jw w;
};

/* The caller's query without the parameters that we set. */
static const char *without_paging(struct following *f)
{
    struct mu_request *r = f->p->r;
    MU_AUTO(buf) struct mu_buf left = MU_BUF_INIT(MU_TARGET_MAX);
    for (const char *at = f->p->call.query ? f->p->call.query : ""; *at;) {
        size_t len = strcspn(at, "&"), name = strcspn(at, "=&");
        bool ours = (strlen(f->fetch->page_number) == name &&
                     strncmp(at, f->fetch->page_number, name) == 0) ||
                    (f->fetch->page_size && strlen(f->fetch->page_size) == name &&
                     strncmp(at, f->fetch->page_size, name) == 0);
        if (!ours) {
            mu_buf_add(&left, at, len);
            mu_buf_addc(&left, '&');
        }
        at += len + (at[len] == '&');
    }
    return mu_strndup(r->arena, left.data, left.len);
}

static const struct mu_doc *find_list(const struct mu_fetch *fetch, bool known,
                                      const struct mu_doc *doc)
{
    for (int i = 0; known && i < fetch->records_count; i++) {
        const struct mu_doc *list = mu_doc_get(&fetch->records[i], doc);
        if (mu_doc_is(list, MU_DOC_LIST))
            return list;
    }
    if (mu_doc_is(doc, MU_DOC_LIST))
        return doc;
    const struct mu_doc *member = mu_doc_is(doc, MU_DOC_OBJECT) ? doc->first : NULL;
    while (member && member->type != MU_DOC_LIST)
        member = member->next;
    return member;
}

static int64_t find_total(const struct mu_doc *doc)
{
    const struct mu_doc *member = mu_doc_is(doc, MU_DOC_OBJECT) ? doc->first : NULL;
    for (; member; member = member->next) {
        const char *text = mu_starts(member->name, "total") ? mu_doc_text(member) : NULL;
        long long n;
        if (text && mu_parse_int(text, 0, INT64_MAX, &n))
            return n;
    }
    return -1;
}

static int repeated(struct following *f, const struct mu_raw_answer *a, struct mu_err *err)
{
    char mark[MU_DIGEST_HEX];
    mu_digest(a->body, a->len, mark);
    bool same = f->pages > 1 && strcmp(mark, f->mark) == 0;
    memcpy(f->mark, mark, sizeof(mark));
    if (!same)
        return 0;
    return mu_fail(err, MU_E_REMOTE,
                   "%s: page %d is page %d again: this list has no pages, or others than its "
                   "mapping says; ask without muster_all",
                   f->p->lease->account->name, f->pages, f->pages - 1);
}

/* Takes a page's rows. 1: there may be more, 0: that was the end. */
static int take_page(struct following *f, const struct mu_raw_answer *a, struct mu_err *err)
{
    const struct mu_doc *doc, *row;
    if (mu_doc_parse(f->p->arena, a->body, a->len, &doc, err) < 0)
        return mu_wrap(err, "%s: page %d", f->p->lease->account->name, f->pages);
    const struct mu_doc *list = find_list(f->fetch, f->p->fetch != NULL, doc);
    if (!list && !(f->pages > 1 && f->total >= 0))
        return mu_fail(err, MU_E_REMOTE, "%s: page %d holds no list; ask without muster_all",
                       f->p->lease->account->name, f->pages);
    for (row = list ? list->first : NULL; row; row = row->next, f->rows++)
        mu_jw_doc(&f->w, row);
    f->total = find_total(doc);
    if (!list || !list->first)
        return 0;
    if (f->total >= 0)
        return f->rows < f->total;
    return repeated(f, a, err) < 0 ? -1 : 1;
}

static int next_page(struct following *f, struct mu_raw_answer *answer, struct mu_err *err)
{
    struct mu_passing *p = f->p;
    bool by_index = f->fetch->style == MU_PAGE_SCIM;
    if (f->pages++ == FOLLOW_PAGES_MAX)
        return mu_fail(err, MU_E_LIMIT, "%s: more than %d pages; ask for pages by themselves",
                       p->lease->account->name, FOLLOW_PAGES_MAX);
    MU_AUTO(buf) struct mu_buf query = MU_BUF_INIT(MU_TARGET_MAX);
    mu_buf_printf(&query, "%s%s=%" PRId64, f->query, f->fetch->page_number,
                  by_index ? f->rows + 1 : (int64_t)f->pages);
    if (f->fetch->page_size)
        mu_buf_printf(&query, "&%s=%d", f->fetch->page_size, f->size);
    p->call.query = mu_strndup(p->r->arena, query.data, query.len);
    return mu_proxy_call(p, answer, err);
}

static void finish(struct following *f)
{
    mu_jw_end(&f->w, ']');
    mu_jw_key(&f->w, "result_count");
    mu_jw_int(&f->w, f->rows);
    mu_jw_key(&f->w, "pages");
    mu_jw_int(&f->w, f->pages);
    mu_jw_key(&f->w, "total");
    if (f->total < 0)
        mu_jw_null(&f->w);
    else
        mu_jw_int(&f->w, f->total);
    mu_jw_put_bool(&f->w, "is_partial_response", f->total >= 0 && f->rows != f->total);
    mu_jw_end(&f->w, '}');
}

/* Whatever isn't a page is the answer: half of a list would look like a whole one. */
static int read_all(struct following *f, struct mu_err *err)
{
    struct mu_raw_answer answer = {0};
    for (int more = 1; more > 0;) {
        mu_arena_reset(f->p->arena);
        if (next_page(f, &answer, err) < 0)
            return -1;
        if (answer.status < 200 || answer.status > 299) {
            mu_buf_reset(&f->p->reply->body);
            return mu_proxy_reply(f->p, &answer, err);
        }
        more = take_page(f, &answer, err);
        if (more < 0)
            return -1;
    }
    finish(f);
    const struct mu_raw_answer whole = {
        .status = 200, .headers = "", .content_type = "", .body = ""};
    return mu_proxy_reply(f->p, &whole, err);
}

int mu_proxy_follow(struct mu_passing *p, struct mu_err *err)
{
    struct following f = {.p = p, .fetch = paging_of(p), .total = -1};
    if (!f.fetch || !f.fetch->page_number)
        return mu_fail(err, MU_E_UNSUPPORTED,
                       "%s: nothing says how this list pages; ask without muster_all",
                       p->lease->account->name);
    f.size = f.fetch->page_max > 0 ? f.fetch->page_max : 100;
    f.query = without_paging(&f);
    mu_jw_init(&f.w, &p->reply->body, false);
    mu_jw_object(&f.w);
    mu_jw_key(&f.w, "result");
    mu_jw_array(&f.w);
    p->arena = mu_arena_new(); /* one page at a time */
    int rc = read_all(&f, err);
    mu_arena_free(p->arena);
    p->arena = p->r->arena;
    return rc;
}
