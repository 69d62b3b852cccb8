/*
 * Inside learning: the arithmetic, compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_KERNELS_H
#define LEARNING_KERNELS_H

#include "inside.h"

/* out[i] = f(a[i], b[i], c[i]) for n contiguous numbers; `number` is the exponent of a power. out may be a, b or c. */
typedef void element_kernel(size_t n, void *out, const void *a, const void *b, const void *c, double number);

typedef struct learning_kernels {
    element_kernel *element[SELECT + 1]; /* by operation; NULL for what is none on elements */
    void (*fill)(size_t n, void *out, double number);
    /* The sum (the maximum) of n numbers in a tree that depends on n only. */
    double (*sum)(size_t n, const void *a);
    double (*largest)(size_t n, const void *a);
    void (*accumulate)(size_t n, void *out, const void *a); /* out += a */
    /* C[n][m] = A[n][k] B[k][m], or C += ...; strides between rows and columns in numbers (one of each pair is 1). */
    void (*product)(int64_t n, int64_t m, int64_t k, const void *A, int64_t a_row, int64_t a_column, const void *B,
                    int64_t b_row, int64_t b_column, void *C, int64_t c_row, bool add, void *scratch);
} learning_kernels;
/* For float and for double. */
extern const learning_kernels learning_kernels_plain[2], learning_kernels_v3[2], learning_kernels_v4[2];
/* Those of this machine. */
const learning_kernels *learning_kernels_here(ons_tensor_type type);
/* Bytes of scratch that a product needs, whatever its size. */
enum { LEARNING_PRODUCT_SCRATCH = 3 << 20 };

#endif
