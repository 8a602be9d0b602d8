/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register of invitations joined to the directory: people who hold an open invitation are no
 * users yet, and in no snapshot; who lists users shows them beside it, as entries of status
 * `invited`. Nothing of this is stored.
 */
#ifndef MU_ENGINE_INVITED_H
#define MU_ENGINE_INVITED_H

#include "store/invitations.h"

/* What the ids of such entries begin with; the rest is the folded address. */
#define MU_INVITED_ID "invited:"

/* In the order of their ids, in the arena: everybody who holds an open invitation, whether or not
 * they are there by now. ret_until: the first of them is over then (Unix seconds; INT64_MAX: none). */
int mu_invited_all(struct mu_store *store, struct mu_arena *arena, const char *account,
                   struct mu_entry **ret, size_t *ret_count, int64_t *ret_until,
                   struct mu_err *err);

/* The folded address of such an entry. */
static inline const char *mu_invited_key(const struct mu_entry *entry)
{
    return entry->id + sizeof(MU_INVITED_ID) - 1;
}

/* One invitation as such an entry, whatever its state. */
struct mu_entry mu_invited_entry(struct mu_arena *arena, const struct mu_invitation *i);

/* In the order of their ids, in the arena: those whose address no user of the snapshot has. Goes
 * through the snapshot's users where there are any; through none where nobody is invited. */
int mu_invited_entries(struct mu_store *store, struct mu_arena *arena, const char *account,
                       int64_t snapshot, struct mu_entry **ret, size_t *ret_count,
                       struct mu_err *err);

#endif
