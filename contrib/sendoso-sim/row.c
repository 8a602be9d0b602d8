/* SPDX-License-Identifier: Apache-2.0 */
/* JSON strings of rows. */
#include "row.h"

#include <stdio.h>

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

void sim_row_str(struct sim_row *row, const char *value)
{
    if (!value) {
        sim_row_raw(row, "null", 4);
        return;
    }
    sim_row_raw(row, "\"", 1);
    while (*value) {
        size_t plain = 0;
        while (value[plain] && is_plain(value[plain]))
            plain++;
        sim_row_raw(row, value, plain);
        value += plain;
        if (!*value)
            break;
        char escaped[8];
        int len = (unsigned char)*value < 0x20
                      ? snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned)*value)
                      : snprintf(escaped, sizeof(escaped), "\\%c", *value);
        sim_row_raw(row, escaped, (size_t)len);
        value++;
    }
    sim_row_raw(row, "\"", 1);
}
