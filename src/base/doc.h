/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON document that is only read: a tree in an arena, made in one pass over the text. This is
 * what records and entries are seen through, by the million; documents that are built or changed
 * are json-c's (json.h).
 *
 *     mu_doc_parse(arena, text, len, &doc, err)
 *     for (const struct mu_doc *item = list->first; item; item = item->next) ...
 *
 * The text must live as long as the tree, which points into it. There is nothing to free.
 */
#ifndef MU_BASE_DOC_H
#define MU_BASE_DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum { MU_DOC_VALUES_MAX = 4000000 }; /* in one document: a page of 100,000 records of 40 values */

enum mu_doc_type {
    MU_DOC_NULL,
    MU_DOC_BOOL,
    MU_DOC_INT, /* of any length */
    MU_DOC_REAL,
    MU_DOC_TEXT,
    MU_DOC_LIST,
    MU_DOC_OBJECT
};

struct mu_doc {
    enum mu_doc_type type;
    bool blanks;  /* white space stands somewhere inside of source */
    uint32_t len; /* bytes of text; items of a list, members of an object */
    const char
        *text; /* a scalar as text, NUL-terminated: a text decoded (it may hold NULs), a number
                         as it was written; NULL for null, lists and objects */
    const char *name; /* of a member, NUL-terminated; NULL: not a member */
    uint32_t name_len, source_len;
    const char *source;                /* where it stands in the text that was parsed */
    const struct mu_doc *first, *next; /* first item or member; the one after this one */
};

/*
 * Exactly one JSON document (strict RFC 8259, UTF-8 checked, NUL bytes refused, trailing white space
 * allowed). MU_E_DATA with the byte offset, or MU_E_LIMIT for depth and size.
 */
int mu_doc_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_doc **ret,
                 struct mu_err *err);

/*
 * An object that we wrote ourselves, for whoever looks at a few of many: its members of these names
 * (NULL-terminated), each of which is there once at most. The others are passed over, at a fraction
 * of the cost, and not checked beyond where they end; nor is what stands behind the last of them.
 * Errors as above.
 */
int mu_doc_parse_members(struct mu_arena *arena, const char *text, size_t len,
                         const char *const *names, const struct mu_doc **ret, struct mu_err *err);

/* An object of one text member, made by hand. */
const struct mu_doc *mu_doc_single(struct mu_arena *arena, const char *name, const char *text);

/* All of these take NULL for a document that isn't there, and give NULL for null. Of two members of
 * one name the later one counts. */
static inline bool mu_doc_is(const struct mu_doc *doc, enum mu_doc_type type)
{
    return doc && doc->type == type;
}
const struct mu_doc *mu_doc_member(const struct mu_doc *object, const char *name);
const struct mu_doc *mu_doc_get(const struct mu_ptr *p, const struct mu_doc *doc);
const struct mu_doc *mu_doc_at(const struct mu_doc *doc, const char *pointer); /* slow; RFC 6901 */
const char *mu_doc_text(const struct mu_doc *value); /* of a scalar; NULL: it is none */
/* A member whose name stands earlier in the object: two readers could take different ones. NULL:
 * none, or no object. Only the first MU_DOC_TWICE_MAX members are looked at. */
enum { MU_DOC_TWICE_MAX = 128 };
const struct mu_doc *mu_doc_twice(const struct mu_doc *object);

/* Member helpers: NULL / false when absent, null or of another type (for text: or when it holds a
 * NUL). */
const char *mu_doc_str(const struct mu_doc *object, const char *name);
bool mu_doc_int(const struct mu_doc *object, const char *name, int64_t *ret);
bool mu_doc_bool(const struct mu_doc *object, const char *name, bool fallback);

/* Writes a value as it stands in its source, without blanks. */
void mu_jw_doc(struct mu_jw *w, const struct mu_doc *doc);

/* The same as a json-c document; caller owns. NULL: null. */
struct json_object *mu_doc_json(const struct mu_doc *doc);

#endif
