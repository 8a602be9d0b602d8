/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which address: keyed hashes in order, and a guess where to look. */
#include <string.h>

#include "audit/people.h"
#include "base/str.h"

uint64_t mu_people_hash(const struct mu_people *p, const char *key)
{
    uint8_t hash[MU_HASH_LEN];
    uint64_t n;
    mu_hash(p->seed, key, strlen(key), hash);
    memcpy(&n, hash, sizeof(n));
    return n;
}

static int by_hash(const void *a, const void *b)
{
    const struct mu_keyed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

void mu_keyed_sort(struct mu_keyed *list, size_t count)
{
    if (count > 1)
        qsort(list, count, sizeof(*list), by_hash);
}

void mu_people_index(struct mu_people *p)
{
    size_t count = 0;
    if (p->addresses)
        return;
    for (size_t i = 0; i < p->count; i++) {
        count += p->people[i]->key != NULL;
        for (const char *const *k = p->people[i]->keys; k && *k; k++)
            count++;
    }
    p->addresses = mu_xcalloc(count + 1, sizeof(*p->addresses));
    for (size_t i = 0; i < p->count; i++) {
        const struct mu_person *one = p->people[i];
        if (one->key)
            p->addresses[p->address_count++] =
                (struct mu_keyed){mu_people_hash(p, one->key), (uint32_t)i};
        for (const char *const *k = one->keys; k && *k; k++)
            p->addresses[p->address_count++] =
                (struct mu_keyed){mu_people_hash(p, *k), (uint32_t)i};
    }
    mu_keyed_sort(p->addresses, p->address_count);
}

bool mu_person_has(const struct mu_person *p, const char *key)
{
    const char *const *k = p->keys;
    while (k && *k && !mu_streq(*k, key))
        k++;
    return mu_streq(p->key, key) || (k && *k);
}

/* Hashes are spread evenly: where one stands is guessed, and the rest is a few steps. */
static size_t lower_bound(const struct mu_keyed *list, size_t count, uint64_t hash)
{
    size_t at = (size_t)((hash >> 32) * count >> 32);
    while (at > 0 && list[at - 1].hash >= hash)
        at--;
    while (at < count && list[at].hash < hash)
        at++;
    return at;
}

/* *at: one more than where it was found last; 0: nothing was looked for yet. */
struct mu_person *mu_people_by_address(struct mu_people *p, const char *key, size_t *at)
{
    mu_people_index(p);
    uint64_t hash = mu_people_hash(p, key);
    size_t i = *at ? *at : lower_bound(p->addresses, p->address_count, hash);
    for (; i < p->address_count && p->addresses[i].hash == hash; i++) {
        struct mu_person *person = p->people[p->addresses[i].at];
        if (!mu_person_has(person, key))
            continue;
        *at = i + 1;
        return person;
    }
    return NULL;
}
