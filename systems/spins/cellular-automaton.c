/*
 * cellular-automaton: particles that move and scatter on a ring, for an ensemble of initial states or for a wave
 * function.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cellular_automaton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cellular_automaton_text.h"

static const ons_parameter parameters[] = {
    {"model", ONS_CHOICE, 0, "thirring", "right-movers|movers|thirring|scatterers", NULL, NULL, NULL, "the rule"},
    {"method", ONS_CHOICE, 0, "ensemble", "ensemble|wave", NULL, NULL, NULL,
     "a sample of initial states, or the exact wave function of a few particles on few cells"},
    {"cells", ONS_INTEGER, 0, "96", NULL, "[2, 1048576]", NULL, NULL, "of the ring"},
    {"colours", ONS_INTEGER, 0, "1", NULL, "[1, 8]", "model=right-movers|movers", NULL, "kinds of each mover"},
    {"scatterer_density", ONS_REAL, 0, "0.1", NULL, "[0, 1]", "model=scatterers", NULL,
     "fraction of the cells that scatter"},
    {"start", ONS_CHOICE, 0, "beams", "uniform|step|packet|beams", NULL, NULL, NULL, "distribution of initial states"},
    {"density", ONS_REAL, 0, "0.5", NULL, "[0, 1]", "method=ensemble", NULL, "probability of a particle on a bit"},
    {"width", ONS_REAL, 0, "cells/16", NULL, "(0, inf)", "start=packet|beams", "cells",
     "standard deviation of a packet in p = q^2"},
    {"members", ONS_INTEGER, 0, "1024", NULL, "[64, 1048576]", "method=ensemble", NULL,
     "initial states a replica, a multiple of 64"},
    {"particles", ONS_INTEGER, 0, "2", NULL, "[1, 8]", "method=wave", NULL, "of the sector"},
    {"momentum", ONS_REAL, 0, "0.7853981633974483", NULL, NULL, "method=wave", "1/cell", "of the packets"},
    {.name = NULL}};

static const ons_observable observables[] = {
    [RIGHT] = {"right", ONS_SERIES, 0, NULL, NULL, NULL, "mean number of right-movers in each cell, all colours"},
    [LEFT] = {"left", ONS_SERIES, 0, NULL, NULL, NULL, "mean number of left-movers in each cell, all colours"},
    [PARTICLES_RIGHT] = {"particles_right", ONS_SERIES, 0, NULL, NULL, NULL, "mean number of right-movers"},
    [PARTICLES_LEFT] = {"particles_left", ONS_SERIES, 0, NULL, NULL, NULL, "mean number of left-movers"},
    [COLOURS] = {"colour", ONS_SERIES, 0, NULL, NULL, NULL, "mean number of particles of each colour"},
    [SCATTERED] = {"scattered", ONS_SERIES, 0, NULL, NULL, NULL,
                   "mean number of cells in which the latest step scattered something"},
    [CORRELATION] = {"correlation", ONS_SERIES, 0, NULL, NULL, NULL,
                     "(1/cells) sum_x <s(x) s(x + r)>, s = 2 n - 1 of R_1, r = 0, 1, .., at most 31"},
    [MOMENTUM_DISTRIBUTION] = {"momentum_distribution", ONS_SERIES, 0, NULL, NULL, NULL,
                               "weight of the total momentum 2 pi k/cells, k = 0, 1, .."},
    [MOMENTUM_MEAN] = {"momentum_mean", ONS_SERIES, 0, NULL, NULL, "1/cell", "mean total momentum, -pi < P <= pi"},
    [NORM] = {"norm", ONS_SERIES, 0, NULL, NULL, NULL, "q_1.q_1 + q_2.q_2"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- checked ---- */

static ons_automaton automaton_of(const ons_parameters *p) {
    static const ons_rule rules[] = {ONS_RIGHT_MOVERS, ONS_MOVERS, ONS_THIRRING, ONS_SCATTERERS};
    const unsigned colours = ons_present(p, "colours") ? (unsigned)ons_integer(p, "colours") : 2;
    return (ons_automaton){rules[ons_choice(p, "model")], colours, (uint64_t)ons_integer(p, "cells"), NULL};
}

static bool scatters(const ons_automaton *automaton) {
    return automaton->rule == ONS_THIRRING || automaton->rule == ONS_SCATTERERS;
}

static ons_status check_wave(const ons_parameters *p, const ons_automaton *automaton, double *bytes) {
    const uint64_t bits = ons_automaton_bits(automaton);
    if (bits > 63) {
        return ons_fail(ONS_INVALID, "method=wave holds at most 63 bits, and %llu cells have %llu: give cells=%llu",
                        (unsigned long long)automaton->cells, (unsigned long long)bits,
                        (unsigned long long)(63 / ons_automaton_planes(automaton)));
    }
    if (ons_choice(p, "start") == START_STEP) {
        return ons_fail(ONS_INVALID,
                        "start=step is a distribution of method=ensemble; a wave starts from uniform, packet "
                        "or beams");
    }
    ons_sector sector;
    const ons_status status = ons_sector_init(&sector, (unsigned)bits, (unsigned)ons_integer(p, "particles"));
    if (status) { return status; }
    if (sector.states > LARGEST_SECTOR) {
        return ons_fail(ONS_INVALID, "%u particles on %u bits have %llu states; at most %d can be held",
                        sector.particles, sector.bits, (unsigned long long)sector.states, LARGEST_SECTOR);
    }
    *bytes = 40.0 * (double)sector.states;
    return ONS_OK;
}

static ons_status check_ensemble(const ons_parameters *p, const ons_automaton *automaton, double *bytes) {
    const int64_t members = ons_integer(p, "members");
    if (members % 64) {
        return ons_fail(ONS_INVALID, "an ensemble has a multiple of 64 members, and %lld is none", (long long)members);
    }
    *bytes = (double)ons_automaton_bits(automaton) * (double)members / 8;
    return ONS_OK;
}

static void omit(const ons_automaton *automaton, bool wave, ons_plan *plan) {
    if (automaton->rule == ONS_RIGHT_MOVERS) {
        ons_plan_omit(plan, "left");
        ons_plan_omit(plan, "particles_left");
    }
    if (wave || !scatters(automaton)) { ons_plan_omit(plan, "scattered"); }
    if (wave) { ons_plan_omit(plan, "correlation"); }
    if (!wave) {
        ons_plan_omit(plan, "momentum_distribution");
        ons_plan_omit(plan, "momentum_mean");
        ons_plan_omit(plan, "norm");
    }
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_automaton automaton = automaton_of(p);
    const bool wave = ons_choice(p, "method") == METHOD_WAVE;
    double bytes = 0;
    ons_status status = ons_automaton_check(&automaton);
    if (!status) { status = wave ? check_wave(p, &automaton, &bytes) : check_ensemble(p, &automaton, &bytes); }
    if (status) { return status; }
    const size_t cells = (size_t)automaton.cells, colours = automaton.colours,
                 far = cells < FARTHEST ? cells : FARTHEST;
    ons_plan_bytes(plan, bytes + 32.0 * (double)ons_automaton_bits(&automaton) + DIAGRAM_ROWS * DIAGRAM_CELLS);
    ons_plan_shape(plan, RIGHT, 1, &cells);
    ons_plan_shape(plan, LEFT, 1, &cells);
    ons_plan_shape(plan, MOMENTUM_DISTRIBUTION, 1, &cells);
    ons_plan_shape(plan, COLOURS, 1, &colours);
    ons_plan_shape(plan, CORRELATION, 1, &far);
    omit(&automaton, wave, plan);
    return ONS_OK;
}

/* ---- the start ---- */

static double bell(double x, double middle, double width, double cells) {
    double d = fabs(x - middle);
    d = fmin(d, cells - d);
    return ons_exp(-d * d / (2 * width * width));
}

double automaton_start_weight(const automaton_state *state, const ons_parameters *p, unsigned plane, uint64_t cell) {
    const double cells = (double)state->automaton.cells, x = (double)cell;
    const bool first = plane == 0, last = plane + 1 == state->planes, wave = state->wave != NULL;
    switch (ons_choice(p, "start")) {
    case START_STEP: return 2 * cell < state->automaton.cells ? 1 : 0;
    case START_PACKET: return wave && !first ? 0 : bell(x, floor(cells / 2), ons_real(p, "width"), cells);
    case START_BEAMS:
        if (!first && !last) { return 0; }
        return bell(x, floor(first ? cells / 4 : 3 * cells / 4), ons_real(p, "width"), cells);
    default: return 1;
    }
}

static ons_status start_ensemble(automaton_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    ons_random random = ons_stream(context, 0, STREAM_START);
    state->members = (uint64_t)ons_integer(p, "members");
    const ons_status status = ons_ensemble_create(&state->ensemble, &state->automaton, state->members);
    for (unsigned plane = 0; !status && plane < state->planes; plane++) {
        for (uint64_t cell = 0; cell < state->automaton.cells; cell++) {
            const double weight = automaton_start_weight(state, p, plane, cell);
            ons_ensemble_fill(state->ensemble, plane, cell, ons_real(p, "density") * weight, &random);
        }
    }
    return status;
}

static ons_status draw_scatterers(automaton_state *state, ons_context *context) {
    const uint64_t cells = state->automaton.cells;
    ons_random random = ons_stream(context, 0, STREAM_SCATTERERS);
    const double density = ons_real(ons_context_parameters(context), "scatterer_density");
    state->scatterer = ONS_NEW(uint64_t, (cells + 63) / 64);
    if (!state->scatterer) { return ONS_MEMORY; }
    for (uint64_t x = 0; x < cells; x++) {
        state->scatterer[x / 64] |= (uint64_t)(ons_random_uniform(&random) < density) << x % 64;
    }
    state->automaton.scatterer = state->scatterer;
    return ONS_OK;
}

/* ---- the state ---- */

/* The diagram's row of now, while there is room. */
static void draw_row(automaton_state *state) {
    if (state->rows >= DIAGRAM_ROWS) { return; }
    uint8_t *row = state->diagram + state->rows++ * state->width;
    if (state->wave) { automaton_wave_occupation(state, state->occupation); }
    for (size_t x = 0; x < state->width; x++) {
        double number = 0;
        unsigned seen = 0;
        for (unsigned plane = 0; plane < state->planes; plane++) {
            const bool left = plane >= state->automaton.colours, other = plane % state->automaton.colours != 0;
            if (state->wave) {
                number += state->occupation[plane * state->automaton.cells + x];
            } else if (*ons_ensemble_place(state->ensemble, plane, x) & 1) {
                seen |= 1U << (2 * left + other);
            }
        }
        row[x] = state->wave ? (uint8_t)(255 * fmin(number, 1)) : (uint8_t)seen;
    }
}

static ons_status create(void *memory, ons_context *context) {
    automaton_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    state->automaton = automaton_of(p);
    state->planes = ons_automaton_planes(&state->automaton);
    const size_t cells = (size_t)state->automaton.cells;
    state->width = cells < DIAGRAM_CELLS ? cells : DIAGRAM_CELLS;
    state->diagram = ONS_NEW(uint8_t, DIAGRAM_ROWS * state->width);
    state->occupation = ONS_NEW(double, state->planes *cells);
    state->right = ONS_NEW(double, cells);
    state->left = ONS_NEW(double, cells);
    if (!state->diagram || !state->occupation || !state->right || !state->left) { return ONS_MEMORY; }
    ons_status status = state->automaton.rule == ONS_SCATTERERS ? draw_scatterers(state, context) : ONS_OK;
    if (status) { return status; }
    status =
        ons_choice(p, "method") == METHOD_WAVE ? automaton_wave_create(state, context) : start_ensemble(state, context);
    if (!status) { draw_row(state); }
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    (void)context;
    automaton_state *state = memory;
    if (state->wave) {
        automaton_wave_step(state->wave);
    } else {
        ons_ensemble_step(state->ensemble);
    }
    draw_row(state);
    return ONS_OK;
}

/* <n> of a bit from the ensemble. */
static double occupation(const automaton_state *state, unsigned plane, uint64_t cell) {
    return (double)ons_ensemble_count(state->ensemble, plane, cell) / (double)state->members;
}

static void measure_correlation(const automaton_state *state, ons_context *context) {
    const uint64_t cells = state->automaton.cells;
    const size_t words = state->ensemble->words, far = cells < FARTHEST ? (size_t)cells : FARTHEST;
    double correlation[FARTHEST];
    for (size_t r = 0; r < far; r++) {
        uint64_t different = 0;
        for (uint64_t x = 0; x < cells; x++) {
            const uint64_t *a = ons_ensemble_place(state->ensemble, 0, x),
                           *b = ons_ensemble_place(state->ensemble, 0, (x + r) % cells);
            for (size_t k = 0; k < words; k++) { different += (uint64_t)__builtin_popcountll(a[k] ^ b[k]); }
        }
        correlation[r] = 1 - 2 * (double)different / ((double)state->members * (double)cells);
    }
    ons_measure_array(context, CORRELATION, 0, correlation);
}

/* Fills right, left and colour[] from the occupation of every bit. */
static void add_up(const automaton_state *state, double *colour) {
    const uint64_t cells = state->automaton.cells;
    const unsigned colours = state->automaton.colours;
    if (state->wave) { automaton_wave_occupation(state, state->occupation); }
    for (uint64_t x = 0; x < cells; x++) {
        double sums[2] = {0, 0};
        for (unsigned plane = 0; plane < state->planes; plane++) {
            const double n = state->wave ? state->occupation[plane * cells + x] : occupation(state, plane, x);
            sums[plane >= colours] += n;
            colour[plane % colours] += n;
        }
        state->right[x] = sums[0];
        state->left[x] = sums[1];
    }
}

static double total(const double *numbers, uint64_t count) {
    double sum = 0;
    for (uint64_t k = 0; k < count; k++) { sum += numbers[k]; }
    return sum;
}

static ons_status measure(const void *memory, ons_context *context) {
    const automaton_state *state = memory;
    const uint64_t cells = state->automaton.cells;
    double colour[ONS_COLOURS] = {0};
    add_up(state, colour);
    ons_measure_array(context, RIGHT, 0, state->right);
    ons_measure(context, PARTICLES_RIGHT, 0, total(state->right, cells));
    if (state->automaton.rule != ONS_RIGHT_MOVERS) {
        ons_measure_array(context, LEFT, 0, state->left);
        ons_measure(context, PARTICLES_LEFT, 0, total(state->left, cells));
    }
    ons_measure_array(context, COLOURS, 0, colour);
    if (state->wave) { return automaton_wave_measure(state, context); }
    if (scatters(&state->automaton)) {
        ons_measure(context, SCATTERED, 0, (double)state->ensemble->scattered / (double)state->members);
    }
    measure_correlation(state, context);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    automaton_state *state = memory;
    ons_status status = ons_persist(part, "rows", ONS_U64, &state->rows, 1);
    if (!status) { status = ons_persist(part, "diagram", ONS_U8, state->diagram, DIAGRAM_ROWS * state->width); }
    if (!status && state->rows > DIAGRAM_ROWS) { status = ons_fail(ONS_FAILED, "the diagram has too many rows"); }
    if (status) { return status; }
    if (state->wave) {
        return ons_persist(part, "psi", ONS_F64, state->wave->psi, 2 * (size_t)state->wave->sector.states);
    }
    ons_ensemble *ensemble = state->ensemble;
    const size_t words = (size_t)ons_automaton_bits(&state->automaton) * ensemble->words;
    status = ons_persist(part, "bits", ONS_U64, ensemble->bits, words);
    if (!status) { status = ons_persist(part, "turns", ONS_U64, &ensemble->turns, 1); }
    if (!status) { status = ons_persist(part, "scattered", ONS_U64, &ensemble->scattered, 1); }
    if (!status && ensemble->turns >= state->automaton.cells) {
        status = ons_fail(ONS_FAILED, "the ring of the part has turned too far");
    }
    return status;
}

/* Kinds of particles add their colours. */
static void paint(uint8_t seen, uint8_t *rgb) {
    static const int colours[4][3] = {{230, 159, 0}, {213, 60, 0}, {86, 180, 233}, {0, 90, 200}};
    int sum[3] = {0};
    for (unsigned k = 0; k < 4; k++) {
        for (unsigned c = 0; c < 3 && seen >> k & 1; c++) { sum[c] += colours[k][c]; }
    }
    for (unsigned c = 0; c < 3; c++) { rgb[c] = (uint8_t)(sum[c] < 255 ? sum[c] : 255); }
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const automaton_state *state = memory;
    const size_t rows = (size_t)state->rows, block = state->width < 512 && rows < 512 ? 4 : 1;
    const ons_status status = ons_picture_size(image, state->width * block, rows * block);
    if (status) { return status; }
    for (size_t y = 0; y < image->height; y++) {
        for (size_t x = 0; x < image->width; x++) {
            const uint8_t seen = state->diagram[y / block * state->width + x / block];
            uint8_t *rgb = image->pixels + 3 * (y * image->width + x);
            if (state->wave) {
                ons_colour_scale(seen / 255.0, 0, 1, rgb);
            } else {
                paint(seen, rgb);
            }
        }
    }
    return ONS_OK;
}

static void destroy(void *memory) {
    automaton_state *state = memory;
    ons_ensemble_free(state->ensemble);
    automaton_wave_free(state->wave);
    free(state->scatterer);
    free(state->diagram);
    free(state->occupation);
    free(state->right);
    free(state->left);
}

extern const ons_system ons_system_cellular_automaton;
const ons_system ons_system_cellular_automaton = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "cellular-automaton",
    .summary = "particles that move and scatter on a ring: probabilistic cellular automata as discrete quantum systems",
    .details = CELLULAR_AUTOMATON_DETAILS,
    .step = "update of all cells",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 96, .replicas = 16},
    .state_size = sizeof(automaton_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
