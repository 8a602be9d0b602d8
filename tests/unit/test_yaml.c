/* SPDX-License-Identifier: Apache-2.0 */
/* YAML: the tree with its places, and an error with place and fix for everything that is wrong. */
#include "base/yaml.h"

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "suites.h"

static struct mu_arena *arena;
static char folder[] = "/tmp/muster-yaml-XXXXXX";

static void setup(void)
{
    arena = mu_arena_new();
}

static void teardown(void)
{
    mu_arena_free(arena);
}

static const struct mu_y *parse(const char *text)
{
    const struct mu_y *root = NULL;
    struct mu_err err = MU_ERR_INIT;
    int status = mu_y_parse(arena, "f.yaml", text, strlen(text), &root, &err);
    ck_assert_msg(status == 0, "%s: %s", text, err.text);
    return root;
}

START_TEST(test_tree_and_places)
{
    const struct mu_y *root = parse(
        "# first\nurl: ldap://x\nusers:\n  rdn: \"ou=people\"\n  list:\n    - no\n    - 0123\n");
    ck_assert_int_eq(root->type, MU_Y_MAP);
    ck_assert_uint_eq(root->count, 2);
    ck_assert_str_eq(mu_y_str(root, "url"), "ldap://x");
    const struct mu_y *users = mu_y_get(root, "users");
    ck_assert_str_eq(root->keys[1]->text, "users");
    ck_assert_int_eq(root->keys[1]->line, 3);
    const struct mu_y *rdn = mu_y_get(users, "rdn");
    ck_assert_str_eq(rdn->text, "ou=people");
    ck_assert(rdn->quoted);
    ck_assert_str_eq(rdn->file, "f.yaml");
    ck_assert_int_eq(rdn->line, 4);
    ck_assert_int_eq(rdn->column, 8);
    const struct mu_y *list = mu_y_get(users, "list");
    ck_assert_int_eq(list->type, MU_Y_SEQ);
    ck_assert_uint_eq(list->count, 2);
    ck_assert_str_eq(list->items[1]->text, "0123");
    ck_assert_int_eq(list->items[1]->line, 7);
    ck_assert_ptr_null(mu_y_get(root, "absent"));
    ck_assert_ptr_null(mu_y_get(list, "rdn"));
    ck_assert_ptr_null(mu_y_get(NULL, "rdn"));
    ck_assert_ptr_null(mu_y_str(root, "users"));
}
END_TEST

START_TEST(test_as_json)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"{a: 1, b: ~, c: null, d: '', e: \"12\", f: 0123, g: 1.50, h: no, i: true, j: }",
         "{\"a\":1,\"b\":null,\"c\":null,\"d\":\"\",\"e\":\"12\",\"f\":\"0123\",\"g\":1.50,\"h\":"
         "\"no\",\"i\":true,\"j\":null}"},
        {"12345678901234567890123", "12345678901234567890123"},
        {"a: >\n  x\n  y\nb: |\n  1\n", "{\"a\":\"x y\\n\",\"b\":\"1\\n\"}"},
        {"null: x\n~: y\n", "{\"null\":\"x\",\"~\":\"y\"}"},
        {"a: &x {k: [1, 2]}\nb: *x\n", "{\"a\":{\"k\":[1,2]},\"b\":{\"k\":[1,2]}}"},
        {"a:\n- 1\n-\n", "{\"a\":[1,null]}"},
        {"--- {}\n...\n", "{}"},
        {"\xef\xbb\xbf"
         "a: Σοφία",
         "{\"a\":\"Σοφία\"}"},
        {"\"null\"", "\"null\""},
    };
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        MU_AUTO(json) struct json_object *doc = mu_y_json(parse(rows[i].in));
        MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
        mu_json_canonical(doc, &text);
        ck_assert_str_eq(text.data, rows[i].out);
    }
}
END_TEST

START_TEST(test_errors_tell_place_and_fix)
{
    static const struct {
        const char *in, *place, *says;
    } rows[] = {
        {"", "1:1", "empty"},
        {"# only a comment\n", "1:1", "empty"},
        {"a: 1\nb:\n  c: 2\n d: 3\n", "4:2", "wrong indentation"},
        {"a:\n  - 1\n - 2\n", "3:2", "wrong indentation"},
        {"a: 1\n  b: 2\n", "2:4", "wrong indentation"},
        {"a: b: c\n", "1:5", "quotes"},
        {"a:\n\tb: 1\n", "2:1", "spaces"},
        {"a: - b\n", "1:4", "'-' on a line of its own"},
        {"a: [1,2\nb: 3\n", "2:2", "not closed"},
        {"a: {x: 1\nb: 3\n", "2:2", "not closed"},
        {"a: \"x\nb: 1\n", "3:1", "quote is not closed"},
        {"a: @x", "1:4", "quote the text"},
        {"a: \"\\q\"", "1:5", "backslash"},
        {"a: 1\nb: 2\na: 3\n", "3:1", "'a' is there twice, first on line 1"},
        {"a: &x [*x]", "1:8", "cycle"},
        {"a: &x\n  b: {c: *x}\n", "2:10", "cycle"},
        {"a: *nope", "1:4", "no anchor"},
        {"&k a: 1\n*k : 2\n", "2:1", "key must be plain text"},
        {"? [a]\n: 1\n", "1:3", "key must be plain text"},
        {"x: &m {a: 1}\ny:\n  <<: *m\n", "3:3", "merge keys"},
        {"a: !!str 3", "1:4", "tags"},
        {"a: !x [3]", "1:4", "tags"},
        {"--- a\n--- b\n", "2:1", "second document"},
        {"a: \"x\\0y\"", "1:4", "NUL"},
        {"a: 1\nb: x\x01\n", "2:5", "binary"},
        {"a: 1\nb: \xff\n", "2:1", "not UTF-8"},
        {"{: 1}", "1:2", "a value or a key is missing"},
        {"?\n: 1\n", "1:2", "key is missing"},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        const struct mu_y *root = NULL;
        struct mu_err err = MU_ERR_INIT;
        ck_assert_msg(mu_y_parse(arena, "f.yaml", rows[i].in, strlen(rows[i].in), &root, &err) ==
                          -1,
                      "%s", rows[i].in);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
        ck_assert_msg(mu_starts(err.text, mu_printf(arena, "f.yaml:%s: ", rows[i].place)), "%s: %s",
                      rows[i].in, err.text);
        ck_assert_msg(strstr(err.text, rows[i].says) != NULL, "%s: %s", rows[i].in, err.text);
        ck_assert_ptr_null(root);
    }
}
END_TEST

START_TEST(test_binary_is_named)
{
    static const char utf16[] = "\xff\xfe"
                                "a\0:\0 \0"
                                "1\0";
    static const char nul[] = "a: 1\n\0\0\0";
    const struct mu_y *root = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_y_parse(arena, "f", utf16, sizeof(utf16), &root, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "f:1:1: this line is not UTF-8"));
    ck_assert_int_eq(mu_y_parse(arena, "f", nul, sizeof(nul), &root, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "f:2:1: this line is not UTF-8"));
}
END_TEST

static int parse_buf(const struct mu_buf *text, struct mu_err *err)
{
    const struct mu_y *root = NULL;
    return mu_y_parse(arena, "f.yaml", text->data, text->len, &root, err);
}

START_TEST(test_depth)
{
    static const int depths[] = {30, 31, 32, 33, 100000};
    for (size_t i = 0; i < MU_LEN(depths); i++) {
        MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
        for (int d = 0; d < depths[i]; d++) {
            mu_buf_addc(&text, '[');
        }
        for (int d = 0; d < depths[i]; d++) {
            mu_buf_addc(&text, ']');
        }
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(parse_buf(&text, &err), depths[i] <= 32 ? 0 : -1);
        ck_assert(depths[i] <= 32 || strstr(err.text, "nested deeper than 32 levels"));
    }
}
END_TEST

/* The billion laughs: each line repeats the one before it ten times. */
START_TEST(test_aliases_are_bounded)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "a0: &a0 x\n");
    for (int i = 1; i < 10; i++) {
        mu_buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++) {
            mu_buf_printf(&text, "%s*a%d", k > 0 ? ", " : "", i - 1);
        }
        mu_buf_adds(&text, "]\n");
    }
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(parse_buf(&text, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "200000"));
    mu_buf_reset(&text);
    mu_buf_adds(&text, "a0: &a0 [x]\n");
    for (int i = 1; i < 40; i++) {
        mu_buf_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    }
    ck_assert_int_eq(parse_buf(&text, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "nested deeper"));
}
END_TEST

START_TEST(test_many_nodes)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (int i = 0; i < 100000; i++) {
        mu_buf_printf(&text, "k%d: v\n", i);
    }
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(parse_buf(&text, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "more than 200000 values"));
    mu_buf_cut(&text, text.len / 2);
    while (text.data[text.len - 1] != '\n') {
        mu_buf_cut(&text, text.len - 1);
    }
    ck_assert_int_eq(parse_buf(&text, &err), 0);
}
END_TEST

START_TEST(test_unknown_keys)
{
    static const char *const known[] = {"url", "token", "rate"};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_y_only(parse("url: a\nrate: 1\n"), known, MU_LEN(known), &err), 0);
    ck_assert_int_eq(mu_y_only(parse("url: a\n  \ntokne: 1\n"), known, MU_LEN(known), &err), -1);
    ck_assert_str_eq(err.text, "f.yaml:3:1: unknown key 'tokne'; did you mean 'token'?");
    ck_assert_int_eq(mu_y_only(parse("\"x\\e[31m\": 1"), known, MU_LEN(known), &err), -1);
    ck_assert_str_eq(err.text,
                     "f.yaml:1:1: unknown key 'x\\x1b[31m'; known here: url, token, rate");
}
END_TEST

/* What a path may name by mistake, each with the error of a wrong configuration. */
START_TEST(test_load)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    struct mu_err err = MU_ERR_INIT;
    const struct mu_y *root = NULL;
    const char *path = mu_printf(arena, "%s/c.yaml", folder);
    ck_assert_int_eq(mu_y_load(arena, path, &root, &err), -1);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "c.yaml: No such file"));
    ck_assert_int_eq(mu_y_load(arena, folder, &root, &err), -1);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "is a directory"));
    ck_assert_int_eq(mu_y_load(arena, "/dev/zero", &root, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "is a device"));
    ck_assert_int_eq(mu_write_file(path, "a: 1\n", 5, 0600, &err), 0);
    ck_assert_int_eq(truncate(path, 100 * 1024 * 1024), 0);
    ck_assert_int_eq(mu_y_load(arena, path, &root, &err), -1);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "larger than the limit of 4194304 bytes"));
    ck_assert_int_eq(truncate(path, 5), 0);
    ck_assert_int_eq(mu_y_load(arena, path, &root, &err), 0);
    ck_assert_str_eq(mu_y_str(root, "a"), "1");
    ck_assert_str_eq(root->file, path);
    unlink(path);
    rmdir(folder);
}
END_TEST

Suite *yaml_suite(void)
{
    Suite *s = suite_create("yaml");
    TCase *tc = tcase_create("yaml");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_tree_and_places);
    tcase_add_test(tc, test_as_json);
    tcase_add_test(tc, test_errors_tell_place_and_fix);
    tcase_add_test(tc, test_binary_is_named);
    tcase_add_test(tc, test_depth);
    tcase_add_test(tc, test_aliases_are_bounded);
    tcase_add_test(tc, test_many_nodes);
    tcase_add_test(tc, test_unknown_keys);
    tcase_add_test(tc, test_load);
    suite_add_tcase(s, tc);
    return s;
}
