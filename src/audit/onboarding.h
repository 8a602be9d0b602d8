/* SPDX-License-Identifier: Apache-2.0 */
/* Was a campaign's gift sent to everybody of a group? Who is missing? */
#ifndef MU_AUDIT_ONBOARDING_H
#define MU_AUDIT_ONBOARDING_H

#include "audit/people.h"
#include "audit/sends.h"

enum mu_welcome { MU_WELCOMED, MU_WELCOME_FAILED, MU_WELCOME_MISSING };
const char *mu_welcome_name(enum mu_welcome welcome); /* "sent", "failed", "missing" */

struct mu_welcomed {
    const struct mu_person *person;
    enum mu_welcome state;
    const struct mu_send *send; /* the newest of the campaign that didn't fail, else the newest */
    int64_t sends;              /* of the campaign to this person */
};

struct mu_onboarding {
    const struct mu_team *team;
    const struct mu_welcomed *people; /* active and invited ones, by label */
    size_t count, missing, failed;
    int64_t campaign_sends; /* of the campaign, to anybody; 0: perhaps there is no such campaign */
};

/* group: id, or name folded. MU_E_MISSING with the nearest, MU_E_USAGE when a name is of several.
 * All in the arena. */
int mu_onboarding(struct mu_people *people, const struct mu_sends *sends, const char *group,
                  const char *campaign, struct mu_arena *arena, struct mu_onboarding *ret,
                  struct mu_err *err);

#endif
