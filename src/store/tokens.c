/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: one row each, found by the digest. */
#include "store/tokens.h"

#include <string.h>

#include "store/sqlite.h"

#define COLUMNS                                                                                 \
    "SELECT name, hash, methods, tags, accounts, created, expires, used, revoked, bearer FROM " \
    "token "

static const char sql_put[] =
    "INSERT OR IGNORE INTO token(name, hash, methods, tags, accounts, created, expires, bearer)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char sql_find[] = COLUMNS "WHERE hash = ?1";
static const char sql_list[] = COLUMNS "ORDER BY name";
static const char sql_revoke[] = "UPDATE token SET revoked = ?2 WHERE name = ?1 AND revoked = 0";
static const char sql_touch[] = "UPDATE token SET used = ?2 WHERE name = ?1 AND used < ?2";

/* ---- lists as text ---- */

static void bind_list(sqlite3_stmt *stmt, int at, const char *const *list)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    if (!list) {
        sqlite3_bind_null(stmt, at);
        return;
    }
    for (size_t i = 0; list[i]; i++) {
        mu_assert(!strchr(list[i], ','));
        mu_buf_printf(&text, "%s%s", i ? "," : "", list[i]);
    }
    sqlite3_bind_text(stmt, at, text.data, (int)text.len, SQLITE_TRANSIENT);
}

static const char *const *take_list(sqlite3_stmt *stmt, int column, struct mu_arena *arena)
{
    char *text = mu_sql_dup(stmt, column, arena), *rest = NULL;
    if (!text)
        return NULL;
    size_t count = 2, at = 0;
    for (const char *p = text; *p; p++)
        count += *p == ',';
    const char **list = mu_alloc_array(arena, count, sizeof(*list));
    for (char *one = strtok_r(text, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
        list[at++] = one;
    return list;
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_token *ret = item;
    (void)s, (void)err;
    *ret = (struct mu_token){
        .name = mu_sql_dup(stmt, 0, arena),
        .hash = mu_sql_dup(stmt, 1, arena),
        .methods = take_list(stmt, 2, arena),
        .tags = take_list(stmt, 3, arena),
        .accounts = take_list(stmt, 4, arena),
        .created = sqlite3_column_int64(stmt, 5),
        .expires = sqlite3_column_int64(stmt, 6),
        .used = sqlite3_column_int64(stmt, 7),
        .revoked = sqlite3_column_int64(stmt, 8),
        .require_bearer = sqlite3_column_int(stmt, 9) != 0,
    };
    return 0;
}

/* ---- writing ---- */

static int put(struct mu_store *s, const struct mu_token *t, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, t->name);
    mu_sql_text(stmt, 2, t->hash);
    bind_list(stmt, 3, t->methods);
    bind_list(stmt, 4, t->tags);
    bind_list(stmt, 5, t->accounts);
    sqlite3_bind_int64(stmt, 6, t->created);
    sqlite3_bind_int64(stmt, 7, t->expires);
    sqlite3_bind_int(stmt, 8, t->require_bearer);
    if (mu_sql_done(s, stmt, err) < 0)
        return -1;
    if (sqlite3_changes(s->db) == 0)
        return mu_fail(err, MU_E_CONFLICT,
                       "token %s: there is one of that name already, or was; take another name",
                       t->name);
    return 0;
}

int mu_token_put(struct mu_store *s, const struct mu_token *token, struct mu_err *err)
{
    mu_assert(token->name && token->hash && strlen(token->name) <= MU_TOKEN_NAME_MAX);
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, token, err), err);
}

static int set_time(struct mu_store *s, const char *sql, const char *name, int64_t now,
                    struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, name);
    sqlite3_bind_int64(stmt, 2, now);
    return mu_sql_done(s, stmt, err);
}

int mu_token_revoke(struct mu_store *s, const char *name, int64_t now, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    int rc = set_time(s, sql_revoke, name, now, err);
    int changed = sqlite3_changes(s->db) > 0;
    return mu_sql_end(s, rc, err) < 0 ? -1 : changed;
}

int mu_token_touch(struct mu_store *s, const struct mu_token *token, int64_t now,
                   struct mu_err *err)
{
    if (now - token->used < MU_TOKEN_TOUCH_S || !mu_store_writable(s))
        return 0;
    struct mu_err busy = MU_ERR_INIT;
    int patience_ms = s->busy_ms;
    s->busy_ms = 0;
    int rc = mu_sql_begin(s, MU_SQL_LAZY, &busy);
    if (rc == 0)
        rc = mu_sql_end(s, set_time(s, sql_touch, token->name, now, &busy), &busy);
    s->busy_ms = patience_ms;
    if (rc == 0 || busy.code == MU_E_BUSY)
        return 0;
    *err = busy;
    return -1;
}

/* ---- reading ---- */

int mu_token_find(struct mu_store *s, struct mu_arena *arena, const char *hash,
                  struct mu_token *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_find, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, hash);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1) {
        rc = take_row(s, stmt, arena, ret, err) < 0 ? -1 : 1;
        sqlite3_reset(stmt);
    }
    return rc;
}

int mu_token_list(struct mu_store *s, struct mu_arena *arena, struct mu_token **ret,
                  size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_list, err);
    if (!stmt)
        return -1;
    struct mu_token *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}
