/*
 * Networks that store patterns: energies by elementary symmetric polynomials, and single-spin dynamics.
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

struct ons_recall_model {
    const ons_patterns *patterns;
    const spins_pattern_kernels *kernels;
    unsigned order;
    double scale;
    spins_pattern_layout layout;
    int32_t *entries;      /* diluted: [count], entries of a pattern that are not 0 */
    uint32_t *patterns_at; /* diluted: [sites], patterns with an entry there */
    spins_ladder *flip, *up;
};

struct ons_recall {
    const ons_recall_model *model;
    ons_random random;
    int8_t *spins;                /* [sites] */
    uint64_t *planes;             /* [blocks][layout.planes][8] */
    uint8_t *width;               /* [blocks] */
    int64_t value;                /* sum of V over the patterns */
    int64_t steepness, curvature; /* without dilution: sums of W and C over the patterns */
};

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
    const bool fits = spins_elementary(order, n, 2 * c - n, e);
    *value = e[order];
    return fits;
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
static ons_status widen(ons_recall_model *model, int64_t n) {
    spins_pattern_layout *layout = &model->layout;
    spins_wide level[SPINS_PATTERN_LEVELS], value;
    for (int64_t c = 0; c <= n; c++) {
        bool fits = levels_at(model->order, n, c, level, &value);
        const unsigned room = MOST_DIGITS - digits_of((spins_wide)model->patterns->count);
        fits = fits && digits_of(value) < room;
        for (unsigned l = 0; fits && l < layout->levels; l++) {
            const unsigned bits = digits_of(level[l]);
            fits = bits < room;
            if (bits > layout->bits[l]) { layout->bits[l] = bits; }
        }
        if (!fits) {
            return ons_fail(ONS_INVALID,
                            "the energy of %llu patterns of %lld sites with P = %u is beyond whole numbers of 62 bits",
                            (unsigned long long)model->patterns->count, (long long)n, model->order);
        }
    }
    return ONS_OK;
}

static ons_status count_entries(ons_recall_model *model) {
    const ons_patterns *patterns = model->patterns;
    const uint32_t sites = patterns->sites;
    model->entries = ONS_NEW(int32_t, patterns->count);
    model->patterns_at = ONS_NEW(uint32_t, sites);
    uint8_t *seen = ONS_NEW(uint8_t, (size_t)sites + 1);
    ons_status status = model->entries && model->patterns_at && seen ? ONS_OK : ONS_MEMORY;
    for (uint32_t i = 0; !status && i < sites; i++) {
        for (uint64_t k = 0; k < patterns->count; k++) {
            const uint32_t one = spins_patterns_there(patterns, i)[k / 64] >> k % 64 & 1;
            model->entries[k] += (int32_t)one;
            model->patterns_at[i] += one;
        }
    }
    for (uint64_t k = 0; !status && k < patterns->count; k++) { seen[model->entries[k]] = 1; }
    for (uint32_t n = 0; !status && n <= sites; n++) {
        if (seen[n]) { status = widen(model, n); }
    }
    free(seen);
    return status;
}

static void lay_out(spins_pattern_layout *layout, unsigned order, size_t blocks) {
    layout->blocks = blocks;
    layout->constant = order == 2 ? 1 : order - 2;
    for (unsigned l = 0; l < layout->levels; l++) {
        layout->first[l] = layout->planes;
        layout->planes += layout->bits[l];
    }
}

ons_status ons_recall_model_patterns(ons_recall_model **result, const ons_patterns *patterns, unsigned order,
                                     double scale) {
    *result = NULL;
    if (order < 2 || order > ONS_RECALL_ORDER) {
        return ons_fail(ONS_INVALID, "a term has P = 2 to %d spins, not %u", ONS_RECALL_ORDER, order);
    }
    if (order > patterns->sites) {
        return ons_fail(ONS_INVALID, "a term of P = %u different spins needs at least as many, not N = %u", order,
                        patterns->sites);
    }
    if (!(scale > 0) || !isfinite(scale)) {
        return ons_fail(ONS_INVALID, "the factor of the energy must be positive and finite, not %g", scale);
    }
    ons_recall_model *model = ONS_NEW(ons_recall_model, 1);
    if (!model) { return ONS_MEMORY; }
    model->patterns = patterns;
    model->kernels = spins_pattern_kernels_in_use();
    model->order = order;
    model->scale = scale;
    model->layout.levels = order - 1;
    for (unsigned l = 0; l < order - 1; l++) { model->layout.bits[l] = 2; }
    ons_status status = patterns->diluted ? count_entries(model) : widen(model, patterns->sites);
    if (!status) { lay_out(&model->layout, order, patterns->blocks); }
    if (!status) { status = spins_ladder_create(&model->flip, ONS_METROPOLIS); }
    if (!status) { status = spins_ladder_create(&model->up, ONS_HEAT_BATH); }
    if (status) {
        ons_recall_model_free(model);
        return status;
    }
    *result = model;
    return ONS_OK;
}

void ons_recall_model_free(ons_recall_model *model) {
    if (!model) { return; }
    free(model->entries);
    free(model->patterns_at);
    free(model->flip);
    free(model->up);
    free(model);
}

double ons_recall_bytes(double sites, double count, unsigned order, unsigned states) {
    /* a level that grows as the power k of N takes some k log2 N planes */
    double planes = 0;
    for (unsigned k = 1; k < order; k++) { planes += 2 + k * log2(sites); }
    return states * (ceil(count / SPINS_PLANE_BITS) * (64 * planes + 1) + sites + 512) + 4 * count + 20000;
}

/* ---- configurations ------------------------------------------------------------------------------------------- */

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

static void sum_levels(ons_recall *state) {
    const ons_recall_model *model = state->model;
    const ons_patterns *patterns = model->patterns;
    if (patterns->diluted) { return; }
    state->steepness = model->kernels->sum(&model->layout, state->planes, state->width, patterns->there);
    state->curvature = model->order == 2 ? (int64_t)patterns->count
                                         : model->kernels->sum_level(&model->layout, state->planes, 1, patterns->there);
}

/* Levels of all patterns from their overlaps. Without dilution there is a table of them. */
static ons_status sum_up(ons_recall *state) {
    const ons_recall_model *model = state->model;
    const ons_patterns *patterns = model->patterns;
    const spins_pattern_layout *layout = &model->layout;
    const size_t row = layout->levels + 1, rows = patterns->diluted ? 1 : (size_t)patterns->sites + 1;
    int32_t *overlap = ONS_NEW(int32_t, patterns->count);
    spins_wide *table = ONS_NEW(spins_wide, row * rows);
    ons_status status = overlap && table ? ONS_OK : ONS_MEMORY;
    if (!status) { status = ons_patterns_overlaps(patterns, state->spins, overlap); }
    for (size_t c = 0; !status && !patterns->diluted && c < rows; c++) {
        levels_at(model->order, patterns->sites, (int64_t)c, table + row * c, table + row * c + layout->levels);
    }
    memset(state->planes, 0, layout->blocks * layout->planes * SPINS_PLANE_WORDS * sizeof *state->planes);
    state->value = 0;
    for (uint64_t k = 0; !status && k < patterns->count; k++) {
        const int64_t n = patterns->diluted ? model->entries[k] : (int64_t)patterns->sites, c = (n + overlap[k]) / 2;
        spins_wide *levels = patterns->diluted ? table : table + row * (size_t)c;
        if (patterns->diluted) { levels_at(model->order, n, c, levels, levels + layout->levels); }
        put_digits(layout, state->planes, k, levels);
        state->value += (int64_t)levels[layout->levels];
    }
    memset(state->width, (int)layout->bits[0], layout->blocks);
    if (!status) { sum_levels(state); }
    free(overlap);
    free(table);
    return status;
}

ons_status ons_recall_create(ons_recall **result, const ons_recall_model *model, ons_random random) {
    ons_recall *state = *result = ONS_NEW(ons_recall, 1);
    if (!state) { return ONS_MEMORY; }
    const spins_pattern_layout *layout = &model->layout;
    state->model = model;
    state->random = random;
    state->spins = ONS_NEW(int8_t, model->patterns->sites);
    state->planes = ONS_NEW(uint64_t, layout->blocks * layout->planes * SPINS_PLANE_WORDS);
    state->width = ONS_NEW(uint8_t, layout->blocks);
    ons_status status = state->spins && state->planes && state->width ? ONS_OK : ONS_MEMORY;
    if (!status) {
        memset(state->spins, 1, model->patterns->sites);
        status = sum_up(state);
    }
    if (status) {
        ons_recall_free(state);
        *result = NULL;
    }
    return status;
}

void ons_recall_free(ons_recall *state) {
    if (!state) { return; }
    free(state->spins);
    free(state->planes);
    free(state->width);
    free(state);
}

int8_t *ons_recall_spins(ons_recall *state) { return state->spins; }

ons_status ons_recall_refresh(ons_recall *state) {
    for (uint32_t i = 0; i < state->model->patterns->sites; i++) {
        if (state->spins[i] != 1 && state->spins[i] != -1) {
            return ons_fail(ONS_INVALID, "spin %u of the configuration is %d, not 1 or -1", i, state->spins[i]);
        }
    }
    return sum_up(state);
}

ons_random *ons_recall_random(ons_recall *state) { return &state->random; }

/* ---- dynamics ------------------------------------------------------------------------------------------------- */

/* What a flip adds to V, halved. */
static int64_t half_gain(const ons_recall *state, uint32_t site) {
    const ons_recall_model *model = state->model;
    const ons_patterns *patterns = model->patterns;
    const spins_pattern_layout *layout = &model->layout;
    const uint64_t *plus = patterns->plus + site * patterns->stride;
    const int64_t up = model->kernels->sum(layout, state->planes, state->width, plus);
    if (!patterns->diluted) { return state->curvature - state->spins[site] * (2 * up - state->steepness); }
    const uint64_t *there = spins_patterns_there(patterns, site);
    const int64_t all = model->kernels->sum(layout, state->planes, state->width, there);
    const int64_t curvature =
        model->order == 2 ? model->patterns_at[site] : model->kernels->sum_level(layout, state->planes, 1, there);
    return curvature - state->spins[site] * (2 * up - all);
}

static void flip_spin(ons_recall *state, uint32_t site, int64_t gain) {
    const ons_recall_model *model = state->model;
    const ons_patterns *patterns = model->patterns;
    state->value += 2 * gain;
    model->kernels->flip(&model->layout, state->planes, state->width, patterns->plus + site * patterns->stride,
                         spins_patterns_there(patterns, site), state->spins[site] > 0 ? ~(uint64_t)0 : 0);
    state->spins[site] = (int8_t)-state->spins[site];
    sum_levels(state);
}

void ons_recall_flip(ons_recall *state, uint32_t site) { flip_spin(state, site, half_gain(state, site)); }

double ons_recall_cost(const ons_recall *state, uint32_t site) {
    return -2 * state->model->scale * (double)half_gain(state, site);
}

static uint32_t metropolis(ons_recall *state, double beta) {
    const ons_recall_model *model = state->model;
    const double factor = -2 * model->scale * beta;
    uint32_t accepted = 0;
    for (uint32_t attempt = 0; attempt < model->patterns->sites; attempt++) {
        const uint32_t site = ons_random_below(&state->random, model->patterns->sites);
        const uint32_t word = ons_random_32(&state->random);
        const int64_t gain = half_gain(state, site);
        const double x = gain ? factor * (double)gain : 0; /* T = 0: infinite */
        if (!(x < INFINITY) || !spins_ladder_flip(model->flip, &state->random, word, x)) { continue; }
        flip_spin(state, site, gain);
        accepted++;
    }
    return accepted;
}

static bool is_up(ons_recall *state, uint32_t word, double x) {
    if (isinf(x)) { return x > 0; }
    return spins_ladder_up(state->model->up, &state->random, word, x);
}

static uint32_t heat_bath(ons_recall *state, double beta) {
    const ons_recall_model *model = state->model;
    const double factor = -2 * model->scale * beta;
    uint32_t accepted = 0;
    for (uint32_t site = 0; site < model->patterns->sites; site++) {
        const uint32_t word = ons_random_32(&state->random);
        const int64_t gain = half_gain(state, site);
        const double x = gain ? factor * (double)gain * state->spins[site] : 0;
        if (is_up(state, word, x) == (state->spins[site] > 0)) { continue; }
        flip_spin(state, site, gain);
        accepted++;
    }
    return accepted;
}

uint32_t ons_recall_step(ons_recall *state, ons_recall_update update, double temperature) {
    return update == ONS_RECALL_METROPOLIS ? metropolis(state, 1 / temperature) : heat_bath(state, 1 / temperature);
}

double ons_recall_energy(const ons_recall *state) { return -state->model->scale * (double)state->value; }
