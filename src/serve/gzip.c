/* SPDX-License-Identifier: Apache-2.0 */
/* zlib, with a small window for what stays open long. */
#include "serve/gzip.h"

#include <string.h>
#include <zlib.h>

#include "base/str.h"

enum {
    LEVEL = 1,
    AS_GZIP = 16, /* added to the window's bits */
    WINDOW = 15 + AS_GZIP,
    MEMORY = 8,
    PIECES_WINDOW = 13 + AS_GZIP,
    PIECES_MEMORY = 6
};

struct mu_gzip {
    z_stream z;
};

bool mu_gzip_wanted(const char *accepted)
{
    const char *at = accepted ? strstr(accepted, "gzip") : NULL;
    if (!at)
        return false;
    at += strlen("gzip");
    at += strspn(at, " ");
    return !mu_starts(at, ";q=0") || (at[4] == '.' && strspn(at + 5, "0") < strcspn(at + 5, " ,"));
}

/* More than the bound comes out where earlier pieces were gathered. */
static bool pack(z_stream *z, const struct mu_buf *from, bool last, struct mu_buf *to)
{
    int rc;
    z->next_in = (Bytef *)from->data;
    z->avail_in = (uInt)from->len;
    do {
        size_t room = deflateBound(z, z->avail_in);
        if (mu_buf_room(to, room) < 0)
            return false;
        z->next_out = (Bytef *)to->data + to->len;
        z->avail_out = (uInt)room;
        rc = deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
        to->len += room - z->avail_out;
    } while (rc == Z_OK && z->avail_out == 0);
    return last ? rc == Z_STREAM_END : z->avail_in == 0;
}

static bool begin(z_stream *z, int window, int memory)
{
    return deflateInit2(z, LEVEL, Z_DEFLATED, window, memory, Z_DEFAULT_STRATEGY) == Z_OK;
}

bool mu_gzip_whole(const struct mu_buf *from, struct mu_buf *to)
{
    z_stream z = {.next_in = NULL};
    if (!begin(&z, WINDOW, MEMORY))
        return false;
    bool done = pack(&z, from, true, to);
    deflateEnd(&z);
    return done;
}

struct mu_gzip *mu_gzip_new(void)
{
    struct mu_gzip *gzip = mu_xcalloc(1, sizeof(*gzip));
    if (begin(&gzip->z, PIECES_WINDOW, PIECES_MEMORY))
        return gzip;
    free(gzip);
    return NULL;
}

void mu_gzip_free(struct mu_gzip *gzip)
{
    if (!gzip)
        return;
    deflateEnd(&gzip->z);
    free(gzip);
}

bool mu_gzip_piece(struct mu_gzip *gzip, const struct mu_buf *from, bool last, struct mu_buf *to)
{
    return pack(&gzip->z, from, last, to);
}
