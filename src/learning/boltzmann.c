/*
 * Boltzmann machines on two sides: conditional probabilities, block Gibbs sampling, free energies, mean field.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann.h"

#include "blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status ons_boltzmann_create(ons_boltzmann *machine, size_t pixels, size_t classes, size_t odd, size_t deep) {
    *machine = (ons_boltzmann){.pixels = pixels, .classes = classes, .deep = deep, .odd = odd};
    if (pixels < 1 || odd < 1) {
        return ons_fail(ONS_INVALID, "a Boltzmann machine needs pixels and hidden units, not %zu and %zu", pixels, odd);
    }
    if (classes == 1) { return ons_fail(ONS_INVALID, "one class is none: expected 0 or at least 2 classes"); }
    machine->even = pixels + classes + deep;
    if ((double)machine->even * (double)odd > 0x1p31) {
        return ons_fail(ONS_INVALID, "a machine has at most 2^31 weights, not %zu x %zu", machine->even, odd);
    }
    machine->count = machine->even * odd + machine->even + odd;
    machine->values = ONS_NEW(double, machine->count);
    learning_blas_alone();
    return machine->values ? ONS_OK : ONS_MEMORY;
}

void ons_boltzmann_free(ons_boltzmann *machine) {
    free(machine->values);
    *machine = (ons_boltzmann){0};
}

void ons_boltzmann_draw(ons_boltzmann *machine, double width, const double *mean, size_t examples, ons_random *random) {
    const size_t weights = machine->even * machine->odd;
    for (size_t k = 0; k < weights; k++) { machine->values[k] = width * ons_random_normal(random); }
    memset(machine->values + weights, 0, (machine->even + machine->odd) * sizeof(double));
    for (size_t i = 0; mean && i < machine->pixels; i++) {
        const double n = (double)examples, p = (mean[i] * n + 1) / (n + 2);
        machine->values[weights + i] = log(p / (1 - p));
    }
}

/* ---- conditional probabilities -------------------------------------------------------------------------------- */

void boltzmann_odd_fields(const ons_boltzmann *m, size_t examples, const double *even, double *x) {
    for (size_t k = 0; k < examples; k++) { memcpy(x + k * m->odd, boltzmann_odd_bias(m), m->odd * sizeof *x); }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)examples, (int)m->odd, (int)m->even, 1, even,
                (int)m->even, m->values, (int)m->odd, 1, x, (int)m->odd);
}

void boltzmann_even_fields(const ons_boltzmann *m, size_t examples, const double *odd, double *x) {
    for (size_t k = 0; k < examples; k++) { memcpy(x + k * m->even, boltzmann_even_bias(m), m->even * sizeof *x); }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)examples, (int)m->even, (int)m->odd, 1, odd, (int)m->odd,
                m->values, (int)m->odd, 1, x, (int)m->even);
}

static void softmax_row(size_t count, double *x) {
    double high = x[0], sum = 0;
    for (size_t c = 1; c < count; c++) { high = fmax(high, x[c]); }
    for (size_t c = 0; c < count; c++) {
        x[c] = exp(x[c] - high);
        sum += x[c];
    }
    for (size_t c = 0; c < count; c++) { x[c] /= sum; }
}

void boltzmann_even_normalise(const ons_boltzmann *m, size_t examples, double *x) {
    const boltzmann_kernels *kernels = boltzmann_kernels_here();
    if (m->classes == 0) {
        kernels->sigmoid(examples * m->even, x, x);
        return;
    }
    for (size_t k = 0; k < examples; k++, x += m->even) {
        kernels->sigmoid(m->pixels, x, x);
        softmax_row(m->classes, x + m->pixels);
        kernels->sigmoid(m->deep, x + m->pixels + m->classes, x + m->pixels + m->classes);
    }
}

void ons_boltzmann_odd(const ons_boltzmann *machine, size_t examples, const double *even, double *p) {
    boltzmann_odd_fields(machine, examples, even, p);
    boltzmann_kernels_here()->sigmoid(examples * machine->odd, p, p);
}

void ons_boltzmann_even(const ons_boltzmann *machine, size_t examples, const double *odd, double *p) {
    boltzmann_even_fields(machine, examples, odd, p);
    boltzmann_even_normalise(machine, examples, p);
}

/* ---- sampling ------------------------------------------------------------------------------------------------- */

static void draw_class(size_t classes, const double *p, uint32_t word, double *to) {
    const double at = ((double)word + 0.5) * 0x1p-32;
    double below = 0;
    size_t chosen = classes - 1;
    for (size_t c = 0; c + 1 < classes; c++) {
        below += p[c];
        if (at < below) {
            chosen = c;
            break;
        }
    }
    for (size_t c = 0; c < classes; c++) { to[c] = c == chosen ? 1 : 0; }
}

void boltzmann_even_draw(const ons_boltzmann *m, size_t examples, size_t fixed, const double *p, const uint32_t *words,
                         double *even) {
    const boltzmann_kernels *kernels = boltzmann_kernels_here();
    const size_t label = m->pixels, deep = m->pixels + m->classes;
    for (size_t k = 0; k < examples; k++, p += m->even, words += m->even, even += m->even) {
        if (fixed < label) { kernels->draw(label - fixed, p + fixed, words + fixed, even + fixed); }
        if (fixed <= label && m->classes) { draw_class(m->classes, p + label, words[label], even + label); }
        if (fixed <= deep) { kernels->draw(m->deep, p + deep, words + deep, even + deep); }
    }
}

size_t ons_boltzmann_words(const ons_boltzmann *machine, size_t examples) {
    return examples * (machine->even + machine->odd);
}

void ons_boltzmann_sweep(const ons_boltzmann *machine, size_t examples, size_t fixed, ons_random *random, double *even,
                         double *odd, double *scratch, uint32_t *words) {
    ons_random_fill(random, words, ons_boltzmann_words(machine, examples));
    ons_boltzmann_odd(machine, examples, even, scratch);
    boltzmann_kernels_here()->draw(examples * machine->odd, scratch, words, odd);
    ons_boltzmann_even(machine, examples, odd, scratch);
    boltzmann_even_draw(machine, examples, fixed, scratch, words + examples * machine->odd, even);
}

/* ---- free energies -------------------------------------------------------------------------------------------- */

ons_status ons_boltzmann_weight(const ons_boltzmann *machine, size_t examples, const double *even, double *weight) {
    double *x = ONS_NEW(double, ONS_BOLTZMANN_BLOCK * machine->odd);
    if (!x) { return ONS_MEMORY; }
    const boltzmann_kernels *kernels = boltzmann_kernels_here();
    for (size_t first = 0; first < examples; first += ONS_BOLTZMANN_BLOCK) {
        const size_t count = examples - first < ONS_BOLTZMANN_BLOCK ? examples - first : ONS_BOLTZMANN_BLOCK;
        boltzmann_odd_fields(machine, count, even + first * machine->even, x);
        for (size_t k = 0; k < count; k++) {
            weight[first + k] =
                kernels->softplus(machine->odd, x + k * machine->odd) +
                cblas_ddot((int)machine->even, boltzmann_even_bias(machine), 1, even + (first + k) * machine->even, 1);
        }
    }
    free(x);
    return ONS_OK;
}

ons_status ons_boltzmann_classify(const ons_boltzmann *machine, size_t examples, const double *pixels, double *p) {
    const ons_boltzmann *m = machine;
    if (!m->classes || m->deep) {
        return ons_fail(ONS_INVALID, "classes are told exactly by a restricted machine that has learnt them");
    }
    double *even = ONS_NEW(double, m->even), *x = ONS_NEW(double, 2 * m->odd);
    ons_status status = even && x ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < examples && !status; k++) {
        memset(even, 0, m->even * sizeof *even);
        memcpy(even, pixels + k * m->pixels, m->pixels * sizeof *even);
        boltzmann_odd_fields(m, 1, even, x);
        for (size_t c = 0; c < m->classes; c++) {
            const double *row = m->values + (m->pixels + c) * m->odd;
            for (size_t j = 0; j < m->odd; j++) { x[m->odd + j] = x[j] + row[j]; }
            p[k * m->classes + c] =
                boltzmann_even_bias(m)[m->pixels + c] + boltzmann_kernels_here()->softplus(m->odd, x + m->odd);
        }
        softmax_row(m->classes, p + k * m->classes);
    }
    free(even);
    free(x);
    return status;
}

ons_status ons_boltzmann_pseudo(const ons_boltzmann *machine, size_t examples, const double *even, ons_random *random,
                                double *value) {
    const ons_boltzmann *m = machine;
    if (m->deep) { return ons_fail(ONS_INVALID, "the pseudo-likelihood of a deep machine has no closed form"); }
    double *x = ONS_NEW(double, 2 * m->odd), sum = 0;
    if (!x) { return ONS_MEMORY; }
    const boltzmann_kernels *kernels = boltzmann_kernels_here();
    for (size_t k = 0; k < examples; k++) {
        const size_t i = ons_random_below(random, (uint32_t)m->pixels);
        const double now = even[k * m->even + i], turn = 1 - 2 * now;
        boltzmann_odd_fields(m, 1, even + k * m->even, x);
        for (size_t j = 0; j < m->odd; j++) { x[m->odd + j] = x[j] + turn * m->values[i * m->odd + j]; }
        const double gain =
            turn * boltzmann_even_bias(m)[i] + kernels->softplus(m->odd, x + m->odd) - kernels->softplus(m->odd, x);
        sum -= gain > 0 ? gain + log1p(exp(-gain)) : log1p(exp(gain)); /* ln 1/(1 + exp(gain)) */
    }
    *value = sum / (double)examples;
    free(x);
    return ONS_OK;
}

/* ---- mean field ----------------------------------------------------------------------------------------------- */

/* Moves even[k] to p[k] where it is free; the largest move. */
static double settle(size_t from, size_t to, const uint8_t *held, const double *p, double *even) {
    double worst = 0;
    for (size_t k = from; k < to; k++) {
        if (held && held[k]) { continue; }
        worst = fmax(worst, fabs(p[k] - even[k]));
        even[k] = p[k];
    }
    return worst;
}

ons_status ons_boltzmann_mean_field(const ons_boltzmann *machine, size_t fixed, const uint8_t *held, double tolerance,
                                    unsigned limit, double *even, double *odd, unsigned *turns) {
    double *p = ONS_NEW(double, machine->even);
    if (!p) { return ONS_MEMORY; }
    ons_status status = ONS_DONE;
    unsigned turn = 0;
    for (; turn < limit && status == ONS_DONE; turn++) {
        ons_boltzmann_odd(machine, 1, even, odd);
        ons_boltzmann_even(machine, 1, odd, p);
        if (settle(fixed, machine->even, held, p, even) <= tolerance) { status = ONS_OK; }
    }
    if (turns) { *turns = turn; }
    free(p);
    return status;
}

static double entropy_of(double p) { return p > 0 && p < 1 ? -p * log(p) - (1 - p) * log1p(-p) : 0; }

ons_status ons_boltzmann_bound(const ons_boltzmann *machine, size_t examples, unsigned turns, double *even,
                               double *bound) {
    const size_t seen = machine->pixels + machine->classes;
    double *odd = ONS_NEW(double, machine->odd);
    ons_status status = odd ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < examples && machine->deep && !status; k++) {
        double *row = even + k * machine->even;
        for (size_t i = seen; i < machine->even; i++) { row[i] = 0.5; }
        status = ons_boltzmann_mean_field(machine, seen, NULL, 1e-6, turns, row, odd, NULL);
        if (status == ONS_DONE) { status = ONS_OK; } /* a bound all the same */
    }
    if (!status) { status = ons_boltzmann_weight(machine, examples, even, bound); }
    for (size_t k = 0; k < examples && !status; k++) {
        for (size_t i = seen; i < machine->even; i++) { bound[k] += entropy_of(even[k * machine->even + i]); }
    }
    free(odd);
    return status;
}
