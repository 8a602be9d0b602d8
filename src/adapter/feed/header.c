/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a CSV file against the names that mappings look for. */
#include "adapter/feed/header.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"

/* What is left of a name when people's habits are taken off. */
static const char *loose(struct mu_arena *arena, const char *name)
{
    const char *folded = mu_fold(arena, name);
    char *to = mu_strdup(arena, folded), *at = to;
    for (const char *from = folded; *from; from++)
        if (!strchr(" \t\r\n_-.", *from))
            *at++ = *from;
    *at = '\0';
    return to;
}

static const char *trimmed(struct mu_arena *arena, const struct csv_field *field)
{
    size_t head = strspn(field->text, " \t\r\n"), len = field->len;
    while (len > head && strchr(" \t\r\n", field->text[len - 1]))
        len--;
    return mu_strndup(arena, field->text + head, len - head);
}

static const char *shown(struct mu_arena *arena, const char *name)
{
    return mu_printable(arena, name, strlen(name), 80);
}

static int read_columns(struct mu_arena *arena, const struct csv_row *row, const char **to,
                        struct mu_err *err)
{
    struct mu_map *seen = mu_map_new(row->count);
    int rc = 0;
    for (size_t i = 0; i < row->count && rc == 0; i++) {
        to[i] = trimmed(arena, &row->fields[i]);
        const char *first = mu_map_put(seen, to[i], strlen(to[i]), (void *)(uintptr_t)to[i]);
        if (!*to[i])
            rc = mu_fail(err, MU_E_DATA, "the header's column %zu of %zu has no name", i + 1,
                         row->count);
        else if (first)
            rc = mu_fail(err, MU_E_DATA, "the header names two columns %s", shown(arena, to[i]));
    }
    mu_map_free(seen);
    to[row->count] = NULL;
    return rc;
}

/* The column of a name; -1: none; -2: err. */
static int find(struct mu_arena *arena, const struct header *h, const char *const *keys,
                const char *name, struct mu_err *err)
{
    const char *key = loose(arena, name);
    int found = -1;
    for (size_t i = 0; i < h->count; i++)
        if (mu_streq(h->columns[i], name))
            return (int)i;
    for (size_t i = 0; i < h->count; i++) {
        if (!mu_streq(keys[i], key))
            continue;
        if (found >= 0) {
            mu_fail(err, MU_E_DATA, "columns %s and %s could both be %s; rename one",
                    shown(arena, h->columns[found]), shown(arena, h->columns[i]), name);
            return -2;
        }
        found = (int)i;
    }
    return found;
}

int header_read(struct mu_arena *arena, const struct csv_row *row, const char *const *names,
                struct header *ret, struct mu_err *err)
{
    const char **columns = mu_alloc_array(arena, row->count + 1, sizeof(*columns));
    const char **keys = mu_alloc_array(arena, row->count + 1, sizeof(*keys));
    size_t count = 0;
    if (row->bad)
        return mu_fail(err, MU_E_DATA, "the header, line %d: %s", (int)row->line, row->bad);
    if (read_columns(arena, row, columns, err) < 0)
        return -1;
    struct header h = {.columns = columns, .count = row->count, .names = names};
    for (size_t i = 0; i < row->count; i++)
        keys[i] = loose(arena, columns[i]);
    while (names[count])
        count++;
    int *at = mu_alloc_array(arena, count + 1, sizeof(*at));
    for (size_t i = 0; i < count; i++) {
        at[i] = find(arena, &h, keys, names[i], err);
        if (at[i] == -2)
            return -1;
    }
    h.at = at;
    *ret = h;
    return 0;
}
