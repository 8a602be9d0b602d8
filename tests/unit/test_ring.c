/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between two threads: nothing lost, nothing twice, in order; and its end from either side. */
#include "base/ring.h"

#include <pthread.h>
#include <stdint.h>

#include "suites.h"

enum { ITEMS = 20000, DEPTH = 3 };

static char items[ITEMS];

static void *put_all(void *arg)
{
    struct mu_ring *r = arg;
    uintptr_t taken = 0;
    while (taken < ITEMS && mu_ring_put(r, &items[taken])) {
        taken++;
    }
    return &items[taken < ITEMS ? taken : 0];
}

START_TEST(all_in_order)
{
    struct mu_ring *r = mu_ring_new(DEPTH);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, put_all, r), 0);
    for (int i = 0; i < ITEMS; i++) {
        ck_assert_ptr_eq(mu_ring_take(r), &items[i]);
    }
    pthread_join(thread, NULL);
    ck_assert_ptr_null(mu_ring_left(r));
    mu_ring_free(r);
}
END_TEST

/* Who puts is waiting for room when nobody wants more: what is in the ring is still there, the rest
 * was refused. */
START_TEST(stopped_by_the_taker)
{
    struct mu_ring *r = mu_ring_new(DEPTH);
    pthread_t thread;
    void *refused = NULL, *item;
    ck_assert_int_eq(pthread_create(&thread, NULL, put_all, r), 0);
    char *at = mu_ring_take(r);
    ck_assert_ptr_eq(at, &items[0]);
    mu_ring_stop(r);
    pthread_join(thread, &refused);
    while ((item = mu_ring_left(r))) {
        ck_assert_ptr_eq(item, ++at);
    }
    ck_assert_ptr_eq(refused, at + 1);
    mu_ring_free(r);
    mu_ring_free(NULL);
}
END_TEST

Suite *ring_suite(void)
{
    Suite *s = suite_create("ring");
    TCase *c = tcase_create("ring");
    tcase_add_test(c, all_in_order);
    tcase_add_test(c, stopped_by_the_taker);
    suite_add_tcase(s, c);
    return s;
}
