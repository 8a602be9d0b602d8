/* SPDX-License-Identifier: Apache-2.0 */
/* The register of invitations: one row for each address, moved from state to state. */
#include "store/invitations.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "store/sqlite.h"

enum { ACCOUNT_SHOWN = 64 };

static const char *const names[] = {
    [MU_INVITED_INTENDED] = "intended", [MU_INVITED_SENT] = "sent",
    [MU_INVITED_PENDING] = "pending",   [MU_INVITED_ACCEPTED] = "accepted",
    [MU_INVITED_EXPIRED] = "expired",   [MU_INVITED_WITHDRAWN] = "withdrawn",
    [MU_INVITED_REFUSED] = "refused",   [MU_INVITED_DOUBT] = "doubt"};

#define COLUMNS                                                                       \
    "account, key, email, first_name, last_name, role, team_group, group_name, via, " \
    "detail, state, tries, intended, sent, expires, changed, run"
static const char sql_get[] = "SELECT " COLUMNS " FROM invitation WHERE account = ?1 AND key = ?2";
static const char sql_list[] = "SELECT " COLUMNS " FROM invitation ORDER BY account, key";
static const char sql_list_of[] =
    "SELECT " COLUMNS " FROM invitation WHERE account = ?1 ORDER BY key";
/* Tries of before count on when they ended in nothing (REFUSED), or not long ago. */
static const char sql_intend[] =
    "INSERT INTO invitation(account, key, email, first_name, last_name, role, team_group,"
    " group_name, via, state, tries, intended, sent, expires, changed, run)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, ?10, 0, 0, ?10, ?11)"
    " ON CONFLICT(account, key) DO UPDATE SET email = excluded.email,"
    " first_name = excluded.first_name, last_name = excluded.last_name, role = excluded.role,"
    " team_group = excluded.team_group, group_name = excluded.group_name, via = excluded.via,"
    " detail = NULL, state = 0, intended = excluded.intended, expires = 0,"
    " tries = CASE WHEN state = 6 OR (state IN (3, 4) AND sent > ?12) THEN tries ELSE 0 END,"
    " changed = excluded.changed, run = excluded.run WHERE state IN (3, 4, 5, 6)";
static const char sql_move[] =
    "UPDATE invitation SET state = ?3, detail = ?4, changed = ?5,"
    " expires = CASE WHEN ?6 <> 0 THEN ?6 ELSE expires END,"
    " sent = CASE WHEN ?3 = 1 AND state = 0 THEN ?5 ELSE sent END,"
    " tries = max(0, tries + CASE WHEN ?3 = 1 AND state = 0 THEN 1 WHEN ?3 = 6 THEN -1 ELSE 0 END)"
    " WHERE account = ?1 AND key = ?2 AND (?7 >> state) & 1";
static const char sql_expire[] =
    "UPDATE invitation SET state = 4, changed = ?2"
    " WHERE account = ?1 AND state IN (1, 2, 7) AND expires > 0 AND expires <= ?2";
static const char sql_recover_unsent[] =
    "UPDATE invitation SET state = CASE WHEN tries > 0 THEN 4 ELSE 5 END, changed = ?2,"
    " detail = 'never sent: muster was stopped before' WHERE account = ?1 AND state = 0";
static const char sql_recover_sent[] = "UPDATE invitation SET state = 7, changed = ?2,"
                                       " detail = 'muster was stopped before the answer came'"
                                       " WHERE account = ?1 AND state = 1 AND detail IS NULL";

_Static_assert(MU_INVITED_INTENDED == 0 && MU_INVITED_SENT == 1 && MU_INVITED_PENDING == 2 &&
                   MU_INVITED_ACCEPTED == 3 && MU_INVITED_EXPIRED == 4 &&
                   MU_INVITED_WITHDRAWN == 5 && MU_INVITED_REFUSED == 6 && MU_INVITED_DOUBT == 7,
               "the statements above say these numbers");

const char *mu_invited_name(enum mu_invited state)
{
    return names[state];
}

bool mu_invited_open(enum mu_invited state)
{
    return state == MU_INVITED_INTENDED || state == MU_INVITED_SENT ||
           state == MU_INVITED_PENDING || state == MU_INVITED_DOUBT;
}

/* ---- reading ---- */

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_invitation *ret = item;
    int64_t state = sqlite3_column_int64(stmt, 10);
    if (state < 0 || state >= MU_INVITED_STATES)
        return mu_fail(err, MU_E_IO, "store %s: damaged (state %" PRId64 " of an invitation)",
                       s->path, state);
    *ret = (struct mu_invitation){.account = mu_sql_dup(stmt, 0, arena),
                                  .key = mu_sql_dup(stmt, 1, arena),
                                  .email = mu_sql_dup(stmt, 2, arena),
                                  .first_name = mu_sql_dup(stmt, 3, arena),
                                  .last_name = mu_sql_dup(stmt, 4, arena),
                                  .role = mu_sql_dup(stmt, 5, arena),
                                  .team_group = mu_sql_dup(stmt, 6, arena),
                                  .group_name = mu_sql_dup(stmt, 7, arena),
                                  .via = mu_sql_dup(stmt, 8, arena),
                                  .detail = mu_sql_dup(stmt, 9, arena),
                                  .state = (enum mu_invited)state,
                                  .tries = sqlite3_column_int64(stmt, 11),
                                  .intended = sqlite3_column_int64(stmt, 12),
                                  .sent = sqlite3_column_int64(stmt, 13),
                                  .expires = sqlite3_column_int64(stmt, 14),
                                  .changed = sqlite3_column_int64(stmt, 15),
                                  .run = sqlite3_column_int64(stmt, 16)};
    return 0;
}

int mu_invitation_get(struct mu_store *s, struct mu_arena *arena, const char *account,
                      const char *key, struct mu_invitation *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_get, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, account);
    mu_sql_text(stmt, 2, key);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1 && take_row(s, stmt, arena, ret, err) < 0)
        rc = -1;
    sqlite3_reset(stmt);
    return rc;
}

int mu_invitation_list(struct mu_store *s, struct mu_arena *arena, const char *account,
                       struct mu_invitation **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, account ? sql_list_of : sql_list, err);
    if (!stmt)
        return -1;
    if (account)
        mu_sql_text(stmt, 1, account);
    struct mu_invitation *list =
        mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}

/* ---- moving ---- */

static int insert(struct mu_store *s, const struct mu_invitation *of, int64_t forget_s,
                  struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_intend, err);
    if (!stmt)
        return -1;
    const char *const texts[] = {of->account,    of->key,        of->email,
                                 of->first_name, of->last_name,  of->role,
                                 of->team_group, of->group_name, of->via};
    for (int i = 0; i < (int)MU_LEN(texts); i++)
        mu_sql_text(stmt, i + 1, texts[i]);
    sqlite3_bind_int64(stmt, 10, mu_now());
    sqlite3_bind_int64(stmt, 11, of->run);
    sqlite3_bind_int64(stmt, 12, mu_now() - forget_s);
    return mu_sql_done(s, stmt, err);
}

static int is_open(struct mu_store *s, const struct mu_invitation *of, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_invitation there = {.account = NULL};
    char since[MU_TIME_TEXT];
    int found = mu_invitation_get(s, arena, of->account, of->key, &there, err);
    if (found <= 0)
        return found < 0 ? -1 : mu_fail(err, MU_E_CONFLICT, "the register of invitations moved");
    return mu_fail(err, MU_E_CONFLICT,
                   "an invitation of %s is %s already, since %s; none is sent "
                   "beside it",
                   mu_printable(arena, of->email, strlen(of->email), 100),
                   there.state == MU_INVITED_DOUBT ? "in doubt" : names[there.state],
                   mu_time_text(there.changed, since));
}

int mu_invitation_intend(struct mu_store *s, const struct mu_invitation *of, int64_t forget_s,
                         struct mu_err *err)
{
    mu_assert(of->account && of->key && of->email);
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    int rc = insert(s, of, forget_s, err);
    bool taken = rc == 0 && sqlite3_changes(s->db) == 0;
    rc = mu_sql_end(s, rc, err);
    return rc == 0 && taken ? is_open(s, of, err) : rc;
}

static int move(struct mu_store *s, const struct mu_invitation *to, unsigned from,
                struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_move, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, to->account);
    mu_sql_text(stmt, 2, to->key);
    sqlite3_bind_int(stmt, 3, (int)to->state);
    mu_sql_text(stmt, 4, to->detail);
    sqlite3_bind_int64(stmt, 5, mu_now());
    sqlite3_bind_int64(stmt, 6, to->expires);
    sqlite3_bind_int64(stmt, 7, from);
    return mu_sql_done(s, stmt, err);
}

int mu_invitation_move(struct mu_store *s, const struct mu_invitation *to, unsigned from,
                       struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    int rc = move(s, to, from, err);
    int changed = rc == 0 ? sqlite3_changes(s->db) : 0;
    rc = mu_sql_end(s, rc, err);
    return rc < 0 ? -1 : changed > 0;
}

static int of_account(struct mu_store *s, const char *sql, const char *account, int64_t now,
                      struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, account);
    sqlite3_bind_int64(stmt, 2, now);
    return mu_sql_done(s, stmt, err);
}

int mu_invitations_expire(struct mu_store *s, const char *account, int64_t now, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, of_account(s, sql_expire, account, now, err), err);
}

int mu_invitations_recover(struct mu_store *s, const char *account, struct mu_err *err)
{
    int64_t now = mu_now();
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    int rc = of_account(s, sql_recover_unsent, account, now, err);
    if (rc == 0)
        rc = of_account(s, sql_recover_sent, account, now, err);
    return mu_sql_end(s, rc, err);
}

int mu_invitations_lock(struct mu_store *s, const char *account, int wait_s, struct mu_lock **ret,
                        struct mu_err *err)
{
    char what[ACCOUNT_SHOWN + 16];
    snprintf(what, sizeof(what), "invitations %.*s", ACCOUNT_SHOWN, account);
    return mu_store_lock(s, what, wait_s, ret, err);
}
