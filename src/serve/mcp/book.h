/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is answered word for word: prompts, and in tests everything that the conformance suite calls
 * (tests/conform/fixtures.json). A book is a YAML or JSON file:
 *
 *     prompts:    [{wire: {name: ..., arguments: [...]}, messages: [...], complete: {arg: [...]}}]
 *     tools:      [{wire: {name: ..., inputSchema: ...}, content: [...], is_error, progress, log, needs}]
 *     resources:  [{wire: {uri: ...}, contents: [...]}]
 *     templates:  [{wire: {uriTemplate: "a{id}b"}, contents: [...]}]
 *
 * ${name} in messages and contents is what the argument (or the template's variable) says. `rounds`
 * of a tool or a prompt are asked of the user first (ask.c).
 */
#ifndef MU_SERVE_MCP_BOOK_H
#define MU_SERVE_MCP_BOOK_H

#include "serve/mcp/mcp_private.h"

int mcp_book_load(struct mu_mcp *mcp, const char *path, struct mu_err *err);

/* Writes the `wire` of each item of a list of all books. */
void mcp_book_list(struct mcp_call *c, const char *list);

/* The item whose wire says `value` under `key`; NULL: none. */
const struct mu_doc *mcp_book_find(const struct mu_mcp *mcp, const char *list, const char *key,
                                   const char *value);

/* A value of the book with its ${names} filled in from an object of texts; appended to w. */
void mcp_book_fill(struct mcp_call *c, const struct mu_doc *value, const struct mu_doc *names);

/* The template that fits a uri, and its variables as an object; NULL: none. */
const struct mu_doc *mcp_book_template(struct mcp_call *c, const char *uri,
                                       const struct mu_doc **ret_names);

mcp_run mcp_run_book; /* a tool of a book */

/*
 * Asks the client's user, where the revision and the client's capabilities have a way to: rounds is
 * a list of {inputRequests: {...}, state: true}. 1: all was answered, or there is no way to ask; 0:
 * the result asks now, and nothing else belongs into it; 2: the user refused; -1: the client's
 * answers are broken or forged (mcp_fail). `binding`: what the state that the client carries for us
 * holds for (tool and arguments).
 */
int mcp_ask(struct mcp_call *c, const struct mu_doc *rounds, const char *binding);

#endif
