/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the register of invitations. */
#include <inttypes.h>
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"
#include "base/time.h"
#include "store/invitations.h"

enum { DAY = 86400 };

static bool is_in(const struct mu_param *states, enum mu_invited state)
{
    for (size_t i = 0; i < states->count; i++)
        if (mu_streq(states->values[i], mu_invited_name(state)))
            return true;
    return false;
}

static const char *name_of(struct auditing *a, const struct mu_invitation *i)
{
    if (i->first_name && i->last_name)
        return mu_printf(a->arena, "%s %s", i->first_name, i->last_name);
    return i->email ? i->email : i->key;
}

static void tell(struct auditing *a, size_t check, const struct mu_invitation *i, int64_t since)
{
    static const char *const names[] = {"state", "age_days", "email", "group"};
    char when[MU_TIME_TEXT];
    const struct mu_subject subject = {MU_USER, a->account->name, i->key, name_of(a, i)};
    const char *const values[] = {
        mu_invited_name(i->state), mu_printf(a->arena, "%" PRId64, (a->now - since) / DAY),
        i->email ? i->email : i->key, i->group_name ? i->group_name : i->team_group};
    const struct audit_words words = {.names = names, .values = values, .count = MU_LEN(names)};
    const struct audit_draft draft = {
        .subjects = &subject,
        .subject_count = 1,
        .named = 1,
        .detail = mu_printf(a->arena, "invitation to %s as %s, %s since %s, tries %" PRId64,
                            values[3] ? values[3] : "no group", i->role ? i->role : "?", values[0],
                            mu_time_text(since, when), i->tries),
        .run = i->run};
    audit_find(a, check, &draft, &words);
}

static int run_invitations(struct auditing *a, size_t check, struct mu_err *err)
{
    const struct mu_check *c = &a->checks[check];
    const struct mu_param *states = mu_check_param(c, "states");
    struct mu_invitation *list;
    size_t count;
    long long days;
    if (!mu_parse_int(mu_check_value(c, "days"), 0, 100000, &days))
        return mu_y_fail(c->at, err, "days: '%.40s' is not a whole number",
                         mu_check_value(c, "days"));
    if (a->options->as_of) {
        audit_skip(a, check, "the register of invitations knows today only");
        return 0;
    }
    if (mu_invitation_list(a->store, a->arena, a->account->name, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int64_t since = list[i].sent ? list[i].sent : list[i].intended;
        if (is_in(states, list[i].state) && a->now - since > days * DAY)
            tell(a, check, &list[i], since);
    }
    return 0;
}

static const char *const invitation_needs[] = {"states", "days", NULL};
static const char *const invitation_words[] = {"state", "age_days", "group", NULL};
const struct audit_builtin audit_builtin_invitations = {.name = "invitations",
                                                        .needs = invitation_needs,
                                                        .words = invitation_words,
                                                        .run = run_invitations};
