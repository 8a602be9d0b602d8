/* SPDX-License-Identifier: Apache-2.0 */
/* Building the population from its seed, reading it, and looking people up. */
#include "people.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "names.h"
#include "people_impl.h"
#include "row.h"

enum { FIRST_ID = 4101, ID_STEP = 3, FIRST_GROUP_ID = 71, GROUP_ID_STEP = 4, TWIN_STRIDE = 7 };

static const int64_t epoch_2021 = 1609459200;
static const uint64_t day_s = 86400;

static int64_t person_id(const struct sim_people *p, uint32_t index)
{
    return FIRST_ID + (int64_t)index * ID_STEP +
           (int64_t)(sim_chance(p->set.seed, SIM_SALT_ID, index) % ID_STEP);
}

static int64_t group_id(const struct sim_people *p, uint32_t group)
{
    return FIRST_GROUP_ID + (int64_t)group * GROUP_ID_STEP +
           (int64_t)(sim_chance(p->set.seed, SIM_SALT_GROUP, group) % GROUP_ID_STEP);
}

void sim_groups_reserve(struct sim_people *p)
{
    if (p->group_count < p->group_room)
        return;
    p->group_room = p->group_room ? p->group_room * 2 : 64;
    p->groups = mu_xrealloc(p->groups, p->group_room * sizeof(*p->groups));
    p->live_groups = mu_xrealloc(p->live_groups, p->group_room * sizeof(*p->live_groups));
}

void sim_people_reserve(struct sim_people *p)
{
    if (p->count < p->room)
        return;
    p->room = p->room ? p->room + p->room / 4 + 16 : 64;
    p->all = mu_xrealloc(p->all, p->room * sizeof(*p->all));
    p->active = mu_xrealloc(p->active, p->room * sizeof(*p->active));
    p->listed = mu_xrealloc(p->listed, p->room * sizeof(*p->listed));
}

uint32_t sim_groups_add(struct sim_people *p, const char *name)
{
    sim_groups_reserve(p);
    uint32_t index = (uint32_t)p->group_count++;
    uint64_t chance = sim_chance(p->set.seed, SIM_SALT_MONEY, index);
    int64_t created =
        epoch_2021 + (int64_t)(sim_chance(p->set.seed, SIM_SALT_TIME, index) % (day_s * 3 * 365));
    struct sim_group *g = &p->groups[index];
    *g = (struct sim_group){.id = group_id(p, index),
                            .name = mu_xstrdup(name),
                            .rollover = chance % 3 == 0,
                            .created_at = created,
                            .updated_at = created + (int64_t)(chance % (300 * day_s))};
    snprintf(g->budget, sizeof(g->budget), "%u", (unsigned)(chance >> 8) % 20 * 5 + 50);
    snprintf(g->monthly_budget, sizeof(g->monthly_budget), "%u",
             (unsigned)(chance >> 24 & 0xFF) * 100 + 100);
    snprintf(g->one_time_budget, sizeof(g->one_time_budget), "%d", chance % 5 ? 0 : 250);
    p->live_groups[p->live_group_count++] = index;
    return index;
}

static uint32_t first_group_of(const struct sim_people *p, uint32_t index, size_t active_rank)
{
    uint64_t chance = sim_chance(p->set.seed, SIM_SALT_GROUP, index);
    if ((int64_t)active_rank < p->set.big_group && p->group_count > 1)
        return 1;
    int64_t filled = (int64_t)p->group_count - p->set.empty_groups;
    /* The fourth person is in no group, so that a small population has one. */
    bool none =
        (int64_t)(chance >> 40) % 1000 < p->set.no_group || (index == 3 && p->set.no_group > 0);
    return none || filled < 1 ? SIM_NO_GROUP : (uint32_t)(chance % (uint64_t)filled);
}

static enum sim_role first_role_of(const struct sim_people *p, uint32_t index)
{
    uint64_t chance = sim_chance(p->set.seed, SIM_SALT_ROLE, index) % 100;
    return index == 0 || chance == 0 ? SIM_ADMIN : chance <= 10 ? SIM_MANAGER : SIM_SENDER;
}

/* Spreads exactly `inactive` among `total`, never the first. */
static bool first_active_of(uint64_t index, uint64_t inactive, uint64_t total)
{
    return (index + 1) * inactive / total == index * inactive / total || index == 0;
}

static void add_people(struct sim_people *p)
{
    uint64_t inactive = (uint64_t)(p->set.users * p->set.inactive / 1000);
    uint64_t total = (uint64_t)p->set.users + inactive;
    p->room = total + 16;
    p->all = mu_xrealloc(p->all, p->room * sizeof(*p->all));
    p->active = mu_xrealloc(p->active, p->room * sizeof(*p->active));
    p->listed = mu_xrealloc(p->listed, p->room * sizeof(*p->listed));
    for (uint32_t i = 0; i < total; i++) {
        bool active = first_active_of(i, inactive, total);
        p->all[i] = (struct sim_slot){
            .group = first_group_of(p, i, active ? p->active_count : SIZE_MAX >> 1),
            .role = (uint8_t)first_role_of(p, i),
            .active = active};
        p->listed[p->listed_count++] = i;
        if (active)
            p->active[p->active_count++] = i;
    }
    p->count = total;
}

static void flip_case(char *email)
{
    for (char *c = email; *c && *c != '@'; c++)
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')) {
            *c = (char)(*c ^ 0x20);
            return;
        }
}

/*
 * The last active people get the e-mails of some before them: first the twins, then the
 * duplicates.
 */
static void add_pairs(struct sim_people *p)
{
    size_t pairs = (size_t)(p->set.twins + p->set.duplicates);
    if (p->active_count < 2)
        return;
    if (pairs > p->active_count / 2)
        pairs = p->active_count / 2;
    for (size_t k = 0; k < pairs; k++) {
        struct sim_person of;
        /* Spread over the first half, but each partner once. */
        size_t half = p->active_count - pairs;
        size_t stride = pairs * TWIN_STRIDE < half ? TWIN_STRIDE : 1;
        sim_people_get(p, p->active[k * stride], &of);
        char email[SIM_MAIL_MAX];
        snprintf(email, sizeof(email), "%s", of.email);
        if (k < (size_t)p->set.twins)
            flip_case(email);
        sim_people_rename(p, p->active[p->active_count - 1 - k], NULL, NULL, email);
    }
}

struct sim_people *sim_people_new(const struct sim_settings *set)
{
    struct sim_people *p = mu_xcalloc(1, sizeof(*p));
    p->set = (struct sim_traits){.seed = (uint64_t)set->seed,
                                 .users = set->users,
                                 .inactive = set->inactive,
                                 .no_group = set->no_group,
                                 .big_group = set->big_group,
                                 .empty_groups = set->empty_groups,
                                 .twins = set->twins,
                                 .duplicates = set->duplicates,
                                 .odd = set->odd,
                                 .ascii = set->names == SIM_NAMES_ASCII};
    p->changed = mu_map_new(64);
    p->members_stale = true;
    for (int64_t i = 0; i < set->groups; i++) {
        char name[SIM_GROUP_NAME_MAX];
        sim_group_name(p->set.seed, (uint32_t)i, p->set.ascii, name);
        sim_groups_add(p, name);
    }
    add_people(p);
    add_pairs(p);
    p->owner = p->active_count > 0 ? p->active[0] : 0;
    return p;
}

static void free_changed(struct sim_changed *c)
{
    free(c->first);
    free(c->last);
    free(c->email);
    free(c);
}

void sim_people_free(struct sim_people *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < mu_map_count(p->changed); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(p->changed, i, &key, &len, &value);
        free_changed(value);
    }
    mu_map_free(p->changed);
    for (size_t g = 0; g < p->group_count; g++)
        free(p->groups[g].name);
    free(p->groups);
    free(p->live_groups);
    free(p->all);
    free(p->active);
    free(p->listed);
    free(p->members);
    free(p->member_starts);
    free(p);
}

size_t sim_people_count(const struct sim_people *p, bool with_inactive)
{
    return with_inactive ? p->listed_count : p->active_count;
}

uint32_t sim_people_at(const struct sim_people *p, size_t position, bool with_inactive)
{
    return with_inactive ? p->listed[position] : p->active[position];
}

uint32_t sim_people_owner(const struct sim_people *p)
{
    return p->owner;
}

struct sim_changed *sim_people_changed(const struct sim_people *p, uint32_t index)
{
    return p->all[index].changed ? mu_map_get(p->changed, (const char *)&index, sizeof(index))
                                 : NULL;
}

static void title_case(char *email)
{
    bool start = true;
    for (char *c = email; *c && *c != '@'; c++) {
        if (start && *c >= 'a' && *c <= 'z')
            *c = (char)(*c - 0x20);
        start = *c == '.';
    }
}

static void upper_domain(char *email)
{
    for (char *c = email + strcspn(email, "@"); *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 0x20);
}

static size_t append(char to[SIM_MAIL_MAX], size_t at, const char *text)
{
    size_t len = strlen(text);
    mu_assert(len < SIM_MAIL_MAX - at);
    memcpy(to + at, text, len + 1);
    return at + len;
}

/*
 * The number at the end of the local part makes it unique, and leads back to the person
 * (sim_people_find_mail).
 */
static void compute_mail(const struct sim_people *p, uint32_t index, const struct sim_name *first,
                         const struct sim_name *last, char to[SIM_MAIL_MAX])
{
    static const char *const domains[] = {"example.test", "example.test", "example.test",
                                          "emea.example.test"};
    uint64_t chance = sim_chance(p->set.seed, SIM_SALT_MAIL, index);
    char digits[SIM_DIGITS];
    size_t at = append(to, 0, first->slug);
    at = append(to, at, ".");
    at = append(to, at, last->slug);
    at = append(to, at, sim_digits(index + UINT64_C(1), digits));
    at = append(to, at, "@");
    append(to, at, domains[chance % MU_LEN(domains)]);
    unsigned letter_case = (unsigned)(chance >> 32) % 20;
    if (letter_case < 3)
        title_case(to);
    if (letter_case == 3)
        upper_domain(to);
}

void sim_people_get(const struct sim_people *p, uint32_t index, struct sim_person *ret)
{
    const struct sim_slot *slot = &p->all[index];
    const struct sim_changed *c = sim_people_changed(p, index);
    ret->index = index;
    ret->id = person_id(p, index);
    ret->group = slot->group;
    ret->role = (enum sim_role)slot->role;
    ret->active = slot->active;
    ret->orders = slot->orders;
    struct sim_name first = {0}, last = {0};
    if (!c || !c->first || !c->last || !c->email) {
        sim_person_name(p->set.seed, index, p->set.ascii, p->set.odd, &first, &last);
        compute_mail(p, index, &first, &last, ret->mail);
    }
    ret->first = c && c->first ? c->first : first.text;
    ret->last = c && c->last ? c->last : last.text;
    ret->email = c && c->email ? c->email : ret->mail;
}

bool sim_people_find(const struct sim_people *p, int64_t id, uint32_t *ret_index)
{
    if (id < FIRST_ID || (id - FIRST_ID) / ID_STEP >= (int64_t)p->count)
        return false;
    uint32_t index = (uint32_t)((id - FIRST_ID) / ID_STEP);
    if (person_id(p, index) != id)
        return false;
    *ret_index = index;
    return true;
}

bool sim_people_listed(const struct sim_people *p, uint32_t index)
{
    return !p->all[index].gone;
}

static bool has_mail(const struct sim_people *p, uint32_t index, const char *email)
{
    struct sim_person person;
    if (p->all[index].gone)
        return false;
    sim_people_get(p, index, &person);
    return mu_strieq(person.email, email);
}

static uint64_t number_before_at(const char *email)
{
    const char *at = strchr(email, '@');
    uint64_t n = 0, unit = 1;
    while (at && at > email && at[-1] >= '0' && at[-1] <= '9' && unit < 1000000000) {
        n += (uint64_t)(*--at - '0') * unit;
        unit *= 10;
    }
    return n;
}

bool sim_people_find_mail(const struct sim_people *p, const char *email, uint32_t *ret_index)
{
    uint64_t number = number_before_at(email);
    if (number >= 1 && number <= p->count && has_mail(p, (uint32_t)(number - 1), email)) {
        *ret_index = (uint32_t)(number - 1);
        return true;
    }
    for (size_t i = 0; i < mu_map_count(p->changed); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(p->changed, i, &key, &len, &value);
        const struct sim_changed *c = value;
        if (has_mail(p, c->index, email)) {
            *ret_index = c->index;
            return true;
        }
    }
    return false;
}

bool sim_people_active_mail(const struct sim_people *p, const char *email)
{
    uint32_t index = 0;
    return sim_people_find_mail(p, email, &index) && p->all[index].active;
}

void sim_people_balance(const struct sim_people *p, uint32_t index, char to[SIM_MONEY_TEXT])
{
    uint64_t chance = sim_chance(p->set.seed, SIM_SALT_MONEY, UINT32_MAX + (uint64_t)index);
    snprintf(to, SIM_MONEY_TEXT, "%u.%s", (unsigned)(chance % 400), chance >> 60 ? "0" : "25");
}

void sim_people_key(const struct sim_people *p, uint32_t index, char to[SIM_KEY_HEX])
{
    snprintf(
        to, SIM_KEY_HEX, "%016llx%016llx",
        (unsigned long long)sim_chance(p->set.seed, SIM_SALT_KEY, index),
        (unsigned long long)sim_chance(p->set.seed, SIM_SALT_KEY, UINT32_MAX + (uint64_t)index));
}

uint64_t sim_people_chance(const struct sim_people *p, uint32_t index)
{
    return sim_chance(p->set.seed, SIM_SALT_SHAPE, index);
}

size_t sim_groups_count(const struct sim_people *p)
{
    return p->live_group_count;
}

uint32_t sim_groups_at(const struct sim_people *p, size_t position)
{
    return p->live_groups[position];
}

struct sim_group *sim_groups_get(const struct sim_people *p, uint32_t group)
{
    return &p->groups[group];
}

bool sim_groups_find(const struct sim_people *p, int64_t id, uint32_t *ret_group)
{
    if (id < FIRST_GROUP_ID || (id - FIRST_GROUP_ID) / GROUP_ID_STEP >= (int64_t)p->group_count)
        return false;
    uint32_t group = (uint32_t)((id - FIRST_GROUP_ID) / GROUP_ID_STEP);
    if (p->groups[group].id != id || p->groups[group].gone)
        return false;
    *ret_group = group;
    return true;
}

bool sim_groups_find_name(const struct sim_people *p, const char *name, uint32_t *ret_group)
{
    for (size_t i = 0; i < p->live_group_count; i++)
        if (strcmp(p->groups[p->live_groups[i]].name, name) == 0) {
            *ret_group = p->live_groups[i];
            return true;
        }
    return false;
}
