/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From libyaml's events to a tree. The event parser is used, not its document loader, because
 * limits and cycles must be noticed while reading: the loader resolves aliases itself, cyclic ones
 * too, and reads a hostile file to its end.
 */
#include "base/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"

enum { DEPTH_MAX = 32, NODES_MAX = 200000, FIRST_ITEMS = 8, SHOWN_MAX = 64 };

/* A node, and what has to be known of its subtree before it may be repeated by an alias. */
struct node {
    struct mu_y y; /* first: a struct mu_y * of ours is a struct node * */
    size_t size;   /* nodes of the subtree, aliases expanded */
    int height;    /* levels of the subtree */
    bool open;     /* still being read: an alias to it would be a cycle */
};

/* A mapping or sequence that is being read. */
struct level {
    struct node *node;
    struct mu_y **items, **keys;
    size_t count, room;
    struct mu_y *key; /* of a mapping: read, its value not yet */
};

struct build {
    struct mu_arena *arena;
    const char *file, *text;
    size_t len; /* of text */
    yaml_parser_t parser;
    struct mu_map *anchors;
    struct level levels[DEPTH_MAX];
    int depth;
    struct node *root;
    bool document_seen;
};

static struct mu_y spot(const struct build *b, const yaml_mark_t *mark)
{
    return (struct mu_y){
        .file = b->file, .line = (int)mark->line + 1, .column = (int)mark->column + 1};
}

static int fail_at(const struct build *b, const yaml_mark_t *mark, struct mu_err *err,
                   const char *what)
{
    const struct mu_y at = spot(b, mark);
    return mu_y_fail(&at, err, "%s", what);
}

static int too_deep(const struct build *b, const yaml_mark_t *mark, struct mu_err *err)
{
    const struct mu_y at = spot(b, mark);
    return mu_y_fail(&at, err, "nested deeper than %d levels", DEPTH_MAX);
}

static const struct {
    const char *problem, *fix;
} fixes[] = {
    {"mapping values are not allowed",
     "wrong indentation, or a text with ': ' in it that needs quotes"},
    {"block sequence entries are not allowed",
     "wrong indentation: put the '-' on a line of its own"},
    {"did not find expected key",
     "wrong indentation: keys of one mapping begin in the same column"},
    {"did not find expected '-' indicator",
     "wrong indentation: items of one list begin in the same column"},
    {"could not find expected ':'", "a key needs ': ' behind it"},
    {"did not find expected ',' or ']'",
     "a list that begins with [ is not closed, or lacks a comma"},
    {"did not find expected ',' or '}'",
     "a mapping that begins with { is not closed, or lacks a comma"},
    {"unexpected end of stream", "a quote is not closed"},
    {"found a tab character", "indent with spaces, not tabs"},
    {"found character that cannot start any token",
     "a tab or one of @ ` % begins here; use spaces, or quote the text"},
    {"did not find expected node content",
     "a value or a key is missing here, or a sign that needs quotes"},
    {"unknown escape", "write \\\\ for a backslash, or use single quotes"},
    {"control characters are not allowed", "is this a binary file?"},
};

/* The reader runs ahead of the parser's marks and tells a byte only. */
static yaml_mark_t mark_of(const struct build *b, size_t offset)
{
    yaml_mark_t mark = {.line = 0};
    for (size_t i = 0; i < offset && i < b->len; i++) {
        mark.column = b->text[i] == '\n' ? 0 : mark.column + 1;
        mark.line += b->text[i] == '\n';
    }
    return mark;
}

static int fail_syntax(const struct build *b, struct mu_err *err)
{
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR)
        mu_oom();
    const char *problem = p->problem ? p->problem : "not YAML";
    const char *fix = "";
    for (size_t i = 0; i < MU_LEN(fixes) && !*fix; i++)
        fix = strstr(problem, fixes[i].problem) ? fixes[i].fix : "";
    const char *context = p->context ? p->context : "";
    yaml_mark_t mark =
        p->error == YAML_READER_ERROR ? mark_of(b, p->problem_offset) : p->problem_mark;
    const struct mu_y at = spot(b, &mark);
    mu_y_fail(&at, err, "%s%s%s%s%s", problem, *context ? " " : "", context, *fix ? "; " : "", fix);
    if (p->context && p->context_mark.line < p->problem_mark.line) {
        struct mu_err whole = *err;
        mu_fail(err, MU_E_CONFIG, "%s (begun on line %zu)", whole.text, p->context_mark.line + 1);
    }
    return -1;
}

static struct node *node_new(struct build *b, enum mu_y_type type, const yaml_mark_t *mark)
{
    struct node *n = mu_alloc(b->arena, sizeof(*n));
    n->y = spot(b, mark);
    n->y.type = type;
    n->y.text = "";
    n->size = 1;
    n->height = 1;
    return n;
}

static int check_key(const struct build *b, const struct node *n, const yaml_event_t *ev,
                     struct mu_err *err)
{
    if (ev->type != YAML_SCALAR_EVENT) {
        return fail_at(b, &ev->start_mark, err,
                       "a key must be plain text, not a list, a mapping or an alias");
    }
    if (!n->y.quoted && !*n->y.text)
        return fail_at(b, &ev->start_mark, err, "a key is missing before the ':'");
    if (!n->y.quoted && mu_streq(n->y.text, "<<")) {
        return fail_at(b, &ev->start_mark, err,
                       "merge keys (<<) are not supported; write the keys out");
    }
    return 0;
}

/* The node's size and height count for the level that holds it. */
static int account(struct build *b, const struct level *l, const struct node *n,
                   const yaml_mark_t *mark, struct mu_err *err)
{
    struct node *parent = l->node;
    parent->size += n->size;
    if (parent->size > NODES_MAX) {
        const struct mu_y at = spot(b, mark);
        return mu_y_fail(&at, err, "more than %d values, repeated aliases counted", NODES_MAX);
    }
    if (parent->height <= n->height)
        parent->height = n->height + 1;
    if (b->depth + n->height > DEPTH_MAX)
        return too_deep(b, mark, err);
    return 0;
}

static void append(struct level *l, struct mu_y *value)
{
    if (l->count == l->room) {
        l->room = l->room > 0 ? l->room * 2 : FIRST_ITEMS;
        l->items = mu_xrealloc(l->items, l->room * sizeof(struct mu_y *));
        l->keys = mu_xrealloc(l->keys, l->room * sizeof(struct mu_y *));
    }
    l->items[l->count] = value;
    l->keys[l->count] = l->key;
    l->key = NULL;
    l->count++;
}

/* Puts a finished node where it belongs: root, key, value or item. */
static int place(struct build *b, struct node *n, const yaml_event_t *ev, struct mu_err *err)
{
    if (b->depth == 0) {
        b->root = n;
        return 0;
    }
    struct level *l = &b->levels[b->depth - 1];
    if (account(b, l, n, &ev->start_mark, err) < 0)
        return -1;
    if (l->node->y.type == MU_Y_MAP && !l->key) {
        if (check_key(b, n, ev, err) < 0)
            return -1;
        n->y.type = MU_Y_SCALAR; /* the key `null` is a word */
        l->key = &n->y;
        return 0;
    }
    append(l, &n->y);
    return 0;
}

static void remember(struct build *b, const yaml_char_t *anchor, struct node *n)
{
    if (anchor) {
        const char *name = mu_strdup(b->arena, (const char *)anchor);
        mu_map_put(b->anchors, name, strlen(name), n);
    }
}

static bool is_null(const char *text)
{
    return !*text || mu_streq(text, "~") || mu_streq(text, "null");
}

static int on_scalar(struct build *b, const yaml_event_t *ev, struct mu_err *err)
{
    const char *text = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    if (ev->data.scalar.tag) {
        return fail_at(b, &ev->start_mark, err,
                       "tags (!...) are not supported; quote the text instead");
    }
    if (memchr(text, '\0', len))
        return fail_at(b, &ev->start_mark, err, "a text may not hold a NUL character");
    bool quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    struct node *n =
        node_new(b, !quoted && is_null(text) ? MU_Y_NULL : MU_Y_SCALAR, &ev->start_mark);
    n->y.quoted = quoted;
    bool is_key = b->depth > 0 && b->levels[b->depth - 1].node->y.type == MU_Y_MAP &&
                  !b->levels[b->depth - 1].key;
    if (n->y.type == MU_Y_SCALAR || is_key)
        n->y.text = mu_strndup(b->arena, text, len);
    remember(b, ev->data.scalar.anchor, n);
    return place(b, n, ev, err);
}

static int on_alias(struct build *b, const yaml_event_t *ev, struct mu_err *err)
{
    const char *name = (const char *)ev->data.alias.anchor;
    struct node *n = mu_map_get(b->anchors, name, strlen(name));
    if (!n)
        return fail_at(b, &ev->start_mark, err, "this alias names no anchor (&...) above it");
    if (n->open)
        return fail_at(b, &ev->start_mark, err, "this alias lies inside of what it names: a cycle");
    return place(b, n, ev, err);
}

static int on_start(struct build *b, const yaml_event_t *ev, enum mu_y_type type,
                    const yaml_char_t *tag, const yaml_char_t *anchor, struct mu_err *err)
{
    if (tag)
        return fail_at(b, &ev->start_mark, err, "tags (!...) are not supported");
    if (b->depth == DEPTH_MAX)
        return too_deep(b, &ev->start_mark, err);
    const struct level *parent = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
    struct node *n = node_new(b, type, &ev->start_mark);
    if (parent && parent->node->y.type == MU_Y_MAP && !parent->key)
        return check_key(b, n, ev, err);
    n->open = true;
    remember(b, anchor, n);
    b->levels[b->depth++] = (struct level){.node = n};
    return 0;
}

static int check_duplicates(const struct mu_y *map, struct mu_err *err)
{
    struct mu_map *seen = mu_map_new(map->count);
    int status = 0;
    for (size_t i = 0; i < map->count && status == 0; i++) {
        struct mu_y *key = map->keys[i];
        const struct mu_y *first = mu_map_put(seen, key->text, strlen(key->text), key);
        if (first) {
            MU_AUTO(buf) struct mu_buf shown = MU_BUF_INIT(SHOWN_MAX);
            mu_printable_into(&shown, key->text, strlen(key->text), SHOWN_MAX);
            status = mu_y_fail(key, err, "key '%s' is there twice, first on line %d; remove one",
                               shown.data, first->line);
        }
    }
    mu_map_free(seen);
    return status;
}

static struct mu_y **keep(struct mu_arena *arena, struct mu_y **list, size_t count)
{
    struct mu_y **kept = mu_alloc_array(arena, count, sizeof(struct mu_y *));
    if (count > 0)
        memcpy(kept, list, count * sizeof(struct mu_y *));
    return kept;
}

static int on_end(struct build *b, const yaml_event_t *ev, struct mu_err *err)
{
    struct level *l = &b->levels[--b->depth];
    struct node *n = l->node;
    n->y.count = l->count;
    n->y.items = keep(b->arena, l->items, l->count);
    n->y.keys = n->y.type == MU_Y_MAP ? keep(b->arena, l->keys, l->count) : NULL;
    n->open = false;
    free(l->items);
    free(l->keys);
    *l = (struct level){.node = NULL};
    if (n->y.type == MU_Y_MAP && check_duplicates(&n->y, err) < 0)
        return -1;
    return place(b, n, ev, err);
}

static int on_event(struct build *b, const yaml_event_t *ev, struct mu_err *err)
{
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(b, ev, err);
    case YAML_ALIAS_EVENT:
        return on_alias(b, ev, err);
    case YAML_SEQUENCE_START_EVENT:
        return on_start(b, ev, MU_Y_SEQ, ev->data.sequence_start.tag,
                        ev->data.sequence_start.anchor, err);
    case YAML_MAPPING_START_EVENT:
        return on_start(b, ev, MU_Y_MAP, ev->data.mapping_start.tag, ev->data.mapping_start.anchor,
                        err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(b, ev, err);
    case YAML_DOCUMENT_START_EVENT:
        if (b->document_seen) {
            return fail_at(b, &ev->start_mark, err,
                           "a second document (---) begins; one file holds one");
        }
        b->document_seen = true;
        return 0;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return 0;
}

static int run(struct build *b, struct mu_err *err)
{
    for (bool end = false; !end;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&b->parser, &ev))
            return fail_syntax(b, err);
        int status = on_event(b, &ev, err);
        end = ev.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&ev);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* NUL and other bytes that are no UTF-8 are named here with their place; libyaml would take UTF-16
 * as well. */
static int check_bytes(const struct build *b, const char *text, size_t len, struct mu_err *err)
{
    if (mu_utf8_ok(text, len))
        return 0;
    yaml_mark_t mark = {.line = 0};
    for (size_t i = 0; i < len;) {
        const char *end = memchr(text + i, '\n', len - i);
        size_t line = end ? (size_t)(end - (text + i)) + 1 : len - i;
        if (!mu_utf8_ok(text + i, line))
            break;
        i += line;
        mark.line++;
    }
    return fail_at(b, &mark, err, "this line is not UTF-8 text; is this a binary file?");
}

int mu_y_parse(struct mu_arena *arena, const char *name, const char *text, size_t len,
               const struct mu_y **ret, struct mu_err *err)
{
    struct build b = {.arena = arena, .file = mu_strdup(arena, name), .text = text, .len = len};
    if (len > MU_Y_FILE_MAX) {
        return mu_fail(err, MU_E_CONFIG, "%s: larger than the limit of %d bytes", name,
                       MU_Y_FILE_MAX);
    }
    if (check_bytes(&b, text, len, err) < 0)
        return -1;
    if (!yaml_parser_initialize(&b.parser))
        mu_oom();
    b.anchors = mu_map_new(0);
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, len);
    int status = run(&b, err);
    for (int i = 0; i < b.depth; i++) {
        free(b.levels[i].items);
        free(b.levels[i].keys);
    }
    mu_map_free(b.anchors);
    yaml_parser_delete(&b.parser);
    if (status == 0 && !b.root)
        status = fail_at(&b, &(yaml_mark_t){.line = 0}, err, "the file is empty");
    if (status == 0)
        *ret = &b.root->y;
    return status;
}
