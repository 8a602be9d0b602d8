/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every switch of the simulator, as one table: `--set`, POST /set, GET /state and the man page all
 * come from it. Each value is an int64_t; a choice is the index of its word. Keys marked
 * `population` build the people anew.
 */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

enum { SIM_OFF, SIM_ON };
enum { SIM_IDS_NUMBER, SIM_IDS_STRING };
enum { SIM_NAMES_MIXED, SIM_NAMES_ASCII };
enum { SIM_MONEY_NORMAL, SIM_MONEY_NULL, SIM_MONEY_DECIMAL, SIM_MONEY_NUMBER, SIM_MONEY_MISSING };
enum { SIM_NOGROUP_NULL, SIM_NOGROUP_MISSING };
enum { SIM_MEMBERS_ARRAY, SIM_MEMBERS_USERS, SIM_MEMBERS_DATA };
enum { SIM_TOTAL_NORMAL, SIM_TOTAL_OTHER, SIM_TOTAL_NONE, SIM_TOTAL_NULL, SIM_TOTAL_STRING };
enum { SIM_OVER_CLAMP, SIM_OVER_400 };
enum { SIM_PAST_EMPTY, SIM_PAST_404, SIM_PAST_LAST, SIM_PAST_MISSING };
enum { SIM_PAGE0_FIRST, SIM_PAGE0_400 };
enum { SIM_ORDER_ID, SIM_ORDER_REVERSE };
enum { SIM_401_E1, SIM_401_E2, SIM_401_ALTERNATE, SIM_401_HTML, SIM_401_EMPTY };
enum { SIM_CREATE_201, SIM_CREATE_200, SIM_CREATE_EMPTY };
enum { SIM_INVITE_DUP_400, SIM_INVITE_DUP_409, SIM_INVITE_DUP_OK };
enum { SIM_EXPIRES_NORMAL, SIM_EXPIRES_NULL, SIM_EXPIRES_MISSING };
enum { SIM_DOMAIN_ANY, SIM_DOMAIN_OWN };
enum { SIM_ME_MANAGER, SIM_ME_ADMIN, SIM_ME_REGULAR };
enum { SIM_FILTER_IGNORE, SIM_FILTER_EQ, SIM_FILTER_400, SIM_FILTER_501 };
enum { SIM_SCHEMA_LIST, SIM_SCHEMA_USER };
enum { SIM_ADMIN_OK, SIM_ADMIN_400 };
enum { SIM_PATCH_405, SIM_PATCH_OK };
enum { SIM_GET_ID, SIM_GET_LIST, SIM_GET_404, SIM_GET_405 };
enum { SIM_SCIM_ERR_SCIM, SIM_SCIM_ERR_E1, SIM_SCIM_ERR_EMPTY, SIM_SCIM_ERR_HTML };
enum { SIM_SCIM_IDS_SAME, SIM_SCIM_IDS_OTHER, SIM_SCIM_IDS_NEXT };
enum { SIM_WRONG_401, SIM_WRONG_403 };
enum { SIM_DIVISION_400, SIM_DIVISION_NONE };
enum { SIM_SCIM_DUP_409, SIM_SCIM_DUP_400, SIM_SCIM_DUP_REACTIVATE };
enum { SIM_CREATED_ACTIVE, SIM_CREATED_INACTIVE };
enum { SIM_PUT_MERGE, SIM_PUT_REPLACE };
enum { SIM_UPDATE_200, SIM_UPDATE_204, SIM_UPDATE_EMPTY };
enum { SIM_ROLES_KNOWN, SIM_ROLES_UNKNOWN, SIM_ROLES_NULL, SIM_ROLES_MISSING };
enum { SIM_429_EMPTY, SIM_429_E1, SIM_429_HTML };
enum { SIM_AFTER_OFF, SIM_AFTER_SECONDS, SIM_AFTER_DATE };
enum {
    SIM_RESET_OFF,
    SIM_RESET_EPOCH,
    SIM_RESET_EPOCH_MS,
    SIM_RESET_DELTA,
    SIM_RESET_DATE,
    SIM_RESET_ISO
};
enum { SIM_REFRESH_DIES, SIM_REFRESH_UNTIL_USE, SIM_REFRESH_STAYS };
enum { SIM_ACCESS_STAYS, SIM_ACCESS_DIES };
enum { SIM_CONSENT_APPROVE, SIM_CONSENT_DENY };
enum { SIM_TYPE_JSON, SIM_TYPE_SCIM, SIM_TYPE_TEXT };

struct sim_settings {
    /* the population */
    int64_t users, groups, seed, names, odd, inactive, no_group, big_group, empty_groups, twins,
        duplicates;
    int64_t touches, sends;
    /* shapes */
    int64_t ids, names_null, names_missing, names_empty, extra_fields, no_group_as, budgets,
        balances;
    int64_t members, members_page, me_role;
    /* paging */
    int64_t per_page_default, per_page_limit, per_page_over, past_end, page_zero, total_name,
        overlap, order;
    /* errors, invitations, paths */
    int64_t unauthorized, json_suffix, scopes, invite_status, invite_duplicate, invite_hours,
        invite_expires, invite_domain;
    /* SCIM */
    int64_t scim_ids, scim_filter, scim_schema, scim_admin, scim_patch, scim_get, scim_errors,
        scim_create;
    int64_t scim_wrong_token, scim_division, scim_duplicate, scim_roles, scim_created, scim_put,
        scim_update;
    /* OAuth */
    int64_t expires_in, code_seconds, refresh_old, access_old, consent;
    /* speed and transport */
    int64_t rate, scim_rate, block, retry_after, rate_reset, rate_body;
    int64_t latency, jitter, gzip, chunked, keep_alive, content_type;
};

struct sim_setting {
    const char *name;
    size_t offset;
    const char *def;
    int64_t min, max;           /* when there are no choices */
    const char *const *choices; /* NULL-terminated */
    bool population;
    const char *help;
};

extern const struct sim_setting sim_setting_table[];
extern const size_t sim_setting_count;

void sim_settings_init(struct sim_settings *s);

/*
 * "off" is 0, and "10/s" is 10. *ret_rebuild is set when the people have to be built anew, else
 * left alone.
 */
int sim_settings_set(struct sim_settings *s, const char *name, const char *value, bool *ret_rebuild,
                     struct mu_err *err);

/* "KEY=VALUE" */
int sim_settings_assign(struct sim_settings *s, const char *text, bool *ret_rebuild,
                        struct mu_err *err);

/* The value as it would be written. */
void sim_settings_write(const struct sim_settings *s, const struct sim_setting *which,
                        struct mu_jw *w);

#endif
