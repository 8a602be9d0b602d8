/* SPDX-License-Identifier: Apache-2.0 */
/* POST of a user: an invitation, by the way all plans go (engine/invite.h). */
#include <inttypes.h>
#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/invite.h"
#include "engine/invited.h"
#include "serve/auth.h"
#include "serve/rest/list.h"
#include "serve/rest/once.h"
#include "serve/rest/params.h"
#include "serve/serve.h"
#include "serve/target.h"

enum { LOCK_WAIT_S = 10 };

/* ---- what is asked ---- */

static int read_body(const struct mu_request *r, const struct mu_doc **ret, struct mu_err *err)
{
    if (r->body_len == 0)
        return mu_fail(err, MU_E_USAGE,
                       "the body is empty; send a user: {\"first_name\": ..., \"last_name\": ..., "
                       "\"emails\": [{\"email\": ...}], \"groups\": [{\"id\": ...}]}");
    if (mu_doc_parse(r->arena, r->body, r->body_len, ret, err) < 0)
        return mu_wrap(err, "body");
    if (!mu_doc_is(*ret, MU_DOC_OBJECT))
        return mu_fail(err, MU_E_USAGE, "body: an object is wanted");
    const struct mu_doc *twice = mu_doc_twice(*ret);
    return twice ? mu_fail(err, MU_E_USAGE, "body: '%s' stands twice",
                           mu_printable(r->arena, twice->name, twice->name_len, 60))
                 : 0;
}

/* What an invitation can't carry would be lost in silence. */
static int check_members(const struct mu_request *r, const struct mu_doc *body, struct mu_err *err)
{
    static const char *const known[] = {"first_name", "last_name", "emails", "roles", "groups"};
    for (const struct mu_doc *m = body ? body->first : NULL; m; m = m->next) {
        size_t i = 0;
        while (i < MU_LEN(known) && !mu_streq(known[i], m->name))
            i++;
        if (i == MU_LEN(known))
            return mu_fail(err, MU_E_USAGE,
                           "body: an invitation carries first_name, last_name, emails, roles and "
                           "groups, and no '%s'",
                           mu_printable(r->arena, m->name, m->name_len, 60));
    }
    return 0;
}

/* The one item of a list that may have one; NULL: none. */
static int single(const struct mu_doc *body, const char *list, const struct mu_doc **ret,
                  struct mu_err *err)
{
    const struct mu_doc *items = mu_doc_member(body, list);
    *ret = NULL;
    if (!items)
        return 0;
    if (!mu_doc_is(items, MU_DOC_LIST) || items->len > 1 ||
        (items->len == 1 && !mu_doc_is(items->first, MU_DOC_OBJECT)))
        return mu_fail(err, MU_E_USAGE, "body: %s is a list of one object", list);
    *ret = items->first;
    return 0;
}

/* As mu_invite wants a group: by id, or by name. */
static const char *group_text(struct mu_arena *arena, const struct mu_doc *group)
{
    const char *id = mu_doc_str(group, "id"), *name = mu_doc_str(group, "name");
    if (id)
        return mu_printf(arena, "id:%s", id);
    return name ? mu_printf(arena, "name:%s", name) : NULL;
}

static int read_who(const struct mu_request *r, struct mu_invite *ret, struct mu_err *err)
{
    const struct mu_doc *body = NULL, *email = NULL, *role = NULL, *group = NULL;
    if (read_body(r, &body, err) < 0 || check_members(r, body, err) < 0 ||
        single(body, "emails", &email, err) < 0 || single(body, "roles", &role, err) < 0 ||
        single(body, "groups", &group, err) < 0)
        return -1;
    *ret = (struct mu_invite){.email = mu_doc_str(email, "email"),
                              .first_name = mu_doc_str(body, "first_name"),
                              .last_name = mu_doc_str(body, "last_name"),
                              .role = mu_doc_str(role, "id") ? mu_doc_str(role, "id")
                                                             : mu_doc_str(role, "name"),
                              .team_group = group_text(r->arena, group)};
    return ret->email ? 0 : mu_fail(err, MU_E_USAGE, "body: emails[0].email is missing");
}

/* ---- what is answered ---- */

/* As the lists show it, with when it is over and the run that sent it. */
static void write_invited(struct mu_arena *arena, const struct mu_invited_now *now,
                          struct mu_buf *to)
{
    const struct mu_entry entry = mu_invited_entry(arena, &now->invitation);
    char at[MU_TIME_TEXT];
    mu_buf_add(to, entry.body, entry.body_len - 1); /* without its closing brace */
    if (now->invitation.expires)
        mu_buf_printf(to, ",\"expires_at\":\"%s\"", mu_time_text(now->invitation.expires, at));
    mu_buf_printf(to, ",\"run\":%" PRId64 "}", now->run);
}

static void locate(struct mu_request *r, const struct mu_invited_now *now, struct mu_reply *reply)
{
    MU_AUTO(buf) struct mu_buf at = MU_BUF_INIT(MU_TARGET_MAX);
    mu_buf_printf(&at, "%s/", r->route->pattern);
    mu_percent_into(&at, mu_invited_entry(r->arena, &now->invitation).id);
    mu_reply_header(reply, "Location", mu_strdup(r->arena, at.data));
}

/* ---- doing it ---- */

static bool in_doubt(const struct mu_invited_now *now)
{
    return now->registered && now->invitation.state == MU_INVITED_DOUBT;
}

static int invite(struct mu_request *r, const struct mu_account_def *def,
                  const struct mu_invite *who, struct mu_store *store, struct mu_account *target,
                  struct mu_invited_now *ret, struct mu_err *err)
{
    const struct mu_sync *sync;
    const struct mu_plan *plan;
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    if (mu_invite_sync(r->arena, def, &sync, err) < 0 ||
        mu_sync_lock(store, sync, LOCK_WAIT_S, &lock, err) < 0 ||
        mu_invite_plan(store, sync, target, who, r->arena, r->log, &plan, err) < 0)
        return -1;
    const char *command = mu_printf(r->arena, "invite (rest, token %s)", r->grant->name);
    return mu_invite_apply(store, sync, target, plan, command, r->log, r->arena, ret, err);
}

/* Sent once, whatever became of it. */
static int ask(struct mu_request *r, const struct mu_account_def *def, const struct mu_invite *who,
               struct mu_store *store, struct mu_account *target, struct mu_invited_now *now,
               struct mu_err *err)
{
    r->upstream =
        def->name; /* it is read and written: what its rate leaves is told, also with an error */
    if (invite(r, def, who, store, target, now, err) == 0)
        return 0;
    if (!in_doubt(now))
        return -1;
    return mu_wrap(err,
                   "whether %s was invited is in doubt; don't ask again, the next read of %s tells",
                   who->email, def->name);
}

static int create(struct mu_request *r, const struct mu_account_def *def,
                  const struct mu_invite *who, struct mu_store *store, struct mu_reply *reply,
                  struct mu_err *err)
{
    struct mu_invited_now now = {.registered = false};
    struct mu_account *target = NULL;
    struct mu_once once;
    int rc = mu_once_begin(r, store, def->name, &once, reply, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    rc = mu_config_open(r->arena, r->serve->config, def, r->log, &target, err);
    if (rc == 0)
        rc = ask(r, def, who, store, target, &now, err);
    mu_account_close(target);
    if (rc == 0) {
        write_invited(r->arena, &now, &reply->body);
        locate(r, &now, reply);
    }
    mu_once_end(r, &once,
                rc == 0          ? MU_CLAIM_DONE
                : in_doubt(&now) ? MU_CLAIM_DOUBT
                                 : MU_CLAIM_FAILED,
                rc == 0 ? reply->body.data : NULL);
    return rc;
}

int mu_rest_create(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const struct mu_account_def *def;
    struct mu_invite who;
    struct mu_store *store;
    for (size_t i = 0; i < r->query_count; i++)
        if (!mu_streq(r->query[i].name, "account") &&
            !mu_streq(r->query[i].name, "integrated_account_id"))
            return mu_fail(err, MU_E_USAGE, "no parameter '%s' here; there is account",
                           mu_printable(r->arena, r->query[i].name, strlen(r->query[i].name), 60));
    if (mu_view_account(r, &def, err) < 0 || read_who(r, &who, err) < 0 ||
        mu_request_writable(r, &store, err) < 0 || create(r, def, &who, store, reply, err) < 0)
        return -1;
    reply->status = 201;
    return 0;
}
