/*
 * The exact values beside which ising sets its own: the torus, the chain, the complete graph, and Nishimori's line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising_system.h"

#include <math.h>

static double square(double x) { return x * x; }

enum { LARGEST_COMPLETE = 100000, LARGEST_TORUS = 1 << 20 };

static bool is_lattice(const ons_parameters *p, const char *name, int64_t dimension) {
    return !ising_quenched(p) && lattice_is(p, name, dimension);
}

static ons_status torus_means(const ons_parameters *p, ons_ising_exact *exact) {
    int64_t lengths[2];
    if (!is_lattice(p, "square", 2) || ons_choice(p, "boundary") != ONS_PERIODIC || ons_real(p, "field") != 0) {
        return ONS_DONE;
    }
    lattice_lengths(p, 2, lengths);
    if (lengths[0] > LARGEST_TORUS && lengths[1] > LARGEST_TORUS) { return ONS_DONE; }
    return ons_ising_exact_torus(lengths[0], lengths[1], ons_real(p, "coupling"), ons_real(p, "temperature"), exact);
}

static ons_status chain_means(const ons_parameters *p, ons_ising_exact *exact) {
    int64_t length;
    if (!is_lattice(p, "chain", 1)) { return ONS_DONE; }
    lattice_lengths(p, 1, &length);
    return ons_ising_exact_chain(length, (ons_boundary)ons_choice(p, "boundary"), ons_real(p, "coupling"),
                                 ons_real(p, "field"), ons_real(p, "temperature"), exact);
}

static ons_status complete_means(const ons_parameters *p, ons_ising_exact *exact) {
    int64_t sites;
    if (!is_lattice(p, "complete", -1)) { return ONS_DONE; }
    lattice_lengths(p, 1, &sites);
    if (sites > LARGEST_COMPLETE) { return ONS_DONE; }
    return ons_ising_exact_complete(sites, ons_real(p, "coupling"), ons_real(p, "field"), ons_real(p, "temperature"),
                                    exact);
}

typedef ons_status (*exact_solution)(const ons_parameters *p, ons_ising_exact *exact);
typedef double (*exact_part)(const ons_ising_exact *exact, const ons_parameters *p);

static ons_status known(const ons_parameters *p, exact_solution solution, exact_part part, double *value) {
    ons_ising_exact exact;
    const ons_status status = solution(p, &exact);
    if (status) { return status; }
    *value = part(&exact, p);
    return isfinite(*value) ? ONS_OK : ONS_DONE;
}

#define PART(name, expression)                                                                                         \
    static double name##_part(const ons_ising_exact *exact, const ons_parameters *p) {                                 \
        (void)p;                                                                                                       \
        return expression;                                                                                             \
    }
#define BY(name, solution)                                                                                             \
    static ons_status name##_##solution(const ons_parameters *p, double *value) {                                      \
        return known(p, solution##_means, name##_part, value);                                                         \
    }

PART(energy, exact->energy)
BY(energy, torus)
BY(energy, chain)
BY(energy, complete)
PART(specific_heat, exact->specific_heat)
BY(specific_heat, torus)
BY(specific_heat, chain)
BY(specific_heat, complete)
PART(magnetization, exact->magnetization)
BY(magnetization, chain)
BY(magnetization, complete)
PART(abs, exact->magnetization_abs)
BY(abs, complete)
PART(squared, exact->magnetization_squared)
BY(squared, chain)
BY(squared, complete)
PART(fourth, exact->magnetization_fourth)
BY(fourth, complete)
PART(susceptibility,
     lattice_sites(p) * (exact->magnetization_squared - square(exact->magnetization_abs)) / ons_real(p, "temperature"))
BY(susceptibility, complete)
PART(disordered, lattice_sites(p) * exact->magnetization_squared / ons_real(p, "temperature"))
BY(disordered, chain)
BY(disordered, complete)
PART(binder, 1 - exact->magnetization_fourth / (3 * square(exact->magnetization_squared)))
BY(binder, complete)
PART(ratio, exact->magnetization_fourth / square(exact->magnetization_squared))
BY(ratio, complete)

static ons_status nishimori_energy(const ons_parameters *p, double *value) {
    const bool others = ising_random_fields(p) || ons_choice(p, "dilution") != DILUTION_NONE;
    if (ons_choice(p, "disorder") == DISORDER_NONE || others || ons_real(p, "field") != 0) { return ONS_DONE; }
    const double coupling = ons_real(p, "coupling"), temperature = ons_real(p, "temperature");
    ons_graph *graph;
    ons_status status = ising_open_graph(&graph, p);
    if (status) { return status; }
    if (ons_choice(p, "disorder") == DISORDER_BIMODAL) {
        const double probability = ons_real(p, "disorder_probability");
        status = ons_ising_nishimori_bimodal(graph, coupling, probability, temperature, value);
    } else {
        status = ons_ising_nishimori_gaussian(graph, ons_real(p, "coupling_mean"), coupling, temperature, value);
    }
    ons_graph_free(graph);
    return status;
}

static ons_status symmetric_magnetization(const ons_parameters *p, double *value) {
    *value = 0;
    return ons_real(p, "field") == 0 ? ONS_OK : ONS_DONE;
}

static ons_status exact_overlap(const ons_parameters *p, double *value) {
    *value = 0;
    return ising_quenched(p) && !ising_random_fields(p) && ons_real(p, "field") == 0 ? ONS_OK : ONS_DONE;
}

/* An open chain without fields: its bonds are independent, and so is their dilution. *bond: the probability of a bond;
 * *reach: by which [<s_i s_j>] falls from one distance to the next, over the mean of s^2. */
static bool open_chain(const ons_parameters *p, double *bond, double *reach, double *spins) {
    const bool bonds = ons_choice(p, "dilution") == DILUTION_BOND, sites = ons_choice(p, "dilution") == DILUTION_SITE;
    if (!lattice_is(p, "chain", 1) || ons_choice(p, "boundary") != ONS_OPEN || ising_random_fields(p) ||
        !(bonds || sites) || ons_choice(p, "disorder") == DISORDER_GAUSSIAN || ons_real(p, "field") != 0) {
        return false;
    }
    const double concentration = ons_real(p, "concentration"), coupling = ons_real(p, "coupling");
    double mean = 1;
    if (ons_choice(p, "disorder") == DISORDER_BIMODAL) { mean = 2 * ons_real(p, "disorder_probability") - 1; }
    *bond = sites ? square(concentration) : concentration;
    *reach = concentration * mean * tanh(coupling / ons_real(p, "temperature"));
    *spins = sites ? concentration : 1;
    return true;
}

static ons_status diluted_chain_energy(const ons_parameters *p, double *value) {
    double bond, reach, spins;
    if (!open_chain(p, &bond, &reach, &spins)) { return ONS_DONE; }
    const double n = lattice_sites(p), coupling = ons_real(p, "coupling");
    *value = -(n - 1) / n * bond * coupling * tanh(coupling / ons_real(p, "temperature"));
    return ONS_OK;
}

/* (1/N^2) sum over i, j of [<s_i s_j>]. */
static ons_status diluted_chain_squared(const ons_parameters *p, double *value) {
    double bond, reach, spins, power = 1, sum = 0;
    if (!open_chain(p, &bond, &reach, &spins) || lattice_sites(p) > LARGEST_TORUS) { return ONS_DONE; }
    const double n = lattice_sites(p);
    for (uint32_t r = 1; r < (uint32_t)n; r++) { sum += (n - r) * (power *= reach); }
    *value = spins * (1 + 2 * sum / n) / n;
    return ONS_OK;
}

static ons_status diluted_chain_disordered(const ons_parameters *p, double *value) {
    const ons_status status = diluted_chain_squared(p, value);
    if (!status) { *value *= lattice_sites(p) / ons_real(p, "temperature"); }
    return status;
}

#define KAUFMAN "Kaufman 1949"
#define TRANSFER_MATRIX "transfer matrix, Kramers and Wannier 1941"
#define SUM "sum over the magnetization"
#define INDEPENDENT "independent bonds of an open chain"
const ons_exact ising_exacts[] = {{"energy", energy_torus, KAUFMAN},
                                  {"energy", energy_chain, TRANSFER_MATRIX},
                                  {"energy", energy_complete, SUM},
                                  {"energy", nishimori_energy, "Nishimori 1981"},
                                  {"energy", diluted_chain_energy, INDEPENDENT},
                                  {"magnetization_squared", diluted_chain_squared, INDEPENDENT},
                                  {"susceptibility_disordered", diluted_chain_disordered, INDEPENDENT},
                                  {"specific_heat", specific_heat_torus, KAUFMAN},
                                  {"specific_heat", specific_heat_chain, TRANSFER_MATRIX},
                                  {"specific_heat", specific_heat_complete, SUM},
                                  {"magnetization", symmetric_magnetization, "symmetry without field"},
                                  {"magnetization", magnetization_chain, TRANSFER_MATRIX},
                                  {"magnetization", magnetization_complete, SUM},
                                  {"magnetization_abs", abs_complete, SUM},
                                  {"magnetization_squared", squared_chain, TRANSFER_MATRIX},
                                  {"magnetization_squared", squared_complete, SUM},
                                  {"magnetization_fourth", fourth_complete, SUM},
                                  {"susceptibility", susceptibility_complete, SUM},
                                  {"susceptibility_disordered", disordered_chain, TRANSFER_MATRIX},
                                  {"susceptibility_disordered", disordered_complete, SUM},
                                  {"binder", binder_complete, SUM},
                                  {"binder_ratio", ratio_complete, SUM},
                                  {"overlap", exact_overlap, "symmetry without field"},
                                  {.name = NULL}};
