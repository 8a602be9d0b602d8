/* SPDX-License-Identifier: Apache-2.0 */
/* Counts over the store, for who watches. Strings are lent for the call. */
#ifndef MU_STORE_TALLY_H
#define MU_STORE_TALLY_H

#include "store/store.h"

typedef void mu_tally(void *arg, const char *name, const char *word, int64_t count);

/* Reads that were ended, by account and verdict. */
int mu_tally_pulls(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err);
/* Runs, by sync and status. */
int mu_tally_runs(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err);
/* What is parked, by owner; word is "". */
int mu_tally_parked(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err);
/* Scheduled work: when it last began, by what it is and its result. */
int mu_tally_turns(struct mu_store *s, mu_tally *each, void *arg, struct mu_err *err);

#endif
