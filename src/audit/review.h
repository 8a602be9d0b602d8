/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A review of access as a spreadsheet: a row for each person's place in a group, and for each person
 * without one. Whoever is responsible writes a decision into each row; reading it back gives what
 * has to be done (engine/review.h).
 *
 * keep: it stays. revoke: it ends. change role: to the role in the column `to`. move: into the group
 * in `to`, by id or name. Nothing: not decided yet, and nothing is done.
 */
#ifndef MU_AUDIT_REVIEW_H
#define MU_AUDIT_REVIEW_H

#include "audit/audit.h"
#include "engine/review.h"

enum {
    MU_REVIEW_ROWS_MAX = 2000000,
    MU_REVIEW_ERRORS_MAX = 20 /* told one by one; the rest is counted */
};

/* Appends the CSV; findings come from the audit, which is of the snapshot reviewed. */
int mu_review_write(struct mu_store *store, const struct mu_audit *audit, struct mu_buf *to,
                    struct mu_err *err);

struct mu_review {
    const char *account;
    int64_t snapshot; /* it was made from */
    const struct mu_ruling *rulings;
    size_t ruling_count;
    int64_t kept, undecided;
    int64_t unseen; /* places there are now, and no row is about */
};

/*
 * Each row is held against the newest snapshot of the account. -1: MU_E_DATA when any can't be used
 * (unknown people, groups, roles and decisions, two decisions for one place, a place or role that is
 * no longer what was reviewed, a header that was changed); each is told in the log by its line, and
 * nothing is returned. MU_E_MISSING, MU_E_IO: the file, the store. All in the arena.
 */
int mu_review_read(struct mu_store *store, const char *path, struct mu_arena *arena,
                   struct mu_log *log, struct mu_review *ret, struct mu_err *err);

/* ---- what both sides share, private to review*.c ---- */

enum review_column {
    REVIEW_ACCOUNT,
    REVIEW_SNAPSHOT,
    REVIEW_USER,
    REVIEW_PERSON,
    REVIEW_EMAIL,
    REVIEW_STATUS,
    REVIEW_GROUP,
    REVIEW_GROUP_NAME,
    REVIEW_ROLE,
    REVIEW_SINCE,
    REVIEW_LAST_SEEN,
    REVIEW_FINDINGS,
    REVIEW_DECISION,
    REVIEW_TO,
    REVIEW_COMMENT,
    REVIEW_COLUMNS
};
extern const char *const review_columns[REVIEW_COLUMNS];

#endif
