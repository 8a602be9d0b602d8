/* SPDX-License-Identifier: Apache-2.0 */
/* What is parked, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/show.h"

void mu_show_parked_json(const struct mu_parked *parked, struct mu_jw *w)
{
    const struct {
        const char *name, *text;
    } texts[] = {{"owner", parked->owner},
                 {"kind", mu_schema_of(parked->kind)->name},
                 {"id", parked->id},
                 {"label", parked->label},
                 {"reason", parked->reason}};
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"first_seen", parked->first_seen},
                   {"last_seen", parked->last_seen},
                   {"tries", parked->tries},
                   {"next_try", parked->next_try}};
    mu_jw_object(w);
    for (size_t i = 0; i < MU_LEN(texts); i++) {
        mu_jw_key(w, texts[i].name);
        mu_jw_str(w, texts[i].text);
    }
    for (size_t i = 0; i < MU_LEN(numbers); i++) {
        mu_jw_key(w, numbers[i].name);
        mu_jw_int(w, numbers[i].value);
    }
    mu_jw_end(w, '}');
}

static void row(struct mu_cli *cli, const struct mu_parked *parked, struct mu_writer *writer)
{
    struct mu_arena *a = cli->arena;
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_show_parked_json(parked, &w);
    const char *const values[] = {
        parked->owner,
        mu_schema_of(parked->kind)->name,
        parked->id,
        parked->label,
        mu_show_time(a, parked->first_seen),
        mu_printf(a, "%" PRId64, parked->tries),
        parked->next_try ? mu_show_time(a, parked->next_try) : "next pull",
        parked->reason,
    };
    mu_writer_row(writer, values, json.data);
}

int mu_show_parked_rows(struct mu_cli *cli, const struct mu_parked *parked, size_t count,
                        struct mu_err *err)
{
    static const char *const columns[] = {"owner", "kind",  "id",       "label",
                                          "since", "tries", "next_try", "reason"};
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < count; i++)
        row(cli, &parked[i], writer);
    return mu_writer_close(writer, err);
}
