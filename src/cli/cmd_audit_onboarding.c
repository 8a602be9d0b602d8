/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit onboarding: was a campaign's gift sent to everybody of a group? */
#include <inttypes.h>
#include <stdio.h>

#include "audit/onboarding.h"
#include "base/str.h"
#include "cli/audit.h"
#include "cli/show.h"

static void put_row(struct mu_writer *w, struct mu_arena *arena, const struct mu_welcomed *p)
{
    const char *const cells[] = {p->person->id,
                                 p->person->label,
                                 p->person->email,
                                 mu_welcome_name(p->state),
                                 p->send ? p->send->status : NULL,
                                 p->send ? mu_show_time(arena, p->send->at) : NULL,
                                 p->send ? p->send->id : NULL,
                                 mu_printf(arena, "%" PRId64, p->sends)};
    mu_writer_row(w, cells, NULL);
}

static int show(struct mu_cli *cli, const struct mu_onboarding *o, struct mu_err *err)
{
    static const char *const columns[] = {"id",     "name", "email", "gift",
                                          "status", "date", "send",  "sends"};
    struct mu_writer *w = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 0; i < o->count; i++)
        put_row(w, cli->arena, &o->people[i]);
    if (mu_writer_close(w, err) < 0)
        return -1;
    if (cli->format == MU_FORMAT_TEXT && !cli->quiet)
        printf("%s in %s: %zu missing, %zu failed\n",
               mu_show_some(cli->arena, (int64_t)o->count, "person", "people"),
               mu_show_safe(cli->arena, o->team->label), o->missing, o->failed);
    return o->missing + o->failed > 0 ? MU_EXIT_CHANGES : MU_EXIT_DONE;
}

static void warn(struct mu_cli *cli, const struct mu_snapshot *snap, const struct mu_sends *sends,
                 const struct mu_onboarding *o, const char *campaign)
{
    if (snap->verdict != MU_COMPLETE)
        mu_log(cli->log, MU_LOG_WARN,
               "snapshot %" PRId64 " was not a complete read: people may be missing from it",
               snap->id);
    if (!sends->complete)
        mu_log(cli->log, MU_LOG_WARN, "%zu of %" PRId64 " sends were read: some may be missing",
               sends->count, sends->total);
    if (o->campaign_sends == 0)
        mu_log(cli->log, MU_LOG_WARN,
               "no send of a campaign '%s' was found to anybody; is that its name?",
               mu_show_safe(cli->arena, campaign));
}

int mu_audit_sends(struct mu_cli *cli, const struct mu_account_def *def,
                   const struct mu_sends **ret, struct mu_err *err)
{
    MU_AUTO(account) struct mu_account *account = NULL;
    if (mu_cli_open(cli, def, &account, err) < 0)
        return -1;
    return mu_sends_read(account, cli->arena, cli->log, ret, err);
}

int mu_audit_onboarding(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *campaign = mu_args_get(args, "campaign");
    const struct mu_account_def *def;
    const struct mu_sends *sends;
    struct mu_snapshot snap;
    struct mu_people *people;
    struct mu_onboarding o;
    if (!campaign)
        return mu_fail(err, MU_E_USAGE, "audit onboarding: say which gift: --campaign NAME");
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        mu_cli_source(cli, cli->config->audit.account, &def, err) < 0 ||
        mu_cli_snapshot(cli, def->name, mu_args_get(args, "as-of"), &snap, err) < 0 ||
        mu_audit_sends(cli, def, &sends, err) < 0 ||
        mu_people_read(cli->store, cli->arena, def->name, &snap, NULL, NULL, &people, err) < 0)
        return -1;
    int rc = mu_onboarding(people, sends, args->words[1], campaign, cli->arena, &o, err);
    if (rc == 0) {
        warn(cli, &snap, sends, &o, campaign);
        rc = show(cli, &o, err);
    }
    mu_people_done(people);
    return rc;
}
