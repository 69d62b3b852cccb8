/*
 * The power spectrum of numbers on a grid.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/statistics.h>

#include <gsl/gsl_fft_complex.h>

#include <stdlib.h>

typedef struct transform {
    gsl_fft_complex_wavetable *table;
    gsl_fft_complex_workspace *work;
} transform;

static bool open_transform(transform *t, size_t length) {
    t->table = gsl_fft_complex_wavetable_alloc(length);
    t->work = gsl_fft_complex_workspace_alloc(length);
    return t->table && t->work;
}

static void close_transform(const transform *t) {
    if (t->table) { gsl_fft_complex_wavetable_free(t->table); }
    if (t->work) { gsl_fft_complex_workspace_free(t->work); }
}

ons_status ons_power_spectrum(const double *values, size_t rows, size_t columns, double *power) {
    transform along = {0}, across = {0};
    if (rows == 0 || columns == 0) { return ons_fail(ONS_INVALID, "a spectrum needs a grid of at least one site"); }
    double *grid = ONS_NEW(double, 2 * rows * columns);
    const bool had = grid && open_transform(&along, columns) && open_transform(&across, rows);
    for (size_t i = 0; had && i < rows * columns; i++) { grid[2 * i] = values[i]; }
    for (size_t i = 0; had && i < rows; i++) {
        gsl_fft_complex_forward(grid + 2 * i * columns, 1, columns, along.table, along.work);
    }
    for (size_t j = 0; had && j < columns; j++) {
        gsl_fft_complex_forward(grid + 2 * j, columns, rows, across.table, across.work);
    }
    for (size_t i = 0; had && i < rows * columns; i++) {
        power[i] += grid[2 * i] * grid[2 * i] + grid[2 * i + 1] * grid[2 * i + 1];
    }
    close_transform(&along);
    close_transform(&across);
    free(grid);
    return had ? ONS_OK : ons_fail(ONS_MEMORY, "out of memory for a spectrum of %zu x %zu", rows, columns);
}
