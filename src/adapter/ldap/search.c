/* SPDX-License-Identifier: Apache-2.0 */
/* A search below a base, all at once or in pages. Whatever ends it before its end (limits, references
 * to other servers, a broken connection) makes it fail. */
#include "adapter/ldap/ldap_private.h"

enum { EMPTY_PAGES_MAX = 1000 };

static int ask(struct mu_ldap *a, struct mu_ldap_search *s, struct mu_err *err)
{
    LDAPControl *paging = NULL, *controls[2] = {NULL, NULL};
    if (s->size > 0) {
        int rc = ldap_create_page_control(a->ld, (ber_int_t)s->size, &s->cookie, 1, &paging);
        if (rc != LDAP_SUCCESS)
            return mu_ldap_fail(a, err, rc, NULL, "search %s", s->base);
        controls[0] = paging;
    }
    ber_memfree(s->cookie.bv_val);
    s->cookie = (struct berval){0};
    s->entries = 0;
    /* libldap's prototype has no const; it doesn't write there. */
    int rc =
        ldap_search_ext(a->ld, s->base, LDAP_SCOPE_SUBTREE, s->filter, (char **)(uintptr_t)s->attrs,
                        0, controls, NULL, NULL, LDAP_NO_LIMIT, &s->msgid);
    ldap_control_free(paging);
    s->asked = rc == LDAP_SUCCESS;
    return s->asked ? 0 : mu_ldap_fail(a, err, rc, NULL, "search %s", s->base);
}

/* The cookie says whether there is another page. */
static int end_page(struct mu_ldap *a, struct mu_ldap_search *s, LDAPMessage *message,
                    struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf diagnostic = MU_BUF_INIT(MU_BUF_MAX);
    LDAPControl **controls = NULL;
    ber_int_t estimate = 0;
    int code = mu_ldap_code(a, message, &diagnostic, &controls);
    LDAPControl *paging = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    if (paging)
        ldap_parse_pageresponse_control(a->ld, paging, &estimate, &s->cookie);
    ldap_controls_free(controls);
    s->found = code == LDAP_SUCCESS;
    if (!s->found && !(code == LDAP_NO_SUCH_OBJECT && s->count == 0))
        return mu_ldap_fail(a, err, code, diagnostic.data,
                            "read of %s ended early, after %zu entries", s->base, s->count);
    s->asked = false;
    s->over = s->cookie.bv_len == 0;
    s->empty = s->entries > 0 ? 0 : s->empty + 1;
    if (s->empty > EMPTY_PAGES_MAX)
        return mu_fail(err, MU_E_REMOTE, "%s: read of %s: %d pages in a row without an entry",
                       a->account.name, s->base, s->empty);
    return 0;
}

int mu_ldap_search_next(struct mu_ldap *a, struct mu_ldap_search *s, LDAPMessage **ret,
                        struct mu_err *err)
{
    while (!s->over) {
        LDAPMessage *message = NULL;
        int rc = 0;
        if (!s->asked && ask(a, s, err) < 0)
            return -1;
        if (mu_ldap_next(a, s->msgid, LDAP_MSG_ONE, -1, true, &message, err) < 0)
            return -1;
        int type = ldap_msgtype(message);
        if (type == LDAP_RES_SEARCH_ENTRY) {
            s->entries++;
            s->count++;
            *ret = message;
            return 1;
        }
        if (type == LDAP_RES_SEARCH_REFERENCE)
            rc = mu_fail(err, MU_E_UNSUPPORTED,
                         "%s: read of %s: a part of it is on another server (search reference)",
                         a->account.name, s->base);
        else if (type == LDAP_RES_SEARCH_RESULT)
            rc = end_page(a, s, message, err);
        ldap_msgfree(message);
        if (rc < 0)
            return -1;
    }
    return 0;
}

void mu_ldap_search_done(struct mu_ldap_search *s)
{
    ber_memfree(s->cookie.bv_val);
    s->cookie = (struct berval){0};
}
