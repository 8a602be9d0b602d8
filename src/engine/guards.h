/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guards of a sync as configured: how much one run may take away, how many it may
 * invite, who it may not touch, and who
 * must be there. A plan that goes over one of them is refused as a whole (mu_plan_guard).
 */
#ifndef MU_ENGINE_GUARDS_H
#define MU_ENGINE_GUARDS_H

#include "base/yaml.h"

/* Refused is what is over both numbers, so the larger of them rules. */
struct mu_limit {
    int64_t count, percent;
    int64_t from; /* of members: groups smaller than this are let be */
};

struct mu_guards {
    struct mu_limit invite;  /* people invited, of ours: what nobody can take back */
    struct mu_limit remove;  /* users deleted, of ours */
    struct mu_limit disable; /* users set aside, of ours */
    struct mu_limit groups;  /* groups deleted, of ours */
    struct mu_limit members; /* members one group loses, of those it has */
    struct mu_limit roles;   /* users whose role becomes a lower one, of ours */
    int64_t admins;          /* so many who are admins in the source stay enabled; 0: no matter */
    /* users and groups (id, e-mail, name or glob) never removed, disabled or lowered */
    const char *const *protect;
    const char *const
        *canary; /* who must be on the target (id, e-mail, name); else it is misread */
};

/* Reads the mapping `guards:` (NULL: only defaults). Lives in the arena or the YAML tree. */
int mu_guards_read(struct mu_arena *arena, const struct mu_y *map, struct mu_guards *ret,
                   struct mu_err *err);

#endif
