/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inviting a person. Sendoso can't list invitations nor tell two of them apart, so each goes through
 * our register of them (store/invitations.h): an address that has one is not invited again, however
 * often the tool is called.
 */
#include "serve/mcp/api.h"

#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"
#include "store/invitations.h"

enum { FORGET_S = 30 * 24 * 3600 };

struct inviting {
    struct api api;
    struct mcp_call *c;
    const struct mcp_tool *tool;
    struct json_object *args;
    struct mu_store *store;
    struct mu_lock *lock;
    struct mu_invitation of;
};

static void take_arguments(struct inviting *v)
{
    const char *email = mu_json_str(v->args, "email");
    v->of = (struct mu_invitation){
        .account = v->api.def->name,
        .key = mu_fold(v->c->arena, email),
        .email = email,
        .first_name = mu_json_str(v->args, "first_name"),
        .last_name = mu_json_str(v->args, "last_name"),
        .role = mu_json_str(v->args, "role"),
        .team_group = mu_json_text(json_object_object_get(v->args, "team_group_id")),
        .via = "invite"};
}

static int open_register(struct inviting *v, struct mu_err *err)
{
    const char *account = v->api.def->name;
    return mu_store_open(v->c->mcp->conf.config->store, MU_STORE_WRITE, &v->store, err) < 0 ||
                   mu_invitations_lock(v->store, account, 0, &v->lock, err) < 0 ||
                   mu_invitations_recover(v->store, account, err) < 0 ||
                   mu_invitations_expire(v->store, account, mu_now(), err) < 0
               ? -1
               : 0;
}

static void write_result(const struct inviting *v, const struct mu_invitation *is, bool repeated,
                         struct mcp_out *out)
{
    char at[MU_TIME_TEXT];
    struct mu_jw w;
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "email");
    mu_jw_str(&w, v->of.email);
    mu_jw_key(&w, "invitation");
    mu_jw_str(&w, mu_invited_name(is->state));
    if (repeated) {
        mu_jw_key(&w, "repeated");
        mu_jw_bool(&w, true);
    }
    if (is->expires) {
        mu_jw_key(&w, "expires_at");
        mu_jw_str(&w, mu_time_text(is->expires, at));
    }
    mu_jw_key(&w, "note");
    mu_jw_str(&w, repeated ? "this address has an open invitation; none was sent again"
                           : "the user exists, with an id, once the invitation is accepted");
    mu_jw_end(&w, '}');
}

/* 1: there is an open one; 0: none. */
static int look(struct inviting *v, struct mcp_out *out, struct mu_err *err)
{
    struct mu_invitation is;
    int found = mu_invitation_get(v->store, v->c->arena, v->of.account, v->of.key, &is, err);
    if (found <= 0 || !mu_invited_open(is.state))
        return found < 0 ? -1 : 0;
    if (is.state == MU_INVITED_DOUBT)
        return mu_fail(
            err, MU_E_CONFLICT,
            "IN DOUBT: an earlier invitation of %s had no answer. It may have been sent: "
            "ask the person, or look at list_all_sendoso_users later; a person settles "
            "it with muster invitations",
            v->of.email);
    write_result(v, &is, true, out);
    return 1;
}

static int move(struct inviting *v, enum mu_invited state, unsigned from, int64_t expires,
                const char *detail, struct mu_err *err)
{
    const struct mu_invitation to = {.account = v->of.account,
                                     .key = v->of.key,
                                     .state = state,
                                     .expires = expires,
                                     .detail = detail};
    return mu_invitation_move(v->store, &to, from, err) < 0 ? -1 : 0;
}

static int end(struct inviting *v, enum mu_invited state, const char *status, int64_t expires,
               const char *detail, struct mu_err *err)
{
    return move(v, state, 1u << MU_INVITED_SENT, expires, detail, err) < 0 ||
                   mu_run_end(v->store, v->of.run, status, err) < 0
               ? -1
               : 0;
}

static int taken(struct inviting *v, const struct mu_doc *doc, struct mcp_out *out,
                 struct mu_err *err)
{
    const char *until = mu_doc_str(doc, "expires_at");
    struct mu_invitation is = {.state = MU_INVITED_PENDING};
    char text[MU_TIME_TEXT];
    if (until && !mu_time_parse(until, text, &is.expires))
        is.expires = 0;
    if (end(v, is.state, "done", is.expires, NULL, err) < 0)
        return -1;
    write_result(v, &is, false, out);
    return 0;
}

/* Always -1: refused, or nobody knows. */
static int not_taken(struct inviting *v, const struct mu_raw_answer *answer, struct mu_err *err)
{
    struct mu_err ignored = MU_ERR_INIT;
    bool refused = answer->status >= 200 && answer->status < 500 && answer->status != 408;
    if (refused && answer->status < 300)
        mu_fail(err, MU_E_REMOTE, "%s: refused", v->api.def->name);
    else
        api_fail(&v->api, answer, err);
    (void)end(v, refused ? MU_INVITED_REFUSED : MU_INVITED_DOUBT, refused ? "failed" : "cut", 0,
              err->text, &ignored);
    return refused ? -1
                   : mu_wrap(err, "IN DOUBT, the invitation may have been sent; don't repeat it");
}

static int send_it(struct inviting *v, struct mcp_out *out, struct mu_err *err)
{
    struct mu_raw_call call;
    struct mu_raw_answer answer = {.status = 0};
    const struct mu_doc *doc = NULL;
    struct mu_err unread = MU_ERR_INIT;
    if (api_compose(v->c, v->tool->record, v->args, &call, err) < 0)
        return -1;
    if (v->api.def->adapter->call(v->api.account, &call, v->c->arena, &answer, err) < 0) {
        (void)end(v, MU_INVITED_REFUSED, "failed", 0, err->text, &unread);
        return mu_wrap(err, "%s", v->api.def->name);
    }
    if (answer.status >= 200 && answer.status <= 299) {
        (void)api_doc(&v->api, &answer, &doc, &unread);
        if (mu_doc_bool(doc, "success", true))
            return taken(v, doc, out, err);
    }
    return not_taken(v, &answer, err);
}

static int invite(struct inviting *v, struct mcp_out *out, struct mu_err *err)
{
    take_arguments(v);
    int is = open_register(v, err) < 0 ? -1 : look(v, out, err);
    if (is != 0)
        return is < 0 ? -1 : 0;
    const struct mu_run run = {.sync = v->of.account,
                               .command = mu_printf(v->c->arena, "%s (mcp, token %s)",
                                                    v->tool->name, v->c->peer->grant->name)};
    return mu_run_begin(v->store, &run, &v->of.run, err) < 0 ||
                   mu_invitation_intend(v->store, &v->of, FORGET_S, err) < 0 ||
                   move(v, MU_INVITED_SENT, 1u << MU_INVITED_INTENDED, 0, NULL, err) < 0
               ? -1
               : send_it(v, out, err);
}

int mcp_run_invite(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                   struct mcp_out *out, struct mu_err *err)
{
    struct inviting v = {.c = c, .tool = tool, .args = args};
    int rc = api_open(&v.api, c, tool, args, err);
    if (rc == 0)
        rc = invite(&v, out, err);
    mu_unlock(v.lock);
    mu_store_close(v.store);
    api_close(&v.api);
    return rc;
}
