/*
 * The structure factor at all wave vectors of a lattice, by Fourier transforms of GSL along each direction: they need
 * no planner, which FFTW shares between threads, and their bits do not depend on the width of the CPU's words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "modes.h"

#include <gsl/gsl_fft_complex.h>

#include <stdlib.h>
#include <string.h>

/* Transforms along one direction. */
typedef struct waves_line {
    gsl_fft_complex_wavetable *table;
    gsl_fft_complex_workspace *work;
    double *phase; /* [sites of the cell][length][2]: exp(-i k_n r) of the place of each site within its cell */
} waves_line;

struct ons_structure_map {
    const ons_graph *graph;
    size_t cells;
    waves_line line[ONS_DIMENSIONS];
    double *field; /* [cells][2] */
    double *sum;   /* [cells][2]: over the sites of the cell */
    double *power; /* [cells]: so far */
};

ons_status ons_structure_map_shape(const ons_lattice *lattice, const int64_t *lengths, size_t *dimensions) {
    if (!lattice) {
        return ons_fail(ONS_INVALID,
                        "a structure factor at all wave vectors needs a lattice, not a complete graph or a "
                        "list of edges");
    }
    for (unsigned d = 0; d < lattice->dimension; d++) { dimensions[d] = (size_t)lengths[d]; }
    return ONS_OK;
}

static ons_status line_init(waves_line *line, const ons_lattice *lattice, unsigned direction, size_t length) {
    line->table = gsl_fft_complex_wavetable_alloc(length);
    line->work = gsl_fft_complex_workspace_alloc(length);
    line->phase = ONS_NEW(double, 2 * lattice->sites * length);
    if (!line->table || !line->work || !line->phase) {
        return ons_fail(ONS_MEMORY, "no memory for a Fourier transform of length %zu", length);
    }
    for (size_t site = 0; site < lattice->sites; site++) {
        const double place = lattice->positions[site * lattice->dimension + direction];
        double *phase = line->phase + 2 * site * length;
        for (size_t n = 0; n < length; n++, phase += 2) {
            spins_circle(-(double)n * place / (double)length, &phase[0], &phase[1]);
        }
    }
    return ONS_OK;
}

ons_status ons_structure_map_create(ons_structure_map **result, const ons_graph *graph) {
    *result = NULL;
    size_t dimensions[ONS_DIMENSIONS] = {0};
    ons_status status = ons_structure_map_shape(graph->lattice, graph->lengths, dimensions);
    if (status) { return status; }
    ons_structure_map *map = ONS_NEW(ons_structure_map, 1);
    if (!map) { return ONS_MEMORY; }
    map->graph = graph;
    map->cells = graph->sites / graph->lattice->sites;
    for (unsigned d = 0; !status && d < graph->lattice->dimension; d++) {
        status = line_init(&map->line[d], graph->lattice, d, dimensions[d]);
    }
    map->field = ONS_NEW(double, 2 * map->cells);
    map->sum = ONS_NEW(double, 2 * map->cells);
    map->power = ONS_NEW(double, map->cells);
    if (!status && (!map->field || !map->sum || !map->power)) { status = ONS_MEMORY; }
    if (status) {
        ons_structure_map_free(map);
        return status;
    }
    *result = map;
    return ONS_OK;
}

void ons_structure_map_free(ons_structure_map *map) {
    if (!map) { return; }
    for (unsigned d = 0; d < ONS_DIMENSIONS; d++) {
        if (map->line[d].table) { gsl_fft_complex_wavetable_free(map->line[d].table); }
        if (map->line[d].work) { gsl_fft_complex_workspace_free(map->line[d].work); }
        free(map->line[d].phase);
    }
    free(map->field);
    free(map->sum);
    free(map->power);
    free(map);
}

void ons_structure_map_clear(ons_structure_map *map) { memset(map->power, 0, map->cells * sizeof *map->power); }

/* exp(-i k r) along a direction; `inside`: cells from one step in it to the next. */
static void transform(ons_structure_map *map, unsigned direction, size_t inside) {
    const size_t length = (size_t)map->graph->lengths[direction];
    const waves_line *line = &map->line[direction];
    for (size_t outer = 0; length > 1 && outer < map->cells; outer += inside * length) {
        for (size_t k = 0; k < inside; k++) {
            gsl_fft_complex_forward(map->field + 2 * (outer + k), inside, length, line->table, line->work);
        }
    }
}

/* Adds the transform of one site of the cell, turned by its place. */
static void add_site(ons_structure_map *map, size_t site) {
    const unsigned dimension = map->graph->lattice->dimension;
    size_t place[ONS_DIMENSIONS] = {0};
    for (size_t k = 0; k < map->cells; k++) {
        double real = map->field[2 * k], imaginary = map->field[2 * k + 1];
        for (unsigned d = 0; d < dimension && map->graph->lattice->sites > 1; d++) {
            const double *phase = map->line[d].phase + 2 * (site * (size_t)map->graph->lengths[d] + place[d]);
            const double turned = real * phase[0] - imaginary * phase[1];
            imaginary = real * phase[1] + imaginary * phase[0];
            real = turned;
        }
        map->sum[2 * k] += real;
        map->sum[2 * k + 1] += imaginary;
        for (unsigned d = dimension; d-- > 0 && ++place[d] == (size_t)map->graph->lengths[d];) { place[d] = 0; }
    }
}

void ons_structure_map_add(ons_structure_map *map, const double *component) {
    const ons_lattice *lattice = map->graph->lattice;
    memset(map->sum, 0, 2 * map->cells * sizeof *map->sum);
    for (size_t site = 0; site < lattice->sites; site++) {
        for (size_t k = 0; k < map->cells; k++) {
            map->field[2 * k] = component[k * lattice->sites + site];
            map->field[2 * k + 1] = 0;
        }
        size_t inside = 1;
        for (unsigned d = lattice->dimension; d-- > 0;) {
            transform(map, d, inside);
            inside *= (size_t)map->graph->lengths[d];
        }
        add_site(map, site);
    }
    for (size_t k = 0; k < map->cells; k++) {
        map->power[k] += map->sum[2 * k] * map->sum[2 * k] + map->sum[2 * k + 1] * map->sum[2 * k + 1];
    }
}

void ons_structure_map_take(const ons_structure_map *map, double *values) {
    for (size_t k = 0; k < map->cells; k++) { values[k] = map->power[k] / map->graph->sites; }
}
