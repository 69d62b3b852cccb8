/*
 * The ticks of an axis: round numbers, as many as have room for their labels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL 48
#define GAP 0.8 /* between labels of a horizontal axis, in units of the size of the type */

static void add(cli_ticks *ticks, double at, const char *label) {
    if (ticks->count == CLI_TICKS) { return; }
    struct cli_tick *tick = &ticks->tick[ticks->count++];
    tick->at = at;
    snprintf(tick->label, sizeof tick->label, "%s", label);
}

/* "−1.5": `digits` after the point, the sign as it is printed. */
static void fixed_label(double at, int digits, char label[LABEL]) {
    char number[32];
    snprintf(number, sizeof number, "%.*f", digits, fabs(at));
    snprintf(label, LABEL, "%s%s", at < 0 && strspn(number, "0.") != strlen(number) ? "\xE2\x88\x92" : "", number);
}

/* "2.5×10^{4}" with `digits` after the point. */
static void scientific_label(double at, int digits, char label[LABEL]) {
    if (at == 0) {
        snprintf(label, LABEL, "0");
        return;
    }
    int exponent = (int)floor(log10(fabs(at)) + 1e-9);
    char number[24], sign[4] = "";
    snprintf(number, sizeof number, "%.*f", digits, fabs(at) / pow(10, exponent));
    if (exponent < 0) { snprintf(sign, sizeof sign, "\xE2\x88\x92"); }
    const char *minus = at < 0 ? "\xE2\x88\x92" : "";
    if (strcmp(number, "1") == 0) {
        snprintf(label, LABEL, "%s10^{%s%d}", minus, sign, exponent < 0 ? -exponent : exponent);
    } else {
        snprintf(label, LABEL,
                 "%s%s\xC3\x97"
                 "10^{%s%d}",
                 minus, number, sign, exponent < 0 ? -exponent : exponent);
    }
}

/* Without the braces of exponents. */
static double label_width(const char *label) {
    double width = 0;
    bool raised = false;
    for (const char *c = label; *c; c++) {
        if (((unsigned char)*c & 0xC0) == 0x80) { continue; }
        raised = *c == '{' ? true : *c == '}' ? false : raised;
        if (!strchr("^{}", *c)) { width += (*c == '.' ? 0.33 : 0.62) * (raised ? 0.8 : 1); }
    }
    return width;
}

typedef struct axis {
    double low, high, length, size;
    bool vertical;
} axis;

/* Room that labels of this width need along the axis. */
static double room(const axis *of, double width) { return of->size * (of->vertical ? 2.2 : width + GAP); }

/* ---- linear ---------------------------------------------------------------------------------------------------------
 */

/* Decimals of a step 1, 2 or 5 times a power of ten. */
static int decimals(double step) {
    const int digits = -(int)floor(log10(step) + 1e-9);
    return digits > 0 ? digits : 0;
}

static void linear_label(double at, double step, double largest, char label[LABEL]) {
    if (largest >= 1e5 || largest < 1e-3) {
        const int digits = (int)(floor(log10(fmax(fabs(at), step)) + 1e-9) - floor(log10(step) + 1e-9));
        scientific_label(at, digits, label);
    } else {
        fixed_label(at, decimals(step), label);
    }
}

/* Small ticks between two large ones, by the first digit of the step. */
static int parts_of(double step) {
    const double first = step / pow(10, floor(log10(step) + 1e-9));
    return first < 1.5 ? 5 : first < 3 ? 4 : 5;
}

static bool linear_step(const axis *of, double step, cli_ticks *ticks) {
    const double largest = fmax(fabs(of->low), fabs(of->high)), slack = 1e-9 * (of->high - of->low);
    const int parts = parts_of(step);
    const double first = ceil((of->low - slack) / step), last = floor((of->high + slack) / step);
    if (last - first > 12) { return false; }
    ticks->count = 0;
    ticks->width = 0;
    for (double k = first; k <= last; k++) {
        char label[LABEL];
        linear_label(k * step, step, largest, label);
        add(ticks, k * step, label);
        ticks->width = fmax(ticks->width, label_width(label));
    }
    const double between = step / (of->high - of->low) * of->length;
    if (between < room(of, ticks->width)) { return false; }
    if (between / parts < 0.4 * of->size) { return true; }
    for (double k = first - 1; k <= last; k++) {
        for (int part = 1; part < parts; part++) {
            const double at = k * step + part * step / parts;
            if (at >= of->low - slack && at <= of->high + slack) { add(ticks, at, ""); }
        }
    }
    return true;
}

static void linear_ticks(const axis *of, cli_ticks *ticks) {
    static const double digits[] = {1, 2, 5};
    const int smallest = (int)floor(log10((of->high - of->low) / 10)) - 1;
    for (int exponent = smallest; exponent < smallest + 4; exponent++) {
        for (size_t i = 0; i < 3; i++) {
            const double step = exponent < 0 ? digits[i] / pow(10, -exponent) : digits[i] * pow(10, exponent);
            if (linear_step(of, step, ticks)) { return; }
        }
    }
}

/* ---- logarithmic ----------------------------------------------------------------------------------------------------
 */

static void power_label(int exponent, bool plain, char label[LABEL]) {
    if (plain) {
        fixed_label(pow(10, exponent), exponent < 0 ? -exponent : 0, label);
    } else {
        scientific_label(pow(10, exponent), 0, label);
    }
}

/* Powers of ten, every `every`-th with its label. */
static bool decade_ticks(const axis *of, int first, int last, int every, cli_ticks *ticks) {
    const bool plain = first >= -2 && last <= 3;
    ticks->count = 0;
    ticks->width = 0;
    for (int k = first; k <= last; k++) {
        char label[LABEL] = "";
        if (k % every == 0) { power_label(k, plain, label); }
        add(ticks, pow(10, k), label);
        ticks->width = fmax(ticks->width, label_width(label));
    }
    const double decade = of->length / log10(of->high / of->low);
    if (every * decade < room(of, ticks->width)) { return false; }
    if (decade < 4 * of->size) { return true; }
    for (int k = first - 1; k <= last; k++) {
        for (int digit = 2; digit < 10; digit++) {
            const double at = digit * pow(10, k);
            if (at >= of->low && at <= of->high) { add(ticks, at, ""); }
        }
    }
    return true;
}

/* Whether a digit carries a label: 1 always; 1 3; 1 2 5. */
static bool has_label(int digit, int set) {
    static const char *const digits[] = {"125", "13", "1"};
    return strchr(digits[set], '0' + digit);
}

static bool try_digits(const axis *of, int set, cli_ticks *ticks) {
    double last = -INFINITY;
    bool fits = true;
    ticks->count = 0;
    ticks->width = 0;
    for (int k = (int)floor(log10(of->low)); k <= (int)ceil(log10(of->high)); k++) {
        for (int digit = 1; digit < 10; digit++) {
            const double at = digit * pow(10, k), place = log(at / of->low) / log(of->high / of->low) * of->length;
            if (at < of->low * (1 - 1e-9) || at > of->high * (1 + 1e-9)) { continue; }
            char label[LABEL] = "";
            if (has_label(digit, set)) {
                linear_label(at, pow(10, k), of->high, label);
                fits = fits && place - last > (of->vertical ? 1.4 * of->size : room(of, label_width(label)));
                last = place;
            }
            add(ticks, at, label);
            ticks->width = fmax(ticks->width, label_width(label));
        }
    }
    return fits;
}

/* Within some two decades: 1, 2, 5 times powers of ten have labels, or as many of them as there is room for. */
static void few_decades(const axis *of, cli_ticks *ticks) {
    for (int set = 0; set < 3 && !try_digits(of, set, ticks); set++) {}
}

static void logarithmic_ticks(const axis *of, cli_ticks *ticks) {
    const int first = (int)ceil(log10(of->low) - 1e-9), last = (int)floor(log10(of->high) + 1e-9);
    if (of->high / of->low < 4) {
        linear_ticks(of, ticks);
    } else if (last - first < 2) {
        few_decades(of, ticks);
    } else {
        for (int every = 1; every < 400 && !decade_ticks(of, first, last, every, ticks); every++) {}
    }
}

void cli_ticks_choose(double low, double high, bool logarithmic, bool vertical, double length, double size,
                      cli_ticks *ticks) {
    const axis of = {low, high, length, size, vertical};
    *ticks = (cli_ticks){0};
    if (logarithmic) {
        logarithmic_ticks(&of, ticks);
    } else {
        linear_ticks(&of, ticks);
    }
}
