/* SPDX-License-Identifier: Apache-2.0 */
/* Executing a plan: intents before writes, outcomes after them, phases one after another. */
#include "engine/applier.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/narrow.h"
#include "engine/order.h"
#include "engine/owning.h"
#include "engine/park.h"

enum { BATCH = 256, COLLECT_EVERY = 16, ALIKE_MAX = 50, ALIKE_KINDS = 16 };

/* An outcome waiting for the next journal transaction. */
struct noted {
    const struct mu_op *op;
    enum mu_done done;
    char *native, *text; /* malloc'ed, NULL: none */
};

/* Failures of one kind since the last success. */
struct alike {
    enum mu_code code;
    long native;
    int count;
};

struct applier {
    struct mu_store *store;
    const struct mu_sync *sync;
    struct mu_account *target;
    const struct mu_target_ops *ops;
    const struct mu_plan *plan;
    const struct mu_apply_how *how;
    struct mu_log *log;
    mu_apply_report *report;
    void *arg;
    struct mu_applied *ret;
    struct noted *noted;
    size_t noted_count;
    struct alike alike[ALIKE_KINDS];
    size_t alike_count;
    struct mu_parking *parking;
    struct mu_order *order;
    struct mu_narrow *narrow;
    int moments; /* before and after each commit, for how->kill_at */
    bool broken; /* the connection is gone, or too much failed: nothing more is sent */
    struct mu_owning owning;
};

static void moment(struct applier *a)
{
    if (++a->moments == a->how->kill_at)
        raise(SIGKILL);
}

static int commit(struct applier *a, struct mu_err *err)
{
    moment(a);
    int rc = mu_journal_commit(a->store, err);
    moment(a);
    return rc;
}

/* Kinds beyond the table's room are counted with the last one. */
static void count_failure(struct applier *a, const struct mu_err *why)
{
    size_t i = 0;
    while (i < a->alike_count &&
           (a->alike[i].code != why->code || a->alike[i].native != why->native))
        i++;
    if (i == ALIKE_KINDS)
        i--;
    else if (i == a->alike_count)
        a->alike[a->alike_count++] = (struct alike){.code = why->code, .native = why->native};
    if (++a->alike[i].count < ALIKE_MAX || a->broken)
        return;
    a->broken = true;
    a->ret->stopped = *why;
    mu_wrap(&a->ret->stopped, "stopped after %d failures alike in a row, the last", ALIKE_MAX);
    mu_log(a->log, MU_LOG_ERROR, "%s", a->ret->stopped.text);
}

/* The target's answer to this one operation; not a lost connection, nor a run that ended. */
static bool is_refusal(const struct mu_err *why)
{
    return why->code != MU_E_NET && why->code != MU_E_CANCELLED && why->code != MU_E_THROTTLED &&
           why->code != MU_E_BUSY && why->code != MU_E_AUTH;
}

static void judge(struct applier *a, const struct mu_outcome *o)
{
    const struct mu_op *op = o->op;
    if (o->done == MU_DONE_OK) {
        a->alike_count = 0;
        mu_parking_ok(a->parking, op->kind, op->id);
    }
    if (op->verb == MU_OP_CREATE && op->kind == MU_USER && o->done != MU_DONE_OK)
        mu_narrow_missing(a->narrow, op);
    if (o->done != MU_DONE_FAILED)
        return;
    count_failure(a, &o->err);
    if (op->id && op->kind != MU_KINDS && is_refusal(&o->err))
        mu_parking_refused(a->parking, op->kind, op->id, op->label, &o->err);
}

static void note(struct applier *a, const struct mu_outcome *o)
{
    struct noted *n = &a->noted[a->noted_count++];
    *n = (struct noted){.op = o->op, .done = o->done};
    if (o->native)
        n->native = mu_xstrdup(o->native);
    if (*o->err.text)
        n->text = mu_xstrdup(o->err.text);
    int64_t *counts[] = {[MU_DONE_OK] = &a->ret->ok,
                         [MU_DONE_FAILED] = &a->ret->failed,
                         [MU_DONE_STALE] = &a->ret->stale,
                         [MU_DONE_SKIPPED] = &a->ret->skipped,
                         [MU_DONE_DOUBT] = &a->ret->failed};
    ++*counts[o->done];
    a->ret->manual += o->op->verb == MU_OP_MANUAL;
    judge(a, o);
    if (a->report)
        a->report(a->arg, o);
    mu_progress(a->log, a->sync->name, a->ret->ok + a->ret->failed + a->ret->stale,
                (int64_t)a->plan->op_count);
}

/* One transaction: outcomes so far with their ledger rows, and the intents of a batch. What takes an
 * operation back follows from the operation (mu_op_inverse), except of a deletion. */
static int journal(struct applier *a, const struct mu_op *const *batch, size_t count,
                   struct mu_err *err)
{
    if (a->noted_count == 0 && count == 0)
        return 0;
    int rc = mu_journal_begin(a->store, err);
    for (size_t i = 0; rc == 0 && i < a->noted_count; i++) {
        const struct noted *n = &a->noted[i];
        rc = mu_journal_outcome(a->store, a->ret->run, n->op->seq, n->done, n->text, err);
        if (rc == 0 && n->done == MU_DONE_OK)
            rc = mu_owning_done(&a->owning, n->op, n->native, a->ret->run, err);
    }
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = mu_journal_intent(a->store, a->ret->run, batch[i], NULL, err);
    if (rc == 0)
        rc = commit(a, err);
    for (size_t i = 0; i < a->noted_count; i++) {
        free(a->noted[i].native);
        free(a->noted[i].text);
    }
    a->noted_count = 0;
    return rc;
}

static int collect(struct applier *a, bool wait, struct mu_err *err)
{
    struct mu_outcome outcome;
    int rc;
    while ((rc = a->ops->reap(a->target, wait, &outcome, err)) == 1)
        note(a, &outcome);
    return rc;
}

static size_t phase_end(const struct mu_plan *plan, size_t from)
{
    size_t i = from + 1;
    while (i < plan->op_count && mu_plan_phase(&plan->ops[i]) == mu_plan_phase(&plan->ops[from]))
        i++;
    return i;
}

static bool must_stop(const struct applier *a, size_t done)
{
    return mu_cancelled() || (a->how->stop_after > 0 && (long long)done >= a->how->stop_after);
}

static void note_unsent(struct applier *a, const struct mu_op *op, enum mu_code code,
                        const char *why)
{
    struct mu_outcome o = {.op = op, .done = MU_DONE_SKIPPED};
    mu_fail(&o.err, code, "not sent: %s", why);
    note(a, &o);
}

/* What only the ledger hears of is done by being journalled. */
static void send(struct applier *a, const struct mu_op *op)
{
    struct mu_err lost = MU_ERR_INIT;
    if (op->verb == MU_OP_ADOPT || op->verb == MU_OP_RELEASE) {
        note(a, &(struct mu_outcome){.op = op, .done = MU_DONE_OK});
    } else if (a->ops->submit(a->target, op, &lost) < 0) {
        a->broken = true;
        mu_log(a->log, MU_LOG_ERROR, "%s", lost.text);
        note(a, &(struct mu_outcome){.op = op, .done = MU_DONE_DOUBT, .err = lost});
    }
}

/* Waits until nothing is in flight. */
static int settle(struct applier *a, struct mu_err *err)
{
    int rc = collect(a, true, err);
    mu_order_settled(a->order);
    return rc;
}

static void send_next(struct applier *a, const struct mu_op *op, size_t done)
{
    struct mu_err lost = MU_ERR_INIT;
    if (mu_order_waits(a->order, op) && settle(a, &lost) < 0)
        a->broken = true;
    if (must_stop(a, done))
        a->broken = true;
    if (a->broken)
        note_unsent(a, op, MU_E_CANCELLED, "the run stopped before");
    else if (!mu_narrow_op(a->narrow, op))
        note_unsent(a, op, MU_E_MISSING, "those it would put in could not be made");
    else
        send(a, op);
    if (!a->broken && done % COLLECT_EVERY == 0 && collect(a, false, &lost) < 0)
        a->broken = true;
}

static int send_batch(struct applier *a, size_t from, size_t to, struct mu_err *err)
{
    const struct mu_op *batch[BATCH];
    for (size_t i = from; i < to; i++) {
        const struct mu_op *op = &a->plan->ops[i], *narrow = mu_narrow_op(a->narrow, op);
        batch[i - from] = narrow ? narrow : op;
    }
    if (journal(a, batch, to - from, err) < 0)
        return -1;
    for (size_t i = from; i < to; i++)
        send_next(a, batch[i - from], i);
    return 0;
}

static int run_ops(struct applier *a, struct mu_err *err)
{
    const struct mu_plan *plan = a->plan;
    struct mu_err lost = MU_ERR_INIT;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < plan->op_count && !a->broken;) {
        size_t end = phase_end(plan, i);
        while (rc == 0 && i < end && !a->broken) {
            size_t to = end - i < BATCH ? end : i + BATCH;
            rc = send_batch(a, i, to, err);
            i = to;
        }
        if (settle(a, &lost) < 0) {
            a->broken = true;
            mu_log(a->log, MU_LOG_ERROR, "%s", lost.text);
        }
        /* Nothing below a container that couldn't be made can be made either. */
        if (end > 0 && plan->ops[end - 1].why == MU_WHY_CONTAINER && a->ret->failed > 0)
            a->broken = true;
    }
    if (rc == 0)
        rc = journal(a, NULL, 0, err);
    return rc;
}

static int begin_run(struct applier *a, struct mu_err *err)
{
    const struct mu_plan *plan = a->plan;
    const struct mu_run run = {.sync = plan->sync,
                               .command = a->how->command,
                               .plan = plan->hash,
                               .mapping = plan->mapping,
                               .undoes = plan->undoes,
                               .snapshot = plan->snapshot,
                               .planned = (int64_t)plan->op_count};
    moment(a);
    int rc = mu_run_begin(a->store, &run, &a->ret->run, err);
    moment(a);
    if (rc == 0 && a->ops->run)
        a->ops->run(a->target, a->ret->run);
    return rc;
}

/* Every group says what it should, so names that were need not be known any more. */
static bool all_right(const struct applier *a)
{
    bool left = false;
    for (size_t i = 0; i < a->plan->left_count; i++)
        left = left || a->plan->left[i].trouble;
    return !left && a->plan->verdict == MU_COMPLETE && a->ret->ok == (int64_t)a->plan->op_count;
}

/* In one transaction; what the run did is done, whether or not this succeeds. Only a plan about
 * everybody tells who needs nothing any more. */
static int settle_parked(struct applier *a, struct mu_err *err)
{
    const struct mu_selection *about = &a->plan->selection;
    bool whole = !about->only && !about->except && !a->plan->undoes;
    if (a->ret->stopped.code != MU_OK)
        mu_parking_forgive(a->parking, &a->ret->stopped);
    mu_parking_expect(a->parking, a->plan);
    if (mu_journal_begin(a->store, err) < 0 ||
        mu_parking_settle(a->parking, whole ? MU_PARKING_DROP_REST : MU_PARKING_KEEP_REST, err) <
            0 ||
        (whole && all_right(a) && mu_former_clear(a->store, a->sync->name, err) < 0))
        return -1;
    return commit(a, err);
}

static int run(struct applier *a, struct mu_err *err)
{
    const struct mu_plan *plan = a->plan;
    if (begin_run(a, err) < 0)
        return -1;
    int rc = run_ops(a, err);
    if (rc == 0)
        rc = settle_parked(a, err);
    mu_progress_end(a->log);
    int64_t done = a->ret->ok + a->ret->failed + a->ret->stale;
    a->ret->skipped = (int64_t)plan->op_count - done;
    a->ret->partial = a->ret->ok < (int64_t)plan->op_count;
    const char *status = rc < 0             ? "failed"
                         : !a->ret->partial ? "done"
                         : a->ret->ok == 0  ? "failed"
                                            : "partial";
    struct mu_err second = MU_ERR_INIT;
    moment(a);
    if (mu_run_end(a->store, a->ret->run, status, &second) < 0 && rc == 0) {
        *err = second;
        rc = -1;
    }
    moment(a);
    return rc;
}

int mu_sync_lock(struct mu_store *store, const struct mu_sync *sync, int wait_s,
                 struct mu_lock **ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf what = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&what, "sync %s", sync->name);
    int rc = mu_store_lock(store, what.data, wait_s, ret, err);
    if (rc < 0 && err->code == MU_E_BUSY)
        mu_wrap(err, "%s is running already (--wait SECONDS waits for it)", what.data);
    return rc;
}

int mu_apply(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
             const struct mu_plan *plan, const struct mu_apply_how *how, struct mu_log *log,
             mu_apply_report *report, void *arg, struct mu_applied *ret, struct mu_err *err)
{
    struct applier a = {
        .store = store,
        .sync = sync,
        .target = target,
        .ops = target->adapter->target,
        .plan = plan,
        .how = how,
        .log = log,
        .report = report,
        .arg = arg,
        .ret = ret,
        .owning = {.store = store,
                   .sync = sync->name,
                   .target = target,
                   .fold = MU_BUF_INIT(MU_BUF_MAX)},
    };
    *ret = (struct mu_applied){0};
    if (apply_check(store, sync, target, plan, err) < 0)
        return -1;
    a.noted = mu_xcalloc(plan->op_count + 1, sizeof(*a.noted));
    a.order = mu_order_new(target);
    a.narrow = mu_narrow_new();
    int rc = mu_parking_open(store, "sync", sync->name, &a.parking, err);
    if (rc == 0)
        rc = run(&a, err);
    mu_parking_free(a.parking);
    mu_order_free(a.order);
    mu_narrow_free(a.narrow);
    free(a.noted);
    mu_buf_done(&a.owning.fold);
    return rc;
}
