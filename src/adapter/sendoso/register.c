/* SPDX-License-Identifier: Apache-2.0 */
/* The register of invitations beside what the account shows: who came, whose time is over, what a
 * dead muster left; and its rows for what is sent now. */
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/io.h"
#include "base/time.h"

enum {
    LOCK_WAIT_S = 60,
    SEEN_AFTER_S = 60 /* what SCIM created and doesn't list after so long was never created */
};

#define SET(state) (1U << (state))

/* ---- opening ---- */

/* A store that can only be read still says who was invited. */
int sendoso_register_open(struct sendoso_target *t, struct mu_err *err)
{
    if (t->store || !t->store_path)
        return 0;
    if (mu_store_open(t->store_path, MU_STORE_WRITE, &t->store, err) == 0)
        return 0;
    struct mu_err why = MU_ERR_INIT;
    return err->code == MU_E_IO && mu_store_open(t->store_path, MU_STORE_READ, &t->store, &why) == 0
               ? 0
               : -1;
}

void sendoso_register_close(struct sendoso_target *t)
{
    mu_unlock(t->lock);
    mu_store_close(t->store);
    t->lock = NULL;
    t->store = NULL;
}

static int lock(struct sendoso *s, int wait_s, struct mu_err *err)
{
    struct sendoso_target *t = s->target;
    if (t->lock)
        return 0;
    if (mu_invitations_lock(t->store, s->base.name, wait_s, &t->lock, err) < 0)
        return -1;
    return mu_invitations_recover(t->store, s->base.name, err);
}

/* Whoever sends at this moment knows better what is under way. */
static int recover(struct sendoso *s, struct mu_err *err)
{
    struct sendoso_target *t = s->target;
    if (t->lock)
        return 0;
    if (lock(s, 0, err) < 0)
        return err->code == MU_E_BUSY ? 0 : -1;
    mu_unlock(t->lock);
    t->lock = NULL;
    return 0;
}

/* ---- what the read shows ---- */

static int turn(struct sendoso *s, struct mu_invitation *i, enum mu_invited state,
                const char *detail, struct mu_err *err)
{
    const struct mu_invitation to = {
        .account = i->account, .key = i->key, .state = state, .detail = detail};
    int rc = mu_store_writable(s->target->store)
                 ? mu_invitation_move(s->target->store, &to, SET(i->state), err)
                 : 1;
    if (rc == 1)
        i->state = state;
    return rc < 0 ? -1 : 0;
}

static bool waits_for_person(enum mu_invited state)
{
    return state == MU_INVITED_SENT || state == MU_INVITED_PENDING || state == MU_INVITED_DOUBT ||
           state == MU_INVITED_EXPIRED;
}

/* Over SCIM everybody is listed who was created. */
static bool never_was(const struct sendoso *s, const struct mu_invitation *i)
{
    return s->scim && i->state == MU_INVITED_DOUBT && mu_streq(i->via, "scim") &&
           i->sent + SEEN_AFTER_S < mu_now();
}

/* Those too whose end nobody has told. */
static bool is_over(const struct mu_invitation *i)
{
    return mu_invited_open(i->state) && i->state != MU_INVITED_INTENDED && i->expires &&
           i->expires <= mu_now();
}

static int hold_against(struct sendoso *s, struct sendoso_people *people, struct mu_invitation *i,
                        struct mu_err *err)
{
    struct sendoso_person *p = mu_map_get(people->by_key, i->key, strlen(i->key));
    if (p && waits_for_person(i->state) && (p->active || mu_streq(i->via, "scim")) &&
        turn(s, i, MU_INVITED_ACCEPTED, NULL, err) < 0)
        return -1;
    if (!p && never_was(s, i) &&
        turn(s, i, MU_INVITED_WITHDRAWN, "never created: SCIM doesn't list it", err) < 0)
        return -1;
    if (mu_invited_open(i->state) && !i->expires && i->sent)
        i->expires = i->sent + s->settings->invitation_life;
    if (!p && is_over(i) && turn(s, i, MU_INVITED_EXPIRED, i->detail, err) < 0)
        return -1;
    mu_map_put(people->invitations, i->key, strlen(i->key), i);
    if (p) {
        p->invitation = i;
        return 0;
    }
    if (!mu_invited_open(i->state))
        return 0;
    p = sendoso_person_invited(people->arena, i);
    sendoso_person_object(people->arena, p);
    mu_map_put(people->by_key, p->key, strlen(p->key), p);
    return 0;
}

int sendoso_register_read(struct sendoso *s, struct sendoso_people *p, struct mu_err *err)
{
    struct sendoso_target *t = s->target;
    struct mu_invitation *list;
    size_t count;
    if (sendoso_register_open(t, err) < 0)
        return -1;
    if (!t->store)
        return 0;
    if (mu_store_writable(t->store) &&
        (recover(s, err) < 0 || mu_invitations_expire(t->store, s->base.name, mu_now(), err) < 0))
        return -1;
    if (mu_invitation_list(t->store, p->arena, s->base.name, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (hold_against(s, p, &list[i], err) < 0)
            return -1;
    return 0;
}

/* ---- what is sent ---- */

int sendoso_register_intend(struct sendoso *s, const struct mu_invitation *of, struct mu_err *err)
{
    struct sendoso_target *t = s->target;
    struct mu_invitation sent = *of;
    sent.state = MU_INVITED_SENT;
    if (sendoso_register_open(t, err) < 0)
        return -1;
    if (!t->store)
        return mu_fail(err, MU_E_CONFIG, "nobody is invited without a store to remember it");
    if (lock(s, LOCK_WAIT_S, err) < 0 ||
        mu_invitation_intend(t->store, of, SENDOSO_FORGET_S, err) < 0)
        return -1;
    return mu_invitation_move(t->store, &sent, SET(MU_INVITED_INTENDED), err) < 0 ? -1 : 0;
}

void sendoso_register_end(struct sendoso *s, const char *key, enum mu_invited state,
                          int64_t expires, const char *detail)
{
    const struct mu_invitation to = {
        .account = s->base.name, .key = key, .state = state, .expires = expires, .detail = detail};
    struct mu_err err = MU_ERR_INIT;
    if (mu_invitation_move(s->target->store, &to, SET(MU_INVITED_SENT), &err) < 0)
        mu_log(s->log, MU_LOG_ERROR, "%s: the answer to an invitation can't be written down: %s",
               s->base.name, err.text);
}
