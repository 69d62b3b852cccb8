/*
 * Counters by key: open addressing with linear probing, for keys below 2^63.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_COUNTER_H
#define ONSAGER_SPINS_COUNTER_H

#include <onsager/base.h>

#define SPINS_NO_KEY UINT64_MAX

typedef struct spins_counter {
    struct spins_slot {
        uint64_t key, count;
    } * slot;
    size_t capacity, entries; /* capacity: a power of two, at least twice the entries */
    unsigned shift;           /* 64 - log2 capacity */
} spins_counter;

ons_status spins_counter_init(spins_counter *counter);
void spins_counter_free(spins_counter *counter);
void spins_counter_clear(spins_counter *counter);
/* A slot more for a key that is not there yet; grows when half full. */
ons_status spins_counter_insert(spins_counter *counter, uint64_t key, uint64_t count);

static inline size_t spins_counter_place(const spins_counter *counter, uint64_t key) {
    size_t place = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> counter->shift);
    while (counter->slot[place].key != key && counter->slot[place].key != SPINS_NO_KEY) {
        place = (place + 1) & (counter->capacity - 1);
    }
    return place;
}
static inline ons_status spins_counter_add(spins_counter *counter, uint64_t key, uint64_t count) {
    struct spins_slot *slot = &counter->slot[spins_counter_place(counter, key)];
    if (__builtin_expect(slot->key == SPINS_NO_KEY, 0)) { return spins_counter_insert(counter, key, count); }
    slot->count += count;
    return ONS_OK;
}

#endif
