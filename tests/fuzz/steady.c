/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers that are the same in each run of a target. Seeds of hash tables decide which branches
 * an input takes there; with true ones FUZZ_SEED would not repeat a run.
 */
#include "fuzz.h"

#include <sodium.h>

static const char *name(void)
{
    return "steady";
}

static void fill(void *const to, const size_t len)
{
    static unsigned char seed[randombytes_SEEDBYTES];
    randombytes_buf_deterministic(to, len, seed);
    sodium_increment(seed, sizeof(seed));
}

static uint32_t number(void)
{
    uint32_t n;
    fill(&n, sizeof(n));
    return n;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static struct randombytes_implementation steady = {
        .implementation_name = name, .random = number, .buf = fill};
    (void)argc;
    (void)argv;
    return randombytes_set_implementation(&steady);
}
