/*
 * p-spin-theory: replica theory of glasses with random couplings of p spins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

static const char details[] =
    "## Model\n"
    "H = -sum_(i1<..<ip) J_i1..ip s_i1..s_ip - field sum_i s_i, J of variance coupling^2 p!/(2 N^(p-1)), N to "
    "infinity, k_B =\n"
    "1: the system `p-spin` on its complete hypergraph. xi(q) = coupling^2 q^p/2. Ising spins, or spherical ones, sum "
    "s_i^2 =\n"
    "N. p = 2 is Sherrington and Kirkpatrick's model with the same coupling, see `sk-theory`.\n"
    "\n"
    "## Solution\n"
    "rs: one overlap q; of several the one of the smallest pressure. 1rsb: without field and for p > 2 the paramagnet "
    "is the\n"
    "equilibrium down to static_temperature, where theta = 1; below it q1 = 0 and q2, theta make the pressure "
    "smallest.\n"
    "(D. J. Gross and M. Mezard, Nucl. Phys. B 240, 431 (1984); E. Gardner, Nucl. Phys. B 257, 747 (1985); spherical: "
    "A. Crisanti\n"
    "and H.-J. Sommers, Z. Phys. B 87, 341 (1992), in closed form.) dynamic_temperature is the largest at which q2 > 0 "
    "solves\n"
    "its equation at theta = 1. Ising spins have a second transition at low temperature, below which one step is not "
    "enough:\n"
    "at_eigenvalue < 0 there. For many bodies all tends to `random-energy`, whose static temperature is coupling "
    "0.60056.\n";

static const ons_parameter parameters[] = {
    {"p", ONS_INTEGER, 0, "3", NULL, "[2, 1000]", NULL, NULL, "spins in a term"},
    {"spins", ONS_CHOICE, 0, "ising", "ising|spherical", NULL, NULL, NULL, "+-1, or real numbers on a sphere"},
    {"temperature", ONS_REAL, 0, "0.5", NULL, "[0, 1e6]", NULL, "coupling", "T, k_B = 1; 0 is allowed for Ising spins"},
    {"coupling", ONS_REAL, 0, "1", NULL, "(0, 1e6]", NULL, NULL, "J: the variance is J^2 p!/(2 N^(p-1))"},
    {"field", ONS_REAL, 0, "0", NULL, "[0, 1e6]", "spins=ising", "coupling", "external field"},
    {"level", ONS_CHOICE, 0, "1rsb", "rs|1rsb", NULL, NULL, NULL, "replica symmetric, or one step of breaking"},
    {.name = NULL}};

enum { GLASS, MAGNETIZATION = THEORY_ROWS, STATIC, DYNAMIC, OBSERVABLES };

static const ons_observable observables[] = {
    THEORY_OBSERVABLES, [MAGNETIZATION] = {.name = "magnetization", .kind = ONS_VALUE, .meaning = "m, along the field"},
    [STATIC] = {.name = "static_temperature",
                .kind = ONS_VALUE,
                .unit = "coupling",
                .meaning = "T_s without field: below it replicas are broken"},
    [DYNAMIC] = {.name = "dynamic_temperature",
                 .kind = ONS_VALUE,
                 .unit = "coupling",
                 .meaning = "T_d without field: below it metastable states trap the dynamics"},
    [OBSERVABLES] = {.name = NULL}};

enum { ISING, SPHERICAL };

static ons_replicas read_glass(const ons_parameters *p) {
    const double coupling = ons_real(p, "coupling"), order = (double)ons_integer(p, "p");
    return (ons_replicas){.kind = ONS_REPLICAS_PURE,
                          .order = (unsigned)ons_integer(p, "p"),
                          .load = 0.5 * order * coupling * coupling,
                          .temperature = ons_real(p, "temperature"),
                          .field = ons_choice(p, "spins") == ISING ? ons_real(p, "field") : 0};
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_replicas glass = read_glass(p);
    ons_plan_bytes(plan, 1e6);
    if (ons_choice(p, "spins") == SPHERICAL && glass.order < 3) {
        return ons_fail(ONS_INVALID, "spins=spherical has a closed form for p of 3 and more; got p=2");
    }
    if (ons_choice(p, "spins") == SPHERICAL && glass.temperature == 0) {
        return ons_fail(ONS_INVALID, "spins=spherical has an entropy of -infinity at temperature=0; expected above 0");
    }
    return ons_replicas_check(&glass);
}

static ons_status solve(ons_context *context, theory_watch *watch) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_replicas glass = theory_watched(read_glass(p), watch);
    const ons_replicas_level level = (ons_replicas_level)ons_choice(p, "level");
    const bool sphere = ons_choice(p, "spins") == SPHERICAL;
    ons_replicas unbiased = glass;
    ons_replicas_state found;
    double frozen, trapped;
    unbiased.field = 0;
    ons_status status =
        sphere ? ons_spherical_disorder(&glass, level, &found) : ons_replicas_disorder(&glass, level, &found);
    if (!status) { status = sphere ? ons_spherical_static(&glass, &frozen) : ons_replicas_static(&unbiased, &frozen); }
    if (!status) {
        status = sphere ? ons_spherical_dynamic(&glass, &trapped) : ons_replicas_dynamic(&unbiased, &trapped);
    }
    if (status || watch->stopped) { return status; }
    theory_report(context, GLASS, &found);
    ons_value(context, MAGNETIZATION, 0, 0, found.overlap, 0);
    ons_value(context, STATIC, 0, 0, frozen, 0);
    ons_value(context, DYNAMIC, 0, 0, trapped, 0);
    return ONS_OK;
}

static ons_status advance(void *state, ons_context *context) { return theory_advance(state, context, solve); }

extern const ons_system ons_system_p_spin_theory;
const ons_system ons_system_p_spin_theory = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "p-spin-theory",
    .summary = "replica theory of the p-spin glass, Ising or spherical: static and dynamic transition",
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
