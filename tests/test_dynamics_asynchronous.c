/*
 * Networks with clocks of their own: contraction under every schedule, the counterexample of Chazan and Miranker,
 * transverse exponents, gossip on average, equitable partitions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static void done(ons_status status) {
    if (status != ONS_OK) { fail_msg("%s", ons_message()); }
}

/* ---- wiring -------------------------------------------------------------------------------------------------------
 */

static void test_degrees_and_links_of_the_graphs(void **state) {
    ons_wiring *w;
    ons_random random = ons_random_stream(1, 0, 0);
    done(ons_wiring_ring(&w, 10, 2));
    assert_int_equal(w->links, 20);
    assert_true(ons_wiring_connected(w));
    ons_wiring_free(w);
    done(ons_wiring_torus(&w, 4, 5));
    for (uint32_t i = 0; i < 20; i++) { assert_int_equal(ons_wiring_degree(w, i), 4); }
    ons_wiring_free(w);
    for (uint32_t degree = 1; degree < 12; degree++) {
        done(ons_wiring_regular(&w, 12, degree, &random));
        for (uint32_t i = 0; i < 12; i++) { assert_int_equal(ons_wiring_degree(w, i), degree); }
        ons_wiring_free(w);
    }
    done(ons_wiring_regular(&w, 10000, 3, &random));
    assert_int_equal(w->links, 15000);
    ons_wiring_free(w);
}

static void test_faulty_graphs_are_refused(void **state) {
    ons_wiring *w;
    ons_random random = ons_random_stream(1, 0, 0);
    assert_int_equal(ons_wiring_edges(&w, 3, (uint32_t[]){0, 3}, 1), ONS_INVALID);
    assert_int_equal(ons_wiring_edges(&w, 3, (uint32_t[]){1, 1}, 1), ONS_INVALID);
    assert_int_equal(ons_wiring_edges(&w, 3, (uint32_t[]){0, 1, 1, 0}, 2), ONS_INVALID);
    assert_int_equal(ons_wiring_ring(&w, 4, 2), ONS_INVALID);
    assert_int_equal(ons_wiring_torus(&w, 2, 5), ONS_INVALID);
    assert_int_equal(ons_wiring_regular(&w, 5, 3, &random), ONS_INVALID);
    done(ons_wiring_edges(&w, 4, (uint32_t[]){0, 1, 2, 3}, 2));
    assert_false(ons_wiring_connected(w));
    ons_wiring_free(w);
}

/* Ring: 1 - cos(2 pi k/N); complete graph: N/(N - 1). */
static void test_spectra_of_ring_and_complete_graph(void **state) {
    ons_wiring *w;
    double values[12];
    done(ons_wiring_ring(&w, 12, 1));
    done(ons_wiring_spectrum(w, values));
    for (int k = 0; k < 12; k++) { assert_true(fabs(values[k] - (1 - cos(PI * ((k + 1) / 2) / 6))) < 1e-12); }
    ons_wiring_free(w);
    done(ons_wiring_complete(&w, 12));
    done(ons_wiring_spectrum(w, values));
    assert_true(values[0] == 0 && fabs(values[11] - 12.0 / 11) < 1e-15);
    ons_wiring_free(w);
}

/* The definition, node by node: the numbers of neighbours in every block depend on the block alone. */
static bool equitable(const ons_wiring *w, const uint32_t *block, uint32_t blocks) {
    bool good = true;
    uint32_t *heard = calloc((size_t)w->nodes * blocks, sizeof *heard);
    for (uint32_t i = 0; i < w->nodes; i++) {
        for (uint64_t k = w->start[i]; k < w->start[i + 1]; k++) { heard[(size_t)i * blocks + block[w->heard[k]]]++; }
        for (uint32_t j = 0; j < i; j++) {
            const bool same = !memcmp(heard + (size_t)i * blocks, heard + (size_t)j * blocks, blocks * sizeof *heard);
            good = good && (block[i] != block[j] || same);
        }
    }
    free(heard);
    return good;
}

/* The coarsest one by rounds of comparing all counts: labels change until nothing splits. */
static uint32_t coarsest(const ons_wiring *w, uint32_t *block) {
    uint32_t blocks = 0, before, next[64];
    do {
        before = blocks;
        blocks = 0;
        for (uint32_t i = 0; i < w->nodes; i++) {
            next[i] = UINT32_MAX;
            for (uint32_t j = 0; j < i && next[i] == UINT32_MAX; j++) {
                uint32_t counts[2][64] = {{0}};
                for (uint64_t k = w->start[i]; k < w->start[i + 1]; k++) { counts[0][block[w->heard[k]]]++; }
                for (uint64_t k = w->start[j]; k < w->start[j + 1]; k++) { counts[1][block[w->heard[k]]]++; }
                if (block[i] == block[j] && !memcmp(counts[0], counts[1], sizeof counts[0])) { next[i] = next[j]; }
            }
            if (next[i] == UINT32_MAX) { next[i] = blocks++; }
        }
        memcpy(block, next, w->nodes * sizeof *block);
    } while (blocks != before);
    return blocks;
}

static void test_refinement_finds_the_coarsest_equitable_partition(void **state) {
    ons_random random = ons_random_stream(2, 0, 0);
    for (int sample = 0; sample < 300; sample++) {
        uint32_t edges[128], count = 0, block[40], plain[40], blocks;
        const uint32_t nodes = 2 + ons_random_below(&random, 38);
        for (uint32_t k = 0; k < 64; k++) {
            const uint32_t a = ons_random_below(&random, nodes), b = ons_random_below(&random, nodes);
            bool fresh = a != b;
            for (uint32_t l = 0; l < count; l++) {
                fresh = fresh &&
                        !((edges[2 * l] == a && edges[2 * l + 1] == b) || (edges[2 * l] == b && edges[2 * l + 1] == a));
            }
            if (!fresh || count >= nodes) { continue; }
            edges[2 * count] = a;
            edges[2 * count++ + 1] = b;
        }
        ons_wiring *w;
        done(ons_wiring_edges(&w, nodes, edges, count));
        for (uint32_t i = 0; i < nodes; i++) { block[i] = plain[i] = sample % 3 ? 0 : i % 2; }
        done(ons_wiring_refine(w, block, &blocks));
        assert_true(equitable(w, block, blocks));
        assert_int_equal(blocks, coarsest(w, plain));
        for (uint32_t i = 0; i < nodes; i++) { assert_int_equal(block[i], plain[i]); }
        ons_wiring_free(w);
    }
}

/* ---- affine maps --------------------------------------------------------------------------------------------------
 */

enum { N = 60, TERMS = 6 };

typedef struct matrix {
    uint64_t row[N + 1];
    uint32_t column[N * TERMS];
    double weight[N * TERMS], offset[N];
} matrix;

static void fill(matrix *m, double kappa, uint64_t key) {
    ons_random random = ons_random_stream(key, 0, 0);
    for (uint32_t i = 0; i < N; i++) {
        double sum = 0;
        m->row[i + 1] = (uint64_t)(i + 1) * TERMS;
        for (uint32_t k = 0; k < TERMS; k++) {
            m->column[i * TERMS + k] = (i + 7 * k + 1) % N;
            m->weight[i * TERMS + k] = ons_random_uniform(&random) - 0.5;
            sum += fabs(m->weight[i * TERMS + k]);
        }
        for (uint32_t k = 0; k < TERMS; k++) { m->weight[i * TERMS + k] *= kappa / sum; }
        m->offset[i] = ons_random_uniform(&random);
    }
}

static ons_asynchronous *network(const matrix *m, ons_node_rule rule, ons_clock clock, unsigned delay, uint64_t key) {
    ons_asynchronous *one;
    const ons_asynchronous_options how = {.rule = rule,
                                          .nodes = N,
                                          .row = m->row,
                                          .column = m->column,
                                          .weight = m->weight,
                                          .offset = m->offset,
                                          .clock = clock,
                                          .delay = delay,
                                          .key = key};
    done(ons_asynchronous_create(&one, &how));
    return one;
}

static void start(ons_asynchronous *one, uint64_t key) {
    double x[N];
    ons_random random = ons_random_stream(key, 1, 0);
    for (int i = 0; i < N; i++) { x[i] = 20 * ons_random_uniform(&random) - 10; }
    ons_asynchronous_set(one, x);
}

/* One fixed point, found under every schedule, from every start (Baudet 1978). */
static void test_contractions_have_one_limit_under_every_schedule(void **state) {
    static const ons_clock clocks[] = {ONS_CLOCK_SYNCHRONOUS, ONS_CLOCK_ROUND_ROBIN, ONS_CLOCK_POISSON};
    for (int rule = ONS_NODE_AFFINE; rule <= ONS_NODE_TANH; rule++) {
        matrix m = {.row = {0}};
        double limit[N];
        fill(&m, 0.9, 5);
        assert_true(fabs(ons_contraction(N, m.row, m.weight) - 0.9) < 1e-14);
        for (unsigned run = 0; run < 12; run++) {
            ons_asynchronous *one = network(&m, rule, clocks[run % 3], run % 2 ? 20 : 0, run);
            start(one, run);
            for (int unit = 0; unit < 8000; unit++) { ons_asynchronous_unit(one); }
            if (run == 0) { memcpy(limit, ons_asynchronous_values(one), sizeof limit); }
            assert_true(ons_asynchronous_distance(one, limit) < 1e-12);
            ons_asynchronous_free(one);
        }
    }
}

/* After delay + 1 times all nodes, everything that can be read has shrunk by kappa, always. */
static void test_every_macro_window_contracts(void **state) {
    matrix m = {.row = {0}};
    fill(&m, 0.9, 7);
    memset(m.offset, 0, sizeof m.offset);
    for (unsigned delay = 0; delay < 12; delay += 3) {
        ons_asynchronous *one = network(&m, ONS_NODE_AFFINE, ONS_CLOCK_ROUND_ROBIN, delay, delay);
        start(one, delay);
        double before = ons_asynchronous_distance(one, NULL);
        for (int window = 0; window < 60; window++) {
            ons_asynchronous_events(one, (uint64_t)N * (delay + 1));
            const double now = ons_asynchronous_distance(one, NULL);
            assert_true(now <= 0.9 * before * (1 + 1e-12));
            before = now;
        }
        ons_asynchronous_free(one);
    }
}

/* A = c [[1, 1], [1, -1]]: rho(A) = c sqrt 2, rho(|A|) = 2 c (Chazan and Miranker 1969). */
static void test_chazan_miranker(void **state) {
    static const uint64_t row[] = {0, 2, 4};
    static const uint32_t column[] = {0, 1, 0, 1};
    static const double offset[2] = {0, 0}, one_one[2] = {1, 1};
    static const double sizes[] = {0.6, 0.49};
    for (int s = 0; s < 2; s++) {
        const double c = sizes[s], weight[] = {c, c, c, -c};
        double low, high, distances[2];
        done(ons_comparison_radius(2, row, column, weight, &low, &high));
        assert_true(fabs(low - 2 * c) < 1e-11 && fabs(high - 2 * c) < 1e-11);
        for (int adversary = 0; adversary < 2; adversary++) {
            ons_asynchronous *one;
            const ons_asynchronous_options how = {.rule = ONS_NODE_AFFINE,
                                                  .nodes = 2,
                                                  .row = row,
                                                  .column = column,
                                                  .weight = weight,
                                                  .offset = offset,
                                                  .delay = adversary ? 3 : 0,
                                                  .clock = adversary ? ONS_CLOCK_ADVERSARIAL : ONS_CLOCK_SYNCHRONOUS};
            done(ons_asynchronous_create(&one, &how));
            ons_asynchronous_set(one, one_one);
            for (unsigned late = 1; adversary && late < 4; late++) {
                for (uint32_t i = 0; i < 2; i++) { ons_asynchronous_set_late(one, i, late, late % 2 ? -1 : 1); }
            }
            for (int unit = 0; unit < 300; unit++) { ons_asynchronous_unit(one); }
            distances[adversary] = ons_asynchronous_distance(one, NULL);
            ons_asynchronous_free(one);
        }
        assert_true(distances[0] < 1e-10);
        if (s == 0) {
            assert_true(distances[1] > pow(1.2, 300) * (1 - 1e-9)); /* grows by rho(|A|) in a unit, at least */
        } else {
            assert_true(distances[1] < 1e-1);
        }
    }
}

static void test_what_makes_no_sense_is_refused(void **state) {
    matrix m = {.row = {0}};
    fill(&m, 0.5, 1);
    ons_asynchronous *one;
    double rates[N] = {0};
    ons_asynchronous_options how = {.rule = ONS_NODE_AFFINE, .nodes = N, .row = m.row, .column = m.column};
    assert_int_equal(ons_asynchronous_create(&one, &how), ONS_INVALID);
    how.weight = m.weight;
    how.offset = m.offset;
    how.delay = 256;
    assert_int_equal(ons_asynchronous_create(&one, &how), ONS_INVALID);
    how.delay = 2;
    how.clock = ONS_CLOCK_ADVERSARIAL;
    assert_int_equal(ons_asynchronous_create(&one, &how), ONS_INVALID);
    how.clock = ONS_CLOCK_POISSON;
    for (int i = 0; i < N; i++) { rates[i] = 1; }
    rates[7] = -1;
    how.rates = rates;
    assert_int_equal(ons_asynchronous_create(&one, &how), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "node 7"));
}

/* ---- clocks -------------------------------------------------------------------------------------------------------
 */

/* x_i <- x_i + 1 counts the events of a node: Poisson with the rate as mean and variance; 1e-7 is 5.3 deviations. */
static void test_poisson_clocks_ring_with_their_rates(void **state) {
    enum { units = 4000 };
    uint64_t row[N + 1];
    uint32_t column[N];
    double weight[N], offset[N], rates[N], x[N] = {0}, total = 0, squares = 0, before = 0, mean = 0;
    for (uint32_t i = 0; i < N; i++) {
        row[i] = i;
        column[i] = i;
        weight[i] = offset[i] = 1;
        rates[i] = 0.25 + 0.05 * i;
        mean += rates[i];
    }
    row[N] = N;
    ons_asynchronous *one;
    const ons_asynchronous_options how = {.rule = ONS_NODE_AFFINE,
                                          .nodes = N,
                                          .row = row,
                                          .column = column,
                                          .weight = weight,
                                          .offset = offset,
                                          .clock = ONS_CLOCK_POISSON,
                                          .rates = rates,
                                          .key = 11};
    done(ons_asynchronous_create(&one, &how));
    ons_asynchronous_set(one, x);
    for (int unit = 0; unit < units; unit++) {
        ons_asynchronous_unit(one);
        const double now = (double)ons_asynchronous_parts(one).counters[0];
        total += now - before;
        squares += (now - before - mean) * (now - before - mean);
        before = now;
    }
    for (int i = 0; i < N; i++) {
        const double expected = rates[i] * units;
        assert_true(fabs(ons_asynchronous_values(one)[i] - expected) < 6 * sqrt(expected));
    }
    assert_true(fabs(total / units - mean) < 6 * sqrt(mean / units));
    assert_true(fabs(squares / units / mean - 1) < 6 * sqrt(2.0 / units + 1 / mean / units));
    ons_asynchronous_free(one);
}

static void test_going_on_gives_the_same_bits(void **state) {
    ons_wiring *w;
    ons_random random = ons_random_stream(3, 0, 0);
    done(ons_wiring_regular(&w, 50, 4, &random));
    for (unsigned delay = 0; delay < 6; delay += 5) {
        const ons_asynchronous_options how = {.rule = ONS_NODE_LOGISTIC,
                                              .wiring = w,
                                              .coupling = 0.4,
                                              .control = 3.9,
                                              .clock = ONS_CLOCK_POISSON,
                                              .delay = delay,
                                              .noise = 1e-9,
                                              .key = 4};
        ons_asynchronous *whole, *first, *second;
        double x[50];
        for (int i = 0; i < 50; i++) { x[i] = ons_random_uniform(&random); }
        done(ons_asynchronous_create(&whole, &how));
        done(ons_asynchronous_create(&first, &how));
        done(ons_asynchronous_create(&second, &how));
        ons_asynchronous_set(whole, x);
        ons_asynchronous_set(first, x);
        for (int unit = 0; unit < 40; unit++) { ons_asynchronous_unit(whole); }
        for (int unit = 0; unit < 13; unit++) { ons_asynchronous_unit(first); }
        const ons_asynchronous_state from = ons_asynchronous_parts(first), to = ons_asynchronous_parts(second);
        memcpy(to.x, from.x, sizeof x);
        if (delay > 0) {
            memcpy(to.late, from.late, 50 * from.late_size * sizeof(double));
            memcpy(to.newest, from.newest, 50);
        }
        memcpy(to.counters, from.counters, 2 * sizeof *to.counters);
        for (int k = 0; k < 3; k++) { ons_random_seek(&to.streams[k], from.streams[k].position); }
        ons_asynchronous_refresh(second);
        for (int unit = 13; unit < 40; unit++) { ons_asynchronous_unit(second); }
        assert_memory_equal(ons_asynchronous_values(whole), ons_asynchronous_values(second), sizeof x);
        ons_asynchronous_free(whole);
        ons_asynchronous_free(first);
        ons_asynchronous_free(second);
    }
    ons_wiring_free(w);
}

/* ---- coupled maps -------------------------------------------------------------------------------------------------
 */

/* ln 2 + ln|1 - e N/(N - 1)| on the complete graph; the ring takes its largest factor. */
static void test_transverse_exponents(void **state) {
    ons_wiring *w;
    ons_random random = ons_random_stream(6, 0, 0);
    double value, error, spectrum[8];
    done(ons_wiring_complete(&w, 20));
    done(ons_transverse_measure(w, 4, 0.3, 40000, &random, &value, &error));
    assert_true(fabs(value - ons_transverse_exponent(log(2), 0.3, 20.0 / 19)) < 6 * error && error < 0.01);
    ons_wiring_free(w);
    done(ons_wiring_ring(&w, 8, 1));
    done(ons_wiring_spectrum(w, spectrum));
    done(ons_transverse_measure(w, 4, 0.5, 40000, &random, &value, &error));
    assert_true(fabs(value - ons_transverse_exponent(log(2), 0.5, spectrum[1])) < 6 * error && error < 0.01);
    ons_wiring_free(w);
}

static ons_asynchronous *maps(const ons_wiring *w, ons_clock clock, const uint32_t *block, uint32_t blocks) {
    ons_asynchronous *one;
    const ons_asynchronous_options how = {.rule = ONS_NODE_LOGISTIC,
                                          .wiring = w,
                                          .coupling = 0.35,
                                          .control = 4,
                                          .clock = clock,
                                          .block = block,
                                          .blocks = blocks,
                                          .symmetric = true,
                                          .key = 9};
    done(ons_asynchronous_create(&one, &how));
    return one;
}

/* An equitable partition of the torus 4 x 4: two kinds of columns. */
static void test_synchrony_subspaces_are_invariant_unless_single_nodes_ring(void **state) {
    ons_wiring *w;
    uint32_t block[16], blocks;
    done(ons_wiring_torus(&w, 4, 4));
    for (uint32_t i = 0; i < 16; i++) { block[i] = i % 4 / 2; }
    done(ons_wiring_refine(w, block, &blocks));
    assert_int_equal(blocks, 2);
    static const ons_clock clocks[] = {ONS_CLOCK_SYNCHRONOUS, ONS_CLOCK_BLOCKS, ONS_CLOCK_POISSON};
    for (int c = 0; c < 3; c++) {
        ons_asynchronous *one = maps(w, clocks[c], clocks[c] == ONS_CLOCK_BLOCKS ? block : NULL, blocks);
        double x[16], away = 0;
        for (int i = 0; i < 16; i++) { x[i] = 0.2 + 0.3 * block[i]; }
        ons_asynchronous_set(one, x);
        for (int unit = 0; unit < 10000; unit++) {
            ons_asynchronous_unit(one);
            for (int i = 0; i < 16; i++) {
                for (int j = 0; j < i; j++) {
                    const double *now = ons_asynchronous_values(one);
                    if (block[i] == block[j]) { away = fmax(away, fabs(now[i] - now[j])); }
                }
            }
        }
        if (clocks[c] == ONS_CLOCK_POISSON) {
            assert_true(away > 0.1);
        } else {
            assert_true(away == 0);
        }
        ons_asynchronous_free(one);
    }
    ons_wiring_free(w);
}

/* ---- gossip -------------------------------------------------------------------------------------------------------
 */

/* E |x|^2 after n events against the exact recursion, and that against the bound of Boyd et al. */
static void test_gossip_follows_the_mean_of_all_events(void **state) {
    enum { nodes = 16, events = 60, runs = 4000 };
    ons_wiring *w;
    double x[nodes], exact[events + 1], sum = 0, squares = 0;
    done(ons_wiring_ring(&w, nodes, 1));
    for (int i = 0; i < nodes; i++) { x[i] = cos(2 * PI * i / nodes) + (i % 3 - 1) * 0.2; }
    done(ons_gossip_expected(w, x, events, exact));
    const double second = 1 - (1 - cos(2 * PI / nodes)) / nodes; /* of E[W] = 1 - L/(2 N) */
    for (int n = 0; n < events; n++) { assert_true(exact[n + 1] <= second * exact[n] * (1 + 1e-12)); }
    for (uint32_t run = 0; run < runs; run++) {
        ons_asynchronous *one;
        const ons_asynchronous_options how = {
            .rule = ONS_NODE_GOSSIP, .wiring = w, .clock = ONS_CLOCK_POISSON, .key = 8, .replica = run};
        done(ons_asynchronous_create(&one, &how));
        ons_asynchronous_set(one, x);
        ons_asynchronous_events(one, events);
        double length = 0, mean = 0;
        for (int i = 0; i < nodes; i++) { mean += ons_asynchronous_values(one)[i] / nodes; }
        for (int i = 0; i < nodes; i++) { length += pow(ons_asynchronous_values(one)[i] - mean, 2); }
        sum += length;
        squares += length * length;
        ons_asynchronous_free(one);
    }
    const double mean = sum / runs, error = sqrt((squares / runs - mean * mean) / runs);
    assert_true(fabs(mean - exact[events]) < 5.5 * error && error < 0.05 * mean);
    ons_wiring_free(w);
}

/* ---- strata and offsets -------------------------------------------------------------------------------------------
 */

static void test_strata_and_offsets(void **state) {
    const double x[] = {0.5, 0.1, 0.5000001, 0.9, 0.1000001};
    uint32_t label[5];
    assert_true(ons_strata(x, 5, 1e-3, label) == 3);
    assert_true(label[0] == 1 && label[1] == 0 && label[2] == 1 && label[3] == 2 && label[4] == 0);
    double a[200], b[200];
    int64_t shift;
    for (int t = 0; t < 200; t++) {
        a[t] = sin(0.1 * t);
        b[t] = sin(0.1 * (t + 7));
    }
    assert_true(fabs(ons_offset(a, b, 200, 30, 0, &shift)) < 1e-12 && shift == 7);
    assert_true(ons_offset(a, b, 200, 30, 10, &shift) > 0 && shift == 0); /* a shift would cost more */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_degrees_and_links_of_the_graphs),
        cmocka_unit_test(test_faulty_graphs_are_refused),
        cmocka_unit_test(test_spectra_of_ring_and_complete_graph),
        cmocka_unit_test(test_refinement_finds_the_coarsest_equitable_partition),
        cmocka_unit_test(test_contractions_have_one_limit_under_every_schedule),
        cmocka_unit_test(test_every_macro_window_contracts),
        cmocka_unit_test(test_chazan_miranker),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
        cmocka_unit_test(test_poisson_clocks_ring_with_their_rates),
        cmocka_unit_test(test_going_on_gives_the_same_bits),
        cmocka_unit_test(test_transverse_exponents),
        cmocka_unit_test(test_synchrony_subspaces_are_invariant_unless_single_nodes_ring),
        cmocka_unit_test(test_gossip_follows_the_mean_of_all_events),
        cmocka_unit_test(test_strata_and_offsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
