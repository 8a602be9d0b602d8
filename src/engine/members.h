/* SPDX-License-Identifier: Apache-2.0 */
/* One group's members while a plan is made; private to engine/plan_members*.c. */
#ifndef MU_ENGINE_MEMBERS_H
#define MU_ENGINE_MEMBERS_H

#include "engine/planner.h"

/* A value, and the id of whom it names for the ledger; NULL: nobody's that we answer for. */
struct member {
    const char *name, *id;
};

struct members {
    struct member *items;
    size_t count, cap;
};

/* One group at work: memberships come in group order. */
struct group_work {
    struct who *who;
    const char *attr;
    /* again: ours, and somebody took them out */
    struct members add, again, remove;
    struct mu_map *wanted; /* keys of desired members -> who */
    struct mu_map *there;  /* those of them that are there -> the group_work; under another name
                              -> who */
    bool others;           /* members that stay, whatever we do */
    int64_t lost;          /* members it loses, not counting who only gets another name */
};

/* Whether the plan may speak of that membership. */
static inline bool plan_members_select(const struct who *group, const struct who *user)
{
    return (group->selected || user->selected) && !group->excepted && !user->excepted;
}

/* plan_members_diff.c: fills add, again and remove from what is wanted and what is there. */
int plan_members_compare(struct planner *p, struct group_work *g, struct mu_err *err);

#endif
