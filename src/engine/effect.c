/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/effect.h"

#include <inttypes.h>

static const struct {
    const char *to, *done; /* NULL: counted otherwise */
} words[MU_WHY_COUNT] = {
    [MU_WHY_CONTAINER] = {"to add", "added"},      [MU_WHY_JOIN] = {"to add", "added"},
    [MU_WHY_CHANGE] = {"to change", "changed"},    [MU_WHY_RENAME] = {"to rename", "renamed"},
    [MU_WHY_DISABLE] = {"to disable", "disabled"}, [MU_WHY_ENABLE] = {"to take back", "taken back"},
    [MU_WHY_REMOVE] = {"to delete", "deleted"},    [MU_WHY_ADOPT] = {"to adopt", "adopted"},
    [MU_WHY_RELEASE] = {"to release", "released"},
};

static const char *kind_name(size_t kind, bool many)
{
    if (kind == MU_KINDS)
        return many ? "containers" : "container";
    const struct mu_schema *schema = mu_schema_of((enum mu_kind)kind);
    return many ? schema->plural : schema->name;
}

void mu_effect_add(struct mu_effect *effect, const struct mu_op *op)
{
    effect->ops[op->kind][op->why]++;
    for (size_t i = 0; op->why == MU_WHY_MEMBERS && i < op->change_count; i++) {
        effect->members_added += (int64_t)op->changes[i].add_count;
        effect->members_removed += (int64_t)op->changes[i].remove_count;
    }
}

static void add_text(int64_t n, const char *what, const char *how, struct mu_buf *to)
{
    mu_buf_printf(to, "%s%" PRId64 " %s %s", to->len ? ", " : "", n, what, how);
}

void mu_effect_text(const struct mu_effect *effect, bool done, struct mu_buf *to)
{
    for (size_t kind = 0; kind <= MU_KINDS; kind++) {
        for (size_t why = 0; why < MU_WHY_COUNT; why++) {
            int64_t n = effect->ops[kind][why];
            if (n && words[why].to)
                add_text(n, kind_name(kind, n != 1), done ? words[why].done : words[why].to, to);
        }
    }
    int64_t in = effect->members_added, out = effect->members_removed;
    if (in)
        add_text(in, in == 1 ? "member" : "members", done ? "added" : "to add", to);
    if (out)
        add_text(out, out == 1 ? "member" : "members", done ? "removed" : "to remove", to);
}

static void add_json(const char *key, int64_t n, struct mu_jw *w)
{
    if (n == 0)
        return;
    mu_jw_key(w, key);
    mu_jw_int(w, n);
}

/* Containers and what joined are both "added", but never of one kind. */
static void kind_json(const struct mu_effect *effect, size_t kind, struct mu_jw *w)
{
    int64_t any = 0;
    for (size_t why = 0; why < MU_WHY_COUNT; why++)
        any += words[why].done ? effect->ops[kind][why] : 0;
    if (any == 0)
        return;
    mu_jw_key(w, kind_name(kind, true));
    mu_jw_object(w);
    for (size_t why = 0; why < MU_WHY_COUNT; why++) {
        if (words[why].done)
            add_json(why == MU_WHY_ENABLE ? "taken_back" : words[why].done, effect->ops[kind][why],
                     w);
    }
    mu_jw_end(w, '}');
}

void mu_effect_json(const struct mu_effect *effect, struct mu_jw *w)
{
    mu_jw_object(w);
    for (size_t kind = 0; kind <= MU_KINDS; kind++)
        kind_json(effect, kind, w);
    if (effect->members_added || effect->members_removed) {
        mu_jw_key(w, "members");
        mu_jw_object(w);
        add_json("added", effect->members_added, w);
        add_json("removed", effect->members_removed, w);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, '}');
}
