/*
 * ising-kinetics: Ising spins against time: quenches, ageing, ramps and hysteresis loops.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ising_kinetics_text.h"
#include "protocol.h"
#include "spin_quantities.h"

/* ---- what exists -------------------------------------------------------------------------------------------- */

enum { UPDATE_METROPOLIS, UPDATE_HEAT_BATH, UPDATE_KAWASAKI, UPDATE_N_FOLD };
enum { START_RANDOM, START_UP, START_HALF, START_FIXED };
enum { STREAM_DYNAMICS, STREAM_START };
enum { MOST_WAITING = 256, WORK = 1 << 18 };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "128"),
    {"coupling", ONS_REAL, ONS_LIVE, "1", NULL, NULL, NULL, NULL, "J of H = -J sum s_i s_j: positive is ferromagnetic"},
    {"temperature", ONS_REAL, ONS_ARRAY | ONS_LIVE, "1.5", NULL, "[0, inf)", NULL, "coupling",
     "temperature, k_B = 1: one number, or [T0,T1,..] at the times `temperature_times`, linear between them"},
    {"temperature_times", ONS_REAL, ONS_ARRAY, "0", NULL, "[0, inf)", NULL, NULL,
     "the time of each temperature, ascending; two equal times are a jump"},
    {"field", ONS_REAL, ONS_ARRAY | ONS_LIVE, "0", NULL, NULL, NULL, "coupling",
     "field h of H = ... - h sum s_i: one number, or [h0,h1,..] at the times `field_times`, linear between them"},
    {"field_times", ONS_REAL, ONS_ARRAY, "0", NULL, "[0, inf)", NULL, NULL,
     "the time of each field, ascending; two equal times are a jump"},
    {"period", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, NULL,
     "after which both tables begin again (hysteresis loops); 0: never"},
    {"update", ONS_CHOICE, 0, "metropolis", "metropolis|heat-bath|kawasaki|n-fold", NULL, NULL, NULL,
     "flips of single spins at random sites, exchanges of neighbours, or flips without rejection in continuous time"},
    {"rates", ONS_CHOICE, 0, "metropolis", "metropolis|heat-bath", NULL, "update=kawasaki|n-fold", NULL,
     "of the moves: min(1, exp(-dE/T)), or 1/(1 + exp(dE/T)) (Glauber)"},
    {"neutral", ONS_REAL, ONS_LIVE, "0.5", NULL, "(0, 1]", NULL, NULL,
     "acceptance of a move with dE = 0 under metropolis: 1/2 as in the system ising; 1 is the textbook's"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "random", "random|up|half|fixed", NULL, NULL, NULL,
     "first configuration: random spins, all up, exactly half of them up, a fixed magnetization, or one of an archive"},
    {"start_magnetization", ONS_REAL, 0, "0", NULL, "[-1, 1]", "start=fixed", NULL,
     "m of the start, exactly (as near as N allows), sites drawn at random"},
    {"waiting", ONS_REAL, ONS_ARRAY, "[10,100]", NULL, "[0, inf)", NULL, NULL,
     "waiting times t_w of the autocorrelation C(t, t_w)"},
    {"energy_reference", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling",
     "energy per site without domain walls, for domain_length; not given: the exact one, or that of the ground state"},
    SPIN_MEASURE,
    {.name = NULL}};

/* clang-format off */
enum { ENERGY, MAGNETIZATION, MAGNETIZATION_ABS, MAGNETIZATION_SQUARED, MAGNETIZATION_KMIN_SQUARED, DOMAIN_LENGTH,
       AUTOCORRELATION, MOVES, TEMPERATURE, FIELD, CORRELATION, STRUCTURE_FACTOR, STRUCTURE_MAP, LOOP_AREA, LOOPS, OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] = {
    [ENERGY] = {"energy", ONS_SERIES, 0, NULL, NULL, "coupling", "<e>, e = H/N per site, with the field as it is"},
    [MAGNETIZATION] = {"magnetization", ONS_SERIES, 0, NULL, NULL, NULL, "<m>, m = (1/N) sum s_i, with its sign"},
    [MAGNETIZATION_ABS] = {"magnetization_abs", ONS_SERIES, 0, NULL, NULL, NULL, "<|m|>"},
    [MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_SERIES, 0, NULL, NULL, NULL, "<m^2>"},
    [MAGNETIZATION_KMIN_SQUARED] = {"magnetization_kmin_squared", ONS_SERIES, 0, NULL, NULL, NULL,
                                    "<|m(k)|^2>, m(k) = (1/N) sum s_i exp(i k r_i), mean over the smallest k"},
    [DOMAIN_LENGTH] = {"domain_length", ONS_SERIES, 0, NULL, NULL, "sites",
                       "<2J/(e - e_ref)>, sites per broken bond beyond the reference; at most the largest length"},
    [AUTOCORRELATION] = {"autocorrelation", ONS_SERIES, 0, "waiting", NULL, NULL,
                         "(1/N) sum <s_i(t_w) s_i(t)> at the time t of the row; 0 before t_w"},
    [MOVES] = {"moves", ONS_SERIES, 0, NULL, NULL, NULL, "flips or exchanges per site since the start"},
    [TEMPERATURE] = {"bath_temperature", ONS_SERIES, 0, NULL, NULL, "coupling",
                     "the table of temperatures at this time, after a jump"},
    [FIELD] = {"applied_field", ONS_SERIES, 0, NULL, NULL, "coupling",
               "the table of fields at this time, after a jump"},
    [CORRELATION] = {"correlation", ONS_SERIES, 0, NULL, NULL, NULL,
                     "G(r, t) = <s_0 s_r> of sites r = 0, 1, .. cells apart along the axes"},
    [STRUCTURE_FACTOR] = {"structure_factor", ONS_SERIES, 0, NULL, NULL, NULL,
                          "S(k, t) = N <|m(k)|^2> at k = 2 pi n/L, n = 0, 1, .. L/2 along the reciprocal axes"},
    [STRUCTURE_MAP] = SPIN_MAP(ONS_SERIES),
    [LOOP_AREA] =
        {"loop_area", ONS_VALUE, 0, NULL, NULL, "coupling",
         "-(closed integral of m dh), the work done per site and period; mean over the periods after the first"},
    [LOOPS] = {"loops", ONS_TABLE, 0, NULL, "period, area, magnetization", NULL,
               "each period: its number from 1, its area, m at its end"},
    [OBSERVABLES] = {.name = NULL}};

static ons_kinetics_options options_of(const ons_parameters *p) {
    const int update = ons_choice(p, "update");
    const bool heat_bath = update == UPDATE_HEAT_BATH || (ons_present(p, "rates") && ons_choice(p, "rates") == 1);
    return (ons_kinetics_options){
        .temperature = ons_reals(p, "temperature", &(size_t){0})[0],
        .field = ons_reals(p, "field", &(size_t){0})[0],
        .coupling = ons_real(p, "coupling"),
        .move = update == UPDATE_KAWASAKI ? ONS_KINETICS_EXCHANGE
                : update == UPDATE_N_FOLD ? ONS_KINETICS_EVENTS
                                          : ONS_KINETICS_FLIP,
        .rule = heat_bath ? ONS_KINETICS_HEAT_BATH : ONS_KINETICS_METROPOLIS,
        .neutral = ons_real(p, "neutral"),
    };
}

static bool without_field(const ons_parameters *p) {
    size_t count;
    const double *field = ons_reals(p, "field", &count);
    for (size_t k = 0; k < count; k++) {
        if (field[k] != 0) { return false; }
    }
    return true;
}

static bool has_domains(const ons_parameters *p, bool several_strengths) {
    return without_field(p) && ons_real(p, "coupling") > 0 && (!several_strengths || ons_given(p, "energy_reference"));
}

/* ---- check -------------------------------------------------------------------------------------------------- */

static ons_status check_rules(const ons_parameters *p, const protocol *tables, ons_plan *plan) {
    const ons_kinetics_options options = options_of(p);
    if (options.rule == ONS_KINETICS_HEAT_BATH && ons_given(p, "neutral")) {
        return ons_fail(ONS_INVALID, "neutral has no meaning with the rates of the heat bath, which accept a move with "
                                     "dE = 0 with probability 1/2");
    }
    if (options.rule == ONS_KINETICS_METROPOLIS && options.neutral == 1 && options.coupling == 0 && without_field(p) &&
        options.move == ONS_KINETICS_FLIP) {
        return ons_fail(ONS_INVALID,
                        "with neutral = 1, no coupling and no field every attempt flips a spin, and the parity "
                        "of the state never mixes: take neutral < 1 or update=n-fold");
    }
    if (options.move == ONS_KINETICS_EXCHANGE && !without_field(p)) {
        ons_plan_note(plan,
                      "update=kawasaki conserves the magnetization: the field shifts the energy and does nothing else");
    }
    if (options.move == ONS_KINETICS_EXCHANGE && ons_choice(p, "start") == START_UP) {
        ons_plan_note(plan, "update=kawasaki conserves the magnetization: from start=up nothing ever moves");
    }
    if (tables->period > 0 && !protocol_varies(&tables->temperature) && !protocol_varies(&tables->field)) {
        ons_plan_note(plan, "period = %g has no effect: neither temperature nor field is a table that varies",
                      tables->period);
    }
    return ONS_OK;
}

/* Refuses couplings that the n-fold way cannot sort, on a small piece of the lattice. */
static ons_status check_classes(const ons_parameters *p) {
    ons_graph *graph = NULL;
    ons_lattice *lattice = NULL;
    ons_status status = lattice_open(&lattice, p);
    if (!status && lattice) {
        const int64_t three[ONS_DIMENSIONS] = {3, 3, 3, 3, 3, 3, 3, 3};
        status = ons_graph_create(&graph, lattice, three, lattice->dimension, ONS_PERIODIC);
    } else if (!status) {
        status = lattice_open_graph(&graph, p, LATTICE_LISTED);
    }
    if (!status) {
        ons_kinetics *kinetics;
        const ons_kinetics_options options = options_of(p);
        status = ons_kinetics_create(&kinetics, graph, &options, ons_random_stream(0, 0, 0));
        if (!status) { ons_kinetics_free(kinetics); }
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
    return status;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    protocol tables;
    ons_graph_plan graph;
    bool waves;
    size_t waiting;
    ons_status status = protocol_read(&tables, p);
    if (!status) { status = check_rules(p, &tables, plan); }
    if (!status) { status = lattice_plan(p, LATTICE_LISTED, plan, &graph, &waves); }
    if (!status) { status = spin_arrays_plan(p, plan, CORRELATION); }
    if (status) { return status; }
    if (graph.bonds > UINT32_MAX) {
        return ons_fail(ONS_INVALID, "at most 4294967295 bonds are possible in this system, not %.4g", graph.bonds);
    }
    const ons_kinetics_move move = options_of(p).move;
    if (move == ONS_KINETICS_EVENTS && graph.several_strengths) {
        status = check_classes(p);
        if (status) { return status; }
    }
    ons_reals(p, "waiting", &waiting);
    if (waiting > MOST_WAITING) {
        return ons_fail(ONS_INVALID, "waiting takes at most %d times, not %zu", MOST_WAITING, waiting);
    }
    ons_plan_shape(plan, AUTOCORRELATION, 1, &waiting);
    if (!waves) { ons_plan_omit(plan, "magnetization_kmin_squared"); }
    if (!has_domains(p, graph.several_strengths)) {
        if (ons_given(p, "energy_reference")) {
            return ons_fail(ONS_INVALID,
                            "energy_reference belongs to domain_length, which needs coupling > 0 and no field");
        }
        ons_plan_omit(plan, "domain_length");
    }
    if (!(tables.period > 0 && protocol_varies(&tables.field))) {
        ons_plan_omit(plan, "loop_area");
        ons_plan_omit(plan, "loops");
    }
    const double bytes =
        graph.bytes + ons_kinetics_bytes(graph.sites, graph.bonds, move) + (double)waiting * graph.sites;
    ons_plan_bytes(plan, bytes);
    return lattice_check_sites(p, &graph, bytes);
}

/* ---- the state ---------------------------------------------------------------------------------------------- */

typedef struct kinetics_state {
    spin_room room;
    ons_kinetics *kinetics;
    protocol tables;
    const double *waiting;
    size_t waits;
    int8_t *before; /* [waits][sites]: the spins at the waiting times */
    uint8_t *kept;  /* [waits]: whether they are there */
    bool domains, loops;
    double reference, longest; /* domain_length: energy without walls; largest value */
    double sums[4];            /* loops: work of this period; periods, and sums of their areas and squares, the first
                                  left out */
    uint64_t periods;          /* over */
} kinetics_state;

/* The energy per site without domain walls at the last temperature. */
static double reference_energy(const ons_parameters *p, const ons_graph *graph) {
    if (ons_given(p, "energy_reference")) { return ons_real(p, "energy_reference"); }
    size_t rows;
    const double *table = ons_reals(p, "temperature", &rows), temperature = table[rows - 1];
    const double coupling = ons_real(p, "coupling");
    double bonds = -coupling * graph->common_strength * (double)graph->bonds / graph->sites;
    ons_ising_exact exact;
    ons_status status = ONS_DONE;
    if (!(temperature > 0)) { return bonds; }
    if (lattice_is(p, "chain", 1)) {
        status = ons_ising_exact_chain(graph->lengths[0], graph->boundary, coupling, 0, temperature, &exact);
    } else if (lattice_is(p, "square", 2) && graph->boundary == ONS_PERIODIC) {
        status = ons_ising_exact_torus(graph->lengths[0], graph->lengths[1], coupling, temperature, &exact);
    }
    return status ? bonds : exact.energy;
}

static double longest_length(const ons_graph *graph) {
    double longest = graph->lattice ? 1 : graph->sites;
    for (unsigned d = 0; graph->lattice && d < graph->lattice->dimension; d++) {
        longest = fmax(longest, (double)graph->lengths[d]);
    }
    return longest;
}

static ons_status start(kinetics_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    ons_random random = ons_stream(context, 0, STREAM_START);
    switch (ons_choice(p, "start")) {
    case START_RANDOM: return ons_kinetics_start_random(state->kinetics, &random);
    case START_HALF: return ons_kinetics_start_magnetization(state->kinetics, 0, &random);
    case START_FIXED:
        return ons_kinetics_start_magnetization(state->kinetics, ons_real(p, "start_magnetization"), &random);
    default: return ONS_OK;
    }
}

static ons_status create(void *memory, ons_context *context) {
    kinetics_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_status status = protocol_read(&state->tables, p);
    if (!status) { status = spin_room_open(&state->room, p); }
    if (status) { return status; }
    const ons_graph *graph = state->room.graph;
    const ons_kinetics_options options = options_of(p);
    status = ons_kinetics_create(&state->kinetics, graph, &options, ons_stream(context, 0, STREAM_DYNAMICS));
    if (!status) { status = start(state, context); }
    if (status) { return status; }
    const protocol_piece first = protocol_at(&state->tables, 0);
    status = ons_kinetics_set(state->kinetics, first.temperature, first.field);
    state->waiting = ons_reals(p, "waiting", &state->waits);
    state->before = ONS_NEW(int8_t, state->waits * graph->sites);
    state->kept = ONS_NEW(uint8_t, state->waits);
    if (status || !state->before || !state->kept) { return status ? status : ONS_MEMORY; }
    state->domains = has_domains(p, graph->strength != NULL);
    state->loops = state->tables.period > 0 && protocol_varies(&state->tables.field);
    state->longest = longest_length(graph);
    if (state->domains) { state->reference = reference_energy(p, graph); }
    return ONS_OK;
}

/* ---- time --------------------------------------------------------------------------------------------------- */

/* Keeps the spins of waiting times that are reached; they are after any start from an archive. */
static void keep(kinetics_state *state) {
    const size_t sites = state->room.graph->sites;
    for (size_t k = 0; k < state->waits; k++) {
        if (state->kept[k] || state->waiting[k] > ons_kinetics_time(state->kinetics)->time) { continue; }
        memcpy(state->before + k * sites, ons_kinetics_spins(state->kinetics), sites);
        state->kept[k] = 1;
    }
}

static double next_stop(const kinetics_state *state, double time, double stop) {
    for (size_t k = 0; k < state->waits; k++) {
        if (state->waiting[k] > time && state->waiting[k] < stop) { stop = state->waiting[k]; }
    }
    return stop;
}

/* The end of a period: its area, and the mean of those after the first. */
static void close_loop(kinetics_state *state, ons_context *context) {
    const double area = state->sums[0];
    state->sums[0] = 0;
    state->periods++;
    ons_row(context, LOOPS, 0,
            (ons_cell[]){{.number = (double)state->periods},
                         {.number = area},
                         {.number = ons_kinetics_magnetization(state->kinetics)}});
    if (state->periods == 1) { return; }
    state->sums[1] += 1;
    state->sums[2] += area;
    state->sums[3] += area * area;
    const double count = state->sums[1], mean = state->sums[2] / count;
    const double variance = count > 1 ? fmax(state->sums[3] / count - mean * mean, 0) / (count - 1) : NAN;
    ons_value(context, LOOP_AREA, 0, 0, mean, count > 1 ? sqrt(variance) : -1);
}

/* At the boundary of two pieces the field jumps: work -m dh per site. */
static ons_status pass(kinetics_state *state, const protocol_piece *piece, ons_context *context) {
    const protocol_piece next = protocol_at(&state->tables, piece->end);
    const ons_status status = ons_kinetics_set(state->kinetics, next.temperature, next.field);
    if (status || !state->loops) { return status; }
    state->sums[0] -= ons_kinetics_magnetization(state->kinetics) * (next.field - piece->field);
    if ((double)(state->periods + 1) * state->tables.period <= piece->end) { close_loop(state, context); }
    return ONS_OK;
}

static ons_status advance(void *memory, ons_context *context) {
    kinetics_state *state = memory;
    const ons_kinetics_clock *clock = ons_kinetics_time(state->kinetics);
    const double target = ons_target(context), begin = clock->time;
    while (clock->time < target) {
        keep(state);
        const protocol_piece piece = protocol_at(&state->tables, clock->time);
        const double stop = next_stop(state, clock->time, fmin(piece.end, target));
        ons_status status = ons_kinetics_set(state->kinetics, piece.temperature, piece.field);
        while (!status && (status = ons_kinetics_advance(state->kinetics, stop, WORK)) == ONS_STOPPED) {
            if (ons_poll(context, clock->time - begin, target - begin)) { return ONS_STOPPED; }
            status = ONS_OK;
        }
        if (!status && stop == piece.end) { status = pass(state, &piece, context); }
        if (status) { return status; }
    }
    return ONS_OK;
}

/* ---- seen --------------------------------------------------------------------------------------------------- */

/* The waiting time that is just reached is kept when time goes on. */
static void measure_autocorrelation(const kinetics_state *state, ons_context *context) {
    const uint32_t sites = state->room.graph->sites;
    const int8_t *spins = ons_kinetics_spins(state->kinetics);
    double values[MOST_WAITING];
    for (size_t k = 0; k < state->waits; k++) {
        const int8_t *before = state->before + k * sites;
        int64_t sum = 0;
        for (uint32_t i = 0; state->kept[k] && i < sites; i++) { sum += before[i] * spins[i]; }
        values[k] = (double)sum / sites;
        if (!state->kept[k] && state->waiting[k] <= ons_kinetics_time(state->kinetics)->time) { values[k] = 1; }
    }
    ons_measure_array(context, AUTOCORRELATION, 0, values);
}

static void spins_as_reals(const void *memory, unsigned component, double *values) {
    const kinetics_state *state = memory;
    const int8_t *spins = ons_kinetics_spins(state->kinetics);
    (void)component;
    for (uint32_t i = 0; i < state->room.graph->sites; i++) { values[i] = spins[i]; }
}

static ons_status measure(const void *memory, ons_context *context) {
    const kinetics_state *state = memory;
    const ons_kinetics_clock *clock = ons_kinetics_time(state->kinetics);
    const double e = ons_kinetics_energy(state->kinetics), m = ons_kinetics_magnetization(state->kinetics);
    ons_measure(context, ENERGY, 0, e);
    ons_measure(context, MAGNETIZATION, 0, m);
    ons_measure(context, MAGNETIZATION_ABS, 0, fabs(m));
    ons_measure(context, MAGNETIZATION_SQUARED, 0, m * m);
    if (state->room.waves) {
        ons_measure(context, MAGNETIZATION_KMIN_SQUARED, 0, ons_kinetics_magnetization_kmin_squared(state->kinetics));
    }
    if (state->domains) {
        const double walls = (e - state->reference) / (2 * ons_real(ons_context_parameters(context), "coupling"));
        ons_measure(context, DOMAIN_LENGTH, 0, walls * state->longest > 1 ? 1 / walls : state->longest);
    }
    measure_autocorrelation(state, context);
    ons_measure(context, MOVES, 0, (double)clock->moves / state->room.graph->sites);
    ons_measure(context, TEMPERATURE, 0, protocol_value(&state->tables, &state->tables.temperature, clock->time));
    ons_measure(context, FIELD, 0, protocol_value(&state->tables, &state->tables.field, clock->time));
    spin_arrays_measure(&state->room.arrays, context, CORRELATION, state, 1, spins_as_reals, 1, 0);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    kinetics_state *state = memory;
    ons_kinetics *kinetics = state->kinetics;
    ons_kinetics_clock *clock = ons_kinetics_time(kinetics);
    size_t dimensions[ONS_DIMENSIONS + 1];
    const unsigned rank = lattice_shape(state->room.graph, dimensions);
    const size_t sites = state->room.graph->sites;
    uint32_t *order = ons_kinetics_order(kinetics);
    double times[2] = {clock->time, clock->wait};
    uint64_t counts[3] = {clock->attempts, clock->moves, state->periods};
    ons_status status =
        ons_persist_configuration(part, "spins", ONS_I8, ons_kinetics_spins(kinetics), rank, dimensions);
    if (!status) { status = ons_persist_random(part, "random", ons_kinetics_random(kinetics)); }
    if (!status && order) { status = ons_persist(part, "order", ONS_U32, order, sites); }
    if (!status) { status = ons_persist(part, "times", ONS_F64, times, 2); }
    if (!status) { status = ons_persist(part, "counts", ONS_U64, counts, 3); }
    if (!status) { status = ons_persist(part, "before", ONS_I8, state->before, state->waits * sites); }
    if (!status) { status = ons_persist(part, "kept", ONS_U8, state->kept, state->waits); }
    if (!status) { status = ons_persist(part, "loops", ONS_F64, state->sums, 4); }
    if (status || !ons_part_reading(part)) { return status; }
    *clock = (ons_kinetics_clock){.time = times[0], .wait = times[1], .attempts = counts[0], .moves = counts[1]};
    state->periods = counts[2];
    const protocol_piece piece = protocol_at(&state->tables, clock->time);
    status = ons_kinetics_set(kinetics, piece.temperature, piece.field);
    return status ? status : ons_kinetics_refresh(kinetics);
}

/* Up is white, down dark blue. */
static void colour(const void *memory, uint32_t site, uint8_t *rgb) {
    static const uint8_t colours[2][3] = {{20, 40, 90}, {250, 250, 245}};
    const kinetics_state *state = memory;
    memcpy(rgb, colours[ons_kinetics_spins(state->kinetics)[site] > 0], 3);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const kinetics_state *state = memory;
    (void)lane;
    return lattice_picture(state->room.graph, colour, state, picture);
}

static void destroy(void *memory) {
    kinetics_state *state = memory;
    ons_kinetics_free(state->kinetics);
    spin_room_close(&state->room);
    free(state->before);
    free(state->kept);
}

extern const ons_system ons_system_ising_kinetics;
const ons_system ons_system_ising_kinetics = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "ising-kinetics",
    .summary = "Ising spins in time: quenches, ageing, ramps, hysteresis; flips, exchanges, the n-fold way",
    .details = ISING_KINETICS_DETAILS,
    .step = "1 time unit: N attempts",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1000, .every = "log:5", .replicas = 16},
    .state_size = sizeof(kinetics_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
