/*
 * What the two methods of the system `cellular-automaton` share: parameters, observables, state.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_CELLULAR_AUTOMATON_H
#define ONSAGER_SYSTEMS_CELLULAR_AUTOMATON_H

#include <onsager/spins.h>
#include <onsager/system.h>

enum { METHOD_ENSEMBLE, METHOD_WAVE };
enum { START_UNIFORM, START_STEP, START_PACKET, START_BEAMS };
enum { STREAM_UNUSED, STREAM_START, STREAM_SCATTERERS };
enum {
    RIGHT,
    LEFT,
    PARTICLES_RIGHT,
    PARTICLES_LEFT,
    COLOURS,
    SCATTERED,
    CORRELATION,
    MOMENTUM_DISTRIBUTION,
    MOMENTUM_MEAN,
    NORM,
    OBSERVABLES
};
enum { FARTHEST = 32, DIAGRAM_ROWS = 512, DIAGRAM_CELLS = 1024, LARGEST_SECTOR = 1 << 22 };

/* The wave function on a sector; psi and scratch [2 states] (re, im). */
typedef struct automaton_wave {
    ons_sector sector;
    uint32_t *next, *translate; /* [states] */
    double *psi, *scratch, *weight;
} automaton_wave;

typedef struct automaton_state {
    ons_automaton automaton;
    unsigned planes;
    uint64_t *scatterer;    /* [(cells + 63) / 64] or NULL */
    ons_ensemble *ensemble; /* one of the two */
    automaton_wave *wave;
    uint64_t members;
    double *occupation; /* [planes][cells]: scratch of a measurement, as are right and left [cells] */
    double *right, *left;
    /* The space-time diagram: rows so far; ensemble: bits R_1, other R, L_1, other L of the first member, wave: 255
     * times the mean number of particles. */
    uint64_t rows;
    size_t width;
    uint8_t *diagram; /* [DIAGRAM_ROWS][width] */
} automaton_state;

/* The weight of plane and cell in a start: a density, 0 .. 1, without the factor `density`. */
double automaton_start_weight(const automaton_state *state, const ons_parameters *p, unsigned plane, uint64_t cell);

ons_status automaton_wave_create(automaton_state *state, ons_context *context);
void automaton_wave_free(automaton_wave *wave);
void automaton_wave_step(automaton_wave *wave);
/* <number of particles> in plane and cell for all, occupation[planes][cells]. */
void automaton_wave_occupation(const automaton_state *state, double *occupation);
ons_status automaton_wave_measure(const automaton_state *state, ons_context *context);

#endif
