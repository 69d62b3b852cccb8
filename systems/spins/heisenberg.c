/*
 * heisenberg: the classical Heisenberg model on any lattice or graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors_system.h"

#include <math.h>

enum { OBSERVABLES = VECTOR_VORTICITY };

static const ons_parameter parameters[] = {LATTICE_PARAMETERS("cubic", "8"),
                                           {"temperature", ONS_REAL, ONS_LIVE, "1.443", NULL, "(0, inf)", NULL,
                                            "coupling",
                                            "temperature, k_B = 1; the default is T_c of the cubic lattice"},
                                           VECTOR_PARAMETERS("S_i . S_j", "S_i^z"),
                                           SPIN_MEASURE,
                                           {.name = NULL}};

static const ons_observable observables[] = {VECTOR_OBSERVABLES, [OBSERVABLES] = {.name = NULL}};

static const ons_derived deriveds[] = {VECTOR_DERIVED, {.name = NULL}};

VECTOR_EXACT_PARTS(3)
static const ons_exact exacts[] = {VECTOR_EXACT, {.name = NULL}};

#define DETAILS                                                                                                        \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> S_i . S_j - h sum_i S_i^z, |S_i| = 1 in three dimensions of spin space, J =\n"                    \
    "`coupling` (positive: ferromagnetic), h = `field`, k_B = 1. On the cubic lattice T_c = 1.44300 J; in\n"           \
    "one and two dimensions there is no order at T > 0 (Mermin and Wagner 1966).\n"                                    \
    "\n" SPIN_LATTICE_TEXT VECTOR_DYNAMICS_TEXT "## Observables and conventions\n"                                     \
    "m = (1/N) sum_i S_i is a vector and |m| its length; m^2 and m^4 are powers of it. G(r) = <S_0 .\n"                \
    "S_r>.\n" SPIN_QUANTITIES_TEXT                                                                                     \
    "`helicity_modulus` is the response to a uniform twist by rotations in a plane (a, b) of spin space,\n"            \
    "per volume, averaged over the Cartesian directions u and the three planes: Y = <e_u> - <I_u^2>/(V\n"              \
    "T), e_u = (1/V) sum J_ij x_u^2 (S_i^a S_j^a + S_i^b S_j^b), I_u = sum J_ij x_u (S_i^a S_j^b - S_i^b\n"            \
    "S_j^a), x the vector of the bond, V the volume: N on chain, square and cubic lattices.\n"                         \
    "`helicity_energy` = <e_u> and `helicity_current_squared` = <I_u^2>/V are its parts. They need a\n"                \
    "periodic lattice.\n"                                                                                              \
    "\n" SPIN_LENGTH_TEXT "## Exact values beside ours\n"                                                              \
    "The chain without field, periodic and open, any L (energy, specific heat; open:\n"                                \
    "magnetization_squared): infinite chain <e> = -J (coth K - 1/K), K = J/T.\n"                                       \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "N. D. Mermin and H. Wagner, Phys. Rev. Lett. 17, 1133 (1966). K. Chen, A. M. Ferrenberg and D. P.\n"              \
    "Landau, Phys. Rev. B 48, 3249 (1993). M. E. Fisher, Am. J. Phys. 32, 343 (1964). H. E. Stanley,\n"                \
    "Phys. Rev. 179, 570 (1969). M. E. Fisher, M. N. Barber and D. Jasnow, Phys. Rev. A 8, 1111 (1973).\n"             \
    "D. J. Best and N. I. Fisher, Appl. Stat. 28, 152 (1979). A. T. A. Wood, Commun. Stat. Simul. 23, 157\n"           \
    "(1994). M. Creutz, Phys. Rev. D 36, 515 (1987). U. Wolff, Phys. Rev. Lett. 62, 361 (1989).\n"

static void colour(const double *spin, uint8_t *rgb) { ons_colour_scale(spin[2], -1, 1, rgb); }

static const vectors_system own = {.components = 3, .axis = 2, .colour = colour};

extern const ons_system ons_system_heisenberg;
const ons_system ons_system_heisenberg = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "heisenberg",
    .summary = "the classical Heisenberg model on lattices and graphs: local and cluster dynamics",
    .details = DETAILS,
    .step = "sweep (wolff: `clusters` clusters), and over-relaxation sweeps",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 4000, .warmup = "auto", .every = "1", .replicas = 4},
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
