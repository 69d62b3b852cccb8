/*
 * Networks of patterns with entries -1, 0, 1: energies by elementary symmetric polynomials, bit-sliced.
 *
 * A flip of spin i takes the number c of matching entries of each pattern to c - t, t = xi_i s_i, and V(c) = e_P to
 * V(c - t) = V(c) + 2 (C(c) - t W(c)), with C and W of patterns_kernel.h. So a flip costs
 *   dE = -2 scale (sum of C over the patterns with an entry at i - s_i sum of xi_i W).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 60 };

typedef struct bit_store {
    const ons_patterns *patterns;
    const spins_pattern_kernels *kernels;
    unsigned order;
    spins_pattern_layout layout;
    int32_t *entries;      /* diluted: [count], entries of a pattern that are not 0 */
    uint32_t *patterns_at; /* diluted: [sites], patterns with an entry there */
} bit_store;

typedef struct bit_sums {
    uint64_t *planes;             /* [blocks][layout.planes][8] */
    uint8_t *width;               /* [blocks] */
    int64_t value;                /* sum of V over the patterns */
    int64_t steepness, curvature; /* without dilution: sums of W and C over the patterns */
    int64_t gain;                 /* of the last flip that was asked for: half of what it adds to the value */
} bit_sums;

/* ---- polynomials ---------------------------------------------------------------------------------------------- */

bool spins_elementary(unsigned order, int64_t n, int64_t s, spins_wide *e) {
    const spins_wide limit = (spins_wide)1 << 100;
    e[0] = 1;
    if (order > 0) { e[1] = s; }
    for (unsigned k = 1; k < order; k++) {
        e[k + 1] = (s * e[k] - (n - (int64_t)k + 1) * e[k - 1]) / (int64_t)(k + 1);
        if (e[k + 1] > limit || e[k + 1] < -limit) { return false; }
    }
    return true;
}

static bool polynomial(unsigned order, int64_t n, int64_t c, spins_wide *value) {
    spins_wide e[ONS_RECALL_ORDER + 1];
    if (!spins_elementary(order, n, 2 * c - n, e)) { return false; }
    *value = e[order];
    return true;
}

/* All levels at c, and V itself. */
static bool levels_at(unsigned order, int64_t n, int64_t c, spins_wide *level, spins_wide *value) {
    spins_wide v[ONS_RECALL_ORDER + 2], curve[ONS_RECALL_ORDER];
    for (unsigned k = 0; k <= order + 1; k++) {
        if (!polynomial(order, n, c - 1 + (int64_t)k, &v[k])) { return false; }
    }
    *value = v[1];
    level[0] = (v[2] - v[0]) / 4;
    for (unsigned k = 0; k < order - 1; k++) { curve[k] = (v[k + 2] - 2 * v[k + 1] + v[k]) / 4; }
    for (unsigned l = 1; l + 1 < order; l++) {
        level[l] = curve[0];
        for (unsigned k = 0; k + l < order - 1; k++) { curve[k] = curve[k + 1] - curve[k]; }
    }
    return true;
}

/* ---- the model ------------------------------------------------------------------------------------------------ */

/* The digits that hold x in two's complement. */
static unsigned digits_of(spins_wide x) {
    unsigned bits = 1;
    for (spins_wide rest = x < 0 ? ~x : x; rest > 0; rest >>= 1) { bits++; }
    return bits;
}

/* For patterns of n entries: every level fits, and no sum over patterns leaves 62 bits. */
static ons_status widen(bit_store *store, int64_t n) {
    spins_pattern_layout *layout = &store->layout;
    spins_wide level[SPINS_PATTERN_LEVELS], value;
    for (int64_t c = 0; c <= n; c++) {
        bool fits = levels_at(store->order, n, c, level, &value);
        const unsigned room = MOST_DIGITS - digits_of((spins_wide)store->patterns->count);
        fits = fits && digits_of(value) < room;
        for (unsigned l = 0; fits && l < layout->levels; l++) {
            const unsigned bits = digits_of(level[l]);
            fits = bits < room;
            if (bits > layout->bits[l]) { layout->bits[l] = bits; }
        }
        if (!fits) {
            return ons_fail(ONS_INVALID,
                            "the energy of %llu patterns of %lld sites with P = %u is beyond whole numbers of 62 bits",
                            (unsigned long long)store->patterns->count, (long long)n, store->order);
        }
    }
    return ONS_OK;
}

ons_status ons_recall_check(uint32_t sites, uint64_t count, unsigned order) {
    const ons_patterns patterns = {.sites = sites, .count = count};
    bit_store store = {.patterns = &patterns, .order = order, .layout.levels = order - 1};
    const ons_status status = spins_recall_check_order(order, sites);
    return status ? status : widen(&store, sites);
}

static ons_status count_entries(bit_store *store) {
    const ons_patterns *patterns = store->patterns;
    const uint32_t sites = patterns->sites;
    store->entries = ONS_NEW(int32_t, patterns->count);
    store->patterns_at = ONS_NEW(uint32_t, sites);
    uint8_t *seen = ONS_NEW(uint8_t, (size_t)sites + 1);
    ons_status status = store->entries && store->patterns_at && seen ? ONS_OK : ONS_MEMORY;
    for (uint32_t i = 0; !status && i < sites; i++) {
        for (uint64_t k = 0; k < patterns->count; k++) {
            const uint32_t one = spins_patterns_there(patterns, i)[k / 64] >> k % 64 & 1;
            store->entries[k] += (int32_t)one;
            store->patterns_at[i] += one;
        }
    }
    for (uint64_t k = 0; !status && k < patterns->count; k++) { seen[store->entries[k]] = 1; }
    for (uint32_t n = 0; !status && n <= sites; n++) {
        if (seen[n]) { status = widen(store, n); }
    }
    free(seen);
    return status;
}

static void lay_out(spins_pattern_layout *layout, unsigned order, size_t blocks) {
    layout->blocks = blocks;
    for (unsigned l = layout->levels - 1; l-- > 0;) { /* none has fewer digits than the one below */
        if (layout->bits[l] < layout->bits[l + 1]) { layout->bits[l] = layout->bits[l + 1]; }
    }
    layout->constant = order == 2 ? 1 : order - 2;
    for (unsigned l = 0; l < layout->levels; l++) {
        layout->first[l] = layout->planes;
        layout->planes += layout->bits[l];
    }
}

static void close_model(ons_recall_model *model) {
    bit_store *store = model->store;
    free(store->entries);
    free(store->patterns_at);
}

double ons_recall_bytes(double sites, double count, unsigned order, unsigned states) {
    if (spins_recall_prefers_whole(sites, count, order)) {
        return 3 * sites * (sites + 64) + states * (5 * sites + 768) + 20000;
    }
    /* a level that grows as the power k of N takes some k log2 N planes */
    double planes = 0;
    for (unsigned k = 1; k < order; k++) { planes += 2 + k * log2(sites); }
    return states * (ceil(count / SPINS_PLANE_BITS) * (64 * planes + 1) + sites + 512) + 4 * count + 20000;
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

static ons_status open_sums(ons_recall *state) {
    const bit_store *store = state->model->store;
    bit_sums *sums = state->sums = ONS_NEW(bit_sums, 1);
    if (!sums) { return ONS_MEMORY; }
    sums->planes = ONS_NEW(uint64_t, store->layout.blocks * store->layout.planes * SPINS_PLANE_WORDS);
    sums->width = ONS_NEW(uint8_t, store->layout.blocks);
    return sums->planes && sums->width ? ONS_OK : ONS_MEMORY;
}

static void close_sums(ons_recall *state) {
    bit_sums *sums = state->sums;
    free(sums->planes);
    free(sums->width);
}

static void put_digits(const spins_pattern_layout *layout, uint64_t *planes, uint64_t pattern,
                       const spins_wide *level) {
    uint64_t *block = planes + pattern / SPINS_PLANE_BITS * SPINS_PLANE_WORDS * layout->planes;
    const uint64_t word = pattern % SPINS_PLANE_BITS / 64, bit = pattern % 64;
    for (unsigned l = 0; l < layout->levels; l++) {
        for (unsigned b = 0; b < layout->bits[l]; b++) {
            const uint64_t digit = (uint64_t)(level[l] >> b) & 1;
            block[(layout->first[l] + b) * SPINS_PLANE_WORDS + word] |= digit << bit;
        }
    }
}

static void sum_levels(const bit_store *store, bit_sums *sums) {
    const ons_patterns *patterns = store->patterns;
    if (patterns->diluted) { return; }
    sums->steepness = store->kernels->sum(&store->layout, sums->planes, sums->width, patterns->there);
    sums->curvature = store->order == 2 ? (int64_t)patterns->count
                                        : store->kernels->sum_level(&store->layout, sums->planes, 1, patterns->there);
}

/* Levels of all patterns from their overlaps. Without dilution there is a table of them. */
static ons_status sum_up(ons_recall *state) {
    const bit_store *store = state->model->store;
    bit_sums *sums = state->sums;
    const ons_patterns *patterns = store->patterns;
    const spins_pattern_layout *layout = &store->layout;
    const size_t row = layout->levels + 1, rows = patterns->diluted ? 1 : (size_t)patterns->sites + 1;
    int32_t *overlap = ONS_NEW(int32_t, patterns->count);
    spins_wide *table = ONS_NEW(spins_wide, row * rows);
    ons_status status = overlap && table ? ONS_OK : ONS_MEMORY;
    if (!status) { status = ons_patterns_overlaps(patterns, state->spins, overlap); }
    for (size_t c = 0; !status && !patterns->diluted && c < rows; c++) {
        levels_at(store->order, patterns->sites, (int64_t)c, table + row * c, table + row * c + layout->levels);
    }
    memset(sums->planes, 0, layout->blocks * layout->planes * SPINS_PLANE_WORDS * sizeof *sums->planes);
    memset(sums->width, 1, layout->blocks);
    sums->value = 0;
    for (uint64_t k = 0; !status && k < patterns->count; k++) {
        const int64_t n = patterns->diluted ? store->entries[k] : (int64_t)patterns->sites, c = (n + overlap[k]) / 2;
        spins_wide *levels = patterns->diluted ? table : table + row * (size_t)c;
        if (patterns->diluted) { levels_at(store->order, n, c, levels, levels + layout->levels); }
        put_digits(layout, sums->planes, k, levels);
        const uint8_t width = (uint8_t)digits_of(levels[0]);
        if (width > sums->width[k / SPINS_PLANE_BITS]) { sums->width[k / SPINS_PLANE_BITS] = width; }
        sums->value += (int64_t)levels[layout->levels];
    }
    if (!status) { sum_levels(store, sums); }
    free(overlap);
    free(table);
    return status;
}

/* ---- flips ---------------------------------------------------------------------------------------------------- */

static double cost(ons_recall *state, uint32_t site) {
    const bit_store *store = state->model->store;
    bit_sums *sums = state->sums;
    const ons_patterns *patterns = store->patterns;
    const spins_pattern_kernels *kernels = store->kernels;
    const uint64_t *plus = patterns->plus + site * patterns->stride, *there = spins_patterns_there(patterns, site);
    const int64_t up = kernels->sum(&store->layout, sums->planes, sums->width, plus);
    int64_t all = sums->steepness, curvature = sums->curvature;
    if (patterns->diluted) {
        all = kernels->sum(&store->layout, sums->planes, sums->width, there);
        curvature =
            store->order == 2 ? store->patterns_at[site] : kernels->sum_level(&store->layout, sums->planes, 1, there);
    }
    sums->gain = curvature - state->spins[site] * (2 * up - all);
    return -2 * state->model->scale * (double)sums->gain;
}

static void flip(ons_recall *state, uint32_t site) {
    const bit_store *store = state->model->store;
    bit_sums *sums = state->sums;
    const ons_patterns *patterns = store->patterns;
    sums->value += 2 * sums->gain;
    int64_t totals[2];
    store->kernels->flip(&store->layout, sums->planes, sums->width, patterns->plus + site * patterns->stride,
                         spins_patterns_there(patterns, site), state->spins[site] > 0 ? ~(uint64_t)0 : 0,
                         patterns->diluted ? NULL : totals);
    state->spins[site] = (int8_t)-state->spins[site];
    if (patterns->diluted) { return; }
    sums->steepness = totals[0];
    sums->curvature = store->order == 2 ? (int64_t)patterns->count : totals[1];
}

static double energy(const ons_recall *state) {
    const bit_sums *sums = state->sums;
    return -state->model->scale * (double)sums->value;
}

static const spins_recall_kind of_bits = {.open = open_sums,
                                          .sum_up = sum_up,
                                          .cost = cost,
                                          .flip = flip,
                                          .energy = energy,
                                          .close = close_sums,
                                          .close_model = close_model};

ons_status spins_recall_bits(ons_recall_model **result, const ons_patterns *patterns, unsigned order, double scale) {
    ons_status status = spins_recall_open(result, &of_bits, patterns->sites, scale);
    if (status) { return status; }
    bit_store *store = (*result)->store = ONS_NEW(bit_store, 1);
    if (store) {
        store->patterns = patterns;
        store->kernels = spins_pattern_kernels_in_use();
        store->order = order;
        store->layout.levels = order - 1;
        for (unsigned l = 0; l < order - 1; l++) { store->layout.bits[l] = 2; }
        status = patterns->diluted ? count_entries(store) : widen(store, patterns->sites);
    }
    if (!store || status) {
        ons_recall_model_free(*result);
        *result = NULL;
        return store ? status : ONS_MEMORY;
    }
    lay_out(&store->layout, order, patterns->blocks);
    return ONS_OK;
}

ons_status ons_recall_model_patterns(ons_recall_model **result, const ons_patterns *patterns, unsigned order,
                                     double scale) {
    *result = NULL;
    const ons_status status = spins_recall_check_order(order, patterns->sites);
    if (status) { return status; }
    if (spins_recall_prefers_whole(patterns->sites, (double)patterns->count, order)) {
        return spins_recall_whole(result, patterns, scale);
    }
    return spins_recall_bits(result, patterns, order, scale);
}
