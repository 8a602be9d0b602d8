/* SPDX-License-Identifier: Apache-2.0 */
/* Matching by the tables, part by part. A table is short: a walk is faster than anything clever. */
#include "serve/route.h"

#include <string.h>

#include "base/str.h"

enum { KNOWN_MAX = 64 };

static const char *join(struct mu_arena *arena, const struct mu_target *t, size_t from)
{
    struct mu_buf path = MU_BUF_INIT(MU_TARGET_MAX);
    for (size_t i = from; i < t->segment_count; i++)
        mu_buf_printf(&path, "%s%s", i > from ? "/" : "", t->segments[i]);
    const char *ret = mu_strdup(arena, path.data);
    mu_buf_done(&path);
    return ret;
}

/* One part of the pattern, which ends at a slash or the end. */
static bool part_matches(const char *part, size_t len, const char *segment)
{
    return strlen(segment) == len && memcmp(part, segment, len) == 0;
}

static bool matches(struct mu_arena *arena, const char *pattern, const struct mu_target *t,
                    const char *args[MU_ROUTE_ARGS_MAX])
{
    size_t i = 0, arg = 0;
    for (const char *at = pattern + 1; *at; i++) {
        size_t len = strcspn(at, "/");
        bool open = *at == '{';
        if (open && at[len - 2] == '*') {
            args[arg] = join(arena, t, i);
            return true;
        }
        if (i == t->segment_count || (!open && !part_matches(at, len, t->segments[i])))
            return false;
        if (open)
            args[arg++] = t->segments[i];
        at += len + (at[len] == '/');
    }
    return i == t->segment_count;
}

/* Several patterns may fit a path. */
static void allow(struct mu_buf *to, const char *method)
{
    size_t len = strlen(method);
    for (const char *at = to->data; (at = strstr(at, method)); at += len)
        if ((at == to->data || at[-1] == ' ') && at[len] == ',')
            return;
    mu_buf_printf(to, "%s, ", method);
    if (mu_streq(method, "GET"))
        mu_buf_adds(to, "HEAD, ");
}

static int no_path(struct mu_arena *arena, const struct mu_route *const *tables,
                   const struct mu_target *t, struct mu_err *err)
{
    const char *known[KNOWN_MAX];
    size_t count = 0;
    for (; *tables; tables++)
        for (const struct mu_route *r = *tables; r->method && count < KNOWN_MAX; r++)
            known[count++] = r->pattern;
    const char *path = mu_printf(arena, "/%s", join(arena, t, 0));
    const char *near = mu_nearest(path, known, count);
    return mu_fail(
        err, MU_E_MISSING, "no path '%s' here; %s%s", mu_printable(arena, path, strlen(path), 100),
        near ? "did you mean " : "/docs tells people what there is, /openapi.json programs",
        near ? near : "");
}

int mu_route_find(struct mu_arena *arena, const struct mu_route *const *tables, const char *method,
                  const struct mu_target *target, const struct mu_route **ret,
                  const char *args[MU_ROUTE_ARGS_MAX], const char **ret_allow, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf methods = MU_BUF_INIT(256);
    for (const struct mu_route *const *table = tables; *table; table++) {
        for (const struct mu_route *r = *table; r->method; r++) {
            if (!matches(arena, r->pattern, target, args))
                continue;
            if (mu_streq(r->method, method)) {
                *ret = r;
                return 0;
            }
            allow(&methods, r->method);
        }
    }
    if (methods.len == 0)
        return no_path(arena, tables, target, err);
    mu_buf_adds(&methods, "OPTIONS");
    *ret_allow = mu_strdup(arena, methods.data);
    return mu_fail(err, MU_E_UNSUPPORTED, "this path doesn't know the method %.20s; it knows %s",
                   method, *ret_allow);
}
