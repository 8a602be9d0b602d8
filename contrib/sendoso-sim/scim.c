/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCIM /Users: list and get. Division stands at top level and is the group's name, as Sendoso has
 * it.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/str.h"
#include "row.h"
#include "scim_impl.h"

/* What is added to an id of REST. */
static const int64_t own_ids[] = {
    [SIM_SCIM_IDS_SAME] = 0, [SIM_SCIM_IDS_OTHER] = 5000000, [SIM_SCIM_IDS_NEXT] = 1};

static const char user_schema[] = "urn:ietf:params:scim:schemas:core:2.0:User";
static const char list_schema[] = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
static const char error_schema[] = "urn:ietf:params:scim:api:messages:2.0:Error";

static void write_schemas(struct mu_jw *w, const char *schema)
{
    mu_jw_key(w, "schemas");
    mu_jw_array(w);
    mu_jw_str(w, schema);
    mu_jw_end(w, ']');
}

void sim_scim_error(struct sim_request *r, int status, const char *scim_type, const char *detail)
{
    struct mu_jw w;
    char text[16];
    if (r->sim->set.scim_errors == SIM_SCIM_ERR_E1) {
        sim_reply_e1(r, status, detail);
        return;
    }
    if (r->sim->set.scim_errors == SIM_SCIM_ERR_EMPTY) {
        sim_reply_empty(r, status);
        return;
    }
    if (r->sim->set.scim_errors == SIM_SCIM_ERR_HTML) {
        sim_reply_html(r, status);
        return;
    }
    snprintf(text, sizeof(text), "%d", status);
    sim_json(r, &w);
    r->status = status;
    mu_jw_object(&w);
    write_schemas(&w, error_schema);
    sim_write_str(&w, "status", text);
    if (scim_type)
        sim_write_str(&w, "scimType", scim_type);
    sim_write_str(&w, "detail", detail);
    mu_jw_end(&w, '}');
}

/* One manager in four has the role the switch says. */
static void write_user_type(struct sim *sim, struct sim_row *row, const struct sim_person *person)
{
    static const char *const types[] = {"sender", "manager", "admin"};
    bool special =
        person->role == SIM_MANAGER && sim_people_chance(sim->people, person->index) >> 62 == 0;
    int64_t how = special ? sim->set.scim_roles : SIM_ROLES_KNOWN;
    if (how == SIM_ROLES_MISSING)
        return;
    sim_row_key(row, "\"userType\":");
    if (how == SIM_ROLES_NULL)
        sim_row_str(row, NULL);
    else
        sim_row_str(row, how == SIM_ROLES_UNKNOWN ? "department_admin" : types[person->role]);
}

static void write_division(struct sim *sim, struct sim_row *row, uint32_t group)
{
    if (group == SIM_NO_GROUP && sim->set.no_group_as == SIM_NOGROUP_MISSING)
        return;
    sim_row_key(row, "\"division\":");
    sim_row_str(row, group == SIM_NO_GROUP ? NULL : sim_groups_get(sim->people, group)->name);
}

static void write_name(struct sim *sim, struct sim_row *row, const struct sim_person *person)
{
    bool empty = sim_name_is_empty(sim, person);
    sim_row_key(row, "\"name\":{");
    if (!sim_name_is_missing(sim, person)) {
        sim_row_key(row, "\"givenName\":");
        sim_row_str(row, sim_name_is_null(sim, person) ? NULL : empty ? "" : person->first);
    }
    sim_row_key(row, "\"familyName\":");
    sim_row_str(row, empty ? "" : person->last);
    sim_row_lit(row, "}");
}

void sim_scim_write(struct sim *sim, struct mu_jw *w, uint32_t index)
{
    struct sim_person person;
    struct sim_row *row = &sim->row;
    sim_people_get(sim->people, index, &person);
    row->len = 0;
    sim_row_lit(row, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"id\":");
    sim_row_id(row, person.id + own_ids[sim->set.scim_ids], true);
    sim_row_key(row, "\"userName\":");
    sim_row_str(row, person.email);
    sim_row_key(row, person.active ? "\"active\":true" : "\"active\":false");
    write_name(sim, row, &person);
    sim_row_key(row, "\"emails\":[{\"value\":");
    sim_row_str(row, person.email);
    sim_row_lit(row, "}]");
    write_user_type(sim, row, &person);
    write_division(sim, row, person.group);
    sim_row_lit(row, "}");
    mu_jw_raw(w, row->text, row->len);
}

bool sim_scim_find(struct sim_request *r, uint32_t *ret_index)
{
    long long id = 0;
    if (mu_parse_int(r->id, 0, INT64_MAX, &id)) {
        id -= own_ids[r->sim->set.scim_ids];
        if (sim_people_find(r->sim->people, id, ret_index) &&
            sim_people_listed(r->sim->people, *ret_index))
            return true;
    }
    sim_scim_error(r, 404, NULL, "Resource not found");
    return false;
}

static bool slice_of(struct sim_request *r, int64_t *ret_start, int64_t *ret_count)
{
    long long start = 1, limit = r->sim->set.per_page_limit, count = limit;
    const char *text = sim_query(r, "startIndex");
    if (!text || !mu_parse_int(text, 1, INT32_MAX, &start))
        start = 1;
    text = sim_query(r, "count");
    if (text && !mu_parse_int(text, 0, INT32_MAX, &count))
        count = limit;
    if (count > limit && r->sim->set.per_page_over == SIM_OVER_400) {
        sim_scim_error(r, 400, "tooMany", "count is too large");
        return false;
    }
    *ret_start = start;
    *ret_count = count < limit ? count : limit;
    return true;
}

/* What the list is about: everyone, or the one person (or nobody) that a filter names. */
struct scope {
    bool filtered;
    size_t total;
    uint32_t only;
};

static void write_list(struct sim_request *r, const struct scope *scope, int64_t start,
                       int64_t count)
{
    struct sim *sim = r->sim;
    size_t from = (size_t)(start - 1) < scope->total ? (size_t)(start - 1) : scope->total;
    size_t n = scope->total - from < (size_t)count ? scope->total - from : (size_t)count;
    const struct sim_window win = {
        .per_page = count, .from = from, .count = sim_fault_count(r, n), .total = scope->total};
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_object(&w);
    write_schemas(&w, sim->set.scim_schema == SIM_SCHEMA_USER ? user_schema : list_schema);
    sim_write_int(&w, "totalResults", sim_fault_total(r, (int64_t)scope->total));
    sim_write_int(&w, "startIndex", start);
    sim_write_int(&w, "itemsPerPage", (int64_t)win.count);
    mu_jw_key(&w, "Resources");
    mu_jw_array(&w);
    for (size_t i = 0; i < win.count; i++) {
        size_t at = sim_window_position(r, &win, i);
        sim_scim_write(sim, &w,
                       scope->filtered ? scope->only : sim_people_at(sim->people, at, true));
    }
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
}

/* userName eq "..." */
static bool parse_filter(const char *filter, char to[SIM_MAIL_MAX])
{
    static const char start[] = "userName eq \"";
    if (strncasecmp(filter, start, sizeof(start) - 1) != 0)
        return false;
    const char *value = filter + sizeof(start) - 1;
    size_t len = strlen(value);
    if (len < 1 || value[len - 1] != '"' || len > SIM_MAIL_MAX)
        return false;
    snprintf(to, SIM_MAIL_MAX, "%.*s", (int)(len - 1), value);
    return true;
}

/* False: answered with an error. */
static bool scope_of(struct sim_request *r, struct scope *ret)
{
    const char *filter = sim_query(r, "filter");
    char email[SIM_MAIL_MAX];
    *ret = (struct scope){.total = sim_people_count(r->sim->people, true)};
    if (!filter || r->sim->set.scim_filter == SIM_FILTER_IGNORE)
        return true;
    if (r->sim->set.scim_filter == SIM_FILTER_501) {
        sim_scim_error(r, 501, NULL, "filter is not implemented");
        return false;
    }
    if (r->sim->set.scim_filter == SIM_FILTER_400 || !parse_filter(filter, email)) {
        sim_scim_error(r, 400, "invalidFilter", "filter is not supported");
        return false;
    }
    ret->filtered = true;
    ret->total = sim_people_find_mail(r->sim->people, email, &ret->only) ? 1 : 0;
    return true;
}

void sim_scim_list(struct sim_request *r)
{
    struct scope scope;
    int64_t start = 1, count = 0;
    if (scope_of(r, &scope) && slice_of(r, &start, &count))
        write_list(r, &scope, start, count);
}

void sim_scim_get(struct sim_request *r)
{
    uint32_t index = 0;
    if (r->sim->set.scim_get >= SIM_GET_404) {
        sim_scim_error(r, r->sim->set.scim_get == SIM_GET_404 ? 404 : 405, NULL, "no such route");
        return;
    }
    if (!sim_scim_find(r, &index))
        return;
    if (r->sim->set.scim_get == SIM_GET_LIST) {
        const struct scope scope = {.filtered = true, .total = 1, .only = index};
        write_list(r, &scope, 1, 1);
        return;
    }
    struct mu_jw w;
    sim_json(r, &w);
    sim_scim_write(r->sim, &w, index);
}
