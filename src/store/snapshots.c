/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and the snapshots taken of them. */
#include <string.h>

#include "base/str.h"
#include "store/sqlite.h"

#define COLUMNS                                                                               \
    "SELECT s.id, a.name, s.started, s.finished, s.verdict, s.mapping, s.evidence, s.users, " \
    "s.groups, s.roles,"                                                                      \
    " s.memberships, s.added, s.changed, s.gone FROM snapshot s JOIN account a ON a.id = "    \
    "s.account "

enum { COUNTS_FROM = 7 }; /* column of counts[MU_USER]; the other kinds follow in order */

static const char sql_newest[] =
    COLUMNS "WHERE a.name = ?1 AND s.finished > 0 AND s.verdict > 0 ORDER BY s.id DESC LIMIT 1";
static const char sql_complete[] =
    COLUMNS "WHERE a.name = ?1 AND s.finished > 0 AND s.verdict = 2 ORDER BY s.id DESC LIMIT 1";
static const char sql_one[] = COLUMNS "WHERE s.id = ?2 AND (?1 IS NULL OR a.name = ?1)";
static const char sql_list[] = COLUMNS "ORDER BY s.id DESC LIMIT ?2";
static const char sql_list_of[] = COLUMNS "WHERE a.name = ?1 ORDER BY s.id DESC LIMIT ?2";

static const char *const verdicts[] = {
    [MU_VOID] = "void", [MU_ADDITIVE] = "additive", [MU_COMPLETE] = "complete"};

const char *mu_verdict_name(enum mu_verdict v)
{
    mu_assert((size_t)v < MU_LEN(verdicts));
    return verdicts[v];
}

int mu_account_number(struct mu_store *s, const char *name, int64_t *ret, struct mu_err *err)
{
    static const char sql[] = "SELECT id FROM account WHERE name = ?1";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, name);
    int rc = mu_sql_step(s, stmt, err);
    if (rc < 0)
        return -1;
    *ret = rc == 1 ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_reset(stmt);
    return 0;
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_snapshot *ret = item;
    (void)s, (void)err;
    int64_t verdict = sqlite3_column_int64(stmt, 4);
    *ret = (struct mu_snapshot){
        .id = sqlite3_column_int64(stmt, 0),
        .account = mu_sql_dup(stmt, 1, arena),
        .started = sqlite3_column_int64(stmt, 2),
        .finished = sqlite3_column_int64(stmt, 3),
        .verdict =
            verdict == MU_COMPLETE || verdict == MU_ADDITIVE ? (enum mu_verdict)verdict : MU_VOID,
        .mapping = mu_sql_dup(stmt, 5, arena),
        .evidence = mu_sql_dup(stmt, 6, arena),
        .added = sqlite3_column_int64(stmt, COUNTS_FROM + MU_KINDS),
        .changed = sqlite3_column_int64(stmt, COUNTS_FROM + MU_KINDS + 1),
        .gone = sqlite3_column_int64(stmt, COUNTS_FROM + MU_KINDS + 2),
    };
    for (int kind = 0; kind < MU_KINDS; kind++)
        ret->counts[kind] = sqlite3_column_int64(stmt, COUNTS_FROM + kind);
    return 0;
}

static int take_one(struct mu_store *s, const char *sql, struct mu_arena *arena,
                    const char *account, int64_t id, struct mu_snapshot *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, account);
    if (id != 0)
        sqlite3_bind_int64(stmt, 2, id);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1) {
        rc = take_row(s, stmt, arena, ret, err) < 0 ? -1 : 1;
        sqlite3_reset(stmt);
    }
    return rc;
}

int mu_snapshot_get(struct mu_store *s, struct mu_arena *arena, const char *account, int64_t id,
                    struct mu_snapshot *ret, struct mu_err *err)
{
    return take_one(s, id == 0 ? sql_newest : sql_one, arena, account, id, ret, err);
}

int mu_snapshot_complete(struct mu_store *s, struct mu_arena *arena, const char *account,
                         struct mu_snapshot *ret, struct mu_err *err)
{
    return take_one(s, sql_complete, arena, account, 0, ret, err);
}

int mu_snapshot_list(struct mu_store *s, struct mu_arena *arena, const char *account, int limit,
                     struct mu_snapshot **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, account ? sql_list_of : sql_list, err);
    if (!stmt)
        return -1;
    if (account)
        mu_sql_text(stmt, 1, account);
    sqlite3_bind_int(stmt, 2, limit > 0 ? limit : -1);
    struct mu_snapshot *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}
