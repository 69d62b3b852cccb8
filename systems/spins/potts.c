/*
 * potts: the Potts model with q states on any lattice or graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete_system.h"
#include "spin_text.h"

#include <math.h>

enum { MAGNETIZATION = SPIN_OWN, VECTOR_SQUARED, OBSERVABLES };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "16"),
    {"q", ONS_INTEGER, 0, "3", NULL, "[2, 256]", NULL, NULL, "states of a spin"},
    {"temperature", ONS_REAL, ONS_LIVE, "1/log(1+sqrt(q))", NULL, "(0, inf)", NULL, "coupling",
     "temperature, k_B = 1; the default is T_c = 1/ln(1 + sqrt q) of the square lattice (Potts 1952)"},
    {"coupling", ONS_REAL, ONS_LIVE, "1", NULL, NULL, NULL, NULL,
     "J of H = -J sum delta(s_i, s_j): positive is ferromagnetic"},
    {"field", ONS_REAL, ONS_LIVE, "0", NULL, NULL, NULL, "coupling",
     "external field h of H = ... - h sum delta(s_i, 0)"},
    SPIN_DYNAMICS("all in state 0"),
    SPIN_MEASURE,
    {.name = NULL}};

static const ons_observable observables[] = {
    SPIN_OBSERVABLES("m = (q max_k rho_k - 1)/(q - 1), rho_k the fraction of sites in state k",
                     "q/(q - 1) sum_k |rho_k(k)|^2, rho_k(k) = (1/N) sum delta(s_i, k) exp(i k r_i)",
                     "(q delta(s_0, s_r) - 1)/(q - 1)"),
    [MAGNETIZATION] = {"magnetization", ONS_MEAN, 0, NULL, NULL, NULL,
                       "<m>, m = (q max_k rho_k - 1)/(q - 1), which is never negative: the same as magnetization_abs"},
    [VECTOR_SQUARED] = {"vector_squared", ONS_MEAN, 0, NULL, NULL, NULL,
                        "<M^2>, M^2 = (q sum_k rho_k^2 - 1)/(q - 1): the square of the order parameter as a vector"},
    [OBSERVABLES] = {.name = NULL}};

static void correlation_length(const ons_means *means, const ons_parameters *p, double *value) {
    *value = spin_second_moment_length(means, p, ons_mean(means, VECTOR_SQUARED));
}

static const ons_derived deriveds[] = {
    SPIN_DERIVED,
    {"correlation_length", SPIN_MAGNETIZATION_SQUARED, correlation_length, "length",
     "second moment: sqrt(<M^2> / <|m(k)|^2> - 1) / (2 sin(k/2)), k = |k_min|, M^2 = vector_squared"},
    {.name = NULL}};

static void measure(const discrete_state *state, const ons_discrete_order *order, ons_context *context) {
    (void)state;
    ons_measure(context, MAGNETIZATION, 0, order->m);
    ons_measure(context, VECTOR_SQUARED, 0, order->vector_squared);
}

static void colour(const void *states, uint32_t site, uint8_t *rgb) {
    ons_colour_index(((const uint8_t *)states)[site], rgb);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const discrete_state *state = memory;
    return lattice_picture(state->room.graph, colour, ons_discrete_states(state->spins), image);
}

DISCRETE_EXACT_PART(ONS_POTTS, chain_energy, energy)
DISCRETE_EXACT_PART(ONS_POTTS, chain_specific_heat, specific_heat)
DISCRETE_EXACT_PART(ONS_POTTS, chain_vector_squared, vector_squared)

static const ons_exact exacts[] = {{"energy", chain_energy, TRANSFER_MATRIX},
                                   {"specific_heat", chain_specific_heat, TRANSFER_MATRIX},
                                   {"vector_squared", chain_vector_squared, TRANSFER_MATRIX},
                                   {.name = NULL}};

#define POTTS_DETAILS                                                                                                  \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> delta(s_i, s_j) - h sum_i delta(s_i, 0), s_i = 0 .. q - 1, J = `coupling` (positive: "            \
    "ferromagnetic),\n"                                                                                                \
    "h = `field` (favours state 0), k_B = 1. With q = 2 it is the Ising model of coupling J/2: T_c = 1/ln(1 + sqrt "   \
    "2).\n"                                                                                                            \
    "On the square lattice J/T_c = ln(1 + sqrt q); the energy per site of the infinite lattice at T_c is -J (1 + "     \
    "1/sqrt "                                                                                                          \
    "q)\n"                                                                                                             \
    "(for q > 4, where the transition is of first order, the mean of both phases; latent heat 0.69605 J at q = 10, "   \
    "Baxter\n"                                                                                                         \
    "1973). T_c: 0.994973 (q = 3), 0.910239 (q = 4), 0.701232 (q = 10).\n"                                             \
    "\n" SPIN_LATTICE_TEXT "## Dynamics\n"                                                                             \
    "The step has exactly one eigenvalue on the unit circle on every graph, and each elementary move satisfies "       \
    "detailed\n"                                                                                                       \
    "balance:\n"                                                                                                       \
    "\n"                                                                                                               \
    "- `metropolis`: N attempts at random sites, each for one of the q - 1 other states, accepted with min(1, "        \
    "exp(-dE/T));\n"                                                                                                   \
    "  for q = 2 with 1/2 at dE = 0.\n"                                                                                \
    "- `heat-bath`: all sites in order, each state with its conditional probability.\n"                                \
    "- `wolff`: `clusters` single clusters a step. A random site and a random other state b of it give the exchange "  \
    "a "                                                                                                               \
    "<-> b\n"                                                                                                          \
    "  of states; a neighbour joins with 1 - exp(-(rise of the bond's energy)/T) when one end alone is exchanged: "    \
    "equal "                                                                                                           \
    "\n"                                                                                                               \
    "  states for J > 0, states a and b for J < 0.\n"                                                                  \
    "- `swendsen-wang`: J > 0: all clusters of equal states with 1 - exp(-J/T), each with a new state of q; with "     \
    "bonds "                                                                                                           \
    "of\n"                                                                                                             \
    "  either sign all clusters of a random exchange a <-> b (Wang, Swendsen and Kotecky 1989).\n"                     \
    "\n"                                                                                                               \
    "Both cluster updates take a field: Swendsen-Wang clusters of n sites are in state 0 with the weight exp(n h/T); " \
    "a "                                                                                                               \
    "site\n"                                                                                                           \
    "of a Wolff cluster stops it with 1 - exp(-(its rise of the energy in the field)/T).\n"                            \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "m = (q max_k rho_k - 1)/(q - 1), rho_k the fraction of sites in state k: 1 in order, 0 in disorder; it is never " \
    "negative,\n"                                                                                                      \
    "`magnetization` = `magnetization_abs` = <m>. `vector_squared` M^2 = (q sum_k rho_k^2 - 1)/(q - 1) is the "        \
    "squared "                                                                                                         \
    "length\n"                                                                                                         \
    "of the order parameter as a vector in q - 1 dimensions; it, not m^2, stands in the correlation length, since "    \
    "|m(k)|^2 =\n"                                                                                                     \
    "q/(q - 1) sum_k |rho_k(k)|^2 is its continuation. G(r) = <(q delta(s_0, s_r) - 1)/(q - "                          \
    "1)>.\n" SPIN_QUANTITIES_TEXT SPIN_LENGTH_TEXT "## Exact values beside ours\n"                                     \
    "The chain, periodic and open, any L, q up to 32, with field (energy, specific heat) and without "                 \
    "(vector_squared).\n"                                                                                              \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "R. B. Potts, Proc. Camb. Phil. Soc. 48, 106 (1952). C. M. Fortuin and P. W. Kasteleyn, Physica 57, 536 (1972). "  \
    "R. "                                                                                                              \
    "J.\n"                                                                                                             \
    "Baxter, J. Phys. C 6, L445 (1973). F. Y. Wu, Rev. Mod. Phys. 54, 235 (1982). R. H. Swendsen and J.-S. Wang, "     \
    "Phys. "                                                                                                           \
    "Rev.\n"                                                                                                           \
    "Lett. 58, 86 (1987). U. Wolff, Phys. Rev. Lett. 62, 361 (1989). J.-S. Wang, R. H. Swendsen and R. Kotecky, "      \
    "Phys. "                                                                                                           \
    "Rev.\n"                                                                                                           \
    "Lett. 63, 109 (1989).\n"

static const discrete_system own = {.kind = ONS_POTTS, .measure = measure};

extern const ons_system ons_system_potts;
const ons_system ons_system_potts = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "potts",
    .summary = "the Potts model with q states on lattices and graphs: local and cluster dynamics",
    .details = POTTS_DETAILS,
    .step = "sweep (wolff: `clusters` clusters)",
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
