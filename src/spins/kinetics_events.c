/*
 * Kinetics without rejection: the n-fold way of Bortz, Kalos and Lebowitz, J. Comput. Phys. 17, 10 (1975).
 *
 * The waiting time is kept as what is left of an exponential number of mean 1 ("wait"), which the sum of all rates uses
 * up: it lasts across changes of temperature and field and across the times at which somebody looks, without a new
 * draw. So long calm times cost nothing, and rates that are constant in pieces are treated exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kinetics.h"

#include <assert.h>

/* ---- classes ------------------------------------------------------------------------------------------------ */

static ons_status join(ons_kinetics *kinetics, uint32_t site, uint32_t number) {
    spins_class *class = &kinetics->class[number];
    if (class->count == class->capacity) {
        const ons_status status =
            ons_grow((void **)&class->site, &class->capacity, class->count + 1, sizeof *class->site);
        if (status) { return status; }
    }
    kinetics->seat[site].number = number;
    kinetics->seat[site].place = (uint32_t) class->count;
    class->site[class->count++] = site;
    return ONS_OK;
}

/* The last one of the class takes the place that becomes free. */
static void leave(ons_kinetics *kinetics, uint32_t site) {
    spins_class *class = &kinetics->class[kinetics->seat[site].number];
    const uint32_t last = class->site[--class->count];
    class->site[kinetics->seat[site].place] = last;
    kinetics->seat[last].place = kinetics->seat[site].place;
}

ons_status spins_kinetics_sort(ons_kinetics *kinetics) {
    if (!kinetics->class) { return ONS_OK; }
    const ons_ising_model *model = kinetics->model;
    const int8_t *spins = kinetics->ising->spins;
    for (size_t c = 0; c < kinetics->classes; c++) { kinetics->class[c].count = 0; }
    for (uint32_t k = 0; k < model->graph->sites; k++) {
        const uint32_t site = kinetics->order[k];
        const int sum = spins_kinetics_sum(model, spins, site, UINT32_MAX);
        const ons_status status = join(kinetics, site, (uint32_t)(2 * (sum + model->reach) + (spins[site] > 0)));
        if (status) { return status; }
    }
    return ONS_OK;
}

/* ---- events ------------------------------------------------------------------------------------------------- */

/* Classes come in pairs, spin down and up; `stride` leaves out those that cannot be. */
double ons_kinetics_activity(const ons_kinetics *kinetics) {
    double sum = 0;
    for (size_t c = 0; c < kinetics->classes; c += kinetics->stride) {
        sum += (double)kinetics->class[c].count * kinetics->rate[c];
        sum += (double)kinetics->class[c + 1].count * kinetics->rate[c + 1];
    }
    return sum;
}

/* A site with a probability proportional to its rate; rounding falls to the last class that has a rate. */
static uint32_t choose(ons_kinetics *kinetics, double activity) {
    ons_random *random = &kinetics->ising->random;
    const double drawn = ons_random_uniform(random) * activity;
    const spins_class *chosen = NULL;
    double sum = 0;
    for (size_t c = 0; c < kinetics->classes && sum <= drawn; c += kinetics->stride) {
        for (size_t k = c; k < c + 2 && sum <= drawn; k++) {
            const double share = (double)kinetics->class[k].count * kinetics->rate[k];
            sum += share;
            if (share > 0) { chosen = &kinetics->class[k]; }
        }
    }
    assert(chosen); /* there is activity */
    return chosen->site[ons_random_below(random, (uint32_t)chosen->count)];
}

/* A neighbour joined to the site by several bonds moves once for each. */
static ons_status flip(ons_kinetics *kinetics, uint32_t site) {
    const ons_ising_model *model = kinetics->model;
    ons_ising *ising = kinetics->ising;
    const int spin = ising->spins[site], sum = (int)(kinetics->seat[site].number / 2) - model->reach;
    ising->spins[site] = (int8_t)-spin;
    ising->magnetization -= 2 * spin;
    ising->bond_sum -= 2 * spin * sum;
    leave(kinetics, site);
    ons_status status = join(kinetics, site, kinetics->seat[site].number ^ 1);
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    for (uint32_t k = 0; !status && k < count; k++) {
        const uint32_t other = model->graph->neighbour[row + k];
        const int weight = model->entry_weight ? model->entry_weight[row + k] : 1;
        if (!weight) { continue; }
        const int64_t number = (int64_t)kinetics->seat[other].number - 4 * spin * weight;
        leave(kinetics, other);
        status = join(kinetics, other, (uint32_t)number);
    }
    return status;
}

ons_status spins_kinetics_events(ons_kinetics *kinetics, double until, uint64_t work) {
    ons_kinetics_clock *clock = &kinetics->clock;
    for (uint64_t events = 0; !work || events < work; events++) {
        if (clock->wait < 0) { clock->wait = -ons_log(ons_random_uniform(&kinetics->ising->random)); }
        const double activity = ons_kinetics_activity(kinetics), most = activity * (until - clock->time);
        if (!(clock->wait < most)) {
            clock->wait -= most > 0 ? most : 0;
            clock->time = until;
            return ONS_OK;
        }
        clock->time += clock->wait / activity;
        clock->wait = -1;
        const ons_status status = flip(kinetics, choose(kinetics, activity));
        if (status) { return status; }
        clock->moves++;
    }
    return ONS_STOPPED;
}
