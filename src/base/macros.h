/* SPDX-License-Identifier: Apache-2.0 */
/* Compiler attributes used across muster, and the cleanup helper. Nothing here hides control flow.
 * */
#ifndef MU_BASE_MACROS_H
#define MU_BASE_MACROS_H

#include <stdlib.h>

#define MU_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define MU_MUST_USE __attribute__((warn_unused_result))
#define MU_NORETURN __attribute__((noreturn))
#define MU_UNUSED __attribute__((unused))
#define MU_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* `MU_AUTO(json) struct json_object *o = NULL;` calls mu_auto_json(&o) when o leaves its scope. */
#define MU_AUTO(what) __attribute__((cleanup(mu_auto_##what)))

static inline void mu_auto_free(void *p)
{
    free(*(void **)p);
}

#endif
