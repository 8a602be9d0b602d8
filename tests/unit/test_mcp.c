/* SPDX-License-Identifier: Apache-2.0 */
/* The MCP core without a transport: shapes, eras, headers, visibility of tools, arguments. */
#include "serve/mcp/mcp.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"
#include "serve/mcp/mcp_private.h"
#include "suites.h"

static struct mu_arena *arena;
static struct mu_mcp *mcp;
static const struct mu_config *config;
static struct mu_mcp_reply reply;
static const char *const (*headers)[2]; /* of the request, ends with a name NULL; NULL: stdio */

static const char *const reads[] = {"read", NULL};
static const struct mu_grant reader = {.name = "t", .methods = reads};

static void setup(void)
{
    static const char text[] = "store: none.db\naccounts:\n  sendoso: {adapter: sendoso, url: "
                               "'http://127.0.0.1:9', token: 'env:X'}\n";
    struct mu_err err = MU_ERR_INIT;
    arena = mu_arena_new();
    ck_assert_int_eq(setenv("MUSTER_MAPPINGS", MU_TEST_DATA "/../mappings", 1), 0);
    int rc = mu_config_parse(arena, "./muster.yaml", text, strlen(text), &config, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    const struct mu_mcp_conf conf = {.config = config};
    ck_assert_msg(mu_mcp_new(&conf, &mcp, &err) == 0, "%s", err.text);
    headers = NULL;
    reply = (struct mu_mcp_reply)MU_MCP_REPLY_INIT;
}

static void teardown(void)
{
    mu_mcp_reply_done(&reply);
    mu_mcp_free(mcp);
    mu_arena_free(arena);
}

static const char *header(void *arg, const char *name)
{
    (void)arg;
    for (size_t i = 0; headers[i][0]; i++) {
        if (mu_strieq(headers[i][0], name))
            return headers[i][1];
    }
    return NULL;
}

static const struct mu_doc *ask_as(const struct mu_grant *grant, const char *version,
                                   const char *text)
{
    struct mu_mcp_peer peer = {
        .arena = arena, .grant = grant, .version = version, .may_wait = true};
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    if (headers)
        peer.header = header;
    mu_mcp_reply_done(&reply);
    reply = (struct mu_mcp_reply)MU_MCP_REPLY_INIT;
    mu_mcp_handle(mcp, &peer, text, strlen(text), &reply);
    if (reply.out.len == 0)
        return NULL;
    ck_assert_int_eq(reply.out.data[reply.out.len - 1], '\n');
    int rc = mu_doc_parse(arena, mu_strndup(arena, reply.out.data, reply.out.len), reply.out.len,
                          &doc, &err);
    ck_assert_msg(rc == 0, "%s: %s", err.text, reply.out.data);
    return doc;
}

static const struct mu_doc *ask(const char *text)
{
    return ask_as(&reader, NULL, text);
}

static int64_t code_of(const struct mu_doc *doc)
{
    int64_t code = 0;
    return mu_doc_int(mu_doc_member(doc, "error"), "code", &code) ? code : 0;
}

#define META                                                                 \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"

/* What the wire says to what isn't a request: code, HTTP status, whether the id is echoed. */
static const struct {
    const char *text;
    int64_t code;
    int status;
} broken[] = {
    {"", -32700, 400},
    {"{", -32700, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}x", -32700, 400},
    {"5", -32600, 400},
    {"{\"id\":1,\"method\":\"ping\"}", -32600, 400},
    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", -32600, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", -32600, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", -32600, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32600, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1}", -32600, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", -32600, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":1,\"a\":2}}", -32600,
     400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", -32602, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nothing\"}", -32601, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/setLevel\"}", -32601, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{}}", -32602, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"no\"}}",
     -32602, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"people\","
     "\"arguments\":[]}}",
     -32602, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"cursor\":\"x\"}}",
     -32602, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":{\"name\":\"x\"}}",
     -32602, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"x:y\"}}",
     -32002, 200},
    /* the modern era */
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{" META "}}", -32601, 404},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{" META "}}", -32601, 404},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"x:y\"," META
     "}}",
     -32602, 200},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{\"_meta\":{\"io."
     "modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}",
     -32602, 400},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{\"_meta\":{\"io."
     "modelcontextprotocol/protocolVersion\":\"2030-01-01\"}}}",
     -32022, 400},
};

START_TEST(test_broken)
{
    const struct mu_doc *doc = ask(broken[_i].text);
    ck_assert_int_eq(code_of(doc), broken[_i].code);
    ck_assert_int_eq(reply.status, broken[_i].status);
    ck_assert_str_eq(mu_doc_str(doc, "jsonrpc"), "2.0");
}
END_TEST

START_TEST(test_silence)
{
    ck_assert_ptr_null(ask("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
    ck_assert_int_eq(reply.status, 202);
    ck_assert_ptr_null(ask("{\"jsonrpc\":\"2.0\",\"method\":\"nothing\"}"));
    ck_assert_ptr_null(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
    ck_assert_int_eq(reply.status, 202);
}
END_TEST

START_TEST(test_versions)
{
    static const char *const asked[][2] = {
        {"2024-11-05", "2024-11-05"}, {"2025-03-26", "2025-03-26"}, {"2025-06-18", "2025-06-18"},
        {"2025-11-25", "2025-11-25"}, {"2026-07-28", "2025-11-25"}, {"1.0", "2025-11-25"}};
    for (size_t i = 0; i < MU_LEN(asked); i++) {
        const struct mu_doc *doc =
            ask(mu_printf(arena,
                          "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"initialize\",\"params\":{"
                          "\"protocolVersion\":\"%s\",\"capabilities\":{}}}",
                          asked[i][0]));
        ck_assert_str_eq(mu_doc_str(mu_doc_member(doc, "result"), "protocolVersion"), asked[i][1]);
        ck_assert_str_eq(mu_doc_str(doc, "id"), "a");
    }
}
END_TEST

START_TEST(test_discover)
{
    const struct mu_doc *result = mu_doc_member(
        ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{" META "}}"),
        "result");
    ck_assert_str_eq(mu_doc_text(mu_doc_at(result, "/supportedVersions/0")), "2026-07-28");
    ck_assert_str_eq(mu_doc_str(result, "resultType"), "complete");
    ck_assert_str_eq(mu_doc_str(result, "cacheScope"), "private");
    ck_assert_ptr_nonnull(mu_doc_member(result, "ttlMs"));
}
END_TEST

/* A batch is served where its revision has batches, and nowhere else. */
START_TEST(test_batch)
{
    static const char batch[] = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},"
                                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},"
                                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"no\"}]";
    const struct mu_doc *doc = ask_as(&reader, "2025-03-26", batch);
    ck_assert(mu_doc_is(doc, MU_DOC_LIST));
    ck_assert_uint_eq(doc->len, 2);
    ck_assert_int_eq(code_of(ask_as(&reader, "2025-06-18", batch)), -32600);
    ck_assert_int_eq(code_of(ask_as(&reader, "2025-03-26", "[]")), -32600);
}
END_TEST

#define CALL                                            \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/" \
    "call\",\"params\":{\"name\":\"people\"," META "}}"

START_TEST(test_headers)
{
    static const char *const right[][2] = {{"MCP-Protocol-Version", "2026-07-28"},
                                           {"mcp-method", "tools/call"},
                                           {"Mcp-Name", " people "},
                                           {NULL}};
    static const char *const encoded[][2] = {{"MCP-Protocol-Version", "2026-07-28"},
                                             {"Mcp-Method", "tools/call"},
                                             {"Mcp-Name", "=?base64?cGVvcGxl?="},
                                             {NULL}};
    static const char *const other[][2] = {{"MCP-Protocol-Version", "2026-07-28"},
                                           {"Mcp-Method", "tools/call"},
                                           {"Mcp-Name", "groups"},
                                           {NULL}};
    static const char *const no_method[][2] = {{"MCP-Protocol-Version", "2026-07-28"}, {NULL}};
    static const char *const unknown[][2] = {{"MCP-Protocol-Version", "1999-01-01"}, {NULL}};
    headers = right;
    ck_assert_int_eq(code_of(ask(CALL)), 0);
    headers = encoded;
    ck_assert_int_eq(code_of(ask(CALL)), 0);
    headers = other;
    ck_assert_int_eq(code_of(ask(CALL)), -32020);
    ck_assert_int_eq(reply.status, 400);
    headers = no_method;
    ck_assert_int_eq(code_of(ask(CALL)), -32020);
    ck_assert_int_eq(code_of(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")),
                     -32602);
    headers = unknown;
    ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    ck_assert_int_eq(reply.status, 400);
}
END_TEST

static const struct mu_doc *tools(const struct mu_grant *grant)
{
    return mu_doc_at(
        ask_as(grant, "2025-11-25", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"),
        "/result/tools");
}

static bool has(const struct mu_doc *list, const char *name)
{
    for (const struct mu_doc *t = list->first; t; t = t->next) {
        if (mu_streq(mu_doc_str(t, "name"), name))
            return true;
    }
    return false;
}

/* What the token doesn't allow isn't there: neither listed nor called. */
START_TEST(test_allowed)
{
    ck_assert(has(tools(&reader), "people"));
    ck_assert(!has(tools(&reader), "apply"));
    ck_assert(has(tools(&mu_grant_local), "apply"));
    ck_assert_int_eq(
        code_of(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
                    "\"apply\",\"arguments\":{\"plan\":\"x\"}}}")),
        -32602);
    ck_assert_uint_le(reply.out.len, 1000);
    tools(&mu_grant_local);
    ck_assert_uint_le(reply.out.len, 15 * 1024);
}
END_TEST

/* Wrong arguments are told to the model, all at once. */
START_TEST(test_arguments)
{
    const struct mu_doc *doc =
        ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
            "\"people\",\"arguments\":{\"limit\":\"many\",\"qery\":\"ada\"}}}");
    const char *text = mu_doc_text(mu_doc_at(doc, "/result/content/0/text"));
    ck_assert(mu_doc_bool(mu_doc_member(doc, "result"), "isError", false));
    ck_assert_ptr_nonnull(strstr(text, "limit: must be an integer, such as 5"));
    ck_assert_ptr_nonnull(strstr(text, "did you mean query"));
    ck_assert_ptr_null(mu_doc_at(doc, "/result/structuredContent"));
}
END_TEST

static const char one_tool[] =
    "adapter: sendoso\ntools:\n  - name: t\n    title: T\n    description: T.\n    need: create\n"
    "    method: POST\n    path: /t\n"
    "    hints: {read_only: no, destructive: no, idempotent: no, open_world: yes}\n"
    "    arguments:\n"
    "      - {name: n, in: body, to: /n, type: integer, minimum: 1, maximum: 9, description: N}\n"
    "      - {name: s, in: body, to: /s, type: string, longest: 5, description: S}\n"
    "      - {name: e, in: body, to: /e, type: string, email: yes, description: E}\n"
    "      - {name: b, in: body, to: /b, type: boolean, default: true, description: B}\n"
    "      - {name: c, in: body, to: /c, type: string, choices: [x, y], description: C}\n"
    "      - {name: l, in: body, to: /l, type: array, longest: 2, description: L}\n";

/* What is taken, as canonical JSON, and what isn't, with the words for it. */
static const struct {
    const char *given, *taken, *refused;
} given[] = {
    {"{}", "{\"b\":true}", NULL},
    {"{\"n\":5}", "{\"b\":true,\"n\":5}", NULL},
    {"{\"n\":\"5\"}", "{\"b\":true,\"n\":5}", NULL},
    {"{\"n\":5.0}", "{\"b\":true,\"n\":5}", NULL},
    {"{\"n\":null}", "{\"b\":true}", NULL},
    {"{\"b\":\"false\"}", "{\"b\":false}", NULL},
    {"{\"s\":71}", "{\"b\":true,\"s\":\"71\"}", NULL},
    {"{\"l\":\"[\\\"p\\\",\\\"q\\\"]\"}", "{\"b\":true,\"l\":[\"p\",\"q\"]}", NULL},
    {"{\"n\":5.5}", NULL, "n: must be an integer"},
    {"{\"n\":\"five\"}", NULL, "n: must be an integer"},
    {"{\"n\":true}", NULL, "n: must be an integer"},
    {"{\"n\":10}", NULL, "n: must be from 1 to 9"},
    {"{\"n\":99999999999999999999}", NULL, "n: must be an integer"},
    {"{\"s\":\"abcdef\"}", NULL, "s: has over 5 characters"},
    {"{\"s\":\"a\\u0000b\"}", NULL, "s: holds a character"},
    {"{\"s\":{}}", NULL, "s: must be a string"},
    {"{\"e\":\"a@b\"}", NULL, "e: must be one e-mail address"},
    {"{\"e\":\"a@b.c, d@e.f\"}", NULL, "e: must be one e-mail address"},
    {"{\"b\":\"yes\"}", NULL, "b: must be true or false"},
    {"{\"c\":\"z\"}", NULL, "c: must be one of: x, y"},
    {"{\"l\":[]}", NULL, "l: must have 1 to 2 items"},
    {"{\"l\":[\"a\",\"b\",\"c\"]}", NULL, "l: must have 1 to 2 items"},
    {"{\"l\":\"a\"}", NULL, "l: must be a list"},
    {"{\"N\":1}", NULL, "there is no argument 'N'"},
};

START_TEST(test_coerced)
{
    const struct mu_tools *tools = NULL;
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    struct json_object *args = NULL;
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    int rc = mu_tools_parse(arena, "t", one_tool, strlen(one_tool), mu_mcp_runs, &tools, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    ck_assert_int_eq(mu_doc_parse(arena, given[_i].given, strlen(given[_i].given), &doc, &err), 0);
    rc = mcp_arguments(&tools->list[0], doc, arena, &args, &err);
    if (given[_i].taken) {
        ck_assert_msg(rc == 0, "%s", err.text);
        mu_json_canonical(args, &text);
        ck_assert_str_eq(text.data, given[_i].taken);
    } else {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(strstr(err.text, given[_i].refused), "%s", err.text);
    }
    json_object_put(args);
    mu_buf_done(&text);
}
END_TEST

/* What a client may keep, it may not keep for longer than its token lives. */
START_TEST(kept_as_long_as_the_token)
{
    static const char list[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" META "}}";
    struct mu_grant ends = reader;
    int64_t ttl = 0;
    ends.expires = mu_now() + 20;
    ck_assert(mu_doc_int(mu_doc_member(ask(list), "result"), "ttlMs", &ttl));
    ck_assert_int_eq(ttl, 60000);
    ck_assert(mu_doc_int(mu_doc_member(ask_as(&ends, NULL, list), "result"), "ttlMs", &ttl));
    ck_assert_int_le(ttl, 20000);
    ends.expires = 1;
    ck_assert(mu_doc_int(mu_doc_member(ask_as(&ends, NULL, list), "result"), "ttlMs", &ttl));
    ck_assert_int_eq(ttl, 0);
}
END_TEST

START_TEST(test_too_long)
{
    char *text = mu_alloc(arena, MU_MCP_MESSAGE_MAX + 2);
    memset(text, ' ', MU_MCP_MESSAGE_MAX + 1);
    ck_assert_int_eq(code_of(ask(text)), -32600);
    ck_assert_int_eq(reply.status, 413);
}
END_TEST

/* ---- requests that are under way ---- */

static void say(struct mu_mcp_peer *peer, const char *text)
{
    mu_mcp_reply_done(&reply);
    reply = (struct mu_mcp_reply)MU_MCP_REPLY_INIT;
    mu_mcp_handle(mcp, peer, text, strlen(text), &reply);
}

/* A request that has to wait is known until it is answered, and isn't when it was cancelled. */
START_TEST(cancelled_while_it_waits)
{
    static const char call[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                               "{\"name\":\"list_all_sendoso_me\"}}",
                      cancel[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                                 "\"params\":{\"requestId\":1}}",
                      other[] = "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"ping\"}";
    struct mu_mcp_peer peer = {.arena = arena, .grant = &reader, .running = mcp_running_new()};
    say(&peer, call);
    ck_assert(reply.later);
    say(&peer, call);
    ck_assert_ptr_nonnull(strstr(reply.out.data, "-32600"));
    say(&peer, other);
    ck_assert_ptr_nonnull(strstr(reply.out.data, "result"));
    say(&peer, cancel);
    ck_assert_int_eq(reply.count, 0);
    peer.may_wait = true;
    say(&peer, call);
    ck_assert(!reply.later);
    ck_assert_int_eq(reply.count, 0);
    ck_assert_uint_eq(reply.out.len, 0);
    say(&peer, call); /* it is known no more */
    ck_assert_int_eq(reply.count, 1);
    mcp_running_free(peer.running);
}
END_TEST

static bool has_gone(void *arg)
{
    return *(bool *)arg;
}

/* Going cancels a request of the modern era; before that, only what nobody misses. */
START_TEST(cancelled_by_going)
{
    bool is_gone = false;
    struct mu_mcp_peer peer = {.gone = has_gone, .gone_arg = &is_gone};
    struct mcp_call modern = {.peer = &peer, .modern = true}, old = {.peer = &peer},
                    old_read = {.peer = &peer, .reads = true};
    ck_assert(!mcp_cancelled(&modern) && !mcp_cancelled(&old) && !mcp_cancelled(&old_read));
    is_gone = true;
    ck_assert(mcp_cancelled(&modern) && mcp_cancelled(&old_read));
    ck_assert(!mcp_cancelled(&old));
}
END_TEST

static void keep(void *arg, const char *line, size_t len)
{
    mu_buf_add(arg, line, len);
}

/* Numbers only grow, whatever is counted; nothing is said to who didn't ask. */
START_TEST(progress_grows)
{
    static const char meta[] = "{\"progressToken\":\"p\"}";
    MU_AUTO(buf) struct mu_buf told = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    struct mu_mcp_peer peer = {
        .arena = arena, .grant = &reader, .notify = keep, .notify_arg = &told};
    struct mcp_call c = {.mcp = mcp, .peer = &peer, .arena = arena, .reply = &reply};
    mcp_progress(&c, "users", 1, 2);
    ck_assert_uint_eq(told.len, 0);
    ck_assert_int_eq(mu_doc_parse(arena, meta, strlen(meta), &c.meta, &err), 0);
    mcp_progress(&c, "users", 2, 2);
    mcp_progress(&c, "users", 2, 2);
    mcp_progress(&c, "groups", 1, 1);
    ck_assert_str_eq(
        told.data,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
        "\"p\",\"progress\":2,\"total\":2,\"message\":\"users\"}}\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
        "\"p\",\"progress\":3,\"total\":3,\"message\":\"groups\"}}\n");
    ck_assert_int_eq(reply.count, 0);
}
END_TEST

/* Fifty answers of 200 KB are more than one message may hold: that is said, in a message that is whole. */
START_TEST(test_batch_too_long)
{
    enum { EACH = 200000 };
    char path[] = "/tmp/muster-book.XXXXXX";
    int fd = mkstemp(path);
    FILE *book = fdopen(fd, "w");
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf batch = MU_BUF_INIT(MU_MCP_MESSAGE_MAX);
    ck_assert_ptr_nonnull(book);
    fprintf(book,
            "{\"tools\":[{\"wire\":{\"name\":\"long\",\"inputSchema\":{\"type\":\"object\"}},"
            "\"content\":[{\"type\":\"text\",\"text\":\"%0*d\"}]}]}",
            EACH, 0);
    fclose(book);
    mu_mcp_free(mcp);
    const struct mu_mcp_conf conf = {.config = config, .fixtures = path};
    int rc = mu_mcp_new(&conf, &mcp, &err);
    unlink(path);
    ck_assert_msg(rc == 0, "%s", err.text);
    for (int i = 0; i < MU_MCP_BATCH_MAX; i++)
        mu_buf_printf(&batch,
                      "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{"
                      "\"name\":\"long\"}}",
                      i ? "," : "[", i);
    mu_buf_addc(&batch, ']');
    ck_assert_int_eq(code_of(ask_as(&mu_grant_local, "2025-03-26", batch.data)), -32603);
    ck_assert_int_eq(reply.count, 1);
}
END_TEST

Suite *mcp_suite(void)
{
    Suite *s = suite_create("mcp");
    TCase *tc = tcase_create("core");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_broken, 0, (int)MU_LEN(broken));
    tcase_add_test(tc, test_silence);
    tcase_add_test(tc, test_versions);
    tcase_add_test(tc, test_discover);
    tcase_add_test(tc, test_batch);
    tcase_add_test(tc, test_headers);
    tcase_add_test(tc, test_allowed);
    tcase_add_test(tc, test_arguments);
    tcase_add_loop_test(tc, test_coerced, 0, (int)MU_LEN(given));
    tcase_add_test(tc, test_too_long);
    tcase_add_test(tc, kept_as_long_as_the_token);
    tcase_add_test(tc, cancelled_while_it_waits);
    tcase_add_test(tc, cancelled_by_going);
    tcase_add_test(tc, progress_grows);
    tcase_add_test(tc, test_batch_too_long);
    suite_add_tcase(s, tc);
    return s;
}
