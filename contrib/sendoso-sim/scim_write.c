/* SPDX-License-Identifier: Apache-2.0 */
/* SCIM POST and PUT, where PUT changes only what it names; and PATCH when it is switched on. */
#include <string.h>

#include "api.h"
#include "base/str.h"
#include "scim_impl.h"

/* What a body asks for, checked before anything is changed. */
struct wish {
    const char *first, *last, *user_name;
    bool has_group, has_role, has_active, active;
    uint32_t group;
    enum sim_role role;
};

static bool read_role(struct sim_request *r, struct json_object *doc, struct wish *wish)
{
    static const char *const names[] = {"sender", "manager", "admin"};
    const char *text = mu_json_str(doc, "userType");
    if (!text)
        return true;
    for (int i = 0; i < (int)MU_LEN(names); i++)
        if (mu_strieq(text, names[i])) {
            wish->has_role = true;
            wish->role = (enum sim_role)i;
            return true;
        }
    sim_scim_error(r, 400, "invalidValue", "userType can be one of these: sender,manager,admin");
    return false;
}

static bool read_division(struct sim_request *r, struct json_object *doc, struct wish *wish)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(doc, "division", &value))
        return true;
    const char *name = mu_json_text(value);
    wish->has_group = true;
    wish->group = SIM_NO_GROUP;
    if (!name || sim_groups_find_name(r->sim->people, name, &wish->group) ||
        r->sim->set.scim_division == SIM_DIVISION_NONE)
        return true;
    sim_scim_error(r, 400, "invalidValue", "division is not the name of a team group");
    return false;
}

static bool read_active(struct sim_request *r, struct json_object *doc, struct wish *wish)
{
    const char *text = mu_json_text(json_object_object_get(doc, "active"));
    if (!text)
        return true;
    wish->has_active = true;
    wish->active = mu_strieq(text, "true"); /* Entra sends the text "True" */
    if (wish->active || mu_strieq(text, "false"))
        return true;
    sim_scim_error(r, 400, "invalidValue", "active is true or false");
    return false;
}

static bool read_wish(struct sim_request *r, struct json_object *doc, struct wish *wish)
{
    struct json_object *name = json_object_object_get(doc, "name");
    *wish = (struct wish){.first = mu_json_str(name, "givenName"),
                          .last = mu_json_str(name, "familyName"),
                          .user_name = mu_json_str(doc, "userName")};
    const char *const texts[] = {wish->first, wish->last, wish->user_name};
    for (size_t i = 0; i < MU_LEN(texts); i++)
        if (texts[i] && strlen(texts[i]) > SIM_NAME_CEILING) {
            sim_scim_error(r, 400, "invalidValue", "a text is too long");
            return false;
        }
    return read_role(r, doc, wish) && read_division(r, doc, wish) && read_active(r, doc, wish);
}

static void reply_user(struct sim_request *r, int status, uint32_t index)
{
    struct mu_jw w;
    sim_json(r, &w);
    r->status = status;
    sim_scim_write(r->sim, &w, index);
}

static void apply(struct sim *sim, uint32_t index, const struct wish *wish)
{
    if (wish->first || wish->last)
        sim_people_rename(sim->people, index, wish->first, wish->last, NULL);
    if (wish->has_group)
        sim_people_move(sim->people, index, wish->group);
    if (wish->has_role)
        sim_people_set_role(sim->people, index, wish->role);
    if (wish->has_active)
        sim_people_set_active(sim->people, index, wish->active);
}

/* What RFC 7644 makes of attributes that a PUT leaves out. */
static void empty_the_rest(struct wish *wish)
{
    if (!wish->first)
        wish->first = "";
    if (!wish->last)
        wish->last = "";
    if (!wish->has_group)
        wish->group = SIM_NO_GROUP;
    if (!wish->has_role)
        wish->role = SIM_SENDER;
    if (!wish->has_active)
        wish->active = true;
    wish->has_group = wish->has_role = wish->has_active = true;
}

/* Why this wish can't be granted; NULL: it can. */
static const char *refusal(const struct sim *sim, const struct sim_person *person,
                           const struct wish *wish)
{
    enum sim_role role = wish->has_role ? wish->role : person->role;
    if (!wish->has_active || wish->active || !person->active)
        return NULL;
    if (role == SIM_ADMIN && sim->set.scim_admin == SIM_ADMIN_400)
        return "An admin cannot be deactivated";
    return person->orders ? "A user with orders in processing cannot be deactivated" : NULL;
}

static void reply_updated(struct sim_request *r, uint32_t index)
{
    if (r->sim->set.scim_update == SIM_UPDATE_200)
        reply_user(r, 200, index);
    else
        sim_reply_empty(r, r->sim->set.scim_update == SIM_UPDATE_204 ? 204 : 200);
}

static void update(struct sim_request *r, struct json_object *doc, bool replace)
{
    uint32_t index = 0;
    struct wish wish;
    struct sim_person person;
    if (!sim_scim_find(r, &index) || !read_wish(r, doc, &wish))
        return;
    if (replace)
        empty_the_rest(&wish);
    sim_people_get(r->sim->people, index, &person);
    const char *why = refusal(r->sim, &person, &wish);
    if (why) {
        sim_scim_error(r, 400, NULL, why);
        return;
    }
    apply(r->sim, index, &wish);
    reply_updated(r, index);
}

void sim_scim_put(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    if (doc)
        update(r, doc, r->sim->set.scim_put == SIM_PUT_REPLACE);
}

static void reply_created(struct sim_request *r, uint32_t index)
{
    if (r->sim->set.scim_create == SIM_CREATE_EMPTY)
        sim_reply_empty(r, 201);
    else
        reply_user(r, r->sim->set.scim_create == SIM_CREATE_200 ? 200 : 201, index);
}

static void create_known(struct sim_request *r, uint32_t index, const struct wish *wish)
{
    struct sim_person person;
    struct wish active = *wish;
    active.has_active = active.active = true;
    sim_people_get(r->sim->people, index, &person);
    if (r->sim->set.scim_duplicate == SIM_SCIM_DUP_REACTIVATE && !person.active) {
        apply(r->sim, index, &active);
        reply_created(r, index);
        return;
    }
    sim_scim_error(r, r->sim->set.scim_duplicate == SIM_SCIM_DUP_400 ? 400 : 409, "uniqueness",
                   "userName is already taken");
}

void sim_scim_create(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    struct wish wish;
    uint32_t index = 0;
    if (!doc || !read_wish(r, doc, &wish))
        return;
    if (!wish.user_name || !strchr(wish.user_name, '@') || !wish.first || !wish.last ||
        !wish.has_role || !wish.has_group) {
        sim_scim_error(r, 400, "invalidValue",
                       "userName, name, userType and division are required");
        return;
    }
    struct sim_people *people = r->sim->people;
    if (!r->replayed)
        sim_tally_asked(r->sim, wish.user_name, SIM_ASKED_CREATE);
    if (sim_people_find_mail(people, wish.user_name, &index)) {
        create_known(r, index, &wish);
        return;
    }
    index = sim_people_join(people, wish.first, wish.last, wish.user_name, wish.group, wish.role);
    bool active = r->sim->set.scim_created == SIM_CREATED_ACTIVE;
    sim_people_set_active(people, index, active && (!wish.has_active || wish.active));
    sim_invitations_settle(&r->sim->invitations, wish.user_name);
    reply_created(r, index);
}

static void merge(struct json_object *into, struct json_object *from)
{
    json_object_object_foreach(from, key, value)
    {
        json_object_object_add(into, key, json_object_get(value));
    }
}

/* "name.givenName" belongs into the object under "name", which an operation may have replaced. */
static void add_to_name(struct json_object *flat, const char *key, struct json_object *value)
{
    struct json_object *name = json_object_object_get(flat, "name");
    if (!json_object_is_type(name, json_type_object)) {
        name = json_object_new_object();
        json_object_object_add(flat, "name", name);
    }
    json_object_object_add(name, key, json_object_get(value));
}

/* RFC 7644 replace operations as the flat body a PUT would have. */
static struct json_object *flatten(struct json_object *operations)
{
    struct json_object *flat = json_object_new_object();
    size_t count = json_object_array_length(operations);
    for (size_t i = 0; i < count; i++) {
        struct json_object *op = json_object_array_get_idx(operations, i);
        struct json_object *value = mu_json_at(op, "/value");
        const char *path = mu_json_str(op, "path");
        if (!path && json_object_is_type(value, json_type_object))
            merge(flat, value);
        else if (path && mu_starts(path, "name."))
            add_to_name(flat, path + strlen("name."), value);
        else if (path)
            json_object_object_add(flat, path, json_object_get(value));
    }
    return flat;
}

void sim_scim_patch(struct sim_request *r)
{
    if (r->sim->set.scim_patch == SIM_PATCH_405) {
        sim_scim_error(r, 405, NULL, "PATCH is not supported");
        return;
    }
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    if (!doc)
        return;
    struct json_object *operations = json_object_object_get(doc, "Operations");
    MU_AUTO(json)
    struct json_object *flat = json_object_is_type(operations, json_type_array)
                                   ? flatten(operations)
                                   : json_object_get(doc);
    update(r, flat, false);
}
