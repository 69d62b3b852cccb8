/*
 * Phase diagrams: the points of a map are independent of each other but for where their solutions begin, and are given
 * to threads row by row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass.h"

#include <onsager/meanfield/diagram.h>

typedef struct diagram {
    ons_replicas glass;
    ons_replicas_level level;
    size_t loads;
    const double *temperature, *load;
    ons_diagram_point *points;
    ons_replicas_state *states;
} diagram;

static ons_diagram_point point_of(const ons_replicas_state *retrieval, const ons_replicas_state *disorder) {
    const ons_replicas_phase phase = ons_replicas_compare(retrieval, disorder);
    const ons_replicas_state *best = phase == ONS_REPLICAS_RETRIEVAL ? retrieval : disorder;
    return (ons_diagram_point){.phase = (unsigned char)phase,
                               .overlap = retrieval->exists ? (float)retrieval->overlap : 0,
                               .overlap_glass = (float)best->q2,
                               .pressure = (float)(isinf(best->pressure) ? -best->free_energy : best->pressure),
                               .stability = (float)best->stability};
}

static ons_status fill_row(void *data, size_t row) {
    const diagram *d = data;
    ons_replicas g = d->glass;
    double capacity;
    g.temperature = d->temperature[row];
    ons_status status = ons_replicas_capacity(&g, d->level, &capacity, NULL);
    for (size_t k = 0; k < d->loads && !status; k++) {
        ons_replicas_state retrieval = {.exists = false}, disorder;
        g.load = d->load[k];
        if (g.load <= capacity) { status = ons_replicas_retrieval(&g, d->level, &retrieval); }
        if (!status) { status = ons_replicas_disorder(&g, d->level, &disorder); }
        if (!status) { d->points[row * d->loads + k] = point_of(&retrieval, &disorder); }
    }
    return status;
}

static ons_status fill_state(void *data, size_t row) {
    const diagram *d = data;
    ons_replicas g = d->glass;
    g.temperature = d->temperature[row];
    return ons_replicas_disorder(&g, ONS_REPLICAS_1RSB, &d->states[row]);
}

static ons_status fill(const ons_replicas *glass, ons_replicas_level level, size_t temperatures,
                       const double *temperature, size_t loads, const double *load, unsigned threads,
                       ons_diagram_point *points) {
    diagram d = {
        .glass = *glass, .level = level, .loads = loads, .temperature = temperature, .load = load, .points = points};
    if (glass->kind != ONS_REPLICAS_NETWORK) {
        return ons_fail(ONS_INVALID, "the map is that of a network, not of a glass");
    }
    return ons_parallel(threads, temperatures, fill_row, &d);
}

ons_status ons_diagram_symmetric(const ons_replicas *glass, size_t temperatures, const double *temperature,
                                 size_t loads, const double *load, unsigned threads, ons_diagram_point *points) {
    return fill(glass, ONS_REPLICAS_RS, temperatures, temperature, loads, load, threads, points);
}

ons_status ons_diagram_broken(const ons_replicas *glass, size_t temperatures, const double *temperature, size_t loads,
                              const double *load, unsigned threads, ons_diagram_point *points) {
    return fill(glass, ONS_REPLICAS_1RSB, temperatures, temperature, loads, load, threads, points);
}

ons_status ons_diagram_glass(const ons_replicas *glass, size_t temperatures, const double *temperature,
                             unsigned threads, ons_replicas_state *states) {
    diagram d = {.glass = *glass, .temperature = temperature, .states = states};
    return ons_parallel(threads, temperatures, fill_state, &d);
}
