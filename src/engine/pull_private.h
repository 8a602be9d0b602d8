/* SPDX-License-Identifier: Apache-2.0 */
/* A pull at work, shared by pull.c (records become entries) and pull_run.c (attempts, and the end);
 * private to them. */
#ifndef MU_ENGINE_PULL_PRIVATE_H
#define MU_ENGINE_PULL_PRIVATE_H

#include "engine/canary.h"
#include "engine/crosscheck.h"
#include "engine/park.h"
#include "engine/pull.h"

/* One pull's working set; lives on the stack of mu_pull_run. */
struct puller {
    struct mu_store *store;
    struct mu_account *account;
    const char *const *only;
    struct mu_arena *arena;
    struct mu_log *log;
    struct mu_evidence evidence;
    struct mu_parking *parking;
    /* people nothing but the attempt before says gone; the sum stands for who they are */
    struct vanished {
        int64_t count;
        uint64_t sum;
    } vanished;
    int64_t known; /* newest snapshot that holds something; 0: none */

    /* of the attempt at hand */
    struct mu_pull *pull;
    struct mu_crosscheck *crosscheck;
    struct mu_canary *canary;
    struct mu_arena *page; /* reset for each page */
    struct mu_buf body, raw;
    int64_t scratch[MU_KINDS]; /* supplements waiting */
    enum supplements {
        SUPPLEMENTS_UNJUDGED,
        SUPPLEMENTS_WHOLE,
        SUPPLEMENTS_LACKING
    } supplements[MU_KINDS];
    bool failed; /* something could not be read */
};

/* Reads the account into p->pull and p->evidence, once. -1: the store failed, or the run was
 * cancelled; what the source did wrong is evidence. */
int pull_read(struct puller *p, struct mu_err *err);

/* vanished.c: A finding when people are gone by the word of this attempt alone: those must be gone by
 * the next one as well. */
int pull_judge_vanished(struct puller *p, struct mu_err *err);

#endif
