/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name in the HTML report: whatever it holds, the page has the tags it has with a harmless one, and
 * none of the bytes that have a meaning in HTML comes from the name.
 */
#include "fuzz.h"

#include <string.h>

#include "audit/audit.h"

static void write_report(const char *name, struct mu_buf *to)
{
    int64_t people = 1;
    const struct mu_audit_role role = {.id = name, .name = name, .people = 1};
    const struct mu_audit_team team = {
        .id = name, .name = name, .budget = name, .people = 1, .active = 1, .roles = &people};
    const struct mu_audit_change change = {.event = {.what = MU_CHANGED,
                                                     .id = name,
                                                     .label = name,
                                                     .field = name,
                                                     .before = name,
                                                     .after = name},
                                           .seen = {.at = 1795000000}};
    struct mu_check_result check = {.name = "c", .title = name, .advice = name, .found = 1};
    const struct mu_subject subject = {.account = name, .id = name, .label = name};
    const struct mu_waiver waiver = {.owner = name, .reason = name};
    const struct mu_finding finding = {.id = "0123456789abcdef",
                                       .check = &check,
                                       .title = name,
                                       .subjects = &subject,
                                       .subject_count = 1,
                                       .detail = name,
                                       .rule = "checks.yaml:1",
                                       .advice = check.advice,
                                       .waived = &waiver};
    const struct mu_audit audit = {.account = name,
                                   .system = name,
                                   .chain = name,
                                   .warnings = &name,
                                   .warning_count = 1,
                                   .people = 1,
                                   .active = 1,
                                   .groups = 1,
                                   .roles = &role,
                                   .role_count = 1,
                                   .teams = &team,
                                   .team_count = 1,
                                   .changes = &change,
                                   .change_count = 1,
                                   .change_total = 1,
                                   .checks = &check,
                                   .check_count = 1,
                                   .findings = &finding,
                                   .finding_count = 1,
                                   .waived = 1};
    mu_audit_html(&audit, to);
}

static size_t count(const struct mu_buf *text, char c)
{
    size_t found = 0;
    for (size_t i = 0; i < text->len; i++)
        found += text->data[i] == c;
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char special[] = "<>\"'\033\177";
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    MU_AUTO(buf) struct mu_buf plain = MU_BUF_INIT(MU_BUF_MAX), got = MU_BUF_INIT(MU_BUF_MAX);
    size_t len = strnlen((const char *)data, size);
    char *harmless = mu_alloc(arena, len + 1);
    memset(harmless, 'x', len);
    write_report(harmless, &plain);
    write_report(mu_strndup(arena, (const char *)data, len), &got);
    for (const char *c = special; *c; c++)
        mu_assert(count(&plain, *c) == count(&got, *c));
    return 0;
}
