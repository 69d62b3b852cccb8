/*
 * Systems of periodic fields: what is measured and drawn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral_field.h"

#include <math.h>
#include <stdlib.h>

const ons_observable field_line_observables[] = {
    [LINE_MEAN] = {"mean", ONS_SERIES, 0, NULL, NULL, NULL, "of u over the cell"},
    [LINE_RMS] = {"rms", ONS_SERIES, 0, NULL, NULL, NULL, "sqrt(<u^2>) over the cell"},
    [LINE_LARGEST] = {"largest", ONS_SERIES, 0, NULL, NULL, NULL, "max |u| at the points"},
    [LINE_SLOPE] = {"slope", ONS_SERIES, 0, NULL, NULL, "1/length", "sqrt(<u_x^2>)"},
    [LINE_TAIL] = {"tail", ONS_SERIES, 0, NULL, NULL, NULL,
                   "largest wave of the shortest tenth of those kept over the largest of all: above 1e-3 the grid is "
                   "too coarse"},
    [LINE_PROFILE] = {"profile", ONS_SERIES, 0, NULL, NULL, NULL, "u at the points, from the left"},
    [LINE_POWER] = {"power", ONS_SERIES, 0, NULL, NULL, NULL,
                    "what the waves with 0, 1, 2 .. cycles in the cell add to <u^2>"},
    [LINE_ERROR] = {"error", ONS_SERIES, 0, NULL, NULL, NULL, "max |u - exact solution| at the points"},
    {.name = NULL}};

const ons_observable field_plane_observables[] = {
    [PLANE_ENERGY] = {"energy", ONS_SERIES, 0, NULL, NULL, NULL, "<u^2 + v^2>/2 over the cell"},
    [PLANE_ENSTROPHY] = {"enstrophy", ONS_SERIES, 0, NULL, NULL, NULL, "<w^2>/2"},
    [PLANE_PALINSTROPHY] = {"palinstrophy", ONS_SERIES, 0, NULL, NULL, NULL, "<|grad w|^2>/2"},
    [PLANE_SPEED] = {"speed", ONS_SERIES, 0, NULL, NULL, NULL, "largest sqrt(u^2 + v^2) at the points"},
    [PLANE_TAIL] = {"tail", ONS_SERIES, 0, NULL, NULL, NULL,
                    "largest wave of vorticity in the shortest tenth of those kept over the largest of all: above 1e-3 "
                    "the grid is too coarse"},
    [PLANE_SPECTRUM] = {"spectrum", ONS_SERIES, 0, NULL, NULL, NULL,
                        "energy of the shells of waves k = 0, 1, 2 .. cycles in the cell, |k| rounded"},
    [PLANE_PROFILE] = {"profile", ONS_SERIES, 0, NULL, NULL, NULL, "w at the points [x][y]"},
    {.name = NULL}};

/* ---- waves ----------------------------------------------------------------------------------------------------------
 */

/* |u_k|^2 of mode m and of its conjugate where only one of both is held. */
static double power_of(const double *waves, size_t m, size_t row) {
    const double both = m % row == 0 || m % row == row - 1 ? 1 : 2;
    return both * (waves[2 * m] * waves[2 * m] + waves[2 * m + 1] * waves[2 * m + 1]);
}

/* The longest side of the wave vector in cycles. */
static double cycles_of(size_t m, size_t row, size_t points) {
    const size_t a = m / row, b = m % row;
    return fmax((double)(2 * a <= points ? a : points - a), (double)b);
}

static double tail_of(const field_state *state) {
    const size_t points = (size_t)ons_integer(state->p, "points"), row = points / 2 + 1;
    const double kept = (ons_boolean(state->p, "dealias") ? state->kind->kept : 1) * (double)points / 2;
    const double *waves = ons_spectral_waves(state->field);
    double all = 0, shortest = 0;
    for (size_t m = 1; m < ons_spectral_modes(state->field); m++) {
        const double size = hypot(waves[2 * m], waves[2 * m + 1]);
        all = fmax(all, size);
        if (cycles_of(m, row, points) >= 0.9 * kept) { shortest = fmax(shortest, size); }
    }
    return all > 0 ? shortest / all : 0;
}

/* ---- the line -------------------------------------------------------------------------------------------------------
 */

static ons_status measure_line(const field_state *state, ons_context *context) {
    const size_t points = ons_spectral_points(state->field), row = points / 2 + 1;
    const double *waves = ons_spectral_waves(state->field), *square = ons_spectral_squares(state->field);
    double squares = 0, slopes = 0, largest = 0, error = 0;
    for (size_t m = 0; m < row; m++) {
        state->more[m] = power_of(waves, m, row);
        squares += state->more[m];
        slopes += state->more[m] * square[m];
    }
    ons_measure_array(context, LINE_POWER, 0, state->more);
    ons_spectral_get(state->field, state->values);
    const bool known = field_has_error(state->kind, state->p);
    for (size_t i = 0; i < points; i++) {
        const double x = state->problem.left + state->problem.length * (double)i / (double)points;
        largest = fmax(largest, fabs(state->values[i]));
        if (known) { error = fmax(error, fabs(state->values[i] - state->kind->exact(state->p, x, state->time))); }
    }
    ons_measure(context, LINE_MEAN, 0, waves[0]);
    ons_measure(context, LINE_RMS, 0, sqrt(squares));
    ons_measure(context, LINE_LARGEST, 0, largest);
    ons_measure(context, LINE_SLOPE, 0, sqrt(slopes));
    ons_measure(context, LINE_TAIL, 0, tail_of(state));
    if (ons_boolean(state->p, "profile")) { ons_measure_array(context, LINE_PROFILE, 0, state->values); }
    if (known) { ons_measure(context, LINE_ERROR, 0, error); }
    return ONS_OK;
}

/* ---- the plane ------------------------------------------------------------------------------------------------------
 */

static ons_status measure_plane(const field_state *state, ons_context *context) {
    const size_t points = (size_t)ons_integer(state->p, "points"), row = points / 2 + 1,
                 shells = field_waves(state->kind, state->p);
    const double *waves = ons_spectral_waves(state->field), *square = ons_spectral_squares(state->field);
    const double cycle = state->problem.length / 6.283185307179586476925286766559;
    double energy = 0, enstrophy = 0, palinstrophy = 0, speed = 0;
    for (size_t k = 0; k < shells; k++) { state->more[k] = 0; }
    for (size_t m = 1; m < ons_spectral_modes(state->field); m++) {
        const double power = power_of(waves, m, row) / 2;
        const size_t shell = (size_t)lround(sqrt(square[m]) * cycle);
        energy += power / square[m];
        enstrophy += power;
        palinstrophy += power * square[m];
        if (shell < shells) { state->more[shell] += power / square[m]; }
    }
    ons_measure_array(context, PLANE_SPECTRUM, 0, state->more);
    ons_vorticity_velocity(state->field, state->values, state->more);
    for (size_t i = 0; i < points * points; i++) { speed = fmax(speed, hypot(state->values[i], state->more[i])); }
    ons_measure(context, PLANE_ENERGY, 0, energy);
    ons_measure(context, PLANE_ENSTROPHY, 0, enstrophy);
    ons_measure(context, PLANE_PALINSTROPHY, 0, palinstrophy);
    ons_measure(context, PLANE_SPEED, 0, speed);
    ons_measure(context, PLANE_TAIL, 0, tail_of(state));
    if (ons_boolean(state->p, "profile")) {
        ons_spectral_get(state->field, state->values);
        ons_measure_array(context, PLANE_PROFILE, 0, state->values);
    }
    return ONS_OK;
}

ons_status field_measure(const void *memory, ons_context *context) {
    const field_state *state = memory;
    return state->kind->rank == 2 ? measure_plane(state, context) : measure_line(state, context);
}

/* ---- pictures -------------------------------------------------------------------------------------------------------
 */

/* x to the right, y upwards, zero in the middle of the scale. */
static ons_status draw_plane(const field_state *state, double most, ons_picture *picture) {
    const size_t points = (size_t)ons_integer(state->p, "points"), shape[] = {points, points};
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * points * points);
    if (!rgb) { return ONS_MEMORY; }
    for (size_t i = 0; i < points * points; i++) {
        const double value = state->values[i % points * points + (points - 1 - i / points)];
        ons_colour_scale(value, -most, most, rgb + 3 * i);
    }
    const ons_status status = ons_picture_lattice(picture, 2, shape, rgb);
    free(rgb);
    return status;
}

/* The graph of u over the cell: each column from its value to the next one, in the bright part of the scale. */
static ons_status draw_line(const field_state *state, double most, ons_picture *picture) {
    enum { HIGH = 320, MARGIN = 10, WIDEST = 1024 };
    const size_t points = ons_spectral_points(state->field), width = points < WIDEST ? points : WIDEST;
    const ons_status status = ons_picture_size(picture, width, HIGH);
    if (status) { return status; }
    for (size_t column = 0; column < width; column++) {
        const double one = state->values[column * points / width],
                     next = state->values[(column + 1) * points / width % points];
        double low = HIGH / 2. - (HIGH / 2. - MARGIN) * one / most,
               high = HIGH / 2. - (HIGH / 2. - MARGIN) * next / most;
        if (column + 1 == width) { high = low; }
        const size_t top = (size_t)floor(fmin(low, high)), bottom = (size_t)floor(fmax(low, high));
        for (size_t y = top; y <= bottom + 1 && y < HIGH; y++) {
            ons_colour_scale(one, -3 * most, most, picture->pixels + 3 * (y * width + column));
        }
    }
    return ONS_OK;
}

ons_status field_picture(const void *memory, unsigned lane, ons_picture *picture) {
    const field_state *state = memory;
    double most = 0;
    (void)lane;
    ons_spectral_get(state->field, state->values);
    for (size_t i = 0; i < ons_spectral_points(state->field); i++) { most = fmax(most, fabs(state->values[i])); }
    if (!(most > 0)) { most = 1; }
    return state->kind->rank == 2 ? draw_plane(state, most, picture) : draw_line(state, most, picture);
}
