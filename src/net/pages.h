/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All pages of one list, or of several at once: the first page first, then the rest concurrently as
 * far as the client allows, in any order.
 *
 * What a page holds is known only to its reader, so the iterator asks back through `look`: rows on
 * the page, total told, and the page size the server echoes. Where a total is told, that many pages
 * are asked for and one more, which must be short or empty; while it is full, the list has grown
 * and the next one is asked for. Without a total pages are read one after the other until one is
 * empty: a short one may be followed by others. A server that gives smaller pages than asked for is
 * followed. A ceiling of MU_PAGES_MAX, and of twice the pages a total stands for, stops a list that
 * never ends (MU_E_LIMIT); a page that repeats an earlier one is an error.
 *
 * While a list is open, the client is used by nothing else. `look` gets every response, failed ones
 * too (mu_http_json).
 */
#ifndef MU_NET_PAGES_H
#define MU_NET_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/http.h"

enum { MU_PAGES_MAX = 1000000 };

struct mu_page_facts {
    int rows;
    int64_t total; /* -1: not told */
    int size;      /* page size the server echoes; 0: not told */
    uint64_t
        mark; /* digest of the page's content, to tell that a page repeats another; 0: not told */
};

struct mu_list {
    const char *what;        /* in messages: "users" */
    const char *path;        /* may already hold a query */
    const char *number_name; /* NULL: a single request */
    const char *size_name;
    int size;
    bool by_index; /* the number counts rows from 1 (SCIM startIndex), not pages */
    struct mu_credential *credential;
    /* Where pages asked for and answers understood are added up; NULL: nowhere. Outlive the list. */
    int64_t *asked, *answered;
    /* Parses the page (its result is kept in *ret_page and handed out by mu_pages_next) and tells
     * its facts. -1: not a page; *err says why. drop releases what look made (NULL too, if that is
     * what it made). */
    int (*look)(void *arg, const struct mu_response *response, void **ret_page,
                struct mu_page_facts *ret, struct mu_err *err);
    void (*drop)(void *arg, void *page);
    void *arg;
};

struct mu_pages;

int mu_pages_open(struct mu_http *http, const struct mu_list *list, struct mu_pages **ret,
                  struct mu_err *err);

/* One more list, read along with the others: pages are told apart by what their `look` makes. */
int mu_pages_add(struct mu_pages *pages, const struct mu_list *list, struct mu_err *err);

/* 1: *ret_page is the caller's, with its number (from 1) and facts; 0: end; -1: this list failed,
 * the rest of it is not read; the other lists go on when asked again (except after MU_E_CANCELLED).
 * */
int mu_pages_next(struct mu_pages *pages, void **ret_page, int *ret_number,
                  struct mu_page_facts *ret_facts, struct mu_err *err);
void mu_pages_close(struct mu_pages *pages); /* NULL is fine; drops pages not handed out */

#endif
