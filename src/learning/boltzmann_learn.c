/*
 * Learning of Boltzmann machines: persistent contrastive divergence (Tieleman 2008), with mean field in the positive
 * phase of deep ones (Salakhutdinov and Hinton 2009).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct learning {
    const ons_boltzmann *machine;
    const ons_boltzmann_batch *batch;
    double *parts; /* [blocks][count + 1]: gradients, and reconstruction errors */
} learning;

typedef struct block_memory {
    double *even, *odd, *scratch; /* [BLOCK][...] */
    uint32_t *words;
} block_memory;

static void release(block_memory *b) {
    free(b->even);
    free(b->odd);
    free(b->scratch);
    free(b->words);
}

static ons_status take(const ons_boltzmann *m, block_memory *b) {
    const size_t larger = m->even > m->odd ? m->even : m->odd;
    b->even = ONS_NEW(double, ONS_BOLTZMANN_BLOCK * m->even);
    b->odd = ONS_NEW(double, ONS_BOLTZMANN_BLOCK * m->odd);
    b->scratch = ONS_NEW(double, ONS_BOLTZMANN_BLOCK *larger);
    b->words = ONS_NEW(uint32_t, ons_boltzmann_words(m, ONS_BOLTZMANN_BLOCK));
    return b->even && b->odd && b->scratch && b->words ? ONS_OK : ONS_MEMORY;
}

/* gradient += sign even' odd, sign even, sign odd, summed over the examples. */
static void add_statistics(const ons_boltzmann *m, size_t examples, double sign, const double *even, const double *odd,
                           double *gradient) {
    double *by_even = gradient + m->even * m->odd, *by_odd = by_even + m->even;
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m->even, (int)m->odd, (int)examples, sign, even,
                (int)m->even, odd, (int)m->odd, 1, gradient, (int)m->odd);
    for (size_t k = 0; k < examples; k++) {
        for (size_t i = 0; i < m->even; i++) { by_even[i] += sign * even[k * m->even + i]; }
        for (size_t j = 0; j < m->odd; j++) { by_odd[j] += sign * odd[k * m->odd + j]; }
    }
}

/* Data with the class, and marginals of the deep layer; the odd side's in b->odd. */
static void positive_phase(const ons_boltzmann *m, const ons_boltzmann_batch *batch, size_t examples,
                           const double *data, block_memory *b) {
    const size_t seen = m->pixels + m->classes;
    for (size_t k = 0; k < examples; k++) {
        memcpy(b->even + k * m->even, data + k * seen, seen * sizeof(double));
        for (size_t i = seen; i < m->even; i++) { b->even[k * m->even + i] = 0.5; }
    }
    for (unsigned turn = 0; turn == 0 || (m->deep && turn < batch->turns); turn++) {
        double moved = 0;
        ons_boltzmann_odd(m, examples, b->even, b->odd);
        if (!m->deep) { return; }
        ons_boltzmann_even(m, examples, b->odd, b->scratch);
        for (size_t k = 0; k < examples * m->even; k++) {
            if (k % m->even < seen) { continue; }
            moved = fmax(moved, fabs(b->scratch[k] - b->even[k]));
            b->even[k] = b->scratch[k];
        }
        if (moved < 1e-6) { return; }
    }
}

static double reconstruction(const ons_boltzmann *m, size_t examples, block_memory *b) {
    double sum = 0;
    ons_boltzmann_even(m, examples, b->odd, b->scratch);
    for (size_t k = 0; k < examples; k++) {
        for (size_t i = 0; i < m->pixels; i++) {
            const double away = b->scratch[k * m->even + i] - b->even[k * m->even + i];
            sum += away * away;
        }
    }
    return sum;
}

static ons_status learn_block(void *data, size_t index) {
    const learning *l = data;
    const ons_boltzmann *m = l->machine;
    const ons_boltzmann_batch *batch = l->batch;
    const size_t first = index * ONS_BOLTZMANN_BLOCK, left = batch->examples - first;
    const size_t examples = left < ONS_BOLTZMANN_BLOCK ? left : ONS_BOLTZMANN_BLOCK;
    double *gradient = l->parts + index * (m->count + 1);
    memset(gradient, 0, (m->count + 1) * sizeof *gradient);
    block_memory b = {0};
    ons_status status = take(m, &b);
    if (!status) {
        ons_random random = ons_random_stream(batch->key, batch->replica, batch->purpose + (uint32_t)index);
        ons_random_seek(&random, batch->position);
        positive_phase(m, batch, examples, batch->data + first * (m->pixels + m->classes), &b);
        add_statistics(m, examples, 1, b.even, b.odd, gradient);
        gradient[m->count] = reconstruction(m, examples, &b);
        double *chains = batch->chains + first * m->even;
        for (unsigned k = 0; k < batch->sweeps; k++) {
            ons_boltzmann_sweep(m, examples, 0, &random, chains, b.odd, b.scratch, b.words);
        }
        ons_boltzmann_odd(m, examples, chains, b.odd); /* probabilities have less noise than draws */
        add_statistics(m, examples, -1, chains, b.odd, gradient);
    }
    release(&b);
    return status;
}

ons_status ons_boltzmann_gradient(const ons_boltzmann *machine, const ons_boltzmann_batch *batch, double *gradient,
                                  double *report) {
    if (batch->examples < 1) { return ons_fail(ONS_INVALID, "a batch has at least one example"); }
    const size_t blocks = (batch->examples + ONS_BOLTZMANN_BLOCK - 1) / ONS_BOLTZMANN_BLOCK;
    learning l = {machine, batch, ONS_NEW(double, blocks *(machine->count + 1))};
    if (!l.parts) { return ONS_MEMORY; }
    const ons_status status = ons_parallel(batch->threads ? batch->threads : 1, blocks, learn_block, &l);
    memset(gradient, 0, machine->count * sizeof *gradient);
    double error = 0;
    for (size_t k = 0; k < blocks && !status; k++) {
        const double *part = l.parts + k * (machine->count + 1);
        for (size_t i = 0; i < machine->count; i++) { gradient[i] += part[i]; }
        error += part[machine->count];
    }
    if (report) { *report = error / (double)(batch->examples * machine->pixels); }
    free(l.parts);
    return status;
}
