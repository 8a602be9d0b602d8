/* SPDX-License-Identifier: Apache-2.0 */
/* Target mappings, and the mappings muster ships. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "suites.h"

static const char person[] =
    "kind: user\n"
    "target: ldap\n"
    "object_classes: [top, person]\n"
    "rdn: UID\n"
    "fields:\n"
    "  uid: {first: [/username, /emails/0/email], transform: [lower], required: true}\n"
    "  mail: {from: /emails/?/email, policy: merge}\n"
    "  title: {from: /title, policy: keep}\n"
    "  description: {from: /attributes/note}\n"
    "  preferredLanguage: {from: /languages/?, default: en}\n"
    "  employeeType: {from: /status, enum: {active: null, inactive: gone}}\n";

/* `name=value,value;` of each attribute. */
static const char *run(struct mapping *m, const struct mu_resource *r, const char *entry)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    const struct mu_want *wants = NULL;
    size_t count = 0;
    ck_assert_msg(mu_doc_parse(m->arena, entry, strlen(entry), &doc, &err) == 0, "%s", err.text);
    int rc = mu_map_want(r, doc, NULL, m->arena, &wants, &count, &err);
    if (rc < 0) {
        ck_assert_uint_eq(err.code, MU_E_DATA);
        return mu_printf(m->arena, "! %s", err.text);
    }
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(wants[i].name, mu_map_attributes(r)[i]);
        mu_buf_printf(&to, "%s=", wants[i].name);
        for (size_t v = 0; v < wants[i].count; v++) {
            ck_assert_uint_eq(wants[i].values[v].len, strlen(wants[i].values[v].bytes));
            mu_buf_printf(&to, "%s%s", v > 0 ? "," : "", wants[i].values[v].bytes);
        }
        mu_buf_adds(&to, ";");
    }
    ck_assert_ptr_null(mu_map_attributes(r)[count]);
    return mu_strndup(m->arena, to.data, to.len);
}

START_TEST(test_wants)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(&m, person);
    ck_assert_str_eq(
        run(&m, r,
            "{\"id\":\"1\",\"username\":\"ADA\",\"emails\":[{\"email\":\"a@x\"},{\"type\":\"home\"}"
            ",{\"email\":\"b@x\"},"
            "{\"email\":\"a@x\"}],\"title\":\"T\",\"status\":\"inactive\",\"attributes\":{\"note\":"
            "\"n\"},\"languages\":[\"sv\"]}"),
        "uid=ada;mail=a@x,b@x;title=T;description=n;preferredLanguage=sv;employeeType=gone;");
    /* What the entry doesn't have is asked for as nothing, so that it can be taken away. */
    ck_assert_str_eq(
        run(&m, r, "{\"id\":\"1\",\"emails\":[{\"email\":\"A@X\"}],\"status\":\"active\"}"),
        "uid=a@x;mail=A@X;title=;description=;preferredLanguage=en;employeeType=;");
    ck_assert_str_eq(run(&m, r, "{\"id\":\"1\"}"), "! uid: missing");
    mapping_close(&m);
}
END_TEST

START_TEST(test_values_are_composed)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(&m, person);
    ck_assert_str_eq(run(&m, r,
                         "{\"id\":\"1\",\"username\":\"u\",\"title\":\"Zoe\\u0308, D'Arcy #1 "
                         "\\\"x\\\" <y>+z;\\\\\","
                         "\"emails\":[{\"email\":\"zo\\u00eb@x\"},{\"email\":\"zoe\\u0308@x\"}]}"),
                     "uid=u;mail=zo\xc3\xab@x;title=Zo\xc3\xab, D'Arcy #1 \"x\" "
                     "<y>+z;\\;description=;preferredLanguage=en;employeeType=;");
    mapping_close(&m);
}
END_TEST

START_TEST(test_info)
{
    struct mapping m;
    const struct mu_doc *doc = NULL;
    const struct mu_want *wants = NULL;
    size_t count = 0;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(&m, person);
    const struct mu_resource_info *info = mu_map_info(r);
    ck_assert(info->target);
    ck_assert_ptr_null(info->fetch);
    ck_assert_str_eq(info->rdn, "uid"); /* as the field is written */
    ck_assert_str_eq(info->object_classes[1], "person");
    ck_assert_ptr_null(info->object_classes[2]);
    ck_assert_ptr_null(info->member_attr);
    ck_assert_int_eq(mu_doc_parse(m.arena, "{\"username\":\"u\"}", 16, &doc, &m.err), 0);
    ck_assert_int_eq(mu_map_want(r, doc, NULL, m.arena, &wants, &count, &m.err), 0);
    ck_assert_uint_eq(wants[0].policy, MU_POLICY_FORCE);
    ck_assert_uint_eq(wants[1].policy, MU_POLICY_MERGE);
    ck_assert_uint_eq(wants[2].policy, MU_POLICY_KEEP);

    info = mu_map_info(
        mapping_of(&m, "kind: group\ntarget: ldap\nobject_classes: [groupOfNames]\nrdn: cn\n"
                       "fields: {cn: {from: /name, required: true}}\nmembers: {attribute: member, "
                       "placeholder: cn=nobody}\n"));
    ck_assert_str_eq(info->member_attr, "member");
    ck_assert_str_eq(info->placeholder, "cn=nobody");
    ck_assert_uint_eq(info->kind, MU_GROUP);
    mapping_close(&m);
}
END_TEST

/* ---- what is shipped ---- */

static const char *const shipped[][2] = {{"sendoso", "users"},      {"sendoso", "groups"},
                                         {"sendoso", "members"},    {"sendoso", "roles"},
                                         {"sendoso", "provision"},  {"sendoso", "scim_users"},
                                         {"ldap", "inetorgperson"}, {"ldap", "groupofnames"}};

static void must_pass(void *arg, const char *example, const char *failure)
{
    (void)arg;
    ck_assert_msg(failure == NULL, "%s: %s", example, failure);
}

START_TEST(test_shipped)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    const struct mu_layers layers = {{MU_TEST_DATA "/../mappings"}};
    const struct mu_resource *r = NULL;
    int count = 0;
    ck_assert_msg(mu_map_load(arena, &layers, shipped[_i][0], shipped[_i][1], &r, &err) == 0, "%s",
                  err.text);
    ck_assert_int_eq(mu_map_examples(r, must_pass, NULL, &count), 0);
    ck_assert_int_ge(count, 2);
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_shipped_is_complete)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    const struct mu_layers layers = {{MU_TEST_DATA "/../mappings"}};
    size_t found = 0;
    for (size_t s = 0; s < 2; s++) {
        const char *const *names = NULL;
        ck_assert_int_eq(mu_map_list(arena, &layers, s == 0 ? "sendoso" : "ldap", &names, &err), 0);
        while (*names != NULL) {
            names++;
            found++;
        }
    }
    ck_assert_uint_eq(found, MU_LEN(shipped));
    mu_arena_free(arena);
}
END_TEST

Suite *map_target_suite(void);

Suite *map_target_suite(void)
{
    Suite *s = suite_create("map_target");
    TCase *t = tcase_create("map_target");
    tcase_add_test(t, test_wants);
    tcase_add_test(t, test_values_are_composed);
    tcase_add_test(t, test_info);
    tcase_add_loop_test(t, test_shipped, 0, (int)MU_LEN(shipped));
    tcase_add_test(t, test_shipped_is_complete);
    suite_add_tcase(s, t);
    return s;
}
