/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking somebody to join: POST /users, or over SCIM. Sendoso doesn't tell two invitations of one
 * address apart, so none leaves before the register has it, and what no answer came to is in doubt.
 */
#include <inttypes.h>
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/time.h"

static const char users_path[] = "/api/v3/users", scim_path[] = "/api/scim/v2/Users";

/* ---- the request ---- */

/* As a number where it is one, as Sendoso's own examples have it. */
static void put_id(struct mu_jw *w, const char *id)
{
    long long n;
    if (mu_parse_int(id, 0, INT64_MAX, &n))
        mu_jw_int(w, n);
    else
        mu_jw_str(w, id);
}

static const char *invitation_body(struct mu_arena *arena, const struct mu_invitation *of)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "user");
    mu_jw_object(&w);
    const struct {
        const char *key, *text;
    } texts[] = {{"first_name", of->first_name},
                 {"last_name", of->last_name},
                 {"email", of->email},
                 {"role", of->role}};
    for (size_t i = 0; i < MU_LEN(texts); i++) {
        mu_jw_key(&w, texts[i].key);
        mu_jw_str(&w, texts[i].text);
    }
    mu_jw_key(&w, "team_group_id");
    put_id(&w, of->team_group);
    mu_jw_end(&w, '}');
    mu_jw_end(&w, '}');
    return mu_strndup(arena, json.data, json.len);
}

static struct mu_invitation wanted(const struct sendoso *s, const struct sendoso_flight *f)
{
    const struct mu_op *op = f->op;
    const char *email = sendoso_given(op, "email");
    return (struct mu_invitation){.account = s->base.name,
                                  .key = f->key,
                                  .email = email ? email : op->name,
                                  .first_name = sendoso_given(op, "first_name"),
                                  .last_name = sendoso_given(op, "last_name"),
                                  .role = sendoso_role(f->arena, sendoso_given(op, "role")),
                                  .team_group = sendoso_given(op, "team_group"),
                                  .via = s->settings->join == SENDOSO_JOIN_SCIM ? "scim" : "invite",
                                  .expires = mu_now() + s->settings->invitation_life,
                                  .run = s->target->run};
}

static const char *missing(const struct mu_invitation *of)
{
    return !of->first_name   ? "first_name"
           : !of->last_name  ? "last_name"
           : !of->role       ? "role"
           : !of->team_group ? "team_group"
                             : NULL;
}

/* Nobody is invited who is there: somebody else may have been quicker. */
static bool nobody_there(struct sendoso *s, struct sendoso_flight *f)
{
    const struct sendoso_person *there =
        mu_map_get(s->target->people->by_key, f->key, strlen(f->key));
    if (!there || !there->id)
        return true;
    sendoso_land_stale(s, f,
                       mu_printf(f->arena, "expected nobody of that address, found user %s, %s",
                                 there->id, there->active ? "active" : "inactive"));
    return false;
}

static void send_scim(struct sendoso *s, struct sendoso_flight *f, const struct mu_invitation *of)
{
    const struct sendoso_person person = {.email = of->email,
                                          .first_name = of->first_name,
                                          .last_name = of->last_name,
                                          .role = of->role,
                                          .active = true};
    f->path = scim_path;
    f->body = sendoso_scim_body(f->arena, &person, of->group_name, true);
    sendoso_send(s, f, SENDOSO_CREATE, "POST", true);
}

/* What was sent before the list is read must have come back: they share no connection, but the order
 * of things. */
void sendoso_join(struct sendoso *s, struct sendoso_flight *f)
{
    struct mu_invitation of = wanted(s, f);
    struct mu_err err = MU_ERR_INIT;
    if (missing(&of)) {
        mu_fail(&err, MU_E_DATA, "%s is missing", missing(&of));
        sendoso_land_failed(s, f, MU_DONE_FAILED, &err);
        return;
    }
    if (sendoso_people_fresh(s, &err) < 0 || sendoso_groups_fresh(s, &err) < 0) {
        sendoso_land_failed(s, f, MU_DONE_FAILED, &err);
        return;
    }
    if (!nobody_there(s, f))
        return;
    const struct sendoso_group *group = sendoso_group_by_id(s->target->groups, of.team_group);
    if (!group) {
        sendoso_land_stale(s, f,
                           mu_printf(f->arena, "team group %s is no longer there", of.team_group));
        return;
    }
    of.group_name = mu_strdup(f->arena, group->name);
    if (sendoso_register_intend(s, &of, &err) < 0) {
        sendoso_land_failed(s, f, err.code == MU_E_CONFLICT ? MU_DONE_STALE : MU_DONE_FAILED, &err);
        return;
    }
    if (s->settings->join == SENDOSO_JOIN_SCIM) {
        send_scim(s, f, &of);
        return;
    }
    f->path = users_path;
    f->body = invitation_body(f->arena, &of);
    sendoso_send(s, f, SENDOSO_INVITE, "POST", false);
}

/* ---- the answer ---- */

/* Whatever the body says, the status has said that it was taken; but for a plain `success: false`. */
static void taken(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    const struct mu_doc *doc = NULL;
    struct mu_err ignored = MU_ERR_INIT;
    char text[MU_TIME_TEXT];
    int64_t expires = 0;
    if (mu_http_doc(r, f->arena, &doc, &ignored) < 0)
        doc = NULL;
    const char *until = mu_doc_str(doc, "expires_at");
    if (until && !mu_time_parse(until, text, &expires))
        expires = 0;
    bool told = mu_doc_str(doc, "invitation_status") != NULL;
    sendoso_register_end(s, f->key, told ? MU_INVITED_PENDING : MU_INVITED_SENT, expires,
                         told ? NULL : "taken, without a word about its state");
    sendoso_land(s, f, MU_DONE_OK);
}

static void created(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    const struct mu_doc *doc = NULL;
    struct mu_err ignored = MU_ERR_INIT;
    if (mu_http_doc(r, f->arena, &doc, &ignored) < 0)
        doc = NULL;
    const char *id = mu_doc_text(mu_doc_member(doc, "id"));
    const char *known = id ? sendoso_ids_created(s, id) : NULL;
    char *native = known ? mu_xstrdup(known) : NULL;
    sendoso_register_end(s, f->key, MU_INVITED_ACCEPTED, 0, NULL);
    sendoso_land(s, f, MU_DONE_OK)->native = native;
}

static bool denies(struct sendoso_flight *f, const struct mu_response *r, struct mu_err *why)
{
    const struct mu_doc *doc;
    struct mu_err ignored = MU_ERR_INIT;
    if (mu_http_doc(r, f->arena, &doc, &ignored) < 0 || mu_doc_bool(doc, "success", true))
        return false;
    const char *message = mu_doc_str(doc, "message");
    mu_fail(why, MU_E_REMOTE, "refused (%ld): %s", r->status,
            message ? mu_printable(f->arena, message, strlen(message), SENDOSO_SHOWN)
                    : "success is false");
    return true;
}

static const char *words(const struct sendoso_flight *f)
{
    return f->waits == SENDOSO_CREATE ? "creating the user" : "inviting";
}

void sendoso_joined(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    struct mu_err why = MU_ERR_INIT;
    bool yes = r->status / 100 == 2;
    if (yes && !denies(f, r, &why)) {
        f->waits == SENDOSO_INVITE ? taken(s, f, r) : created(s, f, r);
        return;
    }
    bool refused = yes || sendoso_refused(r);
    if (!yes)
        mu_http_fail(r, &why);
    mu_wrap(&why, "%s%s", words(f), refused ? "" : ": no one knows whether it took effect");
    why.native = r->status;
    sendoso_register_end(s, f->key, refused ? MU_INVITED_REFUSED : MU_INVITED_DOUBT, 0, why.text);
    sendoso_land_failed(s, f, refused ? MU_DONE_FAILED : MU_DONE_DOUBT, &why);
}
