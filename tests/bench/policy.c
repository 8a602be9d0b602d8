/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy of 200 rules over 1,000,000 people, as entries of a store are: JSON text. Prints the
 * seconds that deciding takes, those of parsing and deciding, and the peak of memory, which must
 * not grow with the number of people (`policy PEOPLE RULES`).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/policy.h"

enum { VARIETY = 20000 };

/* Rules as sites have them: departments with titles, locations, lists, negations, dates. */
static void write_policy(struct mu_buf *to, long rules)
{
    mu_buf_adds(to, "start: start_date\nend: end_date\n"
                    "exclude: [{name: partners, when: {email: '*@partner.test'}}]\nrules:\n");
    for (long i = 0; i < rules; i++) {
        mu_buf_printf(to, "- name: rule-%ld\n  group: Team %ld\n  when:\n", i, i % 60);
        if (i % 4 == 0)
            mu_buf_printf(
                to, "    department: Department %ld\n    title: ['Lead *', 'Head %ld*']\n", i, i);
        else if (i % 4 == 1)
            mu_buf_printf(to, "    department: 'Dep*ment %ld'\n    not: {location: [Lima, 'P*']}\n",
                          i);
        else if (i % 4 == 2)
            mu_buf_printf(
                to,
                "    any:\n      - {department: [Department %ld, X], location: Town %ld}\n"
                "      - {title: 'Clerk %ld *'}\n",
                i, i % 40, i);
        else
            mu_buf_printf(
                to, "    title: '*clerk %ld?'\n    employment_type: [Full-Time, Part-Time]\n", i);
    }
    mu_buf_adds(to, "default: {group: Everybody}\n");
}

static void write_person(struct mu_buf *to, long i)
{
    mu_buf_printf(
        to,
        "{\"id\":\"%ld\",\"username\":\"person%ld@example.test\",\"first_name\":\"Person\","
        "\"last_name\":\"Number %ld\",\"name\":\"Person Number %ld\",\"title\":\"%s %ld of "
        "all\",\"emails\":[{\"email\":\"Person%ld@example.test\",\"type\":\"work\","
        "\"is_primary\":true}],\"status\":\"active\",\"type\":\"user\",\"attributes\":{"
        "\"department\":\"Department %ld\",\"location\":\"Town %ld\",\"employment_type\":"
        "\"%s\",\"start_date\":\"20%02ld-%02ld-01\"}}",
        i, i, i, i, i % 3 ? "Clerk" : "Lead", i % 400, i, i % 250, i % 50,
        i % 7 ? "Full-Time" : "Intern", i % 26, i % 12 + 1);
}

/* People of one batch, as text and read. */
struct batch {
    const char *texts[VARIETY];
    size_t lens[VARIETY];
    const struct mu_doc *docs[VARIETY];
};

static void write_batch(struct mu_arena *arena, struct batch *b, long from)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (long i = 0; i < VARIETY; i++) {
        mu_buf_reset(&text);
        write_person(&text, from + i);
        b->texts[i] = mu_strndup(arena, text.data, text.len);
        b->lens[i] = text.len;
    }
}

/* Times are of the processor, so that a busy machine doesn't count. */
static void run(const struct mu_policy *policy, long people)
{
    static struct batch b;
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(policy, mu_now());
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    double parsing = 0, deciding = 0;
    long in = 0;
    for (long done = 0; done < people; done += VARIETY) {
        struct mu_err err = MU_ERR_INIT;
        mu_arena_reset(arena);
        write_batch(arena, &b, done);
        double start = mu_cpu_seconds();
        for (long i = 0; i < VARIETY; i++)
            mu_assert(mu_doc_parse(arena, b.texts[i], b.lens[i], &b.docs[i], &err) == 0);
        double parsed = mu_cpu_seconds();
        for (long i = 0; i < VARIETY; i++) {
            struct mu_decision got;
            mu_decide(d, b.docs[i], &got);
            in += got.standing == MU_STANDS_IN;
        }
        deciding += mu_cpu_seconds() - parsed;
        parsing += parsed - start;
    }
    printf(
        "%ld people, %zu rules: %.2f s to decide, %.2f s with parsing, %ld KiB at most; %ld in\n",
        people, policy->rule_count, deciding, deciding + parsing, mu_peak_kib(), in);
}

int main(int argc, char **argv)
{
    long people = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    long rules = argc > 2 ? strtol(argv[2], NULL, 10) : 200;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_policy *policy = NULL;
    struct mu_err err = MU_ERR_INIT;
    write_policy(&text, rules);
    if (mu_policy_parse(arena, "bench.yaml", text.data, text.len, &policy, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    run(policy, people);
    return 0;
}
