/* SPDX-License-Identifier: Apache-2.0 */
/* What a page says about the list it is of. */
#include "net/paging.h"

enum {
    REPEATS_MAX = 3,  /* pages that repeat the first one */
    BEYOND_TOTAL = 10 /* pages tolerated above twice what the total stands for */
};

/* The size of a full page: what the server echoes, else what it gave while telling that there is
 * more. A SCIM server's itemsPerPage is the number of rows on this page (RFC 7644 section 3.4.2.4),
 * so a list by index goes by rows alone. */
static void learn_size(struct pages_reading *r, const struct mu_page_facts *f)
{
    if (!r->list.by_index && f->size > 0) {
        r->size = f->size;
        r->size_known = true;
    } else if (f->total > f->rows && f->rows > 0 && f->rows < r->size) {
        r->size = f->rows;
    }
}

void pages_learn(struct pages_reading *r, const struct mu_page_facts *f)
{
    learn_size(r, f);
    if (f->total < 0)
        return;
    r->total = f->total;
    r->size_known = true;
    /* One more than the full pages: it shows that there is no more, at the price of no extra round
     * trip. */
    int64_t pages = f->total / r->size + 1;
    if (f->total <= r->size)
        r->final_mark = f->mark;
    r->most = 2 * pages + BEYOND_TOTAL < MU_PAGES_MAX ? 2 * pages + BEYOND_TOTAL : MU_PAGES_MAX;
    if (f->total > f->rows || f->rows >= r->size)
        r->last = pages;
    /* More rows than asked for, and all there are: a server without pages. */
    if (f->rows > r->list.size && f->rows >= f->total)
        r->last = r->most = 1;
}

bool pages_may_go_on(const struct pages_reading *r)
{
    if (r->end_rows == 0 || r->total < 0)
        return r->end_rows > 0;
    return r->end_rows >= r->size || r->seen < r->total;
}

bool pages_is_beyond(const struct pages_ask *ask)
{
    const struct pages_reading *r = ask->reading;
    int64_t before = r->list.by_index ? ask->index - 1 : (ask->number - 1) * r->size;
    return ask->number > 1 && r->total >= 0 && before >= r->total;
}

/* Beyond the total there is nothing, rows that were added meanwhile, or, from some servers, the
 * last page again. Which of them is known when the others are here, so until then it is put off. */
static enum pages_use judge_beyond(struct pages_reading *r, const struct pages_ask *ask,
                                   struct mu_page_facts *f)
{
    if (f->rows > 0 && r->flying > 0) {
        r->redo = ask->number;
        return FORGET;
    }
    if (f->rows > 0 && f->mark && f->mark == r->final_mark) {
        f->rows = 0;
        return FORGET;
    }
    r->final_mark = f->mark;
    return TAKE;
}

static int ignores_number(struct mu_err *err)
{
    return mu_fail(err, MU_E_REMOTE,
                   "the same rows again as on an earlier page: the server ignores the page number");
}

/* Under a total a list ends by itself, and a few pages may hold another one's rows: the reader sees
 * that they came twice. A server that ignores the page number gives the first one for ever. */
static int judge_counted(struct pages_reading *r, bool again, const struct mu_page_facts *f,
                         struct mu_err *err)
{
    r->repeats += again && f->mark == r->first_mark;
    return r->repeats < REPEATS_MAX ? 0 : ignores_number(err);
}

/* Without a total, pages come one by one. The first one again, not of the size asked for, is a list
 * without pages, given whole. A later one again may be how a server shows the end: it is, if it
 * comes a third time, and was a mistake if it doesn't. */
static int judge_uncounted(struct pages_reading *r, const struct pages_ask *ask, bool again,
                           struct mu_page_facts *f, enum pages_use *ret, struct mu_err *err)
{
    if (!again && r->repeats)
        return mu_fail(err, MU_E_REMOTE, "the page before it held the rows of the one before that");
    if (!again)
        return 0;
    bool whole = ask->number == 2 && f->rows != (r->size_known ? r->size : r->list.size);
    if (f->mark == r->first_mark && !whole)
        return ignores_number(err);
    *ret = FORGET;
    if (whole || r->repeats++)
        f->rows = 0;
    return 0;
}

int pages_judge(struct pages_reading *r, const struct pages_ask *ask, struct mu_page_facts *f,
                enum pages_use *ret, struct mu_err *err)
{
    uint64_t before = r->before_mark;
    *ret = TAKE;
    if (pages_is_beyond(ask)) {
        *ret = judge_beyond(r, ask, f);
        return 0;
    }
    r->before_mark = f->mark;
    if (r->total >= 0 && ask->number == (r->total + r->size - 1) / r->size)
        r->final_mark = f->mark;
    if (ask->number == 1) {
        r->first_mark = f->mark;
        return 0;
    }
    if (!f->mark || f->rows == 0)
        return 0;
    bool again = f->mark == r->first_mark || f->mark == before;
    return r->total >= 0 ? judge_counted(r, again, f, err)
                         : judge_uncounted(r, ask, again, f, ret, err);
}
