/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Sendoso's own integrations need of another system, as a checklist: mappings/SYSTEM/access.yaml.
 *
 *     kind: access
 *     system: marketo
 *     title: what it is about
 *     who: whose rights these are, and how to find that user
 *     requirements:
 *       - id: MK-03
 *         title: Read-Only Activity
 *         need: Read                   # optional
 *         how: where to look
 *         probe: /rest/v1/...          # optional: a harmless GET that shows it, for an adapter
 *         pass: what has to be there   # optional
 *
 * Until somebody looks, or an adapter probes, a requirement is UNKNOWN. What a person saw is written
 * down in a file of answers:
 *
 *     kind: access-answers
 *     systems:
 *       marketo:
 *         MK-03: {result: pass, by: ada@example.org, on: 2026-11-20, note: seen in Admin}
 */
#ifndef MU_AUDIT_ACCESS_H
#define MU_AUDIT_ACCESS_H

#include "base/yaml.h"

enum mu_access { MU_ACCESS_PASS, MU_ACCESS_FAIL, MU_ACCESS_WARN, MU_ACCESS_UNKNOWN, MU_ACCESS_NA };
const char *mu_access_name(enum mu_access result); /* "PASS", "FAIL", "WARN", "UNKNOWN", "N/A" */

struct mu_requirement {
    const char *system, *id, *title;
    const char *need, *how, *probe, *pass; /* NULL: not told */
    int result;                            /* enum mu_access */
    const char *by, *on, *note;            /* of the answer; NULL: none */
};

struct mu_checklist {
    const char *system, *title, *who;
    struct mu_requirement *list;
    size_t count;
};

/* One file; every result is UNKNOWN. MU_E_CONFIG with the line. */
int mu_access_load(struct mu_arena *arena, const char *path, struct mu_checklist *ret,
                   struct mu_err *err);

/* Systems that have a checklist in a directory of mappings, sorted, NULL-terminated. */
int mu_access_systems(struct mu_arena *arena, const char *dir, const char *const **ret,
                      struct mu_err *err);

/* What was answered about these systems; others in the file are left. An id that no checklist has is
 * MU_E_CONFIG, with the line and the nearest. */
int mu_access_answer(struct mu_arena *arena, const char *path, struct mu_checklist *lists,
                     size_t count, struct mu_err *err);

#endif
