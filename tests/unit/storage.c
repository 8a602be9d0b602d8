/* SPDX-License-Identifier: Apache-2.0 */
/* A store for tests. */
#include "storage.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/chain.h"

enum { KILLED = 77 };

static char dir[] = "/tmp/muster-store-XXXXXX";
char storage_path[sizeof(dir) + 16];
struct mu_store *storage;
struct mu_arena *storage_arena;

static void open_store(void)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_store_open(storage_path, MU_STORE_WRITE, &storage, &err) == 0, "%s", err.text);
}

void storage_setup(void)
{
    memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(storage_path, sizeof(storage_path), "%s/muster.db", dir);
    storage_arena = mu_arena_new();
    open_store();
}

void storage_teardown(void)
{
    char path[sizeof(dir) + 300];
    mu_store_close(storage);
    mu_arena_free(storage_arena);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.' && unlink(path) < 0)
            rmdir(path);
    }
    closedir(d);
    ck_assert_int_eq(rmdir(dir), 0);
}

void storage_reopen(void)
{
    mu_store_close(storage);
    open_store();
}

void storage_failed(int rc, const struct mu_err *err, enum mu_code code, const char *text)
{
    ck_assert_int_eq(rc, -1);
    ck_assert_msg(err->code == code && strstr(err->text, text), "code %s, text: %s; wanted %s, %s",
                  mu_code_name(err->code), err->text, mu_code_name(code), text);
}

struct mu_pull *storage_begin(const char *account)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_pull *p;
    ck_assert_msg(mu_pull_begin(storage, account, "mapping-digest", &p, &err) == 0, "%s", err.text);
    return p;
}

enum mu_put storage_put(struct mu_pull *p, enum mu_kind kind, const char *id, const char *body)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_entry entry = {.kind = kind,
                             .id = id,
                             .body = body,
                             .body_len = strlen(body),
                             .raw = id,
                             .raw_len = strlen(id)};
    enum mu_put put;
    bool equal;
    ck_assert_msg(mu_pull_put(p, &entry, &put, &equal, &err) == 0, "%s", err.text);
    return put;
}

struct mu_snapshot storage_finish(struct mu_pull *p, enum mu_verdict verdict)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot snap;
    ck_assert_msg(mu_pull_finish(p, verdict, "{\"why\":1}", storage_arena, &snap, &err) == 0, "%s",
                  err.text);
    return snap;
}

const char *storage_rows(const char *account, int64_t snapshot, enum mu_kind kind)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_rows *rows;
    struct mu_entry e;
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    int rc;
    ck_assert_msg(mu_rows_open(storage, account, snapshot, kind, &rows, &err) == 0, "%s", err.text);
    while ((rc = mu_rows_next(rows, &e, &err)) == 1) {
        ck_assert_uint_eq(e.kind, kind);
        ck_assert_uint_eq(e.body_len, strlen(e.body));
        if (e.raw)
            ck_assert_str_eq(e.raw, e.id);
        mu_buf_printf(&all, "%s%s=%s", all.len ? " " : "", e.id, e.body);
    }
    ck_assert_msg(rc == 0, "%s", err.text);
    mu_rows_close(rows);
    return mu_strdup(storage_arena, all.data);
}

int64_t storage_int(const char *sql)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t n = 0;
    ck_assert_msg(mu_sql_int(storage, sql, &n, &err) == 0, "%s", err.text);
    return n;
}

void storage_sound(void)
{
    ck_assert_int_eq(
        storage_int("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
        0);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM entry WHERE last < first"), 0);
    ck_assert_int_eq(
        storage_int("SELECT count(*) FROM entry a JOIN entry b ON a.account = b.account AND"
                    " a.kind = b.kind AND a.id = b.id AND a.row <> b.row AND b.first >= a.first AND"
                    " b.first <= coalesce(a.last, b.first)"),
        0);
    struct mu_chain_check check;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_chain_verify(storage, storage_arena, NULL, &check, &err), 0);
    ck_assert_msg(!check.broken && !check.broken_seal, "%s",
                  check.broken ? check.broken : check.broken_seal);
}

static int die_in(void *left)
{
    if (--*(int *)left == 0)
        _exit(KILLED);
    return 0;
}

bool storage_killed_at(int nth, void (*step)(void *arg), void *arg)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct mu_err err = MU_ERR_INIT;
        int left = nth;
        /* The parent's handle must not be used, nor closed, on this side of the fork. */
        if (mu_store_open(storage_path, MU_STORE_WRITE, &storage, &err) < 0)
            _exit(1);
        sqlite3_commit_hook(storage->db, die_in, &left);
        step(arg);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == KILLED);
    return WEXITSTATUS(status) == 0;
}
