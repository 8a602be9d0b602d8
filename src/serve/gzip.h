/* SPDX-License-Identifier: Apache-2.0 */
/* Answers packed with gzip, whole or piece by piece. */
#ifndef MU_SERVE_GZIP_H
#define MU_SERVE_GZIP_H

#include <stdbool.h>

#include "base/buf.h"

/* Accept-Encoding names it, and not with q=0; NULL: nothing is named. */
bool mu_gzip_wanted(const char *accepted);

/* False: it doesn't fit into the buffer, or there is no memory. */
bool mu_gzip_whole(const struct mu_buf *from, struct mu_buf *to);

/* What comes in pieces: some 70 KiB of memory each. */
struct mu_gzip;
struct mu_gzip *mu_gzip_new(void);       /* NULL: no memory */
void mu_gzip_free(struct mu_gzip *gzip); /* NULL is fine */
/* Appends what the next piece became: often nothing, it is gathered. last: the rest of all, and the end.
 * False: as above. */
bool mu_gzip_piece(struct mu_gzip *gzip, const struct mu_buf *from, bool last, struct mu_buf *to);

#endif
