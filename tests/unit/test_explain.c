/* SPDX-License-Identifier: Apache-2.0 */
/* Stories of people: of those who stand where they should, and the first reason of those who don't. */
#include "engine/explain.h"

#include "mapping.h"
#include "store/history.h"
#include "world.h"

static struct mu_explain_query query;

static struct mu_snapshot snapshot(int64_t id)
{
    struct mu_snapshot snap;
    ck_assert_int_eq(mu_snapshot_get(store, arena, "hr", id, &snap, &err), 1);
    return snap;
}

static const struct mu_story *tell(const char *user_id, const char *group_id)
{
    const struct mu_story *story;
    query.store = store;
    query.sync = &sync_conf;
    query.user = user_id;
    query.group = group_id;
    if (!query.past)
        query.snapshot = snapshot(0);
    ck_assert_msg(mu_explain(&query, arena, &story, &err) == 0, "%s", err.text);
    return story;
}

static void setup_explain(void)
{
    setup();
    query = (struct mu_explain_query){.target = &target.account};
}

/* "code code": of a list of reasons; and the first text holds all of `words`. */
static void reasons_are(const struct mu_because *list, size_t count, const char *codes,
                        const char *words)
{
    const char *got = "";
    for (size_t i = 0; i < count; i++)
        got = mu_printf(arena, "%s%s%s", got, i ? " " : "", list[i].code);
    ck_assert_str_eq(got, codes);
    if (words)
        ck_assert_msg(strstr(list[count - 1].text, words) != NULL, "'%s' lacks '%s'",
                      list[count - 1].text, words);
}

#define because(story, codes, words) \
    reasons_are((story)->because, (story)->because_count, codes, words)
#define member_because(story, codes, words) \
    reasons_are((story)->members[0].because, (story)->members[0].because_count, codes, words)

static const struct mu_attr_story *attr(const struct mu_story *story, const char *name)
{
    for (size_t i = 0; i < story->attr_count; i++)
        if (mu_streq(story->attrs[i].name, name))
            return &story->attrs[i];
    ck_abort_msg("no attribute %s in the story", name);
}

static void one_person(const char *email, const char *name, const char *status)
{
    begin();
    user("1", email, name, status);
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
}

START_TEST(who_stands_where_they_should)
{
    two_people();
    converge();
    const struct mu_story *s = tell("1", NULL);
    because(s, "", NULL);
    ck_assert(s->on_target && s->in_snapshot);
    ck_assert_str_eq(s->label, "Ada");
    ck_assert_str_eq(s->name, "uid=ada@x.test,ou=people");
    ck_assert_str_eq(s->wanted_name, s->name);
    const struct mu_attr_story *sn = attr(s, "sn");
    ck_assert_str_eq(sn->want[0].bytes, "Ada");
    ck_assert_str_eq(sn->have[0].bytes, "Ada");
    ck_assert(!sn->differs);
    ck_assert_int_eq(sn->written.run, 1);
    ck_assert_int_eq(sn->written.verb, MU_OP_CREATE);
    ck_assert_int_gt(sn->rule->line, 0);
    ck_assert_str_eq(sn->links[0].field, "last_name");
    ck_assert_str_eq(sn->links[0].value, "\"Ada\"");
    ck_assert_uint_eq(attr(s, "title")->want_count, 0);
    ck_assert_uint_eq(s->member_count, 1);
    ck_assert_str_eq(s->members[0].label, "Sales");
    ck_assert_int_eq(s->members[0].there, 1);
    ck_assert_int_eq(s->members[0].written.run, 1);
    member_because(s, "", NULL);
}
END_TEST

START_TEST(planned_and_never_applied)
{
    two_people();
    because(tell("1", NULL), "not_applied", "create (join) uid=ada@x.test,ou=people");
    ck_assert(!tell("1", NULL)->on_target);
    converge();
    one_person("ada@x.test", "Adele", "active");
    const struct mu_story *s = tell("1", NULL);
    because(s, "not_applied", "modify (change)");
    ck_assert(attr(s, "sn")->differs);
    ck_assert_str_eq(attr(s, "sn")->want[0].bytes, "Adele");
    ck_assert_str_eq(attr(s, "sn")->have[0].bytes, "Ada");
    ck_assert_int_eq(attr(s, "sn")->written.run, 1);
    converge();
    ck_assert_int_eq(attr(tell("1", NULL), "sn")->written.run, 2);
}
END_TEST

START_TEST(what_somebody_else_changed)
{
    two_people();
    converge();
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "givenName", "Theirs");
    const struct mu_story *s = tell("1", NULL);
    because(s, "drift not_applied", "modify (change)");
    ck_assert_ptr_nonnull(strstr(s->because[0].text, "givenName: \"Theirs\" is there"));
    ck_assert_int_eq(attr(s, "givenName")->written.run, 0);
}
END_TEST

START_TEST(a_rename_wrote_the_name)
{
    two_people();
    converge();
    one_person("adele@x.test", "Ada", "active");
    const struct mu_story *s = tell("1", NULL);
    ck_assert_str_eq(s->name, "uid=ada@x.test,ou=people");
    ck_assert_str_eq(s->wanted_name, "uid=adele@x.test,ou=people");
    converge();
    s = tell("1", "71");
    because(s, "", NULL);
    ck_assert_int_eq(attr(s, "uid")->written.verb, MU_OP_RENAME);
    ck_assert_int_eq(s->members[0].there, 1);
}
END_TEST

START_TEST(inactive_by_policy)
{
    two_people();
    converge();
    one_person("ada@x.test", "Ada", "inactive");
    because(tell("1", NULL), "inactive not_applied", "rename (disable)");
    member_because(tell("1", "71"), "user not_applied", "removes it");
    sync_conf.guards.disable = (struct mu_limit){0, 0, 0};
    because(tell("1", NULL), "inactive guard not_applied", "rename (disable)");
    sync_conf.guards.disable = (struct mu_limit){10, 5, 0};
    converge();
    const struct mu_story *s = tell("1", "71");
    because(s, "inactive", "`inactive: disable`");
    ck_assert_str_eq(s->name, "uid=ada@x.test,ou=inactive");
    ck_assert_int_eq(s->members[0].there, 0);
    member_because(s, "user", "status inactive");
    sync_conf.inactive = MU_REMOVE_KEEP;
    because(tell("1", NULL), "not_applied", "rename (enable)");
}
END_TEST

START_TEST(gone_from_the_source)
{
    two_people();
    converge();
    begin();
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "2");
    end(MU_COMPLETE);
    const struct mu_story *s = tell("1", "71");
    ck_assert(!s->in_snapshot);
    because(s, "gone not_applied", "rename (disable)");
    ck_assert_str_eq(s->label, "Ada"); /* as it last was */
    ck_assert_ptr_nonnull(strstr(s->because[0].text, "until snapshot 2 (complete"));
    ck_assert_str_eq(attr(s, "sn")->links[0].value, "\"Ada\"");
    member_because(s, "user not_applied", "removes it");
    converge();
    because(tell("1", NULL), "gone", "had it no more");
}
END_TEST

START_TEST(an_additive_read_removes_nobody)
{
    two_people();
    converge();
    begin();
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "2");
    end(MU_COMPLETE);
    begin();
    user("2", "bo@x.test", "Bo", "active");
    end(MU_ADDITIVE);
    because(tell("1", NULL), "gone additive", "the read wasn't complete");
    member_because(tell("1", "71"), "user additive", "nobody is removed");
}
END_TEST

START_TEST(never_seen_and_parked)
{
    two_people();
    because(tell("9", NULL), "unknown", "up to 1 (complete)");
    struct mu_snapshot snap;
    begin();
    user("1", "ada@x.test", "Ada", "active");
    ck_assert_int_eq(mu_pull_finish(pull, MU_ADDITIVE,
                                    "{\"findings\":[{\"verdict\":\"additive\",\"text\":\"one "
                                    "record can't be used\"}],\"parked\":[{\"resource\":"
                                    "\"users\",\"id\":\"9\",\"reason\":\"last_name: expected "
                                    "text, got an object\"}]}",
                                    arena, &snap, &err),
                     0);
    struct mu_parked parked = {.owner = "pull hr",
                               .kind = MU_USER,
                               .id = "10",
                               .label = "Cy",
                               .reason = "id: missing",
                               .first_seen = 1,
                               .tries = 2};
    ck_assert_int_eq(mu_parked_put(store, &parked, &err), 0);
    because(tell("10", NULL), "parked additive", NULL);
    ck_assert_ptr_nonnull(strstr(tell("10", NULL)->because[0].text, "in 2 reads: id: missing"));
    const struct mu_story *s = tell("9", NULL);
    because(s, "parked additive", "one record can't be used");
    ck_assert_ptr_nonnull(strstr(s->because[0].text, "expected text, got an object"));
}
END_TEST

START_TEST(no_value_for_the_name)
{
    begin();
    put(MU_USER, "1", "{\"id\":\"1\",\"name\":\"Nemo\",\"status\":\"active\"}");
    end(MU_COMPLETE);
    const struct mu_story *s = tell("1", NULL);
    ck_assert_str_eq(s->because[0].code, "no_value");
    ck_assert_ptr_nonnull(strstr(s->because[0].text, "uid: missing"));
    ck_assert_ptr_nonnull(strstr(s->because[0].text, "inetorgperson.yaml"));
}
END_TEST

START_TEST(conflicts_are_left_alone)
{
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "sn", "Somebody else");
    two_people();
    because(tell("1", NULL), "left_alone", "isn't ours");
    member_because(tell("1", "71"), "user", "isn't ours");
    begin();
    user("2", "bo@x.test", "Bo", "active");
    user("3", "bo@x.test", "Bob", "active");
    end(MU_COMPLETE);
    because(tell("3", NULL), "left_alone", "asked for by Bo (2)");
}
END_TEST

START_TEST(what_the_target_refused)
{
    two_people();
    converge();
    one_person("ada@x.test", "Adele", "active");
    target.fail_from = target.writes + 1;
    target.fail_to = target.writes + 1;
    apply(plan());
    target.fail_from = 0;
    because(tell("1", NULL), "waiting", "uid=ada@x.test,ou=people: refused");
}
END_TEST

START_TEST(who_is_in_which_group)
{
    two_people();
    converge();
    member_because(tell("1", "72"), "not_in_source", "no membership of user 1 in group 72");
    ck_assert_int_eq(tell("1", "72")->members[0].there, 0);
    member_because(tell("1", "99"), "unknown", "a group with the id 99");
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("72", "1");
    member("71", "2");
    end(MU_COMPLETE);
    member_because(tell("1", "72"), "not_applied", "adds it");
    member_because(tell("1", "71"), "not_in_source not_applied", "removes it");
    ck_assert_uint_eq(tell("1", NULL)->member_count, 2); /* one listed, one to be left */
    converge();
    const struct mu_story *s = tell("1", "71");
    member_because(s, "not_in_source", "until snapshot 2");
    ck_assert_int_eq(s->members[0].written.run, 1); /* who was put there once */
}
END_TEST

START_TEST(the_past_is_what_was_written_by_then)
{
    two_people();
    converge();
    one_person("ada@x.test", "Adele", "active");
    converge();
    query.past = true;
    query.snapshot = snapshot(1);
    const struct mu_story *s = tell("1", "71");
    because(s, "", NULL);
    ck_assert_str_eq(attr(s, "sn")->want[0].bytes, "Ada");
    ck_assert_str_eq(attr(s, "sn")->have[0].bytes, "Ada");
    ck_assert_int_eq(s->members[0].there, 1);
    query.snapshot = snapshot(2);
    s = tell("1", "72");
    ck_assert_str_eq(attr(s, "sn")->have[0].bytes, "Adele");
    ck_assert_int_eq(attr(s, "sn")->written.run, 2);
    ck_assert_int_eq(s->members[0].there, 0);
}
END_TEST

START_TEST(nothing_was_written_by_then)
{
    two_people();
    one_person("ada@x.test", "Adele", "active");
    converge();
    query.past = true;
    query.snapshot = snapshot(1);
    because(tell("1", NULL), "not_written", "by then");
    ck_assert(!tell("1", NULL)->on_target);
    ck_assert_ptr_null(tell("1", NULL)->name);
}
END_TEST

START_TEST(without_the_target_the_rest_is_told)
{
    two_people();
    converge();
    query.target = NULL;
    query.target_error = "corp: no password";
    const struct mu_story *s = tell("1", "71");
    ck_assert_str_eq(s->target_error, "corp: no password");
    ck_assert_str_eq(s->name, "uid=ada@x.test,ou=people");
    because(s, "", NULL);
    ck_assert_int_eq(s->members[0].there, -1);
    ck_assert(s->members[0].in_source);
}
END_TEST

START_TEST(others_put_somebody_in)
{
    two_people();
    converge();
    fake_target_put(&target, MU_GROUP, "cn=Empty,ou=groups", "member", "uid=guest,ou=people");
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
    ck_assert_int_eq(tell("1", "72")->members[0].there, 0);
}
END_TEST

/* The journal is searched by the text of the id: one that holds another's, quotes, a group's. */
START_TEST(a_story_is_of_one_entry)
{
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("11", "bo@x.test", "Bo", "active");
    put(MU_USER, "a\"1\\",
        "{\"id\":\"a\\\"1\\\\\",\"username\":\"cy\",\"name\":\"\\\"id\\\":\\\"1\\\"\",\"status\":"
        "\"active\"}");
    group("1", "Sales");
    end(MU_COMPLETE);
    converge();
    struct mu_trail *trail;
    struct mu_trail_step step;
    ck_assert_int_eq(mu_trail_open(store, "s", MU_USER, "a\"1\\", 0, &trail, &err), 0);
    ck_assert_int_eq(mu_trail_next(trail, &step, &err), 1);
    ck_assert_int_eq(mu_trail_next(trail, &step, &err), 0);
    mu_trail_close(trail);
    ck_assert_str_eq(tell("a\"1\\", NULL)->name, "uid=cy,ou=people");
    ck_assert_str_eq(tell("1", NULL)->name, "uid=ada@x.test,ou=people");
    ck_assert_int_eq(attr(tell("11", NULL), "sn")->written.run, 1);
    query.past = true;
    ck_assert_str_eq(tell("1", NULL)->name, "uid=ada@x.test,ou=people");
}
END_TEST

/* ---- who is meant ---- */

static size_t find(enum mu_kind kind, const char *text, const struct mu_candidate **ret)
{
    size_t count;
    struct mu_snapshot snap = snapshot(0);
    ck_assert_msg(mu_explain_find(store, &sync_conf, &snap, kind, text, arena, ret, &count, &err) ==
                      0,
                  "%s", err.text);
    return count;
}

START_TEST(people_are_found_by_what_is_typed)
{
    const struct mu_candidate *c;
    begin();
    user("1", "\xce\xa3o@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "bo2@x.test", "Bo", "active");
    user("Ada", "third@x.test", "Cy", "active"); /* an id beats a name */
    group("71", "Sales");
    end(MU_COMPLETE);
    ck_assert_uint_eq(find(MU_USER, "2", &c), 1);
    ck_assert_str_eq(c[0].by, "id");
    ck_assert_uint_eq(find(MU_USER, "\xcf\x83O@X.TEST", &c), 1);
    ck_assert_str_eq(c[0].id, "1");
    ck_assert_str_eq(c[0].by, "e-mail");
    ck_assert_uint_eq(find(MU_USER, "bo", &c), 2);
    ck_assert_str_eq(c[1].by, "name");
    ck_assert_uint_eq(find(MU_USER, "Ada", &c), 1);
    ck_assert_str_eq(c[0].id, "Ada");
    ck_assert_uint_eq(find(MU_GROUP, "sales", &c), 1);
    ck_assert_uint_eq(find(MU_USER, "nobody", &c), 0);
}
END_TEST

START_TEST(people_who_are_gone_are_found_too)
{
    const struct mu_candidate *c;
    two_people();
    one_person("adele@x.test", "Ada", "active");
    begin();
    user("2", "bo@x.test", "Bo", "active");
    end(MU_COMPLETE);
    ck_assert_uint_eq(find(MU_USER, "ada@x.test", &c), 1); /* two versions, one person */
    ck_assert(c[0].past);
    ck_assert_uint_eq(find(MU_USER, "adele@x.test", &c), 1);
    ck_assert_str_eq(c[0].id, "1");
}
END_TEST

Suite *explain_suite(void)
{
    Suite *s = suite_create("explain");
    TCase *t = tcase_create("stories");
    tcase_add_checked_fixture(t, setup_explain, teardown);
    tcase_add_test(t, who_stands_where_they_should);
    tcase_add_test(t, planned_and_never_applied);
    tcase_add_test(t, what_somebody_else_changed);
    tcase_add_test(t, a_rename_wrote_the_name);
    tcase_add_test(t, inactive_by_policy);
    tcase_add_test(t, gone_from_the_source);
    tcase_add_test(t, an_additive_read_removes_nobody);
    tcase_add_test(t, never_seen_and_parked);
    tcase_add_test(t, no_value_for_the_name);
    tcase_add_test(t, conflicts_are_left_alone);
    tcase_add_test(t, what_the_target_refused);
    tcase_add_test(t, who_is_in_which_group);
    tcase_add_test(t, the_past_is_what_was_written_by_then);
    tcase_add_test(t, nothing_was_written_by_then);
    tcase_add_test(t, without_the_target_the_rest_is_told);
    tcase_add_test(t, others_put_somebody_in);
    tcase_add_test(t, a_story_is_of_one_entry);
    tcase_add_test(t, people_are_found_by_what_is_typed);
    tcase_add_test(t, people_who_are_gone_are_found_too);
    suite_add_tcase(s, t);
    return s;
}
