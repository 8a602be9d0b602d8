/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit integrations: what Sendoso's integrations need of other systems, as a checklist. */
#include <stdio.h>

#include "audit/access.h"
#include "base/str.h"
#include "cli/audit.h"
#include "cli/show.h"

struct lists {
    struct mu_checklist *all;
    size_t count;
    size_t results[MU_ACCESS_NA + 1];
};

static int load_one(struct mu_cli *cli, const char *system, struct lists *l, struct mu_err *err)
{
    const char *path = mu_printf(cli->arena, "%s/%s/access.yaml", mu_mappings_dir(), system);
    return mu_access_load(cli->arena, path, &l->all[l->count++], err);
}

static int load(struct mu_cli *cli, const char *only, struct lists *l, struct mu_err *err)
{
    const char *const *systems;
    size_t count = 0;
    MU_AUTO(buf) struct mu_buf known = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    if (mu_access_systems(cli->arena, mu_mappings_dir(), &systems, err) < 0)
        return -1;
    for (; systems[count]; count++)
        mu_buf_printf(&known, "%s%s", count ? ", " : "", systems[count]);
    l->all = mu_alloc_array(cli->arena, count + 1, sizeof(*l->all));
    for (size_t i = 0; i < count; i++)
        if ((!only || mu_streq(only, systems[i])) && load_one(cli, systems[i], l, err) < 0)
            return -1;
    return l->count > 0 ? 0
                        : mu_fail(err, MU_E_USAGE, "no checklist of '%s'; there is: %s",
                                  only ? mu_show_safe(cli->arena, only) : "", known.data);
}

/* Who looked, when, and what there is to say; else where to look. */
static const char *evidence(struct mu_arena *arena, const struct mu_requirement *r)
{
    if (!r->by)
        return r->how;
    return mu_printf(arena, "%s, %s%s%s", r->by, r->on, r->note ? ": " : "",
                     r->note ? r->note : "");
}

static void put_text(struct mu_cli *cli, const struct mu_checklist *list)
{
    printf("%s: %s\n", list->system, list->title);
    if (list->who)
        printf("  %s\n", list->who);
    for (size_t i = 0; i < list->count; i++) {
        const struct mu_requirement *r = &list->list[i];
        printf("  [%-7s] %-6s %s%s%s\n", mu_access_name((enum mu_access)r->result), r->id, r->title,
               r->need ? ": " : "", r->need ? r->need : "");
        printf("            %s\n", mu_show_safe(cli->arena, evidence(cli->arena, r)));
        if (r->pass && !r->by)
            printf("            passes: %s\n", r->pass);
    }
    putchar('\n');
}

static void put_rows(struct mu_writer *w, const struct mu_checklist *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct mu_requirement *r = &list->list[i];
        const char *const cells[] = {
            r->system, r->id, r->title, r->need, mu_access_name((enum mu_access)r->result),
            r->by,     r->on, r->note,  r->how,  r->pass};
        mu_writer_row(w, cells, NULL);
    }
}

static int show(struct mu_cli *cli, const struct lists *l, struct mu_err *err)
{
    static const char *const columns[] = {"system", "id", "requirement", "need", "result",
                                          "by",     "on", "note",        "how",  "pass"};
    bool rows = cli->format != MU_FORMAT_TEXT;
    struct mu_writer *w =
        rows ? mu_writer_new(stdout, cli->format, columns, MU_LEN(columns)) : NULL;
    for (size_t i = 0; i < l->count; i++) {
        if (w)
            put_rows(w, &l->all[i]);
        else
            put_text(cli, &l->all[i]);
    }
    if (w)
        return mu_writer_close(w, err);
    const char *comma = "";
    for (int r = 0; r <= MU_ACCESS_NA; r++) {
        printf("%s%zu %s", comma, l->results[r], mu_access_name((enum mu_access)r));
        comma = ", ";
    }
    putchar('\n');
    return 0;
}

int mu_audit_integrations(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *answers = mu_args_get(args, "answers");
    struct lists l = {.count = 0};
    if (load(cli, args->words[1], &l, err) < 0 ||
        (answers && mu_access_answer(cli->arena, answers, l.all, l.count, err) < 0))
        return -1;
    for (size_t i = 0; i < l.count; i++)
        for (size_t k = 0; k < l.all[i].count; k++)
            l.results[l.all[i].list[k].result]++;
    if (show(cli, &l, err) < 0)
        return -1;
    return l.results[MU_ACCESS_FAIL] > 0 ? MU_EXIT_CHANGES : MU_EXIT_DONE;
}
