/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was sent to whom, read from an account when it is asked for and kept nowhere. Where a system
 * tells it stands in mappings/audit/sends.yaml. Pages are asked for one after the other, under the
 * account's rate.
 */
#ifndef MU_AUDIT_SENDS_H
#define MU_AUDIT_SENDS_H

#include "adapter/adapter.h"

enum { MU_SENDS_MAX = 5000000 };

struct mu_send {
    const char *id, *status;
    int64_t at; /* Unix seconds; 0: not told */
    const char *campaign_id, *campaign;
    const char *recipient;          /* folded e-mail; NULL: not told */
    const char *sender_id, *sender; /* sender: folded e-mail */
    bool failed;                    /* its status says that it never arrived */
};

struct mu_sends {
    const struct mu_send *list; /* each once, as the system tells them */
    size_t count;
    int64_t total; /* as promised on the first page; -1: not promised */
    bool complete; /* as many as were promised */
};

/* MU_E_UNSUPPORTED: this system doesn't tell. Errors name the page. */
int mu_sends_read(struct mu_account *account, struct mu_arena *arena, struct mu_log *log,
                  const struct mu_sends **ret, struct mu_err *err);

/* Campaign by id, or by its name folded. */
bool mu_send_is_of(const struct mu_send *send, struct mu_arena *arena, const char *campaign);

/* The file alone, as `muster map check` does. */
int mu_sends_check_file(struct mu_arena *arena, const char *path, size_t *ret_count,
                        struct mu_err *err);

#endif
