/* SPDX-License-Identifier: Apache-2.0 */
/* Feed accounts: settings, mappings, and the two adapters. */
#include "adapter/feed/feed.h"

#include <stddef.h>
#include <string.h>

#include "adapter/feed/feed_private.h"
#include "base/str.h"

static const struct mu_opt opts[] = {
    {"path", MU_OPT_STR, offsetof(struct feed_settings, path), .required = true,
     .help = "the file, relative to this one"},
    {"shape", MU_OPT_STR, offsetof(struct feed_settings, shape), .def = "plain",
     .help = "mappings of feed-SHAPE: plain, bamboohr, workday, personio, rippling, or your own"},
    {"delimiter", MU_OPT_STR, offsetof(struct feed_settings, delimiter), .def = ",",
     .help = "csv: between fields; one character, tab, or auto"},
    {"records", MU_OPT_STR, offsetof(struct feed_settings, records),
     .help = "jsonl: pointer to the list of records; without it one a line, or a list"},
    {"encoding", MU_OPT_ENUM, offsetof(struct feed_settings, encoding), .def = "utf-8",
     .choices = feed_encodings, .help = "of the file's text"},
    {"max_age", MU_OPT_DURATION, offsetof(struct feed_settings, max_age),
     .help = "a file written longer ago is not believed"},
    {"settle", MU_OPT_DURATION, offsetof(struct feed_settings, settle),
     .help = "a file written to more recently is not believed"},
    {"checksum", MU_OPT_STR, offsetof(struct feed_settings, checksum),
     .help = "file that holds its SHA-256, as sha256sum writes"},
    {"trailer", MU_OPT_STR, offsetof(struct feed_settings, trailer),
     .help = "last line of a whole file; {count} stands for the number of rows"},
    {.name = NULL}};

/* ---- settings ---- */

/* Relative to the directory of the file the setting stands in. */
static const char *path_of(struct feed *f, const struct mu_account_conf *conf, const char *key)
{
    const struct mu_y *at = mu_y_get(conf->settings, key);
    const char *slash = at ? strrchr(at->file, '/') : NULL;
    if (!at)
        return NULL;
    return *at->text == '/' || !slash
               ? at->text
               : mu_printf(f->arena, "%.*s/%s", (int)(slash - at->file), at->file, at->text);
}

static int check_settings(struct feed *f, const struct mu_account_conf *conf, struct mu_err *err)
{
    const struct feed_settings *s = f->settings;
    if (mu_streq(s->path, "-") || !*s->path)
        return mu_y_fail(
            mu_y_get(conf->settings, "path"), err,
            "path: a file is expected; what comes through a pipe can't be proved whole");
    if (s->trailer && !strstr(s->trailer, "{count}"))
        return mu_y_fail(mu_y_get(conf->settings, "trailer"), err,
                         "trailer: {count} is missing, such as trailer: \"TOTAL {count}\"");
    f->file = (struct feed_file_conf){.path = path_of(f, conf, "path"),
                                      .checksum = path_of(f, conf, "checksum"),
                                      .encoding = (enum feed_encoding)s->encoding,
                                      .max_age = s->max_age,
                                      .settle = s->settle};
    return f->format->check(f, conf, err);
}

/* ---- open and close ---- */

static void close_account(struct mu_account *a)
{
    if (!a)
        return;
    struct feed *f = feed_of(a);
    mu_row_shape_done(&f->shape);
    mu_arena_free(f->arena);
    free(f);
}

static int open_account(const struct mu_account_conf *conf, const struct mu_adapter *adapter,
                        const struct feed_format *format, struct mu_account **ret,
                        struct mu_err *err)
{
    struct feed *f = mu_xcalloc(1, sizeof(*f));
    f->base = (struct mu_account){.adapter = adapter, .name = conf->name};
    f->settings = conf->values;
    f->format = format;
    f->log = conf->log;
    f->arena = mu_arena_new();
    if (check_settings(f, conf, err) < 0 ||
        mu_row_shape_load(f->arena, &conf->layers, f->settings->shape,
                          mu_y_get(conf->settings, "shape"), &f->shape, err) < 0) {
        close_account(&f->base);
        return -1;
    }
    *ret = &f->base;
    return 0;
}

static int open_csv(const struct mu_account_conf *conf, struct mu_account **ret, struct mu_err *err)
{
    return open_account(conf, &mu_adapter_csv, &feed_csv, ret, err);
}

static int open_json(const struct mu_account_conf *conf, struct mu_account **ret,
                     struct mu_err *err)
{
    return open_account(conf, &mu_adapter_jsonl, &feed_json, ret, err);
}

const struct mu_adapter mu_adapter_csv = {
    .name = "csv",
    .mappings = "feed-*",
    .summary = "a CSV file, such as an HRIS exports",
    .opts = opts,
    .values_size = sizeof(struct feed_settings),
    .open = open_csv,
    .close = close_account,
    .probe = feed_probe,
    .source = &feed_source,
    .shape = "plain",
};

const struct mu_adapter mu_adapter_jsonl = {
    .name = "jsonl",
    .mappings = "feed-*",
    .summary = "a file of JSON objects, one a line or in a list",
    .opts = opts,
    .values_size = sizeof(struct feed_settings),
    .open = open_json,
    .close = close_account,
    .probe = feed_probe,
    .source = &feed_source,
    .shape = "plain",
};
