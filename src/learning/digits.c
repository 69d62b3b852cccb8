/*
 * Small grey images: bars and stripes, drawn digits, and pairs of idx files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/digits.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER = 0x64696769, MADE = 0x6d616465 };

static ons_status take(ons_digits *digits) {
    digits->pixel = ONS_NEW(uint8_t, digits->count * digits->side * digits->side);
    digits->label = ONS_NEW(uint8_t, digits->count);
    return digits->pixel && digits->label ? ONS_OK : ONS_MEMORY;
}

/* ---- made here ------------------------------------------------------------------------------------------------ */

static void draw_bars(size_t side, size_t class, ons_random *random, uint8_t *pixel) {
    uint8_t line[256];
    for (size_t on = 0; on == 0 || on == side;) {
        on = 0;
        for (size_t k = 0; k < side; k++) {
            line[k] = ons_random_32(random) >> 31 ? 255 : 0;
            on += line[k] > 0;
        }
    }
    for (size_t k = 0; k < side * side; k++) { pixel[k] = line[class ? k % side : k / side]; }
}

/* Strokes of the digits between points of a grid of 3 by 5 (x + 3 y), -1 ends a digit. */
static const int8_t strokes[10][14] = {
    {0, 2, 2, 14, 14, 12, 12, 0, -1},       {1, 13, 3, 1, -1},       {0, 2, 2, 8, 8, 6, 6, 12, 12, 14, -1},
    {0, 2, 2, 14, 6, 8, 12, 14, -1},        {0, 6, 6, 8, 2, 14, -1}, {2, 0, 0, 6, 6, 8, 8, 14, 14, 12, -1},
    {2, 0, 0, 12, 12, 14, 14, 8, 8, 6, -1}, {0, 2, 2, 13, -1},       {0, 2, 2, 14, 14, 12, 12, 0, 6, 8, -1},
    {8, 6, 6, 0, 0, 2, 2, 14, 14, 12, -1},
};

static double distance_to(const double *from, const double *to, double x, double y) {
    const double dx = to[0] - from[0], dy = to[1] - from[1];
    const double along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy);
    const double t = fmax(0, fmin(1, along));
    return hypot(x - from[0] - t * dx, y - from[1] - t * dy);
}

static void draw_digit(size_t side, size_t class, ons_random *random, uint8_t *pixel) {
    double u[6];
    for (size_t k = 0; k < 6; k++) { u[k] = 2 * ons_random_uniform(random) - 1; }
    const double size = (double)side, width = size * (0.34 + 0.06 * u[0]) / 2, height = size * (0.62 + 0.08 * u[1]) / 4;
    const double x0 = size / 2 + 0.08 * size * u[2], y0 = size / 2 + 0.08 * size * u[3], shear = 0.25 * u[4];
    const double pen = size * (0.055 + 0.015 * u[5]);
    for (size_t k = 0; k < side * side; k++) {
        const size_t column = k % side, row = k / side;
        const double x = (double)column + 0.5, y = (double)row + 0.5;
        double near = INFINITY;
        for (const int8_t *s = strokes[class]; s[0] >= 0; s += 2) {
            double end[2][2];
            for (size_t e = 0; e < 2; e++) {
                const int right = s[e] % 3 - 1, down = s[e] / 3 - 2;
                end[e][1] = y0 + height * down;
                end[e][0] = x0 + width * right - shear * height * down;
            }
            near = fmin(near, distance_to(end[0], end[1], x, y));
        }
        double grey = fmax(0, fmin(1, pen + 0.5 - near)) + 0.06 * fabs(ons_random_normal(random)) - 0.06;
        if (ons_random_below(random, 100) == 0) { grey = ons_random_uniform(random); }
        pixel[k] = (uint8_t)(255 * fmax(0, fmin(1, grey)));
    }
}

static ons_status make(ons_digits *digits, bool bars, size_t side, size_t count) {
    *digits = (ons_digits){.count = count, .side = side ? side : bars ? 4 : 14, .classes = bars ? 2 : 10};
    if (digits->side < (bars ? 2 : 8) || digits->side > 256) {
        return ons_fail(ONS_INVALID, "%s are made with sides of %d to 256, not %zu", bars ? "bars" : "drawn digits",
                        bars ? 2 : 8, digits->side);
    }
    const ons_status status = take(digits);
    if (status) { return status; }
    ons_random random = ons_random_stream(MADE, bars, 0);
    for (size_t k = 0; k < count; k++) {
        uint8_t *pixel = digits->pixel + k * digits->side * digits->side;
        digits->label[k] = (uint8_t)ons_random_below(&random, (uint32_t)digits->classes);
        if (bars) {
            draw_bars(digits->side, digits->label[k], &random, pixel);
        } else {
            draw_digit(digits->side, digits->label[k], &random, pixel);
        }
    }
    return ONS_OK;
}

/* ---- from files ----------------------------------------------------------------------------------------------- */

static ons_status read_files(const char *source, ons_idx *images, ons_idx *labels) {
    ons_digit_files files;
    ons_status status = ons_digits_find(source, NULL, &files);
    if (!status) { status = ons_digits_read(files.images, files.labels, images, labels); }
    if (!status && (images->dimensions != 3 || images->shape[1] != images->shape[2])) {
        status = ons_fail(ONS_INVALID, "%s holds images of %zu x %zu in %d dimensions; expected squares in 3",
                          files.images, images->shape[1], images->shape[2], images->dimensions);
    }
    ons_digit_files_free(&files);
    return status;
}

static void shrink(size_t from_side, const uint8_t *from, size_t side, uint8_t *to) {
    const size_t factor = from_side / side, area = factor * factor;
    assert(area > 0);
    for (size_t k = 0; k < side * side; k++) {
        size_t sum = 0;
        for (size_t j = 0; j < area; j++) {
            sum += from[(k / side * factor + j / factor) * from_side + k % side * factor + j % factor];
        }
        to[k] = (uint8_t)((sum + area / 2) / area);
    }
}

/* The first `count` of a permutation (Fisher and Yates) of all examples. */
static ons_status choose(ons_digits *digits, const ons_idx *images, const ons_idx *labels) {
    const size_t all = images->shape[0], side = images->shape[1];
    uint32_t *order = ONS_NEW(uint32_t, all);
    ons_status status = order ? take(digits) : ONS_MEMORY;
    ons_random random = ons_random_stream(ORDER, 0, 0);
    for (size_t k = 0; k < all && !status; k++) {
        const size_t at = ons_random_below(&random, (uint32_t)k + 1);
        order[k] = order[at];
        order[at] = (uint32_t)k;
    }
    for (size_t k = 0; k < digits->count && !status; k++) {
        shrink(side, images->values + order[k] * side * side, digits->side,
               digits->pixel + k * digits->side * digits->side);
        digits->label[k] = labels->values[order[k]];
    }
    free(order);
    return status;
}

static ons_status load_files(ons_digits *digits, const char *source, size_t side, size_t count) {
    ons_idx images = {0}, labels = {0};
    ons_status status = read_files(source, &images, &labels);
    if (!status) {
        *digits = (ons_digits){.count = count, .side = side ? side : images.shape[1]};
        for (size_t k = 0; k < labels.count; k++) {
            if (labels.values[k] >= digits->classes) { digits->classes = (size_t)labels.values[k] + 1; }
        }
        if (count > images.shape[0]) {
            status =
                ons_fail(ONS_INVALID, "%s holds %zu examples, but %zu are asked for", source, images.shape[0], count);
        } else if (images.shape[1] % digits->side) {
            status = ons_fail(ONS_INVALID, "images of side %zu are not shrunk to side %zu by a whole factor",
                              images.shape[1], digits->side);
        } else if (digits->classes < 2) {
            status = ons_fail(ONS_INVALID, "all labels in %s are 0; expected two classes or more", source);
        }
    }
    if (!status) { status = choose(digits, &images, &labels); }
    ons_idx_free(&images);
    ons_idx_free(&labels);
    return status;
}

ons_status ons_digits_load(ons_digits *digits, const char *source, size_t side, size_t count) {
    *digits = (ons_digits){0};
    if (count < 1 || count > 10000000) {
        return ons_fail(ONS_INVALID, "1 to 10000000 examples can be loaded, not %zu", count);
    }
    const bool bars = strcmp(source, "bars") == 0;
    const ons_status status = bars || strcmp(source, "drawn") == 0 ? make(digits, bars, side, count)
                                                                   : load_files(digits, source, side, count);
    if (status) { ons_digits_free(digits); }
    return status;
}

void ons_digits_free(ons_digits *digits) {
    free(digits->pixel);
    free(digits->label);
    *digits = (ons_digits){0};
}

void ons_digits_bits(const ons_digits *digits, double threshold, double *bits) {
    for (size_t k = 0; k < digits->count * digits->side * digits->side; k++) {
        bits[k] = digits->pixel[k] > threshold * 255 ? 1 : 0;
    }
}

uint8_t ons_digits_bin(uint8_t pixel, size_t bins) {
    const size_t above = (size_t)pixel * bins;
    return above == 0 ? 0 : (uint8_t)((above - 1) / 255);
}
