/*
 * The cycles of a permutation, by following them with a bitmap of visited states and a cursor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/permutation.h>

#include <stdlib.h>
#include <string.h>

ons_status ons_cycles_init(ons_cycles *cycles, uint64_t states) {
    *cycles = (ons_cycles){.states = states};
    if (states < 1 || states > (uint64_t)1 << 40) {
        return ons_fail(ONS_INVALID, "a permutation of 1 to 2^40 states, not of %llu", (unsigned long long)states);
    }
    cycles->visited = ONS_NEW(uint64_t, (states + 63) / 64);
    return cycles->visited ? ONS_OK : ONS_MEMORY;
}

void ons_cycles_free(ons_cycles *cycles) {
    free(cycles->visited);
    free(cycles->classes);
    *cycles = (ons_cycles){0};
}

static ons_status count_cycle(ons_cycles *cycles, uint64_t length) {
    size_t low = 0, high = cycles->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (cycles->classes[middle].length < length) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < cycles->count && cycles->classes[low].length == length) {
        cycles->classes[low].cycles++;
        return ONS_OK;
    }
    void *classes = cycles->classes;
    const ons_status status = ons_grow(&classes, &cycles->capacity, cycles->count + 1, sizeof *cycles->classes);
    if (status) { return status; }
    cycles->classes = classes;
    memmove(cycles->classes + low + 1, cycles->classes + low, (cycles->count - low) * sizeof *cycles->classes);
    cycles->classes[low] = (ons_cycle_class){length, 1};
    cycles->count++;
    return ONS_OK;
}

static bool visit(ons_cycles *cycles, uint64_t state) {
    uint64_t *word = &cycles->visited[state / 64];
    const uint64_t bit = (uint64_t)1 << state % 64;
    const bool was = *word & bit;
    *word |= bit;
    return was;
}

/* From `first`, which was not visited, back to itself. */
static ons_status follow_one(ons_cycles *cycles, uint64_t (*next)(const void *data, uint64_t state), const void *data,
                             uint64_t first, uint64_t *length) {
    uint64_t state = first;
    for (*length = 0; !(*length > 0 && state == first); (*length)++) {
        if (visit(cycles, state)) {
            return ons_fail(ONS_INVALID, "the map is no permutation: state %llu is reached from two states",
                            (unsigned long long)state);
        }
        state = next(data, state);
        if (state >= cycles->states) {
            return ons_fail(ONS_INVALID, "the map is no permutation: it leads to %llu, beyond its %llu states",
                            (unsigned long long)state, (unsigned long long)cycles->states);
        }
    }
    return count_cycle(cycles, *length);
}

ons_status ons_cycles_follow(ons_cycles *cycles, uint64_t (*next)(const void *data, uint64_t state), const void *data,
                             uint64_t work) {
    uint64_t done = 0;
    for (; cycles->cursor < cycles->states && done < work; cycles->cursor++, done++) {
        if (cycles->visited[cycles->cursor / 64] >> cycles->cursor % 64 & 1) { continue; }
        uint64_t length;
        const ons_status status = follow_one(cycles, next, data, cycles->cursor, &length);
        if (status) { return status; }
        done += length;
    }
    return cycles->cursor == cycles->states ? ONS_DONE : ONS_OK;
}

static uint64_t common_divisor(uint64_t a, uint64_t b) {
    while (b) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

uint64_t ons_cycles_multiplicity(const ons_cycles *cycles, uint64_t numerator, uint64_t denominator) {
    const uint64_t reduced = denominator / common_divisor(numerator, denominator);
    uint64_t count = 0;
    for (size_t k = 0; k < cycles->count; k++) {
        if (cycles->classes[k].length % reduced == 0) { count += cycles->classes[k].cycles; }
    }
    return count;
}
