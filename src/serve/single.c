/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one at a time, and what became of those that were cut. */
#include "serve/single.h"

#include <inttypes.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"

enum { WAIT_S = 30, TOLD_MAX = 20 };

static void tell(const struct mu_run *runs, size_t count, const char *what, struct mu_log *log)
{
    char at[MU_TIME_TEXT];
    size_t told = 0;
    for (size_t i = 0; i < count && told < TOLD_MAX; i++) {
        const struct mu_run *r = &runs[i];
        if (r->finished || !mu_streq(r->sync, what))
            continue;
        told++;
        mu_log(log, MU_LOG_WARN,
               "%s: run %" PRId64 " was cut: %s of %s is in doubt, since no answer was noted; look "
               "there before it is sent again",
               what, r->id, r->command, mu_time_text(r->started, at));
    }
}

/* Nobody is writing just now. */
static int settle_alone(struct mu_store *store, const char *what, struct mu_log *log,
                        struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_run *runs;
    size_t count;
    if (mu_run_list(store, arena, 0, &runs, &count, err) < 0 ||
        mu_run_settled(store, what, err) < 0)
        return -1;
    tell(runs, count, what, log);
    return 0;
}

static int settle(struct mu_store *store, const char *what, struct mu_log *log, struct mu_err *err)
{
    struct mu_err busy = MU_ERR_INIT;
    MU_AUTO(lock) struct mu_lock *whole = NULL;
    int64_t doubtful = 0;
    if (mu_run_doubtful(store, what, &doubtful, err) < 0)
        return -1;
    if (doubtful == 0 || mu_store_lock(store, what, 0, &whole, &busy) < 0)
        return 0; /* somebody writes: those may be theirs */
    return settle_alone(store, what, log, err);
}

int mu_single_begin(struct mu_store *store, const char *account, const struct mu_run *begun,
                    struct mu_log *log, struct mu_single *ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf what = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_run run = *begun;
    mu_buf_printf(&what, "account %s", account);
    run.sync = what.data;
    *ret = (struct mu_single){.store = store};
    if (settle(store, what.data, log, err) < 0 ||
        mu_store_share(store, what.data, WAIT_S, &ret->lock, err) < 0)
        return -1;
    if (mu_run_begin(store, &run, &ret->run, err) == 0)
        return 0;
    mu_unlock(ret->lock);
    ret->lock = NULL;
    return -1;
}

int mu_single_end(struct mu_single *s, const char *status, struct mu_err *err)
{
    int rc = mu_run_end(s->store, s->run, status, err);
    mu_unlock(s->lock);
    s->lock = NULL;
    return rc;
}

int mu_single_settle(struct mu_store *store, const char *account, struct mu_log *log,
                     struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf what = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&what, "account %s", account);
    return settle(store, what.data, log, err);
}

void mu_single_settle_all(const struct mu_config *config, struct mu_log *log)
{
    struct mu_store *store = NULL;
    struct mu_err err = MU_ERR_INIT;
    if (mu_store_open(config->store, MU_STORE_READ, &store, &err) < 0)
        return; /* nothing was done yet, or who needs it says why it can't be read */
    mu_store_close(store);
    int rc = mu_store_open(config->store, MU_STORE_WRITE, &store, &err);
    for (size_t i = 0; rc == 0 && i < config->account_count; i++)
        rc = mu_single_settle(store, config->accounts[i].name, log, &err);
    mu_store_close(store);
    if (rc < 0)
        mu_log(log, MU_LOG_WARN, "writes that were cut can't be settled now: %s", err.text);
}
