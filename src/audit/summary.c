/* SPDX-License-Identifier: Apache-2.0 */
/* The account in numbers: roles, teams, and the people in them. */
#include <string.h>

#include "audit/auditing.h"

static int by_people(const void *x, const void *y)
{
    const struct mu_role_told *const *a = x, *const *b = y;
    if ((*a)->active != (*b)->active)
        return (*a)->active < (*b)->active ? 1 : -1;
    return strcmp((*a)->id, (*b)->id);
}

static int by_name(const void *x, const void *y)
{
    const struct mu_team *const *a = x, *const *b = y;
    int order = strcmp((*a)->label, (*b)->label);
    return order ? order : strcmp((*a)->id, (*b)->id);
}

/* Roles as shown, and where each stands among those that were read. */
static size_t list_roles(struct auditing *a, size_t ret_at[MU_ROLES_TOLD])
{
    struct mu_people *p = a->people;
    const struct mu_role_told *order[MU_ROLES_TOLD];
    size_t count = p->role_count;
    for (size_t i = 0; i < count; i++)
        order[i] = &p->roles[i];
    if (count > 1)
        qsort(order, count, sizeof(*order), by_people);
    struct mu_audit_role *roles = mu_alloc_array(a->arena, count + 1, sizeof(*roles));
    for (size_t i = 0; i < count; i++) {
        roles[i] = (struct mu_audit_role){mu_strdup(a->arena, order[i]->id),
                                          mu_strdup(a->arena, order[i]->label), order[i]->active};
        ret_at[i] = (size_t)(order[i] - p->roles);
    }
    roles[count] = (struct mu_audit_role){"", "no role", p->roleless};
    a->audit->roles = roles;
    a->audit->role_count = count + 1;
    return count;
}

static struct mu_audit_team team_of(struct auditing *a, const struct mu_team *t,
                                    const size_t at[MU_ROLES_TOLD], size_t role_count)
{
    int64_t *roles = mu_alloc_array(a->arena, role_count + 1, sizeof(*roles));
    for (size_t i = 0; i < role_count; i++)
        roles[i] = t->by_role[at[i]];
    roles[role_count] = t->roleless;
    return (struct mu_audit_team){.id = mu_strdup(a->arena, t->id),
                                  .name = mu_strdup(a->arena, t->label),
                                  .budget = mu_strdup(a->arena, t->budget),
                                  .balances = mu_strdup(a->arena, t->balances),
                                  .people = t->people,
                                  .active = t->active,
                                  .roles = roles};
}

void audit_summary(struct auditing *a)
{
    struct mu_people *p = a->people;
    size_t at[MU_ROLES_TOLD], roles = list_roles(a, at);
    struct mu_team **order = mu_alloc_array(a->arena, p->team_count + 1, sizeof(*order));
    struct mu_audit_team *teams = mu_alloc_array(a->arena, p->team_count + 1, sizeof(*teams));
    for (size_t i = 0; i < p->team_count; i++)
        order[i] = p->teams[i];
    if (p->team_count > 1)
        qsort(order, p->team_count, sizeof(*order), by_name);
    for (size_t i = 0; i < p->team_count; i++)
        teams[i] = team_of(a, order[i], at, roles);
    a->audit->teams = teams;
    a->audit->team_count = p->team_count;
    a->audit->people = (int64_t)p->count;
    a->audit->active = p->active;
    a->audit->groups = (int64_t)p->team_count;
    a->audit->teamless = p->teamless;
}
