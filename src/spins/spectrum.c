/*
 * The spectrum of a permutation twice: from a matrix by the QR method, and from its cycles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/permutation.h>

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>

#define CIRCLE 6.28318530717958647693

ons_status ons_matrix_eigenvalues(const double *matrix, size_t n, double *values) {
    gsl_matrix *copy = gsl_matrix_alloc(n, n);
    gsl_vector_complex *found = gsl_vector_complex_alloc(n);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
    ons_status status = copy && found && work ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; !status && k < n * n; k++) { gsl_matrix_set(copy, k / n, k % n, matrix[k]); }
    if (!status && gsl_eigen_nonsymm(copy, found, work)) {
        status = ons_fail(ONS_FAILED, "the QR method finds no eigenvalues of a matrix of %zu rows", n);
    }
    for (size_t k = 0; !status && k < n; k++) {
        const gsl_complex z = gsl_vector_complex_get(found, k);
        values[2 * k] = GSL_REAL(z);
        values[2 * k + 1] = GSL_IMAG(z);
    }
    if (work) { gsl_eigen_nonsymm_free(work); }
    if (found) { gsl_vector_complex_free(found); }
    if (copy) { gsl_matrix_free(copy); }
    return status;
}

/* Takes the eigenvalue nearest to a root of unity away, and gives its distance. */
static double take_nearest(double *values, size_t *count, double phase) {
    size_t best = 0;
    double nearest = INFINITY;
    for (size_t k = 0; k < *count; k++) {
        const double d = hypot(values[2 * k] - cos(phase), values[2 * k + 1] - sin(phase));
        if (d < nearest) {
            nearest = d;
            best = k;
        }
    }
    *count -= 1;
    values[2 * best] = values[2 * *count];
    values[2 * best + 1] = values[2 * *count + 1];
    return nearest;
}

static double match(const ons_cycles *cycles, double *values, size_t count) {
    double error = 0;
    for (size_t c = 0; c < cycles->count; c++) {
        const uint64_t length = cycles->classes[c].length;
        for (uint64_t k = 0; k < length * cycles->classes[c].cycles; k++) {
            error = fmax(error, take_nearest(values, &count, CIRCLE * (double)(k % length) / (double)length));
        }
    }
    return error;
}

ons_status ons_sector_spectrum_error(const ons_automaton *automaton, const ons_sector *sector, double *error) {
    const size_t n = (size_t)sector->states;
    if (sector->states > 2000) {
        return ons_fail(ONS_INVALID, "a sector of %llu states is not written out as a matrix: at most 2000",
                        (unsigned long long)sector->states);
    }
    const ons_sector_map map = {automaton, sector};
    double *matrix = ONS_NEW(double, n *n), *values = ONS_NEW(double, 2 * n);
    ons_cycles cycles = {0};
    ons_status status = matrix && values ? ons_cycles_init(&cycles, n) : ONS_MEMORY;
    for (size_t k = 0; !status && k < n; k++) { matrix[(size_t)ons_sector_next(&map, k) * n + k] = 1; }
    if (!status) { status = ons_matrix_eigenvalues(matrix, n, values); }
    if (!status) { status = ons_cycles_follow(&cycles, ons_sector_next, &map, UINT64_MAX); }
    if (status == ONS_DONE) {
        *error = match(&cycles, values, n);
        status = ONS_OK;
    }
    ons_cycles_free(&cycles);
    free(matrix);
    free(values);
    return status;
}
