/* SPDX-License-Identifier: Apache-2.0 */
/* A user of Sendoso, or who was asked to be one, in the words of operations. */
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/time.h"

enum { ATTRS = 7 };

const char *sendoso_key(struct mu_arena *arena, const char *email)
{
    return mu_fold(arena, email);
}

/* The two interfaces call one role differently. */
static const char *other_word(struct mu_arena *arena, const char *role, const char *from,
                              const char *to)
{
    const char *folded = role ? mu_fold(arena, role) : NULL;
    return mu_streq(folded, from) ? to : folded;
}

const char *sendoso_role(struct mu_arena *arena, const char *role)
{
    return other_word(arena, role, "sender", "regular");
}

const char *sendoso_scim_role(struct mu_arena *arena, const char *role)
{
    return other_word(arena, role, "regular", "sender");
}

static const char *copy(struct mu_arena *arena, const char *text)
{
    return text && *text ? mu_strdup(arena, text) : NULL;
}

/* ---- of an entry ---- */

static const struct mu_doc *first_of(const struct mu_doc *entry, const char *list)
{
    const struct mu_doc *items = mu_doc_member(entry, list);
    return mu_doc_is(items, MU_DOC_LIST) ? items->first : NULL;
}

/* REST tells a group's id, SCIM its name. */
static const char *group_of(struct mu_arena *arena, const struct sendoso_groups *g,
                            const struct mu_doc *entry)
{
    const char *id = mu_doc_str(first_of(entry, "groups"), "id");
    const char *division = mu_doc_str(mu_doc_member(entry, "attributes"), "division");
    const struct sendoso_group *named = sendoso_group_by_name(g, division);
    return id ? mu_strdup(arena, id) : named ? mu_strdup(arena, named->id) : NULL;
}

static const char *emails_of(struct mu_arena *arena, const struct mu_doc *entry)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_jw_array(&w);
    for (const struct mu_doc *e = first_of(entry, "emails"); e; e = e->next) {
        mu_jw_object(&w);
        mu_jw_put_str(&w, "value", mu_doc_str(e, "email"));
        mu_jw_end(&w, '}');
    }
    mu_jw_end(&w, ']');
    return mu_strndup(arena, json.data, json.len);
}

struct sendoso_person *sendoso_person_of(struct mu_arena *arena, const struct sendoso_groups *g,
                                         const struct mu_doc *entry)
{
    struct sendoso_person *p = mu_alloc(arena, sizeof(*p));
    const char *id = mu_doc_str(entry, "id");
    const char *email = mu_doc_str(first_of(entry, "emails"), "email");
    *p = (struct sendoso_person){
        .id = copy(arena, id),
        .email = copy(arena, email),
        .first_name = copy(arena, mu_doc_str(entry, "first_name")),
        .last_name = copy(arena, mu_doc_str(entry, "last_name")),
        .role = copy(arena, sendoso_role(arena, mu_doc_str(first_of(entry, "roles"), "id"))),
        .group = group_of(arena, g, entry),
        .division = copy(arena, mu_doc_str(mu_doc_member(entry, "attributes"), "division")),
        .emails = emails_of(arena, entry),
        .active = mu_streq(mu_doc_str(entry, "status"), "active")};
    p->name = p->email ? p->email : mu_printf(arena, "user %s", p->id);
    p->key = sendoso_key(arena, p->name);
    return p;
}

/* ---- of an invitation ---- */

static const char *doubt(struct mu_arena *arena, const struct mu_invitation *i)
{
    char sent[MU_TIME_TEXT], until[MU_TIME_TEXT];
    return mu_printf(arena,
                     "in doubt: an invitation may have been sent on %s (%s), and Sendoso can't "
                     "list them. Nobody is invited twice: it waits until %s, or until you say "
                     "muster invitations settle %s --sent or --not-sent",
                     mu_time_text(i->sent, sent), i->detail ? i->detail : "no answer came",
                     mu_time_text(i->expires, until), i->email);
}

struct sendoso_person *sendoso_person_invited(struct mu_arena *arena,
                                              const struct mu_invitation *invitation)
{
    struct sendoso_person *p = mu_alloc(arena, sizeof(*p));
    *p = (struct sendoso_person){.name = invitation->email,
                                 .key = invitation->key,
                                 .email = invitation->email,
                                 .first_name = invitation->first_name,
                                 .last_name = invitation->last_name,
                                 .role = invitation->role,
                                 .group = invitation->team_group,
                                 .invitation = invitation};
    if (invitation->state == MU_INVITED_DOUBT)
        p->held = doubt(arena, invitation);
    return p;
}

/* ---- as an object ---- */

static void add_attr(struct mu_arena *arena, struct mu_attrval *attrs, size_t *count,
                     const char *name, const char *text)
{
    if (!text)
        return;
    struct mu_value *value = mu_alloc(arena, sizeof(*value));
    *value = (struct mu_value){.bytes = text, .len = strlen(text)};
    attrs[(*count)++] = (struct mu_attrval){.name = name, .values = value, .count = 1};
}

void sendoso_person_object(struct mu_arena *arena, struct sendoso_person *p)
{
    struct mu_attrval *attrs = mu_alloc_array(arena, ATTRS, sizeof(*attrs));
    size_t n = 0;
    add_attr(arena, attrs, &n, "active", !p->id ? NULL : p->active ? "true" : "false");
    add_attr(arena, attrs, &n, "email", p->email);
    add_attr(arena, attrs, &n, "first_name", p->first_name);
    add_attr(arena, attrs, &n, "last_name", p->last_name);
    add_attr(arena, attrs, &n, "role", p->role);
    add_attr(arena, attrs, &n, "status", !p->id ? "invited" : p->active ? "active" : "inactive");
    add_attr(arena, attrs, &n, "team_group", p->group);
    p->object = (struct mu_object){.kind = MU_USER,
                                   .name = p->name,
                                   .key = p->key,
                                   .native = p->id,
                                   .attrs = attrs,
                                   .attr_count = n,
                                   .held = p->held};
}
