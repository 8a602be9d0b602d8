/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit verify: the chain of digests of journal and snapshots, computed again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/audit.h"
#include "cli/show.h"
#include "store/chain.h"

static int read_noted(const struct mu_args *args, const char **ret, struct mu_err *err)
{
    const char *noted = *ret = mu_args_get(args, "head");
    if (noted &&
        (strlen(noted) != MU_DIGEST_HEX - 1 || strspn(noted, "0123456789abcdef") != strlen(noted)))
        return mu_fail(err, MU_E_USAGE,
                       "audit verify: --head is a digest of %d digits and small letters a to f, as "
                       "muster audit verify prints it",
                       MU_DIGEST_HEX - 1);
    return 0;
}

static void show_json(const struct mu_chain_check *check, const char *noted)
{
    struct mu_buf buf = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &buf, true);
    mu_jw_object(&w);
    mu_jw_put_int(&w, "rows", check->head.rows);
    mu_jw_put_str(&w, "head", check->head.link);
    mu_jw_put_int(&w, "fit", check->fit);
    mu_jw_put_str(&w, "broken", check->broken);
    mu_jw_put_int(&w, "snapshots", check->sealed);
    mu_jw_put_str(&w, "broken_snapshot", check->broken_seal);
    mu_jw_put_str(&w, "noted", noted);
    mu_jw_key(&w, "noted_row");
    if (check->noted_at >= 0)
        mu_jw_int(&w, check->noted_at);
    else
        mu_jw_null(&w);
    mu_jw_end(&w, '}');
    mu_show_document(&buf);
    mu_buf_done(&buf);
}

static int show_csv(struct mu_cli *cli, const struct mu_chain_check *check, struct mu_err *err)
{
    static const char *const columns[] = {
        "rows", "head", "fit", "broken", "snapshots", "broken_snapshot", "noted_row"};
    const char *const values[] = {
        mu_printf(cli->arena, "%" PRId64, check->head.rows),
        check->head.link,
        mu_printf(cli->arena, "%" PRId64, check->fit),
        check->broken,
        mu_printf(cli->arena, "%" PRId64, check->sealed),
        check->broken_seal,
        check->noted_at >= 0 ? mu_printf(cli->arena, "%" PRId64, check->noted_at) : NULL};
    struct mu_writer *w = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    mu_writer_row(w, values, NULL);
    return mu_writer_close(w, err);
}

static void show_text(struct mu_cli *cli, const struct mu_chain_check *check)
{
    char number[MU_SHOW_NUMBER];
    if (!check->broken)
        printf("journal: %s, each as it was written\n",
               mu_show_some(cli->arena, check->fit, "row", "rows"));
    if (!check->broken && !check->broken_seal)
        printf("snapshots: %" PRId64 ", each with its entries as it was read\n", check->sealed);
    printf("head: %s\n", check->head.link);
    if (check->noted_at >= 0)
        printf("the noted head is that of row %s\n", mu_show_number(check->noted_at, number));
}

static int show(struct mu_cli *cli, const struct mu_chain_check *check, const char *noted,
                struct mu_err *err)
{
    if (cli->format == MU_FORMAT_CSV)
        return show_csv(cli, check, err);
    if (cli->format == MU_FORMAT_JSON)
        show_json(check, noted);
    else
        show_text(cli, check);
    return 0;
}

int mu_audit_verify(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *noted;
    struct mu_chain_check check;
    if (read_noted(args, &noted, err) < 0 || mu_cli_store(cli, MU_STORE_READ, err) < 0 ||
        mu_chain_verify(cli->store, cli->arena, noted, &check, err) < 0 ||
        show(cli, &check, noted, err) < 0)
        return -1;
    const char *path = mu_store_path(cli->store);
    if (check.broken)
        return mu_fail(err, MU_E_CONFLICT,
                       "store %s: the journal isn't what muster wrote: %s; the %" PRId64
                       " rows before it are, compare the rest with a backup",
                       path, check.broken, check.fit);
    if (check.broken_seal)
        return mu_fail(err, MU_E_CONFLICT,
                       "store %s: a snapshot isn't what was read: %s; compare it with a backup, or "
                       "read the account into a new store",
                       path, check.broken_seal);
    if (noted && check.noted_at < 0)
        return mu_fail(err, MU_E_CONFLICT,
                       "store %s: the journal never had the head %s; it was made anew from some "
                       "row on, put back from a backup that is older, or is another store's",
                       path, noted);
    return MU_EXIT_DONE;
}
