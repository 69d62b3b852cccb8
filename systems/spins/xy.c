/*
 * xy: the XY model on any lattice or graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors_system.h"

#include <math.h>

enum { OBSERVABLES = VECTOR_VORTICITY + 1 };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "16"),
    {"temperature", ONS_REAL, ONS_LIVE, "0.8929", NULL, "(0, inf)", NULL, "coupling",
     "temperature, k_B = 1; the default is the Berezinskii-Kosterlitz-Thouless transition of the square lattice"},
    VECTOR_PARAMETERS("cos(theta_i - theta_j)", "cos(theta_i)"),
    SPIN_MEASURE,
    {.name = NULL}};

static const ons_observable observables[] = {
    VECTOR_OBSERVABLES,
    [VECTOR_VORTICITY] = {"vorticity", ONS_MEAN, 0, NULL, NULL, NULL,
                          "vortices and antivortices per site of the square lattice"},
    [OBSERVABLES] = {.name = NULL}};

static const ons_derived deriveds[] = {VECTOR_DERIVED, {.name = NULL}};

VECTOR_EXACT_PARTS(2)
static const ons_exact exacts[] = {VECTOR_EXACT, {.name = NULL}};

#define DETAILS                                                                                                        \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> cos(theta_i - theta_j) - h sum_i cos(theta_i), J = `coupling` (positive:\n"                       \
    "ferromagnetic), h = `field` (along angle 0), k_B = 1. States are held as unit vectors S = (cos\n"                 \
    "theta, sin theta).\n"                                                                                             \
    "On the square lattice the transition of Berezinskii, Kosterlitz and Thouless is at T = 0.8929 J,\n"               \
    "where the helicity modulus jumps from 2T/pi to 0; on the cubic lattice T_c = 2.20183 J.\n"                        \
    "\n" SPIN_LATTICE_TEXT VECTOR_DYNAMICS_TEXT "## Observables and conventions\n"                                     \
    "m = (1/N) sum_i S_i is a vector and |m| its length; m^2 and m^4 are powers of it. G(r) =\n"                       \
    "<cos(theta_0 - theta_r)>.\n" SPIN_QUANTITIES_TEXT SPIN_HELICITY_TEXT                                              \
    "`vorticity` counts the plaquettes of the square lattice around which the angle turns by 2 pi or -2\n"             \
    "pi, each step taken the short way, over the number of sites.\n" SPIN_LENGTH_TEXT "## Exact values beside ours\n"  \
    "The chain without field, periodic and open, any L (energy, specific heat; open:\n"                                \
    "magnetization_squared), from the Bessel functions I_l(J/T): infinite chain <e> = -J I_1/I_0.\n"                   \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "V. L. Berezinskii, Sov. Phys. JETP 32, 493 (1971). J. M. Kosterlitz and D. J. Thouless, J. Phys. C\n"             \
    "6, 1181 (1973). S. Teitel and C. Jayaprakash, Phys. Rev. B 27, 598 (1983). M. Hasenbusch, J. Phys. A\n"           \
    "38, 5869 (2005). M. E. Fisher, Am. J. Phys. 32, 343 (1964). H. E. Stanley, Phys. Rev. 179, 570\n"                 \
    "(1969). M. E. Fisher, M. N. Barber and D. Jasnow, Phys. Rev. A 8, 1111 (1973). D. J. Best and N. I.\n"            \
    "Fisher, Appl. Stat. 28, 152 (1979). A. T. A. Wood, Commun. Stat. Simul. 23, 157 (1994). M. Creutz,\n"             \
    "Phys. Rev. D 36, 515 (1987). U. Wolff, Phys. Rev. Lett. 62, 361 (1989).\n"

static void colour(const double *spin, uint8_t *rgb) { ons_colour_angle(atan2(spin[1], spin[0]), rgb); }

static const vectors_system own = {.components = 2, .axis = 0, .colour = colour};

extern const ons_system ons_system_xy;
const ons_system ons_system_xy = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "xy",
    .summary = "the XY model on lattices and graphs: local and cluster dynamics, helicity modulus, vortices",
    .details = DETAILS,
    .step = "sweep (wolff: `clusters` clusters), and over-relaxation sweeps",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 20000, .warmup = "auto", .every = "1", .replicas = 4},
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
