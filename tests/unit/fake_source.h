/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source in memory, with the shipped mappings of Sendoso: each read gives the pages a test wrote
 * down, failures among them.
 */
#ifndef MU_TESTS_FAKE_SOURCE_H
#define MU_TESTS_FAKE_SOURCE_H

#include "adapter/adapter.h"

enum { FAKE_READS_MAX = 8 };

/* One answer of next: records (a JSON list), or when `error` is set a failure. */
struct fake_page {
    const char *resource;
    const char *records;
    const char *parent; /* of a list of members */
    int64_t total;      /* -1: not told */
    const char *error;
    enum mu_code code;
    enum mu_blast blast;
};

struct fake_source {
    struct mu_account account;
    const struct mu_resource *resources[8];
    const struct fake_page *reads[FAKE_READS_MAX]; /* each ended by a page without a resource */
    int read_count;                                /* the last one is given again and again */
    int reads_begun;
    struct mu_bound bound;
    int64_t unanswered; /* pages asked for in vain, of the first resource read */

    const struct fake_page *at;
    const char *last; /* resource of the page before */
    int number;
    struct mu_read_count counts[8];
};

/* names: resources there are, NULL-terminated. Mappings live in the arena. */
void fake_source_init(struct fake_source *f, struct mu_arena *arena, const char *mappings,
                      const char *const *names);

/* The adapter of the source initialised last. */
const struct mu_adapter *fake_source_adapter(void);

#endif
