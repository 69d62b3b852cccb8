/*
 * Theories of networks that learn from examples: several diluted patterns side by side, and dense ones with a teacher;
 * closed forms, limits, derivatives, and what they refuse.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/meanfield.h>
#include <string.h>

#define assert_near(a, b, tolerance) assert_true(fabs((double)(a) - (double)(b)) <= (tolerance))
#define assert_done(call)                                                                                              \
    do {                                                                                                               \
        if (call) { fail_msg("%s", ons_message()); }                                                                   \
    } while (0)

/* ---- several patterns side by side ----------------------------------------------------------------------------------
 */

static void test_the_hierarchy_is_exact_at_zero_temperature(void **unused) {
    (void)unused;
    for (unsigned count = 1; count <= 8; count++) {
        const ons_multitask network = {.patterns = count, .dilution = 0.3};
        double start[ONS_MULTITASK_PATTERNS];
        ons_multitask_state state;
        ons_multitask_hierarchy(&network, start);
        assert_done(ons_multitask_solve(&network, start, false, &state));
        double square = 0;
        for (unsigned k = 0; k < count; k++) {
            assert_near(state.overlap[k], 0.7 * pow(0.3, k), 1e-12);
            square += state.overlap[k] * state.overlap[k];
        }
        assert_near(state.free_energy, -0.5 * square, 1e-12); /* sum m^2/2 - E|h|, and E|h| = sum m^2 */
        assert_int_equal(state.regime, count == 1 ? ONS_MULTITASK_PURE : ONS_MULTITASK_HIERARCHY);
    }
}

static void test_one_pattern_without_blanks_is_the_curie_weiss_magnet(void **unused) {
    (void)unused;
    const ons_multitask network = {.patterns = 1, .dilution = 0, .temperature = 0.7};
    const double start[] = {1};
    ons_multitask_state state;
    assert_done(ons_multitask_solve(&network, start, false, &state));
    const double m = state.overlap[0];
    assert_near(m, tanh(m / 0.7), 1e-12);
    assert_near(state.free_energy, 0.5 * m * m - 0.7 * log(2 * cosh(m / 0.7)), 1e-12);
    assert_near(state.stability, 1 - (1 - m * m) / 0.7, 1e-10);
}

static void test_slopes_of_the_equations_are_those_of_differences(void **unused) {
    (void)unused;
    static const double temperatures[] = {0, 0.1, 0.6};
    for (size_t t = 0; t < 3; t++) {
        const ons_multitask network = {4, 0.35, temperatures[t], 0.4};
        const double x[] = {0.5, 0.21, 0.13, 0.02}, step = 1e-6;
        ons_multitask_model model;
        ons_meanfield_solution at, up, down;
        ons_multitask_model_init(&model, &network);
        assert_done(ons_meanfield_evaluate(&model.model, 0.35, x, &at));
        for (size_t j = 0; j < 4; j++) {
            ons_dual right[4], left[4], high[4], low[4];
            for (size_t k = 0; k < 4; k++) {
                right[k] = ons_dual_constant(x[k] + (k == j ? step : 0));
                left[k] = ons_dual_constant(x[k] - (k == j ? step : 0));
            }
            model.model.equations(model.model.data, right, ons_dual_constant(0.35), high);
            model.model.equations(model.model.data, left, ons_dual_constant(0.35), low);
            for (size_t k = 0; k < 4; k++) {
                assert_near(at.jacobian[k * 4 + j], (high[k].value - low[k].value) / (2 * step), 1e-6);
                assert_near(at.jacobian[k * 4 + j], at.jacobian[j * 4 + k], 1e-12); /* a gradient */
            }
        }
        assert_done(ons_meanfield_evaluate(&model.model, 0.35 + step, x, &up));
        assert_done(ons_meanfield_evaluate(&model.model, 0.35 - step, x, &down));
        assert_near(at.pressure_slope, (up.pressure - down.pressure) / (2 * step), 1e-6);
    }
}

static void test_nothing_is_recalled_above_one_minus_d(void **unused) {
    (void)unused;
    for (int data = 0; data < 2; data++) {
        for (int blank = 0; blank < 2; blank++) {
            const double rho = 0.5 * data, d = 0.2 + 0.3 * blank;
            ons_multitask network = {3, d, 1 - d - 0.02, rho};
            ons_multitask_state state;
            size_t count;
            assert_done(ons_multitask_states(&network, &state, 1, &count));
            assert_true(state.overlap[0] > 0.01);
            network.temperature = 1 - d + 0.02;
            assert_done(ons_multitask_states(&network, &state, 1, &count));
            assert_int_equal(state.regime, ONS_MULTITASK_PARAMAGNET);
        }
    }
}

static void test_regimes_of_five_patterns(void **unused) {
    (void)unused;
    ons_multitask network = {5, 0.9, 0.05, 0};
    ons_multitask_state state, parallel;
    size_t count;
    assert_done(ons_multitask_states(&network, &state, 1, &count));
    assert_int_equal(state.regime, ONS_MULTITASK_PARALLEL);
    assert_done(ons_multitask_parallel(&network, &parallel));
    assert_near(state.overlap[4], parallel.overlap[0], 1e-9);
    assert_near(state.overlap[0], 0.0768, 1e-4);
    network.dilution = 0.8;
    assert_done(ons_multitask_states(&network, &state, 1, &count));
    assert_int_equal(state.regime, ONS_MULTITASK_MIXED);
    assert_int_equal(state.equal, 3);
    assert_done(ons_multitask_parallel(&network, &parallel));
    assert_true(parallel.stability < 0 && parallel.free_energy > state.free_energy);
}

static void test_the_edge_of_the_hierarchy(void **unused) {
    (void)unused;
    ons_multitask network = {3, 0.3, 0, 0};
    double edge;
    assert_done(ons_multitask_edge(&network, &edge));
    assert_near(edge, 0.5 * (sqrt(5) - 1), 1e-12);
    network.temperature = 0.001;
    assert_done(ons_multitask_edge(&network, &edge));
    assert_near(edge, 0.5 * (sqrt(5) - 1), 0.01);
    network.patterns = 2;
    network.temperature = 0;
    assert_done(ons_multitask_edge(&network, &edge));
    assert_near(edge, 1, 0);
}

static void test_poor_data_make_a_hierarchy_a_mixture(void **unused) {
    (void)unused;
    ons_multitask network = {3, 0.2, 0.01, 0.5};
    double start[ONS_MULTITASK_PATTERNS];
    ons_multitask_state state;
    ons_multitask_hierarchy(&network, start);
    assert_done(ons_multitask_solve(&network, start, false, &state));
    assert_near(state.overlap[0], 0.5445, 5e-4); /* by a fine trapezoid, independently */
    assert_near(state.overlap[2], 0.1583, 5e-4);
    network.rho = 1;
    assert_done(ons_multitask_solve(&network, start, false, &state));
    assert_near(state.overlap[0], 0.3029, 5e-4);
    assert_int_equal(state.regime, ONS_MULTITASK_PARALLEL);
}

/* ---- dense networks with a teacher ----------------------------------------------------------------------------------
 */

static void test_one_pattern_at_zero_temperature_is_an_error_function(void **unused) {
    (void)unused;
    for (int k = 0; k < 5; k++) {
        const double rho = 0.1 * pow(2, k);
        for (unsigned order = 2; order < 8; order++) {
            const ons_supervised network = {order, 0, 0, rho};
            ons_supervised_state state;
            assert_done(ons_supervised_retrieval(&network, &state));
            const double m = erf(1 / sqrt(2 * rho));
            assert_near(state.overlap, m, 1e-9);
            assert_near(state.example, (m + sqrt(2 * rho / M_PI) * exp(-0.5 / rho)) / (1 + rho), 1e-9);
        }
    }
}

static void test_perfect_data_are_the_network_that_stores(void **unused) {
    (void)unused;
    static const double temperatures[] = {0, 0.2};
    for (unsigned order = 2; order <= 6; order += 2) {
        for (size_t t = 0; t < 2; t++) {
            const ons_supervised network = {order, 0.05, temperatures[t], 0};
            const ons_replicas stored = {
                .kind = ONS_REPLICAS_NETWORK, .order = order, .load = 0.05, .temperature = temperatures[t]};
            ons_supervised_state state;
            ons_replicas_state known;
            double ours, theirs;
            assert_done(ons_supervised_retrieval(&network, &state));
            assert_done(ons_replicas_retrieval(&stored, ONS_REPLICAS_RS, &known));
            assert_near(state.overlap, known.overlap, 1e-8);
            assert_near(state.glass, known.q2, 1e-8);
            assert_near(state.free_energy, known.free_energy, 1e-8);
            assert_near(state.energy, known.energy, 1e-6);
            assert_done(ons_supervised_capacity(&network, &ours));
            assert_done(ons_replicas_capacity(&stored, ONS_REPLICAS_RS, &theirs, NULL));
            assert_near(ours, theirs, 1e-7);
        }
    }
}

static void test_energy_is_the_slope_of_the_free_energy(void **unused) {
    (void)unused;
    for (unsigned order = 2; order <= 5; order++) {
        const double t = 0.15, step = 1e-4;
        ons_supervised network = {order, 0.03, t, 0.2};
        ons_supervised_state at, up, down;
        assert_done(ons_supervised_retrieval(&network, &at));
        network.temperature = t + step;
        assert_done(ons_supervised_retrieval(&network, &up));
        network.temperature = t - step;
        assert_done(ons_supervised_retrieval(&network, &down));
        assert_true(at.exists);
        assert_near(at.energy, at.free_energy - t * (up.free_energy - down.free_energy) / (2 * step), 1e-6);
    }
}

static void test_thresholds_meet_capacities(void **unused) {
    (void)unused;
    const ons_supervised network = {4, 0.1, 0, 0};
    ons_supervised back = {4, 0, 0, 0};
    double load;
    assert_done(ons_supervised_threshold(&network, &back.rho));
    assert_near(back.rho, 0.19, 0.005); /* independently, in two digits */
    assert_done(ons_supervised_capacity(&back, &load));
    assert_near(load, 0.1, 1e-6);
}

/* Beside the fold perfect recall passes the state by; numbers by Gauss quadrature and a root finder, independently. */
static void test_states_last_up_to_the_capacity(void **unused) {
    (void)unused;
    static const double known[][4] = {{0.13, 0.42746628, 0.49631566, 0.44448598},
                                      {0.14, 0.39620301, 0.40637418, 0.40970264},
                                      {0.15, 0.37414794, 0.32953173, 0.38564059}};
    for (unsigned k = 0; k < 3; k++) {
        const ons_supervised network = {4, known[k][0], 0.15, 0.5};
        ons_supervised_state state;
        assert_done(ons_supervised_retrieval(&network, &state));
        assert_true(state.exists);
        assert_near(state.example, known[k][1], 1e-7);
        assert_near(state.glass, known[k][2], 1e-7);
        assert_near(state.overlap, known[k][3], 1e-7);
    }
    for (unsigned order = 2; order <= 6; order += 2) {
        for (unsigned k = 0; k < 9; k++) {
            ons_supervised network = {order, 0, 0.15 * (k % 3), 0.25 * (k / 3)};
            ons_supervised_state state;
            double load;
            assert_done(ons_supervised_capacity(&network, &load));
            for (int above = 0; above < 2 && isfinite(load) && load > 1e-3; above++) {
                network.load = load * (above ? 1.001 : 0.999);
                assert_done(ons_supervised_retrieval(&network, &state));
                if (state.exists == (above == 1)) {
                    fail_msg("P = %u, T = %g, rho = %g: capacity %g, state %d at %g", order, network.temperature,
                             network.rho, load, state.exists, network.load);
                }
            }
        }
    }
}

static void test_majority_of_a_few_examples(void **unused) {
    (void)unused;
    assert_near(ons_supervised_majority(0.5, 1), 0.5, 1e-14);
    assert_near(ons_supervised_majority(0.5, 2), 0.5, 1e-14);    /* ties are 0: r again */
    assert_near(ons_supervised_majority(0.5, 3), 0.6875, 1e-13); /* (3 r - r^3)/2 */
    assert_near(ons_supervised_majority(1, 7), 1, 0);
    assert_near(ons_supervised_majority(0.02, 9999), erf(1 / sqrt(2 * ons_supervised_rho(0.02, 9999))), 1e-3);
}

static void test_refusals_name_what_is_wrong(void **unused) {
    (void)unused;
    const ons_multitask many = {13, 0.2, 0.1, 0}, full = {3, 1, 0.1, 0};
    const ons_supervised single = {1, 0.1, 0.1, 0.1}, hot = {4, 0.1, NAN, 0.1};
    const double start[ONS_MULTITASK_PATTERNS] = {1};
    ons_multitask_state state;
    ons_supervised_state taught;
    assert_int_equal(ons_multitask_solve(&many, start, false, &state), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "13"));
    assert_int_equal(ons_multitask_solve(&full, start, false, &state), ONS_INVALID);
    assert_int_equal(ons_supervised_retrieval(&single, &taught), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "P = 1"));
    assert_int_equal(ons_supervised_retrieval(&hot, &taught), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_hierarchy_is_exact_at_zero_temperature),
                                       cmocka_unit_test(test_one_pattern_without_blanks_is_the_curie_weiss_magnet),
                                       cmocka_unit_test(test_slopes_of_the_equations_are_those_of_differences),
                                       cmocka_unit_test(test_nothing_is_recalled_above_one_minus_d),
                                       cmocka_unit_test(test_regimes_of_five_patterns),
                                       cmocka_unit_test(test_the_edge_of_the_hierarchy),
                                       cmocka_unit_test(test_poor_data_make_a_hierarchy_a_mixture),
                                       cmocka_unit_test(test_one_pattern_at_zero_temperature_is_an_error_function),
                                       cmocka_unit_test(test_perfect_data_are_the_network_that_stores),
                                       cmocka_unit_test(test_energy_is_the_slope_of_the_free_energy),
                                       cmocka_unit_test(test_thresholds_meet_capacities),
                                       cmocka_unit_test(test_states_last_up_to_the_capacity),
                                       cmocka_unit_test(test_majority_of_a_few_examples),
                                       cmocka_unit_test(test_refusals_name_what_is_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
