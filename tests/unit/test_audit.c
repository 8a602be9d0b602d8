/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audits of a population with planted problems: every one is found, and nothing else. For each check
 * the test prints precision (how much of what it found was planted) and recall (how much of what was
 * planted it found).
 */
#include "audit/audit.h"

#include "base/map.h"
#include "store/invitations.h"
#include "store/sqlite.h"
#include "world.h"

enum { PLAIN = 400, EACH = 7, TEAMS = 20, PLANTS_MAX = 4096, DAY = 86400 };

static struct mu_account_def accounts[3];
static struct mu_sync syncs[2];
static struct mu_config config;
static struct mu_audit_options options;
static struct {
    const char *check, *id;
} plants[PLANTS_MAX];
static size_t plant_count;
static int serial;

/* People of the HRIS, told when its turn comes. */
static struct {
    const char *email, *status;
} employees[PLANTS_MAX];
static size_t employee_count;

static void audit_setup(void)
{
    setup();
    setenv("MUSTER_MAPPINGS", MU_TEST_DATA "/../mappings", 1);
    accounts[0] = (struct mu_account_def){.name = "hr"};
    accounts[1] = (struct mu_account_def){.name = "staff"};
    accounts[2] = (struct mu_account_def){.name = "fake"};
    syncs[0] = (struct mu_sync){.name = "in", .from = &accounts[1], .to = &accounts[0]};
    syncs[1] = (struct mu_sync){.name = "out", .from = &accounts[0], .to = &accounts[2]};
    config = (struct mu_config){.file = "muster.yaml", .accounts = accounts, .account_count = 3};
    options = (struct mu_audit_options){.account = "hr", .now = 1764000000};
    plant_count = employee_count = 0;
    serial = 0;
}

static const struct mu_audit *audit(void)
{
    const struct mu_audit *a;
    ck_assert_msg(mu_audit_run(store, &config, &options, arena, NULL, &a, &err) == 0, "%s",
                  err.text);
    return a;
}

static void set_checks(const char *yaml)
{
    ck_assert_msg(
        mu_y_parse(arena, "muster.yaml", yaml, strlen(yaml), &config.audit.checks, &err) == 0, "%s",
        err.text);
}

static const char *plant(const char *check, const char *id)
{
    ck_assert_uint_lt(plant_count, PLANTS_MAX);
    plants[plant_count].check = check;
    plants[plant_count++].id = id;
    return id;
}

static void begin_of(const char *account)
{
    ck_assert_msg(mu_pull_begin(store, account, "m", &pull, &err) == 0, "%s", err.text);
}

/* ---- what was sent ---- */

static struct mu_send gifts[PLANTS_MAX];
static struct mu_sends sends = {.list = gifts, .complete = true};

/* Everybody sends, but for those planted: by id, or by address. */
static void send_by(const char *id, int days)
{
    gifts[sends.count++] =
        (struct mu_send){.id = id, .at = options.now - days * DAY, .sender_id = id};
}

/* ---- a population ---- */

/* What is NULL is like everybody's. */
struct like {
    const char *status, *role, *team, *email, *name, *balance, *more, *hris;
};
#define NOWHERE "-"

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static void seat(const char *team, const char *id, const char *balance)
{
    put(MU_MEMBERSHIP, mu_membership_id(arena, team, id),
        mu_printf(arena,
                  "{\"id\":\"%s/%s\",\"user_id\":\"%s\",\"group_id\":\"%s\",\"attributes\":{"
                  "\"balance\":\"%s\"}}",
                  team, id, id, team, balance));
}

static const char *someone(struct like like)
{
    int n = ++serial;
    const char *id = mu_printf(arena, "%d", n + 10000), *role = or_else(like.role, "sender");
    const char *email = or_else(like.email, mu_printf(arena, "p%d@x.test", n));
    const char *status = or_else(like.status, "active"), *hris = or_else(like.hris, "active");
    put(MU_USER, id,
        mu_printf(arena,
                  "{\"id\":\"%s\",\"name\":\"%s\",\"emails\":[{\"email\":\"%s\"}],\"status\":"
                  "\"%s\",\"roles\":[{\"id\":\"%s\"%s}]%s}",
                  id, or_else(like.name, mu_printf(arena, "Person No %d", n)), email, status, role,
                  mu_streq(role, "lead-manager") ? ",\"group\":\"70\"" : "",
                  or_else(like.more, "")));
    if (!mu_streq(like.team, NOWHERE))
        seat(or_else(like.team, mu_printf(arena, "%d", 70 + n % TEAMS)), id,
             or_else(like.balance, "1.50"));
    if (!mu_streq(role, "sender") && mu_streq(status, "active"))
        plant("privileged", id);
    if (n % 50 == 7 && mu_streq(status, "active"))
        plant("dormant", id);
    send_by(id, n % 50 == 7 ? 91 : 90);
    send_by(id, 400);
    if (mu_streq(hris, NOWHERE))
        return id;
    employees[employee_count].email = email;
    employees[employee_count++].status = hris;
    return id;
}
#define SOMEONE(...) someone((struct like){__VA_ARGS__})

static void budgeted(const char *id, const char *budget)
{
    const char *attributes =
        budget ? mu_printf(arena, ",\"attributes\":{\"monthly_budget\":\"%s\"}", budget) : "";
    put(MU_GROUP, id,
        mu_printf(arena, "{\"id\":\"%s\",\"name\":\"Team %s\"%s}", id, id, attributes));
}

/* A group of its own with a manager in it. */
static const char *led_group(int number, const char *budget)
{
    const char *id = mu_printf(arena, "%d", number);
    budgeted(id, budget);
    SOMEONE(.role = "manager", .team = id, .balance = "0");
    return id;
}

static void plain_people(void)
{
    for (int i = 0; i < TEAMS; i++)
        led_group(70 + i, "40000");
    for (int i = 0; i < 3; i++)
        SOMEONE(.role = "admin");
    for (int i = 0; i < PLAIN; i++)
        SOMEONE();
}

static void planted_groups(int i)
{
    const char *empty = mu_printf(arena, "%d", 900 + i), *led;
    budgeted(plant("empty-group", empty), NULL);
    plant("budget-missing", led_group(1000 + i, NULL));
    plant("budget-zero", led_group(1100 + i, "0.00"));
    plant("budget-high", led_group(1200 + i, "50000.01"));
    led_group(1300 + i, "50000");
    led = plant("budget-exceeded", led_group(1400 + i, "10"));
    SOMEONE(.team = led, .balance = "5.01");
    SOMEONE(.team = led, .balance = "5");
    led = led_group(1500 + i, "10.00");
    SOMEONE(.team = led, .balance = "5.00");
    SOMEONE(.team = led, .balance = "5");
    const char *unled = mu_printf(arena, "%d", 1600 + i);
    budgeted(plant("no-manager", unled), "5");
    SOMEONE(.team = unled);
    plant("inactive-in-group", SOMEONE(.role = "manager", .status = "inactive", .team = unled));
}

static void planted_addresses(int i)
{
    static const char *const shared[EACH] = {"info",  "sales",   "support", "office",
                                             "hello", "contact", "Team"};
    plant("shared-mailbox", SOMEONE(.email = mu_printf(arena, "%s@x.test", shared[i])));
    SOMEONE(.email = mu_printf(arena, "%srmation%d@x.test", shared[i], i));
    plant("outside-domain", SOMEONE(.email = mu_printf(arena, "p%d@elsewhere.test", i)));
    SOMEONE(.email = mu_printf(arena, "P%d@Y.TEST", i));
    plant("service-account", SOMEONE(.email = mu_printf(arena, "svc-%d@x.test", i)));
    plant("service-account", SOMEONE(.more = ",\"type\":\"service-account\""));
    SOMEONE(.email = mu_printf(arena, "robot%d@x.test", i));
    plant("same-address", SOMEONE(.email = mu_printf(arena, "Zo\u00eb%d@x.test", i)));
    SOMEONE(.email = mu_printf(arena, "zoe\u0308%d@X.test", i));
    const char *name = mu_printf(arena, "Ada  Twin %d", i);
    plant("same-name", SOMEONE(.name = name));
    SOMEONE(.name = mu_printf(arena, "ADA Twin %d", i));
    SOMEONE(.name = name, .email = mu_printf(arena, "twin%d@y.test", i));
    SOMEONE(.name = name, .status = "inactive", .team = NOWHERE);
}

static void planted_people(void)
{
    const char *old = ",\"created_at\":\"2025-10-01T00:00:00Z\"",
               *new = ",\"created_at\":\"2025-11-23T00:00:00+02:00\"";
    plant("no-group", SOMEONE(.team = NOWHERE));
    plant("inactive-in-group", SOMEONE(.status = "inactive"));
    SOMEONE(.status = "inactive", .team = NOWHERE);
    plant("invited-long-ago", SOMEONE(.status = "invited", .team = NOWHERE, .more = old));
    SOMEONE(.status = "invited", .team = NOWHERE, .more = new);
    plant("balance-high", SOMEONE(.balance = "1000.01"));
    SOMEONE(.balance = "1000.00");
    plant("manages-elsewhere", SOMEONE(.role = "lead-manager", .team = "71"));
    SOMEONE(.role = "lead-manager", .team = "70");
    plant("not-in-hris", SOMEONE(.hris = NOWHERE));
    plant("role-policy", SOMEONE(.email = mu_printf(arena, "lead%d@x.test", serial)));
    SOMEONE(.email = mu_printf(arena, "lead%d@x.test", serial), .role = "manager");
    SOMEONE(.hris = NOWHERE, .status = "inactive", .team = NOWHERE);
    plant("left-in-hris", SOMEONE(.hris = "inactive"));
    SOMEONE(.hris = "inactive", .status = "inactive", .team = NOWHERE);
}

static void staff(void)
{
    begin_of("staff");
    for (size_t i = 0; i < employee_count; i++)
        user(mu_printf(arena, "e%zu", i), employees[i].email, "An Employee", employees[i].status);
    for (int i = 0; i < EACH; i++) {
        const char *id = plant("only-in-hris", mu_printf(arena, "f%d", i));
        user(id, mu_printf(arena, "new%d@x.test", i), "A New One", "active");
        user(mu_printf(arena, "g%d", i), mu_printf(arena, "gone%d@x.test", i), "Gone", "inactive");
    }
    end(MU_COMPLETE);
}

static void population(bool drifted)
{
    serial = 0;
    plant_count = employee_count = 0;
    sends.count = 0;
    begin();
    plain_people();
    for (int i = 0; i < EACH; i++) {
        planted_groups(i);
        planted_addresses(i);
        planted_people();
        const char *title = drifted ? ",\"title\":\"Other\"" : ",\"title\":\"Clerk\"";
        plant("drift", SOMEONE(.more = title));
    }
    end(MU_COMPLETE);
}

/* ---- what muster did ---- */

static void age(int64_t seconds)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "UPDATE snapshot SET started = started - %d, finished = finished - %d;"
             "UPDATE run SET started = started - %d, finished = finished - %d;"
             "UPDATE step SET at = at - %d; UPDATE outcome SET at = at - %d",
             (int)seconds, (int)seconds, (int)seconds, (int)seconds, (int)seconds, (int)seconds);
    ck_assert_msg(mu_sql_exec(store, sql, &err) == 0, "%s", err.text);
}

static int64_t run_on(const char *id)
{
    const struct mu_run begun = {.sync = "in", .command = "apply", .snapshot = 1, .planned = 1};
    const struct mu_op op = {.seq = 1,
                             .verb = MU_OP_MODIFY,
                             .why = MU_WHY_CHANGE,
                             .kind = MU_USER,
                             .id = "e1",
                             .label = "x",
                             .name = "x@x.test",
                             .native = id};
    int64_t run = 0;
    ck_assert_int_eq(mu_run_begin(store, &begun, &run, &err), 0);
    ck_assert_int_eq(mu_journal_begin(store, &err), 0);
    ck_assert_int_eq(mu_journal_intent(store, run, &op, NULL, &err), 0);
    ck_assert_int_eq(mu_journal_outcome(store, run, 1, MU_DONE_OK, NULL, &err), 0);
    ck_assert_int_eq(mu_journal_commit(store, &err), 0);
    ck_assert_int_eq(mu_run_end(store, run, "done", &err), 0);
    return run;
}

static void own(const char *id, bool disabled)
{
    const struct mu_owned owned = {.kind = MU_USER,
                                   .id = id,
                                   .name = mu_printf(arena, "uid=%s,ou=people", id),
                                   .key = mu_printf(arena, "uid=%s,ou=people", id),
                                   .run = 1,
                                   .disabled = disabled};
    ck_assert_int_eq(mu_journal_begin(store, &err), 0);
    ck_assert_msg(mu_ledger_put(store, "out", &owned, &err) == 0, "%s", err.text);
    ck_assert_int_eq(mu_journal_commit(store, &err), 0);
}

static void ledger(void)
{
    for (int i = 0; i < EACH; i++) {
        own(plant("orphans", mu_printf(arena, "%d", 500 + i)), false);
        own(mu_printf(arena, "%d", 600 + i), true);
        own(mu_printf(arena, "%d", 10001 + i), false);
    }
}

static void invite(const char *check, int i, enum mu_invited end, int64_t sent)
{
    const char *key = mu_printf(arena, "%s%d%d@x.test", mu_invited_name(end), i, sent > 0);
    struct mu_invitation one = {.account = "hr", .key = key, .email = key, .role = "sender"};
    ck_assert_msg(mu_invitation_intend(store, &one, 0, &err) == 0, "%s", err.text);
    one.state = MU_INVITED_SENT;
    ck_assert_int_eq(mu_invitation_move(store, &one, 1 << MU_INVITED_INTENDED, &err), 1);
    one.state = end;
    ck_assert_int_eq(mu_invitation_move(store, &one, 1 << MU_INVITED_SENT, &err), 1);
    const char *sql = mu_printf(arena, "UPDATE invitation SET sent = %lld WHERE key = '%s'",
                                (long long)(options.now - sent), key);
    ck_assert_msg(mu_sql_exec(store, sql, &err) == 0, "%s", err.text);
    if (check)
        plant(check, key);
}

static void invitations(void)
{
    for (int i = 0; i < EACH; i++) {
        invite("invitation-open", i, MU_INVITED_PENDING, 15 * DAY);
        invite(NULL, i, MU_INVITED_PENDING, 0);
        invite(NULL, i, MU_INVITED_ACCEPTED, 15 * DAY);
        invite("invitation-expired", i, MU_INVITED_EXPIRED, 15 * DAY);
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
            printf("  invented: %s: %s\n", key, f->title);
    }
    for (size_t i = 0; i < plant_count; i++)
        wanted += mu_streq(plants[i].check, check->name);
    printf("%-20s precision %3d/%-3d recall %3d/%d\n", check->name, right, found, right, wanted);
    ck_assert_msg(right == found && right == wanted, "%s", check->name);
    ck_assert_msg(wanted > 0 || mu_streq(check->name, "administrators"), "%s: nothing is planted",
                  check->name);
}

START_TEST(every_planted_problem_is_found_and_none_invented)
{
    static const char policy[] =
        "rules: [{name: leads, when: {email: \"lead*@x.test\"}, group: Leads, role: manager}]\n";
    ck_assert_msg(
        mu_policy_parse(arena, "policy.yaml", policy, strlen(policy), &syncs[0].policy, &err) == 0,
        "%s", err.text);
    config.audit.hris = "staff";
    options.sends = &sends;
    config.syncs = syncs;
    config.sync_count = 2;
    set_checks("{outside-domain: {domains: [x.test, y.test]}, budget-high: {limit: 50000}}");
    population(false);
    run_on("10001");
    age(DAY);
    population(false);
    age(DAY);
    population(true);
    staff();
    ledger();
    invitations();
    const struct mu_audit *a = audit();
    struct mu_map *planted = mu_map_new(0);
    for (size_t i = 0; i < plant_count; i++) {
        const char *key = key_of(plants[i].check, plants[i].id);
        ck_assert_msg(!mu_map_put(planted, key, strlen(key), &plants[i]), "%s twice", key);
    }
    for (size_t i = 0; i < a->check_count; i++) {
        ck_assert_msg(a->checks[i].state == MU_CHECK_RAN, "%s: %s", a->checks[i].name,
                      a->checks[i].why);
        score(a, &a->checks[i], planted);
    }
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
    ck_assert_int_eq(a->by_severity[MU_LOW], 1);
    options.now += 10;
    ck_assert_ptr_null(finding_of(audit(), "no-group")->waived);
}
END_TEST

/* ---- changes ---- */

static const struct mu_audit_change *change(const struct mu_audit *a, enum mu_what what)
{
    for (size_t i = 0; i < a->change_count; i++)
        if (a->changes[i].event.what == what)
            return &a->changes[i];
    ck_abort_msg("nobody %s", mu_what_name(what));
}

static void titled(const char *role, const char *budget, bool bo)
{
    begin();
    budgeted("71", budget);
    member("71", "1");
    put(MU_USER, "1",
        mu_printf(arena, "{\"id\":\"1\",\"name\":\"Ada\",\"roles\":[{\"id\":\"%s\"}]}", role));
    if (bo)
        put(MU_USER, "2", "{\"id\":\"2\",\"name\":\"Bo\"}");
    end(MU_COMPLETE);
    age(DAY);
}

START_TEST(changes_say_by_whom_and_when_first_seen)
{
    config.syncs = syncs;
    config.sync_count = 2;
    titled("sender", "10", true);
    int64_t run = run_on("1");
    age(10);
    titled("manager", "10", true);
    titled("manager", "10.5", true);
    titled("manager", "10.5", false);
    options.since = 1;
    const struct mu_audit *a = audit();
    ck_assert_int_eq(a->change_total, 3);
    ck_assert_int_eq(change(a, MU_PROMOTED)->seen.first_seen, 2);
    ck_assert_int_eq(change(a, MU_PROMOTED)->seen.run, run);
    ck_assert_int_eq(change(a, MU_BUDGETED)->seen.first_seen, 3);
    ck_assert_int_eq(change(a, MU_BUDGETED)->seen.run, 0);
    ck_assert_int_eq(change(a, MU_LEFT)->seen.first_seen, 4);
    const struct mu_finding *f = finding_of(a, "privileged");
    ck_assert_int_eq(f->run, run);
    ck_assert_ptr_nonnull(strstr(f->detail, "since snapshot 2"));
    options.as_of = 1;
    options.since = 0;
    ck_assert_int_eq(audit()->change_total, 0);
    options.since = 3;
    ck_assert_int_eq(mu_audit_run(store, &config, &options, arena, NULL, &a, &err), -1);
    ck_assert_int_eq(err.code, MU_E_USAGE);
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
    MU_AUTO(buf) struct mu_buf brief = MU_BUF_INIT(MU_BUF_MAX), none = MU_BUF_INIT(MU_BUF_MAX);
    mu_audit_json_brief(a, MU_BUF_MAX, &brief);
    ck_assert_int_eq(mu_doc_parse(arena, brief.data, brief.len, &doc, &err), 0);
    ck_assert_uint_eq(mu_doc_member(doc, "findings")->len, a->finding_count);
    ck_assert_str_eq(mu_doc_text(mu_doc_at(doc, "/findings/0/subjects/0/kind")), "user");
    mu_audit_json_brief(a, 0, &none);
    ck_assert_int_eq(mu_doc_parse(arena, none.data, none.len, &doc, &err), 0);
    ck_assert_uint_eq(mu_doc_member(doc, "findings")->len, 0);
    ck_assert_str_eq(mu_doc_text(mu_doc_member(doc, "findings_not_listed")),
                     mu_printf(arena, "%zu", a->finding_count));
    MU_AUTO(buf) struct mu_buf sarif = MU_BUF_INIT(MU_BUF_MAX), prom = MU_BUF_INIT(MU_BUF_MAX);
    mu_audit_sarif(a, &sarif);
    ck_assert_int_eq(mu_doc_parse(arena, sarif.data, sarif.len, &doc, &err), 0);
    ck_assert_str_eq(mu_doc_text(mu_doc_at(doc, "/runs/0/results/0/level")), "error");
    mu_audit_prometheus(a, &prom);
    ck_assert_ptr_nonnull(strstr(
        prom.data,
        "muster_audit_findings{account=\"hr\",check=\"administrators\",severity=\"high\"} 1\n"));
    ck_assert_ptr_null(strstr(prom.data, "Ada"));
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

Suite *audit_suite(void)
{
    Suite *s = suite_create("audit");
    TCase *c = tcase_create("audit");
    tcase_add_checked_fixture(c, audit_setup, teardown);
    tcase_add_test(c, every_planted_problem_is_found_and_none_invented);
    tcase_add_test(c, ids_stay_the_same_and_severity_decides);
    tcase_add_test(c, a_waiver_covers_its_finding_until_it_expires);
    tcase_add_test(c, changes_say_by_whom_and_when_first_seen);
    tcase_add_test(c, a_read_that_was_not_complete_is_told_on_top);
    tcase_add_test(c, writers_defuse_what_names_hold);
    tcase_add_test(c, there_is_nothing_to_audit);
    suite_add_tcase(s, c);
    return s;
}
