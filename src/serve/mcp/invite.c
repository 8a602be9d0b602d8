/* SPDX-License-Identifier: Apache-2.0 */
/* Inviting a person, by the way all invitations go (engine/invite.h): planned, guarded, journalled,
 * and kept out of a second one by the register, however often the tool is called. */
#include "serve/mcp/api.h"

#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/invite.h"
#include "serve/auth.h"

struct inviting {
    struct api api;
    struct mcp_call *c;
    const struct mu_sync *sync;
    struct mu_store *store;
    struct mu_lock *lock;
    struct mu_invite who;
};

static void take_arguments(struct inviting *v, struct json_object *args)
{
    const char *group = mu_json_text(json_object_object_get(args, "team_group_id"));
    v->who = (struct mu_invite){.email = mu_json_str(args, "email"),
                                .first_name = mu_json_str(args, "first_name"),
                                .last_name = mu_json_str(args, "last_name"),
                                .role = mu_json_str(args, "role"),
                                .team_group = mu_printf(v->c->arena, "id:%s", group)};
}

static void write_result(const struct inviting *v, const struct mu_invitation *is, bool repeated,
                         struct mcp_out *out)
{
    char at[MU_TIME_TEXT];
    struct mu_jw w;
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "email", v->who.email);
    mu_jw_put_str(&w, "invitation", mu_invited_name(is->state));
    if (repeated) {
        mu_jw_put_bool(&w, "repeated", true);
    }
    if (is->expires) {
        mu_jw_put_str(&w, "expires_at", mu_time_text(is->expires, at));
    }
    mu_jw_put_str(&w, "note",
                  repeated ? "this address has an open invitation; none was sent again"
                           : "the user exists, with an id, once the invitation is accepted");
    mu_jw_end(&w, '}');
}

/* 1: an open invitation answers the call; 0: there is none. */
static int look(struct inviting *v, struct mcp_out *out, struct mu_err *err)
{
    const char *key = mu_fold(v->c->arena, v->who.email);
    struct mu_invitation is;
    int found = mu_invitation_get(v->store, v->c->arena, v->api.def->name, key, &is, err);
    if (found <= 0 || !mu_invited_open(is.state))
        return found < 0 ? -1 : 0;
    if (is.state == MU_INVITED_DOUBT)
        return mu_fail(
            err, MU_E_CONFLICT,
            "IN DOUBT: an earlier invitation of %s had no answer and may have been sent. "
            "Ask the person, or look at list_all_sendoso_users later; a person settles "
            "it with muster invitations",
            v->who.email);
    write_result(v, &is, true, out);
    return 1;
}

static int send_it(struct inviting *v, struct mcp_out *out, struct mu_err *err)
{
    struct mu_invited_now now;
    const struct mu_plan *plan;
    struct mu_log *log = v->c->mcp->conf.log;
    const char *command = mu_printf(v->c->arena, "invite (mcp, token %s)", v->c->peer->grant->name);
    v->api.lease->spent = true; /* an open target is of one run */
    if (mu_invite_plan(v->store, v->sync, v->api.lease->account, &v->who, v->c->arena, log, &plan,
                       err) < 0)
        return -1;
    int rc = mu_invite_apply(v->store, v->sync, v->api.lease->account, plan, command, log,
                             v->c->arena, &now, err);
    if (rc == 0)
        write_result(v, &now.invitation, false, out);
    else if (now.registered && now.invitation.state == MU_INVITED_DOUBT)
        mu_wrap(err, "IN DOUBT, the invitation may have been sent; don't repeat it");
    return rc;
}

static int invite(struct inviting *v, struct mcp_out *out, struct mu_err *err)
{
    if (mu_store_open(v->c->mcp->conf.config->store, MU_STORE_WRITE, &v->store, err) < 0)
        return -1;
    int is = look(v, out, err);
    if (is != 0)
        return is < 0 ? -1 : 0;
    return mu_invite_sync(v->c->arena, v->api.def, &v->sync, err) < 0 ||
                   mu_sync_lock(v->store, v->sync, 0, &v->lock, err) < 0
               ? -1
               : send_it(v, out, err);
}

int mcp_run_invite(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                   struct mcp_out *out, struct mu_err *err)
{
    struct inviting v = {.c = c};
    int rc = api_open(&v.api, c, tool, args, err);
    take_arguments(&v, args);
    if (rc == 0)
        rc = invite(&v, out, err);
    mu_unlock(v.lock);
    api_close(&v.api);
    mu_store_close(v.store);
    return rc;
}
