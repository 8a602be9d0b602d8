/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing the store's file, its size, and locks beside it. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/str.h"
#include "store/pull.h"

enum {
    LOCK_NAME_MAX = 300,
    PATH_BYTES_MAX = 4096,
    WAL_BYTES_KEPT = 4 << 20,
    SHARED_MEMORY_BYTES = 24 << 20
};

/*
 * Counted in pages when it is said, hence after the page size is settled; also what a sort may hold
 * in memory.
 */
static const char cache[] = "PRAGMA cache_size = -12288";
static const char reader_cache[] = "PRAGMA cache_size = -3072"; /* walks see each page about once */
static const char spare_cache[] = "PRAGMA cache_size = -256";

/*
 * A WAL of up to 64 MiB between checkpoints: those sync the disk, and a big pull would do it every
 * 4 MiB. A store is only read by the schema it was made with (trusted_schema), and damaged cells
 * are found, not followed.
 */
static const char settings[] = "PRAGMA synchronous = NORMAL;"
                               "PRAGMA temp_store = FILE;"
                               "PRAGMA wal_autocheckpoint = 8192;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA cell_size_check = ON;";

/* The path in a `store:` setting. */
static int path_of(const char *uri, const char **ret, struct mu_err *err)
{
    if (mu_starts(uri, "postgresql:") || mu_starts(uri, "postgres:"))
        return mu_fail(
            err, MU_E_UNSUPPORTED,
            "store: this muster is built without PostgreSQL; set `store` to the path of a file");
    const char *path = mu_starts(uri, "sqlite:") ? uri + strlen("sqlite:") : uri;
    if (path[0] == '\0')
        return mu_fail(err, MU_E_CONFIG,
                       "store: the path is empty; set `store` to the path of a file");
    if (path == uri && strstr(path, "://"))
        return mu_fail(err, MU_E_CONFIG,
                       "store %.200s: unknown kind of store; set `store` to the path of a file",
                       uri);
    if (strlen(path) > PATH_BYTES_MAX)
        return mu_fail(err, MU_E_LIMIT, "store: the path is longer than %d bytes", PATH_BYTES_MAX);
    *ret = path;
    return 0;
}

static int check_parent(const char *path, struct mu_err *err)
{
    const char *slash = strrchr(path, '/');
    struct stat st;
    if (!slash || slash == path)
        return 0;
    int len = (int)(slash - path);
    char *parent = mu_xstrdup(path);
    parent[len] = '\0';
    int rc = stat(parent, &st);
    int why = errno;
    free(parent);
    if (rc < 0 && why == ENOENT)
        return mu_fail(err, MU_E_CONFIG,
                       "store %s: the directory %.*s doesn't exist; create it or set another path",
                       path, len, path);
    if (rc == 0 && !S_ISDIR(st.st_mode))
        return mu_fail(err, MU_E_CONFIG, "store %s: %.*s is not a directory", path, len, path);
    return 0;
}

static int check_file(const char *path, const struct stat *st, struct mu_err *err)
{
    if (S_ISDIR(st->st_mode))
        return mu_fail(err, MU_E_CONFIG,
                       "store %s: is a directory; set `store` to the path of a file", path);
    if (!S_ISREG(st->st_mode))
        return mu_fail(err, MU_E_CONFIG, "store %s: is not a regular file", path);
    return 0;
}

/*
 * Made here rather than by SQLite, so that it is never readable to others, not even for a moment.
 */
static int create(const char *path, struct mu_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0 && errno != EEXIST)
        return mu_fail_errno(err, "store %s: can't be created", path);
    if (fd >= 0)
        close(fd);
    return 0;
}

/* Settles before SQLite sees the file what SQLite would only call "unable to open". */
static int check_path(const char *path, enum mu_store_mode mode, struct mu_err *err)
{
    struct stat st;
    if (stat(path, &st) < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return mu_fail_errno(err, "store %s", path);
        if (check_parent(path, err) < 0)
            return -1;
        if (mode == MU_STORE_READ)
            return mu_fail(err, MU_E_MISSING, "store %s: doesn't exist; nothing was pulled yet",
                           path);
        return create(path, err);
    }
    if (check_file(path, &st, err) < 0)
        return -1;
    if (access(path, R_OK) < 0)
        return mu_fail_errno(err, "store %s: can't be read", path);
    if (mode == MU_STORE_WRITE && access(path, W_OK) < 0)
        return mu_fail_errno(err, "store %s: read-only", path);
    return 0;
}

static int connect_file(struct mu_store *s, struct mu_err *err)
{
    /* Readers too need the WAL's index, which only a writable connection can make. */
    bool writable = s->mode == MU_STORE_WRITE || access(s->file, W_OK) == 0;
    int flags = SQLITE_OPEN_NOMUTEX | (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    int rc = sqlite3_open_v2(s->file, &s->db, flags, NULL);
    if (rc != SQLITE_OK)
        return mu_sql_fail(s, rc, err);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_handler(s->db, mu_sql_busy, s);
    if (mu_sql_exec(s, settings, err) < 0)
        return -1;
    if (s->mode == MU_STORE_READ && mu_sql_exec(s, "PRAGMA query_only = ON", err) < 0)
        return -1;
    if (mu_store_migrate(s, err) < 0)
        return -1;
    return mu_sql_exec(s, s->mode == MU_STORE_READ ? reader_cache : cache, err);
}

int mu_store_open(const char *uri, enum mu_store_mode mode, struct mu_store **ret,
                  struct mu_err *err)
{
    const char *path = "";
    if (path_of(uri, &path, err) < 0 || check_path(path, mode, err) < 0)
        return -1;
    struct mu_store *s = mu_xcalloc(1, sizeof(*s));
    s->path = mu_xstrdup(path);
    s->file = mu_xcalloc(1, strlen(path) + 3);
    /* ":memory:" and "file:x" are plain names to us; "./" takes the magic out of them. */
    memcpy(s->file, "./", 2);
    memcpy(s->file + (path[0] == '/' ? 0 : 2), path, strlen(path) + 1);
    s->mode = mode;
    s->busy_ms = MU_SQL_BUSY_MS;
    if (connect_file(s, err) < 0) {
        mu_store_close(s);
        return -1;
    }
    *ret = s;
    return 0;
}

void mu_store_close(struct mu_store *s)
{
    if (!s)
        return;
    if (s->pull)
        mu_pull_free(s->pull);
    mu_sql_forget(s);
    /* Iterators that are still open keep the connection until they are closed. */
    sqlite3_close_v2(s->db);
    free(s->path);
    free(s->file);
    free(s);
}

const char *mu_store_path(const struct mu_store *s)
{
    return s->path;
}

bool mu_store_writable(const struct mu_store *s)
{
    return s->mode == MU_STORE_WRITE;
}

static int64_t file_bytes(const char *file, const char *suffix)
{
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT(PATH_BYTES_MAX + 8);
    struct stat st;
    mu_buf_printf(&path, "%s%s", file, suffix);
    return stat(path.data, &st) == 0 ? (int64_t)st.st_size : 0;
}

int64_t mu_store_bytes(const struct mu_store *s)
{
    return file_bytes(s->file, "") + file_bytes(s->file, "-wal");
}

int mu_store_spare(struct mu_store *s, struct mu_err *err)
{
    return mu_sql_exec(s, spare_cache, err);
}

void mu_store_rest(struct mu_store *s)
{
    sqlite3_db_release_memory(s->db);
}

void mu_store_share_memory(void)
{
    sqlite3_soft_heap_limit64(SHARED_MEMORY_BYTES);
}

void mu_store_settle(struct mu_store *s)
{
    int patience = s->busy_ms;
    if (file_bytes(s->file, "-wal") < WAL_BYTES_KEPT)
        return;
    s->busy_ms = 0;
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    s->busy_ms = patience;
}

/*
 * A name for a file: letters and digits stay, a space is a dash, the rest is %XX, so that other
 * names stay other names.
 */
static void slug(const char *what, struct mu_buf *to)
{
    for (const char *c = what; *c; c++) {
        if (isalnum((unsigned char)*c) || *c == '-' || *c == '_')
            mu_buf_addc(to, *c);
        else if (*c == ' ')
            mu_buf_addc(to, '-');
        else
            mu_buf_printf(to, "%%%02X", (unsigned char)*c);
    }
}

static int lock_path(struct mu_store *s, const char *what, struct mu_buf *path, struct mu_err *err)
{
    mu_buf_printf(path, "%s.", s->file);
    slug(what, path);
    mu_buf_adds(path, ".lock");
    if (path->full || strlen(what) > LOCK_NAME_MAX)
        return mu_fail(err, MU_E_LIMIT, "the name of the lock is too long: %.64s...", what);
    return 0;
}

int mu_store_lock(struct mu_store *s, const char *what, int wait_s, struct mu_lock **ret,
                  struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT(PATH_BYTES_MAX + LOCK_NAME_MAX);
    return lock_path(s, what, &path, err) < 0 ? -1 : mu_lock(path.data, wait_s, ret, err);
}

int mu_store_share(struct mu_store *s, const char *what, int wait_s, struct mu_lock **ret,
                   struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT(PATH_BYTES_MAX + LOCK_NAME_MAX);
    return lock_path(s, what, &path, err) < 0 ? -1 : mu_lock_share(path.data, wait_s, ret, err);
}
