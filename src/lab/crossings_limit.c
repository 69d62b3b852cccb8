/*
 * Crossings of pairs of sizes with their joint errors, and where they go for infinite sizes:
 * x*(L) = x_c + a L^-w with L = sqrt(L1 L2) (Binder 1981; w = omega + 1/nu).
 *
 * Pairs share curves, so their crossings go together: the correlations are those of a parametric bootstrap of all
 * points, the errors those of the crossings themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 400 };

typedef struct pair {
    size_t first, second; /* curves */
} pair;

typedef struct sampler {
    const ons_curves *curves;
    double **factors; /* [curves] Cholesky factor of the covariance, or NULL */
    double **y;       /* [curves] resampled */
    const pair *pairs;
    size_t count;
} sampler;

static bool together(const ons_curve *curve) { return curve->points.covariance != NULL || curve->note[0] != '\0'; }

static ons_status cross_pair(const ons_curves *curves, pair which, double *const *y, ons_crossing *crossing) {
    ons_points points[2];
    const ons_curve *curve[2] = {&curves->curve[which.first], &curves->curve[which.second]};
    for (int k = 0; k < 2; ++k) {
        points[k] = curve[k]->points;
        if (y != NULL) { points[k].y = y[k == 0 ? which.first : which.second]; }
    }
    *crossing = (ons_crossing){.x = NAN, .x_error = NAN, .y = NAN, .y_error = NAN, .goodness = NAN};
    const ons_status status =
        lab_cross_curves(&points[0], &points[1], together(curve[0]) || together(curve[1]), crossing);
    if (status != ONS_OK) {
        *crossing = (ons_crossing){.x = NAN, .x_error = NAN, .y = NAN, .y_error = NAN, .goodness = NAN};
    }
    return status == ONS_MEMORY ? status : ONS_OK;
}

/* ---- the bootstrap --------------------------------------------------------------------------------------------------
 */

static void sampler_free(sampler *work) {
    for (size_t c = 0; c < work->curves->count; ++c) {
        if (work->factors != NULL) { free(work->factors[c]); }
        if (work->y != NULL) { free(work->y[c]); }
    }
    free(work->factors);
    free(work->y);
}

static ons_status sampler_init(sampler *work, const ons_curves *curves, const pair *pairs, size_t count) {
    *work = (sampler){.curves = curves, .pairs = pairs, .count = count};
    work->factors = ONS_NEW(double *, curves->count);
    work->y = ONS_NEW(double *, curves->count);
    if (work->factors == NULL || work->y == NULL) { return ONS_MEMORY; }
    for (size_t c = 0; c < curves->count; ++c) {
        const ons_points *points = &curves->curve[c].points;
        work->y[c] = ONS_NEW(double, points->count);
        if (work->y[c] == NULL) { return ONS_MEMORY; }
        if (points->covariance == NULL) { continue; }
        work->factors[c] = ONS_NEW(double, points->count * points->count);
        if (work->factors[c] == NULL) { return ONS_MEMORY; }
        if (ons_covariance_root(points, work->factors[c]) != ONS_OK) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

/* New values of all points. Those of one curve that come from the same replicas but have no covariance move together,
 * which is the worst that they can do. */
static void resample(sampler *work, ons_random *random) {
    for (size_t c = 0; c < work->curves->count; ++c) {
        const ons_curve *curve = &work->curves->curve[c];
        const ons_points *points = &curve->points;
        const double common = ons_random_normal(random);
        double *y = work->y[c];
        memcpy(y, points->y, points->count * sizeof *y);
        for (size_t i = 0; i < points->count; ++i) {
            const double normal = ons_random_normal(random);
            if (work->factors[c] == NULL) {
                y[i] += points->errors[i] * (together(curve) ? common : normal);
                continue;
            }
            for (size_t k = 0; k < points->count; ++k) { y[k] += work->factors[c][k * points->count + i] * normal; }
        }
    }
}

/* Sums over resamples, of differences from the crossings found, of the pairs that cross in both. */
typedef struct moments {
    double *sum, *square, *number; /* [count][count]: of the first of two, their product, how often */
} moments;

static void add_moments(const sampler *work, const ons_crossing_row *rows, const double *x, moments *all) {
    const size_t n = work->count;
    for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < n; ++j) {
            const double a = x[i] - rows[i].crossing.x, b = x[j] - rows[j].crossing.x;
            if (!isfinite(a) || !isfinite(b)) { continue; }
            all->sum[i * n + j] += a;
            all->square[i * n + j] += a * b;
            all->number[i * n + j] += 1;
        }
    }
}

static double joint_moment(const moments *all, size_t n, size_t i, size_t j) {
    const double number = all->number[i * n + j];
    return number < 2 ? 0
                      : all->square[i * n + j] / number - all->sum[i * n + j] / number * (all->sum[j * n + i] / number);
}

static ons_status joint_covariance(sampler *work, const ons_crossings_request *request, ons_crossings *crossings) {
    const size_t n = work->count, resamples = request->resamples > 0 ? request->resamples : RESAMPLES;
    double *memory = ONS_NEW(double, 3 * n * n + n);
    if (memory == NULL) { return ONS_MEMORY; }
    moments all = {memory, memory + n * n, memory + 2 * n * n};
    double *x = memory + 3 * n * n;
    ons_random random = ons_random_stream(ons_random_key(request->seed, 0x63726f7373696e67), 0, 1);
    ons_status status = ONS_OK;
    for (size_t r = 0; r < resamples && status == ONS_OK; ++r) {
        resample(work, &random);
        for (size_t i = 0; i < n && status == ONS_OK; ++i) {
            ons_crossing crossing;
            status = cross_pair(work->curves, work->pairs[i], work->y, &crossing);
            x[i] = crossing.x;
        }
        if (status == ONS_OK) { add_moments(work, crossings->row, x, &all); }
    }
    for (size_t i = 0; i < n * n; ++i) {
        const size_t a = i / n, b = i % n;
        const double scale = sqrt(joint_moment(&all, n, a, a) * joint_moment(&all, n, b, b));
        const double correlation = a == b ? 1 : scale > 0 ? joint_moment(&all, n, a, b) / scale : 0;
        crossings->covariance[i] =
            correlation * crossings->row[a].crossing.x_error * crossings->row[b].crossing.x_error;
    }
    free(memory);
    return status;
}

/* ---- the limit ------------------------------------------------------------------------------------------------------
 */

static void explain(ons_crossings *crossings, const char *why) {
    snprintf(crossings->why, sizeof crossings->why, "%s", why);
}

/* The pairs that cross, as points (L, x). */
static ons_status limit_points(const ons_crossings *crossings, double **memory, ons_points *points) {
    const size_t n = crossings->count;
    *memory = ONS_NEW(double, 3 * n + n * n);
    if (*memory == NULL) { return ONS_MEMORY; }
    double *x = *memory, *y = x + n, *errors = y + n, *covariance = errors + n;
    size_t m = 0;
    for (size_t i = 0; i < n; ++i) {
        if (!isfinite(crossings->row[i].crossing.x)) { continue; }
        x[m] = crossings->size[i];
        y[m] = crossings->row[i].crossing.x;
        errors[m++] = crossings->row[i].crossing.x_error;
    }
    size_t a = 0;
    for (size_t i = 0; i < n; ++i) {
        if (!isfinite(crossings->row[i].crossing.x)) { continue; }
        size_t b = 0;
        for (size_t j = 0; j < n; ++j) {
            if (isfinite(crossings->row[j].crossing.x)) { covariance[a * m + b++] = crossings->covariance[i * n + j]; }
        }
        ++a;
    }
    *points = (ons_points){m, x, y, errors, covariance, INFINITY};
    return ONS_OK;
}

static ons_status fit_named(const char *name, const ons_points *points, const double *start, const bool *fixed,
                            ons_model_fit *fit) {
    ons_model *model;
    ons_status status = ons_model_named(&model, name);
    if (status != ONS_OK) { return status; }
    status = ons_model_least_squares(model, points, start, fixed, fit);
    ons_model_free(model);
    return status;
}

static ons_status find_limit(const ons_crossings_request *request, ons_crossings *crossings) {
    double *memory;
    ons_points points;
    ons_status status = limit_points(crossings, &memory, &points);
    if (status != ONS_OK) { return status; }
    const bool given = !isnan(request->omega);
    const double start[3] = {NAN, NAN, request->omega};
    const bool fixed[3] = {false, false, given};
    const size_t needed = given ? 2 : 4;
    if (points.count >= 1) {
        crossings->has_constant = fit_named("constant", &points, NULL, NULL, &crossings->constant) == ONS_OK;
    }
    if (points.count < needed) {
        explain(crossings, given ? "a limit with given --omega needs 2 crossings"
                                 : "a limit with free exponent needs 4 crossings: give --omega, or more sizes");
    } else {
        status = fit_named("limit", &points, start, fixed, &crossings->limit);
        if (status == ONS_OK && !given && !(crossings->limit.value[2] > crossings->limit.error[2])) {
            explain(crossings, "the crossings do not tell the exponent of their corrections: give it with --omega");
        } else if (status == ONS_OK) {
            crossings->has_limit = true;
        } else {
            explain(crossings, ons_message());
        }
    }
    free(memory);
    return status == ONS_MEMORY ? status : ONS_OK;
}

/* ---- the door -------------------------------------------------------------------------------------------------------
 */

void ons_crossings_free(ons_crossings *crossings) {
    free(crossings->row);
    free(crossings->size);
    free(crossings->covariance);
    *crossings = (ons_crossings){0};
}

static ons_status check_curves(const ons_curves *curves, const char *by) {
    for (size_t c = 0; c < curves->count; ++c) {
        const ons_curve *curve = &curves->curve[c];
        if (isnan(curve->by)) { return ons_fail(ONS_INVALID, "crossings need a number in '%s' everywhere", by); }
        if (curve->unweighted) { return ons_fail(ONS_INVALID, "crossings need errors to weigh their points"); }
        if (c > 0 && curve->by == curve[-1].by) {
            return ons_fail(ONS_INVALID,
                            "crossings of tasks that differ in two parameters only, but there are '%s' and '%s'",
                            curve[-1].label, curve->label);
        }
    }
    return curves->count >= 2 ? ONS_OK : ons_fail(ONS_INVALID, "crossings need at least two values of '%s'", by);
}

static ons_status cross_all(const ons_crossings_request *request, const ons_curves *curves, pair *pairs,
                            ons_crossings *crossings) {
    ons_status status = ONS_OK;
    for (size_t a = 0; a < curves->count; ++a) {
        for (size_t b = a + 1; b < (request->all || a + 2 > curves->count ? curves->count : a + 2); ++b) {
            const size_t k = crossings->count++;
            const double size1 = curves->curve[a].by, size2 = curves->curve[b].by;
            pairs[k] = (pair){a, b};
            crossings->row[k] = (ons_crossing_row){.by1 = size1, .by2 = size2};
            crossings->size[k] = sqrt(fabs(size1 * size2));
            if (status == ONS_OK) { status = cross_pair(curves, pairs[k], NULL, &crossings->row[k].crossing); }
        }
    }
    return status;
}

ons_status ons_results_crossings_limit(const ons_results *results, const ons_crossings_request *request,
                                       ons_crossings *crossings) {
    const ons_curves_request wanted = {request->quantity, request->x, request->by, request->from, request->to};
    ons_curves *curves = NULL;
    pair *pairs = NULL;
    sampler work = {0};
    *crossings = (ons_crossings){0};
    ons_status status = ons_results_curves(results, &wanted, &curves);
    if (status != ONS_OK) { return status; }
    status = check_curves(curves, request->by);
    if (status == ONS_OK) {
        const size_t most = curves->count * curves->count / 2 + 1;
        pairs = ONS_NEW(pair, most);
        crossings->row = ONS_NEW(ons_crossing_row, most);
        crossings->size = ONS_NEW(double, most);
        crossings->covariance = ONS_NEW(double, most *most);
        const bool memory =
            pairs != NULL && crossings->row != NULL && crossings->size != NULL && crossings->covariance != NULL;
        status = memory ? cross_all(request, curves, pairs, crossings) : ONS_MEMORY;
    }
    if (status == ONS_OK) { status = sampler_init(&work, curves, pairs, crossings->count); }
    if (status == ONS_OK) { status = joint_covariance(&work, request, crossings); }
    if (status == ONS_OK) { status = find_limit(request, crossings); }
    if (work.curves != NULL) { sampler_free(&work); }
    if (status != ONS_OK) { ons_crossings_free(crossings); }
    free(pairs);
    ons_curves_free(curves);
    return status;
}

ons_status ons_results_collapse(const ons_results *results, const ons_curves_request *request,
                                const ons_collapse_options *options, ons_collapse *collapse) {
    ons_curves *curves = NULL;
    *collapse = (ons_collapse){0};
    ons_status status = ons_results_curves(results, request, &curves);
    if (status != ONS_OK) { return status; }
    status = check_curves(curves, request->by);
    ons_points points;
    double *sizes = NULL;
    void *memory = NULL;
    if (status == ONS_OK) { status = lab_join_curves(curves, &points, &sizes, &memory); }
    if (status == ONS_OK) { status = ons_collapse_fit(sizes, &points, options, collapse); }
    free(memory);
    ons_curves_free(curves);
    return status;
}

ons_status lab_join_curves(const ons_curves *curves, ons_points *points, double **sizes, void **memory) {
    size_t n = 0, at = 0;
    bool joint = false;
    for (size_t c = 0; c < curves->count; ++c) {
        n += curves->curve[c].points.count;
        joint = joint || curves->curve[c].points.covariance != NULL;
    }
    double *all = ONS_NEW(double, 4 * n + (joint ? n * n : 0));
    if (all == NULL) { return ONS_MEMORY; }
    double *x = all, *y = x + n, *errors = y + n, *size = errors + n, *covariance = size + n;
    for (size_t c = 0; c < curves->count; ++c) {
        const ons_points *one = &curves->curve[c].points;
        for (size_t i = 0; i < one->count; ++i) {
            x[at + i] = one->x[i];
            y[at + i] = one->y[i];
            errors[at + i] = one->errors[i];
            size[at + i] = curves->curve[c].by;
            for (size_t j = 0; joint && j < one->count; ++j) {
                const double plain = i == j ? one->errors[i] * one->errors[i] : 0;
                covariance[(at + i) * n + at + j] =
                    one->covariance == NULL ? plain : one->covariance[i * one->count + j];
            }
        }
        at += one->count;
    }
    *points = (ons_points){n, x, y, errors, joint ? covariance : NULL, INFINITY};
    *sizes = size;
    *memory = all;
    return ONS_OK;
}
