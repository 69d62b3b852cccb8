/*
 * One sample of a spin glass: two copies of a ladder of walkers that share the couplings. The walkers of a site lie
 * side by side, so that their local fields are summed together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/glass.h>

#include "fields_kernel.h"
#include "glass_kernel.h"
#include "ising.h"
#include "waves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct spins_glass_work {
    const spins_fields_kernels *kernels;
    float *rounded, *bound, *rounded_factor; /* see fields_kernel.h */
    spins_waves waves;
    double *factor; /* [walkers, padded]: 2/T of each walker */
    uint32_t *queue;
    uint8_t *seen; /* [sites] */
    int32_t *layer;
} spins_glass_work;

/* ---- made and released ---- */

double ons_glass_bytes(double sites, double bonds, size_t temperatures) {
    const double walkers = 2 * (double)temperatures;
    return sites * (walkers + 12 + 4 * ONS_DIMENSIONS) + bonds * 32 + walkers * 80 + 4 * sites;
}

static ons_status allocate(ons_glass *glass) {
    const ons_graph *graph = glass->graph;
    spins_glass_work *work = glass->work = ONS_NEW(spins_glass_work, 1);
    if (!work) { return ONS_MEMORY; }
    glass->spins = ONS_NEW(int8_t, graph->sites * glass->walkers + SPINS_FIELDS_BLOCK);
    glass->exchanged = ONS_NEW(uint8_t, glass->walkers);
    glass->between = ONS_NEW(int8_t, glass->walkers);
    glass->coupling = ONS_NEW(double, graph->bonds);
    glass->entry = ONS_NEW(double, graph->entries);
    glass->energy = ONS_NEW(double, glass->walkers);
    work->factor = ONS_NEW(double, spins_fields_padded(glass->walkers));
    work->rounded_factor = ONS_NEW(float, spins_fields_padded(glass->walkers));
    work->rounded = ONS_NEW(float, graph->entries);
    work->bound = ONS_NEW(float, graph->sites);
    work->queue = ONS_NEW(uint32_t, graph->sites);
    work->seen = ONS_NEW(uint8_t, graph->sites);
    if (!glass->spins || !glass->exchanged || !glass->between || !glass->coupling || !glass->entry || !glass->energy ||
        !work->rounded || !work->bound || !work->rounded_factor || !work->factor || !work->queue || !work->seen) {
        return ONS_MEMORY;
    }
    work->kernels = spins_fields_kernels_in_use();
    ons_status status = spins_waves_init(&work->waves, graph);
    if (!status && work->waves.modes.count) {
        work->layer = ONS_NEW(int32_t, work->waves.modes.longest);
        status = work->layer ? ONS_OK : ONS_MEMORY;
    }
    return status;
}

ons_status spins_glass_check(const ons_glass_options *options) {
    if (!isfinite(options->field)) { return ons_fail(ONS_INVALID, "the field must be finite, not %g", options->field); }
    if (options->temperatures == 1 && options->temperature[0] == 0) {
        return ons_fail(ONS_INVALID, "a spin glass needs temperatures above 0");
    }
    return ONS_OK;
}

ons_status ons_glass_create(ons_glass **result, const ons_graph *graph, const double *couplings,
                            const ons_glass_options *options, ons_random random) {
    *result = NULL;
    if (graph->complete) { return ons_fail(ONS_INVALID, "a spin glass needs a list of bonds, not a complete graph"); }
    ons_status status = spins_glass_check(options);
    if (status) { return status; }
    ons_glass *glass = ONS_NEW(ons_glass, 1);
    if (!glass) { return ONS_MEMORY; }
    glass->graph = graph;
    glass->temperatures = options->temperatures;
    glass->walkers = 2 * options->temperatures;
    glass->field = options->field;
    glass->houdayer = options->houdayer;
    glass->random = random;
    for (unsigned copy = 0; !status && copy < 2; copy++) {
        status = ons_tempering_init(&glass->ladder[copy], options->temperature, options->temperatures);
    }
    if (!status) { status = allocate(glass); }
    if (status) { goto cleanup; }
    memcpy(glass->coupling, couplings, graph->bonds * sizeof *couplings);
    status = spins_fields_spread(graph, glass->coupling, glass->entry, glass->work->rounded);
    if (status) { goto cleanup; }
    spins_fields_bound(graph, glass->entry, glass->field, glass->work->bound);
    memset(glass->spins, 1, graph->sites * glass->walkers);
    status = ons_glass_refresh(glass);
cleanup:
    if (status) {
        ons_glass_free(glass);
        glass = NULL;
    }
    *result = glass;
    return status;
}

void ons_glass_free(ons_glass *glass) {
    if (!glass) { return; }
    if (glass->work) {
        spins_waves_free(&glass->work->waves);
        free(glass->work->rounded);
        free(glass->work->bound);
        free(glass->work->rounded_factor);
        free(glass->work->factor);
        free(glass->work->queue);
        free(glass->work->seen);
        free(glass->work->layer);
    }
    free(glass->work);
    for (unsigned copy = 0; copy < 2; copy++) { ons_tempering_free(&glass->ladder[copy]); }
    free(glass->spins);
    free(glass->exchanged);
    free(glass->between);
    free(glass->coupling);
    free(glass->entry);
    free(glass->energy);
    free(glass);
}

/* ---- energies ---- */

static void find_energies(ons_glass *glass) {
    const ons_graph *graph = glass->graph;
    glass->work->kernels->energies(graph->source, graph->target, glass->coupling, graph->bonds, glass->field,
                                   graph->sites, glass->spins, glass->walkers, glass->energy);
}

ons_status ons_glass_refresh(ons_glass *glass) {
    for (size_t k = 0; k < glass->graph->sites * glass->walkers; k++) {
        if (glass->spins[k] != 1 && glass->spins[k] != -1) {
            return ons_fail(ONS_INVALID, "spin %zu is %d; it must be 1 or -1", k, glass->spins[k]);
        }
    }
    for (unsigned copy = 0; copy < 2; copy++) {
        const ons_status status = ons_tempering_refresh(&glass->ladder[copy]);
        if (status) { return status; }
    }
    find_energies(glass);
    return ONS_OK;
}

void ons_glass_start_random(ons_glass *glass, ons_random *random) {
    for (size_t k = 0; k < glass->graph->sites * glass->walkers; k++) {
        glass->spins[k] = ons_random_32(random) >> 31 ? 1 : -1;
    }
    find_energies(glass);
}

/* ---- the step ---- */

static size_t walker_at(const ons_glass *glass, unsigned copy, size_t rung) {
    return copy * glass->temperatures + glass->ladder[copy].walker[rung];
}

static void sweep(ons_glass *glass) {
    const ons_graph *graph = glass->graph;
    for (unsigned copy = 0; copy < 2; copy++) {
        for (size_t k = 0; k < glass->temperatures; k++) {
            const size_t walker = walker_at(glass, copy, k);
            glass->work->factor[walker] = 2 / glass->ladder[copy].temperature[k];
            glass->work->rounded_factor[walker] = (float)glass->work->factor[walker];
        }
    }
    const spins_fields_sweep sweep = {.planes = spins_planes_of(&glass->random),
                                      .stream = glass->steps,
                                      .sites = graph->sites,
                                      .coordination = graph->coordination,
                                      .offset = graph->offset,
                                      .neighbour = graph->neighbour,
                                      .entry = glass->entry,
                                      .field = glass->field,
                                      .factor = glass->work->factor,
                                      .rounded_factor = glass->work->rounded_factor,
                                      .rounded = glass->work->rounded,
                                      .bound = glass->work->bound,
                                      .walkers = glass->walkers,
                                      .spins = glass->spins};
    glass->work->kernels->sweep(&sweep);
}

static void exchange(ons_glass *glass, unsigned copy) {
    ons_tempering *ladder = &glass->ladder[copy];
    const size_t count = glass->temperatures;
    uint8_t *exchanged = glass->exchanged + copy * count;
    const uint64_t trips = ladder->round_trips;
    for (size_t k = 0; k < count; k++) { exchanged[k] = (uint8_t)(ladder->exchanges[k] & 1); }
    ons_tempering_exchange(ladder, glass->energy + copy * count, &glass->random);
    for (size_t k = 0; k < count; k++) { glass->between[copy * count + k] = ladder->label[ladder->walker[k]]; }
    ons_tempering_exchange(ladder, glass->energy + copy * count, &glass->random);
    for (size_t k = 0; k < count; k++) { exchanged[k] ^= (uint8_t)(ladder->exchanges[k] & 1); }
    glass->trips += ladder->round_trips - trips;
}

/* One of the sites where the copies differ, each as likely; sites when there is none. */
static uint32_t draw_different(ons_glass *glass, size_t a, size_t b) {
    const uint32_t sites = glass->graph->sites;
    const int8_t *spins = glass->spins;
    uint32_t different = 0;
    for (uint32_t i = 0; i < sites; i++) {
        different += spins[i * glass->walkers + a] != spins[i * glass->walkers + b];
    }
    if (!different) { return sites; }
    uint32_t left = ons_random_below(&glass->random, different);
    for (uint32_t i = 0; i < sites; i++) {
        if (spins[i * glass->walkers + a] != spins[i * glass->walkers + b] && left-- == 0) { return i; }
    }
    return sites;
}

/* Exchanges the connected cluster of differing sites around a random one: bonds on its edge couple sites of equal spins
 * to it, and the energy that one copy wins there the other one loses. */
static void move_cluster(ons_glass *glass, size_t a, size_t b) {
    const ons_graph *graph = glass->graph;
    uint32_t *queue = glass->work->queue, length = 0;
    const uint32_t first = draw_different(glass, a, b);
    if (first == graph->sites) { return; }
    memset(glass->work->seen, 0, graph->sites);
    glass->work->seen[first] = 1;
    queue[length++] = first;
    for (uint32_t done = 0; done < length; done++) {
        int8_t *spins = glass->spins + queue[done] * glass->walkers;
        uint32_t count;
        const uint64_t row = spins_row(graph, queue[done], &count);
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t next = graph->neighbour[row + k];
            const int8_t *there = glass->spins + next * glass->walkers;
            if (glass->work->seen[next] || glass->entry[row + k] == 0 || there[a] == there[b]) { continue; }
            glass->work->seen[next] = 1;
            queue[length++] = next;
        }
        const int8_t spin = spins[a];
        spins[a] = spins[b];
        spins[b] = spin;
    }
}

void ons_glass_step(ons_glass *glass) {
    for (size_t k = 0; glass->houdayer && k < glass->temperatures; k++) {
        move_cluster(glass, walker_at(glass, 0, k), walker_at(glass, 1, k));
    }
    sweep(glass);
    find_energies(glass);
    glass->trips = 0;
    for (unsigned copy = 0; copy < 2; copy++) { exchange(glass, copy); }
    glass->steps++;
}

/* ---- measured ---- */

static double magnetization(const ons_glass *glass, size_t walker) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < glass->graph->sites; i++) { sum += glass->spins[i * glass->walkers + walker]; }
    return (double)sum / glass->graph->sites;
}

static double overlap(const ons_glass *glass, size_t a, size_t b) {
    int64_t sum = 0;
    for (size_t row = 0; row < glass->graph->sites * glass->walkers; row += glass->walkers) {
        sum += glass->spins[row + a] * glass->spins[row + b];
    }
    return (double)sum / glass->graph->sites;
}

static double link_overlap(const ons_glass *glass, size_t a, size_t b) {
    const ons_graph *graph = glass->graph;
    int64_t sum = 0;
    for (uint64_t bond = 0; bond < graph->bonds; bond++) {
        const int8_t *s = glass->spins + graph->source[bond] * glass->walkers,
                     *t = glass->spins + graph->target[bond] * glass->walkers;
        sum += s[a] * t[a] * s[b] * t[b];
    }
    return graph->bonds ? (double)sum / (double)graph->bonds : NAN;
}

static double overlap_kmin_squared(const ons_glass *glass, size_t a, size_t b) {
    const spins_waves *waves = &glass->work->waves;
    double total = 0;
    for (unsigned d = 0; d < waves->modes.count; d++) {
        const spins_wave *wave = &waves->wave[d];
        double cosine = 0, sine = 0;
        for (uint32_t l = 0; l < wave->layers; l++) {
            int64_t sum = 0;
            for (uint32_t k = wave->begin[l]; k < wave->begin[l + 1]; k++) {
                const int8_t *s = glass->spins + wave->order[k] * glass->walkers;
                sum += s[a] * s[b];
            }
            cosine += wave->phase[2 * l] * (double)sum;
            sine += wave->phase[2 * l + 1] * (double)sum;
        }
        total += cosine * cosine + sine * sine;
    }
    const double sites = glass->graph->sites;
    return waves->modes.count ? total / waves->modes.count / (sites * sites) : NAN;
}

void ons_glass_measure(const ons_glass *glass, double *values) {
    const size_t count = glass->temperatures;
    const bool rising = count > 1 && glass->ladder[0].temperature[1] > glass->ladder[0].temperature[0];
    for (size_t k = 0; k < count; k++) {
        const size_t a = walker_at(glass, 0, k), b = walker_at(glass, 1, k), pair = k + 1 < count ? k : k - (k > 0);
        const double sites = glass->graph->sites, ea = glass->energy[a] / sites, eb = glass->energy[b] / sites;
        const double ma = magnetization(glass, a), mb = magnetization(glass, b), q = overlap(glass, a, b);
        const int labels[] = {glass->ladder[0].label[a], glass->ladder[1].label[b - count], glass->between[k],
                              glass->between[count + k]};
        int from_hot = 0, labelled = 0;
        for (int i = 0; i < 4; i++) {
            from_hot += labels[i] == (rising ? -1 : 1);
            labelled += labels[i] != 0;
        }
        const double quantities[ONS_GLASS_QUANTITIES] = {
            [ONS_GLASS_ENERGY] = (ea + eb) / 2,
            [ONS_GLASS_ENERGY_SQUARED] = (ea * ea + eb * eb) / 2,
            [ONS_GLASS_ENERGY_PRODUCT] = ea * eb,
            [ONS_GLASS_MAGNETIZATION] = (ma + mb) / 2,
            [ONS_GLASS_MAGNETIZATION_SQUARED] = (ma * ma + mb * mb) / 2,
            [ONS_GLASS_MAGNETIZATION_FOURTH] = (ma * ma * ma * ma + mb * mb * mb * mb) / 2,
            [ONS_GLASS_OVERLAP] = q,
            [ONS_GLASS_OVERLAP_ABS] = fabs(q),
            [ONS_GLASS_OVERLAP_SQUARED] = q * q,
            [ONS_GLASS_OVERLAP_FOURTH] = q * q * q * q,
            [ONS_GLASS_OVERLAP_KMIN_SQUARED] = overlap_kmin_squared(glass, a, b),
            [ONS_GLASS_LINK_OVERLAP] = link_overlap(glass, a, b),
            [ONS_GLASS_EXCHANGE_RATE] = (glass->exchanged[pair] + glass->exchanged[count + pair]) / 2.0,
            [ONS_GLASS_FROM_HOT] = from_hot / 4.0,
            [ONS_GLASS_LABELLED] = labelled / 4.0};
        for (size_t quantity = 0; quantity < ONS_GLASS_QUANTITIES; quantity++) {
            values[quantity * count + k] = quantities[quantity];
        }
    }
}
