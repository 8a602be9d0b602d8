/* SPDX-License-Identifier: Apache-2.0 */
/* muster.yaml: what a good one becomes, and that each kind of mistake is told with its line. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "engine/config.h"
#include "suites.h"

static struct mu_arena *arena;

static void setup(void)
{
    arena = mu_arena_new();
}

static void teardown(void)
{
    mu_arena_free(arena);
}

#define SENDOSO "  sendoso: {adapter: sendoso, token: 'env:T'}\n"
#define CORP "  corp: {adapter: ldap, url: 'ldap://127.0.0.1', base: 'dc=x'}\n"
#define ACCOUNTS "accounts:\n" SENDOSO CORP

static const struct mu_config *good(const char *text)
{
    const struct mu_config *c = NULL;
    struct mu_err err = MU_ERR_INIT;
    int rc = mu_config_parse(arena, "muster.yaml", text, strlen(text), &c, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    return c;
}

START_TEST(test_defaults)
{
    const struct mu_config *c = good(ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp}\n");
    char cwd[4096];
    ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
    ck_assert_str_eq(c->dir, cwd);
    ck_assert_str_eq(c->store, mu_printf(arena, "%s/muster.db", cwd));
    ck_assert_ptr_null(c->mappings);
    ck_assert_uint_eq(c->account_count, 2);
    ck_assert_str_eq(c->accounts[0].name, "sendoso");
    ck_assert_str_eq(c->accounts[1].adapter->name, "ldap");
    ck_assert_ptr_null(c->accounts[1].mappings);
    ck_assert_uint_eq(c->sync_count, 1);
    const struct mu_sync *s = &c->syncs[0];
    ck_assert_ptr_eq(s->from, &c->accounts[0]);
    ck_assert_ptr_eq(s->to, &c->accounts[1]);
    ck_assert_int_eq(s->line, 5);
    ck_assert_int_eq(s->inactive, MU_REMOVE_DISABLE);
    ck_assert_int_eq(s->gone, MU_REMOVE_DISABLE);
    ck_assert_int_eq(s->gone_groups, MU_REMOVE_DELETE);
    ck_assert_int_eq(s->guards.invite.count, 50);
    ck_assert_int_eq(s->guards.invite.percent, 10);
    ck_assert_int_eq(s->guards.remove.count, 10);
    ck_assert_int_eq(s->guards.remove.percent, 5);
    ck_assert_int_eq(s->guards.members.count, 10);
    ck_assert_int_eq(s->guards.members.percent, 30);
    ck_assert_int_eq(s->guards.members.from, 10);
    ck_assert_int_eq(s->guards.disable.count, 10);
    ck_assert_int_eq(s->guards.groups.percent, 5);
    ck_assert_int_eq(s->guards.roles.count, 10);
    ck_assert_int_eq(s->guards.admins, 1);
    ck_assert_ptr_null(s->guards.protect);
    ck_assert_ptr_null(s->guards.canary);
}
END_TEST

START_TEST(test_everything_set)
{
    const struct mu_config *c = good("store: /var/lib/m.db\n" ACCOUNTS "syncs:\n"
                                     "  s:\n"
                                     "    from: sendoso\n"
                                     "    to: corp\n"
                                     "    inactive: keep\n"
                                     "    gone: delete\n"
                                     "    gone_groups: keep\n"
                                     "    guards:\n"
                                     "      remove: {count: 3}\n"
                                     "      disable: {count: 4, percent: 1}\n"
                                     "      groups: {count: 0, percent: 0}\n"
                                     "      members: {percent: 7, count: 0, from: 3}\n"
                                     "      roles: {count: 2}\n"
                                     "      admins: 0\n"
                                     "      canary: ada@x.test\n"
                                     "      protect: [a@x.test, 'Admins*']\n");
    const struct mu_sync *s = &c->syncs[0];
    ck_assert_str_eq(c->store, "/var/lib/m.db");
    ck_assert_int_eq(s->inactive, MU_REMOVE_KEEP);
    ck_assert_int_eq(s->gone, MU_REMOVE_DELETE);
    ck_assert_int_eq(s->gone_groups, MU_REMOVE_KEEP);
    ck_assert_int_eq(s->guards.remove.count, 3);
    ck_assert_int_eq(s->guards.remove.percent, 5);
    ck_assert_int_eq(s->guards.members.count, 0);
    ck_assert_int_eq(s->guards.members.percent, 7);
    ck_assert_int_eq(s->guards.members.from, 3);
    ck_assert_int_eq(s->guards.disable.count, 4);
    ck_assert_int_eq(s->guards.disable.percent, 1);
    ck_assert_int_eq(s->guards.groups.count, 0);
    ck_assert_int_eq(s->guards.groups.percent, 0);
    ck_assert_int_eq(s->guards.roles.count, 2);
    ck_assert_int_eq(s->guards.admins, 0);
    ck_assert_str_eq(s->guards.canary[0], "ada@x.test");
    ck_assert_str_eq(s->guards.protect[0], "a@x.test");
    ck_assert_str_eq(s->guards.protect[1], "Admins*");
    ck_assert_ptr_null(s->guards.protect[2]);
}
END_TEST

START_TEST(test_store_uri_is_kept)
{
    ck_assert_str_eq(good("store: postgresql://h/m\n" ACCOUNTS)->store, "postgresql://h/m");
}
END_TEST

/* ---- mistakes: text, and what the message must hold ---- */

static const struct {
    const char *text, *place, *words;
} mistakes[] = {
    {"", "muster.yaml", "empty"},
    {"[a]\n", ":1:1:", "accounts"},
    {"a: b: c\n", ":1:", "muster.yaml"},
    {"store: x\n", ":1:1:", "accounts"},
    {"accounts: {}\n", ":1:", "one account"},
    {"accounts: [a]\n", ":1:", "mapping of names"},
    {"stroe: x\n" ACCOUNTS, ":1:1:", "did you mean 'store'"},
    {ACCOUNTS "syncs: 7\n", ":4:8:", "mapping of names"},
    {"accounts:\n  a: {adapter: ldpa}\n", ":2:16:", "did you mean ldap"},
    {"accounts:\n  a: {adapter: [ldap]}\n", ":2:16:", "unknown adapter"},
    {"accounts:\n  a: {url: x}\n", ":2:3:", "adapter: ldap"},
    {"accounts:\n  a: ldap\n", ":2:3:", "expected its settings"},
    {"accounts:\n  'a b': {adapter: ldap}\n", ":2:3:", "the name of an account"},
    {"accounts:\n  ../x: {adapter: ldap}\n", ":2:3:", "the name of an account"},
    {"accounts:\n  a: {adapter: sendoso, tokken: 'env:T'}\n", ":2:25:", "did you mean 'token'"},
    {"accounts:\n  a: {adapter: sendoso, token: secret}\n", ":2:32:", "env:"},
    {"accounts:\n  a: {adapter: sendoso, token: 'env:T', mappings: nowhere}\n",
     ":2:51:", "nowhere"},
    {"mappings: nowhere\n" ACCOUNTS, ":1:11:", "nowhere"},
    {"mappings: [x]\n" ACCOUNTS, ":1:11:", "mappings"},
    {ACCOUNTS "syncs:\n  s: {to: corp}\n", ":5:", "from"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso}\n", ":5:", "to"},
    {ACCOUNTS "syncs:\n  s: corp\n", ":5:3:", "expected its settings"},
    {ACCOUNTS "syncs:\n  a/b: {from: sendoso, to: corp}\n", ":5:3:", "the name of a sync"},
    {ACCOUNTS "syncs:\n  s: {from: sendosa, to: corp}\n", ":5:13:", "did you mean sendoso"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: nobody-at-all}\n",
     ":5:26:", "there is: sendoso, corp"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: sendoso}\n", ":5:26:", "same account"},
    {ACCOUNTS "syncs:\n  s: {from: corp, to: sendoso}\n", ":5:13:", "can't be read"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, gone: remove}\n", ":5:38:", "delete"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, gone_groups: disable}\n",
     ":5:45:", "keep or delete"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, guards: {remov: {}}}\n",
     ":5:41:", "did you mean 'remove'"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, guards: {remove: {percent: 101}}}\n",
     ":5:59:", "percent"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, guards: {remove: {count: -1}}}\n",
     ":5:57:", "count"},
    {ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, guards: {remove: 5}}\n",
     ":5:49:", "mapping of settings"},
    {ACCOUNTS ACCOUNTS, ":4:1:", "accounts"},
};

START_TEST(test_mistake)
{
    const char *text = mistakes[_i].text;
    const struct mu_config *c = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_config_parse(arena, "muster.yaml", text, strlen(text), &c, &err), -1);
    ck_assert_ptr_null(c);
    ck_assert_msg(err.code == MU_E_CONFIG, "code %d: %s", (int)err.code, err.text);
    ck_assert_msg(strstr(err.text, mistakes[_i].place) != NULL, "not at %s: %s", mistakes[_i].place,
                  err.text);
    ck_assert_msg(strstr(err.text, mistakes[_i].words) != NULL, "no '%s': %s", mistakes[_i].words,
                  err.text);
}
END_TEST

START_TEST(test_files_that_cant_be_read)
{
    static const char *const paths[] = {"/", "/nonexistent/muster.yaml", "/dev/null"};
    for (size_t i = 0; i < MU_LEN(paths); i++) {
        const struct mu_config *c = NULL;
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(mu_config_load(arena, paths[i], &c, &err), -1);
        ck_assert_msg(err.code == MU_E_CONFIG, "%s: code %d", paths[i], (int)err.code);
        ck_assert_msg(strstr(err.text, paths[i]) != NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(test_paths_start_at_the_file)
{
    char dir[] = "/tmp/test-config.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    const char *path = mu_printf(arena, "%s/c.yaml", dir), *maps = mu_printf(arena, "%s/maps", dir);
    ck_assert_int_eq(mkdir(maps, 0700), 0);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs("store: a/b.db\nmappings: maps\naccounts:\n  s: {adapter: sendoso, token: 'env:T', "
          "mappings: maps}\n",
          f);
    ck_assert_int_eq(fclose(f), 0);
    const struct mu_config *c;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_config_load(arena, path, &c, &err) == 0, "%s", err.text);
    ck_assert_str_eq(c->store, mu_printf(arena, "%s/a/b.db", dir));
    ck_assert_str_eq(c->mappings, maps);
    ck_assert_str_eq(c->accounts[0].mappings, maps);
    struct mu_layers layers = mu_config_layers(c, &c->accounts[0]);
    ck_assert_str_eq(layers.dirs[0], mu_mappings_dir());
    ck_assert_str_eq(layers.dirs[1], maps);
    ck_assert_str_eq(layers.dirs[2], maps);
    ck_assert_ptr_null(layers.dirs[3]);
    unlink(path);
    rmdir(maps);
    rmdir(dir);
}
END_TEST

START_TEST(test_names_are_looked_up)
{
    const struct mu_config *c = good(ACCOUNTS "syncs:\n  one: {from: sendoso, to: corp}\n");
    const struct mu_account_def *a = NULL;
    const struct mu_sync *s = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_config_account(c, "corp", &a, &err), 0);
    ck_assert_ptr_eq(a, &c->accounts[1]);
    ck_assert_int_eq(mu_config_sync(c, NULL, &s, &err), 0);
    ck_assert_ptr_eq(s, &c->syncs[0]);
    ck_assert_int_eq(mu_config_account(c, NULL, &a, &err), -1);
    ck_assert_int_eq(err.code, MU_E_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "sendoso, corp"));
    ck_assert_int_eq(mu_config_sync(c, "oen", &s, &err), -1);
    ck_assert_int_eq(err.code, MU_E_USAGE);
    c = good(ACCOUNTS);
    ck_assert_int_eq(mu_config_sync(c, NULL, &s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "has no sync"));
}
END_TEST

#define SYNC(policy) ACCOUNTS "syncs:\n  s: {from: sendoso, to: corp, policy: " policy "}\n"

/* What is wrong in a policy is told where it is, that it isn't there where it is named. */
START_TEST(test_policy)
{
    char folder[] = "/tmp/muster-config.XXXXXX";
    const struct mu_config *c = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    const char *file = mu_printf(arena, "%s/muster.yaml", folder);
    const char *policy = mu_printf(arena, "%s/p.yaml", folder), *text = SYNC("p.yaml");
    ck_assert_int_eq(mu_config_parse(arena, file, text, strlen(text), &c, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "muster.yaml:5:40: policy: "));
    ck_assert_int_eq(mu_write_file(policy, "rules: 7\n", 9, 0600, &err), 0);
    ck_assert_int_eq(mu_config_parse(arena, file, text, strlen(text), &c, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "p.yaml:1:8: rules: expected a list"));
    ck_assert_int_eq(mu_write_file(policy, "rules: []\n", 10, 0600, &err), 0);
    ck_assert_msg(mu_config_parse(arena, file, text, strlen(text), &c, &err) == 0, "%s", err.text);
    ck_assert_ptr_nonnull(c->syncs[0].policy);
    unlink(policy);
    rmdir(folder);
}
END_TEST

START_TEST(test_mappings_dir_by_environment)
{
    setenv("MUSTER_MAPPINGS", "/elsewhere", 1);
    ck_assert_str_eq(mu_mappings_dir(), "/elsewhere");
    setenv("MUSTER_MAPPINGS", "", 1);
    ck_assert_str_eq(mu_mappings_dir(), MU_MAPPINGS_DIR);
}
END_TEST

Suite *config_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tc = tcase_create("config");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_defaults);
    tcase_add_test(tc, test_everything_set);
    tcase_add_test(tc, test_store_uri_is_kept);
    tcase_add_loop_test(tc, test_mistake, 0, (int)MU_LEN(mistakes));
    tcase_add_test(tc, test_files_that_cant_be_read);
    tcase_add_test(tc, test_paths_start_at_the_file);
    tcase_add_test(tc, test_names_are_looked_up);
    tcase_add_test(tc, test_policy);
    tcase_add_test(tc, test_mappings_dir_by_environment);
    suite_add_tcase(suite, tc);
    return suite;
}
