/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots under seal. */
#include "store/seal.h"

#include <string.h>

static const char sql_row[] =
    "SELECT s.id, s.account, s.started, s.finished, s.verdict, s.mapping, s.evidence, s.users,"
    " s.groups, s.roles, s.memberships, s.added, s.changed, s.gone, s.base, a.name"
    " FROM snapshot s LEFT JOIN account a ON a.id = s.account WHERE s.id = ?1";
static const char sql_put[] =
    "INSERT INTO seal(id, row, entries, n, link) VALUES(?1, ?2, ?3, ?4, ?5)";

/* ---- entries ---- */

void mu_seal_begin(struct mu_sealing *s)
{
    mu_digest_begin(&s->wrote);
    mu_digest_begin(&s->ended);
}

void mu_seal_wrote(struct mu_sealing *s, int64_t row, const struct mu_entry *entry)
{
    MU_AUTO(buf) struct mu_buf value = MU_BUF_INIT(MU_BUF_MAX);
    mu_chain_int(&value, row);
    mu_chain_int(&value, entry->kind);
    mu_chain_text(&value, entry->id, strlen(entry->id));
    mu_chain_text(&value, entry->body, entry->body_len);
    mu_digest_add(&s->wrote, value.data, value.len);
}

void mu_seal_ended(struct mu_sealing *s, int64_t row)
{
    MU_AUTO(buf) struct mu_buf value = MU_BUF_INIT(MU_BUF_MAX);
    mu_chain_int(&value, row);
    mu_digest_add(&s->ended, value.data, value.len);
}

void mu_seal_end(struct mu_sealing *s, uint8_t ret[MU_DIGEST_LEN])
{
    uint8_t both[2 * MU_DIGEST_LEN];
    mu_digest_end(&s->wrote, both);
    mu_digest_end(&s->ended, both + MU_DIGEST_LEN);
    mu_digest_bytes(both, sizeof(both), ret);
}

/* ---- the snapshot's row ---- */

int mu_seal_row(struct mu_store *s, int64_t snapshot, uint8_t ret[MU_DIGEST_LEN],
                struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf values = MU_BUF_INIT(MU_BUF_MAX);
    sqlite3_stmt *stmt = mu_sql(s, sql_row, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, snapshot);
    int rc = mu_sql_step(s, stmt, err);
    if (rc != 1)
        return rc;
    for (int at = 0; at < sqlite3_column_count(stmt); at++)
        mu_chain_column(&values, stmt, at);
    sqlite3_reset(stmt);
    mu_digest_bytes(values.data, values.len, ret);
    return 1;
}

static int put(struct mu_store *s, int64_t snapshot, const uint8_t row[MU_DIGEST_LEN],
               const uint8_t entries[MU_DIGEST_LEN], struct mu_link *ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf values = MU_BUF_INIT(MU_BUF_MAX);
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt || mu_chain_row(s, MU_CHAINED_SEAL, &values, err) < 0)
        return -1;
    mu_chain_int(&values, snapshot);
    mu_chain_blob(&values, row, MU_DIGEST_LEN);
    mu_chain_blob(&values, entries, MU_DIGEST_LEN);
    mu_chain_link(s, &values, ret);
    sqlite3_bind_int64(stmt, 1, snapshot);
    sqlite3_bind_blob(stmt, 2, row, MU_DIGEST_LEN, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 3, entries, MU_DIGEST_LEN, SQLITE_STATIC);
    mu_chain_bind(stmt, 4, ret);
    return mu_sql_done(s, stmt, err);
}

int mu_seal_put(struct mu_store *s, int64_t snapshot, struct mu_sealing *sealing,
                struct mu_err *err)
{
    uint8_t row[MU_DIGEST_LEN] = {0}, entries[MU_DIGEST_LEN];
    struct mu_link link;
    if (mu_seal_row(s, snapshot, row, err) < 0)
        return -1;
    mu_seal_end(sealing, entries);
    if (put(s, snapshot, row, entries, &link, err) < 0)
        return -1;
    mu_chain_moved(s, &link);
    return mu_chain_save(s, err);
}
