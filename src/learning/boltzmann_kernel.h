/*
 * Inside learning: the arithmetic of Boltzmann machines. The kernels are compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_BOLTZMANN_KERNEL_H
#define LEARNING_BOLTZMANN_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* Examples side by side in arrays [row][MONOTONE_LANES]. */
enum { MONOTONE_LANES = 32, MONOTONE_STATES = 64 };

/* Rows source .. source + count of the argument, times the matrix [count][targets] at weights + matrix. */
typedef struct monotone_segment {
    uint32_t source, count, matrix;
} monotone_segment;

typedef struct boltzmann_kernels {
    /* p = 1 / (1 + exp(-x)) */
    void (*sigmoid)(size_t count, const double *x, double *p);
    /* sum of ln(1 + exp(x)) */
    double (*softplus)(size_t count, const double *x);
    /* bit = 1 where word < p 2^32 */
    void (*draw)(size_t count, const double *p, const uint32_t *word, double *bit);
    /* out[targets][LANES] = sum over the segments of matrix^T rows */
    void (*multiply)(size_t targets, size_t segments, const monotone_segment *segment, const double *weights,
                     const double *rows, double *out);
    /* gradient[count][targets] += scale sum over lanes of a[count][LANES] b[targets][LANES] */
    void (*outer)(size_t count, size_t targets, const double *a, const double *b, double scale, double *gradient);
    /* out = block z - scale x for one variable: block[states][states], rows of LANES */
    void (*diagonal)(size_t states, const double *block, double scale, const double *z, const double *x, double *out);
    /* z = softmax(h) of one variable, rows of LANES */
    void (*softmax)(size_t states, const double *h, double *z);
    /* z = argmin |z - y|^2/2 + alpha (sum z ln z - |z|^2/2) on the simplex, 0 < alpha < 1; 0: some lane did not
     * converge */
    int (*prox)(size_t states, double alpha, const double *y, double *z);
} boltzmann_kernels;

extern const boltzmann_kernels boltzmann_kernels_plain, boltzmann_kernels_v3, boltzmann_kernels_v4;

/* The fastest of this machine. */
const boltzmann_kernels *boltzmann_kernels_here(void);

#endif
