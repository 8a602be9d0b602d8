/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of people among each other: managers elsewhere, the same person twice. */
#include <stdlib.h>
#include <string.h>

#include "audit/auditing.h"
#include "audit/events.h"
#include "base/str.h"

/* ---- managers of teams they are not in ---- */

static int run_elsewhere(struct auditing *a, size_t check, struct mu_err *err)
{
    static const char *const names[] = {"group"};
    (void)err;
    for (size_t i = 0; i < a->people->count; i++) {
        const struct mu_person *p = a->people->people[i];
        for (const struct mu_seat *s = p->elsewhere; s && mu_person_active(p); s = s->next) {
            const struct mu_subject subjects[] = {audit_person(a->people, p),
                                                  audit_team(a->people, s->team)};
            const char *const values[] = {s->team->label};
            const struct audit_words words = {.names = names, .values = values, .count = 1};
            const struct audit_draft draft = {.subjects = subjects, .subject_count = 2, .named = 2};
            audit_find(a, check, &draft, &words);
        }
    }
    return 0;
}

static const char *const group_words[] = {"group", NULL};
const struct audit_builtin audit_builtin_manages_elsewhere = {
    .name = "manages-elsewhere", .words = group_words, .run = run_elsewhere};

/* ---- the same person twice ---- */

/* People who share something: count neighbours in a sorted list. */
static void tell_bunch(struct auditing *a, size_t check, const struct mu_keyed *list, size_t count,
                       const char *what)
{
    static const char *const names[] = {"shared", "count"};
    struct mu_subject *subjects = mu_alloc_array(a->arena, count, sizeof(*subjects));
    for (size_t i = 0; i < count; i++)
        subjects[i] = audit_person(a->people, a->people->people[list[i].at]);
    const char *const values[] = {what, mu_printf(a->arena, "%zu", count)};
    const struct audit_words words = {.names = names, .values = values, .count = 2};
    const struct audit_draft draft = {.subjects = subjects, .subject_count = count, .named = count};
    audit_find(a, check, &draft, &words);
}

/* How many from here on have one hash, each person once. */
static size_t run_length(struct mu_keyed *list, size_t count, size_t *ret_next)
{
    size_t next = 1, kept = 1;
    while (next < count && list[next].hash == list[0].hash) {
        if (list[next].at != list[kept - 1].at)
            list[kept++] = list[next];
        next++;
    }
    *ret_next = next;
    return kept;
}

static const char *address_of(const struct mu_people *people, const struct mu_keyed *k)
{
    const struct mu_person *p = people->people[k->at];
    if (p->key && mu_people_hash(people, p->key) == k->hash)
        return p->key;
    for (const char *const *key = p->keys; key && *key; key++)
        if (mu_people_hash(people, *key) == k->hash)
            return *key;
    return "";
}

static int run_address(struct auditing *a, size_t check, struct mu_err *err)
{
    struct mu_people *p = a->people;
    (void)err;
    mu_people_index(p);
    size_t count = p->address_count;
    struct mu_keyed *list = mu_xcalloc(count + 1, sizeof(*list));
    if (count > 0)
        memcpy(list, p->addresses, count * sizeof(*list));
    for (size_t i = 0, next; i < count; i += next) {
        size_t same = run_length(list + i, count - i, &next);
        if (same > 1)
            tell_bunch(a, check, list + i, same, address_of(p, &list[i]));
    }
    free(list);
    return 0;
}

static const char *const shared_words[] = {"shared", NULL};
const struct audit_builtin audit_builtin_same_address = {
    .name = "same-address", .words = shared_words, .run = run_address};

/* A name as people compare it, with the domain: folded, blanks as one. NULL: nothing to compare. */
static const char *name_key(struct mu_buf *to, const struct mu_person *p)
{
    const char *at = p->key ? strrchr(p->key, '@') : NULL;
    mu_buf_reset(to);
    if (!at || mu_streq(p->label, p->email) || mu_streq(p->label, p->id))
        return NULL;
    mu_fold_into(to, p->label, strlen(p->label));
    size_t end = 0;
    for (size_t i = 0; i < to->len; i++)
        if (to->data[i] != ' ' || (end > 0 && to->data[end - 1] != ' '))
            to->data[end++] = to->data[i];
    while (end > 0 && to->data[end - 1] == ' ')
        end--;
    mu_buf_cut(to, end);
    mu_buf_adds(to, at);
    return end > 0 ? to->data : NULL;
}

/* One address for all of them is the other check's finding. */
static bool one_address(const struct mu_people *people, const struct mu_keyed *list, size_t count)
{
    const char *first = people->people[list[0].at]->key;
    for (size_t i = 1; i < count; i++)
        if (!mu_streq(people->people[list[i].at]->key, first))
            return false;
    return true;
}

static int run_name(struct auditing *a, size_t check, struct mu_err *err)
{
    struct mu_people *p = a->people;
    struct mu_keyed *list = mu_xcalloc(p->count + 1, sizeof(*list));
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    size_t count = 0;
    (void)err;
    for (size_t i = 0; i < p->count; i++)
        if (mu_person_active(p->people[i]) && name_key(&key, p->people[i]))
            list[count++] = (struct mu_keyed){mu_people_hash(p, key.data), (uint32_t)i};
    mu_keyed_sort(list, count);
    for (size_t i = 0, next; i < count; i += next) {
        size_t same = run_length(list + i, count - i, &next);
        if (same > 1 && !one_address(p, list + i, same))
            tell_bunch(a, check, list + i, same, strrchr(p->people[list[i].at]->key, '@') + 1);
    }
    free(list);
    return 0;
}

const struct audit_builtin audit_builtin_same_name = {
    .name = "same-name", .words = shared_words, .run = run_name};
