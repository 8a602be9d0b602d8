/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json-c boundary, and a writer for JSON we make ourselves. Documents that are only read, and
 * many of them, are doc.h's.
 * json-c rule, once: *get borrows, add steals*.
 */
#ifndef MU_BASE_JSON_H
#define MU_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { MU_JSON_DEPTH_MAX = 32 };

static inline void mu_auto_json(struct json_object **o)
{
    json_object_put(*o);
}

/* Parses exactly one JSON document as mu_doc_parse does. *ret is owned by the caller. */
int mu_json_parse(const char *text, size_t len, struct json_object **ret, struct mu_err *err);

/* RFC 6901 pointer into a document; borrowed; NULL when absent or null. Precompile with mu_ptr for
 * hot paths. */
struct json_object *mu_json_at(struct json_object *doc, const char *pointer);

/* A compiled RFC 6901 pointer. tokens are unescaped and live in the arena. count 0 = whole
 * document. */
struct mu_ptr {
    const char **tokens;
    int count;
};
int mu_ptr_compile(struct mu_arena *arena, const char *pointer, struct mu_ptr *ret,
                   struct mu_err *err);
/* A token as an index into a list (RFC 6901, 4: digits without a leading zero). False: it is none. */
bool mu_ptr_index(const char *token, size_t *ret);

/*
 * Length of the JSON number (RFC 8259, 6) that s begins with, 0 for none; and the number made of
 * such a text, as an integer where 64 bits hold it, else with its text kept; NULL when the text is
 * not exactly one number. Caller owns.
 */
size_t mu_json_number_len(const char *s, size_t len, bool *ret_integer);
struct json_object *mu_json_number(const char *text, size_t len);

/* Member helpers: NULL / false when absent, null or of another type (for text: or when it holds a
 * NUL). */
const char *mu_json_str(struct json_object *obj, const char *name);
bool mu_json_int(struct json_object *obj, const char *name, int64_t *ret);
bool mu_json_bool(struct json_object *obj, const char *name, bool fallback);

/* Scalar as text: string as is, number in its source form, true/false; NULL for null, object,
 * array. Borrowed. A string may hold NULs: json_object_get_string_len() tells. */
const char *mu_json_text(struct json_object *value);

/* Compact text with keys in sorted order, for hashing (RFC 8785 order for ASCII keys). Appended to
 * the buffer. */
void mu_json_canonical(struct json_object *doc, struct mu_buf *to);

/* How many bytes from s on stand in a JSON string as they are: up to a quote, a backslash, or a
 * control character. */
size_t mu_json_plain(const char *s, size_t len);

/* Writer: appends to a buffer; commas and nesting are kept here. pretty: two-space indentation. */
struct mu_jw {
    struct mu_buf *to;
    int depth;
    bool pretty, after_key;
    bool first[MU_JSON_DEPTH_MAX + 1];
};
void mu_jw_init(struct mu_jw *w, struct mu_buf *to, bool pretty);
void mu_jw_object(struct mu_jw *w);
void mu_jw_array(struct mu_jw *w);
void mu_jw_end(struct mu_jw *w, char bracket); /* '}' or ']' */
void mu_jw_key(struct mu_jw *w, const char *key);
void mu_jw_str(struct mu_jw *w, const char *s); /* NULL writes null; bad UTF-8 becomes U+FFFD */
void mu_jw_strn(struct mu_jw *w, const char *s, size_t len);
void mu_jw_int(struct mu_jw *w, int64_t v);
void mu_jw_bool(struct mu_jw *w, bool v);
void mu_jw_null(struct mu_jw *w);
void mu_jw_raw(struct mu_jw *w, const char *json, size_t len); /* already JSON */
/* A member: key and value. `some`: a text, and nothing at all when it is NULL. */
void mu_jw_put_str(struct mu_jw *w, const char *key, const char *s);
void mu_jw_put_some(struct mu_jw *w, const char *key, const char *s);
void mu_jw_put_int(struct mu_jw *w, const char *key, int64_t v);
void mu_jw_put_bool(struct mu_jw *w, const char *key, bool v);
/* compact, also where the rest is pretty */
void mu_jw_json(struct mu_jw *w, struct json_object *doc);

#endif
