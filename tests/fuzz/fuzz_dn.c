/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values of a directory. What is built from a value gives the value back; a name in any
 * spelling has one key, and the tidy spelling the same; folding is done after one go.
 */
#include "fuzz.h"

#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/match.h"
#include "base/str.h"

static const char base[] = "ou=people,dc=example,dc=org";

static const char *rebuild(struct mu_arena *arena, const char *dn)
{
    struct mu_err err = MU_ERR_INIT;
    const char *rdn = NULL, *parent = NULL;

    mu_assert(mu_dn_split(arena, dn, &rdn, &parent, &err) == 0);
    return *parent ? mu_printf(arena, "%s,%s", rdn, parent) : rdn;
}

/* A person's name becomes an RDN; what the directory has is taken apart again. */
static void check_value(struct mu_arena *arena, const char *value)
{
    struct mu_err err = MU_ERR_INIT;
    const char *dn = NULL, *attr = NULL, *back = NULL;

    if (mu_dn_child(arena, "cn", value, base, &dn, &err) < 0) {
        mu_assert(err.text[0] != '\0');
        return;
    }
    mu_assert(mu_dn_naming(arena, dn, &attr, &back, &err) == 0);
    mu_assert(mu_streq(attr, "cn") && mu_streq(back, value));
    mu_assert(mu_streq(rebuild(arena, dn), dn));
    mu_assert(mu_streq(mu_dn_key_parent(mu_dn_key_dup(arena, dn)), base));
}

static void check_name(struct mu_arena *arena, const char *text)
{
    struct mu_err err = MU_ERR_INIT;
    const char *tidy = NULL, *again = NULL;

    if (mu_dn_tidy(arena, text, "", &tidy, &err) < 0) {
        mu_assert(err.text[0] != '\0');
        return;
    }
    mu_assert(mu_dn_tidy(arena, tidy, "", &again, &err) == 0);
    mu_assert(mu_streq(tidy, again) && mu_streq(rebuild(arena, tidy), tidy));
    mu_assert(mu_streq(mu_dn_key_dup(arena, text), mu_dn_key_dup(arena, tidy)));
}

static bool is_ascii(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)bytes[i] >= 0x80)
            return false;
    }
    return true;
}

/* Beyond ASCII we fold letter by letter and then compose, as slapd does: a letter that falls apart
 * into capitals would be another one the second time. */
static void check_folds(const char *bytes, size_t len)
{
    MU_AUTO(buf) struct mu_buf once = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf twice = MU_BUF_INIT(MU_BUF_MAX);

    for (int how = MU_MATCH_OCTETS; how <= MU_MATCH_WORD; how++) {
        mu_buf_reset(&once);
        mu_buf_reset(&twice);
        mu_match_fold((enum mu_match)how, bytes, len, &once);
        mu_match_fold((enum mu_match)how, once.data, once.len, &twice);
        mu_assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *text = mu_strndup(arena, (const char *)data, size);

    check_value(arena, text);
    check_name(arena, text);
    if (is_ascii((const char *)data, size))
        check_folds((const char *)data, size);
    return 0;
}
