/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of `guards:`. */
#include "engine/guards.h"

#include "base/opt.h"

enum { COUNT_MAX = 1000000000 };

/* As written, before the limits are understood. */
struct values {
    const struct mu_y *invite, *remove, *disable, *groups, *members, *roles;
    int64_t admins;
    const char *const *protect, *const *canary;
};

static const struct mu_opt guard_opts[] = {
    {"invite", MU_OPT_NODE, offsetof(struct values, invite), .help = "people invited in one run"},
    {"remove", MU_OPT_NODE, offsetof(struct values, remove), .help = "users deleted in one run"},
    {"disable", MU_OPT_NODE, offsetof(struct values, disable),
     .help = "users set aside in one run"},
    {"groups", MU_OPT_NODE, offsetof(struct values, groups), .help = "groups deleted in one run"},
    {"members", MU_OPT_NODE, offsetof(struct values, members),
     .help = "members one group loses in one run"},
    {"roles", MU_OPT_NODE, offsetof(struct values, roles),
     .help = "users whose role is lowered in one run"},
    {"admins", MU_OPT_INT, offsetof(struct values, admins), .def = "1", .min = 0, .max = COUNT_MAX,
     .help = "so many admins of the source stay enabled on the target"},
    {"protect", MU_OPT_LIST, offsetof(struct values, protect),
     .help = "ids, e-mail addresses, names or globs of who is never removed, disabled or lowered"},
    {"canary", MU_OPT_LIST, offsetof(struct values, canary),
     .help = "ids, e-mail addresses or names of who must be found on the target"},
    {.name = NULL}};

static const struct mu_opt limit_opts[] = {
    {"count", MU_OPT_INT, offsetof(struct mu_limit, count), .def = "10", .min = 0, .max = COUNT_MAX,
     .help = "up to so many are always allowed"},
    {"percent", MU_OPT_INT, offsetof(struct mu_limit, percent), .def = "5", .min = 0, .max = 100,
     .help = "up to this part of what is ours is allowed"},
    {.name = NULL}};

static const struct mu_opt invite_opts[] = {
    {"count", MU_OPT_INT, offsetof(struct mu_limit, count), .def = "50", .min = 0, .max = COUNT_MAX,
     .help = "up to so many are always allowed"},
    {"percent", MU_OPT_INT, offsetof(struct mu_limit, percent), .def = "10", .min = 0, .max = 100,
     .help = "up to this part of what is ours is allowed"},
    {.name = NULL}};

static const struct mu_opt members_opts[] = {
    {"count", MU_OPT_INT, offsetof(struct mu_limit, count), .def = "10", .min = 0, .max = COUNT_MAX,
     .help = "up to so many are always allowed"},
    {"percent", MU_OPT_INT, offsetof(struct mu_limit, percent), .def = "30", .min = 0, .max = 100,
     .help = "up to this part of the group is allowed"},
    {"from", MU_OPT_INT, offsetof(struct mu_limit, from), .def = "10", .min = 0, .max = COUNT_MAX,
     .help = "groups with fewer members are let be"},
    {.name = NULL}};

int mu_guards_read(struct mu_arena *arena, const struct mu_y *map, struct mu_guards *ret,
                   struct mu_err *err)
{
    struct values v = {.remove = NULL};
    struct mu_guards g = {.admins = 0};
    if (mu_opt_read(arena, guard_opts, map, &v, err) < 0 ||
        mu_opt_read(arena, invite_opts, v.invite, &g.invite, err) < 0 ||
        mu_opt_read(arena, limit_opts, v.remove, &g.remove, err) < 0 ||
        mu_opt_read(arena, limit_opts, v.disable, &g.disable, err) < 0 ||
        mu_opt_read(arena, limit_opts, v.groups, &g.groups, err) < 0 ||
        mu_opt_read(arena, members_opts, v.members, &g.members, err) < 0 ||
        mu_opt_read(arena, limit_opts, v.roles, &g.roles, err) < 0)
        return -1;
    g.admins = v.admins;
    g.protect = v.protect;
    g.canary = v.canary;
    *ret = g;
    return 0;
}
