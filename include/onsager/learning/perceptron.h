/*
 * learning/perceptron: dense networks with ReLU units, softmax and cross entropy, trained by plain stochastic gradient
 * descent, in single precision. Forward and backward are written by hand on sgemm: for small networks that are trained
 * thousands of times.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_PERCEPTRON_H
#define ONSAGER_LEARNING_PERCEPTRON_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_PERCEPTRON_LAYERS 8

typedef struct ons_perceptron {
    size_t layers, batch;                     /* `batch`: the most examples of a step */
    size_t width[ONS_PERCEPTRON_LAYERS + 1];  /* of the input, the hidden layers, the output */
    float *weights[ONS_PERCEPTRON_LAYERS];    /* [width[l]][width[l + 1]] */
    float *biases[ONS_PERCEPTRON_LAYERS];     /* [width[l + 1]] */
    float *units[ONS_PERCEPTRON_LAYERS + 1];  /* [batch][width[l]]: inputs and what each layer gives */
    float *slopes[ONS_PERCEPTRON_LAYERS + 1]; /* [batch][width[l]]: of the loss */
    size_t parameters;                        /* numbers in all weights and biases */
    float *memory;                            /* all of it; the parameters come first */
} ons_perceptron;

/* width[layers + 1], all at least 1; weights are 0. Free it. */
ONS_API ons_status ons_perceptron_create(ons_perceptron *network, size_t layers, const size_t *width, size_t batch);
ONS_API void ons_perceptron_free(ons_perceptron *network);
/* Glorot's normal start: variance 2/(in + out), biases 0 (Glorot and Bengio 2010, eq. 12 with a normal law). */
ONS_API void ons_perceptron_start(ons_perceptron *network, ons_random *random);

/* One step on `count` <= batch examples, which the caller has put into units[0]: every parameter of layer l minus
 * rate[l] times the gradient of the mean cross entropy; rate 0 freezes a layer, whose gradient is not computed. *loss:
 * the mean before the step; *wrong: examples of which another class has the largest output. Same bits for the same
 * numbers on one kind of CPU. ONS_FAILED: the loss is not finite. */
ONS_API ons_status ons_perceptron_step(ons_perceptron *network, size_t count, const uint8_t *labels, const double *rate,
                                       double *loss, size_t *wrong);
/* The same without a step: *loss is the sum. */
ONS_API void ons_perceptron_judge(ons_perceptron *network, size_t count, const uint8_t *labels, double *loss,
                                  size_t *wrong);
/* Floating-point operations of a step, a multiplication and an addition as two. */
ONS_API double ons_perceptron_operations(const ons_perceptron *network, size_t count, const double *rate);

#ifdef __cplusplus
}
#endif
#endif
