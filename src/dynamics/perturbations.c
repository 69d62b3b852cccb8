/*
 * Perturbations that are kept orthonormal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "perturbations.h"

#include <onsager/base.h>

#include <math.h>
#include <string.h>

static double inner(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += a[i] * b[i]; }
    return sum;
}

/* Takes from row k its parts along those before it: Gram and Schmidt, twice (which is enough: Giraud et al. 2005). */
static void make_orthogonal(double *rows, size_t k, size_t width) {
    double *own = rows + k * width;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t j = 0; j < k; j++) {
            const double part = inner(own, rows + j * width, width);
            for (size_t i = 0; i < width; i++) { own[i] -= part * rows[j * width + i]; }
        }
    }
}

/* Row k anew, in a direction that those before it leave free; its length. Some axis keeps a square of at least
 * (width - k) / width. */
static double renew(double *rows, size_t k, size_t width) {
    double *own = rows + k * width, square = 0;
    for (size_t axis = 0; axis < width && !(square * (double)width > 0.5); axis++) {
        memset(own, 0, width * sizeof *own);
        own[axis] = 1;
        make_orthogonal(rows, k, width);
        square = inner(own, own, width);
    }
    return sqrt(square);
}

bool dynamics_perturbations_orthonormalise(double *rows, size_t count, size_t width, bool vanish, double *growth,
                                           double *least) {
    for (size_t k = 0; k < count; k++) {
        double *own = rows + k * width;
        make_orthogonal(rows, k, width);
        const double length = sqrt(inner(own, own, width)), logarithm = log(length);
        const double divisor = length == 0 && vanish ? renew(rows, k, width) : length;
        if (!(divisor > 0) || !isfinite(divisor)) { return false; }
        for (size_t i = 0; i < width; i++) { own[i] /= divisor; }
        if (growth) { growth[k] += logarithm; }
        if (least) { *least = fmin(*least, logarithm); }
    }
    return true;
}

void dynamics_perturbations_start(double *rows, size_t count, size_t width) {
    ons_random random = ons_random_stream(0, 0, 0);
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < width; i++) {
            rows[k * width + i] = (i == k) + 0.01 * (2 * ons_random_uniform(&random) - 1);
        }
    }
    (void)dynamics_perturbations_orthonormalise(rows, count, width, true, NULL, NULL);
}
