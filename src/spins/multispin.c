/*
 * Dynamics of Ising spins with terms of any number of spins.
 *
 * What a flip of spin i changes is 2 k_i with k_i = sum over the terms t of i of J_t prod s, held for every spin as a
 * whole number of the unit of the couplings: an attempt looks it up, a flip changes it for all members of its terms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BITS = 40, SUM_BITS = 62 };

struct ons_multispin_model {
    uint32_t sites;
    uint64_t count, *first; /* terms */
    uint32_t *member;
    int64_t *weight;      /* [count]: J_t in units */
    uint64_t *site_first; /* [sites + 1]: the terms of spin i are site_term[site_first[i] ..] */
    uint32_t *site_term;  /* [members of all terms] */
    double unit, constant, field;
    spins_ladder *flip, *up;
};

struct ons_multispin {
    const ons_multispin_model *model;
    ons_random random;
    int8_t *spins;   /* [sites] */
    int8_t *product; /* [count]: of the spins of a term */
    int64_t *share;  /* [sites]: k_i */
    int64_t sum;     /* over terms of weight * product */
    int64_t magnetization;
};

/* ---- the model ------------------------------------------------------------------------------------------------ */

/* Couplings of one size are +-1 units, others multiples of a power of two, so small that no sum leaves 62 bits. */
static void weigh(ons_multispin_model *model, const ons_terms *terms) {
    double largest = 0;
    bool equal = true;
    for (uint64_t t = 0; t < terms->count; t++) { largest = fmax(largest, fabs(terms->coupling[t])); }
    for (uint64_t t = 0; t < terms->count; t++) {
        equal = equal && (terms->coupling[t] == 0 || fabs(terms->coupling[t]) == largest);
    }
    model->unit = largest;
    if (!equal) {
        int bits = SUM_BITS - ilogb((double)terms->count) - 1;
        if (bits > MOST_BITS) { bits = MOST_BITS; }
        model->unit = ldexp(1, ilogb(largest) + 1 - bits);
    }
    for (uint64_t t = 0; t < terms->count; t++) {
        model->weight[t] = largest > 0 ? llrint(terms->coupling[t] / model->unit) : 0;
    }
}

/* Terms by their spins. */
static void list_by_site(ons_multispin_model *model) {
    uint64_t *next = model->site_first; /* shifted by one while it is filled */
    for (uint64_t k = 0; k < model->first[model->count]; k++) { next[model->member[k] + 1]++; }
    for (uint32_t i = 0; i < model->sites; i++) { next[i + 1] += next[i]; }
    for (uint64_t t = model->count; t-- > 0;) {
        for (uint64_t k = model->first[t]; k < model->first[t + 1]; k++) {
            model->site_term[--next[model->member[k] + 1]] = (uint32_t)t;
        }
    }
    /* next[i + 1] is now where the terms of i begin */
    memmove(next, next + 1, model->sites * sizeof *next);
    next[model->sites] = model->first[model->count];
}

ons_status ons_multispin_model_create(ons_multispin_model **result, const ons_terms *terms, double field) {
    *result = NULL;
    if (!isfinite(field)) { return ons_fail(ONS_INVALID, "the field must be finite, not %g", field); }
    if (terms->sites < 1) { return ons_fail(ONS_INVALID, "a model needs at least one spin"); }
    ons_multispin_model *model = ONS_NEW(ons_multispin_model, 1);
    if (!model) { return ONS_MEMORY; }
    const uint64_t members = terms->first[terms->count];
    model->sites = terms->sites;
    model->count = terms->count;
    model->field = field;
    model->constant = terms->constant;
    model->first = ONS_NEW(uint64_t, terms->count + 1);
    model->member = ONS_NEW(uint32_t, members);
    model->weight = ONS_NEW(int64_t, terms->count);
    model->site_first = ONS_NEW(uint64_t, (size_t)terms->sites + 1);
    model->site_term = ONS_NEW(uint32_t, members);
    ons_status status =
        model->first && model->member && model->weight && model->site_first && model->site_term ? ONS_OK : ONS_MEMORY;
    if (!status) { status = spins_ladder_create(&model->flip, ONS_METROPOLIS); }
    if (!status) { status = spins_ladder_create(&model->up, ONS_HEAT_BATH); }
    if (status) {
        ons_multispin_model_free(model);
        return status;
    }
    memcpy(model->first, terms->first, (terms->count + 1) * sizeof *terms->first);
    if (members) { memcpy(model->member, terms->member, members * sizeof *terms->member); }
    weigh(model, terms);
    list_by_site(model);
    *result = model;
    return ONS_OK;
}

void ons_multispin_model_free(ons_multispin_model *model) {
    if (!model) { return; }
    free(model->first);
    free(model->member);
    free(model->weight);
    free(model->site_first);
    free(model->site_term);
    free(model->flip);
    free(model->up);
    free(model);
}

double ons_multispin_coupling(const ons_multispin_model *model, uint64_t term) {
    return model->unit * (double)model->weight[term];
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

static void sum_up(ons_multispin *state) {
    const ons_multispin_model *model = state->model;
    state->sum = state->magnetization = 0;
    memset(state->share, 0, model->sites * sizeof *state->share);
    for (uint32_t i = 0; i < model->sites; i++) { state->magnetization += state->spins[i]; }
    for (uint64_t t = 0; t < model->count; t++) {
        int product = 1;
        for (uint64_t k = model->first[t]; k < model->first[t + 1]; k++) { product *= state->spins[model->member[k]]; }
        const int64_t value = model->weight[t] * product;
        for (uint64_t k = model->first[t]; k < model->first[t + 1]; k++) { state->share[model->member[k]] += value; }
        state->product[t] = (int8_t)product;
        state->sum += value;
    }
}

ons_status ons_multispin_create(ons_multispin **result, const ons_multispin_model *model, ons_random random) {
    ons_multispin *state = *result = ONS_NEW(ons_multispin, 1);
    if (!state) { return ONS_MEMORY; }
    state->model = model;
    state->random = random;
    state->spins = ONS_NEW(int8_t, model->sites);
    state->product = ONS_NEW(int8_t, model->count);
    state->share = ONS_NEW(int64_t, model->sites);
    if (!state->spins || !state->product || !state->share) {
        ons_multispin_free(state);
        *result = NULL;
        return ONS_MEMORY;
    }
    ons_multispin_start_up(state);
    return ONS_OK;
}

void ons_multispin_free(ons_multispin *state) {
    if (!state) { return; }
    free(state->spins);
    free(state->product);
    free(state->share);
    free(state);
}

void ons_multispin_start_up(ons_multispin *state) {
    memset(state->spins, 1, state->model->sites);
    sum_up(state);
}

void ons_multispin_start_random(ons_multispin *state, ons_random *random) {
    uint32_t word = 0;
    for (uint32_t i = 0; i < state->model->sites; i++) {
        if (i % 32 == 0) { word = ons_random_32(random); }
        state->spins[i] = word >> i % 32 & 1 ? 1 : -1;
    }
    sum_up(state);
}

int8_t *ons_multispin_spins(ons_multispin *state) { return state->spins; }

ons_status ons_multispin_refresh(ons_multispin *state) {
    for (uint32_t i = 0; i < state->model->sites; i++) {
        if (state->spins[i] != 1 && state->spins[i] != -1) {
            return ons_fail(ONS_INVALID, "spin %u of the configuration is %d, not 1 or -1", i, state->spins[i]);
        }
    }
    sum_up(state);
    return ONS_OK;
}

ons_random *ons_multispin_random(ons_multispin *state) { return &state->random; }

/* ---- dynamics ------------------------------------------------------------------------------------------------- */

static void flip_spin(ons_multispin *state, uint32_t site) {
    const ons_multispin_model *model = state->model;
    int64_t *share = state->share;
    state->sum -= 2 * share[site];
    for (uint64_t n = model->site_first[site]; n < model->site_first[site + 1]; n++) {
        const uint32_t t = model->site_term[n];
        const int64_t change = -2 * model->weight[t] * state->product[t];
        for (uint64_t k = model->first[t]; k < model->first[t + 1]; k++) { share[model->member[k]] += change; }
        state->product[t] = (int8_t)-state->product[t];
    }
    state->spins[site] = (int8_t)-state->spins[site];
    state->magnetization += 2 * state->spins[site];
}

/* The energy of a flip, halved. */
static double half_cost(const ons_multispin *state, uint32_t site) {
    const ons_multispin_model *model = state->model;
    return model->unit * (double)state->share[site] + model->field * state->spins[site];
}

static void metropolis(ons_multispin *state, double beta) {
    const ons_multispin_model *model = state->model;
    for (uint32_t attempt = 0; attempt < model->sites; attempt++) {
        const uint32_t site = ons_random_below(&state->random, model->sites);
        const uint32_t word = ons_random_32(&state->random);
        const double x = 2 * beta * half_cost(state, site);
        if (spins_ladder_flip(model->flip, &state->random, word, x)) { flip_spin(state, site); }
    }
}

static void heat_bath(ons_multispin *state, double beta) {
    const ons_multispin_model *model = state->model;
    for (uint32_t site = 0; site < model->sites; site++) {
        const uint32_t word = ons_random_32(&state->random);
        const double x = 2 * beta * half_cost(state, site) * state->spins[site];
        const int next = spins_ladder_up(model->up, &state->random, word, x) ? 1 : -1;
        if (next != state->spins[site]) { flip_spin(state, site); }
    }
}

void ons_multispin_step(ons_multispin *state, ons_multispin_update update, double temperature) {
    if (update == ONS_MULTISPIN_METROPOLIS) {
        metropolis(state, 1 / temperature);
    } else {
        heat_bath(state, 1 / temperature);
    }
}

/* ---- measurement ---------------------------------------------------------------------------------------------- */

double ons_multispin_energy(const ons_multispin *state) {
    const ons_multispin_model *model = state->model;
    return -model->unit * (double)state->sum - model->constant - model->field * (double)state->magnetization;
}

double ons_multispin_magnetization(const ons_multispin *state) {
    return (double)state->magnetization / state->model->sites;
}

double ons_multispin_overlap(const ons_multispin *a, const ons_multispin *b) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < a->model->sites; i++) { sum += a->spins[i] * b->spins[i]; }
    return (double)sum / a->model->sites;
}

double ons_multispin_term_overlap(const ons_multispin *a, const ons_multispin *b) {
    int64_t sum = 0;
    for (uint64_t t = 0; t < a->model->count; t++) { sum += a->product[t] * b->product[t]; }
    return a->model->count ? (double)sum / (double)a->model->count : NAN;
}
