/* SPDX-License-Identifier: Apache-2.0 */
/* The `serve:` key by its table. */
#include "engine/config_serve.h"

#include "engine/config_private.h"

enum { DAY_S = 86400 };

static const char *const proxies[] = {
    [MU_PROXY_NONE] = "none", [MU_PROXY_TRUSTED] = "trusted", NULL};

/* As written. */
struct serve_values {
    struct mu_serve_conf conf;
    const char *token_rate;
};

static const struct mu_opt opts[] = {
    {"listen", MU_OPT_STR, offsetof(struct serve_values, conf.listen), .def = "127.0.0.1:8470",
     .help = "address and port"},
    {"tls_cert", MU_OPT_STR, offsetof(struct serve_values, conf.tls_cert),
     .help = "PEM file of the certificate and its chain"},
    {"tls_key", MU_OPT_STR, offsetof(struct serve_values, conf.tls_key),
     .help = "PEM file of its private key"},
    {"proxy", MU_OPT_ENUM, offsetof(struct serve_values, conf.proxy), .def = "none",
     .choices = proxies,
     .help = "trusted: a proxy in front of it does TLS and says whom it speaks for"},
    {"hosts", MU_OPT_LIST, offsetof(struct serve_values, conf.hosts),
     .help = "names it may be called by besides its address"},
    {"origins", MU_OPT_LIST, offsetof(struct serve_values, conf.origins),
     .help = "origins of web pages that may read its answers (CORS)"},
    {"workers", MU_OPT_INT, offsetof(struct serve_values, conf.workers), .def = "0", .min = 0,
     .max = 64, .help = "threads that serve connections; 0: one a processor"},
    {"blocking", MU_OPT_INT, offsetof(struct serve_values, conf.blocking), .def = "8", .min = 1,
     .max = 64, .help = "threads for requests that wait for others; one token gets three quarters"},
    {"connections", MU_OPT_INT, offsetof(struct serve_values, conf.connections), .def = "1024",
     .min = 1, .max = 100000, .help = "connections at once"},
    {"connections_per_ip", MU_OPT_INT, offsetof(struct serve_values, conf.connections_per_ip),
     .def = "0", .min = 0, .max = 100000,
     .help = "connections at once of one address; 0: no limit"},
    {"header_kib", MU_OPT_INT, offsetof(struct serve_values, conf.header_kib), .def = "32",
     .min = 8, .max = 1024, .help = "KiB that the headers of a request and of its answer may take"},
    {"body_kib", MU_OPT_INT, offsetof(struct serve_values, conf.body_kib), .def = "1024", .min = 1,
     .max = 65536, .help = "KiB of a request's body"},
    {"idle", MU_OPT_DURATION, offsetof(struct serve_values, conf.idle_s), .def = "60s",
     .help = "how long a connection may be silent"},
    {"request", MU_OPT_DURATION, offsetof(struct serve_values, conf.request_s), .def = "60s",
     .min = 1, .max = DAY_S, .help = "how long a request may take to come, headers and body"},
    {"answer", MU_OPT_DURATION, offsetof(struct serve_values, conf.answer_s), .def = "5m", .min = 1,
     .max = DAY_S, .help = "how long a client may take to read an answer, or a piece of a stream"},
    {"token_rate", MU_OPT_STR, offsetof(struct serve_values, token_rate), .def = "off",
     .help = "requests of one token allowed: 50/s, 600/m, off"},
    {"wait", MU_OPT_DURATION, offsetof(struct serve_values, conf.wait_s), .def = "10s",
     .help = "how long a request waits for the rate of an account before it is answered 429"},
    {"pull_wait", MU_OPT_DURATION, offsetof(struct serve_values, conf.pull_wait_s), .def = "30s",
     .help = "how long a request waits for a pull that max_age asks for"},
    {"access_log", MU_OPT_BOOL, offsetof(struct serve_values, conf.access_log), .def = "false",
     .help = "a line of the log for each request"},
    {.name = NULL}};

int config_read_serve(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err)
{
    struct serve_values *values = mu_alloc(arena, sizeof(*values));
    struct mu_serve_conf *conf = &values->conf;
    if (map && map->type != MU_Y_MAP)
        return mu_y_fail(map, err, "serve: expected its settings, `listen` for instance");
    if (mu_opt_read(arena, opts, map, values, err) < 0)
        return -1;
    if (mu_rate_parse(values->token_rate, &conf->token_rate, err) < 0) {
        const struct mu_err why = *err;
        return mu_y_fail(mu_y_get(map, "token_rate"), err, "%s", why.text);
    }
    if (!conf->tls_cert != !conf->tls_key)
        return mu_y_fail(map, err, "serve: tls_cert and tls_key go together; %s is missing",
                         conf->tls_cert ? "tls_key" : "tls_cert");
    if (conf->tls_cert) {
        conf->tls_cert = config_from_dir(arena, c->dir, conf->tls_cert);
        conf->tls_key = config_from_dir(arena, c->dir, conf->tls_key);
    }
    c->serve = conf;
    return 0;
}
