/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster.yaml, read and checked as a whole: store, accounts, syncs. `muster.yaml(5)` is the manual.
 * Nothing is opened here: no secret is resolved and no connection made, so that a command needs
 * only what it uses.
 */
#ifndef MU_ENGINE_CONFIG_H
#define MU_ENGINE_CONFIG_H

#include "adapter/adapter.h"
#include "base/yaml.h"
#include "engine/config_audit.h"
#include "engine/config_serve.h"
#include "engine/guards.h"
#include "engine/policy.h"
#include "engine/schedule.h"

struct mu_account_def {
    const char *name;
    const struct mu_adapter *adapter;
    const struct mu_y *settings;
    const char *mappings; /* account layer directory, or NULL */
    /* people (id, e-mail, name or glob) who must be in every read; NULL: nobody */
    const char *const *canary;
    int64_t rereads; /* how often a read is repeated while people move under its hands */
    struct mu_schedule schedule; /* when muster serve pulls it by itself */
};

enum mu_removal { MU_REMOVE_KEEP, MU_REMOVE_DISABLE, MU_REMOVE_DELETE };
const char *mu_removal_name(int removal); /* "keep" ... */

struct mu_sync {
    const char *name;
    const char *file;
    int line;
    const struct mu_account_def *from, *to;
    /* enum mu_removal: what happens to users inactive in the source; default disable */
    int inactive;
    /* enum mu_removal: to users gone from a complete read; default disable */
    int gone;
    int gone_groups;  /* enum mu_removal keep|delete; default delete (only our own) */
    int64_t plan_age; /* seconds a plan may be applied after it was made; default a day */
    struct mu_guards guards;
    struct mu_schedule schedule;    /* when muster serve runs it by itself */
    const struct mu_policy *policy; /* who belongs where; NULL: everybody is in */
    int64_t grace;                  /* seconds that leavers are listed before they are set aside */
};

struct mu_config {
    const char *file;     /* as opened */
    const char *dir;      /* its directory: relative paths in it start here */
    const char *store;    /* path or URI, made absolute by dir */
    const char *mappings; /* site layer directory, or NULL */
    const struct mu_account_def *accounts;
    size_t account_count;
    const struct mu_sync *syncs;
    size_t sync_count;
    struct mu_governors *governors; /* of a process that opens accounts often; NULL: none */
    struct mu_audit_def audit;
    const struct mu_serve_conf *serve; /* never NULL */
};

/* path NULL: ./muster.yaml, then /etc/muster/muster.yaml. MU_E_CONFIG with file, line and fix. All
 * in the arena. */
int mu_config_load(struct mu_arena *arena, const char *path, const struct mu_config **ret,
                   struct mu_err *err);

/* The same from text: what `muster init` is about to write, and tests. `file` says where it would
 * stand. */
int mu_config_parse(struct mu_arena *arena, const char *file, const char *text, size_t len,
                    const struct mu_config **ret, struct mu_err *err);

/* By name; MU_E_USAGE with the names there are (and the nearest). name NULL: the only one, when
 * there is only one. */
int mu_config_account(const struct mu_config *c, const char *name,
                      const struct mu_account_def **ret, struct mu_err *err);
int mu_config_sync(const struct mu_config *c, const char *name, const struct mu_sync **ret,
                   struct mu_err *err);

/* Directory of the shipped mappings: MUSTER_MAPPINGS in the environment, else where they are
 * installed. */
const char *mu_mappings_dir(void);

/* Where mappings are looked for: shipped, site, account. Either may be NULL. */
struct mu_layers mu_config_layers(const struct mu_config *c, const struct mu_account_def *def);

/* Opens an account of the configuration (secrets resolved, mappings compiled, no network). */
int mu_config_open(struct mu_arena *arena, const struct mu_config *c,
                   const struct mu_account_def *def, struct mu_log *log, struct mu_account **ret,
                   struct mu_err *err);

#endif
