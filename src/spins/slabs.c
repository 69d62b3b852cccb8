/*
 * Slabs, see slabs.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "slabs.h"

#include <stdlib.h>

enum {
    SLAB = 1 << 16, /* their parents, 256 KiB, stay in the cache of level 2 */
    LAYERS = 32     /* joints are made by one thread: few, compared with the bonds of a slab */
};

/* Only lattices list their bonds by site. */
static bool has_order(const ons_graph *graph) {
    for (uint64_t b = 1; b < graph->bonds; b++) {
        if (graph->source[b] < graph->source[b - 1]) { return false; }
    }
    return true;
}

static uint64_t chosen_sites(const ons_graph *graph, uint32_t wanted, bool order) {
    uint64_t sites = wanted ? wanted : SLAB;
    if (!order) {
        sites = graph->sites;
    } else if (!wanted && graph->lattice) {
        const uint64_t layers = (uint64_t)LAYERS * (graph->sites / (uint64_t)graph->lengths[0]);
        sites = layers > sites ? layers : sites;
    }
    sites = (sites + 63) / 64 * 64;
    const uint64_t whole = ((uint64_t)graph->sites + 63) / 64 * 64;
    return sites < whole ? sites : whole;
}

static void begin_odds(struct spins_slabs *slabs) {
    const spins_links *links = slabs->links;
    for (size_t o = 0; o < links->odds; o++) { slabs->first[links->odd[o].site / slabs->sites + 1]++; }
    size_t leaving = 0;
    for (unsigned k = 0; slabs->count > 1 && k < links->directions; k++) {
        leaving += links->back[k] < slabs->sites ? links->back[k] : slabs->sites;
    }
    for (uint32_t s = 0; s < slabs->count; s++) {
        const size_t joints = leaving + slabs->first[s + 1];
        slabs->joints = joints > slabs->joints ? joints : slabs->joints;
    }
}

static void begin_bonds(struct spins_slabs *slabs, const ons_graph *graph) {
    if (slabs->count == 1) {
        slabs->first[1] = graph->bonds;
        return;
    }
    size_t leaving = 0;
    uint32_t slab = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t home = (uint32_t)(graph->source[b] / slabs->sites);
        if (home != slab) { leaving = 0; }
        slab = home;
        slabs->first[home + 1]++;
        leaving += graph->target[b] / slabs->sites != home;
        slabs->joints = leaving > slabs->joints ? leaving : slabs->joints;
    }
}

ons_status spins_slabs_create(struct spins_slabs **result, const ons_ising_model *model, uint32_t sites) {
    *result = NULL;
    const ons_graph *graph = model->graph;
    struct spins_slabs *slabs = ONS_NEW(struct spins_slabs, 1);
    if (!slabs) { return ONS_MEMORY; }
    const bool pure = model->form == SPINS_UNIFORM && !model->occupied;
    ons_status status = pure ? spins_links_create(&slabs->links, graph) : ONS_OK;
    slabs->sites = chosen_sites(graph, sites, slabs->links || has_order(graph));
    slabs->count = (uint32_t)((graph->sites + slabs->sites - 1) / slabs->sites);
    slabs->first = ONS_NEW(uint64_t, slabs->count + 1);
    if (!status && !slabs->first) { status = ONS_MEMORY; }
    if (status) {
        spins_slabs_free(slabs);
        return status;
    }
    if (slabs->links) {
        begin_odds(slabs);
    } else {
        begin_bonds(slabs, graph);
    }
    for (uint32_t s = 0; s < slabs->count; s++) { slabs->first[s + 1] += slabs->first[s]; }
    *result = slabs;
    return ONS_OK;
}

void spins_slabs_free(struct spins_slabs *slabs) {
    if (!slabs) { return; }
    spins_links_free(slabs->links);
    free(slabs->first);
    free(slabs);
}

ons_status spins_joints_create(struct spins_joints **result, const struct spins_slabs *slabs) {
    struct spins_joints *joints = *result = ONS_NEW(struct spins_joints, 1);
    if (!joints) { return ONS_MEMORY; }
    joints->ends = ons_allocate(slabs->joints * slabs->count, sizeof *joints->ends);
    joints->found = ONS_NEW(size_t, slabs->count);
    joints->runs = ONS_NEW(uint64_t, slabs->links ? slabs->links->blocks : 0);
    joints->sums = ons_allocate(slabs->count, sizeof *joints->sums);
    if (joints->ends && joints->found && joints->runs && joints->sums) { return ONS_OK; }
    spins_joints_free(joints);
    *result = NULL;
    return ONS_MEMORY;
}

void spins_joints_free(struct spins_joints *joints) {
    if (!joints) { return; }
    free(joints->ends);
    free(joints->found);
    free(joints->runs);
    free(joints->sums);
    free(joints);
}

/* Of each 32 layers one is a face. */
double spins_joints_bytes(double sites) { return sites / 2 + sites / 8 + sizeof(struct spins_joints); }
