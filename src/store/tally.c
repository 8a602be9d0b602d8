/* SPDX-License-Identifier: Apache-2.0 */
/* Counts over the store. */
#include "store/tally.h"

#include "store/sqlite.h"

static const char sql_pulls[] =
    "SELECT account.name, CAST(verdict AS TEXT), count(*) FROM snapshot"
    " JOIN account ON account.id = snapshot.account WHERE finished > 0 GROUP BY 1, 2 ORDER BY 1, 2";
static const char sql_runs[] = "SELECT sync, status, count(*) FROM run GROUP BY 1, 2 ORDER BY 1, 2";
static const char sql_parked[] = "SELECT owner, '', count(*) FROM parked GROUP BY 1 ORDER BY 1";
static const char sql_turns[] = "SELECT what, coalesce(result, ''), began FROM turn ORDER BY what";

static const char *column(sqlite3_stmt *stmt, int at)
{
    const unsigned char *text = sqlite3_column_text(stmt, at);
    return text ? (const char *)text : "";
}

static int tally(struct mu_store *s, const char *sql, mu_tally *each, void *arg, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    int rc = -1;
    while (stmt && (rc = mu_sql_step(s, stmt, err)) == 1)
        each(arg, column(stmt, 0), column(stmt, 1), sqlite3_column_int64(stmt, 2));
    return rc;
}

struct verdicts {
    mu_tally *each;
    void *arg;
};

static void name_verdict(void *arg, const char *name, const char *word, int64_t count)
{
    const struct verdicts *v = arg;
    int verdict = word[0] - '0';
    if (verdict >= MU_VOID && verdict <= MU_COMPLETE)
        v->each(v->arg, name, mu_verdict_name((enum mu_verdict)verdict), count);
}

int mu_tally_pulls(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err)
{
    struct verdicts v = {each, arg};
    return tally(s, sql_pulls, name_verdict, &v, err);
}

int mu_tally_runs(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err)
{
    return tally(s, sql_runs, each, arg, err);
}

int mu_tally_parked(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err)
{
    return tally(s, sql_parked, each, arg, err);
}

int mu_tally_turns(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err)
{
    return tally(s, sql_turns, each, arg, err);
}
