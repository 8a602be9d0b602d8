/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names through libldap, and keys for them with a short way for the plain ones. */
#include "adapter/ldap/dn.h"

#include <ldap.h>
#include <stdio.h>
#include <string.h>

#include "adapter/ldap/match.h"
#include "base/str.h"

enum { PARTS_MAX = 16, SHOWN_MAX = 120 };

/* UTF-8 stays readable: without the second flag libldap writes every such byte as \XX. */
static const unsigned print_flags = LDAP_DN_FORMAT_LDAPV3 | LDAP_DN_PRETTY;
/* As slapd reads names: RFC 4514, and the quotes and semicolons of its ancestors. */
static const unsigned parse_flags = LDAP_DN_FORMAT_LDAP;

/* ---- keys ---- */

/* RFC 4514, section 3: a type may be written as any of its names or its OID. The ones that name
 * entries: */
static const struct {
    const char *other, *name;
} aliases[] = {
    {"commonname", "cn"},
    {"2.5.4.3", "cn"},
    {"userid", "uid"},
    {"0.9.2342.19200300.100.1.1", "uid"},
    {"organizationalunitname", "ou"},
    {"2.5.4.11", "ou"},
    {"domaincomponent", "dc"},
    {"0.9.2342.19200300.100.1.25", "dc"},
    {"organizationname", "o"},
    {"2.5.4.10", "o"},
    {"countryname", "c"},
    {"2.5.4.6", "c"},
    {"localityname", "l"},
    {"2.5.4.7", "l"},
    {"stateorprovincename", "st"},
    {"2.5.4.8", "st"},
    {"surname", "sn"},
    {"2.5.4.4", "sn"},
    {"rfc822mailbox", "mail"},
    {"0.9.2342.19200300.100.1.3", "mail"},
};

/* Bytes that only libldap's parser understands (of control characters it drops the blanks at an
 * end, and keys have the others escaped); all others stand for themselves in a DN. */
static const bool needs_parser[256] = {
    [0 ... ' ' - 1] = true, ['\\'] = true, ['"'] = true, ['+'] = true,
    [';'] = true,           ['<'] = true,  ['>'] = true, ['#'] = true};

static void add_type(struct mu_buf *to, const char *s, size_t len)
{
    enum { SHORTEST_ALIAS = 6 };
    size_t at = to->len;
    mu_match_fold(MU_MATCH_IGNORE, s, len, to);
    const char *type = to->data + at;
    if (to->len - at < SHORTEST_ALIAS)
        return;
    if (mu_starts(type, "oid."))
        type += strlen("oid.");
    for (size_t i = 0; i < MU_LEN(aliases); i++) {
        if (strcmp(aliases[i].other, type) == 0) {
            mu_buf_cut(to, at);
            mu_buf_adds(to, aliases[i].name);
            return;
        }
    }
}

/* "#" begins a value as hexadecimal digits. libldap takes one without a digit and drops what stands
 * behind it up to the next RDN: that is no name, and must not become a shorter one. Nor is what has
 * more parts than anybody names things by. */
static bool is_sane(LDAPDN dn)
{
    for (size_t i = 0; dn && dn[i]; i++) {
        for (size_t j = 0; dn[i][j]; j++) {
            const LDAPAVA *part = dn[i][j];
            if (j == PARTS_MAX ||
                ((part->la_flags & LDAP_AVA_BINARY) && part->la_value.bv_len == 0))
                return false;
        }
    }
    return true;
}

/* False: it is no DN. */
static bool add_plain(const char *dn, size_t len, struct mu_buf *to)
{
    const char *end = dn + len;
    for (const char *at = dn;;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        if (!equals)
            return false;
        add_type(to, at, (size_t)(equals - at));
        mu_buf_addc(to, '=');
        mu_match_fold(MU_MATCH_IGNORE, equals + 1, (size_t)(stop - equals - 1), to);
        if (!comma)
            return true;
        mu_buf_addc(to, ',');
        at = comma + 1;
    }
}

static void add_escaped(struct mu_buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] < ' ') { /* among them blanks that a parser would drop */
            mu_buf_printf(to, "\\%02x", (unsigned)s[i]);
            continue;
        }
        if (strchr(",+;\"<>\\", s[i]) || (i == 0 && s[i] == '#'))
            mu_buf_addc(to, '\\');
        mu_buf_addc(to, s[i]);
    }
}

static void add_part(struct mu_buf *to, const LDAPAVA *part, struct mu_buf *scratch)
{
    add_type(to, part->la_attr.bv_val, part->la_attr.bv_len);
    mu_buf_addc(to, '=');
    if (part->la_flags & LDAP_AVA_BINARY) {
        mu_buf_addc(to, '#');
        for (ber_len_t i = 0; i < part->la_value.bv_len; i++)
            mu_buf_printf(to, "%02x", (unsigned)(unsigned char)part->la_value.bv_val[i]);
        return;
    }
    mu_buf_reset(scratch);
    mu_match_fold(MU_MATCH_IGNORE, part->la_value.bv_val, part->la_value.bv_len, scratch);
    add_escaped(to, scratch->data, scratch->len);
}

static int by_text(const void *a, const void *b)
{
    const struct mu_buf *x = a, *y = b;
    return strcmp(x->data, y->data);
}

/* The parts of an RDN are a set: they are put in the order of their keys. */
static void add_rdn(struct mu_buf *to, LDAPRDN rdn, struct mu_buf *scratch)
{
    struct mu_buf parts[PARTS_MAX];
    size_t count = 0;
    while (rdn[count]) {
        parts[count] = (struct mu_buf)MU_BUF_INIT(to->max);
        add_part(&parts[count], rdn[count], scratch);
        count++;
    }
    qsort(parts, count, sizeof(parts[0]), by_text);
    for (size_t i = 0; i < count; i++) {
        mu_buf_adds(to, i ? "+" : "");
        mu_buf_add(to, parts[i].data, parts[i].len);
        mu_buf_done(&parts[i]);
    }
}

static bool add_parsed(const char *dn, size_t len, struct mu_buf *to)
{
    MU_AUTO(buf) struct mu_buf scratch = MU_BUF_INIT(to->max);
    LDAPDN parsed = NULL;
    if (memchr(dn, '\0', len))
        return false;
    char *text = mu_xmalloc(len + 1); /* the parser wants a NUL at the end */
    memcpy(text, dn, len);
    text[len] = '\0';
    bool ok = ldap_str2dn(text, &parsed, parse_flags) == LDAP_SUCCESS && is_sane(parsed);
    for (size_t i = 0; ok && parsed && parsed[i]; i++) {
        mu_buf_adds(to, i ? "," : "");
        add_rdn(to, parsed[i], &scratch);
    }
    ldap_dnfree(parsed);
    free(text);
    return ok;
}

static bool is_plain(const char *dn, size_t len)
{
    bool parser = false;
    for (size_t i = 0; i < len; i++)
        parser |= needs_parser[(unsigned char)dn[i]];
    return !parser;
}

bool mu_dn_key_below(const char *dn, size_t len, const char *parent, const char *parent_key,
                     struct mu_buf *to)
{
    size_t before = to->len, below = strlen(parent);
    if (len < below + 2 || memcmp(dn + len - below, parent, below) != 0)
        return false;
    size_t front = len - below - 1;
    if (dn[front] != ',' || !is_plain(dn, front))
        return false;
    if (!add_plain(dn, front, to)) {
        mu_buf_cut(to, before);
        return false;
    }
    mu_buf_addc(to, ',');
    mu_buf_adds(to, parent_key);
    return true;
}

void mu_dn_key(const char *dn, size_t len, struct mu_buf *to)
{
    size_t before = to->len;
    if (len == 0)
        return;
    if (!is_plain(dn, len) ? add_parsed(dn, len, to) : add_plain(dn, len, to))
        return;
    mu_buf_cut(to, before);
    mu_match_fold(MU_MATCH_IGNORE, dn, len, to);
}

const char *mu_dn_key_dup(struct mu_arena *arena, const char *dn)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    mu_dn_key(dn, strlen(dn), &key);
    return mu_strndup(arena, key.data, key.len);
}

const char *mu_dn_key_parent(const char *key)
{
    for (; *key; key++) {
        if (*key == ',')
            return key + 1;
        if (*key == '\\' && key[1])
            key++;
    }
    return key;
}

/* ---- building and taking apart ---- */

static int refuse(struct mu_err *err, const char *dn, const char *why)
{
    MU_AUTO(buf) struct mu_buf shown = MU_BUF_INIT((size_t)4 * MU_DN_MAX);
    mu_printable_into(&shown, dn, strlen(dn), SHOWN_MAX);
    return mu_fail(err, MU_E_DATA, "%s: %s", shown.data, why);
}

/* *ret is the caller's, for ldap_dnfree; NULL for an empty DN. */
static int parse(const char *dn, LDAPDN *ret, struct mu_err *err)
{
    if (strlen(dn) > MU_DN_MAX)
        return refuse(err, dn, "longer than a name may be (MU_DN_MAX)");
    LDAPDN parsed = NULL;
    if (ldap_str2dn(dn, &parsed, parse_flags) == LDAP_SUCCESS && is_sane(parsed)) {
        *ret = parsed;
        return 0;
    }
    ldap_dnfree(parsed);
    return refuse(err, dn, "not a distinguished name (RFC 4514)");
}

static const char *print(struct mu_arena *arena, LDAPDN dn)
{
    char *text = NULL;
    if (!dn || ldap_dn2str(dn, &text, print_flags) != LDAP_SUCCESS)
        return dn ? NULL : "";
    const char *copy = mu_strdup(arena, text);
    ldap_memfree(text);
    return copy;
}

static int join(struct mu_arena *arena, const char *front, const char *parent, const char **ret,
                struct mu_err *err)
{
    if (strlen(front) + strlen(parent) + 1 > MU_DN_MAX)
        return refuse(err, front, "longer than a name may be (MU_DN_MAX)");
    *ret = mu_printf(arena, *parent ? "%s,%s" : "%s%s", front, parent);
    return 0;
}

int mu_dn_child(struct mu_arena *arena, const char *attr, const char *value, const char *parent,
                const char **ret, struct mu_err *err)
{
    size_t len = strlen(value);
    if (strspn(value, " ") == len)
        return mu_fail(err, MU_E_DATA, "%s: empty, and entries are named by it", attr);
    if (len > MU_DN_VALUE_MAX)
        return mu_fail(err, MU_E_DATA, "%s: %zu bytes, a name has at most %d (MU_DN_VALUE_MAX)",
                       attr, len, MU_DN_VALUE_MAX);
    if (!mu_utf8_ok(value, len))
        return mu_fail(err, MU_E_DATA, "%s: not UTF-8", attr);
    /* libldap's types have no const; it doesn't write there. */
    LDAPAVA part = {.la_attr = {.bv_len = strlen(attr), .bv_val = (char *)(uintptr_t)attr},
                    .la_value = {.bv_len = len, .bv_val = (char *)(uintptr_t)value},
                    .la_flags = LDAP_AVA_STRING};
    LDAPAVA *rdn[] = {&part, NULL};
    char *text = NULL;
    if (ldap_rdn2str(rdn, &text, print_flags) != LDAP_SUCCESS)
        return mu_fail(err, MU_E_DATA, "%s: can't be written as a name", attr);
    int rc = join(arena, text, parent, ret, err);
    ldap_memfree(text);
    return rc;
}

int mu_dn_tidy(struct mu_arena *arena, const char *dn, const char *parent, const char **ret,
               struct mu_err *err)
{
    LDAPDN parsed = NULL;
    if (parse(dn, &parsed, err) < 0)
        return -1;
    const char *text = print(arena, parsed);
    ldap_dnfree(parsed);
    if (!text)
        return refuse(err, dn, "can't be written as a name");
    if (!*text)
        return mu_fail(err, MU_E_DATA, "an empty name");
    return join(arena, text, parent, ret, err);
}

int mu_dn_split(struct mu_arena *arena, const char *dn, const char **ret_rdn,
                const char **ret_parent, struct mu_err *err)
{
    LDAPDN parsed = NULL;
    if (parse(dn, &parsed, err) < 0)
        return -1;
    if (!parsed)
        return mu_fail(err, MU_E_DATA, "an empty name");
    LDAPRDN first[] = {parsed[0], NULL};
    const char *rdn = print(arena, first);
    const char *parent = parsed[1] ? print(arena, parsed + 1) : "";
    ldap_dnfree(parsed);
    if (!rdn || !parent)
        return refuse(err, dn, "can't be written as a name");
    *ret_rdn = rdn;
    *ret_parent = parent;
    return 0;
}

int mu_dn_naming(struct mu_arena *arena, const char *dn, const char **ret_attr,
                 const char **ret_value, struct mu_err *err)
{
    LDAPDN parsed = NULL;
    if (parse(dn, &parsed, err) < 0)
        return -1;
    if (!parsed || parsed[0][1] || (parsed[0][0]->la_flags & LDAP_AVA_BINARY)) {
        ldap_dnfree(parsed);
        refuse(err, dn, "a name with one part (attribute=value) is needed here");
        err->code = MU_E_UNSUPPORTED;
        return -1;
    }
    const LDAPAVA *part = parsed[0][0];
    *ret_attr = mu_strndup(arena, part->la_attr.bv_val, part->la_attr.bv_len);
    *ret_value = mu_strndup(arena, part->la_value.bv_val, part->la_value.bv_len);
    ldap_dnfree(parsed);
    return 0;
}
