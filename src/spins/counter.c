/*
 * Counters by key.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "counter.h"

#include <stdlib.h>

static ons_status allocate(spins_counter *counter, unsigned bits) {
    *counter = (spins_counter){.capacity = (size_t)1 << bits, .shift = 64 - bits};
    counter->slot = ONS_NEW(struct spins_slot, counter->capacity);
    if (!counter->slot) { return ONS_MEMORY; }
    spins_counter_clear(counter);
    return ONS_OK;
}

ons_status spins_counter_init(spins_counter *counter) { return allocate(counter, 10); }

void spins_counter_free(spins_counter *counter) {
    free(counter->slot);
    counter->slot = NULL;
}

void spins_counter_clear(spins_counter *counter) {
    for (size_t i = 0; i < counter->capacity; i++) { counter->slot[i] = (struct spins_slot){SPINS_NO_KEY, 0}; }
    counter->entries = 0;
}

ons_status spins_counter_insert(spins_counter *counter, uint64_t key, uint64_t count) {
    if (2 * (counter->entries + 1) > counter->capacity) {
        spins_counter larger;
        const ons_status status = allocate(&larger, 64 - counter->shift + 1);
        if (status) { return status; }
        for (size_t i = 0; i < counter->capacity; i++) {
            const struct spins_slot *slot = &counter->slot[i];
            if (slot->key != SPINS_NO_KEY) { larger.slot[spins_counter_place(&larger, slot->key)] = *slot; }
        }
        larger.entries = counter->entries;
        free(counter->slot);
        *counter = larger;
    }
    counter->slot[spins_counter_place(counter, key)] = (struct spins_slot){key, count};
    counter->entries++;
    return ONS_OK;
}
