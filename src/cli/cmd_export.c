/* SPDX-License-Identifier: Apache-2.0 */
/* muster export: a snapshot as JSON, CSV, or as the LDIF a target would need. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/show.h"
#include "cli/table.h"

struct export
{
    struct mu_cli *cli;
    const struct mu_account_def *def;
    struct mu_snapshot snap;
    bool all_kinds; /* --kind was not given */
    enum mu_kind kind;
};

static int each_entry(const struct export *x, enum mu_kind kind,
                      int (*put)(void *arg, const struct mu_entry *entry, struct mu_err *err),
                      void *arg, struct mu_err *err)
{
    MU_AUTO(rows) struct mu_rows *rows = NULL;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(x->cli->store, x->def->name, x->snap.id, kind, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        if (put(arg, &entry, err) < 0)
            return -1;
        if (ferror(stdout))
            return 0; /* nobody reads any more; main() says so */
    }
    return rc;
}

/* ---- json ---- */

static int put_json(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    const char **comma = arg;
    (void)err;
    fputs(*comma, stdout);
    fwrite(entry->body, 1, entry->body_len, stdout);
    *comma = ",\n";
    return 0;
}

static int json_array(const struct export *x, enum mu_kind kind, struct mu_err *err)
{
    const char *comma = "";
    putchar('[');
    if (each_entry(x, kind, put_json, &comma, err) < 0)
        return -1;
    putchar(']');
    return 0;
}

static int export_json(const struct export *x, struct mu_err *err)
{
    if (!x->all_kinds)
        return json_array(x, x->kind, err) < 0 ? -1 : (putchar('\n'), 0);
    /* Account names are of letters, digits and punctuation that needs no escaping. */
    printf("{\"account\": \"%s\", \"snapshot\": %lld", x->def->name, (long long)x->snap.id);
    for (int k = 0; k < MU_KINDS; k++) {
        printf(",\n\"%s\": ", mu_schema_of((enum mu_kind)k)->plural);
        if (json_array(x, (enum mu_kind)k, err) < 0)
            return -1;
    }
    fputs("}\n", stdout);
    return 0;
}

/* ---- csv ---- */

struct csv {
    struct mu_table *table;
    struct mu_writer *writer;
};

static int put_csv(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct csv *csv = arg;
    const struct mu_doc *doc;
    if (mu_table_doc(csv->table, entry, &doc, err) < 0)
        return -1;
    const char *const *cells = mu_table_cells(csv->table, doc, err);
    if (!cells)
        return -1;
    mu_writer_row(csv->writer, cells, NULL);
    return 0;
}

static int export_csv(const struct export *x, struct mu_err *err)
{
    struct csv csv;
    size_t count;
    if (mu_table_new(x->cli, x->kind, x->def->name, x->snap.id, &csv.table, err) < 0)
        return -1;
    const char *const *columns = mu_table_columns(csv.table, &count);
    csv.writer = mu_writer_new(stdout, MU_FORMAT_CSV, columns, count);
    int rc = each_entry(x, x->kind, put_csv, &csv, err);
    struct mu_err lost = MU_ERR_INIT;
    if (mu_writer_close(csv.writer, rc < 0 ? &lost : err) < 0)
        rc = -1;
    mu_table_free(csv.table);
    return rc;
}

/* ---- ldif: the plan of a sync to a target that is empty ---- */

static int read_nothing(struct mu_account *a, struct mu_arena *arena, struct mu_object **ret,
                        size_t *ret_count, struct mu_err *err)
{
    (void)a;
    (void)err;
    *ret = mu_alloc_array(arena, 1, sizeof(**ret));
    *ret_count = 0;
    return 0;
}

static int nobody(struct mu_account *a, struct mu_arena *arena, const char **ret,
                  struct mu_err *err)
{
    (void)a;
    (void)arena;
    (void)err;
    *ret = NULL;
    return 0;
}

static int prepare_nothing(struct mu_account *a, struct mu_arena *arena,
                           void (*add)(void *arg, const struct mu_op *op), void *arg,
                           struct mu_err *err)
{
    (void)a;
    (void)arena;
    (void)add;
    (void)arg;
    (void)err;
    return 0;
}

/* The settings of the sync to that target, when there is one: what it does with inactive people
 * counts here too. */
static struct mu_sync sync_to(const struct export *x, const struct mu_account_def *to)
{
    const struct mu_config *c = x->cli->config;
    struct mu_sync sync = {
        .inactive = MU_REMOVE_DISABLE, .gone = MU_REMOVE_KEEP, .gone_groups = MU_REMOVE_KEEP};
    for (size_t i = 0; i < c->sync_count; i++) {
        if (c->syncs[i].from == x->def && c->syncs[i].to == to)
            sync = c->syncs[i];
    }
    /* No sync can be called this, so its ledger is empty, as the target is. */
    sync.name = "(export)";
    sync.from = x->def;
    sync.to = to;
    return sync;
}

static int show_ldif(const struct export *x, const struct mu_account_def *to,
                     struct mu_account *target, struct mu_err *err)
{
    const struct mu_plan *plan;
    struct mu_sync sync = sync_to(x, to);
    MU_AUTO(buf) struct mu_buf ldif = MU_BUF_INIT(MU_BUF_MAX);
    if (mu_plan_make(x->cli->store, &sync, target, NULL, x->cli->arena, x->cli->log, &plan, err) <
        0)
        return -1;
    for (size_t i = 0; i < plan->op_count; i++) {
        to->adapter->target->show(target, &plan->ops[i], &ldif);
        mu_show_flush(&ldif);
    }
    for (size_t i = 0; i < plan->left_count; i++)
        mu_log(x->cli->log, MU_LOG_WARN, "left out: %s: %s",
               plan->left[i].label ? plan->left[i].label : "?", plan->left[i].reason);
    return mu_show_trouble(plan) ? MU_EXIT_PARTIAL : MU_EXIT_DONE;
}

static int target_of(const struct export *x, const char *name, const struct mu_account_def **ret,
                     struct mu_err *err)
{
    const struct mu_config *c = x->cli->config;
    *ret = NULL;
    if (name && mu_config_account(c, name, ret, err) < 0)
        return -1;
    for (size_t i = 0; i < c->sync_count && !name; i++) {
        if (c->syncs[i].from == x->def && *ret && *ret != c->syncs[i].to)
            return mu_fail(err, MU_E_USAGE,
                           "export: %s goes to several accounts; name one with --as", x->def->name);
        if (c->syncs[i].from == x->def)
            *ret = c->syncs[i].to;
    }
    if (!*ret)
        return mu_fail(
            err, MU_E_USAGE,
            "export: ldif takes its names and attributes from a target; name one with --as");
    if (!(*ret)->adapter->target)
        return mu_fail(err, MU_E_USAGE, "export: --as %s: that account can't be written to",
                       (*ret)->name);
    return 0;
}

static int export_ldif(const struct export *x, const char *as, struct mu_err *err)
{
    const struct mu_account_def *to;
    MU_AUTO(account) struct mu_account *target = NULL;
    if (target_of(x, as, &to, err) < 0 || mu_cli_open(x->cli, to, &target, err) < 0)
        return -1;
    mu_assert(to != NULL);
    if (!(to->adapter->target->caps(target) & MU_CAP_LDIF))
        return mu_fail(err, MU_E_USAGE,
                       "export: %s is no directory, and its entries have no LDIF; name one with "
                       "--as",
                       to->name);
    /* The target with another way of reading: it is not asked, and so seems empty; which containers
     * exist stays open. */
    struct mu_target_ops ops = *to->adapter->target;
    struct mu_adapter adapter = *to->adapter;
    ops.read = read_nothing;
    ops.prepare = prepare_nothing;
    ops.identity = nobody;
    adapter.target = &ops;
    target->adapter = &adapter;
    int rc = show_ldif(x, to, target, err);
    target->adapter = to->adapter;
    return rc;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct export x = {.cli = cli, .kind = MU_USER};
    const char *format = mu_args_get(args, "format"), *kind = mu_args_get(args, "kind");
    const char *as_of = mu_args_get(args, "as-of");
    bool ldif = mu_streq(format, "ldif"), json = mu_streq(format, "json"),
         csv = mu_streq(format, "csv");
    if (!ldif && !json && !csv)
        return mu_fail(err, MU_E_USAGE, "export: --format must be ldif, json or csv");
    x.all_kinds = !kind;
    if (kind && !mu_kind_parse(kind, &x.kind))
        return mu_fail(err, MU_E_USAGE, "export: --kind must be users, groups, roles or members");
    if (ldif && (as_of || kind))
        return mu_fail(
            err, MU_E_USAGE,
            "export: ldif is of everything in the newest snapshot; --kind and --as-of don't fit");
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        mu_cli_source(cli, args->words[0], &x.def, err) < 0 ||
        mu_cli_snapshot(cli, x.def->name, as_of, &x.snap, err) < 0)
        return -1;
    if (ldif)
        return export_ldif(&x, mu_args_get(args, "as"), err);
    return json ? export_json(&x, err) : export_csv(&x, err);
}

static const struct mu_cmd_opt opts[] = {
    {"format", 0, "ldif|json|csv",
     "ldif: as a target would keep it; json: the unified schema; csv: one kind as a table"},
    {"kind", 0, "KIND", "users (default for csv), groups, roles or members"},
    {"as", 0, "ACCOUNT",
     "ldif: names and attributes of that target (default: where a sync sends this account)"},
    {"as-of", 0, "SNAPSHOT", "as that snapshot saw it (default: the newest that is not void)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_export = {
    .name = "export",
    .summary = "write a snapshot to standard output as LDIF, JSON or CSV",
    .usage = "[ACCOUNT] --format ldif|json|csv [--kind KIND] [--as ACCOUNT] [--as-of SNAPSHOT]",
    .about = "Writes what a snapshot holds. json is one object with users, groups, roles and "
             "memberships, or one array with --kind. ldif is what muster would add to an empty "
             "target below its containers, for ldapmodify; no server is asked.",
    .opts = opts,
    .words_max = 1,
    .example = "muster export sendoso --format ldif --as corp > people.ldif",
    .run = run,
};
