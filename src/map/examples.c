/* SPDX-License-Identifier: Apache-2.0 */
/* Examples in mapping files: their shape is checked at load, and `muster map test` runs them. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"
#include "model/diff.h"

/* ---- shape ---- */

static int check_entry(const struct mu_loader *l, const struct mu_y *entry)
{
    size_t count = 0;
    const char *const *names = mu_schema_names(l, &count);
    if (mu_want_type(l, entry, MU_Y_MAP, "entry") < 0)
        return -1;
    for (size_t i = 0; i < entry->count; i++) {
        const struct mu_y *key = entry->keys[i];
        if (mu_schema_attr(l->schema->kind, key->text) == NULL) {
            return mu_unknown(l, key, mu_printf(l->arena, "%s field", l->schema->name), key->text,
                              names, count);
        }
    }
    return 0;
}

static int compile_example(const struct mu_loader *l, const struct mu_y *node, struct mu_example *e)
{
    static const char *const source[] = {"name", "context", "record", "entry", "error"};
    static const char *const target[] = {"name", "context", "entry", "attributes", "error"};
    bool is_target = l->side == MU_SIDE_TARGET;
    const char *in = is_target ? "entry" : "record", *out = is_target ? "attributes" : "entry";
    if (mu_want_type(l, node, MU_Y_MAP, "example") < 0 ||
        mu_y_only(node, is_target ? target : source, MU_LEN(source), l->err) < 0)
        return -1;
    *e = (struct mu_example){.name = mu_y_str(node, "name"),
                             .at = node,
                             .error = mu_y_str(node, "error"),
                             .input = mu_y_get(node, in),
                             .output = mu_y_get(node, out),
                             .context = mu_y_get(node, "context")};
    if (e->name == NULL || e->input == NULL || (e->error == NULL) == (e->output == NULL)) {
        return mu_y_fail(node, l->err, "example: name, %s, and one of %s or error are expected", in,
                         out);
    }
    if (e->output != NULL && mu_want_type(l, e->output, MU_Y_MAP, out) < 0)
        return -1;
    const struct mu_y *entry = is_target ? e->input : e->output;
    return entry != NULL ? check_entry(l, entry) : 0;
}

int mu_examples_compile(const struct mu_loader *l, const struct mu_y *list, struct mu_resource *r)
{
    if (list == NULL)
        return 0;
    if (mu_want_type(l, list, MU_Y_SEQ, "examples") < 0)
        return -1;
    struct mu_example *examples = mu_alloc_array(l->arena, list->count + 1, sizeof(*examples));
    for (size_t i = 0; i < list->count; i++)
        if (compile_example(l, list->items[i], &examples[i]) < 0)
            return -1;
    r->examples = examples;
    r->example_count = list->count;
    return 0;
}

/* ---- running: NULL when all is as the example says ---- */

static const char *quote(struct mu_arena *arena, const char *text)
{
    return text == NULL ? "nothing"
                        : mu_printf(arena, "\"%s\"", mu_printable(arena, text, strlen(text), 200));
}

/* What was said against what came: for errors the beginning is enough. */
static const char *judge_error(struct mu_arena *arena, const struct mu_example *e,
                               const char *error)
{
    if (e->error == NULL)
        return mu_printf(arena, "failed: %s", error);
    return mu_starts(error, e->error) ? NULL
                                      : mu_printf(arena, "expected the error %s, got %s",
                                                  quote(arena, e->error), quote(arena, error));
}

static const char *run_source(const struct mu_resource *r, const struct mu_example *e,
                              struct mu_arena *arena)
{
    const struct mu_doc *context = e->context != NULL ? mu_y_doc(arena, e->context) : NULL;
    const struct mu_doc *got = NULL;
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const char *id = NULL;
    if (mu_map_entry(r, mu_y_doc(arena, e->input), context, arena, &text, &id, &err) < 0)
        return judge_error(arena, e, err.text);
    if (e->error != NULL) {
        return mu_printf(arena, "expected the error %s, got the entry %s", quote(arena, e->error),
                         text.data);
    }
    if (mu_doc_parse(arena, text.data, text.len, &got, &err) < 0)
        return mu_printf(arena, "the entry is no JSON: %s", err.text);
    const struct mu_change *changes = NULL;
    if (mu_diff(arena, r->info.kind, mu_y_doc(arena, e->output), got, &changes) == 0)
        return NULL;
    return mu_printf(arena, "%s: expected %s, got %s", changes[0].field,
                     quote(arena, changes[0].before), quote(arena, changes[0].after));
}

static const char *show_values(struct mu_arena *arena, const struct mu_want *want)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < want->count; i++)
        mu_buf_printf(&to, "%s%s", i > 0 ? ", " : "", quote(arena, want->values[i].bytes));
    return want->count > 0 ? mu_strndup(arena, to.data, to.len) : "nothing";
}

static bool same_values(const struct mu_y *expected, const struct mu_want *want)
{
    bool list = expected->type == MU_Y_SEQ;
    size_t count = list ? expected->count : expected->type == MU_Y_SCALAR;
    if (count != want->count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp((list ? expected->items[i] : expected)->text, want->values[i].bytes) != 0)
            return false;
    return true;
}

static const char *judge_wants(struct mu_arena *arena, const struct mu_example *e,
                               const struct mu_want *wants, size_t count)
{
    static const struct mu_y nothing = {.type = MU_Y_NULL};
    for (size_t i = 0; i < count; i++) {
        const struct mu_y *expected = mu_y_get(e->output, wants[i].name);
        if (!same_values(expected != NULL ? expected : &nothing, &wants[i])) {
            return mu_printf(arena, "%s: expected %s, got %s", wants[i].name,
                             expected != NULL ? mu_y_flow(arena, expected) : "nothing",
                             show_values(arena, &wants[i]));
        }
    }
    for (size_t i = 0; i < e->output->count; i++) {
        const char *name = e->output->keys[i]->text;
        size_t at = 0;
        while (at < count && strcmp(wants[at].name, name) != 0)
            at++;
        if (at == count)
            return mu_printf(arena, "%s: expected by the example, but not mapped", name);
    }
    return NULL;
}

static const char *run_target(const struct mu_resource *r, const struct mu_example *e,
                              struct mu_arena *arena)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_want *wants = NULL;
    size_t count = 0;
    const struct mu_doc *context = e->context != NULL ? mu_y_doc(arena, e->context) : NULL;
    if (mu_map_want(r, mu_y_doc(arena, e->input), context, arena, &wants, &count, &err) < 0)
        return judge_error(arena, e, err.text);
    if (e->error != NULL)
        return mu_printf(arena, "expected the error %s, got attributes", quote(arena, e->error));
    return judge_wants(arena, e, wants, count);
}

int mu_map_examples(const struct mu_resource *r, mu_map_report *report, void *arg, int *ret_count)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    int failed = 0;
    for (size_t i = 0; i < r->example_count; i++) {
        const struct mu_example *e = &r->examples[i];
        const char *why = r->info.target ? run_target(r, e, arena) : run_source(r, e, arena);
        if (why != NULL) {
            failed++;
            why = mu_printf(arena, "%s:%d: %s", e->at->file, e->at->line, why);
        }
        report(arg, e->name, why);
        mu_arena_reset(arena);
    }
    *ret_count = (int)r->example_count;
    return failed;
}
