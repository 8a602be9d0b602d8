/* SPDX-License-Identifier: Apache-2.0 */
/* An operation shown as LDIF and read back by libldap: the same names and values, no line more. */
#include "fuzz.h"

#include <ldap.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <ldif.h> /* after stdio.h: it needs FILE and doesn't say so */

#include "adapter/ldap/ldap_private.h"
#include "adapter/ldap/ldif.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

/* The next line of the record that says something; NULL: its end. */
static char *next_line(char **at)
{
    char *line = ldif_getline(at);
    while (line && (line[0] == '#' || strcmp(line, "-") == 0))
        line = ldif_getline(at);
    return line;
}

static void expect(char **at, const char *type, const char *bytes, size_t len)
{
    struct berval got_type, got;
    int freed = 0;
    char *line = next_line(at);

    mu_assert(line != NULL && ldif_parse_line2(line, &got_type, &got, &freed) == 0);
    mu_assert(strlen(type) == got_type.bv_len && strcmp(got_type.bv_val, type) == 0);
    mu_assert(got.bv_len == len && memcmp(got.bv_val, bytes, len) == 0);
    if (freed)
        ber_memfree(got.bv_val);
}

static void expect_text(char **at, const char *type, const char *text)
{
    expect(at, type, text, strlen(text));
}

static void expect_values(char **at, const char *attr, const struct mu_value *values, size_t count)
{
    for (size_t i = 0; i < count && !mu_ldap_is_secret(attr); i++)
        expect(at, attr, values[i].bytes, values[i].len);
}

static void expect_change(char **at, const char *how, const char *attr,
                          const struct mu_value *values, size_t count)
{
    if (count == 0)
        return;
    expect_text(at, how, attr);
    expect_values(at, attr, values, count);
}

static void expect_changes(char **at, const struct mu_op *op)
{
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        if (op->verb == MU_OP_CREATE) {
            expect_values(at, c->attr, c->add, c->add_count);
        } else {
            expect_change(at, "delete", c->attr, c->remove, c->remove_count);
            expect_change(at, "add", c->attr, c->add, c->add_count);
        }
    }
}

static void check(const struct mu_op *op, char *text)
{
    char *at = text;

    if (!mu_verb_writes(op->verb)) {
        mu_assert(next_line(&at) == NULL);
        return;
    }
    expect_text(&at, "dn", op->name);
    if (op->verb == MU_OP_CREATE || op->verb == MU_OP_MODIFY) {
        expect_text(&at, "changetype", op->verb == MU_OP_CREATE ? "add" : "modify");
        expect_changes(&at, op);
        mu_assert(next_line(&at) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_op op = {0};

    if (mu_op_read(arena, (const char *)data, size, &op, &err) < 0)
        return 0;
    mu_ldif_op(&op, &text);
    mu_assert(mu_ends(text.data, "\n\n"));
    check(&op, text.data);
    return 0;
}
