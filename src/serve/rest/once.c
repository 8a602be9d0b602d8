/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of requests that carry a key. */
#include "serve/rest/once.h"

#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"

enum { KEY_MAX = 200 };

static int check_key(const char *key, struct mu_err *err)
{
    size_t len = strlen(key), i = 0;
    while (i < len && key[i] > ' ' && key[i] < 0x7f)
        i++;
    return len > 0 && i == len && len <= KEY_MAX
               ? 0
               : mu_fail(err, MU_E_USAGE,
                         "Idempotency-Key: 1 to %d printable ASCII characters, no blanks", KEY_MAX);
}

static const char *digest_of(struct mu_request *r, const char *account)
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    char *digest = mu_alloc(r->arena, MU_DIGEST_HEX);
    mu_buf_printf(&all, "%s %s\n%s\n", r->method, r->route->pattern, account);
    mu_buf_add(&all, r->body, r->body_len);
    mu_digest(all.data, all.len, digest);
    return digest;
}

/* The first request of that key. */
static int as_before(const struct mu_claim *asked, const struct mu_claim *first,
                     struct mu_reply *reply, struct mu_err *err)
{
    if (!mu_streq(asked->digest, first->digest)) {
        reply->status = 422;
        return mu_fail(
            err, MU_E_CONFLICT,
            "Idempotency-Key: it was sent with another request; take a new one for this");
    }
    if (first->state == MU_CLAIM_OPEN)
        return mu_fail(err, MU_E_CONFLICT,
                       "Idempotency-Key: its first request is being done, or was cut; look whether "
                       "it had its effect before you take a new key");
    if (first->state != MU_CLAIM_DONE || !first->answer)
        return mu_fail(err, MU_E_REMOTE,
                       "Idempotency-Key: no answer came to its first request, which may have had "
                       "its effect; the next read tells");
    mu_buf_adds(&reply->body, first->answer);
    mu_reply_header(reply, "Idempotent-Replayed", "true");
    return 1;
}

int mu_once_begin(struct mu_request *r, struct mu_store *store, const char *account,
                  struct mu_once *ret, struct mu_reply *reply, struct mu_err *err)
{
    const char *key = mu_request_header(r, "Idempotency-Key");
    struct mu_claim first;
    *ret = (struct mu_once){.store = store};
    if (!key)
        return 0;
    if (check_key(key, err) < 0)
        return -1;
    const char *digest = digest_of(r, account);
    const struct mu_claim asked = {.token = r->grant->name,
                                   .tool = r->route->pattern,
                                   .key = key,
                                   .digest = digest,
                                   .what = digest,
                                   .at = mu_now()};
    int taken = mu_claim_take(store, &asked, 0, &ret->claim, err);
    if (taken != 0)
        return taken < 0 ? -1 : 0;
    int found = mu_claim_find(store, r->arena, &asked, 0, &first, err);
    return found == 1  ? as_before(&asked, &first, reply, err)
           : found < 0 ? -1
                       : mu_fail(err, MU_E_BUSY, "Idempotency-Key: ask again");
}

void mu_once_end(struct mu_request *r, const struct mu_once *once, enum mu_claim_state state,
                 const char *answer)
{
    struct mu_err err = MU_ERR_INIT;
    if (once->claim && mu_claim_end(once->store, once->claim, state, answer, &err) < 0)
        mu_log(r->log, MU_LOG_ERROR,
               "the end of what an Idempotency-Key was sent for can't be "
               "noted: %s",
               err.text);
}
