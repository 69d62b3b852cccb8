/*
 * kuramoto-sivashinsky: waves of flames and films, the simplest chaos in space and time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral_field.h"

#include <math.h>

static const char details[] =
    "u_t + advection u u_x + antidiffusion u_xx + hyperdiffusion u_xxxx = 0, periodic. Waves longer than\n"
    "2 pi sqrt(hyperdiffusion/antidiffusion) grow, shorter ones decay, and the advection passes energy on.\n"
    "\n"
    "| problem | advection | antidiffusion | hyperdiffusion | cell | start=standard |\n"
    "|---|---|---|---|---|---|\n"
    "| own | 1 | 1 | 1, or as given | [0, length] | cos(q x) (1 + sin(q x)), q = 2 pi/length |\n"
    "| regular | 5 | 0.5 | 0.005 | [-1, 1] | -sin(pi x) |\n"
    "| chaotic | 100/16 | 100/16^2 | 100/16^4 | [0, 2 pi] | cos(x) (1 + sin(x)) |\n"
    "\n"
    "The last two are tests of the learning of equations (Wang, Sankaran and Perdikaris): at t = 0.5 rms = 1.072735 "
    "and\n"
    "1.227230. problem=own with length = 32 pi is that of Kassam and Trefethen. The mean of u is conserved.\n"
    "\n"
    "Fourier series and ETDRK4: the linear part is integrated exactly, the advection to order 4 in `time_step`.\n"
    "\n"
    "Y. Kuramoto, T. Tsuzuki, Prog. Theor. Phys. 55, 356 (1976). G. I. Sivashinsky, Acta Astronaut. 4, 1177 (1977).\n"
    "A.-K. Kassam, L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005). S. Wang, S. Sankaran, P. Perdikaris,\n"
    "arXiv:2203.07404.\n";

static const ons_parameter parameters[] = {
    {"problem", ONS_CHOICE, 0, "own", "own|regular|chaotic", NULL, NULL, NULL, "constants and cell, see details"},
    {"advection", ONS_REAL, 0, "1", NULL, NULL, "problem=own", NULL, "factor of u u_x"},
    {"antidiffusion", ONS_REAL, 0, "1", NULL, NULL, "problem=own", "length^2/time", "factor of u_xx"},
    {"hyperdiffusion", ONS_REAL, 0, "1", NULL, "(0, inf)", "problem=own", "length^4/time", "factor of u_xxxx"},
    {"length", ONS_REAL, 0, "100.53096491487338", NULL, "(0, inf)", "problem=own", "length", "of the cell; 32 pi"},
    {"start", ONS_CHOICE, 0, "standard", "standard|random|formula", NULL, NULL, NULL,
     "as the table says, some random waves, or a formula"},
    {"waves", ONS_INTEGER, 0, "8", NULL, "[1, 524287]", "start=random", NULL, "with 1 .. this number of cycles"},
    {"amplitude", ONS_REAL, 0, "0.1", NULL, "(0, inf)", "start=random", NULL, "rms of the start, on average"},
    {"formula", ONS_FORMULA, 0, "cos(x)", NULL, NULL, "start=formula", NULL, "u at the start, of x"},
    FIELD_PARAMETERS("256", "0.05*max(0, 1 - problem) + 2e-4*min(1, problem)", "yes", "two thirds"),
    {.name = NULL}};

enum { OWN, REGULAR, CHAOTIC };

static void pose(const ons_parameters *p, field_problem *problem) {
    const double pi = 3.14159265358979323846;
    const int which = ons_choice(p, "problem");
    ons_kuramoto_sivashinsky *c = &problem->constants.kuramoto_sivashinsky;
    if (which == REGULAR) {
        *c = (ons_kuramoto_sivashinsky){5, 0.5, 0.005};
        problem->left = -1;
        problem->length = 2;
    } else if (which == CHAOTIC) {
        *c = (ons_kuramoto_sivashinsky){100. / 16, 100. / 256, 100. / 65536};
        problem->length = 2 * pi;
    } else {
        *c = (ons_kuramoto_sivashinsky){ons_real(p, "advection"), ons_real(p, "antidiffusion"),
                                        ons_real(p, "hyperdiffusion")};
        problem->length = ons_real(p, "length");
    }
    problem->equation = ons_kuramoto_sivashinsky_equation(c);
}

static double standard(const ons_parameters *p, double x, double y) {
    const double pi = 3.14159265358979323846;
    (void)y;
    if (ons_choice(p, "problem") == REGULAR) { return -sin(pi * x); }
    const double angle = ons_choice(p, "problem") == CHAOTIC ? x : 2 * pi * x / ons_real(p, "length");
    return cos(angle) * (1 + sin(angle));
}

static const field_kind kind = {.rank = 1, .kept = 2. / 3, .pose = pose, .standard = standard};

extern const ons_system ons_system_kuramoto_sivashinsky;
const ons_system ons_system_kuramoto_sivashinsky = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "kuramoto-sivashinsky",
    .summary = "waves of flames and films, regular and chaotic, spectral",
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
