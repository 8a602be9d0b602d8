/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that work for another one and are joined by it. */
#ifndef MU_BASE_THREAD_H
#define MU_BASE_THREAD_H

#include <pthread.h>

#include "base/err.h"

/* Starts `run`; signals stay with the threads that had them before, one of which asks mu_cancelled
 * (base/io.h). MU_E_IO when the system has no thread to give. */
int mu_thread_start(pthread_t *ret, void *(*run)(void *), void *arg, struct mu_err *err);

#endif
