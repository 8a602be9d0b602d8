/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled mapping, for the files of this folder.
 *
 * Loading goes in three steps: layers are merged into one YAML tree whose nodes remember the file
 * they came from (layers.c), the tree is checked and compiled into programs (map_load.c,
 * map_fetch.c, map_rule.c), and a mapping's examples are checked for shape (examples.c). Running
 * touches only the programs (map_eval.c, map_target.c).
 */
#ifndef MU_MAP_PRIVATE_H
#define MU_MAP_PRIVATE_H

#include "base/yaml.h"
#include "map/map.h"

enum {
    MU_MAP_FIELDS_MAX = 256, /* fields, parts, extras, enum rows, transforms of one mapping node */
    MU_MAP_PATHS_MAX = 16,   /* pointers of one rule */
    MU_MAP_ITEMS_MAX = 2000, /* values or items one field may yield */
    MU_MAP_SECRETS_MAX = 32,
    MU_TEXT_MAX = 64 * 1024 /* bytes of one value */
};

/* A piece of text on its way through a program. Always NUL-terminated, holds no NUL, len > 0 when
 * present. */
struct mu_text {
    const char *s;
    size_t len;
};

/* ---- types: how a JSON value becomes text (map_type.c) ---- */

struct mu_type {
    const char *name;
    const char *expected; /* for messages: "an id (integer or text)" */
    unsigned accepts;     /* bits 1 << enum mu_doc_type */
    /* Checks and may rewrite a text that isn't empty; -1: not of this type. NULL: any text will do.
     * */
    int (*check)(struct mu_arena *arena, struct mu_text *text);
};

const struct mu_type *mu_type_find(const char *name); /* NULL: unknown */
const struct mu_type *mu_type_text(void);
const char *const *mu_type_names(size_t *ret_count);

/* Reads a value that is not null as text. -1: *ret_why says why not ("expected text, got an
 * object"). len 0: absent. */
int mu_type_read(const struct mu_type *type, struct mu_arena *arena, const struct mu_doc *value,
                 struct mu_text *ret, const char **ret_why);
int mu_type_check(const struct mu_type *type, struct mu_arena *arena, struct mu_text *text,
                  const char **ret_why);
const char *mu_doc_type_word(const struct mu_doc *value); /* "an object", "a number" */

/* ---- transforms: pure functions of text (transforms.c; transform_kinds.c is the set) ---- */

struct mu_transform {
    const struct mu_transform_kind *kind;
    const char *a, *b; /* arguments; NULL: none */
    long long n;
};

/* Compiles `name:args`. -1: *err is filled, pointing at `at`. */
int mu_transform_compile(struct mu_arena *arena, const struct mu_y *at, struct mu_transform *ret,
                         struct mu_err *err);
/* May leave *text empty (len 0): absent. -1: it would be longer than MU_TEXT_MAX. */
int mu_transform_run(const struct mu_transform *t, struct mu_arena *arena, struct mu_text *text);

/* ---- programs ---- */

struct mu_path {
    bool context; /* starts with /@ */
    bool many;    /* holds a `?`: `ptr` leads to the list, `rest` goes on in each item */
    struct mu_ptr ptr, rest;
};

enum mu_how { MU_FROM, MU_CONST, MU_JOIN, MU_FIRST, MU_TEMPLATE };

struct mu_pair {
    const char *from;
    struct mu_text to;
};

/* One scalar: where it is taken from, and what is done to it. */
struct mu_scalar {
    const char *name; /* for messages: "emails/email" */
    enum mu_how how;
    const struct mu_path *paths;
    size_t path_count;
    const struct mu_text
        *glue; /* JOIN: one separator; TEMPLATE: path_count + 1 literals around the paths */
    const struct mu_type *type;
    const struct mu_transform *transforms;
    size_t transform_count;
    const struct mu_pair *table; /* enum */
    size_t table_count;
    const struct mu_text *otherwise;   /* enum '*'; NULL: none */
    const char *const *choices;        /* closed set of the schema; NULL: any text */
    struct mu_text constant, fallback; /* s NULL: none */
    bool required;
};

/* What the pointers of a program lead into. */
struct mu_scope {
    const struct mu_doc *record, *context;
    struct mu_arena *arena;
    struct mu_err *err;
};

struct mu_part {
    const char *name;
    struct mu_text key; /* the name as JSON with its colon, ready to be copied */
    bool is_bool;
    struct mu_scalar value;
};

/* One item of a list, or with `over` one for each item of a list in the record. */
struct mu_template {
    bool over;
    struct mu_path list;
    const struct mu_part *parts; /* schema order; the first one decides whether there is an item */
    size_t part_count;
};

struct mu_field {
    const char *name;
    struct mu_text key; /* as in a part */
    enum mu_shape shape;
    struct mu_scalar value;          /* scalar shapes, TEXTS, target attributes */
    const struct mu_template *items; /* LIST */
    size_t item_count;
    const struct mu_part *extras; /* EXTRAS */
    size_t extra_count;
    enum mu_value_policy policy; /* target */
};

struct mu_example {
    const char *name;
    const struct mu_y *at;
    const char *error;         /* NULL: must succeed */
    const struct mu_y *input;  /* record, or the target's entry */
    const struct mu_y *output; /* entry, or the target's attributes */
    const struct mu_y *context;
};

struct mu_resource {
    struct mu_resource_info info;
    struct mu_fetch fetch;
    const struct mu_field *fields; /* source: schema order; target: file order */
    size_t field_count;
    const struct mu_ptr *secrets;
    size_t secret_count;
    const char *const *attributes; /* target: names of fields, NULL-terminated */
    struct mu_rule *rules;
    size_t rule_count;
    const struct mu_example *examples;
    size_t example_count;
};

/* ---- running (map_value.c) ---- */

/* 1: *ret is the value; 0: absent; -1: data error in scope->err. */
int mu_scalar_eval(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *ret);
/* One found value through type, transforms and table, as mu_scalar_eval. For lists walked by the
 * caller. */
int mu_scalar_value(const struct mu_scalar *s, const struct mu_scope *scope,
                    const struct mu_doc *value, struct mu_text *ret);
/* Default and `required`, once nothing was found: as mu_scalar_eval. */
int mu_scalar_absent(const struct mu_scalar *s, const struct mu_scope *scope, struct mu_text *ret);
/* What a path leads to; NULL: absent or null. For a `many` path the list it goes over. */
const struct mu_doc *mu_path_get(const struct mu_path *path, const struct mu_scope *scope);
/* MU_E_DATA, blast record, always -1. */
int mu_data_fail(struct mu_err *err, const char *fmt, ...) MU_PRINTF(2, 3);

/* ---- loading ---- */

enum mu_map_side { MU_SIDE_SOURCE, MU_SIDE_TARGET };

/* Everything compiling needs to know. */
struct mu_loader {
    struct mu_arena *arena;
    struct mu_err *err;
    enum mu_map_side side;
    bool directory; /* a target that names attributes as RFC 4512 does */
    const struct mu_schema *schema;
    const char *context; /* the one name /@ knows ("group_id"), NULL: none */
    const struct mu_ptr *secrets;
    size_t secret_count;
};

/* Files of a mapping in the order of layers; those that aren't there are left out. NULL-terminated.
 * */
enum { MU_LAYERS_MAX = MU_LEN(((struct mu_layers *)0)->dirs) };
int mu_layers_paths(struct mu_arena *arena, const struct mu_layers *layers, const char *system,
                    const char *name, const char *ret_paths[MU_LAYERS_MAX + 2], struct mu_err *err);
/* The merged tree of files, and the last one's path. */
int mu_layers_merge(struct mu_arena *arena, const char *const *paths, const struct mu_y **ret,
                    const char **ret_top, struct mu_err *err);

/* `what` for messages; many: a `?` is allowed. */
int mu_path_compile(const struct mu_loader *l, const struct mu_y *at, bool many,
                    struct mu_path *ret);

/* Keys of a scalar's rule beside those in `also` (NULL-terminated, may be NULL) are refused. */
int mu_scalar_compile(const struct mu_loader *l, const struct mu_y *rule, const char *name,
                      const struct mu_attr *attr, bool many, const char *const *also,
                      struct mu_scalar *ret);

/* Growing list of names. */
struct mu_names {
    const char **list;
    size_t count, room;
};

void mu_rule_add(const struct mu_loader *l, struct mu_resource *r, const char *field,
                 const struct mu_y *at);
int mu_fetch_compile(struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r);
int mu_source_fields(const struct mu_loader *l, const struct mu_y *fields, struct mu_resource *r);
int mu_target_compile(const struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r);
int mu_examples_compile(const struct mu_loader *l, const struct mu_y *list, struct mu_resource *r);

/* Scalar, mapping or sequence, or an error that says which was expected under `what`. NULL nodes
 * are errors. */
int mu_want_type(const struct mu_loader *l, const struct mu_y *node, enum mu_y_type type,
                 const char *what);
/* Unknown name: `what NAME is unknown; did you mean NEAR?` at node. Always -1. */
int mu_unknown(const struct mu_loader *l, const struct mu_y *at, const char *what, const char *name,
               const char *const *known, size_t count);
/* Names of the schema's fields, for the above. */
const char *const *mu_schema_names(const struct mu_loader *l, size_t *ret_count);
const char *const *mu_attr_parts(const struct mu_attr *attr, size_t *ret_count);

/* The rule on one line, in YAML flow style. */
const char *mu_y_flow(struct mu_arena *arena, const struct mu_y *node);

#endif
