/*
 * The array observables of models of spins: correlations along the axes and structure factors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spin_quantities.h"

#include <stdlib.h>

static bool along_axes(const spin_arrays *arrays) { return arrays->on_correlation || arrays->on_structure_factor; }

static ons_status shape_map(spin_arrays *arrays, const ons_lattice *lattice, const int64_t *lengths) {
    const ons_status status = ons_structure_map_shape(lattice, lengths, arrays->shape);
    if (status || !lattice) { return status; }
    arrays->rank = lattice->dimension;
    arrays->cells = 1;
    for (unsigned d = 0; d < arrays->rank; d++) { arrays->cells *= arrays->shape[d]; }
    if (arrays->rank > ONS_RANK) {
        return ons_fail(ONS_INVALID, "measure=structure_map has as many indices as the lattice dimensions, at most %d",
                        ONS_RANK);
    }
    return ONS_OK;
}

/* What is asked for, and the lengths. */
static ons_status read_measure(spin_arrays *arrays, const ons_parameters *p) {
    enum { NONE, CORRELATION, STRUCTURE_FACTOR, STRUCTURE_MAP };
    *arrays = (spin_arrays){0};
    size_t count;
    const int64_t *asked = ons_integers(p, "measure", &count);
    for (size_t k = 0; k < count; k++) {
        arrays->on_correlation = arrays->on_correlation || asked[k] == CORRELATION;
        arrays->on_structure_factor = arrays->on_structure_factor || asked[k] == STRUCTURE_FACTOR;
        arrays->on_map = arrays->on_map || asked[k] == STRUCTURE_MAP;
    }
    if (!along_axes(arrays) && !arrays->on_map) { return ONS_OK; }
    ons_lattice *lattice;
    ons_status status = lattice_open(&lattice, p);
    if (status) { return status; }
    int64_t lengths[ONS_DIMENSIONS] = {0};
    if (lattice) { lattice_lengths(p, lattice->dimension, lengths); }
    if (along_axes(arrays)) {
        status = ons_correlations_lengths(lattice, lengths, ons_choice(p, "boundary") == ONS_OPEN, &arrays->distances,
                                          &arrays->waves);
    }
    if (!status && arrays->on_map) { status = shape_map(arrays, lattice, lengths); }
    ons_lattice_free(lattice);
    return status;
}

ons_status spin_arrays_plan(const ons_parameters *p, ons_plan *plan, size_t first) {
    spin_arrays arrays;
    const ons_status status = read_measure(&arrays, p);
    if (status) { return status; }
    if (arrays.on_correlation) {
        ons_plan_shape(plan, first, 1, &arrays.distances);
    } else {
        ons_plan_omit(plan, "correlation");
    }
    if (arrays.on_structure_factor) {
        ons_plan_shape(plan, first + 1, 1, &arrays.waves);
    } else {
        ons_plan_omit(plan, "structure_factor");
    }
    if (arrays.on_map) {
        ons_plan_shape(plan, first + 2, arrays.rank, arrays.shape);
    } else {
        ons_plan_omit(plan, "structure_map");
    }
    return ONS_OK;
}

ons_status spin_arrays_open(spin_arrays *arrays, const ons_graph *graph, const ons_parameters *p) {
    ons_status status = read_measure(arrays, p);
    if (status || !(along_axes(arrays) || arrays->on_map)) { return status; }
    arrays->sites = graph->sites;
    arrays->component = ONS_NEW(double, graph->sites);
    arrays->correlation = ONS_NEW(double, arrays->distances);
    arrays->structure_factor = ONS_NEW(double, arrays->waves);
    arrays->values = ONS_NEW(double, arrays->cells);
    if (!arrays->component || !arrays->correlation || !arrays->structure_factor || !arrays->values) {
        return ONS_MEMORY;
    }
    if (along_axes(arrays)) { status = ons_correlations_create(&arrays->correlations, graph); }
    return status || !arrays->on_map ? status : ons_structure_map_create(&arrays->map, graph);
}

void spin_arrays_close(spin_arrays *arrays) {
    ons_correlations_free(arrays->correlations);
    ons_structure_map_free(arrays->map);
    free(arrays->component);
    free(arrays->correlation);
    free(arrays->structure_factor);
    free(arrays->values);
    *arrays = (spin_arrays){0};
}

static void take_axes(const spin_arrays *arrays, ons_context *context, size_t first, double factor, double constant) {
    ons_correlations_take(arrays->correlations, arrays->correlation, arrays->structure_factor);
    for (size_t r = 0; r < arrays->distances; r++) {
        arrays->correlation[r] = factor * arrays->correlation[r] + constant;
    }
    for (size_t n = 0; n < arrays->waves; n++) { arrays->structure_factor[n] *= factor; }
    arrays->structure_factor[0] +=
        constant * ons_correlations_sites(arrays->correlations); /* waves add to 0 elsewhere */
    if (arrays->on_correlation) { ons_measure_array(context, first, 0, arrays->correlation); }
    if (arrays->on_structure_factor) { ons_measure_array(context, first + 1, 0, arrays->structure_factor); }
}

void spin_arrays_measure(const spin_arrays *arrays, ons_context *context, size_t first, const void *spins,
                         unsigned components, void (*component)(const void *spins, unsigned c, double *values),
                         double factor, double constant) {
    if (!arrays->correlations && !arrays->map) { return; }
    if (arrays->correlations) { ons_correlations_clear(arrays->correlations); }
    if (arrays->map) { ons_structure_map_clear(arrays->map); }
    for (unsigned c = 0; c < components; c++) {
        component(spins, c, arrays->component);
        if (arrays->correlations) { ons_correlations_add(arrays->correlations, arrays->component); }
        if (arrays->map) { ons_structure_map_add(arrays->map, arrays->component); }
    }
    if (arrays->correlations) { take_axes(arrays, context, first, factor, constant); }
    if (!arrays->map) { return; }
    ons_structure_map_take(arrays->map, arrays->values);
    for (size_t k = 0; k < arrays->cells; k++) { arrays->values[k] *= factor; }
    arrays->values[0] += constant * arrays->sites; /* waves add to 0 elsewhere */
    ons_measure_array(context, first + 2, 0, arrays->values);
}
