/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what was asked about is there at all: fields that somebody has, ids that somebody bears. */
#include "serve/rest/there.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/invited.h"
#include "serve/serve.h"

/* ---- fields ---- */

static int note_fields(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    return mu_page_note(arg, entry, err) < 0 ? -1 : !mu_page_saw_all(arg);
}

int mu_there_look(struct mu_rest_page *page, struct mu_err *err)
{
    const struct mu_walk all = {.kind = page->ask->kind};
    struct mu_index *index = page->index;
    page->index = NULL;
    int rc = mu_page_look(page, &all, note_fields, page, err);
    page->index = index;
    return rc;
}

int mu_there_fields(struct mu_rest_page *page, struct mu_err *err)
{
    const struct mu_asked *ask = page->ask;
    for (size_t i = 0; i < ask->field_count && page->view->counts[ask->kind] > 0; i++)
        if (!page->seen[i])
            return mu_shape_no_data(page->store, page->view, ask->kind, &ask->fields[i], err);
    return 0;
}

/* ---- ids ---- */

/* Fields that name entries. */
struct reference {
    enum mu_kind kind;
    const char *name, *part; /* part NULL: the field itself */
    enum mu_kind of;
};

static const struct reference references[] = {
    {MU_USER, "groups", "id", MU_GROUP},         {MU_USER, "roles", "id", MU_ROLE},
    {MU_GROUP, "parent", NULL, MU_GROUP},        {MU_MEMBERSHIP, "user_id", NULL, MU_USER},
    {MU_MEMBERSHIP, "group_id", NULL, MU_GROUP}, {MU_MEMBERSHIP, "role_id", NULL, MU_ROLE}};

/* NULL: it names none. */
static const struct reference *reference_of(enum mu_kind kind, const struct mu_filter_equal *equal)
{
    for (size_t i = 0; i < MU_LEN(references); i++)
        if (references[i].kind == kind && mu_streq(references[i].name, equal->attr->name) &&
            mu_streq(references[i].part, equal->part))
            return &references[i];
    return NULL;
}

struct asking {
    struct mu_request *r;
    const struct mu_rest_page *page;
    int rc; /* 0; MU_LATER; -1 */
    struct mu_err *err;
};

/* 1 when an entry has the folded value there, 0, MU_LATER is told by a->rc, as is -1. */
static bool has_value(struct asking *a, enum mu_kind kind, const struct mu_attr *attr,
                      const char *part, const char *folded)
{
    const struct mu_rest_page *page = a->page;
    const struct mu_index_key key = {page->view->at, kind, attr, part, MU_INDEX_VALUES};
    struct mu_index *index = NULL;
    size_t first;
    a->rc = mu_index_take(a->r, page->store, &key, &index, a->err);
    if (a->rc != 0)
        return false;
    bool has = !index || mu_index_find(index, page->store, folded, &first) > 0;
    mu_index_drop(a->r->serve->indexes, index);
    return has;
}

/* Somebody bears it, or somebody names it all the same: not all that is named can be read. */
static bool is_known(struct asking *a, const struct mu_filter_equal *equal, enum mu_kind of,
                     const char *folded)
{
    if (of == MU_USER && mu_starts(folded, MU_INVITED_ID))
        return true;
    return has_value(a, of, mu_schema_attr(of, "id"), NULL, folded) ||
           (a->rc == 0 && has_value(a, a->page->ask->kind, equal->attr, equal->part, folded));
}

static void not_there(struct asking *a, const struct mu_filter_equal *equal, enum mu_kind of,
                      const char *id)
{
    const struct mu_view *view = a->page->view;
    const struct mu_schema *schema = mu_schema_of(of);
    a->rc =
        mu_fail(a->err, MU_E_USAGE,
                "%s%s%s: %s has no %s with id '%s' (snapshot %" PRId64
                "); the list of %s has those there are",
                equal->attr->name, equal->part ? "." : "", equal->part ? equal->part : "",
                view->account->name, schema->name, mu_printable(a->r->arena, id, strlen(id), 60),
                view->at.snapshot, schema->plural);
}

static void check_reference(void *arg, const struct mu_filter_equal *equal)
{
    struct asking *a = arg;
    const struct reference *reference = reference_of(a->page->ask->kind, equal);
    const char *id = "";
    if (!reference || a->rc != 0)
        return;
    for (const char *const *value = equal->values; *value; value++) {
        id = *value;
        if (is_known(a, equal, reference->of, id) || a->rc != 0)
            return;
    }
    not_there(a, equal, reference->of, id);
}

/* Somebody is invited into a group that was made since the snapshot. */
static int fits_invited(struct mu_rest_page *page, struct mu_err *err)
{
    int fits = 0;
    for (size_t i = 0; fits == 0 && i < page->beside->count; i++)
        fits = mu_page_matches(page, &page->beside->entries[i], err);
    return fits;
}

int mu_there_ids(struct mu_request *r, struct mu_rest_page *page, struct mu_err *err)
{
    struct mu_err why = MU_ERR_INIT;
    struct asking a = {r, page, 0, &why};
    mu_filter_equals(r->arena, page->ask->filter, check_reference, &a);
    int fits = a.rc < 0 && why.code == MU_E_USAGE ? fits_invited(page, err) : 0;
    if (fits != 0)
        return fits < 0 ? -1 : 0;
    if (a.rc < 0)
        *err = why;
    return a.rc;
}
