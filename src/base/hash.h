/* SPDX-License-Identifier: Apache-2.0 */
/* Digests, through libsodium. */
#ifndef MU_BASE_HASH_H
#define MU_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { MU_HASH_LEN = 16, MU_HASH_KEY_LEN = 16, MU_DIGEST_LEN = 32, MU_DIGEST_HEX = 65 };

/* SipHash-2-4 with 128-bit output: fast content hash under a key the remote doesn't know. */
void mu_hash(const uint8_t key[MU_HASH_KEY_LEN], const void *bytes, size_t len,
             uint8_t ret[MU_HASH_LEN]);

/* BLAKE2b-256 as lower-case hex: plan and mapping digests, stable across machines. */
void mu_digest(const void *bytes, size_t len, char ret_hex[MU_DIGEST_HEX]);
void mu_digest_bytes(const void *bytes, size_t len, uint8_t ret[MU_DIGEST_LEN]);
void mu_digest_hex(const uint8_t digest[MU_DIGEST_LEN], char ret_hex[MU_DIGEST_HEX]);

/* The same of what comes in parts. */
struct mu_digesting {
    _Alignas(64) uint8_t state[384];
};
void mu_digest_begin(struct mu_digesting *d);
void mu_digest_add(struct mu_digesting *d, const void *bytes, size_t len);
void mu_digest_end(struct mu_digesting *d, uint8_t ret[MU_DIGEST_LEN]);

/* SHA-256 in base64, as a Content-Security-Policy names a style or script. */
enum { MU_SHA256_BASE64 = 45 };
void mu_sha256_base64(const void *bytes, size_t len, char ret[MU_SHA256_BASE64]);

/* SHA-256 of all that fd still gives, as lower-case hex, for files that come with one. -1: errno. */
int mu_sha256_fd(int fd, char ret_hex[MU_DIGEST_HEX]);

void mu_random(void *to, size_t len);

#endif
