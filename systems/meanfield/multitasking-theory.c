/*
 * multitasking-theory: exact mean-field theory of a network that recalls several diluted patterns side by side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

static const char details[] =
    "## Model\n"
    "H = -(1/N) sum_mu sum_(i<j) xi_i xi_j s_i s_j, N spins +-1, K patterns with entries 0 (probability d = "
    "`dilution`) "
    "or +-1,\n"
    "K fixed and N to infinity, k_B = 1: the system `dense-hopfield` with P=2, K=, dilution=. An overlap m = (1/N) sum "
    "xi s is at\n"
    "most 1-d. A site that the first pattern leaves blank is free for the second (E. Agliari et al., PRL 109, 268101 "
    "(2012)).\n"
    "\n"
    "## Examples\n"
    "`rho` = (1-r^2)/(M r^2) is the entropy of M examples of quality r; 0: the patterns are known. Supervised: the "
    "mean "
    "example\n"
    "takes the place of xi, and H is divided by r^2 (1+rho). Unsupervised, at this load, all M examples of a pattern "
    "have the\n"
    "same overlap, and the equations are the same. The mean example is taken as normal, which is good from M = 10 on.\n"
    "\n"
    "## Equations\n"
    "x: the entries of a site, h = sum x n, s^2 = rho sum x^2 n^2. m_mu = E x_mu tanh((h + z s)/T), n_mu = [m_mu + "
    "(rho/T) n_mu E\n"
    "x_mu^2 (1 - tanh^2)]/(1+rho), z normal; all 3^K entries are enumerated. f = (1+rho) sum n^2/2 - T E ln 2cosh((h + "
    "z s)/T).\n"
    "critical_temperature = 1-d, whatever rho.\n"
    "\n"
    "## States\n"
    "hierarchy: from m_k = (1-d) d^(k-1), which is exact at T = 0. parallel: all alike, also where that is unstable. "
    "pure: one\n"
    "pattern. equilibrium: the smallest free energy of all stable states that many starts lead to; states tells how "
    "many there are.\n"
    "regime: 0 paramagnet, 1 pure, 2 hierarchy (all different), 3 mixed (some equal), 4 parallel (all equal). "
    "lines=edge adds edge:\n"
    "the dilution up to which the hierarchy can be followed; at T = 0 and rho = 0 it is the root of sum_(k=1)^(K-1) "
    "d^k "
    "= 1.\n"
    "Time: 3^K/2 averages an evaluation, some 0.1 microseconds each (rho = 0) or 5.\n";

enum { STATE_HIERARCHY, STATE_PARALLEL, STATE_PURE, STATE_EQUILIBRIUM };
enum { LINES_NONE, LINES_EDGE };
enum { ROOM = 64 };

static const ons_parameter parameters[] = {
    {"K", ONS_INTEGER, 0, "3", NULL, "[1, 12]", NULL, NULL, "patterns"},
    {"dilution", ONS_REAL, 0, "0.25", NULL, "[0, 1)", NULL, NULL, "d: probability of a blank entry 0"},
    {"temperature", ONS_REAL, 0, "0.05", NULL, "[0, 1e6]", NULL, NULL, "T, k_B = 1; 0 is allowed"},
    {"rho", ONS_REAL, 0, "0", NULL, "[0, 1e6]", NULL, NULL, "entropy of the data set, (1-r^2)/(M r^2)"},
    {"state", ONS_CHOICE, 0, "hierarchy", "hierarchy|parallel|pure|equilibrium", NULL, NULL, NULL,
     "the state that is described"},
    {"lines", ONS_CHOICE, 0, "none", "none|edge", NULL, NULL, NULL, "the edge of the hierarchy as well"},
    {.name = NULL}};

enum { OVERLAPS, EXAMPLES, REGIME, ALIVE, EQUAL, FREE_ENERGY, STABILITY, STATES, CRITICAL, EDGE, OBSERVABLES };

static const ons_observable observables[] = {
    [OVERLAPS] = {.name = "overlaps", .kind = ONS_VALUE, .meaning = "m of the patterns, by descending n"},
    [EXAMPLES] = {.name = "example_overlaps",
                  .kind = ONS_VALUE,
                  .meaning = "n = (1/(r (1+rho) N)) sum s (mean example); m for rho = 0"},
    [REGIME] = {.name = "regime",
                .kind = ONS_VALUE,
                .meaning = "0 paramagnet, 1 pure, 2 hierarchy, 3 mixed, 4 parallel"},
    [ALIVE] = {.name = "recalled", .kind = ONS_VALUE, .meaning = "overlaps that are not zero"},
    [EQUAL] = {.name = "equal", .kind = ONS_VALUE, .meaning = "the largest number of them that are equal"},
    [FREE_ENERGY] = {.name = "free_energy", .kind = ONS_VALUE, .meaning = "f a spin"},
    [STABILITY] = {.name = "stability",
                   .kind = ONS_VALUE,
                   .meaning = "smallest eigenvalue of the Hessian of f, over 1+rho; unstable below 0"},
    [STATES] = {.name = "states", .kind = ONS_VALUE, .meaning = "stable states found; state=equilibrium"},
    [CRITICAL] = {.name = "critical_temperature", .kind = ONS_VALUE, .meaning = "1-d: above it nothing is recalled"},
    [EDGE] = {.name = "edge", .kind = ONS_VALUE, .meaning = "dilution up to which the hierarchy lasts"},
    [OBSERVABLES] = {.name = NULL}};

static ons_multitask read_network(const ons_parameters *p) {
    return (ons_multitask){.patterns = (unsigned)ons_integer(p, "K"),
                           .dilution = ons_real(p, "dilution"),
                           .temperature = ons_real(p, "temperature"),
                           .rho = ons_real(p, "rho")};
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_multitask network = read_network(p);
    const size_t patterns = network.patterns;
    ons_plan_shape(plan, OVERLAPS, 1, &patterns);
    ons_plan_shape(plan, EXAMPLES, 1, &patterns);
    if (ons_choice(p, "state") != STATE_EQUILIBRIUM) { ons_plan_omit(plan, "states"); }
    if (ons_choice(p, "lines") == LINES_NONE) { ons_plan_omit(plan, "edge"); }
    ons_plan_bytes(plan, 1e5);
    return ons_multitask_check(&network);
}

static ons_status find_state(const ons_multitask *network, int wanted, ons_multitask_state *found, size_t *count) {
    double start[ONS_MULTITASK_PATTERNS];
    *count = 0;
    if (wanted == STATE_EQUILIBRIUM) {
        ons_multitask_state all[ROOM];
        const ons_status status = ons_multitask_states(network, all, ROOM, count);
        *found = all[0];
        return status;
    }
    ons_multitask_hierarchy(network, start);
    if (wanted == STATE_PURE) { ons_multitask_mixture(network, 1, start); }
    if (wanted == STATE_PARALLEL) { return ons_multitask_parallel(network, found); }
    return ons_multitask_solve(network, start, false, found);
}

static ons_status solve(ons_context *context, theory_watch *watch) {
    (void)watch;
    const ons_parameters *p = ons_context_parameters(context);
    const ons_multitask network = read_network(p);
    ons_multitask_state found;
    size_t count;
    double edge;
    ons_status status = find_state(&network, ons_choice(p, "state"), &found, &count);
    if (!status && ons_choice(p, "lines") == LINES_EDGE) {
        status = ons_multitask_edge(&network, &edge);
        if (!status) { ons_value(context, EDGE, 0, 0, edge, 0); }
    }
    if (status) { return status; }
    for (size_t k = 0; k < network.patterns; k++) {
        ons_value(context, OVERLAPS, 0, k, found.overlap[k], 0);
        ons_value(context, EXAMPLES, 0, k, found.example[k], 0);
    }
    ons_value(context, REGIME, 0, 0, found.regime, 0);
    ons_value(context, ALIVE, 0, 0, found.alive, 0);
    ons_value(context, EQUAL, 0, 0, found.equal, 0);
    ons_value(context, FREE_ENERGY, 0, 0, found.free_energy, 0);
    ons_value(context, STABILITY, 0, 0, found.stability, 0);
    if (count) { ons_value(context, STATES, 0, 0, (double)count, 0); }
    ons_value(context, CRITICAL, 0, 0, 1 - network.dilution, 0);
    return ONS_OK;
}

static ons_status advance(void *state, ons_context *context) { return theory_advance(state, context, solve); }

extern const ons_system ons_system_multitasking_theory;
const ons_system ons_system_multitasking_theory = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "multitasking-theory",
    .summary = "mean-field theory of networks that recall several diluted patterns side by side",
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
