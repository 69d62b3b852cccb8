/*
 * Cluster dynamics of spins with q states: Wolff, Phys. Rev. Lett. 62, 361 (1989), and Swendsen and Wang, Phys. Rev.
 * Lett. 58, 86 (1987), by involutions of the states (Wang, Swendsen and Kotecky, Phys. Rev. Lett. 63, 109 (1989);
 * Caracciolo, Edwards, Pelissetto and Sokal 1993 for the general scheme).
 *
 * A field needs no ghost spin: a Wolff cluster is stopped by its sites with 1 - exp(-rise), so that it survives with
 * the product of exp(-rise); Swendsen-Wang clusters take their states from the heat bath of their total field.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete.h"

#include <string.h>

enum { BLOCK = 512 };

/* The indices of w(s, other) before and after s becomes `image`, as the table of activation wants them. */
SPINS_INLINE uint32_t bond_row(ons_discrete_kind kind, uint32_t q, uint32_t s, uint32_t image, uint32_t other) {
    uint32_t before, after;
    if (kind == ONS_POTTS) {
        before = s != other;
        after = image != other;
    } else if (kind == ONS_CLOCK) {
        before = s >= other ? s - other : s + q - other;
        after = image >= other ? image - other : image + q - other;
    } else {
        const int product = ((int)s - 1) * ((int)other - 1);
        before = (uint32_t)(product + 1);
        after = (uint32_t)(1 - product);
    }
    return before * q + after;
}

/* The rise of a bond's energy over T when s alone becomes `image`. */
static double bond_rise(const ons_discrete_model *model, double coupling, uint32_t s, uint32_t image, uint32_t other) {
    const uint32_t q = model->q;
    return model->beta * coupling * (model->pair[s * q + other] - model->pair[image * q + other]);
}

/* With probability 1 - exp(-x). */
SPINS_INLINE bool stops(const ons_discrete_model *model, ons_random *random, double x) {
    return x > 0 && !spins_ladder_flip(model->ladder, random, ons_random_32(random), x);
}

/* ---- one cluster
 * -------------------------------------------------------------------------------------------------------- */

/* Joins the neighbours of a member to the queue. */
SPINS_INLINE uint64_t join_neighbours(ons_discrete *spins, ons_discrete_kind kind, bool table, uint32_t site,
                                      spins_involution by, uint64_t size) {
    const ons_discrete_model *model = spins->model;
    const uint32_t q = model->q, s = spins->states[site], image = spins_image(kind, q, by, s);
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t next = model->graph->neighbour[row + k], other = spins->states[next];
        if (spins->mark[next]) { continue; }
        bool joined;
        if (table) {
            const uint64_t threshold = model->activation[bond_row(kind, q, s, image, other)];
            joined = threshold && spins_below(&spins->random, ons_random_32(&spins->random), threshold);
        } else {
            const double coupling = spins_entry_coupling(&model->couplings, row + k);
            joined = stops(model, &spins->random, bond_rise(model, coupling, s, image, other));
        }
        if (!joined) { continue; }
        spins->mark[next] = 1;
        spins->work[size++] = next;
    }
    return size;
}

/* A random site and a random other state of it; false: the site cannot change. */
SPINS_INLINE bool draw_seed(ons_discrete *spins, ons_discrete_kind kind, uint32_t *seed, spins_involution *by) {
    const uint32_t q = spins->model->q;
    *seed = ons_random_below(&spins->random, spins->model->graph->sites);
    by->a = spins->states[*seed];
    if (kind == ONS_BLUME_CAPEL) { return by->a != 1; }
    by->b = q == 2 ? 0 : ons_random_below(&spins->random, q - 1);
    by->b += by->b >= by->a;
    return true;
}

SPINS_INLINE void change_cluster(ons_discrete *spins, ons_discrete_kind kind, bool table) {
    const ons_discrete_model *model = spins->model;
    const bool field = model->options.field != 0;
    uint32_t seed;
    spins_involution by = {0, 0};
    if (!draw_seed(spins, kind, &seed, &by)) { return; }
    uint64_t size = 1;
    bool stopped = false;
    spins->work[0] = seed;
    spins->mark[seed] = 1;
    for (uint64_t head = 0; head < size && !stopped; head++) {
        const uint32_t site = spins->work[head], s = spins->states[site];
        if (field) {
            const double rise = model->site[spins_image(kind, model->q, by, s)] - model->site[s];
            stopped = stops(model, &spins->random, model->beta * rise);
        }
        size = join_neighbours(spins, kind, table, site, by, size);
    }
    /* Single sites alone would conserve a parity of two states. */
    if (!stopped && model->inert && model->lazy) { stopped = ons_random_32(&spins->random) >> 31; }
    for (uint64_t k = 0; k < size; k++) {
        const uint32_t site = spins->work[k];
        spins->mark[site] = 0;
        if (!stopped) { spins->states[site] = (uint8_t)spins_image(kind, model->q, by, spins->states[site]); }
    }
}

SPINS_INLINE void wolff(ons_discrete *spins, ons_discrete_kind kind) {
    const ons_discrete_model *model = spins->model;
    if (kind == ONS_BLUME_CAPEL) { spins_discrete_heat_bath(spins); }
    for (uint32_t k = 0; k < model->options.clusters; k++) {
        if (model->activation) {
            change_cluster(spins, kind, true);
        } else {
            change_cluster(spins, kind, false);
        }
    }
}

static void wolff_potts(ons_discrete *spins) { wolff(spins, ONS_POTTS); }
static void wolff_clock(ons_discrete *spins) { wolff(spins, ONS_CLOCK); }
static void wolff_blume_capel(ons_discrete *spins) { wolff(spins, ONS_BLUME_CAPEL); }

spins_discrete_step spins_discrete_wolff_step(const ons_discrete_model *model) {
    static const spins_discrete_step steps[] = {wolff_potts, wolff_clock, wolff_blume_capel};
    return steps[model->options.kind];
}

/* ---- all clusters
 * ------------------------------------------------------------------------------------------------------- */

/* Activates bonds and joins their ends, a block of bonds at a time: first the decisions, then the unions. */
SPINS_INLINE void join_bonds(ons_discrete *spins, ons_discrete_kind kind, spins_involution by) {
    const ons_discrete_model *model = spins->model;
    const ons_graph *graph = model->graph;
    const uint32_t q = model->q;
    uint32_t words[BLOCK], active[BLOCK];
    for (uint64_t begin = 0; begin < graph->bonds; begin += BLOCK) {
        const uint32_t count = (uint32_t)(graph->bonds - begin < BLOCK ? graph->bonds - begin : BLOCK);
        ons_random_fill(&spins->random, words, count);
        uint32_t found = 0;
        for (uint32_t k = 0; k < count; k++) {
            const uint64_t b = begin + k;
            const uint32_t s = spins->states[graph->source[b]], other = spins->states[graph->target[b]];
            const uint32_t image = spins_image(kind, q, by, s);
            bool joined;
            if (model->activation) {
                const uint64_t threshold = model->activation[bond_row(kind, q, s, image, other)];
                joined = (threshold > 0) & spins_below(&spins->random, words[k], threshold);
            } else {
                const double coupling = spins_bond_coupling(&model->couplings, b);
                const double x = bond_rise(model, coupling, s, image, other);
                joined = x > 0 && !spins_ladder_flip(model->ladder, &spins->random, words[k], x);
            }
            active[found] = k;
            found += joined;
        }
        for (uint32_t k = 0; k < found; k++) {
            spins_forest_join(spins->work, graph->source[begin + active[k]], graph->target[begin + active[k]]);
        }
    }
}

/* Fortuin-Kasteleyn bonds of a Potts ferromagnet: between equal states. */
static void join_equal(ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    const ons_graph *graph = model->graph;
    const uint8_t *states = spins->states;
    const uint64_t threshold = model->activation ? model->activation[1] : 0;
    uint32_t words[BLOCK], active[BLOCK];
    for (uint64_t begin = 0; begin < graph->bonds; begin += BLOCK) {
        const uint32_t count = (uint32_t)(graph->bonds - begin < BLOCK ? graph->bonds - begin : BLOCK);
        ons_random_fill(&spins->random, words, count);
        uint32_t found = 0;
        for (uint32_t k = 0; k < count; k++) {
            const uint64_t b = begin + k;
            const bool equal = states[graph->source[b]] == states[graph->target[b]];
            active[found] = k;
            if (model->activation) {
                const bool joined = equal & spins_below(&spins->random, words[k], threshold);
                found += joined;
            } else {
                const double x = model->beta * spins_bond_coupling(&model->couplings, b);
                found += equal && x > 0 && !spins_ladder_flip(model->ladder, &spins->random, words[k], x);
            }
        }
        for (uint32_t k = 0; k < found; k++) {
            spins_forest_join(spins->work, graph->source[begin + active[k]], graph->target[begin + active[k]]);
        }
    }
}

/* A state for a cluster of `size` sites: state 0 has the weight exp(field * size / T), each other one 1. */
static uint32_t draw_state(ons_discrete *spins, double size) {
    const ons_discrete_model *model = spins->model;
    const double x = model->beta * model->options.field * size;
    const double zero = x > 0 ? 1 : ons_exp(x), others = x > 0 ? ons_exp(-x) : 1;
    const double total = zero + (model->q - 1) * others;
    if (ons_random_uniform(&spins->random) * total < zero) { return 0; }
    return 1 + (model->q == 2 ? 0 : ons_random_below(&spins->random, model->q - 1));
}

static void swendsen_wang_potts(ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    const uint32_t sites = model->graph->sites;
    uint32_t *parent = spins->work;
    spins_forest_clear(parent, sites);
    join_equal(spins);
    if (spins->sums) {
        memset(spins->sums, 0, sites * sizeof *spins->sums);
        for (uint32_t i = 0; i < sites; i++) { spins->sums[spins_forest_flatten(parent, i)] += 1; }
    }
    for (uint32_t i = 0; i < sites; i++) { /* roots come before their clusters */
        const uint32_t root = spins_forest_flatten(parent, i);
        if (root == i) {
            spins->states[i] =
                (uint8_t)(spins->sums ? draw_state(spins, spins->sums[i]) : ons_random_below(&spins->random, model->q));
        } else {
            spins->states[i] = spins->states[root];
        }
    }
}

/* Whether the cluster of a root takes its images: heat bath in the total field. */
SPINS_INLINE bool cluster_changes(ons_discrete *spins, uint32_t root) {
    if (!spins->sums) { return ons_random_32(&spins->random) >> 31; }
    const uint64_t threshold = spins_up_threshold(-spins->model->beta * spins->sums[root]);
    return spins_below(&spins->random, ons_random_32(&spins->random), threshold);
}

SPINS_INLINE void swendsen_wang(ons_discrete *spins, ons_discrete_kind kind) {
    const ons_discrete_model *model = spins->model;
    const uint32_t sites = model->graph->sites, q = model->q;
    uint32_t *parent = spins->work;
    spins_involution by = {0, 0};
    if (kind == ONS_BLUME_CAPEL) {
        spins_discrete_heat_bath(spins);
    } else if (kind == ONS_CLOCK) { /* all reflections k to m - k, alike */
        by.a = ons_random_below(&spins->random, q);
    } else {
        by.a = ons_random_below(&spins->random, q);
        by.b = ons_random_below(&spins->random, q - 1);
        by.b += by.b >= by.a;
    }
    spins_forest_clear(parent, sites);
    join_bonds(spins, kind, by);
    if (spins->sums) {
        memset(spins->sums, 0, sites * sizeof *spins->sums);
        for (uint32_t i = 0; i < sites; i++) {
            const uint32_t s = spins->states[i];
            spins->sums[spins_forest_flatten(parent, i)] += model->site[spins_image(kind, q, by, s)] - model->site[s];
        }
    }
    for (uint32_t i = 0; i < sites; i++) {
        const uint32_t root = spins_forest_flatten(parent, i), s = spins->states[i];
        if (root == i) { spins->mark[i] = cluster_changes(spins, i); }
        spins->states[i] = (uint8_t)(spins->mark[root] ? spins_image(kind, q, by, s) : s);
    }
}

static void swendsen_wang_antiferromagnet(ons_discrete *spins) { swendsen_wang(spins, ONS_POTTS); }
static void swendsen_wang_clock(ons_discrete *spins) { swendsen_wang(spins, ONS_CLOCK); }
static void swendsen_wang_blume_capel(ons_discrete *spins) { swendsen_wang(spins, ONS_BLUME_CAPEL); }

/* Whether no bond of a Potts model is antiferromagnetic. */
static bool ferromagnet(const ons_discrete_model *model) {
    if (!model->couplings.bond) { return model->couplings.all >= 0; }
    for (uint64_t b = 0; b < model->graph->bonds; b++) {
        if (model->couplings.bond[b] < 0) { return false; }
    }
    return true;
}

spins_discrete_step spins_discrete_swendsen_wang_step(const ons_discrete_model *model) {
    static const spins_discrete_step steps[] = {swendsen_wang_antiferromagnet, swendsen_wang_clock,
                                                swendsen_wang_blume_capel};
    if (model->options.kind == ONS_POTTS && ferromagnet(model)) { return swendsen_wang_potts; }
    return steps[model->options.kind];
}
