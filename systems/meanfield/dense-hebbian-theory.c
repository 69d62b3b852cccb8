/*
 * dense-hebbian-theory: replica-symmetric theory of dense networks that know their patterns by examples.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

static const char details[] =
    "## Model\n"
    "H = -((P-1)!/(R^(P/2) N^(P-1))) sum_mu sum_(i1<..<iP) eta_i1..eta_iP s_i1..s_iP: the system `dense-hopfield` "
    "with\n"
    "teacher=supervised. eta is the mean of M examples of pattern mu, an entry of an example is right with probability "
    "(1+r)/2,\n"
    "R = r^2 (1+rho) is the second moment of eta, rho = (1-r^2)/(M r^2). `load` is alpha' = K (P-1)!/N^(P-1), k_B = 1. "
    "N and M to\n"
    "infinity. Other conventions: prefactor N/(P! R^(P/2)) with beta' = 2 beta/P! and K = alpha N^(P-1) has alpha' = "
    "alpha (P-1)!.\n"
    "Gaussian noise in the couplings adds its variance in the local field to the load.\n"
    "\n"
    "## Equations\n"
    "S = (1+rho)^(P/2-1) n^(P-1), h = S + z sqrt(rho S^2 + w), m = E tanh(h/T), q = E tanh^2(h/T), n = [m + rho S "
    "(1-q)/T]/(1+rho);\n"
    "w = alpha' q^(P-1), for P = 2 alpha' q/(1 - (1-q)/T)^2. T = 0 is solved with error functions. rho = 0: the "
    "network that\n"
    "stores, `dense-hopfield-theory`. The state is the one that perfect recall leads to, or else the one that recall "
    "without load becomes\n"
    "as the load grows.\n"
    "\n"
    "## Lines\n"
    "threshold: rho at which the state of rho = 0, followed at this load, ends in a fold; at least (1-r^2)/(r^2 rho) "
    "examples\n"
    "are needed for it. A worse state, which begins at less load, may go on beyond: `overlap` and `capacity` tell.\n"
    "infinity: it does not end below 1e4, the overlap just falls. `examples_needed` is that number for the given "
    "quality (0 for\n"
    "infinity). capacity: the load at which it ends. step_overlap: after one parallel step at T = 0 from the pattern, "
    "erf(1/sqrt(2\n"
    "(rho + alpha' (1+rho)^P))) (signal to noise). majority: one pattern, T = 0, exactly, at this quality and number "
    "of examples.\n";

enum { GIVEN_RHO, GIVEN_EXAMPLES };
enum { LINES_NONE, LINES_ALL };

static const ons_parameter parameters[] = {
    {"P", ONS_INTEGER, 0, "4", NULL, "[2, 1000]", NULL, NULL, "bodies of an interaction"},
    {"load", ONS_REAL, 0, "0.05", NULL, "[0, 1e6]", NULL, NULL, "alpha' = K (P-1)!/N^(P-1)"},
    {"temperature", ONS_REAL, 0, "0.05", NULL, "[0, 1e6]", NULL, NULL, "T, k_B = 1; 0 is allowed"},
    {"data", ONS_CHOICE, 0, "examples", "rho|examples", NULL, NULL, NULL, "how the data set is given"},
    {"rho", ONS_REAL, 0, "0.1", NULL, "[0, 1e6]", "data=rho", NULL, "its entropy (1-r^2)/(M r^2)"},
    {"quality", ONS_REAL, 0, "0.2", NULL, "(0, 1]", NULL, NULL, "r: an entry is right with probability (1+r)/2"},
    {"examples", ONS_INTEGER, 0, "50", NULL, "[1, 1000000]", "data=examples", NULL, "M of each pattern"},
    {"lines", ONS_CHOICE, 0, "all", "none|all", NULL, NULL, NULL, "threshold and capacity as well"},
    {.name = NULL}};

/* clang-format off */
enum { OVERLAP, EXAMPLE, GLASS, RESPONSE, FREE_ENERGY, ENERGY, ERROR, RHO, STEP, MAJORITY, THRESHOLD, NEEDED, CAPACITY,
       OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] = {
    [OVERLAP] = {.name = "overlap", .kind = ONS_VALUE, .meaning = "m, with a pattern that only its examples tell"},
    [EXAMPLE] = {.name = "example_overlap", .kind = ONS_VALUE, .meaning = "n = (r/(R N)) sum s (mean example)"},
    [GLASS] = {.name = "overlap_glass", .kind = ONS_VALUE, .meaning = "q, overlap of two replicas"},
    [RESPONSE] = {.name = "response", .kind = ONS_VALUE, .meaning = "(1-q)/T, finite at T = 0"},
    [FREE_ENERGY] = {.name = "free_energy", .kind = ONS_VALUE, .meaning = "f a spin"},
    [ENERGY] = {.name = "energy", .kind = ONS_VALUE, .meaning = "a spin"},
    [ERROR] = {.name = "generalisation_error", .kind = ONS_VALUE, .meaning = "(1-m)/2"},
    [RHO] = {.name = "data_entropy", .kind = ONS_VALUE, .meaning = "rho = (1-r^2)/(M r^2)"},
    [STEP] = {.name = "step_overlap",
              .kind = ONS_VALUE,
              .meaning = "after one parallel step at T = 0 (signal to noise)"},
    [MAJORITY] = {.name = "majority",
                  .kind = ONS_VALUE,
                  .meaning = "overlap for one pattern at T = 0, M finite, exact"},
    [THRESHOLD] = {.name = "threshold",
                   .kind = ONS_VALUE,
                   .meaning = "rho at which retrieval, followed from rho = 0, ends"},
    [NEEDED] = {.name = "examples_needed", .kind = ONS_VALUE, .meaning = "(1-r^2)/(r^2 threshold)"},
    [CAPACITY] = {.name = "capacity", .kind = ONS_VALUE, .meaning = "largest load of retrieval at this rho and T"},
    [OBSERVABLES] = {.name = NULL}};

static ons_supervised read_network(const ons_parameters *p) {
    const bool given = ons_choice(p, "data") == GIVEN_RHO;
    return (ons_supervised){.order = (unsigned)ons_integer(p, "P"),
                            .load = ons_real(p, "load"),
                            .temperature = ons_real(p, "temperature"),
                            .rho =
                                given ? ons_real(p, "rho")
                                      : ons_supervised_rho(ons_real(p, "quality"), (double)ons_integer(p, "examples"))};
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_supervised network = read_network(p);
    if (ons_choice(p, "lines") == LINES_NONE) {
        ons_plan_omit(plan, "threshold");
        ons_plan_omit(plan, "examples_needed");
        ons_plan_omit(plan, "capacity");
    }
    if (ons_choice(p, "data") == GIVEN_RHO) { ons_plan_omit(plan, "majority"); }
    ons_plan_bytes(plan, 1e6);
    return ons_supervised_check(&network);
}

static ons_status find_lines(const ons_supervised *network, double quality, ons_context *context) {
    double rho, load;
    ons_status status = ons_supervised_threshold(network, &rho);
    if (!status) { status = ons_supervised_capacity(network, &load); }
    if (status) { return status; }
    ons_value(context, THRESHOLD, 0, 0, rho, 0);
    ons_value(context, NEEDED, 0, 0, ons_supervised_rho(quality, rho), 0);
    ons_value(context, CAPACITY, 0, 0, load, 0);
    return ONS_OK;
}

static ons_status solve(ons_context *context, theory_watch *watch) {
    (void)watch;
    const ons_parameters *p = ons_context_parameters(context);
    const ons_supervised network = read_network(p);
    ons_supervised_state found;
    ons_status status = ons_supervised_retrieval(&network, &found);
    if (!status && ons_choice(p, "lines") == LINES_ALL) {
        status = find_lines(&network, ons_real(p, "quality"), context);
    }
    if (status) { return status; }
    ons_value(context, OVERLAP, 0, 0, found.overlap, 0);
    ons_value(context, EXAMPLE, 0, 0, found.example, 0);
    ons_value(context, GLASS, 0, 0, found.glass, 0);
    ons_value(context, RESPONSE, 0, 0, found.response, 0);
    ons_value(context, FREE_ENERGY, 0, 0, found.free_energy, 0);
    ons_value(context, ENERGY, 0, 0, found.energy, 0);
    ons_value(context, ERROR, 0, 0, 0.5 * (1 - found.overlap), 0);
    ons_value(context, RHO, 0, 0, network.rho, 0);
    ons_value(context, STEP, 0, 0, ons_supervised_step(&network), 0);
    if (ons_choice(p, "data") == GIVEN_EXAMPLES) {
        const uint64_t examples = (uint64_t)ons_integer(p, "examples");
        ons_value(context, MAJORITY, 0, 0, ons_supervised_majority(ons_real(p, "quality"), examples), 0);
    }
    return ONS_OK;
}

static ons_status advance(void *state, ons_context *context) { return theory_advance(state, context, solve); }

extern const ons_system ons_system_dense_hebbian_theory;
const ons_system ons_system_dense_hebbian_theory = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "dense-hebbian-theory",
    .summary = "theory of dense Hebbian networks taught by noisy examples: recall, thresholds of learning",
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
