/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that must not be made twice. */
#include "store/claims.h"

#include "base/str.h"
#include "base/time.h"
#include "store/sqlite.h"

#define COLUMNS \
    "SELECT id, token, tool, key, digest, what, run, at, ended, state, answer FROM claim "

static const char sql_by_key[] = COLUMNS "WHERE token = ?1 AND key = ?2";
static const char sql_by_what[] = COLUMNS
    "WHERE token = ?1 AND what = ?2 AND at > ?3 AND state <> 2 ORDER BY at DESC, id DESC LIMIT 1";
static const char sql_take[] = "INSERT INTO claim(token, tool, key, digest, what, run, at, ended, "
                               "state) VALUES(?1, ?2, ?3, ?4,"
                               " ?5, ?6, ?7, 0, 0)";
static const char sql_again[] =
    "UPDATE claim SET run = ?2, at = ?3, ended = 0, state = 0, answer = NULL WHERE id = ?1";
static const char sql_end[] = "UPDATE claim SET state = ?2, answer = ?3, ended = ?4 WHERE id = ?1";

static struct mu_claim read_row(sqlite3_stmt *stmt, struct mu_arena *arena)
{
    return (struct mu_claim){.id = sqlite3_column_int64(stmt, 0),
                             .token = mu_sql_dup(stmt, 1, arena),
                             .tool = mu_sql_dup(stmt, 2, arena),
                             .key = mu_sql_dup(stmt, 3, arena),
                             .digest = mu_sql_dup(stmt, 4, arena),
                             .what = mu_sql_dup(stmt, 5, arena),
                             .run = sqlite3_column_int64(stmt, 6),
                             .at = sqlite3_column_int64(stmt, 7),
                             .ended = sqlite3_column_int64(stmt, 8),
                             .state = (enum mu_claim_state)sqlite3_column_int(stmt, 9),
                             .answer = mu_sql_dup(stmt, 10, arena)};
}

int mu_claim_find(struct mu_store *s, struct mu_arena *arena, const struct mu_claim *asked,
                  int64_t same_s, struct mu_claim *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, asked->key ? sql_by_key : sql_by_what, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, asked->token);
    mu_sql_text(stmt, 2, asked->key ? asked->key : asked->what);
    if (!asked->key)
        sqlite3_bind_int64(stmt, 3, mu_now() - same_s);
    int rc = mu_sql_step(s, stmt, err);
    if (rc != 1)
        return rc;
    *ret = read_row(stmt, arena);
    sqlite3_reset(stmt);
    return 1;
}

static int insert(struct mu_store *s, const struct mu_claim *asked, int64_t *ret_id,
                  struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_take, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, asked->token);
    mu_sql_text(stmt, 2, asked->tool);
    mu_sql_text(stmt, 3, asked->key);
    mu_sql_text(stmt, 4, asked->digest);
    mu_sql_text(stmt, 5, asked->what);
    sqlite3_bind_int64(stmt, 6, asked->run);
    sqlite3_bind_int64(stmt, 7, asked->at);
    if (mu_sql_done(s, stmt, err) < 0)
        return -1;
    *ret_id = sqlite3_last_insert_rowid(s->db);
    return 1;
}

static int again(struct mu_store *s, const struct mu_claim *asked, const struct mu_claim *old,
                 int64_t *ret_id, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_again, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, old->id);
    sqlite3_bind_int64(stmt, 2, asked->run);
    sqlite3_bind_int64(stmt, 3, asked->at);
    if (mu_sql_done(s, stmt, err) < 0)
        return -1;
    *ret_id = old->id;
    return 1;
}

static int take(struct mu_store *s, const struct mu_claim *asked, int64_t same_s, int64_t *ret_id,
                struct mu_err *err)
{
    struct mu_claim old;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    int is = mu_claim_find(s, arena, asked, same_s, &old, err);
    if (is != 1)
        return is < 0 ? -1 : insert(s, asked, ret_id, err);
    bool failed = old.state == MU_CLAIM_FAILED && mu_streq(old.digest, asked->digest);
    return failed ? again(s, asked, &old, ret_id, err) : 0;
}

int mu_claim_take(struct mu_store *s, const struct mu_claim *asked, int64_t same_s, int64_t *ret_id,
                  struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    int taken = take(s, asked, same_s, ret_id, err);
    return mu_sql_end(s, taken < 0 ? -1 : 0, err) < 0 ? -1 : taken;
}

static int end(struct mu_store *s, int64_t id, enum mu_claim_state state, const char *answer,
               struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_end, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, id);
    sqlite3_bind_int(stmt, 2, (int)state);
    mu_sql_text(stmt, 3, answer);
    sqlite3_bind_int64(stmt, 4, mu_now());
    return mu_sql_done(s, stmt, err);
}

int mu_claim_end(struct mu_store *s, int64_t id, enum mu_claim_state state, const char *answer,
                 struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    return mu_sql_end(s, end(s, id, state, answer, err), err);
}
