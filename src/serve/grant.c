/* SPDX-License-Identifier: Apache-2.0 */
/* What a token may do, and how a refusal is told. */
#include <string.h>

#include "base/str.h"
#include "serve/auth.h"

struct method_class {
    const char *name;
    const char *const *methods;
};

static const char *const reads[] = {"list", "get", NULL};
static const char *const writes[] = {"create", "update", "delete", NULL};
static const struct method_class classes[] = {{"read", reads}, {"write", writes}};

static bool holds(const char *const *list, const char *name)
{
    for (; list && *list; list++) {
        if (mu_streq(*list, name))
            return true;
    }
    return false;
}

static bool allows_method(const char *allowed, const char *method, const char *name)
{
    if (mu_streq(allowed, method) || (name && mu_glob(allowed, name, false)))
        return true;
    for (size_t i = 0; i < MU_LEN(classes); i++) {
        if (mu_streq(allowed, classes[i].name))
            return holds(classes[i].methods, method);
        if (mu_streq(method, classes[i].name) && holds(classes[i].methods, allowed))
            return true;
    }
    return false;
}

static bool method_ok(const struct mu_grant *g, const char *method, const char *name)
{
    for (const char *const *m = g->methods; m && *m; m++) {
        if (allows_method(*m, method, name))
            return true;
    }
    return !g->methods;
}

static bool tags_ok(const struct mu_grant *g, const char *const *tags)
{
    for (; g->tags && tags && *tags; tags++) {
        if (holds(g->tags, *tags))
            return true;
    }
    return !g->tags;
}

static const char *const *copy_list(struct mu_arena *arena, const char *const *list)
{
    size_t count = 0;
    while (list && list[count])
        count++;
    const char **copy = mu_alloc_array(arena, count + 1, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = mu_strdup(arena, list[i]);
    copy[count] = NULL;
    return list ? copy : NULL;
}

const struct mu_grant *mu_grant_copy(struct mu_arena *arena, const struct mu_grant *grant)
{
    struct mu_grant *copy = mu_alloc(arena, sizeof(*copy));
    *copy = (struct mu_grant){.name = mu_strdup(arena, grant->name),
                              .hash = mu_strdup(arena, grant->hash),
                              .methods = copy_list(arena, grant->methods),
                              .tags = copy_list(arena, grant->tags),
                              .accounts = copy_list(arena, grant->accounts),
                              .expires = grant->expires,
                              .also = grant->also ? mu_grant_copy(arena, grant->also) : NULL};
    return copy;
}

bool mu_grant_account(const struct mu_grant *grant, const char *account)
{
    for (; grant; grant = grant->also) {
        if (grant->accounts && !holds(grant->accounts, account))
            return false;
    }
    return true;
}

bool mu_grant_allows(const struct mu_grant *grant, const char *method, const char *name,
                     const char *account, const char *const *tags)
{
    if (account && !mu_grant_account(grant, account))
        return false;
    for (; grant; grant = grant->also) {
        if (!method_ok(grant, method, name) || !tags_ok(grant, tags))
            return false;
    }
    return true;
}

static void list_words(struct mu_buf *to, const char *what, const char *const *list)
{
    if (!list)
        return;
    mu_buf_printf(to, "%s%s ", to->len ? "; " : "", what);
    for (size_t i = 0; list[i]; i++)
        mu_buf_printf(to, "%s%s", i ? ", " : "", list[i]);
}

int mu_grant_refuse(const struct mu_grant *grant, const char *method, const char *name,
                    const char *account, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf allowed = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    const struct mu_grant *g = grant;
    do {
        list_words(&allowed, "methods", g->methods);
        list_words(&allowed, "tags", g->tags);
        list_words(&allowed, "accounts", g->accounts);
        g = g->also;
    } while (g);
    return mu_fail(err, MU_E_DENIED, "token %s isn't allowed to %s %s%s%s; it has %s", grant->name,
                   method, name, account ? " of " : "", account ? account : "",
                   allowed.len ? allowed.data : "everything");
}

/* RFC 6750, 3. */
void mu_auth_challenge(const struct mu_err *err, const char *scope, struct mu_buf *to)
{
    const char *error = err->code == MU_E_USAGE    ? "invalid_request"
                        : err->code == MU_E_DENIED ? "insufficient_scope"
                                                   : "invalid_token";
    mu_buf_printf(to, "Bearer realm=\"muster\", error=\"%s\", error_description=\"", error);
    for (const char *p = err->text; *p; p++) {
        if (*p >= ' ' && *p <= '~')
            mu_buf_addc(to, *p == '"' || *p == '\\' ? '\'' : *p);
    }
    mu_buf_addc(to, '"');
    if (scope)
        mu_buf_printf(to, ", scope=\"%s\"", scope);
}
