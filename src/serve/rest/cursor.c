/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors: four texts, each with its NUL, and a seal, in URL-safe base64. */
#include "serve/rest/cursor.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static const char purpose[] = "cursor";

static void seal(const struct mu_store *s, const char *what, const void *bytes, size_t len,
                 uint8_t ret[MU_HASH_LEN])
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_add(&all, purpose, sizeof(purpose));
    mu_buf_add(&all, what, strlen(what) + 1);
    mu_buf_add(&all, bytes, len);
    mu_store_seal(s, all.data, all.len, ret);
}

const char *mu_cursor_write(const struct mu_store *s, struct mu_arena *arena, const char *what,
                            const struct mu_cursor *cursor)
{
    MU_AUTO(buf) struct mu_buf bytes = MU_BUF_INIT(MU_BUF_MAX);
    uint8_t mark[MU_HASH_LEN];
    mu_buf_printf(&bytes, "%" PRId64 "%c%c%c", cursor->snapshot, 0, cursor->backwards ? 'b' : 'f',
                  0);
    mu_buf_add(&bytes, cursor->id, strlen(cursor->id) + 1);
    mu_buf_add(&bytes, cursor->key, strlen(cursor->key) + 1);
    seal(s, what, bytes.data, bytes.len, mark);
    mu_buf_add(&bytes, mark, sizeof(mark));
    size_t room = sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = mu_alloc(arena, room);
    sodium_bin2base64(text, room, (const unsigned char *)bytes.data, bytes.len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text;
}

/* The next of the texts; NULL: there is none whole. */
static const char *next_text(const char **at, const char *end)
{
    const char *text = *at;
    const char *nul = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
    *at = nul ? nul + 1 : end;
    return nul ? text : NULL;
}

bool mu_cursor_unpack(struct mu_arena *arena, const char *text, struct mu_cursor *ret,
                      const uint8_t **ret_bytes, size_t *ret_len)
{
    size_t len = strlen(text), n = 0;
    long long snapshot;
    if (len > MU_CURSOR_MAX)
        return false;
    unsigned char *bytes = mu_alloc(arena, len + 1);
    if (sodium_base642bin(bytes, len + 1, text, len, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n < MU_HASH_LEN)
        return false;
    const char *at = (const char *)bytes, *end = at + n - MU_HASH_LEN;
    const char *number = next_text(&at, end), *way = next_text(&at, end);
    const char *id = next_text(&at, end), *key = next_text(&at, end);
    if (!key || at != end || !mu_parse_int(number, 1, INT64_MAX, &snapshot))
        return false;
    *ret = (struct mu_cursor){
        .snapshot = snapshot, .backwards = mu_streq(way, "b"), .id = id, .key = key};
    *ret_bytes = bytes;
    *ret_len = n;
    return true;
}

int mu_cursor_read(const struct mu_store *s, struct mu_arena *arena, const char *what,
                   const char *text, struct mu_cursor *ret, struct mu_err *err)
{
    const uint8_t *bytes;
    size_t len;
    uint8_t mark[MU_HASH_LEN];
    struct mu_cursor cursor;
    bool whole = mu_cursor_unpack(arena, text, &cursor, &bytes, &len);
    if (whole) {
        seal(s, what, bytes, len - MU_HASH_LEN, mark);
        whole = sodium_memcmp(mark, bytes + len - MU_HASH_LEN, MU_HASH_LEN) == 0;
    }
    if (!whole)
        return mu_fail(err, MU_E_USAGE,
                       "cursor: not one that this list gave; send it as it came, with the same "
                       "account, filters and order, or begin again without it");
    *ret = cursor;
    return 0;
}
