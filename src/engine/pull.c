/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an account: records come in pages, are mapped, joined with what supplements say of them,
 * and put into the store. */
#include "engine/pull.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/prefetch.h"
#include "base/io.h"
#include "base/str.h"
#include "engine/pull_private.h"

enum { PREFETCH_DEPTH = 8 };

static struct mu_tally *tally_of(struct puller *p, const struct mu_resource *resource)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++)
        if (p->evidence.tallies[i].resource == resource)
            return &p->evidence.tallies[i];
    mu_assert(!"page of a resource that was not announced");
    return NULL;
}

/* What a record holds where its mapping looks for a field, or else under a plain name; NULL:
 * nothing. */
static const char *asked_of(struct puller *p, const struct mu_resource *resource,
                            const struct mu_doc *record, const char *field, const char *plain)
{
    size_t count;
    const struct mu_ask *asks = mu_map_asks(resource, p->page, &count);
    for (size_t i = 0; i < count; i++)
        for (const char *const *name = asks[i].names; mu_streq(asks[i].field, field) && *name;
             name++) {
            const char *text = mu_doc_text(mu_doc_member(record, *name));
            if (text && *text)
                return text;
        }
    return mu_doc_text(mu_doc_member(record, plain));
}

/* Set aside with its reason. Without an id it is known by its content. */
static void park(struct puller *p, struct mu_tally *t, const struct mu_doc *record,
                 const struct mu_err *why)
{
    const char *id = asked_of(p, t->resource, record, "id", "id");
    const char *label = asked_of(p, t->resource, record, "emails/email", "email");
    if (!label)
        label = asked_of(p, t->resource, record, "name", "name");
    if (!id) {
        char digest[MU_DIGEST_HEX];
        mu_digest(record->source, record->source_len, digest);
        id = mu_printf(p->page, "no id, digest %.16s", digest);
    }
    mu_evidence_park(&p->evidence, t, id, label, why->text);
}

/* Its supplement went with the row that came first: a second one is never equal. */
static bool has_supplement(const struct puller *p, enum mu_kind kind)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++) {
        const struct mu_resource_info *info = mu_map_info(p->evidence.tallies[i].resource);
        if (info->kind == kind && info->fetch && info->fetch->supplement)
            return true;
    }
    return false;
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
    mu_canary_entry(p->canary, p->page, entry);
    if (put != MU_PUT_REPEATED)
        t->kept++;
    else if (equal || has_supplement(p, entry->kind))
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

/* Whether supplements of the kind that are there, or were at the last complete read, did not all
 * come. They are read before what they supplement. */
static bool supplements_lack(struct puller *p, enum mu_kind kind)
{
    const struct mu_evidence *e = &p->evidence;
    bool lack = false;
    if (p->supplements[kind] != SUPPLEMENTS_UNJUDGED)
        return p->supplements[kind] == SUPPLEMENTS_LACKING;
    for (size_t i = 0; i < e->tally_count; i++) {
        const struct mu_tally *t = &e->tallies[i];
        const struct mu_resource_info *info = mu_map_info(t->resource);
        if (info->kind == kind && info->fetch && info->fetch->supplement)
            lack |= t->failed || t->pages == 0 || t->parked > 0 ||
                    (t->total_first >= 0 && t->rows != t->total_last);
    }
    lack |= !e->accepted && mu_evidence_lost_supplement(e, kind);
    p->supplements[kind] = lack ? SUPPLEMENTS_LACKING : SUPPLEMENTS_WHOLE;
    return lack;
}

/* What a supplement that could not be read said last time stays: its silence takes nothing away. */
static int keep_known(struct puller *p, const struct mu_entry *entry, const struct mu_doc *doc,
                      struct mu_buf *merged, struct mu_err *err)
{
    struct mu_entry known;
    const struct mu_doc *before;
    int rc = mu_entry_get(p->store, p->page, p->account->name, p->known, entry->kind, entry->id,
                          &known, err);
    if (rc <= 0)
        return rc;
    if (mu_entry_doc(&known, p->page, &before, err) < 0)
        return -1;
    mu_map_keep(entry->kind, doc, before, merged);
    return 1;
}

static int take_supplement(struct puller *p, const struct mu_entry *entry, const struct mu_doc *doc,
                           struct mu_buf *merged, struct mu_err *err)
{
    struct mu_entry found;
    const struct mu_doc *extra;
    int rc =
        mu_scratch_take(p->store, entry->kind, entry->id, join_key(p, doc), p->page, &found, err);
    if (rc <= 0)
        return rc;
    p->scratch[entry->kind]--;
    if (mu_entry_doc(&found, p->page, &extra, err) < 0)
        return -1;
    mu_map_merge(entry->kind, doc, extra, merged);
    return 1;
}

/* Replaces entry->body by the merge with its supplement: the one that waits, else what is known of
 * one that could not be read. */
static int join_supplement(struct puller *p, struct mu_entry *entry, struct mu_buf *merged,
                           struct mu_err *err)
{
    bool waiting = p->scratch[entry->kind] > 0;
    bool lacking = p->known > 0 && supplements_lack(p, entry->kind);
    const struct mu_doc *doc;
    if (!waiting && !lacking)
        return 0;
    if (mu_entry_doc(entry, p->page, &doc, err) < 0)
        return -1;
    int rc = waiting ? take_supplement(p, entry, doc, merged, err) : 0;
    if (rc == 0 && lacking)
        rc = keep_known(p, entry, doc, merged, err);
    if (rc <= 0)
        return rc;
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
    if (mu_map_entry(t->resource, record, context, p->page, &p->body, &entry.id, &bad) < 0) {
        if (line > 0)
            mu_wrap(&bad, "line %" PRId64, line);
        park(p, t, record, &bad);
        return 0;
    }
    mu_crosscheck_record(p->crosscheck, t->resource, record, entry.id);
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

/* What isn't even a record is parked under the name it came with. */
static void take_bad(struct puller *p, struct mu_tally *t, const struct mu_page *page)
{
    for (size_t i = 0; i < page->bad_count; i++) {
        const struct mu_bad_row *row = &page->bad[i];
        t->rows++;
        mu_evidence_park(&p->evidence, t, row->id, NULL, row->reason);
    }
}

static void count_rows(struct mu_tally *t, const struct mu_page *page)
{
    if (page->rows == 0)
        return;
    t->filled++;
    if (page->rows > t->widest)
        t->widest = page->rows;
    if (page->number < t->last_number)
        return;
    t->last_number = page->number;
    t->last_rows = page->rows;
}

static int take_page(struct puller *p, struct mu_page *page, struct mu_err *err)
{
    struct mu_tally *t = tally_of(p, page->resource);
    const struct mu_resource_info *info = mu_map_info(page->resource);
    mu_arena_reset(p->page);
    t->pages++;
    count_rows(t, page);
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
            (t->parked + t->repeated + t->clashed > 0 || t->pages == 0 ||
             (t->total_first >= 0 && t->rows != t->total_last)))
            return false;
    }
    return !p->failed;
}

/*
 * Supplements nobody asked for are entries of their own: people only the second credential sees.
 * After a read that isn't whole they may as well belong to people whose page is missing, so they
 * are let go, and what was known of those people stays.
 */
static int take_leftovers_of(struct puller *p, struct mu_tally *t, struct mu_err *err)
{
    const struct mu_resource_info *info = mu_map_info(t->resource);
    struct mu_entry entry;
    int rc = 0;
    t->kept = 0; /* the others are counted with their partners */
    if (p->scratch[info->kind] == 0)
        return 0;
    mu_arena_reset(p->page);
    if (kind_is_whole(p, info->kind))
        while ((rc = mu_scratch_drain(p->store, info->kind, p->page, &entry, err)) == 1) {
            if (put_entry(p, t, &entry, err) < 0)
                return -1;
        }
    else
        mu_evidence_find(&p->evidence, MU_CAUSE_ORPHANS,
                         "%s: %" PRId64
                         " of them found no partner, and the partners' list isn't whole: let go",
                         info->name, p->scratch[info->kind]);
    p->scratch[info->kind] = 0;
    return rc;
}

static int take_leftovers(struct puller *p, struct mu_err *err)
{
    for (size_t i = 0; i < p->evidence.tally_count; i++) {
        struct mu_tally *t = &p->evidence.tallies[i];
        const struct mu_resource_info *info = mu_map_info(t->resource);
        if (info->fetch && info->fetch->supplement && take_leftovers_of(p, t, err) < 0)
            return -1;
    }
    return 0;
}

static enum mu_cause cause_of(const struct mu_err *failed, const struct mu_resource *r)
{
    if (failed->code == MU_E_LIMIT)
        return MU_CAUSE_LIMIT;
    bool of_parent = r && mu_map_info(r)->fetch && mu_map_info(r)->fetch->for_each;
    return of_parent && failed->code == MU_E_MISSING ? MU_CAUSE_VANISHED : MU_CAUSE_FAILED;
}

/* A failed resource bounds what the read is worth; one that broke the connection ends it. */
static bool note_failure(struct puller *p, const struct mu_resource *r, const struct mu_err *failed)
{
    mu_evidence_find(&p->evidence, cause_of(failed, r), "%s", failed->text);
    if (r)
        tally_of(p, r)->failed = true;
    p->failed = true;
    return failed->blast == MU_HITS_KIND || failed->blast == MU_HITS_RECORD;
}

static int interrupted(struct mu_err *err)
{
    return mu_fail(err, MU_E_CANCELLED, "interrupted; nothing of this pull is kept");
}

static int take_pages(struct puller *p, struct mu_err *err)
{
    struct mu_prefetch *ahead;
    struct mu_page page = {.resource = NULL};
    struct mu_err failed = MU_ERR_INIT;
    struct mu_read_facts facts;
    int rc = 0;
    if (mu_prefetch_begin(p->account, p->only, PREFETCH_DEPTH, &ahead, &failed) < 0) {
        note_failure(p, NULL, &failed);
        return mu_cancelled() ? interrupted(err) : 0;
    }
    for (;;) {
        int got = mu_prefetch_next(ahead, &page, &failed);
        if (got == 0 || (got < 0 && !note_failure(p, page.resource, &failed)))
            break;
        if (got < 0)
            continue; /* others may still be read */
        rc = take_page(p, &page, err);
        mu_page_drop(&page);
        if (rc < 0)
            break;
    }
    mu_prefetch_end(ahead, p->arena, &facts);
    mu_evidence_facts(&p->evidence, &facts);
    mu_progress_end(p->log);
    return rc == 0 && mu_cancelled() ? interrupted(err) : rc;
}

int pull_read(struct puller *p, struct mu_err *err)
{
    if (mu_scratch_clear(p->store, err) < 0 || take_constants(p, err) < 0 ||
        take_pages(p, err) < 0 || take_leftovers(p, err) < 0)
        return -1;
    if (p->only)
        mu_evidence_find(&p->evidence, MU_CAUSE_PART, "only a part was asked for");
    mu_crosscheck_judge(p->crosscheck, &p->evidence);
    mu_canary_judge(p->canary, &p->evidence);
    return 0;
}
