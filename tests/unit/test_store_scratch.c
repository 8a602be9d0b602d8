/* SPDX-License-Identifier: Apache-2.0 */
/* Supplements that wait for their entry: taken by id, by key, or at the end. */
#include <string.h>

#include "storage.h"
#include "suites.h"

static void scratch_put(const char *id, const char *key, const char *body)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_scratch_put(storage, MU_USER, id, key, body, strlen(body), &err) == 0, "%s",
                  err.text);
}

/* The body taken, or "" when none was there. */
static const char *scratch_take(enum mu_kind kind, const char *id, const char *key)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_entry e;
    int rc = mu_scratch_take(storage, kind, id, key, storage_arena, &e, &err);
    ck_assert_msg(rc >= 0, "%s", err.text);
    return rc == 1 ? e.body : "";
}

START_TEST(test_scratch_is_taken_by_key_else_by_id)
{
    ck_assert_str_eq(scratch_take(MU_USER, "1", "k"), "");
    scratch_put("1", "ada@x.test", "by id");
    scratch_put("2", "bob@x.test", "by key");
    scratch_put("3", "bob@x.test", "by both");
    scratch_put(NULL, "cy@x.test", "no id");
    scratch_put("4", NULL, "no key");
    ck_assert_str_eq(scratch_take(MU_GROUP, "1", "ada@x.test"), "");
    ck_assert_str_eq(scratch_take(MU_USER, "3", "bob@x.test"), "by both");
    ck_assert_str_eq(scratch_take(MU_USER, "1", "bob@x.test"), "by key");
    ck_assert_str_eq(scratch_take(MU_USER, "1", "bob@x.test"), "by id");
    ck_assert_str_eq(scratch_take(MU_USER, "1", "bob@x.test"), "");
    ck_assert_str_eq(scratch_take(MU_USER, NULL, "cy@x.test"), "no id");
    ck_assert_str_eq(scratch_take(MU_USER, "4", NULL), "no key");
    ck_assert_str_eq(scratch_take(MU_USER, NULL, NULL), "");
}
END_TEST

START_TEST(test_scratch_drains_and_clears)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_entry e;
    ck_assert_int_eq(mu_scratch_drain(storage, MU_USER, storage_arena, &e, &err), 0);
    ck_assert_int_eq(mu_scratch_clear(storage, &err), 0);
    struct mu_pull *p = storage_begin("a");
    p->batch.max_count = 1;
    for (int i = 0; i < 50; i++)
        scratch_put(mu_printf(storage_arena, "%02d", i), "same key", "x");
    ck_assert_str_eq(scratch_take(MU_USER, "07", NULL), "x");
    for (int i = 0; i < 49; i++) {
        ck_assert_int_eq(mu_scratch_drain(storage, MU_USER, storage_arena, &e, &err), 1);
        ck_assert_int_eq(storage_put(p, MU_USER, e.id, e.body), MU_PUT_NEW);
    }
    ck_assert_int_eq(mu_scratch_drain(storage, MU_USER, storage_arena, &e, &err), 0);
    ck_assert_int_eq(storage_finish(p, MU_COMPLETE).counts[MU_USER], 49);
    scratch_put("1", NULL, "x");
    ck_assert_int_eq(mu_scratch_clear(storage, &err), 0);
    ck_assert_str_eq(scratch_take(MU_USER, "1", NULL), "");
}
END_TEST

Suite *store_scratch_suite(void)
{
    Suite *suite = suite_create("store_scratch");
    TCase *tcase = tcase_create("scratch");
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_scratch_is_taken_by_key_else_by_id);
    tcase_add_test(tcase, test_scratch_drains_and_clears);
    suite_add_tcase(suite, tcase);
    return suite;
}
