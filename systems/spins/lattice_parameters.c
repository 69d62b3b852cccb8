/*
 * The parameters lattice, L, dimension and boundary of spin systems, and the graph they name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lattice_parameters.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_LISTED = 4096 };

bool lattice_from_file(const ons_parameters *p) { return ons_choice(p, "lattice") < 0; }

bool lattice_is_complete(const ons_parameters *p) {
    return !lattice_from_file(p) && !strcmp(ons_string(p, "lattice"), "complete");
}

bool lattice_is_edge_list(const ons_parameters *p) {
    if (!lattice_from_file(p)) { return false; }
    const char *dot = strrchr(ons_string(p, "lattice"), '.');
    return !dot || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".yml") != 0);
}

bool lattice_has_shells(const ons_parameters *p) {
    if (!ons_known(p, "shells") || !ons_present(p, "shells")) { return false; }
    size_t count;
    const double *factors = ons_reals(p, "shells", &count);
    return count != 1 || factors[0] != 1;
}

static ons_status open_builtin(ons_lattice **lattice, const ons_parameters *p) {
    const char *name = ons_string(p, "lattice");
    const unsigned dimension = strcmp(name, "hypercubic") != 0 ? 0 : (unsigned)ons_integer(p, "dimension");
    if (!lattice_has_shells(p)) { return ons_lattice_create(lattice, name, dimension); }
    ons_lattice *nearest;
    size_t count;
    const double *factors = ons_reals(p, "shells", &count);
    ons_status status = ons_lattice_create(&nearest, name, dimension);
    if (!status) { status = ons_lattice_shells(lattice, nearest, factors, count); }
    ons_lattice_free(nearest);
    return status;
}

ons_status lattice_open(ons_lattice **lattice, const ons_parameters *p) {
    *lattice = NULL;
    if (lattice_is_complete(p) || lattice_is_edge_list(p)) { return ONS_OK; }
    return lattice_from_file(p) ? ons_lattice_read(lattice, ons_string(p, "lattice")) : open_builtin(lattice, p);
}

ons_status lattice_build(ons_graph **graph, const ons_parameters *p, const ons_lattice *lattice, lattice_form form) {
    *graph = NULL;
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    if (lattice_is_complete(p)) {
        return form == LATTICE_LISTED ? ons_graph_complete_listed(graph, lengths[0])
                                      : ons_graph_complete(graph, lengths[0]);
    }
    if (lattice_is_edge_list(p)) { return ons_graph_read(graph, ons_string(p, "lattice")); }
    return form == LATTICE_OUTLINE
               ? ons_graph_outline(graph, lattice, lengths, count)
               : ons_graph_create(graph, lattice, lengths, count, (ons_boundary)ons_choice(p, "boundary"));
}

ons_status lattice_open_graph(ons_graph **graph, const ons_parameters *p, lattice_form form) {
    *graph = NULL;
    ons_lattice *lattice;
    ons_status status = lattice_open(&lattice, p);
    if (status) { return status; }
    status = lattice_build(graph, p, lattice, form);
    ons_lattice_free(lattice);
    return status;
}

bool lattice_lengths(const ons_parameters *p, unsigned dimension, int64_t *lengths) {
    size_t count;
    const int64_t *given = ons_integers(p, "L", &count);
    assert(count > 0);
    for (unsigned i = 0; i < dimension; i++) { lengths[i] = given[i % count]; }
    return count == 1 || count == dimension;
}

/* The built-in lattices in the order of the choices. */
static const struct builtin {
    unsigned dimension, cell;
    double reciprocal; /* length of the reciprocal basis vectors, equal in all directions */
} builtins[] = {{1, 1, 1},
                {2, 1, 1},
                {2, 1, 1.15470053837925152902}, /* triangular: 2/sqrt 3 */
                {2, 2, 0.66666666666666666667}, /* honeycomb: 2/3 */
                {2, 3, 0.57735026918962576451}, /* kagome: 1/sqrt 3 */
                {3, 1, 1},
                {3, 1, 1.22474487139158904910}, /* bcc: sqrt(3/2) */
                {3, 1, 1.22474487139158904910}, /* fcc: sqrt(3/2) */
                {0, 1, 1},                      /* hypercubic: `dimension` */
                {1, 1, NAN}};                   /* complete */

double lattice_sites(const ons_parameters *p) {
    const struct builtin *builtin = &builtins[ons_choice(p, "lattice")];
    const int64_t dimension = builtin->dimension ? builtin->dimension : ons_integer(p, "dimension");
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    double sites = builtin->cell;
    for (int64_t i = 0; i < dimension; i++) { sites *= (double)lengths[count == 1 ? 0 : i]; }
    return sites;
}

double lattice_wavenumber(const ons_parameters *p) {
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    int64_t longest = 1;
    for (size_t i = 0; i < count; i++) { longest = lengths[i] > longest ? lengths[i] : longest; }
    return 6.28318530717958647693 * builtins[ons_choice(p, "lattice")].reciprocal / (double)longest;
}

bool lattice_is(const ons_parameters *p, const char *name, int64_t dimension) {
    if (lattice_from_file(p) || lattice_has_shells(p)) { return false; }
    const char *lattice = ons_string(p, "lattice");
    return !strcmp(lattice, name) || (!strcmp(lattice, "hypercubic") && ons_integer(p, "dimension") == dimension);
}

/* ---- check
 * ------------------------------------------------------------------------------------------------------------ */

static ons_status plan_complete(const ons_parameters *p, lattice_form form, ons_graph_plan *graph) {
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    if (count != 1) {
        return ons_fail(ONS_INVALID, "lattice=complete takes one number as L, its number of sites, not %zu numbers",
                        count);
    }
    if (ons_choice(p, "boundary") == ONS_OPEN) {
        return ons_fail(ONS_INVALID, "boundary=open has no meaning with lattice=complete, which has no boundary");
    }
    graph->sites = (double)lengths[0];
    if (form != LATTICE_LISTED) { return ONS_OK; }
    if (lengths[0] > LARGEST_LISTED) {
        return ons_fail(ONS_INVALID,
                        "lattice=complete lists its bonds in this system and takes L = 1 to %d sites, not %lld",
                        LARGEST_LISTED, (long long)lengths[0]);
    }
    graph->bonds = graph->sites * (graph->sites - 1) / 2;
    graph->bytes = 24 * graph->bonds + 8 * graph->sites;
    return ONS_OK;
}

static ons_status plan_edges(const ons_parameters *p, ons_plan *plan, ons_graph_plan *estimate) {
    if (ons_given(p, "L")) {
        return ons_fail(ONS_INVALID,
                        "L has no meaning with the list of edges %s, which tells the number of sites itself",
                        ons_string(p, "lattice"));
    }
    if (ons_choice(p, "boundary") == ONS_OPEN) {
        return ons_fail(ONS_INVALID, "boundary=open has no meaning with the list of edges %s",
                        ons_string(p, "lattice"));
    }
    ons_graph *graph;
    const ons_status status = ons_graph_read(&graph, ons_string(p, "lattice"));
    if (status) { return status; }
    estimate->sites = graph->sites;
    estimate->bonds = (double)graph->bonds;
    estimate->bytes = 24 * estimate->bonds + 8 * estimate->sites;
    estimate->several_strengths = graph->strength;
    if (plan && graph->multiple_bonds) {
        ons_plan_note(plan, "%llu edges join a pair that is joined already: they are kept, their couplings add",
                      (unsigned long long)graph->multiple_bonds);
    }
    ons_graph_free(graph);
    return ONS_OK;
}

static ons_status plan_lattice(const ons_parameters *p, const ons_lattice *lattice, ons_plan *plan,
                               ons_graph_plan *graph, bool *waves) {
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    const ons_status status =
        ons_graph_estimate(lattice, lengths, count, (ons_boundary)ons_choice(p, "boundary"), graph);
    if (status) { return status; }
    if (plan && graph->multiple_bonds) {
        ons_plan_note(plan,
                      "periodic L so short that bonds join the same pair twice: they are kept, their couplings add");
    }
    if (plan && graph->self_bonds) {
        ons_plan_note(
            plan,
            "periodic L so short that bonds join a site to itself: they are kept as the constant -J in the energy");
    }
    int64_t spread[ONS_DIMENSIONS];
    bool used[ONS_DIMENSIONS] = {false};
    lattice_lengths(p, lattice->dimension, spread);
    if (waves) { *waves = ons_lattice_wavenumber(lattice, spread, used) > 0; }
    return ONS_OK;
}

ons_status lattice_plan(const ons_parameters *p, lattice_form form, ons_plan *plan, ons_graph_plan *graph,
                        bool *waves) {
    *graph = (ons_graph_plan){0};
    if (waves) { *waves = false; }
    if (lattice_is_complete(p)) { return plan_complete(p, form, graph); }
    if (lattice_is_edge_list(p)) { return plan_edges(p, plan, graph); }
    ons_lattice *lattice;
    ons_status status = lattice_open(&lattice, p);
    if (status || !lattice) { return status; }
    status = plan_lattice(p, lattice, plan, graph, waves);
    ons_lattice_free(lattice);
    return status;
}

ons_status lattice_check_sites(const ons_parameters *p, const ons_graph_plan *graph, double bytes) {
    if (!(graph->sites > 4294967294.0)) { return ONS_OK; }
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    return ons_fail(ONS_INVALID,
                    "L = %lld%s makes %.4g sites, which need %.4g GB; at most 4294967294 sites are possible",
                    (long long)lengths[0], count > 1 ? ", ..." : "", graph->sites, bytes * 1e-9);
}

/* ---- states
 * ----------------------------------------------------------------------------------------------------------- */

unsigned lattice_shape(const ons_graph *graph, size_t *dimensions) {
    dimensions[0] = graph->sites;
    if (!graph->lattice) { return 1; }
    const unsigned d = graph->lattice->dimension;
    if (d + (graph->lattice->sites > 1) > ONS_RANK) { return 1; }
    for (unsigned i = 0; i < d; i++) { dimensions[i] = (size_t)graph->lengths[i]; }
    if (graph->lattice->sites == 1) { return d; }
    dimensions[d] = graph->lattice->sites;
    return d + 1;
}

ons_status lattice_picture(const ons_graph *graph, void (*colour)(const void *data, uint32_t site, uint8_t *rgb),
                           const void *data, ons_picture *picture) {
    size_t dimensions[ONS_DIMENSIONS + 1];
    unsigned rank = lattice_shape(graph, dimensions);
    if (graph->lattice && graph->lattice->sites > 1 && rank > 1) {
        rank--; /* the sites of a cell lie side by side */
        dimensions[rank - 1] *= dimensions[rank];
    }
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * (size_t)graph->sites);
    if (!rgb) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < graph->sites; i++) { colour(data, i, rgb + 3 * (size_t)i); }
    const ons_status status = ons_picture_lattice(picture, rank, dimensions, rgb);
    free(rgb);
    return status;
}
