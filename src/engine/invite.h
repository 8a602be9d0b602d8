/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One person asked to join, by the way all plans go: fitted to the target, guarded, journalled, and
 * kept out of a second invitation by the register. It belongs to no sync: the person isn't in any
 * ledger, and stays untouched by syncs until `muster adopt`. The runs are those of the sync
 * `invite ACCOUNT`.
 *
 *     mu_invite_sync(arena, def, &sync, err);
 *     mu_sync_lock(store, sync, wait_s, &lock, err);
 *     mu_invite_plan(store, sync, target, &who, arena, log, &plan, err);   and, when it is agreed to
 *     mu_invite_apply(store, sync, target, plan, "invite", log, arena, &invited, err);
 */
#ifndef MU_ENGINE_INVITE_H
#define MU_ENGINE_INVITE_H

#include "engine/apply.h"
#include "store/invitations.h"

struct mu_invite {
    const char *email, *first_name, *last_name;
    const char *role;       /* regular, manager, or what else the target has; NULL: its default */
    const char *team_group; /* its name or its id; `id:71` and `name:71` say which */
};

/* The sync of that name into an account, with default guards; in the arena. */
int mu_invite_sync(struct mu_arena *arena, const struct mu_account_def *def,
                   const struct mu_sync **ret, struct mu_err *err);

/*
 * A plan of one operation. The caller holds mu_sync_lock; the target is read here. Nothing is
 * planned and the error says why: MU_E_DATA (an address that is none, a name or a group that is
 * missing or not there), MU_E_CONFLICT (somebody of that address is there, or invited),
 * MU_E_REFUSED (the target takes nobody so), and what reading the target may fail with.
 */
int mu_invite_plan(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                   const struct mu_invite *who, struct mu_arena *arena, struct mu_log *log,
                   const struct mu_plan **ret, struct mu_err *err);

struct mu_invited_now {
    int64_t run;
    bool registered;                 /* the invitation below is known */
    struct mu_invitation invitation; /* as the register has it now: pending, doubt, refused ... */
};

/* Guards it and does it. 0: it was sent. -1: it was not, or nobody knows (MU_E_REMOTE or MU_E_NET
 * with invitation.state MU_INVITED_DOUBT: it must not be asked for again; ret->run is set when
 * something was tried). The error is the target's own, code and text. `command`: what the journal
 * says of the run, such as who asked. */
int mu_invite_apply(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                    const struct mu_plan *plan, const char *command, struct mu_log *log,
                    struct mu_arena *arena, struct mu_invited_now *ret, struct mu_err *err);

#endif
