/*
 * The Ising chain in a field by powers of its transfer matrix (Kramers and Wannier, Phys. Rev. 60, 252 (1941)).
 *
 * The entries are jets: along the inverse temperature they carry the moments of the energy above -(|J| + |h|) a site,
 * along the field those of the magnetization. Sums of positive terms: exact to rounding at any temperature and length.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "jet.h"

#include <onsager/spins.h>

typedef struct transfer {
    jet entry[2][2];
    double logarithm; /* the matrix is exp(logarithm) * entry */
} transfer;

static transfer multiply(const transfer *a, const transfer *b) {
    transfer product = {.logarithm = a->logarithm + b->logarithm};
    double largest = 0;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            product.entry[i][j] =
                jet_add(jet_multiply(a->entry[i][0], b->entry[0][j]), jet_multiply(a->entry[i][1], b->entry[1][j]));
            largest = fmax(largest, product.entry[i][j].value);
        }
    }
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) { product.entry[i][j] = jet_scale(1 / largest, product.entry[i][j]); }
    }
    product.logarithm += ons_log(largest);
    return product;
}

static transfer power(transfer base, int64_t exponent) {
    transfer result = {.entry = {{{1, 0, 0}, {0, 0, 0}}, {{0, 0, 0}, {1, 0, 0}}}};
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2) { result = multiply(&result, &base); }
        base = multiply(&base, &base);
    }
    return result;
}

/* Z as (logarithm, jet) for exponents K and h that are jets; a and b = +-1 are the spins of a bond, each with half its
 * field. Ground energies are subtracted: values are never positive. */
typedef struct exponents {
    jet bond[2];  /* [equal spins] */
    jet field[2]; /* [up], half of it */
} exponents;

static jet partition(const exponents *weights, int64_t sites, ons_boundary boundary, double *logarithm) {
    transfer bond = {.logarithm = 0};
    for (int a = 0; a < 2; a++) {
        for (int b = 0; b < 2; b++) {
            bond.entry[a][b] = jet_exp(jet_add(weights->bond[a == b], jet_add(weights->field[a], weights->field[b])));
        }
    }
    const transfer all = power(bond, boundary == ONS_PERIODIC ? sites : sites - 1);
    *logarithm = all.logarithm;
    if (boundary == ONS_PERIODIC) { return jet_add(all.entry[0][0], all.entry[1][1]); }
    jet sum = jet_constant(0);
    for (int a = 0; a < 2; a++) {
        for (int b = 0; b < 2; b++) {
            sum = jet_add(sum, jet_multiply(all.entry[a][b], jet_exp(jet_add(weights->field[a], weights->field[b]))));
        }
    }
    return sum;
}

ons_status ons_ising_exact_chain(int64_t sites, ons_boundary boundary, double coupling, double field,
                                 double temperature, ons_ising_exact *exact) {
    *exact = (ons_ising_exact){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (sites < 1 || !(temperature > 0)) {
        return ons_fail(ONS_INVALID, "a chain has at least 1 site and a positive temperature");
    }
    const double beta = 1 / temperature, n = (double)sites, bonds = boundary == ONS_PERIODIC ? n : n - 1;
    exponents along_beta, along_field;
    for (int positive = 0; positive < 2; positive++) {
        const double bond = (positive ? coupling : -coupling) - fabs(coupling);
        const double half = 0.5 * ((positive ? field : -field) - fabs(field));
        along_beta.bond[positive] = jet_linear(beta * bond, bond);
        along_beta.field[positive] = jet_linear(beta * half, half);
        along_field.bond[positive] = jet_constant(beta * bond);
        along_field.field[positive] = jet_linear(beta * half, positive ? 0.5 : -0.5);
    }
    double logarithm;
    const jet energy = partition(&along_beta, sites, boundary, &logarithm);
    const double ground = bonds * fabs(coupling) + n * fabs(field);
    const double excess = -energy.first / energy.value;
    exact->free_energy = -(ground + temperature * (logarithm + ons_log(energy.value))) / n;
    exact->energy = (excess - ground) / n;
    exact->specific_heat = beta * beta * (energy.second / energy.value - excess * excess) / n;
    const jet magnetization = partition(&along_field, sites, boundary, &logarithm);
    exact->magnetization = field == 0 ? 0 : magnetization.first / magnetization.value / n;
    exact->magnetization_squared = magnetization.second / magnetization.value / (n * n);
    return ONS_OK;
}
