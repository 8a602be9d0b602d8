/* SPDX-License-Identifier: Apache-2.0 */
/* Starting threads. */
#include "base/thread.h"

#include <signal.h>
#include <string.h>

int mu_thread_start(pthread_t *ret, void *(*run)(void *), void *arg, struct mu_err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(ret, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : mu_fail(err, MU_E_IO, "no thread to work with: %s", strerror(rc));
}
