/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for answers, what LDAP's errors mean for muster, and searches that find one entry. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "adapter/ldap/ldap_private.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"

enum { SLICE_US = 200 * 1000 }; /* how late a cancellation may be noticed */

/* ---- errors ---- */

static const struct {
    int ldap;
    enum mu_code code;
    const char *hint;
} meanings[] = {
    {LDAP_INVALID_CREDENTIALS, MU_E_AUTH, "check bind.dn and bind.password"},
    {LDAP_INAPPROPRIATE_AUTH, MU_E_AUTH, "check bind.dn and bind.password"},
    {LDAP_STRONG_AUTH_REQUIRED, MU_E_AUTH,
     "the server wants a bind or TLS: set bind, starttls: required or ldaps://"},
    {LDAP_CONFIDENTIALITY_REQUIRED, MU_E_AUTH,
     "the server wants TLS: set starttls: required or use ldaps://"},
    {LDAP_AUTH_METHOD_NOT_SUPPORTED, MU_E_AUTH, "the server takes another kind of bind"},
    {LDAP_AUTH_UNKNOWN, MU_E_AUTH, "the server takes another kind of bind"},
    {LDAP_INSUFFICIENT_ACCESS, MU_E_DENIED, "give the bind DN that right"},
    {LDAP_UNWILLING_TO_PERFORM, MU_E_DENIED, "is the server, or this replica, read-only?"},
    {LDAP_REFERRAL, MU_E_DENIED,
     "that part is held by another server: connect to the one that may be written"},
    {LDAP_NO_SUCH_OBJECT, MU_E_MISSING, NULL},
    {LDAP_NO_SUCH_ATTRIBUTE, MU_E_CONFLICT, NULL},
    {LDAP_TYPE_OR_VALUE_EXISTS, MU_E_CONFLICT, NULL},
    {LDAP_ALREADY_EXISTS, MU_E_CONFLICT, NULL},
    {LDAP_ASSERTION_FAILED, MU_E_CONFLICT, NULL},
    {LDAP_NOT_ALLOWED_ON_NONLEAF, MU_E_CONFLICT, "there are entries below it"},
    {LDAP_UNDEFINED_TYPE, MU_E_DATA, "the server's schema doesn't have it"},
    {LDAP_INVALID_SYNTAX, MU_E_DATA, "the mapping makes a value the attribute can't hold"},
    {LDAP_CONSTRAINT_VIOLATION, MU_E_DATA, NULL},
    {LDAP_INVALID_DN_SYNTAX, MU_E_DATA, NULL},
    {LDAP_NAMING_VIOLATION, MU_E_DATA, NULL},
    {LDAP_OBJECT_CLASS_VIOLATION, MU_E_DATA, NULL},
    {LDAP_TIMELIMIT_EXCEEDED, MU_E_LIMIT, "raise the time limit of the bind DN"},
    {LDAP_SIZELIMIT_EXCEEDED, MU_E_LIMIT,
     "raise the size limit of the bind DN (slapd: olcLimits with size=unlimited "
     "size.prtotal=unlimited)"},
    {LDAP_ADMINLIMIT_EXCEEDED, MU_E_LIMIT,
     "raise the limits of the bind DN, or index the attributes"},
    {LDAP_UNAVAILABLE_CRITICAL_EXTENSION, MU_E_UNSUPPORTED, NULL},
    {LDAP_BUSY, MU_E_THROTTLED, NULL},
    {LDAP_UNAVAILABLE, MU_E_NET, NULL},
    {LDAP_SERVER_DOWN, MU_E_NET, NULL},
    {LDAP_CONNECT_ERROR, MU_E_NET, NULL},
    {LDAP_TIMEOUT, MU_E_NET, NULL},
};

static void add_diagnostic(const struct mu_ldap *a, const char *diagnostic, struct mu_buf *to)
{
    char *own = NULL;
    if (!diagnostic && a->ld &&
        ldap_get_option(a->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &own) == LDAP_OPT_SUCCESS)
        diagnostic = own;
    if (diagnostic && *diagnostic) {
        mu_buf_adds(to, ": ");
        mu_printable_into(to, diagnostic, strlen(diagnostic), MU_LDAP_DIAGNOSTIC_MAX);
    }
    ldap_memfree(own);
}

int mu_ldap_fail(const struct mu_ldap *a, struct mu_err *err, int code, const char *diagnostic,
                 const char *fmt, ...)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    char what[MU_ERR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    mu_printable_into(&text, what, strlen(what), MU_ERR_TEXT_MAX / 2);
    mu_buf_printf(&text, ": %s (%d)", ldap_err2string(code), code);
    add_diagnostic(a, diagnostic, &text);
    enum mu_code meaning = MU_E_REMOTE;
    for (size_t i = 0; i < MU_LEN(meanings); i++) {
        if (meanings[i].ldap != code)
            continue;
        meaning = meanings[i].code;
        if (meanings[i].hint)
            mu_buf_printf(&text, "; %s", meanings[i].hint);
    }
    mu_fail(err, meaning, "%s: %s", a->account.name, text.data);
    err->native = code;
    if (meaning == MU_E_NET)
        err->blast = MU_HITS_CONNECTION;
    return -1;
}

int mu_ldap_code(struct mu_ldap *a, LDAPMessage *message, struct mu_buf *diagnostic,
                 LDAPControl ***ret_controls)
{
    int code = LDAP_OTHER;
    char *text = NULL;
    int rc = ldap_parse_result(a->ld, message, &code, NULL, &text, NULL, ret_controls, 0);
    if (rc != LDAP_SUCCESS)
        code = rc;
    if (text)
        mu_buf_adds(diagnostic, text);
    ldap_memfree(text);
    return code;
}

/* ---- waiting ---- */

static int lost(struct mu_ldap *a, struct mu_err *err)
{
    int code = LDAP_SERVER_DOWN;
    ldap_get_option(a->ld, LDAP_OPT_RESULT_CODE, &code);
    if (code == LDAP_SUCCESS)
        code = LDAP_SERVER_DOWN;
    mu_ldap_fail(a, err, code, NULL, "%s: the connection was lost", a->set->url);
    err->code = MU_E_NET;
    err->blast = MU_HITS_CONNECTION;
    return -1;
}

int mu_ldap_next(struct mu_ldap *a, int msgid, int all, int64_t wait_us, bool cancels,
                 LDAPMessage **ret, struct mu_err *err)
{
    int64_t now = mu_mono_us(),
            deadline = now + (wait_us < 0 ? a->set->timeout * 1000000 : wait_us);
    for (;; now = mu_mono_us()) {
        int64_t left = deadline - now;
        int64_t slice = left < 0 ? 0 : left < SLICE_US ? left : SLICE_US;
        struct timeval tv = {.tv_sec = slice / 1000000, .tv_usec = slice % 1000000};
        LDAPMessage *message = NULL;
        int rc = ldap_result(a->ld, msgid, all, &tv, &message);
        if (rc < 0)
            return lost(a, err);
        a->used_us = now;
        if (rc > 0) {
            *ret = message;
            return 1;
        }
        if (cancels && mu_cancelled())
            return mu_fail(err, MU_E_CANCELLED, "%s: cancelled", a->account.name);
        if (left > slice)
            continue;
        if (wait_us >= 0)
            return 0;
        mu_fail(err, MU_E_NET, "%s: %s: no answer for %lld seconds (timeout)", a->account.name,
                a->set->url, (long long)a->set->timeout);
        err->blast = MU_HITS_CONNECTION;
        return -1;
    }
}

/* ---- searching one entry ---- */

static void add_quoted(struct mu_buf *to, const char *s)
{
    mu_buf_adds(to, " '");
    for (; *s; s++) {
        if (*s == '\'')
            mu_buf_adds(to, "'\\'");
        mu_buf_addc(to, *s);
    }
    mu_buf_addc(to, '\'');
}

void mu_ldap_trace_search(struct mu_ldap *a, const char *base, int scope, const char *filter,
                          const char *const *attrs, int64_t page_size)
{
    if (!mu_log_on(a->log, MU_LOG_TRACE))
        return;
    MU_AUTO(buf) struct mu_buf line = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&line, a->set->ca ? "LDAPTLS_CACERT=" : "");
    if (a->set->ca) {
        add_quoted(&line, a->set->ca);
        mu_buf_addc(&line, ' ');
    }
    mu_buf_adds(&line, "ldapsearch -LLL");
    mu_buf_adds(&line, a->sasl == MU_SASL_EXTERNAL ? " -Q -Y EXTERNAL" : " -x");
    mu_buf_adds(&line, a->set->starttls == MU_STARTTLS_REQUIRED ? " -ZZ -H" : " -H");
    add_quoted(&line, a->set->url);
    if (a->bind_dn) {
        mu_buf_adds(&line, " -W -D");
        add_quoted(&line, a->bind_dn);
    }
    if (page_size > 0)
        mu_buf_printf(&line, " -E pr=%lld/noprompt", (long long)page_size);
    mu_buf_adds(&line, scope == LDAP_SCOPE_SUBTREE ? " -s sub -b" : " -s base -b");
    add_quoted(&line, base);
    add_quoted(&line, filter);
    for (size_t i = 0; attrs[i]; i++)
        mu_buf_printf(&line, " %s", attrs[i]);
    mu_log(a->log, MU_LOG_TRACE, "%s", line.data);
}

int mu_ldap_ask(struct mu_ldap *a, const char *dn, const char *filter, const char *const *attrs,
                int *ret_msgid, struct mu_err *err)
{
    mu_ldap_trace_search(a, dn, LDAP_SCOPE_BASE, filter, attrs, 0);
    /* libldap's prototype has no const; it doesn't write there. */
    int rc = ldap_search_ext(a->ld, dn, LDAP_SCOPE_BASE, filter, (char **)(uintptr_t)attrs, 0, NULL,
                             NULL, NULL, 0, ret_msgid);
    if (rc != LDAP_SUCCESS)
        return mu_ldap_fail(a, err, rc, NULL, "search %s", *dn ? dn : "root DSE");
    return 0;
}

int mu_ldap_get(struct mu_ldap *a, const char *dn, const char *filter, const char *const *attrs,
                LDAPMessage **ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf diagnostic = MU_BUF_INIT(MU_BUF_MAX);
    LDAPMessage *message = NULL;
    int msgid;
    if (mu_ldap_ask(a, dn, filter, attrs, &msgid, err) < 0)
        return -1;
    if (mu_ldap_next(a, msgid, LDAP_MSG_ALL, -1, true, &message, err) < 0)
        return -1;
    int code = mu_ldap_code(a, message, &diagnostic, NULL);
    bool found = code == LDAP_SUCCESS && ldap_first_entry(a->ld, message);
    if (found) {
        *ret = message;
        return 1;
    }
    ldap_msgfree(message);
    if (code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT)
        return 0;
    return mu_ldap_fail(a, err, code, diagnostic.data, "search %s", *dn ? dn : "root DSE");
}
