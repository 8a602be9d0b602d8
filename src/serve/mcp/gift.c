/* SPDX-License-Identifier: Apache-2.0 */
/* Sending a gift: claimed, checked, agreed to, sent once. */
#include "serve/mcp/gift.h"

#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"
#include "serve/mcp/book.h"
#include "serve/single.h"

/* ---- what it is ---- */

/* A person who stands twice in a list would get two. */
static int add_email(struct gift *g, const char *email, struct mu_err *err)
{
    for (size_t i = 0; i < g->email_count; i++) {
        if (mu_streq(mu_fold(g->c->arena, g->emails[i]), mu_fold(g->c->arena, email)))
            return mu_fail(err, MU_E_USAGE,
                           "recipient_emails: %s stands twice; name each address once",
                           mu_printable(g->c->arena, email, strlen(email), 100));
    }
    g->emails[g->email_count++] = email;
    return 0;
}

static int read_emails(struct gift *g, struct mu_err *err)
{
    struct json_object *list = json_object_object_get(g->args, "recipient_emails");
    size_t count = list ? json_object_array_length(list) : 1;
    int rc = 0;
    for (size_t i = 0; i < count && i < GIFT_EMAILS_MAX && rc == 0; i++)
        rc = add_email(g,
                       list ? json_object_get_string(json_object_array_get_idx(list, i))
                            : mu_json_str(g->args, "email"),
                       err);
    return rc;
}

/* The same call has the same digest: tool, account, arguments; not the key. */
static const char *digest_of(struct gift *g)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    char *hex = mu_alloc(g->c->arena, MU_DIGEST_HEX);
    struct json_object *key = json_object_get(json_object_object_get(g->args, "idempotency_key"));
    json_object_object_del(g->args, "idempotency_key");
    mu_buf_printf(&text, "%s\n%s\n", g->tool->name, g->api.def->name);
    mu_json_canonical(g->args, &text);
    if (key)
        json_object_object_add(g->args, "idempotency_key", key);
    mu_digest(text.data, text.len, hex);
    return hex;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Who gets what. Models that repeat a call word its message anew, so words don't count. */
static const char *what_of(struct gift *g)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    char *hex = mu_alloc(g->c->arena, MU_DIGEST_HEX);
    const char *folded[GIFT_EMAILS_MAX];
    for (size_t i = 0; i < g->email_count; i++)
        folded[i] = mu_fold(g->c->arena, g->emails[i]);
    qsort(folded, g->email_count, sizeof(folded[0]), by_text);
    mu_buf_printf(&text, "%s\n%s\n%lld\n", g->tool->name, g->api.def->name, (long long)g->touch_id);
    for (size_t i = 0; i < g->email_count; i++)
        mu_buf_printf(&text, "%s\n", folded[i]);
    mu_digest(text.data, text.len, hex);
    return hex;
}

static const char *key_of(const struct gift *g)
{
    const char *key = mu_json_str(g->args, "idempotency_key");
    return key && *key ? key : NULL;
}

/* ---- what is answered ---- */

/* How a gift goes on whose recipient is asked for the address. */
static void write_states(const struct gift *g, struct mu_jw *w)
{
    static const char *const states[][2] = {
        {"Confirming Address", "the recipient was asked and has not answered yet"},
        {"Collecting recipient info", "the same, while the recipient fills in the form"},
        {"Address Confirmation - Cancelled", "the recipient declined; nothing is shipped"},
        {"Expired and Credited", "nobody answered in time; the money came back"},
        {"Processing, Packed, Shipped, Delivered", "the address is known; the gift is on its way"}};
    if (!json_object_object_get(g->args, "address_confirmation_via"))
        return;
    mu_jw_put_str(w, "what_comes_next",
                  mu_streq(mu_json_str(g->args, "address_confirmation_via"), "link")
                      ? "Sendoso makes a link for the recipient; if the answer doesn't show it, it "
                        "is in Sendoso's app"
                      : "Sendoso e-mails the recipient and asks for the address");
    mu_jw_key(w, "states");
    mu_jw_object(w);
    for (size_t i = 0; i < MU_LEN(states); i++) {
        mu_jw_key(w, states[i][0]);
        mu_jw_str(w, states[i][1]);
    }
    mu_jw_end(w, '}');
}

static void write_sent(struct gift *g, const struct mu_doc *answer, struct mu_buf *to)
{
    const char *name = mu_doc_str(g->touch, "name");
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_bool(&w, "sent", true);
    mu_jw_put_str(&w, "campaign", name);
    mu_jw_key(&w, "recipients");
    mu_jw_array(&w);
    for (size_t i = 0; i < g->email_count; i++)
        mu_jw_str(&w, g->emails[i]);
    mu_jw_end(&w, ']');
    mu_jw_key(&w, "money");
    gift_write_money(g, &w);
    if (answer) {
        mu_jw_key(&w, "answer");
        api_write(&w, answer, NULL);
    }
    write_states(g, &w);
    mu_jw_put_str(&w, "note",
                  "accepted is not delivered: list_all_sendoso_sends shows what became of it");
    mu_jw_end(&w, '}');
}

/* The same result again, and that it is that. */
static void write_again(const char *answer, struct mcp_out *out)
{
    mu_buf_adds(&out->json, "{\"repeated\":true,");
    mu_buf_adds(&out->json, answer + 1);
}

/* Always -1. */
static int in_doubt(struct gift *g, int64_t since, const char *why, struct mu_err *err)
{
    char at[MU_TIME_TEXT];
    size_t count;
    g->api.until_us = mu_mono_us() + GIFT_LOOK_S * 1000000LL;
    const char *seen = gift_seen(g, since, &count);
    if (!seen)
        return mu_fail(err, MU_E_REMOTE,
                       "IN DOUBT: %s. The gift may have been sent, and list_all_sendoso_sends "
                       "can't be read now: look there later. Don't send again by guess",
                       why);
    if (count == 0)
        return mu_fail(err, MU_E_REMOTE,
                       "IN DOUBT: %s. list_all_sendoso_sends shows no such send since %s; it may "
                       "still appear. Look again in some minutes; send again, with a new "
                       "idempotency_key, only when the user wants it",
                       why, mu_time_text(since, at));
    return mu_fail(err, MU_E_REMOTE,
                   "IN DOUBT: %s. list_all_sendoso_sends shows %zu to the same recipient and "
                   "campaign since then, so it seems to have gone out: %s",
                   why, count, seen);
}

/* ---- what stands in the way ---- */

/* 1: answered from what is known; 0: nothing stands in the way. */
static int before(struct gift *g, const struct mu_claim *asked, const struct mu_claim *old,
                  struct mcp_out *out, struct mu_err *err)
{
    int64_t age = mu_now() - old->at;
    if (asked->key && !mu_streq(old->digest, asked->digest))
        return mu_fail(err, MU_E_CONFLICT,
                       "idempotency_key: was used %lld s ago for another call; a new gift needs a "
                       "new key",
                       (long long)age);
    if (old->state == MU_CLAIM_FAILED)
        return 0;
    if (old->state == MU_CLAIM_DOUBT || old->state == MU_CLAIM_OPEN) /* its process died */
        return in_doubt(g, old->at, "no answer to this call ever came", err);
    if (!asked->key)
        return mu_fail(err, MU_E_CONFLICT,
                       "a gift of this campaign went to the same recipient %lld s ago. If the user "
                       "really wants a second one, "
                       "call again with an idempotency_key of its own; the first one's answer: %s",
                       (long long)age, old->answer);
    write_again(old->answer, out);
    return 1;
}

/* ---- whether the user agrees, where the client can ask ---- */

static const char *price_text(const struct gift *g)
{
    const char *currency = mu_doc_str(g->touch, "currency");
    if (!g->money.price)
        return "";
    return mu_printf(g->c->arena, ", from %s %s each", g->money.price, currency ? currency : "");
}

static const char *others_text(const struct gift *g)
{
    if (g->email_count < 2)
        return "";
    return mu_printf(g->c->arena, " and %zu more, %zu in all", g->email_count - 1, g->email_count);
}

static int agree(struct gift *g, const struct mu_claim *asked, struct mcp_out *out,
                 struct mu_err *err)
{
    const char *name = mu_doc_str(g->touch, "name");
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    const struct mu_doc *rounds = NULL;
    mu_jw_init(&w, &text, false);
    mu_jw_str(&w, mu_printf(g->c->arena, "Send %s (campaign %lld%s) to %s%s? It can't be undone.",
                            name ? name : "the gift", (long long)g->touch_id, price_text(g),
                            g->emails[0], others_text(g)));
    const char *json = mu_printf(
        g->c->arena,
        "[{\"state\":true,\"inputRequests\":{\"confirm\":{\"method\":\"elicitation/create\","
        "\"params\":{\"mode\":\"form\",\"message\":%s,\"requestedSchema\":{\"type\":\"object\","
        "\"properties\":{\"send\":{\"type\":\"boolean\",\"title\":\"Send it\"}},\"required\":["
        "\"send\"]}}}}}]",
        text.data);
    mu_buf_done(&text);
    if (mu_doc_parse(g->c->arena, json, strlen(json), &rounds, err) < 0)
        return -1;
    int is = mcp_ask(g->c, rounds, asked->digest);
    if (is <= 0) {
        out->asks = is == 0;
        return is < 0 ? -1 : 1;
    }
    const struct mu_doc *responses = mu_doc_member(g->c->params, "inputResponses");
    const struct mu_doc *answer = mu_doc_at(responses, "/confirm/content/send");
    if (is == 2 || (answer && !mu_streq(mu_doc_text(answer), "true")))
        return mu_fail(err, MU_E_REFUSED, "the user said no; nothing was sent");
    return 0;
}

/* ---- sending ---- */

/* Gifts of one token go one after another: who holds the lock knows that an open claim is one whose
 * process died. */
struct sending {
    struct mu_store *store;
    struct mu_lock *lock;
    struct mu_single single;
    int64_t claim;
};

static int end(struct sending *s, enum mu_claim_state state, const char *answer, struct mu_err *err)
{
    static const char *const status[] = {
        [MU_CLAIM_DONE] = "done", [MU_CLAIM_FAILED] = "failed", [MU_CLAIM_DOUBT] = "cut"};
    return mu_claim_end(s->store, s->claim, state, answer, err) < 0 ||
                   mu_single_end(&s->single, status[state], err) < 0
               ? -1
               : 0;
}

/* Certainly not sent: it may be claimed again. Always -1. */
static int refused(struct sending *s)
{
    struct mu_err ignored = MU_ERR_INIT;
    (void)end(s, MU_CLAIM_FAILED, NULL, &ignored);
    return -1;
}

static int doubt(struct gift *g, struct sending *s, int64_t began, const struct mu_err *why,
                 struct mu_err *err)
{
    return end(s, MU_CLAIM_DOUBT, NULL, err) < 0 ? -1 : in_doubt(g, began, why->text, err);
}

static int send_it(struct gift *g, struct sending *s, struct mcp_out *out, struct mu_err *err)
{
    struct mu_raw_call call;
    struct mu_raw_answer answer = {.status = 0};
    const struct mu_doc *doc = NULL;
    struct mu_err unread = MU_ERR_INIT;
    int64_t began = mu_now();
    if (api_compose(g->c, g->tool->record, g->args, &call, err) < 0 ||
        mu_lease_call(g->api.lease, &call, g->c->arena, &answer, err) < 0)
        return refused(s);
    if (answer.status >= 400 && answer.status < 500 && answer.status != 408) {
        api_fail(&g->api, &answer, err);
        return refused(s);
    }
    if (answer.status < 200 || answer.status > 299) {
        api_fail(&g->api, &answer, &unread);
        return doubt(g, s, began, &unread, err);
    }
    /* Success without a body is one, too; a page of something in between is none. */
    if (api_doc(&g->api, &answer, &doc, &unread) < 0 && answer.len > 0)
        return doubt(g, s, began, &unread, err);
    if (!mu_doc_bool(doc, "success", true)) {
        const char *message = mu_doc_str(doc, "message");
        mu_fail(err, MU_E_REMOTE, "%s: refused: %s", g->api.def->name,
                message ? mu_printable(g->c->arena, message, strlen(message), 200) : "no reason");
        return refused(s);
    }
    write_sent(g, doc, &out->json);
    return end(s, MU_CLAIM_DONE, out->json.data, err) < 0
               ? mu_wrap(err, "the gift was sent, which could not be noted")
               : 0;
}

static int claim(struct gift *g, struct mu_claim *asked, struct sending *s, struct mu_err *err)
{
    const struct mu_run run = {
        .command = mu_printf(g->c->arena, "%s (mcp, token %s)", g->tool->name, asked->token)};
    if (mu_single_begin(s->store, g->api.def->name, &run, g->c->mcp->conf.log, &s->single, err) < 0)
        return -1;
    asked->run = s->single.run;
    asked->at = mu_now();
    int taken = mu_claim_take(s->store, asked, GIFT_SAME_S, &s->claim, err);
    if (taken == 1)
        return 0;
    struct mu_err ignored = MU_ERR_INIT;
    (void)mu_single_end(&s->single, "failed", &ignored);
    return taken < 0 ? -1 : mu_fail(err, MU_E_CONFLICT, "the same gift was claimed meanwhile");
}

static int give(struct gift *g, struct sending *s, struct mcp_out *out, struct mu_err *err)
{
    struct mu_claim old;
    struct mu_claim asked = {.token = g->c->peer->grant->name,
                             .tool = g->tool->name,
                             .key = key_of(g),
                             .digest = digest_of(g),
                             .what = what_of(g)};
    int is = mu_claim_find(s->store, g->c->arena, &asked, GIFT_SAME_S, &old, err);
    if (is == 1 && old.state == MU_CLAIM_OPEN &&
        mu_single_settle(s->store, g->api.def->name, g->c->mcp->conf.log, err) < 0)
        return -1;
    if (is == 1)
        is = before(g, &asked, &old, out, err);
    if (is == 0)
        mcp_progress(g->c, "checking campaign, dates and budget", 1, GIFT_STEPS);
    if (is == 0 && (is = gift_check(g, err)) < 0 && err->code != MU_E_REFUSED)
        mu_wrap(err, "nothing was sent");
    if (is == 0)
        is = agree(g, &asked, out, err);
    if (is == 0 && mcp_cancelled(g->c))
        is = mu_fail(err, MU_E_CANCELLED, "cancelled; nothing was sent");
    if (is == 0)
        is = claim(g, &asked, s, err);
    if (is == 0) {
        mcp_progress(g->c, "sending it", 2, GIFT_STEPS);
        is = send_it(g, s, out, err);
    }
    return is < 0 ? -1 : 0;
}

int mcp_run_gift(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                 struct mcp_out *out, struct mu_err *err)
{
    struct gift g = {.c = c, .tool = tool, .args = args};
    struct sending s = {.store = NULL};
    int rc = api_open(&g.api, c, tool, args, err);
    g.api.until_us = mu_mono_us() + GIFT_CHECK_S * 1000000LL;
    if (rc == 0)
        rc = mu_store_open(c->mcp->conf.config->store, MU_STORE_WRITE, &s.store, err);
    if (rc == 0)
        rc = mu_store_lock(s.store, mu_printf(c->arena, "gifts %s", c->peer->grant->name),
                           GIFT_WAIT_S, &s.lock, err);
    if (rc == 0) {
        mu_json_int(args, "touch_id", &g.touch_id);
        rc = read_emails(&g, err);
    }
    if (rc == 0)
        rc = give(&g, &s, out, err);
    mu_unlock(s.single.lock);
    mu_unlock(s.lock);
    mu_store_close(s.store);
    api_close(&g.api);
    return rc;
}
