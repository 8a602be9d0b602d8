/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as LDIF: what ldapmodify would take, and no secret in it. */
#include <check.h>
#include <string.h>

#include "adapter/ldap/ldif.h"
#include "suites.h"

#define VALUE(text)                              \
    {                                            \
        .bytes = (text), .len = sizeof(text) - 1 \
    }

static void expect(const struct mu_op *op, const char *ldif)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_ldif_op(op, &to);
    ck_assert_str_eq(to.data, ldif);
}

START_TEST(create)
{
    const struct mu_value classes[] = {VALUE("top"), VALUE("person")}, cn[] = {VALUE("Ada")};
    const struct mu_opchange changes[] = {{.attr = "objectClass", .add = classes, .add_count = 2},
                                          {.attr = "cn", .add = cn, .add_count = 1}};
    expect(
        &(struct mu_op){
            .verb = MU_OP_CREATE, .name = "cn=Ada,dc=x", .changes = changes, .change_count = 2},
        "dn: cn=Ada,dc=x\nchangetype: add\nobjectClass: top\nobjectClass: person\ncn: Ada\n\n");
}
END_TEST

START_TEST(modify_removes_before_it_adds)
{
    const struct mu_value old[] = {VALUE("a")}, new[] = {VALUE("b")};
    const struct mu_opchange changes[] = {
        {.attr = "title", .remove = old, .remove_count = 1, .add = new, .add_count = 1},
        {.attr = "mail", .add = new, .add_count = 1}};
    expect(
        &(struct mu_op){
            .verb = MU_OP_MODIFY, .name = "cn=Ada,dc=x", .changes = changes, .change_count = 2},
        "dn: cn=Ada,dc=x\nchangetype: modify\ndelete: title\ntitle: a\n-\nadd: title\ntitle: "
        "b\n-\nadd: mail\nmail: b\n-\n\n");
}
END_TEST

START_TEST(rename_and_move)
{
    expect(&(struct mu_op){.verb = MU_OP_RENAME,
                           .name = "uid=a,ou=b,dc=x",
                           .new_name = "uid=a\\2Cb,ou=c,dc=x"},
           "dn: uid=a,ou=b,dc=x\nchangetype: modrdn\nnewrdn: uid=a\\2Cb\ndeleteoldrdn: "
           "1\nnewsuperior: ou=c,dc=x\n\n");
}
END_TEST

START_TEST(delete)
{
    expect(&(struct mu_op){.verb = MU_OP_DELETE, .name = "uid=a,dc=x"},
           "dn: uid=a,dc=x\nchangetype: delete\n\n");
}
END_TEST

START_TEST(by_hand)
{
    expect(&(struct mu_op){.verb = MU_OP_MANUAL, .note = "ask\033[2J them"},
           "# by hand: ask\\x1b[2J them\n\n");
    expect(&(struct mu_op){.verb = MU_OP_MANUAL}, "# by hand: \n\n");
    expect(&(struct mu_op){.verb = MU_OP_ADOPT, .name = "uid=a,dc=x"}, "# adopt: uid=a,dc=x\n\n");
}
END_TEST

START_TEST(what_is_not_plain_is_base64)
{
    const struct mu_value values[] = {VALUE("Σ"), VALUE(" lead"), VALUE(":x"), VALUE("a\nb"),
                                      VALUE("a\0b")};
    const struct mu_opchange changes[] = {{.attr = "cn", .add = values, .add_count = 5}};
    expect(
        &(struct mu_op){
            .verb = MU_OP_CREATE, .name = "cn=Σ,dc=x", .changes = changes, .change_count = 1},
        "# cn=Σ,dc=x\ndn:: Y249zqMsZGM9eA==\nchangetype: add\ncn:: zqM=\ncn:: IGxlYWQ=\ncn:: "
        "Ong=\ncn:: YQpi\n"
        "cn:: YQBi\n\n");
}
END_TEST

START_TEST(long_lines_fold)
{
    char value[201];
    memset(value, 'x', sizeof(value) - 1);
    value[200] = '\0';
    const struct mu_value values[] = {{.bytes = value, .len = 200}};
    const struct mu_opchange changes[] = {{.attr = "cn", .add = values, .add_count = 1}};
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_ldif_op(
        &(struct mu_op){
            .verb = MU_OP_CREATE, .name = "cn=a", .changes = changes, .change_count = 1},
        &to);
    for (const char *line = to.data; *line; line = strchr(line, '\n') + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 79);
    ck_assert_ptr_nonnull(strstr(to.data, "\n x"));
}
END_TEST

START_TEST(passwords_are_masked)
{
    static const char *const attrs[] = {"userPassword", "USERPASSWORD", "userPassword;x-1",
                                        "unicodePwd",   "2.5.4.35",     "oathSecret"};
    const struct mu_value secret[] = {VALUE("hunter2")};
    for (size_t i = 0; i < MU_LEN(attrs); i++) {
        const struct mu_opchange changes[] = {
            {.attr = attrs[i], .remove = secret, .remove_count = 1, .add = secret, .add_count = 1}};
        for (int verb = MU_OP_CREATE; verb <= MU_OP_MODIFY; verb++) {
            MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
            mu_ldif_op(&(struct mu_op){.verb = (enum mu_verb)verb,
                                       .name = "cn=a",
                                       .changes = changes,
                                       .change_count = 1},
                       &to);
            ck_assert_ptr_null(strstr(to.data, "hunter2"));
            ck_assert_ptr_null(strstr(to.data, "aHVudGVyMg")); /* base64 of it */
            ck_assert_ptr_nonnull(strstr(to.data, "1 value not shown"));
        }
    }
}
END_TEST

Suite *ldif_suite(void)
{
    Suite *s = suite_create("ldif");
    TCase *t = tcase_create("ldif");
    tcase_add_test(t, create);
    tcase_add_test(t, modify_removes_before_it_adds);
    tcase_add_test(t, rename_and_move);
    tcase_add_test(t, delete);
    tcase_add_test(t, by_hand);
    tcase_add_test(t, what_is_not_plain_is_base64);
    tcase_add_test(t, long_lines_fold);
    tcase_add_test(t, passwords_are_masked);
    suite_add_tcase(s, t);
    return s;
}
