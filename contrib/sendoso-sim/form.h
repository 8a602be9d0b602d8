/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a token request, whether a form or JSON; HTTP Basic credentials; percent encoding. */
#ifndef SIM_FORM_H
#define SIM_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "oauth.h"

struct json_object;

struct sim_form {
    struct json_object *fields; /* texts */
};

/* By content type, JSON or form. False when it is neither. */
bool sim_form_parse(struct sim_form *form, const char *content_type, const char *body, size_t len);
const char *sim_form_get(const struct sim_form *form, const char *name); /* NULL: not given */
void sim_form_done(struct sim_form *form);

bool sim_form_basic(const char *authorization, char id[SIM_TOKEN_MAX], char secret[SIM_TOKEN_MAX]);
void sim_form_escape(struct mu_buf *to, const char *text);

#endif
