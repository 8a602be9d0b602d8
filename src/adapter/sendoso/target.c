/* SPDX-License-Identifier: Apache-2.0 */
/* The table of Sendoso as a target: what its objects are called, and when two values are one. */
#include <string.h>

#include "adapter/sendoso/target_private.h"

enum { CALLS_OF_CHANGE = 2 /* the user is read before */ };

static const char *const roles[] = {"regular", "manager", "admin"};

static const struct mu_resource *mapping(struct mu_account *a, enum mu_kind kind)
{
    return kind == MU_USER ? sendoso_of(a)->target->mapping : NULL;
}

static unsigned caps(struct mu_account *a)
{
    return MU_CAP_CREATE | MU_CAP_NATIVE | (sendoso_of(a)->scim ? MU_CAP_MODIFY : 0);
}

/* ---- objects handed out ---- */

/* The people are read again while a plan lives on. */
static struct mu_object copy_object(struct mu_arena *arena, const struct mu_object *from)
{
    struct mu_object o = *from;
    struct mu_attrval *attrs = mu_alloc_array(arena, o.attr_count + 1, sizeof(*attrs));
    for (size_t i = 0; i < o.attr_count; i++) {
        struct mu_value *value = mu_alloc(arena, sizeof(*value));
        *value = from->attrs[i].values[0];
        value->bytes = mu_strndup(arena, value->bytes, value->len);
        attrs[i] = (struct mu_attrval){.name = from->attrs[i].name, .values = value, .count = 1};
    }
    o.attrs = attrs;
    o.name = mu_strdup(arena, o.name);
    o.key = mu_strdup(arena, o.key);
    o.native = mu_strdup(arena, o.native);
    o.held = mu_strdup(arena, o.held);
    return o;
}

/* Users, and who of the invited isn't one yet. */
static int read_all(struct mu_account *a, struct mu_arena *arena, struct mu_object **ret,
                    size_t *ret_count, struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    if (sendoso_people_read(s, err) < 0)
        return -1;
    const struct sendoso_people *p = s->target->people;
    size_t count = p->count, invited = mu_map_count(p->by_key);
    *ret = mu_alloc_array(arena, count + invited + 1, sizeof(**ret));
    for (size_t i = 0; i < count; i++)
        (*ret)[i] = copy_object(arena, &p->list[i]->object);
    for (size_t i = 0; i < invited; i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(p->by_key, i, &key, &len, &value);
        const struct sendoso_person *person = value;
        if (!person->id)
            (*ret)[count++] = copy_object(arena, &person->object);
    }
    *ret_count = count;
    return 0;
}

static int get(struct mu_account *a, struct mu_arena *arena, const char *name,
               struct mu_object *ret, struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    if (sendoso_people_fresh(s, err) < 0)
        return -1;
    const char *key = sendoso_key(arena, name);
    const struct sendoso_person *p = mu_map_get(s->target->people->by_key, key, strlen(key));
    if (!p)
        return 0;
    *ret = copy_object(arena, &p->object);
    ret->kind = MU_KINDS;
    return 1;
}

/* Which scope /me needs is documented nowhere; writing does without it. */
static int identity(struct mu_account *a, struct mu_arena *arena, const char **ret,
                    struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    const struct mu_request request = {.path = sendoso_me, .credential = s->main};
    struct mu_response response;
    struct mu_err why = MU_ERR_INIT;
    *ret = NULL;
    mu_arena_reset(s->target->me_arena);
    s->target->me = (struct sendoso_who){.email = NULL};
    if (mu_http_call(s->http, &request, &response, &why) < 0 ||
        sendoso_identity(&response, s->target->me_arena, &s->target->me, &why) < 0) {
        if (why.code == MU_E_CANCELLED) {
            *err = why;
            return -1;
        }
        mu_log(s->log, MU_LOG_INFO, "%s: %s: %s", s->base.name, sendoso_me, why.text);
        return 0;
    }
    *ret = sendoso_who_text(arena, &s->target->me);
    return 0;
}

static int prepare(struct mu_account *a MU_UNUSED, struct mu_arena *arena MU_UNUSED,
                   void (*add)(void *arg, const struct mu_op *op) MU_UNUSED, void *arg MU_UNUSED,
                   struct mu_err *err MU_UNUSED)
{
    return 0; /* there are no containers */
}

/* ---- names: people are called by their addresses, wherever they stand ---- */

static int move(struct mu_account *a MU_UNUSED, struct mu_arena *arena, const char *name,
                enum mu_place to MU_UNUSED, const char **ret_name, const char **ret_key,
                struct mu_err *err MU_UNUSED)
{
    *ret_name = mu_strdup(arena, name);
    *ret_key = sendoso_key(arena, name);
    return 0;
}

static int place(struct mu_account *a, struct mu_arena *arena, enum mu_place where,
                 const char *rdn_attr MU_UNUSED, const char *rdn_value, const char **ret_name,
                 const char **ret_key, struct mu_err *err)
{
    return move(a, arena, rdn_value, where, ret_name, ret_key, err);
}

static enum mu_place place_of(struct mu_account *a MU_UNUSED, const char *key MU_UNUSED)
{
    return MU_PLACE_USERS;
}

/* ---- values ---- */

static const char *trimmed(struct mu_arena *arena, const char *text)
{
    struct mu_err ignored = MU_ERR_INIT;
    const char *nfc = text + strspn(text, " \t");
    mu_nfc(arena, nfc, &nfc, &ignored);
    size_t len = strlen(nfc);
    while (len > 0 && (nfc[len - 1] == ' ' || nfc[len - 1] == '\t'))
        len--;
    return mu_strndup(arena, nfc, len);
}

static const char *group_id(const struct sendoso *s, struct mu_arena *arena, const char *text)
{
    const struct sendoso_group *group;
    struct mu_err ignored = MU_ERR_INIT;
    return s->target->groups &&
                   sendoso_group_find(s->target->groups, arena, text, &group, &ignored) == 0
               ? group->id
               : text;
}

static void fold(struct mu_account *a, const char *attr, const struct mu_value *value,
                 struct mu_buf *to)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *text = mu_strndup(arena, value->bytes, value->len);
    if (!attr || mu_strieq(attr, "email"))
        mu_fold_into(to, value->bytes, value->len);
    else if (mu_strieq(attr, "role"))
        mu_buf_adds(to, sendoso_role(arena, text));
    else if (mu_strieq(attr, "team_group"))
        mu_buf_adds(to, group_id(sendoso_of(a), arena, text));
    else
        mu_buf_adds(to, trimmed(arena, text));
}

static int rank(struct mu_account *a MU_UNUSED, const char *attr, const struct mu_value *value)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *role = sendoso_role(arena, mu_strndup(arena, value->bytes, value->len));
    for (int i = 0; mu_strieq(attr, "role") && i < (int)MU_LEN(roles); i++)
        if (mu_streq(role, roles[i]))
            return i;
    return -1;
}

static int resolve_role(struct mu_arena *arena, struct mu_value *value, struct mu_err *err)
{
    const char *role = sendoso_role(arena, value->bytes);
    for (size_t i = 0; i < MU_LEN(roles); i++) {
        if (mu_streq(role, roles[i])) {
            *value = (struct mu_value){.bytes = roles[i], .len = strlen(roles[i])};
            return 0;
        }
    }
    return mu_fail(err, MU_E_DATA,
                   "Sendoso has no role \"%s\"; its roles are regular, manager, admin",
                   mu_printable(arena, value->bytes, value->len, SENDOSO_SHOWN));
}

static int resolve(struct mu_account *a, struct mu_arena *arena, const char *attr,
                   struct mu_value *value, struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    const struct sendoso_group *group;
    if (mu_strieq(attr, "role"))
        return resolve_role(arena, value, err);
    if (!mu_strieq(attr, "team_group"))
        return 0;
    if (sendoso_groups_fresh(s, err) < 0 ||
        sendoso_group_find(s->target->groups, arena, value->bytes, &group, err) < 0)
        return -1;
    value->bytes = mu_strdup(arena, group->id);
    value->len = strlen(value->bytes);
    return 0;
}

static const struct mu_aside *aside(struct mu_account *a MU_UNUSED)
{
    static const struct mu_aside by = {.attr = "active", .in = "true", .out = "false"};
    return &by;
}

static const char *placeholder(struct mu_account *a MU_UNUSED)
{
    return NULL;
}

/* ---- cost ---- */

static double rate(struct mu_account *a)
{
    const struct sendoso *s = sendoso_of(a);
    return s->governor ? mu_governor_rate(s->governor) : 0;
}

static int calls(struct mu_account *a MU_UNUSED, const struct mu_op *op)
{
    return op->verb == MU_OP_MODIFY ? CALLS_OF_CHANGE : 1;
}

static void set_run(struct mu_account *a, int64_t run)
{
    sendoso_of(a)->target->run = run;
}

static void show(struct mu_account *a MU_UNUSED, const struct mu_op *op, struct mu_buf *to)
{
    mu_buf_printf(to, "%s ", mu_verb_name(op->verb));
    mu_printable_into(to, op->name, strlen(op->name), SENDOSO_SHOWN);
    for (size_t i = 0; i < op->change_count; i++) {
        const char *given = sendoso_given(op, op->changes[i].attr);
        mu_buf_printf(to, " %s=", op->changes[i].attr);
        if (given)
            mu_printable_into(to, given, strlen(given), SENDOSO_SHOWN);
    }
    mu_buf_addc(to, '\n');
}

/* ---- open and close ---- */

int sendoso_target_open(struct sendoso *s, const struct mu_account_conf *conf, struct mu_err *err)
{
    struct sendoso_target *t = mu_xcalloc(1, sizeof(*t));
    s->target = t;
    t->store_path = conf->store;
    t->me_arena = mu_arena_new();
    if (s->settings->join == SENDOSO_JOIN_SCIM && !s->scim)
        return mu_y_fail(mu_y_get(conf->settings, "join"), err,
                         "join: scim needs the credential of SCIM; add `scim: {token: ...}`");
    if (mu_map_load(s->arena, &conf->layers, "sendoso", "provision", &t->mapping, err) < 0)
        return -1;
    const struct mu_resource_info *info = mu_map_info(t->mapping);
    if (!info->target || info->kind != MU_USER || !mu_streq(info->rdn, "email"))
        return mu_fail(err, MU_E_CONFIG, "%s: expected a target mapping of users with rdn: email",
                       info->file);
    return 0;
}

void sendoso_target_close(struct sendoso *s)
{
    struct sendoso_target *t = s->target;
    if (!t)
        return;
    sendoso_write_done(t);
    sendoso_register_close(t);
    sendoso_people_free(t->people);
    sendoso_ids_free(t->ids);
    sendoso_groups_free(t->groups);
    mu_arena_free(t->me_arena);
    free(t);
}

const struct mu_target_ops sendoso_target_ops = {
    .mapping = mapping,
    .caps = caps,
    .read = read_all,
    .get = get,
    .identity = identity,
    .prepare = prepare,
    .place = place,
    .move = move,
    .place_of = place_of,
    .fold = fold,
    .rank = rank,
    .placeholder = placeholder,
    .aside = aside,
    .resolve = resolve,
    .fit = sendoso_fit,
    .calls = calls,
    .run = set_run,
    .rate = rate,
    .submit = sendoso_submit,
    .reap = sendoso_reap,
    .show = show,
};
