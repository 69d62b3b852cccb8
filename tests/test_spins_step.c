/*
 * Step operators against sums over all histories, dense matrices and closed forms.
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

/* ---- the quantum rule is the classical one ------------------------------------------------------------------- */

enum { SPINS = 3, STATES = 8, SLICES = 6 };

/* Sums over 2^21 histories: probabilities of every slice, of pairs of slices, Z. In long double: 64 bits or more of
 * mantissa on x86, whose rounding stays far below 1e-12. */
typedef struct histories {
    long double total, slice[SLICES + 1][STATES], pair[SLICES + 1][SLICES + 1][STATES][STATES];
} histories;

static void add_history(void *data, const uint32_t *state, double weight) {
    histories *h = data;
    h->total += weight;
    for (unsigned t = 0; t <= SLICES; t++) {
        h->slice[t][state[t]] += weight;
        h->pair[0][t][state[0]][state[t]] += weight;
        h->pair[2][t][state[2]][state[t]] += weight;
    }
}

static double sign_of(uint32_t state, unsigned k) { return state >> k & 1 ? 1 : -1; }

typedef struct model {
    ons_step_couplings couplings[SLICES];
    ons_step *step[SLICES];
    double initial[STATES], final[STATES];
} model;

static void make_model(model *m, uint32_t seed) {
    ons_random random = ons_random_stream(seed, 0, 0);
    for (unsigned t = 0; t < SLICES; t++) {
        ons_step_random(&m->couplings[t], SPINS, 0.6, &random);
        m->couplings[t].shift = t % 3; /* the shift and its bonds too */
        assert_int_equal(ons_step_from_couplings(&m->step[t], &m->couplings[t]), ONS_OK);
    }
    for (unsigned k = 0; k < STATES; k++) {
        m->initial[k] = ons_random_uniform(&random);
        m->final[k] = ons_random_uniform(&random);
    }
}

static void free_model(model *m) {
    for (unsigned t = 0; t < SLICES; t++) { ons_step_free(m->step[t]); }
}

static void assert_slice(const histories *h, const ons_evolution *e, unsigned t) {
    double p[STATES], spins[SPINS], correlations[SPINS], diagonal[STATES * STATES] = {0};
    ons_evolution_probabilities(e, p);
    ons_evolution_spins(e, spins);
    for (unsigned k = 0; k < STATES; k++) { assert_true(fabs(p[k] - (double)(h->slice[t][k] / h->total)) < 1e-12); }
    for (unsigned k = 0; k < SPINS; k++) {
        double exact = 0;
        for (unsigned s = 0; s < STATES; s++) {
            exact += sign_of(s, k) * (double)(h->slice[t][s] / h->total);
            diagonal[s * STATES + s] = sign_of(s, k);
        }
        assert_true(fabs(spins[k] - exact) < 1e-12);
        assert_true(fabs(ons_evolution_expectation(e, diagonal) - exact) < 1e-12);
    }
    assert_true(fabs(ons_evolution_log_partition(e) - log((double)h->total)) < 1e-12);
    if (t < 2) { return; }
    ons_evolution_correlations(e, correlations);
    for (unsigned k = 0; k < SPINS; k++) {
        double exact = 0;
        for (unsigned a = 0; a < STATES; a++) {
            for (unsigned b = 0; b < STATES; b++) {
                exact += sign_of(a, 1) * sign_of(b, k) * (double)h->pair[2][t][a][b];
            }
        }
        assert_true(fabs(correlations[k] - exact / (double)h->total) < 1e-12);
    }
}

static void test_two_wave_functions_match_the_sum_over_two_million_histories(void **state) {
    model m;
    histories *h = calloc(1, sizeof *h);
    make_model(&m, 7);
    assert_non_null(h);
    assert_int_equal(ons_histories(m.couplings, SLICES, SLICES, m.initial, m.final, add_history, h), ONS_OK);
    ons_evolution *e;
    assert_int_equal(ons_evolution_create(&e, (const ons_step *const *)m.step, SLICES, SLICES, m.initial, m.final),
                     ONS_OK);
    assert_int_equal(ons_evolution_prepare(e, NULL, NULL), ONS_OK);
    for (unsigned t = 0; t <= SLICES; t++) {
        if (t == 2) { assert_int_equal(ons_evolution_mark(e, 1), ONS_OK); }
        assert_slice(h, e, t);
        assert_int_equal(ons_evolution_advance(e), t < SLICES ? ONS_OK : ONS_DONE);
    }
    ons_evolution_free(e);
    free_model(&m);
    free(h);
}

/* Heisenberg operators: <A(t) B(0)> = tr(U^-1 A U B rho'(0)) with U the dense product of the steps, without inverses as
 * p(t)' A U B q(0) / Z. */
static void test_unequal_times_match_dense_products(void **state) {
    model m;
    double u[STATES][STATES] = {{0}}, matrix[STATES * STATES], next[STATES][STATES];
    histories *h = calloc(1, sizeof *h);
    make_model(&m, 8);
    assert_non_null(h);
    assert_int_equal(ons_histories(m.couplings, SLICES, SLICES, m.initial, m.final, add_history, h), ONS_OK);
    for (unsigned k = 0; k < STATES; k++) { u[k][k] = 1; }
    for (unsigned t = 0; t < SLICES; t++) {
        assert_int_equal(ons_step_matrix(m.step[t], matrix), ONS_OK);
        memset(next, 0, sizeof next);
        for (unsigned i = 0; i < STATES; i++) {
            for (unsigned k = 0; k < STATES; k++) {
                for (unsigned j = 0; j < STATES; j++) { next[i][j] += matrix[i * STATES + k] * u[k][j]; }
            }
        }
        memcpy(u, next, sizeof u);
    }
    double sum = 0, exact = 0;
    for (unsigned i = 0; i < STATES; i++) {
        for (unsigned j = 0; j < STATES; j++) {
            sum += m.final[i] * sign_of(i, 2) * u[i][j] * sign_of(j, 0) * m.initial[j] / (double)h->total;
            exact += (double)(h->pair[0][SLICES][j][i] / h->total) * sign_of(j, 0) * sign_of(i, 2);
        }
    }
    assert_true(fabs(sum - exact) < 1e-12);
    free_model(&m);
    free(h);
}

/* ---- the operator itself ------------------------------------------------------------------------------------- */

static void test_matrix_elements_are_weights_of_the_couplings(void **state) {
    ons_random random = ons_random_stream(3, 0, 0);
    for (unsigned spins = 1; spins <= 6; spins++) {
        const uint32_t n = 1U << spins;
        ons_step_couplings kinds[3];
        ons_step_random(&kinds[0], spins, 0.8, &random);
        ons_step_ising(&kinds[1], spins, 0.4, 0.7, 0.2);
        ons_step_diagonal_ising(&kinds[2], spins, 0.9);
        for (unsigned kind = 0; kind < 3; kind++) {
            ons_step *step;
            double *matrix = calloc((size_t)n * n, sizeof *matrix);
            assert_non_null(matrix);
            assert_int_equal(ons_step_from_couplings(&step, &kinds[kind]), ONS_OK);
            assert_int_equal(ons_step_matrix(step, matrix), ONS_OK);
            for (uint32_t to = 0; to < n; to++) {
                for (uint32_t from = 0; from < n; from++) {
                    const double exact = exp(ons_step_couplings_log(&kinds[kind], to, from));
                    assert_true(fabs(matrix[to * n + from] - exact) < 1e-13 * exact);
                }
            }
            free(matrix);
            ons_step_free(step);
        }
    }
}

/* p.(T q) = (T' p).q for all kinds of factors. */
static void test_backward_is_the_transpose_of_forward(void **state) {
    enum { M = 7, N = 128 };
    ons_random random = ons_random_stream(4, 0, 0);
    ons_step *step;
    uint32_t target[N];
    double gate[256], p[N], q[N], p0[N], q0[N], scratch[N], left = 0, right = 0;
    assert_int_equal(ons_step_create(&step, M), ONS_OK);
    for (unsigned k = 0; k < 256; k++) { gate[k] = ons_random_normal(&random); }
    for (unsigned k = 0; k < N; k++) {
        target[k] = ons_random_below(&random, N);
        p[k] = p0[k] = ons_random_normal(&random);
        q[k] = q0[k] = ons_random_normal(&random);
    }
    assert_int_equal(ons_step_gate(step, 4, (unsigned[]){5, 0, 3, 6}, gate), ONS_OK);
    assert_int_equal(ons_step_shift(step, 3), ONS_OK);
    assert_int_equal(ons_step_diagonal(step, 3, (unsigned[]){6, 2, 1}, gate), ONS_OK);
    assert_int_equal(ons_step_jump(step, target), ONS_OK);
    assert_int_equal(ons_step_gate(step, 1, (unsigned[]){4}, gate), ONS_OK);
    ons_step_forward(step, q, scratch);
    ons_step_backward(step, p, scratch);
    for (unsigned k = 0; k < N; k++) {
        left += p0[k] * q[k];
        right += p[k] * q0[k];
    }
    assert_true(fabs(left - right) < 1e-10 * (1 + fabs(left)));
    ons_step_free(step);
}

static void test_an_automaton_keeps_the_norm_to_the_last_bit_of_a_permutation(void **state) {
    enum { N = 256 };
    const ons_automaton thirring = {ONS_THIRRING, 2, 2, NULL};
    uint32_t target[N];
    double q[N], first[N], scratch[N];
    ons_random random = ons_random_stream(5, 0, 0);
    ons_step *step;
    for (uint32_t k = 0; k < N; k++) {
        target[k] = (uint32_t)ons_automaton_next(&thirring, k);
        q[k] = first[k] = ons_random_normal(&random);
    }
    assert_int_equal(ons_step_create(&step, 8), ONS_OK);
    assert_int_equal(ons_step_jump(step, target), ONS_OK);
    for (unsigned t = 0; t < 1000; t++) { ons_step_forward(step, q, scratch); }
    for (unsigned t = 0; t < 1000; t++) { ons_step_backward(step, q, scratch); }
    assert_memory_equal(q, first, sizeof q); /* the transpose is the inverse */
    ons_step_free(step);
}

/* ---- closed forms -------------------------------------------------------------------------------------------- */

static ons_evolution *evolve(const ons_step *step, uint64_t slices, const double *initial, const double *final) {
    ons_evolution *e;
    assert_int_equal(ons_evolution_create(&e, &step, 1, slices, initial, final), ONS_OK);
    assert_int_equal(ons_evolution_prepare(e, NULL, NULL), ONS_OK);
    return e;
}

static void test_a_chain_forgets_its_boundary_as_tanh_to_the_t(void **state) {
    const double kappa = 0.5, initial[2] = {0.1, 0.9}, free_end[2] = {1, 1};
    ons_step_couplings chain;
    ons_step *step;
    ons_step_ising(&chain, 1, kappa, 0, 0);
    assert_int_equal(ons_step_from_couplings(&step, &chain), ONS_OK);
    for (uint64_t slices = 0; slices <= 23; slices++) { /* all shapes of the checkpoints */
        ons_evolution *e = evolve(step, slices, initial, free_end);
        assert_int_equal(ons_evolution_mark(e, 0), ONS_OK);
        for (uint64_t t = 0; t <= slices; t++) {
            double spin, correlation;
            ons_evolution_spins(e, &spin);
            ons_evolution_correlations(e, &correlation);
            assert_true(fabs(spin - 0.8 * pow(tanh(kappa), (double)t)) < 1e-13);
            assert_true(fabs(correlation - pow(tanh(kappa), (double)t)) < 1e-13);
            assert_true(fabs(ons_evolution_log_partition(e) - (double)slices * log(2 * cosh(kappa))) < 1e-12);
            assert_int_equal(ons_evolution_advance(e), t < slices ? ONS_OK : ONS_DONE);
        }
        ons_evolution_free(e);
    }
    ons_step_free(step);
}

/* Kaufman, Phys. Rev. 76, 1232 (1949): cosh g(k) = cosh 2K* cosh 2K - sinh 2K* sinh 2K cos k; on the disordered side
 * the largest eigenvalues of the two sectors of the symmetric transfer matrix have ln(l0/l1) = g(0)/1 + (sum over
 * momenta (2j+1) pi/M - sum over 2 j pi/M)/2 with g(0) = 2 (K* - K) signed. */
static double kaufman_gap(unsigned width, double kappa) {
    const double dual = -0.5 * log(tanh(kappa)), pi = acos(-1);
    double sum = 0;
    for (unsigned j = 0; j < width; j++) {
        for (unsigned odd = 0; odd < 2; odd++) {
            const double k = (2 * j + odd) * pi / width;
            const double c = cosh(2 * dual) * cosh(2 * kappa) - sinh(2 * dual) * sinh(2 * kappa) * cos(k);
            const double g = j == 0 && !odd ? 2 * (dual - kappa) : acosh(c);
            sum += odd ? g / 2 : -g / 2;
        }
    }
    return sum + 2 * (dual - kappa);
}

static double strip_gap(unsigned width, double kappa) {
    ons_step_couplings couplings;
    ons_step *step;
    const uint32_t n = 1U << width;
    double *even = calloc(n, sizeof *even), *odd = calloc(n, sizeof *odd), values[2];
    assert_non_null(even);
    assert_non_null(odd);
    ons_step_ising(&couplings, width, kappa, kappa, 0);
    assert_int_equal(ons_step_from_couplings(&step, &couplings), ONS_OK);
    for (uint32_t s = 0; s < n; s++) {
        even[s] = 1;
        odd[s] = 2.0 * __builtin_popcount(s) - width;
    }
    assert_int_equal(ons_step_leading(step, even, 1e-8, 2000, &values[0]), ONS_OK);
    assert_int_equal(ons_step_leading(step, odd, 1e-8, 2000, &values[1]), ONS_OK);
    free(even);
    free(odd);
    ons_step_free(step);
    return log(values[0] / values[1]);
}

static void test_gaps_of_strips_match_kaufman_at_every_width(void **state) {
    for (unsigned width = 3; width <= 10; width++) {
        for (double kappa = 0.2; kappa < 0.55; kappa += 0.15) { /* both sides of 0.4407 */
            const double gap = strip_gap(width, kappa);
            assert_true(fabs(gap - kaufman_gap(width, kappa)) < 1e-11);
        }
    }
    assert_true(fabs(strip_gap(12, 0.3) - 2 * (-0.5 * log(tanh(0.3)) - 0.3)) < 0.002 * 0.634);
}

/* Histories drawn one step after the other have the weights of the sum: all 2^9 of M = 3, three slices, by chi^2. */
static void test_drawn_histories_have_the_weights_of_the_sum(void **state) {
    enum { DRAWS = 40000, T = 2, PLACES = 512 };
    model m;
    static double exact[PLACES], seen[PLACES];
    memset(exact, 0, sizeof exact);
    memset(seen, 0, sizeof seen);
    make_model(&m, 9);
    double total = 0;
    for (unsigned a = 0; a < STATES; a++) {
        for (unsigned b = 0; b < STATES; b++) {
            for (unsigned c = 0; c < STATES; c++) {
                exact[a | b << 3 | c << 6] =
                    m.initial[a] * m.final[c] *
                    exp(ons_step_couplings_log(&m.couplings[0], b, a) + ons_step_couplings_log(&m.couplings[1], c, b));
                total += exact[a | b << 3 | c << 6];
            }
        }
    }
    ons_evolution *e;
    assert_int_equal(ons_evolution_create(&e, (const ons_step *const *)m.step, SLICES, T, m.initial, m.final), ONS_OK);
    assert_int_equal(ons_evolution_prepare(e, NULL, NULL), ONS_OK);
    uint32_t *history = calloc(DRAWS, sizeof *history);
    assert_non_null(history);
    ons_random random = ons_random_stream(11, 0, 0);
    for (unsigned k = 0; k < DRAWS; k++) { history[k] = ons_evolution_draw(e, ons_random_uniform(&random)); }
    for (unsigned t = 1; t <= T; t++) {
        assert_int_equal(ons_evolution_advance(e), ONS_OK);
        for (unsigned k = 0; k < DRAWS; k++) {
            const uint32_t from = history[k] >> 3 * (t - 1) & 7;
            history[k] |= ons_evolution_draw_next(e, from, ons_random_uniform(&random)) << 3 * t;
        }
    }
    for (unsigned k = 0; k < DRAWS; k++) { seen[history[k]]++; }
    double chi = 0, freedom = -1, rest = 0, rest_seen = 0;
    for (unsigned k = 0; k < PLACES; k++) {
        const double expected = DRAWS * exact[k] / total;
        if (expected < 5) {
            rest += expected;
            rest_seen += seen[k];
            continue;
        }
        chi += (seen[k] - expected) * (seen[k] - expected) / expected;
        freedom++;
    }
    if (rest >= 5) {
        chi += (rest_seen - rest) * (rest_seen - rest) / rest;
        freedom++;
    }
    /* Wilson and Hilferty: (chi^2/f)^(1/3) is normal; 5 sigma, 3e-7. */
    const double z = (cbrt(chi / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom));
    assert_true(z < 5);
    free(history);
    ons_evolution_free(e);
    free_model(&m);
}

static void test_bad_steps_are_refused(void **state) {
    ons_step *step;
    const double gate[4] = {1, 0, 0, NAN};
    assert_int_equal(ons_step_create(&step, 25), ONS_INVALID);
    assert_int_equal(ons_step_create(&step, 3), ONS_OK);
    assert_int_equal(ons_step_gate(step, 1, (unsigned[]){3}, gate), ONS_INVALID);
    assert_int_equal(ons_step_gate(step, 2, (unsigned[]){1, 1}, gate), ONS_INVALID);
    assert_int_equal(ons_step_gate(step, 1, (unsigned[]){0}, gate), ONS_INVALID);
    assert_int_equal(ons_step_jump(step, (uint32_t[]){0, 1, 2, 3, 4, 5, 6, 8}), ONS_INVALID);
    /* Boundaries that exclude each other under the identity. */
    ons_evolution *e;
    const double up[8] = {[7] = 1}, down[8] = {[0] = 1};
    const ons_step *identity = step;
    assert_int_equal(ons_evolution_create(&e, &identity, 1, 4, up, down), ONS_OK);
    assert_int_equal(ons_evolution_prepare(e, NULL, NULL), ONS_FAILED);
    ons_evolution_free(e);
    ons_step_free(step);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_wave_functions_match_the_sum_over_two_million_histories),
        cmocka_unit_test(test_unequal_times_match_dense_products),
        cmocka_unit_test(test_matrix_elements_are_weights_of_the_couplings),
        cmocka_unit_test(test_backward_is_the_transpose_of_forward),
        cmocka_unit_test(test_an_automaton_keeps_the_norm_to_the_last_bit_of_a_permutation),
        cmocka_unit_test(test_a_chain_forgets_its_boundary_as_tanh_to_the_t),
        cmocka_unit_test(test_gaps_of_strips_match_kaufman_at_every_width),
        cmocka_unit_test(test_drawn_histories_have_the_weights_of_the_sum),
        cmocka_unit_test(test_bad_steps_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
