/* SPDX-License-Identifier: Apache-2.0 */
/* Feed accounts: settings, mappings, and the two adapters. */
#include "adapter/feed/feed.h"

#include <stddef.h>
#include <string.h>

#include "adapter/feed/feed_private.h"
#include "base/str.h"

enum { RESOURCES_MAX = 32 };

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

/* ---- mappings ---- */

/* Whole rows first, then what is in them, then who belongs to it. */
static int rank(const struct mu_resource *r)
{
    const struct mu_fetch *fetch = mu_map_info(r)->fetch;
    return !fetch ? 0 : fetch->over_count == 0 ? 1 : fetch->rows == MU_ROWS_DISTINCT ? 2 : 3;
}

static int add_resource(struct feed *f, const struct mu_resource *r, size_t count,
                        struct mu_err *err)
{
    const struct mu_resource_info *info = mu_map_info(r);
    if (count == RESOURCES_MAX)
        return mu_fail(err, MU_E_LIMIT, "shape %s: more than %d mapping files", f->settings->shape,
                       (int)RESOURCES_MAX);
    if (info->target || (info->fetch && info->fetch->rows == MU_ROWS_NONE))
        return mu_fail(err, MU_E_CONFIG,
                       "%s: a file has rows and no paths; write fetch: {rows: all}", info->file);
    size_t i = count;
    for (; i > 0 && rank(f->resources[i - 1]) > rank(r); i--)
        f->resources[i] = f->resources[i - 1];
    f->resources[i] = r;
    return 0;
}

static int no_shape(struct feed *f, const struct mu_account_conf *conf, struct mu_err *err)
{
    static const char *const known[] = {"plain", "bamboohr", "workday", "personio", "rippling"};
    const struct mu_y *at = mu_y_get(conf->settings, "shape");
    const char *shape = f->settings->shape, *near = mu_nearest(shape, known, MU_LEN(known));
    if (!at || mu_streq(near, shape))
        return mu_fail(
            err, MU_E_CONFIG,
            "%s: no mappings feed-%s in %s; is muster installed, or MUSTER_MAPPINGS set?",
            conf->name, shape, conf->layers.dirs[0]);
    if (near)
        return mu_y_fail(at, err, "shape: there are no mappings feed-%s; did you mean %s?",
                         mu_printable(f->arena, shape, strlen(shape), 60), near);
    return mu_y_fail(
        at, err,
        "shape: there are no mappings feed-%s; take plain, bamboohr, workday, personio "
        "or rippling, or make a directory feed-%s in mappings:",
        mu_printable(f->arena, shape, strlen(shape), 60),
        mu_printable(f->arena, shape, strlen(shape), 60));
}

static int load_mappings(struct feed *f, const struct mu_account_conf *conf, struct mu_err *err)
{
    const char *system = mu_printf(f->arena, "feed-%s", f->settings->shape);
    const char *const *names;
    if (mu_map_list(f->arena, &conf->layers, system, &names, err) < 0)
        return -1;
    if (!*names)
        return no_shape(f, conf, err);
    f->resources = mu_alloc_array(f->arena, RESOURCES_MAX + 1, sizeof(*f->resources));
    for (size_t count = 0; names[count]; count++) {
        const struct mu_resource *r;
        if (mu_map_load(f->arena, &conf->layers, system, names[count], &r, err) < 0 ||
            add_resource(f, r, count, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- what is looked for ---- */

static void add_name(const char **names, const char *name)
{
    while (*names && !mu_streq(*names, name))
        names++;
    *names = name;
}

/* Names of all mappings go into one list: a row is read once for all of them. Whether a rule found
 * something is counted for those that get whole rows. */
static void add_asks(struct feed *f, const struct mu_resource *r, const struct mu_ask *own,
                     size_t count, const char **names, struct mu_ask *asks)
{
    const struct mu_resource_info *info = mu_map_info(r);
    for (size_t i = 0; i < count; i++) {
        for (const char *const *name = own[i].names; *name; name++)
            add_name(names, *name);
        if (!f->id_names && info->fetch->over_count == 0 && mu_streq(own[i].field, "id"))
            f->id_names = own[i].names;
        if (info->fetch->over_count == 0)
            asks[f->ask_count++] = (struct mu_ask){
                mu_printf(f->arena, "%s: %s from %s", info->name, own[i].field, own[i].names[0]),
                own[i].names, own[i].required};
    }
    for (int i = 0; i < info->fetch->over_count; i++)
        add_name(names, info->fetch->over[i]);
}

static void gather(struct feed *f)
{
    const struct mu_ask *own[RESOURCES_MAX];
    size_t counts[RESOURCES_MAX] = {0}, asks = 0, names = 0, at = 0;
    for (const struct mu_resource **r = f->resources; *r; r++, at++) {
        if (mu_map_info(*r)->fetch)
            own[at] = mu_map_asks(*r, f->arena, &counts[at]);
        asks += counts[at];
        for (size_t i = 0; i < counts[at]; i++)
            for (const char *const *name = own[at][i].names; *name; name++)
                names++;
        names += MU_PTR_ALT_MAX;
    }
    const char **all_names = mu_alloc_array(f->arena, names + 1, sizeof(*all_names));
    struct mu_ask *all_asks = mu_alloc_array(f->arena, asks + 1, sizeof(*all_asks));
    memset(all_names, 0, (names + 1) * sizeof(*all_names));
    for (size_t i = 0; i < at; i++)
        if (mu_map_info(f->resources[i])->fetch)
            add_asks(f, f->resources[i], own[i], counts[i], all_names, all_asks);
    f->names = all_names;
    f->wanted = mu_map_new(names);
    for (const char **name = all_names; *name; name++)
        mu_map_put(f->wanted, *name, strlen(*name), f);
    f->asks = all_asks;
}

/* ---- open and close ---- */

static void close_account(struct mu_account *a)
{
    if (!a)
        return;
    struct feed *f = feed_of(a);
    mu_map_free(f->wanted);
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
    if (check_settings(f, conf, err) < 0 || load_mappings(f, conf, err) < 0) {
        close_account(&f->base);
        return -1;
    }
    gather(f);
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
};
