/* SPDX-License-Identifier: Apache-2.0 */
/* Counting, and writing what was counted. */
#include "serve/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"

enum { BUCKETS = 9, STATUSES = 6, LABELS_MAX = 512 };

/* Seconds up to which each bucket counts; the last one, of everything, is not among them. */
static const double bounds[BUCKETS] = {0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 10};

struct route_count {
    const struct mu_route *route; /* NULL: none was found */
    atomic_ullong statuses[STATUSES], buckets[BUCKETS], count, sum_us;
};

/* A number that is counted seldom: found by name and labels. */
struct series {
    const char *name, *labels;
    double value;
};

struct family {
    const char *name;
    const char *type, *help;
};

static const struct family families[] = {
    {"muster_upstream_requests_total", "counter", "Calls of an account's API, by status; 0: none"},
    {"muster_upstream_request_duration_seconds", "summary", "How long they took"},
    {"muster_upstream_wait_seconds_total", "counter", "Time they were held back for the rate"},
    {"muster_pull_duration_seconds", "summary", "How long scheduled pulls took"},
    {"muster_sync_results_total", "counter", "Scheduled syncs, by result"},
    {"muster_sync_duration_seconds", "summary", "How long scheduled syncs took"},
    {"muster_guard_refusals_total", "counter",
     "Scheduled syncs refused by a guard or an untrusted read"},
    {"muster_plan_operations", "gauge", "Operations of the last scheduled plan"},
};

struct mu_metrics {
    atomic_llong in_flight;
    struct route_count *routes; /* the last one is of no route */
    size_t route_count;
    pthread_mutex_t lock; /* guards the rest */
    struct mu_arena *arena;
    struct mu_map *series; /* "name{labels}" -> struct series */
};

struct mu_metrics *mu_metrics_new(const struct mu_route *const *tables)
{
    struct mu_metrics *m = mu_xcalloc(1, sizeof(*m));
    size_t count = 1;
    for (const struct mu_route *const *t = tables; *t; t++)
        for (const struct mu_route *r = *t; r->method; r++)
            count++;
    m->routes = mu_xcalloc(count, sizeof(*m->routes));
    for (const struct mu_route *const *t = tables; *t; t++)
        for (const struct mu_route *r = *t; r->method; r++)
            m->routes[m->route_count++].route = r;
    m->route_count++;
    pthread_mutex_init(&m->lock, NULL);
    m->arena = mu_arena_new();
    m->series = mu_map_new(0);
    return m;
}

void mu_metrics_free(struct mu_metrics *m)
{
    if (!m)
        return;
    free(m->routes);
    mu_map_free(m->series);
    mu_arena_free(m->arena);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* ---- requests ---- */

static void add_one(atomic_ullong *to, unsigned long long n)
{
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

void mu_metrics_began(struct mu_metrics *m)
{
    if (m)
        atomic_fetch_add_explicit(&m->in_flight, 1, memory_order_relaxed);
}

void mu_metrics_ended(struct mu_metrics *m, const struct mu_route *route, unsigned status,
                      int64_t us)
{
    if (!m)
        return;
    atomic_fetch_sub_explicit(&m->in_flight, 1, memory_order_relaxed);
    size_t at = 0, bucket = 0;
    while (at + 1 < m->route_count && m->routes[at].route != route)
        at++;
    struct route_count *c = &m->routes[at];
    add_one(&c->statuses[status / 100 < STATUSES ? status / 100 : 0], 1);
    while (bucket < BUCKETS && (double)us / 1e6 > bounds[bucket])
        bucket++;
    if (bucket < BUCKETS)
        add_one(&c->buckets[bucket], 1);
    add_one(&c->count, 1);
    add_one(&c->sum_us, us > 0 ? (unsigned long long)us : 0);
}

/* ---- series ---- */

static void escaped(struct mu_buf *to, const char *value)
{
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            mu_buf_addc(to, '\\');
        if (*value == '\n')
            mu_buf_adds(to, "\\n");
        else
            mu_buf_addc(to, *value);
    }
}

static void label(struct mu_buf *to, const char *name, const char *value)
{
    if (!name)
        return;
    mu_buf_printf(to, "%s%s=\"", to->len ? "," : "", name);
    escaped(to, value);
    mu_buf_addc(to, '"');
}

/* With the lock held. */
static struct series *find_series(struct mu_metrics *m, const char *name, const char *labels)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&key, "%s{%s}", name, labels);
    struct series *s = mu_map_get(m->series, key.data, key.len);
    if (s)
        return s;
    s = mu_alloc(m->arena, sizeof(*s));
    s->name = mu_strdup(m->arena, name);
    s->labels = mu_strdup(m->arena, labels);
    mu_map_put(m->series, mu_strndup(m->arena, key.data, key.len), key.len, s);
    return s;
}

struct labels {
    const char *name1, *value1, *name2, *value2;
};

static void count(struct mu_metrics *m, const char *name, const struct labels *l, double add,
                  bool set)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(LABELS_MAX);
    label(&text, l->name1, l->value1);
    label(&text, l->name2, l->value2);
    pthread_mutex_lock(&m->lock);
    struct series *s = find_series(m, name, text.data);
    s->value = set ? add : s->value + add;
    pthread_mutex_unlock(&m->lock);
}

static void took(struct mu_metrics *m, const char *sum, const char *number, const struct labels *l,
                 int64_t us)
{
    count(m, sum, l, (double)us / 1e6, false);
    count(m, number, l, 1, false);
}

void mu_metrics_called(void *arg, const char *account, const struct mu_rate_hint *hint)
{
    struct mu_metrics *m = arg;
    char code[24];
    if (!m)
        return;
    snprintf(code, sizeof(code), "%ld", hint->status);
    const struct labels by_code = {"account", account, "code", code},
                        by = {"account", account, NULL, NULL};
    count(m, "muster_upstream_requests_total", &by_code, 1, false);
    took(m, "muster_upstream_request_duration_seconds_sum",
         "muster_upstream_request_duration_seconds_count", &by, hint->took_us);
    count(m, "muster_upstream_wait_seconds_total", &by, (double)hint->held_us / 1e6, false);
}

void mu_metrics_pulled(struct mu_metrics *m, const char *account, int64_t us)
{
    const struct labels by = {"account", account, NULL, NULL};
    if (m)
        took(m, "muster_pull_duration_seconds_sum", "muster_pull_duration_seconds_count", &by, us);
}

void mu_metrics_synced(struct mu_metrics *m, const char *sync, const char *result, int64_t planned,
                       int64_t us)
{
    const struct labels by_result = {"sync", sync, "result", result},
                        by = {"sync", sync, NULL, NULL};
    if (!m)
        return;
    count(m, "muster_sync_results_total", &by_result, 1, false);
    count(m, "muster_guard_refusals_total", &by, mu_streq(result, "refused"), false);
    count(m, "muster_plan_operations", &by, (double)planned, true);
    took(m, "muster_sync_duration_seconds_sum", "muster_sync_duration_seconds_count", &by, us);
}

/* ---- writing ---- */

void mu_metric_head(struct mu_buf *to, const char *name, enum mu_metric_type type, const char *help)
{
    mu_buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                  type == MU_COUNTER ? "counter" : "gauge");
}

void mu_metric_line(struct mu_buf *to, const char *name, const char *label1, const char *value1,
                    const char *label2, const char *value2, double value)
{
    MU_AUTO(buf) struct mu_buf labels = MU_BUF_INIT(MU_BUF_MAX);
    label(&labels, label1, value1);
    label(&labels, label2, value2);
    mu_buf_printf(to, labels.len ? "%s{%s} %.15g\n" : "%s%s %.15g\n", name, labels.data, value);
}

static unsigned long long read_one(const atomic_ullong *from)
{
    return atomic_load_explicit(from, memory_order_relaxed);
}

static void write_statuses(struct mu_metrics *m, struct mu_buf *to)
{
    static const char name[] = "muster_http_requests_total";
    mu_metric_head(to, name, MU_COUNTER, "Requests answered, by route and class of status");
    for (size_t i = 0; i < m->route_count; i++) {
        const struct route_count *c = &m->routes[i];
        const char *pattern = c->route ? c->route->pattern : "none";
        const char *method = c->route ? c->route->method : "any";
        for (size_t s = 0; s < STATUSES; s++) {
            unsigned long long n = read_one(&c->statuses[s]);
            if (n > 0)
                mu_buf_printf(to, "%s{route=\"%s\",method=\"%s\",code=\"%zuxx\"} %llu\n", name,
                              pattern, method, s, n);
        }
    }
}

static void write_durations(struct mu_metrics *m, struct mu_buf *to)
{
    static const char name[] = "muster_http_request_duration_seconds";
    mu_buf_printf(to, "# HELP %s How long requests took\n# TYPE %s histogram\n", name, name);
    for (size_t i = 0; i < m->route_count; i++) {
        const struct route_count *c = &m->routes[i];
        unsigned long long so_far = 0, all = read_one(&c->count);
        if (!c->route || all == 0)
            continue;
        const char *p = c->route->pattern, *method = c->route->method;
        for (size_t b = 0; b < BUCKETS; b++) {
            so_far += read_one(&c->buckets[b]);
            mu_buf_printf(to, "%s_bucket{route=\"%s\",method=\"%s\",le=\"%g\"} %llu\n", name, p,
                          method, bounds[b], so_far);
        }
        mu_buf_printf(to, "%s_bucket{route=\"%s\",method=\"%s\",le=\"+Inf\"} %llu\n", name, p,
                      method, all);
        mu_buf_printf(to, "%s_sum{route=\"%s\",method=\"%s\"} %.6f\n", name, p, method,
                      (double)read_one(&c->sum_us) / 1e6);
        mu_buf_printf(to, "%s_count{route=\"%s\",method=\"%s\"} %llu\n", name, p, method, all);
    }
}

/* Lines of one family stand together: a rule of the format. */
static void write_family(struct mu_metrics *m, const struct family *f, struct mu_buf *to)
{
    bool begun = false;
    for (size_t i = 0; i < mu_map_count(m->series); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(m->series, i, &key, &len, &value);
        const struct series *s = value;
        if (!mu_starts(s->name, f->name))
            continue;
        if (!begun)
            mu_buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
        begun = true;
        mu_buf_printf(to, "%s{%s} %.15g\n", s->name, s->labels, s->value);
    }
}

void mu_metrics_write(struct mu_metrics *m, struct mu_buf *to)
{
    mu_metric_head(to, "muster_http_requests_in_flight", MU_GAUGE, "Requests being answered");
    mu_metric_line(to, "muster_http_requests_in_flight", NULL, NULL, NULL, NULL,
                   (double)atomic_load_explicit(&m->in_flight, memory_order_relaxed));
    write_statuses(m, to);
    write_durations(m, to);
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < MU_LEN(families); i++)
        write_family(m, &families[i], to);
    pthread_mutex_unlock(&m->lock);
}
