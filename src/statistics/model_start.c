/*
 * Where a fit begins: parameters in which the model is linear are solved for, the others tried over magnitudes of
 * numbers and of x (variable projection: Golub and Pereyra 1973).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRIED 20    /* values of a parameter */
#define SCANNED 3   /* parameters at most; further ones begin at 1 */
#define LOOKED_AT 5 /* values of x at which linearity is looked at */

typedef struct search {
    const ons_model *model;
    const ons_points *points;
    double base[ONS_MODEL_PARAMETERS];
    size_t linear[ONS_MODEL_PARAMETERS], linears, scanned[SCANNED], scans;
    double tried[TRIED];
    size_t tries;
    double *design; /* [points][linears + 1] */
} search;

/* Whether f is of first order in parameters i and j together: mixed second differences vanish. */
static bool is_bilinear(const search *work, size_t i, size_t j) {
    double p[ONS_MODEL_PARAMETERS];
    const ons_points *points = work->points;
    for (size_t k = 0; k < LOOKED_AT; k++) {
        const double x = points->x[k * (points->count - 1) / (LOOKED_AT - 1)];
        double f[4], largest = 0;
        for (int corner = 0; corner < 4; corner++) {
            for (size_t a = 0; a < work->model->count; a++) {
                p[a] = isnan(work->base[a]) ? 0.7 + 0.2 * (double)a : work->base[a];
            }
            p[i] += corner & 1 ? 0.375 : 0;
            p[j] += corner & 2 ? 0.375 : 0;
            f[corner] = ons_model_value(work->model, x, p);
            largest = fmax(largest, fabs(f[corner]));
        }
        if (!(fabs(f[0] - f[1] - f[2] + f[3]) <= 1e-11 * largest)) { return false; }
    }
    return true;
}

static void sort_parameters(search *work) {
    for (size_t i = 0; i < work->model->count; i++) {
        if (!isnan(work->base[i])) { continue; }
        bool linear = is_bilinear(work, i, i);
        for (size_t k = 0; linear && k < work->linears; k++) { linear = is_bilinear(work, i, work->linear[k]); }
        if (linear) {
            work->linear[work->linears++] = i;
        } else if (work->scans < SCANNED) {
            work->scanned[work->scans++] = i;
        } else {
            work->base[i] = 1;
        }
    }
    for (size_t k = 0; k < work->linears; k++) { work->base[work->linear[k]] = 0; }
}

/* Plain numbers, as for an exponent, and numbers of the size of x, as for a place, a width or a length. */
static void choose_tries(search *work) {
    static const double numbers[] = {1, -1, 0.5, -0.5, 2, -2, 0.2, -0.2, 4, -4, 0.05, -0.05, 10};
    const ons_points *points = work->points;
    double low = INFINITY, high = -INFINITY, top = -INFINITY, place = 0;
    for (size_t i = 0; i < points->count; i++) {
        low = fmin(low, points->x[i]);
        high = fmax(high, points->x[i]);
        if (fabs(points->y[i]) > top) {
            top = fabs(points->y[i]);
            place = points->x[i];
        }
    }
    const double of_x[] = {place,           low / 2 + high / 2, high - low, (high - low) / 4, (high - low) / 16,
                           1 / (high - low)};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) { work->tried[work->tries++] = numbers[i]; }
    for (size_t i = 0; i < sizeof of_x / sizeof *of_x; i++) {
        if (isfinite(of_x[i])) { work->tried[work->tries++] = of_x[i]; }
    }
}

/* Solves the triangle for the linear parameters; a column that vanishes leaves its parameter at 0. */
static void solve_linear(const search *work, double *p) {
    const size_t n = work->linears, columns = n + 1;
    for (size_t k = n; k-- > 0;) {
        double sum = work->design[k * columns + n];
        for (size_t j = k + 1; j < n; j++) { sum -= work->design[k * columns + j] * p[work->linear[j]]; }
        const double pivot = work->design[k * columns + k];
        p[work->linear[k]] = fabs(pivot) > 1e-12 ? sum / pivot : 0;
    }
}

/* The linear parameters of p, and chi^2; infinite where the model is not finite. */
static double project(const search *work, double *p) {
    const ons_points *points = work->points;
    const size_t n = work->linears, columns = n + 1;
    if (n > points->count) { return INFINITY; }
    for (size_t i = 0; i < points->count; i++) {
        double *row = work->design + i * columns;
        const double weight = 1 / points->errors[i], plain = ons_model_value(work->model, points->x[i], p);
        row[n] = (points->y[i] - plain) * weight;
        if (!isfinite(row[n])) { return INFINITY; }
        for (size_t k = 0; k < n; k++) {
            p[work->linear[k]] = 1;
            row[k] = (ons_model_value(work->model, points->x[i], p) - plain) * weight;
            p[work->linear[k]] = 0;
            if (!isfinite(row[k])) { return INFINITY; }
        }
    }
    if (n > 0) { statistics_reduce(work->design, points->count, columns); }
    double chi_squared = 0;
    for (size_t i = n; i < points->count; i++) {
        const double rest = work->design[i * columns + n];
        chi_squared += rest * rest;
    }
    solve_linear(work, p);
    return chi_squared;
}

/* Keeps the best candidates in order. */
static void keep(const search *work, const double *p, double cost, size_t most, double *candidates, double *costs,
                 size_t *found) {
    const size_t n = work->model->count;
    size_t place = *found;
    while (place > 0 && costs[place - 1] > cost) { place--; }
    if (place >= most) { return; }
    if (*found < most) { ++*found; }
    for (size_t i = *found - 1; i > place; i--) {
        memcpy(candidates + i * n, candidates + (i - 1) * n, n * sizeof *p);
        costs[i] = costs[i - 1];
    }
    memcpy(candidates + place * n, p, n * sizeof *p);
    costs[place] = cost;
}

ons_status statistics_model_start(const ons_model *model, const statistics_whitened *white, const double *start,
                                  size_t most, double *candidates, size_t *found) {
    search work = {.model = model, .points = white->points};
    for (size_t i = 0; i < model->count; i++) { work.base[i] = start ? start[i] : NAN; }
    sort_parameters(&work);
    choose_tries(&work);
    work.design = ONS_NEW(double, work.points->count *(work.linears + 1));
    double *costs = ONS_NEW(double, most);
    const bool memory = work.design && costs;
    size_t total = 1;
    for (size_t k = 0; k < work.scans; k++) { total *= work.tries; }
    *found = 0;
    for (size_t index = 0; memory && index < total; index++) {
        double p[ONS_MODEL_PARAMETERS];
        memcpy(p, work.base, sizeof p);
        for (size_t k = 0, rest = index; k < work.scans; k++, rest /= work.tries) {
            p[work.scanned[k]] = work.tried[rest % work.tries];
        }
        const double cost = project(&work, p);
        if (isfinite(cost)) { keep(&work, p, cost, most, candidates, costs, found); }
    }
    free(work.design);
    free(costs);
    return memory ? ONS_OK : ONS_MEMORY;
}
