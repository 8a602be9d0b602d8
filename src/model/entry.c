/* SPDX-License-Identifier: Apache-2.0 */
/* Identity and names of entries. */
#include "model/entry.h"

#include <string.h>

/* An id may hold a slash; escaped as in a URL, so that two different pairs never make the same id.
 * */
static void put_escaped(struct mu_buf *to, const char *id)
{
    for (const char *p = id; *p != '\0'; p++)
        if (*p == '/')
            mu_buf_adds(to, "%2F");
        else if (*p == '%')
            mu_buf_adds(to, "%25");
        else
            mu_buf_addc(to, *p);
}

const char *mu_membership_id(struct mu_arena *arena, const char *group_id, const char *user_id)
{
    if (strpbrk(group_id, "/%") == NULL && strpbrk(user_id, "/%") == NULL) {
        size_t group_len = strlen(group_id), user_len = strlen(user_id);
        char *id = mu_alloc(arena, group_len + user_len + 2);
        memcpy(id, group_id, group_len); /* NOLINT(bugprone-not-null-terminated-result): goes on */
        id[group_len] = '/';
        memcpy(id + group_len + 1, user_id, user_len + 1);
        return id;
    }
    MU_AUTO(buf) struct mu_buf id = MU_BUF_INIT(MU_BUF_MAX);
    put_escaped(&id, group_id);
    mu_buf_addc(&id, '/');
    put_escaped(&id, user_id);
    return mu_strndup(arena, id.data, id.len);
}

static const char *unescape(struct mu_arena *arena, const char *from, size_t len)
{
    char *to = mu_strndup(arena, from, len), *end = to;
    for (size_t i = 0; i < len; i++) {
        if (from[i] == '%' && len - i > 2) {
            *end++ = from[i + 2] == '5' ? '%' : '/';
            i += 2;
        } else {
            *end++ = from[i];
        }
    }
    *end = '\0';
    return to;
}

bool mu_membership_split(struct mu_arena *arena, const char *id, const char **ret_group,
                         const char **ret_user)
{
    const char *slash = strchr(id, '/');
    if (slash == NULL || strchr(slash + 1, '/') != NULL)
        return false;
    *ret_group = unescape(arena, id, (size_t)(slash - id));
    *ret_user = unescape(arena, slash + 1, strlen(slash + 1));
    return true;
}

int mu_entry_members(const struct mu_entry *entry, const char *const *names, struct mu_arena *arena,
                     const struct mu_doc **ret, struct mu_err *err)
{
    const struct mu_doc *doc;
    struct mu_err why = MU_ERR_INIT;
    int rc = names ? mu_doc_parse_members(arena, entry->body, entry->body_len, names, &doc, &why)
                   : mu_doc_parse(arena, entry->body, entry->body_len, &doc, &why);
    if (rc < 0)
        return mu_fail(err, MU_E_IO, "%s %s: the stored entry is damaged: %s",
                       mu_schema_of(entry->kind)->name, entry->id, why.text);
    if (doc->type != MU_DOC_OBJECT)
        return mu_fail(err, MU_E_IO, "%s %s: the stored entry is damaged: not an object",
                       mu_schema_of(entry->kind)->name, entry->id);
    *ret = doc;
    return 0;
}

int mu_entry_doc(const struct mu_entry *entry, struct mu_arena *arena, const struct mu_doc **ret,
                 struct mu_err *err)
{
    return mu_entry_members(entry, NULL, arena, ret, err);
}

const char *mu_entry_email(const struct mu_doc *doc)
{
    const struct mu_doc *list = mu_doc_member(doc, "emails");
    if (!mu_doc_is(list, MU_DOC_LIST))
        return NULL;
    const char *first = NULL;
    for (const struct mu_doc *item = list->first; item != NULL; item = item->next) {
        const char *email = mu_doc_str(item, "email");
        if (email == NULL)
            continue;
        if (mu_doc_bool(item, "is_primary", false))
            return email;
        if (first == NULL)
            first = email;
    }
    return first;
}

const char *mu_entry_label(struct mu_arena *arena, const struct mu_doc *doc)
{
    const char *label = mu_doc_str(doc, "name");
    const char *first = mu_doc_str(doc, "first_name"), *last = mu_doc_str(doc, "last_name");
    if (label == NULL && first != NULL && last != NULL)
        return mu_printf(arena, "%s %s", first, last);
    if (label == NULL)
        label = first != NULL ? first : last;
    if (label == NULL)
        label = mu_doc_str(doc, "username");
    if (label == NULL)
        label = mu_entry_email(doc);
    if (label == NULL)
        label = mu_doc_str(doc, "id");
    return mu_strdup(arena, label != NULL ? label : "?");
}
