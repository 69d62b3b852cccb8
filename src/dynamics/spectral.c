/*
 * Periodic fields by Fourier series: transforms and wave numbers, and steps of ETDRK4.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double turn = 6.283185307179586476925286766559;

/* ---- creation -------------------------------------------------------------------------------------------------------
 */

static ons_status check(const ons_spectral_equation *equation, const ons_spectral_options *options) {
    if (equation->rank != 1 && equation->rank != 2) {
        return ons_fail(ONS_INVALID, "a spectral field has 1 or 2 directions, not %u", equation->rank);
    }
    for (unsigned d = 0; d < equation->rank; d++) {
        const size_t points = options->points[d];
        if (points < 4 || points > 1u << 24 || points % 2) {
            return ons_fail(ONS_INVALID, "a spectral field needs an even number of points from 4 to 2^24, not %zu",
                            points);
        }
        if (!(options->lengths[d] > 0) || !isfinite(options->lengths[d])) {
            return ons_fail(ONS_INVALID, "the period of a spectral field is %g; it must be positive",
                            options->lengths[d]);
        }
    }
    if (!(options->step > 0) || !isfinite(options->step)) {
        return ons_fail(ONS_INVALID, "the step of a spectral field is %g; it must be positive", options->step);
    }
    if (!(options->kept >= 0 && options->kept <= 1)) {
        return ons_fail(ONS_INVALID, "the share of waves that a spectral field keeps is %g; it lies from 0 to 1",
                        options->kept);
    }
    return ONS_OK;
}

/* The wave number in cycles of row k of n. */
static double cycles(size_t k, size_t n) { return 2 * k <= n ? (double)k : (double)k - (double)n; }

/* Wave numbers of all modes, and which are kept. */
static void fill_waves(ons_spectral *f, double kept) {
    const size_t last = f->rank - 1;
    for (size_t m = 0; m < f->modes; m++) {
        const size_t at[2] = {m / f->row, m % f->row};
        f->squares[m] = 0;
        f->kept[m] = 1;
        for (unsigned d = 0; d < f->rank; d++) {
            const size_t k = f->rank == 1 ? m : at[d], n = f->count[d];
            const double whole = d == last ? (double)k : cycles(k, n), wave = turn * whole / f->length[d];
            f->slopes[d][m] = 2 * k == n ? 0 : wave;
            f->squares[m] += wave * wave;
            if (kept > 0 && kept < 1 && fabs(whole) >= kept * (double)n / 2) { f->kept[m] = 0; }
        }
    }
}

static ons_status take_memory(ons_spectral *f) {
    double **spectra[] = {&f->u, &f->a, &f->b, &f->at_u, &f->at_a, &f->at_b, &f->copy, &f->scratch};
    for (size_t i = 0; i < sizeof spectra / sizeof *spectra; i++) {
        double *array = *spectra[i] = fftw_malloc(2 * f->modes * sizeof *array);
        if (!array) { return ons_fail(ONS_MEMORY, "no memory for %zu waves", f->modes); }
        memset(array, 0, 2 * f->modes * sizeof *array);
    }
    for (size_t i = 0; i < 4; i++) {
        f->values[i] = fftw_malloc(f->sites * sizeof(double));
        if (!f->values[i]) { return ons_fail(ONS_MEMORY, "no memory for %zu points", f->sites); }
        memset(f->values[i], 0, f->sites * sizeof(double));
    }
    for (unsigned d = 0; d < f->rank; d++) {
        f->slopes[d] = ONS_NEW(double, f->modes);
        if (!f->slopes[d]) { return ONS_MEMORY; }
    }
    f->squares = ONS_NEW(double, f->modes);
    f->kept = ONS_NEW(uint8_t, f->modes);
    f->real = ONS_NEW(double, COEFFICIENTS * f->modes);
    return f->squares && f->kept && f->real ? ONS_OK : ONS_MEMORY;
}

/* Plans are estimated, so that the bits do not depend on a measurement. */
static ons_status make_plans(ons_spectral *f) {
    const int n[2] = {(int)f->count[0], (int)f->count[1]};
    ons_planner_lock();
    f->forward = fftw_plan_dft_r2c((int)f->rank, n, f->values[0], (fftw_complex *)f->copy, FFTW_ESTIMATE);
    f->backward = fftw_plan_dft_c2r((int)f->rank, n, (fftw_complex *)f->copy, f->values[0], FFTW_ESTIMATE);
    ons_planner_unlock();
    return f->forward && f->backward
               ? ONS_OK
               : ons_fail(ONS_FAILED, "FFTW found no plan for a transform of %zu points", f->sites);
}

ons_status ons_spectral_create(ons_spectral **field, const ons_spectral_equation *equation,
                               const ons_spectral_options *options) {
    *field = NULL;
    ons_status status = check(equation, options);
    if (status) { return status; }
    ons_spectral *made = ONS_NEW(ons_spectral, 1);
    if (!made) { return ONS_MEMORY; }
    made->equation = *equation;
    made->rank = equation->rank;
    made->step = options->step;
    made->sites = 1;
    for (unsigned d = 0; d < made->rank; d++) {
        made->count[d] = options->points[d];
        made->length[d] = options->lengths[d];
        made->sites *= options->points[d];
    }
    made->row = made->count[made->rank - 1] / 2 + 1;
    made->modes = made->sites / made->count[made->rank - 1] * made->row;
    status = take_memory(made);
    if (!status) { status = make_plans(made); }
    if (status) {
        ons_spectral_free(made);
        return status;
    }
    fill_waves(made, options->kept);
    *field = made;
    return ONS_OK;
}

void ons_spectral_free(ons_spectral *f) {
    if (!f) { return; }
    ons_planner_lock();
    if (f->forward) { fftw_destroy_plan(f->forward); }
    if (f->backward) { fftw_destroy_plan(f->backward); }
    ons_planner_unlock();
    double *taken[] = {f->u, f->a, f->b, f->at_u, f->at_a, f->at_b, f->copy, f->scratch};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) { fftw_free(taken[i]); }
    for (size_t i = 0; i < 4; i++) { fftw_free(f->values[i]); }
    free(f->slopes[0]);
    free(f->slopes[1]);
    free(f->squares);
    free(f->kept);
    free(f->real);
    free(f->imaginary);
    free(f);
}

/* ---- transforms -----------------------------------------------------------------------------------------------------
 */

void ons_spectral_to_points(ons_spectral *f, const double *waves, double *values) {
    memcpy(f->copy, waves, 2 * f->modes * sizeof *waves);
    fftw_execute_dft_c2r(f->backward, (fftw_complex *)f->copy, values);
}

void ons_spectral_to_waves(ons_spectral *f, const double *values, double *waves) {
    fftw_execute_dft_r2c(f->forward, (double *)values, (fftw_complex *)waves); /* which it does not change */
    const double each = 1 / (double)f->sites;
    for (size_t i = 0; i < 2 * f->modes; i++) { waves[i] *= each; }
}

static void leave_out(const ons_spectral *f, double *waves) {
    for (size_t m = 0; m < f->modes; m++) {
        if (!f->kept[m]) { waves[2 * m] = waves[2 * m + 1] = 0; }
    }
}

void ons_spectral_set(ons_spectral *f, const double *values) {
    memcpy(f->values[0], values, f->sites * sizeof *values);
    ons_spectral_to_waves(f, f->values[0], f->u);
    leave_out(f, f->u);
}

void ons_spectral_get(ons_spectral *f, double *values) {
    ons_spectral_to_points(f, f->u, f->values[0]);
    memcpy(values, f->values[0], f->sites * sizeof *values);
}

double ons_spectral_value(const ons_spectral *f, const double *x) {
    const size_t last = f->count[f->rank - 1];
    double sum = 0;
    for (size_t m = 0; m < f->modes; m++) {
        const size_t row = m / f->row, k = m % f->row;
        double phase = turn * (double)k * x[f->rank - 1] / f->length[f->rank - 1];
        if (f->rank == 2) { phase += turn * cycles(row, f->count[0]) * x[0] / f->length[0]; }
        const double both = k == 0 || 2 * k == last ? 1 : 2;
        sum += both * (f->u[2 * m] * cos(phase) - f->u[2 * m + 1] * sin(phase));
    }
    return sum;
}

double *ons_spectral_waves(ons_spectral *f) { return f->u; }
size_t ons_spectral_modes(const ons_spectral *f) { return f->modes; }
size_t ons_spectral_points(const ons_spectral *f) { return f->sites; }
const double *ons_spectral_slopes(const ons_spectral *f, unsigned direction) { return f->slopes[direction]; }
const double *ons_spectral_squares(const ons_spectral *f) { return f->squares; }
double *ons_spectral_values(ons_spectral *f, unsigned index) { return f->values[index & 3]; }
double *ons_spectral_scratch(ons_spectral *f) { return f->scratch; }

/* ---- coefficients ---------------------------------------------------------------------------------------------------
 */

typedef double complex number;

/* Closed forms of Cox and Matthews, eqs. 26-29 with 25, over the step; z = L h. */
static void closed_forms(number z, number *out) {
    const number half = cexp(z / 2), whole = cexp(z), cube = z * z * z;
    out[HALF_STEP] = (half - 1) / z;
    out[AT_START] = (-4 - z + whole * (4 - 3 * z + z * z)) / cube;
    out[AT_MIDDLE] = 2 * (2 + z + whole * (z - 2)) / cube;
    out[AT_END] = (-4 - 3 * z - z * z + whole * (4 - z)) / cube;
}

/* The functions are entire: near z = 0, where their closed forms cancel, they are the mean over a circle of radius 2
 * around z, which stays a unit away from 0. */
static void coefficients(number z, number *out) {
    enum { AROUND = 32 };
    out[DECAY_HALF] = cexp(z / 2);
    out[DECAY] = cexp(z);
    if (cabs(z) >= 1) {
        closed_forms(z, out);
        return;
    }
    number sum[COEFFICIENTS] = {0}, term[COEFFICIENTS] = {0};
    for (int j = 0; j < AROUND; j++) {
        closed_forms(z + 2 * cexp(I * turn * (j + 0.5) / AROUND), term);
        for (int c = HALF_STEP; c < COEFFICIENTS; c++) { sum[c] += term[c]; }
    }
    for (int c = HALF_STEP; c < COEFFICIENTS; c++) { out[c] = sum[c] / AROUND; }
}

static ons_status take_imaginary(ons_spectral *f) {
    if (!f->imaginary) { f->imaginary = ONS_NEW(double, COEFFICIENTS * f->modes); }
    return f->imaginary ? ONS_OK : ONS_MEMORY;
}

/* For steps of length h. */
static ons_status prepare(ons_spectral *f, double h) {
    if (f->prepared == h) { return ONS_OK; }
    f->prepared = 0;
    for (size_t m = 0; m < f->modes; m++) {
        double k[2] = {0}, symbol[2] = {0};
        const size_t at[2] = {m / f->row, m % f->row};
        for (unsigned d = 0; d < 2 && d < f->rank; d++) {
            const size_t place = f->rank == 1 ? m : at[d];
            k[d] = turn * (d == f->rank - 1 ? (double)place : cycles(place, f->count[d])) / f->length[d];
        }
        f->equation.symbol(f->equation.data, k, symbol);
        if (symbol[1] != 0 && take_imaginary(f)) { return ONS_MEMORY; }
        number made[COEFFICIENTS] = {0};
        coefficients(h * (symbol[0] + I * symbol[1]), made);
        for (size_t c = 0; c < COEFFICIENTS; c++) {
            const double scale = c < HALF_STEP ? 1 : h;
            f->real[c * f->modes + m] = scale * creal(made[c]);
            if (f->imaginary) { f->imaginary[c * f->modes + m] = symbol[1] == 0 ? 0 : scale * cimag(made[c]); }
        }
    }
    f->prepared = h;
    return ONS_OK;
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

/* out = (or +=) coefficient c of every wave times in. */
static void multiply(const ons_spectral *f, size_t c, const double *in, bool add, double *out) {
    const double *real = f->real + c * f->modes, *imaginary = f->imaginary ? f->imaginary + c * f->modes : NULL;
    for (size_t m = 0; m < f->modes; m++) {
        double x = real[m] * in[2 * m], y = real[m] * in[2 * m + 1];
        if (imaginary) {
            x -= imaginary[m] * in[2 * m + 1];
            y += imaginary[m] * in[2 * m];
        }
        out[2 * m] = add ? out[2 * m] + x : x;
        out[2 * m + 1] = add ? out[2 * m + 1] + y : y;
    }
}

static void evaluate(ons_spectral *f, const double *waves, double *change) {
    if (!f->equation.nonlinear) { return; }
    f->equation.nonlinear(f->equation.data, f, waves, change);
    leave_out(f, change);
}

/* The waves k and -k that the half spectrum holds both are made conjugate again: rounding would part them. */
static void keep_real(const ons_spectral *f) {
    const size_t rows = f->rank == 2 ? f->count[0] : 1, columns[2] = {0, f->row - 1};
    for (size_t c = 0; c < 2; c++) {
        for (size_t r = 0; 2 * r <= rows; r++) {
            double *one = f->u + 2 * (r % rows * f->row + columns[c]);
            double *other = f->u + 2 * ((rows - r) % rows * f->row + columns[c]);
            const double x = (one[0] + other[0]) / 2, y = (one[1] - other[1]) / 2;
            one[0] = other[0] = x;
            one[1] = y;
            other[1] = -y;
        }
    }
}

/* Cox and Matthews, eqs. 26-29; `b` holds b and then c of theirs. */
static void make_step(ons_spectral *f) {
    evaluate(f, f->u, f->at_u);
    multiply(f, DECAY_HALF, f->u, false, f->a);
    memcpy(f->b, f->a, 2 * f->modes * sizeof(double));
    multiply(f, HALF_STEP, f->at_u, true, f->a);
    evaluate(f, f->a, f->at_a);
    multiply(f, HALF_STEP, f->at_a, true, f->b);
    evaluate(f, f->b, f->at_b);
    multiply(f, DECAY, f->u, false, f->b);
    memcpy(f->u, f->b, 2 * f->modes * sizeof(double));
    multiply(f, DECAY_HALF, f->a, false, f->b);
    for (size_t i = 0; i < 2 * f->modes; i++) { f->a[i] = 2 * f->at_b[i] - f->at_u[i]; }
    multiply(f, HALF_STEP, f->a, true, f->b);
    for (size_t i = 0; i < 2 * f->modes; i++) { f->at_a[i] += f->at_b[i]; }
    evaluate(f, f->b, f->at_b);
    multiply(f, AT_START, f->at_u, true, f->u);
    multiply(f, AT_MIDDLE, f->at_a, true, f->u);
    multiply(f, AT_END, f->at_b, true, f->u);
    keep_real(f);
}

static bool is_finite(const ons_spectral *f) {
    double sum = 0;
    for (size_t i = 0; i < 2 * f->modes; i++) { sum += fabs(f->u[i]); }
    return isfinite(sum);
}

ons_status ons_spectral_advance(ons_spectral *f, double time) {
    if (!(time >= 0) || !isfinite(time)) { return ons_fail(ONS_INVALID, "a spectral field cannot go on by %g", time); }
    const double needed = ceil(time / f->step * (1 - 1e-12));
    if (!(needed < 0x1p53)) {
        return ons_fail(ONS_INVALID, "steps of %g are too short for a time of %g", f->step, time);
    }
    const uint64_t steps = (uint64_t)needed;
    if (steps == 0) { return ONS_OK; }
    const ons_status status = prepare(f, time / (double)steps);
    for (uint64_t s = 0; !status && s < steps; s++) {
        make_step(f);
        if (((s + 1) % 64 == 0 || s + 1 == steps) && !is_finite(f)) {
            return ons_fail(
                ONS_FAILED,
                "the field is not finite after %llu of %llu steps of %g: it blows up, or needs shorter steps",
                (unsigned long long)s + 1, (unsigned long long)steps, time / (double)steps);
        }
    }
    return status;
}
