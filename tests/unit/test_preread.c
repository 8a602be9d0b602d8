/* SPDX-License-Identifier: Apache-2.0 */
/* A target read ahead: handed over once, with its failure too; the target is as it was at the end. */
#include "adapter/preread.h"

#include <string.h>

#include "suites.h"

struct fake {
    struct mu_account account; /* first */
    int reads;
    bool fails;
};

static int read_one(struct mu_account *a, struct mu_arena *arena, struct mu_object **ret,
                    size_t *ret_count, struct mu_err *err)
{
    struct fake *f = (struct fake *)a;
    f->reads++;
    if (f->fails)
        return mu_fail(err, MU_E_NET, "gone");
    *ret = mu_alloc_array(arena, 1, sizeof(**ret));
    (*ret)->name = mu_printf(arena, "read %d", f->reads);
    *ret_count = 1;
    return 0;
}

static const struct mu_target_ops ops = {.read = read_one};
static const struct mu_adapter adapter = {.name = "fake", .target = &ops};

static int read_again(struct fake *f, struct mu_arena *arena, const char **ret_name,
                      struct mu_err *err)
{
    struct mu_object *objects = NULL;
    size_t count = 0;
    if (f->account.adapter->target->read(&f->account, arena, &objects, &count, err) < 0)
        return -1;
    ck_assert_uint_eq(count, 1);
    *ret_name = objects[0].name;
    return 0;
}

START_TEST(handed_over_once)
{
    struct fake f = {.account = {.adapter = &adapter, .name = "fake"}};
    struct mu_preread *ahead = NULL;
    struct mu_err err = MU_ERR_INIT;
    const char *first, *second;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    ck_assert_int_eq(mu_preread_begin(&f.account, &ahead, &err), 0);
    mu_preread_join(ahead);
    ck_assert_int_eq(f.reads, 1);
    ck_assert_int_eq(read_again(&f, arena, &first, &err), 0);
    ck_assert_int_eq(f.reads, 1);
    ck_assert_int_eq(read_again(&f, arena, &second, &err), 0);
    mu_preread_end(ahead);
    ck_assert_str_eq(first, "read 1"); /* lives in the arena of whoever asked */
    ck_assert_str_eq(second, "read 2");
    ck_assert_ptr_eq(f.account.adapter, &adapter);
}
END_TEST

START_TEST(failure_is_handed_over)
{
    struct fake f = {.account = {.adapter = &adapter, .name = "fake"}, .fails = true};
    struct mu_preread *ahead = NULL;
    struct mu_err err = MU_ERR_INIT;
    const char *name;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    ck_assert_int_eq(mu_preread_begin(&f.account, &ahead, &err), 0);
    mu_preread_join(ahead);
    ck_assert_int_eq(read_again(&f, arena, &name, &err), -1);
    ck_assert_int_eq(err.code, MU_E_NET);
    ck_assert_str_eq(err.text, "gone");
    f.fails = false;
    ck_assert_int_eq(read_again(&f, arena, &name, &err), 0);
    mu_preread_end(ahead);
}
END_TEST

/* Nobody asked for what was read: it is let go of. */
START_TEST(not_wanted)
{
    struct fake f = {.account = {.adapter = &adapter, .name = "fake"}};
    struct mu_preread *ahead = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_preread_begin(&f.account, &ahead, &err), 0);
    mu_preread_end(ahead);
    ck_assert_int_eq(f.reads, 1);
    ck_assert_ptr_eq(f.account.adapter, &adapter);
    mu_preread_end(NULL);
}
END_TEST

Suite *preread_suite(void)
{
    Suite *s = suite_create("preread");
    TCase *c = tcase_create("preread");
    tcase_add_test(c, handed_over_once);
    tcase_add_test(c, failure_is_handed_over);
    tcase_add_test(c, not_wanted);
    suite_add_tcase(s, c);
    return s;
}
