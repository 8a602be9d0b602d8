/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing who is there, over SCIM: the user is read, held against what the operation expects, and
 * put back with all that is known of them and the change. Where one user alone can't be read the
 * list is walked through. A change whose answer was lost is looked at, never sent again.
 */
#include <string.h>

#include "adapter/sendoso/target_private.h"

static const char user_schema[] = "urn:ietf:params:scim:schemas:core:2.0:User";

/* ---- bodies ---- */

static void put_emails(struct mu_jw *w, const struct sendoso_person *p)
{
    if (!p->emails && !p->email)
        return;
    mu_jw_key(w, "emails");
    if (p->emails) {
        mu_jw_raw(w, p->emails, strlen(p->emails));
        return;
    }
    mu_jw_array(w);
    mu_jw_object(w);
    mu_jw_put_some(w, "value", p->email);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

/* A role that isn't one of SCIM's can't be written, and stays. */
static const char *writable_role(struct mu_arena *arena, const char *role)
{
    const char *scim = sendoso_scim_role(arena, role);
    bool known = mu_streq(scim, "sender") || mu_streq(scim, "manager") || mu_streq(scim, "admin");
    return known ? scim : NULL;
}

const char *sendoso_scim_body(struct mu_arena *arena, const struct sendoso_person *p,
                              const char *division, bool create)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "schemas");
    mu_jw_array(&w);
    mu_jw_str(&w, user_schema);
    mu_jw_end(&w, ']');
    if (!create)
        mu_jw_put_some(&w, "id", p->scim);
    mu_jw_put_some(&w, "userName", p->email);
    mu_jw_key(&w, "name");
    mu_jw_object(&w);
    mu_jw_put_some(&w, "givenName", p->first_name);
    mu_jw_put_some(&w, "familyName", p->last_name);
    mu_jw_end(&w, '}');
    put_emails(&w, p);
    mu_jw_put_bool(&w, "active", p->active);
    mu_jw_put_some(&w, "userType", writable_role(arena, p->role));
    mu_jw_put_some(&w, "division", division);
    mu_jw_end(&w, '}');
    return mu_strndup(arena, json.data, json.len);
}

/* ---- one user ---- */

static const struct mu_resource *scim_users(const struct sendoso *s)
{
    for (const struct mu_resource **r = s->resources; *r; r++)
        if (mu_streq(mu_map_info(*r)->name, "scim_users"))
            return *r;
    return NULL;
}

/* Some servers answer with a list when one user is asked for. */
static const struct mu_doc *record_of(const struct mu_doc *doc, const char *id)
{
    const struct mu_doc *list = mu_doc_member(doc, "Resources");
    if (!mu_doc_is(list, MU_DOC_LIST))
        return mu_streq(mu_doc_text(mu_doc_member(doc, "id")), id) ? doc : NULL;
    for (const struct mu_doc *item = list->first; item; item = item->next)
        if (mu_streq(mu_doc_text(mu_doc_member(item, "id")), id))
            return item;
    return NULL;
}

/* NULL: the answer doesn't show that user. */
static struct sendoso_person *person_in(struct sendoso *s, struct sendoso_flight *f,
                                        const struct mu_response *r)
{
    struct mu_err bad = MU_ERR_INIT;
    const struct mu_doc *doc, *entry;
    const struct mu_resource *mapping = scim_users(s);
    struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    struct sendoso_person *p = NULL;
    const char *id;
    if (!mapping || mu_http_doc(r, f->arena, &doc, &bad) < 0)
        return NULL;
    const struct mu_doc *record = record_of(doc, f->scim);
    if (record && mu_map_entry(mapping, record, NULL, f->arena, &body, &id, &bad) == 0 &&
        mu_doc_parse(f->arena, body.data, body.len, &entry, &bad) == 0) {
        p = sendoso_person_of(f->arena, s->target->groups, entry);
        p->scim = p->id;
        sendoso_person_object(f->arena, p);
    }
    mu_buf_done(&body);
    return p;
}

/* ---- the change ---- */

static void apply(struct sendoso_flight *f, struct sendoso_person *p)
{
    const struct {
        const char *attr;
        const char **to;
    } texts[] = {{"first_name", &p->first_name},
                 {"last_name", &p->last_name},
                 {"role", &p->role},
                 {"team_group", &p->group}};
    for (size_t i = 0; i < MU_LEN(texts); i++) {
        const char *given = sendoso_given(f->op, texts[i].attr);
        if (given)
            *texts[i].to = given;
    }
    const char *active = sendoso_given(f->op, "active");
    if (active)
        p->active = mu_streq(active, "true");
}

static void was_so(struct sendoso *s, struct sendoso_flight *f, const char *text)
{
    struct mu_outcome *o = sendoso_land(s, f, MU_DONE_OK);
    mu_fail(&o->err, MU_OK, "%s", text);
}

/* Groups are joined by the name they have now. */
static void put(struct sendoso *s, struct sendoso_flight *f, struct sendoso_person *p)
{
    const char *wanted = sendoso_given(f->op, "team_group");
    apply(f, p);
    const struct sendoso_group *group = sendoso_group_by_id(s->target->groups, p->group);
    if (wanted && !group) {
        sendoso_land_stale(s, f, mu_printf(f->arena, "team group %s is no longer there", wanted));
        return;
    }
    f->body = sendoso_scim_body(f->arena, p, group ? group->name : NULL, false);
    sendoso_send(s, f, SENDOSO_CHANGE, "PUT", true);
}

static void judge(struct sendoso *s, struct sendoso_flight *f, struct sendoso_person *p)
{
    MU_AUTO(buf) struct mu_buf why = MU_BUF_INIT(MU_BUF_MAX);
    switch (sendoso_judge(s, f->op, p, &why)) {
    case SENDOSO_IS_SO:
        was_so(s, f, "nothing was written: it was so already");
        break;
    case SENDOSO_STALE:
        sendoso_land_stale(s, f, why.data);
        break;
    case SENDOSO_TO_DO:
        put(s, f, p);
        break;
    }
}

void sendoso_change(struct sendoso *s, struct sendoso_flight *f)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT(MU_BUF_MAX);
    if (!f->op->native) {
        mu_fail(&err, MU_E_DATA, "the user's id isn't known");
        sendoso_land_failed(s, f, MU_DONE_FAILED, &err);
        return;
    }
    f->scim = sendoso_ids_scim(s, f->arena, f->op->native, &err);
    if (!f->scim || sendoso_groups_fresh(s, &err) < 0) {
        sendoso_land_failed(s, f, MU_DONE_FAILED, &err);
        return;
    }
    mu_buf_adds(&path, "/api/scim/v2/Users/");
    mu_url_escape(&path, f->scim, strlen(f->scim));
    f->path = mu_strndup(f->arena, path.data, path.len);
    if (s->target->no_get)
        f->waits = SENDOSO_LIST;
    else
        sendoso_send(s, f, SENDOSO_CHECK, NULL, true);
}

void sendoso_listed(struct sendoso *s, struct sendoso_flight *f)
{
    const char *id = f->op->native;
    const struct sendoso_person *there = mu_map_get(s->target->people->by_id, id, strlen(id));
    if (!there) {
        sendoso_land_stale(s, f, mu_printf(f->arena, "user %s is no longer there", id));
        return;
    }
    s->target->no_get = true; /* who is there wasn't shown alone */
    struct sendoso_person *own = mu_alloc(f->arena, sizeof(*own));
    *own = *there;
    judge(s, f, own);
}

/* ---- answers ---- */

static void checked(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    struct sendoso_person *p = r->status / 100 == 2 ? person_in(s, f, r) : NULL;
    struct mu_err why = MU_ERR_INIT;
    if (p) {
        judge(s, f, p);
    } else if (r->status / 100 == 2 || r->status == 400 || r->status == 404 || r->status == 405 ||
               r->status == 501) {
        f->waits = SENDOSO_LIST;
    } else {
        mu_http_fail(r, &why);
        mu_wrap(&why, "reading the user before it is changed");
        sendoso_land_failed(s, f, MU_DONE_FAILED, &why);
    }
}

/* Some servers take a change and do a part of it. */
static void confirm(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    MU_AUTO(buf) struct mu_buf why = MU_BUF_INIT(MU_BUF_MAX);
    const struct sendoso_person *p = person_in(s, f, r);
    struct mu_err failed;
    if (!p || sendoso_judge(s, f->op, p, &why) == SENDOSO_IS_SO) {
        sendoso_land(s, f, MU_DONE_OK);
        return;
    }
    mu_fail(&failed, MU_E_REMOTE, "the answer says %ld, but shows that not all was done%s%s",
            r->status, why.len ? ": " : "", why.len ? why.data : "");
    sendoso_land_failed(s, f, MU_DONE_FAILED, &failed);
}

static void put_answered(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    struct mu_err why = MU_ERR_INIT;
    if (r->status / 100 == 2) {
        confirm(s, f, r);
        return;
    }
    mu_http_fail(r, &why);
    mu_wrap(&why, "changing the user");
    why.native = r->status;
    if (sendoso_refused(r)) {
        sendoso_land_failed(s, f, MU_DONE_FAILED, &why);
    } else if (s->target->no_get) {
        sendoso_land_failed(s, f, MU_DONE_DOUBT, &why);
    } else {
        f->lost = why;
        f->body = NULL;
        sendoso_send(s, f, SENDOSO_LOOK, NULL, true);
    }
}

static void looked(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    MU_AUTO(buf) struct mu_buf why = MU_BUF_INIT(MU_BUF_MAX);
    const struct sendoso_person *p = r->status / 100 == 2 ? person_in(s, f, r) : NULL;
    enum sendoso_finding found = p ? sendoso_judge(s, f->op, p, &why) : SENDOSO_STALE;
    if (found == SENDOSO_IS_SO)
        was_so(s, f, "settled: the answer was lost; the user shows that it was done");
    else
        sendoso_land_failed(s, f, found == SENDOSO_TO_DO ? MU_DONE_FAILED : MU_DONE_DOUBT,
                            &f->lost);
}

void sendoso_changed(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    if (f->waits == SENDOSO_CHECK)
        checked(s, f, r);
    else if (f->waits == SENDOSO_CHANGE)
        put_answered(s, f, r);
    else
        looked(s, f, r);
}
