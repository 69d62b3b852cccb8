/*
 * physics_informed: the top of the spectrum of the loss's Hessian, by Lanczos's method on Hessian-vector products
 * (Golub and Van Loan, Matrix Computations, 4th edition, section 10.1; every vector is made orthogonal to all before).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "physics_informed.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_LANCZOS = 0x4c41 };

static ons_status hessian_product(ons_informed *informed, const double *direction, double *product) {
    informed_put(informed, &informed->curvature, informed->curvature.direction, direction, informed->count);
    const ons_status status = ons_program_run(informed->curvature.program);
    informed_take(informed, &informed->curvature, 0, informed->count, product);
    return status;
}

static double dot(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += a[k] * b[k]; }
    return sum;
}

/* Takes out of v what lies along the first `used` rows of the basis, twice (once leaves rounding behind). */
static void make_orthogonal(const double *basis, size_t used, size_t count, double *v) {
    for (int pass = 0; pass < 2; pass++) {
        for (size_t j = 0; j < used; j++) {
            const double along = dot(basis + j * count, v, count);
            for (size_t k = 0; k < count; k++) { v[k] -= along * basis[j * count + k]; }
        }
    }
}

/* The eigenvalue of largest modulus of the tridiagonal matrix of n rows, and |last component| of its vector. */
static bool top_of(const double *diagonal, const double *off, size_t n, double *work, double *value, double *last) {
    double *d = work, *e = d + n, *z = e + n;
    memcpy(d, diagonal, n * sizeof *d);
    memcpy(e, off, n * sizeof *e);
    if (LAPACKE_dstev(LAPACK_COL_MAJOR, 'V', (lapack_int)n, d, e, z, (lapack_int)n)) { return false; }
    const size_t top = fabs(d[0]) > fabs(d[n - 1]) ? 0 : n - 1;
    *value = d[top];
    *last = fabs(z[top * n + n - 1]);
    return true;
}

static ons_status prepare(ons_informed *informed) {
    if (!informed->curvature.program) {
        const ons_status status =
            informed_record(informed, INFORMED_CURVATURE, informed->options.points_t, 0, 0, &informed->curvature);
        if (status) { return status; }
    }
    const size_t count = informed->options.points_t + informed->options.points_x;
    double *kept = ONS_NEW(double, count), *zero = ONS_NEW(double, informed->count);
    ons_status status = kept && zero ? ONS_OK : ONS_MEMORY;
    if (!status) {
        memcpy(kept, informed->grid, count * sizeof *kept);
        informed_draw(informed, true);
        informed_put(informed, &informed->curvature, informed->curvature.direction, zero, informed->count);
        status = informed_run(informed, &informed->curvature); /* the points stay in the program */
        memcpy(informed->grid, kept, count * sizeof *kept);
    }
    free(kept);
    free(zero);
    return status;
}

ons_status ons_informed_curvature(ons_informed *informed, unsigned steps, double tolerance, double *eigenvalue,
                                  double *residual) {
    const size_t count = informed->count, most = steps < count ? steps : count;
    double *basis = ONS_NEW(double, (most + 1) * count), *work = ONS_NEW(double, 4 * most + most * most + 1);
    ons_random random = ons_random_stream(informed->random.key, informed->random.replica, STREAM_LANCZOS);
    double relative = INFINITY, last = 1;
    ons_status status = basis && work && most ? prepare(informed) : ONS_MEMORY;
    if (!status) {
        for (size_t k = 0; k < count; k++) { basis[k] = ons_random_normal(&random); }
        const double norm = sqrt(dot(basis, basis, count));
        for (size_t k = 0; k < count; k++) { basis[k] /= norm; }
    }
    double *diagonal = work, *off = diagonal + most;
    for (size_t n = 1; !status && n <= most && relative > tolerance; n++) {
        const double *v = basis + (n - 1) * count;
        double *next = basis + n * count;
        status = hessian_product(informed, v, next);
        if (status) { break; }
        diagonal[n - 1] = dot(v, next, count);
        make_orthogonal(basis, n, count, next);
        off[n - 1] = sqrt(dot(next, next, count));
        if (!isfinite(diagonal[n - 1]) || !top_of(diagonal, off, n, off + most, eigenvalue, &last)) {
            status = ons_fail(ONS_FAILED, "Lanczos's method for the Hessian: a product is not finite");
            break;
        }
        relative = *eigenvalue != 0 ? off[n - 1] * last / fabs(*eigenvalue) : off[n - 1];
        if (off[n - 1] == 0) { relative = 0; }
        for (size_t k = 0; k < count && off[n - 1] > 0; k++) { next[k] /= off[n - 1]; }
    }
    if (!status && relative > tolerance) {
        status = ons_fail(ONS_FAILED,
                          "the top eigenvalue of the Hessian is known to %.1e of it after %zu products; "
                          "expected %.1e, give more steps",
                          relative, most, tolerance);
    }
    if (residual) { *residual = relative; }
    free(basis);
    free(work);
    return status;
}
