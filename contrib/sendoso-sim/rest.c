/* SPDX-License-Identifier: Apache-2.0 */
/* GET /me, /users, /groups and /groups/ID/members. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/str.h"
#include "row.h"

static void write_names(const struct sim *sim, struct sim_row *row, const struct sim_person *person)
{
    bool empty = sim_name_is_empty(sim, person);
    if (!sim_name_is_missing(sim, person)) {
        sim_row_key(row, "\"first_name\":");
        sim_row_str(row, sim_name_is_null(sim, person) ? NULL : empty ? "" : person->first);
    }
    sim_row_key(row, "\"last_name\":");
    sim_row_str(row, empty ? "" : person->last);
    sim_row_key(row, "\"email\":");
    sim_row_str(row, person->email);
}

static void write_id(const struct sim *sim, struct sim_row *row, int64_t id)
{
    sim_row_key(row, "\"id\":");
    sim_row_id(row, id, sim->set.ids == SIM_IDS_STRING);
}

static void write_team_group(const struct sim *sim, struct sim_row *row, uint32_t group)
{
    if (group == SIM_NO_GROUP && sim->set.no_group_as == SIM_NOGROUP_MISSING)
        return;
    sim_row_key(row, "\"team_group_id\":");
    if (group == SIM_NO_GROUP)
        sim_row_str(row, NULL);
    else
        sim_row_id(row, sim_groups_get(sim->people, group)->id, sim->set.ids == SIM_IDS_STRING);
}

static void write_extra(const struct sim *sim, struct sim_row *row)
{
    if (sim->set.extra_fields)
        sim_row_key(
            row, "\"x_undocumented\":{\"flags\":[\"beta\",null,1.5],\"nested\":{\"deep\":true}}");
}

/* amount is decimal text; as_text: its documented type is a text. */
static void write_money(struct sim_row *row, const char *key, const char *amount, bool as_text,
                        int64_t shape)
{
    char decimal[SIM_MONEY_TEXT + 4];
    if (shape == SIM_MONEY_MISSING)
        return;
    sim_row_key(row, key);
    if (shape == SIM_MONEY_NULL) {
        sim_row_str(row, NULL);
    } else if (shape == SIM_MONEY_DECIMAL) {
        snprintf(decimal, sizeof(decimal), "%s%s", amount, strchr(amount, '.') ? "" : ".50");
        sim_row_str(row, decimal);
    } else if (as_text && shape == SIM_MONEY_NORMAL) {
        sim_row_str(row, amount);
    } else {
        sim_row_lit(row, amount);
    }
}

static void write_text(struct sim_row *row, const char *key, const char *value)
{
    sim_row_key(row, key);
    sim_row_str(row, value);
}

static void write_org(struct sim_row *row)
{
    sim_row_key(row, "\"team_id\":");
    sim_row_uint(row, SIM_ORG_ID);
}

static void begin(struct sim_row *row)
{
    row->len = 0;
    sim_row_lit(row, "{");
}

static void end(struct sim *sim, struct sim_row *row, struct mu_jw *w)
{
    write_extra(sim, row);
    sim_row_lit(row, "}");
    mu_jw_raw(w, row->text, row->len);
}

static void user_row(struct sim *sim, struct mu_jw *w, size_t position)
{
    struct sim_person person;
    struct sim_row *row = &sim->row;
    sim_people_get(sim->people, sim_people_at(sim->people, position, false), &person);
    begin(row);
    write_id(sim, row, person.id);
    write_names(sim, row, &person);
    write_team_group(sim, row, person.group);
    end(sim, row, w);
}

void sim_rest_users(struct sim_request *r)
{
    static const struct sim_list users = {
        .key = "users", .total_key = "total_users", .row = user_row};
    sim_list_reply(r, &users, sim_people_count(r->sim->people, false));
}

static void group_row(struct sim *sim, struct mu_jw *w, size_t position)
{
    const struct sim_group *group =
        sim_groups_get(sim->people, sim_groups_at(sim->people, position));
    char created[SIM_TIME_MAX], updated[SIM_TIME_MAX];
    struct sim_row *row = &sim->row;
    sim_pacific(group->created_at, true, created);
    sim_pacific(group->updated_at, true, updated);
    begin(row);
    write_id(sim, row, group->id);
    write_money(row, "\"budget\":", group->budget, false, sim->set.budgets);
    write_text(row, "\"created_at\":", created);
    write_money(row, "\"monthly_budget\":", group->monthly_budget, true, sim->set.budgets);
    write_text(row, "\"name\":", group->name);
    write_money(row, "\"one_time_budget\":", group->one_time_budget, false, sim->set.budgets);
    sim_row_key(row, group->rollover ? "\"rollover\":true" : "\"rollover\":false");
    write_org(row);
    write_text(row, "\"updated_at\":", updated);
    end(sim, row, w);
}

void sim_rest_groups(struct sim_request *r)
{
    static const struct sim_list groups = {
        .key = "groups", .total_key = "total_groups", .row = group_row};
    sim_list_reply(r, &groups, sim_groups_count(r->sim->people));
}

static void member_row(struct sim *sim, struct mu_jw *w, uint32_t index)
{
    struct sim_person person;
    struct sim_row *row = &sim->row;
    char balance[SIM_MONEY_TEXT], key[SIM_KEY_HEX];
    sim_people_get(sim->people, index, &person);
    sim_people_balance(sim->people, index, balance);
    sim_people_key(sim->people, index, key);
    begin(row);
    write_id(sim, row, person.id);
    write_money(row, "\"balance\":", balance, true, sim->set.balances);
    write_names(sim, row, &person);
    write_team_group(sim, row, person.group);
    write_org(row);
    sim_row_key(row, "\"sandbox\":false");
    write_text(row, "\"key\":", key);
    end(sim, row, w);
}

static bool members_window(struct sim_request *r, size_t count, struct sim_window *win)
{
    *win = (struct sim_window){.page = 1, .per_page = INT32_MAX, .count = count, .total = count};
    if (r->sim->set.members_page > 0)
        return sim_window(r, count, r->sim->set.members_page, win);
    win->count = sim_fault_count(r, count);
    return true;
}

void sim_rest_members(struct sim_request *r)
{
    static const char *const wrappers[] = {NULL, "users", "data"};
    struct sim *sim = r->sim;
    long long id = 0;
    uint32_t group = 0;
    if (!mu_parse_int(r->id, 0, INT32_MAX, &id) || !sim_groups_find(sim->people, id, &group)) {
        sim_reply_e3(r, 404, "Group not found!");
        return;
    }
    size_t count = 0;
    const uint32_t *members = sim_groups_members(sim->people, group, &count);
    struct sim_window win;
    if (!members_window(r, count, &win))
        return;
    struct mu_jw w;
    sim_json(r, &w);
    const char *wrapper = wrappers[sim->set.members];
    if (wrapper) {
        mu_jw_object(&w);
        mu_jw_key(&w, wrapper);
    }
    mu_jw_array(&w);
    for (size_t i = 0; i < win.count; i++)
        member_row(sim, &w, members[sim_window_position(r, &win, i)]);
    mu_jw_end(&w, ']');
    if (wrapper)
        mu_jw_end(&w, '}');
}

/* The caller is the first person: a token outlives its owner. */
void sim_rest_me(struct sim_request *r)
{
    static const char *const roles[] = {"manager", "admin", "regular"};
    struct sim *sim = r->sim;
    struct mu_jw w;
    if (sim_people_count(sim->people, false) == 0) {
        sim_oauth_refuse(r, false);
        return;
    }
    struct sim_person person;
    struct sim_row *row = &sim->row;
    char balance[SIM_MONEY_TEXT];
    sim_people_get(sim->people, sim_people_owner(sim->people), &person);
    sim_people_balance(sim->people, person.index, balance);
    sim_json(r, &w);
    begin(row);
    write_id(sim, row, person.id);
    write_names(sim, row, &person);
    write_money(row, "\"balance\":", balance, true, sim->set.balances);
    sim_row_key(row, "\"team_balance\":");
    sim_row_uint(row, sim_people_count(sim->people, false) * 200);
    write_text(row, "\"role\":", roles[sim->set.me_role]);
    end(sim, row, &w);
}
