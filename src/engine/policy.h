/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of a sync: who of a source's people belongs in which group of the target, in which
 * role, and since and until when. A YAML file (muster.yaml(5), mappings/policy.schema.json):
 *
 *     match: first                    # or priority: the highest `priority` of a rule wins
 *     start: start_date               # attribute of a person: not in before that day ...
 *     end: end_date                   # ... and out after this one
 *     early: 7d                       # in already so long before it starts
 *     exclude:
 *       - {name: partners, when: {email: "*@partner.test"}}
 *     rules:
 *       - name: emea-leads
 *         when: {department: [Sales, "Sales *"], any: [{title: "Lead*"}, {group: Leads}], not: {location: Lima}}
 *         group: EMEA Sales           # name or id; or {id: "71"}, {name: "71"}
 *         role: manager               # regular (also called sender), manager, admin
 *         from: 2026-01-01
 *         until: 2026-12-31           # with the whole of that day
 *     default: {group: Everybody}     # of whom no rule fits; without it they aren't in
 *     examples:                       # mu_policy_examples
 *       - name: a lead in Lima
 *         person: {department: Sales, title: Lead, location: Lima}
 *         expect: {group: Everybody}  # stands, rule, group, role
 *
 * A test names an attribute of the unified user: a field (title, username, type, status, ...), one
 * of the lists by its singular (email, phone, language, group, role, organization: by id and name),
 * or one of `attributes` (department, location; `attributes.title` where a field has that name). It
 * holds when one of its values is one of those written, all compared folded and in NFC; a value with
 * * or ? is a glob. All entries of a mapping must hold. Bare dates are days of UTC.
 *
 * The policy is compiled once and const from then on; a decider is one thread's view of it at one
 * moment. Hidden: each test is a bit, a rule a few jumps over bits, and what bits a value sets is
 * remembered by value, so that a decision looks each of a person's values up once, however many
 * rules there are (policy_decide.c).
 */
#ifndef MU_ENGINE_POLICY_H
#define MU_ENGINE_POLICY_H

#include "base/doc.h"
#include "base/hash.h"
#include "base/yaml.h"

enum { MU_POLICY_RULES_MAX = 10000, MU_POLICY_TESTS_MAX = 100000 };

enum mu_standing {
    MU_STANDS_IN,
    MU_STANDS_EXCLUDED, /* by an exclusion */
    MU_STANDS_NOWHERE,  /* no rule fits, and there is no default */
    MU_STANDS_NOT_YET,  /* before the person's start */
    MU_STANDS_ENDED,    /* after the person's end */
    MU_STANDS_UNCLEAR   /* its start or end is no date: to be left as it is */
};
const char *mu_standing_name(enum mu_standing standing); /* "in", "excluded", "none", ... */

/* How a rule names its group. */
enum mu_group_ref { MU_GROUP_ANY, MU_GROUP_NAME, MU_GROUP_ID };

struct mu_policy_rule {
    const char *name;      /* unique; "default" */
    const struct mu_y *at; /* file and line */
    bool excludes;
    const char *group; /* as written; NULL: it excludes */
    enum mu_group_ref ref;
    const char *role; /* regular, manager or admin; NULL: it excludes */
    int64_t priority;
    int64_t from, until; /* in force from the one up to before the other; 0: no matter */
};

/* An attribute that the policy looks at. */
struct mu_policy_field {
    const char *name;      /* as written */
    const struct mu_y *at; /* the first place */
    const char *extra;     /* its name in `attributes`; NULL: a field of the schema */
};

struct mu_policy {
    const char *file;
    bool by_priority;
    const struct mu_policy_rule *rules; /* as they are tried: exclusions, rules, the default */
    size_t rule_count;
    const struct mu_policy_field *fields;
    size_t field_count;
    const struct mu_y *fallback; /* where the default is written; NULL: there is none */
    const struct mu_y *examples; /* as written; NULL: none */
    char digest[MU_DIGEST_HEX];  /* of what the file says, however it is laid out */
    const struct mu_policy_code *code;
};

/* MU_E_CONFIG with file, line and fix. All in the arena. */
int mu_policy_load(struct mu_arena *arena, const char *path, const struct mu_policy **ret,
                   struct mu_err *err);
int mu_policy_parse(struct mu_arena *arena, const char *file, const char *text, size_t len,
                    const struct mu_policy **ret, struct mu_err *err);

struct mu_decision {
    enum mu_standing standing;
    const struct mu_policy_rule *rule; /* that fits; NULL: none */
    /* not yet, ended, unclear: the attribute, what it says (the user's document owns it), and the
     * moment that comes to (0: unclear) */
    const char *field, *date;
    int64_t when;
};

/* One thread's, for decisions as of `now`. The policy outlives it. NULL is fine to free. Its memory
 * doesn't grow with the number of people. */
struct mu_decider;
struct mu_decider *mu_decider_new(const struct mu_policy *policy, int64_t now);
void mu_decider_free(struct mu_decider *d);
static inline void mu_auto_decider(struct mu_decider **d)
{
    mu_decider_free(*d);
}

/* Of a user in the unified schema. */
void mu_decide(struct mu_decider *d, const struct mu_doc *user, struct mu_decision *ret);

/* Whether a rule of the policy fits the user decided last, whichever rule came first. */
bool mu_decider_fits(const struct mu_decider *d, size_t rule);

/* Why a rule doesn't fit that user, in short (`title is "Clerk", not "Lead*"`); in the arena. NULL:
 * it fits. The document decided on must be there still. */
const char *mu_decider_why_not(const struct mu_decider *d, const struct mu_doc *user, size_t rule,
                               struct mu_arena *arena);

/* What a target's mapping sees under /@ of somebody that rule decides: {"policy": {"group", "role",
 * "rule"}}, with the group as the target has it. */
const struct mu_doc *mu_policy_context(struct mu_arena *arena, const struct mu_policy_rule *rule,
                                       const char *group);

/* Runs the file's examples. Calls report for each: failure is NULL when it passed. Returns the number
 * that failed. */
typedef void mu_policy_report(void *arg, const char *example, const char *failure);
int mu_policy_examples(const struct mu_policy *policy, mu_policy_report *report, void *arg,
                       int *ret_count);

#endif
