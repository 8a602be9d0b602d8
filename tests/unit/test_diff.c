/* SPDX-License-Identifier: Apache-2.0 */
/* What changed between two entries. */
#include "model/diff.h"

#include <string.h>

#include "base/buf.h"
#include "suites.h"

/* `field: before -> after; ...`, for one comparison that shows everything. */
static const char *run(struct mu_arena *arena, enum mu_kind kind, const char *before,
                       const char *after)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *a = NULL, *b = NULL;
    ck_assert(before == NULL || mu_doc_parse(arena, before, strlen(before), &a, &err) == 0);
    ck_assert(after == NULL || mu_doc_parse(arena, after, strlen(after), &b, &err) == 0);
    const struct mu_change *changes = NULL;
    size_t count = mu_diff(arena, kind, a, b, &changes);
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < count; i++) {
        mu_buf_printf(&to, "%s%s: %s -> %s", i > 0 ? "; " : "", changes[i].field,
                      changes[i].before ? changes[i].before : "-",
                      changes[i].after ? changes[i].after : "-");
    }
    return mu_strndup(arena, to.data, to.len);
}

START_TEST(test_scalars_in_schema_order)
{
    struct mu_arena *arena = mu_arena_new();
    ck_assert_str_eq(run(arena, MU_USER, "{\"title\":\"a\",\"id\":\"1\",\"status\":\"active\"}",
                         "{\"status\":\"inactive\",\"title\":\"b\",\"id\":\"1\"}"),
                     "title: a -> b; status: active -> inactive");
    ck_assert_str_eq(run(arena, MU_USER, "{\"id\":\"1\"}", "{\"id\":\"1\"}"), "");
    ck_assert_str_eq(run(arena, MU_USER, NULL, "{\"id\":\"1\",\"name\":\"A\"}"),
                     "id: - -> 1; name: - -> A");
    ck_assert_str_eq(run(arena, MU_USER, "{\"id\":\"1\"}", NULL), "id: 1 -> -");
    ck_assert_str_eq(run(arena, MU_GROUP, NULL, NULL), "");
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_lists)
{
    struct mu_arena *arena = mu_arena_new();
    ck_assert_str_eq(run(arena, MU_USER, "{\"groups\":[{\"id\":\"71\"}]}",
                         "{\"groups\":[{\"name\":\"N\",\"id\":\"72\"}]}"),
                     "groups: [{\"id\":\"71\"}] -> [{\"id\":\"72\",\"name\":\"N\"}]");
    /* The order of an item's members means nothing; the order of items does. */
    ck_assert_str_eq(run(arena, MU_USER, "{\"emails\":[{\"type\":\"work\",\"email\":\"a@x\"}]}",
                         "{\"emails\":[{\"email\":\"a@x\",\"type\":\"work\"}]}"),
                     "");
    ck_assert_str_eq(
        run(arena, MU_USER, "{\"languages\":[\"en\",\"sv\"]}", "{\"languages\":[\"sv\",\"en\"]}"),
        "languages: [\"en\",\"sv\"] -> [\"sv\",\"en\"]");
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_extras_one_by_one)
{
    struct mu_arena *arena = mu_arena_new();
    ck_assert_str_eq(
        run(arena, MU_GROUP,
            "{\"attributes\":{\"budget\":\"25\",\"rollover\":\"true\",\"old\":\"1\"}}",
            "{\"attributes\":{\"rollover\":\"true\",\"budget\":\"12.50\",\"new\":\"2\"}}"),
        "attributes/budget: 25 -> 12.50; attributes/old: 1 -> -; attributes/new: - -> 2");
    ck_assert_str_eq(run(arena, MU_GROUP, NULL, "{\"attributes\":{\"a\":\"1\"}}"),
                     "attributes/a: - -> 1");
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_many)
{
    struct mu_arena *arena = mu_arena_new();
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "{\"attributes\":{\"a0\":\"0\"");
    for (int i = 1; i < 100; i++) {
        mu_buf_printf(&text, ",\"a%d\":\"%d\"", i, i);
    }
    mu_buf_adds(&text, "}}");
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *o = NULL;
    ck_assert_int_eq(mu_doc_parse(arena, text.data, text.len, &o, &err), 0);
    const struct mu_change *changes = NULL;
    ck_assert_uint_eq(mu_diff(arena, MU_USER, NULL, o, &changes), 100);
    ck_assert_str_eq(changes[0].field, "attributes/a0");
    ck_assert_str_eq(changes[99].after, "99");
    mu_arena_free(arena);
}
END_TEST

Suite *diff_suite(void);

Suite *diff_suite(void)
{
    Suite *s = suite_create("diff");
    TCase *t = tcase_create("diff");
    tcase_add_test(t, test_scalars_in_schema_order);
    tcase_add_test(t, test_lists);
    tcase_add_test(t, test_extras_one_by_one);
    tcase_add_test(t, test_many);
    suite_add_tcase(s, t);
    return s;
}
