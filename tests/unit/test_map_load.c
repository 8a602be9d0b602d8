/* SPDX-License-Identifier: Apache-2.0 */
/* Loading mappings: what is refused and what it says, and how layers meet. */
#include <stdio.h>
#include <string.h>

#include "mapping.h"
#include "suites.h"

#define HEAD "kind: user\nfetch: {path: /u, records: /users}\nfields:\n  id: {from: /id}\n"
#define TARGET                                                                                   \
    "kind: user\ntarget: ldap\nobject_classes: [person]\nrdn: uid\nfields:\n  uid: {from: /id, " \
    "required: true}\n"

static const struct {
    const char *text, *place, *words;
} refusals[] = {
    /* the file */
    {"", "1:1", ""},
    {"- a\n", "1:1", "a mapping file holds keys"},
    {"fields: {}\n", "1:1", "kind is missing"},
    {"kind: usr\n", "1:7", "kind usr is unknown; did you mean user?"},
    {"kind: user\nfeilds: {}\n", "2:1", "feilds|fields"},
    {"kind: user\nrdn: uid\nfields: {}\n", "2:1", "rdn"},
    {"kind: user\n", "1:1", "fields is missing"},
    {"kind: user\nfields: []\n", "2:9", "fields: expected a mapping, got a list"},
    {"kind: user\nfields: {id: {from: /id}}\n", "1:1", "either fetch"},
    {"kind: user\nconstant: []\nfetch: {path: /u, records: /x}\nfields: {id: {from: /id}}\n", "3:8",
     "exclude each other"},
    /* fetch */
    {"kind: user\nfetch: {records: /x}\nfields: {}\n", "2:8", "path is missing"},
    {"kind: user\nfetch: {path: u, records: /x}\nfields: {}\n", "2:15", "starts with /"},
    {"kind: user\nfetch: {path: \"/u v\", records: /x}\nfields: {}\n", "2:15", "no blanks"},
    {"kind: user\nfetch: {path: /u}\nfields: {}\n", "2:8", "records is missing"},
    {"kind: user\nfetch: {path: /u, records: users}\nfields: {}\n", "2:28",
     "users is no pointer; write /users"},
    {"kind: user\nfetch: {path: /u, records: /a~2}\nfields: {}\n", "2:28", "~"},
    {"kind: user\nfetch: {path: /u, recrods: /x}\nfields: {}\n", "2:19", "recrods|records"},
    {"kind: user\nfetch: {path: /u, records: /a, records_or: [/b, /c, /d, /e]}\nfields: {}\n",
     "2:57", "more than 4 places"},
    {"kind: user\nfetch: {path: /u, records: /x, page: {style: pages}}\nfields: {}\n", "2:46",
     "page style pages|did you mean page?"},
    {"kind: user\nfetch: {path: /u, records: /x, page: {max: 0}}\nfields: {}\n", "2:44",
     "from 1 to 10000"},
    {"kind: user\nfetch: {path: \"/g/{group_id}\", records: /x}\nfields: {}\n", "2:15",
     "needs for_each"},
    {"kind: user\nfetch: {path: \"/g/{id}/m\", for_each: groups, records: /x}\nfields: {}\n",
     "2:15", "must hold {group_id} once"},
    {"kind: user\nfetch: {path: /g, for_each: groups, records: /x}\nfields: {}\n", "2:15",
     "must hold {group_id} once"},
    {"kind: user\nfetch: {path: /g, for_each: ../x, records: /x}\nfields: {}\n", "2:29",
     "for_each: a name"},
    {"kind: user\nfetch: {path: /u, records: /x, join: [id]}\nfields: {}\n", "2:38",
     "join belongs to supplement"},
    {"kind: user\nfetch: {path: /u, records: /x, supplement: group}\nfields: {}\n", "2:44",
     "supplement: user"},
    {"kind: user\nfetch: {path: /u, records: /x, supplement: user}\nfields: {}\n", "2:44",
     "join is missing"},
    {"kind: user\nfetch: {path: /u, records: /x, supplement: user, join: [email]}\nfields: {}\n",
     "2:57", "user field email|emails"},
    {"kind: user\nsecret: [key]\n"
     "fetch: {path: /u, records: /x}\nfields: {}\n",
     "2:10", "write /key"},
    {"kind: user\nfetch: {path: /u, records: /x, counted: {in: users, at: /t}}\nfields: {}\n",
     "2:41", "counted belongs to for_each"},
    {"kind: user\nfetch: {path: \"/g/{group_id}\", for_each: groups, records: /x, counted: {in: "
     "u}}\n"
     "fields: {}\n",
     "2:72", "counted: write {in: RESOURCE, at: /POINTER}"},
    /* fields */
    {HEAD "  frist_name: {from: /x}\n", "5:3", "user field frist_name|did you mean first_name?"},
    {HEAD "  title: /x\n", "5:10", "title: a rule is expected, such as {from: /x}"},
    {HEAD "  title: {form: /x}\n", "5:11", "form|from"},
    {HEAD "  title: {}\n", "5:10", "exactly one of from"},
    {HEAD "  title: {from: /x, const: y}\n", "5:10", "exactly one of from"},
    {HEAD "  title: {from: x}\n", "5:17", "x is no pointer; write /x"},
    {HEAD "  title: {from: /a~b}\n", "5:17", "~"},
    {HEAD "  title: {from: /a/?/b}\n", "5:17", "? stands for every item"},
    {HEAD "  title: {from: /@/group_id}\n", "5:17", "for_each"},
    {HEAD "  title: {from: /x, type: txt}\n", "5:27", "type txt is unknown; did you mean text?"},
    {HEAD "  title: {from: /x, type: enum}\n", "5:27", "needs an enum table"},
    {HEAD "  title: {from: /x, transform: [lowr]}\n", "5:33",
     "transform lowr is unknown; did you mean lower?"},
    {HEAD "  title: {from: /x, transform: [\"lower:x\"]}\n", "5:33", "is written lower"},
    {HEAD "  title: {from: /x, transform: [truncate]}\n", "5:33", "is written truncate:CHARACTERS"},
    {HEAD "  title: {from: /x, transform: [\"truncate:0\"]}\n", "5:33", "truncate:CHARACTERS"},
    {HEAD "  title: {from: /x, transform: [\"replace:a\"]}\n", "5:33", "replace:THIS:THAT"},
    {HEAD "  title: {from: /x, transform: [\"split:-:0\"]}\n", "5:33", "split:BY:N"},
    {HEAD "  title: {from: /x, required: yes}\n", "5:31", "required: write true or false"},
    {HEAD "  title: {from: /x, with: y}\n", "5:27", "with belongs to join"},
    {HEAD "  title: {join: /x}\n", "5:17", "join: expected a list, got a single value"},
    {HEAD "  title: {first: []}\n", "5:18", "between 1 and 16 pointers"},
    {HEAD "  title: {template: plain}\n", "5:21", "use const"},
    {HEAD "  title: {template: \"{a\"}\n", "5:21", "closing }"},
    {HEAD "  title: {const: x, transform: [lower]}\n", "5:32", "a constant takes no transform"},
    {HEAD "  title: {const: \"\"}\n", "5:18", "leave the key out"},
    {HEAD "  title: {from: /x, each: []}\n", "5:10", "title: each makes lists"},
    {HEAD "  title: {from: /x, policy: keep}\n", "5:21", "policy"},
    {HEAD "  status: {const: actve}\n", "5:19", "the word actve is unknown; did you mean active?"},
    {HEAD "  status: {from: /x, default: on}\n", "5:31",
     "status: the word on is unknown; there are active"},
    {HEAD "  status: {from: /x, enum: {a: activ}}\n", "5:32", "did you mean active?"},
    {HEAD "  status: {from: /x, enum: {}}\n", "5:28", "an empty enum table"},
    {HEAD "  status: {from: /x, raw: status_rw}\n", "5:27", "raw: it names a text field"},
    {HEAD "  status: {from: /x, raw: status_raw}\n  status_raw: {from: /y}\n", "5:27",
     "has a rule of its own"},
    {HEAD "  created_at: {from: /x, type: text}\n", "5:32", "of type time"},
    {HEAD "  created_at: {from: /x, transform: [lower]}\n", "5:37", "neither transform nor enum"},
    {HEAD "  created_at: {const: yesterday}\n", "5:23", "expected a time"},
    {HEAD "  emails: {from: /x}\n", "5:11",
     "emails is a list; write {each: [{email: {from: /x}}]}"},
    {HEAD "  emails: {each: {email: {from: /x}}}\n", "5:18", "each: expected a list"},
    {HEAD "  emails: {each: [{adress: {from: /x}}]}\n", "5:20", "emails: part adress is unknown"},
    {HEAD "  emails: {each: [{type: {const: work}}]}\n", "5:19", "an item needs email"},
    {HEAD "  emails: {each: [{email: {from: /x}, is_primary: {const: maybe}}]}\n", "5:59",
     "true or false"},
    {HEAD "  attributes: {from: /x}\n", "5:15", "write {extras:"},
    {HEAD "  attributes: {extras: {\"a b\": {from: /x}}}\n", "5:25", "letters, digits"},
    {"kind: user\nfetch: {path: /u, records: /x}\nfields:\n  name: {from: /x}\n", "4:3",
     "id is missing"},
    {"kind: user\nfetch: {path: /u, records: /x}\nfields:\n  id: {from: /x, required: false}\n",
     "4:28", "id is always required"},
    {"kind: membership\nfetch: {path: /u, records: /x}\nfields:\n  id: {from: /x}\n", "4:7",
     "made from group_id and user_id"},
    {"kind: membership\nfetch: {path: /u, records: /x}\nfields:\n  user_id: {from: /x}\n", "4:3",
     "group_id is missing"},
    {"kind: user\nsecret: [/key]\nfetch: {path: /u, records: /x}\nfields:\n  id: {from: /key/a}\n",
     "5:14", "declared secret"},
    {"kind: membership\nfetch: {path: \"/g/{group_id}\", for_each: groups, records: "
     "\"\"}\nfields:\n  user_id: {from: /@/team}\n",
     "4:19", "only /@/group_id"},
    /* target */
    {"kind: user\ntarget: ldap\nfields: {uid: {from: /id}}\n", "1:1", "object_classes is missing"},
    {"kind: user\ntarget: ldap\nobject_classes: []\nfields: {uid: {from: /id}}\n", "3:17",
     "at least one"},
    {"kind: user\ntarget: ldap\nobject_classes: [a]\nfields: {uid: {from: /id}}\n", "1:1",
     "rdn is missing"},
    {"kind: user\ntarget: ldap\nobject_classes: [a]\nrdn: uid\nfields: {uid: {from: /id}}\n", "4:6",
     "required: true"},
    {"kind: user\ntarget: ldap\nobject_classes: [a]\nrdn: uib\nfields: {uid: {from: /id, required: "
     "true}}\n",
     "4:6", "uib is unknown; did you mean uid?"},
    {TARGET "  \"c n\": {from: /name}\n", "7:3", "no attribute name"},
    {TARGET "  UID: {from: /name}\n", "7:3", "letter case"},
    {TARGET "  ou: {from: /@/group_id}\n", "7:14", "/@/policy/group, /@/policy/role and"},
    {TARGET "  ou: {from: /@/policy/grp}\n", "7:14", "nothing else under /@"},
    {"kind: group\ntarget: ldap\nobject_classes: [a]\nrdn: cn\nfields: {cn: {from: "
     "/@/policy/rule}}\n",
     "5:21", "of users a target mapping knows"},
    {TARGET "  objectClass: {const: top}\n", "7:3", "object_classes"},
    {TARGET "  cn: {from: /nam}\n", "7:14", "user field nam is unknown; did you mean name?"},
    {TARGET "  cn: {from: \"\"}\n", "7:14", "an entry as a whole"},
    {TARGET "  mail: {from: /emails}\n", "7:16",
     "/emails/0/email for its first item, /emails/?/email for each"},
    {TARGET "  mail: {from: /emails/?/adress}\n", "7:16", "part adress is unknown"},
    {TARGET "  mail: {first: [/emails/?/email]}\n", "7:18", "? stands for every item"},
    {TARGET "  l: {from: /languages/0/x}\n", "7:13", "/languages/?"},
    {TARGET "  b: {from: /attributes}\n", "7:13", "name one extra"},
    {TARGET "  cn: {from: /name/x}\n", "7:14", "single value"},
    {TARGET "  cn: {from: /@/x}\n", "7:14", "nothing else under /@"},
    {TARGET "  cn: {from: /name, policy: kepp}\n", "7:29",
     "policy kepp is unknown; did you mean keep?"},
    {TARGET "  cn: {from: /name, raw: x}\n", "7:21", "raw"},
    {TARGET "members: {attribute: member}\n", "7:10", "kind group"},
    {"kind: group\ntarget: ldap\nobject_classes: [a]\nrdn: cn\nfields: {cn: {from: /id, required: "
     "true}}\nmembers: {attribute: member, placeholder: nobody}\n",
     "6:43", "cn=nobody"},
    {"kind: group\ntarget: ldap\nobject_classes: [a]\nrdn: cn\nfields: {cn: {from: /id, required: "
     "true}}\nmembers: {attribute: CN}\n",
     "6:10", "mapped as a field too"},
    /* examples */
    {HEAD "examples:\n  - {name: x}\n", "6:5", "name, record, and one of entry or error"},
    {HEAD "examples:\n  - {name: x, record: {}, entry: {nmae: y}}\n", "6:35",
     "user field nmae|name"},
    {HEAD "examples:\n  - {name: x, recrod: {}}\n", "6:15", "recrod|record"},
};

START_TEST(test_refusal)
{
    mapping_refused(refusals[_i].text, refusals[_i].place, refusals[_i].words);
}
END_TEST

static const char base[] =
    "kind: user\n"
    "fetch:\n"
    "  path: /u\n"
    "  records: /users\n"
    "  page: {style: page, number: p, size: n, max: 50}\n"
    "secret: [/key]\n"
    "fields:\n"
    "  id: {from: /id}\n"
    "  title: {from: /title}\n"
    "  name: {from: /name}\n"
    "  attributes: {extras: {a: {from: /a}, b: {from: /b}}}\n"
    "examples:\n"
    "  - {name: one, record: {id: 1, title: t, job: j}, entry: {id: \"1\", title: t}}\n";

static const char *entry_of(struct mapping *m, const struct mu_resource *r, const char *record)
{
    const struct mu_doc *doc = NULL;
    const char *id = NULL;
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    ck_assert_int_eq(mu_doc_parse(m->arena, record, strlen(record), &doc, &m->err), 0);
    ck_assert_msg(mu_map_entry(r, doc, NULL, m->arena, &to, &id, &m->err) == 0, "%s", m->err.text);
    return mu_strndup(m->arena, to.data, to.len);
}

START_TEST(test_layers_field_by_field)
{
    struct mapping m;
    mapping_open(&m);
    mapping_write(&m, MAPPING_SHIPPED, "users", base);
    const char *site = mapping_write(
        &m, MAPPING_SITE, "users",
        "fields:\n  title: {from: /job}\n  attributes: {extras: {c: {from: /c}, a: null}}\n");
    const char *account = mapping_write(&m, MAPPING_ACCOUNT, "users",
                                        "fetch: {path: /v2, page: {max: 7}}\nsecret: "
                                        "[/pin]\nfields: {name: null, manager: {from: /boss}}\n");
    const struct mu_resource *r = mapping_load(&m, "users");
    ck_assert_msg(r != NULL, "%s", m.err.text);
    ck_assert_str_eq(entry_of(&m, r,
                              "{\"id\":1,\"title\":\"t\",\"job\":\"j\",\"name\":\"n\",\"boss\":2,"
                              "\"a\":1,\"b\":2,\"c\":3}"),
                     "{\"id\":\"1\",\"title\":\"j\",\"manager\":\"2\",\"attributes\":{\"b\":\"2\","
                     "\"c\":\"3\"}}");
    const struct mu_resource_info *info = mu_map_info(r);
    ck_assert_str_eq(info->name, "users");
    ck_assert_str_eq(info->file, account);
    ck_assert_str_eq(info->fetch->path, "/v2");
    ck_assert_str_eq(info->fetch->records[0].tokens[0], "users");
    ck_assert_str_eq(info->fetch->page_number, "p");
    ck_assert_int_eq(info->fetch->page_max, 7);

    const struct mu_rule *rule = mu_map_rule(r, "title");
    ck_assert_str_eq(rule->file, site);
    ck_assert_int_eq(rule->line, 2);
    ck_assert_str_eq(rule->text, "{from: /job}");
    ck_assert_str_eq(mu_map_rule(r, "attributes/c")->file, site);
    ck_assert_int_eq(mu_map_rule(r, "id")->line, 8);
    ck_assert_ptr_null(mu_map_rule(r, "name"));
    ck_assert_ptr_null(mu_map_rule(r, "attributes/a"));

    MU_AUTO(buf) struct mu_buf raw = MU_BUF_INIT(MU_BUF_MAX);
    static const char record[] = "{\"key\":1,\"x\":2,\"pin\":3}";
    const struct mu_doc *doc = NULL;
    ck_assert_int_eq(mu_doc_parse(m.arena, record, strlen(record), &doc, &m.err), 0);
    mu_map_raw(r, doc, &raw);
    ck_assert_str_eq(raw.data,
                     "{\"x\":2}"); /* a layer adds secrets, and can't uncover one by adding */
    mapping_close(&m);
}
END_TEST

START_TEST(test_layers_dont_mix_kinds)
{
    struct mapping m;
    mapping_open(&m);
    mapping_write(&m, MAPPING_SHIPPED, "users", base);
    const char *site = mapping_write(&m, MAPPING_SITE, "users", "kind: group\n");
    ck_assert_ptr_null(mapping_load(&m, "users"));
    ck_assert_str_eq(
        m.err.text,
        mu_printf(m.arena,
                  "%s:1:7: kind is user in %s/test/users.yaml:1; a later layer can't change it",
                  site, m.layers.dirs[0]));
    mapping_write(&m, MAPPING_SITE, "users", "fields: {title: {form: /x}}\n");
    ck_assert_ptr_null(mapping_load(&m, "users"));
    ck_assert_ptr_nonnull(
        strstr(m.err.text, "site/test/users.yaml:1:18")); /* the layer at fault is named */
    mapping_write(&m, MAPPING_SITE, "users", "fields: {id: null}\n");
    ck_assert_ptr_null(mapping_load(&m, "users"));
    ck_assert_ptr_nonnull(strstr(m.err.text, "id is missing"));
    mapping_close(&m);
}
END_TEST

static void count_report(void *arg, const char *example, const char *failure)
{
    struct mu_buf *to = arg;
    mu_buf_printf(to, "%s:%s;", example, failure != NULL ? strrchr(failure, '/') : "ok");
}

START_TEST(test_examples)
{
    struct mapping m;
    mapping_open(&m);
    mapping_write(&m, MAPPING_SHIPPED, "users", base);
    mapping_write(&m, MAPPING_SITE, "users",
                  "fields: {title: {from: /job}}\n"
                  "examples:\n"
                  "  - {name: two, record: {id: 2, job: j}, entry: {id: 2, title: j}}\n"
                  "  - {name: bad id, record: {id: []}, error: \"id: expected\"}\n"
                  "  - {name: other error, record: {}, error: \"id: expected\"}\n"
                  "  - {name: no error, record: {id: 1}, error: \"id: missing\"}\n"
                  "  - {name: more, record: {id: 1, job: x}, entry: {id: 1}}\n");
    const struct mu_resource *r = mapping_load(&m, "users");
    ck_assert_msg(r != NULL, "%s", m.err.text); /* an example that fails now stops no pull */
    MU_AUTO(buf) struct mu_buf said = MU_BUF_INIT(MU_BUF_MAX);
    int count = 0;
    ck_assert_int_eq(mu_map_examples(r, count_report, &said, &count), 4);
    ck_assert_int_eq(count, 6);
    ck_assert_str_eq(
        said.data,
        "one:/users.yaml:13: title: expected \"t\", got \"j\";"
        "two:ok;bad id:ok;"
        "other error:/users.yaml:5: expected the error \"id: expected\", got \"id: missing\";"
        "no error:/users.yaml:6: expected the error \"id: missing\", got the entry {\"id\":\"1\"};"
        "more:/users.yaml:7: title: expected nothing, got \"x\";");
    mapping_close(&m);
}
END_TEST

START_TEST(test_digest)
{
    struct mapping m;
    mapping_open(&m);
    mapping_write(&m, MAPPING_SHIPPED, "users", base);
    const char *first = mu_map_info(mapping_load(&m, "users"))->digest;
    mapping_write(&m, MAPPING_SITE, "users",
                  "# words only\nexamples: [{name: x, record: {}, error: id}]\n");
    const struct mu_resource *same = mapping_load(&m, "users");
    ck_assert_msg(same != NULL, "%s", m.err.text);
    ck_assert_str_eq(mu_map_info(same)->digest, first);
    mapping_write(&m, MAPPING_SITE, "users", "fields: {title: {from: /job}}\n");
    ck_assert_str_ne(mu_map_info(mapping_load(&m, "users"))->digest, first);
    mapping_close(&m);
}
END_TEST

START_TEST(test_names_and_lists)
{
    struct mapping m;
    struct mu_err err = MU_ERR_INIT;
    const char *const *names = NULL;
    const struct mu_resource *r = NULL;
    mapping_open(&m);
    mapping_write(&m, MAPPING_SHIPPED, "users", base);
    mapping_write(&m, MAPPING_SHIPPED, "groups", base);
    mapping_write(&m, MAPPING_SITE, "users", base);
    mapping_write(&m, MAPPING_ACCOUNT, "extra", base);
    ck_assert_int_eq(mu_map_list(m.arena, &m.layers, "test", &names, &err), 0);
    ck_assert_str_eq(names[0], "extra");
    ck_assert_str_eq(names[1], "groups");
    ck_assert_str_eq(names[2], "users");
    ck_assert_ptr_null(names[3]);
    ck_assert_int_eq(mu_map_list(m.arena, &m.layers, "nobody", &names, &err), 0);
    ck_assert_ptr_null(names[0]);
    ck_assert_ptr_null(mapping_load(&m, "missing"));
    ck_assert_ptr_nonnull(strstr(m.err.text, "there is no mapping test/missing.yaml"));
    ck_assert_int_eq(mu_map_load(m.arena, &m.layers, "..", "users", &r, &err), -1);
    ck_assert_int_eq(mu_map_load(m.arena, &m.layers, "test", "../test/users", &r, &err), -1);
    ck_assert_uint_eq(err.code, MU_E_CONFIG);
    mapping_close(&m);
}
END_TEST

START_TEST(test_load_over)
{
    struct mapping m;
    struct mu_err err = MU_ERR_INIT;
    const struct mu_resource *r = NULL;
    mapping_open(&m);
    const char *whole = mapping_write(&m, MAPPING_SHIPPED, "users", base);
    const char *part = mapping_write(&m, MAPPING_SITE, "users", "fields: {title: {from: /job}}\n");
    mapping_write(&m, MAPPING_ACCOUNT, "users", "fields: {title: null}\n");
    ck_assert_int_eq(mu_map_load_file(m.arena, part, &r, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "can't stand alone"));
    ck_assert_msg(mu_map_load_over(m.arena, &m.layers, part, &r, &err) == 0, "%s", err.text);
    ck_assert_str_eq(entry_of(&m, r, "{\"id\":1,\"job\":\"j\"}"), "{\"id\":\"1\",\"title\":\"j\"}");
    ck_assert_msg(mu_map_load_over(m.arena, &m.layers, whole, &r, &err) == 0, "%s", err.text);
    ck_assert_str_eq(mu_map_rule(r, "title")->text, "{from: /title}");
    /* A layer that isn't in place yet. */
    const char *draft = mu_printf(m.arena, "%s/test/../../site/test/users.yaml", m.layers.dirs[0]);
    ck_assert_msg(mu_map_load_over(m.arena, &m.layers, draft, &r, &err) == 0, "%s", err.text);
    ck_assert_str_eq(mu_map_rule(r, "title")->text, "{from: /job}");
    mapping_close(&m);
}
END_TEST

START_TEST(test_fetch)
{
    struct mapping m;
    mapping_open(&m);
    const struct mu_fetch *f =
        mu_map_info(mapping_of(&m,
                               "kind: membership\n"
                               "fetch:\n"
                               "  path: /g/{group_id}/members\n"
                               "  for_each: groups\n"
                               "  records: \"\"\n"
                               "  records_or: [/users, /data]\n"
                               "  total_or: [/total]\n"
                               "  counted: {in: users, at: /team}\n"
                               "  credential: scim\n"
                               "  page: {style: scim}\n"
                               "fields: {user_id: {from: /id}, group_id: {from: /@/group_id}}\n"))
            ->fetch;
    ck_assert_str_eq(f->path, "/g/{group_id}/members");
    ck_assert_str_eq(f->for_each, "groups");
    ck_assert_str_eq(f->param, "group_id");
    ck_assert_str_eq(f->counted_in, "users");
    ck_assert_str_eq(f->counted_at.tokens[0], "team");
    ck_assert_int_eq(f->records_count, 3);
    ck_assert_int_eq(f->records[0].count, 0);
    ck_assert_str_eq(f->records[2].tokens[0], "data");
    ck_assert_int_eq(f->total_count, 1);
    ck_assert_str_eq(f->credential, "scim");
    ck_assert_uint_eq(f->style, MU_PAGE_SCIM);
    ck_assert_str_eq(f->page_number, "startIndex");
    ck_assert_str_eq(f->page_size, "count");
    ck_assert_int_eq(f->page_max, 100);
    ck_assert(!f->supplement);

    const struct mu_resource_info *roles = mu_map_info(mapping_of(
        &m, "kind: role\nconstant: [{id: a, n: 1.50}, {id: b}]\nfields: {id: {from: /id}}\n"));
    ck_assert_ptr_null(roles->fetch);
    ck_assert_str_eq(roles->constants[0], "{\"id\":\"a\",\"n\":1.50}");
    ck_assert_ptr_null(roles->constants[2]);
    mapping_close(&m);
}
END_TEST

Suite *map_load_suite(void);

Suite *map_load_suite(void)
{
    Suite *s = suite_create("map_load");
    TCase *t = tcase_create("map_load");
    tcase_add_loop_test(t, test_refusal, 0, (int)MU_LEN(refusals));
    tcase_add_test(t, test_layers_field_by_field);
    tcase_add_test(t, test_layers_dont_mix_kinds);
    tcase_add_test(t, test_examples);
    tcase_add_test(t, test_digest);
    tcase_add_test(t, test_names_and_lists);
    tcase_add_test(t, test_load_over);
    tcase_add_test(t, test_fetch);
    suite_add_tcase(s, t);
    return s;
}
