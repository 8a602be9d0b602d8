/* SPDX-License-Identifier: Apache-2.0 */
/* An open feed; private to adapter/feed/. */
#ifndef MU_ADAPTER_FEED_PRIVATE_H
#define MU_ADAPTER_FEED_PRIVATE_H

#include "adapter/adapter.h"
#include "adapter/feed/file.h"
#include "adapter/shares.h"

struct feed_settings {
    const char *path, *shape, *delimiter, *records, *trailer, *checksum;
    int encoding;
    int64_t max_age, settle;
};

struct feed;
struct feed_twice;

/* One row of a file, whatever its format; lent until the next one. */
struct feed_row {
    struct mu_row row;
    const char *text; /* as it stands in the file, for the trailer; NULL: not asked for */
};

/* Reads rows of one format out of feed->reading.file; the table is all the rest knows of it. */
struct feed_reader;
struct feed_format {
    /* Settings alone; MU_E_CONFIG with file and line. */
    int (*check)(struct feed *f, const struct mu_account_conf *conf, struct mu_err *err);
    /* Reads what stands before the rows. */
    int (*open)(struct feed *f, struct feed_reader **ret, struct mu_err *err);
    /* 1: a row, its record in the arena; 0: the end; -1 */
    int (*next)(struct feed_reader *r, struct mu_arena *arena, struct feed_row *ret,
                struct mu_err *err);
    void (*close)(struct feed_reader *r); /* NULL is fine */
    /* What the file calls the column a name is found in; NULL: nothing. NULL slot: nobody knows
     * before the end. */
    const char *(*column)(const struct feed_reader *r, const char *name);
    /* Its columns as written, for messages; NULL-terminated. With `column`. */
    const char *const *(*columns)(const struct feed_reader *r);
};
extern const struct feed_format feed_csv, feed_json;

/* Where a read stands. */
struct feed_reading {
    struct mu_arena *arena, *row; /* row: reset for each */
    struct feed_file *file;
    struct feed_reader *reader;
    struct feed_twice *twice; /* NULL: not looked for yet */
    struct mu_shares *shares;
    int64_t promised;     /* rows told by the trailer; -1: not (yet) */
    bool over;            /* everything was read, or nothing more can be */
    struct mu_err failed; /* told when what was read before is handed out */
};

struct feed {
    struct mu_account base;
    const struct feed_settings *settings;
    const struct feed_format *format;
    struct mu_log *log;
    struct mu_arena *arena;
    struct feed_file_conf file;
    char delimiter;            /* csv; 0: to be found */
    const struct mu_ptr *list; /* jsonl; NULL: lines */
    struct mu_row_shape shape;
    struct feed_reading reading;
};

static inline struct feed *feed_of(struct mu_account *a)
{
    return (struct feed *)a;
}

extern const struct mu_source_ops feed_source;

/* Opens file and reader; what is open already when it fails is closed by feed_close. */
int feed_open(struct feed *f, struct mu_err *err);
void feed_close(struct feed *f);

/* Fails when a name that must be there is not; says which column is nearest. */
int feed_check_columns(struct feed *f, struct mu_err *err);
/* Whether a rule has a column to look at. */
bool feed_has_column(const struct feed *f, const struct mu_ask *ask);

/* Whether a row is the trailer, and how many rows it promises. */
bool feed_is_trailer(const struct feed *f, const struct feed_row *row, long long *ret);

/* ---- twice.c ---- */

/* Reads all rows and notes which ids come again. */
int feed_twice_find(struct feed *f, struct mu_err *err);
void feed_twice_free(struct feed_twice *t); /* NULL is fine */
/* Makes a bad row of one whose id comes again. */
void feed_twice_judge(struct feed *f, struct mu_row *row);

int feed_probe(struct mu_account *a, mu_probe_report *report, void *arg, struct mu_err *err);

#endif
