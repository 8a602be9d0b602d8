/* SPDX-License-Identifier: Apache-2.0 */
/* Help, made from the command table. */
#include "cli/help.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OPTION_COLUMN = 32, COMMAND_COLUMN = 14, USAGE_INDENT = 15, NARROWEST = 40, WIDEST = 100 };

/* Where the text goes, and how far it is in its line. */
struct page {
    FILE *to;
    int width, column;
};

static struct page page_of(FILE *to)
{
    struct page p = {.to = to, .width = WIDEST};
    struct winsize size;
    if (isatty(fileno(to)) && ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        p.width = size.ws_col < NARROWEST ? NARROWEST : size.ws_col < WIDEST ? size.ws_col : WIDEST;
    return p;
}

static void pad(struct page *p, int column)
{
    for (; p->column < column; p->column++)
        putc(' ', p->to);
}

static void newline(struct page *p)
{
    putc('\n', p->to);
    p->column = 0;
}

/* Up to the next blank, but [what belongs together] whole. */
static int word_len(const char *text)
{
    int len = 0, depth = 0;
    for (; text[len] && text[len] != '\n' && (depth > 0 || text[len] != ' '); len++)
        depth += (text[len] == '[') - (text[len] == ']');
    return len;
}

/* Broken between words; further lines begin at `indent`. A line's own blanks and end stay. */
static void wrap(struct page *p, const char *text, int indent)
{
    bool begun = false;
    while (*text) {
        if (*text == '\n') {
            newline(p);
            begun = false;
            text++;
            continue;
        }
        bool blank = *text == ' ';
        text += blank && begun;
        int len = blank && !begun ? 1 : word_len(text);
        if (begun && p->column + 1 + len > p->width) {
            newline(p);
            pad(p, indent);
        } else if (begun) {
            pad(p, p->column + 1);
        }
        p->column += fprintf(p->to, "%.*s", len, text);
        begun = !blank || begun;
        text += len;
    }
}

static void print_options(struct page *p, const struct mu_cmd_opt *opts)
{
    for (; opts->name; opts++) {
        if (!opts->help)
            continue;
        if (opts->letter)
            p->column = fprintf(p->to, "  -%c, ", opts->letter);
        pad(p, 6);
        p->column += fprintf(p->to, "--%s%s%s", opts->name, opts->arg ? " " : "",
                             opts->arg ? opts->arg : "");
        if (p->column >= OPTION_COLUMN)
            newline(p);
        pad(p, OPTION_COLUMN);
        wrap(p, opts->help, OPTION_COLUMN);
        newline(p);
    }
}

void mu_help(FILE *to)
{
    struct page p = page_of(to);
    wrap(&p,
         "muster keeps the people of one system in agreement with another: users, groups, roles, "
         "members.\n"
         "\n"
         "Usage: muster COMMAND [ARGUMENT...] [OPTION...]\n"
         "\n"
         "Commands:\n",
         0);
    for (size_t i = 0; mu_cmds[i]; i++) {
        p.column = fprintf(to, "  %s ", mu_cmds[i]->name);
        pad(&p, COMMAND_COLUMN);
        wrap(&p, mu_cmds[i]->summary, COMMAND_COLUMN);
        newline(&p);
    }
    fputs("\nOptions, anywhere on the line:\n", to);
    print_options(&p, mu_cmd_everywhere);
    wrap(&p,
         "\n"
         "Exit status: 0 done or nothing to do, 1 failed, 2 there are changes, 3 refused, 4 "
         "partial, 64 wrong usage, 78 wrong configuration.\n"
         "\n"
         "muster COMMAND --help tells a command's own options, with an example. Manuals: "
         "muster(1), muster.yaml(5).\n",
         0);
}

void mu_help_command(FILE *to, const struct mu_cmd *cmd)
{
    struct page p = page_of(to);
    p.column = fprintf(to, "Usage: muster %s%s", cmd->name, *cmd->usage ? " " : "");
    wrap(&p, cmd->usage, USAGE_INDENT);
    fputs("\n\n", to);
    p.column = 0;
    wrap(&p, cmd->about, 0);
    newline(&p);
    if (cmd->opts) {
        fputs("\nOptions:\n", to);
        print_options(&p, cmd->opts);
    }
    fprintf(to, "\nExample:\n  %s\n\nOptions of every command: muster --help\n", cmd->example);
}
