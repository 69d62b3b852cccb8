/*
 * What all spin systems share of their parameters: lattice, L, dimension, boundary, and the graph they name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_LATTICE_PARAMETERS_H
#define ONSAGER_SYSTEMS_LATTICE_PARAMETERS_H

#include <onsager/spins.h>
#include <onsager/system.h>

/* The first rows of a list of parameters; `standard` and `length`: the defaults of `lattice` and `L`. */
#define LATTICE_PARAMETERS(standard, length)                                                                           \
    {"lattice",                                                                                                        \
     ONS_CHOICE,                                                                                                       \
     ONS_OR_FILE,                                                                                                      \
     standard,                                                                                                         \
     "chain|square|triangular|honeycomb|kagome|cubic|bcc|fcc|hypercubic|complete",                                     \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     "a built-in lattice, or a file: a lattice description (.yaml) or a list of edges 'i j [J]' (any other name)"},    \
        {"L",                                                                                                          \
         ONS_INTEGER,                                                                                                  \
         ONS_ARRAY,                                                                                                    \
         length,                                                                                                       \
         NULL,                                                                                                         \
         "[1, 4294967294]",                                                                                            \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         "cells per direction, one number or one per direction; complete: number of sites; not for edge lists"},       \
        {"dimension", ONS_INTEGER, 0, "4", NULL, "[1, 8]", "lattice=hypercubic", NULL, "of the hypercubic lattice"}, { \
        "boundary", ONS_CHOICE, 0, "periodic", "periodic|open", NULL, NULL, NULL, "boundary in all directions"         \
    }

bool lattice_from_file(const ons_parameters *p);
bool lattice_is_complete(const ons_parameters *p);
bool lattice_is_edge_list(const ons_parameters *p);

/* The lattice description; *lattice = NULL for complete graphs and edge lists. */
ons_status lattice_open(ons_lattice **lattice, const ons_parameters *p);
/* The graph of a task; a complete one lists its bonds if `listed`. */
ons_status lattice_open_graph(ons_graph **graph, const ons_parameters *p, bool listed);

/* One length per direction of a built-in or described lattice. */
void lattice_spread_lengths(const ons_parameters *p, unsigned dimension, int64_t *spread);
/* N and |k_min| of a built-in lattice (and N of a complete graph), without building it: derived quantities ask for
 * every jackknife bin. */
double lattice_sites(const ons_parameters *p);
double lattice_wavenumber(const ons_parameters *p);
/* The built-in lattice that a solution is for, or the hypercubic one of that dimension that is the same. */
bool lattice_is(const ons_parameters *p, const char *name, int64_t dimension);

/* What check() must know, for graphs that list their bonds: refuses what cannot be, notes short lengths and double
 * edges, and fills the plan of the graph. *waves: there is a smallest wave vector. */
ons_status lattice_plan(const ons_parameters *p, ons_plan *plan, ons_graph_plan *graph, bool *waves);

/* The shape of a configuration: cells per direction x sites of the cell (one site takes no dimension of its own); N
 * where that is more than can be stored. */
unsigned lattice_shape(const ons_graph *graph, size_t *dimensions);

/* A state as an image, see ons_picture_lattice. colour(data, site, rgb). */
ons_status lattice_picture(const ons_graph *graph, void (*colour)(const void *data, uint32_t site, uint8_t *rgb),
                           const void *data, ons_picture *picture);

#endif
