/*
 * annealing: simulated and population annealing of Ising models and spin glasses, the glue between the laboratory and
 * the spin engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annealing_text.h"
#include "lattice_parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { METHOD_SIMULATED, METHOD_POPULATION };
enum { STEP_LADDER, STEP_ADAPTIVE };
enum { DISORDER_NONE, DISORDER_BIMODAL, DISORDER_GAUSSIAN };
enum { STREAM_DYNAMICS, STREAM_DISORDER = 2 };
/* Spins to enumerate for exact values: milliseconds. */
enum { QUICK_OUTER = 16, QUICK_SITES = 32, LARGEST_SHOWN = 4096 };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("cubic", "4"),
    {"method", ONS_CHOICE, 0, "population", "simulated|population", NULL, NULL, NULL,
     "simulated: independent restarts; population: configurations are copied and lost by their weights"},
    {"temperature", ONS_REAL, ONS_ARRAY, "[5,3,2,1.5,1.2,1,0.8,0.65,0.5,0.4,0.3,0.2]", NULL, "(0, inf)", NULL,
     "coupling", "the ladder, descending: [3.0:0.2:-0.2]; it is reached from infinite temperature; k_B = 1"},
    {"step", ONS_CHOICE, 0, "adaptive", "ladder|adaptive", NULL, "method=population", NULL,
     "ladder: from temperature to temperature at once; adaptive: with steps between, see culling"},
    {"culling", ONS_REAL, 0, "0.1", NULL, "(0, 1)", "step=adaptive", NULL,
     "largest expected share of configurations lost in one step"},
    {"population", ONS_INTEGER, 0, "2048", NULL, "[512, 1e9]", NULL, NULL,
     "R, configurations (simulated: restarts) of a run, a multiple of 512"},
    {"sweeps", ONS_INTEGER, 0, "10", NULL, "[1, 1e9]", NULL, NULL, "of all configurations after each step"},
    {"runs", ONS_INTEGER, 0, "8", NULL, "[1, 1000]", NULL, NULL,
     "independent annealings of the same sample, for means and errors"},
    {"disorder", ONS_CHOICE, 0, "bimodal", "none|bimodal|gaussian", NULL, NULL, NULL,
     "quenched couplings of every replica: those of lattice or file, +-coupling, or normal ones"},
    {"disorder_probability", ONS_REAL, 0, "0.5", NULL, "[0, 1]", "disorder=bimodal", NULL,
     "of +coupling on a bond; otherwise it has -coupling"},
    {"coupling", ONS_REAL, 0, "1", NULL, NULL, NULL, NULL, "J of the couplings; gaussian: their standard deviation"},
    {"coupling_mean", ONS_REAL, 0, "0", NULL, NULL, "disorder=gaussian", "coupling", "mean of the couplings"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    {.name = NULL}};

/* The engine's quantities in its order, then the others. */
enum { FREE_ENERGY_EXACT = ONS_ANNEALING_QUANTITIES, ENERGY_EXACT, LOWEST_ENERGY, SUCCESS, CONFIGURATION, OBSERVABLES };

#define LADDER "temperature"
static const ons_observable observables[] = {
    [ONS_ANNEALING_FREE_ENERGY] = {"free_energy", ONS_VALUE, 0, LADDER, NULL, "coupling",
                                   "-(T/N) ln of the mean of Z over runs, per site"},
    [ONS_ANNEALING_ENERGY] = {"energy", ONS_VALUE, 0, LADDER, NULL, "coupling", "<e>, e = H/N per site"},
    [ONS_ANNEALING_SPECIFIC_HEAT] = {"specific_heat", ONS_VALUE, 0, LADDER, NULL, NULL,
                                     "N (<e^2> - <e>^2) / T^2 per site"},
    [ONS_ANNEALING_MAGNETIZATION_ABS] = {"magnetization_abs", ONS_VALUE, 0, LADDER, NULL, NULL,
                                         "<|m|>, m = (1/N) sum s_i"},
    [ONS_ANNEALING_MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_VALUE, 0, LADDER, NULL, NULL, "<m^2>"},
    [ONS_ANNEALING_MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_VALUE, 0, LADDER, NULL, NULL, "<m^4>"},
    [ONS_ANNEALING_OVERLAP_ABS] = {"overlap_abs", ONS_VALUE, 0, LADDER, NULL, NULL,
                                   "<|q|>, q = (1/N) sum a_i b_i of configurations of different families"},
    [ONS_ANNEALING_OVERLAP_SQUARED] = {"overlap_squared", ONS_VALUE, 0, LADDER, NULL, NULL, "<q^2>"},
    [ONS_ANNEALING_OVERLAP_FOURTH] = {"overlap_fourth", ONS_VALUE, 0, LADDER, NULL, NULL, "<q^4>"},
    [ONS_ANNEALING_RHO_T] = {"rho_t", ONS_VALUE, 0, LADDER, NULL, NULL, "mean square family size, R sum n^2"},
    [ONS_ANNEALING_RHO_S] = {"rho_s", ONS_VALUE, 0, LADDER, NULL, NULL, "entropic family size, R exp(sum n ln n)"},
    [ONS_ANNEALING_FAMILIES] = {"families", ONS_VALUE, 0, LADDER, NULL, NULL,
                                "share of the initial configurations that have offspring"},
    [ONS_ANNEALING_STEPS] = {"steps_of_temperature", ONS_VALUE, 0, LADDER, NULL, NULL,
                             "steps of 1/T since the temperature before"},
    [ONS_ANNEALING_CULLED] = {"culled", ONS_VALUE, 0, LADDER, NULL, NULL, "share of configurations lost in one step"},
    [ONS_ANNEALING_RHO_F] = {"rho_f", ONS_VALUE, 0, LADDER, NULL, NULL,
                             "equilibrium population size, R times the variance of F/T over runs"},
    [FREE_ENERGY_EXACT] = {"free_energy_exact", ONS_VALUE, 0, LADDER, NULL, "coupling",
                           "of this sample, by enumeration (small samples with disorder)"},
    [ENERGY_EXACT] = {"energy_exact", ONS_VALUE, 0, LADDER, NULL, "coupling",
                      "of this sample, by enumeration (small samples with disorder)"},
    [LOWEST_ENERGY] = {"lowest_energy", ONS_VALUE, 0, NULL, NULL, "coupling", "lowest H/N that was met"},
    [SUCCESS] = {"success", ONS_VALUE, 0, NULL, NULL, NULL,
                 "share of the configurations that ended a run with the lowest energy"},
    [CONFIGURATION] = {"configuration", ONS_TABLE, 0, NULL, "site, spin", NULL, "a configuration of lowest energy"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked ---- */

static int disorder_of(const ons_parameters *p) { return ons_choice(p, "disorder"); }
static bool quenched(const ons_parameters *p) { return disorder_of(p) != DISORDER_NONE; }

static ons_annealing_options options_of(const ons_parameters *p) {
    ons_annealing_options options = {.method = ons_choice(p, "method") == METHOD_POPULATION ? ONS_ANNEALING_POPULATION
                                                                                            : ONS_ANNEALING_SIMULATED,
                                     .field = ons_real(p, "field"),
                                     .population = (uint32_t)ons_integer(p, "population"),
                                     .sweeps = (uint32_t)ons_integer(p, "sweeps"),
                                     .culling = ons_present(p, "culling") ? ons_real(p, "culling") : 0,
                                     .runs = (uint32_t)ons_integer(p, "runs")};
    options.temperature = ons_reals(p, "temperature", &options.temperatures);
    return options;
}

/* ---- exact values ---- */

/* Of couplings on a small graph into exact[temperatures]; ONS_DONE where there are too many states. */
static ons_status enumerate(const ons_graph *graph, const double *couplings, const ons_parameters *p,
                            ons_ising_exact *exact) {
    ons_graph same = *graph; /* with strengths of its own */
    same.strength = (double *)couplings;
    ons_enumeration_options options = {.coupling = 1};
    options.temperature = ons_reals(p, "temperature", &options.temperatures);
    ons_enumeration *enumeration;
    if (graph->complete || graph->sites > ONS_ENUMERATION_SITES ||
        ons_enumeration_create(&enumeration, &same, &options)) {
        return ONS_DONE;
    }
    const bool integral = ons_enumeration_integral(enumeration);
    ons_status status = ons_enumeration_outer(enumeration) <= QUICK_OUTER ? ONS_OK : ONS_DONE;
    ons_state_count *counts = NULL;
    size_t count = 0;
    while (!status) { status = ons_enumeration_step(enumeration, UINT64_MAX, 1); }
    if (status == ONS_DONE && ons_enumeration_done(enumeration) == ons_enumeration_blocks(enumeration)) {
        status = integral ? ons_enumeration_counts(enumeration, &counts, &count) : ONS_OK;
    }
    for (size_t k = 0; status == ONS_OK && k < options.temperatures; k++) {
        status = ons_enumeration_canonical(enumeration, counts, count, k, options.temperature[k], ons_real(p, "field"),
                                           &exact[k]);
    }
    free(counts);
    ons_enumeration_free(enumeration);
    return status;
}

/* Without disorder, at all temperatures. */
static ons_status solve_lattice(const ons_parameters *p, ons_ising_exact *exact) {
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count), coupling = ons_real(p, "coupling");
    const bool open = ons_choice(p, "boundary") == ONS_OPEN;
    int64_t lengths[2];
    ons_status status = ONS_OK;
    const bool chain = lattice_is(p, "chain", 1), square = lattice_is(p, "square", 2);
    if (chain || (square && !open && ons_real(p, "field") == 0)) {
        lattice_lengths(p, chain ? 1 : 2, lengths);
        for (size_t k = 0; !status && k < count; k++) {
            status = chain ? ons_ising_exact_chain(lengths[0], open ? ONS_OPEN : ONS_PERIODIC, coupling,
                                                   ons_real(p, "field"), temperature[k], &exact[k])
                           : ons_ising_exact_torus(lengths[0], lengths[1], coupling, temperature[k], &exact[k]);
        }
        return status;
    }
    if (!lattice_from_file(p) && lattice_sites(p) > ONS_ENUMERATION_SITES) { return ONS_DONE; }
    ons_graph *graph;
    status = lattice_open_graph(&graph, p, LATTICE_LISTED);
    if (status) { return status; }
    double *couplings = ONS_NEW(double, graph->bonds);
    for (uint64_t b = 0; couplings && b < graph->bonds; b++) {
        couplings[b] = coupling * (graph->strength ? graph->strength[b] : graph->common_strength);
    }
    status = couplings ? enumerate(graph, couplings, p, exact) : ONS_MEMORY;
    free(couplings);
    ons_graph_free(graph);
    return status;
}

static ons_status solve(const ons_parameters *p, size_t offset, double *value) {
    if (quenched(p) || ons_choice(p, "method") != METHOD_POPULATION) { return ONS_DONE; }
    size_t count;
    ons_reals(p, "temperature", &count);
    ons_ising_exact *exact = ONS_NEW(ons_ising_exact, count);
    if (!exact) { return ONS_MEMORY; }
    const ons_status status = solve_lattice(p, exact);
    for (size_t k = 0; !status && k < count; k++) { memcpy(&value[k], (char *)&exact[k] + offset, sizeof *value); }
    free(exact);
    return status;
}

static ons_status exact_free_energy(const ons_parameters *p, double *value) {
    return solve(p, offsetof(ons_ising_exact, free_energy), value);
}
static ons_status exact_energy(const ons_parameters *p, double *value) {
    return solve(p, offsetof(ons_ising_exact, energy), value);
}
static ons_status exact_specific_heat(const ons_parameters *p, double *value) {
    return solve(p, offsetof(ons_ising_exact, specific_heat), value);
}

#define SOURCE "enumeration, Kaufman 1949 or Ising 1925"
static const ons_exact exacts[] = {{"free_energy", exact_free_energy, SOURCE},
                                   {"energy", exact_energy, SOURCE},
                                   {"specific_heat", exact_specific_heat, SOURCE},
                                   {.name = NULL}};

/* ---- check ---- */

/* Whether samples with disorder can be enumerated. */
static bool can_enumerate(const ons_parameters *p, double sites) {
    ons_graph *graph;
    if (!quenched(p) || sites > QUICK_SITES || lattice_open_graph(&graph, p, LATTICE_LISTED)) { return false; }
    ons_enumeration *enumeration;
    ons_enumeration_options options = {.coupling = 1};
    options.temperature = ons_reals(p, "temperature", &options.temperatures);
    bool can = ons_enumeration_create(&enumeration, graph, &options) == ONS_OK;
    if (can) {
        can = ons_enumeration_outer(enumeration) <= QUICK_OUTER;
        ons_enumeration_free(enumeration);
    }
    ons_graph_free(graph);
    return can;
}

static void plan_quantities(const ons_parameters *p, double sites, ons_plan *plan) {
    static const char *const of_populations[] = {"free_energy",          "rho_t", "rho_s", "families", "culled",
                                                 "steps_of_temperature", "rho_f"};
    const ons_annealing_options options = options_of(p);
    const bool population = options.method == ONS_ANNEALING_POPULATION;
    for (size_t k = 0; k <= ENERGY_EXACT; k++) { ons_plan_shape(plan, k, 1, &options.temperatures); }
    for (size_t k = 0; !population && k < sizeof of_populations / sizeof *of_populations; k++) {
        ons_plan_omit(plan, of_populations[k]);
    }
    if (population && options.runs == 1) { ons_plan_omit(plan, "rho_f"); }
    if (!population || !can_enumerate(p, sites)) {
        ons_plan_omit(plan, "free_energy_exact");
        ons_plan_omit(plan, "energy_exact");
    }
    if (sites > LARGEST_SHOWN) { ons_plan_omit(plan, "configuration"); }
    if (options.runs == 1) { ons_plan_note(plan, "runs=1: the values of one replica have no errors"); }
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_annealing_options options = options_of(p);
    ons_graph_plan graph;
    ons_status status = ons_annealing_check(&options);
    if (!status) { status = lattice_plan(p, LATTICE_LISTED, plan, &graph, NULL); }
    if (status) { return status; }
    const bool one_size = disorder_of(p) != DISORDER_GAUSSIAN && !graph.several_strengths && !lattice_is_complete(p) &&
                          !lattice_is_edge_list(p); /* those may have too many neighbours for bits */
    const double bytes = graph.bytes + ons_annealing_bytes(graph.sites, graph.bonds, one_size, &options);
    ons_plan_bytes(plan, bytes);
    status = lattice_check_sites(p, &graph, bytes);
    if (status) { return status; }
    plan_quantities(p, graph.sites, plan);
    return ONS_OK;
}

/* ---- the state ---- */

typedef struct annealing_state {
    ons_graph *graph;
    ons_annealing *annealing;
    double *couplings; /* [bonds] */
    double *values;    /* [2][temperatures] */
    ons_ising_exact *exact;
} annealing_state;

static void draw_couplings(annealing_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_graph *graph = state->graph;
    const double coupling = ons_real(p, "coupling");
    ons_random random = ons_stream(context, 0, STREAM_DISORDER);
    switch (disorder_of(p)) {
    case DISORDER_BIMODAL:
        ons_ising_bimodal(graph, coupling, ons_real(p, "disorder_probability"), &random, state->couplings);
        break;
    case DISORDER_GAUSSIAN:
        ons_ising_gaussian(graph, ons_real(p, "coupling_mean"), coupling, &random, state->couplings);
        break;
    default:
        for (uint64_t b = 0; b < graph->bonds; b++) {
            state->couplings[b] = coupling * (graph->strength ? graph->strength[b] : graph->common_strength);
        }
    }
}

static ons_status create(void *memory, ons_context *context) {
    annealing_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const ons_annealing_options options = options_of(p);
    const ons_status status = lattice_open_graph(&state->graph, p, LATTICE_LISTED);
    if (status) { return status; }
    state->couplings = ONS_NEW(double, state->graph->bonds);
    state->values = ONS_NEW(double, 2 * options.temperatures);
    state->exact = ONS_NEW(ons_ising_exact, options.temperatures);
    if (!state->couplings || !state->values || !state->exact) { return ONS_MEMORY; }
    draw_couplings(state, context);
    return ons_annealing_create(&state->annealing, state->graph, state->couplings, &options,
                                ons_stream(context, 0, STREAM_DYNAMICS));
}

static void report_sample(const annealing_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    if (!quenched(p) || ons_choice(p, "method") != METHOD_POPULATION || state->graph->sites > QUICK_SITES ||
        enumerate(state->graph, state->couplings, p, state->exact)) {
        return;
    }
    for (size_t k = 0; k < state->annealing->options.temperatures; k++) {
        ons_value(context, FREE_ENERGY_EXACT, 0, k, state->exact[k].free_energy, NAN);
        ons_value(context, ENERGY_EXACT, 0, k, state->exact[k].energy, NAN);
    }
}

static void report(const annealing_state *state, ons_context *context) {
    const ons_annealing *annealing = state->annealing;
    const bool population = annealing->options.method == ONS_ANNEALING_POPULATION;
    const size_t count = annealing->options.temperatures;
    for (unsigned quantity = 0; quantity < ONS_ANNEALING_QUANTITIES; quantity++) {
        const bool of_populations = quantity == ONS_ANNEALING_FREE_ENERGY || quantity >= ONS_ANNEALING_RHO_T;
        if ((of_populations && !population) || (quantity == ONS_ANNEALING_RHO_F && annealing->options.runs == 1)) {
            continue;
        }
        ons_annealing_result(annealing, (ons_annealing_quantity)quantity, state->values, state->values + count);
        for (size_t k = 0; k < count; k++) {
            ons_value(context, quantity, 0, k, state->values[k], state->values[count + k]);
        }
    }
    report_sample(state, context);
    ons_value(context, LOWEST_ENERGY, 0, 0, annealing->lowest / state->graph->sites, NAN);
    ons_value(context, SUCCESS, 0, 0, ons_annealing_success(annealing), NAN);
    for (uint32_t i = 0; state->graph->sites <= LARGEST_SHOWN && i < state->graph->sites; i++) {
        const ons_cell row[] = {{.number = i}, {.number = annealing->ground[i]}};
        ons_row(context, CONFIGURATION, 0, row);
    }
}

static ons_status advance(void *memory, ons_context *context) {
    annealing_state *state = memory;
    double done, total;
    const ons_status status = ons_annealing_advance(state->annealing);
    ons_annealing_progress(state->annealing, &done, &total);
    (void)ons_poll(context, done, total); /* the laboratory looks between the steps */
    if (status == ONS_DONE) { report(state, context); }
    return status;
}

static ons_status persist(void *memory, ons_part *part) {
    ons_annealing *a = ((annealing_state *)memory)->annealing;
    const size_t sites = a->graph->sites;
    ons_status status = ons_annealing_sliced(a) ? ons_persist(part, "planes", ONS_U64, a->spins, a->bytes / 8)
                                                : ons_persist(part, "population", ONS_I8, a->spins, a->bytes);
    if (!status) { status = ons_persist_configuration(part, "ground", ONS_I8, a->ground, 1, &sites); }
    if (!status) { status = ons_persist_random(part, "random", &a->random); }
    if (!status) { status = ons_persist(part, "planes_used", ONS_U64, &a->planes, 1); }
    if (!status) { status = ons_persist(part, "cursor", ONS_U64, a->cursor, 2); }
    if (!status) { status = ons_persist(part, "family", ONS_U32, a->family, a->options.population); }
    if (!status) { status = ons_persist(part, "record", ONS_F64, a->record, a->records); }
    double *const numbers[] = {&a->inverse, &a->log_z, &a->steps, &a->culled, &a->lowest, &a->reached};
    static const char *const names[] = {"inverse", "log_z", "steps", "culled", "lowest", "reached"};
    for (size_t k = 0; !status && k < sizeof names / sizeof *names; k++) {
        status = ons_persist(part, names[k], ONS_F64, numbers[k], 1);
    }
    return status || !ons_part_reading(part) ? status : ons_annealing_refresh(a);
}

/* ---- seen ---- */

static void colour(const void *data, uint32_t site, uint8_t *rgb) {
    const int8_t *spins = data;
    ons_colour_scale(spins[site], -1.5, 1, rgb);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    (void)lane;
    const annealing_state *state = memory;
    return lattice_picture(state->graph, colour, state->annealing->ground, picture);
}

static void destroy(void *memory) {
    annealing_state *state = memory;
    ons_annealing_free(state->annealing);
    ons_graph_free(state->graph);
    free(state->couplings);
    free(state->values);
    free(state->exact);
}

extern const ons_system ons_system_annealing;
const ons_system ons_system_annealing = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "annealing",
    .summary =
        "population annealing with free energies and families, simulated annealing: Ising models and spin glasses",
    .details = ANNEALING_DETAILS,
    .step = "step of 1/T of a population, with its sweeps",
    .parameters = parameters,
    .observables = observables,
    .exact = exacts,
    .controls = {.steps = 1000000000, .replicas = 8},
    .state_size = sizeof(annealing_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
