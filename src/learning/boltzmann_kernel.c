/*
 * The arithmetic of Boltzmann machines, compiled once for each instruction set: sigmoids and softmax by SLEEF, the
 * proximal step of the monotone machine, products with shared blocks of weights for 32 examples at a time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann_kernel.h"

#include <sleef.h>

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#define WIDTH 8
#define SLEEF(name) Sleef_##name##d8_u10avx512f
typedef __m512d native;
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#define WIDTH 4
#define SLEEF(name) Sleef_##name##d4_u10avx2
typedef __m256d native;
#else
#define NAME(name) name##_plain
#define WIDTH 2
#endif

typedef double vector __attribute__((vector_size(8 * WIDTH), may_alias));
typedef double loose __attribute__((vector_size(8 * WIDTH), may_alias, aligned(8)));
typedef int64_t mask __attribute__((vector_size(8 * WIDTH), may_alias));

#if WIDTH > 2
static inline vector exponential(vector x) { return (vector)SLEEF(exp)((native)x); }
static inline vector logarithm_1p(vector x) { return (vector)SLEEF(log1p)((native)x); }
#else
static inline vector exponential(vector x) {
    for (size_t i = 0; i < WIDTH; i++) { x[i] = Sleef_exp_u10(x[i]); }
    return x;
}
static inline vector logarithm_1p(vector x) {
    for (size_t i = 0; i < WIDTH; i++) { x[i] = Sleef_log1p_u10(x[i]); }
    return x;
}
#endif

static inline vector all(double x) { return (vector){0} + x; }
static inline vector choose(mask which, vector a, vector b) { return (vector)((which & (mask)a) | (~which & (mask)b)); }
static inline vector least(vector a, vector b) { return choose(a < b, a, b); }
static inline vector most(vector a, vector b) { return choose(a > b, a, b); }
static inline vector magnitude(vector a) { return most(a, -a); }
static inline double total(vector a) {
    double sum = 0;
    for (size_t i = 0; i < WIDTH; i++) { sum += a[i]; }
    return sum;
}

/* ---- units of two states -------------------------------------------------------------------------------------- */

static inline vector sigmoid_of(vector x) { return 1 / (1 + exponential(-x)); }
/* ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)) */
static inline vector softplus_of(vector x) { return most(x, all(0)) + logarithm_1p(exponential(-magnitude(x))); }

static void sigmoid(size_t count, const double *x, double *p) {
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) { *(loose *)(p + i) = sigmoid_of(*(const loose *)(x + i)); }
    for (; i < count; i++) { p[i] = sigmoid_of(all(x[i]))[0]; }
}

static double softplus(size_t count, const double *x) {
    vector sum = {0};
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) { sum += softplus_of(*(const loose *)(x + i)); }
    double rest = 0;
    for (; i < count; i++) { rest += softplus_of(all(x[i]))[0]; }
    return total(sum) + rest;
}

static void draw(size_t count, const double *p, const uint32_t *word, double *bit) {
    for (size_t i = 0; i < count; i++) { bit[i] = (double)word[i] < p[i] * 0x1p32 ? 1 : 0; }
}

/* ---- products with blocks ------------------------------------------------------------------------------------- */

/* PAIR vectors of lanes for ROWS targets at a time: each row that is read serves them all. */
#define PAIR 2
#define ROWS 4

static inline void multiply_rows(size_t rows, size_t targets, size_t segments, const monotone_segment *segment,
                                 const double *weights, const double *at, double *out) {
    vector sum[ROWS][PAIR] = {0};
    for (size_t s = 0; s < segments; s++) {
        const double *weight = weights + segment[s].matrix;
        const double *row = at + (size_t)segment[s].source * MONOTONE_LANES;
        for (size_t c = 0; c < segment[s].count; c++, weight += targets, row += MONOTONE_LANES) {
            vector x[PAIR];
#pragma GCC unroll 4
            for (size_t i = 0; i < PAIR; i++) { x[i] = ((const loose *)row)[i]; }
#pragma GCC unroll 4
            for (size_t r = 0; r < rows; r++) {
#pragma GCC unroll 4
                for (size_t i = 0; i < PAIR; i++) { sum[r][i] += x[i] * weight[r]; }
            }
        }
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < PAIR; i++) { ((loose *)(out + r * MONOTONE_LANES))[i] = sum[r][i]; }
    }
}

static void multiply(size_t targets, size_t segments, const monotone_segment *segment, const double *weights,
                     const double *rows, double *out) {
    for (size_t lane = 0; lane < MONOTONE_LANES; lane += PAIR * WIDTH) {
        size_t t = 0;
        for (; t + ROWS <= targets; t += ROWS) {
            multiply_rows(ROWS, targets, segments, segment, weights + t, rows + lane, out + t * MONOTONE_LANES + lane);
        }
        for (; t < targets; t++) {
            multiply_rows(1, targets, segments, segment, weights + t, rows + lane, out + t * MONOTONE_LANES + lane);
        }
    }
}

static void outer(size_t count, size_t targets, const double *a, const double *b, double scale, double *gradient) {
    for (size_t c = 0; c < count; c++) {
        const loose *x = (const loose *)(a + c * MONOTONE_LANES);
        for (size_t t = 0; t < targets; t++) {
            const loose *y = (const loose *)(b + t * MONOTONE_LANES);
            vector sum = x[0] * y[0];
            for (size_t i = 1; i < MONOTONE_LANES / WIDTH; i++) { sum += x[i] * y[i]; }
            gradient[c * targets + t] += scale * total(sum);
        }
    }
}

static void diagonal(size_t states, const double *block, double scale, const double *z, const double *x, double *out) {
    for (size_t a = 0; a < states; a++) {
        for (size_t i = 0; i < MONOTONE_LANES / WIDTH; i++) {
            vector sum = -scale * ((const loose *)(x + a * MONOTONE_LANES))[i];
            for (size_t b = 0; b < states; b++) {
                sum += block[a * states + b] * ((const loose *)(z + b * MONOTONE_LANES))[i];
            }
            ((loose *)(out + a * MONOTONE_LANES))[i] = sum;
        }
    }
}

/* ---- variables of several states ------------------------------------------------------------------------------ */

#define AT(rows, a) (*(loose *)((rows) + (a)*MONOTONE_LANES))
#define READ(rows, a) (*(const loose *)((rows) + (a)*MONOTONE_LANES))

static void softmax(size_t states, const double *field, double *to) {
    for (size_t lane = 0; lane < MONOTONE_LANES; lane += WIDTH) {
        const double *h = field + lane;
        double *z = to + lane;
        vector high = READ(h, 0), sum = {0};
        for (size_t a = 1; a < states; a++) { high = most(high, READ(h, a)); }
        for (size_t a = 0; a < states; a++) {
            const vector e = exponential(READ(h, a) - high);
            AT(z, a) = e;
            sum += e;
        }
        const vector scale = 1 / sum;
        for (size_t a = 0; a < states; a++) { AT(z, a) = READ(z, a) * scale; }
    }
}

/* z_a = exp(g_a) with alpha g + (1 - alpha) exp(g) = c, c = y + nu - alpha, and nu such that sum z = 1. Newton's method
 * in g and nu at once. It begins where the largest z is 1, so that g <= 0 throughout. A lane that this does not bring
 * home is left to prox_nested. */
static inline int prox_lanes(size_t states, double alpha, const double *y, double *z) {
    vector g[MONOTONE_STATES], rest[MONOTONE_STATES], slope[MONOTONE_STATES];
    vector high = READ(y, 0);
    for (size_t a = 1; a < states; a++) { high = most(high, READ(y, a)); }
    vector nu = 1 - high;
    for (size_t a = 0; a < states; a++) { g[a] = least((READ(y, a) + nu - alpha) / alpha, all(0)); }
    for (int iteration = 0; iteration < 60; iteration++) {
        vector sum = {0}, pull = {0}, weight = {0}, moved = {0};
        for (size_t a = 0; a < states; a++) {
            const vector e = exponential(g[a]);
            slope[a] = 1 / (alpha + (1 - alpha) * e);
            rest[a] = READ(y, a) + nu - alpha - alpha * g[a] - (1 - alpha) * e;
            AT(z, a) = e;
            sum += e;
            pull += e * rest[a] * slope[a];
            weight += e * slope[a];
        }
        const vector turn = (1 - sum - pull) / weight;
        nu += turn;
        for (size_t a = 0; a < states; a++) {
            const vector next = least(g[a] + (rest[a] + turn) * slope[a], all(0));
            moved += magnitude(next - g[a]) * READ(z, a);
            g[a] = next;
        }
        const mask done = (moved < 1e-9) & (magnitude(1 - sum) < 1e-9);
        int64_t every = -1;
        for (size_t i = 0; i < WIDTH; i++) { every &= done[i]; }
        if (every) { /* convergence is quadratic: this last step brings it to rounding */
            for (size_t a = 0; a < states; a++) { AT(z, a) = exponential(g[a]); }
            return 1;
        }
    }
    return 0;
}

/* g with alpha g + (1 - alpha) exp(g) = c from above, where Newton's method is monotone: the left side is convex. */
static double root_below(double alpha, double c, double g) {
    for (int k = 0; k < 200; k++) {
        const double e = Sleef_exp_u10(g);
        const double step = (alpha * g + (1 - alpha) * e - c) / (alpha + (1 - alpha) * e);
        g -= step;
        if (!(step > 1e-15 * (1 - g))) { break; }
    }
    return g;
}

/* One lane by two loops, both monotone: sum z(nu) is convex and increasing, and begins at 1 or above. */
static int prox_nested(size_t states, double alpha, const double *y, double *z) {
    double g[MONOTONE_STATES], high = y[0];
    for (size_t a = 1; a < states; a++) { high = y[a * MONOTONE_LANES] > high ? y[a * MONOTONE_LANES] : high; }
    double nu = 1 - high;
    for (size_t a = 0; a < states; a++) { g[a] = 0; }
    for (int k = 0; k < 1000; k++) {
        double sum = 0, weight = 0;
        for (size_t a = 0; a < states; a++) {
            const double c = y[a * MONOTONE_LANES] + nu - alpha;
            g[a] = root_below(alpha, c, c / alpha < g[a] ? c / alpha : g[a]);
            const double e = z[a * MONOTONE_LANES] = Sleef_exp_u10(g[a]);
            sum += e;
            weight += e / (alpha + (1 - alpha) * e);
        }
        const double step = (sum - 1) / weight;
        if (sum - 1 < 1e-14) { return sum > 0.999999; }
        nu -= step;
    }
    return 0;
}

static int prox(size_t states, double alpha, const double *y, double *z) {
    int good = 1;
    for (size_t lane = 0; lane < MONOTONE_LANES; lane += WIDTH) {
        if (prox_lanes(states, alpha, y + lane, z + lane)) { continue; }
        for (size_t i = lane; i < lane + WIDTH; i++) { good &= prox_nested(states, alpha, y + i, z + i); }
    }
    return good;
}

const boltzmann_kernels NAME(boltzmann_kernels) = {
    .sigmoid = sigmoid,
    .softplus = softplus,
    .draw = draw,
    .multiply = multiply,
    .outer = outer,
    .diagonal = diagonal,
    .softmax = softmax,
    .prox = prox,
};
