/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world for tests of the engine, one for each suite that includes this: a store with an account
 * `hr`, a target in memory, a sync between them, and words to tell what a pull has seen. setup() and
 * teardown() are the fixture.
 */
#ifndef MU_TESTS_WORLD_H
#define MU_TESTS_WORLD_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "engine/apply.h"
#include "fake_target.h"
#include "suites.h"

static char dir[64];
static struct mu_arena *arena;
static struct mu_store *store;
static struct fake_target target;
static struct mu_account_def from = {.name = "hr"}, to = {.name = "fake"};
static struct mu_sync sync_conf;
static MU_UNUSED struct mu_apply_how apply_how;
static struct mu_err err;

static MU_UNUSED void setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/muster-engine.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    arena = mu_arena_new();
    err = (struct mu_err)MU_ERR_INIT;
    ck_assert_msg(
        mu_store_open(mu_printf(arena, "%s/muster.db", dir), MU_STORE_WRITE, &store, &err) == 0,
        "%s", err.text);
    fake_target_init(&target, MU_TEST_DATA "/../mappings");
    apply_how = (struct mu_apply_how){.command = "apply"};
    sync_conf = (struct mu_sync){.name = "s",
                                 .from = &from,
                                 .to = &to,
                                 .inactive = MU_REMOVE_DISABLE,
                                 .gone = MU_REMOVE_DISABLE,
                                 .gone_groups = MU_REMOVE_DELETE,
                                 .plan_age = 3600,
                                 .guards = {.remove = {10, 5, 0},
                                            .disable = {10, 5, 0},
                                            .groups = {10, 5, 0},
                                            .members = {10, 30, 10},
                                            .roles = {10, 5, 0},
                                            .admins = 1}};
}

static MU_UNUSED void teardown(void)
{
    mu_store_close(store);
    fake_target_done(&target);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(dir);
    mu_arena_free(arena);
}

/* ---- the source: entries written as they would be after a pull ---- */

static struct mu_pull *pull;

static MU_UNUSED void begin(void)
{
    ck_assert_msg(mu_pull_begin(store, "hr", "m", &pull, &err) == 0, "%s", err.text);
}

static MU_UNUSED void put(enum mu_kind kind, const char *id, const char *body)
{
    struct mu_entry entry = {.kind = kind, .id = id, .body = body, .body_len = strlen(body)};
    enum mu_put done;
    bool equal;
    ck_assert_msg(mu_pull_put(pull, &entry, &done, &equal, &err) == 0, "%s", err.text);
}

static MU_UNUSED void user(const char *id, const char *email, const char *name, const char *status)
{
    put(MU_USER, id,
        mu_printf(arena,
                  "{\"id\":\"%s\",\"username\":\"%s\",\"last_name\":\"%s\",\"name\":\"%s\","
                  "\"emails\":[{\"email\":\"%s\","
                  "\"is_primary\":true}],\"status\":\"%s\"}",
                  id, email, name, name, email, status));
}

static MU_UNUSED void group(const char *id, const char *name)
{
    put(MU_GROUP, id,
        mu_printf(arena, "{\"id\":\"%s\",\"name\":\"%s\",\"group_type\":\"team\"}", id, name));
}

static MU_UNUSED void member(const char *group_id, const char *user_id)
{
    put(MU_MEMBERSHIP, mu_membership_id(arena, group_id, user_id),
        mu_printf(arena, "{\"id\":\"%s/%s\",\"user_id\":\"%s\",\"group_id\":\"%s\"}", group_id,
                  user_id, user_id, group_id));
}

static MU_UNUSED void end(enum mu_verdict verdict)
{
    struct mu_snapshot snap;
    ck_assert_msg(mu_pull_finish(pull, verdict, "{}", arena, &snap, &err) == 0, "%s", err.text);
}

static MU_UNUSED void two_people(void)
{
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
}

static MU_UNUSED const struct mu_plan *plan_of(const struct mu_selection *selection)
{
    const struct mu_plan *p;
    ck_assert_msg(
        mu_plan_make(store, &sync_conf, &target.account, selection, arena, NULL, &p, &err) == 0,
        "%s", err.text);
    return p;
}

static MU_UNUSED const struct mu_plan *plan(void)
{
    return plan_of(NULL);
}

static MU_UNUSED struct mu_applied apply(const struct mu_plan *p)
{
    struct mu_applied done;
    ck_assert_msg(mu_apply(store, &sync_conf, &target.account, p, &apply_how, NULL, NULL, NULL,
                           &done, &err) == 0,
                  "%s", err.text);
    return done;
}

/* Applies until nothing is left to do, which must be after one round. */
static MU_UNUSED void converge(void)
{
    const struct mu_plan *p = plan();
    struct mu_applied done = apply(p);
    ck_assert_int_eq(done.ok, (int)p->op_count);
    ck_assert_uint_eq(plan()->op_count, 0);
}

static MU_UNUSED const struct mu_op *op_about(const struct mu_plan *p, enum mu_reason why)
{
    for (size_t i = 0; i < p->op_count; i++)
        if (p->ops[i].why == why)
            return &p->ops[i];
    return NULL;
}

static MU_UNUSED const struct mu_opchange *find_change(const struct mu_op *op, const char *attr)
{
    for (size_t i = 0; op && i < op->change_count; i++)
        if (mu_strieq(op->changes[i].attr, attr))
            return &op->changes[i];
    return NULL;
}

/* The test ends when there is none. */
static MU_UNUSED const struct mu_opchange *change_of(const struct mu_op *op, const char *attr)
{
    const struct mu_opchange *change = find_change(op, attr);
    ck_assert_ptr_nonnull(change);
    return change;
}

#endif
