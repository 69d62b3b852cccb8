/*
 * Theories of glasses and of networks against closed forms, textbook numbers and each other.
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

static ons_replicas pure(unsigned order, double coupling, double temperature) {
    return (ons_replicas){.kind = ONS_REPLICAS_PURE,
                          .order = order,
                          .load = 0.5 * order * coupling * coupling,
                          .temperature = temperature};
}

static ons_replicas kirkpatrick(double temperature, double field) {
    return (ons_replicas){.kind = ONS_REPLICAS_PURE, .order = 2, .load = 1, .temperature = temperature, .field = field};
}

static ons_replicas network(unsigned order, double load, double temperature) {
    return (ons_replicas){.kind = ONS_REPLICAS_NETWORK, .order = order, .load = load, .temperature = temperature};
}

static ons_replicas_state disorder(ons_replicas g, ons_replicas_level level) {
    ons_replicas_state state;
    assert_done(ons_replicas_disorder(&g, level, &state));
    return state;
}

static ons_replicas_state retrieval(ons_replicas g, ons_replicas_level level) {
    ons_replicas_state state;
    assert_done(ons_replicas_retrieval(&g, level, &state));
    return state;
}

static double capacity(ons_replicas g, ons_replicas_level level) {
    double load;
    assert_done(ons_replicas_capacity(&g, level, &load, NULL));
    return load;
}

/* ---- Sherrington and Kirkpatrick ------------------------------------------------------------------------------------
 */

static void test_sherrington_kirkpatrick_ground_states(void **unused) {
    const ons_replicas_state rs = disorder(kirkpatrick(0, 0), ONS_REPLICAS_RS);
    const ons_replicas_state step = disorder(kirkpatrick(0, 0), ONS_REPLICAS_1RSB);
    assert_near(rs.energy, -sqrt(2 / M_PI), 1e-12);
    assert_near(rs.entropy, -1 / (2 * M_PI), 1e-12);
    assert_near(step.energy, -0.7652, 1e-4); /* Parisi 1980 */
    assert_near(step.entropy, -0.01, 0.01);
    assert_near(disorder(kirkpatrick(1e-3, 0), ONS_REPLICAS_1RSB).entropy, step.entropy, 5e-4);
    assert_near(disorder(kirkpatrick(1e-3, 0), ONS_REPLICAS_1RSB).free_energy, step.energy, 5e-5);
}

/* Above T = 1: A = ln 2 + 1/4T^2, e = -1/2T. */
static void test_sherrington_kirkpatrick_paramagnet(void **unused) {
    for (int level = 0; level < 2; level++) {
        const ons_replicas_state at = disorder(kirkpatrick(1.3, 0), (ons_replicas_level)level);
        assert_near(at.pressure, M_LN2 + 0.25 / 1.69, 1e-12);
        assert_near(at.energy, -0.5 / 1.3, 1e-12);
        assert_near(at.stability, 1 - 1 / 1.69, 1e-12);
    }
}

/* de Almeida and Thouless 1978: h^2 = (4/3)(1 - T)^3 near T = 1, T = (4/3)(2 pi)^(-1/2) exp(-h^2/2) for large h. */
static void test_almeida_thouless_line(void **unused) {
    ons_replicas weak = kirkpatrick(0.5, 1e-3), strong = kirkpatrick(0.5, 3.5);
    double line;
    assert_done(ons_replicas_almeida(&weak, &line));
    assert_near((1 - line) / cbrt(0.75e-6), 1, 0.02); /* corrections of relative order 1 - T = 0.01 */
    weak.temperature = line;
    assert_near(disorder(weak, ONS_REPLICAS_RS).stability, 0, 1e-8);
    assert_done(ons_replicas_almeida(&strong, &line));
    assert_near(line / (4.0 / 3 / sqrt(2 * M_PI) * exp(-3.5 * 3.5 / 2)), 1, 0.05);
}

/* Entropy and energy are derivatives of the free energy, at every level. */
static void check_thermodynamics(ons_replicas g, ons_replicas_level level, bool stored) {
    const double h = 1e-3;
    ons_replicas_state at[5];
    for (int k = 0; k < 5; k++) {
        ons_replicas moved = g;
        moved.temperature += h * (k - 2);
        at[k] = stored ? retrieval(moved, level) : disorder(moved, level);
        assert_true(at[k].exists);
    }
    const double slope =
        (at[0].free_energy - 8 * at[1].free_energy + 8 * at[3].free_energy - at[4].free_energy) / (12 * h);
    assert_near(at[2].entropy, -slope, 1e-7);
    assert_near(at[2].energy, at[2].free_energy + g.temperature * at[2].entropy, 1e-12);
    assert_near(at[2].pressure, -at[2].free_energy / g.temperature, 1e-12);
}

static void test_entropy_is_the_slope_of_the_free_energy(void **unused) {
    check_thermodynamics(kirkpatrick(0.5, 0.2), ONS_REPLICAS_RS, false);
    check_thermodynamics(kirkpatrick(0.5, 0), ONS_REPLICAS_1RSB, false);
    check_thermodynamics(pure(3, 1, 0.4), ONS_REPLICAS_1RSB, false);
    check_thermodynamics(network(4, 0.15, 0.2), ONS_REPLICAS_RS, true);
    check_thermodynamics(network(4, 0.21, 0.1), ONS_REPLICAS_1RSB, true);
    check_thermodynamics(network(2, 0.08, 0.3), ONS_REPLICAS_RS, true);
    check_thermodynamics(network(2, 0.08, 0.5), ONS_REPLICAS_RS, false);
    check_thermodynamics(network(2, 0.08, 0.5), ONS_REPLICAS_1RSB, false);
}

/* The pressure is stationary in every order parameter of a pure glass or a dense network. */
static void check_stationary(ons_replicas g, ons_replicas_level level, const double *start) {
    ons_replicas_model model;
    ons_meanfield_solution at;
    const ons_meanfield_options options = {.unstable = level == ONS_REPLICAS_1RSB};
    ons_replicas_model_init(&model, &g, level, ONS_REPLICAS_TEMPERATURE, 0);
    assert_done(ons_meanfield_solve(&model.model, g.temperature, start, &options, &at));
    ons_dual x[4];
    for (size_t k = 0; k < model.model.count; k++) { x[k] = ons_dual_variable(at.x[k], k); }
    const ons_dual pressure = model.model.pressure(&model, x, ons_dual_constant(g.temperature));
    for (size_t k = 0; k < model.model.count; k++) { assert_near(pressure.slope[k], 0, 1e-8); }
}

static void test_pressure_is_stationary_at_solutions(void **unused) {
    check_stationary(kirkpatrick(0.4, 0.3), ONS_REPLICAS_RS, (double[]){0, 0.5});
    check_stationary(network(3, 0.1, 0.3), ONS_REPLICAS_RS, (double[]){1, 1});
    check_stationary(network(2, 0.05, 0.3), ONS_REPLICAS_RS, (double[]){1, 0.3});
    check_stationary(kirkpatrick(0.5, 0), ONS_REPLICAS_1RSB, (double[]){0, 0.25, 0.7, 0.25});
}

/* ---- many bodies ----------------------------------------------------------------------------------------------------
 */

static void test_glass_temperatures_of_the_p_spin(void **unused) {
    ons_replicas three = pure(3, 1, 0), four = pure(4, 1, 0), many = pure(60, 1, 0);
    double frozen, trapped;
    assert_done(ons_replicas_static(&three, &frozen));
    assert_done(ons_replicas_dynamic(&three, &trapped));
    assert_near(frozen, 0.651, 1e-3); /* Ising 3-spin: Gardner 1985, Montanari and Ricci-Tersenghi 2003 */
    assert_near(trapped, 0.682, 1e-3);
    assert_done(ons_replicas_static(&four, &frozen));
    assert_done(ons_replicas_dynamic(&four, &trapped));
    assert_near(frozen, 0.6166, 2e-3);
    assert_near(trapped, 0.678, 2e-3);
    assert_done(ons_replicas_static(&many, &frozen));
    assert_near(frozen, 0.5 / sqrt(M_LN2), 1e-10);
    /* the scale is sqrt(load) */
    four.load *= 9;
    double scaled;
    assert_done(ons_replicas_static(&four, &scaled));
    four.load /= 9;
    assert_done(ons_replicas_static(&four, &frozen));
    assert_near(scaled, 3 * frozen, 1e-10);
}

/* Both sides of the static transition: equal pressures, theta = 1. The dynamic one: the fold of q2 at theta = 1. */
static void test_transitions_of_the_p_spin_by_direct_scans(void **unused) {
    ons_replicas g = pure(3, 1, 0);
    double frozen, trapped;
    assert_done(ons_replicas_static(&g, &frozen));
    assert_done(ons_replicas_dynamic(&g, &trapped));
    g.temperature = frozen * (1 - 1e-6);
    const ons_replicas_state below = disorder(g, ONS_REPLICAS_1RSB);
    assert_near(below.breaking, 1, 1e-4);
    assert_true(below.q2 > 0.8);
    assert_near(below.pressure, M_LN2 + 0.25 / (g.temperature * g.temperature), 1e-9);
    for (int side = -1; side <= 1; side += 2) {
        ons_replicas_model model;
        ons_meanfield_solution at;
        g.temperature = trapped * (1 + side * 2e-4);
        ons_replicas_model_init(&model, &g, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, 1);
        assert_done(ons_meanfield_solve(&model.model, g.temperature, (double[]){0, 0, 1}, NULL, &at));
        assert_true(side > 0 ? at.x[2] < 1e-3 : at.x[2] > 0.5);
    }
}

/* Gardner's second transition of the 3-spin at T = 0.24. */
static void test_gardner_transition(void **unused) {
    assert_true(disorder(pure(3, 1, 0.235), ONS_REPLICAS_1RSB).stability < 0);
    assert_true(disorder(pure(3, 1, 0.245), ONS_REPLICAS_1RSB).stability > 0);
}

static void test_many_bodies_are_random_energies(void **unused) {
    const double temperatures[] = {0, 0.2, 0.5, 0.59, 0.62, 2};
    for (int k = 0; k < 6; k++) {
        ons_replicas_state exact;
        assert_done(ons_random_energy(1, temperatures[k], &exact));
        const ons_replicas_state at = disorder(pure(60, 1, temperatures[k]), ONS_REPLICAS_1RSB);
        assert_near(at.free_energy, exact.free_energy, 1e-9);
        assert_near(at.energy, exact.energy, 1e-8);
        assert_near(at.entropy, exact.entropy, 1e-8);
        assert_near(at.q2, exact.q2, 1e-9);
        assert_near(at.breaking, temperatures[k] > 0 ? exact.breaking : 0, 1e-8);
    }
}

/* Crisanti and Sommers 1992: P = 3, T_s = 0.586, T_d = sqrt(3/8), q at both; the free energy below T_s. */
static void test_spherical_glass(void **unused) {
    ons_replicas g = pure(3, 1, 0.3);
    double frozen, trapped;
    assert_done(ons_spherical_static(&g, &frozen));
    assert_done(ons_spherical_dynamic(&g, &trapped));
    assert_near(frozen, 0.586, 5e-4);
    assert_near(trapped, sqrt(3.0 / 8), 1e-12);
    ons_replicas_state at[3], just;
    for (int k = 0; k < 3; k++) {
        g.temperature = 0.3 + 1e-4 * (k - 1);
        assert_done(ons_spherical_disorder(&g, ONS_REPLICAS_1RSB, &at[k]));
    }
    assert_near(at[1].entropy, (at[0].free_energy - at[2].free_energy) / 2e-4, 1e-6);
    g.temperature = frozen * (1 - 1e-9);
    assert_done(ons_spherical_disorder(&g, ONS_REPLICAS_1RSB, &just));
    assert_near(just.breaking, 1, 1e-6);
    assert_near(just.pressure, 0.5 * (1 + log(2 * M_PI)) + 0.25 / (frozen * frozen), 1e-7);
    g.temperature = 0;
    assert_int_equal(ons_spherical_disorder(&g, ONS_REPLICAS_1RSB, &just), ONS_INVALID);
}

/* ---- networks -------------------------------------------------------------------------------------------------------
 */

/* T = 0: max over y of erf(y)^(2(P-1))/(2y^2) by a scan. */
static void test_ground_capacities_of_dense_networks(void **unused) {
    const unsigned orders[] = {3, 4, 5, 6, 8, 12};
    for (int k = 0; k < 6; k++) {
        double best = 0;
        for (double y = 0.05; y < 5; y += 1e-5) { best = fmax(best, pow(erf(y), 2.0 * (orders[k] - 1)) / (2 * y * y)); }
        assert_near(capacity(network(orders[k], 0, 0), ONS_REPLICAS_RS), best, 1e-8);
    }
}

/* Amit, Gutfreund and Sompolinsky 1987: 0.138 (0.1379), the transition at 0.051; Steffan and Kuehn 1994: 0.1382. */
static void test_hopfield_network(void **unused) {
    ons_replicas g = network(2, 0, 0);
    double load;
    assert_near(capacity(g, ONS_REPLICAS_RS), 0.1379, 5e-5);
    assert_near(capacity(g, ONS_REPLICAS_1RSB), 0.1382, 5e-5);
    assert_done(ons_replicas_transition(&g, ONS_REPLICAS_RS, &load));
    assert_near(load, 0.051, 1e-3);
    assert_near(retrieval(network(2, 0.137, 0), ONS_REPLICAS_RS).overlap, 0.97, 0.01);
    /* the glass at T = 0 in closed form: s = sqrt(load) + sqrt(2/pi) */
    const ons_replicas_state glass = disorder(network(2, 0.3, 0), ONS_REPLICAS_RS);
    assert_near(glass.response, sqrt(M_2_PI) / (sqrt(0.3) + sqrt(M_2_PI)), 1e-11);
    /* it begins at 1 + sqrt(load) */
    assert_true(disorder(network(2, 0.3, 1 + sqrt(0.3) - 1e-3), ONS_REPLICAS_RS).q2 > 1e-5);
    assert_true(disorder(network(2, 0.3, 1 + sqrt(0.3) + 1e-3), ONS_REPLICAS_RS).q2 < 1e-9);
    assert_false(retrieval(network(2, 0.01, 1), ONS_REPLICAS_RS).exists);
}

static void test_spinodals_of_four_bodies_against_a_direct_scan(void **unused) {
    const double temperatures[] = {0.02, 0.1, 0.25, 0.4};
    for (int k = 0; k < 4; k++) {
        const double load = capacity(network(4, 0, temperatures[k]), ONS_REPLICAS_RS);
        assert_true(retrieval(network(4, load * (1 - 1e-5), temperatures[k]), ONS_REPLICAS_RS).overlap > 0.5);
        assert_false(retrieval(network(4, load * (1 + 1e-5), temperatures[k]), ONS_REPLICAS_RS).exists);
    }
}

/* Without load m = tanh(m^(P-1)/T): T = m^(P-1)/artanh m, which has a maximum. */
static void test_networks_without_load(void **unused) {
    const ons_replicas_state at = retrieval(network(4, 0, 0.4), ONS_REPLICAS_RS);
    assert_near(at.overlap, tanh(pow(at.overlap, 3) / 0.4), 1e-12);
    assert_true(at.overlap > 0.5);
    assert_near(at.q2, at.overlap * at.overlap, 1e-12);
    double last = 0;
    for (double m = 0.5; m < 1; m += 1e-5) { last = fmax(last, m * m * m / atanh(m)); }
    assert_true(retrieval(network(4, 0, last - 1e-5), ONS_REPLICAS_RS).exists);
    assert_false(retrieval(network(4, 0, last + 1e-5), ONS_REPLICAS_RS).exists);
    assert_near(capacity(network(4, 0, 0.5), ONS_REPLICAS_RS), 0, 0);
}

static void test_breaking_mends_the_return_of_the_capacity(void **unused) {
    const double cold = capacity(network(4, 0, 0), ONS_REPLICAS_1RSB),
                 warm = capacity(network(4, 0, 0.2), ONS_REPLICAS_1RSB);
    const double rs = capacity(network(4, 0, 0), ONS_REPLICAS_RS);
    assert_true(cold > 1.1 * rs);
    assert_true(fabs(warm - cold) < 0.01 * cold);
    const ons_replicas_state kept = retrieval(network(4, 0.21, 0), ONS_REPLICAS_1RSB);
    assert_true(kept.exists && kept.overlap > 0.8 && kept.q1 < 1);
    assert_false(retrieval(network(4, 0.21, 0), ONS_REPLICAS_RS).exists);
    assert_false(retrieval(network(4, cold * 1.01, 0), ONS_REPLICAS_1RSB).exists);
}

static void test_diagram_does_not_depend_on_threads(void **unused) {
    const double temperature[] = {0, 0.1, 0.3, 0.6}, load[] = {0.01, 0.1, 0.18, 0.3};
    ons_diagram_point one[16], two[16];
    const ons_replicas g = network(4, 0, 0);
    assert_done(ons_diagram_symmetric(&g, 4, temperature, 4, load, 1, one));
    assert_done(ons_diagram_symmetric(&g, 4, temperature, 4, load, 3, two));
    for (int k = 0; k < 16; k++) {
        assert_int_equal(one[k].phase, two[k].phase);
        assert_true(one[k].overlap == two[k].overlap);
    }
    assert_int_equal(one[0].phase, ONS_REPLICAS_RETRIEVAL);
    assert_int_equal(one[2].phase, ONS_REPLICAS_METASTABLE);
    assert_int_equal(one[3].phase, ONS_REPLICAS_GLASS);
    assert_int_equal(one[12].phase, ONS_REPLICAS_PARAMAGNET);
}

static void test_refusals(void **unused) {
    ons_replicas_state state;
    double load;
    const ons_replicas one = network(1, 0.1, 0.3), cold = network(3, 0.1, -1), glass = pure(3, 1, 0.3);
    assert_int_equal(ons_replicas_retrieval(&one, ONS_REPLICAS_RS, &state), ONS_INVALID);
    assert_int_equal(ons_replicas_disorder(&cold, ONS_REPLICAS_RS, &state), ONS_INVALID);
    assert_int_equal(ons_replicas_capacity(&glass, ONS_REPLICAS_RS, &load, NULL), ONS_INVALID);
    assert_int_equal(ons_random_energy(0, 1, &state), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sherrington_kirkpatrick_ground_states),
        cmocka_unit_test(test_sherrington_kirkpatrick_paramagnet),
        cmocka_unit_test(test_almeida_thouless_line),
        cmocka_unit_test(test_entropy_is_the_slope_of_the_free_energy),
        cmocka_unit_test(test_pressure_is_stationary_at_solutions),
        cmocka_unit_test(test_glass_temperatures_of_the_p_spin),
        cmocka_unit_test(test_transitions_of_the_p_spin_by_direct_scans),
        cmocka_unit_test(test_gardner_transition),
        cmocka_unit_test(test_many_bodies_are_random_energies),
        cmocka_unit_test(test_spherical_glass),
        cmocka_unit_test(test_ground_capacities_of_dense_networks),
        cmocka_unit_test(test_hopfield_network),
        cmocka_unit_test(test_spinodals_of_four_bodies_against_a_direct_scan),
        cmocka_unit_test(test_networks_without_load),
        cmocka_unit_test(test_breaking_mends_the_return_of_the_capacity),
        cmocka_unit_test(test_diagram_does_not_depend_on_threads),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
