/* SPDX-License-Identifier: Apache-2.0 */
/* A pull: records come in pages, are mapped, joined with what supplements say of them, and put into
 * the store. */
#include "engine/pull.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapter/prefetch.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/crosscheck.h"
#include "engine/park.h"

enum { PREFETCH_DEPTH = 8 };

/* One pull's working set; lives on mu_pull_run's stack. */
struct puller {
    struct mu_store *store;
    struct mu_pull *pull;
    struct mu_evidence evidence;
    struct mu_crosscheck *crosscheck;
    struct mu_parking *parking;
    struct mu_log *log;
    struct mu_arena *page; /* reset for each page */
    struct mu_buf body, raw;
    int64_t scratch[MU_KINDS]; /* supplements waiting */
    bool failed;               /* something could not be read */
};

static struct mu_tally *tally_of(struct puller *p, const struct mu_resource *resource)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++)
        if (p->evidence.tallies[i].resource == resource)
            return &p->evidence.tallies[i];
    mu_assert(!"page of a resource that was not announced");
    return NULL;
}

/* Set aside with its reason. Without an id it is known by its content. */
static void park(struct puller *p, struct mu_tally *t, const struct mu_doc *record, const char *id,
                 const struct mu_err *why)
{
    const char *label = mu_doc_str(record, "email");
    if (!label)
        label = mu_doc_str(record, "name");
    if (!id) {
        char digest[MU_DIGEST_HEX];
        mu_digest(record->source, record->source_len, digest);
        id = mu_printf(p->page, "no id, digest %.16s", digest);
    }
    mu_evidence_park(&p->evidence, t, id, label, why->text);
}

/* An entry the store can't take (an id too long) is parked like a record that can't be mapped. */
static int put_entry(struct puller *p, struct mu_tally *t, const struct mu_entry *entry,
                     struct mu_err *err)
{
    enum mu_put put;
    bool equal = false;
    if (mu_pull_put(p->pull, entry, &put, &equal, err) < 0) {
        if (err->blast != MU_HITS_RECORD)
            return -1;
        mu_evidence_park(&p->evidence, t, entry->id, NULL, err->text);
        return 0;
    }
    mu_parking_ok(p->parking, entry->kind, entry->id);
    if (put != MU_PUT_REPEATED)
        t->kept++;
    else if (equal)
        t->repeated++;
    else
        t->clashed++;
    return 0;
}

/* The text a supplement and its main entry share when their ids differ: the folded primary e-mail.
 * */
static const char *join_key(struct puller *p, const struct mu_doc *doc)
{
    const char *email = mu_entry_email(doc);
    return email ? mu_fold(p->page, email) : NULL;
}

static int put_supplement(struct puller *p, struct mu_tally *t, const struct mu_entry *entry,
                          struct mu_err *err)
{
    const struct mu_doc *doc;
    if (mu_entry_doc(entry, p->page, &doc, err) < 0 ||
        mu_scratch_put(p->store, entry->kind, entry->id, join_key(p, doc), entry->body,
                       entry->body_len, err) < 0)
        return -1;
    p->scratch[entry->kind]++;
    t->kept++;
    return 0;
}

/* Replaces entry->body by the merge with its supplement, when one waits. */
static int join_supplement(struct puller *p, struct mu_entry *entry, struct mu_buf *merged,
                           struct mu_err *err)
{
    if (p->scratch[entry->kind] == 0)
        return 0;
    const struct mu_doc *doc, *extra;
    if (mu_entry_doc(entry, p->page, &doc, err) < 0)
        return -1;
    struct mu_entry found;
    int rc =
        mu_scratch_take(p->store, entry->kind, entry->id, join_key(p, doc), p->page, &found, err);
    if (rc <= 0)
        return rc;
    p->scratch[entry->kind]--;
    if (mu_entry_doc(&found, p->page, &extra, err) < 0)
        return -1;
    mu_map_merge(entry->kind, doc, extra, merged);
    entry->body = merged->data;
    entry->body_len = merged->len;
    return 0;
}

/* A record that can't be used is parked and the rest goes on; -1 only when the store can't go on.
 * line: where it stands in a file, 0: it doesn't. */
static int take_record(struct puller *p, struct mu_tally *t, const struct mu_doc *record,
                       const struct mu_doc *context, int64_t line, struct mu_err *err)
{
    const struct mu_resource_info *info = mu_map_info(t->resource);
    struct mu_entry entry = {.kind = info->kind};
    struct mu_err bad = MU_ERR_INIT;
    mu_buf_reset(&p->body);
    mu_buf_reset(&p->raw);
    t->rows++;
    mu_crosscheck_record(p->crosscheck, t->resource, record);
    if (mu_map_entry(t->resource, record, context, p->page, &p->body, &entry.id, &bad) < 0) {
        if (line > 0)
            mu_wrap(&bad, "line %" PRId64, line);
        park(p, t, record, mu_doc_text(mu_doc_member(record, "id")), &bad);
        return 0;
    }
    entry.body = p->body.data;
    entry.body_len = p->body.len;
    if (info->fetch && info->fetch->supplement)
        return put_supplement(p, t, &entry, err);
    mu_map_raw(t->resource, record, &p->raw);
    entry.raw = p->raw.data;
    entry.raw_len = p->raw.len;
    MU_AUTO(buf) struct mu_buf merged = MU_BUF_INIT(MU_BUF_MAX);
    if (join_supplement(p, &entry, &merged, err) < 0)
        return -1;
    return put_entry(p, t, &entry, err);
}

/* Rows of a file that are no records: parked under their line. */
static void take_bad(struct puller *p, struct mu_tally *t, const struct mu_page *page)
{
    for (size_t i = 0; i < page->bad_count; i++) {
        const struct mu_bad_row *row = &page->bad[i];
        t->rows++;
        mu_evidence_park(&p->evidence, t, mu_printf(p->page, "line %" PRId64, row->line), NULL,
                         row->reason);
    }
}

static int take_page(struct puller *p, struct mu_page *page, struct mu_err *err)
{
    struct mu_tally *t = tally_of(p, page->resource);
    const struct mu_resource_info *info = mu_map_info(page->resource);
    mu_arena_reset(p->page);
    t->pages++;
    mu_crosscheck_list(p->crosscheck, page);
    if (page->total >= 0 && !info->fetch->for_each) {
        if (t->total_first < 0)
            t->total_first = t->total_last = page->total;
        if (page->total != t->total_first)
            t->total_last = page->total;
    }
    take_bad(p, t, page);
    const int64_t *line = page->lines;
    for (const struct mu_doc *record = page->records->first; record; record = record->next)
        if (take_record(p, t, record, page->context, line ? *line++ : 0, err) < 0)
            return -1;
    mu_progress(p->log, info->name, t->rows, page->total > 0 ? page->total : 0);
    return 0;
}

static int take_constants(struct puller *p, struct mu_err *err)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++) {
        struct mu_tally *t = &p->evidence.tallies[i];
        const char *const *texts = mu_map_info(t->resource)->constants;
        for (; texts && *texts; texts++) {
            const struct mu_doc *record;
            if (mu_doc_parse(p->page, *texts, strlen(*texts), &record, err) < 0 ||
                take_record(p, t, record, NULL, 0, err) < 0)
                return -1;
        }
    }
    return 0;
}

/* Whether every entry of the kind had its chance to ask for its supplement. */
static bool kind_is_whole(const struct puller *p, enum mu_kind kind)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++) {
        const struct mu_tally *t = &p->evidence.tallies[i];
        const struct mu_resource_info *info = mu_map_info(t->resource);
        if (info->kind == kind && info->fetch && !info->fetch->supplement &&
            (t->parked > 0 || t->pages == 0 || (t->total_first >= 0 && t->rows != t->total_last)))
            return false;
    }
    return !p->failed;
}

/*
 * Supplements nobody asked for are entries of their own: people only the second credential sees.
 * After a read that isn't whole they may as well belong to people whose page is missing, so they
 * are let go, and what was known of those people stays.
 */
static int take_leftovers(struct puller *p, struct mu_err *err)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++) {
        struct mu_tally *t = &p->evidence.tallies[i];
        const struct mu_resource_info *info = mu_map_info(t->resource);
        struct mu_entry entry;
        int rc = 0;
        if (!info->fetch || !info->fetch->supplement || p->scratch[info->kind] == 0)
            continue;
        t->kept = 0;
        mu_arena_reset(p->page);
        if (!kind_is_whole(p, info->kind)) {
            mu_evidence_find(
                &p->evidence, MU_ADDITIVE,
                "%s: %" PRId64
                " of them found no partner, and the partners' list isn't whole: let go",
                info->name, p->scratch[info->kind]);
            p->scratch[info->kind] = 0;
            continue;
        }
        while ((rc = mu_scratch_drain(p->store, info->kind, p->page, &entry, err)) == 1)
            if (put_entry(p, t, &entry, err) < 0)
                return -1;
        if (rc < 0)
            return -1;
        p->scratch[info->kind] = 0;
    }
    return 0;
}

/* A failed resource bounds what the read is worth; one that broke the connection ends it. */
static bool note_failure(struct puller *p, const struct mu_err *failed)
{
    mu_evidence_find(&p->evidence, MU_ADDITIVE, "%s", failed->text);
    p->failed = true;
    return failed->blast == MU_HITS_KIND || failed->blast == MU_HITS_RECORD;
}

static int interrupted(struct mu_err *err)
{
    return mu_fail(err, MU_E_CANCELLED, "interrupted; nothing of this pull is kept");
}

static int take_pages(struct puller *p, struct mu_account *account, const char *const *only,
                      struct mu_arena *arena, struct mu_err *err)
{
    struct mu_prefetch *ahead;
    struct mu_page page;
    struct mu_err failed = MU_ERR_INIT;
    int rc = 0;
    if (mu_prefetch_begin(account, only, PREFETCH_DEPTH, &ahead, &failed) < 0) {
        note_failure(p, &failed);
        return mu_cancelled() ? interrupted(err) : 0;
    }
    for (;;) {
        int got = mu_prefetch_next(ahead, &page, &failed);
        if (got == 0 || (got < 0 && !note_failure(p, &failed)))
            break;
        if (got < 0)
            continue; /* others may still be read */
        rc = take_page(p, &page, err);
        mu_page_drop(&page);
        if (rc < 0)
            break;
    }
    mu_prefetch_end(ahead, arena, &p->evidence.facts);
    mu_progress_end(p->log);
    return rc == 0 && mu_cancelled() ? interrupted(err) : rc;
}

static void mapping_digest(const struct mu_resource *const *resources, char ret[MU_DIGEST_HEX])
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    for (; *resources; resources++)
        mu_buf_printf(&all, "%s %s\n", mu_map_info(*resources)->name,
                      mu_map_info(*resources)->digest);
    mu_digest(all.data, all.len, ret);
}

static int read_all(struct puller *p, struct mu_account *account, const char *const *only,
                    struct mu_arena *arena, struct mu_err *err)
{
    if (mu_scratch_clear(p->store, err) < 0 || take_constants(p, err) < 0 ||
        take_pages(p, account, only, arena, err) < 0 || take_leftovers(p, err) < 0)
        return -1;
    if (only)
        mu_evidence_find(&p->evidence, MU_ADDITIVE, "only a part was asked for");
    mu_crosscheck_judge(p->crosscheck, &p->evidence);
    return 0;
}

/* What this read parked stays until a read can use it; a void one has nothing to say. */
static int settle_parked(struct puller *p, enum mu_verdict verdict, struct mu_err *err)
{
    const struct mu_evidence *e = &p->evidence;
    if (verdict == MU_VOID)
        return 0;
    for (int64_t i = 0; i < e->parked_count && i < MU_PARKED_KEPT; i++) {
        const struct mu_unusable *u = &e->parked[i];
        struct mu_err why = {.code = MU_E_DATA};
        snprintf(why.text, sizeof(why.text), "%s", u->reason);
        mu_parking_refused(p->parking, mu_map_info(u->resource)->kind, u->id, u->label, &why);
    }
    return mu_parking_settle(
        p->parking, verdict == MU_COMPLETE ? MU_PARKING_DROP_REST : MU_PARKING_KEEP_REST, err);
}

/* The last complete snapshot of the account: what sizes are compared with. 1 found, 0 none. */
static int last_complete(struct mu_store *store, const char *account, struct mu_arena *arena,
                         struct mu_snapshot *ret, struct mu_err *err)
{
    struct mu_snapshot *list;
    size_t count;
    if (mu_snapshot_list(store, arena, account, 100, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (list[i].verdict == MU_COMPLETE && list[i].finished) {
            *ret = list[i];
            return 1;
        }
    return 0;
}

static int pull_account(struct mu_store *store, struct mu_account *account, const char *const *only,
                        struct mu_arena *arena, struct mu_log *log, struct mu_snapshot *snap,
                        struct mu_err *err)
{
    const struct mu_resource *const *resources = account->adapter->source->resources(account);
    struct puller p = {.store = store,
                       .log = log,
                       .page = mu_arena_new(),
                       .body = MU_BUF_INIT(MU_BUF_MAX),
                       .raw = MU_BUF_INIT(MU_BUF_MAX)};
    MU_AUTO(buf) struct mu_buf evidence = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_snapshot before;
    struct mu_jw w;
    char digest[MU_DIGEST_HEX];
    int64_t started = mu_mono_us();

    mapping_digest(resources, digest);
    mu_evidence_init(&p.evidence, arena, resources);
    p.crosscheck = mu_crosscheck_new(resources);
    int known = last_complete(store, account->name, arena, &before, err);
    int rc = known < 0 || mu_parking_open(store, "pull", account->name, &p.parking, err) < 0
                 ? -1
                 : mu_pull_begin(store, account->name, digest, &p.pull, err);
    if (rc == 0) {
        rc = read_all(&p, account, only, arena, err);
        p.evidence.seconds = (double)(mu_mono_us() - started) / 1e6;
        if (rc < 0) {
            mu_pull_abort(p.pull);
        } else {
            enum mu_verdict verdict = mu_evidence_judge(&p.evidence, known ? &before : NULL);
            mu_jw_init(&w, &evidence, false);
            mu_evidence_json(&p.evidence, &w);
            rc = mu_pull_finish(p.pull, verdict, evidence.data, arena, snap, err);
            if (rc == 0)
                rc = settle_parked(&p, verdict, err);
        }
    }
    mu_parking_free(p.parking);
    mu_crosscheck_free(p.crosscheck);
    mu_arena_free(p.page);
    mu_buf_done(&p.body);
    mu_buf_done(&p.raw);
    return rc;
}

int mu_pull_run(struct mu_store *store, const struct mu_config *config,
                const struct mu_account_def *def, const char *const *only, int wait_s,
                struct mu_arena *arena, struct mu_log *log, struct mu_snapshot *snap,
                struct mu_err *err)
{
    struct mu_account *account;
    struct mu_lock *lock;
    if (!def->adapter->source)
        return mu_fail(err, MU_E_CONFIG, "%s: the %s adapter can't be read from", def->name,
                       def->adapter->name);
    if (mu_config_open(arena, config, def, log, &account, err) < 0)
        return -1;
    int rc = mu_store_lock(store, mu_printf(arena, "pull %s", def->name), wait_s, &lock, err);
    if (rc == 0) {
        rc = pull_account(store, account, only, arena, log, snap, err);
        mu_unlock(lock);
    }
    mu_account_close(account);
    return rc < 0 ? mu_wrap(err, "pull %s", def->name) : 0;
}
