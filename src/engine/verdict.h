/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a read is worth, and why. Each resource keeps its counts; facts are judged one by one, and
 * the worst judgement is the verdict. Evidence is a JSON document (evidence.c) with the same
 * content as the lines shown:
 *
 *     {"identity": "...", "bound": {"id": "4101", "role": "manager", "organization": "9"}, "calls": 412, "attempts": 1,
 *      "resources": [{"name": "users", "kind": "user", "supplement": false, "asked": 501, "answered": 501, "pages": 501,
 *      "rows": 50000, "kept": 50000, "repeated": 0, "clashed": 0, "parked": 0, "total_first": 50000, "total_last": 50000}],
 *      "lists": {"resource": "members", "against": "users", "count": 120, "agree": 120, "listed": 50000, "named": 50000,
 *      "differ": [{"parent": "71", "listed": 19, "named": 20, "same": false}]}, "before": {"snapshot": 4, "accepted": false,
 *      "identity": "...", "users": 50001, ...}, "held": ["..."], "findings": [{"cause": "total_moved", "verdict": "additive",
 *      "text": "..."}], "earlier": [{"attempt": 1, "cause": "...", "verdict": "...", "text": "..."}],
 *      "parked": [{"resource": "users", "id": "...", "label": "...", "reason": "..."}], "parked_count": 1}
 */
#ifndef MU_ENGINE_VERDICT_H
#define MU_ENGINE_VERDICT_H

#include <stdint.h>

#include "adapter/adapter.h"
#include "base/doc.h"
#include "store/store.h"

/* Of the records of one read that can't be used so many are kept, and shown in the evidence. */
enum { MU_PARKED_KEPT = 1000, MU_PARKED_SHOWN = 100 };

/* What can be wrong with a read. What each of them means for the verdict stands in one table. */
enum mu_cause {
    MU_CAUSE_FAILED,       /* a list or a page could not be read */
    MU_CAUSE_LIMIT,        /* a ceiling was reached */
    MU_CAUSE_VANISHED,     /* a parent whose list was asked for is not there any more */
    MU_CAUSE_UNANSWERED,   /* pages asked for, and no word of them */
    MU_CAUSE_TOTAL_MOVED,  /* the total told before and after */
    MU_CAUSE_ROWS,         /* rows received and promised */
    MU_CAUSE_SHORT_PAGE,   /* a page within the list that is shorter than others */
    MU_CAUSE_REPEATED,     /* rows that came twice */
    MU_CAUSE_CLASHED,      /* ids that came twice, with other data */
    MU_CAUSE_LISTS,        /* lists of parents against the children's own word */
    MU_CAUSE_FOREIGN,      /* rows of another parent: the server ignored what was asked for */
    MU_CAUSE_GONE,         /* people whom nothing but this one read says gone (vanished.c) */
    MU_CAUSE_ORPHANS,      /* supplements without a partner, in a list that isn't whole */
    MU_CAUSE_PARKED,       /* records that can't be used */
    MU_CAUSE_PART,         /* only a part was asked for */
    MU_CAUSE_IDENTITY,     /* bound as somebody else than before */
    MU_CAUSE_SIGHT,        /* a resource that was seen before isn't now */
    MU_CAUSE_EMPTY,        /* none came where there were some */
    MU_CAUSE_SHRUNK,       /* less than half of what was there */
    MU_CAUSE_COLUMN_GONE,  /* a field has no column any more (filled.h) */
    MU_CAUSE_COLUMN_EMPTY, /* a field that was full is empty */
    MU_CAUSE_CANARY,       /* people who must be there */
    MU_CAUSE_NOTHING,      /* nothing usable at all */
    MU_CAUSES
};

struct mu_tally {
    const struct mu_resource *resource;
    int64_t asked, answered; /* pages, as the source counts them; -1: it doesn't */
    int64_t pages, rows, kept, repeated, clashed, parked;
    int64_t total_first, total_last; /* -1: never told; for one list */
    /* pages with rows, the longest of them, and the last one */
    int64_t filled, widest, last_number, last_rows;
    bool failed;
};

struct mu_finding {
    int attempt; /* from 1 */
    enum mu_cause cause;
    enum mu_verdict verdict; /* the best verdict possible with it */
    const char *text;
};

/* The lists of all parents against what the children say of themselves (crosscheck.h). */
struct mu_lists {
    const struct mu_resource *lists, *children; /* NULL: nothing was compared */
    int64_t count, agree, listed, named;
    struct mu_list_differs {
        const char *parent;
        int64_t listed, named; /* equal numbers: other people */
        bool came;             /* false: there is no such list */
    } * differ;                /* the first MU_PARKED_SHOWN */
    int64_t differ_count;
};

struct mu_evidence {
    struct mu_arena *arena;
    struct mu_tally *tallies;
    size_t tally_count;
    struct mu_finding *findings;
    size_t finding_count;
    struct mu_finding *earlier; /* of attempts before the last one */
    size_t earlier_count;
    const char **held; /* what was checked and is as it should be */
    size_t held_count;
    struct mu_unusable {
        const struct mu_resource *resource;
        const char *id, *label, *reason; /* label NULL: none */
    } * parked;                          /* the first MU_PARKED_KEPT */
    int64_t parked_count;
    struct mu_lists lists;
    struct mu_read_facts facts; /* cost: of all attempts */
    int attempts;
    double seconds;
    const struct mu_snapshot *before;  /* the last complete read; NULL: none */
    const struct mu_doc *before_facts; /* its evidence; NULL: none */
    bool accepted;                     /* a person looked: `before` is shown, and not judged by */
};

/* before: the last complete read, NULL: none; lent like the arena. */
void mu_evidence_init(struct mu_evidence *e, struct mu_arena *arena,
                      const struct mu_resource *const *resources, const struct mu_snapshot *before,
                      bool accepted);
void mu_evidence_find(struct mu_evidence *e, enum mu_cause cause, const char *fmt, ...)
    MU_PRINTF(3, 4);
/* A check that was made and found nothing wrong. */
void mu_evidence_hold(struct mu_evidence *e, const char *fmt, ...) MU_PRINTF(2, 3);
void mu_evidence_park(struct mu_evidence *e, struct mu_tally *t, const char *id, const char *label,
                      const char *reason);

/* Facts of a source, added up over attempts. */
void mu_evidence_facts(struct mu_evidence *e, const struct mu_read_facts *facts);

/* Judges what was counted, and adds findings. */
void mu_evidence_judge(struct mu_evidence *e);
/* The worst of the findings. */
enum mu_verdict mu_evidence_verdict(const struct mu_evidence *e);

/* compare.c: the part of it that looks at the last complete read. */
void mu_evidence_compare(struct mu_evidence *e);

/* A supplement of the kind was read then, and there is none by that name now. */
bool mu_evidence_lost_supplement(const struct mu_evidence *e, enum mu_kind kind);

/* Whether all that is wrong may come from people who were added or removed during the read, so that
 * reading again can help. */
bool mu_evidence_unsettled(const struct mu_evidence *e);
/* Empties it for another attempt; findings move to `earlier`. */
void mu_evidence_again(struct mu_evidence *e);

void mu_evidence_json(const struct mu_evidence *e, struct mu_jw *w);
const char *mu_cause_name(enum mu_cause cause);

#endif
