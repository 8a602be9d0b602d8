/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding. A person's values set bits, one for each test that holds, and rules are jumps over those
 * bits. What bits a value sets is worked out once (folded, looked up among the texts that tests
 * want, held against their globs) and remembered by the value as it came, as far as the memo
 * reaches: departments and titles recur, addresses don't and are worked out each time. Of the rules
 * only those are tried that one of the bits opens.
 */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/policy_private.h"

enum { MEMO_MAX = 4096, MEMO_LEN_MAX = 256, DAY_S = 86400 };

static void add_words(uint64_t *to, const uint64_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] |= from[i];
}

/* ---- a value's bits ---- */

static bool one_fits(const struct policy_test *test, const char *folded)
{
    for (size_t i = 0; i < test->glob_count; i++)
        if (mu_glob(test->globs[i], folded, false))
            return true;
    return false;
}

static void work_out(struct mu_decider *d, const struct policy_matcher *m, const char *text,
                     size_t len, uint64_t *words)
{
    memset(words, 0, m->words * sizeof(*words));
    mu_buf_reset(&d->folded);
    mu_fold_into(&d->folded, text, len);
    const uint64_t *equal = mu_map_get(m->equals, d->folded.data, d->folded.len);
    if (equal)
        add_words(words, equal, m->words);
    if (strlen(d->folded.data) != d->folded.len)
        return; /* a NUL would hide the rest of it from globs */
    for (size_t i = 0; i < m->place->test_count; i++)
        if (one_fits(&d->code->tests[m->place->tests[i]], d->folded.data))
            policy_set(words, i);
}

static void take_value(struct mu_decider *d, struct policy_matcher *m, const char *text, size_t len)
{
    const uint64_t *known = mu_map_get(m->memo, text, len);
    if (!known) {
        uint64_t *words = d->scratch;
        bool keep = mu_map_count(m->memo) < MEMO_MAX && len <= MEMO_LEN_MAX;
        if (keep)
            words = mu_alloc_array(d->arena, m->words, sizeof(*words));
        work_out(d, m, text, len, words);
        if (keep)
            mu_map_put(m->memo, mu_strndup(d->arena, text, len), len, words);
        known = words;
    }
    add_words(d->bits + m->first, known, m->words);
}

/* ---- a person's values ---- */

static void each_scalar(const struct mu_doc *value, policy_value *take, void *arg)
{
    if (value && value->text)
        take(arg, value->text, value->len);
}

void policy_each_value(const struct policy_place *place, const struct mu_doc *user,
                       policy_value *take, void *arg)
{
    const struct mu_doc *from = place->extra ? mu_doc_member(user, "attributes") : user;
    const struct mu_doc *value = mu_doc_member(from, place->member);
    if (!mu_doc_is(value, MU_DOC_LIST)) {
        each_scalar(value, take, arg);
        return;
    }
    for (const struct mu_doc *item = value->first; item; item = item->next) {
        each_scalar(item, take, arg);
        for (size_t i = 0; i < MU_LEN(place->parts) && place->parts[i]; i++)
            each_scalar(mu_doc_member(item, place->parts[i]), take, arg);
    }
}

struct taking {
    struct mu_decider *d;
    struct policy_matcher *m;
};

static void take_one(void *arg, const char *text, size_t len)
{
    struct taking *t = arg;
    take_value(t->d, t->m, text, len);
}

static void look(struct mu_decider *d, const struct mu_doc *user)
{
    memset(d->bits, 0, d->code->word_count * sizeof(*d->bits));
    for (size_t i = 0; i < d->policy->field_count; i++) {
        struct taking t = {.d = d, .m = &d->matchers[i]};
        if (t.m->words > 0)
            policy_each_value(t.m->place, user, take_one, &t);
    }
}

/* ---- rules ---- */

bool policy_holds(const struct mu_decider *d, const struct policy_step *step)
{
    return d->bits[step->bit / POLICY_WORD] >> step->bit % POLICY_WORD & 1;
}

bool policy_fits(const struct mu_decider *d, size_t rule, const struct policy_step **ret_last)
{
    int32_t at = d->code->entries[rule];
    *ret_last = NULL;
    while (at >= 0) {
        const struct policy_step *step = &d->code->steps[at];
        at = policy_holds(d, step) ? step->yes : step->no;
        *ret_last = step;
    }
    return at == POLICY_FITS;
}

bool mu_decider_fits(const struct mu_decider *d, size_t rule)
{
    const struct policy_step *last;
    return d->active[rule] && policy_fits(d, rule, &last);
}

void policy_first_text(void *arg, const char *text, size_t len)
{
    const char **first = arg;
    (void)len;
    if (!*first)
        *first = text;
}

/* A person's date; bare ones are whole days. False: there is none. */
static bool read_date(const struct mu_decider *d, const struct mu_doc *user, int32_t field,
                      bool last, struct mu_decision *ret)
{
    const char *text = NULL;
    char canonical[MU_TIME_TEXT];
    if (field < 0)
        return false;
    policy_each_value(&d->code->places[field], user, policy_first_text, &text);
    if (!text)
        return false;
    ret->field = d->policy->fields[field].name;
    ret->date = text;
    ret->when = 0;
    if (!mu_time_parse(text, canonical, &ret->when))
        ret->standing = MU_STANDS_UNCLEAR;
    else if (last && !strpbrk(text, "Tt "))
        ret->when += DAY_S;
    return true;
}

static void hold_dates(const struct mu_decider *d, const struct mu_doc *user,
                       struct mu_decision *ret)
{
    const struct mu_decision undated = *ret;
    if (read_date(d, user, d->code->end, true, ret)) {
        if (ret->standing == MU_STANDS_IN && ret->when <= d->now)
            ret->standing = MU_STANDS_ENDED;
        if (ret->standing != MU_STANDS_IN)
            return;
    }
    *ret = undated;
    if (!read_date(d, user, d->code->start, false, ret) || ret->standing != MU_STANDS_IN)
        return;
    if (ret->when - d->code->early > d->now)
        ret->standing = MU_STANDS_NOT_YET;
    else
        *ret = undated;
}

static void open_rules(struct mu_decider *d)
{
    memcpy(d->open, d->always, d->rule_words * sizeof(*d->open));
    for (size_t i = 0; i < d->code->word_count; i++) {
        for (uint64_t word = d->bits[i]; word; word &= word - 1) {
            size_t bit = i * POLICY_WORD + (size_t)__builtin_ctzll(word);
            for (uint32_t k = d->opens_at[bit]; k < d->opens_at[bit + 1]; k++)
                policy_set(d->open, d->opens[k]);
        }
    }
}

static const struct mu_policy_rule *first_rule(const struct mu_decider *d)
{
    for (size_t i = 0; i < d->rule_words; i++) {
        for (uint64_t word = d->open[i]; word; word &= word - 1) {
            size_t rule = i * POLICY_WORD + (size_t)__builtin_ctzll(word);
            if (mu_decider_fits(d, rule))
                return &d->policy->rules[rule];
        }
    }
    return NULL;
}

void mu_decide(struct mu_decider *d, const struct mu_doc *user, struct mu_decision *ret)
{
    *ret = (struct mu_decision){.standing = MU_STANDS_NOWHERE};
    look(d, user);
    open_rules(d);
    ret->rule = first_rule(d);
    if (!ret->rule)
        return;
    ret->standing = ret->rule->excludes ? MU_STANDS_EXCLUDED : MU_STANDS_IN;
    if (ret->standing == MU_STANDS_IN)
        hold_dates(d, user, ret);
}
