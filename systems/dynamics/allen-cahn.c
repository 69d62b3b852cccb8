/*
 * allen-cahn: phases that separate on a ring.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral_field.h"

#include <math.h>

static const char details[] =
    "u_t = diffusion u_xx + reaction (u - u^3), periodic: domains of u = -1 and u = 1 with walls u = tanh(x/w),\n"
    "w = sqrt(2 diffusion/reaction).\n"
    "\n"
    "Fourier series and ETDRK4: the linear part is integrated exactly, the cube to order 4 in `time_step`. The "
    "standard\n"
    "problem, u = x^2 cos(pi x) on [-1, 1] with diffusion 1e-4 and reaction 5, is the test of the learning of "
    "equations\n"
    "(Raissi, Perdikaris and Karniadakis 2019): at t = 1 rms = 0.935334, u(-0.25) = 0.988475, u(0) = 0.029580.\n"
    "\n"
    "A wall needs some three points: 512 for the standard problem, and waves left out (`dealias`) cost half of them.\n"
    "\n"
    "S. M. Allen, J. W. Cahn, Acta Metall. 27, 1085 (1979). S. M. Cox, P. C. Matthews, J. Comput. Phys. 176, 430\n"
    "(2002). A.-K. Kassam, L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005). S. Wang, S. Sankaran, P. "
    "Perdikaris,\n"
    "arXiv:2203.07404.\n";

static const ons_parameter parameters[] = {
    {"diffusion", ONS_REAL, 0, "1e-4", NULL, "[0, inf)", NULL, "length^2/time", "of u"},
    {"reaction", ONS_REAL, 0, "5", NULL, "[0, inf)", NULL, "1/time", "rate at which u leaves 0"},
    {"left", ONS_REAL, 0, "-1", NULL, NULL, NULL, "length", "end of the cell"},
    {"length", ONS_REAL, 0, "2", NULL, "(0, inf)", NULL, "length", "of the cell"},
    {"start", ONS_CHOICE, 0, "standard", "standard|random|formula", NULL, NULL, NULL,
     "x^2 cos(pi x), some random waves, or a formula"},
    {"waves", ONS_INTEGER, 0, "8", NULL, "[1, 524287]", "start=random", NULL, "with 1 .. this number of cycles"},
    {"amplitude", ONS_REAL, 0, "0.1", NULL, "(0, inf)", "start=random", NULL, "rms of the start, on average"},
    {"formula", ONS_FORMULA, 0, "x^2*cos(pi*x)", NULL, NULL, "start=formula", NULL, "u at the start, of x"},
    FIELD_PARAMETERS("512", "1e-3", "no", "half"),
    {.name = NULL}};

static void pose(const ons_parameters *p, field_problem *problem) {
    problem->constants.allen_cahn = (ons_allen_cahn){ons_real(p, "diffusion"), ons_real(p, "reaction")};
    problem->equation = ons_allen_cahn_equation(&problem->constants.allen_cahn, 1);
    problem->left = ons_real(p, "left");
    problem->length = ons_real(p, "length");
}

static double standard(const ons_parameters *p, double x, double y) {
    (void)p;
    (void)y;
    return x * x * cos(3.14159265358979323846 * x);
}

static const field_kind kind = {.rank = 1, .kept = 0.5, .pose = pose, .standard = standard};

extern const ons_system ons_system_allen_cahn;
const ons_system ons_system_allen_cahn = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "allen-cahn",
    .summary = "phases that separate on a ring (u_t = D u_xx + r (u - u^3)), spectral",
    .details = details,
    .step = "1 time unit",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = field_line_observables,
    .controls = {.steps = 1, .every = "0.1", .replicas = 1},
    .data = &kind,
    .state_size = sizeof(field_state),
    .check = field_check,
    .create = field_create,
    .advance = field_advance,
    .measure = field_measure,
    .persist = field_persist,
    .picture = field_picture,
    .destroy = field_destroy,
};
