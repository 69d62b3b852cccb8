/*
 * plaquette-ising: Ising spins with a coupling on every elementary square, the glue between the laboratory and the spin
 * engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "multispin_text.h"
#include "spin_quantities.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { START_RANDOM, START_UP };
enum { STREAM_DYNAMICS, STREAM_START };

static const ons_parameter parameters[] = {
    {"lattice", ONS_CHOICE, 0, "cubic", "square|cubic", NULL, NULL, NULL, "where the squares are"},
    {"L", ONS_INTEGER, ONS_ARRAY, "8", NULL, "[1, 4294967294]", NULL, NULL,
     "sites per direction, one number or one per direction"},
    {"boundary", ONS_CHOICE, 0, "periodic", "periodic|open", NULL, NULL, NULL, "boundary in all directions"},
    {"temperature", ONS_REAL, 0, "4", NULL, "(0, inf)", NULL, "coupling", "temperature, k_B = 1"},
    {"coupling", ONS_REAL, 0, "1", NULL, NULL, NULL, NULL, "J of H = -J sum over squares s s s s"},
    {"pair_coupling", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling", "J_2 of - J_2 sum over neighbours s_i s_j"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "random", "random|up", NULL, NULL, NULL,
     "first configuration: random spins, all up, or one that is stored in an archive"},
    {"update", ONS_CHOICE, 0, "metropolis", "metropolis|heat-bath", NULL, NULL, NULL,
     "the dynamics: N attempts at random sites, or all sites in order"},
    SPIN_MEASURE,
    {.name = NULL}};

/* clang-format off */
enum { ENERGY, ENERGY_SQUARED, MAGNETIZATION, MAGNETIZATION_ABS, MAGNETIZATION_SQUARED, MAGNETIZATION_FOURTH,
       LAYER_ORDER, LAYER_ORDER_SQUARED, LAYER_ORDER_FOURTH, CORRELATION, STRUCTURE_FACTOR, STRUCTURE_MAP, OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] = {
    [ENERGY] = {"energy", ONS_MEAN, 0, NULL, NULL, "coupling", "<e>, e = H/N per site"},
    [ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, NULL, NULL, "coupling^2", "<e^2>"},
    [MAGNETIZATION] = {"magnetization", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "<m>, m = (1/N) sum s_i, with its sign"},
    [MAGNETIZATION_ABS] = {"magnetization_abs", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "<|m|>"},
    [MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "<m^2>"},
    [MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "<m^4>"},
    [LAYER_ORDER] = {"layer_order", ONS_MEAN, 0, NULL, NULL, NULL,
                     "<Q>, Q = (1/N) sum over layers |sum in a layer of s_i s_j, j in the next one|, mean over axes"},
    [LAYER_ORDER_SQUARED] = {"layer_order_squared", ONS_MEAN, 0, NULL, NULL, NULL, "<Q^2>"},
    [LAYER_ORDER_FOURTH] = {"layer_order_fourth", ONS_MEAN, 0, NULL, NULL, NULL, "<Q^4>"},
    [CORRELATION] = {"correlation", ONS_MEAN, 0, NULL, NULL, NULL,
                     "G(r) = <s_0 s_r> of sites r = 0, 1, .. cells apart along the axes"},
    [STRUCTURE_FACTOR] = {"structure_factor", ONS_MEAN, 0, NULL, NULL, NULL,
                          "S(k) = N <|m(k)|^2> at k = 2 pi n/L, n = 0, 1, .. L/2 along the reciprocal axes"},
    [STRUCTURE_MAP] = SPIN_MAP(ONS_MEAN),
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked -------------------------------------------------------------------------------------------- */

static unsigned dimension_of(const ons_parameters *p) { return ons_choice(p, "lattice") == 0 ? 2 : 3; }

static double sites_of(const ons_parameters *p) {
    int64_t lengths[ONS_DIMENSIONS];
    double sites = 1;
    lattice_lengths(p, dimension_of(p), lengths);
    for (unsigned d = 0; d < dimension_of(p); d++) { sites *= (double)lengths[d]; }
    return sites;
}

static double terms_of(const ons_parameters *p) {
    const double d = dimension_of(p);
    return sites_of(p) * (d * (d - 1) / 2 + (ons_real(p, "pair_coupling") != 0 ? d : 0));
}

static ons_status open_terms(ons_terms **terms, const ons_parameters *p) {
    int64_t lengths[ONS_DIMENSIONS];
    lattice_lengths(p, dimension_of(p), lengths);
    return ons_terms_plaquettes(terms, dimension_of(p), lengths, ons_choice(p, "boundary") == ONS_OPEN,
                                ons_real(p, "coupling"), ons_real(p, "pair_coupling"));
}

/* ---- derived and exact quantities ----------------------------------------------------------------------------- */

static double square(double x) { return x * x; }

static void specific_heat(const ons_means *means, const ons_parameters *p, double *value) {
    const double variance = ons_mean(means, ENERGY_SQUARED) - square(ons_mean(means, ENERGY));
    *value = sites_of(p) * variance / square(ons_real(p, "temperature"));
}

static void susceptibility_disordered(const ons_means *means, const ons_parameters *p, double *value) {
    *value = sites_of(p) * ons_mean(means, MAGNETIZATION_SQUARED) / ons_real(p, "temperature");
}

static void binder(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    *value = 1 - ons_mean(means, MAGNETIZATION_FOURTH) / (3 * square(ons_mean(means, MAGNETIZATION_SQUARED)));
}

static void layer_binder(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    *value = 1 - ons_mean(means, LAYER_ORDER_FOURTH) / (3 * square(ons_mean(means, LAYER_ORDER_SQUARED)));
}

static const ons_derived deriveds[] = {
    {"specific_heat", ENERGY, specific_heat, NULL, "N (<e^2> - <e>^2) / T^2 per site"},
    {"susceptibility_disordered", MAGNETIZATION_SQUARED, susceptibility_disordered, "1/coupling",
     "N <m^2> / T per site"},
    {"binder", MAGNETIZATION_SQUARED, binder, NULL, "1 - <m^4> / (3 <m^2>^2)"},
    {"layer_binder", LAYER_ORDER_SQUARED, layer_binder, NULL, "1 - <Q^4> / (3 <Q^2>^2)"},
    {.name = NULL}};

enum { LARGEST_EXACT = 1 << 16 }; /* sites of a torus: its sum has as many terms */

static ons_status exact_means(const ons_parameters *p, double *energy, double *heat) {
    int64_t lengths[2];
    const bool open = ons_choice(p, "boundary") == ONS_OPEN;
    if (dimension_of(p) != 2 || ons_real(p, "pair_coupling") != 0 || ons_real(p, "field") != 0 ||
        (!open && sites_of(p) > LARGEST_EXACT)) {
        return ONS_DONE;
    }
    lattice_lengths(p, 2, lengths);
    return ons_plaquette_exact(lengths[0], lengths[1], open, ons_real(p, "coupling"), ons_real(p, "temperature"),
                               energy, heat);
}

static ons_status exact_energy(const ons_parameters *p, double *value) {
    double heat;
    return exact_means(p, value, &heat);
}

static ons_status exact_specific_heat(const ons_parameters *p, double *value) {
    double energy;
    return exact_means(p, &energy, value);
}

/* Without pairs and field the spins of any line of the lattice may be flipped (open: on all of it, too). */
static ons_status exact_magnetization_squared(const ons_parameters *p, double *value) {
    *value = 1 / sites_of(p);
    const bool lines = dimension_of(p) == 2;
    return lines && ons_real(p, "pair_coupling") == 0 && ons_real(p, "field") == 0 ? ONS_OK : ONS_DONE;
}

static ons_status symmetric(const ons_parameters *p, double *value) {
    *value = 0;
    return ons_real(p, "field") == 0 ? ONS_OK : ONS_DONE;
}

static const ons_exact exacts[] = {{"energy", exact_energy, "independent plaquettes with their constraints"},
                                   {"specific_heat", exact_specific_heat, "the same"},
                                   {"magnetization", symmetric, "symmetry without field"},
                                   {"magnetization_squared", exact_magnetization_squared, "flips of rows and columns"},
                                   {.name = NULL}};

/* ---- check ---------------------------------------------------------------------------------------------------- */

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    ons_graph_plan graph;
    ons_status status = lattice_plan(p, LATTICE_LISTED, NULL, &graph, NULL);
    if (status) { return status; }
    const double bytes = ons_terms_bytes(graph.sites, 4, terms_of(p), 1) + graph.bytes;
    ons_plan_bytes(plan, bytes);
    status = lattice_check_sites(p, &graph, bytes);
    if (!status) { status = spin_arrays_plan(p, plan, CORRELATION); }
    if (!status && (graph.self_bonds || graph.multiple_bonds)) {
        ons_plan_note(plan, "periodic L so short that squares share all their sites (L = 2) or spins cancel in them "
                            "(L = 1): they are kept, couplings add, cancelled ones are constants in the energy");
    }
    return status;
}

/* ---- the state ------------------------------------------------------------------------------------------------ */

typedef struct plaquette_state {
    ons_graph *graph; /* the sites, for arrays */
    ons_multispin_model *model;
    ons_multispin *spins;
    ons_multispin_update update;
    double temperature;
    spin_arrays arrays;
} plaquette_state;

static ons_status create(void *memory, ons_context *context) {
    plaquette_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_terms *terms = NULL;
    state->update = (ons_multispin_update)ons_choice(p, "update");
    state->temperature = ons_real(p, "temperature");
    ons_status status = open_terms(&terms, p);
    if (!status) { status = ons_multispin_model_create(&state->model, terms, ons_real(p, "field")); }
    ons_terms_free(terms);
    if (!status) {
        status = ons_multispin_create(&state->spins, state->model, ons_stream(context, 0, STREAM_DYNAMICS));
    }
    if (!status && ons_choice(p, "start") == START_RANDOM) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        ons_multispin_start_random(state->spins, &random);
    }
    if (!status) { status = lattice_open_graph(&state->graph, p, LATTICE_LISTED); }
    return status ? status : spin_arrays_open(&state->arrays, state->graph, p);
}

static ons_status advance(void *memory, ons_context *context) {
    (void)context;
    const plaquette_state *state = memory;
    ons_multispin_step(state->spins, state->update, state->temperature);
    return ONS_OK;
}

/* (1/N) sum over the layers across a direction of |sum of s_i s_j|, j the neighbour of i in the next layer. */
static double layer_order(const plaquette_state *state, unsigned direction) {
    const ons_graph *graph = state->graph;
    const int8_t *spins = ons_multispin_spins(state->spins);
    const size_t length = (size_t)graph->lengths[direction];
    size_t block = 1;
    for (unsigned d = direction + 1; d < graph->lattice->dimension; d++) { block *= (size_t)graph->lengths[d]; }
    const size_t layers = graph->boundary == ONS_OPEN ? length - 1 : length;
    int64_t total = 0;
    for (size_t layer = 0; layer < layers; layer++) {
        const size_t next = (layer + 1) % length;
        int64_t sum = 0;
        for (size_t repeat = 0; repeat < graph->sites; repeat += length * block) {
            const int8_t *here = spins + repeat + layer * block, *there = spins + repeat + next * block;
            for (size_t k = 0; k < block; k++) { sum += here[k] * there[k]; }
        }
        total += sum < 0 ? -sum : sum;
    }
    return (double)total / graph->sites;
}

static void copied_spins(const void *memory, unsigned c, double *values) {
    const plaquette_state *state = memory;
    const int8_t *spins = ons_multispin_spins(state->spins);
    (void)c;
    for (uint32_t i = 0; i < state->graph->sites; i++) { values[i] = spins[i]; }
}

static ons_status measure(const void *memory, ons_context *context) {
    const plaquette_state *state = memory;
    const unsigned dimension = state->graph->lattice->dimension;
    const double e = ons_multispin_energy(state->spins) / state->graph->sites,
                 m = ons_multispin_magnetization(state->spins);
    double q = 0;
    for (unsigned d = 0; d < dimension; d++) { q += layer_order(state, d) / dimension; }
    ons_measure(context, ENERGY, 0, e);
    ons_measure(context, ENERGY_SQUARED, 0, e * e);
    ons_measure(context, MAGNETIZATION, 0, m);
    ons_measure(context, MAGNETIZATION_ABS, 0, fabs(m));
    ons_measure(context, MAGNETIZATION_SQUARED, 0, m * m);
    ons_measure(context, MAGNETIZATION_FOURTH, 0, square(m * m));
    ons_measure(context, LAYER_ORDER, 0, q);
    ons_measure(context, LAYER_ORDER_SQUARED, 0, q * q);
    ons_measure(context, LAYER_ORDER_FOURTH, 0, square(q * q));
    spin_arrays_measure(&state->arrays, context, CORRELATION, state, 1, copied_spins, 1, 0);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    const plaquette_state *state = memory;
    size_t dimensions[ONS_DIMENSIONS + 1];
    const unsigned rank = lattice_shape(state->graph, dimensions);
    ons_status status =
        ons_persist_configuration(part, "spins", ONS_I8, ons_multispin_spins(state->spins), rank, dimensions);
    if (!status) { status = ons_persist_random(part, "random", ons_multispin_random(state->spins)); }
    return status || !ons_part_reading(part) ? status : ons_multispin_refresh(state->spins);
}

static void colour(const void *data, uint32_t site, uint8_t *rgb) {
    static const uint8_t colours[2][3] = {{20, 40, 90}, {250, 250, 245}};
    memcpy(rgb, colours[((const int8_t *)data)[site] > 0], 3);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const plaquette_state *state = memory;
    (void)lane;
    return lattice_picture(state->graph, colour, ons_multispin_spins(state->spins), picture);
}

static void destroy(void *memory) {
    plaquette_state *state = memory;
    ons_multispin_free(state->spins);
    ons_multispin_model_free(state->model);
    spin_arrays_close(&state->arrays);
    ons_graph_free(state->graph);
}

extern const ons_system ons_system_plaquette_ising;
const ons_system ons_system_plaquette_ising = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "plaquette-ising",
    .summary = "Ising spins coupled by fours on squares: the plaquette model, gonihedric at kappa = 0",
    .details = PLAQUETTE_ISING_DETAILS,
    .step = "sweep",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 20000, .warmup = "auto", .every = "1", .replicas = 4},
    .state_size = sizeof(plaquette_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
