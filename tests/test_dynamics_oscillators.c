/*
 * Rings of phase oscillators: a step against a scalar one written from the equation, with the words of ons_random; the
 * width of the linear chain against its exact value, with time steps and without; orders of convergence; kernels, lanes
 * and parts of steps against each other; two oscillators of known difference.
 *
 * Statistical deviations count in standard errors of independent rings: limit 6.5, false alarms below 1e-9 each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/dynamics.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static const ons_oscillator_options standard = {.sites = 37,
                                                .coupling = 0.9,
                                                .non_oddity = 0.4,
                                                .noise = 0.3,
                                                .step = 0.05,
                                                .key = 0x123456789abcdef0,
                                                .purpose = 5,
                                                .replica = {0, 1, 2, 3, 4, 5, 6, 7}};

static ons_oscillators *make(const ons_oscillator_options *options, const double *frequency) {
    ons_oscillators *ring = NULL;
    if (ons_oscillators_create(&ring, options, frequency) != ONS_OK) { fail_msg("%s", ons_message()); }
    return ring;
}

static double *array(size_t sites) {
    double *result = aligned_alloc(64, sites * sizeof(double[ONS_LANES]));
    assert_non_null(result);
    return result;
}

static void assert_close(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) { fail_msg("%.17g instead of %.17g", value, expected); }
}

/* ---- the numbers ------------------------------------------------------------------------------------------------- */

/* Box and Muller on the words of the stream, in double precision. */
static double normal_of(const ons_oscillator_options *o, unsigned lane, uint64_t step, size_t site) {
    ons_random random = ons_random_stream(o->key, o->replica[lane], o->purpose);
    ons_random_seek(&random, 4 * (step * ((o->sites + 3) / 4)) + (site & ~(size_t)1));
    const double u = (ons_random_32(&random) + 0.5) * 0x1p-32;
    const double angle = 2 * PI * ons_random_32(&random) * 0x1p-32;
    return sqrt(-2 * log(u)) * (site & 1 ? sin(angle) : cos(angle));
}

static void test_normal_numbers_come_from_the_words_of_site_and_step(void **state) {
    ons_oscillators *ring = make(&standard, NULL);
    double *normals = array(standard.sites);
    static const uint64_t steps[] = {0, 1, 77, 1000000, (uint64_t)1 << 33};
    for (size_t s = 0; s < 5; s++) {
        ons_oscillators_normals(ring, steps[s], normals);
        for (size_t i = 0; i < standard.sites; i++) {
            for (unsigned l = 0; l < ONS_LANES; l++) {
                assert_close(normals[i * ONS_LANES + l], normal_of(&standard, l, steps[s], i), 2e-6);
            }
        }
    }
    free(normals);
    ons_oscillators_free(ring);
}

static void test_normal_numbers_have_the_moments_of_the_normal_law(void **state) {
    static const double exact[] = {1, 0, 1, 0, 3, 0, 15, 0, 105}; /* variances of x^n: (2n-1)!! - ((n-1)!!)^2 */
    ons_oscillator_options options = standard;
    options.sites = 1000;
    ons_oscillators *ring = make(&options, NULL);
    double *normals = array(options.sites), sums[5] = {0}, neighbours = 0;
    const uint64_t steps = 250;
    for (uint64_t s = 0; s < steps; s++) {
        ons_oscillators_normals(ring, s, normals);
        for (size_t i = 0; i < options.sites * ONS_LANES; i++) {
            for (int n = 1; n <= 4; n++) { sums[n] += pow(normals[i], n); }
            if (i >= ONS_LANES) { neighbours += normals[i] * normals[i - ONS_LANES]; }
        }
    }
    const double count = (double)steps * (double)options.sites * ONS_LANES;
    for (int n = 1; n <= 4; n++) {
        const double error = sqrt((exact[2 * n] - exact[n] * exact[n]) / count);
        assert_close(sums[n] / count, exact[n], 6.5 * error);
    }
    assert_close(neighbours / count, 0, 6.5 / sqrt(count));
    free(normals);
    ons_oscillators_free(ring);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* The drift of a ring, by libm. */
static void drift(const ons_oscillator_options *o, const double *phase, const double *omega, double *f) {
    const size_t L = o->sites;
    for (size_t i = 0; i < L; i++) {
        f[i] = omega[i];
        const double x[] = {phase[(i + 1) % L] - phase[i], phase[(i + L - 1) % L] - phase[i]};
        for (int k = 0; k < 2; k++) {
            const double d = o->non_oddity;
            f[i] += o->coupling * (o->bonds == ONS_BONDS_EXPANDED ? x[k] * cos(d) - x[k] * x[k] * sin(d) / 2
                                                                  : sin(x[k] + d) - sin(d));
        }
    }
}

/* One step of a scheme on one ring; kick: what the noise adds. */
static void scalar_step(const ons_oscillator_options *o, double *x, const double *omega, const double *kick) {
    enum { MOST = 64 };
    double k[4][MOST], y[MOST] = {0};
    const size_t L = o->sites;
    const double h = o->step;
    drift(o, x, omega, k[0]);
    if (o->scheme == ONS_OSCILLATOR_RUNGE_KUTTA) {
        for (int s = 1; s < 4; s++) {
            for (size_t i = 0; i < L; i++) { y[i] = x[i] + (s == 3 ? h : h / 2) * k[s - 1][i]; }
            drift(o, y, omega, k[s]);
        }
        for (size_t i = 0; i < L; i++) { x[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]); }
        return;
    }
    for (size_t i = 0; i < L; i++) { y[i] = x[i] + h * k[0][i] + kick[i]; }
    if (o->scheme == ONS_OSCILLATOR_HEUN) {
        drift(o, y, omega, k[1]);
        for (size_t i = 0; i < L; i++) { y[i] = x[i] + h / 2 * (k[0][i] + k[1][i]) + kick[i]; }
    }
    memcpy(x, y, L * sizeof *x);
}

static void compare_with_scalar_steps(const ons_oscillator_options *o, bool disordered) {
    double *frequency = array(o->sites), *normals = array(o->sites), x[64] = {0}, omega[64] = {0}, kick[64];
    for (size_t i = 0; i < o->sites * ONS_LANES; i++) { frequency[i] = 0.7 * sin((double)i * (double)i); }
    ons_oscillators *ring = make(o, disordered ? frequency : NULL);
    const unsigned lane = 3;
    for (size_t i = 0; i < o->sites && disordered; i++) { omega[i] = frequency[i * ONS_LANES + lane]; }
    for (uint64_t step = 0; step < 40; step++) {
        ons_oscillators_normals(ring, step, normals);
        for (size_t i = 0; i < o->sites; i++) {
            kick[i] = sqrt(2 * o->noise * o->step) * normals[i * ONS_LANES + lane];
        }
        scalar_step(o, x, omega, kick);
    }
    ons_oscillators_advance(ring, 40);
    for (size_t i = 0; i < o->sites; i++) {
        assert_close(ons_oscillators_phases(ring)[i * ONS_LANES + lane], x[i], 1e-11);
    }
    free(frequency);
    free(normals);
    ons_oscillators_free(ring);
}

static void test_steps_are_those_of_the_equation(void **state) {
    for (int scheme = 0; scheme < 3; scheme++) {
        for (int variant = 0; variant < 4; variant++) {
            ons_oscillator_options o = standard;
            o.scheme = (ons_oscillator_scheme)scheme;
            o.bonds = variant & 1 ? ONS_BONDS_EXPANDED : ONS_BONDS_SINE;
            if (o.scheme == ONS_OSCILLATOR_RUNGE_KUTTA) { o.noise = 0; }
            compare_with_scalar_steps(&o, variant & 2);
            o.noise = 0;
            o.sites = 32;
            compare_with_scalar_steps(&o, true);
        }
    }
}

static void test_a_part_of_a_step_is_a_shorter_step_with_its_noise(void **state) {
    ons_oscillator_options o = standard;
    o.coupling = 0; /* then the noise alone counts: a part p of a step moves by sqrt(2 D p) g */
    ons_oscillators *ring = make(&o, NULL);
    double *normals = array(o.sites), *later = array(o.sites), *start = array(o.sites);
    ons_oscillators_advance(ring, 9);
    memcpy(start, ons_oscillators_phases(ring), o.sites * sizeof(double[ONS_LANES]));
    ons_oscillators_normals(ring, 9, normals);
    ons_oscillators_later(ring, 0.02, later);
    for (size_t i = 0; i < o.sites * ONS_LANES; i++) {
        assert_close(later[i], start[i] + sqrt(2 * 0.3 * 0.02) * normals[i], 1e-14);
        assert_true(ons_oscillators_phases(ring)[i] == start[i]);
    }
    ons_oscillators_later(ring, o.step, later);
    ons_oscillators_advance(ring, 1);
    assert_memory_equal(later, ons_oscillators_phases(ring), o.sites * sizeof(double[ONS_LANES]));
    free(normals);
    free(later);
    free(start);
    ons_oscillators_free(ring);
}

static void test_kernels_agree(void **state) {
    static const char *const names[] = {"plain", "x86-64-v3", "x86-64-v4"};
    for (int scheme = 0; scheme < 3; scheme++) {
        ons_oscillator_options o = standard;
        o.scheme = (ons_oscillator_scheme)scheme;
        if (o.scheme == ONS_OSCILLATOR_RUNGE_KUTTA) { o.noise = 0; }
        double *frequency = array(o.sites), plain[37 * ONS_LANES];
        for (size_t i = 0; i < o.sites * ONS_LANES; i++) { frequency[i] = cos((double)i * (double)i); }
        for (size_t k = 0; k < 3; k++) {
            ons_oscillators *ring = make(&o, frequency);
            if (ons_oscillators_select(ring, names[k])) {
                const double *phase = ons_oscillators_phases(ring);
                ons_oscillators_advance(ring, 100);
                if (k == 0) { memcpy(plain, phase, sizeof plain); }
                for (size_t i = 0; i < o.sites * ONS_LANES; i++) { assert_close(phase[i], plain[i], 1e-6); }
            }
            ons_oscillators_free(ring);
        }
        free(frequency);
    }
}

static void test_a_lane_depends_on_its_replica_alone(void **state) {
    ons_oscillator_options o = standard, other = standard;
    static const uint32_t order[ONS_LANES] = {5, 900, 2, 7, 1, 0, 31, 3};
    memcpy(other.replica, order, sizeof order);
    ons_oscillators *one = make(&o, NULL), *two = make(&other, NULL);
    ons_oscillators_advance(one, 120);
    for (int k = 0; k < 120; k++) { ons_oscillators_advance(two, 1); } /* and steps are the same one by one */
    for (unsigned l = 0; l < ONS_LANES; l++) {
        for (size_t i = 0; i < o.sites && order[l] < ONS_LANES; i++) {
            assert_true(ons_oscillators_phases(two)[i * ONS_LANES + l] ==
                        ons_oscillators_phases(one)[i * ONS_LANES + order[l]]);
        }
    }
    ons_oscillators_free(one);
    ons_oscillators_free(two);
}

/* ---- exact answers ----------------------------------------------------------------------------------------------- */

/* <W^2> of the expanded, odd chain after n steps h: with z = nu_k h each mode is multiplied by 1 - z and gets 2 D h
 * (Euler-Maruyama), or by 1 - z + z^2/2 and gets 2 D h (1 - z/2)^2 (Heun). */
static double width_after_steps(const ons_oscillator_options *o, uint64_t n) {
    double sum = 0;
    for (size_t k = 1; k < o->sites; k++) {
        const double z = o->step * 2 * o->coupling * (1 - cos(2 * PI * (double)k / (double)o->sites));
        const bool heun = o->scheme == ONS_OSCILLATOR_HEUN;
        const double factor = heun ? 1 - z + z * z / 2 : 1 - z, gain = heun ? pow(1 - z / 2, 2) : 1;
        sum += 2 * o->noise * o->step * gain * (1 - pow(factor, 2 * (double)n)) / (1 - factor * factor);
    }
    return sum / (double)o->sites;
}

static void compare_with_exact_widths(ons_oscillator_scheme scheme) {
    ons_oscillator_options o = standard;
    o.scheme = scheme;
    o.sites = 64;
    o.non_oddity = 0;
    o.bonds = ONS_BONDS_EXPANDED;
    o.step = 0.2;
    const uint64_t times[] = {5, 50, 500};
    double sum[3] = {0}, squares[3] = {0};
    const int batches = 50;
    for (int b = 0; b < batches; b++) {
        for (uint32_t l = 0; l < ONS_LANES; l++) { o.replica[l] = (uint32_t)b * ONS_LANES + l; }
        ons_oscillators *ring = make(&o, NULL);
        for (int t = 0; t < 3; t++) {
            ons_oscillator_moments m[ONS_LANES];
            ons_oscillators_advance(ring, times[t] - *ons_oscillators_steps(ring));
            ons_oscillators_moments(ring, ons_oscillators_phases(ring), m);
            for (unsigned l = 0; l < ONS_LANES; l++) {
                sum[t] += m[l].width_squared;
                squares[t] += m[l].width_squared * m[l].width_squared;
            }
        }
        ons_oscillators_free(ring);
    }
    const double n = batches * ONS_LANES;
    for (int t = 0; t < 3; t++) {
        const double mean = sum[t] / n, error = sqrt((squares[t] / n - mean * mean) / n);
        assert_close(mean, width_after_steps(&o, times[t]), 6.5 * error);
        assert_true(error < 0.05 * mean);
    }
}

static void test_the_noisy_linear_chain_has_its_exact_width(void **state) {
    compare_with_exact_widths(ONS_OSCILLATOR_EULER);
    compare_with_exact_widths(ONS_OSCILLATOR_HEUN);
}

/* The weak orders, from these widths: their deviation from that of continuous time at t = 4. */
static void test_noisy_schemes_have_their_weak_orders(void **state) {
    for (int scheme = 0; scheme < 2; scheme++) {
        double deviations[2];
        for (int k = 0; k < 2; k++) {
            ons_oscillator_options o = standard;
            o.scheme = (ons_oscillator_scheme)scheme;
            o.non_oddity = 0;
            o.step = 0.02 / (k + 1);
            deviations[k] = width_after_steps(&o, (uint64_t)(200 * (k + 1))) - ons_oscillators_linear_width(&o, 0, 4);
        }
        assert_close(log2(fabs(deviations[0] / deviations[1])), scheme + 1, 0.1);
    }
}

/* The sum over modes, at dt -> 0, is the limit of the widths after steps; and the law of growth for 1 << t << L^2. */
static void test_the_linear_width_is_the_limit_of_short_steps(void **state) {
    ons_oscillator_options o = standard;
    o.non_oddity = 0;
    for (int k = 0; k < 4; k++) {
        const double t = 0.5 * pow(7, k);
        o.step = t * 1e-6;
        assert_close(ons_oscillators_linear_width(&o, 0, t) / width_after_steps(&o, 1000000), 1, 1e-4);
    }
    o.sites = 20000;
    const double t = 2000;
    assert_close(ons_oscillators_linear_width(&o, 0, t), 0.3 / 0.9 * sqrt(2 * 0.9 * t / PI), 5e-3 * 22);
    o.coupling = 0;
    assert_close(ons_oscillators_linear_width(&o, 0.5, 3), (2 * 0.3 * 3 + 0.25 * 9) * (1 - 1 / 20000.0), 1e-12);
}

/* Columnar disorder in the linear chain: each mode is omega_k (1 - exp(-nu_k t))/nu_k; here one cosine. */
static void test_a_wave_of_frequencies_grows_as_its_closed_form(void **state) {
    ons_oscillator_options o = standard;
    o.sites = 40;
    o.non_oddity = 0;
    o.noise = 0;
    o.bonds = ONS_BONDS_EXPANDED;
    o.scheme = ONS_OSCILLATOR_RUNGE_KUTTA;
    double *frequency = array(o.sites);
    for (size_t i = 0; i < o.sites * ONS_LANES; i++) {
        const size_t site = i / ONS_LANES;
        frequency[i] = cos(2 * PI * 3 * (double)site / (double)o.sites);
    }
    ons_oscillators *ring = make(&o, frequency);
    ons_oscillators_advance(ring, 400);
    const double nu = 2 * o.coupling * (1 - cos(2 * PI * 3 / 40)), t = 20, amplitude = -expm1(-nu * t) / nu;
    for (size_t i = 0; i < o.sites * ONS_LANES; i++) {
        assert_close(ons_oscillators_phases(ring)[i], amplitude * frequency[i], 1e-6);
    }
    double factor[21], differences[21];
    assert_int_equal(ons_oscillators_correlations(ring, ons_oscillators_phases(ring), 2, factor, differences), ONS_OK);
    for (size_t n = 0; n <= 20; n++) {
        assert_close(factor[n], n == 3 ? amplitude * amplitude * 10 : 0, 1e-4);
        assert_close(differences[n], amplitude * amplitude * (1 - cos(2 * PI * 3 * (double)n / 40)), 1e-5);
    }
    ons_oscillator_moments m[ONS_LANES];
    ons_oscillators_moments(ring, ons_oscillators_phases(ring), m);
    assert_close(m[7].width_squared, amplitude * amplitude / 2, 1e-5);
    assert_close(m[7].fourth, pow(amplitude, 4) * 3 / 8, 1e-3);
    free(frequency);
    ons_oscillators_free(ring);
}

/* ---- orders ------------------------------------------------------------------------------------------------------ */

/* The largest deviation at t = 1 of a disordered ring with step h from one with a step that is much shorter. */
static double deviation(ons_oscillator_options o, double h, const double *frequency, double *reference) {
    o.step = h;
    ons_oscillators *ring = make(&o, frequency);
    double *phase = ons_oscillators_phases(ring), largest = 0;
    for (size_t i = 0; i < o.sites * ONS_LANES; i++) { phase[i] = sin((double)i); }
    ons_oscillators_advance(ring, (uint64_t)rint(1 / h));
    for (size_t i = 0; i < o.sites * ONS_LANES; i++) {
        if (h < 1e-3) { reference[i] = phase[i]; }
        largest = fmax(largest, fabs(phase[i] - reference[i]));
    }
    ons_oscillators_free(ring);
    return largest;
}

static void test_schemes_have_their_orders(void **state) {
    static const double orders[] = {1, 2, 4};
    ons_oscillator_options o = standard;
    o.noise = 0;
    double *frequency = array(o.sites), *reference = array(o.sites);
    for (size_t i = 0; i < o.sites * ONS_LANES; i++) { frequency[i] = cos((double)i * (double)i); }
    o.scheme = ONS_OSCILLATOR_RUNGE_KUTTA;
    deviation(o, 1.0 / 2048, frequency, reference);
    for (int scheme = 0; scheme < 3; scheme++) {
        o.scheme = (ons_oscillator_scheme)scheme;
        const double coarse = deviation(o, 1.0 / 32, frequency, reference);
        const double fine = deviation(o, 1.0 / 64, frequency, reference);
        assert_close(log2(coarse / fine), orders[scheme], 0.2);
    }
    free(frequency);
    free(reference);
}

/* ---- bad input --------------------------------------------------------------------------------------------------- */

static void test_bad_options_are_refused(void **state) {
    ons_oscillators *ring;
    ons_oscillator_options bad[7] = {standard, standard, standard, standard, standard, standard, standard};
    bad[0].noise = -1;
    bad[1].step = 0.7; /* beyond 1/(2 K cos delta) = 0.603 */
    bad[2].sites = 2;
    bad[3].non_oddity = 1.6;
    bad[4].scheme = ONS_OSCILLATOR_RUNGE_KUTTA;
    bad[5].coupling = NAN;
    bad[6].step = 0;
    for (int k = 0; k < 7; k++) {
        assert_int_equal(ons_oscillators_create(&ring, &bad[k], NULL), ONS_INVALID);
        assert_null(ring);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_numbers_come_from_the_words_of_site_and_step),
        cmocka_unit_test(test_normal_numbers_have_the_moments_of_the_normal_law),
        cmocka_unit_test(test_steps_are_those_of_the_equation),
        cmocka_unit_test(test_a_part_of_a_step_is_a_shorter_step_with_its_noise),
        cmocka_unit_test(test_kernels_agree),
        cmocka_unit_test(test_a_lane_depends_on_its_replica_alone),
        cmocka_unit_test(test_the_noisy_linear_chain_has_its_exact_width),
        cmocka_unit_test(test_noisy_schemes_have_their_weak_orders),
        cmocka_unit_test(test_the_linear_width_is_the_limit_of_short_steps),
        cmocka_unit_test(test_a_wave_of_frequencies_grows_as_its_closed_form),
        cmocka_unit_test(test_schemes_have_their_orders),
        cmocka_unit_test(test_bad_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
