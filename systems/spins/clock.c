/*
 * clock: the clock (vector Potts) model with q states on any lattice or graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete_system.h"
#include "spin_text.h"

#include <math.h>

enum { HELICITY_ENERGY = SPIN_OWN, HELICITY_CURRENT_SQUARED, OBSERVABLES };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "16"),
    {"q", ONS_INTEGER, 0, "6", NULL, "[2, 256]", NULL, NULL, "states of a spin, at the angles 2 pi k/q"},
    {"temperature", ONS_REAL, ONS_LIVE, "0.9", NULL, "(0, inf)", NULL, "coupling",
     "temperature, k_B = 1; on the square lattice q = 6 is critical between about 0.70 and 0.90"},
    {"coupling", ONS_REAL, ONS_LIVE, "1", NULL, NULL, NULL, NULL,
     "J of H = -J sum cos(theta_i - theta_j): positive is ferromagnetic"},
    {"field", ONS_REAL, ONS_LIVE, "0", NULL, NULL, NULL, "coupling",
     "external field h of H = ... - h sum cos(theta_i)"},
    SPIN_DYNAMICS("all at angle 0"),
    SPIN_MEASURE,
    {.name = NULL}};

static const ons_observable observables[] = {
    SPIN_OBSERVABLES("m = (1/N) sum (cos theta_i, sin theta_i), a vector; |m| is its length",
                     "m(k) = (1/N) sum (cos theta_i, sin theta_i) exp(i k r_i)", "cos(theta_0 - theta_r)"),
    [HELICITY_ENERGY] = {"helicity_energy", ONS_MEAN, 0, NULL, NULL, "coupling",
                         "<e_u>, e_u = (1/V) sum J_ij x_u^2 cos(theta_i - theta_j), mean over the directions u"},
    [HELICITY_CURRENT_SQUARED] = {"helicity_current_squared", ONS_MEAN, 0, NULL, NULL, "coupling^2",
                                  "<I_u^2>/V, I_u = sum J_ij x_u sin(theta_j - theta_i), mean over the directions u"},
    [OBSERVABLES] = {.name = NULL}};

static void helicity_modulus(const ons_means *means, const ons_parameters *p, double *value) {
    *value = ons_mean(means, HELICITY_ENERGY) - ons_mean(means, HELICITY_CURRENT_SQUARED) / ons_real(p, "temperature");
}

static const ons_derived deriveds[] = {
    SPIN_DERIVED,
    {"correlation_length", SPIN_MAGNETIZATION_SQUARED, spin_correlation_length, "length",
     "second moment: sqrt(<m^2> / <|m(k)|^2> - 1) / (2 sin(k/2)), k = |k_min|"},
    {"helicity_modulus", HELICITY_ENERGY, helicity_modulus, "coupling", "<e_u> - <I_u^2>/(V T)"},
    {.name = NULL}};

static void omit(const ons_parameters *p, ons_plan *plan) {
    static const char *const twists[] = {"helicity_energy", "helicity_current_squared", "helicity_modulus"};
    for (size_t k = 0; !spin_has_twist(p) && k < 3; k++) { ons_plan_omit(plan, twists[k]); }
}

static void measure(const discrete_state *state, const ons_discrete_order *order, ons_context *context) {
    (void)order;
    if (!spin_has_twist(ons_context_parameters(context))) { return; }
    double energy, current_squared;
    ons_discrete_helicity(state->spins, &energy, &current_squared);
    ons_measure(context, HELICITY_ENERGY, 0, energy);
    ons_measure(context, HELICITY_CURRENT_SQUARED, 0, current_squared);
}

/* A lattice with its number of states, for the colours. */
typedef struct coloured {
    const uint8_t *states;
    double turn; /* 2 pi / q */
} coloured;

static void colour(const void *data, uint32_t site, uint8_t *rgb) {
    const coloured *spins = data;
    ons_colour_angle(spins->turn * spins->states[site], rgb);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const discrete_state *state = memory;
    const coloured spins = {ons_discrete_states(state->spins),
                            6.28318530717958647693 / ons_discrete_model_states(state->model)};
    return lattice_picture(state->room.graph, colour, &spins, image);
}

DISCRETE_EXACT_PART(ONS_CLOCK, chain_energy, energy)
DISCRETE_EXACT_PART(ONS_CLOCK, chain_specific_heat, specific_heat)
DISCRETE_EXACT_PART(ONS_CLOCK, chain_magnetization_squared, vector_squared)

static const ons_exact exacts[] = {{"energy", chain_energy, TRANSFER_MATRIX},
                                   {"specific_heat", chain_specific_heat, TRANSFER_MATRIX},
                                   {"magnetization_squared", chain_magnetization_squared, TRANSFER_MATRIX},
                                   {.name = NULL}};

#define CLOCK_DETAILS                                                                                                  \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> cos(theta_i - theta_j) - h sum_i cos(theta_i), theta_i = 2 pi k_i/q, k_i = 0 .. q - 1, J = "      \
    "`coupling`\n"                                                                                                     \
    "(positive: ferromagnetic), h = `field` (along angle 0), k_B = 1. q = 2 is the Ising model; q = 3 the Potts "      \
    "model "                                                                                                           \
    "of\n"                                                                                                             \
    "coupling 3J/2; q = 4 two Ising models of coupling J/2 (T_c = 1/ln(1 + sqrt 2) = 1.134593 on the square "          \
    "lattice). "                                                                                                       \
    "From\n"                                                                                                           \
    "q = 5 on the square lattice has two transitions with a critical phase between them; q = 6: about 0.70 and 0.90 "  \
    "J "                                                                                                               \
    "(Jose,\n"                                                                                                         \
    "Kadanoff, Kirkpatrick and Nelson 1977).\n"                                                                        \
    "\n" SPIN_LATTICE_TEXT "## Dynamics\n"                                                                             \
    "The step has exactly one eigenvalue on the unit circle on every graph, and each elementary move satisfies "       \
    "detailed\n"                                                                                                       \
    "balance:\n"                                                                                                       \
    "\n"                                                                                                               \
    "- `metropolis`: N attempts at random sites, each for one of the q - 1 other angles, accepted with min(1, "        \
    "exp(-dE/T));\n"                                                                                                   \
    "  for q = 2 with 1/2 at dE = 0.\n"                                                                                \
    "- `heat-bath`: all sites in order, each angle with its conditional probability.\n"                                \
    "- `wolff`: `clusters` single clusters a step. A random site and a random other angle of it give the reflection "  \
    "that\n"                                                                                                           \
    "  exchanges both and keeps the q angles; a neighbour joins with 1 - exp(-(rise of the bond's energy)/T) when "    \
    "one "                                                                                                             \
    "end\n"                                                                                                            \
    "  alone is reflected.\n"                                                                                          \
    "- `swendsen-wang`: all clusters of a random one of the q reflections.\n"                                          \
    "\n"                                                                                                               \
    "Both cluster updates take a field: Swendsen-Wang clusters are reflected with their heat-bath probability; a "     \
    "site "                                                                                                            \
    "of a\n"                                                                                                           \
    "Wolff cluster stops it with 1 - exp(-(its rise of the energy in the field)/T).\n"                                 \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "m = (1/N) sum_i (cos theta_i, sin theta_i) is a vector and |m| its length; m^2 and m^4 are powers of it. G(r) = " \
    "<cos(theta_0 - theta_r)>.\n" SPIN_QUANTITIES_TEXT SPIN_HELICITY_TEXT                                              \
    "For discrete angles Y is the same estimator, of a twist that the angles cannot follow "                           \
    "everywhere.\n" SPIN_LENGTH_TEXT "## Exact values beside ours\n"                                                   \
    "The chain, periodic and open, any L, q up to 32, with field (energy, specific heat) and without "                 \
    "(magnetization_squared).\n"                                                                                       \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "R. B. Potts, Proc. Camb. Phil. Soc. 48, 106 (1952). J. V. Jose, L. P. Kadanoff, S. Kirkpatrick and D. R. "        \
    "Nelson, "                                                                                                         \
    "Phys.\n"                                                                                                          \
    "Rev. B 16, 1217 (1977). M. E. Fisher, M. N. Barber and D. Jasnow, Phys. Rev. A 8, 1111 (1973). U. Wolff, Phys. "  \
    "Rev.\n"                                                                                                           \
    "Lett. 62, 361 (1989).\n"

static const discrete_system own = {.kind = ONS_CLOCK, .omit = omit, .measure = measure};

extern const ons_system ons_system_clock;
const ons_system ons_system_clock = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "clock",
    .summary = "the clock model with q angles on lattices and graphs: local and cluster dynamics, helicity modulus",
    .details = CLOCK_DETAILS,
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
