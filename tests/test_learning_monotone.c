/*
 * The monotone machine: its products and couplings against their definition, one fixed point from all starts, the
 * proximal step against its equations, gradients against finite differences, exact sums over states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learning/monotone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = ONS_MONOTONE_LANES };

static const ons_monotone_shape tiers_shape = {
    .tiers = 3,
    .tier = {{4, 3, 3}, {2, 4, 2}, {1, 5, 5}},
    .kernel = {{3}, {3, 3}, {0, ONS_KERNEL_FULL, ONS_KERNEL_FULL}},
    .margin = 0.05,
};

static ons_monotone_shape dense_shape(size_t variables, size_t states, double margin) {
    return (ons_monotone_shape){
        .tiers = 1, .tier = {{1, variables * states, states}}, .kernel = {{ONS_KERNEL_FULL}}, .margin = margin};
}

static ons_monotone *machine_of(ons_monotone_shape shape, double size, uint32_t replica) {
    ons_monotone *machine;
    ons_random random = ons_random_stream(17, replica, 0);
    assert_int_equal(ons_monotone_create(&machine, &shape), ONS_OK);
    ons_monotone_draw(machine, size, &random);
    double *bias = ons_monotone_values(machine) + ons_monotone_weights(machine);
    for (size_t k = 0; k < ons_monotone_elements(machine); k++) { bias[k] = ons_random_normal(&random); }
    assert_int_equal(ons_monotone_refresh(machine), ONS_OK);
    return machine;
}

static void draw_starts(const ons_monotone *machine, uint32_t purpose, double *z) {
    ons_random random = ons_random_stream(18, 0, purpose);
    for (size_t k = 0; k < ons_monotone_elements(machine) * LANES; k++) { z[k] = 3 * ons_random_normal(&random); }
    for (size_t v = 0; v < ons_monotone_variables(machine); v++) {
        const monotone_variable at = monotone_variable_at(machine, v);
        boltzmann_kernels_plain.softmax(at.states, z + at.first * LANES, z + at.first * LANES);
    }
}

/* A of the machine by its definition, rows and columns in the order of the elements: sites are centred at stride times
 * their row and column. */
static void matrix_of(const ons_monotone *machine, const ons_monotone_shape *s, double *A) {
    const size_t n = ons_monotone_elements(machine);
    const double *w = machine->values;
    memset(A, 0, n * n * sizeof *A);
    for (size_t i = 0; i < s->tiers; i++) {
        for (size_t j = 0; j < s->tiers; j++) {
            const long size = s->kernel[i][j], out = (long)s->tier[i].side, in = (long)s->tier[j].side;
            const size_t co = s->tier[i].channels, ci = s->tier[j].channels;
            for (long t = 0; size && t < out * out; t++) {
                for (long f = 0; f < in * in; f++) {
                    long place = t * in * in + f;
                    if (size != ONS_KERNEL_FULL) {
                        const long stride = (in + out - 1) / out;
                        const long dy = f / in - t / out * stride, dx = f % in - t % out * stride;
                        if (labs(dy) > size / 2 || labs(dx) > size / 2) { continue; }
                        place = (dy + size / 2) * size + dx + size / 2;
                    }
                    for (size_t c = 0; c < co; c++) {
                        for (size_t d = 0; d < ci; d++) {
                            A[(ons_monotone_element_of(machine, i) + (size_t)t * co + c) * n +
                              ons_monotone_element_of(machine, j) + (size_t)f * ci + d] =
                                w[machine->weight_of[i][j] + ((size_t)place * ci + d) * co + c];
                        }
                    }
                }
            }
        }
    }
}

static void test_couplings_are_those_of_the_definition(void **state) {
    ons_monotone *machine = machine_of(tiers_shape, 1.5, 0);
    const size_t n = ons_monotone_elements(machine);
    double *A = calloc(n * n, sizeof *A), *Phi = calloc(n * n, sizeof *Phi);
    assert_true(A && Phi);
    matrix_of(machine, &tiers_shape, A);
    assert_int_equal(ons_monotone_matrix(machine, Phi), ONS_OK);
    double worst = 0, bound = 0;
    for (size_t v = 0; v < ons_monotone_variables(machine); v++) {
        for (size_t w = 0; w < ons_monotone_variables(machine); w++) {
            const monotone_variable a = monotone_variable_at(machine, v), b = monotone_variable_at(machine, w);
            for (size_t i = a.first; i < a.first + a.states; i++) {
                for (size_t j = b.first; j < b.first + b.states; j++) {
                    double sum = 0;
                    for (size_t k = 0; k < n; k++) { sum += A[k * n + i] * A[k * n + j]; }
                    const double right = v == w ? 0 : -machine->scale[v] * machine->scale[w] * sum;
                    worst = fmax(worst, fabs(Phi[i * n + j] - right));
                    worst = fmax(worst, fabs(Phi[i * n + j] - Phi[j * n + i]));
                }
            }
        }
        bound += machine->scale[v] < 1;
    }
    assert_true(worst < 1e-13);
    assert_true(bound > 0); /* the restriction acts */
    double *eigenvalue = calloc(n, sizeof *eigenvalue);
    assert_int_equal(ons_monotone_spectrum(machine, eigenvalue), ONS_OK);
    assert_true(eigenvalue[0] >= tiers_shape.margin - 1e-10);
    free(eigenvalue);
    free(A);
    free(Phi);
    ons_monotone_free(machine);
}

static double spread(const double *z, size_t elements, size_t lanes) {
    double worst = 0;
    for (size_t k = 0; k < elements; k++) {
        for (size_t lane = 1; lane < lanes; lane++) { worst = fmax(worst, fabs(z[k * LANES + lane] - z[k * LANES])); }
    }
    return worst;
}

static void test_there_is_one_fixed_point_whatever_the_start_and_the_method(void **state) {
    static const ons_fixed_point how[] = {{0.125, 1e-11, 4000, 0, false}, {0.125, 1e-11, 400, 5, false},
                                          {0.05, 1e-11, 4000, 3, false},  {0.5, 1e-11, 400, 5, false},
                                          {1, 1e-11, 50, 5, false},       {1, 1e-11, 50, 0, true}};
    ons_monotone *machine = machine_of(dense_shape(20, 3, 0.01), 8, 1);
    const size_t n = ons_monotone_elements(machine);
    double *z = calloc(n * LANES, sizeof *z), *first = calloc(n, sizeof *first);
    double *h = calloc(n * LANES, sizeof *h);
    ons_monotone_work *work;
    assert_int_equal(ons_monotone_work_create(&work, machine, 5), ONS_OK);
    for (size_t m = 0; m < sizeof how / sizeof how[0]; m++) {
        ons_fixed_point_report report;
        draw_starts(machine, (uint32_t)m, z);
        const ons_status status = ons_monotone_solve(machine, work, &how[m], NULL, LANES, z, NULL, &report);
        if (status) { fail_msg("%s", ons_message()); }
        assert_true(spread(z, n, LANES) < 1e-9);
        ons_monotone_fields(machine, work, z, true, h);
        for (size_t v = 0; v < n; v += 3) { boltzmann_kernels_plain.softmax(3, h + v * LANES, h + v * LANES); }
        for (size_t k = 0; k < n; k++) {
            assert_true(fabs(h[k * LANES] - z[k * LANES]) < 1e-9);
            if (m == 0) { first[k] = z[k * LANES]; }
            assert_true(fabs(first[k] - z[k * LANES]) < 1e-9);
        }
    }
    free(z);
    free(h);
    free(first);
    ons_monotone_work_free(work);
    ons_monotone_free(machine);
}

static void test_the_fixed_point_is_the_minimum_of_the_free_energy(void **state) {
    ons_monotone *machine = machine_of(tiers_shape, 3, 2);
    const size_t n = ons_monotone_elements(machine);
    double *z = calloc(n * LANES, sizeof *z), *other = calloc(n * LANES, sizeof *other);
    double least[LANES], energy[LANES];
    ons_monotone_work *work;
    assert_int_equal(ons_monotone_work_create(&work, machine, 5), ONS_OK);
    draw_starts(machine, 0, z);
    assert_int_equal(
        ons_monotone_solve(machine, work, &(ons_fixed_point){0.125, 1e-11, 400, 5, false}, NULL, LANES, z, NULL, NULL),
        ONS_OK);
    ons_monotone_free_energy(machine, work, z, least);
    draw_starts(machine, 1, other);
    for (size_t k = 0; k < n * LANES; k++) { other[k] = 0.99 * z[k] + 0.01 * other[k]; }
    ons_monotone_free_energy(machine, work, other, energy);
    for (size_t lane = 0; lane < LANES; lane++) { assert_true(energy[lane] > least[lane]); }
    free(z);
    free(other);
    ons_monotone_work_free(work);
    ons_monotone_free(machine);
}

static void test_what_does_not_converge_is_no_answer(void **state) {
    ons_monotone *machine = machine_of(dense_shape(10, 2, 0.01), 8, 1);
    double *z = calloc(20 * LANES, sizeof *z);
    ons_monotone_work *work;
    assert_int_equal(ons_monotone_work_create(&work, machine, 5), ONS_OK);
    draw_starts(machine, 0, z);
    assert_int_equal(
        ons_monotone_solve(machine, work, &(ons_fixed_point){0.125, 1e-11, 1, 0, false}, NULL, LANES, z, NULL, NULL),
        ONS_FAILED);
    assert_non_null(strstr(ons_message(), "the mean-field equations z = softmax(Phi z + b) did not converge to 1e-11"));
    assert_true(isnan(z[0]));
    assert_int_equal(
        ons_monotone_solve(machine, work, &(ons_fixed_point){2, 1e-11, 1, 0, false}, NULL, LANES, z, NULL, NULL),
        ONS_INVALID);
    free(z);
    ons_monotone_work_free(work);
    ons_monotone_free(machine);
}

/* Projection on the simplex (Held, Wolfe and Crowder 1974), by bisection of the threshold. */
static void project(size_t states, const double *y, double *z) {
    double low = -1e9, high = 1e9;
    for (int k = 0; k < 200; k++) {
        const double t = (low + high) / 2;
        double sum = 0;
        for (size_t a = 0; a < states; a++) { sum += fmax(0, y[a * LANES] - t); }
        *(sum > 1 ? &low : &high) = t;
    }
    for (size_t a = 0; a < states; a++) { z[a * LANES] = fmax(0, y[a * LANES] - low); }
}

static void test_the_proximal_step_solves_its_equations(void **state) {
    static const double alphas[] = {1e-9, 1e-4, 0.05, 0.125, 0.5, 0.9, 1 - 1e-12};
    const boltzmann_kernels *kernels[] = {&boltzmann_kernels_plain, boltzmann_kernels_here()};
    ons_random random = ons_random_stream(19, 0, 0);
    double y[20 * LANES], z[20 * LANES], expected[20 * LANES];
    for (size_t round = 0; round < 700; round++) {
        const size_t states = 2 + round % 19;
        const double alpha = alphas[round % 7], width = exp(4 * ons_random_normal(&random));
        for (size_t k = 0; k < states * LANES; k++) { y[k] = width * ons_random_normal(&random); }
        assert_true(kernels[round & 1]->prox(states, alpha, y, z));
        for (size_t lane = 0; lane < LANES; lane++) {
            double sum = 0, nu = 0, mass = 0;
            for (size_t a = 0; a < states; a++) {
                const double p = z[a * LANES + lane];
                assert_true(p >= 0 && p <= 1 + 1e-12);
                sum += p;
                if (p > 1e-8) { /* z - y + alpha (ln z + 1 - z) is the same for all, to rounding */
                    nu += p * (p - y[a * LANES + lane] + alpha * (log(p) + 1 - p));
                    mass += p;
                }
            }
            assert_true(fabs(sum - 1) < 1e-10);
            for (size_t a = 0; a < states; a++) {
                const double p = z[a * LANES + lane];
                const double own = p - y[a * LANES + lane] + alpha * (log(p) + 1 - p);
                if (p > 1e-8) { assert_true(fabs(own - nu / mass) < 1e-10 * (1 + width) + 1e-9 * alpha / p); }
            }
            if (alpha < 1e-8) {
                project(states, y + lane, expected + lane);
                for (size_t a = 0; a < states; a++) {
                    assert_true(fabs(expected[a * LANES + lane] - z[a * LANES + lane]) < 1e-6);
                }
            }
        }
        if (alpha > 0.99) {
            kernels[0]->softmax(states, y, expected);
            for (size_t k = 0; k < states * LANES; k++) { assert_true(fabs(expected[k] - z[k]) < 1e-10); }
        }
    }
}

static void test_kernels_agree(void **state) {
    ons_random random = ons_random_stream(20, 0, 0);
    const boltzmann_kernels *fast = boltzmann_kernels_here(), *plain = &boltzmann_kernels_plain;
    static double x[1000], a[1000], b[1000];
    for (size_t k = 0; k < 1000; k++) { x[k] = 40 * ons_random_normal(&random); }
    fast->sigmoid(999, x, a);
    plain->sigmoid(999, x, b);
    for (size_t k = 0; k < 999; k++) {
        assert_true(fabs(a[k] - b[k]) < 1e-15);
        assert_true(fabs(a[k] - 1 / (1 + exp(-x[k]))) < 1e-15);
    }
    double sum = 0;
    for (size_t k = 0; k < 999; k++) { sum += x[k] > 0 ? x[k] + log1p(exp(-x[k])) : log1p(exp(x[k])); }
    assert_true(fabs(fast->softplus(999, x) - sum) < 1e-9 && fabs(plain->softplus(999, x) - sum) < 1e-9);
    const double big[] = {-1e4, 1e4, 0};
    assert_true(fabs(fast->softplus(3, big) - 1e4 - log(2)) < 1e-12);
}

/* ---- gradients ------------------------------------------------------------------------------------------------- */

typedef struct example_set {
    uint8_t pixel[16 * LANES], seen[16 * LANES], label[LANES];
    double balance[3];
    ons_completion examples;
} example_set;

static void draw_examples(example_set *set, size_t lanes) {
    ons_random random = ons_random_stream(21, 0, 0);
    for (size_t k = 0; k < 16 * LANES; k++) {
        set->pixel[k] = (uint8_t)ons_random_below(&random, 3);
        set->seen[k] = ons_random_below(&random, 5) < 2;
    }
    for (size_t lane = 0; lane < LANES; lane++) { set->label[lane] = (uint8_t)ons_random_below(&random, 5); }
    memcpy(set->balance, (double[]){0.4, 1.1, 1.7}, sizeof set->balance);
    set->examples = (ons_completion){.pixel = set->pixel,
                                     .seen = set->seen,
                                     .label = set->label,
                                     .balance = set->balance,
                                     .lanes = lanes,
                                     .share = 0.4};
}

static double loss_of(ons_monotone *machine, ons_monotone_work *work, const example_set *set, double *z,
                      double *gradient) {
    ons_completion_loss loss = {0};
    assert_int_equal(ons_monotone_refresh(machine), ONS_OK);
    assert_int_equal(ons_monotone_complete(machine, work, &(ons_fixed_point){0.125, 1e-13, 2000, 5, false},
                                           &set->examples, z, &loss, gradient),
                     ONS_OK);
    return (1 - set->examples.share) * loss.reconstruction + set->examples.share * loss.classification;
}

/* Five-point differences of a smooth function: truncation some h^4, rounding some 1e-13/h. */
static double difference(ons_monotone *machine, ons_monotone_work *work, const example_set *set, double *z, size_t k) {
    static const double factor[] = {1, -8, 0, 8, -1};
    double *values = ons_monotone_values(machine), sum = 0;
    const double kept = values[k], h = 1e-3;
    for (int j = 0; j < 5; j++) {
        if (j == 2) { continue; }
        values[k] = kept + (j - 2) * h;
        sum += factor[j] * loss_of(machine, work, set, z, NULL);
    }
    values[k] = kept;
    return sum / (12 * h);
}

static void test_the_implicit_gradient_is_that_of_finite_differences(void **state) {
    example_set set;
    for (uint32_t round = 0; round < 2; round++) { /* the restriction binds for some variables, then for none */
        ons_monotone *machine = machine_of(tiers_shape, round ? 0.3 : 2, 3);
        const size_t count = ons_monotone_count(machine);
        ons_monotone_work *work;
        double *z = calloc(ons_monotone_elements(machine) * LANES, sizeof *z);
        double *gradient = calloc(count, sizeof *gradient);
        assert_int_equal(ons_monotone_work_create(&work, machine, 5), ONS_OK);
        draw_examples(&set, 7);
        loss_of(machine, work, &set, z, gradient);
        double largest = 0;
        for (size_t k = 0; k < count; k++) { largest = fmax(largest, fabs(gradient[k])); }
        assert_true(largest > 1e-2);
        for (size_t k = round; k < count; k += 5) {
            const double expected = difference(machine, work, &set, z, k);
            if (fabs(expected - gradient[k]) > 1e-6 * fmax(1, largest)) {
                fail_msg("parameter %zu of %zu: %.12g, by differences %.12g", k, count, gradient[k], expected);
            }
        }
        free(z);
        free(gradient);
        ons_monotone_work_free(work);
        ons_monotone_free(machine);
    }
}

/* (1 - J Phi) u = e with J and Phi as matrices of one example. */
static void test_the_adjoint_solves_its_equation(void **state) {
    ons_monotone *machine = machine_of(dense_shape(20, 3, 0.01), 8, 4);
    const size_t n = ons_monotone_elements(machine);
    double *z = calloc(3 * n * LANES, sizeof *z), *e = z + n * LANES, *u = e + n * LANES;
    double *h = calloc(2 * n * LANES, sizeof *h), *Jh = h + n * LANES;
    ons_monotone_work *work;
    ons_random random = ons_random_stream(22, 0, 0);
    assert_int_equal(ons_monotone_work_create(&work, machine, 5), ONS_OK);
    draw_starts(machine, 0, z);
    for (size_t k = 0; k < n * LANES; k++) { e[k] = ons_random_normal(&random); }
    assert_int_equal(ons_monotone_adjoint(machine, work, NULL, LANES, z, e, 1e-13, u), ONS_OK);
    ons_monotone_fields(machine, work, u, false, h);
    monotone_jacobian(machine, NULL, z, h, Jh);
    for (size_t k = 0; k < n * LANES; k++) { assert_true(fabs(u[k] - Jh[k] - e[k]) < 1e-9); }
    free(z);
    free(h);
    ons_monotone_work_free(work);
    ons_monotone_free(machine);
}

/* ---- small machines -------------------------------------------------------------------------------------------- */

static void test_without_couplings_mean_field_is_exact(void **state) {
    double couplings[36] = {0}, biases[6], exact[6], z[6], log_partition, residual, sum = 0;
    ons_random random = ons_random_stream(23, 0, 0);
    for (size_t k = 0; k < 6; k++) { biases[k] = ons_random_normal(&random); }
    const ons_potts machine = {2, 3, couplings, biases};
    assert_int_equal(ons_potts_exact(&machine, &log_partition, exact), ONS_OK);
    for (size_t k = 0; k < 6; k++) { z[k] = 1.0 / 3; }
    assert_int_equal(ons_potts_mean_field(&machine, 1, 1e-14, 10, z, &residual), ONS_OK);
    for (size_t k = 0; k < 6; k++) { assert_true(fabs(z[k] - exact[k]) < 1e-12); }
    for (size_t k = 0; k < 9; k++) { sum += exp(biases[k / 3] + biases[3 + k % 3]); }
    assert_true(fabs(log_partition - log(sum)) < 1e-12);
}

/* A chain of 12 Ising variables: ln Z = 12 ln 2 + 11 ln cosh J in +-1; here x' Phi x = J s s', biases 0. */
static void test_exact_sums_give_the_chain(void **state) {
    enum { N = 12 };
    static double couplings[4 * N * N];
    double biases[2 * N] = {0}, marginals[2 * N], log_partition;
    const double J = 0.7;
    for (size_t i = 0; i + 1 < N; i++) {
        for (size_t a = 0; a < 2; a++) {
            for (size_t b = 0; b < 2; b++) {
                couplings[(2 * i + a) * 2 * N + 2 * (i + 1) + b] = a == b ? J : -J;
                couplings[(2 * (i + 1) + b) * 2 * N + 2 * i + a] = a == b ? J : -J;
            }
        }
    }
    const ons_potts machine = {N, 2, couplings, biases};
    assert_int_equal(ons_potts_exact(&machine, &log_partition, marginals), ONS_OK);
    assert_true(fabs(log_partition - N * log(2) - (N - 1) * log(cosh(J))) < 1e-11);
    for (size_t k = 0; k < 2 * N; k++) { assert_true(fabs(marginals[k] - 0.5) < 1e-12); }
    assert_int_equal(ons_potts_exact(&(ons_potts){30, 2, couplings, biases}, &log_partition, NULL), ONS_INVALID);
}

static void test_shapes_that_are_none_are_refused(void **state) {
    ons_monotone *machine;
    ons_monotone_shape shape = tiers_shape;
    shape.kernel[0][0] = 2;
    assert_int_equal(ons_monotone_create(&machine, &shape), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "even size 2"));
    shape = tiers_shape;
    shape.margin = 0;
    assert_int_equal(ons_monotone_create(&machine, &shape), ONS_INVALID);
    shape = tiers_shape;
    shape.tier[1].channels = 5;
    assert_int_equal(ons_monotone_create(&machine, &shape), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "no multiple of its 2 states"));
    shape = tiers_shape;
    shape.kernel[0][1] = 3;
    assert_int_equal(ons_monotone_create(&machine, &shape), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "no whole stride"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_couplings_are_those_of_the_definition),
        cmocka_unit_test(test_there_is_one_fixed_point_whatever_the_start_and_the_method),
        cmocka_unit_test(test_the_fixed_point_is_the_minimum_of_the_free_energy),
        cmocka_unit_test(test_what_does_not_converge_is_no_answer),
        cmocka_unit_test(test_the_proximal_step_solves_its_equations),
        cmocka_unit_test(test_kernels_agree),
        cmocka_unit_test(test_the_implicit_gradient_is_that_of_finite_differences),
        cmocka_unit_test(test_the_adjoint_solves_its_equation),
        cmocka_unit_test(test_without_couplings_mean_field_is_exact),
        cmocka_unit_test(test_exact_sums_give_the_chain),
        cmocka_unit_test(test_shapes_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
