/*
 * Networks of weighted patterns: real numbers in the place of signs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"
#include "weights_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct weight_store {
    const spins_weights_kernels *kernels;
    unsigned order;
    size_t rows;    /* padded with rows of zeros */
    float *columns; /* [sites][rows] */
} weight_store;

typedef struct weight_sums {
    double *e;    /* [order - 1][rows] */
    double value; /* sum of e_order over the rows */
    double gain;  /* what the last flip that was asked for adds to it */
} weight_sums;

static const spins_weights_kernels *kernels_in_use(void) {
    static const spins_weights_kernels *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_weights_kernels_v4,
        [SPINS_V3] = &spins_weights_kernels_v3,
#endif
        [SPINS_PLAIN] = &spins_weights_kernels_plain
    };
    return kernels[spins_isa_in_use()];
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

static ons_status open_sums(ons_recall *state) {
    const weight_store *store = state->model->store;
    weight_sums *sums = state->sums = ONS_NEW(weight_sums, 1);
    if (!sums) { return ONS_MEMORY; }
    sums->e = ONS_NEW(double, (store->order - 1) * store->rows);
    return sums->e ? ONS_OK : ONS_MEMORY;
}

static void close_sums(ons_recall *state) { free(((weight_sums *)state->sums)->e); }

static ons_status sum_up(ons_recall *state) {
    const weight_store *store = state->model->store;
    weight_sums *sums = state->sums;
    sums->value =
        store->kernels->sum_up(sums->e, store->columns, state->spins, state->model->sites, store->rows, store->order);
    return ONS_OK;
}

static double cost(ons_recall *state, uint32_t site) {
    const weight_store *store = state->model->store;
    weight_sums *sums = state->sums;
    const double spin = state->spins[site];
    const double field =
        store->kernels->sum(sums->e, store->columns + site * store->rows, store->rows, store->order, spin);
    sums->gain = -2 * spin * field;
    return -state->model->scale * sums->gain;
}

static void flip(ons_recall *state, uint32_t site) {
    const weight_store *store = state->model->store;
    weight_sums *sums = state->sums;
    sums->value += sums->gain;
    store->kernels->flip(sums->e, store->columns + site * store->rows, store->rows, store->order, state->spins[site]);
    state->spins[site] = (int8_t)-state->spins[site];
}

static double energy(const ons_recall *state) {
    return -state->model->scale * ((const weight_sums *)state->sums)->value;
}

/* ---- the model ------------------------------------------------------------------------------------------------ */

static void close_model(ons_recall_model *model) { free(((weight_store *)model->store)->columns); }

static const spins_recall_kind of_weights = {.open = open_sums,
                                             .sum_up = sum_up,
                                             .cost = cost,
                                             .flip = flip,
                                             .energy = energy,
                                             .close = close_sums,
                                             .close_model = close_model,
                                             .rounds = true};

ons_status ons_recall_model_weights(ons_recall_model **result, uint32_t sites, uint64_t count, unsigned order,
                                    double scale) {
    *result = NULL;
    if (sites < 1 || sites > ONS_PATTERNS_SITES || count < 1 || count > (uint64_t)1 << 40) {
        return ons_fail(ONS_INVALID, "a network has 1 to %d sites and 1 to 2^40 patterns, not %u and %llu",
                        ONS_PATTERNS_SITES, sites, (unsigned long long)count);
    }
    ons_status status = spins_recall_check_order(order, sites);
    if (!status) { status = spins_recall_open(result, &of_weights, sites, scale); }
    if (status) { return status; }
    weight_store *store = (*result)->store = ONS_NEW(weight_store, 1);
    if (store) {
        store->kernels = kernels_in_use();
        store->order = order;
        store->rows = (size_t)(count + SPINS_WEIGHTS_BLOCK - 1) / SPINS_WEIGHTS_BLOCK * SPINS_WEIGHTS_BLOCK;
        store->columns = ONS_NEW(float, sites * store->rows);
    }
    if (store && store->columns) { return ONS_OK; }
    ons_recall_model_free(*result);
    *result = NULL;
    return ONS_MEMORY;
}

ons_status ons_recall_model_weigh(ons_recall_model *model, uint64_t pattern, const double *weight) {
    if (model->kind != &of_weights) { return ons_fail(ONS_INVALID, "this network has no weighted patterns"); }
    const weight_store *store = model->store;
    if (pattern >= store->rows) {
        return ons_fail(ONS_INVALID, "there is no pattern %llu", (unsigned long long)pattern);
    }
    for (uint32_t i = 0; i < model->sites; i++) {
        if (!(fabs(weight[i]) < 1e30)) {
            return ons_fail(ONS_INVALID, "entry %u of pattern %llu is %g; it must be finite", i,
                            (unsigned long long)pattern, weight[i]);
        }
        store->columns[i * store->rows + pattern] = (float)weight[i];
    }
    return ONS_OK;
}

double ons_recall_weights_bytes(double sites, double count, unsigned order, unsigned states) {
    const double rows = ceil(count / SPINS_WEIGHTS_BLOCK) * SPINS_WEIGHTS_BLOCK;
    return 4 * sites * rows + states * (8 * (order - 1.0) * rows + sites + 512) + 20000;
}
