/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A search as a source of people: entries below a base that a filter lets through, and where a group
 * is named, those of them that are its members (of the group itself: nested ones aren't followed,
 * and no memberOf overlay is needed).
 *
 * A record is {"dn": "...", "mail": ["...", ...]}: the attributes that some mapping of feed-SHAPE
 * looks for, under its spelling, always as lists.
 */
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "adapter/shares.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/str.h"

enum {
    PAGE_ROWS = 500,
    PAGE_BYTES = 4 * 1024 * 1024,
    ROW_MAX = 4 * 1024 * 1024 /* bytes of one entry as JSON */
};

struct mu_ldap_source {
    const char *base, *filter, *member_of;
    struct mu_row_shape shape;
    const char **attrs; /* the shape's names without dn */
    /* of one read */
    struct mu_arena *arena, *row;
    struct mu_ldap_search search;
    struct mu_shares *shares;
    struct mu_map *members; /* keys; NULL: everybody */
    struct mu_buf json;
    const char *identity;
    bool over;
    struct mu_err failed;
};

/* ---- settings ---- */

struct source_settings {
    const char *base, *filter, *member_of, *shape;
};

static const struct mu_opt source_opts[] = {
    {"base", MU_OPT_STR, offsetof(struct source_settings, base),
     .help = "DN below which people are; not told: base of the account"},
    {"filter", MU_OPT_STR, offsetof(struct source_settings, filter),
     .def = "(objectClass=inetOrgPerson)", .help = "which of the entries are people"},
    {"member_of", MU_OPT_STR, offsetof(struct source_settings, member_of),
     .help = "DN of a group: only its members"},
    {"shape", MU_OPT_STR, offsetof(struct source_settings, shape), .def = "ldap",
     .help = "mappings of feed-SHAPE"},
    {.name = NULL}};

static int read_dn(struct mu_ldap *a, const struct mu_y *at, const char *key, const char *dn,
                   const char **ret, struct mu_err *err)
{
    struct mu_err bad = MU_ERR_INIT;
    return mu_dn_tidy(a->arena, dn, "", ret, &bad) == 0
               ? 0
               : mu_y_fail(mu_y_get(at, key), err, "%s: %s", key, bad.text);
}

static int read_attrs(struct mu_ldap *a, const struct mu_y *at, struct mu_ldap_source *s,
                      struct mu_err *err)
{
    size_t count = 0;
    while (s->shape.names[count])
        count++;
    s->attrs = mu_alloc_array(a->arena, count + 1, sizeof(*s->attrs));
    count = 0;
    for (const char *const *name = s->shape.names; *name; name++) {
        if (mu_ldap_is_secret(*name))
            return mu_y_fail(at, err, "source: shape %s reads %s, which is a secret", s->shape.name,
                             *name);
        if (!mu_streq(*name, "dn"))
            s->attrs[count++] = *name;
    }
    s->attrs[count] = NULL;
    return 0;
}

int mu_ldap_source_open(struct mu_ldap *a, const struct mu_layers *layers, struct mu_err *err)
{
    const struct mu_y *at = a->set->source;
    struct source_settings set = {.base = NULL};
    if (!at)
        return 0;
    struct mu_ldap_source *s = a->source = mu_alloc(a->arena, sizeof(*s));
    *s = (struct mu_ldap_source){.base = a->base};
    if (mu_opt_read(a->arena, source_opts, at, &set, err) < 0 ||
        (set.base && read_dn(a, at, "base", set.base, &s->base, err) < 0) ||
        (set.member_of && read_dn(a, at, "member_of", set.member_of, &s->member_of, err) < 0))
        return -1;
    s->filter = set.filter;
    if (mu_row_shape_load(a->arena, layers, set.shape, mu_y_get(at, "shape"), &s->shape, err) < 0)
        return -1;
    return read_attrs(a, at, s, err);
}

void mu_ldap_source_close(struct mu_ldap *a)
{
    if (a->source)
        mu_row_shape_done(&a->source->shape);
}

/* ---- the group ---- */

static void add_members(struct mu_ldap *a, LDAPMessage *entry, const char *attr)
{
    struct mu_ldap_source *s = a->source;
    struct berval **values = ldap_get_values_len(a->ld, entry, attr);
    for (struct berval **v = values; v && *v; v++) {
        MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
        mu_dn_key((*v)->bv_val, (*v)->bv_len, &key);
        mu_map_put(s->members, mu_strndup(s->arena, key.data, key.len), key.len, s);
    }
    ldap_value_free_len(values);
}

static int read_members(struct mu_ldap *a, struct mu_err *err)
{
    static const char *const attrs[] = {"member", "uniqueMember", NULL};
    struct mu_ldap_source *s = a->source;
    LDAPMessage *message;
    int rc = mu_ldap_get(a, s->member_of, "(objectClass=*)", attrs, &message, err);
    if (rc == 0)
        return mu_fail(err, MU_E_MISSING, "%s: source: there is no group %s, or it is hidden",
                       a->account.name, s->member_of);
    if (rc < 0)
        return -1;
    LDAPMessage *entry = ldap_first_entry(a->ld, message);
    s->members = mu_map_new(1024);
    for (const char *const *attr = attrs; *attr; attr++)
        add_members(a, entry, *attr);
    ldap_msgfree(message);
    return mu_map_count(s->members) > 0
               ? 0
               : mu_fail(err, MU_E_REFUSED,
                         "%s: source: no members of %s can be seen; may we read them?",
                         a->account.name, s->member_of);
}

/* ---- entries ---- */

static const char *wanted_name(const struct mu_ldap_source *s, const char *attr)
{
    for (const char **name = s->attrs; *name; name++)
        if (mu_strieq(*name, attr))
            return *name;
    return NULL;
}

/* The attribute as a list of texts; NULL or what is wrong with it. */
static const char *write_values(struct mu_ldap_source *s, struct mu_jw *w, const char *name,
                                const struct berval *values)
{
    mu_jw_key(w, name);
    mu_jw_array(w);
    for (; values && values->bv_val; values++) {
        if (!mu_utf8_ok(values->bv_val, values->bv_len))
            return mu_printf(s->row, "%s: a value that is no text", name);
        mu_jw_strn(w, values->bv_val, values->bv_len);
    }
    mu_jw_end(w, ']');
    return NULL;
}

static int write_entry(struct mu_ldap *a, LDAPMessage *message, BerElement *ber,
                       const struct berval *dn, const char **ret_bad, struct mu_err *err)
{
    struct mu_ldap_source *s = a->source;
    struct mu_jw w;
    mu_buf_reset(&s->json);
    mu_jw_init(&w, &s->json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "dn");
    mu_jw_strn(&w, dn->bv_val, dn->bv_len);
    for (;;) {
        struct berval attr = {0}, *values = NULL;
        if (ldap_get_attribute_ber(a->ld, message, ber, &attr, &values) != LDAP_SUCCESS)
            return mu_fail(err, MU_E_REMOTE, "the server's answer can't be decoded");
        if (!attr.bv_val)
            break;
        const char *name = wanted_name(s, attr.bv_val);
        if (name && !*ret_bad)
            *ret_bad = write_values(s, &w, name, values);
        ber_memfree(values);
    }
    mu_jw_end(&w, '}');
    if (s->json.full)
        *ret_bad = "an entry over the limit of 4 MiB";
    return 0;
}

static bool is_member(struct mu_ldap_source *s, const struct berval *dn)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    if (!s->members)
        return true;
    mu_dn_key(dn->bv_val, dn->bv_len, &key);
    return mu_map_get(s->members, key.data, key.len) != NULL;
}

static int take_entry(struct mu_ldap *a, LDAPMessage *message, struct mu_err *err)
{
    struct mu_ldap_source *s = a->source;
    struct mu_row row = {.line = 0};
    BerElement *ber = NULL;
    struct berval dn = {0};
    int rc = 0;
    mu_arena_reset(s->row);
    if (ldap_get_dn_ber(a->ld, message, &ber, &dn) != LDAP_SUCCESS || !dn.bv_val)
        rc = mu_fail(err, MU_E_REMOTE, "the server's answer can't be decoded");
    bool wanted = rc == 0 && is_member(s, &dn);
    if (wanted)
        rc = write_entry(a, message, ber, &dn, &row.bad, err);
    row.id = wanted && row.bad ? mu_strndup(s->row, dn.bv_val, dn.bv_len) : NULL;
    if (wanted && rc == 0 && !row.bad)
        rc = mu_doc_parse(s->row, s->json.data, s->json.len, &row.record, err);
    if (wanted && rc == 0)
        rc = mu_shares_add(s->shares, &row, err);
    ber_free(ber, 0);
    return rc;
}

/* ---- the source ---- */

static int begin_search(struct mu_ldap *a, struct mu_err *err)
{
    struct mu_ldap_source *s = a->source;
    if (mu_ldap_connect(a, err) < 0 ||
        mu_ldap_identity(&a->account, s->arena, &s->identity, err) < 0 ||
        (s->member_of && read_members(a, err) < 0))
        return -1;
    s->search = (struct mu_ldap_search){.base = s->base,
                                        .filter = s->filter,
                                        .attrs = (const char *const *)s->attrs,
                                        .size = !a->server.paged        ? 0
                                                : a->set->page_size > 0 ? a->set->page_size
                                                                        : MU_LDAP_PAGE};
    mu_ldap_trace_search(a, s->base, LDAP_SCOPE_SUBTREE, s->filter, s->search.attrs,
                         s->search.size);
    return 0;
}

static void release(struct mu_ldap *a)
{
    struct mu_ldap_source *s = a->source;
    if (!s->over)
        mu_ldap_disconnect(a); /* answers on their way must not meet the next question */
    mu_ldap_search_done(&s->search);
    mu_shares_free(s->shares);
    mu_map_free(s->members);
    mu_buf_done(&s->json);
    mu_arena_free(s->row);
    mu_arena_free(s->arena);
    s->shares = NULL;
    s->members = NULL;
}

static int begin(struct mu_account *account, const char *const *only, struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    struct mu_ldap_source *s = a->source;
    s->arena = mu_arena_new();
    s->row = mu_arena_new();
    s->json = (struct mu_buf)MU_BUF_INIT(ROW_MAX);
    s->shares = mu_shares_new(&s->shape, only);
    s->over = false;
    s->failed = (struct mu_err)MU_ERR_INIT;
    s->search = (struct mu_ldap_search){.base = s->base};
    if (begin_search(a, err) == 0)
        return 0;
    release(a);
    return -1;
}

/* 1: an entry was taken; 0: there is none. */
static int read_entry(struct mu_ldap *a, struct mu_err *err)
{
    struct mu_ldap_source *s = a->source;
    LDAPMessage *message;
    int rc = mu_ldap_search_next(a, &s->search, &message, err);
    if (rc == 0 && !s->search.found)
        return mu_fail(err, MU_E_MISSING, "%s: source: there is no %s, or it is hidden",
                       a->account.name, s->base);
    if (rc <= 0)
        return rc;
    rc = take_entry(a, message, err);
    ldap_msgfree(message);
    return rc < 0 ? mu_wrap(err, "%s: read of %s", a->account.name, s->base) : 1;
}

static int next(struct mu_account *account, struct mu_page *ret, struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    struct mu_ldap_source *s = a->source;
    for (;;) {
        int rc = mu_shares_page(s->shares, -1, ret, err);
        if (rc != 0)
            return rc;
        if (s->failed.code != MU_OK) {
            *err = s->failed;
            err->blast = err->code == MU_E_CANCELLED ? MU_HITS_RUN : MU_HITS_CONNECTION;
            return -1;
        }
        if (s->over)
            return 0;
        rc = 1;
        for (int i = 0; i < PAGE_ROWS && rc == 1 && mu_shares_waiting(s->shares) < PAGE_BYTES; i++)
            rc = read_entry(a, &s->failed);
        s->over = rc == 0;
        mu_shares_turn(s->shares);
    }
}

static void end(struct mu_account *account, struct mu_arena *arena, struct mu_read_facts *ret)
{
    struct mu_ldap *a = mu_ldap_of(account);
    struct mu_ldap_source *s = a->source;
    size_t count = s->shape.ask_count;
    const int64_t *counts = mu_shares_filled(s->shares);
    struct mu_filled *filled = mu_alloc_array(arena, count + 1, sizeof(*filled));
    for (size_t i = 0; i < count; i++)
        filled[i] = (struct mu_filled){mu_strdup(arena, s->shape.asks[i].field), counts[i]};
    *ret = (struct mu_read_facts){.identity = mu_strdup(arena, s->identity),
                                  .calls = 1,
                                  .filled = filled,
                                  .filled_count = count};
    release(a);
}

static const struct mu_resource *const *resources(struct mu_account *account)
{
    return (const struct mu_resource *const *)mu_ldap_of(account)->source->shape.resources;
}

const struct mu_source_ops mu_ldap_source_ops = {
    .begin = begin, .next = next, .end = end, .resources = resources};

void mu_ldap_source_probe(struct mu_ldap *a, struct mu_arena *arena, mu_probe_report *report,
                          void *arg)
{
    struct mu_err failed = MU_ERR_INIT;
    struct mu_read_facts facts;
    struct mu_page page;
    int rows = 0;
    if (!a->source)
        return;
    int rc = begin(&a->account, NULL, &failed);
    if (rc == 0) {
        /* Before anybody, each mapping may have a page without anything. */
        while (rows == 0 && (rc = next(&a->account, &page, &failed)) == 1) {
            rows = page.rows;
            mu_page_drop(&page);
        }
        end(&a->account, arena, &facts);
    }
    if (rc < 0)
        report(arg, MU_PROBE_FAIL, failed.text, "correct source: (base, filter, member_of)");
    else if (rows == 0)
        report(arg, MU_PROBE_WARN, "source: the search finds nobody",
               "check source: filter, and that we may read the people");
    else
        report(arg, MU_PROBE_OK,
               mu_printf(arena, "source: people are found below %s", a->source->base), NULL);
}
