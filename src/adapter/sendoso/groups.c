/* SPDX-License-Identifier: Apache-2.0 */
/* Team groups by id and by name: SCIM puts people into them by the name, which changes; we keep the
 * id. */
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/time.h"

enum { NEAREST_MAX = 500 };

struct sendoso_groups *sendoso_groups_new(void)
{
    struct sendoso_groups *g = mu_xcalloc(1, sizeof(*g));
    g->arena = mu_arena_new();
    g->by_id = mu_map_new(64);
    g->by_name = mu_map_new(64);
    g->read_us = mu_mono_us();
    return g;
}

void sendoso_groups_free(struct sendoso_groups *g)
{
    if (!g)
        return;
    mu_map_free(g->by_id);
    mu_map_free(g->by_name);
    mu_arena_free(g->arena);
    free(g);
}

/* Some budget is told, and none is more than nothing. */
static bool unfunded(const struct mu_doc *entry)
{
    static const char *const budgets[] = {"budget", "monthly_budget", "one_time_budget"};
    const struct mu_doc *extras = mu_doc_member(entry, "attributes");
    bool told = false;
    for (size_t i = 0; i < MU_LEN(budgets); i++) {
        const char *amount = mu_doc_str(extras, budgets[i]);
        if (amount && strspn(amount, "0.+-") != strlen(amount))
            return false;
        told = told || amount;
    }
    return told;
}

void sendoso_groups_add(struct sendoso_groups *g, const struct mu_doc *entry)
{
    struct sendoso_group *group = mu_alloc(g->arena, sizeof(*group));
    const char *name = mu_doc_str(entry, "name");
    *group = (struct sendoso_group){.id = mu_strdup(g->arena, mu_doc_str(entry, "id")),
                                    .name = mu_strdup(g->arena, name ? name : ""),
                                    .unfunded = unfunded(entry)};
    if (mu_map_put(g->by_id, group->id, strlen(group->id), group))
        return; /* listed twice */
    if (*group->name && mu_map_put(g->by_name, group->name, strlen(group->name), group))
        mu_map_put(g->by_name, group->name, strlen(group->name), &g->several);
}

const struct sendoso_group *sendoso_group_by_id(const struct sendoso_groups *g, const char *id)
{
    return g && id ? mu_map_get(g->by_id, id, strlen(id)) : NULL;
}

const struct sendoso_group *sendoso_group_by_name(const struct sendoso_groups *g, const char *name)
{
    const struct sendoso_group *found =
        g && name ? mu_map_get(g->by_name, name, strlen(name)) : NULL;
    return found && found != &g->several ? found : NULL;
}

static int no_group(const struct sendoso_groups *g, const char *text, struct mu_err *err)
{
    const char *names[NEAREST_MAX];
    size_t count = mu_map_count(g->by_name) < NEAREST_MAX ? mu_map_count(g->by_name) : NEAREST_MAX;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < count; i++) {
        size_t len;
        void *value;
        mu_map_at(g->by_name, i, &names[i], &len, &value);
    }
    const char *nearest = mu_nearest(text, names, count);
    const char *shown = mu_printable(arena, text, strlen(text), SENDOSO_SHOWN);
    if (nearest)
        return mu_fail(err, MU_E_DATA, "Sendoso has no team group \"%s\"; did you mean \"%s\"?",
                       shown, mu_printable(arena, nearest, strlen(nearest), SENDOSO_SHOWN));
    return mu_fail(err, MU_E_DATA, "Sendoso has no team group \"%s\"; it has %zu others", shown,
                   mu_map_count(g->by_id));
}

/* In other letter case, where one alone is called so. */
static const struct sendoso_group *by_folded(const struct sendoso_groups *g, const char *text)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *folded = mu_fold(arena, text);
    const struct sendoso_group *found = NULL;
    for (size_t i = 0; i < mu_map_count(g->by_name); i++) {
        const char *name;
        size_t len;
        void *value;
        mu_map_at(g->by_name, i, &name, &len, &value);
        if (mu_streq(mu_fold(arena, name), folded))
            found = found ? &g->several : value;
    }
    return found;
}

int sendoso_group_find(const struct sendoso_groups *g, struct mu_arena *arena, const char *text,
                       const struct sendoso_group **ret, struct mu_err *err)
{
    bool by_id = mu_starts(text, "id:"), by_name = mu_starts(text, "name:");
    const char *what = by_id ? text + strlen("id:") : by_name ? text + strlen("name:") : text;
    const struct sendoso_group *found = by_id ? NULL : mu_map_get(g->by_name, what, strlen(what));
    if (found == &g->several)
        return mu_fail(err, MU_E_DATA,
                       "Sendoso has several team groups \"%s\"; write the id of one",
                       mu_printable(arena, what, strlen(what), SENDOSO_SHOWN));
    if (!found && !by_name)
        found = sendoso_group_by_id(g, what);
    if (!found && !by_id)
        found = by_folded(g, what);
    if (!found || found == &g->several)
        return no_group(g, what, err);
    *ret = found;
    return 0;
}

const char *sendoso_group_text(const struct sendoso_groups *g, struct mu_arena *arena,
                               const char *id)
{
    const struct sendoso_group *group = sendoso_group_by_id(g, id);
    if (!id)
        return "no team group";
    if (!group)
        return mu_printf(arena, "team group %s, which isn't there",
                         mu_printable(arena, id, strlen(id), SENDOSO_SHOWN));
    return mu_printf(arena, "%s (%s)",
                     mu_printable(arena, group->name, strlen(group->name), SENDOSO_SHOWN), id);
}

/* ---- reading ---- */

static int take_page(struct sendoso_groups *g, const struct mu_page *page, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    for (const struct mu_doc *record = page->records->first; record; record = record->next) {
        const struct mu_doc *entry;
        struct mu_err bad = MU_ERR_INIT;
        const char *id;
        mu_buf_reset(&body);
        if (mu_map_entry(page->resource, record, page->context, page->arena, &body, &id, &bad) < 0)
            continue; /* nobody can be put into it either */
        if (mu_doc_parse(page->arena, body.data, body.len, &entry, err) < 0)
            return -1;
        sendoso_groups_add(g, entry);
    }
    return 0;
}

static int read_groups(struct sendoso *s, struct sendoso_groups *g, struct mu_err *err)
{
    static const char *const only[] = {"groups", NULL};
    MU_AUTO(arena) struct mu_arena *facts_arena = mu_arena_new();
    struct mu_read_facts facts;
    struct mu_page page = {.total = -1};
    int rc;
    if (sendoso_source.begin(&s->base, only, err) < 0)
        return -1;
    while ((rc = sendoso_source.next(&s->base, &page, err)) == 1) {
        rc = take_page(g, &page, err);
        mu_page_drop(&page);
        if (rc < 0)
            break;
    }
    sendoso_source.end(&s->base, facts_arena, &facts);
    return rc;
}

int sendoso_groups_fresh(struct sendoso *s, struct mu_err *err)
{
    struct sendoso_target *t = s->target;
    int64_t age_us = t->groups ? mu_mono_us() - t->groups->read_us : INT64_MAX;
    if (age_us <= (int64_t)SENDOSO_GROUPS_FRESH_S * 1000000)
        return 0;
    struct sendoso_groups *g = sendoso_groups_new();
    if (read_groups(s, g, err) < 0) {
        sendoso_groups_free(g);
        return -1;
    }
    sendoso_groups_free(t->groups);
    t->groups = g;
    return 0;
}
