/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of a policy, compiled backwards: what comes after a test is there before the test is,
 * so that each knows where to go when it holds and when it doesn't.
 */
#include <string.h>

#include "base/str.h"
#include "engine/policy_private.h"
#include "model/schema.h"

/* Where the code goes on. */
struct ways {
    int32_t yes, no;
};

static void *grown(void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap ? *cap * 2 : 64;
    return mu_xrealloc(items, *cap * size);
}

/* ---- fields ---- */

/* The schema's lists, by the singular of their names. */
static const struct list_field {
    const char *name, *member, *parts[2];
} list_fields[] = {{"email", "emails", {"email"}},
                   {"phone", "phones", {"number"}},
                   {"role", "roles", {"name", "id"}},
                   {"group", "groups", {"name", "id"}},
                   {"organization", "organizations", {"name", "id"}},
                   {"language", "languages", {NULL}}};

bool policy_place_of(struct mu_arena *arena, const char *name, struct policy_place *ret)
{
    static const char prefix[] = "attributes.";
    *ret = (struct policy_place){.member = name};
    for (size_t i = 0; i < MU_LEN(list_fields); i++) {
        const struct list_field *l = &list_fields[i];
        if (!mu_streq(name, l->name) && !mu_streq(name, l->member))
            continue;
        *ret = (struct policy_place){
            .member = l->member, .parts = {l->parts[0], l->parts[1]}, .list = true};
        return true;
    }
    ret->extra = !mu_schema_attr(MU_USER, name);
    if (mu_starts(name, prefix)) {
        ret->member = mu_strdup(arena, name + strlen(prefix));
        ret->extra = true;
    }
    return *ret->member && !mu_streq(name, "attributes");
}

static bool same_place(const struct policy_place *a, const struct policy_place *b)
{
    return a->extra == b->extra && mu_streq(a->member, b->member);
}

int policy_field(struct policy_maker *m, const struct mu_y *at, const char *name,
                 struct mu_err *err)
{
    struct policy_place place;
    if (!policy_place_of(m->arena, name, &place))
        return mu_y_fail(at, err, "'%s' names no attribute; write one of them: department",
                         mu_printable(m->arena, name, strlen(name), 64));
    for (size_t i = 0; i < m->field_count; i++)
        if (same_place(&m->places[i], &place))
            return (int)i;
    m->fields = grown(m->fields, m->field_count, &m->field_cap, sizeof(*m->fields));
    m->places = grown(m->places, m->field_count, &m->place_cap, sizeof(*m->places));
    m->places[m->field_count] = place;
    m->fields[m->field_count] = (struct mu_policy_field){
        .name = name, .at = at, .extra = place.extra ? place.member : NULL};
    return (int)m->field_count++;
}

/* ---- tests ---- */

static int add_value(struct policy_maker *m, const struct mu_y *value, struct policy_test *test,
                     struct mu_err *err)
{
    if (value->type == MU_Y_NULL)
        return mu_y_fail(value, err,
                         "needs a value; of those who have none it is said with not: {...: \"*\"}");
    if (value->type != MU_Y_SCALAR)
        return mu_y_fail(value, err, "expected a value or a list of values, not a %s",
                         value->type == MU_Y_MAP ? "mapping" : "list of lists");
    const char *folded = mu_fold(m->arena, value->text);
    bool glob = strpbrk(folded, "*?");
    const char **list = (const char **)(uintptr_t)(glob ? test->globs : test->equals);
    list[glob ? test->glob_count++ : test->equal_count++] = folded;
    return 0;
}

static int make_test(struct policy_maker *m, const struct mu_y *key, const struct mu_y *value,
                     struct ways ways, int32_t *ret, struct mu_err *err)
{
    bool list = value->type == MU_Y_SEQ;
    size_t count = list ? value->count : 1;
    int field = policy_field(m, key, key->text, err);
    if (field < 0)
        return -1;
    if (count == 0)
        return mu_y_fail(key, err, "%s: the list is empty, so that it fits nobody", key->text);
    if (m->test_count == MU_POLICY_TESTS_MAX)
        return mu_y_fail(key, err, "more than the limit of %d tests", MU_POLICY_TESTS_MAX);
    struct policy_test test = {
        .at = value,
        .field = (size_t)field,
        .equals = mu_alloc_array(m->arena, count, sizeof(*test.equals)),
        .globs = mu_alloc_array(m->arena, count, sizeof(*test.globs)),
    };
    for (size_t i = 0; i < count; i++)
        if (add_value(m, list ? value->items[i] : value, &test, err) < 0)
            return -1;
    m->tests = grown(m->tests, m->test_count, &m->test_cap, sizeof(*m->tests));
    m->steps = grown(m->steps, m->step_count, &m->step_cap, sizeof(*m->steps));
    m->tests[m->test_count] = test;
    m->steps[m->step_count] =
        (struct policy_step){.test = (uint32_t)m->test_count++, .yes = ways.yes, .no = ways.no};
    *ret = (int32_t)m->step_count++;
    return 0;
}

/* ---- all, any, not ---- */

static int make_all(struct policy_maker *m, const struct mu_y *of, struct ways ways, int32_t *ret,
                    struct mu_err *err);

static bool is_word(const struct mu_y *key)
{
    return mu_streq(key->text, "all") || mu_streq(key->text, "any") || mu_streq(key->text, "not");
}

static int make_entry(struct policy_maker *m, const struct mu_y *key, const struct mu_y *value,
                      struct ways ways, int32_t *ret, struct mu_err *err);

static int make_any(struct policy_maker *m, const struct mu_y *of, struct ways ways, int32_t *ret,
                    struct mu_err *err)
{
    for (size_t i = of->count; i-- > 0;) {
        int rc = of->type == MU_Y_SEQ ? make_all(m, of->items[i], ways, ret, err)
                                      : make_entry(m, of->keys[i], of->items[i], ways, ret, err);
        if (rc < 0)
            return -1;
        ways.no = *ret;
    }
    return 0;
}

static int make_entry(struct policy_maker *m, const struct mu_y *key, const struct mu_y *value,
                      struct ways ways, int32_t *ret, struct mu_err *err)
{
    if (!is_word(key))
        return make_test(m, key, value, ways, ret, err);
    if ((value->type != MU_Y_MAP && value->type != MU_Y_SEQ) || value->count == 0)
        return mu_y_fail(key, err, "%s: expected tests: {department: Sales}, or a list of them",
                         key->text);
    if (mu_streq(key->text, "all"))
        return make_all(m, value, ways, ret, err);
    if (mu_streq(key->text, "any"))
        return make_any(m, value, ways, ret, err);
    struct ways turned = {.yes = ways.no, .no = ways.yes};
    return value->type == MU_Y_SEQ ? make_any(m, value, turned, ret, err)
                                   : make_all(m, value, turned, ret, err);
}

/* Plain tests of a mapping come before those within all, any and not: they decide most. */
static int make_map(struct policy_maker *m, const struct mu_y *map, struct ways ways, int32_t *ret,
                    struct mu_err *err)
{
    for (int plain = 0; plain < 2; plain++) {
        for (size_t i = map->count; i-- > 0;) {
            if (is_word(map->keys[i]) == plain)
                continue;
            if (make_entry(m, map->keys[i], map->items[i], ways, ret, err) < 0)
                return -1;
            ways.yes = *ret;
        }
    }
    return 0;
}

static int make_all(struct policy_maker *m, const struct mu_y *of, struct ways ways, int32_t *ret,
                    struct mu_err *err)
{
    if (of->type == MU_Y_MAP && of->count > 0)
        return make_map(m, of, ways, ret, err);
    if (of->type != MU_Y_SEQ || of->count == 0)
        return mu_y_fail(of, err, "expected tests such as department: Sales");
    for (size_t i = of->count; i-- > 0;) {
        if (make_all(m, of->items[i], ways, ret, err) < 0)
            return -1;
        ways.yes = *ret;
    }
    return 0;
}

int policy_when(struct policy_maker *m, const struct mu_y *when, int32_t *ret, struct mu_err *err)
{
    return make_all(m, when, (struct ways){.yes = POLICY_FITS, .no = POLICY_FAILS}, ret, err);
}
