/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a YAML tree: lookups, errors with their place, unknown keys, scalars as JSON.
 * yaml_build.c makes the tree. */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"

const struct mu_y *mu_y_get(const struct mu_y *map, const char *key)
{
    if (!map || map->type != MU_Y_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    return NULL;
}

const char *mu_y_str(const struct mu_y *map, const char *key)
{
    const struct mu_y *node = mu_y_get(map, key);
    return node && node->type == MU_Y_SCALAR ? node->text : NULL;
}

int mu_y_fail(const struct mu_y *at, struct mu_err *err, const char *fmt, ...)
{
    char what[MU_ERR_TEXT_MAX + 1]; /* one more than fits, so that mu_fail marks the cut */
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    return mu_fail(err, MU_E_CONFIG, "%s:%d:%d: %s", at->file, at->line, at->column, what);
}

int mu_y_only(const struct mu_y *map, const char *const *known, size_t count, struct mu_err *err)
{
    enum { SHOWN_MAX = 64 };
    for (size_t i = 0; i < map->count; i++) {
        const struct mu_y *key = map->keys[i];
        bool found = false;
        for (size_t k = 0; k < count && !found; k++)
            found = strcmp(key->text, known[k]) == 0;
        if (found)
            continue;
        const char *nearest = mu_nearest(key->text, known, count);
        MU_AUTO(buf) struct mu_buf shown = MU_BUF_INIT(SHOWN_MAX);
        mu_printable_into(&shown, key->text, strlen(key->text), SHOWN_MAX);
        if (nearest)
            return mu_y_fail(key, err, "unknown key '%s'; did you mean '%s'?", shown.data, nearest);
        MU_AUTO(buf) struct mu_buf list = MU_BUF_INIT(MU_ERR_TEXT_MAX);
        for (size_t k = 0; k < count; k++)
            mu_buf_printf(&list, "%s%s", k > 0 ? ", " : "", known[k]);
        return mu_y_fail(key, err, "unknown key '%s'; known here: %s", shown.data, list.data);
    }
    return 0;
}

static struct json_object *scalar_json(const struct mu_y *node)
{
    if (!node->quoted) {
        if (mu_streq(node->text, "true") || mu_streq(node->text, "false"))
            return json_object_new_boolean(node->text[0] == 't');
        struct json_object *number = mu_json_number(node->text, strlen(node->text));
        if (number)
            return number;
    }
    return json_object_new_string(node->text);
}

/* Recursion is bounded by the loader's limits on depth and on expanded aliases. */
struct json_object *mu_y_json(const struct mu_y *node)
{
    struct json_object *made = NULL;
    switch (node->type) {
    case MU_Y_NULL:
        break;
    case MU_Y_SCALAR:
        made = scalar_json(node);
        break;
    case MU_Y_SEQ:
        made = json_object_new_array();
        for (size_t i = 0; i < node->count; i++)
            json_object_array_add(made, mu_y_json(node->items[i]));
        break;
    case MU_Y_MAP:
        made = json_object_new_object();
        for (size_t i = 0; i < node->count; i++)
            json_object_object_add(made, node->keys[i]->text, mu_y_json(node->items[i]));
        break;
    }
    return made;
}

const struct mu_doc *mu_y_doc(struct mu_arena *arena, const struct mu_y *node)
{
    MU_AUTO(json) struct json_object *json = mu_y_json(node);
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_json(&w, json);
    mu_assert(mu_doc_parse(arena, mu_strndup(arena, text.data, text.len), text.len, &doc, &err) ==
              0);
    return doc;
}

int mu_y_load(struct mu_arena *arena, const char *path, const struct mu_y **ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_Y_FILE_MAX);
    if (mu_read_file(path, &text, err) < 0) {
        err->code = MU_E_CONFIG; /* whatever the reason, it is the configuration that is wrong */
        return -1;
    }
    return mu_y_parse(arena, path, text.data, text.len, ret, err);
}
