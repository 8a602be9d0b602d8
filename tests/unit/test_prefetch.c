/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ahead: same pages, same order, same errors, never more than asked for, and an end at any
 * time. */
#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "adapter/prefetch.h"
#include "suites.h"

enum { PAGES = 50 };

/* A source that gives pages 1 to PAGES, with errors where it is told to. */
struct fake {
    struct mu_account account; /* first */
    atomic_int asked;
    int kind_error_at, fatal_at; /* page number, 0: never */
    bool begin_fails, ended;
    char parent[16];
};

static struct fake *fake_of(struct mu_account *a)
{
    return (struct fake *)a;
}

static int begin(struct mu_account *a, const char *const *only MU_UNUSED, struct mu_err *err)
{
    return fake_of(a)->begin_fails ? mu_fail(err, MU_E_AUTH, "no") : 0;
}

static int next(struct mu_account *a, struct mu_page *ret, struct mu_err *err)
{
    struct fake *f = fake_of(a);
    int n = atomic_fetch_add(&f->asked, 1) + 1;
    if (n == f->kind_error_at || n == f->fatal_at) {
        mu_fail(err, MU_E_NET, "page %d", n);
        err->blast = n == f->fatal_at ? MU_HITS_CONNECTION : MU_HITS_KIND;
        return -1;
    }
    if (n > PAGES)
        return 0;
    snprintf(f->parent, sizeof(f->parent), "p%d", n); /* lent: dead at the next call */
    static const struct mu_doc none = {.type = MU_DOC_LIST};
    *ret = (struct mu_page){
        .arena = mu_arena_new(), .records = &none, .number = n, .parent = f->parent, .total = -1};
    return 1;
}

static void end(struct mu_account *a, struct mu_arena *arena MU_UNUSED, struct mu_read_facts *ret)
{
    fake_of(a)->ended = true;
    *ret = (struct mu_read_facts){.calls = 7};
}

static const struct mu_source_ops source = {.begin = begin, .next = next, .end = end};
static const struct mu_adapter adapter = {.name = "fake", .source = &source};

static struct mu_prefetch *open_fake(struct fake *f, int depth)
{
    struct mu_prefetch *p = NULL;
    struct mu_err err = MU_ERR_INIT;
    f->account = (struct mu_account){.adapter = &adapter, .name = "fake"};
    ck_assert_int_eq(mu_prefetch_begin(&f->account, NULL, depth, &p, &err), 0);
    return p;
}

static void close_fake(struct mu_prefetch *p, struct fake *f)
{
    struct mu_read_facts facts = {0};
    mu_prefetch_end(p, NULL, &facts);
    ck_assert(f->ended);
    ck_assert_int_eq(facts.calls, 7);
}

static void expect_page(struct mu_prefetch *p, int number)
{
    struct mu_page page;
    struct mu_err err = MU_ERR_INIT;
    char parent[16];
    ck_assert_int_eq(mu_prefetch_next(p, &page, &err), 1);
    ck_assert_int_eq(page.number, number);
    snprintf(parent, sizeof(parent), "p%d", number);
    ck_assert_str_eq(page.parent, parent);
    mu_page_drop(&page);
    ck_assert_ptr_null(page.arena);
}

START_TEST(all_pages_in_order)
{
    struct fake f = {.asked = 0};
    struct mu_page page;
    struct mu_err err = MU_ERR_INIT;
    struct mu_prefetch *p = open_fake(&f, _i);
    for (int i = 1; i <= PAGES; i++)
        expect_page(p, i);
    ck_assert_int_eq(mu_prefetch_next(p, &page, &err), 0);
    ck_assert_int_eq(mu_prefetch_next(p, &page, &err), 0);
    close_fake(p, &f);
    ck_assert_int_eq(f.asked, PAGES + 1);
}
END_TEST

START_TEST(errors_keep_their_place)
{
    struct fake f = {.kind_error_at = 2, .fatal_at = 4};
    struct mu_page page;
    struct mu_err err = MU_ERR_INIT;
    struct mu_prefetch *p = open_fake(&f, 3);
    expect_page(p, 1);
    ck_assert_int_eq(mu_prefetch_next(p, &page, &err), -1);
    ck_assert_str_eq(err.text, "page 2");
    expect_page(p, 3);
    for (int again = 0; again < 2; again++) {
        err = (struct mu_err)MU_ERR_INIT;
        ck_assert_int_eq(mu_prefetch_next(p, &page, &err), -1);
        ck_assert_str_eq(err.text, "page 4");
        ck_assert_int_eq(err.blast, MU_HITS_CONNECTION);
    }
    close_fake(p, &f);
    ck_assert_int_eq(f.asked, 4);
}
END_TEST

START_TEST(an_early_end_reads_no_further)
{
    struct fake f = {.asked = 0};
    struct mu_prefetch *p = open_fake(&f, 4);
    expect_page(p, 1);
    close_fake(p, &f);
    ck_assert_int_le(f.asked, 1 + 4 + 1); /* handed out, waiting, and one in the thread's hand */
}
END_TEST

START_TEST(a_failed_begin_is_told_at_once)
{
    struct fake f = {.account = {.adapter = &adapter, .name = "fake"}, .begin_fails = true};
    struct mu_prefetch *p = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_prefetch_begin(&f.account, NULL, 2, &p, &err), -1);
    ck_assert_int_eq(err.code, MU_E_AUTH);
    ck_assert_ptr_null(p);
    ck_assert_int_eq(f.asked, 0);
}
END_TEST

Suite *prefetch_suite(void)
{
    Suite *s = suite_create("prefetch");
    TCase *t = tcase_create("prefetch");
    tcase_add_loop_test(t, all_pages_in_order, 1, 6);
    tcase_add_test(t, errors_keep_their_place);
    tcase_add_test(t, an_early_end_reads_no_further);
    tcase_add_test(t, a_failed_begin_is_told_at_once);
    suite_add_tcase(s, t);
    return s;
}
