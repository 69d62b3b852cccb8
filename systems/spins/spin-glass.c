/*
 * spin-glass: Ising spin glasses with exchange of temperatures, the glue between the laboratory and the spin engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lattice_parameters.h"
#include "tempered_walkers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spin_glass_text.h"

/* ---- what exists ---- */

enum { DISORDER_BIMODAL, DISORDER_GAUSSIAN, DISORDER_NONE };
enum { START_RANDOM, START_UP };
enum { STREAM_DYNAMICS, STREAM_START, STREAM_DISORDER };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS_LOCAL("cubic", "4", "[1, 4294967294]"),
    {"temperature", ONS_REAL, ONS_ARRAY | ONS_LIVE, "[1.0:2.0:0.125]", NULL, "(0, inf)", NULL, "coupling",
     "the ladder of temperatures, ascending or descending: [0.8,1.0,1.3] or [0.8:2.0:0.1], k_B = 1"},
    {"disorder", ONS_CHOICE, 0, "bimodal", "bimodal|gaussian|none", NULL, NULL, NULL,
     "quenched couplings of every replica: +-coupling, normal ones, or none: those of the file"},
    {"disorder_probability", ONS_REAL, 0, "0.5", NULL, "[0, 1]", "disorder=bimodal", NULL,
     "of +coupling on a bond; otherwise it has -coupling"},
    {"coupling", ONS_REAL, ONS_LIVE, "1", NULL, NULL, NULL, NULL,
     "J of the couplings; gaussian: their standard deviation"},
    {"coupling_mean", ONS_REAL, ONS_LIVE, "0", NULL, NULL, "disorder=gaussian", "coupling", "mean of the couplings"},
    {"field", ONS_REAL, ONS_LIVE, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    {"lanes", ONS_BOOLEAN, 0, "yes", NULL, NULL, "disorder=bimodal|none", NULL,
     "512 replicas at a time, a bit each; no: one by one"},
    {"houdayer", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL,
     "a Houdayer cluster move at every temperature and step (needs lanes=no)"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "random", "random|up", NULL, NULL, NULL,
     "first configuration: random spins, all up, or one that is stored in an archive"},
    {.name = NULL}};

/* The engine's quantities in its order, then what is one number. */
enum { ROUND_TRIPS = ONS_GLASS_QUANTITIES, SITES, BONDS, WAVENUMBER, OBSERVABLES };

#define LADDER "temperature"
static const ons_observable observables[] = {
    [ONS_GLASS_ENERGY] = {"energy", ONS_MEAN, 0, LADDER, NULL, "coupling", "<e>, e = H/N per site"},
    [ONS_GLASS_ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, LADDER, NULL, "coupling^2", "<e^2>"},
    [ONS_GLASS_ENERGY_PRODUCT] = {"energy_product", ONS_MEAN, 0, LADDER, NULL, "coupling^2", "<e_a e_b>"},
    [ONS_GLASS_MAGNETIZATION] = {"magnetization", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL, "<m>, m = (1/N) sum s_i"},
    [ONS_GLASS_MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<m^2>"},
    [ONS_GLASS_MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_MEAN, 0, LADDER, NULL, NULL, "<m^4>"},
    [ONS_GLASS_OVERLAP] = {"overlap", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL,
                           "<q>, q = (1/N) sum a_i b_i of the two copies of a sample"},
    [ONS_GLASS_OVERLAP_ABS] = {"overlap_abs", ONS_MEAN, 0, LADDER, NULL, NULL, "<|q|>"},
    [ONS_GLASS_OVERLAP_SQUARED] = {"overlap_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<q^2>"},
    [ONS_GLASS_OVERLAP_FOURTH] = {"overlap_fourth", ONS_MEAN, 0, LADDER, NULL, NULL, "<q^4>"},
    [ONS_GLASS_OVERLAP_KMIN_SQUARED] = {"overlap_kmin_squared", ONS_MEAN, 0, LADDER, NULL, NULL,
                                        "<|q(k)|^2>, q(k) = (1/N) sum a_i b_i exp(i k r_i), mean over the smallest k"},
    [ONS_GLASS_LINK_OVERLAP] = {"link_overlap", ONS_MEAN, 0, LADDER, NULL, NULL,
                                "mean over bonds of <a_i a_j b_i b_j>"},
    [ONS_GLASS_EXCHANGE_RATE] =
        {
            "exchange_rate", ONS_MEAN, 0, LADDER, NULL, NULL,
            "accepted share of exchanges with the next temperature; the last: with the one before"},
    [ONS_GLASS_FROM_HOT] = {"from_hot", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL,
                            "share of walkers that were last at the highest temperature rather than the lowest"},
    [ONS_GLASS_LABELLED] = {"labelled", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL,
                            "share of walkers that have been at the highest or the lowest temperature"},
    [ROUND_TRIPS] = {"round_trips", ONS_MEAN, ONS_SLOW, NULL, NULL, "1/step",
                     "round trips between the ends of the ladder, per walker and step"},
    [SITES] = {"sites", ONS_MEAN, 0, NULL, NULL, NULL, "N (constant)"},
    [BONDS] = {"bonds", ONS_MEAN, 0, NULL, NULL, NULL, "number of bonds (constant)"},
    [WAVENUMBER] = {"wavenumber", ONS_MEAN, 0, NULL, NULL, "1/length", "|k_min| (constant)"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked ---- */

static int disorder_of(const ons_parameters *p) { return ons_choice(p, "disorder"); }
static bool quenched(const ons_parameters *p) { return disorder_of(p) != DISORDER_NONE; }
static bool has_lanes(const ons_parameters *p) { return ons_present(p, "lanes") && ons_boolean(p, "lanes"); }
/* ---- derived quantities ---- */

static double square(double x) { return x * x; }

static void specific_heat(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(ONS_GLASS_ENERGY_SQUARED, ONS_GLASS_ENERGY_PRODUCT) {
        value[k] = ons_mean(means, SITES) * (x[k] - y[k]) / square(temperature[k]);
    }
}

static void susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(ONS_GLASS_MAGNETIZATION_SQUARED, ONS_GLASS_MAGNETIZATION_FOURTH) {
        (void)y;
        value[k] = ons_mean(means, SITES) * x[k] / temperature[k];
    }
}

static void binder(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(ONS_GLASS_MAGNETIZATION_SQUARED, ONS_GLASS_MAGNETIZATION_FOURTH) {
        value[k] = 1 - y[k] / (3 * square(x[k]));
    }
}

static void spin_glass_susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(ONS_GLASS_OVERLAP_SQUARED, ONS_GLASS_OVERLAP_FOURTH) {
        (void)y;
        value[k] = ons_mean(means, SITES) * x[k];
    }
}

static void overlap_binder(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(ONS_GLASS_OVERLAP_SQUARED, ONS_GLASS_OVERLAP_FOURTH) { value[k] = 1 - y[k] / (3 * square(x[k])); }
}

static void correlation_length(const ons_means *means, const ons_parameters *p, double *value) {
    const double momentum = ons_lattice_momentum_squared(ons_mean(means, WAVENUMBER));
    EACH_TEMPERATURE(ONS_GLASS_OVERLAP_SQUARED, ONS_GLASS_OVERLAP_KMIN_SQUARED) {
        value[k] = x[k] < y[k] ? NAN : sqrt((x[k] / y[k] - 1) / momentum);
    }
}

static void correlation_length_ratio(const ons_means *means, const ons_parameters *p, double *value) {
    size_t count;
    ons_mean_array(means, ONS_GLASS_OVERLAP_SQUARED, &count);
    correlation_length(means, p, value);
    for (size_t k = 0; k < count; k++) { value[k] *= ons_mean(means, WAVENUMBER) / 6.28318530717958647693; }
}

static void flow(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(ONS_GLASS_FROM_HOT, ONS_GLASS_LABELLED) { value[k] = y[k] > 0 ? x[k] / y[k] : NAN; }
}

/* [<e>] + (bonds/N) (J^2/T) (1 - [q_l]): partial integration over normal couplings. */
static void equilibration_gap(const ons_means *means, const ons_parameters *p, double *value) {
    const double each = ons_mean(means, BONDS) / ons_mean(means, SITES) * square(ons_real(p, "coupling"));
    EACH_TEMPERATURE(ONS_GLASS_ENERGY, ONS_GLASS_LINK_OVERLAP) { value[k] = x[k] + each * (1 - y[k]) / temperature[k]; }
}

static void ladder_by_rates(const ons_means *means, const ons_parameters *p, double *value) {
    tempered_by_rates(means, p, ONS_GLASS_EXCHANGE_RATE, value);
}

static void ladder_by_flow(const ons_means *means, const ons_parameters *p, double *value) {
    const double *temperature;
    size_t count = tempered_ladder(p, &temperature);
    flow(means, p, value);
    if (ons_ladder_by_flow(temperature, value, count, value)) { tempered_forget(value, count); }
}

static const ons_derived deriveds[] = {
    {"specific_heat", ONS_GLASS_ENERGY, specific_heat, NULL, "N [<e^2> - <e_a e_b>] / T^2 per site"},
    {"susceptibility_disordered", ONS_GLASS_MAGNETIZATION_SQUARED, susceptibility, "1/coupling",
     "N [<m^2>] / T per site"},
    {"binder", ONS_GLASS_MAGNETIZATION_SQUARED, binder, NULL, "1 - [<m^4>] / (3 [<m^2>]^2)"},
    {"spin_glass_susceptibility", ONS_GLASS_OVERLAP_SQUARED, spin_glass_susceptibility, NULL, "N [<q^2>]"},
    {"overlap_binder", ONS_GLASS_OVERLAP_SQUARED, overlap_binder, NULL, "1 - [<q^4>] / (3 [<q^2>]^2)"},
    {"correlation_length", ONS_GLASS_OVERLAP_KMIN_SQUARED, correlation_length, "length",
     "xi_L = sqrt([<q^2>] / [<|q(k)|^2>] - 1) / (2 sin(k/2)), k = |k_min|"},
    {"correlation_length_ratio", ONS_GLASS_OVERLAP_KMIN_SQUARED, correlation_length_ratio, NULL,
     "xi_L k_min / (2 pi): xi_L/L on chains, squares and cubes"},
    {"flow", ONS_GLASS_FROM_HOT, flow, NULL,
     "from_hot / labelled: 1 at the highest temperature, 0 at the lowest, a straight line over the rungs at best"},
    {"equilibration_gap", ONS_GLASS_LINK_OVERLAP, equilibration_gap, "coupling",
     "[<e>] + (bonds/N) (J^2/T) (1 - [q_link]): 0 in equilibrium (Katzgraber and Young 2001)"},
    {"ladder_by_rates", ONS_GLASS_EXCHANGE_RATE, ladder_by_rates, "coupling",
     "the ladder with as many rungs and the same ends at which all exchange rates would be equal"},
    {"ladder_by_flow", ONS_GLASS_FROM_HOT, ladder_by_flow, "coupling",
     "that which would make `flow` a straight line over the rungs (Katzgraber, Trebst, Huse and Troyer 2006)"},
    {.name = NULL}};

/* ---- exact values ---- */

static ons_status symmetric(const ons_parameters *p, double *value) {
    return ons_real(p, "field") == 0 ? tempered_zeros(p, value) : ONS_DONE;
}

/* NaN at the temperatures that do not lie on the line. */
static ons_status nishimori_energy(const ons_parameters *p, double *value) {
    if (!quenched(p) || ons_real(p, "field") != 0) { return ONS_DONE; }
    const double coupling = ons_real(p, "coupling"), *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    ons_graph *graph;
    ons_status status = lattice_open_graph(&graph, p, LATTICE_LISTED);
    if (status) { return status; }
    bool any = false;
    for (size_t k = 0; status >= 0 && k < count; k++) {
        status = disorder_of(p) == DISORDER_BIMODAL
                     ? ons_ising_nishimori_bimodal(graph, coupling, ons_real(p, "disorder_probability"), temperature[k],
                                                   &value[k])
                     : ons_ising_nishimori_gaussian(graph, ons_real(p, "coupling_mean"), coupling, temperature[k],
                                                    &value[k]);
        if (status == ONS_DONE) { value[k] = NAN; }
        any = any || status == ONS_OK;
    }
    ons_graph_free(graph);
    return status < 0 ? status : any ? ONS_OK : ONS_DONE;
}

static const ons_exact exacts[] = {{"energy", nishimori_energy, "Nishimori 1981"},
                                   {"magnetization", symmetric, "symmetry without field"},
                                   {"overlap", symmetric, "symmetry without field"},
                                   {"equilibration_gap", tempered_zeros, "Katzgraber and Young 2001"},
                                   {.name = NULL}};

/* ---- check ---- */

static ons_status check_ladder(const ons_parameters *p, ons_plan *plan) {
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    const ons_status status = tempered_check(p, plan);
    if (status) { return status; }
    for (size_t k = 0; k < ONS_GLASS_QUANTITIES; k++) { ons_plan_shape(plan, k, 1, &count); }
    if (count > 1) { return ONS_OK; }
    ons_plan_omit(plan, "from_hot");
    ons_plan_omit(plan, "labelled");
    ons_plan_note(plan, "one temperature: there are no exchanges; a ladder is temperature=[1.0,1.2,1.5]");
    return ONS_OK;
}

static ons_status check_moves(const ons_parameters *p, const ons_graph *graph, ons_plan *plan) {
    if (has_lanes(p)) {
        if (ons_boolean(p, "houdayer")) {
            return ons_fail(ONS_INVALID, "houdayer=yes grows clusters one by one and needs lanes=no");
        }
        return ons_glass_lanes_check(graph);
    }
    if (ons_boolean(p, "houdayer") && graph->lattice && graph->lattice->dimension > 2) {
        ons_plan_note(plan,
                      "Houdayer clusters percolate in %u dimensions at all but the lowest temperatures: the moves "
                      "are right but exchange nearly whole copies",
                      graph->lattice->dimension);
    }
    return ONS_OK;
}

static void plan_memory(const ons_parameters *p, double sites, double bonds, double graph_bytes, ons_plan *plan) {
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    if (has_lanes(p)) {
        ons_plan_lanes(plan, ONS_GLASS_LANES);
        ons_plan_bytes(plan, graph_bytes + ons_glass_lanes_bytes(sites, bonds, count) +
                                 8.0 * ONS_GLASS_LANES * ONS_GLASS_QUANTITIES * (double)count);
    } else {
        ons_plan_bytes(plan, graph_bytes + ons_glass_bytes(sites, bonds, count) + 8 * bonds);
    }
}

/* Refuses what is too large before the graph is built. */
static ons_status check_size(const ons_parameters *p, ons_plan *plan, bool *ready) {
    *ready = true;
    ons_graph_plan graph;
    const ons_status status = lattice_plan(p, LATTICE_LISTED, NULL, &graph, NULL);
    if (status) { return status; }
    plan_memory(p, graph.sites, graph.bonds, graph.bytes, plan);
    /* a sample is a pair of copies, and `energy` the mean of both */
    if (graph.sites > 0) { ons_plan_weight(plan, 2 * graph.sites, "1/temperature", "energy"); }
    *ready = graph.sites < 1e7; /* beyond, the estimate of memory speaks first */
    if (graph.multiple_bonds) {
        ons_plan_note(plan, "periodic L so short that bonds join the same pair twice: they are kept, each with its own "
                            "coupling");
    }
    if (graph.self_bonds) {
        ons_plan_note(plan, "periodic L so short that bonds join a site to itself: they are kept as constants -J");
    }
    return ONS_OK;
}

static bool has_identity(const ons_parameters *p, const ons_graph *graph) {
    return disorder_of(p) == DISORDER_GAUSSIAN && ons_real(p, "coupling_mean") == 0 && ons_real(p, "field") == 0 &&
           !graph->strength && graph->common_strength == 1 && graph->self_bonds == 0;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    bool ready;
    ons_graph *graph = NULL;
    ons_status status = check_ladder(p, plan);
    if (!status) { status = check_size(p, plan, &ready); }
    if (status || !ready) { return status; }
    status = lattice_open_graph(&graph, p, LATTICE_LISTED);
    if (status) { return status; }
    bool used[ONS_DIMENSIONS];
    if (!graph->lattice || !(ons_lattice_wavenumber(graph->lattice, graph->lengths, used) > 0)) {
        ons_plan_omit(plan, "overlap_kmin_squared");
        ons_plan_omit(plan, "wavenumber");
    }
    if (!has_identity(p, graph)) { ons_plan_omit(plan, "equilibration_gap"); }
    status = check_moves(p, graph, plan);
    ons_graph_free(graph);
    return status;
}

/* ---- the state ---- */

typedef struct glass_state {
    ons_graph *graph;
    ons_glass *glass;       /* one sample, or .. */
    ons_glass_lanes *lanes; /* .. 512 */
    double *values;         /* [lanes][quantities][temperatures] */
    size_t count;           /* temperatures */
    bool falling;           /* they descend */
    double wavenumber;
} glass_state;

static void draw_couplings(const ons_graph *graph, ons_context *context, unsigned lane, double *couplings) {
    const ons_parameters *p = ons_context_parameters(context);
    const double coupling = ons_real(p, "coupling");
    ons_random random = ons_stream(context, lane, STREAM_DISORDER);
    switch (disorder_of(p)) {
    case DISORDER_BIMODAL:
        ons_ising_bimodal(graph, coupling, ons_real(p, "disorder_probability"), &random, couplings);
        break;
    case DISORDER_GAUSSIAN:
        ons_ising_gaussian(graph, ons_real(p, "coupling_mean"), coupling, &random, couplings);
        break;
    default:
        for (uint64_t b = 0; b < graph->bonds; b++) {
            couplings[b] = coupling * (graph->strength ? graph->strength[b] : graph->common_strength);
        }
    }
}

static ons_glass_options options_of(const ons_parameters *p) {
    ons_glass_options options = {.field = ons_real(p, "field"), .houdayer = ons_boolean(p, "houdayer")};
    options.temperatures = tempered_ladder(p, &options.temperature);
    return options;
}

static ons_status create_one(glass_state *state, ons_context *context, double *couplings) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_glass_options options = options_of(p);
    draw_couplings(state->graph, context, 0, couplings);
    const ons_status status =
        ons_glass_create(&state->glass, state->graph, couplings, &options, ons_stream(context, 0, STREAM_DYNAMICS));
    if (status) { return status; }
    if (ons_choice(p, "start") == START_RANDOM) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        ons_glass_start_random(state->glass, &random);
    }
    return ONS_OK;
}

static ons_status create_lanes(glass_state *state, ons_context *context, double *couplings) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_glass_options options = options_of(p);
    ons_status status = ons_glass_lanes_create(&state->lanes, state->graph, fabs(ons_real(p, "coupling")), &options,
                                               ons_stream(context, 0, STREAM_DYNAMICS));
    for (unsigned lane = 0; !status && lane < ONS_GLASS_LANES; lane++) {
        draw_couplings(state->graph, context, lane, couplings);
        ons_glass_lanes_set_couplings(state->lanes, lane, couplings);
    }
    if (!status && ons_choice(p, "start") == START_RANDOM) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        ons_glass_lanes_start_random(state->lanes, &random);
    }
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    glass_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const double *temperature;
    state->count = tempered_ladder(p, &temperature);
    state->falling = temperature[state->count - 1] < temperature[0];
    const unsigned lanes = ons_lanes(context);
    ons_status status = lattice_open_graph(&state->graph, p, LATTICE_LISTED);
    if (status) { return status; }
    bool used[ONS_DIMENSIONS];
    state->wavenumber =
        state->graph->lattice ? ons_lattice_wavenumber(state->graph->lattice, state->graph->lengths, used) : 0;
    double *couplings = ONS_NEW(double, state->graph->bonds);
    state->values = ONS_NEW(double, lanes *ONS_GLASS_QUANTITIES * state->count);
    status = couplings && state->values ? ONS_OK : ONS_MEMORY;
    if (!status) {
        status = has_lanes(p) ? create_lanes(state, context, couplings) : create_one(state, context, couplings);
    }
    free(couplings);
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    (void)context;
    glass_state *state = memory;
    if (state->lanes) {
        ons_glass_lanes_step(state->lanes);
    } else {
        ons_glass_step(state->glass);
    }
    return ONS_OK;
}

static ons_status measure(const void *memory, ons_context *context) {
    const glass_state *state = memory;
    const size_t lanes = ons_lanes(context), each = ONS_GLASS_QUANTITIES * state->count;
    if (state->lanes) {
        ons_glass_lanes_measure(state->lanes, state->values);
    } else {
        ons_glass_measure(state->glass, state->values);
    }
    for (unsigned lane = 0; lane < lanes; lane++) {
        for (size_t k = 0; k < ONS_GLASS_QUANTITIES; k++) {
            ons_measure_array(context, k, lane, state->values + lane * each + k * state->count);
        }
        const double trips = state->lanes ? state->lanes->trips[lane] : (double)state->glass->trips;
        ons_measure(context, ROUND_TRIPS, lane, trips / (2 * (double)state->count));
        ons_measure(context, SITES, lane, state->graph->sites);
        ons_measure(context, BONDS, lane, (double)state->graph->bonds);
        ons_measure(context, WAVENUMBER, lane, state->wavenumber);
    }
    return ONS_OK;
}

/* ---- kept ---- */

/* The couplings are not stored: they are drawn again from their stream. */
static ons_status persist_one(ons_glass *glass, ons_part *part) {
    const size_t shape[] = {glass->graph->sites, glass->walkers};
    ons_status status = ons_persist_configuration(part, "spins", ONS_I8, glass->spins, 2, shape);
    if (!status) { status = ons_persist_random(part, "random", &glass->random); }
    if (!status) { status = ons_persist(part, "steps", ONS_U64, &glass->steps, 1); }
    if (!status) { status = ons_persist(part, "exchanged", ONS_U8, glass->exchanged, glass->walkers); }
    if (!status) { status = ons_persist(part, "between", ONS_I8, glass->between, glass->walkers); }
    if (!status) { status = ons_persist(part, "trips", ONS_U64, &glass->trips, 1); }
    for (unsigned copy = 0; !status && copy < 2; copy++) {
        status = tempered_persist_ladder(&glass->ladder[copy], copy, part);
    }
    return status || !ons_part_reading(part) ? status : ons_glass_refresh(glass);
}

static ons_status persist_lanes(ons_glass_lanes *lanes, ons_part *part) {
    const size_t shape[] = {lanes->walkers, lanes->rows, ONS_GLASS_LANES / 64};
    ons_status status = ons_persist_configuration(part, "planes", ONS_U64, lanes->spins, 3, shape);
    if (!status) { status = ons_persist(part, "steps", ONS_U64, &lanes->steps, 1); }
    if (!status) {
        status = ons_persist(part, "exchanged", ONS_U64, lanes->exchanged, lanes->walkers * (ONS_GLASS_LANES / 64));
    }
    if (!status) {
        status = ons_persist(part, "between", ONS_U64, lanes->between, 2 * lanes->walkers * (ONS_GLASS_LANES / 64));
    }
    if (!status) { status = ons_persist(part, "trips", ONS_U8, lanes->trips, ONS_GLASS_LANES); }
    if (!status && ons_part_reading(part)) { ons_glass_lanes_refresh(lanes); }
    return status;
}

static ons_status persist(void *memory, ons_part *part) {
    const glass_state *state = memory;
    return state->lanes ? persist_lanes(state->lanes, part) : persist_one(state->glass, part);
}

/* ---- seen ---- */

static int spin_at(const glass_state *state, unsigned lane, unsigned copy, size_t k, uint32_t site) {
    if (!state->lanes) {
        const size_t walker = copy * state->count + state->glass->ladder[copy].walker[k];
        return state->glass->spins[site * state->glass->walkers + walker];
    }
    const size_t row = (copy * state->count + k) * state->lanes->rows + site;
    return state->lanes->spins[row * (ONS_GLASS_LANES / 64) + lane / 64] >> lane % 64 & 1 ? 1 : -1;
}

/* Both copies at the lowest temperature, a above b, and below them where they agree: the last direction of the lattice
 * runs to the right, all others down. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const glass_state *state = memory;
    const ons_graph *graph = state->graph;
    size_t width = (size_t)ceil(sqrt(graph->sites));
    if (graph->lattice) { width = (size_t)graph->lengths[graph->lattice->dimension - 1] * graph->lattice->sites; }
    const size_t height = (graph->sites + width - 1) / width, gap = 1;
    const ons_status status = ons_picture_size(picture, width, 3 * height + 2 * gap);
    if (status) { return status; }
    const size_t coldest = state->falling ? state->count - 1 : 0;
    for (uint32_t site = 0; site < graph->sites; site++) {
        const int a = spin_at(state, lane, 0, coldest, site), b = spin_at(state, lane, 1, coldest, site);
        const int values[3] = {a, b, a * b};
        for (size_t panel = 0; panel < 3; panel++) {
            uint8_t *pixel = picture->pixels + 3 * ((panel * (height + gap) + site / width) * width + site % width);
            ons_colour_scale(values[panel], -1.5, 1, pixel);
        }
    }
    return ONS_OK;
}

static void destroy(void *memory) {
    glass_state *state = memory;
    ons_glass_free(state->glass);
    ons_glass_lanes_free(state->lanes);
    ons_graph_free(state->graph);
    free(state->values);
}

extern const ons_system ons_system_spin_glass;
const ons_system ons_system_spin_glass = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "spin-glass",
    .summary = "Ising spin glasses: parallel tempering of many samples at once, overlaps, xi_L/L, Houdayer moves",
    .details = SPIN_GLASS_DETAILS,
    .step = "sweep of all walkers with the exchanges of a ladder",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 2000, .warmup = "auto", .every = "10", .replicas = 512},
    .state_size = sizeof(glass_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
