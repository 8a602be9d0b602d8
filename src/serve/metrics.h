/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for Prometheus, at /metrics: of requests, of calls to remotes, of scheduled work, and what
 * the store knows of reads, runs, parked records and tokens. Names follow its conventions: base
 * units, _total for counters. Counting is cheap and thread safe; a NULL metrics counts nothing.
 */
#ifndef MU_SERVE_METRICS_H
#define MU_SERVE_METRICS_H

#include "net/governor.h"
#include "serve/http.h"

struct mu_metrics;

/* tables: whose requests are counted, each route by its pattern; they outlive it. */
struct mu_metrics *mu_metrics_new(const struct mu_route *const *tables);
void mu_metrics_free(struct mu_metrics *m);

/* A request came, and was answered with that status. route NULL: none was found. */
void mu_metrics_began(struct mu_metrics *m);
void mu_metrics_ended(struct mu_metrics *m, const struct mu_route *route, unsigned status,
                      int64_t us);
/* One try of a call of an account's API, whoever makes it: for mu_governors_watch. arg: the metrics. */
mu_governor_watch mu_metrics_called;
void mu_metrics_pulled(struct mu_metrics *m, const char *account, int64_t us);
/* result: mu_sync_result_name. */
void mu_metrics_synced(struct mu_metrics *m, const char *sync, const char *result, int64_t planned,
                       int64_t us);

/* What was counted, in the text format; appended. */
void mu_metrics_write(struct mu_metrics *m, struct mu_buf *to);

/* ---- writing, for metrics_store.c ---- */

enum mu_metric_type { MU_COUNTER, MU_GAUGE };
void mu_metric_head(struct mu_buf *to, const char *name, enum mu_metric_type type,
                    const char *help);
/* label1 NULL: no labels; label2 NULL: one. */
void mu_metric_line(struct mu_buf *to, const char *name, const char *label1, const char *value1,
                    const char *label2, const char *value2, double value);

extern const struct mu_route mu_metrics_routes[];

#endif
