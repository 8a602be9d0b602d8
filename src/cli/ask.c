/* SPDX-License-Identifier: Apache-2.0 */
/* Questions on stderr, answers from stdin. */
#include "cli/ask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

enum { LINE_MAX_LEN = 8192 };

bool mu_ask_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int mu_ask_line(struct mu_arena *arena, const char **ret, struct mu_err *err)
{
    char line[LINE_MAX_LEN];
    bool came = fgets(line, sizeof(line), stdin);
    if (!came && mu_cancelled())
        return mu_fail(err, MU_E_CANCELLED, "interrupted");
    if (!came)
        return mu_fail(err, MU_E_USAGE, "standard input ended before an answer came");
    size_t len = strlen(line);
    if (len + 1 == sizeof(line) && line[len - 1] != '\n')
        return mu_fail(err, MU_E_LIMIT, "standard input: a line longer than %d bytes",
                       (int)LINE_MAX_LEN);
    while (len > 0 && strchr(" \t\r\n", line[len - 1]))
        len--;
    size_t skip = strspn(line, " \t");
    *ret = skip < len ? mu_strndup(arena, line + skip, len - skip) : "";
    return 0;
}

int mu_ask(struct mu_arena *arena, const char *question, const char *fallback, const char **ret,
           struct mu_err *err)
{
    const char *answer = "";
    while (!*answer) {
        fprintf(stderr, "%s%s%s%s: ", question, fallback ? " [" : "", fallback ? fallback : "",
                fallback ? "]" : "");
        if (mu_ask_line(arena, &answer, err) < 0)
            return -1;
        if (!*answer && fallback)
            answer = fallback;
    }
    *ret = answer;
    return 0;
}

bool mu_ask_yes(const char *question)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_err ended = MU_ERR_INIT;
    const char *answer = "";
    fprintf(stderr, "%s [y/N] ", question);
    bool yes = mu_ask_line(arena, &answer, &ended) == 0 &&
               (mu_strieq(answer, "y") || mu_strieq(answer, "yes"));
    mu_arena_free(arena);
    return yes;
}
