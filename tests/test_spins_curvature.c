/*
 * The curvature of coupling manifolds and the free fermions of the Ising torus against enumeration, against each other
 * and against closed forms.
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

#define CRITICAL 0.44068679350977147

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.15g is not %.15g within %.3g", value, expected, tolerance);
    }
}

/* Solves in as many steps as it takes; `result` of the finished solver. */
static ons_curvature_solver *solve(const ons_curvature_options *options, ons_curvature_result *result) {
    ons_curvature_solver *solver;
    ons_status status = ons_curvature_create(&solver, options);
    if (status) { fail_msg("%s", ons_message()); }
    do { status = ons_curvature_advance(solver); } while (status == ONS_OK);
    if (status != ONS_DONE) { fail_msg("%s", ons_message()); }
    assert_int_equal(ons_curvature_finish(solver, result), ONS_OK);
    return solver;
}

static ons_curvature_result curvature_of(ons_curvature_method method, unsigned states, int64_t rows, int64_t columns,
                                         double coupling) {
    const int64_t lengths[] = {rows, columns};
    const ons_curvature_options options = {
        .method = method, .states = states, .dimension = 2, .lengths = lengths, .coupling = coupling};
    ons_curvature_result result;
    ons_curvature_free(solve(&options, &result));
    return result;
}

/* ---- free fermions ---- */

/* <product of the bonds> over all states of a torus, and ln Z. */
static double enumerate(const int64_t lengths[2], double coupling, size_t count, const ons_fermions_place *bonds,
                        double *log_partition) {
    const int rows = (int)lengths[0], columns = (int)lengths[1], sites = rows * columns;
    double z = 0, sum = 0;
    for (uint32_t state = 0; state < 1u << sites; state++) {
        int energy = 0, product = 1;
        for (int i = 0; i < sites; i++) {
            const int down = (i / columns + 1) % rows * columns + i % columns;
            const int right = i / columns * columns + (i + 1) % columns;
            energy += (state >> i ^ state >> down) & 1 ? -1 : 1;
            energy += (state >> i ^ state >> right) & 1 ? -1 : 1;
        }
        for (size_t b = 0; b < count; b++) {
            const int from = (int)(bonds[b].row * columns + bonds[b].column);
            const int row = (int)(bonds[b].row + (bonds[b].direction == 0)) % rows;
            const int column = (int)(bonds[b].column + (bonds[b].direction == 1)) % columns;
            product *= (state >> from ^ state >> (row * columns + column)) & 1 ? -1 : 1;
        }
        const double weight = exp(coupling * energy);
        z += weight;
        sum += weight * product;
    }
    *log_partition = log(z);
    return sum / z;
}

static const ons_fermions_place some[] = {{0, 0, 0}, {1, 0, 1}, {2, 2, 0}, {0, 0, 1}, {1, 1, 0}, {2, 1, 1}, {2, 0, 0}};

static void test_moments_of_bonds_match_all_states_of_small_tori(void **state) {
    static const int64_t tori[][2] = {{3, 3}, {3, 4}, {4, 3}};
    static const double couplings[] = {0, 0.2, CRITICAL, CRITICAL + 1e-9, 0.9};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 5; k++) {
            ons_fermions *fermions;
            assert_int_equal(ons_fermions_create(&fermions, tori[i], couplings[k]), ONS_OK);
            for (size_t count = 0; count <= 7; count++) {
                double moment, log_partition;
                const double expected = enumerate(tori[i], couplings[k], count, some, &log_partition);
                assert_int_equal(ons_fermions_moment(fermions, count, some, &moment), ONS_OK);
                assert_near(moment, expected, 1e-12);
                assert_near(ons_fermions_log_partition(fermions), log_partition, 1e-11);
            }
            double twice;
            const ons_fermions_place pair[] = {{1, 1, 0}, {1 + tori[i][0], 1 - tori[i][1], 0}};
            assert_int_equal(ons_fermions_moment(fermions, 2, pair, &twice), ONS_OK);
            assert_near(twice, 1, 1e-14);
            ons_fermions_free(fermions);
        }
    }
}

static void test_partition_function_and_energy_match_kaufman(void **state) {
    static const int64_t tori[][2] = {{5, 5}, {8, 13}, {32, 32}, {64, 64}};
    static const double couplings[] = {0.1, 0.4, CRITICAL, 0.45, 1.5};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 5; k++) {
            ons_fermions *fermions;
            ons_ising_exact exact;
            const double sites = (double)tori[i][0] * (double)tori[i][1], coupling = couplings[k];
            assert_int_equal(ons_fermions_create(&fermions, tori[i], coupling), ONS_OK);
            assert_int_equal(ons_ising_exact_torus(tori[i][0], tori[i][1], 1, 1 / coupling, &exact), ONS_OK);
            assert_near(ons_fermions_log_partition(fermions) / sites, -coupling * exact.free_energy, 1e-12);
            assert_near(ons_fermions_bond(fermions, 0) + ons_fermions_bond(fermions, 1), -exact.energy, 1e-11);
            ons_fermions_free(fermions);
        }
    }
}

static void test_fermions_refuse_what_they_cannot(void **state) {
    ons_fermions *fermions;
    assert_int_equal(ons_fermions_create(&fermions, (const int64_t[]){2, 5}, 0.4), ONS_INVALID);
    assert_int_equal(ons_fermions_create(&fermions, (const int64_t[]){4, 5}, -0.4), ONS_INVALID);
    assert_int_equal(ons_fermions_create(&fermions, (const int64_t[]){4, 5}, NAN), ONS_INVALID);
}

/* ---- the curvature ---- */

static void assert_identities(const ons_curvature_result *result) {
    assert_near(result->residuals[0], 0, 1e-10);
    assert_near(result->residuals[1], 0, 1e-10);
}

static void test_three_methods_agree_on_ising(void **state) {
    static const int64_t tori[][2] = {{3, 3}, {3, 4}};
    static const double couplings[] = {0.15, CRITICAL, 0.7, -0.3};
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 4; k++) {
            const double j = couplings[k];
            const ons_curvature_result a = curvature_of(ONS_CURVATURE_ENUMERATION, 0, tori[i][0], tori[i][1], j),
                                       b = curvature_of(ONS_CURVATURE_TRANSFER, 0, tori[i][0], tori[i][1], j);
            assert_near(b.scalar.value, a.scalar.value, 1e-9 * a.tensor.value);
            assert_near(b.trace.value, a.trace.value, 1e-9 * a.tensor.value);
            assert_identities(&a);
            assert_identities(&b);
            if (j < 0) { continue; }
            const ons_curvature_result c = curvature_of(ONS_CURVATURE_FERMIONS, 0, tori[i][0], tori[i][1], j);
            assert_near(c.scalar.value, a.scalar.value, 1e-9 * a.tensor.value);
            assert_near(c.ruppeiner.value, b.ruppeiner.value, 1e-9);
            assert_near(0.5 * (c.mean[0].value + c.mean[1].value), a.mean[0].value, 1e-12);
            assert_identities(&c);
        }
    }
}

static void test_antiferromagnet_on_even_torus_is_the_ferromagnet(void **state) {
    const ons_curvature_result a = curvature_of(ONS_CURVATURE_FERMIONS, 0, 4, 6, 0.4),
                               b = curvature_of(ONS_CURVATURE_FERMIONS, 0, 4, 6, -0.4),
                               c = curvature_of(ONS_CURVATURE_TRANSFER, 0, 4, 6, -0.4);
    assert_near(b.scalar.value, a.scalar.value, 0);
    assert_near(c.scalar.value, a.scalar.value, 1e-9 * a.tensor.value);
    assert_near(b.mean[1].value, c.mean[1].value, 1e-12);
}

static void test_potts_transfer_matrix_matches_all_states(void **state) {
    static const double couplings[] = {0.4, 1.0050525387423810};
    for (size_t k = 0; k < 2; k++) {
        const ons_curvature_result a = curvature_of(ONS_CURVATURE_ENUMERATION, 3, 3, 3, couplings[k]),
                                   b = curvature_of(ONS_CURVATURE_TRANSFER, 3, 3, 3, couplings[k]);
        assert_near(b.scalar.value, a.scalar.value, 1e-9 * a.tensor.value);
        assert_near(b.trace.value, a.trace.value, 1e-9 * a.tensor.value);
        assert_near(b.mean[0].value, a.mean[0].value, 1e-12);
        assert_identities(&b);
    }
}

/* R is a scalar: e = s s' and delta = (1 + e)/2 are coordinates of one manifold. */
static void test_potts_with_two_colours_is_ising(void **state) {
    const ons_curvature_result ising = curvature_of(ONS_CURVATURE_FERMIONS, 0, 5, 4, 0.37),
                               potts = curvature_of(ONS_CURVATURE_TRANSFER, 2, 5, 4, 0.74);
    assert_near(potts.scalar.value, ising.scalar.value, 1e-9 * ising.tensor.value);
    assert_near(potts.ruppeiner.value, ising.ruppeiner.value, 1e-9 * ising.ruppeiner.value);
}

/* arXiv:2603.07651, data/ising_2d.json, potts_q3.json, potts_q4.json: printed with two decimals. */
static void test_published_curvatures_are_met(void **state) {
    static const double ising[] = {105.64, 265.31, 446.24, 671.25, 945.53, 1272.14, 1653.34};
    static const double potts[][3] = {{79.85, 208.15, 359.51}, {74.88, 200.65, 354.59}};
    for (int64_t length = 3; length <= 9; length++) {
        const ons_curvature_result result = curvature_of(ONS_CURVATURE_AUTO, 0, length, length, CRITICAL);
        assert_near(-result.scalar.value, ising[length - 3], 0.005 + 1e-5 * ising[length - 3]);
        assert_identities(&result);
    }
    for (unsigned q = 3; q <= 4; q++) {
        for (int64_t length = 3; length <= (q == 3 ? 5 : 4); length++) {
            const double coupling = ons_curvature_critical(q, 2), expected = potts[q - 3][length - 3];
            const ons_curvature_result result = curvature_of(ONS_CURVATURE_AUTO, q, length, length, coupling);
            assert_near(-result.scalar.value, expected, 0.005 + 1e-5 * expected);
        }
    }
}

/* R is even around no point, but smooth: the mean of J_c +- e is R(J_c) + O(e^2); at J_c itself one sector has a zero
 * mode. */
static void test_critical_point_is_no_exception(void **state) {
    const double at = curvature_of(ONS_CURVATURE_FERMIONS, 0, 12, 12, CRITICAL).scalar.value;
    double deviation[2];
    for (int i = 0; i < 2; i++) {
        const double e = i ? 1e-3 : 2e-3;
        deviation[i] = 0.5 * (curvature_of(ONS_CURVATURE_FERMIONS, 0, 12, 12, CRITICAL - e).scalar.value +
                              curvature_of(ONS_CURVATURE_FERMIONS, 0, 12, 12, CRITICAL + e).scalar.value) -
                       at;
    }
    assert_near(deviation[0] / deviation[1], 4, 0.05);
    assert_near(deviation[1] / at, 0, 1e-3);
    assert_near(curvature_of(ONS_CURVATURE_FERMIONS, 0, 12, 12, CRITICAL + 1e-12).scalar.value, at, 1e-6);
}

/* Zhuravlev's data/bz_decomposition_ising2d.json, L = 9: |k|, momenta, part of R. */
static void test_shells_of_nine_match_the_published_ones(void **state) {
    static const double published[][3] = {
        {0.000, 1, -10.16},  {0.698, 4, -57.13}, {0.987, 4, -62.86},  {1.396, 4, -68.36},  {1.561, 8, -143.83},
        {1.975, 4, -80.13},  {2.094, 4, -72.74}, {2.208, 8, -153.03}, {2.517, 8, -173.22}, {2.793, 4, -74.37},
        {2.878, 8, -156.62}, {2.962, 4, -97.68}, {3.122, 8, -179.44}, {3.491, 8, -208.88}, {3.949, 4, -114.89}};
    const int64_t lengths[] = {9, 9};
    const ons_curvature_options options = {.dimension = 2, .lengths = lengths, .coupling = CRITICAL};
    ons_curvature_result result;
    ons_curvature_solver *solver = solve(&options, &result);
    assert_int_equal(ons_curvature_shells(solver), 15);
    double sum = 0;
    for (size_t i = 0; i < 15; i++) {
        ons_curvature_shell shell;
        ons_curvature_shell_at(solver, i, &shell);
        sum += shell.part;
        size_t found = 0;
        for (size_t k = 0; k < 15; k++) {
            if (fabs(shell.wavenumber - published[k][0]) > 6e-4) { continue; }
            found++;
            assert_int_equal(shell.multiplicity, (size_t)published[k][1]);
            assert_near(shell.part, published[k][2], 0.0051);
        }
        assert_int_equal(found, 1);
    }
    assert_near(sum, result.scalar.value, 1e-9);
    ons_curvature_free(solver);
}

/* Away from the critical point R is extensive once L is beyond the correlation length. */
static void test_high_temperature_curvature_is_extensive(void **state) {
    const double small = curvature_of(ONS_CURVATURE_FERMIONS, 0, 20, 20, 0.8 * CRITICAL).scalar.value / 400,
                 large = curvature_of(ONS_CURVATURE_FERMIONS, 0, 28, 28, 0.8 * CRITICAL).scalar.value / 784;
    assert_near(large / small, 1, 0.02);
}

/* ---- closed forms ---- */

static void test_tree_is_flat_and_ring_of_three_a_sphere(void **state) {
    const int64_t chain[] = {10}, ring[] = {3};
    ons_curvature_options options = {.dimension = 1, .lengths = chain, .open = true, .coupling = CRITICAL};
    ons_curvature_result result;
    ons_curvature_free(solve(&options, &result));
    assert_near(result.scalar.value, 0, 1e-12);
    assert_near(result.mean[0].value, tanh(CRITICAL), 1e-14);
    options.states = 4; /* Potts bonds of a tree are independent too */
    options.lengths = (const int64_t[]){6};
    ons_curvature_free(solve(&options, &result));
    assert_near(result.scalar.value, 0, 1e-12);
    options = (ons_curvature_options){.dimension = 1, .lengths = ring, .coupling = 0.3};
    ons_curvature_free(solve(&options, &result));
    assert_near(result.scalar.value, 1.5, 1e-12); /* 4 outcomes: a sphere of radius 2, d (d - 1) / 4 */
}

/* The simplex of m + 1 outcomes is a sphere of radius 2: R = m (m - 1) / 4. */
static void test_simplex_is_a_sphere_of_radius_two(void **state) {
    for (size_t m = 2; m <= 5; m++) {
        double p[5], metric[25], third[125];
        for (size_t a = 0; a < m; a++) { p[a] = 0.05 + 0.03 * (double)a; }
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                metric[a * m + b] = (a == b ? p[a] : 0) - p[a] * p[b];
                for (size_t c = 0; c < m; c++) {
                    third[(a * m + b) * m + c] = (a == b && b == c ? p[a] : 0) - (a == b ? p[a] * p[c] : 0) -
                                                 (b == c ? p[b] * p[a] : 0) - (a == c ? p[a] * p[b] : 0) +
                                                 2 * p[a] * p[b] * p[c];
                }
            }
        }
        ons_curvature curvature;
        assert_int_equal(ons_curvature_dense(m, metric, third, &curvature), ONS_OK);
        assert_near(curvature.scalar, (double)(m * (m - 1)) / 4, 1e-12);
        assert_near(curvature.terms[2] + 0.5 * curvature.terms[0], 0, 1e-10);
        assert_near(curvature.terms[3] + 0.5 * curvature.terms[1], 0, 1e-10);
        metric[0] = 0;
        assert_int_equal(ons_curvature_dense(m, metric, third, &curvature), ONS_FAILED);
    }
}

static long double chain_potential(long double k, long double h) {
    return k + logl(coshl(h) + sqrtl(sinhl(h) * sinhl(h) + expl(-4 * k)));
}

/* The derivative of orders (a, b) by central differences of fourth order in the step. */
static double derivative(double k, double h, unsigned a, unsigned b, long double step) {
    if (a + b == 0) { return (double)chain_potential(k, h); }
    long double sum = 0;
    static const long double weight[] = {1.0L / 12, -2.0L / 3, 2.0L / 3, -1.0L / 12};
    static const int offset[] = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) {
        const long double shift = offset[i] * step;
        sum += weight[i] * (long double)(a ? derivative((double)(k + shift), h, a - 1, b, step)
                                           : derivative(k, (double)(h + shift), a, b - 1, step));
    }
    return (double)(sum / step);
}

static void test_ruppeiner_curvature_of_the_chain(void **state) {
    static const double points[][2] = {{0.5, 0.3}, {0.2, 1.0}, {0.8, 0.1}};
    for (size_t i = 0; i < 3; i++) {
        const double k = points[i][0], h = points[i][1];
        double metric[4], third[8], curvature;
        for (unsigned a = 0; a < 2; a++) {
            for (unsigned b = 0; b < 2; b++) {
                metric[a * 2 + b] = derivative(k, h, 2 - a - b, a + b, 0.01L);
                for (unsigned c = 0; c < 2; c++) {
                    third[(a * 2 + b) * 2 + c] = derivative(k, h, 3 - a - b - c, a + b + c, 0.01L);
                }
            }
        }
        assert_int_equal(ons_ruppeiner_curvature(2, metric, third, &curvature), ONS_OK);
        assert_near(curvature / ons_ruppeiner_chain(k, h), 1, 1e-4);
    }
    double curvature, one = 1;
    assert_int_equal(ons_ruppeiner_curvature(1, &one, &one, &curvature), ONS_INVALID);
}

/* The manifold of one coupling a direction: cumulants of the two bond sums over all states of 3 x 4. */
static void test_ruppeiner_curvature_of_a_torus(void **state) {
    const int rows = 3, columns = 4, sites = 12;
    double z = 0, m1[2] = {0}, m2[4] = {0}, m3[8] = {0}, metric[4], third[8], curvature;
    for (uint32_t s = 0; s < 1u << sites; s++) {
        double e[2] = {0, 0};
        for (int i = 0; i < sites; i++) {
            e[0] += (s >> i ^ s >> ((i / columns + 1) % rows * columns + i % columns)) & 1 ? -1 : 1;
            e[1] += (s >> i ^ s >> (i / columns * columns + (i + 1) % columns)) & 1 ? -1 : 1;
        }
        const double weight = exp(0.4 * (e[0] + e[1]));
        z += weight;
        for (unsigned i = 0; i < 8; i++) {
            m3[i] += weight * e[i >> 2] * e[i >> 1 & 1] * e[i & 1];
            if (i < 4) { m2[i] += weight * e[i >> 1] * e[i & 1]; }
            if (i < 2) { m1[i] += weight * e[i]; }
        }
    }
    for (unsigned i = 0; i < 8; i++) {
        const unsigned a = i >> 2, b = i >> 1 & 1, c = i & 1;
        const double x = m1[a] / z, y = m1[b] / z, w = m1[c] / z;
        third[i] =
            (m3[i] / z - x * m2[b * 2 + c] / z - y * m2[a * 2 + c] / z - w * m2[a * 2 + b] / z + 2 * x * y * w) / sites;
        if (i < 4) { metric[i] = (m2[i] / z - (m1[i >> 1] / z) * (m1[i & 1] / z)) / sites; }
    }
    assert_int_equal(ons_ruppeiner_curvature(2, metric, third, &curvature), ONS_OK);
    assert_near(curvature_of(ONS_CURVATURE_FERMIONS, 0, rows, columns, 0.4).ruppeiner.value, curvature, 1e-8);
    assert_near(curvature_of(ONS_CURVATURE_ENUMERATION, 0, rows, columns, 0.4).ruppeiner.value, curvature, 1e-8);
}

/* ---- samples ---- */

static const int64_t four[] = {4, 4};

static ons_curvature_options sampled(uint32_t replica) {
    return (ons_curvature_options){.method = ONS_CURVATURE_SAMPLED,
                                   .dimension = 2,
                                   .lengths = four,
                                   .coupling = 0.35,
                                   .samples = 4000,
                                   .equilibration = 100,
                                   .sweeps = 3,
                                   .blocks = 20,
                                   .random = ons_random_stream(7, replica, 0)};
}

/* 24 runs against the exact R. A deviation in errors is Student's with 19 degrees of freedom: their sum beyond 6 sqrt
 * 24 or their mean square outside 0.1 .. 4.5 is a false alarm in fewer than 1e-6 of all seeds. Without the removal of
 * the bias the sum would be beyond. */
static void check_coverage(unsigned states, int64_t length, double coupling) {
    enum { RUNS = 24 };
    const int64_t lengths[] = {length, length};
    const ons_curvature_result exact =
        curvature_of(states ? ONS_CURVATURE_TRANSFER : ONS_CURVATURE_FERMIONS, states, length, length, coupling);
    double sum[3] = {0}, squares[3] = {0};
    for (uint32_t run = 0; run < RUNS; run++) {
        ons_curvature_options options = sampled(run);
        options.states = states;
        options.lengths = lengths;
        options.coupling = coupling;
        ons_curvature_result result;
        ons_curvature_free(solve(&options, &result));
        const double deviation[3] = {(result.scalar.value - exact.scalar.value) / result.scalar.error,
                                     (result.ruppeiner.value - exact.ruppeiner.value) / result.ruppeiner.error,
                                     (result.mean[0].value - exact.mean[0].value) / result.mean[0].error};
        for (int i = 0; i < 3; i++) {
            sum[i] += deviation[i];
            squares[i] += deviation[i] * deviation[i];
        }
        assert_identities(&result);
    }
    for (int i = 0; i < 3; i++) {
        assert_near(sum[i], 0, 6 * sqrt(RUNS));
        assert_in_range((int)(1000 * squares[i] / RUNS), 100, 4500);
    }
}

static void test_samples_cover_the_exact_curvature(void **state) {
    check_coverage(0, 4, 0.35);
    check_coverage(3, 3, 0.8);
    check_coverage(3, 4, 0.8);
    check_coverage(4, 4, 0.9);
}

/* ---- steps ---- */

static void assert_same_bits_after_a_break(const ons_curvature_options *options) {
    ons_curvature_result whole, broken;
    ons_curvature_free(solve(options, &whole));
    for (int steps = 1; steps < 6; steps++) {
        ons_curvature_solver *first, *second;
        assert_int_equal(ons_curvature_create(&first, options), ONS_OK);
        assert_int_equal(ons_curvature_create(&second, options), ONS_OK);
        for (int i = 0; i < steps; i++) { assert_true(ons_curvature_advance(first) >= 0); }
        size_t count;
        const double *numbers = ons_curvature_numbers(first, &count);
        memcpy(ons_curvature_numbers(second, &count), numbers, count * sizeof *numbers);
        memcpy(ons_curvature_cursor(second), ons_curvature_cursor(first), 2 * sizeof(uint64_t));
        if (ons_curvature_ising(first)) {
            memcpy(ons_ising_spins(ons_curvature_ising(second)), ons_ising_spins(ons_curvature_ising(first)),
                   ons_curvature_sites(first));
            *ons_ising_random(ons_curvature_ising(second)) = *ons_ising_random(ons_curvature_ising(first));
            assert_int_equal(ons_ising_refresh(ons_curvature_ising(second)), ONS_OK);
        }
        if (ons_curvature_discrete(first)) {
            memcpy(ons_discrete_states(ons_curvature_discrete(second)),
                   ons_discrete_states(ons_curvature_discrete(first)), ons_curvature_sites(first));
            *ons_discrete_random(ons_curvature_discrete(second)) = *ons_discrete_random(ons_curvature_discrete(first));
            assert_int_equal(ons_discrete_refresh(ons_curvature_discrete(second)), ONS_OK);
        }
        ons_status status;
        do { status = ons_curvature_advance(second); } while (status == ONS_OK);
        assert_int_equal(status, ONS_DONE);
        assert_int_equal(ons_curvature_finish(second, &broken), ONS_OK);
        assert_memory_equal(&whole.scalar, &broken.scalar, sizeof whole.scalar);
        assert_memory_equal(whole.terms, broken.terms, sizeof whole.terms);
        assert_memory_equal(whole.mean, broken.mean, sizeof whole.mean);
        ons_curvature_free(first);
        ons_curvature_free(second);
    }
}

static void test_a_break_changes_no_bit(void **state) {
    const int64_t torus[] = {24, 20}, small[] = {4, 4}, chain[] = {15};
    assert_same_bits_after_a_break(&(ons_curvature_options){.dimension = 2, .lengths = torus, .coupling = CRITICAL});
    assert_same_bits_after_a_break(
        &(ons_curvature_options){.states = 3, .dimension = 2, .lengths = small, .coupling = 1});
    assert_same_bits_after_a_break(
        &(ons_curvature_options){.dimension = 1, .open = true, .lengths = chain, .coupling = 1});
    ons_curvature_options options = sampled(99);
    options.samples = 20000;
    assert_same_bits_after_a_break(&options);
    options.states = 3;
    options.coupling = 1;
    assert_same_bits_after_a_break(&options);
}

static void test_refusals_say_why(void **state) {
    ons_curvature_method method;
    double bytes;
    const int64_t short_one[] = {2, 5}, wide[] = {3, 30}, cube[] = {8, 8, 8};
    ons_curvature_options options = {.dimension = 2, .lengths = short_one, .coupling = 0.4};
    assert_int_equal(ons_curvature_plan(&options, &method, &bytes), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "L = 2 is too short"));
    options = (ons_curvature_options){.states = 3, .dimension = 2, .lengths = wide, .coupling = 1};
    assert_int_equal(ons_curvature_plan(&options, &method, &bytes), ONS_INVALID);
    options.method = ONS_CURVATURE_TRANSFER;
    assert_int_equal(ons_curvature_plan(&options, &method, &bytes), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "16384"));
    options = (ons_curvature_options){
        .dimension = 3, .lengths = cube, .coupling = 0.22, .samples = 1001, .blocks = 20, .sweeps = 1};
    assert_int_equal(ons_curvature_plan(&options, &method, &bytes), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "1001"));
    options.samples = 1000;
    assert_int_equal(ons_curvature_plan(&options, &method, &bytes), ONS_OK);
    assert_int_equal(method, ONS_CURVATURE_SAMPLED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_of_bonds_match_all_states_of_small_tori),
        cmocka_unit_test(test_partition_function_and_energy_match_kaufman),
        cmocka_unit_test(test_fermions_refuse_what_they_cannot),
        cmocka_unit_test(test_three_methods_agree_on_ising),
        cmocka_unit_test(test_antiferromagnet_on_even_torus_is_the_ferromagnet),
        cmocka_unit_test(test_potts_transfer_matrix_matches_all_states),
        cmocka_unit_test(test_potts_with_two_colours_is_ising),
        cmocka_unit_test(test_published_curvatures_are_met),
        cmocka_unit_test(test_critical_point_is_no_exception),
        cmocka_unit_test(test_shells_of_nine_match_the_published_ones),
        cmocka_unit_test(test_high_temperature_curvature_is_extensive),
        cmocka_unit_test(test_tree_is_flat_and_ring_of_three_a_sphere),
        cmocka_unit_test(test_simplex_is_a_sphere_of_radius_two),
        cmocka_unit_test(test_ruppeiner_curvature_of_the_chain),
        cmocka_unit_test(test_ruppeiner_curvature_of_a_torus),
        cmocka_unit_test(test_samples_cover_the_exact_curvature),
        cmocka_unit_test(test_a_break_changes_no_bit),
        cmocka_unit_test(test_refusals_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
