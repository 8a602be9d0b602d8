/* SPDX-License-Identifier: Apache-2.0 */
/* A checked policy: its rules with how many people they fit and decide, where everybody stands, and
 * what was found. */
#include "cli/show_policy.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/show.h"

static const char *examples_of(struct mu_cli *cli, const struct mu_policy_finding *f)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < f->example_count; i++)
        mu_buf_printf(&text, "%s%s", i ? ", " : "", f->examples[i]);
    if (f->people > (int64_t)f->example_count && f->example_count > 0)
        mu_buf_adds(&text, ", ...");
    return mu_strndup(cli->arena, text.data, text.len);
}

/* ---- text ---- */

static int show_rules(struct mu_cli *cli, const struct mu_policy_checked *c, struct mu_err *err)
{
    static const char *const columns[] = {"rule", "line", "group", "role", "fits", "decides"};
    struct mu_writer *w = mu_writer_new(stdout, MU_FORMAT_TEXT, columns, MU_LEN(columns));
    for (size_t i = 0; i < c->policy->rule_count; i++) {
        const struct mu_policy_rule *r = &c->policy->rules[i];
        char line[MU_SHOW_NUMBER], fits[MU_SHOW_NUMBER], decides[MU_SHOW_NUMBER];
        snprintf(line, sizeof(line), "%d", r->at->line);
        const char *const values[] = {mu_show_safe(cli->arena, r->name),
                                      line,
                                      r->group ? mu_show_safe(cli->arena, r->group) : "(excluded)",
                                      r->role,
                                      mu_show_number(c->uses[i].fits, fits),
                                      mu_show_number(c->uses[i].decides, decides)};
        mu_writer_row(w, values, NULL);
    }
    return mu_writer_close(w, err);
}

static void show_finding(struct mu_cli *cli, const struct mu_policy_checked *c,
                         const struct mu_policy_finding *f)
{
    const char *examples = examples_of(cli, f);
    if (f->at)
        printf("%s:%d:%d: ", f->at->file, f->at->line, f->at->column);
    else
        printf("%s: ", c->policy->file);
    printf("%s: ", mu_policy_level_name(f->level));
    if (f->rule)
        printf("rule %s: ", mu_show_safe(cli->arena, f->rule->name));
    printf("%s%s%s%s\n", mu_show_safe(cli->arena, f->text), *examples ? " (" : "",
           mu_show_safe(cli->arena, examples), *examples ? ")" : "");
}

static void show_summary(struct mu_cli *cli, const struct mu_policy_checked *c,
                         const struct mu_snapshot *snap)
{
    int64_t levels[MU_POLICY_ERROR + 1] = {0};
    for (size_t i = 0; i < c->finding_count; i++)
        levels[c->findings[i].level]++;
    printf("%s: %s", c->policy->file,
           mu_show_some(cli->arena, (int64_t)c->policy->rule_count, "rule", "rules"));
    if (snap->id)
        printf("; %s of %s (snapshot %" PRId64 ")",
               mu_show_some(cli->arena, c->people, "person", "people"), snap->account, snap->id);
    for (int s = MU_STANDS_IN; snap->id && s <= MU_STANDS_UNCLEAR; s++)
        if (c->stands[s] > 0)
            printf(", %" PRId64 " %s", c->stands[s], mu_standing_name((enum mu_standing)s));
    printf("; %s, %s, %s\n", mu_show_some(cli->arena, levels[MU_POLICY_ERROR], "error", "errors"),
           mu_show_some(cli->arena, levels[MU_POLICY_WARNING], "warning", "warnings"),
           mu_show_some(cli->arena, levels[MU_POLICY_NOTE], "note", "notes"));
}

static int show_text(struct mu_cli *cli, const struct mu_policy_checked *c,
                     const struct mu_snapshot *snap, struct mu_err *err)
{
    if (snap->id && show_rules(cli, c, err) < 0)
        return -1;
    for (size_t i = 0; i < c->finding_count; i++)
        show_finding(cli, c, &c->findings[i]);
    show_summary(cli, c, snap);
    return 0;
}

/* ---- json ---- */

static void rules_json(struct mu_jw *w, const struct mu_policy_checked *c)
{
    mu_jw_key(w, "rules");
    mu_jw_array(w);
    for (size_t i = 0; i < c->policy->rule_count; i++) {
        const struct mu_policy_rule *r = &c->policy->rules[i];
        mu_jw_object(w);
        mu_jw_put_some(w, "name", r->name);
        mu_jw_put_int(w, "line", r->at->line);
        mu_jw_put_bool(w, "excludes", r->excludes);
        mu_jw_put_some(w, "group", r->group);
        mu_jw_put_some(w, "role", r->role);
        mu_jw_put_int(w, "fits", c->uses[i].fits);
        mu_jw_put_int(w, "decides", c->uses[i].decides);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void finding_json(struct mu_jw *w, const struct mu_policy_finding *f)
{
    mu_jw_object(w);
    mu_jw_put_some(w, "level", mu_policy_level_name(f->level));
    mu_jw_put_some(w, "code", f->code);
    mu_jw_put_some(w, "rule", f->rule ? f->rule->name : NULL);
    if (f->at)
        mu_jw_put_int(w, "line", f->at->line);
    mu_jw_put_some(w, "text", f->text);
    mu_jw_put_int(w, "people", f->people);
    mu_jw_key(w, "examples");
    mu_jw_array(w);
    for (size_t i = 0; i < f->example_count; i++)
        mu_jw_str(w, f->examples[i]);
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void show_json(const struct mu_policy_checked *c, const struct mu_snapshot *snap)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, true);
    mu_jw_object(&w);
    mu_jw_put_some(&w, "file", c->policy->file);
    if (snap->id) {
        mu_jw_put_some(&w, "account", snap->account);
        mu_jw_put_int(&w, "snapshot", snap->id);
    }
    mu_jw_put_int(&w, "people", c->people);
    mu_jw_key(&w, "stands");
    mu_jw_object(&w);
    for (int s = MU_STANDS_IN; s <= MU_STANDS_UNCLEAR; s++)
        mu_jw_put_int(&w, mu_standing_name((enum mu_standing)s), c->stands[s]);
    mu_jw_end(&w, '}');
    rules_json(&w, c);
    mu_jw_key(&w, "findings");
    mu_jw_array(&w);
    for (size_t i = 0; i < c->finding_count; i++)
        finding_json(&w, &c->findings[i]);
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    mu_show_document(&text);
}

/* ---- csv ---- */

static int show_csv(struct mu_cli *cli, const struct mu_policy_checked *c, struct mu_err *err)
{
    static const char *const columns[] = {"level", "code", "file",   "line",
                                          "rule",  "text", "people", "examples"};
    struct mu_writer *w = mu_writer_new(stdout, MU_FORMAT_CSV, columns, MU_LEN(columns));
    for (size_t i = 0; i < c->finding_count; i++) {
        const struct mu_policy_finding *f = &c->findings[i];
        char line[MU_SHOW_NUMBER] = "", people[MU_SHOW_NUMBER];
        if (f->at)
            snprintf(line, sizeof(line), "%d", f->at->line);
        snprintf(people, sizeof(people), "%" PRId64, f->people);
        const char *const values[] = {
            mu_policy_level_name(f->level), f->code, c->policy->file, line,
            f->rule ? f->rule->name : NULL, f->text, people,          examples_of(cli, f)};
        mu_writer_row(w, values, NULL);
    }
    return mu_writer_close(w, err);
}

int mu_show_policy(struct mu_cli *cli, const struct mu_policy_checked *checked,
                   const struct mu_snapshot *snap, struct mu_err *err)
{
    switch (cli->format) {
    case MU_FORMAT_JSON:
        show_json(checked, snap);
        return 0;
    case MU_FORMAT_CSV:
        return show_csv(cli, checked, err);
    case MU_FORMAT_TEXT:
        break;
    }
    return show_text(cli, checked, snap, err);
}
