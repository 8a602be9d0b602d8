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

/* People who share a key, in the order of their ids. */
struct bunch {
    const struct mu_person **people;
    size_t count, room;
};

static void bunch_add(struct bunch *b, const struct mu_person *p)
{
    if (b->count > 0 && b->people[b->count - 1] == p)
        return;
    if (b->count == b->room) {
        b->room = b->room ? b->room * 2 : 2;
        b->people = mu_xrealloc(b->people, b->room * sizeof(struct mu_person *));
    }
    b->people[b->count++] = p;
}

static void tell_bunch(struct auditing *a, size_t check, const struct bunch *b, const char *what)
{
    static const char *const names[] = {"shared", "count"};
    struct mu_subject *subjects = mu_alloc_array(a->arena, b->count, sizeof(*subjects));
    for (size_t i = 0; i < b->count; i++)
        subjects[i] = audit_person(a->people, b->people[i]);
    const char *const values[] = {what, mu_printf(a->arena, "%zu", b->count)};
    const struct audit_words words = {.names = names, .values = values, .count = 2};
    const struct audit_draft draft = {
        .subjects = subjects, .subject_count = b->count, .named = b->count};
    audit_find(a, check, &draft, &words);
}

/* The first holder of each key, and bunches of those keys that have a second one: of a million
 * people few share anything, so that only the map is large. */
struct sharing {
    struct mu_map *first;   /* key -> person */
    struct mu_map *bunches; /* key -> struct bunch */
    struct mu_arena *arena;
};

static void share(struct sharing *s, const char *key, struct mu_person *p)
{
    struct mu_person *first = mu_map_get(s->first, key, strlen(key));
    if (!first) {
        mu_map_put(s->first, key, strlen(key), p);
        return;
    }
    struct bunch *b = mu_map_get(s->bunches, key, strlen(key));
    if (first == p)
        return;
    if (!b) {
        b = mu_alloc(s->arena, sizeof(*b));
        mu_map_put(s->bunches, key, strlen(key), b);
        bunch_add(b, first);
    }
    bunch_add(b, p);
}

static struct sharing sharing_begin(size_t expected)
{
    return (struct sharing){mu_map_new(expected), mu_map_new(0), mu_arena_new()};
}

static void sharing_end(struct sharing *s)
{
    for (size_t i = 0; i < mu_map_count(s->bunches); i++) {
        const char *key;
        size_t len;
        void *bunch;
        mu_map_at(s->bunches, i, &key, &len, &bunch);
        free(((struct bunch *)bunch)->people);
    }
    mu_map_free(s->first);
    mu_map_free(s->bunches);
    mu_arena_free(s->arena);
}

static int run_address(struct auditing *a, size_t check, struct mu_err *err)
{
    struct sharing s = sharing_begin(a->people->count);
    (void)err;
    for (size_t i = 0; i < a->people->count; i++) {
        struct mu_person *p = a->people->people[i];
        if (p->key)
            share(&s, p->key, p);
        for (const char *const *k = p->keys; k && *k; k++)
            share(&s, *k, p);
    }
    for (size_t i = 0; i < mu_map_count(s.bunches); i++) {
        const char *key;
        size_t len;
        void *bunch;
        mu_map_at(s.bunches, i, &key, &len, &bunch);
        tell_bunch(a, check, bunch, mu_strdup(a->arena, key));
    }
    sharing_end(&s);
    return 0;
}

static const char *const shared_words[] = {"shared", NULL};
const struct audit_builtin audit_builtin_same_address = {
    .name = "same-address", .words = shared_words, .run = run_address};

/* A name as people compare it, with the domain: folded, blanks as one. */
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
static bool one_address(const struct bunch *b)
{
    for (size_t i = 1; i < b->count; i++)
        if (!mu_streq(b->people[i]->key, b->people[0]->key))
            return false;
    return true;
}

static int run_name(struct auditing *a, size_t check, struct mu_err *err)
{
    struct sharing s = sharing_begin(a->people->count);
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    (void)err;
    for (size_t i = 0; i < a->people->count; i++) {
        struct mu_person *p = a->people->people[i];
        if (mu_person_active(p) && name_key(&key, p))
            share(&s, mu_strndup(s.arena, key.data, key.len), p);
    }
    for (size_t i = 0; i < mu_map_count(s.bunches); i++) {
        const char *name;
        size_t len;
        void *bunch;
        mu_map_at(s.bunches, i, &name, &len, &bunch);
        const struct bunch *b = bunch;
        if (!one_address(b))
            tell_bunch(a, check, b, mu_strdup(a->arena, strrchr(name, '@') + 1));
    }
    sharing_end(&s);
    return 0;
}

const struct audit_builtin audit_builtin_same_name = {
    .name = "same-name", .words = shared_words, .run = run_name};
