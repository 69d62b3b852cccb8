/*
 * Hopfield's network of many patterns (P = 2): its couplings of all pairs as whole numbers, so that an attempt looks
 * its local field up and a flip adds a row. Energies and random numbers, and so all bits, are those of recall_bits.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"

#include <stdlib.h>
#include <string.h>

typedef struct whole_store {
    const spins_pattern_kernels *kernels;
    int16_t *coupling; /* [sites][sites]: sum of xi_i xi_j over the patterns, 0 on the diagonal */
} whole_store;

typedef struct whole_sums {
    int32_t *field; /* [sites] */
    int64_t value;  /* sum over i < j of coupling * s_i s_j */
} whole_sums;

/* From some 64 patterns on a row costs less than the attempts between two flips; a field is at most 2^28. */
bool spins_recall_prefers_whole(double sites, double count, unsigned order) {
    return order == 2 && sites <= 8192 && count >= 64 && count <= INT16_MAX;
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

static ons_status open_sums(ons_recall *state) {
    whole_sums *sums = state->sums = ONS_NEW(whole_sums, 1);
    if (!sums) { return ONS_MEMORY; }
    sums->field = ONS_NEW(int32_t, state->model->sites);
    return sums->field ? ONS_OK : ONS_MEMORY;
}

static void close_sums(ons_recall *state) { free(((whole_sums *)state->sums)->field); }

static ons_status sum_up(ons_recall *state) {
    const whole_store *store = state->model->store;
    whole_sums *sums = state->sums;
    const uint32_t sites = state->model->sites;
    memset(sums->field, 0, sites * sizeof *sums->field);
    for (uint32_t i = 0; i < sites; i++) {
        store->kernels->add_row(sums->field, store->coupling + (size_t)i * sites, state->spins[i], sites);
    }
    sums->value = 0;
    for (uint32_t i = 0; i < sites; i++) { sums->value += state->spins[i] * sums->field[i]; }
    sums->value /= 2;
    return ONS_OK;
}

static double cost(ons_recall *state, uint32_t site) {
    const whole_sums *sums = state->sums;
    return 2 * state->model->scale * (double)(state->spins[site] * sums->field[site]);
}

static void flip(ons_recall *state, uint32_t site) {
    const whole_store *store = state->model->store;
    whole_sums *sums = state->sums;
    const uint32_t sites = state->model->sites;
    sums->value -= 2 * state->spins[site] * (int64_t)sums->field[site];
    store->kernels->add_row(sums->field, store->coupling + (size_t)site * sites, -2 * state->spins[site], sites);
    state->spins[site] = (int8_t)-state->spins[site];
}

static double energy(const ons_recall *state) {
    return -state->model->scale * (double)((const whole_sums *)state->sums)->value;
}

/* ---- the model ------------------------------------------------------------------------------------------------ */

static void close_model(ons_recall_model *model) { free(((whole_store *)model->store)->coupling); }

static const spins_recall_kind of_whole_pairs = {.open = open_sums,
                                                 .sum_up = sum_up,
                                                 .cost = cost,
                                                 .flip = flip,
                                                 .energy = energy,
                                                 .close = close_sums,
                                                 .close_model = close_model};

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

ons_status spins_recall_whole(ons_recall_model **result, const ons_patterns *patterns, double scale) {
    const uint32_t sites = patterns->sites;
    const ons_status status = spins_recall_open(result, &of_whole_pairs, sites, scale);
    if (status) { return status; }
    whole_store *store = (*result)->store = ONS_NEW(whole_store, 1);
    if (store) {
        store->kernels = spins_pattern_kernels_in_use();
        store->coupling = ONS_NEW(int16_t, (size_t)sites * sites);
    }
    if (!store || !store->coupling) {
        ons_recall_model_free(*result);
        *result = NULL;
        return ONS_MEMORY;
    }
    for (uint32_t i = 0; i < sites; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const int16_t value = correlation(patterns, i, j);
            store->coupling[(size_t)i * sites + j] = store->coupling[(size_t)j * sites + i] = value;
        }
    }
    return ONS_OK;
}
