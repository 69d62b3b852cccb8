/*
 * Third moments of the bonds of the Potts model on a torus, by its row transfer matrix with operators inserted.
 *
 * The torus has lengths[0] rows of lengths[1] sites; a state of a row is a number with the colours as digits in base q.
 * For every state of row 0, up to a permutation of the colours, a vector goes once around the torus: in row y it is
 * multiplied by the weights of the horizontal bonds, and between rows by one factor a column, w + (1 - w) delta with
 * w = exp(-J). A bond delta(s, s') on a vertical bond leaves the vector as it is instead. The rest of the way around is
 * a second family of vectors, so that each further bond is one scalar product: (a, b, c) for all b and c costs one walk
 * around for each b. All weights are divided by exp(J) a bond.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bonds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct spins_rows {
    unsigned q;
    spins_torus torus;
    size_t rows, columns, states, bonds;
    double mismatch; /* exp(-J) */
    size_t starts;   /* states of row 0 up to the colours */
    size_t *start;   /* [starts] */
    double *orbit;   /* [starts]: how many states each stands for */
    size_t *stride;  /* [columns]: q^(columns - 1 - x) */
    uint8_t *equal;  /* [columns][states]: delta(s_x, s_x+1) */
    double *weight;  /* [states]: of the bonds within a row */
    double *rest;    /* [rows + 1][states]: the rest of the way, row y with its own bonds included */
    double *after;   /* [rows][columns][states]: the rest of the way after column x of the layer above row y */
    double *vector, *follower, *product; /* [states] */
    double *here;                        /* [bonds] */
    double *pair, *triple;               /* the cumulants: [2][2][sites], [2][2][2][sites][sites] */
    spins_transform *forward;
    spins_complex *wave; /* [sites] */
};

/* sums: Z, then first[2][bonds] = <a b>, then second[2][bonds][bonds] = <a b c>; a is the bond 0 or 1 of site 0. */
size_t spins_rows_sums(const spins_rows *rows) { return 1 + 2 * rows->bonds + 2 * rows->bonds * rows->bonds; }
size_t spins_rows_starts(const spins_rows *rows) { return rows->starts; }

double spins_rows_bytes(unsigned q, const int64_t lengths[2]) {
    const double states = pow(q, (double)lengths[1]), sites = (double)lengths[0] * (double)lengths[1];
    return states * ((double)lengths[1] + 8.0 * (5 + sites + (double)lengths[0])) + sites * sites * 8 * (8 + 8) +
           sites * 64;
}

/* Bond along `way` from a site: columns are way 1. */
static size_t bond_of(const spins_rows *rows, size_t row, size_t column, unsigned way) {
    return (row * rows->columns + column) * 2 + way;
}

/* States whose colours appear in ascending order: one of each class. */
static void list_starts(spins_rows *rows) {
    for (size_t state = 0; state < rows->states; state++) {
        unsigned used = 0;
        bool ascending = true;
        for (size_t x = 0; x < rows->columns && ascending; x++) {
            const unsigned colour = (unsigned)(state / rows->stride[x] % rows->q);
            ascending = colour <= used;
            used += colour == used;
        }
        if (!ascending) { continue; }
        double orbit = 1;
        for (unsigned i = 0; i < used; i++) { orbit *= rows->q - i; }
        rows->start[rows->starts] = state;
        rows->orbit[rows->starts++] = orbit;
    }
}

static void fill_tables(spins_rows *rows) {
    size_t stride = 1;
    for (size_t x = rows->columns; x-- > 0;) {
        rows->stride[x] = stride;
        stride *= rows->q;
    }
    for (size_t state = 0; state < rows->states; state++) {
        rows->weight[state] = 1;
        for (size_t x = 0; x < rows->columns; x++) {
            const size_t next = (x + 1) % rows->columns;
            const bool equal = state / rows->stride[x] % rows->q == state / rows->stride[next] % rows->q;
            rows->equal[x * rows->states + state] = equal;
            if (!equal) { rows->weight[state] *= rows->mismatch; }
        }
    }
    list_starts(rows);
}

ons_status spins_rows_create(spins_rows **result, unsigned q, const int64_t lengths[2], double coupling) {
    *result = NULL;
    spins_rows *rows = ONS_NEW(spins_rows, 1);
    if (!rows) { return ONS_MEMORY; }
    rows->q = q;
    rows->torus = (spins_torus){
        .dimension = 2, .lengths = {lengths[0], lengths[1]}, .sites = (size_t)lengths[0] * (size_t)lengths[1]};
    rows->rows = (size_t)lengths[0];
    rows->columns = (size_t)lengths[1];
    rows->bonds = 2 * rows->torus.sites;
    rows->mismatch = exp(-coupling);
    rows->states = 1;
    for (size_t x = 0; x < rows->columns; x++) { rows->states *= q; }
    const size_t n = rows->torus.sites, s = rows->states;
    rows->start = ONS_NEW(size_t, s);
    rows->orbit = ONS_NEW(double, s);
    rows->stride = ONS_NEW(size_t, rows->columns);
    rows->equal = ONS_NEW(uint8_t, rows->columns * s);
    rows->weight = ONS_NEW(double, s);
    rows->rest = ONS_NEW(double, (rows->rows + 1) * s);
    rows->after = ONS_NEW(double, n *s);
    rows->vector = ONS_NEW(double, s);
    rows->follower = ONS_NEW(double, s);
    rows->product = ONS_NEW(double, s);
    rows->here = ONS_NEW(double, rows->bonds);
    rows->pair = ONS_NEW(double, 4 * n);
    rows->triple = ONS_NEW(double, 8 * n * n);
    rows->wave = spins_complex_array(n);
    ons_status status = spins_transform_create(&rows->forward, 2, rows->torus.lengths, true);
    if (!rows->start || !rows->orbit || !rows->stride || !rows->equal || !rows->weight || !rows->rest || !rows->after ||
        !rows->vector || !rows->follower || !rows->product || !rows->here || !rows->pair || !rows->triple ||
        !rows->wave) {
        status = ONS_MEMORY;
    }
    if (status) {
        spins_rows_free(rows);
        return status;
    }
    fill_tables(rows);
    *result = rows;
    return ONS_OK;
}

void spins_rows_free(spins_rows *rows) {
    if (!rows) { return; }
    free(rows->start);
    free(rows->orbit);
    free(rows->stride);
    free(rows->equal);
    free(rows->weight);
    free(rows->rest);
    free(rows->after);
    free(rows->vector);
    free(rows->follower);
    free(rows->product);
    free(rows->here);
    free(rows->pair);
    free(rows->triple);
    spins_complex_free(rows->wave);
    spins_transform_free(rows->forward);
    free(rows);
}

/* ---- one state of row 0 ---- */

/* The factor of column x of a layer, in place. */
static void cross(const spins_rows *rows, size_t x, double *vector) {
    const size_t stride = rows->stride[x], q = rows->q, block = stride * q;
    const double w = rows->mismatch;
    for (size_t base = 0; base < rows->states; base += block) {
        for (size_t i = base; i < base + stride; i++) {
            double sum = 0;
            for (size_t colour = 0; colour < q; colour++) { sum += vector[i + colour * stride]; }
            for (size_t colour = 0; colour < q; colour++) {
                vector[i + colour * stride] = (1 - w) * vector[i + colour * stride] + w * sum;
            }
        }
    }
}

static double scalar_product(size_t count, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += a[i] * b[i]; }
    return sum;
}

/* The rest of the way around to the state `end` of row 0. */
static void fill_rest(spins_rows *rows, size_t end) {
    const size_t s = rows->states;
    double *last = rows->rest + rows->rows * s;
    memset(last, 0, s * sizeof *last);
    last[end] = 1;
    for (size_t y = rows->rows; y-- > 0;) {
        double *here = rows->rest + y * s;
        memcpy(here, here + s, s * sizeof *here);
        for (size_t x = rows->columns; x-- > 0;) {
            memcpy(rows->after + (y * rows->columns + x) * s, here, s * sizeof *here);
            cross(rows, x, here);
        }
        for (size_t i = 0; i < s; i++) { here[i] *= rows->weight[i]; }
    }
}

static void meet_row(spins_rows *rows, size_t y, const double *vector, double *out) {
    const size_t s = rows->states;
    const double *rest = rows->rest + y * s;
    for (size_t i = 0; i < s; i++) { rows->product[i] = vector[i] * rest[i]; }
    for (size_t x = 0; x < rows->columns; x++) {
        const uint8_t *equal = rows->equal + x * s;
        double sum = 0;
        for (size_t i = 0; i < s; i++) { sum += equal[i] ? rows->product[i] : 0; }
        out[bond_of(rows, y, x, 1)] += sum;
    }
}

/* From the layer above row y, its columns before x crossed already: all bonds that are still to come. Uses the vector
 * up. */
static void follow(spins_rows *rows, size_t y, size_t x, double *vector, double *out) {
    const size_t s = rows->states;
    for (;;) {
        for (; x < rows->columns; x++) {
            const double *after = rows->after + (y * rows->columns + x) * s;
            out[bond_of(rows, y, x, 0)] += scalar_product(s, vector, after);
            cross(rows, x, vector);
        }
        x = 0;
        if (++y == rows->rows) { return; }
        meet_row(rows, y, vector, out);
        for (size_t i = 0; i < s; i++) { vector[i] *= rows->weight[i]; }
    }
}

/* <a b c> for the bonds b after row 0's own and c after b. `vector` begins in the layer above row 0 at column x, with a
 * inserted. */
static void insert_all(spins_rows *rows, size_t x, double *vector, double *second) {
    const size_t s = rows->states, bonds = rows->bonds;
    for (size_t y = 0; y < rows->rows; y++, x = 0) {
        for (size_t column = 0; y > 0 && column < rows->columns; column++) {
            const uint8_t *equal = rows->equal + column * s;
            double *out = second + bond_of(rows, y, column, 1) * bonds;
            for (size_t i = 0; i < s; i++) { rows->follower[i] = equal[i] ? vector[i] : 0; }
            meet_row(rows, y, rows->follower, out); /* all bonds of the row: both orders of a pair */
            for (size_t i = 0; i < s; i++) { rows->follower[i] *= rows->weight[i]; }
            follow(rows, y, 0, rows->follower, out);
        }
        for (size_t i = 0; y > 0 && i < s; i++) { vector[i] *= rows->weight[i]; }
        for (; x < rows->columns; x++) {
            double *out = second + bond_of(rows, y, x, 0) * bonds;
            const double *after = rows->after + (y * rows->columns + x) * s;
            out[bond_of(rows, y, x, 0)] += scalar_product(s, vector, after);
            memcpy(rows->follower, vector, s * sizeof *vector);
            follow(rows, y, x + 1, rows->follower, out);
            cross(rows, x, vector);
        }
    }
}

/* Bonds within row 0 are numbers 0 or 1: <a b c> with one or two of them from <a c>. */
static void add_first_row(const spins_rows *rows, size_t start, double total, const double *first, double *second) {
    const size_t s = rows->states, bonds = rows->bonds;
    for (size_t x = 0; x < rows->columns; x++) {
        if (!rows->equal[x * s + start]) { continue; }
        const size_t b = bond_of(rows, 0, x, 1);
        for (size_t c = 0; c < bonds; c++) {
            const bool within = c % 2 == 1 && c < 2 * rows->columns;
            if (within && !rows->equal[c / 2 * s + start]) { continue; }
            second[b * bonds + c] += within ? total : first[c];
        }
    }
}

void spins_rows_follow(spins_rows *rows, size_t index, double *sums) {
    const size_t s = rows->states, bonds = rows->bonds, start = rows->start[index];
    const double orbit = rows->orbit[index];
    fill_rest(rows, start);
    sums[0] += orbit * rows->rest[start];
    for (size_t a = 0; a < 2; a++) { /* 0: the vertical bond of site 0, 1: the horizontal one */
        double *first = sums + 1 + a * bonds, *second = sums + 1 + 2 * bonds + a * bonds * bonds;
        if (a == 1 && !rows->equal[start]) { continue; }
        double *here = rows->here;
        memset(here, 0, bonds * sizeof *here);
        memset(rows->vector, 0, s * sizeof *rows->vector);
        rows->vector[start] = orbit * rows->weight[start];
        double total = orbit * rows->rest[start];
        if (a == 0) { /* inserted: the vector passes column 0 unchanged */
            total = scalar_product(s, rows->vector, rows->after);
            here[0] += total;
        }
        memcpy(rows->follower, rows->vector, s * sizeof *rows->follower);
        follow(rows, 0, a == 0, rows->follower, here);
        for (size_t x = 0; x < rows->columns; x++) {
            if (rows->equal[x * s + start]) { here[bond_of(rows, 0, x, 1)] += total; }
        }
        for (size_t b = 0; b < bonds; b++) { first[b] += here[b]; }
        add_first_row(rows, start, total, here, second);
        for (size_t c = 0; a == 0 && c < bonds; c++) { second[c] += here[c]; } /* a a = a */
        insert_all(rows, a == 0, rows->vector, second);
    }
}

/* ---- cumulants ---- */

/* Bonds in the order in which a walk around meets them. */
static size_t order_of(const spins_rows *rows, size_t bond) {
    const size_t row = bond / 2 / rows->columns;
    return bond + (bond % 2 ? 0 : 2 * rows->columns) + row * 2 * rows->columns;
}

static double triple_moment(const spins_rows *rows, const double *sums, size_t a, size_t b, size_t c) {
    const size_t bonds = rows->bonds;
    const double *second = sums + 1 + 2 * bonds + a * bonds * bonds;
    return second[order_of(rows, b) <= order_of(rows, c) ? b * bonds + c : c * bonds + b] / sums[0];
}

static void fill_triples(spins_rows *rows, const double *sums, const double *mean, double scale) {
    const size_t n = rows->torus.sites, bonds = rows->bonds;
    for (size_t cell = 0; cell < 8; cell++) {
        const size_t o1 = cell >> 2, o2 = cell >> 1 & 1, o3 = cell & 1;
        const double *first = sums + 1 + o1 * bonds;
        for (size_t r2 = 0; r2 < n; r2++) {
            for (size_t r3 = 0; r3 < n; r3++) {
                const size_t apart = spins_torus_sum(&rows->torus, r3, spins_torus_minus(&rows->torus, r2));
                const double ab = first[2 * r2 + o2] / sums[0], ac = first[2 * r3 + o3] / sums[0];
                const double bc = sums[1 + o2 * bonds + 2 * apart + o3] / sums[0];
                const double abc = triple_moment(rows, sums, o1, 2 * r2 + o2, 2 * r3 + o3);
                rows->triple[(cell * n + r2) * n + r3] =
                    scale * (abc - mean[o1] * bc - mean[o2] * ac - mean[o3] * ab + 2 * mean[o1] * mean[o2] * mean[o3]);
            }
        }
    }
}

static void slab(const void *data, size_t k3, spins_complex *slab) {
    const spins_rows *rows = data;
    const size_t n = rows->torus.sites;
    spins_torus_wave(&rows->torus, k3, -1, rows->wave);
    for (size_t cell = 0; cell < 8; cell++) {
        spins_complex *field = slab + cell * n;
        for (size_t r2 = 0; r2 < n; r2++) {
            const double *triple = rows->triple + (cell * n + r2) * n;
            field[r2] = (spins_complex){0, 0};
            for (size_t r3 = 0; r3 < n; r3++) {
                field[r2] = spins_plus(field[r2], spins_scaled(triple[r3], rows->wave[r3]));
            }
        }
        spins_transform_run(rows->forward, field);
    }
}

ons_status spins_rows_cumulants(spins_rows *rows, const double *sums, bool ising, spins_cumulants *cumulants) {
    const size_t n = rows->torus.sites, bonds = rows->bonds;
    double mean[2];
    for (size_t o = 0; o < 2; o++) { mean[o] = sums[1 + o * bonds + o] / sums[0]; }
    for (size_t o = 0; o < 2; o++) {
        for (size_t other = 0; other < 2; other++) {
            for (size_t u = 0; u < n; u++) { /* (0, other) and (u, o) */
                const double moment = sums[1 + other * bonds + 2 * u + o] / sums[0];
                rows->pair[(o * 2 + other) * n + u] = (ising ? 4 : 1) * (moment - mean[o] * mean[other]);
            }
        }
    }
    fill_triples(rows, sums, mean, ising ? 8 : 1);
    *cumulants = (spins_cumulants){.torus = rows->torus, .pair = rows->pair, .data = rows, .slab = slab};
    for (size_t o = 0; o < 2; o++) { cumulants->mean[o] = ising ? 2 * mean[o] - 1 : mean[o]; }
    return ONS_OK;
}
