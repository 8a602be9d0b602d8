/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `audit:` key of muster.yaml, as far as the configuration can tell. Which checks there are, and
 * what parameters they have, is known to audit/checks.h, which reads `checks` and `rules`.
 */
#ifndef MU_ENGINE_CONFIG_AUDIT_H
#define MU_ENGINE_CONFIG_AUDIT_H

#include "base/yaml.h"

/* How much a finding matters. */
enum mu_severity { MU_INFO, MU_LOW, MU_MEDIUM, MU_HIGH, MU_CRITICAL, MU_SEVERITIES };

extern const char *const mu_severities[]; /* "info" ..., NULL-terminated */

struct mu_audit_def {
    const char *account;       /* that is audited when none is named; NULL: the only one */
    const char *hris;          /* account that knows who works here; NULL: none */
    const char *waivers;       /* file, made absolute; NULL: none */
    int fail_on;               /* enum mu_severity */
    bool sends;                /* sends are read along, for checks of who sends */
    const char *const *rules;  /* files of a site's own checks, made absolute; NULL-terminated */
    const struct mu_y *checks; /* name -> off, or its settings; NULL: none */
};

#endif
