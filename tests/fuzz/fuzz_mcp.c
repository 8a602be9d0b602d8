/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message to the MCP core: the first byte says over what it comes (stdio in some revision, HTTP
 * with the headers of an era). Whatever comes, what goes out is lines of JSON.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/str.h"
#include "serve/auth.h"
#include "serve/mcp/mcp.h"

static struct mu_mcp *mcp;
static struct mu_arena *kept;

static const char *modern(void *arg, const char *name)
{
    (void)arg;
    if (mu_strieq(name, "MCP-Protocol-Version"))
        return "2026-07-28";
    if (mu_strieq(name, "Mcp-Method"))
        return "tools/call";
    return mu_strieq(name, "Mcp-Name") ? "=?base64?cGVvcGxl?=" : NULL;
}

static const char *none(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return NULL;
}

static void end(void)
{
    mu_mcp_free(mcp);
    mu_arena_free(kept);
}

static void begin(void)
{
    static const char text[] =
        "store: /nonexistent/none.db\naccounts:\n  sendoso: {adapter: sendoso, url: "
        "'http://127.0.0.1:9', token: 'env:NONE'}\n";
    struct mu_err err = MU_ERR_INIT;
    const struct mu_config *config = NULL;
    if (mcp)
        return;
    kept = mu_arena_new();
    mu_assert(setenv("MUSTER_MAPPINGS", MU_TEST_DATA "/../mappings", 1) == 0);
    mu_assert(mu_config_parse(kept, "./muster.yaml", text, strlen(text), &config, &err) == 0);
    const struct mu_mcp_conf conf = {
        .config = config, .search = true, .fixtures = MU_TEST_DATA "/conform/fixtures.json"};
    mu_assert(mu_mcp_new(&conf, &mcp, &err) == 0);
    atexit(end);
}

static void check_lines(struct mu_arena *arena, const struct mu_mcp_reply *reply)
{
    const char *line = reply->out.data;
    int lines = 0;
    for (const char *at = strchr(line, '\n'); at; at = strchr(line, '\n')) {
        const struct mu_doc *doc;
        struct mu_err err = MU_ERR_INIT;
        mu_assert(mu_doc_parse(arena, line, (size_t)(at - line), &doc, &err) == 0);
        line = at + 1;
        lines++;
    }
    mu_assert(*line == '\0' && lines == reply->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const versions[] = {NULL, "2025-03-26", "2025-11-25"};
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_mcp_reply reply = MU_MCP_REPLY_INIT;
    if (size == 0)
        return 0;
    begin();
    struct mu_mcp_peer peer = {.arena = arena,
                               .grant = &mu_grant_local,
                               .header = data[0] & 4   ? modern
                                         : data[0] & 8 ? none
                                                       : NULL,
                               .version = versions[(data[0] & 3) % 3]};
    mu_mcp_handle(mcp, &peer, (const char *)data + 1, size - 1, &reply);
    check_lines(arena, &reply);
    mu_mcp_reply_done(&reply);
    return 0;
}
