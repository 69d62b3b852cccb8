/*
 * Formulas: values, precedence, names, refusals with their column.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static double value_of(const char *source, const double *values) {
    ons_expression *expression = NULL;
    if (ons_expression_parse(&expression, source) != ONS_OK) { fail_msg("%s", ons_message()); }
    const double value = ons_expression_value(expression, values);
    ons_expression_free(expression);
    return value;
}

static void test_precedence_is_that_of_mathematics(void **state) {
    static const struct {
        const char *source;
        double value;
    } cases[] = {
        {"1+2*3", 7},
        {"(1+2)*3", 9},
        {"8-4-2", 2},
        {"8/4/2", 1},
        {"-2^2", -4},
        {"(-2)^2", 4},
        {"2^3^2", 512},
        {"2^-1", 0.5},
        {"2^-3^0", 0.5},
        {"--3", 3},
        {"+-+3", -3},
        {"2*-3", -6},
        {"6/2*3", 9},
        {"1e3+.5", 1000.5},
        {" 2 * ( 3 + 4 ) ", 14},
        {"2.5e-1*4", 1},
        {"min(3,-2)", -2},
        {"max(1,max(2,3))", 3},
        {"abs(-7)", 7},
        {"sqrt(2)^2-sqrt(2)*sqrt(2)", 0},
        {"floor(2.7)", 2},
        {"ceil(2.2)", 3},
        {"log(e)", 1},
        {"log10(1000)", 3},
        {"exp(0)", 1},
        {"3-2+1", 2},
        {"1/2/2*4", 1},
        {"-min(1,2)^2", -1},
        {"atan(1)*4-pi", 0},
        {"sinh(0)+cosh(0)+tanh(0)", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(fabs(value_of(cases[i].source, NULL) - cases[i].value) <= 1e-15);
    }
    assert_true(fabs(value_of("cos(1)^2+sin(1)^2+asin(0)+acos(1)+tan(0)", NULL) - 1) < 1e-15);
}

static void test_names_are_found_in_order_of_appearance(void **state) {
    ons_expression *expression = NULL;
    assert_int_equal(ons_expression_parse(&expression, "L*specific_heat/L^2 + x2*pi + L"), ONS_OK);
    assert_int_equal(ons_expression_name_count(expression), 3);
    assert_string_equal(ons_expression_name(expression, 0), "L");
    assert_string_equal(ons_expression_name(expression, 1), "specific_heat");
    assert_string_equal(ons_expression_name(expression, 2), "x2");
    assert_null(ons_expression_name(expression, 3));
    const double values[] = {4, 8, 0};
    assert_true(ons_expression_value(expression, values) == 4 * 8.0 / 16 + 4);
    ons_expression_free(expression);
    ons_expression_free(NULL);
}

/* Onsager's critical temperature, 2 / log(1 + sqrt(2)). */
static void test_a_formula_of_the_field(void **state) {
    assert_true(fabs(value_of("2/log(1+sqrt(2))", NULL) - 2.269185314213022) < 5e-16);
}

static void test_what_is_undefined_is_not_finite(void **state) {
    const double values[] = {0, NAN};
    assert_true(isinf(value_of("1/x", values)));
    assert_true(isnan(value_of("x/x", values)));
    assert_true(isnan(value_of("log(-1)", values)));
    assert_true(isnan(value_of("sqrt(-1)", values)));
    assert_true(isnan(value_of("0*x+min(y,1)", values)));
    assert_true(isnan(value_of("0*x+max(1,y)", values)));
}

static void test_faults_are_named_with_their_column(void **state) {
    static const struct {
        const char *source, *message;
    } cases[] = {
        {"", "column 1 of '': a number, a name or '(' is expected, not the end"},
        {"1+", "column 3 of '1+': a number, a name or '(' is expected, not the end"},
        {"(1+2", "column 5 of '(1+2': ')' is expected, not the end"},
        {"1 2", "column 3 of '1 2': an operator or the end is expected, not '2'"},
        {"2*)", "column 3 of '2*)': a number, a name or '(' is expected, not ')'"},
        {"x $ 1", "column 3 of 'x $ 1': an operator or the end is expected, not '$'"},
        {"sqr(2)", "column 1 of 'sqr(2)': there is no function 'sqr'; did you mean 'sqrt'?"},
        {"1+sqrt 2", "column 8 of '1+sqrt 2': '(' is expected after the function sqrt"},
        {"min(1)", "column 6 of 'min(1)': min takes two arguments: ',' is expected"},
        {"sin(1,2)", "column 6 of 'sin(1,2)': sin takes 1 argument"},
        {"1+1e400", "column 3 of '1+1e400': the number is too large"},
        {"2e", "column 2 of '2e': an operator or the end is expected, not 'e'"},
        {".", "column 1 of '.': a number, a name or '(' is expected, not '.'"},
        {"\xC3\xA4", "column 1 of '\xC3\xA4': a number, a name or '(' is expected, not '\xC3\xA4'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ons_expression *expression = NULL;
        assert_int_equal(ons_expression_parse(&expression, cases[i].source), ONS_INVALID);
        assert_null(expression);
        assert_string_equal(ons_message(), cases[i].message);
    }
}

static char *repeated(const char *piece, int count, const char *end) {
    ons_text text = {0};
    for (int i = 0; i < count; i++) { ons_text_add(&text, "%s", piece); }
    ons_text_add(&text, "%s", end);
    return text.data;
}

static void test_deep_nesting_is_refused_and_length_is_not(void **state) {
    static const struct {
        const char *piece, *end;
    } deep[] = {{"(", "1"}, {"-", "1"}, {"2^", "1"}, {"sqrt(", "1"}, {"1+(", "1"}};
    for (size_t i = 0; i < sizeof deep / sizeof deep[0]; i++) {
        char *source = repeated(deep[i].piece, 100000, deep[i].end);
        ons_expression *expression = NULL;
        assert_int_equal(ons_expression_parse(&expression, source), ONS_INVALID);
        assert_non_null(strstr(ons_message(), "nested too deeply"));
        free(source);
    }
    char *source = repeated("1+", 100000, "1");
    assert_true(value_of(source, NULL) == 100001);
    free(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence_is_that_of_mathematics),
        cmocka_unit_test(test_names_are_found_in_order_of_appearance),
        cmocka_unit_test(test_a_formula_of_the_field),
        cmocka_unit_test(test_what_is_undefined_is_not_finite),
        cmocka_unit_test(test_faults_are_named_with_their_column),
        cmocka_unit_test(test_deep_nesting_is_refused_and_length_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
