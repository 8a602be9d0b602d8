/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bare minimum beside which muster is measured: libcurl and libldap, no proof, no store, no
 * comparison.
 *   bare add    LDAP_URL BIND_DN PASSWORD WINDOW LDIF [ids]
 *       adds every entry of an LDIF file
 *   bare export LDAP_URL BIND_DN PASSWORD WINDOW API TOKEN N [ids]
 *       fetches users, groups and members with N connections, and adds them all
 *   bare pages  API TOKEN N
 *       fetches the pages of users, and does nothing with them
 * ids: with each entry its entryUUID is asked for, as muster does.
 */
#include <curl/curl.h>
#include <json-c/json.h>
#include <ldap.h>
#include <ldif.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTRS_MAX = 24, CONTAINERS = 8 };

struct window {
    LDAP *ld;
    LDAPControl **controls; /* of an add; NULL: none */
    int size, in_flight, added, failed;
};

static void die(const char *what)
{
    fprintf(stderr, "bare: %s\n", what);
    exit(1);
}

static void reap(struct window *w, bool all)
{
    while (w->in_flight > (all ? 0 : w->size - 1)) {
        LDAPMessage *m = NULL;
        int code = LDAP_OTHER;
        if (ldap_result(w->ld, LDAP_RES_ANY, LDAP_MSG_ALL, NULL, &m) <= 0)
            die("connection lost");
        ldap_parse_result(w->ld, m, &code, NULL, NULL, NULL, NULL, 1);
        w->in_flight--;
        *(code == LDAP_SUCCESS ? &w->added : &w->failed) += 1;
    }
}

static void send_add(struct window *w, const char *dn, LDAPMod **mods)
{
    int id;
    if (ldap_add_ext(w->ld, dn, mods, w->controls, NULL, &id) != LDAP_SUCCESS)
        die("add");
    w->in_flight++;
    reap(w, false);
}

static void connect_to(struct window *w, char **argv)
{
    int version = LDAP_VERSION3;
    struct berval password = {.bv_val = argv[4], .bv_len = strlen(argv[4])};
    if (ldap_initialize(&w->ld, argv[2]) != LDAP_SUCCESS)
        die("url");
    ldap_set_option(w->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    if (ldap_sasl_bind_s(w->ld, argv[3], LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL) !=
        LDAP_SUCCESS)
        die("bind");
    w->size = (int)strtol(argv[5], NULL, 10);
}

/* ---- add: entries of an LDIF file ---- */

struct entry {
    char *dn;
    LDAPMod mods[ATTRS_MAX], *list[ATTRS_MAX + 1];
    int count;
};

static void entry_add(struct entry *e, struct berval *type, struct berval *value)
{
    LDAPMod *mod = NULL;
    for (int i = 0; i < e->count && !mod; i++)
        if (strcasecmp(e->mods[i].mod_type, type->bv_val) == 0)
            mod = &e->mods[i];
    if (!mod) {
        if (e->count == ATTRS_MAX)
            die("too many attributes");
        mod = &e->mods[e->count];
        e->list[e->count++] = mod;
        *mod =
            (LDAPMod){.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES, .mod_type = strdup(type->bv_val)};
    }
    size_t n = 0;
    while (mod->mod_bvalues && mod->mod_bvalues[n])
        n++;
    if ((n & (n + 1)) == 0)
        mod->mod_bvalues = realloc(mod->mod_bvalues, (2 * n + 3) * sizeof(struct berval *));
    mod->mod_bvalues[n] = ber_bvdup(value);
    mod->mod_bvalues[n + 1] = NULL;
}

static void parse_record(char *record, struct entry *e)
{
    char *line;
    *e = (struct entry){0};
    while ((line = ldif_getline(&record)) != NULL) {
        struct berval type, value;
        int freeval;
        if (*line == '\0' || *line == '#' || ldif_parse_line2(line, &type, &value, &freeval) != 0)
            continue;
        if (strcasecmp(type.bv_val, "dn") == 0)
            e->dn = strdup(value.bv_val);
        else
            entry_add(e, &type, &value);
        if (freeval)
            free(value.bv_val);
    }
}

/* RFC 4527: what the entry is known by for ever comes back with the answer. */
static void ask_for_ids(struct window *w)
{
    static char entry_uuid[] = "\x30\x0b\x04\x09"
                               "entryUUID",
                oid[] = LDAP_CONTROL_POST_READ;
    static LDAPControl post_read = {
        .ldctl_oid = oid, .ldctl_value = {.bv_len = sizeof(entry_uuid) - 1, .bv_val = entry_uuid}};
    static LDAPControl *controls[] = {&post_read, NULL};
    w->controls = controls;
}

static void add_file(struct window *w, const char *path)
{
    LDIFFP *file = ldif_open(path, "r");
    unsigned long lineno = 0;
    char *record = NULL;
    int size = 0;
    if (!file)
        die("file");
    while (ldif_read_record(file, &lineno, &record, &size) > 0) {
        struct entry e;
        parse_record(record, &e);
        if (e.dn)
            send_add(w, e.dn, e.list);
        /* The containers come first; what lies in them must not overtake them. */
        if (w->added + w->in_flight < CONTAINERS)
            reap(w, true);
    }
    ldif_close(file);
}

/* ---- export: the API's people ---- */

struct page {
    char *data;
    size_t len;
    CURL *easy;
    int number;
};

static size_t receive(char *bytes, size_t size, size_t n, void *arg)
{
    struct page *p = arg;
    p->data = realloc(p->data, p->len + n * size + 1);
    memcpy(p->data + p->len, bytes, n * size);
    p->len += n * size;
    p->data[p->len] = '\0';
    return n * size;
}

struct fetcher {
    CURLM *multi;
    struct curl_slist *headers;
    const char *api;
    int running;
};

static void start(struct fetcher *f, struct page *p, const char *path)
{
    char url[512];
    snprintf(url, sizeof(url), "%s%s", f->api, path);
    p->easy = curl_easy_init();
    curl_easy_setopt(p->easy, CURLOPT_URL, url);
    curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(p->easy, CURLOPT_WRITEDATA, (void *)p);
    curl_multi_add_handle(f->multi, p->easy);
    f->running++;
}

static void finish_all(struct fetcher *f)
{
    int running = 1, left;
    CURLMsg *msg;
    while (running) {
        if (curl_multi_perform(f->multi, &running) != CURLM_OK)
            die("curl");
        while ((msg = curl_multi_info_read(f->multi, &left)) != NULL) {
            CURL *easy = msg->easy_handle;
            curl_multi_remove_handle(f->multi, easy);
            curl_easy_cleanup(easy);
        }
        if (running)
            curl_multi_poll(f->multi, NULL, 0, 1000, NULL);
    }
}

static const char *field(struct json_object *o, const char *name)
{
    struct json_object *v = NULL;
    json_object_object_get_ex(o, name, &v);
    const char *s = v ? json_object_get_string(v) : "";
    return s ? s : "";
}

static char *dn_of(const char *attr, const char *value, const char *parent)
{
    struct berval a = {.bv_val = strdup(attr), .bv_len = strlen(attr)};
    struct berval v = {.bv_val = strdup(value), .bv_len = strlen(value)};
    LDAPAVA ava = {.la_attr = a, .la_value = v, .la_flags = LDAP_AVA_STRING},
            *avas[] = {&ava, NULL};
    char *rdn = NULL, *dn = NULL;
    if (ldap_rdn2str(avas, &rdn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS ||
        asprintf(&dn, "%s,%s", rdn, parent) < 0)
        die("dn");
    ldap_memfree(rdn);
    free(a.bv_val);
    free(v.bv_val);
    return dn;
}

struct mods {
    LDAPMod mods[ATTRS_MAX], *list[ATTRS_MAX + 1];
    char *values[ATTRS_MAX][2];
    int count;
};

static void put(struct mods *m, const char *attr, const char *value)
{
    if (*value == '\0')
        return;
    LDAPMod *mod = &m->mods[m->count];
    m->values[m->count][0] = strdup(value);
    m->values[m->count][1] = NULL;
    *mod = (LDAPMod){.mod_op = LDAP_MOD_ADD,
                     .mod_type = (char *)(uintptr_t)attr,
                     .mod_values = m->values[m->count]};
    m->list[m->count++] = mod;
    m->list[m->count] = NULL;
}

static void put_list(struct mods *m, const char *attr, char **values)
{
    LDAPMod *mod = &m->mods[m->count];
    *mod = (LDAPMod){
        .mod_op = LDAP_MOD_ADD, .mod_type = (char *)(uintptr_t)attr, .mod_values = values};
    m->list[m->count++] = mod;
    m->list[m->count] = NULL;
}

static char person_class[4][24] = {"top", "person", "organizationalPerson", "inetOrgPerson"};
static char team_class[2][24] = {"top", "groupOfNames"};

static void add_user(struct window *w, struct json_object *u)
{
    char *classes[] = {person_class[0], person_class[1], person_class[2], person_class[3], NULL};
    char uid[300], name[300];
    struct mods m = {.count = 0};
    snprintf(uid, sizeof(uid), "%s", field(u, "email"));
    for (char *c = uid; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    snprintf(name, sizeof(name), "%s %s", field(u, "first_name"), field(u, "last_name"));
    put_list(&m, "objectClass", classes);
    put(&m, "uid", uid);
    put(&m, "cn", name);
    put(&m, "displayName", name);
    put(&m, "sn", field(u, "last_name"));
    put(&m, "givenName", field(u, "first_name"));
    put(&m, "mail", field(u, "email"));
    put(&m, "employeeNumber", field(u, "id"));
    char *dn = dn_of("uid", uid, "ou=people,dc=example,dc=org");
    send_add(w, dn, m.list);
    free(dn);
    for (int i = 1; i < m.count; i++)
        free(m.values[i][0]);
}

static void add_group(struct window *w, const char *name, struct json_object *members)
{
    char *classes[] = {team_class[0], team_class[1], NULL};
    size_t n = json_object_array_length(members);
    char **dns = calloc(n + 2, sizeof(*dns));
    struct mods m = {.count = 0};
    for (size_t i = 0; i < n; i++) {
        char uid[300];
        snprintf(uid, sizeof(uid), "%s", field(json_object_array_get_idx(members, i), "email"));
        for (char *c = uid; *c; c++)
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
        dns[i] = dn_of("uid", uid, "ou=people,dc=example,dc=org");
    }
    if (n == 0)
        dns[0] = strdup("cn=nobody,dc=example,dc=org");
    put_list(&m, "objectClass", classes);
    put(&m, "cn", name);
    put(&m, "businessCategory", "team");
    put_list(&m, "member", dns);
    char *dn = dn_of("cn", name, "ou=groups,dc=example,dc=org");
    send_add(w, dn, m.list);
    free(dn);
}

static struct page *fetch_list(struct fetcher *f, const char *path, const char *total,
                               int *ret_pages)
{
    struct page first = {0};
    char url[256];
    snprintf(url, sizeof(url), "%s?page=1&per_page=100", path);
    start(f, &first, url);
    finish_all(f);
    struct json_object *doc = json_tokener_parse(first.data);
    int pages = (int)((strtol(field(doc, total), NULL, 10) + 99) / 100);
    json_object_put(doc);
    struct page *all = calloc((size_t)pages + 1, sizeof(*all));
    all[0] = first;
    for (int i = 1; i < pages; i++) {
        snprintf(url, sizeof(url), "%s?page=%d&per_page=100", path, i + 1);
        start(f, &all[i], url);
    }
    finish_all(f);
    *ret_pages = pages > 0 ? pages : 1;
    return all;
}

static struct json_object *rows_of(struct page *p, const char *key, struct json_object **ret_doc)
{
    struct json_object *rows = NULL;
    *ret_doc = json_tokener_parse(p->data);
    json_object_object_get_ex(*ret_doc, key, &rows);
    return rows;
}

static void add_container(struct window *w, const char *dn, const char *ou)
{
    static char class[] = "organizationalUnit";
    char *classes[] = {class, NULL};
    struct mods m = {.count = 0};
    put_list(&m, "objectClass", classes);
    put(&m, "ou", ou);
    send_add(w, dn, m.list);
    reap(w, true);
}

static struct fetcher fetcher_of(const char *api, const char *token, const char *connections)
{
    struct fetcher f = {.multi = curl_multi_init(), .api = api};
    char header[512];
    snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
    f.headers = curl_slist_append(NULL, header);
    curl_multi_setopt(f.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, strtol(connections, NULL, 10));
    return f;
}

static int fetch_pages(char **argv)
{
    struct fetcher f = fetcher_of(argv[2], argv[3], argv[4]);
    int pages;
    fetch_list(&f, "/api/v3/users", "total_users", &pages);
    printf("%d pages\n", pages);
    return 0;
}

static void export_all(struct window *w, struct fetcher f)
{
    char path[128];
    int user_pages, group_pages;
    struct page *users = fetch_list(&f, "/api/v3/users", "total_users", &user_pages);
    struct page *groups = fetch_list(&f, "/api/v3/groups", "total_groups", &group_pages);
    add_container(w, "ou=people,dc=example,dc=org", "people");
    add_container(w, "ou=groups,dc=example,dc=org", "groups");
    for (int i = 0; i < user_pages; i++) {
        struct json_object *doc, *rows = rows_of(&users[i], "users", &doc);
        for (size_t j = 0; rows && j < json_object_array_length(rows); j++)
            add_user(w, json_object_array_get_idx(rows, j));
        json_object_put(doc);
    }
    for (int i = 0; i < group_pages; i++) {
        struct json_object *doc, *rows = rows_of(&groups[i], "groups", &doc);
        size_t n = rows ? json_object_array_length(rows) : 0;
        struct page *members = calloc(n + 1, sizeof(*members));
        for (size_t j = 0; j < n; j++) {
            snprintf(path, sizeof(path), "/api/v3/groups/%s/members",
                     field(json_object_array_get_idx(rows, j), "id"));
            start(&f, &members[j], path);
        }
        finish_all(&f);
        for (size_t j = 0; j < n; j++) {
            struct json_object *list = json_tokener_parse(members[j].data);
            add_group(w, field(json_object_array_get_idx(rows, j), "name"), list);
            json_object_put(list);
        }
        json_object_put(doc);
    }
}

int main(int argc, char **argv)
{
    struct window w = {0};
    if (argc == 5 && strcmp(argv[1], "pages") == 0)
        return fetch_pages(argv);
    if (argc < 7)
        die("usage: see the head of bare.c");
    connect_to(&w, argv);
    if (strcmp(argv[argc - 1], "ids") == 0)
        ask_for_ids(&w);
    if (strcmp(argv[1], "add") == 0)
        add_file(&w, argv[6]);
    else if (argc >= 9)
        export_all(&w, fetcher_of(argv[6], argv[7], argv[8]));
    reap(&w, true);
    printf("%d added, %d failed\n", w.added, w.failed);
    return w.failed > 0;
}
