/*
 * blume-capel: spins -1, 0 and 1 with a crystal field, on any lattice or graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete_system.h"
#include "spin_text.h"

#include <math.h>
#include <string.h>

enum { MAGNETIZATION = SPIN_OWN, DENSITY, OBSERVABLES };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "16"),
    {"temperature", ONS_REAL, ONS_LIVE, "1.6938", NULL, "(0, inf)", NULL, "coupling",
     "temperature, k_B = 1; the default is T_c of the square lattice without crystal field"},
    {"coupling", ONS_REAL, ONS_LIVE, "1", NULL, NULL, NULL, NULL, "J of H = -J sum s_i s_j: positive is ferromagnetic"},
    {"crystal_field", ONS_REAL, ONS_LIVE, "0", NULL, NULL, NULL, "coupling",
     "D of H = ... + D sum s_i^2: positive favours s = 0"},
    {"field", ONS_REAL, ONS_LIVE, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    SPIN_DYNAMICS("all +1"),
    SPIN_MEASURE,
    {.name = NULL}};

static const ons_observable observables[] = {
    SPIN_OBSERVABLES("m = (1/N) sum s_i", "m(k) = (1/N) sum s_i exp(i k r_i)", "s_0 s_r"),
    [MAGNETIZATION] = {"magnetization", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "<m>, m = (1/N) sum s_i, with its sign"},
    [DENSITY] = {"density", ONS_MEAN, 0, NULL, NULL, NULL, "<(1/N) sum s_i^2>, the fraction of sites with s != 0"},
    [OBSERVABLES] = {.name = NULL}};

static const ons_derived deriveds[] = {SPIN_DERIVED,
                                       {"correlation_length", SPIN_MAGNETIZATION_SQUARED, spin_correlation_length,
                                        "length",
                                        "second moment: sqrt(<m^2> / <|m(k)|^2> - 1) / (2 sin(k/2)), k = |k_min|"},
                                       {.name = NULL}};

static void measure(const discrete_state *state, const ons_discrete_order *order, ons_context *context) {
    (void)state;
    ons_measure(context, MAGNETIZATION, 0, order->m);
    ons_measure(context, DENSITY, 0, order->density);
}

/* Up is light, down dark, 0 red. */
static void colour(const void *states, uint32_t site, uint8_t *rgb) {
    static const uint8_t colours[3][3] = {{20, 40, 90}, {214, 70, 60}, {250, 250, 245}};
    memcpy(rgb, colours[((const uint8_t *)states)[site]], 3);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const discrete_state *state = memory;
    return lattice_picture(state->room.graph, colour, ons_discrete_states(state->spins), image);
}

DISCRETE_EXACT_PART(ONS_BLUME_CAPEL, chain_energy, energy)
DISCRETE_EXACT_PART(ONS_BLUME_CAPEL, chain_specific_heat, specific_heat)
DISCRETE_EXACT_PART(ONS_BLUME_CAPEL, chain_magnetization, magnetization)
DISCRETE_EXACT_PART(ONS_BLUME_CAPEL, chain_magnetization_squared, vector_squared)
DISCRETE_EXACT_PART(ONS_BLUME_CAPEL, chain_density, density)

static ons_status symmetric_magnetization(const ons_parameters *p, double *value) {
    *value = 0;
    return ons_real(p, "field") == 0 ? ONS_OK : ONS_DONE;
}

static const ons_exact exacts[] = {{"energy", chain_energy, TRANSFER_MATRIX},
                                   {"specific_heat", chain_specific_heat, TRANSFER_MATRIX},
                                   {"magnetization", symmetric_magnetization, "symmetry without field"},
                                   {"magnetization", chain_magnetization, TRANSFER_MATRIX},
                                   {"magnetization_squared", chain_magnetization_squared, TRANSFER_MATRIX},
                                   {"density", chain_density, TRANSFER_MATRIX},
                                   {.name = NULL}};

#define BLUME_CAPEL_DETAILS                                                                                            \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> s_i s_j + D sum_i s_i^2 - h sum_i s_i, s_i = -1, 0, 1, J = `coupling` (positive: "                \
    "ferromagnetic), "                                                                                                 \
    "D =\n"                                                                                                            \
    "`crystal_field` (positive favours s = 0), h = `field`, k_B = 1. On the square lattice T_c = 1.6938 J at D = 0; "  \
    "it "                                                                                                              \
    "falls\n"                                                                                                          \
    "with D to the tricritical point at T = 0.608 J, D = 1.966 J, beyond which the transition is of first order and "  \
    "ends at\n"                                                                                                        \
    "D = 2 J, T = 0. D to minus infinity is the Ising model.\n"                                                        \
    "\n" SPIN_LATTICE_TEXT "Bonds of a site to itself (periodic L = 1) would not be constant here and are refused.\n"  \
    "\n"                                                                                                               \
    "## Dynamics\n"                                                                                                    \
    "The step has exactly one eigenvalue on the unit circle on every graph, and each elementary move satisfies "       \
    "detailed\n"                                                                                                       \
    "balance:\n"                                                                                                       \
    "\n"                                                                                                               \
    "- `metropolis`: N attempts at random sites, each for one of the two other values, accepted with min(1, "          \
    "exp(-dE/T)).\n"                                                                                                   \
    "- `heat-bath`: all sites in order, each value with its conditional probability.\n"                                \
    "- `wolff`: a heat-bath sweep, then `clusters` single clusters of sites with s != 0, joined with 1 - "             \
    "exp(-2|J|/T) "                                                                                                    \
    "where\n"                                                                                                          \
    "  J s_i s_j > 0, and flipped (nothing happens where the random site has s = 0). Clusters alone would keep s^2.\n" \
    "- `swendsen-wang`: a heat-bath sweep, then all such clusters, each flipped with probability 1/2.\n"               \
    "\n"                                                                                                               \
    "Both cluster updates take a field: Swendsen-Wang clusters are flipped with their heat-bath probability; a site "  \
    "of "                                                                                                              \
    "a\n"                                                                                                              \
    "Wolff cluster stops it with 1 - exp(-(its rise of the energy in the field)/T).\n"                                 \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "m = (1/N) sum_i s_i with its sign; `density` = <(1/N) sum_i s_i^2>. G(r) = <s_0 s_r>, so that G(0) is the "       \
    "density. The\n"                                                                                                   \
    "signed magnetization has no say in the end of the warm-up.\n" SPIN_QUANTITIES_TEXT SPIN_LENGTH_TEXT               \
    "## Exact values beside ours\n"                                                                                    \
    "The chain, periodic and open, any L, with both fields (energy, specific heat, magnetization, "                    \
    "magnetization_squared,\n"                                                                                         \
    "density); magnetization 0 by symmetry without field.\n"                                                           \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "M. Blume, Phys. Rev. 141, 517 (1966). H. W. Capel, Physica 32, 966 (1966). N. B. Wilding and P. Nielaba, Phys. "  \
    "Rev. E\n"                                                                                                         \
    "53, 926 (1996). J. C. Xavier, F. C. Alcaraz, D. Pena Lara and J. A. Plascak, Phys. Rev. B 57, 11575 (1998).\n"

static const discrete_system own = {.kind = ONS_BLUME_CAPEL, .measure = measure};

extern const ons_system ons_system_blume_capel;
const ons_system ons_system_blume_capel = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "blume-capel",
    .summary = "the Blume-Capel model of spins -1, 0, 1 in a crystal field: local dynamics, clusters",
    .details = BLUME_CAPEL_DETAILS,
    .step = "sweep (wolff: a sweep and `clusters` clusters)",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 50000, .warmup = "auto", .every = "1", .replicas = 4},
    .data = &own,
    .state_size = sizeof(discrete_state),
    .check = discrete_check,
    .create = discrete_create,
    .advance = discrete_advance,
    .measure = discrete_measure,
    .persist = discrete_persist,
    .picture = picture,
    .destroy = discrete_destroy,
};
