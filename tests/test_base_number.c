/*
 * Numbers in decimal: what is taken, what is refused, ranges, and texts that read back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static uint64_t bits(double value) {
    uint64_t result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static void test_reals_are_the_doubles_of_c(void **state) {
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0},
        {"-0", -0.0},
        {"2.269185314213022", 2.269185314213022},
        {".5", .5},
        {"5.", 5.},
        {"+1e-3", 1e-3},
        {"1E5", 1e5},
        {"-12.5e+2", -1250},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"5e-324", 5e-324},
        {"1e-400", 0},
        {"inf", INFINITY},
        {"-inf", -INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = 7;
        assert_int_equal(ons_parse_real(cases[i].text, &value), ONS_OK);
        assert_int_equal(bits(value), bits(cases[i].value));
    }
}

static void test_what_is_no_real_is_refused(void **state) {
    static const char *const texts[] = {"",
                                        " 1",
                                        "1 ",
                                        "nan",
                                        "-nan",
                                        "0x10",
                                        "0x1p3",
                                        "1e400",
                                        "-1e400",
                                        "1,5",
                                        "1e",
                                        "e5",
                                        "--1",
                                        "+-1",
                                        ".",
                                        "1.2.3",
                                        "1e5.0",
                                        "2:3",
                                        "L",
                                        "infinite",
                                        "1e+",
                                        "1_0",
                                        "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = 7;
        assert_int_equal(ons_parse_real(texts[i], &value), ONS_INVALID);
        assert_true(value == 7);
        assert_non_null(strstr(ons_message(), texts[i]));
    }
}

static void test_integers_are_exact(void **state) {
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"16", 16},
        {"+16", 16},
        {"1e5", 100000},
        {"16.0", 16},
        {"1.5e1", 15},
        {"1000e-3", 1},
        {"0.00e-999999999999999999999", 0},
        {"00012", 12},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9.223372036854775807e18", INT64_MAX},
        {"9007199254740993", INT64_C(9007199254740993)},
        {"100000000000000000000e-2", INT64_C(1000000000000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 7;
        assert_int_equal(ons_parse_integer(cases[i].text, &value), ONS_OK);
        assert_true(value == cases[i].value);
    }
}

static void test_what_is_no_integer_is_refused(void **state) {
    static const char *const texts[] = {"",
                                        "1.5",
                                        "1e-1",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "1e19",
                                        "inf",
                                        "nan",
                                        "0x10",
                                        "1e99999999999999999999",
                                        "12a",
                                        "1e18.",
                                        "18446744073709551617",
                                        " 3",
                                        "1e-99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t value = 7;
        assert_int_equal(ons_parse_integer(texts[i], &value), ONS_INVALID);
        assert_true(value == 7);
        assert_non_null(strstr(ons_message(), "integer"));
    }
}

static void test_texts_of_reals_are_short_and_plain(void **state) {
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {0.1, "0.1"},
        {2.5, "2.5"},
        {-16, "-16"},
        {100000, "100000"},
        {1e15, "1000000000000000"},
        {9007199254740991, "9007199254740991"},
        {1e16, "1e+16"},
        {1e300, "1e+300"},
        {1.25e-7, "1.25e-07"},
        {0.0001, "0.0001"},
        {0.00012345, "0.00012345"},
        {1e-5, "1e-05"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {-2.2250738585072014e-308, "-2.2250738585072014e-308"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[ONS_REAL_TEXT];
        assert_string_equal(ons_real_text(cases[i].value, buffer), cases[i].text);
    }
}

static void test_every_text_of_a_real_reads_back(void **state) {
    ons_random random = ons_random_stream(11, 0, 0);
    for (int i = 0; i < 200000; i++) {
        const uint64_t pattern = ons_random_64(&random);
        char buffer[ONS_REAL_TEXT];
        double value, again = 0;
        memcpy(&value, &pattern, sizeof value);
        if (!isfinite(value)) { continue; }
        if (i % 2) { value = (double)(int)(pattern >> 40) / (1 + (double)(pattern & 1023)); }
        assert_int_equal(ons_parse_real(ons_real_text(value, buffer), &again), ONS_OK);
        assert_true(bits(again) == bits(value));
    }
}

static void check_range(const char *range, size_t count, const double *expected) {
    double *values = NULL;
    size_t number = 0;
    assert_int_equal(ons_parse_range(range, &values, &number), ONS_OK);
    assert_int_equal(number, count);
    for (size_t i = 0; i < count; i++) { assert_true(bits(values[i]) == bits(expected[i])); }
    free(values);
}

static void test_a_range_gives_the_doubles_of_the_printed_numbers(void **state) {
    check_range("2.0:2.5:0.1", 6, (const double[]){2.0, 2.1, 2.2, 2.3, 2.4, 2.5});
    check_range("0.1:0.7:0.2", 4, (const double[]){0.1, 0.3, 0.5, 0.7});
    check_range("-0.3:0.3:0.1", 7, (const double[]){-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3});
    check_range("8:64:16", 4, (const double[]){8, 24, 40, 56});
    check_range("5:1:-2", 3, (const double[]){5, 3, 1});
    check_range("1:1:0.5", 1, (const double[]){1});
    check_range("1:1.04:0.05", 1, (const double[]){1});
    check_range("1e-3:3e-3:1e-3", 3, (const double[]){1e-3, 2e-3, 3e-3});
    check_range("1e300:3e300:1e300", 3, (const double[]){1e300, 2e300, 3e300});
    check_range("100:3e2:1E+2", 3, (const double[]){100, 200, 300});
    check_range("2.26918531421:2.26918531423:0.00000000001", 3,
                (const double[]){2.26918531421, 2.26918531422, 2.26918531423});
    check_range("0:0:1e-300", 1, (const double[]){0});

    double *values = NULL;
    size_t count = 0;
    assert_int_equal(ons_parse_range("0:0.999999:0.000001", &values, &count), ONS_OK);
    assert_int_equal(count, 1000000);
    for (size_t i = 0; i < count; i += 997) {
        char text[32];
        snprintf(text, sizeof text, "0.%06zu", i);
        assert_true(values[i] == strtod(text, NULL));
    }
    free(values);
}

static void test_what_is_no_range_is_refused(void **state) {
    static const char *const ranges[] = {"1:2",
                                         "1",
                                         "1:2:3:4",
                                         "::",
                                         "1:2:",
                                         "1:2:0",
                                         "1:2:-0.1",
                                         "2:1:0.1",
                                         "0:inf:1",
                                         "inf:inf:1",
                                         "nan:1:1",
                                         "0:1:nan",
                                         "0:1:1e-6",
                                         "0:1e9:1",
                                         "0:1e300:1",
                                         "1:2:0.0e5",
                                         "1e400:1e401:1",
                                         "a:b:c",
                                         "1:2:0x1p0",
                                         "0 :1:1",
                                         "1e-300:1e300:1e-300",
                                         "1.0000000000000000000000000000000000000000001:2:0.1"};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        double *values = NULL;
        size_t count = 7;
        assert_int_equal(ons_parse_range(ranges[i], &values, &count), ONS_INVALID);
        assert_null(values);
        assert_int_equal(count, 7);
        assert_true(strlen(ons_message()) > 10);
    }
}

/* A locale with a decimal comma: one of the machine's, or one made in `folder` from the C library's sources. */
static bool use_decimal_comma(const char *folder) {
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "es_ES.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_ALL, names[i])) { return true; }
    }
    char command[256];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", folder, folder);
    const int made = system(command);
    return made != -1 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void test_the_locale_does_not_matter(void **state) {
    char folder[] = "/tmp/onsager-locale-XXXXXX", command[64];
    assert_non_null(mkdtemp(folder));
    const bool found = use_decimal_comma(folder) && strcmp(localeconv()->decimal_point, ",") == 0;
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    if (!found) { skip(); }
    char native[16];
    snprintf(native, sizeof native, "%.1f", 2.5);
    assert_string_equal(native, "2,5");
    char buffer[ONS_REAL_TEXT];
    double value = 0;
    assert_int_equal(ons_parse_real("2.5", &value), ONS_OK);
    assert_true(value == 2.5);
    assert_string_equal(ons_real_text(2.5, buffer), "2.5");
    check_range("2.0:2.2:0.1", 3, (const double[]){2.0, 2.1, 2.2});
    char *text = ons_format("%.2f", 0.25);
    assert_string_equal(text, "0.25");
    free(text);
    ons_expression *expression = NULL;
    assert_int_equal(ons_expression_parse(&expression, "1.5*x"), ONS_OK);
    assert_true(ons_expression_value(expression, &value) == 3.75);
    ons_expression_free(expression);
    ons_fail(ONS_FAILED, "%.1f", 2.5);
    assert_string_equal(ons_message(), "2.5");
    setlocale(LC_ALL, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reals_are_the_doubles_of_c),
        cmocka_unit_test(test_what_is_no_real_is_refused),
        cmocka_unit_test(test_integers_are_exact),
        cmocka_unit_test(test_what_is_no_integer_is_refused),
        cmocka_unit_test(test_texts_of_reals_are_short_and_plain),
        cmocka_unit_test(test_every_text_of_a_real_reads_back),
        cmocka_unit_test(test_a_range_gives_the_doubles_of_the_printed_numbers),
        cmocka_unit_test(test_what_is_no_range_is_refused),
        cmocka_unit_test(test_the_locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
