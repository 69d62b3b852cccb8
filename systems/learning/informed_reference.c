/*
 * informed_reference: see informed_reference.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "informed_reference.h"

#include <math.h>
#include <stdlib.h>

ons_status informed_reference_field(const ons_spectral_equation *equation, const informed_grid *grid, size_t points,
                                    double step, double wait, const double *start, double *values) {
    const ons_spectral_options options = {.points = {points}, .lengths = {grid->period}, .step = step};
    const size_t stride = points / grid->places;
    double *now = ONS_NEW(double, points);
    ons_spectral *field = NULL;
    ons_status status = now ? ons_spectral_create(&field, equation, &options) : ONS_MEMORY;
    if (!status) {
        ons_spectral_set(field, start);
        status = ons_spectral_advance(field, wait);
    }
    for (size_t k = 0; !status && k < grid->times; k++) {
        if (k) { status = ons_spectral_advance(field, grid->time / (double)(grid->times - 1)); }
        ons_spectral_get(field, now);
        for (size_t j = 0; j < grid->places; j++) { values[k * grid->places + j] = now[j * stride]; }
    }
    ons_spectral_free(field);
    free(now);
    return status;
}

enum { ORDER = 24 };

/* One step of the series; its coefficients follow from one another (Lorenz's equations are quadratic). */
static void lorenz_step(long double *u, long double step) {
    long double x[ORDER + 1], y[ORDER + 1], z[ORDER + 1];
    x[0] = u[0], y[0] = u[1], z[0] = u[2];
    for (int n = 0; n < ORDER; n++) {
        long double xz = 0, xy = 0;
        for (int k = 0; k <= n; k++) {
            xz += x[k] * z[n - k];
            xy += x[k] * y[n - k];
        }
        x[n + 1] = 10 * (y[n] - x[n]) / (n + 1);
        y[n + 1] = (28 * x[n] - xz - y[n]) / (n + 1);
        z[n + 1] = (xy - 8 * z[n] / 3) / (n + 1);
    }
    u[0] = u[1] = u[2] = 0;
    for (int n = ORDER; n >= 0; n--) {
        u[0] = u[0] * step + x[n];
        u[1] = u[1] * step + y[n];
        u[2] = u[2] * step + z[n];
    }
}

void informed_reference_lorenz(const informed_grid *grid, double *values) {
    const long double interval = grid->times > 1 ? (long double)grid->time / (long double)(grid->times - 1) : 0;
    const unsigned steps = (unsigned)ceill(interval / 0.01L - 1e-9L);
    long double u[3] = {1, 1, 1};
    for (size_t k = 0; k < grid->times; k++) {
        for (unsigned s = 0; k && s < steps; s++) { lorenz_step(u, interval / steps); }
        for (size_t i = 0; i < 3; i++) { values[3 * k + i] = (double)u[i]; }
    }
}

double informed_relative_error(const double *a, const double *b, size_t count, size_t stride, size_t fields) {
    double off = 0, size = 0;
    for (size_t k = 0; k < count; k++) {
        for (size_t f = 0; f < fields; f++) {
            const double x = a[k * stride + f], y = b[k * stride + f];
            off += (x - y) * (x - y);
            size += y * y;
        }
    }
    return sqrt(off / size);
}
