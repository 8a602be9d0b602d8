/* SPDX-License-Identifier: Apache-2.0 */
/* GET /touches, /touches/ID and /send. */
#include "sends.h"

#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/str.h"
#include "base/time.h"
#include "names.h"

enum { FIRST_TOUCH_ID = 9001, TOUCH_ID_STEP = 2, FIRST_SEND_ID = 700001 };

static const int64_t first_day = 1672560000; /* 2023-01-01 in Pacific time */

static uint64_t seed_of(const struct sim *sim)
{
    return (uint64_t)sim->set.seed;
}

static int64_t touch_id(const struct sim *sim, size_t touch)
{
    return FIRST_TOUCH_ID + (int64_t)touch * TOUCH_ID_STEP +
           (int64_t)(sim_chance(seed_of(sim), SIM_SALT_TOUCH, touch) % TOUCH_ID_STEP);
}

static bool is_egift(const struct sim *sim, size_t touch)
{
    return sim_chance(seed_of(sim), SIM_SALT_TOUCH, touch) >> 8 & 1;
}

static void touch_name(size_t touch, char to[64])
{
    static const char *const names[] = {"Welcome Kit", "Coffee on us", "Ευχαριστούμε",
                                        "Q3, \"Thank you\"", "🎁 Gift"};
    snprintf(to, 64, "%s %zu", names[touch % MU_LEN(names)], touch + 1);
}

static bool find_touch(const struct sim *sim, int64_t id, size_t *ret)
{
    if (id < FIRST_TOUCH_ID || (id - FIRST_TOUCH_ID) / TOUCH_ID_STEP >= sim->set.touches)
        return false;
    *ret = (size_t)((id - FIRST_TOUCH_ID) / TOUCH_ID_STEP);
    return touch_id(sim, *ret) == id;
}

bool sim_touches_has(const struct sim *sim, int64_t id)
{
    size_t touch = 0;
    return find_touch(sim, id, &touch);
}

static void write_price(struct mu_jw *w, const char *key, bool given, int64_t price)
{
    mu_jw_key(w, key);
    if (given)
        mu_jw_int(w, price);
    else
        mu_jw_null(w);
}

static void touch_row(struct sim *sim, struct mu_jw *w, size_t touch)
{
    uint64_t chance = sim_chance(seed_of(sim), SIM_SALT_TOUCH, touch);
    char name[64], start[SIM_TIME_MAX];
    bool ranged = is_egift(sim, touch) && chance >> 16 & 1;
    touch_name(touch, name);
    sim_pacific(first_day + (int64_t)(chance % 600) * 86400, true, start);
    struct sim_person creator = {.id = 0};
    if (sim_people_count(sim->people, false) > 0)
        sim_people_get(sim->people, sim_people_at(sim->people, 0, false), &creator);
    mu_jw_object(w);
    sim_write_id(sim, w, "id", touch_id(sim, touch));
    sim_write_str(w, "name", name);
    sim_write_str(w, "start_date", start);
    sim_write_str(w, "end_date", NULL);
    sim_write_str(w, "description", "");
    sim_write_str(w, "created_at", start);
    sim_write_id(sim, w, "user_id", creator.id);
    sim_write_id(sim, w, "gift_id", 300 + (int64_t)(chance >> 32) % 90);
    write_price(w, "starting_egift_price", ranged, 10);
    write_price(w, "ending_egift_price", ranged, 50);
    sim_write_str(w, "status", "Active");
    mu_jw_key(w, "is_default_price");
    mu_jw_bool(w, !ranged);
    sim_write_str(w, "delivery_type", is_egift(sim, touch) ? "email" : "mail");
    sim_write_str(w, "hubspot_key", NULL);
    mu_jw_key(w, "ship_to_countries");
    mu_jw_raw(w, "[\"US\",\"CA\"]", 11);
    sim_write_str(w, "currency", "USD");
    mu_jw_end(w, '}');
}

/* Position among the touches of one delivery type -> touch: a walk, since touches are few. */
static void typed_row(struct sim *sim, struct mu_jw *w, size_t position, bool egift)
{
    size_t seen = 0;
    for (size_t touch = 0; touch < (size_t)sim->set.touches; touch++)
        if (is_egift(sim, touch) == egift && seen++ == position) {
            touch_row(sim, w, touch);
            return;
        }
}

static void mail_row(struct sim *sim, struct mu_jw *w, size_t position)
{
    typed_row(sim, w, position, false);
}

static void email_row(struct sim *sim, struct mu_jw *w, size_t position)
{
    typed_row(sim, w, position, true);
}

void sim_touches_list(struct sim_request *r)
{
    static const struct sim_list all = {
        .key = "touches", .total_key = "total_posts", .row = touch_row};
    static const struct sim_list mail = {
        .key = "touches", .total_key = "total_posts", .row = mail_row};
    static const struct sim_list email = {
        .key = "touches", .total_key = "total_posts", .row = email_row};
    const char *type = sim_query(r, "delivery_type");
    size_t egifts = 0, total = (size_t)r->sim->set.touches;
    for (size_t touch = 0; touch < total; touch++)
        egifts += is_egift(r->sim, touch);
    if (mu_streq(type, "email"))
        sim_list_reply(r, &email, egifts);
    else if (mu_streq(type, "mail"))
        sim_list_reply(r, &mail, total - egifts);
    else
        sim_list_reply(r, &all, total);
}

void sim_touches_get(struct sim_request *r)
{
    long long id = 0;
    size_t touch = 0;
    if (!mu_parse_int(r->id, 0, INT32_MAX, &id) || !find_touch(r->sim, id, &touch)) {
        sim_reply_e3(r, 404, "Touch not found!");
        return;
    }
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_object(&w);
    mu_jw_key(&w, "success");
    mu_jw_bool(&w, true);
    mu_jw_key(&w, "touch");
    touch_row(r->sim, &w, touch);
    mu_jw_end(&w, '}');
}

/* base64 of gid://sendoso/Send/N, without its padding, as in Sendoso's examples. */
static void send_gid(size_t n, char to[96])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char gid[64];
    int len = snprintf(gid, sizeof(gid), "gid://sendoso/Send/%zu", n);
    size_t out = 0;
    for (int i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)(uint8_t)gid[i] << 16;
        three |= i + 1 < len ? (uint32_t)(uint8_t)gid[i + 1] << 8 : 0;
        three |= i + 2 < len ? (uint32_t)(uint8_t)gid[i + 2] : 0;
        for (int k = 0; k < 4 && i + k <= len; k++)
            to[out++] = digits[three >> (18 - 6 * k) & 63];
    }
    to[out] = '\0';
}

static void write_sender(struct sim *sim, struct mu_jw *w, uint64_t chance)
{
    struct sim_person who;
    size_t people = sim_people_count(sim->people, false);
    mu_jw_key(w, "sender");
    if (people == 0) {
        mu_jw_null(w);
        return;
    }
    sim_people_get(sim->people, sim_people_at(sim->people, chance % people, false), &who);
    const struct sim_group *group =
        who.group == SIM_NO_GROUP ? NULL : sim_groups_get(sim->people, who.group);
    struct mu_buf name = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&name, "%s %s", who.first, who.last);
    mu_jw_object(w);
    sim_write_id(sim, w, "id", who.id);
    sim_write_str(w, "name", name.data);
    sim_write_str(w, "email", who.email);
    mu_jw_key(w, "team_id");
    if (group)
        mu_jw_int(w, group->id);
    else
        mu_jw_null(w);
    sim_write_str(w, "team_name", group ? group->name : NULL);
    mu_jw_end(w, '}');
    mu_buf_done(&name);
}

static void write_status_updates(struct mu_jw *w, const char *status, int64_t at)
{
    char when[SIM_TIME_MAX];
    mu_jw_key(w, "status_updates");
    mu_jw_array(w);
    sim_pacific(at, false, when);
    mu_jw_object(w);
    sim_write_str(w, "status", "Processing");
    sim_write_str(w, "occurred_at", when);
    mu_jw_end(w, '}');
    if (strcmp(status, "Processing") != 0) {
        sim_pacific(at + 3 * (int64_t)86400, false, when);
        mu_jw_object(w);
        sim_write_str(w, "status", status);
        sim_write_str(w, "occurred_at", when);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void write_touch_of(struct sim *sim, struct mu_jw *w, size_t touch, bool none)
{
    char name[64];
    mu_jw_key(w, "touch");
    if (none) {
        mu_jw_null(w);
        return;
    }
    touch_name(touch, name);
    mu_jw_object(w);
    sim_write_id(sim, w, "id", touch_id(sim, touch));
    sim_write_str(w, "name", name);
    mu_jw_end(w, '}');
}

static void write_recipient(struct mu_jw *w, const char *name, const char *email,
                            const char *company)
{
    mu_jw_key(w, "recipient");
    mu_jw_object(w);
    sim_write_str(w, "name", name);
    sim_write_str(w, "email", email);
    sim_write_str(w, "company_name", company);
    mu_jw_end(w, '}');
}

static void send_row(struct sim *sim, struct mu_jw *w, size_t position)
{
    static const char *const types[] = {"Amazon", "Handwritten Notes", "Inventoried Sends",
                                        "eGifts USA"};
    static const char *const statuses[] = {"Delivered", "Processing", "Cancelled", "Sent",
                                           "Used",      "Expired",    "pending"};
    uint64_t chance = sim_chance(seed_of(sim), SIM_SALT_SEND, position);
    size_t past = (size_t)sim->set.sends;
    const struct sim_sent *sent = position >= past ? &sim->sends.list[position - past] : NULL;
    const char *status = sent ? "Processing" : statuses[chance % MU_LEN(statuses)];
    int64_t at = sent ? sent->at : first_day + (int64_t)(position * 5000 + chance % 5000);
    size_t touch = sim->set.touches > 0 ? (size_t)(chance >> 20) % (size_t)sim->set.touches : 0;
    if (sent)
        find_touch(sim, sent->touch_id, &touch);
    char gid[96], when[SIM_TIME_MAX], cost[SIM_MONEY_TEXT], email[64];
    send_gid(position * 3 + 11, gid);
    sim_pacific(at, false, when);
    snprintf(cost, sizeof(cost), "%u.0", (unsigned)(chance >> 8) % 80);
    snprintf(email, sizeof(email), "recipient%zu@customer.test", position + 1);
    mu_jw_object(w);
    sim_write_id(sim, w, "id", FIRST_SEND_ID + (int64_t)position);
    sim_write_str(w, "send_gid", gid);
    sim_write_str(w, "type", sent ? sent->type : types[(chance >> 16) % MU_LEN(types)]);
    sim_write_str(w, "subtype", "Custom");
    sim_write_str(w, "currency", "USD");
    sim_write_str(w, "current_total_cost", cost);
    sim_write_str(w, "status", status);
    sim_write_str(w, "created_at", when);
    write_touch_of(sim, w, touch, sim->set.touches == 0);
    write_recipient(w, sent ? sent->name : "Rae Cipient", sent ? sent->email : email,
                    chance >> 63 ? NULL : "Customer, Inc.");
    write_sender(sim, w, chance >> 32);
    sim_write_str(w, "sent_via", "Sendoso.com");
    write_status_updates(w, status, at);
    mu_jw_end(w, '}');
}

void sim_sends_list(struct sim_request *r)
{
    static const struct sim_list sends = {
        .key = "sends", .total_key = "total_count", .row = send_row};
    sim_list_reply(r, &sends, (size_t)r->sim->set.sends + r->sim->sends.count);
}
