/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in guarded memory. Where they come from is in secret_read.c. */
#include "base/secret.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"

struct mu_secret {
    char *value; /* sodium_malloc'ed: never swapped where the system allows, between guard pages,
                    wiped when freed */
    size_t len;
    char *warning;
};

struct mu_secret *mu_secret_new(const char *value, size_t len)
{
    mu_assert(sodium_init() >= 0);
    mu_assert(len < SIZE_MAX);
    struct mu_secret *s = mu_xcalloc(1, sizeof(*s));
    s->value = sodium_malloc(len + 1);
    if (!s->value)
        mu_oom();
    if (len > 0)
        memcpy(s->value, value, len);
    s->value[len] = '\0';
    s->len = len;
    sodium_mprotect_readonly(s->value);
    return s;
}

void mu_secret_free(struct mu_secret *s)
{
    if (!s)
        return;
    sodium_free(s->value);
    free(s->warning);
    free(s);
}

const char *mu_secret_reveal(const struct mu_secret *s, size_t *ret_len)
{
    if (ret_len)
        *ret_len = s->len;
    return s->value;
}

void mu_secret_warn(struct mu_secret *s, const char *text)
{
    free(s->warning);
    s->warning = mu_xstrdup(text);
}

const char *mu_secret_warning(const struct mu_secret *s)
{
    return s->warning;
}
