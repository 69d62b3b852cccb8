/*
 * Dynamics on the complete graph, where the field on a spin is the total magnetization less the spin itself and a
 * cluster grows by geometric skips through the lists of what is left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"

#include <math.h>

static double local_field(const ons_ising *ising, uint32_t site, int spin) {
    return ising->model->unit * (double)(ising->magnetization - spin) + spins_field_of(ising->model, site);
}

static void metropolis(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const uint32_t sites = model->graph->sites;
    for (uint32_t attempt = 0; attempt < sites; attempt++) {
        const uint32_t site = ons_random_below(&ising->random, sites), word = ons_random_32(&ising->random);
        const int8_t spin = ising->spins[site];
        const double x = 2 * model->beta * spin * local_field(ising, site, spin);
        if (!spins_ladder_flip(model->ladder, &ising->random, word, x)) { continue; }
        ising->spins[site] = (int8_t)-spin;
        ising->magnetization -= 2 * spin;
    }
}

static void heat_bath(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        const uint32_t word = ons_random_32(&ising->random);
        const int8_t spin = ising->spins[site];
        const double x = 2 * model->beta * local_field(ising, site, spin);
        const int8_t next = spins_ladder_up(model->ladder, &ising->random, word, x) ? 1 : -1;
        ising->spins[site] = next;
        ising->magnetization += next - spin;
    }
}

/* ---- clusters
 * --------------------------------------------------------------------------------------------------------- */

/* Sites that belong to no cluster yet: up ones at the front of `sites`, down ones at its end. */
typedef struct remainder_lists {
    uint32_t *sites;
    uint32_t total, up, down; /* lengths */
} remainder_lists;

static remainder_lists list_all(ons_ising *ising) {
    const uint32_t total = ising->model->graph->sites;
    remainder_lists lists = {.sites = ising->work + total, .total = total};
    for (uint32_t i = 0; i < total; i++) {
        if (ising->spins[i] > 0) {
            lists.sites[lists.up++] = i;
        } else {
            lists.sites[total - ++lists.down] = i;
        }
    }
    return lists;
}

/* Takes entry `index` off the list of one orientation; the last of the list fills the gap. */
static uint32_t take(remainder_lists *lists, bool up, uint32_t index) {
    uint32_t *place = up ? &lists->sites[index] : &lists->sites[lists->total - 1 - index];
    const uint32_t *last = up ? &lists->sites[lists->up - 1] : &lists->sites[lists->total - lists->down];
    const uint32_t site = *place;
    *place = *last;
    if (up) {
        lists->up--;
    } else {
        lists->down--;
    }
    return site;
}

/* Grows the cluster of queue[0] over satisfied pairs, each active with 1 - exp(-x): the number of failures before a
 * success is floor(-ln(u) / x). Runs from the end of a list, so that what fills a gap was looked at. Returns the size.
 */
static uint32_t grow(ons_ising *ising, remainder_lists *lists) {
    const ons_ising_model *model = ising->model;
    const double x = 2 * model->beta * fabs(model->unit);
    uint32_t *queue = ising->work;
    uint32_t size = 1;
    for (uint32_t head = 0; head < size && x > 0; head++) {
        const bool up = (ising->spins[queue[head]] > 0) == (model->unit > 0);
        double left = up ? lists->up : lists->down;
        for (;;) {
            left -= 1 + floor(-ons_log(ons_random_uniform(&ising->random)) / x);
            if (left < 0) { break; }
            queue[size++] = take(lists, up, (uint32_t)left);
        }
    }
    return size;
}

static bool joins_ghost(ons_ising *ising, uint32_t size) {
    const ons_ising_model *model = ising->model;
    bool joins = false;
    for (uint32_t k = 0; k < size && !joins && spins_has_fields(model); k++) {
        const uint32_t site = ising->work[k];
        if (!(spins_field_of(model, site) * ising->spins[site] > 0)) { continue; }
        joins = spins_below(&ising->random, ons_random_32(&ising->random), spins_ghost_of(model, site));
    }
    return joins;
}

static void flip(ons_ising *ising, uint32_t size) {
    for (uint32_t k = 0; k < size; k++) {
        int8_t *spin = &ising->spins[ising->work[k]];
        *spin = (int8_t) - *spin;
        ising->magnetization += 2 * *spin;
    }
}

static void wolff(ons_ising *ising) {
    for (uint32_t cluster = 0; cluster < ising->model->clusters; cluster++) {
        remainder_lists lists = list_all(ising);
        const uint32_t seed = ons_random_below(&ising->random, lists.total);
        const bool up = seed < lists.up; /* the lists are a permutation of all sites: uniform too */
        ising->work[0] = take(&lists, up, up ? seed : lists.total - 1 - seed);
        const uint32_t size = grow(ising, &lists);
        if (joins_ghost(ising, size)) { continue; }
        if (!ising->model->inert || ons_random_32(&ising->random) >> 31) { flip(ising, size); }
    }
}

static void swendsen_wang(ons_ising *ising) {
    remainder_lists lists = list_all(ising);
    while (lists.up + lists.down) {
        const bool up = lists.up > 0;
        ising->work[0] = take(&lists, up, (up ? lists.up : lists.down) - 1);
        const uint32_t size = grow(ising, &lists);
        if (!joins_ghost(ising, size) && ons_random_32(&ising->random) >> 31) { flip(ising, size); }
    }
}

spins_step spins_complete_step(const ons_ising_model *model) {
    static const spins_step steps[] = {[ONS_METROPOLIS] = metropolis,
                                       [ONS_HEAT_BATH] = heat_bath,
                                       [ONS_WOLFF] = wolff,
                                       [ONS_SWENDSEN_WANG] = swendsen_wang};
    return steps[model->update];
}
