/* SPDX-License-Identifier: Apache-2.0 */
/* What a read is worth: each cause of doubt by itself, from a source that does what it is told. */
#include "engine/pull.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "fake_source.h"
#include "storage.h"
#include "suites.h"

#define USERS(rows, sum)                                   \
    {                                                      \
        .resource = "users", .records = rows, .total = sum \
    }
#define GROUPS(rows, sum)                                   \
    {                                                       \
        .resource = "groups", .records = rows, .total = sum \
    }
#define SCIM(rows, sum)                                         \
    {                                                           \
        .resource = "scim_users", .records = rows, .total = sum \
    }
#define MEMBERS(of, rows)                                                 \
    {                                                                     \
        .resource = "members", .records = rows, .parent = of, .total = -1 \
    }
#define FAILED(what, why, how)                                             \
    {                                                                      \
        .resource = what, .error = why, .code = how, .blast = MU_HITS_KIND \
    }
#define END              \
    {                    \
        .resource = NULL \
    }

#define ADA "{\"id\":1,\"first_name\":\"Ada\",\"email\":\"ada@x.test\",\"team_group_id\":71}"
#define BO "{\"id\":2,\"first_name\":\"Bo\",\"email\":\"bo@x.test\",\"team_group_id\":71}"
#define CY "{\"id\":3,\"first_name\":\"Cy\",\"email\":\"cy@x.test\",\"team_group_id\":null}"
#define BO_ALONE "{\"id\":2,\"first_name\":\"Bo\",\"email\":\"bo@x.test\",\"team_group_id\":null}"
#define DEE "{\"id\":4,\"first_name\":\"Dee\",\"email\":\"dee@x.test\",\"team_group_id\":null}"
#define SALES "[{\"id\":71,\"name\":\"Sales\"}]"
#define TWO "[{\"id\":1,\"team_group_id\":71},{\"id\":2,\"team_group_id\":71}]"
#define SCIM_ADA                                                                                   \
    "{\"id\":\"1\",\"userName\":\"ada@x.test\",\"active\":true,\"division\":\"Boss\",\"emails\":[" \
    "{\"value\":\"second@x.test\"}]}"
#define SCIM_BO "{\"id\":\"2\",\"userName\":\"bo@x.test\",\"active\":true,\"userType\":\"sender\"}"
#define SCIM_CY "{\"id\":\"3\",\"userName\":\"cy@x.test\",\"active\":true,\"userType\":\"sender\"}"

static const struct fake_page whole[] = {SCIM("[" SCIM_ADA "," SCIM_BO "," SCIM_CY "]", 3),
                                         GROUPS(SALES, 1),
                                         USERS("[" ADA "," BO "]", 3),
                                         USERS("[" CY "]", 3),
                                         MEMBERS("71", TWO),
                                         END};

static const char *const everything[] = {"scim_users", "groups", "users", "members", NULL};
static const char *const no_scim[] = {"groups", "users", "members", NULL};

static struct fake_source source;
static struct mu_account_def def;
static struct mu_config config;
static struct mu_pull_how how;
static struct mu_snapshot snap;
static struct mu_err err;

static void see(const char *const *names)
{
    fake_source_init(&source, storage_arena, MU_TEST_DATA "/../mappings", names);
    def.adapter = fake_source_adapter();
}

static void setup(void)
{
    storage_setup();
    def = (struct mu_account_def){.name = "hr", .rereads = 2};
    config = (struct mu_config){.store = storage_path, .dir = "/"};
    how = (struct mu_pull_how){.only = NULL};
    err = (struct mu_err)MU_ERR_INIT;
    see(everything);
}

/* One pull; the reads are given in their order, one an attempt. */
static enum mu_verdict pull(int count, const struct fake_page *const *reads)
{
    source.read_count = count;
    source.reads_begun = 0;
    memcpy(source.reads, reads, (size_t)count * sizeof(*reads));
    ck_assert_msg(mu_pull_run(storage, &config, &def, &how, storage_arena, NULL, &snap, &err) == 0,
                  "%s", err.text);
    return snap.verdict;
}

static enum mu_verdict pull_once(const struct fake_page *pages)
{
    return pull(1, &pages);
}

static bool found(const char *cause)
{
    char text[80];
    const char *findings = strstr(snap.evidence, "\"findings\":");
    const char *end = strstr(snap.evidence, "\"earlier\":");
    snprintf(text, sizeof(text), "\"cause\":\"%s\"", cause);
    const char *at = strstr(findings, text);
    return at && at < end;
}

/* The same people are live as after the whole read. */
static void nobody_lost(void)
{
    struct mu_snapshot now;
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "hr", 0, &now, &err), 1);
    ck_assert_int_ge(now.counts[MU_USER], 3);
    ck_assert_int_ge(now.counts[MU_GROUP], 1);
    ck_assert_int_ge(now.counts[MU_MEMBERSHIP], 2);
}

static void doubted(const struct fake_page *pages, enum mu_verdict verdict, const char *cause)
{
    enum mu_verdict got = pull_once(pages);
    ck_assert_msg(got == verdict && found(cause), "%s: %s, %s", cause, mu_verdict_name(got),
                  snap.evidence);
    nobody_lost();
}

START_TEST(a_whole_read_is_complete)
{
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    ck_assert_ptr_nonnull(
        strstr(snap.evidence, "\"asked\":2,\"answered\":2,\"pages\":2,\"rows\":3"));
    ck_assert_ptr_nonnull(
        strstr(snap.evidence, "\"count\":1,\"agree\":1,\"listed\":2,\"named\":2"));
    ck_assert_ptr_nonnull(strstr(snap.evidence, "\"before\":null"));
    ck_assert_int_eq(source.reads_begun, 1);
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    ck_assert_ptr_nonnull(strstr(snap.evidence, "bound as at snapshot 1"));
    ck_assert_ptr_nonnull(strstr(snap.evidence, "users: 3 came, the last complete read had 3"));
    ck_assert_int_eq(snap.added + snap.changed + snap.gone, 0);
}
END_TEST

START_TEST(pages_and_lists)
{
    static const struct {
        const char *cause;
        enum mu_verdict verdict;
        struct fake_page pages[8];
    } cases[] = {
        {"failed",
         MU_ADDITIVE,
         {SCIM("[" SCIM_ADA "]", 1), GROUPS(SALES, 1), USERS("[" ADA "]", 2),
          FAILED("users", "users page 2: server error", MU_E_REMOTE), MEMBERS("71", TWO), END}},
        {"limit",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), FAILED("users", "users page 1: larger than 64 MiB", MU_E_LIMIT),
          MEMBERS("71", TWO), END}},
        {"total_moved",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "]", 3), USERS("[" CY "]", 4), MEMBERS("71", TWO),
          END}},
        {"rows",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "]", 3), MEMBERS("71", TWO), END}},
        {"short_page",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" CY "," BO "]", -1), USERS("[" ADA "]", -1),
          USERS("[" CY "," BO "]", -1), MEMBERS("71", TWO), END}},
        {"repeated",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "]", 3), USERS("[" BO "]", 3), MEMBERS("71", TWO),
          END}},
        {"lists_differ",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "," CY "]", 3), MEMBERS("71", "[{\"id\":1}]"),
          END}},
        {"lists_differ", /* as many, and not the same */
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "," CY "]", 3),
          MEMBERS("71", "[{\"id\":1},{\"id\":3}]"), END}},
        {"vanished",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "," CY "]", 3),
          FAILED("members", "members of 71: not found", MU_E_MISSING), END}},
        {"parked",
         MU_ADDITIVE,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO ",{\"email\":\"cy@x.test\"}]", 3),
          MEMBERS("71", TWO), END}},
        {"empty", MU_VOID, {GROUPS(SALES, 1), USERS("[]", 0), MEMBERS("71", TWO), END}},
        {"empty", MU_VOID, {GROUPS("[]", 0), USERS("[" ADA "," BO "," CY "]", 3), END}},
        {"empty", /* hidden behind the other list of people */
         MU_VOID,
         {SCIM("[" SCIM_ADA "," SCIM_BO "," SCIM_CY "]", 3), GROUPS(SALES, 1), USERS("[]", 0),
          MEMBERS("71", TWO), END}},
        {"foreign_rows",
         MU_VOID,
         {GROUPS(SALES, 1), USERS("[" ADA "," BO "," CY "]", 3),
          MEMBERS("71", "[{\"id\":1,\"team_group_id\":72},{\"id\":2,\"team_group_id\":71}]"), END}},
        {"nothing", MU_VOID, {FAILED("groups", "groups: no", MU_E_REMOTE), END}},
    };
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    for (size_t i = 0; i < MU_LEN(cases); i++)
        doubted(cases[i].pages, cases[i].verdict, cases[i].cause);
}
END_TEST

START_TEST(unanswered_pages)
{
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    source.unanswered = 1;
    doubted(whole, MU_ADDITIVE, "unanswered");
}
END_TEST

/* A group that people name, and that is not in the list of groups. */
START_TEST(a_group_nobody_lists)
{
    static const struct fake_page pages[] = {GROUPS("[{\"id\":72,\"name\":\"Other\"}]", 1),
                                             USERS("[" ADA "," BO "," CY "]", 3),
                                             MEMBERS("72", "[]"), END};
    ck_assert_int_eq(pull_once(pages), MU_ADDITIVE);
    ck_assert(found("lists_differ"));
    ck_assert_ptr_nonnull(strstr(snap.evidence, "there is no such list"));
}
END_TEST

/* ---- people who come and go ---- */

static const struct fake_page moving[] = {SCIM("[" SCIM_ADA "," SCIM_BO "," SCIM_CY "]", 3),
                                          GROUPS(SALES, 1),
                                          USERS("[" ADA "," BO "]", 3),
                                          USERS("[" CY "]", 4),
                                          MEMBERS("71", TWO),
                                          END};

START_TEST(what_moves_is_read_again)
{
    const struct fake_page *const reads[] = {moving, whole};
    ck_assert_int_eq(pull(2, reads), MU_COMPLETE);
    ck_assert_int_eq(source.reads_begun, 2);
    ck_assert_ptr_nonnull(strstr(snap.evidence, "\"attempts\":2"));
    ck_assert_ptr_nonnull(
        strstr(snap.evidence, "\"earlier\":[{\"attempt\":1,\"cause\":\"total_moved\""));
    ck_assert_ptr_nonnull(strstr(snap.evidence, "\"calls\":2"));
    ck_assert_int_eq(snap.counts[MU_USER], 3);
}
END_TEST

START_TEST(and_bounded)
{
    ck_assert_int_eq(pull_once(moving), MU_ADDITIVE);
    ck_assert_int_eq(source.reads_begun, 3);
    def.rereads = 0;
    ck_assert_int_eq(pull_once(moving), MU_ADDITIVE);
    ck_assert_int_eq(source.reads_begun, 1);
}
END_TEST

/* As many rows as promised, none of them twice, and somebody fell through the seam of two pages. */
START_TEST(who_vanishes_between_pages_is_not_gone)
{
    static const struct fake_page seam[] = {SCIM("[" SCIM_ADA "," SCIM_BO "]", 2),
                                            GROUPS(SALES, 1),
                                            USERS("[" ADA "]", 2),
                                            USERS("[" BO "]", 2),
                                            MEMBERS("71", TWO),
                                            END};
    const struct fake_page *const seen_again[] = {seam, whole};
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    ck_assert_int_eq(pull(2, seen_again), MU_COMPLETE);
    ck_assert_int_eq(source.reads_begun, 2);
    ck_assert_ptr_nonnull(strstr(snap.evidence, "\"cause\":\"gone\""));
    nobody_lost();
    /* Two reads that say so of the same person are believed. */
    ck_assert_int_eq(pull_once(seam), MU_COMPLETE);
    ck_assert_int_eq(source.reads_begun, 2);
    ck_assert_int_eq(snap.gone, 1);
    ck_assert_ptr_nonnull(strstr(snap.evidence, "are gone, by this read and the one before (Cy)"));
}
END_TEST

/* Never the same ones: nobody is gone. */
START_TEST(others_vanish_each_time)
{
    static const struct fake_page one[] = {GROUPS("[]", 0), USERS("[" BO_ALONE "]", 2),
                                           USERS("[" CY "]", 2), END};
    static const struct fake_page two[] = {GROUPS("[]", 0), USERS("[" CY "]", 2),
                                           USERS("[" DEE "]", 2), END};
    static const struct fake_page three[] = {GROUPS("[]", 0), USERS("[" BO_ALONE "]", 3),
                                             USERS("[" CY "," DEE "]", 3), END};
    const struct fake_page *const reads[] = {one, two, one};
    see(no_scim);
    ck_assert_int_eq(pull_once(three), MU_COMPLETE);
    ck_assert_int_eq(pull(3, reads), MU_ADDITIVE);
    ck_assert(found("gone"));
    ck_assert_int_eq(snap.gone, 0);
    ck_assert_int_eq(snap.counts[MU_USER], 3);
}
END_TEST

/* Reading again can't help when something else is wrong as well. */
START_TEST(what_can_not_pass_is_read_once)
{
    source.bound.role = "admin";
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    source.bound.role = "manager";
    ck_assert_int_eq(pull_once(moving), MU_ADDITIVE);
    ck_assert_int_eq(source.reads_begun, 1);
}
END_TEST

/* ---- who we are, and what we see ---- */

START_TEST(another_identity)
{
    static const struct mu_bound others[] = {
        {"8", "manager", "9"}, {"7", "regular", "9"}, {"7", "manager", "10"}, {NULL, NULL, NULL}};
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    for (size_t i = 0; i < MU_LEN(others); i++) {
        source.bound = others[i];
        doubted(whole, MU_ADDITIVE, "identity");
    }
    how.accept = true;
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    how.accept = false;
    source.bound = (struct mu_bound){"9", "admin", NULL};
    how.accept = true;
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    how.accept = false;
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    source.bound.organization = "11"; /* wasn't told before */
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
}
END_TEST

static const char *ada(void)
{
    struct mu_entry entry;
    struct mu_snapshot now;
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "hr", 0, &now, &err), 1);
    ck_assert_int_eq(mu_entry_get(storage, storage_arena, "hr", now.id, MU_USER, "1", &entry, &err),
                     1);
    return entry.body;
}

/* The second credential is gone, or fails: what it said of people stays, what others say of them
 * changes. */
START_TEST(a_lost_supplement_takes_nothing_away)
{
    static const struct fake_page without[] = {
        GROUPS(SALES, 1),
        USERS(
            "[{\"id\":1,\"first_name\":\"Adele\",\"email\":\"ada@x.test\",\"team_group_id\":71}," BO
            "," CY "]",
            3),
        MEMBERS("71", TWO), END};
    static const struct fake_page refused[] = {
        FAILED("scim_users", "scim_users page 1: token rejected", MU_E_AUTH), GROUPS(SALES, 1),
        USERS("[" ADA "," BO "," CY "]", 3), MEMBERS("71", TWO), END};
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    ck_assert_ptr_nonnull(strstr(ada(), "Boss"));
    see(no_scim);
    doubted(without, MU_ADDITIVE, "sees_less");
    ck_assert_ptr_nonnull(strstr(ada(), "Boss"));
    ck_assert_ptr_nonnull(strstr(ada(), "second@x.test"));
    ck_assert_ptr_nonnull(strstr(ada(), "Adele"));
    see(everything);
    doubted(refused, MU_ADDITIVE, "failed");
    ck_assert_ptr_nonnull(strstr(ada(), "Boss"));
    ck_assert_ptr_null(strstr(ada(), "Adele"));
    see(no_scim);
    how.accept = true;
    ck_assert_int_eq(pull_once(without), MU_COMPLETE);
    ck_assert_ptr_null(strstr(ada(), "Boss"));
}
END_TEST

/* However many doubtful reads came since, the last complete one is the measure. */
START_TEST(the_last_complete_read_is_never_forgotten)
{
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    source.bound.role = "regular";
    for (int i = 0; i < 120; i++)
        ck_assert_int_eq(pull_once(whole), MU_ADDITIVE);
}
END_TEST

START_TEST(canaries)
{
    static const char *const there[] = {"1", "BO@x.test", "cy*", NULL};
    static const char *const missing[] = {"1", "dee@x.test", NULL};
    def.canary = there;
    ck_assert_int_eq(pull_once(whole), MU_COMPLETE);
    ck_assert_ptr_nonnull(strstr(snap.evidence, "canary: 3 of 3 found"));
    def.canary = missing;
    doubted(whole, MU_VOID, "canary");
    ck_assert_ptr_nonnull(strstr(snap.evidence, "canary: 1 of 2 missing (dee@x.test)"));
}
END_TEST

/* ---- parked ---- */

START_TEST(unusable_records_are_parked_until_they_can_be_used)
{
    static const struct fake_page bad[] = {
        GROUPS(SALES, 1),
        USERS("[" ADA "," BO ",{\"id\":3,\"email\":[]},{\"email\":\"dee@x.test\"}]", 4),
        MEMBERS("71", TWO), END};
    struct mu_parked *list;
    size_t count;
    see(no_scim);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pull_once(bad), MU_ADDITIVE);
    ck_assert_int_eq(mu_parked_list(storage, storage_arena, "pull hr", &list, &count, &err), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[0].id, "3");
    ck_assert_int_eq(list[0].tries, 2);
    ck_assert(mu_starts(list[1].id, "no id, digest "));
    ck_assert_str_eq(list[1].label, "dee@x.test");

    static const struct fake_page good[] = {GROUPS(SALES, 1), USERS("[" ADA "," BO "," CY "]", 3),
                                            MEMBERS("71", TWO), END};
    ck_assert_int_eq(pull_once(good), MU_COMPLETE);
    ck_assert_int_eq(mu_parked_list(storage, storage_arena, "pull hr", &list, &count, &err), 0);
    ck_assert_uint_eq(count, 0);
}
END_TEST

Suite *pull_suite(void)
{
    Suite *s = suite_create("pull");
    TCase *c = tcase_create("pull");
    tcase_add_checked_fixture(c, setup, storage_teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_whole_read_is_complete);
    tcase_add_test(c, pages_and_lists);
    tcase_add_test(c, unanswered_pages);
    tcase_add_test(c, a_group_nobody_lists);
    tcase_add_test(c, what_moves_is_read_again);
    tcase_add_test(c, and_bounded);
    tcase_add_test(c, who_vanishes_between_pages_is_not_gone);
    tcase_add_test(c, others_vanish_each_time);
    tcase_add_test(c, what_can_not_pass_is_read_once);
    tcase_add_test(c, another_identity);
    tcase_add_test(c, a_lost_supplement_takes_nothing_away);
    tcase_add_test(c, the_last_complete_read_is_never_forgotten);
    tcase_add_test(c, canaries);
    tcase_add_test(c, unusable_records_are_parked_until_they_can_be_used);
    suite_add_tcase(s, c);
    return s;
}
