/*
 * The parameters lattice, dimension, L and boundary, as systems that solve or count whole lattices take them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_COUNTED_LATTICE_H
#define ONSAGER_SYSTEMS_COUNTED_LATTICE_H

#include <onsager/spins.h>
#include <onsager/system.h>

#include <string.h>

#define LATTICE_PARAMETERS(length)                                                                                     \
    {"lattice",                                                                                                        \
     ONS_CHOICE,                                                                                                       \
     ONS_OR_FILE,                                                                                                      \
     "square",                                                                                                         \
     "chain|square|triangular|honeycomb|kagome|cubic|bcc|fcc|hypercubic",                                              \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     "a built-in lattice, or a file: a lattice description (.yaml) or a list of edges 'i j [J]' (any other name)"},    \
        {"L",    ONS_INTEGER, ONS_ARRAY,                                                                               \
         length, NULL,        "[1, 1048576]",                                                                          \
         NULL,   NULL,        "cells per direction, one number or one per direction; not for edge lists"},             \
        {"dimension", ONS_INTEGER, 0, "4", NULL, "[1, 8]", "lattice=hypercubic", NULL, "of the hypercubic lattice"}, { \
        "boundary", ONS_CHOICE, 0, "periodic", "periodic|open", NULL, NULL, NULL, "boundary in all directions"         \
    }

static inline bool lattice_from_file(const ons_parameters *p) { return ons_choice(p, "lattice") < 0; }

static inline bool lattice_is_edge_list(const ons_parameters *p) {
    if (!lattice_from_file(p)) { return false; }
    const char *dot = strrchr(ons_string(p, "lattice"), '.');
    return !dot || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".yml") != 0);
}

static inline bool lattice_is(const ons_parameters *p, const char *name) {
    return !lattice_from_file(p) && !strcmp(ons_string(p, "lattice"), name);
}

/* The description; not for edge lists. */
static inline ons_status lattice_open(ons_lattice **lattice, const ons_parameters *p) {
    const char *name = ons_string(p, "lattice");
    if (lattice_from_file(p)) { return ons_lattice_read(lattice, name); }
    const unsigned dimension = strcmp(name, "hypercubic") != 0 ? 0 : (unsigned)ons_integer(p, "dimension");
    return ons_lattice_create(lattice, name, dimension);
}

/* The number of sites without building anything; edge lists are read. */
static inline ons_status lattice_sites(const ons_parameters *p, double *sites) {
    ons_status status;
    if (lattice_is_edge_list(p)) {
        ons_graph *graph;
        if (ons_given(p, "L") || ons_choice(p, "boundary") == ONS_OPEN) {
            return ons_fail(ONS_INVALID, "%s has no meaning with the list of edges %s",
                            ons_given(p, "L") ? "L" : "boundary=open", ons_string(p, "lattice"));
        }
        status = ons_graph_read(&graph, ons_string(p, "lattice"));
        if (status) { return status; }
        *sites = graph->sites;
        ons_graph_free(graph);
        return ONS_OK;
    }
    size_t count;
    ons_lattice *lattice;
    ons_graph_plan plan;
    const int64_t *lengths = ons_integers(p, "L", &count);
    status = lattice_open(&lattice, p);
    if (status) { return status; }
    status = ons_graph_estimate(lattice, lengths, count, (ons_boundary)ons_choice(p, "boundary"), &plan);
    ons_lattice_free(lattice);
    *sites = plan.sites;
    return status;
}

static inline ons_status lattice_graph(ons_graph **graph, const ons_parameters *p) {
    *graph = NULL;
    if (lattice_is_edge_list(p)) { return ons_graph_read(graph, ons_string(p, "lattice")); }
    size_t count;
    ons_lattice *lattice;
    const int64_t *lengths = ons_integers(p, "L", &count);
    ons_status status = lattice_open(&lattice, p);
    if (status) { return status; }
    status = ons_graph_create(graph, lattice, lengths, count, (ons_boundary)ons_choice(p, "boundary"));
    ons_lattice_free(lattice);
    return status;
}

/* One length per direction of a built-in lattice of that dimension; false: another count was given. */
static inline bool lattice_lengths(const ons_parameters *p, unsigned dimension, int64_t *lengths) {
    size_t count;
    const int64_t *given = ons_integers(p, "L", &count);
    for (unsigned i = 0; i < dimension; i++) { lengths[i] = given[count == 1 ? 0 : i % count]; }
    return count == 1 || count == dimension;
}

#endif
