/* SPDX-License-Identifier: Apache-2.0 */
/* One person asked to join a small Sendoso, and what becomes of it when the answer is odd. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapter/sendoso/sendoso.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/invite.h"
#include "httpd.h"
#include "storage.h"
#include "suites.h"

/* What POST /users answers. */
struct answer {
    unsigned status;
    const char *body;
    bool cut;
    unsigned first; /* status of the first one; 0: as all */
};

struct shop {
    struct answer post;
    int posts;
    char body[512];    /* of the last POST */
    const char *users; /* the list's rows */
};

struct bench {
    struct httpd *httpd;
    struct shop shop;
    struct mu_account_def def;
    const struct mu_sync *sync;
    struct mu_account *account;
    struct mu_err err;
    struct mu_invited_now now;
};

static const char pending[] =
    "{\"success\":true,\"message\":\"sent\",\"receiver_email\":\"ada@x.test\",\"team_group_id\":71,"
    "\"user_role\":\"regular\",\"invitation_status\":\"pending\","
    "\"expires_at\":\"2099-01-02T03:04:05.000-07:00\"}";

static void handle_post(struct shop *s, const struct httpd_request *request,
                        struct httpd_reply *reply)
{
    unsigned first = s->posts == 0 ? s->post.first : 0;
    s->posts++;
    snprintf(s->body, sizeof(s->body), "%s", request->body);
    reply->cut = s->post.cut;
    if (first)
        httpd_say(reply, first, "{\"success\":false,\"message\":\"slow down\"}");
    else
        httpd_say(reply, s->post.status, s->post.body);
}

static void handle(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct shop *s = arg;
    bool first = httpd_int(request, "page", 1) == 1;
    if (mu_streq(request->method, "POST"))
        handle_post(s, request, reply);
    else if (mu_streq(request->path, "/api/v3/groups"))
        mu_buf_printf(&reply->body, "{\"total_groups\":2,\"groups\":[%s]}",
                      first ? "{\"id\":71,\"name\":\"EMEA Sales\",\"budget\":0},"
                              "{\"id\":75,\"name\":\"Nordics\",\"budget\":5}"
                            : "");
    else if (mu_streq(request->path, "/api/v3/users"))
        mu_buf_printf(&reply->body, "{\"total_users\":1,\"users\":[%s]}", first ? s->users : "");
    else
        httpd_say(reply, 200, "{\"id\":7,\"email\":\"me@x.test\",\"role\":\"manager\"}");
}

static void set_up(struct bench *b, struct answer post)
{
    static struct mu_y settings;
    const struct mu_y *tree;
    *b = (struct bench){.err = MU_ERR_INIT,
                        .shop = {.post = post,
                                 .users = "{\"id\":7,\"first_name\":\"Me\",\"last_name\":\"Too\","
                                          "\"email\":\"me@x.test\",\"team_group_id\":71}"}};
    storage_setup();
    b->httpd = httpd_start(handle, &b->shop);
    setenv("TEST_TOKEN", "t", 1);
    const char *text = mu_printf(storage_arena, "url: %s\ntoken: env:TEST_TOKEN\nrate: \"off\"\n",
                                 httpd_url(b->httpd));
    ck_assert_int_eq(mu_y_parse(storage_arena, "test", text, strlen(text), &tree, &b->err), 0);
    settings = *tree;
    b->def = (struct mu_account_def){
        .name = "sendoso", .adapter = &mu_adapter_sendoso, .settings = &settings};
    struct mu_account_conf *conf = mu_alloc(storage_arena, sizeof(*conf));
    *conf = (struct mu_account_conf){.name = "sendoso",
                                     .settings = &settings,
                                     .layers = {{MU_TEST_DATA "/../mappings"}},
                                     .state_dir = "/tmp",
                                     .store = storage_path};
    ck_assert_msg(mu_account_open(storage_arena, &mu_adapter_sendoso, conf, &b->account, &b->err) ==
                      0,
                  "%s", b->err.text);
    ck_assert_int_eq(mu_invite_sync(storage_arena, &b->def, &b->sync, &b->err), 0);
}

static void tear_down(struct bench *b)
{
    mu_account_close(b->account);
    httpd_stop(b->httpd);
    storage_teardown();
}

static const struct mu_invite ada = {.email = "Ada@X.test",
                                     .first_name = "Ada",
                                     .last_name = "Quist",
                                     .role = "sender",
                                     .team_group = "EMEA Sales"};

static int invite(struct bench *b, const struct mu_invite *who)
{
    const struct mu_plan *plan;
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    b->err = (struct mu_err)MU_ERR_INIT;
    ck_assert_int_eq(mu_sync_lock(storage, b->sync, 0, &lock, &b->err), 0);
    if (mu_invite_plan(storage, b->sync, b->account, who, storage_arena, NULL, &plan, &b->err) < 0)
        return -1;
    ck_assert_uint_eq(plan->op_count, 1);
    ck_assert_int_eq(plan->one_way, 1);
    return mu_invite_apply(storage, b->sync, b->account, plan, "invite", NULL, storage_arena,
                           &b->now, &b->err);
}

/* The code of the failure, and words of it. */
static void refused(struct bench *b, const struct mu_invite *who, enum mu_code code,
                    const char *words)
{
    storage_failed(invite(b, who), &b->err, code, words);
}

START_TEST(sent_once)
{
    struct bench b;
    set_up(&b, (struct answer){201, pending, false, 0});
    ck_assert_msg(invite(&b, &ada) == 0, "%s", b.err.text);
    ck_assert_str_eq(b.shop.body,
                     "{\"user\":{\"first_name\":\"Ada\",\"last_name\":\"Quist\",\"email\":"
                     "\"Ada@X.test\",\"role\":\"regular\",\"team_group_id\":71}}");
    ck_assert(b.now.registered);
    ck_assert_int_eq(b.now.invitation.state, MU_INVITED_PENDING);
    ck_assert_int_eq(b.now.invitation.expires, 4071031445);
    ck_assert_int_eq(b.now.invitation.run, b.now.run);
    refused(&b, &ada, MU_E_CONFLICT, "Ada@X.test is there already: invited");
    ck_assert_int_eq(b.shop.posts, 1);
    tear_down(&b);
}
END_TEST

START_TEST(not_even_tried)
{
    static const struct {
        struct mu_invite who;
        enum mu_code code;
        const char *words;
    } cases[] = {
        {{"ada.x.test", "Ada", "Quist", NULL, "71"}, MU_E_DATA, "e-mail"},
        {{"ada@x.test", "Ada", "Quist", NULL, "EMEA Salse"}, MU_E_DATA, "did you mean"},
        {{"ada@x.test", "Ada", "Quist", NULL, "id:Nordics"}, MU_E_DATA, "no team group"},
        {{"ada@x.test", "Ada", "Quist", "owner", "71"}, MU_E_DATA, "no role \"owner\""},
        {{"ada@x.test", "Ada", "Quist", "admin", "71"}, MU_E_REFUSED, "invited as admin"},
        {{"ada@x.test", "Ada", "Quist", NULL, NULL}, MU_E_REFUSED, "which team group"},
        {{"ada@x.test", "Ada", NULL, NULL, "71"}, MU_E_REFUSED, "last_name is missing"},
        {{"ME@x.test", "Me", "Too", NULL, "71"}, MU_E_CONFLICT, "me@x.test is there already"},
    };
    struct bench b;
    set_up(&b, (struct answer){201, pending, false, 0});
    for (size_t i = 0; i < MU_LEN(cases); i++)
        refused(&b, &cases[i].who, cases[i].code, cases[i].words);
    ck_assert_int_eq(b.shop.posts, 0);
    tear_down(&b);
}
END_TEST

/* What the answer says for sure was not done may be tried again; a 2xx was, whatever its body. */
START_TEST(answers)
{
    static const struct {
        struct answer post;
        enum mu_invited state;
        const char *words; /* of the error; NULL: none */
        int posts;
    } cases[] = {
        {{200, "{}", false, 0}, MU_INVITED_SENT, NULL, 1},
        {{201, "", false, 0}, MU_INVITED_SENT, NULL, 1},
        {{201, "<html>", false, 0}, MU_INVITED_SENT, NULL, 1},
        {{201, pending, false, 429}, MU_INVITED_PENDING, NULL, 2},
        {{200, "{\"success\":false,\"message\":\"No seats left\"}", false, 0},
         MU_INVITED_REFUSED,
         "No seats left",
         1},
        {{400, "{\"success\":false,\"message\":\"Please enter a valid team group\"}", false, 0},
         MU_INVITED_REFUSED,
         "Please enter a valid team group",
         1},
        {{409, "{\"message\":\"taken\"}", false, 0}, MU_INVITED_REFUSED, "taken", 1},
        {{302, "", false, 0}, MU_INVITED_REFUSED, "302", 1},
        {{500, "<html>oops</html>", false, 0}, MU_INVITED_DOUBT, "no one knows", 1},
        {{503, "", false, 0}, MU_INVITED_DOUBT, "no one knows", 1},
        {{408, "", false, 0}, MU_INVITED_DOUBT, "no one knows", 1},
        {{201, pending, true, 0}, MU_INVITED_DOUBT, "no one knows", 1},
    };
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct bench b;
        set_up(&b, cases[i].post);
        int rc = invite(&b, &ada);
        if (cases[i].words)
            ck_assert_msg(rc < 0 && strstr(b.err.text, cases[i].words), "%zu: %s", i, b.err.text);
        else
            ck_assert_msg(rc == 0, "%zu: %s", i, b.err.text);
        ck_assert_int_eq(b.now.invitation.state, cases[i].state);
        ck_assert_int_eq(b.shop.posts, cases[i].posts);
        if (cases[i].state != MU_INVITED_REFUSED)
            ck_assert_msg(invite(&b, &ada) < 0 && b.err.code == MU_E_CONFLICT, "%zu", i);
        ck_assert_int_eq(b.shop.posts, cases[i].posts);
        tear_down(&b);
    }
}
END_TEST

/* Another process has the same person under way. */
START_TEST(one_at_a_time)
{
    struct bench b;
    const struct mu_plan *plan;
    set_up(&b, (struct answer){201, pending, false, 0});
    ck_assert_int_eq(
        mu_invite_plan(storage, b.sync, b.account, &ada, storage_arena, NULL, &plan, &b.err), 0);
    const struct mu_invitation other = {
        .account = "sendoso", .key = "ada@x.test", .email = "ada@x.test", .via = "invite"};
    const struct mu_invitation waits = {.account = "sendoso",
                                        .key = "ada@x.test",
                                        .state = MU_INVITED_PENDING,
                                        .expires = mu_now() + 60};
    ck_assert_int_eq(mu_invitation_intend(storage, &other, 0, &b.err), 0);
    ck_assert_int_eq(mu_invitation_move(storage, &waits, UINT32_MAX, &b.err), 1);
    ck_assert_int_eq(mu_invite_apply(storage, b.sync, b.account, plan, "invite", NULL,
                                     storage_arena, &b.now, &b.err),
                     -1);
    ck_assert_int_eq(b.err.code, MU_E_CONFLICT);
    ck_assert_int_eq(b.shop.posts, 0);
    tear_down(&b);
}
END_TEST

/* Who came is there; who left once more may be asked again. */
START_TEST(comes)
{
    struct bench b;
    set_up(&b, (struct answer){500, "", false, 0});
    ck_assert_int_eq(invite(&b, &ada), -1);
    b.shop.users = "{\"id\":8,\"email\":\"ada@x.test\",\"team_group_id\":71}";
    refused(&b, &ada, MU_E_CONFLICT, "ada@x.test is there already: active");
    struct mu_invitation is;
    ck_assert_int_eq(
        mu_invitation_get(storage, storage_arena, "sendoso", "ada@x.test", &is, &b.err), 1);
    ck_assert_int_eq(is.state, MU_INVITED_ACCEPTED);
    b.shop.users = "{\"id\":7,\"email\":\"me@x.test\"}";
    b.shop.post = (struct answer){201, pending, false, 0};
    ck_assert_msg(invite(&b, &ada) == 0, "%s", b.err.text);
    ck_assert_int_eq(b.now.invitation.tries, 2);
    tear_down(&b);
}
END_TEST

/* Somebody else has sent one and noted no end of it. */
START_TEST(ends_without_a_told_end)
{
    struct bench b;
    set_up(&b, (struct answer){201, pending, false, 0});
    const struct mu_invitation other = {
        .account = "sendoso", .key = "ada@x.test", .email = "ada@x.test", .via = "invite"};
    struct mu_invitation doubt = {
        .account = "sendoso", .key = "ada@x.test", .state = MU_INVITED_SENT};
    ck_assert_int_eq(mu_invitation_intend(storage, &other, 0, &b.err), 0);
    ck_assert_int_eq(mu_invitation_move(storage, &doubt, UINT32_MAX, &b.err), 1);
    doubt.state = MU_INVITED_DOUBT;
    ck_assert_int_eq(mu_invitation_move(storage, &doubt, UINT32_MAX, &b.err), 1);
    refused(&b, &ada, MU_E_CONFLICT, "in doubt");
    storage_int("UPDATE invitation SET sent = sent - 8 * 86400 RETURNING 1");
    ck_assert_msg(invite(&b, &ada) == 0, "%s", b.err.text);
    ck_assert_int_eq(b.now.invitation.tries, 2);
    tear_down(&b);
}
END_TEST

Suite *invite_suite(void)
{
    Suite *s = suite_create("invite");
    TCase *t = tcase_create("invite");
    tcase_add_test(t, sent_once);
    tcase_add_test(t, not_even_tried);
    tcase_add_test(t, answers);
    tcase_add_test(t, one_at_a_time);
    tcase_add_test(t, comes);
    tcase_add_test(t, ends_without_a_told_end);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return s;
}
