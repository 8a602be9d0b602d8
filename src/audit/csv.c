/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as a spreadsheet: a row each. */
#include <inttypes.h>
#include <stdio.h>

#include "audit/audit.h"
#include "base/time.h"
#include "base/writer.h"

/* Those behind the first: "Bo Lind (4102), Cy Moe (4103)". */
static const char *others(struct mu_arena *arena, const struct mu_finding *f)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 1; f->subjects && i < f->subject_count; i++)
        mu_buf_printf(&text, "%s%s (%s)", i > 1 ? ", " : "", f->subjects[i].label,
                      f->subjects[i].id);
    return mu_strndup(arena, text.data, text.len);
}

static const char *number(struct mu_arena *arena, int64_t n)
{
    return n ? mu_printf(arena, "%" PRId64, n) : NULL;
}

static void put_row(struct mu_writer *w, struct mu_arena *arena, const struct mu_finding *f)
{
    const struct mu_subject *s = f->subject_count > 0 ? f->subjects : NULL;
    char until[MU_TIME_TEXT] = "";
    if (f->waived && f->waived->expires)
        mu_time_text(f->waived->expires, until);
    const char *const cells[] = {f->id,
                                 mu_severities[f->severity],
                                 f->check->name,
                                 f->title,
                                 s ? mu_schema_of(s->kind)->name : NULL,
                                 s ? s->account : NULL,
                                 s ? s->id : NULL,
                                 s ? s->label : NULL,
                                 others(arena, f),
                                 f->detail,
                                 number(arena, f->snapshot),
                                 number(arena, f->run),
                                 f->rule,
                                 f->advice,
                                 f->waived ? f->waived->owner : NULL,
                                 f->waived ? f->waived->reason : NULL,
                                 until};
    mu_writer_row(w, cells, NULL);
}

static void put_rows(const struct mu_audit *a, FILE *to)
{
    static const char *const columns[] = {
        "finding", "severity", "check",     "title",          "kind",        "account",
        "id",      "label",    "others",    "detail",         "snapshot",    "run",
        "rule",    "advice",   "waived_by", "waived_because", "waived_until"};
    struct mu_err ignored = MU_ERR_INIT; /* memory doesn't fail to be written */
    struct mu_writer *w = mu_writer_new(to, MU_FORMAT_CSV, columns, MU_LEN(columns));
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < a->finding_count; i++) {
        mu_arena_reset(arena);
        put_row(w, arena, &a->findings[i]);
    }
    mu_writer_close(w, &ignored);
}

void mu_audit_csv(const struct mu_audit *a, struct mu_buf *to)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        mu_oom();
    put_rows(a, memory);
    fclose(memory);
    mu_buf_add(to, text, len);
    free(text);
}
