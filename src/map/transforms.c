/* SPDX-License-Identifier: Apache-2.0 */
/* Transforms as a mapping names them: found, their arguments read, run. */
#include "map/transforms.h"

#include <string.h>

#include "base/str.h"

enum { KIND_NAMES_MAX = 8 * MU_TRANSFORM_KINDS_MAX + 256 };

static const struct mu_transform_kind *find(const char *name)
{
    const struct mu_transform_kind *kind = mu_transform_kinds;
    while (kind->name != NULL && strcmp(kind->name, name) != 0)
        kind++;
    return kind->name != NULL ? kind : NULL;
}

/* All of them, with a colon where an argument follows. */
static void list_kinds(struct mu_buf *to)
{
    for (const struct mu_transform_kind *kind = mu_transform_kinds; kind->name != NULL; kind++)
        mu_buf_printf(to, " %s%s", kind->name, kind->takes == NO_ARGUMENT ? "" : ":");
}

static int unknown(const struct mu_y *at, const char *name, struct mu_err *err)
{
    const char *names[MU_TRANSFORM_KINDS_MAX];
    size_t count = 0;
    while (count < MU_LEN(names) && mu_transform_kinds[count].name != NULL) {
        names[count] = mu_transform_kinds[count].name;
        count++;
    }
    const char *near = mu_nearest(name, names, count);
    if (near != NULL)
        return mu_y_fail(at, err, "transform %s is unknown; did you mean %s?", name, near);
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(KIND_NAMES_MAX);
    list_kinds(&all);
    return mu_y_fail(at, err, "transform %s is unknown; there are%s", name, all.data);
}

/* Takes an argument up to the next colon; `\:` and `\\` stand for themselves. NULL: none left. */
static char *argument(struct mu_arena *arena, const char **from)
{
    const char *s = *from;
    if (s == NULL)
        return NULL;
    char *out = mu_alloc(arena, strlen(s) + 1);
    size_t len = 0;
    for (; *s != '\0' && *s != ':'; s++) {
        if (*s == '\\' && (s[1] == ':' || s[1] == '\\'))
            s++;
        out[len++] = *s;
    }
    *from = *s == ':' ? s + 1 : NULL;
    return out;
}

static bool read_arguments(struct mu_arena *arena, const char *args, struct mu_transform *t)
{
    switch (t->kind->takes) {
    case NO_ARGUMENT:
        return args == NULL;
    case TEXT: /* the rest of the line as it stands, so that prefix:urn:x: needs no escapes */
        t->a = args;
        return args != NULL && *args != '\0';
    case NUMBER:
        return args != NULL && mu_parse_int(args, 1, MU_TEXT_MAX, &t->n);
    default:
        t->a = argument(arena, &args);
        t->b = argument(arena, &args);
        break;
    }
    if (t->a == NULL || *t->a == '\0' || t->b == NULL || args != NULL)
        return false;
    return t->kind->takes == TWO_TEXTS || (mu_parse_int(t->b, -1000, 1000, &t->n) && t->n != 0);
}

int mu_transform_compile(struct mu_arena *arena, const struct mu_y *at, struct mu_transform *ret,
                         struct mu_err *err)
{
    const char *colon = strchr(at->text, ':');
    const char *name =
        colon != NULL ? mu_strndup(arena, at->text, (size_t)(colon - at->text)) : at->text;
    struct mu_transform t = {.kind = find(name)};
    if (t.kind == NULL)
        return unknown(at, name, err);
    if (!read_arguments(arena, colon != NULL ? colon + 1 : NULL, &t))
        return mu_y_fail(at, err, "transform %s is written %s", name, t.kind->usage);
    *ret = t;
    return 0;
}

static bool all_ascii(const char *s, size_t len)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < len; i++)
        seen |= (unsigned char)s[i];
    return seen < 0x80;
}

static void run_bytes(const struct mu_transform *t, struct mu_arena *arena, struct mu_text *text)
{
    char *out = mu_strndup(arena, text->s, text->len);
    for (size_t i = 0; i < text->len; i++)
        out[i] = t->kind->byte(out[i]);
    text->s = out;
}

static int run_into_buffer(const struct mu_transform *t, struct mu_arena *arena,
                           struct mu_text *text)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_TEXT_MAX);
    t->kind->run(t, text, &to);
    if (to.full)
        return -1;
    *text = (struct mu_text){mu_strndup(arena, to.data, to.len), to.len};
    return 0;
}

static void run_cut(const struct mu_transform *t, struct mu_arena *arena, struct mu_text *text)
{
    struct mu_text piece = t->kind->cut(t, text);
    bool whole = piece.s + piece.len == text->s + text->len; /* the NUL still stands behind it */
    *text = whole ? piece : (struct mu_text){mu_strndup(arena, piece.s, piece.len), piece.len};
}

int mu_transform_run(const struct mu_transform *t, struct mu_arena *arena, struct mu_text *text)
{
    const struct mu_transform_kind *kind = t->kind;
    if (text->len == 0 && !kind->fills)
        return 0;
    if (kind->cut != NULL) {
        run_cut(t, arena, text);
        return 0;
    }
    bool short_way = kind->byte != NULL || kind->keeps_ascii;
    if (!short_way || !all_ascii(text->s, text->len))
        return run_into_buffer(t, arena, text);
    if (kind->byte != NULL)
        run_bytes(t, arena, text);
    return 0;
}
