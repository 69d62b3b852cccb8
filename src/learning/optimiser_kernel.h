/*
 * Inside learning: the arithmetic of a step downhill, compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_OPTIMISER_KERNEL_H
#define LEARNING_OPTIMISER_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A group at a step: arrays of `count`, and its numbers with schedules, corrections and clipping worked in. */
typedef struct optimiser_update {
    size_t count;
    void *w;
    const void *g;
    void *m, *v, *largest; /* momentum or first moment; second moment; NULL where the method has none */
    const uint8_t *mask;   /* or NULL */
    double scale, limit;   /* of the gradient; limit INFINITY: none */
    double penalty;        /* g += penalty w */
    double shrink;         /* w *= shrink */
    double rate;           /* Adam: divided by 1 - beta1^t */
    double keep, add;      /* m = keep m + add g */
    double look_back;      /* step along look_ahead g + look_back m */
    double look_ahead;
    double beta2, root; /* root: sqrt(1 - beta2^t) */
    double epsilon;
} optimiser_update;

typedef struct optimiser_kernels {
    void (*descend)(const optimiser_update *u); /* SGD and momentum */
    void (*adam)(const optimiser_update *u);
    void (*average)(size_t count, double keep, const void *w, void *average);
    /* w += step g where the mask allows it */
    void (*move)(size_t count, double step, const void *g, const uint8_t *mask, void *w);
    /* the sum of squares, where the mask allows it, in eight strands */
    double (*squares)(size_t count, const void *g, const uint8_t *mask);
} optimiser_kernels;
/* For numbers of 64 and of 32 bits. */
extern const optimiser_kernels optimiser_kernels_plain[2], optimiser_kernels_v3[2], optimiser_kernels_v4[2];

#endif
