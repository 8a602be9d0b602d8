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

void mu_left_json(const struct mu_left *l, struct mu_jw *w)
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

/* A part's digest as a line. */
static void digest_line(const char *text, size_t len, char ret[MU_DIGEST_HEX])
{
    mu_digest(text, len, ret);
    ret[MU_DIGEST_HEX - 1] = '\n';
}

void plan_hash_part(struct mu_buf *digests, const char *text, size_t len)
{
    char line[MU_DIGEST_HEX];
    digest_line(text, len, line);
    mu_buf_add(digests, line, sizeof(line));
}

/* The digest of each part in turn goes into the whole's, so that a plan of any size is hashed in flat
 * memory. */
static void hash_part(struct mu_digesting *whole, struct mu_buf *part)
{
    char line[MU_DIGEST_HEX];
    digest_line(part->data, part->len, line);
    mu_digest_add(whole, line, sizeof(line));
    mu_buf_reset(part);
}

static void hash_ops(struct mu_digesting *whole, const struct mu_plan *plan)
{
    MU_AUTO(buf) struct mu_buf part = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    for (size_t i = 0; i < plan->op_count; i++) {
        mu_jw_init(&w, &part, false);
        mu_op_json(&plan->ops[i], &w);
        hash_part(whole, &part);
    }
}

void plan_hash(const struct mu_plan *plan, const struct mu_buf *ops, char ret[MU_DIGEST_HEX])
{
    MU_AUTO(buf) struct mu_buf part = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_digesting whole;
    uint8_t digest[MU_DIGEST_LEN];
    struct mu_jw w;
    mu_digest_begin(&whole);
    mu_jw_init(&w, &part, false);
    header(plan, &w);
    mu_jw_end(&w, '}');
    hash_part(&whole, &part);
    for (size_t i = 0; i < plan->reading_count; i++) {
        mu_jw_init(&w, &part, false);
        reading_json(&plan->readings[i], &w);
        hash_part(&whole, &part);
    }
    if (ops)
        mu_digest_add(&whole, ops->data, ops->len);
    else
        hash_ops(&whole, plan);
    mu_digest_end(&whole, digest);
    mu_digest_hex(digest, ret);
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
        mu_left_json(&plan->left[i], &w);
    mu_jw_end(&w, ']');
    mu_jw_put_str(&w, "hash", plan->hash);
    mu_jw_end(&w, '}');
    mu_buf_addc(to, '\n');
}
