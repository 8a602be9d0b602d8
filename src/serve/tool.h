/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tools as data: documentation records. `mappings/SYSTEM/tools.yaml` says of each tool what it is
 * called, what it does, which request it makes, and of each argument its type and where it goes: a
 * part of the path, a parameter of the query, or a JSON pointer into the nested body. No record, no
 * tool. What a model reads (tools/list), what is checked, what is sent upstream and what the
 * documentation page says all come from here. `mappings/tools.schema.json` is the file's schema.
 *
 * A name that path, query and body could share is never guessed: an argument goes where its record
 * says, and two arguments that go to one place are refused when the file is read.
 */
#ifndef MU_SERVE_TOOL_H
#define MU_SERVE_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"

enum {
    MU_TOOL_NAME_MAX = 52,  /* clients put a server's name before it, and cut at 60 or 64 */
    MU_TOOL_TEXT_MAX = 600, /* bytes of a description: models pay for each of them */
    MU_TOOL_ARGS_MAX = 24,
    MU_TOOLS_MAX = 128
};

enum mu_tool_in {
    MU_IN_PATH,
    MU_IN_QUERY,
    MU_IN_BODY,
    MU_IN_HERE /* muster's own: never sent */
};

enum mu_tool_type { MU_T_STRING, MU_T_INTEGER, MU_T_BOOLEAN, MU_T_ARRAY };

struct mu_tool_arg {
    const char *name, *description;
    int in;           /* enum mu_tool_in */
    const char *to;   /* name in path or query, JSON pointer in the body; "" for MU_IN_HERE */
    const char *each; /* of a list: pointer that each item is put at, inside an object of its own */
    int type;         /* enum mu_tool_type */
    int items;        /* of a list: its items' type */
    bool email;       /* texts are e-mail addresses */
    bool required;
    const char *fallback;       /* value when not given, as JSON text; NULL: left out */
    const char *const *choices; /* NULL-terminated; NULL: any */
    int64_t minimum, maximum;   /* of an integer, when maximum > minimum */
    int64_t longest;            /* characters of a text, items of a list; 0: 2000, 100 */
};

/* What stands in the body whatever the arguments are. */
struct mu_tool_fixed {
    const char *to; /* JSON pointer */
    const struct mu_doc *value;
};

struct mu_tool {
    const char *file;
    int line;
    const char *name, *title, *description;
    const char *adapter;       /* whose accounts it works on; NULL: muster's own data */
    const char *run;           /* what carries it out: "call", or a function's name */
    const char *method, *path; /* of the request; NULL: none */
    const char *need;          /* method a token must allow: list, get, create, custom... */
    const char *const *tags;   /* NULL-terminated */
    const char *flag;          /* only there when this is switched on; NULL: always */
    struct {
        bool read_only, destructive, idempotent, open_world;
    } hints;
    const struct mu_tool_arg *args;
    size_t arg_count;
    const struct mu_tool_fixed *fixed;
    size_t fixed_count;
    const char *records; /* JSON pointer of the list in the answer; NULL: the answer is one thing */
    const char *total;   /* JSON pointer of the number of all of them; NULL: not told */
    const char *delivery;      /* of a gift: delivery_type its campaign must have; NULL: no gift */
    const char *const *secret; /* members dropped from the answer's records; NULL: none */
};

struct mu_tools {
    const struct mu_tool *list; /* in the order of the file */
    size_t count;
};

/* Reads a file; `runs`: names that `run:` may hold, NULL-terminated. Errors read
 * FILE:LINE:COLUMN: what, and the fix (MU_E_CONFIG). */
int mu_tools_load(struct mu_arena *arena, const char *path, const char *const *runs,
                  const struct mu_tools **ret, struct mu_err *err);
/* The same from a text; `name` stands for the file in errors. */
int mu_tools_parse(struct mu_arena *arena, const char *name, const char *text, size_t len,
                   const char *const *runs, const struct mu_tools **ret, struct mu_err *err);

const struct mu_tool_arg *mu_tool_arg(const struct mu_tool *tool, const char *name);
const char *mu_tool_type_name(int type); /* "string" ... */

#endif
