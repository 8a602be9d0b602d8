/* SPDX-License-Identifier: Apache-2.0 */
/* The server's schema (RFC 4512, section 4.2): how each attribute compares, and whether the
 * mappings' classes exist. */
#include <ldap_schema.h>
#include <string.h>

#include "adapter/ldap/ldap_private.h"
#include "base/map.h"
#include "base/str.h"

enum { SUPERIORS_MAX = 16, SHOWN_MAX = 12 };

struct attr {
    const char *superior, *rule, *syntax; /* NULL: not told */
};

struct mu_ldap_schema {
    struct mu_arena *arena;
    struct mu_map *attrs;   /* lower-case name or OID -> attr */
    struct mu_map *classes; /* lower-case name -> itself */
};

void mu_ldap_schema_free(struct mu_ldap_schema *s)
{
    if (!s)
        return;
    mu_map_free(s->attrs);
    mu_map_free(s->classes);
    mu_arena_free(s->arena);
    free(s);
}

/* ---- reading ---- */

static void put(struct mu_ldap_schema *s, struct mu_map *map, const char *name, void *value)
{
    const char *key = name ? mu_fold(s->arena, name) : "";
    if (*key)
        mu_map_put(map, key, strlen(key), value);
}

static void add_attr(struct mu_ldap_schema *s, const char *text)
{
    const char *at;
    int code;
    LDAPAttributeType *t = ldap_str2attributetype(text, &code, &at, LDAP_SCHEMA_ALLOW_ALL);
    if (!t)
        return;
    struct attr *attr = mu_alloc(s->arena, sizeof(*attr));
    attr->superior = mu_strdup(s->arena, t->at_sup_oid);
    attr->rule = mu_strdup(s->arena, t->at_equality_oid);
    attr->syntax = mu_strdup(s->arena, t->at_syntax_oid);
    put(s, s->attrs, t->at_oid, attr);
    for (char **name = t->at_names; name && *name; name++)
        put(s, s->attrs, *name, attr);
    ldap_attributetype_free(t);
}

static void add_class(struct mu_ldap_schema *s, const char *text)
{
    const char *at;
    int code;
    LDAPObjectClass *c = ldap_str2objectclass(text, &code, &at, LDAP_SCHEMA_ALLOW_ALL);
    if (!c)
        return;
    put(s, s->classes, c->oc_oid, s);
    for (char **name = c->oc_names; name && *name; name++)
        put(s, s->classes, *name, s);
    ldap_objectclass_free(c);
}

static void each_value(struct mu_ldap *a, struct mu_ldap_schema *s, LDAPMessage *entry,
                       const char *attr, void (*add)(struct mu_ldap_schema *s, const char *text))
{
    struct berval **values = ldap_get_values_len(a->ld, entry, attr);
    for (struct berval **v = values; v && *v; v++)
        add(s, (*v)->bv_val);
    ldap_value_free_len(values);
}

static int load(struct mu_ldap *a, struct mu_err *err)
{
    static const char *const wanted[] = {"attributeTypes", "objectClasses", NULL};
    LDAPMessage *message = NULL;
    if (!a->server.schema_at)
        return 0;
    int rc = mu_ldap_get(a, a->server.schema_at, "(objectClass=subschema)", wanted, &message, err);
    if (rc < 0 && err->blast == MU_HITS_CONNECTION)
        return -1;
    if (rc != 1)
        return 0; /* hidden: the built-in table serves, and the server will say what it lacks */
    LDAPMessage *entry = ldap_first_entry(a->ld, message);
    struct mu_ldap_schema *s = mu_xcalloc(1, sizeof(*s));
    *s = (struct mu_ldap_schema){
        .arena = mu_arena_new(), .attrs = mu_map_new(1024), .classes = mu_map_new(128)};
    each_value(a, s, entry, "attributeTypes", add_attr);
    each_value(a, s, entry, "objectClasses", add_class);
    ldap_msgfree(message);
    if (mu_map_count(s->attrs) > 0 && mu_map_count(s->classes) > 0) {
        a->schema = s;
        return 0;
    }
    mu_ldap_schema_free(s);
    return 0;
}

/* ---- asking ---- */

static void *find(const struct mu_map *map, const char *name)
{
    char key[128];
    size_t len = strlen(name);
    if (len >= sizeof(key))
        return NULL;
    for (size_t i = 0; i <= len; i++)
        key[i] = (char)((unsigned char)(name[i] - 'A') < 26 ? name[i] + ('a' - 'A') : name[i]);
    return mu_map_get(map, key, len);
}

enum mu_match mu_ldap_match(const struct mu_ldap *a, const char *attr)
{
    enum mu_match how;
    const char *name = attr;
    for (int i = 0; a->schema && name && i < SUPERIORS_MAX; i++) {
        const struct attr *t = find(a->schema->attrs, name);
        if (!t)
            break;
        if (t->rule)
            return mu_match_of_rule(t->rule, &how) ? how : MU_MATCH_OCTETS;
        if (t->syntax && mu_match_of_syntax(t->syntax, &how))
            return how;
        name = t->superior;
    }
    return mu_match_of_attr(attr);
}

/* ---- does the server have what the mappings need? ---- */

/* Where the usual ones are defined, by the names of slapd's schema files. */
static const struct {
    const char *file;
    const char *names[24];
} files[] = {
    {"inetorgperson",
     {"inetOrgPerson", "carLicense", "departmentNumber", "displayName", "employeeNumber",
      "employeeType", "jpegPhoto", "preferredLanguage", "userSMIMECertificate", "userPKCS12"}},
    {"cosine",
     {"mail", "uid", "manager", "mobile", "homePhone", "pager", "roomNumber", "account",
      "secretary", "co", "info", "personalTitle", "homePostalAddress", "organizationalStatus",
      "buildingName"}},
    {"nis",
     {"posixAccount", "posixGroup", "uidNumber", "gidNumber", "memberUid", "homeDirectory",
      "loginShell", "gecos"}},
};

static const char *file_of(const char *name)
{
    for (size_t i = 0; i < MU_LEN(files); i++) {
        for (const char *const *n = files[i].names; *n; n++) {
            if (mu_strieq(*n, name))
                return files[i].file;
        }
    }
    return NULL;
}

struct lack {
    struct mu_buf text;
    int count;
    const char *file; /* the first schema file that would help */
};

static void lacks(struct lack *l, const char *what, const char *name)
{
    const char *file = file_of(name);
    if (++l->count <= SHOWN_MAX)
        mu_buf_printf(&l->text, "%s%s%s", l->count > 1 ? ", " : "", what, name);
    if (!l->file)
        l->file = file;
}

static int check_mapping(struct mu_ldap *a, const struct mu_resource *r, struct mu_err *err)
{
    struct lack l = {.text = MU_BUF_INIT(MU_ERR_TEXT_MAX)};
    const struct mu_resource_info *info = mu_map_info(r);
    for (const char *const *name = info->object_classes; *name; name++) {
        if (!find(a->schema->classes, *name))
            lacks(&l, "class ", *name);
    }
    for (const char *const *name = mu_map_attributes(r); *name; name++) {
        if (!find(a->schema->attrs, *name))
            lacks(&l, "", *name);
    }
    if (info->member_attr && !find(a->schema->attrs, info->member_attr))
        lacks(&l, "", info->member_attr);
    if (l.count > 0) {
        mu_fail(err, MU_E_CONFIG,
                "%s: the server's schema lacks %s%s, which %s writes; load the schema that has "
                "%s%s%s%s",
                a->account.name, l.text.data, l.count > SHOWN_MAX ? " and more" : "", info->file,
                l.count > 1 ? "them" : "it", l.file ? " (slapd: schema/" : "", l.file ? l.file : "",
                l.file ? ".ldif)" : ", or map to others");
    }
    mu_buf_done(&l.text);
    return l.count > 0 ? -1 : 0;
}

int mu_ldap_learn(struct mu_ldap *a, struct mu_err *err)
{
    if (!a->schema && load(a, err) < 0)
        return -1;
    if (!a->schema)
        return 0;
    if (check_mapping(a, a->mappings[MU_USER], err) < 0)
        return -1;
    return check_mapping(a, a->mappings[MU_GROUP], err);
}
