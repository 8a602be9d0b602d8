/* SPDX-License-Identifier: Apache-2.0 */
/* Text inside HTML. */
#ifndef MU_BASE_HTML_H
#define MU_BASE_HTML_H

#include <stddef.h>

#include "base/buf.h"

/* Appends text so that it is read as text, between tags and inside of quoted attributes. UTF-8 is the
 * caller's care, and what control characters may do to a reader too (mu_printable_into). */
void mu_html_escape(struct mu_buf *to, const char *text, size_t len);

#endif
