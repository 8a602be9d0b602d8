/* SPDX-License-Identifier: Apache-2.0 */
/* Reading faults, keeping them in order, and finding the one for a request. */
#include "faults.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static const struct {
    const char *name, *help;
    enum sim_fault_kind kind;
} kinds[] = {
    {"html500", "an HTML error page with status `status` (500)", SIM_FAULT_HTML500},
    {"500", "status `status` (500), JSON", SIM_FAULT_500},
    {"429", "rate limit, as the settings shape it", SIM_FAULT_429},
    {"unauthorized", "status 401; `expired`: true in an e2 body", SIM_FAULT_UNAUTHORIZED},
    {"forbidden", "status 403", SIM_FAULT_FORBIDDEN},
    {"404", "status 404", SIM_FAULT_404},
    {"status", "status `status` with `body`", SIM_FAULT_STATUS},
    {"not-json", "status 200 with an HTML page", SIM_FAULT_NOT_JSON},
    {"empty", "status 200 without a body", SIM_FAULT_EMPTY},
    {"deep", "arrays nested `depth` (100000) deep", SIM_FAULT_DEEP},
    {"huge", "a page of `bytes` (300 MB)", SIM_FAULT_HUGE},
    {"endless", "a page that never ends", SIM_FAULT_ENDLESS},
    {"reset", "connection reset before an answer; `effect`: after the request took effect",
     SIM_FAULT_RESET},
    {"hang", "no answer for `ms` (600000), then a reset; `effect` likewise", SIM_FAULT_HANG},
    {"wrong-total", "the total is `total` (the real one + 7)", SIM_FAULT_WRONG_TOTAL},
    {"repeat-rows", "the first `rows` (all) are those of the page before", SIM_FAULT_REPEAT_ROWS},
    {"short-page", "the last `rows` (half of the page) are left out", SIM_FAULT_SHORT_PAGE},
    {"nul", "a NUL in the first name: \\u0000, or with `raw` the byte", SIM_FAULT_NUL},
    {"bad-utf8", "a byte that is not UTF-8 in the first name", SIM_FAULT_BAD_UTF8},
    {"cut-json", "half of the JSON, with the length to match", SIM_FAULT_CUT_JSON},
    {"twice", "the request takes effect twice; the answer is that of the second time",
     SIM_FAULT_TWICE},
    {"truncate", "half of the body, then the connection closes", SIM_FAULT_TRUNCATE},
    {"stall", "half of the body, then nothing for `ms` (600000)", SIM_FAULT_STALL},
    {"slow", "the body in small pieces over `ms` (5000)", SIM_FAULT_SLOW},
};

static int read_kind(struct json_object *doc, struct sim_fault *f, struct mu_err *err)
{
    const char *names[MU_LEN(kinds)];
    const char *name = mu_json_str(doc, "kind");
    for (size_t i = 0; i < MU_LEN(kinds); i++) {
        names[i] = kinds[i].name;
        if (name && strcmp(name, kinds[i].name) == 0)
            f->kind = kinds[i].kind;
    }
    if (f->kind != SIM_FAULT_NONE)
        return 0;
    const char *near = name ? mu_nearest(name, names, MU_LEN(kinds)) : NULL;
    return near ? mu_fail(err, MU_E_USAGE, "kind: unknown; did you mean '%s'?", near)
                : mu_fail(err, MU_E_USAGE, "kind: missing or unknown; GET / lists them");
}

static int read_text(struct json_object *doc, const char *key, char *to, size_t room,
                     struct mu_err *err)
{
    const char *text = mu_json_str(doc, key);
    if (text && strlen(text) >= room)
        return mu_fail(err, MU_E_USAGE, "%s: longer than %zu bytes", key, room - 1);
    if (text)
        snprintf(to, room, "%s", text);
    return 0;
}

static int read_numbers(struct json_object *doc, struct sim_fault *f, struct mu_err *err)
{
    const struct {
        const char *key;
        int64_t *to, fallback, max;
    } numbers[] = {
        {"page", &f->page, 0, INT32_MAX},
        {"skip", &f->skip, 0, INT32_MAX},
        {"times", &f->times, 1, INT32_MAX},
        {"ms", &f->ms, 0, 3600000},
        {"rows", &f->rows, 0, INT32_MAX},
        {"total", &f->total, -1, INT32_MAX},
        {"bytes", &f->bytes, 300000000, (int64_t)1 << 34},
        {"status", &f->status, 500, 599},
        {"depth", &f->depth, 100000, 10000000},
    };
    for (size_t i = 0; i < MU_LEN(numbers); i++) {
        *numbers[i].to = numbers[i].fallback;
        if (!json_object_object_get(doc, numbers[i].key))
            continue;
        if (!mu_json_int(doc, numbers[i].key, numbers[i].to) || *numbers[i].to < 0 ||
            *numbers[i].to > numbers[i].max)
            return mu_fail(err, MU_E_USAGE, "%s: not a number from 0 to %lld", numbers[i].key,
                           (long long)numbers[i].max);
    }
    if (f->status < 200 || f->times < 1)
        return mu_fail(err, MU_E_USAGE, "status is 200 to 599, and times at least 1");
    return 0;
}

static int only_known_keys(struct json_object *doc, struct mu_err *err)
{
    static const char *const known[] = {"kind",  "method", "path",  "page",   "skip", "times",
                                        "ms",    "rows",   "total", "bytes",  "body", "status",
                                        "depth", "effect", "raw",   "expired"};
    json_object_object_foreach(doc, key, value)
    {
        size_t i = 0;
        while (i < MU_LEN(known) && strcmp(key, known[i]) != 0)
            i++;
        (void)value;
        if (i == MU_LEN(known))
            return mu_fail(err, MU_E_USAGE, "unknown key '%.40s'", key);
    }
    return 0;
}

int sim_faults_add(struct sim_faults *faults, struct json_object *doc, struct mu_err *err)
{
    struct sim_fault f = {.kind = SIM_FAULT_NONE};
    if (!json_object_is_type(doc, json_type_object))
        return mu_fail(
            err, MU_E_USAGE,
            "a fault is an object such as {\"path\":\"/api/v3/users\",\"kind\":\"500\"}");
    if (faults->count == SIM_FAULTS_MAX)
        return mu_fail(err, MU_E_LIMIT, "more than %d faults (SIM_FAULTS_MAX)", SIM_FAULTS_MAX);
    if (only_known_keys(doc, err) < 0 || read_kind(doc, &f, err) < 0 ||
        read_numbers(doc, &f, err) < 0 ||
        read_text(doc, "method", f.method, sizeof(f.method), err) < 0 ||
        read_text(doc, "path", f.path, sizeof(f.path), err) < 0 ||
        read_text(doc, "body", f.body, sizeof(f.body), err) < 0)
        return -1;
    f.effect = mu_json_bool(doc, "effect", false);
    f.raw = mu_json_bool(doc, "raw", false);
    f.expired = mu_json_bool(doc, "expired", false);
    faults->list = mu_xrealloc(faults->list, (faults->count + 1) * sizeof(*faults->list));
    faults->list[faults->count++] = f;
    return 0;
}

static bool matches(const struct sim_fault *f, const char *method, const char *path, int64_t page)
{
    return (!f->method[0] || strcmp(f->method, method) == 0) &&
           (!f->path[0] || mu_glob(f->path, path, false)) && (f->page == 0 || f->page == page);
}

struct sim_fault sim_faults_take(struct sim_faults *faults, const char *method, const char *path,
                                 int64_t page)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct sim_fault *f = &faults->list[i];
        if (!matches(f, method, path, page))
            continue;
        if (f->skip > 0) {
            f->skip--;
            continue;
        }
        struct sim_fault taken = *f;
        if (--f->times == 0) {
            faults->count--;
            memmove(f, f + 1, (faults->count - i) * sizeof(*f));
        }
        faults->spoiled++;
        return taken;
    }
    return (struct sim_fault){.kind = SIM_FAULT_NONE};
}

void sim_faults_clear(struct sim_faults *faults)
{
    free(faults->list);
    *faults = (struct sim_faults){.spoiled = faults->spoiled};
}

static const char *kind_name(enum sim_fault_kind kind)
{
    for (size_t i = 0; i < MU_LEN(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].name;
    return "none";
}

void sim_faults_write(const struct sim_faults *faults, struct mu_jw *w)
{
    mu_jw_array(w);
    for (size_t i = 0; i < faults->count; i++) {
        const struct sim_fault *f = &faults->list[i];
        mu_jw_object(w);
        mu_jw_key(w, "kind");
        mu_jw_str(w, kind_name(f->kind));
        mu_jw_key(w, "method");
        mu_jw_str(w, f->method);
        mu_jw_key(w, "path");
        mu_jw_str(w, f->path);
        mu_jw_key(w, "page");
        mu_jw_int(w, f->page);
        mu_jw_key(w, "skip");
        mu_jw_int(w, f->skip);
        mu_jw_key(w, "times");
        mu_jw_int(w, f->times);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

void sim_faults_write_kinds(struct mu_jw *w)
{
    mu_jw_object(w);
    for (size_t i = 0; i < MU_LEN(kinds); i++) {
        mu_jw_key(w, kinds[i].name);
        mu_jw_str(w, kinds[i].help);
    }
    mu_jw_end(w, '}');
}
