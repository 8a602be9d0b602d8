/* SPDX-License-Identifier: Apache-2.0 */
/* Operations: JSON there and back without a loss, and the way back. */
#include "model/op.h"

#include <string.h>

#include "suites.h"

static const char binary[] = "\x00\x01\xff\xfe(a";

static const struct mu_value removed[] = {{"a", 1}, {"Zoë", 4}};
static const struct mu_value added[] = {
    {binary, sizeof binary - 1}, {"\xc3\x28", 2}, {"x\"\\\n", 4}, {"", 0}};
static const struct mu_opchange changes[] = {
    {.attr = "title", .remove = removed, .remove_count = 2, .add = added, .add_count = 4},
    {.attr = "sn", .add = removed, .add_count = 1},
};
static const struct mu_opchange flagged[] = {
    {.attr = "mail", .add = removed, .add_count = 1, .absent = true},
    {.attr = "cn", .remove = removed, .remove_count = 1, .drift = true},
};
static const struct mu_op full = {
    .seq = 17,
    .verb = MU_OP_MODIFY,
    .why = MU_WHY_CHANGE,
    .kind = MU_USER,
    .id = "4101",
    .label = "Σοφία \"x\"",
    .name = "uid=a\\2Cb+cn=\xff,ou=people,dc=x",
    .native = "5b1b3c0e-0000-103e-8000-000000000001",
    .changes = changes,
    .change_count = 2,
    .note = "look here",
};

static struct json_object *write_op(const struct mu_op *op, struct mu_buf *text)
{
    struct mu_err err = MU_ERR_INIT;
    struct json_object *doc = NULL;
    struct mu_jw w;
    mu_buf_reset(text);
    mu_jw_init(&w, text, false);
    mu_op_json(op, &w);
    ck_assert_msg(mu_json_parse(text->data, text->len, &doc, &err) == 0, "%s", err.text);
    return doc;
}

static void same_values(const struct mu_value *a, size_t a_count, const struct mu_value *b,
                        size_t b_count)
{
    ck_assert_uint_eq(a_count, b_count);
    for (size_t i = 0; i < a_count; i++) {
        ck_assert_uint_eq(a[i].len, b[i].len);
        ck_assert_mem_eq(a[i].bytes, b[i].bytes, a[i].len);
        ck_assert_int_eq(b[i].bytes[b[i].len], '\0');
    }
}

static void same_op(const struct mu_op *a, const struct mu_op *b)
{
    ck_assert_int_eq(a->seq, b->seq);
    ck_assert_uint_eq(a->verb, b->verb);
    ck_assert_uint_eq(a->why, b->why);
    ck_assert_uint_eq(a->kind, b->kind);
    ck_assert_pstr_eq(a->id, b->id);
    ck_assert_pstr_eq(a->label, b->label);
    ck_assert_pstr_eq(a->name, b->name);
    ck_assert_pstr_eq(a->native, b->native);
    ck_assert_pstr_eq(a->version, b->version);
    ck_assert_pstr_eq(a->new_name, b->new_name);
    ck_assert_pstr_eq(a->note, b->note);
    ck_assert_uint_eq(a->change_count, b->change_count);
    for (size_t i = 0; i < a->change_count; i++) {
        const struct mu_opchange *x = &a->changes[i], *y = &b->changes[i];
        ck_assert_str_eq(x->attr, y->attr);
        ck_assert_int_eq(x->absent, y->absent);
        ck_assert_int_eq(x->drift, y->drift);
        same_values(x->remove, x->remove_count, y->remove, y->remove_count);
        same_values(x->add, x->add_count, y->add, y->add_count);
    }
}

static void round_trip(struct mu_arena *arena, const struct mu_op *op)
{
    MU_AUTO(buf) struct mu_buf first = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf second = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    struct mu_op back;
    json_object_put(write_op(op, &first));
    ck_assert_msg(mu_op_read(arena, first.data, first.len, &back, &err) == 0, "%s", err.text);
    same_op(op, &back);
    json_object_put(write_op(&back, &second));
    ck_assert_str_eq(first.data, second.data);
}

START_TEST(test_round_trip)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_op guarded = full;
    guarded.version = "20261125154300.000001Z#000000#000#000000";
    guarded.changes = flagged;
    round_trip(arena, &full);
    round_trip(arena, &guarded);
    for (unsigned verb = 0; verb < MU_OP_VERBS; verb++) {
        for (unsigned why = 0; why < MU_WHY_COUNT; why++) {
            round_trip(arena, &(struct mu_op){.seq = 1,
                                              .verb = (enum mu_verb)verb,
                                              .why = (enum mu_reason)why,
                                              .kind = (enum mu_kind)(why % (MU_KINDS + 1)),
                                              .name = "cn=x",
                                              .new_name = verb == MU_OP_RENAME ? "cn=y" : NULL});
        }
    }
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_text_form)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_value values[] = {{"\xff", 1}, {"b", 1}};
    const struct mu_opchange change = {.attr = "jpegPhoto", .add = values, .add_count = 2};
    json_object_put(write_op(&(struct mu_op){.seq = 3,
                                             .verb = MU_OP_CREATE,
                                             .why = MU_WHY_JOIN,
                                             .kind = MU_GROUP,
                                             .id = "71",
                                             .name = "cn=x",
                                             .changes = &change,
                                             .change_count = 1},
                             &text));
    ck_assert_str_eq(
        text.data, "{\"seq\":3,\"verb\":\"create\",\"why\":\"join\",\"kind\":\"group\",\"id\":"
                   "\"71\",\"name\":\"cn=x\","
                   "\"changes\":[{\"attr\":\"jpegPhoto\",\"add\":[{\"base64\":\"/w==\"},\"b\"]}]}");
}
END_TEST

START_TEST(test_bad_documents)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        "{\"seq\":1,\"verb\":\"explode\",\"why\":\"join\",\"name\":\"x\"}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"because\",\"name\":\"x\"}",
        "{\"seq\":-1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\"}",
        "{\"seq\":99999999999,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\"}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"kind\":\"people\",\"name\":\"x\"}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\"}",
        "{\"seq\":1,\"verb\":\"manual\",\"why\":\"join\",\"label\":\"x\"}",
        "{\"seq\":1,\"verb\":\"rename\",\"why\":\"rename\",\"name\":\"x\"}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":7}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"a\\u0000b\"}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":{\"base64\":\"AAA=\"}}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":{}}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{}]}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\",\"add\":\"b\"}]}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\",\"add\":[7]}]}",
        "{\"seq\":1,\"verb\":\"modify\",\"why\":\"change\",\"name\":\"x\",\"version\":7}",
        "{\"seq\":1,\"verb\":\"modify\",\"why\":\"change\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\",\"absent\":\"yes\"}]}",
        "{\"seq\":1,\"verb\":\"modify\",\"why\":\"change\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\",\"drift\":1}]}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\",\"add\":[{\"base64\":\"!\"}]}]}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\",\"add\":[{\"base64\":\"AAA=\\u0000!\"}]}]}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"a\\ndn: cn=b\",\"add\":[\"b\"]}]}",
        "{\"seq\":1,\"verb\":\"create\",\"why\":\"join\",\"name\":\"x\",\"changes\":[{\"attr\":"
        "\"\",\"add\":[\"b\"]}]}",
    };
    struct mu_arena *arena = mu_arena_new();
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        struct mu_err err = MU_ERR_INIT;
        struct mu_op op = {.seq = -7};
        ck_assert_msg(mu_op_read(arena, bad[i], strlen(bad[i]), &op, &err) < 0, "taken: %s",
                      bad[i]);
        ck_assert_uint_eq(err.code, MU_E_DATA);
        ck_assert_int_eq(op.seq, -7);
    }
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_inverse)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_op back, again;
    ck_assert(mu_op_inverse(arena, &full, NULL, &back));
    ck_assert_uint_eq(back.verb, MU_OP_MODIFY);
    same_values(back.changes[0].add, back.changes[0].add_count, removed, 2);
    same_values(back.changes[0].remove, back.changes[0].remove_count, added, 4);
    ck_assert(mu_op_inverse(arena, &back, NULL, &again));
    same_op(&full, &again);

    struct mu_op guarded = full;
    guarded.changes = flagged;
    ck_assert(mu_op_inverse(arena, &guarded, NULL, &back));
    ck_assert(!back.changes[0].absent);
    ck_assert(!back.changes[1].drift);

    struct mu_op rename = {.seq = 1,
                           .verb = MU_OP_RENAME,
                           .why = MU_WHY_DISABLE,
                           .name = "a",
                           .new_name = "b",
                           .native = "n"};
    ck_assert(mu_op_inverse(arena, &rename, NULL, &back));
    ck_assert_str_eq(back.name, "b");
    ck_assert_str_eq(back.new_name, "a");
    ck_assert_str_eq(back.native, "n");
    ck_assert_uint_eq(back.why, MU_WHY_ENABLE);

    struct mu_op manual = {.seq = 1, .verb = MU_OP_MANUAL, .why = MU_WHY_CHANGE};
    ck_assert(!mu_op_inverse(arena, &manual, NULL, &back));
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_inverse_of_create_and_delete)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_op create = {.seq = 1,
                           .verb = MU_OP_CREATE,
                           .why = MU_WHY_JOIN,
                           .kind = MU_USER,
                           .name = "uid=a",
                           .changes = &changes[1],
                           .change_count = 1};
    struct mu_op back, again;
    ck_assert(mu_op_inverse(arena, &create, NULL, &back));
    ck_assert_uint_eq(back.verb, MU_OP_DELETE);
    ck_assert_uint_eq(back.why, MU_WHY_REMOVE);
    ck_assert_str_eq(back.name, "uid=a");
    same_values(back.changes[0].remove, back.changes[0].remove_count, removed, 1);
    ck_assert(mu_op_inverse(arena, &back, NULL, &again));
    same_op(&create, &again);

    const struct mu_attrval attrs[] = {{"cn", added, 4}, {"sn", removed, 2}};
    const struct mu_object before = {
        .kind = MU_USER, .name = "uid=A", .attrs = attrs, .attr_count = 2};
    struct mu_op gone = {.seq = 2,
                         .verb = MU_OP_DELETE,
                         .why = MU_WHY_REMOVE,
                         .kind = MU_USER,
                         .name = "uid=a",
                         .native = "n"};
    ck_assert(mu_op_inverse(arena, &gone, &before, &back));
    ck_assert_uint_eq(back.verb, MU_OP_CREATE);
    ck_assert_str_eq(back.name, "uid=A");
    ck_assert_ptr_null(back.native);
    ck_assert_uint_eq(back.change_count, 2);
    ck_assert_str_eq(back.changes[1].attr, "sn");
    same_values(back.changes[0].add, back.changes[0].add_count, added, 4);
    /* Nothing is known of what was there: no way back. */
    ck_assert(!mu_op_inverse(arena, &gone, NULL, &back));

    /* It carries what was there itself. */
    const struct mu_opchange whole = {.attr = "sn", .remove = removed, .remove_count = 2};
    gone.changes = &whole;
    gone.change_count = 1;
    gone.version = "csn";
    ck_assert(mu_op_inverse(arena, &gone, NULL, &back));
    ck_assert_uint_eq(back.verb, MU_OP_CREATE);
    ck_assert_ptr_null(back.version);
    ck_assert_uint_eq(back.changes[0].remove_count, 0);
    same_values(back.changes[0].add, back.changes[0].add_count, removed, 2);
    mu_arena_free(arena);
}
END_TEST

Suite *op_suite(void);

Suite *op_suite(void)
{
    Suite *s = suite_create("op");
    TCase *t = tcase_create("op");
    tcase_add_test(t, test_round_trip);
    tcase_add_test(t, test_text_form);
    tcase_add_test(t, test_bad_documents);
    tcase_add_test(t, test_inverse);
    tcase_add_test(t, test_inverse_of_create_and_delete);
    suite_add_tcase(s, t);
    return s;
}
