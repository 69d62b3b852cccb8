/*
 * Second and third cumulants of the bonds of the Ising torus from its free fermions.
 *
 * Between distinct bonds, with h the mean of a bond, h_s that of a sector and w_s the weights (sum 1),
 *   F_ab = sum_s w_s [ (h_s - h)_a (h_s - h)_b + C2_ab ],
 *   T_abc = sum_s w_s [ C3_abc + (h_s - h)_a C2_bc + (h_s - h)_b C2_ca + (h_s - h)_c C2_ab + (h_s - h)_a .. _c ];
 * where bonds coincide e^2 = 1 gives F_aa = 1 - h_a^2 and T_aab = -2 h_a F_ab. C3 = c^3 Tr N_ab N_bc N_ca is a
 * triangle, so that for one momentum k3 the sum over r3 is a product in momentum space: sum_r3 exp(-i k3 r3) N_bc(r2 -
 * r3) N_ca(r3) = (1/n) sum_p exp(i p r2) N_bc(p) N_ca(p + k3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fermions.h"

#include <stdlib.h>

static size_t cell_of(unsigned o, unsigned other, unsigned i, unsigned j) { return ((o * 2 + other) * 2 + i) * 2 + j; }

/* N_oo' of a sector at a place, without the phases that cancel. */
static void block_at(const ons_fermions *f, unsigned s, unsigned o, unsigned other, size_t site,
                     spins_complex block[2][2]) {
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned j = 0; j < 2; j++) {
            block[i][j] = f->sector[s].space[cell_of(o, other, i, j) * f->torus.sites + site];
        }
    }
}

static void multiply(spins_complex a[2][2], spins_complex b[2][2], spins_complex product[2][2]) {
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned j = 0; j < 2; j++) {
            product[i][j] = spins_plus(spins_times(a[i][0], b[0][j]), spins_times(a[i][1], b[1][j]));
        }
    }
}

static double trace_of(spins_complex a[2][2], spins_complex b[2][2]) {
    spins_complex product[2][2];
    multiply(a, b, product);
    return product[0][0].re + product[1][1].re;
}

/* C2 of a sector, of bonds o and o' a vector u apart. */
static double second(const ons_fermions *f, unsigned s, unsigned o, unsigned other, size_t u) {
    spins_complex there[2][2], back[2][2];
    block_at(f, s, o, other, u, there);
    block_at(f, s, other, o, f->minus[u], back);
    return -0.5 * f->c * f->c * trace_of(there, back);
}

static void fill_pairs(ons_fermions *f) {
    const size_t n = f->torus.sites;
    for (unsigned o = 0; o < 2; o++) {
        for (unsigned other = 0; other < 2; other++) {
            double *pair = f->pair + (o * 2 + other) * n;
            for (unsigned s = 0; s < SPINS_SECTORS; s++) {
                const double weight = f->sector[s].weight;
                double delta[2];
                for (unsigned i = 0; i < 2; i++) { delta[i] = f->sector[s].mean[i] - f->mean[i]; }
                for (size_t u = 0; u < n; u++) {
                    const double c2 = second(f, s, o, other, u);
                    pair[u] += weight * (delta[o] * delta[other] + c2);
                    for (unsigned way = 0; way < 2; way++) {
                        f->drift[((way * 2 + o) * 2 + other) * n + u] += weight * delta[way] * c2;
                    }
                }
                for (unsigned way = 0; way < 2; way++) {
                    f->cube[way][o][other] += weight * delta[way] * delta[o] * delta[other];
                }
            }
            if (o == other) { pair[0] = 1 - f->mean[o] * f->mean[o]; }
        }
    }
}

/* What the formula of distinct bonds gives for (a, b, b) and (a, b, a), a = (0, o), b = (r, other). */
static void formula_at_contact(const ons_fermions *f, unsigned o, unsigned other, size_t r, double *first,
                               double *last) {
    const double cube = f->c * f->c * f->c;
    *first = *last = 0;
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        spins_complex there[2][2], back[2][2], on[2][2], product[2][2];
        const double a = f->sector[s].mean[o] - f->mean[o], b = f->sector[s].mean[other] - f->mean[other];
        const double c2 = second(f, s, o, other, f->minus[r]), weight = f->sector[s].weight;
        block_at(f, s, o, other, f->minus[r], there);
        block_at(f, s, other, o, r, back);
        multiply(back, there, product);
        block_at(f, s, other, other, 0, on);
        *first += weight * (cube * trace_of(product, on) + a * second(f, s, other, other, 0) + 2 * b * c2 + a * b * b);
        multiply(there, back, product);
        block_at(f, s, o, o, 0, on);
        *last += weight * (cube * trace_of(product, on) + b * second(f, s, o, o, 0) + 2 * a * c2 + a * a * b);
    }
}

static void fill_contacts(ons_fermions *f) {
    const size_t n = f->torus.sites;
    for (unsigned o = 0; o < 2; o++) {
        for (unsigned other = 0; other < 2; other++) {
            for (size_t r = 0; r < n; r++) {
                double first, last;
                const double pair = f->pair[(o * 2 + other) * n + f->minus[r]];
                formula_at_contact(f, o, other, r, &first, &last);
                f->first[(o * 2 + other) * n + r] = -2 * f->mean[other] * pair - first;
                f->last[(o * 2 + other) * n + r] = -2 * f->mean[o] * pair - last;
            }
        }
    }
}

static void to_momentum(const ons_fermions *f, size_t fields, const double *space, spins_complex *wave) {
    const size_t n = f->torus.sites;
    for (size_t field = 0; field < fields; field++) {
        for (size_t r = 0; r < n; r++) { wave[field * n + r] = (spins_complex){space[field * n + r], 0}; }
        spins_transform_run(f->forward, wave + field * n);
    }
}

/* Adds weight c^3 Tr N_12(-r2) [sum_r3 ..] of a sector; work[4][sites] holds the 2 x 2 matrices of the bracket. */
static void add_triangle(const ons_fermions *f, unsigned s, const unsigned *o, const size_t *shifted,
                         spins_complex *work, spins_complex *field) {
    const size_t n = f->torus.sites;
    const spins_complex *wave = f->sector[s].wave, *space = f->sector[s].space;
    for (unsigned i = 0; i < 2; i++) {
        const spins_complex *left0 = wave + cell_of(o[1], o[2], i, 0) * n;
        const spins_complex *left1 = wave + cell_of(o[1], o[2], i, 1) * n;
        for (unsigned j = 0; j < 2; j++) {
            const spins_complex *right0 = wave + cell_of(o[2], o[0], 0, j) * n;
            const spins_complex *right1 = wave + cell_of(o[2], o[0], 1, j) * n;
            spins_complex *product = work + (i * 2 + j) * n;
            for (size_t p = 0; p < n; p++) {
                const size_t q = shifted[p];
                product[p] = spins_plus(spins_times(left0[p], right0[q]), spins_times(left1[p], right1[q]));
            }
            spins_transform_run(f->backward, product);
        }
    }
    const double factor = f->sector[s].weight * f->c * f->c * f->c / (double)n;
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned j = 0; j < 2; j++) {
            const spins_complex *product = work + (i * 2 + j) * n, *back = space + cell_of(o[0], o[1], j, i) * n;
            for (size_t r = 0; r < n; r++) {
                field[r] = spins_plus(field[r], spins_scaled(factor, spins_times(back[f->minus[r]], product[r])));
            }
        }
    }
}

/* The terms with one or no connected pair, and the bonds that coincide. */
static void add_pairs(const ons_fermions *f, const unsigned *o, size_t k3, const spins_complex *wave,
                      spins_complex *field) {
    const size_t n = f->torus.sites, opposite = f->minus[k3];
    const spins_complex moving = f->drift_wave[((o[0] * 2 + o[1]) * 2 + o[2]) * n + opposite];
    const spins_complex resting = f->drift_wave[((o[1] * 2 + o[0]) * 2 + o[2]) * n + opposite];
    for (size_t r = 0; r < n; r++) {
        spins_complex sum = spins_plus(spins_times(wave[r], moving), resting);
        if (k3 == 0) {
            sum.re +=
                (double)n * (f->drift[((o[2] * 2 + o[0]) * 2 + o[1]) * n + f->minus[r]] + f->cube[o[0]][o[1]][o[2]]);
        }
        if (o[1] == o[2]) { sum = spins_plus(sum, spins_scaled(f->first[(o[0] * 2 + o[1]) * n + r], wave[r])); }
        if (o[0] == o[2]) { sum.re += f->last[(o[0] * 2 + o[1]) * n + r]; }
        field[r] = spins_plus(field[r], sum);
    }
    if (o[0] == o[1]) { field[0] = spins_scaled(-2 * f->mean[o[0]], f->pair_wave[(o[0] * 2 + o[2]) * n + opposite]); }
}

static void slab(const void *data, size_t k3, spins_complex *slab) {
    const ons_fermions *f = data;
    const size_t n = f->torus.sites;
    spins_complex *work = f->work, *wave = f->work + 4 * n;
    size_t *shifted = f->shifted;
    spins_torus_wave(&f->torus, k3, -1, wave);
    for (size_t p = 0; p < n; p++) { shifted[p] = spins_torus_sum(&f->torus, p, k3); }
    for (unsigned cell = 0; cell < 8; cell++) {
        const unsigned o[3] = {cell >> 2, cell >> 1 & 1, cell & 1};
        spins_complex *field = slab + cell * n;
        for (size_t r = 0; r < n; r++) { field[r] = (spins_complex){0, 0}; }
        for (unsigned s = 0; s < SPINS_SECTORS; s++) { add_triangle(f, s, o, shifted, work, field); }
        add_pairs(f, o, k3, wave, field);
        spins_transform_run(f->forward, field);
    }
}

void spins_fermions_free_cumulants(ons_fermions *f) {
    free(f->pair);
    free(f->first);
    free(f->last);
    free(f->drift);
    free(f->minus);
    free(f->shifted);
    spins_complex_free(f->drift_wave);
    spins_complex_free(f->pair_wave);
    spins_complex_free(f->work);
}

ons_status spins_fermions_cumulants(ons_fermions *f, spins_cumulants *cumulants) {
    const size_t n = f->torus.sites;
    f->pair = ONS_NEW(double, 4 * n);
    f->first = ONS_NEW(double, 4 * n);
    f->last = ONS_NEW(double, 4 * n);
    f->drift = ONS_NEW(double, 8 * n);
    f->minus = ONS_NEW(size_t, n);
    f->shifted = ONS_NEW(size_t, n);
    f->drift_wave = spins_complex_array(8 * n);
    f->pair_wave = spins_complex_array(4 * n);
    f->work = spins_complex_array(5 * n);
    if (!f->pair || !f->first || !f->last || !f->drift || !f->minus || !f->shifted || !f->drift_wave || !f->pair_wave ||
        !f->work) {
        return ONS_MEMORY;
    }
    for (size_t r = 0; r < n; r++) { f->minus[r] = spins_torus_minus(&f->torus, r); }
    fill_pairs(f);
    fill_contacts(f);
    to_momentum(f, 8, f->drift, f->drift_wave);
    to_momentum(f, 4, f->pair, f->pair_wave);
    *cumulants = (spins_cumulants){
        .torus = f->torus, .mean = {f->mean[0], f->mean[1]}, .pair = f->pair, .data = f, .slab = slab};
    return ONS_OK;
}
