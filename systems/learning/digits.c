/*
 * Labelled images: what files hold, parts that are left out, and spots for those who have no file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, CLASSES = 10 };

/* ---- files ----------------------------------------------------------------------------------------------------------
 */

static ons_status read_classes(const char *images, const char *labels, ons_idx *pixels, ons_idx *classes) {
    ons_status status = ons_digits_read(images, labels, pixels, classes);
    for (size_t k = 0; k < classes->count && !status; k++) {
        if (classes->values[k] < CLASSES) { continue; }
        status = ons_fail(ONS_INVALID, "%s: label %zu is %u; expected 0 to 9", labels, k + 1, classes->values[k]);
    }
    return status;
}

static ons_status read_test(digits *d, const ons_digit_files *files) {
    ons_idx pixels = {0}, classes = {0};
    if (!files->test_images || !files->test_labels) { return ONS_OK; }
    ons_status status = read_classes(files->test_images, files->test_labels, &pixels, &classes);
    if (!status && pixels.count / pixels.shape[0] != d->pixels) {
        status = ons_fail(ONS_INVALID, "%s has images of %zu pixels; those for training have %zu", files->test_images,
                          pixels.count / pixels.shape[0], d->pixels);
    }
    if (!status) {
        d->own_test = true;
        d->testing = pixels.shape[0];
        d->test_images = pixels.values;
        d->test_labels = classes.values;
        return ONS_OK;
    }
    ons_idx_free(&pixels);
    ons_idx_free(&classes);
    return status;
}

/* ---- parts ----------------------------------------------------------------------------------------------------------
 */

static void shuffle(uint32_t *order, size_t count, ons_random *random) {
    for (size_t k = count; k > 1; k--) {
        const size_t other = ons_random_below(random, (uint32_t)k);
        const uint32_t place = order[k - 1];
        order[k - 1] = order[other];
        order[other] = place;
    }
}

static ons_status divide(digits *d, double holdout, double test, ons_random *random) {
    if (!d->own_test) { d->testing = (size_t)floor(test * (double)d->count); }
    const size_t here = d->own_test ? 0 : d->testing, held = (size_t)floor(holdout * (double)d->count);
    if (held + here >= d->count) {
        return ons_fail(ONS_INVALID, "of %zu images none is left for training: %zu are held out, %zu are for testing",
                        d->count, held, here);
    }
    d->training = d->count - held - here;
    d->order = ONS_NEW(uint32_t, d->count);
    d->test_order = ONS_NEW(uint32_t, d->testing);
    if (!d->order || !d->test_order) { return ONS_MEMORY; }
    for (size_t k = 0; k < d->count; k++) { d->order[k] = (uint32_t)k; }
    shuffle(d->order, d->count, random);
    for (size_t k = 0; k < d->testing; k++) {
        d->test_order[k] = d->own_test ? (uint32_t)k : d->order[d->count - d->testing + k];
    }
    if (!d->own_test) {
        d->test_images = d->images;
        d->test_labels = d->labels;
    }
    ons_digest parts[4] = {ons_digest_bytes(d->images, d->count * d->pixels), ons_digest_bytes(d->labels, d->count)};
    if (d->own_test) {
        parts[2] = ons_digest_bytes(d->test_images, d->testing * d->pixels);
        parts[3] = ons_digest_bytes(d->test_labels, d->testing);
    }
    d->digest = ons_digest_bytes(parts, sizeof parts);
    return ONS_OK;
}

ons_status digits_read(digits *d, const char *source, double holdout, double test, ons_random *random) {
    ons_digit_files files;
    ons_idx pixels = {0}, classes = {0};
    *d = (digits){.classes = CLASSES};
    ons_status status = ons_digits_find(source, NULL, &files);
    if (status) { return status; }
    status = read_classes(files.images, files.labels, &pixels, &classes);
    if (!status) {
        d->count = pixels.shape[0];
        d->pixels = pixels.count / d->count;
    }
    d->images = pixels.values;
    d->labels = classes.values;
    if (!status) { status = read_test(d, &files); }
    if (!status) { status = divide(d, holdout, test, random); }
    ons_digit_files_free(&files);
    if (status) { digits_free(d); }
    return status;
}

/* ---- spots ----------------------------------------------------------------------------------------------------------
 */

enum { SPOTS = 4 };

typedef struct spot {
    double x, y, width, height;
} spot;

static double brightness(const spot *spots, double x, double y) {
    double sum = 0;
    for (size_t k = 0; k < SPOTS; k++) {
        const double dx = (x - spots[k].x) / spots[k].width, dy = (y - spots[k].y) / spots[k].width;
        sum += spots[k].height * exp(-(dx * dx + dy * dy) / 2);
    }
    return sum;
}

static void draw(const spot *spots, ons_random *random, uint8_t *image) {
    const double right = (double)ons_random_below(random, 5) - 2, down = (double)ons_random_below(random, 5) - 2;
    for (size_t k = 0; k < (size_t)SIDE * SIDE; k++) {
        const size_t column = k % SIDE, row = k / SIDE;
        const double light = brightness(spots, (double)column - right, (double)row - down);
        const double value = 200 * light + 40 * ons_random_normal(random);
        image[k] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

ons_status digits_blobs(digits *d, size_t count, double holdout, double test, ons_random *random) {
    spot spots[CLASSES][SPOTS];
    *d = (digits){.pixels = (size_t)SIDE * SIDE, .classes = CLASSES, .count = count};
    d->images = ONS_NEW(uint8_t, count * d->pixels);
    d->labels = ONS_NEW(uint8_t, count);
    if (!d->images || !d->labels) {
        digits_free(d);
        return ONS_MEMORY;
    }
    for (size_t c = 0; c < CLASSES; c++) {
        for (size_t k = 0; k < SPOTS; k++) {
            spots[c][k] = (spot){6 + 16 * ons_random_uniform(random), 6 + 16 * ons_random_uniform(random),
                                 1.5 + 2 * ons_random_uniform(random), 0.4 + 0.6 * ons_random_uniform(random)};
        }
    }
    for (size_t k = 0; k < count; k++) {
        d->labels[k] = (uint8_t)(k % CLASSES);
        draw(spots[d->labels[k]], random, d->images + k * d->pixels);
    }
    const ons_status status = divide(d, holdout, test, random);
    if (status) { digits_free(d); }
    return status;
}

void digits_free(digits *d) {
    if (d->own_test) {
        free(d->test_images);
        free(d->test_labels);
    }
    free(d->images);
    free(d->labels);
    free(d->order);
    free(d->test_order);
    *d = (digits){0};
}

void digits_gather(const digits *d, bool testing, const uint32_t *order, size_t count, float *inputs, uint8_t *labels) {
    const uint8_t *images = testing ? d->test_images : d->images, *classes = testing ? d->test_labels : d->labels;
    for (size_t k = 0; k < count; k++) {
        const uint8_t *from = images + order[k] * d->pixels;
        float *to = inputs + k * d->pixels;
        for (size_t i = 0; i < d->pixels; i++) { to[i] = (float)from[i] * (1.0F / 255); }
        labels[k] = classes[order[k]];
    }
}
