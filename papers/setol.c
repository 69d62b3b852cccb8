/*
 * setol: heavy tails of the weights of trained networks (Martin and Hinrichs 2025): what is exact, and the training of
 * a small network on digits, as far as the user's images go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "setol_claims.h"

#include <onsager/learning.h>
#include <onsager/paper.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const systems[] = {"weight-spectrum", "mlp-spectra", NULL};

static double value_of(const ons_task_result *task, const char *name, size_t component, double *error) {
    const ons_result *result = ons_task_find(task, name);
    if (!result || component >= result->size) { return NAN; }
    if (error) { *error = result->error && isfinite(result->error[component]) ? result->error[component] : 0; }
    return result->mean[component];
}

/* ---- what is exact --------------------------------------------------------------------------------------------------
 */

/* Rescaled eigenvalues of the last task's table: the last column. */
static const ons_result *eigenvalues(const ons_results *results, size_t task) {
    return ons_task_find(ons_results_task(results, task), "spectrum");
}

static void draw_spectrum(ons_reproduction *r, const char *label, const ons_result *table, double layer) {
    enum { BINS = 40 };
    double x[BINS], y[BINS] = {0}, error[BINS];
    double low = INFINITY, high = 0, count = 0;
    for (size_t k = 0; k < table->rows; k++) {
        const double *row = table->numbers + k * table->columns, value = row[table->columns - 1];
        if ((layer > 0 && row[0] != layer) || !(value > 1e-3)) { continue; }
        low = fmin(low, value), high = fmax(high, value * 1.0001);
    }
    const double step = log(high / low) / BINS;
    for (size_t k = 0; k < table->rows; k++) {
        const double *row = table->numbers + k * table->columns, value = row[table->columns - 1];
        if ((layer > 0 && row[0] != layer) || !(value > 1e-3)) { continue; }
        const int bin = (int)(log(value / low) / step);
        if (bin >= 0 && bin < BINS) { y[bin]++, count++; }
    }
    for (size_t k = 0; k < BINS; k++) {
        const double width = low * (exp(step * (double)(k + 1)) - exp(step * (double)k)), seen = y[k];
        x[k] = low * exp(step * ((double)k + 0.5));
        y[k] = seen > 0 ? seen / count / width : NAN;
        error[k] = sqrt(seen) / count / width;
    }
    ons_figure_curve(r, label, BINS, x, y, error);
}

static ons_status gaussian(ons_reproduction *r) {
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "gaussian",
                                             "weight-spectrum weights=gaussian rows=3000 columns=1000 eigenvalues=yes");
    if (status) { return status; }
    const ons_result *table = eigenvalues(results, 0);
    const double ratio = 1.0 / 3;
    const size_t count = table->rows;
    double worst = 0, x[200], y[200];
    for (size_t k = 0; k < count; k++) {
        const double law = ons_marchenko_pastur_cumulative(table->numbers[(k + 1) * table->columns - 1], ratio, 1);
        worst = fmax(worst, fmax(fabs(law - (double)k / (double)count), fabs(law - (double)(k + 1) / (double)count)));
    }
    ons_claim_number(r, "E1-low", table->numbers[table->columns - 1], 0, "smallest of 1000 eigenvalues, mean 1");
    ons_claim_number(r, "E1-high", table->numbers[count * table->columns - 1], 0, "the largest of them");
    ons_claim_number(r, "E1-law", worst, 0, "over the whole spectrum");
    ons_claim_number(r, "E1-traps", value_of(ons_results_task(results, 0), "trapped", 0, NULL), 0, "shuffled once");
    ons_figure_begin(r, "null", "Spectra of random matrices, rescaled to mean 1", "lambda", "density",
                     ONS_FIGURE_LOG_X | ONS_FIGURE_LOG_Y);
    draw_spectrum(r, "Gaussian, 3000 x 1000", table, 0);
    for (size_t k = 0; k < 200; k++) {
        x[k] = exp(log(0.18) + log(2.48 / 0.18) * (double)k / 199);
        y[k] = ons_marchenko_pastur_density(x[k], ratio, 1);
    }
    ons_figure_curve(r, "Marchenko and Pastur", 200, x, y, NULL);
    status = ons_reproduction_run(r, &results, "student",
                                  "weight-spectrum weights=student freedom=2.5 rows=1200 columns=400 eigenvalues=yes");
    if (!status) { draw_spectrum(r, "Student t with 2.5 degrees, 1200 x 400", eigenvalues(results, 0), 0); }
    return status;
}

/* 200 samples of 2000 numbers with x_min = 1 given, and one fit with x_min found. */
static ons_status pareto(ons_reproduction *r) {
    enum { SIZE = 2000, SAMPLES = 200 };
    ons_random random = ons_random_stream(ons_random_key(2507, 17912), 0, 0);
    ons_power_law fit = {0};
    double *sample = ONS_NEW(double, SIZE), sum = 0, squares = 0;
    if (!sample) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t s = 0; s < SAMPLES && !status; s++) {
        for (size_t k = 0; k < SIZE; k++) { sample[k] = ons_power_law_draw(2.5, 1, &random); }
        double least = sample[0];
        for (size_t k = 1; k < SIZE; k++) { least = fmin(least, sample[k]); }
        status = ons_power_law_fit_above(sample, SIZE, least, &fit);
        sum += fit.alpha, squares += fit.alpha * fit.alpha;
    }
    const double mean = sum / SAMPLES, spread = sqrt(fmax(squares / SAMPLES - mean * mean, 0));
    if (!status) {
        ons_claim_number(r, "E2", mean, spread / sqrt(SAMPLES), "mean of %d samples, x_min their smallest number",
                         SAMPLES);
        ons_claim_number(r, "E2-sigma", spread / (1.5 / sqrt(SIZE)), 1 / sqrt(2.0 * SAMPLES),
                         "standard deviation of alpha over (alpha - 1)/sqrt(n)");
        status = ons_power_law_fit(sample, SIZE, &fit);
    }
    if (!status) {
        ons_claim_number(r, "E2-found", fit.alpha, fit.sigma,
                         "one sample, x_min found: %zu of 2000 in the tail, D = %.4f", fit.tail, fit.distance);
    }
    free(sample);
    return status;
}

/* tan^2 at 300 even angles: a spectrum that anyone can write down. */
static ons_status peers(ons_reproduction *r) {
    double values[300], moments[8], cumulants[8], worst = 0;
    ons_power_law fit;
    for (size_t k = 0; k < 300; k++) {
        const double t = tan((double)(k + 1) * 3.14159265358979323846 / 602);
        values[k] = t * t;
    }
    const ons_status status = ons_power_law_fit(values, 300, &fit);
    if (status) { return status; }
    ons_claim_number(r, "E3-alpha", fit.alpha, 0, "tan^2(pi k/602), k = 1 .. 300; tail of %zu", fit.tail);
    ons_claim_number(r, "E3-minimum", fit.minimum, 0, "the same fit");
    ons_claim_number(r, "E3-distance", fit.distance, 0, "the same fit");
    ons_claim_skip(r, "E3-issue", "the spectrum behind these numbers is in nobody's hands but the reporter's");
    /* Narayana: m_n = sum_k N(n, k) c^(k - 1), written with n and k; cumulants c^(n - 1). */
    for (unsigned n = 1; n <= 8; n++) {
        double choose = 1; /* N(n, 1) */
        moments[n - 1] = 0;
        for (unsigned k = 1; k <= n; k++) {
            moments[n - 1] += choose * pow(0.4, k - 1);
            choose *= (double)(n - k) * (n - k + 1) / ((double)k * (k + 1));
        }
    }
    ons_free_cumulants(8, moments, cumulants);
    for (unsigned n = 1; n <= 8; n++) { worst = fmax(worst, fabs(cumulants[n - 1] - pow(0.4, n - 1))); }
    ons_claim_number(r, "E4", worst, 0, "8 cumulants from Narayana's moments, M/N = 0.4");
    return ONS_OK;
}

/* ---- training -------------------------------------------------------------------------------------------------------
 */

enum { RATES = 6 };
static const int factors[RATES] = {1, 2, 4, 8, 16, 32};

typedef struct by_rate {
    bool run[RATES];
    double alpha[RATES], alpha_error[RATES], second[RATES], second_error[RATES], delta[RATES], delta_error[RATES];
    double test[RATES], test_error[RATES], train[RATES], traps[RATES], epochs[RATES];
} by_rate;

static void read_rate(const ons_task_result *task, size_t k, by_rate *at) {
    at->run[k] = true;
    at->alpha[k] = value_of(task, "last_alpha", 0, &at->alpha_error[k]);
    at->second[k] = value_of(task, "last_alpha", 1, &at->second_error[k]);
    at->delta[k] = value_of(task, "last_delta", 0, &at->delta_error[k]);
    at->test[k] = value_of(task, "last_test_error", 0, &at->test_error[k]) / 100;
    at->test_error[k] /= 100;
    at->train[k] = value_of(task, "last_train_error", 0, NULL) / 100;
    at->traps[k] = value_of(task, "last_traps", 0, NULL);
    at->epochs[k] = value_of(task, "epochs", 0, NULL);
}

static void settle_numbers(ons_reproduction *r, const by_rate *at) {
    char id[24];
    for (size_t k = 0; k < RATES; k++) {
        if (!at->run[k]) { continue; }
        snprintf(id, sizeof id, "S1-%d", factors[k]);
        ons_claim_number(r, id, at->alpha[k], at->alpha_error[k], "%.0f epochs", at->epochs[k]);
        snprintf(id, sizeof id, "S2-%d", factors[k]);
        ons_claim_number(r, id, at->test[k], at->test_error[k], "10,000 test images");
        snprintf(id, sizeof id, "S4-%d", factors[k]);
        ons_claim_number(r, id, at->delta[k], at->delta_error[k], "at alpha = %.2f", at->alpha[k]);
        snprintf(id, sizeof id, "S5-%d", factors[k]);
        ons_claim_number(r, id, at->second[k], at->second_error[k], "the same runs");
    }
    ons_claim_holds(r, "S2-least", at->test[4] < at->test[2] && at->test[4] < at->test[5],
                    "%.4f, %.4f, %.4f at 4, 16 and 32 times", at->test[2], at->test[4], at->test[5]);
    ons_claim_holds(r, "S3", at->train[5] > 0 && at->train[4] == 0 && at->train[2] == 0,
                    "training errors %.5f, %.5f, %.5f at 4, 16 and 32 times", at->train[2], at->train[4], at->train[5]);
    ons_claim_holds(r, "S4-sign", at->delta[4] > 0 && at->delta[5] < 0.1 && at->delta[5] < at->delta[4],
                    "%.3f at 16, %.3f at 32 times", at->delta[4], at->delta[5]);
    ons_claim_holds(r, "S8", at->traps[5] > 0 && at->traps[4] == 0, "%.2f traps a run at 16, %.2f at 32 times",
                    at->traps[4], at->traps[5]);
}

/* Trends, which smaller data show too. */
static void settle_trends(ons_reproduction *r, const by_rate *at, const char *data) {
    bool falls = true, together = true, above = true;
    size_t last = RATES;
    char alphas[128] = "", deltas[128] = "";
    double x[RATES], y[3][RATES], e[3][RATES];
    size_t count = 0;
    for (size_t k = 0; k < RATES; k++) {
        if (!at->run[k]) { continue; }
        if (last < RATES) {
            falls = falls && at->alpha[k] < at->alpha[last];
            together = together && at->delta[k] < at->delta[last];
        }
        above = above && at->second[k] > 2;
        snprintf(alphas + strlen(alphas), sizeof alphas - strlen(alphas), "%s%.2f", count ? ", " : "", at->alpha[k]);
        snprintf(deltas + strlen(deltas), sizeof deltas - strlen(deltas), "%s%.2f", count ? ", " : "", at->delta[k]);
        x[count] = 0.01 * factors[k];
        y[0][count] = at->alpha[k], y[1][count] = at->second[k], y[2][count] = at->delta[k];
        e[0][count] = at->alpha_error[k], e[1][count] = at->second_error[k], e[2][count++] = at->delta_error[k];
        last = k;
    }
    ons_claim_holds(r, "S1-falls", falls, "%s with rising rate; %s", alphas, data);
    ons_claim_holds(r, "S4-falls", together && falls, "%s where alpha is %s; %s", deltas, alphas, data);
    ons_claim_holds(r, "S5-above", above, "the smallest is %.2f; %s", fmin(y[1][0], y[1][count - 1]), data);
    static const double published[2][RATES] = {{3.62, 3.43, 3.21, 2.92, 2.47, 1.96},
                                               {2.46, 2.42, 2.40, 2.37, 2.30, 2.10}};
    static const double shift[RATES] = {1.06, 0.93, 0.86, 0.70, 0.38, -0.01};
    static const double rates[RATES] = {0.01, 0.02, 0.04, 0.08, 0.16, 0.32};
    ons_figure_begin(r, "alpha", "Exponents after training", "learning rate", "alpha", ONS_FIGURE_LOG_X);
    ons_figure_curve(r, "first layer", count, x, y[0], e[0]);
    ons_figure_curve(r, "second layer", count, x, y[1], e[1]);
    ons_figure_curve(r, "first layer, paper", RATES, rates, published[0], NULL);
    ons_figure_curve(r, "second layer, paper", RATES, rates, published[1], NULL);
    ons_figure_begin(r, "delta", "Start of the tail against the start of the space of product 1",
                     "alpha of the first layer", "lambda_pl - lambda_erg", 0);
    ons_figure_curve(r, "ours", count, y[0], y[2], e[2]);
    ons_figure_curve(r, "paper", RATES, published[0], shift, NULL);
}

static ons_status sweep(ons_reproduction *r, const char *images, bool whole) {
    const bool full = ons_reproduction_effort(r) == ONS_FULL;
    static const size_t three[] = {2, 4, 5}, four[] = {2, 3, 4, 5}, six[] = {0, 1, 2, 3, 4, 5};
    const size_t *chosen = full ? six : whole ? three : four, count = full ? 6 : whole ? 3 : 4;
    char words[64] = "";
    by_rate at = {0};
    const ons_results *results;
    for (size_t k = 0; k < count; k++) {
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%g", k ? "," : "", 0.01 * factors[chosen[k]]);
    }
    const ons_status status =
        ons_reproduction_run(r, &results, "rates", "mlp-spectra data=%s rate=%s steps=1000 replicas=%d seed=2507",
                             images, words, full ? 5 : 2);
    if (status) { return status; }
    for (size_t k = 0; k < count; k++) { read_rate(ons_results_task(results, k), chosen[k], &at); }
    if (whole) { settle_numbers(r, &at); }
    settle_trends(r, &at, whole ? "54,000 images" : "8,000 images: the numbers cannot be compared, the trend can");
    ons_figure_begin(r, "spectrum", "First layer after training at 16 times the rate, rescaled to mean 1", "lambda",
                     "density", ONS_FIGURE_LOG_X | ONS_FIGURE_LOG_Y);
    draw_spectrum(r, "two runs or more", eigenvalues(results, whole && !full ? 1 : count - 2), 1);
    const ons_task_result *task = ons_results_task(results, whole && !full ? 1 : count - 2);
    double x[2] = {value_of(task, "lambda_pl", 0, NULL), 0}, y[2];
    const ons_result *start = ons_task_find(task, "lambda_pl");
    x[0] = start->mean[(start->times - 1) * start->size];
    x[1] = 10 * x[0];
    const ons_result *tail = ons_task_find(task, "tail");
    const double part = tail->mean[(tail->times - 1) * tail->size] / 300, alpha = value_of(task, "last_alpha", 0, NULL);
    for (size_t k = 0; k < 2; k++) { y[k] = part * (alpha - 1) / x[0] * pow(x[k] / x[0], -alpha); }
    ons_figure_curve(r, "power law of the fit", 2, x, y, NULL);
    return ONS_OK;
}

/* One layer alone; only with all the images. */
static ons_status single_layers(ons_reproduction *r, const char *images) {
    const ons_results *results;
    double error = 0;
    ons_status status = ons_reproduction_run(r, &results, "first",
                                             "mlp-spectra data=%s train=FC1 rate=0.16 steps=1000 seed=2507", images);
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    double ours = value_of(task, "last_alpha", 0, &error);
    ons_claim_number(r, "S6", ours, error, "%.0f epochs, training error %.4f", value_of(task, "epochs", 0, NULL),
                     value_of(task, "last_train_error", 0, NULL) / 100);
    status = ons_reproduction_run(r, &results, "second", "mlp-spectra data=%s train=FC2 rate=0.16 steps=1000 seed=2507",
                                  images);
    if (status) { return status; }
    task = ons_results_task(results, 0);
    ours = value_of(task, "least_alpha", 1, &error);
    ons_claim_number(r, "S7", ours, error, "the smallest of %.0f epochs; %.2f at the end",
                     value_of(task, "epochs", 0, NULL), value_of(task, "last_alpha", 1, NULL));
    return ONS_OK;
}

/* A series at a time between its points. */
static double between(const ons_result *series, double time, size_t component) {
    for (size_t k = 1; k < series->times; k++) {
        if (series->time[k] < time) { continue; }
        const double t = (time - series->time[k - 1]) / (series->time[k] - series->time[k - 1]);
        return (1 - t) * series->mean[(k - 1) * series->size + component] +
               t * series->mean[k * series->size + component];
    }
    return NAN;
}

/* An epoch of 60,000 images in batches of 16 is 3,750 steps; with fewer images the same number of steps is compared,
 * for the first two epochs only: after that they have been learned by heart. */
static ons_status notebook(ons_reproduction *r, const char *images, bool whole) {
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "notebook",
                             "mlp-spectra data=%s train=FC1 rate=0.01 batch=16 holdout=0 patience=0 steps=%d seed=2507",
                             images, whole ? 5 : 14);
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    const ons_result *alpha = ons_task_find(task, "alpha"), *test = ons_task_find(task, "test_error");
    const double epochs = value_of(task, "epochs", 0, NULL), steps = value_of(task, "sgd_steps", 0, NULL) / epochs;
    char id[24];
    for (int k = 1; k <= (whole ? 5 : 2); k++) {
        const double time = whole ? k : 3750.0 * k / steps;
        snprintf(id, sizeof id, "S10-alpha-%d", k);
        ons_claim_number(r, id, between(alpha, time, 0), 0,
                         whole ? "epoch %d" : "after %d x 3,750 steps on 9,000 images", k);
        snprintf(id, sizeof id, "S10-test-%d", k);
        if (whole) { ons_claim_number(r, id, 1 - between(test, time, 0) / 100, 0, "epoch %d", k); }
    }
    return ONS_OK;
}

/* ---- all together ---------------------------------------------------------------------------------------------------
 */

static void skip_rest(ons_reproduction *r, bool some) {
    static const char *const trends[] = {"S1-falls", "S4-falls", "S5-above", "S10-alpha-1", "S10-alpha-2"};
    for (const ons_claim *claim = setol_claims; claim->id; claim++) {
        bool trend = false;
        for (size_t k = 0; k < sizeof trends / sizeof *trends; k++) { trend = trend || !strcmp(trends[k], claim->id); }
        if (claim->id[0] != 'S' || strcmp(claim->id, "S9") == 0 || (trend && some)) { continue; }
        ons_claim_skip(
            r, claim->id,
            some ? "needs the 60,000 training images; ONSAGER_DATA has 10,000, on which this is another number"
                 : "needs the digits of MNIST: set ONSAGER_DATA to a folder with train-images-idx3-ubyte, its "
                   "labels and the t10k files");
    }
}

static ons_status train(ons_reproduction *r, const char *images, bool whole) {
    ons_status status = sweep(r, images, whole);
    if (!status) { status = notebook(r, images, whole); }
    if (!status && whole) { status = single_layers(r, images); }
    if (!status && !whole) { skip_rest(r, true); }
    return status;
}

/* 0: they cannot be read. */
static size_t count_images(const char *path) {
    ons_idx images = {0};
    const size_t count = ons_idx_read(path, (size_t)1 << 30, &images) ? 0 : images.shape[0];
    ons_idx_free(&images);
    return count;
}

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = gaussian(r);
    if (!status) { status = pareto(r); }
    if (!status) { status = peers(r); }
    if (status) { return status; }
    ons_claim_skip(r, "S9", "how the paper normalises quality is not said: the numbers have no unit to be compared in");
    if (ons_reproduction_effort(r) < ONS_STANDARD) { return ONS_OK; }
    char *images = ons_reproduction_data(r, "train-images-idx3-ubyte");
    const size_t count = images ? count_images(images) : 0;
    const bool whole = count == 60000;
    if (images && !whole) { /* another data set, or a part: its numbers are no check of the paper's */
        ons_reproduction_note(r, "%s has %zu images; expected the 60,000 of MNIST", images, count);
        free(images);
        skip_rest(r, false);
        return ONS_OK;
    }
    if (!images) { images = ons_reproduction_data(r, "t10k-images-idx3-ubyte"); }
    if (images) {
        status = train(r, images, whole);
    } else {
        skip_rest(r, false);
    }
    if (images && !whole) {
        ons_reproduction_note(
            r, "ONSAGER_DATA holds 10,000 images: 8,000 are for training, 1,000 are held out, 1,000 test. "
               "An epoch has a seventh of the paper's steps and the same loss is reached with less done to "
               "the weights, so that exponents stay larger; trends are compared, numbers are not.");
    }
    free(images);
    return status;
}

extern const ons_paper ons_paper_setol;
const ons_paper ons_paper_setol = {
    .name = "setol",
    .title = "SETOL: A Semi-Empirical Theory of (Deep) Learning",
    .authors = "Charles H. Martin and Christopher Hinrichs",
    .reference = "arXiv:2507.17912 (2025)",
    .summary = "power laws in the spectra of trained weights, and where they should be when learning is best",
    .details = setol_details,
    .systems = systems,
    .claims = setol_claims,
    .reproduce = reproduce,
};
