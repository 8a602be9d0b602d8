/* SPDX-License-Identifier: Apache-2.0 */
/* Memberships that came and went, brought together by person: one that went and one that came are a
 * move. */
#ifndef MU_AUDIT_MOVES_H
#define MU_AUDIT_MOVES_H

#include "audit/events.h"

struct mu_moves;

struct mu_moves *mu_moves_new(void);
void mu_moves_free(struct mu_moves *m); /* NULL is fine */

/* A membership of only one side. id as of mu_membership_id. False: it is none. */
bool mu_moves_add(struct mu_moves *m, const char *id, bool came);

/* What is asked back for: a group's or user's name for people, of either side; arena. */
typedef const char *mu_label_fn(void *arg, enum mu_kind kind, const char *id);

/* An event for each person, by id. */
void mu_moves_tell(struct mu_moves *m, mu_label_fn *label, void *label_arg, mu_event_fn *each,
                   void *arg);

#endif
