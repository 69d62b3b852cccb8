/*
 * Fits of models: against closed forms, against what the points were made of, and how often their errors hold it.
 *
 * Coverage: 2,000 repetitions with a fixed stream. A count outside 5.5 binomial sigma is refused: 8 counts, so that the
 * false-alarm rate is below 1e-6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/fit.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 2000
#define NEAR(value, wanted, tolerance)                                                                                 \
    do {                                                                                                               \
        const double near_value = (value), near_wanted = (wanted);                                                     \
        if (!(fabs(near_value - near_wanted) <= (tolerance))) {                                                        \
            fail_msg(#value " is %.17g, not %.17g", near_value, near_wanted);                                          \
        }                                                                                                              \
    } while (0)
#define WORKS(call)                                                                                                    \
    do {                                                                                                               \
        if ((call) != ONS_OK) { fail_msg("%s", ons_message()); }                                                       \
    } while (0)

static ons_model *model_named(const char *name) {
    ons_model *model;
    WORKS(ons_model_named(&model, name));
    return model;
}

static ons_model *model_of(const char *formula) {
    ons_model *model;
    WORKS(ons_model_formula(&model, formula, NULL));
    return model;
}

static void covered(const char *what, int count, double share) {
    const double spread = sqrt(RUNS * share * (1 - share));
    print_message("%-40s %5.1f %%\n", what, 100.0 * count / RUNS);
    if (fabs(count - RUNS * share) > 5.5 * spread) { fail_msg("%s: %d of %d", what, count, RUNS); }
}

/* ---- where a fit begins ---- */

/* Points without noise on curves of every model with a name: found without any starting value. */
static void test_every_named_model_finds_its_curve(void **state) {
    static const struct {
        const char *name;
        double truth[4], low, high;
    } cases[] = {
        {"constant", {3}, 1, 9},
        {"linear", {3, -2}, 1, 9},
        {"quadratic", {3, -2, 0.5}, -3, 5},
        {"power", {1.01, -0.125}, 16, 128},
        {"power", {0.6, 1.75}, 16, 128},
        {"power-constant", {-4, -1.6, 2.27}, 8, 64},
        {"power-corrections", {1, -0.5, 0.6, 0.8}, 4, 256},
        {"limit", {2.269, 1.7, 2.2}, 8, 64},
        {"exponential", {5, 3.3}, 0, 12},
        {"exponential-constant", {5, 330, 1}, 0, 1200},
        {"stretched", {2, 40, 0.6}, 1, 200},
        {"logarithm", {1, 0.31831}, 4, 256},
        {"gaussian", {4, 2.27, 0.03}, 2.1, 2.4},
        {"lorentzian", {4, 2.27, 0.03}, 2.1, 2.4},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ons_model *model = model_named(cases[c].name);
        double x[24], y[24], errors[24];
        for (size_t i = 0; i < 24; i++) {
            x[i] = cases[c].low + (cases[c].high - cases[c].low) * (double)i / 23;
            y[i] = ons_model_value(model, x[i], cases[c].truth);
            errors[i] = 1e-6;
        }
        const ons_points points = {24, x, y, errors, NULL, 0};
        ons_model_fit fit;
        if (ons_model_least_squares(model, &points, NULL, NULL, &fit) != ONS_OK) {
            fail_msg("%s: %s", cases[c].name, ons_message());
        }
        if (!(fit.chi_squared < 1e-3)) { fail_msg("%s: chi^2 = %g", cases[c].name, fit.chi_squared); }
        for (size_t k = 0; k < fit.parameters; k++) {
            const double wanted = cases[c].truth[k];
            if (strcmp(cases[c].name, "gaussian") == 0 || strcmp(cases[c].name, "lorentzian") == 0) {
                NEAR(fabs(fit.value[k]), wanted, 1e-5 * fabs(wanted)); /* the width has two signs */
            } else {
                NEAR(fit.value[k], wanted, 1e-4 * fabs(wanted));
            }
        }
        ons_model_free(model);
    }
}

/* ---- against closed forms ---- */

/* Weighted regression of a line by its normal equations. */
static void test_a_line_is_that_of_the_normal_equations(void **state) {
    const double x[] = {1, 2, 4, 7, 11}, y[] = {2.1, 2.9, 5.2, 8.1, 11.6}, e[] = {0.1, 0.3, 0.2, 0.5, 0.4};
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, chi_squared = 0;
    for (int i = 0; i < 5; i++) {
        const double w = 1 / (e[i] * e[i]);
        s += w, sx += w * x[i], sy += w * y[i], sxx += w * x[i] * x[i], sxy += w * x[i] * y[i];
    }
    const double d = s * sxx - sx * sx, a = (sxx * sy - sx * sxy) / d, b = (s * sxy - sx * sy) / d;
    for (int i = 0; i < 5; i++) { chi_squared += pow((y[i] - a - b * x[i]) / e[i], 2); }
    ons_model *model = model_of("intercept + slope*x");
    ons_model_fit fit;
    const ons_points points = {5, x, y, e, NULL, 0};
    WORKS(ons_model_least_squares(model, &points, NULL, NULL, &fit));
    NEAR(fit.value[0], a, 1e-9);
    NEAR(fit.value[1], b, 1e-9);
    NEAR(fit.error[0], sqrt(sxx / d), 1e-9);
    NEAR(fit.error[1], sqrt(s / d), 1e-9);
    NEAR(fit.covariance[1], -sx / d, 1e-9);
    NEAR(fit.chi_squared, chi_squared, 1e-9);
    NEAR(fit.freedom, 3, 0);
    double error;
    NEAR(ons_model_fit_value(model, &fit, 3, &error), a + 3 * b, 1e-9);
    NEAR(error, sqrt((sxx - 6 * sx + 9 * s) / d), 1e-9);
    ons_model_free(model);
}

/* The mean of correlated numbers: c = 1^T C^-1 y / 1^T C^-1 1, variance 1/1^T C^-1 1 (Aitken 1935); of two numbers with
 * variances 1 and 4 and covariance 1: weights 1 and 0. */
static void test_correlated_points_weigh_as_their_covariance_says(void **state) {
    const double x[] = {1, 2}, y[] = {3, 5}, e[] = {1, 2}, covariance[] = {1, 1, 1, 4};
    ons_model *model = model_named("constant");
    const ons_points points = {2, x, y, e, covariance, INFINITY};
    ons_model_fit fit;
    WORKS(ons_model_least_squares(model, &points, NULL, NULL, &fit));
    NEAR(fit.value[0], 3, 1e-9);
    NEAR(fit.error[0], 1, 1e-9);
    NEAR(fit.chi_squared, 4.0 / 3, 1e-9); /* (5 - 3)^2/(1 + 4 - 2) */
    assert_int_equal(fit.raised, 0);
    ons_model_free(model);
}

static void test_fixed_parameters_stay(void **state) {
    double x[8], y[8], e[8];
    ons_model *model = model_named("limit");
    for (int i = 0; i < 8; i++) {
        x[i] = 8 * (i + 1);
        y[i] = 2 + pow(x[i], -1.5);
        e[i] = 1e-5;
    }
    const double start[] = {NAN, NAN, 1.5};
    const bool fixed[] = {false, false, true};
    ons_model_fit fit;
    const ons_points points = {8, x, y, e, NULL, 0};
    WORKS(ons_model_least_squares(model, &points, start, fixed, &fit));
    NEAR(fit.value[2], 1.5, 0);
    NEAR(fit.error[2], 0, 0);
    NEAR(fit.value[0], 2, 1e-8);
    NEAR(fit.freedom, 6, 0);
    ons_model_free(model);
}

/* ---- coverage ---- */

/* L^(-beta/nu) with its correction over seven sizes, errors of half a percent: the pulls of all parameters, and the
 * goodness, which must be uniform. */
static void test_errors_of_a_power_law_cover(void **state) {
    const double truth[] = {1.0084, -0.125};
    double x[7], y[7], e[7];
    int within[2] = {0}, twice[2] = {0}, poor = 0;
    ons_model *model = model_named("power");
    ons_random random = ons_random_stream(4001, 0, 1);
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < 7; i++) {
            x[i] = 8 * pow(2, 0.75 * i);
            y[i] = ons_model_value(model, x[i], truth);
            e[i] = 0.005 * y[i];
            y[i] += e[i] * ons_random_normal(&random);
        }
        const ons_points points = {7, x, y, e, NULL, 0};
        ons_model_fit fit;
        WORKS(ons_model_least_squares(model, &points, NULL, NULL, &fit));
        for (int k = 0; k < 2; k++) {
            within[k] += fabs(fit.value[k] - truth[k]) <= fit.error[k];
            twice[k] += fabs(fit.value[k] - truth[k]) <= 2 * fit.error[k];
        }
        poor += fit.goodness < 0.1;
    }
    covered("amplitude within an error", within[0], 0.6827);
    covered("exponent within an error", within[1], 0.6827);
    covered("exponent within two errors", twice[1], 0.9545);
    covered("goodness below 0.1", poor, 0.1);
    ons_model_free(model);
}

/* Sample covariance of `samples` vectors about y, whose points share a slow common part; their mean is y. */
static void draw(size_t n, size_t samples, const double *shape, ons_random *random, double *y, double *covariance) {
    double *all = malloc(samples * n * sizeof *all);
    memset(y, 0, n * sizeof *y);
    for (size_t s = 0; s < samples; s++) {
        double z = ons_random_normal(random);
        for (size_t i = 0; i < n; i++) {
            z = 0.9 * z + sqrt(1 - 0.81) * ons_random_normal(random);
            all[s * n + i] = shape[i] * (1 + 0.1 * z);
            y[i] += all[s * n + i] / (double)samples;
        }
    }
    for (size_t i = 0; i < n * n; i++) {
        covariance[i] = 0;
        for (size_t s = 0; s < samples; s++) {
            covariance[i] += (all[s * n + i / n] - y[i / n]) * (all[s * n + i % n] - y[i % n]);
        }
        covariance[i] /= (double)samples * (double)(samples - 1);
    }
    free(all);
}

/* An exponential decay over 10 distances in one task: the covariance is estimated from 200 bins. */
static void test_errors_with_an_estimated_covariance_cover(void **state) {
    enum { N = 10, SAMPLES = 200 };
    const double truth[] = {1, 3};
    double x[N], y[N], e[N], shape[N], covariance[N * N];
    int within = 0, poor = 0;
    ons_model *model = model_named("exponential");
    ons_random random = ons_random_stream(4002, 0, 1);
    for (int i = 0; i < N; i++) {
        x[i] = i + 1;
        shape[i] = ons_model_value(model, x[i], truth);
    }
    for (int run = 0; run < RUNS; run++) {
        draw(N, SAMPLES, shape, &random, y, covariance);
        for (int i = 0; i < N; i++) { e[i] = sqrt(covariance[i * (N + 1)]); }
        const ons_points points = {N, x, y, e, covariance, SAMPLES - 1};
        ons_model_fit fit;
        WORKS(ons_model_least_squares(model, &points, NULL, NULL, &fit));
        within += fabs(fit.value[1] - truth[1]) <= fit.error[1];
        poor += fit.goodness < 0.1;
    }
    covered("length within an error", within, 0.6827);
    covered("goodness below 0.1, estimated", poor, 0.1);
    ons_model_free(model);
}

/* ---- what is refused ---- */

static void refused(ons_status status, ons_status wanted, const char *words) {
    if (status != wanted) { fail_msg("status %d where '%s' is expected", (int)status, words); }
    if (!strstr(ons_message(), words)) { fail_msg("'%s' lacks '%s'", ons_message(), words); }
}

static void test_what_cannot_be_fitted_is_refused_with_the_reason(void **state) {
    ons_model *model;
    refused(ons_model_named(&model, "powr"), ONS_INVALID, "did you mean 'power'?");
    refused(ons_model_formula(&model, "a*y^b", NULL), ONS_INVALID, "does not contain the variable: x");
    refused(ons_model_formula(&model, "a*temprature", "temperature"), ONS_INVALID, "x or temperature");
    refused(ons_model_formula(&model, "2*x", NULL), ONS_INVALID, "no parameter");
    refused(ons_model_formula(&model, "a*x^", NULL), ONS_INVALID, "column 5");
    model = model_of("a*exp(-x/xi)");
    size_t place;
    refused(ons_model_find(model, "c", &place), ONS_INVALID, "it has a, xi");
    const double x[] = {1, 2, 3}, y[] = {1, 2, 3}, bad[] = {1, 0, 1}, good[] = {1, 1, 1}, odd[] = {1, NAN, 3};
    ons_model_fit fit;
    ons_points points = {1, x, y, good, NULL, 0};
    refused(ons_model_least_squares(model, &points, NULL, NULL, &fit), ONS_INVALID, "at least as many points, not 1");
    points = (ons_points){3, x, y, bad, NULL, 0};
    refused(ons_model_least_squares(model, &points, NULL, NULL, &fit), ONS_INVALID, "at x = 2, has the error 0");
    points = (ons_points){3, x, odd, good, NULL, 0};
    refused(ons_model_least_squares(model, &points, NULL, NULL, &fit), ONS_INVALID, "not finite");
    ons_model_free(model);
    model = model_of("a*x + b*x"); /* two names for one thing */
    points = (ons_points){3, x, y, good, NULL, 0};
    refused(ons_model_least_squares(model, &points, NULL, NULL, &fit), ONS_INVALID, "do not determine 'b'");
    ons_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_named_model_finds_its_curve),
        cmocka_unit_test(test_a_line_is_that_of_the_normal_equations),
        cmocka_unit_test(test_correlated_points_weigh_as_their_covariance_says),
        cmocka_unit_test(test_fixed_parameters_stay),
        cmocka_unit_test(test_errors_of_a_power_law_cover),
        cmocka_unit_test(test_errors_with_an_estimated_covariance_cover),
        cmocka_unit_test(test_what_cannot_be_fitted_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
