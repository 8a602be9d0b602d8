/* SPDX-License-Identifier: Apache-2.0 */
/* sendoso-sim: the command line, start and end. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/io.h"
#include "base/str.h"
#include "config.h"
#include "control.h"

struct options {
    const char *host, *log, *ready_file;
    int port, control_port;
};

enum {
    OPT_PORT = 256,
    OPT_CONTROL_PORT,
    OPT_HOST,
    OPT_TOKEN,
    OPT_SCIM_TOKEN,
    OPT_CLIENT_ID,
    OPT_CLIENT_SECRET,
    OPT_SCIM_CLIENT_ID,
    OPT_SCIM_CLIENT_SECRET,
    OPT_LOG,
    OPT_READY_FILE,
    OPT_SET,
    OPT_LIST,
    OPT_SETTING /* --users N and the like: --set users=N */
};

static const struct option long_options[] = {
    {"port", required_argument, NULL, OPT_PORT},
    {"control-port", required_argument, NULL, OPT_CONTROL_PORT},
    {"host", required_argument, NULL, OPT_HOST},
    {"users", required_argument, NULL, OPT_SETTING},
    {"groups", required_argument, NULL, OPT_SETTING},
    {"seed", required_argument, NULL, OPT_SETTING},
    {"latency", required_argument, NULL, OPT_SETTING},
    {"rate", required_argument, NULL, OPT_SETTING},
    {"set", required_argument, NULL, OPT_SET},
    {"list-settings", no_argument, NULL, OPT_LIST},
    {"token", required_argument, NULL, OPT_TOKEN},
    {"scim-token", required_argument, NULL, OPT_SCIM_TOKEN},
    {"client-id", required_argument, NULL, OPT_CLIENT_ID},
    {"client-secret", required_argument, NULL, OPT_CLIENT_SECRET},
    {"scim-client-id", required_argument, NULL, OPT_SCIM_CLIENT_ID},
    {"scim-client-secret", required_argument, NULL, OPT_SCIM_CLIENT_SECRET},
    {"log", required_argument, NULL, OPT_LOG},
    {"ready-file", required_argument, NULL, OPT_READY_FILE},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "Usage: sendoso-sim [OPTION]...\n"
    "Simulates the Sendoso REST and SCIM interfaces for an account made from a seed.\n"
    "\n"
    "  --users N             active people (1000; at most 1000000)\n"
    "  --groups N            team groups (20)\n"
    "  --seed S              the same seed makes the same account everywhere (1)\n"
    "  --latency MS          milliseconds before each answer (0)\n"
    "  --rate N/s|off        requests a second before 429 (10/s, as documented)\n"
    "  --set KEY=VALUE       any other setting; may be repeated\n"
    "  --list-settings       print all settings and end\n"
    "\n"
    "  --host ADDRESS        listen there (127.0.0.1)\n"
    "  --port N              port of the interfaces (0: any free one)\n"
    "  --control-port N      port for faults, changes and the request log (0: any free one)\n"
    "  --ready-file FILE     write the line that says where to find it to FILE as well\n"
    "  --log FILE            append each request to FILE\n"
    "\n"
    "  --token T             bearer token for REST (sim-token)\n"
    "  --scim-token T        bearer token for SCIM (sim-scim-token)\n"
    "  --client-id I, --client-secret S             OAuth client for REST (sim-client, "
    "sim-secret)\n"
    "  --scim-client-id I, --scim-client-secret S   OAuth client for SCIM (sim-scim-client, "
    "sim-scim-secret)\n"
    "\n"
    "  --help, --version\n"
    "\n"
    "Example: a thousand people, slow, and every list without a total:\n"
    "  sendoso-sim --users 1000 --latency 20 --set total-name=none --port 8080 --control-port "
    "8081\n"
    "  curl -H 'Authorization: Bearer sim-token' "
    "'http://127.0.0.1:8080/api/v3/users?page=1&per_page=100'\n"
    "  curl -d '{\"path\":\"/api/v3/users\",\"page\":2,\"kind\":\"truncate\"}' "
    "http://127.0.0.1:8081/fault\n";

static int set_text(char to[SIM_TOKEN_MAX], const char *name, const char *value, struct mu_err *err)
{
    if (!*value || strlen(value) >= SIM_TOKEN_MAX)
        return mu_fail(err, MU_E_USAGE, "--%s: 1 to %d bytes are wanted", name, SIM_TOKEN_MAX - 1);
    snprintf(to, SIM_TOKEN_MAX, "%s", value);
    return 0;
}

static int set_port(int *port, const char *name, const char *value, struct mu_err *err)
{
    long long n = 0;
    if (!mu_parse_int(value, 0, 65535, &n))
        return mu_fail(err, MU_E_USAGE, "--%s: '%.20s' is not a port", name, value);
    *port = (int)n;
    return 0;
}

static void list_settings(void)
{
    for (size_t i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_setting_table[i];
        printf("%-22s %s\n%-22s ", s->name, s->help, "");
        if (!s->choices)
            printf("%lld to %lld", (long long)s->min, (long long)s->max);
        for (int c = 0; s->choices && s->choices[c]; c++)
            printf("%s%s", c ? "|" : "", s->choices[c]);
        printf(" (%s)\n", s->def);
    }
}

static int take_option(int which, const char *name, const char *value, struct options *opts,
                       struct sim *sim, struct mu_err *err)
{
    struct sim_tokens *tokens = &sim->tokens;
    bool rebuild = false;
    switch (which) {
    case OPT_PORT:
        return set_port(&opts->port, name, value, err);
    case OPT_CONTROL_PORT:
        return set_port(&opts->control_port, name, value, err);
    case OPT_HOST:
        opts->host = value;
        return 0;
    case OPT_LOG:
        opts->log = value;
        return 0;
    case OPT_READY_FILE:
        opts->ready_file = value;
        return 0;
    case OPT_SET:
        return sim_settings_assign(&sim->set, value, &rebuild, err);
    case OPT_SETTING:
        return sim_settings_set(&sim->set, name, value, &rebuild, err);
    case OPT_TOKEN:
        return set_text(tokens->fixed[SIM_REST].access, name, value, err);
    case OPT_SCIM_TOKEN:
        return set_text(tokens->fixed[SIM_SCIM].access, name, value, err);
    case OPT_CLIENT_ID:
        return set_text(tokens->clients[SIM_REST].id, name, value, err);
    case OPT_CLIENT_SECRET:
        return set_text(tokens->clients[SIM_REST].secret, name, value, err);
    case OPT_SCIM_CLIENT_ID:
        return set_text(tokens->clients[SIM_SCIM].id, name, value, err);
    case OPT_SCIM_CLIENT_SECRET:
        return set_text(tokens->clients[SIM_SCIM].secret, name, value, err);
    default:
        return mu_fail(err, MU_E_USAGE, "unknown option");
    }
}

/* 1: go on; 0: all is said; -1: wrong usage. */
static int read_options(int argc, char **argv, struct options *opts, struct sim *sim,
                        struct mu_err *err)
{
    int index = 0, which;
    while ((which = getopt_long(argc, argv, "hV", long_options, &index)) != -1) {
        if (which == 'h' || which == 'V') {
            fputs(which == 'h' ? help : "sendoso-sim " PACKAGE_VERSION "\n", stdout);
            return 0;
        }
        if (which == OPT_LIST) {
            list_settings();
            return 0;
        }
        if (which == '?')
            return mu_fail(err, MU_E_USAGE, "see sendoso-sim --help");
        if (take_option(which, long_options[index].name, optarg, opts, sim, err) < 0)
            return -1;
    }
    if (optind < argc)
        return mu_fail(err, MU_E_USAGE, "unexpected argument '%.60s'", argv[optind]);
    return 1;
}

static void default_credentials(struct sim_tokens *tokens)
{
    tokens->fixed[SIM_REST] = (struct sim_token){
        .surface = SIM_REST, .access = "sim-token", .scope = "public write update"};
    tokens->fixed[SIM_SCIM] =
        (struct sim_token){.surface = SIM_SCIM, .access = "sim-scim-token", .scope = "scim"};
    tokens->clients[SIM_REST] = (struct sim_client){.id = "sim-client", .secret = "sim-secret"};
    tokens->clients[SIM_SCIM] =
        (struct sim_client){.id = "sim-scim-client", .secret = "sim-scim-secret"};
}

static int announce(const struct options *opts, const struct sim_server *api,
                    const struct sim_server *control, struct sim *sim, struct mu_err *err)
{
    struct mu_buf line = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&line, "sendoso-sim: http://%s:%d control http://%s:%d token %s scim-token %s\n",
                  opts->host, api->port, opts->host, control->port,
                  sim->tokens.fixed[SIM_REST].access, sim->tokens.fixed[SIM_SCIM].access);
    fputs(line.data, stdout);
    fflush(stdout);
    int rc = opts->ready_file ? mu_write_file(opts->ready_file, line.data, line.len, 0600, err) : 0;
    mu_buf_done(&line);
    return rc;
}

static int serve(const struct options *opts, struct sim *sim, const sigset_t *ends,
                 struct mu_err *err)
{
    struct sim_server api = {.sim = sim, .handle = sim_api_handle, .logged = true};
    struct sim_server control = {.sim = sim, .handle = sim_control_handle};
    int rc = -1, signal_number = 0;
    sim->timer = sim_timer_new();
    if (sim_server_start(&api, opts->host, opts->port, err) == 0 &&
        sim_server_start(&control, opts->host, opts->control_port, err) == 0)
        rc = announce(opts, &api, &control, sim, err);
    if (rc == 0)
        sigwait(ends, &signal_number);
    sim_timer_stop(sim->timer);
    sim_server_stop(&control);
    sim_server_stop(&api);
    sim_timer_free(sim->timer);
    return rc;
}

static int run(const struct options *opts, struct sim *sim, struct mu_err *err)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* before any thread starts */
    signal(SIGPIPE, SIG_IGN);
    if (opts->log) {
        sim->log.file = fopen(opts->log, "ae");
        if (!sim->log.file)
            return mu_fail_errno(err, "--log %s", opts->log);
        setvbuf(sim->log.file, NULL, _IOLBF, 0);
    }
    sim_rebuild(sim);
    return serve(opts, sim, &ends, err);
}

int main(int argc, char **argv)
{
    struct options opts = {.host = "127.0.0.1"};
    struct mu_err err = MU_ERR_INIT;
    struct sim sim;
    sim_init(&sim);
    default_credentials(&sim.tokens);
    int rc = read_options(argc, argv, &opts, &sim, &err);
    if (rc > 0)
        rc = run(&opts, &sim, &err);
    if (rc < 0)
        fprintf(stderr, "sendoso-sim: %s\n", err.text);
    sim_done(&sim);
    return rc < 0 ? mu_err_exit(err.code) : 0;
}
