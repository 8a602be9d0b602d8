/* SPDX-License-Identifier: Apache-2.0 */
/* `accounts:` of muster.yaml. */
#include "base/str.h"
#include "engine/config_private.h"

static int unknown_adapter(const struct mu_y *at, struct mu_err *err)
{
    const char *names[MU_CONFIG_NAMES_SHOWN];
    size_t count = 0;
    MU_AUTO(buf) struct mu_buf known = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (const struct mu_adapter *const *a = mu_adapters(); *a && count < MU_CONFIG_NAMES_SHOWN;
         a++) {
        mu_buf_printf(&known, "%s%s", count ? ", " : "", (*a)->name);
        names[count++] = (*a)->name;
    }
    const char *nearest = mu_nearest(at->text, names, count);
    if (nearest)
        return mu_y_fail(at, err, "unknown adapter '%.60s'; did you mean %s?", at->text, nearest);
    return mu_y_fail(at, err, "unknown adapter '%.60s'; known are: %s", at->text, known.data);
}

/* The same for every adapter. */
struct account_values {
    const char *adapter, *mappings;
    const char *const *canary;
    int64_t rereads, every;
    const struct mu_y *cron;
};

static const struct mu_opt account_opts[] = {
    {"adapter", MU_OPT_STR, offsetof(struct account_values, adapter), .help = "kind of system"},
    {"mappings", MU_OPT_STR, offsetof(struct account_values, mappings),
     .help = "directory of mapping files of this account alone"},
    {"canary", MU_OPT_LIST, offsetof(struct account_values, canary),
     .help = "ids, e-mail addresses, names or globs of people who must be in every read"},
    {"rereads", MU_OPT_INT, offsetof(struct account_values, rereads), .def = "2", .min = 0,
     .max = 10, .help = "how often a read is repeated while people are added or removed"},
    {"every", MU_OPT_DURATION, offsetof(struct account_values, every),
     .help = "muster serve reads it that often: 90s, 15m, 2h"},
    {"cron", MU_OPT_NODE, offsetof(struct account_values, cron),
     .help = "or when a line of five fields says so, in local time: \"30 2 * * *\""},
    {.name = NULL}};

static bool is_common(const char *key)
{
    for (const struct mu_opt *o = account_opts; o->name; o++)
        if (mu_streq(o->name, key))
            return true;
    return false;
}

/* The account's settings: the keys that are the same for every adapter, or the others. */
static const struct mu_y *settings_part(struct mu_arena *arena, const struct mu_y *map, bool common)
{
    struct mu_y *part = mu_alloc(arena, sizeof(*part));
    *part = *map;
    part->items = mu_alloc_array(arena, map->count, sizeof(*part->items));
    part->keys = mu_alloc_array(arena, map->count, sizeof(*part->keys));
    part->count = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (is_common(map->keys[i]->text) != common)
            continue;
        part->keys[part->count] = map->keys[i];
        part->items[part->count++] = map->items[i];
    }
    return part;
}

static int read_common(struct mu_arena *arena, const struct mu_y *map, struct mu_account_def *def,
                       struct mu_err *err)
{
    struct account_values values = {.adapter = NULL};
    if (mu_opt_read(arena, account_opts, settings_part(arena, map, true), &values, err) < 0)
        return -1;
    const struct mu_y *canary = mu_y_get(map, "canary");
    const char *why;
    if (canary && !mu_account_reads(arena, def->adapter, def->settings, &why))
        return mu_y_fail(canary, err, "canary: account %s is never read: %s", def->name, why);
    def->canary = values.canary;
    def->rereads = values.rereads;
    if (mu_schedule_read(values.every, values.cron, &def->schedule, err) < 0)
        return -1;
    if (mu_schedule_set(&def->schedule) &&
        !mu_account_reads(arena, def->adapter, def->settings, &why))
        return mu_y_fail(values.cron ? values.cron : mu_y_get(map, "every"), err,
                         "account %s is never read: %s; set every or cron of a sync instead",
                         def->name, why);
    return 0;
}

static int read_account(struct mu_arena *arena, const char *dir, const struct mu_y *key,
                        const struct mu_y *map, struct mu_account_def *ret, struct mu_err *err)
{
    if (config_check_name(key, "an account", err) < 0)
        return -1;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(key, err, "account %s: expected its settings, indented below it",
                         key->text);
    const struct mu_y *adapter = mu_y_get(map, "adapter");
    if (!adapter)
        return mu_y_fail(
            key, err, "account %s: which kind of system is it? add a line such as `adapter: ldap`",
            key->text);
    *ret = (struct mu_account_def){.name = key->text, .settings = settings_part(arena, map, false)};
    ret->adapter = adapter->type == MU_Y_SCALAR ? mu_adapter_find(adapter->text) : NULL;
    if (!ret->adapter)
        return unknown_adapter(adapter, err);
    if (read_common(arena, map, ret, err) < 0)
        return -1;
    /* Read here for its errors alone: a mistake in any account is told before anything is done with
     * another. */
    void *values = mu_alloc(arena, ret->adapter->values_size);
    if (mu_opt_read(arena, ret->adapter->opts, ret->settings, values, err) < 0)
        return -1;
    return config_read_dir(arena, dir, mu_y_get(map, "mappings"), &ret->mappings, err);
}

int config_read_accounts(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                         struct mu_err *err)
{
    if (map->type != MU_Y_MAP || map->count == 0)
        return mu_y_fail(
            map, err,
            "accounts: expected a mapping of names to settings, with one account at least");
    struct mu_account_def *accounts = mu_alloc_array(arena, map->count, sizeof(*accounts));
    for (size_t i = 0; i < map->count; i++) {
        if (read_account(arena, c->dir, map->keys[i], map->items[i], &accounts[i], err) < 0)
            return -1;
    }
    c->accounts = accounts;
    c->account_count = map->count;
    return 0;
}
