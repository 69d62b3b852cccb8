/*
 * Reaction lists: stoichiometry, equations and exact derivatives, R0 with its elasticities against closed forms, early
 * growth, final sizes against integrated outbreaks, what is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

/* The model of the specification of arXiv:2304.00148, with phi written out. */
static const char meningitis[] = "lambda = beta*(eps*C + I1)\n"
                                 "S -> C : (1 - direct)*lambda*S   # carriers\n"
                                 "S -> I1 : direct*lambda*S\n"
                                 "C -> I1 : phi*C; C -> R : gc*C\n"
                                 "I1 -> R : g1*I1; I1 -> I2 : rho*I1\n"
                                 "I2 -> R : g2*I2; I2 -> D : delta*I2\n"
                                 "beta=0.12; eps=1.5; phi=0.02; direct=0; gc=0.1; g1=0.1; rho=0.15; g2=0.1; delta=0.02";
enum { S, C, I1, I2, R, D, SPECIES };

static ons_reactions *parse(const char *text) {
    ons_reactions *network;
    if (ons_reactions_parse(&network, text, NULL, 0) != ONS_OK) { fail_msg("%s", ons_message()); }
    return network;
}

/* Species in the order S, C, I1, I2, R, D. */
static void places(const ons_reactions *network, size_t *place) {
    static const char *const names[SPECIES] = {"S", "C", "I1", "I2", "R", "D"};
    for (size_t i = 0; i < SPECIES; i++) { assert_int_equal(ons_reactions_find(network, names[i], &place[i]), ONS_OK); }
}

static void standards(const ons_reactions *network, double *p) {
    for (size_t i = 0; i < ons_reactions_parameters(network); i++) { p[i] = ons_reactions_standard(network, i); }
}

static size_t parameter(const ons_reactions *network, const char *name) {
    size_t index;
    assert_int_equal(ons_reactions_find_parameter(network, name, &index), ONS_OK);
    return index;
}

static void test_the_list_is_read(void **state) {
    ons_reactions *network = parse("S+I->2I:beta*S*I\n\n2 I -> 0 : g*I^2; 0 -> S : b\nb = 0.5");
    assert_int_equal(ons_reactions_species(network), 2);
    assert_string_equal(ons_reactions_name(network, 0), "S");
    assert_null(ons_reactions_name(network, 2));
    assert_int_equal(ons_reactions_count(network), 3);
    const unsigned taken[3][2] = {{1, 1}, {0, 2}, {0, 0}}, made[3][2] = {{0, 2}, {0, 0}, {1, 0}};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(ons_reactions_taken(network, k, i), taken[k][i]);
            assert_int_equal(ons_reactions_made(network, k, i), made[k][i]);
            assert_int_equal(ons_reactions_change(network, k, i), (int)made[k][i] - (int)taken[k][i]);
        }
    }
    assert_string_equal(ons_reactions_rate(network, 2), "b");
    assert_int_equal(ons_reactions_line(network, 1), 3);
    assert_int_equal(ons_reactions_parameters(network), 3);
    assert_true(ons_reactions_standard(network, parameter(network, "b")) == 0.5);
    assert_true(isnan(ons_reactions_standard(network, parameter(network, "g"))));
    double p[3], x[2] = {3, 2}, t = 0, rates[3], slopes[6], dx[2], jacobian[4];
    p[parameter(network, "beta")] = 0.25;
    p[parameter(network, "g")] = 0.1;
    p[parameter(network, "b")] = 0.5;
    double *work =
        malloc((ons_reactions_work(network) + ons_flow_work(ons_reactions_flow(network)) + 1) * sizeof *work);
    ons_reactions_rates(network, 1, &t, x, p, rates, work);
    ons_reactions_slopes(network, 1, &t, x, p, slopes, work);
    ons_flow_jacobian(ons_reactions_flow(network), 1, &t, x, NULL, p, dx, jacobian, work);
    assert_true(rates[0] == 1.5 && fabs(rates[1] - 0.4) < 1e-15 && rates[2] == 0.5);
    assert_true(slopes[0] == 0.5 && slopes[1] == 0.75 && slopes[2] == 0 && fabs(slopes[3] - 0.4) < 1e-15);
    assert_true(fabs(dx[0] + 1) < 1e-15 && fabs(dx[1] - 0.7) < 1e-15);
    assert_true(jacobian[0] == -0.5 && jacobian[1] == -0.75 && jacobian[2] == 0.5 && fabs(jacobian[3] + 0.05) < 1e-15);
    free(work);
    ons_reactions_free(network);
}

static void test_a_structured_list_is_the_same(void **state) {
    static const ons_reaction list[] = {{"S + I", "2 I", "beta*S*I"}, {"I", "R", "gamma*I"}};
    ons_reactions *network;
    assert_int_equal(ons_reactions_create(&network, list, 2, "gamma = 0.1", (const char *const[]){"beta"}, 1), ONS_OK);
    ons_reactions *text = parse("gamma = 0.1\nS + I -> 2 I : beta*S*I\nI -> R : gamma*I\n");
    assert_string_equal(ons_reactions_equations(network), ons_reactions_equations(text));
    ons_reactions_free(network);
    ons_reactions_free(text);
}

static void test_reproduction_number_and_elasticities_are_the_closed_forms(void **state) {
    ons_reactions *network = parse(meningitis);
    size_t place[SPECIES];
    double p[9], x[SPECIES] = {0};
    places(network, place);
    x[place[S]] = 1;
    const size_t infected[3] = {place[C], place[I1], place[I2]};
    const double direct[3] = {0, 0.1, 0}, betas[3] = {0.12, 0.12, 0.06};
    const double growth[3] = {0.067558, 0.055961, -0.024674}, ratio[3] = {0.062981, 0.129269, 0.088760};
    for (size_t c = 0; c < 3; c++) {
        standards(network, p);
        p[parameter(network, "direct")] = direct[c];
        p[parameter(network, "beta")] = betas[c];
        ons_outbreak *outbreak;
        assert_int_equal(ons_reactions_outbreak(network, infected, 3, 0, x, p, &outbreak), ONS_OK);
        const double a = 0.12, b = 0.25, eps = 1.5, phi = 0.02, gc = 0.1;
        const double r0 = (1 - direct[c]) * betas[c] * (eps / a + phi / (a * b)) + direct[c] * betas[c] / b;
        assert_true(fabs(outbreak->reproduction - r0) < 1e-14);
        assert_true(fabs(outbreak->growth - growth[c]) < 1e-6);
        assert_true(fabs(outbreak->mode[1] / outbreak->mode[0] - ratio[c]) < 1e-6);
        assert_true(fabs(outbreak->elasticity[parameter(network, "beta")] - 1) < 1e-13);
        if (direct[c] == 0) {
            const double e = eps / (eps + phi / b);
            assert_true(fabs(outbreak->elasticity[parameter(network, "eps")] - e) < 1e-13);
            assert_true(fabs(outbreak->elasticity[parameter(network, "phi")] -
                             phi * (1 / b / (eps + phi / b) - 1 / a)) < 1e-13);
            assert_true(fabs(outbreak->elasticity[parameter(network, "gc")] + gc / a) < 1e-13);
            assert_true(fabs(outbreak->elasticity[parameter(network, "rho")] + 0.15 / b * (1 - e)) < 1e-13);
        }
        assert_true(fabs(outbreak->elasticity[parameter(network, "delta")]) < 1e-15);
        ons_outbreak_free(outbreak);
    }
    ons_reactions_free(network);
}

/* The final-size law against the integrated outbreak, and against the digits of the specification. */
static void test_the_final_size_is_where_the_outbreak_ends(void **state) {
    ons_reactions *network = parse(meningitis);
    size_t place[SPECIES];
    double p[9], x[SPECIES] = {0}, final[SPECIES], end[SPECIES];
    places(network, place);
    x[place[S]] = 0.999;
    x[place[C]] = 0.001;
    const size_t infected[3] = {place[C], place[I1], place[I2]};
    const double direct[3] = {0, 0.1, 0}, betas[3] = {0.12, 0.12, 0.06};
    const double left[3] = {0.368098, 0.435906, 0.995289}, deaths[3] = {0.010532, 0.014094, 7.9e-5};
    for (size_t c = 0; c < 3; c++) {
        standards(network, p);
        p[parameter(network, "direct")] = direct[c];
        p[parameter(network, "beta")] = betas[c];
        if (ons_reactions_final(network, infected, 3, x, p, final) != ONS_OK) { fail_msg("%s", ons_message()); }
        assert_true(fabs(final[place[S]] - left[c]) < 1e-6 && fabs(final[place[D]] - deaths[c]) < 1e-6);
        ons_field field;
        ons_trajectories *outbreak;
        const ons_integration how = {.method = ONS_DOP853, .relative = 1e-12, .absolute = 1e-14};
        assert_int_equal(ons_flow_field(&field, ons_reactions_flow(network), p, 1), ONS_OK);
        assert_int_equal(ons_trajectories_create(&outbreak, &field, 1, &how), ONS_OK);
        ons_trajectories_set(outbreak, 0, 0, x, 0);
        assert_int_equal(ons_trajectories_advance(outbreak, 3000), ONS_OK);
        ons_trajectories_get(outbreak, 0, NULL, end, NULL);
        for (size_t i = 0; i < SPECIES; i++) { assert_true(fabs(end[i] - final[i]) < 1e-10); }
        ons_trajectories_free(outbreak);
        ons_flow_field_free(&field);
    }
    ons_reactions_free(network);
}

/* ln(1/s) = R0 (1 - s) for a vanishing beginning: s = 0.0595202 ... at R0 = 3. */
static void test_kermack_and_mckendrick(void **state) {
    ons_reactions *network = parse("S+I->2I:beta*S*I; I->R:g*I; beta=0.3; g=0.1");
    double p[2], x[3] = {1, 0, 0}, final[3];
    standards(network, p);
    size_t infected;
    assert_int_equal(ons_reactions_find(network, "I", &infected), ONS_OK);
    assert_int_equal(ons_reactions_final(network, &infected, 1, x, p, final), ONS_OK);
    assert_true(fabs(-log(final[0]) - 3 * (1 - final[0])) < 1e-13 && final[0] < 0.06);
    assert_true(fabs(final[2] + final[0] - 1) < 1e-14);
    p[parameter(network, "beta")] = 0.05; /* below the threshold nothing happens */
    assert_int_equal(ons_reactions_final(network, &infected, 1, x, p, final), ONS_OK);
    assert_true(final[0] == 1);
    ons_reactions_free(network);
}

static void assert_bad(const char *text, const char *const *names, size_t count, const char *part) {
    ons_reactions *network;
    assert_int_equal(ons_reactions_parse(&network, text, names, count), ONS_INVALID);
    assert_null(network);
    if (!strstr(ons_message(), part)) { fail_msg("'%s' does not speak of '%s'", ons_message(), part); }
}

static void test_what_is_wrong_is_refused(void **state) {
    assert_bad("", NULL, 0, "no reaction");
    assert_bad("S + I -> 2 I", NULL, 0, "line 1: a reaction ends with ': RATE'");
    assert_bad("S -> I : b*S\nI <-> R : g*I", NULL, 0, "line 2: a reaction goes one way");
    assert_bad("S - I -> 2 I : b", NULL, 0, "line 1: '+', '->' or ':' is expected, not '- I");
    assert_bad("0 I -> R : b", NULL, 0, "coefficient from 1");
    assert_bad("S -> I : beta*S\nI -> R : gama*I", (const char *const[]){"beta", "gamma"}, 2,
               "line 2: there is no variable, parameter or quantity 'gama'; did you mean 'gamma'?");
    assert_bad("S -> I : b*S\nc = 1", NULL, 0, "line 2: 'c' has a value, but no rate uses it");
    assert_bad("S -> I : b*S\nS = 1", NULL, 0, "line 2: 'S' is a species");
    assert_bad("S -> I : b*S\nb = 1; b = 2", NULL, 0, "line 2: 'b' has a value in line 2 already");
    assert_bad("0 -> 0 : 1", NULL, 0, "no species");
    ons_reactions *network = parse("Sick -> Well : g*Sick; Well -> 0 : m; g = -1; m = 1");
    size_t species;
    assert_int_equal(ons_reactions_find(network, "Sik", &species), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "did you mean 'Sick'?"));
    double p[2] = {-1, 1}, x[2] = {1, 1}, final[2];
    assert_int_equal(ons_reactions_check(network, 0, x, p), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "the rate g*Sick is -1"));
    p[0] = 1;
    assert_int_equal(ons_reactions_check(network, 0, x, p), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "takes Well, but its rate m is 1 when there is none"));
    assert_int_equal(ons_reactions_final(network, (const size_t[]){0}, 1, x, p, final), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "nobody gets infected"));
    ons_reactions_free(network);
    network = parse("S + I -> 2 I : b*S*I/(S + I); I -> 0 : g*I; b=2; g=1");
    assert_int_equal(ons_reactions_final(network, (const size_t[]){1}, 1, x, (const double[]){2, 1}, final),
                     ONS_INVALID);
    assert_non_null(strstr(ons_message(), "line 1: the rate b*S*I/(S + I) is not the susceptibles times"));
    ons_reactions_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_list_is_read),
        cmocka_unit_test(test_a_structured_list_is_the_same),
        cmocka_unit_test(test_reproduction_number_and_elasticities_are_the_closed_forms),
        cmocka_unit_test(test_the_final_size_is_where_the_outbreak_ends),
        cmocka_unit_test(test_kermack_and_mckendrick),
        cmocka_unit_test(test_what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
