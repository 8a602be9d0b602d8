/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as JSON and back. */
#include "model/op.h"

#include <sodium.h>
#include <string.h>

#include "base/str.h"

static void put_bytes(struct mu_jw *w, const char *bytes, size_t len)
{
    if (mu_utf8_ok(bytes, len)) {
        mu_jw_strn(w, bytes, len);
        return;
    }
    size_t room = sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL);
    MU_AUTO(free) char *text = mu_xmalloc(room);
    sodium_bin2base64(text, room, (const unsigned char *)bytes, len,
                      sodium_base64_VARIANT_ORIGINAL);
    mu_jw_object(w);
    mu_jw_put_str(w, "base64", text);
    mu_jw_end(w, '}');
}

static void put_text(struct mu_jw *w, const char *key, const char *text)
{
    if (text != NULL) {
        mu_jw_key(w, key);
        put_bytes(w, text, strlen(text));
    }
}

static void put_values(struct mu_jw *w, const char *key, const struct mu_value *values,
                       size_t count)
{
    if (count == 0)
        return;
    mu_jw_key(w, key);
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++)
        put_bytes(w, values[i].bytes, values[i].len);
    mu_jw_end(w, ']');
}

static void put_flag(struct mu_jw *w, const char *key, bool flag)
{
    if (flag) {
        mu_jw_key(w, key);
        mu_jw_bool(w, true);
    }
}

static void put_who(struct mu_jw *w, const char *key, const char *const *ids, size_t count)
{
    if (count == 0 || ids == NULL)
        return;
    mu_jw_key(w, key);
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++)
        mu_jw_str(w, ids[i]);
    mu_jw_end(w, ']');
}

static void put_change(struct mu_jw *w, const struct mu_opchange *change)
{
    mu_jw_object(w);
    put_text(w, "attr", change->attr);
    put_values(w, "remove", change->remove, change->remove_count);
    put_who(w, "remove_who", change->remove_who, change->remove_count);
    put_values(w, "add", change->add, change->add_count);
    put_who(w, "add_who", change->add_who, change->add_count);
    put_flag(w, "shared", change->shared);
    put_flag(w, "absent", change->absent);
    put_flag(w, "drift", change->drift);
    mu_jw_end(w, '}');
}

void mu_op_json(const struct mu_op *op, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_put_int(w, "seq", op->seq);
    put_text(w, "verb", mu_verb_name(op->verb));
    put_text(w, "why", mu_reason_name(op->why));
    if (op->kind != MU_KINDS)
        put_text(w, "kind", mu_schema_of(op->kind)->name);
    put_text(w, "id", op->id);
    put_text(w, "label", op->label);
    put_text(w, "name", op->name);
    put_text(w, "native", op->native);
    put_text(w, "version", op->version);
    put_text(w, "new_name", op->new_name);
    if (op->change_count > 0) {
        mu_jw_key(w, "changes");
        mu_jw_array(w);
        for (size_t i = 0; i < op->change_count; i++)
            put_change(w, &op->changes[i]);
        mu_jw_end(w, ']');
    }
    put_text(w, "note", op->note);
    put_flag(w, "one_way", op->one_way);
    put_text(w, "rule", op->rule);
    mu_jw_end(w, '}');
}

static int get_base64(struct mu_arena *arena, const char *text, struct mu_value *ret)
{
    size_t room = strlen(text), len = 0;
    char *bytes = mu_alloc(arena, room + 1);
    if (sodium_base642bin((unsigned char *)bytes, room, text, room, NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return -1;
    bytes[len] = '\0';
    *ret = (struct mu_value){bytes, len};
    return 0;
}

static int get_bytes(struct mu_arena *arena, const struct mu_doc *from, struct mu_value *ret)
{
    if (mu_doc_is(from, MU_DOC_TEXT)) {
        *ret = (struct mu_value){mu_strndup(arena, from->text, from->len), from->len};
        return 0;
    }
    const char *text = mu_doc_str(from, "base64");
    return text != NULL ? get_base64(arena, text, ret) : -1;
}

/* Absent is NULL. Text with a NUL inside is refused: it would be cut. */
static int get_text(struct mu_arena *arena, const struct mu_doc *doc, const char *key,
                    const char **ret, struct mu_err *err)
{
    const struct mu_doc *from = mu_doc_member(doc, key);
    struct mu_value value;
    if (from == NULL) {
        *ret = NULL;
        return 0;
    }
    if (get_bytes(arena, from, &value) < 0 || strlen(value.bytes) != value.len)
        return mu_fail(err, MU_E_DATA, "operation: %s: expected text", key);
    *ret = value.bytes;
    return 0;
}

static int get_values(struct mu_arena *arena, const struct mu_doc *doc, const char *key,
                      const struct mu_value **ret, size_t *ret_count, struct mu_err *err)
{
    const struct mu_doc *list = mu_doc_member(doc, key);
    *ret = NULL;
    *ret_count = 0;
    if (list == NULL)
        return 0;
    if (list->type != MU_DOC_LIST)
        return mu_fail(err, MU_E_DATA, "operation: %s: expected a list of values", key);
    struct mu_value *values = mu_alloc_array(arena, list->len, sizeof(*values));
    size_t count = 0;
    for (const struct mu_doc *item = list->first; item != NULL; item = item->next) {
        if (get_bytes(arena, item, &values[count++]) < 0) {
            return mu_fail(err, MU_E_DATA, "operation: %s: value %zu is neither text nor base64",
                           key, count);
        }
    }
    *ret = values;
    *ret_count = count;
    return 0;
}

/* Missing is false. */
static int get_flag(const struct mu_doc *doc, const char *key, bool *ret, struct mu_err *err)
{
    const struct mu_doc *from = mu_doc_member(doc, key);
    if (from != NULL && from->type != MU_DOC_BOOL)
        return mu_fail(err, MU_E_DATA, "operation: %s: expected true or false", key);
    *ret = mu_doc_bool(doc, key, false);
    return 0;
}

/* An attribute's name, with options or a path. It is shown in LDIF as it is, so that a line break
 * in it would be a line of somebody's own. */
static bool is_attribute(const char *s)
{
    static const bool allowed[256] = {
        ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['.'] = true,
        ['_'] = true,         ['-'] = true,         [';'] = true,         ['/'] = true};
    if (s == NULL || *s == '\0')
        return false;
    while (allowed[(unsigned char)*s])
        s++;
    return *s == '\0';
}

/* As many as there are values: each a text, or null. */
static int get_who(struct mu_arena *arena, const struct mu_doc *doc, const char *key, size_t count,
                   const char *const **ret, struct mu_err *err)
{
    const struct mu_doc *list = mu_doc_member(doc, key);
    *ret = NULL;
    if (list == NULL)
        return 0;
    if (list->type != MU_DOC_LIST || list->len != count)
        return mu_fail(err, MU_E_DATA, "operation: %s: expected one id for each value", key);
    const char **ids = mu_alloc_array(arena, count, sizeof(*ids));
    size_t i = 0;
    for (const struct mu_doc *id = list->first; id != NULL; id = id->next, i++) {
        struct mu_value text;
        if (id->type == MU_DOC_NULL)
            continue;
        if (get_bytes(arena, id, &text) < 0 || strlen(text.bytes) != text.len)
            return mu_fail(err, MU_E_DATA, "operation: %s: id %zu is no text", key, i + 1);
        ids[i] = text.bytes;
    }
    *ret = ids;
    return 0;
}

static int get_change(struct mu_arena *arena, const struct mu_doc *doc, struct mu_opchange *ret,
                      struct mu_err *err)
{
    if (get_text(arena, doc, "attr", &ret->attr, err) < 0)
        return -1;
    if (!is_attribute(ret->attr))
        return mu_fail(err, MU_E_DATA, "operation: a change whose attr is no attribute's name");
    if (get_flag(doc, "absent", &ret->absent, err) < 0 ||
        get_flag(doc, "drift", &ret->drift, err) < 0 ||
        get_flag(doc, "shared", &ret->shared, err) < 0 ||
        get_values(arena, doc, "remove", &ret->remove, &ret->remove_count, err) < 0 ||
        get_values(arena, doc, "add", &ret->add, &ret->add_count, err) < 0)
        return -1;
    return get_who(arena, doc, "remove_who", ret->remove_count, &ret->remove_who, err) < 0
               ? -1
               : get_who(arena, doc, "add_who", ret->add_count, &ret->add_who, err);
}

static int get_changes(struct mu_arena *arena, const struct mu_doc *doc, struct mu_op *op,
                       struct mu_err *err)
{
    const struct mu_doc *list = mu_doc_member(doc, "changes");
    if (list == NULL)
        return 0;
    if (list->type != MU_DOC_LIST)
        return mu_fail(err, MU_E_DATA, "operation: changes: expected a list");
    struct mu_opchange *changes = mu_alloc_array(arena, list->len, sizeof(*changes));
    op->changes = changes;
    for (const struct mu_doc *item = list->first; item != NULL; item = item->next)
        if (get_change(arena, item, &changes[op->change_count++], err) < 0)
            return -1;
    return 0;
}

static int get_enums(const struct mu_doc *doc, struct mu_op *op, struct mu_err *err)
{
    int64_t seq = 0;
    if (!mu_verb_parse(mu_doc_str(doc, "verb"), &op->verb))
        return mu_fail(err, MU_E_DATA, "operation: verb is missing or unknown");
    if (!mu_reason_parse(mu_doc_str(doc, "why"), &op->why))
        return mu_fail(err, MU_E_DATA, "operation: why is missing or unknown");
    if (!mu_doc_int(doc, "seq", &seq) || seq < 0 || seq > INT32_MAX)
        return mu_fail(err, MU_E_DATA, "operation: seq is missing or out of range");
    op->seq = (int)seq;
    const char *kind = mu_doc_str(doc, "kind");
    if (kind != NULL && !mu_kind_parse(kind, &op->kind))
        return mu_fail(err, MU_E_DATA, "operation: kind is unknown");
    return 0;
}

int mu_op_parse(struct mu_arena *arena, const struct mu_doc *doc, struct mu_op *ret,
                struct mu_err *err)
{
    struct mu_op op = {.kind = MU_KINDS};
    if (!mu_doc_is(doc, MU_DOC_OBJECT))
        return mu_fail(err, MU_E_DATA, "operation: expected an object");
    if (get_enums(doc, &op, err) < 0 || get_text(arena, doc, "id", &op.id, err) < 0 ||
        get_text(arena, doc, "label", &op.label, err) < 0 ||
        get_text(arena, doc, "name", &op.name, err) < 0 ||
        get_text(arena, doc, "native", &op.native, err) < 0 ||
        get_text(arena, doc, "version", &op.version, err) < 0 ||
        get_text(arena, doc, "new_name", &op.new_name, err) < 0 ||
        get_text(arena, doc, "note", &op.note, err) < 0 ||
        get_text(arena, doc, "rule", &op.rule, err) < 0 ||
        get_flag(doc, "one_way", &op.one_way, err) < 0 || get_changes(arena, doc, &op, err) < 0)
        return -1;
    if (op.verb == MU_OP_RENAME && op.new_name == NULL)
        return mu_fail(err, MU_E_DATA, "operation %d: a rename without new_name", op.seq);
    if (op.name == NULL)
        return mu_fail(err, MU_E_DATA, "operation %d: name is missing", op.seq);
    *ret = op;
    return 0;
}

int mu_op_read(struct mu_arena *arena, const char *text, size_t len, struct mu_op *ret,
               struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *parsed = mu_arena_new();
    const struct mu_doc *doc;
    return mu_doc_parse(parsed, text, len, &doc, err) < 0 ? -1 : mu_op_parse(arena, doc, ret, err);
}
