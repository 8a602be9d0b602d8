/* SPDX-License-Identifier: Apache-2.0 */
/* What the control port answers. */
#include "control.h"

#include <string.h>

#include "api.h"
#include "base/str.h"

enum { LOG_LIMIT = 10000, PEOPLE_LIMIT = 100000 };

struct command {
    const char *method, *path, *help;
    void (*run)(struct sim_request *r);
};

static void refuse(struct sim_request *r, const struct mu_err *err)
{
    struct mu_jw w;
    sim_json(r, &w);
    r->status = err->code == MU_E_MISSING ? 404 : err->code == MU_E_CONFLICT ? 409 : 400;
    mu_jw_object(&w);
    sim_write_str(&w, "error", err->text);
    mu_jw_end(&w, '}');
}

static void reply_done(struct sim_request *r, const char *key, int64_t value)
{
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_object(&w);
    mu_jw_key(&w, "ok");
    mu_jw_bool(&w, true);
    if (key)
        sim_write_int(&w, key, value);
    mu_jw_end(&w, '}');
}

/* The body as JSON, owned by the caller; NULL: refused. */
static struct json_object *parse_body(struct sim_request *r)
{
    struct mu_err err = MU_ERR_INIT;
    struct json_object *doc = NULL;
    if (mu_json_parse(r->in.data, r->in.len, &doc, &err) == 0 && doc)
        return doc;
    if (err.code == MU_OK)
        mu_fail(&err, MU_E_USAGE, "an object is wanted, not null");
    refuse(r, &err);
    return NULL;
}

static int64_t number_asked(struct sim_request *r, const char *name, int64_t fallback, int64_t max)
{
    const char *text = sim_query(r, name);
    long long n = 0;
    return text && mu_parse_int(text, 0, max, &n) ? n : fallback;
}

static void write_settings(struct sim *sim, struct mu_jw *w)
{
    mu_jw_object(w);
    for (size_t i = 0; i < sim_setting_count; i++) {
        mu_jw_key(w, sim_setting_table[i].name);
        sim_settings_write(&sim->set, &sim_setting_table[i], w);
    }
    mu_jw_end(w, '}');
}

static void show_state(struct sim_request *r)
{
    struct sim *sim = r->sim;
    struct mu_jw w;
    size_t active = sim_people_count(sim->people, false);
    sim_json(r, &w);
    mu_jw_object(&w);
    sim_write_int(&w, "users_active", (int64_t)active);
    sim_write_int(&w, "users_inactive", (int64_t)(sim_people_count(sim->people, true) - active));
    sim_write_int(&w, "groups", (int64_t)sim_groups_count(sim->people));
    sim_write_int(&w, "invitations", (int64_t)sim->invitations.count);
    sim_write_int(&w, "sends_posted", (int64_t)sim->sends.count);
    sim_write_int(&w, "faults_waiting", (int64_t)sim->faults.count);
    sim_write_int(&w, "faults_used", (int64_t)sim->faults.spoiled);
    sim_write_int(&w, "changes_waiting", (int64_t)sim->changes.count);
    sim_write_int(&w, "changes_applied", (int64_t)sim->changes.applied);
    sim_write_int(&w, "changes_failed", (int64_t)sim->changes.failed);
    sim_write_int(&w, "tokens_issued", (int64_t)sim->tokens.last_number);
    sim_write_int(&w, "refreshes", (int64_t)sim->tokens.refreshes);
    mu_jw_key(&w, "requests");
    sim_reqlog_write_counts(&sim->log, &w);
    mu_jw_key(&w, "settings");
    write_settings(sim, &w);
    mu_jw_end(&w, '}');
}

static void show_log(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    sim_reqlog_write(&r->sim->log, &w, (uint64_t)number_asked(r, "since", 0, INT64_MAX),
                     sim_query(r, "path"),
                     (size_t)number_asked(r, "limit", LOG_LIMIT, SIM_LOG_KEEP));
}

static void clear_log(struct sim_request *r)
{
    sim_reqlog_clear(&r->sim->log);
    reply_done(r, NULL, 0);
}

/* All or nothing; a key that is wrong leaves every setting as it was. */
static int set_all(struct sim_settings *set, struct json_object *doc, bool *rebuild,
                   struct mu_err *err)
{
    if (!json_object_is_type(doc, json_type_object))
        return mu_fail(err, MU_E_USAGE, "an object of settings is wanted");
    json_object_object_foreach(doc, key, value)
    {
        const char *text = json_object_is_type(value, json_type_boolean)
                               ? (json_object_get_boolean(value) ? "on" : "off")
                               : mu_json_text(value);
        if (!text)
            return mu_fail(err, MU_E_USAGE, "%s: a text or a number is wanted", key);
        if (sim_settings_set(set, key, text, rebuild, err) < 0)
            return -1;
    }
    return 0;
}

static void change_settings(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = parse_body(r);
    struct mu_err err = MU_ERR_INIT;
    struct sim_settings set = r->sim->set;
    bool rebuild = false;
    if (!doc)
        return;
    if (set_all(&set, doc, &rebuild, &err) < 0) {
        refuse(r, &err);
        return;
    }
    r->sim->set = set;
    memset(r->sim->rates, 0, sizeof(r->sim->rates));
    if (rebuild)
        sim_rebuild(r->sim);
    reply_done(r, "rebuilt", rebuild);
}

static void reset(struct sim_request *r)
{
    sim_rebuild(r->sim);
    sim_tokens_forget(&r->sim->tokens);
    sim_reqlog_clear(&r->sim->log);
    memset(r->sim->rates, 0, sizeof(r->sim->rates));
    reply_done(r, NULL, 0);
}

/* One object or an array of them, each handed to `take`; the first that is wrong ends it. */
static void take_each(struct sim_request *r,
                      int (*take)(struct sim *, struct json_object *, int64_t *, struct mu_err *))
{
    MU_AUTO(json) struct json_object *doc = parse_body(r);
    struct mu_err err = MU_ERR_INIT;
    int64_t id = 0;
    if (!doc)
        return;
    bool many = json_object_is_type(doc, json_type_array);
    size_t count = many ? json_object_array_length(doc) : 1;
    for (size_t i = 0; i < count; i++)
        if (take(r->sim, many ? json_object_array_get_idx(doc, i) : doc, &id, &err) < 0) {
            if (many)
                mu_wrap(&err, "item %zu", i);
            refuse(r, &err);
            return;
        }
    reply_done(r, "id", id);
}

static int take_fault(struct sim *sim, struct json_object *doc, int64_t *ret_id, struct mu_err *err)
{
    *ret_id = 0;
    return sim_faults_add(&sim->faults, doc, err);
}

static void add_faults(struct sim_request *r)
{
    take_each(r, take_fault);
}

static void show_faults(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    sim_faults_write(&r->sim->faults, &w);
}

static void clear_faults(struct sim_request *r)
{
    sim_faults_clear(&r->sim->faults);
    reply_done(r, NULL, 0);
}

static void add_changes(struct sim_request *r)
{
    take_each(r, sim_changes_take);
}

static void show_changes(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    sim_changes_write(&r->sim->changes, &w);
}

static void show_invitations(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    sim_invitations_write(&r->sim->invitations, &w);
}

static void show_tally(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    sim_tally_write(&r->sim->tally, &w);
}

static void expire_tokens(struct sim_request *r)
{
    sim_tokens_expire(&r->sim->tokens);
    reply_done(r, NULL, 0);
}

static void write_person(struct sim *sim, struct mu_jw *w, uint32_t index)
{
    static const char *const roles[] = {"sender", "manager", "admin"};
    struct sim_person p;
    sim_people_get(sim->people, index, &p);
    mu_jw_object(w);
    sim_write_int(w, "id", p.id);
    sim_write_str(w, "first_name", p.first);
    sim_write_str(w, "last_name", p.last);
    sim_write_str(w, "email", p.email);
    mu_jw_key(w, "team_group_id");
    if (p.group == SIM_NO_GROUP)
        mu_jw_null(w);
    else
        mu_jw_int(w, sim_groups_get(sim->people, p.group)->id);
    sim_write_str(w, "team_group",
                  p.group == SIM_NO_GROUP ? NULL : sim_groups_get(sim->people, p.group)->name);
    sim_write_str(w, "role", roles[p.role]);
    mu_jw_key(w, "active");
    mu_jw_bool(w, p.active);
    mu_jw_key(w, "open_orders");
    mu_jw_bool(w, p.orders);
    mu_jw_end(w, '}');
}

static void show_people(struct sim_request *r)
{
    struct sim *sim = r->sim;
    struct mu_jw w;
    size_t total = sim_people_count(sim->people, true);
    size_t from = (size_t)number_asked(r, "from", 0, INT32_MAX);
    size_t count = (size_t)number_asked(r, "count", 100, PEOPLE_LIMIT);
    sim_json(r, &w);
    mu_jw_array(&w);
    for (size_t i = from; i < total && i - from < count; i++)
        write_person(sim, &w, sim_people_at(sim->people, i, true));
    mu_jw_end(&w, ']');
}

static void show_groups(struct sim_request *r)
{
    struct sim *sim = r->sim;
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_array(&w);
    for (size_t i = 0; i < sim_groups_count(sim->people); i++) {
        uint32_t index = sim_groups_at(sim->people, i);
        const struct sim_group *group = sim_groups_get(sim->people, index);
        size_t members = 0;
        sim_groups_members(sim->people, index, &members);
        mu_jw_object(&w);
        sim_write_int(&w, "id", group->id);
        sim_write_str(&w, "name", group->name);
        sim_write_int(&w, "members", (int64_t)members);
        mu_jw_end(&w, '}');
    }
    mu_jw_end(&w, ']');
}

static void show_help(struct sim_request *r); /* it shows the table it stands in */

static const struct command commands[] = {
    {"GET", "/", "this list, all settings and all kinds of fault", show_help},
    {"GET", "/state", "counts, load and settings", show_state},
    {"GET", "/log", "requests seen; ?path=PREFIX&since=NUMBER&limit=N", show_log},
    {"DELETE", "/log", "forget them, and the counts of load", clear_log},
    {"POST", "/set", "{KEY: VALUE, ...}", change_settings},
    {"POST", "/reset",
     "build the people anew; forget changes, invitations, faults, tokens and the log", reset},
    {"POST", "/fault", "{kind, method, path, page, skip, times, ...} or an array of them",
     add_faults},
    {"GET", "/fault", "faults that wait", show_faults},
    {"DELETE", "/fault", "forget them", clear_faults},
    {"POST", "/change",
     "{user, set} and so on, or an array of them; \"after\": N waits for N requests", add_changes},
    {"GET", "/change", "changes that wait, and the last that failed", show_changes},
    {"GET", "/invitations", "invitations and their status", show_invitations},
    {"GET", "/tally",
     "who was invited or made how often, and how often that while pending or active", show_tally},
    {"POST", "/expire", "every access token issued by OAuth is too old from now on", expire_tokens},
    {"GET", "/people", "the truth about people, inactive ones too; ?from=POSITION&count=N",
     show_people},
    {"GET", "/groups", "the truth about groups, with their number of active members", show_groups},
};

static void write_setting_help(struct mu_jw *w, const struct sim_setting *s)
{
    mu_jw_object(w);
    sim_write_str(w, "help", s->help);
    sim_write_str(w, "default", s->def);
    mu_jw_key(w, "values");
    if (s->choices) {
        mu_jw_array(w);
        for (int i = 0; s->choices[i]; i++)
            mu_jw_str(w, s->choices[i]);
        mu_jw_end(w, ']');
    } else {
        mu_jw_array(w);
        mu_jw_int(w, s->min);
        mu_jw_int(w, s->max);
        mu_jw_end(w, ']');
    }
    mu_jw_key(w, "rebuilds");
    mu_jw_bool(w, s->population);
    mu_jw_end(w, '}');
}

static void show_help(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_object(&w);
    mu_jw_key(&w, "commands");
    mu_jw_object(&w);
    for (size_t i = 0; i < MU_LEN(commands); i++) {
        struct mu_buf name = MU_BUF_INIT(MU_BUF_MAX);
        mu_buf_printf(&name, "%s %s", commands[i].method, commands[i].path);
        sim_write_str(&w, name.data, commands[i].help);
        mu_buf_done(&name);
    }
    mu_jw_end(&w, '}');
    mu_jw_key(&w, "settings");
    mu_jw_object(&w);
    for (size_t i = 0; i < sim_setting_count; i++) {
        mu_jw_key(&w, sim_setting_table[i].name);
        write_setting_help(&w, &sim_setting_table[i]);
    }
    mu_jw_end(&w, '}');
    mu_jw_key(&w, "faults");
    sim_faults_write_kinds(&w);
    mu_jw_end(&w, '}');
}

void sim_control_handle(struct sim_request *r)
{
    struct mu_err err = MU_ERR_INIT;
    for (size_t i = 0; i < MU_LEN(commands); i++)
        if (strcmp(commands[i].method, r->method) == 0 && strcmp(commands[i].path, r->path) == 0) {
            commands[i].run(r);
            return;
        }
    mu_fail(&err, MU_E_MISSING, "no such command; GET / lists them");
    refuse(r, &err);
}
