/*
 * Labelled images for the systems that learn: MNIST-like idx files, or spots that need no file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DIGITS_H
#define DIGITS_H

#include <onsager/learning.h>

/* Training, held-out and test images as bytes; order[k] is the place of example k in `images`. */
typedef struct digits {
    size_t pixels, classes;
    uint8_t *images, *labels;           /* [count][pixels], [count]: all from the first file */
    uint8_t *test_images, *test_labels; /* from a file of their own, or pointers into the first */
    size_t count, training, testing;
    uint32_t *order;      /* [count]: training first, then held out, then (without a file of their own) testing */
    uint32_t *test_order; /* [testing] */
    bool own_test;        /* test images come from a file of their own */
    ons_digest digest;    /* of all that was read */
} digits;

/* `source` as for ons_digits_find; `holdout`, `test`: parts of the images left out, drawn by `random`. */
ons_status digits_read(digits *d, const char *source, double holdout, double test, ons_random *random);
/* Ten classes of smooth spots, 28 x 28. */
ons_status digits_blobs(digits *d, size_t count, double holdout, double test, ons_random *random);
void digits_free(digits *d);

/* Pixels / 255 of `count` examples in that order, to inputs[count][pixels] and labels[count]. */
void digits_gather(const digits *d, bool testing, const uint32_t *order, size_t count, float *inputs, uint8_t *labels);

#endif
