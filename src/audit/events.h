/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened between two reads of an account, in the words of the people concerned: who joined
 * and left, moved, was promoted, got another name; which groups came and went. Made from two
 * snapshots of the store; neither the source nor a target is asked.
 */
#ifndef MU_AUDIT_EVENTS_H
#define MU_AUDIT_EVENTS_H

#include "store/store.h"

enum mu_what {
    MU_JOINED,      /* a user came, or a membership of a user without any before */
    MU_LEFT,        /* ... is gone */
    MU_MOVED,       /* from one group into another: before and after are their names */
    MU_ACTIVATED,   /* status */
    MU_DEACTIVATED, /* status */
    MU_PROMOTED,    /* a stronger role than any before */
    MU_DEMOTED,     /* none as strong as before */
    MU_RENAMED,     /* name, or part of it; of a group its name */
    MU_CREATED,     /* a group or role */
    MU_REMOVED,     /* ... is gone */
    MU_BUDGETED,    /* an amount of a group: `field`, before, after */
    MU_CHANGED,     /* any other field: `field`, before, after */
    MU_WHATS
};
const char *mu_what_name(enum mu_what what); /* "joined" ... */

/* How much a role lets one do, as far as its id tells (there is no order in the schema). */
enum { MU_STRENGTH_NONE, MU_STRENGTH_ANY, MU_STRENGTH_MANAGER, MU_STRENGTH_ADMIN };
int mu_role_strength(const char *id);

struct mu_event {
    enum mu_what what;
    enum mu_kind kind; /* MU_USER, MU_GROUP or MU_ROLE: whom it happened to */
    const char *id, *label;
    /* What of them: a schema name or attributes/NAME; "groups" for memberships; NULL: themselves. */
    const char *field;
    const char *before, *after; /* text for people; NULL: none */
    /* of memberships: id of the group that came, else of the one that went; NULL otherwise */
    const char *group;
};

/* Called for each event, in the order of kind and id; everything is lent for the call. */
typedef void mu_event_fn(void *arg, const struct mu_event *event);

/* from and to: ids of finished snapshots of the account, not void, in either order of time. */
int mu_events(struct mu_store *store, const char *account, int64_t from, int64_t to,
              mu_event_fn *each, void *arg, struct mu_err *err);

#endif
