/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan's file, read back. In a file as plan_json.c writes it each operation is a line: it is read
 * line by line, and no more of it is in memory than the operations. The bytes of these lines are
 * what the hash covers, so that they are hashed as they stand. Anything else that is JSON (a plan
 * that somebody indented anew) is read as a whole, and hashed as we would write it.
 */
#include <inttypes.h>
#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/planner.h"

static int bad(struct mu_err *err, const char *what)
{
    return mu_fail(err, MU_E_DATA, "not a plan of muster, or damaged: %s", what);
}

static const char *copy_str(struct mu_arena *arena, const struct mu_doc *obj, const char *name)
{
    return mu_strdup(arena, mu_doc_str(obj, name));
}

static bool verdict_parse(const char *name, enum mu_verdict *ret)
{
    for (enum mu_verdict v = MU_VOID; v <= MU_COMPLETE; v++)
        if (mu_streq(name, mu_verdict_name(v))) {
            *ret = v;
            return true;
        }
    return false;
}

static int parse_header(struct mu_arena *arena, const struct mu_doc *doc, struct mu_plan *plan,
                        struct mu_err *err)
{
    int64_t version;
    char text[MU_TIME_TEXT];
    if (!mu_doc_int(doc, "muster_plan", &version))
        return bad(err, "no \"muster_plan\" version");
    if (version != MU_PLAN_VERSION)
        return mu_fail(err, MU_E_DATA,
                       "plan has format %" PRId64 ", this muster reads %d; make it again", version,
                       (int)MU_PLAN_VERSION);
    plan->sync = copy_str(arena, doc, "sync");
    plan->from = copy_str(arena, doc, "from");
    plan->to = copy_str(arena, doc, "to");
    if (!plan->sync || !plan->from || !plan->to)
        return bad(err, "\"sync\", \"from\" or \"to\" is missing");
    if (!mu_doc_int(doc, "snapshot", &plan->snapshot) ||
        !verdict_parse(mu_doc_str(doc, "verdict"), &plan->verdict))
        return bad(err, "\"snapshot\" or \"verdict\"");
    const char *made = mu_doc_str(doc, "made");
    if (!made || !mu_time_parse(made, text, &plan->made))
        return bad(err, "\"made\" is not a time");
    if (!mu_doc_int(doc, "users", &plan->users) || !mu_doc_int(doc, "groups", &plan->groups))
        return bad(err, "\"users\" or \"groups\"");
    return 0;
}

static int parse_globs(struct mu_arena *arena, const struct mu_doc *doc, const char *name,
                       const char *const **ret, struct mu_err *err)
{
    const struct mu_doc *list = mu_doc_member(doc, name);
    size_t count = 0;
    if (!list)
        return 0;
    if (list->type != MU_DOC_LIST)
        return bad(err, "\"only\" or \"except\"");
    const char **globs = mu_alloc_array(arena, list->len + 1, sizeof(*globs));
    for (const struct mu_doc *item = list->first; item; item = item->next) {
        if (!mu_doc_text(item))
            return bad(err, "\"only\" or \"except\"");
        globs[count++] = mu_strdup(arena, item->text);
    }
    *ret = globs;
    return 0;
}

/* What the plan was made from and what it costs. */
static int parse_circumstances(struct mu_arena *arena, const struct mu_doc *doc,
                               struct mu_plan *plan, struct mu_err *err)
{
    char text[MU_TIME_TEXT];
    int64_t per_1000_s = 0;
    const struct mu_doc *target = mu_doc_member(doc, "target"), *cost = mu_doc_member(doc, "cost");
    const char *expires = mu_doc_str(doc, "expires");
    if (expires && !mu_time_parse(expires, text, &plan->expires))
        return bad(err, "\"expires\" is not a time");
    plan->mapping = copy_str(arena, doc, "mapping");
    if (!plan->mapping || !mu_doc_is(target, MU_DOC_OBJECT) || !mu_doc_is(cost, MU_DOC_OBJECT))
        return bad(err, "\"mapping\", \"target\" or \"cost\" is missing");
    plan->target.identity = copy_str(arena, target, "identity");
    plan->target.state = copy_str(arena, target, "state");
    if (!mu_doc_int(target, "objects", &plan->target.objects) ||
        !mu_doc_int(cost, "calls", &plan->calls) || !mu_doc_int(cost, "one_way", &plan->one_way))
        return bad(err, "a number in \"target\" or \"cost\"");
    mu_doc_int(cost, "calls_per_1000_s", &per_1000_s);
    plan->rate = (double)per_1000_s / 1000;
    mu_doc_int(doc, "undoes", &plan->undoes);
    if (parse_globs(arena, doc, "only", &plan->selection.only, err) < 0)
        return -1;
    return parse_globs(arena, doc, "except", &plan->selection.except, err);
}

static int parse_ops(struct mu_arena *arena, const struct mu_doc *list, struct mu_plan *plan,
                     struct mu_err *err)
{
    struct mu_op *ops = mu_alloc_array(arena, list->len + 1, sizeof(*ops));
    plan->ops = ops;
    for (const struct mu_doc *item = list->first; item; item = item->next)
        if (mu_op_parse(arena, item, &ops[plan->op_count++], err) < 0)
            return mu_wrap(err, "plan: operation %zu", plan->op_count);
    return 0;
}

static int parse_readings(struct mu_arena *arena, const struct mu_doc *list, struct mu_plan *plan,
                          struct mu_err *err)
{
    struct mu_reading *readings = mu_alloc_array(arena, list->len + 1, sizeof(*readings));
    plan->readings = readings;
    for (const struct mu_doc *doc = list->first; doc; doc = doc->next) {
        struct mu_reading *r = &readings[plan->reading_count++];
        r->guard = copy_str(arena, doc, "guard");
        r->allow = copy_str(arena, doc, "allow");
        r->over = mu_doc_bool(doc, "over", true);
        if (!r->guard || !r->allow || !mu_doc_int(doc, "count", &r->count) ||
            !mu_doc_int(doc, "of", &r->of) || !mu_doc_int(doc, "limit_count", &r->limit_count) ||
            !mu_doc_int(doc, "limit_percent", &r->limit_percent))
            return bad(err, "\"guards\"");
    }
    return 0;
}

static int array_of(const struct mu_doc *doc, const char *name, const struct mu_doc **ret,
                    struct mu_err *err)
{
    *ret = mu_doc_member(doc, name);
    if (!mu_doc_is(*ret, MU_DOC_LIST))
        return mu_fail(err, MU_E_DATA, "not a plan of muster, or damaged: \"%s\" is no list", name);
    return 0;
}

/* ---- line by line ---- */

enum { PLAN_BYTES_MAX = 1 << 30 };

static const char ops_open[] = "  \"operations\": [";

struct reading {
    struct mu_arena *arena, *line; /* the plan's, and one operation's */
    struct mu_op *ops;             /* malloc'ed */
    size_t count, room;
    bool inside;           /* among the operations */
    struct mu_buf rest;    /* all lines but the operations */
    struct mu_buf digests; /* of the operations, as they stand */
};

static struct reading reading_in(struct mu_arena *arena)
{
    return (struct reading){.arena = arena,
                            .line = mu_arena_new(),
                            .rest = MU_BUF_INIT(PLAN_BYTES_MAX),
                            .digests = MU_BUF_INIT(PLAN_BYTES_MAX)};
}

static void mu_auto_reading(struct reading *r)
{
    mu_arena_free(r->line);
    mu_buf_done(&r->rest);
    mu_buf_done(&r->digests);
    free(r->ops);
}

static bool line_is(const char *line, size_t len, const char *what)
{
    return len == strlen(what) && memcmp(line, what, len) == 0;
}

/* The whole of one: in a file that others indented it is many lines, which are left to `rest`. */
static bool is_op(const char *line, size_t len)
{
    static const char open[] = "    {";
    if (len > 0 && line[len - 1] == ',')
        len--;
    return len >= sizeof(open) && memcmp(line, open, sizeof(open) - 1) == 0 && line[len - 1] == '}';
}

static int take_op(struct reading *r, const char *text, size_t len, struct mu_err *err)
{
    const struct mu_doc *doc;
    for (; *text == ' '; text++)
        len--;
    len -= text[len - 1] == ',';
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->ops = mu_xrealloc(r->ops, r->room * sizeof(*r->ops));
    }
    plan_hash_part(&r->digests, text, len);
    mu_arena_reset(r->line);
    if (mu_doc_parse(r->line, text, len, &doc, err) < 0 ||
        mu_op_parse(r->arena, doc, &r->ops[r->count], err) < 0)
        return mu_wrap(err, "plan: operation %zu", r->count + 1);
    r->count++;
    return 0;
}

/* One line of the file, without its end. */
static int take_line(void *arg, const char *line, size_t len, struct mu_err *err)
{
    struct reading *r = arg;
    if (r->inside && is_op(line, len))
        return take_op(r, line, len, err);
    r->inside = !r->ops && line_is(line, len, ops_open);
    mu_buf_add(&r->rest, line, len);
    mu_buf_addc(&r->rest, '\n');
    return r->rest.full ? mu_fail(err, MU_E_LIMIT, "plan: larger than %d bytes", PLAN_BYTES_MAX)
                        : 0;
}

static int take_text(struct reading *r, const char *text, size_t len, struct mu_err *err)
{
    for (const char *end; len > 0;) {
        end = memchr(text, '\n', len);
        size_t n = end ? (size_t)(end - text) : len;
        if (take_line(r, text, n, err) < 0)
            return -1;
        n += end != NULL;
        text += n;
        len -= n;
    }
    return 0;
}

static int take_ops(struct reading *r, const struct mu_doc *list, struct mu_plan *plan,
                    struct mu_err *err)
{
    if (r->count == 0)
        return parse_ops(r->arena, list, plan, err);
    struct mu_op *ops = mu_alloc_array(r->arena, r->count, sizeof(*ops));
    memcpy(ops, r->ops, r->count * sizeof(*ops));
    plan->ops = ops;
    plan->op_count = r->count;
    return 0;
}

static int finish(struct reading *r, struct mu_plan *ret, const char **ret_hash, struct mu_err *err)
{
    const struct mu_doc *doc, *ops, *guards;
    struct mu_plan plan = {0};
    mu_arena_reset(r->line);
    if (mu_doc_parse(r->line, r->rest.data, r->rest.len, &doc, err) < 0)
        return mu_wrap(err, "plan");
    if (doc->type != MU_DOC_OBJECT)
        return bad(err, "it is not an object");
    if (parse_header(r->arena, doc, &plan, err) < 0 ||
        parse_circumstances(r->arena, doc, &plan, err) < 0 ||
        array_of(doc, "operations", &ops, err) < 0 || array_of(doc, "guards", &guards, err) < 0 ||
        take_ops(r, ops, &plan, err) < 0 || parse_readings(r->arena, guards, &plan, err) < 0)
        return -1;
    *ret = plan;
    *ret_hash = copy_str(r->arena, doc, "hash");
    return 0;
}

int plan_read(struct mu_arena *arena, const char *text, size_t len, struct mu_plan *ret,
              const char **ret_hash, struct mu_err *err)
{
    MU_AUTO(reading) struct reading r = reading_in(arena);
    return take_text(&r, text, len, err) < 0 ? -1 : finish(&r, ret, ret_hash, err);
}

/* The lines as they stand, then what they say: blanks in a line are nobody's harm. */
static int check_hash(struct reading *r, struct mu_plan *plan, const char *said, struct mu_err *err)
{
    plan_hash(plan, r->count > 0 ? &r->digests : NULL, plan->hash);
    if (r->count > 0 && !mu_streq(said, plan->hash))
        plan_hash(plan, NULL, plan->hash);
    if (mu_streq(said, plan->hash))
        return 0;
    return mu_fail(err, MU_E_REFUSED,
                   "the plan was changed after it was made: its hash is %.16s..., it says %.16s...",
                   plan->hash, said ? said : "nothing");
}

static int accept_plan(struct reading *r, const struct mu_plan **ret, struct mu_err *err)
{
    struct mu_plan *plan = mu_alloc(r->arena, sizeof(*plan));
    const char *said = NULL;
    if (finish(r, plan, &said, err) < 0 || check_hash(r, plan, said, err) < 0)
        return -1;
    *ret = plan;
    return 0;
}

int mu_plan_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_plan **ret,
                  struct mu_err *err)
{
    MU_AUTO(reading) struct reading r = reading_in(arena);
    return take_text(&r, text, len, err) < 0 ? -1 : accept_plan(&r, ret, err);
}

int mu_plan_load(struct mu_arena *arena, const char *path, const struct mu_plan **ret,
                 struct mu_err *err)
{
    MU_AUTO(reading) struct reading r = reading_in(arena);
    if (mu_read_lines(path, PLAN_BYTES_MAX, take_line, &r, err) < 0)
        return -1;
    return accept_plan(&r, ret, err) < 0 ? mu_wrap(err, "%s", path) : 0;
}
