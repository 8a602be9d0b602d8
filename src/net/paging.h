/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of reading lists in pages: a list on its way and what its pages say about it. Private to
 * pages.c, which asks, and pages_judge.c, which concludes; the latter sees numbers only, never a
 * connection.
 *
 * A server may tell a total or not, echo its page size or not, give the first page for ever, the
 * last one again beyond the end, or everything at once. The comments in pages_judge.c say what is
 * concluded from what, and why.
 */
#ifndef MU_NET_PAGING_H
#define MU_NET_PAGING_H

#include "net/pages.h"

struct pages_reading {
    struct pages_reading *next_all, *next_ready;
    struct mu_list list; /* its strings are copies */
    char *what, *path;
    int size;        /* rows of a full page, as far as known */
    bool size_known; /* told, or concluded from a total: a shorter page ends the list */
    int64_t total;   /* from the first page; -1: not told */
    int64_t seen;    /* rows */
    int flying;      /* asks on their way */
    int end_rows;    /* rows of page `last` */
    int64_t asked;   /* pages asked for */
    int64_t last;    /* pages up to this one may be asked for now */
    int64_t most;    /* ceiling */
    uint64_t first_mark;
    int repeats;          /* with a total: of the first page; else of the one before */
    uint64_t before_mark; /* of the page that came before this one */
    uint64_t final_mark;  /* of the highest page within the total, or read beyond it */
    /* page beyond the total to be asked for again when all others are here; 0: none */
    int64_t redo;
    bool ready;  /* in the ready list */
    bool failed; /* nothing more is asked, and what comes is dropped */
};

/* One request on its way. index and count: the rows asked for, for lists by index. */
struct pages_ask {
    struct pages_ask *prev, *next;
    struct pages_reading *reading;
    int64_t number, index;
    int count;
};

/* What to do with the rows of a page. */
enum pages_use { TAKE, FORGET };

/* Of the first page: size and number of pages, as far as it tells them. */
void pages_learn(struct pages_reading *r, const struct mu_page_facts *f);
/* All pages asked for are here: whether there may be one more. */
bool pages_may_go_on(const struct pages_reading *r);
/* Whether all rows that were announced come before what this request asks for. */
bool pages_is_beyond(const struct pages_ask *ask);
/* Of a page that came: its use, and f->rows 0 where it shows the end. MU_E_REMOTE: the server does
 * not do pages as it is asked to. */
int pages_judge(struct pages_reading *r, const struct pages_ask *ask, struct mu_page_facts *f,
                enum pages_use *ret, struct mu_err *err);

#endif
