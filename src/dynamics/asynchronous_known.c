/*
 * What is known of networks: contraction, comparison matrices, transverse exponents, gossip on average, strata and
 * offsets.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/asynchronous.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- contraction ----------------------------------------------------------------------------------------------------
 */

double ons_contraction(uint32_t nodes, const uint64_t *row, const double *weight) {
    double largest = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        double sum = 0;
        for (uint64_t k = row[i]; k < row[i + 1]; k++) { sum += fabs(weight[k]); }
        largest = fmax(largest, sum);
    }
    return largest;
}

/* For positive v: min (|A| v)_i / v_i <= rho(|A|) <= max (|A| v)_i / v_i (Collatz 1942, Wielandt 1950). The shift by 1
 * makes the iteration converge for periodic matrices too. */
ons_status ons_comparison_radius(uint32_t nodes, const uint64_t *row, const uint32_t *column, const double *weight,
                                 double *low, double *high) {
    double *v = ONS_NEW(double, nodes), *image = ONS_NEW(double, nodes);
    const ons_status status = v && image ? ONS_OK : ONS_MEMORY;
    for (uint32_t i = 0; !status && i < nodes; i++) { v[i] = 1; }
    *low = 0;
    *high = INFINITY;
    for (unsigned step = 0; !status && step < 100000 && (step == 0 || *high - *low > 1e-12 * (1 + *high)); step++) {
        double least = INFINITY, most = 0, norm = 0;
        for (uint32_t i = 0; i < nodes; i++) {
            image[i] = v[i];
            for (uint64_t k = row[i]; k < row[i + 1]; k++) { image[i] += fabs(weight[k]) * v[column[k]]; }
            least = fmin(least, image[i] / v[i] - 1);
            most = fmax(most, image[i] / v[i] - 1);
            norm = fmax(norm, image[i]);
        }
        *low = fmax(*low, least);
        *high = fmin(*high, most);
        for (uint32_t i = 0; i < nodes; i++) { v[i] = fmax(image[i] / norm, 1e-290); }
    }
    free(v);
    free(image);
    return status;
}

/* ---- transverse exponents -------------------------------------------------------------------------------------------
 */

double ons_transverse_exponent(double lyapunov, double coupling, double eigenvalue) {
    return lyapunov + log(fabs(1 - coupling * eigenvalue));
}

/* One iteration of the perturbations about the synchronous orbit, its uniform part (of the left eigenvector, the
 * degrees) taken out; returns ln of the growth of its length and makes that 1. */
static double stretch(const ons_wiring *w, double slope, double coupling, double *v, double *next) {
    double all = 0, along = 0, degrees = 0, length = 0;
    for (uint32_t i = 0; w->complete && i < w->nodes; i++) { all += v[i]; }
    for (uint32_t i = 0; i < w->nodes; i++) {
        const uint32_t degree = ons_wiring_degree(w, i);
        double sum = w->complete ? all - v[i] : 0;
        for (uint64_t k = w->complete ? 0 : w->start[i]; !w->complete && k < w->start[i + 1]; k++) {
            sum += v[w->heard[k]];
        }
        next[i] = slope * ((1 - coupling) * v[i] + coupling / degree * sum);
        along += degree * next[i];
        degrees += degree;
    }
    for (uint32_t i = 0; i < w->nodes; i++) {
        next[i] -= along / degrees;
        length += next[i] * next[i];
    }
    length = sqrt(length);
    for (uint32_t i = 0; i < w->nodes; i++) { v[i] = next[i] / length; }
    return log(length);
}

/* The slope of f at the orbit, which then goes on, reflected into [0, 1]; slopes of 0 have no logarithm. */
static double follow(double *s, double control, ons_random *random) {
    const double slope = control * (1 - 2 * *s);
    *s = control * *s * (1 - *s) + 1e-14 * (2 * ons_random_uniform(random) - 1);
    *s = fmin(1 - fabs(1 - fabs(*s)), 1);
    return fabs(slope) > 1e-300 ? slope : 1e-300;
}

ons_status ons_transverse_measure(const ons_wiring *wiring, double control, double coupling, uint64_t steps,
                                  ons_random *random, double *exponent, double *error) {
    enum { blocks = 32, warmup = 1000 };
    if (!ons_wiring_connected(wiring) || wiring->nodes < 2) {
        return ons_fail(ONS_INVALID, "transverse exponents need a connected graph of at least 2 nodes");
    }
    if (steps < blocks) { return ons_fail(ONS_INVALID, "transverse exponents need at least %d steps", blocks); }
    double *v = ONS_NEW(double, wiring->nodes), *next = ONS_NEW(double, wiring->nodes);
    if (!v || !next) {
        free(v);
        free(next);
        return ONS_MEMORY;
    }
    double s = ons_random_uniform(random), sum = 0, squares = 0;
    for (uint32_t i = 0; i < wiring->nodes; i++) { v[i] = ons_random_uniform(random) - 0.5; }
    for (int k = 0; k < warmup; k++) { stretch(wiring, follow(&s, control, random), coupling, v, next); }
    for (int b = 0; b < blocks; b++) {
        double growth = 0;
        for (uint64_t k = 0; k < steps / blocks; k++) {
            growth += stretch(wiring, follow(&s, control, random), coupling, v, next);
        }
        const uint64_t share = steps / blocks; /* whole steps a block */
        growth /= (double)share;
        sum += growth;
        squares += growth * growth;
    }
    *exponent = sum / blocks;
    *error = sqrt(fmax(squares / blocks - *exponent * *exponent, 0) / (blocks - 1));
    free(v);
    free(next);
    return ONS_OK;
}

/* ---- gossip ---------------------------------------------------------------------------------------------------------
 */

/* sum += weight (W C W^T - C), W: i and j take their mean; only two rows and columns differ. */
static void meet(const double *c, double *sum, size_t n, size_t i, size_t j, double weight) {
    const double corner = (c[i * n + i] + c[i * n + j] + c[j * n + i] + c[j * n + j]) / 4;
    for (size_t k = 0; k < n; k++) {
        if (k == i || k == j) { continue; }
        const double mean = 0.5 * (c[i * n + k] + c[j * n + k]);
        sum[i * n + k] += weight * (mean - c[i * n + k]);
        sum[j * n + k] += weight * (mean - c[j * n + k]);
        sum[k * n + i] += weight * (mean - c[k * n + i]);
        sum[k * n + j] += weight * (mean - c[k * n + j]);
    }
    sum[i * n + i] += weight * (corner - c[i * n + i]);
    sum[i * n + j] += weight * (corner - c[i * n + j]);
    sum[j * n + i] += weight * (corner - c[j * n + i]);
    sum[j * n + j] += weight * (corner - c[j * n + j]);
}

/* One event on average: each node rings with 1/n and draws a neighbour. */
static void gossip(const ons_wiring *w, const double *c, double *next) {
    const size_t n = w->nodes;
    memcpy(next, c, n * n * sizeof *c);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t degree = ons_wiring_degree(w, i);
        for (uint32_t k = 0; k < degree; k++) {
            const uint32_t j = w->complete ? k + (k >= i) : w->heard[w->start[i] + k];
            meet(c, next, n, i, j, 1 / ((double)n * degree));
        }
    }
}

ons_status ons_gossip_expected(const ons_wiring *wiring, const double *x, size_t count, double *values) {
    const size_t n = wiring->nodes;
    double *c = n <= 4096 ? ONS_NEW(double, n *n) : NULL, *next = n <= 4096 ? ONS_NEW(double, n *n) : NULL;
    double mean = 0;
    if (!c || !next) {
        free(c);
        free(next);
        return n <= 4096 ? ONS_MEMORY : ons_fail(ONS_INVALID, "covariances are kept of at most 4096 nodes, not %zu", n);
    }
    for (size_t i = 0; i < n; i++) { mean += x[i] / (double)n; }
    for (size_t k = 0; k < n * n; k++) { c[k] = (x[k / n] - mean) * (x[k % n] - mean); }
    for (size_t event = 0; event <= count; event++) {
        values[event] = 0;
        for (size_t i = 0; i < n; i++) { values[event] += c[i * n + i]; }
        gossip(wiring, c, next);
        double *const kept = c;
        c = next;
        next = kept;
    }
    free(c);
    free(next);
    return ONS_OK;
}

/* ---- strata ---------------------------------------------------------------------------------------------------------
 */

typedef struct ranked {
    double x;
    uint32_t node;
} ranked;

static int by_number(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    return x->x != y->x ? (x->x > y->x) - (x->x < y->x) : (x->node > y->node) - (x->node < y->node);
}

double ons_strata(const double *x, size_t count, double tolerance, uint32_t *label) {
    ranked *order = ONS_NEW(ranked, count);
    if (!order) { return NAN; }
    for (size_t i = 0; i < count; i++) { order[i] = (ranked){x[i], (uint32_t)i}; }
    qsort(order, count, sizeof *order, by_number);
    uint32_t groups = 0;
    for (size_t k = 0; k < count; k++) {
        if (k == 0 || !(order[k].x - order[k - 1].x <= tolerance)) { groups++; }
        if (label) { label[order[k].node] = groups - 1; }
    }
    free(order);
    return groups;
}

double ons_offset(const double *x, const double *y, size_t count, size_t most, double alpha, int64_t *shift) {
    double best = INFINITY;
    *shift = 0;
    for (int64_t s = -(int64_t)most; s <= (int64_t)most; s++) {
        const size_t begin = s < 0 ? (size_t)-s : 0, end = s > 0 ? count - (size_t)s : count;
        double sum = 0;
        for (size_t t = begin; t < end; t++) { sum += fabs(x[(size_t)((int64_t)t + s)] - y[t]); }
        const double distance = sum / (double)(end - begin) + alpha * fabs((double)s);
        const bool nearer = distance == best && llabs(s) < llabs(*shift);
        if (distance < best || nearer) {
            best = distance;
            *shift = s;
        }
    }
    return best;
}
