/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's questions to a directory: nothing is changed by them. */
#include <inttypes.h>
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"

struct asking {
    struct mu_ldap *a;
    struct mu_arena *arena;
    mu_probe_report *report;
    void *arg;
};

static void tell(const struct asking *q, enum mu_probe_mark mark, const char *what, const char *fix)
{
    q->report(q->arg, mark, what, fix);
}

static const char *fix_of(const struct mu_err *failed)
{
    switch (failed->code) {
    case MU_E_NET:
        return "correct url:, and see that the server runs and can be reached from here";
    case MU_E_AUTH:
        return "correct bind: (dn, and where its password lies) to what the server knows";
    case MU_E_DENIED:
        return "let the bind DN write below base, on a server that takes writes";
    case MU_E_LIMIT:
        return "raise that limit for the bind DN";
    case MU_E_CONFIG:
        return "correct the configuration where the message points to; see muster.yaml(5)";
    default:
        return "correct what the message names in bind:, base:, users: or groups:";
    }
}

static void tell_failure(const struct asking *q, const struct mu_err *failed)
{
    tell(q, MU_PROBE_FAIL, failed->text, fix_of(failed));
}

static const char *text_option(const struct asking *q, int option)
{
    char *text = NULL;
    if (ldap_get_option(q->a->ld, option, &text) != LDAP_OPT_SUCCESS || !text)
        return NULL;
    const char *copy = mu_printable(q->arena, text, strlen(text), 80);
    ldap_memfree(text);
    return copy;
}

static void tell_connection(const struct asking *q)
{
    const struct mu_ldap *a = q->a;
    const char *version = text_option(q, LDAP_OPT_X_TLS_VERSION),
               *cipher = text_option(q, LDAP_OPT_X_TLS_CIPHER);
    const char *vendor = a->server.vendor ? a->server.vendor : "unknown server";
    tell(q, MU_PROBE_OK,
         mu_printf(q->arena, "connected to %s (%s)", a->set->url,
                   mu_printable(q->arena, vendor, strlen(vendor), 80)),
         NULL);
    if (version)
        tell(q, MU_PROBE_OK,
             mu_printf(q->arena, "TLS: %s, %s, certificate verified", version,
                       cipher ? cipher : "?"),
             NULL);
    else if (!a->local)
        tell(q, MU_PROBE_WARN, "TLS: none, and the server is across a network",
             "set starttls: required or use ldaps://");
    if (!a->server.paged)
        tell(q, MU_PROBE_WARN,
             "the server doesn't page its answers: its size limit must allow everything at once",
             NULL);
    if (!a->server.assertion)
        tell(q, MU_PROBE_WARN,
             "the server can't check an entry's identity while writing (RFC 4528)",
             "nothing to do: each entry is read just before it is written");
}

static void tell_identity(const struct asking *q)
{
    const char *who;
    struct mu_err bad = MU_ERR_INIT;
    if (!q->a->bind_dn && q->a->sasl == MU_SASL_NONE) {
        tell(q, MU_PROBE_WARN, "not bound: anonymous", "set bind: {dn: ..., password: env:...}");
        return;
    }
    if (mu_ldap_identity(&q->a->account, q->arena, &who, &bad) < 0)
        tell_failure(q, &bad);
    else
        tell(q, MU_PROBE_OK, mu_printf(q->arena, "bound as %s", who), NULL);
}

static bool tell_base(const struct asking *q)
{
    struct mu_err bad = MU_ERR_INIT;
    bool ok = mu_ldap_check_base(q->a, &bad) == 0;
    if (!ok)
        tell(q, MU_PROBE_FAIL, bad.text, "set base to one of these, or to something below one");
    else if (!q->a->server.contexts)
        tell(q, MU_PROBE_WARN, "the server doesn't tell what it holds (namingContexts)", NULL);
    return ok;
}

static bool tell_schema(const struct asking *q)
{
    struct mu_err bad = MU_ERR_INIT;
    bool ok = mu_ldap_learn(q->a, &bad) == 0;
    if (!ok)
        tell(q, MU_PROBE_FAIL, bad.text,
             "load that schema on the server, or map to what it has: users: profile:");
    else if (!q->a->schema)
        tell(q, MU_PROBE_WARN, "the server hides its schema: values are compared by built-in rules",
             "let the bind DN read the subschema entry");
    else
        tell(q, MU_PROBE_OK, "the schema has every class and attribute of the mappings", NULL);
    return ok;
}

static void count_op(void *arg, const struct mu_op *op)
{
    struct asking *q = arg;
    tell(q, MU_PROBE_OK,
         mu_printf(q->arena, "%s isn't there yet; the first sync makes it", op->name), NULL);
}

/* A whole read proves rights and limits better than any setting. */
static void tell_contents(struct asking *q)
{
    struct mu_object *objects;
    size_t count, of[MU_KINDS + 1] = {0};
    struct mu_err bad = MU_ERR_INIT;
    int64_t start = mu_mono_us();
    if (mu_ldap_read(&q->a->account, q->arena, &objects, &count, &bad) < 0) {
        tell_failure(q, &bad);
        return;
    }
    for (size_t i = 0; i < count; i++)
        of[objects[i].kind]++;
    tell(q, MU_PROBE_OK,
         mu_printf(q->arena, "read %zu users and %zu groups in %.2f s", of[MU_USER], of[MU_GROUP],
                   (double)(mu_mono_us() - start) / 1e6),
         NULL);
    if (count > 0 && !objects[count - 1].native)
        tell(q, MU_PROBE_WARN,
             "entries have no readable entryUUID: a renamed entry can't be recognised",
             "let the bind DN read entryUUID");
    if (mu_ldap_prepare(&q->a->account, q->arena, count_op, q, &bad) < 0)
        tell_failure(q, &bad);
}

/* Asks for the removal of an entry that can't exist: a read-only server, or one that lets nobody
 * of us write, says so. */
static void tell_rights(const struct asking *q)
{
    uint64_t lot;
    char *diagnostic = NULL;
    const char *name;
    struct mu_err bad = MU_ERR_INIT;
    mu_random(&lot, sizeof(lot));
    if (!q->a->ld ||
        mu_dn_child(q->arena, "cn", mu_printf(q->arena, "muster-doctor-%016" PRIx64, lot),
                    q->a->places[MU_PLACE_USERS].name, &name, &bad) < 0)
        return;
    int code = ldap_delete_ext_s(q->a->ld, name, NULL, NULL);
    if (code == LDAP_NO_SUCH_OBJECT || code == LDAP_SUCCESS) {
        tell(q, MU_PROBE_OK, "the server takes writes from us (what exactly only a write can show)",
             NULL);
        return;
    }
    ldap_get_option(q->a->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
    mu_ldap_fail(q->a, &bad, code, diagnostic ? diagnostic : "", "writing below %s is refused",
                 q->a->base);
    ldap_memfree(diagnostic);
    tell_failure(q, &bad);
}

int mu_ldap_probe(struct mu_account *account, mu_probe_report *report, void *arg,
                  struct mu_err *err)
{
    struct asking q = {.a = mu_ldap_of(account), .report = report, .arg = arg};
    struct mu_err bad = MU_ERR_INIT;
    if (mu_ldap_connect(q.a, &bad) < 0) {
        if (bad.code == MU_E_CANCELLED) {
            *err = bad;
            return -1;
        }
        tell_failure(&q, &bad);
        return 0;
    }
    q.arena = mu_arena_new();
    tell_connection(&q);
    tell_identity(&q);
    bool base = tell_base(&q), schema = tell_schema(&q);
    if (base && schema)
        tell_contents(&q);
    tell_rights(&q);
    mu_ldap_source_probe(q.a, q.arena, report, arg);
    mu_arena_free(q.arena);
    return 0;
}
