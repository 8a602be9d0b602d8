/* SPDX-License-Identifier: Apache-2.0 */
/* Random pulls against a model that keeps every state in memory. */
#include <stdio.h>
#include <string.h>

#include "storage.h"
#include "suites.h"

enum { IDS = 60, PULLS = 60, ACCOUNTS = 2, MODEL_KINDS = 2 };

struct model {
    char bodies[ACCOUNTS][MODEL_KINDS][IDS][12]; /* empty: not there */
};

static uint32_t state_of_chance;

static uint32_t chance(uint32_t below)
{
    state_of_chance ^= state_of_chance << 13;
    state_of_chance ^= state_of_chance >> 17;
    state_of_chance ^= state_of_chance << 5;
    return state_of_chance % below;
}

static const char *model_rows(const struct model *m, int account, int kind)
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    for (int id = 0; id < IDS; id++)
        if (m->bodies[account][kind][id][0])
            mu_buf_printf(&all, "%sid%02d=%s", all.len ? " " : "", id,
                          m->bodies[account][kind][id]);
    return mu_strdup(storage_arena, all.data);
}

static const char *account_name(int account)
{
    return account ? "b" : "a";
}

/* One put, of which the model knows the answer. */
static void random_put(struct mu_pull *p, const struct model *old, struct model *now,
                       bool put[MODEL_KINDS][IDS], int account, int id)
{
    int kind = (int)chance(MODEL_KINDS);
    char name[8], body[12];
    const char *was = old->bodies[account][kind][id];
    snprintf(name, sizeof(name), "id%02d", id);
    snprintf(body, sizeof(body), "v%u", chance(4) ? 0 : chance(3));
    enum mu_put got = storage_put(p, kind ? MU_MEMBERSHIP : MU_USER, name, body);
    if (put[kind][id]) {
        ck_assert_int_eq(got, MU_PUT_REPEATED);
        return;
    }
    ck_assert_int_eq(got, !was[0]                  ? MU_PUT_NEW
                          : strcmp(was, body) == 0 ? MU_PUT_SAME
                                                   : MU_PUT_CHANGED);
    put[kind][id] = true;
    memcpy(now->bodies[account][kind][id], body, sizeof(body));
}

/* How the store's view after a pull follows from what was put. */
static void settle(struct model *now, const struct model *old, bool put[MODEL_KINDS][IDS],
                   int account, enum mu_verdict verdict)
{
    if (verdict == MU_VOID)
        *now = *old;
    if (verdict != MU_COMPLETE)
        return;
    for (int kind = 0; kind < MODEL_KINDS; kind++)
        for (int id = 0; id < IDS; id++)
            if (!put[kind][id])
                now->bodies[account][kind][id][0] = '\0';
}

START_TEST(test_random_pulls_match_a_model)
{
    static struct model history[PULLS + 1];
    int64_t ids[PULLS + 1];
    int accounts[PULLS + 1], made = 0;
    struct model now = {0};
    state_of_chance = 2463534242u + (uint32_t)_i * 977u;
    for (int n = 0; n < PULLS; n++) {
        int account = (int)chance(ACCOUNTS), how = (int)chance(8), from = (int)chance(IDS);
        enum mu_verdict verdict = how < 4 ? MU_COMPLETE : how < 6 ? MU_ADDITIVE : MU_VOID;
        struct model old = now;
        bool put[MODEL_KINDS][IDS] = {{false}};
        struct mu_pull *p = storage_begin(account_name(account));
        p->batch.max_count = 1 + chance(9);
        bool in_order = chance(2);
        for (int k = 0, puts = (int)chance(IDS * 3); k < puts; k++)
            random_put(p, &old, &now, put, account,
                       in_order ? (from + k / 2) % IDS : (int)chance(IDS));
        if (how == 7) {
            now = old;
            if (chance(2))
                mu_pull_abort(p);
            else
                storage_reopen();
            continue;
        }
        settle(&now, &old, put, account, verdict);
        ids[made] = storage_finish(p, verdict).id;
        accounts[made] = account;
        history[made++] = now;
    }
    for (int n = 0; n < made; n++)
        for (int kind = 0; kind < MODEL_KINDS; kind++)
            ck_assert_str_eq(
                storage_rows(account_name(accounts[n]), ids[n], kind ? MU_MEMBERSHIP : MU_USER),
                model_rows(&history[n], accounts[n], kind));
    ck_assert_int_gt(made, PULLS / 2);
    storage_sound();
}
END_TEST

START_TEST(test_counts_match_the_rows)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot *list;
    size_t count;
    state_of_chance = 88172645u;
    for (int n = 0; n < 40; n++) {
        struct mu_pull *p = storage_begin("a");
        p->batch.max_count = 1 + chance(9);
        for (uint32_t k = 0, puts = chance(60); k < puts; k++)
            storage_put(p, chance(2) ? MU_ROLE : MU_GROUP,
                        mu_printf(storage_arena, "%u", chance(30)), chance(2) ? "x" : "y");
        storage_finish(p, (enum mu_verdict)chance(3));
    }
    ck_assert_int_eq(mu_snapshot_list(storage, storage_arena, "a", 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 40);
    for (size_t i = 0; i < count; i++)
        for (enum mu_kind kind = MU_USER; kind < MU_KINDS; kind++) {
            int64_t rows = 0;
            for (const char *c = storage_rows("a", list[i].id, kind); *c; c++)
                rows += *c == '=';
            ck_assert_int_eq(list[i].counts[kind], rows);
        }
}
END_TEST

Suite *store_model_suite(void)
{
    Suite *suite = suite_create("store_model");
    TCase *tcase = tcase_create("model");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_counts_match_the_rows);
    tcase_add_loop_test(tcase, test_random_pulls_match_a_model, 0, 8);
    suite_add_tcase(suite, tcase);
    return suite;
}
