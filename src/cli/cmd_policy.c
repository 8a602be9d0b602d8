/* SPDX-License-Identifier: Apache-2.0 */
/* muster policy: holds a policy against the people of a snapshot and the groups of the target, and
 * runs the examples in it. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/show.h"
#include "cli/show_policy.h"

/* What is meant: a sync's policy, or a file by itself. */
struct meant {
    const struct mu_sync *sync; /* NULL: a file that no sync names */
    const struct mu_policy *policy;
};

/* ---- which ---- */

static bool same_file(const char *a, const char *b)
{
    char x[PATH_MAX], y[PATH_MAX];
    return realpath(a, x) && realpath(b, y) && mu_streq(x, y);
}

static const struct mu_sync *sync_of(const struct mu_config *config, const char *word)
{
    for (size_t i = 0; config && i < config->sync_count; i++) {
        const struct mu_sync *s = &config->syncs[i];
        if (mu_streq(s->name, word) || (s->policy && same_file(s->policy->file, word)))
            return s;
    }
    return NULL;
}

static int by_word(struct mu_cli *cli, const char *word, struct meant *ret, struct mu_err *err)
{
    ret->sync = sync_of(cli->config, word);
    if (!ret->sync && access(word, F_OK) < 0 && cli->config)
        return mu_fail(err, MU_E_USAGE, "%.100s is neither a sync of %s nor a file",
                       mu_show_safe(cli->arena, word), cli->config->file);
    if (!ret->sync)
        return mu_policy_load(cli->arena, word, &ret->policy, err);
    ret->policy = ret->sync->policy;
    if (!ret->policy)
        return mu_fail(err, MU_E_USAGE,
                       "sync %s has no policy; name one there: policy: policy.yaml", word);
    return 0;
}

/* Without a word: the only sync that has one. */
static int only_one(const struct mu_cli *cli, struct meant *ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf names = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    size_t count = 0;
    for (size_t i = 0; cli->config && i < cli->config->sync_count; i++) {
        const struct mu_sync *s = &cli->config->syncs[i];
        if (!s->policy)
            continue;
        *ret = (struct meant){.sync = s, .policy = s->policy};
        mu_buf_printf(&names, "%s%s", count++ ? ", " : "", s->name);
    }
    if (count == 0)
        return mu_fail(err, MU_E_USAGE, "no sync has a policy; name a file");
    return count == 1 ? 0 : mu_fail(err, MU_E_USAGE, "name one sync of: %s", names.data);
}

/* ---- check ---- */

static void on_lacking(void *arg, const struct mu_policy_rule *rule, const char *why)
{
    mu_policy_find(arg, MU_POLICY_ERROR, "unknown-group", rule, NULL, why);
}

/* As the target is now; where it can't be seen, that is told, and the rest stands. */
static void check_groups(struct mu_cli *cli, const struct mu_sync *sync,
                         struct mu_policy_checked *checked)
{
    MU_AUTO(account) struct mu_account *target = NULL;
    struct mu_err why = MU_ERR_INIT;
    if (!cli->store)
        mu_fail(&why, MU_E_MISSING, "there is no store yet; run muster pull %s", sync->from->name);
    if (!cli->store || mu_cli_open(cli, sync->to, &target, &why) < 0 ||
        mu_plan_policy(cli->store, sync, target, cli->arena, cli->log, on_lacking, checked, &why) <
            0)
        mu_policy_find(checked, MU_POLICY_WARNING, "target-unseen", NULL, NULL,
                       mu_printf(cli->arena, "groups are not checked: %s", why.text));
}

/* The newest read that can be used, whatever became of later ones. 1: there is one; 0: *why not. */
static int find_people(struct mu_cli *cli, const char *from, struct mu_snapshot *ret,
                       struct mu_err *why, struct mu_err *err)
{
    int rc = mu_cli_store(cli, MU_STORE_READ, why);
    if (rc == 0)
        rc = mu_cli_snapshot(cli, from, NULL, ret, why);
    if (rc == 0)
        return 1;
    if (why->code == MU_E_MISSING)
        return 0;
    *err = *why;
    return -1;
}

/* Which read the people are of, where it isn't simply the last one. */
static int tell_age(struct mu_cli *cli, const struct mu_snapshot *snap,
                    struct mu_policy_checked *checked, struct mu_err *err)
{
    struct mu_snapshot *newest;
    size_t count;
    char read[MU_TIME_TEXT];
    if (mu_snapshot_list(cli->store, cli->arena, snap->account, 1, &newest, &count, err) < 0)
        return -1;
    mu_time_text(snap->started, read);
    if (count > 0 && newest[0].id != snap->id)
        mu_policy_find(
            checked, MU_POLICY_NOTE, "people-old", NULL, NULL,
            mu_printf(cli->arena,
                      "people are those of snapshot %" PRId64 " (%s): snapshot %" PRId64 " is %s",
                      snap->id, read, newest[0].id, newest[0].finished ? "void" : "not finished"));
    if (snap->verdict != MU_COMPLETE)
        mu_policy_find(checked, MU_POLICY_NOTE, "people-incomplete", NULL, NULL,
                       mu_printf(cli->arena,
                                 "snapshot %" PRId64 " is %s: who left may still be among the "
                                 "people",
                                 snap->id, mu_verdict_name(snap->verdict)));
    return 0;
}

/* What can't be seen is told, and the rest is checked. */
static int check_sync(struct mu_cli *cli, const struct meant *m, struct mu_snapshot *snap,
                      struct mu_policy_checked **ret, struct mu_err *err)
{
    const char *from = m->sync->from->name;
    struct mu_err why = MU_ERR_INIT;
    int found = find_people(cli, from, snap, &why, err);
    if (found < 0 ||
        mu_policy_check(cli->store, from, snap->id, m->policy, cli->arena, ret, err) < 0)
        return -1;
    if (found == 0)
        mu_policy_find(*ret, MU_POLICY_WARNING, "people-unseen", NULL, NULL,
                       mu_printf(cli->arena, "rules are not held against people: %s", why.text));
    else if (tell_age(cli, snap, *ret, err) < 0)
        return -1;
    check_groups(cli, m->sync, *ret);
    return 0;
}

static int check(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *word = args->words[1];
    struct meant m = {.sync = NULL};
    struct mu_snapshot snap = {.id = 0};
    struct mu_policy_checked *checked;
    if ((word ? by_word(cli, word, &m, err) : only_one(cli, &m, err)) < 0)
        return -1;
    if (m.sync ? check_sync(cli, &m, &snap, &checked, err) < 0
               : mu_policy_check(NULL, NULL, 0, m.policy, cli->arena, &checked, err) < 0)
        return -1;
    if (mu_show_policy(cli, checked, &snap, err) < 0)
        return -1;
    switch (mu_policy_worst(checked)) {
    case MU_POLICY_ERROR:
        return MU_EXIT_CONFIG;
    case MU_POLICY_WARNING:
        return MU_EXIT_FAILED;
    case MU_POLICY_NOTE:
        break;
    }
    return MU_EXIT_DONE;
}

/* ---- test ---- */

struct testing {
    struct mu_cli *cli;
    struct mu_writer *writer; /* json, csv; NULL: text */
    const char *file;
    int ran, failed;
};

static void on_example(void *arg, const char *example, const char *failure)
{
    struct testing *t = arg;
    const char *result = failure ? "fail" : "ok";
    const char *const values[] = {result, t->file, example, failure};
    if (t->writer)
        mu_writer_row(t->writer, values, NULL);
    else if (failure)
        printf("%-5s %s: %s: %s\n", result, t->file, mu_show_safe(t->cli->arena, example),
               mu_show_safe(t->cli->arena, failure));
}

static void test_one(struct testing *t, const struct mu_policy *policy)
{
    int count = 0;
    mu_assert(policy);
    t->file = policy->file;
    int failed = mu_policy_examples(policy, on_example, t, &count);
    t->ran += count;
    t->failed += failed;
    if (!t->writer && failed == 0)
        printf("ok    %s: %s\n", policy->file,
               mu_show_some(t->cli->arena, count, "example", "examples"));
}

static int test_all(struct testing *t, const struct mu_args *args, struct mu_err *err)
{
    struct meant m = {.sync = NULL};
    const struct mu_config *config = t->cli->config;
    for (size_t i = 1; i < args->word_count; i++) {
        if (by_word(t->cli, args->words[i], &m, err) < 0)
            return -1;
        test_one(t, m.policy);
    }
    for (size_t i = 0; args->word_count == 1 && config && i < config->sync_count; i++)
        if (config->syncs[i].policy)
            test_one(t, config->syncs[i].policy);
    return 0;
}

static int test(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    static const char *const columns[] = {"result", "file", "example", "detail"};
    struct testing t = {.cli = cli};
    if (cli->format != MU_FORMAT_TEXT)
        t.writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    int rc = test_all(&t, args, err);
    if (t.writer && mu_writer_close(t.writer, err) < 0)
        return -1;
    if (rc < 0)
        return -1;
    if (!t.writer && !cli->quiet)
        printf("%s, %d failed\n", mu_show_some(cli->arena, t.ran, "example", "examples"), t.failed);
    return t.failed ? MU_EXIT_FAILED : MU_EXIT_DONE;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    bool checks = mu_streq(args->words[0], "check");
    if (!checks && !mu_streq(args->words[0], "test"))
        return mu_fail(err, MU_E_USAGE, "policy: say check or test; usage: muster policy %s",
                       args->cmd->usage);
    if (checks && args->word_count > 2)
        return mu_fail(err, MU_E_USAGE, "policy check: takes one sync or file");
    if (mu_cli_maybe_config(cli, err) < 0)
        return -1;
    return checks ? check(cli, args, err) : test(cli, args, err);
}

const struct mu_cmd mu_cmd_policy = {
    .name = "policy",
    .summary = "check who a policy's rules fit, or run the examples in it",
    .usage = "check [SYNC | FILE] | test [SYNC | FILE]...",
    .about = "check: holds the rules of a sync's policy against the people of its source's newest "
             "snapshot and the groups of its target: which groups and attributes aren't there, "
             "which rules fit nobody or never decide, which people more than one rule fits, and "
             "whom none does. What can't be seen is told, and the rest is checked. Of a file that "
             "no sync names it checks the file alone.\n"
             "test: runs the examples in the file; without a name those of every sync.\n"
             "Exit 0: nothing wrong. 1: warnings, or an example failed. 78: a group or attribute "
             "isn't there, or the file can't be read.",
    .words_min = 1,
    .words_max = 64,
    .example = "muster policy check hris-to-sendoso",
    .run = run,
};
