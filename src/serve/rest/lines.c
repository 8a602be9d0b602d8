/* SPDX-License-Identifier: Apache-2.0 */
/* format=stream: a piece of the list at a time, each found again by the id it ends with, so that no
 * statement stays open while a slow client reads. */
#include <string.h>

#include "base/str.h"
#include "serve/rest/list.h"
#include "serve/rest/page.h"

enum { PIECE = 24 << 10, LOOK_MAX = 2000 /* entries at once that may all be filtered out */ };

struct lines {
    struct mu_rest_page page; /* for what matches; its items are not used */
    struct mu_asked ask;
    struct mu_view view;
    char from[MU_ID_MAX + 1];
    int64_t looked; /* before this piece */
    long long left; /* of the limit; -1: none */
    struct mu_buf *to;
    bool paused;
};

static int each(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct lines *l = arg;
    if (l->to->len >= PIECE || l->page.looked - l->looked >= LOOK_MAX || l->left == 0) {
        l->paused = true;
        return 0;
    }
    size_t len = strnlen(entry->id, MU_ID_MAX);
    memcpy(l->from, entry->id, len);
    l->from[len] = '\0';
    int fits = mu_page_matches(&l->page, entry, err);
    if (fits <= 0)
        return fits < 0 ? -1 : 1;
    if (mu_shape_entry(&l->ask, entry, l->page.scratch, l->to, err) < 0)
        return -1;
    mu_buf_addc(l->to, '\n');
    l->left -= l->left > 0;
    return 1;
}

static enum mu_stream_state fill(void *arg, struct mu_request *r, struct mu_buf *to)
{
    struct lines *l = arg;
    struct mu_err err = MU_ERR_INIT;
    struct mu_walk walk = {
        .kind = l->ask.kind, .from = *l->from ? l->from : NULL, .raw = mu_ask_raw(&l->ask)};
    l->to = to;
    l->paused = false;
    l->looked = l->page.looked;
    if (mu_request_store(r, &l->page.store, &err) < 0 ||
        mu_page_look(&l->page, &walk, each, l, &err) < 0)
        return MU_STREAM_FAILED;
    return l->paused && l->left != 0 ? MU_STREAM_MORE : MU_STREAM_END;
}

static void end(void *arg)
{
    struct lines *l = arg;
    mu_arena_free(l->page.scratch);
}

int mu_rest_lines(struct mu_request *r, const struct mu_rest_page *page, struct mu_reply *reply)
{
    struct lines *l = mu_alloc(r->arena, sizeof(*l));
    l->ask = *page->ask;
    l->view = *page->view;
    l->page = (struct mu_rest_page){.ask = &l->ask,
                                    .view = &l->view,
                                    .beside = mu_beside_copy(r->arena, page->beside),
                                    .only = page->only,
                                    .arena = r->arena,
                                    .scratch = mu_arena_new()};
    l->left = l->ask.limit ? l->ask.limit : -1;
    reply->type = MU_LINES_TYPE;
    reply->stream = (struct mu_stream){.fill = fill, .end = end, .arg = l, .ends = true};
    return 0;
}
