/*
 * burgers: a wave that steepens to a shock, with its exact solution.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral_field.h"

#include <math.h>

static const char details[] =
    "u_t + u u_x = viscosity u_xx on [0, 2 pi], periodic. From u = mean + amplitude sin(x) characteristics cross at\n"
    "t = 1/amplitude; viscosity makes of the crossing a shock of width 2 viscosity/amplitude, which needs some ten\n"
    "points: `tail` says when the grid is too coarse.\n"
    "\n"
    "The solution is known (Hopf 1950; Cole 1951): u = mean + <(x - y)/t> under the weight\n"
    "exp(-((x - y)^2/(2 t) + amplitude (1 - cos y))/(2 viscosity)), in the frame that moves with the mean. `error` is "
    "the\n"
    "distance from it. The quotient of Fourier series with Bessel functions I_n(1/(2 viscosity)) is the same, but its\n"
    "sums cancel to exp(-1/viscosity) near the shock, beyond double precision for viscosity < 0.03.\n"
    "\n"
    "Fourier series and ETDRK4: viscosity and the mean are integrated exactly, the rest to order 4 in `time_step`.\n"
    "\n"
    "J. M. Burgers, Adv. Appl. Mech. 1, 171 (1948). E. Hopf, Commun. Pure Appl. Math. 3, 201 (1950). J. D. Cole, Q.\n"
    "Appl. Math. 9, 225 (1951).\n";

static const ons_parameter parameters[] = {
    {"viscosity", ONS_REAL, 0, "0.01", NULL, "(0, inf)", NULL, "length^2/time", "nu"},
    {"start", ONS_CHOICE, 0, "standard", "standard|random|formula", NULL, NULL, NULL,
     "mean + amplitude sin(x), some random waves, or a formula"},
    {"mean", ONS_REAL, 0, "0", NULL, NULL, "start=standard", "length/time", "added to the start"},
    {"amplitude", ONS_REAL, 0, "1", NULL, "(0, inf)", "start=standard|random", "length/time",
     "of the sine; random waves: their rms on average"},
    {"waves", ONS_INTEGER, 0, "8", NULL, "[1, 524287]", "start=random", NULL, "with 1 .. this number of cycles"},
    {"formula", ONS_FORMULA, 0, "sin(x)", NULL, NULL, "start=formula", NULL, "u at the start, of x"},
    FIELD_PARAMETERS("2048", "5e-4", "yes", "two thirds"),
    {.name = NULL}};

static double mean_of(const ons_parameters *p) { return ons_present(p, "mean") ? ons_real(p, "mean") : 0; }

static void pose(const ons_parameters *p, field_problem *problem) {
    problem->constants.burgers = (ons_burgers){ons_real(p, "viscosity"), mean_of(p)};
    problem->equation = ons_burgers_equation(&problem->constants.burgers);
    problem->length = 2 * 3.14159265358979323846;
}

static double standard(const ons_parameters *p, double x, double y) {
    (void)y;
    return mean_of(p) + ons_real(p, "amplitude") * sin(x);
}

static double exact(const ons_parameters *p, double x, double t) {
    return ons_burgers_sine(ons_real(p, "viscosity"), mean_of(p), ons_real(p, "amplitude"), x, t);
}

static const field_kind kind = {.rank = 1, .kept = 2. / 3, .pose = pose, .standard = standard, .exact = exact};

extern const ons_system ons_system_burgers;
const ons_system ons_system_burgers = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "burgers",
    .summary = "a wave that steepens to a shock, spectral and exact",
    .details = details,
    .step = "1 time unit",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = field_line_observables,
    .controls = {.steps = 2, .every = "0.25", .replicas = 1},
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
