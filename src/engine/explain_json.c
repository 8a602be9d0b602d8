/* SPDX-License-Identifier: Apache-2.0 */
/* A story for programs; muster(1) documents the shape. */
#include "engine/explain.h"

#include <string.h>

/* A text that is JSON already; NULL: null. */
static void raw(struct mu_jw *w, const char *key, const char *json)
{
    mu_jw_key(w, key);
    if (json)
        mu_jw_raw(w, json, strlen(json));
    else
        mu_jw_null(w);
}

static void rule(struct mu_jw *w, const struct mu_rule *r)
{
    mu_jw_key(w, "rule");
    if (!r) {
        mu_jw_null(w);
        return;
    }
    mu_jw_object(w);
    mu_jw_put_str(w, "file", r->file);
    mu_jw_put_int(w, "line", r->line);
    mu_jw_put_str(w, "text", r->text);
    mu_jw_end(w, '}');
}

static void links(struct mu_jw *w, const struct mu_link *list, size_t count)
{
    mu_jw_key(w, "fields");
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++) {
        mu_jw_object(w);
        mu_jw_put_str(w, "field", list[i].field);
        raw(w, "value", list[i].value);
        mu_jw_put_str(w, "resource", list[i].resource);
        rule(w, list[i].rule);
        mu_jw_key(w, "reads");
        mu_jw_array(w);
        for (size_t j = 0; j < list[i].read_count; j++) {
            mu_jw_object(w);
            mu_jw_put_str(w, "pointer", list[i].reads[j].pointer);
            raw(w, "value", list[i].reads[j].value);
            mu_jw_end(w, '}');
        }
        mu_jw_end(w, ']');
        mu_jw_put_str(w, "note", list[i].note);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void because(struct mu_jw *w, const struct mu_because *list, size_t count)
{
    mu_jw_put_bool(w, "in_agreement", count == 0);
    mu_jw_key(w, "because");
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++) {
        mu_jw_object(w);
        mu_jw_put_str(w, "code", list[i].code);
        mu_jw_put_str(w, "text", list[i].text);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void written(struct mu_jw *w, const struct mu_written *by)
{
    mu_jw_key(w, "written");
    if (!by->run) {
        mu_jw_null(w);
        return;
    }
    mu_jw_object(w);
    mu_jw_put_int(w, "run", by->run);
    mu_jw_put_int(w, "operation", by->seq);
    mu_jw_put_str(w, "verb", mu_verb_name(by->verb));
    mu_jw_put_str(w, "why", mu_reason_name(by->why));
    mu_jw_put_int(w, "at", by->at);
    mu_jw_end(w, '}');
}

static void values(struct mu_jw *w, const char *key, const struct mu_value *list, size_t count)
{
    mu_jw_key(w, key);
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++)
        mu_jw_strn(w, list[i].bytes, list[i].len);
    mu_jw_end(w, ']');
}

static void attributes(struct mu_jw *w, const struct mu_story *s)
{
    mu_jw_key(w, "attributes");
    mu_jw_array(w);
    for (size_t i = 0; i < s->attr_count; i++) {
        const struct mu_attr_story *a = &s->attrs[i];
        mu_jw_object(w);
        mu_jw_put_str(w, "name", a->name);
        mu_jw_put_str(w, "policy", mu_value_policy_name(a->policy));
        rule(w, a->rule);
        links(w, a->links, a->link_count);
        values(w, "wanted", a->want, a->want_count);
        values(w, "there", a->have, a->have_count);
        mu_jw_put_bool(w, "differs", a->differs);
        written(w, &a->written);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void groups(struct mu_jw *w, const struct mu_story *s)
{
    mu_jw_key(w, "groups");
    mu_jw_array(w);
    for (size_t i = 0; i < s->member_count; i++) {
        const struct mu_member_story *m = &s->members[i];
        mu_jw_object(w);
        mu_jw_put_str(w, "id", m->id);
        mu_jw_put_str(w, "label", m->label);
        mu_jw_put_str(w, "name", m->name);
        mu_jw_put_str(w, "attribute", m->attribute);
        mu_jw_put_bool(w, "in_source", m->in_source);
        mu_jw_key(w, "on_target");
        if (m->there < 0)
            mu_jw_null(w);
        else
            mu_jw_bool(w, m->there);
        links(w, m->links, m->link_count);
        written(w, &m->written);
        because(w, m->because, m->because_count);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void head(struct mu_jw *w, const struct mu_story *s, const char *found_by)
{
    mu_jw_put_str(w, "sync", s->sync->name);
    mu_jw_put_str(w, "from", s->sync->from->name);
    mu_jw_put_str(w, "to", s->sync->to->name);
    mu_jw_key(w, "snapshot");
    mu_jw_object(w);
    mu_jw_put_int(w, "id", s->snapshot.id);
    mu_jw_put_str(w, "verdict", mu_verdict_name(s->snapshot.verdict));
    mu_jw_put_int(w, "finished", s->snapshot.finished);
    mu_jw_end(w, '}');
    mu_jw_put_bool(w, "past", s->past);
    mu_jw_key(w, "user");
    mu_jw_object(w);
    mu_jw_put_str(w, "id", s->id);
    mu_jw_put_str(w, "label", s->label);
    mu_jw_put_str(w, "found_by", found_by);
    mu_jw_put_bool(w, "in_snapshot", s->in_snapshot);
    mu_jw_put_bool(w, "protected", s->protected);
    mu_jw_put_str(w, "resource", s->resource);
    raw(w, "record", s->raw);
    mu_jw_end(w, '}');
}

static void policy(struct mu_jw *w, const struct mu_policy_story *s)
{
    const struct mu_policy_rule *r = s ? s->decision.rule : NULL;
    mu_jw_key(w, "policy");
    if (!s) {
        mu_jw_null(w);
        return;
    }
    mu_jw_object(w);
    mu_jw_put_str(w, "file", s->policy->file);
    mu_jw_put_str(w, "stands", mu_standing_name(s->decision.standing));
    mu_jw_put_str(w, "rule", r ? r->name : NULL);
    mu_jw_put_int(w, "line", r ? r->at->line : 0);
    mu_jw_put_str(w, "group", s->group);
    mu_jw_put_str(w, "role", r ? r->role : NULL);
    mu_jw_put_str(w, "date", s->decision.date);
    mu_jw_key(w, "passed");
    mu_jw_array(w);
    for (size_t i = 0; i < s->passed_count; i++) {
        mu_jw_object(w);
        mu_jw_put_str(w, "rule", s->passed[i].rule->name);
        mu_jw_put_int(w, "line", s->passed[i].rule->at->line);
        mu_jw_put_str(w, "why", s->passed[i].why);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

void mu_story_json(const struct mu_story *s, const char *found_by, struct mu_jw *w)
{
    mu_jw_object(w);
    head(w, s, found_by);
    mu_jw_key(w, "target");
    mu_jw_object(w);
    mu_jw_put_str(w, "error", s->target_error);
    mu_jw_put_bool(w, "there", s->on_target);
    mu_jw_put_str(w, "name", s->name);
    mu_jw_put_str(w, "wanted_name", s->wanted_name);
    mu_jw_put_str(w, "native", s->native);
    mu_jw_put_str(w, "matched", s->matched);
    mu_jw_end(w, '}');
    because(w, s->because, s->because_count);
    policy(w, s->policy);
    attributes(w, s);
    groups(w, s);
    mu_jw_end(w, '}');
}
