/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to people and groups from outside: now, or after so many requests. Guarded by the
 * simulator's lock.
 */
#ifndef SIM_CHANGES_H
#define SIM_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

enum { SIM_CHANGES_MAX = 10000 };

struct sim;

struct sim_pending {
    int64_t after;
    struct json_object *doc; /* owned */
};

struct sim_changes {
    struct sim_pending *list;
    size_t count;
    uint64_t applied, failed;
    struct mu_err last_failure;
};

/*
 * Applies a change, or keeps it when it says "after". *ret_id is the id of the person or group it
 * is about; 0 when it is kept.
 */
int sim_changes_take(struct sim *sim, struct json_object *doc, int64_t *ret_id, struct mu_err *err);

/* A request for this path was answered: changes whose time has come are applied. */
void sim_changes_tick(struct sim *sim, const char *path);
void sim_changes_clear(struct sim_changes *changes);
void sim_changes_write(const struct sim_changes *changes, struct mu_jw *w);

#endif
