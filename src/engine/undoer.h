/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of an undo plan in the making; private to engine/undo*.c.
 *
 * Steps are taken back newest first, and each sees the target as those before it will have left
 * it: a `thing` is an object of the target, as it was read or as the undo makes it; a `bag` holds
 * the values it will have of one attribute. The read itself is never changed.
 */
#ifndef MU_ENGINE_UNDOER_H
#define MU_ENGINE_UNDOER_H

#include "engine/planner.h"

struct thing {
    struct mu_object object; /* name and key as they will be */
    const char *was;         /* name as it was read; NULL: made by the undo */
    bool gone, touched;      /* by the undo: its version won't last */
};

/* Values under the form by which the target compares them. */
struct bag {
    struct mu_map *map; /* form -> struct held */
    size_t live;
};

/* One operation of the undo. */
struct undone {
    struct mu_op op;
    struct thing *thing;
    size_t rank; /* the phase of the run that it takes back, the last one first */
    bool dropped;
};

struct undoer {
    struct planner p; /* target, ledger, leavings and guards are the planner's */
    struct mu_run run;
    struct mu_map *things; /* key as it was read, or made -> struct thing */
    struct mu_map *names;  /* key as it will be -> struct thing, or &nobody */
    struct mu_map *bags;   /* "KEY\nATTRIBUTE" -> struct bag */
    struct thing nobody;   /* in `names`: the name is free */
    struct undone *list;
    size_t count, cap;
    struct mu_err lost; /* the target could not be asked; code MU_OK: it could */
    struct mu_buf fold;
};

/* ---- undo_state.c ---- */

struct thing *undo_thing(struct undoer *u, const struct mu_object *object); /* as it was read */
struct thing *undo_at(struct undoer *u, const char *name);                  /* NULL: nothing */
/* Whom an operation was about: by immutable id, else by what the ledger knows, else by name. */
struct thing *undo_thing_of(struct undoer *u, const struct mu_op *op);
struct thing *undo_make_thing(struct undoer *u, const struct mu_op *create);
void undo_rename_thing(struct undoer *u, struct thing *t, const char *name);
void undo_remove_thing(struct undoer *u, struct thing *t, bool gone);

struct bag *undo_new_bag(struct undoer *u); /* the caller frees its map */
/* Of a thing: kept, and freed at the end. A failure to read is left in u->lost. */
struct bag *undo_bag(struct undoer *u, struct thing *t, const char *attr);
/* NULL: nobody has asked for it yet, so it is as it was read. */
struct bag *undo_bag_known(struct undoer *u, const struct thing *t, const char *attr);
bool undo_has(struct undoer *u, struct bag *bag, const char *attr, const struct mu_value *value);
void undo_put(struct undoer *u, struct bag *bag, const char *attr, const struct mu_value *value);
void undo_take(struct undoer *u, struct bag *bag, const char *attr, const struct mu_value *value);
/* Up to three of the values, quoted, for messages; "nothing". */
const char *undo_shown(struct undoer *u, const struct bag *bag);
const char *undo_form(struct undoer *u, const char *attr, const struct mu_value *value);

void undo_leave(struct undoer *u, const struct mu_op *op, bool trouble, const char *fmt, ...)
    MU_PRINTF(4, 5);
bool undo_is_members(struct undoer *u, const struct mu_op *op, const char *attr);
bool undo_is_placeholder(struct undoer *u, const struct mu_value *value);

/* ---- undo_step.c: one step taken back, or left ---- */

int undo_step(struct undoer *u, const struct mu_op *op, size_t rank, struct mu_err *err);

/* ---- undo_check.c: what only the end shows ---- */

/* Nobody deleted is a member still, nobody is a member who isn't there, no group is without a
 * member, no container goes that something stands in. */
void undo_check(struct undoer *u);

#endif
