/*
 * The kernels for numbers of one precision: REAL, BITS (an integer of its size), R(name).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define V R(vector)
#define B R(bits)
#define LANES (VECTOR / sizeof(REAL))

static inline V R(load)(const REAL *at) {
    V x;
    memcpy(&x, at, sizeof x);
    return x;
}
static inline void R(store)(REAL *at, V x) { memcpy(at, &x, sizeof x); }
static inline V R(splat)(double number) { return (REAL)number - (V){0}; }
static inline V R(blend)(B condition, V a, V b) { return (V)((condition & (B)a) | (~condition & (B)b)); }
static inline V R(root_of)(V x) {
    for (size_t i = 0; i < LANES; i++) {
        x[i] = sizeof(REAL) == 4 ? (REAL)sqrtf((float)x[i]) : (REAL)sqrt((double)x[i]);
    }
    return x;
}

/* One kernel: the vectors, then the rest in a vector that is filled up with ones (which no function minds). */
#define ELEMENT(name, arguments, expression)                                                                           \
    static void R(name)(size_t n, void *to, const void *pa, const void *pb, const void *pc, double number) {           \
        REAL *out = to;                                                                                                \
        const REAL *a = pa, *b = arguments > 1 ? pb : pa, *c = arguments > 2 ? pc : pa;                                \
        (void)number;                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; i + LANES <= n; i += LANES) {                                                                           \
            const V x = R(load)(a + i), y = R(load)(b + i), z = R(load)(c + i);                                        \
            (void)y, (void)z;                                                                                          \
            R(store)(out + i, expression);                                                                             \
        }                                                                                                              \
        if (i < n) {                                                                                                   \
            V x = R(splat)(1), y = x, z = x;                                                                           \
            memcpy(&x, a + i, (n - i) * sizeof(REAL));                                                                 \
            memcpy(&y, b + i, (n - i) * sizeof(REAL));                                                                 \
            memcpy(&z, c + i, (n - i) * sizeof(REAL));                                                                 \
            (void)y, (void)z;                                                                                          \
            const V result = expression;                                                                               \
            memcpy(out + i, &result, (n - i) * sizeof(REAL));                                                          \
        }                                                                                                              \
    }

static inline V R(sign_of)(V x) {
    const V one = R(splat)(1), zero = R(splat)(0);
    return R(blend)((B)(x > zero), one, R(blend)((B)(x < zero), -one, x * zero + zero));
}
/* 1 / (1 + exp(-x)) with exp of what is not positive. */
static inline V R(sigmoid_of)(V x) {
    const V one = R(splat)(1), e = R(exp_vec)(R(blend)((B)(x > 0), -x, x));
    return R(blend)((B)(x > 0), one, e) / (one + e);
}
static inline V R(softplus_of)(V x) {
    const V zero = R(splat)(0), tail = R(log1p_vec)(R(exp_vec)(R(blend)((B)(x > 0), -x, x)));
    return R(blend)((B)(x < zero), zero, x) + tail;
}

ELEMENT(negate, 1, -x)
ELEMENT(reciprocal, 1, R(splat)(1) / x)
ELEMENT(absolute, 1, R(blend)((B)(x < 0), -x, x))
ELEMENT(sign, 1, R(sign_of)(x))
ELEMENT(root, 1, R(root_of)(x))
ELEMENT(inverse_root, 1, R(splat)(1) / R(root_of)(x))
ELEMENT(exp, 1, R(exp_vec)(x))
ELEMENT(log, 1, R(log_vec)(x))
ELEMENT(log1p, 1, R(log1p_vec)(x))
ELEMENT(expm1, 1, R(expm1_vec)(x))
ELEMENT(sin, 1, R(sin_vec)(x))
ELEMENT(cos, 1, R(cos_vec)(x))
ELEMENT(atan, 1, R(atan_vec)(x))
ELEMENT(acos, 1, R(acos_vec)(x))
ELEMENT(sinh, 1, R(sinh_vec)(x))
ELEMENT(cosh, 1, R(cosh_vec)(x))
ELEMENT(tanh, 1, R(tanh_vec)(x))
ELEMENT(erf, 1, R(erf_vec)(x))
ELEMENT(sigmoid, 1, R(sigmoid_of)(x))
ELEMENT(softplus, 1, R(softplus_of)(x))
ELEMENT(power, 1, R(power_vec)(x, R(splat)(number)))
ELEMENT(square, 1, x *x)
ELEMENT(add, 2, x + y)
ELEMENT(subtract, 2, x - y)
ELEMENT(multiply, 2, x *y)
ELEMENT(divide, 2, x / y)
ELEMENT(maximum, 2, R(blend)((B)(x < y) | (B)(y != y), y, x))
ELEMENT(minimum, 2, R(blend)((B)(y < x) | (B)(y != y), y, x))
ELEMENT(less, 2, R(blend)((B)(x < y), R(splat)(1), R(splat)(0)))
ELEMENT(less_equal, 2, R(blend)((B)(x <= y), R(splat)(1), R(splat)(0)))
ELEMENT(equal, 2, R(blend)((B)(x == y), R(splat)(1), R(splat)(0)))
ELEMENT(select, 3, R(blend)((B)(x != 0), y, z))

static void R(fill)(size_t n, void *to, double number) {
    REAL *out = to;
    for (size_t i = 0; i < n; i++) { out[i] = (REAL)number; }
}

static void R(accumulate)(size_t n, void *to, const void *from) {
    REAL *out = to;
    const REAL *a = from;
    for (size_t i = 0; i < n; i++) { out[i] += a[i]; }
}

/* Blocks of 128 numbers in eight strands, blocks in pairs (pairwise summation: errors grow as log n). */
static REAL R(sum_of)(size_t n, const REAL *a) {
    if (n > 128) {
        const size_t half = (n / 2 + 127) / 128 * 128;
        return R(sum_of)(half, a) + R(sum_of)(n - half, a + half);
    }
    REAL strands[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t j = 0; j < 8; j++) { strands[j] += a[i + j]; }
    }
    for (; i < n; i++) { strands[i % 8] += a[i]; }
    return ((strands[0] + strands[4]) + (strands[2] + strands[6])) +
           ((strands[1] + strands[5]) + (strands[3] + strands[7]));
}
static double R(sum)(size_t n, const void *a) { return (double)R(sum_of)(n, a); }

static double R(largest)(size_t n, const void *from) {
    const REAL *a = from;
    REAL top = a[0];
    for (size_t i = 1; i < n; i++) { top = a[i] > top || a[i] != a[i] ? a[i] : top; }
    return (double)top;
}

#undef ELEMENT
#undef V
#undef B
#undef LANES
