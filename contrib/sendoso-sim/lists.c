/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paging as Sendoso does it, with the switches for what is documented nowhere; and small pieces of
 * rows.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api.h"
#include "base/str.h"

static const int64_t hour_s = 3600;

static bool page_of(struct sim_request *r, int64_t *ret)
{
    const char *text = sim_query(r, "page");
    long long page = 1;
    if (text && !mu_parse_int(text, 1, INT32_MAX, &page)) {
        if (r->sim->set.page_zero == SIM_PAGE0_400) {
            sim_reply_e1(r, 400, "page is invalid");
            return false;
        }
        page = 1;
    }
    *ret = page;
    return true;
}

static bool per_page_of(struct sim_request *r, int64_t fallback, int64_t *ret)
{
    const struct sim_settings *set = &r->sim->set;
    const char *text = sim_query(r, "per_page");
    long long per_page = fallback;
    if (text && !mu_parse_int(text, 1, INT32_MAX, &per_page))
        per_page = fallback;
    if (per_page > set->per_page_limit) {
        if (set->per_page_over == SIM_OVER_400) {
            sim_reply_e1(r, 400, "per_page is too large");
            return false;
        }
        per_page = set->per_page_limit;
    }
    *ret = per_page;
    return true;
}

static bool past_end(struct sim_request *r, struct sim_window *win)
{
    switch (r->sim->set.past_end) {
    case SIM_PAST_404:
        sim_reply_e3(r, 404, "Page not found!");
        return false;
    case SIM_PAST_LAST:
        mu_assert(win->per_page > 0);
        win->from = win->total == 0 ? 0 : win->total - 1 - (win->total - 1) % (size_t)win->per_page;
        win->count = win->total - win->from;
        return true;
    case SIM_PAST_MISSING:
        win->missing = true;
        return true;
    default:
        return true;
    }
}

size_t sim_fault_count(const struct sim_request *r, size_t count)
{
    if (r->fault.kind != SIM_FAULT_SHORT_PAGE)
        return count;
    size_t less = r->fault.rows ? (size_t)r->fault.rows : (count + 1) / 2;
    return less < count ? count - less : 0;
}

int64_t sim_fault_total(const struct sim_request *r, int64_t total)
{
    if (r->fault.kind != SIM_FAULT_WRONG_TOTAL)
        return total;
    return r->fault.total >= 0 ? r->fault.total : total + 7;
}

static void apply_row_faults(const struct sim_request *r, struct sim_window *win)
{
    size_t overlap = (size_t)r->sim->set.overlap;
    if (overlap > 0 && overlap <= win->from && win->count > 0) {
        win->from -= overlap;
        win->count += overlap;
    }
    win->count = sim_fault_count(r, win->count);
}

bool sim_window(struct sim_request *r, size_t total, int64_t per_page_default,
                struct sim_window *ret)
{
    struct sim_window win = {.total = total};
    if (!page_of(r, &win.page) || !per_page_of(r, per_page_default, &win.per_page))
        return false;
    uint64_t from = (uint64_t)(win.page - 1) * (uint64_t)win.per_page;
    win.from = from < total ? (size_t)from : total;
    win.count = total - win.from < (size_t)win.per_page ? total - win.from : (size_t)win.per_page;
    if (win.count == 0 && win.page > 1 && !past_end(r, &win))
        return false;
    apply_row_faults(r, &win);
    *ret = win;
    return true;
}

size_t sim_window_position(const struct sim_request *r, const struct sim_window *win, size_t row)
{
    size_t at = win->from + row, per_page = (size_t)win->per_page;
    bool repeats = r->fault.kind == SIM_FAULT_REPEAT_ROWS &&
                   (r->fault.rows == 0 || row < (size_t)r->fault.rows);
    if (repeats && at >= per_page)
        at -= per_page;
    return r->sim->set.order == SIM_ORDER_REVERSE ? win->total - 1 - at : at;
}

static void write_total(struct sim_request *r, struct mu_jw *w, const char *key, int64_t total)
{
    char text[32];
    switch (r->sim->set.total_name) {
    case SIM_TOTAL_NONE:
        break;
    case SIM_TOTAL_NULL:
        mu_jw_key(w, key);
        mu_jw_null(w);
        break;
    case SIM_TOTAL_STRING:
        snprintf(text, sizeof(text), "%lld", (long long)total);
        sim_write_str(w, key, text);
        break;
    case SIM_TOTAL_OTHER:
        sim_write_int(w, "total_records", total);
        break;
    default:
        sim_write_int(w, key, total);
        break;
    }
}

void sim_list_reply(struct sim_request *r, const struct sim_list *list, size_t total)
{
    struct sim_window win;
    if (!sim_window(r, total, r->sim->set.per_page_default, &win))
        return;
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_object(&w);
    sim_write_int(&w, "current_page", win.page);
    sim_write_int(&w, "per_page", win.per_page);
    write_total(r, &w, list->total_key, sim_fault_total(r, (int64_t)total));
    if (!win.missing) {
        mu_jw_key(&w, list->key);
        mu_jw_array(&w);
        for (size_t i = 0; i < win.count; i++)
            list->row(r->sim, &w, sim_window_position(r, &win, i));
        mu_jw_end(&w, ']');
    }
    mu_jw_end(&w, '}');
}

static int64_t unix_of(int year, int month, int day, int hour)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour};
    return (int64_t)timegm(&tm);
}

/* The day of the month of the nth Sunday. */
static int nth_sunday(int year, int month, int nth)
{
    time_t first = (time_t)unix_of(year, month, 1, 0);
    struct tm tm;
    gmtime_r(&first, &tm);
    return 1 + (7 - tm.tm_wday) % 7 + (nth - 1) * 7;
}

/*
 * US rule since 2007: from the second Sunday of March, 10:00 UTC, to the first of November, 09:00
 * UTC.
 */
static bool daylight_saving(int64_t unix_s)
{
    time_t local = (time_t)(unix_s - 8 * hour_s);
    struct tm tm;
    gmtime_r(&local, &tm);
    int year = tm.tm_year + 1900;
    return unix_s >= unix_of(year, 3, nth_sunday(year, 3, 2), 10) &&
           unix_s < unix_of(year, 11, nth_sunday(year, 11, 1), 9);
}

void sim_pacific(int64_t unix_s, bool ms, char to[SIM_TIME_MAX])
{
    int hours = daylight_saving(unix_s) ? 7 : 8;
    time_t local = (time_t)(unix_s - hours * hour_s);
    struct tm tm;
    char text[32];
    gmtime_r(&local, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(to, SIM_TIME_MAX, "%s%s-0%d:00", text, ms ? ".000" : "", hours);
}

void sim_write_str(struct mu_jw *w, const char *key, const char *value)
{
    mu_jw_key(w, key);
    mu_jw_str(w, value);
}

void sim_write_int(struct mu_jw *w, const char *key, int64_t value)
{
    mu_jw_key(w, key);
    mu_jw_int(w, value);
}

void sim_write_id(const struct sim *sim, struct mu_jw *w, const char *key, int64_t id)
{
    if (sim->set.ids == SIM_IDS_NUMBER) {
        sim_write_int(w, key, id);
        return;
    }
    char text[32];
    snprintf(text, sizeof(text), "%lld", (long long)id);
    sim_write_str(w, key, text);
}

static bool chosen(const struct sim *sim, const struct sim_person *person, unsigned shift,
                   int64_t per_mille)
{
    return per_mille > 0 &&
           (int64_t)((sim_people_chance(sim->people, person->index) >> shift & 0xFFFF) % 1000) <
               per_mille;
}

bool sim_name_is_null(const struct sim *sim, const struct sim_person *person)
{
    return chosen(sim, person, 0, sim->set.names_null);
}

bool sim_name_is_missing(const struct sim *sim, const struct sim_person *person)
{
    return chosen(sim, person, 16, sim->set.names_missing);
}

bool sim_name_is_empty(const struct sim *sim, const struct sim_person *person)
{
    return chosen(sim, person, 32, sim->set.names_empty);
}

struct json_object *sim_body(struct sim_request *r)
{
    struct mu_err err = MU_ERR_INIT;
    struct json_object *doc = NULL;
    if (mu_json_parse(r->in.data, r->in.len, &doc, &err) == 0 &&
        json_object_is_type(doc, json_type_object))
        return doc;
    json_object_put(doc);
    sim_reply_e1(r, 400, "the request body is not a JSON object");
    return NULL;
}
