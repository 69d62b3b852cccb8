/*
 * Second and third moments of the bonds of sampled configurations, in momentum space.
 *
 * For every configuration the fields e_o(k) = sum_r exp(-i k r) e(r, o), e = s(r) s(r + e_o) or a Kronecker delta, are
 * transformed, and
 *   first[o]                   sum of e_o(0)
 *   second[o][o'][k]           sum of e_o(k) e_o'(k)^*
 *   third[orbit][o1 o2 o3][k2] sum of e_o1(-k2 - k3) e_o2(k2) e_o3(k3), k3 the representative of the orbit
 * are accumulated, block by block for the jackknife. Cost: orbits * d^3 * n products a configuration.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bonds.h"

#include <stdlib.h>

struct spins_samples {
    spins_torus torus;
    uint32_t blocks;
    size_t orbits, *orbit, *size; /* representatives, sizes */
    size_t *index;                /* [sites]: the orbit that a momentum stands for, SIZE_MAX: none */
    uint32_t *third;              /* [orbits][sites]: -k2 - k3 */
    uint32_t *next;               /* [d][sites] */
    spins_transform *forward, *backward;
    spins_complex *field;     /* [d][sites] */
    double *real, *imaginary; /* [d][sites]: the same, apart */
    double *product;          /* [2][d][d][sites] */
    double *total;            /* the blocks that are kept, added up */
    double mean[SPINS_WAYS], *pair;
    double count; /* configurations in total */
};

size_t spins_samples_sums(const spins_samples *samples) {
    const size_t d = samples->torus.dimension, n = samples->torus.sites;
    return d + 2 * d * d * n + 2 * samples->orbits * d * d * d * n;
}

double spins_samples_bytes(const spins_torus *torus, uint32_t blocks) {
    const double d = torus->dimension, n = (double)torus->sites;
    const int64_t whole = torus->lengths[0] / 2 + 1;
    const double folded = (double)whole;
    double orbits = 1; /* of reflections; of exchanges too where all lengths are equal */
    bool equal = true;
    for (unsigned i = 0; i < torus->dimension; i++) {
        const int64_t half = torus->lengths[i] / 2 + 1;
        orbits *= (double)half;
        equal = equal && torus->lengths[i] == torus->lengths[0];
    }
    if (equal && torus->dimension == 2) { orbits = folded * (folded + 1) / 2; }
    if (equal && torus->dimension == 3) { orbits = folded * (folded + 1) * (folded + 2) / 6; }
    return 8 * (d + 2 * d * d * n + 2 * orbits * d * d * d * n) * (blocks + 1) + orbits * n * 4 +
           n * 8 * (10 * d * d + 10);
}

void spins_samples_free(spins_samples *samples) {
    if (!samples) { return; }
    free(samples->orbit);
    free(samples->size);
    free(samples->index);
    free(samples->third);
    free(samples->next);
    spins_transform_free(samples->forward);
    spins_transform_free(samples->backward);
    spins_complex_free(samples->field);
    free(samples->real);
    free(samples->imaginary);
    free(samples->product);
    free(samples->total);
    free(samples->pair);
    free(samples);
}

static void fill_tables(spins_samples *samples) {
    const spins_torus *torus = &samples->torus;
    const size_t n = torus->sites;
    for (size_t k = 0; k < n; k++) { samples->index[k] = SIZE_MAX; }
    for (size_t i = 0; i < samples->orbits; i++) {
        samples->index[samples->orbit[i]] = i;
        for (size_t k2 = 0; k2 < n; k2++) {
            const size_t sum = spins_torus_sum(torus, k2, samples->orbit[i]);
            samples->third[i * n + k2] = (uint32_t)spins_torus_minus(torus, sum);
        }
    }
    for (unsigned way = 0; way < torus->dimension; way++) {
        for (size_t r = 0; r < n; r++) { samples->next[way * n + r] = (uint32_t)spins_torus_step(torus, r, way); }
    }
}

ons_status spins_samples_create(spins_samples **result, const spins_torus *torus, uint32_t blocks) {
    *result = NULL;
    const size_t n = torus->sites, d = torus->dimension;
    spins_samples *samples = ONS_NEW(spins_samples, 1);
    if (!samples) { return ONS_MEMORY; }
    samples->torus = *torus;
    samples->blocks = blocks;
    ons_status status = spins_torus_orbits(torus, &samples->orbit, &samples->size, &samples->orbits);
    if (!status) { status = spins_transform_create(&samples->forward, torus->dimension, torus->lengths, true); }
    if (!status) { status = spins_transform_create(&samples->backward, torus->dimension, torus->lengths, false); }
    if (!status) {
        samples->index = ONS_NEW(size_t, n);
        samples->third = ONS_NEW(uint32_t, samples->orbits * n);
        samples->next = ONS_NEW(uint32_t, d * n);
        samples->field = spins_complex_array(d * n);
        samples->real = ONS_NEW(double, d *n);
        samples->imaginary = ONS_NEW(double, d *n);
        samples->product = ONS_NEW(double, 2 * d * d * n);
        samples->total = ONS_NEW(double, spins_samples_sums(samples));
        samples->pair = ONS_NEW(double, d *d *n);
        if (!samples->index || !samples->third || !samples->next || !samples->field || !samples->real ||
            !samples->imaginary || !samples->product || !samples->total || !samples->pair) {
            status = ONS_MEMORY;
        }
    }
    if (status) {
        spins_samples_free(samples);
        return status;
    }
    fill_tables(samples);
    *result = samples;
    return ONS_OK;
}

/* ---- accumulation ---- */

static void transform_bonds(spins_samples *samples) {
    const size_t n = samples->torus.sites;
    for (unsigned way = 0; way < samples->torus.dimension; way++) {
        spins_complex *field = samples->field + way * n;
        spins_transform_run(samples->forward, field);
        for (size_t k = 0; k < n; k++) {
            samples->real[way * n + k] = field[k].re;
            samples->imaginary[way * n + k] = field[k].im;
        }
    }
}

/* product[o1][o2][k2] = e_o1(-k2 - k3) e_o2(k2). */
static void multiply_pairs(spins_samples *samples, const uint32_t *third) {
    const size_t n = samples->torus.sites, d = samples->torus.dimension;
    for (size_t o1 = 0; o1 < d; o1++) {
        const double *re1 = samples->real + o1 * n, *im1 = samples->imaginary + o1 * n;
        for (size_t o2 = 0; o2 < d; o2++) {
            const double *re2 = samples->real + o2 * n, *im2 = samples->imaginary + o2 * n;
            double *re = samples->product + (o1 * d + o2) * n, *im = re + d * d * n;
            for (size_t k = 0; k < n; k++) {
                const size_t k1 = third[k];
                re[k] = re1[k1] * re2[k] - im1[k1] * im2[k];
                im[k] = re1[k1] * im2[k] + im1[k1] * re2[k];
            }
        }
    }
}

/* sum += factor * in, complex with the parts apart. */
static void add_multiple(size_t n, const double *restrict re, const double *restrict im, double factor_re,
                         double factor_im, double *restrict sum_re, double *restrict sum_im) {
    for (size_t k = 0; k < n; k++) {
        sum_re[k] += re[k] * factor_re - im[k] * factor_im;
        sum_im[k] += re[k] * factor_im + im[k] * factor_re;
    }
}

/* The fields in samples->field. */
static void add_fields(spins_samples *samples, double *sums) {
    const size_t n = samples->torus.sites, d = samples->torus.dimension, cells = d * d;
    transform_bonds(samples);
    double *second = sums + d, *third = second + 2 * cells * n;
    for (size_t o = 0; o < d; o++) { sums[o] += samples->real[o * n]; }
    for (size_t o = 0; o < d; o++) {
        for (size_t p = 0; p < d; p++) {
            const double *a_re = samples->real + o * n, *a_im = samples->imaginary + o * n;
            const double *b_re = samples->real + p * n, *b_im = samples->imaginary + p * n;
            double *re = second + 2 * (o * d + p) * n, *im = re + n;
            for (size_t k = 0; k < n; k++) {
                re[k] += a_re[k] * b_re[k] + a_im[k] * b_im[k];
                im[k] += a_im[k] * b_re[k] - a_re[k] * b_im[k];
            }
        }
    }
    for (size_t i = 0; i < samples->orbits; i++) {
        multiply_pairs(samples, samples->third + i * n);
        for (size_t pair = 0; pair < cells; pair++) {
            const double *re = samples->product + pair * n, *im = re + cells * n;
            for (size_t o = 0; o < d; o++) {
                const size_t at = o * n + samples->orbit[i];
                double *sum = third + 2 * ((i * cells + pair) * d + o) * n;
                add_multiple(n, re, im, samples->real[at], samples->imaginary[at], sum, sum + n);
            }
        }
    }
}

void spins_samples_add(spins_samples *samples, const int8_t *spins, double *sums) {
    const size_t n = samples->torus.sites;
    for (size_t bond = 0; bond < samples->torus.dimension * n; bond++) {
        samples->field[bond] = (spins_complex){spins[bond % n] * spins[samples->next[bond]], 0};
    }
    add_fields(samples, sums);
}

void spins_samples_add_colours(spins_samples *samples, const uint8_t *colours, double *sums) {
    const size_t n = samples->torus.sites;
    for (size_t bond = 0; bond < samples->torus.dimension * n; bond++) {
        samples->field[bond] = (spins_complex){colours[bond % n] == colours[samples->next[bond]], 0};
    }
    add_fields(samples, sums);
}

/* ---- cumulants ---- */

static spins_complex second_of(const spins_samples *samples, size_t o, size_t other, size_t k) {
    const size_t n = samples->torus.sites, d = samples->torus.dimension;
    const double *re = samples->total + d + 2 * (o * d + other) * n;
    return (spins_complex){re[k] / samples->count, re[n + k] / samples->count};
}

/* <e1 e2 e3>_c = <e1 e2 e3> - <e1><e2 e3> - .. + 2 <e1><e2><e3>, where <e> lives at k = 0 only. */
static void slab(const void *data, size_t k3, spins_complex *slab) {
    const spins_samples *samples = data;
    const size_t n = samples->torus.sites, d = samples->torus.dimension, orbit = samples->index[k3];
    const double *third = samples->total + d + 2 * d * d * n + 2 * orbit * d * d * d * n, sites = (double)n;
    for (size_t cell = 0; cell < d * d * d; cell++) {
        const size_t o1 = cell / d / d, o2 = cell / d % d, o3 = cell % d;
        const double m1 = sites * samples->mean[o1], m2 = sites * samples->mean[o2], m3 = sites * samples->mean[o3];
        for (size_t k2 = 0; k2 < n; k2++) {
            const size_t k1 = samples->third[orbit * n + k2];
            spins_complex sum = {third[2 * cell * n + k2] / samples->count,
                                 third[(2 * cell + 1) * n + k2] / samples->count};
            if (k1 == 0) { sum = spins_minus(sum, spins_scaled(m1, second_of(samples, o2, o3, k2))); }
            if (k2 == 0) { sum = spins_minus(sum, spins_scaled(m2, second_of(samples, o1, o3, k1))); }
            if (k3 == 0) { sum = spins_minus(sum, spins_scaled(m3, second_of(samples, o1, o2, k1))); }
            if (k1 == 0 && k2 == 0) { sum.re += 2 * m1 * m2 * m3; }
            slab[cell * n + k2] = spins_scaled(1 / sites, sum);
        }
    }
}

/* F(u) from its transform. */
static void fill_pairs(spins_samples *samples) {
    const size_t n = samples->torus.sites, d = samples->torus.dimension;
    for (size_t cell = 0; cell < d * d; cell++) {
        spins_complex *field = samples->field;
        for (size_t k = 0; k < n; k++) { field[k] = second_of(samples, cell / d, cell % d, k); }
        field[0].re -= (double)n * (double)n * samples->mean[cell / d] * samples->mean[cell % d];
        spins_transform_run(samples->backward, field);
        for (size_t u = 0; u < n; u++) { samples->pair[cell * n + u] = field[u].re / ((double)n * (double)n); }
    }
}

void spins_samples_cumulants(spins_samples *samples, const double *sums, uint32_t left_out, double count,
                             spins_cumulants *cumulants) {
    const size_t length = spins_samples_sums(samples);
    samples->count = 0;
    for (size_t i = 0; i < length; i++) { samples->total[i] = 0; }
    for (uint32_t block = 0; block < samples->blocks; block++) {
        if (block == left_out) { continue; }
        samples->count += count;
        for (size_t i = 0; i < length; i++) { samples->total[i] += sums[block * length + i]; }
    }
    const double n = (double)samples->torus.sites;
    *cumulants = (spins_cumulants){.torus = samples->torus, .pair = samples->pair, .data = samples, .slab = slab};
    for (size_t o = 0; o < samples->torus.dimension; o++) {
        samples->mean[o] = cumulants->mean[o] = samples->total[o] / (samples->count * n);
    }
    fill_pairs(samples);
}
