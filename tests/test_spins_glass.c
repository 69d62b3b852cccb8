/*
 * Spin glasses: the step against its full transition matrix on tiny systems, with and without lanes; Houdayer moves;
 * all instruction sets bit for bit; what is measured against the bits; samples with random couplings against
 * enumeration; better ladders; refusals.
 *
 * Statistical limits: chi^2 of all rows together within 6 of its standard deviations, means within 5.5 errors (4e-8
 * each); seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LANES ONS_GLASS_LANES
#define MOST 256

typedef double matrix[MOST][MOST];

static ons_graph *parse(const char *text) {
    ons_graph *graph;
    if (ons_graph_parse(&graph, "edges", text, strlen(text))) { fail_msg("%s", ons_message()); }
    return graph;
}

static ons_graph *build(const char *name, int64_t length, ons_boundary boundary) {
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, name, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, boundary), ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static int spin(unsigned state, unsigned site) { return state >> site & 1 ? 1 : -1; }

static double energy_of(const ons_graph *graph, const double *couplings, double field, unsigned state) {
    double energy = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        energy -= couplings[b] * spin(state, graph->source[b]) * spin(state, graph->target[b]);
    }
    for (unsigned i = 0; i < graph->sites; i++) { energy -= field * spin(state, i); }
    return energy;
}

/* ---- the transition matrices, from the definitions ---------------------------------------------------------- */

/* A heat-bath sweep of one walker. */
static void sweep_matrix(const ons_graph *graph, const double *couplings, double field, double temperature, matrix m) {
    const unsigned states = 1u << graph->sites;
    static matrix next;
    memset(m, 0, sizeof(matrix));
    for (unsigned s = 0; s < states; s++) { m[s][s] = 1; }
    for (unsigned i = 0; i < graph->sites; i++) {
        memset(next, 0, sizeof next);
        for (unsigned to = 0; to < states; to++) {
            const double up = energy_of(graph, couplings, field, to | 1u << i);
            const double down = energy_of(graph, couplings, field, to & ~(1u << i));
            const double p = 1 / (1 + exp((up - down) / temperature));
            for (unsigned s = 0; s < states; s++) {
                next[s][to | 1u << i] += m[s][to] * p;
                next[s][to & ~(1u << i)] += m[s][to] * (1 - p);
            }
        }
        memcpy(m, next, sizeof next);
    }
}

static void boltzmann(const ons_graph *graph, const double *couplings, double field, double temperature,
                      double *weight) {
    double sum = 0;
    for (unsigned s = 0; s < 1u << graph->sites; s++) {
        weight[s] = exp(-energy_of(graph, couplings, field, s) / temperature);
        sum += weight[s];
    }
    for (unsigned s = 0; s < 1u << graph->sites; s++) { weight[s] /= sum; }
}

/* |weight m - weight| and the smallest element of m. */
static void assert_stationary_and_positive(const double *weight, matrix m, unsigned states) {
    for (unsigned to = 0; to < states; to++) {
        double sum = 0;
        for (unsigned s = 0; s < states; s++) {
            sum += weight[s] * m[s][to];
            assert_true(m[s][to] > 0); /* so that one eigenvalue lies on the unit circle (Perron) */
        }
        assert_true(fabs(sum - weight[to]) < 1e-14);
    }
}

/* Adds chi^2 of counts against a row of probabilities, rare cells taken together. */
static void add_row(const uint64_t *counts, const double *row, unsigned states, double *chi, double *freedom) {
    uint64_t total = 0;
    double rare = 0, rare_count = 0, cells = -1;
    for (unsigned s = 0; s < states; s++) { total += counts[s]; }
    for (unsigned s = 0; s < states; s++) {
        const double expected = row[s] * (double)total;
        if (expected < 10) {
            rare += expected;
            rare_count += (double)counts[s];
            continue;
        }
        *chi += ((double)counts[s] - expected) * ((double)counts[s] - expected) / expected;
        cells++;
    }
    if (rare >= 5) {
        *chi += (rare_count - rare) * (rare_count - rare) / rare;
        cells++;
    }
    *freedom += cells;
}

static void assert_chi(const char *name, double chi, double freedom) {
    if (!(fabs(chi - freedom) < 6 * sqrt(2 * freedom))) { fail_msg("%s: chi^2 %g of %g", name, chi, freedom); }
}

/* ---- a ladder of two temperatures on a triangle ------------------------------------------------------------- */

static const double two[] = {0.9, 1.6};

/* One copy: the state of walker 0 and that of walker 1 times 8. The second round of a step has no pairs. */
static void ladder_matrix(const ons_graph *graph, const double *couplings, double field, matrix m, double *weight) {
    static matrix sweeps[2];
    double weights[2][MOST];
    for (unsigned k = 0; k < 2; k++) {
        sweep_matrix(graph, couplings, field, two[k], sweeps[k]);
        boltzmann(graph, couplings, field, two[k], weights[k]);
    }
    memset(m, 0, sizeof(matrix));
    for (unsigned s = 0; s < 64; s++) {
        weight[s] = weights[0][s % 8] * weights[1][s / 8];
        for (unsigned to = 0; to < 64; to++) {
            const double p = sweeps[0][s % 8][to % 8] * sweeps[1][s / 8][to / 8];
            const double gap = energy_of(graph, couplings, field, to % 8) - energy_of(graph, couplings, field, to / 8);
            const double accepted = fmin(1, exp((1 / two[0] - 1 / two[1]) * gap));
            m[s][to % 8 * 8 + to / 8] += p * accepted;
            m[s][to] += p * (1 - accepted);
        }
    }
    assert_stationary_and_positive(weight, m, 64);
}

static void set_lanes(ons_glass_lanes *lanes, unsigned state) {
    for (unsigned copy = 0; copy < 2; copy++) {
        for (unsigned k = 0; k < 2; k++) {
            for (unsigned i = 0; i < 3; i++) {
                memset(lanes->spins + ((copy * 2 + k) * lanes->rows + i) * 8, spin(state, 3 * k + i) > 0 ? 255 : 0, 64);
            }
        }
    }
}

static unsigned lane_state(const ons_glass_lanes *lanes, unsigned copy, unsigned lane) {
    unsigned state = 0;
    for (unsigned k = 0; k < 2; k++) {
        for (unsigned i = 0; i < 3; i++) {
            const uint64_t word = lanes->spins[((copy * 2 + k) * lanes->rows + i) * 8 + lane / 64];
            state |= (unsigned)(word >> lane % 64 & 1) << (3 * k + i);
        }
    }
    return state;
}

static void compare_lanes(const char *name, const ons_graph *graph, const double *couplings, double field, matrix m) {
    const ons_glass_options options = {.temperature = two, .temperatures = 2, .field = field};
    ons_glass_lanes *lanes;
    double chi = 0, freedom = 0;
    assert_int_equal(ons_glass_lanes_create(&lanes, graph, 1, &options, ons_random_stream(5, 0, 0)), ONS_OK);
    for (unsigned lane = 0; lane < LANES; lane++) { ons_glass_lanes_set_couplings(lanes, lane, couplings); }
    for (unsigned state = 0; state < 64; state++) {
        uint64_t counts[64] = {0};
        for (unsigned repeat = 0; repeat < 40; repeat++) {
            set_lanes(lanes, state);
            ons_glass_lanes_step(lanes);
            for (unsigned lane = 0; lane < LANES; lane++) {
                counts[lane_state(lanes, 0, lane)]++;
                counts[lane_state(lanes, 1, lane)]++;
            }
        }
        add_row(counts, m[state], 64, &chi, &freedom);
    }
    assert_chi(name, chi, freedom);
    ons_glass_lanes_free(lanes);
}

static void compare_one(const char *name, const ons_graph *graph, const double *couplings, double field, matrix m) {
    const ons_glass_options options = {.temperature = two, .temperatures = 2, .field = field};
    ons_glass *glass;
    double chi = 0, freedom = 0;
    assert_int_equal(ons_glass_create(&glass, graph, couplings, &options, ons_random_stream(6, 0, 0)), ONS_OK);
    for (unsigned state = 0; state < 64; state++) {
        uint64_t counts[64] = {0};
        for (unsigned repeat = 0; repeat < 4000; repeat++) {
            for (unsigned w = 0; w < 12; w++) {
                const unsigned i = w / 4, copy = w / 2 % 2, k = glass->ladder[copy].rung[w % 2];
                glass->spins[w] = (int8_t)spin(state, 3 * k + i);
            }
            ons_glass_step(glass);
            for (unsigned copy = 0; copy < 2; copy++) {
                unsigned to = 0;
                for (unsigned k = 0; k < 2; k++) {
                    const unsigned w = 2 * copy + glass->ladder[copy].walker[k];
                    for (unsigned i = 0; i < 3; i++) { to |= (unsigned)(glass->spins[4 * i + w] > 0) << (3 * k + i); }
                }
                counts[to]++;
            }
        }
        add_row(counts, m[state], 64, &chi, &freedom);
    }
    assert_chi(name, chi, freedom);
    ons_glass_free(glass);
}

/* With each edge once, twice and three times: sites with 2 neighbours and the kernels of 4 and 6. */
static void test_step_has_the_rows_of_its_matrix(void **unused) {
    static const char *const triangles[] = {"0 1\n1 2\n2 0\n", "0 1\n1 2\n2 0\n0 1\n1 2\n2 0\n",
                                            "0 1\n1 2\n2 0\n0 1\n1 2\n2 0\n0 1\n1 2\n2 0\n"};
    static const double couplings[] = {1, 1, -1, 1, -1, -1, 1, 1, 1}, fields[] = {0, 0.35};
    for (unsigned n = 0; n < 3; n++) {
        for (unsigned f = 0; f < 2; f++) {
            static matrix m;
            double weight[MOST];
            ons_graph *graph = parse(triangles[n]);
            assert_int_equal(graph->coordination, 2 * n + 2);
            ladder_matrix(graph, couplings, fields[f], m, weight);
            compare_lanes(triangles[n], graph, couplings, fields[f], m);
            compare_one(triangles[n], graph, couplings, fields[f], m);
            ons_graph_free(graph);
        }
    }
}

/* ---- Houdayer moves ------------------------------------------------------------------------------------------ */

/* Two copies of four sites at one temperature; the state of b times 16. */
static void houdayer_matrix(const ons_graph *graph, matrix m) {
    memset(m, 0, sizeof(matrix));
    for (unsigned s = 0; s < 256; s++) {
        const unsigned a = s % 16, b = s / 16, different = a ^ b;
        if (!different) { m[s][s] = 1; }
        for (unsigned first = 0; first < 4; first++) {
            if (!(different >> first & 1)) { continue; }
            unsigned cluster = 1u << first;
            for (unsigned round = 0; round < 4; round++) {
                for (uint64_t e = 0; e < graph->bonds; e++) {
                    const unsigned ends = 1u << graph->source[e] | 1u << graph->target[e];
                    if ((cluster & ends) && (different & ends) == ends) { cluster |= ends; }
                }
            }
            const unsigned to = ((a & ~cluster) | (b & cluster)) + 16 * ((b & ~cluster) | (a & cluster));
            m[s][to] += 1.0 / __builtin_popcount(different);
        }
    }
}

static void test_houdayer_moves_keep_the_product_measure_in_a_field_too(void **unused) {
    ons_graph *graph = parse("0 1\n1 2\n2 3\n0 2\n");
    const double couplings[] = {0.8, -1.3, 0.4, -0.7}, temperature = 1.1, field = 0.3;
    static matrix move, sweep, step;
    double single[MOST], weight[MOST], chi = 0, freedom = 0;
    houdayer_matrix(graph, move);
    sweep_matrix(graph, couplings, field, temperature, sweep);
    boltzmann(graph, couplings, field, temperature, single);
    memset(step, 0, sizeof step);
    for (unsigned s = 0; s < 256; s++) {
        weight[s] = single[s % 16] * single[s / 16];
        for (unsigned to = 0; to < 256; to++) {
            /* detailed balance of the move alone: symmetric, between pairs of equal energy */
            assert_true(fabs(move[s][to] - move[to][s]) < 1e-15);
            for (unsigned end = 0; move[s][to] > 0 && end < 256; end++) {
                step[s][end] += move[s][to] * sweep[to % 16][end % 16] * sweep[to / 16][end / 16];
            }
        }
    }
    assert_stationary_and_positive(weight, step, 256);
    const ons_glass_options options = {
        .temperature = &temperature, .temperatures = 1, .field = field, .houdayer = true};
    ons_glass *glass;
    assert_int_equal(ons_glass_create(&glass, graph, couplings, &options, ons_random_stream(7, 0, 0)), ONS_OK);
    for (unsigned state = 0; state < 256; state++) {
        uint64_t counts[256] = {0};
        for (unsigned repeat = 0; repeat < 4000; repeat++) {
            for (unsigned i = 0; i < 4; i++) {
                glass->spins[2 * i] = (int8_t)spin(state, i);
                glass->spins[2 * i + 1] = (int8_t)spin(state, 4 + i);
            }
            ons_glass_step(glass);
            unsigned to = 0;
            for (unsigned i = 0; i < 8; i++) { to |= (unsigned)(glass->spins[2 * (i % 4) + i / 4] > 0) << i; }
            counts[to]++;
        }
        add_row(counts, step[state], 256, &chi, &freedom);
    }
    assert_chi("houdayer", chi, freedom);
    ons_glass_free(glass);
    ons_graph_free(graph);
}

/* ---- lanes: instruction sets, and what is measured ------------------------------------------------------------ */

static const double four[] = {2.1, 1.5, 1.1, 0.8};

static ons_glass_lanes *make_lanes(const ons_graph *graph, double field) {
    const ons_glass_options options = {.temperature = four, .temperatures = 4, .field = field};
    ons_glass_lanes *lanes;
    double *couplings = ONS_NEW(double, graph->bonds);
    if (ons_glass_lanes_create(&lanes, graph, 1, &options, ons_random_stream(11, 0, 0))) {
        fail_msg("%s", ons_message());
    }
    for (unsigned lane = 0; lane < LANES; lane++) {
        ons_random random = ons_random_stream(12, lane, 0);
        ons_ising_bimodal(graph, 1, 0.5, &random, couplings);
        ons_glass_lanes_set_couplings(lanes, lane, couplings);
    }
    ons_random start = ons_random_stream(13, 0, 0);
    ons_glass_lanes_start_random(lanes, &start);
    free(couplings);
    return lanes;
}

static void test_all_instruction_sets_give_the_same_bits(void **unused) {
    static const struct {
        const char *name;
        int64_t length;
        ons_boundary boundary;
    } cases[] = {{"cubic", 3, ONS_PERIODIC},
                 {"square", 5, ONS_PERIODIC},
                 {"honeycomb", 3, ONS_PERIODIC},
                 {"cubic", 3, ONS_OPEN},
                 {"fcc", 3, ONS_PERIODIC}};
    static const char *const kernels[] = {"x86-64-v4", "x86-64-v3"};
    const char *chosen = ons_spins_kernel();
    const size_t count = (size_t)LANES * ONS_GLASS_QUANTITIES * 4;
    double *values[2] = {ONS_NEW(double, count), ONS_NEW(double, count)};
    for (size_t c = 0; c < 2 * sizeof cases / sizeof *cases; c++) {
        ons_graph *graph = build(cases[c / 2].name, cases[c / 2].length, cases[c / 2].boundary);
        assert_true(ons_spins_select("plain"));
        ons_glass_lanes *plain = make_lanes(graph, c % 2 ? 0.3 : 0);
        for (unsigned step = 0; step < 6; step++) { ons_glass_lanes_step(plain); }
        ons_glass_lanes_measure(plain, values[0]);
        for (size_t k = 0; k < 2; k++) {
            if (!ons_spins_select(kernels[k])) { continue; }
            ons_glass_lanes *fast = make_lanes(graph, c % 2 ? 0.3 : 0);
            for (unsigned step = 0; step < 6; step++) { ons_glass_lanes_step(fast); }
            ons_glass_lanes_measure(fast, values[1]);
            assert_memory_equal(fast->spins, plain->spins, fast->walkers * fast->rows * 64);
            assert_memory_equal(fast->exchanged, plain->exchanged, fast->walkers * 64);
            assert_memory_equal(fast->between, plain->between, fast->walkers * 128);
            assert_memory_equal(fast->trips, plain->trips, LANES);
            assert_memory_equal(values[1], values[0], count * sizeof(double));
            ons_glass_lanes_free(fast);
        }
        ons_glass_lanes_free(plain);
        ons_graph_free(graph);
    }
    assert_true(ons_spins_select(chosen));
    free(values[0]);
    free(values[1]);
}

static int bit(const ons_glass_lanes *lanes, size_t walker, size_t row, unsigned lane) {
    return lanes->spins[(walker * lanes->rows + row) * 8 + lane / 64] >> lane % 64 & 1 ? 1 : -1;
}

static void assert_near(double ours, double expected) { assert_true(fabs(ours - expected) < 1e-12); }

static void test_what_lanes_measure_is_in_their_bits(void **unused) {
    ons_graph *graph = build("cubic", 3, ONS_PERIODIC);
    const double field = 0.2, n = graph->sites;
    ons_glass_lanes *lanes = make_lanes(graph, field);
    double *values = ONS_NEW(double, (size_t)LANES *ONS_GLASS_QUANTITIES * 4);
    for (unsigned step = 0; step < 20; step++) { ons_glass_lanes_step(lanes); }
    ons_glass_lanes_measure(lanes, values);
    for (unsigned lane = 0; lane < LANES; lane += 73) {
        for (size_t k = 0; k < 4; k++) {
            double e[2] = {0}, m[2] = {0}, q = 0, link = 0, wave[3][2] = {{0}}, kmin = 0;
            for (uint64_t b = 0; b < graph->bonds; b++) {
                const int sign = lanes->negative[b * 8 + lane / 64] >> lane % 64 & 1 ? -1 : 1;
                int product[2];
                for (unsigned copy = 0; copy < 2; copy++) {
                    product[copy] = bit(lanes, copy * 4 + k, graph->source[b], lane) *
                                    bit(lanes, copy * 4 + k, graph->target[b], lane);
                    e[copy] -= sign * product[copy] / n;
                }
                link += (double)(product[0] * product[1]) / (double)graph->bonds;
            }
            for (uint32_t i = 0; i < graph->sites; i++) {
                const int a = bit(lanes, k, i, lane), c = bit(lanes, 4 + k, i, lane);
                double position[3];
                ons_graph_position(graph, i, position);
                m[0] += a / n;
                m[1] += c / n;
                q += a * c / n;
                for (unsigned d = 0; d < 3; d++) {
                    wave[d][0] += a * c * cos(2 * M_PI * position[d] / 3) / n;
                    wave[d][1] += a * c * sin(2 * M_PI * position[d] / 3) / n;
                }
            }
            for (unsigned d = 0; d < 3; d++) { kmin += (wave[d][0] * wave[d][0] + wave[d][1] * wave[d][1]) / 3; }
            for (unsigned copy = 0; copy < 2; copy++) { e[copy] -= field * m[copy]; }
            const double *at = values + (size_t)lane * ONS_GLASS_QUANTITIES * 4 + k;
            assert_near(at[4 * ONS_GLASS_ENERGY], (e[0] + e[1]) / 2);
            assert_near(at[4 * ONS_GLASS_ENERGY_SQUARED], (e[0] * e[0] + e[1] * e[1]) / 2);
            assert_near(at[4 * ONS_GLASS_ENERGY_PRODUCT], e[0] * e[1]);
            assert_near(at[4 * ONS_GLASS_MAGNETIZATION], (m[0] + m[1]) / 2);
            assert_near(at[4 * ONS_GLASS_MAGNETIZATION_SQUARED], (m[0] * m[0] + m[1] * m[1]) / 2);
            assert_near(at[4 * ONS_GLASS_MAGNETIZATION_FOURTH], (pow(m[0], 4) + pow(m[1], 4)) / 2);
            assert_near(at[4 * ONS_GLASS_OVERLAP], q);
            assert_near(at[4 * ONS_GLASS_OVERLAP_ABS], fabs(q));
            assert_near(at[4 * ONS_GLASS_OVERLAP_SQUARED], q * q);
            assert_near(at[4 * ONS_GLASS_OVERLAP_FOURTH], pow(q, 4));
            assert_near(at[4 * ONS_GLASS_OVERLAP_KMIN_SQUARED], kmin);
            assert_near(at[4 * ONS_GLASS_LINK_OVERLAP], link);
        }
    }
    free(values);
    ons_glass_lanes_free(lanes);
    ons_graph_free(graph);
}

/* ---- samples against enumeration -------------------------------------------------------------------------------- */

enum { E, E_SQUARED, E_PRODUCT, Q_SQUARED, LINK, M_SQUARED, EXACT };
static const ons_glass_quantity measured[EXACT] = {ONS_GLASS_ENERGY,         ONS_GLASS_ENERGY_SQUARED,
                                                   ONS_GLASS_ENERGY_PRODUCT, ONS_GLASS_OVERLAP_SQUARED,
                                                   ONS_GLASS_LINK_OVERLAP,   ONS_GLASS_MAGNETIZATION_SQUARED};

/* <q^2> = (1/N^2) sum_ij <s_i s_j>^2, link overlap = mean over bonds of <s_i s_j>^2. Adds the thermal means. */
static void add_exact(const ons_graph *graph, const double *couplings, double field, double temperature, double *sum) {
    double weight[MOST], pair[8][8] = {{0}}, e = 0, e2 = 0, q2 = 0, link = 0, m2 = 0;
    const unsigned n = graph->sites;
    boltzmann(graph, couplings, field, temperature, weight);
    for (unsigned s = 0; s < 1u << n; s++) {
        const double energy = energy_of(graph, couplings, field, s) / n;
        const double m = 2.0 * __builtin_popcount(s) / n - 1;
        e += weight[s] * energy;
        e2 += weight[s] * energy * energy;
        m2 += weight[s] * m * m;
        for (unsigned i = 0; i < n; i++) {
            for (unsigned j = 0; j < n; j++) { pair[i][j] += weight[s] * spin(s, i) * spin(s, j); }
        }
    }
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 0; j < n; j++) { q2 += pair[i][j] * pair[i][j] / (n * n); }
    }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        link +=
            pair[graph->source[b]][graph->target[b]] * pair[graph->source[b]][graph->target[b]] / (double)graph->bonds;
    }
    const double means[EXACT] = {e, e2, e * e, q2, link, m2};
    for (unsigned k = 0; k < EXACT; k++) { sum[k] += means[k]; }
}

enum { BLOCKS = 40 };

static void assert_blocks(const char *name, double blocks[BLOCKS][EXACT][4], double exact[4][EXACT]) {
    for (unsigned quantity = 0; quantity < EXACT; quantity++) {
        for (unsigned k = 0; k < 4; k++) {
            double mean = 0, square = 0;
            for (unsigned b = 0; b < BLOCKS; b++) {
                mean += blocks[b][quantity][k] / BLOCKS;
                square += blocks[b][quantity][k] * blocks[b][quantity][k] / BLOCKS;
            }
            const double error = sqrt((square - mean * mean) / (BLOCKS - 1));
            if (!(fabs(mean - exact[k][quantity]) < 5.5 * error)) {
                fail_msg("%s: quantity %u at T = %g: %g +- %g, exact %g", name, quantity, four[k], mean, error,
                         exact[k][quantity]);
            }
        }
    }
}

static void check_lanes_against_enumeration(const char *lattice, int64_t length, double field) {
    static double blocks[BLOCKS][EXACT][4], exact[4][EXACT];
    ons_graph *graph = build(lattice, length, ONS_PERIODIC);
    ons_glass_lanes *lanes = make_lanes(graph, field);
    double *values = ONS_NEW(double, (size_t)LANES *ONS_GLASS_QUANTITIES * 4),
           *couplings = ONS_NEW(double, graph->bonds);
    memset(blocks, 0, sizeof blocks);
    memset(exact, 0, sizeof exact);
    for (unsigned lane = 0; lane < LANES; lane += 8) { /* every eighth sample, for the time of the enumeration */
        for (uint64_t b = 0; b < graph->bonds; b++) {
            couplings[b] = lanes->negative[b * 8 + lane / 64] >> lane % 64 & 1 ? -1 : 1;
        }
        for (unsigned k = 0; k < 4; k++) { add_exact(graph, couplings, field, four[k], exact[k]); }
    }
    for (unsigned k = 0; k < 4; k++) {
        for (unsigned q = 0; q < EXACT; q++) { exact[k][q] /= LANES / 8; }
    }
    for (unsigned step = 0; step < 100; step++) { ons_glass_lanes_step(lanes); }
    for (unsigned step = 0; step < BLOCKS * 60; step++) {
        ons_glass_lanes_step(lanes);
        if (step % 4) { continue; }
        ons_glass_lanes_measure(lanes, values);
        for (unsigned lane = 0; lane < LANES; lane += 8) {
            for (unsigned q = 0; q < EXACT; q++) {
                for (unsigned k = 0; k < 4; k++) {
                    blocks[step / 60][q][k] +=
                        values[((size_t)lane * ONS_GLASS_QUANTITIES + measured[q]) * 4 + k] / (15 * LANES / 8.0);
                }
            }
        }
    }
    assert_blocks(lattice, blocks, exact);
    free(values);
    free(couplings);
    ons_glass_lanes_free(lanes);
    ons_graph_free(graph);
}

static void test_lanes_match_enumeration_of_their_samples(void **unused) {
    check_lanes_against_enumeration("cubic", 2, 0);
    check_lanes_against_enumeration("honeycomb", 2, 0.4);
}

static void check_one_against_enumeration(bool houdayer, double field) {
    static double blocks[BLOCKS][EXACT][4], exact[4][EXACT];
    ons_graph *graph = parse("0 1\n1 2\n2 3\n3 0\n0 4\n1 5\n4 5\n5 6\n6 7\n7 4\n2 6\n3 7\n0 2\n");
    double couplings[13], values[ONS_GLASS_QUANTITIES * 4];
    ons_random random = ons_random_stream(17, 0, 0);
    ons_ising_gaussian(graph, 0, 1, &random, couplings);
    const ons_glass_options options = {.temperature = four, .temperatures = 4, .field = field, .houdayer = houdayer};
    ons_glass *glass;
    assert_int_equal(ons_glass_create(&glass, graph, couplings, &options, ons_random_stream(18, 0, 0)), ONS_OK);
    memset(blocks, 0, sizeof blocks);
    memset(exact, 0, sizeof exact);
    for (unsigned k = 0; k < 4; k++) { add_exact(graph, couplings, field, four[k], exact[k]); }
    for (unsigned step = 0; step < 500; step++) { ons_glass_step(glass); }
    for (unsigned step = 0; step < BLOCKS * 3000; step++) {
        ons_glass_step(glass);
        ons_glass_measure(glass, values);
        for (unsigned q = 0; q < EXACT; q++) {
            for (unsigned k = 0; k < 4; k++) { blocks[step / 3000][q][k] += values[measured[q] * 4 + k] / 3000; }
        }
    }
    assert_blocks(houdayer ? "gaussian, Houdayer" : "gaussian", blocks, exact);
    ons_glass_free(glass);
    ons_graph_free(graph);
}

static void test_one_sample_matches_enumeration(void **unused) {
    check_one_against_enumeration(false, 0);
    check_one_against_enumeration(true, 0);
    check_one_against_enumeration(true, 0.25);
}

/* ---- ladders ---------------------------------------------------------------------------------------------------- */

static void test_better_ladders(void **unused) {
    const double ladder[] = {1, 1.25, 2, 2.5, 4}, equal[] = {0.3, 0.3, 0.3, 0.3, 0.3};
    double better[5];
    /* equal rates: the ladder is as good as it gets */
    assert_int_equal(ons_ladder_by_rates(ladder, equal, 5, better), ONS_OK);
    for (unsigned k = 0; k < 5; k++) { assert_near(better[k], ladder[k]); }
    /* rates erfc(c step in 1/T): even steps in 1/T */
    double rates[5] = {0};
    for (unsigned k = 0; k < 4; k++) { rates[k] = erfc(2 * (1 / ladder[k] - 1 / ladder[k + 1])); }
    assert_int_equal(ons_ladder_by_rates(ladder, rates, 5, better), ONS_OK);
    for (unsigned k = 0; k < 5; k++) { assert_true(fabs(1 / better[k] - (1 - 0.1875 * k)) < 1e-9); }
    /* a straight flow stays; equation by hand: flow changes of 1/16 and 9/16 have lengths 1/4 and 3/4 */
    const double three[] = {1, 2, 3}, straight[] = {0, 0.5, 1}, bent[] = {0, 0.0625, 0.625};
    assert_int_equal(ons_ladder_by_flow(three, straight, 3, better), ONS_OK);
    for (unsigned k = 0; k < 3; k++) { assert_near(better[k], three[k]); }
    assert_int_equal(ons_ladder_by_flow(three, bent, 3, better), ONS_OK);
    assert_near(better[1], 2 + 0.25 / 0.75);
}

/* ---- refusals -----------------------------------------------------------------------------------------------------
 */

static void assert_refused(const ons_graph *graph, const ons_glass_options *options, const char *word) {
    ons_glass_lanes *lanes;
    assert_int_equal(ons_glass_lanes_create(&lanes, graph, 1, options, ons_random_stream(1, 0, 0)), ONS_INVALID);
    assert_null(lanes);
    if (!strstr(ons_message(), word)) { fail_msg("'%s' is not in '%s'", word, ons_message()); }
}

static void test_what_cannot_be_is_refused(void **unused) {
    static const double folded[] = {1, 2, 1.5}, good[] = {1, 2};
    ons_graph *graph = parse("0 1\n1 2\n"), *uneven = parse("0 1 1\n1 2 0.5\n"), *star;
    char text[400] = "";
    for (int i = 1; i <= 32; i++) { snprintf(text + strlen(text), sizeof text - strlen(text), "0 %d\n", i); }
    star = parse(text);
    assert_refused(graph, &(ons_glass_options){.temperature = folded, .temperatures = 3}, "ascend or descend");
    assert_refused(graph, &(ons_glass_options){.temperature = good, .temperatures = 2, .houdayer = true}, "Houdayer");
    assert_refused(graph, &(ons_glass_options){.temperature = (double[]){0}, .temperatures = 1}, "above 0");
    assert_refused(uneven, &(ons_glass_options){.temperature = good, .temperatures = 2}, "one size");
    assert_refused(star, &(ons_glass_options){.temperature = good, .temperatures = 2}, "31 neighbours");
    ons_graph_free(graph);
    ons_graph_free(uneven);
    ons_graph_free(star);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_has_the_rows_of_its_matrix),
        cmocka_unit_test(test_houdayer_moves_keep_the_product_measure_in_a_field_too),
        cmocka_unit_test(test_all_instruction_sets_give_the_same_bits),
        cmocka_unit_test(test_what_lanes_measure_is_in_their_bits),
        cmocka_unit_test(test_lanes_match_enumeration_of_their_samples),
        cmocka_unit_test(test_one_sample_matches_enumeration),
        cmocka_unit_test(test_better_ladders),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
