/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is served, as a page for people: the tables that route, and the documentation records that
 * tools come from. One page of HTML without a script that loads nothing, light or dark as the reader
 * has it.
 */
#ifndef MU_SERVE_DOCS_H
#define MU_SERVE_DOCS_H

#include "serve/http.h"
#include "serve/tool.h"

/* tools: those that the reader's token may call. */
void mu_docs_write(const struct mu_route *const *tables, const struct mu_tool *const *tools,
                   size_t tool_count, struct mu_buf *to);

/* ---- docs_tools.c ---- */

void mu_docs_tool_links(const struct mu_tool *const *tools, size_t count, struct mu_buf *to);
void mu_docs_tools(const struct mu_tool *const *tools, size_t count, struct mu_buf *to);

/* ---- what both parts of the page are made of ---- */

/* One line of a table of parameters. Its description goes on with `choices` where there are some. */
struct mu_docs_row {
    const char *name, *type, *about;
    bool required;
    const char *const *choices; /* NULL-terminated; NULL: any */
};

void mu_docs_text(struct mu_buf *to, const char *text); /* escaped */
void mu_docs_element(struct mu_buf *to, const char *name, const char *text);
void mu_docs_row(struct mu_buf *to, const struct mu_docs_row *row);
/* The rows, folded away under a heading; nothing when there are none. */
void mu_docs_table(struct mu_buf *to, const char *heading, const struct mu_buf *rows);

#endif
