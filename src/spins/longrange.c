/*
 * Fields of long-range couplings in whole numbers: the table is rounded once to multiples of a power of two, and all
 * sums of it are exact. A field is a function of the configuration alone, whatever the order of its updates: it does
 * not drift, and what was interrupted goes on with the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "longrange.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double ons_longrange_bytes(double sites) { return sites * (8 + 8 + 16 + 8 + SPINS_LIMBS * 8.0); }

size_t ons_longrange_sites(const ons_longrange *longrange) { return longrange->sites; }
const int64_t *ons_longrange_units(const ons_longrange *longrange) { return longrange->units; }
double ons_longrange_unit(const ons_longrange *longrange) { return longrange->unit; }
const char *ons_longrange_kernel(const ons_longrange *longrange) { return longrange->kernel; }

/* ---- kernels -------------------------------------------------------------------------------------------------------
 */

bool ons_longrange_select(ons_longrange *longrange, const char *kernel) {
#if defined(__x86_64__)
    if (!strcmp(kernel, "x86-64-v4") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        longrange->add = spins_longrange_add_v4;
        longrange->kernel = "x86-64-v4";
        return true;
    }
    if (!strcmp(kernel, "x86-64-v3") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("fma")) {
        longrange->add = spins_longrange_add_v3;
        longrange->kernel = "x86-64-v3";
        return true;
    }
#endif
    if (strcmp(kernel, "plain") != 0) { return false; }
    longrange->add = spins_longrange_add_plain;
    longrange->kernel = "plain";
    return true;
}

void ons_longrange_flip(const ons_longrange *longrange, uint32_t site, int to, int64_t *field) {
    const unsigned dimension = longrange->cell.dimension;
    const int64_t *lengths = longrange->cell.lengths;
    const size_t length = (size_t)lengths[dimension - 1], stride = 2 * length;
    const size_t rows = dimension > 1 ? (size_t)lengths[dimension - 2] : 1;
    const size_t planes = dimension > 2 ? (size_t)lengths[0] : 1;
    const size_t x = site % length, y = site / length % rows, z = site / length / rows;
    for (size_t plane = 0; plane < planes; plane++) {
        const size_t other = plane >= z ? plane - z : plane + planes - z;
        const int64_t *table = longrange->twice + other * rows * stride + (length - x);
        int64_t *here = field + plane * rows * length;
        longrange->add(here, table + (rows - y) * stride, y, length, stride, to);
        longrange->add(here + y * length, table, rows - y, length, stride, to);
    }
}

/* ---- the table in units -------------------------------------------------------------------------------------------
 */

/* The largest power of two of units per 1 with which a field of charges +-1, taken twice, stays below 2^62. */
static double choose_unit(const double *table, size_t sites) {
    double sum = 0;
    for (size_t site = 0; site < sites; site++) { sum += fabs(table[site]); }
    int exponent;
    (void)frexp(sum, &exponent); /* sum < 2^exponent */
    return ldexp(1, exponent - 60);
}

static ons_status round_table(ons_longrange *longrange, double exponent) {
    double *table = ONS_NEW(double, longrange->sites);
    ons_status status = table ? ons_longrange_sum(&longrange->cell, exponent, 0, table) : ONS_MEMORY;
    if (!status) {
        const size_t length = (size_t)longrange->cell.lengths[longrange->cell.dimension - 1];
        longrange->unit = choose_unit(table, longrange->sites);
        for (size_t site = 0; site < longrange->sites; site++) {
            const int64_t value = llrint(table[site] / longrange->unit);
            int64_t *row = longrange->twice + site / length * 2 * length;
            longrange->units[site] = value;
            row[site % length] = row[site % length + length] = 2 * value;
        }
    }
    free(table);
    return status;
}

/* Each limb in [-2^15, 2^15), the last one takes the rest. */
static int64_t next_limb(int64_t *rest) {
    const int64_t base = INT64_C(1) << SPINS_LIMB_BITS;
    int64_t limb = *rest % base;
    if (limb >= base / 2) { limb -= base; }
    if (limb < -base / 2) { limb += base; }
    *rest = (*rest - limb) / base;
    return limb;
}

static ons_status transform_table(ons_longrange *longrange) {
    double *reals = spins_fourier_reals(longrange->fourier);
    int64_t *rest = ONS_NEW(int64_t, longrange->sites);
    ons_status status = reals && rest ? ONS_OK : ONS_MEMORY;
    if (!status) { memcpy(rest, longrange->units, longrange->sites * sizeof *rest); }
    for (unsigned k = 0; !status && k < SPINS_LIMBS; k++) {
        for (size_t site = 0; site < longrange->sites; site++) { reals[site] = (double)next_limb(&rest[site]); }
        longrange->spectrum[k] = spins_fourier_spectrum(longrange->fourier);
        if (!longrange->spectrum[k]) {
            status = ONS_MEMORY;
        } else {
            spins_fourier_forward(longrange->fourier, reals, longrange->spectrum[k]);
        }
    }
    free(rest);
    spins_fourier_release(reals);
    return status;
}

ons_status ons_longrange_create(ons_longrange **longrange, const ons_longrange_cell *cell, double exponent) {
    ons_longrange *made = *longrange = ONS_NEW(ons_longrange, 1);
    if (!made) { return ONS_MEMORY; }
    made->cell = *cell;
    made->sites = 1;
    for (unsigned d = 0; d < cell->dimension && d < ONS_LONGRANGE_DIMENSIONS; d++) {
        made->sites *= (size_t)(cell->lengths[d] > 0 ? cell->lengths[d] : 1);
    }
    made->units = ONS_NEW(int64_t, made->sites);
    made->twice = ONS_NEW(int64_t, 2 * made->sites);
    ons_status status = made->units && made->twice ? ONS_OK : ONS_MEMORY;
    if (!status) { status = round_table(made, exponent); }
    if (!status) { status = spins_fourier_create(&made->fourier, cell->dimension, cell->lengths); }
    if (!status) { status = transform_table(made); }
    if (!status && !ons_longrange_select(made, "x86-64-v4") && !ons_longrange_select(made, "x86-64-v3")) {
        ons_longrange_select(made, "plain");
    }
    if (status) {
        ons_longrange_free(made);
        *longrange = NULL;
    }
    return status;
}

void ons_longrange_free(ons_longrange *longrange) {
    if (!longrange) { return; }
    for (unsigned k = 0; k < SPINS_LIMBS; k++) { spins_complex_free(longrange->spectrum[k]); }
    spins_fourier_free(longrange->fourier);
    free(longrange->units);
    free(longrange->twice);
    free(longrange);
}

/* ---- fields ---------------------------------------------------------------------------------------------------------
 */

ons_status ons_longrange_field(const ons_longrange *longrange, const int8_t *charge, int64_t *field) {
    const spins_fourier *fourier = longrange->fourier;
    double *reals = spins_fourier_reals(fourier);
    spins_complex *charges = spins_fourier_spectrum(fourier), *product = spins_fourier_spectrum(fourier);
    ons_status status = reals && charges && product ? ONS_OK : ONS_MEMORY;
    if (status) { goto cleanup; }
    for (size_t site = 0; site < longrange->sites; site++) { reals[site] = charge[site]; }
    spins_fourier_forward(fourier, reals, charges);
    memset(field, 0, longrange->sites * sizeof *field);
    for (unsigned k = 0; k < SPINS_LIMBS; k++) {
        for (size_t mode = 0; mode < fourier->modes; mode++) {
            product[mode] = spins_times(charges[mode], longrange->spectrum[k][mode]);
        }
        spins_fourier_backward(fourier, product, reals);
        for (size_t site = 0; site < longrange->sites; site++) { /* modulo 2^64: the whole fits, its parts may not */
            const uint64_t limb = (uint64_t)llrint(reals[site] / (double)longrange->sites);
            field[site] = (int64_t)((uint64_t)field[site] + (limb << (SPINS_LIMB_BITS * k)));
        }
    }
cleanup:
    spins_fourier_release(reals);
    spins_complex_free(charges);
    spins_complex_free(product);
    return status;
}
