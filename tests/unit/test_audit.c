/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audits of a population with planted problems: every one is found, and nothing else. For each check
 * the test prints precision (how much of what it found was planted) and recall (how much of what was
 * planted it found).
 */
#include "audit/audit.h"

#include "base/map.h"
#include "model/number.h"
#include "world.h"

enum { PLAIN = 400, PLANTED_EACH = 7, TEAMS = 20, PLANTS_MAX = 4096 };

static struct mu_config config;
static struct mu_audit_options options;
static struct {
    const char *check, *id;
} plants[PLANTS_MAX];
static size_t plant_count;

static void audit_setup(void)
{
    setup();
    setenv("MUSTER_MAPPINGS", MU_TEST_DATA "/../mappings", 1);
    config = (struct mu_config){.file = "muster.yaml", .accounts = &from, .account_count = 1};
    options = (struct mu_audit_options){.account = "hr", .now = 1764000000};
    plant_count = 0;
}

static const struct mu_audit *audit(void)
{
    const struct mu_audit *a;
    ck_assert_msg(mu_audit_run(store, &config, &options, arena, NULL, &a, &err) == 0, "%s",
                  err.text);
    return a;
}

static void plant(const char *check, const char *id)
{
    ck_assert_uint_lt(plant_count, PLANTS_MAX);
    plants[plant_count].check = check;
    plants[plant_count++].id = id;
}

/* ---- a population ---- */

static int serial;

/* A person of a team like any other, but for what `more` says: members of the document. */
static const char *person(const char *status, const char *role, const char *team, const char *more)
{
    const char *id = mu_printf(arena, "%d", ++serial + 10000);
    put(MU_USER, id,
        mu_printf(
            arena,
            "{\"id\":\"%s\",\"name\":\"Person No %d\",\"emails\":[{\"email\":\"p%d@x.test\"}],"
            "\"status\":\"%s\",\"roles\":[{\"id\":\"%s\"}]%s}",
            id, serial, serial, status, role, more));
    if (team)
        member(team, id);
    return id;
}

static const char *team(int number)
{
    return mu_printf(arena, "%d", 70 + number % TEAMS);
}

static void plain_people(void)
{
    for (int i = 0; i < TEAMS; i++) {
        group(team(i), mu_printf(arena, "Team %d", i));
        plant("privileged", person("active", "manager", team(i), ""));
    }
    for (int i = 0; i < 2; i++)
        plant("privileged", person("active", "admin", team(i), ""));
    for (int i = 0; i < PLAIN; i++)
        person("active", "sender", team(i), "");
}

static void planted_people(void)
{
    for (int i = 0; i < PLANTED_EACH; i++) {
        plant("no-group", person("active", "sender", NULL, ""));
        plant("inactive-in-group", person("inactive", "manager", team(i), ""));
        const char *empty = mu_printf(arena, "%d", 900 + i);
        group(empty, "Nobody here");
        plant("empty-group", empty);
        /* near misses */
        person("inactive", "sender", NULL, "");
        person("invited", "sender", NULL, "");
    }
}

/* ---- what was found against what was planted ---- */

static const char *key_of(const char *check, const char *id)
{
    return mu_printf(arena, "%s %s", check, id);
}

static void score(const struct mu_audit *a, const struct mu_check_result *check,
                  struct mu_map *planted)
{
    int right = 0, found = 0, wanted = 0;
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct mu_finding *f = &a->findings[i];
        if (f->check != check)
            continue;
        const char *key = key_of(check->name, f->subject_count ? f->subjects[0].id : "");
        found++;
        if (mu_map_get(planted, key, strlen(key)))
            right++;
        else
            printf("  invented: %s %s\n", key, f->title);
    }
    for (size_t i = 0; i < plant_count; i++)
        wanted += mu_streq(plants[i].check, check->name);
    printf("%-24s precision %d/%d recall %d/%d\n", check->name, right, found, right, wanted);
    ck_assert_msg(right == found && right == wanted, "%s", check->name);
}

START_TEST(every_planted_problem_is_found_and_none_invented)
{
    begin();
    plain_people();
    planted_people();
    end(MU_COMPLETE);
    const struct mu_audit *a = audit();
    struct mu_map *planted = mu_map_new(0);
    for (size_t i = 0; i < plant_count; i++) {
        const char *key = key_of(plants[i].check, plants[i].id);
        ck_assert_msg(!mu_map_put(planted, key, strlen(key), &plants[i]), "%s twice", key);
    }
    for (size_t i = 0; i < a->check_count; i++)
        if (a->checks[i].state == MU_CHECK_RAN)
            score(a, &a->checks[i], planted);
    mu_map_free(planted);
}
END_TEST

/* ---- the report as such ---- */

static void small_world(void)
{
    begin();
    group("71", "Sales");
    member("71", "1");
    put(MU_USER, "1",
        "{\"id\":\"1\",\"name\":\"=Ada\",\"status\":\"active\",\"roles\":[{\"id\":\"admin\"}]}");
    put(MU_USER, "2", "{\"id\":\"2\",\"name\":\"<b>Bo\",\"status\":\"active\"}");
    end(MU_COMPLETE);
}

static const struct mu_finding *finding_of(const struct mu_audit *a, const char *check)
{
    for (size_t i = 0; i < a->finding_count; i++)
        if (mu_streq(a->findings[i].check->name, check))
            return &a->findings[i];
    ck_abort_msg("no finding of %s", check);
}

START_TEST(ids_stay_the_same_and_severity_decides)
{
    small_world();
    const struct mu_audit *a = audit();
    const struct mu_finding *one = finding_of(a, "administrators");
    ck_assert_int_eq(one->severity, MU_HIGH);
    ck_assert_str_eq(one->title, "1 administrators; between 2 and 5 are allowed");
    ck_assert_ptr_eq(one, a->findings);
    ck_assert(mu_audit_fails(a, MU_HIGH) && !mu_audit_fails(a, MU_CRITICAL));
    const char *id = finding_of(a, "no-group")->id;
    small_world();
    options.now += 86400;
    ck_assert_str_eq(finding_of(audit(), "no-group")->id, id);
}
END_TEST

START_TEST(a_waiver_covers_its_finding_until_it_expires)
{
    small_world();
    const char *id = finding_of(audit(), "no-group")->id;
    const struct mu_waiver waiver = {
        .finding = id, .owner = "ada", .reason = "new", .expires = options.now + 10};
    options.waivers = &waiver;
    options.waiver_count = 1;
    const struct mu_audit *a = audit();
    ck_assert_ptr_eq(finding_of(a, "no-group")->waived, &waiver);
    ck_assert_int_eq(a->waived, 1);
    ck_assert_int_eq(a->by_severity[MU_LOW], 0);
    options.now += 10;
    ck_assert_ptr_null(finding_of(audit(), "no-group")->waived);
}
END_TEST

START_TEST(a_read_that_was_not_complete_is_told_on_top)
{
    begin();
    group("71", "Sales");
    end(MU_ADDITIVE);
    const struct mu_audit *a = audit();
    ck_assert(!a->complete);
    ck_assert_uint_eq(a->warning_count, 1);
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_audit_text(a, false, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "! the read of hr (snapshot 1) was not complete"));
    ck_assert_ptr_eq(text.data, strstr(text.data, "! "));
}
END_TEST

START_TEST(writers_defuse_what_names_hold)
{
    small_world();
    const struct mu_audit *a = audit();
    MU_AUTO(buf) struct mu_buf csv = MU_BUF_INIT(MU_BUF_MAX), json = MU_BUF_INIT(MU_BUF_MAX);
    mu_audit_csv(a, &csv);
    ck_assert_ptr_nonnull(strstr(csv.data, ",'=Ada"));
    ck_assert_ptr_null(strstr(csv.data, ",=Ada"));
    mu_audit_json(a, &json);
    const struct mu_doc *doc;
    ck_assert_msg(mu_doc_parse(arena, json.data, json.len, &doc, &err) == 0, "%s", err.text);
    ck_assert_str_eq(mu_doc_str(doc, "account"), "hr");
    ck_assert_uint_eq(mu_doc_member(doc, "findings")->len, a->finding_count);
}
END_TEST

START_TEST(there_is_nothing_to_audit)
{
    const struct mu_audit *a;
    ck_assert_int_eq(mu_audit_run(store, &config, &options, arena, NULL, &a, &err), -1);
    ck_assert_int_eq(err.code, MU_E_MISSING);
    begin();
    end(MU_VOID);
    options.as_of = 1;
    ck_assert_int_eq(mu_audit_run(store, &config, &options, arena, NULL, &a, &err), -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
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
    for (size_t i = 0; i < MU_LEN(sums); i++) {
        ck_assert_str_eq(mu_number_add(arena, sums[i].a, sums[i].b), sums[i].sum);
        ck_assert_str_eq(mu_number_sub(arena, sums[i].a, sums[i].b), sums[i].difference);
    }
}
END_TEST

Suite *audit_suite(void)
{
    Suite *s = suite_create("audit");
    TCase *c = tcase_create("audit");
    tcase_add_checked_fixture(c, audit_setup, teardown);
    tcase_add_test(c, every_planted_problem_is_found_and_none_invented);
    tcase_add_test(c, ids_stay_the_same_and_severity_decides);
    tcase_add_test(c, a_waiver_covers_its_finding_until_it_expires);
    tcase_add_test(c, a_read_that_was_not_complete_is_told_on_top);
    tcase_add_test(c, writers_defuse_what_names_hold);
    tcase_add_test(c, there_is_nothing_to_audit);
    tcase_add_test(c, money_is_added_digit_by_digit);
    suite_add_tcase(s, c);
    return s;
}
