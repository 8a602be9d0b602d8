/* SPDX-License-Identifier: Apache-2.0 */
/* muster doctor: address, token, clock and rights of a Sendoso account, by calls that change
 * nothing. */
#include "adapter/sendoso/sendoso_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"

enum { CLOCK_OFF_S = 120 };

struct probe {
    struct sendoso *account;
    struct mu_arena *arena;
    mu_probe_report *report;
    void *arg;
};

static void tell(const struct probe *p, enum mu_probe_mark mark, const char *what, const char *fix)
{
    p->report(p->arg, mark, what, fix);
}

static const char *fix_of(const struct probe *p, const struct mu_err *failed)
{
    switch (failed->code) {
    case MU_E_AUTH:
        return "make a new token in Sendoso and put it where `token:` points, or authorise again";
    case MU_E_DENIED:
        return "the token's owner must be allowed to see this; check scopes and role in Sendoso";
    case MU_E_NET:
        return mu_printf(p->arena, "check `url:` (%s), the network and any proxy",
                         p->account->settings->url);
    case MU_E_THROTTLED:
        return "wait; somebody else may be using the same client, so lower `rate:`";
    default:
        return mu_printf(p->arena, "check that `url:` (%s) is Sendoso's address",
                         p->account->settings->url);
    }
}

static void probe_address(const struct probe *p)
{
    const char *url = p->account->settings->url;
    bool local = mu_starts(url, "http://127.") || mu_starts(url, "http://localhost") ||
                 mu_starts(url, "http://[::1]");
    if (mu_starts(url, "http://") && !local)
        tell(p, MU_PROBE_FAIL, "the address is http://: the token travels in the clear",
             "write https:// in `url:`");
}

static void probe_clock(const struct probe *p, int64_t server)
{
    int64_t off = server - mu_now();
    if (!server)
        return;
    if (off > CLOCK_OFF_S || off < -CLOCK_OFF_S)
        tell(p, MU_PROBE_WARN,
             mu_printf(p->arena, "this machine's clock is %" PRId64 " s off the server's", off),
             "set the clock (timedatectl set-ntp true): tokens end, and logs agree, by it");
    else
        tell(p, MU_PROBE_OK, "the clock agrees with the server's", NULL);
}

static void probe_token(const struct probe *p)
{
    int64_t ends = mu_credential_expires(p->account->main);
    char when[MU_TIME_TEXT];
    if (ends)
        tell(p, MU_PROBE_OK,
             mu_printf(p->arena, "access token until %s, renewed by itself",
                       mu_time_text(ends, when)),
             NULL);
}

/* Whether anything answered at all: without, the lists would only say the same again. */
static bool probe_me(const struct probe *p, struct mu_err *failed)
{
    struct mu_request request = {.path = sendoso_me, .credential = p->account->main};
    struct mu_response response;
    struct sendoso_who who;
    bool answered = mu_http_call(p->account->http, &request, &response, failed) == 0;
    if (answered && sendoso_identity(&response, p->arena, &who, failed) == 0)
        tell(p, MU_PROBE_OK,
             mu_printf(p->arena, "connected as %s, in %.0f ms", sendoso_who_text(p->arena, &who),
                       (double)response.elapsed_us / 1000),
             NULL);
    else if (failed->code != MU_E_CANCELLED)
        tell(p, MU_PROBE_FAIL, mu_printf(p->arena, "%s: %s", sendoso_me, failed->text),
             fix_of(p, failed));
    if (answered)
        probe_clock(p, response.date);
    return answered;
}

static void probe_list(const struct probe *p, const struct mu_resource *r, struct mu_err *failed)
{
    const struct mu_resource_info *info = mu_map_info(r);
    const struct mu_fetch *f = info->fetch;
    const char *path = f->path;
    if (f->style != MU_PAGE_NONE)
        path = mu_printf(p->arena, "%s%c%s=1&%s=1", path, strchr(path, '?') ? '&' : '?',
                         f->page_number, f->page_size);
    struct mu_request request = {.path = path, .credential = sendoso_credential(p->account, r)};
    struct mu_response response;
    struct sendoso_list list = {.account = p->account, .resource = r};
    struct mu_page_facts facts;
    void *page = NULL;
    if (mu_http_call(p->account->http, &request, &response, failed) < 0 ||
        sendoso_look(&list, &response, &page, &facts, failed) < 0) {
        if (failed->code != MU_E_CANCELLED)
            tell(p, MU_PROBE_FAIL, mu_printf(p->arena, "%s: %s", info->name, failed->text),
                 fix_of(p, failed));
        return;
    }
    sendoso_drop(&list, page);
    tell(p, MU_PROBE_OK,
         facts.total >= 0
             ? mu_printf(p->arena, "%s: may be read, %" PRId64 " of them", info->name, facts.total)
             : mu_printf(p->arena, "%s: may be read", info->name),
         NULL);
}

static void probe_all(const struct probe *p, struct mu_err *failed)
{
    probe_address(p);
    if (!probe_me(p, failed))
        return;
    probe_token(p);
    for (const struct mu_resource **r = p->account->resources; *r && failed->code != MU_E_CANCELLED;
         r++)
        if (mu_map_info(*r)->fetch && !mu_map_info(*r)->fetch->for_each)
            probe_list(p, *r, failed);
    if (!p->account->scim)
        tell(p, MU_PROBE_WARN, "no SCIM credential: roles and inactive users are not seen",
             "add `scim: {token: env:SENDOSO_SCIM_TOKEN}` where your plan has SCIM");
}

int sendoso_probe(struct mu_account *a, mu_probe_report *report, void *arg, struct mu_err *err)
{
    struct probe p = {
        .account = sendoso_of(a), .arena = mu_arena_new(), .report = report, .arg = arg};
    struct mu_err failed = MU_ERR_INIT;
    probe_all(&p, &failed);
    mu_arena_free(p.arena);
    if (failed.code != MU_E_CANCELLED)
        return 0;
    *err = failed;
    return -1;
}
