/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store remembers of one entry: the versions of it that were read, and the steps that
 * wrote it to a target. Both newest first; what an iterator gives is lent until its next call. The
 * journal has no index by entry: a trail costs a walk over the steps of the sync's runs, without
 * parsing them.
 */
#ifndef MU_STORE_HISTORY_H
#define MU_STORE_HISTORY_H

#include "store/store.h"

struct mu_version {
    int64_t first; /* the snapshot that brought it */
    int64_t ended; /* the snapshot that changed it or had it no more; 0: it is live */
    struct mu_entry entry;
};
struct mu_versions;

/* All versions of one entry, or with id NULL those of every entry that have ended. Of unfinished
 * pulls too: `first` may be a snapshot that isn't finished. */
int mu_versions_open(struct mu_store *s, const char *account, enum mu_kind kind, const char *id,
                     struct mu_versions **ret, struct mu_err *err);
int mu_versions_next(struct mu_versions *v, struct mu_version *ret, struct mu_err *err);
void mu_versions_close(struct mu_versions *v); /* NULL is fine */

struct mu_trail_step {
    int64_t run, snapshot; /* of the run */
    struct mu_step step;
};
struct mu_trail;

/* Steps about one entry in the runs of a sync, those from newer snapshots than `snapshot` left out
 * (0: none is). Groups' steps hold their members. */
int mu_trail_open(struct mu_store *s, const char *sync, enum mu_kind kind, const char *id,
                  int64_t snapshot, struct mu_trail **ret, struct mu_err *err);
int mu_trail_next(struct mu_trail *t, struct mu_trail_step *ret, struct mu_err *err);
void mu_trail_close(struct mu_trail *t); /* NULL is fine */

#endif
