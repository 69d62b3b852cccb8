/*
 * asynchronous-lattice: nodes with clocks and delays of their own: coupled maps, contractions, gossip.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "wiring_parameters.h"

#include <math.h>
#include <stdlib.h>

#include "asynchronous_lattice_text.h"

enum { DYNAMICS_MAPS, DYNAMICS_AFFINE, DYNAMICS_TANH, DYNAMICS_GOSSIP };
enum { CLOCKS_POISSON, CLOCKS_SYNCHRONOUS, CLOCKS_ROUND_ROBIN, CLOCKS_BLOCKS };
enum { START_RANDOM, START_NEAR, START_CLUSTERS };
enum { STREAM_EVENTS = 16, STREAM_START = 1, STREAM_GRAPH = 2, STREAM_MATRIX = 3, STREAM_EXPONENT = 4 };
enum { EXPONENT_STEPS = 20000, EXPONENT_NODES = 1000 };

static const ons_parameter parameters[] = {
    {"dynamics", ONS_CHOICE, 0, "coupled-maps", "coupled-maps|affine|tanh|gossip", NULL, NULL, NULL,
     "what a node does when its clock rings: see the description"},
    WIRING_PARAMETERS("complete", "100"),
    {"coupling", ONS_REAL, 0, "0.6", NULL, "[0, 1]", "dynamics=coupled-maps", NULL, "e of the coupled maps"},
    {"r", ONS_REAL, 0, "4", NULL, "[0, 4]", "dynamics=coupled-maps", NULL, "of the logistic map r x (1 - x)"},
    {"contraction", ONS_REAL, 0, "0.9", NULL, "[0, 1)", "dynamics=affine|tanh", NULL,
     "kappa: sum_j |a_ij| of every node, the Lipschitz constant in the maximum norm"},
    {"clocks", ONS_CHOICE, 0, "poisson", "poisson|synchronous|round-robin|blocks", NULL, NULL, NULL,
     "when nodes ring; blocks: all nodes of a block of `clusters` at once, at random"},
    {"rates", ONS_REAL, ONS_ARRAY, "1", NULL, "(0, inf)", "clocks=poisson", "1/time",
     "events of a node per unit of time: one number, or one for each node"},
    {"delay", ONS_INTEGER, 0, "0", NULL, "[0, 255]", "dynamics!=gossip", "events",
     "B: a neighbour is heard as it was up to so many of its own events ago"},
    {"delays", ONS_CHOICE, 0, "random", "random|fixed", NULL, "dynamics!=gossip", NULL,
     "0 .. B drawn evenly at every reading, or always B"},
    {"noise", ONS_REAL, 0, "0", NULL, "[0, 0.1]", NULL, NULL, "even in +- this, added to every new number"},
    {"start", ONS_CHOICE, 0, "random", "random|near|clusters", NULL, NULL, NULL,
     "numbers even in (0, 1); one number for all, disturbed; or one number for each block of `clusters`"},
    {"perturbation", ONS_REAL, 0, "0.001", NULL, "[0, 0.1]", "start=near", NULL, "even in +- this"},
    {"clusters", ONS_INTEGER, 0, "2", NULL, "[1, 1e6]", NULL, NULL,
     "blocks: the coarsest equitable partition that keeps apart the nodes i with different i mod clusters"},
    {"tolerance", ONS_REAL, 0, "1e-6", NULL, "(0, 1]", NULL, NULL, "within which nodes count as one stratum"},
    {.name = NULL}};

enum { MEAN, SPREAD, VARIANCE, DISTANCE, STRATA, BLOCK_SPREAD, EVENTS, SYNC_TIME, BLOCKS, TRANSVERSE };

static const ons_observable observables[] = {
    [MEAN] = {"mean", ONS_SERIES, 0, NULL, NULL, NULL, "of all nodes"},
    [SPREAD] = {"spread", ONS_SERIES, 0, NULL, NULL, NULL, "largest number less smallest"},
    [VARIANCE] = {"variance", ONS_SERIES, 0, NULL, NULL, NULL, "(1/N) sum (x_i - mean)^2"},
    [DISTANCE] = {"distance", ONS_SERIES, 0, NULL, NULL, NULL, "max_i |x_i - x*_i| from the fixed point x*"},
    [STRATA] = {"strata", ONS_SERIES, 0, NULL, NULL, NULL,
                "groups of nodes whose numbers are linked by differences within the tolerance; 1: full synchrony"},
    [BLOCK_SPREAD] = {"block_spread", ONS_SERIES, 0, NULL, NULL, NULL,
                      "largest difference within a block of the equitable partition"},
    [EVENTS] = {"events", ONS_SERIES, 0, NULL, NULL, NULL, "per node since the start"},
    [SYNC_TIME] = {"sync_time", ONS_VALUE, 0, NULL, NULL, "time",
                   "first whole time with spread (affine, tanh: distance) within the tolerance"},
    [BLOCKS] = {"blocks", ONS_VALUE, 0, NULL, NULL, NULL, "of the equitable partition"},
    [TRANSVERSE] = {"transverse_exponent", ONS_VALUE, 0, NULL, NULL, "1/time",
                    "of synchronous clocks: growth of differences about the synchronous orbit, measured"},
    {.name = NULL}};

typedef struct lattice_state {
    const ons_parameters *p;
    ons_wiring *wiring;
    ons_asynchronous *network;
    uint64_t *row;
    uint32_t *column, *block, blocks;
    double *weight, *offset, *rates, *fixed, *low; /* low: [2 blocks], for the spread of blocks */
    double time, synchronous;                      /* synchronous: since when; -1: not yet */
} lattice_state;

static int dynamics_of(const ons_parameters *p) { return ons_choice(p, "dynamics"); }
static bool has_fixed_point(const ons_parameters *p) {
    return dynamics_of(p) == DYNAMICS_AFFINE || dynamics_of(p) == DYNAMICS_TANH;
}
static bool has_blocks(const ons_parameters *p) {
    return ons_choice(p, "clocks") == CLOCKS_BLOCKS || ons_choice(p, "start") == START_CLUSTERS;
}

/* ---- check ----------------------------------------------------------------------------------------------------------
 */

static ons_status check_clocks(const ons_parameters *p, double nodes) {
    const int clocks = ons_choice(p, "clocks");
    if (dynamics_of(p) == DYNAMICS_GOSSIP && (clocks == CLOCKS_SYNCHRONOUS || clocks == CLOCKS_BLOCKS)) {
        return ons_fail(ONS_INVALID, "dynamics=gossip is an exchange of two nodes at a time: clocks=poisson or "
                                     "round-robin");
    }
    if (clocks == CLOCKS_POISSON) {
        size_t count;
        ons_reals(p, "rates", &count);
        if (count != 1 && (double)count != nodes) {
            return ons_fail(ONS_INVALID, "rates takes one number, or one for each of the %.0f nodes, not %zu", nodes,
                            count);
        }
    }
    if (ons_given(p, "clusters") && !has_blocks(p)) {
        return ons_fail(ONS_INVALID, "clusters belongs to clocks=blocks or start=clusters");
    }
    return ONS_OK;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    double nodes, bytes;
    bool connected;
    ons_status status = wiring_check(p, &nodes, &bytes, &connected);
    if (!status) { status = check_clocks(p, nodes); }
    if (status) { return status; }
    if (!connected && !has_fixed_point(p)) {
        return ons_fail(ONS_INVALID, "the graph is not connected: its nodes can come to synchrony by chance only");
    }
    const bool complete = ons_choice(p, "graph") == WIRING_COMPLETE;
    if (has_fixed_point(p)) {
        bytes += complete ? 12 * nodes * nodes : bytes;
        if (dynamics_of(p) == DYNAMICS_TANH && ons_real(p, "contraction") == 0) {
            ons_plan_note(plan, "contraction = 0: every node knows its place after one event");
        }
    } else {
        ons_plan_omit(plan, "distance");
    }
    if (!has_blocks(p)) {
        ons_plan_omit(plan, "block_spread");
        ons_plan_omit(plan, "blocks");
    }
    if (dynamics_of(p) != DYNAMICS_MAPS || nodes > EXPONENT_NODES) { ons_plan_omit(plan, "transverse_exponent"); }
    const double late = ons_present(p, "delay") ? 16 * (double)ons_integer(p, "delay") : 0;
    ons_plan_bytes(plan, bytes + nodes * (96 + late));
    return ONS_OK;
}

/* ---- create ---------------------------------------------------------------------------------------------------------
 */

/* Weights even in +-1 on the links, scaled to the contraction; offsets even in +-1. */
static ons_status draw_matrix(lattice_state *state, ons_random *random) {
    const ons_wiring *w = state->wiring;
    const double kappa = ons_real(state->p, "contraction");
    state->row = ONS_NEW(uint64_t, (size_t)w->nodes + 1);
    state->column = ONS_NEW(uint32_t, 2 * w->links);
    state->weight = ONS_NEW(double, 2 * w->links);
    state->offset = ONS_NEW(double, w->nodes);
    if (!state->row || !state->column || !state->weight || !state->offset) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < w->nodes; i++) {
        const uint64_t first = state->row[i];
        const uint32_t degree = ons_wiring_degree(w, i);
        double sum = 0;
        for (uint32_t k = 0; k < degree; k++) {
            state->column[first + k] = w->complete ? k + (k >= i) : w->heard[w->start[i] + k];
            state->weight[first + k] = 2 * ons_random_uniform(random) - 1;
            sum += fabs(state->weight[first + k]);
        }
        for (uint32_t k = 0; k < degree; k++) { state->weight[first + k] *= kappa / sum; }
        state->row[i + 1] = first + degree;
        state->offset[i] = 2 * ons_random_uniform(random) - 1;
    }
    return ONS_OK;
}

static ons_asynchronous_options options_of(const lattice_state *state, ons_context *context) {
    static const ons_node_rule rules[] = {ONS_NODE_LOGISTIC, ONS_NODE_AFFINE, ONS_NODE_TANH, ONS_NODE_GOSSIP};
    static const ons_clock clocks[] = {ONS_CLOCK_POISSON, ONS_CLOCK_SYNCHRONOUS, ONS_CLOCK_ROUND_ROBIN,
                                       ONS_CLOCK_BLOCKS};
    const ons_parameters *p = state->p;
    const bool maps = dynamics_of(p) == DYNAMICS_MAPS, late = ons_present(p, "delay");
    const ons_random stream = ons_stream(context, 0, STREAM_EVENTS);
    return (ons_asynchronous_options){.rule = rules[dynamics_of(p)],
                                      .wiring = state->wiring,
                                      .nodes = state->wiring->nodes,
                                      .row = state->row,
                                      .column = state->column,
                                      .weight = state->weight,
                                      .offset = state->offset,
                                      .coupling = maps ? ons_real(p, "coupling") : 0,
                                      .control = maps ? ons_real(p, "r") : 0,
                                      .clock = clocks[ons_choice(p, "clocks")],
                                      .rates = state->rates,
                                      .block = state->block,
                                      .blocks = state->blocks,
                                      .delay = late ? (unsigned)ons_integer(p, "delay") : 0,
                                      .delay_fixed = late && ons_choice(p, "delays") == 1,
                                      .symmetric = true,
                                      .noise = ons_real(p, "noise"),
                                      .key = stream.key,
                                      .replica = stream.replica,
                                      .purpose = stream.purpose};
}

/* The fixed point by synchronous iteration without delays: it is the same for every schedule. */
static ons_status find_fixed_point(lattice_state *state, const ons_asynchronous_options *how) {
    ons_asynchronous_options plain = *how;
    ons_asynchronous *one;
    plain.clock = ONS_CLOCK_SYNCHRONOUS;
    plain.rates = NULL;
    plain.delay = 0;
    plain.noise = 0;
    state->fixed = ONS_NEW(double, state->wiring->nodes);
    if (!state->fixed) { return ONS_MEMORY; }
    const ons_status status = ons_asynchronous_create(&one, &plain);
    if (status) { return status; }
    /* Steps of a contraction become shorter until rounding has the word. */
    for (double before = INFINITY, step = 1e300; step < before && step > 0;) {
        for (uint32_t i = 0; i < state->wiring->nodes; i++) { state->fixed[i] = ons_asynchronous_values(one)[i]; }
        ons_asynchronous_unit(one);
        before = step;
        step = ons_asynchronous_distance(one, state->fixed);
    }
    ons_asynchronous_free(one);
    return ONS_OK;
}

static ons_status find_blocks(lattice_state *state) {
    const uint32_t nodes = state->wiring->nodes;
    state->block = ONS_NEW(uint32_t, nodes);
    state->low = ONS_NEW(double, 2 * (size_t)nodes);
    if (!state->block || !state->low) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < nodes; i++) { state->block[i] = (uint32_t)(i % ons_integer(state->p, "clusters")); }
    return ons_wiring_refine(state->wiring, state->block, &state->blocks);
}

static ons_status begin(lattice_state *state, ons_random *random) {
    const uint32_t nodes = state->wiring->nodes;
    const int start = ons_choice(state->p, "start");
    double *x = ONS_NEW(double, 2 * (size_t)nodes), *shared = x + nodes;
    if (!x) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < nodes; i++) { shared[i] = ons_random_uniform(random); }
    for (uint32_t i = 0; i < nodes; i++) {
        x[i] = shared[start == START_NEAR ? 0 : start == START_CLUSTERS ? state->block[i] : i];
        if (start == START_NEAR) {
            x[i] += ons_real(state->p, "perturbation") * (2 * ons_random_uniform(random) - 1);
            x[i] = fmin(fmax(x[i], 0), 1);
        }
    }
    ons_asynchronous_set(state->network, x);
    free(x);
    return ONS_OK;
}

static ons_status create(void *memory, ons_context *context) {
    lattice_state *state = memory;
    const ons_parameters *p = state->p = ons_context_parameters(context);
    ons_random graph = ons_stream(context, 0, STREAM_GRAPH), matrix = ons_stream(context, 0, STREAM_MATRIX);
    ons_random start = ons_stream(context, 0, STREAM_START);
    state->synchronous = -1;
    ons_status status = wiring_open(&state->wiring, p, &graph);
    if (!status && has_fixed_point(p)) { status = draw_matrix(state, &matrix); }
    if (!status && has_blocks(p)) { status = find_blocks(state); }
    size_t count = 1;
    const double *rates = ons_present(p, "rates") ? ons_reals(p, "rates", &count) : NULL;
    if (!status && rates && (count > 1 || rates[0] != 1)) {
        state->rates = ONS_NEW(double, state->wiring->nodes);
        if (!state->rates) { return ONS_MEMORY; }
        for (uint32_t i = 0; i < state->wiring->nodes; i++) { state->rates[i] = rates[count > 1 ? i : 0]; }
    }
    if (status) { return status; }
    const ons_asynchronous_options how = options_of(state, context);
    status = ons_asynchronous_create(&state->network, &how);
    if (!status && has_fixed_point(p)) { status = find_fixed_point(state, &how); }
    return status ? status : begin(state, &start);
}

/* ---- time and what is seen ------------------------------------------------------------------------------------------
 */

typedef struct sight {
    double mean, variance, spread;
} sight;

static sight look(const lattice_state *state) {
    const double *x = ons_asynchronous_values(state->network), nodes = state->wiring->nodes;
    double sum = 0, squares = 0, low = x[0], high = x[0];
    for (uint32_t i = 0; i < state->wiring->nodes; i++) {
        sum += x[i];
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    for (uint32_t i = 0; i < state->wiring->nodes; i++) { squares += (x[i] - sum / nodes) * (x[i] - sum / nodes); }
    return (sight){sum / nodes, squares / nodes, high - low};
}

static double distance_of(const lattice_state *state) {
    double largest = 0;
    for (uint32_t i = 0; i < state->wiring->nodes; i++) {
        largest = fmax(largest, fabs(ons_asynchronous_values(state->network)[i] - state->fixed[i]));
    }
    return largest;
}

static double block_spread(const lattice_state *state) {
    double *low = state->low, *high = state->low + state->blocks, largest = 0;
    for (uint32_t b = 0; b < state->blocks; b++) {
        low[b] = INFINITY;
        high[b] = -INFINITY;
    }
    for (uint32_t i = 0; i < state->wiring->nodes; i++) {
        const double x = ons_asynchronous_values(state->network)[i];
        low[state->block[i]] = fmin(low[state->block[i]], x);
        high[state->block[i]] = fmax(high[state->block[i]], x);
    }
    for (uint32_t b = 0; b < state->blocks; b++) { largest = fmax(largest, high[b] - low[b]); }
    return largest;
}

static ons_status exponent(const lattice_state *state, ons_context *context) {
    ons_random random = ons_stream(context, 0, STREAM_EXPONENT);
    double value, error;
    const ons_status status =
        ons_transverse_measure(state->wiring, ons_real(state->p, "r"), ons_real(state->p, "coupling"), EXPONENT_STEPS,
                               &random, &value, &error);
    if (!status) { ons_value(context, TRANSVERSE, 0, 0, value, error); }
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    lattice_state *state = memory;
    if (state->time == 0) {
        if (has_blocks(state->p)) { ons_value(context, BLOCKS, 0, 0, state->blocks, -1); }
        if (dynamics_of(state->p) == DYNAMICS_MAPS && state->wiring->nodes <= EXPONENT_NODES) {
            const ons_status status = exponent(state, context);
            if (status) { return status; }
        }
    }
    ons_asynchronous_unit(state->network);
    state->time += 1;
    const double away = has_fixed_point(state->p) ? distance_of(state) : look(state).spread;
    if (state->synchronous < 0 && away <= ons_real(state->p, "tolerance")) { state->synchronous = state->time; }
    ons_value(context, SYNC_TIME, 0, 0, state->synchronous < 0 ? NAN : state->synchronous, -1);
    return ONS_OK;
}

static ons_status measure(const void *memory, ons_context *context) {
    const lattice_state *state = memory;
    const sight seen = look(state);
    const double nodes = state->wiring->nodes;
    ons_measure(context, MEAN, 0, seen.mean);
    ons_measure(context, SPREAD, 0, seen.spread);
    ons_measure(context, VARIANCE, 0, seen.variance);
    if (has_fixed_point(state->p)) { ons_measure(context, DISTANCE, 0, distance_of(state)); }
    const double strata = ons_strata(ons_asynchronous_values(state->network), state->wiring->nodes,
                                     ons_real(state->p, "tolerance"), NULL);
    if (isnan(strata)) { return ONS_MEMORY; }
    ons_measure(context, STRATA, 0, strata);
    if (has_blocks(state->p)) { ons_measure(context, BLOCK_SPREAD, 0, block_spread(state)); }
    const double events = (double)ons_asynchronous_parts(state->network).counters[0];
    ons_measure(context, EVENTS, 0, ons_choice(state->p, "clocks") == CLOCKS_SYNCHRONOUS ? events : events / nodes);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    lattice_state *state = memory;
    const ons_asynchronous_state parts = ons_asynchronous_parts(state->network);
    const size_t nodes = parts.nodes;
    double times[2] = {state->time, state->synchronous};
    ons_status status = ons_persist_configuration(part, "x", ONS_F64, parts.x, 1, &nodes);
    if (!status && parts.late) { status = ons_persist(part, "late", ONS_F64, parts.late, nodes * parts.late_size); }
    if (!status && parts.late) { status = ons_persist(part, "newest", ONS_U8, parts.newest, nodes); }
    if (!status) { status = ons_persist(part, "counters", ONS_U64, parts.counters, 2); }
    if (!status) { status = ons_persist(part, "times", ONS_F64, times, 2); }
    if (!status) { status = ons_persist_random(part, "who", &parts.streams[0]); }
    if (!status) { status = ons_persist_random(part, "delays", &parts.streams[1]); }
    if (!status) { status = ons_persist_random(part, "noise", &parts.streams[2]); }
    if (status || !ons_part_reading(part)) { return status; }
    state->time = times[0];
    state->synchronous = times[1];
    ons_asynchronous_refresh(state->network);
    return ONS_OK;
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const lattice_state *state = memory;
    const size_t nodes = state->wiring->nodes;
    const sight seen = look(state);
    const bool maps = dynamics_of(state->p) == DYNAMICS_MAPS;
    (void)lane;
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * nodes);
    if (!rgb) { return ONS_MEMORY; }
    const double low = maps ? 0 : seen.mean - seen.spread - 1e-12, high = maps ? 1 : seen.mean + seen.spread + 1e-12;
    for (size_t i = 0; i < nodes; i++) {
        ons_colour_scale(ons_asynchronous_values(state->network)[i], low, high, rgb + 3 * i);
    }
    const ons_status status = wiring_picture(state->p, nodes, rgb, picture);
    free(rgb);
    return status;
}

static void destroy(void *memory) {
    lattice_state *state = memory;
    ons_asynchronous_free(state->network);
    ons_wiring_free(state->wiring);
    free(state->row);
    free(state->column);
    free(state->block);
    free(state->weight);
    free(state->offset);
    free(state->rates);
    free(state->fixed);
    free(state->low);
}

extern const ons_system ons_system_asynchronous_lattice;
const ons_system ons_system_asynchronous_lattice = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "asynchronous-lattice",
    .summary = "nodes with clocks and delays of their own: coupled maps, contractions, gossip",
    .details = ASYNCHRONOUS_LATTICE_DETAILS,
    .step = "1 time unit",
    .traits = ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 200, .every = "log:5", .replicas = 16},
    .state_size = sizeof(lattice_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
