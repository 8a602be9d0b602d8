/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page of a list while it is put together: entries come in any order of walking, and stand in the
 * answer in the order asked for.
 */
#ifndef MU_SERVE_REST_PAGE_H
#define MU_SERVE_REST_PAGE_H

#include "serve/rest/beside.h"
#include "serve/rest/index.h"
#include "serve/rest/shape.h"

struct mu_page_item {
    const char *id, *key; /* key: "" in order of id */
    size_t at, len;       /* its text in mu_rest_page.text */
};

struct mu_rest_page {
    const struct mu_asked *ask;
    struct mu_store *store;
    const struct mu_view *view;
    const struct mu_beside *beside; /* the invited */
    /* those that pass one of the filter's tests, by an index; index NULL: look at all */
    struct mu_index *index;
    const struct mu_filter_equal *equal;
    bool like;        /* equal's values are patterns */
    const char **ids; /* in byte order */
    size_t id_count;
    struct mu_index *order;   /* everybody in order of ask->sort; NULL: look at all */
    struct mu_arena *arena;   /* the request's */
    struct mu_arena *scratch; /* emptied for each entry that is parsed */
    const char *const *only;  /* ids, NULL-terminated; NULL: any */
    bool from_somewhere;      /* cursor is where the page begins */
    struct mu_cursor cursor;
    struct mu_page_item *items; /* room for ask->limit */
    size_t count;
    bool more;                    /* beyond the last one walked to */
    struct mu_buf text;           /* of the items, one after another */
    int64_t looked;               /* at so many entries */
    bool partly;                  /* there are others that were not looked at */
    bool seen[MU_ASK_FIELDS_MAX]; /* parallel to ask->fields: some entry has it */
    const struct mu_doc *doc;     /* those fields of the entry looked at last; in scratch */
};

/* Looks at the fields that filters and order look at, and notes which of them the entry has. */
int mu_page_note(struct mu_rest_page *page, const struct mu_entry *entry, struct mu_err *err);
bool mu_page_saw_all(const struct mu_rest_page *page);

/* Whether the entry is asked for. 1, 0, -1. Notes which fields it has, and them. */
int mu_page_matches(struct mu_rest_page *page, const struct mu_entry *entry, struct mu_err *err);
/* Appends it; there is room. */
int mu_page_add(struct mu_rest_page *page, const struct mu_entry *entry, const char *key,
                struct mu_err *err);

/* The ids that page->index has for page->equal. False: they are so many that it isn't worth it. */
bool mu_page_name(struct mu_rest_page *page);

/* Looks at entries in the order of the walk: those that the index names, or all, the invited among
 * them. */
int mu_page_look(struct mu_rest_page *page, const struct mu_walk *walk, mu_walk_each *each,
                 void *arg, struct mu_err *err);

/* Walks and fills, in order of id, and in order of ask->sort. Sorted: the items are in display order;
 * else in the order of the walk. */
int mu_page_walk(struct mu_rest_page *page, struct mu_err *err);
int mu_page_sort(struct mu_rest_page *page, struct mu_err *err);

/* Of the page that follows (or the one before); NULL: there is none. */
const char *mu_page_cursor(struct mu_rest_page *page, bool backwards);

/* The whole answer, with cursors. */
int mu_page_write(struct mu_rest_page *page, struct mu_buf *to, struct mu_err *err);

#endif
