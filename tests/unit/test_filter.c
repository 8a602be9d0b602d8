/* SPDX-License-Identifier: Apache-2.0 */
/* Filters: what matches, and what a slip of the pen is told. */
#include "model/filter.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/number.h"
#include "suites.h"

static const char person[] =
    "{\"id\":\"4101\",\"first_name\":\"Ada\",\"name\":\"Ada Quist\",\"title\":\"Sales (EMEA)\","
    "\"emails\":[{\"email\":\"Ada@Example.test\",\"type\":\"work\",\"is_primary\":true},{\"email\":"
    "\"σοφία@x.test\"}],"
    "\"status\":\"active\",\"roles\":[{\"id\":\"manager\"}],\"groups\":[{\"id\":\"71\"},{\"id\":"
    "\"72\"}],"
    "\"languages\":[\"sv\",\"en\"],\"created_at\":\"2024-03-02T08:15:00-07:00\","
    "\"attributes\":{\"balance\":\"120.50\",\"since\":\"2024-01-01\"}}";

static bool matches(const char *text)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    const struct mu_filter *f = NULL;
    ck_assert_int_eq(mu_doc_parse(arena, person, strlen(person), &doc, &err), 0);
    ck_assert_msg(mu_filter_parse(arena, MU_USER, text, &f, &err) == 0, "%s: %s", text, err.text);
    bool yes = mu_filter_match(f, doc);
    mu_arena_free(arena);
    return yes;
}

static void refused(const char *text, const char *why)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    const struct mu_filter *f = NULL;
    ck_assert_msg(mu_filter_parse(arena, MU_USER, text, &f, &err) < 0, "%s was taken", text);
    ck_assert_uint_eq(err.code, MU_E_USAGE);
    ck_assert_ptr_null(f);
    ck_assert_msg(strstr(err.text, why) != NULL, "%s: expected \"%s\" in \"%s\"", text, why,
                  err.text);
    mu_arena_free(arena);
}

START_TEST(test_matches)
{
    static const char *const yes[] = {
        "status=active",
        "status = ACTIVE",
        "status!=inactive",
        "first_name=ada",
        "name=\"ada quist\"",
        "title=\"sales (emea)\"",
        "emails.email~*@example.TEST",
        "emails=ada@example.test",
        "emails=ΣΟΦΊΑ@x.test",
        "emails.is_primary=true",
        "groups.id=72",
        "groups=71 and groups=72",
        "not roles.id=admin",
        "roles!=admin",
        "languages=en",
        "title?",
        "attributes.balance?",
        "not manager?",
        "manager!=4102",
        "created_at<2024-03-03",
        "created_at>=2024-03-02T15:15:00Z",
        "created_at<=2024-03-02T16:15:00+01:00",
        "attributes.balance>120",
        "attributes.balance>=120.5",
        "attributes.balance<1000",
        "attributes.since<2024-06-01",
        "id>4100",
        "status=inactive or status=active and groups.id=71",
        "status=inactive or status=active or status=deleted",
        "emails~nobody* or emails~*@nowhere.test or emails~Σ*",
        "emails=x@x.test or emails=ΣΟΦΊΑ@X.test or emails=y@x.test",
        "(title=x or title=y) or (title=z or title=\"sales (emea)\")",
        "(status=inactive or status=active) and not (title=x)",
        "NOT status=inactive AND groups.id=71",
        "name~a?a*",
        "not not status=active",
    };
    static const char *const no[] = {
        "status=inactive",
        "status!=active",
        "first_name=ad",
        "emails.email~*@other.test",
        "emails.type=home",
        "groups.id=7",
        "roles=admin",
        "roles!=manager",
        "manager?",
        "manager=4102",
        "created_at>2024-03-03",
        "created_at<2024-03-02T15:15:00Z",
        "attributes.balance>120.5",
        "attributes.nothing?",
        "attributes.since>100",
        "status=active and status=inactive",
        "not (status=active or title=x)",
        "name~ada",
        "status=active and groups.id=99 or title=x",
        "emails~nobody* or emails~*@nowhere.test",
        "not (title=x or status=active or status=inactive)",
        "emails.type=home or emails.email=home",
        "phones?",
    };
    for (size_t i = 0; i < MU_LEN(yes); i++) {
        ck_assert_msg(matches(yes[i]), "should match: %s", yes[i]);
    }
    for (size_t i = 0; i < MU_LEN(no); i++) {
        ck_assert_msg(!matches(no[i]), "should not match: %s", no[i]);
    }
    ck_assert(mu_filter_match(NULL, NULL));
}
END_TEST

START_TEST(test_refusals)
{
    refused("", "position 1: a field name");
    refused("stauts=active", "position 1: a user has no field stauts; did you mean status?");
    refused("id=1 and frist_name=x",
            "position 10: a user has no field frist_name; did you mean first_name?");
    refused("emails.adress=x", "emails has no part adress");
    refused("title.x=1", "title is a single value");
    refused("status=actve", "did you mean active");
    refused("status=actve", "position 8");
    refused("status", "position 7: after status one of");
    refused("status=", "position 8: a value is expected");
    refused("name=\"Ada", "position 6: the quoted value");
    refused("(status=active", "this ( is never closed");
    refused("status=active)", "position 14");
    refused("name=Ada Quist", "position 10");
    refused("created_at<yesterday", "created_at is a time");
    refused("name<b", "compare times and numbers only");
    refused("status=active and", "a field name is expected");
    refused("name=\xff", "not UTF-8");
}
END_TEST

static void repeat(struct mu_buf *to, const char *what, int times)
{
    for (int i = 0; i < times; i++) {
        mu_buf_adds(to, what);
    }
}

START_TEST(test_limits)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "id=1");
    repeat(&text, " or id=1", 63);
    ck_assert(!matches(text.data));
    mu_buf_adds(&text, " or id=1");
    refused(text.data, "more than 64 conditions");
    mu_buf_reset(&text);
    repeat(&text, "(", 15);
    mu_buf_adds(&text, "id=4101");
    repeat(&text, ")", 15);
    ck_assert(matches(text.data));
    mu_buf_reset(&text);
    repeat(&text, "(", 100);
    refused(text.data, "deeper than 16");
    mu_buf_reset(&text);
    repeat(&text, "not ", 100);
    refused(text.data, "deeper than 16");
    mu_buf_reset(&text);
    repeat(&text, " ", 4097);
    refused(text.data, "longer than 4096");
}
END_TEST

START_TEST(facts_stand_beside_fields)
{
    static const char *const facts[] = {"people", NULL};
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    const struct mu_filter *f = NULL;
    const struct mu_doc *doc = mu_doc_single(arena, "people", "12");
    ck_assert_int_eq(
        mu_filter_parse_facts(arena, MU_GROUP, facts, "people > 9 and not name?", &f, &err), 0);
    ck_assert(mu_filter_match(f, doc));
    ck_assert_int_eq(mu_filter_parse_facts(arena, MU_GROUP, facts, "peple > 9", &f, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean people?"));
    ck_assert_int_eq(mu_filter_parse(arena, MU_GROUP, "people > 9", &f, &err), -1);
}
END_TEST

START_TEST(money_is_added_digit_by_digit)
{
    static const struct {
        const char *a, *b, *sum, *difference;
    } sums[] = {
        {"12.50", "0.1", "12.60", "12.40"},
        {"0.1", "0.2", "0.3", "-0.1"},
        {"99999999999999999999.99", "0.01", "100000000000000000000.00", "99999999999999999999.98"},
        {"-5", "7", "2", "-12"},
        {"5", "-7", "-2", "12"},
        {"-0.5", "-0.5", "-1.0", "0.0"},
        {"007", "3", "10", "4"},
        {"0", "0", "0", "0"}};
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(sums); i++) {
        ck_assert_str_eq(mu_number_add(arena, sums[i].a, sums[i].b), sums[i].sum);
        ck_assert_str_eq(mu_number_sub(arena, sums[i].a, sums[i].b), sums[i].difference);
    }
}
END_TEST

static void add_text(void *arg, const char *text)
{
    mu_buf_printf(arg, "%s ", text);
}

/* What an index needs of a filter: only what every match has to pass. */
START_TEST(test_equality)
{
    static const struct {
        const char *text, *attr, *part, *values;
    } cases[] = {{"emails.email=A@B.test", "emails", "email", "a@b.test "},
                 {"status=active and (groups.id=71 or groups.id=72)", "groups", "id", "72 71 "},
                 {"id=U1", "id", NULL, "u1 "},
                 {"status=active", NULL, NULL, NULL},
                 {"not id=1", NULL, NULL, NULL},
                 {"id=1 or name=x", NULL, NULL, NULL},
                 {"id!=1", NULL, NULL, NULL},
                 {"name~ada*", NULL, NULL, NULL}};
    struct mu_arena *a = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        const struct mu_filter *filter;
        struct mu_filter_equal equal;
        struct mu_err err = MU_ERR_INIT;
        struct mu_buf values = MU_BUF_INIT(MU_BUF_MAX);
        ck_assert_int_eq(mu_filter_parse(a, MU_USER, cases[i].text, &filter, &err), 0);
        bool there = mu_filter_equal(a, filter, &equal);
        ck_assert_msg(there == (cases[i].attr != NULL), "%s", cases[i].text);
        if (!there)
            continue;
        for (size_t v = 0; equal.values[v]; v++)
            add_text(&values, equal.values[v]);
        ck_assert_str_eq(equal.attr->name, cases[i].attr);
        ck_assert(mu_streq(equal.part, cases[i].part) && mu_streq(values.data, cases[i].values));
        mu_buf_done(&values);
    }
    const struct mu_filter *like;
    struct mu_filter_equal found;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_filter_parse(a, MU_USER, "status=active and name~A* and id=1", &like, &err),
                     0);
    ck_assert(mu_filter_like(a, like, &found));
    ck_assert_str_eq(found.attr->name, "name");
    ck_assert_str_eq(found.values[0], "a*");
    ck_assert_int_eq(mu_filter_parse(a, MU_USER, "id=1 or name~A*", &like, &err), 0);
    ck_assert(!mu_filter_like(a, like, &found));
    ck_assert(!mu_filter_equal(a, NULL, &(struct mu_filter_equal){.part = NULL}));
    mu_arena_free(a);
}
END_TEST

static void add_equal(void *arg, const struct mu_filter_equal *equal)
{
    mu_buf_printf(arg, "%s.%s=", equal->attr->name, equal->part ? equal->part : "");
    for (size_t v = 0; equal->values[v]; v++)
        mu_buf_printf(arg, "%s%s", v ? "|" : "", equal->values[v]);
    mu_buf_addc(arg, ' ');
}

static void add_field(void *arg, const struct mu_attr *attr, const char *part)
{
    mu_buf_printf(arg, "%s.%s ", attr->name, part ? part : "");
}

/* All that every match passes, and all that is looked at. */
START_TEST(test_all_equalities)
{
    static const struct {
        const char *text, *equals, *fields;
    } cases[] = {{"status=active and groups.id=71 and roles.id=x",
                  "status.=active groups.id=71 roles.id=x ", "status. groups.id roles.id "},
                 {"(groups.id=71 or groups.id=72) and name=a", "groups.id=72|71 name.=a ",
                  "groups.id name. "},
                 {"not id=1 and (type=a or title=b)", "", "id. type. title. "},
                 {"attributes.x=1 and name~a*", "attributes.x=1 ", "attributes.x name. "}};
    struct mu_arena *a = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        const struct mu_filter *filter;
        struct mu_err err = MU_ERR_INIT;
        struct mu_buf equals = MU_BUF_INIT(MU_BUF_MAX), fields = MU_BUF_INIT(MU_BUF_MAX);
        ck_assert_int_eq(mu_filter_parse(a, MU_USER, cases[i].text, &filter, &err), 0);
        mu_filter_equals(a, filter, add_equal, &equals);
        mu_filter_fields(filter, add_field, &fields);
        ck_assert_str_eq(equals.len ? equals.data : "", cases[i].equals);
        ck_assert_str_eq(fields.data, cases[i].fields);
        mu_buf_done(&equals);
        mu_buf_done(&fields);
    }
    mu_arena_free(a);
}
END_TEST

START_TEST(test_texts)
{
    static const char body[] = "{\"id\":7,\"emails\":[{\"email\":\"a@b.test\"},{\"type\":\"work\"},"
                               "{\"email\":null},{\"email\":\"C@d.test\"}]}";
    struct mu_arena *a = mu_arena_new();
    const struct mu_doc *doc;
    struct mu_err err = MU_ERR_INIT;
    struct mu_buf texts = MU_BUF_INIT(MU_BUF_MAX);
    ck_assert_int_eq(mu_doc_parse(a, body, strlen(body), &doc, &err), 0);
    mu_filter_texts(mu_schema_attr(MU_USER, "emails"), "email", doc, add_text, &texts);
    mu_filter_texts(mu_schema_attr(MU_USER, "id"), NULL, doc, add_text, &texts);
    mu_filter_texts(mu_schema_attr(MU_USER, "name"), NULL, doc, add_text, &texts);
    ck_assert_str_eq(texts.data, "a@b.test C@d.test 7 ");
    mu_buf_done(&texts);
    mu_arena_free(a);
}
END_TEST

Suite *filter_suite(void);

Suite *filter_suite(void)
{
    Suite *s = suite_create("filter");
    TCase *t = tcase_create("filter");
    tcase_add_test(t, facts_stand_beside_fields);
    tcase_add_test(t, money_is_added_digit_by_digit);
    tcase_add_test(t, test_matches);
    tcase_add_test(t, test_refusals);
    tcase_add_test(t, test_limits);
    tcase_add_test(t, test_equality);
    tcase_add_test(t, test_all_equalities);
    tcase_add_test(t, test_texts);
    suite_add_tcase(s, t);
    return s;
}
