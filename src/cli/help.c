/* SPDX-License-Identifier: Apache-2.0 */
/* Help, made from the command table. */
#include "cli/help.h"

#include <string.h>

enum { OPTION_WIDTH = 26 };

static void print_options(FILE *to, const struct mu_cmd_opt *opts)
{
    for (; opts->name; opts++) {
        if (!opts->help)
            continue;
        if (opts->letter)
            fprintf(to, "  -%c, ", opts->letter);
        else
            fputs("      ", to);
        int width =
            fprintf(to, "--%s%s%s", opts->name, opts->arg ? " " : "", opts->arg ? opts->arg : "");
        if (width >= OPTION_WIDTH)
            fprintf(to, "\n%*s%s\n", OPTION_WIDTH + 6, "", opts->help);
        else
            fprintf(to, "%*s%s\n", OPTION_WIDTH - width, "", opts->help);
    }
}

void mu_help(FILE *to)
{
    fputs("muster keeps the people of one system in agreement with another: users, groups, roles, "
          "members.\n"
          "\n"
          "Usage: muster COMMAND [ARGUMENT...] [OPTION...]\n"
          "\n"
          "Commands:\n",
          to);
    for (size_t i = 0; mu_cmds[i]; i++)
        fprintf(to, "  %-12s%s\n", mu_cmds[i]->name, mu_cmds[i]->summary);
    fputs("\nOptions, anywhere on the line:\n", to);
    print_options(to, mu_cmd_everywhere);
    fputs("\n"
          "Exit status: 0 done or nothing to do, 1 failed, 2 there are changes, 3 refused, 4 "
          "partial,\n"
          "64 wrong usage, 78 wrong configuration.\n"
          "\n"
          "muster COMMAND --help tells a command's own options, with an example. Manuals: "
          "muster(1), muster.yaml(5).\n",
          to);
}

void mu_help_command(FILE *to, const struct mu_cmd *cmd)
{
    fprintf(to, "Usage: muster %s%s%s\n\n%s\n", cmd->name, *cmd->usage ? " " : "", cmd->usage,
            cmd->about);
    if (cmd->opts) {
        fputs("\nOptions:\n", to);
        print_options(to, cmd->opts);
    }
    fprintf(to, "\nExample:\n  %s\n\nOptions of every command: muster --help\n", cmd->example);
}
