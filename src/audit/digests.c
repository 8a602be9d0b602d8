/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of the snapshots an audit rests on, each computed by a thread with a store handle of its
 * own while the checks run: it reads every entry again. */
#include <pthread.h>

#include "audit/auditing.h"
#include "base/thread.h"
#include "store/chain.h"

struct audit_digest {
    pthread_t thread;
    const char *path;
    const struct mu_snapshot *snap;
    const char **to; /* where it belongs, when it is known */
    char hex[MU_DIGEST_HEX];
    int rc;
    struct mu_err err;
    struct audit_digest *next;
};

static void *work(void *arg)
{
    struct audit_digest *d = arg;
    struct mu_store *store;
    d->rc = mu_store_open(d->path, MU_STORE_READ, &store, &d->err);
    if (d->rc < 0)
        return NULL;
    d->rc = mu_snapshot_digest(store, d->snap, d->hex, &d->err);
    mu_store_close(store);
    return NULL;
}

int audit_digest_begin(struct auditing *a, const struct mu_snapshot *snap, const char **to,
                       struct mu_err *err)
{
    struct audit_digest *d = mu_alloc(a->arena, sizeof(*d));
    *d = (struct audit_digest){.path = mu_store_path(a->store), .snap = snap, .to = to};
    if (mu_thread_start(&d->thread, work, d, err) < 0)
        return -1;
    d->next = a->digests;
    a->digests = d;
    return 0;
}

int audit_digests_end(struct auditing *a, struct mu_err *err)
{
    int rc = 0;
    for (struct audit_digest *d = a->digests; d; d = d->next) {
        pthread_join(d->thread, NULL);
        if (d->rc < 0) {
            *err = d->err;
            rc = -1;
            continue;
        }
        *d->to = d->hex;
    }
    a->digests = NULL;
    return rc;
}
