/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing over SCIM share. */
#ifndef SIM_SCIM_IMPL_H
#define SIM_SCIM_IMPL_H

#include "http.h"

void sim_scim_write(struct sim *sim, struct mu_jw *w, uint32_t index);

/* The person in the path; false: 404 was answered. */
bool sim_scim_find(struct sim_request *r, uint32_t *ret_index);

#endif
