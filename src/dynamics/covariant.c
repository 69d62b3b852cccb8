/*
 * Covariant Lyapunov vectors: forth with a frame that is made orthonormal, back with triangular matrices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "perturbations.h"

#include <onsager/dynamics/sections.h>

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct journey {
    ons_field field, whole;
    const ons_covariant_options *how;
    size_t n;
    ons_trajectories *trajectory; /* of a flow: x, then the frame [vector][dimension] */
    double *now;                  /* [n + n n]: the same, of one member */
    double *lanes, *next;         /* [n][8] of a map */
    double *jacobian;             /* [n][n][8] */
    double t, h;
} journey;

/* ---- the variational equation ---------------------------------------------------------------------------------------
 */

static void variational(const void *data, size_t block, const double *t, const double *x, double *dx) {
    const journey *way = data;
    const size_t n = way->n;
    way->field.jacobian(way->field.data, block, t, x, dx, way->jacobian);
    for (size_t k = 1; k <= n; k++) {
        const double *from = x + k * n * ONS_LANES;
        double *to = dx + k * n * ONS_LANES;
        memset(to, 0, n * ONS_LANES * sizeof *to);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                const double *slope = way->jacobian + (i * n + j) * ONS_LANES;
                for (size_t l = 0; l < ONS_LANES; l++) { to[i * ONS_LANES + l] += slope[l] * from[j * ONS_LANES + l]; }
            }
        }
    }
}

static void iterate(journey *way) {
    const size_t n = way->n;
    _Alignas(64) double times[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) {
        times[l] = way->t;
        for (size_t i = 0; i < n; i++) { way->lanes[i * ONS_LANES + l] = way->now[i]; }
    }
    way->field.jacobian(way->field.data, 0, times, way->lanes, way->next, way->jacobian);
    double *column = way->lanes; /* free again */
    for (size_t k = 1; k <= n; k++) {
        double *vector = way->now + k * n;
        for (size_t i = 0; i < n; i++) {
            column[i] = 0;
            for (size_t j = 0; j < n; j++) { column[i] += way->jacobian[(i * n + j) * ONS_LANES] * vector[j]; }
        }
        memcpy(vector, column, n * sizeof *vector);
    }
    for (size_t i = 0; i < n; i++) { way->now[i] = way->next[i * ONS_LANES]; }
    way->t += 1;
}

/* ---- decompositions -------------------------------------------------------------------------------------------------
 */

/* frame[k] = sum of triangle[j][k] q[j]: Gram and Schmidt, twice (Giraud et al. 2005); q takes the place of the frame.
 */
static void decompose(double *frame, double *triangle, size_t n) {
    memset(triangle, 0, n * n * sizeof *triangle);
    for (size_t k = 0; k < n; k++) {
        double *vector = frame + k * n, norm = 0;
        for (int again = 0; again < 2; again++) {
            for (size_t j = 0; j < k; j++) {
                double product = 0;
                for (size_t i = 0; i < n; i++) { product += frame[j * n + i] * vector[i]; }
                for (size_t i = 0; i < n; i++) { vector[i] -= product * frame[j * n + i]; }
                triangle[j * n + k] += product;
            }
        }
        for (size_t i = 0; i < n; i++) { norm = hypot(norm, vector[i]); }
        triangle[k * n + k] = norm;
        for (size_t i = 0; i < n; i++) { vector[i] /= norm; }
    }
}

static ons_status go_on(journey *way, double *triangle) {
    const size_t n = way->n;
    if (way->how->map) {
        iterate(way);
    } else {
        ons_trajectories_set(way->trajectory, 0, way->t, way->now, way->h);
        const ons_status status = ons_trajectories_advance(way->trajectory, way->t + way->how->interval);
        if (status != ONS_OK) { return status; }
        ons_trajectories_get(way->trajectory, 0, &way->t, way->now, &way->h);
        if (ons_trajectories_state(way->trajectory, 0) != ONS_MEMBER_RUNNING) {
            return ons_fail(ONS_FAILED, "the trajectory cannot go on at t = %g", way->t);
        }
    }
    decompose(way->now + n, triangle, n);
    for (size_t k = 0; k < n; k++) {
        if (!(triangle[k * n + k] > 0) || !isfinite(triangle[k * n + k])) {
            return ons_fail(ONS_FAILED,
                            "perturbation %zu has shrunk to nothing or blown up at t = %g: a shorter interval is "
                            "needed",
                            k + 1, way->t);
        }
    }
    return ONS_OK;
}

/* ---- the way back ---------------------------------------------------------------------------------------------------
 */

/* Columns of C become R^-1 C, of length 1; adds the logarithms of their growth on the way forth. */
static void go_back(double *columns, const double *triangle, size_t n, double *growth) {
    for (size_t k = 0; k < n; k++) {
        double norm = 0;
        for (size_t row = k + 1; row-- > 0;) {
            double rest = columns[row * n + k];
            for (size_t j = row + 1; j <= k; j++) { rest -= triangle[row * n + j] * columns[j * n + k]; }
            columns[row * n + k] = rest / triangle[row * n + row];
            norm = hypot(norm, columns[row * n + k]);
        }
        for (size_t row = 0; row <= k; row++) { columns[row * n + k] /= norm; }
        if (growth) { growth[k] -= log(norm); }
    }
}

static void write_vectors(const double *columns, const double *frame, size_t n, double *vectors) {
    memset(vectors, 0, n * n * sizeof *vectors);
    for (size_t k = 0; k < n; k++) {
        for (size_t j = 0; j <= k; j++) {
            for (size_t i = 0; i < n; i++) { vectors[k * n + i] += columns[j * n + k] * frame[j * n + i]; }
        }
    }
}

/* `vectors` holds the frames, and receives the vectors. */
static ons_status return_back(const journey *way, const double *triangles, double *vectors, double *exponents) {
    const size_t n = way->n, steps = way->how->steps;
    double *columns = ONS_NEW(double, n *n), *frame = ONS_NEW(double, n *n);
    ons_status status = columns && frame ? ONS_OK : ONS_MEMORY;
    ons_random random = ons_random_stream(way->how->seed, 0, 0);
    for (size_t k = 0; status == ONS_OK && k < n; k++) {
        for (size_t j = 0; j < k; j++) { columns[j * n + k] = 2 * ons_random_uniform(&random) - 1; }
        columns[k * n + k] = 1;
        exponents[k] = 0;
    }
    for (size_t m = steps + way->how->backward; status == ONS_OK && m-- > 0;) {
        go_back(columns, triangles + m * n * n, n, m < steps ? exponents : NULL);
        if (m >= steps) { continue; }
        memcpy(frame, vectors + m * n * n, n * n * sizeof *frame);
        write_vectors(columns, frame, n, vectors + m * n * n);
    }
    const double time = (double)steps * (way->how->map ? 1 : way->how->interval);
    for (size_t k = 0; status == ONS_OK && k < n; k++) { exponents[k] /= time; }
    free(columns);
    free(frame);
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------
 */

static ons_status open_journey(journey *way, const ons_field *field, const double *start,
                               const ons_covariant_options *options) {
    const size_t n = field->dimension, row = ONS_LANES * sizeof(double);
    *way = (journey){.field = *field, .how = options, .n = n};
    way->whole = (ons_field){.dimension = n + n * n, .data = way, .value = variational};
    way->now = ONS_NEW(double, n + n * n);
    way->lanes = aligned_alloc(64, n * row);
    way->next = aligned_alloc(64, n * row);
    way->jacobian = aligned_alloc(64, n * n * row);
    if (!way->now || !way->lanes || !way->next || !way->jacobian) {
        return ons_fail(ONS_MEMORY, "no memory for the perturbations of %zu variables", n);
    }
    memcpy(way->now, start, n * sizeof *start);
    dynamics_perturbations_start(way->now + n, n, n);
    return options->map ? ONS_OK : ons_trajectories_create(&way->trajectory, &way->whole, 1, &options->how);
}

static void close_journey(journey *way) {
    ons_trajectories_free(way->trajectory);
    free(way->now);
    free(way->lanes);
    free(way->next);
    free(way->jacobian);
}

ons_status ons_covariant_vectors(const ons_field *field, const double *start, const ons_covariant_options *options,
                                 double *points, double *vectors, double *exponents) {
    const size_t n = field->dimension;
    if (!field->jacobian) { return ons_fail(ONS_INVALID, "covariant vectors need a field that knows its Jacobian"); }
    if (options->steps == 0 || (!options->map && !(options->interval > 0 && options->interval < INFINITY))) {
        return ons_fail(ONS_INVALID, "at least one place and a positive interval are expected, not %zu and %g",
                        options->steps, options->interval);
    }
    journey way;
    ons_status status = open_journey(&way, field, start, options);
    const size_t all = options->steps + options->backward;
    double *triangles = status == ONS_OK ? ONS_NEW(double, all *n *n) : NULL;
    if (status == ONS_OK && !triangles) { status = ONS_MEMORY; }
    for (size_t k = 0; status == ONS_OK && k < options->forward; k++) { status = go_on(&way, triangles); }
    for (size_t m = 0; status == ONS_OK && m < all; m++) {
        if (m < options->steps) {
            memcpy(points + m * n, way.now, n * sizeof *points);
            memcpy(vectors + m * n * n, way.now + n, n * n * sizeof *vectors);
        }
        status = go_on(&way, triangles + m * n * n);
    }
    if (status == ONS_OK) { status = return_back(&way, triangles, vectors, exponents); }
    free(triangles);
    close_journey(&way);
    return status;
}

/* ---- angles ---------------------------------------------------------------------------------------------------------
 */

/* The largest singular value of the products of `rows` and `columns` vectors of n entries, rows not fewer. */
static ons_status largest_cosine(const double *tall, size_t rows, const double *wide, size_t columns, size_t n,
                                 double *cosine) {
    gsl_matrix *products = gsl_matrix_alloc(rows, columns), *right = gsl_matrix_alloc(columns, columns);
    gsl_vector *cosines = gsl_vector_alloc(columns);
    const bool room = products && right && cosines;
    for (size_t a = 0; room && a < rows; a++) {
        for (size_t b = 0; b < columns; b++) {
            double product = 0;
            for (size_t i = 0; i < n; i++) { product += tall[a * n + i] * wide[b * n + i]; }
            gsl_matrix_set(products, a, b, product);
        }
    }
    if (room) {
        gsl_linalg_SV_decomp_jacobi(products, right, cosines);
        *cosine = gsl_vector_get(cosines, 0);
    }
    gsl_matrix_free(products);
    gsl_matrix_free(right);
    gsl_vector_free(cosines);
    return room ? ONS_OK : ons_fail(ONS_MEMORY, "no memory for the angles of %zu vectors", n);
}

ons_status ons_covariant_angle(const double *vectors, size_t dimension, size_t unstable, double *angle) {
    const size_t n = dimension, others = n - unstable;
    if (unstable == 0 || unstable >= n) {
        return ons_fail(ONS_INVALID, "of %zu vectors at least one and not all can be set against the others, not %zu",
                        n, unstable);
    }
    double *frames = ONS_NEW(double, n *n), cosine = 0;
    if (!frames) { return ONS_MEMORY; }
    memcpy(frames, vectors, n * n * sizeof *frames);
    const bool whole = dynamics_perturbations_orthonormalise(frames, unstable, n, true, NULL, NULL) &&
                       dynamics_perturbations_orthonormalise(frames + unstable * n, others, n, true, NULL, NULL);
    ons_status status = ONS_OK;
    if (!whole) {
        status = ons_fail(ONS_FAILED, "vectors that are not finite have no angles");
    } else if (unstable >= others) {
        status = largest_cosine(frames, unstable, frames + unstable * n, others, n, &cosine);
    } else {
        status = largest_cosine(frames + unstable * n, others, frames, unstable, n, &cosine);
    }
    *angle = acos(fmin(cosine, 1));
    free(frames);
    return status;
}
