/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: what is taken and refused, numbers to the digit, pointers, canonical text, the writer. */
#include "base/json.h"

#include <string.h>

#include "base/str.h"
#include "suites.h"

static struct json_object *parse(const char *text)
{
    struct json_object *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    int status = mu_json_parse(text, strlen(text), &doc, &err);
    ck_assert_msg(status == 0, "%s: %s", text, err.text);
    return doc;
}

/* What goes in comes out in canonical form: keys sorted, numbers as they were written. */
START_TEST(test_accepted)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"null", "null"},
        {" \r\n\t[] \n", "[]"},
        {"true", "true"},
        {"120.0", "120.0"},
        {"[12.50,0.1e-7,1E5,1e400,-0.0,0]", "[12.50,0.1e-7,1E5,1e400,-0.0,0]"},
        {"[9223372036854775807,-9223372036854775808]",
         "[9223372036854775807,-9223372036854775808]"},
        {"[18446744073709551615,18446744073709551616]",
         "[18446744073709551615,18446744073709551616]"},
        {"-9223372036854775809", "-9223372036854775809"},
        {"{\"a\":[{\"b\":123456789012345678901234567890}],\"c\":1.0}",
         "{\"a\":[{\"b\":123456789012345678901234567890}],\"c\":1.0}"},
        {"{\"b\":1,\"a\":{\"d\":null,\"c\":[true,false]}}",
         "{\"a\":{\"c\":[true,false],\"d\":null},\"b\":1}"},
        {"\"\\u00e9\\ud83d\\ude00\\n\\/\"", "\"é😀\\n/\""},
        {"[\"a\\u0000b\"]", "[\"a\\u0000b\"]"},
        {"[\"it's NaN in '12.' and [[{{\"]", "[\"it's NaN in '12.' and [[{{\"]"},
        {"[\"\\\\\",\"\\\"\"]", "[\"\\\\\",\"\\\"\"]"},
        {"{\"\":{}}", "{\"\":{}}"},
    };
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        MU_AUTO(json) struct json_object *doc = parse(rows[i].in);
        MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
        mu_json_canonical(doc, &text);
        ck_assert_str_eq(text.data, rows[i].out);
    }
}
END_TEST

START_TEST(test_refused)
{
    static const struct {
        const char *in, *says;
    } rows[] = {
        {"", "nothing there"},
        {"  \n", "nothing there"},
        {"<html>", "HTML"},
        {"\n <!DOCTYPE html>", "byte 2"},
        {"[", "ends early, at byte 1"},
        {"{\"a\":1", "ends early, at byte 6"},
        {"\"abc", "ends early"},
        {"\"abc\\", "ends early"},
        {"tru", "ends early"},
        {"[1]x", "byte 3"},
        {"[1] [2]", "byte 4"},
        {"[1,]", "byte 3"},
        {"{\"a\":1,}", "byte 7"},
        {"{'a':1}", "byte 1"},
        {"{a:1}", "byte 1"},
        {"[NaN]", "byte 1"},
        {"[Infinity]", "byte 1"},
        {"[-Infinity]", "number"},
        {"[nan]", "null expected"},
        {"[1.]", "number"},
        {"[.5]", "byte 1"},
        {"[01]", "number"},
        {"[-01]", "number"},
        {"[-]", "number"},
        {"[1e]", "number"},
        {"[1e+]", "number"},
        {"[+1]", "byte 1"},
        {"[0x10]", "byte"},
        {"[1-2]", "byte"},
        {"[1.2.3]", "byte"},
        {"[TRUE]", "byte 1"},
        {"[\"a\nb\"]", "control character in a string at byte 3"},
        {"[\"a\tb\"]", "control character"},
        {"[\"\\q\"]", "byte"},
        {"[\"\\u12\"]", "byte"},
        {"// c\n[]", "byte 0"},
        {"[/*c*/]", "byte 1"},
        {"[\"\xff\"]", "not UTF-8"},
        {"[\"\xed\xa0\x80\"]", "not UTF-8"},
        {"\xef\xbb\xbf[]", "byte 0"},
        {"{\"a\\u0000b\":1}", "NUL in a member's name"},
        {"{\"a\\u0000b\" \n:1}", "NUL in a member's name"},
        {"[]]", "byte 2"},
        {"}", "byte 0"},
        {"[1}", "byte 2"},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        struct json_object *doc = NULL;
        struct mu_err err = MU_ERR_INIT;
        ck_assert_msg(mu_json_parse(rows[i].in, strlen(rows[i].in), &doc, &err) == -1, "%s",
                      rows[i].in);
        ck_assert_int_eq(err.code, MU_E_DATA);
        ck_assert_msg(strstr(err.text, rows[i].says) != NULL, "%s: %s", rows[i].in, err.text);
        ck_assert_ptr_null(doc);
    }
}
END_TEST

START_TEST(test_nul_byte_is_refused)
{
    struct json_object *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_json_parse("[1]\0", 4, &doc, &err), -1);
    ck_assert_str_eq(err.text, "not JSON: NUL byte at byte 3");
    ck_assert_int_eq(mu_json_parse("[\"a\0b\"]", 7, &doc, &err), -1);
}
END_TEST

/* The text need not end in a NUL: what lies behind its end is not looked at. */
START_TEST(test_length_rules)
{
    static const char *const texts[] = {"12", "[1]", "\"ab\"", "true", "1.5"};
    for (size_t i = 0; i < MU_LEN(texts); i++) {
        size_t len = strlen(texts[i]);
        char *exact = malloc(len);
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, texts[i], len);
        struct json_object *doc = NULL;
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(mu_json_parse(exact, len, &doc, &err), 0);
        json_object_put(doc);
        free(exact);
    }
    struct json_object *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_json_parse("123", 2, &doc, &err), 0);
    ck_assert_str_eq(mu_json_text(doc), "12");
    json_object_put(doc);
}
END_TEST

START_TEST(test_depth)
{
    static const int depths[] = {1, MU_JSON_DEPTH_MAX, MU_JSON_DEPTH_MAX + 1, 100000};
    for (size_t i = 0; i < MU_LEN(depths); i++) {
        MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
        for (int d = 0; d < depths[i]; d++) {
            mu_buf_addc(&text, '[');
        }
        for (int d = 0; d < depths[i]; d++) {
            mu_buf_addc(&text, ']');
        }
        MU_AUTO(json) struct json_object *doc = NULL;
        struct mu_err err = MU_ERR_INIT;
        bool fits = depths[i] <= MU_JSON_DEPTH_MAX;
        ck_assert_int_eq(mu_json_parse(text.data, text.len, &doc, &err), fits ? 0 : -1);
        ck_assert_int_eq(err.code, fits ? MU_OK : MU_E_LIMIT);
    }
}
END_TEST

START_TEST(test_text_of_scalars)
{
    MU_AUTO(json)
    struct json_object *doc =
        parse("{\"s\":\"x\",\"i\":7,\"d\":12.50,\"big\":99999999999999999999999,"
              "\"t\":true,\"f\":false,\"n\":null,\"o\":{},\"a\":[]}");
    static const struct {
        const char *name, *text;
    } rows[] = {{"s", "x"},    {"i", "7"},      {"d", "12.50"}, {"big", "99999999999999999999999"},
                {"t", "true"}, {"f", "false"},  {"n", NULL},    {"o", NULL},
                {"a", NULL},   {"absent", NULL}};
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        const char *text = mu_json_text(json_object_object_get(doc, rows[i].name));
        ck_assert_msg(mu_streq(text, rows[i].text), "%s: %s", rows[i].name, text ? text : "none");
    }
}
END_TEST

START_TEST(test_members)
{
    MU_AUTO(json)
    struct json_object *doc = parse("{\"s\":\"x\",\"nul\":\"a\\u0000b\",\"i\":-7,\"max\":"
                                    "9223372036854775807,\"over\":9223372036854775808,"
                                    "\"d\":7.0,\"t\":true,\"n\":null}");
    ck_assert_str_eq(mu_json_str(doc, "s"), "x");
    ck_assert_ptr_null(mu_json_str(doc, "nul"));
    ck_assert_ptr_null(mu_json_str(doc, "i"));
    ck_assert_ptr_null(mu_json_str(doc, "n"));
    ck_assert_ptr_null(mu_json_str(NULL, "s"));
    int64_t value = 0;
    ck_assert(mu_json_int(doc, "i", &value) && value == -7);
    ck_assert(mu_json_int(doc, "max", &value) && value == INT64_MAX);
    value = 5;
    ck_assert(!mu_json_int(doc, "over", &value));
    ck_assert(!mu_json_int(doc, "d", &value));
    ck_assert(!mu_json_int(doc, "s", &value));
    ck_assert(!mu_json_int(doc, "absent", &value));
    ck_assert_int_eq(value, 5);
    ck_assert(mu_json_bool(doc, "t", false));
    ck_assert(mu_json_bool(doc, "s", true));
    ck_assert(!mu_json_bool(doc, "absent", false));
}
END_TEST

/* The document and most rows of RFC 6901, 5. */
START_TEST(test_pointers)
{
    MU_AUTO(json)
    struct json_object *doc = parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\" "
                                    "\":7,\"m~n\":8,\"x\":{\"y\":[{\"z\":9}]}}");
    static const struct {
        const char *pointer, *text;
    } rows[] = {{"/foo/0", "bar"},
                {"/foo/1", "baz"},
                {"/", "0"},
                {"/a~1b", "1"},
                {"/c%d", "2"},
                {"/ ", "7"},
                {"/m~0n", "8"},
                {"/x/y/0/z", "9"},
                {"/foo/2", NULL},
                {"/foo/01", NULL},
                {"/foo/-", NULL},
                {"/foo/-1", NULL},
                {"/foo/x", NULL},
                {"/absent/x", NULL},
                {"/a~1b/x", NULL},
                {"foo", NULL},
                {"/m~2n", NULL},
                {"/m~", NULL},
                {"/foo/99999999999999999999", NULL}};
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        const char *text = mu_json_text(mu_json_at(doc, rows[i].pointer));
        ck_assert_msg(mu_streq(text, rows[i].text), "%s: %s", rows[i].pointer,
                      text ? text : "none");
    }
    ck_assert_ptr_eq(mu_json_at(doc, ""), doc);
    ck_assert_ptr_null(mu_json_at(NULL, "/a"));
}
END_TEST

START_TEST(test_bad_pointers)
{
    static const struct {
        const char *pointer;
        enum mu_code code;
    } rows[] = {{"a", MU_E_CONFIG},
                {"/~", MU_E_CONFIG},
                {"/a~2", MU_E_CONFIG},
                {"/////////////////////////////////", MU_E_LIMIT}};
    struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        struct mu_ptr p;
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(mu_ptr_compile(arena, rows[i].pointer, &p, &err), -1);
        ck_assert_int_eq(err.code, rows[i].code);
    }
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_number_of_text)
{
    static const struct {
        const char *in, *out;
    } rows[] = {{"0", "0"},
                {"-12", "-12"},
                {"1.50", "1.50"},
                {"1e3", "1e3"},
                {"123456789012345678901", "123456789012345678901"},
                {"", NULL},
                {"0123", NULL},
                {"1.", NULL},
                {" 1", NULL},
                {"1x", NULL},
                {"true", NULL},
                {"-", NULL}};
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        MU_AUTO(json) struct json_object *number = mu_json_number(rows[i].in, strlen(rows[i].in));
        const char *text = mu_json_text(number);
        ck_assert_msg(mu_streq(text, rows[i].out), "%s: %s", rows[i].in, text ? text : "none");
    }
}
END_TEST

/* What needs an escape is seen at any place of a text of any length. */
START_TEST(test_plain_runs)
{
    static const char ends[] = {'"', '\\', '\n', '\x1f'};
    char text[32];
    for (size_t len = 1; len < sizeof(text); len++) {
        memset(text, 'a', len);
        ck_assert_uint_eq(mu_json_plain(text, len), len);
        for (size_t at = 0; at < len * sizeof(ends); at++) {
            memset(text, 'a', len);
            text[at / sizeof(ends)] = ends[at % sizeof(ends)];
            ck_assert_uint_eq(mu_json_plain(text, len), at / sizeof(ends));
        }
    }
}
END_TEST

static void write_sample(struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_key(w, "a");
    mu_jw_array(w);
    mu_jw_int(w, 0);
    mu_jw_int(w, INT64_MIN);
    mu_jw_bool(w, true);
    mu_jw_null(w);
    mu_jw_array(w);
    mu_jw_end(w, ']');
    mu_jw_end(w, ']');
    mu_jw_key(w, "b");
    mu_jw_str(w, NULL);
    mu_jw_key(w, "c");
    mu_jw_raw(w, "1.50", 4);
    mu_jw_key(w, "d");
    MU_AUTO(json) struct json_object *doc = parse("{\"z\":[1.0],\"y\":{}}");
    mu_jw_json(w, doc);
    mu_jw_end(w, '}');
}

START_TEST(test_writer)
{
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &b, false);
    write_sample(&w);
    ck_assert_str_eq(b.data, "{\"a\":[0,-9223372036854775808,true,null,[]],\"b\":null,\"c\":1.50,"
                             "\"d\":{\"z\":[1.0],\"y\":{}}}");
    mu_buf_reset(&b);
    mu_jw_init(&w, &b, true);
    write_sample(&w);
    ck_assert_str_eq(
        b.data,
        "{\n  \"a\": [\n    0,\n    -9223372036854775808,\n    true,\n    null,\n    []\n  ],\n"
        "  \"b\": null,\n  \"c\": 1.50,\n  \"d\": {\"z\":[1.0],\"y\":{}}\n}");
}
END_TEST

START_TEST(test_writer_strings)
{
    static const struct {
        const char *in;
        size_t len;
        const char *out;
    } rows[] = {
        {"", 0, "\"\""},
        {"a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\""},
        {"\b\f\n\r\t\x01\x1f\x7f", 8, "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"Σοφία 😀", 15, "\"Σοφία 😀\""},
        {"a\xff"
         "b\xe2\x82",
         5,
         "\"a\xef\xbf\xbd"
         "b\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(MU_BUF_MAX);
        struct mu_jw w;
        mu_jw_init(&w, &b, false);
        mu_jw_strn(&w, rows[i].in, rows[i].len);
        ck_assert_str_eq(b.data, rows[i].out);
        MU_AUTO(json) struct json_object *doc = parse(b.data);
        ck_assert(json_object_is_type(doc, json_type_string));
    }
}
END_TEST

/* A document as deep as the parser allows may be written inside of others. */
START_TEST(test_writer_takes_deep_documents)
{
    char deep[2 * MU_JSON_DEPTH_MAX + 1] = "";
    memset(deep, '[', MU_JSON_DEPTH_MAX);
    memset(deep + MU_JSON_DEPTH_MAX, ']', MU_JSON_DEPTH_MAX);
    MU_AUTO(json) struct json_object *doc = parse(deep);
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &b, true);
    mu_jw_array(&w);
    mu_jw_json(&w, doc);
    mu_jw_end(&w, ']');
    ck_assert_uint_eq(b.len, strlen(deep) + strlen("[\n  \n]"));
}
END_TEST

Suite *json_suite(void)
{
    Suite *s = suite_create("json");
    TCase *tc = tcase_create("json");
    tcase_add_test(tc, test_accepted);
    tcase_add_test(tc, test_plain_runs);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_nul_byte_is_refused);
    tcase_add_test(tc, test_length_rules);
    tcase_add_test(tc, test_depth);
    tcase_add_test(tc, test_text_of_scalars);
    tcase_add_test(tc, test_members);
    tcase_add_test(tc, test_pointers);
    tcase_add_test(tc, test_bad_pointers);
    tcase_add_test(tc, test_number_of_text);
    tcase_add_test(tc, test_writer);
    tcase_add_test(tc, test_writer_strings);
    tcase_add_test(tc, test_writer_takes_deep_documents);
    suite_add_tcase(s, tc);
    return s;
}
