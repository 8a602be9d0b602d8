/* SPDX-License-Identifier: Apache-2.0 */
/* One entry as a whole, with what tells it from others and from its own earlier states; and who the
 * server takes us for. */
#include <stdlib.h>
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

enum { OBJECT_ATTRS_MAX = 1000, IDENTITY_SHOWN = 300 };

const char mu_ldap_native_attr[] = "entryUUID"; /* RFC 4530 */
const char mu_ldap_version_attr[] = "entryCSN";

/* What people log in with: it is no value to be kept in a plan, a journal or a log. */
static const char *const secrets[] = {
    "userPassword",
    "2.5.4.35", /* the same */
    "authPassword",
    "unicodePwd",
    "clearTextPassword",
    "userPKCS12",
    "krbPrincipalKey",
    "krb5Key",
    "sambaNTPassword",
    "sambaLMPassword",
    "sambaPasswordHistory",
    "sambaPreviousClearTextPassword",
    "ipaNTHash",
    "oathSecret",
};

bool mu_ldap_is_secret(const char *attr)
{
    size_t len = strcspn(attr, ";");
    for (size_t i = 0; i < MU_LEN(secrets); i++) {
        if (strlen(secrets[i]) == len && strncasecmp(secrets[i], attr, len) == 0)
            return true;
    }
    return false;
}

static void copy_values(struct mu_arena *arena, const struct berval *values, struct mu_attrval *to)
{
    size_t count = 0;
    while (values && values[count].bv_val)
        count++;
    struct mu_value *copy = mu_alloc_array(arena, count, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = (struct mu_value){.bytes = mu_strndup(arena, values[i].bv_val, values[i].bv_len),
                                    .len = values[i].bv_len};
    to->values = copy;
    to->count = count;
}

static const char *first_value(const struct mu_attrval *attr)
{
    return attr->count > 0 ? attr->values[0].bytes : NULL;
}

/* 1: an attribute a user may set; 0: it was one of ours to know the entry by. */
static int take_attribute(struct mu_arena *arena, const struct berval *name,
                          const struct berval *values, struct mu_object *o, struct mu_attrval *to)
{
    *to = (struct mu_attrval){.name = mu_strndup(arena, name->bv_val, name->bv_len)};
    if (mu_ldap_is_secret(to->name))
        return 1;
    copy_values(arena, values, to);
    if (mu_strieq(to->name, mu_ldap_native_attr))
        o->native = first_value(to);
    else if (mu_strieq(to->name, mu_ldap_version_attr))
        o->version = first_value(to);
    else
        return 1;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct mu_attrval *)a)->name, ((const struct mu_attrval *)b)->name);
}

static int read_attributes(struct mu_ldap *a, struct mu_arena *arena, LDAPMessage *entry,
                           BerElement *ber, struct mu_object *o, struct mu_attrval *attrs,
                           struct mu_err *err)
{
    for (;;) {
        struct berval name = {0}, *values = NULL;
        if (ldap_get_attribute_ber(a->ld, entry, ber, &name, &values) != LDAP_SUCCESS)
            return mu_fail(err, MU_E_REMOTE, "the server's answer can't be decoded");
        if (!name.bv_val)
            return 0;
        if (o->attr_count == OBJECT_ATTRS_MAX) {
            ber_memfree(values);
            return mu_fail(err, MU_E_LIMIT, "more than %d attributes (OBJECT_ATTRS_MAX)",
                           OBJECT_ATTRS_MAX);
        }
        o->attr_count += (size_t)take_attribute(arena, &name, values, o, &attrs[o->attr_count]);
        ber_memfree(values);
    }
}

/* Room for many is needed while reading; what is kept is as large as the object. */
static int take_attributes(struct mu_ldap *a, struct mu_arena *arena, LDAPMessage *entry,
                           BerElement *ber, struct mu_object *o, struct mu_err *err)
{
    struct mu_attrval *attrs = mu_xcalloc(OBJECT_ATTRS_MAX, sizeof(*attrs));
    int rc = read_attributes(a, arena, entry, ber, o, attrs, err);
    if (rc == 0) {
        struct mu_attrval *kept = mu_alloc_array(arena, o->attr_count, sizeof(*kept));
        qsort(attrs, o->attr_count, sizeof(*attrs), by_name);
        memcpy(kept, attrs, o->attr_count * sizeof(*kept));
        o->attrs = kept;
    }
    free(attrs);
    return rc;
}

int mu_ldap_take_object(struct mu_ldap *a, struct mu_arena *arena, LDAPMessage *entry,
                        struct mu_object *ret, struct mu_err *err)
{
    struct mu_object o = {.kind = MU_KINDS};
    BerElement *ber = NULL;
    struct berval dn = {0};
    if (ldap_get_dn_ber(a->ld, entry, &ber, &dn) != LDAP_SUCCESS || !dn.bv_val ||
        strlen(dn.bv_val) != dn.bv_len) {
        ber_free(ber, 0);
        return mu_fail(err, MU_E_REMOTE, "the server's answer can't be decoded");
    }
    o.name = mu_strndup(arena, dn.bv_val, dn.bv_len);
    o.key = mu_dn_key_dup(arena, o.name);
    int rc = take_attributes(a, arena, entry, ber, &o, err);
    ber_free(ber, 0);
    if (rc == 0)
        *ret = o;
    return rc;
}

int mu_ldap_get_object(struct mu_account *account, struct mu_arena *arena, const char *name,
                       struct mu_object *ret, struct mu_err *err)
{
    static const char *const attrs[] = {LDAP_ALL_USER_ATTRIBUTES, mu_ldap_native_attr,
                                        mu_ldap_version_attr, NULL};
    struct mu_ldap *a = mu_ldap_of(account);
    LDAPMessage *message = NULL;
    if (mu_ldap_connect(a, err) < 0)
        return -1;
    int rc = mu_ldap_get(a, name, "(objectClass=*)", attrs, &message, err);
    if (rc == 1 && mu_ldap_take_object(a, arena, ldap_first_entry(a->ld, message), ret, err) < 0)
        rc = mu_wrap(err, "%s: %.160s", account->name, name);
    ldap_msgfree(message);
    return rc;
}

/* ---- who am I (RFC 4532) ---- */

static int ask_identity(struct mu_ldap *a, struct mu_arena *arena, const char **ret,
                        struct mu_err *err)
{
    LDAPMessage *message = NULL;
    struct berval *who = NULL;
    int msgid, rc = ldap_whoami(a->ld, NULL, NULL, &msgid);
    if (rc != LDAP_SUCCESS)
        return mu_ldap_fail(a, err, rc, NULL, "%s: who am I", a->set->url);
    if (mu_ldap_next(a, msgid, LDAP_MSG_ALL, -1, true, &message, err) < 0)
        return -1;
    *ret = NULL;
    if (ldap_parse_extended_result(a->ld, message, NULL, &who, 0) == LDAP_SUCCESS && who)
        *ret = who->bv_len > 0 ? mu_printable(arena, who->bv_val, who->bv_len, IDENTITY_SHOWN)
                               : "anonymous";
    ber_bvfree(who);
    ldap_msgfree(message);
    return 0;
}

static const char *identity_told(const struct mu_ldap *a, struct mu_arena *arena)
{
    if (a->bind_dn)
        return mu_printf(arena, "dn:%s",
                         mu_printable(arena, a->bind_dn, strlen(a->bind_dn), IDENTITY_SHOWN));
    return a->sasl == MU_SASL_EXTERNAL ? "the process (SASL EXTERNAL)" : "anonymous";
}

int mu_ldap_identity(struct mu_account *account, struct mu_arena *arena, const char **ret,
                     struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    const char *who = NULL;
    if (mu_ldap_connect(a, err) < 0 || (a->server.whoami && ask_identity(a, arena, &who, err) < 0))
        return -1;
    *ret = who ? who : identity_told(a, arena);
    return 0;
}
