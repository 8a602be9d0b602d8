/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the transforms: the table of what they do (transform_kinds.c), read by what compiles
 * and runs them (transforms.c). Private to the two; the rest of map/ sees map_private.h.
 *
 * A transform is a pure function of a text: it keeps nothing, fails never, and an empty result is
 * an absent value. Bytes that aren't UTF-8 pass as they are. Another transform is a function and a
 * row in the table.
 */
#ifndef MU_MAP_TRANSFORMS_H
#define MU_MAP_TRANSFORMS_H

#include "map/map_private.h"

enum argument { NO_ARGUMENT, TEXT, TWO_TEXTS, NUMBER, TEXT_NUMBER };

struct mu_transform_kind {
    const char *name;
    enum argument takes;
    const char *usage;
    /* Either what it appends to `to` replaces the text, */
    void (*run)(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to);
    /* or the result is a piece of the text, which costs no copy when it is all of it. */
    struct mu_text (*cut)(const struct mu_transform *t, const struct mu_text *from);
    /* Short ways for a text of ASCII only: `run` byte by byte; or it stays as it is. */
    char (*byte)(char c);
    bool keeps_ascii;
    bool fills; /* makes a value of an absent one */
};

enum { MU_TRANSFORM_KINDS_MAX = 32 };

extern const struct mu_transform_kind mu_transform_kinds[]; /* ends with a row without a name */

#endif
