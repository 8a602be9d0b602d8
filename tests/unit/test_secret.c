/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: the three places they come from, and that no error tells a value. */
#include "base/secret.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/io.h"
#include "base/str.h"
#include "suites.h"

static struct mu_arena *arena;
static char *folder, *config;

static void setup(void)
{
    arena = mu_arena_new();
    folder = mu_strdup(arena, "/tmp/muster-secret-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    config = mu_printf(arena, "%s/muster.yaml", folder);
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void teardown(void)
{
    unlink(mu_printf(arena, "%s/s", folder));
    rmdir(folder);
    mu_arena_free(arena);
}

static int load(const char *reference, struct mu_secret **ret, struct mu_err *err)
{
    const struct mu_y at = {
        .type = MU_Y_SCALAR, .file = config, .line = 3, .column = 10, .text = reference};
    return mu_secret_load(&at, ret, err);
}

static void put(const char *bytes, size_t len, unsigned mode)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_write_file(mu_printf(arena, "%s/s", folder), bytes, len, mode, &err), 0);
}

static void expect(const char *reference, const char *value)
{
    struct mu_secret *s = NULL;
    struct mu_err err = MU_ERR_INIT;
    int status = load(reference, &s, &err);
    ck_assert_msg(status == 0, "%s: %s", reference, err.text);
    size_t len = 0;
    ck_assert_str_eq(mu_secret_reveal(s, &len), value);
    ck_assert_uint_eq(len, strlen(value));
    ck_assert_ptr_null(mu_secret_warning(s));
    mu_secret_free(s);
}

static void refuse(const char *reference, const char *says)
{
    struct mu_secret *s = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(load(reference, &s, &err) == -1, "%s", reference);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    ck_assert_msg(mu_starts(err.text, mu_printf(arena, "%s:3:10: ", config)), "%s", err.text);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s: %s", reference, err.text);
    ck_assert_ptr_null(s);
}

START_TEST(test_env)
{
    setenv("MUSTER_TEST_SECRET", "to ken ", 1);
    expect("env:MUSTER_TEST_SECRET", "to ken ");
    setenv("MUSTER_TEST_SECRET", "", 1);
    refuse("env:MUSTER_TEST_SECRET", "MUSTER_TEST_SECRET is empty");
    unsetenv("MUSTER_TEST_SECRET");
    refuse("env:MUSTER_TEST_SECRET", "MUSTER_TEST_SECRET is not set");
}
END_TEST

START_TEST(test_file)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *value;
    } rows[] = {{"abc", 3, "abc"},
                {"abc\n", 4, "abc"},
                {"abc\r\nmore\n", 10, "abc"},
                {" a b \n", 6, " a b "}};
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        put(rows[i].bytes, rows[i].len, 0600);
        expect(mu_printf(arena, "file:%s/s", folder), rows[i].value);
        expect("file:s", rows[i].value); /* beside the configuration */
    }
    put("a\0b\n", 4, 0600);
    refuse("file:s", "NUL");
    put("\nabc\n", 5, 0600);
    refuse("file:s", "empty");
    put("", 0, 0600);
    refuse("file:s", "empty");
    refuse("file:absent", "No such file");
    refuse("file:.", "is not a file");
    refuse("file:/dev/zero", "is not a file");
}
END_TEST

START_TEST(test_file_limit)
{
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(MU_BUF_MAX);
    for (int i = 0; i < 65536; i++) {
        mu_buf_addc(&b, 'x');
    }
    put(b.data, b.len, 0600);
    expect("file:s", b.data);
    mu_buf_addc(&b, 'x');
    put(b.data, b.len, 0600);
    refuse("file:s", "longer than the limit of 65536 bytes");
    b.data[b.len - 1] = '\n';
    put(b.data, b.len, 0600);
    mu_buf_cut(&b, 65536);
    expect("file:s", b.data);
}
END_TEST

START_TEST(test_credentials_directory)
{
    put("abc\n", 4, 0600);
    config = mu_strdup(arena, "elsewhere.yaml");
    refuse("file:s", "No such file");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    expect("file:s", "abc");
    unsetenv("CREDENTIALS_DIRECTORY");
}
END_TEST

START_TEST(test_file_modes)
{
    put("abc\n", 4, 0602);
    refuse("file:s", "anybody may write this secret");
    put("abc\n", 4, 0644);
    struct mu_secret *s = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(load("file:s", &s, &err), 0);
    ck_assert_ptr_nonnull(strstr(mu_secret_warning(s), "anybody on this machine may read"));
    ck_assert_ptr_null(strstr(mu_secret_warning(s), "abc"));
    mu_secret_free(s);
}
END_TEST

START_TEST(test_command)
{
    expect("command:echo abc", "abc");
    expect("command:printf 'abc'", "abc");
    expect("command:printf 'a b\\nsecond\\n' | cat", "a b");
    expect("command:cat; echo abc", "abc"); /* standard input is empty */
    refuse("command:true", "empty");
    refuse("command:echo abc; exit 3", "failed with status 3");
    refuse("command:echo abc; kill -9 $$", "ended by signal 9");
    refuse("command:head -c 200000 /dev/zero | tr '\\0' x", "longer than the limit");
}
END_TEST

START_TEST(test_command_in_a_file_of_everybody)
{
    static const char text[] = "token: command:echo abc\n";
    struct mu_err err = MU_ERR_INIT;
    config = mu_printf(arena, "%s/s", folder);
    put(text, sizeof(text) - 1, 0606);
    refuse("command:echo abc", "chmod o-w");
    ck_assert_int_eq(mu_write_file(config, text, sizeof(text) - 1, 0664, &err), 0);
    expect("command:echo abc", "abc");
}
END_TEST

START_TEST(test_other_references)
{
    static const char *const rows[] = {
        "", "s3cr3t", "env:", "file:", "command:", "ENV:X", "vault:x"};
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        refuse(rows[i], "env:NAME, file:PATH or command:CMD");
    }
    struct mu_secret *s = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(load("s3cr3t", &s, &err), -1);
    ck_assert_ptr_null(strstr(err.text, "s3cr3t"));
    const struct mu_y list = {
        .type = MU_Y_SEQ, .file = config, .line = 3, .column = 10, .text = ""};
    ck_assert_int_eq(mu_secret_load(&list, &s, &err), -1);
}
END_TEST

START_TEST(test_made_at_run_time)
{
    char text[] = "abcdef";
    struct mu_secret *s = mu_secret_new(text, 3);
    memset(text, 'x', 3);
    ck_assert_str_eq(mu_secret_reveal(s, NULL), "abc");
    mu_secret_free(s);
    mu_secret_free(NULL);
}
END_TEST

Suite *secret_suite(void)
{
    Suite *s = suite_create("secret");
    TCase *tc = tcase_create("secret");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_env);
    tcase_add_test(tc, test_file);
    tcase_add_test(tc, test_file_limit);
    tcase_add_test(tc, test_credentials_directory);
    tcase_add_test(tc, test_file_modes);
    tcase_add_test(tc, test_command);
    tcase_add_test(tc, test_command_in_a_file_of_everybody);
    tcase_add_test(tc, test_other_references);
    tcase_add_test(tc, test_made_at_run_time);
    suite_add_tcase(s, tc);
    return s;
}
