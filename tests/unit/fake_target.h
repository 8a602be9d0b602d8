/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target in memory that keeps the same table as the LDAP adapter, for tests of the engine:
 * objects are named `RDN=VALUE,ou=PLACE`, keys are folded names, values are equal when they fold
 * equal. The titles Regular, Manager and Admin are roles.
 */
#ifndef MU_TESTS_FAKE_TARGET_H
#define MU_TESTS_FAKE_TARGET_H

#include "adapter/adapter.h"

enum { FAKE_OBJECTS_MAX = 500 };

struct fake_target {
    struct mu_account account;
    struct mu_arena *arena; /* whatever is written lives here */
    const struct mu_resource *mapping[MU_KINDS];
    struct mu_object objects[FAKE_OBJECTS_MAX];
    size_t count;
    int native;  /* last immutable id given out */
    int version; /* last state token given out; each write gives a new one */
    int writes;
    int fail_from, fail_to; /* writes numbered so (from 1) fail */
    bool odd_failures;      /* ... each second one with another code */
    int break_at;           /* the connection is gone from this write on; 0: never */
    bool break_late;        /* that write is done all the same, only its answer is lost */
    struct mu_outcome waiting[64];
    size_t waiting_count;
    /* of fake_target_choosy: what becomes of an operation; NULL: it stays */
    const char *(*fit)(struct mu_arena *arena, struct mu_op *op, bool *ret_trouble);
};

void fake_target_init(struct fake_target *f, const char *mappings);
void fake_target_done(struct fake_target *f);

/* From now on people are set aside by `active: false`, titles are resolved (`boss` is Manager,
 * `nobody` is none), and `fit` is asked. */
void fake_target_choosy(struct fake_target *f);

/* An object as somebody else would make it. */
void fake_target_put(struct fake_target *f, enum mu_kind kind, const char *name, const char *attr,
                     const char *value);

struct mu_object *fake_target_find(struct fake_target *f, const char *name);

/* The values of an attribute joined by "|" in sorted order; "" when absent. Lives in f->arena. */
const char *fake_target_values(struct fake_target *f, const char *name, const char *attr);

#endif
