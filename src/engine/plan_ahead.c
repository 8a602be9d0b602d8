/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the snapshot, read and mapped ahead: a thread with a store handle of its own makes chunks
 * of rows, each in its own arena, while the planner matches those before.
 */
#include "base/ring.h"
#include "base/thread.h"
#include "engine/plan_policy.h"

enum { CHUNK_ROWS = 64, CHUNKS = 4 };

struct chunk {
    struct mu_arena *arena;
    struct plan_row rows[CHUNK_ROWS];
    size_t count;
    int rc; /* of what came after the rows: 1 more, 0 the end, -1 err */
    struct mu_err err;
};

struct plan_ahead {
    const char *path, *account; /* the planner's */
    int64_t snapshot;
    enum mu_kind kind;
    const struct mu_resource *mapping;
    const struct plan_policy *policy; /* NULL: not of these rows */
    struct mu_decider *decider;
    pthread_t thread;
    struct mu_ring *ring;
    struct chunk *chunk; /* being handed out */
    size_t next;
};

static struct chunk *new_chunk(void)
{
    struct chunk *c = mu_xcalloc(1, sizeof(*c));
    c->arena = mu_arena_new();
    return c;
}

static void free_chunk(struct chunk *c)
{
    if (!c)
        return;
    mu_arena_free(c->arena);
    free(c);
}

/* ---- the thread ---- */

static const struct mu_doc *decide(const struct plan_ahead *a, struct plan_row *row)
{
    row->decision = (struct mu_decision){.standing = MU_STANDS_IN};
    if (!a->policy)
        return NULL;
    mu_decide(a->decider, row->doc, &row->decision);
    return plan_policy_context(a->policy, &row->decision);
}

/* The entry is lent by the store until the next one: what the row points into is copied. */
static int take_row(const struct plan_ahead *a, struct chunk *c, const struct mu_entry *entry)
{
    struct plan_row *row = &c->rows[c->count];
    struct mu_err bad = MU_ERR_INIT;
    row->entry = (struct mu_entry){.kind = entry->kind,
                                   .id = mu_strdup(c->arena, entry->id),
                                   .body = mu_strndup(c->arena, entry->body, entry->body_len),
                                   .body_len = entry->body_len};
    if (mu_entry_doc(&row->entry, c->arena, &row->doc, &c->err) < 0)
        return -1;
    const struct mu_doc *context = decide(a, row);
    if (mu_map_want(a->mapping, row->doc, context, c->arena, &row->wants, &row->want_count, &bad) <
        0)
        row->bad = mu_strdup(c->arena, bad.text);
    c->count++;
    return 1;
}

static void fill(const struct plan_ahead *a, struct mu_rows *rows, struct chunk *c)
{
    struct mu_entry entry;
    c->rc = 1;
    while (c->rc == 1 && c->count < CHUNK_ROWS) {
        c->rc = mu_rows_next(rows, &entry, &c->err);
        if (c->rc == 1)
            c->rc = take_row(a, c, &entry);
    }
}

/* True when all are read, or nobody wants more. */
static bool put_chunk(struct plan_ahead *a, struct chunk *c)
{
    bool last = c->rc != 1;
    if (mu_ring_put(a->ring, c))
        return last;
    free_chunk(c);
    return true;
}

static void *run(void *arg)
{
    struct plan_ahead *a = arg;
    struct mu_store *store = NULL;
    struct mu_rows *rows = NULL;
    struct chunk *c = new_chunk();
    a->decider = a->policy ? mu_decider_new(a->policy->policy, a->policy->now) : NULL;
    if (mu_store_open(a->path, MU_STORE_READ, &store, &c->err) < 0 ||
        mu_rows_open(store, a->account, a->snapshot, a->kind, &rows, &c->err) < 0)
        c->rc = -1;
    else
        fill(a, rows, c);
    while (!put_chunk(a, c)) {
        c = new_chunk();
        fill(a, rows, c);
    }
    mu_rows_close(rows);
    mu_store_close(store);
    mu_decider_free(a->decider);
    return NULL;
}

/* ---- the planner's side ---- */

static void release(struct plan_ahead *a)
{
    free_chunk(a->chunk);
    mu_ring_free(a->ring);
    free(a);
}

int plan_ahead_begin(struct planner *p, enum mu_kind kind, struct plan_ahead **ret,
                     struct mu_err *err)
{
    struct plan_ahead *a = mu_xcalloc(1, sizeof(*a));
    *a = (struct plan_ahead){.path = mu_store_path(p->store),
                             .account = p->sync->from->name,
                             .snapshot = p->snapshot.id,
                             .kind = kind,
                             .mapping = p->ops_of->mapping(p->target, kind),
                             .policy = kind == MU_USER ? p->policy : NULL,
                             .ring = mu_ring_new(CHUNKS)};
    if (mu_thread_start(&a->thread, run, a, err) < 0) {
        release(a);
        return -1;
    }
    *ret = a;
    return 0;
}

int plan_ahead_next(struct plan_ahead *a, const struct plan_row **ret, struct mu_err *err)
{
    while (!a->chunk || a->next == a->chunk->count) {
        if (a->chunk && a->chunk->rc != 1) {
            if (a->chunk->rc < 0)
                *err = a->chunk->err;
            return a->chunk->rc;
        }
        free_chunk(a->chunk);
        a->chunk = mu_ring_take(a->ring);
        a->next = 0;
    }
    *ret = &a->chunk->rows[a->next++];
    return 1;
}

void plan_ahead_end(struct plan_ahead *a)
{
    struct chunk *c;
    mu_ring_stop(a->ring);
    pthread_join(a->thread, NULL);
    while ((c = mu_ring_left(a->ring)))
        free_chunk(c);
    release(a);
}
