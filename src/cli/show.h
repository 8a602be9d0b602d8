/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of output several commands share. Results go to stdout; whether that worked is checked
 * once, at the end, by main(). */
#ifndef MU_CLI_SHOW_H
#define MU_CLI_SHOW_H

#include "base/json.h"
#include "cli/session.h"
#include "engine/plan.h"

enum { MU_SHOW_NUMBER = 32 };

/* "50,000"; "1 user", "12 users". Arena. */
const char *mu_show_number(int64_t n, char to[MU_SHOW_NUMBER]);
const char *mu_show_some(struct mu_arena *arena, int64_t n, const char *one, const char *many);
const char *mu_show_bytes(struct mu_arena *arena, int64_t bytes);
const char *mu_show_time(struct mu_arena *arena, int64_t unix_s); /* "" for 0 */

/* Text from outside, safe on a terminal. */
const char *mu_show_safe(struct mu_arena *arena, const char *text);

/* Writes the buffer to stdout and empties it. */
void mu_show_flush(struct mu_buf *buf);

/* A JSON document made in buf is complete: writes it to stdout, with a last newline. */
void mu_show_document(struct mu_buf *buf);

/* ---- show_snapshot.c ---- */

/* A snapshot with its verdict and evidence. csv: as a row of `muster snapshots`. */
int mu_show_snapshot(struct mu_cli *cli, const struct mu_snapshot *snap, struct mu_err *err);
int mu_show_snapshot_rows(struct mu_cli *cli, const struct mu_snapshot *snaps, size_t count,
                          struct mu_err *err);
void mu_show_snapshot_json(const struct mu_snapshot *snap, bool evidence, struct mu_jw *w);

/* Findings and parked records of a read as warnings in the log; a complete read has none. */
void mu_show_findings(struct mu_cli *cli, const struct mu_snapshot *snap);
/* The first thing that bounds the verdict; NULL: nothing does. */
const char *mu_show_main_reason(struct mu_arena *arena, const struct mu_snapshot *snap);

/* Numbers of the evidence that summaries repeat. */
struct mu_cost {
    int64_t calls, bytes, parked;
};
struct mu_cost mu_show_cost(const struct mu_snapshot *snap);

/* ---- show_parked.c ---- */

int mu_show_parked_rows(struct mu_cli *cli, const struct mu_parked *parked, size_t count,
                        struct mu_err *err);
void mu_show_parked_json(const struct mu_parked *parked, struct mu_jw *w);

/* ---- show_results.c ---- */

/* What a run did to people, for the system they came from: a row each. */
int mu_show_results(struct mu_cli *cli, const struct mu_run *run, struct mu_err *err);

/* ---- show_plan.c ---- */

/* Diff, what is left alone, guards, cost. json: the plan document itself. */
int mu_show_plan(struct mu_cli *cli, const struct mu_plan *plan, struct mu_err *err);
/* What every command ends with that makes a plan: writes it to path (NULL: nowhere; "-": it is shown
 * as JSON), shows it, and asks the guards. An exit status, or -1. */
int mu_show_planned(struct mu_cli *cli, const struct mu_plan *plan, const char *path,
                    struct mu_err *err);
/* Who is to leave later, in text: all of them, or with -q those whose countdown has just begun. */
void mu_show_leaving(struct mu_cli *cli, const struct mu_plan *plan);
/* how many of those left alone make a run partial */
size_t mu_show_trouble(const struct mu_plan *plan);

#endif
