/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids that stand in more than one row. Which of two people is meant nobody can tell, so none of the
 * rows may be used; hence the file is read once beforehand. Of each id eight bytes are kept: a
 * collision of two would park two rows that are fine, and happens to nobody.
 */
#include <string.h>

#include "adapter/feed/feed_private.h"
#include "base/hash.h"
#include "base/str.h"

struct feed_twice {
    uint8_t key[MU_HASH_KEY_LEN];
    uint64_t *once, *twice; /* open addressing; 0: free */
    size_t room, count, twice_room, twice_count;
};

enum { ROOM = 1024, ROWS_MAX = 20 * 1000 * 1000 };

static uint64_t *slot_of(uint64_t *table, size_t room, uint64_t mark)
{
    size_t at = mark & (room - 1);
    while (table[at] && table[at] != mark)
        at = (at + 1) & (room - 1);
    return &table[at];
}

/* Half of it stays free. */
static void grow(uint64_t **table, size_t *room, size_t count)
{
    if (2 * (count + 1) <= *room)
        return;
    size_t more = *room ? 2 * *room : ROOM;
    uint64_t *to = mu_xcalloc(more, sizeof(*to));
    for (size_t i = 0; i < *room; i++)
        if ((*table)[i])
            *slot_of(to, more, (*table)[i]) = (*table)[i];
    free(*table);
    *table = to;
    *room = more;
}

/* True: it was there. */
static bool put(uint64_t **table, size_t *room, size_t *count, uint64_t mark)
{
    grow(table, room, *count);
    uint64_t *slot = slot_of(*table, *room, mark);
    bool was = *slot != 0;
    *slot = mark;
    *count += !was;
    return was;
}

/* The id of a row as it stands there; NULL: none. */
static const struct mu_doc *id_of(const struct feed *f, const struct mu_doc *record)
{
    const struct mu_doc *id = NULL;
    for (const char *const *name = f->shape.id_names; record && !mu_doc_text(id) && name && *name;
         name++)
        id = mu_doc_member(record, *name);
    return id && mu_doc_text(id) && id->len > 0 ? id : NULL;
}

static uint64_t mark_of(const struct feed_twice *t, const struct mu_doc *id)
{
    uint8_t hash[MU_HASH_LEN];
    uint64_t mark;
    size_t head = strspn(id->text, " \t"), len = id->len;
    while (len > head && strchr(" \t", id->text[len - 1]))
        len--;
    mu_hash(t->key, id->text + head, len - head, hash);
    memcpy(&mark, hash, sizeof(mark));
    return mark ? mark : 1;
}

int feed_twice_find(struct feed *f, struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    struct feed_twice *t = rd->twice = mu_xcalloc(1, sizeof(*t));
    struct mu_err later = MU_ERR_INIT; /* told when the rows are read for use */
    struct feed_row row;
    mu_random(t->key, sizeof(t->key));
    while (f->format->next(rd->reader, rd->row, &row, &later) == 1) {
        const struct mu_doc *id = id_of(f, row.row.record);
        uint64_t mark = id ? mark_of(t, id) : 0;
        if (id && put(&t->once, &t->room, &t->count, mark))
            put(&t->twice, &t->twice_room, &t->twice_count, mark);
        if (t->count > ROWS_MAX)
            return mu_fail(err, MU_E_LIMIT, "more people than the limit of %d", (int)ROWS_MAX);
        mu_arena_reset(rd->row);
    }
    free(t->once);
    t->once = NULL;
    return 0;
}

void feed_twice_free(struct feed_twice *t)
{
    if (!t)
        return;
    free(t->once);
    free(t->twice);
    free(t);
}

void feed_twice_judge(struct feed *f, struct mu_row *row)
{
    struct feed_twice *t = f->reading.twice;
    const struct mu_doc *id = row->bad || t->twice_count == 0 ? NULL : id_of(f, row->record);
    if (!id || !*slot_of(t->twice, t->twice_room, mark_of(t, id)))
        return;
    row->bad = mu_printf(f->reading.row, "id %s stands in more than one row; none of them is used",
                         mu_printable(f->reading.row, id->text, id->len, 80));
    row->record = NULL;
}
