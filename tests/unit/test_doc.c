/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that are only read: what is where, text as it stands, the same as json-c has it. What is
 * refused is in test_json.c: it is the same parser. */
#include "base/doc.h"

#include <string.h>

#include "base/str.h"
#include "suites.h"

static const struct mu_doc *parse(struct mu_arena *arena, const char *text)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    ck_assert_msg(mu_doc_parse(arena, text, strlen(text), &doc, &err) == 0, "%s: %s", text,
                  err.text);
    return doc;
}

START_TEST(test_scalars)
{
    static const struct {
        const char *in, *text;
        enum mu_doc_type type;
    } rows[] = {
        {"7", "7", MU_DOC_INT},
        {"-12345678901234567890123", "-12345678901234567890123", MU_DOC_INT},
        {"12.50", "12.50", MU_DOC_REAL},
        {"1e3", "1e3", MU_DOC_REAL},
        {"true", "true", MU_DOC_BOOL},
        {"false", "false", MU_DOC_BOOL},
        {"null", NULL, MU_DOC_NULL},
        {"\"\"", "", MU_DOC_TEXT},
        {"\"\\u00e9\\uD83D\\ude00\\n\\/\\\"\"", "é😀\n/\"", MU_DOC_TEXT},
        {"\"\\ud83d\"", "\uFFFD", MU_DOC_TEXT},
        {"\"\\ud83dx\"", "\uFFFDx", MU_DOC_TEXT},
        {"\"\\ude00\\ud83d\\u0041\"", "\uFFFD\uFFFDA", MU_DOC_TEXT},
        {"[]", NULL, MU_DOC_LIST},
        {"{}", NULL, MU_DOC_OBJECT},
    };
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        const struct mu_doc *doc = parse(arena, rows[i].in);
        ck_assert_int_eq(doc->type, rows[i].type);
        ck_assert_pstr_eq(mu_doc_text(doc), rows[i].text);
        ck_assert(!doc->text || strlen(doc->text) == doc->len);
    }
}
END_TEST

START_TEST(test_too_many_values)
{
    enum { BYTES = 2 * MU_DOC_VALUES_MAX };
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    char *text = mu_alloc(arena, BYTES + 3);
    for (size_t i = 0; i < BYTES + 3; i++)
        text[i] = i % 2 ? '1' : ',';
    text[0] = '[';
    text[BYTES + 2] = ']';
    ck_assert_int_eq(mu_doc_parse(arena, text, BYTES + 3, &doc, &err), -1);
    ck_assert_int_eq(err.code, MU_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "more than 4000000 values"));
}
END_TEST

START_TEST(test_members)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *doc =
        parse(arena, "{\"s\":\"x\",\"nul\":\"a\\u0000b\",\"i\":-7,\"over\":9223372036854775808,"
                     "\"d\":7.0,\"t\":true,\"n\":null,\"twice\":1,\"twice\":2,\"se\":0}");
    int64_t n = 5;
    ck_assert_str_eq(mu_doc_str(doc, "s"), "x");
    ck_assert_ptr_null(mu_doc_str(doc, "nul"));
    ck_assert_ptr_null(mu_doc_str(doc, "i"));
    ck_assert_ptr_null(mu_doc_str(NULL, "s"));
    ck_assert_ptr_null(mu_doc_member(doc, "n"));
    ck_assert_ptr_null(mu_doc_member(doc, "absent"));
    ck_assert_ptr_null(mu_doc_member(doc->first, "s"));
    ck_assert(!mu_doc_int(doc, "over", &n) && !mu_doc_int(doc, "d", &n) && n == 5);
    ck_assert(mu_doc_int(doc, "i", &n) && n == -7);
    ck_assert_str_eq(mu_doc_text(mu_doc_member(doc, "twice")), "2");
    ck_assert_str_eq(mu_doc_text(mu_doc_twice(doc)), "2");
    ck_assert_ptr_null(mu_doc_twice(doc->first));
    ck_assert_ptr_null(mu_doc_twice(NULL));
    ck_assert(mu_doc_bool(doc, "t", false) && mu_doc_bool(doc, "s", true));
    ck_assert(!mu_doc_bool(doc, "absent", false));
    ck_assert_uint_eq(doc->len, 10);
    ck_assert_str_eq(doc->first->next->name, "nul");
}
END_TEST

static const char *some(struct mu_arena *arena, const char *text)
{
    static const char *const names[] = {"b", "d", NULL};
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    if (mu_doc_parse_members(arena, text, strlen(text), names, &doc, &err) < 0) {
        ck_assert_int_eq(err.code, MU_E_DATA);
        return "bad";
    }
    mu_buf_printf(&all, "%u:", doc->len);
    for (const struct mu_doc *m = doc->first; m; m = m->next)
        mu_buf_printf(&all, " %s=%.*s", m->name, (int)m->source_len, m->source);
    return mu_strdup(arena, all.data);
}

START_TEST(test_some_members)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    ck_assert_str_eq(some(arena, "{}"), "0:");
    ck_assert_str_eq(some(arena, "{\"a\":\"}]\\\"{\",\"b\":[1,{\"b\":2}],\"c\":{\"b\":[\"]\"]},"
                                 "\"d\":\"x\",\"e\":-1.5}"),
                     "2: b=[1,{\"b\":2}] d=\"x\"");
    ck_assert_str_eq(some(arena, " { \"a\" : null , \"d\" : true } "), "1: d=true");
    ck_assert_str_eq(some(arena, "{\"bb\":1,\"\":2,\"b\":3}"), "1: b=3");
    static const char *const bad[] = {
        "",         "[]",        "{",          "{\"a",       "{\"a\"",
        "{\"a\":",  "{\"a\":1",  "{\"a\":\"x", "{\"a\":[1}", "{\"a\":\"\\\"}",
        "{\"b\":}", "{\"b\":1]", "{a:1}"};
    for (size_t i = 0; i < MU_LEN(bad); i++)
        ck_assert_msg(mu_streq(some(arena, bad[i]), "bad"), "%s", bad[i]);
}
END_TEST

START_TEST(test_pointers)
{
    static const struct {
        const char *pointer, *text;
    } rows[] = {{"/foo/0", "bar"}, {"/foo/2", NULL},   {"/foo/1", NULL}, {"/foo/01", NULL},
                {"/foo/-", NULL},  {"/a~1b/~0", "7"},  {"/a~1b", NULL},  {"/", "0"},
                {"/foo/x", NULL},  {"/foo/0/x", NULL}, {"x", NULL},      {"/absent/x", NULL}};
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *doc = parse(arena, "{\"foo\":[\"bar\",null],\"\":0,\"a/b\":{\"~\":7}}");
    for (int i = 0; i < (int)MU_LEN(rows); i++)
        ck_assert_pstr_eq(mu_doc_text(mu_doc_at(doc, rows[i].pointer)), rows[i].text);
    ck_assert_ptr_eq(mu_doc_at(doc, ""), doc);
    ck_assert_ptr_null(mu_doc_at(NULL, "/a"));
}
END_TEST

/* What a value is written as is what its source says, numbers and escapes included; only blanks
 * between tokens go. */
START_TEST(test_as_it_stands)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"[1.50,\"\\u00e9 \\/\"]", "[1.50,\"\\u00e9 \\/\"]"},
        {" { \"a b\" :\t[ 1 ,\n2 ] } ", "{\"a b\":[1,2]}"},
        {"[ \"\\\" \\\\\" , \" \" ]", "[\"\\\" \\\\\",\" \"]"},
    };
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
        struct mu_jw w;
        mu_jw_init(&w, &to, false);
        mu_jw_doc(&w, parse(arena, rows[i].in));
        ck_assert_str_eq(to.data, rows[i].out);
    }
    const struct mu_doc *doc = parse(arena, "{ \"a\":[1,{\"b\":2}]}");
    ck_assert(doc->blanks && !doc->first->blanks);
    ck_assert_uint_eq(doc->first->source_len, strlen("[1,{\"b\":2}]"));
}
END_TEST

START_TEST(test_by_hand)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *doc = mu_doc_single(arena, "group_id", "7\"1");
    ck_assert_str_eq(mu_doc_str(doc, "group_id"), "7\"1");
    ck_assert_uint_eq(doc->len, 1);
}
END_TEST

Suite *doc_suite(void)
{
    Suite *s = suite_create("doc");
    TCase *c = tcase_create("doc");
    tcase_set_timeout(c, 60); /* millions of values, on a busy machine */
    tcase_add_test(c, test_scalars);
    tcase_add_test(c, test_members);
    tcase_add_test(c, test_some_members);
    tcase_add_test(c, test_too_many_values);
    tcase_add_test(c, test_pointers);
    tcase_add_test(c, test_as_it_stands);
    tcase_add_test(c, test_by_hand);
    suite_add_tcase(s, c);
    return s;
}
