/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a remote says in headers and we are told as addresses and rates: times to wait stay within
 * their bounds, an address that is taken is taken again, a path that is taken stays below its base
 * however often it is decoded, and what is escaped holds no delimiter.
 */
#include "fuzz.h"

#include <curl/curl.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "net/governor.h"
#include "net/http_flight.h"

static const int64_t now_s = 1772000000, hour_us = 3600 * (int64_t)1000000;

static void check_waits(const char *text)
{
    const struct mu_rate_hint hints[] = {
        {.status = 429, .retry_after = text},
        {.status = 429, .limit_reset = text},
        {.status = 200, .limit_remaining = "0", .x_reset = text},
        {.status = 200, .limit_remaining = text, .limit_reset = "1"},
    };
    for (size_t i = 0; i < MU_LEN(hints); i++) {
        struct mu_governor *g = mu_governor_new(8, 2);
        mu_governor_told(g, &hints[i], 0, now_s);
        int64_t blocked = mu_governor_blocked(g, 0), wait = mu_governor_take(g, 0);
        mu_assert(blocked >= 0 && blocked <= hour_us && wait >= 0 && wait <= hour_us);
        mu_governor_free(g);
    }
}

static void check_address(const char *text)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(free) char *base = NULL, *host = NULL, *again = NULL, *same = NULL;

    if (mu_http_base(text, &base, &host, &err) < 0) {
        mu_assert(err.text[0] != '\0');
        return;
    }
    mu_assert(mu_http_base(base, &again, &same, &err) == 0);
    mu_assert(mu_streq(base, again) && mu_streq(host, same));
}

/* As a server that knows path parameters and backslashes takes it apart. */
static bool climbs(const char *path)
{
    while (*path) {
        size_t len = strcspn(path, "/\\"), name = strcspn(path, "/\\;");
        if (name > 0 && name <= 2 && strspn(path, ".") >= name)
            return true;
        path += len + (path[len] != '\0');
    }
    return false;
}

static void check_below(const char *path)
{
    struct mu_err err = MU_ERR_INIT;
    if (mu_url_below(path, NULL, &err) < 0)
        return;
    char *now = curl_easy_unescape(NULL, path, 0, NULL);
    for (int i = 0; i < 3; i++) {
        mu_assert(now[0] == '/' && !climbs(now) && !strpbrk(now, "\r\n"));
        char *next = curl_easy_unescape(NULL, now, 0, NULL);
        curl_free(now);
        now = next;
    }
    curl_free(now);
}

static void check_escape(const char *bytes, size_t len)
{
    MU_AUTO(buf) struct mu_buf coded = MU_BUF_INIT(MU_BUF_MAX);

    mu_url_escape(&coded, bytes, len);
    mu_assert(strpbrk(coded.data, "/?#&= \r\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *text = mu_strndup(arena, (const char *)data, size);
    double rate = -1;

    check_waits(text);
    check_address(text);
    check_below(text);
    check_escape((const char *)data, size);
    if (mu_rate_parse(text, &rate, &err) == 0)
        mu_assert(rate >= 0);
    return 0;
}
