/*
 * dense-hopfield-theory: replica theory of associative networks with couplings of P bodies.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

static const char details[] =
    "## Model\n"
    "H = -((P-1)!/N^(P-1)) sum_mu sum_(i1<..<iP) xi^mu_i1..xi^mu_iP s_i1..s_iP: N spins +-1, K random patterns of "
    "entries\n"
    "+-1, distinct indices, k_B = 1. `load` is alpha' = K (P-1)!/N^(P-1) (P = 2: K/N). A pattern alone has the energy\n"
    "-(N/P) m^P. For N to infinity at fixed load one pattern may be condensed, with the overlap m; all others make "
    "the\n"
    "disorder of a P-spin glass, xi'(q) = alpha' q^(P-1). P = 2 is Hopfield's network: there they also act back, r = "
    "q/(1 -\n"
    "(1-q)/T)^2 (Amit, Gutfreund and Sompolinsky, Ann. Phys. 173, 30 (1987)).\n"
    "Other conventions: K = alpha N^(P-1) is alpha' = alpha (P-1)!; K = alpha 2/P! N^(P-1) is alpha' = 2 alpha/P.\n"
    "\n"
    "## Equations\n"
    "rs: h = m^(P-1) + z sqrt(alpha' q^(P-1)), m = E tanh(h/T), q = E tanh^2(h/T). 1rsb: q1 < q2 and the breaking "
    "point\n"
    "theta, where the pressure is smallest (E. Gardner, J. Phys. A 20, 3453 (1987), and Nucl. Phys. B 257, 747 "
    "(1985)). T = 0\n"
    "is solved as such, with error functions.\n"
    "Where broken replicas have no solution of their own, level=1rsb gives the symmetric one, with breaking_point 1.\n"
    "\n"
    "## States\n"
    "state=retrieval: the solution with the largest overlap, where there is one, else the equilibrium of the disorder. "
    "glass:\n"
    "m = 0. equilibrium: whichever has the smallest free energy.\n"
    "phase: 0 paramagnet, 1 glass, 2 retrieval, metastable, 3 retrieval, equilibrium. With level=rs glass begins where "
    "its\n"
    "pressure falls below that of the paramagnet.\n"
    "capacity: the largest load at which there is retrieval at this temperature, a fold of its branch; with level=rs "
    "and P > 2 it\n"
    "grows with T at first, which is wrong, and level=1rsb mends most of it.\n"
    "lines=all adds: transition, the load up to which retrieval is the equilibrium, static_temperature and\n"
    "dynamic_temperature of the glass at this load (P = 2: both are 1 + sqrt(load)).\n";

static const ons_parameter parameters[] = {
    {"P", ONS_INTEGER, 0, "4", NULL, "[2, 1000]", NULL, NULL, "bodies of an interaction; 2: Hopfield's network"},
    {"load", ONS_REAL, 0, "0.1", NULL, "[0, 1e6]", NULL, NULL, "alpha' = K (P-1)!/N^(P-1)"},
    {"temperature", ONS_REAL, 0, "0.3", NULL, "[0, 1e6]", NULL, NULL, "T, k_B = 1; 0 is allowed"},
    {"level", ONS_CHOICE, 0, "rs", "rs|1rsb", NULL, NULL, NULL, "replica symmetric, or one step of breaking"},
    {"state", ONS_CHOICE, 0, "retrieval", "retrieval|glass|equilibrium", NULL, NULL, NULL,
     "the state that is described"},
    {"lines", ONS_CHOICE, 0, "capacity", "none|capacity|all", NULL, NULL, NULL,
     "lines of the phase diagram to find as well"},
    {.name = NULL}};

enum { OVERLAP, GLASS, PHASE = GLASS + THEORY_ROWS, CAPACITY, TRANSITION, STATIC, DYNAMIC, OBSERVABLES };
enum { STATE_RETRIEVAL, STATE_GLASS, STATE_EQUILIBRIUM };
enum { LINES_NONE, LINES_CAPACITY, LINES_ALL };

static const ons_observable observables[] = {
    [OVERLAP] = {.name = "overlap", .kind = ONS_VALUE, .meaning = "m, with the condensed pattern"},
    THEORY_OBSERVABLES,
    [PHASE] = {.name = "phase",
               .kind = ONS_VALUE,
               .meaning = "0 paramagnet, 1 glass, 2 retrieval (metastable), 3 retrieval (equilibrium)"},
    [CAPACITY] = {.name = "capacity", .kind = ONS_VALUE, .meaning = "largest load with retrieval at this temperature"},
    [TRANSITION] = {.name = "transition",
                    .kind = ONS_VALUE,
                    .meaning = "largest load at which retrieval is the equilibrium"},
    [STATIC] = {.name = "static_temperature", .kind = ONS_VALUE, .meaning = "of the glass at this load"},
    [DYNAMIC] = {.name = "dynamic_temperature", .kind = ONS_VALUE, .meaning = "of the glass at this load"},
    [OBSERVABLES] = {.name = NULL}};

static ons_replicas read_glass(const ons_parameters *p) {
    return (ons_replicas){.kind = ONS_REPLICAS_NETWORK,
                          .order = (unsigned)ons_integer(p, "P"),
                          .load = ons_real(p, "load"),
                          .temperature = ons_real(p, "temperature")};
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_replicas glass = read_glass(p);
    const int lines = ons_choice(p, "lines");
    if (lines == LINES_NONE) { ons_plan_omit(plan, "capacity"); }
    if (lines != LINES_ALL) {
        ons_plan_omit(plan, "transition");
        ons_plan_omit(plan, "static_temperature");
        ons_plan_omit(plan, "dynamic_temperature");
    }
    ons_plan_bytes(plan, 1e6);
    return ons_replicas_check(&glass);
}

static ons_status find_lines(const ons_replicas *glass, ons_replicas_level level, int lines, ons_context *context) {
    double load, transition, frozen, trapped;
    ons_status status = lines == LINES_NONE ? ONS_OK : ons_replicas_capacity(glass, level, &load, NULL);
    if (status || lines == LINES_NONE) { return status; }
    ons_value(context, CAPACITY, 0, 0, load, 0);
    if (lines != LINES_ALL) { return ONS_OK; }
    status = ons_replicas_transition(glass, level, &transition);
    if (!status) { status = ons_replicas_static(glass, &frozen); }
    if (!status) { status = ons_replicas_dynamic(glass, &trapped); }
    if (status) { return status; }
    ons_value(context, TRANSITION, 0, 0, transition, 0);
    ons_value(context, STATIC, 0, 0, frozen, 0);
    ons_value(context, DYNAMIC, 0, 0, trapped, 0);
    return ONS_OK;
}

static ons_status solve(ons_context *context, theory_watch *watch) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_replicas glass = theory_watched(read_glass(p), watch);
    const ons_replicas_level level = (ons_replicas_level)ons_choice(p, "level");
    const int wanted = ons_choice(p, "state");
    ons_replicas_state retrieval, disorder;
    ons_status status = ons_replicas_retrieval(&glass, level, &retrieval);
    if (!status) { status = ons_replicas_disorder(&glass, level, &disorder); }
    if (!status) { status = find_lines(&glass, level, ons_choice(p, "lines"), context); }
    if (status || watch->stopped) { return status; }
    const ons_replicas_phase phase = ons_replicas_compare(&retrieval, &disorder);
    const bool kept =
        wanted == STATE_RETRIEVAL ? retrieval.exists : wanted != STATE_GLASS && phase == ONS_REPLICAS_RETRIEVAL;
    const ons_replicas_state *shown = kept ? &retrieval : &disorder;
    ons_value(context, OVERLAP, 0, 0, shown->overlap, 0);
    theory_report(context, GLASS, shown);
    ons_value(context, PHASE, 0, 0, phase, 0);
    return ONS_OK;
}

static ons_status advance(void *state, ons_context *context) { return theory_advance(state, context, solve); }

extern const ons_system ons_system_dense_hopfield_theory;
const ons_system ons_system_dense_hopfield_theory = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "dense-hopfield-theory",
    .summary = "replica theory of Hopfield's and of dense associative networks: retrieval, glass, capacity",
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
