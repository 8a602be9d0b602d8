/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who hold an open invitation (engine/invited.h), beside the users of a snapshot: lists show
 * them where their ids stand in order. A snapshot stays as it was, also for cursors; the invited are
 * those of the moment, and no user of that snapshot has their address.
 */
#ifndef MU_SERVE_REST_BESIDE_H
#define MU_SERVE_REST_BESIDE_H

#include "serve/rest/ask.h"

struct mu_beside {
    bool known;
    const struct mu_entry *entries; /* in order of id; lent as the view is */
    size_t count;
    int64_t until; /* Unix seconds: one of them is over then */
};

/* Those of the view. Nobody where no user is asked for, or the source's own records. MU_LATER: an
 * index has to be made, and we may not wait. */
int mu_beside_of(struct mu_request *r, const struct mu_asked *ask, struct mu_store *store,
                 const struct mu_view *view, const struct mu_beside **ret, struct mu_err *err);

/* A copy in an arena, for what outlives the view. */
const struct mu_beside *mu_beside_copy(struct mu_arena *arena, const struct mu_beside *from);

/* A walk over entries of the snapshot, as mu_reading_walk; with them between. */
typedef int mu_beside_source(void *source, const struct mu_walk *walk, mu_walk_each *each,
                             void *arg, struct mu_err *err);
int mu_beside_walk(const struct mu_beside *beside, mu_beside_source *from, void *source,
                   const struct mu_walk *walk, mu_walk_each *each, void *arg, struct mu_err *err);
/* mu_reading_get, also of them; beside NULL: nobody. */
int mu_beside_get(struct mu_store *store, const struct mu_view *view,
                  const struct mu_beside *beside, enum mu_kind kind, const char *id, bool raw,
                  mu_walk_each *each, void *arg, struct mu_err *err);

#endif
