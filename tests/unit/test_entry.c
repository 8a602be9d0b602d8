/* SPDX-License-Identifier: Apache-2.0 */
/* Ids, addresses and labels of entries. */
#include "model/entry.h"

#include <string.h>

#include "suites.h"

static const struct mu_doc *doc(struct mu_arena *arena, const char *text)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *o = NULL;
    ck_assert_msg(mu_doc_parse(arena, text, strlen(text), &o, &err) == 0, "%s", err.text);
    return o;
}

START_TEST(test_membership_id)
{
    struct mu_arena *arena = mu_arena_new();
    ck_assert_str_eq(mu_membership_id(arena, "71", "4101"), "71/4101");
    ck_assert_str_eq(mu_membership_id(arena, "", ""), "/");
    /* Two pairs that would read alike don't. */
    ck_assert_str_eq(mu_membership_id(arena, "a/b", "c"), "a%2Fb/c");
    ck_assert_str_eq(mu_membership_id(arena, "a", "b/c"), "a/b%2Fc");
    ck_assert_str_eq(mu_membership_id(arena, "a%2Fb", "c"), "a%252Fb/c");
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_doc)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *o = NULL;
    struct mu_entry entry = {
        .kind = MU_USER, .id = "7", .body = "{\"id\":\"7\"}trailing", .body_len = 10};
    ck_assert_int_eq(mu_entry_doc(&entry, arena, &o, &err), 0);
    ck_assert_str_eq(mu_doc_str(o, "id"), "7");
    o = NULL;
    entry.body_len = 9;
    ck_assert_int_eq(mu_entry_doc(&entry, arena, &o, &err), -1);
    ck_assert_uint_eq(err.code, MU_E_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "user 7"));
    ck_assert_ptr_null(o);
    entry.body = "[1]";
    entry.body_len = 3;
    ck_assert_int_eq(mu_entry_doc(&entry, arena, &o, &err), -1);
    ck_assert_uint_eq(err.code, MU_E_IO);
}
END_TEST

START_TEST(test_email)
{
    static const struct {
        const char *doc, *email;
    } cases[] = {
        {"{}", NULL},
        {"{\"emails\":[]}", NULL},
        {"{\"emails\":\"a@x\"}", NULL},
        {"{\"emails\":[{\"type\":\"work\"},{\"email\":\"a@x\"}]}", "a@x"},
        {"{\"emails\":[{\"email\":\"a@x\"},{\"email\":\"b@x\",\"is_primary\":true}]}", "b@x"},
        {"{\"emails\":[{\"email\":\"a@x\",\"is_primary\":false},{\"email\":\"b@x\"}]}", "a@x"},
    };
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        ck_assert_pstr_eq(mu_entry_email(doc(arena, cases[i].doc)), cases[i].email);
    }
}
END_TEST

START_TEST(test_label)
{
    static const struct {
        const char *doc, *label;
    } cases[] = {
        {"{\"id\":\"1\",\"name\":\"Ada Q\",\"first_name\":\"Ada\"}", "Ada Q"},
        {"{\"id\":\"1\",\"first_name\":\"Ada\",\"last_name\":\"Quist\"}", "Ada Quist"},
        {"{\"id\":\"1\",\"last_name\":\"Quist\",\"username\":\"q\"}", "Quist"},
        {"{\"id\":\"1\",\"username\":\"q\",\"emails\":[{\"email\":\"a@x\"}]}", "q"},
        {"{\"id\":\"1\",\"emails\":[{\"email\":\"a@x\"}]}", "a@x"},
        {"{\"id\":\"1\"}", "1"},
        {"{}", "?"},
    };
    struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        const char *label = mu_entry_label(arena, doc(arena, cases[i].doc));
        ck_assert_str_eq(label, cases[i].label);
    }
    mu_arena_free(arena);
}
END_TEST

Suite *entry_suite(void);

Suite *entry_suite(void)
{
    Suite *s = suite_create("entry");
    TCase *t = tcase_create("entry");
    tcase_add_test(t, test_membership_id);
    tcase_add_test(t, test_doc);
    tcase_add_test(t, test_email);
    tcase_add_test(t, test_label);
    suite_add_tcase(s, t);
    return s;
}
