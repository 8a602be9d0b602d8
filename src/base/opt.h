/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings as tables. An adapter, a sync or a resource declares its keys once; reading a YAML
 * mapping into a struct, unknown-key errors with the nearest name, defaults, and the man page's
 * lists all come from that table.
 *
 *     static const struct mu_opt opts[] = {
 *         {"url", MU_OPT_STR, offsetof(struct conf, url), .required = true, .help = "base address"},
 *         {"connections", MU_OPT_INT, offsetof(struct conf, connections), .def = "8", .min = 1, .max = 64, ...},
 *         {.name = NULL}};
 */
#ifndef MU_BASE_OPT_H
#define MU_BASE_OPT_H

#include "base/yaml.h"

enum mu_opt_type {
    MU_OPT_STR,      /* const char * */
    MU_OPT_INT,      /* int64_t */
    MU_OPT_BOOL,     /* bool: true/false/yes/no */
    MU_OPT_DURATION, /* int64_t seconds */
    MU_OPT_ENUM,     /* int: index into choices */
    /* const struct mu_y *: resolved by mu_secret_load; plain text in the file is refused */
    MU_OPT_SECRET,
    MU_OPT_NODE, /* const struct mu_y *: a nested mapping or sequence, read by its own table */
    MU_OPT_LIST  /* const char **: NULL-terminated; a scalar counts as a list of one */
};

struct mu_opt {
    const char *name;
    enum mu_opt_type type;
    size_t offset;
    bool required;
    const char *def;            /* as it would be written in the file; NULL: zero */
    int64_t min, max;           /* MU_OPT_INT, when max > min */
    const char *const *choices; /* MU_OPT_ENUM, NULL-terminated */
    const char *help;           /* one line for man page and --help */
};

/* Reads map (NULL: only defaults) into *to, which the caller zeroed. Everything it stores lives in
 * the arena or in the YAML tree. */
int mu_opt_read(struct mu_arena *arena, const struct mu_opt *opts, const struct mu_y *map, void *to,
                struct mu_err *err);

#endif
