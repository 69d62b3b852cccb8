/*
 * step-evolution: information that passes from slice to slice of a generalised Ising model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "step_evolution_text.h"

/* ---- what exists ---- */

enum { MODEL_ISING, MODEL_CHAIN, MODEL_DIAGONAL, MODEL_RANDOM, MODEL_RIGHT, MODEL_MOVERS, MODEL_THIRRING, MODEL_CLOCK };
enum { STREAM_HISTORIES, STREAM_START, STREAM_COUPLINGS };
enum { GAP_SPINS = 14, DIAGRAM_ROWS = 2048 };

static const ons_parameter parameters[] = {
    {"model", ONS_CHOICE, 0, "ising", "ising|ising-chain|diagonal-ising|random|right-movers|movers|thirring|clock",
     NULL, NULL, NULL, "what couples a slice to the next"},
    {"spins", ONS_INTEGER, 0, "8", NULL, "[1, 24]", "model=ising|diagonal-ising|random|clock", NULL,
     "M, spins of a slice"},
    {"cells", ONS_INTEGER, 0, "4", NULL, "[1, 24]", "model=right-movers|movers|thirring", NULL,
     "cells of the ring; a slice has 1, 2 or 4 spins a cell (right-movers, movers, thirring)"},
    {"slices", ONS_INTEGER, 0, "48", NULL, "[1, 1000000]", NULL, NULL, "N, steps from slice 0 to the last slice"},
    {"kappa", ONS_REAL, 0, "0.5", NULL, NULL, "model=ising|ising-chain|diagonal-ising", NULL,
     "coupling between slices, in units of temperature"},
    {"kappa_space", ONS_REAL, 0, "kappa", NULL, NULL, "model=ising", NULL, "coupling of neighbours within a slice"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, "model=ising|ising-chain", NULL, "field on every spin"},
    {"strength", ONS_REAL, 0, "0.5", NULL, "[0, 100]", "model=random", NULL, "standard deviation of the couplings"},
    {"initial", ONS_REAL, ONS_ARRAY, "1", NULL, "[-1, 1]", NULL, NULL,
     "boundary at slice 0: weight prod (1 + initial_k s_k)/2; one number for all spins, or one a spin"},
    {"final", ONS_REAL, ONS_ARRAY, "0", NULL, "[-1, 1]", NULL, NULL,
     "boundary at the last slice: weight prod (1 + final_k s_k); 0: free"},
    {"mark", ONS_INTEGER, 0, "0", NULL, "[0, 23]", NULL, NULL, "the spin of slice 0 in `correlation`, and of `purity`"},
    {"histories", ONS_INTEGER, 0, "0", NULL, "[0, 1000000]", NULL, NULL, "histories drawn by their weight"},
    {.name = NULL}};

enum { SPIN, MAGNETIZATION, CORRELATION, ENTROPY, PURITY, NORM, SAMPLED_SPIN, LOG_PARTITION, GAP, OBSERVABLES };

static const ons_observable observables[] = {
    [SPIN] = {"spin", ONS_SERIES, 0, NULL, NULL, NULL, "<s_k(t)> for every spin of the slice"},
    [MAGNETIZATION] = {"magnetization", ONS_SERIES, 0, NULL, NULL, NULL, "(1/M) sum_k <s_k(t)>"},
    [CORRELATION] = {"correlation", ONS_SERIES, 0, NULL, NULL, NULL,
                     "<s_k(t) s_mark(0)> for every spin, not connected"},
    [ENTROPY] = {"entropy", ONS_SERIES, 0, NULL, NULL, "nats", "-sum p ln p over the 2^M states of the slice"},
    [PURITY] = {"purity", ONS_SERIES, 0, NULL, NULL, NULL, "tr rho^2 of the density matrix of the spin `mark` alone"},
    [NORM] = {"norm", ONS_SERIES, 0, NULL, NULL, NULL, "ln |q(t)| - ln |q(0)| of the forward wave function"},
    [SAMPLED_SPIN] = {"sampled_spin", ONS_SERIES, 0, NULL, NULL, NULL, "mean of s_k(t) over the drawn histories"},
    [LOG_PARTITION] = {"log_partition", ONS_VALUE, 0, NULL, NULL, NULL, "ln Z of the whole with its boundaries"},
    [GAP] = {"gap", ONS_VALUE, 0, NULL, NULL, NULL, "ln(l0/l1), leading eigenvalues even and odd under s -> -s"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- models ---- */

static ons_automaton automaton_of(const ons_parameters *p) {
    const int model = ons_choice(p, "model");
    if (model == MODEL_CLOCK) { return (ons_automaton){ONS_COUNTER, 1, (uint64_t)ons_integer(p, "spins"), NULL}; }
    const ons_rule rule = model == MODEL_RIGHT ? ONS_RIGHT_MOVERS : model == MODEL_MOVERS ? ONS_MOVERS : ONS_THIRRING;
    return (ons_automaton){rule, model == MODEL_THIRRING ? 2 : 1, (uint64_t)ons_integer(p, "cells"), NULL};
}

static bool jumps(const ons_parameters *p) { return ons_choice(p, "model") >= MODEL_RIGHT; }

static unsigned spins_of(const ons_parameters *p) {
    if (ons_choice(p, "model") == MODEL_CHAIN) { return 1; }
    if (!jumps(p)) { return (unsigned)ons_integer(p, "spins"); }
    const ons_automaton automaton = automaton_of(p);
    return (unsigned)ons_automaton_bits(&automaton);
}

static ons_status make_jump(ons_step **step, const ons_parameters *p) {
    const ons_automaton automaton = automaton_of(p);
    const unsigned spins = spins_of(p);
    ons_status status = ons_step_create(step, spins);
    uint32_t *target = ONS_NEW(uint32_t, (size_t)1 << spins);
    if (!status && !target) { status = ONS_MEMORY; }
    for (uint32_t k = 0; !status && k < 1U << spins; k++) { target[k] = (uint32_t)ons_automaton_next(&automaton, k); }
    if (!status) { status = ons_step_jump(*step, target); }
    free(target);
    return status;
}

static ons_status make_step(ons_step **step, const ons_parameters *p, ons_random *random) {
    ons_step_couplings couplings;
    const unsigned spins = spins_of(p);
    switch (ons_choice(p, "model")) {
    case MODEL_ISING:
        ons_step_ising(&couplings, spins, ons_real(p, "kappa"), ons_real(p, "kappa_space"), ons_real(p, "field"));
        break;
    case MODEL_CHAIN: ons_step_ising(&couplings, spins, ons_real(p, "kappa"), 0, ons_real(p, "field")); break;
    case MODEL_DIAGONAL: ons_step_diagonal_ising(&couplings, spins, ons_real(p, "kappa")); break;
    case MODEL_RANDOM: ons_step_random(&couplings, spins, ons_real(p, "strength"), random); break;
    default: return make_jump(step, p);
    }
    return ons_step_from_couplings(step, &couplings);
}

static bool has_gap(const ons_parameters *p) {
    const int model = ons_choice(p, "model");
    if (model > MODEL_DIAGONAL || spins_of(p) > GAP_SPINS || !(ons_real(p, "kappa") > 0)) { return false; }
    if (model == MODEL_ISING && ons_real(p, "kappa_space") < 0) { return false; }
    return model == MODEL_DIAGONAL || ons_real(p, "field") == 0;
}

/* ---- exact gaps ---- */

static double dual(double kappa) { return -0.5 * log(tanh(kappa)); }

/* Kaufman, Phys. Rev. 76, 1232 (1949): cosh g(k) = cosh 2a* cosh 2b - sinh 2a* sinh 2b cos k for couplings a along and
 * b across; momenta of the two sectors are the odd and the even multiples of pi/M. */
static double kaufman_gap(unsigned width, double along, double across) {
    const double a = dual(along);
    double sum = 0;
    for (unsigned j = 0; j < 2 * width; j++) {
        const double k = j * 3.14159265358979323846 / width;
        const double c = cosh(2 * a) * cosh(2 * across) - sinh(2 * a) * sinh(2 * across) * cos(k);
        const double energy = j == 0 ? 2 * (a - across) : acosh(fmax(c, 1));
        sum += j % 2 ? energy / 2 : -energy / 2;
    }
    return sum + 2 * (a - across);
}

static ons_status exact_gap(const ons_parameters *p, double *value) {
    if (!has_gap(p)) { return ONS_DONE; }
    const double kappa = ons_real(p, "kappa"), lost = -log(tanh(kappa));
    const bool ring = ons_choice(p, "model") == MODEL_ISING && spins_of(p) > 1;
    *value = ring ? kaufman_gap(spins_of(p), kappa, ons_real(p, "kappa_space")) : lost;
    return ONS_OK;
}

static const ons_exact exacts[] = {{"gap", exact_gap, "ln coth kappa; Kaufman 1949"}, {.name = NULL}};

/* ---- checked ---- */

static ons_status check_boundary(const ons_parameters *p, const char *name) {
    size_t count;
    ons_reals(p, name, &count);
    if (count == 1 || count == spins_of(p)) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "%s has %zu numbers; a slice has %u spins: give one number, or one a spin", name,
                    count, spins_of(p));
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const unsigned spins = spins_of(p);
    if (spins > ONS_STEP_SPINS) {
        return ons_fail(ONS_INVALID, "these cells make a slice of %u spins; at most %d can be held", spins,
                        ONS_STEP_SPINS);
    }
    if (ons_integer(p, "mark") >= spins) {
        return ons_fail(ONS_INVALID, "a slice has spins 0 to %u, and `mark` is %lld", spins - 1,
                        (long long)ons_integer(p, "mark"));
    }
    ons_status status = check_boundary(p, "initial");
    if (!status) { status = check_boundary(p, "final"); }
    if (status) { return status; }
    const double slices = (double)ons_integer(p, "slices"), histories = (double)ons_integer(p, "histories");
    ons_plan_bytes(plan, ons_evolution_bytes(spins, (uint64_t)slices) + ldexp(24, (int)spins) +
                             (slices + 1) * spins * sizeof(double) + histories * sizeof(uint32_t));
    const size_t shape = spins;
    ons_plan_shape(plan, SPIN, 1, &shape);
    ons_plan_shape(plan, CORRELATION, 1, &shape);
    ons_plan_shape(plan, SAMPLED_SPIN, 1, &shape);
    if (histories < 1) { ons_plan_omit(plan, "sampled_spin"); }
    if (!has_gap(p)) { ons_plan_omit(plan, "gap"); }
    return ONS_OK;
}

static bool quenched(const ons_parameters *p) { return ons_choice(p, "model") == MODEL_RANDOM; }

/* ---- the state ---- */

typedef struct evolution_state {
    ons_step *step;
    ons_evolution *evolution;
    unsigned spins, mark;
    uint64_t slices, slice;
    double norm, gap; /* gap: NaN where there is none */
    double *profile;  /* [slices + 1][spins] <s_k(t)> as far as it has come */
    double *probability;
    uint32_t *history; /* [histories] the state of each at this slice */
    size_t histories;
    ons_random random;
} evolution_state;

static void fill_boundary(const ons_parameters *p, const char *name, double scale, unsigned spins, double *weight) {
    size_t count;
    const double *means = ons_reals(p, name, &count);
    weight[0] = 1;
    for (unsigned k = 0; k < spins; k++) { /* states of the first k spins are known: the next one doubles them */
        const double mean = means[count == 1 ? 0 : k];
        const size_t half = (size_t)1 << k;
        for (size_t s = 0; s < half; s++) {
            weight[half + s] = weight[s] * (1 + mean) / scale;
            weight[s] *= (1 - mean) / scale;
        }
    }
}

static ons_status make_evolution(evolution_state *state, const ons_parameters *p) {
    const size_t states = (size_t)1 << state->spins;
    double *initial = ONS_NEW(double, states), *final = ONS_NEW(double, states);
    ons_status status = initial && final ? ONS_OK : ONS_MEMORY;
    if (!status) {
        fill_boundary(p, "initial", 2, state->spins, initial);
        fill_boundary(p, "final", 1, state->spins, final);
        const ons_step *step = state->step;
        status = ons_evolution_create(&state->evolution, &step, 1, state->slices, initial, final);
    }
    free(initial);
    free(final);
    if (!status) { status = ons_evolution_prepare(state->evolution, NULL, NULL); }
    return status ? status : ons_evolution_mark(state->evolution, state->mark);
}

static ons_status find_gap(evolution_state *state) {
    const size_t states = (size_t)1 << state->spins;
    double *even = ONS_NEW(double, states), *odd = ONS_NEW(double, states), first, second;
    ons_status status = even && odd ? ONS_OK : ONS_MEMORY;
    for (size_t s = 0; !status && s < states; s++) {
        even[s] = 1;
        odd[s] = 2.0 * __builtin_popcountll(s) - state->spins;
    }
    if (!status) { status = ons_step_leading(state->step, even, 1e-9, 1000000, &first); }
    if (!status) { status = ons_step_leading(state->step, odd, 1e-9, 1000000, &second); }
    if (!status) { state->gap = log(first / second); }
    free(even);
    free(odd);
    return status;
}

static void keep_profile(evolution_state *state) {
    ons_evolution_spins(state->evolution, state->profile + state->slice * state->spins);
}

static ons_status create(void *memory, ons_context *context) {
    evolution_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_random random = ons_stream(context, 0, STREAM_COUPLINGS);
    state->spins = spins_of(p);
    state->mark = (unsigned)ons_integer(p, "mark");
    state->slices = (uint64_t)ons_integer(p, "slices");
    state->histories = (size_t)ons_integer(p, "histories");
    state->random = ons_stream(context, 0, STREAM_HISTORIES);
    state->gap = NAN;
    state->profile = ons_allocate((size_t)state->slices + 1, state->spins * sizeof(double));
    state->probability = ONS_NEW(double, (size_t)1 << state->spins);
    state->history = ONS_NEW(uint32_t, state->histories);
    if (!state->profile || !state->probability || !state->history) { return ONS_MEMORY; }
    ons_status status = make_step(&state->step, p, &random);
    if (!status) { status = make_evolution(state, p); }
    if (!status && has_gap(p)) { status = find_gap(state); }
    if (status) { return status; }
    keep_profile(state);
    for (size_t k = 0; k < state->histories; k++) {
        state->history[k] = ons_evolution_draw(state->evolution, ons_random_uniform(&state->random));
    }
    return ONS_OK;
}

/* To the next slice, without the histories. */
static ons_status pass(evolution_state *state) {
    const ons_status status = ons_evolution_advance(state->evolution);
    if (status) { return status; }
    state->slice++;
    state->norm += ons_evolution_growth(state->evolution);
    keep_profile(state);
    return ONS_OK;
}

static ons_status advance(void *memory, ons_context *context) {
    evolution_state *state = memory;
    const ons_status status = pass(state);
    if (status) { return status; }
    for (size_t k = 0; k < state->histories; k++) {
        state->history[k] =
            ons_evolution_draw_next(state->evolution, state->history[k], ons_random_uniform(&state->random));
    }
    ons_value(context, LOG_PARTITION, 0, 0, ons_evolution_log_partition(state->evolution), -1);
    if (!isnan(state->gap)) { ons_value(context, GAP, 0, 0, state->gap, -1); }
    return state->slice == state->slices ? ONS_DONE : ONS_OK;
}

static double entropy(const double *probability, size_t states) {
    double sum = 0;
    for (size_t s = 0; s < states; s++) {
        if (probability[s] > 0) { sum -= probability[s] * ons_log(probability[s]); }
    }
    return sum;
}

static void measure_histories(const evolution_state *state, ons_context *context) {
    double sums[ONS_STEP_SPINS] = {0};
    for (size_t h = 0; h < state->histories; h++) {
        for (unsigned k = 0; k < state->spins; k++) {
            sums[k] += (state->history[h] >> k & 1 ? 1.0 : -1.0) / (double)state->histories;
        }
    }
    ons_measure_array(context, SAMPLED_SPIN, 0, sums);
}

static ons_status measure(const void *memory, ons_context *context) {
    const evolution_state *state = memory;
    const double *spins = state->profile + state->slice * state->spins;
    double correlations[ONS_STEP_SPINS], one[4], sum = 0;
    ons_evolution_correlations(state->evolution, correlations);
    ons_evolution_probabilities(state->evolution, state->probability);
    ons_evolution_reduced(state->evolution, 1, &state->mark, one);
    for (unsigned k = 0; k < state->spins; k++) { sum += spins[k]; }
    ons_measure_array(context, SPIN, 0, spins);
    ons_measure(context, MAGNETIZATION, 0, sum / state->spins);
    ons_measure_array(context, CORRELATION, 0, correlations);
    ons_measure(context, ENTROPY, 0, entropy(state->probability, (size_t)1 << state->spins));
    ons_measure(context, PURITY, 0, one[0] * one[0] + 2 * one[1] * one[2] + one[3] * one[3]);
    ons_measure(context, NORM, 0, state->norm);
    if (state->histories) { measure_histories(state, context); }
    return ONS_OK;
}

/* The wave functions are made again; only what was drawn is stored. */
static ons_status persist(void *memory, ons_part *part) {
    evolution_state *state = memory;
    uint64_t slice = state->slice;
    ons_status status = ons_persist(part, "slice", ONS_U64, &slice, 1);
    if (!status) { status = ons_persist(part, "histories", ONS_U32, state->history, state->histories); }
    if (!status) { status = ons_persist_random(part, "random", &state->random); }
    if (status || !ons_part_reading(part)) { return status; }
    if (slice > state->slices) { return ons_fail(ONS_FAILED, "the part is at a slice beyond the last one"); }
    while (!status && state->slice < slice) { status = pass(state); }
    return status;
}

/* Time runs down; a spin is a column of pixels, coloured by <s_k(t)>. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const evolution_state *state = memory;
    const size_t rows = (size_t)(state->slices < DIAGRAM_ROWS ? state->slices + 1 : DIAGRAM_ROWS);
    const size_t high = rows < 384 ? 384 / rows : 1, wide = 240 / state->spins;
    const ons_status status = ons_picture_size(image, state->spins * wide, rows * high);
    if (status) { return status; }
    for (size_t y = 0; y < image->height; y++) {
        for (size_t x = 0; x < image->width && y / high <= state->slice; x++) {
            ons_colour_scale(state->profile[y / high * state->spins + x / wide], -1, 1,
                             image->pixels + 3 * (y * image->width + x));
        }
    }
    return ONS_OK;
}

static void destroy(void *memory) {
    evolution_state *state = memory;
    ons_evolution_free(state->evolution);
    ons_step_free(state->step);
    free(state->profile);
    free(state->probability);
    free(state->history);
}

extern const ons_system ons_system_step_evolution;
const ons_system ons_system_step_evolution = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "step-evolution",
    .summary =
        "generalised Ising models from time slice to time slice: classical wave functions, information transport",
    .details = STEP_EVOLUTION_DETAILS,
    .step = "time slice",
    .parameters = parameters,
    .observables = observables,
    .exact = exacts,
    .controls = {.steps = 1000, .replicas = 1},
    .state_size = sizeof(evolution_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};
