/* SPDX-License-Identifier: Apache-2.0 */
/* Forms are read into the same JSON object that a JSON body would be. */
#include "form.h"

#include <ctype.h>
#include <microhttpd.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/str.h"

/* One part, decoded. */
static char *decode(const char *text, size_t len)
{
    char *part = mu_xmalloc(len + 1);
    memcpy(part, text, len);
    part[len] = '\0';
    for (char *c = part; *c; c++)
        if (*c == '+')
            *c = ' ';
    MHD_http_unescape(part);
    return part;
}

static void add_field(struct json_object *fields, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals ? (size_t)(equals - text) : len;
    char *name = decode(text, name_len);
    char *value = equals ? decode(equals + 1, len - name_len - 1) : mu_xstrdup("");
    json_object_object_add(fields, name, json_object_new_string(value));
    free(name);
    free(value);
}

static struct json_object *parse_form(const char *body, size_t len)
{
    struct json_object *fields = json_object_new_object();
    while (len > 0) {
        const char *end = memchr(body, '&', len);
        size_t part = end ? (size_t)(end - body) : len;
        add_field(fields, body, part);
        size_t used = end ? part + 1 : part;
        body += used;
        len -= used;
    }
    return fields;
}

bool sim_form_parse(struct sim_form *form, const char *content_type, const char *body, size_t len)
{
    struct mu_err err = MU_ERR_INIT;
    if (!content_type || strncasecmp(content_type, "application/json", 16) != 0) {
        form->fields = parse_form(body, len);
        return true;
    }
    return mu_json_parse(body, len, &form->fields, &err) == 0 &&
           json_object_is_type(form->fields, json_type_object);
}

const char *sim_form_get(const struct sim_form *form, const char *name)
{
    return mu_json_str(form->fields, name);
}

void sim_form_done(struct sim_form *form)
{
    json_object_put(form->fields);
    form->fields = NULL;
}

bool sim_form_basic(const char *authorization, char id[SIM_TOKEN_MAX], char secret[SIM_TOKEN_MAX])
{
    char plain[2 * SIM_TOKEN_MAX];
    size_t len = 0;
    if (!authorization || strncasecmp(authorization, "Basic ", 6) != 0 ||
        sodium_base642bin((unsigned char *)plain, sizeof(plain) - 1, authorization + 6,
                          strlen(authorization + 6), NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    plain[len] = '\0';
    char *colon = strchr(plain, ':');
    if (!colon || colon - plain >= SIM_TOKEN_MAX || strlen(colon + 1) >= SIM_TOKEN_MAX)
        return false;
    *colon = '\0';
    snprintf(id, SIM_TOKEN_MAX, "%.*s", SIM_TOKEN_MAX - 1, plain);
    snprintf(secret, SIM_TOKEN_MAX, "%.*s", SIM_TOKEN_MAX - 1, colon + 1);
    return true;
}

void sim_form_escape(struct mu_buf *to, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (isalnum(*c) || strchr("-._~", *c))
            mu_buf_addc(to, (char)*c);
        else
            mu_buf_printf(to, "%%%02X", *c);
    }
}
