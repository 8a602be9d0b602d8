/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the MCP core share: one message on its way, methods, tools, results. */
#ifndef MU_SERVE_MCP_PRIVATE_H
#define MU_SERVE_MCP_PRIVATE_H

#include <pthread.h>

#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "serve/mcp/mcp.h"
#include "serve/tool.h"

#define MCP_MODERN "2026-07-28"
#define MCP_META "io.modelcontextprotocol/"

/* JSON-RPC's and MCP's codes. */
enum {
    MCP_PARSE = -32700,
    MCP_INVALID = -32600,
    MCP_NO_METHOD = -32601,
    MCP_PARAMS = -32602,
    MCP_INTERNAL = -32603,
    MCP_NO_RESOURCE = -32002, /* before 2026-07-28 */
    MCP_HEADER = -32020,
    MCP_CAPABILITY = -32021,
    MCP_VERSION = -32022
};

struct mcp_tool;

/* Open streams of HTTP+SSE (sse.c). */
struct mcp_stream;
struct mcp_streams {
    pthread_mutex_t lock; /* guards the list and what is in it */
    struct mcp_stream *first;
    unsigned count;
    size_t unread; /* bytes of answers that wait to be read */
};
struct mcp_streams *mcp_streams_new(void);
void mcp_streams_free(struct mcp_streams *all);

struct mu_mcp {
    struct mu_arena *arena;
    struct mu_mcp_conf conf;
    struct mu_config
        config; /* what conf.config points at: with governors of its own, where it had none */
    struct mu_governors *governors; /* NULL: the configuration had some */
    struct mu_accounts *own;        /* conf.accounts, where it had none */
    struct mcp_tool *tools;
    size_t tool_count;
    struct mu_map *by_name;        /* struct mcp_tool */
    const struct mu_doc *books[2]; /* book.h */
    size_t book_count;
    struct mcp_streams *streams;
    struct mcp_running *running; /* of sessions over Streamable HTTP */
    uint8_t seal[32];            /* key of what clients carry for us (requestState) */
};

/* What was told of it. */
struct mcp_progress {
    bool sent;
    int64_t base, done, told, sent_us;
};

/* One request on its way. */
struct mcp_call {
    struct mu_mcp *mcp;
    struct mu_mcp_peer *peer;
    struct mu_arena *arena;
    struct mu_mcp_reply *reply;
    const struct mu_doc *message, *id, *params, *meta; /* NULL: absent */
    const char *method;
    bool modern;
    bool reads;          /* changes nothing: who has gone doesn't miss it */
    const char *version; /* in force for this message */
    struct mu_jw w;      /* of the result's members */
    struct mu_buf result;
    const char *result_type; /* "complete" */
    unsigned retry_after_s;  /* told with a result that failed; 0: not */
    struct mcp_progress progress;
    /* filled in by a failing step: */
    int code, status;
    const char *text;
    const char *data; /* JSON, or NULL */
};

/* ---- message.c: what kind of message it is, and its era ---- */

/* Fails the message: always -1. */
int mcp_fail(struct mcp_call *c, int code, const char *fmt, ...) MU_PRINTF(3, 4);
/* The same with an HTTP status and data (JSON, in the arena). */
int mcp_fail_with(struct mcp_call *c, int code, int status, const char *data, const char *fmt, ...)
    MU_PRINTF(5, 6);
const char *mcp_header(const struct mcp_call *c, const char *name);
/* The revision of that name, as a text that stays; NULL: none of the handshake era. */
const char *mcp_legacy_version(const char *version);
/* Chooses the era and checks all that stands around the method. */
int mcp_frame(struct mcp_call *c);
/* Mcp-Name and friends, whose values may come as =?base64?...?=. NULL: broken. */
const char *mcp_header_text(struct mu_arena *arena, const char *value);
/* Of the modern era: Mcp-Param-NAME headers agree with the arguments. */
int mcp_check_param_headers(struct mcp_call *c, const struct mcp_tool *tool,
                            const struct mu_doc *arguments);

/* ---- methods.c ---- */

struct mcp_method {
    const char *name;
    bool legacy, modern;
    const char *name_param; /* what Mcp-Name repeats; NULL: none */
    bool cacheable;         /* the result says for how long it holds */
    bool lists;             /* may be asked for a page */
    int (*run)(struct mcp_call *c);
};
const struct mcp_method *mcp_method(const char *name, bool modern);
void mcp_supported(struct mu_jw *w); /* the modern revisions, as a list */

/* ---- reply.c ---- */

void mcp_write_result(struct mcp_call *c, const struct mcp_method *m);
void mcp_write_error(struct mcp_call *c);
/* A notification before the answer; `params` is JSON. */
void mcp_notify(struct mcp_call *c, const char *method, const char *params);
void mcp_write_server(struct mu_jw *w); /* serverInfo */

/* ---- running.c ---- */

/* A request begins: 0; 1: it was cancelled while it waited; -1: its id is in use (mcp_fail). One that
 * had to wait (reply->later) goes on when it comes again. Ends with mcp_running_end but after -1. */
int mcp_running_begin(struct mcp_call *c);
bool mcp_running_end(struct mcp_call *c);    /* true: it was cancelled, nothing may be said */
void mcp_running_cancel(struct mcp_call *c); /* c: notifications/cancelled */
bool mcp_cancelled(void *call);              /* struct mcp_call */

/* ---- progress.c ---- */

bool mcp_wants_progress(const struct mcp_call *c);
/* Tells a client that asked for it; total 0: unknown. Few a second, numbers only grow. */
void mcp_progress(struct mcp_call *c, const char *what, int64_t done, int64_t total);
/* The log for what reports by mu_progress. */
struct mu_log *mcp_watched_log(struct mcp_call *c);

/* ---- tools.c ---- */

/* What a tool found out. */
struct mcp_out {
    struct mu_buf json;    /* an object: what the model reads, and structuredContent */
    struct mu_buf content; /* or the content itself, as a JSON list */
    bool is_error;
    bool asks; /* the result asks the user, and is written already */
};

typedef int mcp_run(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                    struct mcp_out *out, struct mu_err *err);

struct mcp_tool {
    const struct mu_tool *record; /* NULL: of a book */
    const char *name;
    mcp_run *run;
    bool waits;                 /* may have to wait for a remote or a lock */
    const char *wire;           /* as it stands in tools/list */
    struct json_object *schema; /* with x-mcp-header in it; NULL: none. Of books. */
};

int mcp_tools_list(struct mcp_call *c);
int mcp_tools_call(struct mcp_call *c);
bool mcp_allowed(const struct mcp_call *c, const struct mcp_tool *tool);
/* Whether the directory may be read at all: as resources, too, and not by its tools alone. */
bool mcp_may_read(const struct mcp_call *c);
bool mcp_account_allowed(const struct mcp_call *c, const char *account);

/* ---- build.c: tools from records ---- */

int mcp_build(struct mu_mcp *mcp, struct mu_err *err);

/* ---- arguments.c ---- */

/* Arguments as the record declares them: unknown ones refused, what can be read without loss as
 * the declared type taken so, defaults put in. MU_E_USAGE says which, what was wrong and what is
 * right. Owned by the caller. */
int mcp_arguments(const struct mu_tool *record, const struct mu_doc *given, struct mu_arena *arena,
                  struct json_object **ret, struct mu_err *err);

/* ---- the rest of the protocol ---- */

int mcp_resources_list(struct mcp_call *c);
int mcp_resources_templates(struct mcp_call *c);
int mcp_resources_read(struct mcp_call *c);
int mcp_prompts_list(struct mcp_call *c);
int mcp_prompts_get(struct mcp_call *c);
int mcp_complete(struct mcp_call *c);

#endif
