/* SPDX-License-Identifier: Apache-2.0 */
/* muster invitations: who was asked to join, what became of it; and a person's word on it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/show.h"
#include "store/invitations.h"

enum { LOCK_WAIT_S = 60, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

#define SET(state) (1U << (state))

static const char *const columns[] = {"account", "email", "state", "age", "sent", "expires",
                                      "tries",   "role",  "group", "via", "run",  "detail"};

/* ---- what a person says ---- */

static const struct word {
    const char *option;
    unsigned from;
    enum mu_invited to;
    const char *detail;
} words[] = {
    {"sent", SET(MU_INVITED_DOUBT) | SET(MU_INVITED_SENT), MU_INVITED_PENDING,
     "a person said that it was sent"},
    {"not-sent", SET(MU_INVITED_DOUBT), MU_INVITED_WITHDRAWN, "a person said that it wasn't sent"},
    {"withdrawn", SET(MU_INVITED_DOUBT) | SET(MU_INVITED_SENT) | SET(MU_INVITED_PENDING),
     MU_INVITED_WITHDRAWN, "a person withdrew it"},
    {"again", SET(MU_INVITED_EXPIRED) | SET(MU_INVITED_ACCEPTED) | SET(MU_INVITED_REFUSED),
     MU_INVITED_WITHDRAWN, "a person allowed another one"},
};

/* NULL: none or more than one is said; err tells. */
static const struct word *find_word(const struct mu_args *args, struct mu_err *err)
{
    const struct word *found = NULL;
    for (size_t i = 0; i < MU_LEN(words); i++) {
        if (!mu_args_has(args, words[i].option))
            continue;
        if (found) {
            mu_fail(err, MU_E_USAGE, "invitations settle: --%s and --%s exclude each other",
                    found->option, words[i].option);
            return NULL;
        }
        found = &words[i];
    }
    if (!found)
        mu_fail(err, MU_E_USAGE,
                "invitations settle: say --sent, --not-sent, --withdrawn or --again");
    return found;
}

/* The one invitation of that address, in the named account or in any. */
static int find_one(struct mu_cli *cli, const char *email, const char *account,
                    struct mu_invitation *ret, struct mu_err *err)
{
    const char *key = mu_fold(cli->arena, email);
    struct mu_invitation *list;
    size_t count, found = 0;
    if (mu_invitation_list(cli->store, cli->arena, account, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!mu_streq(list[i].key, key))
            continue;
        *ret = list[i];
        found++;
    }
    if (found == 0)
        return mu_fail(err, MU_E_MISSING,
                       "nobody was invited as %s; muster invitations lists who was",
                       mu_show_safe(cli->arena, email));
    if (found > 1)
        return mu_fail(err, MU_E_USAGE, "%s was invited into several accounts; add --account NAME",
                       mu_show_safe(cli->arena, email));
    return 0;
}

static int settle(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_invitation is = {.account = NULL};
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    if (args->word_count < 2)
        return mu_fail(err, MU_E_USAGE, "invitations settle: whose? usage: muster invitations %s",
                       args->cmd->usage);
    const struct word *word = find_word(args, err);
    if (!word || mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        find_one(cli, args->words[1], mu_args_get(args, "account"), &is, err) < 0 ||
        mu_invitations_lock(cli->store, is.account, LOCK_WAIT_S, &lock, err) < 0 ||
        mu_invitations_recover(cli->store, is.account, err) < 0)
        return -1;
    const struct mu_invitation to = {
        .account = is.account, .key = is.key, .state = word->to, .detail = word->detail};
    int moved = mu_invitation_move(cli->store, &to, word->from, err);
    if (moved < 0)
        return -1;
    if (moved == 0)
        return mu_fail(err, MU_E_CONFLICT, "the invitation of %s is %s: --%s says nothing about it",
                       is.email, mu_invited_name(is.state), word->option);
    mu_log(cli->log, MU_LOG_INFO, "%s: the invitation of %s is %s now", is.account, is.email,
           mu_invited_name(word->to));
    return 0;
}

/* ---- the list ---- */

static const char *age_of(struct mu_arena *arena, const struct mu_invitation *i)
{
    int64_t s = mu_now() - (i->sent ? i->sent : i->intended);
    return s / MINUTE_S < 2 ? mu_printf(arena, "%" PRId64 "s", s)
           : s / HOUR_S < 2 ? mu_printf(arena, "%" PRId64 "m", s / MINUTE_S)
           : s / DAY_S < 2  ? mu_printf(arena, "%" PRId64 "h", s / HOUR_S)
                            : mu_printf(arena, "%" PRId64 "d", s / DAY_S);
}

/* What its time has ended is over, whether or not a run has noticed. */
static enum mu_invited state_of(const struct mu_invitation *i)
{
    bool over = i->expires && i->expires <= mu_now() && i->state != MU_INVITED_INTENDED;
    return mu_invited_open(i->state) && over ? MU_INVITED_EXPIRED : i->state;
}

static void time_json(struct mu_jw *w, const char *key, int64_t at)
{
    char text[MU_TIME_TEXT];
    mu_jw_key(w, key);
    mu_jw_str(w, at ? mu_time_text(at, text) : NULL);
}

static void invitation_json(const struct mu_invitation *i, struct mu_jw *w)
{
    const struct {
        const char *key, *text;
    } texts[] = {{"account", i->account},
                 {"email", i->email},
                 {"first_name", i->first_name},
                 {"last_name", i->last_name},
                 {"role", i->role},
                 {"team_group", i->team_group},
                 {"group", i->group_name},
                 {"via", i->via},
                 {"detail", i->detail},
                 {"state", mu_invited_name(state_of(i))}};
    mu_jw_object(w);
    for (size_t n = 0; n < MU_LEN(texts); n++) {
        mu_jw_key(w, texts[n].key);
        mu_jw_str(w, texts[n].text);
    }
    mu_jw_put_int(w, "tries", i->tries);
    mu_jw_put_int(w, "run", i->run);
    time_json(w, "intended", i->intended);
    time_json(w, "sent", i->sent);
    time_json(w, "expires", i->expires);
    time_json(w, "changed", i->changed);
    mu_jw_end(w, '}');
}

static void invitation_row(struct mu_cli *cli, const struct mu_invitation *i,
                           struct mu_writer *writer)
{
    struct mu_arena *a = cli->arena;
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    invitation_json(i, &w);
    enum mu_invited state = state_of(i);
    const char *const values[] = {i->account,
                                  i->email,
                                  state == MU_INVITED_DOUBT ? "in doubt" : mu_invited_name(state),
                                  age_of(a, i),
                                  mu_show_time(a, i->sent),
                                  mu_show_time(a, i->expires),
                                  mu_printf(a, "%" PRId64, i->tries),
                                  i->role,
                                  i->group_name ? i->group_name : i->team_group,
                                  i->via,
                                  i->run ? mu_printf(a, "%" PRId64, i->run) : "",
                                  i->detail};
    mu_writer_row(writer, values, json.data);
}

/* Of an account, or of the one a sync writes to; NULL: of all. */
static int find_account(struct mu_cli *cli, const char *name, const char **ret, struct mu_err *err)
{
    const struct mu_account_def *def;
    const struct mu_sync *sync;
    struct mu_err no_sync = MU_ERR_INIT;
    *ret = NULL;
    if (!name)
        return 0;
    if (mu_config_sync(cli->config, name, &sync, &no_sync) == 0)
        def = sync->to;
    else if (mu_config_account(cli->config, name, &def, err) < 0)
        return -1;
    *ret = def->name;
    return 0;
}

static int check_state(const char *state, struct mu_err *err)
{
    for (int i = 0; state && i < MU_INVITED_STATES; i++)
        if (mu_streq(state, mu_invited_name((enum mu_invited)i)))
            return 0;
    return state ? mu_fail(err, MU_E_USAGE,
                           "--state: intended, sent, pending, accepted, expired, withdrawn, "
                           "refused or doubt")
                 : 0;
}

static int list(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *account, *state = mu_args_get(args, "state");
    struct mu_invitation *all;
    size_t count;
    if (args->word_count > 1)
        return mu_fail(err, MU_E_USAGE, "invitations: usage: muster invitations %s",
                       args->cmd->usage);
    if (check_state(state, err) < 0 || mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        find_account(cli, args->words[0], &account, err) < 0 ||
        mu_invitation_list(cli->store, cli->arena, account, &all, &count, err) < 0)
        return -1;
    struct mu_writer *writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < count; i++)
        if (!state || mu_streq(state, mu_invited_name(state_of(&all[i]))))
            invitation_row(cli, &all[i], writer);
    return mu_writer_close(writer, err);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    return mu_streq(args->words[0], "settle") ? settle(cli, args, err) : list(cli, args, err);
}

static const struct mu_cmd_opt opts[] = {
    {"state", 0, "STATE",
     "only those in it: intended, sent, pending, accepted, expired, withdrawn, refused, doubt"},
    {"sent", 0, NULL, "settle: it was sent; it waits for the person until it expires"},
    {"not-sent", 0, NULL, "settle: it was not sent; the next run may send one"},
    {"withdrawn", 0, NULL, "settle: it was withdrawn in Sendoso; the next run may send one"},
    {"again", 0, NULL, "settle: one more is allowed, whatever came of those before"},
    {"account", 0, "NAME", "settle: of that account, where several have invited the address"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_invitations = {
    .name = "invitations",
    .summary = "who was invited, and what became of it; settles what is in doubt",
    .usage = "[SYNC|ACCOUNT] [--state STATE]\n"
             "       muster invitations settle EMAIL --sent|--not-sent|--withdrawn|--again"
             " [--account NAME]",
    .about =
        "Sendoso can't list its invitations, so muster keeps a register: one row for each address. "
        "Nobody is invited while an invitation is open (sent, pending, in doubt). In doubt is one "
        "whose answer never came: it is settled by the person being there, by its time being over, "
        "or by settle, once somebody has looked into Sendoso's pages.",
    .opts = opts,
    .words_max = 2,
    .example = "muster invitations hris-to-sendoso --state doubt",
    .run = run,
};
