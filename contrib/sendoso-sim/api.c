/* SPDX-License-Identifier: Apache-2.0 */
/* Routes, and the order of things: fault, credential, rate, handler, and again fault. */
#include "api.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "names.h"
#include "spoil.h"

#define NO_SURFACE SIM_SURFACES

struct route {
    const char *method, *path; /* a * stands for one segment */
    enum sim_surface surface;
    void (*handle)(struct sim_request *r);
    const char *scope; /* asked for when the setting scopes is on; NULL: none */
};

static const struct route routes[] = {
    {"GET", "/api/v3/users", SIM_REST, sim_rest_users, NULL},
    {"GET", "/api/v3/groups/*/members", SIM_REST, sim_rest_members, NULL},
    {"GET", "/api/v3/groups", SIM_REST, sim_rest_groups, NULL},
    {"GET", "/api/scim/v2/Users", SIM_SCIM, sim_scim_list, NULL},
    {"GET", "/api/v3/me", SIM_REST, sim_rest_me, NULL},
    {"POST", "/api/v3/users", SIM_REST, sim_invite, "write"},
    {"GET", "/api/v3/touches", SIM_REST, sim_touches_list, NULL},
    {"GET", "/api/v3/touches/*", SIM_REST, sim_touches_get, NULL},
    {"GET", "/api/v3/send", SIM_REST, sim_sends_list, NULL},
    {"POST", "/api/v3/send", SIM_REST, sim_sends_post, "write"},
    {"POST", "/api/v3/send/generate_egift_links", SIM_REST, sim_sends_links, "write"},
    {"GET", "/api/v3/marketplace/products", SIM_REST, sim_market_products, "marketplace"},
    {"POST", "/api/v3/marketplace/products/send", SIM_REST, sim_market_send, "marketplace"},
    {"GET", "/api/v3/smartsend/recommendations", SIM_REST, sim_market_recommend, "smartsend"},
    {"POST", "/api/v3/smartsend/recommendations/send", SIM_REST, sim_market_send_recommended,
     "smartsend"},
    {"GET", "/api/scim/v2/Users/*", SIM_SCIM, sim_scim_get, NULL},
    {"POST", "/api/scim/v2/Users", SIM_SCIM, sim_scim_create, NULL},
    {"PUT", "/api/scim/v2/Users/*", SIM_SCIM, sim_scim_put, NULL},
    {"PATCH", "/api/scim/v2/Users/*", SIM_SCIM, sim_scim_patch, NULL},
    {"GET", "/oauth/authorize", NO_SURFACE, sim_oauth_authorize, NULL},
    {"POST", "/oauth/token", NO_SURFACE, sim_oauth_token, NULL},
    {"POST", "/oauth/revoke", NO_SURFACE, sim_oauth_revoke, NULL},
};

/* Matches pattern against len bytes of path; what * stood for goes to id. */
static bool path_matches(const char *pattern, const char *path, size_t len, char *id,
                         size_t id_room)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return strlen(pattern) == len && memcmp(pattern, path, len) == 0;
    size_t before = (size_t)(star - pattern), after = strlen(star + 1);
    if (len <= before + after || memcmp(pattern, path, before) != 0 ||
        memcmp(star + 1, path + len - after, after) != 0)
        return false;
    size_t id_len = len - before - after;
    if (id_len >= id_room || memchr(path + before, '/', id_len))
        return false;
    memcpy(id, path + before, id_len);
    id[id_len] = '\0';
    return true;
}

static const struct route *find_route(struct sim_request *r)
{
    size_t len = strlen(r->path);
    if (r->sim->set.json_suffix && mu_ends(r->path, ".json"))
        len -= strlen(".json");
    for (size_t i = 0; i < MU_LEN(routes); i++)
        if (strcmp(routes[i].method, r->method) == 0 &&
            path_matches(routes[i].path, r->path, len, r->id_text, sizeof(r->id_text))) {
            r->id = r->id_text;
            return &routes[i];
        }
    return NULL;
}

/* The page asked for; of SCIM, the one that startIndex and count amount to. */
static int64_t page_asked(struct sim_request *r)
{
    long long page = 1, start = 1, count = r->sim->set.per_page_limit;
    const char *text = sim_query(r, "page");
    if (text && mu_parse_int(text, 1, INT32_MAX, &page))
        return page;
    text = sim_query(r, "startIndex");
    const char *per = sim_query(r, "count");
    if (!text || !mu_parse_int(text, 1, INT32_MAX, &start) ||
        (per && !mu_parse_int(per, 1, r->sim->set.per_page_limit, &count)))
        return 1;
    return (start - 1) / count + 1;
}

static void not_found(struct sim_request *r)
{
    struct mu_jw w;
    sim_json(r, &w);
    r->status = 404;
    mu_jw_object(&w);
    sim_write_int(&w, "status", 404);
    sim_write_str(&w, "error", "Not Found");
    mu_jw_end(&w, '}');
}

static bool passes_rate(struct sim_request *r, enum sim_surface surface)
{
    const struct sim_settings *set = &r->sim->set;
    int64_t limit = surface == SIM_SCIM ? set->scim_rate : set->rate;
    if (sim_rate_take(&r->sim->rates[surface], limit, set->block, r->arrived_us))
        return true;
    sim_reply_429(r, sim_rate_wait_s(&r->sim->rates[surface], r->arrived_us));
    return false;
}

static bool has_scope(struct sim_request *r, const struct route *route)
{
    char message[64];
    if (!r->sim->set.scopes || !route->scope || sim_oauth_has_scope(r->token, route->scope))
        return true;
    snprintf(message, sizeof(message), "The access token lacks the scope %s", route->scope);
    sim_reply_e1(r, 403, message);
    return false;
}

static void handle_route(struct sim_request *r, const struct route *route)
{
    if (route->surface == NO_SURFACE || (sim_oauth_check(r, route->surface) &&
                                         passes_rate(r, route->surface) && has_scope(r, route)))
        route->handle(r);
}

static void take_transport(struct sim_request *r)
{
    const struct sim_settings *set = &r->sim->set;
    r->gzip = set->gzip;
    r->chunked = set->chunked;
    r->close = !set->keep_alive;
    r->delay_ms = set->latency;
    if (set->jitter > 0)
        r->delay_ms +=
            (int64_t)(sim_chance(1, SIM_SALT_TIME, r->number) % (uint64_t)(set->jitter + 1));
}

void sim_api_handle(struct sim_request *r)
{
    take_transport(r);
    const struct route *route = find_route(r);
    if (!route) {
        not_found(r);
        return;
    }
    r->fault = sim_faults_take(&r->sim->faults, r->method, r->path, page_asked(r));
    bool own = sim_spoil_is_own_answer(r->fault.kind);
    if (!own || r->fault.effect)
        handle_route(r, route);
    if (r->fault.kind == SIM_FAULT_TWICE) {
        r->replayed = true;
        r->header_count = 0;
        handle_route(r, route);
    }
    sim_spoil(r);
    sim_changes_tick(r->sim, r->path);
}
