/*
 * Graphs in compressed rows, from a lattice description or complete.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SITES 4294967294.0
#define MOST_BONDS 0x1p40

/* One length for all directions or one per direction, each at least 1. */
static ons_status spread_lengths(const ons_lattice *lattice, const int64_t *lengths, size_t count, int64_t *spread) {
    if (count != 1 && count != lattice->dimension) {
        return ons_fail(ONS_INVALID, "the lattice '%s' has %u dimension%s: L takes one number%s, not %zu numbers",
                        lattice->name, lattice->dimension, lattice->dimension == 1 ? "" : "s",
                        lattice->dimension == 1 ? "" : " or one per dimension", count);
    }
    for (unsigned i = 0; i < lattice->dimension; i++) {
        spread[i] = lengths[count == 1 ? 0 : i];
        if (spread[i] < 1) {
            return ons_fail(ONS_INVALID, "L counts cells and is at least 1, not %lld", (long long)spread[i]);
        }
    }
    return ONS_OK;
}

/* A bond of the cell up to what the periodic lengths identify, in a direction of its own. */
typedef struct folded {
    uint32_t source, target;
    int64_t cell[ONS_DIMENSIONS];
} folded;

static int compare_folded(const void *a, const void *b) {
    const folded *x = a, *y = b;
    if (x->source != y->source) { return x->source < y->source ? -1 : 1; }
    if (x->target != y->target) { return x->target < y->target ? -1 : 1; }
    for (unsigned j = 0; j < ONS_DIMENSIONS; j++) {
        if (x->cell[j] != y->cell[j]) { return x->cell[j] < y->cell[j] ? -1 : 1; }
    }
    return 0;
}

static folded fold(const ons_lattice *lattice, const ons_lattice_bond *bond, const int64_t *lengths, bool *self,
                   bool *twice) {
    folded forth = {.source = bond->source, .target = bond->target};
    folded back = {.source = bond->target, .target = bond->source};
    bool stays = true;
    for (unsigned j = 0; j < lattice->dimension; j++) {
        forth.cell[j] = (bond->cell[j] % lengths[j] + lengths[j]) % lengths[j];
        back.cell[j] = (lengths[j] - forth.cell[j]) % lengths[j];
        stays = stays && forth.cell[j] == 0;
    }
    const int order = compare_folded(&forth, &back);
    *self = bond->source == bond->target && stays;
    *twice = order == 0 && !*self; /* its own reverse: the same pair from both ends */
    return order <= 0 ? forth : back;
}

/* Whether periodic lengths make bonds of a site to itself, or several bonds of one pair. */
static ons_status find_short_lengths(const ons_lattice *lattice, const int64_t *lengths, ons_graph_plan *plan) {
    folded *bonds = ONS_NEW(folded, lattice->bonds);
    if (!bonds) { return ONS_MEMORY; }
    size_t count = 0;
    for (size_t b = 0; b < lattice->bonds; b++) {
        bool self, twice;
        bonds[count] = fold(lattice, &lattice->bond[b], lengths, &self, &twice);
        plan->self_bonds = plan->self_bonds || self;
        plan->multiple_bonds = plan->multiple_bonds || twice;
        count += !self;
    }
    qsort(bonds, count, sizeof *bonds, compare_folded);
    for (size_t b = 1; b < count; b++) {
        plan->multiple_bonds = plan->multiple_bonds || !compare_folded(&bonds[b], &bonds[b - 1]);
    }
    free(bonds);
    return ONS_OK;
}

static bool several_couplings(const ons_lattice *lattice) {
    for (size_t i = 1; i < lattice->types; i++) {
        if (lattice->couplings[i] != lattice->couplings[0]) { return true; }
    }
    return false;
}

static bool same_coordination(const ons_lattice *lattice) {
    if (lattice->sites == 1) { return true; }
    uint32_t *degree = ONS_NEW(uint32_t, lattice->sites);
    bool same = degree;
    for (size_t b = 0; degree && b < lattice->bonds; b++) {
        degree[lattice->bond[b].source]++;
        degree[lattice->bond[b].target]++;
    }
    for (size_t i = 1; degree && i < lattice->sites; i++) { same = same && degree[i] == degree[0]; }
    free(degree);
    return same;
}

ons_status ons_graph_estimate(const ons_lattice *lattice, const int64_t *lengths, size_t count, ons_boundary boundary,
                              ons_graph_plan *plan) {
    *plan = (ons_graph_plan){0};
    int64_t spread[ONS_DIMENSIONS] = {0};
    const ons_status status = spread_lengths(lattice, lengths, count, spread);
    if (status) { return status; }
    double cells = 1;
    for (unsigned i = 0; i < lattice->dimension; i++) { cells *= (double)spread[i]; }
    plan->sites = cells * (double)lattice->sites;
    plan->bonds = cells * (double)lattice->bonds;
    const bool rows = boundary == ONS_OPEN || !same_coordination(lattice);
    plan->bytes = plan->bonds * (2 * sizeof(uint32_t) + 2 * sizeof(uint32_t));
    plan->several_strengths = several_couplings(lattice);
    plan->bytes += plan->several_strengths ? plan->bonds * sizeof(double) : 0;
    plan->bytes += rows ? (plan->sites + 1) * sizeof(uint64_t) : 0;
    return boundary == ONS_PERIODIC ? find_short_lengths(lattice, spread, plan) : ONS_OK;
}

/* ---- building --------------------------------------------------------------------------------------------- */

/* offset[i + 1] becomes the end of row i while `next` runs through it; the rows keep the order of the bonds. */
static void fill_rows(ons_graph *graph, uint64_t *next) {
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t i = graph->source[b], j = graph->target[b];
        if (i == j) { continue; }
        graph->neighbour[next[i]++] = j;
        graph->neighbour[next[j]++] = i;
    }
}

/* A bond is multiple when its pair was met before: `seen[j]` = i + 1 marks j as a neighbour of i. */
static ons_status count_multiple(ons_graph *graph) {
    uint32_t *seen = ONS_NEW(uint32_t, graph->sites);
    if (!seen) { return ONS_MEMORY; }
    uint64_t repeated = 0;
    for (uint32_t i = 0; i < graph->sites; i++) {
        const uint64_t begin = graph->offset ? graph->offset[i] : (uint64_t)i * graph->coordination;
        const uint64_t end = graph->offset ? graph->offset[i + 1] : begin + graph->coordination;
        for (uint64_t k = begin; k < end; k++) {
            repeated += seen[graph->neighbour[k]] == i + 1;
            seen[graph->neighbour[k]] = i + 1;
        }
    }
    graph->multiple_bonds = repeated / 2;
    free(seen);
    return ONS_OK;
}

ons_status spins_graph_link(ons_graph *graph) {
    ons_status status = ONS_OK;
    const uint64_t sites = graph->sites;
    graph->offset = ONS_NEW(uint64_t, sites + 1);
    uint64_t *next = ONS_NEW(uint64_t, sites + 1);
    if (!graph->offset || !next) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t i = graph->source[b], j = graph->target[b];
        graph->self_bonds += i == j;
        if (i == j) { continue; }
        graph->offset[i + 1]++;
        graph->offset[j + 1]++;
    }
    graph->entries = 2 * (graph->bonds - graph->self_bonds);
    bool same = graph->offset[1] > 0;
    for (uint64_t i = 1; i < sites; i++) { same = same && graph->offset[i + 1] == graph->offset[1]; }
    if (same) { graph->coordination = (uint32_t)graph->offset[1]; }
    for (uint64_t i = 0; i < sites; i++) { graph->offset[i + 1] += graph->offset[i]; }
    memcpy(next, graph->offset, sites * sizeof *next);
    graph->neighbour = ONS_NEW(uint32_t, graph->entries);
    if (!graph->neighbour) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    fill_rows(graph, next);
    if (same) {
        free(graph->offset);
        graph->offset = NULL;
    }
    free(next);
    next = NULL;
    status = count_multiple(graph);
cleanup:
    free(next);
    return status;
}

/* The cell `bond` leads to from `cell`, row-major; false when an open boundary cuts the bond. */
static bool reach_cell(const ons_graph *graph, const int64_t *cell, const ons_lattice_bond *bond, uint64_t *reached) {
    *reached = 0;
    for (unsigned i = 0; i < graph->lattice->dimension; i++) {
        const int64_t length = graph->lengths[i];
        int64_t x = cell[i] + bond->cell[i];
        if (x < 0 || x >= length) {
            if (graph->boundary == ONS_OPEN) { return false; }
            x = (x % length + length) % length;
        }
        *reached = *reached * (uint64_t)length + (uint64_t)x;
    }
    return true;
}

static void list_bonds(ons_graph *graph) {
    const ons_lattice *lattice = graph->lattice;
    int64_t cell[ONS_DIMENSIONS] = {0};
    const uint64_t cells = graph->sites / lattice->sites;
    uint64_t count = 0;
    for (uint64_t c = 0; c < cells; c++) {
        for (size_t b = 0; b < lattice->bonds; b++) {
            uint64_t reached;
            if (!reach_cell(graph, cell, &lattice->bond[b], &reached)) { continue; }
            graph->source[count] = (uint32_t)(c * lattice->sites + lattice->bond[b].source);
            graph->target[count] = (uint32_t)(reached * lattice->sites + lattice->bond[b].target);
            if (graph->strength) { graph->strength[count] = lattice->couplings[lattice->bond[b].type]; }
            count++;
        }
        for (unsigned i = lattice->dimension; i-- > 0;) {
            if (++cell[i] < graph->lengths[i]) { break; }
            cell[i] = 0;
        }
    }
    graph->bonds = count;
}

ons_status ons_graph_create(ons_graph **result, const ons_lattice *lattice, const int64_t *lengths, size_t count,
                            ons_boundary boundary) {
    *result = NULL;
    ons_graph_plan plan;
    ons_status status = ons_graph_estimate(lattice, lengths, count, boundary, &plan);
    if (status) { return status; }
    if (plan.sites > MOST_SITES || plan.bonds > MOST_BONDS) {
        return ons_fail(ONS_INVALID,
                        "a lattice of %.4g sites needs %.4g GB; the engine counts up to %.0f sites and 2^40 bonds",
                        plan.sites, plan.bytes * 1e-9, MOST_SITES);
    }
    ons_graph *graph = ONS_NEW(ons_graph, 1);
    if (!graph) { return ONS_MEMORY; }
    status = spread_lengths(lattice, lengths, count, graph->lengths);
    if (status) { goto cleanup; }
    graph->boundary = boundary;
    graph->sites = (uint32_t)plan.sites;
    graph->common_strength = lattice->couplings[0];
    graph->lattice = ons_lattice_copy(lattice);
    graph->source = ONS_NEW(uint32_t, plan.bonds);
    graph->target = ONS_NEW(uint32_t, plan.bonds);
    if (plan.several_strengths) { graph->strength = ONS_NEW(double, plan.bonds); }
    if (!graph->lattice || !graph->source || !graph->target || (plan.several_strengths && !graph->strength)) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    list_bonds(graph);
    status = spins_graph_link(graph);
cleanup:
    if (status) {
        ons_graph_free(graph);
        graph = NULL;
    }
    *result = graph;
    return status;
}

ons_status ons_graph_outline(ons_graph **result, const ons_lattice *lattice, const int64_t *lengths, size_t count) {
    *result = NULL;
    ons_graph_plan plan;
    ons_status status = ons_graph_estimate(lattice, lengths, count, ONS_PERIODIC, &plan);
    if (status) { return status; }
    if (plan.sites > MOST_SITES || plan.several_strengths) {
        return ons_fail(ONS_INVALID, "an outline has up to %.0f sites and bonds of one strength", MOST_SITES);
    }
    ons_graph *graph = ONS_NEW(ons_graph, 1);
    if (!graph) { return ONS_MEMORY; }
    graph->sites = (uint32_t)plan.sites;
    graph->bonds = (uint64_t)plan.bonds;
    graph->common_strength = lattice->couplings[0];
    graph->lattice = ons_lattice_copy(lattice);
    status = spread_lengths(lattice, lengths, count, graph->lengths);
    if (!status && !graph->lattice) { status = ONS_MEMORY; }
    if (status) {
        ons_graph_free(graph);
        return status;
    }
    *result = graph;
    return ONS_OK;
}

ons_status ons_graph_complete(ons_graph **graph, int64_t sites) {
    *graph = NULL;
    if (sites < 1 || (double)sites > MOST_SITES) {
        return ons_fail(ONS_INVALID, "a complete graph has 1 to %.0f sites, not %lld", MOST_SITES, (long long)sites);
    }
    *graph = ONS_NEW(ons_graph, 1);
    if (!*graph) { return ONS_MEMORY; }
    (*graph)->complete = true;
    (*graph)->sites = (uint32_t)sites;
    (*graph)->common_strength = 1 / (double)sites;
    return ONS_OK;
}

void ons_graph_free(ons_graph *graph) {
    if (!graph) { return; }
    free(graph->source);
    free(graph->target);
    free(graph->strength);
    free(graph->offset);
    free(graph->neighbour);
    ons_lattice_free(graph->lattice);
    free(graph);
}

void ons_graph_cell(const ons_graph *graph, uint32_t site, int64_t *cell) {
    int64_t index = site / (int64_t)graph->lattice->sites;
    for (unsigned i = graph->lattice->dimension; i-- > 0;) {
        cell[i] = index % graph->lengths[i];
        index /= graph->lengths[i];
    }
}

void ons_graph_position(const ons_graph *graph, uint32_t site, double *position) {
    const ons_lattice *lattice = graph->lattice;
    const unsigned d = lattice->dimension;
    int64_t cell[ONS_DIMENSIONS];
    ons_graph_cell(graph, site, cell);
    for (unsigned j = 0; j < d; j++) { position[j] = 0; }
    for (unsigned i = 0; i < d; i++) {
        const double multiple = (double)cell[i] + lattice->positions[site % lattice->sites * d + i];
        for (unsigned j = 0; j < d; j++) { position[j] += multiple * lattice->basis[i * d + j]; }
    }
}
