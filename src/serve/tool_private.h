/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read documentation records share. */
#ifndef MU_SERVE_TOOL_PRIVATE_H
#define MU_SERVE_TOOL_PRIVATE_H

#include "base/yaml.h"
#include "serve/tool.h"

/* Arguments of the record `at`, and that each part of the path has one. */
int tool_read_args(struct mu_arena *arena, const struct mu_y *at, const struct mu_y *list,
                   struct mu_tool *t, struct mu_err *err);

#endif
