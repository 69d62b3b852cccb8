/*
 * Adding a block of the table to a block of the field, in vectors of several widths; sums of whole numbers are the same
 * in all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "longrange.h"

#include <string.h>

typedef int64_t vector_2 __attribute__((vector_size(16)));
typedef int64_t vector_4 __attribute__((vector_size(32)));
typedef int64_t vector_8 __attribute__((vector_size(64)));

/* As many whole vectors as fit before `end`. */
#define VECTORS(width, operator, end)                                                                                  \
    for (; x + (width) <= (end); x += (width)) {                                                                       \
        vector_##width a, b;                                                                                           \
        memcpy(&a, to + x, sizeof a);                                                                                  \
        memcpy(&b, from + x, sizeof b);                                                                                \
        a = a operator b;                                                                                              \
        memcpy(to + x, &a, sizeof a);                                                                                  \
    }

#define ROWS(operator, vectors)                                                                                        \
    for (size_t row = 0; row < rows; row++) {                                                                          \
        int64_t *const to = field + row * length;                                                                      \
        const int64_t *const from = table + row * stride;                                                              \
        size_t x = 0;                                                                                                  \
        vectors(operator) for (; x < length; x++) { to[x] = to[x] operator from[x]; }                                  \
    }

#define KERNEL(name, target, vectors)                                                                                  \
    target void name(int64_t *field, const int64_t *table, size_t rows, size_t length, size_t stride, int sign) {      \
        if (sign > 0) {                                                                                                \
            ROWS(+, vectors)                                                                                           \
        } else {                                                                                                       \
            ROWS(-, vectors)                                                                                           \
        }                                                                                                              \
    }

#define PLAIN(operator) VECTORS(2, operator, length)
#define V3(operator) VECTORS(4, operator, length) VECTORS(2, operator, length)
#define V4(operator) VECTORS(8, operator, length) VECTORS(4, operator, length) VECTORS(2, operator, length)

KERNEL(spins_longrange_add_plain, , PLAIN)
#if defined(__x86_64__)
KERNEL(spins_longrange_add_v3, __attribute__((target("avx2"))), V3)
KERNEL(spins_longrange_add_v4, __attribute__((target("avx512f,avx512vl"))), V4)
#endif
