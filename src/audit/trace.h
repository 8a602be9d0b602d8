/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who made a change, and when it was first seen. By whom: the journal knows every operation of ours
 * on an account that a sync writes to; what isn't in it was made outside of muster. When: the
 * versions of an entry say which snapshot brought them.
 */
#ifndef MU_AUDIT_TRACE_H
#define MU_AUDIT_TRACE_H

#include "audit/events.h"
#include "engine/config.h"

struct mu_change_seen {
    int64_t first_seen; /* snapshot that saw it first */
    int64_t at;         /* when that was read, Unix seconds */
    int64_t run;        /* of ours that made it; 0: made outside of muster */
};

struct mu_tracer;

/* Between two finished snapshots of an account, `from` the older one. Reads the journal of the syncs
 * that write to the account, whole. Lives in the arena; freed by mu_tracer_free. */
int mu_tracer_new(struct mu_store *store, const struct mu_config *config, struct mu_arena *arena,
                  const char *account, const struct mu_snapshot *from, const struct mu_snapshot *to,
                  struct mu_tracer **ret, struct mu_err *err);
void mu_tracer_free(struct mu_tracer *t); /* NULL is fine */

/* Of an event between the two. */
int mu_trace(struct mu_tracer *t, const struct mu_event *event, struct mu_change_seen *ret,
             struct mu_err *err);

/* Since when one field of an entry is as it is in the newer snapshot; *ret_from_start: as far back
 * as anything was read. email: of a person, for operations that didn't know an id yet; or NULL. */
int mu_trace_field(struct mu_tracer *t, enum mu_kind kind, const char *id, const char *email,
                   const char *field, struct mu_change_seen *ret, bool *ret_from_start,
                   struct mu_err *err);

/* Whether any sync writes to the account. */
bool mu_tracer_writes(const struct mu_tracer *t);

#endif
