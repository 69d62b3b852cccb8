/*
 * Samples of quenched disorder: couplings, fields, missing bonds and sites.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

static double bond_strength(const ons_graph *graph, uint64_t bond) {
    return graph->strength ? graph->strength[bond] : graph->common_strength;
}

/* One draw, whatever the probability. */
static bool happens(ons_random *random, uint64_t threshold, double probability) {
    return ons_random_64(random) < threshold || probability >= 1;
}

void ons_ising_bimodal(const ons_graph *graph, double coupling, double probability, ons_random *random,
                       double *couplings) {
    const uint64_t threshold = ons_threshold(probability);
    for (uint64_t b = 0; b < graph->bonds; b++) {
        couplings[b] = bond_strength(graph, b) * (happens(random, threshold, probability) ? coupling : -coupling);
    }
}

void ons_ising_gaussian(const ons_graph *graph, double mean, double width, ons_random *random, double *couplings) {
    for (uint64_t b = 0; b < graph->bonds; b++) {
        couplings[b] = bond_strength(graph, b) * (mean + width * ons_random_normal(random));
    }
}

void ons_ising_uniform(const ons_graph *graph, double coupling, double *couplings) {
    for (uint64_t b = 0; b < graph->bonds; b++) { couplings[b] = bond_strength(graph, b) * coupling; }
}

uint64_t ons_ising_dilute_bonds(const ons_graph *graph, double concentration, ons_random *random, double *couplings) {
    const uint64_t threshold = ons_threshold(concentration);
    uint64_t left = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const bool stays = happens(random, threshold, concentration);
        left += stays;
        if (!stays) { couplings[b] = 0; }
    }
    return left;
}

uint32_t ons_ising_dilute_sites(uint32_t sites, double concentration, ons_random *random, uint8_t *occupied) {
    const uint64_t threshold = ons_threshold(concentration);
    uint32_t left = 0;
    for (uint32_t i = 0; i < sites; i++) {
        occupied[i] = happens(random, threshold, concentration);
        left += occupied[i];
    }
    return left;
}

void ons_ising_fields_bimodal(uint32_t sites, double width, ons_random *random, double *fields) {
    for (uint32_t i = 0; i < sites; i++) { fields[i] = ons_random_32(random) >> 31 ? width : -width; }
}

void ons_ising_fields_gaussian(uint32_t sites, double width, ons_random *random, double *fields) {
    for (uint32_t i = 0; i < sites; i++) { fields[i] = width * ons_random_normal(random); }
}
