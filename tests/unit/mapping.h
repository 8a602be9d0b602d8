/* SPDX-License-Identifier: Apache-2.0 */
/* Mapping files written for a test: three layers of directories that vanish with the fixture. */
#ifndef MU_TESTS_UNIT_MAPPING_H
#define MU_TESTS_UNIT_MAPPING_H

#include "map/map.h"

enum { MAPPING_SHIPPED, MAPPING_SITE, MAPPING_ACCOUNT, MAPPING_LAYERS };

struct mapping {
    struct mu_arena *arena;
    char root[32];
    struct mu_layers layers;
    struct mu_err err;
};

void mapping_open(struct mapping *m);
void mapping_close(struct mapping *m);

/* Writes LAYER/test/NAME.yaml; the path lives in the fixture's arena. */
const char *mapping_write(struct mapping *m, int layer, const char *name, const char *text);

/* Loads test/NAME.yaml over all layers; NULL: refused, m->err says why. */
const struct mu_resource *mapping_load(struct mapping *m, const char *name);

/* The same of one text, which must load. */
const struct mu_resource *mapping_of(struct mapping *m, const char *text);

/* One text that must be refused: `LINE:COLUMN` and words of the error, in their order, "|" between
 * them. */
void mapping_refused(const char *text, const char *place, const char *words);

#endif
