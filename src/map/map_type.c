/* SPDX-License-Identifier: Apache-2.0 */
/* The types of the mapping language: which JSON values they take, and how the text of one is
 * checked. */
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "map/map_private.h"
#include "model/number.h"

enum {
    STRING = 1 << MU_DOC_TEXT,
    INT = 1 << MU_DOC_INT,
    REAL = 1 << MU_DOC_REAL,
    BOOL = 1 << MU_DOC_BOOL
};

/* 1.23E+10 is what a spreadsheet leaves of a long id; many people would share it. */
static bool is_rounded(const char *text)
{
    size_t digits = strspn(text, "0123456789.,");
    return digits > 0 && mu_starts(text + digits, "E+") && text[digits + 2] != '\0' &&
           text[digits + 2 + strspn(text + digits + 2, "0123456789")] == '\0';
}

static int check_id(struct mu_arena *arena, struct mu_text *text)
{
    (void)arena;
    return text->len <= MU_ID_MAX && !is_rounded(text->s) ? 0 : -1;
}

static int check_integer(struct mu_arena *arena, struct mu_text *text)
{
    (void)arena;
    return mu_integer_ok(text->s) ? 0 : -1;
}

/* Kept as it is written, exponent included: a rewritten amount is somebody's bug report. */
static int check_decimal(struct mu_arena *arena, struct mu_text *text)
{
    size_t mantissa = strcspn(text->s, "eE");
    if (text->s[mantissa] == '\0')
        return mu_number_ok(text->s) ? 0 : -1;
    const char *exponent = text->s + mantissa + 1;
    exponent += *exponent == '+' || *exponent == '-';
    bool whole = *exponent != '-' && mu_integer_ok(exponent);
    return whole && mu_number_ok(mu_strndup(arena, text->s, mantissa)) ? 0 : -1;
}

static int check_bool(struct mu_arena *arena, struct mu_text *text)
{
    (void)arena;
    return mu_streq(text->s, "true") || mu_streq(text->s, "false") ? 0 : -1;
}

static int check_time(struct mu_arena *arena, struct mu_text *text)
{
    char canonical[MU_TIME_TEXT];
    if (!mu_time_parse(text->s, canonical, NULL))
        return -1;
    text->len = strlen(canonical);
    text->s = mu_strndup(arena, canonical, text->len);
    return 0;
}

static void trim_blanks(struct mu_arena *arena, struct mu_text *text)
{
    static const char blanks[] = " \t\r\n";
    size_t head = strspn(text->s, blanks), len = text->len;
    while (len > head && strchr(blanks, text->s[len - 1]) != NULL)
        len--;
    if (len - head != text->len)
        *text = (struct mu_text){mu_strndup(arena, text->s + head, len - head), len - head};
}

static int check_email(struct mu_arena *arena, struct mu_text *text)
{
    trim_blanks(arena, text);
    if (text->len == 0)
        return 0;
    const char *at = memchr(text->s, '@', text->len);
    if (at == NULL || at == text->s || at[1] == '\0' || strchr(at + 1, '@') != NULL)
        return -1;
    for (const unsigned char *p = (const unsigned char *)text->s; *p != '\0'; p++)
        if (*p <= ' ' || *p == 0x7f || strchr("<>,;", *p) != NULL)
            return -1;
    return 0;
}

static const struct mu_type types[] = {
    {"text", "text", STRING | INT | REAL | BOOL, NULL},
    {"id", "an id (integer or text of at most 512 bytes)", STRING | INT, check_id},
    {"integer", "an integer", STRING | INT, check_integer},
    {"decimal", "a decimal (number or text such as 12.50)", STRING | INT | REAL, check_decimal},
    {"bool", "true or false", STRING | BOOL, check_bool},
    {"time", "a time (RFC 3339, such as 2024-03-02T08:15:00-07:00)", STRING, check_time},
    {"email", "an e-mail address (one @, no blanks, none of <>,;)", STRING, check_email},
    {"enum", "a word", STRING | INT | BOOL, NULL},
};

static const char *const type_names[] = {"text", "id",   "integer", "decimal",
                                         "bool", "time", "email",   "enum"};

const struct mu_type *mu_type_find(const char *name)
{
    for (size_t i = 0; i < MU_LEN(types); i++)
        if (mu_streq(types[i].name, name))
            return &types[i];
    return NULL;
}

const struct mu_type *mu_type_text(void)
{
    return &types[0];
}

const char *const *mu_type_names(size_t *ret_count)
{
    *ret_count = MU_LEN(type_names);
    return type_names;
}

const char *mu_doc_type_word(const struct mu_doc *value)
{
    static const char *const words[] = {
        [MU_DOC_NULL] = "null",       [MU_DOC_BOOL] = "true or false", [MU_DOC_INT] = "a number",
        [MU_DOC_REAL] = "a number",   [MU_DOC_TEXT] = "text",          [MU_DOC_LIST] = "a list",
        [MU_DOC_OBJECT] = "an object"};
    return words[value != NULL ? value->type : MU_DOC_NULL];
}

int mu_type_check(const struct mu_type *type, struct mu_arena *arena, struct mu_text *text,
                  const char **ret_why)
{
    if (text->len > MU_TEXT_MAX) {
        *ret_why = mu_printf(arena, "longer than %d bytes", (int)MU_TEXT_MAX);
        return -1;
    }
    if (text->len > 0 && type->check != NULL && type->check(arena, text) < 0) {
        *ret_why = mu_printf(arena, "expected %s", type->expected);
        return -1;
    }
    return 0;
}

int mu_type_read(const struct mu_type *type, struct mu_arena *arena, const struct mu_doc *value,
                 struct mu_text *ret, const char **ret_why)
{
    if ((type->accepts & (1u << value->type)) == 0) {
        *ret_why = mu_printf(arena, "expected %s, got %s", type->expected, mu_doc_type_word(value));
        return -1;
    }
    if (value->type == MU_DOC_TEXT && memchr(value->text, '\0', value->len) != NULL) {
        *ret_why = "holds a NUL byte";
        return -1;
    }
    *ret = (struct mu_text){value->text, value->len};
    return mu_type_check(type, arena, ret, ret_why);
}
