/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations on a target, and the target's state in the terms operations speak.
 *
 * An object is one thing on a target: for LDAP an entry. Its `name` is where it is (a DN), its
 * `native` id never changes (entryUUID); its attributes are sets of values. A change removes and
 * adds single values, so that what was there before is part of the operation itself: a value that
 * is no longer there makes the write fail instead of doing harm. Everything lives in the arena of
 * whoever made it (a plan, or a target's read).
 */
#ifndef MU_MODEL_OP_H
#define MU_MODEL_OP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"
#include "model/schema.h"

struct mu_value {
    const char *bytes; /* NUL-terminated for convenience; may hold NULs (binary attributes) */
    size_t len;
};

struct mu_attrval {
    const char *name;
    const struct mu_value *values;
    size_t count;
};

struct mu_object {
    enum mu_kind kind;  /* MU_USER or MU_GROUP; MU_KINDS: a container or something foreign */
    const char *name;   /* DN as the target wrote it */
    const char *key;    /* normalised name: equal keys are equal places */
    const char *native; /* immutable id, NULL when unknown */
    /* state token that changes with every write (LDAP: entryCSN); NULL: unknown, or not asked for */
    const char *version;
    const struct mu_attrval *attrs; /* sorted by name */
    size_t attr_count;
    /* why nothing can be planned about it for now, in words; NULL: it can */
    const char *held;
};

/* The values of an attribute, its name in any letter case; NULL: none, or o is NULL. */
const struct mu_attrval *mu_object_attr(const struct mu_object *o, const char *name);

enum mu_verb {
    MU_OP_CREATE, /* name + all attributes in changes[].add */
    MU_OP_MODIFY, /* changes */
    MU_OP_RENAME, /* name -> new_name: other RDN, other parent or both */
    MU_OP_DELETE,
    /* nothing is written to the target: an object of others becomes ours, or ours is given back;
     * changes[].add (remove): the shared values that do so with it */
    MU_OP_ADOPT,
    MU_OP_RELEASE,
    MU_OP_MANUAL, /* what the target can't do: `note` says it in words a person can follow */
    MU_OP_VERBS
};

/* Why an operation stands in the plan: decides its sign, its guard and its summary line. */
enum mu_reason {
    MU_WHY_CONTAINER, /* base entry that must exist */
    MU_WHY_JOIN,      /* new in the source */
    MU_WHY_CHANGE,    /* differs from the source */
    MU_WHY_MEMBERS,   /* membership differs */
    MU_WHY_RENAME,    /* name or place differs */
    MU_WHY_DISABLE,   /* inactive or gone in the source: set aside */
    MU_WHY_ENABLE,    /* back in the source: taken back */
    MU_WHY_REMOVE,    /* gone in the source: deleted */
    MU_WHY_ADOPT,     /* muster adopt */
    MU_WHY_RELEASE,   /* muster adopt, undone */
    MU_WHY_COUNT
};

struct mu_opchange {
    const char *attr;
    const struct mu_value *remove;
    size_t remove_count;
    const struct mu_value *add;
    size_t add_count;
    bool absent; /* precondition: the attribute has no value at all when this is written */
    /* others write to the attribute too: what is added and removed here goes into the ledger of
     * values */
    bool shared;
    /* the target differs from what our last run made it: somebody else changed it; for the reader */
    bool drift;
    /* where some values are ours and some are others': whose each one is. Of members the unified id
     * of whom it names, NULL for nobody we know; of other attributes "" for ours, NULL for others'.
     * Both NULL: all are ours. */
    const char *const *add_who, *const *remove_who;
};

struct mu_op {
    int seq; /* from 1, the order of execution */
    enum mu_verb verb;
    enum mu_reason why;
    enum mu_kind kind;
    const char *id;    /* unified id in the source account; NULL for containers */
    const char *label; /* for people */
    const char *name;  /* DN; for a rename the old one */
    /* immutable id expected there; NULL for create, or when the target has none */
    const char *native;
    /* state token expected there (mu_object.version), for deletes: nothing of it has changed since
     * it was read; NULL: none */
    const char *version;
    const char *new_name; /* rename */
    /* of a create all in `add`; of a delete the whole object in `remove`, so that its inverse makes
     * it again */
    const struct mu_opchange *changes;
    size_t change_count;
    const char *note; /* manual step, or a remark; NULL */
    bool one_way;     /* nothing takes it back */
    const char *rule; /* of the policy: the one that decided; NULL: none did */
};

/* Whether the target sees anything of it. */
static inline bool mu_verb_writes(enum mu_verb verb)
{
    return verb <= MU_OP_DELETE;
}

const char *mu_verb_name(enum mu_verb verb);    /* "create" ... */
const char *mu_reason_name(enum mu_reason why); /* "join" ... */
/* And back, by the exact name. False: there is none such (or it is NULL), and *ret is untouched. */
bool mu_verb_parse(const char *name, enum mu_verb *ret);
bool mu_reason_parse(const char *name, enum mu_reason *ret);

/*
 * JSON object of an operation and back (op_json.c). Values that are not UTF-8 are written as
 * {"base64": "..."}. Round trip exact. What is read is somebody else's file: each member is looked
 * at, and a wrong one is MU_E_DATA with its name. What comes out lives in the arena and borrows
 * nothing from doc or text.
 */
void mu_op_json(const struct mu_op *op, struct mu_jw *w);
int mu_op_parse(struct mu_arena *arena, const struct mu_doc *doc, struct mu_op *ret,
                struct mu_err *err);
int mu_op_read(struct mu_arena *arena, const char *text, size_t len, struct mu_op *ret,
               struct mu_err *err);

/* The operation that takes op back, for the journal. False: one-way (none of LDAP's). Arena-owned. A
 * delete's inverse is the create of `before` (attributes as they were), or of its own changes when
 * that is NULL; a create's is the delete of what was created. What was a precondition of op
 * (version, absent), and a remark on it (drift, rule), is none of the way back. */
bool mu_op_inverse(struct mu_arena *arena, const struct mu_op *op, const struct mu_object *before,
                   struct mu_op *ret);

/* What became of an operation. */
enum mu_done {
    MU_DONE_OK,
    MU_DONE_FAILED,  /* refused: not done */
    MU_DONE_STALE,   /* the target is not as the plan expects: not done */
    MU_DONE_SKIPPED, /* never sent */
    MU_DONE_DOUBT    /* sent, and the answer never came: settled by looking, before the next plan */
};
struct mu_outcome {
    const struct mu_op *op; /* the pointer that was submitted */
    enum mu_done done;
    /* create: the new immutable id, if the target tells; lent until the next reap */
    const char *native;
    /* failed or stale: why. ok, with a text: nothing was written, because what the operation makes
     * was so already (there is nothing to take back) */
    struct mu_err err;
};

#endif
