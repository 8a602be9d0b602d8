/* SPDX-License-Identifier: Apache-2.0 */
/* A story (engine/explain.h) on stdout. */
#ifndef MU_CLI_SHOW_EXPLAIN_H
#define MU_CLI_SHOW_EXPLAIN_H

#include "cli/show.h"
#include "engine/explain.h"

/* `found_by`: what of the text a person typed fitted. only_group: of the whole only what concerns
 * the one group asked for, for text; json has it all. */
void mu_show_story(struct mu_cli *cli, const struct mu_story *story, const char *found_by,
                   bool only_group);

#endif
