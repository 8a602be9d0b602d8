/* SPDX-License-Identifier: Apache-2.0 */
/* Sends, page by page, through a raw call of the account. */
#include "audit/sends.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/config.h"

enum { PLACES_MAX = 4, PAGES_MAX = 100000 };

/* A system's part of the file. */
struct fields {
    const char *id, *status, *at, *campaign_id, *campaign, *recipient, *sender_id, *sender;
};

struct telling {
    const char *path;
    const struct mu_y *page, *fields_node;
    const char *const *records, *const *total, *const *failed;
    struct fields fields;
    const char *number, *size;
    int64_t max;
};

#define FIELD(name, must)                                                                       \
    {                                                                                           \
#name, MU_OPT_STR, offsetof(struct fields, name), .required = (must),                   \
                                                          .help = "where it stands in a record" \
    }

static const struct mu_opt field_opts[] = {
    FIELD(id, true),           FIELD(status, true),    FIELD(at, true),
    FIELD(campaign_id, false), FIELD(campaign, false), FIELD(recipient, true),
    FIELD(sender_id, false),   FIELD(sender, false),   {.name = NULL}};

static const struct mu_opt page_opts[] = {
    {"number", MU_OPT_STR, offsetof(struct telling, number), .required = true,
     .help = "parameter that names the page"},
    {"size", MU_OPT_STR, offsetof(struct telling, size), .required = true,
     .help = "parameter that says how many"},
    {"max", MU_OPT_INT, offsetof(struct telling, max), .def = "100", .min = 1, .max = 100000,
     .help = "so many are asked for"},
    {.name = NULL}};

static const struct mu_opt opts[] = {
    {"path", MU_OPT_STR, offsetof(struct telling, path), .required = true, .help = "of the list"},
    {"page", MU_OPT_NODE, offsetof(struct telling, page), .required = true, .help = "its paging"},
    {"records", MU_OPT_LIST, offsetof(struct telling, records), .required = true,
     .help = "where the list stands"},
    {"total", MU_OPT_LIST, offsetof(struct telling, total), .help = "where its length stands"},
    {"fields", MU_OPT_NODE, offsetof(struct telling, fields_node), .required = true,
     .help = "what stands where"},
    {"failed", MU_OPT_LIST, offsetof(struct telling, failed),
     .help = "statuses of what never arrived"},
    {.name = NULL}};

static int read_telling(struct mu_arena *arena, const struct mu_y *node, struct telling *ret,
                        struct mu_err *err)
{
    *ret = (struct telling){.path = NULL};
    return mu_opt_read(arena, opts, node, ret, err) < 0 ||
                   mu_opt_read(arena, page_opts, ret->page, ret, err) < 0 ||
                   mu_opt_read(arena, field_opts, ret->fields_node, &ret->fields, err) < 0
               ? -1
               : 0;
}

static int load(struct mu_arena *arena, const char *path, const struct mu_y **ret,
                struct mu_err *err)
{
    static const char *const known[] = {"kind", "systems"};
    const struct mu_y *root;
    if (mu_y_load(arena, path, &root, err) < 0)
        return -1;
    const struct mu_y *systems = mu_y_get(root, "systems");
    if (!mu_streq(mu_y_str(root, "kind"), "sends") || !systems || systems->type != MU_Y_MAP)
        return mu_y_fail(root, err, "expected `kind: sends`, and `systems:` with names below it");
    *ret = systems;
    return mu_y_only(root, known, MU_LEN(known), err);
}

int mu_sends_check_file(struct mu_arena *arena, const char *path, size_t *ret_count,
                        struct mu_err *err)
{
    const struct mu_y *systems = NULL;
    struct telling telling;
    if (load(arena, path, &systems, err) < 0)
        return -1;
    mu_assert(systems);
    for (size_t i = 0; i < systems->count; i++)
        if (read_telling(arena, systems->items[i], &telling, err) < 0)
            return -1;
    *ret_count = systems->count;
    return 0;
}

static int find(struct mu_arena *arena, const char *system, const struct mu_y **ret,
                struct mu_err *err)
{
    const struct mu_y *systems = NULL;
    if (load(arena, mu_printf(arena, "%s/audit/sends.yaml", mu_mappings_dir()), &systems, err) < 0)
        return -1;
    *ret = mu_y_get(systems, system);
    return 0;
}

/* ---- pages ---- */

struct reading {
    struct mu_account *account;
    struct mu_arena *arena;
    struct telling telling;
    struct mu_map *seen; /* ids: what moved from page to page while we read comes twice */
    struct mu_send *list;
    size_t count, room;
    int64_t total;
};

static const char *folded(struct mu_arena *arena, const struct mu_doc *record, const char *at)
{
    const char *text = at ? mu_doc_text(mu_doc_at(record, at)) : NULL;
    return text ? mu_strdup(arena, mu_fold(arena, text)) : NULL;
}

static const char *text(struct mu_arena *arena, const struct mu_doc *record, const char *at)
{
    return at ? mu_strdup(arena, mu_doc_text(mu_doc_at(record, at))) : NULL;
}

static bool is_failed(const struct reading *r, const char *status)
{
    for (const char *const *f = r->telling.failed; status && f && *f; f++)
        if (mu_glob(*f, status, true))
            return true;
    return false;
}

static void take(struct reading *r, const struct mu_doc *record)
{
    const struct fields *f = &r->telling.fields;
    char canonical[MU_TIME_TEXT];
    const char *when = mu_doc_text(mu_doc_at(record, f->at));
    const char *id = text(r->arena, record, f->id);
    struct mu_send send = {.id = id};
    if (!id || mu_map_put(r->seen, id, strlen(id), r))
        return;
    send.status = text(r->arena, record, f->status);
    if (when && !mu_time_parse(when, canonical, &send.at))
        send.at = 0;
    send.campaign_id = text(r->arena, record, f->campaign_id);
    send.campaign = text(r->arena, record, f->campaign);
    send.recipient = folded(r->arena, record, f->recipient);
    send.sender_id = text(r->arena, record, f->sender_id);
    send.sender = folded(r->arena, record, f->sender);
    send.failed = is_failed(r, send.status);
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 256;
        r->list = mu_xrealloc(r->list, r->room * sizeof(*r->list));
    }
    r->list[r->count++] = send;
}

static const struct mu_doc *find_list(const struct mu_doc *doc, const char *const *places)
{
    for (; *places; places++) {
        const struct mu_doc *list = **places ? mu_doc_at(doc, *places) : doc;
        if (mu_doc_is(list, MU_DOC_LIST))
            return list;
    }
    return NULL;
}

static int64_t find_total(const struct mu_doc *doc, const char *const *places)
{
    long long n;
    for (; places && *places; places++) {
        const char *told = mu_doc_text(mu_doc_at(doc, *places));
        if (told && mu_parse_int(told, 0, INT64_MAX, &n))
            return n;
    }
    return -1;
}

/* Rows on the page, or -1. */
static int read_page(struct reading *r, int page, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_raw_call call = {.method = "GET", .path = r->telling.path};
    struct mu_raw_answer answer;
    const struct mu_doc *doc, *list;
    call.query = mu_printf(arena, "%s=%d&%s=%" PRId64, r->telling.number, page, r->telling.size,
                           r->telling.max);
    if (r->account->adapter->call(r->account, &call, arena, &answer, err) < 0)
        return -1;
    if (answer.status == 0) {
        *err = answer.failed;
        return -1;
    }
    if (answer.status != 200)
        return mu_fail(err,
                       answer.status == 401   ? MU_E_AUTH
                       : answer.status == 403 ? MU_E_DENIED
                                              : MU_E_REMOTE,
                       "sends page %d: HTTP %ld", page, answer.status);
    if (mu_doc_parse(arena, answer.body, answer.len, &doc, err) < 0)
        return -1;
    list = find_list(doc, r->telling.records);
    if (!list)
        return mu_fail(err, MU_E_REMOTE, "sends page %d: an answer without the list", page);
    if (page == 1)
        r->total = find_total(doc, r->telling.total);
    for (const struct mu_doc *record = list->first; record; record = record->next)
        take(r, record);
    return (int)list->len;
}

static int read_all(struct reading *r, struct mu_log *log, struct mu_err *err)
{
    int rows = 1;
    for (int page = 1; rows > 0; page++) {
        if (page > PAGES_MAX || r->count > MU_SENDS_MAX)
            return mu_fail(err, MU_E_LIMIT, "sends: more than %d of them", (int)MU_SENDS_MAX);
        rows = read_page(r, page, err);
        mu_progress(log, "sends", (int64_t)r->count, r->total > 0 ? r->total : 0);
        /* What is promised is there: another page would be empty. */
        if (r->total >= 0 && (int64_t)r->count >= r->total)
            break;
    }
    mu_progress_end(log);
    return rows < 0 ? mu_wrap(err, "%s", r->account->name) : 0;
}

int mu_sends_read(struct mu_account *account, struct mu_arena *arena, struct mu_log *log,
                  const struct mu_sends **ret, struct mu_err *err)
{
    struct reading r = {.account = account, .arena = arena, .total = -1};
    const struct mu_y *node;
    if (find(arena, account->adapter->name, &node, err) < 0)
        return -1;
    if (!node || !account->adapter->call)
        return mu_fail(err, MU_E_UNSUPPORTED, "%s: its system (%s) doesn't tell what was sent",
                       account->name, account->adapter->name);
    if (read_telling(arena, node, &r.telling, err) < 0)
        return -1;
    r.seen = mu_map_new(0);
    int rc = read_all(&r, log, err);
    mu_map_free(r.seen);
    if (rc == 0) {
        struct mu_sends *sends = mu_alloc(arena, sizeof(*sends));
        struct mu_send *list = mu_alloc_array(arena, r.count + 1, sizeof(*list));
        if (r.count > 0)
            memcpy(list, r.list, r.count * sizeof(*list));
        *sends =
            (struct mu_sends){list, r.count, r.total, r.total < 0 || (int64_t)r.count >= r.total};
        *ret = sends;
    }
    free(r.list);
    return rc;
}

bool mu_send_is_of(const struct mu_send *send, struct mu_arena *arena, const char *campaign)
{
    if (mu_streq(send->campaign_id, campaign))
        return true;
    return send->campaign && mu_streq(mu_fold(arena, send->campaign), mu_fold(arena, campaign));
}
