/*
 * asynchronous-lattices: realizations of the theorems of Alpay (2025) on lattices with clocks of their own, against
 * what is known exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/paper.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "asynchronous_lattices_claims.h"
#include "asynchronous_lattices_rings.h"
#include "asynchronous_lattices_words.h"

static const char *const systems[] = {"asynchronous-lattice", "kuramoto", NULL};

static bool quick(const ons_reproduction *r) { return ons_reproduction_effort(r) == ONS_QUICK; }

/* The last entry of a series, or a value or mean. */
static double last(const ons_task_result *task, const char *name, double *error) {
    const ons_result *result = task ? ons_task_find(task, name) : NULL;
    const size_t at = result && result->kind == ONS_SERIES ? result->times - 1 : 0;
    if (error) { *error = result ? result->error[at] : NAN; }
    return result ? result->mean[at] : NAN;
}

/* ---- A1: one limit --------------------------------------------------------------------------------------------------
 */

/* The mean over 10 replicas of a distance bounds the largest by 10 times. */
static ons_status one_limit(ons_reproduction *r) {
    static const char *const schedules[] = {"clocks=synchronous", "clocks=round-robin", "clocks=poisson",
                                            "clocks=poisson delay=20"};
    static const char *const names[] = {"limit-synchronous", "limit-round-robin", "limit-poisson", "limit-delays"};
    double largest = 0, time = 0;
    ons_figure_begin(r, "contraction", "One limit under every schedule", "time", "distance", ONS_FIGURE_LOG_Y);
    for (int s = 0; s < 4; s++) {
        const ons_results *results;
        const ons_status status =
            ons_reproduction_run(r, &results, names[s],
                                 "asynchronous-lattice dynamics=affine contraction=0.9 graph=regular degree=%d N=1000 "
                                 "%s replicas=10 steps=%d every=20 seed=2505",
                                 quick(r) ? 4 : 16, schedules[s], s == 3 ? 6000 : 1000);
        if (status) { return status; }
        const ons_task_result *task = ons_results_task(results, 0);
        const ons_result *distance = ons_task_find(task, "distance");
        ons_figure_curve(r, schedules[s], distance->times, distance->time, distance->mean, NULL);
        largest = fmax(largest, 10 * last(task, "distance", NULL));
        time = fmax(time, last(task, "sync_time", NULL));
    }
    ons_claim_number(r, "A1", largest, 0,
                     "10 times the mean over 10 matrices and starts, the worst of 4 schedules; within 1e-6 after %.0f "
                     "units of time at the latest",
                     time);
    return ONS_OK;
}

/* ---- A2, A3: matrices -----------------------------------------------------------------------------------------------
 */

enum { NODES = 100, TERMS = 8, MOST_EVENTS = 40000 };

typedef struct matrix {
    uint64_t row[NODES + 1];
    uint32_t column[NODES * NODES];
    double weight[NODES * NODES], offset[NODES];
    uint32_t order[MOST_EVENTS];
} matrix;

static ons_asynchronous_options rule_of(const matrix *m) {
    return (ons_asynchronous_options){.rule = ONS_NODE_AFFINE,
                                      .nodes = NODES,
                                      .row = m->row,
                                      .column = m->column,
                                      .weight = m->weight,
                                      .offset = m->offset};
}

/* Equal numbers under positive weights contract by kappa and no more: they come next to the bound. */
static void fill_contraction(matrix *m, double kappa, bool positive, ons_random *random) {
    for (uint32_t i = 0; i < NODES; i++) {
        double sum = 0;
        m->row[i + 1] = (uint64_t)(i + 1) * TERMS;
        for (uint32_t k = (uint32_t)m->row[i]; k < m->row[i + 1]; k++) {
            m->column[k] = ons_random_below(random, NODES);
            m->weight[k] = positive ? ons_random_uniform(random) : ons_random_uniform(random) - 0.5;
            sum += fabs(m->weight[k]);
        }
        for (uint64_t k = m->row[i]; k < m->row[i + 1]; k++) { m->weight[k] *= kappa / sum; }
    }
}

/* Random nodes; returns in ends[] where macro-windows are over, and their number. */
static size_t draw_windows(matrix *m, unsigned delay, ons_random *random, size_t *ends) {
    unsigned counts[NODES] = {0}, full = 0;
    size_t windows = 0;
    for (size_t k = 0; k < MOST_EVENTS; k++) {
        m->order[k] = ons_random_below(random, NODES);
        full += ++counts[m->order[k]] == delay + 1;
        if (full < NODES) { continue; }
        memset(counts, 0, sizeof counts);
        full = 0;
        ends[windows++] = k + 1;
    }
    return windows;
}

static ons_status windows_contract(ons_reproduction *r, matrix *m, size_t *ends) {
    double largest = 0;
    size_t windows = 0;
    for (unsigned delay = 0; delay <= 12; delay += 3) {
        ons_random random = ons_random_stream(2505, delay, 2);
        fill_contraction(m, 0.9, delay % 2 == 0, &random);
        const size_t count = draw_windows(m, delay, &random, ends);
        double x[NODES];
        for (int i = 0; i < NODES; i++) { x[i] = delay % 2 == 0 ? 1 : 2 * ons_random_uniform(&random) - 1; }
        ons_asynchronous_options how = rule_of(m);
        how.clock = ONS_CLOCK_PRESCRIBED;
        how.order = m->order;
        how.length = MOST_EVENTS;
        how.delay = delay;
        how.key = 2505 + delay;
        ons_asynchronous *one;
        const ons_status status = ons_asynchronous_create(&one, &how);
        if (status) { return status; }
        ons_asynchronous_set(one, x);
        double before = ons_asynchronous_distance(one, NULL);
        for (size_t w = 0; w < count && before > 1e-250; w++, windows++) {
            ons_asynchronous_events(one, ends[w] - (w ? ends[w - 1] : 0));
            const double now = ons_asynchronous_distance(one, NULL);
            largest = fmax(largest, now / before);
            before = now;
        }
        ons_asynchronous_free(one);
    }
    ons_claim_number(r, "A2", largest, 0, "the largest of %zu macro-windows with 5 delays, N = %d", windows, NODES);
    return ONS_OK;
}

/* The distance after 400 units from (1, 1), A = c [[1, 1], [1, -1]]. */
static ons_status pair_distance(double c, bool adversary, double *distance) {
    static const uint64_t row[] = {0, 2, 4};
    static const uint32_t column[] = {0, 1, 0, 1};
    static const double offset[] = {0, 0}, start[] = {1, 1};
    const double weight[] = {c, c, c, -c};
    const ons_asynchronous_options how = {.rule = ONS_NODE_AFFINE,
                                          .nodes = 2,
                                          .row = row,
                                          .column = column,
                                          .weight = weight,
                                          .offset = offset,
                                          .delay = adversary ? 3 : 0,
                                          .clock = adversary ? ONS_CLOCK_ADVERSARIAL : ONS_CLOCK_SYNCHRONOUS};
    ons_asynchronous *one;
    const ons_status status = ons_asynchronous_create(&one, &how);
    if (status) { return status; }
    ons_asynchronous_set(one, start);
    for (uint32_t late = 1; adversary && late < 4; late += 2) {
        ons_asynchronous_set_late(one, 0, late, -1);
        ons_asynchronous_set_late(one, 1, late, -1);
    }
    for (int unit = 0; unit < 400; unit++) { ons_asynchronous_unit(one); }
    *distance = ons_asynchronous_distance(one, NULL);
    ons_asynchronous_free(one);
    return ONS_OK;
}

static ons_status chazan_miranker(ons_reproduction *r) {
    double synchronous, adverse, tame;
    ons_status status = pair_distance(0.6, false, &synchronous);
    if (!status) { status = pair_distance(0.6, true, &adverse); }
    if (!status) { status = pair_distance(0.45, true, &tame); }
    if (status) { return status; }
    ons_claim_holds(r, "A3", synchronous < 1e-10 && adverse > 1e10 && tame < 1e-10,
                    "A = c [[1, 1], [1, -1]]: rho(A) = c sqrt 2, rho(|A|) = 2c. c = 0.6 (0.849, 1.2): %.1e after 400 "
                    "synchronous units, %.1e under the adversary; c = 0.45 (0.636, 0.9): %.1e under the adversary",
                    synchronous, adverse, tame);
    return ONS_OK;
}

static ons_status matrices(ons_reproduction *r) {
    matrix *m = ONS_NEW(matrix, 1);
    size_t *ends = ONS_NEW(size_t, MOST_EVENTS);
    ons_status status = m && ends ? windows_contract(r, m, ends) : ONS_MEMORY;
    if (!status) { status = chazan_miranker(r); }
    free(m);
    free(ends);
    return status;
}

/* ---- A4: synchronous chaos ------------------------------------------------------------------------------------------
 */

enum { POINTS = 9 };

/* Where exponents cross zero: exp(y) = a (1 - b x) is a line in theory, and crosses 1. Least squares with equal
 * weights; the error from the errors of the points. */
static double zero_of(const double *x, const double *y, const double *e, double *error) {
    double mx = 0, my = 0, xx = 0, xy = 0, ee = 0;
    for (int k = 0; k < POINTS; k++) {
        mx += x[k] / POINTS;
        my += expm1(y[k]) / POINTS;
        ee += e[k] * e[k] / POINTS;
    }
    for (int k = 0; k < POINTS; k++) {
        xx += (x[k] - mx) * (x[k] - mx);
        xy += (x[k] - mx) * (expm1(y[k]) - my);
    }
    const double slope = xy / xx;
    *error = sqrt(ee / POINTS) / fabs(slope);
    return mx - my / slope;
}

static ons_status synchronous_chaos(ons_reproduction *r, double *y, double *e, double *x) {
    const ons_results *results;
    ons_status status = ons_reproduction_run(
        r, &results, "transverse",
        "asynchronous-lattice N=100 clocks=synchronous coupling=0.455:0.535:0.01 steps=1 replicas=%d seed=2505",
        quick(r) ? 4 : 32);
    if (status) { return status; }
    for (int k = 0; k < POINTS; k++) {
        x[k] = 0.455 + 0.01 * k;
        y[k] = last(ons_results_task(results, (size_t)k), "transverse_exponent", &e[k]);
    }
    double error;
    const double zero = zero_of(x, y, e, &error);
    ons_claim_number(r, "A4", zero, error, "the zero of a line through exp of %d measured exponents", POINTS);
    status = ons_reproduction_run(r, &results, "chaos",
                                  "asynchronous-lattice N=100 clocks=synchronous coupling=0.44,0.55 noise=1e-14 "
                                  "start=near steps=1000 every=10 replicas=8 seed=2505");
    if (status) { return status; }
    const double apart = last(ons_results_task(results, 0), "spread", NULL);
    const double together = last(ons_results_task(results, 1), "spread", NULL);
    ons_claim_holds(r, "A4-lattice", apart > 1e-3 && together < 1e-10,
                    "after 1000 steps the spread is %.2g at e = 0.44 and %.1e at e = 0.55", apart, together);
    return ONS_OK;
}

/* The exponent of deviations from the fixed point 3/4 of the complete graph when single nodes ring. */
static ons_status fixed_point_exponent(matrix *m, double coupling, unsigned units, double *value, double *error) {
    enum { blocks = 16 };
    double x[NODES], sum = 0, squares = 0;
    for (uint32_t i = 0; i < NODES; i++) {
        m->row[i + 1] = (uint64_t)(i + 1) * NODES;
        x[i] = i % 2 ? 1 : -0.9;
        for (uint32_t j = 0; j < NODES; j++) {
            m->column[i * NODES + j] = j;
            m->weight[i * NODES + j] = -2 * (i == j ? 1 - coupling : coupling / (NODES - 1));
        }
    }
    ons_asynchronous_options how = rule_of(m);
    how.clock = ONS_CLOCK_POISSON;
    how.key = 2505;
    ons_asynchronous *one;
    const ons_status status = ons_asynchronous_create(&one, &how);
    if (status) { return status; }
    ons_asynchronous_set(one, x);
    for (int b = -1; b < blocks; b++) { /* the first is warm-up */
        double growth = 0;
        for (unsigned unit = 0; unit < units; unit++) {
            ons_asynchronous_unit(one);
            const double length = ons_asynchronous_distance(one, NULL);
            growth += log(length) / units;
            ons_asynchronous_scale(one, 1 / length);
        }
        sum += b < 0 ? 0 : growth;
        squares += b < 0 ? 0 : growth * growth;
    }
    ons_asynchronous_free(one);
    *value = sum / blocks;
    *error = sqrt(fmax(squares / blocks - *value * *value, 0) / (blocks - 1));
    return ONS_OK;
}

static ons_status coupled_maps(ons_reproduction *r) {
    double x[POINTS], y[2][POINTS], e[2][POINTS], exact[POINTS], error;
    ons_status status = synchronous_chaos(r, y[0], e[0], x);
    matrix *m = ONS_NEW(matrix, 1);
    if (!m) { return ONS_MEMORY; }
    for (int k = 0; k < POINTS && !status; k++) {
        status = fixed_point_exponent(m, x[k], quick(r) ? 50 : 200, &y[1][k], &e[1][k]);
        exact[k] = ons_transverse_exponent(log(2), x[k], NODES / (NODES - 1.0));
    }
    free(m);
    if (status) { return status; }
    const double zero = zero_of(x, y[1], e[1], &error);
    ons_claim_number(r, "A4-asynchronous", zero, error,
                     "the zero of a line through exp of %d exponents of deviations from x = 3/4 under Poisson clocks",
                     POINTS);
    ons_figure_begin(r, "transverse", "Coupled logistic maps, complete graph of 100", "coupling", "exponent", 0);
    ons_figure_curve(r, "synchronous chaos, exact", POINTS, x, exact, NULL);
    ons_figure_curve(r, "synchronous chaos, measured", POINTS, x, y[0], e[0]);
    ons_figure_curve(r, "fixed point, Poisson clocks", POINTS, x, y[1], e[1]);
    return ONS_OK;
}

/* ---- A5: the transition ---------------------------------------------------------------------------------------------
 */

static const double strengths[] = {1, 1.5, 1.75, 2, 2.25, 2.5, 3, 4, 5, 6};
enum { STRENGTHS = sizeof strengths / sizeof *strengths };

static void settle_transition(ons_reproduction *r, const double *order, const double *error) {
    static const char *const ids[STRENGTHS] = {"A5-K1", NULL,    NULL,    NULL,    NULL,
                                               NULL,    "A5-K3", "A5-K4", "A5-K5", "A5-K6"};
    double critical = 0, variance = 0;
    for (int k = 0; k < STRENGTHS; k++) {
        if (!ids[k]) { continue; }
        ons_claim_number(r, ids[k], order[k], error[k], "mean over replicas with frequencies of their own");
        if (k == 0) { continue; }
        critical += strengths[k] * (1 - order[k] * order[k]) / 4;
        variance += pow(strengths[k] * 2 * order[k] * error[k] / 4, 2);
    }
    ons_claim_number(r, "A5-Kc", critical, sqrt(variance), "the mean of four");
}

static ons_status transition(ons_reproduction *r) {
    static const int sizes[] = {100, 1000, 10000};
    static const char *const names[] = {"phases-100", "phases-1000", "phases-10000"};
    static const char *const labels[] = {"N = 100", "N = 1000", "N = 10000"};
    double order[3][STRENGTHS], error[3][STRENGTHS], exact[STRENGTHS];
    const int count = quick(r) ? 2 : 3;
    const bool full = ons_reproduction_effort(r) == ONS_FULL;
    for (int s = 0; s < count; s++) {
        const ons_results *results;
        const ons_status status =
            ons_reproduction_run(r, &results, names[s],
                                 "kuramoto N=%d coupling=1,1.5,1.75,2,2.25,2.5,3,4,5,6 steps=%d warmup=%d replicas=%d "
                                 "seed=2505",
                                 sizes[s],
                                 full       ? 2000
                                 : quick(r) ? 100
                                            : 200,
                                 full       ? 500
                                 : quick(r) ? 50
                                            : 100,
                                 full ? 32 : 4);
        if (status) { return status; }
        for (size_t k = 0; k < STRENGTHS; k++) {
            order[s][k] = last(ons_results_task(results, k), "order_parameter", &error[s][k]);
        }
    }
    for (int k = 0; k < STRENGTHS; k++) { exact[k] = sqrt(fmax(1 - 2 / strengths[k], 0)); }
    const double *largest = order[count - 1];
    ons_claim_holds(r, "A5", largest[0] < 0.1 && largest[6] > 0.4, "N = %d: r = %.4f at K = 1, %.4f at K = 3",
                    sizes[count - 1], largest[0], largest[6]);
    if (count == 3) { settle_transition(r, order[2], error[2]); }
    ons_figure_begin(r, "transition", "Coupled phases with Lorentzian frequencies", "coupling", "order parameter", 0);
    ons_figure_curve(r, "N to infinity, exact", STRENGTHS, strengths, exact, NULL);
    for (int s = 0; s < count; s++) { ons_figure_curve(r, labels[s], STRENGTHS, strengths, order[s], error[s]); }
    return ONS_OK;
}

/* ---- A6, A7: synchrony subspaces ------------------------------------------------------------------------------------
 */

enum { MOST_NODES = 24, MOST_PARTITIONS = 20000 };

typedef uint32_t labels[MOST_NODES];

typedef struct subspaces {
    const ons_wiring *wiring;
    labels *block;
    uint32_t *blocks;
    size_t count;
} subspaces;

static ons_status keep_partition(subspaces *s, const uint32_t *colours) {
    uint32_t block[MOST_NODES] = {0}, blocks;
    const uint32_t nodes = s->wiring->nodes;
    memcpy(block, colours, nodes * sizeof *block);
    const ons_status status = ons_wiring_refine(s->wiring, block, &blocks);
    if (status || blocks == nodes || s->count == MOST_PARTITIONS) { return status; }
    for (size_t k = 0; k < s->count; k++) {
        if (!memcmp(s->block[k], block, sizeof block)) { return ONS_OK; }
    }
    memcpy(s->block[s->count], block, sizeof block);
    s->blocks[s->count++] = blocks;
    return ONS_OK;
}

/* All partitions of the nodes (restricted growth strings), of which the refinement makes equitable ones. */
static ons_status all_partitions(subspaces *s, uint32_t *colours, uint32_t node, uint32_t used) {
    if (node == s->wiring->nodes) { return keep_partition(s, colours); }
    ons_status status = ONS_OK;
    for (uint32_t c = 0; c <= used && !status; c++) {
        colours[node] = c;
        status = all_partitions(s, colours, node + 1, c == used ? used + 1 : used);
    }
    return status;
}

/* The largest difference within a block that is met over the steps, from different numbers for different blocks. */
static ons_status largest_difference(const subspaces *s, size_t k, ons_clock clock, unsigned units, double *largest) {
    const uint32_t nodes = s->wiring->nodes;
    const ons_asynchronous_options how = {.rule = ONS_NODE_LOGISTIC,
                                          .wiring = s->wiring,
                                          .coupling = 0.3,
                                          .control = 4,
                                          .clock = clock,
                                          .block = s->block[k],
                                          .blocks = s->blocks[k],
                                          .symmetric = true,
                                          .key = 2505 + k};
    ons_asynchronous *one;
    double x[MOST_NODES];
    const ons_status status = ons_asynchronous_create(&one, &how);
    if (status) { return status; }
    for (uint32_t i = 0; i < nodes; i++) { x[i] = 0.05 + 0.9 * fmod(0.618033988749895 * (s->block[k][i] + 1), 1); }
    ons_asynchronous_set(one, x);
    *largest = 0;
    for (unsigned unit = 0; unit < units; unit++) {
        ons_asynchronous_unit(one);
        const double *now = ons_asynchronous_values(one);
        double first[MOST_NODES];
        for (uint32_t i = nodes; i-- > 0;) { first[s->block[k][i]] = now[i]; }
        for (uint32_t i = 0; i < nodes; i++) { *largest = fmax(*largest, fabs(now[i] - first[s->block[k][i]])); }
    }
    ons_asynchronous_free(one);
    return ONS_OK;
}

typedef struct invariance {
    size_t count, left; /* subspaces; those that clocks of single nodes leave */
    double synchronous, blocks;
} invariance;

static ons_status try_subspaces(const subspaces *s, unsigned units, invariance *found) {
    ons_status status = ONS_OK;
    for (size_t k = 0; k < s->count && !status; k++, found->count++) {
        double largest[3] = {0};
        status = largest_difference(s, k, ONS_CLOCK_SYNCHRONOUS, units, &largest[0]);
        if (!status) { status = largest_difference(s, k, ONS_CLOCK_BLOCKS, units, &largest[1]); }
        if (!status) { status = largest_difference(s, k, ONS_CLOCK_POISSON, 100, &largest[2]); }
        found->synchronous = fmax(found->synchronous, largest[0]);
        found->blocks = fmax(found->blocks, largest[1]);
        found->left += largest[2] > 1e-3;
    }
    return status;
}

static ons_status find_subspaces(subspaces *s, int graph, unsigned samples) {
    uint32_t colours[MOST_NODES] = {0};
    ons_random random = ons_random_stream(2505, (uint32_t)graph, 6);
    if (graph == 0) { return all_partitions(s, colours, 0, 0); }
    ons_status status = ONS_OK;
    for (unsigned k = 0; k < samples && !status; k++) {
        for (uint32_t i = 0; i < s->wiring->nodes; i++) {
            colours[i] = graph == 1 ? k >> i & 1 : k ? ons_random_below(&random, 2 + k % 3) : 0;
        }
        status = keep_partition(s, colours);
    }
    return status;
}

static ons_status synchrony(ons_reproduction *r) {
    invariance found[3] = {{0}, {0}, {0}};
    subspaces s = {.block = ONS_NEW(labels, MOST_PARTITIONS), .blocks = ONS_NEW(uint32_t, MOST_PARTITIONS)};
    ons_status status = s.block && s.blocks ? ONS_OK : ONS_MEMORY;
    for (int graph = 0; graph < 3 && !status; graph++) {
        ons_wiring *wiring;
        ons_random random = ons_random_stream(2505, 0, 7);
        status = graph == 0   ? ons_wiring_ring(&wiring, 6, 1)
                 : graph == 1 ? ons_wiring_torus(&wiring, 4, 4)
                              : ons_wiring_regular(&wiring, 12, 3, &random);
        if (status) { break; }
        s.wiring = wiring;
        s.count = 0;
        status = find_subspaces(&s, graph, graph == 1 ? (quick(r) ? 1u << 8 : 1u << 15) : (quick(r) ? 100 : 2000));
        if (!status) { status = try_subspaces(&s, 10000, &found[graph]); }
        ons_wiring_free(wiring);
        if (!status && ons_reproduction_stopped(r)) { status = ONS_STOPPED; }
    }
    free(s.block);
    free(s.blocks);
    if (status) { return status; }
    ons_claim_number(
        r, "A6", fmax(found[0].synchronous, fmax(found[1].synchronous, found[2].synchronous)), 0,
        "%u steps, chaotic maps with e = 0.3: %zu subspaces of the ring of 6, %zu of the torus 4 x 4, %zu of "
        "a random graph of 12 with 3 neighbours each",
        10000, found[0].count, found[1].count, found[2].count);
    ons_claim_holds(r, "A7", found[1].left == found[1].count && found[1].blocks <= 1e-12,
                    "torus: %zu of %zu subspaces left within 100 units of time when single nodes ring; the largest "
                    "difference is %.1e when blocks ring",
                    found[1].left, found[1].count, found[1].blocks);
    return ONS_OK;
}

/* ---- the paper ------------------------------------------------------------------------------------------------------
 */

static ons_status reproduce(ons_reproduction *r) {
    static ons_status (*const parts[])(ons_reproduction *) = {one_limit, matrices, coupled_maps, transition,
                                                              synchrony, gossip,   twisted};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const ons_status status = parts[k](r);
        if (status) { return status; }
        if (ons_reproduction_stopped(r)) { return ONS_STOPPED; }
    }
    words_settle(r);
    return ONS_OK;
}

extern const ons_paper ons_paper_asynchronous_lattices;
const ons_paper ons_paper_asynchronous_lattices = {
    .name = "asynchronous-lattices",
    .title = "A Topological and Operator Algebraic Framework for Asynchronous Lattice Dynamical Systems",
    .authors = "Faruk Alpay",
    .reference = "arXiv:2505.09898 (2025)",
    .summary = "nodes with clocks of their own: realizations of three theorems against exact thresholds",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};
