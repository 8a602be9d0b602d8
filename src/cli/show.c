/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, times and documents on their way to stdout. */
#include "cli/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"

enum { SAFE_MAX = 4096 };

const char *mu_show_number(int64_t n, char to[MU_SHOW_NUMBER])
{
    char digits[MU_SHOW_NUMBER];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, n);
    size_t out = 0;
    for (int i = 0; i < len && out + 2 < MU_SHOW_NUMBER; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            to[out++] = ',';
        to[out++] = digits[i];
    }
    to[out] = '\0';
    return to;
}

const char *mu_show_some(struct mu_arena *arena, int64_t n, const char *one, const char *many)
{
    char number[MU_SHOW_NUMBER];
    return mu_printf(arena, "%s %s", mu_show_number(n, number), n == 1 ? one : many);
}

const char *mu_show_bytes(struct mu_arena *arena, int64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1000 && unit + 1 < MU_LEN(units); unit++)
        value /= 1000;
    return mu_printf(arena, unit > 0 && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

const char *mu_show_time(struct mu_arena *arena, int64_t unix_s)
{
    char text[MU_TIME_TEXT];
    return unix_s ? mu_strdup(arena, mu_time_text(unix_s, text)) : "";
}

const char *mu_show_safe(struct mu_arena *arena, const char *text)
{
    return text ? mu_printable(arena, text, strlen(text), SAFE_MAX) : "";
}

void mu_show_flush(struct mu_buf *buf)
{
    fwrite(buf->data, 1, buf->len, stdout);
    mu_buf_reset(buf);
}

void mu_show_document(struct mu_buf *buf)
{
    mu_buf_addc(buf, '\n');
    mu_show_flush(buf);
}
