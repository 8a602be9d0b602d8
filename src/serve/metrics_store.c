/* SPDX-License-Identifier: Apache-2.0 */
/* /metrics: what was counted, what the store knows, and the process itself. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/metrics.h"
#include "serve/serve.h"
#include "store/tally.h"
#include "store/tokens.h"

struct lines {
    struct mu_buf *to;
    const char *name, *label1, *label2;
};

static void line(void *arg, const char *name, const char *word, int64_t count)
{
    const struct lines *l = arg;
    mu_metric_line(l->to, l->name, l->label1, name, l->label2, word, (double)count);
}

/* ---- the store ---- */

static int tallies(struct mu_store *store, struct mu_buf *to, struct mu_err *err)
{
    static const struct {
        const char *name, *help, *label1, *label2;
        enum mu_metric_type type;
        int (*tally)(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err);
    } all[] = {
        {"muster_pulls_total", "Reads of an account, by verdict", "account", "verdict", MU_COUNTER,
         mu_tally_pulls},
        {"muster_runs_total", "Runs that wrote, by status", "sync", "status", MU_COUNTER,
         mu_tally_runs},
        {"muster_parked", "Records and operations waiting for another try", "owner", NULL, MU_GAUGE,
         mu_tally_parked},
        {"muster_scheduled_timestamp_seconds", "When scheduled work last began, by its result",
         "what", "result", MU_GAUGE, mu_tally_turns},
    };
    for (size_t i = 0; i < MU_LEN(all); i++) {
        struct lines l = {to, all[i].name, all[i].label1, all[i].label2};
        mu_metric_head(to, all[i].name, all[i].type, all[i].help);
        if (all[i].tally(store, line, &l, err) < 0)
            return -1;
    }
    return 0;
}

struct newest {
    const char *account;
    struct mu_snapshot snap;
};

static int load_newest(struct mu_request *r, struct mu_store *store, struct newest **ret,
                       size_t *ret_count, struct mu_err *err)
{
    const struct mu_config *c = r->serve->config;
    struct newest *list = mu_alloc_array(r->arena, c->account_count + 1, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < c->account_count; i++) {
        const char *name = c->accounts[i].name;
        int found = mu_snapshot_get(store, r->arena, name, 0, &list[count].snap, err);
        if (found < 0)
            return -1;
        if (found > 0)
            list[count++].account = name;
    }
    *ret = list;
    *ret_count = count;
    return 0;
}

static int snapshots(struct mu_request *r, struct mu_store *store, struct mu_buf *to,
                     struct mu_err *err)
{
    static const char *const kinds[MU_KINDS] = {[MU_USER] = "user",
                                                [MU_GROUP] = "group",
                                                [MU_ROLE] = "role",
                                                [MU_MEMBERSHIP] = "membership"};
    struct newest *list;
    size_t count;
    if (load_newest(r, store, &list, &count, err) < 0)
        return -1;
    mu_metric_head(to, "muster_snapshot_timestamp_seconds", MU_GAUGE,
                   "When the newest usable read of an account ended");
    for (size_t i = 0; i < count; i++)
        mu_metric_line(to, "muster_snapshot_timestamp_seconds", "account", list[i].account, NULL,
                       NULL, (double)list[i].snap.finished);
    mu_metric_head(to, "muster_snapshot_complete", MU_GAUGE,
                   "Whether that read was proved complete");
    for (size_t i = 0; i < count; i++)
        mu_metric_line(to, "muster_snapshot_complete", "account", list[i].account, NULL, NULL,
                       list[i].snap.verdict == MU_COMPLETE);
    mu_metric_head(to, "muster_snapshot_entries", MU_GAUGE, "Entries in that read, by kind");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < MU_KINDS; k++)
            mu_metric_line(to, "muster_snapshot_entries", "account", list[i].account, "kind",
                           kinds[k], (double)list[i].snap.counts[k]);
    return 0;
}

static int tokens(struct mu_request *r, struct mu_store *store, struct mu_buf *to,
                  struct mu_err *err)
{
    static const char expiry[] = "muster_token_expiry_timestamp_seconds";
    struct mu_token *list;
    size_t count;
    if (mu_token_list(store, r->arena, &list, &count, err) < 0)
        return -1;
    mu_metric_head(to, expiry, MU_GAUGE, "When tokens that expire do, those revoked left out");
    for (size_t i = 0; i < count; i++)
        if (list[i].expires && !list[i].revoked)
            mu_metric_line(to, expiry, "token", list[i].name, NULL, NULL, (double)list[i].expires);
    return 0;
}

/* ---- the process ---- */

static double resident_bytes(void)
{
    char line[128] = "";
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    const char *read = fgets(line, sizeof(line), f);
    fclose(f);
    const char *resident = read ? strchr(line, ' ') : NULL; /* the second number, in pages */
    return resident ? (double)strtoull(resident, NULL, 10) * (double)sysconf(_SC_PAGESIZE) : 0;
}

static double open_files(void)
{
    double count = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return 0;
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
        count += e->d_name[0] != '.';
    closedir(dir);
    return count - 1; /* the directory itself */
}

static void process(struct mu_request *r, struct mu_buf *to)
{
    const struct {
        const char *name, *help;
        enum mu_metric_type type;
        double value;
    } all[] = {
        {"process_cpu_seconds_total", "CPU time of the process", MU_COUNTER, mu_cpu_seconds()},
        {"process_resident_memory_bytes", "Resident memory", MU_GAUGE, resident_bytes()},
        {"process_open_fds", "Open files", MU_GAUGE, open_files()},
        {"muster_requests_waiting", "Requests that wait for a thread that may wait", MU_GAUGE,
         mu_request_waiting(r)},
    };
    for (size_t i = 0; i < MU_LEN(all); i++) {
        mu_metric_head(to, all[i].name, all[i].type, all[i].help);
        mu_metric_line(to, all[i].name, NULL, NULL, NULL, NULL, all[i].value);
    }
    mu_metric_head(to, "muster_build_info", MU_GAUGE, "Which muster this is");
    mu_metric_line(to, "muster_build_info", "version", PACKAGE_VERSION, NULL, NULL, 1);
}

/* ---- the route ---- */

static int metrics(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_store *store;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    process(r, &reply->body);
    mu_metrics_write(r->serve->metrics, &reply->body);
    if (mu_request_store(r, &store, err) < 0)
        return err->code == MU_E_MISSING ? 0 : -1;
    return tallies(store, &reply->body, err) < 0 || snapshots(r, store, &reply->body, err) < 0 ||
                   tokens(r, store, &reply->body, err) < 0
               ? -1
               : 0;
}

static const struct mu_route_doc doc = {
    .summary = "Numbers for Prometheus", .tag = "Operations", .answer_type = "text/plain"};

const struct mu_route mu_metrics_routes[] = {
    {"GET", "/metrics", metrics, .need = "get", .resource = "metrics", .doc = &doc},
    {.method = NULL}};
