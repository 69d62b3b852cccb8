/*
 * Lattice descriptions: the built-in ones, which are a table of what a user's file would say, and what follows from
 * any.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALF 0.5
#define ROOT_2_INVERSE 0.70710678118654752440
#define ROOT_3 1.73205080756887729353
#define ROOT_3_HALF 0.86602540378443864676
#define ROOT_3_INVERSE 0.57735026918962576451

enum { MOST_SITES = 3, MOST_BONDS = 6 };

/* A lattice of at most three dimensions; nearest neighbours at distance 1. */
static const struct builtin {
    const char *name;
    unsigned dimension, sites, bonds;
    double basis[3][3];
    double positions[MOST_SITES][3];
    struct {
        unsigned source, target;
        int cell[3];
    } bond[MOST_BONDS];
} builtins[] = {
    {"chain", 1, 1, 1, {{1}}, {{0}}, {{0, 0, {1}}}},
    {"square", 2, 1, 2, {{1, 0}, {0, 1}}, {{0, 0}}, {{0, 0, {1, 0}}, {0, 0, {0, 1}}}},
    {"triangular", 2, 1, 3, {{1, 0}, {HALF, ROOT_3_HALF}}, {{0, 0}}, {{0, 0, {1, 0}}, {0, 0, {0, 1}}, {0, 0, {1, -1}}}},
    {"honeycomb",
     2,
     2,
     3,
     {{ROOT_3, 0}, {ROOT_3_HALF, 1.5}},
     {{0, 0}, {1.0 / 3, 1.0 / 3}},
     {{0, 1, {0, 0}}, {0, 1, {-1, 0}}, {0, 1, {0, -1}}}},
    {"kagome",
     2,
     3,
     6,
     {{2, 0}, {1, ROOT_3}},
     {{0, 0}, {HALF, 0}, {0, HALF}},
     {{0, 1, {0, 0}}, {0, 1, {-1, 0}}, {0, 2, {0, 0}}, {0, 2, {0, -1}}, {1, 2, {0, 0}}, {1, 2, {1, -1}}}},
    {"cubic",
     3,
     1,
     3,
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
     {{0, 0, 0}},
     {{0, 0, {1, 0, 0}}, {0, 0, {0, 1, 0}}, {0, 0, {0, 0, 1}}}},
    {"bcc",
     3,
     1,
     4,
     {{-ROOT_3_INVERSE, ROOT_3_INVERSE, ROOT_3_INVERSE},
      {ROOT_3_INVERSE, -ROOT_3_INVERSE, ROOT_3_INVERSE},
      {ROOT_3_INVERSE, ROOT_3_INVERSE, -ROOT_3_INVERSE}},
     {{0, 0, 0}},
     {{0, 0, {1, 0, 0}}, {0, 0, {0, 1, 0}}, {0, 0, {0, 0, 1}}, {0, 0, {1, 1, 1}}}},
    {"fcc",
     3,
     1,
     6,
     {{0, ROOT_2_INVERSE, ROOT_2_INVERSE}, {ROOT_2_INVERSE, 0, ROOT_2_INVERSE}, {ROOT_2_INVERSE, ROOT_2_INVERSE, 0}},
     {{0, 0, 0}},
     {{0, 0, {1, 0, 0}},
      {0, 0, {0, 1, 0}},
      {0, 0, {0, 0, 1}},
      {0, 0, {1, -1, 0}},
      {0, 0, {1, 0, -1}},
      {0, 0, {0, 1, -1}}}},
};
enum { BUILTINS = sizeof builtins / sizeof *builtins };

ons_lattice *spins_lattice_allocate(const char *name, unsigned dimension, size_t sites, size_t bonds, size_t types) {
    ons_lattice *lattice = ONS_NEW(ons_lattice, 1);
    if (!lattice) { return NULL; }
    lattice->dimension = dimension;
    lattice->sites = sites;
    lattice->bonds = bonds;
    lattice->types = types;
    lattice->name = ons_copy(name);
    lattice->basis = ONS_NEW(double, dimension *dimension);
    lattice->positions = ONS_NEW(double, sites *dimension);
    lattice->bond = ONS_NEW(ons_lattice_bond, bonds);
    lattice->couplings = ONS_NEW(double, types);
    if (!lattice->name || !lattice->basis || !lattice->positions || !lattice->bond || !lattice->couplings) {
        ons_lattice_free(lattice);
        return NULL;
    }
    return lattice;
}

void ons_lattice_free(ons_lattice *lattice) {
    if (!lattice) { return; }
    free(lattice->name);
    free(lattice->basis);
    free(lattice->positions);
    free(lattice->bond);
    free(lattice->couplings);
    free(lattice);
}

ons_lattice *ons_lattice_copy(const ons_lattice *lattice) {
    const size_t d = lattice->dimension;
    ons_lattice *copy =
        spins_lattice_allocate(lattice->name, lattice->dimension, lattice->sites, lattice->bonds, lattice->types);
    if (!copy) { return NULL; }
    memcpy(copy->basis, lattice->basis, d * d * sizeof *copy->basis);
    memcpy(copy->positions, lattice->positions, lattice->sites * d * sizeof *copy->positions);
    memcpy(copy->bond, lattice->bond, lattice->bonds * sizeof *copy->bond);
    memcpy(copy->couplings, lattice->couplings, lattice->types * sizeof *copy->couplings);
    return copy;
}

static ons_lattice *from_table(const struct builtin *builtin) {
    const unsigned d = builtin->dimension;
    ons_lattice *lattice = spins_lattice_allocate(builtin->name, d, builtin->sites, builtin->bonds, 1);
    if (!lattice) { return NULL; }
    lattice->couplings[0] = 1;
    for (unsigned i = 0; i < d; i++) {
        for (unsigned j = 0; j < d; j++) { lattice->basis[i * d + j] = builtin->basis[i][j]; }
    }
    for (unsigned site = 0; site < builtin->sites; site++) {
        for (unsigned j = 0; j < d; j++) { lattice->positions[site * d + j] = builtin->positions[site][j]; }
    }
    for (unsigned b = 0; b < builtin->bonds; b++) {
        lattice->bond[b].source = builtin->bond[b].source;
        lattice->bond[b].target = builtin->bond[b].target;
        for (unsigned j = 0; j < d; j++) { lattice->bond[b].cell[j] = builtin->bond[b].cell[j]; }
    }
    return lattice;
}

static ons_lattice *hypercubic(unsigned dimension) {
    ons_lattice *lattice = spins_lattice_allocate("hypercubic", dimension, 1, dimension, 1);
    if (!lattice) { return NULL; }
    lattice->couplings[0] = 1;
    for (unsigned i = 0; i < dimension; i++) {
        lattice->basis[i * dimension + i] = 1;
        lattice->bond[i].cell[i] = 1;
    }
    return lattice;
}

ons_status ons_lattice_create(ons_lattice **lattice, const char *name, unsigned dimension) {
    *lattice = NULL;
    const char *names[BUILTINS + 1];
    for (size_t i = 0; i < BUILTINS; i++) {
        names[i] = builtins[i].name;
        if (!strcmp(name, builtins[i].name)) {
            *lattice = from_table(&builtins[i]);
            return *lattice ? ONS_OK : ONS_MEMORY;
        }
    }
    names[BUILTINS] = "hypercubic";
    if (!strcmp(name, "hypercubic")) {
        if (dimension < 1 || dimension > ONS_DIMENSIONS) {
            return ons_fail(ONS_INVALID, "a hypercubic lattice has dimension 1 to %d, not %u", ONS_DIMENSIONS,
                            dimension);
        }
        *lattice = hypercubic(dimension);
        return *lattice ? ONS_OK : ONS_MEMORY;
    }
    const char *near = ons_nearest(name, names, BUILTINS + 1);
    return ons_fail(ONS_INVALID, "unknown lattice '%s'%s%s%s", name, near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

bool spins_invert(unsigned count, const double *matrix, double *inverse) {
    double work[ONS_DIMENSIONS][2 * ONS_DIMENSIONS] = {{0}};
    double largest = 0;
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < count; j++) {
            work[i][j] = matrix[i * count + j];
            largest = fmax(largest, fabs(work[i][j]));
        }
        work[i][count + i] = 1;
    }
    for (unsigned column = 0; column < count; column++) {
        unsigned pivot = column;
        for (unsigned i = column + 1; i < count; i++) {
            if (fabs(work[i][column]) > fabs(work[pivot][column])) { pivot = i; }
        }
        if (!(fabs(work[pivot][column]) > 1e-10 * largest)) { return false; }
        for (unsigned j = 0; j < 2 * count; j++) {
            const double swap = work[pivot][j];
            work[pivot][j] = work[column][j];
            work[column][j] = swap;
        }
        for (unsigned i = 0; i < count; i++) {
            const double factor = i == column ? 1 - 1 / work[column][column] : work[i][column] / work[column][column];
            for (unsigned j = 0; j < 2 * count; j++) { work[i][j] -= factor * work[column][j]; }
        }
    }
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < count; j++) { inverse[i * count + j] = work[i][count + j]; }
    }
    return true;
}

double ons_lattice_wavenumber(const ons_lattice *lattice, const int64_t *lengths, bool *used) {
    const unsigned d = lattice->dimension;
    double inverse[ONS_DIMENSIONS * ONS_DIMENSIONS], length[ONS_DIMENSIONS], smallest = INFINITY;
    if (!spins_invert(d, lattice->basis, inverse)) { return 0; }
    for (unsigned i = 0; i < d; i++) {
        double square = 0; /* the reciprocal vectors are the columns of the inverse */
        for (unsigned j = 0; j < d; j++) { square += inverse[j * d + i] * inverse[j * d + i]; }
        length[i] = 6.28318530717958647693 * sqrt(square) / (double)lengths[i];
        if (lengths[i] > 1) { smallest = fmin(smallest, length[i]); }
    }
    for (unsigned i = 0; i < d; i++) { used[i] = lengths[i] > 1 && length[i] <= smallest * (1 + 1e-9); }
    return isfinite(smallest) ? smallest : 0;
}

double ons_lattice_momentum_squared(double wavenumber) {
    double cosine, sine;
    spins_circle(wavenumber / (2 * 6.28318530717958647693), &cosine, &sine);
    return 4 * sine * sine;
}

/* Cosine and sine of x in [0, pi/4] by their Taylor series: plain products and sums, the same bits on every CPU. */
static void small_circle(double x, double *cosine, double *sine) {
    double term = 1, sums[2] = {0, 0};
    for (int n = 0; n < 24; n++) {
        sums[n % 2] += n % 4 < 2 ? term : -term;
        term *= x / (n + 1);
    }
    *cosine = sums[0];
    *sine = sums[1];
}

void spins_circle(double turns, double *cosine, double *sine) {
    turns -= floor(turns);
    const double eighths = floor(turns * 8);
    const int octant = (int)eighths & 7;
    const double rest = turns - eighths / 8;
    double c, s;
    small_circle(6.28318530717958647693 * (octant % 2 ? 0.125 - rest : rest), &c, &s);
    const bool swap = octant == 1 || octant == 2 || octant == 5 || octant == 6;
    const double a = swap ? s : c, b = swap ? c : s;
    *cosine = octant >= 2 && octant <= 5 ? -a : a;
    *sine = octant >= 4 ? -b : b;
}
