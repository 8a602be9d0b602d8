/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sendoso as a source: users, team groups and their members over REST v3, roles and inactive people
 * over SCIM where a credential for it is given.
 *
 * Known of the vendor (developer.sendoso.com, read 2026): lists page by page/per_page (at most
 * 100); the members of a group are one bare array; /users shows active people only, without role or
 * status; ids come as numbers or text, money as either, every field may be null; errors have three
 * shapes and no codes; ten requests a second, and whoever is faster is blocked for a time nobody
 * states. What is a list, how it pages and what its total is called stands in mappings/sendoso/.
 */
#ifndef MU_ADAPTER_SENDOSO_SENDOSO_H
#define MU_ADAPTER_SENDOSO_SENDOSO_H

#include "adapter/adapter.h"

extern const struct mu_adapter mu_adapter_sendoso;

#endif
