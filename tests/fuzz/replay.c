/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for libFuzzer: gives a target every file named, every beginning of it, and the file
 * with single bytes changed. Deterministic, a second or so a file. Inputs are exact heap copies, so
 * that ASan sees one byte too far.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, STEPS = 256 };

static unsigned long ran;

static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    ran++;
}

/* At most STEPS places of a file are damaged, evenly spread. */
static void damage(uint8_t *data, size_t size)
{
    static const uint8_t put[] = {0, '"', '\\', '{', '[', ':', '-', '\n', 0x80, 0xff};
    size_t stride = size / STEPS + 1;

    for (size_t at = 0; at < size; at += stride) {
        run(data, at);
        uint8_t was = data[at];
        for (size_t i = 0; i < sizeof(put); i++) {
            data[at] = put[i];
            run(data, size);
        }
        data[at] = was;
    }
}

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    uint8_t *data = malloc(INPUT_MAX);
    if (data == NULL)
        abort();
    size_t size = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    run(data, size);
    damage(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize(&argc, &argv) != 0)
        return 1;
    for (int i = 1; i < argc; i++) {
        if (replay(argv[i]) < 0)
            return 1;
    }
    printf("%s: %lu inputs of %d files\n", argv[0], ran, argc - 1);
    return argc > 1 ? 0 : 1;
}
