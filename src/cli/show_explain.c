/* SPDX-License-Identifier: Apache-2.0 */
/* A story for people: what matters first, then each value with where it came from. */
#include "cli/show_explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { RECORD_SHOWN = 600 };

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static const char *in(const struct mu_cli *cli, const char *color)
{
    return cli->color ? color : "";
}

static void line(const char *name, const char *value)
{
    printf("  %-9s  %s\n", name, value);
}

static const char *safe(struct mu_cli *cli, const char *text)
{
    return mu_show_safe(cli->arena, text);
}

static const char *some(struct mu_cli *cli, const struct mu_value *values, size_t count)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < count; i++) {
        mu_buf_adds(&to, i ? ", \"" : "\"");
        mu_printable_into(&to, values[i].bytes, values[i].len, RECORD_SHOWN);
        mu_buf_addc(&to, '"');
    }
    return count ? mu_strndup(cli->arena, to.data, to.len) : "nothing";
}

static void show_rule(struct mu_cli *cli, const struct mu_rule *r)
{
    if (r)
        line("rule", mu_printf(cli->arena, "%s:%d  %s: %s", r->file, r->line, r->field,
                               safe(cli, r->text)));
}

static void show_link(struct mu_cli *cli, const struct mu_link *l)
{
    for (size_t i = 0; i < l->read_count; i++)
        line("source", mu_printf(cli->arena, "%s %s = %s", l->resource, l->reads[i].pointer,
                                 l->reads[i].value ? safe(cli, l->reads[i].value) : "absent"));
    show_rule(cli, l->rule);
    line("entry",
         mu_printf(cli->arena, "%s = %s%s%s%s", l->field, l->value ? safe(cli, l->value) : "absent",
                   l->note ? "  (" : "", l->note ? safe(cli, l->note) : "", l->note ? ")" : ""));
}

static void show_written(struct mu_cli *cli, const struct mu_written *by)
{
    if (by->run)
        line("written", mu_printf(cli->arena, "run %" PRId64 ", operation %d (%s, %s), %s", by->run,
                                  by->seq, mu_verb_name(by->verb), mu_reason_name(by->why),
                                  mu_show_time(cli->arena, by->at)));
    else
        line("written", "by no run of this sync");
}

static const char *agreement(struct mu_cli *cli, const struct mu_story *s,
                             const struct mu_attr_story *a)
{
    bool foreign = a->policy != MU_POLICY_FORCE;
    if (s->past)
        return "";
    if (a->differs)
        return mu_printf(cli->arena, "  %s(wanted: %s)%s", in(cli, RED),
                         some(cli, a->want, a->want_count), in(cli, PLAIN));
    return foreign ? mu_printf(cli->arena, "  (wanted: %s)", some(cli, a->want, a->want_count))
                   : "";
}

static void show_attribute(struct mu_cli *cli, const struct mu_story *s,
                           const struct mu_attr_story *a)
{
    printf("\n%s%s%s\n", in(cli, BOLD), a->name, in(cli, PLAIN));
    for (size_t i = 0; i < a->link_count; i++)
        show_link(cli, &a->links[i]);
    show_rule(cli, a->rule);
    line("policy", mu_value_policy_name(a->policy));
    if (s->on_target)
        line(
            s->past ? "by then" : "target",
            mu_printf(cli->arena, "%s%s", some(cli, a->have, a->have_count), agreement(cli, s, a)));
    else
        line("wanted", some(cli, a->want, a->want_count));
    if (a->have_count || a->written.run)
        show_written(cli, &a->written);
}

/* Attributes that are neither wanted nor there are named, no more. */
static void show_attributes(struct mu_cli *cli, const struct mu_story *s)
{
    MU_AUTO(buf) struct mu_buf idle = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < s->attr_count; i++) {
        const struct mu_attr_story *a = &s->attrs[i];
        if (a->want_count || a->have_count || a->written.run)
            show_attribute(cli, s, a);
        else
            mu_buf_printf(&idle, "%s%s", idle.len ? ", " : "", a->name);
    }
    if (idle.len)
        printf("\nneither wanted nor there: %s\n", idle.data);
}

static void show_because(struct mu_cli *cli, const struct mu_because *list, size_t count,
                         const char *good)
{
    if (count == 0)
        line("result", mu_printf(cli->arena, "%s%s%s", in(cli, GREEN), good, in(cli, PLAIN)));
    for (size_t i = 0; i < count; i++)
        line(i ? "and" : "because", mu_printf(cli->arena, "%s%s%s: %s", in(cli, RED), list[i].code,
                                              in(cli, PLAIN), safe(cli, list[i].text)));
}

static const char *member_words(const struct mu_member_story *m)
{
    if (m->there < 0)
        return m->in_source ? "a member in the source" : "no member in the source";
    return m->there ? "a member" : "not a member";
}

static void show_member(struct mu_cli *cli, const struct mu_story *s,
                        const struct mu_member_story *m)
{
    printf("\n%sgroup %s%s (%s)", in(cli, BOLD), safe(cli, m->label), in(cli, PLAIN),
           safe(cli, m->id));
    printf(": %s\n", member_words(m));
    for (size_t i = 0; i < m->link_count; i++)
        show_link(cli, &m->links[i]);
    if (m->name)
        line(s->past ? "by then" : "target",
             mu_printf(cli->arena, "%s: %s %s", safe(cli, m->name), m->attribute,
                       m->there == 1 ? "has it" : "has it not"));
    if (m->there == 1 || m->written.run)
        show_written(cli, &m->written);
    show_because(cli, m->because, m->because_count, "in agreement");
}

static void show_target(struct mu_cli *cli, const struct mu_story *s)
{
    struct mu_arena *a = cli->arena;
    if (s->target_error)
        line("target", mu_printf(a, "can't be seen: %s", safe(cli, s->target_error)));
    line(s->past ? "by then" : "target",
         !s->on_target && s->name ? mu_printf(a, "not there; last known at %s", safe(cli, s->name))
         : s->name                ? safe(cli, s->name)
                                  : "not there");
    if (s->wanted_name && !mu_streq(s->wanted_name, s->name))
        line("wanted", safe(cli, s->wanted_name));
    if (s->native)
        line("native id", safe(cli, s->native));
    line("matched", s->matched);
}

/* The rule that decided; those before it with what they wanted. */
static void show_policy(struct mu_cli *cli, const struct mu_policy_story *s)
{
    const struct mu_policy_rule *r = s->decision.rule;
    struct mu_arena *a = cli->arena;
    if (r && r->group)
        line("decided", mu_printf(a, "%s:%d  rule %s: group %s, role %s", r->at->file, r->at->line,
                                  safe(cli, r->name), safe(cli, s->group), r->role));
    else if (r)
        line("decided",
             mu_printf(a, "%s:%d  rule %s", r->at->file, r->at->line, safe(cli, r->name)));
    else
        line("decided", mu_printf(a, "%s: no rule fits", s->policy->file));
    for (size_t i = 0; i < s->passed_count; i++)
        line("passed", mu_printf(a, "%s:%d  rule %s: %s", s->passed[i].rule->at->file,
                                 s->passed[i].rule->at->line, safe(cli, s->passed[i].rule->name),
                                 safe(cli, s->passed[i].why)));
    if (s->passed_total > s->passed_count)
        line("passed", mu_printf(a, "and %zu more", s->passed_total - s->passed_count));
}

static void show_head(struct mu_cli *cli, const struct mu_story *s, const char *found_by)
{
    struct mu_arena *a = cli->arena;
    printf("%s%s%s: user %s of %s, on the way to %s (%s)\n", in(cli, BOLD), safe(cli, s->label),
           in(cli, PLAIN), safe(cli, s->id), s->sync->from->name, s->sync->to->name, s->sync->name);
    line("found by", found_by);
    line("snapshot",
         mu_printf(a, "%" PRId64 ", %s, %s%s", s->snapshot.id, mu_verdict_name(s->snapshot.verdict),
                   mu_show_time(a, s->snapshot.finished),
                   s->in_snapshot ? "" : "; it doesn't hold the user any more"));
    if (s->raw)
        line("record", mu_printf(a, "%s: %s", s->resource ? s->resource : "of the source",
                                 mu_printable(a, s->raw, strlen(s->raw), RECORD_SHOWN)));
    else if (s->in_snapshot)
        line("record", "not kept");
    show_target(cli, s);
    line("policy", mu_printf(a, "inactive: %s, gone: %s%s", mu_removal_name(s->sync->inactive),
                             mu_removal_name(s->sync->gone), s->protected ? "; protected" : ""));
    if (s->policy)
        show_policy(cli, s->policy);
    show_because(cli, s->because, s->because_count, "in agreement");
}

void mu_show_story(struct mu_cli *cli, const struct mu_story *s, const char *found_by,
                   bool only_group)
{
    show_head(cli, s, found_by);
    if (!only_group)
        show_attributes(cli, s);
    for (size_t i = 0; i < s->member_count; i++)
        show_member(cli, s, &s->members[i]);
    if (s->member_count == 0)
        printf("\nin no group\n");
}
