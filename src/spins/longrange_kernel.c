/*
 * Adding a block of the table to a block of the field, in vectors of several widths; sums of whole numbers are the same
 * in all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "longrange.h"

#include <string.h>

#define KERNEL(name, target, bytes)                                                                                    \
    typedef int64_t name##_vector __attribute__((vector_size(bytes)));                                                 \
    target void name(int64_t *field, const int64_t *table, size_t rows, size_t length, size_t stride, int sign) {      \
        enum { width = (bytes) / 8 };                                                                                  \
        for (size_t row = 0; row < rows; row++) {                                                                      \
            int64_t *const to = field + row * length;                                                                  \
            const int64_t *const from = table + row * stride;                                                          \
            size_t x = 0;                                                                                              \
            for (; x + width <= length; x += width) {                                                                  \
                name##_vector a, b;                                                                                    \
                memcpy(&a, to + x, sizeof a);                                                                          \
                memcpy(&b, from + x, sizeof b);                                                                        \
                a = sign > 0 ? a + b : a - b;                                                                          \
                memcpy(to + x, &a, sizeof a);                                                                          \
            }                                                                                                          \
            for (; x < length; x++) { to[x] += sign * from[x]; }                                                       \
        }                                                                                                              \
    }

KERNEL(spins_longrange_add_plain, , 16)
#if defined(__x86_64__)
KERNEL(spins_longrange_add_v3, __attribute__((target("avx2"))), 32)
KERNEL(spins_longrange_add_v4, __attribute__((target("avx512f,avx512vl"))), 64)
#endif
