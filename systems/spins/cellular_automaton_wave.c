/*
 * The wave function of a cellular automaton on a sector of fixed particle number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cellular_automaton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void tabulate(const automaton_state *state, automaton_wave *wave) {
    const ons_sector_map map = {&state->automaton, &wave->sector};
    for (uint64_t k = 0; k < wave->sector.states; k++) {
        const uint64_t moved = ons_automaton_translate(&state->automaton, ons_sector_state(&wave->sector, k));
        wave->next[k] = (uint32_t)ons_sector_next(&map, k);
        wave->translate[k] = (uint32_t)ons_sector_rank(&wave->sector, moved);
    }
}

/* The amplitude of a particle on a bit: its size, and the angle of a plane wave. */
static double angle_of(const automaton_state *state, const ons_parameters *p, unsigned plane, uint64_t cell) {
    const double momentum = ons_real(p, "momentum");
    return (plane < state->automaton.colours ? momentum : -momentum) * (double)cell;
}

static void multiply_amplitudes(const automaton_state *state, const ons_parameters *p) {
    const automaton_wave *wave = state->wave;
    const uint64_t cells = state->automaton.cells;
    double size[64], angle[64];
    for (unsigned bit = 0; bit < wave->sector.bits; bit++) {
        size[bit] = sqrt(automaton_start_weight(state, p, (unsigned)(bit / cells), bit % cells));
        angle[bit] = angle_of(state, p, (unsigned)(bit / cells), bit % cells);
    }
    for (uint64_t k = 0; k < wave->sector.states; k++) {
        double amplitude = 1, turned = 0;
        for (uint64_t bits = ons_sector_state(&wave->sector, k); bits; bits &= bits - 1) {
            amplitude *= size[__builtin_ctzll(bits)];
            turned += angle[__builtin_ctzll(bits)];
        }
        wave->psi[2 * k] = amplitude * cos(turned);
        wave->psi[2 * k + 1] = amplitude * sin(turned);
    }
}

static double norm_of(const automaton_wave *wave) {
    double sum = 0;
    for (uint64_t k = 0; k < 2 * wave->sector.states; k++) { sum += wave->psi[k] * wave->psi[k]; }
    return sum;
}

static ons_status start(const automaton_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    automaton_wave *wave = state->wave;
    if (ons_choice(p, "start") == START_UNIFORM) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        for (uint64_t k = 0; k < 2 * wave->sector.states; k++) { wave->psi[k] = ons_random_normal(&random); }
    } else {
        multiply_amplitudes(state, p);
    }
    const double length = sqrt(norm_of(wave));
    if (!(length > 0)) {
        return ons_fail(ONS_INVALID, "there is no room for %u particles in this start", wave->sector.particles);
    }
    for (uint64_t k = 0; k < 2 * wave->sector.states; k++) { wave->psi[k] /= length; }
    return ONS_OK;
}

ons_status automaton_wave_create(automaton_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    automaton_wave *wave = state->wave = ONS_NEW(automaton_wave, 1);
    if (!wave) { return ONS_MEMORY; }
    const ons_status status = ons_sector_init(&wave->sector, (unsigned)ons_automaton_bits(&state->automaton),
                                              (unsigned)ons_integer(p, "particles"));
    if (status) { return status; }
    const size_t n = (size_t)wave->sector.states;
    wave->next = ONS_NEW(uint32_t, n);
    wave->translate = ONS_NEW(uint32_t, n);
    wave->psi = ONS_NEW(double, 2 * n);
    wave->scratch = ONS_NEW(double, 2 * n);
    wave->weight = ONS_NEW(double, state->automaton.cells);
    if (!wave->next || !wave->translate || !wave->psi || !wave->scratch || !wave->weight) { return ONS_MEMORY; }
    tabulate(state, wave);
    return start(state, context);
}

void automaton_wave_free(automaton_wave *wave) {
    if (!wave) { return; }
    free(wave->next);
    free(wave->translate);
    free(wave->psi);
    free(wave->scratch);
    free(wave->weight);
    free(wave);
}

void automaton_wave_step(automaton_wave *wave) {
    for (uint64_t k = 0; k < wave->sector.states; k++) {
        memcpy(wave->scratch + 2 * (size_t)wave->next[k], wave->psi + 2 * k, 2 * sizeof(double));
    }
    double *moved = wave->scratch;
    wave->scratch = wave->psi;
    wave->psi = moved;
}

void automaton_wave_occupation(const automaton_state *state, double *occupation) {
    const automaton_wave *wave = state->wave;
    memset(occupation, 0, wave->sector.bits * sizeof *occupation);
    for (uint64_t k = 0; k < wave->sector.states; k++) {
        const double p = wave->psi[2 * k] * wave->psi[2 * k] + wave->psi[2 * k + 1] * wave->psi[2 * k + 1];
        for (uint64_t bits = ons_sector_state(&wave->sector, k); bits; bits &= bits - 1) {
            occupation[__builtin_ctzll(bits)] += p;
        }
    }
}

ons_status automaton_wave_measure(const automaton_state *state, ons_context *context) {
    const automaton_wave *wave = state->wave;
    const size_t cells = (size_t)state->automaton.cells;
    const ons_status status =
        ons_momentum_weights(wave->psi, (size_t)wave->sector.states, wave->translate, cells, wave->weight);
    if (status) { return status; }
    double mean = 0;
    for (size_t k = 0; k < cells; k++) { mean += wave->weight[k] * ons_momentum(k, cells); }
    ons_measure_array(context, MOMENTUM_DISTRIBUTION, 0, wave->weight);
    ons_measure(context, MOMENTUM_MEAN, 0, mean);
    ons_measure(context, NORM, 0, norm_of(wave));
    return ONS_OK;
}
