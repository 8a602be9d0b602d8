/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots and entries held against their seals: one walk through all entries. */
#include "store/seal.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "model/schema.h"

static const char sql_sealed[] = "SELECT id, row, entries FROM seal ORDER BY id";
static const char sql_unsealed[] = "SELECT id FROM snapshot WHERE finished > 0"
                                   " AND id NOT IN (SELECT id FROM seal) ORDER BY id LIMIT 1";
/* What an open pull has written so far is under no seal yet. */
static const char sql_open[] = "SELECT id FROM snapshot WHERE open = 1 ORDER BY id";
static const char sql_entries[] = "SELECT row, kind, id, body, first, last FROM entry ORDER BY row";

struct sealed {
    int64_t id;
    uint8_t row[MU_DIGEST_LEN], entries[MU_DIGEST_LEN];
    bool open;
    struct mu_sealing again;
};

struct verifying {
    struct mu_store *store;
    struct mu_arena *arena;
    struct mu_map *seals; /* snapshot -> struct sealed */
    const char *broken;
};

static struct sealed *sealed_of(const struct verifying *v, int64_t snapshot)
{
    return mu_map_get(v->seals, (const char *)&snapshot, sizeof(snapshot));
}

/* A digest under way wants to stand at a multiple of 64 bytes (base/hash.h), an arena gives 16. */
static struct sealed *alloc_sealed(struct mu_arena *arena)
{
    enum { ALIGN = _Alignof(struct sealed) };
    char *at = mu_alloc(arena, sizeof(struct sealed) + ALIGN - 1);
    at += -(uintptr_t)at & (ALIGN - 1);
    return (void *)at;
}

static struct sealed *add(struct verifying *v, int64_t snapshot)
{
    struct sealed *s = alloc_sealed(v->arena);
    *s = (struct sealed){.id = snapshot};
    mu_seal_begin(&s->again);
    mu_map_put(v->seals, (const char *)&s->id, sizeof(s->id), s);
    return s;
}

static int load_seals(struct verifying *v, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(v->store, sql_sealed, err);
    int rc;
    if (!stmt)
        return -1;
    while ((rc = mu_sql_step(v->store, stmt, err)) == 1) {
        struct sealed *s = add(v, sqlite3_column_int64(stmt, 0));
        if (sqlite3_column_bytes(stmt, 1) == MU_DIGEST_LEN)
            memcpy(s->row, sqlite3_column_blob(stmt, 1), MU_DIGEST_LEN);
        if (sqlite3_column_bytes(stmt, 2) == MU_DIGEST_LEN)
            memcpy(s->entries, sqlite3_column_blob(stmt, 2), MU_DIGEST_LEN);
    }
    return rc;
}

static int load_open(struct verifying *v, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(v->store, sql_open, err);
    int rc;
    if (!stmt)
        return -1;
    while ((rc = mu_sql_step(v->store, stmt, err)) == 1)
        if (!sealed_of(v, sqlite3_column_int64(stmt, 0)))
            add(v, sqlite3_column_int64(stmt, 0))->open = true;
    return rc;
}

static int find_unsealed(struct verifying *v, struct mu_err *err)
{
    int64_t id = 0;
    sqlite3_stmt *stmt = mu_sql(v->store, sql_unsealed, err);
    int rc = stmt ? mu_sql_step(v->store, stmt, err) : -1;
    if (rc == 1) {
        id = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
        v->broken = mu_printf(v->arena,
                              "snapshot %" PRId64 " was added: the journal has no seal of it", id);
    }
    return rc < 0 ? -1 : 0;
}

/* ---- entries ---- */

static void stray(struct verifying *v, const char *kind, const char *id, const char *what,
                  int64_t snapshot)
{
    if (!v->broken)
        v->broken = mu_printf(v->arena, "%s %.80s: %s snapshot %" PRId64 ", which isn't there",
                              kind, mu_printable(v->arena, id, strlen(id), 80), what, snapshot);
}

static void take_entry(struct verifying *v, sqlite3_stmt *stmt)
{
    int64_t row = sqlite3_column_int64(stmt, 0), kind = sqlite3_column_int64(stmt, 1);
    int64_t first = sqlite3_column_int64(stmt, 4), last = sqlite3_column_int64(stmt, 5);
    bool live = sqlite3_column_type(stmt, 5) == SQLITE_NULL;
    const char *name = kind >= 0 && kind < MU_KINDS ? mu_schema_of((enum mu_kind)kind)->name : "?";
    const char *id = (const char *)sqlite3_column_text(stmt, 2);
    const struct mu_entry entry = {.kind = (enum mu_kind)kind,
                                   .id = id ? id : "",
                                   .body = (const char *)sqlite3_column_text(stmt, 3),
                                   .body_len = (size_t)sqlite3_column_bytes(stmt, 3)};
    struct sealed *wrote = sealed_of(v, first), *ended = live ? NULL : sealed_of(v, last + 1);
    if (wrote)
        mu_seal_wrote(&wrote->again, row, &entry);
    else
        stray(v, name, entry.id, "read by", first);
    if (ended)
        mu_seal_ended(&ended->again, row);
    else if (!live)
        stray(v, name, entry.id, "ended by", last + 1);
}

static int walk(struct verifying *v, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(v->store, sql_entries, err);
    int rc;
    if (!stmt)
        return -1;
    while ((rc = mu_sql_step(v->store, stmt, err)) == 1)
        take_entry(v, stmt);
    return rc;
}

/* ---- seals ---- */

static int compare(struct verifying *v, struct sealed *s, struct mu_err *err)
{
    uint8_t row[MU_DIGEST_LEN], entries[MU_DIGEST_LEN];
    int found = mu_seal_row(v->store, s->id, row, err);
    if (found < 0)
        return -1;
    mu_seal_end(&s->again, entries);
    if (found == 0)
        v->broken = mu_printf(v->arena, "snapshot %" PRId64 " was removed", s->id);
    else if (memcmp(row, s->row, sizeof(row)) != 0)
        v->broken = mu_printf(v->arena,
                              "snapshot %" PRId64 " was changed: its account, verdict, evidence, "
                              "counts or times",
                              s->id);
    else if (memcmp(entries, s->entries, sizeof(entries)) != 0)
        v->broken = mu_printf(v->arena,
                              "entries that snapshot %" PRId64
                              " read first, or saw no more, were changed, removed or added",
                              s->id);
    return 0;
}

static int compare_all(struct verifying *v, int64_t *ret_fit, struct mu_err *err)
{
    for (size_t i = 0; !v->broken && i < mu_map_count(v->seals); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(v->seals, i, &key, &len, &value);
        struct sealed *s = value;
        if (s->open)
            continue;
        if (compare(v, s, err) < 0)
            return -1;
        *ret_fit += !v->broken;
    }
    return 0;
}

int mu_seal_verify(struct mu_store *s, struct mu_arena *arena, int64_t *ret_fit,
                   const char **ret_broken, struct mu_err *err)
{
    struct verifying v = {.store = s, .arena = arena, .seals = mu_map_new(64)};
    *ret_fit = 0;
    int rc = load_seals(&v, err) < 0 || load_open(&v, err) < 0 || walk(&v, err) < 0 ? -1 : 0;
    const char *strays = v.broken;
    v.broken = NULL;
    if (rc == 0)
        rc = compare_all(&v, ret_fit, err);
    if (rc == 0 && !v.broken)
        rc = find_unsealed(&v, err);
    mu_map_free(v.seals);
    *ret_broken = v.broken ? v.broken : strays;
    return rc;
}
