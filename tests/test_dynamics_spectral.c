/*
 * Periodic fields by ETDRK4: against closed forms, the reference values of the learning papers, and its own order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_sf_bessel.h>
#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static ons_spectral *line(ons_spectral_equation equation, size_t points, double length, double step, double kept) {
    ons_spectral *made;
    const ons_spectral_options how = {{points, 0}, {length, 0}, step, kept};
    if (ons_spectral_create(&made, &equation, &how)) { fail_msg("%s", ons_message()); }
    return made;
}

static void start(ons_spectral *field, size_t points, double left, double length, double (*u)(double)) {
    double *values = malloc(points * sizeof *values);
    for (size_t i = 0; i < points; i++) { values[i] = u(left + length * (double)i / (double)points); }
    ons_spectral_set(field, values);
    free(values);
}

static double rms(ons_spectral *field, size_t points) {
    double *values = malloc(points * sizeof *values), sum = 0;
    ons_spectral_get(field, values);
    for (size_t i = 0; i < points; i++) { sum += values[i] * values[i]; }
    free(values);
    return sqrt(sum / (double)points);
}

static double at(const ons_spectral *field, double left, double x) {
    const double place = x - left;
    return ons_spectral_value(field, &place);
}

static void go(ons_spectral *field, double time) {
    if (ons_spectral_advance(field, time)) { fail_msg("%s", ons_message()); }
}

/* ---- closed forms ---------------------------------------------------------------------------------------------------
 */

/* A wave that travels and decays: the symbol is complex and the steps are exact, however long. */
static void travelling_symbol(const void *data, const double *k, double *symbol) {
    symbol[0] = -0.1 * k[0] * k[0];
    symbol[1] = -3 * k[0];
}

static void linear_part_is_exact(void **state) {
    ons_spectral *field = line((ons_spectral_equation){1, NULL, travelling_symbol, NULL}, 64, 2 * PI, 10, 0);
    double values[64];
    for (size_t i = 0; i < 64; i++) { values[i] = 1 + cos(2 * PI * (double)i / 64) + sin(6 * PI * (double)i / 64); }
    ons_spectral_set(field, values);
    go(field, 1.7);
    for (double x = 0; x < 6; x += 0.37) {
        const double there = x - 3 * 1.7, exact = 1 + exp(-0.17) * cos(there) + exp(-9 * 0.17) * sin(3 * there);
        assert_true(fabs(ons_spectral_value(field, &x) - exact) < 1e-13);
    }
    ons_spectral_free(field);
}

/* Constant terms integrate to (exp(L t) - 1)/L: the weights of one step add up to it for every L, from cancellation to
 * overflow of the stiffness. */
static void constant_rest(const void *data, ons_spectral *field, const double *waves, double *change) {
    memset(change, 0, 2 * ons_spectral_modes(field) * sizeof *change);
    change[0] = 1;
}
static void one_rate(const void *data, const double *k, double *symbol) { symbol[0] = *(const double *)data; }

static void constant_force_is_exact(void **state) {
    for (double size = 1e-9; size < 1e5; size *= 3.7) {
        const double rate = -size;
        ons_spectral *field = line((ons_spectral_equation){1, &rate, one_rate, constant_rest}, 4, 1, 1, 0);
        go(field, 1);
        assert_true(fabs(ons_spectral_waves(field)[0] / (expm1(rate) / rate) - 1) < 1e-12);
        ons_spectral_free(field);
    }
}

/* The quotient of Fourier series with scaled Bessel functions, where it does not cancel. */
static double bessel_series(double nu, double x, double t) {
    double over = 0, under = gsl_sf_bessel_In_scaled(0, 1 / (2 * nu));
    for (int n = 1; n < 80; n++) {
        const double term = gsl_sf_bessel_In_scaled(n, 1 / (2 * nu)) * exp(-n * n * nu * t);
        over += n * term * sin(n * x);
        under += 2 * term * cos(n * x);
    }
    return 4 * nu * over / under;
}

static void burgers_by_heat_kernel_and_series(void **state) {
    for (double x = 0.1; x < 6.2; x += 0.3) {
        for (double t = 0.2; t < 4; t *= 2) {
            assert_true(fabs(ons_burgers_sine(0.2, 0, 1, x, t) - bessel_series(0.2, x, t)) < 1e-12);
        }
        /* Argument 50: the sums of the series fall to exp(-100) at the shock, and keep their digits far from it only.
         */
        if (fabs(x - PI) > 2.3) {
            assert_true(fabs(ons_burgers_sine(0.01, 0, 1, x, 1) - bessel_series(0.01, x, 1)) < 1e-9);
        }
    }
    assert_true(fabs(ons_burgers_sine(0.01, 0, 1, 1, 1e-9) - sin(1)) < 1e-8);
    assert_true(fabs(ons_burgers_sine(0.01, 0.5, -1, 1, 0.3) - ons_burgers_sine(0.01, 0.5, 1, 1 + PI, 0.3)) < 1e-12);
}

static double sine(double x) { return sin(x); }
static double sine_and_three(double x) { return 3 + sin(x); }

/* Lagrangian PINN, L7: Cole-Hopf, and its Galilean image; after the breaking time of the inviscid equation. */
static void burgers_meets_cole_hopf_and_galilei(void **state) {
    for (int moving = 0; moving < 2; moving++) {
        const ons_burgers constants = {0.01, moving ? 3 : 0};
        ons_spectral *field = line(ons_burgers_equation(&constants), 2048, 2 * PI, 2e-4, 2. / 3);
        start(field, 2048, 0, 2 * PI, moving ? sine_and_three : sine);
        double worst = 0;
        for (int times = 1; times <= 4; times++) {
            go(field, 0.5);
            for (double x = 0; x < 6.28; x += 0.031) {
                const double exact = ons_burgers_sine(0.01, moving ? 3 : 0, 1, x, 0.5 * times);
                worst = fmax(worst, fabs(ons_spectral_value(field, &x) - exact));
            }
        }
        print_message("Burgers, mean %d: largest error %.2g\n", moving ? 3 : 0, worst);
        assert_true(worst < 1e-8);
        ons_spectral_free(field);
    }
}

/* ---- reference values -----------------------------------------------------------------------------------------------
 */

static double parabola(double x) { return x * x * cos(PI * x); }
static double minus_sine(double x) { return -sin(PI * x); }
static double skewed(double x) { return cos(x) * (1 + sin(x)); }

/* Causal PINN, P9; the stated tolerance is 1e-4. */
static void allen_cahn_reference(void **state) {
    const ons_allen_cahn constants = {1e-4, 5};
    ons_spectral *field = line(ons_allen_cahn_equation(&constants, 1), 512, 2, 1e-3, 0);
    start(field, 512, -1, 2, parabola);
    go(field, 0.5);
    assert_true(fabs(rms(field, 512) - 0.690648) < 1e-5 && fabs(at(field, -1, -0.25) - 0.473832) < 1e-5);
    go(field, 0.5);
    assert_true(fabs(rms(field, 512) - 0.935334) < 1e-5 && fabs(at(field, -1, -0.5) + 0.06408) < 1e-4);
    assert_true(fabs(at(field, -1, -0.25) - 0.988475) < 1e-5 && fabs(at(field, -1, 0) - 0.029580) < 1e-5);
    ons_spectral_free(field);
}

/* P10: regular to 1e-5; chaotic to 1e-5 at t = 0.5 and 1e-4 at t = 1. */
static void kuramoto_sivashinsky_reference(void **state) {
    const ons_kuramoto_sivashinsky regular = {5, 0.5, 0.005}, chaotic = {100. / 16, 100. / 256, 100. / 65536};
    ons_spectral *field = line(ons_kuramoto_sivashinsky_equation(&regular), 256, 2, 1e-4, 2. / 3);
    start(field, 256, -1, 2, minus_sine);
    go(field, 0.5);
    print_message("regular: %.7f %.7f\n", rms(field, 256), at(field, -1, 0.5));
    assert_true(fabs(rms(field, 256) - 1.072735) < 1e-5 && fabs(at(field, -1, 0.5) + 1.419180) < 1e-5);
    go(field, 0.5);
    assert_true(fabs(rms(field, 256) - 1.215627) < 1e-5 && fabs(at(field, -1, 0.25) + 1.476363) < 1e-5);
    ons_spectral_free(field);
    field = line(ons_kuramoto_sivashinsky_equation(&chaotic), 256, 2 * PI, 1e-4, 2. / 3);
    start(field, 256, 0, 2 * PI, skewed);
    go(field, 0.5);
    print_message("chaotic: %.7f %.7f\n", rms(field, 256), at(field, 0, 0));
    assert_true(fabs(rms(field, 256) - 1.227230) < 1e-5 && fabs(at(field, 0, 0) + 0.913150) < 1e-5);
    go(field, 0.5);
    assert_true(fabs(rms(field, 256) - 1.18147) < 1e-4);
    ons_spectral_free(field);
}

/* ---- vorticity ------------------------------------------------------------------------------------------------------
 */

static ons_spectral *plane(ons_spectral_equation equation, size_t points, double step) {
    ons_spectral *made;
    const ons_spectral_options how = {{points, points}, {2 * PI, 2 * PI}, step, 2. / 3};
    if (ons_spectral_create(&made, &equation, &how)) { fail_msg("%s", ons_message()); }
    return made;
}

/* Some waves of different directions and phases. */
static void stir(ons_spectral *field, size_t points) {
    double *w = malloc(points * points * sizeof *w);
    for (size_t i = 0; i < points * points; i++) {
        const double x = 2 * PI * (double)(i / points) / (double)points;
        const double y = 2 * PI * (double)(i % points) / (double)points;
        w[i] = cos(x + 2 * y) + sin(3 * x - y + 0.4) + 0.7 * cos(2 * x + 0.3) - 0.5 * sin(2 * y - x);
    }
    ons_spectral_set(field, w);
    free(w);
}

/* Taylor and Green: decays by exp(-2 nu t); the flow of Kolmogorov's force rests at F/(nu k^2 + drag). */
static void vorticity_closed_forms(void **state) {
    enum { N = 16 };
    const ons_vorticity decay = {.viscosity = 0.05}, forced = {0.5, 0.25, 2, 3};
    double w[N * N], u[N * N], v[N * N];
    ons_spectral *field = plane(ons_vorticity_equation(&decay), N, 0.1);
    for (size_t i = 0; i < N * N; i++) {
        w[i] = 2 * cos(2 * PI * (double)(i / N) / N) * cos(2 * PI * (double)(i % N) / N);
    }
    ons_spectral_set(field, w);
    go(field, 2);
    ons_vorticity_velocity(field, u, v);
    ons_spectral_get(field, w);
    for (size_t i = 0; i < N * N; i++) {
        const double x = 2 * PI * (double)(i / N) / N, y = 2 * PI * (double)(i % N) / N;
        assert_true(fabs(w[i] - 2 * exp(-0.2) * cos(x) * cos(y)) < 1e-13);
        assert_true(fabs(u[i] + exp(-0.2) * cos(x) * sin(y)) < 1e-13);
        assert_true(fabs(v[i] - exp(-0.2) * sin(x) * cos(y)) < 1e-13);
    }
    ons_spectral_free(field);
    field = plane(ons_vorticity_equation(&forced), N, 0.5);
    go(field, 20);
    ons_spectral_get(field, w);
    for (size_t i = 0; i < N * N; i++) {
        assert_true(fabs(w[i] - 2 / (0.5 * 9 + 0.25) * cos(6 * PI * (double)(i % N) / N)) < 1e-12);
    }
    ons_spectral_free(field);
}

/* Without viscosity energy and enstrophy stay: what is left is the error of the steps. */
static void inviscid_flow_keeps_energy_and_enstrophy(void **state) {
    enum { N = 32 };
    const ons_vorticity none = {0};
    ons_spectral *field = plane(ons_vorticity_equation(&none), N, 0.005);
    stir(field, N);
    double first[2] = {0}, last[2] = {0}, moved = 0;
    double *before = malloc(2 * ons_spectral_modes(field) * sizeof *before), *waves = ons_spectral_waves(field);
    memcpy(before, waves, 2 * ons_spectral_modes(field) * sizeof *before);
    go(field, 2);
    for (size_t m = 1; m < ons_spectral_modes(field); m++) {
        const double both = m % (N / 2 + 1) == 0 ? 1 : 2, k = ons_spectral_squares(field)[m];
        const double was = both * (pow(before[2 * m], 2) + pow(before[2 * m + 1], 2));
        const double is = both * (pow(waves[2 * m], 2) + pow(waves[2 * m + 1], 2));
        first[0] += was, first[1] += was / k, last[0] += is, last[1] += is / k;
        moved += fabs(was - is);
    }
    print_message("enstrophy %.3g, energy %.3g relative; moved %.3g\n", last[0] / first[0] - 1, last[1] / first[1] - 1,
                  moved / first[0]);
    assert_true(fabs(last[0] / first[0] - 1) < 1e-8 && fabs(last[1] / first[1] - 1) < 1e-8);
    assert_true(moved / first[0] > 0.3);
    free(before);
    ons_spectral_free(field);
}

/* ---- order ----------------------------------------------------------------------------------------------------------
 */

static double distance(ons_spectral *one, ons_spectral *other) {
    double sum = 0, *a = ons_spectral_waves(one), *b = ons_spectral_waves(other);
    for (size_t i = 0; i < 2 * ons_spectral_modes(one); i++) { sum += (a[i] - b[i]) * (a[i] - b[i]); }
    return sqrt(sum);
}

/* log2 of what halving the step does to the error, against steps 16 times shorter; the steps are whole parts of the
 * time. `start_field` makes the field with a given step at its start. */
static double order(ons_spectral *(*start_field)(double step), double time, double step) {
    ons_spectral *field[3];
    const double steps[] = {step, step / 2, step / 16};
    for (int i = 0; i < 3; i++) {
        field[i] = start_field(steps[i]);
        go(field[i], time);
    }
    const double coarse = distance(field[0], field[2]), fine = distance(field[1], field[2]);
    for (int i = 0; i < 3; i++) { ons_spectral_free(field[i]); }
    print_message("errors %.3g and %.3g: order %.2f\n", coarse, fine, log2(coarse / fine));
    return log2(coarse / fine);
}

static const ons_allen_cahn ordered_phase = {0.01, 5};
static const ons_kuramoto_sivashinsky waves_of_flame = {1, 1, 1};
static const ons_burgers viscous = {0.1, 0.3};
static const ons_vorticity decaying = {.viscosity = 0.02};

static ons_spectral *start_allen_cahn(double step) {
    ons_spectral *field = line(ons_allen_cahn_equation(&ordered_phase, 1), 128, 2, step, 0);
    start(field, 128, -1, 2, parabola);
    return field;
}
static double flame(double x) { return cos(x / 16) * (1 + sin(x / 16)); }
static ons_spectral *start_flame(double step) {
    ons_spectral *field = line(ons_kuramoto_sivashinsky_equation(&waves_of_flame), 128, 32 * PI, step, 2. / 3);
    start(field, 128, 0, 32 * PI, flame);
    return field;
}
static ons_spectral *start_burgers(double step) {
    ons_spectral *field = line(ons_burgers_equation(&viscous), 128, 2 * PI, step, 2. / 3);
    start(field, 128, 0, 2 * PI, sine);
    return field;
}
static ons_spectral *start_vorticity(double step) {
    ons_spectral *field = plane(ons_vorticity_equation(&decaying), 32, step);
    stir(field, 32);
    return field;
}

static void order_is_four(void **state) {
    assert_true(fabs(order(start_allen_cahn, 1, 1. / 64) - 4) < 0.25);
    assert_true(fabs(order(start_flame, 10, 1. / 64) - 4) < 0.25);
    assert_true(fabs(order(start_burgers, 1, 1. / 64) - 4) < 0.25);
    assert_true(fabs(order(start_vorticity, 1, 1. / 32) - 4) < 0.25);
}

/* ---- conduct --------------------------------------------------------------------------------------------------------
 */

static void spectrum_is_the_whole_state(void **state) {
    ons_spectral *one = start_vorticity(0.01), *other = start_vorticity(0.01);
    const size_t bytes = 2 * ons_spectral_modes(one) * sizeof(double);
    go(one, 0.2);
    memcpy(ons_spectral_waves(other), ons_spectral_waves(one), bytes);
    go(one, 0.3);
    go(other, 0.3);
    assert_memory_equal(ons_spectral_waves(one), ons_spectral_waves(other), bytes);
    ons_spectral_free(one);
    ons_spectral_free(other);
}

static double two(double x) { return 2 + 0 * x; }

static void refusals_and_blow_up(void **state) {
    const ons_allen_cahn unstable = {1, -1};
    const ons_spectral_equation equation = ons_allen_cahn_equation(&unstable, 1);
    const ons_spectral_options wrong[] = {{{7}, {1}, 1, 0}, {{2}, {1}, 1, 0},   {{8}, {0}, 1, 0},
                                          {{8}, {1}, 0, 0}, {{8}, {1}, 1, 1.5}, {{8}, {INFINITY}, 1, 0}};
    ons_spectral *field;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ons_spectral_create(&field, &equation, &wrong[i]), ONS_INVALID);
        assert_null(field);
    }
    field = line(equation, 8, 1, 0.01, 0);
    start(field, 8, 0, 1, two);
    assert_int_equal(ons_spectral_advance(field, -1), ONS_INVALID);
    assert_int_equal(ons_spectral_advance(field, 5), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "not finite"));
    ons_spectral_free(field);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_part_is_exact),
        cmocka_unit_test(constant_force_is_exact),
        cmocka_unit_test(burgers_by_heat_kernel_and_series),
        cmocka_unit_test(burgers_meets_cole_hopf_and_galilei),
        cmocka_unit_test(allen_cahn_reference),
        cmocka_unit_test(kuramoto_sivashinsky_reference),
        cmocka_unit_test(vorticity_closed_forms),
        cmocka_unit_test(inviscid_flow_keeps_energy_and_enstrophy),
        cmocka_unit_test(order_is_four),
        cmocka_unit_test(spectrum_is_the_whole_state),
        cmocka_unit_test(refusals_and_blow_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
