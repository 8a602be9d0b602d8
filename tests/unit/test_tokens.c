/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in the store, who is let in with them, and what they allow. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/exposed.h"
#include "storage.h"
#include "suites.h"

static const char *const reading[] = {"read", NULL};
static const char *const sending[] = {"create", NULL};
static const char *const named[] = {"list_all_*", "users", NULL};
static const char *const acme[] = {"acme", NULL};
static const char *const directory[] = {"directory", NULL};
static const char *const proxy[] = {"proxy", NULL};

/* Keeps a token, and gives its text. */
static const char *make(struct mu_token token)
{
    struct mu_err err = MU_ERR_INIT;
    char text[MU_BEARER_TEXT], hash[MU_DIGEST_HEX];
    mu_bearer_new(text, hash);
    token.hash = hash;
    token.created = mu_now();
    ck_assert_msg(mu_token_put(storage, &token, &err) == 0, "%s", err.text);
    return mu_strdup(storage_arena, text);
}

static const char *header(const char *token)
{
    return mu_printf(storage_arena, "Bearer %s", token);
}

static const struct mu_grant *let_in(const char *authorization, const char *in_path)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_grant *grant = NULL;
    ck_assert_msg(mu_auth(storage, storage_arena, authorization, in_path, &grant, &err) == 0, "%s",
                  err.text);
    return grant;
}

static void kept_out(const char *authorization, const char *in_path, enum mu_code code,
                     const char *says)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_grant *grant = NULL;
    storage_failed(mu_auth(storage, storage_arena, authorization, in_path, &grant, &err), &err,
                   code, says);
    ck_assert_ptr_null(grant);
}

START_TEST(kept_as_digest)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_token *list;
    size_t count;
    const char *text = make((struct mu_token){
        .name = "a", .methods = reading, .accounts = acme, .expires = mu_now() + 90});
    make((struct mu_token){.name = "B", .require_bearer = true});
    storage_reopen();
    ck_assert_int_eq(mu_token_list(storage, storage_arena, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[0].name, "B");
    ck_assert(list[0].require_bearer && !list[0].methods && !list[0].expires);
    ck_assert_str_eq(list[1].methods[0], "read");
    ck_assert_ptr_null(list[1].methods[1]);
    ck_assert_ptr_null(list[1].tags);
    ck_assert_str_eq(list[1].accounts[0], "acme");
    ck_assert_int_gt(list[1].expires, mu_now());
    ck_assert_ptr_null(strstr(list[1].hash, text));
    ck_assert_int_eq(storage_int("SELECT count(*) FROM token WHERE hash LIKE 'muster%'"), 0);
    ck_assert_uint_ge(strlen(text), 7 + 43); /* 256 bits */

    struct mu_token twice = {.name = "a", .hash = "other"};
    storage_failed(mu_token_put(storage, &twice, &err), &err, MU_E_CONFLICT, "another name");
}
END_TEST

START_TEST(who_is_let_in)
{
    const char *text = make((struct mu_token){.name = "a", .methods = reading});
    ck_assert_str_eq(let_in(header(text), NULL)->name, "a");
    ck_assert_str_eq(let_in(mu_printf(storage_arena, "bEARER  %s", text), NULL)->name, "a");
    ck_assert_str_eq(let_in(NULL, text)->name, "a");

    char *wrong = mu_strdup(storage_arena, text);
    wrong[strlen(wrong) - 1] ^= 1;
    kept_out(NULL, NULL, MU_E_AUTH, "no token: send");
    kept_out(header(wrong), NULL, MU_E_AUTH, "token is unknown");
    kept_out(NULL, wrong, MU_E_AUTH, "token is unknown");
    kept_out(NULL, "", MU_E_AUTH, "token is unknown");
    kept_out("Basic YTpi", NULL, MU_E_AUTH, "only `Authorization: Bearer TOKEN`");
    kept_out("Bearer", NULL, MU_E_USAGE, "behind Bearer");
    kept_out("Bearer ", NULL, MU_E_USAGE, "behind Bearer");
    kept_out(mu_printf(storage_arena, "Bearer %s, Bearer x", text), NULL, MU_E_USAGE, "one token");
    char *endless = mu_alloc(storage_arena, 100001);
    memset(endless, 'x', 100000);
    kept_out(NULL, endless, MU_E_AUTH, "token is unknown");
    /* What is in the store is no key to it. */
    struct mu_err err = MU_ERR_INIT;
    struct mu_token *list;
    size_t count;
    ck_assert_int_eq(mu_token_list(storage, storage_arena, &list, &count, &err), 0);
    kept_out(header(list[0].hash), NULL, MU_E_AUTH, "token is unknown");
}
END_TEST

START_TEST(an_end_is_an_end)
{
    struct mu_err err = MU_ERR_INIT;
    const char *old = make((struct mu_token){.name = "old", .expires = mu_now() - 1});
    const char *text = make((struct mu_token){.name = "a"});
    kept_out(header(old), NULL, MU_E_AUTH, "token old expired on");
    const struct mu_grant *grant = let_in(header(text), NULL), past = {.hash = "x", .expires = 1};
    ck_assert_int_eq(mu_grant_ended(storage, grant, &err), 0);
    ck_assert_int_eq(mu_grant_ended(storage, &past, &err), 1);
    ck_assert_int_eq(mu_grant_ended(storage, &mu_grant_local, &err), 0);
    ck_assert_int_eq(mu_token_revoke(storage, "a", mu_now(), &err), 1);
    kept_out(header(text), NULL, MU_E_AUTH, "token a was revoked on");
    ck_assert_int_eq(mu_grant_ended(storage, grant, &err), 1);
    ck_assert_int_eq(mu_token_revoke(storage, "a", mu_now(), &err), 0);
    ck_assert_int_eq(mu_token_revoke(storage, "nobody", mu_now(), &err), 0);
}
END_TEST

START_TEST(an_address_may_not_be_enough)
{
    const char *in_path = make((struct mu_token){
        .name = "url", .methods = sending, .require_bearer = true, .expires = mu_now() + 500});
    const char *person =
        make((struct mu_token){.name = "person", .accounts = acme, .expires = mu_now() + 50});
    kept_out(NULL, in_path, MU_E_AUTH, "in the address isn't enough");
    const struct mu_grant *both = let_in(header(person), in_path);
    ck_assert_str_eq(both->name, "url");
    ck_assert(both->expires < mu_now() + 100);
    ck_assert(mu_grant_allows(both, "create", "users", "acme", NULL));
    ck_assert(!mu_grant_allows(both, "create", "users", "other", NULL));
    ck_assert(!mu_grant_allows(both, "list", "users", "acme", NULL));
    ck_assert_str_eq(let_in(header(in_path), NULL)->name, "url");
}
END_TEST

START_TEST(use_is_noted_once_a_minute)
{
    struct mu_err err = MU_ERR_INIT;
    const char *text = make((struct mu_token){.name = "a"});
    let_in(header(text), NULL);
    int64_t first = storage_int("SELECT used FROM token");
    ck_assert_int_gt(first, 0);
    struct mu_token t = {.name = "a", .used = first};
    ck_assert_int_eq(mu_token_touch(storage, &t, first + MU_TOKEN_TOUCH_S - 1, &err), 0);
    ck_assert_int_eq(storage_int("SELECT used FROM token"), first);
    ck_assert_int_eq(mu_token_touch(storage, &t, first + MU_TOKEN_TOUCH_S, &err), 0);
    ck_assert_int_eq(storage_int("SELECT used FROM token"), first + MU_TOKEN_TOUCH_S);
}
END_TEST

START_TEST(filters_are_anded)
{
    const struct mu_grant reader = {.name = "r", .methods = reading, .accounts = acme},
                          tools = {.name = "t", .methods = named, .tags = directory};
    ck_assert(mu_grant_allows(&reader, "list", "users", "acme", NULL));
    ck_assert(mu_grant_allows(&reader, "get", "users", NULL, NULL));
    ck_assert(mu_grant_allows(&reader, "read", "users", NULL, NULL));
    ck_assert(!mu_grant_allows(&reader, "create", "users", "acme", NULL));
    ck_assert(!mu_grant_allows(&reader, "custom", "users", "acme", NULL));
    ck_assert(!mu_grant_allows(&reader, "list", "users", "other", NULL));
    ck_assert(!mu_grant_account(&reader, "other"));
    ck_assert(mu_grant_allows(&tools, "list", "list_all_groups", NULL, directory));
    ck_assert(mu_grant_allows(&tools, "create", "users", "acme", directory));
    ck_assert(!mu_grant_allows(&tools, "list", "list_all_groups", NULL, proxy));
    ck_assert(!mu_grant_allows(&tools, "list", "list_all_groups", NULL, NULL));
    ck_assert(!mu_grant_allows(&tools, "list", "groups", NULL, directory));
    ck_assert(mu_grant_allows(&mu_grant_local, "delete", "anything", "any", NULL));

    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf says = MU_BUF_INIT(MU_BUF_MAX);
    ck_assert_int_eq(mu_grant_refuse(&reader, "create", "users", "acme", &err), -1);
    ck_assert_str_eq(err.text, "token r isn't allowed to create users of acme; it has methods "
                               "read; accounts acme");
    mu_auth_challenge(&err, "create", &says);
    ck_assert_ptr_nonnull(
        strstr(says.data, "Bearer realm=\"muster\", error=\"insufficient_scope\""));
    ck_assert_ptr_nonnull(strstr(says.data, "scope=\"create\""));
}
END_TEST

static void exposes(struct mu_grant grant, enum mu_code code, const char *says)
{
    struct mu_err err = MU_ERR_INIT;
    static const struct mu_exposed some[] = {{"users", "list", directory},
                                             {"users", "create", directory},
                                             {"proxy", "get", proxy},
                                             {"proxy", "custom", proxy},
                                             {"list_all_gifts", "list", directory}};
    const struct mu_exposures all = {some, MU_LEN(some)};
    int rc = mu_exposed_check(&all, &grant, &err);
    if (code == MU_OK)
        ck_assert_msg(rc == 0, "%s", err.text);
    else
        storage_failed(rc, &err, code, says);
}

START_TEST(a_token_opens_something)
{
    static const char *const custom[] = {"custom", NULL}, *const typo[] = {"raed", NULL},
                             *const who[] = {"list_all_gifts", NULL},
                             *const tag[] = {"directori", NULL};
    exposes((struct mu_grant){.methods = NULL}, MU_OK, NULL);
    exposes((struct mu_grant){.methods = who}, MU_OK, NULL);
    exposes((struct mu_grant){.methods = reading, .tags = directory}, MU_OK, NULL);
    exposes((struct mu_grant){.methods = custom, .tags = directory}, MU_E_REFUSED,
            "with these tags there are list, create; with these methods, tags proxy");
    exposes((struct mu_grant){.methods = typo}, MU_E_USAGE, "did you mean read");
    exposes((struct mu_grant){.tags = tag}, MU_E_USAGE, "did you mean directory");
    ck_assert_str_eq(mu_exposed_tags("users")[0], "directory");
    ck_assert_ptr_null(mu_exposed_tags("nothing"));
}
END_TEST

START_TEST(no_token_is_shown)
{
    char text[MU_BEARER_TEXT], hash[MU_DIGEST_HEX];
    mu_bearer_new(text, hash);
    const char *path = mu_printf(storage_arena, "/mcp/%s/x, %s", text, text);
    ck_assert_str_eq(mu_bearer_hide(storage_arena, path), "/mcp/(token)/x, (token)");
    ck_assert_str_eq(mu_bearer_hide(storage_arena, "/users/musterer"), "/users/musterer");
}
END_TEST

Suite *tokens_suite(void)
{
    Suite *s = suite_create("tokens");
    TCase *t = tcase_create("tokens");
    tcase_add_checked_fixture(t, storage_setup, storage_teardown);
    tcase_add_test(t, kept_as_digest);
    tcase_add_test(t, who_is_let_in);
    tcase_add_test(t, an_end_is_an_end);
    tcase_add_test(t, an_address_may_not_be_enough);
    tcase_add_test(t, use_is_noted_once_a_minute);
    tcase_add_test(t, filters_are_anded);
    tcase_add_test(t, a_token_opens_something);
    tcase_add_test(t, no_token_is_shown);
    suite_add_tcase(s, t);
    return s;
}
