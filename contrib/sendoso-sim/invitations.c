/* SPDX-License-Identifier: Apache-2.0 */
/* POST /users. */
#include "invitations.h"

#include <string.h>

#include "api.h"
#include "base/str.h"
#include "base/time.h"

static const char *const status_names[] = {"pending", "accepted", "expired", "withdrawn"};

static const char *role_name(enum sim_role role)
{
    return role == SIM_SENDER ? "regular" : "manager";
}

void sim_invitations_clear(struct sim_invitations *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i].first);
        free(all->list[i].last);
        free(all->list[i].email);
        free(all->list[i].folded);
    }
    free(all->list);
    *all = (struct sim_invitations){0};
}

static void let_expire(struct sim_invitation *inv)
{
    if (inv->status == SIM_INVITED_PENDING && inv->expires_at <= mu_now())
        inv->status = SIM_INVITED_EXPIRED;
}

static char *folded(const char *email)
{
    struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&to, email, strlen(email));
    return mu_buf_take(&to, NULL);
}

struct sim_invitation *sim_invitations_find(struct sim_invitations *all, const char *email)
{
    struct sim_invitation *found = NULL;
    char *key = folded(email);
    for (size_t i = all->count; !found && i-- > 0;)
        if (strcmp(all->list[i].folded, key) == 0)
            found = &all->list[i];
    free(key);
    if (found)
        let_expire(found);
    return found;
}

bool sim_invitations_pending(struct sim_invitations *all, const char *email)
{
    const struct sim_invitation *inv = sim_invitations_find(all, email);
    return inv && inv->status == SIM_INVITED_PENDING;
}

void sim_invitations_settle(struct sim_invitations *all, const char *email)
{
    char *key = folded(email);
    for (size_t i = 0; i < all->count; i++) {
        let_expire(&all->list[i]);
        if (strcmp(all->list[i].folded, key) == 0 && all->list[i].status == SIM_INVITED_PENDING)
            all->list[i].status = SIM_INVITED_ACCEPTED;
    }
    free(key);
}

uint32_t sim_invitations_accept(struct sim *sim, const struct sim_invitation *inv)
{
    struct sim_people *people = sim->people;
    uint32_t index = 0;
    if (sim_people_find_mail(people, inv->email, &index)) {
        sim_people_set_active(people, index, true);
        sim_people_move(people, index, inv->group);
        sim_people_set_role(people, index, inv->role);
    } else {
        index = sim_people_join(people, inv->first, inv->last, inv->email, inv->group, inv->role);
    }
    sim_invitations_settle(&sim->invitations, inv->email);
    return index;
}

void sim_invitations_write(struct sim_invitations *all, struct mu_jw *w)
{
    char expires[SIM_TIME_MAX];
    mu_jw_array(w);
    for (size_t i = 0; i < all->count; i++) {
        struct sim_invitation *inv = &all->list[i];
        let_expire(inv);
        sim_pacific(inv->expires_at, true, expires);
        mu_jw_object(w);
        sim_write_str(w, "email", inv->email);
        sim_write_str(w, "first_name", inv->first);
        sim_write_str(w, "last_name", inv->last);
        sim_write_str(w, "role", role_name(inv->role));
        sim_write_str(w, "status", status_names[inv->status]);
        sim_write_str(w, "expires_at", expires);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void reply_invited(struct sim_request *r, const struct sim_invitation *inv)
{
    char expires[SIM_TIME_MAX];
    if (r->sim->set.invite_status == SIM_CREATE_EMPTY) {
        sim_reply_empty(r, 201);
        return;
    }
    struct mu_jw w;
    sim_json(r, &w);
    r->status = r->sim->set.invite_status == SIM_CREATE_200 ? 200 : 201;
    sim_pacific(inv->expires_at, true, expires);
    mu_jw_object(&w);
    mu_jw_key(&w, "success");
    mu_jw_bool(&w, true);
    sim_write_str(&w, "message", "Invitation sent successfully");
    sim_write_str(&w, "receiver_email", inv->email);
    sim_write_id(r->sim, &w, "team_group_id", sim_groups_get(r->sim->people, inv->group)->id);
    sim_write_str(&w, "user_role", role_name(inv->role));
    sim_write_str(&w, "invitation_status", status_names[inv->status]);
    if (r->sim->set.invite_expires != SIM_EXPIRES_MISSING)
        sim_write_str(&w, "expires_at",
                      r->sim->set.invite_expires == SIM_EXPIRES_NULL ? NULL : expires);
    mu_jw_end(&w, '}');
}

static bool is_known(struct sim *sim, const char *email)
{
    /* Someone who was deactivated comes back by an invitation. */
    return sim_invitations_pending(&sim->invitations, email) ||
           sim_people_active_mail(sim->people, email);
}

static struct sim_invitation *add(struct sim *sim, struct json_object *user, uint32_t group,
                                  enum sim_role role)
{
    struct sim_invitations *all = &sim->invitations;
    all->list = mu_xrealloc(all->list, (all->count + 1) * sizeof(*all->list));
    struct sim_invitation *inv = &all->list[all->count++];
    *inv = (struct sim_invitation){.first = mu_xstrdup(mu_json_str(user, "first_name")),
                                   .last = mu_xstrdup(mu_json_str(user, "last_name")),
                                   .email = mu_xstrdup(mu_json_str(user, "email")),
                                   .folded = folded(mu_json_str(user, "email")),
                                   .role = role,
                                   .group = group,
                                   .expires_at = mu_now() + sim->set.invite_hours * 3600};
    return inv;
}

/* An administrator may have restricted invitations to the domain of who invites. */
static bool refused_domain(struct sim *sim, const char *email)
{
    struct sim_person owner;
    if (sim->set.invite_domain == SIM_DOMAIN_ANY)
        return false;
    sim_people_get(sim->people, sim_people_owner(sim->people), &owner);
    return !mu_strieq(strrchr(owner.email, '@'), strrchr(email, '@'));
}

/* The message of the first thing wrong, or NULL. */
static const char *check(struct sim *sim, struct json_object *user, uint32_t *ret_group,
                         enum sim_role *ret_role)
{
    static const struct {
        const char *key, *message;
    } required[] = {{"first_name", "first_name can't be blank"},
                    {"last_name", "last_name can't be blank"},
                    {"email", "email can't be blank"}};
    for (size_t i = 0; i < MU_LEN(required); i++) {
        const char *text = mu_json_str(user, required[i].key);
        if (!text || !*text || strlen(text) > SIM_NAME_CEILING)
            return required[i].message;
    }
    if (!strchr(mu_json_str(user, "email"), '@'))
        return "email is invalid";
    const char *role = mu_json_str(user, "role");
    if (!role || (strcmp(role, "regular") != 0 && strcmp(role, "manager") != 0))
        return "Role can be one of these: manager,regular";
    *ret_role = strcmp(role, "manager") == 0 ? SIM_MANAGER : SIM_SENDER;
    long long id = 0;
    const char *group = mu_json_text(json_object_object_get(user, "team_group_id"));
    if (!group || !mu_parse_int(group, 0, INT32_MAX, &id) ||
        !sim_groups_find(sim->people, id, ret_group))
        return "Please enter a valid team group";
    if (refused_domain(sim, mu_json_str(user, "email")))
        return "Email domain is not allowed";
    return NULL;
}

void sim_invite(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    if (!doc)
        return;
    struct sim *sim = r->sim;
    uint32_t group = 0;
    enum sim_role role = SIM_SENDER;
    struct json_object *user = json_object_object_get(doc, "user");
    if (!r->replayed && mu_json_str(user, "email"))
        sim_tally_asked(sim, mu_json_str(user, "email"), SIM_ASKED_INVITE);
    const char *wrong =
        user ? check(sim, user, &group, &role) : "param is missing or the value is empty: user";
    if (!wrong && sim->invitations.count == SIM_INVITATIONS_MAX)
        wrong = "too many invitations (SIM_INVITATIONS_MAX)";
    if (wrong) {
        sim_reply_e1(r, 400, wrong);
        return;
    }
    if (sim->set.invite_duplicate != SIM_INVITE_DUP_OK &&
        is_known(sim, mu_json_str(user, "email"))) {
        sim_reply_e1(r, sim->set.invite_duplicate == SIM_INVITE_DUP_409 ? 409 : 400,
                     "Email has already been taken or invited");
        return;
    }
    reply_invited(r, add(sim, user, group, role));
}
