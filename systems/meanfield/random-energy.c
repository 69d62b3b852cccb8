/*
 * random-energy: Derrida's random energy model, exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

static const char details[] =
    "## Model\n"
    "2^N states with independent normal energies of variance N coupling^2/2, N to infinity, k_B = 1 (B. Derrida, Phys. "
    "Rev. B 24,\n"
    "2613 (1981)): the limit of many bodies of `p-spin-theory`.\n"
    "\n"
    "## Solution\n"
    "Above static_temperature = coupling/(2 sqrt(ln 2)): pressure ln 2 + (coupling/2T)^2. Below, one step of replica "
    "symmetry\n"
    "breaking is exact: q2 = 1, theta = T/static_temperature, energy -coupling sqrt(ln 2), no entropy.\n";

static const ons_parameter parameters[] = {
    {"temperature", ONS_REAL, 0, "0.5", NULL, "[0, 1e6]", NULL, "coupling", "T, k_B = 1; 0 is allowed"},
    {"coupling", ONS_REAL, 0, "1", NULL, "(0, 1e6]", NULL, NULL, "J: energies have the variance N J^2/2"},
    {.name = NULL}};

enum { GLASS, STATIC = THEORY_ROWS, OBSERVABLES };

static const ons_observable observables[] = {THEORY_OBSERVABLES,
                                             [STATIC] = {.name = "static_temperature",
                                                         .kind = ONS_VALUE,
                                                         .unit = "coupling",
                                                         .meaning = "where the entropy vanishes"},
                                             [OBSERVABLES] = {.name = NULL}};

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    (void)p;
    ons_plan_bytes(plan, 1e4);
    return ONS_OK;
}

static ons_status solve(ons_context *context, theory_watch *watch) {
    (void)watch;
    const ons_parameters *p = ons_context_parameters(context);
    const double coupling = ons_real(p, "coupling");
    ons_replicas_state found;
    const ons_status status = ons_random_energy(coupling, ons_real(p, "temperature"), &found);
    if (status) { return status; }
    theory_report(context, GLASS, &found);
    ons_value(context, STATIC, 0, 0, coupling / (2 * sqrt(M_LN2)), 0);
    return ONS_OK;
}

static ons_status advance(void *state, ons_context *context) { return theory_advance(state, context, solve); }

extern const ons_system ons_system_random_energy;
const ons_system ons_system_random_energy = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "random-energy",
    .summary = "Derrida's random energy model, exactly",
    .details = details,
    .step = "the solution",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1, .replicas = 1},
    .state_size = sizeof(theory_state),
    .check = check,
    .create = theory_create,
    .advance = advance,
    .persist = theory_persist,
};
