/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing a switch by name. */
#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { VALUE_MAX = 64, SETTINGS_MAX = 128 };

static int64_t *value_of(struct sim_settings *s, const struct sim_setting *which)
{
    return (int64_t *)(void *)((char *)s + which->offset);
}

static const struct sim_setting *find(const char *name)
{
    for (size_t i = 0; i < sim_setting_count; i++)
        if (strcmp(sim_setting_table[i].name, name) == 0)
            return &sim_setting_table[i];
    return NULL;
}

static int unknown(const char *name, struct mu_err *err)
{
    const char *names[SETTINGS_MAX];
    mu_assert(sim_setting_count <= SETTINGS_MAX);
    for (size_t i = 0; i < sim_setting_count; i++)
        names[i] = sim_setting_table[i].name;
    const char *near = mu_nearest(name, names, sim_setting_count);
    return near
               ? mu_fail(err, MU_E_USAGE, "unknown setting '%.40s'; did you mean '%s'?", name, near)
               : mu_fail(err, MU_E_USAGE,
                         "unknown setting '%.40s'; GET / on the control port lists them", name);
}

static int parse_choice(const struct sim_setting *which, const char *value, int64_t *ret,
                        struct mu_err *err)
{
    for (int i = 0; which->choices[i]; i++)
        if (strcmp(which->choices[i], value) == 0) {
            *ret = i;
            return 0;
        }
    mu_fail(err, MU_E_USAGE, "%s: '%.40s' is not one of:", which->name, value);
    for (int i = 0; which->choices[i]; i++) {
        size_t len = strlen(err->text);
        snprintf(err->text + len, sizeof(err->text) - len, " %s", which->choices[i]);
    }
    return -1;
}

static int parse_number(const struct sim_setting *which, const char *value, int64_t *ret,
                        struct mu_err *err)
{
    char digits[VALUE_MAX];
    size_t len = strlen(value);
    if (mu_ends(value, "/s"))
        len -= 2;
    if (len >= sizeof(digits))
        return mu_fail(err, MU_E_USAGE, "%s: the value is too long", which->name);
    memcpy(digits, value, len);
    digits[len] = '\0';
    long long n = 0;
    if (strcmp(digits, "off") != 0 && !mu_parse_int(digits, which->min, which->max, &n))
        return mu_fail(err, MU_E_USAGE, "%s: '%.40s' is not a number from %lld to %lld",
                       which->name, value, (long long)which->min, (long long)which->max);
    *ret = n < which->min ? which->min : n;
    return 0;
}

int sim_settings_set(struct sim_settings *s, const char *name, const char *value, bool *ret_rebuild,
                     struct mu_err *err)
{
    const struct sim_setting *which = find(name);
    if (!which)
        return unknown(name, err);
    int64_t parsed = 0;
    int rc = which->choices ? parse_choice(which, value, &parsed, err)
                            : parse_number(which, value, &parsed, err);
    if (rc < 0)
        return -1;
    *value_of(s, which) = parsed;
    if (which->population)
        *ret_rebuild = true;
    return 0;
}

int sim_settings_assign(struct sim_settings *s, const char *text, bool *ret_rebuild,
                        struct mu_err *err)
{
    const char *equals = strchr(text, '=');
    char name[VALUE_MAX];
    if (!equals || (size_t)(equals - text) >= sizeof(name))
        return mu_fail(err, MU_E_USAGE, "--set wants KEY=VALUE, not '%.60s'", text);
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    return sim_settings_set(s, name, equals + 1, ret_rebuild, err);
}

void sim_settings_init(struct sim_settings *s)
{
    bool rebuild = false;
    struct mu_err err = MU_ERR_INIT;
    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *which = &sim_setting_table[i];
        mu_assert(sim_settings_set(s, which->name, which->def, &rebuild, &err) == 0);
    }
}

void sim_settings_write(const struct sim_settings *s, const struct sim_setting *which,
                        struct mu_jw *w)
{
    int64_t value = *(const int64_t *)(const void *)((const char *)s + which->offset);
    if (which->choices)
        mu_jw_str(w, which->choices[value]);
    else
        mu_jw_int(w, value);
}
