/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An audit of any entries, from the store and back. Each line is one: a letter for its kind (u g r m),
 * then its body; what is no JSON object stays out, as in a pull. Whatever is found, it can be told: the
 * reports that are JSON are JSON.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/doc.h"
#include "base/str.h"

enum { LINES_MAX = 64, ROUNDS = 200 };

static char dir[32];
static char path[sizeof(dir) + 16];
static struct mu_store *store;
static int rounds;

static void end(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".key"};
    char file[sizeof(path) + 8];
    mu_store_close(store);
    store = NULL;
    for (size_t i = 0; i < MU_LEN(suffixes); i++) {
        snprintf(file, sizeof(file), "%s%s", path, suffixes[i]);
        unlink(file);
    }
    rmdir(dir);
}

/* A new store now and then: its history grows. */
static void begin(void)
{
    struct mu_err err = MU_ERR_INIT;
    if (store && ++rounds % ROUNDS)
        return;
    if (store)
        end();
    else
        atexit(end);
    /* in memory where there is such a place: a disk takes longer than all the rest */
    snprintf(dir, sizeof(dir), "%s/muster-fuzz.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    mu_assert(setenv("MUSTER_MAPPINGS", MU_TEST_DATA "/../mappings", 1) == 0);
    mu_assert(mkdtemp(dir) != NULL);
    snprintf(path, sizeof(path), "%s/s.db", dir);
    mu_assert(mu_store_open(path, MU_STORE_WRITE, &store, &err) == 0);
}

static void put(struct mu_pull *pull, struct mu_arena *arena, const char *line, int number)
{
    static const char letters[] = "ugrm";
    const struct mu_doc *doc;
    struct mu_err err = MU_ERR_INIT;
    const char *letter = *line ? strchr(letters, *line) : NULL;
    enum mu_put how;
    bool equal;
    if (!letter || mu_doc_parse(arena, line + 1, strlen(line + 1), &doc, &err) < 0 ||
        doc->type != MU_DOC_OBJECT)
        return;
    struct mu_entry entry = {.kind = (enum mu_kind)(letter - letters),
                             .id = mu_printf(arena, *letter == 'm' ? "%d/1" : "%d", number),
                             .body = line + 1,
                             .body_len = strlen(line + 1),
                             .raw = "{}",
                             .raw_len = 2};
    mu_assert(mu_pull_put(pull, &entry, &how, &equal, &err) == 0);
}

static void pull(struct mu_arena *arena, char *text)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot snap;
    struct mu_pull *p;
    char *rest = text;
    mu_assert(mu_pull_begin(store, "hr", "m", &p, &err) == 0);
    for (int i = 1; i < LINES_MAX && rest; i++)
        put(p, arena, strsep(&rest, "\n"), i);
    mu_assert(mu_pull_finish(p, MU_COMPLETE, "{}", arena, &snap, &err) == 0);
}

static void reports(struct mu_arena *arena, const struct mu_audit *audit)
{
    static void (*const json[])(const struct mu_audit *, struct mu_buf *) = {mu_audit_json,
                                                                             mu_audit_sarif};
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc;
    for (size_t i = 0; i < MU_LEN(json); i++) {
        mu_buf_reset(&to);
        json[i](audit, &to);
        mu_assert(mu_doc_parse(arena, to.data, to.len, &doc, &err) == 0);
    }
    mu_buf_reset(&to);
    mu_audit_html(audit, &to);
    mu_audit_text(audit, false, &to);
    mu_audit_prometheus(audit, &to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mu_account_def accounts[] = {{.name = "hr"}};
    const struct mu_config config = {
        .file = "muster.yaml", .accounts = accounts, .account_count = MU_LEN(accounts)};
    const struct mu_audit_options options = {.account = "hr", .now = 1795000000};
    const struct mu_audit *audit = NULL;
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    begin();
    pull(arena, mu_strndup(arena, (const char *)data, strnlen((const char *)data, size)));
    if (mu_audit_run(store, &config, &options, arena, NULL, &audit, &err) < 0)
        mu_assert(mu_utf8_ok(err.text, strlen(err.text)) && *err.text);
    else
        reports(arena, audit);
    return 0;
}
