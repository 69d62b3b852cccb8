/*
 * Dense networks by hand: forward, softmax with cross entropy, backward. Each layer is one sgemm forward and two
 * backward; the one for the weights subtracts its result from them, so that no gradient is stored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectrum.h"

#include <onsager/learning/perceptron.h>

#include <cblas.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status ons_perceptron_create(ons_perceptron *network, size_t layers, const size_t *width, size_t batch) {
    *network = (ons_perceptron){.layers = layers, .batch = batch};
    if (layers < 1 || layers > ONS_PERCEPTRON_LAYERS || batch < 1 || batch > 1 << 20) {
        return ons_fail(ONS_INVALID, "a network has 1 to %d layers and batches of 1 to 2^20, not %zu and %zu",
                        ONS_PERCEPTRON_LAYERS, layers, batch);
    }
    size_t units = 0;
    for (size_t l = 0; l <= layers; l++) {
        if (width[l] < 1 || width[l] > 1 << 20) {
            return ons_fail(ONS_INVALID, "layer %zu has %zu units; expected 1 to 2^20", l, width[l]);
        }
        network->width[l] = width[l];
        units += width[l];
        if (l > 0) { network->parameters += (width[l - 1] + 1) * width[l]; }
    }
    network->memory = ONS_NEW(float, network->parameters + 2 * units * batch);
    if (!network->memory) { return ONS_MEMORY; }
    float *next = network->memory;
    for (size_t l = 0; l < layers; l++) {
        network->weights[l] = next;
        network->biases[l] = next + width[l] * width[l + 1];
        next = network->biases[l] + width[l + 1];
    }
    for (size_t l = 0; l <= layers; l++) {
        network->units[l] = next;
        network->slopes[l] = next + width[l] * batch;
        next = network->slopes[l] + width[l] * batch;
    }
    spectrum_blas_alone();
    return ONS_OK;
}

void ons_perceptron_free(ons_perceptron *network) {
    free(network->memory);
    *network = (ons_perceptron){0};
}

void ons_perceptron_start(ons_perceptron *network, ons_random *random) {
    for (size_t l = 0; l < network->layers; l++) {
        const size_t in = network->width[l], out = network->width[l + 1];
        const double deviation = sqrt(2.0 / (double)(in + out));
        for (size_t k = 0; k < in * out; k++) {
            network->weights[l][k] = (float)(deviation * ons_random_normal(random));
        }
        memset(network->biases[l], 0, out * sizeof(float));
    }
}

/* units[l + 1] = relu(units[l] W + b), the last without relu. */
static void forward(ons_perceptron *n, size_t count) {
    for (size_t l = 0; l < n->layers; l++) {
        const size_t out = n->width[l + 1];
        const int m = (int)count, k = (int)n->width[l], c = (int)out;
        float *to = n->units[l + 1];
        for (size_t i = 0; i < count; i++) { memcpy(to + i * out, n->biases[l], out * sizeof(float)); }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, c, k, 1, n->units[l], k, n->weights[l], c, 1, to, c);
        if (l + 1 == n->layers) { continue; }
        for (size_t i = 0; i < count * out; i++) { to[i] = to[i] > 0 ? to[i] : 0; }
    }
}

/* Cross entropy of one example; slope[width] = softmax - one-hot, times `scale`. */
static double cross_entropy(const float *output, size_t width, size_t label, float scale, float *slope, bool *right) {
    size_t best = 0;
    double sum = 0;
    for (size_t k = 1; k < width; k++) { best = output[k] > output[best] ? k : best; }
    for (size_t k = 0; k < width; k++) {
        const double weight = exp((double)output[k] - (double)output[best]);
        slope[k] = (float)weight;
        sum += weight;
    }
    for (size_t k = 0; k < width; k++) { slope[k] = scale * (slope[k] / (float)sum - (k == label ? 1.0F : 0.0F)); }
    *right = best == label;
    return log(sum) + (double)output[best] - (double)output[label];
}

static double compare(ons_perceptron *n, size_t count, const uint8_t *labels, size_t *wrong) {
    const size_t out = n->width[n->layers];
    double loss = 0;
    *wrong = 0;
    for (size_t i = 0; i < count; i++) {
        bool right;
        loss += cross_entropy(n->units[n->layers] + i * out, out, labels[i], 1.0F / (float)count,
                              n->slopes[n->layers] + i * out, &right);
        *wrong += !right;
    }
    return loss;
}

void ons_perceptron_judge(ons_perceptron *network, size_t count, const uint8_t *labels, double *loss, size_t *wrong) {
    forward(network, count);
    *loss = compare(network, count, labels, wrong);
}

/* slopes[l] = slopes[l + 1] W^T where the unit is on. */
static void backward(ons_perceptron *n, size_t l, size_t count) {
    const size_t in = n->width[l];
    const int m = (int)count, k = (int)n->width[l + 1], c = (int)in;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, c, k, 1, n->slopes[l + 1], k, n->weights[l], k, 0,
                n->slopes[l], c);
    for (size_t i = 0; i < count * in; i++) { n->slopes[l][i] = n->units[l][i] > 0 ? n->slopes[l][i] : 0; }
}

static void descend(ons_perceptron *n, size_t l, size_t count, float rate) {
    const size_t out = n->width[l + 1];
    const int m = (int)count, k = (int)n->width[l], c = (int)out;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, c, m, -rate, n->units[l], k, n->slopes[l + 1], c, 1,
                n->weights[l], c);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < out; j++) { n->biases[l][j] -= rate * n->slopes[l + 1][i * out + j]; }
    }
}

ons_status ons_perceptron_step(ons_perceptron *network, size_t count, const uint8_t *labels, const double *rate,
                               double *loss, size_t *wrong) {
    size_t lowest = 0;
    forward(network, count);
    *loss = compare(network, count, labels, wrong) / (double)count;
    if (!isfinite(*loss)) { return ons_fail(ONS_FAILED, "the loss is not finite"); }
    while (lowest < network->layers && rate[lowest] == 0) { lowest++; }
    for (size_t l = network->layers; l-- > lowest;) {
        if (l > lowest) { backward(network, l, count); }
        if (rate[l] != 0) { descend(network, l, count, (float)rate[l]); }
    }
    return ONS_OK;
}

double ons_perceptron_operations(const ons_perceptron *network, size_t count, const double *rate) {
    size_t lowest = 0;
    double sum = 0;
    while (lowest < network->layers && rate[lowest] == 0) { lowest++; }
    for (size_t l = 0; l < network->layers; l++) {
        const double one = 2.0 * (double)network->width[l] * (double)network->width[l + 1] * (double)count;
        sum += one * (1 + (l > lowest) + (rate[l] != 0));
    }
    return sum;
}
