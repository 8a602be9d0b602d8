/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds as sources: what of a file becomes which record of which mapping, and which files are not
 * believed. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "adapter/feed/feed.h"
#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "suites.h"

struct bench {
    struct mu_arena *arena;
    char dir[64];
    const char *path;
    struct mu_account *account;
    struct mu_read_facts facts;
    struct mu_buf got; /* what came, a line a record */
    struct mu_err err;
};

static void set_up(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    b->arena = mu_arena_new();
    b->got = (struct mu_buf)MU_BUF_INIT(MU_BUF_MAX);
    snprintf(b->dir, sizeof(b->dir), "%s/muster-feed.XXXXXX", "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(b->dir));
    b->path = mu_printf(b->arena, "%s/people", b->dir);
}

static void tear_down(struct bench *b)
{
    if (b->account)
        b->account->adapter->close(b->account);
    unlink(b->path);
    unlink(mu_printf(b->arena, "%s.sha256", b->path));
    rmdir(b->dir);
    mu_buf_done(&b->got);
    mu_arena_free(b->arena);
}

static void write_bytes(struct bench *b, const char *bytes, size_t len)
{
    ck_assert_int_eq(mu_write_file(b->path, bytes, len, 0600, &b->err), 0);
}

/* Settings as YAML, path included: it stands beside the file. */
static int open_feed(struct bench *b, const struct mu_adapter *adapter, const char *settings)
{
    const struct mu_y *y = NULL;
    const char *name = mu_printf(b->arena, "%s/muster.yaml", b->dir);
    const char *text = mu_printf(b->arena, "{path: people%s%s}", *settings ? ", " : "", settings);
    ck_assert_int_eq(mu_y_parse(b->arena, name, text, strlen(text), &y, &b->err), 0);
    struct mu_account_conf conf = {
        .name = "hris", .settings = y, .layers = {.dirs = {MU_TEST_DATA "/../mappings"}}};
    return mu_account_open(b->arena, adapter, &conf, &b->account, &b->err);
}

static void show_page(struct bench *b, const struct mu_page *page)
{
    const char *name = mu_map_info(page->resource)->name;
    for (size_t i = 0; i < page->bad_count; i++)
        mu_buf_printf(&b->got, "%s bad %s %s\n", name, page->bad[i].id, page->bad[i].reason);
    const int64_t *line = page->lines;
    for (const struct mu_doc *record = page->records->first; record; record = record->next) {
        struct mu_jw w;
        mu_buf_printf(&b->got, "%s %d ", name, (int)*line++);
        mu_jw_init(&w, &b->got, false);
        mu_jw_doc(&w, record);
        mu_buf_addc(&b->got, '\n');
    }
    ck_assert_int_eq(page->rows, line - page->lines);
    if (page->total >= 0)
        mu_buf_printf(&b->got, "%s of %d\n", name, (int)page->total);
}

/* Everything a read gives, its last word included. */
static const char *read_feed(struct bench *b)
{
    const struct mu_source_ops *source = b->account->adapter->source;
    struct mu_page page;
    int rc = source->begin(b->account, NULL, &b->err);
    if (rc < 0)
        return mu_printf(b->arena, "! %s", b->err.text);
    while ((rc = source->next(b->account, &page, &b->err)) == 1) {
        show_page(b, &page);
        mu_page_drop(&page);
    }
    if (rc < 0)
        mu_buf_printf(&b->got, "! %s", b->err.text);
    source->end(b->account, b->arena, &b->facts);
    return b->got.data;
}

/* words: in their order, "|" between them. */
static void has(const char *text, const char *words)
{
    char copy[256];
    const char *at = text;
    snprintf(copy, sizeof(copy), "%s", words);
    for (char *save, *word = strtok_r(copy, "|", &save); word; word = strtok_r(NULL, "|", &save)) {
        const char *found = strstr(at, word);
        ck_assert_msg(found, "no '%s' in: %s", word, text);
        at = found + strlen(word);
    }
}

static const char *read_csv(struct bench *b, const char *text, const char *settings)
{
    write_bytes(b, text, strlen(text));
    ck_assert_msg(open_feed(b, &mu_adapter_csv, settings) == 0, "%s", b->err.text);
    return read_feed(b);
}

/* ---- what becomes of rows ---- */

START_TEST(shares)
{
    struct bench b;
    set_up(&b);
    const char *got = read_csv(&b,
                               "\xef\xbb\xbf Employee-ID ;Department;salary;E-Mail\r\n"
                               "007;Sales;100;a@x.test\n"
                               "8; sales ;9\n"
                               "9;;1;\"x\ny\"\n"
                               "10;SALES;1;\n",
                               "delimiter: ';'");
    ck_assert_str_eq(got,
                     "users bad line 3 3 fields, the header has 4\n"
                     "users 2 {\"employee_id\":\"007\",\"email\":\"a@x.test\",\"department\":"
                     "\"Sales\"}\n"
                     "users 4 {\"employee_id\":\"9\",\"email\":\"x\\ny\"}\n"
                     "users 6 {\"employee_id\":\"10\",\"department\":\"SALES\"}\n"
                     "departments 2 {\"department\":\"Sales\"}\n"
                     "department_members 2 {\"employee_id\":\"007\",\"department\":\"Sales\"}\n"
                     "department_members 6 {\"employee_id\":\"10\",\"department\":\"SALES\"}\n");
    tear_down(&b);
}
END_TEST

START_TEST(several_in_one_cell)
{
    struct bench b;
    set_up(&b);
    const char *got =
        read_csv(&b, "employee id\tTeams\n1\tA, B,, A\n2\tB\n", "shape: rippling, delimiter: tab");
    ck_assert_str_eq(got, "users 2 {\"Employee ID\":\"1\",\"Teams\":\"A, B,, A\"}\n"
                          "users 3 {\"Employee ID\":\"2\",\"Teams\":\"B\"}\n"
                          "teams 2 {\"Teams\":\"A\"}\n"
                          "teams 2 {\"Teams\":\"B\"}\n"
                          "team_members 2 {\"Employee ID\":\"1\",\"Teams\":\"A\"}\n"
                          "team_members 2 {\"Employee ID\":\"1\",\"Teams\":\"B\"}\n"
                          "team_members 3 {\"Employee ID\":\"2\",\"Teams\":\"B\"}\n");
    tear_down(&b);
}
END_TEST

START_TEST(json_records)
{
    struct bench b;
    set_up(&b);
    static const char text[] = "{\"employees\":[{\"id\":12345678901234567890,\"ssn\":\"x\"},"
                               "{\"id\":2,\"department\":null,\"status\":\"Active\"}]}";
    write_bytes(&b, text, strlen(text));
    ck_assert_int_eq(open_feed(&b, &mu_adapter_jsonl, "shape: bamboohr, records: /employees"), 0);
    ck_assert_str_eq(read_feed(&b), "users 1 {\"id\":12345678901234567890}\n"
                                    "users 1 {\"id\":2,\"status\":\"Active\"}\n");
    tear_down(&b);
}
END_TEST

/* More rows than a page holds: as many pages, lines right, nothing lost between them. */
START_TEST(many_pages)
{
    struct bench b;
    set_up(&b);
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "id,department\n");
    for (int i = 0; i < 1501; i++)
        mu_buf_printf(&text, "%d,d%d\n", i, i % 7);
    const char *got = read_csv(&b, text.data, "");
    int users = 0, departments = 0, members = 0;
    for (const char *line = got; *line; line = strchr(line, '\n') + 1) {
        users += mu_starts(line, "users ");
        departments += mu_starts(line, "departments ");
        members += mu_starts(line, "department_members ");
    }
    ck_assert_int_eq(users, 1501);
    ck_assert_int_eq(departments, 7);
    ck_assert_int_eq(members, 1501);
    has(got, "users 1502 {\"id\":\"1500\"");
    ck_assert_int_eq(b.facts.bytes, (int64_t)text.len);
    tear_down(&b);
}
END_TEST

/* Nobody can tell who is meant: none of the rows is used, nor what it says of groups. */
START_TEST(id_in_two_rows)
{
    struct bench b;
    set_up(&b);
    const char *got = read_csv(&b, "id,department\n1,a\n2,b\n 1 ,c\n3,d\n2,b\n", "");
    ck_assert_str_eq(got,
                     "users bad line 2 id 1 stands in more than one row; none of them is used\n"
                     "users bad line 3 id 2 stands in more than one row; none of them is used\n"
                     "users bad line 4 id  1  stands in more than one row; none of them is used\n"
                     "users bad line 6 id 2 stands in more than one row; none of them is used\n"
                     "users 5 {\"id\":\"3\",\"department\":\"d\"}\n"
                     "departments 5 {\"department\":\"d\"}\n"
                     "department_members 5 {\"id\":\"3\",\"department\":\"d\"}\n");
    tear_down(&b);
}
END_TEST

START_TEST(counts)
{
    struct bench b;
    set_up(&b);
    read_csv(&b, "id,title\n1,x\n2,\n3,y\n", "");
    int found = 0;
    for (size_t i = 0; i < b.facts.filled_count; i++) {
        const struct mu_filled *f = &b.facts.filled[i];
        found += (mu_streq(f->rule, "users: id from id") && f->count == 3) ||
                 (mu_streq(f->rule, "users: title from title") && f->count == 2) ||
                 (mu_streq(f->rule, "users: manager from manager_id") && f->count == -1);
    }
    ck_assert_int_eq(found, 3);
    tear_down(&b);
}
END_TEST

/* ---- encodings ---- */

static const struct {
    const char *bytes;
    size_t len;
    const char *settings, *words;
} encodings[] = {
    {"id,title\n1,Caf\xe9 \x80\n", 19, "encoding: windows-1252",
     "users 2 |Caf\xc3\xa9 \xe2\x82\xac"},
    {"id,title\n1,Caf\xe9\n", 16, "encoding: iso-8859-1", "users 2 |Caf\xc3\xa9"},
    {"id,title\n1,\x81\n", 13, "encoding: windows-1252",
     "! hris: |people: byte 0x81 at 11 isn't windows-1252"},
    {"\xff\xfei\0d\0\n\0001\0\n\0", 12, "encoding: utf-16", "users 2 {\"id\":\"1\"}"},
    {"\xfe\xff\0i\0d\0\n\0001\0\n", 12, "encoding: utf-16", "users 2 {\"id\":\"1\"}"},
    {"\xff\xfei\0d\0\n\0001\0\n", 11, "encoding: utf-16", "! hris: |ends within a character"},
    {"\xff\xfei\0d\0\n\0001\0\n\0", 12, "", "! hris: |set encoding: utf-16"},
    {"id,title\n1,Caf\xe9\n", 16, "", "users bad line 2 field 2: not UTF-8"},
    {"PK\x03\x04zzzz", 8, "", "! hris: |spreadsheet"},
};

START_TEST(encoded)
{
    struct bench b;
    set_up(&b);
    write_bytes(&b, encodings[_i].bytes, encodings[_i].len);
    ck_assert_int_eq(open_feed(&b, &mu_adapter_csv, encodings[_i].settings), 0);
    has(read_feed(&b), encodings[_i].words);
    tear_down(&b);
}
END_TEST

/* ---- what is refused, and how the error begins a read or ends it ---- */

static const struct {
    const char *text, *settings, *words;
} refusals[] = {
    {"", "", "! hris: |people: is empty"},
    {"\n\n", "", "! hris: |people: holds no header"},
    {"id,,x\n", "", "! hris: |column 2 of 3 has no name"},
    {"id,x,\n1,2,\n", "", "! hris: |column 3 of 3 has no name"},
    {"id,x, x\n", "", "! hris: |the header names two columns x"},
    {"e-mail,E_Mail,id\n", "", "! hris: |columns e-mail and E_Mail could both be email"},
    {"idd,x\n1,2\n", "", "! hris: |no column id: users: id from id; the nearest is idd"},
    {"zzzzzz\n1\n", "shape: workday", "! hris: |no column Employee_ID|is shape: right?"},
    {"id\n1\n\"2\n", "", "users 2 |! hris: |line 3: a quoted field is never closed"},
    {"id\n1\nTOTAL,1\n", "trailer: 'TOTAL,{count}'", "users 2 |users of 1\n"},
    {"id,x\n1,2\n3,4\nTOTAL;2 rows\n", "trailer: 'TOTAL;{count} rows'", "users 3 |users of 2\n"},
    {"id\n1\n2\n", "trailer: 'TOTAL,{count}'", "users 3 |! hris: |doesn't end with its trailer"},
    {"id\n1\nTOTAL,x\n", "trailer: 'TOTAL,{count}'", "! hris: |doesn't end with its trailer"},
    {"id\nTOTAL,1\n1\n", "trailer: 'TOTAL,{count}'", "! hris: |line 3: there are rows behind"},
};

START_TEST(refused)
{
    struct bench b;
    set_up(&b);
    has(read_csv(&b, refusals[_i].text, refusals[_i].settings), refusals[_i].words);
    tear_down(&b);
}
END_TEST

static const struct {
    const struct mu_adapter *adapter;
    const char *settings, *words;
} bad_settings[] = {
    {&mu_adapter_csv, "delimiter: ab", "muster.yaml:1:|delimiter: one character"},
    {&mu_adapter_csv, "delimiter: ''", "delimiter: one character"},
    {&mu_adapter_csv, "records: /x", "records: only a jsonl account"},
    {&mu_adapter_csv, "trailer: TOTAL", "trailer: {count} is missing"},
    {&mu_adapter_csv, "shape: bambohr", "did you mean bamboohr?"},
    {&mu_adapter_csv, "shape: ../ldap", "a-z"},
    {&mu_adapter_csv, "encoding: latin", "encoding|utf-8"},
    {&mu_adapter_jsonl, "delimiter: ','", "delimiter: only a csv account"},
    {&mu_adapter_jsonl, "records: x", "records: a JSON pointer"},
    {&mu_adapter_jsonl, "records: /x, trailer: '{count}'", "trailer: only a file with one record"},
};

START_TEST(settings)
{
    struct bench b;
    set_up(&b);
    ck_assert_int_eq(open_feed(&b, bad_settings[_i].adapter, bad_settings[_i].settings), -1);
    ck_assert_int_eq(b.err.code, MU_E_CONFIG);
    has(b.err.text, bad_settings[_i].words);
    tear_down(&b);
}
END_TEST

START_TEST(no_plain_file)
{
    struct bench b;
    set_up(&b);
    ck_assert_int_eq(open_feed(&b, &mu_adapter_csv, ""), 0);
    has(read_feed(&b), "! hris: |people: No such file");
    ck_assert_int_eq(b.err.code, MU_E_MISSING);
    ck_assert_int_eq(mkfifo(b.path, 0600), 0);
    has(read_feed(&b), "! hris: |people: is a pipe");
    ck_assert_int_eq(unlink(b.path), 0);
    ck_assert_int_eq(mkdir(b.path, 0700), 0);
    has(read_feed(&b), "! hris: |people: is a directory");
    ck_assert_int_eq(rmdir(b.path), 0);
    tear_down(&b);
}
END_TEST

static void set_age(const struct bench *b, int64_t seconds)
{
    const struct utimbuf times = {.actime = mu_now() - seconds, .modtime = mu_now() - seconds};
    ck_assert_int_eq(utime(b->path, &times), 0);
}

START_TEST(age)
{
    struct bench b;
    set_up(&b);
    write_bytes(&b, "id\n1\n", 5);
    ck_assert_int_eq(open_feed(&b, &mu_adapter_csv, "max_age: 26h, settle: 1h"), 0);
    set_age(&b, 27 * 3600);
    has(read_feed(&b), "! hris: |people: written |27 hours ago|max_age");
    set_age(&b, 60);
    has(read_feed(&b), "! hris: |people: written |settle");
    set_age(&b, 3 * 3600);
    has(read_feed(&b), "users 2 ");
    tear_down(&b);
}
END_TEST

START_TEST(checksum)
{
    struct bench b;
    set_up(&b);
    const char *beside = mu_printf(b.arena, "%s.sha256", b.path);
    /* printf 'id\n1\n' | sha256sum */
    static const char sum[] =
        "7cde7fb64fd82bd152710cf238e017b9ab46c0592483edc067ba4f6c75fac108  people\n";
    write_bytes(&b, "id\n1\n", 5);
    ck_assert_int_eq(open_feed(&b, &mu_adapter_csv, "checksum: people.sha256"), 0);
    has(read_feed(&b), "people.sha256: No such file");
    ck_assert_int_eq(mu_write_file(beside, "abc", 3, 0600, &b.err), 0);
    has(read_feed(&b), "people.sha256: holds no SHA-256");
    ck_assert_int_eq(mu_write_file(beside, sum, strlen(sum), 0600, &b.err), 0);
    has(read_feed(&b), "users 2 ");
    write_bytes(&b, "id\n1\n2\n", 7);
    has(read_feed(&b), "! hris: |people: isn't the file |its SHA-256 is ");
    tear_down(&b);
}
END_TEST

/* Written to, replaced and removed between two pages: what came is told, and then that it isn't
 * whole. */
START_TEST(changed_meanwhile)
{
    static const char *const words[] = {"was written to while", "was replaced while",
                                        "was taken away while"};
    struct bench b;
    struct mu_page page;
    set_up(&b);
    write_bytes(&b, "id\n1\n", 5);
    ck_assert_int_eq(open_feed(&b, &mu_adapter_csv, ""), 0);
    const struct mu_source_ops *source = b.account->adapter->source;
    ck_assert_int_eq(source->begin(b.account, NULL, &b.err), 0);
    FILE *file = _i == 0 ? fopen(b.path, "a") : NULL;
    if (file) {
        ck_assert_int_ge(fputs("2\n", file), 0);
        ck_assert_int_eq(fclose(file), 0);
    }
    if (_i == 1)
        write_bytes(&b, "id\n1\n", 5);
    if (_i == 2)
        ck_assert_int_eq(unlink(b.path), 0);
    int rc;
    while ((rc = source->next(b.account, &page, &b.err)) == 1)
        mu_page_drop(&page);
    ck_assert_int_eq(rc, -1);
    ck_assert_int_eq(b.err.blast, MU_HITS_CONNECTION);
    has(b.err.text, words[_i]);
    source->end(b.account, b.arena, &b.facts);
    tear_down(&b);
}
END_TEST

struct told {
    struct mu_arena *arena;
    const char *text;
};

static void on_probe(void *arg, enum mu_probe_mark mark, const char *what, const char *fix)
{
    struct told *t = arg;
    ck_assert(mark == MU_PROBE_OK || fix);
    t->text = mu_printf(t->arena, "%s%d %s\n", t->text, (int)mark, what);
}

START_TEST(probe)
{
    struct bench b;
    set_up(&b);
    static const char text[] = "id,emial,title\n1,a,x\n2,b,y\n1,c,z\n,d,z\n5\n";
    struct told told = {.arena = b.arena, .text = ""};
    write_bytes(&b, text, strlen(text));
    ck_assert_int_eq(open_feed(&b, &mu_adapter_csv, "max_age: 26h"), 0);
    ck_assert_int_eq(b.account->adapter->probe(b.account, on_probe, &told, &b.err), 0);
    has(told.text,
        "0 |people: 40 bytes|1 nothing proves|1 no column for users: username from email; "
        "the nearest is emial|0 header: 3 columns; none for |2 line 4: id 1 stands in line "
        "2 already|2 line 5: id: missing|2 line 6: 1 fields");
    tear_down(&b);
}
END_TEST

Suite *feed_suite(void)
{
    Suite *s = suite_create("feed");
    TCase *t = tcase_create("files");
    tcase_add_test(t, shares);
    tcase_add_test(t, several_in_one_cell);
    tcase_add_test(t, json_records);
    tcase_add_test(t, many_pages);
    tcase_add_test(t, id_in_two_rows);
    tcase_add_test(t, counts);
    tcase_add_loop_test(t, encoded, 0, (int)MU_LEN(encodings));
    tcase_add_loop_test(t, refused, 0, (int)MU_LEN(refusals));
    tcase_add_loop_test(t, settings, 0, (int)MU_LEN(bad_settings));
    tcase_add_test(t, no_plain_file);
    tcase_add_test(t, age);
    tcase_add_test(t, checksum);
    tcase_add_loop_test(t, changed_meanwhile, 0, 3);
    tcase_add_test(t, probe);
    suite_add_tcase(s, t);
    return s;
}
