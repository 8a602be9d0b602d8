/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of results in their three faces. */
#include "base/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "suites.h"

static const char *const columns[] = {"id", "name", "note"};
enum { COLUMNS = 3 };

/* What the rows (COLUMNS texts each) look like; caller frees. */
static char *show(enum mu_format format, const char *const (*rows)[COLUMNS], size_t count)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    ck_assert_ptr_nonnull(to);
    struct mu_writer *w = mu_writer_new(to, format, columns, COLUMNS);
    for (size_t i = 0; i < count; i++) {
        mu_writer_row(w, rows[i], NULL);
    }
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_writer_close(w, &err), 0);
    fclose(to);
    return text;
}

static const char *const people[][COLUMNS] = {{"1", "Σοφία", "=cmd()"},
                                              {"22", "D,Arcy \"x\"", NULL},
                                              {"333", "a\nb\033", "-1"},
                                              {"", "한국", "+"}};

START_TEST(test_text)
{
    MU_AUTO(free) char *text = show(MU_FORMAT_TEXT, people, MU_LEN(people));
    ck_assert_str_eq(text, "ID   NAME        NOTE\n"
                           "1    Σοφία       =cmd()\n"
                           "22   D,Arcy \"x\"  -\n"
                           "333  a\\x0ab\\x1b  -1\n"
                           "     한국        +\n");
}
END_TEST

START_TEST(test_json)
{
    MU_AUTO(free) char *text = show(MU_FORMAT_JSON, people, 2);
    ck_assert_str_eq(text, "[\n  {\"id\":\"1\",\"name\":\"Σοφία\",\"note\":\"=cmd()\"},\n"
                           "  {\"id\":\"22\",\"name\":\"D,Arcy \\\"x\\\"\",\"note\":null}\n]\n");
    MU_AUTO(json) struct json_object *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_json_parse(text, strlen(text), &doc, &err), 0);
}
END_TEST

START_TEST(test_csv)
{
    MU_AUTO(free) char *text = show(MU_FORMAT_CSV, people, MU_LEN(people));
    ck_assert_str_eq(text, "id,name,note\r\n"
                           "1,Σοφία,'=cmd()\r\n"
                           "22,\"D,Arcy \"\"x\"\"\",\r\n"
                           "333,\"a\nb\033\",'-1\r\n"
                           ",한국,'+\r\n");
}
END_TEST

START_TEST(test_no_rows)
{
    static const struct {
        enum mu_format format;
        const char *text;
    } rows[] = {{MU_FORMAT_TEXT, "ID  NAME  NOTE\n"},
                {MU_FORMAT_JSON, "[]\n"},
                {MU_FORMAT_CSV, "id,name,note\r\n"}};
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        MU_AUTO(free) char *text = show(rows[i].format, NULL, 0);
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(test_ready_made_json)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    struct mu_writer *w = mu_writer_new(to, MU_FORMAT_JSON, columns, COLUMNS);
    mu_writer_row(w, people[0], "{\"id\":1}");
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_writer_close(w, &err), 0);
    fclose(to);
    ck_assert_str_eq(text, "[\n  {\"id\":1}\n]\n");
    free(text);
}
END_TEST

/* Around the number of rows that are measured first: none lost, none twice, in order, and all in
 * columns. */
START_TEST(test_many_rows)
{
    static const int counts[] = {999, 1000, 1001, 2500};
    for (size_t c = 0; c < MU_LEN(counts); c++) {
        char *text = NULL;
        size_t len = 0;
        FILE *to = open_memstream(&text, &len);
        struct mu_writer *w = mu_writer_new(to, MU_FORMAT_TEXT, columns, COLUMNS);
        for (int i = 0; i < counts[c]; i++) {
            char id[16];
            snprintf(id, sizeof(id), "%05d", i);
            const char *const row[COLUMNS] = {id, "n", "x"};
            mu_writer_row(w, row, NULL);
        }
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(mu_writer_close(w, &err), 0);
        fclose(to);
        const char *line = strchr(text, '\n') + 1;
        for (int i = 0; i < counts[c]; i++) {
            char want[32];
            int want_len = snprintf(want, sizeof(want), "%05d  n     x\n", i);
            ck_assert_msg(strncmp(line, want, (size_t)want_len) == 0, "row %d of %d", i, counts[c]);
            line += want_len;
        }
        ck_assert_str_eq(line, "");
        free(text);
    }
}
END_TEST

START_TEST(test_full_disk)
{
    for (int format = MU_FORMAT_TEXT; format <= MU_FORMAT_CSV; format++) {
        FILE *to = fopen("/dev/full", "w");
        ck_assert_ptr_nonnull(to);
        struct mu_writer *w = mu_writer_new(to, (enum mu_format)format, columns, COLUMNS);
        for (int i = 0; i < 5000; i++) {
            mu_writer_row(w, people[0], NULL);
        }
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(mu_writer_close(w, &err), -1);
        ck_assert_int_eq(err.code, MU_E_IO);
        ck_assert_int_eq(err.native, ENOSPC);
        fclose(to);
    }
}
END_TEST

Suite *writer_suite(void)
{
    Suite *s = suite_create("writer");
    TCase *tc = tcase_create("writer");
    tcase_add_test(tc, test_text);
    tcase_add_test(tc, test_json);
    tcase_add_test(tc, test_csv);
    tcase_add_test(tc, test_no_rows);
    tcase_add_test(tc, test_ready_made_json);
    tcase_add_test(tc, test_many_rows);
    tcase_add_test(tc, test_full_disk);
    suite_add_tcase(s, tc);
    return s;
}
