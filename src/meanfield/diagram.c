/*
 * Phase diagrams: the points of a map are independent of each other but for where their solutions begin, and are given
 * to threads row by row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass.h"

#include <onsager/meanfield/diagram.h>

typedef struct diagram {
    ons_glass glass;
    ons_glass_level level;
    size_t loads;
    const double *temperature, *load;
    ons_diagram_point *points;
    ons_glass_state *states;
} diagram;

static ons_diagram_point point_of(const ons_glass_state *retrieval, const ons_glass_state *disorder) {
    const ons_glass_phase phase = ons_glass_compare(retrieval, disorder);
    const ons_glass_state *best = phase == ONS_GLASS_RETRIEVAL ? retrieval : disorder;
    return (ons_diagram_point){.phase = (unsigned char)phase,
                               .overlap = retrieval->exists ? (float)retrieval->overlap : 0,
                               .overlap_glass = (float)best->q2,
                               .pressure = (float)(isinf(best->pressure) ? -best->free_energy : best->pressure),
                               .stability = (float)best->stability};
}

static ons_status fill_row(void *data, size_t row) {
    const diagram *d = data;
    ons_glass g = d->glass;
    double capacity;
    g.temperature = d->temperature[row];
    ons_status status = ons_glass_capacity(&g, d->level, &capacity, NULL);
    for (size_t k = 0; k < d->loads && !status; k++) {
        ons_glass_state retrieval = {.exists = false}, disorder;
        g.load = d->load[k];
        if (g.load <= capacity) { status = ons_glass_retrieval(&g, d->level, &retrieval); }
        if (!status) { status = ons_glass_disorder(&g, d->level, &disorder); }
        if (!status) { d->points[row * d->loads + k] = point_of(&retrieval, &disorder); }
    }
    return status;
}

static ons_status fill_state(void *data, size_t row) {
    const diagram *d = data;
    ons_glass g = d->glass;
    g.temperature = d->temperature[row];
    return ons_glass_disorder(&g, ONS_GLASS_1RSB, &d->states[row]);
}

static ons_status fill(const ons_glass *glass, ons_glass_level level, size_t temperatures, const double *temperature,
                       size_t loads, const double *load, unsigned threads, ons_diagram_point *points) {
    diagram d = {
        .glass = *glass, .level = level, .loads = loads, .temperature = temperature, .load = load, .points = points};
    if (glass->kind != ONS_GLASS_NETWORK) {
        return ons_fail(ONS_INVALID, "the map is that of a network, not of a glass");
    }
    return ons_parallel(threads, temperatures, fill_row, &d);
}

ons_status ons_diagram_symmetric(const ons_glass *glass, size_t temperatures, const double *temperature, size_t loads,
                                 const double *load, unsigned threads, ons_diagram_point *points) {
    return fill(glass, ONS_GLASS_RS, temperatures, temperature, loads, load, threads, points);
}

ons_status ons_diagram_broken(const ons_glass *glass, size_t temperatures, const double *temperature, size_t loads,
                              const double *load, unsigned threads, ons_diagram_point *points) {
    return fill(glass, ONS_GLASS_1RSB, temperatures, temperature, loads, load, threads, points);
}

ons_status ons_diagram_glass(const ons_glass *glass, size_t temperatures, const double *temperature, unsigned threads,
                             ons_glass_state *states) {
    diagram d = {.glass = *glass, .temperature = temperature, .states = states};
    return ons_parallel(threads, temperatures, fill_state, &d);
}
