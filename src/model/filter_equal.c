/* SPDX-License-Identifier: Apache-2.0 */
/* What a condition says of equality, for whoever knows where values stand. */
#include "model/filter_tree.h"

static const struct mu_filter *find_test(const struct mu_filter *f, enum filter_op op)
{
    if (f->type == NODE_AND) {
        const struct mu_filter *left = find_test(f->left, op);
        return left ? left : find_test(f->right, op);
    }
    bool tells = f->type == NODE_TEST && f->op == op && f->attr->shape != MU_SHAPE_ENUM &&
                 f->attr->shape != MU_SHAPE_BOOL && f->attr->shape != MU_SHAPE_EXTRAS;
    return tells ? f : NULL;
}

static struct mu_filter_equal equal_of(struct mu_arena *arena, const struct mu_filter *f)
{
    const char **values = mu_alloc_array(arena, FILTER_CONDITIONS_MAX + 1, sizeof(*values));
    const struct mu_filter_equal equal = {.attr = f->attr, .part = f->part, .values = values};
    for (size_t count = 0; f; f = f->also) {
        values[count++] = f->folded;
    }
    return equal;
}

static bool find(struct mu_arena *arena, const struct mu_filter *filter, enum filter_op op,
                 struct mu_filter_equal *ret)
{
    const struct mu_filter *f = filter ? find_test(filter, op) : NULL;
    if (f) {
        *ret = equal_of(arena, f);
    }
    return f != NULL;
}

bool mu_filter_equal(struct mu_arena *arena, const struct mu_filter *filter,
                     struct mu_filter_equal *ret)
{
    return find(arena, filter, OP_EQ, ret);
}

bool mu_filter_like(struct mu_arena *arena, const struct mu_filter *filter,
                    struct mu_filter_equal *ret)
{
    return find(arena, filter, OP_LIKE, ret);
}

void mu_filter_equals(struct mu_arena *arena, const struct mu_filter *filter,
                      void (*each)(void *arg, const struct mu_filter_equal *equal), void *arg)
{
    for (; filter && filter->type == NODE_AND; filter = filter->right) {
        mu_filter_equals(arena, filter->left, each, arg);
    }
    if (filter && filter->type == NODE_TEST && filter->op == OP_EQ) {
        const struct mu_filter_equal equal = equal_of(arena, filter);
        each(arg, &equal);
    }
}

void mu_filter_fields(const struct mu_filter *filter,
                      void (*each)(void *arg, const struct mu_attr *attr, const char *part),
                      void *arg)
{
    for (; filter && filter->type != NODE_TEST; filter = filter->right) {
        mu_filter_fields(filter->left, each, arg);
    }
    if (filter) {
        each(arg, filter->attr, filter->part);
    }
}

static void each_text(const struct mu_doc *value, const char *part,
                      void (*each)(void *arg, const char *text), void *arg)
{
    if (value->type == MU_DOC_LIST) {
        for (const struct mu_doc *item = value->first; item; item = item->next) {
            each_text(item, part, each, arg);
        }
        return;
    }
    if (value->type == MU_DOC_OBJECT) {
        const struct mu_doc *inner = part ? mu_doc_member(value, part) : NULL;
        if (inner && inner->type != MU_DOC_OBJECT) {
            each_text(inner, part, each, arg);
        }
        return;
    }
    if (mu_doc_text(value)) {
        each(arg, mu_doc_text(value));
    }
}

void mu_filter_texts(const struct mu_attr *attr, const char *part, const struct mu_doc *doc,
                     void (*each)(void *arg, const char *text), void *arg)
{
    const struct mu_doc *value = mu_doc_member(doc, attr->name);
    if (value) {
        each_text(value, part, each, arg);
    }
}
