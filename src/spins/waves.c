/*
 * The smallest wave vectors of a lattice, with its sites sorted into layers of equal phase.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "waves.h"

#include <stdlib.h>

static uint32_t layer_of(const ons_graph *graph, unsigned direction, uint32_t site) {
    int64_t cell[ONS_DIMENSIONS];
    ons_graph_cell(graph, site, cell);
    return (uint32_t)((size_t)cell[direction] * graph->lattice->sites + site % graph->lattice->sites);
}

static void sort_sites(spins_wave *wave, const ons_graph *graph, unsigned direction) {
    for (uint32_t i = 0; i < graph->sites; i++) { wave->begin[layer_of(graph, direction, i) + 1]++; }
    for (uint32_t l = 0; l < wave->layers; l++) { wave->begin[l + 1] += wave->begin[l]; }
    for (uint32_t i = graph->sites; i-- > 0;) { /* begin[l + 1] counts down to where layer l begins */
        wave->order[--wave->begin[layer_of(graph, direction, i) + 1]] = i;
    }
    for (uint32_t l = 0; l < wave->layers; l++) { wave->begin[l] = wave->begin[l + 1]; }
    wave->begin[wave->layers] = graph->sites;
}

ons_status spins_waves_init(spins_waves *waves, const ons_graph *graph) {
    *waves = (spins_waves){0};
    const ons_status status = spins_modes_init(&waves->modes, graph);
    if (status) { return status; }
    for (unsigned k = 0; k < waves->modes.count; k++) {
        const unsigned d = waves->modes.direction[k];
        spins_wave *wave = &waves->wave[k];
        wave->layers = (uint32_t)((size_t)graph->lengths[d] * graph->lattice->sites);
        wave->phase = waves->modes.table[k];
        wave->order = ONS_NEW(uint32_t, graph->sites);
        wave->begin = ONS_NEW(uint32_t, wave->layers + 1);
        if (!wave->order || !wave->begin) {
            spins_waves_free(waves);
            return ONS_MEMORY;
        }
        sort_sites(wave, graph, d);
    }
    return ONS_OK;
}

void spins_waves_free(spins_waves *waves) {
    for (unsigned k = 0; k < waves->modes.count; k++) {
        free(waves->wave[k].order);
        free(waves->wave[k].begin);
    }
    spins_modes_free(&waves->modes);
    *waves = (spins_waves){0};
}
