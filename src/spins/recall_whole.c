/*
 * Hopfield's network of many patterns (P = 2): its couplings of all pairs as whole numbers, so that an attempt looks
 * its local field up and a flip adds a row. Energies and random numbers, and so all bits, are those of recall_bits.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"
#include "whole_kernel.h"

#include <stdlib.h>
#include <string.h>

typedef struct whole_store {
    const spins_whole_kernels *kernels;
    void *coupling;   /* sum of xi_i xi_j over the patterns, 0 on the diagonal */
    spins_whole form; /* rows and their stride; of a state also fields and value */
    bool is_small;
} whole_store;

/* From some 64 patterns on a row costs less than the attempts between two flips; a field is at most 2^28. */
bool spins_recall_prefers_whole(double sites, double count, unsigned order) {
    return order == 2 && sites <= 8192 && count >= 64 && count <= INT16_MAX;
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

static void *whole_vectors(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64); }

static ons_status open_sums(ons_recall *state) {
    const whole_store *store = state->model->store;
    spins_whole *whole = state->sums = ONS_NEW(spins_whole, 1);
    if (!whole) { return ONS_MEMORY; }
    *whole = store->form;
    whole->spins = state->spins;
    const size_t bytes = whole->stride * (store->is_small ? sizeof *whole->small : sizeof *whole->large);
    void *fields = whole_vectors(bytes);
    if (!fields) { return ONS_MEMORY; }
    memset(fields, 0, bytes);
    if (store->is_small) {
        whole->small = fields;
    } else {
        whole->large = fields;
    }
    return ONS_OK;
}

static void close_sums(ons_recall *state) {
    const spins_whole *whole = state->sums;
    free(whole->small);
    free(whole->large);
}

static ons_status sum_up(ons_recall *state) {
    ((const whole_store *)state->model->store)->kernels->sum_up(state->sums);
    return ONS_OK;
}

static double cost(ons_recall *state, uint32_t site) {
    const spins_whole *whole = state->sums;
    const int32_t field = whole->small ? 2 * whole->small[site] + whole->odd : whole->large[site];
    return 2 * state->model->scale * (double)(state->spins[site] * field);
}

static void flip(ons_recall *state, uint32_t site) {
    ((const whole_store *)state->model->store)->kernels->flip(state->sums, site);
}

static uint32_t metropolis(ons_recall *state, double beta) {
    const whole_store *store = state->model->store;
    return store->kernels->metropolis(state->sums, &state->random, state->model->flip, 2 * state->model->scale, beta);
}

static double energy(const ons_recall *state) {
    return -state->model->scale * (double)((const spins_whole *)state->sums)->value;
}

/* ---- the model ------------------------------------------------------------------------------------------------ */

static void close_model(ons_recall_model *model) { free(((whole_store *)model->store)->coupling); }

static const spins_recall_kind of_whole_pairs = {.open = open_sums,
                                                 .sum_up = sum_up,
                                                 .cost = cost,
                                                 .flip = flip,
                                                 .metropolis = metropolis,
                                                 .energy = energy,
                                                 .close = close_sums,
                                                 .close_model = close_model};

static const spins_whole_kernels *whole_kernels_in_use(void) {
    static const spins_whole_kernels *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_whole_kernels_v4,
        [SPINS_V3] = &spins_whole_kernels_v3,
#endif
        [SPINS_PLAIN] = &spins_whole_kernels_plain
    };
    return kernels[spins_isa_in_use()];
}

/* Patterns that have both entries, less twice those in which they differ. */
static int16_t correlation(const ons_patterns *patterns, uint32_t i, uint32_t j) {
    const uint64_t *a = patterns->plus + i * patterns->stride, *b = patterns->plus + j * patterns->stride;
    const uint64_t *there_a = spins_patterns_there(patterns, i), *there_b = spins_patterns_there(patterns, j);
    int both = 0, differ = 0;
    for (size_t w = 0; w < patterns->stride; w++) {
        const uint64_t there = there_a[w] & there_b[w];
        both += __builtin_popcountll(there);
        differ += __builtin_popcountll(there & (a[w] ^ b[w]));
    }
    return (int16_t)(both - 2 * differ);
}

/* What decides how narrow couplings and fields can be. */
typedef struct extent {
    int largest;       /* |J_ij| */
    int64_t heaviest;  /* sum of |J_ij| of a row */
    uint32_t odd_rows; /* rows with an odd sum */
} extent;

static extent correlate(const ons_patterns *patterns, int16_t *coupling, size_t stride) {
    const uint32_t sites = patterns->sites;
    extent all = {0};
    for (uint32_t i = 0; i < sites; i++) {
        for (uint32_t j = 0; j < i; j++) {
            coupling[i * stride + j] = coupling[j * stride + i] = correlation(patterns, i, j);
        }
    }
    for (uint32_t i = 0; i < sites; i++) {
        int64_t sum = 0;
        for (uint32_t j = 0; j < sites; j++) {
            const int size = abs(coupling[i * stride + j]);
            sum += size;
            if (size > all.largest) { all.largest = size; }
        }
        if (sum > all.heaviest) { all.heaviest = sum; }
        all.odd_rows += (uint32_t)(sum % 2);
    }
    return all;
}

static ons_status fill(whole_store *store, const ons_patterns *patterns) {
    const size_t stride = (patterns->sites + (size_t)SPINS_WHOLE_STRIDE - 1) / SPINS_WHOLE_STRIDE * SPINS_WHOLE_STRIDE;
    const size_t count = patterns->sites * stride;
    int16_t *wide = whole_vectors(count * sizeof *wide);
    store->coupling = wide;
    if (!wide) { return ONS_MEMORY; }
    memset(wide, 0, count * sizeof *wide);
    const extent all = correlate(patterns, wide, stride);
    store->kernels = whole_kernels_in_use();
    store->form = (spins_whole){.sites = patterns->sites, .stride = stride, .wide = wide};
    if (all.largest > INT8_MAX) { return ONS_OK; }
    int8_t *narrow = whole_vectors(count);
    if (!narrow) { return ONS_MEMORY; }
    for (size_t k = 0; k < count; k++) { narrow[k] = (int8_t)wide[k]; }
    free(wide);
    store->coupling = narrow;
    store->form.wide = NULL;
    store->form.narrow = narrow;
    store->form.odd = all.odd_rows > 0;
    store->is_small = all.heaviest <= UINT16_MAX && (all.odd_rows == 0 || all.odd_rows == patterns->sites);
    return ONS_OK;
}

ons_status spins_recall_whole(ons_recall_model **result, const ons_patterns *patterns, double scale) {
    ons_status status = spins_recall_open(result, &of_whole_pairs, patterns->sites, scale);
    if (status) { return status; }
    whole_store *store = (*result)->store = ONS_NEW(whole_store, 1);
    status = store ? fill(store, patterns) : ONS_MEMORY;
    if (status) {
        ons_recall_model_free(*result);
        *result = NULL;
    }
    return status;
}
