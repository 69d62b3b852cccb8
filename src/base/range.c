/*
 * Ranges first:last:step in decimal arithmetic: all three numbers are integers times one power of ten, so that each
 * value is an exact decimal, and becomes the double of that decimal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum { most_values = 1000000, most_digits = 36 };

/* digits 10^exponent; digits < 10^36 so that sums and differences stay inside 128 bits. */
typedef struct decimal {
    wide digits;
    int64_t exponent;
} decimal;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Multiplies by a power of ten; false when the digits would be more than 36. */
static bool scale(wide *digits, int64_t power) {
    wide limit = 1;
    for (int i = 0; i < most_digits; i++) { limit *= 10; }
    for (; *digits != 0 && power > 0; power--) {
        *digits *= 10;
        if (*digits >= limit || *digits <= -limit) { return false; }
    }
    return true;
}

/* The text is known to be a finite decimal number. Zeros at its end stay in the exponent. */
static bool to_decimal(const char *text, decimal *result) {
    const bool negative = *text == '-';
    int64_t zeros = 0, places = 0;
    bool behind = false;
    *result = (decimal){0, 0};
    text += *text == '-' || *text == '+';
    for (; is_digit(*text) || *text == '.'; text++) {
        if (*text == '.') {
            behind = true;
            continue;
        }
        places += behind;
        if (*text == '0') {
            zeros += result->digits != 0;
            continue;
        }
        if (!scale(&result->digits, zeros + 1)) { return false; }
        result->digits += *text - '0';
        zeros = 0;
    }
    if (*text == 'e' || *text == 'E') { result->exponent = strtoll(text + 1, NULL, 10); }
    result->exponent = result->digits ? result->exponent + zeros - places : 0;
    if (negative) { result->digits = -result->digits; }
    return true;
}

static double to_double(decimal value) {
    char text[80], digits[48];
    size_t count = 0;
    bool negative = value.digits < 0;
    for (wide rest = negative ? -value.digits : value.digits; rest != 0 || count == 0; rest /= 10) {
        digits[count++] = (char)('0' + (int)(rest % 10));
    }
    size_t length = 0;
    if (negative) { text[length++] = '-'; }
    while (count > 0) { text[length++] = digits[--count]; }
    base_printf(text + length, sizeof text - length, "e%lld", (long long)value.exponent);
    return base_decimal_to_double(text);
}

/* Splits at the colons and checks that each piece is a finite number. */
static ons_status split(const char *string, decimal parts[3]) {
    const char *piece = string;
    for (int i = 0; i < 3; i++) {
        const size_t length = strcspn(piece, ":");
        const bool last = piece[length] == '\0';
        if (last != (i == 2)) {
            return ons_fail(ONS_INVALID, "a range first:last:step such as 2.0:2.5:0.1 is expected, not '%.*s'",
                            BASE_SHOWN, string);
        }
        char *text = ons_copy_part(piece, length);
        if (!text) { return ONS_MEMORY; }
        double value = 0;
        ons_status status = ons_parse_real(text, &value);
        if (status != ONS_OK) {
            status = ons_fail(status, "%s in the range '%.*s'", ons_message(), BASE_SHOWN, string);
        } else if (isinf(value)) {
            status = ons_fail(ONS_INVALID, "the range '%.*s' must be finite", BASE_SHOWN, string);
        } else if (!to_decimal(text, &parts[i])) {
            status = ons_fail(ONS_INVALID, "a number in the range '%.*s' has more than %d digits", BASE_SHOWN, string,
                              most_digits);
        }
        free(text);
        if (status != ONS_OK) { return status; }
        piece += length + 1;
    }
    return ONS_OK;
}

/* Brings the three numbers to the smallest exponent among them (of those that are not 0). */
static bool common_exponent(decimal parts[3]) {
    int64_t smallest = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        if (parts[i].digits != 0 && parts[i].exponent < smallest) { smallest = parts[i].exponent; }
    }
    for (int i = 0; i < 3; i++) {
        if (parts[i].digits != 0 && !scale(&parts[i].digits, parts[i].exponent - smallest)) { return false; }
        parts[i].exponent = smallest;
    }
    return true;
}

ons_status ons_parse_range(const char *string, double **values, size_t *count) {
    decimal parts[3] = {{0, 0}};
    const ons_status status = split(string, parts);
    if (status != ONS_OK) { return status; }
    if (parts[2].digits == 0) {
        return ons_fail(ONS_INVALID, "the step of the range '%.*s' must not be 0", BASE_SHOWN, string);
    }
    if (!common_exponent(parts)) {
        return ons_fail(ONS_INVALID, "the numbers of the range '%.*s' differ too much in size for exact decimal steps",
                        BASE_SHOWN, string);
    }
    const wide span = parts[1].digits - parts[0].digits, step = parts[2].digits;
    if (span != 0 && (span > 0) != (step > 0)) {
        return ons_fail(ONS_INVALID, "the step of the range '%.*s' leads away from its last value", BASE_SHOWN, string);
    }
    if (span / step >= most_values) {
        return ons_fail(ONS_INVALID, "the range '%.*s' has more than %d values", BASE_SHOWN, string, most_values);
    }
    const size_t number = (size_t)(span / step) + 1;
    double *result = ONS_NEW(double, number);
    if (!result) { return ONS_MEMORY; }
    for (size_t i = 0; i < number; i++) {
        result[i] = to_double((decimal){parts[0].digits + (wide)i * step, parts[0].exponent});
    }
    *values = result;
    *count = number;
    return ONS_OK;
}
