/*
 * Spectra of weights against matrices whose spectrum is known, power laws against the definition and against numbers of
 * the Python package powerlaw 2.0.0, free cumulants against Catalan's numbers, R-transforms against quadrature, Lanczos
 * against full decompositions, a step of a network against finite differences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/learning.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

static ons_random stream(uint32_t purpose) { return ons_random_stream(20250717, 0, purpose); }

static double *gaussian(size_t rows, size_t columns, ons_random *random) {
    double *w = malloc(rows * columns * sizeof *w);
    assert_int_equal(ons_null_matrix(ONS_NULL_GAUSSIAN, 0, rows, columns, random, w), ONS_OK);
    return w;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- eigenvalues ----------------------------------------------------------------------------------------------------
 */

static void test_a_diagonal_matrix_lying_and_standing(void **state) {
    double w[15] = {0};
    ons_spectrum s = {0};
    w[0] = 3, w[4] = -1, w[8] = 2; /* 5 x 3, diagonal */
    assert_int_equal(ons_spectrum_matrix(&s, 5, 3, w), ONS_OK);
    assert_true(s.rows == 5 && s.columns == 3 && s.count == 3);
    const double expected[] = {0.2, 0.8, 1.8};
    for (size_t k = 0; k < 3; k++) { assert_true(fabs(s.values[k] - expected[k]) < 1e-14); }
    memset(w, 0, sizeof w);
    w[0] = 3, w[6] = -1, w[12] = 2; /* 3 x 5 */
    assert_int_equal(ons_spectrum_matrix(&s, 3, 5, w), ONS_OK);
    assert_true(s.rows == 5 && s.columns == 3);
    for (size_t k = 0; k < 3; k++) { assert_true(fabs(s.values[k] - expected[k]) < 1e-14); }
    ons_spectrum_free(&s);
    w[7] = NAN;
    assert_int_equal(ons_spectrum_matrix(&s, 3, 5, w), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "row 2 and column 3"));
    assert_int_equal(ons_spectrum_matrix(&s, 0, 5, w), ONS_INVALID);
}

static void test_a_convolution_pools_its_places(void **state) {
    ons_random random = stream(1);
    double *w = gaussian(4 * 3, 6, &random), all[18], matrix[12];
    const ons_stored_info info = {.name = "conv", .rank = 4, .shape = {4, 3, 2, 3}, .count = 72};
    ons_spectrum s = {0}, one = {0};
    assert_int_equal(ons_spectrum_tensor(&s, &info, w), ONS_OK);
    assert_true(s.count == 18 && s.matrices == 6 && s.rows == 4 && s.columns == 3);
    for (size_t place = 0; place < 6; place++) {
        for (size_t k = 0; k < 12; k++) { matrix[k] = w[k * 6 + place]; }
        assert_int_equal(ons_spectrum_matrix(&one, 4, 3, matrix), ONS_OK);
        memcpy(all + 3 * place, one.values, sizeof(double) * 3);
    }
    qsort(all, 18, sizeof *all, ascending);
    for (size_t k = 0; k < 18; k++) { assert_true(fabs(all[k] - s.values[k]) < 1e-13); }
    const ons_stored_info bias = {.name = "bias", .rank = 1, .shape = {4}, .count = 4};
    assert_int_equal(ons_spectrum_tensor(&one, &bias, w), ONS_INVALID);
    ons_spectrum_free(&s);
    ons_spectrum_free(&one);
    free(w);
}

static void test_truncation_loses_what_is_cut(void **state) {
    ons_random random = stream(2);
    for (size_t turn = 0; turn < 2; turn++) {
        const size_t rows = turn ? 20 : 35, columns = turn ? 35 : 20;
        double *w = gaussian(rows, columns, &random), *cut = malloc(700 * sizeof *cut), lost = 0, expected = 0;
        ons_spectrum s = {0}, left = {0};
        size_t kept;
        assert_int_equal(ons_spectrum_matrix(&s, rows, columns, w), ONS_OK);
        const double cutoff = (s.values[11] + s.values[12]) / 2;
        assert_int_equal(ons_spectrum_truncate(rows, columns, w, cutoff, cut, &kept), ONS_OK);
        assert_int_equal(kept, 8);
        for (size_t k = 0; k < 700; k++) { lost += (w[k] - cut[k]) * (w[k] - cut[k]); }
        for (size_t k = 0; k < 12; k++) { expected += 35 * s.values[k]; }
        assert_true(fabs(lost - expected) < 1e-10);
        assert_int_equal(ons_spectrum_matrix(&left, rows, columns, cut), ONS_OK);
        for (size_t k = 0; k < 20; k++) { assert_true(fabs(left.values[k] - (k < 12 ? 0 : s.values[k])) < 1e-12); }
        ons_spectrum_free(&s);
        ons_spectrum_free(&left);
        free(w);
        free(cut);
    }
}

/* ---- power laws -----------------------------------------------------------------------------------------------------
 */

/* Version 2.0.0 leaves out exponents above 3 unless asked not to (parameter_ranges); WeightWatcher and 1.5 do not. */
static void test_fits_are_those_of_the_package_powerlaw(void **state) {
    double a[300], b[300];
    ons_power_law fit;
    for (int k = 1; k <= 300; k++) {
        a[k - 1] = pow(tan(k * pi / 602), 2);
        b[k - 1] = (1 + k % 7) * pow(k, 0.75) + 0.001 * k;
    }
    assert_int_equal(ons_power_law_fit(a, 300, &fit), ONS_OK);
    assert_true(fabs(fit.alpha - 1.5087993499891341) < 1e-9 && fabs(fit.minimum - 7.521462208375243) < 1e-9);
    assert_true(fabs(fit.distance - 0.02186960250585257) < 1e-9 && fabs(fit.sigma - 0.06215973387702178) < 1e-9);
    assert_int_equal(fit.tail, 67);
    assert_int_equal(ons_power_law_fit(b, 300, &fit), ONS_OK);
    assert_true(fabs(fit.alpha - 11.864962024594321) < 1e-9 && fabs(fit.minimum - 408.77121495140517) < 1e-9);
    assert_true(fabs(fit.distance - 0.12292235084868108) < 1e-9 && fit.tail == 15);
}

/* The definition, word by word. */
static void test_fits_follow_the_definition(void **state) {
    ons_random random = stream(3);
    for (size_t turn = 0; turn < 50; turn++) {
        const size_t count = 2 + ons_random_below(&random, 60);
        double x[64], best = INFINITY, alpha = 0;
        for (size_t k = 0; k < count; k++) { x[k] = exp(ons_random_normal(&random)); }
        ons_power_law fit;
        assert_int_equal(ons_power_law_fit(x, count, &fit), ONS_OK);
        qsort(x, count, sizeof *x, ascending);
        for (size_t i = 0; i + 1 < count; i++) {
            double sum = 0, d = 0;
            for (size_t k = i; k < count; k++) { sum += log(x[k] / x[i]); }
            const double n = (double)(count - i), a = 1 + n / sum;
            for (size_t k = i; k < count; k++) { d = fmax(d, fabs(1 - pow(x[k] / x[i], 1 - a) - (double)(k - i) / n)); }
            if (d < best) { best = d, alpha = a; }
        }
        assert_true(fabs(fit.alpha - alpha) < 1e-9 * alpha && fabs(fit.distance - best) < 1e-12);
    }
    ons_power_law fit;
    assert_int_equal(ons_power_law_fit((const double[]){1, 1, 0}, 3, &fit), ONS_INVALID);
    assert_int_equal(ons_power_law_fit((const double[]){1, NAN}, 2, &fit), ONS_INVALID);
}

/* For data of the fitted kind p is nearly uniform: the mean of 40 is 1/2 with deviation 0.046, so that 0.27 to 0.73 is
 * 5 sigma (a false alarm below 1e-6); 300 exponential numbers in the bulk of a tail leave p = 0. */
static void test_goodness_tells_a_power_law_from_an_exponential(void **state) {
    ons_random random = stream(4);
    double x[400], p, sum = 0;
    ons_power_law fit;
    for (size_t turn = 0; turn < 40; turn++) {
        for (size_t k = 0; k < 120; k++) { x[k] = ons_power_law_draw(2.5, 1, &random); }
        assert_int_equal(ons_power_law_fit(x, 120, &fit), ONS_OK);
        assert_int_equal(ons_power_law_goodness(x, 120, &fit, 50, &random, &p), ONS_OK);
        sum += p / 40;
    }
    assert_true(sum > 0.27 && sum < 0.73);
    for (size_t k = 0; k < 400; k++) { x[k] = 10 - log(ons_random_uniform(&random)); }
    assert_int_equal(ons_power_law_fit_above(x, 400, 10, &fit), ONS_OK);
    assert_int_equal(ons_power_law_goodness(x, 400, &fit, 50, &random, &p), ONS_OK);
    assert_true(p < 0.05);
    assert_int_equal(ons_power_law_goodness(x, 400, &fit, 0, &random, &p), ONS_INVALID);
}

/* ---- layers ---------------------------------------------------------------------------------------------------------
 */

/* WeightWatcher's own loop, in long double. */
static size_t erg_by_products(const double *x, size_t count) {
    long double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += x[k]; }
    size_t index = 0;
    for (index = count - 1; index > 0; index--) {
        long double product = 1;
        for (size_t k = index; k < count; k++) { product *= x[k] * (long double)count / sum; }
        if (product < 1) { return index; }
    }
    return 1;
}

static void test_the_tail_of_product_one(void **state) {
    ons_random random = stream(5);
    double x[200];
    for (size_t turn = 0; turn < 200; turn++) {
        const size_t count = 2 + ons_random_below(&random, 199);
        for (size_t k = 0; k < count; k++) { x[k] = exp(1.5 * ons_random_normal(&random)); }
        qsort(x, count, sizeof *x, ascending);
        assert_int_equal(ons_spectrum_erg(x, count), erg_by_products(x, count));
    }
    double wide[2000]; /* products that overflow */
    for (size_t k = 0; k < 2000; k++) { wide[k] = k < 1000 ? 1e-12 : 1e3; }
    assert_int_equal(ons_spectrum_erg(wide, 2000), 979); /* 1000 ln 2 = 693 against 21 times 33.8 */
}

static void test_the_law_of_marchenko_and_pastur(void **state) {
    const double ratio = 0.3, variance = 1.7;
    double worst = 0;
    for (int k = 0; k <= 60; k++) {
        const double x = 0.05 + 0.08 * k, h = 1e-4;
        const double slope = (ons_marchenko_pastur_cumulative(x + h, ratio, variance) -
                              ons_marchenko_pastur_cumulative(x - h, ratio, variance)) /
                             (2 * h);
        const double low = variance * pow(1 - sqrt(ratio), 2), high = variance * pow(1 + sqrt(ratio), 2);
        if (fabs(x - low) > 0.05 && fabs(x - high) > 0.05) {
            worst = fmax(worst, fabs(slope - ons_marchenko_pastur_density(x, ratio, variance)));
        }
    }
    assert_true(worst < 1e-5);
    const double high = variance * pow(1 + sqrt(ratio), 2);
    assert_true(fabs(ons_marchenko_pastur_cumulative(high - 1e-9, ratio, variance) - 1) < 1e-9);
}

static void test_traps_are_large_elements(void **state) {
    ons_random random = stream(6);
    double *w = gaussian(300, 100, &random), largest;
    size_t traps;
    ons_layer layer;
    ons_spectrum s = {0};
    assert_int_equal(ons_spectrum_traps(300, 100, w, &random, &traps, &largest), ONS_OK);
    assert_true(traps == 0 && largest > 0.9 && largest < 1.1);
    for (size_t k = 0; k < 30000; k++) {
        w[k] += 3 * (double)(k / 100 % 2) * (double)(k % 2);
    } /* rank one, no trap but its mean */
    assert_int_equal(ons_spectrum_matrix(&s, 300, 100, w), ONS_OK);
    assert_int_equal(ons_layer_examine(&s, &layer), ONS_OK);
    assert_true(layer.spikes == 1 && fabs(layer.variance - 1) < 0.05);
    assert_true(fabs(layer.edge - layer.variance * pow(1 + sqrt(1.0 / 3), 2)) < 1e-12);
    double *v = gaussian(300, 100, &random);
    v[1234] = 60;
    assert_int_equal(ons_spectrum_traps(300, 100, v, &random, &traps, NULL), ONS_OK);
    assert_int_equal(traps, 1);
    ons_spectrum_free(&s);
    free(v);
    free(w);
}

static void test_a_layer_in_other_units(void **state) {
    ons_random random = stream(7);
    double w[60 * 80];
    ons_spectrum s = {0};
    ons_layer a, b;
    assert_int_equal(ons_null_matrix(ONS_NULL_STUDENT, 2.5, 80, 60, &random, w), ONS_OK);
    assert_int_equal(ons_spectrum_matrix(&s, 80, 60, w), ONS_OK);
    assert_int_equal(ons_layer_examine(&s, &a), ONS_OK);
    for (size_t k = 0; k < s.count; k++) { s.values[k] *= 7; }
    assert_int_equal(ons_layer_examine(&s, &b), ONS_OK);
    assert_true(fabs(a.fit.alpha - b.fit.alpha) < 1e-10 && fabs(a.delta - b.delta) < 1e-10 && a.erg_tail == b.erg_tail);
    assert_true(fabs(b.alpha_hat - a.alpha_hat - a.fit.alpha * log10(7)) < 1e-9);
    assert_true(fabs(b.log_alpha_norm - a.log_alpha_norm - a.fit.alpha * log10(7)) < 1e-9);
    assert_true(fabs(a.stable_rank - b.stable_rank) < 1e-10 && fabs(a.soft_rank - b.soft_rank) < 1e-10);
    ons_spectrum_free(&s);
}

/* ---- free probability -----------------------------------------------------------------------------------------------
 */

static void test_free_cumulants(void **state) {
    static const double catalan[] = {0, 1, 0, 2, 0, 5, 0, 14, 0, 42, 0, 132};
    double cumulants[16], moments[16], back[16];
    ons_free_cumulants(12, catalan, cumulants); /* the semicircle: only the second */
    for (size_t k = 0; k < 12; k++) { assert_true(cumulants[k] == (k == 1)); }
    for (size_t k = 0; k < 16; k++) { cumulants[k] = 1.0 / (double)(k + 2); }
    ons_free_moments(16, cumulants, moments);
    ons_free_cumulants(16, moments, back);
    for (size_t k = 0; k < 16; k++) { assert_true(fabs(back[k] - cumulants[k]) < 1e-9 * fabs(moments[k])); }
}

static void test_integrals_of_r_transforms_by_quadrature(void **state) {
    static const double tail[] = {0.5, 0.8, 1.1, 1.3};
    for (ons_quality_model model = ONS_QUALITY_DISCRETE; model <= ONS_QUALITY_COMPUTED; model++) {
        ons_r_transform r = ons_r_transform_tail(model, tail, 4, 9, 4);
        r.epsilon = 0.6, r.phi = 0.7, r.b = 0.8, r.alpha = 2.4;
        double sum = 0;
        const int steps = 4000;
        for (int k = 0; k <= steps; k++) {
            const double z = 0.5 + 0.8 * k / steps;
            sum += ons_r_transform_value(&r, z) * (k == 0 || k == steps ? 1 : k % 2 ? 4 : 2);
        }
        assert_true(fabs(sum * 0.8 / steps / 3 - ons_r_transform_integral(&r, 0.5, 1.3)) < 1e-9);
        double quality = 0;
        for (size_t k = 0; k < 4; k++) { quality += ons_r_transform_integral(&r, 0.5, tail[k]); }
        assert_true(fabs(quality - ons_layer_quality(&r, tail, 4)) < 1e-12);
    }
}

/* ---- matrices without learning --------------------------------------------------------------------------------------
 */

/* E|t| = 2 sqrt(3)/pi for 3 degrees; its error over 40,000 numbers is 0.0067, 5 sigma. */
static void test_null_matrices(void **state) {
    ons_random random = stream(8), again = stream(9), twice = stream(9);
    double *t = malloc(40000 * sizeof *t), sum = 0;
    assert_int_equal(ons_null_matrix(ONS_NULL_STUDENT, 3, 200, 200, &random, t), ONS_OK);
    for (size_t k = 0; k < 40000; k++) { sum += fabs(t[k]) / 40000; }
    assert_true(fabs(sum - 2 * sqrt(3) / pi) < 5 * 0.0067);
    double *g = gaussian(50, 20, &again);
    ons_spectrum direct = {0}, inverse = {0};
    assert_int_equal(ons_null_matrix(ONS_NULL_INVERSE, 0, 50, 20, &twice, t), ONS_OK);
    assert_int_equal(ons_spectrum_matrix(&direct, 50, 20, g), ONS_OK);
    assert_int_equal(ons_spectrum_matrix(&inverse, 50, 20, t), ONS_OK);
    for (size_t k = 0; k < 20; k++) { assert_true(fabs(inverse.values[k] * direct.values[19 - k] - 1) < 1e-10); }
    assert_int_equal(ons_null_matrix(ONS_NULL_INVERSE, 0, 20, 50, &twice, t), ONS_INVALID);
    ons_spectrum_free(&direct);
    ons_spectrum_free(&inverse);
    free(g);
    free(t);
}

/* ---- landscapes -----------------------------------------------------------------------------------------------------
 */

static void test_lanczos_against_the_full_spectrum(void **state) {
    ons_random random = stream(10);
    double *w = gaussian(150, 220, &random), values[5];
    ons_spectrum s = {0};
    assert_int_equal(ons_spectrum_matrix(&s, 150, 220, w), ONS_OK);
    assert_int_equal(ons_lanczos_spectrum(150, 220, w, 5, 150, 1e-10, &random, values), ONS_OK);
    for (size_t k = 0; k < 5; k++) { assert_true(fabs(values[k] - s.values[149 - k]) < 1e-9); }
    assert_int_equal(ons_lanczos_spectrum(150, 220, w, 5, 12, 1e-10, &random, values), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "residual"));
    ons_spectrum_free(&s);
    free(w);
}

static ons_status double_well(void *data, const double *x, double *loss) {
    *loss = pow(x[0] * x[0] - 1, 2) + 0.5 * x[1];
    return ONS_OK;
}

static void test_a_barrier_between_two_wells(void **state) {
    double losses[5], barrier;
    assert_int_equal(ons_mode_connectivity(2, (const double[]){-1, 0}, (const double[]){1, 2}, 5, double_well, NULL,
                                           losses, &barrier),
                     ONS_OK);
    assert_true(losses[0] == 0 && losses[4] == 1 && fabs(barrier - 1) < 1e-15 && fabs(losses[2] - 1.5) < 1e-15);
}

static void test_kernel_regression(void **state) {
    double kernel[25], targets[10], c[10];
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 5; j++) { kernel[5 * i + j] = exp(-pow((double)i - (double)j, 2) / 2); }
        targets[2 * i] = (double)i, targets[2 * i + 1] = 1;
    }
    assert_int_equal(ons_kernel_regression(5, kernel, 0.1, 2, targets, c), ONS_OK);
    for (size_t i = 0; i < 5; i++) {
        for (size_t o = 0; o < 2; o++) {
            double sum = 0.1 * c[2 * i + o];
            for (size_t j = 0; j < 5; j++) { sum += kernel[5 * i + j] * c[2 * j + o]; }
            assert_true(fabs(sum - targets[2 * i + o]) < 1e-12);
        }
    }
    assert_int_equal(ons_kernel_regression(5, kernel, -2, 2, targets, c), ONS_FAILED);
}

/* ---- the network ----------------------------------------------------------------------------------------------------
 */

static double loss_of(ons_perceptron *n, const float *inputs, const uint8_t *labels, size_t count) {
    double loss;
    size_t wrong;
    memcpy(n->units[0], inputs, count * n->width[0] * sizeof(float));
    ons_perceptron_judge(n, count, labels, &loss, &wrong);
    return loss / (double)count;
}

/* A step with rate 1 is the gradient; differences in single precision are good to some 1e-3, where no unit turns on or
 * off between the two. */
static void test_a_step_follows_the_slope_and_leaves_frozen_layers(void **state) {
    static const uint8_t labels[6] = {0, 2, 1, 1, 0, 2};
    ons_random random = stream(11);
    ons_perceptron n;
    float inputs[30], *before;
    size_t kinks = 0;
    for (size_t k = 0; k < 30; k++) { inputs[k] = (float)ons_random_normal(&random); }
    assert_int_equal(ons_perceptron_create(&n, 3, (const size_t[]){5, 7, 4, 3}, 8), ONS_OK);
    for (int which = 0; which < 4; which++) { /* all layers, then each alone */
        double rate[3] = {0, 0, 0}, loss;
        size_t wrong;
        ons_perceptron_start(&n, &random);
        before = malloc(n.parameters * sizeof *before);
        memcpy(before, n.memory, n.parameters * sizeof *before);
        for (int l = 0; l < 3; l++) { rate[l] = which == 0 || which == l + 1 ? 1 : 0; }
        const double start = loss_of(&n, inputs, labels, 6);
        assert_int_equal(ons_perceptron_step(&n, 6, labels, rate, &loss, &wrong), ONS_OK);
        assert_true(fabs(loss - start) < 1e-6);
        float *after = malloc(n.parameters * sizeof *after);
        memcpy(after, n.memory, n.parameters * sizeof *after);
        for (size_t k = 0; k < n.parameters; k++) {
            const size_t layer = (size_t)(&n.memory[k] >= n.weights[1]) + (size_t)(&n.memory[k] >= n.weights[2]);
            if (rate[layer] == 0) {
                assert_true(after[k] == before[k]);
                continue;
            }
            memcpy(n.memory, before, n.parameters * sizeof *before);
            n.memory[k] = before[k] + 0.002F;
            const double up = loss_of(&n, inputs, labels, 6);
            n.memory[k] = before[k] - 0.002F;
            const double down = loss_of(&n, inputs, labels, 6), above = (up - start) / 0.002,
                         below = (start - down) / 0.002;
            kinks += fabs(above - below) > 0.01;
            assert_true(fabs(above - below) > 0.01 ||
                        fabs((up - down) / 0.004 - (double)(before[k] - after[k])) < 5e-3);
        }
        free(after);
        free(before);
    }
    assert_true(kinks < 15); /* of 178 slopes */
    assert_true(ons_perceptron_operations(&n, 1, (const double[]){1, 1, 1}) == 2 * (2 * 35 + 3 * 28 + 3 * 12));
    ons_perceptron_free(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_diagonal_matrix_lying_and_standing),
        cmocka_unit_test(test_a_convolution_pools_its_places),
        cmocka_unit_test(test_truncation_loses_what_is_cut),
        cmocka_unit_test(test_fits_are_those_of_the_package_powerlaw),
        cmocka_unit_test(test_fits_follow_the_definition),
        cmocka_unit_test(test_goodness_tells_a_power_law_from_an_exponential),
        cmocka_unit_test(test_the_tail_of_product_one),
        cmocka_unit_test(test_the_law_of_marchenko_and_pastur),
        cmocka_unit_test(test_traps_are_large_elements),
        cmocka_unit_test(test_a_layer_in_other_units),
        cmocka_unit_test(test_free_cumulants),
        cmocka_unit_test(test_integrals_of_r_transforms_by_quadrature),
        cmocka_unit_test(test_null_matrices),
        cmocka_unit_test(test_lanczos_against_the_full_spectrum),
        cmocka_unit_test(test_a_barrier_between_two_wells),
        cmocka_unit_test(test_kernel_regression),
        cmocka_unit_test(test_a_step_follows_the_slope_and_leaves_frozen_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
