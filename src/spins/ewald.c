/*
 * Lattice sums of 1/r^p by Ewald's method, for any power p above the dimension (Nijboer and de Wette 1957).
 *
 * r^-p = 1/Gamma(p/2) int_0^inf t^(p/2-1) exp(-r^2 t) dt is cut at t = a^2: the upper part decays fast in space, the
 * lower one, by Poisson's formula, in momenta. All functions are made of +, -, *, / and base's exponential and
 * logarithm: the table has the same bits on every CPU.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/longrange.h>

#include "spins.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
#define REACH 42.0 /* exp(-42) = 6e-19: terms beyond are left out */
#define LARGEST_SITES (INT64_C(1) << 31)

static double power(double x, double exponent) { return ons_exp(exponent * ons_log(x)); }

/* ---- incomplete gamma functions ------------------------------------------------------------------------------------
 */

/* gamma(a, x) = x^a e^-x sum_n x^n / (a (a+1) .. (a+n)), a > 0, for x up to about a + 1. */
static double lower_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; term > 1e-18 * sum; n++) {
        term *= x / n;
        sum += term;
    }
    return sum * ons_exp(a * ons_log(x) - x);
}

/* Gamma(a, x) = x^a e^-x / (x + 1 - a - 1 (1 - a)/(x + 3 - a - ..)), any a, x > 0, by Lentz's method; some 80/x terms
 * where x is small. */
static double upper_fraction(double a, double x) {
    enum { most = 10000000 };
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int n = 1; n < most; n++) {
        const double factor = -n * (n - a);
        b += 2;
        d = 1 / (factor * d + b);
        c = b + factor / c;
        const double change = c * d;
        h *= change;
        if (fabs(change - 1) < 1e-16) { break; }
    }
    return h * ons_exp(a * ons_log(x) - x);
}

static double complete_gamma(double a) { return lower_series(a, a + 1) + upper_fraction(a, a + 1); }

/* ---- the two sums ---------------------------------------------------------------------------------------------------
 */

typedef struct ewald {
    const ons_longrange_cell *cell;
    unsigned dimension;
    double exponent, splitting, gamma, volume; /* gamma: Gamma(exponent/2) */
    double periods[9], inverse[9];             /* rows A_d; columns B_d with A_i . B_j = delta_ij */
    double width[3];                           /* |B_d| */
    size_t sites;
    double *table;
    double *circle[3]; /* [lengths[d]][2]: cos and sin of 2 pi i / lengths[d] */
} ewald;

static double determinant(unsigned count, const double *m) {
    if (count == 1) { return m[0]; }
    if (count == 2) { return m[0] * m[3] - m[1] * m[2]; }
    return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

static void site_cell(const ewald *sum, size_t site, int64_t *cell) {
    for (unsigned d = sum->dimension; d-- > 0;) {
        cell[d] = (int64_t)(site % (size_t)sum->cell->lengths[d]);
        site /= (size_t)sum->cell->lengths[d];
    }
}

/* The site at -r. */
static size_t opposite(const ewald *sum, const int64_t *cell) {
    size_t site = 0;
    for (unsigned d = 0; d < sum->dimension; d++) {
        const int64_t length = sum->cell->lengths[d];
        site = site * (size_t)length + (size_t)((length - cell[d]) % length);
    }
    return site;
}

static double space_term(const ewald *sum, double r_squared) {
    const double a = sum->exponent / 2, x = sum->splitting * sum->splitting * r_squared;
    const double upper = x < a + 1 ? sum->gamma - lower_series(a, x) : upper_fraction(a, x);
    return upper / sum->gamma * power(r_squared, -a);
}

/* Walks through the whole vectors n with |centre_d + n_d| <= reach_d; false after the last. */
typedef struct box {
    int64_t low[3], high[3], n[3];
} box;

static void box_begin(box *all, unsigned dimension, const double *centre, const double *reach) {
    for (unsigned d = 0; d < dimension; d++) {
        all->low[d] = (int64_t)ceil(-reach[d] - centre[d]);
        all->high[d] = (int64_t)floor(reach[d] - centre[d]);
        all->n[d] = all->low[d];
    }
}

static bool box_next(box *all, unsigned dimension) {
    for (unsigned d = dimension; d-- > 0;) {
        if (++all->n[d] <= all->high[d]) { return true; }
        all->n[d] = all->low[d];
    }
    return false;
}

static double space_sum(const ewald *sum, const int64_t *cell) {
    const double cutoff = sqrt(REACH) / sum->splitting;
    double centre[3], reach[3], total = 0;
    for (unsigned d = 0; d < sum->dimension; d++) {
        centre[d] = (double)cell[d] / (double)sum->cell->lengths[d];
        reach[d] = cutoff * sum->width[d];
    }
    box all;
    box_begin(&all, sum->dimension, centre, reach);
    for (unsigned d = 0; d < sum->dimension; d++) {
        if (all.low[d] > all.high[d]) { return 0; }
    }
    do {
        double r_squared = 0;
        for (unsigned k = 0; k < sum->dimension; k++) {
            double x = 0;
            for (unsigned d = 0; d < sum->dimension; d++) {
                /* whole numbers of primitive vectors, exact */
                const double steps = (double)(cell[d] + all.n[d] * sum->cell->lengths[d]);
                x += steps * sum->cell->basis[d * sum->dimension + k];
            }
            r_squared += x * x;
        }
        if (r_squared > 0 && r_squared <= cutoff * cutoff) { total += space_term(sum, r_squared); }
    } while (box_next(&all, sum->dimension));
    return total;
}

/* Adds weight cos(G r), G = 2 pi sum_d m_d B_d, to all sites. */
static void add_wave(const ewald *sum, const int64_t *m, double weight) {
    int64_t cell[3];
    for (size_t site = 0; site < sum->sites; site++) {
        double c = 1, s = 0;
        site_cell(sum, site, cell);
        for (unsigned d = 0; d < sum->dimension; d++) {
            const int64_t length = sum->cell->lengths[d];
            const int64_t turn = ((m[d] % length + length) % length) * cell[d] % length;
            const double *unit = sum->circle[d] + 2 * turn, old = c;
            c = c * unit[0] - s * unit[1];
            s = s * unit[0] + old * unit[1];
        }
        sum->table[site] += weight * c;
    }
}

static void add_momenta(const ewald *sum) {
    const double p = sum->exponent, a = sum->splitting, cutoff = 2 * a * sqrt(REACH) / (2 * PI);
    const double front = power(PI, 0.5 * sum->dimension) / (sum->gamma * sum->volume);
    const double centre[3] = {0};
    double reach[3];
    for (unsigned d = 0; d < sum->dimension; d++) { /* |m_d| <= cutoff |A_d| */
        double length_squared = 0;
        for (unsigned k = 0; k < sum->dimension; k++) {
            length_squared += sum->periods[d * sum->dimension + k] * sum->periods[d * sum->dimension + k];
        }
        reach[d] = cutoff * sqrt(length_squared);
    }
    box all;
    box_begin(&all, sum->dimension, centre, reach);
    do {
        double g_squared = 0;
        int sign = 0; /* of the first m_d that is not 0: one of G and -G is enough */
        for (unsigned d = 0; d < sum->dimension && sign == 0; d++) { sign = (all.n[d] > 0) - (all.n[d] < 0); }
        if (sign < 0) { continue; }
        for (unsigned k = 0; k < sum->dimension; k++) {
            double g = 0;
            for (unsigned d = 0; d < sum->dimension; d++) {
                g += (double)all.n[d] * sum->inverse[k * sum->dimension + d];
            }
            g_squared += g * g;
        }
        if (sign == 0) {
            add_wave(sum, all.n, front * 2 * power(a, p - sum->dimension) / (p - sum->dimension));
        } else if (g_squared <= cutoff * cutoff) {
            const double half = PI * sqrt(g_squared), excess = p - sum->dimension;
            const double x = half / a * (half / a);
            add_wave(sum, all.n, 2 * front * power(half, excess) * upper_fraction(-excess / 2, x));
        }
    } while (box_next(&all, sum->dimension));
}

/* ---- the table ------------------------------------------------------------------------------------------------------
 */

static ons_status check_cell(const ons_longrange_cell *cell, double exponent, double splitting) {
    if (cell->dimension < 1 || cell->dimension > ONS_LONGRANGE_DIMENSIONS) {
        return ons_fail(ONS_INVALID, "long-range couplings are summed in 1 to 3 dimensions, not %u", cell->dimension);
    }
    if (!(exponent > cell->dimension) || !isfinite(exponent)) {
        return ons_fail(ONS_INVALID,
                        "the sum of 1/r^p over all images converges for p > %u in as many dimensions; p = %g does not",
                        cell->dimension, exponent);
    }
    if (!(splitting >= 0) || !isfinite(splitting)) {
        return ons_fail(ONS_INVALID, "the splitting of a lattice sum is positive (0: chosen), not %g", splitting);
    }
    double sites = 1;
    for (unsigned d = 0; d < cell->dimension; d++) {
        if (cell->lengths[d] < 1) {
            return ons_fail(ONS_INVALID, "length %lld of a periodic cell; it must be at least 1",
                            (long long)cell->lengths[d]);
        }
        sites *= (double)cell->lengths[d];
    }
    if (sites > (double)LARGEST_SITES) {
        return ons_fail(ONS_INVALID, "%.4g sites with long-range couplings; at most 2^31 are possible", sites);
    }
    return ONS_OK;
}

static ons_status prepare(ewald *sum) {
    const ons_longrange_cell *cell = sum->cell;
    const unsigned count = sum->dimension;
    sum->sites = 1;
    for (unsigned d = 0; d < count; d++) {
        sum->sites *= (size_t)cell->lengths[d];
        for (unsigned k = 0; k < count; k++) {
            sum->periods[d * count + k] = (double)cell->lengths[d] * cell->basis[d * count + k];
        }
        sum->circle[d] = ONS_NEW(double, 2 * cell->lengths[d]);
        if (!sum->circle[d]) { return ONS_MEMORY; }
        for (int64_t i = 0; i < cell->lengths[d]; i++) {
            spins_circle((double)i / (double)cell->lengths[d], &sum->circle[d][2 * i], &sum->circle[d][2 * i + 1]);
        }
    }
    if (!spins_invert(count, sum->periods, sum->inverse)) {
        return ons_fail(ONS_INVALID, "the primitive vectors of a periodic cell lie in one plane or line");
    }
    sum->volume = fabs(determinant(count, sum->periods));
    for (unsigned d = 0; d < count; d++) {
        double squared = 0;
        for (unsigned k = 0; k < count; k++) { squared += sum->inverse[k * count + d] * sum->inverse[k * count + d]; }
        sum->width[d] = sqrt(squared);
    }
    sum->gamma = complete_gamma(sum->exponent / 2);
    if (sum->splitting == 0) { sum->splitting = sqrt(PI) / power(sum->volume, 1.0 / count); }
    return ONS_OK;
}

ons_status ons_longrange_sum(const ons_longrange_cell *cell, double exponent, double splitting, double *table) {
    ewald sum = {
        .cell = cell, .dimension = cell->dimension, .exponent = exponent, .splitting = splitting, .table = table};
    ons_status status = check_cell(cell, exponent, splitting);
    if (!status) { status = prepare(&sum); }
    if (status) { goto cleanup; }
    for (size_t site = 0; site < sum.sites; site++) { table[site] = 0; }
    add_momenta(&sum);
    for (size_t site = 0; site < sum.sites; site++) {
        int64_t at[3];
        site_cell(&sum, site, at);
        const size_t mirror = opposite(&sum, at);
        if (mirror < site) {
            table[site] = table[mirror];
        } else {
            table[site] += space_sum(&sum, at);
        }
    }
    /* The lower part of the term R = 0 at r = 0, which the momenta have counted. */
    table[0] -= 2 * power(sum.splitting, exponent) / (exponent * sum.gamma);
cleanup:
    for (unsigned d = 0; d < 3; d++) { free(sum.circle[d]); }
    return status;
}
