/* SPDX-License-Identifier: Apache-2.0 */
/* POST /send in its three shapes, and POST /send/generate_egift_links. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/str.h"
#include "base/time.h"
#include "names.h"
#include "sends.h"

enum { LINKS_MAX = 1000, LINK_DAYS = 30 };

void sim_sends_clear(struct sim_sends *sends)
{
    for (size_t i = 0; i < sends->count; i++) {
        free(sends->list[i].name);
        free(sends->list[i].email);
    }
    free(sends->list);
    *sends = (struct sim_sends){0};
}

static void code_hex(const struct sim_request *r, uint64_t n, char to[41])
{
    uint64_t seed = (uint64_t)r->sim->set.seed;
    snprintf(to, 41, "%016llx%016llx%08llx",
             (unsigned long long)sim_chance(seed, SIM_SALT_SEND, ~n),
             (unsigned long long)sim_chance(seed, SIM_SALT_KEY, ~n),
             (unsigned long long)(sim_chance(seed, SIM_SALT_ID, ~n) & 0xFFFFFFFFu));
}

static void add(struct sim *sim, int64_t touch_id, const char *type, const char *name,
                const char *email)
{
    struct sim_sends *sends = &sim->sends;
    sends->list = mu_xrealloc(sends->list, (sends->count + 1) * sizeof(*sends->list));
    sends->list[sends->count++] = (struct sim_sent){.touch_id = touch_id,
                                                    .at = mu_now(),
                                                    .type = type,
                                                    .name = mu_xstrdup(name),
                                                    .email = mu_xstrdup(email)};
}

/* The `send` object when its touch exists; else an error is answered. */
static struct json_object *body_of(struct sim_request *r, struct json_object *doc,
                                   int64_t *ret_touch)
{
    struct json_object *send = doc ? json_object_object_get(doc, "send") : NULL;
    long long id = 0;
    if (!doc)
        return NULL;
    if (!send) {
        sim_reply_e1(r, 400, "param is missing or the value is empty: send");
        return NULL;
    }
    const char *touch = mu_json_text(json_object_object_get(send, "touch_id"));
    if (!touch || !mu_parse_int(touch, 0, INT32_MAX, &id) || !sim_touches_has(r->sim, id)) {
        sim_reply_e1(r, 404, "Touch not found");
        return NULL;
    }
    *ret_touch = id;
    return send;
}

static const char *first_blank(struct json_object *send, const char *const *keys)
{
    for (; *keys; keys++) {
        const char *text = mu_json_str(send, *keys);
        if (!text || !*text)
            return *keys;
    }
    return NULL;
}

static void reply_sent(struct sim_request *r, const char *message, bool egift)
{
    struct mu_jw w;
    char code[41], url[41];
    size_t n = r->sim->sends.count;
    code_hex(r, n * 2, code);
    code_hex(r, n * 2 + 1, url); /* the tail of the URL is not the tracking code */
    struct mu_buf tracking = MU_BUF_INIT(SIM_SEND_TEXT);
    mu_buf_printf(&tracking, "https://app.sendoso.com/track/%s", url);
    sim_json(r, &w);
    mu_jw_object(&w);
    mu_jw_key(&w, "success");
    mu_jw_bool(&w, true);
    sim_write_str(&w, "message", message);
    sim_write_str(&w, "tracking_code", code);
    if (egift)
        sim_write_str(&w, "tracking_url", tracking.data);
    mu_jw_end(&w, '}');
    mu_buf_done(&tracking);
}

static const char *const *required_keys(bool egift, struct json_object *send)
{
    static const char *const for_egift[] = {"email", "via_from", NULL};
    static const char *const for_address[] = {"email", "name",    "address",  "city", "state",
                                              "zip",   "country", "via_from", NULL};
    static const char *const for_collection[] = {"email", "name", "address_confirmation_via",
                                                 "via_from", NULL};
    if (egift)
        return for_egift;
    return mu_json_bool(send, "no_address", false) ? for_collection : for_address;
}

void sim_sends_post(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    int64_t touch = 0, days = 0;
    struct json_object *send = body_of(r, doc, &touch);
    if (!send)
        return;
    const char *via = mu_json_str(send, "via");
    bool egift = mu_streq(via, "single_email_address");
    if (!egift && !mu_streq(via, "single_person_or_company")) {
        sim_reply_e1(r, 400, "via is invalid");
        return;
    }
    const char *blank = first_blank(send, required_keys(egift, send));
    if (blank || r->sim->sends.count == SIM_SENDS_MAX) {
        char message[SIM_SEND_TEXT];
        snprintf(message, sizeof(message), "%s can't be blank", blank ? blank : "balance");
        sim_reply_e1(r, 400, message);
        return;
    }
    if (mu_json_int(send, "expire_after_days", &days) && (days < 2 || days > 7)) {
        sim_reply_e1(r, 400, "expire_after_days must be between 2 and 7");
        return;
    }
    const char *name = mu_json_str(send, "name");
    add(r->sim, touch, egift ? "eGifts USA" : "Inventoried Sends", name ? name : "",
        mu_json_str(send, "email"));
    reply_sent(r, egift ? "EGifts send Successfully" : "Gift send Successfully", egift);
}

static void write_links(struct sim_request *r, struct mu_jw *w, struct json_object *users,
                        int64_t touch)
{
    char token[41], link[SIM_SEND_TEXT];
    size_t count = json_object_array_length(users);
    mu_jw_key(w, "egift_links");
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++) {
        const char *email = mu_json_str(json_object_array_get_idx(users, i), "email");
        add(r->sim, touch, "eGifts USA", "", email);
        code_hex(r, r->sim->sends.count * 2, token);
        snprintf(link, sizeof(link), "https://sendo.so/g/%.16s", token);
        mu_jw_object(w);
        sim_write_str(w, "egift_link", link);
        sim_write_str(w, "recipient_email_or_phone_number", email);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static bool all_have_email(struct json_object *users)
{
    if (!json_object_is_type(users, json_type_array))
        return false;
    size_t count = json_object_array_length(users);
    for (size_t i = 0; i < count; i++) {
        const char *email = mu_json_str(json_object_array_get_idx(users, i), "email");
        if (!email || !*email)
            return false;
    }
    return count > 0 && count <= LINKS_MAX;
}

void sim_sends_links(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    int64_t touch = 0;
    struct json_object *send = body_of(r, doc, &touch);
    if (!send)
        return;
    struct json_object *users = json_object_object_get(send, "recipient_users");
    if (!all_have_email(users) || r->sim->sends.count + LINKS_MAX > SIM_SENDS_MAX) {
        sim_reply_e1(r, 400, "email can't be blank");
        return;
    }
    char message[SIM_SEND_TEXT];
    snprintf(message, sizeof(message), "%zu eGift links generated Successfully",
             json_object_array_length(users));
    struct mu_jw w;
    sim_json(r, &w);
    mu_jw_object(&w);
    mu_jw_key(&w, "success");
    mu_jw_bool(&w, true);
    sim_write_str(&w, "message", message);
    write_links(r, &w, users, touch);
    sim_write_int(&w, "expiration_days", LINK_DAYS);
    mu_jw_end(&w, '}');
}
