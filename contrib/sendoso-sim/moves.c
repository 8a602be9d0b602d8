/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to people and groups while the simulator runs. */
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "people_impl.h"

/* First position whose value is not below index. */
static size_t lower_bound(const uint32_t *list, size_t count, uint32_t index)
{
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (list[low + half] < index) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

static void list_insert(uint32_t *list, size_t *count, uint32_t index)
{
    size_t at = lower_bound(list, *count, index);
    if (at < *count && list[at] == index)
        return;
    memmove(list + at + 1, list + at, (*count - at) * sizeof(*list));
    list[at] = index;
    ++*count;
}

static void list_remove(uint32_t *list, size_t *count, uint32_t index)
{
    size_t at = lower_bound(list, *count, index);
    if (at == *count || list[at] != index)
        return;
    memmove(list + at, list + at + 1, (*count - at - 1) * sizeof(*list));
    --*count;
}

static void replace(char **text, const char *with)
{
    if (!with)
        return;
    char *copy = mu_xstrdup(with);
    free(*text);
    *text = copy;
}

void sim_people_rename(struct sim_people *p, uint32_t index, const char *first, const char *last,
                       const char *email)
{
    struct sim_changed *c = sim_people_changed(p, index);
    if (!c) {
        c = mu_xcalloc(1, sizeof(*c));
        c->index = index;
        mu_map_put(p->changed, (const char *)&c->index, sizeof(c->index), c);
        p->all[index].changed = true;
    }
    replace(&c->first, first);
    replace(&c->last, last);
    replace(&c->email, email);
}

void sim_people_move(struct sim_people *p, uint32_t index, uint32_t group)
{
    p->all[index].group = group;
    p->members_stale = true;
}

void sim_people_set_role(struct sim_people *p, uint32_t index, enum sim_role role)
{
    p->all[index].role = (uint8_t)role;
}

void sim_people_set_active(struct sim_people *p, uint32_t index, bool active)
{
    struct sim_slot *slot = &p->all[index];
    if (slot->gone) {
        slot->gone = false;
        list_insert(p->listed, &p->listed_count, index);
    }
    slot->active = active;
    if (active)
        list_insert(p->active, &p->active_count, index);
    else
        list_remove(p->active, &p->active_count, index);
    p->members_stale = true;
}

void sim_people_set_orders(struct sim_people *p, uint32_t index, bool orders)
{
    p->all[index].orders = orders;
}

void sim_people_vanish(struct sim_people *p, uint32_t index)
{
    sim_people_set_active(p, index, false);
    p->all[index].gone = true;
    list_remove(p->listed, &p->listed_count, index);
}

uint32_t sim_people_join(struct sim_people *p, const char *first, const char *last,
                         const char *email, uint32_t group, enum sim_role role)
{
    sim_people_reserve(p);
    uint32_t index = (uint32_t)p->count++;
    p->all[index] = (struct sim_slot){.group = group, .role = (uint8_t)role, .gone = true};
    sim_people_rename(p, index, first, last, email);
    sim_people_set_active(p, index, true);
    return index;
}

uint32_t sim_groups_create(struct sim_people *p, const char *name)
{
    uint32_t group = sim_groups_add(p, name);
    p->groups[group].created_at = p->groups[group].updated_at = mu_now();
    p->members_stale = true;
    return group;
}

void sim_groups_rename(struct sim_people *p, uint32_t group, const char *name)
{
    replace(&p->groups[group].name, name);
    p->groups[group].updated_at = mu_now();
}

void sim_groups_delete(struct sim_people *p, uint32_t group)
{
    p->groups[group].gone = true;
    list_remove(p->live_groups, &p->live_group_count, group);
    for (size_t i = 0; i < p->count; i++)
        if (p->all[i].group == group)
            p->all[i].group = SIM_NO_GROUP;
    p->members_stale = true;
}

/* Counting sort of the active people by group. */
static void sort_members(struct sim_people *p)
{
    size_t slots = p->group_count + 1;
    p->member_starts = mu_xrealloc(p->member_starts, (slots + 1) * sizeof(*p->member_starts));
    p->members = mu_xrealloc(p->members, (p->active_count + 1) * sizeof(*p->members));
    uint32_t *starts = p->member_starts;
    memset(starts, 0, (slots + 1) * sizeof(*starts));
    for (size_t i = 0; i < p->active_count; i++) {
        uint32_t group = p->all[p->active[i]].group;
        if (group != SIM_NO_GROUP)
            starts[group + 2]++;
    }
    for (size_t g = 2; g <= slots; g++)
        starts[g] += starts[g - 1];
    for (size_t i = 0; i < p->active_count; i++) {
        uint32_t group = p->all[p->active[i]].group;
        if (group != SIM_NO_GROUP)
            p->members[starts[group + 1]++] = p->active[i];
    }
    p->members_stale = false;
}

const uint32_t *sim_groups_members(struct sim_people *p, uint32_t group, size_t *ret_count)
{
    if (p->members_stale)
        sort_members(p);
    *ret_count = p->member_starts[group + 1] - p->member_starts[group];
    return p->members + p->member_starts[group];
}
