/* SPDX-License-Identifier: Apache-2.0 */
/* From the record to the entry, and from the entry to the target, field by field. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/explainer.h"

enum { LINKS_MAX = 32 };

bool explain_holds(struct explainer *x, const char *attr, const struct mu_value *values,
                   size_t count, const struct mu_value *value)
{
    for (size_t i = 0; i < count; i++)
        if (x->q->target ? mu_target_same(x->q->target, attr, &values[i], value)
                         : values[i].len == value->len &&
                               memcmp(values[i].bytes, value->bytes, value->len) == 0)
            return true;
    return false;
}

/* ---- the source's side ---- */

static bool is_supplement(const struct mu_resource_info *info)
{
    return info->fetch && info->fetch->supplement;
}

/* The source's mapping of a kind: the one whose records become entries, or a supplement of it. */
static const struct mu_resource *source_of(struct explainer *x, enum mu_kind kind, bool supplement)
{
    for (const struct mu_resource *const *r = x->sources; r && *r; r++) {
        const struct mu_resource_info *info = mu_map_info(*r);
        if (info->kind == kind && !info->target && is_supplement(info) == supplement)
            return *r;
    }
    return NULL;
}

const char *explain_resource(struct explainer *x, enum mu_kind kind)
{
    const struct mu_resource *r = source_of(x, kind, false);
    return r ? mu_map_info(r)->name : NULL;
}

/* A field's value as compact JSON: "attributes/budget" leads into the extras. NULL: absent. */
static const char *field_value(struct mu_arena *arena, const struct mu_doc *doc, const char *field)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_doc *value = mu_doc_at(doc, mu_printf(arena, "/%s", field));
    struct mu_jw w;
    if (!value)
        return NULL;
    mu_jw_init(&w, &text, false);
    mu_jw_doc(&w, value);
    return mu_strndup(arena, text.data, text.len);
}

/* What today's mapping makes of the record; NULL: nothing. */
static const struct mu_doc *mapped_today(struct explainer *x, const struct mu_resource *r,
                                         const struct mu_doc *record, const struct mu_doc *context)
{
    struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err ignored = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    const char *id;
    if (r && record && mu_map_entry(r, record, context, x->arena, &body, &id, &ignored) == 0)
        mu_doc_parse(x->arena, mu_strndup(x->arena, body.data, body.len), body.len, &doc, &ignored);
    mu_buf_done(&body);
    return doc;
}

/* What a supplement tells replaces what the main record does, and joins lists; its own records
 * aren't kept. */
static bool from_supplement(struct explainer *x, enum mu_kind kind, const char *made,
                            struct mu_link *link)
{
    const struct mu_resource *extra = source_of(x, kind, true);
    const struct mu_rule *rule = extra ? mu_map_rule(extra, link->field) : NULL;
    if (!rule || !link->value || mu_streq(made, link->value))
        return false;
    const char *name = mu_map_info(extra)->name;
    bool joined = made && *made == '[';
    link->note = mu_printf(x->arena, "%s %s, whose records aren't kept",
                           joined ? "joined with what is told by" : "told by", name);
    if (joined)
        return true;
    link->resource = name;
    link->rule = rule;
    link->read_count = 0;
    return true;
}

static struct mu_link link_of(struct explainer *x, enum mu_kind kind, const char *field,
                              const struct mu_doc *doc, const struct mu_doc *today,
                              const struct mu_doc *record, const struct mu_doc *context)
{
    const struct mu_resource *r = source_of(x, kind, false);
    struct mu_link link = {.field = field,
                           .value = field_value(x->arena, doc, field),
                           .resource = r ? mu_map_info(r)->name : NULL,
                           .rule = r ? mu_map_rule(r, field) : NULL};
    const char *made = field_value(x->arena, today, field);
    if (link.rule && record)
        link.read_count = mu_map_reads(r, field, record, context, x->arena, &link.reads);
    if (from_supplement(x, kind, made, &link))
        return link;
    if (!link.rule)
        link.note = r ? "no rule fills it" : "the source's mappings aren't known here";
    else if (!record)
        link.note = "the record isn't kept";
    else if (!mu_streq(made, link.value))
        link.note = mu_printf(x->arena,
                              "today's rule makes %s of it: the mapping changed since snapshot "
                              "%" PRId64,
                              made ? made : "nothing", x->q->snapshot.id);
    return link;
}

size_t explain_links(struct explainer *x, enum mu_kind kind, const char *const *fields,
                     const struct mu_doc *doc, const struct mu_doc *record,
                     const struct mu_doc *context, const struct mu_link **ret)
{
    struct mu_link *links = mu_alloc_array(x->arena, LINKS_MAX, sizeof(*links));
    const struct mu_doc *today = mapped_today(x, source_of(x, kind, false), record, context);
    size_t count = 0;
    for (; fields[count] && count < LINKS_MAX; count++)
        links[count] = link_of(x, kind, fields[count], doc, today, record, context);
    *ret = links;
    return count;
}

/* ---- the target's side ---- */

/* "/emails/?/email" looks at the field emails, "/attributes/budget" at that extra. */
static const char *field_of(struct mu_arena *arena, const char *pointer)
{
    size_t len = strcspn(pointer + 1, "/");
    if (strncmp(pointer + 1, "attributes/", 11) == 0)
        len = 11 + strcspn(pointer + 12, "/");
    return mu_strndup(arena, pointer + 1, len);
}

/* What the rule is told beside the entry: the policy's decision. */
static bool is_told(const struct mu_read *read)
{
    return strncmp(read->pointer, "/@/", 3) == 0;
}

static void add_told(struct explainer *x, const struct mu_resource *mapping,
                     struct mu_attr_story *a)
{
    const struct mu_read *reads;
    size_t count = mu_map_reads(mapping, a->name, x->doc, x->context, x->arena, &reads);
    struct mu_link *links = mu_alloc_array(x->arena, a->link_count + count + 1, sizeof(*links));
    if (a->link_count > 0)
        memcpy(links, a->links, a->link_count * sizeof(*links));
    for (size_t i = 0; i < count; i++)
        if (is_told(&reads[i]))
            links[a->link_count++] = (struct mu_link){.field = reads[i].pointer,
                                                      .value = reads[i].value,
                                                      .note = "decided by the policy"};
    a->links = links;
}

/* The unified fields a rule of the target looks at, each once. */
static void fields_of(struct explainer *x, const struct mu_resource *mapping, const char *attr,
                      const char *fields[LINKS_MAX + 1])
{
    const struct mu_read *reads;
    size_t count = mu_map_reads(mapping, attr, x->doc, x->context, x->arena, &reads), n = 0;
    for (size_t i = 0; i < count && n < LINKS_MAX; i++) {
        if (is_told(&reads[i]))
            continue;
        const char *field = field_of(x->arena, reads[i].pointer);
        size_t j = 0;
        while (j < n && !mu_streq(fields[j], field))
            j++;
        if (j == n)
            fields[n++] = field;
    }
    fields[n] = NULL;
}

static const struct mu_attrval *attr_of(const struct mu_object *o, const char *name)
{
    return o->name ? mu_object_attr(o, name) : NULL;
}

static bool all_held(struct explainer *x, const char *attr, const struct mu_value *some,
                     size_t some_count, const struct mu_value *by, size_t by_count)
{
    for (size_t i = 0; i < some_count; i++)
        if (!explain_holds(x, attr, by, by_count, &some[i]))
            return false;
    return true;
}

static bool differs(struct explainer *x, const struct mu_attr_story *a)
{
    if (!x->object.name || (a->policy == MU_POLICY_KEEP && a->have_count > 0))
        return false;
    return !all_held(x, a->name, a->want, a->want_count, a->have, a->have_count) ||
           (a->policy == MU_POLICY_FORCE &&
            !all_held(x, a->name, a->have, a->have_count, a->want, a->want_count));
}

static struct mu_written written(struct explainer *x, const struct mu_attr_story *a, bool naming)
{
    struct mu_written w = {.run = 0};
    if (naming)
        return explain_named(&x->trail);
    for (size_t i = 0; i < a->have_count && w.run == 0; i++)
        w = explain_written(x, &x->trail, a->name, &a->have[i]);
    return a->have_count ? w : explain_written(x, &x->trail, a->name, NULL);
}

/* Renames are not among the changes a replay sees: the value is told from the name. */
static void have_naming(struct explainer *x, struct mu_attr_story *a)
{
    const char *text = x->object.name;
    struct mu_err ignored = MU_ERR_INIT;
    struct mu_value *value = mu_alloc(x->arena, sizeof(*value));
    if (x->ops->naming)
        x->ops->naming(x->q->target, x->arena, x->object.name, &text, &ignored);
    *value = (struct mu_value){.bytes = text, .len = strlen(text)};
    a->have = value;
    a->have_count = 1;
}

static struct mu_attr_story attr_story(struct explainer *x, const struct mu_resource *mapping,
                                       const char *name, const struct mu_want *want)
{
    const char *fields[LINKS_MAX + 1];
    const struct mu_attrval *have = attr_of(&x->object, name);
    bool naming = mu_strieq(name, mu_map_info(mapping)->rdn);
    struct mu_attr_story a = {.name = name, .rule = mu_map_rule(mapping, name)};
    if (want) {
        a.policy = want->policy;
        a.want = want->values;
        a.want_count = want->count;
    }
    if (have) {
        a.have = have->values;
        a.have_count = have->count;
    }
    fields_of(x, mapping, name, fields);
    a.link_count = explain_links(x, MU_USER, fields, x->doc, x->record, NULL, &a.links);
    add_told(x, mapping, &a);
    if (naming && x->q->past && x->object.name)
        have_naming(x, &a);
    if (want)
        a.differs = differs(x, &a);
    a.written = written(x, &a, naming);
    return a;
}

void explain_attrs(struct explainer *x)
{
    const struct mu_resource *mapping = x->ops->mapping(x->q->target, MU_USER);
    const char *const *names = mu_map_attributes(mapping);
    const struct mu_want *wants = NULL;
    struct mu_err bad = MU_ERR_INIT;
    size_t count = 0, want_count = 0;
    while (names[count])
        count++;
    if (x->story->in_snapshot &&
        mu_map_want(mapping, x->doc, x->context, x->arena, &wants, &want_count, &bad) < 0)
        explain_because(x, &x->because, "no_value", "the target's mapping (%s) says: %s",
                        mu_map_info(mapping)->file, bad.text);
    struct mu_attr_story *attrs = mu_alloc_array(x->arena, count + 1, sizeof(*attrs));
    for (size_t i = 0; i < count; i++)
        attrs[i] = attr_story(x, mapping, names[i], want_count == count ? &wants[i] : NULL);
    x->story->attrs = attrs;
    x->story->attr_count = count;
}
