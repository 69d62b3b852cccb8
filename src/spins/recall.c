/*
 * Networks that store patterns: single-spin dynamics, whatever the couplings are made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the model ------------------------------------------------------------------------------------------------ */

ons_status spins_recall_check_order(unsigned order, uint32_t sites) {
    if (order < 2 || order > ONS_RECALL_ORDER) {
        return ons_fail(ONS_INVALID, "a term has P = 2 to %d spins, not %u", ONS_RECALL_ORDER, order);
    }
    if (order > sites) {
        return ons_fail(ONS_INVALID, "a term of P = %u different spins needs at least as many, not N = %u", order,
                        sites);
    }
    return ONS_OK;
}

ons_status spins_recall_open(ons_recall_model **result, const spins_recall_kind *kind, uint32_t sites, double scale) {
    *result = NULL;
    if (!(scale > 0) || !isfinite(scale)) {
        return ons_fail(ONS_INVALID, "the factor of the energy must be positive and finite, not %g", scale);
    }
    ons_recall_model *model = ONS_NEW(ons_recall_model, 1);
    if (!model) { return ONS_MEMORY; }
    model->kind = kind;
    model->sites = sites;
    model->scale = scale;
    ons_status status = spins_ladder_create(&model->flip, ONS_METROPOLIS);
    if (!status) { status = spins_ladder_create(&model->up, ONS_HEAT_BATH); }
    if (status) {
        ons_recall_model_free(model);
        return status;
    }
    *result = model;
    return ONS_OK;
}

void ons_recall_model_free(ons_recall_model *model) {
    if (!model) { return; }
    if (model->store) { model->kind->close_model(model); }
    free(model->store);
    free(model->flip);
    free(model->up);
    free(model);
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

ons_status ons_recall_create(ons_recall **result, const ons_recall_model *model, ons_random random) {
    ons_recall *state = *result = ONS_NEW(ons_recall, 1);
    if (!state) { return ONS_MEMORY; }
    state->model = model;
    state->random = random;
    state->spins = ONS_NEW(int8_t, model->sites);
    ons_status status = state->spins ? model->kind->open(state) : ONS_MEMORY;
    if (!status) {
        memset(state->spins, 1, model->sites);
        status = model->kind->sum_up(state);
    }
    if (status) {
        ons_recall_free(state);
        *result = NULL;
    }
    return status;
}

void ons_recall_free(ons_recall *state) {
    if (!state) { return; }
    if (state->sums) { state->model->kind->close(state); }
    free(state->sums);
    free(state->spins);
    free(state);
}

int8_t *ons_recall_spins(ons_recall *state) { return state->spins; }

ons_status ons_recall_refresh(ons_recall *state) {
    for (uint32_t i = 0; i < state->model->sites; i++) {
        if (state->spins[i] != 1 && state->spins[i] != -1) {
            return ons_fail(ONS_INVALID, "spin %u of the configuration is %d, not 1 or -1", i, state->spins[i]);
        }
    }
    return state->model->kind->sum_up(state);
}

ons_random *ons_recall_random(ons_recall *state) { return &state->random; }

/* ---- dynamics ------------------------------------------------------------------------------------------------- */

double ons_recall_cost(ons_recall *state, uint32_t site) { return state->model->kind->cost(state, site); }

void ons_recall_flip(ons_recall *state, uint32_t site) {
    state->model->kind->cost(state, site);
    state->model->kind->flip(state, site);
}

/* dE/T; at T = 0 infinite but for 0. */
static double reduced(double cost, double beta) { return cost == 0 ? 0 : beta * cost; }

static uint32_t metropolis(ons_recall *state, double beta) {
    const ons_recall_model *model = state->model;
    uint32_t accepted = 0;
    for (uint32_t attempt = 0; attempt < model->sites; attempt++) {
        const uint32_t site = ons_random_below(&state->random, model->sites);
        const uint32_t word = ons_random_32(&state->random);
        const double x = reduced(model->kind->cost(state, site), beta);
        if (!(x < INFINITY) || !spins_ladder_flip(model->flip, &state->random, word, x)) { continue; }
        model->kind->flip(state, site);
        accepted++;
    }
    return accepted;
}

static bool is_up(ons_recall *state, uint32_t word, double x) {
    if (isinf(x)) { return x > 0; }
    return spins_ladder_up(state->model->up, &state->random, word, x);
}

static uint32_t heat_bath(ons_recall *state, double beta) {
    const ons_recall_model *model = state->model;
    uint32_t accepted = 0;
    for (uint32_t site = 0; site < model->sites; site++) {
        const uint32_t word = ons_random_32(&state->random);
        const double x = reduced(model->kind->cost(state, site), beta) * state->spins[site];
        if (is_up(state, word, x) == (state->spins[site] > 0)) { continue; }
        model->kind->flip(state, site);
        accepted++;
    }
    return accepted;
}

ons_status ons_recall_step(ons_recall *state, ons_recall_update update, double temperature, uint32_t *accepted) {
    const ons_status status = state->model->kind->rounds ? state->model->kind->sum_up(state) : ONS_OK;
    if (status) { return status; }
    const double beta = 1 / temperature;
    *accepted = update == ONS_RECALL_METROPOLIS ? metropolis(state, beta) : heat_bath(state, beta);
    return ONS_OK;
}

double ons_recall_energy(const ons_recall *state) { return state->model->kind->energy(state); }

/* ---- minima --------------------------------------------------------------------------------------------------- */

ons_status ons_recall_minima(ons_recall *state, uint64_t *minima, uint64_t *flat) {
    const uint32_t sites = state->model->sites;
    *minima = *flat = 0;
    if (sites > ONS_RECALL_ENUMERATED) {
        return ons_fail(ONS_INVALID, "minima are counted for at most %d sites, not %u", ONS_RECALL_ENUMERATED, sites);
    }
    for (uint64_t step = 1; step <= (uint64_t)1 << sites; step++) {
        double lowest = INFINITY;
        for (uint32_t i = 0; i < sites && lowest >= 0; i++) { lowest = fmin(lowest, ons_recall_cost(state, i)); }
        *minima += lowest >= 0;
        *flat += lowest == 0;
        const uint32_t next = (uint32_t)__builtin_ctzll(step);
        ons_recall_flip(state, next < sites ? next : sites - 1); /* the last one leads back to the first */
    }
    return ons_recall_refresh(state);
}
