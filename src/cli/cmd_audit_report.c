/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit [ACCOUNT]: the report. */
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/audit.h"
#include "cli/show.h"

struct form {
    const char *name;
    void (*write)(const struct mu_audit *audit, struct mu_buf *to);
};

static const struct form forms[] = {
    {"json", mu_audit_json},
    {"csv", mu_audit_csv},
    {"html", mu_audit_html},
    {"sarif", mu_audit_sarif},
    {"prometheus", mu_audit_prometheus},
    {.name = NULL},
};

/* NULL: text, which is written another way. */
static int find_form(const struct mu_args *args, const struct form **ret, struct mu_err *err)
{
    const char *name = mu_args_get(args, "format");
    MU_AUTO(buf) struct mu_buf known = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    *ret = NULL;
    if (!name || mu_streq(name, "text"))
        return 0;
    for (const struct form *f = forms; f->name; f++) {
        mu_buf_printf(&known, ", %s", f->name);
        if (mu_streq(f->name, name)) {
            *ret = f;
            return 0;
        }
    }
    return mu_fail(err, MU_E_USAGE, "--format must be text%s", known.data);
}

int mu_audit_save(struct mu_cli *cli, const char *what, const char *path, bool csv,
                  const struct mu_buf *text, struct mu_err *err)
{
    static const char utf8_mark[] = "\xEF\xBB\xBF";
    MU_AUTO(buf) struct mu_buf marked = MU_BUF_INIT(MU_BUF_MAX);
    if (csv) {
        mu_buf_adds(&marked, utf8_mark);
        mu_buf_add(&marked, text->data, text->len);
        text = &marked;
    }
    if (mu_write_file(path, text->data, text->len, 0600, err) < 0)
        return -1;
    mu_log(cli->log, MU_LOG_INFO, "%s written to %s", what, path);
    return 0;
}

static int deliver(struct mu_cli *cli, const struct mu_audit *audit, const struct form *form,
                   const char *path, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    if (form)
        form->write(audit, &text);
    else
        mu_audit_text(audit, cli->color && !path, &text);
    if (text.full)
        return mu_fail(err, MU_E_LIMIT, "the report is longer than 2 GiB; choose some --check");
    if (path && !mu_streq(path, "-"))
        return mu_audit_save(cli, "report", path, form && mu_streq(form->name, "csv"), &text, err);
    mu_show_flush(&text);
    return 0;
}

static int read_severity(const struct mu_args *args, const struct mu_config *config,
                         enum mu_severity *ret, struct mu_err *err)
{
    const char *name = mu_args_get(args, "fail-on");
    *ret = (enum mu_severity)config->audit.fail_on;
    for (int i = 0; name && i < MU_SEVERITIES; i++) {
        if (mu_streq(name, mu_severities[i])) {
            *ret = (enum mu_severity)i;
            return 0;
        }
    }
    return name ? mu_fail(err, MU_E_USAGE, "--fail-on must be info, low, medium, high or critical")
                : 0;
}

/* The account named, that of the configuration, or the only one. */
static int find_account(struct mu_cli *cli, const struct mu_args *args, const char *name,
                        struct mu_audit_options *options, struct mu_err *err)
{
    const struct mu_account_def *def;
    if (mu_cli_source(cli, name ? name : cli->config->audit.account, &def, err) < 0)
        return -1;
    options->account = def->name;
    if (mu_args_has(args, "sends") || cli->config->audit.sends)
        return mu_audit_sends(cli, def, &options->sends, err);
    return 0;
}

/* A snapshot's number, or a day or time: the last read until then. */
static int find_since(struct mu_cli *cli, const char *text, struct mu_audit_options *options,
                      struct mu_err *err)
{
    char canonical[MU_TIME_TEXT];
    struct mu_snapshot *snaps;
    size_t count;
    int64_t when;
    long long id;
    if (!text)
        return 0;
    if (mu_parse_int(text, 1, INT64_MAX, &id)) {
        options->since = id;
        return 0;
    }
    if (!mu_time_parse(text, canonical, &when))
        return mu_fail(err, MU_E_USAGE, "--since must be a snapshot's number, a day or a time");
    if (mu_snapshot_list(cli->store, cli->arena, options->account, 0, &snaps, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count && !options->since; i++)
        if (snaps[i].finished && snaps[i].finished <= when && snaps[i].verdict != MU_VOID)
            options->since = snaps[i].id;
    return options->since ? 0
                          : mu_fail(err, MU_E_MISSING, "%s was not read before %s",
                                    options->account, canonical);
}

/* Findings that are accepted, by the file the configuration names. */
static int read_waivers(struct mu_cli *cli, struct mu_audit_options *options, struct mu_err *err)
{
    const char *path = cli->config->audit.waivers;
    return path ? mu_waivers_load(cli->arena, path, &options->waivers, &options->waiver_count, err)
                : 0;
}

int mu_audit_make(struct mu_cli *cli, const struct mu_args *args, const char *account,
                  const struct mu_audit **ret, struct mu_err *err)
{
    struct mu_audit_options options = {.checks = mu_args_list(cli->arena, args, "check")};
    long long as_of;
    if (mu_args_int(args, "as-of", 1, INT64_MAX, 0, &as_of, err) < 0 ||
        mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        find_account(cli, args, account, &options, err) < 0 || read_waivers(cli, &options, err) < 0)
        return -1;
    options.as_of = as_of;
    if (find_since(cli, mu_args_get(args, "since"), &options, err) < 0)
        return -1;
    return mu_audit_run(cli->store, cli->config, &options, cli->arena, cli->log, ret, err);
}

int mu_audit_report(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct form *form;
    const struct mu_audit *audit;
    enum mu_severity fail_on;
    if (find_form(args, &form, err) < 0 || mu_cli_config(cli, err) < 0 ||
        read_severity(args, cli->config, &fail_on, err) < 0 ||
        mu_audit_make(cli, args, args->words[0], &audit, err) < 0 ||
        deliver(cli, audit, form, mu_args_get(args, "output"), err) < 0)
        return -1;
    return mu_audit_fails(audit, fail_on) ? MU_EXIT_CHANGES : MU_EXIT_DONE;
}
