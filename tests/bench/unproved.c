/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster without journal and cross-checks: what those cost is the difference to the real one. The
 * linker puts these functions in the place of theirs (--wrap, local.mk); all the rest is the same
 * program. Never to be used on a directory that somebody needs.
 */
#include "engine/crosscheck.h"
#include "store/sqlite.h"

int __real_mu_sql_begin(struct mu_store *s, enum mu_sql_sync sync, struct mu_err *err);
int __wrap_mu_sql_begin(struct mu_store *s, enum mu_sql_sync sync, struct mu_err *err);
int __wrap_mu_journal_intent(struct mu_store *s, int64_t run, const struct mu_op *op,
                             const struct mu_op *inverse, struct mu_err *err);
int __wrap_mu_journal_outcome(struct mu_store *s, int64_t run, int seq, enum mu_done done,
                              const char *detail, struct mu_err *err);
void __wrap_mu_crosscheck_record(struct mu_crosscheck *c, const struct mu_resource *r,
                                 const struct mu_doc *record);
void __wrap_mu_crosscheck_list(struct mu_crosscheck *c, const struct mu_page *page);
void __wrap_mu_crosscheck_judge(const struct mu_crosscheck *c, struct mu_evidence *e);

/* Nothing is awaited on its way to the disk. */
int __wrap_mu_sql_begin(struct mu_store *s, enum mu_sql_sync sync MU_UNUSED, struct mu_err *err)
{
    return __real_mu_sql_begin(s, MU_SQL_LAZY, err);
}

int __wrap_mu_journal_intent(struct mu_store *s MU_UNUSED, int64_t run MU_UNUSED,
                             const struct mu_op *op MU_UNUSED,
                             const struct mu_op *inverse MU_UNUSED, struct mu_err *err MU_UNUSED)
{
    return 0;
}

int __wrap_mu_journal_outcome(struct mu_store *s MU_UNUSED, int64_t run MU_UNUSED,
                              int seq MU_UNUSED, enum mu_done done MU_UNUSED,
                              const char *detail MU_UNUSED, struct mu_err *err MU_UNUSED)
{
    return 0;
}

void __wrap_mu_crosscheck_record(struct mu_crosscheck *c MU_UNUSED,
                                 const struct mu_resource *r MU_UNUSED,
                                 const struct mu_doc *record MU_UNUSED)
{
}

void __wrap_mu_crosscheck_list(struct mu_crosscheck *c MU_UNUSED,
                               const struct mu_page *page MU_UNUSED)
{
}

void __wrap_mu_crosscheck_judge(const struct mu_crosscheck *c MU_UNUSED,
                                struct mu_evidence *e MU_UNUSED)
{
}
