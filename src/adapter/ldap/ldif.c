/* SPDX-License-Identifier: Apache-2.0 */
/* LDIF by libldap's own writer, which knows what must be base64 and where lines fold. */
#include "adapter/ldap/ldif.h"

#include <ldap.h>
#include <stdio.h>
#include <string.h>

#include <ldif.h> /* after stdio.h: it needs FILE and doesn't say so */

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

static void add_line(struct mu_buf *to, const char *attr, const char *value, size_t len)
{
    char *line = ldif_put_wrap(LDIF_PUT_VALUE, attr, value, (ber_len_t)len, LDIF_LINE_WIDTH);
    mu_buf_adds(to, line ? line : "");
    ber_memfree(line);
}

static void add_text(struct mu_buf *to, const char *attr, const char *value)
{
    add_line(to, attr, value, strlen(value));
}

static void add_values(struct mu_buf *to, const char *attr, const struct mu_value *values,
                       size_t count)
{
    if (mu_ldap_is_secret(attr)) {
        mu_buf_printf(to, "# %s: %zu value%s not shown\n", attr, count, count == 1 ? "" : "s");
        return;
    }
    for (size_t i = 0; i < count; i++)
        add_line(to, attr, values[i].bytes, values[i].len);
}

static void add_name(struct mu_buf *to, const char *name)
{
    bool plain = true;
    for (const char *c = name; *c; c++)
        plain &= *c >= ' ' && *c < 0x7F;
    if (!plain) {
        mu_buf_adds(to, "# ");
        mu_printable_into(to, name, strlen(name), MU_DN_MAX);
        mu_buf_addc(to, '\n');
    }
    add_text(to, "dn", name);
}

static void add_change(struct mu_buf *to, const char *how, const char *attr,
                       const struct mu_value *values, size_t count)
{
    if (count == 0)
        return;
    add_text(to, how, attr);
    add_values(to, attr, values, count);
    mu_buf_adds(to, "-\n");
}

static void add_rename(struct mu_buf *to, const struct mu_op *op)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_err bad = MU_ERR_INIT;
    const char *rdn = op->new_name, *parent = "";
    mu_dn_split(arena, op->new_name, &rdn, &parent, &bad);
    add_text(to, "changetype", "modrdn");
    add_text(to, "newrdn", rdn);
    add_text(to, "deleteoldrdn", "1");
    if (*parent)
        add_text(to, "newsuperior", parent);
    mu_arena_free(arena);
}

/* What the server sees nothing of, as a comment. */
static void add_comment(struct mu_buf *to, const char *what, const char *text)
{
    mu_buf_printf(to, "# %s: ", what);
    if (text)
        mu_printable_into(to, text, strlen(text), MU_DN_MAX);
    mu_buf_adds(to, "\n\n");
}

void mu_ldif_op(const struct mu_op *op, struct mu_buf *to)
{
    if (!mu_verb_writes(op->verb)) {
        bool manual = op->verb == MU_OP_MANUAL;
        add_comment(to, manual ? "by hand" : mu_verb_name(op->verb), manual ? op->note : op->name);
        return;
    }
    add_name(to, op->name);
    if (op->verb == MU_OP_CREATE)
        add_text(to, "changetype", "add");
    else if (op->verb == MU_OP_MODIFY)
        add_text(to, "changetype", "modify");
    else if (op->verb == MU_OP_RENAME)
        add_rename(to, op);
    else
        add_text(to, "changetype", "delete");
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        if (op->verb == MU_OP_CREATE) {
            add_values(to, c->attr, c->add, c->add_count);
        } else if (op->verb == MU_OP_MODIFY) {
            add_change(to, "delete", c->attr, c->remove, c->remove_count);
            add_change(to, "add", c->attr, c->add, c->add_count);
        }
    }
    mu_buf_addc(to, '\n');
}
