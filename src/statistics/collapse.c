/*
 * Finite-size scaling: the exponents at which the curves of all sizes become one, over several windows, with errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "collapse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES 4
#define FEWEST_POINTS 8
#define P ONS_COLLAPSE_PARAMETERS
#define D COLLAPSE_COORDINATES

typedef struct scaling_job {
    const double *sizes;
    const ons_points *points;
    const ons_collapse_options *options;
    double center, range;
    double smallest[P], widths[3]; /* the windows */
    size_t cuts, width_count;
} scaling_job;

/* ---- the points of a window -----------------------------------------------------------------------------------------
 */

static void scaling_free(statistics_scaling *data) {
    free(data->x);
    free(data->noise);
    free(data->noise_factor);
    free(data->memory);
    *data = (statistics_scaling){0};
}

static ons_status scaling_init(statistics_scaling *data, const scaling_job *job, const size_t *chosen, size_t n) {
    const ons_points *points = job->points;
    const size_t all = points->count;
    *data = (statistics_scaling){.count = n, .center = job->center, .range = job->range};
    data->x = ONS_NEW(double, 4 * n);
    data->noise = ONS_NEW(double, n *n);
    data->noise_factor = ONS_NEW(double, n *n);
    data->memory = ONS_NEW(double, 3 * n * n + 6 * n);
    if (!data->x || !data->noise || !data->noise_factor || !data->memory) { return ONS_MEMORY; }
    data->y = data->x + n;
    data->large = data->y + n;
    data->small = data->large + n;
    double mean = 0, square = 0, top = 0, smallest = INFINITY, largest = 0;
    for (size_t i = 0; i < n; i++) {
        smallest = fmin(smallest, job->sizes[chosen[i]]);
        largest = fmax(largest, job->sizes[chosen[i]]);
    }
    for (size_t i = 0; i < n; i++) {
        const size_t a = chosen[i];
        data->x[i] = points->x[a];
        data->y[i] = points->y[a];
        data->large[i] = log(job->sizes[a] / largest);
        data->small[i] = log(job->sizes[a] / smallest);
        mean += points->y[a] / (double)n;
        top = fmax(top, fabs(points->y[a]));
        for (size_t j = 0; j < n; j++) {
            const double between = points->covariance ? points->covariance[a * all + chosen[j]] : 0;
            data->noise[i * n + j] = i == j ? points->errors[a] * points->errors[a] : between;
        }
    }
    for (size_t i = 0; i < n; i++) { square += (data->y[i] - mean) * (data->y[i] - mean) / (double)n; }
    memcpy(data->noise_factor, data->noise, n * n * sizeof(double));
    data->constant = 2 * top;
    data->spread = sqrt(square);
    data->corrections = job->options->corrections;
    if (!(data->spread > 0)) { return ons_fail(ONS_INVALID, "all %zu values are equal: nothing collapses", n); }
    for (size_t i = 0; i < n; i++) { data->noise_factor[i * (n + 1)] *= 1 + 1e-12; }
    return statistics_cholesky(data->noise_factor, n)
               ? ONS_OK
               : ons_fail(ONS_INVALID, "the covariance of the %zu points is not positive definite", n);
}

/* What is given, in coordinates; NaN: to be found. */
static void coordinates_of(statistics_scaling *data, const ons_collapse_options *options, double *at) {
    const double *start = options->start;
    const bool *fixed = options->fixed;
    for (size_t k = 0; k < D; k++) { at[k] = NAN; }
    at[COLLAPSE_PLACE] = (start[ONS_COLLAPSE_XC] - data->center) / data->range;
    at[COLLAPSE_INVERSE] = -log(start[ONS_COLLAPSE_NU]);
    at[COLLAPSE_OMEGA] = isnan(start[ONS_COLLAPSE_OMEGA]) ? 0 : log(start[ONS_COLLAPSE_OMEGA]);
    data->kappa = fixed[ONS_COLLAPSE_KAPPA] ? start[ONS_COLLAPSE_KAPPA] : NAN;
    at[COLLAPSE_EXPONENT] = fixed[ONS_COLLAPSE_KAPPA] ? 0 : start[ONS_COLLAPSE_KAPPA] / start[ONS_COLLAPSE_NU];
    data->fixed[COLLAPSE_PLACE] = fixed[ONS_COLLAPSE_XC];
    data->fixed[COLLAPSE_INVERSE] = fixed[ONS_COLLAPSE_NU];
    data->fixed[COLLAPSE_EXPONENT] = fixed[ONS_COLLAPSE_KAPPA];
    data->fixed[COLLAPSE_SIDE] = !options->corrections;
    data->fixed[COLLAPSE_OMEGA] = !options->corrections || fixed[ONS_COLLAPSE_OMEGA];
}

static void parameters_of(const statistics_scaling *data, const double *at, double *value) {
    const double nu = exp(-at[COLLAPSE_INVERSE]);
    value[ONS_COLLAPSE_XC] = data->center + data->range * at[COLLAPSE_PLACE];
    value[ONS_COLLAPSE_NU] = nu;
    value[ONS_COLLAPSE_KAPPA] = isnan(data->kappa) ? at[COLLAPSE_EXPONENT] * nu : data->kappa;
    value[ONS_COLLAPSE_OMEGA] = data->corrections ? exp(at[COLLAPSE_OMEGA]) : NAN;
}

/* ---- one window -----------------------------------------------------------------------------------------------------
 */

typedef struct window_fit {
    statistics_scaling data;
    double at[D], inverse[D * D];
    double covariance[P * P], exponent, exponent_variance;
    double criterion;
} window_fit;

/* The minimum: from where another window has it (near) and, the first time, from the best points of a scan. */
static ons_status find_minimum(window_fit *fit, const ons_collapse_options *options, const double *near) {
    double given[D], candidates[(CANDIDATES + 1) * D], best = INFINITY;
    size_t found = 0;
    coordinates_of(&fit->data, options, given);
    ons_status status = ONS_OK;
    if (near) {
        memcpy(candidates, near, D * sizeof *near);
        found = 1;
    } else {
        status = statistics_scaling_scan(&fit->data, given, CANDIDATES, candidates, &found);
    }
    for (size_t c = 0; c < found && status == ONS_OK; c++) {
        double at[D], inverse[D * D] = {0};
        memcpy(at, candidates + c * D, sizeof at);
        const double cost = near ? statistics_scaling_minimise(&fit->data, fit->data.y, at, inverse)
                                 : statistics_scaling_approach(&fit->data, at, inverse);
        if (!(cost < best)) { continue; }
        best = cost;
        memcpy(fit->at, at, sizeof at);
        memcpy(fit->inverse, inverse, sizeof inverse);
    }
    if (status == ONS_OK && isinf(best)) {
        status = ons_fail(ONS_FAILED, "no collapse was found: give starting values, or leave out what lies far away");
    }
    return status;
}

static ons_status describe_window(window_fit *fit, size_t left_out, ons_collapse_window *window) {
    const size_t n = fit->data.count;
    double *fitted = ONS_NEW(double, n), trace, gradient[D];
    if (!fitted) { return ONS_MEMORY; }
    const bool good = statistics_scaling_fitted(&fit->data, fit->at, fitted, &window->chi_squared, &trace);
    free(fitted);
    if (!good) { return ons_fail(ONS_FAILED, "the collapse of %zu points broke down", n); }
    double parameters = trace;
    for (size_t k = COLLAPSE_PLACE; k <= COLLAPSE_EXPONENT; k++) { parameters += !fit->data.fixed[k]; }
    parameters += !fit->data.fixed[COLLAPSE_OMEGA];
    window->points = n;
    window->freedom = (double)n - parameters;
    window->goodness = window->freedom > 0 ? statistics_chi_tail(window->chi_squared, window->freedom) : 1;
    window->evidence = -statistics_scaling_cost(&fit->data, fit->data.y, fit->at, gradient);
    fit->criterion = window->chi_squared + 2 * parameters + 2 * (double)left_out;
    parameters_of(&fit->data, fit->at, window->value);
    return ONS_OK;
}

/* New y about the fitted curves; the spread of what they give. */
static ons_status bootstrap(window_fit *fit, const ons_collapse_options *options, uint32_t stream,
                            ons_collapse_window *window) {
    const size_t n = fit->data.count, resamples = options->resamples ? options->resamples : 100;
    double *fitted = ONS_NEW(double, 3 * n), chi_squared, trace;
    if (!fitted) { return ONS_MEMORY; }
    double *normal = fitted + n, *y = normal + n, mean[P + 1] = {0}, square[(P + 1) * (P + 1)] = {0};
    ons_random random = ons_random_stream(ons_random_key(options->seed, 0x636f6c6c61707365), stream, 1);
    statistics_scaling_fitted(&fit->data, fit->at, fitted, &chi_squared, &trace);
    size_t good = 0;
    for (size_t r = 0; r < resamples; r++) {
        double at[D], inverse[D * D], value[P + 1];
        for (size_t i = 0; i < n; i++) { normal[i] = ons_random_normal(&random); }
        for (size_t i = 0; i < n; i++) {
            y[i] = fitted[i];
            for (size_t k = 0; k <= i; k++) { y[i] += fit->data.noise_factor[i * n + k] * normal[k]; }
        }
        memcpy(at, fit->at, sizeof at);
        memcpy(inverse, fit->inverse, sizeof inverse);
        if (isinf(statistics_scaling_minimise(&fit->data, y, at, inverse))) { continue; }
        parameters_of(&fit->data, at, value);
        value[P] = value[ONS_COLLAPSE_KAPPA] / value[ONS_COLLAPSE_NU];
        for (size_t k = 0; k <= P; k++) {
            value[k] -= k < P ? window->value[k] : fit->exponent;
            if (!isfinite(value[k])) { value[k] = 0; }
        }
        good++;
        for (size_t k = 0; k <= P; k++) {
            mean[k] += value[k];
            for (size_t l = 0; l <= P; l++) { square[k * (P + 1) + l] += value[k] * value[l]; }
        }
    }
    free(fitted);
    if (good < 2) { return ons_fail(ONS_FAILED, "the bootstrap of the collapse broke down"); }
    const double count = (double)good;
    for (size_t k = 0; k <= P; k++) {
        for (size_t l = 0; l <= P; l++) {
            const double value = (square[k * (P + 1) + l] - mean[k] * mean[l] / count) / (count - 1);
            if (k < P && l < P) { fit->covariance[k * P + l] = value; }
            if (k == P && l == P) { fit->exponent_variance = value; }
        }
    }
    for (size_t k = 0; k < P; k++) { window->error[k] = sqrt(fmax(fit->covariance[k * (P + 1)], 0)); }
    return ONS_OK;
}

/* The curvature of the likelihood also knows how far f itself is free, which a bootstrap about one f does not: where it
 * says more, the errors are widened to that. */
static void widen(window_fit *fit, ons_collapse_window *window) {
    double covariance[D * D], factor[P];
    if (!statistics_scaling_curvature(&fit->data, fit->at, covariance)) { return; }
    const double nu = window->value[ONS_COLLAPSE_NU], exponent = fit->exponent;
    const bool tied = !isnan(fit->data.kappa);
    /* derivatives of x_c, nu, kappa, omega and kappa/nu in the coordinates */
    const double jacobian[P + 1][D] = {
        [ONS_COLLAPSE_XC] = {[COLLAPSE_PLACE] = fit->data.range},
        [ONS_COLLAPSE_NU] = {[COLLAPSE_INVERSE] = -nu},
        [ONS_COLLAPSE_KAPPA] = {[COLLAPSE_INVERSE] = tied ? 0 : -exponent * nu, [COLLAPSE_EXPONENT] = nu},
        [ONS_COLLAPSE_OMEGA] = {[COLLAPSE_OMEGA] = exp(fit->at[COLLAPSE_OMEGA])},
        [P] = {[COLLAPSE_INVERSE] = tied ? exponent : 0, [COLLAPSE_EXPONENT] = 1},
    };
    for (size_t k = 0; k <= P; k++) {
        double variance = 0;
        for (size_t i = 0; i < D * D; i++) { variance += jacobian[k][i / D] * jacobian[k][i % D] * covariance[i]; }
        if (k == P) {
            fit->exponent_variance = fmax(fit->exponent_variance, variance);
        } else {
            const double before = fit->covariance[k * (P + 1)];
            factor[k] = before > 0 && variance > before ? sqrt(variance / before) : 1;
        }
    }
    for (size_t i = 0; i < P * P; i++) { fit->covariance[i] *= factor[i / P] * factor[i % P]; }
    for (size_t k = 0; k < P; k++) { window->error[k] = sqrt(fmax(fit->covariance[k * (P + 1)], 0)); }
}

/* ---- windows --------------------------------------------------------------------------------------------------------
 */

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The sizes from which windows begin: at least three sizes stay, where there are so many. */
static ons_status choose_cuts(scaling_job *job) {
    const size_t n = job->points->count;
    double *sorted = ONS_NEW(double, n);
    if (!sorted) { return ONS_MEMORY; }
    memcpy(sorted, job->sizes, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        if (different == 0 || sorted[i] != sorted[different - 1]) { sorted[different++] = sorted[i]; }
    }
    job->cuts = different > 3 && !job->options->whole ? different - 2 : 1;
    if (job->cuts > P) { job->cuts = P; }
    for (size_t k = 0; k < job->cuts; k++) { job->smallest[k] = sorted[k]; }
    free(sorted);
    return different >= 2 ? ONS_OK : ons_fail(ONS_INVALID, "a collapse needs at least two sizes");
}

/* The points of window (smallest size, |X| <= width); X at the exponents of the first fit. */
static size_t choose_points(const scaling_job *job, double smallest, double width, const double *value,
                            size_t *chosen) {
    size_t kept = 0, different = 0;
    double seen = NAN;
    for (size_t i = 0; i < job->points->count; i++) {
        const double size = job->sizes[i];
        if (size < smallest) { continue; }
        const double x = (job->points->x[i] - value[ONS_COLLAPSE_XC]) * pow(size, 1 / value[ONS_COLLAPSE_NU]);
        if (isfinite(width) && fabs(x) > width) { continue; }
        if (size != seen) { different++; }
        seen = size;
        chosen[kept++] = i;
    }
    return different < 2 ? 0 : kept;
}

static double widest(const scaling_job *job, const double *value) {
    double width = 0;
    for (size_t i = 0; i < job->points->count; i++) {
        width = fmax(width,
                     fabs(job->points->x[i] - value[ONS_COLLAPSE_XC]) * pow(job->sizes[i], 1 / value[ONS_COLLAPSE_NU]));
    }
    return width;
}

/* Fits one window; ONS_DONE where it holds too few points, or the same as the one before. */
static ons_status fit_window(scaling_job *job, double smallest, double width, const double *value, const double *near,
                             size_t before, window_fit *fit, ons_collapse_window *window) {
    size_t *chosen = ONS_NEW(size_t, job->points->count);
    if (!chosen) { return ONS_MEMORY; }
    const size_t n = choose_points(job, smallest, width, value, chosen);
    *fit = (window_fit){.criterion = INFINITY};
    *window = (ons_collapse_window){.smallest = smallest, .width = width};
    ons_status status = n < FEWEST_POINTS || n == before ? ONS_DONE : scaling_init(&fit->data, job, chosen, n);
    if (status == ONS_OK) { status = find_minimum(fit, job->options, near); }
    if (status == ONS_OK) { status = describe_window(fit, job->points->count - n, window); }
    fit->exponent = window->value[ONS_COLLAPSE_KAPPA] / window->value[ONS_COLLAPSE_NU];
    free(chosen);
    return status;
}

/* Coordinates are relative to the largest size alone, so that a fit of all points is a start for every window. */
static ons_status fit_windows(scaling_job *job, window_fit *fits, ons_collapse *collapse) {
    const double all[P] = {0, 1, 0, 1};
    ons_status status = fit_window(job, 0, INFINITY, all, NULL, 0, &fits[0], &collapse->window[0]);
    if (status == ONS_DONE) {
        return ons_fail(ONS_INVALID, "a collapse needs at least %d points of two sizes, not %zu", FEWEST_POINTS,
                        job->points->count);
    }
    if (status != ONS_OK) { return status; }
    collapse->windows = 1;
    collapse->window[0].smallest = job->smallest[0];
    const double *value = collapse->window[0].value, width = widest(job, value);
    collapse->window[0].width = width;
    for (size_t cut = 0; cut < job->cuts; cut++) {
        size_t before = 0;
        for (int half = 0; half < (job->options->whole ? 1 : 3); half++) {
            if (cut == 0 && half == 0) {
                before = job->points->count;
                continue;
            }
            const size_t k = collapse->windows;
            status = fit_window(job, job->smallest[cut], ldexp(width, -half) * (1 + 1e-12), value, fits[0].at, before,
                                &fits[k], &collapse->window[k]);
            if (status == ONS_MEMORY) { return status; }
            if (status == ONS_OK) {
                before = collapse->window[k].points;
                collapse->windows++;
            } else {
                scaling_free(&fits[k].data);
            }
        }
    }
    return ONS_OK;
}

/* ---- the average ----------------------------------------------------------------------------------------------------
 */

#define NEGLIGIBLE 0.005 /* weight below which a window is left out before its errors are found */

static void find_weights(const window_fit *fits, ons_collapse *collapse) {
    double least = INFINITY, sum = 0;
    for (size_t k = 0; k < collapse->windows; k++) {
        if (fits[k].criterion < least) { collapse->heaviest = k; }
        least = fmin(least, fits[k].criterion);
    }
    for (int pass = 0; pass < 2; pass++) {
        sum = 0;
        for (size_t k = 0; k < collapse->windows; k++) {
            ons_collapse_window *window = &collapse->window[k];
            const double weight = exp((least - fits[k].criterion) / 2);
            window->weight = pass == 0 ? weight : window->weight < NEGLIGIBLE ? 0 : window->weight;
            sum += window->weight;
        }
        for (size_t k = 0; k < collapse->windows; k++) { collapse->window[k].weight /= sum; }
    }
}

static void average(const window_fit *fits, const ons_collapse_options *options, ons_collapse *collapse) {
    double exponent_square = 0;
    for (size_t k = 0; k < collapse->windows; k++) {
        const ons_collapse_window *window = &collapse->window[k];
        for (size_t i = 0; i < P; i++) { collapse->value[i] += window->weight * window->value[i]; }
        collapse->exponent += window->weight * fits[k].exponent;
    }
    for (size_t k = 0; k < collapse->windows; k++) {
        const ons_collapse_window *window = &collapse->window[k];
        if (window->weight == 0) { continue; }
        for (size_t i = 0; i < P * P; i++) {
            const double spread =
                (window->value[i / P] - collapse->value[i / P]) * (window->value[i % P] - collapse->value[i % P]);
            collapse->covariance[i] += window->weight * (fits[k].covariance[i] + (isnan(spread) ? 0 : spread));
        }
        const double away = fits[k].exponent - collapse->exponent;
        exponent_square += window->weight * (fits[k].exponent_variance + away * away);
    }
    for (size_t i = 0; i < P; i++) {
        collapse->error[i] = options->fixed[i] ? 0 : sqrt(fmax(collapse->covariance[i * (P + 1)], 0));
    }
    if (!options->corrections) { collapse->error[ONS_COLLAPSE_OMEGA] = NAN; }
    collapse->exponent_error = sqrt(exponent_square);
}

/* ---- the door -------------------------------------------------------------------------------------------------------
 */

static ons_status check_input(const double *sizes, const ons_points *points, const ons_collapse_options *options) {
    static const char *const names[P] = {"x_c", "nu", "kappa", "omega"};
    for (size_t i = 0; i < points->count; i++) {
        if (!isfinite(points->x[i]) || !isfinite(points->y[i]) || !(points->errors[i] > 0) ||
            isinf(points->errors[i])) {
            return ons_fail(ONS_INVALID, "point %zu of the collapse, (%g, %g +- %g), needs a positive error", i + 1,
                            points->x[i], points->y[i], points->errors[i]);
        }
        if (!(sizes[i] > 0) || isinf(sizes[i])) {
            return ons_fail(ONS_INVALID, "the size of point %zu is %g where a positive one is needed", i + 1, sizes[i]);
        }
    }
    for (size_t k = 0; k < P; k++) {
        if (options->fixed[k] && !isfinite(options->start[k])) {
            return ons_fail(ONS_INVALID, "'%s' is fixed without a value", names[k]);
        }
    }
    if (options->start[ONS_COLLAPSE_NU] <= 0 || options->start[ONS_COLLAPSE_OMEGA] <= 0) {
        return ons_fail(ONS_INVALID, "nu and omega of a collapse are positive");
    }
    return ONS_OK;
}

ons_status ons_collapse_fit(const double *sizes, const ons_points *points, const ons_collapse_options *options,
                            ons_collapse *collapse) {
    *collapse = (ons_collapse){0};
    ons_status status = check_input(sizes, points, options);
    if (status != ONS_OK) { return status; }
    scaling_job job = {.sizes = sizes, .points = points, .options = options};
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < points->count; i++) {
        low = fmin(low, points->x[i]);
        high = fmax(high, points->x[i]);
    }
    job.center = low / 2 + high / 2;
    job.range = high - low;
    if (!(job.range > 0)) { return ons_fail(ONS_INVALID, "a collapse needs several values of x"); }
    window_fit *fits = ONS_NEW(window_fit, ONS_COLLAPSE_WINDOWS);
    status = fits ? choose_cuts(&job) : ONS_MEMORY;
    if (status == ONS_OK) { status = fit_windows(&job, fits, collapse); }
    if (status == ONS_OK) { find_weights(fits, collapse); }
    for (size_t k = 0; k < collapse->windows && status == ONS_OK; k++) {
        if (collapse->window[k].weight > 0) {
            status = bootstrap(&fits[k], options, (uint32_t)k, &collapse->window[k]);
            if (status == ONS_OK) { widen(&fits[k], &collapse->window[k]); }
        }
    }
    if (status == ONS_OK) { average(fits, options, collapse); }
    for (size_t k = 0; fits && k < ONS_COLLAPSE_WINDOWS; k++) { scaling_free(&fits[k].data); }
    free(fits);
    return status;
}
