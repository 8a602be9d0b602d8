/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults to come: each waits for requests of one method, path and page, lets `skip` of them pass,
 * then spoils `times` of them. First in, first out. Guarded by the simulator's lock.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

enum sim_fault_kind {
    SIM_FAULT_NONE,
    /* an answer of its own; the request has no effect unless `effect` */
    SIM_FAULT_HTML500,
    SIM_FAULT_500,
    SIM_FAULT_429,
    SIM_FAULT_UNAUTHORIZED,
    SIM_FAULT_FORBIDDEN,
    SIM_FAULT_404,
    SIM_FAULT_STATUS,
    SIM_FAULT_NOT_JSON,
    SIM_FAULT_EMPTY,
    SIM_FAULT_DEEP,
    SIM_FAULT_HUGE,
    SIM_FAULT_ENDLESS,
    SIM_FAULT_RESET,
    SIM_FAULT_HANG,
    /* the right answer with something wrong in it */
    SIM_FAULT_WRONG_TOTAL,
    SIM_FAULT_REPEAT_ROWS,
    SIM_FAULT_SHORT_PAGE,
    SIM_FAULT_NUL,
    SIM_FAULT_BAD_UTF8,
    SIM_FAULT_CUT_JSON,
    SIM_FAULT_TWICE,
    /* the right answer, sent badly */
    SIM_FAULT_TRUNCATE,
    SIM_FAULT_STALL,
    SIM_FAULT_SLOW
};

enum { SIM_FAULTS_MAX = 1000, SIM_FAULT_TEXT = 256 };

struct sim_fault {
    enum sim_fault_kind kind;
    char method[8];            /* "" any */
    char path[SIM_FAULT_TEXT]; /* a glob; "" any */
    int64_t page;              /* 0 any */
    int64_t skip, times;
    int64_t ms, rows, total, bytes, status,
        depth; /* by kind; 0: its own default; total -1: real + 7 */
    bool effect, raw, expired;
    char body[SIM_FAULT_TEXT];
};

struct sim_faults {
    struct sim_fault *list;
    size_t count;
    uint64_t spoiled;
};

/* Reads one fault; MU_E_USAGE names the key that is wrong. */
int sim_faults_add(struct sim_faults *faults, struct json_object *doc, struct mu_err *err);
/*
 * The fault for this request, taken off the list when used up; kind SIM_FAULT_NONE when there is
 * none.
 */
struct sim_fault sim_faults_take(struct sim_faults *faults, const char *method, const char *path,
                                 int64_t page);
void sim_faults_clear(struct sim_faults *faults);
void sim_faults_write(const struct sim_faults *faults, struct mu_jw *w);
void sim_faults_write_kinds(struct mu_jw *w);

#endif
