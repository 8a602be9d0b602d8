/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document that a site or a person writes. The first byte says which: t tools, c checks of an audit,
 * s where gifts are told, a a checklist of access, w the answers to one, k a line of cron. What is
 * taken is sound; what isn't is refused with a text.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/access.h"
#include "audit/checks.h"
#include "audit/sends.h"
#include "base/str.h"
#include "engine/schedule.h"
#include "serve/tool.h"

static void tools(struct mu_arena *arena, const char *text, size_t len, struct mu_err *err)
{
    static const char *const runs[] = {"call", "people", "gift", NULL};
    const struct mu_tools *got = NULL;
    if (mu_tools_parse(arena, "fuzz.yaml", text, len, runs, &got, err) < 0)
        return;
    mu_assert(got->count <= MU_TOOLS_MAX);
    for (size_t i = 0; i < got->count; i++) {
        const struct mu_tool *t = &got->list[i];
        mu_assert(*t->name && strlen(t->name) <= MU_TOOL_NAME_MAX);
        mu_assert(t->arg_count <= MU_TOOL_ARGS_MAX);
        for (size_t a = 0; a < t->arg_count; a++)
            mu_assert(mu_tool_arg(t, t->args[a].name) == &t->args[a]);
    }
}

static void cron(struct mu_arena *arena, const char *text, size_t len, struct mu_err *err)
{
    struct mu_schedule s;
    const struct mu_y y = {
        .type = MU_Y_SCALAR, .file = "fuzz", .text = mu_strndup(arena, text, len)};
    if (mu_schedule_read(0, &y, &s, err) < 0)
        return;
    int64_t at = 1795000000;
    for (int i = 0; i < 3; i++) {
        int64_t next = mu_schedule_next(&s, at, at);
        mu_assert(next > at && next % 60 == 0);
        at = next;
    }
}

static void file(struct mu_arena *arena, char kind, const char *path, struct mu_err *err)
{
    size_t count = 0;
    struct mu_checklist list = {.system = "sendoso"};
    switch (kind) {
    case 'c':
        mu_checks_load_file(arena, path, &count, err);
        mu_assert(count <= MU_CHECKS_MAX);
        break;
    case 's':
        mu_sends_check_file(arena, path, &count, err);
        break;
    case 'a':
        if (mu_access_load(arena, path, &list, err) < 0)
            break;
        for (size_t i = 0; i < list.count; i++)
            mu_assert(*list.list[i].id && list.list[i].result == MU_ACCESS_UNKNOWN);
        break;
    default: {
        struct mu_requirement one = {.system = "sendoso", .id = "A-1", .title = "x"};
        list.list = &one;
        list.count = 1;
        one.result = MU_ACCESS_UNKNOWN;
        mu_access_answer(arena, path, &list, 1, err);
    }
    }
}

/* Those that are read from a file alone, which is in memory. */
static void with_file(struct mu_arena *arena, char kind, const char *text, size_t len,
                      struct mu_err *err)
{
    char path[64];
    int fd = memfd_create("document", MFD_CLOEXEC);
    mu_assert(fd >= 0 && write(fd, text, len) == (ssize_t)len);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    file(arena, kind, path, err);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    if (data[0] == 't')
        tools(arena, text, size - 1, &err);
    else if (data[0] == 'k')
        cron(arena, text, size - 1, &err);
    else
        with_file(arena, (char)data[0], text, size - 1, &err);
    mu_assert(mu_utf8_ok(err.text, strlen(err.text)));
    return 0;
}
