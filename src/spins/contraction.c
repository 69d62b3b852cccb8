/*
 * Contraction of translation-invariant cumulants to the scalar curvature, momentum by momentum.
 *
 * With the field e_o(k) = sum_r exp(-i k r) e_o(r), F(k) is <e(k) e(k)^+> / n and T(k2, k3) is <e(k1) e(k2) e(k3)> / n
 * of the connected parts, k1 = -k2 - k3, so that with F = C C^+
 *   |T|^2 = (1/n) sum_{k2, k3} | C(k1)^-1 C(k2)^-1 C(k3)^-1 T |^2,     t_o = (1/n) sum_k tr F(k)^-1 T_o(-k, k),
 *   |t|^2 = n t F(0)^-1 t.
 * The second route to |T|^2 goes through the connection, Gamma^c_ab = F^cd T_dab / 2: |T|^2 = 4 F^ab Gamma^c_ad
 * Gamma^d_bc.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bonds.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = SPINS_WAYS * SPINS_WAYS, CUBE = CELLS * SPINS_WAYS };

struct spins_contraction {
    spins_cumulants cumulants;
    spins_complex *whitener; /* [sites][d][d]: C(k)^-1, lower triangular */
    spins_complex *inverse;  /* [sites][d][d]: F(k)^-1 */
    spins_complex *slab;     /* [d][d][d][sites] */
    size_t *minus;           /* [sites] */
};

double spins_contraction_bytes(const spins_torus *torus) {
    const double d = torus->dimension;
    return (double)torus->sites * (16 * (2 * d * d + d * d * d) + 8);
}

/* C^-1 and F^-1 of a Hermitian d x d matrix; false: not positive definite. */
static bool decompose(unsigned d, const spins_complex *f, spins_complex *whitener, spins_complex *inverse) {
    spins_complex c[CELLS];
    memset(c, 0, sizeof c);
    memset(whitener, 0, d * d * sizeof *whitener);
    for (unsigned i = 0; i < d; i++) {
        for (unsigned j = 0; j <= i; j++) {
            spins_complex sum = f[i * d + j];
            for (unsigned k = 0; k < j; k++) {
                sum = spins_minus(sum, spins_times(c[i * d + k], spins_conjugate(c[j * d + k])));
            }
            if (i == j) {
                if (!(sum.re > 0)) { return false; }
                c[i * d + i].re = sqrt(sum.re);
            } else {
                c[i * d + j] = spins_scaled(1 / c[j * d + j].re, sum);
            }
        }
    }
    for (unsigned column = 0; column < d; column++) {
        for (unsigned i = column; i < d; i++) {
            spins_complex sum = {i == column, 0};
            for (unsigned k = column; k < i; k++) {
                sum = spins_minus(sum, spins_times(c[i * d + k], whitener[k * d + column]));
            }
            whitener[i * d + column] = spins_scaled(1 / c[i * d + i].re, sum);
        }
    }
    for (unsigned i = 0; i < d; i++) {
        for (unsigned j = 0; j < d; j++) {
            spins_complex sum = {0, 0};
            for (unsigned k = 0; k < d; k++) {
                sum = spins_plus(sum, spins_times(spins_conjugate(whitener[k * d + i]), whitener[k * d + j]));
            }
            inverse[i * d + j] = sum;
        }
    }
    return true;
}

static ons_status decompose_all(spins_contraction *contraction, spins_complex *metric) {
    const spins_torus *torus = &contraction->cumulants.torus;
    const size_t n = torus->sites, cells = torus->dimension * torus->dimension;
    spins_transform *forward;
    const ons_status status = spins_transform_create(&forward, torus->dimension, torus->lengths, true);
    if (status) { return status; }
    for (size_t pair = 0; pair < cells; pair++) {
        spins_complex *field = metric + pair * n;
        for (size_t r = 0; r < n; r++) { field[r] = (spins_complex){contraction->cumulants.pair[pair * n + r], 0}; }
        spins_transform_run(forward, field);
    }
    spins_transform_free(forward);
    for (size_t k = 0; k < n; k++) {
        spins_complex f[CELLS] = {{0, 0}};
        for (size_t pair = 0; pair < cells; pair++) { f[pair] = metric[pair * n + k]; }
        if (!decompose(torus->dimension, f, contraction->whitener + k * cells, contraction->inverse + k * cells)) {
            return ons_fail(ONS_FAILED,
                            "the Fisher metric is not positive definite at momentum %zu of %zu: the couplings are so "
                            "strong, or the samples so few, that its eigenvalues drown in rounding or noise",
                            k, n);
        }
    }
    return ONS_OK;
}

ons_status spins_contraction_create(spins_contraction **result, const spins_cumulants *cumulants) {
    *result = NULL;
    const size_t n = cumulants->torus.sites, d = cumulants->torus.dimension;
    spins_contraction *contraction = ONS_NEW(spins_contraction, 1);
    if (!contraction) { return ONS_MEMORY; }
    contraction->cumulants = *cumulants;
    contraction->whitener = spins_complex_array(n * d * d);
    contraction->inverse = spins_complex_array(n * d * d);
    contraction->slab = spins_complex_array(n * d * d * d);
    contraction->minus = ONS_NEW(size_t, n);
    ons_status status = ONS_MEMORY;
    if (contraction->whitener && contraction->inverse && contraction->slab && contraction->minus) {
        for (size_t k = 0; k < n; k++) { contraction->minus[k] = spins_torus_minus(&cumulants->torus, k); }
        status = decompose_all(contraction, contraction->slab);
    }
    if (status) {
        spins_contraction_free(contraction);
        return status;
    }
    *result = contraction;
    return ONS_OK;
}

void spins_contraction_free(spins_contraction *contraction) {
    if (!contraction) { return; }
    spins_complex_free(contraction->whitener);
    spins_complex_free(contraction->inverse);
    spins_complex_free(contraction->slab);
    free(contraction->minus);
    free(contraction);
}

/* out = m applied to index `way` of in[d][d][d]. */
static void apply(unsigned d, unsigned way, const spins_complex *m, const spins_complex *in, spins_complex *out) {
    assert(d > 0);
    const unsigned stride = way == 0 ? d * d : way == 1 ? d : 1;
    for (unsigned cell = 0; cell < d * d * d; cell++) {
        const unsigned row = cell / stride % d, base = cell - row * stride;
        spins_complex sum = {0, 0};
        for (unsigned i = 0; i < d; i++) { sum = spins_plus(sum, spins_times(m[row * d + i], in[base + i * stride])); }
        out[cell] = sum;
    }
}

/* conj(B) F^-1 Gamma summed: indices i (k1), j (k2), l (k3); Gamma has l raised, B has j raised. */
static double connection_product(unsigned d, const spins_complex *inverse1, const spins_complex *gamma,
                                 const spins_complex *other) {
    spins_complex raised[CUBE];
    apply(d, 0, inverse1, gamma, raised);
    double sum = 0;
    for (unsigned cell = 0; cell < d * d * d; cell++) {
        sum += raised[cell].re * other[cell].re + raised[cell].im * other[cell].im;
    }
    return sum;
}

void spins_contraction_part(spins_contraction *contraction, size_t k3, double *part) {
    const spins_torus *torus = &contraction->cumulants.torus;
    const unsigned d = torus->dimension, cells = d * d, cube = cells * d;
    const size_t n = torus->sites;
    const spins_complex *whitener = contraction->whitener, *inverse = contraction->inverse;
    contraction->cumulants.slab(contraction->cumulants.data, k3, contraction->slab);
    for (unsigned i = 0; i < SPINS_PARTS; i++) { part[i] = 0; }
    for (size_t k2 = 0; k2 < n; k2++) {
        const size_t k1 = contraction->minus[spins_torus_sum(torus, k2, k3)];
        spins_complex t[CUBE], a[CUBE], b[CUBE];
        for (unsigned cell = 0; cell < cube; cell++) { t[cell] = contraction->slab[cell * n + k2]; }
        apply(d, 0, whitener + k1 * cells, t, a);
        apply(d, 1, whitener + k2 * cells, a, b);
        apply(d, 2, whitener + k3 * cells, b, a);
        for (unsigned cell = 0; cell < cube; cell++) { part[SPINS_PART_WHITENED] += spins_square(a[cell]); }
        apply(d, 2, inverse + k3 * cells, t, a);
        apply(d, 1, inverse + k2 * cells, t, b);
        part[SPINS_PART_CONNECTION] += connection_product(d, inverse + k1 * cells, a, b);
        for (unsigned cell = 0; k1 == 0 && cell < cube; cell++) {
            const unsigned o1 = cell / cells, o2 = cell / d % d, o3 = cell % d;
            part[SPINS_PART_VECTOR + o1] += spins_times(inverse[k3 * cells + o2 * d + o3], t[cell]).re;
        }
    }
}

void spins_contraction_uniform(const spins_contraction *contraction, double *third) {
    const size_t d = contraction->cumulants.torus.dimension, n = contraction->cumulants.torus.sites;
    for (size_t cell = 0; cell < d * d * d; cell++) { third[cell] = contraction->slab[cell * n].re; }
}

void spins_contraction_sum(const spins_contraction *contraction, size_t orbits, const size_t *size, const double *parts,
                           ons_curvature *curvature, double *share) {
    const spins_torus *torus = &contraction->cumulants.torus;
    const unsigned d = torus->dimension;
    const double n = (double)torus->sites;
    double tensor = 0, connection = 0, sums[SPINS_WAYS] = {0}, vector[SPINS_WAYS] = {0}, trace = 0, whitened = 0;
    for (size_t i = 0; i < orbits; i++) {
        const double *part = parts + i * SPINS_PARTS, weight = (double)size[i] / n;
        tensor += weight * part[SPINS_PART_WHITENED];
        connection += weight * part[SPINS_PART_CONNECTION];
        for (unsigned o = 0; o < d; o++) { sums[o] += weight * part[SPINS_PART_VECTOR + o]; }
    }
    for (unsigned o = 0; o < d; o++) { /* one momentum stands for its orbit: the mean over ways of equal length */
        unsigned equal = 0;
        for (unsigned i = 0; i < d; i++) {
            if (torus->lengths[i] != torus->lengths[o]) { continue; }
            vector[o] += sums[i];
            equal++;
        }
        vector[o] /= equal;
    }
    for (unsigned i = 0; i < d; i++) {
        double component = 0;
        for (unsigned j = 0; j < d; j++) {
            trace += n * vector[i] * contraction->inverse[i * d + j].re * vector[j];
            component += contraction->whitener[i * d + j].re * vector[j];
        }
        whitened += n * component * component;
    }
    *curvature = (ons_curvature){.scalar = 0.25 * (tensor - trace),
                                 .tensor = tensor,
                                 .trace = trace,
                                 .terms = {-0.5 * whitened, 0.5 * tensor, 0.25 * trace, -0.25 * connection}};
    for (size_t i = 0; share && i < orbits; i++) { /* of R = F^ab Ric_ab by the momentum of a and b */
        double part_of_trace = 0;
        for (unsigned o = 0; o < d; o++) {
            for (unsigned j = 0; j < d; j++) {
                part_of_trace +=
                    parts[i * SPINS_PARTS + SPINS_PART_VECTOR + o] * contraction->inverse[o * d + j].re * vector[j];
            }
        }
        share[i] = 0.25 * (double)size[i] * (parts[i * SPINS_PARTS + SPINS_PART_WHITENED] / n - part_of_trace);
    }
}
