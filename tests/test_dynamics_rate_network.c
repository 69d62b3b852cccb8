/*
 * Networks of rates in time: against plain loops, the closed form of a linear network, copies that do not know each
 * other, sparse against dense, orders of convergence, covariances against direct sums, going on with the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dynamics/rate_kernel.h"

#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

#define assert_near(a, b, tolerance) assert_true(fabs((double)(a) - (double)(b)) <= (tolerance))

enum { UNITS = 37 };

typedef struct problem {
    double J[UNITS * UNITS];
    double x[UNITS * 20];
} problem;

static problem *pose(double gain) {
    problem *made = ONS_NEW(problem, 1);
    ons_random random = ons_random_stream(11, 0, 0);
    for (size_t i = 0; i < UNITS * UNITS; i++) { made->J[i] = gain / sqrt(UNITS) * ons_random_normal(&random); }
    for (size_t i = 0; i < UNITS * 20; i++) { made->x[i] = ons_random_normal(&random); }
    return made;
}

static ons_rate_network *network_of(const problem *p, ons_rate_options options) {
    ons_rate_network *network;
    options.units = UNITS;
    if (ons_rate_network_create(&network, &options, p->J)) { fail_msg("%s", ons_message()); }
    ons_rate_network_load(network, p->x);
    return network;
}

static void straight_euler(const problem *p, size_t copies, double h, int steps, double *x) {
    double next[UNITS * 20];
    memcpy(x, p->x, UNITS * copies * sizeof *x);
    for (int s = 0; s < steps; s++) {
        for (size_t i = 0; i < UNITS * copies; i++) {
            double input = 0;
            for (size_t k = 0; k < UNITS; k++) {
                input += p->J[i / copies * UNITS + k] * tanh(x[k * copies + i % copies]);
            }
            next[i] = x[i] + h * (input - x[i]);
        }
        memcpy(x, next, UNITS * copies * sizeof *x);
    }
}

static void test_steps_are_those_of_plain_loops(void **unused) {
    const size_t copies[] = {1, 2, 8, 16, 19};
    problem *p = pose(2);
    double expected[UNITS * 20], x[UNITS * 20];
    for (int c = 0; c < 5; c++) {
        for (int single = 0; single < 2; single++) {
            const ons_rate_options options = {.copies = copies[c], .step = 0.05, .single = single};
            ons_rate_network *network = network_of(p, options);
            assert_int_equal(ons_rate_network_advance(network, 40), ONS_OK);
            ons_rate_network_store(network, x);
            straight_euler(p, copies[c], 0.05, 40, expected);
            /* 40 steps of rounding, grown by e^2 at most twice over */
            for (size_t i = 0; i < UNITS * copies[c]; i++) { assert_near(x[i], expected[i], single ? 3e-5 : 1e-12); }
            ons_rate_network_free(network);
        }
    }
    free(p);
}

/* The kernels of this machine's instruction sets against the plain ones. */
static void compare_kernels(const rate_kernels *fast, const rate_kernels *plain, bool single) {
    enum { COLUMNS = 45, COUNT = 3 * RATE_PANEL * 16 };
    const size_t copies[2] = {1, 16};
    void *arrays[5]; /* J, x; results: plain, fast; phi */
    ons_random random = ons_random_stream(5, 0, 0);
    for (int a = 0; a < 5; a++) {
        arrays[a] = aligned_alloc(64, COUNT * 8 * 4);
        for (size_t i = 0; i < COUNT * 4; i++) {
            const double value = ons_random_normal(&random);
            if (single) {
                ((float *)arrays[a])[i] = (float)value;
            } else {
                ((double *)arrays[a])[i] = value;
            }
        }
    }
    const double tolerance = single ? 2e-5 : 1e-13;
    for (int c = 0; c < 2; c++) {
        plain->multiply(3, COLUMNS, copies[c], arrays[0], arrays[1], arrays[2]);
        fast->multiply(3, COLUMNS, copies[c], arrays[0], arrays[1], arrays[3]);
        for (size_t i = 0; i < 3 * RATE_PANEL * copies[c]; i++) {
            const double a = single ? (double)((float *)arrays[2])[i] : ((double *)arrays[2])[i],
                         b = single ? (double)((float *)arrays[3])[i] : ((double *)arrays[3])[i];
            assert_near(a, b, tolerance * 10);
        }
    }
    for (int kind = ONS_RATE_TANH; kind <= ONS_RATE_LINEAR; kind++) {
        plain->activate((ons_rate_activation)kind, COUNT, arrays[1], arrays[2]);
        fast->activate((ons_rate_activation)kind, COUNT, arrays[1], arrays[3]);
        plain->stage(COUNT, arrays[1], arrays[2], arrays[1], 0.1, arrays[2], 0, NULL);
        fast->stage(COUNT, arrays[1], arrays[3], arrays[1], 0.1, arrays[3], 0, NULL);
        for (size_t i = 0; i < COUNT; i++) {
            const double x = single ? (double)((float *)arrays[1])[i] : ((double *)arrays[1])[i];
            const double phi = kind == ONS_RATE_TANH  ? tanh(x)
                               : kind == ONS_RATE_ERF ? erf(x * 0.88622692545275801)
                                                      : x;
            const double a = single ? (double)((float *)arrays[2])[i] : ((double *)arrays[2])[i],
                         b = single ? (double)((float *)arrays[3])[i] : ((double *)arrays[3])[i];
            assert_near(a, x + 0.1 * (phi - x), tolerance);
            assert_near(b, x + 0.1 * (phi - x), tolerance);
        }
        assert_near(plain->product(COUNT, arrays[2], arrays[3]), fast->product(COUNT, arrays[2], arrays[3]), 1e-10);
    }
    for (int a = 0; a < 5; a++) { free(arrays[a]); }
}

static void test_kernels_agree(void **unused) {
    for (int single = 0; single < 2; single++) {
        compare_kernels(&rate_kernels_plain[single], &rate_kernels_plain[single], single);
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
            compare_kernels(&rate_kernels_v3[single], &rate_kernels_plain[single], single);
        }
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl")) {
            compare_kernels(&rate_kernels_v4[single], &rate_kernels_plain[single], single);
        }
#endif
    }
}

static void test_copies_do_not_know_each_other(void **unused) {
    problem *p = pose(3);
    double all[UNITS * 16], few[UNITS * 2], start[UNITS * 2];
    ons_rate_options options = {.copies = 16, .step = 0.1, .runge_kutta = true, .single = true};
    ons_rate_network *network = network_of(p, options);
    ons_rate_network_advance(network, 200);
    ons_rate_network_store(network, all);
    ons_rate_network_free(network);
    for (size_t i = 0; i < UNITS; i++) {
        start[2 * i] = p->x[16 * i + 5];
        start[2 * i + 1] = p->x[16 * i + 11];
    }
    options.copies = 2;
    network = network_of(p, options);
    ons_rate_network_load(network, start);
    ons_rate_network_advance(network, 200);
    ons_rate_network_store(network, few);
    for (size_t i = 0; i < UNITS; i++) {
        assert_true(few[2 * i] == all[16 * i + 5]);
        assert_true(few[2 * i + 1] == all[16 * i + 11]);
    }
    ons_rate_network_free(network);
    free(p);
}

/* Two linear units that turn: x' = -x + w (0 -1; 1 0) x is exp(-t) times a rotation by w t. */
static void check_order(bool runge_kutta, double order) {
    const double J[4] = {0, -1.5, 1.5, 0}, start[2] = {1, 0};
    double error[2];
    for (int k = 0; k < 2; k++) {
        const int steps = 40 << k;
        const ons_rate_options options = {ONS_RATE_LINEAR, 2, 1, 2.0 / steps, runge_kutta, false};
        ons_rate_network *network;
        double x[2];
        assert_int_equal(ons_rate_network_create(&network, &options, J), ONS_OK);
        ons_rate_network_load(network, start);
        ons_rate_network_advance(network, (uint64_t)steps);
        ons_rate_network_store(network, x);
        error[k] = hypot(x[0] - exp(-2) * cos(3), x[1] - exp(-2) * sin(3));
        ons_rate_network_free(network);
    }
    assert_near(log2(error[0] / error[1]), order, 0.15);
}

static void test_orders_of_convergence(void **unused) {
    check_order(false, 1);
    check_order(true, 4);
}

static void test_sparse_equals_dense(void **unused) {
    problem *p = pose(2);
    uint64_t start[UNITS + 1] = {0};
    uint32_t column[UNITS * UNITS];
    double value[UNITS * UNITS], dense[UNITS * 20], sparse[UNITS * 20];
    uint64_t at = 0;
    for (uint32_t i = 0; i < UNITS; i++) {
        for (uint32_t k = 0; k < UNITS; k++) {
            if ((i * 7 + k * 3) % 5) {
                p->J[i * UNITS + k] = 0;
                continue;
            }
            column[at] = k;
            value[at++] = p->J[i * UNITS + k];
        }
        start[i + 1] = at;
    }
    for (size_t copies = 1; copies < 12; copies += 9) {
        ons_rate_options options = {.units = UNITS, .copies = copies, .step = 0.1, .runge_kutta = true};
        ons_rate_network *one = network_of(p, options), *other;
        const ons_rate_rows rows = {start, column, value};
        assert_int_equal(ons_rate_network_create_sparse(&other, &options, &rows), ONS_OK);
        ons_rate_network_load(other, p->x);
        ons_rate_network_advance(one, 20);
        ons_rate_network_advance(other, 20);
        ons_rate_network_store(one, dense);
        ons_rate_network_store(other, sparse);
        for (size_t i = 0; i < UNITS * copies; i++) { assert_near(dense[i], sparse[i], 1e-12); }
        ons_rate_network_free(one);
        ons_rate_network_free(other);
    }
    column[0] = UNITS;
    ons_rate_network *refused;
    const ons_rate_options options = {.units = UNITS, .copies = 1, .step = 0.1};
    assert_int_equal(ons_rate_network_create_sparse(&refused, &options, &(ons_rate_rows){start, column, value}),
                     ONS_INVALID);
    assert_null(refused);
    free(p);
}

static void test_blow_up_is_told(void **unused) {
    problem *p = pose(5);
    const ons_rate_options options = {.phi = ONS_RATE_LINEAR, .copies = 2, .step = 0.1};
    ons_rate_network *network = network_of(p, options);
    assert_int_equal(ons_rate_network_advance(network, 5000), ONS_FAILED);
    ons_rate_network_free(network);
    free(p);
}

static void test_bad_options_are_refused(void **unused) {
    const double J[1] = {0};
    ons_rate_network *network;
    const ons_rate_options options[] = {{ONS_RATE_TANH, 0, 1, 0.1, false, false},
                                        {ONS_RATE_TANH, 1, 0, 0.1, false, false},
                                        {ONS_RATE_TANH, 1, 1, 0, false, false},
                                        {ONS_RATE_TANH, 1, 1, 2.5, false, false}};
    for (int k = 0; k < 4; k++) {
        assert_int_equal(ons_rate_network_create(&network, &options[k], J), ONS_INVALID);
        assert_null(network);
    }
}

/* ---- covariances ----------------------------------------------------------------------------------------------------
 */

enum { COPIES = 4, SAMPLES = 75, LAGS = 6, ALL = (1 << ONS_RATE_SIGNALS) - 1 };

static double signal_of(double x, double slope, int signal) {
    const double phi = tanh(x);
    return signal == ONS_RATE_PHI        ? phi
           : signal == ONS_RATE_X        ? x
           : signal == ONS_RATE_RESIDUAL ? phi - slope * x
                                         : phi * phi;
}

/* <s_i s_j> over the copies of a half, from all states. */
static double direct(const double *x, int i, int j, int signal, unsigned half, double slope) {
    double product = 0, one = 0, other = 0, count = 0;
    for (int t = 0; t < SAMPLES; t++) {
        for (int c = 0; c < COPIES; c++) {
            if (half < 2 && (unsigned)c % 2 != half) { continue; }
            const double *state = x + t * UNITS * COPIES;
            const double a = signal_of(state[i * COPIES + c], slope, signal),
                         b = signal_of(state[j * COPIES + c], slope, signal);
            product += a * b;
            one += a;
            other += b;
            count += 1;
        }
    }
    return product / count - (signal == ONS_RATE_SQUARE ? one / count * (other / count) : 0);
}

static void check_lags(const ons_rate_record *record, const double *x) {
    for (int lag = 0; lag <= LAGS; lag++) {
        double expected = 0, phi, in_x;
        for (int t = lag; t < SAMPLES; t++) {
            for (int i = 0; i < UNITS * COPIES; i++) {
                expected += x[t * UNITS * COPIES + i] * x[(t - lag) * UNITS * COPIES + i];
            }
        }
        ons_rate_record_lag(record, (size_t)lag, &phi, &in_x);
        assert_near(in_x, expected / ((SAMPLES - lag) * UNITS * COPIES), 1e-12);
    }
}

/* A record that is stored half way and put back in another one gives the same bits. */
static void test_covariances_are_direct_sums(void **unused) {
    problem *p = pose(3);
    const ons_rate_options options = {.copies = COPIES, .step = 0.1};
    ons_rate_network *network = network_of(p, options);
    ons_rate_record *record, *resumed;
    double *x = ONS_NEW(double, SAMPLES *UNITS *COPIES), C[UNITS * UNITS], D[UNITS * UNITS];
    assert_int_equal(ons_rate_record_create(&record, network, ALL, 0.3, LAGS), ONS_OK);
    assert_int_equal(ons_rate_record_create(&resumed, network, ALL, 0.3, LAGS), ONS_OK);
    assert_int_equal(ons_rate_record_covariance(record, ONS_RATE_PHI, 2, C), ONS_INVALID);
    for (int t = 0; t < SAMPLES; t++) {
        ons_rate_network_advance(network, 3);
        ons_rate_network_store(network, x + t * UNITS * COPIES);
        ons_rate_record_add(record, network);
        if (t == 40) {
            size_t count;
            const double *numbers = ons_rate_record_numbers(record, &count);
            memcpy(ons_rate_record_numbers(resumed, &count), numbers, count * sizeof *numbers);
        } else if (t > 40) {
            ons_rate_record_add(resumed, network);
        }
    }
    for (int signal = 0; signal < ONS_RATE_SIGNALS; signal++) {
        for (unsigned half = 0; half < 3; half++) {
            assert_int_equal(ons_rate_record_covariance(record, (ons_rate_signal)signal, half, C), ONS_OK);
            assert_int_equal(ons_rate_record_covariance(resumed, (ons_rate_signal)signal, half, D), ONS_OK);
            assert_memory_equal(C, D, sizeof C);
            for (int i = 0; i < UNITS; i += 5) {
                for (int j = 0; j < UNITS; j += 3) {
                    assert_near(C[i * UNITS + j], direct(x, i, j, signal, half, 0.3), 1e-12);
                }
            }
        }
    }
    check_lags(record, x);
    ons_rate_record_free(record);
    ons_rate_record_free(resumed);
    ons_rate_network_free(network);
    free(x);
    free(p);
}

/* 16 copies of 300 units for 300 units of time, g = 3: variances within 15 % of the infinite network (at N = 300 they
 * fluctuate by some 4 % between realisations), and the linear form of the same J is found off the diagonal. */
static void test_large_networks_follow_the_theory(void **unused) {
    enum { N = 300, L = 16 };
    const ons_rate_options options = {.units = N, .copies = L, .step = 0.05, .single = true};
    double *J = ONS_NEW(double, N *N), *x = ONS_NEW(double, N *L), *C = ONS_NEW(double, N *N),
           *D = ONS_NEW(double, N *N);
    ons_random random = ons_random_stream(3, 0, 0);
    ons_rate_network *network;
    ons_rate_record *record;
    ons_rate_theory theory;
    double trace = 0;
    for (size_t i = 0; i < N * N; i++) { J[i] = 3 / sqrt(N) * ons_random_normal(&random); }
    for (size_t i = 0; i < N * L; i++) { x[i] = 2 * ons_random_normal(&random); }
    assert_int_equal(ons_rate_theory_solve(&theory, ONS_RATE_TANH, 3), ONS_OK);
    assert_int_equal(ons_rate_network_create(&network, &options, J), ONS_OK);
    assert_int_equal(ons_rate_record_create(&record, network, 1, theory.slope, 0), ONS_OK);
    ons_rate_network_load(network, x);
    ons_rate_network_advance(network, 1000);
    for (int t = 0; t < 300; t++) {
        ons_rate_network_advance(network, 20);
        ons_rate_record_add(record, network);
    }
    assert_int_equal(ons_rate_record_covariance(record, ONS_RATE_PHI, 2, C), ONS_OK);
    for (size_t i = 0; i < N; i++) { trace += C[i * N + i] / N; }
    assert_near(trace, theory.activity, 0.15 * theory.activity);
    assert_int_equal(ons_rate_linear(&theory, N, J, D), ONS_OK);
    assert_true(ons_match_matrices(N, C, D).correlation > 0.7);
    ons_rate_record_free(record);
    ons_rate_network_free(network);
    ons_rate_theory_free(&theory);
    free(J);
    free(x);
    free(C);
    free(D);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_are_those_of_plain_loops),
        cmocka_unit_test(test_kernels_agree),
        cmocka_unit_test(test_copies_do_not_know_each_other),
        cmocka_unit_test(test_orders_of_convergence),
        cmocka_unit_test(test_sparse_equals_dense),
        cmocka_unit_test(test_blow_up_is_told),
        cmocka_unit_test(test_bad_options_are_refused),
        cmocka_unit_test(test_covariances_are_direct_sums),
        cmocka_unit_test(test_large_networks_follow_the_theory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
