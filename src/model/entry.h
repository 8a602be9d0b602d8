/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One user, group, role or membership in the unified schema.
 *
 * Inside muster an entry travels as the JSON text of its fields in schema order (`body`): that text
 * is what is hashed, stored and served. Code that needs the fields parses it once with
 * mu_entry_doc. `raw` is the source's record the entry was made from (fields the mapping declares
 * secret left out); NULL when not kept or not asked for.
 *
 * A membership's id is `GROUP/USER` (mu_membership_id), so that it is stable and unique in its
 * account.
 */
#ifndef MU_MODEL_ENTRY_H
#define MU_MODEL_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/doc.h"
#include "model/schema.h"

struct mu_entry {
    enum mu_kind kind;
    const char *id;
    const char *body;
    size_t body_len;
    const char *raw; /* may be NULL */
    size_t raw_len;
};

enum { MU_ID_MAX = 512 }; /* bytes of an id; longer ones are a data error */

const char *mu_membership_id(struct mu_arena *arena, const char *group_id, const char *user_id);

/* And back, into the arena. False: not an id that mu_membership_id made. */
bool mu_membership_split(struct mu_arena *arena, const char *id, const char **ret_group,
                         const char **ret_user);

/* The entry as a document, which lives as long as its body and the arena do. Fails only on a damaged
 * store (MU_E_IO). */
int mu_entry_doc(const struct mu_entry *entry, struct mu_arena *arena, const struct mu_doc **ret,
                 struct mu_err *err);

/* The same with members of these names only (NULL-terminated; NULL: all), for whoever looks at many
 * entries. */
int mu_entry_members(const struct mu_entry *entry, const char *const *names, struct mu_arena *arena,
                     const struct mu_doc **ret, struct mu_err *err);

/* The user's primary e-mail: the one marked is_primary, else the first; NULL when none. Borrowed
 * from doc. */
const char *mu_entry_email(const struct mu_doc *doc);

/* A short name for people: name, else first + last, else username, else primary e-mail, else id.
 * Arena. */
const char *mu_entry_label(struct mu_arena *arena, const struct mu_doc *doc);

#endif
