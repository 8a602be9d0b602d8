/* SPDX-License-Identifier: Apache-2.0 */
/* Mapping files for tests. */
#include "mapping.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void mapping_open(struct mapping *m)
{
    static const char *const names[MAPPING_LAYERS] = {"shipped", "site", "account"};
    *m = (struct mapping){.arena = mu_arena_new(), .root = "/tmp/mu-mapping-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(m->root));
    for (int i = 0; i < MAPPING_LAYERS; i++) {
        m->layers.dirs[i] = mu_printf(m->arena, "%s/%s", m->root, names[i]);
        ck_assert_int_eq(mkdir(m->layers.dirs[i], 0700), 0);
        ck_assert_int_eq(mkdir(mu_printf(m->arena, "%s/test", m->layers.dirs[i]), 0700), 0);
    }
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void mapping_close(struct mapping *m)
{
    ck_assert_int_eq(nftw(m->root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    mu_arena_free(m->arena);
}

const char *mapping_write(struct mapping *m, int layer, const char *name, const char *text)
{
    const char *path = mu_printf(m->arena, "%s/test/%s.yaml", m->layers.dirs[layer], name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    return path;
}

const struct mu_resource *mapping_load(struct mapping *m, const char *name)
{
    const struct mu_resource *r = NULL;
    m->err = (struct mu_err)MU_ERR_INIT;
    return mu_map_load(m->arena, &m->layers, "test", name, &r, &m->err) < 0 ? NULL : r;
}

const struct mu_resource *mapping_of(struct mapping *m, const char *text)
{
    mapping_write(m, MAPPING_SHIPPED, "one", text);
    const struct mu_resource *r = mapping_load(m, "one");
    ck_assert_msg(r != NULL, "%s\n%s", m->err.text, text);
    return r;
}

static void has_words(const char *error, const char *words, const char *text)
{
    const char *at = error;
    while (*words != '\0') {
        size_t len = strcspn(words, "|");
        const char *hit = memmem(at, strlen(at), words, len);
        ck_assert_msg(hit != NULL, "expected \"%s\" in: %s\nfor:\n%s", words, error, text);
        at = hit + len;
        words += len + (words[len] == '|');
    }
}

void mapping_refused(const char *text, const char *place, const char *words)
{
    struct mapping m;
    mapping_open(&m);
    const char *path = mapping_write(&m, MAPPING_SHIPPED, "bad", text);
    ck_assert_msg(mapping_load(&m, "bad") == NULL, "taken:\n%s", text);
    ck_assert_uint_eq(m.err.code, MU_E_CONFIG);
    const char *start = mu_printf(m.arena, "%s:%s: ", path, place);
    ck_assert_msg(strncmp(m.err.text, start, strlen(start)) == 0, "expected %s, got: %s\nfor:\n%s",
                  start, m.err.text, text);
    has_words(m.err.text, words, text);
    mapping_close(&m);
}
