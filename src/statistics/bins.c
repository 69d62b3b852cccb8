/*
 * Joint bins: the constant memory that is left of a replica's samples.
 *
 * The bins, the moments and the binning levels are all filled by one pass over a sample, in pieces that stay in
 * registers and the first cache.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/statistics.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 64

ons_status ons_bins_init(ons_bins *bins, size_t components, size_t capacity) {
    *bins = (ons_bins){.components = components, .capacity = capacity, .length = 1};
    if (capacity < 2 || capacity % 2 != 0) {
        return ons_fail(ONS_INVALID, "joint bins need an even capacity of at least 2, not %zu", capacity);
    }
    if (components > SIZE_MAX / sizeof(double) / (capacity > ONS_LEVELS ? capacity : ONS_LEVELS)) {
        return ons_fail(ONS_MEMORY, "%zu components with %zu bins do not fit into memory", components, capacity);
    }
    bins->shift = ONS_NEW(double, components);
    bins->bins = ONS_NEW(double, components *capacity);
    bins->partial = ONS_NEW(double, components);
    bins->squares = ONS_NEW(double, 2 * components);
    bins->level_squares = ONS_NEW(double, ONS_LEVELS *components);
    bins->level_sums = ONS_NEW(double, ONS_LEVELS *components);
    bins->level_pending = ONS_NEW(double, ONS_LEVELS *components);
    if (!bins->shift || !bins->bins || !bins->partial || !bins->squares || !bins->level_squares || !bins->level_sums ||
        !bins->level_pending) {
        ons_bins_free(bins);
        return ONS_MEMORY;
    }
    return ONS_OK;
}

void ons_bins_free(ons_bins *bins) {
    free(bins->shift);
    free(bins->bins);
    free(bins->partial);
    free(bins->squares);
    free(bins->level_squares);
    free(bins->level_sums);
    free(bins->level_pending);
    *bins = (ons_bins){0};
}

static void merge_pairs(ons_bins *bins) {
    const size_t n = bins->components;
    for (size_t i = 0; i < bins->capacity / 2; i++) {
        double *target = bins->bins + i * n;
        const double *first = bins->bins + 2 * i * n, *second = first + n;
        for (size_t c = 0; c < n; c++) { target[c] = (first[c] + second[c]) / 2; }
    }
    bins->count = bins->capacity / 2;
    bins->length *= 2;
}

/* sum + term with the rounding error of the addition collected beside it (Knuth's two-sum: no branch). */
static void add_squares(double *restrict sum, double *restrict compensation, const double *restrict x, size_t n) {
    for (size_t c = 0; c < n; c++) {
        const double term = x[c] * x[c], old = sum[c], new = old + term, part = new - old;
        compensation[c] += (old - (new - part)) + (term - part);
        sum[c] = new;
    }
}

/* The block of 2^level samples that ends with this sample is complete for every level below the trailing ones of its
 * index; the mean of each goes on to the next level, the last one waits there for its partner. */
static void add_levels(ons_bins *bins, double *restrict block, size_t first, size_t n, unsigned levels) {
    for (unsigned level = 0; level < levels && level + 1 < ONS_LEVELS; level++) {
        const size_t at = level * bins->components + first, next = at + bins->components;
        const double *restrict pending = bins->level_pending + at;
        double *restrict sums = bins->level_sums + next, *restrict squares = bins->level_squares + next;
        for (size_t c = 0; c < n; c++) {
            block[c] = (pending[c] + block[c]) / 2;
            sums[c] += block[c];
            squares[c] += block[c] * block[c];
        }
    }
    if (levels < ONS_LEVELS) {
        memcpy(bins->level_pending + levels * bins->components + first, block, n * sizeof *block);
    }
}

void ons_bins_add(ons_bins *bins, const double *sample) {
    assert(bins->capacity >= 2);
    const size_t n = bins->components;
    if (bins->samples == 0 && n > 0) { memcpy(bins->shift, sample, n * sizeof *sample); }
    if (bins->partial_samples == 0 && bins->count == bins->capacity) { merge_pairs(bins); }
    const unsigned levels = (unsigned)__builtin_ctzll(~bins->samples);
    double difference[PIECE];
    for (size_t first = 0; first < n; first += PIECE) {
        const size_t piece = n - first < PIECE ? n - first : PIECE;
        const double *restrict shift = bins->shift + first, *restrict from = sample + first;
        double *restrict partial = bins->partial + first;
        for (size_t c = 0; c < piece; c++) {
            difference[c] = from[c] - shift[c];
            partial[c] += difference[c];
        }
        add_squares(bins->squares + first, bins->squares + n + first, difference, piece);
        add_levels(bins, difference, first, piece, levels);
    }
    bins->samples++;
    if (++bins->partial_samples < bins->length) { return; }
    double *restrict bin = bins->bins + bins->count * n, *restrict partial = bins->partial;
    const double inverse = 1 / (double)bins->length; /* exact: a power of two */
    for (size_t c = 0; c < n; c++) {
        bin[c] = partial[c] * inverse;
        partial[c] = 0;
    }
    bins->count++;
    bins->partial_samples = 0;
}

/* Sum of all samples, minus shift. */
static double sum_of_all(const ons_bins *bins, size_t component) {
    double sum = 0;
    for (size_t i = 0; i < bins->count; i++) { sum += bins->bins[i * bins->components + component]; }
    return sum * (double)bins->length + bins->partial[component];
}

double ons_bins_mean(const ons_bins *bins, size_t component) {
    if (bins->samples == 0) { return NAN; }
    return bins->shift[component] + sum_of_all(bins, component) / (double)bins->samples;
}

double ons_bins_variance(const ons_bins *bins, size_t component) {
    if (bins->samples < 2) { return bins->samples == 1 ? 0 : NAN; }
    const double n = (double)bins->samples, sum = sum_of_all(bins, component);
    const double squares = bins->squares[component] + bins->squares[bins->components + component];
    const double rest = squares - sum * sum / n;
    return rest > 0 || isnan(rest) ? rest / (n - 1) : 0;
}

double ons_bins_level_error(const ons_bins *bins, size_t component, unsigned level) {
    if (level >= ONS_LEVELS || bins->samples >> level < 2) { return 0; }
    const double blocks = (double)(bins->samples >> level);
    if (level == 0) { return sqrt(ons_bins_variance(bins, component) / blocks); }
    const double sum = bins->level_sums[level * bins->components + component];
    const double rest = bins->level_squares[level * bins->components + component] - sum * sum / blocks;
    return rest > 0 || isnan(rest) ? sqrt(rest / (blocks - 1) / blocks) : 0;
}
