/* SPDX-License-Identifier: Apache-2.0 */
/* Files, locks and cancellation. */
#include "base/io.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"
#include "suites.h"

static struct mu_arena *arena;
static char *folder, *path;

static void setup(void)
{
    arena = mu_arena_new();
    folder = mu_strdup(arena, "/tmp/muster-io-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = mu_printf(arena, "%s/f", folder);
}

static void teardown(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left behind */
    mu_arena_free(arena);
}

START_TEST(test_write_then_read)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(200000);
    char big[150000];
    memset(big, 'x', sizeof(big));
    big[5] = '\0';
    ck_assert_int_eq(mu_write_file(path, "old", 3, 0644, &err), 0);
    ck_assert_int_eq(mu_write_file(path, big, sizeof(big), 0600, &err), 0);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    mu_buf_adds(&b, "kept:");
    ck_assert_int_eq(mu_read_file(path, &b, &err), 0);
    ck_assert_uint_eq(b.len, sizeof(big) + 5);
    ck_assert_mem_eq(b.data, "kept:", 5);
    ck_assert_mem_eq(b.data + 5, big, sizeof(big));
    ck_assert_int_eq(b.data[b.len], '\0');
}
END_TEST

START_TEST(test_read_ceiling)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_write_file(path, "0123456789", 10, 0600, &err), 0);
    for (size_t max = 8; max < 13; max++) {
        MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(max);
        ck_assert_int_eq(mu_read_file(path, &b, &err), max >= 10 ? 0 : -1);
        ck_assert_str_eq(b.data, max >= 10 ? "0123456789" : "");
        if (max < 10) {
            ck_assert_int_eq(err.code, MU_E_LIMIT);
            ck_assert_ptr_nonnull(strstr(err.text, "larger than the limit of"));
        }
    }
}
END_TEST

/* A pipe doesn't tell its size beforehand; standard input is one here. */
START_TEST(test_read_standard_input)
{
    for (size_t max = 9; max < 12; max++) {
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        ck_assert_int_eq(write(ends[1], "0123456789", 10), 10);
        close(ends[1]);
        ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(max);
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(mu_read_file("-", &b, &err), max >= 10 ? 0 : -1);
        ck_assert_str_eq(b.data, max >= 10 ? "0123456789" : "");
        ck_assert_int_eq(err.code, max >= 10 ? MU_OK : MU_E_LIMIT);
    }
}
END_TEST

START_TEST(test_read_of_no_file)
{
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(100);
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_read_file(path, &b, &err), -1);
    ck_assert_int_eq(err.code, MU_E_IO);
    ck_assert_int_eq(err.native, ENOENT);
    ck_assert_int_eq(mu_read_file(folder, &b, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "is a directory"));
    ck_assert_int_eq(mu_read_file("/dev/zero", &b, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "is a device"));
}
END_TEST

struct seen {
    struct mu_buf text;
    int lines, refuse; /* the line that is refused */
};

static int see_line(void *arg, const char *line, size_t len, struct mu_err *err)
{
    struct seen *seen = arg;
    mu_buf_add(&seen->text, line, len);
    mu_buf_addc(&seen->text, '|');
    return ++seen->lines == seen->refuse ? mu_fail(err, MU_E_DATA, "line refused") : 0;
}

START_TEST(test_read_lines)
{
    static const struct {
        const char *text, *lines;
    } files[] = {{"", ""}, {"\n", "|"}, {"a\n\nb\n", "a||b|"}, {"a\nb", "a|b|"}};
    struct mu_err err = MU_ERR_INIT;
    for (size_t i = 0; i < MU_LEN(files); i++) {
        struct seen seen = {.text = MU_BUF_INIT(100)};
        ck_assert_int_eq(mu_write_file(path, files[i].text, strlen(files[i].text), 0600, &err), 0);
        ck_assert_int_eq(mu_read_lines(path, 10, see_line, &seen, &err), 0);
        ck_assert_str_eq(seen.text.data, files[i].lines);
        mu_buf_done(&seen.text);
    }
}
END_TEST

/* Lines longer than what is read at once, and their sum at the ceiling. */
START_TEST(test_read_long_lines)
{
    enum { LINE = 100001, LINES = 7 };
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(LINE * LINES);
    struct seen seen = {.text = MU_BUF_INIT(LINE * LINES)};
    struct mu_err err = MU_ERR_INIT;
    for (int i = 0; i < LINE * LINES; i++)
        mu_buf_addc(&b, i % LINE == LINE - 1 ? '\n' : (char)('a' + i % 7));
    ck_assert_int_eq(mu_write_file(path, b.data, b.len, 0600, &err), 0);
    ck_assert_int_eq(mu_read_lines(path, b.len, see_line, &seen, &err), 0);
    ck_assert_int_eq(seen.lines, LINES);
    for (size_t i = 0; i < b.len; i++)
        ck_assert(seen.text.data[i] == (b.data[i] == '\n' ? '|' : b.data[i]));
    ck_assert_int_eq(mu_read_lines(path, b.len - 1, see_line, &seen, &err), -1);
    ck_assert_int_eq(err.code, MU_E_LIMIT);
    mu_buf_done(&seen.text);
}
END_TEST

START_TEST(test_read_lines_stops)
{
    struct seen seen = {.text = MU_BUF_INIT(100), .refuse = 2};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_write_file(path, "a\nb\nc\n", 6, 0600, &err), 0);
    ck_assert_int_eq(mu_read_lines(path, 10, see_line, &seen, &err), -1);
    ck_assert_str_eq(seen.text.data, "a|b|");
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_ptr_nonnull(strstr(err.text, "line refused"));
    mu_buf_done(&seen.text);
}
END_TEST

START_TEST(test_write_where_it_can_not)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_write_file(mu_printf(arena, "%s/no/f", folder), "x", 1, 0600, &err), -1);
    ck_assert_int_eq(err.code, MU_E_IO);
    ck_assert_int_eq(err.native, ENOENT);
    const char *inner = mu_printf(arena, "%s/d", folder);
    ck_assert_int_eq(mkdir(inner, 0700), 0);
    ck_assert_int_eq(mu_write_file(inner, "x", 1, 0600, &err), -1);
    ck_assert_int_eq(rmdir(inner), 0);
}
END_TEST

START_TEST(test_lock)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_lock *first = NULL, *second = NULL, *whole = NULL;
    ck_assert_int_eq(mu_lock(path, 0, &first, &err), 0);
    ck_assert_int_eq(mu_lock(path, 0, &second, &err), -1);
    ck_assert_int_eq(err.code, MU_E_BUSY);
    ck_assert_str_eq(err.text, mu_printf(arena, "%s: held by another muster, process %ld", path,
                                         (long)getpid()));
    ck_assert_ptr_null(second);
    int64_t before = mu_mono_us();
    ck_assert_int_eq(mu_lock(path, 1, &second, &err), -1);
    ck_assert_int_ge(mu_mono_us() - before, 1000000);
    mu_unlock(first);
    ck_assert_int_eq(mu_lock(path, 0, &second, &err), 0);
    mu_unlock(second);
    mu_unlock(NULL);
    ck_assert_int_eq(mu_lock_share(path, 0, &first, &err), 0);
    ck_assert_int_eq(mu_lock_share(path, 0, &second, &err), 0);
    ck_assert_int_eq(mu_lock(path, 0, &whole, &err), -1);
    mu_unlock(first);
    ck_assert_int_eq(mu_lock(path, 0, &whole, &err), -1);
    mu_unlock(second);
    ck_assert_int_eq(mu_lock(path, 0, &whole, &err), 0);
    ck_assert_int_eq(mu_lock_share(path, 0, &second, &err), -1);
    mu_unlock(whole);
    ck_assert_int_eq(mu_lock(folder, 0, &second, &err), -1);
    ck_assert_int_eq(err.code, MU_E_IO);
}
END_TEST

/* Killed, not ended: the lock must be free at once. */
START_TEST(test_lock_dies_with_its_process)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    struct mu_err err = MU_ERR_INIT;
    struct mu_lock *lock = NULL;
    if (pid == 0) {
        char ok = mu_lock(path, 0, &lock, &err) == 0;
        _exit(write(ends[1], &ok, 1) == 1 && pause());
    }
    char ok = 0;
    ck_assert_int_eq(read(ends[0], &ok, 1), 1);
    ck_assert(ok);
    close(ends[0]);
    close(ends[1]);
    ck_assert_int_eq(mu_lock(path, 0, &lock, &err), -1);
    ck_assert(mu_ends(err.text, mu_printf(arena, "process %ld", (long)pid)));
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_int_eq(mu_lock(path, 0, &lock, &err), 0);
    mu_unlock(lock);
}
END_TEST

/* In a child, since there is no way back: one signal is noticed, the second one kills. */
START_TEST(test_cancel)
{
    ck_assert(!mu_cancelled());
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        mu_cancel_install();
        raise(SIGTERM);
        if (mu_cancelled()) {
            raise(SIGINT);
        }
        _exit(1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGINT);
}
END_TEST

Suite *io_suite(void)
{
    Suite *s = suite_create("io");
    TCase *tc = tcase_create("io");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_write_then_read);
    tcase_add_test(tc, test_read_ceiling);
    tcase_add_test(tc, test_read_standard_input);
    tcase_add_test(tc, test_read_of_no_file);
    tcase_add_test(tc, test_read_lines);
    tcase_add_test(tc, test_read_long_lines);
    tcase_add_test(tc, test_read_lines_stops);
    tcase_add_test(tc, test_write_where_it_can_not);
    tcase_add_test(tc, test_lock);
    tcase_add_test(tc, test_lock_dies_with_its_process);
    tcase_add_test(tc, test_cancel);
    suite_add_tcase(s, tc);
    return s;
}
