/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the program of one value: find it, read it by its type, transform it, look it up. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "map/map_private.h"

int mu_data_fail(struct mu_err *err, const char *fmt, ...)
{
    char text[MU_ERR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    mu_fail(err, MU_E_DATA, "%s", text);
    err->blast = MU_HITS_RECORD;
    return -1;
}

const struct mu_doc *mu_path_get(const struct mu_path *path, const struct mu_scope *scope)
{
    return mu_doc_get(&path->ptr, path->context ? scope->context : scope->record);
}

static int fail_value(const struct mu_scalar *s, const struct mu_scope *scope, const char *why)
{
    return mu_data_fail(scope->err, "%s: %s", s->name, why);
}

static bool is_choice(const struct mu_scalar *s, const struct mu_text *text)
{
    for (const char *const *choice = s->choices; *choice != NULL; choice++)
        if (strcmp(*choice, text->s) == 0)
            return true;
    return false;
}

static int look_up(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *text)
{
    for (size_t i = 0; i < s->table_count; i++) {
        if (strcmp(s->table[i].from, text->s) == 0) {
            *text = s->table[i].to;
            return 0;
        }
    }
    if (s->otherwise != NULL) {
        *text = *s->otherwise;
        return 0;
    }
    if (s->choices != NULL && !is_choice(s, text)) {
        return fail_value(s, scope,
                          "a word that isn't in the enum table of the mapping; add it there, or "
                          "'*' for all others");
    }
    return 0;
}

/* From a text of the right type to the result. */
static int finish(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *text)
{
    for (size_t i = 0; i < s->transform_count; i++)
        if (mu_transform_run(&s->transforms[i], scope->arena, text) < 0)
            return fail_value(s, scope, "longer than 65536 bytes after its transforms");
    if (text->len == 0)
        return 0;
    if ((s->table_count > 0 || s->otherwise != NULL || s->choices != NULL) &&
        look_up(s, scope, text) < 0)
        return -1;
    return text->len > 0;
}

int mu_scalar_value(const struct mu_scalar *s, const struct mu_scope *scope,
                    const struct mu_doc *value, struct mu_text *ret)
{
    const char *why = NULL;
    if (value == NULL)
        return 0;
    if (mu_type_read(s->type, scope->arena, value, ret, &why) < 0)
        return fail_value(s, scope, why);
    return finish(s, scope, ret);
}

int mu_scalar_absent(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *ret)
{
    if (s->fallback.s != NULL) {
        *ret = s->fallback;
        return 1;
    }
    return s->required ? fail_value(s, scope, "missing") : 0;
}

static int eval_first(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *ret)
{
    for (size_t i = 0; i < s->path_count; i++) {
        int rc = mu_scalar_value(s, scope, mu_path_get(&s->paths[i], scope), ret);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The texts a join or a template is made of; absent ones have len 0. Returns how many are present,
 * or -1. */
static int read_pieces(const struct mu_scalar *s, const struct mu_scope *scope,
                       struct mu_text pieces[MU_MAP_PATHS_MAX])
{
    int present = 0;
    for (size_t i = 0; i < s->path_count; i++) {
        const struct mu_doc *value = mu_path_get(&s->paths[i], scope);
        const char *why = NULL;
        pieces[i] = (struct mu_text){"", 0};
        if (value != NULL &&
            mu_type_read(mu_type_text(), scope->arena, value, &pieces[i], &why) < 0)
            return fail_value(s, scope, why);
        present += pieces[i].len > 0;
    }
    return present;
}

static char *put(char *to, const struct mu_text *text)
{
    memcpy(to, text->s, text->len);
    return to + text->len;
}

/* Joins what is there; blanks at the ends of a piece are the source's business. */
static void join(const struct mu_scalar *s, struct mu_arena *arena, const struct mu_text *pieces,
                 struct mu_text *ret)
{
    size_t len = 0;
    for (size_t i = 0; i < s->path_count; i++)
        len += pieces[i].len + s->glue->len;
    char *text = mu_alloc(arena, len + 1), *at = text;
    for (size_t i = 0; i < s->path_count; i++) {
        if (pieces[i].len == 0)
            continue;
        at = at > text ? put(at, s->glue) : at;
        at = put(at, &pieces[i]);
    }
    *ret = (struct mu_text){text, (size_t)(at - text)};
}

static void fill_template(const struct mu_scalar *s, struct mu_arena *arena,
                          const struct mu_text *pieces, struct mu_text *ret)
{
    size_t len = s->glue[s->path_count].len;
    for (size_t i = 0; i < s->path_count; i++)
        len += s->glue[i].len + pieces[i].len;
    char *text = mu_alloc(arena, len + 1), *at = text;
    for (size_t i = 0; i < s->path_count; i++) {
        at = put(at, &s->glue[i]);
        at = put(at, &pieces[i]);
    }
    put(at, &s->glue[s->path_count]);
    *ret = (struct mu_text){text, len};
}

static int eval_pieces(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *ret)
{
    struct mu_text pieces[MU_MAP_PATHS_MAX];
    const char *why = NULL;
    int present = read_pieces(s, scope, pieces);
    if (present <= 0)
        return present;
    if (s->how == MU_JOIN)
        join(s, scope->arena, pieces, ret);
    else if ((size_t)present == s->path_count)
        fill_template(s, scope->arena, pieces, ret);
    else
        return 0;
    if (mu_type_check(s->type, scope->arena, ret, &why) < 0)
        return fail_value(s, scope, why);
    return finish(s, scope, ret);
}

int mu_scalar_eval(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *ret)
{
    int rc = 0;
    switch (s->how) {
    case MU_CONST:
        *ret = s->constant;
        return 1;
    case MU_FROM:
        rc = mu_scalar_value(s, scope, mu_path_get(s->paths, scope), ret);
        break;
    case MU_FIRST:
        rc = eval_first(s, scope, ret);
        break;
    default:
        rc = eval_pieces(s, scope, ret);
        break;
    }
    return rc == 0 ? mu_scalar_absent(s, scope, ret) : rc;
}
