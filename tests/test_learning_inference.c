/*
 * Maximum entropy and the inverse Ising problem against closed forms, exact distributions and the law of their errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != ONS_OK) { fail_msg("%s", ons_message()); }                                                       \
    } while (0)

/* ---- maximum entropy ------------------------------------------------------------------------------------------ */

static const double die[6] = {1, 2, 3, 4, 5, 6};

/* E. T. Jaynes' die: p_i = z^i / sum z^i with mean 4.5. */
static void test_the_die_of_jaynes(void **state) {
    ons_maximum_entropy s = {0};
    const double average = 4.5, p[] = {0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749};
    OK(ons_maximum_entropy_solve(
        &(ons_maximum_entropy_problem){.states = 6, .features = 1, .feature = die, .average = &average}, &s));
    for (size_t i = 0; i < 6; i++) { assert_true(fabs(s.probability[i] - p[i]) < 5.1e-6); }
    assert_true(fabs(s.multiplier[0] - 0.371049) < 1e-6);
    assert_true(fabs(s.entropy - 1.613581) < 1e-6);
    assert_true(fabs(s.mean[0] - 4.5) < 1e-12);
    assert_true(fabs(s.divergence - (log(6) - s.entropy)) < 1e-12);
    ons_maximum_entropy_free(&s);
}

/* Averages of a known exponential family give its multipliers back; a redundant feature is named. */
static void test_a_hidden_family_is_recovered(void **state) {
    enum { STATES = 60, FEATURES = 4 };
    double feature[FEATURES][STATES], prior[STATES], average[FEATURES] = {0}, z = 0;
    const double hidden[FEATURES] = {0.7, -0.3, 0.05, 0};
    for (size_t x = 0; x < STATES; x++) {
        const double t = (double)x / 10 - 3;
        feature[0][x] = t;
        feature[1][x] = t * t;
        feature[2][x] = sin(5 * t);
        feature[3][x] = 2 + 3 * t - t * t; /* a combination of the first two */
        prior[x] = x % 7 == 3 ? -INFINITY : 0.1 * cos(t);
    }
    for (size_t x = 0; x < STATES; x++) {
        double weight = prior[x];
        for (size_t k = 0; k < FEATURES; k++) { weight += hidden[k] * feature[k][x]; }
        z += weight = exp(weight);
        for (size_t k = 0; k < FEATURES; k++) { average[k] += weight * feature[k][x]; }
    }
    for (size_t k = 0; k < FEATURES; k++) { average[k] /= z; }
    ons_maximum_entropy_problem problem = {STATES, FEATURES, prior, feature[0], average, NULL};
    ons_maximum_entropy s = {0};
    OK(ons_maximum_entropy_solve(&problem, &s));
    for (size_t k = 0; k < FEATURES; k++) {
        assert_true(fabs(s.multiplier[k] - hidden[k]) < 1e-9);
        assert_true(s.redundant[k] == (k == 3));
        assert_true(fabs(s.mean[k] - average[k]) < 1e-11);
    }
    assert_true(s.probability[3] == 0);
    average[3] += 0.01;
    assert_int_equal(ons_maximum_entropy_solve(&problem, &s), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "contradicts"));
}

/* d <f_k> / d lambda_l = Cov, by solving for averages that are a little off. */
static void test_the_covariance_is_the_response(void **state) {
    double feature[2][6], average[2] = {4.2, 20};
    ons_maximum_entropy s = {0}, up = {0};
    for (size_t i = 0; i < 6; i++) {
        feature[0][i] = die[i];
        feature[1][i] = die[i] * die[i];
    }
    const ons_maximum_entropy_problem problem = {6, 2, NULL, feature[0], average, NULL};
    OK(ons_maximum_entropy_solve(&problem, &s));
    average[0] += 1e-5;
    OK(ons_maximum_entropy_solve(&problem, &up));
    for (size_t k = 0; k < 2; k++) { /* C dlambda = dc */
        const double moved = s.covariance[2 * k] * (up.multiplier[0] - s.multiplier[0]) +
                             s.covariance[2 * k + 1] * (up.multiplier[1] - s.multiplier[1]);
        assert_true(fabs(moved - (k == 0 ? 1e-5 : 0)) < 1e-8);
    }
    ons_maximum_entropy_free(&s);
    ons_maximum_entropy_free(&up);
}

static void assert_refused(size_t features, const double *average, const char *word) {
    double feature[2][6];
    for (size_t i = 0; i < 6; i++) {
        feature[0][i] = die[i];
        feature[1][i] = die[i] * die[i];
    }
    ons_maximum_entropy s = {0};
    const ons_maximum_entropy_problem problem = {6, features, NULL, feature[0], average, NULL};
    assert_int_equal(ons_maximum_entropy_solve(&problem, &s), ONS_INVALID);
    if (!strstr(ons_message(), word)) { fail_msg("'%s' is not in: %s", word, ons_message()); }
    assert_null(s.probability);
}

static void test_what_cannot_be_is_refused_with_words(void **state) {
    assert_refused(1, (double[]){7}, "cannot be");
    assert_refused(1, (double[]){6}, "end of its values");
    assert_refused(1, (double[]){NAN}, "cannot be");
    assert_refused(2, (double[]){3.5, 10}, "no distribution");    /* <x^2> below <x>^2 */
    assert_refused(2, (double[]){3.5, 12.25}, "no distribution"); /* no state is 3.5: 12.5 is the least */
    assert_refused(2, (double[]){3.5, 12.5}, "boundary");         /* 3 or 4 */
    assert_refused(2, (double[]){3.5, 18.5}, "boundary");         /* 1 or 6 */
}

/* ---- inverse Ising -------------------------------------------------------------------------------------------- */

enum { N = 6 };

typedef struct planted {
    double field[N], coupling[N * N], mean[N], product[N * N], log_partition;
} planted;

/* A tree (each spin bound to an earlier one) or all pairs. */
static void plant(planted *p, bool tree, double scale) {
    ons_random random = ons_random_stream(42, tree, 0);
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < N; i++) {
        p->field[i] = 0.4 * scale * ons_random_normal(&random);
        const size_t parent = i ? ons_random_below(&random, (uint32_t)i) : 0;
        for (size_t j = 0; j < i; j++) {
            const double value = scale * ons_random_normal(&random);
            if (!tree || j == parent) { p->coupling[i * N + j] = p->coupling[j * N + i] = value; }
        }
    }
    OK(ons_pairwise_moments(N, p->field, p->coupling, &p->log_partition, p->mean, p->product));
}

/* The transform against a plain sum over all states. */
static void test_moments_match_enumeration(void **state) {
    planted p;
    plant(&p, false, 0.5);
    double z = 0, mean = 0, product = 0;
    for (size_t x = 0; x < 1 << N; x++) {
        double weight = 0, s[N];
        for (size_t i = 0; i < N; i++) { s[i] = x >> i & 1 ? -1 : 1; }
        for (size_t i = 0; i < N; i++) {
            weight += p.field[i] * s[i];
            for (size_t j = 0; j < i; j++) { weight += p.coupling[i * N + j] * s[i] * s[j]; }
        }
        weight = exp(weight);
        z += weight;
        mean += weight * s[2];
        product += weight * s[1] * s[4];
    }
    assert_true(fabs(log(z) - p.log_partition) < 1e-12);
    assert_true(fabs(mean / z - p.mean[2]) < 1e-13);
    assert_true(fabs(product / z - p.product[1 * N + 4]) < 1e-13);
}

static double distance(const planted *p, const ons_inverse_ising *s) {
    double most = 0;
    for (size_t i = 0; i < N; i++) {
        most = fmax(most, fabs(p->field[i] - s->field[i]));
        for (size_t j = 0; j < N; j++) { most = fmax(most, fabs(p->coupling[i * N + j] - s->coupling[i * N + j])); }
    }
    return most;
}

static double distance_of(const planted *p, ons_inverse_method method) {
    ons_inverse_ising s = {0};
    OK(ons_inverse_ising_moments(N, p->mean, p->product, 0, &(ons_inverse_options){.method = method}, &s));
    const double far = distance(p, &s);
    ons_inverse_ising_free(&s);
    return far;
}

static void test_exact_moments_give_the_planted_model_back(void **state) {
    planted p;
    plant(&p, false, 0.7);
    assert_true(distance_of(&p, ONS_INVERSE_EXACT) < 1e-9);
}

/* Bethe's approximation is exact on trees, fields included. */
static void test_bethe_is_exact_on_trees(void **state) {
    planted p;
    plant(&p, true, 0.6);
    assert_true(distance_of(&p, ONS_INVERSE_BETHE) < 1e-9);
}

/* Halving all couplings and fields of a weak model: an error of order n in them falls by 2^n. Naive mean field leaves
 * J^2 m m (order 4 in J and h) and the field's J^2 m (3), TAP and pairs leave J^3 (a loop: J_ik J_kj has order 2 for
 * pairs alone), small correlations have loops and pairs. */
static void test_approximations_converge_at_weak_coupling(void **state) {
    planted weak, weaker;
    plant(&weak, false, 0.02);
    plant(&weaker, false, 0.01);
    const struct {
        ons_inverse_method method;
        double order;
    } cases[] = {{ONS_INVERSE_NAIVE, 3},
                 {ONS_INVERSE_TAP, 3},
                 {ONS_INVERSE_PAIR, 2},
                 {ONS_INVERSE_BETHE, 4},
                 {ONS_INVERSE_SMALL, 4}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const double order = log2(distance_of(&weak, cases[k].method) / distance_of(&weaker, cases[k].method));
        print_message("method %d: order %.3f, error %.3g\n", (int)cases[k].method, order,
                      distance_of(&weak, cases[k].method));
        assert_true(order > cases[k].order - 0.3);
    }
}

/* chi^2 per coupling of B samples, and the error times sqrt(B): rms over all parameters. */
static void study(const planted *p, ons_inverse_method method, size_t samples, uint32_t replica, double *chi,
                  double *rms) {
    ons_spin_samples data = {N, samples, malloc(N * samples)};
    ons_random random = ons_random_stream(7, replica, 1);
    OK(ons_pairwise_draw(N, p->field, p->coupling, samples, &random, data.values));
    ons_inverse_ising s = {0};
    OK(ons_inverse_ising_samples(&data, &(ons_inverse_options){.method = method}, &s));
    *chi = *rms = 0;
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < i; j++) {
            const double off = s.coupling[i * N + j] - p->coupling[i * N + j];
            *chi += pow(off / s.coupling_error[i * N + j], 2) / (N * (N - 1) / 2);
            *rms += off * off / (N * (N - 1) / 2);
        }
    }
    *rms = sqrt(*rms * (double)samples);
    ons_inverse_ising_free(&s);
    ons_spin_samples_free(&data);
}

/* Mean chi^2 over 40 data sets of 15 couplings is 1 +- 0.06 (correlated couplings: at most 0.25); six of these are the
 * window. The error falls as 1/sqrt(B): sqrt(B) rms at 2,000 and at 32,000 samples agree within 15 %, six errors. */
static void test_errors_have_their_size_and_scale_with_the_samples(void **state) {
    planted p;
    plant(&p, false, 0.3);
    const ons_inverse_method methods[] = {ONS_INVERSE_EXACT, ONS_INVERSE_PSEUDO};
    for (size_t k = 0; k < 2; k++) {
        double chi = 0, few = 0, many = 0;
        for (uint32_t replica = 0; replica < 40; replica++) {
            double c, r;
            study(&p, methods[k], 2000, replica, &c, &r);
            few += r * r / 40;
            study(&p, methods[k], 32000, 100 + replica, &c, &r);
            chi += c / 40;
            many += r * r / 40;
        }
        print_message("chi^2 %.3f, sqrt(B) rms %.3f and %.3f\n", chi, sqrt(few), sqrt(many));
        assert_true(chi > 0.64 && chi < 1.36);
        assert_true(sqrt(few / many) > 0.8 && sqrt(few / many) < 1.25);
    }
}

/* Where samples are the exact distribution (every state as often as it should be), pseudo-likelihood has no bias. */
static void test_pseudo_likelihood_is_consistent(void **state) {
    planted p;
    plant(&p, false, 0.4);
    const size_t total = 400000;
    ons_spin_samples data = {N, 0, malloc(N * (total + 64))};
    for (size_t x = 0; x < 1 << N; x++) {
        double weight = -p.log_partition, s[N];
        for (size_t i = 0; i < N; i++) { s[i] = x >> i & 1 ? -1 : 1; }
        for (size_t i = 0; i < N; i++) {
            weight += p.field[i] * s[i];
            for (size_t j = 0; j < i; j++) { weight += p.coupling[i * N + j] * s[i] * s[j]; }
        }
        for (size_t times = (size_t)lrint((double)total * exp(weight)); times > 0; times--, data.samples++) {
            for (size_t i = 0; i < N; i++) { data.values[data.samples * N + i] = (int8_t)s[i]; }
        }
    }
    ons_inverse_ising s = {0};
    OK(ons_inverse_ising_samples(&data, &(ons_inverse_options){.method = ONS_INVERSE_PSEUDO}, &s));
    assert_true(distance(&p, &s) < 1e-3); /* rounding of the counts: 1/2 in 400,000 */
    /* A lasso shrinks, and a strong one leaves nothing. */
    ons_inverse_ising less = {0};
    OK(ons_inverse_ising_samples(&data, &(ons_inverse_options){.method = ONS_INVERSE_PSEUDO, .lasso = 0.05}, &less));
    for (size_t k = 0; k < N * N; k++) { assert_true(fabs(less.coupling[k]) <= fabs(s.coupling[k]) + 0.05); }
    OK(ons_inverse_ising_samples(&data, &(ons_inverse_options){.method = ONS_INVERSE_PSEUDO, .lasso = 2}, &less));
    for (size_t k = 0; k < N * N; k++) { assert_true(less.coupling[k] == 0); }
    for (size_t i = 0; i < N; i++) { assert_true(fabs(tanh(less.field[i]) - p.mean[i]) < 1e-4); }
    ons_inverse_ising_free(&less);
    ons_inverse_ising_free(&s);
    ons_spin_samples_free(&data);
}

/* With a ridge the gradient of the penalised likelihood vanishes: <ss>_model + ridge J = <ss>_data. */
static void test_a_ridge_meets_its_equation(void **state) {
    planted p;
    plant(&p, false, 0.5);
    ons_inverse_ising s = {0};
    OK(ons_inverse_ising_moments(N, p.mean, p.product, 1000, &(ons_inverse_options){.ridge = 0.1}, &s));
    double mean[N], product[N * N];
    OK(ons_pairwise_moments(N, s.field, s.coupling, NULL, mean, product));
    for (size_t i = 0; i < N; i++) {
        assert_true(fabs(mean[i] - p.mean[i]) < 1e-10);
        for (size_t j = 0; j < i; j++) {
            assert_true(fabs(product[i * N + j] + 0.1 * s.coupling[i * N + j] - p.product[i * N + j]) < 1e-10);
        }
    }
    ons_inverse_ising_free(&s);
}

static void assert_samples_refused(const int8_t *values, size_t rows, size_t spins, ons_inverse_options options,
                                   const char *word) {
    ons_inverse_ising s = {0};
    const ons_spin_samples data = {spins, rows, (int8_t *)(uintptr_t)values};
    if (ons_inverse_ising_samples(&data, &options, &s) >= 0) { fail_msg("not refused: %s", word); }
    if (!strstr(ons_message(), word)) { fail_msg("'%s' is not in: %s", word, ons_message()); }
}

static void test_samples_without_a_finite_answer_are_refused(void **state) {
    const int8_t still[] = {1, 1, 1, -1}, equal[] = {1, 1, -1, -1}, three[] = {1, 1, -1, 1, -1, 1, -1, 1, 1, 1, 1, 1};
    assert_samples_refused(still, 2, 2, (ons_inverse_options){0}, "always +1");
    assert_samples_refused(equal, 2, 2, (ons_inverse_options){0}, "never in state");
    assert_samples_refused(equal, 2, 2, (ons_inverse_options){.method = ONS_INVERSE_NAIVE}, "singular");
    assert_samples_refused(equal, 2, 2, (ons_inverse_options){.method = ONS_INVERSE_PSEUDO}, "infinite");
    assert_samples_refused(equal, 2, 2, (ons_inverse_options){.ridge = -1}, "not negative");
    assert_samples_refused(three, 4, 3, (ons_inverse_options){0}, "never in state");
    /* All pairs have all their states, but the three spins are never equal: a facet that no pair shows. */
    int8_t frustrated[6 * 3];
    size_t row = 0;
    for (size_t x = 1; x < 7; x++, row++) {
        for (size_t i = 0; i < 3; i++) { frustrated[row * 3 + i] = x >> i & 1 ? 1 : -1; }
    }
    assert_samples_refused(frustrated, 6, 3, (ons_inverse_options){0}, "boundary");
    ons_inverse_ising s = {0};
    const ons_spin_samples data = {3, 6, frustrated};
    OK(ons_inverse_ising_samples(&data, &(ons_inverse_options){.ridge = 0.01}, &s));
    assert_true(s.coupling[1] < 0);
    ons_inverse_ising_free(&s);
}

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void test_samples_are_read_from_text_and_arrays(void **state) {
    char path[] = "/tmp/onsager-samples-XXXXXX";
    const int handle = mkstemp(path);
    assert_true(handle >= 0);
    ons_spin_samples s;
    const char text[] = "# three spins\n1 -1,1\n\n-1;-1\t1 # the second\n";
    write_file(path, text, sizeof text - 1);
    OK(ons_spin_samples_read(path, &s));
    assert_int_equal(s.spins, 3);
    assert_int_equal(s.samples, 2);
    assert_memory_equal(s.values, ((int8_t[]){1, -1, 1, -1, -1, 1}), 6);
    ons_spin_samples_free(&s);
    unsigned char array[128 + 6] = "\x93NUMPY\x01";
    array[8] = 118;
    snprintf((char *)array + 10, 119, "{'descr': '|i1', 'fortran_order': False, 'shape': (3, 2), }%58s\n", "");
    memcpy(array + 128, (unsigned char[]){1, 0, 0, 1, 1, 1}, 6);
    write_file(path, array, sizeof array);
    OK(ons_spin_samples_read(path, &s));
    assert_int_equal(s.spins, 2);
    assert_memory_equal(s.values, ((int8_t[]){1, -1, -1, 1, 1, 1}), 6);
    ons_spin_samples_free(&s);
    const char *const wrong[][2] = {{"1 -1\n1\n", ":2: this configuration has 1 spins"},
                                    {"1 2\n", "found '2'"},
                                    {"0 1\n-1 1\n", "0 and -1"},
                                    {"# nothing\n", "no configuration"}};
    for (size_t k = 0; k < 4; k++) {
        write_file(path, wrong[k][0], strlen(wrong[k][0]));
        assert_int_equal(ons_spin_samples_read(path, &s), ONS_INVALID);
        if (!strstr(ons_message(), wrong[k][1])) { fail_msg("%s", ons_message()); }
    }
    array[128] = 7;
    write_file(path, array, sizeof array);
    assert_int_equal(ons_spin_samples_read(path, &s), ONS_INVALID);
    write_file(path, array, sizeof array - 1);
    assert_int_equal(ons_spin_samples_read(path, &s), ONS_INVALID);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_die_of_jaynes),
        cmocka_unit_test(test_a_hidden_family_is_recovered),
        cmocka_unit_test(test_the_covariance_is_the_response),
        cmocka_unit_test(test_what_cannot_be_is_refused_with_words),
        cmocka_unit_test(test_moments_match_enumeration),
        cmocka_unit_test(test_exact_moments_give_the_planted_model_back),
        cmocka_unit_test(test_bethe_is_exact_on_trees),
        cmocka_unit_test(test_approximations_converge_at_weak_coupling),
        cmocka_unit_test(test_errors_have_their_size_and_scale_with_the_samples),
        cmocka_unit_test(test_pseudo_likelihood_is_consistent),
        cmocka_unit_test(test_a_ridge_meets_its_equation),
        cmocka_unit_test(test_samples_without_a_finite_answer_are_refused),
        cmocka_unit_test(test_samples_are_read_from_text_and_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
