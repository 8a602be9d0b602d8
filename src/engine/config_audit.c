/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of audits. */
#include "engine/config_audit.h"

#include "engine/config_private.h"

const char *const mu_severities[] = {
    [MU_INFO] = "info", [MU_LOW] = "low",           [MU_MEDIUM] = "medium",
    [MU_HIGH] = "high", [MU_CRITICAL] = "critical", [MU_SEVERITIES] = NULL};

static const struct mu_opt opts[] = {
    {"account", MU_OPT_STR, offsetof(struct mu_audit_def, account),
     .help = "account that is audited when none is named"},
    {"hris", MU_OPT_STR, offsetof(struct mu_audit_def, hris),
     .help = "account that knows who works here: people are compared with it"},
    {"fail_on", MU_OPT_ENUM, offsetof(struct mu_audit_def, fail_on), .def = "medium",
     .choices = mu_severities, .help = "least severity of a finding that makes the exit status 2"},
    {"sends", MU_OPT_BOOL, offsetof(struct mu_audit_def, sends), .def = "false",
     .help = "whether sends are read along, for checks of who sends"},
    {"waivers", MU_OPT_STR, offsetof(struct mu_audit_def, waivers),
     .help = "file of findings that are accepted, by whom and until when"},
    {"rules", MU_OPT_LIST, offsetof(struct mu_audit_def, rules),
     .help = "files of this site's own checks"},
    {"checks", MU_OPT_NODE, offsetof(struct mu_audit_def, checks),
     .help = "checks switched off, and their parameters"},
    {.name = NULL}};

/* Accounts that are read for an audit: the error stands where the name was written. */
static int check_account(struct mu_arena *arena, const struct mu_config *c, const struct mu_y *at,
                         struct mu_err *err)
{
    const struct mu_account_def *def;
    struct mu_err none = MU_ERR_INIT;
    const char *why;
    if (!at)
        return 0;
    if (mu_config_account(c, at->text, &def, &none) < 0)
        return mu_y_fail(at, err, "%s", none.text);
    if (!mu_account_reads(arena, def->adapter, def->settings, &why))
        return mu_y_fail(at, err, "audit: account %s can't be read: %s", def->name, why);
    return 0;
}

int config_read_audit(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err)
{
    struct mu_audit_def *def = &c->audit;
    if (map && map->type == MU_Y_NULL)
        map = NULL;
    if (mu_opt_read(arena, opts, map, def, err) < 0 ||
        check_account(arena, c, mu_y_get(map, "account"), err) < 0 ||
        check_account(arena, c, mu_y_get(map, "hris"), err) < 0)
        return -1;
    size_t count = 0;
    while (def->rules && def->rules[count])
        count++;
    const char **rules = mu_alloc_array(arena, count + 1, sizeof(*rules));
    for (size_t i = 0; i < count; i++)
        rules[i] = config_from_dir(arena, c->dir, def->rules[i]);
    def->rules = rules;
    if (def->waivers)
        def->waivers = config_from_dir(arena, c->dir, def->waivers);
    return 0;
}
