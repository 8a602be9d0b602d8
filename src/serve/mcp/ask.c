/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the client's user within a request (2026-07-28): the result says what is needed, and the
 * client sends the request again with the answers. What we must know again comes back as
 * requestState, which the client could have made up: it is sealed with this process's key, ends
 * after minutes, and holds for one principal, one request and one round.
 */
#include "serve/mcp/book.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"

enum { STATE_S = 600, PLAIN_MAX = 160, SEALED_MAX = 512 };

static const char *principal(const struct mcp_call *c)
{
    return c->peer->grant ? c->peer->grant->name : "";
}

static void digest_of(struct mcp_call *c, const char *binding, char ret[MU_DIGEST_HEX])
{
    const char *text = mu_printf(c->arena, "%s\n%s\n%s", principal(c), c->method, binding);
    mu_digest(text, strlen(text), ret);
}

static const char *seal(struct mcp_call *c, int round, const char *binding)
{
    char digest[MU_DIGEST_HEX], plain[PLAIN_MAX];
    unsigned char mac[crypto_auth_BYTES];
    digest_of(c, binding, digest);
    int len =
        snprintf(plain, sizeof(plain), "%d.%" PRId64 ".%s", round, mu_now() + STATE_S, digest);
    crypto_auth(mac, (const unsigned char *)plain, (unsigned long long)len, c->mcp->seal);
    char *text = mu_alloc(c->arena, crypto_auth_BYTES * 2 + 1);
    sodium_bin2hex(text, crypto_auth_BYTES * 2 + 1, mac, sizeof(mac));
    return mu_printf(c->arena, "%s.%s", plain, text);
}

/* The round it was given out in; -1: not by us, not for this, or too long ago. */
static int unseal(struct mcp_call *c, const char *state, const char *binding)
{
    char digest[MU_DIGEST_HEX];
    unsigned char mac[crypto_auth_BYTES];
    size_t mac_len;
    const char *dot = strrchr(state, '.');
    long long round, ends;
    if (!dot || strlen(state) > SEALED_MAX ||
        sodium_hex2bin(mac, sizeof(mac), dot + 1, strlen(dot + 1), NULL, &mac_len, NULL) < 0 ||
        mac_len != sizeof(mac) ||
        crypto_auth_verify(mac, (const unsigned char *)state, (unsigned long long)(dot - state),
                           c->mcp->seal) != 0)
        return -1;
    const char *first = strchr(state, '.'), *second = first ? strchr(first + 1, '.') : NULL;
    if (!second || second >= dot ||
        !mu_parse_int(mu_strndup(c->arena, state, (size_t)(first - state)), 0, INT32_MAX, &round) ||
        !mu_parse_int(mu_strndup(c->arena, first + 1, (size_t)(second - first - 1)), 0, INT64_MAX,
                      &ends))
        return -1;
    digest_of(c, binding, digest);
    bool fits = ends > mu_now() && strncmp(second + 1, digest, strlen(digest)) == 0;
    return fits ? (int)round : -1;
}

/* ---- what may be asked, and whether it was answered ---- */

static bool may_ask(const struct mcp_call *c, const struct mu_doc *request)
{
    static const struct {
        const char *method, *capability;
    } kinds[] = {{"elicitation/create", "elicitation"},
                 {"sampling/createMessage", "sampling"},
                 {"roots/list", "roots"}};
    const struct mu_doc *has = mu_doc_member(c->meta, MCP_META "clientCapabilities");
    for (size_t i = 0; i < MU_LEN(kinds); i++) {
        if (mu_streq(mu_doc_str(request, "method"), kinds[i].method))
            return mu_doc_member(has, kinds[i].capability) != NULL;
    }
    return false;
}

enum reply { REFUSED, MISSING, GIVEN };

static enum reply elicited(const struct mu_doc *request, const struct mu_doc *answer)
{
    const char *action = mu_doc_str(answer, "action");
    const struct mu_doc *content = mu_doc_member(answer, "content");
    const struct mu_doc *required = mu_doc_at(request, "/params/requestedSchema/required");
    if (!action || !mu_streq(action, "accept"))
        return action ? REFUSED : MISSING;
    for (const struct mu_doc *name = required ? required->first : NULL; name; name = name->next) {
        if (!mu_doc_member(content, mu_doc_text(name)))
            return MISSING;
    }
    return GIVEN;
}

static enum reply reply_to(const struct mu_doc *request, const struct mu_doc *answer)
{
    const char *method = mu_doc_str(request, "method");
    if (!mu_doc_is(answer, MU_DOC_OBJECT))
        return MISSING;
    if (mu_streq(method, "elicitation/create"))
        return elicited(request, answer);
    return mu_doc_member(answer, mu_streq(method, "roots/list") ? "roots" : "content") ? GIVEN
                                                                                       : MISSING;
}

static enum reply replies(const struct mcp_call *c, const struct mu_doc *round,
                          const struct mu_doc *answers)
{
    const struct mu_doc *requests = mu_doc_member(round, "inputRequests");
    enum reply worst = GIVEN;
    for (const struct mu_doc *r = requests->first; r; r = r->next) {
        enum reply one = may_ask(c, r) ? reply_to(r, mu_doc_member(answers, r->name)) : GIVEN;
        worst = one < worst ? one : worst;
    }
    return worst;
}

static void write_round(struct mcp_call *c, const struct mu_doc *round, int number,
                        const char *binding)
{
    const struct mu_doc *requests = mu_doc_member(round, "inputRequests");
    c->result_type = "input_required";
    mu_jw_key(&c->w, "inputRequests");
    mu_jw_object(&c->w);
    for (const struct mu_doc *r = requests->first; r; r = r->next) {
        if (!may_ask(c, r))
            continue;
        mu_jw_key(&c->w, r->name);
        mu_jw_doc(&c->w, r);
    }
    mu_jw_end(&c->w, '}');
    if (!mu_doc_bool(round, "state", false))
        return;
    mu_jw_key(&c->w, "requestState");
    mu_jw_str(&c->w, seal(c, number, binding));
}

int mcp_ask(struct mcp_call *c, const struct mu_doc *rounds, const char *binding)
{
    const struct mu_doc *answers = mu_doc_member(c->params, "inputResponses");
    const struct mu_doc *stated = mu_doc_member(c->params, "requestState");
    const char *state = mu_doc_str(c->params, "requestState");
    int number = 0;
    if (!c->modern || !mu_doc_is(rounds, MU_DOC_LIST))
        return 1;
    if (answers && !mu_doc_is(answers, MU_DOC_OBJECT))
        return mcp_fail(c, MCP_PARAMS, "params.inputResponses must be an object");
    if (stated && (!state || (number = unseal(c, state, binding)) < 0))
        return mcp_fail(c, MCP_PARAMS,
                        "params.requestState is not what this server gave out for this request, or "
                        "too old; begin again without it");
    const struct mu_doc *round = rounds->first;
    for (int i = 0; i < number && round; i++)
        round = round->next;
    while (round &&
           replies(c, round, stated || !mu_doc_bool(round, "state", false) ? answers : NULL) ==
               GIVEN) {
        round = round->next;
        number++;
        stated = NULL; /* the answers were to that round */
    }
    if (!round)
        return 1;
    if (answers && replies(c, round, answers) == REFUSED)
        return 2;
    write_round(c, round, number, binding);
    return 0;
}
