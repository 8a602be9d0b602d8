/* SPDX-License-Identifier: Apache-2.0 */
/* Source mappings on records: types, transforms, lists, odd input, merging. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "suites.h"

#define HEAD                                                                                      \
    "kind: user\nfetch: {path: /u, records: /x}\nfields:\n  id: {from: /id, type: id, required: " \
    "true}\n"

static const struct mu_doc *parse(struct mu_arena *arena, const char *text)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    ck_assert_msg(mu_doc_parse(arena, text, strlen(text), &doc, &err) == 0, "%s: %s", err.text,
                  text);
    return doc;
}

/* The entry, or "! the error"; checks that a failure appends nothing and hits only the record. */
static const char *run(struct mapping *m, const struct mu_resource *r, const char *record)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const char *id = NULL;
    mu_buf_adds(&to, ">");
    int rc = mu_map_entry(r, parse(m->arena, record), NULL, m->arena, &to, &id, &err);
    if (rc < 0) {
        ck_assert_str_eq(to.data, ">");
        ck_assert_uint_eq(err.blast, MU_HITS_RECORD);
        return mu_printf(m->arena, "! %s", err.text);
    }
    ck_assert_str_eq(mu_doc_str(parse(m->arena, to.data + 1), "id"), id);
    return mu_strndup(m->arena, to.data + 1, to.len - 1);
}

/* Each row: a rule for `title`, a value of /x, and what title becomes ("!..." an error, NULL
 * absent). */
static const struct {
    const char *rule, *x, *title;
} values[] = {
    {"{from: /x}", "\"a b\"", "a b"},
    {"{from: /x}", "\"\"", NULL},
    {"{from: /x}", "null", NULL},
    {"{from: /x}", "12.50", "12.50"},
    {"{from: /x}", "-7", "-7"},
    {"{from: /x}", "0", "0"},
    {"{from: /x}", "-9223372036854775808", "-9223372036854775808"},
    {"{from: /x}", "18446744073709551615", "18446744073709551615"},
    {"{from: /x}", "true", "true"},
    {"{from: /x}", "{}", "!title: expected text, got an object"},
    {"{from: /x}", "[\"a\"]", "!title: expected text, got a list"},
    {"{from: /x}", "\"a\\u0000b\"", "!title: holds a NUL byte"},
    {"{from: /x}", "\"Σοφία \\\" \\\\ \\n <y>\"", "Σοφία \" \\ \n <y>"},
    {"{from: /x, type: id}", "4101", "4101"},
    {"{from: /x, type: id}", "\"4101\"", "4101"},
    {"{from: /x, type: id}", "4101.0",
     "!title: expected an id (integer or text of at most 512 bytes), got a number"},
    {"{from: /x, type: id}", "true", "!title: expected an id"},
    {"{from: /x, type: integer}", "\"0042\"", "0042"},
    {"{from: /x, type: integer}", "\"4.5\"", "!title: expected an integer"},
    {"{from: /x, type: integer}", "\"four\"", "!title: expected an integer"},
    {"{from: /x, type: decimal}", "12.50", "12.50"},
    {"{from: /x, type: decimal}", "\"0.10\"", "0.10"},
    {"{from: /x, type: decimal}", "1e3", "1e3"},
    {"{from: /x, type: decimal}", "\"1,5\"", "!title: expected a decimal"},
    {"{from: /x, type: decimal}", "\"1e\"", "!title: expected a decimal"},
    {"{from: /x, type: decimal}", "false", "!title: expected a decimal"},
    {"{from: /x, type: bool}", "true", "true"},
    {"{from: /x, type: bool}", "\"false\"", "false"},
    {"{from: /x, type: bool}", "\"yes\"", "!title: expected true or false"},
    {"{from: /x, type: bool}", "1", "!title: expected true or false, got a number"},
    {"{from: /x, type: time}", "\"2024-03-02T08:15:00.000-07:00\"", "2024-03-02T08:15:00-07:00"},
    {"{from: /x, type: time}", "\"2024-03-02T08:15:00.120Z\"", "2024-03-02T08:15:00.12Z"},
    {"{from: /x, type: time}", "\"2024-02-31T08:15:00Z\"", "!title: expected a time"},
    {"{from: /x, type: time}", "1700000000", "!title: expected a time"},
    {"{from: /x, type: email}", "\"  Ada@X.test \"", "Ada@X.test"},
    {"{from: /x, type: email}", "\"  \"", NULL},
    {"{from: /x, type: email}", "\"ada\"", "!title: expected an e-mail address"},
    {"{from: /x, type: email}", "\"a@b@c\"", "!title: expected an e-mail address"},
    {"{from: /x, type: email}", "\"@b\"", "!title: expected an e-mail address"},
    {"{from: /x, type: email}", "\"a b@c\"", "!title: expected an e-mail address"},
    {"{from: /x, transform: [trim]}", "\"  a  b \\t\"", "a  b"},
    {"{from: /x, transform: [trim]}", "\"\\u00a0\\u3000\"", NULL},
    {"{from: /x, transform: [squeeze]}", "\"  a  b\\u00a0 c \"", "a b c"},
    {"{from: /x, transform: lower}", "\"ÀB Σ\"", "àb σ"},
    {"{from: /x, transform: lower}", "\"AbC\"", "abc"},
    {"{from: /x, transform: upper}", "\"aé\"", "AÉ"},
    {"{from: /x, transform: [fold]}", "\"Straße ΣΟΦΊΑ\"", "strasse σοφία"},
    {"{from: /x, transform: [nfc]}", "\"Zoe\\u0308\"", "Zo\xc3\xab"},
    {"{from: /x, transform: [digits]}", "\"+1 (555) 01-00\"", "15550100"},
    {"{from: /x, transform: [digits]}", "\"none\"", NULL},
    {"{from: /x, transform: [ascii]}", "\"Zoë Łukasz Æon ß\"", "Zoe Lukasz AEon ss"},
    {"{from: /x, transform: [ascii]}", "\"Σ\"", NULL},
    {"{from: /x, transform: [ia5]}", "\"a@x\"", "a@x"},
    {"{from: /x, transform: [ia5]}", "\"σ@x\"", NULL},
    {"{from: /x, transform: [printable]}", "\"+1 555-0100\"", "+1 555-0100"},
    {"{from: /x, transform: [printable]}", "\"1#2\"", NULL},
    {"{from: /x, transform: [initials]}", "\"ada  quist-lind élan\"", "AQLÉ"},
    {"{from: /x, transform: [domain]}", "\"ada@x.test\"", "x.test"},
    {"{from: /x, transform: [domain]}", "\"ada\"", NULL},
    {"{from: /x, transform: [localpart]}", "\"ada@x.test\"", "ada"},
    {"{from: /x, transform: [localpart, upper]}", "\"ada\"", "ADA"},
    {"{from: /x, transform: [\"prefix:urn:x:\", \"suffix: !\"]}", "\"a\"", "urn:x:a !"},
    {"{from: /x, transform: ['replace:\\::-']}", "\"a:b:c\"", "a-b-c"},
    {"{from: /x, transform: ['replace:aa:']}", "\"aaab\"", "ab"},
    {"{from: /x, transform: [\"truncate:3\"]}", "\"Σοφία\"", "Σοφ"},
    {"{from: /x, transform: [\"truncate:30\"]}", "\"Σοφία\"", "Σοφία"},
    {"{from: /x, transform: [\"split:-:2\"]}", "\"a-b-c\"", "b"},
    {"{from: /x, transform: [\"split:-:-1\"]}", "\"a-b-c\"", "c"},
    {"{from: /x, transform: [\"split:-:4\"]}", "\"a-b-c\"", NULL},
    {"{from: /x, transform: [\"split:-:-4\"]}", "\"a-b-c\"", NULL},
    {"{from: /x, transform: [digits, \"default:0\"]}", "\"none\"", "0"},
    {"{from: /x, default: none}", "null", "none"},
    {"{from: /x, default: none}", "\"\"", "none"},
    {"{from: /x, transform: [digits], required: true}", "\"x\"", "!title: missing"},
    {"{from: /x, required: true}", "null", "!title: missing"},
    {"{from: /x, enum: {a: b, \"1\": one}}", "\"a\"", "b"},
    {"{from: /x, enum: {a: b, \"1\": one}}", "1", "one"},
    {"{from: /x, enum: {a: b}}", "\"c\"", "c"},
    {"{from: /x, enum: {a: b, '*': other}}", "\"c\"", "other"},
    {"{from: /x, enum: {a: null}}", "\"a\"", NULL},
    {"{from: /x, enum: {a: null}, default: d}", "\"a\"", "d"},
    {"{join: [/x, /y, /z], with: \", \"}", "\"a\"", "a, why"},
    {"{join: [/x, /y]}", "null", "why"},
    {"{join: [/x, /z]}", "null", NULL},
    {"{join: [/x, /y]}", "{}", "!title: expected text, got an object"},
    {"{first: [/z, /x, /y]}", "\"a\"", "a"},
    {"{first: [/x, /y], transform: [trim]}", "\"  \"", "why"},
    {"{first: [/x, /z], default: d}", "null", "d"},
    {"{template: \"{x} {/y}{{\"}", "\"a\"", "a why{"},
    {"{template: \"{x}-{z}\"}", "\"a\"", NULL},
    {"{template: \"{x}@y.test\", type: email}", "\"a b\"", "!title: expected an e-mail address"},
    {"{from: /x/0/b~1c}", "[{\"b/c\": 5}]", "5"},
    {"{from: /x/1}", "[1]", NULL},
    {"{from: /x/a/b/c}", "7", NULL},
    {"{const: fixed}", "null", "fixed"},
};

START_TEST(test_value)
{
    struct mapping m;
    mapping_open(&m);
    const char *rule = values[_i].rule;
    const struct mu_resource *r = mapping_of(&m, mu_printf(m.arena, HEAD "  title: %s\n", rule));
    const char *got =
        run(&m, r,
            mu_printf(m.arena, "{\"id\": 1, \"x\": %s, \"y\": \"why\", \"unknown\": [{}]}",
                      values[_i].x));
    if (values[_i].title != NULL && values[_i].title[0] == '!') {
        const char *want = mu_printf(m.arena, "! %s", values[_i].title + 1);
        ck_assert_msg(strncmp(got, want, strlen(want)) == 0, "%s on %s: expected %s, got %s", rule,
                      values[_i].x, want, got);
    } else {
        ck_assert_msg(got[0] == '{', "%s on %s: %s", rule, values[_i].x, got);
        const char *title = mu_doc_str(parse(m.arena, got), "title");
        ck_assert_msg((values[_i].title == NULL) == (title == NULL), "%s on %s: %s", rule,
                      values[_i].x, got);
        ck_assert_pstr_eq(title, values[_i].title);
    }
    mapping_close(&m);
}
END_TEST

START_TEST(test_status)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r =
        mapping_of(&m, HEAD "  status: {from: /a, type: bool, enum: {true: active, false: "
                            "inactive}, raw: status_raw}\n");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"a\":true}"),
                     "{\"id\":\"1\",\"status\":\"active\",\"status_raw\":\"true\"}");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"a\":\"false\"}"),
                     "{\"id\":\"1\",\"status\":\"inactive\",\"status_raw\":\"false\"}");
    ck_assert_str_eq(run(&m, r, "{\"id\":1}"), "{\"id\":\"1\"}");
    r = mapping_of(
        &m, HEAD "  status: {from: /a, transform: [lower], enum: {on: active}, raw: status_raw}\n");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"a\":\"ON\"}"),
                     "{\"id\":\"1\",\"status\":\"active\",\"status_raw\":\"ON\"}");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"a\":\"Invited\"}"),
                     "{\"id\":\"1\",\"status\":\"invited\",\"status_raw\":\"Invited\"}");
    /* Status is one of the schema's words or the record is refused. */
    ck_assert_ptr_nonnull(strstr(run(&m, r, "{\"id\":1,\"a\":\"locked\"}"),
                                 "! status: a word that isn't in the enum table"));
    r = mapping_of(&m, HEAD "  status: {from: /a, enum: {on: active, '*': inactive}}\n");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"a\":\"locked\"}"),
                     "{\"id\":\"1\",\"status\":\"inactive\"}");
    mapping_close(&m);
}
END_TEST

START_TEST(test_lists)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(
        &m, HEAD
        "  emails:\n    each:\n"
        "      - {email: {from: /mail, type: email}, type: {const: work}, is_primary: {const: "
        "true}}\n"
        "      - {over: /more, email: {from: /value, type: email}, is_primary: {from: /primary}}\n"
        "  groups: {each: [{id: {from: /team, type: id}}]}\n"
        "  languages: {from: /lang/?/code, transform: [lower]}\n");
    ck_assert_str_eq(
        run(&m, r,
            "{\"id\":1,\"mail\":\"a@x\",\"team\":71,\"lang\":[{\"code\":\"SV\"},{},{\"code\":"
            "\"sv\"},{\"code\":\"en\"}],"
            "\"more\":[{\"value\":\"b@x\",\"primary\":\"false\"},{\"value\":null},{\"value\":\"a@"
            "x\"},{\"value\":\"c@x\"}]}"),
        "{\"id\":\"1\",\"emails\":[{\"email\":\"a@x\",\"type\":\"work\",\"is_primary\":true},"
        "{\"email\":\"b@x\",\"is_primary\":false},{\"email\":\"c@x\"}],\"groups\":[{\"id\":\"71\"}]"
        ",\"languages\":[\"sv\",\"en\"]}");
    /* Nothing in it: no list. */
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"mail\":\"\",\"team\":null,\"more\":[],\"lang\":[]}"),
                     "{\"id\":\"1\"}");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"more\":\"b@x\"}"),
                     "! emails: expected a list, got text");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"lang\":{}}"),
                     "! languages: expected a list, got an object");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"more\":[{\"value\":7}]}"),
                     "! emails/email: expected an e-mail address (one @, no blanks, none of <>,;), "
                     "got a number");
    MU_AUTO(buf) struct mu_buf big = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&big, "{\"id\":1,\"lang\":[{}");
    for (int i = 0; i < 2000; i++) {
        mu_buf_adds(&big, ",{}");
    }
    mu_buf_adds(&big, "]}");
    ck_assert_str_eq(run(&m, r, big.data), "! languages: a list of 2001, more than 2000");
    mapping_close(&m);
}
END_TEST

START_TEST(test_many_items)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r =
        mapping_of(&m, HEAD "  groups: {each: [{over: /g, id: {from: \"\"}}]}\n");
    ck_assert_str_eq(run(&m, r, "{\"id\":1,\"g\":[1,2,3,4,5,6,2,6,7,1]}"),
                     "{\"id\":\"1\",\"groups\":[{\"id\":\"1\"},{\"id\":\"2\"},{\"id\":\"3\"},{"
                     "\"id\":\"4\"},{\"id\":\"5\"},{\"id\":\"6\"},{\"id\":\"7\"}]}");
    mapping_close(&m);
}
END_TEST

START_TEST(test_records)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(&m, HEAD);
    ck_assert_str_eq(run(&m, r, "[]"), "! record: expected an object, got a list");
    ck_assert_str_eq(run(&m, r, "null"), "! record: expected an object, got null");
    ck_assert_str_eq(run(&m, r, "{}"), "! id: missing");
    char *id = mu_alloc(m.arena, 600);
    memset(id, 'x', 512);
    ck_assert_int_eq(run(&m, r, mu_printf(m.arena, "{\"id\":\"%s\"}", id))[0], '{');
    id[512] = 'x';
    ck_assert_ptr_nonnull(
        strstr(run(&m, r, mu_printf(m.arena, "{\"id\":\"%s\"}", id)), "at most 512 bytes"));
    char *text = mu_alloc(m.arena, 70000);
    memset(text, 'x', 65537);
    r = mapping_of(&m, HEAD "  name: {from: /n}\n");
    ck_assert_str_eq(run(&m, r, mu_printf(m.arena, "{\"id\":1,\"n\":\"%s\"}", text)),
                     "! name: longer than 65536 bytes");
    mapping_close(&m);
}
END_TEST

START_TEST(test_ceiling)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(&m, HEAD "  name: {from: /n}\n");
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(20);
    const struct mu_doc *record = parse(m.arena, "{\"id\":1,\"n\":\"a name that is too long\"}");
    const char *id = NULL;
    ck_assert_int_eq(mu_map_entry(r, record, NULL, m.arena, &to, &id, &m.err), -1);
    ck_assert_uint_eq(m.err.code, MU_E_LIMIT);
    ck_assert_uint_eq(m.err.blast, MU_HITS_RECORD);
    ck_assert_uint_eq(to.len, 0);
    ck_assert_ptr_null(id);
    mapping_close(&m);
}
END_TEST

START_TEST(test_membership)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r =
        mapping_of(&m, "kind: membership\nfetch: {path: \"/g/{group_id}\", for_each: groups, "
                       "records: \"\"}\nsecret: [/key]\n"
                       "fields: {user_id: {from: /id, type: id}, group_id: {from: /@/group_id, "
                       "type: id}, source: {const: s}}\n");
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_doc *record = parse(m.arena, "{\"id\":4101,\"@\":{\"group_id\":\"forged\"}}");
    const struct mu_doc *context = parse(m.arena, "{\"group_id\":\"7/1\"}");
    const char *id = NULL;
    ck_assert_msg(mu_map_entry(r, record, context, m.arena, &to, &id, &m.err) == 0, "%s",
                  m.err.text);
    ck_assert_str_eq(id, "7%2F1/4101");
    ck_assert_str_eq(
        to.data,
        "{\"id\":\"7%2F1/4101\",\"user_id\":\"4101\",\"group_id\":\"7/1\",\"source\":\"s\"}");
    ck_assert_int_eq(mu_map_entry(r, record, NULL, m.arena, &to, &id, &m.err), -1);
    ck_assert_str_eq(m.err.text, "group_id: missing");
    mapping_close(&m);
}
END_TEST

static const char *raw(struct mapping *m, const struct mu_resource *r, const char *record)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_map_raw(r, parse(m->arena, record), &to);
    return mu_strndup(m->arena, to.data, to.len);
}

START_TEST(test_raw)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(
        &m, "kind: user\nfetch: {path: /u, records: /x}\n"
            "secret: [/key, /a/pin, \"/list/?/token\", /list/1]\nfields: {id: {from: /id}}\n");
    ck_assert_str_eq(
        raw(&m, r,
            "{\"id\":1,\"key\":\"k\",\"a\":{\"pin\":{\"x\":1},\"key\":2.50},\"b\":{\"pin\":null}}"),
        "{\"id\":1,\"a\":{\"key\":2.50},\"b\":{\"pin\":null}}");
    ck_assert_str_eq(
        raw(&m, r,
            "{\"list\":[{\"token\":1,\"n\":2},{\"n\":3},{\"n\":[{\"token\":4}]}],\"a\":[7]}"),
        "{\"list\":[{\"n\":2},null,{\"n\":[{\"token\":4}]}],\"a\":[7]}");
    ck_assert_str_eq(raw(&m, r, "{ \"x\" : [ 1, \"a b\" ] , \"key\": \"k\" }"),
                     "{\"x\":[1,\"a b\"]}");
    ck_assert_str_eq(raw(&m, r, "{\"key\":1}"), "{}");
    r = mapping_of(&m, HEAD);
    ck_assert_str_eq(raw(&m, r, "{\"key\":1,\"m\":0.10}"), "{\"key\":1,\"m\":0.10}");
    mapping_close(&m);
}
END_TEST

START_TEST(test_merge_with_itself_changes_nothing)
{
    static const char text[] = "{\"id\":\"1\",\"emails\":[{\"email\":\"A@x\",\"is_primary\":true},"
                               "{\"email\":\"a@x\"}]}";
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *entry = parse(arena, text);
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_map_merge(MU_USER, entry, entry, &to);
    ck_assert_str_eq(to.data, text);
}
END_TEST

START_TEST(test_merge)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *first = parse(
        arena,
        "{\"id\":\"4101\",\"name\":\"Ada\",\"emails\":[{\"email\":\"Ada@x\",\"type\":\"work\"}],"
        "\"status\":\"active\",\"groups\":[{\"id\":\"71\"}],\"attributes\":{\"a\":\"1\",\"b\":"
        "\"2\"}}");
    const struct mu_doc *extra =
        parse(arena, "{\"id\":\"s-9\",\"title\":\"T\",\"status\":\"inactive\","
                     "\"emails\":[{\"email\":\"ada@X\",\"is_primary\":true},"
                     "{\"email\":\"b@x\"}],\"roles\":[{\"id\":\"admin\"}],"
                     "\"groups\":[{\"id\":\"71\",\"name\":\"N\"}],"
                     "\"attributes\":{\"b\":\"3\",\"c\":\"4\"}}");
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_map_merge(MU_USER, first, extra, &to);
    ck_assert_str_eq(to.data, "{\"id\":\"4101\",\"name\":\"Ada\",\"title\":\"T\",\"emails\":[{"
                              "\"email\":\"Ada@x\",\"type\":\"work\",\"is_primary\":true},"
                              "{\"email\":\"b@x\"}],\"status\":\"inactive\",\"roles\":[{\"id\":"
                              "\"admin\"}],\"groups\":[{\"id\":\"71\",\"name\":\"N\"}],"
                              "\"attributes\":{\"a\":\"1\",\"b\":\"3\",\"c\":\"4\"}}");
    mu_buf_reset(&to);
    mu_map_merge(MU_USER, first, parse(arena, "{\"id\":\"x\"}"), &to);
    ck_assert_str_eq(
        to.data,
        "{\"id\":\"4101\",\"name\":\"Ada\",\"emails\":[{\"email\":\"Ada@x\",\"type\":\"work\"}],"
        "\"status\":\"active\",\"groups\":[{\"id\":\"71\"}],\"attributes\":{\"a\":\"1\",\"b\":"
        "\"2\"}}");
}
END_TEST

/* "POINTER=value POINTER=value" of what a field's rule looks at. */
static const char *reads(struct mapping *m, const struct mu_resource *r, const char *field,
                         const struct mu_doc *doc)
{
    const struct mu_read *list;
    const char *all = "";
    const struct mu_doc *context = mu_doc_single(m->arena, "group_id", "71");
    size_t count = mu_map_reads(r, field, doc, context, m->arena, &list);
    for (size_t i = 0; i < count; i++) {
        all = mu_printf(m->arena, "%s%s%s=%s", all, i ? " " : "", list[i].pointer,
                        list[i].value ? list[i].value : "-");
    }
    return all;
}

START_TEST(test_reads)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_resource *r = mapping_of(
        &m, "kind: user\nfetch: {path: \"/u/{group_id}\", records: /x, for_each: groups}\nfields:\n"
            "  id: {from: /id, type: id, required: true}\n"
            "  title: {first: [/a, /b~1c, /d]}\n"
            "  name: {join: [/f, /g]}\n"
            "  status: {const: active}\n"
            "  languages: {from: \"/l/?/code\"}\n"
            "  emails: {each: [{email: {from: /e}}, {over: /list, email: {from: /v}, type: {const: "
            "work}}]}\n"
            "  groups: {each: [{id: {from: /@/group_id, type: id}}]}\n"
            "  attributes: {extras: {x: {from: /x}, y: {from: /y}}}\n");
    const struct mu_doc *doc = parse(
        m.arena, "{\"id\":7,\"b/c\":\"T\",\"d\":\"no\",\"f\":\"F\",\"l\":[{\"code\":\"sv\"},{}],"
                 "\"e\":\"a@x\",\"list\":[{\"v\":\"b@x\"}],\"x\":1.50,\"y\":2}");
    ck_assert_str_eq(reads(&m, r, "id", doc), "/id=7");
    ck_assert_str_eq(reads(&m, r, "title", doc), "/a=- /b~1c=\"T\"");
    ck_assert_str_eq(reads(&m, r, "name", doc), "/f=\"F\" /g=-");
    ck_assert_str_eq(reads(&m, r, "status", doc), "");
    ck_assert_str_eq(reads(&m, r, "languages", doc), "/l/?/code=[\"sv\"]");
    ck_assert_str_eq(reads(&m, r, "emails", doc), "/e=\"a@x\" /list/?/v=[\"b@x\"]");
    ck_assert_str_eq(reads(&m, r, "groups", doc), "/@/group_id=\"71\"");
    ck_assert_str_eq(reads(&m, r, "attributes", doc), "/x=1.50 /y=2");
    ck_assert_str_eq(reads(&m, r, "attributes/y", doc), "/y=2");
    ck_assert_str_eq(reads(&m, r, "nothing", doc), "");
    ck_assert_str_eq(reads(&m, r, "name", NULL), "/f=- /g=-");
    mapping_close(&m);
}
END_TEST

static const struct mu_resource *shared;

static void *work(void *arg)
{
    (void)arg;
    struct mu_arena *arena = mu_arena_new();
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    for (int i = 0; i < 2000; i++) {
        struct mu_err err = MU_ERR_INIT;
        const char *id = NULL;
        mu_buf_reset(&to);
        mu_arena_reset(arena);
        const struct mu_doc *record = parse(arena, "{\"id\":7,\"n\":\"Σ X\"}");
        if (mu_map_entry(shared, record, NULL, arena, &to, &id, &err) < 0 ||
            strcmp(to.data, "{\"id\":\"7\",\"name\":\"σ x\"}") != 0) {
            mu_arena_free(arena);
            return arena;
        }
    }
    mu_arena_free(arena);
    return NULL;
}

START_TEST(test_threads)
{
    struct mapping m;
    pthread_t threads[4];
    mapping_open(&m);
    shared = mapping_of(&m, HEAD "  name: {from: /n, transform: [lower]}\n");
    for (size_t i = 0; i < MU_LEN(threads); i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, NULL), 0);
    }
    for (size_t i = 0; i < MU_LEN(threads); i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    mapping_close(&m);
}
END_TEST

Suite *map_eval_suite(void);

Suite *map_eval_suite(void)
{
    Suite *s = suite_create("map_eval");
    TCase *t = tcase_create("map_eval");
    tcase_add_loop_test(t, test_value, 0, (int)MU_LEN(values));
    tcase_add_test(t, test_status);
    tcase_add_test(t, test_lists);
    tcase_add_test(t, test_many_items);
    tcase_add_test(t, test_records);
    tcase_add_test(t, test_ceiling);
    tcase_add_test(t, test_membership);
    tcase_add_test(t, test_raw);
    tcase_add_test(t, test_merge);
    tcase_add_test(t, test_merge_with_itself_changes_nothing);
    tcase_add_test(t, test_reads);
    tcase_add_test(t, test_threads);
    suite_add_tcase(s, t);
    return s;
}
