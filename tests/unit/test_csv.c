/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180 rule by rule, what breaks it, and JSON cut into records. Every case runs with the bytes
 * in one piece and one by one, and must come out the same. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "adapter/feed/csv.h"
#include "adapter/feed/slices.h"
#include "base/str.h"
#include "suites.h"

struct pieces {
    const char *text;
    size_t len, at, step;
};

static int more(void *arg, const char **ret, size_t *ret_len, struct mu_err *err)
{
    struct pieces *p = arg;
    (void)err;
    if (p->at == p->len)
        return 0;
    *ret = p->text + p->at;
    *ret_len = p->len - p->at < p->step ? p->len - p->at : p->step;
    p->at += *ret_len;
    return 1;
}

/* Fields in brackets, rows by line; what is bad by its reason; an error ends it. */
static void show_csv(char delimiter, const char *text, size_t len, size_t step, struct mu_buf *to)
{
    struct pieces pieces = {.text = text, .len = len, .step = step};
    struct csv *c = csv_new(delimiter, more, &pieces);
    struct csv_row row;
    struct mu_err err = MU_ERR_INIT;
    int rc;
    while ((rc = csv_next(c, &row, &err)) == 1) {
        mu_buf_printf(to, "%d:", (int)row.line);
        for (size_t i = 0; !row.bad && i < row.count; i++) {
            mu_buf_addc(to, '[');
            mu_buf_add(to, row.fields[i].text, row.fields[i].len);
            mu_buf_addc(to, ']');
            ck_assert_int_eq(row.fields[i].text[row.fields[i].len], 0);
        }
        mu_buf_printf(to, "%s\n", row.bad ? row.bad : "");
    }
    if (rc < 0)
        mu_buf_printf(to, "! %s", err.text);
    csv_free(c);
}

static void check_csv(char delimiter, const char *text, size_t len, const char *expected)
{
    static const size_t steps[] = {1 << 20, 1, 3};
    for (size_t i = 0; i < MU_LEN(steps); i++) {
        MU_AUTO(buf) struct mu_buf got = MU_BUF_INIT(MU_BUF_MAX);
        if (delimiter == 0 && i > 0)
            break; /* it is found in the first piece */
        show_csv(delimiter, text, len, steps[i], &got);
        ck_assert_str_eq(got.data, expected);
    }
}

static const struct {
    const char *text, *expected;
} csv_cases[] = {
    /* RFC 4180, 2.1 to 2.7 */
    {"a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n"},
    {"a,b\r\nc,d", "1:[a][b]\n2:[c][d]\n"},
    {"a\nb\rc\r\nd", "1:[a]\n2:[b]\n3:[c]\n4:[d]\n"},
    {" a , b", "1:[ a ][ b]\n"},
    {"a,\n,b\n,\n", "1:[a][]\n2:[][b]\n3:[][]\n"},
    {"\"a\",\"b\"", "1:[a][b]\n"},
    {"\"a,b\",\"c\nd\",\"e\r\nf\"\ng", "1:[a,b][c\nd][e\r\nf]\n4:[g]\n"},
    {"\"a\"\"b\",\"\"\"\"\r\nc", "1:[a\"b][\"]\n2:[c]\n"},
    {"\"\"\n\"\",\"\"", "1:[]\n2:[][]\n"},
    {"\"x\r\ry\"\rz", "1:[x\r\ry]\n4:[z]\n"},
    /* lines without anything, and no lines at all */
    {"\r\n\n\ra\n\n\nb\n\n", "4:[a]\n7:[b]\n"},
    {"", ""},
    {"\n", ""},
    /* broken rows, and that the next one is whole again */
    {"a\"b,c\nd,e",
     "1:field 1: a quote in a field that isn't quoted; quote the field and double the "
     "quote\n2:[d][e]\n"},
    {"x,\"a\"b,c\r\nd", "1:field 2: text behind the closing quote; quotes inside a field are "
                        "doubled\n2:[d]\n"},
    {"x,\"a\" ,c\nd", "1:field 2: text behind the closing quote; quotes inside a field are "
                      "doubled\n2:[d]\n"},
    {"a,\xff\nb",
     "1:field 2: not UTF-8; set encoding: windows-1252, or what the file is in\n2:[b]\n"},
    {"\xc3\xa4,\xe2\x82\xac", "1:[\xc3\xa4][\xe2\x82\xac]\n"},
    /* what can't be told apart any more */
    {"a\nb,\"c\nd\n",
     "1:[a]\n! line 2: a quoted field is never closed: the file is cut short, or a "
     "quote is missing"},
    {"a\n\"b\"\"", "1:[a]\n! line 2: a quoted field is never closed: the file is cut short, or a "
                   "quote is missing"},
};

START_TEST(rules)
{
    check_csv(',', csv_cases[_i].text, strlen(csv_cases[_i].text), csv_cases[_i].expected);
}
END_TEST

START_TEST(nul)
{
    check_csv(',', "a,b\0c\nd", 7, "1:field 2: a NUL byte\n2:[d]\n");
}
END_TEST

START_TEST(delimiters)
{
    check_csv(';', "a;b,c\nd;e", 9, "1:[a][b,c]\n2:[d][e]\n");
    check_csv('\t', "a\tb", 3, "1:[a][b]\n");
    check_csv(0, "\"a,b,c,d\";b;c\nd;e;f,,,,", 23, "1:[a,b,c,d][b][c]\n2:[d][e][f,,,,]\n");
    check_csv(0, "a|b\nc|d", 7, "1:[a][b]\n2:[c][d]\n");
    check_csv(0, "a\n1,2,3\n", 8, "1:[a]\n2:[1][2][3]\n");
}
END_TEST

/* A row of FEED_ROW_MAX and one over it, in one field and in many. */
START_TEST(ceilings)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf got = MU_BUF_INIT(MU_BUF_MAX);
    for (int i = 0; i < FEED_ROW_MAX / 16; i++)
        mu_buf_adds(&text, "0123456789abcdef");
    show_csv(',', text.data, text.len - 1, 4096, &got);
    ck_assert_uint_eq(got.len, text.len - 1 + strlen("1:[]\n"));
    mu_buf_reset(&got);
    show_csv(',', text.data, text.len, 4096, &got);
    ck_assert_ptr_nonnull(
        strstr(got.data, "! line 1: a row longer than the limit of 1048576 bytes"));
    mu_buf_reset(&got);
    mu_buf_reset(&text);
    for (int i = 0; i < FEED_COLUMNS_MAX + 5; i++)
        mu_buf_addc(&text, ',');
    mu_buf_adds(&text, "\na");
    show_csv(',', text.data, text.len, 4096, &got);
    ck_assert_str_eq(got.data, "1:field 2001: more fields than the limit of 2000\n2:[a]\n");
}
END_TEST

/* ---- JSON ---- */

static void show_json(const char *pointer, const char *text, size_t step, struct mu_buf *to)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct pieces pieces = {.text = text, .len = strlen(text), .step = step};
    struct mu_ptr list;
    struct mu_err err = MU_ERR_INIT;
    if (pointer)
        ck_assert_int_eq(mu_ptr_compile(arena, pointer, &list, &err), 0);
    struct slices *s = slices_new(pointer ? &list : NULL, more, &pieces);
    struct slice slice;
    int rc;
    while ((rc = slices_next(s, arena, &slice, &err)) == 1) {
        mu_buf_printf(to, "%d:%s", (int)slice.line, slice.bad ? slice.bad : "");
        struct mu_jw w;
        mu_jw_init(&w, to, false);
        if (slice.doc)
            mu_jw_doc(&w, slice.doc);
        mu_buf_addc(to, '\n');
    }
    if (rc < 0)
        mu_buf_printf(to, "! %s", err.text);
    slices_free(s);
}

static const struct {
    const char *pointer, *text, *expected;
} json_cases[] = {
    {NULL, "{\"a\":1}\n{\"b\":[2]}\r\n", "1:{\"a\":1}\n2:{\"b\":[2]}\n"},
    {NULL, "\n{\"a\":1}\n\n  \n{\"b\":2}", "2:{\"a\":1}\n5:{\"b\":2}\n"},
    {NULL, "{\"a\":1}\n[2]\n{\"b\":3}\n",
     "1:{\"a\":1}\n2:not an object: a record has named fields\n3:{\"b\":3}\n"},
    {NULL, "{\"a\":1}\n{\"b\"\n{\"c\":3}\n",
     "1:{\"a\":1}\n2:JSON ends early, at byte 4\n3:{\"c\":3}\n"},
    {NULL, "{\"a\":1}\n{\"b\":\"c", "1:{\"a\":1}\n2:JSON ends early, at byte 7\n"},
    {NULL, " [{\"a\":\"]\"},\n{\"b\":\"\\\"}\"}]\n", "1:{\"a\":\"]\"}\n2:{\"b\":\"\\\"}\"}\n"},
    {NULL, "[]", ""},
    {NULL, "", ""},
    {"", "[{\"a\":1}]", "1:{\"a\":1}\n"},
    {"/data/people",
     "{\"n\":{\"people\":[1]},\"s\":\"[{\",\"data\":\n{\"x\":[[]],\"people\":[{\"a\":{}},\n{\"b\":"
     "0}],"
     "\"y\":1},\"z\":[{}]}\n",
     "2:{\"a\":{}}\n3:{\"b\":0}\n"},
    {"/d\u00e4ta", "{\"d\\u00e4ta\":[{\"a\":1}]}", "1:{\"a\":1}\n"},
    {"/data", "{\"data\":[{\"a\":1},5,{\"b\":2}]}",
     "1:{\"a\":1}\n1:not an object: a record has named fields\n1:{\"b\":2}\n"},
    /* half of a document, at every kind of place */
    {"/data", "{\"data\":[{\"a\":1},{\"b\":",
     "1:{\"a\":1}\n! line 1: the JSON ends early: the file is cut short"},
    {"/data", "{\"data\":[{\"a\":1}", "! line 1: the JSON ends early: the file is cut short"},
    {"/data", "{\"data\":[{\"a\":1},",
     "1:{\"a\":1}\n! line 1: the JSON ends early: the file is cut short"},
    {"/data", "{\"data\":[{\"a\":1}]",
     "1:{\"a\":1}\n! line 1: the JSON ends early: the file is cut short"},
    {"/data", "{\"da", "! line 1: the JSON ends early: the file is cut short"},
    /* no such list */
    {"/data", "{\"people\":[]}", "! line 1: no member data on the way to the list; check records:"},
    {"/data", "{\"data\":{\"a\":1}}",
     "! line 1: not JSON: expected the list that records: points to"},
    {"/data", "[1]", "! line 1: not JSON: expected an object that holds the list"},
    /* nothing is skipped in silence */
    {"/data", "{\"data\":[{\"a\":1} {\"b\":2}]}",
     "1:{\"a\":1}\n! line 1: not JSON: expected a comma or the end of the list"},
    {"/data", "{\"data\":[{\"a\":1}]} x",
     "1:{\"a\":1}\n! line 1: not JSON: expected nothing behind the document's end"},
    {"/data", "{\"data\":[{\"a\":1},]}", "1:{\"a\":1}\n! line 1: not JSON: expected a value"},
};

START_TEST(json)
{
    static const size_t steps[] = {1 << 20, 1, 3};
    for (size_t i = 0; i < MU_LEN(steps); i++) {
        MU_AUTO(buf) struct mu_buf got = MU_BUF_INIT(MU_BUF_MAX);
        show_json(json_cases[_i].pointer, json_cases[_i].text, steps[i], &got);
        ck_assert_str_eq(got.data, json_cases[_i].expected);
    }
}
END_TEST

START_TEST(json_ceilings)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf got = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "{\"a\":\"");
    for (int i = 0; i < FEED_ROW_MAX / 16; i++)
        mu_buf_adds(&text, "0123456789abcdef");
    mu_buf_adds(&text, "\"}");
    show_json(NULL, text.data, 4096, &got);
    ck_assert_str_eq(got.data, "! line 1: a record longer than the limit of 1048576 bytes");
    mu_buf_reset(&text);
    mu_buf_reset(&got);
    mu_buf_adds(&text, "{\"x\":");
    for (int i = 0; i < MU_JSON_DEPTH_MAX - 1; i++)
        mu_buf_addc(&text, '[');
    for (int i = 0; i < MU_JSON_DEPTH_MAX - 1; i++)
        mu_buf_addc(&text, ']');
    mu_buf_addc(&text, '}');
    show_json(NULL, text.data, 4096, &got);
    ck_assert_str_eq(got.data, "1:nested too deep: a record may have 31 levels\n");
    mu_buf_reset(&text);
    mu_buf_reset(&got);
    mu_buf_adds(&text, "{\"x\":");
    for (int i = 0; i < 2000; i++)
        mu_buf_addc(&text, '[');
    show_json("/data", text.data, 4096, &got);
    ck_assert_str_eq(got.data, "! line 1: nested deeper than 1000 levels");
}
END_TEST

Suite *csv_suite(void)
{
    Suite *s = suite_create("csv");
    TCase *t = tcase_create("rows");
    tcase_add_loop_test(t, rules, 0, (int)MU_LEN(csv_cases));
    tcase_add_test(t, nul);
    tcase_add_test(t, delimiters);
    tcase_add_test(t, ceilings);
    tcase_add_loop_test(t, json, 0, (int)MU_LEN(json_cases));
    tcase_add_test(t, json_ceilings);
    suite_add_tcase(s, t);
    return s;
}
