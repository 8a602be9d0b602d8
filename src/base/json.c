/* SPDX-License-Identifier: Apache-2.0 */
/* json-c documents: pointers, members, scalars as text. Parsing is in json_parse.c, writing in
 * json_write.c. */
#include "base/json.h"

#include <string.h>

#include "base/str.h"

static struct json_object *member(struct json_object *obj, const char *name)
{
    struct json_object *value = NULL;
    if (json_object_is_type(obj, json_type_object))
        json_object_object_get_ex(obj, name, &value);
    return value;
}

bool mu_ptr_index(const char *token, size_t *ret)
{
    long long index;
    bool padded = token[0] == '0' && token[1];
    if (*token == '-' || padded || !mu_parse_int(token, 0, INT32_MAX, &index))
        return false;
    *ret = (size_t)index;
    return true;
}

static struct json_object *element(struct json_object *array, const char *token)
{
    size_t index;
    return mu_ptr_index(token, &index) ? json_object_array_get_idx(array, index) : NULL;
}

static struct json_object *step(struct json_object *at, const char *token)
{
    return json_object_is_type(at, json_type_array) ? element(at, token) : member(at, token);
}

/* Undoes ~1 and ~0 of one token in place; -1: a ~ that stands for nothing. */
static int unescape(char *token)
{
    char *to = token;
    for (const char *from = token; *from; from++) {
        char c = *from;
        if (c == '~') {
            from++;
            if (*from != '0' && *from != '1')
                return -1;
            c = *from == '0' ? '~' : '/';
        }
        *to++ = c;
    }
    *to = '\0';
    return 0;
}

int mu_ptr_compile(struct mu_arena *arena, const char *pointer, struct mu_ptr *ret,
                   struct mu_err *err)
{
    if (*pointer && *pointer != '/') {
        return mu_fail(err, MU_E_CONFIG, "pointer '%s' must be empty or begin with '/' (RFC 6901)",
                       pointer);
    }
    size_t count = 0;
    for (const char *s = pointer; *s; s++)
        count += *s == '/';
    if (count > MU_JSON_DEPTH_MAX)
        return mu_fail(err, MU_E_LIMIT, "pointer has more than %d steps", MU_JSON_DEPTH_MAX);
    const char **tokens = mu_alloc_array(arena, count, sizeof(*tokens));
    for (size_t i = 0; i < count; i++) {
        pointer++;
        size_t len = strcspn(pointer, "/");
        char *token = mu_strndup(arena, pointer, len);
        if (unescape(token) < 0) {
            return mu_fail(err, MU_E_CONFIG,
                           "pointer step '%.*s': write ~0 for ~ and ~1 for / (RFC 6901)", (int)len,
                           pointer);
        }
        tokens[i] = token;
        pointer += len;
    }
    *ret = (struct mu_ptr){.tokens = tokens, .count = (int)count};
    return 0;
}

struct json_object *mu_json_at(struct json_object *doc, const char *pointer)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    struct mu_ptr p = {NULL, 0};
    if (mu_ptr_compile(arena, pointer, &p, &err) < 0)
        return NULL;
    for (int i = 0; i < p.count && doc; i++)
        doc = step(doc, p.tokens[i]);
    return doc;
}

/* A string with a NUL inside can't be handed on as C text without losing its rest. */
const char *mu_json_str(struct json_object *obj, const char *name)
{
    struct json_object *value = member(obj, name);
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

bool mu_json_int(struct json_object *obj, const char *name, int64_t *ret)
{
    struct json_object *value = member(obj, name);
    if (!json_object_is_type(value, json_type_int))
        return false;
    /* json-c keeps integers up to 2^64 and caps them silently when asked for a signed one. */
    if (json_object_get_uint64(value) > INT64_MAX)
        return false;
    *ret = json_object_get_int64(value);
    return true;
}

bool mu_json_bool(struct json_object *obj, const char *name, bool fallback)
{
    struct json_object *value = member(obj, name);
    return json_object_is_type(value, json_type_boolean) ? json_object_get_boolean(value)
                                                         : fallback;
}

const char *mu_json_text(struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_boolean:
        return json_object_get_boolean(value) ? "true" : "false";
    case json_type_int:
    case json_type_double:
    case json_type_string:
        return json_object_get_string(value);
    case json_type_null:
    case json_type_object:
    case json_type_array:
        break;
    }
    return NULL;
}
