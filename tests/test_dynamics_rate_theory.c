/*
 * Mean-field theory of rate networks against nested quadratures, closed forms of erf and of the onset, its own equation
 * of motion; linear forms against sums over frequencies; Lyapunov equations against what they must fulfil.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <complex.h>
#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

#define assert_near(a, b, tolerance) assert_true(fabs((double)(a) - (double)(b)) <= (tolerance))

static const double pi = 3.14159265358979323846;

static ons_rate_theory solve(ons_rate_activation phi, double gain) {
    ons_rate_theory theory;
    if (ons_rate_theory_solve(&theory, phi, gain)) { fail_msg("%s", ons_message()); }
    return theory;
}

/* <erf erf> of a Gaussian pair is 2/pi asin(...) (Williams 1997). */
static double erf_average(double variance, double covariance) {
    const double k = pi / 2; /* twice the square of sqrt(pi)/2 */
    return 2 / pi * asin(k * covariance / (1 + k * variance));
}

static void test_quadrature_meets_the_closed_form_of_erf(void **unused) {
    const double variances[] = {0.01, 1, 7, 200};
    for (int v = 0; v < 4; v++) {
        for (double share = -1; share <= 1; share += 0.25) {
            const double variance = variances[v], covariance = share * variance;
            assert_near(ons_rate_average(ONS_RATE_ERF, variance, covariance), erf_average(variance, covariance), 1e-11);
        }
    }
}

/* Along the separatrix <phi phi'> must be what the quadratures give for the C_x found, and C'^2 = -2 V with V by
 * integrating them; V(c0) = 0. */
static void check_separatrix(ons_rate_activation phi, double gain) {
    ons_rate_theory theory = solve(phi, gain);
    for (size_t k = 0; k < theory.count; k += theory.count / 9) {
        const double expected = phi == ONS_RATE_ERF ? erf_average(theory.variance, theory.x[k])
                                                    : ons_rate_average(phi, theory.variance, theory.x[k]);
        assert_near(theory.phi[k], expected, 1e-9);
    }
    /* C'' = C - g^2 C_phi by differences of sixth order */
    for (size_t k = 10; k < theory.count && theory.x[k] > 1e-3 * theory.variance; k += 7) {
        const double *c = theory.x + k, h = theory.step;
        const double second = (2 * (c[3] + c[-3]) - 27 * (c[2] + c[-2]) + 270 * (c[1] + c[-1]) - 490 * c[0]) / 180;
        assert_near(second / (h * h), c[0] - gain * gain * theory.phi[k], 1e-5 * gain * gain);
    }
    /* V(c0) = 0, by Simpson's rule */
    double area = 0;
    const int parts = 400;
    for (int k = 0; k <= parts; k++) {
        const double share = (double)k / parts, c = theory.variance * (1 - (1 - share) * (1 - share));
        const double weight = k == 0 || k == parts ? 1 : k % 2 ? 4 : 2;
        const double value =
            phi == ONS_RATE_ERF ? erf_average(theory.variance, c) : ons_rate_average(phi, theory.variance, c);
        area += weight * value * 2 * theory.variance * (1 - share) / (3.0 * parts);
    }
    assert_near(gain * gain * area / (theory.variance * theory.variance / 2), 1, 1e-6);
    ons_rate_theory_free(&theory);
}

static void test_separatrix_fulfils_its_equations(void **unused) {
    check_separatrix(ONS_RATE_TANH, 1.5);
    check_separatrix(ONS_RATE_TANH, 3);
    check_separatrix(ONS_RATE_ERF, 3);
    check_separatrix(ONS_RATE_ERF, 12);
}

/* The numbers of the specification, by another program. */
static void test_gain_three(void **unused) {
    ons_rate_theory theory = solve(ONS_RATE_TANH, 3);
    double phi, x, sum = 0;
    assert_near(theory.variance, 5.446, 5e-4);
    assert_near(theory.activity, 0.6806, 5e-5);
    assert_near(theory.slope, 0.3194, 5e-5);
    assert_near(theory.nu, 0.918, 5e-4);
    assert_int_equal(ons_rate_dimension(&theory, &phi, &x), ONS_OK);
    assert_near(phi, 0.0445, 5e-4);
    for (size_t f = 0; f < theory.frequencies; f++) {
        sum += (f ? 2 : 1) * theory.phi_spectrum[f] * theory.frequency_step / (2 * pi);
        assert_true(ons_rate_noise(&theory, f) > -1e-12);
    }
    assert_near(sum, theory.activity, 1e-9);
    ons_rate_theory_free(&theory);
}

static void test_infinite_gain(void **unused) {
    ons_rate_theory theory = solve(ONS_RATE_TANH, INFINITY);
    double phi, x;
    assert_near(theory.variance, 2 * (1 - 2 / pi), 1e-15);
    assert_near(theory.nu, 2 / (pi * theory.variance), 1e-14);
    assert_int_equal(ons_rate_dimension(&theory, &phi, &x), ONS_OK);
    assert_near(phi, 0.126, 0.001);
    assert_near(x, 0.0602, 0.0001);
    /* a large gain comes near it */
    ons_rate_theory large = solve(ONS_RATE_TANH, 20);
    assert_near(large.variance / 400, theory.variance, 0.005);
    assert_near(large.nu, theory.nu, 0.003);
    ons_rate_theory_free(&large);
    ons_rate_theory_free(&theory);
}

static void test_onset(void **unused) {
    const double epsilon = 0.01;
    ons_rate_theory theory = solve(ONS_RATE_TANH, 1 + epsilon);
    double phi, x;
    for (size_t k = 0; k < theory.count; k += 50) {
        const double tau = (double)k * theory.step;
        assert_near(theory.x[k], epsilon / cosh(epsilon * tau / sqrt(3)), 0.02 * epsilon);
    }
    assert_int_equal(ons_rate_dimension(&theory, &phi, &x), ONS_OK);
    assert_near(pow(epsilon, 3) / phi, 4.27, 0.3); /* the next order: 22 epsilon */
    ons_rate_theory_free(&theory);
}

static void test_refusals(void **unused) {
    ons_rate_theory theory;
    assert_int_equal(ons_rate_theory_solve(&theory, ONS_RATE_TANH, 1), ONS_INVALID);
    assert_int_equal(ons_rate_theory_solve(&theory, ONS_RATE_TANH, 0.5), ONS_INVALID);
    assert_int_equal(ons_rate_theory_solve(&theory, ONS_RATE_TANH, NAN), ONS_INVALID);
    assert_int_equal(ons_rate_theory_solve(&theory, ONS_RATE_LINEAR, 3), ONS_INVALID);
}

/* ---- matrices -------------------------------------------------------------------------------------------------------
 */

static double *random_matrix(size_t n, double gain) {
    double *J = ONS_NEW(double, n *n);
    ons_random random = ons_random_stream(7, 0, 0);
    for (size_t i = 0; i < n * n; i++) { J[i] = gain / sqrt((double)n) * ons_random_normal(&random); }
    return J;
}

static void test_lyapunov_equation_is_fulfilled(void **unused) {
    enum { n = 40 };
    double *A = random_matrix(n, 0.8), *Q = random_matrix(n, 1), X[n * n];
    for (int i = 0; i < n; i++) {
        A[i * n + i] -= 1.3;
        for (int k = 0; k < i; k++) { Q[i * n + k] = Q[k * n + i]; }
    }
    assert_int_equal(ons_lyapunov_equation(n, A, Q, X), ONS_OK);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            double sum = Q[i * n + k];
            for (int l = 0; l < n; l++) { sum += A[i * n + l] * X[l * n + k] + X[i * n + l] * A[k * n + l]; }
            assert_near(sum, 0, 1e-10);
        }
    }
    for (int i = 0; i < n; i++) { A[i * n + i] += 3; } /* not stable any more */
    assert_int_equal(ons_lyapunov_equation(n, A, Q, X), ONS_FAILED);
    free(A);
    free(Q);
}

/* Gauss and Jordan with pivots: inverse of M, which is destroyed. */
static void invert(size_t n, double complex *M, double complex *inverse) {
    for (size_t i = 0; i < n * n; i++) { inverse[i] = i / n == i % n; }
    for (size_t c = 0; c < n; c++) {
        size_t best = c;
        for (size_t i = c; i < n; i++) { best = cabs(M[i * n + c]) > cabs(M[best * n + c]) ? i : best; }
        for (size_t k = 0; k < n; k++) {
            double complex keep = M[c * n + k];
            M[c * n + k] = M[best * n + k];
            M[best * n + k] = keep;
            keep = inverse[c * n + k];
            inverse[c * n + k] = inverse[best * n + k];
            inverse[best * n + k] = keep;
        }
        const double complex pivot = M[c * n + c];
        for (size_t k = 0; k < n; k++) {
            M[c * n + k] /= pivot;
            inverse[c * n + k] /= pivot;
        }
        for (size_t i = 0; i < n; i++) {
            const double complex factor = M[i * n + c];
            for (size_t k = 0; k < n && i != c; k++) {
                M[i * n + k] -= factor * M[c * n + k];
                inverse[i * n + k] -= factor * inverse[c * n + k];
            }
        }
    }
}

/* C = int dw/2pi n(w) G G^+, G = (1 - S J)^-1, S = a/(1 + iw), as it is written. */
static void test_linear_form_is_the_integral_over_frequencies(void **unused) {
    enum { n = 12 };
    ons_rate_theory theory = solve(ONS_RATE_TANH, 3);
    double *J = random_matrix(n, 2.2), C[n * n], expected[n * n] = {0};
    double complex M[n * n], G[n * n];
    const size_t stride = 4; /* the frequencies are eight times denser than needed */
    for (size_t f = 0; f < theory.frequencies && (double)f * theory.frequency_step < 25; f += stride) {
        const double complex S = theory.slope / (1 + I * ((double)f * theory.frequency_step));
        const double weight =
            ons_rate_noise(&theory, f) * (f ? 2 : 1) * (double)stride * theory.frequency_step / (2 * pi);
        for (size_t i = 0; i < n * n; i++) { M[i] = (i / n == i % n) - S * J[i]; }
        invert(n, M, G);
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < n; k++) {
                for (size_t l = 0; l < n; l++) {
                    expected[i * n + k] += weight * creal(G[i * n + l] * conj(G[k * n + l]));
                }
            }
        }
    }
    assert_int_equal(ons_rate_linear(&theory, n, J, C), ONS_OK);
    for (size_t i = 0; i < n * n; i++) { assert_near(C[i], expected[i], 1e-9); }
    free(J);
    ons_rate_theory_free(&theory);
}

/* The Fourier integral of white networks is the Lyapunov equation; and the participation ratio of large ones at a
 * frequency is (1 - g^2/(1 + w^2))^2 (Hu and Sompolinsky 2022), within 5 % at N = 200. */
static void test_white_networks(void **unused) {
    enum { n = 200 };
    double *J = random_matrix(n, 0.5), trace, square;
    for (int w = 0; w < 3; w++) {
        assert_int_equal(ons_rate_white(n, 1, J, w, &trace, &square), ONS_OK);
        const double expected = pow(1 - 0.25 / (1 + w * w), 2);
        assert_near(trace * trace / (n * square), expected, 0.05 * expected);
    }
    free(J);
}

static void test_matrices_compare(void **unused) {
    double *A = random_matrix(10, 1), B[100];
    for (int i = 0; i < 100; i++) { B[i] = i / 10 == i % 10 ? 77 : A[i] / 2; }
    const ons_matrix_match match = ons_match_matrices(10, A, B);
    assert_near(match.correlation, 1, 1e-12);
    assert_near(match.slope, 2, 1e-12);
    double C[9] = {2, 0, 0, 0, 2, 0, 0, 0, 2}, D[4] = {1, 1, 1, 1};
    assert_near(ons_participation(3, C, C), 1, 1e-15);
    assert_near(ons_participation(2, D, D), 0.5, 1e-15);
    free(A);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quadrature_meets_the_closed_form_of_erf),
        cmocka_unit_test(test_separatrix_fulfils_its_equations),
        cmocka_unit_test(test_gain_three),
        cmocka_unit_test(test_infinite_gain),
        cmocka_unit_test(test_onset),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lyapunov_equation_is_fulfilled),
        cmocka_unit_test(test_linear_form_is_the_integral_over_frequencies),
        cmocka_unit_test(test_white_networks),
        cmocka_unit_test(test_matrices_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
