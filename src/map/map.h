/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mapping engine: YAML files that say how a source's records become entries, and how entries
 * become a target's attributes. A mapping is compiled once, checked completely at load (file, line,
 * the fix), and then run on documents without failing for any reason but bad data.
 * mappings/README.md is the language's manual, mappings/schema.json its schema.
 *
 * Layers, later wins field by field: shipped (MUSTER_MAPPINGS or the installed directory), site
 * (`mappings:` directory of the configuration), account (`mappings:` directory of the account). A
 * layer's file has the same name (sendoso/users.yaml); null drops a key. Merged key by key: fields,
 * attributes.extras, fetch, fetch.page, members; `secret` and `examples` add up; everything else
 * replaces. A layer that only changes leaves `kind` out.
 *
 * Source mapping, sendoso/users.yaml:
 *
 *     kind: user                       # user | group | role | membership
 *     fetch:                           # where records come from; read by the adapter
 *       path: /api/v3/users            # {group_id} is replaced for each parent (see `for_each`)
 *       records: /users                # JSON pointer to the list; "" when the body is the list itself
 *       records_or: [/users, /data]    # further places tolerated
 *       total: /total_users            # optional; total_or: [..]
 *       page: {style: page, number: page, size: per_page, max: 100}  # or style: scim (startIndex, count), or none
 *       for_each: groups               # optional: once for each entry of that resource; its id is {group_id} in the
 *                                      #   path and /@/group_id in pointers (the resource's singular + _id)
 *       counted: {in: users, at: /team_group_id}  # optional, with for_each: how many rows each list must have
 *       credential: scim               # optional: which credential of the account; skipped when it has none
 *       supplement: user               # optional: records add to entries of that kind, joined by:
 *       join: [id, emails]             #   unified fields that identify; e-mails folded
 *     fetch: {rows: all}               # of a file's rows instead of a path: each is a record (adapter/feed)
 *     fetch: {rows: distinct, over: [/Teams, /teams], split: ";"}  # one record for each item of the first of these
 *                                      #   members a row has, which is that item then; distinct: once for each id
 *     constant: [...]                  # instead of fetch: records written in the file (roles)
 *     secret: [/key]                   # record fields never stored nor shown, nor mapped; `?` is every list item
 *     fields:
 *       id:         {from: /id, type: id, required: true}
 *       first_name: {from: /first_name}
 *       name:       {join: [/first_name, /last_name], with: " "}
 *       status:     {from: /active, type: bool, enum: {true: active, false: inactive}, raw: status_raw}
 *       emails:     {each: [{email: {from: /email, type: email}, type: {const: work}, is_primary: {const: true}}]}
 *       groups:     {each: [{id: {from: /team_group_id, type: id}}]}
 *       languages:  {from: "/locales/?/code"}  # ? : every item of a list, where many values fit
 *       created_at: {from: /created_at, type: time}
 *       attributes: {extras: {budget: {from: /budget, type: decimal}}}
 *     examples:
 *       - name: an ordinary user
 *         record: {id: 4101, ...}      # context: {group_id: "71"} with for_each
 *         entry: {id: "4101", ...}     # or  error: "id: missing" (the beginning is enough)
 *
 * Types: text (default; numbers and booleans become their text), id (integer or text), integer,
 * decimal (number or text, kept as text exactly), bool, time (RFC 3339 in any offset, kept), email
 * (trimmed, must hold one @), enum. Keys of a field: from | const | join+with | first (list of
 * pointers, the first with a value after type and transforms wins) | template ("{first_name}
 * {last_name}" with pointers allowed, absent when one part is; {{ is a brace), then type, transform
 * (list: trim lower upper nfc squeeze digits ascii ia5 printable initials domain localpart fold
 * default:X prefix:X suffix:X replace:A:B truncate:N split:X:N), enum, default, required, raw,
 * policy: in this order. An unlisted word meets enum's '*'; without one a closed field (status)
 * refuses the record and an open one keeps the word. A null, missing or (for text) empty value is
 * absent. A value of the wrong type is a data error that names the field. Items of `each` exist
 * when their first part does (email, number, id) and are listed once; `over: /emails` in an item
 * makes one for each item of that list, pointers then start there. A membership maps user_id and
 * group_id, and no id.
 *
 * Target mapping, ldap/inetorgperson.yaml: the document is the entry, fields are target attributes:
 *
 *     kind: user
 *     target: ldap
 *     object_classes: [top, person, organizationalPerson, inetOrgPerson]
 *     rdn: uid                         # attribute that names the entry: required, one value
 *     fields:
 *       uid:  {first: [/username, /emails/0/email], transform: [lower], required: true}
 *       mail: {from: "/emails/?/email", policy: force}      # ? : every item of a list -> many values
 *       ou: {from: /@/policy/group}  # what the sync's policy decided of a user: group, role, rule
 *     members: {attribute: member, placeholder: "cn=empty"}   # groups: DNs of members, and what stands for none
 *     examples:
 *       - {name: ..., entry: {...}, attributes: {uid: ada, mail: [a@x, b@x]}}
 *
 * Only a directory (target: ldap) needs object_classes; elsewhere attributes may have underscores.
 * Policy of a target field: force (exactly our values; default), keep (only set when absent), merge
 * (ours are added, others' values stay).
 */
#ifndef MU_MAP_MAP_H
#define MU_MAP_MAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/doc.h"
#include "base/err.h"
#include "base/hash.h"
#include "model/entry.h"
#include "model/op.h"

enum mu_value_policy { MU_POLICY_FORCE, MU_POLICY_KEEP, MU_POLICY_MERGE };
const char *mu_value_policy_name(enum mu_value_policy policy); /* "force" ... */
enum mu_page_style { MU_PAGE_NONE, MU_PAGE_NUMBER, MU_PAGE_SCIM };
/* NONE: it isn't rows of a file that are asked for. */
enum mu_rows_of { MU_ROWS_NONE, MU_ROWS_ALL, MU_ROWS_DISTINCT };

enum { MU_PTR_ALT_MAX = 4, MU_JOIN_MAX = 4 };

/* How an adapter gets the records. Pointers are compiled; count 0 pointers with has_* false are
 * absent. */
struct mu_fetch {
    const char *path; /* NULL with rows */
    enum mu_rows_of rows;
    const char
        *over[MU_PTR_ALT_MAX]; /* with rows: members of a row; over_count 0: the row itself */
    int over_count;
    const char *split; /* with over: what separates items in one text, or NULL */
    /* tried in order; a bare array matches the empty pointer */
    struct mu_ptr records[MU_PTR_ALT_MAX];
    int records_count;
    struct mu_ptr total[MU_PTR_ALT_MAX];
    int total_count;
    enum mu_page_style style;
    const char *page_number; /* "page" or "startIndex" */
    const char *page_size;   /* "per_page" or "count" */
    int page_max;            /* rows asked for */
    const char *for_each;    /* resource name, or NULL */
    /* with for_each: "group_id", in the path's braces and, with its value, under /@ */
    const char *param;
    /* with for_each: resource whose records name their parent, or NULL ... */
    const char *counted_in;
    /* ... here: each parent's list must have as many rows as records name it */
    struct mu_ptr counted_at;
    const char *credential; /* or NULL: the account's main one */
    bool supplement;
    const char *join[MU_JOIN_MAX];
    int join_count;
};

struct mu_resource; /* one compiled mapping file (all layers merged) */

struct mu_resource_info {
    const char *name; /* "users": file name without .yaml */
    const char *file; /* topmost layer's path, for messages */
    enum mu_kind kind;
    bool target;                       /* entry -> attributes */
    const struct mu_fetch *fetch;      /* NULL for constant and target mappings */
    const char *const *constants;      /* JSON texts, NULL-terminated; NULL when fetched */
    const char *rdn;                   /* target */
    const char *member_attr;           /* target group; NULL */
    const char *placeholder;           /* DN relative to the target's base, or NULL */
    const char *const *object_classes; /* target, NULL-terminated */
    char digest[MU_DIGEST_HEX];        /* of the merged, canonical mapping */
};

/* Directories that hold <system>/<name>.yaml, in the order of layers; NULL-terminated. */
struct mu_layers {
    const char *dirs[4];
};

/* Loads and merges one file of each layer that has it; MU_E_CONFIG with file, line and fix. Lives
 * in the arena. */
int mu_map_load(struct mu_arena *arena, const struct mu_layers *layers, const char *system,
                const char *name, const struct mu_resource **ret, struct mu_err *err);

/* Loads one file alone, as `muster map check FILE` does. */
int mu_map_load_file(struct mu_arena *arena, const char *path, const struct mu_resource **ret,
                     struct mu_err *err);

/* For `muster map check|test FILE`: a file with a `kind` stands alone; one without is a layer, and
 * is loaded over those of `layers` that hold the same SYSTEM/NAME.yaml below it. */
int mu_map_load_over(struct mu_arena *arena, const struct mu_layers *layers, const char *path,
                     const struct mu_resource **ret, struct mu_err *err);

/* Names of the resources a system has in any layer, sorted, NULL-terminated. */
int mu_map_list(struct mu_arena *arena, const struct mu_layers *layers, const char *system,
                const char *const **ret, struct mu_err *err);

/* A layer's directory: its mapping files lie in folders named by a system of the NULL-terminated
 * list (or matched, where it is a glob: feed-*); one that lies elsewhere would never be read. MU_E_CONFIG names it. */
int mu_map_check_dir(struct mu_arena *arena, const char *dir, const char *const *systems,
                     struct mu_err *err);

const struct mu_resource_info *mu_map_info(const struct mu_resource *r);

/*
 * Source mapping: appends the entry's JSON (schema order) to `to`, and returns its id in the arena.
 * `context` holds values a record can't know, as an object reachable by pointers under /@ (e.g.
 * /@/group_id); may be NULL. MU_E_DATA, blast record: `first_name: expected text, got an object`.
 * Nothing is appended then. Thread safe on a const resource with separate arenas and buffers.
 */
int mu_map_entry(const struct mu_resource *r, const struct mu_doc *record,
                 const struct mu_doc *context, struct mu_arena *arena, struct mu_buf *to,
                 const char **ret_id, struct mu_err *err);

/* The record without its secret fields, compact JSON, appended. */
void mu_map_raw(const struct mu_resource *r, const struct mu_doc *record, struct mu_buf *to);

/*
 * Lays a supplement's entry over a main one: a field of `extra` replaces main's, except the id;
 * lists are joined item by item and extras name by name. Appends the merged entry in schema order.
 */
void mu_map_merge(enum mu_kind kind, const struct mu_doc *main, const struct mu_doc *extra,
                  struct mu_buf *to);

/*
 * What a supplement would have said, from what was known before: what `now` has stays, what it
 * lacks (fields, items of lists, extras) comes from `before`. For entries whose supplement could not
 * be read.
 */
void mu_map_keep(enum mu_kind kind, const struct mu_doc *now, const struct mu_doc *before,
                 struct mu_buf *to);

/* Target mapping: what an entry asks of every attribute the mapping manages, in the order of
 * mu_map_attributes. Count 0: the entry has no value for it. `context` is what stands under /@:
 * {"policy": {"group", "role", "rule"}} for who is in by the sync's policy; NULL: nothing does. */
struct mu_want {
    const char *name; /* attribute, as written in the mapping */
    enum mu_value_policy policy;
    const struct mu_value *values; /* unique, in mapping order; NFC */
    size_t count;
};
int mu_map_want(const struct mu_resource *r, const struct mu_doc *entry,
                const struct mu_doc *context, struct mu_arena *arena, const struct mu_want **ret,
                size_t *ret_count, struct mu_err *err);

/* Attribute names a target mapping manages (without objectClass), in file order, NULL-terminated.
 * */
const char *const *mu_map_attributes(const struct mu_resource *r);

/* What a source mapping looks for in a record, rule by rule: names of the record's members. */
struct mu_ask {
    const char *field;        /* "emails/email" */
    const char *const *names; /* any of them will do; NULL-terminated */
    bool required;
};
/* Rules that look at no record (constants) are left out. The list lives in the arena. */
const struct mu_ask *mu_map_asks(const struct mu_resource *r, struct mu_arena *arena,
                                 size_t *ret_count);

/* Where one field's rule stands, for explain: file and line of the layer that decided it; NULL when
 * unmapped. */
struct mu_rule {
    const char *field, *file, *text; /* text: the rule on one line */
    int line;
};
const struct mu_rule *mu_map_rule(const struct mu_resource *r, const char *field);

/* What a field's rule looks at in a document (a record, or for a target mapping an entry), in the
 * rule's order; of alternatives none behind the first that is there. At most 64. Arena. Returns
 * their number. */
struct mu_read {
    const char *pointer; /* "/email", "/emails/?/value" */
    const char *value;   /* what stands there, as compact JSON; NULL: nothing */
};
size_t mu_map_reads(const struct mu_resource *r, const char *field, const struct mu_doc *doc,
                    const struct mu_doc *context, struct mu_arena *arena,
                    const struct mu_read **ret);

/* Runs the file's examples. Calls report for each: failure is NULL when it passed. Returns the
 * number that failed. */
typedef void mu_map_report(void *arg, const char *example, const char *failure);
int mu_map_examples(const struct mu_resource *r, mu_map_report *report, void *arg, int *ret_count);

#endif
