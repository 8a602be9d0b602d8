/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan as a file, and its hash. The hash is BLAKE2b-256 over the header's text followed by the
 * text of each reading and each operation, one a line, exactly as this file writes them: a byte
 * changed anywhere in what would be done changes the hash.
 */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/planner.h"

static void globs(struct mu_jw *w, const char *key, const char *const *list)
{
    if (!list)
        return;
    mu_jw_key(w, key);
    mu_jw_array(w);
    for (; *list; list++)
        mu_jw_str(w, *list);
    mu_jw_end(w, ']');
}

/* Thousandths, since the writer knows whole numbers only; both absent where the target sets no
 * pace. */
static void key_rate(struct mu_jw *w, const struct mu_plan *plan)
{
    if (plan->rate <= 0)
        return;
    mu_jw_put_int(w, "calls_per_1000_s", (int64_t)(plan->rate * 1000));
    mu_jw_put_int(w, "seconds", mu_plan_seconds(plan));
}

/* Members of the header that the hash covers; the object stays open. */
static void header(const struct mu_plan *plan, struct mu_jw *w)
{
    char made[MU_TIME_TEXT];
    mu_jw_object(w);
    mu_jw_put_int(w, "muster_plan", MU_PLAN_VERSION);
    mu_jw_put_str(w, "sync", plan->sync);
    mu_jw_put_str(w, "from", plan->from);
    mu_jw_put_str(w, "to", plan->to);
    mu_jw_put_int(w, "snapshot", plan->snapshot);
    mu_jw_put_str(w, "verdict", mu_verdict_name(plan->verdict));
    mu_jw_put_str(w, "made", mu_time_text(plan->made, made));
    if (plan->expires)
        mu_jw_put_str(w, "expires", mu_time_text(plan->expires, made));
    if (plan->undoes)
        mu_jw_put_int(w, "undoes", plan->undoes);
    mu_jw_put_str(w, "mapping", plan->mapping);
    globs(w, "only", plan->selection.only);
    globs(w, "except", plan->selection.except);
    mu_jw_put_int(w, "users", plan->users);
    mu_jw_put_int(w, "groups", plan->groups);
    mu_jw_key(w, "target");
    mu_jw_object(w);
    mu_jw_put_str(w, "identity", plan->target.identity);
    mu_jw_put_int(w, "objects", plan->target.objects);
    mu_jw_put_str(w, "state", plan->target.state);
    mu_jw_end(w, '}');
    mu_jw_key(w, "cost");
    mu_jw_object(w);
    mu_jw_put_int(w, "calls", plan->calls);
    key_rate(w, plan);
    mu_jw_put_int(w, "one_way", plan->one_way);
    mu_jw_end(w, '}');
}

static void left_json(const struct mu_left *l, struct mu_jw *w)
{
    char due[MU_TIME_TEXT];
    mu_jw_object(w);
    if (l->kind != MU_KINDS)
        mu_jw_put_str(w, "kind", mu_schema_of(l->kind)->name);
    mu_jw_put_str(w, "id", l->id);
    mu_jw_put_str(w, "label", l->label);
    mu_jw_put_str(w, "name", l->name);
    mu_jw_put_str(w, "reason", l->reason);
    mu_jw_put_bool(w, "trouble", l->trouble);
    if (l->due)
        mu_jw_put_str(w, "due", mu_time_text(l->due, due));
    mu_jw_end(w, '}');
}

static void reading_json(const struct mu_reading *r, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "guard", r->guard);
    mu_jw_put_int(w, "count", r->count);
    mu_jw_put_int(w, "of", r->of);
    mu_jw_put_int(w, "limit_count", r->limit_count);
    mu_jw_put_int(w, "limit_percent", r->limit_percent);
    mu_jw_put_bool(w, "over", r->over);
    mu_jw_put_str(w, "allow", r->allow);
    mu_jw_end(w, '}');
}

/* The digest of each part in turn is collected, so that a plan of any size is hashed in flat
 * memory. */
static void hash_part(struct mu_buf *digests, struct mu_buf *part)
{
    char hex[MU_DIGEST_HEX];
    mu_digest(part->data, part->len, hex);
    mu_buf_adds(digests, hex);
    mu_buf_addc(digests, '\n');
    mu_buf_reset(part);
}

void plan_hash(const struct mu_plan *plan, char ret[MU_DIGEST_HEX])
{
    MU_AUTO(buf) struct mu_buf part = MU_BUF_INIT(MU_BUF_MAX), digests = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &part, false);
    header(plan, &w);
    mu_jw_end(&w, '}');
    hash_part(&digests, &part);
    for (size_t i = 0; i < plan->reading_count; i++) {
        mu_jw_init(&w, &part, false);
        reading_json(&plan->readings[i], &w);
        hash_part(&digests, &part);
    }
    for (size_t i = 0; i < plan->op_count; i++) {
        mu_jw_init(&w, &part, false);
        mu_op_json(&plan->ops[i], &w);
        hash_part(&digests, &part);
    }
    mu_digest(digests.data, digests.len, ret);
}

/* One line each: a plan of 50,000 is read with grep, and half as large as when it is indented. */
static void ops_json(const struct mu_plan *plan, struct mu_jw *w)
{
    MU_AUTO(buf) struct mu_buf line = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw one;
    for (size_t i = 0; i < plan->op_count; i++) {
        mu_buf_reset(&line);
        mu_jw_init(&one, &line, false);
        mu_op_json(&plan->ops[i], &one);
        mu_jw_raw(w, line.data, line.len);
    }
}

void mu_plan_json(const struct mu_plan *plan, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, true);
    header(plan, &w);
    mu_jw_key(&w, "guards");
    mu_jw_array(&w);
    for (size_t i = 0; i < plan->reading_count; i++)
        reading_json(&plan->readings[i], &w);
    mu_jw_end(&w, ']');
    mu_jw_key(&w, "operations");
    mu_jw_array(&w);
    ops_json(plan, &w);
    mu_jw_end(&w, ']');
    mu_jw_key(&w, "left_alone");
    mu_jw_array(&w);
    for (size_t i = 0; i < plan->left_count; i++)
        left_json(&plan->left[i], &w);
    mu_jw_end(&w, ']');
    mu_jw_put_str(&w, "hash", plan->hash);
    mu_jw_end(&w, '}');
    mu_buf_addc(to, '\n');
}

/* ---- reading it back ---- */

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

/* The lines of a file as ops_json writes them, each an operation. */
struct lines {
    const char *from, *to;
};

static bool find_lines(const char *text, size_t len, struct lines *ret)
{
    static const char open[] = "\n  \"operations\": [\n", close[] = "\n  ],\n";
    const char *from = memmem(text, len, open, sizeof(open) - 1);
    if (!from)
        return false;
    from += sizeof(open) - 1;
    const char *to = memmem(from, (size_t)(text + len - from), close, sizeof(close) - 1);
    if (!to)
        return false;
    *ret = (struct lines){.from = from, .to = to};
    return true;
}

static size_t count_lines(const struct lines *l)
{
    size_t count = 1;
    for (const char *at = l->from; (at = memchr(at, '\n', (size_t)(l->to - at))); at++)
        count++;
    return count;
}

/* One after another, so that a plan of any size needs no more than its operations. */
static int parse_lines(struct mu_arena *arena, const struct lines *l, struct mu_plan *plan,
                       struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *line = mu_arena_new();
    size_t count = count_lines(l), n = 0;
    struct mu_op *ops = mu_alloc_array(arena, count, sizeof(*ops));
    for (const char *at = l->from; at < l->to; n++) {
        const char *end = memchr(at, '\n', (size_t)(l->to - at));
        size_t len = (size_t)((end ? end : l->to) - at);
        const struct mu_doc *doc;
        mu_arena_reset(line);
        if (mu_doc_parse(line, at, len > 0 && at[len - 1] == ',' ? len - 1 : len, &doc, err) < 0 ||
            mu_op_parse(arena, doc, &ops[n], err) < 0)
            return mu_wrap(err, "plan: operation %zu", n + 1);
        at += len + 1;
    }
    plan->ops = ops;
    plan->op_count = n;
    return 0;
}

int plan_read(struct mu_arena *arena, const char *text, size_t len, struct mu_plan *ret,
              const char **ret_hash, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *parsed = mu_arena_new();
    MU_AUTO(buf) struct mu_buf rest = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_doc *doc, *ops, *guards;
    struct mu_plan plan = {0};
    struct lines lines = {NULL, NULL};
    bool ours = find_lines(text, len, &lines);
    if (ours) {
        mu_buf_add(&rest, text, (size_t)(lines.from - text));
        mu_buf_add(&rest, lines.to, (size_t)(text + len - lines.to));
    }
    if (mu_doc_parse(parsed, ours ? rest.data : text, ours ? rest.len : len, &doc, err) < 0)
        return mu_wrap(err, "plan");
    if (doc->type != MU_DOC_OBJECT)
        return bad(err, "it is not an object");
    if (parse_header(arena, doc, &plan, err) < 0 ||
        parse_circumstances(arena, doc, &plan, err) < 0 ||
        array_of(doc, "operations", &ops, err) < 0 || array_of(doc, "guards", &guards, err) < 0 ||
        (ours ? parse_lines(arena, &lines, &plan, err) : parse_ops(arena, ops, &plan, err)) < 0 ||
        parse_readings(arena, guards, &plan, err) < 0)
        return -1;
    *ret = plan;
    *ret_hash = copy_str(arena, doc, "hash");
    return 0;
}

int mu_plan_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_plan **ret,
                  struct mu_err *err)
{
    struct mu_plan *plan = mu_alloc(arena, sizeof(*plan));
    const char *said = NULL;
    if (plan_read(arena, text, len, plan, &said, err) < 0)
        return -1;
    plan_hash(plan, plan->hash);
    if (!mu_streq(said, plan->hash))
        return mu_fail(
            err, MU_E_REFUSED,
            "the plan was changed after it was made: its hash is %.16s..., it says %.16s...",
            plan->hash, said ? said : "nothing");
    *ret = plan;
    return 0;
}
