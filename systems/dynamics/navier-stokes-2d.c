/*
 * navier-stokes-2d: vorticity of a plane incompressible flow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral_field.h"

#include <math.h>

static const char details[] =
    "w_t + u . grad(w) = viscosity lap(w) - drag w + forcing cos(forcing_wave y) on [0, 2 pi]^2, periodic;\n"
    "u = (psi_y, -psi_x), lap(psi) = -w. Viscosity is 1/Re where lengths and speeds are 1. The mean velocity is 0.\n"
    "\n"
    "start=standard is the vortex of Taylor and Green, w = 2 cos(x) cos(y), which decays by exp(-2 viscosity t);\n"
    "start=random draws a vorticity with normal amplitudes of all waves of at most `waves` cycles, scaled to the "
    "largest\n"
    "speed `speed`: decaying turbulence (viscosity=0.01 speed=5 is that of Wang, Sankaran and Perdikaris). The draw "
    "does\n"
    "not depend on the grid.\n"
    "\n"
    "Fourier series and ETDRK4: viscosity and drag are integrated exactly, the rest to order 4 in `time_step`, which\n"
    "should stay below 1/(speed * points). Without viscosity the truncated equation keeps energy and enstrophy.\n"
    "\n"
    "G. I. Taylor, A. E. Green, Proc. R. Soc. A 158, 499 (1937). S. A. Orszag, J. Atmos. Sci. 28, 1074 (1971). S. M.\n"
    "Cox, P. C. Matthews, J. Comput. Phys. 176, 430 (2002). S. Wang, S. Sankaran, P. Perdikaris, arXiv:2203.07404.\n";

static const ons_parameter parameters[] = {
    {"viscosity", ONS_REAL, 0, "0.01", NULL, "[0, inf)", NULL, "length^2/time", "nu"},
    {"drag", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, "1/time", "decay of all waves alike"},
    {"forcing", ONS_REAL, 0, "0", NULL, NULL, NULL, "1/time^2", "amplitude of the force on the vorticity"},
    {"forcing_wave", ONS_INTEGER, 0, "4", NULL, "[1, 8191]", NULL, NULL, "its cycles along y"},
    {"start", ONS_CHOICE, 0, "random", "standard|random|formula", NULL, NULL, NULL,
     "Taylor-Green, some random waves, or a formula"},
    {"waves", ONS_INTEGER, 0, "4", NULL, "[1, 8191]", "start=random", NULL, "longest wave vector in cycles"},
    {"speed", ONS_REAL, 0, "5", NULL, "(0, inf)", "start=random", "length/time", "largest one at the start"},
    {"formula", ONS_FORMULA, 0, "2*cos(x)*cos(y)", NULL, NULL, "start=formula", NULL, "w at the start, of x and y"},
    FIELD_PARAMETERS("128", "1e-3", "yes", "two thirds"),
    {.name = NULL}};

static void pose(const ons_parameters *p, field_problem *problem) {
    problem->constants.vorticity = (ons_vorticity){ons_real(p, "viscosity"), ons_real(p, "drag"),
                                                   ons_real(p, "forcing"), (double)ons_integer(p, "forcing_wave")};
    problem->equation = ons_vorticity_equation(&problem->constants.vorticity);
    problem->length = 2 * 3.14159265358979323846;
}

static double standard(const ons_parameters *p, double x, double y) {
    (void)p;
    return 2 * cos(x) * cos(y);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    const int64_t wave = ons_integer(p, "forcing_wave"), points = ons_integer(p, "points");
    if (ons_real(p, "forcing") != 0 && 3 * wave >= points) {
        return ons_fail(ONS_INVALID, "a grid of %lld points keeps forces of fewer than %lld cycles", (long long)points, (long long)points / 3);
    }
    return field_check(system, p, plan);
}

static const field_kind kind = {.rank = 2, .kept = 2. / 3, .pose = pose, .standard = standard};

extern const ons_system ons_system_navier_stokes_2d;
const ons_system ons_system_navier_stokes_2d = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "navier-stokes-2d",
    .summary = "vorticity of a plane flow: decaying and forced turbulence, spectral",
    .details = details,
    .step = "1 time unit",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = field_plane_observables,
    .controls = {.steps = 1, .every = "0.1", .replicas = 1},
    .data = &kind,
    .state_size = sizeof(field_state),
    .check = check,
    .create = field_create,
    .advance = field_advance,
    .measure = field_measure,
    .persist = field_persist,
    .picture = field_picture,
    .destroy = field_destroy,
};
