/*
 * Numbers in decimal, whatever the locale says: reals, integers, and the shortest text of a double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t digits_length(const char *text) {
    size_t length = 0;
    while (is_digit(text[length])) { length++; }
    return length;
}

size_t base_decimal_length(const char *text) {
    size_t length = digits_length(text), digits = length;
    if (text[length] == '.') {
        const size_t fraction = digits_length(text + length + 1);
        digits += fraction;
        length += 1 + fraction;
    }
    if (digits == 0) { return 0; }
    if (text[length] == 'e' || text[length] == 'E') {
        const size_t sign = text[length + 1] == '+' || text[length + 1] == '-';
        const size_t exponent = digits_length(text + length + 1 + sign);
        if (exponent) { length += 1 + sign + exponent; }
    }
    return length;
}

double base_decimal_to_double(const char *text) {
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const double value = plain ? strtod_l(text, NULL, plain) : strtod(text, NULL);
    if (plain) { freelocale(plain); }
    return value;
}

static bool is_infinity(const char *text) { return strcasecmp(text, "inf") == 0 || strcasecmp(text, "infinity") == 0; }

ons_status ons_parse_real(const char *string, double *value) {
    const char *number = string + (*string == '+' || *string == '-');
    if (is_infinity(number)) {
        *value = *string == '-' ? -INFINITY : INFINITY;
        return ONS_OK;
    }
    const size_t length = base_decimal_length(number);
    if (length == 0 || number[length] != '\0') {
        return ons_fail(ONS_INVALID, "a number such as 2.5 or 1e-3 is expected, not '%.*s'", BASE_SHOWN, string);
    }
    const double result = base_decimal_to_double(string);
    if (isinf(result)) {
        return ons_fail(ONS_INVALID, "'%.*s' is too large: the largest number is 1.7976931348623157e+308", BASE_SHOWN,
                        string);
    }
    *value = result;
    return ONS_OK;
}

/* The exponent behind the 'e' of a decimal, held to +-10^9: beyond that no number of this length is an integer or
 * finite. */
static int64_t exponent_of(const char *text) {
    const bool negative = *text == '-';
    int64_t exponent = 0;
    text += *text == '+' || *text == '-';
    for (; is_digit(*text); text++) {
        if (exponent < 1000000000) { exponent = exponent * 10 + (*text - '0'); }
    }
    return negative ? -exponent : exponent;
}

/* magnitude 10^exponent, both of the decimal text, zeros at the end moved into the exponent; false beyond 19 digits. */
static bool decimal_parts(const char *text, uint64_t *magnitude, int64_t *exponent) {
    int64_t zeros = 0, places = 0; /* zeros seen but not yet multiplied in; digits behind the point */
    uint64_t result = 0;
    bool behind = false;
    for (; is_digit(*text) || *text == '.'; text++) {
        if (*text == '.') {
            behind = true;
            continue;
        }
        places += behind;
        if (*text == '0') {
            zeros += result != 0;
            continue;
        }
        for (zeros++; zeros > 0; zeros--) {
            if (result > UINT64_MAX / 10) { return false; }
            result *= 10;
        }
        const uint64_t digit = (uint64_t)(*text - '0');
        if (result > UINT64_MAX - digit) { return false; }
        result += digit;
    }
    *magnitude = result;
    *exponent = zeros - places + (*text ? exponent_of(text + 1) : 0);
    return true;
}

ons_status ons_parse_integer(const char *string, int64_t *value) {
    const bool negative = *string == '-';
    const char *number = string + (negative || *string == '+');
    const size_t length = base_decimal_length(number);
    if (length == 0 || number[length] != '\0') {
        return ons_fail(ONS_INVALID, "an integer is expected, not '%.*s'", BASE_SHOWN, string);
    }
    uint64_t magnitude = 0;
    int64_t exponent = 0;
    const bool parts = decimal_parts(number, &magnitude, &exponent);
    if (parts && magnitude != 0 && exponent < 0) {
        return ons_fail(ONS_INVALID, "an integer is expected, not '%.*s'", BASE_SHOWN, string);
    }
    const uint64_t largest = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    bool fits = parts;
    for (; fits && magnitude != 0 && exponent > 0; exponent--) {
        fits = magnitude <= largest / 10;
        magnitude *= 10;
    }
    if (!fits || magnitude > largest) {
        return ons_fail(ONS_INVALID,
                        "an integer between -9223372036854775808 and 9223372036854775807 is expected, not '%.*s'",
                        BASE_SHOWN, string);
    }
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return ONS_OK;
}

/* The digits of a positive number with `precision` of them, zeros at the end taken off, and its decimal exponent. */
static int digits_of(double value, int precision, char digits[ONS_REAL_TEXT]) {
    char text[48];
    base_printf(text, sizeof text, "%.*e", precision - 1, value);
    size_t count = 0;
    const char *c = text;
    for (; *c != 'e'; c++) {
        if (*c != '.') { digits[count++] = *c; }
    }
    while (count > 1 && digits[count - 1] == '0') { count--; }
    digits[count] = '\0';
    return (int)exponent_of(c + 1);
}

/* 15 digits always name one decimal of a normal double, so that fewer need not be tried; subnormal ones have fewer. */
static int shortest_digits(double value, char digits[ONS_REAL_TEXT]) {
    int exponent = 0;
    for (int precision = value < 0x1p-1022 ? 1 : 15; precision <= 17; precision++) {
        char text[64];
        exponent = digits_of(value, precision, digits);
        base_printf(text, sizeof text, "%c.%se%d", digits[0], digits + 1, exponent);
        if (base_decimal_to_double(text) == value) { break; }
    }
    return exponent;
}

const char *ons_real_text(double value, char buffer[ONS_REAL_TEXT]) {
    char digits[ONS_REAL_TEXT];
    const char *sign = signbit(value) && !isnan(value) ? "-" : "";
    const double size = fabs(value);
    if (isnan(value) || isinf(value)) {
        base_printf(buffer, ONS_REAL_TEXT, "%s%s", sign, isnan(value) ? "nan" : "inf");
        return buffer;
    }
    if (size == 0) {
        base_printf(buffer, ONS_REAL_TEXT, "%s0", sign);
        return buffer;
    }
    const int exponent = shortest_digits(size, digits), count = (int)strlen(digits);
    if (exponent < -4 || exponent > 15) {
        base_printf(buffer, ONS_REAL_TEXT, "%s%c%s%se%c%02d", sign, digits[0], count > 1 ? "." : "", digits + 1,
                    exponent < 0 ? '-' : '+', abs(exponent));
    } else if (exponent < 0) {
        base_printf(buffer, ONS_REAL_TEXT, "%s0.%.*s%s", sign, -1 - exponent, "0000", digits);
    } else if (count <= exponent + 1) {
        base_printf(buffer, ONS_REAL_TEXT, "%s%s%.*s", sign, digits, exponent + 1 - count, "0000000000000000");
    } else {
        base_printf(buffer, ONS_REAL_TEXT, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
    }
    return buffer;
}
