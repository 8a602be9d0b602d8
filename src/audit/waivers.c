/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that are accepted for a time: by whom, why, and until when. */
#include <string.h>

#include "audit/audit.h"
#include "base/map.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/time.h"

struct conf {
    const char *finding, *owner, *reason, *expires;
};

static const struct mu_opt opts[] = {{"finding", MU_OPT_STR, offsetof(struct conf, finding),
                                      .required = true,
                                      .help = "id of the finding, as the report tells it"},
                                     {"owner", MU_OPT_STR, offsetof(struct conf, owner),
                                      .required = true, .help = "who answers for it"},
                                     {"reason", MU_OPT_STR, offsetof(struct conf, reason),
                                      .required = true, .help = "why it is accepted"},
                                     {"expires", MU_OPT_STR, offsetof(struct conf, expires),
                                      .required = true, .help = "a day, a time, or never"},
                                     {.name = NULL}};

static int check_text(const struct mu_y *at, const char *key, const char *text, struct mu_err *err)
{
    const struct mu_y *node = mu_y_get(at, key);
    return *text ? 0 : mu_y_fail(node ? node : at, err, "`%s` says nothing", key);
}

static int read_expiry(const struct mu_y *at, const char *text, int64_t *ret, struct mu_err *err)
{
    char canonical[MU_TIME_TEXT];
    *ret = 0;
    if (mu_streq(text, "never") || mu_time_parse(text, canonical, ret))
        return 0;
    return mu_y_fail(mu_y_get(at, "expires"), err,
                     "`expires` is a day (2027-03-31), a time with its offset, or never");
}

static bool is_id(const char *text)
{
    return strlen(text) == MU_FINDING_ID && strspn(text, "0123456789abcdef") == MU_FINDING_ID;
}

static int read_one(struct mu_arena *arena, const struct mu_y *at, struct mu_map *known,
                    struct mu_waiver *ret, struct mu_err *err)
{
    struct conf conf = {.finding = NULL};
    if (at->type != MU_Y_MAP)
        return mu_y_fail(at, err, "a waiver says finding, owner, reason and expires");
    if (mu_opt_read(arena, opts, at, &conf, err) < 0 ||
        check_text(at, "owner", conf.owner, err) < 0 ||
        check_text(at, "reason", conf.reason, err) < 0)
        return -1;
    if (!is_id(conf.finding))
        return mu_y_fail(mu_y_get(at, "finding"), err,
                         "`finding` is the id of one: %d digits and letters a to f", MU_FINDING_ID);
    *ret = (struct mu_waiver){.finding = conf.finding,
                              .owner = conf.owner,
                              .reason = conf.reason,
                              .file = at->file,
                              .line = at->line};
    if (read_expiry(at, conf.expires, &ret->expires, err) < 0)
        return -1;
    const struct mu_waiver *before = mu_map_put(known, ret->finding, MU_FINDING_ID, ret);
    return before ? mu_y_fail(at, err, "finding %s is waived in line %d already", ret->finding,
                              before->line)
                  : 0;
}

static int read_file(struct mu_arena *arena, const struct mu_y *file, const struct mu_waiver **ret,
                     size_t *ret_count, struct mu_err *err)
{
    static const char *const keys[] = {"waivers"};
    if (file->type != MU_Y_MAP)
        return mu_y_fail(file, err, "a list is expected under `waivers`");
    const struct mu_y *list = mu_y_get(file, "waivers");
    if (mu_y_only(file, keys, MU_LEN(keys), err) < 0)
        return -1;
    if (!list || list->type != MU_Y_SEQ)
        return mu_y_fail(list ? list : file, err, "a list is expected under `waivers`");
    struct mu_waiver *waivers = mu_alloc_array(arena, list->count + 1, sizeof(*waivers));
    struct mu_map *known = mu_map_new(list->count);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < list->count; i++)
        rc = read_one(arena, list->items[i], known, &waivers[i], err);
    mu_map_free(known);
    if (rc < 0)
        return -1;
    *ret = waivers;
    *ret_count = list->count;
    return 0;
}

int mu_waivers_load(struct mu_arena *arena, const char *path, const struct mu_waiver **ret,
                    size_t *ret_count, struct mu_err *err)
{
    const struct mu_y *file;
    return mu_y_load(arena, path, &file, err) < 0 ? -1
                                                  : read_file(arena, file, ret, ret_count, err);
}

int mu_waivers_parse(struct mu_arena *arena, const char *name, const char *text, size_t len,
                     const struct mu_waiver **ret, size_t *ret_count, struct mu_err *err)
{
    const struct mu_y *file;
    return mu_y_parse(arena, name, text, len, &file, err) < 0
               ? -1
               : read_file(arena, file, ret, ret_count, err);
}
