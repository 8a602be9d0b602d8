/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lookups of live versions: a walk over rows in the order they were written, a filter, and the
 * index behind both.
 */
#include "store/find.h"

#include <string.h>

enum {
    /* the read transaction is renewed then, so that the WAL can be emptied behind it */
    FINDS_MAX = 8192,
    /* a walk looks no further: other accounts' rows may lie between */
    WALK_ROWS = 512,
    /* rows this near are told in the order they were written */
    NEIGHBOUR = 4,
    /* 4 MiB: of a million new ids one in 1,500 is looked up in vain, of ten million nearly half */
    FILTER_BITS = 1 << 25,
    FILTER_PROBES = 3
};

static const char sql_live[] = "SELECT row, hash FROM entry INDEXED BY entry_live"
                               " WHERE account = ?1 AND kind = ?2 AND id = ?3 AND last IS NULL";
static const char sql_walk[] =
    "SELECT row, hash, kind, id FROM entry NOT INDEXED"
    " WHERE row > ?1 AND row <= ?2 AND account = ?3 AND last IS NULL ORDER BY row";

/* ---- the filter ---- */

static void probes(const struct mu_finder *f, const struct mu_entry *e, uint32_t ret[FILTER_PROBES])
{
    union {
        uint8_t bytes[MU_HASH_LEN];
        uint32_t words[MU_HASH_LEN / 4];
    } h;
    mu_hash(f->store->key, e->id, strlen(e->id), h.bytes);
    for (int i = 0; i < FILTER_PROBES; i++)
        ret[i] = (h.words[i] + (uint32_t)e->kind * 0x9e3779b9u) % FILTER_BITS;
}

static bool maybe_written(const struct mu_finder *f, const struct mu_entry *e)
{
    uint32_t at[FILTER_PROBES];
    if (!f->filter)
        return false;
    probes(f, e, at);
    for (int i = 0; i < FILTER_PROBES; i++)
        if (!(f->filter[at[i] >> 3] >> (at[i] & 7) & 1))
            return false;
    return true;
}

void mu_find_wrote(struct mu_finder *f, const struct mu_entry *e)
{
    uint32_t at[FILTER_PROBES];
    if (!f->empty[e->kind])
        return;
    if (!f->filter)
        f->filter = mu_xcalloc(FILTER_BITS / 8, 1);
    probes(f, e, at);
    for (int i = 0; i < FILTER_PROBES; i++)
        f->filter[at[i] >> 3] = (uint8_t)(f->filter[at[i] >> 3] | 1u << (at[i] & 7));
}

/* ---- the walk ---- */

static void stop_walk(struct mu_finder *f)
{
    if (f->walk)
        sqlite3_reset(f->walk);
    f->walk = NULL;
}

static int advance(struct mu_finder *f, struct mu_err *err)
{
    int rc = mu_sql_step(f->store, f->walk, err);
    if (rc != 1)
        f->walk = NULL;
    return rc < 0 ? -1 : 0;
}

static int start_walk(struct mu_finder *f, struct mu_err *err)
{
    stop_walk(f);
    f->walk = mu_sql(f->store, sql_walk, err);
    if (!f->walk)
        return -1;
    sqlite3_bind_int64(f->walk, 1, f->last);
    sqlite3_bind_int64(f->walk, 2, f->last + WALK_ROWS);
    sqlite3_bind_int64(f->walk, 3, f->account);
    return advance(f, err);
}

static void take(sqlite3_stmt *stmt, const uint8_t hash[MU_HASH_LEN], struct mu_live *ret)
{
    const void *stored = sqlite3_column_blob(stmt, 1);
    ret->row = sqlite3_column_int64(stmt, 0);
    ret->same =
        sqlite3_column_bytes(stmt, 1) == MU_HASH_LEN && memcmp(stored, hash, MU_HASH_LEN) == 0;
}

static bool stands_on(const struct mu_finder *f, const struct mu_entry *e)
{
    if (!f->walk || sqlite3_column_int(f->walk, 2) != (int)e->kind)
        return false;
    const unsigned char *id = sqlite3_column_text(f->walk, 3);
    return id && strcmp((const char *)id, e->id) == 0;
}

static int look_up(struct mu_finder *f, const struct mu_entry *e, const uint8_t hash[MU_HASH_LEN],
                   struct mu_live *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(f->store, sql_live, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, f->account);
    sqlite3_bind_int(stmt, 2, (int)e->kind);
    mu_sql_text(stmt, 3, e->id);
    int rc = mu_sql_step(f->store, stmt, err);
    if (rc != 1)
        return rc;
    take(stmt, hash, ret);
    sqlite3_reset(stmt);
    int64_t before = f->last;
    f->last = ret->row;
    if (ret->row > before && ret->row <= before + NEIGHBOUR)
        return start_walk(f, err) < 0 ? -1 : 1;
    stop_walk(f);
    return 1;
}

/* ---- both ---- */

int mu_find_rest(struct mu_finder *f, struct mu_err *err)
{
    struct mu_store *s = f->store;
    stop_walk(f);
    f->finds = 0;
    if (!s->reading)
        return 0;
    s->reading = false;
    return mu_sql_exec(s, "COMMIT", err);
}

int mu_find_live(struct mu_finder *f, const struct mu_entry *e, const uint8_t hash[MU_HASH_LEN],
                 struct mu_live *ret, struct mu_err *err)
{
    if (f->empty[e->kind] && !maybe_written(f, e))
        return 0;
    if ((++f->finds >= FINDS_MAX && mu_find_rest(f, err) < 0) || mu_sql_read(f->store, err) < 0)
        return -1;
    if (!stands_on(f, e))
        return look_up(f, e, hash, ret, err);
    take(f->walk, hash, ret);
    f->last = ret->row;
    return advance(f, err) < 0 ? -1 : 1;
}
