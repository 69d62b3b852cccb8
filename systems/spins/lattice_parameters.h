/*
 * What all spin systems share of their parameters: lattice, L, dimension, boundary, and the graph they name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_LATTICE_PARAMETERS_H
#define ONSAGER_SYSTEMS_LATTICE_PARAMETERS_H

#include <onsager/spins.h>
#include <onsager/system.h>

#define LATTICE_KINDS "chain|square|triangular|honeycomb|kagome|cubic|bcc|fcc|hypercubic"
/* The first rows of a list of parameters; `kinds`: the names of lattices; `standard` and `length`: the defaults of
 * `lattice` and `L`; `range`: of L; `without`: what L is not for. */
#define LATTICE_ROWS(kinds, standard, length, range, without)                                                          \
    {"lattice",                                                                                                        \
     ONS_CHOICE,                                                                                                       \
     ONS_OR_FILE,                                                                                                      \
     standard,                                                                                                         \
     kinds,                                                                                                            \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     "a built-in lattice, or a file: a lattice description (.yaml) or a list of edges 'i j [J]' (any other name)"},    \
        {"L",    ONS_INTEGER, ONS_ARRAY,                                                                               \
         length, NULL,        range,                                                                                   \
         NULL,   NULL,        "cells per direction, one number or one per direction; " without},                       \
        {"dimension", ONS_INTEGER, 0, "4", NULL, "[1, 8]", "lattice=hypercubic", NULL, "of the hypercubic lattice"},   \
        {"boundary", ONS_CHOICE, 0, "periodic", "periodic|open", NULL, NULL, NULL, "boundary in all directions"}, {    \
        "shells", ONS_REAL, ONS_ARRAY, "[1]", NULL, NULL, "lattice=" LATTICE_KINDS, NULL,                              \
            "factors on `coupling` of the 1st, 2nd, .. shell of neighbours: [1,0.5] is J1-J2; not for files"           \
    }

#define LATTICE_PARAMETERS(standard, length)                                                                           \
    LATTICE_ROWS(LATTICE_KINDS "|complete", standard, length, "[1, 4294967294]",                                       \
                 "complete: number of sites; not for edge lists")
/* The same without the complete graph. */
#define LATTICE_PARAMETERS_LOCAL(standard, length, range)                                                              \
    LATTICE_ROWS(LATTICE_KINDS, standard, length, range, "not for edge lists")

bool lattice_from_file(const ons_parameters *p);
bool lattice_is_complete(const ons_parameters *p);
bool lattice_is_edge_list(const ons_parameters *p);
/* Other couplings than equal ones of nearest neighbours on a built-in lattice. */
bool lattice_has_shells(const ons_parameters *p);
/* The built-in lattice of that name with its nearest neighbours alone, or the hypercubic one of that dimension (-1:
 * none) that is the same. */
bool lattice_is(const ons_parameters *p, const char *name, int64_t dimension);

/* Complete graphs list their bonds or not; the outline lists none of a lattice either (see ons_graph_outline). */
typedef enum lattice_form { LATTICE_LISTED, LATTICE_UNLISTED, LATTICE_OUTLINE } lattice_form;

/* The lattice description; *lattice = NULL for complete graphs and edge lists. */
ons_status lattice_open(ons_lattice **lattice, const ons_parameters *p);
/* The graph of a task on the lattice that was opened. */
ons_status lattice_build(ons_graph **graph, const ons_parameters *p, const ons_lattice *lattice, lattice_form form);
/* Both. */
ons_status lattice_open_graph(ons_graph **graph, const ons_parameters *p, lattice_form form);

/* One length per direction of a built-in or described lattice; false: another count was given. */
bool lattice_lengths(const ons_parameters *p, unsigned dimension, int64_t *lengths);
/* N and |k_min| of a built-in lattice (and N of a complete graph), without building it: derived quantities ask for
 * every jackknife bin. */
double lattice_sites(const ons_parameters *p);
double lattice_wavenumber(const ons_parameters *p);

/* check(): fills the plan of the graph and refuses what cannot be; notes short lengths and double edges in `plan`
 * (NULL: no notes). *waves (may be NULL): there is a smallest wave vector. */
ons_status lattice_plan(const ons_parameters *p, lattice_form form, ons_plan *plan, ons_graph_plan *graph, bool *waves);
/* check(): refuses more sites than can be numbered; `bytes`: what the task needs. */
ons_status lattice_check_sites(const ons_parameters *p, const ons_graph_plan *graph, double bytes);

/* The shape of a configuration: cells per direction x sites of the cell (one site takes no dimension of its own); N
 * where that is more than can be stored. */
unsigned lattice_shape(const ons_graph *graph, size_t *dimensions);

/* A state as an image, see ons_picture_lattice. colour(data, site, rgb). */
ons_status lattice_picture(const ons_graph *graph, void (*colour)(const void *data, uint32_t site, uint8_t *rgb),
                           const void *data, ons_picture *picture);

#endif
