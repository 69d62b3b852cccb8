/*
 * Recall of several diluted patterns side by side: starts, all states, how far the hierarchy lasts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/multitask.h>

#include <string.h>

enum { MOST = ONS_MULTITASK_PATTERNS, STARTS = 2 * MOST + 20 };

void ons_multitask_hierarchy(const ons_multitask *network, double start[MOST]) {
    for (unsigned k = 0; k < network->patterns; k++) { start[k] = (1 - network->dilution) * pow(network->dilution, k); }
}

void ons_multitask_mixture(const ons_multitask *network, unsigned s, double start[MOST]) {
    for (unsigned k = 0; k < network->patterns; k++) { start[k] = k < s ? (1 - network->dilution) / s : 0; }
}

/* Hierarchy, mixtures of s = 1 .. K, mixtures of s over a weaker one of the others, random ones. */
static size_t make_starts(const ons_multitask *network, double start[STARTS][MOST]) {
    const unsigned count = network->patterns, random = count > 8 ? 4 : 16;
    ons_random source = ons_random_stream(ons_random_key(1, 0), 0, 0);
    size_t made = 0;
    ons_multitask_hierarchy(network, start[made++]);
    for (unsigned s = 1; s <= count; s++) { ons_multitask_mixture(network, s, start[made++]); }
    for (unsigned s = 1; s < count; s++, made++) {
        for (unsigned k = 0; k < count; k++) { start[made][k] = (1 - network->dilution) * (k < s ? 0.3 : 0.2); }
    }
    for (unsigned r = 0; r < random; r++, made++) {
        for (unsigned k = 0; k < count; k++) { start[made][k] = (1 - network->dilution) * ons_random_uniform(&source); }
    }
    /* A start with equal overlaps would end at a saddle where the state with equal ones is one. */
    for (size_t i = 0; i < made; i++) {
        for (unsigned k = 0; k < count; k++) { start[i][k] += 1e-3 * (1 - network->dilution) / (1 + k); }
    }
    return made;
}

static bool alike(const ons_multitask_state *a, const ons_multitask_state *b) {
    for (unsigned k = 0; k < MOST; k++) {
        if (fabs(a->example[k] - b->example[k]) > 1e-6) { return false; }
    }
    return true;
}

/* Into its place by free energy; the last falls out when there is no room. */
static void keep(ons_multitask_state *states, size_t room, size_t *count, const ons_multitask_state *found) {
    size_t place = *count;
    for (size_t i = 0; i < *count; i++) {
        if (alike(&states[i], found)) { return; }
        if (place == *count && found->free_energy < states[i].free_energy) { place = i; }
    }
    if (place == room) { return; }
    if (*count < room) { (*count)++; }
    memmove(states + place + 1, states + place, (*count - 1 - place) * sizeof *states);
    states[place] = *found;
}

ons_status ons_multitask_states(const ons_multitask *network, ons_multitask_state *states, size_t room, size_t *count) {
    double start[STARTS][MOST];
    *count = 0;
    ons_status status = ons_multitask_check(network), last = ONS_OK;
    const size_t starts = status ? 0 : make_starts(network, start);
    for (size_t i = 0; i < starts; i++) {
        ons_multitask_state found;
        last = ons_multitask_solve(network, start[i], false, &found);
        if (last && last != ONS_FAILED) { return last; }
        if (!last && !(found.stability < 0)) { keep(states, room, count, &found); }
    }
    if (!status && *count == 0) {
        return last ? last
                    : ons_fail(
                          ONS_FAILED,
                          "recall of several patterns: none of %zu starts leads to a stable state at dilution = %g, "
                          "temperature = %g, rho = %g",
                          starts, network->dilution, network->temperature, network->rho);
    }
    return status;
}

/* ---- how far the hierarchy lasts ------------------------------------------------------------------------------------
 */

/* sum_(k=1)^(K-1) d^k = 1 (K = 2: d = 1). */
static double ground_edge(unsigned count) {
    double low = 0.5, high = 1;
    while (count > 2 && high - low > 1e-15) {
        const double d = 0.5 * (low + high);
        double sum = 0;
        for (unsigned k = 1; k < count; k++) { sum += pow(d, k); }
        *(sum < 1 ? &low : &high) = d;
    }
    return high;
}

/* From a state to the next dilution; levels that have melted are pushed a little, since they come back by a pitchfork.
 * False where the hierarchy is lost on the way: it has jumped, levels have become equal, or the first is outvoted. */
static bool follow(const ons_multitask *network, ons_multitask_state *state, ons_status *status) {
    double start[MOST], ansatz[MOST], change = 0, others = 0;
    ons_multitask_state next;
    ons_multitask_hierarchy(network, ansatz);
    for (unsigned k = 0; k < network->patterns; k++) { start[k] = fmax(state->example[k], 1e-3 * ansatz[k]); }
    *status = ons_multitask_solve(network, start, false, &next);
    if (*status) { return false; }
    for (unsigned k = 0; k < network->patterns; k++) {
        change = fmax(change, fabs(next.example[k] - state->example[k]));
        others += k > 0 ? next.example[k] : 0;
    }
    const bool kept = next.regime == ONS_MULTITASK_PURE || next.regime == ONS_MULTITASK_HIERARCHY;
    if (!kept || change > 0.03 || others >= next.example[0]) { return false; }
    *state = next;
    return true;
}

ons_status ons_multitask_edge(const ons_multitask *network, double *dilution) {
    ons_multitask at = *network;
    ons_multitask_state state;
    double start[MOST], step = 0.01;
    *dilution = NAN;
    ons_status status = ons_multitask_check(network);
    if (status) { return status; }
    if (network->temperature == 0 && network->rho == 0) {
        *dilution = ground_edge(network->patterns);
        return ONS_OK;
    }
    at.dilution = 0.01;
    ons_multitask_hierarchy(&at, start);
    status = ons_multitask_solve(&at, start, false, &state);
    if (status) { return status; }
    if (state.regime != ONS_MULTITASK_PURE && state.regime != ONS_MULTITASK_HIERARCHY) { return ONS_OK; }
    *dilution = at.dilution;
    while (step > 5e-7) {
        at.dilution = *dilution + step;
        const bool kept = at.dilution < 1 && follow(&at, &state, &status);
        if (status && status != ONS_FAILED) { return status; }
        if (kept) {
            *dilution = at.dilution;
        } else {
            step *= 0.5;
        }
    }
    if (*dilution > 1 - 1e-5) { *dilution = 1; }
    return ONS_OK;
}
