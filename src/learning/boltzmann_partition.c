/*
 * Partition functions of Boltzmann machines: exact by Gray code over the smaller side, and by annealed importance
 * sampling (Neal 2001).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* exp(high) sum, added to without overflow. */
typedef struct large_sum {
    double high, sum;
} large_sum;

static void add_exponential(large_sum *s, double x) {
    if (x > s->high) {
        s->sum = s->sum * exp(s->high - x) + 1;
        s->high = x;
    } else {
        s->sum += exp(x - s->high);
    }
}

/* ---- exact ---------------------------------------------------------------------------------------------------- */

/* The side that is enumerated: its units flip by Gray code, and the fields of the other side follow. */
typedef struct enumeration {
    const ons_boltzmann *machine;
    bool odd;               /* whether the odd side is enumerated */
    unsigned bits, leading; /* units; of them fixed by the index of a piece */
    size_t classes;         /* pieces are for each class of an even side, or 1 */
    large_sum *piece;
} enumeration;

static double weight_between(const ons_boltzmann *m, size_t even, size_t odd) { return m->values[even * m->odd + odd]; }

/* The unit that bit k stands for: on the even side the pixels and the deep layer. */
static size_t unit_of(const enumeration *e, unsigned bit) {
    return !e->odd && bit >= e->machine->pixels ? bit + e->machine->classes : bit;
}

static double bias_of(const enumeration *e, size_t unit) {
    return (e->odd ? boltzmann_odd_bias(e->machine) : boltzmann_even_bias(e->machine))[unit];
}

static void flip(const enumeration *e, size_t unit, double sign, double *fields) {
    const ons_boltzmann *m = e->machine;
    const size_t other = e->odd ? m->even : m->odd;
    for (size_t k = 0; k < other; k++) {
        fields[k] += sign * (e->odd ? weight_between(m, k, unit) : weight_between(m, unit, k));
    }
}

/* ln of the sum over the other side under these fields. */
static double close_sum(const enumeration *e, const double *fields) {
    const ons_boltzmann *m = e->machine;
    const boltzmann_kernels *kernels = boltzmann_kernels_here();
    if (!e->odd) { return kernels->softplus(m->odd, fields); }
    const double *label = fields + m->pixels;
    double value = kernels->softplus(m->pixels, fields) + kernels->softplus(m->deep, label + m->classes);
    if (m->classes) {
        large_sum sum = {-INFINITY, 0};
        for (size_t c = 0; c < m->classes; c++) { add_exponential(&sum, label[c]); }
        value += sum.high + log(sum.sum);
    }
    return value;
}

/* Fields and biases of a configuration from nothing. */
static double begin_from(const enumeration *e, uint64_t state, size_t class, double *fields) {
    const ons_boltzmann *m = e->machine;
    const size_t other = e->odd ? m->even : m->odd;
    double own = 0;
    memcpy(fields, e->odd ? boltzmann_even_bias(m) : boltzmann_odd_bias(m), other * sizeof *fields);
    if (!e->odd && m->classes) {
        flip(e, m->pixels + class, 1, fields);
        own += bias_of(e, m->pixels + class);
    }
    for (unsigned bit = 0; bit < e->bits; bit++) {
        if (!(state >> bit & 1)) { continue; }
        flip(e, unit_of(e, bit), 1, fields);
        own += bias_of(e, unit_of(e, bit));
    }
    return own;
}

/* A piece: one value of the leading bits (and one class). Fields are summed anew every 1024 flips. */
static ons_status sum_piece(void *data, size_t index) {
    const enumeration *e = data;
    const ons_boltzmann *m = e->machine;
    const unsigned low = e->bits - e->leading;
    const uint64_t high = (uint64_t)(index / e->classes) << low;
    double *fields = ONS_NEW(double, e->odd ? m->even : m->odd);
    if (!fields) { return ONS_MEMORY; }
    large_sum sum = {-INFINITY, 0};
    double own = 0;
    for (uint64_t k = 0; k < (uint64_t)1 << low; k++) {
        const uint64_t gray = (k ^ k >> 1) | high;
        if (k % 1024 == 0) {
            own = begin_from(e, gray, index % e->classes, fields);
        } else {
            const unsigned bit = (unsigned)__builtin_ctzll(k);
            const double sign = gray >> bit & 1 ? 1 : -1;
            flip(e, unit_of(e, bit), sign, fields);
            own += sign * bias_of(e, unit_of(e, bit));
        }
        add_exponential(&sum, own + close_sum(e, fields));
    }
    e->piece[index] = sum;
    free(fields);
    return ONS_OK;
}

ons_status ons_boltzmann_exact(const ons_boltzmann *machine, unsigned threads, double *log_partition) {
    const size_t even = machine->pixels + machine->deep;
    const bool odd = machine->odd <= even;
    const size_t bits = odd ? machine->odd : even;
    if (bits > 30) {
        return ons_fail(ONS_INVALID,
                        "the partition function is summed over the smaller side, of at most 30 units, not %zu: "
                        "annealed importance sampling estimates larger ones",
                        bits);
    }
    enumeration e = {.machine = machine, .odd = odd, .bits = (unsigned)bits, .leading = bits > 12 ? 6 : 0};
    e.classes = !odd && machine->classes ? machine->classes : 1;
    const size_t pieces = ((size_t)1 << e.leading) * e.classes;
    e.piece = ONS_NEW(large_sum, pieces);
    if (!e.piece) { return ONS_MEMORY; }
    const ons_status status = ons_parallel(threads ? threads : 1, pieces, sum_piece, &e);
    large_sum all = {-INFINITY, 0};
    for (size_t k = 0; k < pieces; k++) { add_exponential(&all, e.piece[k].high + log(e.piece[k].sum)); }
    *log_partition = all.high + log(all.sum);
    free(e.piece);
    return status;
}

/* ---- annealed importance sampling ----------------------------------------------------------------------------- */

typedef struct annealing {
    const ons_boltzmann *machine;
    const double *base;
    size_t chains;
    unsigned steps;
    uint64_t key;
    uint32_t replica;
    double *weight; /* [chains]: ln w */
} annealing;

static double base_of(const annealing *a, size_t unit) {
    return a->base && unit < a->machine->pixels ? a->base[unit] : 0;
}

/* ln p_beta of the even side, with the odd side summed: (1 - beta) base' e + beta a' e + sum ln(1 + exp(beta x)). */
static void weigh(const annealing *a, double beta, size_t examples, double sign, const double *even, double *fields,
                  double *weight) {
    const ons_boltzmann *m = a->machine;
    boltzmann_odd_fields(m, examples, even, fields);
    for (size_t k = 0; k < examples * m->odd; k++) { fields[k] *= beta; }
    for (size_t k = 0; k < examples; k++) {
        double own = 0;
        for (size_t i = 0; i < m->even; i++) {
            own += even[k * m->even + i] * ((1 - beta) * base_of(a, i) + beta * boltzmann_even_bias(m)[i]);
        }
        weight[k] += sign * (own + boltzmann_kernels_here()->softplus(m->odd, fields + k * m->odd));
    }
}

/* One Gibbs sweep that leaves p_beta as it is; fields holds beta x of the odd side. */
static void move(const annealing *a, double beta, size_t examples, ons_random *random, double *even, double *fields,
                 double *odd, double *scratch, uint32_t *words) {
    const ons_boltzmann *m = a->machine;
    const boltzmann_kernels *kernels = boltzmann_kernels_here();
    ons_random_fill(random, words, ons_boltzmann_words(m, examples));
    kernels->sigmoid(examples * m->odd, fields, fields);
    kernels->draw(examples * m->odd, fields, words, odd);
    boltzmann_even_fields(m, examples, odd, scratch);
    for (size_t k = 0; k < examples; k++) {
        double *field = scratch + k * m->even;
        for (size_t i = 0; i < m->even; i++) { field[i] = beta * field[i] + (1 - beta) * base_of(a, i); }
    }
    boltzmann_even_normalise(m, examples, scratch);
    boltzmann_even_draw(m, examples, 0, scratch, words + examples * m->odd, even);
}

static ons_status anneal_block(void *data, size_t index) {
    const annealing *a = data;
    const ons_boltzmann *m = a->machine;
    const size_t first = index * ONS_BOLTZMANN_BLOCK, left = a->chains - first;
    const size_t examples = left < ONS_BOLTZMANN_BLOCK ? left : ONS_BOLTZMANN_BLOCK;
    const size_t block = ONS_BOLTZMANN_BLOCK;
    double *space = ONS_NEW(double, block * 2 * (m->even + m->odd));
    uint32_t *words = ONS_NEW(uint32_t, ons_boltzmann_words(m, block));
    if (!space || !words) {
        free(space);
        free(words);
        return ONS_MEMORY;
    }
    double *even = space, *scratch = even + block * m->even, *odd = scratch + block * m->even;
    double *fields = odd + block * m->odd, *weight = a->weight + first;
    ons_random random = ons_random_stream(a->key, a->replica, (uint32_t)index);
    for (size_t k = 0; k < examples; k++) {
        for (size_t i = 0; i < m->even; i++) { scratch[k * m->even + i] = base_of(a, i); }
    }
    boltzmann_even_normalise(m, examples, scratch);
    ons_random_fill(&random, words, examples * m->even);
    boltzmann_even_draw(m, examples, 0, scratch, words, even);
    for (unsigned k = 1; k <= a->steps; k++) {
        const double beta = (double)k / a->steps;
        weigh(a, (double)(k - 1) / a->steps, examples, -1, even, fields, weight);
        weigh(a, beta, examples, 1, even, fields, weight);
        if (k < a->steps) { move(a, beta, examples, &random, even, fields, odd, scratch, words); }
    }
    free(space);
    free(words);
    return ONS_OK;
}

/* ln Z of independent units: pixels with the base biases, a uniform class, free deep and odd units. */
static double base_partition(const annealing *a) {
    const ons_boltzmann *m = a->machine;
    double value = (double)(m->deep + m->odd) * log(2) + (m->classes ? log((double)m->classes) : 0);
    for (size_t i = 0; i < m->pixels; i++) { value += log1p(exp(-fabs(base_of(a, i)))) + fmax(base_of(a, i), 0); }
    return value;
}

static void conclude(const annealing *a, ons_annealed *result) {
    double high = -INFINITY, sum = 0, squares = 0;
    const double n = (double)a->chains;
    for (size_t k = 0; k < a->chains; k++) { high = fmax(high, a->weight[k]); }
    for (size_t k = 0; k < a->chains; k++) {
        const double w = exp(a->weight[k] - high);
        sum += w;
        squares += w * w;
    }
    const double mean = sum / n, variance = fmax(0, squares / n - mean * mean) * n / (n - 1);
    *result = (ons_annealed){.log_partition = base_partition(a) + high + log(mean),
                             .error = sqrt(variance / n) / mean,
                             .effective = sum * sum / squares};
}

ons_status ons_boltzmann_anneal(const ons_boltzmann *machine, const double *base, size_t chains, unsigned steps,
                                uint64_t key, uint32_t replica, unsigned threads, ons_annealed *result) {
    if (chains < 2 || steps < 1) {
        return ons_fail(ONS_INVALID, "annealed importance sampling needs 2 chains and 1 step, not %zu and %u", chains,
                        steps);
    }
    annealing a = {machine, base, chains, steps, key, replica, ONS_NEW(double, chains)};
    if (!a.weight) { return ONS_MEMORY; }
    const size_t blocks = (chains + ONS_BOLTZMANN_BLOCK - 1) / ONS_BOLTZMANN_BLOCK;
    const ons_status status = ons_parallel(threads ? threads : 1, blocks, anneal_block, &a);
    if (!status) { conclude(&a, result); }
    free(a.weight);
    return status;
}
