/*
 * Models of random walks in energy: integral energies, their range, the symmetry of bipartite graphs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "walk.h"

#include <math.h>
#include <stdlib.h>

#define LARGEST_WEIGHT 127
#define MOST_BINS ((size_t)1 << 22)

/* ---- units -------------------------------------------------------------------------------------------------- */

static bool is_multiple(double value, double unit) {
    const double ratio = value / unit;
    return fabs(ratio - round(ratio)) <= 1e-9 * fmax(1, fabs(ratio)) && fabs(ratio) <= LARGEST_WEIGHT * 64.0;
}

/* The largest unit of which both are integral multiples, one of them at most 64 times: 0 when there is none. */
static double common_unit(double a, double b) {
    a = fabs(a);
    b = fabs(b);
    if (a == 0 || b == 0) { return fmax(a, b); }
    for (int divisor = 1; divisor <= 64; divisor++) {
        if (is_multiple(b, a / divisor)) { return a / divisor; }
    }
    return 0;
}

static ons_status find_weights(ons_walk_model *model, double *strength) {
    const ons_graph *graph = model->graph;
    double unit = graph->strength ? 0 : graph->common_strength;
    for (uint64_t b = 0; graph->strength && b < graph->bonds; b++) {
        if (unit == 0 || graph->strength[b] != 0) { unit = common_unit(unit, graph->strength[b]); }
    }
    *strength = unit;
    if (!graph->strength) { return ONS_OK; }
    model->weight = ONS_NEW(int8_t, graph->entries);
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    bool possible = unit > 0;
    const bool memory = model->weight && next;
    for (uint64_t i = 0; memory && i < graph->sites; i++) {
        uint32_t count;
        next[i] = spins_row(graph, (uint32_t)i, &count);
    }
    for (uint64_t b = 0; memory && possible && b < graph->bonds; b++) {
        const double ratio = graph->strength[b] / unit;
        possible = fabs(ratio - round(ratio)) <= 1e-9 * fmax(1, fabs(ratio)) && fabs(ratio) <= LARGEST_WEIGHT + 0.5;
        if (!possible) { break; }
        const int8_t weight = (int8_t)lround(ratio);
        model->weight[next[graph->source[b]]++] = weight;
        model->weight[next[graph->target[b]]++] = weight;
    }
    free(next);
    if (!memory) { return ONS_MEMORY; }
    return possible ? ONS_OK
                    : ons_fail(ONS_INVALID,
                               "a density of states needs couplings that are integral multiples (up to %d) of one "
                               "number; these are not",
                               LARGEST_WEIGHT);
}

static ons_status find_unit(ons_walk_model *model) {
    double strength;
    const ons_walk_options *options = &model->options;
    const ons_status status = find_weights(model, &strength);
    if (status) { return status; }
    const double bond = options->coupling * strength;
    const double crystal = options->kind == ONS_WALK_BLUME_CAPEL ? options->crystal_field : 0;
    model->range.unit = common_unit(bond, crystal);
    if (bond == 0) { return ons_fail(ONS_INVALID, "a density of states needs couplings that are not 0"); }
    if (model->range.unit == 0) {
        return ons_fail(ONS_INVALID,
                        "a density of states needs integral energies: the crystal field %g is no rational multiple of "
                        "the coupling %g with a denominator up to 64",
                        crystal, bond);
    }
    model->coupling = (int32_t)lround(bond / model->range.unit);
    model->crystal = (int32_t)lround(crystal / model->range.unit);
    return ONS_OK;
}

/* ---- the range ---------------------------------------------------------------------------------------------- */

static int entry_weight(const ons_walk_model *model, uint64_t entry) {
    return model->weight ? model->weight[entry] : 1;
}

typedef struct site_sums {
    int64_t absolute, signed_sum; /* of the weights around a site */
} site_sums;

static site_sums sums_of(const ons_walk_model *model, uint32_t site) {
    site_sums sums = {0, 0};
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    for (uint32_t k = 0; k < count; k++) {
        const int weight = model->coupling * entry_weight(model, row + k);
        sums.absolute += abs(weight);
        sums.signed_sum += weight;
    }
    return sums;
}

/* Bounds of the energy, twice, as a sum over sites: each has half of its bonds. */
static void bounds_of(const ons_walk_model *model, uint32_t site, site_sums sums, int64_t *low, int64_t *high) {
    const int64_t crystal = 2 * (int64_t)model->crystal;
    (void)site;
    switch (model->options.kind) {
    case ONS_WALK_ISING:
        *low -= sums.absolute;
        *high += sums.absolute;
        break;
    case ONS_WALK_POTTS: /* satisfied positive bonds, satisfied negative ones */
        *low -= (sums.absolute + sums.signed_sum) / 2;
        *high += (sums.absolute - sums.signed_sum) / 2;
        break;
    case ONS_WALK_BLUME_CAPEL:
        *low += crystal - sums.absolute < 0 ? crystal - sums.absolute : 0;
        *high += crystal + sums.absolute > 0 ? crystal + sums.absolute : 0;
        break;
    }
}

/* The bins of a limited walk. */
static ons_status limit_range(ons_walk_model *model) {
    const ons_walk_options *options = &model->options;
    ons_walk_range *range = &model->range;
    const double each = range->unit * (double)range->step / model->graph->sites, tiny = 1e-9;
    const double lowest = range->unit * (double)range->lowest / model->graph->sites;
    const double first = fmax(0, ceil((options->energies[0] - lowest) / each - tiny));
    const double last = fmin((double)range->bins - 1, floor((options->energies[1] - lowest) / each + tiny));
    if (!(last > first)) {
        return ons_fail(
            ONS_INVALID,
            "a walk between the energies %.10g and %.10g per site has fewer than two of them: they are %.10g "
            "+ k %.10g up to %.10g",
            options->energies[0], options->energies[1], lowest, each, lowest + each * (double)(range->bins - 1));
    }
    range->skipped[0] = (size_t)first;
    range->skipped[1] = range->bins - 1 - (size_t)last;
    range->lowest += range->step * (int64_t)first;
    range->bins = (size_t)(last - first) + 1;
    range->window = range->bins;
    return ONS_OK;
}

static ons_status find_range(ons_walk_model *model) {
    ons_walk_range *range = &model->range;
    int64_t low = 0, high = 0, reach = 0, up = 0;
    bool even = model->options.kind == ONS_WALK_ISING;
    for (uint32_t i = 0; i < model->graph->sites; i++) {
        const site_sums sums = sums_of(model, i);
        bounds_of(model, i, sums, &low, &high);
        up -= sums.signed_sum;
        even = even && sums.absolute % 2 == 0;
        reach = sums.absolute > reach ? sums.absolute : reach;
    }
    low = low >= 0 ? low / 2 : -((-low + 1) / 2);
    high = high >= 0 ? (high + 1) / 2 : -(-high / 2);
    const bool ising = model->options.kind == ONS_WALK_ISING;
    range->step = ising ? (even ? 4 : 2) : 1;
    /* Flips change the energy by whole steps from that of all spins up, which frustration may leave off the bound. */
    if (even && (up / 2 - low) % range->step) { low += 2; }
    reach =
        ising ? 2 * reach / range->step : reach * (model->options.kind == ONS_WALK_POTTS ? 1 : 2) + abs(model->crystal);
    range->lowest = low;
    range->bins = (size_t)((high - low) / range->step) + 1;
    range->window = range->bins;
    range->reach = (uint32_t)reach;
    range->moves = 2 * (size_t)reach + 1;
    if (range->bins > MOST_BINS || range->bins * range->moves > 16 * MOST_BINS) {
        return ons_fail(ONS_INVALID, "%zu energies are too many for a density of states: at most %zu are possible",
                        range->bins, MOST_BINS);
    }
    return model->options.limited ? limit_range(model) : ONS_OK;
}

/* ---- bipartite graphs --------------------------------------------------------------------------------------- */

/* Colours the component of `start`; false: an odd cycle. */
static bool colour_component(const ons_graph *graph, uint8_t *colour, uint32_t *queue, uint32_t start) {
    size_t first = 0, last = 0;
    queue[last++] = start;
    colour[start] = 1;
    while (first < last) {
        uint32_t count;
        const uint32_t site = queue[first++];
        const uint64_t row = spins_row(graph, site, &count);
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t other = graph->neighbour[row + k];
            if (colour[other] == colour[site]) { return false; }
            if (colour[other]) { continue; }
            colour[other] = (uint8_t)(3 - colour[site]);
            queue[last++] = other;
        }
    }
    return true;
}

/* Colours 1 and 2; model->colour stays NULL when two are not enough. */
static ons_status colour_graph(ons_walk_model *model) {
    const ons_graph *graph = model->graph;
    uint8_t *colour = ONS_NEW(uint8_t, graph->sites);
    uint32_t *queue = ONS_NEW(uint32_t, graph->sites);
    bool bipartite = colour && queue;
    for (uint32_t i = 0; bipartite && i < graph->sites; i++) {
        bipartite = colour[i] || colour_component(graph, colour, queue, i);
    }
    const bool memory = colour && queue;
    free(queue);
    if (bipartite) {
        model->colour = colour;
    } else {
        free(colour);
    }
    return memory ? ONS_OK : ONS_MEMORY;
}

/* ---- the public door ---------------------------------------------------------------------------------------- */

static ons_status check_model(const ons_graph *graph, const ons_walk_options *options) {
    if (graph->complete) {
        return ons_fail(ONS_INVALID, "random walks in energy need a list of bonds; a complete graph has none");
    }
    if (graph->self_bonds) {
        return ons_fail(ONS_INVALID,
                        "random walks in energy refuse bonds of a site to itself (a periodic length of 1)");
    }
    if (options->kind == ONS_WALK_POTTS && (options->states < 2 || options->states > 127)) {
        return ons_fail(ONS_INVALID, "the Potts model has q = 2 to 127 states here, not %u", options->states);
    }
    if (!(options->factor > 0 && options->factor < 1)) {
        return ons_fail(ONS_INVALID, "the final ln f lies between 0 and 1, not at %g", options->factor);
    }
    return ONS_OK;
}

ons_status ons_walk_model_create(ons_walk_model **result, const ons_graph *graph, const ons_walk_options *options) {
    *result = NULL;
    ons_status status = check_model(graph, options);
    if (status) { return status; }
    ons_walk_model *model = ONS_NEW(ons_walk_model, 1);
    if (!model) { return ONS_MEMORY; }
    model->graph = graph;
    model->options = *options;
    status = find_unit(model);
    if (!status) { status = find_range(model); }
    const bool fold = options->kind == ONS_WALK_ISING && !options->whole && !options->limited;
    if (!status && fold) { status = colour_graph(model); }
    if (!status) { status = spins_ladder_create(&model->ladder, ONS_METROPOLIS); }
    if (status) {
        ons_walk_model_free(model);
        return status;
    }
    if (model->colour) { model->range.window = (model->range.bins + 1) / 2; }
    *result = model;
    return ONS_OK;
}

void ons_walk_model_free(ons_walk_model *model) {
    if (!model) { return; }
    free(model->weight);
    free(model->colour);
    free(model->ladder);
    free(model);
}

ons_walk_range ons_walk_model_range(const ons_walk_model *model) { return model->range; }
double ons_walk_model_sites(const ons_walk_model *model) { return model->graph->sites; }

bool ons_walk_model_gap(const ons_walk_model *model, size_t bin, bool alike) {
    const uint32_t degree = model->graph->coordination;
    if (!alike || !degree || model->weight || model->options.kind == ONS_WALK_BLUME_CAPEL || model->coupling < 0) {
        return false;
    }
    const bool ising = model->options.kind == ONS_WALK_ISING;
    const int64_t per_bond = ising ? 2 : 1; /* energy of a broken bond */
    const bool mirror = model->colour && bin >= model->range.window;
    const size_t from_end = mirror ? model->range.bins - 1 - bin : bin + model->range.skipped[0];
    return from_end > 0 && (int64_t)from_end * model->range.step < per_bond * degree;
}

int64_t spins_walk_level(const ons_walk_model *model, const int8_t *spins) {
    const ons_graph *graph = model->graph;
    const bool potts = model->options.kind == ONS_WALK_POTTS;
    int64_t twice = 0, squares = 0;
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        const uint64_t row = spins_row(graph, i, &count);
        for (uint32_t k = 0; k < count; k++) {
            const int8_t other = spins[graph->neighbour[row + k]];
            const int product = potts ? spins[i] == other : spins[i] * other;
            twice += (int64_t)model->coupling * entry_weight(model, row + k) * product;
        }
        squares += spins[i] * spins[i];
    }
    return -twice / 2 + model->crystal * squares;
}
