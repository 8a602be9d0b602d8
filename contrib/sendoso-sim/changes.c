/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes as JSON:
 *     {"user":ID,"set":{first_name,last_name,email,team_group_id,role,active,gone,open_orders}}
 *     {"join":{first_name,last_name,email,team_group_id,role}}
 *     {"sign_in":{the same}}: by single sign-on, which makes people who aren't there
 *     {"group":ID,"set":{name,budget,monthly_budget,one_time_budget,rollover}}
 *     {"group":ID,"delete":true}
 *     {"create_group":{"name":...}}
 *     {"invitation":EMAIL,"set":{"status":"accepted"|"expired"|"withdrawn"}}
 * each with "after":N and "path":GLOB to wait for N answered requests. {"position":N} may stand
 * for "user".
 */
#include "changes.h"

#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/str.h"
#include "base/time.h"

static int find_user(struct sim *sim, struct json_object *doc, uint32_t *ret, struct mu_err *err)
{
    int64_t position = 0;
    long long id = 0;
    if (mu_json_int(doc, "position", &position)) {
        if (position < 0 || (uint64_t)position >= sim_people_count(sim->people, false))
            return mu_fail(err, MU_E_MISSING, "position: beyond the active people");
        *ret = sim_people_at(sim->people, (size_t)position, false);
        return 0;
    }
    const char *text = mu_json_text(json_object_object_get(doc, "user"));
    if (!text || !mu_parse_int(text, 0, INT64_MAX, &id) || !sim_people_find(sim->people, id, ret))
        return mu_fail(err, MU_E_MISSING, "user: no such id");
    return 0;
}

/* The group id under a key; null is no group. *given is false when the key is absent. */
static int read_group(struct sim *sim, struct json_object *doc, const char *key, bool *given,
                      uint32_t *ret, struct mu_err *err)
{
    struct json_object *value = NULL;
    long long id = 0;
    *given = json_object_object_get_ex(doc, key, &value);
    *ret = SIM_NO_GROUP;
    if (!*given || !value)
        return 0;
    const char *text = mu_json_text(value);
    if (!text || !mu_parse_int(text, 0, INT32_MAX, &id) || !sim_groups_find(sim->people, id, ret))
        return mu_fail(err, MU_E_MISSING, "%s: no such group", key);
    return 0;
}

static int read_role(struct json_object *doc, bool *given, enum sim_role *ret, struct mu_err *err)
{
    static const char *const names[] = {"sender", "manager", "admin"};
    const char *text = mu_json_str(doc, "role");
    *given = text != NULL;
    for (int i = 0; text && i < (int)MU_LEN(names); i++)
        if (strcmp(text, names[i]) == 0 || (i == SIM_SENDER && strcmp(text, "regular") == 0)) {
            *ret = (enum sim_role)i;
            return 0;
        }
    return text ? mu_fail(err, MU_E_USAGE, "role: sender, manager or admin") : 0;
}

static int only(struct json_object *doc, const char *const *known, struct mu_err *err)
{
    if (!json_object_is_type(doc, json_type_object))
        return mu_fail(err, MU_E_USAGE, "\"set\" is missing or not an object");
    json_object_object_foreach(doc, key, value)
    {
        size_t i = 0;
        (void)value;
        while (known[i] && strcmp(known[i], key) != 0)
            i++;
        if (!known[i])
            return mu_fail(err, MU_E_USAGE, "unknown key '%.40s'", key);
        if (json_object_get_string_len(value) > SIM_NAME_CEILING)
            return mu_fail(err, MU_E_LIMIT, "%s: longer than %d bytes", key, SIM_NAME_CEILING);
    }
    return 0;
}

static int64_t id_of(struct sim *sim, uint32_t index)
{
    struct sim_person person;
    sim_people_get(sim->people, index, &person);
    return person.id;
}

static int change_user(struct sim *sim, struct json_object *doc, int64_t *ret_id,
                       struct mu_err *err)
{
    static const char *const known[] = {"first_name",    "last_name",   "email",
                                        "team_group_id", "role",        "active",
                                        "gone",          "open_orders", NULL};
    struct json_object *set = json_object_object_get(doc, "set");
    struct sim_people *people = sim->people;
    uint32_t index = 0, group = 0;
    bool moves = false, has_role = false;
    enum sim_role role = SIM_SENDER;
    if (find_user(sim, doc, &index, err) < 0 || only(set, known, err) < 0 ||
        read_group(sim, set, "team_group_id", &moves, &group, err) < 0 ||
        read_role(set, &has_role, &role, err) < 0)
        return -1;
    const char *first = mu_json_str(set, "first_name"), *last = mu_json_str(set, "last_name");
    const char *email = mu_json_str(set, "email");
    if (first || last || email)
        sim_people_rename(people, index, first, last, email);
    if (moves)
        sim_people_move(people, index, group);
    if (has_role)
        sim_people_set_role(people, index, role);
    if (json_object_object_get(set, "active"))
        sim_people_set_active(people, index, mu_json_bool(set, "active", true));
    if (json_object_object_get(set, "open_orders"))
        sim_people_set_orders(people, index, mu_json_bool(set, "open_orders", false));
    if (mu_json_bool(set, "gone", false))
        sim_people_vanish(people, index);
    *ret_id = id_of(sim, index);
    return 0;
}

/* Somebody as `join` and `sign_in` tell of them. */
struct newcomer {
    const char *first, *last, *email;
    uint32_t group;
    enum sim_role role;
};

static int read_newcomer(struct sim *sim, struct json_object *who, struct newcomer *ret,
                         struct mu_err *err)
{
    static const char *const known[] = {"first_name",    "last_name", "email",
                                        "team_group_id", "role",      NULL};
    bool given = false;
    *ret = (struct newcomer){.role = SIM_SENDER};
    if (only(who, known, err) < 0 ||
        read_group(sim, who, "team_group_id", &given, &ret->group, err) < 0 ||
        read_role(who, &given, &ret->role, err) < 0)
        return -1;
    ret->first = mu_json_str(who, "first_name");
    ret->last = mu_json_str(who, "last_name");
    ret->email = mu_json_str(who, "email");
    if (!ret->first || !ret->last || !ret->email)
        return mu_fail(err, MU_E_USAGE, "first_name, last_name and email are needed");
    return 0;
}

static int join(struct sim *sim, struct json_object *who, int64_t *ret_id, struct mu_err *err)
{
    struct newcomer new;
    if (read_newcomer(sim, who, &new, err) < 0)
        return -1;
    *ret_id = id_of(
        sim, sim_people_join(sim->people, new.first, new.last, new.email, new.group, new.role));
    return 0;
}

static int sign_in(struct sim *sim, struct json_object *who, int64_t *ret_id, struct mu_err *err)
{
    struct newcomer new;
    uint32_t index = 0;
    if (read_newcomer(sim, who, &new, err) < 0)
        return -1;
    if (sim_people_find_mail(sim->people, new.email, &index))
        sim_people_set_active(sim->people, index, true);
    else
        index = sim_people_join(sim->people, new.first, new.last, new.email, new.group, new.role);
    sim_invitations_settle(&sim->invitations, new.email);
    *ret_id = id_of(sim, index);
    return 0;
}

static int read_money(struct json_object *set, const char *key, char to[SIM_MONEY_TEXT],
                      struct mu_err *err)
{
    const char *text = mu_json_text(json_object_object_get(set, key));
    if (!text)
        return 0;
    size_t digits = strspn(text, "0123456789");
    size_t len = digits + (text[digits] == '.' ? 1 + strspn(text + digits + 1, "0123456789") : 0);
    if (digits == 0 || text[len] || text[len - 1] == '.' || len >= SIM_MONEY_TEXT ||
        (digits > 1 && text[0] == '0'))
        return mu_fail(err, MU_E_USAGE, "%s: a decimal number is wanted", key);
    snprintf(to, SIM_MONEY_TEXT, "%s", text);
    return 0;
}

static int change_group(struct sim *sim, struct json_object *doc, int64_t *ret_id,
                        struct mu_err *err)
{
    static const char *const known[] = {"name",     "budget", "monthly_budget", "one_time_budget",
                                        "rollover", NULL};
    struct json_object *set = json_object_object_get(doc, "set");
    uint32_t index = 0;
    bool given = false;
    if (read_group(sim, doc, "group", &given, &index, err) < 0)
        return -1;
    if (index == SIM_NO_GROUP)
        return mu_fail(err, MU_E_MISSING, "group: no such group");
    struct sim_group *group = sim_groups_get(sim->people, index);
    *ret_id = group->id;
    if (mu_json_bool(doc, "delete", false)) {
        sim_groups_delete(sim->people, index);
        return 0;
    }
    struct sim_group money = *group; /* all or nothing */
    if (only(set, known, err) < 0 || read_money(set, "budget", money.budget, err) < 0 ||
        read_money(set, "monthly_budget", money.monthly_budget, err) < 0 ||
        read_money(set, "one_time_budget", money.one_time_budget, err) < 0)
        return -1;
    *group = money;
    group->rollover = mu_json_bool(set, "rollover", group->rollover);
    const char *name = mu_json_str(set, "name");
    sim_groups_rename(sim->people, index, name);
    return 0;
}

static int create_group(struct sim *sim, struct json_object *what, int64_t *ret_id,
                        struct mu_err *err)
{
    static const char *const known[] = {"name", NULL};
    const char *name = mu_json_str(what, "name");
    if (only(what, known, err) < 0)
        return -1;
    if (!name)
        return mu_fail(err, MU_E_USAGE, "create_group: name is needed");
    *ret_id = sim_groups_get(sim->people, sim_groups_create(sim->people, name))->id;
    return 0;
}

static int change_invitation(struct sim *sim, struct json_object *doc, int64_t *ret_id,
                             struct mu_err *err)
{
    const char *status = mu_json_str(json_object_object_get(doc, "set"), "status");
    const char *email = mu_json_str(doc, "invitation");
    struct sim_invitation *inv = email ? sim_invitations_find(&sim->invitations, email) : NULL;
    if (!inv)
        return mu_fail(err, MU_E_MISSING, "invitation: none for this e-mail");
    if (inv->status != SIM_INVITED_PENDING)
        return mu_fail(err, MU_E_CONFLICT, "invitation: it is not pending");
    if (mu_streq(status, "accepted")) {
        *ret_id = id_of(sim, sim_invitations_accept(sim, inv));
        return 0;
    }
    if (!mu_streq(status, "expired") && !mu_streq(status, "withdrawn"))
        return mu_fail(err, MU_E_USAGE, "status: accepted, expired or withdrawn");
    inv->status = *status == 'e' ? SIM_INVITED_EXPIRED : SIM_INVITED_WITHDRAWN;
    inv->expires_at = mu_now();
    return 0;
}

static int apply(struct sim *sim, struct json_object *doc, int64_t *ret_id, struct mu_err *err)
{
    struct json_object *value = NULL;
    if (json_object_object_get_ex(doc, "join", &value))
        return join(sim, value, ret_id, err);
    if (json_object_object_get_ex(doc, "sign_in", &value))
        return sign_in(sim, value, ret_id, err);
    if (json_object_object_get_ex(doc, "create_group", &value))
        return create_group(sim, value, ret_id, err);
    if (json_object_object_get_ex(doc, "group", &value))
        return change_group(sim, doc, ret_id, err);
    if (json_object_object_get_ex(doc, "invitation", &value))
        return change_invitation(sim, doc, ret_id, err);
    if (json_object_object_get_ex(doc, "user", &value) ||
        json_object_object_get_ex(doc, "position", &value))
        return change_user(sim, doc, ret_id, err);
    return mu_fail(err, MU_E_USAGE,
                   "a change has user, position, join, sign_in, group, create_group or invitation");
}

int sim_changes_take(struct sim *sim, struct json_object *doc, int64_t *ret_id, struct mu_err *err)
{
    struct sim_changes *changes = &sim->changes;
    int64_t after = 0;
    *ret_id = 0;
    if (!json_object_is_type(doc, json_type_object))
        return mu_fail(err, MU_E_USAGE, "a change is an object");
    if (!mu_json_int(doc, "after", &after) || after < 1) {
        if (apply(sim, doc, ret_id, err) < 0)
            return -1;
        changes->applied++;
        return 0;
    }
    if (changes->count == SIM_CHANGES_MAX)
        return mu_fail(err, MU_E_LIMIT, "more than %d changes wait (SIM_CHANGES_MAX)",
                       SIM_CHANGES_MAX);
    changes->list = mu_xrealloc(changes->list, (changes->count + 1) * sizeof(*changes->list));
    changes->list[changes->count++] =
        (struct sim_pending){.after = after, .doc = json_object_get(doc)};
    return 0;
}

static void apply_pending(struct sim *sim, struct json_object *doc)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t id = 0;
    if (apply(sim, doc, &id, &err) == 0) {
        sim->changes.applied++;
        return;
    }
    sim->changes.failed++;
    sim->changes.last_failure = err;
}

void sim_changes_tick(struct sim *sim, const char *path)
{
    struct sim_changes *changes = &sim->changes;
    size_t kept = 0;
    for (size_t i = 0; i < changes->count; i++) {
        struct sim_pending p = changes->list[i];
        const char *glob = mu_json_str(p.doc, "path");
        if ((!glob || mu_glob(glob, path, false)) && --p.after == 0) {
            apply_pending(sim, p.doc);
            json_object_put(p.doc);
            continue;
        }
        changes->list[kept++] = p;
    }
    changes->count = kept;
}

void sim_changes_clear(struct sim_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        json_object_put(changes->list[i].doc);
    free(changes->list);
    *changes = (struct sim_changes){0};
}

void sim_changes_write(const struct sim_changes *changes, struct mu_jw *w)
{
    mu_jw_object(w);
    sim_write_int(w, "applied", (int64_t)changes->applied);
    sim_write_int(w, "failed", (int64_t)changes->failed);
    sim_write_str(w, "last_failure", changes->failed ? changes->last_failure.text : NULL);
    mu_jw_key(w, "waiting");
    mu_jw_array(w);
    for (size_t i = 0; i < changes->count; i++) {
        mu_jw_object(w);
        sim_write_int(w, "after", changes->list[i].after);
        mu_jw_key(w, "change");
        mu_jw_json(w, changes->list[i].doc);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}
