/* SPDX-License-Identifier: Apache-2.0 */
/* Who is invited and isn't there yet, in the words of the schema. */
#include "engine/invited.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/time.h"

static void text(struct mu_jw *w, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    mu_jw_key(w, key);
    mu_jw_str(w, value);
}

static void named(struct mu_jw *w, const char *list, const char *id, const char *name)
{
    if (!id)
        return;
    mu_jw_key(w, list);
    mu_jw_array(w);
    mu_jw_object(w);
    text(w, "id", id);
    text(w, "name", name);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

/* The directory calls the role of the invited as that of users. */
static const char *role_of(const struct mu_invitation *i)
{
    return mu_streq(i->role, "regular") ? "sender" : i->role;
}

static void emails(struct mu_jw *w, const char *email)
{
    mu_jw_key(w, "emails");
    mu_jw_array(w);
    mu_jw_object(w);
    text(w, "email", email);
    text(w, "type", "work");
    mu_jw_put_bool(w, "is_primary", true);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

/* In schema order. */
struct mu_entry mu_invited_entry(struct mu_arena *arena, const struct mu_invitation *i)
{
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    const char *id = mu_printf(arena, MU_INVITED_ID "%s", i->key);
    char when[MU_TIME_TEXT];
    struct mu_jw w;
    mu_jw_init(&w, &body, false);
    mu_jw_object(&w);
    text(&w, "id", id);
    text(&w, "username", i->key);
    text(&w, "first_name", i->first_name);
    text(&w, "last_name", i->last_name);
    text(&w, "name",
         i->first_name && i->last_name ? mu_printf(arena, "%s %s", i->first_name, i->last_name)
                                       : NULL);
    emails(&w, i->email);
    text(&w, "status", "invited");
    text(&w, "status_raw", mu_invited_name(i->state));
    text(&w, "type", "user");
    named(&w, "roles", role_of(i), role_of(i));
    named(&w, "groups", i->team_group, i->group_name);
    text(&w, "created_at", i->sent ? mu_time_text(i->sent, when) : NULL);
    mu_jw_end(&w, '}');
    return (struct mu_entry){.kind = MU_USER,
                             .id = id,
                             .body = mu_strndup(arena, body.data, body.len),
                             .body_len = body.len};
}

/* ---- who is there ---- */

static void take_out(struct mu_map *invited, struct mu_arena *row, const char *email)
{
    static char there;
    const char *key = email ? mu_fold(row, email) : NULL;
    if (key && mu_map_get(invited, key, strlen(key)))
        mu_map_put(invited, key, strlen(key), &there);
}

/* Marks those whom a user's row shows; the map's values then aren't themselves any more. */
static int take_out_users(struct mu_store *store, const char *account, int64_t snapshot,
                          struct mu_map *invited, struct mu_err *err)
{
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(store, account, snapshot, MU_USER, &rows, err) < 0)
        return -1;
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        static const char *const names[] = {"emails", NULL};
        const struct mu_doc *doc;
        mu_arena_reset(row);
        if (mu_entry_members(&entry, names, row, &doc, err) < 0) {
            rc = -1;
            break;
        }
        const struct mu_doc *list = mu_doc_member(doc, "emails");
        for (const struct mu_doc *e = list ? list->first : NULL; e; e = e->next)
            take_out(invited, row, mu_doc_str(e, "email"));
    }
    mu_rows_close(rows);
    return rc;
}

static bool is_open(const struct mu_invitation *i)
{
    return mu_invited_open(i->state) && (!i->expires || i->expires > mu_now());
}

int mu_invited_all(struct mu_store *store, struct mu_arena *arena, const char *account,
                   struct mu_entry **ret, size_t *ret_count, int64_t *ret_until, struct mu_err *err)
{
    struct mu_invitation *list;
    size_t count, open = 0;
    if (mu_invitation_list(store, arena, account, &list, &count, err) < 0)
        return -1;
    *ret_until = INT64_MAX;
    *ret = mu_alloc_array(arena, count + 1, sizeof(**ret));
    for (size_t i = 0; i < count; i++) {
        if (!is_open(&list[i]))
            continue;
        (*ret)[open++] = mu_invited_entry(arena, &list[i]);
        if (list[i].expires && list[i].expires < *ret_until)
            *ret_until = list[i].expires;
    }
    *ret_count = open;
    return 0;
}

int mu_invited_entries(struct mu_store *store, struct mu_arena *arena, const char *account,
                       int64_t snapshot, struct mu_entry **ret, size_t *ret_count,
                       struct mu_err *err)
{
    struct mu_entry *entries;
    size_t open, kept = 0;
    int64_t until;
    if (mu_invited_all(store, arena, account, &entries, &open, &until, err) < 0)
        return -1;
    struct mu_map *invited = mu_map_new(open);
    for (size_t i = 0; i < open; i++) {
        const char *key = mu_invited_key(&entries[i]);
        mu_map_put(invited, key, strlen(key), &entries[i]);
    }
    int rc = open > 0 ? take_out_users(store, account, snapshot, invited, err) : 0;
    for (size_t i = 0; rc == 0 && i < open; i++) {
        const char *key = mu_invited_key(&entries[i]);
        if (mu_map_get(invited, key, strlen(key)) == &entries[i])
            entries[kept++] = entries[i];
    }
    mu_map_free(invited);
    *ret = entries;
    *ret_count = kept;
    return rc;
}
