/*
 * Elementary symmetric polynomials of many rows of weighted spins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "weights_kernel.h"
#include "word.h"

#include <onsager/spins/patterns.h>

#define LANES 8
#pragma GCC diagnostic ignored "-Wpsabi" /* words are passed between inlined functions alone */
typedef double reals __attribute__((vector_size(8 * LANES)));
typedef float singles __attribute__((vector_size(4 * LANES)));

SPINS_INLINE reals load_reals(const double *from) {
    reals values;
    memcpy(&values, from, sizeof values);
    return values;
}

SPINS_INLINE reals load_singles(const float *from) {
    singles values;
    memcpy(&values, from, sizeof values);
    return __builtin_convertvector(values, reals);
}

SPINS_INLINE double total_of(reals a, reals b) {
    const reals sum = a + b;
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* w E_(order - 1) of eight rows. */
SPINS_INLINE reals share_of(const double *e, const float *column, size_t rows, unsigned order, double spin) {
    const reals weight = load_singles(column), x = weight * spin;
    reals without = load_reals(e) - x;
    for (unsigned k = 1; k + 1 < order; k++) { without = load_reals(e + k * rows) - x * without; }
    return weight * without;
}

SPINS_INLINE double sum_of_order(const double *e, const float *column, size_t rows, unsigned order, double spin) {
    reals even = {0}, odd = {0};
    for (size_t j = 0; j < rows; j += 2 * LANES) {
        even += share_of(e + j, column + j, rows, order, spin);
        odd += share_of(e + j + LANES, column + j + LANES, rows, order, spin);
    }
    return total_of(even, odd);
}

static double sum(const double *e, const float *column, size_t rows, unsigned order, double spin) {
    switch (order) {
    case 2: return sum_of_order(e, column, rows, 2, spin);
    case 3: return sum_of_order(e, column, rows, 3, spin);
    case 4: return sum_of_order(e, column, rows, 4, spin);
    default: return sum_of_order(e, column, rows, order, spin);
    }
}

static void flip(double *e, const float *column, size_t rows, unsigned order, double spin) {
    for (size_t j = 0; j < rows; j += LANES) {
        const reals x = load_singles(column + j) * spin;
        reals without = x - x + 1;
        for (unsigned k = 0; k + 1 < order; k++) {
            const reals held = load_reals(e + k * rows + j), taken = x * without, next = held - taken - taken;
            without = held - taken;
            memcpy(e + k * rows + j, &next, sizeof next);
        }
    }
}

static double sum_up(double *e, const float *columns, const int8_t *spins, uint32_t sites, size_t rows,
                     unsigned order) {
    double value = 0, level[ONS_RECALL_ORDER + 1][SPINS_WEIGHTS_BLOCK];
    for (size_t first = 0; first < rows; first += SPINS_WEIGHTS_BLOCK) {
        memset(level, 0, sizeof level);
        for (size_t j = 0; j < SPINS_WEIGHTS_BLOCK; j++) { level[0][j] = 1; }
        for (uint32_t i = 0; i < sites; i++) {
            const float *column = columns + i * rows + first;
            for (unsigned k = i < order ? i + 1 : order; k > 0; k--) {
                for (size_t j = 0; j < SPINS_WEIGHTS_BLOCK; j++) {
                    level[k][j] += (double)column[j] * spins[i] * level[k - 1][j];
                }
            }
        }
        for (unsigned k = 0; k + 1 < order; k++) { memcpy(e + k * rows + first, level[k + 1], sizeof level[0]); }
        for (size_t j = 0; j < SPINS_WEIGHTS_BLOCK; j++) { value += level[order][j]; }
    }
    return value;
}

const spins_weights_kernels SPINS_ISA(spins_weights_kernels) = {.sum = sum, .flip = flip, .sum_up = sum_up};
