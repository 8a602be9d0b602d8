/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on their way into the journal's chain, and what one is as bytes. */
#include "store/chain.h"

#include <inttypes.h>
#include <string.h>

#include "store/sqlite.h"

static const char sql_head[] = "SELECT n, link FROM head";
static const char sql_save[] = "UPDATE head SET n = ?1, link = ?2";
static const char sql_keep[] = "INSERT INTO superseded(n, row, link) VALUES(?1, ?2, ?3)";

/* `seen` begins with the number, ends with the link, and has the table's columns in between. */
static const char seen_run[] =
    "SELECT n, id, sync, command, plan, mapping, undoes, snapshot, started, finished, status,"
    " planned, ok, failed, skipped, doubts, link FROM run WHERE id = ?1";
static const char seen_step[] = "SELECT n, id, op, inverse, at, link FROM step WHERE id = ?1";
static const char seen_outcome[] =
    "SELECT n, id, done, detail, at, link FROM outcome WHERE id = ?1";
static const char seen_seal[] = "SELECT n, id, row, entries, link FROM seal WHERE id = ?1";
static const char seal_run[] = "UPDATE run SET n = ?2, link = ?3 WHERE id = ?1";

static const struct {
    const char *name, *seen, *seal;
} tables[MU_CHAINED] = {
    [MU_CHAINED_RUN] = {"run", seen_run, seal_run},
    [MU_CHAINED_STEP] = {"step", seen_step, NULL},
    [MU_CHAINED_OUTCOME] = {"outcome", seen_outcome, NULL},
    [MU_CHAINED_SEAL] = {"seal", seen_seal, NULL},
};

static size_t digits(uint64_t value, char to[24])
{
    char back[24];
    size_t len = 0;
    do
        back[len++] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    for (size_t i = 0; i < len; i++)
        to[i] = back[len - 1 - i];
    return len;
}

static void add(struct mu_buf *row, char type, const void *bytes, size_t len)
{
    char head[32] = {type};
    size_t n = 1 + digits(len, head + 1);
    head[n++] = ':';
    mu_buf_add(row, head, n);
    mu_buf_add(row, bytes, len);
}

void mu_chain_int(struct mu_buf *row, int64_t value)
{
    char text[24] = {'-'};
    size_t sign = value < 0;
    add(row, 'i', text, sign + digits(sign ? 0 - (uint64_t)value : (uint64_t)value, text + sign));
}

void mu_chain_text(struct mu_buf *row, const char *text, size_t len)
{
    add(row, text ? 't' : 'n', text ? text : "", text ? len : 0);
}

void mu_chain_blob(struct mu_buf *row, const void *bytes, size_t len)
{
    add(row, 'b', bytes, len);
}

void mu_chain_column(struct mu_buf *row, sqlite3_stmt *stmt, int at)
{
    static const char types[] = {[SQLITE_INTEGER] = 'i',
                                 [SQLITE_FLOAT] = 'r',
                                 [SQLITE_TEXT] = 't',
                                 [SQLITE_BLOB] = 'b',
                                 [SQLITE_NULL] = 'n'};
    char type = types[sqlite3_column_type(stmt, at)];
    if (type == 'i') {
        mu_chain_int(row, sqlite3_column_int64(stmt, at));
        return;
    }
    const void *bytes = type == 'b' ? sqlite3_column_blob(stmt, at) : sqlite3_column_text(stmt, at);
    add(row, type, bytes ? bytes : "", (size_t)sqlite3_column_bytes(stmt, at));
}

bool mu_chain_place(sqlite3_stmt *stmt, struct mu_link *ret)
{
    int link = sqlite3_column_count(stmt) - 1;
    if (sqlite3_column_type(stmt, 0) != SQLITE_INTEGER ||
        sqlite3_column_type(stmt, link) != SQLITE_BLOB ||
        sqlite3_column_bytes(stmt, link) != MU_DIGEST_LEN)
        return false;
    ret->n = sqlite3_column_int64(stmt, 0);
    memcpy(ret->link, sqlite3_column_blob(stmt, link), MU_DIGEST_LEN);
    return true;
}

static void take_row(sqlite3_stmt *stmt, enum mu_chained table, int64_t n, struct mu_buf *ret)
{
    mu_buf_reset(ret);
    mu_chain_int(ret, n);
    mu_chain_text(ret, tables[table].name, strlen(tables[table].name));
    for (int at = 1; at < sqlite3_column_count(stmt) - 1; at++)
        mu_chain_column(ret, stmt, at);
}

bool mu_chain_take(sqlite3_stmt *stmt, enum mu_chained table, struct mu_buf *ret,
                   struct mu_link *ret_link)
{
    if (!mu_chain_place(stmt, ret_link))
        return false;
    take_row(stmt, table, ret_link->n, ret);
    return true;
}

sqlite3_stmt *mu_chain_select(struct mu_store *s, enum mu_chained table, int64_t id,
                              struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, tables[table].seen, err);
    if (stmt)
        sqlite3_bind_int64(stmt, 1, id);
    return stmt;
}

void mu_chain_after(const struct mu_link *before, const struct mu_buf *row,
                    uint8_t ret[MU_DIGEST_LEN])
{
    struct mu_digesting d;
    mu_digest_begin(&d);
    mu_digest_add(&d, before->link, sizeof(before->link));
    mu_digest_add(&d, row->data, row->len);
    mu_digest_end(&d, ret);
}

int mu_chain_last(struct mu_store *s, struct mu_link *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_head, err);
    int rc = stmt ? mu_sql_step(s, stmt, err) : -1;
    if (rc < 0)
        return -1;
    bool right = rc == 1 && mu_chain_place(stmt, ret);
    sqlite3_reset(stmt);
    return right ? 0
                 : mu_fail(err, MU_E_IO, "store %s: damaged (the journal's chain has no head)",
                           s->path);
}

static int know_head(struct mu_store *s, struct mu_err *err)
{
    if (!s->head_known && mu_chain_last(s, &s->head, err) < 0)
        return -1;
    s->head_known = true;
    return 0;
}

int mu_chain_row(struct mu_store *s, enum mu_chained table, struct mu_buf *ret, struct mu_err *err)
{
    if (know_head(s, err) < 0)
        return -1;
    mu_chain_int(ret, s->head.n + 1);
    mu_chain_text(ret, tables[table].name, strlen(tables[table].name));
    return 0;
}

void mu_chain_link(const struct mu_store *s, const struct mu_buf *row, struct mu_link *ret)
{
    ret->n = s->head.n + 1;
    mu_chain_after(&s->head, row, ret->link);
}

void mu_chain_bind(sqlite3_stmt *stmt, int at, const struct mu_link *link)
{
    sqlite3_bind_int64(stmt, at, link->n);
    sqlite3_bind_blob(stmt, at + 1, link->link, sizeof(link->link), SQLITE_STATIC);
}

void mu_chain_moved(struct mu_store *s, const struct mu_link *link)
{
    s->head = *link;
    s->head_moved = true;
}

int mu_chain_save(struct mu_store *s, struct mu_err *err)
{
    sqlite3_stmt *stmt;
    if (!s->head_moved)
        return 0;
    if (!(stmt = mu_sql(s, sql_save, err)))
        return -1;
    mu_chain_bind(stmt, 1, &s->head);
    if (mu_sql_done(s, stmt, err) < 0)
        return -1;
    s->head_moved = false;
    return 0;
}

/* The row of that number as it stands, to be looked at before anything else is done. */
static int find(struct mu_store *s, enum mu_chained table, int64_t id, sqlite3_stmt **ret,
                struct mu_err *err)
{
    int rc = (*ret = mu_chain_select(s, table, id, err)) ? mu_sql_step(s, *ret, err) : -1;
    if (rc == 0)
        mu_fail(err, MU_E_MISSING, "store %s: there is no %s %" PRId64, s->path, tables[table].name,
                id);
    return rc == 1 ? 0 : -1;
}

int mu_chain_seal(struct mu_store *s, enum mu_chained table, int64_t id, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf row = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_link link;
    sqlite3_stmt *seen, *seal;
    if (know_head(s, err) < 0 || find(s, table, id, &seen, err) < 0)
        return -1;
    take_row(seen, table, s->head.n + 1, &row);
    sqlite3_reset(seen);
    mu_chain_link(s, &row, &link);
    if (!(seal = mu_sql(s, tables[table].seal, err)))
        return -1;
    sqlite3_bind_int64(seal, 1, id);
    mu_chain_bind(seal, 2, &link);
    if (mu_sql_done(s, seal, err) < 0)
        return -1;
    mu_chain_moved(s, &link);
    return 0;
}

int mu_chain_supersede(struct mu_store *s, enum mu_chained table, int64_t id, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf row = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_link link;
    sqlite3_stmt *seen, *keep = mu_sql(s, sql_keep, err);
    if (!keep || find(s, table, id, &seen, err) < 0)
        return -1;
    bool right = mu_chain_take(seen, table, &row, &link);
    sqlite3_reset(seen);
    if (!right)
        return mu_fail(err, MU_E_IO,
                       "store %s: damaged (%s %" PRId64 " has no place in the journal)", s->path,
                       tables[table].name, id);
    sqlite3_bind_int64(keep, 1, link.n);
    sqlite3_bind_blob(keep, 2, row.data, (int)row.len, SQLITE_STATIC);
    sqlite3_bind_blob(keep, 3, link.link, sizeof(link.link), SQLITE_STATIC);
    return mu_sql_done(s, keep, err);
}

int mu_chain_head(struct mu_store *s, struct mu_chain_head *ret, struct mu_err *err)
{
    struct mu_link last = {.n = 0};
    if (mu_chain_last(s, &last, err) < 0)
        return -1;
    ret->rows = last.n;
    mu_digest_hex(last.link, ret->link);
    return 0;
}
