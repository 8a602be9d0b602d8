/* SPDX-License-Identifier: Apache-2.0 */
/* Path and query of a request, decoded. */
#include "serve/target.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

enum { SHOWN = 60 };

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int low = c | 0x20;
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static int bad_text(struct mu_arena *arena, const char *s, size_t len, const char *what,
                    struct mu_err *err)
{
    return mu_fail(err, MU_E_USAGE, "'%s': %s", mu_printable(arena, s, len, SHOWN), what);
}

/* plus: "+" is a blank, as in a query. */
static int decode(struct mu_arena *arena, const char *s, size_t len, bool plus, const char **ret,
                  struct mu_err *err)
{
    char *to = mu_alloc(arena, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == '%') {
            int high = len - i > 2 ? nibble(s[i + 1]) : -1;
            int low = high >= 0 ? nibble(s[i + 2]) : -1;
            if (low < 0)
                return bad_text(arena, s, len,
                                "a percent sign must be followed by two hexadecimal digits; a "
                                "plain one is %25",
                                err);
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        to[n++] = c;
    }
    if (!mu_utf8_ok(to, n))
        return bad_text(arena, s, len, "not UTF-8, or it holds a NUL", err);
    *ret = to;
    return 0;
}

static size_t pairs_at_most(const char *text, size_t len)
{
    size_t n = 1;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '&';
    return n < MU_QUERY_MAX ? n : MU_QUERY_MAX;
}

int mu_query_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_pair **ret,
                   size_t *ret_count, struct mu_err *err)
{
    struct mu_pair *pairs = mu_alloc_array(arena, pairs_at_most(text, len), sizeof(*pairs));
    size_t count = 0;
    for (const char *at = text, *end = text + len; at < end;) {
        const char *amp = memchr(at, '&', (size_t)(end - at));
        const char *stop = amp ? amp : end;
        const char *eq = memchr(at, '=', (size_t)(stop - at));
        const char *name_end = eq ? eq : stop;
        if (stop > at && count == MU_QUERY_MAX)
            return mu_fail(err, MU_E_LIMIT, "more than %d parameters in the query", MU_QUERY_MAX);
        if (stop > at) {
            struct mu_pair *p = &pairs[count++];
            p->value = "";
            if (decode(arena, at, (size_t)(name_end - at), true, &p->name, err) < 0 ||
                (eq && decode(arena, eq + 1, (size_t)(stop - eq - 1), true, &p->value, err) < 0))
                return mu_wrap(err, "query");
        }
        at = stop + 1;
    }
    *ret = pairs;
    *ret_count = count;
    return 0;
}

static int add_segment(struct mu_arena *arena, const char *s, size_t len, struct mu_target *t,
                       struct mu_err *err)
{
    if (t->segment_count == MU_SEGMENTS_MAX)
        return mu_fail(err, MU_E_LIMIT, "more than %d parts in the path", MU_SEGMENTS_MAX);
    const char **to = &t->segments[t->segment_count];
    if (len == 0)
        return mu_fail(err, MU_E_USAGE, "path: an empty part between two slashes");
    if (decode(arena, s, len, false, to, err) < 0)
        return mu_wrap(err, "path");
    if (mu_streq(*to, ".") || mu_streq(*to, ".."))
        return mu_fail(err, MU_E_USAGE, "path: '%s' is not a part of any path here", *to);
    t->segment_count++;
    return 0;
}

static int parse_path(struct mu_arena *arena, const char *path, size_t len, struct mu_target *t,
                      struct mu_err *err)
{
    if (len == 0 || path[0] != '/')
        return mu_fail(err, MU_E_USAGE, "path: it must begin with a slash");
    const char *at = path + 1, *end = path + len;
    while (at < end) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const char *stop = slash ? slash : end;
        if (add_segment(arena, at, (size_t)(stop - at), t, err) < 0)
            return -1;
        t->slash_at_end = slash && slash + 1 == end;
        at = stop + 1;
    }
    return 0;
}

int mu_target_parse(struct mu_arena *arena, const char *target, struct mu_target *ret,
                    struct mu_err *err)
{
    struct mu_target t = {.segment_count = 0};
    size_t path_len = strcspn(target, "?");
    if (strlen(target) > MU_TARGET_MAX)
        return mu_fail(err, MU_E_LIMIT, "the target is longer than %d bytes", MU_TARGET_MAX);
    if (parse_path(arena, target, path_len, &t, err) < 0)
        return -1;
    const char *query = target + path_len + (target[path_len] == '?');
    if (mu_query_parse(arena, query, strlen(query), &t.query, &t.query_count, err) < 0)
        return -1;
    t.parsed = true;
    *ret = t;
    return 0;
}

void mu_percent_into(struct mu_buf *to, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if ((c < 0x80 && isalnum(c)) || strchr("-._~", c)) {
            mu_buf_addc(to, *s);
            continue;
        }
        mu_buf_addc(to, '%');
        mu_buf_addc(to, hex[c >> 4]);
        mu_buf_addc(to, hex[c & 15]);
    }
}
