/*
 * sk-theory: replica theory of Sherrington and Kirkpatrick's spin glass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

static const char details[] =
    "## Model\n"
    "H = -sum_(i<j) J_ij s_i s_j - field sum_i s_i, J_ij of variance coupling^2/N and mean 0, N to infinity, k_B = 1 "
    "(D.\n"
    "Sherrington and S. Kirkpatrick, PRL 35, 1792 (1975)).\n"
    "\n"
    "## Solution\n"
    "rs: q = E tanh^2((field + coupling sqrt(q) z)/T). 1rsb: q1 < q2 and the breaking point theta (G. Parisi, J. Phys. "
    "A 13, L115\n"
    "(1980)). T = 0 is solved as such. Without field both are unstable below T = coupling (at_eigenvalue < 0); the "
    "exact\n"
    "ground state has the energy -0.76317 coupling, rs gives -sqrt(2/pi) = -0.79788, 1rsb -0.76526.\n"
    "at_temperature: where rs becomes unstable in this field (J. R. L. de Almeida and D. J. Thouless, J. Phys. A 11, "
    "983 (1978)).\n";

static const ons_parameter parameters[] = {
    {"temperature", ONS_REAL, 0, "0.5", NULL, "[0, 1e6]", NULL, "coupling", "T, k_B = 1; 0 is allowed"},
    {"coupling", ONS_REAL, 0, "1", NULL, "(0, 1e6]", NULL, NULL, "J: the variance of couplings is J^2/N"},
    {"field", ONS_REAL, 0, "0", NULL, "[0, 1e6]", NULL, "coupling", "external field"},
    {"level", ONS_CHOICE, 0, "1rsb", "rs|1rsb", NULL, NULL, NULL, "replica symmetric, or one step of breaking"},
    {.name = NULL}};

enum { GLASS, MAGNETIZATION = THEORY_ROWS, ALMEIDA, OBSERVABLES };

static const ons_observable observables[] = {
    THEORY_OBSERVABLES, [MAGNETIZATION] = {.name = "magnetization", .kind = ONS_VALUE, .meaning = "m, along the field"},
    [ALMEIDA] = {.name = "at_temperature",
                 .kind = ONS_VALUE,
                 .unit = "coupling",
                 .meaning = "below it the replica-symmetric state of this field is unstable"},
    [OBSERVABLES] = {.name = NULL}};

static ons_replicas read_glass(const ons_parameters *p) {
    const double coupling = ons_real(p, "coupling");
    return (ons_replicas){.kind = ONS_REPLICAS_PURE,
                          .order = 2,
                          .load = coupling * coupling,
                          .temperature = ons_real(p, "temperature"),
                          .field = ons_real(p, "field")};
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_replicas glass = read_glass(p);
    ons_plan_bytes(plan, 1e6);
    return ons_replicas_check(&glass);
}

static ons_status solve(ons_context *context, theory_watch *watch) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_replicas glass = theory_watched(read_glass(p), watch);
    ons_replicas_state found;
    double line;
    ons_status status = ons_replicas_disorder(&glass, (ons_replicas_level)ons_choice(p, "level"), &found);
    if (!status) { status = ons_replicas_almeida(&glass, &line); }
    if (status || watch->stopped) { return status; }
    theory_report(context, GLASS, &found);
    ons_value(context, MAGNETIZATION, 0, 0, found.overlap, 0);
    ons_value(context, ALMEIDA, 0, 0, line, 0);
    return ONS_OK;
}

static ons_status advance(void *state, ons_context *context) { return theory_advance(state, context, solve); }

extern const ons_system ons_system_sk_theory;
const ons_system ons_system_sk_theory = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "sk-theory",
    .summary = "replica theory of Sherrington and Kirkpatrick's spin glass, with one step of breaking",
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
