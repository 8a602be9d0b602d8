/* SPDX-License-Identifier: Apache-2.0 */
/* GET of one entry, and of who we are. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/invited.h"
#include "serve/rest/beside.h"
#include "serve/rest/list.h"
#include "serve/rest/shape.h"

struct one {
    const struct mu_asked *ask;
    struct mu_arena *scratch;
    struct mu_buf *to;
};

static int put(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct one *one = arg;
    return mu_shape_entry(one->ask, entry, one->scratch, one->to, err) < 0 ? -1 : 1;
}

/* 0, with whether it was put; MU_LATER; -1 */
static int find(struct mu_request *r, const struct mu_asked *ask, struct mu_store *store,
                const struct mu_view *view, const char *id, struct mu_buf *to, bool *ret_found,
                struct mu_err *err)
{
    struct one one = {ask, r->arena, to};
    const struct mu_beside *beside = NULL;
    int rc = mu_starts(id, MU_INVITED_ID) ? mu_beside_of(r, ask, store, view, &beside, err) : 0;
    if (rc != 0)
        return rc;
    int found = mu_beside_get(store, view, beside, ask->kind, id, mu_ask_raw(ask), put, &one, err);
    *ret_found = found > 0;
    return found < 0 ? -1 : 0;
}

static const char *content_mark(const struct mu_request *r, const struct mu_store *store,
                                const struct mu_buf *body)
{
    uint8_t mark[MU_HASH_LEN];
    uint64_t part;
    mu_store_seal(store, body->data, body->len, mark);
    memcpy(&part, mark, sizeof(part));
    return mu_printf(r->arena, "%016" PRIx64, part);
}

static int not_there(const struct mu_request *r, const struct mu_asked *ask,
                     const struct mu_view *view, const char *id, struct mu_err *err)
{
    return mu_fail(err, MU_E_MISSING, "%s has no %s with id '%s' in snapshot %" PRId64 " (%s)%s",
                   ask->account->name, mu_schema_of(ask->kind)->name,
                   mu_printable(r->arena, id, strlen(id), 100), view->at.snapshot,
                   mu_verdict_name(view->verdict),
                   ask->kind == MU_USER ? "; by address: ?emails[email]=ADDRESS on the list" : "");
}

int mu_rest_get(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const enum mu_kind *kind = r->route->arg;
    struct mu_asked ask;
    struct mu_store *store;
    const struct mu_view *view;
    if (mu_ask_read(r, *kind, true, &ask, err) < 0)
        return -1;
    int rc = mu_rest_view(r, &ask, &store, &view, err);
    if (rc != 0)
        return rc;
    bool found = false;
    rc = find(r, &ask, store, view, r->args[0], &reply->body, &found, err);
    if (rc != 0)
        return rc;
    if (!found)
        return not_there(r, &ask, view, r->args[0], err);
    reply->etag = content_mark(r, store, &reply->body);
    mu_view_headers(r, view, reply);
    return 0;
}

/* ---- me ---- */

/* The id our credential is bound to, as the read's evidence has it; NULL: failed. */
static const char *bound_id(struct mu_request *r, struct mu_store *store,
                            const struct mu_view *view, struct mu_err *err)
{
    struct mu_snapshot snap;
    const struct mu_doc *evidence = NULL;
    const char *account = view->account->name;
    int found = mu_snapshot_get(store, r->arena, account, view->at.snapshot, &snap, err);
    if (found < 0 ||
        (found && snap.evidence &&
         mu_doc_parse(r->arena, snap.evidence, strlen(snap.evidence), &evidence, err) < 0))
        return NULL;
    const char *id = mu_doc_str(mu_doc_member(evidence, "bound"), "id");
    if (!id)
        mu_fail(err, MU_E_MISSING, "%s doesn't tell whose credential we use; see muster doctor %s",
                account, account);
    return id;
}

int mu_rest_me(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_asked ask;
    struct mu_store *store;
    const struct mu_view *view;
    if (mu_ask_read(r, MU_USER, true, &ask, err) < 0)
        return -1;
    int rc = mu_rest_view(r, &ask, &store, &view, err);
    if (rc != 0)
        return rc;
    const char *id = bound_id(r, store, view, err);
    if (!id)
        return -1;
    mu_buf_adds(&reply->body, "{\"result\":[");
    bool found = false;
    rc = find(r, &ask, store, view, id, &reply->body, &found, err);
    if (rc != 0)
        return rc;
    if (!found)
        return not_there(r, &ask, view, id, err);
    mu_buf_printf(&reply->body,
                  "],\"next_cursor\":null,\"prev_cursor\":null,\"result_count\":1,"
                  "\"is_partial_response\":%s}",
                  view->verdict == MU_COMPLETE ? "false" : "true");
    reply->etag = content_mark(r, store, &reply->body);
    mu_view_headers(r, view, reply);
    return 0;
}
