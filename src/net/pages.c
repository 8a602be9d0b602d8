/* SPDX-License-Identifier: Apache-2.0 */
/* All pages of one list or several, many on their way at once. */
#include "net/pages.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "net/paging.h"

/* Requests handed to the client at once; more than it may have connections. */
enum { OUTSTANDING_MAX = 320 };

struct mu_pages {
    struct mu_http *http;
    struct pages_reading *all;
    struct pages_reading *ready, *ready_last;
    struct pages_ask *out; /* on their way */
    int outstanding;
};

static void make_ready(struct mu_pages *pages, struct pages_reading *r)
{
    if (r->ready || r->asked >= r->last)
        return;
    r->ready = true;
    r->next_ready = NULL;
    if (pages->ready_last)
        pages->ready_last->next_ready = r;
    else
        pages->ready = r;
    pages->ready_last = r;
}

static void unready(struct mu_pages *pages)
{
    struct pages_reading *r = pages->ready;
    r->ready = false;
    pages->ready = r->next_ready;
    if (!pages->ready)
        pages->ready_last = NULL;
}

static void put_path(struct mu_buf *to, const struct pages_ask *ask)
{
    const struct mu_list *list = &ask->reading->list;
    mu_buf_adds(to, list->path);
    if (!list->number_name)
        return;
    mu_buf_printf(to, "%c%s=%lld", strchr(list->path, '?') ? '&' : '?', list->number_name,
                  (long long)(list->by_index ? ask->index : ask->number));
    if (list->size_name)
        mu_buf_printf(to, "&%s=%d", list->size_name, ask->count);
}

static void count(int64_t *counter)
{
    if (counter)
        ++*counter;
}

static int send_ask(struct mu_pages *pages, const struct pages_ask *model, struct mu_err *err)
{
    struct mu_buf path = MU_BUF_INIT((size_t)2 * MU_HTTP_PATH_MAX);
    struct pages_ask *ask = mu_xcalloc(1, sizeof(*ask));
    *ask = *model;
    put_path(&path, ask);
    struct mu_request request = {
        .path = path.data, .credential = ask->reading->list.credential, .tag = ask};
    int rc = mu_http_send(pages->http, &request, err);
    mu_buf_done(&path);
    if (rc < 0) {
        free(ask);
        return -1;
    }
    ask->prev = NULL;
    ask->next = pages->out;
    if (pages->out)
        pages->out->prev = ask;
    pages->out = ask;
    pages->outstanding++;
    ask->reading->flying++;
    count(ask->reading->list.asked);
    return 0;
}

static void forget_ask(struct mu_pages *pages, struct pages_ask *ask)
{
    if (ask->prev)
        ask->prev->next = ask->next;
    else
        pages->out = ask->next;
    if (ask->next)
        ask->next->prev = ask->prev;
    pages->outstanding--;
    free(ask);
}

static int ask_more(struct mu_pages *pages, struct mu_err *err)
{
    while (pages->ready && pages->outstanding < OUTSTANDING_MAX) {
        struct pages_reading *r = pages->ready;
        if (r->asked >= r->last) {
            unready(pages);
            continue;
        }
        struct pages_ask ask = {
            .reading = r, .number = r->asked + 1, .index = r->asked * r->size + 1};
        ask.count = r->list.by_index ? r->size : r->list.size;
        if (send_ask(pages, &ask, err) < 0)
            return mu_wrap(err, "%s", r->what);
        r->asked++;
    }
    return 0;
}

int mu_pages_add(struct mu_pages *pages, const struct mu_list *list, struct mu_err *err)
{
    if (list->number_name && list->size <= 0)
        return mu_fail(err, MU_E_CONFIG, "%s: page size must be above 0",
                       list->what ? list->what : list->path);
    struct pages_reading *r = mu_xcalloc(1, sizeof(*r));
    r->list = *list;
    r->path = mu_xstrdup(list->path);
    r->what = mu_xstrdup(list->what ? list->what : list->path);
    r->list.path = r->path;
    r->list.what = r->what;
    r->size = list->size;
    r->total = -1;
    r->last = 1;
    r->most = list->number_name ? MU_PAGES_MAX : 1;
    r->next_all = pages->all;
    pages->all = r;
    make_ready(pages, r);
    return 0;
}

int mu_pages_open(struct mu_http *http, const struct mu_list *list, struct mu_pages **ret,
                  struct mu_err *err)
{
    struct mu_pages *pages = mu_xcalloc(1, sizeof(*pages));
    pages->http = http;
    if (mu_pages_add(pages, list, err) < 0) {
        free(pages);
        return -1;
    }
    *ret = pages;
    return 0;
}

/* A server may give fewer rows than asked for at any index (RFC 7644 section 3.4.2.4): the rest is
 * asked for apart. */
static int fill_gap(struct mu_pages *pages, const struct pages_ask *ask,
                    const struct mu_page_facts *f, struct mu_err *err)
{
    struct pages_reading *r = ask->reading;
    if (!r->list.by_index || ask->number == 1 || f->rows == 0)
        return 0;
    int64_t next = ask->index + f->rows, end = ask->index + ask->count;
    if (end > r->total + 1)
        end = r->total + 1;
    if (next >= end)
        return 0;
    struct pages_ask rest = {
        .reading = r, .number = ask->number, .index = next, .count = (int)(end - next)};
    return send_ask(pages, &rest, err);
}

static int go_on(struct mu_pages *pages, const struct pages_ask *ask, const struct mu_page_facts *f,
                 struct mu_err *err)
{
    struct pages_reading *r = ask->reading;
    r->seen += f->rows;
    if (!r->list.number_name)
        return 0;
    if (ask->number == 1)
        pages_learn(r, f);
    else if (fill_gap(pages, ask, f, err) < 0)
        return -1;
    if (f->rows == 0 && r->last > r->asked)
        r->last = r->asked; /* the total was wrong, or the list shrank */
    if (ask->number == r->last)
        r->end_rows = f->rows;
    if (r->flying == 0 && r->redo) {
        r->asked = r->redo - 1;
        r->last = r->redo;
        r->redo = 0;
    }
    if (r->flying == 0 && r->asked == r->last && r->most > 1 && pages_may_go_on(r))
        r->last++;
    if (r->last > r->most)
        return mu_fail(err, MU_E_LIMIT,
                       "the list does not end after %lld pages (%lld rows were announced)",
                       (long long)r->most, (long long)r->total);
    make_ready(pages, r);
    return 0;
}

/* What a server says to a page past the end is documented nowhere: an empty list, or one of these.
 * */
static bool is_refused_beyond(const struct pages_ask *ask, const struct mu_response *response)
{
    bool refused = response->status == 400 || response->status == 404 || response->status == 416 ||
                   response->status == 422;
    return refused && pages_is_beyond(ask);
}

/* 1: a page; 0: nothing to hand out. */
static int take_in(struct mu_pages *pages, const struct pages_ask *ask,
                   const struct mu_response *response, void **ret_page,
                   struct mu_page_facts *ret_facts, struct mu_err *err)
{
    struct pages_reading *r = ask->reading;
    struct mu_page_facts facts = {.rows = 0, .total = -1};
    void *page = NULL;
    enum pages_use use = TAKE;
    r->flying--;
    if (r->failed)
        return 0;
    if (is_refused_beyond(ask, response)) {
        count(r->list.answered);
        return go_on(pages, ask, &facts, err);
    }
    if (r->list.look(r->list.arg, response, &page, &facts, err) < 0)
        return -1;
    count(r->list.answered);
    int rows = facts.rows;
    int rc = pages_judge(r, ask, &facts, &use, err);
    if (rc == 0 && !(use == FORGET && r->redo))
        rc = go_on(pages, ask, &facts, err);
    if (rc < 0 || use == FORGET) {
        r->list.drop(r->list.arg, page);
        return rc;
    }
    facts.rows = rows;
    *ret_page = page;
    *ret_facts = facts;
    return 1;
}

static int end_list(struct pages_reading *r, int number, struct mu_err *err)
{
    r->failed = true;
    r->last = r->asked;
    return r->list.number_name ? mu_wrap(err, "%s page %d", r->what, number)
                               : mu_wrap(err, "%s", r->what);
}

int mu_pages_next(struct mu_pages *pages, void **ret_page, int *ret_number,
                  struct mu_page_facts *ret_facts, struct mu_err *err)
{
    for (;;) {
        if (ask_more(pages, err) < 0)
            return -1;
        struct mu_response response;
        int got = mu_http_next(pages->http, &response, err);
        if (got <= 0)
            return got;
        struct pages_ask *ask = response.tag;
        struct pages_reading *r = ask->reading;
        int number = (int)ask->number;
        got = take_in(pages, ask, &response, ret_page, ret_facts, err);
        forget_ask(pages, ask);
        if (got < 0)
            return end_list(r, number, err);
        /* The caller is going to work on this page: what can be asked meanwhile is asked now. */
        if (ask_more(pages, err) < 0 || mu_http_pump(pages->http, err) < 0) {
            if (got)
                r->list.drop(r->list.arg, *ret_page);
            return -1;
        }
        if (got) {
            *ret_number = number;
            return 1;
        }
    }
}

void mu_pages_close(struct mu_pages *pages)
{
    if (!pages)
        return;
    /* What is still on its way carries our tags; the client must not hand it to anybody else. */
    if (pages->outstanding)
        mu_http_abort(pages->http);
    while (pages->out)
        forget_ask(pages, pages->out); /* NOLINT(clang-analyzer-unix.Malloc): it unlinks it, too */
    while (pages->all) {
        struct pages_reading *r = pages->all;
        pages->all = r->next_all;
        free(r->path);
        free(r->what);
        free(r);
    }
    free(pages);
}
