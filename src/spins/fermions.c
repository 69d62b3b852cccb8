/*
 * The Ising model on the square torus as free fermions: partition function, propagators, moments of bonds.
 *
 * Four Grassmann variables a site, R L U D (half bonds to the right, left, up and down), with on-site forms of fixed
 * signs and the bonds t R(r) L(r + e_1), t U(r) D(r + e_0). K = A^-1 is the propagator; with V = [[0, 1], [-1, 0]] the
 * form of one bond and N_ab = K_ab V between the legs of two bonds, ln Pf A has the derivatives in the t of bonds
 * C1 = Tr N_aa / 2, C2 = - Tr N_ab N_ba / 2, C3 = Tr N_ab N_bc N_ca. A bond e_a acts as t + (1 - t^2) d/dt_a.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fermions.h"
#include "spins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SQRT2 1.41421356237309504880

/* Signs of the on-site forms RL RU RD LU LD UD, chosen such that det A(k) is as in the header. */
static const double on_site[4][4] = {{0, 1, 1, 1}, {-1, 0, -1, 1}, {-1, 1, 0, 1}, {-1, -1, -1, 0}};

/* Legs of a bond along direction 0 and 1: where it begins and where it ends. */
static const unsigned legs[2][2] = {{2, 3}, {0, 1}};

double spins_fermions_bytes(double sites) { return sites * 16.0 * (SPINS_SECTORS * 32 + 8 + 8 + 8 + 2 + 5); }

/* Real antisymmetric or complex 4 x 4 inverse by elimination with pivots; false: singular. */
static bool invert(spins_complex a[4][4], spins_complex inverse[4][4]) {
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < 4; j++) { inverse[i][j] = (spins_complex){i == j, 0}; }
    }
    for (unsigned column = 0; column < 4; column++) {
        unsigned pivot = column;
        for (unsigned i = column + 1; i < 4; i++) {
            if (spins_square(a[i][column]) > spins_square(a[pivot][column])) { pivot = i; }
        }
        const double size = spins_square(a[pivot][column]);
        if (!(size > 0)) { return false; }
        for (unsigned j = 0; j < 4; j++) {
            const spins_complex swap = a[column][j], other = inverse[column][j];
            a[column][j] = a[pivot][j];
            a[pivot][j] = swap;
            inverse[column][j] = inverse[pivot][j];
            inverse[pivot][j] = other;
        }
        const spins_complex scale = spins_scaled(1 / size, spins_conjugate(a[column][column]));
        for (unsigned j = 0; j < 4; j++) {
            a[column][j] = spins_times(scale, a[column][j]);
            inverse[column][j] = spins_times(scale, inverse[column][j]);
        }
        for (unsigned i = 0; i < 4; i++) {
            if (i == column) { continue; }
            const spins_complex factor = a[i][column];
            for (unsigned j = 0; j < 4; j++) {
                a[i][j] = spins_minus(a[i][j], spins_times(factor, a[column][j]));
                inverse[i][j] = spins_minus(inverse[i][j], spins_times(factor, inverse[column][j]));
            }
        }
    }
    return true;
}

/* K(k) of an ordinary momentum; phase[w] = exp(i k_w) along direction w. */
static bool propagator(double t, const spins_complex *phase, spins_complex k[4][4]) {
    spins_complex a[4][4];
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < 4; j++) { a[i][j] = (spins_complex){on_site[i][j], 0}; }
    }
    for (unsigned way = 0; way < 2; way++) {
        const unsigned from = legs[way][0], to = legs[way][1];
        a[from][to] = spins_plus(a[from][to], spins_scaled(t, phase[way]));
        a[to][from] = spins_minus(a[to][from], spins_scaled(t, spins_conjugate(phase[way])));
    }
    return invert(a, k);
}

/* K(0) of the sector PP: the planes E1, E2 with A(0) = (sqrt 2 - 1 - t) E1 + (sqrt 2 + 1 + t) E2; the inverse Pfaffian
 * of the first is replaced by x. */
static void propagator_zero(double t, double x, spins_complex k[4][4]) {
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < 4; j++) {
            double bond = 0;
            for (unsigned way = 0; way < 2; way++) {
                bond += (double)(i == legs[way][0] && j == legs[way][1]);
                bond -= (double)(j == legs[way][0] && i == legs[way][1]);
            }
            const double first = (on_site[i][j] - (SQRT2 + 1) * bond) / (2 * SQRT2);
            const double second = (on_site[i][j] + (SQRT2 - 1) * bond) / (2 * SQRT2);
            k[i][j] = (spins_complex){-x * first - second / (SQRT2 + 1 + t), 0};
        }
    }
}

static double turns_of(const ons_fermions *f, unsigned sector, unsigned way, int64_t index) {
    return ((double)index + (f->sector[sector].antiperiodic[way] ? 0.5 : 0)) / (double)f->torus.lengths[way];
}

/* N(k) = K_ab V between the legs of bonds, the leg at the end of a bond with the phase of its place. */
static bool fill_sector(ons_fermions *f, unsigned s, const spins_transform *backward) {
    spins_sector *sector = &f->sector[s];
    const size_t n = f->torus.sites;
    for (size_t site = 0; site < n; site++) {
        int64_t place[SPINS_WAYS];
        spins_complex phase[2], k[4][4];
        spins_torus_place(&f->torus, site, place);
        for (unsigned way = 0; way < 2; way++) {
            spins_circle(turns_of(f, s, way, place[way]), &phase[way].re, &phase[way].im);
        }
        if (site == 0 && sector->zero) {
            propagator_zero(f->t, sector->inverse, k);
        } else if (!propagator(f->t, phase, k)) {
            return false;
        }
        for (unsigned cell = 0; cell < 16; cell++) { /* cell = ((o * 2 + o') * 2 + i) * 2 + j */
            const unsigned o = cell >> 3, other = cell >> 2 & 1, i = cell >> 1 & 1, j = cell & 1;
            spins_complex value = k[legs[o][i]][legs[other][!j]];
            if (i) { value = spins_times(value, phase[o]); }
            if (!j) { value = spins_times(value, spins_conjugate(phase[other])); }
            sector->wave[cell * n + site] = spins_scaled(j ? 1 : -1, value);
        }
    }
    memcpy(sector->space, sector->wave, 16 * n * sizeof *sector->space);
    for (unsigned cell = 0; cell < 16; cell++) {
        spins_complex *field = sector->space + cell * n;
        spins_transform_run(backward, field);
        for (size_t site = 0; site < n; site++) { field[site] = spins_scaled(1 / (double)n, field[site]); }
    }
    for (unsigned o = 0; o < 2; o++) {
        const spins_complex *block = sector->space + (size_t)(o * 12) * n;
        sector->mean[o] = f->t + f->c * 0.5 * (block[0].re + block[3 * n].re);
    }
    return true;
}

/* ln of the Pfaffian of a sector, without the first plane of the zero momentum. */
static double log_pfaffian(const ons_fermions *f, unsigned s) {
    const double t = f->t, even = (1 + t * t) * (1 + t * t), odd = 2 * t * (1 - t * t);
    double sum = 0;
    for (size_t site = 0; site < f->torus.sites; site++) {
        int64_t place[SPINS_WAYS];
        double cosine[2], sine;
        spins_torus_place(&f->torus, site, place);
        for (unsigned way = 0; way < 2; way++) { spins_circle(turns_of(f, s, way, place[way]), &cosine[way], &sine); }
        if (site == 0 && f->sector[s].zero) {
            sum += log(SQRT2 + 1 + t);
        } else { /* half of each pair k, -k; the Pfaffians of momenta equal to their opposite are positive */
            sum += 0.5 * log(even - odd * (cosine[0] + cosine[1]));
        }
    }
    return sum;
}

/* The sectors AA, PA, AP and twice PP, at the inverse Pfaffian 0 and 1 of the plane that may vanish. */
static void weigh_sectors(ons_fermions *f) {
    const double vanishing = SQRT2 - 1 - f->t, n = (double)f->torus.sites, coupling = f->coupling;
    double logarithm[SPINS_SECTORS], largest = -INFINITY, sum = 0;
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        logarithm[s] = log_pfaffian(f, s);
        largest = fmax(largest, logarithm[s]);
    }
    const double factor[SPINS_SECTORS] = {1, 1, 1, 1 - vanishing, -1};
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        f->sector[s].weight = factor[s] * exp(logarithm[s] - largest);
        sum += f->sector[s].weight;
    }
    for (unsigned s = 0; s < SPINS_SECTORS; s++) { f->sector[s].weight /= sum; }
    /* ln cosh J = J + ln(1 + exp(-2 J)) - ln 2 */
    f->log_partition = n * (2 * coupling + 2 * log1p(exp(-2 * coupling)) - log(2.0)) + largest + log(0.5 * sum);
    for (unsigned o = 0; o < 2; o++) {
        f->mean[o] = 0;
        for (unsigned s = 0; s < SPINS_SECTORS; s++) { f->mean[o] += f->sector[s].weight * f->sector[s].mean[o]; }
    }
}

static ons_status allocate(ons_fermions *f) {
    const size_t n = f->torus.sites;
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        f->sector[s].wave = spins_complex_array(16 * n);
        f->sector[s].space = spins_complex_array(16 * n);
        if (!f->sector[s].wave || !f->sector[s].space) { return ONS_MEMORY; }
    }
    ons_status status = spins_transform_create(&f->backward, 2, f->torus.lengths, false);
    if (!status) { status = spins_transform_create(&f->forward, 2, f->torus.lengths, true); }
    return status;
}

ons_status ons_fermions_create(ons_fermions **result, const int64_t lengths[2], double coupling) {
    *result = NULL;
    if (!(coupling >= 0) || !isfinite(coupling)) {
        return ons_fail(ONS_INVALID, "the free fermions of the Ising torus need a coupling >= 0, not %g", coupling);
    }
    for (unsigned i = 0; i < 2; i++) {
        if (lengths[i] < 3 || lengths[i] > 16384) {
            return ons_fail(ONS_INVALID, "the free fermions of the Ising torus take lengths from 3 to 16384, not %lld",
                            (long long)lengths[i]);
        }
    }
    ons_fermions *f = ONS_NEW(ons_fermions, 1);
    if (!f) { return ONS_MEMORY; }
    f->torus = (spins_torus){
        .dimension = 2, .lengths = {lengths[0], lengths[1]}, .sites = (size_t)lengths[0] * (size_t)lengths[1]};
    f->coupling = coupling;
    f->t = tanh(coupling);
    const double half = 1 / cosh(coupling);
    f->c = half * half;
    static const bool antiperiodic[SPINS_SECTORS][2] = {{true, true}, {false, true}, {true, false}, {0}, {0}};
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        memcpy(f->sector[s].antiperiodic, antiperiodic[s], sizeof antiperiodic[s]);
        f->sector[s].zero = s >= 3;
        f->sector[s].inverse = s == 4;
    }
    ons_status status = allocate(f);
    for (unsigned s = 0; !status && s < SPINS_SECTORS; s++) {
        if (!fill_sector(f, s, f->backward)) {
            status = ons_fail(ONS_FAILED, "the free fermions of the Ising torus are singular at coupling %g", coupling);
        }
    }
    if (!status) { weigh_sectors(f); }
    if (status) {
        ons_fermions_free(f);
        return status;
    }
    *result = f;
    return ONS_OK;
}

void ons_fermions_free(ons_fermions *f) {
    if (!f) { return; }
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        spins_complex_free(f->sector[s].wave);
        spins_complex_free(f->sector[s].space);
    }
    spins_transform_free(f->backward);
    spins_transform_free(f->forward);
    spins_fermions_free_cumulants(f);
    free(f);
}

double ons_fermions_log_partition(const ons_fermions *f) { return f->log_partition; }
double ons_fermions_bond(const ons_fermions *f, unsigned direction) { return f->mean[direction]; }

/* ---- moments of any bonds ---- */

enum { LARGEST_MOMENT = 16, LARGEST_FORM = 2 * LARGEST_MOMENT };

/* Pfaffian of a real antisymmetric matrix by elimination with pivots (Parlett and Reid 1970). The matrix is used up. */
static double pfaffian(size_t size, double a[LARGEST_FORM][LARGEST_FORM]) {
    double product = 1;
    for (size_t k = 0; k + 1 < size; k += 2) {
        size_t pivot = k + 1;
        for (size_t i = k + 2; i < size; i++) {
            if (fabs(a[i][k]) > fabs(a[pivot][k])) { pivot = i; }
        }
        if (a[pivot][k] == 0) { return 0; }
        if (pivot != k + 1) {
            product = -product;
            for (size_t j = 0; j < size; j++) {
                const double swap = a[k + 1][j];
                a[k + 1][j] = a[pivot][j];
                a[pivot][j] = swap;
            }
            for (size_t j = 0; j < size; j++) {
                const double swap = a[j][k + 1];
                a[j][k + 1] = a[j][pivot];
                a[j][pivot] = swap;
            }
        }
        product *= a[k][k + 1];
        for (size_t i = k + 2; i < size; i++) {
            for (size_t j = k + 2; j < size; j++) {
                a[i][j] += (a[k][j] * a[k + 1][i] - a[k][i] * a[k + 1][j]) / a[k][k + 1];
            }
        }
    }
    return product;
}

/* N_ab of a sector between two places: the phases of antiperiodic boundaries times what the transform left. */
static void block(const ons_fermions *f, unsigned s, const ons_fermions_place *a, const ons_fermions_place *b,
                  double n_ab[2][2]) {
    const int64_t difference[2] = {a->row - b->row, a->column - b->column};
    const size_t site = spins_torus_site(&f->torus, difference), n = f->torus.sites;
    double turns = 0;
    spins_complex phase;
    for (unsigned way = 0; way < 2; way++) {
        if (f->sector[s].antiperiodic[way]) { turns += 0.5 * (double)difference[way] / (double)f->torus.lengths[way]; }
    }
    spins_circle(turns, &phase.re, &phase.im);
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned j = 0; j < 2; j++) {
            const size_t cell = ((a->direction * 2 + b->direction) * 2 + i) * 2 + j;
            n_ab[i][j] = spins_times(phase, f->sector[s].space[cell * n + site]).re;
        }
    }
}

/* < prod (t + c d/dt_a) > of a sector: with the legs of the bonds as one Gaussian form, Pf(t + c K) in blocks of a
 * bond. K_ab = - N_ab V. */
static double sector_moment(const ons_fermions *f, unsigned s, size_t count, const ons_fermions_place *bonds) {
    double form[LARGEST_FORM][LARGEST_FORM];
    for (size_t a = 0; a < count; a++) {
        for (size_t b = 0; b < count; b++) {
            double n_ab[2][2];
            block(f, s, &bonds[a], &bonds[b], n_ab);
            for (unsigned i = 0; i < 2; i++) { /* (N V)_i0 = -N_i1, (N V)_i1 = N_i0 */
                form[2 * a + i][2 * b] = f->c * n_ab[i][1];
                form[2 * a + i][2 * b + 1] = -f->c * n_ab[i][0];
            }
        }
        form[2 * a][2 * a + 1] -= f->t;
        form[2 * a + 1][2 * a] += f->t;
    }
    const double value = pfaffian(2 * count, form);
    return count % 2 ? -value : value; /* d ln Pf A / dt = Tr(K V) / 2 = - K_(begin, end) */
}

/* Sites folded into the torus; pairs of equal bonds removed. */
static size_t distinct(const ons_fermions *f, size_t count, const ons_fermions_place *bonds,
                       ons_fermions_place *different) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t place[SPINS_WAYS] = {bonds[i].row, bonds[i].column};
        spins_torus_place(&f->torus, spins_torus_site(&f->torus, place), place);
        const ons_fermions_place folded = {place[0], place[1], bonds[i].direction};
        size_t j = 0;
        while (j < kept && (different[j].row != folded.row || different[j].column != folded.column ||
                            different[j].direction != folded.direction)) {
            j++;
        }
        if (j < kept) {
            different[j] = different[--kept];
        } else {
            different[kept++] = folded;
        }
    }
    return kept;
}

ons_status ons_fermions_moment(const ons_fermions *fermions, size_t count, const ons_fermions_place *bonds,
                               double *moment) {
    ons_fermions_place different[LARGEST_MOMENT];
    if (count > LARGEST_MOMENT) {
        return ons_fail(ONS_INVALID, "a moment of %zu bonds was asked for; at most %d are possible", count,
                        LARGEST_MOMENT);
    }
    for (size_t i = 0; i < count; i++) {
        if (bonds[i].direction > 1) {
            return ons_fail(ONS_INVALID, "bond %zu of a moment has direction %u; the torus has 0 and 1", i,
                            bonds[i].direction);
        }
    }
    const size_t kept = distinct(fermions, count, bonds, different);
    *moment = 0;
    for (unsigned s = 0; s < SPINS_SECTORS; s++) {
        *moment += fermions->sector[s].weight * sector_moment(fermions, s, kept, different);
    }
    return ONS_OK;
}
