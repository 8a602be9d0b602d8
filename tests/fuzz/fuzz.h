/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one function: any bytes must come back with a result or an error, never a crash,
 * a leak or a hang. With --enable-fuzzing libFuzzer calls it; without, replay.c runs the corpus and
 * small damage to it in `make check`.
 */
#ifndef MU_TESTS_FUZZ_H
#define MU_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* steady.c, called before the first input: random numbers are the same in each run. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif
