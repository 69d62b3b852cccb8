/*
 * Transfer matrices of the Ising model (Kramers and Wannier, Phys. Rev. 60, 252 (1941)), matrix-free.
 *
 * A vector over the configurations of a row has seven planes: the value, its first two derivatives along beta, its
 * first four along h = field/T. A factor exp(beta e) with energy -e turns (v, v', v'') into w (v, v' + e v,
 * v'' + 2 e v' + e^2 v); all e are relative to the largest, so that factors are at most 1. T = (bonds within the new
 * row and its fields) (bonds between the rows, spin by spin).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/transfer.h>

#include "spins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PLANES = ONS_TRANSFER_SUMS };
enum { MOST_ITERATIONS = 200000 };
#define CONVERGED 2e-14

struct ons_transfer {
    ons_transfer_options options;
    ons_transfer_cursor cursor;
    size_t rows;         /* 2^width */
    double *plane;       /* [PLANES][rows] */
    double *kept, *sum;  /* the same: triangular lattices, periodic across */
    double *diagonal;    /* [rows] weight of a row, at most 1 */
    double *excess;      /* [rows] its e, at most 0 */
    double row_energy;   /* the largest e of one row with its bonds to the one before */
    double inner_energy; /* of one row alone */
    uint64_t *first;     /* classes of first rows: representative */
    double *multiplicity;
};

static int spin(uint64_t row, unsigned site) { return row >> site & 1 ? 1 : -1; }

/* ---- factors ------------------------------------------------------------------------------------------------ */

static double row_exponent(const ons_transfer_options *o, uint64_t row) {
    double sum = 0;
    for (unsigned i = 0; i < o->width; i++) {
        const unsigned next = (i + 1) % o->width;
        if (next > i || !o->across_open) { sum += o->coupling * spin(row, i) * spin(row, next); }
        sum += o->field * spin(row, i);
    }
    return sum;
}

static void tabulate_rows(ons_transfer *t) {
    double largest = -INFINITY;
    for (size_t row = 0; row < t->rows; row++) {
        t->excess[row] = row_exponent(&t->options, row);
        largest = fmax(largest, t->excess[row]);
    }
    for (size_t row = 0; row < t->rows; row++) {
        t->excess[row] -= largest;
        t->diagonal[row] = ons_exp(t->excess[row] / t->options.temperature);
    }
    const double joints = t->options.width * (t->options.triangular ? 2.0 : 1.0) -
                          (t->options.triangular && t->options.across_open ? 1 : 0);
    t->inner_energy = largest;
    t->row_energy = largest + fabs(t->options.coupling) * joints;
}

/* The two values of a new spin from those of the old one: weight[new][old], e[new][old]. */
typedef struct joint {
    double weight[2][2], excess[2][2];
} joint;

/* t: the sum of other old spins that the new one is joined to. */
static joint make_joint(const ons_transfer_options *o, int others, int other_count) {
    joint j;
    for (int new = 0; new < 2; new ++) {
        for (int old = 0; old < 2; old++) {
            const double e = o->coupling * (2 * new - 1) * (2 * old - 1 + others);
            j.excess[new][old] = e - fabs(o->coupling) * (1 + other_count);
            j.weight[new][old] = ons_exp(j.excess[new][old] / o->temperature);
        }
    }
    return j;
}

/* Replaces a bit in rows base .. base + count - 1 (bit clear) and their partners `stride` further. */
static void join_rows(double *plane, size_t rows, size_t base, size_t count, size_t stride, const joint *j) {
    double *restrict value = plane + base, *restrict first = value + rows, *restrict second = first + rows;
    const double w00 = j->weight[0][0], w01 = j->weight[0][1], w10 = j->weight[1][0], w11 = j->weight[1][1];
    const double e00 = j->excess[0][0], e01 = j->excess[0][1], e10 = j->excess[1][0], e11 = j->excess[1][1];
    for (size_t k = 0; k < count; k++) {
        const double a = value[k], b = value[k + stride], a1 = first[k], b1 = first[k + stride];
        const double a2 = second[k], b2 = second[k + stride];
        value[k] = w00 * a + w01 * b;
        value[k + stride] = w10 * a + w11 * b;
        first[k] = w00 * (a1 + e00 * a) + w01 * (b1 + e01 * b);
        first[k + stride] = w10 * (a1 + e10 * a) + w11 * (b1 + e11 * b);
        second[k] = w00 * (a2 + e00 * (2 * a1 + e00 * a)) + w01 * (b2 + e01 * (2 * b1 + e01 * b));
        second[k + stride] = w10 * (a2 + e10 * (2 * a1 + e10 * a)) + w11 * (b2 + e11 * (2 * b1 + e11 * b));
    }
    for (int p = 3; p < PLANES; p++) {
        double *restrict field = plane + (size_t)p * rows + base;
        for (size_t k = 0; k < count; k++) {
            const double a = field[k], b = field[k + stride];
            field[k] = w00 * a + w01 * b;
            field[k + stride] = w10 * a + w11 * b;
        }
    }
}

/* Spin i of the new row, joined to the old one at its place only. */
static void join_straight(ons_transfer *t, unsigned i) {
    const joint j = make_joint(&t->options, 0, 0);
    const size_t stride = (size_t)1 << i;
    for (size_t base = 0; base < t->rows; base += 2 * stride) {
        join_rows(t->plane, t->rows, base, stride, stride, &j);
    }
}

/* Joined to the old spin i - 1 too, which is still there. */
static void join_diagonal(ons_transfer *t, unsigned i) {
    const joint down = make_joint(&t->options, -1, 1), up = make_joint(&t->options, 1, 1);
    const size_t stride = (size_t)1 << i, half = stride / 2;
    for (size_t base = 0; base < t->rows; base += 2 * stride) {
        join_rows(t->plane, t->rows, base, half, stride, &down);
        join_rows(t->plane, t->rows, base + half, half, stride, &up);
    }
}

/* Triangular and periodic: spin 0 needs the old last spin, so that the two values of that one are taken apart. */
static void join_ring(ons_transfer *t) {
    const size_t size = PLANES * t->rows * sizeof(double);
    const unsigned last = t->options.width - 1;
    memcpy(t->kept, t->plane, size);
    memset(t->sum, 0, size);
    for (int value = -1; value <= 1; value += 2) {
        for (size_t k = 0; k < PLANES * t->rows; k++) {
            t->plane[k] = spin(k & (t->rows - 1), last) == value ? t->kept[k] : 0;
        }
        for (unsigned i = last; i > 0; i--) { join_diagonal(t, i); }
        const joint j = make_joint(&t->options, value, 1);
        for (size_t base = 0; base < t->rows; base += 2) { join_rows(t->plane, t->rows, base, 1, 1, &j); }
        for (size_t k = 0; k < PLANES * t->rows; k++) { t->sum[k] += t->plane[k]; }
    }
    memcpy(t->plane, t->sum, size);
}

/* Bonds within the row and fields; derivatives along h bring the row's sum of spins m. */
static void weigh_row(ons_transfer *t) {
    const size_t rows = t->rows;
    double *p = t->plane;
    for (size_t row = 0; row < rows; row++) {
        const double w = t->diagonal[row], e = t->excess[row];
        const double m = 2 * (double)__builtin_popcountll(row) - t->options.width;
        const double v0 = w * p[row], v1 = w * p[rows + row], v2 = w * p[2 * rows + row];
        const double h1 = w * p[3 * rows + row], h2 = w * p[4 * rows + row], h3 = w * p[5 * rows + row];
        p[row] = v0;
        p[rows + row] = v1 + e * v0;
        p[2 * rows + row] = v2 + e * (2 * v1 + e * v0);
        p[6 * rows + row] = w * p[6 * rows + row] + m * (4 * h3 + m * (6 * h2 + m * (4 * h1 + m * v0)));
        p[5 * rows + row] = h3 + m * (3 * h2 + m * (3 * h1 + m * v0));
        p[4 * rows + row] = h2 + m * (2 * h1 + m * v0);
        p[3 * rows + row] = h1 + m * v0;
    }
}

static void add_row(ons_transfer *t) {
    const unsigned width = t->options.width;
    if (!t->options.triangular) {
        for (unsigned i = 0; i < width; i++) { join_straight(t, i); }
    } else if (!t->options.across_open) {
        join_ring(t);
    } else {
        for (unsigned i = width - 1; i > 0; i--) { join_diagonal(t, i); }
        join_straight(t, 0);
    }
    weigh_row(t);
}

/* ---- sums --------------------------------------------------------------------------------------------------- */

static double scale_down(ons_transfer *t) {
    double largest = 0;
    for (size_t row = 0; row < t->rows; row++) { largest = fmax(largest, fabs(t->plane[row])); }
    for (size_t k = 0; k < PLANES * t->rows; k++) { t->plane[k] /= largest; }
    return ons_log(largest);
}

static void sum_rows(const ons_transfer *t, double *sum) {
    for (int p = 0; p < PLANES; p++) {
        sum[p] = 0;
        for (size_t row = 0; row < t->rows; row++) { sum[p] += t->plane[(size_t)p * t->rows + row]; }
    }
}

/* cursor += multiplicity exp(logarithm) sum. */
static void collect(ons_transfer_cursor *cursor, double logarithm, double multiplicity, const double *sum) {
    if (cursor->next == 0) { cursor->logarithm = logarithm; }
    const double factor = multiplicity * ons_exp(logarithm - cursor->logarithm);
    for (int p = 0; p < PLANES; p++) { cursor->sum[p] += factor * sum[p]; }
}

static void sum_open(ons_transfer *t) {
    double logarithm = 0, sum[PLANES];
    for (size_t row = 0; row < t->rows; row++) { t->plane[row] = 1; }
    memset(t->plane + t->rows, 0, (PLANES - 1) * t->rows * sizeof(double));
    weigh_row(t);
    for (int64_t k = 1; k < t->options.length; k++) {
        add_row(t);
        logarithm += scale_down(t);
    }
    sum_rows(t, sum);
    collect(&t->cursor, logarithm, 1, sum);
}

static void trace_one(ons_transfer *t) {
    const uint64_t first = t->first[t->cursor.next];
    double logarithm = 0, sum[PLANES];
    memset(t->plane, 0, PLANES * t->rows * sizeof(double));
    t->plane[first] = 1;
    for (int64_t k = 0; k < t->options.length; k++) {
        add_row(t);
        logarithm += scale_down(t);
    }
    for (int p = 0; p < PLANES; p++) { sum[p] = t->plane[(size_t)p * t->rows + first]; }
    collect(&t->cursor, logarithm, t->multiplicity[t->cursor.next], sum);
}

/* ---- infinite strips ---------------------------------------------------------------------------------------- */

/* a/b of values with derivatives along beta and h. */
static void divide_planes(ons_transfer *t, const double *norm) {
    const size_t rows = t->rows;
    double *p = t->plane;
    for (size_t row = 0; row < rows; row++) {
        const double v = p[row] / norm[0];
        const double v1 = (p[rows + row] - v * norm[1]) / norm[0];
        const double v2 = (p[2 * rows + row] - 2 * v1 * norm[1] - v * norm[2]) / norm[0];
        const double h1 = (p[3 * rows + row] - v * norm[3]) / norm[0];
        p[row] = v;
        p[rows + row] = v1;
        p[2 * rows + row] = v2;
        p[3 * rows + row] = h1;
    }
    memset(p + 4 * rows, 0, (PLANES - 4) * rows * sizeof *p); /* moments of infinite strips */
}

/* Power iteration with derivatives: the norm becomes the eigenvalue, with its derivatives. */
static ons_status iterate(ons_transfer *t) {
    double last[4] = {0, 0, 0, 0};
    unsigned agreed = 0;
    for (size_t row = 0; row < t->rows; row++) { t->plane[row] = 1.0 / (double)t->rows; }
    memset(t->plane + t->rows, 0, (PLANES - 1) * t->rows * sizeof(double));
    for (int k = 0; k < MOST_ITERATIONS && agreed < 5; k++) {
        double norm[PLANES];
        add_row(t);
        sum_rows(t, norm);
        divide_planes(t, norm);
        bool same = true;
        for (int p = 0; p < 4; p++) {
            const double scale = fabs(norm[p]) + norm[0] * (p == 2 ? 100 : 1);
            same = same && fabs(norm[p] - last[p]) <= (p == 0 ? 1 : 100) * CONVERGED * scale;
            last[p] = norm[p];
        }
        agreed = same ? agreed + 1 : 0;
    }
    memset(t->cursor.sum, 0, sizeof t->cursor.sum);
    memcpy(t->cursor.sum, last, sizeof last);
    if (agreed >= 5) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "the largest eigenvalue of the transfer matrix did not converge in %d iterations",
                    MOST_ITERATIONS);
}

/* The largest eigenvalue among vectors that are odd under the turn of all spins. */
static ons_status iterate_odd(ons_transfer *t) {
    double last = 0;
    unsigned agreed = 0;
    memset(t->plane, 0, PLANES * t->rows * sizeof(double));
    for (size_t row = 0; row < t->rows; row++) {
        t->plane[row] = 2 * (double)__builtin_popcountll(row) - t->options.width;
    }
    for (int k = 0; k < MOST_ITERATIONS && agreed < 5; k++) {
        double norm = 0;
        add_row(t);
        for (size_t row = t->rows / 2; row < t->rows; row++) { /* the other half is the mirror image */
            const size_t mirror = t->rows - 1 - row;
            t->plane[row] = 0.5 * (t->plane[row] - t->plane[mirror]);
            t->plane[mirror] = -t->plane[row];
            norm += fabs(t->plane[row]);
        }
        for (size_t row = 0; row < t->rows; row++) { t->plane[row] /= norm; }
        memset(t->plane + t->rows, 0, (PLANES - 1) * t->rows * sizeof(double));
        agreed = k && fabs(norm - last) <= CONVERGED * norm ? agreed + 1 : 0;
        last = norm;
    }
    t->cursor.correlation_length = agreed < 5 ? NAN : 1 / ons_log(t->cursor.sum[0] / last);
    return ONS_OK;
}

static ons_status solve_strip(ons_transfer *t) {
    ons_status status = iterate(t);
    if (!status && t->options.field == 0) { status = iterate_odd(t); }
    return status;
}

/* ---- the public door ---------------------------------------------------------------------------------------- */

static bool is_ring(const ons_transfer_options *o) { return o->length > 0 && !o->along_open; }

static uint64_t turn(uint64_t row, unsigned width) {
    return (row >> 1 | (row & 1) << (width - 1)) & (((uint64_t)1 << width) - 1);
}

/* Classes of first rows under translation across (periodic) and the turn of all spins (no field). */
static ons_status list_classes(ons_transfer *t) {
    const unsigned width = t->options.width;
    const size_t limit = t->rows;
    t->first = ONS_NEW(uint64_t, limit);
    t->multiplicity = ONS_NEW(double, limit);
    if (!t->first || !t->multiplicity) { return ONS_MEMORY; }
    for (uint64_t row = 0; row < limit; row++) {
        uint64_t images[2 * ONS_TRANSFER_WIDTH], image = row;
        unsigned count = 0;
        for (unsigned i = 0; i < (t->options.across_open ? 1 : width); i++, image = turn(image, width)) {
            images[count++] = image;
            if (t->options.field == 0) { images[count++] = limit - 1 - image; }
        }
        unsigned distinct = 0;
        bool smallest = true;
        for (unsigned i = 0; i < count; i++) {
            bool seen = false;
            for (unsigned j = 0; j < i && !seen; j++) { seen = images[i] == images[j]; }
            distinct += !seen;
            smallest = smallest && images[i] >= row;
        }
        if (!smallest) { continue; }
        t->first[t->cursor.total] = row;
        t->multiplicity[t->cursor.total++] = distinct;
    }
    return ONS_OK;
}

static ons_status check_options(const ons_transfer_options *o) {
    const int most = is_ring(o) ? ONS_TRANSFER_TORUS : ONS_TRANSFER_WIDTH;
    if (o->width < 1 || o->width > (uint32_t)most) {
        return ons_fail(ONS_INVALID, "a transfer matrix %shas a width of 1 to %d sites here, not %u",
                        is_ring(o) ? "of a torus " : "", most, o->width);
    }
    if (o->length < 0 || o->length > 1048576) {
        return ons_fail(ONS_INVALID, "a transfer matrix takes up to 1048576 rows, not %lld", (long long)o->length);
    }
    if (!(o->temperature > 0) || !isfinite(o->temperature)) {
        return ons_fail(ONS_INVALID, "the temperature must be positive and finite, not %g", o->temperature);
    }
    return ONS_OK;
}

double ons_transfer_bytes(const ons_transfer_options *o) {
    const double rows = exp2(o->width);
    return rows * 8 * (PLANES * (o->triangular && !o->across_open ? 3 : 1) + 4);
}

ons_status ons_transfer_create(ons_transfer **result, const ons_transfer_options *options) {
    *result = NULL;
    ons_status status = check_options(options);
    if (status) { return status; }
    ons_transfer *t = ONS_NEW(ons_transfer, 1);
    if (!t) { return ONS_MEMORY; }
    t->options = *options;
    t->rows = (size_t)1 << options->width;
    const bool ring = options->triangular && !options->across_open;
    t->plane = ONS_NEW(double, PLANES * t->rows);
    t->kept = ONS_NEW(double, ring ? PLANES * t->rows : 0);
    t->sum = ONS_NEW(double, ring ? PLANES * t->rows : 0);
    t->diagonal = ONS_NEW(double, t->rows);
    t->excess = ONS_NEW(double, t->rows);
    t->cursor.correlation_length = NAN;
    if (!t->plane || !t->kept || !t->sum || !t->diagonal || !t->excess) {
        status = ONS_MEMORY;
    } else {
        tabulate_rows(t);
        if (is_ring(options)) {
            status = list_classes(t);
        } else {
            t->cursor.total = 1;
        }
    }
    if (status) {
        ons_transfer_free(t);
        return status;
    }
    *result = t;
    return ONS_OK;
}

void ons_transfer_free(ons_transfer *t) {
    if (!t) { return; }
    free(t->plane);
    free(t->kept);
    free(t->sum);
    free(t->diagonal);
    free(t->excess);
    free(t->first);
    free(t->multiplicity);
    free(t);
}

ons_transfer_cursor *ons_transfer_at(ons_transfer *t) { return &t->cursor; }

ons_status ons_transfer_step(ons_transfer *t) {
    if (t->cursor.next >= t->cursor.total) { return ONS_DONE; }
    if (t->options.length == 0) {
        const ons_status status = solve_strip(t);
        if (status) { return status; }
    } else if (t->options.along_open) {
        sum_open(t);
    } else {
        trace_one(t);
    }
    return ++t->cursor.next < t->cursor.total ? ONS_OK : ONS_DONE;
}

void ons_transfer_means(const ons_transfer *t, struct ons_ising_exact *exact) {
    const ons_transfer_options *o = &t->options;
    const ons_transfer_cursor *c = &t->cursor;
    const double beta = 1 / o->temperature, rows = o->length ? (double)o->length : 1, n = rows * o->width;
    const double first_row =
        is_ring(o) || !o->length ? 0 : t->inner_energy - t->row_energy; /* has no bonds before it */
    const double ground = rows * t->row_energy + first_row;
    const double z = c->sum[0], e1 = c->sum[1] / z, e2 = c->sum[2] / z;
    exact->free_energy = -(ground + o->temperature * (c->logarithm + ons_log(z))) / n;
    exact->energy = -(ground + e1) / n;
    exact->specific_heat = fmax(e2 - e1 * e1, 0) * beta * beta / n;
    exact->magnetization = o->field == 0 ? 0 : c->sum[3] / z / n;
    exact->magnetization_abs = NAN;
    exact->magnetization_squared = o->length ? c->sum[4] / z / (n * n) : (double)NAN;
    exact->magnetization_fourth = o->length ? c->sum[6] / z / (n * n * n * n) : (double)NAN;
}
