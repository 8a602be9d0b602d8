/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a group laid beside the sends of a campaign, by folded address. */
#include "audit/onboarding.h"

#include <string.h>

#include "base/str.h"

const char *mu_welcome_name(enum mu_welcome welcome)
{
    static const char *const names[] = {
        [MU_WELCOMED] = "sent", [MU_WELCOME_FAILED] = "failed", [MU_WELCOME_MISSING] = "missing"};
    return names[welcome];
}

static int find_team(struct mu_people *p, const char *group, struct mu_arena *arena,
                     const struct mu_team **ret, struct mu_err *err)
{
    const char *folded = mu_fold(arena, group);
    const char *shown = mu_printable(arena, group, strlen(group), 100);
    const char **names = mu_alloc_array(arena, p->team_count + 1, sizeof(*names));
    *ret = NULL;
    for (size_t i = 0; i < p->team_count; i++) {
        const struct mu_team *t = p->teams[i];
        names[i] = t->label;
        if (mu_streq(t->id, group)) {
            *ret = t;
            return 0;
        }
        if (!mu_streq(mu_fold(arena, t->label), folded))
            continue;
        if (*ret)
            return mu_fail(err, MU_E_USAGE, "'%s' is the name of groups %s and %s; name one by id",
                           shown, (*ret)->id, t->id);
        *ret = t;
    }
    const char *nearest = *ret ? NULL : mu_nearest(group, names, p->team_count);
    return *ret ? 0
                : mu_fail(err, MU_E_MISSING, "%s has no group '%s'%s%s%s", p->account, shown,
                          nearest ? "; did you mean " : "; see muster groups",
                          nearest ? mu_printable(arena, nearest, strlen(nearest), 100) : "",
                          nearest ? "?" : "");
}

static bool is_in(const struct mu_person *p, const struct mu_team *team)
{
    for (const struct mu_seat *s = p->seats; s; s = s->next)
        if (s->team == team)
            return true;
    return false;
}

static bool is_better(const struct mu_send *a, const struct mu_send *b)
{
    if (!b || a->failed != b->failed)
        return !b || !a->failed;
    return a->at > b->at;
}

static void take_send(struct mu_welcomed *w, const struct mu_send *send)
{
    w->sends++;
    if (is_better(send, w->send))
        w->send = send;
    w->state = w->send->failed ? MU_WELCOME_FAILED : MU_WELCOMED;
}

static int by_label(const void *a, const void *b)
{
    const struct mu_welcomed *x = a, *y = b;
    int order = strcmp(x->person->label, y->person->label);
    return order ? order : strcmp(x->person->id, y->person->id);
}

static struct mu_welcomed *members(struct mu_people *p, const struct mu_team *team,
                                   struct mu_arena *arena, size_t *ret_count)
{
    size_t count = 0;
    mu_assert(team);
    struct mu_welcomed *list = mu_alloc_array(arena, (size_t)team->people + 1, sizeof(*list));
    for (size_t i = 0; i < p->count && count < (size_t)team->people; i++) {
        const struct mu_person *person = p->people[i];
        if ((mu_person_active(person) || person->status == MU_ST_INVITED) && is_in(person, team))
            list[count++] = (struct mu_welcomed){.person = person, .state = MU_WELCOME_MISSING};
    }
    if (count > 1)
        qsort(list, count, sizeof(*list), by_label);
    *ret_count = count;
    return list;
}

int mu_onboarding(struct mu_people *people, const struct mu_sends *sends, const char *group,
                  const char *campaign, struct mu_arena *arena, struct mu_onboarding *ret,
                  struct mu_err *err)
{
    *ret = (struct mu_onboarding){.team = NULL};
    if (find_team(people, group, arena, &ret->team, err) < 0)
        return -1;
    struct mu_welcomed *list = members(people, ret->team, arena, &ret->count);
    for (size_t i = 0; i < sends->count; i++) {
        const struct mu_send *send = &sends->list[i];
        if (!mu_send_is_of(send, arena, campaign))
            continue;
        ret->campaign_sends++;
        for (size_t k = 0; send->recipient && k < ret->count; k++)
            if (mu_person_has(list[k].person, send->recipient))
                take_send(&list[k], send);
    }
    for (size_t i = 0; i < ret->count; i++) {
        ret->missing += list[i].state == MU_WELCOME_MISSING;
        ret->failed += list[i].state == MU_WELCOME_FAILED;
    }
    ret->people = list;
    return 0;
}
