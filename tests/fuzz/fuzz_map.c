/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping file from a person: compiled and run on a record, or refused with its place. */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "map/map.h"

static const char record[] =
    "{\"id\":4101,\"first_name\":\"Zo\\u00eb\",\"last_name\":null,\"email\":\" Z@Example.test \","
    "\"active\":true,\"budget\":\"10.50\",\"team_group_id\":\"71\",\"created_at\":"
    "\"2024-03-02T08:15:00.000-07:00\",\"emails\":[{\"email\":\"z@example.test\"}]}";

static void use(const struct mu_resource *mapping, struct mu_arena *arena)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    MU_AUTO(buf) struct mu_buf out = MU_BUF_INIT(MU_BUF_MAX);
    const char *id = NULL;
    const struct mu_want *want = NULL;
    size_t count = 0;

    mu_assert(mu_doc_parse(arena, record, sizeof(record) - 1, &doc, &err) == 0);
    if (mu_map_info(mapping)->target)
        (void)mu_map_want(mapping, doc, NULL, arena, &want, &count, &err);
    else if (mu_map_entry(mapping, doc, NULL, arena, &out, &id, &err) == 0)
        mu_assert(id != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_resource *mapping = NULL;
    char path[64];

    int fd = memfd_create("users.yaml", MFD_CLOEXEC);
    mu_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (mu_map_load_file(arena, path, &mapping, &err) == 0)
        use(mapping, arena);
    else
        mu_assert(err.text[0] != '\0');
    close(fd);
    return 0;
}
