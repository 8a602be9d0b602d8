/* SPDX-License-Identifier: Apache-2.0 */
/* The API's front door, and what its lists and rows have in common. */
#ifndef SIM_API_H
#define SIM_API_H

#include "http.h"

void sim_api_handle(struct sim_request *r);

/* A paged list: `row` writes the object at a position (in order of id). */
struct sim_list {
    const char *key, *total_key;
    void (*row)(struct sim *sim, struct mu_jw *w, size_t position);
};
void sim_list_reply(struct sim_request *r, const struct sim_list *list, size_t total);

/* Rows [from, from + count) of a list of total, as page, order, faults and switches have it. */
struct sim_window {
    int64_t page, per_page;
    size_t from, count, total;
    bool missing; /* leave the array out */
};
/* False: an error was answered. */
bool sim_window(struct sim_request *r, size_t total, int64_t per_page_default,
                struct sim_window *ret);
/* What the faults short-page and wrong-total leave of these. */
size_t sim_fault_count(const struct sim_request *r, size_t count);
int64_t sim_fault_total(const struct sim_request *r, int64_t total);
size_t sim_window_position(const struct sim_request *r, const struct sim_window *win, size_t row);

/*
 * "2024-03-02T08:15:00.000-07:00": US Pacific with its daylight saving, with or without
 * milliseconds.
 */
enum { SIM_TIME_MAX = 64 };
void sim_pacific(int64_t unix_s, bool ms, char to[SIM_TIME_MAX]);

void sim_write_id(const struct sim *sim, struct mu_jw *w, const char *key, int64_t id);
void sim_write_str(struct mu_jw *w, const char *key, const char *value);
void sim_write_int(struct mu_jw *w, const char *key, int64_t value);

/* What the shape switches make of a person. */
bool sim_name_is_null(const struct sim *sim, const struct sim_person *person);
bool sim_name_is_missing(const struct sim *sim, const struct sim_person *person);
bool sim_name_is_empty(const struct sim *sim, const struct sim_person *person);

/* The request's body as a JSON object, owned by the caller; NULL: 400 was answered. */
struct json_object *sim_body(struct sim_request *r);

void sim_rest_me(struct sim_request *r);
void sim_rest_users(struct sim_request *r);
void sim_rest_groups(struct sim_request *r);
void sim_rest_members(struct sim_request *r);

void sim_market_products(struct sim_request *r);
void sim_market_send(struct sim_request *r);
void sim_market_recommend(struct sim_request *r);
void sim_market_send_recommended(struct sim_request *r);

void sim_scim_list(struct sim_request *r);
void sim_scim_get(struct sim_request *r);
void sim_scim_create(struct sim_request *r);
void sim_scim_put(struct sim_request *r);
void sim_scim_patch(struct sim_request *r);
void sim_scim_error(struct sim_request *r, int status, const char *scim_type, const char *detail);

#endif
