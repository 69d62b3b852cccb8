/*
 * Flows from their equations: values and Jacobians against closed forms and against differences of the formulas, lanes
 * against single states, names, delays, refusals, and the source in C.
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

static ons_flow *parse(const char *equations, const char *const *parameters, size_t count) {
    ons_flow *flow = NULL;
    if (ons_flow_parse(&flow, equations, parameters, count) != ONS_OK) { fail_msg("%s", ons_message()); }
    return flow;
}

static double *room(const ons_flow *flow, size_t lanes) {
    double *work = calloc(ons_flow_work(flow) * lanes + 1, sizeof *work);
    assert_non_null(work);
    return work;
}

static void lorenz_in_closed_form(void **state) {
    static const char *const names[] = {"sigma", "rho", "beta"};
    ons_flow *flow = parse("x' = sigma*(y - x)\ny' = x*(rho - z) - y  # the second\nz' = x*y - beta*z", names, 3);
    assert_int_equal(ons_flow_dimension(flow), 3);
    assert_string_equal(ons_flow_variable(flow, 2), "z");
    assert_null(ons_flow_variable(flow, 3));
    assert_true(ons_flow_autonomous(flow));
    const double x[] = {-9.5, -14.25, 20.5}, p[] = {10, 28, 8.0 / 3}, t = 0;
    double dx[3], again[3], jacobian[9], *work = room(flow, 1);
    ons_flow_value(flow, 1, &t, x, NULL, p, dx, work);
    ons_flow_jacobian(flow, 1, &t, x, NULL, p, again, jacobian, work);
    const double expected[] = {10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - p[2] * x[2]};
    const double slopes[] = {-10, 10, 0, 28 - x[2], -1, -x[0], x[1], x[0], -p[2]};
    for (int i = 0; i < 3; i++) {
        assert_true(dx[i] == expected[i]);
        assert_true(again[i] == expected[i]);
    }
    for (int i = 0; i < 9; i++) { assert_true(jacobian[i] == slopes[i]); }
    assert_true(ons_flow_independent(flow, 0, 2));
    assert_false(ons_flow_independent(flow, 0, 1));
    free(work);
    ons_flow_free(flow);
}

/* Every function, against the slope of the formula itself: central differences, exact to 1e-7 of the scale here. */
static void derivatives_of_every_function(void **state) {
    static const char *const formulas[] = {
        "sin(x*y)",        "cos(x - y^2)",
        "tan(x/3 + y)",    "asin(x/4)*y",
        "acos(x/4 - y/8)", "atan(x*y)",
        "sinh(x - y)",     "cosh(x*y/2)",
        "tanh(x + y)",     "exp(-x*y)",
        "log(1 + x^2)*y",  "log10(2 + x*y)",
        "sqrt(x + y^2)",   "abs(x - 3)*y",
        "sign(x)*y^3",     "step(x - y)*x*y",
        "min(x, y)*x",     "max(x^2, y)",
        "atan2(x, y)*x",   "mod(x*3, 0.7)",
        "mod(2.2, x/3)",   "floor(x)*y",
        "ceil(y)*x",       "x^y",
        "(x*y)^-3",        "x^2.5/y",
        "2^(x*y)",         "x^17/1e3",
        "-x/(1 + y)",      "x^0.5 - y^0",
        "(x + y)/(x*y)^2", "x*0 + y",
        "1/(x - 5) - -y",  "(x - y) - (x - y)*2",
        "a*x + b*y + t",   "x^0.25*t",
    };
    for (size_t f = 0; f < sizeof formulas / sizeof formulas[0]; f++) {
        char text[128];
        snprintf(text, sizeof text, "x' = %s; y' = x", formulas[f]);
        static const char *const names[] = {"a", "b"};
        ons_flow *flow = parse(text, names, 2);
        double *work = room(flow, 1), jacobian[4], dx[2], high[2], low[2];
        const double at[] = {1.37, 0.61}, p[] = {0.3, -1.7}, t = 2.5, h = 1e-5;
        ons_flow_jacobian(flow, 1, &t, at, NULL, p, dx, jacobian, work);
        for (int j = 0; j < 2; j++) {
            double x[] = {at[0], at[1]};
            x[j] = at[j] + h;
            ons_flow_value(flow, 1, &t, x, NULL, p, high, work);
            x[j] = at[j] - h;
            ons_flow_value(flow, 1, &t, x, NULL, p, low, work);
            const double difference = (high[0] - low[0]) / (2 * h);
            if (fabs(jacobian[j] - difference) > 1e-7 * (1 + fabs(difference))) {
                fail_msg("%s by %s: %.10g, the difference says %.10g", formulas[f], j ? "y" : "x", jacobian[j],
                         difference);
            }
        }
        free(work);
        ons_flow_free(flow);
    }
}

/* The value of the same formula by the parser of base, bit for bit but for the order of a sum. */
static void values_are_those_of_expressions(void **state) {
    const char *formula = "sin(x)*exp(-y/2) + x^3 - 2*y/(1 + x^2) + max(x, y) - atan2(y, x) + pi*e";
    ons_expression *expression = NULL;
    assert_int_equal(ons_expression_parse(&expression, formula), ONS_OK);
    char text[160];
    snprintf(text, sizeof text, "x' = %s; y' = x", formula);
    ons_flow *flow = parse(text, NULL, 0);
    double *work = room(flow, 1);
    for (int i = 0; i < 50; i++) {
        const double x[] = {0.1 * i - 2, 3 - 0.07 * i}, t = 0;
        double dx[2];
        ons_flow_value(flow, 1, &t, x, NULL, NULL, dx, work);
        const double expected = ons_expression_value(expression, x);
        assert_true(fabs(dx[0] - expected) <= 1e-14 * (1 + fabs(expected)));
    }
    free(work);
    ons_flow_free(flow);
    ons_expression_free(expression);
}

static void lanes_do_not_know_each_other(void **state) {
    ons_flow *flow = parse("r = sqrt(x^2 + y^2); x' = y*r - a*x; y' = -x + sin(t)*r; z' = tanh(x*z) - b", NULL, 0);
    assert_int_equal(ons_flow_parameters(flow), 2);
    assert_string_equal(ons_flow_parameter(flow, 0), "a");
    assert_false(ons_flow_autonomous(flow));
    enum { lanes = 13 };
    double t[lanes], x[3 * lanes], p[2 * lanes], dx[3 * lanes], jacobian[9 * lanes], *work = room(flow, lanes);
    for (int l = 0; l < lanes; l++) {
        t[l] = 0.1 * l;
        for (int i = 0; i < 3; i++) { x[i * lanes + l] = 0.3 * i + 0.17 * l - 1; }
        for (int i = 0; i < 2; i++) { p[i * lanes + l] = 0.5 + i + 0.01 * l; }
    }
    ons_flow_jacobian(flow, lanes, t, x, NULL, p, dx, jacobian, work);
    for (int l = 0; l < lanes; l++) {
        const double one_x[] = {x[l], x[lanes + l], x[2 * lanes + l]}, one_p[] = {p[l], p[lanes + l]};
        double one_dx[3], one_jacobian[9];
        ons_flow_jacobian(flow, 1, &t[l], one_x, NULL, one_p, one_dx, one_jacobian, work);
        for (int i = 0; i < 3; i++) { assert_true(one_dx[i] == dx[i * lanes + l]); }
        for (int i = 0; i < 9; i++) { assert_true(one_jacobian[i] == jacobian[i * lanes + l]); }
    }
    free(work);
    ons_flow_free(flow);
}

static void delayed_values(void **state) {
    static const char *const names[] = {"beta", "gamma", "n", "tau"};
    ons_flow *flow = parse("xd = delay(x, 2*tau)\nx' = beta*xd/(1 + xd^n) - gamma*x", names, 4);
    const double p[] = {0.2, 0.1, 10, 8}, x = 0.9, before = 1.1, t = 0;
    assert_int_equal(ons_flow_delays(flow), 1);
    assert_int_equal(ons_flow_delayed_variable(flow, 0), 0);
    assert_true(ons_flow_delay(flow, 0, p) == 16);
    double dx, jacobian, sensitivity, *work = room(flow, 1);
    ons_flow_jacobian(flow, 1, &t, &x, &before, p, &dx, &jacobian, work);
    ons_flow_delay_jacobian(flow, 1, &t, &x, &before, p, &sensitivity, work);
    const double power = pow(before, 10), bottom = 1 + power;
    assert_true(fabs(dx - (0.2 * before / bottom - 0.1 * x)) < 1e-15);
    assert_true(jacobian == -0.1);
    assert_true(fabs(sensitivity - 0.2 * (bottom - 10 * power) / (bottom * bottom)) < 1e-14);
    free(work);
    ons_flow_free(flow);
}

static void parameters_may_be_called_e(void **state) {
    static const char *const names[] = {"e", "pi"};
    ons_flow *flow = parse("x' = e*x + pi", names, 2);
    const double p[] = {3, 4}, x = 2, t = 0;
    double dx, *work = room(flow, 1);
    ons_flow_value(flow, 1, &t, &x, NULL, p, &dx, work);
    assert_true(dx == 10);
    free(work);
    ons_flow_free(flow);
}

static void refusals(void **state) {
    static const char *const names[] = {"sigma", "rho"};
    static const struct {
        const char *equations, *message;
    } cases[] = {
        {"", "no equation of motion"},
        {"x = 3", "no equation of motion"},
        {"x' = sgima*x", "did you mean 'sigma'?"},
        {"x' = y; ", "there is no variable, parameter or quantity 'y'"},
        {"x' = 1\n\ny' = x +", "line 3"},
        {"x' = cso(x)", "did you mean 'cos'?"},
        {"x' = 1; x' = 2", "'x' is defined in line 1 already"},
        {"sigma' = 1", "'sigma' is a parameter already"},
        {"t' = 1", "t is the time"},
        {"x' 1", "'=' is expected after x"},
        {"3x' = 1", "NAME' = FORMULA"},
        {"d = delay(x, x)\nx' = d", "may hold parameters only, not x"},
        {"d = delay(q, rho)\nx' = d", "'q'"},
        {"d = delay(x)\nx' = d", "delay(VARIABLE, DELAY)"},
        {"x' = a; a = x", "'a'"},
        {"x' = x*", "expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ons_flow *flow = (ons_flow *)1;
        assert_int_equal(ons_flow_parse(&flow, cases[i].equations, names, 2), ONS_INVALID);
        assert_null(flow);
        if (!strstr(ons_message(), cases[i].message)) { fail_msg("%s\n  %s", cases[i].equations, ons_message()); }
    }
}

static void source_in_c(void **state) {
    ons_flow *flow = parse("x' = a*sin(x)/y + x^3; y' = -x*1.5", NULL, 0);
    ons_text text = {0};
    assert_int_equal(ons_flow_source(flow, "test", &text), ONS_OK);
    assert_non_null(strstr(text.data, "static void test_value(const number *t"));
    assert_non_null(strstr(text.data, "FLOW_sin(v"));
    assert_non_null(strstr(text.data, "FLOW_NUMBER(1.5)"));
    assert_non_null(strstr(text.data, "jacobian[3] = v"));
    ons_text_free(&text);
    ons_flow_free(flow);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lorenz_in_closed_form),
        cmocka_unit_test(derivatives_of_every_function),
        cmocka_unit_test(values_are_those_of_expressions),
        cmocka_unit_test(lanes_do_not_know_each_other),
        cmocka_unit_test(delayed_values),
        cmocka_unit_test(parameters_may_be_called_e),
        cmocka_unit_test(refusals),
        cmocka_unit_test(source_in_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
