/*
 * The square plaquette model, exactly, see ons_plaquette_exact.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/multispin.h>

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* ln |weight| of a negative rows and c negative columns, and its sign; n: plaquettes with an odd number of them. */
static double log_weight(unsigned rows, unsigned columns, unsigned a, unsigned c, double tangent, double *n,
                         double *sign) {
    *n = (double)a * (columns - c) + (double)(rows - a) * c;
    *sign = tangent < 0 && fmod(*n, 2) != 0 ? -1 : 1;
    if (*n > 0 && tangent == 0) { return -INFINITY; }
    return gsl_sf_lnchoose(rows, a) + gsl_sf_lnchoose(columns, c) + (*n > 0 ? *n * log(fabs(tangent)) : 0);
}

/* The largest term is a = c = 0 or one as large. */
static void torus(unsigned rows, unsigned columns, double k, double *first, double *second) {
    const double sites = (double)rows * columns, t = tanh(k), secant = 1 - t * t;
    double top = 0, z = 0, f = 0, square = 0, slope = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned a = 0; a <= rows; a++) {
            for (unsigned c = 0; c <= columns; c++) {
                double n, sign;
                const double logarithm = log_weight(rows, columns, a, c, t, &n, &sign);
                if (pass == 0) {
                    top = fmax(top, logarithm);
                    continue;
                }
                const double weight = sign * exp(logarithm - top);
                if (weight == 0) { continue; }
                const double value = (sites - n) * t + (n > 0 ? n / t : 0);
                z += weight;
                f += weight * value;
                square += weight * value * value;
                slope += weight * ((sites - n) * secant - (n > 0 ? n * secant / (t * t) : 0));
            }
        }
    }
    *first = f / z;
    *second = square / z - (f / z) * (f / z) + slope / z;
}

ons_status ons_plaquette_exact(int64_t rows, int64_t columns, bool open, double coupling, double temperature,
                               double *energy, double *specific_heat) {
    if (rows < 1 || columns < 1 || rows > INT32_MAX || columns > INT32_MAX || !(temperature > 0) ||
        !isfinite(coupling)) {
        return ons_fail(ONS_INVALID, "the plaquette model needs lengths of at least 1 and a positive temperature");
    }
    const double k = coupling / temperature, t = tanh(k), sites = (double)rows * (double)columns;
    double first, second; /* derivatives of ln Z by K */
    if (open) {
        const double plaquettes = (double)(rows - 1) * (double)(columns - 1);
        first = plaquettes * t;
        second = plaquettes * (1 - t * t);
    } else {
        if (k == 0 || fabs(t) == 1) { return ONS_DONE; }
        torus((unsigned)rows, (unsigned)columns, k, &first, &second);
    }
    *energy = -coupling * first / sites;
    *specific_heat = k * k * second / sites;
    return ONS_OK;
}
