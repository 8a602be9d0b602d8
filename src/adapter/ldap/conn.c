/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: opening, TLS, binding, and what the root DSE says of the server. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"
#include "base/time.h"

enum {
    IDLE_MAX_S = 120, /* firewalls and servers cut quiet connections without telling */
    CONTEXTS_MAX = 256,
    OIDS_MAX = 4096,
    READ_AHEAD = 64 << 10
};

/* ---- the root DSE ---- */

static char **values_of(struct mu_ldap *a, LDAPMessage *entry, const char *attr, size_t max)
{
    struct berval **values = ldap_get_values_len(a->ld, entry, attr);
    size_t count = (size_t)ldap_count_values_len(values);
    if (count > max)
        count = max;
    char **copy = count ? mu_alloc_array(a->server_arena, count + 1, sizeof(*copy)) : NULL;
    for (size_t i = 0; i < count; i++)
        copy[i] = mu_strndup(a->server_arena, values[i]->bv_val, values[i]->bv_len);
    ldap_value_free_len(values);
    return copy;
}

static bool lists(char **values, const char *what)
{
    for (; values && *values; values++) {
        if (mu_strieq(*values, what))
            return true;
    }
    return false;
}

static void learn_root(struct mu_ldap *a, LDAPMessage *entry)
{
    char **controls = values_of(a, entry, "supportedControl", OIDS_MAX);
    char **extensions = values_of(a, entry, "supportedExtension", OIDS_MAX);
    char **subschema = values_of(a, entry, "subschemaSubentry", 1);
    char **vendor = values_of(a, entry, "vendorVersion", 1);
    if (!vendor)
        vendor = values_of(a, entry, "vendorName", 1);
    a->server = (struct mu_ldap_server){
        .contexts = values_of(a, entry, "namingContexts", CONTEXTS_MAX),
        .vendor = vendor ? *vendor : NULL,
        .schema_at = subschema ? *subschema : NULL,
        .paged = lists(controls, LDAP_CONTROL_PAGEDRESULTS),
        .assertion = lists(controls, LDAP_CONTROL_ASSERT),
        .post_read = lists(controls, LDAP_CONTROL_POST_READ),
        .whoami = lists(extensions, LDAP_EXOP_WHO_AM_I),
    };
    a->server.openldap = lists(values_of(a, entry, "objectClass", OIDS_MAX), "OpenLDAProotDSE");
    if (a->server.openldap)
        a->server.vendor = "OpenLDAP";
}

static int read_root(struct mu_ldap *a, struct mu_err *err)
{
    static const char *const attrs[] = {
        "objectClass",       "namingContexts", "supportedControl", "supportedExtension",
        "subschemaSubentry", "vendorName",     "vendorVersion",    NULL};
    LDAPMessage *message = NULL;
    int rc = mu_ldap_get(a, "", "(objectClass=*)", attrs, &message, err);
    if (rc == 1) {
        learn_root(a, ldap_first_entry(a->ld, message));
        ldap_msgfree(message);
    }
    return rc < 0 ? -1 : 0;
}

/* ---- opening ---- */

static void set_ca(struct mu_ldap *a)
{
    /* Where the systems keep what they trust, for a libldap whose own configuration names
     * nothing. */
    static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
    char *set = NULL, *dir = NULL;
    const char *ca = a->set->ca;
    ldap_get_option(a->ld, LDAP_OPT_X_TLS_CACERTFILE, &set);
    ldap_get_option(a->ld, LDAP_OPT_X_TLS_CACERTDIR, &dir);
    for (size_t i = 0; !ca && !set && !dir && i < MU_LEN(bundles); i++) {
        if (access(bundles[i], R_OK) == 0)
            ca = bundles[i];
    }
    if (ca)
        ldap_set_option(a->ld, LDAP_OPT_X_TLS_CACERTFILE, ca);
    ldap_memfree(set);
    ldap_memfree(dir);
}

/* Set here, so that no ldap.conf, .ldaprc or environment can weaken it. */
static int set_tls(struct mu_ldap *a, struct mu_err *err)
{
    int demand = LDAP_OPT_X_TLS_DEMAND, tls12 = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, as_client = 0;
    set_ca(a);
    ldap_set_option(a->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    ldap_set_option(a->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &tls12);
    int rc = ldap_set_option(a->ld, LDAP_OPT_X_TLS_NEWCTX, &as_client);
    if (rc != LDAP_OPT_SUCCESS)
        return mu_ldap_fail(a, err, LDAP_CONNECT_ERROR, "",
                            "TLS can't be set up; is %s a readable file of certificates?",
                            a->set->ca ? a->set->ca : "the system's list of certificates");
    return 0;
}

static int open_handle(struct mu_ldap *a, struct mu_err *err)
{
    int version = LDAP_VERSION3, deref = LDAP_DEREF_NEVER, no_limit = LDAP_NO_LIMIT;
    struct timeval timeout = {.tv_sec = a->set->timeout};
    int rc = ldap_initialize(&a->ld, a->set->url);
    if (rc != LDAP_SUCCESS) {
        a->ld = NULL;
        return mu_ldap_fail(a, err, rc, "", "%s", a->set->url);
    }
    ldap_set_option(a->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(a->ld, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    ldap_set_option(a->ld, LDAP_OPT_TIMEOUT, &timeout);
    ldap_set_option(a->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    ldap_set_option(a->ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
    ldap_set_option(a->ld, LDAP_OPT_DEREF, &deref);
    ldap_set_option(a->ld, LDAP_OPT_SIZELIMIT, &no_limit);
    ldap_set_option(a->ld, LDAP_OPT_TIMELIMIT, &no_limit);
    return a->tls_from_start || a->set->starttls == MU_STARTTLS_REQUIRED ? set_tls(a, err) : 0;
}

/* libldap doesn't tell which of them it was; the command does. */
static void ask_about_tls(const struct mu_ldap *a, const char *diagnostic, struct mu_buf *to)
{
    LDAPURLDesc *url = NULL;
    const char *ca = a->set->ca;
    if (ldap_url_parse(a->set->url, &url) != LDAP_URL_SUCCESS)
        return;
    mu_buf_adds(to, "TLS failed");
    if (!mu_streq(diagnostic, "(unknown error code)"))
        mu_buf_printf(to, ": %s", diagnostic);
    mu_buf_printf(
        to,
        "; does that port speak TLS, and is the server's certificate in date, made out to "
        "%s, and issued by one in %s? `openssl s_client -brief -connect %s:%d%s%s%s` tells",
        url->lud_host, ca ? ca : "the system's list (or name yours: ca)", url->lud_host,
        url->lud_port, a->tls_from_start ? "" : " -starttls ldap", ca ? " -CAfile " : "",
        ca ? ca : "");
    ldap_free_urldesc(url);
}

/* libldap tells little more than "can't contact": what the system says of it, or what it mostly
 * is. */
static int cant_connect(struct mu_ldap *a, int rc, int error, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf why = MU_BUF_INIT(MU_BUF_MAX);
    char *diagnostic = NULL;
    bool tls = a->tls_from_start || a->set->starttls == MU_STARTTLS_REQUIRED;
    ldap_get_option(a->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
    if (tls && diagnostic && *diagnostic) {
        ask_about_tls(a, diagnostic, &why);
    } else if (diagnostic && *diagnostic) {
        mu_buf_adds(&why, diagnostic);
    } else if (error == ENOTCONN) { /* what libldap makes of a refusal */
        mu_buf_adds(&why, "nothing listens there, or it can't be reached");
    } else {
        mu_buf_adds(&why, error ? strerror(error) : "is the host's name right?");
    }
    mu_ldap_fail(a, err, rc, why.data, "%s", a->set->url);
    ldap_memfree(diagnostic);
    return -1;
}

/*
 * The socket as we need it: libldap reads each message with a poll and two reads, which costs more
 * than all the rest of reading, unless liblber reads ahead (below TLS); it knows no timeout once a
 * message has begun, the kernel does.
 */
static void tune(struct mu_ldap *a)
{
    ber_len_t answer_max = MU_LDAP_ANSWER_MAX, ahead = READ_AHEAD;
    struct timeval timeout = {.tv_sec = a->set->timeout};
    Sockbuf *buffer = NULL;
    int fd = -1;
    if (ldap_get_option(a->ld, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS || !buffer)
        return;
    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &answer_max);
    if (ber_sockbuf_add_io(buffer, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER, NULL) == 0)
        ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_READAHEAD, &ahead);
    if (ldap_get_option(a->ld, LDAP_OPT_DESC, &fd) == LDAP_OPT_SUCCESS && fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    }
}

static int secure(struct mu_ldap *a, struct mu_err *err)
{
    errno = 0;
    int rc = ldap_connect(a->ld);
    if (rc != LDAP_SUCCESS)
        return cant_connect(a, rc, errno, err);
    tune(a);
    if (a->set->starttls != MU_STARTTLS_REQUIRED)
        return 0;
    rc = ldap_start_tls_s(a->ld, NULL, NULL);
    if (rc == LDAP_CONNECT_ERROR || rc == LDAP_SERVER_DOWN)
        return cant_connect(a, rc, 0, err);
    if (rc != LDAP_SUCCESS)
        return mu_ldap_fail(a, err, rc, NULL,
                            "%s: StartTLS is refused; set TLS up on the server, or use ldaps://",
                            a->set->url);
    return 0;
}

/* Waits for the end of one operation that has only a result. */
static int finish(struct mu_ldap *a, int msgid, const char *what, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf diagnostic = MU_BUF_INIT(MU_BUF_MAX);
    LDAPMessage *message = NULL;
    if (mu_ldap_next(a, msgid, LDAP_MSG_ALL, -1, true, &message, err) < 0)
        return -1;
    int code = mu_ldap_code(a, message, &diagnostic, NULL);
    ldap_msgfree(message);
    if (code != LDAP_SUCCESS)
        return mu_ldap_fail(a, err, code, diagnostic.data, "%s", what);
    return 0;
}

static int bind_account(struct mu_ldap *a, struct mu_err *err)
{
    if (!a->bind_dn && a->sasl == MU_SASL_NONE)
        return 0;
    struct berval credential = {.bv_len = 0, .bv_val = NULL};
    size_t len = 0;
    int msgid;
    if (a->password) {
        /* Not written to: libldap's type has no const. */
        credential.bv_val = (char *)(uintptr_t)mu_secret_reveal(a->password, &len);
        credential.bv_len = len;
    }
    /* EXTERNAL with no authorisation identity of our own is an empty credential (RFC 4422,
     * appendix A). */
    static char nobody[1] = "";
    if (a->sasl == MU_SASL_EXTERNAL)
        credential.bv_val = nobody;
    int rc = ldap_sasl_bind(a->ld, a->sasl == MU_SASL_EXTERNAL ? "" : a->bind_dn,
                            a->sasl == MU_SASL_EXTERNAL ? "EXTERNAL" : LDAP_SASL_SIMPLE,
                            &credential, NULL, NULL, &msgid);
    if (rc != LDAP_SUCCESS)
        return cant_connect(a, rc, errno, err);
    MU_AUTO(buf) struct mu_buf what = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&what, "%s: bind as %s", a->set->url,
                  a->bind_dn ? a->bind_dn : "the process (SASL EXTERNAL)");
    return finish(a, msgid, what.data, err);
}

bool mu_ldap_holds(const struct mu_ldap *a, const char *key, struct mu_buf *offered)
{
    MU_AUTO(buf) struct mu_buf own = MU_BUF_INIT(MU_BUF_MAX);
    for (char **context = a->server.contexts; context && *context; context++) {
        mu_buf_reset(&own);
        mu_dn_key(*context, strlen(*context), &own);
        for (const char *at = key; *at; at = mu_dn_key_parent(at)) {
            if (strcmp(at, own.data) == 0)
                return true;
        }
        if (!**context)
            return true; /* the empty name is above all */
        mu_buf_adds(offered, offered->len ? "; " : "");
        mu_printable_into(offered, *context, strlen(*context), MU_LDAP_DIAGNOSTIC_MAX);
    }
    return !a->server.contexts;
}

/* A server answers "invalid credentials" also when it holds nothing of what the bind DN lies in;
 * it tells that to anybody. */
static int explain_bind(struct mu_ldap *a, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf offered = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    struct mu_err ignored = MU_ERR_INIT;
    if (err->native != LDAP_INVALID_CREDENTIALS || !a->bind_dn || read_root(a, &ignored) < 0 ||
        mu_ldap_holds(a, mu_dn_key_dup(a->server_arena, a->bind_dn), &offered))
        return -1;
    struct mu_err first = *err;
    mu_fail(err, first.code, "%s; that DN isn't in what the server holds: %s", first.text,
            offered.data);
    err->native = first.native;
    return -1;
}

static int connect_all(struct mu_ldap *a, struct mu_err *err)
{
    if (open_handle(a, err) < 0 || secure(a, err) < 0)
        return -1;
    return bind_account(a, err) < 0 ? explain_bind(a, err) : read_root(a, err);
}

int mu_ldap_connect(struct mu_ldap *a, struct mu_err *err)
{
    int64_t now = mu_mono_us();
    if (a->ld && a->in_flight == 0 && now - a->used_us > (int64_t)IDLE_MAX_S * 1000000)
        mu_ldap_disconnect(a);
    if (a->ld)
        return 0;
    if (connect_all(a, err) < 0) {
        mu_ldap_disconnect(a);
        return -1;
    }
    a->used_us = now;
    return 0;
}

void mu_ldap_disconnect(struct mu_ldap *a)
{
    if (a->ld)
        ldap_unbind_ext(a->ld, NULL, NULL);
    a->ld = NULL;
    a->server = (struct mu_ldap_server){0};
    mu_ldap_schema_free(a->schema);
    a->schema = NULL;
    mu_arena_reset(a->server_arena);
}
