/*
 * The energy of quenched disorder on the Nishimori line, Prog. Theor. Phys. 66, 1169 (1981): [J_ij <s_i s_j>] = [J_ij].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>

#include <math.h>

/* `mean` of the couplings of bonds of strength 1, and what it would be on the line. */
static ons_status energy_on_line(const ons_graph *graph, double mean, double line, double *energy) {
    if (graph->complete || graph->strength || fabs(mean - line) > 1e-9 * fabs(line)) { return ONS_DONE; }
    *energy = 0 - (double)graph->bonds / graph->sites * graph->common_strength * mean;
    return ONS_OK;
}

ons_status ons_ising_nishimori_bimodal(const ons_graph *graph, double coupling, double probability, double temperature,
                                       double *energy) {
    const double k = ons_exp(-2 * coupling * graph->common_strength / temperature);
    return energy_on_line(graph, coupling * (2 * probability - 1), coupling * (1 - k) / (1 + k), energy);
}

ons_status ons_ising_nishimori_gaussian(const ons_graph *graph, double mean, double width, double temperature,
                                        double *energy) {
    return energy_on_line(graph, mean, width * width * graph->common_strength / temperature, energy);
}
