/*
 * Boltzmann machines on two sides against sums over all states: partition functions, conditional probabilities, Gibbs
 * sampling, gradients of the likelihood; annealed importance sampling against exact ln Z; bits that do not depend on
 * threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning/boltzmann.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 31 };

static ons_boltzmann machine_of(size_t pixels, size_t classes, size_t odd, size_t deep, double width) {
    ons_boltzmann m;
    ons_random random = ons_random_stream(KEY, 0, 900);
    assert_int_equal(ons_boltzmann_create(&m, pixels, classes, odd, deep), ONS_OK);
    for (size_t k = 0; k < m.count; k++) { m.values[k] = width * ons_random_normal(&random); }
    return m;
}

/* State k of the even side: pixels and deep units by bits, the class by what is left. */
static bool even_state(const ons_boltzmann *m, size_t k, double *even) {
    const size_t bits = m->pixels + m->deep;
    memset(even, 0, m->even * sizeof *even);
    for (size_t b = 0; b < bits; b++) { even[b < m->pixels ? b : b + m->classes] = (double)(k >> b & 1); }
    const size_t class = k >> bits;
    if (m->classes == 0) { return class == 0; }
    if (class >= m->classes) { return false; }
    even[m->pixels + class] = 1;
    return true;
}

static double energy(const ons_boltzmann *m, const double *even, const double *odd) {
    const double *a = m->values + m->even * m->odd, *b = a + m->even;
    double sum = 0;
    for (size_t i = 0; i < m->even; i++) {
        sum += a[i] * even[i];
        for (size_t j = 0; j < m->odd; j++) { sum += even[i] * m->values[i * m->odd + j] * odd[j]; }
    }
    for (size_t j = 0; j < m->odd; j++) { sum += b[j] * odd[j]; }
    return sum;
}

/* By brute force: ln Z, and the means of e_i, o_j, e_i o_j in the order of the values. `data`: pixels and class are
 * held there (NULL: free). */
static double sum_states(const ons_boltzmann *m, const double *data, double *means) {
    double even[32], odd[32], Z = 0;
    memset(means, 0, m->count * sizeof *means);
    for (size_t k = 0; even_state(m, k, even); k++) {
        if (data && memcmp(even, data, (m->pixels + m->classes) * sizeof *even)) { continue; }
        for (size_t l = 0; l < (size_t)1 << m->odd; l++) {
            for (size_t j = 0; j < m->odd; j++) { odd[j] = (double)(l >> j & 1); }
            const double w = exp(energy(m, even, odd));
            Z += w;
            for (size_t i = 0; i < m->even; i++) {
                means[m->even * m->odd + i] += w * even[i];
                for (size_t j = 0; j < m->odd; j++) { means[i * m->odd + j] += w * even[i] * odd[j]; }
            }
            for (size_t j = 0; j < m->odd; j++) { means[m->even * m->odd + m->even + j] += w * odd[j]; }
        }
    }
    for (size_t k = 0; k < m->count; k++) { means[k] /= Z; }
    return log(Z);
}

static void test_partition_functions_match_enumeration(void **state) {
    static const size_t shapes[][4] = {{5, 0, 3, 0}, {3, 0, 6, 0}, {4, 3, 3, 0}, {3, 3, 7, 0},
                                       {4, 0, 3, 2}, {3, 3, 4, 2}, {2, 2, 7, 2}};
    double means[400];
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        ons_boltzmann m = machine_of(shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], 0.8);
        double exact;
        assert_int_equal(ons_boltzmann_exact(&m, 1, &exact), ONS_OK);
        assert_true(fabs(exact - sum_states(&m, NULL, means)) < 1e-11);
        ons_boltzmann_free(&m);
    }
}

/* No couplings: ln Z in closed form, with more bits than one piece holds. */
static void test_large_sums_in_gray_code(void **state) {
    ons_boltzmann m = machine_of(17, 0, 15, 0, 0.7);
    double exact, again, expected = 0;
    memset(m.values, 0, m.even * m.odd * sizeof *m.values);
    for (size_t k = m.even * m.odd; k < m.count; k++) { expected += log1p(exp(m.values[k])); }
    assert_int_equal(ons_boltzmann_exact(&m, 1, &exact), ONS_OK);
    assert_int_equal(ons_boltzmann_exact(&m, 3, &again), ONS_OK);
    assert_true(fabs(exact - expected) < 1e-10 && exact == again);
    ons_boltzmann_free(&m);
    m = machine_of(31, 0, 31, 0, 0.1);
    assert_int_equal(ons_boltzmann_exact(&m, 1, &exact), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "at most 30 units, not 31"));
    ons_boltzmann_free(&m);
}

static void test_weights_and_classes(void **state) {
    ons_boltzmann m = machine_of(4, 3, 5, 0, 0.8);
    double even[32], weight, sum[3], p[3], odd[5];
    for (size_t k = 0; k < 16; k++) {
        double total = 0;
        for (size_t c = 0; c < 3; c++) {
            even_state(&m, k + 16 * c, even);
            sum[c] = 0;
            for (size_t l = 0; l < 32; l++) {
                for (size_t j = 0; j < 5; j++) { odd[j] = (double)(l >> j & 1); }
                sum[c] += exp(energy(&m, even, odd));
            }
            assert_int_equal(ons_boltzmann_weight(&m, 1, even, &weight), ONS_OK);
            assert_true(fabs(weight - log(sum[c])) < 1e-12);
            total += sum[c];
        }
        assert_int_equal(ons_boltzmann_classify(&m, 1, even, p), ONS_OK);
        for (size_t c = 0; c < 3; c++) { assert_true(fabs(p[c] - sum[c] / total) < 1e-13); }
    }
    ons_boltzmann_free(&m);
}

/* 64 batches of 16 chains x 40 sweeps; means against sums over states within 6 standard errors (of 64 independent
 * batches: a false alarm in some 60 means below 1e-6). */
static void test_block_gibbs_samples_the_distribution(void **state) {
    enum { BATCHES = 64, CHAINS = 16, SWEEPS = 60, BURN = 20 };
    ons_boltzmann m = machine_of(4, 3, 4, 2, 0.6);
    double *means = calloc(m.count, sizeof *means), *sum = calloc(2 * m.count, sizeof *sum);
    double even[CHAINS * 9], odd[CHAINS * 4], scratch[CHAINS * 9];
    uint32_t words[CHAINS * 13];
    sum_states(&m, NULL, means);
    for (uint32_t batch = 0; batch < BATCHES; batch++) {
        ons_random random = ons_random_stream(KEY, batch, 1);
        double *own = calloc(m.count, sizeof *own);
        for (size_t c = 0; c < CHAINS; c++) { even_state(&m, 16 * 4 * (c % 3), even + c * m.even); }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            ons_boltzmann_sweep(&m, CHAINS, 0, &random, even, odd, scratch, words);
            for (size_t c = 0; c < CHAINS && sweep >= BURN; c++) {
                for (size_t i = 0; i < m.even; i++) { own[m.even * m.odd + i] += even[c * m.even + i]; }
                for (size_t k = 0; k < m.even * m.odd; k++) {
                    own[k] += even[c * m.even + k / m.odd] * odd[c * m.odd + k % m.odd];
                }
            }
        }
        for (size_t k = 0; k < m.even * (m.odd + 1); k++) {
            own[k] /= CHAINS * (SWEEPS - BURN);
            sum[k] += own[k];
            sum[m.count + k] += own[k] * own[k];
        }
        free(own);
    }
    for (size_t k = 0; k < m.even * (m.odd + 1); k++) {
        const double mean = sum[k] / BATCHES, error = sqrt((sum[m.count + k] / BATCHES - mean * mean) / (BATCHES - 1));
        assert_true(error > 0 && error < 0.02);
        assert_true(fabs(mean - means[k]) < 6 * error);
    }
    free(means);
    free(sum);
    ons_boltzmann_free(&m);
}

/* The positive phase alone (chains at rest cancel out of a difference) and finite differences of ln p(v): the exact
 * gradient by brute force is <.>_data - <.>_model. */
static void test_the_gradient_of_the_likelihood(void **state) {
    ons_boltzmann m = machine_of(4, 3, 4, 0, 0.7);
    double data[7] = {1, 0, 1, 1, 0, 1, 0}, even[7], free_means[60], held[60], gradient[60], other[60];
    double chains[7 * 32] = {0};
    const double Z = sum_states(&m, NULL, free_means), held_Z = sum_states(&m, data, held);
    double weight;
    memcpy(even, data, sizeof even);
    ons_boltzmann_weight(&m, 1, even, &weight);
    assert_true(fabs(weight - held_Z) < 1e-12 && Z > held_Z);
    for (size_t k = 0; k < m.count; k++) { /* ln p(v) = held_Z - Z by differences */
        const double kept = m.values[k], h = 1e-5;
        double value[2];
        for (int s = 0; s < 2; s++) {
            m.values[k] = kept + (s ? h : -h);
            value[s] = sum_states(&m, data, gradient) - sum_states(&m, NULL, other);
        }
        m.values[k] = kept;
        assert_true(fabs((value[1] - value[0]) / (2 * h) - (held[k] - free_means[k])) < 1e-8);
    }
    /* chains that have not moved: their statistics are sigma(x) at the chains */
    memcpy(chains, data, sizeof data);
    const ons_boltzmann_batch batch = {.examples = 1, .data = data, .chains = chains, .sweeps = 0, .key = KEY};
    assert_int_equal(ons_boltzmann_gradient(&m, &batch, gradient, NULL), ONS_OK);
    for (size_t k = 0; k < m.count; k++) { assert_true(fabs(gradient[k]) < 1e-14); }
    memset(chains, 0, sizeof chains);
    chains[4] = 1; /* nothing but class 0 */
    assert_int_equal(ons_boltzmann_gradient(&m, &batch, gradient, NULL), ONS_OK);
    double rest[7] = {0};
    rest[4] = 1;
    sum_states(&m, rest, other);
    for (size_t k = 0; k < m.count; k++) { assert_true(fabs(gradient[k] - held[k] + other[k]) < 1e-13); }
    ons_boltzmann_free(&m);
}

static void test_gradients_do_not_depend_on_threads(void **state) {
    ons_boltzmann m = machine_of(20, 4, 15, 6, 0.4);
    enum { EXAMPLES = 150 };
    double *data = calloc(EXAMPLES * 24, sizeof *data), *gradient[2];
    ons_random random = ons_random_stream(KEY, 0, 3);
    for (size_t k = 0; k < EXAMPLES * 24; k++) { data[k] = k % 24 < 20 ? ons_random_below(&random, 2) : k % 24 == 21; }
    for (unsigned t = 0; t < 2; t++) {
        double *chains = calloc(EXAMPLES * m.even, sizeof *chains), report;
        gradient[t] = calloc(m.count, sizeof **gradient);
        const ons_boltzmann_batch batch = {.examples = EXAMPLES,
                                           .data = data,
                                           .chains = chains,
                                           .sweeps = 3,
                                           .turns = 20,
                                           .threads = t ? 4 : 1,
                                           .key = KEY,
                                           .purpose = 50};
        assert_int_equal(ons_boltzmann_gradient(&m, &batch, gradient[t], &report), ONS_OK);
        assert_true(report > 0 && report < 1);
        free(chains);
    }
    assert_memory_equal(gradient[0], gradient[1], m.count * sizeof **gradient);
    free(gradient[0]);
    free(gradient[1]);
    free(data);
    ons_boltzmann_free(&m);
}

/* 5 standard errors of each of 5 machines and ln of a mean: with hundreds of effective chains the weights' mean is
 * close to normal; a false alarm is below 1e-5 a machine. */
static void test_annealed_importance_sampling_finds_the_exact_partition_function(void **state) {
    static const size_t shapes[][4] = {{12, 0, 8, 0}, {10, 3, 9, 0}, {12, 0, 8, 4}, {8, 4, 8, 6}, {30, 0, 10, 0}};
    for (uint32_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        ons_boltzmann m = machine_of(shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], 0.5);
        ons_annealed found, again;
        double exact;
        assert_int_equal(ons_boltzmann_exact(&m, 1, &exact), ONS_OK);
        assert_int_equal(ons_boltzmann_anneal(&m, NULL, 256, 200, KEY, s, 1, &found), ONS_OK);
        assert_int_equal(ons_boltzmann_anneal(&m, NULL, 256, 200, KEY, s, 3, &again), ONS_OK);
        assert_true(found.log_partition == again.log_partition && found.error == again.error);
        assert_true(found.effective > 50 && found.error > 0 && found.error < 0.1);
        if (fabs(found.log_partition - exact) > 5 * found.error) {
            fail_msg("machine %u: %g +- %g, exact %g", s, found.log_partition, found.error, exact);
        }
        ons_boltzmann_free(&m);
    }
}

static void test_mean_field_comes_to_rest(void **state) {
    ons_boltzmann m = machine_of(10, 0, 8, 0, 1.5);
    double even[10], odd[8], p[10];
    uint8_t held[10] = {1, 0, 0, 1};
    unsigned turns;
    for (size_t i = 0; i < 10; i++) { even[i] = i == 3 ? 0 : 1; }
    assert_int_equal(ons_boltzmann_mean_field(&m, 0, held, 1e-12, 10000, even, odd, &turns), ONS_OK);
    assert_true(even[0] == 1 && even[3] == 0 && turns > 1);
    ons_boltzmann_even(&m, 1, odd, p);
    for (size_t i = 0; i < 10; i++) {
        if (!held[i]) { assert_true(fabs(p[i] - even[i]) < 1e-12); }
    }
    ons_boltzmann_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partition_functions_match_enumeration),
        cmocka_unit_test(test_large_sums_in_gray_code),
        cmocka_unit_test(test_weights_and_classes),
        cmocka_unit_test(test_block_gibbs_samples_the_distribution),
        cmocka_unit_test(test_the_gradient_of_the_likelihood),
        cmocka_unit_test(test_gradients_do_not_depend_on_threads),
        cmocka_unit_test(test_annealed_importance_sampling_finds_the_exact_partition_function),
        cmocka_unit_test(test_mean_field_comes_to_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
