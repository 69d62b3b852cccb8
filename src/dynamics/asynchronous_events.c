/*
 * Events of networks: whose clock rings, what it reads, what it becomes.
 *
 * Who is drawn before what happens, a batch at a time: nothing of a draw depends on the numbers, and the processor
 * works on several events at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "asynchronous.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* ---- reading --------------------------------------------------------------------------------------------------------
 */

/* The number of node j as it is heard now. */
INLINE double heard(ons_asynchronous *one, uint32_t j, bool delayed) {
    if (!delayed) { return one->x[j]; }
    const uint32_t most = one->how.delay;
    const uint32_t late =
        one->how.delay_fixed
            ? most
            : (uint32_t)(((uint64_t)ons_random_32(&one->streams[ASYNCHRONOUS_LATE]) * (most + 1)) >> 32);
    return one->late[j * one->depth + ((one->newest[j] - late) & (one->depth - 1))];
}

INLINE double logistic(double control, double x) { return control * x * (1 - x); }

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The sum in ascending order: equal sets of numbers give equal bits. */
static double sorted_sum(double *values, size_t count) {
    if (count > 24) {
        qsort(values, count, sizeof *values, by_value);
    } else {
        for (size_t k = 1; k < count; k++) {
            const double value = values[k];
            size_t at = k;
            for (; at > 0 && values[at - 1] > value; at--) { values[at] = values[at - 1]; }
            values[at] = value;
        }
    }
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += values[k]; }
    return sum;
}

/* The sum of f over what node i hears. */
INLINE double sum_of_images(ons_asynchronous *one, uint32_t i, bool delayed) {
    const ons_wiring *wiring = one->how.wiring;
    if (wiring->complete && !delayed) { return one->field - one->image[i]; }
    const uint64_t begin = wiring->complete ? 0 : wiring->start[i];
    const uint64_t end = wiring->complete ? wiring->nodes : wiring->start[i + 1];
    size_t count = 0;
    double sum = 0;
    for (uint64_t k = begin; k < end; k++) {
        const uint32_t j = wiring->complete ? (uint32_t)k : wiring->heard[k];
        if (wiring->complete && j == i) { continue; }
        const double value = delayed ? logistic(one->how.control, heard(one, j, true)) : one->image[j];
        if (one->how.symmetric) { one->sorted[count++] = value; }
        sum += value;
    }
    return one->how.symmetric ? sorted_sum(one->sorted, count) : sum;
}

/* sum_j a_ij x_j; a node hears itself without delay. */
INLINE double sum_of_row(ons_asynchronous *one, uint32_t i, bool delayed) {
    size_t count = 0;
    double sum = 0;
    for (uint64_t k = one->how.row[i]; k < one->how.row[i + 1]; k++) {
        const uint32_t j = one->how.column[k];
        const double term = one->how.weight[k] * heard(one, j, delayed && j != i);
        if (one->how.symmetric) { one->sorted[count++] = term; }
        sum += term;
    }
    return one->how.symmetric ? sorted_sum(one->sorted, count) : sum;
}

/* The same with the late numbers that make it largest (sign 1) or smallest (-1). */
static double extreme_row(const ons_asynchronous *one, uint32_t i, double sign) {
    double sum = 0;
    for (uint64_t k = one->how.row[i]; k < one->how.row[i + 1]; k++) {
        const uint32_t j = one->how.column[k];
        double best = -INFINITY;
        for (uint32_t late = 0; late <= one->how.delay; late++) {
            const size_t at = j * one->depth + ((one->newest[j] - late) & (one->depth - 1));
            best = fmax(best, sign * one->how.weight[k] * one->late[at]);
        }
        sum += sign * best;
    }
    return sum;
}

/* ---- becoming -------------------------------------------------------------------------------------------------------
 */

/* What node i becomes, noise apart. */
INLINE double next_of(ons_asynchronous *one, uint32_t i, ons_node_rule rule, bool delayed) {
    if (rule == ONS_NODE_LOGISTIC) {
        const double own = one->image[i], pull = one->pull[i];
        return pull > 0 ? (1 - one->how.coupling) * own + pull * sum_of_images(one, i, delayed) : own;
    }
    const double sum = sum_of_row(one, i, delayed);
    switch (rule) {
    case ONS_NODE_TANH: return tanh(sum) + one->how.offset[i];
    case ONS_NODE_THRESHOLD: return sum + one->how.offset[i] > 0 ? 1 : 0;
    default: return sum + one->how.offset[i];
    }
}

static double with_noise(ons_asynchronous *one, double x) {
    x += one->how.noise * (2 * ons_random_uniform(&one->streams[ASYNCHRONOUS_NOISE]) - 1);
    return one->how.rule == ONS_NODE_LOGISTIC ? fmin(1 - fabs(1 - fabs(x)), 1) : x;
}

INLINE void become(ons_asynchronous *one, uint32_t i, double x, ons_node_rule rule) {
    if (one->how.noise > 0) { x = with_noise(one, x); }
    one->x[i] = x;
    if (rule == ONS_NODE_LOGISTIC) {
        const double image = logistic(one->how.control, x);
        if (one->how.wiring->complete) { one->field += image - one->image[i]; }
        one->image[i] = image;
    }
    if (one->depth > 0) {
        one->newest[i] = (uint8_t)((one->newest[i] + 1) & (one->depth - 1));
        one->late[i * one->depth + one->newest[i]] = x;
    }
}

INLINE void each(ons_asynchronous *one, const uint32_t *who, size_t count, ons_node_rule rule, bool delayed) {
    for (size_t k = 0; k < count; k++) { become(one, who[k], next_of(one, who[k], rule, delayed), rule); }
}

/* Gossip: i and a neighbour drawn from the stream of delays. */
static void meet(ons_asynchronous *one, const uint32_t *who, size_t count) {
    const ons_wiring *wiring = one->how.wiring;
    for (size_t k = 0; k < count; k++) {
        const uint32_t i = who[k], degree = ons_wiring_degree(wiring, i);
        const uint32_t drawn = ons_random_below(&one->streams[ASYNCHRONOUS_LATE], degree);
        const uint32_t j = wiring->complete ? drawn + (drawn >= i) : wiring->heard[wiring->start[i] + drawn];
        const double mean = 0.5 * (one->x[i] + one->x[j]);
        become(one, i, mean, ONS_NODE_GOSSIP);
        become(one, j, mean, ONS_NODE_GOSSIP);
    }
}

static void each_plain(ons_asynchronous *one, const uint32_t *who, size_t count) {
    const bool delayed = one->depth > 0;
    switch (one->how.rule) {
    case ONS_NODE_LOGISTIC:
        if (delayed) {
            each(one, who, count, ONS_NODE_LOGISTIC, true);
        } else {
            each(one, who, count, ONS_NODE_LOGISTIC, false);
        }
        break;
    case ONS_NODE_AFFINE:
        if (delayed) {
            each(one, who, count, ONS_NODE_AFFINE, true);
        } else {
            each(one, who, count, ONS_NODE_AFFINE, false);
        }
        break;
    case ONS_NODE_GOSSIP: meet(one, who, count); break;
    default: each(one, who, count, one->how.rule, delayed);
    }
}

/* All of them at once, from what was before. */
static void together(ons_asynchronous *one, const uint32_t *who, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        one->now[k] = next_of(one, who ? who[k] : k, one->how.rule, one->depth > 0);
    }
    for (uint32_t k = 0; k < count; k++) { become(one, who ? who[k] : k, one->now[k], one->how.rule); }
    /* The same sum for the same numbers, however they came about. */
    if (!who) { ons_asynchronous_refresh(one); }
}

/* ---- clocks ---------------------------------------------------------------------------------------------------------
 */

/* One in n. */
static void draw(ons_asynchronous *one, size_t count) {
    ons_random *random = &one->streams[ASYNCHRONOUS_WHO];
    if (!one->alias) {
        for (size_t k = 0; k < count; k++) { one->who[k] = ons_random_below(random, one->nodes); }
        return;
    }
    for (size_t k = 0; k < count; k++) {
        const uint32_t i = ons_random_below(random, one->nodes);
        one->who[k] = ons_random_32(random) <= one->share[i] ? i : one->alias[i];
    }
}

static void follow(ons_asynchronous *one, size_t count) {
    const bool prescribed = one->how.clock == ONS_CLOCK_PRESCRIBED;
    const uint64_t length = prescribed ? one->how.length : one->nodes;
    uint64_t at = one->counters[1];
    for (size_t k = 0; k < count; k++) {
        one->who[k] = prescribed ? one->how.order[at] : (uint32_t)at;
        at = at + 1 < length ? at + 1 : 0;
    }
    one->counters[1] = at;
}

static void oppose(ons_asynchronous *one) {
    const uint32_t i = (uint32_t)one->counters[1];
    for (int sign = 1; sign >= -1; sign -= 2) {
        become(one, i, extreme_row(one, i, sign) + one->how.offset[i], ONS_NODE_AFFINE);
    }
    one->counters[1] = i + 1 < one->nodes ? i + 1 : 0;
}

/* A block drawn evenly. The running sum of the field would round differently than the sum over all. */
static void ring_block(ons_asynchronous *one) {
    const uint32_t block = ons_random_below(&one->streams[ASYNCHRONOUS_WHO], one->how.blocks);
    together(one, one->members + one->border[block], one->border[block + 1] - one->border[block]);
    if (one->how.wiring && one->how.wiring->complete) { ons_asynchronous_refresh(one); }
}

void ons_asynchronous_events(ons_asynchronous *network, uint64_t count) {
    network->counters[0] += count;
    switch (network->how.clock) {
    case ONS_CLOCK_SYNCHRONOUS:
        for (; count > 0; count--) { together(network, NULL, network->nodes); }
        return;
    case ONS_CLOCK_BLOCKS:
        for (; count > 0; count--) { ring_block(network); }
        return;
    case ONS_CLOCK_ADVERSARIAL:
        for (; count > 0; count--) { oppose(network); }
        return;
    default: break;
    }
    while (count > 0) {
        const size_t batch = count < ASYNCHRONOUS_BATCH ? count : ASYNCHRONOUS_BATCH;
        if (network->how.clock == ONS_CLOCK_POISSON) {
            draw(network, batch);
        } else {
            follow(network, batch);
        }
        each_plain(network, network->who, batch);
        count -= batch;
    }
}

/* The number of points of a Poisson process in an interval with that mean: transformed rejection with squeeze for large
 * means (Hoermann 1993, algorithm PTRS), products of uniform numbers for small ones. */
static uint64_t points(ons_random *random, double mean) {
    if (mean < 10) {
        uint64_t count = 0;
        const double limit = exp(-mean);
        for (double product = ons_random_uniform(random); product > limit; count++) {
            product *= ons_random_uniform(random);
        }
        return count;
    }
    const double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
    const double inverse = 1.1239 + 1.1328 / (b - 3.4), ratio = 0.9277 - 3.6224 / (b - 2), logarithm = log(mean);
    int sign;
    for (;;) {
        const double u = ons_random_uniform(random) - 0.5, v = ons_random_uniform(random);
        const double margin = 0.5 - fabs(u), k = floor((2 * a / margin + b) * u + mean + 0.43);
        if (margin >= 0.07 && v <= ratio) { return (uint64_t)k; }
        if (k < 0 || (margin < 0.013 && v > margin)) { continue; }
        if (log(v * inverse / (a / (margin * margin) + b)) <= k * logarithm - mean - lgamma_r(k + 1, &sign)) {
            return (uint64_t)k;
        }
    }
}

void ons_asynchronous_unit(ons_asynchronous *network) {
    uint64_t count = network->nodes;
    switch (network->how.clock) {
    case ONS_CLOCK_SYNCHRONOUS: count = 1; break;
    case ONS_CLOCK_PRESCRIBED: count = network->how.length; break;
    case ONS_CLOCK_POISSON:
    case ONS_CLOCK_BLOCKS: count = points(&network->streams[ASYNCHRONOUS_WHO], network->total); break;
    default: break;
    }
    ons_asynchronous_events(network, count);
    ons_asynchronous_refresh(network); /* rounding of the running sum does not pile up */
}
