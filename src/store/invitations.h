/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register of invitations: what we know of people who were asked to join an account whose
 * system can neither list its invitations nor tell two of them apart. One row for each account and
 * folded e-mail address, the last invitation of it; it says whether another one may be sent.
 *
 *     none, accepted, expired, withdrawn, refused -> intended -> sent -> pending | refused | doubt
 *     sent, pending, doubt -> accepted (seen among the users) | expired (its time is over)
 *
 * `intended` is durable before anything is sent, `sent` before the request leaves. Whoever sends
 * holds the lock "invitations ACCOUNT" (mu_store_lock) from before the first `intended`; what is
 * found intended or sent by somebody who holds it was left by a muster that died. Each move is made
 * only from a state that allows it, so that two processes never send for one address at once.
 *
 * Errors as store.h says. Texts given in are copied, those given out live in the arena.
 */
#ifndef MU_STORE_INVITATIONS_H
#define MU_STORE_INVITATIONS_H

#include "store/store.h"

enum mu_invited {
    MU_INVITED_INTENDED,  /* about to be sent */
    MU_INVITED_SENT,      /* on its way; or taken without a word about its state */
    MU_INVITED_PENDING,   /* the remote says that it waits for the person */
    MU_INVITED_ACCEPTED,  /* the person was seen among the users */
    MU_INVITED_EXPIRED,   /* its time is over, and the person never came */
    MU_INVITED_WITHDRAWN, /* a person took it back, or it never left */
    MU_INVITED_REFUSED,   /* the remote said no: it never was */
    MU_INVITED_DOUBT,     /* sent, and the answer never came */
    MU_INVITED_STATES
};
const char *mu_invited_name(enum mu_invited state); /* "intended" ... "doubt" */
/* Whether a person may hold it, so that no other one is sent: intended, sent, pending, doubt. */
bool mu_invited_open(enum mu_invited state);

struct mu_invitation {
    const char *account;
    const char *key;   /* folded e-mail address */
    const char *email; /* as it was sent */
    const char *first_name, *last_name, *role;
    const char *team_group, *group_name; /* its id, and what it was called then */
    const char *via;                     /* "invite" or "scim" */
    enum mu_invited state;
    const char *detail;                       /* the remote's words, or a person's; NULL: none */
    int64_t tries;                            /* sent so far without an end that starts anew */
    int64_t intended, sent, expires, changed; /* Unix seconds; 0: not yet, or not known */
    int64_t run;                              /* that sent it; 0: not known */
};

/*
 * The invitation is intended from now on, durably. `of`: account, key, email, names, role, group,
 * via, run are used. Where the last one was accepted or expired less than `forget_s` ago, or
 * refused, its tries are kept. MU_E_CONFLICT: one of that address is open, with its state and age.
 */
int mu_invitation_intend(struct mu_store *s, const struct mu_invitation *of, int64_t forget_s,
                         struct mu_err *err);

/* From one of the states in `from` (a set of 1 << state) to to->state, durably. Of `to` are used:
 * account, key, state, detail, and where it isn't 0 expires. SENT counts a try and notes the time,
 * REFUSED takes the try back. 1: done; 0: there is none, or it is in another state. */
int mu_invitation_move(struct mu_store *s, const struct mu_invitation *to, unsigned from,
                       struct mu_err *err);

/* What is over at `now` is expired from then on: sent, pending and doubt. */
int mu_invitations_expire(struct mu_store *s, const char *account, int64_t now, struct mu_err *err);

/* The caller holds the lock of the account: what a dead muster left intended never left, what it
 * left sent is in doubt. */
int mu_invitations_recover(struct mu_store *s, const char *account, struct mu_err *err);

/* 1 found, 0 none. */
int mu_invitation_get(struct mu_store *s, struct mu_arena *arena, const char *account,
                      const char *key, struct mu_invitation *ret, struct mu_err *err);
/* In the order of account and key; account NULL: all. */
int mu_invitation_list(struct mu_store *s, struct mu_arena *arena, const char *account,
                       struct mu_invitation **ret, size_t *ret_count, struct mu_err *err);

/* The lock of whoever sends; MU_E_BUSY says who has it. */
int mu_invitations_lock(struct mu_store *s, const char *account, int wait_s, struct mu_lock **ret,
                        struct mu_err *err);

#endif
