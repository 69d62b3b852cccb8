/*
 * Steps of blocks of trajectories by explicit Runge-Kutta methods. Compiled once for each instruction set; eight
 * numbers at a time everywhere, so that only the contraction of products and sums differs between machines.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "runge_kutta.h"
#include "runge_kutta_tables.h"

#include <math.h>

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#else
#define NAME(name) name##_plain
#endif

#define INLINE static inline __attribute__((always_inline))

typedef double reals __attribute__((vector_size(8 * ONS_LANES), may_alias));
typedef int64_t whole __attribute__((vector_size(8 * ONS_LANES), may_alias));

INLINE reals at(const double *from, size_t i) { return ((const reals *)from)[i]; }
INLINE void put(double *to, size_t i, reals value) { ((reals *)to)[i] = value; }
INLINE whole mask_at(const int64_t *from) { return *(const whole *)from; }
INLINE reals all(double value) { return (reals){0} + value; }
INLINE reals choose(whole which, reals yes, reals no) { return (reals)((which & (whole)yes) | (~which & (whole)no)); }
INLINE reals absolute_value(reals x) { return (reals)((whole)x & 0x7fffffffffffffff); }
INLINE reals largest(reals a, reals b) { return choose(a > b, a, b); }
INLINE reals least(reals a, reals b) { return choose(a < b, a, b); }
INLINE reals root(reals x) {
    for (int l = 0; l < ONS_LANES; l++) { x[l] = sqrt(x[l]); }
    return x;
}

/* ---- stages ---------------------------------------------------------------------------------------------------------
 */

/* trial = x + h sum_j row[j] k_j, for a row of constants of which the zeros cost nothing. */
INLINE void combine(double *trial, const double *x, const double *k, size_t n, reals h, const double *row, int count) {
    for (size_t i = 0; i < n; i++) {
        reals sum = {0};
#pragma GCC unroll 16
        for (int j = 0; j < count; j++) {
            if (row[j] != 0) { sum += row[j] * at(k, (size_t)j * n + i); }
        }
        put(trial, i, at(x, i) + h * sum);
    }
}

INLINE void evaluate(const ons_field *field, size_t index, dynamics_block *block, reals t, double *k) {
    _Alignas(64) double times[ONS_LANES];
    put(times, 0, t);
    field->value(field->data, index, times, block->trial, k);
    block->evaluations++;
}

/* A stage for a row of the table, evaluated at (t + c h, trial). */
INLINE void stage(const ons_field *field, size_t index, dynamics_block *block, reals t, reals h, const double *row,
                  double c, int s) {
    const size_t n = field->dimension;
    combine(block->trial, block->x, block->k, n, h, row, s);
    evaluate(field, index, block, t + c * h, block->k + (size_t)s * n * ONS_LANES);
}

/* ---- error control --------------------------------------------------------------------------------------------------
 */

/* The sum over variables of the squared, scaled error with these weights. */
INLINE reals error_square(const dynamics_block *block, size_t n, const double *weights, int count,
                          const ons_integration *how) {
    reals total = {0};
    for (size_t i = 0; i < n; i++) {
        reals error = {0};
#pragma GCC unroll 16
        for (int j = 0; j < count; j++) {
            if (weights[j] != 0) { error += weights[j] * at(block->k, (size_t)j * n + i); }
        }
        const reals size = largest(absolute_value(at(block->x, i)), absolute_value(at(block->trial, i)));
        error /= how->absolute + how->relative * size;
        total += error * error;
    }
    return total;
}

/* Both errors of DOP853 at once: the weights differ, the scales do not. */
INLINE void error_squares(const dynamics_block *block, size_t n, const ons_integration *how, reals *fifth,
                          reals *third) {
    *fifth = *third = (reals){0};
    for (size_t i = 0; i < n; i++) {
        reals five = {0}, three = {0};
#pragma GCC unroll 16
        for (int j = 0; j < 13; j++) {
            const reals k = at(block->k, (size_t)j * n + i);
            if (dop853_e5[j] != 0) { five += dop853_e5[j] * k; }
            if (dop853_e3[j] != 0) { three += dop853_e3[j] * k; }
        }
        const reals size = largest(absolute_value(at(block->x, i)), absolute_value(at(block->trial, i)));
        const reals scale = 1 / (how->absolute + how->relative * size);
        five *= scale;
        three *= scale;
        *fifth += five * five;
        *third += three * three;
    }
}

/* x^(-share), share at most 1/8, of positive numbers up to 1 %: the bits of a double are its logarithm up to straight
 * pieces. */
INLINE reals root_inverse(reals x, double share) {
    static const double whole_numbers = 0x1.8p52;
    const whole bits = (whole)((reals)(((whole)x >> 12) | 0x4330000000000000));
    const reals logarithm = ((reals)bits - 0x1p52) * 0x1p-40 - (1023 - 0.043), power = logarithm * -share;
    const reals near = power + whole_numbers, f = power - (near - whole_numbers);
    const reals two_to_f = 1 + f * (0.69314718 + f * (0.24022651 + f * 0.05550411));
    return (reals)((whole)two_to_f + ((whole)near << 52));
}

/* Accepts where the error is at most 1 and finite, and chooses the next step: h * factor. */
INLINE void decide(dynamics_block *block, size_t n, reals h, reals error, reals factor, double lowest, double highest,
                   const ons_integration *how) {
    const whole running = mask_at(block->running);
    const whole good = running & (error <= 1);
    const reals planned = at(block->h, 0), left = at(block->target, 0) - at(block->t, 0);
    const whole cut = ((whole){0} - (int64_t)block->clipped) & (absolute_value(planned) >= absolute_value(left));
    const whole clipped = good & cut;
    factor = least(largest(factor, all(lowest)), all(highest));
    factor = choose(absolute_value(error) <= INFINITY, factor, all(lowest)); /* not a number: a much shorter step */
    factor = choose(good & mask_at(block->rejected), least(factor, all(1)), factor);
    reals next = h * factor;
    /* A step that was cut at the target says nothing against the one that was planned. */
    next = choose(clipped & (absolute_value(next) < absolute_value(planned)), planned, next);
    if (how->largest > 0) {
        const whole long_one = absolute_value(next) > how->largest;
        next = choose(long_one, choose(next < 0, all(-how->largest), all(how->largest)), next);
    }
    const reals t = at(block->t, 0), end = choose(clipped, at(block->target, 0), t + h);
    put(block->h, 0, choose(running, next, planned));
    put(block->t_old, 0, choose(good, t, at(block->t_old, 0)));
    put(block->h_old, 0, choose(good, end - t, at(block->h_old, 0)));
    put(block->t, 0, choose(good, end, t));
    *(whole *)block->accepted = good;
    *(whole *)block->rejected = running & ~good;
    for (size_t i = 0; i < n; i++) {
        const reals x = at(block->x, i);
        put(block->x_old, i, choose(good, x, at(block->x_old, i)));
        put(block->x, i, choose(good, at(block->trial, i), x));
    }
}

/* The step of every lane: what was planned, cut at its target; nothing for lanes that rest. */
INLINE reals step_length(const dynamics_block *block) {
    reals h = at(block->h, 0);
    if (block->clipped) {
        const reals left = at(block->target, 0) - at(block->t, 0);
        h = choose(absolute_value(h) > absolute_value(left), left, h);
    }
    return choose(mask_at(block->running), h, all(0));
}

/* After a decision the first derivative of the next step: the one at the end where that was accepted. The derivatives
 * of the step itself stay as they are, for the dense output; what is kept of the old first one is in `dense`. */
INLINE void pass_on(dynamics_block *block, size_t n, const double *last) {
    const whole good = mask_at(block->accepted);
    for (size_t i = 0; i < n; i++) {
        const reals first = at(block->k, i);
        put(block->dense, i, first);
        put(block->k, i, choose(good, at(last, i), first));
    }
}

/* ---- the methods ----------------------------------------------------------------------------------------------------
 */

static void dormand_prince(const ons_field *field, size_t index, dynamics_block *block, const ons_integration *how) {
    const size_t n = field->dimension;
    const reals t = at(block->t, 0), h = step_length(block);
    double *last = block->k + 6 * n * ONS_LANES;
#pragma GCC unroll 6
    for (int s = 1; s < DORMAND_PRINCE_STAGES; s++) {
        stage(field, index, block, t, h, dormand_prince_a[s], dormand_prince_c[s], s);
    }
    combine(block->trial, block->x, block->k, n, h, dormand_prince_b, DORMAND_PRINCE_STAGES);
    evaluate(field, index, block, t + h, last);
    const reals square = error_square(block, n, dormand_prince_e, 7, how);
    const reals error = absolute_value(h) * root(square / (double)n);
    /* 0.9 error^-(1/5) up to a few per cent: 1/5 = 1/8 + 1/16 + 1/64 - 1/320. */
    const reals half = root(root(root(error))), quarter = root(half), eighth = root(root(quarter));
    decide(block, n, h, error, 0.9 / (half * quarter * eighth), 0.2, 10, how);
    pass_on(block, n, last);
}

INLINE void dop853_end(const ons_field *field, size_t index, dynamics_block *block, reals t, reals h,
                       const ons_integration *how) {
    const size_t n = field->dimension;
    double *last = block->k + 12 * n * ONS_LANES;
    combine(block->trial, block->x, block->k, n, h, dop853_b, DOP853_STAGES);
    evaluate(field, index, block, t + h, last);
    reals fifth, third;
    error_squares(block, n, how, &fifth, &third);
    /* The square of h fifth / sqrt(n (fifth + third/100)); 0 where both are. */
    const reals below = fifth + 0.01 * third;
    /* 0.85: with 0.9 one try in six is rejected, with this one in eighteen. */
    const reals square = h * h * fifth * fifth / (choose(below > 0, below, all(1)) * (double)n);
    decide(block, n, h, choose(absolute_value(fifth) <= INFINITY, square, fifth), 0.85 * root_inverse(square, 1.0 / 16),
           1.0 / 3, 6, how);
    pass_on(block, n, last);
}

static void dop853(const ons_field *field, size_t index, dynamics_block *block, const ons_integration *how) {
    const reals t = at(block->t, 0), h = step_length(block);
#pragma GCC unroll 12
    for (int s = 1; s < DOP853_STAGES; s++) { stage(field, index, block, t, h, dop853_a[s], dop853_c[s], s); }
    dop853_end(field, index, block, t, h, how);
}

/* Two blocks in turns: a stage waits for the one before it, and the other block's stage fills that time. */
static void dop853_pair(const ons_field *field, size_t index, dynamics_block *block, const ons_integration *how) {
    dynamics_block *other = block + 1;
    const reals t = at(block->t, 0), h = step_length(block), t2 = at(other->t, 0), h2 = step_length(other);
#pragma GCC unroll 12
    for (int s = 1; s < DOP853_STAGES; s++) {
        stage(field, index, block, t, h, dop853_a[s], dop853_c[s], s);
        stage(field, index + 1, other, t2, h2, dop853_a[s], dop853_c[s], s);
    }
    dop853_end(field, index, block, t, h, how);
    dop853_end(field, index + 1, other, t2, h2, how);
}

/* The terms of order k and k - 1 that are as large as the tolerance: how long a step may be. */
INLINE reals term_length(const double *x, size_t n, size_t order, const ons_integration *how) {
    reals last = {0}, before = {0};
    for (size_t i = 0; i < n; i++) {
        const reals scale = 1 / (how->absolute + how->relative * absolute_value(at(x, i)));
        last = largest(last, absolute_value(at(x, order * n + i)) * scale);
        before = largest(before, absolute_value(at(x, (order - 1) * n + i)) * scale);
    }
    const reals h = least(root_inverse(last, 1.0 / (double)order), root_inverse(before, 1.0 / (double)(order - 1)));
    const reals sum = last + before;
    return choose(sum < INFINITY, h, all(NAN));
}

static void taylor(const ons_field *field, size_t index, dynamics_block *block, const ons_integration *how) {
    const size_t n = field->dimension, order = dynamics_taylor_order(how);
    const whole running = mask_at(block->running);
    const reals t = at(block->t, 0), left = at(block->target, 0) - t;
    for (size_t i = 0; i < n; i++) { put(block->k, i, at(block->x, i)); }
    field->series(field->data, index, order, block->t, block->k);
    block->evaluations++;
    reals length = 0.95 * term_length(block->k, n, order, how);
    if (how->largest > 0) { length = choose(length > how->largest, all(how->largest), length); }
    const reals planned = choose(left < 0, -length, length);
    const whole cut = ((whole){0} - (int64_t)block->clipped) & (length >= absolute_value(left));
    const reals h = choose(cut, left, planned), end = choose(cut, at(block->target, 0), t + h);
    for (size_t i = 0; i < n; i++) {
        reals sum = at(block->k, order * n + i);
        for (size_t k = order; k-- > 0;) { sum = sum * h + at(block->k, k * n + i); }
        const reals x = at(block->x, i);
        put(block->x_old, i, choose(running, x, at(block->x_old, i)));
        put(block->x, i, choose(running, sum, x));
    }
    put(block->h, 0, choose(running, planned, at(block->h, 0)));
    put(block->t_old, 0, choose(running, t, at(block->t_old, 0)));
    put(block->h_old, 0, choose(running, end - t, at(block->h_old, 0)));
    put(block->t, 0, choose(running, end, t));
    *(whole *)block->accepted = running;
    *(whole *)block->rejected = (whole){0};
}

/* ---- dense output ---------------------------------------------------------------------------------------------------
 */

/* Coefficients c_p of x_old + h sum_p c_p u^(p + 1). */
static void dormand_prince_dense(const ons_field *field, size_t index, dynamics_block *block) {
    const size_t n = field->dimension;
    (void)index;
    for (size_t i = 0; i < n; i++) {
        reals sums[4] = {0};
        for (int s = 0; s < 7; s++) {
            const reals k = s == 0 ? at(block->dense, i) : at(block->k, (size_t)s * n + i);
            for (int p = 0; p < 4; p++) { sums[p] += dormand_prince_p[s][p] * k; }
        }
        for (size_t p = 0; p < 4; p++) { put(block->dense, (p + 1) * n + i, at(block->h_old, 0) * sums[p]); }
    }
}

/* Three more stages, then the coefficients F_0 .. F_6 of Hairer, Norsett and Wanner, II.6. */
static void dop853_dense(const ons_field *field, size_t index, dynamics_block *block) {
    const size_t n = field->dimension;
    const reals t = at(block->t_old, 0), h = at(block->h_old, 0);
    double *k = block->k;
    for (size_t i = 0; i < n; i++) { /* the first derivative of this step for a while */
        const reals next = at(k, i);
        put(k, i, at(block->dense, i));
        put(block->dense, i, next);
    }
    for (int s = 13; s < DOP853_ALL_STAGES; s++) {
        combine(block->trial, block->x_old, k, n, h, dop853_a[s], s);
        evaluate(field, index, block, t + dop853_c[s] * h, k + (size_t)s * n * ONS_LANES);
    }
    for (size_t i = 0; i < n; i++) {
        const reals first = at(k, i), next = at(block->dense, i), moved = at(block->x, i) - at(block->x_old, i);
        put(block->dense, n + i, moved);
        put(block->dense, 2 * n + i, h * first - moved);
        put(block->dense, 3 * n + i, 2 * moved - h * (next + first));
        for (int p = 0; p < 4; p++) {
            reals sum = {0};
            for (int s = 0; s < DOP853_ALL_STAGES; s++) {
                if (dop853_d[p][s] != 0) { sum += dop853_d[p][s] * at(k, (size_t)s * n + i); }
            }
            put(block->dense, (size_t)(4 + p) * n + i, h * sum);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const reals first = at(k, i);
        put(k, i, at(block->dense, i));
        put(block->dense, i, first);
    }
}

const dynamics_kernels NAME(dynamics_kernels) = {
    .attempt = {[ONS_DORMAND_PRINCE] = dormand_prince, [ONS_DOP853] = dop853, [ONS_TAYLOR] = taylor},
    .pair = {[ONS_DORMAND_PRINCE] = NULL, [ONS_DOP853] = dop853_pair},
    .dense = {[ONS_DORMAND_PRINCE] = dormand_prince_dense, [ONS_DOP853] = dop853_dense},
};
