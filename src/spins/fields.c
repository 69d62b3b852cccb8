/*
 * Heat bath of many Ising configurations with the same couplings: the choice of the instruction set, bounds of rounding
 * errors, and the decisions that need all bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fields_kernel.h"
#include "ising.h"

#include <math.h>
#include <stdlib.h>

const spins_fields_kernels *spins_fields_kernels_in_use(void) {
    static const spins_fields_kernels *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_fields_kernels_v4,
        [SPINS_V3] = &spins_fields_kernels_v3,
#endif
        [SPINS_PLAIN] = &spins_fields_kernels_plain
    };
    return kernels[spins_isa_in_use()];
}

ons_status spins_fields_spread(const ons_graph *graph, const double *coupling, double *entry, float *rounded) {
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    if (!next) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        next[i] = spins_row(graph, i, &count);
    }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t i = graph->source[b], j = graph->target[b];
        if (i == j) { continue; }
        entry[next[i]++] = coupling[b];
        entry[next[j]++] = coupling[b];
    }
    for (uint64_t k = 0; k < graph->entries; k++) { rounded[k] = (float)entry[k]; }
    free(next);
    return ONS_OK;
}

/* Each coupling, each sum and the factor round by 2^-24 at most, and tiny couplings by the smallest number of single
 * precision; twice that. Infinite where single precision cannot hold the sum: then nothing is decided with it. */
void spins_fields_bound(const ons_graph *graph, const double *entry, double field, float *bound) {
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        const uint64_t row = spins_row(graph, i, &count);
        double size = fabs(field);
        for (uint32_t k = 0; k < count; k++) { size += fabs(entry[row + k]); }
        bound[i] = size < 1e30 ? (float)((count + 4) * (0x1p-23 * size + 0x1p-125)) : INFINITY;
    }
}

bool spins_fields_up(const spins_fields_sweep *sweep, uint32_t site, size_t walker, uint64_t plane, uint32_t high) {
    const uint64_t row = sweep->coordination ? (uint64_t)site * sweep->coordination : sweep->offset[site];
    const uint64_t end = sweep->coordination ? row + sweep->coordination : sweep->offset[site + 1];
    double sum = sweep->field;
    for (uint64_t k = row; k < end; k++) {
        sum += sweep->entry[k] * (double)sweep->spins[sweep->neighbour[k] * sweep->walkers + walker];
    }
    const uint64_t threshold = spins_up_threshold(sweep->factor[walker] * sum);
    if (high != (uint32_t)(threshold >> 32)) { return high < (uint32_t)(threshold >> 32); }
    uint64_t words[SPINS_PLANE_WORDS];
    const size_t word = walker % SPINS_FIELDS_BLOCK;
    spins_planes_fill(sweep->planes, ~sweep->stream, plane, 1, words);
    return (uint32_t)(words[word / 2] >> 32 * (word % 2)) < (uint32_t)threshold;
}
