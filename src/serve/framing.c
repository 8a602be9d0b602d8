/* SPDX-License-Identifier: Apache-2.0 */
/* Which headers are refused whatever they ask for. */
#include "serve/framing.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

/* Those that may stand once only. */
static const char *const single[] = {"Host", "Content-Length", "Transfer-Encoding",
                                     "Authorization"};
enum { LENGTH = 1, CODING = 2, SINGLES = MU_LEN(single) };

struct framing {
    unsigned seen[SINGLES];
    const char *why; /* NULL: nothing wrong so far */
};

/* RFC 9110, 5.6.2. */
static bool is_name(const char *s, size_t len)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)s[i]) && (!s[i] || !strchr(marks, s[i])))
            return false;
    }
    return len > 0;
}

static bool is_value(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f)
            return false;
    }
    return true;
}

static enum MHD_Result look(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len)
{
    struct framing *f = arg;
    (void)kind;
    if (!is_name(name, name_len))
        f->why = "a header has no name, or one that is none";
    else if (value && !is_value(value, value_len))
        f->why = "a header holds a control character";
    for (size_t i = 0; i < SINGLES; i++) {
        if (strlen(single[i]) != name_len || strncasecmp(single[i], name, name_len) != 0)
            continue;
        if (++f->seen[i] > 1)
            f->why =
                "Host, Content-Length, Transfer-Encoding and Authorization may stand once only";
        if (i == CODING && (!value || strcasecmp(value, "chunked") != 0))
            f->why = "Transfer-Encoding: only chunked is understood";
    }
    return f->why ? MHD_NO : MHD_YES;
}

int framing_check(struct MHD_Connection *conn, struct mu_err *err)
{
    struct framing f = {.why = NULL};
    MHD_get_connection_values_n(conn, MHD_HEADER_KIND, look, &f);
    if (!f.why && f.seen[LENGTH] && f.seen[CODING])
        f.why = "Content-Length and Transfer-Encoding contradict each other";
    return f.why ? mu_fail(err, MU_E_USAGE, "%s", f.why) : 0;
}
