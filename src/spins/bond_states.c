/*
 * Third cumulants of the bonds of a small graph from all of its states.
 *
 * The bonds are taken as delta(s_i, s_j), which is 0 or 1: a state adds to the moments of the bonds that it satisfies.
 * The colour of site 0 is fixed, by symmetry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bonds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct spins_states {
    const ons_graph *graph;
    unsigned q;
    uint64_t count;
    double *weight;      /* [bonds + 1]: exp(-J) to the power of the bonds that are not satisfied */
    uint32_t *satisfied; /* [bonds] */
    uint8_t *colour;     /* [sites] */
    double *block;       /* sums of one unit */
};

enum { UNIT = 256 }; /* states that are summed before they join the whole, which keeps rounding small */

size_t spins_states_sums(const spins_states *states) {
    const size_t m = states->graph->bonds;
    return 1 + m + m * m + m * m * m;
}
uint64_t spins_states_units(const spins_states *states) { return (states->count + UNIT - 1) / UNIT; }

void spins_states_free(spins_states *states) {
    if (!states) { return; }
    free(states->weight);
    free(states->satisfied);
    free(states->colour);
    free(states->block);
    free(states);
}

ons_status spins_states_create(spins_states **result, const ons_graph *graph, unsigned q, double coupling) {
    *result = NULL;
    spins_states *states = ONS_NEW(spins_states, 1);
    if (!states) { return ONS_MEMORY; }
    states->graph = graph;
    states->q = q;
    states->count = 1;
    for (uint32_t i = 1; i < graph->sites; i++) { states->count *= q; }
    states->weight = ONS_NEW(double, graph->bonds + 1);
    states->satisfied = ONS_NEW(uint32_t, graph->bonds);
    states->colour = ONS_NEW(uint8_t, graph->sites);
    states->block = ONS_NEW(double, spins_states_sums(states));
    if (!states->weight || !states->satisfied || !states->colour || !states->block) {
        spins_states_free(states);
        return ONS_MEMORY;
    }
    for (uint64_t b = 0; b <= graph->bonds; b++) { states->weight[b] = exp(-coupling * (double)b); }
    *result = states;
    return ONS_OK;
}

/* Adds one state. */
static void add_state(const spins_states *states, uint64_t state, double *sums) {
    const ons_graph *graph = states->graph;
    const size_t m = graph->bonds;
    double *single = sums + 1, *pair = single + m, *triple = pair + m * m;
    states->colour[0] = 0;
    for (uint32_t i = 1; i < graph->sites; i++) {
        states->colour[i] = (uint8_t)(state % states->q);
        state /= states->q;
    }
    uint32_t found = 0, *satisfied = states->satisfied;
    for (uint32_t b = 0; b < m; b++) {
        satisfied[found] = b;
        found += states->colour[graph->source[b]] == states->colour[graph->target[b]];
    }
    const double weight = states->weight[m - found];
    sums[0] += weight;
    for (uint32_t i = 0; i < found; i++) {
        const size_t a = satisfied[i];
        single[a] += weight;
        for (uint32_t j = i; j < found; j++) {
            const size_t ab = a * m + satisfied[j];
            pair[ab] += weight;
            for (uint32_t k = j; k < found; k++) { triple[ab * m + satisfied[k]] += weight; }
        }
    }
}

/* sums: Z, <e_a>, <e_a e_b> for a <= b, <e_a e_b e_c> for a <= b <= c, at their places in full arrays. */
void spins_states_add(const spins_states *states, uint64_t unit, double *sums) {
    const size_t length = spins_states_sums(states);
    const uint64_t first = unit * UNIT, rest = states->count - first, count = rest < UNIT ? rest : UNIT;
    memset(states->block, 0, length * sizeof *states->block);
    for (uint64_t i = 0; i < count; i++) { add_state(states, first + i, states->block); }
    for (size_t i = 0; i < length; i++) { sums[i] += states->block[i]; }
}

static double pair_moment(size_t m, const double *pair, size_t a, size_t b) {
    return a <= b ? pair[a * m + b] : pair[b * m + a];
}

void spins_states_cumulants(const spins_states *states, const double *sums, bool ising, double *mean, double *metric,
                            double *third) {
    const size_t m = states->graph->bonds;
    const double z = sums[0], *single = sums + 1, *pair = single + m, *triple = pair + m * m;
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++) {
            const double ab = pair_moment(m, pair, a, b) / z, product = single[a] / z * (single[b] / z);
            metric[a * m + b] = (ising ? 4 : 1) * (ab - product);
            for (size_t c = 0; c < m; c++) {
                const size_t low = a < b ? (a < c ? a : c) : (b < c ? b : c);
                const size_t high = a > b ? (a > c ? a : c) : (b > c ? b : c), middle = a + b + c - low - high;
                const double abc = triple[(low * m + middle) * m + high] / z;
                const double bc = pair_moment(m, pair, b, c) / z, ac = pair_moment(m, pair, a, c) / z;
                third[(a * m + b) * m + c] = (ising ? 8 : 1) * (abc - single[a] / z * bc - single[b] / z * ac -
                                                                single[c] / z * ab + 2 * product * (single[c] / z));
            }
        }
    }
    for (size_t a = 0; a < m; a++) { mean[a] = ising ? 2 * single[a] / z - 1 : single[a] / z; }
}
