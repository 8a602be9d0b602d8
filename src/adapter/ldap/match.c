/* SPDX-License-Identifier: Apache-2.0 */
/* Folding by matching rule. ASCII takes a short way: this runs for every name and member of a
 * directory. */
#include "adapter/ldap/match.h"

#include <string.h>
#include <utf8proc.h>

#include "adapter/ldap/dn.h"
#include "base/str.h"

struct known {
    const char *name, *oid;
    enum mu_match how;
};

/* RFC 4517, section 4.2; uniqueMemberMatch names DNs with an optional bit string that nobody
 * uses. */
static const struct known rules[] = {
    {"caseIgnoreMatch", "2.5.13.2", MU_MATCH_IGNORE},
    {"caseIgnoreIA5Match", "1.3.6.1.4.1.1466.109.114.2", MU_MATCH_IGNORE},
    {"caseIgnoreListMatch", "2.5.13.11", MU_MATCH_IGNORE},
    {"caseExactMatch", "2.5.13.5", MU_MATCH_EXACT},
    {"caseExactIA5Match", "1.3.6.1.4.1.1466.109.114.1", MU_MATCH_EXACT},
    {"distinguishedNameMatch", "2.5.13.1", MU_MATCH_DN},
    {"uniqueMemberMatch", "2.5.13.23", MU_MATCH_DN},
    {"telephoneNumberMatch", "2.5.13.20", MU_MATCH_PHONE},
    {"numericStringMatch", "2.5.13.8", MU_MATCH_NUMERIC},
    {"integerMatch", "2.5.13.14", MU_MATCH_INTEGER},
    {"booleanMatch", "2.5.13.13", MU_MATCH_WORD},
    {"objectIdentifierMatch", "2.5.13.0", MU_MATCH_WORD},
    {"octetStringMatch", "2.5.13.17", MU_MATCH_OCTETS},
};

/* RFC 4517, section 3.3: what an attribute without an EQUALITY rule (Active Directory names
 * none) most likely means. */
static const struct known syntaxes[] = {
    {"Directory String", "1.3.6.1.4.1.1466.115.121.1.15", MU_MATCH_IGNORE},
    {"IA5 String", "1.3.6.1.4.1.1466.115.121.1.26", MU_MATCH_IGNORE},
    {"Printable String", "1.3.6.1.4.1.1466.115.121.1.44", MU_MATCH_IGNORE},
    {"Postal Address", "1.3.6.1.4.1.1466.115.121.1.41", MU_MATCH_IGNORE},
    {"DN", "1.3.6.1.4.1.1466.115.121.1.12", MU_MATCH_DN},
    {"Telephone Number", "1.3.6.1.4.1.1466.115.121.1.50", MU_MATCH_PHONE},
    {"Numeric String", "1.3.6.1.4.1.1466.115.121.1.36", MU_MATCH_NUMERIC},
    {"INTEGER", "1.3.6.1.4.1.1466.115.121.1.27", MU_MATCH_INTEGER},
    {"Boolean", "1.3.6.1.4.1.1466.115.121.1.7", MU_MATCH_WORD},
    {"OID", "1.3.6.1.4.1.1466.115.121.1.38", MU_MATCH_WORD},
};

static const struct {
    enum mu_match how;
    const char *names[32];
} attrs[] = {
    {MU_MATCH_IGNORE,
     {"cn",
      "sn",
      "givenName",
      "displayName",
      "initials",
      "uid",
      "mail",
      "title",
      "ou",
      "o",
      "dc",
      "l",
      "st",
      "street",
      "description",
      "employeeNumber",
      "employeeType",
      "businessCategory",
      "departmentNumber",
      "preferredLanguage",
      "postalAddress",
      "postalCode",
      "physicalDeliveryOfficeName",
      "roomNumber",
      "carLicense"}},
    {MU_MATCH_DN,
     {"member", "uniqueMember", "owner", "seeAlso", "manager", "secretary", "roleOccupant"}},
    {MU_MATCH_PHONE, {"telephoneNumber", "mobile", "homePhone", "pager"}},
    {MU_MATCH_WORD, {"objectClass"}},
};

static bool find(const struct known *table, size_t count, const char *what, enum mu_match *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (mu_strieq(table[i].name, what) || mu_streq(table[i].oid, what)) {
            *ret = table[i].how;
            return true;
        }
    }
    return false;
}

bool mu_match_of_rule(const char *rule, enum mu_match *ret)
{
    return find(rules, MU_LEN(rules), rule, ret);
}

bool mu_match_of_syntax(const char *oid, enum mu_match *ret)
{
    return find(syntaxes, MU_LEN(syntaxes), oid, ret);
}

enum mu_match mu_match_of_attr(const char *attr)
{
    for (size_t i = 0; i < MU_LEN(attrs); i++) {
        for (const char *const *name = attrs[i].names; *name; name++) {
            if (mu_strieq(*name, attr))
                return attrs[i].how;
        }
    }
    return MU_MATCH_OCTETS;
}

static char lower(char c)
{
    return (unsigned char)(c - 'A') < 26 ? (char)(c + ('a' - 'A')) : c;
}

/* Appends s without outer spaces and with single inner ones; tells whether a byte beyond ASCII
 * was among it. */
static bool add_squeezed(struct mu_buf *to, const char *s, size_t len, bool fold_case)
{
    if (mu_buf_room(to, len) < 0)
        return false;
    char *start = to->data + to->len, *out = start;
    unsigned char seen = 0;
    for (size_t i = 0; i < len; i++) {
        seen |= (unsigned char)s[i];
        if (s[i] == ' ' && (out == start || out[-1] == ' '))
            continue;
        *out++ = fold_case ? lower(s[i]) : s[i];
    }
    if (out > start && out[-1] == ' ')
        out--;
    *out = '\0';
    to->len += (size_t)(out - start);
    return seen >= 0x80;
}

/* One code point to one: servers don't turn sharp s into ss, as full case folding would. */
static utf8proc_int32_t lower_code(utf8proc_int32_t code, void *unused MU_UNUSED)
{
    return utf8proc_tolower(code);
}

static void add_text(struct mu_buf *to, const char *s, size_t len, bool fold_case)
{
    size_t before = to->len;
    utf8proc_uint8_t *made = NULL;
    if (!add_squeezed(to, s, len, fold_case))
        return;
    utf8proc_ssize_t made_len = utf8proc_map_custom(
        (const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len, &made,
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT, fold_case ? lower_code : NULL, NULL);
    if (made_len >= 0) {
        mu_buf_cut(to, before);
        add_squeezed(to, (const char *)made, (size_t)made_len, fold_case);
    }
    free(made);
}

static void add_without(struct mu_buf *to, const char *s, size_t len, const char *skipped)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\0' || !strchr(skipped, s[i]))
            mu_buf_addc(to, lower(s[i]));
    }
}

/* What is no number stays as it is. */
static void add_integer(struct mu_buf *to, const char *s, size_t len)
{
    size_t sign = len > 0 && *s == '-', i = sign;
    while (i < len && s[i] >= '0' && s[i] <= '9')
        i++;
    if (i < len) {
        mu_buf_add(to, s, len);
        return;
    }
    for (i = sign; i + 1 < len && s[i] == '0';)
        i++;
    mu_buf_add(to, s, sign);
    mu_buf_add(to, s + i, len - i);
}

void mu_match_fold(enum mu_match how, const char *s, size_t len, struct mu_buf *to)
{
    switch (how) {
    case MU_MATCH_OCTETS:
        mu_buf_add(to, s, len);
        break;
    case MU_MATCH_IGNORE:
        add_text(to, s, len, true);
        break;
    case MU_MATCH_EXACT:
        add_text(to, s, len, false);
        break;
    case MU_MATCH_DN:
        mu_dn_key(s, len, to);
        break;
    case MU_MATCH_PHONE:
        add_without(to, s, len, " -");
        break;
    case MU_MATCH_NUMERIC:
        add_without(to, s, len, " ");
        break;
    case MU_MATCH_INTEGER:
        add_integer(to, s, len);
        break;
    case MU_MATCH_WORD:
        add_without(to, s, len, "");
        break;
    }
}
