/* SPDX-License-Identifier: Apache-2.0 */
/* What the unified directory stands on: pieces of a snapshot, cursors, filters in a query. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "serve/rest/ask.h"
#include "serve/rest/beside.h"
#include "serve/rest/index.h"
#include "serve/rest/params.h"
#include "serve/serve.h"
#include "serve/target.h"
#include "storage.h"
#include "suites.h"

/* ---- reading ---- */

struct seen {
    struct mu_buf text;
    int left;
};

static int note(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct seen *seen = arg;
    (void)err;
    mu_buf_printf(&seen->text, "%s=%s%s ", entry->id, entry->body, entry->raw ? "+" : "");
    return --seen->left > 0;
}

static const char *walked(int64_t snapshot, struct mu_walk walk, int limit)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_at at;
    struct seen seen = {.text = MU_BUF_INIT(MU_BUF_MAX), .left = limit};
    ck_assert_int_eq(mu_reading_of(storage, "hr", snapshot, &at, &err), 0);
    ck_assert_msg(mu_reading_walk(storage, &at, &walk, note, &seen, &err) == 0, "%s", err.text);
    const char *text = mu_strdup(storage_arena, seen.text.data);
    mu_buf_done(&seen.text);
    return text;
}

static int64_t pulled(const char *const *ids, const char *body)
{
    struct mu_pull *p = storage_begin("hr");
    for (; *ids; ids++)
        storage_put(p, MU_USER, *ids, body);
    return storage_finish(p, MU_COMPLETE).id;
}

START_TEST(test_walk)
{
    const char *const first[] = {"a", "b", "c", "d", NULL}, *const second[] = {"b", "d", "e", NULL};
    int64_t one = pulled(first, "{}"), two = pulled(second, "[]");
    ck_assert_str_eq(walked(one, (struct mu_walk){.kind = MU_USER}, 9), "a={} b={} c={} d={} ");
    ck_assert_str_eq(walked(two, (struct mu_walk){.kind = MU_USER}, 9), "b=[] d=[] e=[] ");
    ck_assert_str_eq(walked(one, (struct mu_walk){.kind = MU_USER, .from = "b"}, 1), "c={} ");
    ck_assert_str_eq(walked(one, (struct mu_walk){.kind = MU_USER, .backwards = true}, 2),
                     "d={} c={} ");
    ck_assert_str_eq(
        walked(one, (struct mu_walk){.kind = MU_USER, .backwards = true, .from = "c"}, 9),
        "b={} a={} ");
    ck_assert_str_eq(walked(two, (struct mu_walk){.kind = MU_USER, .from = "e"}, 9), "");
    ck_assert_str_eq(walked(two, (struct mu_walk){.kind = MU_GROUP}, 9), "");
}
END_TEST

START_TEST(test_get)
{
    const char *const first[] = {"a", NULL}, *const second[] = {"b", NULL};
    int64_t one = pulled(first, "{}"), two = pulled(second, "{}");
    struct mu_err err = MU_ERR_INIT;
    struct mu_at at;
    struct seen seen = {.text = MU_BUF_INIT(MU_BUF_MAX)};
    mu_reading_of(storage, "hr", one, &at, &err);
    ck_assert_int_eq(mu_reading_get(storage, &at, MU_USER, "a", false, note, &seen, &err), 1);
    ck_assert_int_eq(mu_reading_get(storage, &at, MU_USER, "b", false, note, &seen, &err), 0);
    mu_reading_of(storage, "hr", two, &at, &err);
    ck_assert_int_eq(mu_reading_get(storage, &at, MU_USER, "a", false, note, &seen, &err), 0);
    ck_assert_str_eq(seen.text.data, "a={} ");
    storage_failed(mu_reading_of(storage, "hr", two + 7, &at, &err), &err, MU_E_MISSING,
                   "no snapshot");
    mu_buf_done(&seen.text);
}
END_TEST

START_TEST(test_version)
{
    int64_t before = 0, after = 0;
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *reader;
    const char *const ids[] = {"a", NULL};
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_READ, &reader, &err), 0);
    ck_assert_int_eq(mu_store_version(reader, &before, &err), 0);
    ck_assert_int_eq(mu_store_version(reader, &after, &err), 0);
    ck_assert(before == after);
    pulled(ids, "{}");
    ck_assert_int_eq(mu_store_version(reader, &after, &err), 0);
    ck_assert(before != after);
    mu_store_close(reader);
}
END_TEST

START_TEST(test_hold)
{
    int64_t before = 0, after = 0;
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *reader;
    const char *const ids[] = {"a", NULL};
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_READ, &reader, &err), 0);
    ck_assert_int_eq(mu_store_hold(reader, &err), 0);
    ck_assert_int_eq(mu_store_hold(reader, &err), 0);
    ck_assert_int_eq(mu_store_version(reader, &before, &err), 0);
    pulled(ids, "{}");
    ck_assert_int_eq(mu_store_version(reader, &after, &err), 0);
    ck_assert(before == after);
    mu_store_release(reader);
    mu_store_release(reader);
    ck_assert_int_eq(mu_store_version(reader, &after, &err), 0);
    ck_assert(before != after);
    mu_store_close(reader);
}
END_TEST

/* ---- indexes, and the invited between ---- */

static struct mu_index_key emails_of(int64_t snapshot)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_index_key key = {
        {0}, MU_USER, mu_schema_attr(MU_USER, "emails"), "email", MU_INDEX_VALUES};
    ck_assert_int_eq(mu_reading_of(storage, "hr", snapshot, &key.at, &err), 0);
    return key;
}

static const char *indexed(const struct mu_index *index, const char *folded)
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    size_t first, n = mu_index_find(index, storage, folded, &first);
    mu_buf_adds(&all, "");
    for (size_t i = 0; i < n; i++)
        mu_buf_printf(&all, "%s ", mu_index_id(index, first + i));
    return mu_strdup(storage_arena, all.len ? all.data : "");
}

START_TEST(test_index)
{
    struct mu_pull *p = storage_begin("hr");
    storage_put(p, MU_USER, "a",
                "{\"emails\":[{\"email\":\"X@y.test\"},{\"email\":\"z@y.test\"}]}");
    storage_put(p, MU_USER, "b", "{\"emails\":[]}");
    storage_put(p, MU_USER, "c", "{\"emails\":[{\"type\":\"work\"},{\"email\":\"x@Y.test\"}]}");
    const struct mu_index_key key = emails_of(storage_finish(p, MU_COMPLETE).id);
    struct mu_serve serve = {.indexes = mu_indexes_new()};
    struct mu_request r = {.serve = &serve, .arena = storage_arena};
    struct mu_err err = MU_ERR_INIT;
    struct mu_index *index = NULL, *again = NULL;
    ck_assert_int_eq(mu_index_take(&r, storage, &key, &index, &err), MU_LATER);
    r.may_block = true;
    ck_assert_int_eq(mu_index_take(&r, storage, &key, &index, &err), 0);
    ck_assert_str_eq(indexed(index, "x@y.test"), "a c ");
    ck_assert_str_eq(indexed(index, "z@y.test"), "a ");
    ck_assert_str_eq(indexed(index, "nobody@y.test"), "");
    ck_assert(mu_index_has_any(index));
    r.may_block = false;
    ck_assert_int_eq(mu_index_take(&r, storage, &key, &again, &err), 0);
    ck_assert_ptr_eq(index, again);
    mu_index_drop(serve.indexes, again);
    mu_index_drop(serve.indexes, index);
    mu_indexes_free(serve.indexes);
}
END_TEST

START_TEST(test_texts)
{
    static const char *const of_y[] = {"*@y.test", NULL}, *const either[] = {"z*", "?@b*", NULL},
                             *const none[] = {"q*", NULL};
    const char *ids[4];
    struct mu_pull *p = storage_begin("hr");
    storage_put(p, MU_USER, "a",
                "{\"emails\":[{\"email\":\"X@y.test\"},{\"email\":\"z@Y.test\"}]}");
    storage_put(p, MU_USER, "b", "{}");
    storage_put(p, MU_USER, "c", "{\"emails\":[{\"email\":\"x@b.test\"}]}");
    struct mu_index_key key = emails_of(storage_finish(p, MU_COMPLETE).id);
    struct mu_serve serve = {.indexes = mu_indexes_new()};
    struct mu_request r = {.serve = &serve, .arena = storage_arena, .may_block = true};
    struct mu_err err = MU_ERR_INIT;
    struct mu_index *index;
    key.way = MU_INDEX_TEXTS;
    ck_assert_int_eq(mu_index_take(&r, storage, &key, &index, &err), 0);
    ck_assert_uint_eq(mu_index_like(index, of_y, ids, 4), 1);
    ck_assert_str_eq(ids[0], "a");
    ck_assert_uint_eq(mu_index_like(index, either, ids, 4), 2);
    ck_assert_str_eq(ids[1], "c");
    ck_assert_uint_eq(mu_index_like(index, either, ids, 1), 1);
    ck_assert_uint_eq(mu_index_like(index, none, ids, 4), 0);
    mu_index_drop(serve.indexes, index);
    mu_indexes_free(serve.indexes);
}
END_TEST

static const char *ordered(const struct mu_index *order, size_t from, size_t to)
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&all, "");
    for (size_t i = from; i < to; i++)
        mu_buf_printf(&all, "%s ", mu_index_id(order, i));
    return mu_strdup(storage_arena, all.len ? all.data : "");
}

/* By folded value, then by id; who has none comes last. */
START_TEST(test_order)
{
    struct mu_pull *p = storage_begin("hr");
    storage_put(p, MU_USER, "a", "{\"name\":\"zoe\"}");
    storage_put(p, MU_USER, "b", "{\"title\":\"x\"}");
    storage_put(p, MU_USER, "c", "{\"name\":\"Ada\"}");
    storage_put(p, MU_USER, "d", "{\"name\":\"ADA\"}");
    storage_put(p, MU_USER, "e", "{\"name\":\"Bo\"}");
    struct mu_index_key key = emails_of(storage_finish(p, MU_COMPLETE).id);
    struct mu_serve serve = {.indexes = mu_indexes_new()};
    struct mu_request r = {.serve = &serve, .arena = storage_arena, .may_block = true};
    struct mu_err err = MU_ERR_INIT;
    struct mu_index *order, *other;
    key = (struct mu_index_key){key.at, MU_USER, mu_schema_attr(MU_USER, "name"), NULL,
                                MU_INDEX_ORDER};
    ck_assert_int_eq(mu_index_take(&r, storage, &key, &order, &err), 0);
    ck_assert_uint_eq(mu_order_count(order), 5);
    ck_assert_str_eq(ordered(order, 0, 5), "c d e a b ");
    ck_assert_str_eq(ordered(order, 0, mu_order_before(order, "0ada", "d", false)), "c ");
    ck_assert_str_eq(ordered(order, 0, mu_order_before(order, "0ada", "d", true)), "c d ");
    ck_assert_str_eq(ordered(order, mu_order_before(order, "1", "b", false), 5), "b ");
    ck_assert_uint_eq(mu_order_before(order, "2", "", false), 5);
    ck_assert(mu_order_has_any(order));
    key.attr = mu_schema_attr(MU_USER, "timezone");
    ck_assert_int_eq(mu_index_take(&r, storage, &key, &other, &err), 0);
    ck_assert(!mu_order_has_any(other) && mu_order_count(other) == 5);
    mu_index_drop(serve.indexes, other);
    mu_index_drop(serve.indexes, order);
    mu_indexes_free(serve.indexes);
}
END_TEST

/* More than are kept: those that nobody asks for go, one that is held stays until it is dropped. */
START_TEST(test_indexes_kept)
{
    const char *const ids[] = {"a", NULL};
    struct mu_serve serve = {.indexes = mu_indexes_new()};
    struct mu_request r = {.serve = &serve, .arena = storage_arena, .may_block = true};
    struct mu_err err = MU_ERR_INIT;
    struct mu_index *held = NULL, *other = NULL;
    const struct mu_index_key first =
        emails_of(pulled(ids, "{\"emails\":[{\"email\":\"a@b.test\"}]}"));
    ck_assert_int_eq(mu_index_take(&r, storage, &first, &held, &err), 0);
    for (int i = 0; i < MU_INDEXES_MAX; i++) {
        const struct mu_index_key key = emails_of(pulled(ids, "{}"));
        ck_assert_int_eq(mu_index_take(&r, storage, &key, &other, &err), 0);
        ck_assert(!mu_index_has_any(other));
        mu_index_drop(serve.indexes, other);
    }
    r.may_block = false;
    ck_assert_int_eq(mu_index_take(&r, storage, &first, &other, &err), MU_LATER);
    ck_assert_str_eq(indexed(held, "a@b.test"), "a ");
    mu_index_drop(serve.indexes, held);
    mu_indexes_free(serve.indexes);
}
END_TEST

static int reading(void *source, const struct mu_walk *walk, mu_walk_each *each, void *arg,
                   struct mu_err *err)
{
    return mu_reading_walk(storage, source, walk, each, arg, err);
}

static const char *merged(int64_t snapshot, struct mu_walk walk, int limit)
{
    static const struct mu_entry invited[] = {{.kind = MU_USER, .id = "b", .body = "i"},
                                              {.kind = MU_USER, .id = "d", .body = "i"},
                                              {.kind = MU_USER, .id = "f", .body = "i"}};
    const struct mu_beside beside = {.entries = invited, .count = MU_LEN(invited)};
    struct mu_err err = MU_ERR_INIT;
    struct mu_at at;
    struct seen seen = {.text = MU_BUF_INIT(MU_BUF_MAX), .left = limit};
    ck_assert_int_eq(mu_reading_of(storage, "hr", snapshot, &at, &err), 0);
    ck_assert_int_eq(mu_beside_walk(&beside, reading, &at, &walk, note, &seen, &err), 0);
    const char *text = mu_strdup(storage_arena, seen.text.len ? seen.text.data : "");
    mu_buf_done(&seen.text);
    return text;
}

START_TEST(test_merge)
{
    const char *const ids[] = {"a", "c", "e", NULL};
    int64_t snapshot = pulled(ids, "{}");
    ck_assert_str_eq(merged(snapshot, (struct mu_walk){.kind = MU_USER}, 9),
                     "a={} b=i c={} d=i e={} f=i ");
    ck_assert_str_eq(merged(snapshot, (struct mu_walk){.kind = MU_USER, .backwards = true}, 9),
                     "f=i e={} d=i c={} b=i a={} ");
    for (int i = 1; i < 6; i++) { /* whoever stops gets nothing more */
        const char *all = "a={} b=i c={} d=i e={} f=i ";
        const char *some = merged(snapshot, (struct mu_walk){.kind = MU_USER}, i);
        ck_assert(strncmp(all, some, strlen(some)) == 0 && strlen(some) < strlen(all));
    }
    ck_assert_str_eq(merged(snapshot, (struct mu_walk){.kind = MU_USER, .from = "b"}, 9),
                     "c={} d=i e={} f=i ");
    ck_assert_str_eq(merged(snapshot, (struct mu_walk){.kind = MU_USER, .from = "c"}, 2),
                     "d=i e={} ");
    ck_assert_str_eq(
        merged(snapshot, (struct mu_walk){.kind = MU_USER, .from = "d", .backwards = true}, 9),
        "c={} b=i a={} ");
    ck_assert_str_eq(merged(snapshot, (struct mu_walk){.kind = MU_USER, .from = "f"}, 9), "");
}
END_TEST

/* ---- cursors ---- */

static int read_cursor(const char *what, const char *text, struct mu_cursor *ret)
{
    struct mu_err err = MU_ERR_INIT;
    int rc = mu_cursor_read(storage, storage_arena, what, text, ret, &err);
    if (rc < 0)
        storage_failed(rc, &err, MU_E_USAGE, "begin again without it");
    return rc;
}

START_TEST(test_cursor)
{
    struct mu_cursor back, given = {41, true, "134/4102", "0\xcf\x83\xce\xbf\xcf\x86"};
    const char *text = mu_cursor_write(storage, storage_arena, "users", &given);
    ck_assert_uint_eq(
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
        strlen(text));
    ck_assert_int_eq(read_cursor("users", text, &back), 0);
    ck_assert(back.snapshot == 41 && back.backwards);
    ck_assert_str_eq(back.id, given.id);
    ck_assert_str_eq(back.key, given.key);
    storage_reopen();
    ck_assert_int_eq(read_cursor("users", text, &back), 0);
    ck_assert_int_eq(read_cursor("groups", text, &back), -1);
}
END_TEST

START_TEST(test_cursor_forged)
{
    struct mu_cursor back, given = {41, false, "4102", ""};
    const char *text = mu_cursor_write(storage, storage_arena, "users", &given);
    char *changed = mu_strdup(storage_arena, text);
    for (size_t i = 0; text[i]; i++) { /* no character of it can be another */
        changed[i] = text[i] == 'A' ? 'Q' : 'A';
        ck_assert_int_eq(read_cursor("users", changed, &back), -1);
        changed[i] = text[i];
    }
    for (size_t len = 0; text[len]; len++)
        ck_assert_int_eq(read_cursor("users", mu_strndup(storage_arena, text, len), &back), -1);
    ck_assert_int_eq(read_cursor("users", mu_printf(storage_arena, "%sAAAA", text), &back), -1);
    ck_assert_int_eq(read_cursor("users", "not base64!", &back), -1);
}
END_TEST

/* ---- filters ---- */

static int filter_of(const char *query, const char **ret, struct mu_err *err)
{
    struct mu_request r = {.arena = storage_arena};
    struct mu_asked ask = {.kind = MU_USER};
    if (mu_query_parse(storage_arena, query, strlen(query), &r.query, &r.query_count, err) < 0 ||
        mu_params_check(&r, MU_USER, false, err) < 0)
        return -1;
    return mu_ask_filter(&r, &ask, ret, err);
}

static void filtered(const char *query, const char *want)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_filter *filter;
    const char *text = NULL;
    ck_assert_msg(filter_of(query, &text, &err) == 0, "%s: %s", query, err.text);
    ck_assert_msg(mu_streq(text, want), "%s: %s, wanted %s", query, text, want);
    ck_assert_msg(!text || mu_filter_parse(storage_arena, MU_USER, text, &filter, &err) == 0, "%s",
                  err.text);
}

static void not_filtered(const char *query, const char *why)
{
    struct mu_err err = MU_ERR_INIT;
    const char *text = NULL;
    storage_failed(filter_of(query, &text, &err), &err, MU_E_USAGE, why);
}

START_TEST(test_filters)
{
    filtered("limit=3&account=x&truto_key_by=id", NULL);
    filtered("status=active", "status=\"active\"");
    filtered("status[ne]=active&name[like]=A*", "status!=\"active\" and name~\"A*\"");
    filtered("groups[id][in]=71,72", "(groups.id=\"71\" or groups.id=\"72\")");
    filtered("email=a@b.test", "emails.email=\"a@b.test\"");
    filtered("groups.id=71", "groups.id=\"71\"");
    filtered("name=a\"b\\c", "name=\"a\\\"b\\\\c\"");
    filtered("status=active&filter=id%3D1+or+id%3D2", "status=\"active\" and (id=1 or id=2)");
    not_filtered("colour=red", "no parameter 'colour'");
    not_filtered("stauts=active", "did you mean status");
    not_filtered("status[eq=active", "no parameter");
    filtered("status[]=active&name=a&status[]=invited",
             "(status=\"active\" or status=\"invited\") and name=\"a\"");
    filtered("groups[id][in][]=71&groups[id][in][]=7,2", "(groups.id=\"71\" or groups.id=\"7,2\")");
    not_filtered("name[like][]=a*", "FIELD[PART][OP]");
    not_filtered("[]=active", "no parameter");
    not_filtered("status[][]=active", "no parameter");
    not_filtered("remote_query[x]=y", "/proxy/ACCOUNT/PATH");
    not_filtered("truto_ignore_limit=true", "format=stream");
    not_filtered("groups[id][part][eq]=1", "no parameter");
    not_filtered("groups[id][name]=1", "FIELD[PART][OP]");
    not_filtered("user_id=1", "no parameter");
}
END_TEST

Suite *serve_rest_suite(void)
{
    Suite *s = suite_create("serve_rest");
    TCase *t = tcase_create("rest");
    tcase_add_checked_fixture(t, storage_setup, storage_teardown);
    tcase_add_test(t, test_walk);
    tcase_add_test(t, test_get);
    tcase_add_test(t, test_version);
    tcase_add_test(t, test_hold);
    tcase_add_test(t, test_index);
    tcase_add_test(t, test_texts);
    tcase_add_test(t, test_order);
    tcase_add_test(t, test_indexes_kept);
    tcase_add_test(t, test_merge);
    tcase_add_test(t, test_cursor);
    tcase_add_test(t, test_cursor_forged);
    tcase_add_test(t, test_filters);
    suite_add_tcase(s, t);
    return s;
}
