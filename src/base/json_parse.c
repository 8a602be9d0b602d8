/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json-c documents from text. json-c's own parser isn't used: in strict mode 0.16 still takes NaN,
 * Infinity, `1.`, `-01`, keys in single quotes and raw control characters in strings; it cuts a key
 * at \u0000, and an integer beyond 64 bits silently becomes the largest one.
 */
#include "base/json.h"

#include <string.h>

#include "base/doc.h"
#include "base/str.h"

/* Position behind the digits at i; i itself when there are none. */
static size_t skip_digits(const char *s, size_t len, size_t i)
{
    while (i < len && s[i] >= '0' && s[i] <= '9')
        i++;
    return i;
}

size_t mu_json_number_len(const char *s, size_t len, bool *ret_integer)
{
    size_t start = len > 0 && s[0] == '-';
    size_t i = skip_digits(s, len, start);
    if (i == start || (s[start] == '0' && i - start > 1))
        return 0;
    *ret_integer = true;
    if (i < len && s[i] == '.') {
        *ret_integer = false;
        start = i + 1;
        i = skip_digits(s, len, start);
        if (i == start)
            return 0;
    }
    if (i < len && (s[i] == 'e' || s[i] == 'E')) {
        *ret_integer = false;
        start = i + 1;
        start += start < len && (s[start] == '+' || s[start] == '-');
        i = skip_digits(s, len, start);
        if (i == start)
            return 0;
    }
    return i;
}

int mu_json_parse(const char *text, size_t len, struct json_object **ret, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *doc;
    if (mu_doc_parse(arena, text, len, &doc, err) < 0)
        return -1;
    *ret = mu_doc_json(doc);
    return 0;
}

struct json_object *mu_json_number(const char *text, size_t len)
{
    bool integer;
    if (len == 0 || mu_json_number_len(text, len, &integer) != len)
        return NULL;
    char *copy = mu_xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    long long value;
    struct json_object *number;
    if (integer && mu_parse_int(copy, INT64_MIN, INT64_MAX, &value))
        number = json_object_new_int64(value);
    else
        number = json_object_new_double_s(strtod(copy, NULL), copy);
    free(copy);
    if (!number)
        mu_oom();
    return number;
}
