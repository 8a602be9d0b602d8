/* SPDX-License-Identifier: Apache-2.0 */
/* People who have sent nothing for long. */
#include <inttypes.h>
#include <string.h>

#include "audit/auditing.h"
#include "audit/sends.h"
#include "base/str.h"
#include "base/time.h"

enum { DAY = 86400 };

/* The last send of each sender, by id or by address. */
static void note(struct mu_map *last, const char *sender, const struct mu_send *send)
{
    const struct mu_send *other = sender ? mu_map_get(last, sender, strlen(sender)) : NULL;
    if (sender && (!other || send->at > other->at))
        mu_map_put(last, sender, strlen(sender), (void *)(uintptr_t)send);
}

static const struct mu_send *last_of(const struct mu_map *last, const struct mu_person *p)
{
    const struct mu_send *by_id = mu_map_get(last, p->id, strlen(p->id));
    const struct mu_send *by_key = p->key ? mu_map_get(last, p->key, strlen(p->key)) : NULL;
    if (!by_id || !by_key)
        return by_id ? by_id : by_key;
    return by_id->at > by_key->at ? by_id : by_key;
}

static void tell(struct auditing *a, size_t check, const struct mu_person *p,
                 const struct mu_send *last)
{
    char when[MU_TIME_TEXT];
    const struct mu_subject subject = audit_person(a->people, p);
    const struct audit_draft draft = {.subjects = &subject,
                                      .subject_count = 1,
                                      .named = 1,
                                      .detail =
                                          last ? mu_printf(a->arena, "the last send was %s, on %s",
                                                           last->id, mu_time_text(last->at, when))
                                               : "there is no send of this person"};
    audit_find(a, check, &draft, NULL);
}

static int run_dormant(struct auditing *a, size_t check, struct mu_err *err)
{
    const struct mu_check *c = &a->checks[check];
    const struct mu_sends *sends = a->options->sends;
    long long days;
    if (!mu_parse_int(mu_check_value(c, "days"), 1, 100000, &days))
        return mu_y_fail(c->at, err, "days: '%.40s' is not a whole number",
                         mu_check_value(c, "days"));
    if (!sends) {
        audit_skip(a, check, "sends were not read: --sends, or `audit: sends: true`");
        return 0;
    }
    if (!sends->complete)
        audit_warn(a, mu_printf(a->arena,
                                "%zu of %" PRId64 " sends were read: who sent one of the others "
                                "may be called dormant",
                                sends->count, sends->total));
    struct mu_map *last = mu_map_new(0);
    for (size_t i = 0; i < sends->count; i++) {
        note(last, sends->list[i].sender_id, &sends->list[i]);
        note(last, sends->list[i].sender, &sends->list[i]);
    }
    for (size_t i = 0; i < a->people->count; i++) {
        const struct mu_person *p = a->people->people[i];
        const struct mu_send *send = last_of(last, p);
        if (mu_person_active(p) && (!send || send->at < a->now - days * DAY))
            tell(a, check, p, send);
    }
    mu_map_free(last);
    return 0;
}

static const char *const dormant_needs[] = {"days", NULL};
const struct audit_builtin audit_builtin_dormant = {
    .name = "dormant", .needs = dormant_needs, .run = run_dormant};
