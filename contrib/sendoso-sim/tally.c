/* SPDX-License-Identifier: Apache-2.0 */
/* Counting by folded address. */
#include "tally.h"

#include <string.h>

#include "api.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"

struct tally_row {
    char *folded; /* the map's key */
    int64_t invites, creates, while_pending, while_active;
};

static struct tally_row *row_of(struct sim_tally *tally, const char *email)
{
    struct mu_buf folded = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&folded, email, strlen(email));
    if (!tally->rows)
        tally->rows = mu_map_new(64);
    struct tally_row *row = mu_map_get(tally->rows, folded.data, folded.len);
    if (!row) {
        row = mu_xcalloc(1, sizeof(*row));
        row->folded = mu_xstrdup(folded.data);
        mu_map_put(tally->rows, row->folded, strlen(row->folded), row);
    }
    mu_buf_done(&folded);
    return row;
}

void sim_tally_asked(struct sim *sim, const char *email, enum sim_asked what)
{
    struct tally_row *row = row_of(&sim->tally, email);
    *(what == SIM_ASKED_INVITE ? &row->invites : &row->creates) += 1;
    row->while_pending += sim_invitations_pending(&sim->invitations, email);
    row->while_active += sim_people_active_mail(sim->people, email);
}

static struct tally_row *row_at(const struct sim_tally *tally, size_t i)
{
    const char *key;
    size_t len;
    void *value;
    mu_map_at(tally->rows, i, &key, &len, &value);
    return value;
}

static size_t row_count(const struct sim_tally *tally)
{
    return tally->rows ? mu_map_count(tally->rows) : 0;
}

void sim_tally_clear(struct sim_tally *tally)
{
    for (size_t i = 0; i < row_count(tally); i++) {
        struct tally_row *row = row_at(tally, i);
        free(row->folded);
        free(row);
    }
    mu_map_free(tally->rows);
    *tally = (struct sim_tally){0};
}

static void write_counts(struct mu_jw *w, const struct tally_row *row)
{
    sim_write_int(w, "invites", row->invites);
    sim_write_int(w, "creates", row->creates);
    sim_write_int(w, "while_pending", row->while_pending);
    sim_write_int(w, "while_active", row->while_active);
}

void sim_tally_write(const struct sim_tally *tally, struct mu_jw *w)
{
    struct tally_row all = {0};
    for (size_t i = 0; i < row_count(tally); i++) {
        const struct tally_row *row = row_at(tally, i);
        all.invites += row->invites;
        all.creates += row->creates;
        all.while_pending += row->while_pending;
        all.while_active += row->while_active;
    }
    mu_jw_object(w);
    write_counts(w, &all);
    mu_jw_key(w, "emails");
    mu_jw_object(w);
    for (size_t i = 0; i < row_count(tally); i++) {
        const struct tally_row *row = row_at(tally, i);
        mu_jw_key(w, row->folded);
        mu_jw_object(w);
        write_counts(w, row);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}
