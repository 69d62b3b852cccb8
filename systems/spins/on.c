/*
 * on: O(n) spins of any number of components on any lattice or graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors_system.h"

#include <math.h>

enum { OBSERVABLES = VECTOR_VORTICITY };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "16"),
    {"components", ONS_INTEGER, 0, "4", NULL, "[2, 16]", NULL, NULL, "n of a spin"},
    {"temperature", ONS_REAL, ONS_LIVE, "0.6", NULL, "(0, inf)", NULL, "coupling", "temperature, k_B = 1"},
    VECTOR_PARAMETERS("S_i . S_j", "S_i^1"),
    SPIN_MEASURE,
    {.name = NULL}};

static const ons_observable observables[] = {VECTOR_OBSERVABLES, [OBSERVABLES] = {.name = NULL}};

static const ons_derived deriveds[] = {VECTOR_DERIVED, {.name = NULL}};

VECTOR_EXACT_PARTS((uint32_t)ons_integer(p, "components"))
static const ons_exact exacts[] = {VECTOR_EXACT, {.name = NULL}};

#define DETAILS                                                                                                        \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> S_i . S_j - h sum_i S_i^1, |S_i| = 1, S_i of n = `components` components, J =\n"                  \
    "`coupling` (positive: ferromagnetic), h = `field` (along the first component), k_B = 1. n = 2 is\n"               \
    "`xy`, n = 3 `heisenberg` (whose field is along z); |S| = 1 for every n, not sqrt n.\n"                            \
    "\n" SPIN_LATTICE_TEXT VECTOR_DYNAMICS_TEXT "## Observables and conventions\n"                                     \
    "m = (1/N) sum_i S_i is a vector and |m| its length; m^2 and m^4 are powers of it. G(r) = <S_0 .\n"                \
    "S_r>.\n" SPIN_QUANTITIES_TEXT                                                                                     \
    "`helicity_modulus` is the response to a uniform twist by rotations in a plane (a, b) of spin space,\n"            \
    "per volume, averaged over the Cartesian directions u and the n (n - 1)/2 planes: Y = <e_u> -\n"                   \
    "<I_u^2>/(V T), e_u = (1/V) sum J_ij x_u^2 (S_i^a S_j^a + S_i^b S_j^b), I_u = sum J_ij x_u (S_i^a\n"               \
    "S_j^b - S_i^b S_j^a), x the vector of the bond, V the volume: N on chain, square and cubic lattices.\n"           \
    "`helicity_energy` = <e_u> and `helicity_current_squared` = <I_u^2>/V are its parts. They need a\n"                \
    "periodic lattice.\n"                                                                                              \
    "\n" SPIN_LENGTH_TEXT "## Exact values beside ours\n"                                                              \
    "The chain without field, periodic and open, any L (energy, specific heat; open:\n"                                \
    "magnetization_squared): infinite chain <e> = -J I_{n/2}(K)/I_{n/2-1}(K), K = J/T.\n"                              \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "M. E. Fisher, Am. J. Phys. 32, 343 (1964). H. E. Stanley, Phys. Rev. 179, 570 (1969). M. E. Fisher,\n"            \
    "M. N. Barber and D. Jasnow, Phys. Rev. A 8, 1111 (1973). D. J. Best and N. I. Fisher, Appl. Stat.\n"              \
    "28, 152 (1979). A. T. A. Wood, Commun. Stat. Simul. 23, 157 (1994). M. Creutz, Phys. Rev. D 36, 515\n"            \
    "(1987). U. Wolff, Phys. Rev. Lett. 62, 361 (1989).\n"

static void colour(const double *spin, uint8_t *rgb) { ons_colour_scale(spin[0], -1, 1, rgb); }

static const vectors_system own = {.components = 0, .axis = 0, .colour = colour};

extern const ons_system ons_system_on;
const ons_system ons_system_on = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "on",
    .summary = "the O(n) model: unit vectors of n components on lattices and graphs, local and cluster dynamics",
    .details = DETAILS,
    .step = "sweep (wolff: `clusters` clusters), and over-relaxation sweeps",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 10000, .warmup = "auto", .every = "1", .replicas = 4},
    .data = &own,
    .state_size = sizeof(vectors_state),
    .check = vectors_check,
    .create = vectors_create,
    .advance = vectors_advance,
    .measure = vectors_measure,
    .persist = vectors_persist,
    .picture = vectors_picture,
    .destroy = vectors_destroy,
};
