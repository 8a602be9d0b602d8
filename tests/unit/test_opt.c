/* SPDX-License-Identifier: Apache-2.0 */
/* Settings by table: each type, defaults, and what is refused with place and fix. */
#include "base/opt.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "suites.h"

struct conf {
    const char *url, *note;
    int64_t connections, any, timeout;
    bool verify;
    int mode;
    const struct mu_y *token, *users;
    const char **groups;
};

static const char *const modes[] = {"keep", "disable", "delete", NULL};

static const struct mu_opt opts[] = {
    {"url", MU_OPT_STR, offsetof(struct conf, url), .required = true, .help = "base address"},
    {"note", MU_OPT_STR, offsetof(struct conf, note), .help = "any"},
    {"connections", MU_OPT_INT, offsetof(struct conf, connections), .def = "8", .min = 1,
     .max = 64},
    {"any", MU_OPT_INT, offsetof(struct conf, any), .help = "any"},
    {"timeout", MU_OPT_DURATION, offsetof(struct conf, timeout), .def = "2m", .min = 1,
     .max = 3600},
    {"verify", MU_OPT_BOOL, offsetof(struct conf, verify), .def = "yes"},
    {"mode", MU_OPT_ENUM, offsetof(struct conf, mode), .def = "disable", .choices = modes},
    {"token", MU_OPT_SECRET, offsetof(struct conf, token), .help = "any"},
    {"users", MU_OPT_NODE, offsetof(struct conf, users), .help = "any"},
    {"groups", MU_OPT_LIST, offsetof(struct conf, groups), .help = "any"},
    {.name = NULL}};

static struct mu_arena *arena;

static void setup(void)
{
    arena = mu_arena_new();
}

static void teardown(void)
{
    mu_arena_free(arena);
}

static int read_text(const char *text, struct conf *to, struct mu_err *err)
{
    const struct mu_y *root = NULL;
    ck_assert_int_eq(mu_y_parse(arena, "m.yaml", text, strlen(text), &root, err), 0);
    return mu_opt_read(arena, opts, root, to, err);
}

START_TEST(test_defaults)
{
    struct conf c = {.url = NULL};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(read_text("url: u\nmode: ~\n", &c, &err), 0);
    ck_assert_str_eq(c.url, "u");
    ck_assert_ptr_null(c.note);
    ck_assert_int_eq(c.connections, 8);
    ck_assert_int_eq(c.any, 0);
    ck_assert_int_eq(c.timeout, 120);
    ck_assert(c.verify);
    ck_assert_int_eq(c.mode, 1);
    ck_assert_ptr_null(c.token);
    ck_assert_ptr_null(c.groups);
}
END_TEST

START_TEST(test_each_type)
{
    struct conf c = {.url = NULL};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(
        read_text(
            "url: 0123\nnote: ''\nconnections: 64\nany: -9223372036854775808\ntimeout: 15m\n"
            "verify: no\nmode: delete\ntoken: env:X\nusers: {rdn: ou=people}\ngroups: [a, b]\n",
            &c, &err),
        0);
    ck_assert_str_eq(c.url, "0123");
    ck_assert_str_eq(c.note, "");
    ck_assert_int_eq(c.connections, 64);
    ck_assert_int_eq(c.any, INT64_MIN);
    ck_assert_int_eq(c.timeout, 900);
    ck_assert(!c.verify);
    ck_assert_int_eq(c.mode, 2);
    ck_assert_str_eq(c.token->text, "env:X");
    ck_assert_str_eq(mu_y_str(c.users, "rdn"), "ou=people");
    ck_assert_str_eq(c.groups[0], "a");
    ck_assert_str_eq(c.groups[1], "b");
    ck_assert_ptr_null(c.groups[2]);
    ck_assert_int_eq(read_text("url: u\ngroups: one\n", &c, &err), 0);
    ck_assert_str_eq(c.groups[0], "one");
    ck_assert_ptr_null(c.groups[1]);
    ck_assert_int_eq(read_text("url: u\ngroups: []\n", &c, &err), 0);
    ck_assert_ptr_null(c.groups[0]);
}
END_TEST

START_TEST(test_refused)
{
    static const struct {
        const char *in, *says;
    } rows[] = {
        {"note: x", "m.yaml:1:1: 'url' is missing here (base address)"},
        {"url:", "m.yaml:1:5: url: needs a value (base address)"},
        {"- a", "m.yaml:1:1: must be a mapping of settings (key: value)"},
        {"url: u\nconections: 3",
         "m.yaml:2:1: unknown key 'conections'; did you mean 'connections'?"},
        {"url: u\nconnections: 65",
         "m.yaml:2:14: connections: '65' is not a whole number from 1 to 64"},
        {"url: u\nconnections: 8x",
         "m.yaml:2:14: connections: '8x' is not a whole number from 1 to 64"},
        {"url: u\nany: 1.5", "m.yaml:2:6: any: '1.5' is not a whole number"},
        {"url: u\ntimeout: soon",
         "m.yaml:2:10: timeout: 'soon' is not a duration such as 90s, 15m, 2h or 30d"},
        {"url: u\ntimeout: 2h", "m.yaml:2:10: timeout: '2h' is not from 1 to 3600 seconds"},
        {"url: u\nverify: on", "m.yaml:2:9: verify: 'on' is not true, false, yes or no"},
        {"url: u\nmode: delte",
         "m.yaml:2:7: mode: 'delte' is not one of: keep, disable, delete; did you mean 'delete'?"},
        {"url: [a]", "m.yaml:1:6: url: must be a single value, not a list"},
        {"url: {a: 1}", "m.yaml:1:6: url: must be a single value, not a mapping"},
        {"url: u\ngroups: {a: 1}",
         "m.yaml:2:9: groups: must be a text or a list of texts, not a mapping"},
        {"url: u\ngroups: [a, [b]]", "m.yaml:2:13: groups: each item of this list must be a text"},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        struct conf c = {.url = NULL};
        struct mu_err err = MU_ERR_INIT;
        ck_assert_msg(read_text(rows[i].in, &c, &err) == -1, "%s", rows[i].in);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
        ck_assert_str_eq(err.text, rows[i].says);
    }
}
END_TEST

START_TEST(test_plain_secret_is_not_quoted)
{
    struct conf c = {.url = NULL};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(read_text("url: u\ntoken: s3cr3t-value\n", &c, &err), -1);
    ck_assert(mu_starts(err.text, "m.yaml:2:8: token: "));
    ck_assert_ptr_nonnull(strstr(err.text, "env:NAME"));
    ck_assert_ptr_null(strstr(err.text, "s3cr3t"));
}
END_TEST

START_TEST(test_without_a_mapping)
{
    struct conf c = {.url = NULL};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_opt_read(arena, opts + 1, NULL, &c, &err), 0);
    ck_assert_int_eq(c.connections, 8);
    ck_assert_int_eq(mu_opt_read(arena, opts, NULL, &c, &err), -1);
    ck_assert_str_eq(err.text, "'url' is missing (base address)");
}
END_TEST

Suite *opt_suite(void)
{
    Suite *s = suite_create("opt");
    TCase *tc = tcase_create("opt");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_defaults);
    tcase_add_test(tc, test_each_type);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_plain_secret_is_not_quoted);
    tcase_add_test(tc, test_without_a_mapping);
    suite_add_tcase(s, tc);
    return s;
}
