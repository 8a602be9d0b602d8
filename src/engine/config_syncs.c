/* SPDX-License-Identifier: Apache-2.0 */
/* `syncs:` of muster.yaml. */
#include "engine/config_private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { GRACE_MAX = 366 * 86400 };

static const char *const removals[] = {[MU_REMOVE_KEEP] = "keep",
                                       [MU_REMOVE_DISABLE] = "disable",
                                       [MU_REMOVE_DELETE] = "delete",
                                       NULL};

const char *mu_removal_name(int removal)
{
    return removals[removal];
}

/* A sync's settings as written. */
struct sync_values {
    const char *from, *to;
    int inactive, gone, gone_groups;
    int64_t plan_age, every, grace;
    const struct mu_y *guards, *cron;
    const char *policy;
};

static const struct mu_opt sync_opts[] = {
    {"from", MU_OPT_STR, offsetof(struct sync_values, from), .required = true,
     .help = "account that is read"},
    {"to", MU_OPT_STR, offsetof(struct sync_values, to), .required = true,
     .help = "account that is written"},
    {"inactive", MU_OPT_ENUM, offsetof(struct sync_values, inactive), .def = "disable",
     .choices = removals, .help = "what happens to users who are inactive in the source"},
    {"gone", MU_OPT_ENUM, offsetof(struct sync_values, gone), .def = "disable", .choices = removals,
     .help = "what happens to users who are no longer in the source"},
    {"gone_groups", MU_OPT_ENUM, offsetof(struct sync_values, gone_groups), .def = "delete",
     .choices = removals,
     .help = "what happens to groups that are no longer in the source: keep or delete"},
    {"plan_age", MU_OPT_DURATION, offsetof(struct sync_values, plan_age), .def = "24h",
     .help = "how long a saved plan may be applied: 90m, 24h, 7d"},
    {"every", MU_OPT_DURATION, offsetof(struct sync_values, every),
     .help = "muster serve runs it that often: 90s, 15m, 2h"},
    {"cron", MU_OPT_NODE, offsetof(struct sync_values, cron),
     .help = "or when a line of five fields says so, in local time: \"30 2 * * *\""},
    {"guards", MU_OPT_NODE, offsetof(struct sync_values, guards), .help = "limits of one run"},
    {"policy", MU_OPT_STR, offsetof(struct sync_values, policy),
     .help = "file of rules: who belongs in which group, in which role"},
    {"grace", MU_OPT_DURATION, offsetof(struct sync_values, grace), .def = "0s", .min = 0,
     .max = GRACE_MAX, .help = "how long leavers are listed before they are set aside: 14d"},
    {.name = NULL}};

/* The account a sync's `from` or `to` names; the error stands where the name was written. */
static int refer(const struct mu_config *c, const struct mu_y *at,
                 const struct mu_account_def **ret, struct mu_err *err)
{
    struct mu_err why = MU_ERR_INIT;
    if (mu_config_account(c, at->text, ret, &why) == 0)
        return 0;
    return mu_y_fail(at, err, "%s", why.text);
}

static int read_ends(struct mu_arena *arena, const struct mu_config *c, const struct mu_y *map,
                     struct mu_sync *sync, struct mu_err *err)
{
    const struct mu_y *from = mu_y_get(map, "from"), *to = mu_y_get(map, "to");
    if (refer(c, from, &sync->from, err) < 0 || refer(c, to, &sync->to, err) < 0)
        return -1;
    if (sync->from == sync->to)
        return mu_y_fail(to, err, "sync %s: from and to are the same account", sync->name);
    const char *why;
    if (!mu_account_reads(arena, sync->from->adapter, sync->from->settings, &why))
        return mu_y_fail(from, err, "sync %s: account %s can't be read: %s", sync->name,
                         sync->from->name, why);
    if (!sync->to->adapter->target)
        return mu_y_fail(to, err,
                         "sync %s: account %s can't be written: its adapter %s is a source only",
                         sync->name, sync->to->name, sync->to->adapter->name);
    return 0;
}

/* A file that isn't there is told where it is named, what is wrong in it where it is wrong. */
static int read_policy(struct mu_arena *arena, const struct mu_config *c, const struct mu_y *at,
                       const char *name, struct mu_sync *sync, struct mu_err *err)
{
    if (!name)
        return 0;
    const char *path = config_from_dir(arena, c->dir, name);
    if (access(path, R_OK) < 0)
        return mu_y_fail(at, err, "policy: %s can't be read: %s", path, strerror(errno));
    return mu_policy_load(arena, path, &sync->policy, err);
}

static int read_sync(struct mu_arena *arena, const struct mu_config *c, const struct mu_y *key,
                     const struct mu_y *map, struct mu_sync *sync, struct mu_err *err)
{
    struct sync_values values = {.from = NULL};
    if (config_check_name(key, "a sync", err) < 0)
        return -1;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(key, err, "sync %s: expected its settings, `from` and `to` at least",
                         key->text);
    if (mu_opt_read(arena, sync_opts, map, &values, err) < 0)
        return -1;
    *sync = (struct mu_sync){.name = key->text,
                             .file = key->file,
                             .line = key->line,
                             .inactive = values.inactive,
                             .gone = values.gone,
                             .gone_groups = values.gone_groups,
                             .plan_age = values.plan_age,
                             .grace = values.grace};
    if (read_policy(arena, c, mu_y_get(map, "policy"), values.policy, sync, err) < 0)
        return -1;
    if (values.gone_groups == MU_REMOVE_DISABLE)
        return mu_y_fail(mu_y_get(map, "gone_groups"), err,
                         "gone_groups: a group can't be disabled; keep or delete");
    if (mu_schedule_read(values.every, values.cron, &sync->schedule, err) < 0)
        return -1;
    return read_ends(arena, c, map, sync, err) < 0
               ? -1
               : mu_guards_read(arena, values.guards, &sync->guards, err);
}

int config_read_syncs(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err)
{
    if (!map || map->type == MU_Y_NULL)
        return 0;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(map, err, "syncs: expected a mapping of names to settings");
    struct mu_sync *syncs = mu_alloc_array(arena, map->count ? map->count : 1, sizeof(*syncs));
    for (size_t i = 0; i < map->count; i++) {
        if (read_sync(arena, c, map->keys[i], map->items[i], &syncs[i], err) < 0)
            return -1;
    }
    c->syncs = syncs;
    c->sync_count = map->count;
    return 0;
}
