/*
 * Multiple histograms: means, functions of means and free energies at targets, with errors by the jackknife over blocks
 * within strata (each block left out, the equations solved again).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "mbar.h"

#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST 8.0  /* effective samples below which there is no number */
#define TOGETHER 32 /* targets at a time */

/* ---- made and released ---- */

static ons_status check_blocks(const ons_mbar_samples *s, size_t count) {
    if (s->blocks == 0) { return ONS_OK; }
    size_t *in_stratum = ONS_NEW(size_t, s->strata + 1);
    if (!in_stratum) { return ONS_MEMORY; }
    bool good = s->strata > 0 && s->blocks > 1;
    for (size_t b = 0; b < s->blocks; b++) {
        good = good && s->stratum[b] < s->strata;
        if (good) { in_stratum[s->stratum[b]]++; }
    }
    for (size_t i = 0; i < s->strata; i++) { good = good && in_stratum[i] >= 2; }
    for (size_t n = 0; n < count; n++) { good = good && s->block[n] < s->blocks; }
    free(in_stratum);
    return good ? ONS_OK : ons_fail(ONS_INVALID, "errors need at least two blocks of samples in every stratum");
}

static ons_status check_numbers(const ons_mbar_samples *s, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < s->states * s->features; i++) { finite = finite && isfinite(s->coefficients[i]); }
    for (size_t i = 0; i < count * s->features; i++) { finite = finite && isfinite(s->values[i]); }
    return finite ? ONS_OK : ons_fail(ONS_INVALID, "the samples hold numbers that are not finite");
}

static ons_status take_room(ons_mbar *mbar) {
    const size_t states = mbar->samples.states, blocks = mbar->samples.blocks, features = mbar->samples.features;
    if (states > SIZE_MAX / sizeof(double) / mbar->count) {
        return ons_fail(ONS_MEMORY, "%zu samples of %zu states do not fit into memory", mbar->count, states);
    }
    mbar->state = ONS_NEW(size_t, mbar->count);
    mbar->center = ONS_NEW(double, features);
    mbar->shift = ONS_NEW(double, features);
    mbar->features = ONS_NEW(double, mbar->count *features);
    mbar->coefficients = ONS_NEW(double, states *features);
    mbar->free_energies = ONS_NEW(double, states);
    mbar->shares = ONS_NEW(double, mbar->count *states);
    mbar->log_denominator = ONS_NEW(double, mbar->count);
    mbar->factors = ONS_NEW(double, blocks *states);
    mbar->moved = ONS_NEW(double, blocks *states);
    const bool had =
        mbar->state && mbar->free_energies && mbar->shares && mbar->log_denominator && mbar->factors && mbar->moved;
    return had ? ONS_OK : ONS_MEMORY;
}

/* out[count][features] = in minus the mean row. */
static void center_rows(const double *in, size_t count, size_t features, double *mean, double *out) {
    for (size_t c = 0; c < features; c++) {
        double sum = 0;
        for (size_t n = 0; n < count; n++) { sum += in[n * features + c] - in[c]; }
        mean[c] = in[c] + sum / (double)count;
        for (size_t n = 0; n < count; n++) { out[n * features + c] = in[n * features + c] - mean[c]; }
    }
}

ons_status ons_mbar_create(ons_mbar **mbar, const ons_mbar_samples *samples) {
    *mbar = NULL;
    size_t count = 0;
    for (size_t k = 0; k < samples->states; k++) {
        if (samples->counts[k] == 0) { return ons_fail(ONS_INVALID, "state %zu has no samples", k); }
        count += samples->counts[k];
    }
    if (samples->states == 0 || samples->features == 0) { return ons_fail(ONS_INVALID, "there are no samples"); }
    ons_status status = check_blocks(samples, count);
    if (status == ONS_OK) { status = check_numbers(samples, count); }
    if (status != ONS_OK) { return status; }
    ons_mbar *made = ONS_NEW(ons_mbar, 1);
    if (!made) { return ONS_MEMORY; }
    made->samples = *samples;
    made->count = count;
    status = take_room(made);
    for (size_t k = 0, n = 0; k < samples->states && status == ONS_OK; k++) {
        for (size_t i = 0; i < samples->counts[k]; i++) { made->state[n++] = k; }
    }
    if (status == ONS_OK) {
        center_rows(samples->values, count, samples->features, made->center, made->features);
        center_rows(samples->coefficients, samples->states, samples->features, made->shift, made->coefficients);
        status = statistics_mbar_solve(made);
    }
    if (status == ONS_OK) { status = statistics_mbar_leave_out(made); }
    if (status != ONS_OK) {
        ons_mbar_free(made);
        return status;
    }
    *mbar = made;
    return ONS_OK;
}

void ons_mbar_free(ons_mbar *mbar) {
    if (!mbar) { return; }
    free(mbar->state);
    free(mbar->center);
    free(mbar->shift);
    free(mbar->features);
    free(mbar->coefficients);
    free(mbar->free_energies);
    free(mbar->shares);
    free(mbar->log_denominator);
    free(mbar->factors);
    free(mbar->moved);
    free(mbar);
}

/* ---- the jackknife ---- */

/* One output: per stratum of B blocks the variance (B - 1)/B sum (x_b - mean)^2 and the bias (B - 1)(mean - full). The
 * freedom is Satterthwaite's. */
static void judge(const ons_mbar *mbar, size_t outputs, size_t output, double full, const double *without,
                  ons_estimate *estimate) {
    const ons_mbar_samples *s = &mbar->samples;
    double variance = s->blocks > 0 ? 0 : (double)NAN, bias = 0, spread = 0;
    for (size_t stratum = 0; s->blocks > 0 && stratum < s->strata; stratum++) {
        double blocks = 0, mean = 0, squares = 0;
        for (size_t b = 0; b < s->blocks; b++) {
            if (s->stratum[b] != stratum) { continue; }
            const double away = without[b * outputs + output] - full;
            blocks++;
            mean += away;
            squares += away * away;
        }
        mean /= blocks;
        const double part = fmax(squares - blocks * mean * mean, 0) * (blocks - 1) / blocks;
        variance += part;
        spread += part * part / (blocks - 1);
        bias += (blocks - 1) * mean;
    }
    estimate->freedom = spread > 0 ? variance * variance / spread : INFINITY;
    estimate->mean = isfinite(bias) ? full - bias : full;
    estimate->error = sqrt(variance) * (isfinite(estimate->freedom) ? ons_student(estimate->freedom) : 1);
    estimate->flags |= isfinite(full) && (isfinite(variance) || s->blocks == 0) ? 0 : ONS_NOT_FINITE;
}

ons_status statistics_mbar_jackknife(const ons_mbar *mbar, size_t outputs, const double *full, const double *without,
                                     ons_estimate *estimates) {
    for (size_t i = 0; i < outputs; i++) {
        estimates[i] = (ons_estimate){.tau = NAN, .binning_tau = NAN, .rhat = NAN};
        judge(mbar, outputs, i, full[i], without, &estimates[i]);
        estimates[i].samples = (double)mbar->count;
    }
    return ONS_OK;
}

/* What the mean features add to the free energy at these coefficients, relative to state 0. */
static double of_center(const ons_mbar *mbar, const double *coefficients) {
    double sum = 0;
    for (size_t c = 0; c < mbar->samples.features; c++) {
        sum += (coefficients[c] - mbar->samples.coefficients[c]) * mbar->center[c];
    }
    return sum;
}

ons_status ons_mbar_free_energies(const ons_mbar *mbar, double *values, double *errors) {
    const size_t states = mbar->samples.states;
    ons_estimate *estimates = ONS_NEW(ons_estimate, states);
    double *without = ONS_NEW(double, mbar->samples.blocks *states);
    ons_status status = estimates && without ? ONS_OK : ONS_MEMORY;
    for (size_t i = 0; status == ONS_OK && i < mbar->samples.blocks * states; i++) {
        without[i] = mbar->free_energies[i % states] + mbar->moved[i];
    }
    if (status == ONS_OK) { status = statistics_mbar_jackknife(mbar, states, mbar->free_energies, without, estimates); }
    for (size_t k = 0; status == ONS_OK && k < states; k++) {
        values[k] = estimates[k].mean + of_center(mbar, mbar->samples.coefficients + k * mbar->samples.features);
        errors[k] = estimates[k].error;
    }
    free(estimates);
    free(without);
    return status;
}

void ons_mbar_overlap(const ons_mbar *mbar, double *overlap) {
    const size_t states = mbar->samples.states;
    memset(overlap, 0, states * states * sizeof *overlap);
    for (size_t n = 0; n < mbar->count; n++) {
        const double *row = mbar->shares + n * states;
        double *restrict of = overlap + mbar->state[n] * states;
        for (size_t k = 0; k < states; k++) { of[k] += row[k]; }
    }
    for (size_t i = 0; i < states * states; i++) { overlap[i] /= (double)mbar->samples.counts[i / states]; }
}

/* ---- targets ---- */

/* exp(-u_n) / D_n of one target, divided by its largest value; `largest`: the logarithm of that. `step`: from one
 * sample to the next. */
static void raw_weights(const ons_mbar *mbar, const double *coefficients, double *weights, size_t step,
                        double *largest) {
    const size_t features = mbar->samples.features;
    *largest = -INFINITY;
    for (size_t n = 0; n < mbar->count; n++) {
        double u = mbar->log_denominator[n];
        for (size_t c = 0; c < features; c++) {
            u += (coefficients[c] - mbar->shift[c]) * mbar->features[n * features + c];
        }
        weights[n * step] = -u;
        *largest = fmax(*largest, -u);
    }
    for (size_t n = 0; n < mbar->count; n++) {
        const double below = weights[n * step] - *largest;
        weights[n * step] = below < -745 ? 0 : ons_exp(below);
    }
}

ons_status ons_mbar_weights(const ons_mbar *mbar, const double *coefficients, double *weights) {
    double largest, sum = 0;
    raw_weights(mbar, coefficients, weights, 1, &largest);
    for (size_t n = 0; n < mbar->count; n++) { sum += weights[n]; }
    if (!(sum > 0) || !isfinite(sum)) { return ons_fail(ONS_INVALID, "the target's coefficients are not finite"); }
    for (size_t n = 0; n < mbar->count; n++) { weights[n] /= sum; }
    return ONS_OK;
}

/* Some targets at a time. */
typedef struct batch {
    const ons_mbar *mbar;
    const ons_mbar_request *request;
    size_t first, targets, width; /* width: outputs and the free energy of a target */
    double *weights;              /* [samples][targets] */
    double *largest;              /* [targets] */
    double *sums;                 /* [targets] */
    double *means;                /* [targets][quantities] */
    double *full;                 /* [targets][width] */
    double *without;              /* [blocks][targets][width] */
    double *effective;            /* [targets] */
} batch;

/* Sums of weights and of weighted quantities, with block b left out (b = blocks: none). */
static void add_up(const batch *work, size_t b) {
    const ons_mbar *mbar = work->mbar;
    const size_t states = mbar->samples.states, targets = work->targets, quantities = work->request->quantities;
    const bool all = b == mbar->samples.blocks;
    const double *factors = mbar->factors + (all ? 0 : b) * states;
    memset(work->sums, 0, targets * sizeof *work->sums);
    memset(work->means, 0, targets * quantities * sizeof *work->means);
    for (size_t n = 0; n < mbar->count; n++) {
        if (!all && mbar->samples.block[n] == b) { continue; }
        const double *restrict row = mbar->shares + n * states, *restrict x = work->request->values + n * quantities;
        double denominator = all ? 1 : 0;
        for (size_t k = 0; !all && k < states; k++) { denominator += factors[k] * row[k]; }
        const double scale = 1 / denominator;
        for (size_t t = 0; t < targets; t++) {
            const double weight = work->weights[n * targets + t] * scale;
            double *restrict mean = work->means + t * quantities;
            work->sums[t] += weight;
            for (size_t q = 0; q < quantities; q++) { mean[q] += weight * x[q]; }
        }
    }
}

/* What the sums say: the outputs, and the free energy. */
static void conclude(const batch *work, double *outputs) {
    const ons_mbar_request *request = work->request;
    for (size_t t = 0; t < work->targets; t++) {
        double *mean = work->means + t * request->quantities, *own = outputs + t * work->width;
        for (size_t q = 0; q < request->quantities; q++) { mean[q] /= work->sums[t]; }
        if (request->function) {
            request->function(request->data, work->first + t, mean, own);
        } else {
            memcpy(own, mean, request->quantities * sizeof *mean);
        }
        own[work->width - 1] =
            -work->largest[t] - ons_log(work->sums[t]) +
            of_center(work->mbar, request->coefficients + (work->first + t) * work->mbar->samples.features);
    }
}

static void count_effective(const batch *work) {
    const ons_mbar_samples *s = &work->mbar->samples;
    for (size_t t = 0; t < work->targets; t++) {
        double squares = 0, sum = 0;
        for (size_t n = 0; n < work->mbar->count; n++) {
            const double weight = work->weights[n * work->targets + t];
            sum += weight;
            squares += weight * weight * (s->inefficiency ? s->inefficiency[work->mbar->state[n]] : 1);
        }
        work->effective[t] = sum * sum / squares;
    }
}

static void keep(const batch *work, const ons_estimate *judged, ons_estimate *estimates, double *free_energies,
                 double *errors) {
    const size_t outputs = work->width - 1;
    for (size_t t = 0; t < work->targets; t++) {
        const bool outside = !(work->effective[t] >= FEWEST);
        for (size_t i = 0; i < outputs; i++) {
            ons_estimate *estimate = estimates + (work->first + t) * outputs + i;
            *estimate = judged[t * work->width + i];
            estimate->effective = work->effective[t];
            if (work->effective[t] < STATISTICS_FEW) { estimate->flags |= ONS_TOO_FEW_SAMPLES; }
            if (outside) { estimate->mean = estimate->error = NAN; }
        }
        if (free_energies) { free_energies[work->first + t] = outside ? NAN : judged[(t + 1) * work->width - 1].mean; }
        if (errors) { errors[work->first + t] = outside ? NAN : judged[(t + 1) * work->width - 1].error; }
    }
}

static ons_status run_batch(batch *work, ons_estimate *judged, ons_estimate *estimates, double *free_energies,
                            double *errors) {
    const ons_mbar *mbar = work->mbar;
    const size_t features = mbar->samples.features, row = work->targets * work->width;
    for (size_t t = 0; t < work->targets; t++) {
        raw_weights(mbar, work->request->coefficients + (work->first + t) * features, work->weights + t, work->targets,
                    &work->largest[t]);
    }
    count_effective(work);
    add_up(work, mbar->samples.blocks);
    conclude(work, work->full);
    for (size_t b = 0; b < mbar->samples.blocks; b++) {
        add_up(work, b);
        conclude(work, work->without + b * row);
    }
    const ons_status status = statistics_mbar_jackknife(mbar, row, work->full, work->without, judged);
    if (status == ONS_OK) { keep(work, judged, estimates, free_energies, errors); }
    return status;
}

ons_status ons_mbar_estimate(const ons_mbar *mbar, const ons_mbar_request *request, ons_estimate *estimates,
                             double *free_energies, double *free_energy_errors) {
    const size_t most = request->targets < TOGETHER ? request->targets : TOGETHER;
    const size_t outputs = request->function ? request->outputs : request->quantities, width = outputs + 1;
    batch work = {.mbar = mbar, .request = request, .width = width};
    work.weights = ONS_NEW(double, mbar->count *most);
    work.largest = ONS_NEW(double, most);
    work.sums = ONS_NEW(double, most);
    work.means = ONS_NEW(double, most * request->quantities);
    work.full = ONS_NEW(double, most *width);
    work.without = ONS_NEW(double, mbar->samples.blocks *most *width);
    work.effective = ONS_NEW(double, most);
    ons_estimate *judged = ONS_NEW(ons_estimate, most * width);
    const bool had = work.weights && work.largest && work.sums && work.means && work.full && work.without &&
                     work.effective && judged;
    ons_status status = had ? ONS_OK : ONS_MEMORY;
    for (; work.first < request->targets && status == ONS_OK; work.first += work.targets) {
        work.targets = request->targets - work.first < most ? request->targets - work.first : most;
        status = run_batch(&work, judged, estimates, free_energies, free_energy_errors);
    }
    free(work.weights);
    free(work.largest);
    free(work.sums);
    free(work.means);
    free(work.full);
    free(work.without);
    free(work.effective);
    free(judged);
    return status;
}
