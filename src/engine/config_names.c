/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and syncs by name: what may be one, and which are there. */
#include <string.h>

#include "base/str.h"
#include "engine/config_private.h"

enum { NAME_MAX_LEN = 64 };

/* Names of accounts and syncs stand in lock names, file names and scripts. */
int config_check_name(const struct mu_y *key, const char *what, struct mu_err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(key->text);
    if (len == 0 || len > NAME_MAX_LEN || strspn(key->text, allowed) != len || *key->text == '.' ||
        *key->text == '-')
        return mu_y_fail(key, err,
                         "the name of %s is 1 to %d letters, digits, dots, dashes or underscores, "
                         "a letter or digit first",
                         what, NAME_MAX_LEN);
    return 0;
}

/* Lists of accounts and syncs both start with the name; this is all that lookups need to know of
 * them. */
struct names {
    const char *what;
    const char *names[MU_CONFIG_NAMES_SHOWN];
    size_t count;
    struct mu_buf text; /* all of them, for messages */
};

static void add_name(struct names *n, const char *name)
{
    if (n->count == MU_CONFIG_NAMES_SHOWN)
        return;
    mu_buf_printf(&n->text, "%s%s", n->count ? ", " : "", name);
    n->names[n->count++] = name;
}

static struct names account_names(const struct mu_config *c)
{
    struct names n = {.what = "account", .text = MU_BUF_INIT(MU_ERR_TEXT_MAX)};
    for (size_t i = 0; i < c->account_count; i++)
        add_name(&n, c->accounts[i].name);
    return n;
}

static struct names sync_names(const struct mu_config *c)
{
    struct names n = {.what = "sync", .text = MU_BUF_INIT(MU_ERR_TEXT_MAX)};
    for (size_t i = 0; i < c->sync_count; i++)
        add_name(&n, c->syncs[i].name);
    return n;
}

/* Not found: says which there are. Frees the names. */
static int not_found(struct names *n, const char *file, const char *name, struct mu_err *err)
{
    const char *nearest = name ? mu_nearest(name, n->names, n->count) : NULL;
    if (n->count == 0)
        mu_fail(err, MU_E_USAGE, "%s has no %s", file, n->what);
    else if (!name)
        mu_fail(err, MU_E_USAGE, "name one %s of: %s", n->what, n->text.data);
    else if (nearest)
        mu_fail(err, MU_E_USAGE, "no %s '%.60s' in %s; did you mean %s?", n->what, name, file,
                nearest);
    else
        mu_fail(err, MU_E_USAGE, "no %s '%.60s' in %s; there is: %s", n->what, name, file,
                n->text.data);
    mu_buf_done(&n->text);
    return -1;
}

int mu_config_account(const struct mu_config *c, const char *name,
                      const struct mu_account_def **ret, struct mu_err *err)
{
    for (size_t i = 0; i < c->account_count; i++) {
        if (name ? mu_streq(c->accounts[i].name, name) : c->account_count == 1) {
            *ret = &c->accounts[i];
            return 0;
        }
    }
    struct names n = account_names(c);
    return not_found(&n, c->file, name, err);
}

int mu_config_sync(const struct mu_config *c, const char *name, const struct mu_sync **ret,
                   struct mu_err *err)
{
    for (size_t i = 0; i < c->sync_count; i++) {
        if (name ? mu_streq(c->syncs[i].name, name) : c->sync_count == 1) {
            *ret = &c->syncs[i];
            return 0;
        }
    }
    struct names n = sync_names(c);
    return not_found(&n, c->file, name, err);
}
