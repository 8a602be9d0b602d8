/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the HTML report of an audit that is made up: everything a report can show, names that are
 * hostile, and with a number of people as argument as many of them as wanted. With `json` behind it
 * the same as JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/str.h"

enum { CHECKS = 7, ROLES = 4, SOURCES = 2, MADE = 1795000000, DAY = 86400 };

static struct mu_arena *arena;
static int64_t people;
static struct mu_audit audit;
static struct mu_check_result checks[CHECKS] = {
    {"administrators", "more administrators than allowed, or too few", MU_CRITICAL, MU_CHECK_RAN,
     NULL, "Keep two people who can help each other out, and few enough to know them all.",
     "checks.yaml:21", 0, 0, 0},
    {"left-but-active", "people who left and are still active", MU_HIGH, MU_CHECK_RAN, NULL,
     "Deactivate the account.", "checks.yaml:60", 0, 0, 0},
    {"manager-elsewhere", "managers of teams they are not in", MU_MEDIUM, MU_CHECK_RAN, NULL,
     "Move the person, or name another manager.", "checks.yaml:71", 0, 0, 0},
    {"no-group", "people without a group", MU_LOW, MU_CHECK_RAN, NULL,
     "Put the person into a team group, or deactivate the account.", "checks.yaml:40", 0, 0, 0},
    {"privileged", "people with an administrator's or manager's role", MU_INFO, MU_CHECK_RAN, NULL,
     "Confirm that the role is still needed.", "checks.yaml:12", 0, 0, 0},
    {"dormant", "people who have not sent anything", MU_LOW, MU_CHECK_SKIPPED,
     "set `sends: true` under `audit:`", "Ask whether the account is still needed.",
     "checks.yaml:90", 0, 0, 0},
    {"empty-group", "groups without people", MU_LOW, MU_CHECK_OFF, NULL, "Delete the group.",
     "checks.yaml:50", 0, 0, 0},
};

static const char *const hostile[] = {
    "<script>document.title='pwned'</script>",
    "\"><img src=x onerror=\"document.title='pwned'\">",
    "=HYPERLINK(\"http://evil.test\",\"click\")",
    "\342\200\256evitcepsrep\342\200\254 of names",
    "O'Brien & Søn </style></script><b>bold</b>",
    "javascript:alert(1)//{{script}}",
    "bad \xff\xfe UTF-8 \x1b[31m",
    "",
};

static const char *name_of(int64_t i)
{
    static const char *const first[] = {"Ada",  "Bob", "Søren", "Γιώργος", "Ines",
                                        "Yuki", "Zoë", "Carla", "Noah",    "Olga"};
    static const char *const last[] = {"Lovelace", "van den Berg", "Ångström", "Cohen", "Okafor",
                                       "Müller",   "Rossi",        "Nakamura", "Diaz"};
    if (i < (int64_t)MU_LEN(hostile))
        return hostile[i];
    if (i == MU_LEN(hostile)) {
        char *longest = mu_alloc(arena, 10001);
        memset(longest, 'N', 10000);
        return longest;
    }
    return mu_printf(arena, "%s %s", first[i % MU_LEN(first)], last[i / 3 % MU_LEN(last)]);
}

static void set_sources(void)
{
    static struct mu_audit_source sources[SOURCES];
    for (int i = 0; i < SOURCES; i++) {
        sources[i] = (struct mu_audit_source){
            .account = "sendoso",
            .use = i ? "since" : "audited",
            .digest = "b7f3a91c5e0d2846a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718",
            .snapshot = {.id = 42 - i,
                         .account = "sendoso",
                         .started = MADE - 90 * DAY * i - 60,
                         .finished = MADE - 90 * DAY * i,
                         .verdict = i ? MU_COMPLETE : MU_ADDITIVE,
                         .counts = {people, people / 40 + 3, ROLES - 1, people}}};
    }
    audit.sources = sources;
    audit.source_count = SOURCES;
}

static void set_teams(void)
{
    static struct mu_audit_role roles[ROLES] = {{"sender", "Sender", 0},
                                                {"manager", "Manager", 0},
                                                {"admin", "Admin", 0},
                                                {"", "no role", 0}};
    size_t count = (size_t)(people / 40) + 3;
    struct mu_audit_team *teams = mu_alloc_array(arena, count, sizeof(*teams));
    for (size_t i = 0; i < count; i++) {
        int64_t *by_role = mu_alloc_array(arena, ROLES, sizeof(*by_role));
        by_role[0] = (int64_t)(count - i) % 45;
        by_role[1] = 1 + (int64_t)i % 3;
        by_role[2] = i % 9 == 4;
        teams[i] = (struct mu_audit_team){
            .id = mu_printf(arena, "g%zu", i),
            .name = i < 2 ? hostile[i] : mu_printf(arena, "Field Team %03zu", i),
            .budget = i % 5 ? "12500.00" : NULL,
            .balances = "4381.25",
            .roles = by_role,
            .active = by_role[0] + by_role[1] + by_role[2],
            .people = by_role[0] + by_role[1] + by_role[2] + (int64_t)i % 4};
        for (int r = 0; r < ROLES; r++)
            roles[r].people += by_role[r];
        audit.active += teams[i].active;
    }
    audit.roles = roles;
    audit.role_count = ROLES;
    audit.teams = teams;
    audit.team_count = count;
    audit.groups = (int64_t)count;
    audit.teamless = 5;
    audit.active += 5;
    roles[3].people = 5;
    audit.people = audit.active + (int64_t)count;
}

static void set_changes(void)
{
    size_t count = (size_t)people / 3;
    struct mu_audit_change *changes = mu_alloc_array(arena, count, sizeof(*changes));
    for (size_t i = 0; i < count; i++) {
        enum mu_what what = (enum mu_what)(i * i % MU_WHATS);
        bool moved = what == MU_MOVED || what == MU_CHANGED;
        changes[i] = (struct mu_audit_change){
            .event = {.what = what,
                      .kind = MU_USER,
                      .id = mu_printf(arena, "%zu", i),
                      .label = name_of((int64_t)i),
                      .field = what == MU_CHANGED ? "title"
                               : moved            ? "groups"
                                                  : NULL,
                      .before = moved ? "Sales <EMEA>" : NULL,
                      .after = moved ? "Marketing" : NULL},
            .seen.first_seen = 41,
            .seen.at =
                MADE - (int64_t)(i * 7919 % 89) * DAY * (i % 3 ? 1 : 0) - (int64_t)(i % 20) * DAY,
            .seen.run = i % 4 == 3 ? 0 : 7};
        audit.by_what[what]++;
    }
    audit.changes = changes;
    audit.change_count = count;
    audit.change_total = (int64_t)count;
}

static void add_finding(struct mu_finding *f, struct mu_check_result *check, int64_t who,
                        const struct mu_waiver *waived)
{
    struct mu_subject *subjects = mu_alloc_array(arena, 2, sizeof(*subjects));
    for (int i = 0; i < 2; i++)
        subjects[i] = (struct mu_subject){.kind = i ? MU_GROUP : MU_USER,
                                          .account = "sendoso",
                                          .id = mu_printf(arena, "%s%" PRId64, i ? "g" : "", who),
                                          .label = i ? "Field <Team>" : name_of(who)};
    *f = (struct mu_finding){.check = check,
                             .severity = check->severity,
                             .title = mu_printf(arena, "%s: %s", name_of(who), check->title),
                             .subjects = subjects,
                             .subject_count = check->severity == MU_MEDIUM ? 2 : 1,
                             .detail = who % 3 ? "HRIS says <terminated> since 2026-10-31" : NULL,
                             .snapshot = 42,
                             .run = who % 5 ? 0 : 7,
                             .rule = check->rule,
                             .advice = check->advice,
                             .waived = waived};
    snprintf(f->id, sizeof(f->id), "%016" PRIx64,
             ((uint64_t)who * 5 + (uint64_t)check->severity + 1) * 0x9e3779b97f4a7c15);
    check->found++;
    check->shown++;
    check->waived += waived != NULL;
    if (waived)
        audit.waived++;
    else
        audit.by_severity[check->severity]++;
}

static void set_findings(void)
{
    static const struct mu_waiver waiver = {.owner = "Grace <Owner>",
                                            .reason = "on leave until spring & paid",
                                            .expires = MADE + 100 * DAY};
    const int64_t counts[] = {1, 9, 12, people / 4, people / 2};
    size_t total = 0, at = 0;
    for (size_t c = 0; c < MU_LEN(counts); c++)
        total += (size_t)counts[c];
    struct mu_finding *findings = mu_alloc_array(arena, total, sizeof(*findings));
    for (size_t c = 0; c < MU_LEN(counts); c++)
        for (int64_t i = 0; i < counts[c]; i++)
            add_finding(&findings[at++], &checks[c], i, c == 1 && i > 6 ? &waiver : NULL);
    audit.findings = findings;
    audit.finding_count = total;
    audit.checks = checks;
    audit.check_count = CHECKS;
}

int main(int argc, char **argv)
{
    static const char *const warnings[] = {
        "the read of sendoso (snapshot 42) was not complete: people may be missing from it, and "
        "who "
        "is gone still stands in it; read it again before you act on this"};
    struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    long long count = 200;
    if (argc > 1 && !mu_parse_int(argv[1], 40, 10000000, &count))
        return 64;
    arena = mu_arena_new();
    people = count;
    audit = (struct mu_audit){
        .account = "sendoso",
        .system = "sendoso",
        .made = MADE + 3600,
        .chain = "0eac8dea77b0c92fb26ec7e8de4c3dab9f8e92b4a0738dab31cf057da5c8beaa",
        .warnings = warnings,
        .warning_count = 1};
    set_sources();
    set_teams();
    set_changes();
    set_findings();
    if (argc > 2)
        mu_audit_json(&audit, &to);
    else
        mu_audit_html(&audit, &to);
    fwrite(to.data, 1, to.len, stdout);
    mu_buf_done(&to);
    mu_arena_free(arena);
    return fflush(stdout) == 0 ? 0 : 1;
}
