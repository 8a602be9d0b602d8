/* SPDX-License-Identifier: Apache-2.0 */
/* Documentation records: what they say, and what is refused with its line. */
#include "serve/tool.h"

#include <string.h>

#include "base/str.h"
#include "serve/mcp/mcp.h"
#include "suites.h"

static struct mu_arena *arena;

static void setup(void)
{
    arena = mu_arena_new();
}

static void teardown(void)
{
    mu_arena_free(arena);
}

#define HINTS \
    "    hints: {read_only: true, destructive: false, idempotent: true, open_world: true}\n"
#define HEAD                                                      \
    "adapter: sendoso\ntools:\n  - name: look\n    title: Look\n" \
    "    description: Looks.\n    need: list\n    path: /api/{id}\n" HINTS "    arguments:\n"
#define ID "      - {name: id, in: path, type: integer, required: true, description: Id.}\n"

static int parse(const char *text, const struct mu_tools **ret, struct mu_err *err)
{
    return mu_tools_parse(arena, "t.yaml", text, strlen(text), mu_mcp_runs, ret, err);
}

START_TEST(test_says)
{
    const struct mu_tools *tools = NULL;
    struct mu_err err = MU_ERR_INIT;
    int rc = parse(
        HEAD ID "      - {name: q, in: query, type: string, default: all, description: Which.}\n",
        &tools, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    ck_assert_uint_eq(tools->count, 1);
    const struct mu_tool *t = &tools->list[0];
    ck_assert_str_eq(t->method, "GET");
    ck_assert_str_eq(t->run, "call");
    ck_assert_uint_eq(t->arg_count, 2);
    ck_assert_int_eq(mu_tool_arg(t, "id")->in, MU_IN_PATH);
    ck_assert_str_eq(mu_tool_arg(t, "q")->fallback, "\"all\"");
    ck_assert_ptr_null(mu_tool_arg(t, "r"));
}
END_TEST

/* The one name that query and body share in Sendoso's API goes where its record says. */
START_TEST(test_shared_name)
{
    const struct mu_tools *tools = NULL;
    struct mu_err err = MU_ERR_INIT;
    int rc =
        parse("adapter: sendoso\ntools:\n  - name: put\n    title: Put\n"
              "    description: Puts.\n    need: create\n    method: POST\n    path: /api\n"
              "    hints: {read_only: no, destructive: yes, idempotent: no, open_world: yes}\n"
              "    arguments:\n"
              "      - {name: name, in: body, to: /send/name, type: string, description: N.}\n"
              "      - {name: filter_name, in: query, to: name, type: string, description: F.}\n",
              &tools, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    ck_assert_str_eq(tools->list[0].args[0].to, "/send/name");
    ck_assert_str_eq(tools->list[0].args[1].to, "name");
}
END_TEST

static const struct {
    const char *text, *want;
} refused[] = {
    {HEAD ID ID, "t.yaml:11:9: id: is an argument twice"},
    {HEAD "      - {name: q, in: query, type: string, description: Q.}\n",
     "path: no argument goes to {id}"},
    {HEAD ID "      - {name: b, in: body, to: /b, type: string, description: B.}\n",
     "b: a GET has no body"},
    {HEAD ID "      - {name: a, in: query, to: x, type: string, description: A.}\n"
             "      - {name: b, in: query, to: x, type: string, description: B.}\n",
     "t.yaml:12:9: b: goes where a goes (query x)"},
    {HEAD ID "      - {name: a, in: body, to: a, type: string, description: A.}\n",
     "is a JSON pointer"},
    {HEAD ID "      - {name: a, in: query, type: strin, description: A.}\n", "t.yaml:11:"},
    {HEAD ID "      - {name: a, in: query, type: string, required: yes, default: b,"
             " description: A.}\n",
     "what has a default isn't required"},
    {"tools:\n  - name: Look\n    title: L\n    description: L.\n    need: list\n" HINTS,
     "t.yaml:2:11: name:"},
    {"tools:\n  - name: look\n    title: L\n    description: L.\n    need: list\n    run: "
     "peple\n" HINTS,
     "nothing is called 'peple'; did you mean people"},
    {"tools:\n  - name: look\n    title: L\n    description: L.\n    need: list\n    path: "
     "/x\n" HINTS,
     "there is no adapter"},
    {"tools:\n  - name: look\n    title: L\n    description: L.\n    need: list\n    run: people\n",
     "hints"},
    {"tools: 5\n", "tools: expected a list"},
};

START_TEST(test_refused)
{
    const struct mu_tools *tools = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(parse(refused[_i].text, &tools, &err), -1);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    ck_assert_msg(strstr(err.text, refused[_i].want), "%s: not '%s'", err.text, refused[_i].want);
}
END_TEST

START_TEST(test_twice)
{
    const struct mu_tools *tools = NULL;
    struct mu_err err = MU_ERR_INIT;
    const char *one = "  - name: look\n    title: L\n    description: L.\n    need: list\n"
                      "    run: people\n" HINTS;
    ck_assert_int_eq(parse(mu_printf(arena, "tools:\n%s%s", one, one), &tools, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "the first is in line 2"));
}
END_TEST

/* The twelve tools of Sendoso, by the names that people know. */
START_TEST(test_shipped)
{
    static const char *const names[] = {"list_all_sendoso_users",
                                        "create_a_sendoso_user",
                                        "list_all_sendoso_me",
                                        "list_all_sendoso_groups",
                                        "list_all_sendoso_team_group_users",
                                        "list_all_sendoso_campaigns",
                                        "get_single_sendoso_campaign_by_id",
                                        "list_all_sendoso_sends",
                                        "create_a_sendoso_physical_gift",
                                        "create_a_sendoso_physical_gift_address_collection",
                                        "create_a_sendoso_egift",
                                        "create_a_sendoso_egift_link"};
    const struct mu_tools *tools = NULL;
    struct mu_err err = MU_ERR_INIT;
    int rc = mu_tools_load(arena, MU_TEST_DATA "/../mappings/sendoso/tools.yaml", mu_mcp_runs,
                           &tools, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    ck_assert_uint_eq(tools->count, MU_LEN(names));
    for (size_t i = 0; i < MU_LEN(names); i++) {
        const struct mu_tool *t = &tools->list[i];
        ck_assert_str_eq(t->name, names[i]);
        bool gift = mu_streq(t->tags[0], "gifts");
        ck_assert_int_eq(t->hints.destructive, gift);
        ck_assert_int_eq(t->hints.read_only, !mu_streq(t->need, "create"));
    }
}
END_TEST

Suite *tool_suite(void)
{
    Suite *s = suite_create("tool");
    TCase *tc = tcase_create("records");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_says);
    tcase_add_test(tc, test_shared_name);
    tcase_add_loop_test(tc, test_refused, 0, (int)MU_LEN(refused));
    tcase_add_test(tc, test_twice);
    tcase_add_test(tc, test_shipped);
    suite_add_tcase(s, tc);
    return s;
}
