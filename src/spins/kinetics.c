/*
 * Kinetics of Ising spins: rates, tables, configurations and the clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kinetics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rates -------------------------------------------------------------------------------------------------- */

double spins_kinetics_rate(const ons_kinetics_options *options, double difference) {
    const bool metropolis = options->rule == ONS_KINETICS_METROPOLIS;
    if (difference == 0) { return metropolis ? options->neutral : 0.5; }
    if (options->temperature == 0) { return difference < 0 ? 1 : 0; }
    const double small = ons_exp(-fabs(difference) / options->temperature);
    if (metropolis) { return difference < 0 ? 1 : small; }
    return (difference < 0 ? 1 : small) / (1 + small);
}

/* Energies of classes and exchanges from whole sums, so that equal situations have equal energies. */
static void tabulate(ons_kinetics *kinetics) {
    const ons_ising_model *model = kinetics->model;
    for (size_t c = 0; c < kinetics->classes; c++) {
        const size_t neighbours = c / 2;
        const double sum = (double)neighbours - model->reach, spin = c % 2 ? 1 : -1;
        const double rate =
            spins_kinetics_rate(&kinetics->options, 2 * spin * (model->unit * sum + kinetics->options.field));
        if (kinetics->rate) { kinetics->rate[c] = rate; }
        if (kinetics->flip) { kinetics->flip[c] = ons_threshold(rate); }
    }
    for (int sum = -2 * model->reach; kinetics->exchange && sum <= 2 * model->reach; sum++) {
        kinetics->exchange[sum + 2 * model->reach] =
            ons_threshold(spins_kinetics_rate(&kinetics->options, 2 * model->unit * sum));
    }
}

ons_status ons_kinetics_set(ons_kinetics *kinetics, double temperature, double field) {
    if (!(temperature >= 0) || !isfinite(temperature) || !isfinite(field)) {
        return ons_fail(ONS_INVALID,
                        "temperature and field must be finite and the temperature not negative, not %g and %g",
                        temperature, field);
    }
    if (temperature == kinetics->options.temperature && field == kinetics->options.field) { return ONS_OK; }
    kinetics->options.temperature = temperature;
    kinetics->options.field = field;
    kinetics->model->field = field;
    tabulate(kinetics);
    return ONS_OK;
}

/* ---- life --------------------------------------------------------------------------------------------------- */

static ons_status check_options(const ons_graph *graph, const ons_kinetics_options *options) {
    if (!(options->temperature >= 0) || !isfinite(options->temperature)) {
        return ons_fail(ONS_INVALID, "the temperature must be finite and not negative, not %g", options->temperature);
    }
    if (options->rule == ONS_KINETICS_METROPOLIS && !(options->neutral > 0 && options->neutral <= 1)) {
        return ons_fail(ONS_INVALID, "the probability of a move without change of the energy must be in (0, 1], not %g",
                        options->neutral);
    }
    if (graph->complete || (!graph->source && graph->bonds)) {
        return ons_fail(ONS_INVALID, "kinetics needs a graph that lists its bonds");
    }
    if (graph->bonds > UINT32_MAX) {
        return ons_fail(ONS_INVALID, "kinetics takes at most 4294967295 bonds, not %llu",
                        (unsigned long long)graph->bonds);
    }
    return ONS_OK;
}

static ons_status take_tables(ons_kinetics *kinetics) {
    const ons_ising_model *model = kinetics->model;
    const size_t sites = model->graph->sites, reach = (size_t)model->reach;
    const ons_kinetics_move move = kinetics->options.move;
    if (model->form == SPINS_GENERAL) {
        if (move != ONS_KINETICS_EVENTS) { return ONS_OK; }
        return ons_fail(ONS_INVALID,
                        "the n-fold way needs couplings that are small multiples of one number, so that few "
                        "local fields are possible");
    }
    kinetics->classes = 2 * (2 * reach + 1);
    if (move == ONS_KINETICS_FLIP) {
        kinetics->flip = ONS_NEW(uint64_t, kinetics->classes);
        return kinetics->flip ? ONS_OK : ONS_MEMORY;
    }
    if (move == ONS_KINETICS_EXCHANGE) {
        kinetics->exchange = ONS_NEW(uint64_t, 4 * reach + 1);
        return kinetics->exchange ? ONS_OK : ONS_MEMORY;
    }
    kinetics->stride = model->form == SPINS_UNIFORM && model->graph->coordination ? 4 : 2;
    kinetics->rate = ONS_NEW(double, kinetics->classes);
    kinetics->class = ONS_NEW(spins_class, kinetics->classes);
    kinetics->seat = ONS_NEW(spins_seat, sites);
    kinetics->order = ONS_NEW(uint32_t, sites);
    const bool memory = kinetics->rate && kinetics->class && kinetics->seat && kinetics->order;
    for (uint32_t i = 0; memory && i < sites; i++) { kinetics->order[i] = i; }
    return memory ? ONS_OK : ONS_MEMORY;
}

ons_status ons_kinetics_create(ons_kinetics **result, const ons_graph *graph, const ons_kinetics_options *options,
                               ons_random random) {
    *result = NULL;
    ons_status status = check_options(graph, options);
    if (status) { return status; }
    ons_kinetics *kinetics = ONS_NEW(ons_kinetics, 1);
    if (!kinetics) { return ONS_MEMORY; }
    kinetics->options = *options;
    kinetics->options.couplings = NULL;
    kinetics->clock.wait = -1;
    const ons_ising_options couplings = {
        .temperature = 1, .coupling = options->coupling, .field = options->field, .couplings = options->couplings};
    status = ons_ising_model_create(&kinetics->model, graph, &couplings);
    if (!status) { status = ons_ising_create(&kinetics->ising, kinetics->model, random); }
    if (!status) { status = take_tables(kinetics); }
    if (!status) {
        tabulate(kinetics);
        status = spins_kinetics_sort(kinetics);
    }
    if (status) {
        ons_kinetics_free(kinetics);
        return status;
    }
    *result = kinetics;
    return ONS_OK;
}

void ons_kinetics_free(ons_kinetics *kinetics) {
    if (!kinetics) { return; }
    for (size_t c = 0; kinetics->class && c < kinetics->classes; c++) { free(kinetics->class[c].site); }
    free(kinetics->class);
    free(kinetics->rate);
    free(kinetics->flip);
    free(kinetics->exchange);
    free(kinetics->seat);
    free(kinetics->order);
    ons_ising_free(kinetics->ising);
    ons_ising_model_free(kinetics->model);
    free(kinetics);
}

double ons_kinetics_bytes(double sites, double bonds, ons_kinetics_move move) {
    const ons_ising_options options = {.update = ONS_METROPOLIS};
    /* classes: room in doubled arrays, twice over where sites wander between them */
    return ons_ising_bytes(sites, bonds, &options, false, 1) + (move == ONS_KINETICS_EVENTS ? 28 * sites : 0);
}

/* ---- configurations ----------------------------------------------------------------------------------------- */

static ons_status started(ons_kinetics *kinetics) {
    for (uint32_t i = 0; kinetics->order && i < kinetics->model->graph->sites; i++) { kinetics->order[i] = i; }
    return spins_kinetics_sort(kinetics);
}

ons_status ons_kinetics_start_random(ons_kinetics *kinetics, ons_random *random) {
    ons_ising_start_random(kinetics->ising, random);
    return started(kinetics);
}

/* Selection sampling (Fan, Muller and Rezucha 1962; Knuth's Algorithm S). */
ons_status ons_kinetics_start_magnetization(ons_kinetics *kinetics, double magnetization, ons_random *random) {
    const uint32_t sites = kinetics->model->graph->sites;
    if (!(fabs(magnetization) <= 1)) {
        return ons_fail(ONS_INVALID, "a magnetization per site lies in [-1, 1], not at %g", magnetization);
    }
    uint32_t up = (uint32_t)floor(0.5 * sites * (1 + magnetization) + 0.5);
    for (uint32_t i = 0; i < sites; i++) {
        const bool chosen = ons_random_below(random, sites - i) < up;
        kinetics->ising->spins[i] = chosen ? 1 : -1;
        up -= chosen;
    }
    const ons_status status = ons_ising_refresh(kinetics->ising);
    return status ? status : started(kinetics);
}

int8_t *ons_kinetics_spins(ons_kinetics *kinetics) { return ons_ising_spins(kinetics->ising); }

uint32_t *ons_kinetics_order(ons_kinetics *kinetics) {
    if (kinetics->order) {
        uint32_t *next = kinetics->order;
        for (size_t c = 0; c < kinetics->classes; c++) {
            const spins_class *class = &kinetics->class[c];
            if (class->count) { memcpy(next, class->site, class->count * sizeof *next); }
            next += class->count;
        }
    }
    return kinetics->order;
}

/* Whether the order names every site once; seats are scratch. */
static bool names_all(const ons_kinetics *kinetics) {
    const uint32_t sites = kinetics->model->graph->sites;
    memset(kinetics->seat, 0, sites * sizeof *kinetics->seat);
    for (uint32_t i = 0; i < sites; i++) {
        const uint32_t site = kinetics->order[i];
        if (site >= sites || kinetics->seat[site].place++) { return false; }
    }
    return true;
}

ons_status ons_kinetics_refresh(ons_kinetics *kinetics) {
    const ons_status status = ons_ising_refresh(kinetics->ising);
    if (status) { return status; }
    if (kinetics->order && !names_all(kinetics)) {
        return ons_fail(ONS_INVALID, "the order of the sites does not name every site once");
    }
    return spins_kinetics_sort(kinetics);
}

ons_random *ons_kinetics_random(ons_kinetics *kinetics) { return ons_ising_random(kinetics->ising); }
ons_kinetics_clock *ons_kinetics_time(ons_kinetics *kinetics) { return &kinetics->clock; }

double ons_kinetics_energy(const ons_kinetics *kinetics) { return ons_ising_energy(kinetics->ising); }
double ons_kinetics_magnetization(const ons_kinetics *kinetics) { return ons_ising_magnetization(kinetics->ising); }
double ons_kinetics_magnetization_kmin_squared(const ons_kinetics *kinetics) {
    return ons_ising_magnetization_kmin_squared(kinetics->ising);
}

/* ---- time --------------------------------------------------------------------------------------------------- */

ons_status ons_kinetics_advance(ons_kinetics *kinetics, double until, uint64_t work) {
    ons_kinetics_clock *clock = &kinetics->clock;
    if (kinetics->options.move == ONS_KINETICS_EVENTS) { return spins_kinetics_events(kinetics, until, work); }
    const double wanted = floor(until * kinetics->model->graph->sites + 0.5);
    uint64_t attempts = wanted > (double)clock->attempts ? (uint64_t)wanted - clock->attempts : 0;
    const bool all = !work || attempts <= work;
    if (!all) { attempts = work; }
    if (kinetics->options.move == ONS_KINETICS_FLIP) {
        spins_kinetics_flips(kinetics, attempts);
    } else {
        spins_kinetics_exchanges(kinetics, attempts);
    }
    clock->attempts += attempts;
    clock->time = all ? until : (double)clock->attempts / kinetics->model->graph->sites;
    return all ? ONS_OK : ONS_STOPPED;
}
