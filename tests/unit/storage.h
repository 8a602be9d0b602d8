/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store's tests share: a store in a directory of its own, short forms of its calls, damage
 * on purpose.
 */
#ifndef MU_TESTS_UNIT_STORAGE_H
#define MU_TESTS_UNIT_STORAGE_H

#include "store/pull.h"

extern char storage_path[];      /* of the store */
extern struct mu_store *storage; /* open for writing */
extern struct mu_arena *storage_arena;

void storage_setup(void);
void storage_teardown(void);
void storage_reopen(void); /* as a new process would */

/* Asserts that rc is -1 with that code and all of `text` in the message. */
void storage_failed(int rc, const struct mu_err *err, enum mu_code code, const char *text);

struct mu_pull *storage_begin(const char *account);
enum mu_put storage_put(struct mu_pull *p, enum mu_kind kind, const char *id, const char *body);
struct mu_snapshot storage_finish(struct mu_pull *p, enum mu_verdict verdict);

/* "id=body id=body ..." as of a snapshot. */
const char *storage_rows(const char *account, int64_t snapshot, enum mu_kind kind);

/*
 * SQLite finds nothing wrong with the file, and no version is live twice or ends before it begins.
 */
void storage_sound(void);

/* The one integer `sql` answers. */
int64_t storage_int(const char *sql);

/*
 * Runs step in a child that dies (without any clean-up) right before its nth commit; true: it ended
 * before that.
 */
bool storage_killed_at(int nth, void (*step)(void *arg), void *arg);

#endif
