/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a request's headers, as far as they go without a connection: tokens, passwords, codings. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "serve/auth.h"
#include "serve/gzip.h"

static char dir[] = "/tmp/muster-fuzz.XXXXXX";
static struct mu_store *store;

static void end(void)
{
    static const char *const files[] = {"s.db", "s.db-wal", "s.db-shm", "s.db.key", NULL};
    char path[sizeof(dir) + 16];
    mu_store_close(store);
    for (size_t i = 0; files[i]; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

/* A store with no token in it: nobody is let in. */
static void begin(void)
{
    struct mu_err err = MU_ERR_INIT;
    char path[sizeof(dir) + 16];
    if (store)
        return;
    mu_assert(mkdtemp(dir) != NULL);
    snprintf(path, sizeof(path), "%s/s.db", dir);
    mu_assert(mu_store_open(path, MU_STORE_WRITE, &store, &err) == 0);
    atexit(end);
}

static void show(struct mu_arena *arena, const char *header, const char *in_path)
{
    const struct mu_grant *grant = NULL;
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf challenge = MU_BUF_INIT(MU_BUF_MAX);
    mu_assert(mu_auth(store, arena, header, in_path, &grant, &err) < 0);
    mu_assert(err.code == MU_E_USAGE || err.code == MU_E_AUTH);
    mu_assert(strlen(header) < 12 || !strstr(err.text, header));
    mu_auth_challenge(&err, "read", &challenge);
    mu_assert(!memchr(challenge.data, '\n', challenge.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *text = mu_strndup(arena, (const char *)data, strnlen((const char *)data, size));
    begin();
    show(arena, text, NULL);
    show(arena, mu_auth_password(arena, text), NULL);
    show(arena, "", text);
    show(arena, text, text);
    const char *hidden = mu_bearer_hide(arena, text);
    mu_assert(!strstr(hidden, "muster_"));
    mu_assert(mu_streq(hidden, mu_bearer_hide(arena, hidden)));
    (void)mu_gzip_wanted(text);
    return 0;
}
