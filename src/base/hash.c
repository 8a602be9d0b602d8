/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and random bytes, through libsodium. */
#include "base/hash.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "base/err.h"

enum { CHUNK = 64 * 1024 };

_Static_assert(MU_DIGEST_LEN == crypto_hash_sha256_BYTES, "digest length");
_Static_assert(sizeof(struct mu_digesting) == sizeof(crypto_generichash_state), "digest state");
_Static_assert(MU_HASH_LEN == crypto_shorthash_siphashx24_BYTES, "hash length");
_Static_assert(MU_HASH_KEY_LEN == crypto_shorthash_siphashx24_KEYBYTES, "key length");

/* Safe from any thread and free after the first call; it fails only when the system has no
 * randomness. */
static void ready(void)
{
    if (sodium_init() < 0)
        mu_bug(__FILE__, __LINE__, "libsodium can't start: no source of randomness");
}

void mu_hash(const uint8_t key[MU_HASH_KEY_LEN], const void *bytes, size_t len,
             uint8_t ret[MU_HASH_LEN])
{
    crypto_shorthash_siphashx24(ret, bytes, len, key);
}

void mu_digest_bytes(const void *bytes, size_t len, uint8_t ret[MU_DIGEST_LEN])
{
    ready();
    crypto_generichash(ret, MU_DIGEST_LEN, bytes, len, NULL, 0);
}

void mu_digest_hex(const uint8_t digest[MU_DIGEST_LEN], char ret_hex[MU_DIGEST_HEX])
{
    sodium_bin2hex(ret_hex, MU_DIGEST_HEX, digest, MU_DIGEST_LEN);
}

void mu_digest(const void *bytes, size_t len, char ret_hex[MU_DIGEST_HEX])
{
    uint8_t digest[MU_DIGEST_LEN];
    mu_digest_bytes(bytes, len, digest);
    mu_digest_hex(digest, ret_hex);
}

static crypto_generichash_state *state_of(struct mu_digesting *d)
{
    return (crypto_generichash_state *)(void *)d->state;
}

void mu_digest_begin(struct mu_digesting *d)
{
    ready();
    crypto_generichash_init(state_of(d), NULL, 0, MU_DIGEST_LEN);
}

void mu_digest_add(struct mu_digesting *d, const void *bytes, size_t len)
{
    crypto_generichash_update(state_of(d), bytes, len);
}

void mu_digest_end(struct mu_digesting *d, uint8_t ret[MU_DIGEST_LEN])
{
    crypto_generichash_final(state_of(d), ret, MU_DIGEST_LEN);
}

void mu_sha256_base64(const void *bytes, size_t len, char ret[MU_SHA256_BASE64])
{
    ready();
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, bytes, len);
    sodium_bin2base64(ret, MU_SHA256_BASE64, digest, sizeof(digest),
                      sodium_base64_VARIANT_ORIGINAL);
}

int mu_sha256_fd(int fd, char ret_hex[MU_DIGEST_HEX])
{
    ready();
    unsigned char chunk[CHUNK], digest[MU_DIGEST_LEN];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            crypto_hash_sha256_update(&state, chunk, (unsigned long long)n);
    }
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(ret_hex, MU_DIGEST_HEX, digest, sizeof(digest));
    return 0;
}

void mu_random(void *to, size_t len)
{
    ready();
    randombytes_buf(to, len);
}
