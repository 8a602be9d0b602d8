/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names: keys that are the same for the same place only, and names that survive a
 * round trip. */
#include <check.h>
#include <string.h>

#include "adapter/ldap/dn.h"
#include "base/str.h"
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

static const struct {
    const char *dn, *key;
} keys[] = {
    {"uid=ada,ou=people,dc=example,dc=org", "uid=ada,ou=people,dc=example,dc=org"},
    {"UID=Ada , OU= People,DC=Example,dc=ORG", "uid=ada,ou=people,dc=example,dc=org"},
    {"uid=a=b,dc=x", "uid=a=b,dc=x"},
    {"uid=a\\3Db,dc=x", "uid=a=b,dc=x"},
    {"cn=a   b  c,dc=x", "cn=a b c,dc=x"},
    {"cn=\\20a\\20,dc=x", "cn=a,dc=x"},
    {"cn=\\ a\\ ,dc=x", "cn=a,dc=x"},
    {"cn=D\\,Arcy,dc=x", "cn=d\\,arcy,dc=x"},
    {"cn=D\\2CArcy,dc=x", "cn=d\\,arcy,dc=x"},
    {"cn=\"D,Arcy\",dc=x", "cn=d\\,arcy,dc=x"},
    {"cn=a\\+b,dc=x", "cn=a\\+b,dc=x"},
    {"cn=a\\\\b,dc=x", "cn=a\\\\b,dc=x"},
    {"cn=\\#1,dc=x", "cn=\\#1,dc=x"},
    {"cn=no #1,dc=x", "cn=no #1,dc=x"},
    {"sn=B+cn=A,dc=x", "cn=a+sn=b,dc=x"},
    {"cn=A+sn=B,dc=x", "cn=a+sn=b,dc=x"},
    {"commonName=a,dc=x", "cn=a,dc=x"},
    {"2.5.4.3=a,domainComponent=x", "cn=a,dc=x"},
    {"OID.2.5.4.11=a", "ou=a"},
    {"userid=a", "uid=a"},
    {"cn=Σοφία,dc=x", "cn=σοφία,dc=x"},
    {"cn=\\CE\\A3\\CE\\BF\\CF\\86\\CE\\AF\\CE\\B1,dc=x", "cn=σοφία,dc=x"},
    {"cn=e\xcc\x81,dc=x", "cn=\xc3\xa9,dc=x"},
    {"cn=Weiß", "cn=weiß"},
    {"", ""},
    {"Not A   Name", "not a name"},
    {"cn=a,garbage", "cn=a,garbage"},
    {"cn=\\", "cn=\\"},
    {"cn=a\t,\n dc=x\r", "cn=a,dc=x"},
    {"cn=a\\09,dc=x", "cn=a\\09,dc=x"},
    {"cn=# Not Lost", "cn=# not lost"},
};

START_TEST(key_of_each_spelling)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&key, "before:");
    mu_dn_key(keys[_i].dn, strlen(keys[_i].dn), &key);
    ck_assert_str_eq(key.data + strlen("before:"), keys[_i].key);
    ck_assert_uint_eq(key.len, strlen("before:") + strlen(keys[_i].key));
}
END_TEST

/* The short way below a known place gives the same key, or says that it isn't one. */
START_TEST(key_below_a_place)
{
    static const struct {
        const char *dn;
        bool below;
    } names[] = {{"uid=Ada,ou=People,dc=x", true},   {"uid=Ada Q,ou=sub,ou=People,dc=x", true},
                 {"cn=Σοφία,ou=People,dc=x", true},  {"uid=a\\,ou=People,dc=x", false},
                 {"cn=a\\,b,ou=People,dc=x", false}, {"sn=B+cn=A,ou=People,dc=x", false},
                 {"uid=Ada,ou=people,dc=x", false},  {"uid=Adaou=People,dc=x", false},
                 {"ou=People,dc=x", false},          {",ou=People,dc=x", false},
                 {"nothing,ou=People,dc=x", false},  {"People,dc=x", false}};
    for (size_t i = 0; i < MU_LEN(names); i++) {
        MU_AUTO(buf) struct mu_buf quick = MU_BUF_INIT(MU_BUF_MAX), key = MU_BUF_INIT(MU_BUF_MAX);
        const char *dn = names[i].dn;
        bool below = mu_dn_key_below(dn, strlen(dn), "ou=People,dc=x", "ou=people,dc=x", &quick);
        ck_assert_msg(below == names[i].below, "%s", dn);
        mu_dn_key(dn, strlen(dn), &key);
        ck_assert_str_eq(quick.data, below ? key.data : "");
    }
}
END_TEST

START_TEST(key_of_long_rdn_is_still_text)
{
    MU_AUTO(buf) struct mu_buf dn = MU_BUF_INIT(MU_BUF_MAX), key = MU_BUF_INIT(MU_BUF_MAX);
    for (int i = 0; i < 40; i++)
        mu_buf_printf(&dn, "%scn=v%d", i ? "+" : "", i);
    mu_dn_key(dn.data, dn.len, &key);
    ck_assert_str_eq(key.data, dn.data);
}
END_TEST

START_TEST(key_with_nul_keeps_its_length)
{
    static const char dn[] = "cn=a\0b,dc=x";
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    mu_dn_key(dn, sizeof(dn) - 1, &key);
    ck_assert_uint_eq(key.len, sizeof(dn) - 1);
    mu_buf_reset(&key);
    mu_dn_key("cn=a\\00b,dc=x", strlen("cn=a\\00b,dc=x"), &key);
    ck_assert_str_eq(key.data, "cn=a\\00b,dc=x");
}
END_TEST

static const char *const names[] = {
    "ada@example.test",
    "D,Arcy #1 \"x\" <y>+z;\\",
    " lead",
    "trail ",
    "#hash",
    "Σοφία",
    "a=b",
    "x  y",
    "tab\there",
    "new\nline",
    "\\",
    ",",
    "+",
    "\"",
    "ﬁsh",
    "\u202eevil",
};

START_TEST(names_survive)
{
    const char *name, *attr, *value, *rdn, *parent;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(
        mu_dn_child(arena, "uid", names[_i], "ou=people,dc=example,dc=org", &name, &err), 0);
    ck_assert_int_eq(mu_dn_naming(arena, name, &attr, &value, &err), 0);
    ck_assert_str_eq(attr, "uid");
    ck_assert_str_eq(value, names[_i]);
    ck_assert_int_eq(mu_dn_split(arena, name, &rdn, &parent, &err), 0);
    ck_assert_str_eq(parent, "ou=people,dc=example,dc=org");
    ck_assert_str_eq(mu_printf(arena, "%s,%s", rdn, parent), name);
    const char *key = mu_dn_key_dup(arena, name);
    ck_assert_str_eq(mu_dn_key_parent(key), "ou=people,dc=example,dc=org");
    ck_assert_str_eq(mu_dn_key_dup(arena, key), key);
}
END_TEST

START_TEST(unicode_stays_readable)
{
    const char *name;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_dn_child(arena, "uid", "Σοφία", "dc=x", &name, &err), 0);
    ck_assert_str_eq(name, "uid=Σοφία,dc=x");
}
END_TEST

static const char *const unusable[] = {"", "   ", "\xff\xfe", "\xed\xa0\x80"};

START_TEST(unusable_names_are_data_errors)
{
    const char *name = "untouched";
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_dn_child(arena, "uid", unusable[_i], "dc=x", &name, &err), -1);
    ck_assert_int_eq(err.code, MU_E_DATA);
    ck_assert(mu_starts(err.text, "uid: "));
    ck_assert_str_eq(name, "untouched");
}
END_TEST

START_TEST(ceilings)
{
    struct mu_err err = MU_ERR_INIT;
    const char *name;
    char value[MU_DN_VALUE_MAX + 2];
    memset(value, 'a', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    ck_assert_int_eq(mu_dn_child(arena, "uid", value, "dc=x", &name, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "MU_DN_VALUE_MAX"));
    value[MU_DN_VALUE_MAX] = '\0';
    ck_assert_int_eq(mu_dn_child(arena, "uid", value, "dc=x", &name, &err), 0);
    char *parent = mu_alloc(arena, MU_DN_MAX);
    memset(parent, 'a', MU_DN_MAX - 1);
    memcpy(parent, "dc=", 3);
    ck_assert_int_eq(mu_dn_child(arena, "uid", value, parent, &name, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "MU_DN_MAX"));
}
END_TEST

START_TEST(tidy_and_relative)
{
    const char *dn;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_dn_tidy(arena, "ou=People , ou = \"a,b\"", "dc=x", &dn, &err), 0);
    ck_assert_str_eq(dn, "ou=People,ou=a\\2Cb,dc=x");
    ck_assert_int_eq(mu_dn_tidy(arena, "", "dc=x", &dn, &err), -1);
    ck_assert_int_eq(mu_dn_tidy(arena, "people", "dc=x", &dn, &err), -1);
    ck_assert_int_eq(mu_dn_tidy(arena, "cn=# lost", "dc=x", &dn, &err), -1);
    ck_assert_int_eq(err.code, MU_E_DATA);
}
END_TEST

START_TEST(naming_wants_one_part)
{
    const char *attr, *value;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_dn_naming(arena, "cn=a+sn=b,dc=x", &attr, &value, &err), -1);
    ck_assert_int_eq(err.code, MU_E_UNSUPPORTED);
}
END_TEST

START_TEST(parents_of_keys)
{
    ck_assert_str_eq(mu_dn_key_parent("uid=a\\,b,dc=x"), "dc=x");
    ck_assert_str_eq(mu_dn_key_parent("uid=a\\\\,dc=x"), "dc=x");
    ck_assert_str_eq(mu_dn_key_parent("dc=x"), "");
    ck_assert_str_eq(mu_dn_key_parent(""), "");
    ck_assert_str_eq(mu_dn_key_parent("cn=\\"), "");
}
END_TEST

Suite *dn_suite(void)
{
    Suite *s = suite_create("dn");
    TCase *t = tcase_create("dn");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, key_of_each_spelling, 0, (int)MU_LEN(keys));
    tcase_add_test(t, key_below_a_place);
    tcase_add_test(t, key_of_long_rdn_is_still_text);
    tcase_add_test(t, key_with_nul_keeps_its_length);
    tcase_add_loop_test(t, names_survive, 0, (int)MU_LEN(names));
    tcase_add_test(t, unicode_stays_readable);
    tcase_add_loop_test(t, unusable_names_are_data_errors, 0, (int)MU_LEN(unusable));
    tcase_add_test(t, ceilings);
    tcase_add_test(t, tidy_and_relative);
    tcase_add_test(t, naming_wants_one_part);
    tcase_add_test(t, parents_of_keys);
    suite_add_tcase(s, t);
    return s;
}
