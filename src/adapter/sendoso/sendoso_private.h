/* SPDX-License-Identifier: Apache-2.0 */
/* An open Sendoso account; private to adapter/sendoso/. */
#ifndef MU_ADAPTER_SENDOSO_PRIVATE_H
#define MU_ADAPTER_SENDOSO_PRIVATE_H

#include "adapter/adapter.h"
#include "base/map.h"
#include "net/credential.h"
#include "net/governor.h"
#include "net/http.h"
#include "net/pages.h"

struct sendoso_settings {
    const char *url, *ca, *rate;
    const struct mu_y *token, *oauth, *scim;
    int64_t connections, timeout, tries;
    int join; /* enum sendoso_join */
    int64_t reinvite, invitation_life;
};

struct sendoso;

/* One list being read: a resource's only one, or the one of a parent. */
struct sendoso_list {
    struct sendoso *account;
    const struct mu_resource *resource; /* NULL: /me, for the identity alone */
    const char *parent;                 /* id, or NULL */
    bool begun;                         /* its first page has come */
};

/* Who a token belongs to; texts in the read's arena, NULL: not told. */
struct sendoso_who {
    const char *email;
    struct mu_bound bound;
};

/* What becomes of a response; handed out by mu_pages_next. */
struct sendoso_page {
    const struct sendoso_list *list;
    struct mu_arena *arena; /* what the answer was parsed into */
    const struct mu_doc *records;
};

/* Ids seen of a resource whose entries have lists of their own. */
struct sendoso_parents {
    const struct mu_resource *resource;
    struct mu_map *ids; /* id -> itself */
};

/* Where a read stands: one resource after another. */
struct sendoso_reading {
    const struct mu_resource **queue; /* NULL-terminated, in order of reading */
    const struct mu_resource **quiet; /* of these only the ids are wanted; NULL-terminated */
    size_t at;                        /* index into queue */
    bool open; /* the lists of queue[at] have been asked for; pages is NULL when it has none */
    struct mu_pages *pages;
    struct sendoso_parents *parents; /* ended by a NULL resource */
    struct mu_arena *arena;          /* ids and lists, for the time of the read */
    struct mu_http_stats before;     /* of the client, when the read began */
    bool answered;                   /* something has come */
    struct mu_read_count *counts;    /* one for each of queue, in its order */
    size_t count_count;
    struct sendoso_who who;   /* we are */
    const char *organization; /* of the people read; NULL: not told */
};

struct sendoso {
    struct mu_account base;
    const struct sendoso_settings *settings;
    struct mu_log *log;
    struct mu_arena *arena;
    struct mu_http *http;
    struct mu_governor *governor, *own_governor; /* own: NULL when it is shared */
    struct mu_credential *main, *scim;
    const struct mu_resource *
        *resources; /* NULL-terminated: constants, then fetched in order of reading */
    struct sendoso_reading reading;
    struct sendoso_target *target; /* target_private.h */
};

static inline struct sendoso *sendoso_of(struct mu_account *a)
{
    return (struct sendoso *)a;
}

extern const struct mu_source_ops sendoso_source;
extern const char sendoso_me[]; /* path: who the token belongs to */

/* One more client of the account, under the same rate. */
int sendoso_http(struct sendoso *s, struct mu_http **ret, struct mu_err *err);

struct mu_credential *sendoso_credential(struct sendoso *s, const struct mu_resource *r);

/* Callbacks of a mu_list whose arg is a struct sendoso_list. */
int sendoso_look(void *arg, const struct mu_response *response, void **ret_page,
                 struct mu_page_facts *ret, struct mu_err *err);
void sendoso_drop(void *arg, void *page);

/* An answer of /me, in the arena; and as a line for people. */
int sendoso_identity(const struct mu_response *response, struct mu_arena *arena,
                     struct sendoso_who *ret, struct mu_err *err);
const char *sendoso_who_text(struct mu_arena *arena, const struct sendoso_who *who);

/* Raw calls, see struct mu_adapter. */
int sendoso_call(struct mu_account *a, const struct mu_raw_call *call, struct mu_arena *arena,
                 struct mu_raw_answer *ret, struct mu_err *err);

/* Harmless calls, see struct mu_adapter. */
int sendoso_probe(struct mu_account *a, mu_probe_report *report, void *arg, struct mu_err *err);

#endif
