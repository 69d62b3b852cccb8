/*
 * The density of states from the transitions that a random walk in energy has tried.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "walk.h"

#include <math.h>
#include <stdlib.h>

/* A matrix over bins with entries at most `reach` off the diagonal: row i, column i + k - reach at [i * width + k]. */
typedef struct band {
    size_t count, width, reach;
    double *entry;
} band;

static double *at(const band *matrix, size_t row, size_t column) {
    return &matrix->entry[row * matrix->width + column + matrix->reach - row];
}

static size_t below(size_t k, size_t reach) { return k > reach ? k - reach : 0; }

/* The bins that were visited, in order: place[i] of bin i, SIZE_MAX for none. Leaving out bins keeps the band. */
static size_t list_visited(const ons_walk *walk, size_t *bins, size_t *place) {
    const ons_walk_range *range = &walk->model->range;
    size_t count = 0;
    for (size_t b = 0; b < range->window; b++) {
        uint64_t visits = 0;
        for (size_t k = 0; k < range->moves; k++) { visits += walk->proposals[b * range->moves + k]; }
        place[b] = visits ? count : SIZE_MAX;
        if (visits) { bins[count++] = b; }
    }
    return count;
}

static void fill_transitions(const ons_walk *walk, const size_t *bins, const size_t *place, band *matrix) {
    const ons_walk_range *range = &walk->model->range;
    for (size_t i = 0; i < matrix->count; i++) {
        const size_t b = bins[i];
        const uint64_t *tried = walk->proposals + b * range->moves, *threshold = walk->threshold + b * range->moves;
        double visits = 0;
        for (size_t k = 0; k < range->moves; k++) { visits += (double)tried[k]; }
        for (size_t k = 0; k < range->moves; k++) {
            const int64_t next = (int64_t)(b + k) - (int64_t)range->reach;
            if (next < 0 || next >= (int64_t)range->window || place[next] == SIZE_MAX || next == (int64_t)b) {
                continue;
            }
            *at(matrix, i, place[next]) = (double)tried[k] / visits * ((double)threshold[k] * 0x1p-64);
        }
    }
}

/* Grassmann, Taksar and Heyman: states are taken out from the last to the first; false: not connected. */
static bool eliminate(band *matrix, double *pi) {
    for (size_t n = matrix->count; n-- > 1;) {
        const size_t first = below(n, matrix->reach);
        double leave = 0;
        for (size_t j = first; j < n; j++) { leave += *at(matrix, n, j); }
        if (!(leave > 0)) { return false; }
        for (size_t i = first; i < n; i++) {
            double *into = at(matrix, i, n);
            *into /= leave;
            for (size_t j = first; j < n; j++) {
                if (j != i) { *at(matrix, i, j) += *into * *at(matrix, n, j); }
            }
        }
    }
    pi[0] = 1;
    for (size_t n = 1; n < matrix->count; n++) {
        pi[n] = 0;
        for (size_t i = below(n, matrix->reach); i < n; i++) { pi[n] += pi[i] * *at(matrix, i, n); }
        if (!(pi[n] > 0) || !isfinite(pi[n])) { return false; }
    }
    return true;
}

/* ln g of the visited bins, of which each but the one at energy 0 stands for two in a folded range. */
static void expand(const ons_walk *walk, const size_t *bins, const double *pi, size_t count, ons_density *density) {
    const ons_walk_range *range = &walk->model->range;
    for (size_t i = 0; i < count; i++) {
        density->level[i] = range->lowest + range->step * (int64_t)bins[i];
        density->log_g[i] = ons_log(pi[i]) + walk->log_g[bins[i]];
    }
    density->count = count;
    for (size_t i = count; walk->model->colour && i-- > 0;) {
        if (density->level[i] == 0) { continue; }
        density->level[density->count] = -density->level[i];
        density->log_g[density->count++] = density->log_g[i];
    }
}

/* To the sum states^sites; of a limited walk, to a largest g of 1. */
static void normalise(const ons_walk_model *model, ons_density *density) {
    double highest = -INFINITY, sum = 0;
    for (size_t k = 0; k < density->count; k++) { highest = fmax(highest, density->log_g[k]); }
    for (size_t k = 0; k < density->count; k++) { sum += ons_exp(density->log_g[k] - highest); }
    const double all = density->sites * ons_log((double)spins_walk_values(model)) - ons_log(sum);
    const double shift = (model->options.limited ? 0 : all) - highest;
    for (size_t k = 0; k < density->count; k++) { density->log_g[k] += shift; }
}

ons_status ons_walk_density(const ons_walk *walk, ons_density *density) {
    const ons_walk_range *range = &walk->model->range;
    *density = (ons_density){.sites = walk->model->graph->sites};
    size_t *bins = ONS_NEW(size_t, range->window), *place = ONS_NEW(size_t, range->window);
    double *pi = ONS_NEW(double, range->window);
    band matrix = {.width = range->moves, .reach = range->reach};
    matrix.entry = ONS_NEW(double, range->window * range->moves);
    density->level = ONS_NEW(int64_t, 2 * range->window);
    density->log_g = ONS_NEW(double, 2 * range->window);
    ons_status status = ONS_OK;
    if (!bins || !place || !pi || !matrix.entry || !density->level || !density->log_g) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    matrix.count = walk->fixed ? list_visited(walk, bins, place) : 0;
    status = ONS_DONE;
    if (matrix.count == 0) { goto cleanup; }
    fill_transitions(walk, bins, place, &matrix);
    if (!eliminate(&matrix, pi)) { goto cleanup; }
    expand(walk, bins, pi, matrix.count, density);
    normalise(walk->model, density);
    status = ONS_OK;
cleanup:
    free(bins);
    free(place);
    free(pi);
    free(matrix.entry);
    if (status) { ons_density_free(density); }
    return status;
}
