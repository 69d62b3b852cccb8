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

enum { ROWS = 64 }; /* of the even side in a piece of the gradient */

typedef struct learning {
    const ons_boltzmann *machine;
    const ons_boltzmann_batch *batch;
    double *even[2], *odd[2]; /* [examples][even], [examples][odd]: of the data, and of the chains after their sweeps */
    double *errors;           /* [blocks]: of the reconstruction; NULL: not wanted */
    double *gradient;
} learning;

typedef struct block_memory {
    double *even, *odd; /* of the data, within the arrays of the batch */
    double *scratch;    /* [BLOCK][..] */
    uint32_t *words;
} block_memory;

static ons_status take(const ons_boltzmann *m, block_memory *b) {
    const size_t larger = m->even > m->odd ? m->even : m->odd;
    b->scratch = ONS_NEW(double, ONS_BOLTZMANN_BLOCK *larger);
    b->words = ONS_NEW(uint32_t, ons_boltzmann_words(m, ONS_BOLTZMANN_BLOCK));
    return b->scratch && b->words ? ONS_OK : ONS_MEMORY;
}

/* Rows of the gradient: sum over the examples of the data minus the chains; the first piece has the odd biases too. */
static ons_status sum_rows(void *data, size_t index) {
    const learning *l = data;
    const ons_boltzmann *m = l->machine;
    const size_t first = index * ROWS, rows = m->even - first < ROWS ? m->even - first : ROWS;
    const int examples = (int)l->batch->examples;
    double *by_even = l->gradient + m->even * m->odd, *by_odd = by_even + m->even;
    for (int side = 0; side < 2; side++) {
        const double sign = side ? -1 : 1;
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)rows, (int)m->odd, examples, sign,
                    l->even[side] + first, (int)m->even, l->odd[side], (int)m->odd, side, l->gradient + first * m->odd,
                    (int)m->odd);
        for (size_t k = 0; k < l->batch->examples; k++) {
            for (size_t i = first; i < first + rows; i++) { by_even[i] += sign * l->even[side][k * m->even + i]; }
            for (size_t j = 0; index == 0 && j < m->odd; j++) { by_odd[j] += sign * l->odd[side][k * m->odd + j]; }
        }
    }
    return ONS_OK;
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
    block_memory b = {.even = l->even[0] + first * m->even, .odd = l->odd[0] + first * m->odd};
    const ons_status status = take(m, &b);
    if (!status) {
        ons_random random = ons_random_stream(batch->key, batch->replica, batch->purpose + (uint32_t)index);
        ons_random_seek(&random, batch->position);
        positive_phase(m, batch, examples, batch->data + first * (m->pixels + m->classes), &b);
        if (l->errors) { l->errors[index] = reconstruction(m, examples, &b); }
        double *chains = l->even[1] + first * m->even, *odd = l->odd[1] + first * m->odd;
        for (unsigned k = 0; k < batch->sweeps; k++) {
            ons_boltzmann_sweep(m, examples, 0, &random, chains, odd, b.scratch, b.words);
        }
        ons_boltzmann_odd(m, examples, chains, odd); /* probabilities have less noise than draws */
    }
    free(b.scratch);
    free(b.words);
    return status;
}

ons_status ons_boltzmann_gradient(const ons_boltzmann *machine, const ons_boltzmann_batch *batch, double *gradient,
                                  double *report) {
    const ons_boltzmann *m = machine;
    if (batch->examples < 1) { return ons_fail(ONS_INVALID, "a batch has at least one example"); }
    const size_t blocks = (batch->examples + ONS_BOLTZMANN_BLOCK - 1) / ONS_BOLTZMANN_BLOCK;
    const unsigned threads = batch->threads ? batch->threads : 1;
    double *space = ONS_NEW(double, batch->examples *(m->even + 2 * m->odd) + blocks), error = 0;
    if (!space) { return ONS_MEMORY; }
    learning l = {.machine = m, .batch = batch, .gradient = gradient};
    l.even[0] = space;
    l.even[1] = batch->chains;
    l.odd[0] = space + batch->examples * m->even;
    l.odd[1] = l.odd[0] + batch->examples * m->odd;
    l.errors = report ? l.odd[1] + batch->examples * m->odd : NULL;
    ons_status status = ons_parallel(threads, blocks, learn_block, &l);
    memset(gradient + m->even * m->odd, 0, (m->even + m->odd) * sizeof *gradient);
    if (!status) { status = ons_parallel(threads, (m->even + ROWS - 1) / ROWS, sum_rows, &l); }
    for (size_t k = 0; report && k < blocks; k++) { error += l.errors[k]; }
    if (report) { *report = error / (double)(batch->examples * m->pixels); }
    free(space);
    return status;
}
