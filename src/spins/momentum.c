/*
 * Momentum: the weights of a wave function on the eigenspaces of translation, and the Hamiltonian of free movers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"
#include "spins.h"

#include <onsager/spins/permutation.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

/* In place, sum_j exp(2 pi i j k / n) values[j]. */
static ons_status transform(spins_complex *values, size_t n) {
    spins_transform *backward;
    const ons_status status = spins_transform_create(&backward, 1, &(int64_t){(int64_t)n}, false);
    if (status) { return status; }
    spins_transform_run(backward, values);
    spins_transform_free(backward);
    return ONS_OK;
}

double ons_momentum(size_t k, size_t cells) {
    const double folded = 2 * k <= cells ? (double)k : (double)k - (double)cells;
    return 2 * PI * folded / (double)cells;
}

ons_status ons_momentum_weights(const double *psi, size_t count, const uint32_t *translate, size_t cells,
                                double *weight) {
    spins_complex *overlap = spins_complex_array(cells);
    uint32_t *place = ONS_NEW(uint32_t, count);
    ons_status status = overlap && place ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; !status && k < count; k++) { place[k] = (uint32_t)k; }
    for (size_t d = 0; !status && d < cells; d++) {
        double re = 0, im = 0; /* <psi|T^d psi> = sum conj psi(T^d s) psi(s) */
        for (size_t k = 0; k < count; k++) {
            const double *a = psi + 2 * (size_t)place[k], *b = psi + 2 * k;
            re += a[0] * b[0] + a[1] * b[1];
            im += a[0] * b[1] - a[1] * b[0];
            place[k] = translate[place[k]];
        }
        overlap[d] = (spins_complex){re / (double)cells, im / (double)cells};
    }
    if (!status) { status = transform(overlap, cells); }
    for (size_t k = 0; !status && k < cells; k++) { weight[k] = overlap[k].re; }
    spins_complex_free(overlap);
    free(place);
    return status;
}

/* H_jk = (1/N) sum_p p exp(i p (j - k)) depends on d = j - k alone: row[d], d = 0 .. N-1, with the sign of the boundary
 * for d < 0 left to the caller. half: p = 2 pi (k + 1/2) / N. */
static ons_status hopping(unsigned cells, bool half, spins_complex *row) {
    const double n = cells;
    for (unsigned k = 0; k < cells; k++) {
        const double turns = (k + (half ? 0.5 : 0)) / n; /* p / 2 pi in [0, 1) */
        row[k] = (spins_complex){2 * PI * (turns <= 0.5 ? turns : turns - 1) / n, 0};
    }
    const ons_status status = transform(row, cells);
    for (unsigned d = 0; half && !status && d < cells; d++) { /* exp(i pi d / N) of the half momentum */
        spins_complex turn;
        spins_circle(d / (2 * n), &turn.re, &turn.im);
        row[d] = spins_times(turn, row[d]);
    }
    return status;
}

/* The sign with which a+_to a_from acts on a state: particles that stand before the places, in their order. */
static double order_sign(uint64_t state, unsigned from, unsigned to) {
    const uint64_t without = state & ~((uint64_t)1 << from);
    const uint64_t low = ((uint64_t)1 << (from < to ? from : to)) - 1,
                   high = ((uint64_t)1 << (from < to ? to : from)) - 1;
    return __builtin_popcountll(without & (high & ~low)) % 2 ? -1 : 1;
}

static void add_hops(const ons_sector *sector, const spins_complex *row, uint64_t column, double *matrix) {
    const uint64_t state = ons_sector_state(sector, column);
    const unsigned cells = sector->bits;
    for (unsigned from = 0; from < cells; from++) {
        if (!(state >> from & 1)) { continue; }
        for (unsigned to = 0; to < cells; to++) {
            const uint64_t empty = state & ~((uint64_t)1 << from);
            if (empty >> to & 1) { continue; }
            const uint64_t row_state = ons_sector_rank(sector, empty | (uint64_t)1 << to);
            const double wrapped = to < from && sector->particles % 2 == 0 ? -1 : 1; /* antiperiodic */
            const double sign = order_sign(state, from, to) * wrapped;
            const unsigned d = (to + cells - from) % cells;
            matrix[2 * (row_state * sector->states + column)] += sign * row[d].re;
            matrix[2 * (row_state * sector->states + column) + 1] += sign * row[d].im;
        }
    }
}

ons_status ons_movers_hamiltonian(unsigned cells, unsigned particles, double *matrix) {
    if (particles < 1 || particles > 2) {
        return ons_fail(ONS_INVALID, "the Hamiltonian of movers is written out for 1 or 2 particles, not %u",
                        particles);
    }
    ons_sector sector;
    ons_status status = ons_sector_init(&sector, cells, particles);
    if (status) { return status; }
    spins_complex *row = spins_complex_array(cells);
    if (!row) { return ONS_MEMORY; }
    status = hopping(cells, particles % 2 == 0, row);
    memset(matrix, 0, 2 * sector.states * sector.states * sizeof *matrix);
    for (uint64_t column = 0; !status && column < sector.states; column++) { add_hops(&sector, row, column, matrix); }
    spins_complex_free(row);
    return status;
}

/* ---- exponential of a matrix ---- */

static void multiply(const double *a, const double *b, size_t n, double *c) {
    memset(c, 0, 2 * n * n * sizeof *c);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            const double re = a[2 * (i * n + k)], im = a[2 * (i * n + k) + 1];
            for (size_t j = 0; j < n; j++) {
                const double *other = b + 2 * (k * n + j);
                c[2 * (i * n + j)] += re * other[0] - im * other[1];
                c[2 * (i * n + j) + 1] += re * other[1] + im * other[0];
            }
        }
    }
}

ons_status ons_matrix_evolution(const double *matrix, size_t n, double time, double *exponential) {
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) { sum += hypot(matrix[2 * (i * n + j)], matrix[2 * (i * n + j) + 1]); }
        largest = fmax(largest, sum * fabs(time));
    }
    if (!isfinite(largest)) { return ons_fail(ONS_INVALID, "a matrix must be finite to have an exponential"); }
    const int halvings = largest > 0.25 ? ilogb(largest) + 3 : 0;
    double *work = ONS_NEW(double, 6 * n * n);
    if (!work) { return ONS_MEMORY; }
    double *small = work, *term = work + 2 * n * n, *next = work + 4 * n * n;
    const double scale = ldexp(time, -halvings);
    for (size_t k = 0; k < n * n; k++) { /* -i scale matrix */
        small[2 * k] = scale * matrix[2 * k + 1];
        small[2 * k + 1] = -scale * matrix[2 * k];
    }
    memset(term, 0, 2 * n * n * sizeof *term);
    for (size_t i = 0; i < n; i++) { term[2 * (i * n + i)] = 1; }
    memcpy(exponential, term, 2 * n * n * sizeof *term);
    for (int order = 1; order <= 16; order++) { /* 0.25^17/17! < 1e-24 */
        multiply(term, small, n, next);
        for (size_t k = 0; k < 2 * n * n; k++) {
            term[k] = next[k] / order;
            exponential[k] += term[k];
        }
    }
    for (int k = 0; k < halvings; k++) {
        multiply(exponential, exponential, n, next);
        memcpy(exponential, next, 2 * n * n * sizeof *next);
    }
    free(work);
    return ONS_OK;
}
