/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the managed places: straight from libldap's buffers into one block of the arena an entry.
 * A search that fails makes the whole read fail. */
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

enum { CLASS_SETS_MAX = 16, SHOWN_MAX = 160 };

/* Object classes as a set that many entries have in common: kept once. */
struct class_set {
    struct mu_value *values;
    size_t count;
    bool person, group;
};

/* An attribute of the entry at hand, values still in libldap's buffer. */
struct raw {
    struct berval *values; /* NULL: not there */
    size_t count, bytes;
};

struct reader {
    struct mu_ldap *a;
    struct mu_arena *arena;
    struct mu_object *objects; /* malloc'ed while it grows */
    size_t count, cap;
    struct mu_buf key;
    const char *attrs[MU_LDAP_ATTRS_MAX + 3]; /* what is asked for */
    struct raw raw[MU_LDAP_ATTRS_MAX + 2];    /* as account.attrs */
    size_t guess; /* servers keep one order of attributes: the one that comes next */
    size_t order[MU_LDAP_ATTRS_MAX + 2];
    size_t class_slot;
    struct class_set sets[CLASS_SETS_MAX];
    size_t set_count;
};

/* ---- object classes ---- */

static bool holds_class(const struct mu_resource *r, const struct berval *value)
{
    for (const char *const *name = mu_map_info(r)->object_classes; *name; name++) {
        if (strlen(*name) == value->bv_len && mu_strieq(*name, value->bv_val) &&
            !mu_strieq(*name, "top"))
            return true;
    }
    return false;
}

static void copy_values(const struct raw *raw, struct mu_value *to, char *bytes)
{
    for (size_t i = 0; i < raw->count; i++) {
        const struct berval *v = &raw->values[i];
        memcpy(bytes, v->bv_val, v->bv_len);
        bytes[v->bv_len] = '\0';
        to[i] = (struct mu_value){.bytes = bytes, .len = v->bv_len};
        bytes += v->bv_len + 1;
    }
}

static bool same_set(const struct class_set *set, const struct raw *raw)
{
    if (set->count != raw->count)
        return false;
    for (size_t i = 0; i < raw->count; i++) {
        if (set->values[i].len != raw->values[i].bv_len ||
            memcmp(set->values[i].bytes, raw->values[i].bv_val, raw->values[i].bv_len) != 0)
            return false;
    }
    return true;
}

static const struct class_set *class_set_of(struct reader *r, const struct raw *raw)
{
    for (size_t i = 0; i < r->set_count; i++) {
        if (same_set(&r->sets[i], raw))
            return &r->sets[i];
    }
    if (r->set_count == CLASS_SETS_MAX)
        r->set_count = 0; /* older ones stay in the arena, where entries point to them */
    struct class_set *set = &r->sets[r->set_count++];
    *set = (struct class_set){.count = raw->count};
    if (raw->count > 0) {
        set->values = mu_alloc_array(r->arena, raw->count, sizeof(*set->values));
        copy_values(raw, set->values, mu_alloc(r->arena, raw->bytes));
    }
    for (size_t i = 0; i < raw->count; i++) {
        set->person |= holds_class(r->a->mappings[MU_USER], &raw->values[i]);
        set->group |= holds_class(r->a->mappings[MU_GROUP], &raw->values[i]);
    }
    return set;
}

/* ---- one entry ---- */

static size_t slot_of(struct reader *r, const struct berval *attr)
{
    const struct mu_ldap *a = r->a;
    if (r->guess < a->attr_count && mu_strieq(a->attrs[r->order[r->guess]], attr->bv_val))
        return r->order[r->guess++];
    for (size_t i = 0; i < a->attr_count; i++) {
        if (mu_strieq(a->attrs[i], attr->bv_val)) {
            if (r->guess < a->attr_count)
                r->order[r->guess++] = i;
            return i;
        }
    }
    return SIZE_MAX;
}

static int take_values(struct reader *r, const struct berval *attr, struct berval *values,
                       const char **ret_native, struct mu_err *err)
{
    size_t count = 0, bytes = 0;
    /* Active Directory hands out long lists in pieces: `member;range=0-1499`. */
    if (strstr(attr->bv_val, ";range="))
        return mu_fail(err, MU_E_UNSUPPORTED,
                       "%s answers in pieces (range retrieval), which isn't supported yet",
                       attr->bv_val);
    for (; values && values[count].bv_val; count++)
        bytes += values[count].bv_len + 1;
    if (count == 0)
        return 0;
    if (mu_strieq(attr->bv_val, mu_ldap_native_attr)) {
        *ret_native = mu_strndup(r->arena, values[0].bv_val, values[0].bv_len);
        return 0;
    }
    size_t slot = slot_of(r, attr);
    if (slot == SIZE_MAX || r->raw[slot].values)
        return 0;
    r->raw[slot] = (struct raw){.values = values, .count = count, .bytes = bytes};
    return 1;
}

static void raw_reset(struct reader *r)
{
    for (size_t i = 0; i < r->a->attr_count; i++) {
        ber_memfree(r->raw[i].values);
        r->raw[i] = (struct raw){0};
    }
    r->guess = 0;
}

static int take_attributes(struct reader *r, LDAPMessage *message, BerElement *ber,
                           const char **ret_native, struct mu_err *err)
{
    for (;;) {
        struct berval attr = {0}, *values = NULL;
        int rc = ldap_get_attribute_ber(r->a->ld, message, ber, &attr, &values);
        if (rc != LDAP_SUCCESS)
            return mu_fail(err, MU_E_REMOTE, "the server's answer can't be decoded");
        if (!attr.bv_val)
            return 0;
        int kept = take_values(r, &attr, values, ret_native, err);
        if (kept <= 0)
            ber_memfree(values);
        if (kept < 0)
            return -1;
    }
}

/* Attributes, values and bytes in one block. */
static void store_attributes(struct reader *r, struct mu_object *o, const struct class_set *classes)
{
    const struct mu_ldap *a = r->a;
    size_t attrs = 0, values = 0, bytes = 0;
    for (size_t i = 0; i < a->attr_count; i++) {
        attrs += r->raw[i].count > 0;
        if (i != r->class_slot) {
            values += r->raw[i].count;
            bytes += r->raw[i].bytes;
        }
    }
    struct mu_attrval *attr =
        mu_alloc(r->arena, attrs * sizeof(*attr) + values * sizeof(struct mu_value) + bytes);
    struct mu_value *value = (struct mu_value *)(attr + attrs);
    char *text = (char *)(value + values);
    o->attrs = attr;
    o->attr_count = attrs;
    for (size_t i = 0; i < a->attr_count; i++) {
        const struct raw *raw = &r->raw[i];
        if (raw->count == 0)
            continue;
        *attr = (struct mu_attrval){.name = a->attrs[i], .values = value, .count = raw->count};
        if (i == r->class_slot) {
            attr->values = classes->values;
        } else {
            copy_values(raw, value, text);
            value += raw->count;
            text += raw->bytes;
        }
        attr++;
    }
}

/* Below the container of a place, at whatever depth; MU_PLACES: it is a container, or lies above
 * one. */
static enum mu_place place_around(const struct mu_ldap *a, const char *key)
{
    for (const char *above = mu_dn_key_parent(key); *above; above = mu_dn_key_parent(above)) {
        for (int p = 0; p < MU_PLACES; p++) {
            if (strcmp(above, a->places[p].key) == 0)
                return (enum mu_place)p;
        }
    }
    return MU_PLACES;
}

static enum mu_kind kind_of(struct reader *r, const char *key, const struct class_set *classes)
{
    for (int p = 0; p < MU_PLACES; p++) {
        if (strcmp(key, r->a->places[p].key) == 0) {
            r->a->places[p].missing = false;
            return MU_KINDS;
        }
    }
    enum mu_place place = place_around(r->a, key);
    if (classes->person && place != MU_PLACE_GROUPS && place != MU_PLACES)
        return MU_USER;
    if (classes->group && place != MU_PLACE_USERS && place != MU_PLACES)
        return MU_GROUP;
    return MU_KINDS;
}

static struct mu_object *new_object(struct reader *r)
{
    if (r->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 1024;
        r->objects = mu_xrealloc(r->objects, r->cap * sizeof(*r->objects));
    }
    return &r->objects[r->count++];
}

static void keep_entry(struct reader *r, const struct berval *dn, const char *native)
{
    struct mu_object *o = new_object(r);
    *o = (struct mu_object){.name = mu_strndup(r->arena, dn->bv_val, dn->bv_len), .native = native};
    mu_buf_reset(&r->key);
    mu_ldap_key(r->a, dn->bv_val, dn->bv_len, &r->key);
    o->key =
        strcmp(r->key.data, o->name) == 0 ? o->name : mu_strndup(r->arena, r->key.data, r->key.len);
    const struct class_set *classes = class_set_of(r, &r->raw[r->class_slot]);
    o->kind = kind_of(r, o->key, classes);
    store_attributes(r, o, classes);
}

static int take_entry(struct reader *r, LDAPMessage *message, struct mu_err *err)
{
    BerElement *ber = NULL;
    struct berval dn = {0};
    const char *native = NULL;
    if (ldap_get_dn_ber(r->a->ld, message, &ber, &dn) != LDAP_SUCCESS || !dn.bv_val ||
        strlen(dn.bv_val) != dn.bv_len) {
        ber_free(ber, 0);
        return mu_fail(err, MU_E_REMOTE, "the server's answer can't be decoded");
    }
    int rc = take_attributes(r, message, ber, &native, err);
    if (rc == 0)
        keep_entry(r, &dn, native);
    else
        mu_wrap(err, "%.*s", (int)(dn.bv_len < SHOWN_MAX ? dn.bv_len : SHOWN_MAX), dn.bv_val);
    raw_reset(r);
    ber_free(ber, 0);
    return rc;
}

/* ---- searches ---- */

static int search_pages(struct reader *r, const char *base, int64_t size, bool *ret_found,
                        struct mu_err *err)
{
    struct mu_ldap_search search = {
        .base = base, .filter = "(objectClass=*)", .attrs = r->attrs, .size = size};
    LDAPMessage *message;
    int rc;
    mu_ldap_trace_search(r->a, base, LDAP_SCOPE_SUBTREE, search.filter, r->attrs, size);
    while ((rc = mu_ldap_search_next(r->a, &search, &message, err)) == 1) {
        rc = take_entry(r, message, err);
        ldap_msgfree(message);
        if (rc == 0 && r->count > MU_LDAP_ENTRIES_MAX)
            rc = mu_fail(err, MU_E_LIMIT, "more than %d entries (MU_LDAP_ENTRIES_MAX)",
                         MU_LDAP_ENTRIES_MAX);
        if (rc < 0) {
            mu_wrap(err, "%s: read of %s", r->a->account.name, base);
            break;
        }
    }
    *ret_found = search.found;
    mu_ldap_search_done(&search);
    return rc;
}

/* OpenLDAP answers all at once nearly twice as fast as in pages. But limits for paged searches
 * may be wider (prtotal): when it stops early, pages are tried. Other servers are asked for
 * pages at once. */
static int search_place(struct reader *r, enum mu_place place, struct mu_err *err)
{
    struct mu_ldap *a = r->a;
    const char *base = a->places[place].name;
    bool found = false, choose = a->set->page_size == 0, all = choose && a->server.openldap;
    int64_t size = !a->server.paged ? 0 : choose ? MU_LDAP_PAGE : a->set->page_size;
    size_t before = r->count;
    struct mu_err early = MU_ERR_INIT;
    int rc = search_pages(r, base, all ? 0 : size, &found, &early);
    if (rc < 0 && all && size > 0 && early.native == LDAP_SIZELIMIT_EXCEEDED) {
        r->count = before;
        rc = search_pages(r, base, size, &found, &early);
    }
    if (rc < 0)
        *err = early;
    if (found)
        a->places[place].missing = false;
    return rc;
}

/* A place inside of another one is read with it. */
static bool covered(const struct mu_ldap *a, enum mu_place place)
{
    return place_around(a, a->places[place].key) != MU_PLACES;
}

int mu_ldap_check_base(struct mu_ldap *a, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf offered = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    if (mu_ldap_holds(a, a->base_key, &offered))
        return 0;
    const struct mu_y *at = mu_y_get(a->settings, "base");
    return mu_y_fail(at ? at : a->settings, err, "the server %s doesn't hold %s; it offers: %s",
                     a->set->url, a->base, offered.data);
}

static void reader_init(struct reader *r)
{
    const struct mu_ldap *a = r->a;
    size_t n = 0;
    for (size_t i = 0; i < a->attr_count; i++) {
        r->attrs[n++] = a->attrs[i];
        if (mu_strieq(a->attrs[i], "objectClass"))
            r->class_slot = i;
    }
    r->attrs[n++] = mu_ldap_native_attr;
}

static int read_places(struct reader *r, struct mu_err *err)
{
    struct mu_ldap *a = r->a;
    for (int p = 0; p < MU_PLACES; p++)
        a->places[p].missing = true;
    for (int p = 0; p < MU_PLACES; p++) {
        if (!covered(a, (enum mu_place)p) && search_place(r, (enum mu_place)p, err) < 0)
            return -1;
    }
    return 0;
}

int mu_ldap_read(struct mu_account *account, struct mu_arena *arena, struct mu_object **ret,
                 size_t *ret_count, struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    struct reader *r = mu_xcalloc(1, sizeof(*r));
    r->a = a;
    r->arena = arena;
    r->key = (struct mu_buf)MU_BUF_INIT(MU_BUF_MAX);
    reader_init(r);
    if (a->in_flight == 0)
        a->lost = false;
    mu_ldap_forget_moves(a);
    int rc = mu_ldap_connect(a, err);
    if (rc == 0)
        rc = mu_ldap_check_base(a, err);
    if (rc == 0)
        rc = mu_ldap_learn(a, err);
    if (rc == 0)
        rc = read_places(r, err);
    if (rc == 0) {
        *ret = mu_alloc_array(arena, r->count + 1, sizeof(**ret));
        if (r->count > 0)
            memcpy(*ret, r->objects, r->count * sizeof(**ret));
        *ret_count = r->count;
    } else if (a->in_flight == 0) {
        mu_ldap_disconnect(a); /* answers still on their way must not meet the next question */
    }
    mu_buf_done(&r->key);
    free(r->objects);
    free(r);
    return rc;
}
