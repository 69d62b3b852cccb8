/*
 * Networks with a coupling for every pair, and the rules that make couplings of patterns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUPLING_BITS = 40 };

typedef struct pair_store {
    int64_t *coupling; /* [sites][sites] in units, symmetric, 0 on the diagonal */
    double unit;
} pair_store;

typedef struct pair_sums {
    int64_t *field; /* [sites]: sum over j of coupling * s_j */
} pair_sums;

/* ---- configurations ------------------------------------------------------------------------------------------- */

static ons_status open_sums(ons_recall *state) {
    pair_sums *sums = state->sums = ONS_NEW(pair_sums, 1);
    if (!sums) { return ONS_MEMORY; }
    sums->field = ONS_NEW(int64_t, state->model->sites);
    return sums->field ? ONS_OK : ONS_MEMORY;
}

static void close_sums(ons_recall *state) { free(((pair_sums *)state->sums)->field); }

static void add_row(int64_t *field, const int64_t *row, int64_t factor, uint32_t sites) {
    for (uint32_t j = 0; j < sites; j++) { field[j] += factor * row[j]; }
}

static ons_status sum_up(ons_recall *state) {
    const pair_store *store = state->model->store;
    const uint32_t sites = state->model->sites;
    int64_t *field = ((pair_sums *)state->sums)->field;
    memset(field, 0, sites * sizeof *field);
    for (uint32_t i = 0; i < sites; i++) {
        add_row(field, store->coupling + (size_t)i * sites, state->spins[i], sites);
    }
    return ONS_OK;
}

static double cost(ons_recall *state, uint32_t site) {
    const pair_store *store = state->model->store;
    return 2 * state->model->scale * store->unit *
           (double)(state->spins[site] * ((pair_sums *)state->sums)->field[site]);
}

static void flip(ons_recall *state, uint32_t site) {
    const pair_store *store = state->model->store;
    const uint32_t sites = state->model->sites;
    add_row(((pair_sums *)state->sums)->field, store->coupling + (size_t)site * sites, -2 * state->spins[site], sites);
    state->spins[site] = (int8_t)-state->spins[site];
}

static double energy(const ons_recall *state) {
    const pair_store *store = state->model->store;
    int64_t twice = 0; /* every pair is in the fields of both sites */
    for (uint32_t i = 0; i < state->model->sites; i++) {
        twice += state->spins[i] * ((pair_sums *)state->sums)->field[i];
    }
    const int64_t sum = twice / 2;
    return -state->model->scale * store->unit * (double)sum;
}

/* ---- the model ------------------------------------------------------------------------------------------------ */

static void close_model(ons_recall_model *model) { free(((pair_store *)model->store)->coupling); }

static const spins_recall_kind of_pairs = {.open = open_sums,
                                           .sum_up = sum_up,
                                           .cost = cost,
                                           .flip = flip,
                                           .energy = energy,
                                           .close = close_sums,
                                           .close_model = close_model};

static ons_status check_couplings(const double *coupling, uint32_t sites, double *largest) {
    *largest = 0;
    for (uint32_t i = 0; i < sites; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const double up = coupling[(size_t)j * sites + i], down = coupling[(size_t)i * sites + j];
            if (!isfinite(up) || up != down) {
                return ons_fail(ONS_INVALID, "the couplings of %u and %u are %g and %g; they must be equal and finite",
                                j, i, up, down);
            }
            *largest = fmax(*largest, fabs(up));
        }
    }
    return ONS_OK;
}

ons_status ons_recall_model_pairs(ons_recall_model **result, uint32_t sites, const double *coupling) {
    *result = NULL;
    if (sites < 1 || sites > ONS_PATTERNS_SITES) {
        return ons_fail(ONS_INVALID, "a network has 1 to %d sites, not %u", ONS_PATTERNS_SITES, sites);
    }
    double largest;
    ons_status status = check_couplings(coupling, sites, &largest);
    if (!status) { status = spins_recall_open(result, &of_pairs, sites, 1); }
    if (status) { return status; }
    pair_store *store = (*result)->store = ONS_NEW(pair_store, 1);
    if (store) { store->coupling = ONS_NEW(int64_t, (size_t)sites * sites); }
    if (!store || !store->coupling) {
        ons_recall_model_free(*result);
        *result = NULL;
        return ONS_MEMORY;
    }
    store->unit = ldexp(1, (largest > 0 ? ilogb(largest) : 0) + 1 - COUPLING_BITS);
    for (size_t k = 0; k < (size_t)sites * sites; k++) {
        store->coupling[k] = k % (sites + (size_t)1) == 0 ? 0 : llrint(coupling[k] / store->unit);
    }
    return ONS_OK;
}

/* ---- rules ---------------------------------------------------------------------------------------------------- */

static double *entries_of(const ons_patterns *patterns) {
    const uint32_t sites = patterns->sites;
    double *x = ONS_NEW(double, sites * patterns->count);
    int8_t *entry = ONS_NEW(int8_t, sites);
    for (uint64_t k = 0; x && entry && k < patterns->count; k++) {
        ons_patterns_get(patterns, k, entry);
        for (uint32_t i = 0; i < sites; i++) { x[k * sites + i] = entry[i]; }
    }
    if (!entry) {
        free(x);
        x = NULL;
    }
    free(entry);
    return x;
}

static double dot(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += a[i] * b[i]; }
    return sum;
}

/* Gram and Schmidt, twice: the rows become an orthonormal basis of what they span, of which the projector is made.
 * ONS_DONE: they are not independent. */
static ons_status orthonormalize(double *x, uint64_t count, uint32_t sites, bool (*halt)(void *data), void *data) {
    for (uint64_t k = 0; k < count; k++) {
        double *row = x + k * sites;
        const double before = sqrt(dot(row, row, sites));
        for (uint64_t l = 0; l < 2 * k; l++) {
            const double *other = x + l % k * sites;
            const double share = dot(row, other, sites);
            for (uint32_t i = 0; i < sites; i++) { row[i] -= share * other[i]; }
        }
        const double norm = sqrt(dot(row, row, sites));
        if (!(norm > 1e-9 * before)) { return ONS_DONE; }
        for (uint32_t i = 0; i < sites; i++) { row[i] /= norm; }
        if (halt && halt(data)) { return ONS_STOPPED; }
    }
    return ONS_OK;
}

static void add_product(double *coupling, const double *row, double factor, uint32_t sites) {
    for (uint32_t i = 0; i < sites; i++) {
        for (uint32_t j = 0; j < sites; j++) { coupling[(size_t)i * sites + j] += factor * (row[i] * row[j]); }
    }
}

/* J_ij changes by (xi_i xi_j - xi_i h_ji - h_ij xi_j)/N, h_ij = sum over k other than i and j of J_ik xi_k. With
 * h_i = sum over k of J_ik xi_k and J_ii = 0: h_ij = h_i - J_ij xi_j, and xi_j^2 = 1. */
static void add_storkey(double *coupling, const double *row, double *field, uint32_t sites) {
    for (uint32_t i = 0; i < sites; i++) { field[i] = dot(coupling + (size_t)i * sites, row, sites); }
    for (uint32_t i = 0; i < sites; i++) {
        for (uint32_t j = 0; j < i; j++) {
            double *up = coupling + (size_t)j * sites + i, *down = coupling + (size_t)i * sites + j;
            const double of_i = row[j] * (field[i] - *up * row[j]), of_j = row[i] * (field[j] - *up * row[i]);
            *up += (row[i] * row[j] - of_j - of_i) / sites;
            *down = *up;
        }
    }
}

ons_status ons_patterns_couplings(const ons_patterns *patterns, ons_recall_rule rule, double *coupling,
                                  bool (*halt)(void *data), void *data) {
    const uint32_t sites = patterns->sites;
    double *x = entries_of(patterns), *field = ONS_NEW(double, sites);
    ons_status status = x && field ? ONS_OK : ONS_MEMORY;
    if (!status && patterns->diluted && rule != ONS_RULE_HEBBIAN) {
        status = ons_fail(ONS_INVALID, "this rule needs patterns without blank entries");
    }
    memset(coupling, 0, (size_t)sites * sites * sizeof *coupling);
    if (!status && rule == ONS_RULE_PSEUDO_INVERSE) { status = orthonormalize(x, patterns->count, sites, halt, data); }
    if (status == ONS_DONE) {
        status = ons_fail(
            ONS_INVALID, "the pseudo-inverse needs linearly independent patterns, which these %llu of %u sites are not",
            (unsigned long long)patterns->count, sites);
    }
    for (uint64_t k = 0; !status && k < patterns->count; k++) {
        if (rule == ONS_RULE_STORKEY) {
            add_storkey(coupling, x + k * sites, field, sites);
        } else {
            add_product(coupling, x + k * sites, rule == ONS_RULE_HEBBIAN ? 1.0 / sites : 1, sites);
        }
        if (halt && halt(data)) { status = ONS_STOPPED; }
    }
    for (uint32_t i = 0; i < sites; i++) { coupling[(size_t)i * sites + i] = 0; }
    free(x);
    free(field);
    return status;
}

double ons_recall_pairs_bytes(double sites, double count, unsigned states) {
    return 16 * sites * sites + 8 * sites * count + states * (9 * sites + 512) + 20000;
}
