/* SPDX-License-Identifier: Apache-2.0 */
/* A source in memory. */
#include "fake_source.h"

#include <check.h>
#include <string.h>

#include "base/doc.h"
#include "base/str.h"

static struct fake_source *current;

static struct fake_source *fake_of(struct mu_account *a)
{
    return (struct fake_source *)a;
}

static const struct mu_resource *called(const struct fake_source *f, const char *name)
{
    for (const struct mu_resource *const *r = f->resources; *r; r++)
        if (mu_streq(mu_map_info(*r)->name, name))
            return *r;
    ck_abort_msg("the fake source has no %s", name);
    return NULL;
}

static int begin(struct mu_account *a, const char *const *only, struct mu_err *err)
{
    struct fake_source *f = fake_of(a);
    (void)only;
    (void)err;
    f->at = f->reads[f->reads_begun < f->read_count ? f->reads_begun : f->read_count - 1];
    f->reads_begun++;
    f->last = NULL;
    memset(f->counts, 0, sizeof(f->counts));
    return 0;
}

static void count(struct fake_source *f, const struct mu_resource *r, bool answered)
{
    size_t i = 0;
    while (f->resources[i] != r)
        i++;
    f->counts[i].resource = r;
    f->counts[i].asked++;
    f->counts[i].answered += answered;
}

static int next(struct mu_account *a, struct mu_page *ret, struct mu_err *err)
{
    struct fake_source *f = fake_of(a);
    const struct fake_page *page = f->at;
    if (!page->resource)
        return 0;
    const struct mu_resource *r = called(f, page->resource);
    f->number = mu_streq(f->last, page->resource) ? f->number + 1 : 1;
    f->last = page->resource;
    f->at++;
    count(f, r, !page->error);
    if (page->error) {
        ret->resource = r;
        mu_fail(err, page->code, "%s", page->error);
        err->blast = page->blast;
        return -1;
    }
    struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *records;
    ck_assert_int_eq(mu_doc_parse(arena, page->records, strlen(page->records), &records, err), 0);
    *ret = (struct mu_page){.arena = arena,
                            .resource = r,
                            .records = records,
                            .parent = page->parent,
                            .number = f->number,
                            .rows = (int)records->len,
                            .total = page->total};
    if (page->parent)
        ret->context = mu_doc_single(arena, mu_map_info(r)->fetch->param, page->parent);
    return 1;
}

static void end(struct mu_account *a, struct mu_arena *arena, struct mu_read_facts *ret)
{
    struct fake_source *f = fake_of(a);
    size_t used = 0;
    struct mu_read_count *counts = mu_alloc_array(arena, MU_LEN(f->counts), sizeof(*counts));
    for (size_t i = 0; i < MU_LEN(f->counts); i++)
        if (f->counts[i].resource)
            counts[used++] = f->counts[i];
    if (used > 0)
        counts[0].asked += f->unanswered;
    *ret = (struct mu_read_facts){.identity = f->bound.id,
                                  .bound = f->bound,
                                  .counts = counts,
                                  .count_count = used,
                                  .calls = 1};
}

static const struct mu_resource *const *resources(struct mu_account *a)
{
    return fake_of(a)->resources;
}

static const struct mu_source_ops ops = {
    .begin = begin, .next = next, .end = end, .resources = resources};

static int open_account(const struct mu_account_conf *conf, struct mu_account **ret,
                        struct mu_err *err)
{
    (void)err;
    current->account.name = conf->name;
    *ret = &current->account;
    return 0;
}

static void close_account(struct mu_account *a)
{
    (void)a;
}

static const struct mu_opt opts[] = {{.name = NULL}};

static const struct mu_adapter adapter = {.name = "fake",
                                          .summary = "in memory",
                                          .opts = opts,
                                          .values_size = 1,
                                          .open = open_account,
                                          .close = close_account,
                                          .source = &ops};

void fake_source_init(struct fake_source *f, struct mu_arena *arena, const char *mappings,
                      const char *const *names)
{
    struct mu_layers layers = {.dirs = {mappings}};
    struct mu_err err = MU_ERR_INIT;
    *f = (struct fake_source){.account = {.adapter = &adapter, .name = "fake"},
                              .bound = {"7", "manager", "9"}};
    for (size_t i = 0; names[i]; i++)
        ck_assert_msg(mu_map_load(arena, &layers, "sendoso", names[i], &f->resources[i], &err) == 0,
                      "%s", err.text);
    current = f;
}

const struct mu_adapter *fake_source_adapter(void)
{
    return &adapter;
}
