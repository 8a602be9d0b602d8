/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of log lines and its counts. */
#include "reqlog.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void sim_reqlog_arrived(struct sim_reqlog *log, int64_t mono_us)
{
    if (++log->in_flight > log->in_flight_peak)
        log->in_flight_peak = log->in_flight;
    int64_t slot = mono_us / 100000;
    for (int64_t s = log->slot_now + 1; s <= slot && s <= log->slot_now + SIM_LOG_SLOTS; s++)
        log->slots[s % SIM_LOG_SLOTS] = 0;
    log->slot_now = slot;
    log->slots[slot % SIM_LOG_SLOTS]++;
    uint32_t second = 0;
    for (size_t i = 0; i < SIM_LOG_SLOTS; i++)
        second += log->slots[i];
    if (second > log->second_peak)
        log->second_peak = second;
}

static void write_file(struct sim_reqlog *log, const struct sim_logline *line)
{
    if (log->file)
        fprintf(log->file, "%lld.%03d %s %s %d %.1fms\n", (long long)(line->at_ms / 1000),
                (int)(line->at_ms % 1000), line->method, line->target, line->status,
                (double)line->took_us / 1000);
}

void sim_reqlog_ended(struct sim_reqlog *log, const struct sim_logline *line)
{
    log->in_flight--;
    if (!log->lines)
        log->lines = mu_xcalloc(SIM_LOG_KEEP, sizeof(*log->lines));
    struct sim_logline *slot = &log->lines[log->total++ % SIM_LOG_KEEP];
    free(slot->target);
    *slot = *line;
    slot->target = mu_xstrdup(line->target);
    if (line->status >= 0 && line->status < SIM_STATUS_MAX)
        log->by_status[line->status]++;
    write_file(log, line);
}

void sim_reqlog_clear(struct sim_reqlog *log)
{
    for (size_t i = 0; log->lines && i < SIM_LOG_KEEP; i++)
        free(log->lines[i].target);
    free(log->lines);
    log->lines = NULL;
    log->total = 0;
    memset(log->by_status, 0, sizeof(log->by_status));
    log->in_flight_peak = log->in_flight;
    log->second_peak = 0;
}

void sim_reqlog_done(struct sim_reqlog *log)
{
    sim_reqlog_clear(log);
    if (log->file)
        fclose(log->file);
}

static void write_line(const struct sim_logline *line, uint64_t number, struct mu_jw *w)
{
    const char *query = strchr(line->target, '?');
    mu_jw_object(w);
    mu_jw_key(w, "number");
    mu_jw_int(w, (int64_t)number);
    mu_jw_key(w, "at_ms");
    mu_jw_int(w, line->at_ms);
    mu_jw_key(w, "method");
    mu_jw_str(w, line->method);
    mu_jw_key(w, "path");
    mu_jw_strn(w, line->target, query ? (size_t)(query - line->target) : strlen(line->target));
    mu_jw_key(w, "query");
    mu_jw_str(w, query ? query + 1 : "");
    mu_jw_key(w, "status");
    mu_jw_int(w, line->status);
    mu_jw_key(w, "ms");
    mu_jw_int(w, line->took_us / 1000);
    mu_jw_end(w, '}');
}

void sim_reqlog_write(const struct sim_reqlog *log, struct mu_jw *w, uint64_t since,
                      const char *prefix, size_t limit)
{
    uint64_t oldest = log->total > SIM_LOG_KEEP ? log->total - SIM_LOG_KEEP : 0;
    mu_jw_array(w);
    for (uint64_t n = since > oldest ? since : oldest; n < log->total && limit > 0; n++) {
        const struct sim_logline *line = &log->lines[n % SIM_LOG_KEEP];
        if (prefix && !mu_starts(line->target, prefix))
            continue;
        write_line(line, n, w);
        limit--;
    }
    mu_jw_end(w, ']');
}

void sim_reqlog_write_counts(const struct sim_reqlog *log, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_key(w, "requests");
    mu_jw_int(w, (int64_t)log->total);
    mu_jw_key(w, "in_flight");
    mu_jw_int(w, log->in_flight);
    mu_jw_key(w, "in_flight_peak");
    mu_jw_int(w, log->in_flight_peak);
    mu_jw_key(w, "second_peak");
    mu_jw_int(w, log->second_peak);
    mu_jw_key(w, "by_status");
    mu_jw_object(w);
    for (int status = 0; status < SIM_STATUS_MAX; status++)
        if (log->by_status[status] > 0) {
            char name[16];
            snprintf(name, sizeof(name), "%d", status);
            mu_jw_key(w, name);
            mu_jw_int(w, (int64_t)log->by_status[status]);
        }
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}
